"""Figures with their sampling error, from sums over draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from engine.games.segments import FloatArray
from engine.simulation.accumulate import Counts, OutcomeSums

LEVELS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
GRID: Final = (np.arange(1_000) + 0.5) / 1_000
FEW_HITS: Final = 80
FEW_VALUES: Final = 24
NORMAL: Final = 1.959963984540054  # 97.5 % point of the normal distribution
T_15: Final = 2.131449545559323  # 97.5 % point of Student's t with 15 degrees of freedom


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and what sampling leaves uncertain about it.

    Attributes:
        value: the figure.
        error: its standard error; 0 when nothing was sampled.
        low, high: 95 % interval.
    """

    value: float
    error: float
    low: float
    high: float


def exact(value: float) -> Estimate:
    """A figure without sampling error."""
    return Estimate(value, 0.0, value, value)


def estimate(
    replicates: Sequence[OutcomeSums], part: int, n_draws: int, bounded: bool, center: float = 0.0
) -> Estimate | None:
    """A part of an outcome, as a share of what it is taken among; None if that never comes about.

    Args:
        replicates: the outcome in each independent scramble, or in the one plain sample.
        part: which part.
        n_draws: how many draws were sampled in all; 0 if nothing is unknown and the one draw is exact.
        bounded: the figure is a probability, and so is its interval.
        center: what was taken off before summing.
    """
    total = sum(sums.among for sums in replicates)
    if total <= 0:
        return None
    value = float(sum(sums.parts[part] for sums in replicates) / total) + center
    if n_draws == 0:
        return exact(value)
    error, t = _scramble_error(replicates, part) if len(replicates) > 1 else _plain_error(replicates[0], part, n_draws)
    if bounded and (hits := few_hits(replicates, part)) is not None:
        return _binomial(*hits)
    low, high = value - t * error, value + t * error
    return Estimate(value, error, max(low, 0.0), min(high, 1.0)) if bounded else Estimate(value, error, low, high)


def of_replicates(values: Sequence[float] | FloatArray) -> Estimate:
    """The mean of a figure that each independent replicate gives, with its t-interval (Owen 1997)."""
    found = np.asarray(values, dtype=np.float64)
    value = float(found.mean())
    if len(found) < 2:
        return Estimate(value, float("inf"), -float("inf"), float("inf"))
    error = float(found.std(ddof=1) / np.sqrt(len(found)))
    half = student_t(len(found) - 1) * error
    return Estimate(value, error, value - half, value + half)


def of_ratio(above: Sequence[float] | FloatArray, below: Sequence[float] | FloatArray) -> Estimate:
    """A ratio of two means, each of which the replicates give, with the error of its linear part (Cochran 1977).

    A ratio for each replicate would be biased where they are small. The mean below must not be 0.
    """
    one, other = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    ratio = float(one.sum() / other.sum())
    rest = of_replicates((one - ratio * other) / other.mean())
    return Estimate(ratio, rest.error, ratio + rest.low - rest.value, ratio + rest.high - rest.value)


def effective_sample(weight: FloatArray) -> float:
    """How many draws of equal weight would do as well: the square of the sum over the sum of squares (Kish 1965)."""
    squares = float((weight**2).sum())
    return float(weight.sum()) ** 2 / squares if squares > 0 else 0.0


def _scramble_error(replicates: Sequence[OutcomeSums], part: int) -> tuple[float, float]:
    """Standard error from independent scrambles (Owen 1997), and the t point that goes with it."""
    values = np.array([sums.parts[part] / sums.among for sums in replicates if sums.among > 0])
    if len(values) < 2:
        return float("inf"), 1.0
    return float(values.std(ddof=1) / np.sqrt(len(values))), student_t(len(values) - 1)


def _plain_error(sums: OutcomeSums, part: int, n_draws: int) -> tuple[float, float]:
    """Standard error of a ratio of two means over independent draws (delta method; Cochran 1977)."""
    if n_draws < 2:
        return float("inf"), 1.0
    ratio = sums.parts[part] / sums.among
    a_squared, a_b, b_squared = sums.squares[:, part]
    # rounding can leave a tiny negative number where every draw is the same
    squares = max(0.0, a_squared - 2 * ratio * a_b + ratio**2 * b_squared)
    spread = np.sqrt(squares * n_draws / max(1, n_draws - 1))
    return float(spread / sums.among), student_t(n_draws - 1)


def few_hits(replicates: Sequence[OutcomeSums], part: int) -> tuple[float, float] | None:
    """How often a figure that is 0 or 1 in every draw was 1, and among how many, if few were 1 or few were 0."""
    hits, among = sum(sums.parts[part] for sums in replicates), sum(sums.among for sums in replicates)
    squares = [sum(sums.squares[row, part] for sums in replicates) for row in (0, 2)]
    sampled = squares[0] == hits and squares[1] == among
    return (float(hits), float(among)) if sampled and min(hits, among - hits) < FEW_HITS else None


def _binomial(hits: float, among: float) -> Estimate:
    """A share that was counted, with its Clopper-Pearson interval (1934): a spread between scrambles of a few hits is
    no measure of its error, and no hit does not mean no chance."""
    from scipy.special import betaincinv

    low = float(betaincinv(hits, among - hits + 1, 0.025)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, among - hits, 0.975)) if hits < among else 1.0
    return Estimate(hits / among, (high - low) / (2 * NORMAL), low, high)


