"""How far draws lie off a figure, and the mean products of such deviations: the variances that indices are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.analysis.linearised import Linear
from engine.analysis.sensitivity.answers import LAST, Answers, over_rows
from engine.games.segments import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Deviations:
    """How far each draw of a matrix lies off the figure, counting for as much as its condition is likely.

    Attributes:
        off: (n_samples, n_figures, n_replicates, n_rows).
        slope: by how much less each would be if the figure were higher by 1; same shape, None where that is the same
            for all draws.
    """

    off: FloatArray
    slope: FloatArray | None

    @property
    def pooled(self) -> Deviations:
        """The samples of histories together."""
        slope = None if self.slope is None else self.slope.mean(axis=0, keepdims=True)
        return Deviations(self.off.mean(axis=0, keepdims=True), slope)

    def minus(self, other: Deviations) -> Deviations:
        """The differences of draws that belong together."""
        slope = None if self.slope is None or other.slope is None else self.slope - other.slope
        return Deviations(self.off - other.off, slope)

    def less(self, trend: FloatArray) -> Deviations:
        """Without what is known of them; (n_figures, n_replicates, n_rows), or what broadcasts to it."""
        return Deviations(self.off - trend, self.slope)

    def alike(self, values: FloatArray) -> Deviations:
        """Values of the same draws that do not hang on the figure."""
        return Deviations(values[None], None if self.slope is None else np.zeros((1, 1, 1, 1)))


def deviations(answers: Answers, figure: Linear) -> Deviations:
    """How far the draws of a matrix lie off these figures, less their centers; (n_figures,)."""
    off = answers.part - figure.value[:, None, None] * answers.among
    return Deviations(off, None if answers.always else np.broadcast_to(answers.among, off.shape))


def product(one: Deviations, other: Deviations, figure: Linear) -> Linear:
    """The mean product of the deviations of draws that belong together, unbiased where histories are sampled."""
    found = over_rows(one.off[0] * other.off[LAST])
    if one.slope is None or other.slope is None:
        return found
    slope = over_rows(one.slope[0] * other.off[LAST] + one.off[0] * other.slope[LAST]).value
    return Linear(found.value, found.change - slope[:, None] * figure.change)


def mean_deviation(several: Sequence[Deviations]) -> Deviations:
    """What draws that belong together lie off on average."""
    slopes = [one.slope for one in several if one.slope is not None]
    off = sum((one.off for one in several[1:]), several[0].off) / len(several)
    slope = sum(slopes[1:], slopes[0]) / len(several) if len(slopes) == len(several) else None
    return Deviations(off, slope)
