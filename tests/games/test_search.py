"""What the search calls another equilibrium is one, and where there are several it finds some."""

from __future__ import annotations

import numpy as np
import pytest
from by_hand import Response, diagram_of, random_game, random_moves
from scipy.special import expit
from test_arclength import Planar, both_at_once, random_planar
from test_equilibrium import FloatArray, solve

from engine.games.equilibrium import Solver
from engine.games.ladder import CONVERGED
from engine.games.relevance import solution_order
from engine.games.search import other_equilibria
from engine.games.tree import Move, unroll
from engine.games.worlds import Worlds

STARTS = 12


def points(n_actions: int, seed: int = 0) -> FloatArray:
    return np.random.default_rng([31, seed]).random((STARTS, n_actions))


def worlds_of(games: Planar, precision: float) -> Worlds:
    n = games.row.shape[1]
    return Worlds(np.ones((4, n)), {}, {0: games.row, 1: games.column}, dict.fromkeys((0, 1), np.full(n, precision)))


def roots(games: Planar, game: int, precision: float) -> FloatArray:
    """Chances of Up in all equilibria of one game, by scanning the gap for changes of sign."""
    bound = 10 * precision + 1
    x = np.linspace(-bound, bound, 200_001)
    one = Planar(games.row[:, [game]], games.column[:, [game]])
    gap = one.gap(x, np.full(len(x), precision))[0]
    found = np.flatnonzero(np.sign(gap[1:]) != np.sign(gap[:-1]))
    exact = x[found] - gap[found] * (x[found + 1] - x[found]) / (gap[found + 1] - gap[found])
    return expit(exact)


@pytest.mark.parametrize("precision", [1.0, 3.0])
def test_found_equilibria_are_those_that_a_scan_finds(precision: float) -> None:
    games = random_planar(40 + int(precision), 150)
    solver, worlds = Solver(unroll([Move(2, 0), Move(2, 1)]), ((0, 1),)), worlds_of(games, precision)
    base = solver.solve(worlds)
    found = [[play] for play in base.play[0]]
    for solution, other in other_equilibria(solver, worlds, base, points(4)):
        assert (solution.residual[other] <= CONVERGED).all()
        for draw in np.flatnonzero(other):
            found[draw].append(solution.play[0, draw])
    more = 0
    for game, plays in enumerate(found):
        all_of_them = roots(games, game, precision)
        assert len(plays) <= len(all_of_them)
        for play in plays:
            assert np.abs(all_of_them - play).min() < 1e-4
        if len(all_of_them) > 1:
            more += 1
            assert len(plays) > 1
    assert more >= 3


def test_where_there_is_one_equilibrium_none_is_found() -> None:
    """Matching pennies at any precision, and games with dominant options."""
    pennies = np.array([[10.0, 0], [0, 10]])
    row = np.array([[6.0, 0], [8, 2]])
    for one, other in ((pennies, 10 - pennies), (row, row.T)):
        for precision in (0.5, 3.0, 30.0):
            games = Planar(np.repeat(one.reshape(4, 1), 2, axis=1), np.repeat(other.reshape(4, 1), 2, axis=1))
            solver, worlds = Solver(unroll([Move(2, 0), Move(2, 1)]), ((0, 1),)), worlds_of(games, precision)
            for _, found in other_equilibria(solver, worlds, both_at_once(games, precision), points(4)):
                assert not found.any()


def test_a_negative_index_is_confirmed_by_finding_others() -> None:
    """Pure coordination beyond its fork: the even play has index -1, and there are two more equilibria."""
    payoff = np.array([10.0, 0, 0, 10])[:, None].repeat(2, axis=1)
    games = Planar(payoff, payoff)
    solver, worlds = Solver(unroll([Move(2, 0), Move(2, 1)]), ((0, 1),)), worlds_of(games, 1.0)
    base = solver.solve(worlds)
    assert (base.index == -1).all()
    others = [solution.play[0, 0] for solution, found in other_equilibria(solver, worlds, base, points(4)) if found[0]]
    assert len(others) == 2
    assert sum(others) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_in_random_trees_what_is_found_answers_itself(seed: int) -> None:
    rng = np.random.default_rng([32, seed])
    moves = random_moves(rng, 4)
    games = [random_game(rng, moves, (1.0, 3.0)) for _ in range(6)]
    worlds = Worlds(
        np.array([game.chance for game in games]).T,
        {},
        {actor: np.array([game.payoff[actor] for game in games]).T for actor in games[0].payoff},
        {actor: np.array([game.precision[actor] for game in games]) for actor in games[0].precision},
    )
    solver = Solver(unroll(moves), solution_order(diagram_of(moves)))
    base = solve(games)
    seen = [base.play]
    for solution, found in other_equilibria(solver, worlds, base, points(base.play.shape[0], seed)):
        for draw in np.flatnonzero(found):
            play = solution.play[:, draw]
            np.testing.assert_allclose(play, Response(games[draw])(play), rtol=0, atol=1e-8)
            assert min(np.abs(play - before[:, draw]).max() for before in seen) > 1e-7
        seen.append(solution.play)


def test_groups_of_decisions_are_searched_together_and_what_follows_is_solved_again() -> None:
    """A coordination game; another one beside it; and a last decision that pays for guessing the first one's result."""
    moves = (Move(2, 0), Move(2, 1), Move(2, 2), Move(2, 3), Move(2, 4))
    tree = unroll(moves)
    first, second, third, fourth, guess = tree.values
    payoff = {
        0: 4.0 * (first == second) + 2 * (first * second),
        1: 4.0 * (first == second) + 2 * (first * second),
        2: 4.0 * (third == fourth) + 2 * (third * fourth),
        3: 4.0 * (third == fourth) + 2 * (third * fourth),
        4: 3.0 * (guess == first),
    }
    n = 2
    worlds = Worlds(
        np.ones((32, n)),
        {},
        {actor: np.repeat(value[:, None], n, axis=1) for actor, value in payoff.items()},
        {actor: np.full(n, 2.0) for actor in range(5)},
    )
    solver = Solver(tree, ((0, 1), (2, 3), (4,)))
    base = solver.solve(worlds)
    chosen = set()
    for solution, found in other_equilibria(solver, worlds, base, np.random.default_rng(33).random((40, 10))):
        if found[0]:
            play = solution.play[:, 0]
            chosen.add((round(play[1]), round(play[5])))
            assert play[9] == pytest.approx(expit(2 * 3 * (2 * play[1] - 1)), abs=1e-9)
    # (1, 1) is the solution itself
    assert {(0, 1), (1, 0), (0, 0)} <= chosen
