"""What a round says of the histories that were played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.program.program import BoolArray, FloatArray
from engine.program.worlds import Viewer, closest
from engine.simulation.draws import Reading, Solved

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


def together(parts: Sequence[Played]) -> Played:
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
        for island in range(len(first.readings))
    )
    return Played(
        readings,
        joined([part.likelihood for part in parts]),
        each("spared"),
        first.public,
        _seen([part.seen for part in parts]),
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


def _seen(several: Sequence[Mapping[Viewer, FloatArray]]) -> dict[Viewer, FloatArray]:
    """What the viewers of any part saw; in a part without so deep a level, what the deepest there did."""
    viewers = list(dict.fromkeys(viewer for seen in several for viewer in seen))
    return {viewer: np.concatenate([closest(seen, viewer) for seen in several], axis=-1) for viewer in viewers}


def _values(readings: Sequence[Reading]) -> FloatArray | None:
    first = readings[0]
    if first.values is None or first.listed:
        return first.values
    return np.concatenate([reading.values for reading in readings], axis=-1)
