"""Level-k reasoning and cognitive hierarchies: play that is fixed before any equilibrium is sought.

A level replies to a play of all others that is known by then, so it solves the decision problem of one actor: its own
later choices are made at the same level, and its beliefs follow by Bayes' rule from the play that it expects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.games.conduct import SURPRISE, Mind
from engine.games.equilibrium import Solver, Worlds
from engine.games.recall import Mixtures
from engine.games.segments import FloatArray, IntArray
from engine.games.tree import Tree

TAIL: Final = 1e-12
"""Levels are left out from where their Poisson probabilities sum to less than this."""

Order = tuple[tuple[int, ...], ...]


class Replies:
    """How each actor replies to a fixed play of all others; laid out once for all draws."""

    def __init__(self, tree: Tree, order: Callable[[frozenset[int]], Order]) -> None:
        self.tree = tree
        self.actors = tuple(sorted({actor for move in tree.decisions if (actor := tree.moves[move].actor) is not None}))
        self.rows: dict[int, IntArray] = {actor: actions_of(tree, actor) for actor in self.actors}
        self.solvers = {actor: Solver(tree, order(frozenset({actor}))) for actor in self.actors}


def actions_of(tree: Tree, actor: int) -> IntArray:
    """The actions of one actor."""
    spans = [range(*item.actions) for item in tree.sets if tree.moves[item.decision].actor == actor]
    return np.array([action for span in spans for action in span], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Thought:
    """What somebody does, and how it sees the game.

    Attributes:
        log_play: logarithm of the play of the actor's own actions; (its actions, n_draws).
        minds: the levels that this is a mixture of.
    """

    log_play: FloatArray
    minds: tuple[Mind, ...]


class Levels:
    """The play of each actor at each level, in one batch of draws; worked out once, when it is asked for."""

    def __init__(self, replies: Replies, worlds: Worlds, sharp: frozenset[int]) -> None:
        if worlds.conduct is None:
            raise ValueError("level 0 has no habits")
        self.replies, self.worlds, self.sharp = replies, worlds, sharp
        with np.errstate(divide="ignore"):
            self.habits = np.maximum(np.log(worlds.conduct.habit), SURPRISE)
        self.known: dict[tuple[int, int], FloatArray] = {}

    def reply(self, actor: int, others: FloatArray) -> FloatArray:
        """The play, in logarithms, in which the actor replies to the others'; (n_actions, n_draws)."""
        return self.replies.solvers[actor].solve(self.worlds, others, self.sharp & {actor}).log_play

    def profile(self, actor: int, level: int) -> FloatArray:
        """What the actor does at a level, and what it expects of the others, one level lower; logarithms."""
        if level == 0:
            return self.habits
        if (actor, level) not in self.known:
            others = self.habits.copy()
            for other in self.replies.actors if level > 1 else ():
                if other != actor:
                    rows = self.replies.rows[other]
                    others[rows] = self.profile(other, level - 1)[rows]
            self.known[actor, level] = self.reply(actor, others)
        return self.known[actor, level]

    def at(self, actor: int, level: int) -> Thought:
        """Level-k play."""
        found = self.profile(actor, level)
        return Thought(found[self.replies.rows[actor]], (Mind(np.ones(found.shape[-1]), np.exp(found)),))


def hierarchy(levels: Levels, mixtures: Mixtures, mean: FloatArray) -> Mapping[int, Thought]:
    """The cognitive hierarchy of every actor (Camerer, Ho & Chong 2004).

    Level k >= 1 replies to the mix of the levels below it, in Poisson proportions. Mixtures go by Kuhn's theorem, so
    whoever sees an actor's earlier moves learns from them at which level it reasons. Level 0 expects what level 1
    does.

    Args:
        levels: of the same draws; gives habits and replies.
        mixtures: of the tree, which must have perfect recall.
        mean: of the Poisson distribution; (n_draws,).
    """
    replies, weight = levels.replies, poisson_weights(mean)
    minds: dict[int, list[Mind]] = {actor: [] for actor in replies.actors}
    below = np.full(levels.habits.shape, -np.inf)
    expected = levels.habits
    for level, share in enumerate(weight):
        profile = levels.habits
        if level:
            expected = mixtures.play(below)
            profile = levels.habits.copy()
        for actor, rows in replies.rows.items():
            seen = levels.reply(actor, expected) if level else levels.habits
            profile[rows] = seen[rows]
            minds[actor].append(Mind(share, np.exp(seen)))
        with np.errstate(divide="ignore"):
            below = np.logaddexp(below, np.log(share) + mixtures.weighed(profile))
    mixed = mixtures.play(below)
    return {actor: Thought(mixed[rows], tuple(minds[actor])) for actor, rows in replies.rows.items()}


def poisson_weights(mean: FloatArray) -> FloatArray:
    """Poisson probabilities, (n_levels, n_draws), cut in each draw where the tail is below `TAIL`; they sum to 1."""
    weights: list[FloatArray] = []
    term, left = np.exp(-mean), np.ones_like(mean)
    while (left >= TAIL).any():
        weights.append(np.where(left >= TAIL, term, 0.0))
        left = np.where(left >= TAIL, left - term, left)
        term = term * mean / len(weights)
    found = np.array(weights)
    normal: FloatArray = found / np.add.accumulate(found)[-1]
    return normal
