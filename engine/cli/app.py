"""The command line: the application, and what it does when something goes wrong."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Callable
from typing import Annotated, ParamSpec

import typer

from engine.cli.shown import say, stderr

WRONG_SCENARIO, WRONG_USAGE, OUR_FAULT, INTERRUPTED = 1, 2, 3, 130

app = typer.Typer(
    name="engine",
    help="Turn a text about people who watch one another and choose into a game that can be run.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Args = ParamSpec("Args")


def guarded(command: Callable[Args, None]) -> Callable[Args, None]:
    """The command with every error turned into a message on stderr and an exit code."""

    @functools.wraps(command)
    def run(*args: Args.args, **kwargs: Args.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except typer.Exit:
            raise
        except (Exception, KeyboardInterrupt) as error:
            raise typer.Exit(failed(error)) from None

    return run


def _print_version(wanted: bool) -> None:
    if wanted:
        from engine import __version__

        typer.echo(f"engine {__version__}")
        raise typer.Exit


@app.callback()
def engine(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Turn a text about people who watch one another and choose into a game that can be run."""


def failed(error: BaseException) -> int:
    """Says on stderr what went wrong; the exit code."""
    if isinstance(error, BrokenPipeError):
        _forget_stdout()
        return 0
    from engine.errors import ScenarioError, UsageError
    from engine.report import problems

    if isinstance(error, KeyboardInterrupt):
        say("\ninterrupted\n")
        return INTERRUPTED
    if isinstance(error, UsageError):
        say(problems.usage_text(error, stderr()))
        return WRONG_USAGE
    if isinstance(error, ScenarioError):
        say(problems.problems_text(error.problems, stderr()))
        typed = any(problem.where and problem.where.file.startswith("--set ") for problem in error.problems)
        return WRONG_USAGE if typed else WRONG_SCENARIO
    if isinstance(error, OSError):
        say(problems.system_text(error, stderr()))
        return WRONG_SCENARIO
    if os.environ.get("ENGINE_DEBUG"):
        import traceback

        traceback.print_exception(error)
    say(problems.fault_text(error, stderr()))
    return OUR_FAULT


def _forget_stdout() -> None:
    """Whoever reads has had enough; what is still to be written goes nowhere."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
