"""The command `engine`: one short function for each of its commands."""

import os
import sys

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
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed before we began
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
    app()
