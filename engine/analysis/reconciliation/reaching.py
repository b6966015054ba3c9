"""Whether anything within the stated ranges makes several probabilities lie where they are said to lie.

First among the draws, then by a search that starts from the draws that come nearest. Points are uniforms, one column
each; the search moves their normal scores.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

import numpy as np

from engine.distributions.distribution import Distribution
from engine.games.segments import FloatArray, IntArray
from engine.program.program import EvaluationError, Program
from engine.sampling import CHUNK, Chunk
from engine.sampling.streams import raw_words, uniforms
from engine.simulation.draws import NEAR
from engine.simulation.executors import ALONE, Workers
from engine.simulation.figures import figures_of

EDGE: Final = 0.005
"""The stated range of an unknown is its central 99 %: what lies beyond is nobody's claim."""
SMALLEST: Final = 1e-12
"""Smaller probabilities are taken for this in log odds."""
MOST_SEARCHES: Final = 120
"""Of sets of statements for points; beyond, it is said that not every set was searched."""
TENTH: Final = 0.001
"""Neighbouring words such as 5 to 20 % and 20 to 45 % meet in a single chance, which no point has exactly."""
STARTS, STEPS = 8, 10
"""From how many points a search starts, and how many steps it makes."""
STARTS_IN_ROUNDS, STEPS_IN_ROUNDS = 4, 6
"""The same where there are rounds, whose games cost a thousand times as much."""
STRIDE: Final = 0.4
"""Normal scores over which a slope is measured."""
DAMPING: Final = (1e-3, 0.3, 3.0, 30.0)
"""Shares of the largest curvature that are tried in every step (Levenberg 1944)."""
FLAT: Final = 1e-12
PASSES: Final = 8
INSIDE: Final = 0.1
"""How far into the range the search aims, as a share of its width in log odds, and at most in log odds."""
SCATTERED, A_TIME = 10, 96
"""How often points are scattered around the nearest one, and how many at a time."""
AROUND: Final = 0.5
"""Normal scores by which they first are."""
NEARER: Final = 0.1
"""A smaller gain than this share of what is missing halves that."""
SCATTER: Final = 0x5CA
"""Tells their stream from others."""
CONFIRMED: Final = 8
CONFIRMING: Final = 16
"""With rounds: how many of the nearest points are tried again, with how many times the histories."""
MOST_HISTORIES: Final = 256
SURE: Final = 2.0
"""Standard deviations of the noise of histories that a probability may miss its range by."""


