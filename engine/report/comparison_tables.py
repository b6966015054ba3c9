"""Every figure under every side, with the differences, in blocks of columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import floor, log10
from typing import Final

from engine.analysis.comparison.comparison import FILES, PRECISION, Comparison, Row
from engine.analysis.estimates import Estimate
from engine.report.figures import half_width, number, percent
from engine.report.rounding import Rounded, rounded
from engine.report.terminal import Screen, cut, left, right, width, wrap

FEWEST_LABEL: Final = 18
MOST_LABEL: Final = 44
MOST_NAME: Final = 14
MOST_ROWS: Final = 40
"""Of tables of every figure in several blocks."""
LINES: Final = 3
POINT_PLACES: Final = 2  # of points that are within their error


def headings(found: Comparison, screen: Screen) -> list[str]:
    """The sides' names, short enough for a column; of files without their folders if that tells them apart."""
    names = [side.name for side in found.sides]
    bare = [name.replace("\\", "/").rsplit("/", 1)[-1] for name in names]
    if found.what == FILES and len(set(bare)) == len(bare):
        names = bare
    if found.what == PRECISION:
        names = [screen.symbols(f"× {name}") for name in names]
    return [cut(screen.label(name), MOST_NAME, screen) for name in names]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table, or, without a row, the title of those below."""

    label: str
    row: Row | None = None


def table_blocks(found: Comparison, screen: Screen) -> Iterator[list[str]]:
    """The table, in blocks of as many sides as fit beside the first."""
    lines = list(lines_of(found.rows))
    wanted = max(width(screen.label(line.label)) + 2 for line in lines if line.row)
    names = headings(found, screen)
    if len(found.sides) == 2 and _room_beside(found, names, screen) >= FEWEST_LABEL:
        yield _pair(lines, found, names, wanted, screen)
        return
    label, first, cells = widths = _widths(found, screen)
    for block in blocks_of(range(1, len(found.sides)), cells, screen.width - label - first):
        yield _block(lines, found, names, widths, block, screen)


def _widths(found: Comparison, screen: Screen) -> tuple[int, int, list[int]]:
    """Of the labels, of the first side's figures, and of each side's figures with the differences below them."""
    names = headings(found, screen)
    wanted = max(width(screen.label(line.label)) + 2 for line in lines_of(found.rows) if line.row)
    first = 2 + max(width(names[0]), *(width(figure_text(row, 0, found, screen)) for row in found.rows))
    cells = [
        2 + max(width(names[place]), *(_cell_width(row, place, found, screen) for row in found.rows))
        for place in range(len(names))
    ]
    return max(FEWEST_LABEL, min(wanted, MOST_LABEL, screen.width // 3)), first, cells


def is_long(found: Comparison, screen: Screen) -> bool:
    """Whether more sides than fit beside one another make tables that are too long to read."""
    label, first, cells = _widths(found, screen)
    blocks = blocks_of(range(1, len(found.sides)), cells, screen.width - label - first)
    return len(blocks) > 1 and 2 * len(blocks) * len(found.rows) > MOST_ROWS


def lines_of(rows: Sequence[Row]) -> Iterator[Line]:
    """The rows with what stands above them: events, choices by value, beliefs, quantities."""
    events = [row for row in rows if row.kind == "event"]
    yield from (Line(row.label, row) for row in events)
    for (label, _), group in groupby(
        (row for row in rows if row.kind == "choice"), lambda row: (row.label, row.outcome)
    ):
        yield Line(label)
        yield from (Line(row.value.replace("_", " "), row) for row in group)
    for kind, title in (("belief", "What they believe"), ("quantity", "Quantities (averages)")):
        found = [row for row in rows if row.kind == kind]
        if found:
            yield Line(title)
        yield from (Line(f"{row.label} ({row.unit})" if row.unit else row.label, row) for row in found)


def _beside(found: Comparison, names: Sequence[str], screen: Screen) -> list[int]:
    """The widths of both figures and of the difference beside them."""
    shown = [
        (figure_text(row, 0, found, screen), figure_text(row, 1, found, screen), change_text(row, 1, screen))
        for row in found.rows
    ]
    heads = (names[0], names[1], "difference")
    columns = zip(heads, zip(*shown, strict=True), strict=True)
    return [2 + max(width(text) for text in (head, *column)) for head, column in columns]


def _room_beside(found: Comparison, names: Sequence[str], screen: Screen) -> int:
    return screen.width - sum(_beside(found, names, screen))


def _pair(lines: Sequence[Line], found: Comparison, names: Sequence[str], wanted: int, screen: Screen) -> list[str]:
    """Two sides and the difference beside them."""
    one, other, change = _beside(found, names, screen)
    label = min(wanted, screen.width - one - other - change)
    head = left("Outcome", label) + right(names[0], one) + right(names[1], other) + right("difference", change)
    made = [screen.paint(head, "dim")]
    for line in lines:
        if line.row is None:
            made += title_of(line.label, screen)
            continue
        first, *more = wrap(screen.label(line.label), label - 2, label - 4, LINES, screen)
        a, b = figure_text(line.row, 0, found, screen), figure_text(line.row, 1, found, screen)
        difference = right(change_text(line.row, 1, screen), change)
        made.append(
            left(f"  {first}", label)
            + right(a, one)
            + screen.paint(right(b, other), "bold")
            + coloured(difference, line.row, 1, screen)
        )
        made += [f"    {rest}" for rest in more]
    return made


def _block(
    lines: Sequence[Line],
    found: Comparison,
    names: Sequence[str],
    widths: tuple[int, int, Sequence[int]],
    block: Sequence[int],
    screen: Screen,
) -> list[str]:
    """The first side and some others, each difference below its figure."""
    label, first, cells = widths
    head = left("Outcome", label) + right(names[0], first) + "".join(right(names[i], cells[i]) for i in block)
    made = [screen.paint(head, "dim")]
    for line in lines:
        if line.row is None:
            made += title_of(line.label, screen)
            continue
        row = line.row
        texts = wrap(screen.label(line.label), label - 2, label - 4, LINES, screen)
        figures = right(figure_text(row, 0, found, screen), first) + screen.paint(
            "".join(right(figure_text(row, i, found, screen), cells[i]) for i in block), "bold"
        )
        changes = " " * first + "".join(
            coloured(right(change_text(row, i, screen), cells[i]), row, i, screen) for i in block
        )
        made.append(left(f"  {texts[0]}", label) + figures)
        made.append(left(f"    {texts[1]}" if len(texts) > 1 else "", label) + changes)
        made += [f"    {rest}" for rest in texts[2:]]
    return made


def blocks_of(others: Iterable[int], cells: Sequence[int], room: int) -> list[list[int]]:
    """Which of the sides stand beside the first in each block of columns."""
    blocks: list[list[int]] = []
    used = room + 1
    for place in others:
        if used + cells[place] > room:
            blocks.append([])
            used = 0
        blocks[-1].append(place)
        used += cells[place]
    return blocks


def _cell_width(row: Row, place: int, found: Comparison, screen: Screen) -> int:
    return max(width(figure_text(row, place, found, screen)), width(change_text(row, place, screen)))


def title_of(title: str, screen: Screen) -> list[str]:
    """What stands above some rows."""
    return [screen.paint(line, "bold") for line in wrap(screen.label(title), screen.width, None, LINES, screen)]


def figure_text(row: Row, place: int, found: Comparison, screen: Screen) -> str:
    """A figure as `run` prints it; a dash where its condition never comes about."""
    estimate, settings = row.estimates[place], found.sides[place].result.settings
    if estimate is None:
        return screen.symbols("–")
    if row.kind == "quantity":
        return number(estimate.value)
    sampled = 0 if settings.method == "exact" or row.never[place] else settings.draws
    return percent(estimate.value, sampled)


def change_text(row: Row, place: int, screen: Screen) -> str:
    """The difference of a side to the first, with its margin; empty where it has none."""
    estimate = row.differences[place]
    return "" if estimate is None else screen.symbols(in_digits(estimate, row).text)


def coloured(text: str, row: Row, place: int, screen: Screen) -> str:
    """A difference in colour where it is beyond its sampling error."""
    estimate = row.differences[place]
    clear = estimate is not None and is_clear(estimate)
    return screen.paint(text, "cyan") if clear else screen.paint(text, "dim")


def is_clear(estimate: Estimate) -> bool:
    """Whether a difference is beyond its sampling error."""
    return estimate.value != 0 and abs(estimate.value) > half_width(estimate)


def in_digits(estimate: Estimate, row: Row) -> Rounded:
    """A difference in as many digits as its error leaves it."""
    return rounded(estimate, scale_of(row), _figure_places(row) if row.kind == "quantity" else POINT_PLACES)


def _figure_places(row: Row) -> int:
    """Decimals of the largest figure in three digits: a difference within its error needs no more."""
    largest = max((abs(one.value) for one in row.estimates if one is not None), default=0.0)
    return max(0, 2 - floor(log10(largest))) if largest > 0 else 0


def scale_of(row: Row) -> float:
    """By what a figure is multiplied before it is printed: chances become points."""
    return 1.0 if row.kind == "quantity" else 100.0


def asked_rows(found: Comparison) -> list[Row]:
    """The rows whose differences are explained."""
    singles = {row.outcome: row for row in found.rows if row.kind != "choice"}
    return [singles[name] for name in found.asked or tuple(singles)[:1]]
