"""Words of probability on a scale from 0 to 100 %: what each standard says, and where somebody's own number lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.report.terminal import Screen, left, right, width, wrap

SPAN: Final = 8
LONGEST_NAME: Final = 34
FEWEST_NAME: Final = 20
TENTHS: Final = 10
"""Cells are a multiple of this, so that every ten per cent begins with one."""
MARKER: Final = "|"


@dataclass(frozen=True, slots=True)
class Band:
    """What a phrase stands for.

    Attributes:
        name: whose reading it is.
        low, high: 0 to 1.
        middle: where half of the answers lie, of a survey.
    """

    name: str
    low: float
    high: float
    middle: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """Columns of a chart over 0 to 100 %: a name, a range, and the axis.

    Attributes:
        name: cells of the name.
        axis: cells of the axis.
    """

    name: int
    axis: int

    @property
    def before(self) -> int:
        """Cells before the axis."""
        return self.name + SPAN + 2

    def cell(self, chance: float) -> int:
        """The cell of the axis in which a chance lies."""
        return min(self.axis - 1, max(0, int(chance * self.axis)))


def scale_of(names: Sequence[str], screen: Screen) -> Scale:
    """The widest axis that leaves room for names."""
    wanted = min(LONGEST_NAME, max([FEWEST_NAME, *(width(screen.label(name)) for name in names)]))
    most = min(wanted, max(FEWEST_NAME, screen.width // 3))
    axis = (screen.width - most - SPAN - 2) // TENTHS * TENTHS
    return Scale(most, min(60, axis))


def axis_line(scale: Scale, screen: Screen, title: str = "") -> str:
    """The axis with its ends and middle."""
    half = scale.axis // 2
    text = left(left("0%", half - 1) + "50%", scale.axis - 4) + "100%"
    return left(screen.label(title), scale.before) + screen.paint(text, "dim")


def band_lines(bands: Sequence[Band], scale: Scale, screen: Screen, mark: float | None = None) -> list[str]:
    """A line for each band; `mark` is drawn through all of them."""
    lines = []
    for band in bands:
        first, *more = wrap(screen.label(band.name), scale.name, scale.name - 2)
        head = left(first, scale.name) + right(screen.symbols(_range(band)), SPAN) + "  "
        lines.append((head + _drawn(band, scale, screen, mark)).rstrip())
        rest = left("", scale.axis) if mark is None else _marked([" "] * scale.axis, scale, mark)
        lines += [(left(f"  {line}", scale.before) + rest).rstrip() for line in more]
    return lines


# Private functions


def _range(band: Band) -> str:
    low, high = (f"{100 * end:.3g}" for end in (band.low, band.high))
    return f"{low}%" if low == high else f"{low}–{high}%"


def _drawn(band: Band, scale: Scale, screen: Screen, mark: float | None) -> str:
    light, dark = ("░", "█") if screen.unicode else ("-", "=")
    cells = [" "] * scale.axis
    for place in _cells(band.low, band.high, scale):
        cells[place] = light
    for place in _cells(*band.middle, scale) if band.middle is not None else ():
        cells[place] = dark
    return "".join(cells) if mark is None else _marked(cells, scale, mark)


def _cells(low: float, high: float, scale: Scale) -> range:
    """The cells of a band, at least one; a band that ends where a cell begins does not reach into it."""
    first, last = scale.cell(low), scale.cell(high)
    if abs(high * scale.axis - last) < 1e-9:
        last -= 1
    return range(first, max(first, last) + 1)


def _marked(cells: list[str], scale: Scale, mark: float) -> str:
    cells = list(cells)
    cells[scale.cell(mark)] = MARKER
    return "".join(cells)
