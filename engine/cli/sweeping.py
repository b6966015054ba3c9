"""The command `sweep`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from engine.cli.app import app, guarded
from engine.cli.given import (
    Assume,
    Csv,
    File,
    Histories,
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
from engine.cli.shown import say_warnings, show


@app.command()
@guarded
def sweep(
    file: File,
    swept: Annotated[
        str,
        typer.Argument(
            metavar="PATH=FROM:TO[:STEPS]", help="The number and its range, such as unknowns.loans=1:5 (11 values)."
        ),
    ],
    outcome: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Show this outcome (the first); repeatable.")
    ] = None,
    assume: Assume = None,
    set_: Overrides = None,
    draws: Annotated[
        str | None,
        typer.Option("--draws", "-n", metavar="N", help="How many draws for each value (4,096; with rounds 512)."),
    ] = None,
    histories: Histories = None,
    seed: Seed = None,
    threads: Threads = None,
    json: Json = False,
    csv: Csv = False,
    quiet: Quiet = False,
) -> None:
    """Print the outcomes as one number is moved over a range."""
    from engine import __version__, api
    from engine.report import sweep as reports
    from engine.report import swept as records
    from engine.report.progress import Progress
    from engine.report.text import Ran

    form, name, asked = form_of(json, csv), set_name_of(assume), count_of(draws)
    options = replace(api.options(asked, None, seed, "sobol", threads, histories), processes=True)
    with Progress(quiet) as progress:
        loaded = load_file(file)
        found = api.sweep(loaded, swept, name, overrides_of(set_), outcome or (), options, progress)
    ran = Ran(file, progress.seconds, asked)
    show(
        form,
        record=lambda: records.sweep_record(found, __version__),
        table=lambda: records.sweep_csv(found),
        text=lambda screen: reports.sweep_text(found, ran, screen),
    )
    if not quiet:
        say_warnings(found.warnings)
