"""Histories of a game in rounds: where they stand, and which of them go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from engine.program.program import BoolArray, FloatArray, IntArray, Program
from engine.program.worlds import Situation, Viewer, closest, first_situation
from engine.sampling.streams import WordArray
from engine.simulation.played import Key, Played
from engine.simulation.thinning import thinned

ISLANDS: Final = 2
"""Independent samples of the histories of each draw."""
VANISHES: Final = 1e-300
"""A chance that cannot be divided by."""
SAME_BITS: Final = 12
"""Beliefs that differ in the last bits of their 52 alone are the same."""


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


def first_histories(program: Program, uniforms: FloatArray, asked: Iterable[Key]) -> Histories:
    """One history for each draw that comes of these uniforms, (n_inputs, n_draws); `asked` are the conditions."""
    situation, n = first_situation(program, uniforms), uniforms.shape[-1]
    state = {name: np.broadcast_to(array, (n,)) for name, array in situation.state.items()}
    types = np.ones((1, n)) if situation.types is None else situation.types
    weight = np.broadcast_to(types, (ISLANDS, *types.shape))
    before = dict.fromkeys(asked, weight)
    return Histories(np.arange(n), replace(situation, state=state), weight, before)


def parts_of(now: Histories, size: int) -> Iterator[Histories]:
    """The histories in parts that are solved at a time."""
    for start in range(0, len(now.draw), size):
        columns = slice(start, start + size)
        yield Histories(
            now.draw[columns],
            now.situation.at(columns),
            now.weight[..., columns],
            {key: array[..., columns] for key, array in now.before.items()},
        )


def next_histories(now: Histories, played: Played, thinning: FloatArray, histories: int) -> Histories | None:
    """The histories that go on, those with the same future as one; None if all have ended."""
    chance = _over_types(now.weight[:, :, None, :] * played.likelihood)
    column, outcome = np.nonzero(((chance > 0).any(axis=0) & ~played.ends).T)
    if not len(column):
        return None
    chance = chance[:, outcome, column]
    state = {name: array[outcome, column] for name, array in played.following.items()}
    believed = _learned(now, played, column, outcome)
    beliefs = [_rounded(row) for view in believed.values() for row in view]
    order, first = _alike(now.draw[column], [*state.values(), *beliefs])
    column, outcome, chance = column[order], outcome[order], chance[:, order]
    starts = np.flatnonzero(first)
    whole = np.add.reduceat(chance, starts, axis=1)
    kept = _thinned(whole, now.draw[column[starts]], histories, thinning)
    factor = np.divide(kept, whole, out=np.zeros_like(whole), where=whole > 0)
    goes_on: BoolArray = np.any(kept > 0, axis=0)
    member = goes_on[np.cumsum(first) - 1]
    column, outcome, group = column[member], outcome[member], np.flatnonzero(first[member])

    def gathered(joint: FloatArray, by: FloatArray) -> FloatArray:
        return np.add.reduceat(joint[:, :, column] * by, group, axis=2) * factor[:, None, goes_on]

    likelihood = played.likelihood[:, outcome, column]
    weight = gathered(now.weight, likelihood)
    spared = {key: likelihood * told[outcome] for key, told in played.public.items()}
    spared |= {key: chance[:, outcome, column] for key, chance in played.spared.items()}
    before = {key: gathered(array, spared[key]) for key, array in now.before.items()}
    some = order[starts[goes_on]]
    views = {viewer: view[:, some] for viewer, view in believed.items()}
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


def _learned(now: Histories, played: Played, column: IntArray, outcome: IntArray) -> dict[Viewer, FloatArray]:
    """What everybody believes of the lasting types after what they saw, by Bayes' rule; (n_types, n).

    Who sees what it held impossible learns what it would if all that it ruled out were equally surprising, so that
    whatever else it saw still counts. Where so much was ruled out that nothing is left, it keeps its belief.
    """
    found = {}
    place = outcome * len(now.draw) + column
    for viewer, seen in played.seen.items():
        joint = seen.reshape(len(seen), -1).take(place, axis=1)
        total = joint.sum(axis=0)
        possible = total > VANISHES
        if possible.all():
            joint /= total
            found[viewer] = joint
            continue
        learned = np.divide(joint, total, out=np.zeros_like(joint), where=possible)
        found[viewer] = np.where(possible, learned, closest(now.situation.believed, viewer)[:, column])
    return found


def _rounded(row: FloatArray) -> WordArray:
    """The bits of beliefs, without the last ones, in which rounding differs; they ascend with the belief."""
    bits = np.ascontiguousarray(row + 0.0).view(np.uint64)  # + 0.0, so that -0 is 0
    return (bits + np.uint64(1 << (SAME_BITS - 1))) >> np.uint64(SAME_BITS)


def _alike(draw: IntArray, rows: Sequence[FloatArray | WordArray]) -> tuple[IntArray, BoolArray]:
    """The order of histories by draw and then by rows, and which begin a group in which all rows are the same."""
    rows = [row for row in rows if (row != row[0]).any()]
    order = np.lexsort((*rows[::-1], draw))
    first = np.ones(len(draw), dtype=np.bool_)
    first[1:] = np.logical_or.reduce([row[order][1:] != row[order][:-1] for row in (draw, *rows)])
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


def _types(now: Histories, weight: FloatArray, views: Mapping[Viewer, FloatArray]) -> FloatArray | None:
    """The true chance of each combination of types."""
    if now.situation.types is None:
        return None
    if now.situation.types is now.situation.believed[None]:
        return views[None]
    joint = weight.sum(axis=0)
    found: FloatArray = joint / joint.sum(axis=0)
    return found
