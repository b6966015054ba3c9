"""Precision raised from near 0, each draw in geometric steps of its own, with Newton's method at each step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from engine.games.fixedpoint import chances_of, play_of
from engine.games.linear import solved
from engine.games.response import BoolArray, Responder, in_twos, sharpness
from engine.games.segments import FloatArray, IntArray, columns
from engine.games.slope import Slopes

FIRST_STEP: Final = 0.7
SMALLEST_STEP: Final = 0.01
LARGEST_STEP: Final = 1.0
"""Steps are in the logarithm of the precision."""
MAX_STEPS: Final = 50
MAX_JUMP: Final = 0.03
"""A probability may land this far from where the last steps pointed."""
AIMED_JUMP: Final = 0.012
MISS: Final = 1.0
"""Share at which a change of direction that was not foreseen counts as a jump."""
NEAR_FOLD: Final = 1.0
"""Determinant of I - DG, 1 at the coin toss and 0 at a fold, below which jumps must be smaller in proportion."""
LEAST_JUMP: Final = 0.1
"""The share of the usual jump that is allowed in any case."""
MAX_NEWTON: Final = 8
CLOSE: Final = 1e-5
"""Residual at which single precision has done its part."""
BLOCK: Final = 8192
"""Draws that go together at first, so that their numbers stay in the processor's cache."""
STRAGGLERS: Final = 0.15
"""When fewer of a block are left than this share, they go on together with those of other blocks."""
COMPACT_BELOW: Final = 0.8
TOGETHER: Final = 4
"""Numbers of steps are rounded up to multiples of this."""


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """Where the branch was followed to.

    Attributes:
        scaled: precision times expected payoff of each action; (n_rows, n_draws).
        residual: largest distance of a probability from the response to the others; (n_draws,).
        certain: every step converged, nothing jumped and the index stayed +1; (n_draws,). Elsewhere `scaled` is the
            last point of the branch that was reached.
        share: of the precision at which that point lies; (n_draws,).
        paired: where the sign of the index may hide a fork in two directions; (n_draws,).
        lost: where probabilities vanished on the way; (n_draws,).
    """

    scaled: FloatArray
    residual: FloatArray
    certain: BoolArray
    share: FloatArray
    paired: BoolArray
    lost: BoolArray


def follow(responder: Responder, slopes: Slopes, tolerance: float) -> Followed:
    """The branch from precision 0 to the actors' own, as long as the precision rises along it.

    Args:
        responder: the draws to follow.
        slopes: of their group.
        tolerance: of the residual at the end.
    """
    found = _followed(responder, slopes, tolerance, True)
    again = np.flatnonzero(found.lost)
    if len(again):
        again = in_twos(again)
        better = _followed(responder.take(again), slopes, tolerance, False)
        found.scaled[:, again], found.residual[again] = better.scaled, better.residual
        found.certain[again], found.share[again] = better.certain, better.share
        found.paired[again] = better.paired
    return found


