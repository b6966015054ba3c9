"""The command `engine`: one short function for each of its commands."""

from engine.cli import running, sensitivities, explaining, checking, converting  # isort: skip  # in the order of `--help`
from engine.cli.app import app

__all__ = ["checking", "converting", "explaining", "main", "running", "sensitivities"]


def main() -> None:
    """The command `engine`."""
    app()
