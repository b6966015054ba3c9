"""How a group of decisions that rely on one another is solved: rungs, each for the draws that those before leave.

A large group follows its equilibrium from precision 0 in a few steps with a damped fixed point (rung 2); it is accepted
when every step converged, no probability jumped, and the index is +1. What rung 2 does not accept, and a small group,
where its steps cost more than they save, is followed with Newton's method, each draw in steps of its own (rung 3), and
where the branch folds, along the curve itself (rung 4). The rest is counted: converged but perhaps on another branch,
or not at all.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from engine.games.arclength import GREAT, USUAL, trace
from engine.games.fixedpoint import chances_of, settle
from engine.games.homotopy import ascents, follow, newton
from engine.games.response import BoolArray, Responder, in_twos, sharpness
from engine.games.segments import FloatArray, columns
from engine.games.slope import Slopes
from engine.games.solution import ARCLENGTH, FIXED_POINT, HOMOTOPY, UNCHECKED, UNSOLVED

RATIO: Final = 1.6
LOOSE: Final = 3e-3
TIGHT: Final = 1e-12
CONVERGED: Final = 1e-9
MAX_SWEEPS: Final = 12
LAST_SWEEPS: Final = 60
SAME: Final = 1e-6
JUMP: Final = 0.1
"""A probability that moves by more than this away from where the last step pointed has jumped."""
DISTURBANCE: Final = 0.01
"""Relative change of payoffs that breaks a symmetry by so much that the steps along the branch notice."""
FEW_FREE: Final = 24
"""With so few free probabilities Newton's method costs less than the fixed point, whose rung is left out."""

Found = tuple[FloatArray, npt.NDArray[np.int64], FloatArray, FloatArray]
"""A group's scaled payoffs, (n_rows, n_draws), and for each draw the rung, the residual and the index."""


def climb(responder: Responder, slopes: Slopes) -> Found:
    """The rungs of the ladder, one after the other, each for the draws that those before leave."""
    n = responder.precision[0].shape[-1]
    if n == 1:
        scaled, rung_of, residual, index = climb(responder.take(in_twos(np.arange(1))), slopes)
        return scaled[:, :1], rung_of[:1], residual[:1], index[:1]
    found = np.zeros((responder.group.n_rows, n)), np.full(n, UNSOLVED), np.zeros(n), np.ones(n)
    rungs = (_by_fixed_point, _by_newton, _somehow)
    for rung in rungs[len(slopes.kept) <= FEW_FREE :]:
        left = np.flatnonzero((found[1] == UNSOLVED) & ~responder.lost())
        if not len(left):
            break
        some = responder if len(left) == n else responder.take(in_twos(left))
        left, better = in_twos(left), rung(some, slopes)
        for whole, part in zip(found, better, strict=True):
            whole[..., left] = part
    return found


def _by_fixed_point(responder: Responder, slopes: Slopes) -> Found:
    scaled, residual, sure = _settled(responder)
    index, paired = slopes.signs(responder, scaled)
    rung = np.where(sure & (index > 0), FIXED_POINT, UNSOLVED)
    doubtful = np.flatnonzero((rung == FIXED_POINT) & paired)
    if len(doubtful):
        doubtful = in_twos(doubtful)
        rung[doubtful[_forked(responder.take(doubtful), slopes, scaled[:, doubtful])]] = UNSOLVED
    return scaled, rung, residual, index


def _by_newton(responder: Responder, slopes: Slopes) -> Found:
    """Rungs 3 and 4; the second goes on where the first stops, or starts again with more care."""
    branch = follow(responder, slopes, TIGHT)
    rung = np.where(branch.certain & (branch.residual <= CONVERGED), HOMOTOPY, UNSOLVED)
    found = branch.scaled.copy(), rung, branch.residual, np.ones(len(rung))
    for care in (USUAL, GREAT):
        left = np.flatnonzero((rung == UNSOLVED) & ~responder.lost())
        if not len(left):
            break
        left = in_twos(left)
        start = (branch.scaled[:, left], branch.share[left]) if care is USUAL else (None, None)
        curve = trace(responder.take(left), slopes, TIGHT, care, *start)
        solved = np.where(curve.arrived & (curve.residual <= CONVERGED), ARCLENGTH, UNSOLVED)
        for whole, part in zip(found, (curve.scaled, solved, curve.residual, curve.index), strict=True):
            whole[..., left] = part
    doubtful = np.flatnonzero((rung == ARCLENGTH) & (found[3] > 0) | (rung == HOMOTOPY) & branch.paired)
    if len(doubtful):
        doubtful = in_twos(doubtful)
        rung[doubtful[_forked(responder.take(doubtful), slopes, found[0][:, doubtful])]] = UNCHECKED
    return found


