"""The command line: each command loads, calls and prints."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec

import typer

if TYPE_CHECKING:
    from engine import api
    from engine.analysis.summary import Result
    from engine.exchange.convert import Converted
    from engine.report.terminal import Screen
    from engine.report.text import Ran

WRONG_SCENARIO, WRONG_USAGE, OUR_FAULT, INTERRUPTED = 1, 2, 3, 130
STDIN = "-"
LARGEST_BARE = 0.05  # a larger error without % is more likely a percentage whose sign was forgotten

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


# Commands

File = Annotated[str, typer.Argument(metavar="FILE", help="The scenario, a YAML file; - reads it from stdin.")]
Assume = Annotated[list[str] | None, typer.Option(metavar="SET", help="Run under this assumption set (base).")]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change one value, such as unknowns.loans=3; repeatable."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no warnings.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
@guarded
def run(
    file: File,
    assume: Assume = None,
    set_: Overrides = None,
    draws: Annotated[
        str | None, typer.Option("--draws", "-n", metavar="N", help="How many draws (16,384; with rounds 4,096).")
    ] = None,
    histories: Annotated[
        int | None, typer.Option(metavar="N", help="Histories that a draw may carry, where there are rounds (16).")
    ] = None,
    error: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="Draw until every chance is known to within this (95 %), such as 0.1%."),
    ] = None,
    seed: Annotated[int | None, typer.Option(metavar="N", help="Of the random numbers (1).")] = None,
    method: Annotated[str, typer.Option(metavar="NAME", help="sobol or random.")] = "sobol",
    threads: Annotated[int | None, typer.Option(metavar="N", help="Changes nothing but speed.")] = None,
    json: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, one row for each figure.")] = False,
    save: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Save the result and where it comes from as a new folder.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Print the outcome distributions of a scenario."""
    from engine import api
    from engine.errors import UsageError
    from engine.report.progress import Progress
    from engine.report.text import Ran

    if json and csv:
        raise UsageError("--json and --csv exclude each other", "use --save to have both")
    name = _set_name(assume)
    asked = _count(draws)
    options = replace(api.options(asked, _size(error), seed, method, threads, histories), processes=True)
    if save is not None:
        api.check_free(save)
    with Progress(quiet) as progress:
        loaded = _load(file)
        result = api.run(loaded, name, [_override(text) for text in set_ or ()], options, progress, progress.say)
    if save is not None:
        api.save(save, loaded, result, ("engine", *sys.argv[1:]))
    ran = Ran(file, progress.seconds, asked if error is None else None)
    _print_result(result, ran, "json" if json else "csv" if csv else "text")
    if not quiet:
        _say_warnings(result)
    if save is not None and not quiet:
        _say(f"saved to {save}\n")


