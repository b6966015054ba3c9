"""Fast quantile functions of beta and gamma distributions.

Inverting the incomplete beta or gamma function costs about half a microsecond per value, a table some 20 nanoseconds.
Both axes are transformed so that the tails become straight lines and need no special cells:

    t = log(u / (1 - u))                 for the probability,
    y = log(x / (1 - x)) or y = log(x)   for a beta or a gamma value.

As u goes to 0, x behaves like u**(1/a), so y is linear in t with slope 1/a; likewise at the other end. Between nodes y
is the quintic Hermite polynomial through the exact y, dy/dt and d2y/dt2 of both neighbours, which have closed forms:

    dy/dt = u (1 - u) / g(y),   d2y/dt2 = dy/dt ((1 - 2u) - dy/dt g'(y)/g(y)),   g(y) = density(x) dx/dy.

Nodes are 1/16 apart for t in [-20, 20]; beyond that, at probabilities within 2e-9 of 0 or 1, the exact inverse is
called. At the nodes the table is exact, so it meets the exact inverse without a step.

Error: at most 1e-6 standard deviations of the distribution for all parameters in BETA_RANGE and GAMMA_RANGE, and at
most 1e-9 where beta parameters lie from 0.1 to 1e5 (tests/distributions/test_tables.py). The measure is the absolute
error over the standard deviation, because that is what moves a mean, a quantile or a payoff. A beta with a parameter
below 0.02 is almost a coin that falls on 0 or 1, and its quantile function turns too sharply for these cells.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engine.distributions.distribution import FloatArray, Index

BETA_RANGE = (0.02, 1e7)
GAMMA_RANGE = (1e-3, 1e5)

_REACH = 20.0
_CELLS_PER_UNIT = 16
_UNDERFLOW = 1e-290  # below this the inverse functions are cut off; the leading term of the tail is exact there
_POLISH_FROM = 1e4  # above this the inverse beta function of scipy loses digits in the tails


@dataclass(frozen=True, slots=True, eq=False)
class QuantileTable:
    """A quantile function tabulated on the log-odds of the probability.

    Attributes:
        coefficients: of y in powers of the position 0..1 within a cell, lowest power first; (6, n_cells).
        value: turns y into x.
        exact: the exact quantile function, for probabilities beyond the table; (n,) to (n,).
    """

    coefficients: FloatArray
    value: Callable[[FloatArray], FloatArray]
    exact: Callable[[FloatArray], FloatArray]

    def __call__(self, u: FloatArray) -> FloatArray:
        """Quantiles at u strictly in (0, 1); any shape."""
        n_cells = self.coefficients.shape[1]
        odds = (np.log(u / (1.0 - u)) + _REACH) * _CELLS_PER_UNIT
        position = np.clip(odds, 0.0, n_cells)
        cell = np.minimum(position, n_cells - 1).astype(np.intp)
        x = np.asarray(self.value(_polynomial(self.coefficients, cell, position - cell)))
        beyond = odds != position
        if beyond.any():
            x[beyond] = self.exact(u[beyond])
        return x


@lru_cache(maxsize=512)
def beta_table(a: float, b: float) -> QuantileTable:
    """The quantile function of Beta(a, b) on (0, 1), a and b within BETA_RANGE."""
    from scipy.special import betaln

    u, w = _nodes()
    log_norm = float(betaln(a, b))
    log_x = _log_or_tail(_beta_inverse(a, b, u, w), _beta_log_tail(a, b, u))
    log_rest = _log_or_tail(_beta_inverse(b, a, w, u), _beta_log_tail(b, a, w))
    with np.errstate(under="ignore"):
        x, rest = np.exp(log_x), np.exp(log_rest)
        slope = np.exp(np.log(u) + np.log(w) - a * log_x - b * log_rest + log_norm)
    bend = slope * ((w - u) - (a * rest - b * x) * slope)

    def exact(p: FloatArray) -> FloatArray:
        return _beta_inverse(a, b, p, 1.0 - p)

    return QuantileTable(_hermite(log_x - log_rest, slope, bend), _logistic, exact)


@lru_cache(maxsize=512)
def gamma_table(shape: float) -> QuantileTable:
    """The quantile function of the gamma distribution of this shape and scale 1, shape within GAMMA_RANGE."""
    from scipy.special import gammaln

    u, w = _nodes()
    log_norm = float(gammaln(shape))
    log_x = _log_or_tail(_gamma_inverse(shape, u, w), (np.log(u) + np.log(shape) + log_norm) / shape)
    with np.errstate(under="ignore"):
        x = np.exp(log_x)
        slope = np.exp(np.log(u) + np.log(w) - shape * log_x + x + log_norm)
    bend = slope * ((w - u) - (shape - x) * slope)

    def exact(p: FloatArray) -> FloatArray:
        return _gamma_inverse(shape, p, 1.0 - p)

    return QuantileTable(_hermite(log_x, slope, bend), _exponential, exact)


def _nodes() -> tuple[FloatArray, FloatArray]:
    """The probabilities u at the nodes and 1 - u, each to full relative precision; (n_cells + 1,) each."""
    t = np.arange(round(2 * _REACH * _CELLS_PER_UNIT) + 1) / _CELLS_PER_UNIT - _REACH
    return 1.0 / (1.0 + np.exp(-t)), 1.0 / (1.0 + np.exp(t))


def _hermite(y: FloatArray, slope: FloatArray, bend: FloatArray) -> FloatArray:
    """Coefficients of the quintics that match y, dy/dt and d2y/dt2 at both ends of every cell; (6, n_cells)."""
    step = 1.0 / _CELLS_PER_UNIT
    d0, d1 = step * slope[:-1], step * slope[1:]
    s0, s1 = step**2 * bend[:-1] / 2, step**2 * bend[1:] / 2
    rise = y[1:] - y[:-1] - d0 - s0  # what the powers 3, 4, 5 still have to add in value, slope and half bend
    steep = d1 - d0 - 2 * s0
    curl = s1 - s0
    return np.stack(
        [y[:-1], d0, s0, 10 * rise - 4 * steep + curl, -15 * rise + 7 * steep - 2 * curl, 6 * rise - 3 * steep + curl]
    )


def _polynomial(coefficients: FloatArray, cell: Index, s: FloatArray) -> FloatArray:
    y: FloatArray = np.asarray(coefficients[5].take(cell))
    for power in (4, 3, 2, 1, 0):
        y *= s
        y += coefficients[power].take(cell)
    return y


def _log_or_tail(x: FloatArray, log_tail: FloatArray) -> FloatArray:
    """log(x), or the logarithm of the tail's leading term where x is too small for a float."""
    return np.where(x > _UNDERFLOW, np.log(np.maximum(x, _UNDERFLOW)), log_tail)


