"""What would have to be true for a claim: each unknown alone, a box over a few, and the smallest change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final

import numpy as np

from engine.analysis import nearest as searching
from engine.analysis import prim
from engine.analysis.claims import Claim
from engine.analysis.estimates import FEW_HITS, NORMAL, Estimate, exact, of_ratio
from engine.analysis.points import HIGHEST, LOWEST, Asked, Told, asked, uniforms_in, values_at
from engine.analysis.thresholds import INNER, INNER_OF_ROUNDS, TAIL, Alone, Sums, thresholds
from engine.games.segments import FloatArray
from engine.program.dependence import followed, levels_of
from engine.program.program import BoolArray, IntArray, Program
from engine.sampling import Design, sobol_design
from engine.scenario.assumptions import Assumed
from engine.scenario.model import Scenario
from engine.simulation.executors import ALONE, Workers
from engine.simulation.figures import figures_of
from engine.simulation.run import HISTORIES_OF_ONE

PER_SCRAMBLE, PER_SCRAMBLE_OF_ROUNDS = 8, 4
"""Draws in each scramble over which the figure is averaged while one unknown is held."""
MOST_BOXES: Final = 3
COVERED: Final = 0.8
"""Once boxes hold this share of the cases no further one is looked for."""
ADDED: Final = 0.05
"""A further box holds at least this share of the cases."""
BY_CHANCE: Final = 0.001
"""A box is kept if on the held-out draws its density would come about by chance more seldom than this."""
NEARBY_CASES: Final = 2
STEP, STEP_OF_ROUNDS = 0.02, 0.2
FEW: Final = 6
"""At most so many unknowns change, if that gets there at all."""
MOST_FEW: Final = 4
FARTHER: Final = 1.25
"""Fewer unknowns are preferred if the change is no larger than this, as a multiple of the smallest one."""
STRETCHES: Final = (1.0, 1.002, 1.01, 1.03, 1.06)
DIGITS: Final = 3
FOLLOWS: Final = 0.05
"""An unknown that would end within so many spreads of where it is without being moved is not moved."""
STRICT: Final = 1e-9
UNDEFINED: Final = -1e3
"""The gap where the outcome has no figure: worse than any other, and yet a number."""
LEAST_CHANCE: Final = 1e-9
NOISY: Final = 0.1
FEWEST_EFFECTIVE: Final = 100
MOST_OTHER_VALUES: Final = 8

Progress = Callable[[int, int], None]
Categories = Mapping[int, Sequence[tuple[str, float]]]


@dataclass(frozen=True, slots=True)
class Limit:
    """One restriction of a box.

    Attributes:
        column: the unknown.
        low, high: its values inside; None where open.
        kept: of an unknown without order, the values inside; else empty.
        quasi_p: how likely the box would be as dense, on the held-out draws, if the restriction told nothing.
    """

    column: int
    low: float | None
    high: float | None
    kept: tuple[str, ...]
    quasi_p: float


@dataclass(frozen=True, slots=True)
class BoxFound:
    """A box, measured on draws that it was not found on.

    Attributes:
        limits: its restrictions, most telling first.
        mass: its share of what we don't know.
        coverage: the share of all cases that it holds; of a further box, beyond what the earlier ones hold.
        density: the share of cases in it; of a further box, outside the earlier ones.
        trained_coverage, trained_density: the same on the draws on which it was found.
        way: the boxes of the peeling, each with its figures on those draws.
    """

    limits: tuple[Limit, ...]
    mass: Estimate
    coverage: Estimate
    density: Estimate
    trained_coverage: float
    trained_density: float
    way: tuple[prim.Step, ...]


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


@dataclass(frozen=True, slots=True)
class Settings:
    """How it was computed; `histories` is None where there are no rounds, `method` is `exact` if nothing is unknown."""

    method: str
    draws: int
    seed: int
    replicates: int
    histories: int | None


@dataclass(frozen=True, slots=True)
class Discovery:
    """What would have to be true for a claim.

    Attributes:
        share: of what we don't know, in which the draw's own figure makes the claim true.
        figure: the outcome's, over all of it; None where its condition never comes about.
        alone: each unknown alone.
        boxes: none where no restriction is worth it.
        cases: how many draws make the claim true, in the half on which boxes are found.
        change: None where nothing is unknown, or the condition of the outcome never comes about.
        undecided: share of draws whose two samples of histories lie on different sides of the line.
    """

    scenario: Scenario
    sha256: str
    assumptions: str
    label: str
    overrides: tuple[tuple[str, str], ...]
    settings: Settings
    claim: Claim
    names: tuple[str, ...]
    categories: Categories
    share: Estimate
    figure: Estimate | None
    alone: tuple[Alone, ...]
    boxes: tuple[BoxFound, ...]
    cases: int
    change: Change | None
    undecided: float
    warnings: tuple[str, ...] = ()


# Public functions


def discover(
    assumed: Assumed,
    sha256: str,
    program: Program,
    claim: Claim,
    design: Design,
    histories: int,
    workers: Workers = ALONE,
    progress: Progress | None = None,
) -> Discovery:
    """What would have to be true for a claim.

    Args:
        assumed: the scenario under its assumptions.
        sha256: of its file.
        program: of it.
        claim: about one of its outcomes.
        design: the draws, in scrambles.
        histories: that a draw may carry, where there are rounds.
        workers: who share the work.
        progress: told the number of draws done and of all, now and then.

    Raises:
        EvaluationError: a number of some draw is impossible.
    """
    once = program.recurrence is None
    held = min(design.n_draws, 16 * (PER_SCRAMBLE if once else PER_SCRAMBLE_OF_ROUNDS))
    total = design.n_draws + (len(INNER if once else INNER_OF_ROUNDS) + 2) * program.n_inputs * held
    told = None if progress is None else Told(progress, total)
    question = asked(program, claim.outcome, claim.value, design.seed, histories, workers, told)
    cast = _Cast.of(question, claim, design, told)
    if told is not None:
        told.over(design.n_draws)
    categories = _categories(assumed.scenario, program)
    settings = Settings(
        "exact" if design.method == "point" else design.method,
        design.n_draws if design.method != "point" else 1,
        design.seed,
        design.replicates,
        None if program.recurrence is None else histories,
    )
    alone: tuple[Alone, ...] = ()
    boxes: tuple[BoxFound, ...] = ()
    change = None
    if design.method == "sobol" and cast.among.sum() > 0:
        few = sobol_design(program.n_inputs, held, design.seed, 16)
        alone = thresholds(question, claim, uniforms_in(few), few.replicates, categories, cast.sums)
        boxes = _boxes(cast, categories)
        change = _change(question, claim, cast, categories, alone, boxes)
    return Discovery(
        scenario=assumed.scenario,
        sha256=sha256,
        assumptions=assumed.name,
        label=assumed.label,
        overrides=assumed.overrides,
        settings=settings,
        claim=claim,
        names=tuple(item.name for item in program.inputs),
        categories=categories,
        share=cast.share(),
        figure=cast.figure(),
        alone=alone,
        boxes=boxes,
        cases=int((cast.cases & cast.training).sum()),
        change=change,
        undecided=cast.undecided,
        warnings=tuple(_warnings(cast)),
    )


# The draws


@dataclass(frozen=True, slots=True, eq=False)
class _Cast:
    """All draws, and in which of them the claim is true.

    Attributes:
        uniforms, values: of the unknowns; (n_inputs, n).
        figure_of: the outcome's figure in each draw; (n,).
        counts: the weight with which a draw counts; 0 where the condition of the outcome cannot come about.
        among: the weight of a draw in the outcome's own figure.
        replicate: the scramble of each.
        undecided: share of draws whose two samples of histories lie on different sides of the line.
    """

    uniforms: FloatArray
    values: FloatArray
    figure_of: FloatArray
    cases: BoolArray
    counts: FloatArray
    among: FloatArray
    replicate: IntArray
    sampled: bool
    undecided: float

    @staticmethod
    def of(question: Asked, claim: Claim, design: Design, told: Told | None) -> _Cast:
        found = figures_of(question.program, design, question.workers, told, question.histories)
        row = found.row(claim.outcome, claim.value)
        counts = np.where(found.among[row] > 0, found.weight, 0.0)
        halves = claim.holds(found.apart[:, row])
        total = counts.sum()
        undecided = float((counts * (halves[0] != halves[1])).sum() / total) if total > 0 else 0.0
        uniforms = uniforms_in(design)
        return _Cast(
            uniforms,
            values_at(question.program, uniforms),
            found.value[row],
            claim.holds(found.value[row]) & (counts > 0),
            counts,
            found.weight * found.among[row],
            found.replicate,
            design.method != "point",
            undecided,
        )

    @property
    def training(self) -> BoolArray:
        """The half on which boxes are found: whole scrambles."""
        found: BoolArray = self.replicate < (int(self.replicate[-1]) + 1) // 2
        return found

    def by_scramble(self, weight: FloatArray) -> FloatArray:
        return np.bincount(self.replicate, weight).astype(np.float64)

    @property
    def sums(self) -> Sums:
        return Sums(self.by_scramble(self.among * self.figure_of), self.by_scramble(self.among))

    def share(self) -> Estimate:
        return _share(self.by_scramble(self.counts * self.cases), self.by_scramble(self.counts), self)

    def figure(self) -> Estimate | None:
        if self.among.sum() <= 0:
            return None
        return _estimate(self.by_scramble(self.among * self.figure_of), self.by_scramble(self.among), self.sampled)


def _estimate(above: FloatArray, below: FloatArray, sampled: bool) -> Estimate:
    if not sampled:
        return exact(float(above.sum() / below.sum()))
    return of_ratio(above, below)


def _share(hits: FloatArray, among: FloatArray, cast: _Cast) -> Estimate:
    """A share of draws with its 95 % interval: from the scrambles, or where few were hit or few were not as if the
    draws were independent (Clopper & Pearson 1934)."""
    total = float(among.sum())
    if total <= 0:
        return Estimate(0.0, 0.0, 0.0, 0.0)
    value = float(hits.sum()) / total
    if not cast.sampled:
        return exact(value)
    scale = float(cast.counts.sum() / max((cast.counts**2).sum(), 1e-300))  # draws of equal weight for each of weight
    some, all_ = float(hits.sum()) * scale, total * scale
    if min(some, all_ - some) >= FEW_HITS:
        found = of_ratio(hits, among)
        return Estimate(found.value, found.error, max(found.low, 0.0), min(found.high, 1.0))
    from scipy.special import betaincinv

    low = float(betaincinv(some, all_ - some + 1, 0.025)) if value > 0 else 0.0
    high = float(betaincinv(some + 1, max(all_ - some, 0.0), 0.975)) if value < 1 else 1.0
    return Estimate(value, (high - low) / (2 * NORMAL), low, high)


def _categories(scenario: Scenario, program: Program) -> Categories:
    """The unknowns without order that have several values: names and shares."""
    found: dict[int, list[tuple[str, float]]] = {}
    for column, item in enumerate(program.inputs):
        choice = scenario.unknowns[item.name].choice
        if choice is not None:
            upto = item.distribution.cdf(np.arange(len(choice), dtype=np.float64))
            shares = np.diff(upto, prepend=0.0)
            found[column] = [(str(name), float(share)) for name, share in zip(choice, shares, strict=True)]
    return {column: values for column, values in found.items() if sum(share > 0 for _, share in values) > 1}


def _warnings(cast: _Cast) -> Sequence[str]:
    found = []
    total = cast.counts.sum()
    effective = float(total**2 / max((cast.counts**2).sum(), 1e-300))
    if cast.sampled and effective < FEWEST_EFFECTIVE:
        found.append(
            f"the draws count for no more than {effective:,.0f} of equal weight: the statements that are believed, or "
            "the condition of the outcome, hardly ever fit them"
        )
    share = float((cast.counts * cast.cases).sum() / total) if total > 0 else 0.0
    if cast.undecided > NOISY * min(share, 1 - share):
        found.append(
            f"{cast.undecided:.1%} of the draws lie so near to the line that the noise of sampled histories decides on "
            "which side they fall: the box is blurred there, and more --histories make it sharper"
        )
    return found


# Boxes


def _boxes(cast: _Cast, categories: Categories) -> tuple[BoxFound, ...]:
    """Boxes found on half of the scrambles and measured on the other half; each beyond the ones before."""
    whole = prim.Sample(cast.values, cast.cases, cast.counts, frozenset(categories))
    training = cast.training
    rest = np.ones(len(cast.cases), dtype=np.bool_)
    boxes: list[BoxFound] = []
    for _ in range(MOST_BOXES):
        found = prim.find_box(whole.part(training & rest))
        if not found.box.sides:
            break
        measured = _measured(cast, whole, found, rest, categories)
        inside = found.box.inside(cast.values)
        held = whole.part(~training & rest)
        if prim.surprise(held, inside[~training & rest], np.ones(len(held.cases), dtype=np.bool_)) > BY_CHANCE:
            break
        if boxes and measured.coverage.value < ADDED:
            break
        boxes.append(measured)
        rest &= ~inside
        if sum(box.coverage.value for box in boxes) >= COVERED:
            break
    return tuple(boxes)


def _measured(cast: _Cast, whole: prim.Sample, found: prim.Found, rest: BoolArray, categories: Categories) -> BoxFound:
    training, inside = cast.training, found.box.inside(cast.values) & rest
    held = ~training

    def sums(which: BoolArray, half: BoolArray) -> FloatArray:
        found = np.bincount(cast.replicate[half], cast.counts[half] * which[half])
        return found[cast.replicate[half].min() :].astype(np.float64)

    hits = inside & cast.cases
    trained = [float(sums(one, training).sum()) for one in (hits, inside, cast.cases)]
    sample = whole.part(held & rest)
    limits = [_limit(side, prim.quasi_p(sample, found.box, side.column), categories) for side in found.box.sides]
    everything = np.ones_like(inside)
    return BoxFound(
        tuple(sorted(limits, key=lambda limit: limit.quasi_p)),
        _share(sums(inside, held), sums(everything, held), cast),
        _share(sums(hits, held), sums(cast.cases, held), cast),
        _share(sums(hits, held), sums(inside, held), cast),
        trained[0] / trained[2],
        trained[0] / trained[1],
        found.way,
    )


def _limit(side: prim.Side, quasi_p: float, categories: Categories) -> Limit:
    kept = tuple(
        name
        for place, (name, share) in enumerate(categories.get(side.column, ()))
        if share > 0 and place not in side.without
    )
    low, high = (None if not np.isfinite(end) else end for end in (side.low, side.high))
    return Limit(side.column, low, high, kept, quasi_p)


# The smallest change


def _change(
    question: Asked,
    claim: Claim,
    cast: _Cast,
    categories: Categories,
    alone: Sequence[Alone],
    boxes: Sequence[BoxFound],
) -> Change:
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
    fewer = journey.with_few(best.point, best.distance, bound, step)
    point = journey.verified(fewer, precise)
    return Change(undone, before, point, best.distance, None)


class _Journey:
    """The way from the typical draw, in independent standard normal scores."""

    def __init__(self, question: Asked, aim: Claim, cast: _Cast, categories: Categories) -> None:
        self.question, self.aim, self.cast, self.categories = question, aim, cast, categories
        inputs = question.program.inputs
        ends = [item.distribution.support() for item in inputs]
        self.unknown = np.array([low < high for low, high in ends])
        self.movable = self.unknown & ~np.isin(np.arange(len(inputs)), list(categories))
        spread = float(cast.figure_of.std())
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
        strictly = STRICT if self.aim.relation in "<>" else 0.0
        return np.where(answer.among > 0, found - strictly, UNDEFINED)

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
            if one.best is None:
                continue
            if one.column in self.categories:
                found[one.column] = self._edge(one.column, round(one.best.value))
            else:
                found[one.column] = float(np.clip(ndtri(one.best.level), -bound, bound))
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
            if abs(levels[column, 0] - 0.5) > 1e-9 and values[column, 0] != typical[column, 0]
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
