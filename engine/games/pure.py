"""Equilibria in pure strategies, enumerated for a batch of draws at once.

Strategies of an actor that lead to the same leaves, whatever the others do, count as one (reduced strategic form). Each
profile of strategies leads, for each outcome of chance, to one leaf; what a profile is worth to an actor is a sum over
these leaves. A profile is an equilibrium where nobody gains by another strategy of its own (Nash 1951).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log10, prod
from typing import Final

import numpy as np

from engine.games.bestreply import tie_of
from engine.games.conduct import BoolArray
from engine.games.recall import previous_actions
from engine.games.segments import FloatArray, IntArray, segments
from engine.games.solution import BACKWARD, Solution
from engine.games.tree import NOT_MOVED, Tree
from engine.games.worlds import Worlds

MAX_PROFILES: Final = 65_536
MAX_CELLS: Final = 2**24
"""Profiles times outcomes of chance."""
TOGETHER: Final = 2**20
"""Profiles times draws that are compared at once."""


def n_strategies(tree: Tree, actor: int) -> int:
    """How many reduced strategies an actor has; the tree must have perfect recall."""
    before = previous_actions(tree)
    after = [1] * tree.n_actions  # of each action: in how many ways its actor can go on
    total = 1
    for item in reversed(tree.sets):
        if tree.moves[item.decision].actor == actor:
            ways = sum(after[item.actions[0] : item.actions[1]])
            earlier = int(before[item.actions[0]])
            if earlier == NOT_MOVED:
                total *= ways
            else:
                after[earlier] *= ways
    return total


class PureSolver:
    """All equilibria in pure strategies; outcomes are averages over them, all equally likely.

    Attributes:
        actors: who decides anything.
        strategies: of each of them, the leaves that each reduced strategy may lead to; (n_strategies, n_leaves).
        shape: how many each has.
        leaf: the leaves of each profile; (n_profiles, most leaves of one), filled up with one past the last leaf.

    Raises:
        ValueError: there are too many profiles.
    """

    cyclic = False

    def __init__(self, tree: Tree) -> None:
        self.tree, self.actors = tree, _actors(tree)
        sizes = [n_strategies(tree, actor) for actor in self.actors]
        if prod(sizes) > MAX_PROFILES:
            raise ValueError(f"{_profiles(sizes)}; at most {MAX_PROFILES:,} can be gone through")
        if max(sizes) * tree.n_leaves > MAX_CELLS:
            raise ValueError(f"{_profiles(sizes)} on {tree.n_leaves:,} paths; that is too much to go through")
        self.strategies = [_strategies(tree, actor) for actor in self.actors]
        self.shape = tuple(len(own) for own in self.strategies)
        self.leaf = _leaves(self.strategies, tree.n_leaves)

    def solve(self, worlds: Worlds) -> Solution:
        """The equilibria of each draw, counted and averaged."""
        n, n_leaves = worlds.chance.shape[-1], self.tree.n_leaves
        n_pure, times = np.zeros(n, dtype=np.int64), np.zeros((n_leaves + 1, n))
        together = max(1, TOGETHER // len(self.leaf))
        for start in range(0, n, together):
            draws = np.arange(start, min(start + together, n))
            profile, draw = np.nonzero(self.equilibria(worlds.take(draws)))
            n_pure[draws] = np.bincount(draw, minlength=len(draws))
            for column in self.leaf.T:
                np.add.at(times, (column[profile], draws[draw]), 1.0)
        share = times[:-1] / np.maximum(n_pure, 1)
        play, reached = self._play(worlds, share)
        with np.errstate(divide="ignore"):
            log_play = np.log(play)
        rung, nothing, ones = np.full(n, BACKWARD), np.zeros(n), np.ones(n)
        return Solution(play, log_play, reached, rung, nothing, ones, n_pure=n_pure, share=share)

    def equilibria(self, worlds: Worlds) -> BoolArray:
        """Which profiles are equilibria; (n_profiles, n_draws), the last actor's strategy changing fastest."""
        n = worlds.chance.shape[-1]
        found = np.ones((*self.shape, n), dtype=np.bool_)
        for axis, actor in enumerate(self.actors):
            view = worlds.believed.get(actor, worlds.chance)
            expected = self._expected(view * worlds.payoff[actor]).reshape(*self.shape, n)
            tie = tie_of(worlds.payoff[actor], view)
            found &= expected >= expected.max(axis=axis, keepdims=True) - tie
        return found.reshape(-1, n)

    def _expected(self, weighted: FloatArray) -> FloatArray:
        """Sums over each profile's leaves, one leaf after the other; (n_profiles, n_draws)."""
        padded = np.vstack([weighted, np.zeros((1, weighted.shape[-1]))])
        total = padded[self.leaf[:, 0]]
        for column in self.leaf.T[1:]:
            total += padded[column]
        return total

    def _play(self, worlds: Worlds, share: FloatArray) -> tuple[FloatArray, BoolArray]:
        """How often each action is taken where its information set is reached, and whether chance can lead there."""
        tree = self.tree
        play = np.zeros((tree.n_actions, share.shape[-1]))
        reached = np.zeros(play.shape, dtype=np.bool_)
        for decision in tree.decisions:
            sets = tree.sets_of(decision)
            if not sets:
                continue
            first, last, options = sets[0].actions[0], sets[-1].actions[1], tree.moves[decision].n_values
            taken = tree.action[decision]
            by_action = segments(np.where(taken == NOT_MOVED, NOT_MOVED, taken - first), last - first)
            mass = by_action.sum(worlds.chance * share).reshape(-1, options, share.shape[-1])
            total = mass.sum(axis=1, keepdims=True)
            odds = np.divide(mass, total, out=np.full_like(mass, 1 / options), where=total > 0)
            play[first:last] = odds.reshape(last - first, -1)
            reached[first:last] = by_action.sum((worlds.chance > 0).astype(np.float64)) > 0
        return play, reached


