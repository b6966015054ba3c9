"""Other equilibria: solved again at the whole precision from other points than the coin toss."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

import numpy as np

from engine.games.equilibrium import Solver
from engine.games.fixedpoint import settle
from engine.games.homotopy import newton
from engine.games.ladder import CONVERGED, TIGHT, Found
from engine.games.response import BoolArray, Responder
from engine.games.rules import RuleSolver
from engine.games.segments import FloatArray
from engine.games.slope import Slopes
from engine.games.solution import UNCHECKED, UNSOLVED, Solution
from engine.games.worlds import Worlds

APART: Final = 1e-6
"""Equilibria differ when the probability of some reached action differs by more than this."""
NEARLY_PURE: Final = 10.0
"""Log-odds of the action that a nearly pure starting point takes."""
CLOSE: Final = 1e-3
MAX_SWEEPS: Final = 25


def other_equilibria(
    solver: Solver | RuleSolver, worlds: Worlds, solution: Solution, uniforms: FloatArray
) -> Iterator[tuple[Solution, BoolArray]]:
    """Looks for further equilibria from each starting point: a damped fixed point, then Newton's method.

    Every second point is nearly pure, the others lie inside, evenly spread over all play. Decisions that rely on nobody
    who relies on them are solved again after those before them.

    Args:
        solver: of the tree.
        worlds: the draws.
        solution: theirs, as the solver found it.
        uniforms: what the starting points are made of, strictly between 0 and 1; (n_starts, n_actions).

    Yields:
        For each starting point where it led, and the draws in which that is an equilibrium, residual at most 1e-9,
        other than the solution and those before; (n_draws,).
    """
    known = [(solution.play, solution.residual <= CONVERGED)]
    for number, row in enumerate(uniforms):
        # minus the logarithm of a uniform is exponential; such shares are even over the simplex (Dirichlet)
        start = NEARLY_PURE * _largest(solver, row) if number % 2 == 0 else np.log(-np.log(row))
        found = solver.solve(worlds, cyclic=partial(_from, start))
        other = found.residual <= CONVERGED
        for play, valid in known:
            other &= ~(valid & (_distance(found, play) <= APART))
        known.append((found.play, other))
        yield found, other


def _largest(solver: Solver | RuleSolver, row: FloatArray) -> FloatArray:
    """1 for the action of each information set that has the largest number, else 0."""
    largest = np.zeros(len(row))
    for item in solver.tree.sets:
        first, last = item.actions
        largest[first + int(row[first:last].argmax())] = 1.0
    return largest


def _from(start: FloatArray, responder: Responder, slopes: Slopes) -> Found:
    """A group solved from one starting point, (n_actions,), for all draws."""
    n = responder.precision[0].shape[-1]
    own = np.concatenate([start[first:last] for first, last in responder.group.actions])
    rough = responder.single()
    digits = rough.precision[0].dtype
    point = settle(rough, np.repeat(own[:, None], n, axis=1).astype(digits), np.ones(n, digits), CLOSE, MAX_SWEEPS)
    end = newton(responder, slopes, slopes.free(point.scaled.astype(np.float64)), np.ones(n), TIGHT)
    residual = np.where(np.isfinite(end.residual), end.residual, 1.0)
    free = np.where(np.isfinite(end.free), end.free, 0.0)
    return slopes.whole(free), np.where(residual <= CONVERGED, UNCHECKED, UNSOLVED), residual, end.sign


def _distance(found: Solution, play: FloatArray) -> FloatArray:
    distance: FloatArray = np.where(found.reached, np.abs(found.play - play), 0.0).max(axis=0, initial=0.0)
    return distance
