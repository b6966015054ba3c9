"""The command `discover`."""

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
def discover(
    file: File,
    outcome: Annotated[
        str, typer.Option(metavar="CLAIM", help="What is claimed, in quotes, such as 'belarus_enters > 50%'.")
    ],
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
    """Print what would make an outcome likely, or unlikely."""
    from engine import __version__, api
    from engine.report import discovered, discovery, export, text
    from engine.report.progress import Progress

    form = form_of(json, csv)
    name, overrides, asked = set_name_of(assume), overrides_of(set_), count_of(draws)
    options = replace(api.options(asked, None, seed, "sobol", threads, histories), processes=True)
    with Progress(quiet) as progress:
        loaded = load_file(file)
        found = api.discover(loaded, outcome, name, overrides, options, progress)
    ran = text.Ran(file, progress.seconds, asked)
    show(
        form,
        record=lambda: discovered.discovery_record(found, __version__),
        table=lambda: export.table_text(*discovered.discovery_rows(found)),
        text=lambda screen: discovery.discovery_text(found, ran, screen),
    )
    if not quiet:
        say_warnings(found.warnings)
