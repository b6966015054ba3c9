"""The command `teach`."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.app import INTERRUPTED, app, guarded
from engine.cli.given import (
    Assume,
    File,
    Overrides,
    Quiet,
    Seed,
    Threads,
    count_of,
    load_file,
    overrides_of,
    set_name_of,
)
from engine.cli.shown import say

if TYPE_CHECKING:
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
    assume: Assume = None,
    set_: Overrides = None,
    draws: Annotated[
        str | None, typer.Option("--draws", "-n", metavar="N", help="How many draws (4,096; with rounds 512).")
    ] = None,
    seed: Seed = None,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Hold a lesson at the terminal: predict, discuss, play, be scored."""
    from engine import api
    from engine.api import teaching
    from engine.report import terminal
    from engine.report.progress import Progress
    from engine.teaching.dialogue import Dialogue, Left

    options = replace(api.options(count_of(draws), None, seed, "sobol", threads), processes=True)
    found = teaching.lesson(load_file(file), step or (), set_name_of(assume), overrides_of(set_), options)
    journal = teaching.session(found, session, new) if replay is None else teaching.replayed(found, replay)
    from engine.cli.asking import read_line

    screen = terminal.screen_of(sys.stdout)
    dialogue = Dialogue(screen, read_line, terminal.write, journal, replays=replay is not None)
    try:
        teaching.hold(found, dialogue, journal, file, lambda: Progress(quiet))
    except Left:
        say(_how_to_go_on(journal))
        return
    except KeyboardInterrupt:
        say("\n" + _how_to_go_on(journal))
        raise typer.Exit(INTERRUPTED) from None


def _how_to_go_on(journal: Journal) -> str:
    words = [word for word in sys.argv[1:] if word != "--new"]
    if "--session" not in words and not any(word.startswith("--session=") for word in words):
        words += ["--session", str(journal.path)]
    return f"Answers are kept. Go on with: {shlex.join(['engine', *words])}\n"
