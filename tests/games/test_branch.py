"""With several equilibria, the one that is called certain is the one that grows out of the coin toss at precision 0."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from engine.games.equilibrium import Solver
from engine.games.solution import FIXED_POINT, HOMOTOPY, Solution
from engine.games.tree import Move, unroll
from engine.games.worlds import Worlds

BOTH_AT_ONCE = Solver(unroll([Move(2, 0), Move(2, 1)]), ((0, 1),))


def solved(row: np.ndarray, column: np.ndarray, precision: float) -> tuple[np.ndarray, np.ndarray]:
    """First options' probabilities, (2, n), and rungs; payoffs (4, n) in the order UL, UR, DL, DR."""
    n = row.shape[1]
    precisions = {actor: np.full(n, precision) for actor in (0, 1)}
    found = BOTH_AT_ONCE.solve(Worlds(np.ones((4, n)), {}, {0: row, 1: column}, precisions))
    return found.play[[0, 2]], found.rung


def traced(row: np.ndarray, column: np.ndarray, precision: float, steps: int = 4000) -> np.ndarray:
    """Followed in steps so small that a damped fixed point stays on the branch, unless it folds; NaN if it circles.

    On the way a few rounds keep it near; at the end there are many.
    """
    p, q = np.full(row.shape[1], 0.5), np.full(row.shape[1], 0.5)
    for step in range(1, steps + 1):
        share = precision * step / steps
        for _ in range(8 if step < steps else 400):
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


def coordination(prizes: list[float], precision: float) -> Solution:
    """Two players who both win the prize of an option if they choose the same."""
    n = len(prizes)
    solver = Solver(unroll([Move(n, 0), Move(n, 1)]), ((0, 1),))
    payoff = np.repeat(np.diag(prizes).reshape(-1, 1), 2, axis=1)
    precisions = {actor: np.full(2, precision) for actor in (0, 1)}
    return solver.solve(Worlds(np.ones((n * n, 2)), {}, {0: payoff, 1: payoff}, precisions))


@pytest.mark.parametrize("n", [3, 15])
def test_a_branch_that_forked_in_several_directions_at_once_is_not_certain(n: int) -> None:
    """With n equal options DG has at the coin toss the eigenvalue k = 10 L / n, and -k, n - 1 times each. For odd n,
    det(I - DG) = (1 - k^2)^(n - 1) is positive on both sides of the fork at k = 1."""
    before, after = coordination([10.0] * n, 0.97 * n / 10), coordination([10.0] * n, 3.3 * n / 10)
    np.testing.assert_allclose(before.play, 1 / n, rtol=0, atol=1e-12)
    assert (before.rung > 0).all()
    assert ((after.rung < 0) | (after.index < 0)).all()


def test_a_branch_that_forked_in_one_direction_and_then_in_another_is_not_certain() -> None:
    """Two pairs of players, each in a coordination of its own with prizes of 10 and 8: forks at L = 0.2 and 0.25."""
    solver = Solver(unroll([Move(2, actor) for actor in range(4)]), ((0, 1, 2, 3),))
    first, second, third, fourth = np.indices((2, 2, 2, 2)).reshape(4, 16, 1).repeat(2, axis=2)
    one, other = 10.0 * (first == second), 8.0 * (third == fourth)
    for precision, certain in ((0.19, True), (0.22, False), (1.0, False)):
        precisions = {actor: np.full(2, precision) for actor in range(4)}
        found = solver.solve(Worlds(np.ones((16, 2)), {}, {0: one, 1: one, 2: other, 3: other}, precisions))
        assert (((found.rung > 0) & (found.index > 0)) == certain).all()


def test_a_branch_that_did_not_fork_is_certain_with_options_that_hardly_differ() -> None:
    """The better prize wins from the start; at a high precision it is certain that it does."""
    found = coordination([10.0, 10.2, 10.4], 2.0)
    assert ((found.rung > 0) & (found.index > 0)).all()
    np.testing.assert_allclose(found.play[[2, 5]], 1.0, rtol=0, atol=1e-6)


def test_a_draws_rung_does_not_depend_on_its_neighbours() -> None:
    rng = np.random.default_rng(4)
    row, column = 10 * rng.random((4, 60)), 10 * rng.random((4, 60))
    _, together = solved(row, column, 6.0)
    alone = [solved(row[:, [draw, draw]], column[:, [draw, draw]], 6.0)[1][0] for draw in range(60)]
    assert together.tolist() == alone
