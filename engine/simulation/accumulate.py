"""Sums that summaries are made of: of fixed size, added in the order of the draws, so bits depend on nothing else.

Quantiles come from counts in bins that are fixed in advance: the top bits of the float, at most 0.1 % wide. Each bin
knows the extreme values in it, so a number that takes few values keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.games.segments import FloatArray
from engine.simulation.draws import RUNGS, Draws
from engine.simulation.reading import Reading, share_of

IntArray = npt.NDArray[np.int64]

SHIFT: Final = 42  # leaves 10 bits of the mantissa


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Weight by bin of the value.

    Attributes:
        bins: the bins that hold any weight, ascending; (n_bins,).
        weight: in each; (n_bins,).
        low, high: the extreme values seen in each; (n_bins,); equal where all values are the same.
    """

    bins: IntArray
    weight: FloatArray
    low: FloatArray
    high: FloatArray


NOTHING: Final = Counts(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(0))


def counts(values: FloatArray, weight: FloatArray) -> Counts:
    """Counts of some values, flat arrays of equal length; values without weight are left out."""
    kept = weight > 0
    if not kept.any():
        return NOTHING
    values, weight = values[kept] + 0.0, weight[kept]
    return _counts(bin_of(values), weight, values, values)


def counts_by_place(values: FloatArray, weight: FloatArray) -> Counts:
    """Counts of values that are known in advance; the place of each stands for its bin."""
    places = np.flatnonzero(weight > 0)
    if not len(places):
        return NOTHING
    return Counts(places, weight[places], values[places], values[places])


def together(several: Sequence[Counts]) -> Counts:
    """All of them in one, weights added in their order."""
    several = [one for one in several if len(one.bins)]
    if len(several) < 2:
        return several[0] if several else NOTHING
    joined = (np.concatenate([getattr(one, what) for one in several]) for what in ("bins", "weight", "low", "high"))
    return _counts(*joined)


def _counts(bins: IntArray, weight: FloatArray, low: FloatArray, high: FloatArray) -> Counts:
    """Counts of entries of which several may lie in the same bin; weights are added in their order."""
    found, place = np.unique(bins, return_inverse=True)
    lowest, highest = np.full(len(found), np.inf), np.full(len(found), -np.inf)
    np.minimum.at(lowest, place, low)
    np.maximum.at(highest, place, high)
    return Counts(found, np.bincount(place, weight, len(found)).astype(np.float64), lowest, highest)


