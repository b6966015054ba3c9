"""Games that are played round after round: histories branch with what everybody learns, and few stand for many.

Types stay summed: each history carries the joint chance of itself and the lasting types. Histories of a draw with the
same state and the same beliefs have the same future, so they are one. While a draw has few of them nothing is sampled;
what is too many is thinned out, twice independently (two *islands*), so that the difference shows the noise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from engine.games.equilibrium import Solution
from engine.program.program import BoolArray, Condition, FloatArray, IntArray, Measure, Program, Recurrence
from engine.program.worlds import Batch, Reader, Situation, batch_in, first_situation
from engine.simulation.draws import (
    HELD_IMPOSSIBLE,
    Draws,
    Eyes,
    Reading,
    Solved,
    eyes_of,
    played_share,
    read_round,
    solved,
    surprise,
    weight_of,
)
from engine.simulation.thinning import thinned

ISLANDS: Final = 2
SAME_BITS: Final = 12
"""Beliefs that differ in the last bits of their 52 alone are the same."""

Key = tuple[str, str]
"""An outcome that is read as `ever`, and which of its conditions: `event` or `given`."""


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """Where the histories of some draws stand before a round; sorted by draw.

    Attributes:
        draw: to which each belongs; (n,).
        situation: what they are about, with each column's unknowns, state and beliefs.
        weight: joint chance of the history and the lasting types, in each island; (n_islands, n_types, n).
        before: the part of it in which a condition has not held yet, for each that is asked; same shape.
    """

    draw: IntArray
    situation: Situation
    weight: FloatArray
    before: Mapping[Key, FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class _Played:
    """Some histories after a round.

    Attributes:
        readings: what the round says of each outcome, for each island.
        likelihood: chance of what everybody learns, given the types; (n_types, n_outcomes, n).
        spared: the part of it in which a condition does not hold; same shape.
        seen: joint chance of types and of what everybody learns, in everybody's eyes and in those of some.
        following: the state after each outcome; each (n_outcomes, n).
        ends: whether the game is over then; (n_outcomes, n).
    """

    readings: tuple[Mapping[str, Reading], ...]
    likelihood: FloatArray
    spared: Mapping[Key, FloatArray]
    seen: Mapping[int | None, FloatArray]
    following: Mapping[str, FloatArray]
    ends: BoolArray
    surprised: Mapping[int, FloatArray]
    solved: Solved


def play_rounds(program: Program, uniforms: FloatArray, thinning: FloatArray, histories: int, size: int) -> Draws:
    """Every outcome over all rounds, and how the games were solved.

    Args:
        program: with a recurrence.
        uniforms: of the unknowns; (n_inputs, n_draws).
        thinning: of the histories; (n_rounds, n_islands, n_draws).
        histories: that a draw may carry.
        size: games that are solved at a time.
    """
    recurrence = program.recurrence
    if recurrence is None:
        raise AssertionError("the game is played once")
    ledger = _Ledger(program, uniforms.shape[-1])
    now: Histories | None = _start(program, recurrence, uniforms)
    for number in range(1, recurrence.count + 1):
        if now is None:
            break
        now = replace(now, situation=replace(now.situation, round=number))
        played = _together([_play(program, part) for part in _parts(now, size)])
        ledger.add(number, now.draw, played)
        now = _next(now, played, thinning[number - 1], histories) if number < recurrence.count else None
    return ledger.draws()


# One round


def _start(program: Program, recurrence: Recurrence, uniforms: FloatArray) -> Histories:
    situation, n = first_situation(program, uniforms), uniforms.shape[-1]
    state = {name: np.broadcast_to(array, (n,)) for name, array in situation.state.items()}
    types = np.ones((1, n)) if situation.types is None else situation.types
    weight = np.broadcast_to(types, (ISLANDS, *types.shape))
    before = dict.fromkeys(_asked(program), weight)
    return Histories(np.arange(n), replace(situation, state=state), weight, before)


def _asked(program: Program) -> dict[Key, Condition]:
    """The conditions of which it matters whether they ever held."""
    found: dict[Key, Condition] = {}
    for measure in program.measures:
        if measure.over == "ever" and measure.event is not None:
            found[measure.name, "event"] = measure.event
            if measure.given is not None:
                found[measure.name, "given"] = measure.given
    return found


def _parts(now: Histories, size: int) -> Iterator[Histories]:
    """The histories in parts that are solved at a time."""
    for start in range(0, len(now.draw), size):
        columns = slice(start, start + size)
        yield Histories(
            now.draw[columns],
            now.situation.at(columns),
            now.weight[..., columns],
            {key: array[..., columns] for key, array in now.before.items()},
        )


def _play(program: Program, now: Histories) -> _Played:
    recurrence = program.recurrence
    if recurrence is None:
        raise AssertionError("the game is played once")
    batch = batch_in(program, now.situation)
    solution = program.solver.solve(batch.worlds)
    played = played_share(program, solution)
    given = batch.given * played
    shape = (recurrence.n_types, recurrence.n_outcomes, len(now.draw))
    reader = Reader(program, batch.values, batch.situation)
    likelihood = recurrence.by_both.sum(given).reshape(shape)
    spared, held = {}, {}
    for key, condition in _asked(program).items():
        holds = _holds(condition, reader, len(given))
        spared[key] = recurrence.by_both.sum(given * (1 - holds)).reshape(shape)
        held[key] = recurrence.by_types.sum(given * holds)
    eyes = {actor: eyes_of(program, batch, solution, played, actor) for actor in _watched(program, batch, solution)}
    following, ends = _followed(program, recurrence, now.situation, len(now.draw))
    last = ends if now.situation.round < recurrence.count else np.ones_like(ends)
    readings: list[Mapping[str, Reading]] = []
    alike = bool((now.weight[0] == now.weight[-1]).all())
    chances = [batch.given * weight[recurrence.types] for weight in now.weight[: 1 if alike else ISLANDS]]
    for island, chance in enumerate(chances):
        found = _read(program, recurrence, batch, played, chance, eyes, last)
        found |= _read_ever(program, {key: now.before[key][island] for key in held}, held)
        readings.append(found)
    return _Played(
        tuple(readings * ISLANDS if alike else readings),
        likelihood,
        spared,
        _seen(program, recurrence, batch, solution, played, eyes, shape),
        following,
        ends,
        {actor: surprise(program, actor, chances[0], own) for actor, own in eyes.items()},
        solved(solution),
    )


def _watched(program: Program, batch: Batch, solution: Solution) -> set[int]:
    """Actors who see the game otherwise than it is, and whose beliefs are asked or can be wrong."""
    asked = {measure.belief.actor for measure in program.measures if measure.belief is not None}
    return {*(asked if batch.disputed else ()), *(program.beliefs.keys() & set(program.deciders)), *solution.minds}


def _read(
    program: Program,
    recurrence: Recurrence,
    batch: Batch,
    played: FloatArray,
    chance: FloatArray,
    eyes: Mapping[int, Sequence[Eyes]],
    last: BoolArray,
) -> dict[str, Reading]:
    """What the round says of each outcome but those that are asked for `ever`."""
    number = batch.situation.round
    usual = [m for m in program.measures if m.over in ("mean", "each") or (m.over == "first" and number == 1)]
    final = [m for m in program.measures if m.over == "last"]
    # a game that goes on has its last round that counts when the outcome's time is up
    usual += [m for m in final if m.by == number]
    final = [m for m in final if m.by != number]
    found = read_round(program, usual, batch, played, chance, eyes)
    if final:
        found |= read_round(program, final, batch, played, chance * last[recurrence.outcome], eyes)
    return found


def _read_ever(
    program: Program, before: Mapping[Key, FloatArray], held: Mapping[Key, FloatArray]
) -> dict[str, Reading]:
    """The chance that a condition holds in this round for the first time."""
    found = {}
    for measure in program.measures:
        if (measure.name, "event") in held:
            first = {
                what: (before[measure.name, what] * held[measure.name, what]).sum(axis=0)
                for what in ("event", "given")
                if (measure.name, what) in held
            }
            found[measure.name] = Reading(first["event"][None, :], first.get("given", np.zeros_like(first["event"])))
    return found


def _holds(condition: Condition, reader: Reader, n_leaves: int) -> FloatArray:
    """The chance that a condition holds on each leaf, 0 or 1 but for chance that is summed; (n_leaves, n or 1)."""
    if condition.leaves is None:
        return reader.leaves(condition.table)
    holds = np.zeros((n_leaves, 1))
    holds[condition.leaves] = 1.0
    return holds


def _seen(
    program: Program,
    recurrence: Recurrence,
    batch: Batch,
    solution: Solution,
    played: FloatArray,
    eyes: Mapping[int, Sequence[Eyes]],
    shape: tuple[int, ...],
) -> dict[int | None, FloatArray]:
    """The joint chance of types and of what everybody learns, in the eyes of those who learn of types."""
    if batch.situation.types is None:
        return {}
    found: dict[int | None, FloatArray] = {}
    for actor in batch.situation.believed:
        if actor is None:
            leaves = batch.worlds.chance * played
        else:
            minds = solution.minds.get(actor, ())
            weights = [mind.weight for mind in minds] or [np.ones(shape[-1])]
            own = eyes_of(program, batch, solution, played, actor) if actor not in eyes else eyes[actor]
            leaves = sum((one.seen * weight for one, weight in zip(own, weights, strict=True)), np.zeros(1))
        found[actor] = recurrence.by_both.sum(leaves).reshape(shape)
    return found


def _followed(
    program: Program, recurrence: Recurrence, situation: Situation, n: int
) -> tuple[dict[str, FloatArray], BoolArray]:
    """The state after each outcome, and whether the game ends there; each (n_outcomes, n)."""
    shape = (recurrence.n_outcomes, n)
    reader = Reader(program, situation.seen, situation)
    state = {name: np.broadcast_to(array, shape) for name, array in situation.state.items()}
    for name, table in recurrence.following.items():
        rows = reader.rows(table)[table.row[recurrence.outcome_leaf]]
        state[name] = np.broadcast_to(rows, shape)
    if recurrence.until is None:
        return state, np.zeros(shape, dtype=np.bool_)
    needed = reader.unknowns([recurrence.until.bound])
    flat = Situation(
        {name: np.tile(situation.seen[name], recurrence.n_outcomes) for name in needed},
        {},
        {name: array.reshape(-1) for name, array in state.items()},
        situation.round,
    )
    over: BoolArray = Reader(program, flat.values, flat).rows(recurrence.until)[0] != 0
    return state, np.broadcast_to(over, (shape[0] * n,)).reshape(shape)


def _together(parts: Sequence[_Played]) -> _Played:
    """The parts as one."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]

    def joined(arrays: Sequence[Any]) -> Any:
        return None if arrays[0] is None else np.concatenate(arrays, axis=-1)

    def each(what: str) -> Any:
        return {key: joined([getattr(part, what)[key] for part in parts]) for key in getattr(first, what)}

    readings = tuple(
        {
            name: Reading(
                joined([part.readings[island][name].parts for part in parts]),
                joined([part.readings[island][name].among for part in parts]),
                _values([part.readings[island][name] for part in parts]),
                joined([part.readings[island][name].mass for part in parts]),
                one.center,
                listed=one.listed,
            )
            for name, one in first.readings[island].items()
        }
        for island in range(ISLANDS)
    )
    return _Played(
        readings,
        joined([part.likelihood for part in parts]),
        each("spared"),
        each("seen"),
        each("following"),
        joined([part.ends for part in parts]),
        each("surprised"),
        Solved(
            joined([part.solved.rungs for part in parts]),
            joined([part.solved.residual for part in parts]),
            joined([part.solved.folded for part in parts]),
            joined([part.solved.tied for part in parts]),
            None,
        ),
    )


