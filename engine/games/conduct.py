"""Rules by which actors choose, other than the equilibrium, and what of them differs between draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, slots=True, eq=False)
class Mind:
    """How an actor sees the game at one of the levels at which it may reason.

    Attributes:
        weight: probability that it reasons so; (n_draws,).
        play: what it does then and what it expects of the others, by action; (n_actions, n_draws).
    """

    weight: FloatArray
    play: FloatArray

    def part(self, draws: slice) -> Mind:
        """The same for some of the draws."""
        return Mind(self.weight[draws], self.play[:, draws])
