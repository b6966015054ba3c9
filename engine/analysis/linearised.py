"""Figures that are worked out from means over independent replicates, with what each replicate has to do with them.

Each figure carries its derivative in the replicates' direction, so that a ratio, a product or a difference of figures
has the sampling error that belongs to it, covariances included (the delta method; Cochran 1977, for replicated
quasi-Monte Carlo Owen 1997). A ratio for each replicate would be biased where they are small.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.analysis.estimates import Estimate, of_replicates
from engine.games.segments import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """Some figures.

    Attributes:
        value: of each; any shape.
        change: by how much each replicate alone, if all were like it, would change them to first order; the same shape
            and one more axis for the replicates, over which it sums to 0.
    """

    value: FloatArray
    change: FloatArray

    def __add__(self, other: Linear | float) -> Linear:
        if not isinstance(other, Linear):
            return Linear(self.value + other, self.change)
        return Linear(self.value + other.value, self.change + other.change)

    def __sub__(self, other: Linear) -> Linear:
        return Linear(self.value - other.value, self.change - other.change)

    def __mul__(self, other: Linear | float) -> Linear:
        if not isinstance(other, Linear):
            return Linear(self.value * other, self.change * other)
        return Linear(
            self.value * other.value, self.change * other.value[..., None] + self.value[..., None] * other.change
        )

    def __truediv__(self, other: Linear) -> Linear:
        """Where the other is 0 the ratio is taken for 0, without error."""
        some = other.value != 0
        below = np.where(some, other.value, 1.0)
        ratio = np.where(some, self.value / below, 0.0)
        change = (self.change - ratio[..., None] * other.change) / below[..., None]
        return Linear(ratio, np.where(some[..., None], change, 0.0))

    def __getitem__(self, place: int | tuple[int, ...]) -> Linear:
        return Linear(np.asarray(self.value[place]), self.change[place])

    def estimate(self) -> Estimate:
        """The figure with its 95 % interval, where it is a single one."""
        found = of_replicates(self.change)
        value = float(self.value)
        return Estimate(value, found.error, value + found.low - found.value, value + found.high - found.value)


def mean_of(replicates: FloatArray) -> Linear:
    """The mean of what each replicate gives; (..., n_replicates)."""
    value = replicates.mean(axis=-1)
    return Linear(value, replicates - value[..., None])


def sum_of(figures: Sequence[Linear]) -> Linear:
    """All of them together."""
    return Linear(
        np.asarray(sum(figure.value for figure in figures)), np.asarray(sum(figure.change for figure in figures))
    )
