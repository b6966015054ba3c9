"""What a command shows: data on stdout, all else on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.report.terminal import Screen


def show(
    form: str,
    record: Callable[[], Mapping[str, Any]],
    table: Callable[[], str],
    text: Callable[[Screen], str],
) -> None:
    """Prints a result as JSON, CSV or text."""
    from engine.report import export, terminal

    if form == "json":
        terminal.write_data(export.json_text(record()))
    elif form == "csv":
        terminal.write_data(table())
    else:
        terminal.write(text(terminal.screen_of(sys.stdout)))


def say_warnings(warnings: Sequence[str]) -> None:
    """Says what a result warns of."""
    from engine.report import text

    if warnings:
        say(text.warnings_text(warnings, stderr()))


def say(message: str) -> None:
    """Writes to stderr, after whatever stdout still holds."""
    from engine.report import terminal

    sys.stdout.flush()
    terminal.write(message, sys.stderr)


def stderr() -> Screen:
    """What stderr can show."""
    from engine.report import terminal

    return terminal.screen_of(sys.stderr)