def student_t(freedom: int) -> float:
    """97.5 % point of Student's t."""
    if freedom == 15:
        return T_15
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975))


def quantiles(counts: Counts, levels: Sequence[float] = LEVELS) -> dict[float, float] | None:
    """Quantiles from counts in fixed bins, right to 0.1 %; None where nothing was counted."""
    if not len(counts.bins):
        return None
    return dict(zip(levels, _quantiles(counts, np.array(levels)).tolist(), strict=True))


def _quantiles(counts: Counts, levels: FloatArray) -> FloatArray:
    filled = np.cumsum(counts.weight)
    target = levels * filled[-1]
    place = np.minimum(np.searchsorted(filled, target), len(filled) - 1)
    share = np.clip(1 - (filled[place] - target) / counts.weight[place], 0.0, 1.0)
    found: FloatArray = counts.low[place] + share * (counts.high[place] - counts.low[place])
    return found


def without_noise(across: Counts, apart: Counts, noise: float) -> dict[float, float] | None:
    """Quantiles of what is spread by more than the noise of two samples, of which each figure is the mean.

    Each sample alone has twice the variance of noise, so the step from its quantiles to those of the means shows what
    noise does to each of them. More such steps lead back to no noise (simulation and extrapolation, Stefanski & Bay
    1996); how many, the variance tells, which is then right. Should they not get there, the rest is drawn to the mean.

    Args:
        across: counts of the figures.
        apart: counts of what each sample alone says.
        noise: the variance of noise in `across`, on average.
    """
    if not len(across.bins):
        return None
    once, twice = _quantiles(across, GRID), _quantiles(apart, GRID)
    whole = variance(across)
    aim = once.var() * max(0.0, 1 - noise / whole) if whole > 0 else 0.0
    step = once - twice
    found = np.sort(once + _steps(once, step, aim) * step)
    if found.var() > aim:
        found = found.mean() + (found - found.mean()) * np.sqrt(aim / found.var())
    found = np.clip(found, across.low[0], across.high[-1])
    return dict(zip(LEVELS, np.interp(LEVELS, GRID, found).tolist(), strict=True))


def _steps(start: FloatArray, step: FloatArray, aim: float) -> float:
    """How many steps bring the variance down to an aim, or as near to it as they can."""
    square, product = step.var(), ((start - start.mean()) * (step - step.mean())).mean()
    if square <= 0 or product >= 0:
        return 0.0
    inside = product**2 - square * (start.var() - aim)
    return float((-product - np.sqrt(max(0.0, inside))) / square)


def variance(counts: Counts) -> float:
    """Of what was counted, to a thousandth of the values; 0 where nothing was."""
    total = counts.weight.sum()
    if total <= 0:
        return 0.0
    middle = (counts.low + counts.high) / 2
    mean = (middle * counts.weight).sum() / total
    return float(((middle - mean) ** 2 * counts.weight).sum() / total)


def values_seen(counts: Counts) -> tuple[Counts, list[float]]:
    """The values where they are few, and counts in which their places stand for bins; no values if they are many."""
    rounding = 1e-12 * np.abs(counts.high)
    if len(counts.bins) > FEW_VALUES or (counts.high - counts.low > rounding).any():
        return counts, []
    return replace(counts, bins=np.arange(len(counts.bins))), counts.low.tolist()


def discrete_quantiles(counts: Counts, values: Sequence[float], levels: Sequence[float] = LEVELS) -> dict[float, float]:
    """Quantiles of a number that takes one of a few values: the smallest that reaches the level."""
    filled = np.cumsum(masses(counts, values))
    return {level: values[min(int(np.searchsorted(filled, level - 1e-12)), len(values) - 1)] for level in levels}


def masses(counts: Counts, values: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The share of each of a few values, whose places stand for bins."""
    share = np.zeros(len(values))
    share[counts.bins] = counts.weight / counts.weight.sum()
    return share


@dataclass(frozen=True, slots=True)
class Histogram:
    """Shares of the whole between edges; one edge more than masses."""

    edges: tuple[float, ...]
    mass: tuple[float, ...]


def histogram(counts: Counts, n_bars: int = FEW_VALUES) -> Histogram:
    """Equal steps over the whole range."""
    low, high = float(counts.low[0]), float(counts.high[-1])
    if high <= low:
        return Histogram((low - 0.5, low + 0.5), (1.0,))
    middle = (counts.low + counts.high) / 2
    mass, edges = np.histogram(middle, bins=n_bars, range=(low, high), weights=counts.weight)
    return Histogram(tuple(edges.tolist()), tuple((mass / counts.weight.sum()).tolist()))


def discrete_histogram(counts: Counts, values: Sequence[float]) -> Histogram:
    """One bar for each value, cut half-way between neighbours."""
    if len(values) == 1:
        return Histogram((values[0] - 0.5, values[0] + 0.5), (1.0,))
    middle = [(one + other) / 2 for one, other in pairwise(values)]
    first, last = 2 * values[0] - middle[0], 2 * values[-1] - middle[-1]
    return Histogram((first, *middle, last), tuple(masses(counts, values).tolist()))
