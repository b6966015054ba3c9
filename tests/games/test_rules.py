"""Levels, hierarchies, habits, best replies and pure equilibria, against the definitions written out draw by draw."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from by_hand import (
    FloatArray,
    Game,
    Response,
    Thinker,
    actions_on,
    diagram_of,
    leaf_play,
    paths_of,
    poisson,
    random_game,
    random_moves,
)

from engine.games.conduct import BestReply, Conduct, Equilibrium, Habit, Hierarchy, Level, Rule
from engine.games.equilibrium import Solver
from engine.games.levels import poisson_weights
from engine.games.pure import MAX_PROFILES, PureSolver, n_strategies
from engine.games.relevance import Diagram, solution_order
from engine.games.rules import RuleSolver
from engine.games.solution import BACKWARD, Solution
from engine.games.tree import Move, unroll
from engine.games.worlds import Worlds

Rules = Mapping[int, tuple[Rule, ...]]


def worlds_of(games: Sequence[Game], conduct: Conduct | None = None) -> Worlds:
    first = games[0]
    return Worlds(
        chance=np.array([game.chance for game in games]).T,
        believed={actor: np.array([game.believed[actor] for game in games]).T for actor in first.believed},
        payoff={actor: np.array([game.payoff[actor] for game in games]).T for actor in first.payoff},
        precision={actor: np.array([game.precision[actor] for game in games]) for actor in first.precision},
        conduct=conduct,
    )


def solver(moves: tuple[Move, ...], rules: Rules, diagram: Diagram | None = None) -> RuleSolver:
    whole = diagram or diagram_of(moves)

    def order(free: frozenset[int]) -> tuple[tuple[int, ...], ...]:
        actors = tuple(actor if actor in free else None for actor in whole.actor)
        return solution_order(Diagram(whole.parents, whole.terms, actors))

    return RuleSolver(unroll(moves), order, rules)


def solve(
    games: Sequence[Game],
    rules: Rules,
    habit: FloatArray,
    mean: float | FloatArray = 0.0,
    rule: Mapping[int, FloatArray] | None = None,
) -> Solution:
    """The play of games on one tree; the habit is one for all draws, (n_actions,)."""
    n = len(games)
    followed = {actor: np.asarray(numbers, dtype=np.int64) for actor, numbers in (rule or {}).items()}
    conduct = Conduct(np.repeat(habit[:, None], n, axis=1), (np.broadcast_to(mean, (n,)).copy(),), followed)
    return solver(games[0].moves, rules).solve(worlds_of(games, conduct))


def random_games(seed: int, n_draws: int = 3, n_moves: int = 4) -> list[Game]:
    """Games on one tree; the first actor holds other chances than the true ones."""
    rng = np.random.default_rng([31, seed])
    moves = random_moves(rng, n_moves)
    games = []
    for _ in range(n_draws):
        game, other = random_game(rng, moves), random_game(rng, moves)
        actor = min(game.payoff)
        games.append(Game(game.moves, game.chance, {actor: other.chance}, game.payoff, game.precision))
    return games


def random_habit(seed: int, response: Response) -> FloatArray:
    rng, habit = np.random.default_rng([32, seed]), np.zeros(len(response.actions))
    for members in response.sets:
        habit[members] = rng.dirichlet(np.ones(len(members)))
    return habit


# Levels


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("level", [1, 2, 3])
def test_level_k_replies_to_everybody_else_as_one_level_lower(seed: int, level: int) -> None:
    games = random_games(seed)
    habit = random_habit(seed, Response(games[0]))
    found = solve(games, dict.fromkeys(games[0].payoff, (Level(level),)), habit)
    for draw, game in enumerate(games):
        thinker = Thinker(game, habit)
        for actor in thinker.actors:
            own = thinker.owner == actor
            np.testing.assert_allclose(found.play[own, draw], thinker.level(actor, level)[own], rtol=0, atol=1e-11)


@pytest.mark.parametrize("seed", range(8))
def test_an_equilibrium_actor_answers_what_the_others_really_do(seed: int) -> None:
    """With all others fixed its play is that of one decision maker who expects them."""
    games = random_games(seed)
    habit = random_habit(seed, Response(games[0]))
    actors = sorted(games[0].payoff)
    rules: dict[int, tuple[Rule, ...]] = {actor: (Level(1) if actor % 2 else Habit(),) for actor in actors}
    rules[actors[-1]] = (Equilibrium(),)
    found = solve(games, rules, habit)
    for draw, game in enumerate(games):
        thinker = Thinker(game, habit)
        plays = {actor: [(1.0, thinker.level(actor, actor % 2))] for actor in actors[:-1]}
        own = thinker.owner == actors[-1]
        np.testing.assert_allclose(found.play[own, draw], thinker.reply(actors[-1], plays)[own], rtol=0, atol=1e-11)


def test_high_levels_come_to_the_equilibrium_where_dominance_solves_the_game() -> None:
    """Two firms choose a price of 1 to 4; the lower wins the market of 10, a tie splits it: undercutting is dominant
    step by step. Without mistakes to speak of, level 20 plays what the equilibrium plays: the lowest price."""
    price = np.arange(1, 5)
    wins = np.where(price[:, None] < price, 1.0, np.where(price[:, None] == price, 0.5, 0.0))
    row = 10 * wins * price[:, None] ** 0.5
    moves = (Move(4, actor=0), Move(4, actor=1))
    habit = np.full(8, 0.25)
    for precision in (0.3, 1.0, 6.0):
        game = Game(moves, np.ones(16), {}, {0: row.ravel(), 1: row.T.ravel()}, {0: precision, 1: precision})
        play = [solve([game], dict.fromkeys((0, 1), (Level(level),)), habit).play[:, 0] for level in (1, 3, 20)]
        equilibrium = Solver(unroll(moves), solution_order(diagram_of(moves))).solve(worlds_of([game])).play[:, 0]
        gaps = [np.abs(one - equilibrium).max() for one in play]
        assert gaps[2] < 1e-3
        assert gaps[2] <= gaps[0]
    assert play[2][0] > 0.99


def test_what_a_habit_never_does_is_foreseen_by_nobody_who_answers_it_and_survived_by_who_models_it() -> None:
    """Left, middle or right, seen by a second mover who gains by repeating. The habit never goes right: the set is not
    reached, and play there is uniform. Who models a level 0 that never goes right answers it even so."""
    moves = (Move(3, actor=0), Move(3, actor=1, knows=(0,)))
    gain = np.eye(3).ravel() * 5
    game = Game(moves, np.ones(9), {}, {0: np.zeros(9), 1: gain}, {0: 1.0, 1: 1.0})
    habit = np.array([0.5, 0.5, 0.0, *[1 / 3] * 9])
    answers = solve([game], {0: (Habit(),), 1: (Equilibrium(),)}, habit)
    assert answers.play[:3, 0].tolist() == [0.5, 0.5, 0.0]
    assert answers.reached[:, 0].tolist() == [True, True, False] + [True] * 6 + [False] * 3
    np.testing.assert_allclose(answers.play[9:, 0], 1 / 3, rtol=0, atol=1e-15)
    models = solve([game], {0: (Habit(),), 1: (Level(1),)}, habit)
    best = math.exp(5) / (math.exp(5) + 2)
    np.testing.assert_allclose(models.play[[3, 7, 11], 0], best, rtol=0, atol=1e-12)


# Hierarchies


def test_poisson_weights_sum_to_one_and_are_cut_draw_by_draw() -> None:
    means = np.array([0.0, 0.5, 1.5, 10.0])
    weights = poisson_weights(means)
    np.testing.assert_allclose(weights.sum(axis=0), 1, rtol=0, atol=1e-15)
    assert (weights > 0).sum(axis=0).tolist()[0] == 1
    for mean, own in zip(means.tolist(), weights.T, strict=True):
        np.testing.assert_allclose(own[:3], [poisson(mean, k) for k in range(3)], rtol=1e-11, atol=0)
        np.testing.assert_array_equal(
            own, np.pad(poisson_weights(np.array([mean, mean]))[:, 0], (0, len(own)))[: len(own)]
        )


@pytest.mark.parametrize("mean", [0.3, 1.2])
@pytest.mark.parametrize("seed", range(6))
def test_a_hierarchy_is_a_lottery_over_levels(seed: int, mean: float) -> None:
    """Each actor draws its level at the start and keeps it. The behaviour that the solver gives instead leads to the
    same outcomes with the same chances (Kuhn 1953), also where several moves of one actor show its level."""
    games = random_games(seed, n_draws=2)
    response = Response(games[0])
    habit = random_habit(seed, response)
    found = solve(games, dict.fromkeys(games[0].payoff, (Hierarchy(0),)), habit, mean)
    for draw, game in enumerate(games):
        thinker = Thinker(game, habit)
        levels, leaves = thinker.hierarchy(mean), np.zeros(len(game.chance))
        for mixed in itertools.product(*(levels[actor] for actor in thinker.actors)):
            play = habit.copy()
            for actor, (_, theirs) in zip(thinker.actors, mixed, strict=True):
                play[thinker.owner == actor] = theirs[thinker.owner == actor]
            leaves += math.prod(share for share, _ in mixed) * leaf_play(game, response.actions, play)
        whole = leaf_play(game, response.actions, found.play[:, draw])
        np.testing.assert_allclose(whole, leaves, rtol=0, atol=1e-10)


def test_the_hierarchy_is_in_its_own_actors_head() -> None:
    """Each expects the others to have the mean that it has itself, whatever theirs is."""
    games = random_games(3)
    habit = random_habit(3, Response(games[0]))
    actors = sorted(games[0].payoff)
    conduct = Conduct(np.repeat(habit[:, None], 3, axis=1), (np.full(3, 0.5), np.full(3, 2.0)))
    mixed: dict[int, tuple[Rule, ...]] = dict.fromkeys(actors, (Hierarchy(1),))
    mixed[actors[0]] = (Hierarchy(0),)
    found = solver(games[0].moves, mixed).solve(worlds_of(games, conduct)).play
    low, high = (solve(games, dict.fromkeys(actors, (Hierarchy(0),)), habit, mean).play for mean in (0.5, 2.0))
    own = Thinker(games[0], habit).owner == actors[0]
    np.testing.assert_allclose(found, np.where(own[:, None], low, high), rtol=0, atol=1e-14)


def test_a_beauty_contest_of_three_numbers() -> None:
    """Two players name 0, 1 or 2 and win 6 by naming two thirds of the other's number, rounded: 0 to 0, 1 to 1 and 2,
    losing 2 for each step away. Levels 0 to 3 by hand at mean 1.5 (Camerer, Ho & Chong 2004), then on to the tail."""
    target = [0, 1, 1]
    row = np.array([[6.0 - 2 * abs(own - target[other]) for other in range(3)] for own in range(3)])
    moves = (Move(3, actor=0), Move(3, actor=1))
    game = Game(moves, np.ones(9), {}, {0: row.ravel(), 1: row.T.ravel()}, {0: 1.2, 1: 1.2})
    found = solve([game], dict.fromkeys((0, 1), (Hierarchy(0),)), np.full(6, 1 / 3), 1.5).play[:3, 0]
    plays, weights = [np.full(3, 1 / 3)], [poisson(1.5, 0)]
    for level in range(1, 40):
        expected = row @ (np.array(weights) @ np.array(plays) / sum(weights))
        plays.append(np.exp(1.2 * expected) / np.exp(1.2 * expected).sum())
        weights.append(poisson(1.5, level))
    np.testing.assert_allclose(found, np.array(weights) @ np.array(plays), rtol=0, atol=1e-11)


def test_beliefs_of_a_hierarchy_are_kept_level_by_level() -> None:
    """The minds that a solution carries make up the play: weighted, they lead to the same outcomes."""
    games = random_games(5)
    response = Response(games[0])
    habit = random_habit(5, response)
    found = solve(games, dict.fromkeys(games[0].payoff, (Hierarchy(0),)), habit, 1.0)
    for actor, minds in found.minds.items():
        own = Thinker(games[0], habit).owner == actor
        for draw, game in enumerate(games):
            parts = [mind.weight[draw] * game.chance * mind.own.on_leaves()[:, draw] for mind in minds]
            whole = leaf_play(game, response.actions, np.where(own, found.play[:, draw], 1.0))
            np.testing.assert_allclose(sum(parts), whole, rtol=0, atol=1e-11)


# Best replies


def test_ties_are_split_and_told() -> None:
    moves = (Move(4, actor=0),)
    payoff = np.array([[1.0, 3, 3 - 1e-10, 2], [1, 3, 3 - 1e-6, 2], [1, 1, 1, 1]])
    games = [Game(moves, np.ones(4), {}, {0: values}, {0: 1.0}) for values in payoff]
    found = solve(games, {0: (BestReply(),)}, np.full(4, 0.25))
    assert found.play.T.tolist() == [[0, 0.5, 0.5, 0], [0, 1, 0, 0], [0.25] * 4]
    assert found.tied is not None
    assert found.tied.tolist() == [True, False, True]


def test_what_makes_no_difference_is_a_tie_whatever_rounding_says() -> None:
    """One payoff on all paths: expectations over chances that do not quite sum to 1 differ in the last digit."""
    moves = (Move(2, actor=0), Move(7))
    shares = np.random.default_rng(5).dirichlet(np.ones(7), size=2).ravel()
    games = [Game(moves, shares, {}, {0: np.full(14, value)}, {0: 1.0}) for value in (1.44, 1e9 / 3, 0.0)]
    found = solve(games, {0: (BestReply(),)}, np.full(2, 0.5))
    assert (found.play == 0.5).all()
    counted = PureSolver(unroll(moves)).solve(worlds_of(games))
    assert counted.n_pure is not None
    assert counted.n_pure.tolist() == [2, 2, 2]


@pytest.mark.parametrize("seed", range(10))
def test_perfect_information_without_mistakes_is_backward_induction(seed: int) -> None:
    rng = np.random.default_rng([33, seed])
    moves = random_moves(rng, 5, perfect_information=True)
    game = random_game(rng, moves)
    response = Response(game)
    found = solve([game], dict.fromkeys(game.payoff, (BestReply(),)), np.ones(len(response.actions)))
    play = np.ones(len(response.actions))
    for decision in sorted(set(response.decision.tolist()), reverse=True):
        expected = response.expected(play)
        for members in response.sets:
            if response.decision[members[0]] == decision:
                play[members] = expected[members] == expected[members].max()
    np.testing.assert_array_equal(found.play[:, 0], play)


def test_best_replies_in_a_cycle_are_exact_where_they_are_pure() -> None:
    """A game with one equilibrium, in pure strategies (found by dominance), and matching pennies, which has none."""
    row, column = np.array([[3.0, 1], [2, 0]]), np.array([[2.0, 1], [0, 4]])
    moves = (Move(2, actor=0), Move(2, actor=1))
    pennies = np.array([[1.0, -1], [-1, 1]])
    games = [
        Game(moves, np.ones(4), {}, {0: one.ravel(), 1: other.ravel()}, {0: 1.0, 1: 1.0})
        for one, other in ((row, column), (pennies, -pennies))
    ]
    found = solve(games, dict.fromkeys((0, 1), (BestReply(),)), np.full(4, 0.5))
    assert found.play[:, 0].tolist() == [1, 0, 1, 0]
    np.testing.assert_allclose(found.play[:, 1], 0.5, rtol=0, atol=1e-9)


def test_who_never_errs_still_learns_from_an_error() -> None:
    """The first stays out, or comes left or right; out is best, left next. The second sees that it came and not which
    way. Both errors are equally surprising, so it believes each as likely, and guesses where the prize is larger."""
    moves = (Move(3, actor=0), Move(2, actor=1, knows=(), when=lambda values: values[0] > 0))
    paths = paths_of(moves)
    first = np.array([[10.0, 5, 0][path[0][0]] for path in paths])
    second = np.array([[4.0, 6.0][guess] * (way == guess + 1) for (way, _), (guess, _) in paths])
    game = Game(moves, np.ones(len(paths)), {}, {0: first, 1: second}, {0: 1.0, 1: 1.0})
    cares = Diagram((frozenset(), frozenset({0})), {0: (frozenset({0}),), 1: (frozenset({0, 1}),)}, (0, 1))
    found = solver(moves, {0: (BestReply(),), 1: (BestReply(),)}, cares).solve(worlds_of([game]))
    assert found.play[:, 0].tolist() == [1, 0, 0, 0, 1]
    assert found.reached.all()


# Rules that differ between draws


@pytest.mark.parametrize("seed", range(4))
def test_a_draw_does_not_depend_on_what_else_is_in_the_batch(seed: int) -> None:
    """Four rules for one actor, three for another, all mixed up: each draw has the bits that it has in any batch."""
    games = random_games(seed, n_draws=12)
    habit = random_habit(seed, Response(games[0]))
    actors = sorted(games[0].payoff)
    rules: dict[int, tuple[Rule, ...]] = {actor: (Equilibrium(),) for actor in actors}
    rules[actors[0]] = (Level(2), Hierarchy(0), Habit(), BestReply())
    rules[actors[1]] = (Equilibrium(), Level(1), Hierarchy(0))
    rng = np.random.default_rng([34, seed])
    mean = rng.uniform(0, 3, 12)
    rule = {actors[0]: rng.integers(0, 4, 12), actors[1]: rng.integers(0, 3, 12)}
    whole = solve(games, rules, habit, mean, rule)

    def same(part: Solution, draws: Sequence[int]) -> None:
        """To the last bit where nothing is iterated."""
        exact = part.rung == BACKWARD
        np.testing.assert_array_equal(part.play[:, exact], whole.play[:, draws][:, exact])
        np.testing.assert_allclose(part.play, whole.play[:, draws], rtol=0, atol=1e-12)
        np.testing.assert_array_equal(part.rung, whole.rung[draws])

    for some in ([0, 1], [5, 2, 9], [11, 3, 4, 7]):
        chosen = {actor: which[some] for actor, which in rule.items()}
        same(solve([games[n] for n in some], rules, habit, mean[some], chosen), some)
    for draw, game in enumerate(games):
        alone = {actor: (own[rule[actor][draw]] if actor in rule else own[0],) for actor, own in rules.items()}
        same(solve([game, game], alone, habit, mean[draw]), [draw, draw])


# Pure equilibria


def brute_force(game: Game) -> tuple[int, set[tuple[tuple[int, ...], ...]]]:
    """The number of reduced strategy profiles, and the equilibria among them, each as the leaves that every actor's
    strategy allows: all full strategies gone through, those that allow the same leaves counted once."""
    response = Response(game)
    taken = [set(actions_on(game.moves, path)) for path in paths_of(game.moves)]
    allowed = []
    actors = sorted({move.actor for move in game.moves if move.actor is not None})
    for actor in actors:
        own = [members for members in response.sets if game.moves[response.decision[members[0]]].actor == actor]
        distinct = set()
        for chosen in itertools.product(*own):
            keeps = {response.actions[place] for place in chosen}
            mine = {response.actions[place] for members in own for place in members}
            distinct.add(tuple(leaf for leaf, actions in enumerate(taken) if actions & mine <= keeps))
        allowed.append(sorted(distinct))
    worth = {}
    for profile in itertools.product(*allowed):
        leaves = sorted(set.intersection(*map(set, profile)))
        for actor in actors:
            view = game.believed.get(actor, game.chance)
            worth[profile, actor] = float((view * game.payoff[actor])[leaves].sum())
    stable = set()
    for profile in itertools.product(*allowed):
        rivals = [
            [worth[(*profile[:place], other, *profile[place + 1 :]), actor] for other in allowed[place]]
            for place, actor in enumerate(actors)
        ]
        if all(worth[profile, actor] >= max(own) - 1e-9 for actor, own in zip(actors, rivals, strict=True)):
            stable.add(profile)
    return math.prod(map(len, allowed)), stable


def few_profiles(games: Sequence[Game]) -> bool:
    """Whether all full strategies, and all profiles of reduced ones, can be gone through one by one."""
    response = Response(games[0])
    whole: dict[int | None, int] = {}
    for members in response.sets:
        actor = games[0].moves[response.decision[members[0]]].actor
        whole[actor] = whole.get(actor, 1) * len(members)
    tree = unroll(games[0].moves)
    return max(whole.values()) < 3_000 and 8 < math.prod(n_strategies(tree, actor) for actor in games[0].payoff) < 500


@pytest.mark.parametrize("seed", range(25))
def test_pure_equilibria_are_all_found_and_counted_once(seed: int) -> None:
    games = next(found for again in range(99) if few_profiles(found := random_games(100 * seed + again)))
    tree = unroll(games[0].moves)
    found = PureSolver(tree).solve(worlds_of(games))
    assert found.n_pure is not None
    assert found.share is not None
    for draw, game in enumerate(games):
        n_profiles, stable = brute_force(game)
        assert n_profiles == math.prod(n_strategies(tree, actor) for actor in game.payoff)
        assert found.n_pure[draw] == len(stable)
        share = np.zeros(tree.n_leaves)
        for profile in stable:
            share[sorted(set.intersection(*map(set, profile)))] += 1 / len(stable)
        np.testing.assert_allclose(found.share[:, draw], share, rtol=0, atol=1e-12)


def test_too_many_profiles_are_counted_and_not_built() -> None:
    """Five decisions of one actor, who remembers: 2^5 reduced strategies. The other sees all 32 paths: 2^32."""
    first = [Move(2, actor=0, knows=tuple(range(n))) for n in range(5)]
    moves = (*first, Move(2, actor=1, knows=(0, 1, 2, 3, 4)))
    tree = unroll(moves)
    assert n_strategies(tree, 0) == 2**5
    assert n_strategies(tree, 1) == 2**32
    with pytest.raises(ValueError, match=r"137,438,953,472 profiles.*at most 65,536"):
        PureSolver(tree)
    assert MAX_PROFILES == 65_536
