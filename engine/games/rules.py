"""Games whose actors do not all reason alike: some choices are fixed in advance, the others answer them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from engine.games.conduct import (
    NOTHING,
    BestReply,
    Equilibrium,
    Habit,
    Hierarchy,
    Level,
    Mind,
    Plan,
    Rule,
    Thinker,
)
from engine.games.equilibrium import Cyclic, Solver
from engine.games.levels import Levels, Order, Replies, Thought, actions_of, hierarchy
from engine.games.recall import Mixtures
from engine.games.segments import IntArray, distinct_columns
from engine.games.solution import BACKWARD, Solution
from engine.games.tree import Tree
from engine.games.worlds import Worlds


class RuleSolver:
    """A game in which each actor follows one of some rules, laid out once for all draws.

    Level-k, hierarchies and habits do not look at what the others really do, so they are worked out first and stay
    fixed; actors who reason by equilibrium, or reply without mistakes, answer them and one another.
    """

    def __init__(
        self, tree: Tree, order: Callable[[frozenset[int]], Order], rules: Mapping[int, tuple[Rule, ...]]
    ) -> None:
        """
        Args:
            tree: of the game; with perfect recall where there is a hierarchy.
            order: the order of solution when these actors answer what the others really do, and the rest is fixed.
            rules: that each actor that decides may follow; which of several, the draws' `Conduct` says.
        """
        self.tree, self.order, self.rules = tree, order, rules
        self.rows = {actor: actions_of(tree, actor) for actor in rules}
        self.several = tuple(actor for actor, possible in rules.items() if len(possible) > 1)
        every = [rule for possible in rules.values() for rule in possible]
        self.replies = Replies(tree, order) if any(isinstance(rule, Level | Hierarchy) for rule in every) else None
        self.mixtures = Mixtures(tree) if any(isinstance(rule, Hierarchy) for rule in every) else None
        self.minded = tuple(
            actor
            for actor, possible in rules.items()
            if any(isinstance(rule, Hierarchy) or (isinstance(rule, Level) and rule.level) for rule in possible)
        )
        self.solvers: dict[frozenset[int], Solver] = {}

    @property
    def cyclic(self) -> bool:
        """Whether any group of those who answer one another needs a fixed point."""
        return self._solver(
            frozenset(actor for actor, possible in self.rules.items() if any(map(_answers, possible)))
        ).cyclic

    def solve(self, worlds: Worlds, cyclic: Cyclic | None = None) -> Solution:
        """Everybody's play in each draw; `cyclic` as in `Solver.solve`."""
        n = worlds.chance.shape[-1]
        if not self.several:
            return self._solved(worlds, {actor: possible[0] for actor, possible in self.rules.items()}, cyclic)
        followed = {} if worlds.conduct is None or worlds.conduct.rule is None else worlds.conduct.rule
        combinations, member = distinct_columns(np.array([followed[actor] for actor in self.several]))
        parts = []
        for number, combination in enumerate(combinations.T.tolist()):
            draws = np.flatnonzero(member == number)
            chosen = dict(zip(self.several, combination, strict=True))
            rules = {actor: possible[chosen.get(actor, 0)] for actor, possible in self.rules.items()}
            # sums over a single draw run in another order, to other last bits
            twice = np.repeat(draws, 2) if len(draws) == 1 else draws
            found = self._solved(worlds.take(twice), rules, cyclic)
            parts.append((draws, found if len(draws) > 1 else found.part(slice(0, 1))))
        return _together(parts, n)

    def _solved(self, worlds: Worlds, rules: Mapping[int, Rule], cyclic: Cyclic | None) -> Solution:
        """The draws in which actors follow these rules."""
        sharp = frozenset(actor for actor, rule in rules.items() if isinstance(rule, BestReply))
        levels = None if self.replies is None else Levels(self.replies, worlds, sharp)
        thoughts = self._thoughts(worlds, rules, levels)
        fixed = np.zeros((self.tree.n_actions, worlds.chance.shape[-1]))
        for actor, thought in thoughts.items():
            fixed[self.rows[actor]] = thought.log_play
        free = frozenset(actor for actor, rule in rules.items() if _answers(rule))
        found = self._solver(free).solve(worlds, fixed, sharp, cyclic)
        for actor in thoughts:
            rows = self.rows[actor]
            found.play[rows] = np.where(found.play[rows] < NOTHING, 0.0, found.play[rows])
        minds = {actor: self._minds(actor, thoughts, found) for actor in self.minded}
        return replace(found, minds=minds, models={} if levels is None else levels.models)

    def _thoughts(self, worlds: Worlds, rules: Mapping[int, Rule], levels: Levels | None) -> dict[int, Thought]:
        """The play of those who do not look at what the others really do."""
        thoughts: dict[int, Thought] = {}
        hierarchies: dict[int, Mapping[int, Thought]] = {}
        for actor, rule in rules.items():
            match rule:
                case Habit() | Level(0):
                    if worlds.conduct is None:
                        raise ValueError("there are no habits")
                    with np.errstate(divide="ignore"):
                        thoughts[actor] = Thought(np.log(worlds.conduct.habit[self.rows[actor]]), ())
                case Level(level) if levels is not None:
                    thoughts[actor] = levels.at(actor, level)
                case Hierarchy(number) if levels is not None and self.mixtures is not None and worlds.conduct:
                    if number not in hierarchies:
                        hierarchies[number] = hierarchy(levels, self.mixtures, number, worlds.conduct.means[number])
                    thoughts[actor] = hierarchies[number][actor]
                case _:
                    pass
        return thoughts

    def _minds(self, actor: int, thoughts: Mapping[int, Thought], found: Solution) -> tuple[Mind, ...]:
        """How an actor sees the game; one who answers what the others really do sees that."""
        minds = thoughts[actor].minds if actor in thoughts else ()
        if minds or self.replies is None:
            return minds
        plans = {other: part.plan(found.play[part.rows]) for other, part in self.replies.parts.items()}
        others = tuple(plan for other, plan in plans.items() if other != actor)
        return (Mind(np.ones(found.play.shape[-1]), None, plans[actor], others, found.log_play[self.rows[actor]]),)

    def _solver(self, free: frozenset[int]) -> Solver:
        if free not in self.solvers:
            self.solvers[free] = Solver(self.tree, self.order(free))
        return self.solvers[free]


