"""The command `sensitivity`."""

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
def sensitivity(
    file: File,
    outcome: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this outcome; repeatable (the first event; others in short)."),
    ] = None,
    assume: Assume = None,
    set_: Overrides = None,
    draws: Annotated[
        str | None,
        typer.Option("--draws", "-n", metavar="N", help="Draws that each unknown is varied on (4,096; rounds: 512)."),
    ] = None,
    histories: Histories = None,
    shapley: Annotated[
        bool, typer.Option("--shapley", help="A fair share for each unknown, also where none are correlated.")
    ] = False,
    tornado: Annotated[bool, typer.Option(help="Try each unknown at its 5 and its 95 %, or spare that time.")] = True,
    seed: Seed = None,
    threads: Threads = None,
    json: Json = False,
    csv: Csv = False,
    quiet: Quiet = False,
) -> None:
    """Print which unknowns an outcome hangs on."""
    from engine import __version__, api
    from engine.report import sensitivities, text
    from engine.report import sensitivity as reports
    from engine.report.progress import Progress

    form = form_of(json, csv)
    name = set_name_of(assume)
    asked = count_of(draws)
    few = api.SENSITIVITY_HISTORIES if histories is None else histories
    options = replace(api.options(asked, seed=seed, threads=threads, histories=few), processes=True)
    with Progress(quiet) as progress:
        loaded = load_file(file)
        found = api.sensitivity(loaded, name, overrides_of(set_), outcome or (), options, shapley, tornado, progress)
    ran = text.Ran(file, progress.seconds, asked)
    show(
        form,
        record=lambda: sensitivities.sensitivity_record(found, __version__),
        table=lambda: sensitivities.sensitivity_csv(found),
        text=lambda screen: reports.sensitivity_text(found, tuple(outcome or ()), ran, screen),
    )
    if not quiet:
        say_warnings(found.warnings)
