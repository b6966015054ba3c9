"""The command `convert`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.app import app, guarded
from engine.cli.given import STDIN, Overrides, Quiet, overrides_of, set_name_of, text_of
from engine.cli.shown import say_warnings


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
    set_: Overrides = None,
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
    set_name = set_name_of(assume)
    text, name = text_of(source)
    kind = format_of(source, text)
    default = ("efg" if kind == "yaml" else "yaml") if target == STDIN else format_of(target)
    changes = overrides_of(set_)
    found = api.convert(text, name, kind, to or default, set_name, changes, Path(source).parent)
    if target == STDIN:
        terminal.write_data(found.text)
    else:
        files.write_whole(Path(target), found.text, force)
    if not quiet:
        say_warnings(found.warnings)
