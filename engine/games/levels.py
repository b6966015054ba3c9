"""Level-k reasoning and cognitive hierarchies: play that is fixed before any equilibrium is sought.

A level replies to a play of all others that is known by then, so it solves the decision problem of one actor: its own
later choices are made at the same level, and its beliefs follow by Bayes' rule from the play that it expects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from engine.games.conduct import SURPRISE, BoolArray, Mind, Plan, Thinker
from engine.games.equilibrium import Solver
from engine.games.recall import Mixtures
from engine.games.response import SMALL_REACH, in_twos
from engine.games.segments import FloatArray, IntArray, distinct_columns, segments
from engine.games.tree import NOT_MOVED, InformationSet, Tree
from engine.games.worlds import Worlds

TAIL: Final = 1e-7
"""Levels whose Poisson probabilities sum to less than this are taken to do what the one below them does. They would
differ from it by their share of what they expect, so play changes by the square of this."""

Order = tuple[tuple[int, ...], ...]


class Part:
    """One actor's decisions alone. Leaves on which it takes the same actions form one *line*.

    Attributes:
        rows: the actor's actions in the whole tree.
        line: of each leaf; (n_leaves,).
        whole: solves for these decisions on the leaves.
        alone: solves for them on the lines, where its actions are counted from 0.
    """

    def __init__(self, tree: Tree, actor: int, order: Order) -> None:
        decisions = [move for move in tree.decisions if tree.moves[move].actor == actor and tree.sets_of(move)]
        self.rows = actions_of(tree, actor)
        place = np.full(tree.n_actions, NOT_MOVED)
        place[self.rows] = np.arange(len(self.rows))
        action = tree.action[decisions]
        self.action, self.line = distinct_columns(np.where(action == NOT_MOVED, NOT_MOVED, place[action]))
        self.to_lines = segments(self.line, self.action.shape[1])
        sets = tuple(
            InformationSet(number, item.known, (int(place[item.actions[0]]), int(place[item.actions[1] - 1]) + 1))
            for number, move in enumerate(decisions)
            for item in tree.sets_of(move)
        )
        moves = tuple(tree.moves[move] for move in decisions)
        lines = Tree(moves, self.action, self.action != NOT_MOVED, sets, self.action)
        own = [[decisions.index(move) for move in component if move in decisions] for component in order]
        self.whole = Solver(tree, order)
        self.alone = Solver(lines, tuple(tuple(component) for component in own if component))

    def plan(self, play: FloatArray) -> Plan:
        """The probabilities of the actor's actions as a plan."""
        rows = np.vstack([play, np.ones((1, play.shape[-1]))])  # the last for NOT_MOVED
        share = np.ones((self.action.shape[1], play.shape[-1]))
        for action in self.action:
            share *= rows[action]
        return Plan(share, self.line)


class Replies:
    """How each actor replies to a fixed play of all others; laid out once for all draws."""

    def __init__(self, tree: Tree, order: Callable[[frozenset[int]], Order]) -> None:
        self.tree = tree
        self.actors = tuple(sorted({actor for move in tree.decisions if (actor := tree.moves[move].actor) is not None}))
        self.actors = tuple(actor for actor in self.actors if len(actions_of(tree, actor)))
        self.parts = {actor: Part(tree, actor, order(frozenset({actor}))) for actor in self.actors}


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
    """The play of each actor at each level, in one batch of draws; worked out once, when it is asked for.

    Attributes:
        models: what each level that was asked for takes everybody to do.
    """

    def __init__(self, replies: Replies, worlds: Worlds, sharp: frozenset[int]) -> None:
        if worlds.conduct is None:
            raise ValueError("level 0 has no habits")
        self.replies, self.worlds, self.sharp = replies, worlds, sharp
        with np.errstate(divide="ignore"):
            self.habits = np.maximum(np.log(worlds.conduct.habit), SURPRISE)
        self.known: dict[Thinker, tuple[FloatArray, Plan]] = {}
        self.models: dict[Thinker, tuple[Plan, ...]] = {}
        self.lines: dict[int, BoolArray] = {}

    def reply(
        self, thinker: Thinker, expected: Mapping[int, FloatArray], logs: Callable[[], FloatArray]
    ) -> tuple[FloatArray, Plan]:
        """The play, in logarithms, in which the actor replies to the others'; (its actions, n_draws).

        Args:
            thinker: whose beliefs the actor has.
            expected: probability that each actor takes the actions on a leaf's path; (n_leaves, n_draws).
            logs: the same by action, in logarithms, (n_actions, n_draws), for where that probability vanishes.
        """
        actor, part = thinker.actor, self.replies.parts[thinker.actor]
        view = self.worlds.view(thinker)
        if actor in self.sharp:
            worlds = replace(self.worlds, believed={**self.worlds.believed, actor: view})
            found = part.whole.solve(worlds, logs(), frozenset({actor})).log_play[part.rows]
            return found, part.plan(np.exp(found))
        weight = view.copy()
        for other, share in expected.items():
            if other != actor:
                weight *= share
        chance = part.to_lines.sum(weight)
        weight *= self.worlds.payoff[actor]
        gain = part.to_lines.sum(weight)
        payoff = np.divide(gain, chance, out=gain, where=chance > 0)
        alone = Worlds(chance, {}, {actor: payoff}, {actor: self.worlds.precision[actor]})
        found = part.alone.solve(alone).log_play
        if chance.min() < SMALL_REACH:
            draws = np.flatnonzero((self.possible(actor) & (chance < SMALL_REACH)).any(axis=0))
            if len(draws):
                draws = in_twos(draws)
                worlds = self.worlds.take(draws)
                worlds = replace(worlds, believed={**worlds.believed, actor: view[:, draws]})
                found[:, draws] = part.whole.solve(worlds, logs()[:, draws]).log_play[part.rows]
        return found, part.plan(np.exp(found))

    def possible(self, actor: int) -> BoolArray:
        """Which of the actor's lines chance may lead to; (n_lines, n_draws)."""
        if actor not in self.lines:
            self.lines[actor] = self.replies.parts[actor].to_lines.sum((self.worlds.chance > 0).astype(np.float64)) > 0
        return self.lines[actor]

    def habit(self, actor: int) -> tuple[FloatArray, Plan]:
        """What the actor does at level 0."""
        part = self.replies.parts[actor]
        return self.habits[part.rows], part.plan(np.exp(self.habits[part.rows]))

    def profile(self, thinker: Thinker) -> tuple[FloatArray, Plan]:
        """What an actor does at a level, where it expects the others to be one level lower."""
        if thinker not in self.known:
            if thinker.level == 0:
                self.known[thinker] = self.habit(thinker.actor)
            else:
                actors = [actor for actor in self.replies.actors if actor != thinker.actor]
                others = {actor: self.profile(Thinker(actor, thinker.level - 1)) for actor in actors}

                def logs() -> FloatArray:
                    whole = self.habits.copy()
                    for actor, (log_play, _) in others.items():
                        whole[self.replies.parts[actor].rows] = log_play
                    return whole

                leaves = {actor: plan.on_leaves() for actor, (_, plan) in others.items()}
                self.known[thinker] = self.reply(thinker, leaves, logs)
                self.models[thinker] = (self.known[thinker][1], *(plan for _, plan in others.values()))
        return self.known[thinker]

    def at(self, actor: int, level: int) -> Thought:
        """Level-k play, k >= 1."""
        thinker = Thinker(actor, level)
        log_play, _ = self.profile(thinker)
        own, *others = self.models[thinker]
        return Thought(log_play, (Mind(np.ones(log_play.shape[-1]), thinker, own, tuple(others), log_play),))


