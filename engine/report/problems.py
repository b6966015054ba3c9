"""What is wrong, for people: place, what, the line with a caret under the column, and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from engine.errors import Problem, UsageError
from engine.report.figures import plural
from engine.report.terminal import Screen, width

MOST: Final = 50
TAB: Final = 4
MARGIN: Final = "    "


def problems_text(problems: Sequence[Problem], screen: Screen, kind: str = "error") -> str:
    """Every problem, at most 50 of them, and how many more there are."""
    lines = [line for problem in problems[:MOST] for line in _lines(problem, screen, kind)]
    if len(problems) > MOST:
        lines.append(screen.symbols(f"… and {plural(len(problems) - MOST, f'more {kind}')}"))
    return "\n".join(lines) + "\n"


def usage_text(error: UsageError, screen: Screen) -> str:
    """What was asked for that does not exist."""
    return "\n".join([_first("", error.message, screen, "error"), *_hint(error.hint, screen)]) + "\n"


def fault_text(error: BaseException, screen: Screen) -> str:
    """A fault of ours: that it is, and how to see where."""
    what = screen.label(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)
    return (
        f"{_first('', f'the engine failed: {what}', screen, 'error')}\n"
        f"{MARGIN}This is a fault of ours, not of the scenario; please report it.\n"
        f"{MARGIN}ENGINE_DEBUG=1 before the command shows where it happened.\n"
    )


def system_text(error: OSError, screen: Screen) -> str:
    """What the system does not allow, such as writing to a disk that is full."""
    file = f"{error.filename}: " if error.filename else ""
    return _first("", f"{file}{error.strerror or error}", screen, "error") + "\n"


def problem_record(problem: Problem) -> dict[str, Any]:
    """A problem as plain data."""
    where = problem.where
    return {
        "file": where.file if where else None,
        "line": where.line if where else None,
        "column": where.column if where else None,
        "message": problem.message,
        "source": problem.source,
        "hint": problem.hint,
    }


# Private functions


def _lines(problem: Problem, screen: Screen, kind: str) -> Iterator[str]:
    yield _first(f"{problem.where}: " if problem.where else "", problem.message, screen, kind)
    if problem.where and problem.source.strip():
        shown, at = _window(
            *_laid_out(problem.source, problem.where.column, screen), screen.width - len(MARGIN), screen
        )
        yield MARGIN + shown
        yield MARGIN + " " * at + screen.paint("^", "bold", "green")
    yield from _hint(problem.hint, screen)


def _first(place: str, message: str, screen: Screen, kind: str) -> str:
    colour = "yellow" if kind == "warning" else "red"
    return (
        f"{screen.paint(screen.label(place), 'bold')}{screen.paint(f'{kind}:', 'bold', colour)} {screen.label(message)}"
    )


def _hint(hint: str, screen: Screen) -> Iterator[str]:
    if hint:
        yield MARGIN + screen.label(hint)


def _laid_out(source: str, column: int, screen: Screen) -> tuple[list[str], int]:
    """The characters of a line as they are shown, tabs as spaces, and the position of the one in that column."""
    shown: list[str] = []
    at = cells = 0
    for place, character in enumerate(source):
        if place == column - 1:
            at = len(shown)
        laid = " " * (TAB - cells % TAB) if character == "\t" else screen.label(character)
        cells += width(laid)
        shown.append(laid)
    return shown, at if column <= len(source) else len(shown)


def _window(shown: list[str], at: int, room: int, screen: Screen) -> tuple[str, int]:
    """The part of a line around a position that fits, and how many cells stand before that position."""
    dots = screen.symbols("…")
    start, end = 0, len(shown)
    if width("".join(shown)) + 1 > room:
        before = width("".join(shown[:at]))
        while start < at and before > max(room * 2 // 3, room - 24):
            before -= width(shown[start])
            start += 1
        while end > at and width("".join(shown[start:end])) > room - 2 * width(dots) - 1:
            end -= 1
    head = dots if start else ""
    tail = dots if end < len(shown) else ""
    return head + "".join(shown[start:end]) + tail, width(head) + width("".join(shown[start:at]))
