"""The leaf table: which paths there are, and who cannot tell which of them apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from by_hand import actions_on, paths_of, random_moves

from engine.games.recall import previous_actions
from engine.games.tree import NOT_MOVED, Move, unroll


def test_paths_multiply() -> None:
    assert unroll([Move(2), Move(3), Move(4, actor=0)]).n_leaves == 24


def test_a_game_without_moves_has_one_path() -> None:
    tree = unroll([])
    assert (tree.n_leaves, tree.n_actions, tree.sets) == (1, 0, ())


def test_paths_stand_in_lexicographic_order() -> None:
    tree = unroll([Move(2), Move(3)])
    assert tree.values.T.tolist() == [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]


def test_a_move_that_does_not_happen_does_not_branch() -> None:
    # Ultimatum: nobody answers an offer that was not made (value 0), so 1 + 2 x 2 paths.
    tree = unroll([Move(3, actor=0), Move(2, actor=1, knows=(0,), when=lambda values: values[0] > 0)])
    assert tree.n_leaves == 5
    assert tree.values.T.tolist() == [[0, NOT_MOVED], [1, 0], [1, 1], [2, 0], [2, 1]]
    assert tree.happens[1].tolist() == [False, True, True, True, True]
    assert tree.action[1, 0] == NOT_MOVED


def test_what_does_not_happen_has_the_value_of_its_else() -> None:
    tree = unroll([Move(2), Move(3, when=lambda values: values[0] == 1, otherwise=2)])
    assert tree.values.T.tolist() == [[0, 2], [1, 0], [1, 1], [1, 2]]
    assert tree.happens[1].tolist() == [False, True, True, True]


def test_an_else_hides_whether_the_move_happened() -> None:
    """Who sees value 2 does not know whether it came about or stood in for nothing: one information set."""
    moves = [Move(2), Move(3, when=lambda values: values[0] == 1, otherwise=2), Move(2, actor=0, knows=(1,))]
    tree = unroll(moves)
    assert [item.known for item in tree.sets_of(2)] == [(0,), (1,), (2,)]
    assert (tree.action[2] == tree.sets_of(2)[2].actions[0]).sum() == 2


def test_an_actor_remembers_whether_the_state_let_it_choose() -> None:
    """Its first choice may or may not be made, as the state is; a stranger sees value 0 either way."""

    def perhaps(values: np.ndarray) -> np.ndarray:
        return np.ones(values.shape[1], dtype=np.bool_)

    first = Move(2, actor=0, when=perhaps, may_not=perhaps)
    tree = unroll([replace(first, otherwise=0), Move(2, actor=0, knows=(0,)), Move(2, actor=1, knows=(0,))])
    assert [item.known for item in tree.sets_of(1)] == [(0,), (0,), (1,)]
    assert [item.known for item in tree.sets_of(2)] == [(0,), (1,)]
    previous_actions(tree)  # which refuses a tree in which somebody forgets


def test_who_knows_nothing_has_one_information_set() -> None:
    tree = unroll([Move(3, actor=0), Move(2, actor=1)])
    assert len(tree.sets_of(1)) == 1
    assert sorted(set(tree.action[1].tolist())) == [3, 4]


def test_who_knows_everything_has_one_information_set_for_each_history() -> None:
    tree = unroll([Move(3, actor=0), Move(2), Move(2, actor=1, knows=(0, 1))])
    assert [item.known for item in tree.sets_of(2)] == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]


def test_actions_are_numbered_without_gaps() -> None:
    tree = unroll([Move(2, actor=0), Move(3, actor=1, knows=(0,)), Move(2), Move(2, actor=0, knows=(0, 2))])
    spans = [item.actions for item in tree.sets]
    assert spans == [(0, 2), (2, 5), (5, 8), (8, 10), (10, 12), (12, 14), (14, 16)]
    assert tree.n_actions == 16


def test_only_reachable_knowledge_makes_an_information_set() -> None:
    """The second move happens after value 1 only, so nobody can have seen it after value 0."""
    moves = [Move(2), Move(2, when=lambda values: values[0] == 1), Move(2, actor=0, knows=(0, 1))]
    assert [item.known for item in unroll(moves).sets_of(2)] == [(0, NOT_MOVED), (1, 0), (1, 1)]


def test_a_decision_that_never_happens_has_no_information_set() -> None:
    never = Move(2, actor=0, when=lambda values: np.zeros(values.shape[1], dtype=np.bool_))
    tree = unroll([Move(2), never])
    assert (tree.n_leaves, tree.n_actions) == (2, 0)
    assert tree.sets_of(1) == ()


def test_too_many_paths_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 16,384 paths"):
        unroll([Move(2)] * 15)
    assert unroll([Move(2)] * 14).n_leaves == 16_384


@pytest.mark.parametrize("seed", range(30))
def test_the_table_says_what_enumerating_path_by_path_says(seed: int) -> None:
    rng = np.random.default_rng([1, seed])
    moves = random_moves(rng, int(rng.integers(2, 6)))
    tree, paths = unroll(moves), paths_of(moves)
    assert [tuple(column) for column in tree.values.T.tolist()] == [tuple(value for value, _ in path) for path in paths]
    assert [tuple(column) for column in tree.happens.T.tolist()] == [tuple(made for _, made in path) for path in paths]
    number = {
        (item.decision, item.known, option): item.actions[0] + option
        for item in tree.sets
        for option in range(moves[item.decision].n_values)
    }
    assert sorted(number.values()) == list(range(tree.n_actions))
    for leaf, path in enumerate(paths):
        found = {action for action in tree.action[:, leaf].tolist() if action != NOT_MOVED}
        assert found == {number[action] for action in actions_on(moves, path)}
