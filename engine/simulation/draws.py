"""What a batch of draws says about each outcome, given the solved game: exact given the draw, nothing is sampled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.games.equilibrium import (
    ARCLENGTH,
    BACKWARD,
    FIXED_POINT,
    HOMOTOPY,
    UNCHECKED,
    UNSOLVED,
    Solution,
)
from engine.games.segments import FloatArray, IntArray
from engine.games.tree import NOT_MOVED, Tree
from engine.program.program import Condition, EvaluationError, Measure, Program
from engine.program.worlds import Batch, Reader, closest

RUNGS: Final = (BACKWARD, FIXED_POINT, HOMOTOPY, ARCLENGTH, UNCHECKED, UNSOLVED)
HELD_IMPOSSIBLE: Final = 1e-20
"""A belief this much smaller than the truth holds it impossible."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One outcome in a batch of draws, as shares of what it is taken among.

    Attributes:
        parts: of an event its probability, of a quantity the mean and mean square of its distance from `center`, of a
            choice the probability of each value, of a belief the believed probability; each times `among`;
            (n_parts, n_draws).
        among: the probability of the condition it is taken among; (n_draws,), 1 where there is none.
        values: of a quantity its values, (n_values, n_draws), or (n_values, 1) where `listed`; None for other kinds.
        mass: the probability of each value, (n_values, n_draws); None for other kinds.
        center: of a quantity; 0 for other kinds.
        by_round: `parts` of each round, or up to it where `over` is `ever`; (n_rounds, n_parts, n_draws).
        among_by_round: the same of `among`; (n_rounds, n_draws); None where there are no rounds.
        noise: variance of each part, as a share of `among`, that is due to sampled histories; (n_parts, n_draws).
        listed: whether the values are those of the measure, the same in every draw.
        apart: the outcome in each of the independent samples of histories, parts and among alone; empty where there
            are no rounds.
        rounds: of those that count, how many are played; (n_draws,), 1 where one alone counts or it is taken once.
    """

    parts: FloatArray
    among: FloatArray
    values: FloatArray | None = None
    mass: FloatArray | None = None
    center: float = 0.0
    by_round: FloatArray | None = None
    among_by_round: FloatArray | None = None
    noise: FloatArray | None = None
    listed: bool = False
    apart: Sequence[Reading] = ()
    rounds: FloatArray | None = None

    def part(self, draws: slice) -> Reading:
        """The same for some of the draws."""
        values, mass = self.values, self.mass
        if values is not None and not self.listed:
            values = values[:, draws]

        def cut(array: FloatArray | None) -> FloatArray | None:
            return None if array is None else array[..., draws]

        return Reading(
            self.parts[:, draws],
            self.among[draws],
            values,
            cut(mass),
            self.center,
            cut(self.by_round),
            cut(self.among_by_round),
            cut(self.noise),
            self.listed,
            [one.part(draws) for one in self.apart],
            cut(self.rounds),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """How the games of each draw were solved: one game, or one for each history in each round.

    Attributes:
        rungs: how many each of `RUNGS` solved; (n_rungs, n_draws).
        residual: the largest; (n_draws,).
        folded: how many have index -1; (n_draws,).
        tied: in how many a best replier has several best options somewhere, (n_draws,); None where nobody replies so.
        n_pure: how many equilibria in pure strategies there are, (n_draws,); None where they were not enumerated.
    """

    rungs: IntArray
    residual: FloatArray
    folded: IntArray
    tied: IntArray | None
    n_pure: IntArray | None

    def part(self, draws: slice) -> Solved:
        """The same for some of the draws."""
        return Solved(
            self.rungs[:, draws],
            self.residual[draws],
            self.folded[draws],
            None if self.tied is None else self.tied[draws],
            None if self.n_pure is None else self.n_pure[draws],
        )


def solved(solution: Solution) -> Solved:
    """How the games of a batch were solved, one in each draw."""
    return Solved(
        np.array([solution.rung == rung for rung in RUNGS], dtype=np.int64),
        solution.residual,
        (solution.index < 0).astype(np.int64),
        None if solution.tied is None else solution.tied.astype(np.int64),
        solution.n_pure,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """A solved batch.

    Attributes:
        readings: one for each outcome.
        weight: of each draw; (n_draws,); all 1 unless a statement is believed.
        solved: how their games were solved.
        surprised: for each actor with beliefs of its own, the chance of what it holds impossible; each (n_draws,).
    """

    readings: Mapping[str, Reading]
    weight: FloatArray
    solved: Solved
    surprised: Mapping[int, FloatArray]

    def part(self, draws: slice) -> Draws:
        """The same for some of the draws."""
        readings = {name: reading.part(draws) for name, reading in self.readings.items()}
        surprised = {actor: chance[draws] for actor, chance in self.surprised.items()}
        return Draws(readings, self.weight[draws], self.solved.part(draws), surprised)


def read_draws(program: Program, batch: Batch, solution: Solution) -> Draws:
    """Every outcome of a solved batch, in one round."""
    played = played_share(program, solution)
    deciders = program.deciders if batch.disputed else tuple(solution.minds)
    startled = {actor for actor in deciders if may_be_surprised(program, batch, solution, actor)}
    asked = asked_of(program)
    eyes = {a: eyes_of(program, batch, solution, played, a) for a in deciders if a in asked or a in startled}
    readings = read_round(program, program.measures, batch, played, batch.chance, eyes)
    nothing = np.zeros(played.shape[-1])
    surprised = {a: surprise(program, a, batch.chance, eyes[a]) if a in startled else nothing for a in deciders}
    found = solved(solution)
    weight = weight_of(program, readings)
    return Draws(readings, weight if found.n_pure is None else weight * (found.n_pure > 0), found, surprised)


def read_round(
    program: Program,
    measures: Sequence[Measure],
    batch: Batch,
    played: FloatArray,
    chance: FloatArray,
    eyes: Mapping[int, Sequence[Eyes]],
) -> dict[str, Reading]:
    """Some outcomes of a solved batch.

    Args:
        played: the probability that the decisions on each leaf's path are taken; (n_leaves, n).
        chance: of each leaf, decisions left out, by which it counts; same shape.
        eyes: of actors who see the game otherwise than it is.
    """
    leaves = chance * played
    reader = Reader(program, batch.values, batch.situation)
    seen = Reader(program, batch.seen, batch.situation)
    total = np.ones(leaves.shape[-1]) if chance is batch.chance else leaves.sum(axis=0)
    readings: dict[str, Reading] = {}
    for measure in measures:
        if measure.belief is None:
            readings[measure.name] = _read(measure, reader, leaves, total)
        else:
            own = eyes.get(measure.belief.actor) or (Eyes(played, batch.chance * played),)
            readings[measure.name] = _read_belief(measure, seen, chance, own)
    return readings


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


def _read(measure: Measure, reader: Reader, leaves: FloatArray, among: FloatArray) -> Reading:
    if measure.event is not None:
        if measure.given is not None:
            among = mass_of(measure.given, reader, leaves)
        return Reading(mass_of(measure.event, reader, leaves)[None, :], among)
    if measure.given is not None:
        leaves = _kept(measure.given, reader, leaves)
        among = leaves.sum(axis=0)
    if measure.by_value is None:
        raise AssertionError(f"'{measure.name}' has nothing to read")
    shares = measure.by_value.sum(leaves)
    if measure.number is None:
        return Reading(shares, among)
    if measure.values:
        values, listed = np.array(measure.values, dtype=np.float64)[:, None], True
    else:
        values, listed = np.broadcast_to(reader.rows(measure.number), shares.shape), False
    # squares of large numbers that lie close together would cancel
    weighted = (values - measure.center) * shares
    parts = np.array([weighted.sum(axis=0), (weighted * (values - measure.center)).sum(axis=0)])
    return Reading(parts, among, values, shares, measure.center, listed=listed)


def mass_of(condition: Condition, reader: Reader, leaves: FloatArray) -> FloatArray:
    """The probability that a condition holds; (n_draws,)."""
    kept = leaves[condition.leaves] if condition.leaves is not None else _kept(condition, reader, leaves)
    mass: FloatArray = kept.sum(axis=0)
    return mass


def _kept(condition: Condition, reader: Reader, leaves: FloatArray) -> FloatArray:
    """The part of each leaf on which a condition holds."""
    return leaves * reader.leaves(condition.table)


def _read_belief(measure: Measure, reader: Reader, chance: FloatArray, eyes: Sequence[Eyes]) -> Reading:
    """The average of an actor's posterior over its information sets, weighted by how often they are really reached."""
    if measure.belief is None or measure.event is None:
        raise AssertionError(f"'{measure.name}' is no belief")
    by_set = measure.belief.by_set
    parts = among = np.zeros(chance.shape[-1])
    for own in eyes:
        counted = chance * own.share
        if measure.belief.after is not None:
            counted = _kept(measure.belief.after, reader, counted)
        reached, total = by_set.sum(counted), by_set.sum(own.seen)
        that = by_set.sum(_kept(measure.event, reader, own.seen))
        posterior = np.divide(that, total, out=np.zeros_like(that), where=total > 0)
        parts, among = parts + (reached * posterior).sum(axis=0), among + reached.sum(axis=0)
    return Reading(parts[None, :], among)


