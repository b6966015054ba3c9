"""The command `engine`: one short function for each of its commands."""

from engine.cli import (  # isort: skip  # in the order of `--help`
    running,
    comparing,
    sweeping,
    explaining,
    sensitivities,
    discovering,
    reconciling,
    informing,
    scoring,
    sealing,
    checking,
    converting,
    teaching,
    playing,
)
from engine.cli.app import app

__all__ = [
    "checking",
    "comparing",
    "converting",
    "discovering",
    "explaining",
    "informing",
    "main",
    "playing",
    "reconciling",
    "running",
    "scoring",
    "sealing",
    "sensitivities",
    "sweeping",
    "teaching",
]


def main() -> None:
    """The command `engine`."""
    app()
