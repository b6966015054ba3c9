"""Lines that somebody types, on a terminal or through a pipe."""

from __future__ import annotations

import contextlib
import sys


def line(prompt: str) -> str:
    """Asks for a line; what is typed at a terminal can be edited, what comes through a pipe is shown.

    Raises:
        EOFError: there are no more.
        KeyboardInterrupt: Ctrl-C.
    """
    from engine.report import terminal

    if sys.stdin is None:
        raise EOFError
    if terminal.is_terminal(sys.stdin) and terminal.is_terminal(sys.stdout):
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401  # makes `input` take arrow keys
        sys.stdout.flush()
        try:
            return input(prompt)
        except (UnicodeError, ValueError):  # bytes that are no text
            return "\ufffd"
    terminal.write(prompt)
    with contextlib.suppress(AttributeError, ValueError):
        sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    found = sys.stdin.readline()
    if not found:
        raise EOFError
    terminal.write(terminal.safe(found).strip()[:80] + "\n")
    return found
