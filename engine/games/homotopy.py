"""Precision raised from near 0 on a fine geometric schedule: the equilibrium is followed, with Newton's method at each step."""

from __future__ import annotations

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
    n_draws = responder.precision[0].shape[-1]
    # the first step is where precision times payoff difference is 1/2, so that there is one equilibrium, near uniform
    sharpest = np.maximum(2 * sharpness(responder), 1.0)
    n_steps = max(1, int(np.ceil(np.log(sharpest.max()) / np.log(RATIO))))
    payoffs = before = np.zeros((responder.group.n_rows, n_draws))
    certain = np.ones(n_draws, dtype=np.bool_)
    residual, index = np.zeros(n_draws), np.ones(n_draws)
    for step in range(n_steps + 1):
        share = sharpest ** ((step - n_steps) / n_steps)
        guess = (2 * payoffs - before if step > 1 else payoffs) * share
        last = step == n_steps
        scaled, residual = _newton(responder, slopes, guess, share, tolerance if last else 1e-8)
        index = slopes.index(slopes.slope(responder, scaled, share))
        distance = np.abs(chances_of(responder, scaled) - chances_of(responder, guess)).max(axis=0)
        certain &= (residual <= (1e3 * tolerance if last else 1e-6)) & (index > 0)
        if step:
            certain &= distance <= JUMP
        payoffs, before = scaled / share, payoffs
    return Followed(payoffs, residual, certain, index)


def response(responder: Responder, scaled: FloatArray, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Everybody's answer to `scaled` at once, and the largest distance of a probability from it, (n_draws,)."""
    play = play_of(responder, scaled)
    answer = np.concatenate([
        responder.expected(number, play) * (responder.precision[number] * share)
        for number in range(len(responder.group.decisions))
    ])  # fmt: skip
    return answer, np.abs(chances_of(responder, answer) - responder.chances(play)).max(axis=0)


def _newton(
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
        step = _solved(identity_minus(slopes.slope(some, scaled[:, moving], share[moving])), gap)
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


def _solved(matrices: FloatArray, gap: FloatArray) -> FloatArray:
    """The Newton step of each draw; the plain step where the matrix is singular."""
    right = gap.T[:, :, None]
    try:
        found = np.linalg.solve(matrices, right)
    except np.linalg.LinAlgError:
        found = np.concatenate([_one_solved(matrix, vector)[None] for matrix, vector in zip(matrices, right, strict=True)])
    step: FloatArray = np.where(np.isfinite(found), found, right)[:, :, 0].T
    return step


def _one_solved(matrix: FloatArray, vector: FloatArray) -> FloatArray:
    try:
        return np.linalg.solve(matrix, vector).astype(np.float64)
    except np.linalg.LinAlgError:
        return vector
