"""Figures as one number of a scenario is moved over a range, and where they turn.

Between neighbouring values of the number every figure is taken to run along a straight line. Where the most likely of
several values changes, or a chance passes one half, is read off these lines; since all values share their draws, the
sampling error of such a place is small (the delta method, as in `linearised`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Final

from engine.analysis.comparison.comparison import Row, Side
from engine.analysis.comparison.paired import Key
from engine.analysis.estimates import Estimate, exact
from engine.analysis.linearised import Linear
from engine.scenario.model import Scenario

HALF: Final = 0.5
DIGITS: Final = 12

Line = tuple[Linear, Linear]
"""A figure at the two ends of a step."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The values over which a number is moved, evenly spaced and rising.

    Attributes:
        texts: as they are written into the scenario, such as `12.5%`.
        numbers: what they come to.
        percent: whether they are written in percent.
    """

    texts: tuple[str, ...]
    numbers: tuple[float, ...]
    percent: bool


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where an outcome turns.

    Attributes:
        outcome: its name.
        before, after: of a choice, what is most likely below and above; of a chance `below 50%` and `above 50%`.
        at: the number, interpolated; its error is that of sampling alone.
        between: the neighbouring values that it lies between, as places in the grid.
    """

    outcome: str
    before: str
    after: str
    at: Estimate
    between: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sweep:
    """What moving a number over a range shows.

    Attributes:
        key: path of the number that is moved.
        rows: the chosen outcomes' figures; `estimates` are by value of the grid, `differences` to the first value.
        others: outcomes that were not chosen.
        crossings: by outcome, each rising.
        warnings: those of each run, with its value.
    """

    assumptions: str
    label: str
    overrides: Mapping[str, str]
    key: str
    grid: Grid
    sides: tuple[Side, ...]
    rows: tuple[Row, ...]
    others: tuple[str, ...] = ()
    crossings: tuple[Crossing, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def scenario(self) -> Scenario:
        """With the first value in place."""
        return self.sides[0].result.scenario


def grid_of(low: Decimal, high: Decimal, count: int, percent: bool) -> Grid:
    """Evenly spaced values, both ends included.

    Args:
        low, high: in percent if they are written so.
        count: 2 or more.
    """
    steps = [low + (high - low) * place / (count - 1) for place in range(count)]
    places = DIGITS - max(low.adjusted(), high.adjusted())
    steps = [round(step, places) for step in steps]
    texts = (format(step.normalize(), "f") + ("%" if percent else "") for step in steps)
    return Grid(tuple(texts), tuple(float(step / 100 if percent else step) for step in steps), percent)


def crossings_of(rows: Sequence[Row], sides: Sequence[Side], numbers: Sequence[float]) -> tuple[Crossing, ...]:
    """Where the most likely value of a choice changes, and where an event or a belief passes 50 %."""
    found: list[Crossing] = []
    for outcome, group in groupby(rows, lambda row: row.outcome):
        figures = list(group)
        if figures[0].kind == "choice":
            lines = {row.value: _values(sides, (outcome, row.value)) for row in figures}
        elif figures[0].kind == "quantity":
            continue
        else:
            chance = _values(sides, (outcome, figures[0].value))
            level = [Linear(one.value * 0 + HALF, one.change * 0) for one in chance]
            lines = {"below 50%": level, "above 50%": chance}
        for before, after, place, share in _changes(lines):
            low, high = numbers[place], numbers[place + 1]
            at = (share * (high - low) + low).estimate()
            where = at if at.error > 0 else exact(at.value)
            found.append(Crossing(outcome, before, after, where, (place, place + 1)))
    return tuple(found)


# Private functions


def _values(sides: Sequence[Side], key: Key) -> list[Linear]:
    return [side.sampled[key] for side in sides]


def _changes(lines: Mapping[str, Sequence[Linear]]) -> Iterator[tuple[str, str, int, Linear]]:
    """Each change of the highest line: from which to which, after which place, and at what share of the step.

    A tie changes nothing: the line that led goes on leading until another is above it.
    """
    count = len(next(iter(lines.values())))
    leader = ""
    for place, after in pairwise(range(count)):
        step = {name: (line[place], line[after]) for name, line in lines.items()}
        if any(end.value != end.value for ends in step.values() for end in ends):  # its condition never holds
            leader = ""
            continue
        leader = leader or _leader(step)
        reached = 0.0
        while (overtaken := _overtaking(step, leader, reached)) is not None:
            other, share = overtaken
            yield leader, other, place, share
            leader, reached = other, float(share.value)


def _leader(step: Mapping[str, Line]) -> str:
    """The highest at the start of a step; of several that are as high, that which is highest at its end."""
    return max(step, key=lambda name: (float(step[name][0].value), float(step[name][1].value)))


def _overtaking(step: Mapping[str, Line], leader: str, reached: float) -> tuple[str, Linear] | None:
    """Which line is the next above the leader's within a step, and where; None if none is."""
    found: list[tuple[float, float, str, Linear]] = []
    for name, (start, end) in step.items():
        behind, ahead = step[leader][0] - start, end - step[leader][1]
        rise = behind + ahead
        if float(ahead.value) <= 0 or float(rise.value) <= 0:
            continue
        share = behind / rise
        found.append((max(float(share.value), reached), -float(rise.value), name, share))
    if not found:
        return None
    _, _, name, share = min(found, key=lambda one: one[:3])
    return name, share