def hierarchy(levels: Levels, mixtures: Mixtures, number: int, mean: FloatArray) -> Mapping[int, Thought]:
    """The cognitive hierarchy of every actor (Camerer, Ho & Chong 2004).

    Level k >= 1 replies to the mix of the levels below it, in Poisson proportions. Mixtures go by Kuhn's theorem, so
    whoever sees an actor's earlier moves learns from them at which level it reasons. Level 0 expects what level 1
    does. Beliefs that outlast the game take the actor's own moves as those of the whole mixture.

    Args:
        levels: of the same draws; gives habits and replies, and is told what each level takes everybody to do.
        mixtures: of the tree, which must have perfect recall.
        number: of the hierarchy.
        mean: of the Poisson distribution; (n_draws,).
    """
    parts, weight = levels.replies.parts, poisson_weights(mean)
    plays: list[FloatArray] = []
    minds: dict[int, list[Mind]] = {actor: [] for actor in parts}
    expectations: list[dict[int, Plan]] = []
    habit = {actor: levels.habit(actor) for actor in parts}
    total = {actor: np.zeros_like(plan.share) for actor, (_, plan) in habit.items()}
    below = np.add.accumulate(weight)
    for level, share in enumerate(weight):
        found = habit
        if level:
            expected = {actor: Plan(total[actor] / below[level - 1], part.line) for actor, part in parts.items()}
            expectations.append(expected)
            leaves = {actor: plan.on_leaves() for actor, plan in expected.items()}
            found = {
                actor: levels.reply(Thinker(actor, level, number), leaves, lambda: mixtures.mean(weight, plays))
                for actor in parts
            }
        else:
            expected = {actor: plan for actor, (_, plan) in habit.items()}
        whole = levels.habits.copy()
        for actor, (log_play, plan) in found.items():
            whole[parts[actor].rows] = log_play
            total[actor] += share * plan.share
            others = tuple(one for other, one in expected.items() if other != actor)
            minds[actor].append(Mind(share, Thinker(actor, max(level, 1), number), plan, others, log_play))
        plays.append(whole)
    for level, expected in enumerate(expectations, 1):
        for actor, part in parts.items():
            others = tuple(plan for other, plan in expected.items() if other != actor)
            levels.models[Thinker(actor, level, number)] = (Plan(total[actor], part.line), *others)
    mixed = mixtures.mean(weight, plays)
    return {actor: Thought(mixed[part.rows], tuple(minds[actor])) for actor, part in parts.items()}


def poisson_weights(mean: FloatArray) -> FloatArray:
    """Shares of the levels, (n_levels, n_draws): Poisson probabilities, the last with those of all deeper levels.

    In each draw levels end where what is left is below `TAIL`; they sum to 1.
    """
    weights: list[FloatArray] = []
    term, left = np.exp(-mean), np.ones_like(mean)
    while (left > 0).any():
        last = left - term < TAIL
        weights.append(np.where(last, left, term))
        left = np.where(last, 0.0, left - term)
        term = np.where(last, 0.0, term * mean / len(weights))
    return np.array(weights)
