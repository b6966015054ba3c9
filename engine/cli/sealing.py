"""The commands `seal` and `verify`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.app import WRONG_SCENARIO, app, guarded
from engine.cli.given import (
    STDIN,
    Assume,
    File,
    Histories,
    Json,
    Overrides,
    Quiet,
    Seed,
    Threads,
    count_of,
    load_file,
    overrides_of,
    set_name_of,
)
from engine.cli.shown import show

if TYPE_CHECKING:
    from engine import api


@app.command()
@guarded
def seal(
    file: File,
    assume: Assume = None,
    set_: Overrides = None,
    to: Annotated[
        Path | None, typer.Option(metavar="PATH", help="Where to write it (beside the scenario, .forecast.json).")
    ] = None,
    day: Annotated[str | None, typer.Option("--date", metavar="DATE", help="Sealed on (today).")] = None,
    draws: Annotated[
        str | None, typer.Option("--draws", "-n", metavar="N", help="How many draws (16,384; with rounds 1,024).")
    ] = None,
    histories: Histories = None,
    seed: Seed = None,
    threads: Threads = None,
    replace_: Annotated[bool, typer.Option("--replace", help="Overwrite a record that is there.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a forecast that can be checked later.

    The record holds the figures, the settings, fingerprints of the scenario and its sources, and a SHA-256 over all of
    it, which is printed. Publish that line before the outcome is known, and the file after: whoever has the line can
    check that no figure was changed (engine verify).
    """
    from engine import api
    from engine.report import export, seals, terminal
    from engine.report.progress import Progress

    path = to or _place(file)
    seals.check_place(path, replace_)
    name, sealed_on = set_name_of(assume), _date(day)
    options = replace(api.options(count_of(draws), seed=seed, threads=threads, histories=histories), processes=True)
    with Progress(quiet) as progress:
        loaded = load_file(file)
        record = api.seal(loaded, name, overrides_of(set_), options, sealed_on, progress)
    seals.write_record(path, record, replace_)
    if json:
        terminal.write_data(export.json_text(record))
    else:
        resolved = bool(loaded.scenario.resolution)
        show("text", dict, str, lambda screen: seals.seal_text(record, path, resolved, file, screen))


@app.command()
@guarded
def verify(
    record: Annotated[Path, typer.Argument(metavar="RECORD", help="What engine seal has written.")],
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="The scenario (of that name, beside the record).")
    ] = None,
    threads: Threads = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Check a sealed forecast: untouched, and comes out again.

    Exit code 0 if the record is as it was sealed, the scenario says the same but for what happened, and a new run with
    the recorded settings gives the same figures, or such within sampling error; else 1.
    """
    from engine import __version__, api, document
    from engine.report import seals
    from engine.report.progress import Progress

    read = seals.read_record(document.read_file(record), str(record))
    with Progress(quiet) as progress:
        found = api.verify(read, _scenario(read["scenario"]["file"], record, file), threads, progress, True)
    show(
        "json" if json else "text",
        record=lambda: seals.verified_record(found, __version__),
        table=str,
        text=lambda screen: seals.verified_text(found, str(record), screen),
    )
    if not found.holds:
        raise typer.Exit(WRONG_SCENARIO)


def _place(file: str) -> Path:
    from engine.report.seals import ENDING

    return Path(f"scenario{ENDING}") if file == STDIN else Path(file).with_suffix(ENDING)


def _date(text: str | None) -> date | None:
    from engine.errors import UsageError

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--date {text}: a date is needed", "such as 2026-03-01") from None


def _scenario(name: str, record: Path, file: str | None) -> api.Loaded:
    """The scenario that is given, or that of the record's name beside it; a record opens no other file."""
    from engine.errors import UsageError

    if file is not None:
        return load_file(file)
    beside = record.parent / Path(name).name
    if Path(name).name != name or not beside.is_file():
        raise UsageError(f"there is no '{name}' beside the record", f"name the scenario: engine verify {record} FILE")
    return load_file(str(beside))