def _values(readings: Sequence[Reading]) -> FloatArray | None:
    first = readings[0]
    if first.values is None or first.listed:
        return first.values
    return np.concatenate([reading.values for reading in readings], axis=-1)


# From a round to the next


def _next(now: Histories, played: _Played, thinning: FloatArray, histories: int) -> Histories | None:
    """The histories that go on, those with the same future as one; None if all have ended."""
    chance = _over_types(now.weight[:, :, None, :] * played.likelihood)
    column, outcome = np.nonzero(((chance > 0).any(axis=0) & ~played.ends).T)
    if not len(column):
        return None
    chance = chance[:, outcome, column]
    state = {name: array[outcome, column] for name, array in played.following.items()}
    share = chance.sum(axis=0) / now.weight.sum(axis=(0, 1))[column]
    believed = _learned(now, played, column, outcome, share)
    order, first = _alike(now.draw[column], [*state.values(), *(row for view in believed.values() for row in view)])
    column, outcome, chance = column[order], outcome[order], chance[:, order]
    starts = np.flatnonzero(first)
    whole = np.add.reduceat(chance, starts, axis=1)
    kept = _thinned(whole, now.draw[column[starts]], histories, thinning)
    factor = np.divide(kept, whole, out=np.zeros_like(whole), where=whole > 0)
    goes_on: BoolArray = np.any(kept > 0, axis=0)
    member = goes_on[np.cumsum(first) - 1]
    column, outcome, group = column[member], outcome[member], np.flatnonzero(first[member])

    def gathered(joint: FloatArray, by: FloatArray) -> FloatArray:
        terms = joint[:, :, column] * by[:, outcome, column]
        return np.add.reduceat(terms, group, axis=2) * factor[:, None, goes_on]

    weight = gathered(now.weight, played.likelihood)
    before = {key: gathered(array, played.spared[key]) for key, array in now.before.items()}
    some = order[starts[goes_on]]
    views = {actor: view[:, some] for actor, view in believed.items()}
    situation = replace(
        now.situation.at(column[group]),
        state={name: array[some] for name, array in state.items()},
        types=_types(now, weight, views),
        believed=views,
    )
    return Histories(now.draw[column[group]], situation, weight, before)


