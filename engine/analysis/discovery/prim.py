"""Boxes in which cases are dense, by the patient rule induction method (Friedman & Fisher 1999).

Peeling takes off, again and again, the twentieth at one end of one unknown whose loss makes cases densest in what is
left. Of all boxes on the way the one is taken in which coverage (the share of all cases that lie inside) and density
(the share of cases inside) have the largest harmonic mean. Pasting then moves each of its edges to where that mean is
largest, given the others. Restrictions that are not significant (Bryant & Lempert 2010), or that cost next to nothing
to leave out, are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from engine.analysis.estimates import effective_sample
from engine.games.segments import FloatArray
from engine.program.program import BoolArray, IntArray

PEELED: Final = 0.05
"""Share of the box that one peel takes off."""
SIGNIFICANT: Final = 0.01
"""On the draws on which the box is found, where the best of many restrictions is looked for."""
WORTH: Final = 0.005
"""A restriction has to raise the mean of coverage and density by this much."""
FEWEST_CASES: Final = 10
FEWEST_DRAWS: Final = 10
LEAST_COVERAGE: Final = 0.1
SWEEPS: Final = 4
TINY: Final = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Draws and which of them are cases.

    Attributes:
        values: of each unknown; (n_inputs, n).
        cases: (n,).
        weight: of each draw, 0 or more; (n,).
        categories: columns whose values, small whole numbers, have no order.
    """

    values: FloatArray
    cases: BoolArray
    weight: FloatArray
    categories: frozenset[int] = frozenset()

    def part(self, kept: BoolArray) -> Sample:
        """Some of the draws."""
        return Sample(self.values[:, kept], self.cases[kept], self.weight[kept], self.categories)

    @property
    def hits(self) -> FloatArray:
        return np.where(self.cases, self.weight, 0.0)


@dataclass(frozen=True, slots=True)
class Side:
    """A restriction of one unknown.

    Attributes:
        column: the unknown.
        low, high: values from `low` to `high` are inside; infinite where open.
        without: of an unknown without order, the values that are outside.
    """

    column: int
    low: float = -np.inf
    high: float = np.inf
    without: frozenset[int] = frozenset()

    def holds(self, values: FloatArray) -> BoolArray:
        """Which values of the unknown are inside."""
        if self.without:
            return ~np.isin(values, list(self.without))
        return (values >= self.low) & (values <= self.high)

    @property
    def free(self) -> bool:
        return self.low == -np.inf and self.high == np.inf and not self.without


@dataclass(frozen=True, slots=True)
class Box:
    """Draws in which every restricted unknown is inside; nothing is restricted twice."""

    sides: tuple[Side, ...] = ()

    def inside(self, values: FloatArray, but: int | None = None) -> BoolArray:
        """Which draws lie inside, one unknown left aside; (n,)."""
        found = np.ones(values.shape[-1], dtype=np.bool_)
        for side in self.sides:
            if side.column != but:
                found &= side.holds(values[side.column])
        return found

    def side(self, column: int) -> Side:
        """How an unknown is restricted; open if it is not."""
        return next((side for side in self.sides if side.column == column), Side(column))

    def put(self, side: Side) -> Box:
        """The box with an unknown restricted in another way, or no longer."""
        others = [other for other in self.sides if other.column != side.column]
        return Box(tuple(others if side.free else sorted([*others, side], key=lambda one: one.column)))


@dataclass(frozen=True, slots=True)
class Step:
    """A box on the way of peeling, and how it does on the draws on which it was found.

    Attributes:
        coverage: the share of all cases that lie inside.
        density: the share of cases among what lies inside.
        mass: the share of all draws that lies inside.
    """

    box: Box
    coverage: float
    density: float
    mass: float

    @property
    def merit(self) -> float:
        """The harmonic mean of coverage and density."""
        total = self.coverage + self.density
        return 2 * self.coverage * self.density / total if total > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Found:
    """A box, and the way of peeling on which it lay; without a restriction if none is worth it."""

    box: Box
    way: tuple[Step, ...] = field(default=())


