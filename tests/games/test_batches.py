"""What the solver says about a draw does not depend on the draws that are solved with it, to the last bit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from by_hand import Game, random_game, random_moves
from test_equilibrium import solve

from engine.games.equilibrium import Solver
from engine.games.search import other_equilibria
from engine.games.solution import ARCLENGTH, FIXED_POINT, HOMOTOPY, Solution
from engine.games.tree import Move, unroll
from engine.games.worlds import Worlds

SIGNALS = (Move(3), Move(2, 0, (0,)), Move(3, 1, (1,)), Move(2, 2, (1,)))


def assert_same(part: Solution, whole: Solution, draws: Sequence[int]) -> None:
    for name in ("play", "log_play", "rung", "residual", "index"):
        np.testing.assert_array_equal(getattr(part, name), getattr(whole, name)[..., draws])


@pytest.mark.parametrize("few_free", [0, 24])
@pytest.mark.parametrize("seed", range(6))
def test_bits_do_not_depend_on_neighbours(seed: int, few_free: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.games.ladder.FEW_FREE", few_free)
    rng = np.random.default_rng([41, seed])
    moves = SIGNALS if seed == 0 else random_moves(rng, int(rng.integers(3, 6)))
    games = [random_game(rng, moves, (0.3, 3.0)) for _ in range(40)]
    whole = solve(games)
    for size in (2, 3, 7):
        draws = rng.choice(40, size, replace=False).tolist()
        assert_same(solve([games[draw] for draw in draws]), whole, draws)


def worlds(games: Sequence[Game]) -> Worlds:
    return Worlds(
        np.array([game.chance for game in games]).T,
        {},
        {actor: np.array([game.payoff[actor] for game in games]).T for actor in games[0].payoff},
        {actor: np.array([game.precision[actor] for game in games]) for actor in games[0].precision},
    )


def test_blocks_of_another_size_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(42)
    games = [random_game(rng, SIGNALS, (0.5, 4.0)) for _ in range(300)]
    whole = solve(games)
    assert {HOMOTOPY, ARCLENGTH} <= set(whole.rung.tolist())
    for block, share in ((17, 0.3), (64, 0.0), (128, 0.9)):
        monkeypatch.setattr("engine.games.homotopy.BLOCK", block)
        monkeypatch.setattr("engine.games.homotopy.STRAGGLERS", share)
        assert_same(solve(games), whole, list(range(300)))


def test_the_two_first_rungs_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the fixed point and Newton's method are both sure, they are sure of the same equilibrium."""
    rng = np.random.default_rng(43)
    games = [random_game(rng, SIGNALS, (0.2, 1.0)) for _ in range(200)]
    by_newton = solve(games)
    monkeypatch.setattr("engine.games.ladder.FEW_FREE", 0)
    by_sweeps = solve(games)
    assert (by_sweeps.rung == FIXED_POINT).mean() > 0.5
    both = (by_newton.rung > 0) & (by_sweeps.rung > 0)
    assert both.all()
    np.testing.assert_allclose(by_newton.play, by_sweeps.play, rtol=0, atol=1e-9)


def test_the_search_does_not_depend_on_neighbours() -> None:
    rng = np.random.default_rng(44)
    games = [random_game(rng, SIGNALS, (1.0, 3.0)) for _ in range(30)]
    solver = Solver(unroll(SIGNALS), ((1, 2, 3),))
    points = rng.random((4, 16))
    everything = [found for _, found in other_equilibria(solver, worlds(games), solver.solve(worlds(games)), points)]
    some = worlds(games[5:8])
    few = [found for _, found in other_equilibria(solver, some, solver.solve(some), points)]
    np.testing.assert_array_equal(few, np.array(everything)[:, 5:8])
    assert np.any(everything)
