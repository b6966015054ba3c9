"""Figures with their sampling error, from sums over draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from engine.games.segments import FloatArray
from engine.simulation.accumulate import Counts, OutcomeSums, edges_of

LEVELS: Final = (0.05, 0.25, 0.5, 0.75, 0.95)
FEW_HITS: Final = 80
NORMAL: Final = 1.959963984540054  # 97.5 % point of the normal distribution
SMALLEST: Final = float(np.finfo(np.float64).tiny)
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
    if bounded and (hits := _few_hits(replicates, part)) is not None:
        return _binomial(*hits)
    low, high = value - t * error, value + t * error
    return Estimate(value, error, max(low, 0.0), min(high, 1.0)) if bounded else Estimate(value, error, low, high)


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


def _few_hits(replicates: Sequence[OutcomeSums], part: int) -> tuple[float, float] | None:
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
    low, high = _edges_seen(counts)
    filled = np.cumsum(counts.weight)
    found = {}
    for level in levels:
        target = level * filled[-1]
        place = min(int(np.searchsorted(filled, target)), len(filled) - 1)
        share = 1 - (filled[place] - target) / counts.weight[place]
        found[level] = float(low[place] + min(max(share, 0.0), 1.0) * (high[place] - low[place]))
    return found


def without_noise(found: Mapping[float, float] | None, counts: Counts, noise: float) -> dict[float, float] | None:
    """Quantiles of what is spread by more than noise: drawn towards the mean until the variance is right.

    Args:
        found: quantiles of `counts`.
        counts: of figures that are each off by noise.
        noise: its variance, on average.
    """
    if found is None or noise <= 0:
        return None if found is None else dict(found)
    low, high = _edges_seen(counts)
    middle, total = (low + high) / 2, counts.weight.sum()
    mean = float((middle * counts.weight).sum() / total)
    variance = float(((middle - mean) ** 2 * counts.weight).sum() / total)
    share = np.sqrt(max(0.0, 1 - noise / variance)) if variance > 0 else 0.0
    return {level: float(mean + (value - mean) * share) for level, value in found.items()}


def _edges_seen(counts: Counts) -> tuple[FloatArray, FloatArray]:
    """The ends of each bin within the values seen; numbers too small for full precision are 0."""
    low, high = (np.where(np.abs(edge) < SMALLEST, 0.0, edge) for edge in edges_of(counts.bins))
    return np.maximum(low, counts.low), np.minimum(high, counts.high)


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


def histogram(counts: Counts, n_bars: int = 24) -> Histogram:
    """Equal steps over the whole range."""
    if counts.high <= counts.low:
        return Histogram((counts.low - 0.5, counts.low + 0.5), (1.0,))
    low, high = _edges_seen(counts)
    middle = (low + high) / 2
    mass, edges = np.histogram(middle, bins=n_bars, range=(counts.low, counts.high), weights=counts.weight)
    return Histogram(tuple(edges.tolist()), tuple((mass / counts.weight.sum()).tolist()))


def discrete_histogram(counts: Counts, values: Sequence[float]) -> Histogram:
    """One bar for each value, cut half-way between neighbours."""
    if len(values) == 1:
        return Histogram((values[0] - 0.5, values[0] + 0.5), (1.0,))
    middle = [(one + other) / 2 for one, other in pairwise(values)]
    first, last = 2 * values[0] - middle[0], 2 * values[-1] - middle[-1]
    return Histogram((first, *middle, last), tuple(masses(counts, values).tolist()))
