"""What solved games say of each outcome: exact sums over leaves, nothing is sampled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.games.segments import FloatArray, Segments
from engine.program.program import BoolArray, Condition, Measure, Program
from engine.program.worlds import Batch, Reader
from engine.simulation.eyes import Eyes


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
class Split:
    """One outcome in a batch of games, for each combination of lasting types, so that histories can weigh them.

    Attributes:
        parts: of an event its probability, of a quantity or a choice the probability of each value, of a belief the
            believed probability; (n_parts, n_types, n).
        among: what it is taken among; (n_types, n).
        values: of a quantity, (n_values, n) or (n_values, 1); None for other kinds.
    """

    measure: Measure
    parts: FloatArray
    among: FloatArray
    values: FloatArray | None = None

    def weighed(self, weight: FloatArray | None) -> Reading:
        """The outcome where the types have these weights, (n_types, n); None: nothing lasts."""
        parts, among = _together(self.parts, weight), _together(self.among, weight)
        if self.values is None:
            return Reading(parts, among)
        center = self.measure.center
        # squares of large numbers that lie close together would cancel
        weighted = (self.values - center) * parts
        moments = np.array([weighted.sum(axis=0), (weighted * (self.values - center)).sum(axis=0)])
        return Reading(moments, among, self.values, parts, center, listed=bool(self.measure.values))


def read_round(
    program: Program,
    measures: Sequence[Measure],
    batch: Batch,
    leaves: FloatArray,
    eyes: Mapping[int, Sequence[Eyes]],
    counts: BoolArray | None = None,
) -> dict[str, Split]:
    """Some outcomes of a solved batch.

    Args:
        program: of the games.
        measures: the outcomes.
        batch: the games.
        leaves: the chance of each, decisions included, given the lasting types on it; (n_leaves, n).
        eyes: of actors who see the game otherwise than it is.
        counts: whether a leaf counts, same shape; None: all do.
    """
    source = _Leaves(program, batch, leaves, counts)
    found: dict[str, Split] = {}
    for measure in measures:
        own = () if measure.belief is None else eyes.get(measure.belief.actor, ())
        found[measure.name] = _read(measure, source) if measure.belief is None else _read_belief(measure, source, own)
    return found


def share_of(reading: Reading, part: int = 0) -> FloatArray:
    """A part of an outcome in each draw, as a share of what it is taken among; 0 where that never comes about."""
    share: FloatArray = np.zeros_like(reading.among)
    np.divide(reading.parts[part], reading.among, out=share, where=reading.among > 0)
    return share


# Private functions


class _Leaves:
    """What the leaves of a batch count, given the lasting types on them; each array (n_leaves, n)."""

    def __init__(self, program: Program, batch: Batch, leaves: FloatArray, counts: BoolArray | None) -> None:
        self.program, self.types, self.counts = program, batch.situation.types, counts
        self.reader = Reader(program, batch.values, batch.situation)
        self.seen = Reader(program, batch.seen, batch.situation)
        self.given, self.all = batch.given, leaves
        self.counted = self.counting(self.all)
        once = program.recurrence is None  # then it is 1, and not nearly
        self.total = np.ones((1, self.all.shape[-1])) if once else program.by_types.sum(self.counted)

    def counting(self, leaves: FloatArray) -> FloatArray:
        return leaves if self.counts is None else leaves * self.counts

    def mass(self, condition: Condition) -> FloatArray:
        """The probability that a condition holds, for each combination of lasting types; (n_types, n)."""
        if condition.by_types is not None:
            return condition.by_types.sum(self.counted)
        return self.program.by_types.sum(_kept(condition, self.reader, self.counted))

    def by_group(self, groups: Segments, leaves: FloatArray) -> FloatArray:
        """Sums by group and types; (n_groups, n_types, n)."""
        return groups.sum(leaves).reshape(-1, *self.total.shape)


def _read(measure: Measure, source: _Leaves) -> Split:
    among = source.total if measure.given is None else source.mass(measure.given)
    if measure.event is not None:
        return Split(measure, source.mass(measure.event)[None], among)
    if measure.by_value is None:
        raise AssertionError(f"'{measure.name}' has nothing to read")
    leaves = source.counted if measure.given is None else _kept(measure.given, source.reader, source.counted)
    shares = source.by_group(measure.by_value, leaves)
    if measure.number is None:
        return Split(measure, shares, among)
    if measure.values:
        return Split(measure, shares, among, np.array(measure.values, dtype=np.float64)[:, None])
    values = np.broadcast_to(source.reader.rows(measure.number), (len(shares), shares.shape[-1]))
    return Split(measure, shares, among, values)


def _read_belief(measure: Measure, source: _Leaves, eyes: Sequence[Eyes]) -> Split:
    """The average of an actor's posterior over its information sets, weighted by how often they are really reached."""
    belief, event = measure.belief, measure.event
    if belief is None or event is None:
        raise AssertionError(f"'{measure.name}' is no belief")
    parts, among = np.zeros_like(source.total), np.zeros_like(source.total)
    # who sees the game as it is has the chances of the types that it really has
    for own in eyes or (None,):
        counted, seen = source.counted, source.all
        if own is not None:
            counted, seen = source.counting(source.given * own.share), own.seen
        if belief.after is not None:
            counted = _kept(belief.after, source.reader, counted)
        holds = (belief.by_set, _kept(event, source.seen, seen)) if belief.that is None else (belief.that, seen)
        weight = source.types if own is None else None
        that, total = (
            _together(source.by_group(groups, leaves), weight) for groups, leaves in (holds, (belief.by_set, seen))
        )
        reached = source.by_group(belief.by_set, counted)
        posterior = np.divide(that, total, out=np.zeros_like(that), where=total > 0)
        parts += (reached * posterior[:, None]).sum(axis=0)
        among += reached.sum(axis=0)
    return Split(measure, parts[None], among)


def _kept(condition: Condition, reader: Reader, leaves: FloatArray) -> FloatArray:
    """The part of each leaf on which a condition holds."""
    return leaves * reader.leaves(condition.table)


def _together(by_types: FloatArray, weight: FloatArray | None) -> FloatArray:
    """The sum over types, (…, n_types, n), with their weights or without."""
    total: FloatArray = (by_types if weight is None else by_types * weight).sum(axis=-2)
    return total
