"""Rules by which actors choose, other than the equilibrium, and what of them differs between draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.games.segments import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]

SURPRISE: Final = log(1e-40)
"""Logarithm of the chance at which somebody's model of the others holds what it rules out: a mistake of an actor who
makes none, an option that a habit never takes. It changes nothing until it happens; then whoever sees it believes what
it would if all that it ruled out were equally surprising, and two such things beyond comparison with one."""
NOTHING: Final = 1e-39
"""A chance below this is shown as none."""


@dataclass(frozen=True, slots=True)
class Equilibrium:
    """Replies, with its precision, to what the others really do."""


@dataclass(frozen=True, slots=True)
class BestReply:
    """The same without mistakes; equally good options are equally likely."""


@dataclass(frozen=True, slots=True)
class Habit:
    """Fixed probabilities."""


@dataclass(frozen=True, slots=True)
class Level:
    """Replies to everybody else as one level lower; level 0 is the habit (Stahl & Wilson 1994, Nagel 1995)."""

    level: int


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """A cognitive hierarchy (Camerer, Ho & Chong 2004): Poisson levels, each replying to the mix of those below it.

    Attributes:
        mean: which of the draws' Poisson means.
    """

    mean: int


Rule = Equilibrium | BestReply | Habit | Level | Hierarchy


@dataclass(frozen=True, slots=True, eq=False)
class Conduct:
    """What differs between draws in how actors choose.

    Attributes:
        habit: probability of each action at level 0; (n_actions, n_draws).
        means: Poisson means of hierarchies; each (n_draws,).
        rule: for each actor which of its possible rules it follows; each (n_draws,); left out where there is only one.
    """

    habit: FloatArray
    means: tuple[FloatArray, ...] = ()
    rule: Mapping[int, IntArray] | None = None

    def take(self, draws: IntArray) -> Conduct:
        """The same for some of the draws."""
        rule = {actor: which[draws] for actor, which in (self.rule or {}).items()}
        return Conduct(np.ascontiguousarray(self.habit[:, draws]), tuple(mean[draws] for mean in self.means), rule)


def joined_conduct(several: Sequence[Conduct | None]) -> Conduct | None:
    """Batches of the same game as one."""
    given = [one for one in several if one is not None]
    if not given:
        return None
    first = given[0]
    return Conduct(
        np.concatenate([one.habit for one in given], axis=1),
        tuple(np.concatenate(means) for means in zip(*(one.means for one in given), strict=True)),
        {actor: np.concatenate([(one.rule or {})[actor] for one in given]) for actor in first.rule or {}},
    )


@dataclass(frozen=True, slots=True)
class Thinker:
    """An actor at one of the levels at which it may reason, or at which others take it to reason.

    Attributes:
        hierarchy: which of the draws' Poisson means it has in its head; None: it expects one level less of everybody.
    """

    actor: int
    level: int
    hierarchy: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How one actor plays, as the probability of each combination of its actions (von Stengel 1996).

    Attributes:
        share: probability that the actor takes a combination, where chance and the others let it; (n_lines, n_draws).
        line: which combination is on each leaf; (n_leaves,).
    """

    share: FloatArray
    line: IntArray

    def on_leaves(self) -> FloatArray:
        """Probability that the actor's decisions take the actions on each leaf's path; (n_leaves, n_draws)."""
        return self.share[self.line]

    def part(self, draws: slice) -> Plan:
        """The same for some of the draws."""
        return Plan(self.share[:, draws], self.line)


@dataclass(frozen=True, slots=True, eq=False)
class Mind:
    """How an actor sees the game at one of the levels at which it may reason.

    Attributes:
        weight: probability that it reasons so; (n_draws,).
        thinker: whose beliefs it has; None: its own, which it forms by what everybody really does.
        own: what it does then.
        others: what it expects of them.
        log_play: logarithm of what it does by action; (its actions, n_draws).
    """

    weight: FloatArray
    thinker: Thinker | None
    own: Plan
    others: tuple[Plan, ...]
    log_play: FloatArray

    def part(self, draws: slice) -> Mind:
        """The same for some of the draws."""
        others = tuple(plan.part(draws) for plan in self.others)
        return Mind(self.weight[draws], self.thinker, self.own.part(draws), others, self.log_play[:, draws])


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """What thinkers have learned of the lasting types, where it is not what the actor itself has.

    Attributes:
        given: for each actor the chance of each leaf given the types on it, in its eyes; (n_leaves, n_draws).
        types: which combination of types is on each leaf; (n_leaves,).
        believed: for each thinker the chance of each combination; (n_types, n_draws).
        learners: actors from whom any of the types is hidden; the others have nothing to learn of them.
    """

    given: Mapping[int, FloatArray]
    types: IntArray
    believed: Mapping[Thinker, FloatArray]
    learners: frozenset[int]

    def of(self, thinker: Thinker) -> FloatArray | None:
        """The chance of each leaf in the thinker's eyes, (n_leaves, n_draws); None where it has not learned anything.

        Who knows all types has one of them at each of its decisions, whose chance cancels there.
        """
        if thinker.actor not in self.learners:
            return self.given[thinker.actor]
        closest = nearest(self.believed, thinker)
        return None if closest is None else self.given[thinker.actor] * self.believed[closest][self.types]

    def take(self, draws: IntArray) -> Views:
        """The same for some of the draws."""
        given = {actor: np.ascontiguousarray(chance[:, draws]) for actor, chance in self.given.items()}
        believed = {key: np.ascontiguousarray(chance[:, draws]) for key, chance in self.believed.items()}
        return Views(given, self.types, believed, self.learners)


def nearest(known: Iterable[object], thinker: Thinker) -> Thinker | None:
    """The thinker itself or, where so deep a level has not been thought of yet, the deepest below it."""
    below = [
        one
        for one in known
        if isinstance(one, Thinker)
        and (one.actor, one.hierarchy) == (thinker.actor, thinker.hierarchy)
        and one.level <= thinker.level
    ]
    return max(below, key=lambda one: one.level, default=None)


def joined_views(several: Sequence[Views | None]) -> Views | None:
    """Batches of the same game, with the same thinkers, as one."""
    views = [one for one in several if one is not None]
    if not views:
        return None

    def joined(arrays: Iterable[FloatArray]) -> FloatArray:
        return np.concatenate(list(arrays), axis=-1)

    return Views(
        {actor: joined(one.given[actor] for one in views) for actor in views[0].given},
        views[0].types,
        {thinker: joined(one.believed[thinker] for one in views) for thinker in views[0].believed},
        views[0].learners,
    )