# Public functions


def find_box(sample: Sample) -> Found:
    """The box that tells cases from other draws best.

    Where there are too few cases to learn from, or where no restriction is worth it, the box restricts nothing.
    """
    sample = sample.part(sample.weight > 0)
    hits = sample.hits
    if effective_sample(hits[hits > 0]) < FEWEST_CASES or sample.cases.all():
        return Found(Box())
    way = tuple(_peeled(sample))
    best = max(way, key=lambda step: step.merit)
    return Found(_pruned(sample, _pasted(sample, best.box)), way)


def merit(sample: Sample, box: Box) -> float:
    """The harmonic mean of a box's coverage and density: twice its cases, over all draws in it and all cases."""
    inside, hits = box.inside(sample.values), sample.hits
    total = sample.weight[inside].sum() + hits.sum()
    return float(2 * hits[inside].sum() / total) if total > 0 else 0.0


def quasi_p(sample: Sample, box: Box, column: int) -> float:
    """How likely a box would have as many cases as it has, or more, if a restriction of it told nothing.

    The binomial chance if each draw of the box were a case as often as without the restriction (Bryant & Lempert
    2010). Draws of different weight count for as many as they are worth (Kish 1965).
    """
    return surprise(sample, box.inside(sample.values), box.inside(sample.values, column))


def surprise(sample: Sample, inside: BoolArray, around: BoolArray) -> float:
    """How likely draws inside would be cases as often as they are, or oftener, if they were as those around."""
    from scipy.special import betainc

    hits, weight = sample.hits, sample.weight
    whole, larger = weight[inside].sum(), weight[around].sum()
    if whole <= 0 or larger <= 0:
        return 1.0
    size = effective_sample(weight[inside])
    cases, share = size * float(hits[inside].sum() / whole), float(hits[around].sum() / larger)
    if cases <= TINY or share >= 1:
        return 1.0
    return float(betainc(cases, size - cases + 1, share))


# Peeling


def _peeled(sample: Sample) -> Iterator[Step]:
    """The boxes from the whole space down, each a peel smaller than the one before."""
    peeling = _Peeling(sample)
    step = peeling.step()
    best = step.merit
    yield step
    while 2 * step.coverage > best * (1 + step.coverage) and peeling.peel():  # else no smaller box can be better
        step = peeling.step()
        best = max(best, step.merit)
        yield step


