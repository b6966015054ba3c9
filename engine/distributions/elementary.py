"""The simple families, each with its quantile function, cdf and mean in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.distributions.distribution import Distribution, FloatArray
from engine.distributions.tables import beta_table, gamma_table


@dataclass(frozen=True, slots=True)
class Value(Distribution):
    """A number that is certain."""

    x: float

    def quantile(self, u: FloatArray) -> FloatArray:
        return np.full(np.shape(u), self.x)

    def cdf(self, x: FloatArray) -> FloatArray:
        return np.where(np.asarray(x) >= self.x, 1.0, 0.0)

    def mean(self) -> float:
        return self.x

    def support(self) -> tuple[float, float]:
        return self.x, self.x


@dataclass(frozen=True, slots=True)
class Uniform(Distribution):
    """Any number from low to high is as likely as another."""

    low: float
    high: float

    def quantile(self, u: FloatArray) -> FloatArray:
        return np.minimum(self.low + u * (self.high - self.low), self.high)

    def cdf(self, x: FloatArray) -> FloatArray:
        return np.clip((np.asarray(x) - self.low) / (self.high - self.low), 0.0, 1.0)

    def mean(self) -> float:
        return (self.low + self.high) / 2

    def support(self) -> tuple[float, float]:
        return self.low, self.high


@dataclass(frozen=True, slots=True)
class Triangular(Distribution):
    """Density that rises in a straight line from low to mode and falls in one to high."""

    low: float
    mode: float
    high: float

    def quantile(self, u: FloatArray) -> FloatArray:
        width, rise, fall = self.high - self.low, self.mode - self.low, self.high - self.mode
        x = np.where(
            u * width < rise, self.low + np.sqrt(u * width * rise), self.high - np.sqrt((1 - u) * width * fall)
        )
        return np.clip(x, self.low, self.high)

    def cdf(self, x: FloatArray) -> FloatArray:
        width, rise, fall = self.high - self.low, self.mode - self.low, self.high - self.mode
        inside = np.clip(x, self.low, self.high)
        with np.errstate(divide="ignore", invalid="ignore"):
            below = (inside - self.low) ** 2 / (width * rise)
            above = (self.high - inside) ** 2 / (width * fall)
        return np.where(inside < self.mode, below, np.where(inside < self.high, 1 - above, 1.0))

    def mean(self) -> float:
        return (self.low + self.mode + self.high) / 3

    def support(self) -> tuple[float, float]:
        return self.low, self.high


@dataclass(frozen=True, slots=True)
class Normal(Distribution):
    """The normal distribution of this mean and standard deviation."""

    centre: float
    sd: float

    def quantile(self, u: FloatArray) -> FloatArray:
        from scipy.special import ndtri

        return np.asarray(self.centre + self.sd * ndtri(u))

    def cdf(self, x: FloatArray) -> FloatArray:
        from scipy.special import ndtr

        return np.asarray(ndtr((np.asarray(x) - self.centre) / self.sd))

    def mean(self) -> float:
        return self.centre

    def support(self) -> tuple[float, float]:
        return -np.inf, np.inf


@dataclass(frozen=True, slots=True)
class Lognormal(Distribution):
    """A positive number whose logarithm is normal around log(median) with standard deviation sigma."""

    median: float
    sigma: float

    def quantile(self, u: FloatArray) -> FloatArray:
        from scipy.special import ndtri

        return np.asarray(self.median * np.exp(self.sigma * ndtri(u)))

    def cdf(self, x: FloatArray) -> FloatArray:
        from scipy.special import ndtr

        with np.errstate(divide="ignore"):
            return np.asarray(ndtr(np.log(np.maximum(x, 0.0) / self.median) / self.sigma))

    def mean(self) -> float:
        return float(self.median * np.exp(self.sigma**2 / 2))

    def support(self) -> tuple[float, float]:
        return 0.0, np.inf


@dataclass(frozen=True, slots=True)
class Beta(Distribution):
    """Beta(a, b) stretched from (0, 1) to (low, high)."""

    a: float
    b: float
    low: float = 0.0
    high: float = 1.0

    def quantile(self, u: FloatArray) -> FloatArray:
        x = beta_table(self.a, self.b)(np.asarray(u, dtype=np.float64))
        return np.minimum(self.low + (self.high - self.low) * x, self.high)

    def cdf(self, x: FloatArray) -> FloatArray:
        from scipy.special import betainc

        place = (np.asarray(x) - self.low) / (self.high - self.low)
        return np.asarray(betainc(self.a, self.b, np.clip(place, 0.0, 1.0)))

    def mean(self) -> float:
        return self.low + (self.high - self.low) * self.a / (self.a + self.b)

    def support(self) -> tuple[float, float]:
        return self.low, self.high


@dataclass(frozen=True, slots=True)
class Gamma(Distribution):
    """The gamma distribution; shape 1 is the exponential distribution of this mean."""

    shape: float
    scale: float

    def quantile(self, u: FloatArray) -> FloatArray:
        return self.scale * gamma_table(self.shape)(np.asarray(u, dtype=np.float64))

    def cdf(self, x: FloatArray) -> FloatArray:
        from scipy.special import gammainc

        return np.asarray(gammainc(self.shape, np.maximum(x, 0.0) / self.scale))

    def mean(self) -> float:
        return self.shape * self.scale

    def support(self) -> tuple[float, float]:
        return 0.0, np.inf


@dataclass(frozen=True, slots=True, eq=False)
class Scipy(Distribution):
    """A continuous family of scipy.stats with its arguments filled in."""

    frozen: Any

    def quantile(self, u: FloatArray) -> FloatArray:
        return np.asarray(self.frozen.ppf(u), dtype=np.float64)

    def cdf(self, x: FloatArray) -> FloatArray:
        return np.asarray(self.frozen.cdf(x), dtype=np.float64)

    def mean(self) -> float:
        return float(self.frozen.mean())

    def support(self) -> tuple[float, float]:
        low, high = self.frozen.support()
        return float(low), float(high)


def pert(low: float, mode: float, high: float) -> Beta:
    """A beta over low..high with its peak at mode and mean (low + 4 mode + high) / 6.

    The beta-PERT distribution of Malcolm et al. (1959) and Clark (1962), with shape 4.
    """
    width = high - low
    return Beta(1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width, low, high)