def _answers(rule: Rule) -> bool:
    return isinstance(rule, Equilibrium | BestReply)


def _together(parts: Sequence[tuple[IntArray, Solution]], n_draws: int) -> Solution:
    """Solutions of some draws each as one of all."""
    first = parts[0][1]
    whole = Solution(
        play=np.empty((len(first.play), n_draws)),
        log_play=np.empty((len(first.play), n_draws)),
        reached=np.empty((len(first.play), n_draws), dtype=np.bool_),
        rung=np.full(n_draws, BACKWARD),
        residual=np.zeros(n_draws),
        index=np.ones(n_draws),
        tied=np.zeros(n_draws, dtype=np.bool_),
    )
    minds: dict[int, list[Mind]] = {actor: [] for actor in first.minds}
    models: dict[Thinker, tuple[Plan, ...]] = {}
    for draws, part in parts:
        for name in ("play", "log_play", "reached", "rung", "residual", "index", "tied"):
            array = getattr(part, name)
            if array is not None:
                getattr(whole, name)[..., draws] = array
        for actor, own in part.minds.items():
            minds[actor] += [_spread_mind(mind, draws, n_draws) for mind in own]
        for thinker, plans in part.models.items():
            before = models.get(thinker) or (None,) * len(plans)
            models[thinker] = tuple(_spread(plan, draws, n_draws, old) for plan, old in zip(plans, before, strict=True))
    no_ties = all(part.tied is None for _, part in parts)
    found = {actor: tuple(own) for actor, own in minds.items()}
    return replace(whole, tied=None if no_ties else whole.tied, minds=found, models=models)


def _spread_mind(mind: Mind, draws: IntArray, n_draws: int) -> Mind:
    """A mind of some draws as one of all; in the others nobody thinks so."""
    weight = np.zeros(n_draws)
    weight[draws] = mind.weight
    others = tuple(_spread(plan, draws, n_draws) for plan in mind.others)
    log_play = np.zeros((len(mind.log_play), n_draws))
    log_play[:, draws] = mind.log_play
    return Mind(weight, mind.thinker, _spread(mind.own, draws, n_draws), others, log_play)


def _spread(plan: Plan, draws: IntArray, n_draws: int, before: Plan | None = None) -> Plan:
    """A plan of some draws as one of all; in the others it is what it was before, or anything."""
    share = np.ones((len(plan.share), n_draws)) if before is None else before.share.copy()
    share[:, draws] = plan.share
    return Plan(share, plan.line)
