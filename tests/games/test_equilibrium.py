"""The solver finds the logit equilibrium: it equals formulas written out by hand, and obeys the laws of the concept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from by_hand import (
    FloatArray,
    Game,
    Response,
    backward_induction,
    diagram_of,
    leaf_play,
    paths_of,
    random_game,
    random_moves,
)
from scipy.optimize import brentq
from scipy.special import expit

from engine.games.equilibrium import Solver
from engine.games.relevance import Diagram, solution_order
from engine.games.solution import BACKWARD, UNSOLVED, Solution
from engine.games.tree import Move, unroll
from engine.games.worlds import Worlds


def solve(games: Sequence[Game], diagram: Diagram | None = None) -> Solution:
    """The equilibria of games on one tree, as one batch of draws."""
    moves = games[0].moves
    worlds = Worlds(
        chance=np.array([game.chance for game in games]).T,
        believed={actor: np.array([game.believed[actor] for game in games]).T for actor in games[0].believed},
        payoff={actor: np.array([game.payoff[actor] for game in games]).T for actor in games[0].payoff},
        precision={actor: np.array([game.precision[actor] for game in games]) for actor in games[0].precision},
    )
    return Solver(unroll(moves), solution_order(diagram or diagram_of(moves))).solve(worlds)


def two_players(row: FloatArray, column: FloatArray, precision: tuple[float, float]) -> Game:
    """A simultaneous game of two from its matrices."""
    moves = (Move(row.shape[0], actor=0), Move(row.shape[1], actor=1))
    return Game(moves, np.ones(row.size), {}, {0: row.ravel(), 1: column.ravel()}, dict(enumerate(precision)))


def random_games(seed: int, perfect_information: bool = False, n_draws: int = 4) -> list[Game]:
    rng = np.random.default_rng([7, seed])
    moves = random_moves(rng, int(rng.integers(3, 6)), perfect_information)
    return [random_game(rng, moves) for _ in range(n_draws)]


def with_payoffs(game: Game, change: Callable[[int, FloatArray], FloatArray]) -> Game:
    return replace(game, payoff={actor: change(actor, payoff) for actor, payoff in game.payoff.items()})


def with_precision(game: Game, change: Callable[[float], float]) -> Game:
    return replace(game, precision={actor: change(precision) for actor, precision in game.precision.items()})


# The formulas, written out


@pytest.mark.parametrize("seed", range(40))
def test_everybody_answers_everybody(seed: int) -> None:
    """The play is the logit response to itself; where it is certified it lies on the branch from precision 0."""
    games = random_games(seed)
    found = solve(games)
    for draw, game in enumerate(games):
        response, play = Response(game), found.play[:, draw]
        if found.rung[draw] != UNSOLVED:
            np.testing.assert_allclose(play, response(play), rtol=0, atol=1e-9)
        if draw == 0 and found.rung[draw] > 0 and len(play) < 45:
            traced = response.traced()
            if traced is not None:
                np.testing.assert_allclose(play, traced, rtol=0, atol=1e-9)


def test_nearly_all_random_games_are_solved_and_certified() -> None:
    rungs = np.concatenate([solve(random_games(seed)).rung for seed in range(40)])
    assert (rungs != UNSOLVED).mean() > 0.98
    assert (rungs > 0).mean() > 0.95


@pytest.mark.parametrize("seed", range(15))
def test_perfect_information_is_backward_induction(seed: int) -> None:
    games = random_games(seed, perfect_information=True)
    found = solve(games)
    assert (found.rung == BACKWARD).all()
    for draw, game in enumerate(games):
        response = Response(game)
        np.testing.assert_allclose(found.play[:, draw], backward_induction(response), rtol=0, atol=1e-12)
        np.testing.assert_allclose(found.play[:, draw], response(found.play[:, draw]), rtol=0, atol=1e-12)


@pytest.mark.parametrize("precision", [0.1, 0.5, 1.0, 3.0, 10.0, 50.0])
@pytest.mark.parametrize("prize", [1.0, 4.0, 9.0])
def test_asymmetric_matching_pennies(prize: float, precision: float) -> None:
    """Row wins `prize` on heads-heads and 1 on tails-tails, column wins 1 where they differ.

    With p and q the chances of heads: p = logistic(precision (prize q - (1 - q))), q = logistic(precision (1 - 2 p)).
    One falls and the other rises in the other's play, so there is exactly one solution.
    """
    game = two_players(np.array([[prize, 0], [0, 1]]), np.array([[0, 1.0], [1, 0]]), (precision, precision))

    def column(p: float) -> float:
        return float(expit(precision * (1 - 2 * p)))

    p = brentq(lambda p: expit(precision * (prize * column(p) - (1 - column(p)))) - p, 0, 1, xtol=1e-15)
    np.testing.assert_allclose(solve([game]).play[:, 0], [p, 1 - p, column(p), 1 - column(p)], rtol=0, atol=1e-11)


def test_matching_pennies_is_a_coin_toss_at_any_precision() -> None:
    payoff = np.array([[10.0, 0], [0, 10]])
    games = [two_players(payoff, 10 - payoff, (precision, precision)) for precision in (0, 0.3, 1, 3)]
    np.testing.assert_allclose(solve(games).play, 0.5, rtol=0, atol=1e-11)


def test_the_own_payoff_effect() -> None:
    """Ochs 1995, McKelvey & Palfrey 1995: raising row's own prize raises row's share of heads above 1/2, where Nash
    says it changes nothing; and column shuns what row goes for."""
    column = np.array([[0, 1.0], [1, 0]])
    games = [two_players(np.array([[prize, 0], [0, 1]]), column, (2, 2)) for prize in (1.0, 4.0, 9.0)]
    play = solve(games).play
    assert (np.diff(play[0]) > 0).all()
    assert (np.diff(play[2]) < 0).all()


@pytest.mark.parametrize("precision", [0.3, 1.0, 2.0])
def test_battle_of_the_sexes_before_the_fork(precision: float) -> None:
    """p = logistic(precision (2 q - (1 - q))), q = logistic(precision (q's own: p - 2 (1 - p))); where the slopes'
    product stays below 1 there is one solution, p = 1 - q."""
    game = two_players(np.array([[2.0, 0], [0, 1]]), np.array([[1.0, 0], [0, 2]]), (precision, precision))
    p = brentq(lambda p: expit(precision * (2 * (1 - p) - p)) - p, 0, 1, xtol=1e-15)
    slopes = (3 * precision * p * (1 - p)) ** 2
    found = solve([game])
    if slopes < 1:
        np.testing.assert_allclose(found.play[:, 0], [p, 1 - p, 1 - p, p], rtol=0, atol=1e-10)
    assert found.rung[0] > 0 or slopes >= 1


# Laws of the concept


def test_precision_0_is_a_coin_toss() -> None:
    for seed in range(10):
        games = [with_precision(game, lambda _: 0.0) for game in random_games(seed)]
        found = solve(games)
        n_options = np.array([games[0].moves[decision].n_values for decision in Response(games[0]).decision])
        np.testing.assert_allclose(found.play, np.tile(1 / n_options[:, None], len(games)), rtol=0, atol=1e-15)


@pytest.mark.parametrize("seed", range(10))
def test_a_constant_added_to_a_payoff_changes_nothing(seed: int) -> None:
    games = random_games(seed)
    raised = [with_payoffs(game, lambda actor, payoff: payoff + 3 * actor - 1.5) for game in games]
    one, other = solve(games), solve(raised)
    certain = (one.rung > 0) & (other.rung > 0)
    np.testing.assert_allclose(one.play[:, certain], other.play[:, certain], rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_payoffs_times_c_and_precision_over_c_change_nothing(seed: int) -> None:
    games = random_games(seed)
    scaled = [with_precision(with_payoffs(game, lambda _, payoff: 8 * payoff), lambda old: old / 8) for game in games]
    np.testing.assert_array_equal(solve(games).play, solve(scaled).play)


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_options_changes_nothing(seed: int) -> None:
    """Options of a simultaneous game of three in another order: the same paths get the same probabilities."""
    rng = np.random.default_rng([8, seed])
    sizes = [int(rng.integers(2, 4)) for _ in range(3)]
    payoff = {actor: rng.uniform(0, 10, sizes) for actor in range(3)}
    precision = {actor: float(rng.uniform(0.2, 0.8)) for actor in range(3)}
    moves = tuple(Move(size, actor=actor) for actor, size in enumerate(sizes))
    order = np.ix_(*(rng.permutation(size) for size in sizes))
    one = Game(moves, np.ones(np.prod(sizes)), {}, {actor: table.ravel() for actor, table in payoff.items()}, precision)
    other = Game(moves, one.chance, {}, {actor: table[order].ravel() for actor, table in payoff.items()}, precision)
    actions = one.actions()
    found, moved = (solve([game]) for game in (one, other))
    if min(found.rung[0], moved.rung[0]) > 0:
        leaves, reordered = (leaf_play(one, actions, item.play[:, 0]).reshape(sizes) for item in (found, moved))
        np.testing.assert_allclose(leaves[order], reordered, rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_simultaneous_moves_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng([9, seed])
    row, column = rng.uniform(0, 10, (3, 2)), rng.uniform(0, 10, (3, 2))
    precision = (0.5, 0.8)
    one = two_players(row, column, precision)
    moves = (Move(2, actor=1), Move(3, actor=0))
    other = Game(moves, one.chance, {}, {0: row.T.ravel(), 1: column.T.ravel()}, dict(enumerate(precision)))
    found, swapped = solve([one]), solve([other])
    if min(found.rung[0], swapped.rung[0]) > 0:
        np.testing.assert_allclose(found.play[:, 0], swapped.play[[2, 3, 4, 0, 1], 0], rtol=0, atol=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_a_draw_is_solved_the_same_among_any_others(seed: int) -> None:
    """Draws share nothing but the tree: each in a batch of its own equals itself in the whole batch."""
    games = random_games(seed, n_draws=9)
    whole = solve(games)
    for draw in (0, 4, 8):
        alone = solve([games[draw], games[draw]])
        np.testing.assert_allclose(alone.play[:, 0], whole.play[:, draw], rtol=0, atol=1e-11)
        assert alone.rung[0] == whole.rung[draw]


def test_a_dominant_option_is_taken_by_the_precise() -> None:
    """Prisoner's dilemma: betraying is worth 2 more whatever the other does, so its share is logistic(2 precision)."""
    row = np.array([[6.0, 0], [8, 2]])
    for precision in (0.0, 0.5, 2.0, 20.0):
        found = solve([two_players(row, row.T, (precision, precision))])
        np.testing.assert_allclose(found.play[[1, 3], 0], expit(2 * precision), rtol=0, atol=1e-12)


def test_a_large_precision_is_the_best_response() -> None:
    """A game of perfect information at precision 200: the path of backward induction, where payoffs are not tied."""
    for seed in range(10):
        games = [with_precision(game, lambda _: 1e6) for game in random_games(seed, perfect_information=True)]
        found = solve(games)
        assert np.isfinite(found.play).all()
        assert np.minimum(found.play, 1 - found.play).max() < 1e-3
        for draw, game in enumerate(games):
            response = Response(game)
            expected = response.expected(found.play[:, draw])
            for members in response.sets:
                assert expected[members] @ found.play[members, draw] >= expected[members].max() - 1e-3


# Sets that are reached with tiny probability, or never


def entry(precision: float) -> Game:
    """The first actor stays out, or goes left or right; the second sees that it came and not which way.

    Staying out is worth 10, left 5 and right 0 to the first actor (half a point more if the second guesses wrong); the
    second wins 10 for a right guess. So left is far likelier than right, and guessing left is the answer to coming.
    """
    moves = (Move(3, actor=0), Move(2), Move(2, actor=1, knows=(1,)))  # in between the event 'came': no, yes
    paths = paths_of(moves)
    chance = np.array([float((path[0][0] > 0) == (path[1][0] == 1)) for path in paths])
    worth = {0: 10.0, 1: 5.0, 2: 0.0}
    first = [worth[way] + (0.5 if way and guess != way - 1 else 0.0) for (way, _), _, (guess, _) in paths]
    second = [10.0 if way and guess == way - 1 else 0.0 for (way, _), _, (guess, _) in paths]
    payoff = {0: np.array(first), 1: np.array(second)}
    return Game(moves, chance, {}, payoff, {0: precision, 1: precision})


@pytest.mark.parametrize("precision", [1.0, 5.0, 20.0, 80.0, 200.0, 1000.0])
def test_beliefs_after_a_mistake_that_is_nearly_impossible(precision: float) -> None:
    """The set 'it came' is reached with e^(-4.5 precision), at precision 1000 far below the smallest float, and still
    the second actor knows that left is likelier than right."""
    game = entry(precision)
    found = solve([game, game])
    assert np.isfinite(found.play).all()
    # Given the guess 'left' with chance g: right is worth 0.5 g, left 5 + 0.5 (1 - g), so
    # the chance of left given coming is logistic(precision (5.5 - g)), and g = logistic(10 precision (2 left - 1)).
    g = brentq(lambda g: expit(10 * precision * (2 * expit(precision * (5.5 - g)) - 1)) - g, 0, 1, xtol=1e-15)
    odds_of_left, odds_of_right = np.exp(precision * (-4.5 - 0.5 * g)), np.exp(precision * (0.5 * g - 10))
    assert abs(found.play[5, 0] - g) < 1e-9
    assert abs(found.play[0, 0] - 1 / (1 + odds_of_left + odds_of_right)) < 1e-9


@pytest.mark.parametrize("precision", [1.0, 200.0, 1000.0])
def test_beliefs_after_a_mistake_where_the_first_does_not_care(precision: float) -> None:
    """As above without the half point: now only the second relies on the first, and nothing is cyclic."""
    game = entry(precision)
    payoff = {0: np.array([[10.0, 5, 0][path[0][0]] for path in paths_of(game.moves)]), 1: game.payoff[1]}
    diagram = Diagram(
        (frozenset(), frozenset({0}), frozenset({1})), {0: (frozenset({0}),), 1: (frozenset({0, 2}),)}, (0, None, 1)
    )
    plain = Game(game.moves, game.chance, {}, payoff, game.precision)
    found = solve([plain, plain], diagram)
    assert (found.rung == BACKWARD).all()
    left = expit(5 * precision)
    assert abs(found.play[5, 0] - expit(10 * precision * (2 * left - 1))) < 1e-12


@pytest.mark.parametrize("precision", [200.0, 1000.0])
@pytest.mark.parametrize("seed", range(12))
def test_sharp_games_give_numbers(precision: float, seed: int) -> None:
    """Whatever the solver says about such a game, it is a play: finite, and summing to one in each information set."""
    games = [with_precision(game, lambda _: precision) for game in random_games(seed)]
    found = solve(games)
    assert np.isfinite(found.play).all()
    assert np.isfinite(found.log_play).all()
    assert np.isfinite(found.residual).all()
    for members in Response(games[0]).sets:
        np.testing.assert_allclose(found.play[members].sum(axis=0), 1, rtol=0, atol=1e-12)


def dominance(precision: float) -> Game:
    """Three actors in turn who do not see each other; each has one option that is 10 better whatever the others do."""
    moves = (Move(2, actor=0), Move(2, actor=1), Move(2, actor=2))
    values = np.array([[value for value, _ in path] for path in paths_of(moves)]).T
    payoff = {actor: 10.0 * values[actor] + values.sum(axis=0) for actor in range(3)}
    return Game(moves, np.ones(8), {}, payoff, dict.fromkeys(range(3), precision))


@pytest.mark.parametrize("precision", [0.3, 200.0, 1000.0])
def test_dominant_options_ten_apart(precision: float) -> None:
    found = solve([dominance(precision)] * 2)
    np.testing.assert_allclose(found.play[1::2, 0], expit(11 * precision), rtol=0, atol=1e-12)


def signalling(share: float, precision: float = 1.0) -> Game:
    """A type, a message that it sends, a reply that knows the message."""
    moves = (Move(2), Move(2, actor=0, knows=(0,)), Move(2, actor=1, knows=(1,)))
    paths = [tuple(value for value, _ in path) for path in paths_of(moves)]
    chance = np.array([share if kind else 1 - share for kind, _, _ in paths])
    sender = np.array([4.0 * reply + 3.0 * (message == kind) for kind, message, reply in paths])
    receiver = np.array([6.0 * (reply == kind) for kind, _, reply in paths])
    return Game(moves, chance, {}, {0: sender, 1: receiver}, {0: precision, 1: precision})


def test_a_type_that_does_not_exist_plays_evenly_and_moves_nobody() -> None:
    found = solve([signalling(0.0), signalling(0.4), signalling(1.0)])
    assert np.isfinite(found.play).all()
    assert found.play[2:4, 0].tolist() == [0.5, 0.5]
    assert found.play[0:2, 2].tolist() == [0.5, 0.5]
    assert found.reached[:, 0].tolist() == [True, True, False, False, True, True, True, True]
    assert found.reached[:, 1].all()
    # Where only the first type exists the receiver replies 0, worth 6, or 1, worth nothing, after either message.
    np.testing.assert_allclose(found.play[[4, 6], 0], expit(6), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.play[[5, 7], 2], expit(6), rtol=0, atol=1e-12)
    # Its reply is the same after both messages, so the sender's message is worth 3 if it is true.
    np.testing.assert_allclose(found.play[0, 0], expit(3), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.play[3, 2], expit(3), rtol=0, atol=1e-12)


def test_a_type_that_hardly_exists_hardly_matters() -> None:
    """The limit of a vanishing type is the game without it."""
    found = solve([signalling(share) for share in (0.0, 1e-12, 1e-300)])
    for draw in (1, 2):
        np.testing.assert_allclose(found.play[[0, 4, 6], draw], found.play[[0, 4, 6], 0], rtol=0, atol=1e-9)


def test_sets_that_chance_never_reaches_count_in_no_residual() -> None:
    found = solve([signalling(0.0)] * 2)
    assert (found.rung > 0).all()
    assert found.residual.max() <= 1e-9


@pytest.mark.parametrize("seed", range(8))
def test_actors_answer_by_their_own_beliefs(seed: int) -> None:
    """Each actor weighs paths by the chances it believes in; the formulas by hand do too."""
    games = []
    for game in random_games(seed):
        rng = np.random.default_rng([11, seed, len(games)])
        other = random_game(rng, game.moves).chance
        games.append(Game(game.moves, game.chance, {0: other} if 0 in game.payoff else {}, game.payoff, game.precision))
    found = solve(games)
    for draw in np.flatnonzero(found.rung > 0):
        play = found.play[:, draw]
        np.testing.assert_allclose(play, Response(games[draw])(play), rtol=0, atol=1e-9)


# What the solution says about itself


def test_the_residual_is_the_distance_from_the_response() -> None:
    for seed in range(10):
        games = random_games(seed)
        found = solve(games)
        for draw, game in enumerate(games):
            if found.rung[draw] > 0:
                play = found.play[:, draw]
                assert np.abs(Response(game)(play) - play).max() <= found.residual[draw] + 1e-9


def test_a_solution_past_a_fold_is_not_certified() -> None:
    """Pure coordination, 10 for a match, at precision 3: the symmetric play is an equilibrium with index -1, or the
    solver went off the branch; either way it may not say that it is certain."""
    payoff = np.array([[10.0, 0], [0, 10]])
    found = solve([two_players(payoff, payoff, (3.0, 3.0))] * 2)
    np.testing.assert_allclose(found.play.sum(axis=0), 2, rtol=0, atol=1e-12)
    assert ((found.rung < 0) | (found.index < 0)).all()