def _forked(responder: Responder, slopes: Slopes, scaled: FloatArray) -> BoolArray:
    """Where the branch forked on the way in a direction that the index does not show.

    It did if an eigenvalue tells of it and, in a game that differs a little, the branch does not end at the equilibrium
    next to this one.
    """
    found = slopes.drives_away(responder, scaled)
    draws = np.flatnonzero(found)
    if len(draws):
        draws = in_twos(draws)
        some = responder.take(draws)
        other = some.disturbed(DISTURBANCE)
        beside = newton(other, slopes, slopes.free(scaled[:, draws]), np.ones(len(draws)), TIGHT)
        curve = trace(other, slopes, TIGHT)
        apart = np.abs(chances_of(some, slopes.whole(beside.free)) - chances_of(some, curve.scaled)).max(axis=0)
        found[draws] = ~(curve.arrived & (beside.residual <= CONVERGED) & (apart <= SAME))
    return found


def _somehow(responder: Responder, slopes: Slopes) -> Found:
    """Any equilibrium, where the branch is lost; otherwise the last play that was tried."""
    n = responder.precision[0].shape[-1]
    point = settle(responder, np.zeros((responder.group.n_rows, n)), np.ones(n), TIGHT, LAST_SWEEPS)
    rung = np.where(point.residual <= CONVERGED, UNCHECKED, UNSOLVED)
    return point.scaled, rung, point.residual, slopes.index(responder, point.scaled)


def _settled(responder: Responder) -> tuple[FloatArray, FloatArray, BoolArray]:
    """The fixed point at growing shares of the precision, its residual, and whether nothing speaks against it.

    The first share is so small that the response is nearly a contraction with one fixed point; started at a larger one,
    the iteration lands on another branch in some games.
    """
    n = responder.precision[0].shape[-1]
    scaled, residual = np.zeros((responder.group.n_rows, n)), np.zeros(n)
    sure = np.zeros(n, dtype=np.bool_)
    for ascent in ascents(np.maximum(sharpness(responder), 1.0), RATIO):
        draws, shares = ascent.draws, np.array(ascent.shares)
        exact = responder if len(draws) == n else responder.take(in_twos(draws))
        draws, shares = in_twos(draws), shares[:, in_twos(np.arange(len(draws)))]
        some = exact.single()
        digits = some.precision[0].dtype
        payoffs = before = np.zeros((responder.group.n_rows, len(draws)), digits)
        for step in range(len(shares)):
            last = step == len(shares) - 1
            if last:
                some, digits = exact, np.dtype(np.float64)
            share = shares[step].astype(digits)
            guess = (2 * payoffs - before if step > 1 else payoffs) * share
            tolerance, most = (TIGHT, LAST_SWEEPS) if last else (LOOSE, MAX_SWEEPS)
            point = settle(some, guess, share, tolerance, most)
            fine = (point.residual <= tolerance) & ~some.lost()
            if step:
                fine &= np.abs(chances_of(some, point.scaled) - chances_of(some, guess)).max(axis=0) <= JUMP
            payoffs, before = point.scaled / share, payoffs
            kept = np.flatnonzero(fine)
            if last or not len(kept):
                scaled[:, draws[kept]], residual[draws[kept]] = point.scaled[:, kept], point.residual[kept]
                sure[draws[kept]] = last
                break
            if len(kept) < len(draws):
                kept = in_twos(kept)
                some, exact, draws, shares = some.take(kept), exact.take(kept), draws[kept], columns(shares, kept)
                payoffs, before = columns(payoffs, kept), columns(before, kept)
    return scaled, residual, sure
