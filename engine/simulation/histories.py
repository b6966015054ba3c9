"""Histories of a game in rounds: where they stand, and which of them go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

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

    def at(self, columns: IntArray | slice) -> Histories:
        """Some of them."""
        before = {key: array[..., columns] for key, array in self.before.items()}
        return Histories(self.draw[columns], self.situation.at(columns), self.weight[..., columns], before)


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
        yield now.at(slice(start, start + size))


def next_histories(now: Histories, several: Sequence[Played], thinning: FloatArray, histories: int) -> Histories | None:
    """The histories that go on, those with the same future as one; None if all have ended.

    Args:
        now: all histories.
        several: what was played, part for part.
        thinning: uniforms; (n_islands, n_draws).
        histories: that a draw may carry.
    """
    found = _followers(now, several)
    if not len(found.column):
        return None
    beliefs = [_rounded(row) for view in found.believed.values() for row in view]
    order, first = _alike(now.draw[found.column], [*found.state.values(), *beliefs])
    column, chance = found.column[order], found.chance[:, order]
    starts = np.flatnonzero(first)
    whole = np.add.reduceat(chance, starts, axis=1)
    kept = _thinned(whole, now.draw[column[starts]], histories, thinning)
    factor = np.divide(kept, whole, out=np.zeros_like(whole), where=whole > 0)
    goes_on: BoolArray = np.any(kept > 0, axis=0)
    member = goes_on[np.cumsum(first) - 1]
    column, source, group = column[member], order[member], np.flatnonzero(first[member])

    def gathered(joint: FloatArray, by: FloatArray) -> FloatArray:
        return np.add.reduceat(joint[:, :, column] * by[:, source], group, axis=2) * factor[:, None, goes_on]

    weight = gathered(now.weight, found.likelihood)
    before = {key: gathered(array, found.spared[key]) for key, array in now.before.items()}
    some = order[starts[goes_on]]
    views = {viewer: view[:, some] for viewer, view in found.believed.items()}
    situation = replace(
        now.situation.at(column[group]),
        state={name: array[some] for name, array in found.state.items()},
        types=_types(now, weight, views),
        believed=views,
    )
    return Histories(now.draw[column[group]], situation, weight, before)


@dataclass(frozen=True, slots=True, eq=False)
class _Followers:
    """What may follow, before histories with the same future are one.

    Attributes:
        column: the history that it follows; (n,).
        chance: of it, in each island; (n_islands, n).
        state: that it leaves; each (n,).
        believed: of the lasting types, by everybody; each (n_types, n).
        likelihood: of what everybody learned, given the types; (n_types, n).
        spared: the part of it in which a condition does not hold; same shape.
    """

    column: IntArray
    chance: FloatArray
    state: Mapping[str, FloatArray]
    believed: Mapping[Viewer, FloatArray]
    likelihood: FloatArray
    spared: Mapping[Key, FloatArray]


def _followers(now: Histories, several: Sequence[Played]) -> _Followers:
    """What may follow all histories, part for part."""
    # in a part without so deep a level a viewer learns what the deepest there does
    viewers = list(dict.fromkeys(viewer for played in several for viewer in played.seen))
    parts, start = [], 0
    for played in several:
        end = start + played.ends.shape[-1]
        parts.append(_follow(now.at(slice(start, end)), played, viewers, start))
        start = end
    if len(parts) == 1:
        return parts[0]

    def joined(what: str) -> Any:
        first = getattr(parts[0], what)
        if isinstance(first, Mapping):
            return {key: np.concatenate([getattr(part, what)[key] for part in parts], axis=-1) for key in first}
        return np.concatenate([getattr(part, what) for part in parts], axis=-1)

    return _Followers(*(joined(one.name) for one in fields(_Followers)))


def _follow(now: Histories, played: Played, viewers: Sequence[Viewer], first: int) -> _Followers:
    """What may follow some histories, of which `first` is the number of the first one among all."""
    chance = _over_types(now.weight, played.likelihood)
    column, outcome = np.nonzero(((chance > 0).any(axis=0) & ~played.ends).T)
    place = outcome * len(now.draw) + column

    def picked(array: FloatArray) -> FloatArray:
        found: FloatArray = array.reshape(len(array), -1).take(place, axis=1)
        return found

    likelihood = picked(played.likelihood)
    spared = {key: likelihood * told[outcome] for key, told in played.public.items()}
    spared |= {key: picked(array) for key, array in played.spared.items()}
    return _Followers(
        first + column,
        picked(chance),
        {name: array[outcome, column] for name, array in played.following.items()},
        {viewer: _learned(now, viewer, picked(closest(played.seen, viewer)), column) for viewer in viewers},
        likelihood,
        {key: spared[key] for key in now.before},
    )


def _over_types(joint: FloatArray, likelihood: FloatArray) -> FloatArray:
    """The chance of each outcome, summed over types one by one; (n_islands, n_outcomes, n).

    Args:
        joint: of the history and the types; (n_islands, n_types, n).
        likelihood: (n_types, n_outcomes, n).
    """
    total: FloatArray = joint[:, 0, None] * likelihood[0]
    for number in range(1, joint.shape[1]):
        total += joint[:, number, None] * likelihood[number]
    return total


def _learned(now: Histories, viewer: Viewer, joint: FloatArray, column: IntArray) -> FloatArray:
    """What a viewer believes of the lasting types after what it saw, by Bayes' rule; (n_types, n).

    Who sees what it held impossible learns what it would if all that it ruled out were equally surprising, so that
    whatever else it saw still counts. Where so much was ruled out that nothing is left, it keeps its belief.

    Args:
        joint: the chance of the types and of what it saw, in its eyes; (n_types, n). It is overwritten.
        column: of the history; (n,).
    """
    total = joint.sum(axis=0)
    possible = total > VANISHES
    if possible.all():
        joint /= total
        return joint
    learned = np.divide(joint, total, out=np.zeros_like(joint), where=possible)
    return np.where(possible, learned, closest(now.situation.believed, viewer)[:, column])


def _rounded(row: FloatArray) -> WordArray:
    """The bits of beliefs, without the last ones, in which rounding differs; they ascend with the belief."""
    bits = np.ascontiguousarray(row + 0.0).view(np.uint64)  # + 0.0, so that -0 is 0
    return (bits + np.uint64(1 << (SAME_BITS - 1))) >> np.uint64(SAME_BITS)


def _alike(draw: IntArray, rows: Sequence[FloatArray | WordArray]) -> tuple[IntArray, BoolArray]:
    """The order of histories by draw and then by rows, and which begin a group in which all rows are the same."""
    rows = [row for row in rows if (row != row[0]).any()]
    order = _sorted(draw, rows)
    first = np.ones(len(draw), dtype=np.bool_)
    first[1:] = np.logical_or.reduce([row[order][1:] != row[order][:-1] for row in (draw, *rows)])
    return order, first


def _sorted(draw: IntArray, rows: Sequence[FloatArray | WordArray]) -> IntArray:
    """The order by draw and then by rows; what comes first stays first where all are the same.

    What tells most of them apart is packed into one word; only those that it does not are sorted by all rows.
    """
    packed, left = draw.astype(np.uint64), 64 - int(draw.max()).bit_length()
    for row in rows:
        if row.dtype == np.uint64:
            width = int(row.max()).bit_length()
            highest = row.astype(np.uint64) >> np.uint64(max(0, width - left))
            packed = packed << np.uint64(min(left, width)) | highest
            break
        found, rank = np.unique(row, return_inverse=True)
        width = len(found).bit_length()
        if width > left:
            break
        packed, left = packed << np.uint64(width) | rank.astype(np.uint64), left - width
    order = np.argsort(packed)
    level = packed[order]
    same = level[1:] == level[:-1]
    tied = np.flatnonzero(np.r_[False, same] | np.r_[same, False])
    some = np.sort(order[tied])
    order[tied] = some[np.lexsort((*(row[some] for row in rows[::-1]), draw[some]))]
    return order


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
