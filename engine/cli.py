"""The command line: each command loads, calls and prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="engine",
    help="Turn a text about people who watch one another and choose into a game that can be run.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

File = Annotated[Path, typer.Argument(metavar="FILE", help="the scenario, a YAML file; - reads it from stdin")]


@app.command()
def run(file: File) -> None:
    """Print the outcome distributions of a scenario."""
    from engine import __version__, api
    from engine.report import export

    result = api.run(api.load(file))
    typer.echo(export.json_text(export.result_record(result, __version__)))


def main() -> None:
    app()