def bin_of(values: FloatArray) -> IntArray:
    """The bin of each value; bins ascend with the values."""
    bits = np.ascontiguousarray(values, dtype=np.float64).view(np.int64) >> SHIFT
    top = np.int64(1) << (63 - SHIFT)
    return np.where(bits < 0, -(bits + top) - 1, bits)


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeSums:
    """One outcome, summed over draws with their weights w; a are the parts, b what they are taken among.

    Attributes:
        parts: sum of w a; (n_parts,).
        among: sum of w b.
        squares: sum of w^2 a^2, w^2 a b and w^2 b^2, for the error of plain Monte Carlo; (3, n_parts).
        by_round, among_by_round: as `parts` and `among`, of each round; (n_rounds, n_parts) and (n_rounds,).
        noise: sum of w b times the variance of a / b that is due to sampled histories; (n_parts,).
        rounds: sum of w times the number of rounds that are played and count; None where there are no rounds.
    """

    parts: FloatArray
    among: float
    squares: FloatArray
    by_round: FloatArray | None = None
    among_by_round: FloatArray | None = None
    noise: FloatArray | None = None
    rounds: float | None = None

    def plus(self, other: OutcomeSums) -> OutcomeSums:
        """Both together."""

        def added(one: FloatArray | None, other: FloatArray | None) -> FloatArray | None:
            return None if one is None or other is None else one + other

        return OutcomeSums(
            self.parts + other.parts,
            self.among + other.among,
            self.squares + other.squares,
            added(self.by_round, other.by_round),
            added(self.among_by_round, other.among_by_round),
            added(self.noise, other.noise),
            None if self.rounds is None or other.rounds is None else self.rounds + other.rounds,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """How one outcome is spread, in counts.

    Attributes:
        across: of the draws' values of each part (quantity: of the mean alone), weighted by w b.
        apart: the same of each sample of the draws' histories alone, so twice as many; empty where there are no rounds.
        values: of a quantity's values, weighted by w and their probability; if they are the same in every draw their
            places stand for bins.
    """

    across: tuple[Counts, ...]
    apart: tuple[Counts, ...]
    values: Counts


Spreads = Mapping[str, Spread]


def spreads_together(several: Sequence[Spreads]) -> Spreads:
    """All of them in one, in their order."""
    names = several[0] if several else {}
    return {
        name: Spread(
            tuple(together(column) for column in zip(*(one[name].across for one in several), strict=True)),
            tuple(together(column) for column in zip(*(one[name].apart for one in several), strict=True)),
            together([one[name].values for one in several]),
        )
        for name in names
    }


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Some draws, summed.

    Attributes:
        n_draws: how many.
        weight, weight_squared: sums of the draws' weights and of their squares.
        outcomes: by name.
        spreads: by name; left out where sums are kept for each replicate, since counts grow with the number of draws.
        rungs: how many games each rung solved; by rung.
        residual: the largest.
        folded: games with index -1.
        surprised: sum over draws of the chance of what an actor holds impossible.
        tied: games in which a best replier has several best options somewhere; None where nobody replies so.
        pure: draws with no, one and several equilibria in pure strategies; None where they were not enumerated.
    """

    n_draws: int
    weight: float
    weight_squared: float
    outcomes: Mapping[str, OutcomeSums]
    spreads: Spreads
    rungs: Mapping[int, int]
    residual: float
    folded: int
    surprised: Mapping[int, float] = field(default_factory=dict)
    tied: int | None = None
    pure: tuple[int, int, int] | None = None

    @property
    def n_games(self) -> int:
        """How many games were solved: one in each draw, or one for each history in each round."""
        return sum(self.rungs.values())

    @property
    def effective(self) -> float:
        """How many draws of equal weight would do as well (Kish 1965); 0 where none weighs anything."""
        return self.weight**2 / self.weight_squared if self.weight_squared > 0 else 0.0

    def plus(self, other: Sums) -> Sums:
        """Both together; the order matters to the last bit."""
        return Sums(
            self.n_draws + other.n_draws,
            self.weight + other.weight,
            self.weight_squared + other.weight_squared,
            {name: sums.plus(other.outcomes[name]) for name, sums in self.outcomes.items()},
            spreads_together([self.spreads, other.spreads]),
            {rung: self.rungs[rung] + other.rungs[rung] for rung in RUNGS},
            max(self.residual, other.residual),
            self.folded + other.folded,
            {actor: chance + other.surprised[actor] for actor, chance in self.surprised.items()},
            None if self.tied is None else self.tied + (other.tied or 0),
            None if self.pure is None else _added(self.pure, other.pure or (0, 0, 0)),
        )


def _added(one: tuple[int, int, int], other: tuple[int, int, int]) -> tuple[int, int, int]:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def sums_of(draws: Draws, spreads: bool = True) -> Sums:
    """A batch of draws, summed; without spreads where only the figures matter."""
    found = draws.solved
    return Sums(
        n_draws=len(draws.weight),
        weight=float(draws.weight.sum()),
        weight_squared=float((draws.weight**2).sum()),
        outcomes={name: _outcome(reading, draws.weight) for name, reading in draws.readings.items()},
        spreads={name: _spread(reading, draws.weight) for name, reading in draws.readings.items() if spreads},
        rungs={rung: int(count.sum()) for rung, count in zip(RUNGS, found.rungs, strict=True)},
        residual=float(found.residual.max()),
        folded=int(found.folded.sum()),
        surprised={actor: float(chance.sum()) for actor, chance in draws.surprised.items()},
        tied=None if found.tied is None else int(found.tied.sum()),
        pure=None if found.n_pure is None else _none_one_several(found.n_pure),
    )


def _none_one_several(n_pure: IntArray) -> tuple[int, int, int]:
    return int((n_pure == 0).sum()), int((n_pure == 1).sum()), int((n_pure > 1).sum())


def _outcome(reading: Reading, weight: FloatArray) -> OutcomeSums:
    parts, among = reading.parts * weight, reading.among * weight
    squares = np.array([(parts**2).sum(axis=1), (parts * among).sum(axis=1), np.full(len(parts), (among**2).sum())])

    def summed(array: FloatArray | None, by: FloatArray) -> FloatArray | None:
        return None if array is None else (array * by).sum(axis=-1)

    return OutcomeSums(
        parts.sum(axis=1),
        float(among.sum()),
        squares,
        summed(reading.by_round, weight),
        summed(reading.among_by_round, weight),
        summed(reading.noise, among),
        None if reading.rounds is None else float((reading.rounds * weight).sum()),
    )


def _spread(reading: Reading, weight: FloatArray) -> Spread:
    among = reading.among * weight
    n_parts = len(reading.parts) if reading.values is None else 1
    across = tuple(counts(share_of(reading, part) + reading.center, among) for part in range(n_parts))
    apart = tuple(
        together([counts(share_of(one, part) + reading.center, one.among * weight) for one in reading.apart])
        for part in range(n_parts if reading.apart else 0)
    )
    if reading.values is None or reading.mass is None:
        return Spread(across, apart, NOTHING)
    mass = reading.mass * weight
    if reading.listed:
        values = counts_by_place(reading.values[:, 0], mass.sum(axis=1))
    else:
        values = counts(np.broadcast_to(reading.values, mass.shape).ravel(), mass.ravel())
    return Spread(across, apart, values)
