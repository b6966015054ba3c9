"""How actors see a solved game, and whether they are surprised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.games.segments import FloatArray
from engine.games.solution import Solution
from engine.games.tree import NOT_MOVED, Tree
from engine.program.program import Program
from engine.program.worlds import Batch, closest

HELD_IMPOSSIBLE: Final = 1e-20
"""A belief this much smaller than the truth holds it impossible."""


@dataclass(frozen=True, slots=True, eq=False)
class Eyes:
    """The game as an actor sees it at one of the levels at which it may reason.

    Attributes:
        share: the probability that it reasons so and the decisions on each leaf's path are taken; (n_leaves, n_draws).
        seen: the probability of the leaf in its eyes; same shape.
    """

    share: FloatArray
    seen: FloatArray


def eyes_of(program: Program, batch: Batch, solution: Solution, played: FloatArray, actor: int) -> tuple[Eyes, ...]:
    """How an actor sees the game, at each of its levels."""
    minds = solution.minds.get(actor, ())
    own = batch.worlds.believed.get(actor, batch.worlds.chance)
    if not minds:
        return (Eyes(played, own * played),)
    tree = program.tree
    others = share_of_play(tree, solution.play, [move for move in tree.decisions if tree.moves[move].actor != actor])
    found = []
    for mind in minds:
        does = mind.own.on_leaves()
        seen = does * (own if mind.thinker is None else batch.worlds.view(mind.thinker))
        for plan in mind.others:
            seen *= plan.on_leaves()
        does *= others
        does *= mind.weight
        found.append(Eyes(does, seen))
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """Actors whose view of the game has to be worked out.

    Attributes:
        eyes: of those whose beliefs are asked for, or who may be surprised.
        startled: those who may be surprised.
        actors: all of them.
    """

    eyes: Mapping[int, tuple[Eyes, ...]]
    startled: frozenset[int]
    actors: tuple[int, ...]

    def surprised(self, program: Program, chance: FloatArray) -> dict[int, FloatArray]:
        """The chance of what each holds impossible, each (n_draws,); `chance` is the true one of each leaf."""
        nothing = np.zeros(chance.shape[-1])
        return {
            actor: surprise(program, actor, chance, self.eyes[actor]) if actor in self.startled else nothing
            for actor in self.actors
        }


def watched(program: Program, batch: Batch, solution: Solution, played: FloatArray, actors: Iterable[int]) -> Watched:
    """How some actors see a solved game, as far as it matters."""
    actors, asked = tuple(actors), asked_of(program)
    startled = frozenset(actor for actor in actors if may_be_surprised(program, batch, solution, actor))
    seeing = [actor for actor in actors if actor in asked or actor in startled]
    eyes = {actor: eyes_of(program, batch, solution, played, actor) for actor in seeing}
    return Watched(eyes, startled, actors)


def asked_of(program: Program) -> set[int]:
    """Actors whose beliefs are asked for."""
    return {measure.belief.actor for measure in program.measures if measure.belief is not None}


def may_be_surprised(program: Program, batch: Batch, solution: Solution, actor: int) -> bool:
    """Whether an actor may hold impossible what comes about; False only if it surely does not.

    What it believes of a leaf falls short of the truth by no more than the smallest chances in its eyes of what the
    others do, of types and of all other chance, each as a share of the true ones.
    """
    worlds, types, minds = batch.worlds, batch.situation.types, solution.minds.get(actor, ())
    own = _least(worlds.believed.get(actor, worlds.chance), batch.chance)
    given = own if worlds.views is None else _least(worlds.views.given[actor], batch.given)
    if not minds:
        return bool((own < HELD_IMPOSSIBLE).any())
    for mind in minds:
        least = own if mind.thinker is None else given
        if mind.thinker is not None and types is not None:
            least = least * _least(closest(batch.situation.believed, mind.thinker), types)
        for plan in mind.others:
            least = least * plan.share.min(axis=0)
        if (least < HELD_IMPOSSIBLE).any():
            return True
    return False


def _least(believed: FloatArray, true: FloatArray) -> FloatArray:
    """The smallest that a belief is as a share of the truth, where that is not 0; 1 at most; (n_draws,)."""
    share = np.divide(believed, true, out=np.ones_like(true), where=true > 0)
    least: FloatArray = share.min(axis=0)
    return np.minimum(least, 1.0)


def surprise(program: Program, actor: int, chance: FloatArray, eyes: Sequence[Eyes]) -> FloatArray:
    """The chance that an actor comes to a decision knowing what it held impossible; (n_draws,)."""
    total = np.zeros(chance.shape[-1])
    for own in eyes:
        found, leaves = np.zeros_like(total), chance * own.share
        for by_set in program.sets[actor]:
            true, believed = by_set.sum(leaves), by_set.sum(own.seen)
            found = np.maximum(found, np.where(believed < HELD_IMPOSSIBLE * true, true, 0.0).sum(axis=0))
        total = total + found
    return total


def played_share(program: Program, solution: Solution) -> FloatArray:
    """The probability that the decisions on each leaf's path are taken; (n_leaves, n_draws)."""
    if solution.share is not None:
        return solution.share
    return share_of_play(program.tree, solution.play, program.tree.decisions)


def share_of_play(tree: Tree, play: FloatArray, decisions: Iterable[int]) -> FloatArray:
    """The probability that some decisions take the actions on each leaf's path; (n_leaves, n_draws)."""
    share = np.ones((tree.n_leaves, play.shape[-1]))
    for move in decisions:
        action = tree.action[move]
        on_path = action != NOT_MOVED
        if on_path.all():
            share *= play[action]
        elif on_path.any():
            share[on_path] *= play[action[on_path]]
    return share
