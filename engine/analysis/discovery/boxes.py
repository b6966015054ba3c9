"""Boxes over a few unknowns in which a claim is mostly true, measured on draws that they were not found on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.analysis.discovery import prim
from engine.analysis.discovery.cast import Cast, Categories, share_of
from engine.analysis.estimates import Estimate
from engine.games.segments import FloatArray
from engine.program.program import BoolArray

MOST_BOXES: Final = 3
COVERED: Final = 0.8
"""Once boxes hold this share of the cases no further one is looked for."""
ADDED: Final = 0.05
"""A further box holds at least this share of the cases."""
BY_CHANCE: Final = 0.001
"""A box is kept if on the held-out draws its density would come about by chance more seldom than this."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One restriction of a box.

    Attributes:
        column: the unknown.
        low, high: its values inside; None where open.
        kept: of an unknown without order, the values inside; else empty.
        quasi_p: how likely the box would be as dense, on the held-out draws, if the restriction told nothing.
    """

    column: int
    low: float | None
    high: float | None
    kept: tuple[str, ...]
    quasi_p: float


@dataclass(frozen=True, slots=True)
class BoxFound:
    """A box, measured on draws that it was not found on.

    Attributes:
        limits: its restrictions, most telling first.
        mass: its share of what we don't know.
        coverage: the share of all cases that it holds; of a further box, beyond what the earlier ones hold.
        density: the share of cases in it; of a further box, outside the earlier ones.
        trained_coverage, trained_density: the same on the draws on which it was found.
        way: the boxes of the peeling, each with its figures on those draws.
    """

    limits: tuple[Limit, ...]
    mass: Estimate
    coverage: Estimate
    density: Estimate
    trained_coverage: float
    trained_density: float
    way: tuple[prim.Step, ...]


# Public functions


def find_boxes(cast: Cast, categories: Categories) -> tuple[BoxFound, ...]:
    """Boxes found on half of the scrambles and measured on the other half; each beyond the ones before."""
    whole = prim.Sample(cast.values, cast.cases, cast.counts, frozenset(categories))
    training = cast.training
    rest = np.ones(len(cast.cases), dtype=np.bool_)
    boxes: list[BoxFound] = []
    for _ in range(MOST_BOXES):
        found = prim.find_box(whole.part(training & rest))
        if not found.box.sides:
            break
        measured = _measured(cast, whole, found, rest, categories)
        inside = found.box.inside(cast.values)
        held = whole.part(~training & rest)
        if prim.surprise(held, inside[~training & rest], np.ones(len(held.cases), dtype=np.bool_)) > BY_CHANCE:
            break
        if boxes and measured.coverage.value < ADDED:
            break
        boxes.append(measured)
        rest &= ~inside
        if sum(box.coverage.value for box in boxes) >= COVERED:
            break
    return tuple(boxes)


# Private functions


def _measured(cast: Cast, whole: prim.Sample, found: prim.Found, rest: BoolArray, categories: Categories) -> BoxFound:
    training, inside = cast.training, found.box.inside(cast.values) & rest
    held = ~training

    def sums(which: BoolArray, half: BoolArray) -> FloatArray:
        found = np.bincount(cast.replicate[half], cast.counts[half] * which[half])
        return found[cast.replicate[half].min() :].astype(np.float64)

    hits = inside & cast.cases
    trained = [float(sums(one, training).sum()) for one in (hits, inside, cast.cases)]
    sample = whole.part(held & rest)
    limits = [_limit(side, prim.quasi_p(sample, found.box, side.column), categories) for side in found.box.sides]
    everything = np.ones_like(inside)
    return BoxFound(
        tuple(sorted(limits, key=lambda limit: limit.quasi_p)),
        share_of(sums(inside, held), sums(everything, held), cast),
        share_of(sums(hits, held), sums(cast.cases, held), cast),
        share_of(sums(hits, held), sums(inside, held), cast),
        trained[0] / trained[2],
        trained[0] / trained[1],
        found.way,
    )


def _limit(side: prim.Side, quasi_p: float, categories: Categories) -> Limit:
    kept = tuple(
        name
        for place, (name, share) in enumerate(categories.get(side.column, ()))
        if share > 0 and place not in side.without
    )
    low, high = (None if not np.isfinite(end) else end for end in (side.low, side.high))
    return Limit(side.column, low, high, kept, quasi_p)
