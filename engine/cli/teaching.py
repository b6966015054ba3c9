"""The command `teach`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.app import INTERRUPTED, app, guarded
from engine.cli.given import (
    STDIN,
    Assume,
    Csv,
    File,
    Json,
    Overrides,
    Quiet,
    Seed,
    Threads,
    count_of,
    form_of,
    load_file,
    overrides_of,
    set_name_of,
)
from engine.cli.shown import say, show
from engine.errors import UsageError

if TYPE_CHECKING:
    from engine import api
    from engine.teaching.journal import Journal


@app.command()
@guarded
def teach(
    file: File,
    step: Annotated[
        list[str] | None, typer.Option("--step", metavar="NAME", help="Only this step, such as predict; repeatable.")
    ] = None,
    session: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The file that keeps the answers, to go on from or to begin.")
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Begin anew, beside a session that is not finished.")] = False,
    replay: Annotated[Path | None, typer.Option(metavar="PATH", help="Show a session again, with its answers.")] = None,
    handout: Annotated[
        Path | None, typer.Option(metavar="FILE.md", help="Write what came of it as a new Markdown file.")
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="A class's predictions: name, outcome, probability.")
    ] = None,
    reveal: Annotated[
        bool, typer.Option("--reveal", help="With --answers: tell what happened, and everybody's score.")
    ] = False,
    json: Json = False,
    csv: Csv = False,
    assume: Assume = None,
    set_: Overrides = None,
    draws: Annotated[
        str | None, typer.Option("--draws", "-n", metavar="N", help="How many draws (4,096; with rounds 512).")
    ] = None,
    seed: Seed = None,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Hold a lesson at the terminal, or look at a class's predictions."""
    from engine import api
    from engine.report import new_file

    options = replace(api.options(count_of(draws), None, seed, "sobol", threads), processes=True)
    given = Given(file, step or [], set_name_of(assume), overrides_of(set_), options, handout, quiet)
    if handout is not None:
        new_file.check_new(handout)
    if answers is not None:
        _only_without("--answers", {"--step": step, "--session": session, "--new": new, "--replay": replay})
        _class(given, answers, reveal, form_of(json, csv))
        return
    _only_without("a lesson", {"--reveal": reveal, "--json": json, "--csv": csv}, "with --answers")
    if file == STDIN:
        raise UsageError("a lesson reads answers from stdin, so its scenario has to be a file")
    if session is not None and new:
        raise UsageError("--session and --new exclude each other", "give a session another name to begin anew")
    if replay is not None:
        _only_without("--replay", {"--session": session, "--new": new})
    _lesson(given, session, new, replay)


@dataclass(frozen=True, slots=True)
class Given:
    """What lessons and classes are given."""

    file: str
    steps: list[str]
    assumptions: str
    overrides: list[tuple[str, str]]
    options: api.Options
    handout: Path | None
    quiet: bool


def _lesson(given: Given, session: Path | None, new: bool, replay: Path | None) -> None:
    from engine.api import teaching
    from engine.cli import asking
    from engine.report import new_file, terminal
    from engine.report.progress import Progress
    from engine.teaching.dialogue import Dialogue, Left

    found = teaching.lesson(load_file(given.file), given.steps, given.assumptions, given.overrides, given.options)
    journal = teaching.session(found, session, new) if replay is None else teaching.replayed(found, replay)
    dialogue = Dialogue(terminal.screen_of(sys.stdout), asking.line, terminal.write, journal, replay is not None)
    over = replay is not None
    try:
        held = teaching.hold(found, dialogue, journal, given.file, lambda: Progress(given.quiet))
        over = True
        if given.handout is not None:
            new_file.write_new(given.handout, teaching.handout(held))
            say(f"handout written to {given.handout}\n")
    except Left:
        say(_how_to_go_on(journal) if replay is None else f"{journal.path} is not finished; there is no more of it.\n")
    except KeyboardInterrupt:
        say("\n" + (_how_to_see_it_again(given, journal) if over else _how_to_go_on(journal)))
        raise typer.Exit(INTERRUPTED) from None
    except (OSError, UsageError):
        if over and replay is None:
            say(_how_to_see_it_again(given, journal))
        raise
    else:
        terminal.write(f"Next: {terminal.safe(_after(given, journal))}\n")


def _class(given: Given, answers: Path, reveal: bool, form: str) -> None:
    from engine import __version__
    from engine.api import teaching
    from engine.report import crowd, crowd_handout, new_file, text
    from engine.report.progress import Progress

    with Progress(given.quiet) as progress:
        found = teaching.classroom(
            load_file(given.file), answers, reveal, given.assumptions, given.overrides, given.options, progress
        )
    ran = text.Ran(given.file, progress.seconds)
    if given.handout is not None:
        new_file.write_new(given.handout, crowd_handout.classroom_handout(found, __version__))
    show(
        form,
        record=lambda: crowd.classroom_record(found, __version__),
        table=lambda: crowd.classroom_csv(found),
        text=lambda screen: crowd.classroom_text(found, ran, screen),
    )
    if given.handout is not None and not given.quiet:
        say(f"handout written to {given.handout}\n")


def _only_without(one: str, others: Mapping[str, object], hint: str = "") -> None:
    for name, value in others.items():
        if value:
            raise UsageError(f"{name} does not go with {one}", f"it goes {hint}" if hint else "")


def _after(given: Given, journal: Journal) -> str:
    if given.handout is None:
        return shlex.join([*_words(given), "--replay", str(journal.path), "--handout", "handout.md"])
    return shlex.join(["engine", "run", given.file])


def _how_to_see_it_again(given: Given, journal: Journal) -> str:
    from engine.report.terminal import safe

    return (
        f"Answers are kept. See them again with: {safe(shlex.join([*_words(given), '--replay', str(journal.path)]))}\n"
    )


def _words(given: Given) -> list[str]:
    """The command that holds the same lesson: a session belongs to its steps, assumptions, draws and seed."""
    from engine import api

    words = ["engine", "teach", given.file]
    words += [word for step in given.steps for word in ("--step", step)]
    words += ["--assume", given.assumptions] if given.assumptions != "base" else []
    words += [word for path, value in given.overrides for word in ("--set", f"{path}={value}")]
    words += ["--draws", str(given.options.draws)] if given.options.draws else []
    return words + (["--seed", str(given.options.seed)] if given.options.seed != api.Options().seed else [])


def _how_to_go_on(journal: Journal) -> str:
    words = [word for word in sys.argv[1:] if word != "--new"]
    if "--session" not in words and not any(word.startswith("--session=") for word in words):
        words += ["--session", str(journal.path)]
    from engine.report.terminal import safe

    return f"Answers are kept. Go on with: {safe(shlex.join(['engine', *words]))}\n"
