"""Small tables: a column of words and columns of figures, on a terminal or in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.report.terminal import Screen, left, right, width, wrap

GAP: Final = 2
FEWEST: Final = 12
"""Cells of the column of words."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; the first column holds words, the others figures.

    Attributes:
        heads: of all columns.
        rows: each with a cell for every column; a single cell is a line of its own.
    """

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def grid_lines(grid: Grid, screen: Screen, indent: str = "") -> list[str]:
    """The table in lines that fit; words are broken where they have no room, figures never."""
    heads = [screen.symbols(screen.label(head)) for head in grid.heads]
    rows = [[screen.symbols(screen.label(cell)) for cell in row] for row in grid.rows]
    full = [row for row in rows if len(row) > 1]
    cells = [max(width(row[place]) for row in [heads, *full]) for place in range(1, len(heads))]
    room = screen.width - len(indent) - sum(GAP + cell for cell in cells)
    words = max(FEWEST, min(room, max(width(row[0]) for row in [heads, *full])))
    lines = [indent + screen.paint(_line(left(heads[0], words), heads[1:], cells), "dim")]
    for row in rows:
        if len(row) == 1:
            lines += [indent + line for line in wrap(row[0], screen.width - len(indent))]
            continue
        start = row[0][: len(row[0]) - len(row[0].lstrip())]
        first, *more = wrap(row[0], words - len(start), words - len(start) - GAP)
        lines.append(indent + _line(left(start + first, words), row[1:], cells))
        lines += [f"{indent}{start}{' ' * GAP}{line}" for line in more]
    return [line.rstrip() for line in lines]


# Private functions


def _line(words: str, figures: Sequence[str], cells: Sequence[int]) -> str:
    return words + "".join(" " * GAP + right(text, room) for text, room in zip(figures, cells, strict=True))
