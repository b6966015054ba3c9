"""The command `voi`."""

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
def voi(
    file: File,
    assume: Assume = None,
    set_: Overrides = None,
    outcome: Annotated[
        str, typer.Option(metavar="NAME", help="Whose forecast (the first event; with --json and --csv all).")
    ] = "",
    actor: Annotated[str, typer.Option(metavar="ACTOR", help="Value knowledge for this actor alone.")] = "",
    secret: Annotated[bool, typer.Option("--secret", help="The others do not know that it is known.")] = False,
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
    """Print what is worth knowing, and what to watch next."""
    from engine import __version__, api
    from engine.api.informing import HISTORIES
    from engine.report import information, informed, text
    from engine.report.progress import Progress

    form = form_of(json, csv)
    name = set_name_of(assume)
    asked = count_of(draws)
    carried = HISTORIES if histories is None else histories
    options = replace(api.options(asked, None, seed, "sobol", threads, carried), processes=True)
    with Progress(quiet, unit="") as progress:
        loaded = load_file(file)
        every = form != "text"
        found = api.voi(loaded, name, overrides_of(set_), outcome, actor, secret, options, progress, every)
    ran = text.Ran(file, progress.seconds, asked)
    show(
        form,
        record=lambda: informed.information_record(found, __version__),
        table=lambda: informed.information_table(found),
        text=lambda screen: information.information_text(found, ran, screen),
    )
    if not quiet:
        say_warnings(found.warnings)
