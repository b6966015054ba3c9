"""The leaf table: moves in order of play, unrolled once into the paths that all draws share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.games.segments import IntArray, distinct_columns

BoolArray = npt.NDArray[np.bool_]

MAX_LEAVES: Final = 16_384
NOT_MOVED: Final = -1
"""The value of a move that does not happen; also the action of a path that has none."""


@dataclass(frozen=True, slots=True)
class Move:
    """One move of the game.

    Attributes:
        n_values: how many options or values it has.
        actor: index of the actor who decides; None for chance.
        knows: indices of the earlier moves whose values the actor has seen (with perfect recall); empty for chance.
        when: from the values of the earlier moves, (n_earlier, n_paths), whether it happens, (n_paths,); None: always.
        otherwise: index of the value that it has where it does not happen, or NOT_MOVED.
        may_not: where it happens in some draws and in others not, as `when` gives it; None: nowhere. Such paths are
            unrolled both ways, and the draw's chance of one of them is 0.
    """

    n_values: int
    actor: int | None = None
    knows: tuple[int, ...] = ()
    when: Callable[[IntArray], BoolArray] | None = None
    otherwise: int = NOT_MOVED
    may_not: Callable[[IntArray], BoolArray] | None = None


@dataclass(frozen=True, slots=True)
class InformationSet:
    """What an actor knows when it decides, and where its options stand among the actions.

    Attributes:
        decision: index of the move.
        known: the values of the moves it knows, in the order of the move's `knows`.
        actions: first action and one past the last.
    """

    decision: int
    known: tuple[int, ...]
    actions: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """The paths through a game.

    Attributes:
        moves: in order of play.
        values: the value of each move on each path, NOT_MOVED where there is none; (n_moves, n_leaves).
        happens: whether the move is made on the path; (n_moves, n_leaves).
        sets: the information sets, grouped by decision in order of play.
        action: the action taken on each path, per decision in order of play, NOT_MOVED where none; (n_moves, n_leaves);
            rows of chance moves hold NOT_MOVED.
    """

    moves: tuple[Move, ...]
    values: IntArray
    happens: BoolArray
    sets: tuple[InformationSet, ...]
    action: IntArray

    @property
    def n_leaves(self) -> int:
        return int(self.values.shape[1])

    @property
    def n_actions(self) -> int:
        return self.sets[-1].actions[1] if self.sets else 0

    @property
    def decisions(self) -> tuple[int, ...]:
        return tuple(index for index, move in enumerate(self.moves) if move.actor is not None)

    def bare(self) -> Tree:
        """The same without the conditions of moves, which have done their part, so that it can be sent elsewhere."""
        return replace(self, moves=tuple(replace(move, when=None, may_not=None) for move in self.moves))

    def on_leaves(self, leaves: IntArray) -> Tree:
        """The same where no other leaves are possible; no path may lead to some of its information sets then."""
        return replace(
            self, values=self.values[:, leaves], happens=self.happens[:, leaves], action=self.action[:, leaves]
        )

    def sets_of(self, decision: int) -> tuple[InformationSet, ...]:
        """The information sets of one decision."""
        return tuple(item for item in self.sets if item.decision == decision)


def unroll(moves: Sequence[Move], most: int = MAX_LEAVES) -> Tree:
    """All paths through the moves, in lexicographic order of their values.

    Raises:
        ValueError: more than `most` paths.
    """
    values = np.zeros((0, 1), dtype=np.int64)
    happens = np.zeros((0, 1), dtype=np.bool_)
    action = np.zeros((0, 1), dtype=np.int64)
    sets: list[InformationSet] = []
    for index, move in enumerate(moves):
        made = np.ones(values.shape[1], dtype=np.bool_) if move.when is None else move.when(values)
        both = np.zeros_like(made) if move.may_not is None else made & move.may_not(values)
        branches = np.where(made, move.n_values + both, 1)
        if branches.sum() > most:
            raise ValueError(f"the game has more than {most:,} paths")
        first_action = sets[-1].actions[1] if sets else 0
        found, member = _information_sets(moves, values, happens, made, index, first_action)
        sets += found
        source = np.repeat(np.arange(values.shape[1]), branches)
        branch = np.arange(len(source)) - np.repeat(np.cumsum(branches) - branches, branches)
        moved = made[source] & (branch < move.n_values)
        taken = np.where(moved, branch, move.otherwise)
        acts = moved & (member[source] >= 0)
        acted = np.where(acts, first_action + member[source] * move.n_values + branch, NOT_MOVED)
        values = np.vstack([values[:, source], taken])
        happens = np.vstack([happens[:, source], moved])
        action = np.vstack([action[:, source], acted])
    return Tree(tuple(moves), values, happens, tuple(sets), action)


def _information_sets(
    moves: Sequence[Move], values: IntArray, happens: BoolArray, made: BoolArray, index: int, first_action: int
) -> tuple[list[InformationSet], IntArray]:
    """The information sets of a move among the paths so far, and which of them each path is in (or NOT_MOVED).

    An actor also remembers whether it made an earlier choice, where that differs between draws and the value, which may
    be that of `otherwise`, does not tell.
    """
    move, member = moves[index], np.full(values.shape[1], NOT_MOVED)
    if move.actor is None or not made.any():
        return [], member
    known = list(move.knows)
    own = [n for n in known if moves[n].actor == move.actor and moves[n].may_not is not None]
    distinct, member[made] = distinct_columns(np.vstack([values[known], happens[own]])[:, made])
    n = move.n_values
    sets = []
    for number, column in enumerate(distinct.T.tolist()):
        start = first_action + number * n
        sets.append(InformationSet(index, tuple(column[: len(known)]), (start, start + n)))
    return sets, member