@dataclass(frozen=True, slots=True)
class Range:
    """Where a statement says that a probability lies: its 5 to 95 %, and at least as wide as weights are."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Claims:
    """What is to be reached.

    Attributes:
        program: with the outcomes that the statements are about, in any order, and no others.
        rows: for each statement the place of its outcome among the program's.
        ranges: for each statement.
    """

    program: Program
    rows: tuple[int, ...]
    ranges: tuple[Range, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """How near one gets.

    Attributes:
        uniforms: of the unknowns there; (n_inputs,).
        probability: that is implied there for each statement; (n_claims,).
        noise: standard deviation of each that is due to sampled histories; same shape.
        beyond: by how much the worst of the statements asked for misses its range, in log odds; 0 or less: none does.
    """

    uniforms: FloatArray
    probability: FloatArray
    noise: FloatArray
    beyond: float


@dataclass(frozen=True, slots=True)
class Trials:
    """A design of given uniforms: columns of different chunks share their histories.

    Attributes:
        uniforms: (n_chunks, n_inputs, n), n at most 1,024.
        seed: of the histories.
        index: tells their stream from others.
    """

    uniforms: FloatArray
    seed: int
    index: int = 0
    method: ClassVar[str] = "trials"
    replicates: ClassVar[int] = 1

    @property
    def n_inputs(self) -> int:
        return int(self.uniforms.shape[1])

    @property
    def n_chunks(self) -> int:
        return len(self.uniforms)

    @property
    def n_draws(self) -> int:
        return self.n_chunks * int(self.uniforms.shape[2])

    def chunk(self, i: int) -> Chunk:
        return Chunk(self.index, 0, self.uniforms[i])


def range_of(stated: Distribution) -> Range:
    """The 5 to 95 % of a statement to a tenth of a point, and at least a point to each side of its middle."""
    low, middle, high = stated.quantile(np.array([0.05, 0.5, 0.95])).tolist()
    return Range(max(0.0, min(low - TENTH, middle - NEAR)), min(1.0, max(high + TENTH, middle + NEAR)))


def missed(probability: FloatArray, ranges: Sequence[Range]) -> FloatArray:
    """By how much the worst of some probabilities misses its range, in log odds; (n,) for (n_ranges, n)."""
    found: FloatArray = _violation(_log_odds(probability), *_bounds(ranges)).max(axis=0)
    return found


class Reach:
    """Remembers every point that was tried, so that a search for one set of statements serves the others."""

    def __init__(
        self,
        claims: Claims,
        uniforms: FloatArray,
        probability: FloatArray,
        histories: int,
        seed: int,
        workers: Workers = ALONE,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Starts from the draws.

        Args:
            claims: what is to be reached.
            uniforms: of the draws; (n_inputs, n_draws).
            probability: that each implies for each statement, NaN where there is none; (n_claims, n_draws).
            histories: that a draw may carry, where there are rounds.
            seed: of further histories.
            workers: who share the work; the result does not depend on them.
            progress: told how many points have been tried, now and then.
        """
        self.progress = progress
        within = ((uniforms >= EDGE) & (uniforms <= 1 - EDGE)).all(axis=0)
        self.claims, self.histories, self.seed, self.workers = claims, histories, seed, workers
        self.uniforms, self.probability = uniforms[:, within], probability[:, within]
        self.odds = _log_odds(self.probability)
        self.within, self.tried, self.searches, self.budget = int(within.sum()), 0, 0, MOST_SEARCHES
        self.sure: dict[int, Nearest] = {}
        self.known: dict[tuple[int, ...], bool] = {}
        once = claims.program.recurrence is None
        self.starts, self.steps = (STARTS, STEPS) if once else (STARTS_IN_ROUNDS, STEPS_IN_ROUNDS)
        self.trouble = ""
        self.free = np.array(
            [low < high for low, high in (item.distribution.support() for item in claims.program.inputs)], dtype=bool
        )

    def fits(self, some: Sequence[int]) -> bool | None:
        """Whether something within the ranges brings these statements to where they are said to lie.

        None where no point does that was tried, and there have been too many searches for one more.
        """
        asked = tuple(sorted(some))
        if asked not in self.known:
            fits = self.nearest(asked).beyond <= 0
            if not fits and self.free.any():
                if self.searches >= self.budget:
                    return None
                self._search(list(asked))
                fits = self.nearest(asked).beyond <= 0
            self.known[asked] = fits
        return self.known[asked]

    def recall(self) -> bool:
        """Forgets what was found not to fit and does, by points that were tried later; whether there is any."""
        wrong = [asked for asked, fits in self.known.items() if not fits and self.nearest(asked).beyond <= 0]
        for asked in wrong:
            del self.known[asked]
        return bool(wrong)

    def nearest(self, some: Sequence[int]) -> Nearest:
        """Of the points that were tried, the one in which the worst of some statements misses its range least."""
        some = list(some)
        beyond = self._beyond(self.odds, some)
        if not len(beyond):
            count = len(self.claims.ranges)
            return Nearest(np.full(len(self.free), 0.5), np.full(count, np.nan), np.zeros(count), np.inf)
        if self.claims.program.recurrence is None:
            place = int(np.argmin(beyond))
            none = np.zeros(len(self.claims.ranges))
            return Nearest(self.uniforms[:, place], self.probability[:, place], none, float(beyond[place]))
        self._confirm(np.argsort(beyond, kind="stable")[:CONFIRMED])
        return min((self._judged(found, some) for found in self.sure.values()), key=lambda found: found.beyond)

    # Which points are near

    def _confirm(self, places: IntArray) -> None:
        """Tries points again with many more histories, of their own stream: the luck of few looks like nearness."""
        new = [place for place in places.tolist() if place not in self.sure]
        if not new:
            return
        histories = max(self.histories, min(CONFIRMING * self.histories, MOST_HISTORIES))
        uniforms = self.uniforms[:, new]
        value, noise = self._implied(uniforms[None], histories, index=1)
        spread = np.sqrt(noise[:, 0].mean(axis=-1))
        for column, place in enumerate(new):
            self.sure[place] = Nearest(uniforms[:, column], value[:, 0, column], spread, np.inf)

    def _judged(self, found: Nearest, some: list[int]) -> Nearest:
        """A point that was tried with many histories, judged by some statements."""
        low, high = _bounds(self.claims.ranges, SURE * found.noise)
        beyond = _violation(_log_odds(found.probability)[:, None], low, high)[some].max()
        return replace(found, beyond=float(beyond))

    def _beyond(self, odds: FloatArray, some: Sequence[int]) -> FloatArray:
        """By how much the worst of some statements misses its range; (n,) for log odds of all, (n_claims, n)."""
        low, high = _bounds([self.claims.ranges[place] for place in some])
        found: FloatArray = _violation(odds[list(some)], low, high).max(axis=0)
        return found

    # The search

    def _search(self, some: list[int]) -> None:
        """Gauss-Newton steps with damping towards the ranges, from the nearest draws; all points are kept."""
        self.searches += 1
        try:
            self._descend(some)
            if self.claims.program.recurrence is None:
                self._scatter(some)
        except EvaluationError as error:  # no draw met it, and what is within the ranges may still be impossible
            self.trouble = self.trouble or error.message

    def _descend(self, some: list[int]) -> None:
        from scipy.special import ndtr, ndtri

        points = ndtri(np.clip(self.uniforms[:, self._starts(some)], EDGE, 1 - EDGE))
        edge = -float(ndtri(EDGE))
        value = self._tried(ndtr(points)[None])[:, 0]
        aim = self._aim(some)
        for _ in range(self.steps):
            if (self._beyond(_log_odds(value), some) <= aim).any():
                return
            steps = self._steps(points, value, some, edge)
            if steps is None:
                return
            tried = np.clip(points + steps, -edge, edge)
            found = self._tried(ndtr(tried))
            points, value, better = self._best(points, value, tried, found, some)
            if not better:
                return

    def _scatter(self, some: list[int]) -> None:
        """Points at random around the nearest one, closer where none is nearer: slopes mislead at kinks, at jumps and
        where they are measured over more than what is missing (Rastrigin 1963)."""
        from scipy.special import ndtr, ndtri

        reach = AROUND
        for number in range(SCATTERED):
            near = self.nearest(some)
            if near.beyond <= 0 or not np.isfinite(near.beyond):
                return
            words = raw_words(self.seed, SCATTER, self.searches, number, shape=(len(self.free), A_TIME))
            steps = ndtri(uniforms(words >> np.uint64(12)))
            center = ndtri(np.clip(near.uniforms, EDGE, 1 - EDGE))[:, None]
            self._tried(ndtr(center + reach * np.where(self.free[:, None], steps, 0.0))[None])
            if self.nearest(some).beyond >= near.beyond - NEARER * abs(near.beyond):
                reach /= 2

    def _aim(self, some: list[int]) -> float:
        """How far inside a point has to lie to end the search: with noise it may be luck."""
        if self.claims.program.recurrence is None:
            return 0.0
        low, high = (end[some] for end in _bounds(self.claims.ranges))
        return -float(min(INSIDE, (INSIDE * (high - low)).min()) / 2)

    def _starts(self, some: list[int]) -> IntArray:
        """Places of near points that are not all alike."""
        from scipy.special import ndtri

        order = np.argsort(self._beyond(self.odds, some), kind="stable")[: 32 * self.starts]
        scores = ndtri(self.uniforms[:, order])
        apart = 0.25 * 2 * max(1, int(self.free.sum()))  # a quarter of how far two draws lie apart, squared
        chosen: list[int] = []
        for place in range(len(order)):
            if all(((scores[:, place] - scores[:, other]) ** 2).sum() > apart for other in chosen):
                chosen.append(place)
            if len(chosen) == self.starts:
                break
        return order[chosen]

    def _steps(self, points: FloatArray, value: FloatArray, some: list[int], edge: float) -> FloatArray | None:
        """Steps that are worth a try, (n_steps, n_inputs, n_points); None where nothing has a slope."""
        from scipy.special import ndtr

        free = np.flatnonzero(self.free)
        sign = np.where(points > 0, -1.0, 1.0)
        tried = np.repeat(points[None], len(free), axis=0)
        for place, column in enumerate(free):
            tried[place, column] += STRIDE * sign[column]
        slopes = _log_odds(self._tried(ndtr(tried)))[some] - _log_odds(value)[some][:, None]
        slopes = slopes / (STRIDE * sign[free])
        if not np.isfinite(slopes).any() or not np.abs(slopes[np.isfinite(slopes)]).any():
            return None
        slopes = np.where(np.isfinite(slopes), slopes, 0.0)
        low, high = (end[some] for end in _bounds(self.claims.ranges))
        inside = np.minimum(INSIDE, INSIDE * (high - low))
        aims = (low + inside)[:, None], (high - inside)[:, None]
        odds, by_input = _log_odds(value)[some], slopes.transpose(1, 0, 2)
        steps = [_damped(by_input, odds, aims, points[free], edge, damping) for damping in DAMPING]
        found = np.zeros((len(steps), *points.shape))
        found[:, free] = steps
        return found

    def _best(
        self, points: FloatArray, value: FloatArray, tried: FloatArray, found: FloatArray, some: list[int]
    ) -> tuple[FloatArray, FloatArray, bool]:
        """Each point where the best of its steps leads, if that is nearer."""
        low, high = (end[some] for end in _bounds(self.claims.ranges))

        def size(value: FloatArray) -> FloatArray:
            miss = _miss(_log_odds(value[some]), low, high)
            found: FloatArray = np.where(np.isfinite(miss), miss**2, np.inf).sum(axis=0)
            return found

        before, after = size(value), np.array([size(found[:, place]) for place in range(len(tried))])
        best = np.argmin(after, axis=0)
        column = np.arange(points.shape[-1])
        better = after[best, column] < before * (1 - 1e-4)
        points = np.where(better, tried[best, :, column].T, points)
        value = np.where(better, found[:, best, column], value)
        return points, value, bool(better.any())

    def _tried(self, uniforms: FloatArray) -> FloatArray:
        """What points imply, which are kept; (n_claims, n_sets, n) for (n_sets, n_inputs, n)."""
        uniforms = np.clip(uniforms, EDGE, 1 - EDGE)
        value, _ = self._implied(uniforms, self.histories, index=0)
        self.uniforms = np.concatenate([self.uniforms, *uniforms], axis=-1)
        flat = value.reshape(len(value), -1)
        self.probability = np.concatenate([self.probability, flat], axis=-1)
        self.odds = np.concatenate([self.odds, _log_odds(flat)], axis=-1)
        self.tried += uniforms.shape[0] * uniforms.shape[2]
        if self.progress is not None:
            self.progress(self.tried)
        return value

    def _implied(self, uniforms: FloatArray, histories: int, index: int) -> tuple[FloatArray, FloatArray]:
        """The probability of each statement at some points, and the variance of it that is noise."""
        if uniforms.shape[2] > CHUNK:
            raise ValueError(f"at most {CHUNK} points at a time")
        found = figures_of(self.claims.program, Trials(uniforms, self.seed, index), self.workers, histories=histories)
        shape = (len(self.claims.rows), uniforms.shape[0], uniforms.shape[2])
        rows = list(self.claims.rows)
        there = (found.among[rows] > 0) & (found.weight > 0)
        noise = (found.apart[0][rows] - found.apart[1][rows]) ** 2 / 4
        return np.where(there, found.value[rows], np.nan).reshape(shape), noise.reshape(shape)


