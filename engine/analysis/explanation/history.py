"""Where the typical course of events stands before a round that is to be explained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.errors import UsageError
from engine.games.conduct import Level, Thinker
from engine.games.rules import RuleSolver
from engine.program.program import FloatArray, Program, Recurrence
from engine.program.worlds import Situation, closest, own_views
from engine.simulation.histories import Histories
from engine.simulation.rounds import courses
from engine.simulation.run import batch_size

MOST: Final = 4_096
FEWEST: Final = 64
"""Histories that are followed: the most, and the fewest where a round has many results."""
SPACE: Final = 2**23
"""Numbers that an array of all results of all histories may hold."""
ALIKE: Final = 1e-9
"""Histories whose chances differ by a smaller part are equally likely."""
Types = Mapping[str, str]
"""The value of each lasting type."""


@dataclass(frozen=True, slots=True)
class View:
    """What is held of the lasting types when a round begins.

    Attributes:
        joint: the chance of each combination of values, in the order of `Beliefs.types`.
        of_each: the chance of each value of each type, by type.
    """

    joint: tuple[float, ...]
    of_each: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What everybody has learned of the lasting types when a round begins.

    Attributes:
        types: their combinations.
        truth: the chances given all that everybody has seen.
        shared: what the actors make of it.
        own: the same for actors who see it otherwise, by name.
    """

    types: tuple[Types, ...]
    truth: View
    shared: View
    own: Mapping[str, View]


@dataclass(frozen=True, slots=True)
class History:
    """How a round begins, as far as anything in it depends on what came before.

    Attributes:
        round: its number, from 1.
        chance: that the game comes to this round and it begins like this; at least so much if not all were followed.
        comes: the chance that the game comes to this round; None if not all were followed.
        ways: in how many different ways the round may begin, of those that were followed.
        whole: whether all of them were followed; else only the likeliest.
        state: the value of each.
        beliefs: None where no type lasts.
    """

    round: int
    chance: float
    comes: float | None
    ways: int
    whole: bool
    state: Mapping[str, float]
    beliefs: Beliefs | None

    @property
    def share(self) -> float | None:
        """Of the cases in which the game comes to this round, the share of those that begin like this."""
        return None if self.comes is None else min(self.chance / self.comes, 1.0)


def typical_history(program: Program, uniforms: FloatArray, number: int) -> tuple[Situation, History]:
    """The likeliest way in which a round of one draw begins.

    Histories with the same state and the same beliefs have the same future, and count as one.

    Args:
        program: with a recurrence.
        uniforms: of one draw; (n_inputs, 1).
        number: of the round, from 1.

    Raises:
        UsageError: the game is always over before.
    """
    recurrence = program.recurrence
    if recurrence is None:
        raise AssertionError("the game is played once")
    last = 0
    space = SPACE // (recurrence.n_types * recurrence.n_outcomes)
    for now, whole in courses(program, uniforms, min(MOST, max(FEWEST, space)), batch_size(program)):
        last = now.situation.round
        if last == number:
            return _likeliest(program, recurrence, now, whole)
    raise UsageError(
        f"there is nothing to explain in round {number}: in the typical draw the game is over after round {last} at "
        "the latest",
        "'until' ends it; ask for an earlier round",
    )


def levels_of(program: Program) -> Iterator[Thinker]:
    """The level at which each actor reasons, of those that reason at one level in all draws."""
    if isinstance(program.solver, RuleSolver):
        for actor, rules in program.solver.rules.items():
            match rules:
                case (Level(level),) if level:
                    yield Thinker(actor, level)


# Private functions


def _likeliest(program: Program, recurrence: Recurrence, now: Histories, whole: bool) -> tuple[Situation, History]:
    chance = now.weight.mean(axis=0).sum(axis=0)
    state = {name: np.broadcast_to(array, chance.shape) for name, array in now.situation.state.items()}
    views = [] if now.situation.types is None else list(now.situation.believed.values())
    ranks = [*reversed([row for view in views for row in view]), *reversed(list(state.values()))]
    likely = np.flatnonzero(chance >= (1 - ALIKE) * chance.max())
    # of equally likely ones the first by its state, then its beliefs
    order = np.lexsort([row[likely] for row in ranks]) if ranks else np.zeros(1, dtype=np.int64)
    column = likely[order[:1]]
    situation = now.situation.at(column)
    history = History(
        round=situation.round,
        chance=min(float(chance[column[0]]), 1.0),
        comes=min(float(chance.sum()), 1.0) if whole else None,
        ways=len(chance),
        whole=whole,
        state={name: float(array[column[0]]) for name, array in state.items()},
        beliefs=None if situation.types is None else _beliefs(program, recurrence, situation, situation.types),
    )
    return situation, history


def _beliefs(program: Program, recurrence: Recurrence, situation: Situation, true: FloatArray) -> Beliefs:
    names = [name for name in program.values if name not in program.folded]
    lasting = [name for name in names if name in recurrence.lasting]
    types = tuple(
        {name: program.values[name][program.tree.values[names.index(name), leaf]] for name in lasting}
        for leaf in recurrence.type_leaf.tolist()
    )

    def view(joint: FloatArray) -> View:
        chances = tuple(joint[:, 0].tolist())
        return View(
            chances,
            {
                name: {
                    value: sum(p for p, combination in zip(chances, types, strict=True) if combination[name] == value)
                    for value in program.values[name]
                }
                for name in lasting
            },
        )

    believed = situation.believed
    own = {actor: view(believed[actor]) for actor in own_views(program)}
    own |= {thinker.actor: view(closest(believed, thinker)) for thinker in levels_of(program)}
    return Beliefs(
        types, view(true), view(believed[None]), {program.actors[actor]: own[actor] for actor in sorted(own)}
    )
