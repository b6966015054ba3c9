"""Sums that summaries are made of: of fixed size, added in the order of the draws, so bits depend on nothing else.

Quantiles come from counts in bins that are fixed in advance: the top bits of the float, at most 0.1 % wide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.games.equilibrium import BACKWARD, FIXED_POINT, HOMOTOPY, UNCHECKED, UNSOLVED
from engine.games.segments import FloatArray
from engine.simulation.draws import Draws, Reading, share_of

IntArray = npt.NDArray[np.int64]

SHIFT: Final = 42  # leaves 10 bits of the mantissa
RUNGS: Final = (BACKWARD, FIXED_POINT, HOMOTOPY, UNCHECKED, UNSOLVED)


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Weight by bin of the value.

    Attributes:
        bins: the bins that hold any weight, ascending; (n_bins,).
        weight: in each; (n_bins,).
        low, high: the extreme values seen.
    """

    bins: IntArray
    weight: FloatArray
    low: float = np.inf
    high: float = -np.inf

    def plus(self, other: Counts) -> Counts:
        """Both together."""
        if not len(self.bins):
            return other
        bins, place = np.unique(np.concatenate([self.bins, other.bins]), return_inverse=True)
        weight = np.bincount(place, np.concatenate([self.weight, other.weight]), len(bins)).astype(np.float64)
        return Counts(bins, weight, min(self.low, other.low), max(self.high, other.high))


NOTHING: Final = Counts(np.zeros(0, np.int64), np.zeros(0))


def counts(values: FloatArray, weight: FloatArray) -> Counts:
    """Counts of some values, flat arrays of equal length; values without weight are left out."""
    kept = weight > 0
    if not kept.any():
        return NOTHING
    values, weight = values[kept] + 0.0, weight[kept]
    bins, place = np.unique(bin_of(values), return_inverse=True)
    return Counts(
        bins, np.bincount(place, weight, len(bins)).astype(np.float64), float(values.min()), float(values.max())
    )


def bin_of(values: FloatArray) -> IntArray:
    """The bin of each value; bins ascend with the values."""
    bits = np.ascontiguousarray(values, dtype=np.float64).view(np.int64) >> SHIFT
    top = np.int64(1) << (63 - SHIFT)
    return np.where(bits < 0, -(bits + top) - 1, bits)


def edges_of(bins: IntArray) -> tuple[FloatArray, FloatArray]:
    """The lowest and highest value of each bin."""
    positive = bins >= 0
    magnitude = np.where(positive, bins, -bins - 1)
    near, far = (magnitude << SHIFT).view(np.float64), ((magnitude + 1) << SHIFT).view(np.float64)
    return np.where(positive, near, -far), np.where(positive, far, -near)


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeSums:
    """One outcome, summed over draws with their weights w; a are the parts, b what they are taken among.

    Attributes:
        parts: sum of w a; (n_parts,).
        among: sum of w b.
        squares: sum of w^2 a^2, w^2 a b and w^2 b^2, for the error of plain Monte Carlo; (3, n_parts).
        across: of the draws' values of each part (quantity: of the mean alone), weighted by w b.
        values: of a quantity's values, weighted by w and their probability.
    """

    parts: FloatArray
    among: float
    squares: FloatArray
    across: tuple[Counts, ...]
    values: Counts

    def plus(self, other: OutcomeSums) -> OutcomeSums:
        """Both together."""
        return OutcomeSums(self.parts + other.parts, self.among + other.among, self.squares + other.squares,
                           tuple(one.plus(two) for one, two in zip(self.across, other.across, strict=True)), self.values.plus(other.values))  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Some draws, summed.

    Attributes:
        n_draws: how many.
        weight, weight_squared: sums of the draws' weights and of their squares.
        outcomes: by name.
        rungs: how many draws each rung solved; by rung.
        residual: the largest.
        folded: draws with index -1.
        surprised: sum over draws of the chance of what an actor holds impossible.
    """

    n_draws: int
    weight: float
    weight_squared: float
    outcomes: Mapping[str, OutcomeSums]
    rungs: Mapping[int, int]
    residual: float
    folded: int
    surprised: Mapping[int, float] = field(default_factory=dict)

    def plus(self, other: Sums) -> Sums:
        """Both together; the order matters to the last bit."""
        return Sums(
            self.n_draws + other.n_draws, self.weight + other.weight, self.weight_squared + other.weight_squared,
            {name: sums.plus(other.outcomes[name]) for name, sums in self.outcomes.items()},
            {rung: self.rungs[rung] + other.rungs[rung] for rung in RUNGS},
            max(self.residual, other.residual), self.folded + other.folded,
            {actor: chance + other.surprised[actor] for actor, chance in self.surprised.items()},
        )  # fmt: skip


def sums_of(draws: Draws) -> Sums:
    """A batch of draws, summed."""
    solution = draws.solution
    return Sums(
        n_draws=len(draws.weight),
        weight=float(draws.weight.sum()),
        weight_squared=float((draws.weight**2).sum()),
        outcomes={name: _outcome(reading, draws.weight) for name, reading in draws.readings.items()},
        rungs={rung: int((solution.rung == rung).sum()) for rung in RUNGS},
        residual=float(solution.residual.max()),
        folded=int((solution.index < 0).sum()),
        surprised={actor: float(chance.sum()) for actor, chance in draws.surprised.items()},
    )


def _outcome(reading: Reading, weight: FloatArray) -> OutcomeSums:
    parts, among = reading.parts * weight, reading.among * weight
    squares = np.array([(parts**2).sum(axis=1), (parts * among).sum(axis=1), np.full(len(parts), (among**2).sum())])
    values = NOTHING
    if reading.values is not None and reading.mass is not None:
        mass = reading.mass * weight
        if reading.values.shape[-1] == 1:
            values = counts(reading.values[:, 0], mass.sum(axis=1))
        else:
            values = counts(reading.values.ravel(), mass.ravel())
    n_across = 1 if reading.values is not None else len(parts)
    across = tuple(counts(share_of(reading, part), among) for part in range(n_across))
    return OutcomeSums(parts.sum(axis=1), float(among.sum()), squares, across, values)
