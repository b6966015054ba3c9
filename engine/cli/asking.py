"""Lines that somebody types at the terminal, or that a pipe brings."""

from __future__ import annotations

import contextlib
import sys
from typing import Final

LONGEST: Final = 10_000
"""Characters of a line that are read."""


def read_line(prompt: str) -> str:
    """A line, without its end.

    On a terminal it can be edited; of a pipe it is shown after the prompt, so that what is printed reads on its own.

    Raises:
        EOFError: there are no more.
    """
    from engine.report import terminal

    sys.stdout.flush()
    with contextlib.suppress(AttributeError, ValueError, OSError):
        sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    if terminal.is_terminal(sys.stdin) and terminal.is_terminal(sys.stdout):
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401  # input() then lets lines be edited
        try:
            return input(prompt)
        except (UnicodeError, ValueError):
            return "?"
    terminal.write(prompt)
    line = sys.stdin.readline(LONGEST)
    if not line:
        raise EOFError
    if not terminal.is_terminal(sys.stdin):
        terminal.write(f"{terminal.safe(line.rstrip())}\n")
    return line