def _followed(responder: Responder, slopes: Slopes, tolerance: float, single: bool) -> Followed:
    """As `follow`; the way up in single precision or double, the last digits always in double."""
    n = responder.precision[0].shape[-1]
    found = Followed(
        np.zeros((responder.group.n_rows, n)),
        np.full(n, np.inf),
        np.zeros(n, dtype=np.bool_),
        np.zeros(n),
        np.zeros(n, dtype=np.bool_),
        np.zeros(n, dtype=np.bool_),
    )
    late = []
    for start in range(0, n, BLOCK):
        end = min(start + BLOCK, n)
        draws = in_twos(np.arange(start, end))
        exact = responder.take(slice(start, end) if len(draws) == end - start else draws)
        climb = _start(exact.single() if single else exact, slopes, draws)
        late.append(_climbed(climb, slopes, STRAGGLERS * BLOCK, exact, start, tolerance, found))
    states = zip(*(climb.state() for climb in late), strict=True)
    draws, *others = (np.concatenate(column, axis=-1) for column in states)
    for start in range(0, len(draws), BLOCK):
        some = in_twos(np.arange(start, min(start + BLOCK, len(draws))))
        exact = responder.take(draws[some])
        state = (columns(column, some) for column in others)
        climb = _Climb(exact.single() if single else exact, draws[some], *state)
        _climbed(climb, slopes, 0, responder, 0, tolerance, found)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Climb:
    """Draws under way.

    Attributes:
        draws: which they are; (n,).
        tries: how many steps they have tried; (n,).
        height: logarithm of the share of the precision; (n,).
        payoffs: at the whole precision, in free coordinates; (n_free, n).
        rise: how they change with the height; (n_free, n).
        bend: how the rise changes; (n_free, n).
        step: to try next; (n,).
    """

    responder: Responder
    draws: IntArray
    tries: IntArray
    height: FloatArray
    payoffs: FloatArray
    rise: FloatArray
    bend: FloatArray
    step: FloatArray

    def take(self, some: IntArray) -> _Climb:
        return _Climb(self.responder.take(some), *(columns(state, some) for state in self.state()))

    def state(self) -> tuple[Any, ...]:
        """What differs between draws, in the order of the fields."""
        return self.draws, self.tries, self.height, self.payoffs, self.rise, self.bend, self.step

    def going(self) -> BoolArray:
        """Neither at the top nor given up."""
        return (self.height < 0) & (self.step >= SMALLEST_STEP) & (self.tries < MAX_STEPS) & ~self.responder.lost()

    def stepped(self, slopes: Slopes) -> _Climb:
        """After one try for each draw that is still going."""
        step = np.minimum(self.step, -self.height)
        height = np.where(step < self.step, 0.0, self.height + step)
        share = np.exp(height)
        guess = self.payoffs + step * (self.rise + step / 2 * self.bend)
        payoffs, rise, chances, jump, determinant = _corrected(self.responder, slopes, guess, share)
        # where it points now, and where it should by the last steps, at the end of another such step
        free = chances[slopes.kept]
        miss = np.abs(rise - self.rise - step * self.bend) * (share * step) * free * (1 - free)
        np.maximum(jump, MISS * miss.max(axis=0), out=jump)
        # near a fold other curves are near
        jump /= np.clip(determinant / NEAR_FOLD, LEAST_JUMP, 1.0)
        going = self.going()
        fine = going & (jump <= MAX_JUMP) & (determinant > 0)
        growth = np.clip(np.cbrt(AIMED_JUMP / np.maximum(jump, 1e-6)), 0.5, 2.0)
        bend = (rise - self.rise) / np.maximum(step, 1e-30)
        return _Climb(
            self.responder,
            self.draws,
            self.tries + 1,
            np.where(fine, height, self.height),
            np.where(fine, payoffs, self.payoffs),
            np.where(fine, rise, self.rise),
            np.where(fine, bend, self.bend),
            np.where(fine, np.minimum(step * growth, LARGEST_STEP), np.where(going, step / 2, self.step)),
        )


def _start(responder: Responder, slopes: Slopes, draws: IntArray) -> _Climb:
    """Where precision times payoff difference is 1, so that there is one equilibrium, near the coin toss."""
    n, digits = len(draws), responder.precision[0].dtype
    height = -np.log(np.maximum(sharpness(responder), 1.0)).astype(digits)
    toss = slopes.free(
        answers(responder, play_of(responder, np.zeros((responder.group.n_rows, n), digits)), np.ones(n, digits))
    )
    payoffs, rise, *_ = _corrected(responder, slopes, toss, np.exp(height))
    return _Climb(
        responder, draws, np.zeros(n, np.int64), height, payoffs, rise, rise / 2, np.full(n, FIRST_STEP, digits)
    )


def _climbed(
    climb: _Climb, slopes: Slopes, fewest: float, exact: Responder, first: int, tolerance: float, found: Followed
) -> _Climb:
    """Steps until fewer draws are left than `fewest`, or none; they are returned, what came to the top goes to `found`.

    Args:
        exact: the draws from `first` on, in double precision.
    """
    draws, free = [], []
    while True:
        left = np.flatnonzero(climb.going())
        few = len(left) < max(fewest, 1)
        if few or len(left) < COMPACT_BELOW * len(climb.draws):
            top = climb.height >= 0
            draws.append(climb.draws[top])
            free.append(climb.payoffs[:, top])
            found.lost[climb.draws[climb.responder.lost()]] = True
            found.share[climb.draws] = np.exp(climb.height)
            found.scaled[:, climb.draws] = slopes.whole(climb.payoffs * np.exp(climb.height))
            climb = climb.take(left if few else in_twos(left))
        if few:
            break
        climb = climb.stepped(slopes)
    arrived, place = np.unique(np.concatenate(draws), return_index=True)
    if len(arrived):
        arrived, place = in_twos(arrived), in_twos(place)
        some, start = exact.take(arrived - first), columns(np.concatenate(free, axis=1), place)
        if start.dtype == np.float32:
            start = newton(some.single(), slopes, start, np.ones(len(arrived), np.float32), CLOSE).free
        end = newton(some, slopes, start.astype(np.float64), np.ones(len(arrived)), tolerance)
        found.scaled[:, arrived], found.residual[arrived] = slopes.whole(end.free), end.residual
        found.paired[arrived] = end.paired
        found.certain[arrived] = (end.residual <= 1e3 * tolerance) & (end.sign > 0)
    return climb


