"""The command `play`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.app import INTERRUPTED, app, guarded
from engine.cli.given import (
    STDIN,
    Assume,
    File,
    Json,
    Overrides,
    Quiet,
    load_file,
    overrides_of,
    set_name_of,
)
from engine.cli.shown import say, stderr

if TYPE_CHECKING:
    from engine.api import Seated
    from engine.teaching.journal import Journal

NOT_AGAIN = ("--new",)
"""Options without which a game is taken up again."""


@app.command()
@guarded
def play(
    file: File,
    as_: Annotated[
        list[str] | None, typer.Option("--as", metavar="ACTOR", help="Whose place you take; repeatable.")
    ] = None,
    rounds: Annotated[int | None, typer.Option(metavar="N", help="Play so many rounds at most.")] = None,
    assume: Assume = None,
    set_: Overrides = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Of chance and the others (the first that lets you decide).")
    ] = None,
    vary: Annotated[bool, typer.Option("--vary", help="Draw the unknowns, too; else each is at its median.")] = False,
    session: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Where the game is kept (STEM.play.jsonl).")
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Begin anew, even if a game is unfinished.")] = False,
    replay: Annotated[Path | None, typer.Option(metavar="PATH", help="Show a game again instead.")] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Take an actor's place, round by round, seeing only what it may know."""
    from engine import api
    from engine.errors import UsageError

    if json and replay is None:
        raise UsageError("--json shows a game that was played", "add --replay PATH")
    if file == STDIN and replay is None:
        raise UsageError("a game reads your answers from stdin", "give the scenario as a file")
    if session is not None and new:
        raise UsageError("--session and --new exclude each other", "give a session another name to begin anew")
    if replay is not None:
        if as_ or rounds is not None or assume or set_ or seed is not None or vary or session is not None or new:
            raise UsageError("--replay shows a game as it was played", "leave out all options but --json and --quiet")
        _show(file, replay, json, quiet)
        return
    found = api.seated(load_file(file), as_ or (), set_name_of(assume), overrides_of(set_), seed, vary, rounds)
    _hold(found, file, session, new)


# Private functions


def _hold(found: Seated, file: str, session: Path | None, new: bool) -> None:
    """Plays a game, or goes on with it."""
    from engine import api
    from engine.cli import asking
    from engine.report import terminal, text
    from engine.teaching import journal as journals
    from engine.teaching.dialogue import Dialogue, Left

    default = Path(f"{Path(file).stem}.play.jsonl")
    kept = journals.opened_at(session, found.head) if session is not None else journals.opened(default, found.head, new)
    screen = terminal.screen_of(sys.stdout)
    dialogue = Dialogue(screen, asking.line, terminal.write, kept)
    try:
        api.play(found, dialogue)
    except Left:
        say(f"{_go_on(kept, session)}\n")
        return
    except KeyboardInterrupt:
        say(f"\n{_go_on(kept, session)}\n")
        raise typer.Exit(INTERRUPTED) from None
    words = ("play", file, "--replay", str(kept.path))
    terminal.write("\n" + "\n".join(text.next_line(words, "shows this game again", screen)) + "\n")


def _go_on(kept: Journal, session: Path | None) -> str:
    """With which command the game goes on."""
    words = [word for word in sys.argv[1:] if word not in NOT_AGAIN]
    if session is None:
        words += ["--session", str(kept.path)]
    return stderr().label(f"The game is kept. Go on with: engine {' '.join(map(shlex.quote, words))}")


def _show(file: str, path: Path, json: bool, quiet: bool) -> None:
    """Shows a game that was played, or that is not finished."""
    from engine import api
    from engine.report import export, played, terminal
    from engine.teaching import journal as journals
    from engine.teaching.dialogue import Dialogue

    kept = journals.take_up(path)
    found = api.seated_as(load_file(file), kept)
    silent = terminal.Screen() if json else terminal.screen_of(sys.stdout)
    dialogue = Dialogue(silent, _nobody, (lambda text: None) if json else terminal.write, kept, replays=True)
    review = api.replay(found, dialogue)
    if json:
        terminal.write_data(export.json_text(played.review_record(review, found.head)))
    if not review.over and not quiet:
        words = ["play", file, *(word for seat in found.seats for word in ("--as", seat)), "--session", str(path)]
        goes_on = f"This game is not finished. Go on with: engine {' '.join(map(shlex.quote, words))}"
        say(f"{stderr().label(goes_on)}\n")


def _nobody(prompt: str) -> str:
    raise EOFError
