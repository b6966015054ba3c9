"""The command `score`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.app import app, guarded
from engine.cli.given import Csv, Histories, Json, Quiet, Seed, Threads, count_of, form_of, load_file
from engine.cli.shown import say_warnings, show


@app.command()
@guarded
def score(
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE", help="Scenarios whose file says what happened.")
    ] = None,
    forecasts: Annotated[
        Path | None,
        typer.Option(metavar="FILE.csv", help="Score a list of forecasts: by, probability, happened (, question)."),
    ] = None,
    draws: Annotated[
        str | None, typer.Option("--draws", "-n", metavar="N", help="How many draws (16,384; with rounds 1,024).")
    ] = None,
    histories: Histories = None,
    seed: Seed = None,
    threads: Threads = None,
    json: Json = False,
    csv: Csv = False,
    md: Annotated[bool, typer.Option("--md", help="Print the table of several scenarios as Markdown.")] = False,
    quiet: Quiet = False,
) -> None:
    """Print how good forecasts were, and what happened.

    Of one scenario: every assumption set, statement and reference. Of several, or of a list: calibration too.
    """
    from engine import __version__, api, document
    from engine.errors import UsageError
    from engine.report import scores, scores_data, terminal
    from engine.report.progress import Progress
    from engine.report.text import Ran

    form, asked = form_of(json, csv), count_of(draws)
    if bool(files) == (forecasts is not None):
        raise UsageError("scenarios are needed, or --forecasts with a list, not both", "engine score FILE.yaml")
    if md and (form != "text" or forecasts is not None):
        raise UsageError("--md goes with scenarios, and without --json and --csv")
    options = replace(api.options(asked, seed=seed, threads=threads, histories=histories), processes=True)
    with Progress(quiet) as progress:
        if forecasts is not None:
            found = api.score_forecasts(document.read_file(forecasts), str(forecasts))
        else:
            found = api.score([load_file(file) for file in files or ()], options, progress)
    if md:
        terminal.write_data(scores_data.scores_markdown(found))
    else:
        ran = Ran(str(forecasts or (files or [""])[0]), progress.seconds, asked)
        show(
            form,
            record=lambda: scores_data.scores_record(found, __version__),
            table=lambda: scores_data.scores_csv(found),
            text=lambda screen: scores.scores_text(found, ran, screen),
        )
    warnings = [warning for one in found.scenarios for warning in one.warnings]
    if warnings and not quiet:
        say_warnings(warnings)
