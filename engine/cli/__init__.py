"""The command `engine`: one short function for each of its commands."""

from engine.cli import running, explaining, reconciling, checking, converting  # isort: skip  # in the order of `--help`
from engine.cli.app import app

__all__ = ["checking", "converting", "explaining", "main", "reconciling", "running"]


def main() -> None:
    """The command `engine`."""
    app()
