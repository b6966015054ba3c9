"""With several equilibria, the one that is called certain is the one that grows out of the coin toss at precision 0."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from engine.games.equilibrium import FIXED_POINT, HOMOTOPY, Solver, Worlds
from engine.games.tree import Move, unroll

BOTH_AT_ONCE = Solver(unroll([Move(2, 0), Move(2, 1)]), ((0, 1),))


def solved(row: np.ndarray, column: np.ndarray, precision: float) -> tuple[np.ndarray, np.ndarray]:
    """First options' probabilities, (2, n), and rungs; payoffs (4, n) in the order UL, UR, DL, DR."""
    n = row.shape[1]
    precisions = {actor: np.full(n, precision) for actor in (0, 1)}
    found = BOTH_AT_ONCE.solve(Worlds(np.ones((4, n)), {}, {0: row, 1: column}, precisions))
    return found.play[[0, 2]], found.rung


def traced(row: np.ndarray, column: np.ndarray, precision: float, steps: int = 4000) -> np.ndarray:
    """Followed in steps so small that a damped fixed point stays on the branch, unless it folds; NaN if it circles."""
    p, q = np.full(row.shape[1], 0.5), np.full(row.shape[1], 0.5)
    for step in range(1, steps + 1):
        share = precision * step / steps
        for _ in range(60):
            new_p = expit(share * (q * (row[0] - row[2]) + (1 - q) * (row[1] - row[3])))
            new_q = expit(share * (p * (column[0] - column[1]) + (1 - p) * (column[2] - column[3])))
            distance = np.maximum(np.abs(new_p - p), np.abs(new_q - q))
            p, q = p + 0.5 * (new_p - p), q + 0.5 * (new_q - q)
    return np.where(distance < 1e-6, np.array([p, q]), np.nan)


def test_a_coordination_game_goes_to_the_risk_dominant_equilibrium() -> None:
    """(D, R) risk-dominates: the product of what its deviations lose is larger (Harsanyi & Selten 1988)."""
    row, column = np.array([[4.9], [0.77], [0.77], [9.39]]), np.array([[9.48], [0.0], [0.0], [5.11]])
    assert (9.39 - 0.77) * 5.11 > (4.9 - 0.77) * 9.48
    found, rung = solved(row, column, 2.0)
    assert rung[0] in (FIXED_POINT, HOMOTOPY)
    np.testing.assert_allclose(found, traced(row, column, 2.0), atol=1e-6)
    assert (found < 1e-4).all()


@pytest.mark.parametrize("precision", [0.5, 2.0, 5.0])
def test_certain_draws_are_on_the_branch_from_the_coin_toss(precision: float) -> None:
    rng = np.random.default_rng(3)
    games = [rng.random((4, 400)) for _ in range(2)]
    row, column = (10 * (game - game.min(axis=0)) / np.ptp(game, axis=0) for game in games)
    found, rung = solved(row, column, precision)
    reference = traced(row, column, precision)
    certain = rung > 0
    assert certain.mean() > 0.97
    off = np.abs(found - reference).max(axis=0) > 1e-3
    # where the tracing itself had to jump at a fold there is nothing to compare with
    smooth = np.abs(reference - traced(row, column, precision, 2500)).max(axis=0) < 1e-3
    assert smooth.mean() > 0.7
    assert not (off & certain & smooth).any()


def test_a_draws_rung_does_not_depend_on_its_neighbours() -> None:
    rng = np.random.default_rng(4)
    row, column = 10 * rng.random((4, 60)), 10 * rng.random((4, 60))
    _, together = solved(row, column, 6.0)
    alone = [solved(row[:, [draw, draw]], column[:, [draw, draw]], 6.0)[1][0] for draw in range(60)]
    assert together.tolist() == alone