class _Peeling:
    """What is left of the draws; each ordered unknown keeps its own order of them."""

    def __init__(self, sample: Sample) -> None:
        self.sample, self.hits = sample, sample.hits
        self.box = Box()
        self.columns = [column for column in range(len(sample.values)) if column not in sample.categories]
        self.order: IntArray = np.argsort(sample.values[self.columns], axis=1, kind="stable")
        ordered = np.take_along_axis(sample.values[self.columns], self.order, axis=1)
        self.ties = bool((ordered[:, 1:] == ordered[:, :-1]).any())
        self.left = np.ones(len(sample.cases), dtype=np.bool_)
        self.equal = bool((sample.weight == sample.weight[0]).all())
        self.all_hits, self.all_weight = float(self.hits.sum()), float(sample.weight.sum())
        self.some_hits, self.some_weight = self.all_hits, self.all_weight

    def step(self) -> Step:
        return Step(
            self.box,
            self.some_hits / self.all_hits,
            self.some_hits / self.some_weight,
            self.some_weight / self.all_weight,
        )

    def peel(self) -> bool:
        """Takes off the end, or the value, whose loss makes cases densest for what it costs; False at the end."""
        step = self.step()
        if step.density >= 1 or step.coverage < LEAST_COVERAGE or int(self.left.sum()) < FEWEST_DRAWS:
            return False
        best = max([*self._ends(), *self._values()], key=lambda cut: cut[0], default=None)
        if best is None:
            return False
        _, side, lost = best
        self.box = self.box.put(side)
        self.left[lost] = False
        keep = self.left[self.order]
        self.order = self.order[keep].reshape(len(self.order), -1)
        self.some_hits = float(self.hits[self.left].sum())
        self.some_weight = float(self.sample.weight[self.left].sum())
        return self.some_hits > 0

    def _ends(self) -> Iterator[tuple[float, Side, IntArray]]:
        """The best end of the ordered unknowns."""
        n = self.order.shape[-1]
        if not self.columns or n < 2:
            return
        window = max(1, int(PEELED * n)) if self.equal else n
        ends = np.concatenate([self.order[:, :window], self.order[:, : -window - 1 : -1]])
        count, lost_hits, lost_weight = self._lost(ends)
        for row in self._tied(count) if self.ties else ():
            count[row] = self._beyond_ties(row, int(count[row]))
            lost = self._ordered(row)[: count[row]]
            lost_hits[row], lost_weight[row] = self.hits[lost].sum(), self.sample.weight[lost].sum()
        gain = np.where(count < n, self._gain(lost_hits, lost_weight), -np.inf)
        row = int(gain.argmax())
        if gain[row] == -np.inf:
            return
        ordered, place = self._ordered(row), int(count[row])
        column = self.columns[row % len(self.columns)]
        limit = _middle(*self.sample.values[column, ordered[place - 1 : place + 1]])
        side = self.box.side(column)
        up = row >= len(self.columns)
        yield float(gain[row]), replace(side, high=limit) if up else replace(side, low=limit), ordered[:place]

    def _lost(self, ends: IntArray) -> tuple[IntArray, FloatArray, FloatArray]:
        """How many draws a peel takes off each end, and what they weigh; each (2 n_columns,)."""
        if self.equal:
            count = np.full(len(ends), ends.shape[-1])
            return count, self.hits[ends].sum(axis=1), self.sample.weight[0] * count
        weight, rows = np.cumsum(self.sample.weight[ends], axis=1), np.arange(len(ends))
        count = np.maximum(1, (weight <= PEELED * self.some_weight + TINY).sum(axis=1))
        return count, np.cumsum(self.hits[ends], axis=1)[rows, count - 1], weight[rows, count - 1]

    def _ordered(self, row: int) -> IntArray:
        """The draws in the order in which one end loses them: the lower ends first, then the upper ones."""
        n = len(self.columns)
        return self.order[row] if row < n else self.order[row - n, ::-1]

    def _tied(self, count: IntArray) -> Sequence[int]:
        """Ends whose last draw to be lost has the value of the first to stay."""
        found = []
        for row in range(len(count)):
            values = self.sample.values[self.columns[row % len(self.columns)]]
            ordered = self._ordered(row)
            last, first = ordered[count[row] - 1], ordered[min(int(count[row]), len(ordered) - 1)]
            if values[last] == values[first]:
                found.append(row)
        return found

    def _beyond_ties(self, row: int, count: int) -> int:
        """How many to lose instead, so that no value is cut in two."""
        values = self.sample.values[self.columns[row % len(self.columns)], self._ordered(row)]
        same = np.flatnonzero(values == values[count - 1])
        return int(same[0]) or int(same[-1]) + 1

    def _values(self) -> Iterator[tuple[float, Side, IntArray]]:
        """Each value of the unknowns without order."""
        for column in sorted(self.sample.categories):
            values = np.where(self.left, self.sample.values[column], -1)
            present = [int(value) for value in np.unique(values) if value >= 0]
            for value in present if len(present) > 1 else ():
                lost = np.flatnonzero(values == value)
                weight = np.array([self.sample.weight[lost].sum()])
                gain = self._gain(np.array([self.hits[lost].sum()]), weight)
                side = self.box.side(column)
                yield float(gain[0]), replace(side, without=side.without | {value}), lost

    def _gain(self, lost_hits: FloatArray, lost_weight: FloatArray) -> FloatArray:
        """How much denser cases become, for each share of the box that it costs (Friedman & Fisher 1999)."""
        rest = np.maximum(self.some_weight - lost_weight, TINY * self.some_weight)
        density = self.some_hits / self.some_weight
        found: FloatArray = ((self.some_hits - lost_hits) / rest - density) * self.some_weight / lost_weight
        return found


