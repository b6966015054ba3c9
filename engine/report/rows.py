"""Rows of a table whose first column is text: beside its figures, or above them where the screen is narrow."""

from __future__ import annotations

from typing import Final

from engine.report.terminal import Screen, cut, left, width

FEWEST: Final = 28
"""Cells, below which a name that does not fit stands on a line of its own."""


def row_lines(name: str, figures: str, screen: Screen) -> list[str]:
    """A name, made safe and cut where it must be, and its figures at the right margin.

    Args:
        name: as the scenario has it; spaces before it are kept.
        figures: ready to print, without colour.
    """
    return painted_lines(name, figures, width(figures), screen)


def painted_lines(name: str, figures: str, cells: int, screen: Screen) -> list[str]:
    """As `row_lines`, for figures with colour, which take so many cells."""
    shown, room = screen.label(name), screen.width - cells
    if width(shown) < room or room >= FEWEST:
        return [left(cut(shown, room - 1, screen), room) + figures]
    return [cut(shown, screen.width, screen), " " * room + figures]