def _actors(tree: Tree) -> tuple[int, ...]:
    return tuple(sorted({actor for item in tree.sets if (actor := tree.moves[item.decision].actor) is not None}))


def _strategies(tree: Tree, actor: int) -> BoolArray:
    """Which leaves each reduced strategy of the actor leads to; (n_strategies, n_leaves)."""
    strategies = np.ones((1, tree.n_leaves), dtype=np.bool_)
    for item in tree.sets:
        if tree.moves[item.decision].actor == actor:
            taken, actions = tree.action[item.decision], range(*item.actions)
            elsewhere = (taken < actions.start) | (taken >= actions.stop)
            comes_here = (strategies & ~elsewhere).any(axis=1)
            chosen = [strategies[comes_here] & (elsewhere | (taken == action)) for action in actions]
            strategies = np.concatenate([strategies[~comes_here], *chosen])
    return strategies


def _leaves(strategies: list[BoolArray], n_leaves: int) -> IntArray:
    """The leaves of each profile, (n_profiles, most leaves of one); filled up with one past the last leaf.

    Raises:
        ValueError: there are too many.
    """
    sizes = [len(own) for own in strategies]
    rows = list(_by_leaf(strategies, sizes, n_leaves))
    profile = np.concatenate([found for found, _ in rows])
    leaf = np.concatenate([np.full(len(found), leaf) for found, leaf in rows])
    order = np.argsort(profile, kind="stable")
    profile, leaf = profile[order], leaf[order]
    counts = np.bincount(profile, minlength=prod(sizes))
    most = int(counts.max())
    if most * prod(sizes) > MAX_CELLS:
        raise ValueError(f"{_profiles(sizes)} on {n_leaves:,} paths; that is too much to go through")
    table = np.full((prod(sizes), most), n_leaves)
    starts = np.cumsum(counts) - counts
    table[profile, np.arange(len(profile)) - starts[profile]] = leaf
    return table


def _by_leaf(strategies: list[BoolArray], sizes: list[int], n_leaves: int) -> Iterator[tuple[IntArray, int]]:
    """For each leaf the profiles that lead to it."""
    total = 0
    for leaf in range(n_leaves):
        leading = np.ix_(*(np.flatnonzero(own[:, leaf]) for own in strategies))
        found = np.ravel_multi_index(np.broadcast_arrays(*leading), sizes).ravel()
        total += len(found)
        if total > MAX_CELLS:
            raise ValueError(f"{_profiles(sizes)} on {n_leaves:,} paths; that is too much to go through")
        yield found, leaf


def _profiles(sizes: list[int]) -> str:
    count = prod(sizes)
    shown = f"{count:,}" if count < 10**15 else f"about 10^{log10(count):.0f}"
    return f"the game has {shown} profiles of pure strategies"
