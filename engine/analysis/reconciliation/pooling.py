"""Stated probabilities pooled without any model: the naive baseline (Genest & Zidek 1986)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Final

import numpy as np

from engine.distributions.distribution import Distribution

GRID: Final = 1_025
EXACT: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Pool:
    """What several statements about one outcome say together if all count the same.

    Attributes:
        linear: the mean of their probabilities.
        odds: the probability whose log odds are the mean of theirs; None where one says 0 and another 1.
        low, high: 5 and 95 % of the mixture of their distributions.
    """

    linear: float
    odds: float | None
    low: float
    high: float


def pooled(statements: Sequence[Distribution]) -> Pool:
    """The pools of one or more statements; each counts with its mean, which is its probability of the outcome."""
    means = [min(max(one.mean(), 0.0), 1.0) for one in statements]
    return Pool(
        linear_pool(means), odds_pool(means), mixed_quantile(statements, 0.05), mixed_quantile(statements, 0.95)
    )


def linear_pool(probabilities: Sequence[float]) -> float:
    """The mean (Stone 1961)."""
    return sum(probabilities) / len(probabilities)


def odds_pool(probabilities: Sequence[float]) -> float | None:
    """The mean in log odds, which is the geometric pool of an event; a 0 or a 1 is a veto, and both leave nothing."""
    zero, one = any(p <= 0 for p in probabilities), any(p >= 1 for p in probabilities)
    if zero or one:
        return None if zero and one else float(one)
    mean = sum(log(p / (1 - p)) for p in probabilities) / len(probabilities)
    return 1 / (1 + exp(-mean))


def mixed_quantile(statements: Sequence[Distribution], level: float) -> float:
    """The smallest probability that so much of the mixture does not exceed, to 1e-12."""
    low, high = 0.0, 1.0
    while high - low > EXACT:
        grid = np.linspace(low, high, GRID)
        below = np.mean([one.cdf(grid) for one in statements], axis=0)
        place = int(np.argmax(below >= level)) if below[-1] >= level else GRID - 1
        low, high = float(grid[max(0, place - 1)]), float(grid[place])
    return high
