"""The command `explain`."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer

from engine.cli.app import app, guarded
from engine.cli.given import Assume, File, Json, Overrides, Quiet, load_file, overrides_of, set_name_of
from engine.cli.shown import say, stderr


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
    """Print why actors choose as they do, and what would flip it."""
    from engine import __version__, api
    from engine.errors import UsageError
    from engine.report import diagram as diagrams
    from engine.report import explained, explanation, export, terminal, text

    overrides, name = overrides_of(set_), set_name_of(assume)
    if diagram is not None and json:
        raise UsageError("--json and --diagram exclude each other")
    if diagram is not None and round_ is not None:
        raise UsageError("--round and --diagram exclude each other: the diagram is that of every round")
    if diagram is not None:
        draw = diagrams.form(diagram)
        terminal.write_data(draw(api.influence(load_file(file), name, overrides)))
        return
    started = time.perf_counter()
    found = api.explain(load_file(file), name, overrides, actor, outcome, number=round_)
    if json:
        terminal.write_data(export.json_text(explained.explanation_record(found, __version__)))
    else:
        ran = text.Ran(file, time.perf_counter() - started)
        terminal.write(explanation.explanation_text(found, ran, all_, terminal.screen_of(sys.stdout)))
    if not quiet and (warnings := explanation.explanation_warnings(found)):
        say(text.warnings_text(warnings, stderr()))
