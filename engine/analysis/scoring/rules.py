"""Proper scoring rules: what a forecast costs, once it is known what happened. Lower is better everywhere.

Proper: whoever believes a forecast expects the least loss by stating just that (Gneiting & Raftery 2007).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import Final

import numpy as np
import numpy.typing as npt

LEAST: Final = 0.005
MOST: Final = 0.995
"""The logarithmic score takes chances below and above these for these, since a certainty that fails costs infinity."""
CLIPPED: Final = "log scores take chances below 0.5% as 0.5% and above 99.5% as 99.5%"
"""To be said wherever a logarithmic score is shown."""

Numbers = npt.ArrayLike


def brier(p: float, happened: bool) -> float:
    """The squared error of a probability, from 0 (certain and right) to 1 (certain and wrong); 50 % costs 0.25.

    Half of the score that Brier (1950) defined, which counts the event and its contrary and so runs from 0 to 2.
    """
    return (p - happened) ** 2


def log_score(p: float, happened: bool) -> float:
    """Minus the natural logarithm of the probability given to what happened (Good 1952), clipped to [0.5 %, 99.5 %].

    From 0.005 to 5.3; 50 % costs 0.69.
    """
    return _surprise(p if happened else 1 - p)


def brier_of_choice(shares: Mapping[str, float], chosen: str) -> float:
    """Half the squared error of the probabilities of several values, so from 0 to 1; of two values it is `brier`.

    Args:
        shares: the probability of each value; they sum to 1, and a value that is missing has none.
        chosen: the value that came about.
    """
    others = sum(share**2 for value, share in shares.items() if value != chosen)
    return (others + (1 - shares.get(chosen, 0.0)) ** 2) / 2


def log_score_of_choice(shares: Mapping[str, float], chosen: str) -> float:
    """Minus the natural logarithm of the probability given to the value that came about, clipped as in `log_score`."""
    return _surprise(shares.get(chosen, 0.0))


def pinball(q: float, level: float, value: float) -> float:
    """The loss of stating that `value` lies below `q` with probability `level` (Koenker & Bassett 1978).

    In the unit of the value; the median's is half the absolute error.
    """
    return (value - q) * (level - (value < q))


def crps_of_quantiles(quantiles: Mapping[float, float], value: float) -> float:
    """Twice the mean pinball loss of some quantiles, by level: their weighted interval score (Bracher et al. 2021).

    Of levels spread evenly over 0 to 1 it tends to the continuous ranked probability score, the more there are; of few
    it is a score of those quantiles alone, to be compared only with the same levels.
    """
    return 2 * sum(pinball(q, level, value) for level, q in quantiles.items()) / len(quantiles)


def crps_of_values(values: Numbers, weights: Numbers, value: float) -> float:
    """Continuous ranked probability score of a distribution over some values: E|X - y| - E|X - X'|/2.

    Closed form of Gneiting & Raftery (2007). In the unit of the values; of a single value it is the absolute error.

    Args:
        values: in any order; (n,).
        weights: of each, not all 0; they need not sum to 1; (n,).
        value: what came about.
    """
    x, mass = np.asarray(values, np.float64), np.asarray(weights, np.float64)
    order = np.argsort(x, kind="stable")
    x, mass = x[order], mass[order] / mass.sum()
    below = np.cumsum(mass)[:-1]
    return float((mass * np.abs(x - value)).sum() - (below * (1 - below) * np.diff(x)).sum())


def crps_of_histogram(edges: Numbers, mass: Numbers, value: float) -> float:
    """As `crps_of_values`, of a distribution that is even within each bar of a histogram.

    Args:
        edges: of the bars, ascending; (n + 1,).
        mass: of each bar, not all 0; they need not sum to 1; (n,).
        value: what came about.
    """
    ends, share = np.asarray(edges, np.float64), np.asarray(mass, np.float64)
    share = share / share.sum()
    low, high = ends[:-1], ends[1:]
    width, filled = high - low, np.concatenate([[0.0], np.cumsum(share)])
    nearest = np.clip(value, low, high)
    # E|X - y| of a bar: its middle's distance, or, of a bar that y cuts in two, the mean over the parts
    inside = (nearest > low) & (nearest < high)
    parts = ((nearest - low) ** 2 + (high - nearest) ** 2) / (2 * np.where(width > 0, width, 1.0))
    far = np.where(inside, parts, np.abs((low + high) / 2 - value))
    one, other = filled[:-1], filled[1:]
    apart = width * ((one + other) / 2 - (one**2 + one * other + other**2) / 3)
    return float((share * far).sum() - apart.sum())


def skill(score: float, baseline: float) -> float | None:
    """The share of the baseline's loss that a forecast spares: 1 perfect, 0 no better, negative worse.

    None where the baseline lost nothing, so that nothing could be spared.
    """
    return 1 - score / baseline if baseline > 0 else None


def _surprise(chance: float) -> float:
    return -log(min(max(chance, LEAST), MOST))