def _beta_inverse(a: float, b: float, u: FloatArray, w: FloatArray) -> FloatArray:
    """The quantile of Beta(a, b) at u = 1 - w, from whichever of the two is small."""
    from scipy.special import betainccinv, betaincinv

    x = np.empty_like(u)
    low = u <= 0.5
    x[low], x[~low] = betaincinv(a, b, u[low]), betainccinv(a, b, w[~low])
    with np.errstate(under="ignore"):
        tail = np.exp(_beta_log_tail(a, b, u))
    x = np.where(x > _UNDERFLOW, x, tail)  # scipy cuts off at 2e-308 and gives NaN for u near 1e-300
    return _polished(a, b, x, u, w) if max(a, b) > _POLISH_FROM else x


def _beta_log_tail(a: float, b: float, u: FloatArray) -> FloatArray:
    """The logarithm of the leading term of the quantile as u goes to 0: u = x**a / (a B(a, b))."""
    from scipy.special import betaln

    return np.asarray((np.log(u) + np.log(a) + betaln(a, b)) / a)


def _polished(a: float, b: float, x: FloatArray, u: FloatArray, w: FloatArray) -> FloatArray:
    """Two Newton steps on whichever tail is small; a step that is not finite (x rounded to 0 or 1) is left out."""
    from scipy.special import betainc, betaincc, betaln

    for _ in range(2):
        with np.errstate(all="ignore"):
            density = np.exp((a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - betaln(a, b))
            step = np.where(u <= 0.5, betainc(a, b, x) - u, w - betaincc(a, b, x)) / density
            x = np.where(np.isfinite(step), np.clip(x - step, x / 2, (1 + x) / 2), x)
    return x


def _gamma_inverse(shape: float, u: FloatArray, w: FloatArray) -> FloatArray:
    """The quantile of a gamma distribution of scale 1 at u = 1 - w, from whichever of the two is small."""
    from scipy.special import gammainccinv, gammaincinv

    x = np.empty_like(u)
    low = u <= 0.5
    x[low], x[~low] = gammaincinv(shape, u[low]), gammainccinv(shape, w[~low])
    return x


def _logistic(y: FloatArray) -> FloatArray:
    with np.errstate(over="ignore", under="ignore"):
        x: FloatArray = 1.0 / (1.0 + np.exp(-y))
    return x


def _exponential(y: FloatArray) -> FloatArray:
    with np.errstate(under="ignore"):
        return np.asarray(np.exp(y))
