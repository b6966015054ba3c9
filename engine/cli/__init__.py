"""The command `engine`: one short function for each of its commands."""

from engine.cli import running, comparing, explaining, checking, converting  # isort: skip  # in the order of `--help`
from engine.cli.app import app

__all__ = ["checking", "comparing", "converting", "explaining", "main", "running"]


def main() -> None:
    """The command `engine`."""
    app()
