"""Distributions made of others: mixtures and truncations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.distributions.distribution import SMALLEST, Distribution, FloatArray, inside
from engine.distributions.quadrature import partial_expectation

LEAST_KEPT = 1e-9
_LEVEL = 4e-16  # a cdf that is this close to the probability is level as far as floats can tell: only halving helps
_GRID = np.concatenate([[1e-12, 1e-9, 1e-6, 1e-4], np.arange(1, 256) / 256, [1 - 1e-4, 1 - 1e-6, 1 - 1e-9, 1 - 1e-12]])


@dataclass(frozen=True, slots=True, eq=False)
class Truncated(Distribution):
    """A distribution given that its value lies between low and high, both included (renormalised).

    Attributes:
        below: the probability below low, of the distribution that was truncated.
        upto: its probability up to and including high.
    """

    inner: Distribution
    low: float
    high: float
    below: float
    upto: float

    def quantile(self, u: FloatArray) -> FloatArray:
        return np.clip(self.inner.quantile(inside(self.below + u * (self.upto - self.below))), self.low, self.high)

    def cdf(self, x: FloatArray) -> FloatArray:
        x = np.asarray(x, dtype=np.float64)
        share = np.clip((self.inner.cdf(x) - self.below) / (self.upto - self.below), 0.0, 1.0)
        return np.where(x < self.low, 0.0, np.where(x >= self.high, 1.0, share))

    def mean(self) -> float:
        """By quadrature; an infinite upper tail is the whole expectation less what lies below it."""
        if np.isinf(self.high):
            kept = self.inner.mean() - (
                partial_expectation(self.inner.quantile, 0.0, self.below) if self.below else 0.0
            )
        else:
            kept = partial_expectation(self.inner.quantile, self.below, self.upto)
        return float(np.clip(kept / (self.upto - self.below), self.low, self.high))

    def support(self) -> tuple[float, float]:
        return self.low, self.high


@dataclass(frozen=True, slots=True, eq=False)
class Mixture(Distribution):
    """One of several distributions, each with its own chance.

    Attributes:
        weights: the chances, summing to 1; (n_parts,).
        parts: the distributions.
        knots: values that split the line for the search of a quantile, increasing; (n_knots,).
        levels: the mixed cdf at the knots; (n_knots,).
    """

    weights: tuple[float, ...]
    parts: tuple[Distribution, ...]
    knots: FloatArray
    levels: FloatArray

    def quantile(self, u: FloatArray) -> FloatArray:
        """By bracketed search in the mixed cdf, to 1e-10 of the distance between neighbouring knots."""
        flat = np.ravel(np.asarray(u, dtype=np.float64))
        candidates = np.stack([part.quantile(flat) for part in self.parts])
        place = np.searchsorted(self.levels, flat, side="left")
        low = np.maximum(candidates.min(axis=0), np.concatenate([[-np.inf], self.knots])[place])
        high = np.minimum(candidates.max(axis=0), np.concatenate([self.knots, [np.inf]])[place])
        return self._search(flat, np.minimum(low, high), high).reshape(np.shape(u))

    def cdf(self, x: FloatArray) -> FloatArray:
        x = np.asarray(x, dtype=np.float64)
        mixed = np.zeros(x.shape)
        for weight, part in zip(self.weights, self.parts, strict=True):
            mixed += weight * part.cdf(x)
        return np.minimum(mixed, 1.0)

    def mean(self) -> float:
        return float(sum(weight * part.mean() for weight, part in zip(self.weights, self.parts, strict=True)))

    def support(self) -> tuple[float, float]:
        lows, highs = zip(*(part.support() for part in self.parts), strict=True)
        return min(lows), max(highs)

    def _search(self, u: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
        """The smallest x in (low, high] with cdf(x) >= u, by false position and bisection.

        The Illinois variant (Dowell & Jarratt 1971) with every fourth step a bisection. Each element moves by its own
        history only and leaves when its bracket is narrow, so no element touches another.
        """
        below_low, above_high = self.cdf(low) - u, self.cdf(high) - u
        high = np.where(below_low >= 0, low, high)
        width = 1e-10 * (high - low) + SMALLEST
        answer = high.copy()
        active = np.arange(len(u))
        last = np.zeros(len(u))
        for turn in range(200):
            kept = high - low > np.maximum(width, 4e-16 * np.maximum(np.abs(low), np.abs(high)))
            answer[active] = high
            active, low, high, width, last = active[kept], low[kept], high[kept], width[kept], last[kept]
            below_low, above_high = below_low[kept], above_high[kept]
            if not len(active):
                break
            share = -below_low / (above_high - below_low)
            x = _between(low, high, np.where((turn % 4 == 3) | (above_high < _LEVEL), 0.5, share))
            gap = self.cdf(x) - u[active]
            rises = gap >= 0
            below_low = np.where(rises, np.where(last > 0, below_low / 2, below_low), gap)
            above_high = np.where(rises, gap, np.where(last < 0, above_high / 2, above_high))
            low, high, last = np.where(rises, low, x), np.where(rises, x, high), np.where(rises, 1.0, -1.0)
        return answer


def truncated(inner: Distribution, low: float | None, high: float | None) -> Distribution:
    """`inner` given that its value lies between low and high; None leaves that side open.

    Raises:
        ValueError: (almost) nothing of the distribution lies there.
    """
    bottom, top = inner.support()
    least = bottom if low is None else max(low, bottom)
    most = top if high is None else min(high, top)
    below = 0.0 if least <= bottom else _cdf_at(inner, float(np.nextafter(least, -np.inf)))
    upto = 1.0 if most >= top else _cdf_at(inner, most)
    if least > most or upto - below < LEAST_KEPT:
        raise ValueError(
            f"nothing is left of the distribution after 'clip': it lies between {bottom:g} and {top:g}; widen the clip"
        )
    return Truncated(inner, least, most, below, upto)


def mixture(parts: Sequence[tuple[float, Distribution]]) -> Mixture:
    """The mixture of weighted distributions; the weights are taken as checked."""
    weights = tuple(weight for weight, _ in parts)
    members = tuple(member for _, member in parts)
    empty = Mixture(weights, members, np.empty(0), np.empty(0))
    knots = np.unique(np.concatenate([_knots(member) for member in members]))
    return Mixture(weights, members, knots, np.maximum.accumulate(empty.cdf(knots)))


def _knots(member: Distribution) -> FloatArray:
    """Quantiles of a distribution, and the float just below each of its atoms, so that a jump has a cell of its own."""
    x = member.quantile(_GRID)
    atoms = np.unique(x[1:][x[1:] == x[:-1]])
    return np.concatenate([x, np.nextafter(atoms, -np.inf)])


def _between(low: FloatArray, high: FloatArray, share: FloatArray) -> FloatArray:
    """The point at this share of the way, kept off both ends."""
    return low + np.clip(share, 1e-6, 1 - 1e-6) * (high - low)


def _cdf_at(inner: Distribution, x: float) -> float:
    return float(inner.cdf(np.array([x]))[0])
