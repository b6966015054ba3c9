"""Pools of stated probabilities, by hand (Genest & Zidek 1986)."""

from __future__ import annotations

import numpy as np
import pytest

from engine.analysis.reconciliation.pooling import linear_pool, mixed_quantile, odds_pool, pooled
from engine.distributions.elementary import Beta, Uniform, Value


def test_the_linear_pool_is_the_mean() -> None:
    assert linear_pool([0.1, 0.2, 0.6]) == pytest.approx(0.3)


def test_the_pool_of_log_odds() -> None:
    """Odds of 1 to 4 and of 9 to 1 have the geometric mean 3 to 2."""
    assert odds_pool([0.2, 0.9]) == pytest.approx(0.6)
    assert odds_pool([0.3]) == pytest.approx(0.3)


def test_who_is_sure_has_a_veto_in_log_odds() -> None:
    assert odds_pool([0.0, 0.5]) == 0
    assert odds_pool([1.0, 0.5]) == 1
    assert odds_pool([0.0, 1.0]) is None


def test_the_pool_of_odds_does_not_hang_on_what_is_called_happening() -> None:
    """It is externally Bayesian, and so symmetric; so is the linear one."""
    for pool in (linear_pool, odds_pool):
        there, back = pool([0.1, 0.4, 0.7]), pool([0.9, 0.6, 0.3])
        assert there is not None
        assert back is not None
        assert there + back == pytest.approx(1)


def test_quantiles_of_a_mixture() -> None:
    """Half spread over 0 to 0.2 and half over 0.6 to 1: a quarter lies below 0.1, three quarters below 0.8."""
    both = [Uniform(0, 0.2), Uniform(0.6, 1)]
    assert mixed_quantile(both, 0.25) == pytest.approx(0.1, abs=1e-9)
    assert mixed_quantile(both, 0.75) == pytest.approx(0.8, abs=1e-9)
    assert mixed_quantile([Value(0.3), Value(0.3), Value(0.7)], 0.5) == pytest.approx(0.3, abs=1e-9)


def test_each_statement_counts_with_its_mean() -> None:
    pool = pooled([Beta(2, 8), Beta(9, 1)])
    assert pool.linear == pytest.approx((0.2 + 0.9) / 2)
    assert pool.odds == pytest.approx(0.6)
    below = np.mean([one.cdf(np.array([pool.low, pool.high])) for one in (Beta(2, 8), Beta(9, 1))], axis=0)
    assert below == pytest.approx([0.05, 0.95], abs=1e-9)
