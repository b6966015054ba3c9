"""Where the branch from precision 0 folds, the ladder goes round with it, as a slow tracer by hand does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from by_hand import FloatArray, Response, random_game, random_moves
from scipy.special import expit
from test_equilibrium import solve, two_players

from engine.games import ladder
from engine.games.arclength import Care
from engine.games.equilibrium import Solver
from engine.games.solution import ARCLENGTH, UNSOLVED, Solution
from engine.games.tree import Move, unroll
from engine.games.worlds import Worlds

SCALE = 10.0  # payoffs are spread over 10, so that precision times 10 and log-odds grow alike


@dataclass(frozen=True, eq=False)
class Planar:
    """Games of two actors with two options each, as one curve in a plane.

    The log-odds x of row's first option solve x = precision * row's gain from it, where row reckons with column's
    answer to x. So every equilibrium is a point (x, precision) where `gap` is 0, and nothing else is needed.

    Attributes:
        row, column: payoffs in the order UL, UR, DL, DR; (4, n_games).
    """

    row: FloatArray
    column: FloatArray

    def gap(self, x: FloatArray, precision: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Distance from the answer, and its derivatives by x and by precision."""
        a, b, c, d = self.row
        e, f, g, h = self.column
        p = expit(x)
        gain_of_left = p * (e - f) + (1 - p) * (g - h)
        left = expit(precision * gain_of_left)
        gain_of_up = left * (a - c) + (1 - left) * (b - d)
        by_left = (a - c) - (b - d)
        steep = left * (1 - left)
        by_x = 1 - precision * by_left * steep * precision * ((e - f) - (g - h)) * p * (1 - p)
        by_precision = -gain_of_up - precision * by_left * steep * gain_of_left
        return x - precision * gain_of_up, by_x, by_precision

    def followed(self, precision: float, step: float) -> tuple[FloatArray, FloatArray]:
        """Chances of Up where the curve from (0, 0) first comes to `precision`, and whether it turned back before."""
        n = self.row.shape[1]
        x, at = np.zeros(n), np.zeros(n)
        before = np.array([np.zeros(n), np.ones(n)])
        found, folded = np.full(n, np.nan), np.zeros(n, dtype=np.bool_)
        for _ in range(int(400 / step)):
            _, by_x, by_at = self.gap(x, at / SCALE)
            ahead = np.array([-by_at / SCALE, by_x])
            ahead *= np.sign((ahead * before).sum(axis=0)) / np.hypot(*ahead)
            going = np.isnan(found)
            folded |= going & (ahead[1] < 0)
            new_x, new_at = x + step * ahead[0], at + step * ahead[1]
            for _ in range(3):
                distance, by_x, by_at = self.gap(new_x, new_at / SCALE)
                size = distance / (by_x**2 + (by_at / SCALE) ** 2)
                new_x, new_at = new_x - size * by_x, new_at - size * by_at / SCALE
            over = going & (new_at >= SCALE * precision)
            share = (SCALE * precision - at[over]) / (new_at[over] - at[over])
            end = x[over] + share * (new_x[over] - x[over])
            some = Planar(self.row[:, over], self.column[:, over])
            for _ in range(8):
                distance, by_x, _ = some.gap(end, np.full(len(end), precision))
                end -= distance / by_x
            found[over] = expit(end)
            if not np.isnan(found).any():
                break
            x, at, before = new_x, new_at, ahead
        return found, folded


def both_at_once(games: Planar, precision: float) -> Solution:
    n = games.row.shape[1]
    worlds = Worlds(
        np.ones((4, n)), {}, {0: games.row, 1: games.column}, {actor: np.full(n, precision) for actor in (0, 1)}
    )
    return Solver(unroll([Move(2, 0), Move(2, 1)]), ((0, 1),)).solve(worlds)


def random_planar(seed: int, n: int) -> Planar:
    rng = np.random.default_rng([21, seed])
    return Planar(*(10 * (one - one.min(axis=0)) / np.ptp(one, axis=0) for one in rng.random((2, 4, n))))


@pytest.mark.parametrize("precision", [0.6, 2.0, 6.0])
def test_random_games_of_two_by_two_agree_with_the_curve_in_the_plane(precision: float) -> None:
    games = random_planar(int(10 * precision), 400)
    slow, _ = games.followed(precision, 0.02)
    finer, _ = games.followed(precision, 0.01)
    np.testing.assert_allclose(slow, finer, rtol=0, atol=1e-9)
    found = both_at_once(games, precision)
    assert (found.rung > 0).all()
    assert (found.index == 1).all()
    np.testing.assert_allclose(found.play[0], slow, rtol=0, atol=1e-8)


def test_games_whose_branch_turns_back_agree_with_the_curve_in_the_plane() -> None:
    """Among many games those in which the precision has to fall on the way."""
    many = random_planar(1, 30_000)
    _, perhaps = many.followed(2.0, 0.1)
    few = Planar(many.row[:, perhaps], many.column[:, perhaps])
    slow, folded = few.followed(2.0, 0.005)
    assert folded.sum() >= 10
    found = both_at_once(few, 2.0)
    np.testing.assert_allclose(found.play[0], slow, rtol=0, atol=1e-8)
    assert (found.rung[folded] == ARCLENGTH).all()


