"""The commands `check` and `schema`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from engine.cli.app import WRONG_SCENARIO, app, guarded
from engine.cli.given import File, Json, Quiet, load_file
from engine.cli.shown import say


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
        loaded = load_file(file)
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
        say(problems.problems_text(found.warnings, terminal.screen_of(sys.stderr), "warning"))


@app.command()
@guarded
def schema(
    md: Annotated[
        bool, typer.Option("--md", help="Print a reference of the language in Markdown, for readers.")
    ] = False,
) -> None:
    """Print the JSON Schema of the scenario language, for editors."""
    from engine.report import export, terminal

    if md:
        from engine.report.reference import reference_text

        terminal.write_data(reference_text())
        return
    from engine.report.schema import scenario_schema

    terminal.write_data(export.json_text(scenario_schema()))