def _corrected(
    responder: Responder, slopes: Slopes, payoffs: FloatArray, share: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """One step of Newton's method.

    Returns:
        The payoffs after it and their rise; the chances before it and how far it moved them; det(I - DG).
    """
    free = payoffs * share
    chances, answer, system = slopes.around(responder, slopes.whole(free), share, 2)
    whole = slopes.free(answer)
    system[:, -2], system[:, -1] = whole * share - free, whole
    found, determinant = solved(system, slopes.n_unit)
    free += found[:, 0]
    jump = np.abs(chances_of(responder, slopes.whole(free)) - chances).max(axis=0)
    payoffs = free / share
    return payoffs, found[:, 1] - payoffs, chances, jump, determinant


@dataclass(frozen=True, slots=True, eq=False)
class Newton:
    """Where Newton's method stopped.

    Attributes:
        free: scaled payoffs in free coordinates; (n_free, n_draws).
        residual: largest distance of a probability from the response to the others; (n_draws,).
        sign: of det(I - DG) one step before, NaN where it cannot be told; (n_draws,).
        paired: whether it may hide a pair of negative eigenvalues; (n_draws,).
    """

    free: FloatArray
    residual: FloatArray
    sign: FloatArray
    paired: BoolArray


def newton(responder: Responder, slopes: Slopes, free: FloatArray, share: FloatArray, tolerance: float) -> Newton:
    """Newton's method on the difference between play and response, at least one step."""
    n_draws = free.shape[-1]
    found = Newton(free.copy(), np.full(n_draws, np.inf), np.ones(n_draws), np.zeros(n_draws, dtype=np.bool_))
    moving = far = np.arange(n_draws)  # draws that still move, and those so far off that their slopes still change
    for _ in range(MAX_NEWTON):
        _, answer, system = slopes.around(responder, slopes.whole(free), share, 1)
        system[:, -1] = share * slopes.free(answer) - free
        if free.dtype == np.float64 and len(far):
            steep = system[:, :-1] if len(far) == len(moving) else columns(system[:, :-1], in_twos(far))
            found.paired[moving[far]] = slopes.paired(steep)[: len(far)]
        change, determinant = solved(system, slopes.n_unit)
        free = free + change[:, 0]
        residual = response(responder, slopes.whole(free), share)
        found.free[:, moving], found.residual[moving], found.sign[moving] = free, residual, np.sign(determinant)
        left = np.flatnonzero(~(residual <= tolerance))
        if not len(left):
            break
        left = in_twos(left)
        moving, far = moving[left], np.flatnonzero(~(residual[left] <= CLOSE))
        responder, free, share = responder.take(left), columns(free, left), share[left]
    return found


def answers(responder: Responder, play: FloatArray, share: FloatArray) -> FloatArray:
    """Everybody's answer to `play` at once, at `share` of the precision; (n_rows, n_draws)."""
    numbers = range(len(responder.group.decisions))
    return np.concatenate([responder.expected(one, play) * (responder.precision[one] * share) for one in numbers])


def response(responder: Responder, scaled: FloatArray, share: FloatArray) -> FloatArray:
    """The largest distance of a probability from the response at `share` of the precision; (n_draws,)."""
    play = play_of(responder, scaled)
    answer = answers(responder, play, share)
    distance: FloatArray = np.abs(chances_of(responder, answer) - responder.chances(play)).max(axis=0)
    return distance


@dataclass(frozen=True, slots=True, eq=False)
class Ascent:
    """Draws whose precision is raised together.

    Attributes:
        draws: which.
        shares: of the actors' precision, step by step, the last 1; each (n,) for these draws.
    """

    draws: IntArray
    shares: tuple[FloatArray, ...]


def ascents(sharpest: FloatArray, ratio: float) -> Iterator[Ascent]:
    """Geometric steps from 1 / sharpest, (n_draws,), to the whole precision, none larger than `ratio`.

    Draws with nearly as many steps go together. A draw's steps depend on itself alone, so its solution does not depend
    on which others are solved with it.
    """
    n_steps = np.ceil(np.log(sharpest) / np.log(ratio) - 1e-9).astype(np.int64)
    n_steps = TOGETHER * -(-n_steps // TOGETHER)
    for most in np.unique(n_steps).tolist():
        draws = np.flatnonzero(n_steps == most)
        yield Ascent(
            draws,
            tuple(sharpest[draws] ** (step / most - 1) if most else np.ones(len(draws)) for step in range(most + 1)),
        )
