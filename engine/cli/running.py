"""The command `run`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
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
    size_of,
)
from engine.cli.shown import say, say_warnings, show


@app.command()
@guarded
def run(
    file: File,
    assume: Assume = None,
    set_: Overrides = None,
    draws: Annotated[
        str | None, typer.Option("--draws", "-n", metavar="N", help="How many draws (16,384; with rounds 1,024).")
    ] = None,
    histories: Histories = None,
    error: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="Draw until every chance is known to within this (95 %), such as 0.1%."),
    ] = None,
    seed: Seed = None,
    method: Annotated[str, typer.Option(metavar="NAME", help="sobol or random.")] = "sobol",
    threads: Threads = None,
    json: Json = False,
    csv: Csv = False,
    save: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Save the result and where it comes from as a new folder.")
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Print the outcome distributions of a scenario."""
    from engine import __version__, api
    from engine.report import export, text
    from engine.report.progress import Progress

    form = form_of(json, csv, "use --save to have both")
    name = set_name_of(assume)
    asked = count_of(draws)
    options = replace(api.options(asked, size_of(error), seed, method, threads, histories), processes=True)
    if save is not None:
        api.check_free(save)
    with Progress(quiet) as progress:
        loaded = load_file(file)
        result = api.run(loaded, name, overrides_of(set_), options, progress, progress.say)
    if save is not None:
        api.save(save, loaded, result, ("engine", *sys.argv[1:]))
    ran = text.Ran(file, progress.seconds, asked if error is None else None)
    show(
        form,
        record=lambda: export.result_record(result, __version__),
        table=lambda: export.csv_text(result),
        text=lambda screen: text.result_text(result, ran, screen),
    )
    if not quiet:
        say_warnings(result.warnings)
    if save is not None and not quiet:
        say(f"saved to {save}\n")
