"""Distributions with given central quantiles."""

from __future__ import annotations

import numpy as np

from engine.distributions.distribution import FloatArray
from engine.distributions.tables import BETA_RANGE

CENTRAL_MASS = 0.9
TOUCHING_MASS = 0.95


def fit_normal(low: float, high: float, mass: float = CENTRAL_MASS) -> tuple[float, float]:
    """Mean and sd of the normal distribution whose central `mass` lies between low and high.

    Raises:
        ValueError: low is not below high, or mass is not between 0 and 1.
    """
    _check_band(low, high, mass)
    return (low + high) / 2, (high - low) / (2 * _half_width(mass))


def fit_lognormal(low: float, high: float, mass: float = CENTRAL_MASS) -> tuple[float, float]:
    """Median and sigma (sd of the logarithm) of the lognormal whose central `mass` lies between low and high.

    Raises:
        ValueError: low is not above 0 or not below high, or mass is not between 0 and 1.
    """
    _check_band(low, high, mass)
    if low <= 0:
        raise ValueError(f"a lognormal needs a lower bound above 0, got {low:g}; use a normal distribution")
    return float(np.sqrt(low) * np.sqrt(high)), float((np.log(high) - np.log(low)) / (2 * _half_width(mass)))


def fit_beta(low: float, high: float, mass: float = CENTRAL_MASS) -> tuple[float, float]:
    """Parameters (a, b) of the beta distribution whose central `mass` lies between low and high.

    Two quantiles determine a beta distribution (van Dorp & Mazzuchi 2000). Newton's method in (log a, log b) on the
    log-odds of the two tails, each step halved until it helps, from the logit-normal of the same quantiles or, where
    that leads nowhere, from the uniform distribution.

    Raises:
        ValueError: the bounds are not 0 < low < high < 1, mass is not between 0 and 1, or the distribution is narrower
            or wider than the engine can represent (BETA_RANGE).
    """
    _check_band(low, high, mass)
    if not 0 < low < high < 1:
        raise ValueError(f"a beta needs both bounds strictly between 0 and 1, got {low:g} and {high:g}")
    tail = (1 - mass) / 2
    guess = _logit_normal_guess(low, high, _half_width(mass))
    a, b = (float(value) for value in np.exp(_newton(low, high, tail, (guess, np.zeros(2), guess / 4))))
    return _within_range(a, low, high), _within_range(b, low, high)


def band_beta(low: float, high: float) -> tuple[float, float]:
    """Parameters (a, b) of the beta distribution that stands for a band of probabilities.

    The band is its central 90 %. A band that touches 0 holds 95 % of a Beta(1, b), one that touches 1 holds 95 % of a
    Beta(a, 1): the density then falls away from that end.

    Raises:
        ValueError: the bounds are not in order or outside 0..1, or the band touches both 0 and 1.
    """
    if not 0 <= low < high <= 1:
        raise ValueError(
            f"a band of probability needs 0 % <= low < high <= 100 %, got {100 * low:g} % and {100 * high:g} %"
        )
    if low == 0 and high == 1:
        raise ValueError(
            "a band from 0 % to 100 % says nothing; use 'uniform: [0, 1]' if any chance is as likely as another"
        )
    if low == 0:
        return 1.0, _within_range(np.log(1 - TOUCHING_MASS) / np.log1p(-high), low, high)
    if high == 1:
        return _within_range(np.log(1 - TOUCHING_MASS) / np.log(low), low, high), 1.0
    return fit_beta(low, high)


def _within_range(parameter: float, low: float, high: float) -> float:
    if not BETA_RANGE[0] <= parameter <= BETA_RANGE[1]:
        raise _no_fit(low, high)
    return float(parameter)


def _no_fit(low: float, high: float) -> ValueError:
    return ValueError(
        f"no beta distribution fits {low:g} to {high:g} well; give a 'value' if it is so narrow, or 'uniform'"
    )


def _check_band(low: float, high: float, mass: float) -> None:
    if not low < high:
        raise ValueError(f"the lower bound must be below the upper, got {low:g} and {high:g}")
    if not 0 < mass < 1:
        raise ValueError(f"the mass between the bounds must be between 0 and 1, got {mass:g}")


def _half_width(mass: float) -> float:
    """Half the width of the central `mass` of a standard normal distribution."""
    from scipy.special import ndtri

    return float(ndtri(0.5 + mass / 2))


def _logit_normal_guess(low: float, high: float, half_width: float) -> FloatArray:
    """(log a, log b) from var(logit X) = 1/a + 1/b and mean(logit X) = log(a/b), good for large a and b."""
    from scipy.special import expit, logit

    bounds = logit(np.array([low, high]))
    centre = float(expit(bounds.mean()))
    spread = float(bounds[1] - bounds[0]) / (2 * half_width)
    return np.log(np.array([1 / (1 - centre), 1 / centre]) / spread**2)


def _newton(low: float, high: float, tail: float, starts: tuple[FloatArray, ...]) -> FloatArray:
    """(log a, log b) at which both tails are `tail`, from the first start that leads there."""
    for start in starts:
        point, gap = _descend(low, high, tail, start)
        if np.abs(gap).max() < 1e-9:  # false for NaN
            return point
    raise _no_fit(low, high)


def _descend(low: float, high: float, tail: float, start: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Newton steps until the gap vanishes or no step helps; the last point and its gap."""
    point, gap = start, _tail_gap(start, low, high, tail)
    for _ in range(200):
        slope = _jacobian(point, low, high, tail)
        if np.abs(gap).max() < 1e-13 or not np.isfinite(slope).all() or np.linalg.matrix_rank(slope) < 2:
            break
        step: FloatArray = np.asarray(np.linalg.solve(slope, gap), dtype=np.float64)
        step *= min(1.0, 2.0 / float(np.abs(step).max()))
        moved, moved_gap = _halved_until_better(point, step, gap, low, high, tail)
        if moved is point:
            break
        point, gap = moved, moved_gap
    return point, gap


def _halved_until_better(
    point: FloatArray, step: FloatArray, gap: FloatArray, low: float, high: float, tail: float
) -> tuple[FloatArray, FloatArray]:
    for halvings in range(40):
        moved = point - step * 0.5**halvings
        moved_gap = _tail_gap(moved, low, high, tail)
        if np.linalg.norm(moved_gap) < np.linalg.norm(gap):  # false for NaN
            return moved, moved_gap
    return point, gap


def _tail_gap(log_parameters: FloatArray, low: float, high: float, tail: float) -> FloatArray:
    """Log-odds of the mass below low and above high, minus those of `tail`; (2,)."""
    from scipy.special import betainc, betaincc

    a, b = np.exp(log_parameters)
    tails = np.array([betainc(a, b, low), betaincc(a, b, high)])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(tails / (1 - tails)) - np.log(tail / (1 - tail)))


def _jacobian(point: FloatArray, low: float, high: float, tail: float) -> FloatArray:
    size = 1e-6
    with np.errstate(invalid="ignore"):
        columns = [
            (_tail_gap(point + size * unit, low, high, tail) - _tail_gap(point - size * unit, low, high, tail))
            / (2 * size)
            for unit in np.eye(2)
        ]
    return np.stack(columns, axis=1)