def weight_of(program: Program, readings: Mapping[str, Reading]) -> FloatArray:
    """How well each draw's probabilities fit the statements that are believed (after Poole & Raftery 2000).

    The weight is the mass that the stated distribution gives to the implied probability +- 1 percentage point, so it is
    bounded; several statements multiply.
    """
    n = next(iter(readings.values())).among.shape[0]
    weight = np.ones(n)
    for statement in program.statements:
        if statement.believed:
            reading = readings[statement.about]
            if not (reading.among > 0).all():
                raise EvaluationError(
                    ("statements", statement.name, "about"),
                    f"'{statement.about}' is conditional, and its condition cannot come about in some draws, so they "
                    f"cannot be weighted by what they imply for '{statement.name}'",
                    "state the probability of something that is not conditional",
                )
            implied = share_of(reading)
            mass = statement.distribution.cdf(implied + 0.01) - statement.distribution.cdf(implied - 0.01)
            weight *= np.clip(mass, 0.0, 1.0)
    return weight


def share_of(reading: Reading, part: int = 0) -> FloatArray:
    """A part of an outcome in each draw, as a share of what it is taken among; 0 where that never comes about."""
    share: FloatArray = np.zeros_like(reading.among)
    np.divide(reading.parts[part], reading.among, out=share, where=reading.among > 0)
    return share
