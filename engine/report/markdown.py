"""Markdown: texts of others made harmless, tables, and charts as they are on a terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine.report.grid import Grid
from engine.report.terminal import safe


def escaped(text: str) -> str:
    """Text that Markdown and HTML take for nothing but text, in one line."""
    plain = " ".join(safe(text).split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    plain = re.sub(r"([\\`*_\[\]|#~!])", r"\\\1", plain)
    return re.sub(r"^([0-9]*)([-+.)=])(?=[\s=-]|$)", r"\1\\\2", plain)


def table(grid: Grid) -> str:
    """A table; rows of a single cell become rows in bold."""
    lines = [_row([escaped(head) for head in grid.heads]), _row(["---", *["---:"] * (len(grid.heads) - 1)])]
    for row in grid.rows:
        if len(row) == 1:
            lines.append(_row([f"**{escaped(row[0])}**", *[""] * (len(grid.heads) - 1)]))
        else:
            lines.append(_row([escaped(cell) for cell in row]))
    return "\n".join(lines)


def fenced(lines: Sequence[str]) -> str:
    """Lines as they are, each character as wide as the others."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}text", *(line.rstrip() for line in lines), fence])


# Private functions


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
