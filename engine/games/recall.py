"""What actors remember of their own play, and mixtures of plays by Kuhn's theorem (Kuhn 1953)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.games.response import log_choice
from engine.games.segments import FloatArray, IntArray
from engine.games.tree import NOT_MOVED, Tree


def previous_actions(tree: Tree) -> IntArray:
    """For each action the action that its actor took last before, or NOT_MOVED; (n_actions,).

    Raises:
        ValueError: at some information set the actor does not remember what it did.
    """
    before = np.full(tree.n_actions, NOT_MOVED)
    for decision in tree.decisions:
        own = [other for other in tree.decisions if other < decision and _same_actor(tree, decision, other)]
        latest = np.full(tree.n_leaves, NOT_MOVED)
        for other in own:
            latest = np.where(tree.action[other] == NOT_MOVED, latest, tree.action[other])
        taken = tree.action[decision]
        for item in tree.sets_of(decision):
            first, last = item.actions
            found = np.unique(latest[(taken >= first) & (taken < last)])
            if len(found) > 1:
                raise ValueError("an actor forgets what it did")
            before[first:last] = found[0]
    return before


def _same_actor(tree: Tree, one: int, other: int) -> bool:
    return tree.moves[one].actor == tree.moves[other].actor


class Mixtures:
    """Mixes whole plays into one that leads to the same outcomes with the same chances.

    At an information set each play counts by its weight times the probability of the actor's own earlier actions under
    it, which is how whoever sees the actor there updates on them.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.before = previous_actions(tree)
        self.rows = []
        for decision in tree.decisions:
            sets = tree.sets_of(decision)
            if sets:
                self.rows.append((sets[0].actions[0], sets[-1].actions[1], tree.moves[decision].n_values))

    def weighed(self, log_play: FloatArray) -> FloatArray:
        """The play times the probability that its actor lets it come to that; logarithms, (n_actions, n_draws)."""
        weighed = log_play.copy()
        for first, last, _ in self.rows:
            before = self.before[first:last]
            later = before != NOT_MOVED
            if later.any():
                weighed[first:last][later] += weighed[before[later]]
        return weighed

    def mean(self, weight: FloatArray, plays: Sequence[FloatArray]) -> FloatArray:
        """The mixture of some plays, in logarithms; their weights are (n_plays or more, n_draws)."""
        with np.errstate(divide="ignore"):
            logs = [np.log(share) + self.weighed(log_play) for share, log_play in zip(weight, plays, strict=False)]
        top = np.maximum.reduce(logs)
        return self.play(top + np.log(sum(np.exp(one - top) for one in logs)))

    def play(self, weighed: FloatArray) -> FloatArray:
        """The play of the mixture, from the sum over plays of their weight times `weighed`; logarithms both."""
        log_play = np.empty_like(weighed)
        for first, last, options in self.rows:
            log_play[first:last] = log_choice(weighed[first:last], options)
        return log_play