@app.command()
@guarded
def check(
    file: File,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Where each claim is used, and what the numbers rest on.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Print every problem of a scenario, or what it consists of."""
    from engine import __version__, api
    from engine.errors import ScenarioError
    from engine.report import export, overview, problems, terminal

    try:
        loaded = _load(file)
        api.check_all(loaded)
    except ScenarioError as error:
        if not json:
            raise
        terminal.write_data(export.json_text(overview.check_record(__version__, error.problems, None, None)))
        raise typer.Exit(WRONG_SCENARIO) from None
    found = api.outline(loaded)
    claims = api.provenance(loaded) if evidence else None
    screen = terminal.screen_of(sys.stdout)
    if json:
        terminal.write_data(export.json_text(overview.check_record(__version__, (), found, claims)))
    elif claims is not None:
        terminal.write(overview.provenance_text(claims, screen))
    else:
        terminal.write(overview.outline_text(found, loaded.scenario, file, screen))
    if found.warnings and not quiet and claims is None:
        _say(problems.problems_text(found.warnings, terminal.screen_of(sys.stderr), "warning"))


@app.command()
@guarded
def convert(
    source: Annotated[
        str, typer.Argument(metavar="FILE", help="A scenario (.yaml) or a game of Gambit's (.efg, .nfg).")
    ],
    target: Annotated[str, typer.Argument(metavar="NEW", help="What to write; - is stdout.")],
    to: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="yaml, efg or nfg (default: by the end of NEW).")
    ] = None,
    assume: Annotated[
        list[str] | None, typer.Option(metavar="SET", help="Write a scenario under this assumption set (base).")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="Change one value, such as unknowns.loans=3; repeatable."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that exists.")] = False,
    quiet: Quiet = False,
) -> None:
    """Convert a scenario to a game of Gambit's, or back."""
    from engine import api
    from engine.exchange import files
    from engine.exchange.convert import format_of
    from engine.report import terminal

    if target != STDIN:
        files.check_writable(Path(target), force)
    set_name = _set_name(assume)
    text, name = _text(source)
    kind = format_of(source, text)
    default = ("efg" if kind == "yaml" else "yaml") if target == STDIN else format_of(target)
    changes = [_override(item) for item in set_ or ()]
    found = api.convert(text, name, kind, to or default, set_name, changes, Path(source).parent)
    if target == STDIN:
        terminal.write_data(found.text)
    else:
        files.write_whole(Path(target), found.text, force)
    if not quiet:
        _say_warnings(found)


@app.command()
@guarded
def explain(
    file: File,
    assume: Assume = None,
    set_: Overrides = None,
    actor: Annotated[str, typer.Option(metavar="ACTOR", help="Explain the choices of this actor alone.")] = "",
    outcome: Annotated[
        str, typer.Option(metavar="NAME", help="Explain where this outcome is likely (the first event).")
    ] = "",
    round_: Annotated[
        int | None, typer.Option("--round", metavar="R", help="Explain this round, after the likeliest history (1).")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Show what is hardly ever reached, too.")] = False,
    json: Json = False,
    diagram: Annotated[
        str | None, typer.Option(metavar="FORM", help="Print the influence diagram instead: mermaid or dot.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Print why each actor chooses as it does, and the smallest change that would flip each choice."""
    from engine import __version__, api
    from engine.errors import UsageError
    from engine.report import diagram as diagrams
    from engine.report import explained, explanation, export, terminal, text

    overrides, name = [_override(given) for given in set_ or ()], _set_name(assume)
    if diagram is not None and json:
        raise UsageError("--json and --diagram exclude each other")
    if diagram is not None and round_ is not None:
        raise UsageError("--round and --diagram exclude each other: the diagram is that of every round")
    if diagram is not None:
        draw = diagrams.form(diagram)
        terminal.write_data(draw(api.influence(_load(file), name, overrides)))
        return
    started = time.perf_counter()
    found = api.explain(_load(file), name, overrides, actor, outcome, number=round_)
    if json:
        terminal.write_data(export.json_text(explained.explanation_record(found, __version__)))
    else:
        ran = text.Ran(file, time.perf_counter() - started)
        terminal.write(explanation.explanation_text(found, ran, all_, terminal.screen_of(sys.stdout)))
    if not quiet and (warnings := explanation.explanation_warnings(found)):
        _say(text.warnings_text(warnings, _stderr()))


@app.command()
@guarded
def schema() -> None:
    """Print the JSON Schema of the scenario language, for editors."""
    from engine.report import export, terminal
    from engine.report.schema import scenario_schema

    terminal.write_data(export.json_text(scenario_schema()))


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


def main() -> None:
    """The command `engine`."""
    app()


# Input


def _load(file: str) -> api.Loaded:
    from engine import api

    return api.load_stream(sys.stdin.buffer, "<stdin>") if file == STDIN else api.load(Path(file))


def _text(file: str) -> tuple[str, str]:
    """What a file or stdin holds, and what it is called in messages."""
    from engine import api, document

    if file == STDIN:
        return api.read_stream(sys.stdin.buffer, "<stdin>"), "<stdin>"
    return document.read_file(Path(file)), file


def _count(text: str | None) -> int | None:
    """A whole number such as `16384`, `16,384` or `16_384`."""
    from engine.errors import UsageError

    if text is None:
        return None
    if re.fullmatch(r"-?[0-9]{1,18}|[0-9]{1,3}(?:([,_])[0-9]{3})(?:\1[0-9]{3}){0,4}", text) is None:
        raise UsageError(f"--draws {text}: a whole number is needed", "such as 16384 or 16,384")
    return int(re.sub("[,_]", "", text))


def _size(text: str | None) -> float | None:
    """A share such as `0.1%` or `0.001`; a large one is only taken with its %."""
    from engine.errors import UsageError

    if text is None:
        return None
    try:
        size = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise UsageError(f"--error {text}: a share is needed, such as 0.1% or 0.001") from None
    if not text.endswith("%") and LARGEST_BARE <= size < 100:
        raise UsageError(
            f"--error {text} would be {100 * size:g} percentage points", f"write {text}% or {100 * size:g}%"
        )
    return size


def _set_name(given: list[str] | None) -> str:
    """The one assumption set that is asked for."""
    from engine.errors import UsageError

    if given and len(given) > 1:
        sets = [name for name in dict.fromkeys(given) if name != "base"]
        combined = f"write one in the scenario that has both: {{label: Both, extends: [{', '.join(sets)}]}}"
        hint = f"to combine sets, {combined}" if len(sets) > 1 else "give it once"
        raise UsageError("--assume takes one set, and is given more than once", hint)
    return given[0] if given else "base"


def _override(text: str) -> tuple[str, str]:
    from engine.errors import UsageError

    found = re.fullmatch(r"((?:'[^']*'|\"[^\"]*\"|[^='\"])+)=(.*)", text, re.DOTALL)
    if found is None:
        raise UsageError(f"--set {text}: a path and a value are needed", "for example --set unknowns.loans=3")
    return found[1].strip(), found[2].strip()


# Output


def _print_result(result: Result, ran: Ran, form: str) -> None:
    from engine import __version__
    from engine.report import export, terminal, text

    if form == "json":
        terminal.write_data(export.json_text(export.result_record(result, __version__)))
    elif form == "csv":
        terminal.write_data(export.csv_text(result))
    else:
        terminal.write(text.result_text(result, ran, terminal.screen_of(sys.stdout)))


def _say_warnings(result: Result | Converted) -> None:
    from engine.report import text

    if result.warnings:
        _say(text.warnings_text(result.warnings, _stderr()))


def _say(message: str) -> None:
    """Writes to stderr, after whatever stdout still holds."""
    from engine.report import terminal

    sys.stdout.flush()
    terminal.write(message, sys.stderr)


def _stderr() -> Screen:
    from engine.report import terminal

    return terminal.screen_of(sys.stderr)


def failed(error: BaseException) -> int:
    """Says on stderr what went wrong; the exit code."""
    if isinstance(error, BrokenPipeError):
        _forget_stdout()
        return 0
    from engine.errors import ScenarioError, UsageError
    from engine.report import problems

    if isinstance(error, KeyboardInterrupt):
        _say("\ninterrupted\n")
        return INTERRUPTED
    if isinstance(error, UsageError):
        _say(problems.usage_text(error, _stderr()))
        return WRONG_USAGE
    if isinstance(error, ScenarioError):
        _say(problems.problems_text(error.problems, _stderr()))
        typed = any(problem.where and problem.where.file.startswith("--set ") for problem in error.problems)
        return WRONG_USAGE if typed else WRONG_SCENARIO
    if isinstance(error, OSError):
        _say(problems.system_text(error, _stderr()))
        return WRONG_SCENARIO
    if os.environ.get("ENGINE_DEBUG"):
        import traceback

        traceback.print_exception(error)
    _say(problems.fault_text(error, _stderr()))
    return OUR_FAULT


def _forget_stdout() -> None:
    """Whoever reads has had enough; what is still to be written goes nowhere."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