# Pasting and pruning


def _pasted(sample: Sample, box: Box) -> Box:
    """The box with each edge where the merit is largest, given the others."""
    for _ in range(SWEEPS):
        before = box
        for side in box.sides:
            box = _with_values_back(sample, box, side) if side.without else _with_best_edges(sample, box, side)
        if box == before:
            break
    return box


def _with_best_edges(sample: Sample, box: Box, side: Side) -> Box:
    around = np.flatnonzero(box.inside(sample.values, side.column))
    values = sample.values[side.column, around]
    order = np.argsort(values, kind="stable")
    values, hits, weight = values[order], sample.hits[around][order], sample.weight[around][order]
    hits, weight = np.append(0.0, np.cumsum(hits)), np.append(0.0, np.cumsum(weight))
    cuts = np.append(0, np.flatnonzero(values[1:] > values[:-1]) + 1)  # how many lie below; no value is cut in two
    cuts = np.append(cuts, len(values))
    everything = float(sample.hits.sum())

    def best(inside_hits: FloatArray, inside_weight: FloatArray, now: int) -> int:
        found = 2 * inside_hits / (inside_weight + everything)
        place = int(found.argmax())
        return int(cuts[place]) if found[place] > found[np.searchsorted(cuts, now)] + TINY else now

    low = int(np.searchsorted(values, side.low, "left"))
    high = int(np.searchsorted(values, side.high, "right"))
    for _ in range(2):
        if side.low > -np.inf:
            low = best(np.maximum(hits[high] - hits[cuts], 0), np.maximum(weight[high] - weight[cuts], 0), low)
        if side.high < np.inf:
            high = best(np.maximum(hits[cuts] - hits[low], 0), np.maximum(weight[cuts] - weight[low], 0), high)
    if low >= high:
        return box
    return box.put(
        Side(
            side.column,
            _middle(values[low - 1], values[low]) if low > 0 else -np.inf,
            _middle(values[high - 1], values[high]) if high < len(values) else np.inf,
        )
    )


def _with_values_back(sample: Sample, box: Box, side: Side) -> Box:
    for value in sorted(side.without):
        wider = box.put(replace(box.side(side.column), without=box.side(side.column).without - {value}))
        if merit(sample, wider) > merit(sample, box) + TINY:
            box = wider
    return box


def _pruned(sample: Sample, box: Box) -> Box:
    """The box without restrictions that are not significant or cost nothing to leave out, least useful first."""
    while box.sides:
        now = merit(sample, box)
        loss, without = min(
            ((now - merit(sample, other), other) for other in _simpler(box)), key=lambda found: found[0]
        )
        least = max(box.sides, key=lambda side: quasi_p(sample, box, side.column))
        if loss < WORTH:
            box = _pasted(sample, without)
        elif quasi_p(sample, box, least.column) > SIGNIFICANT:
            box = _pasted(sample, box.put(Side(least.column)))
        else:
            break
    return box


def _simpler(box: Box) -> Iterator[Box]:
    """The boxes with one edge less, or one unknown less."""
    for side in box.sides:
        yield box.put(Side(side.column))
        if side.low > -np.inf and side.high < np.inf:
            yield box.put(replace(side, low=-np.inf))
            yield box.put(replace(side, high=np.inf))


def _middle(one: float, other: float) -> float:
    return float(one / 2 + other / 2)
