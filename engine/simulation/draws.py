"""What a batch of draws says about each outcome, given the solved game: exact given the draw, nothing is sampled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.games.equilibrium import Solution
from engine.games.segments import FloatArray, Segments
from engine.games.tree import NOT_MOVED, Tree
from engine.program.program import Condition, EvaluationError, Measure, Program
from engine.program.worlds import Batch, Reader

HELD_IMPOSSIBLE = 1e-20
"""A belief this much smaller than the truth holds it impossible."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One outcome in a batch of draws, as shares of what it is taken among.

    Attributes:
        parts: of an event its probability, of a quantity the mean and mean square of its distance from `center`, of a
            choice the probability of each value, of a belief the believed probability; each times `among`;
            (n_parts, n_draws).
        among: the probability of the condition it is taken among; (n_draws,), 1 where there is none.
        values: of a quantity its values, (n_values, 1 or n_draws); None for other kinds.
        mass: the probability of each value, (n_values, n_draws); None for other kinds.
        center: of a quantity; 0 for other kinds.
    """

    parts: FloatArray
    among: FloatArray
    values: FloatArray | None = None
    mass: FloatArray | None = None
    center: float = 0.0

    def part(self, draws: slice) -> Reading:
        """The same for some of the draws."""
        values, mass = self.values, self.mass
        if values is not None and values.shape[-1] > 1:
            values = values[:, draws]
        return Reading(
            self.parts[:, draws], self.among[draws], values, None if mass is None else mass[:, draws], self.center
        )


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """A solved batch.

    Attributes:
        readings: one for each outcome.
        weight: of each draw; (n_draws,); all 1 unless a statement is believed.
        solution: everybody's play.
        surprised: for each actor with beliefs of its own, the chance of what it holds impossible; each (n_draws,).
    """

    readings: Mapping[str, Reading]
    weight: FloatArray
    solution: Solution
    surprised: Mapping[int, FloatArray]

    def part(self, draws: slice) -> Draws:
        """The same for some of the draws."""
        readings = {name: reading.part(draws) for name, reading in self.readings.items()}
        surprised = {actor: chance[draws] for actor, chance in self.surprised.items()}
        return Draws(readings, self.weight[draws], self.solution.part(draws), surprised)


def read_draws(program: Program, batch: Batch, solution: Solution) -> Draws:
    """Every outcome of a solved batch."""
    played = played_share(program, solution)
    leaves = batch.chance * played
    reader, eyes = Reader(program, batch.values), Reader(program, batch.seen)
    views = {
        actor: tuple(views_of(program, batch, solution, played, actor))
        for actor in program.deciders
        if batch.disputed or actor in solution.minds
    }
    readings: dict[str, Reading] = {}
    for measure in program.measures:
        if measure.belief is None:
            readings[measure.name] = _read(measure, reader, leaves)
        else:
            own = views.get(measure.belief.actor, (View(leaves, leaves),))
            readings[measure.name] = _read_belief(measure, eyes, own)
    surprised = {actor: _surprise(program.sets[actor], own) for actor, own in views.items()}
    weight = _weight(program, readings)
    return Draws(readings, weight if solution.n_pure is None else weight * (solution.n_pure > 0), solution, surprised)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The game as an actor sees it at one of the levels at which it may reason.

    Attributes:
        leaves: the probability that it reasons so and this leaf comes about; (n_leaves, n_draws).
        seen: the probability of the leaf in its eyes; same shape.
    """

    leaves: FloatArray
    seen: FloatArray


def views_of(program: Program, batch: Batch, solution: Solution, played: FloatArray, actor: int) -> Iterator[View]:
    """How an actor sees the game, at each of its levels."""
    chance = batch.worlds.believed.get(actor, batch.worlds.chance)
    minds = solution.minds.get(actor, ())
    if not minds:
        yield View(batch.chance * played, chance * played)
    tree = program.tree
    own = [move for move in tree.decisions if tree.moves[move].actor == actor]
    others = share_of_play(tree, solution.play, [move for move in tree.decisions if move not in own])
    for mind in minds:
        done = share_of_play(tree, mind.play, own)
        yield View(batch.chance * others * done * mind.weight, chance * share_of_play(tree, mind.play, tree.decisions))


def _surprise(decisions: tuple[Segments, ...], views: Sequence[View]) -> FloatArray:
    """The chance that an actor comes to a decision knowing what it held impossible; (n_draws,)."""
    total = np.zeros(views[0].leaves.shape[-1])
    for view in views:
        found = np.zeros_like(total)
        for by_set in decisions:
            true, believed = by_set.sum(view.leaves), by_set.sum(view.seen)
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


def _read(measure: Measure, reader: Reader, leaves: FloatArray) -> Reading:
    among = np.ones(leaves.shape[-1])
    if measure.event is not None:
        if measure.given is not None:
            among = _mass(measure.given, reader, leaves)
        return Reading(_mass(measure.event, reader, leaves)[None, :], among)
    if measure.given is not None:
        leaves = _kept(measure.given, reader, leaves)
        among = leaves.sum(axis=0)
    if measure.by_value is None:
        if measure.number is None:
            raise AssertionError(f"'{measure.name}' has nothing to read")
        return _quantity(reader.leaves(measure.number), leaves, among, measure.center)
    shares = measure.by_value.sum(leaves)
    if measure.number is None:
        return Reading(shares, among)
    return _quantity(np.array(measure.values, dtype=np.float64)[:, None], shares, among, measure.center)


def _quantity(values: FloatArray, mass: FloatArray, among: FloatArray, center: float) -> Reading:
    # squares of large numbers that lie close together would cancel
    weighted = (values - center) * mass
    parts = np.array([weighted.sum(axis=0), (weighted * (values - center)).sum(axis=0)])
    return Reading(parts, among, values, mass, center)


def _mass(condition: Condition, reader: Reader, leaves: FloatArray) -> FloatArray:
    """The probability that a condition holds; (n_draws,)."""
    kept = leaves[condition.leaves] if condition.leaves is not None else _kept(condition, reader, leaves)
    mass: FloatArray = kept.sum(axis=0)
    return mass


def _kept(condition: Condition, reader: Reader, leaves: FloatArray) -> FloatArray:
    """The part of each leaf on which a condition holds."""
    return leaves * reader.leaves(condition.table)


def _read_belief(measure: Measure, eyes: Reader, views: Sequence[View]) -> Reading:
    """The average of an actor's posterior over its information sets, weighted by how often they are really reached."""
    if measure.belief is None or measure.event is None:
        raise AssertionError(f"'{measure.name}' is no belief")
    by_set = measure.belief.by_set
    parts = among = np.zeros(views[0].leaves.shape[-1])
    for view in views:
        reached, total = by_set.sum(view.leaves), by_set.sum(view.seen)
        that = by_set.sum(_kept(measure.event, eyes, view.seen))
        posterior = np.divide(that, total, out=np.zeros_like(that), where=total > 0)
        parts, among = parts + (reached * posterior).sum(axis=0), among + reached.sum(axis=0)
    return Reading(parts[None, :], among)


def _weight(program: Program, readings: Mapping[str, Reading]) -> FloatArray:
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
