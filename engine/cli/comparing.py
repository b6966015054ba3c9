"""The command `compare`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.app import app, guarded
from engine.cli.given import (
    STDIN,
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
)
from engine.cli.shown import say_warnings, show

if TYPE_CHECKING:
    from engine import api


@app.command()
@guarded
def compare(
    file: File,
    sets: Annotated[
        list[str] | None,
        typer.Argument(metavar="SET|FILE", help="Its sets (base and all); a further file, and its sets."),
    ] = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Explain the differences of this outcome (the first); repeatable."),
    ] = None,
    standards: Annotated[
        bool, typer.Option("--words", help="One set under every standard of words of probability.")
    ] = False,
    sweep: Annotated[
        bool, typer.Option("--precision-sweep", help="One set at 0 to 4 times everybody's precision.")
    ] = False,
    set_: Overrides = None,
    draws: Annotated[
        str | None, typer.Option("--draws", "-n", metavar="N", help="How many draws (16,384; with rounds 1,024).")
    ] = None,
    histories: Histories = None,
    seed: Seed = None,
    threads: Threads = None,
    json: Json = False,
    csv: Csv = False,
    quiet: Quiet = False,
) -> None:
    """Print assumption sets side by side, and why they differ."""
    from engine import __version__, api
    from engine.errors import UsageError
    from engine.report import compared, comparison
    from engine.report.progress import Progress
    from engine.report.text import Ran

    if standards and sweep:
        raise UsageError("--words and --precision-sweep exclude each other")
    what = "words" if standards else "precision" if sweep else "sets"
    form, asked = form_of(json, csv), count_of(draws)
    options = replace(api.options(asked, None, seed, "sobol", threads, histories), processes=True)
    with Progress(quiet) as progress:
        groups = _groups([file, *(sets or ())])
        found = api.compare(groups, overrides_of(set_), options, what, outcome or (), progress)
    ran = Ran(file, progress.seconds, asked)
    show(
        form,
        record=lambda: compared.comparison_record(found, __version__),
        table=lambda: compared.comparison_csv(found),
        text=lambda screen: comparison.comparison_text(found, ran, screen),
    )
    if not quiet:
        say_warnings(found.warnings)


def _groups(words: Sequence[str]) -> list[tuple[api.Loaded, list[str]]]:
    """Files, each with the sets that follow it; a file that is named again is read once."""
    files: dict[str, api.Loaded] = {}
    groups: list[tuple[api.Loaded, list[str]]] = []
    for word in words:
        if groups and not _is_file(word, groups[-1][0]):
            groups[-1][1].append(word)
        else:
            if word not in files:
                files[word] = load_file(word)
            groups.append((files[word], []))
    return groups


def _is_file(word: str, before: api.Loaded) -> bool:
    if word in before.scenario.assumptions:
        return False
    return word == STDIN or word.endswith((".yaml", ".yml")) or Path(word).is_file()
