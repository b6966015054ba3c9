"""A distribution known by some of its quantiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.distributions.distribution import Distribution, FloatArray, Index


@dataclass(frozen=True, slots=True, eq=False)
class Interpolated(Distribution):
    """A quantile function through given points, smooth and monotone between them.

    Piecewise cubic Hermite interpolation of x against p with the slopes of Fritsch & Butland (1984), which never
    overshoots. Equal neighbouring x make an atom: that value has the probability between the two p.

    Attributes:
        p: probabilities, increasing, from 0 to 1; (n_points,).
        x: values, not decreasing; (n_points,).
        slope: dx/dp at the points; (n_points,).
    """

    p: FloatArray
    x: FloatArray
    slope: FloatArray

    def quantile(self, u: FloatArray) -> FloatArray:
        u = np.asarray(u, dtype=np.float64)
        cell = np.clip(np.searchsorted(self.p, u, side="right") - 1, 0, len(self.p) - 2)
        return self._within(cell, (u - self.p[cell]) / (self.p[cell + 1] - self.p[cell]))

    def cdf(self, x: FloatArray) -> FloatArray:
        x = np.asarray(x, dtype=np.float64)
        cell = np.clip(np.searchsorted(self.x, x, side="right") - 1, 0, len(self.x) - 2)
        low, high = np.zeros(x.shape), np.ones(x.shape)
        for _ in range(54):
            middle = (low + high) / 2
            below = self._within(cell, middle) <= x
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        place = self.p[cell] + low * (self.p[cell + 1] - self.p[cell])
        return np.where(x < self.x[0], 0.0, np.where(x >= self.x[-1], 1.0, place))

    def mean(self) -> float:
        """The integral of the quantile function, exact for cubics."""
        step = np.diff(self.p)
        areas = step * (self.x[1:] + self.x[:-1]) / 2 - step**2 * np.diff(self.slope) / 12
        return float(np.clip(areas.sum(), self.x[0], self.x[-1]))

    def support(self) -> tuple[float, float]:
        return float(self.x[0]), float(self.x[-1])

    def _within(self, cell: Index, s: FloatArray) -> FloatArray:
        """The cubic of each cell at the position s, 0..1 across it."""
        step = self.p[cell + 1] - self.p[cell]
        left, right = self.x[cell], self.x[cell + 1]
        d0, d1 = step * self.slope[cell], step * self.slope[cell + 1]
        rise = right - left
        y = left + s * (d0 + s * ((3 * rise - 2 * d0 - d1) + s * (d0 + d1 - 2 * rise)))
        return np.clip(y, left, right)


def interpolated(quantiles: Mapping[Any, float]) -> Interpolated:
    """The distribution with these quantiles.

    Args:
        quantiles: values by probability (0 < p < 1), at least two, and optionally by 'min' and 'max'. Without those the
            tails are cut half a gap beyond: the lowest value is x1 - (x2 - x1)/2, and so on top.
    """
    points = sorted((p, x) for p, x in quantiles.items() if not isinstance(p, str))
    p = np.array([0.0, *(p for p, _ in points), 1.0])
    inner = [x for _, x in points]
    low = quantiles.get("min", inner[0] - (inner[1] - inner[0]) / 2)
    high = quantiles.get("max", inner[-1] + (inner[-1] - inner[-2]) / 2)
    x = np.array([low, *inner, high])
    return Interpolated(p, x, _slopes(p, x))


def _slopes(p: FloatArray, x: FloatArray) -> FloatArray:
    """Slopes that keep the cubic monotone: weighted harmonic means inside, one-sided formulas at the ends."""
    step = np.diff(p)
    secant = np.diff(x) / step
    left, right = 2 * step[1:] + step[:-1], step[1:] + 2 * step[:-1]
    with np.errstate(all="ignore"):
        inner = np.where(
            (secant[:-1] > 0) & (secant[1:] > 0), (left + right) / (left / secant[:-1] + right / secant[1:]), 0
        )
    first = _end_slope(step[0], step[1], secant[0], secant[1])
    last = _end_slope(step[-1], step[-2], secant[-1], secant[-2])
    return np.array([first, *inner, last])


def _end_slope(step: float, next_step: float, secant: float, next_secant: float) -> float:
    slope = ((2 * step + next_step) * secant - step * next_secant) / (step + next_step)
    return float(np.clip(slope, 0.0, 3 * secant))