def _over_types(joint: FloatArray) -> FloatArray:
    """Sums over types, (n_islands, n_types, …), one by one."""
    total: FloatArray = joint[:, 0].copy()
    for number in range(1, joint.shape[1]):
        total += joint[:, number]
    return total


def _learned(
    now: Histories, played: _Played, column: IntArray, outcome: IntArray, share: FloatArray
) -> dict[int | None, FloatArray]:
    """What everybody believes of the lasting types after what they saw, by Bayes' rule; (n_types, n).

    Who sees what it held impossible keeps its belief.
    """
    found = {}
    for actor, seen in played.seen.items():
        joint = seen[:, outcome, column]
        total = joint.sum(axis=0)
        possible = total > HELD_IMPOSSIBLE * share
        learned = np.divide(joint, total, out=np.zeros_like(joint), where=possible)
        found[actor] = np.where(possible, learned, now.situation.believed[actor][:, column])
    return found


def _alike(draw: IntArray, rows: Sequence[FloatArray]) -> tuple[IntArray, BoolArray]:
    """An order in which histories of a draw with the same rows stand together, and which begin a group."""
    mixed = np.zeros(len(draw), dtype=np.uint64)
    for row in rows:
        bits = (np.ascontiguousarray(row + 0.0).view(np.uint64) + np.uint64(1 << (SAME_BITS - 1))) >> np.uint64(
            SAME_BITS
        )
        mixed = (mixed ^ bits) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    order = np.lexsort((mixed, draw))
    draw, mixed = draw[order], mixed[order]
    first = np.r_[True, (draw[1:] != draw[:-1]) | (mixed[1:] != mixed[:-1])]
    return order, first


