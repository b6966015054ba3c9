"""The smallest change of the typical draw that makes a claim true, or undoes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

import numpy as np

from engine.analysis.discovery import nearest as searching
from engine.analysis.discovery.boxes import BoxFound
from engine.analysis.discovery.cast import Cast, Categories
from engine.analysis.discovery.claims import Claim
from engine.analysis.discovery.points import HIGHEST, LOWEST, Asked, values_at
from engine.analysis.discovery.thresholds import TAIL, Alone
from engine.games.segments import FloatArray
from engine.program.dependence import followed, levels_of
from engine.program.program import BoolArray
from engine.sampling.streams import raw_words, uniforms
from engine.simulation.run import HISTORIES_OF_ONE

NEARBY_CASES: Final = 2
STEP, STEP_OF_ROUNDS = 0.02, 0.2
"""Of finite differences; longer where histories are sampled."""
FEW: Final = 6
"""At most so many unknowns change, if that gets there at all."""
MOST_FEW: Final = 4
"""Steps of the searches with few unknowns, which start near their ends."""
FARTHER: Final = 1.25
"""Fewer unknowns are preferred if the change is no larger than this, as a multiple of the smallest one."""
SCATTERED, A_TIME = 8, 96
"""How often points are scattered around the nearest one, and how many at a time."""
AROUND: Final = 0.4
"""How far they are first, as a share of its distance."""
SCATTER: Final = 0xC105
"""Tells their stream from others."""
ALONG: Final = np.arange(1, 65) / 64
"""Shares of the way to a point that are tried again."""
STRETCHES: Final = (1.0, 1.002, 1.01, 1.03, 1.06, 1.12, 1.2)
DIGITS: Final = 3
FOLLOWS: Final = 0.05
"""An unknown that would end within so many spreads of where it is without being moved is not moved."""
STRICT: Final = 1e-9
UNDEFINED: Final = -1e3
"""The gap where the outcome has no figure: worse than any other, and yet a number."""
LEAST_CHANCE: Final = 1e-9
MOST_OTHER_VALUES: Final = 8
"""Starts at which one unknown without order has another value."""


@dataclass(frozen=True, slots=True)
class Moved:
    """An unknown on the way to a point.

    Attributes:
        start, end: its values.
        level: the share of its distribution that lies below the end.
        spreads: how far that is from the middle, in standard normal units.
        follows: whether it only moves because it hangs together with another.
    """

    column: int
    start: float
    end: float
    level: float
    spreads: float
    follows: bool


@dataclass(frozen=True, slots=True)
class Point:
    """A draw that the game was run at.

    Attributes:
        moved: the unknowns that differ from the typical draw, furthest first.
        figure: the outcome's there; None where its condition cannot come about.
        distance: from the typical draw, in units of the unknowns' spread.
    """

    moved: tuple[Moved, ...]
    figure: float | None
    distance: float


@dataclass(frozen=True, slots=True)
class Change:
    """The smallest change of the typical draw that makes the claim true, or untrue if it is true there.

    Attributes:
        undone: whether the claim is true in the typical draw, so that the change undoes it.
        before: the figure in the typical draw; None where its condition cannot come about.
        point: where the change leads, with few unknowns moved; None if nothing in the ranges reaches it.
        smallest: the distance if any unknown may move; infinite if nothing reaches it.
        furthest: the point at which the figure got furthest, where nothing reaches it.
    """

    undone: bool
    before: float | None
    point: Point | None
    smallest: float
    furthest: Point | None


# Public functions


def smallest_change(
    question: Asked,
    claim: Claim,
    cast: Cast,
    categories: Categories,
    alone: Sequence[Alone],
    boxes: Sequence[BoxFound],
) -> Change:
    """The smallest change of the typical draw that makes the claim true, or untrue if it is true there.

    Args:
        question: the figure.
        claim: about it.
        cast: draws, of which the nearest that get there are starts.
        categories: the unknowns without order.
        alone, boxes: what is known of the claim, for further starts.
    """
    from scipy.special import ndtri

    program = question.program
    typical = np.full((program.n_inputs, 1), 0.5)
    precise = HISTORIES_OF_ONE if program.recurrence is not None else None
    answer = question.at(typical, precise)
    before = float(answer.value[0]) if answer.among[0] > 0 else None
    undone = before is not None and bool(claim.holds(answer.value)[0])
    aim = claim.opposite if undone else claim
    journey = _Journey(question, aim, cast, categories)
    bound = float(-ndtri(TAIL))
    starts = journey.starts(undone, alone, boxes, bound)
    free = np.repeat(journey.movable[:, None], starts.shape[-1], axis=1)
    step = STEP if program.recurrence is None else STEP_OF_ROUNDS
    eager = program.recurrence is None
    whole = searching.search(journey.gap, starts, free, bound, step, eager=eager)
    best = min(whole.reached, key=lambda one: one.distance)
    if best.point is None:
        furthest = journey.stop(_as_uniforms(whole.furthest), precise)
        return Change(undone, before, None, np.inf, furthest)
    near = journey.closer(best.point, bound) if program.recurrence is None else best.point
    needed = journey.pruned(near)
    distance = float(np.linalg.norm(needed))
    fewer = journey.with_few(needed, distance, bound, step)
    point = journey.verified(fewer, precise)
    return Change(undone, before, point, distance, None)


# Private functions


class _Journey:
    """The way from the typical draw, in independent standard normal scores."""

    def __init__(self, question: Asked, aim: Claim, cast: Cast, categories: Categories) -> None:
        self.question, self.aim, self.cast, self.categories = question, aim, cast, categories
        inputs = question.program.inputs
        ends = [item.distribution.support() for item in inputs]
        self.unknown = np.array([low < high for low, high in ends])
        self.movable = self.unknown & ~np.isin(np.arange(len(inputs)), list(categories))
        size = float(np.abs(cast.figure_of).max(initial=0.0))  # squares of very small figures are 0
        spread = size * float((cast.figure_of / size).std()) if size > 0 else 0.0
        self.scale = spread if spread > 0 else max(abs(aim.line), 1.0)

    def gap(self, points: FloatArray) -> FloatArray:
        """How far the figure is on the side of the aim, on a scale on which it bends little: log odds of a chance."""
        from scipy.special import ndtr

        answer = self.question.at(np.clip(ndtr(points), LOWEST, HIGHEST))
        line = np.array([self.aim.line])
        if self.aim.chance:
            figure, line = _log_odds(answer.value), _log_odds(line)
        else:
            figure, line = answer.value / self.scale, line / self.scale
        found = figure - line if self.aim.above else line - figure
        holds = self.aim.holds(answer.value)
        found = np.where(holds, np.maximum(found, 0.0), np.minimum(found, -STRICT))  # scaling rounds, and is cut off
        return np.where(answer.among > 0, found, UNDEFINED)

    def starts(self, undone: bool, alone: Sequence[Alone], boxes: Sequence[BoxFound], bound: float) -> FloatArray:
        """Where to start: the typical draw, the nearest draws that get there, the nearest point of the best box, the
        most favourable ends together, and the typical draw with one value without order changed."""
        from scipy.special import ndtri

        n = self.question.program.n_inputs
        found = [np.zeros(n)]
        there = (self.cast.cases if not undone else ~self.cast.cases) & (self.cast.counts > 0)
        if there.any():
            scores = ndtri(self.cast.uniforms[:, there])
            scores[~self.unknown] = 0.0
            nearest = np.argsort((scores**2).sum(axis=0), kind="stable")[:NEARBY_CASES]
            found += [self._at_edges(scores[:, place], there, place) for place in nearest]
        else:
            found.append(self._favourable(alone, bound))
        if boxes and not undone:
            found.append(self._in_box(boxes[0]))
        others = [
            (column, place)
            for column, values in self.categories.items()
            for place, (_, share) in enumerate(values)
            if share > 0 and place != self._typical(column)
        ]
        for column, place in others[:MOST_OTHER_VALUES]:
            start = np.zeros(n)
            start[column] = self._edge(column, place)
            found.append(start)
        return np.stack(found, axis=1)

    def _typical(self, column: int) -> int:
        return self._value_at(column, 0.5)

    def _value_at(self, column: int, level: float) -> int:
        return round(float(self.question.program.inputs[column].distribution.quantile(np.array([level]))[0]))

    def _edge(self, column: int, place: int) -> float:
        """The score nearest to 0 at which an unknown without order has a value."""
        from scipy.special import ndtri

        shares = [share for _, share in self.categories[column]]
        low, high = sum(shares[:place]), sum(shares[: place + 1])
        if low < 0.5 <= high:
            return 0.0
        inwards = min(1e-6, shares[place] / 2)
        return float(ndtri(low + inwards if low >= 0.5 else high - inwards))

    def _at_edges(self, scores: FloatArray, there: BoolArray, place: int) -> FloatArray:
        found = scores.copy()
        values = self.cast.values[:, there][:, place]
        copula = self.question.program.copula
        for column in self.categories:
            if copula is None or column not in copula.columns:
                found[column] = self._edge(column, round(float(values[column])))
        return found

    def _favourable(self, alone: Sequence[Alone], bound: float) -> FloatArray:
        from scipy.special import ndtri

        found = np.zeros(self.question.program.n_inputs)
        for one in alone:
            known = [place for place in one.places if place.figure is not None]
            if not known:
                continue
            gaps = self.aim.gap(np.array([place.figure.value for place in known if place.figure is not None]))
            best = known[int(np.argmax(gaps))]  # for what undoes the claim the other end than for the claim
            if one.column in self.categories:
                found[one.column] = self._edge(one.column, round(best.value))
            else:
                found[one.column] = float(np.clip(ndtri(best.level), -bound, bound))
        return found

    def _in_box(self, box: BoxFound) -> FloatArray:
        """The point of a box that is nearest to the typical draw, where nothing is correlated."""
        from scipy.special import ndtri

        found = np.zeros(self.question.program.n_inputs)
        for limit in box.limits:
            if limit.kept:
                places = [place for place, (name, _) in enumerate(self.categories[limit.column]) if name in limit.kept]
                found[limit.column] = min((self._edge(limit.column, place) for place in places), key=abs)
                continue
            ends = [-np.inf if limit.low is None else limit.low, np.inf if limit.high is None else limit.high]
            levels = self.question.program.inputs[limit.column].distribution.cdf(np.array(ends))
            low, high = ndtri(np.clip(levels, TAIL, 1 - TAIL))
            found[limit.column] = float(np.clip(0.0, low, high))
        return found

    def closer(self, point: FloatArray, bound: float) -> FloatArray:
        """A point inside that is nearer, among points at random around it: at kinks and jumps slopes lead nowhere."""
        from scipy.special import ndtri

        reach = AROUND
        for number in range(SCATTERED):
            size = float(np.linalg.norm(point[self.movable]))
            words = raw_words(self.question.seed, SCATTER, number, shape=(len(point), A_TIME))
            steps = reach * size * ndtri(uniforms(words >> np.uint64(12))) / np.sqrt(max(1, int(self.movable.sum())))
            moved = np.clip(point[:, None] + steps, -bound, bound)
            tried = np.where(self.movable[:, None], moved, point[:, None])
            length = np.where(self.gap(tried) >= 0, np.linalg.norm(tried, axis=0), np.inf)
            best = int(np.argmin(length))
            if length[best] < np.linalg.norm(point):
                point = tried[:, best]
            else:
                reach /= 2
        return point

    def pruned(self, point: FloatArray) -> FloatArray:
        """A point inside without the moves that it does not need, and as near as its ray leads: where a figure jumps no
        slope tells."""
        while True:
            moved = np.flatnonzero(point != 0)
            if len(moved) < 2:
                return self._nearer(point)
            alone = np.repeat(point[:, None], len(moved), axis=1)
            alone[moved, np.arange(len(moved))] = 0.0
            idle = moved[self.gap(alone) >= 0]
            if not len(idle):
                return self._nearer(point)
            order = idle[np.argsort(-np.abs(point[idle]), kind="stable")]
            without = np.repeat(point[:, None], len(order), axis=1)
            for place, row in enumerate(order):
                without[row, place:] = 0.0
            point = without[:, np.flatnonzero(self.gap(without) >= 0).max(initial=0)]

    def _nearer(self, point: FloatArray) -> FloatArray:
        along = np.where(self.movable[:, None], point[:, None] * ALONG, point[:, None])
        inside = np.flatnonzero(self.gap(along) >= 0)
        return along[:, inside[0]] if len(inside) else point

    def with_few(self, point: FloatArray, distance: float, bound: float, step: float) -> FloatArray:
        """A point not much farther away at which fewer unknowns are moved, the least important ones left out."""
        order = [int(row) for row in np.argsort(-np.abs(point), kind="stable") if abs(point[row]) > 0]
        must = [row for row in order if row in self.categories]
        order = [*must, *(row for row in order if row not in must)]
        counts = range(max(1, len(must)), min(FEW, len(order)) + 1)
        if not counts or len(order) <= 1:
            return point
        starts, free = np.zeros((len(point), len(counts))), np.zeros((len(point), len(counts)), dtype=np.bool_)
        for number, count in enumerate(counts):
            kept = order[:count]
            size = np.linalg.norm(point[kept])
            starts[kept, number] = point[kept] * np.where(np.isin(kept, must), 1.0, np.linalg.norm(point) / size)
            free[kept, number] = self.movable[kept]
        eager = self.question.program.recurrence is None
        found = searching.search(self.gap, starts, free, bound, step, MOST_FEW, FARTHER * distance, eager)
        near = [one.point for one in found.reached if one.point is not None and one.distance <= FARTHER * distance]
        return near[0] if near else point

    def verified(self, point: FloatArray, histories: int | None) -> Point | None:
        """The point, its values rounded away from the typical ones, checked by running the game there."""
        program = self.question.program
        moved = self._leading(point)
        candidates = []
        for stretch in STRETCHES:
            scores = np.where(self.movable, stretch * point, point)
            levels = levels_of(program, _as_uniforms(scores))
            for round_it in (True, False):
                own = self._rounded(levels[moved, 0], moved) if round_it else levels[moved, 0]
                candidates.append(followed(program, np.full((program.n_inputs, 1), 0.5), moved, own[:, None]))
        found = self.question.at(np.concatenate(candidates, axis=1), histories)
        holds = self.aim.holds(found.value) & (found.among > 0)
        first = int(np.argmax(holds)) if holds.any() else len(candidates) - 1
        return self._point(candidates[first], float(found.value[first]), moved)

    def _leading(self, point: FloatArray) -> list[int]:
        """The unknowns that have to be moved to get there: others only follow those that they hang together with."""
        from scipy.special import ndtri

        program = self.question.program
        moved = [int(row) for row in np.flatnonzero(point != 0)]
        if program.copula is None:
            return moved
        levels, middle = levels_of(program, _as_uniforms(point)), np.full((program.n_inputs, 1), 0.5)
        scores = ndtri(levels[:, 0])
        tied = [row for row in moved if row in program.copula.columns]
        for row in sorted(tied, key=lambda row: abs(scores[row])):
            others = [other for other in moved if other != row]
            if others:
                after = levels_of(program, followed(program, middle, others, levels[others]))
                if abs(ndtri(after[row, 0]) - scores[row]) < FOLLOWS:
                    moved = others
        return moved

    def _rounded(self, levels: FloatArray, moved: Sequence[int]) -> FloatArray:
        """Levels of values of few digits, a little further from the middle."""
        found = levels.copy()
        for place, column in enumerate(moved):
            if column in self.categories:
                continue
            distribution = self.question.program.inputs[column].distribution
            start, end = distribution.quantile(np.array([0.5, levels[place]]))
            value = _outwards(float(start), float(end))
            low, high = distribution.support()
            if low <= value <= high:
                found[place] = float(np.clip(distribution.cdf(np.array([value]))[0], 1e-9, 1 - 1e-9))
        return found

    def stop(self, uniforms: FloatArray, histories: int | None) -> Point:
        """A point, with the figure there."""
        found = self.question.at(uniforms, histories)
        moved = [int(row) for row in np.flatnonzero(np.abs(uniforms[:, 0] - 0.5) > 1e-12)]
        return self._point(uniforms, float(found.value[0]) if found.among[0] > 0 else None, moved)

    def _point(self, uniforms: FloatArray, figure: float | None, moved: Sequence[int]) -> Point:
        from scipy.special import ndtri

        program = self.question.program
        levels = levels_of(program, uniforms)
        values, typical = values_at(program, uniforms), values_at(program, np.full((program.n_inputs, 1), 0.5))
        found = [
            Moved(
                int(column),
                float(typical[column, 0]),
                float(values[column, 0]),
                float(levels[column, 0]),
                float(ndtri(levels[column, 0])),
                column not in moved,
            )
            for column in np.flatnonzero(self.unknown)
            if levels[column, 0] != 0.5 and values[column, 0] != typical[column, 0]
        ]
        distance = float(np.linalg.norm(ndtri(uniforms[self.unknown, 0])))
        return Point(tuple(sorted(found, key=lambda one: (one.follows, -abs(one.spreads)))), figure, distance)


def _as_uniforms(point: FloatArray) -> FloatArray:
    """A point in independent normal scores as uniforms; (n_inputs, 1)."""
    from scipy.special import ndtr

    found: FloatArray = np.clip(ndtr(point), LOWEST, HIGHEST)[:, None]
    return found


def _log_odds(chance: FloatArray) -> FloatArray:
    inside = np.clip(chance, LEAST_CHANCE, 1 - LEAST_CHANCE)
    found: FloatArray = np.log(inside) - np.log1p(-inside)
    return found


def _outwards(start: float, end: float) -> float:
    """The end with few digits, rounded away from the start."""
    if end == start or not np.isfinite(end):
        return end
    size = max(abs(end), abs(end - start))
    step = 10.0 ** (floor(log10(size)) - DIGITS + 1)
    places = max(0, -floor(log10(step)))
    return round((ceil if end > start else floor)(end / step) * step, places)
