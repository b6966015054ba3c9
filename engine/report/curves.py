"""Curves drawn with characters: a number across, figures upwards, one mark for each curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10
from typing import Final

from engine.report.figures import number
from engine.report.terminal import Screen, right, width

MARKS: Final = "●○■□▲△◆◇"
ASCII_MARKS: Final = "ox#+@%&="
SEVERAL: Final = "*"
STEPS: Final = 5
"""Between labels of the upward axis; two lines each."""
LINES: Final = 2 * STEPS
WIDEST: Final = 72
CHANCES: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Upper ends of an axis of chances."""
NICE: Final = (1.0, 2.0, 2.5, 5.0)

Curve = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Axis:
    """The upward axis.

    Attributes:
        low, high: its ends.
        labels: six, from the lowest up.
    """

    low: float
    high: float
    labels: tuple[str, ...]


def marks(screen: Screen) -> str:
    """One for each curve of a plot; there cannot be more curves than marks."""
    return MARKS if screen.unicode else ASCII_MARKS


def chance_axis(curves: Sequence[Curve]) -> Axis:
    """From 0 to a round chance that none of the curves exceeds."""
    most = max((value for curve in curves for value in curve if value is not None), default=1.0)
    high = next(end for end in CHANCES if end >= min(most, 1.0) - 1e-12)
    return Axis(0.0, high, tuple(f"{100 * high * step / STEPS:g}%" for step in range(STEPS + 1)))


def number_axis(curve: Curve) -> Axis:
    """Round numbers around those of a curve."""
    values = [value for value in curve if value is not None] or [0.0]
    low, high = min(values), max(values)
    size = max((high - low) / STEPS, 1e-3 * max(abs(low), abs(high)), 1e-12)
    power = floor(log10(size))
    steps = (unit * 10.0**exponent for exponent in (power, power + 1, power + 2) for unit in NICE)
    step = next(one for one in steps if floor(low / one + 1e-9) + STEPS >= ceil(high / one - 1e-9))
    start = floor(low / step + 1e-9) * step
    return Axis(start, start + STEPS * step, tuple(number(start + place * step) for place in range(STEPS + 1)))


def plot(
    curves: Sequence[Curve], across: Sequence[float], names: Sequence[str], axis: Axis, screen: Screen
) -> list[str]:
    """The curves with dots between their points.

    Args:
        curves: at most as many as there are marks; None where a curve has no value.
        across: where their points lie, rising.
        names: of the same places, as they are written under the axis.
        axis: the upward one.
        screen: what it is shown on.
    """
    label = 2 + max(map(width, axis.labels))
    wide = min(WIDEST, screen.width - label - 3)
    columns = [round((at - across[0]) / (across[-1] - across[0]) * (wide - 1)) for at in across]
    cells = _drawn(curves, columns, wide, axis, screen)
    wall, corner, floor_ = ("│", "└", "─") if screen.unicode else ("|", "+", "-")
    lines = []
    for line in range(LINES + 1):
        name = axis.labels[STEPS - line // 2] if line % 2 == 0 else ""
        drawn = "".join(cells.get((line, column), " ") for column in range(wide)).rstrip()
        lines.append(screen.paint(f"{right(name, label)} {wall}", "dim") + drawn)
    lines.append(screen.paint(" " * (label + 1) + corner + floor_ * wide, "dim"))
    return [*lines, " " * (label + 2) + _below(names, columns, wide)]


# Private functions


def _drawn(
    curves: Sequence[Curve], columns: Sequence[int], wide: int, axis: Axis, screen: Screen
) -> dict[tuple[int, int], str]:
    """Characters by line, from the top, and column."""

    def line_of(value: float) -> int:
        return round((axis.high - value) / (axis.high - axis.low) * LINES)

    cells: dict[tuple[int, int], str] = {}
    dot = "·" if screen.unicode else "."
    for curve in curves:
        for (start, one), (end, other) in pairwise(zip(columns, curve, strict=True)):
            for column in range(start + 1, end) if one is not None and other is not None else ():
                share = (column - start) / (end - start)
                cells[line_of((1 - share) * (one or 0.0) + share * (other or 0.0)), column] = screen.paint(dot, "dim")
    held: dict[tuple[int, int], set[int]] = {}
    for place, curve in enumerate(curves):
        for column, value in zip(columns, curve, strict=True):
            if value is not None:
                held.setdefault((line_of(value), column), set()).add(place)
    for cell, places in held.items():
        cells[cell] = SEVERAL if len(places) > 1 else marks(screen)[min(places)]
    return cells


def _below(names: Sequence[str], columns: Sequence[int], wide: int) -> str:
    """The ends of the axis across and, where there is room, what lies in the middle."""
    text = [" "] * wide
    places = [0, len(names) - 1]
    if len(names) % 2 and sum(map(width, names)) // len(names) < wide // 5:
        places.append(len(names) // 2)
    for place in places:
        name = names[place]
        start = min(max(0, columns[place] - width(name) // 2), wide - width(name))
        text[start : start + width(name)] = name
    return "".join(text).rstrip()
