"""The command `reconcile`."""

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
def reconcile(
    file: File,
    assume: Assume = None,
    set_: Overrides = None,
    draws: Annotated[
        str | None, typer.Option("--draws", "-n", metavar="N", help="How many draws (16,384; with rounds 2,048).")
    ] = None,
    histories: Histories = None,
    seed: Seed = None,
    threads: Threads = None,
    json: Json = False,
    csv: Csv = False,
    quiet: Quiet = False,
) -> None:
    """Print whether statements and incentives fit together."""
    from engine import __version__, api
    from engine.api.reconciling import RECONCILE_HISTORIES
    from engine.report import reconciled, reconciliation, text
    from engine.report.progress import Progress

    form = form_of(json, csv)
    name, asked = set_name_of(assume), count_of(draws)
    usual = RECONCILE_HISTORIES if histories is None else histories
    options = replace(api.options(asked, seed=seed, threads=threads, histories=usual), processes=True)
    with Progress(quiet) as progress:
        found = api.reconcile(load_file(file), name, overrides_of(set_), options, progress)
    ran = text.Ran(file, progress.seconds, asked)
    show(
        form,
        record=lambda: reconciled.reconciliation_record(found, __version__),
        table=lambda: reconciled.reconciliation_csv(found),
        text=lambda screen: reconciliation.reconciliation_text(found, ran, screen),
    )
    if not quiet:
        say_warnings(found.warnings)
