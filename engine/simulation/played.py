"""What a round says of the histories that were played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.program.program import BoolArray, FloatArray, IntArray
from engine.program.worlds import Viewer
from engine.simulation.draws import Solved
from engine.simulation.reading import Reading

Key = tuple[str, str]
"""An outcome that is read as `ever`, and which of its conditions: `event` or `given`."""


@dataclass(frozen=True, slots=True, eq=False)
class Played:
    """Some histories after a round.

    Attributes:
        readings: what the round says of each outcome, for each island.
        likelihood: chance of what everybody learns, given the types; (n_types, n_outcomes, n).
        spared: the part of it in which a condition does not hold, where what is learned does not tell; same shape.
        public: 1 after outcomes that tell that a condition did not hold, 0 after those that it did; (n_outcomes,).
        seen: joint chance of types and of what everybody learns, in everybody's eyes and in those of some.
        following: the state after each outcome; each (n_outcomes, n).
        ends: whether the game is over then; (n_outcomes, n).
    """

    readings: tuple[Mapping[str, Reading], ...]
    likelihood: FloatArray
    spared: Mapping[Key, FloatArray]
    public: Mapping[Key, FloatArray]
    seen: Mapping[Viewer, FloatArray]
    following: Mapping[str, FloatArray]
    ends: BoolArray
    surprised: Mapping[int, FloatArray]
    solved: Solved


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """The numbers of all histories after a round.

    Attributes:
        readings, surprised, solved: as in `Played`.
    """

    readings: tuple[Mapping[str, Reading], ...]
    surprised: Mapping[int, FloatArray]
    solved: Solved


def told(parts: Sequence[Played], order: IntArray | None) -> Told:
    """The numbers of the parts as one, brought into this order."""
    if len(parts) == 1 and order is None:
        return Told(parts[0].readings, parts[0].surprised, parts[0].solved)
    first = parts[0]

    def joined(arrays: Sequence[Any]) -> Any:
        if arrays[0] is None:
            return None
        whole = np.concatenate(arrays, axis=-1)
        return whole if order is None else whole[..., order]

    def values(several: Sequence[Reading]) -> FloatArray | None:
        return several[0].values if several[0].listed else joined([reading.values for reading in several])

    readings = tuple(
        {
            name: Reading(
                joined([part.readings[island][name].parts for part in parts]),
                joined([part.readings[island][name].among for part in parts]),
                values([part.readings[island][name] for part in parts]),
                joined([part.readings[island][name].mass for part in parts]),
                one.center,
                listed=one.listed,
            )
            for name, one in first.readings[island].items()
        }
        for island in range(len(first.readings))
    )
    return Told(
        readings,
        {actor: joined([part.surprised[actor] for part in parts]) for actor in first.surprised},
        Solved(
            joined([part.solved.rungs for part in parts]),
            joined([part.solved.residual for part in parts]),
            joined([part.solved.folded for part in parts]),
            joined([part.solved.tied for part in parts]),
            None,
        ),
    )