def _thinned(weight: FloatArray, draw: IntArray, histories: int, thinning: FloatArray) -> FloatArray:
    """The weights of the histories that are kept, in each island."""
    crowded: BoolArray = np.bincount(draw) > histories
    many = crowded[draw]
    if not many.any():
        return weight
    kept = weight.copy()
    for island, uniforms in enumerate(thinning):
        kept[island, many] = thinned(weight[island, many], draw[many], max(1, histories // ISLANDS), uniforms)
    return kept


def _types(now: Histories, weight: FloatArray, views: Mapping[int | None, FloatArray]) -> FloatArray | None:
    """The true chance of each combination of types."""
    if now.situation.types is None:
        return None
    if now.situation.types is now.situation.believed[None]:
        return views[None]
    joint = weight.sum(axis=0)
    found: FloatArray = joint / joint.sum(axis=0)
    return found


# Over all rounds


class _Ledger:
    """What the rounds say, added up by draw, for each island."""

    def __init__(self, program: Program, n_draws: int) -> None:
        self.program, self.n_draws = program, n_draws
        self.count = program.recurrence.count if program.recurrence is not None else 1
        self.parts: dict[tuple[int, str], FloatArray] = {}
        self.among: dict[tuple[int, str], FloatArray] = {}
        self.values: dict[str, list[FloatArray]] = {}
        self.mass: dict[str, list[FloatArray]] = {}
        self.surprised: dict[int, FloatArray] = {}
        self.solved: list[Solved] = []

    def add(self, number: int, draw: IntArray, played: _Played) -> None:
        """A round of all histories, which are sorted by draw."""
        starts = np.flatnonzero(np.r_[True, draw[1:] != draw[:-1]])
        present = draw[starts]

        def by_draw(array: FloatArray) -> FloatArray:
            return np.add.reduceat(array, starts, axis=-1)

        for measure in self.program.measures:
            if measure.by is not None and number > measure.by:
                continue
            for island, readings in enumerate(played.readings):
                if measure.name in readings:
                    reading = readings[measure.name]
                    parts, among = self._of(island, measure.name, len(reading.parts))
                    parts[number - 1][:, present] = by_draw(reading.parts)
                    among[number - 1][present] = by_draw(reading.among)
            if measure.number is not None and measure.name in played.readings[0]:
                self._spread(measure, [readings[measure.name] for readings in played.readings], starts, draw)
        for actor, chance in played.surprised.items():
            self.surprised.setdefault(actor, np.zeros(self.n_draws))[present] += by_draw(chance)
        self._solve(present, starts, played.solved)

    def _of(self, island: int, name: str, n_parts: int) -> tuple[FloatArray, FloatArray]:
        if (island, name) not in self.parts:
            self.parts[island, name] = np.zeros((self.count, n_parts, self.n_draws))
            self.among[island, name] = np.zeros((self.count, self.n_draws))
        return self.parts[island, name], self.among[island, name]

    def _spread(self, measure: Measure, readings: Sequence[Reading], starts: IntArray, draw: IntArray) -> None:
        """A quantity's values with their mass; the histories of a draw one above the other where values differ."""
        masses = [reading.mass for reading in readings if reading.mass is not None]
        values, mass = readings[0].values, sum(masses, np.zeros(1)) / len(masses)
        if values is None:
            return
        if readings[0].listed:
            total = np.zeros((len(values), self.n_draws))
            total[:, draw[starts]] = np.add.reduceat(mass, starts, axis=-1)
            self.values[measure.name] = [values]
            self.mass[measure.name] = [sum(self.mass.get(measure.name, []), total)]
            return
        place = np.arange(len(draw)) - np.repeat(starts, np.diff(np.r_[starts, len(draw)]))
        shape = (int(place.max()) + 1, len(values), self.n_draws)
        stacked, heavy = np.zeros(shape), np.zeros(shape)
        stacked[place, :, draw], heavy[place, :, draw] = values.T, mass.T
        self.values.setdefault(measure.name, []).append(stacked.reshape(-1, self.n_draws))
        self.mass.setdefault(measure.name, []).append(heavy.reshape(-1, self.n_draws))

    def _solve(self, present: IntArray, starts: IntArray, found: Solved) -> None:
        def spread(array: IntArray) -> IntArray:
            whole = np.zeros((*array.shape[:-1], self.n_draws), dtype=np.int64)
            whole[..., present] = np.add.reduceat(array, starts, axis=-1)
            return whole

        residual = np.zeros(self.n_draws)
        residual[present] = np.maximum.reduceat(found.residual, starts)
        tied = None if found.tied is None else spread(found.tied)
        self.solved.append(Solved(spread(found.rungs), residual, spread(found.folded), tied, None))

    def draws(self) -> Draws:
        """Every outcome, and how the games were solved."""
        readings = {measure.name: self._reading(measure) for measure in self.program.measures}
        tied = [one.tied for one in self.solved if one.tied is not None]
        found = Solved(
            np.sum([one.rungs for one in self.solved], axis=0),
            np.max([one.residual for one in self.solved], axis=0),
            np.sum([one.folded for one in self.solved], axis=0),
            np.sum(tied, axis=0) if tied else None,
            None,
        )
        return Draws(readings, weight_of(self.program, readings), found, self.surprised)

    def _reading(self, measure: Measure) -> Reading:
        islands = [self._of(island, measure.name, _n_parts(measure)) for island in range(ISLANDS)]
        parts, among = (sum(arrays[1:], arrays[0]) / ISLANDS for arrays in zip(*islands, strict=True))
        ever = measure.over == "ever"
        by_round = np.cumsum(parts, axis=0) if ever else parts
        if ever:
            among_by_round = np.cumsum(among, axis=0) if measure.given is not None else np.ones_like(among)
            total = among_by_round[-1]
        else:
            among_by_round, total = among, among.sum(axis=0)
        summed = parts.sum(axis=0)
        noise = self._noise(islands, summed, total, ever and measure.given is None)
        values = mass = None
        if measure.name in self.values:
            values, mass = np.concatenate(self.values[measure.name]), np.concatenate(self.mass[measure.name])
        center = measure.center if measure.number is not None else 0.0
        return Reading(summed, total, values, mass, center, by_round, among_by_round, noise, bool(measure.values))

    def _noise(
        self, islands: Sequence[tuple[FloatArray, FloatArray]], parts: FloatArray, among: FloatArray, certain: bool
    ) -> FloatArray:
        """Variance of each part's share that comes from thinning: half the islands' difference, squared."""
        share = np.divide(parts, among, out=np.zeros_like(parts), where=among > 0)
        (one, one_among), (other, other_among) = islands
        gap = (one - other).sum(axis=0)
        if not certain:
            gap = gap - share * (one_among - other_among).sum(axis=0)
        found: FloatArray = (np.divide(gap, 2 * among, out=np.zeros_like(gap), where=among > 0)) ** 2
        return found


def _n_parts(measure: Measure) -> int:
    if measure.kind == "choice":
        return len(measure.values)
    return 2 if measure.kind == "quantity" else 1