# Private functions


def _bounds(ranges: Sequence[Range], slack: FloatArray | float = 0.0) -> tuple[FloatArray, FloatArray]:
    """Ends of the ranges in log odds; infinite where they are 0 or 1."""
    low, high = np.array([one.low for one in ranges]) - slack, np.array([one.high for one in ranges]) + slack
    with np.errstate(divide="ignore"):
        low, high = np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)
        return np.log(low) - np.log1p(-low), np.log(high) - np.log1p(-high)


def _log_odds(probability: FloatArray) -> FloatArray:
    value = np.clip(probability, SMALLEST, 1 - SMALLEST)
    odds: FloatArray = np.log(value) - np.log1p(-value)
    return odds


def _violation(odds: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """By how much each misses its range, below 0 within it; infinite where it is not known; (n_claims, n)."""
    found = np.maximum(low[:, None] - odds, odds - high[:, None])
    return np.where(np.isnan(found), np.inf, found)


def _miss(odds: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """How far above its range each lies, below 0 if under it, 0 within."""
    shape = (slice(None), *([None] * (odds.ndim - 1)))
    found = np.maximum(odds - high[shape], 0.0) - np.maximum(low[shape] - odds, 0.0)
    return np.where(np.isnan(found), np.inf, found)


def _damped(
    slopes: FloatArray,
    odds: FloatArray,
    aims: tuple[FloatArray, FloatArray],
    points: FloatArray,
    edge: float,
    damping: float,
) -> FloatArray:
    """The steps of least squares with damping (Levenberg 1944) towards the ranges.

    What would leave the box stops at its edge. What lies in its range may move within it, and is held at the end that
    it would pass.

    Args:
        slopes: of each log odds; (n_free, n_some, n_points).
        odds: where they are; (n_some, n_points).
        aims: lower and upper ends of their ranges; each (n_some, 1).
        points: where they start; (n_free, n_points).
    """
    steps, stuck = np.zeros_like(points), np.zeros(points.shape, dtype=bool)
    odds = np.where(np.isfinite(odds), odds, np.clip(0.0, *aims))
    target = np.clip(odds, *aims)
    held = target != odds
    for _ in range(PASSES):
        own = np.where(stuck[:, None] | ~held, 0.0, slopes)
        square = np.einsum("fkn,fln->nkl", own, own)
        size = np.trace(square, axis1=1, axis2=2)
        left = odds - target + np.einsum("fkn,fn->kn", slopes, np.where(stuck, steps, 0.0))
        ridge = np.maximum(damping * size, FLAT)[:, None, None] * np.eye(len(odds))
        solved = np.linalg.solve(square + ridge, np.where(held, left, 0.0).T[..., None])[..., 0]
        steps = np.where(stuck, steps, -np.einsum("fkn,nk->fn", own, solved))
        outside = ~stuck & (np.abs(points + steps) > edge)
        steps = np.where(outside, np.clip(points + steps, -edge, edge) - points, steps)
        stuck |= outside
        there = odds + np.einsum("fkn,fn->kn", slopes, steps)
        passing = ~held & (np.clip(there, *aims) != there)
        target = np.where(passing, np.clip(there, *aims), target)
        held |= passing
        if not (outside.any() or passing.any()):
            break
    return steps
