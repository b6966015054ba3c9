"""Precision raised from near 0 on a fine geometric schedule, with Newton's method at each step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.games.fixedpoint import chances_of, play_of
from engine.games.response import Responder, sharpness
from engine.games.segments import FloatArray
from engine.games.slope import Slopes, identity_minus

RATIO: Final = 1.1
MAX_NEWTON: Final = 12
HALVINGS: Final = 4
TOGETHER: Final = 4
"""Numbers of steps are rounded up to multiples of this."""
JUMP: Final = 0.1
"""A probability that lands further than this from where the last steps pointed has jumped."""


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """Where the branch was followed to.

    Attributes:
        scaled: precision times expected payoff of each action; (n_rows, n_draws).
        residual: largest distance of a probability from the response to the others; (n_draws,).
        certain: every step converged, nothing jumped and the index stayed +1; (n_draws,).
        index: at the end; (n_draws,).
    """

    scaled: FloatArray
    residual: FloatArray
    certain: npt.NDArray[np.bool_]
    index: FloatArray


def follow(responder: Responder, slopes: Slopes, tolerance: float) -> Followed:
    """The branch from precision 0 to the actors' own.

    Args:
        responder: the draws to follow.
        slopes: of their group.
        tolerance: of the last step's residual.
    """
    n = responder.precision[0].shape[-1]
    scaled, residual, index = np.zeros((responder.group.n_rows, n)), np.zeros(n), np.ones(n)
    certain = np.ones(n, dtype=np.bool_)
    # the first step is where precision times payoff difference is 1/2, so that there is one equilibrium, near uniform
    for ascent in ascents(np.maximum(2 * sharpness(responder), 1.0), RATIO):
        draws = ascent.draws
        some = responder if len(draws) == n else responder.take(draws)
        payoffs = before = np.zeros((responder.group.n_rows, len(draws)))
        for step, share in enumerate(ascent.shares):
            last = step == len(ascent.shares) - 1
            guess = (2 * payoffs - before if step > 1 else payoffs) * share
            point, gap = polished(some, slopes, guess, share, tolerance if last else 1e-8)
            index[draws] = slopes.index(slopes.slope(some, point, share))
            fine = (gap <= (1e3 * tolerance if last else 1e-6)) & (index[draws] > 0)
            if step:
                fine &= np.abs(chances_of(some, point) - chances_of(some, guess)).max(axis=0) <= JUMP
            certain[draws] &= fine
            payoffs, before, residual[draws] = point / share, payoffs, gap
        scaled[:, draws] = payoffs
    return Followed(scaled, residual, certain, index)


@dataclass(frozen=True, slots=True, eq=False)
class Ascent:
    """Draws whose precision is raised together.

    Attributes:
        draws: which.
        shares: of the actors' precision, step by step, the last 1; each (n,) for these draws.
    """

    draws: npt.NDArray[np.int64]
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


def answers(responder: Responder, play: FloatArray, share: FloatArray) -> FloatArray:
    """Everybody's answer to `play` at once, at `share` of the precision; (n_rows, n_draws)."""
    numbers = range(len(responder.group.decisions))
    return np.concatenate([responder.expected(one, play) * (responder.precision[one] * share) for one in numbers])


def response(responder: Responder, scaled: FloatArray, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Everybody's answer to `scaled` at once, and the largest distance of a probability from it, (n_draws,)."""
    play = play_of(responder, scaled)
    answer = answers(responder, play, share)
    return answer, np.abs(chances_of(responder, answer) - responder.chances(play)).max(axis=0)


def polished(
    responder: Responder, slopes: Slopes, scaled: FloatArray, share: FloatArray, tolerance: float
) -> tuple[FloatArray, FloatArray]:
    """Newton's method on the difference between play and response; a step that makes it worse is halved."""
    answer, residual = response(responder, scaled, share)
    for _ in range(MAX_NEWTON):
        moving = np.flatnonzero(residual > tolerance)
        if not len(moving):
            break
        some = responder.take(moving)
        gap = slopes.free(answer[:, moving] - scaled[:, moving])
        step = solved(identity_minus(slopes.slope(some, scaled[:, moving], share[moving])), gap)
        start, size = slopes.free(scaled[:, moving]), np.ones(len(moving))
        for _ in range(HALVINGS + 1):
            trial = slopes.whole(start + size * step)
            trial_answer, trial_residual = response(some, trial, share[moving])
            better = trial_residual < residual[moving]
            if better.all():
                break
            size = np.where(better, size, size / 2)
        scaled, answer, residual = scaled.copy(), answer.copy(), residual.copy()
        scaled[:, moving], answer[:, moving], residual[moving] = trial, trial_answer, trial_residual
    return scaled, residual


def solved(matrices: FloatArray, gap: FloatArray) -> FloatArray:
    """The Newton step of each draw; the plain step where the matrix is singular."""
    right = gap.T[:, :, None]
    try:
        found = np.linalg.solve(matrices, right)
    except np.linalg.LinAlgError:
        found = np.concatenate(
            [_one_solved(matrix, vector)[None] for matrix, vector in zip(matrices, right, strict=True)]
        )
    step: FloatArray = np.where(np.isfinite(found), found, right)[:, :, 0].T
    return step


def _one_solved(matrix: FloatArray, vector: FloatArray) -> FloatArray:
    try:
        return np.linalg.solve(matrix, vector).astype(np.float64)
    except np.linalg.LinAlgError:
        return vector