def followed_by_hand(response: Response, step: float) -> FloatArray:
    """The same in any game: slopes by differences, steps of fixed length, everything one draw at a time."""
    n = len(response.actions)
    target = float(SCALE * response.precision().max())
    weight = response.precision() / target

    def gap(place: FloatArray) -> FloatArray:
        """Payoffs against each set's mean, so that a common shift does not matter."""
        answer = place[-1] * weight * response.expected(response.choice(place[:-1]))
        for members in response.sets:
            answer[members] -= answer[members].mean()
        return answer - place[:-1]

    def slope(place: FloatArray) -> FloatArray:
        moves = np.eye(n + 1) * 1e-6
        return np.array([(gap(place + move) - gap(place - move)) / 2e-6 for move in moves]).T

    place, before = np.zeros(n + 1), np.append(np.zeros(n), 1.0)
    while True:
        ahead = np.linalg.solve(np.vstack([slope(place), before]), np.append(np.zeros(n), 1.0))
        ahead /= np.sqrt((ahead**2).sum())
        after = place + step * ahead
        landing = after[-1] >= target
        if landing:
            after = place + (target - place[-1]) / ahead[-1] * ahead
        across = np.append(np.zeros(n), 1.0) if landing else ahead
        for _ in range(6 if landing else 3):
            after += np.linalg.solve(np.vstack([slope(after), across]), np.append(-gap(after), 0.0))
        if landing:
            return response.choice(after[:-1])
        place, before = after, ahead


@pytest.mark.parametrize("seed", range(4))
def test_folds_of_larger_games_agree_with_a_tracer_by_hand(seed: int) -> None:
    """Random trees with chance and private knowledge, each with a draw that needed the last rung."""
    rng = np.random.default_rng([22, seed])
    while True:
        moves = random_moves(rng, 4)
        games = [random_game(rng, moves, (0.5, 1.5)) for _ in range(30)]
        found = solve(games) if len(Response(games[0]).actions) < 16 else None
        if found is not None and (found.rung == ARCLENGTH).any():
            break
    draw = np.flatnonzero(found.rung == ARCLENGTH)[0]
    np.testing.assert_allclose(found.play[:, draw], followed_by_hand(Response(games[draw]), 0.1), rtol=0, atol=1e-7)


@pytest.mark.parametrize("precision", [1.0, 3.0, 30.0])
def test_a_symmetric_fork_is_passed_straight_and_reported(precision: float) -> None:
    """10 for a match: even chances are an equilibrium at any precision, and from precision 0.4 on not the only one."""
    payoff = np.array([[10.0, 0], [0, 10]])
    found = solve([two_players(payoff, payoff, (precision, precision))] * 2)
    np.testing.assert_allclose(found.play, 0.5, rtol=0, atol=1e-9)
    assert (found.rung == ARCLENGTH).all()
    assert (found.index == -1).all()


def test_battle_of_the_sexes_beyond_the_fork_stays_symmetric() -> None:
    game = two_players(np.array([[20.0, 0], [0, 10]]), np.array([[10.0, 0], [0, 20]]), (1.0, 1.0))
    found = solve([game, game])
    assert (found.rung == ARCLENGTH).all()
    assert (found.index == -1).all()
    up, left = found.play[0, 0], found.play[2, 0]
    assert up == pytest.approx(1 - left, abs=1e-9)
    assert up == pytest.approx(expit(20 * left - 10 * (1 - left)), abs=1e-9)


@pytest.mark.parametrize("tilt", [1e-3, 1e-6])
def test_nearly_symmetric_games_leave_the_fork_on_the_favoured_side(tilt: float) -> None:
    payoff = np.array([[10.0 + tilt, 0], [0, 10]])
    found = solve([two_players(payoff, payoff, (1.0, 1.0))] * 2)
    assert (found.rung > 0).all()
    assert (found.index == 1).all()
    assert (found.play[[0, 2]] > 0.99).all()


def test_logarithms_and_plain_sums_follow_the_same_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(23)
    moves = (Move(2), Move(2, actor=0, knows=(0,)), Move(3, actor=1), Move(2, actor=2, knows=(1,)))
    games = [random_game(rng, moves, (1.0, 2.0)) for _ in range(300)]
    plain = solve(games)
    monkeypatch.setattr("engine.games.response.SMALL_REACH", 2.0)
    in_logarithms = solve(games)
    for found in (plain, in_logarithms):
        assert (found.rung == ARCLENGTH).any()
        assert (found.rung > 0).all()
    np.testing.assert_allclose(plain.play, in_logarithms.play, rtol=0, atol=1e-9)


def test_what_no_rung_solves_is_counted_and_keeps_its_last_play(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no tries for any method, nothing can converge."""
    monkeypatch.setattr("engine.games.ladder.LAST_SWEEPS", 1)
    monkeypatch.setattr("engine.games.homotopy.MAX_STEPS", 1)
    monkeypatch.setattr("engine.games.ladder.USUAL", Care(0.3, 0.03, 1e-4, 1))
    monkeypatch.setattr("engine.games.ladder.GREAT", Care(0.3, 0.03, 1e-4, 1))
    found = both_at_once(random_planar(2, 50), 4.0)
    assert (found.rung == UNSOLVED).any()
    assert (found.residual[found.rung == UNSOLVED] > ladder.CONVERGED).all()
    np.testing.assert_allclose(found.play[0] + found.play[1], 1, rtol=0, atol=1e-12)
