from __future__ import annotations

from math import exp, log, pi, sqrt

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from engine.analysis.scoring.rules import (
    brier,
    brier_of_choice,
    crps_of_histogram,
    crps_of_quantiles,
    crps_of_values,
    log_score,
    log_score_of_choice,
    pinball,
    skill,
)

CHANCES = np.linspace(0.02, 0.98, 25)


@pytest.mark.parametrize(
    ("p", "squared", "logarithm"),
    [(0.01, 0.0001, 0.010), (0.12, 0.0144, 0.128), (0.19, 0.0361, 0.211), (0.3, 0.09, 0.357)],
)
def test_what_a_forecast_costs_when_the_event_does_not_happen(p: float, squared: float, logarithm: float) -> None:
    assert brier(p, False) == pytest.approx(squared)
    assert log_score(p, False) == pytest.approx(logarithm, abs=5e-4)
    assert brier(1 - p, True) == pytest.approx(squared)
    assert log_score(1 - p, True) == pytest.approx(logarithm, abs=5e-4)


def test_a_coin_toss_costs_a_quarter_and_the_logarithm_of_two() -> None:
    assert brier(0.5, True) == brier(0.5, False) == 0.25
    assert log_score(0.5, True) == pytest.approx(log(2))


def test_a_certainty_that_fails_costs_a_finite_amount() -> None:
    assert brier(1, False) == 1
    assert log_score(1, False) == log_score(0, True) == log_score(0.005, True) == pytest.approx(log(200))
    assert log_score(1, True) == pytest.approx(-log(0.995))


@pytest.mark.parametrize("rule", [brier, log_score])
def test_one_expects_the_least_loss_by_saying_what_one_believes(rule) -> None:  # type: ignore[no-untyped-def]
    for belief in (0.1, 0.5, 0.82):
        expected = [belief * rule(p, True) + (1 - belief) * rule(p, False) for p in CHANCES]
        assert CHANCES[int(np.argmin(expected))] == pytest.approx(belief, abs=0.021)


def test_a_choice_of_two_is_an_event() -> None:
    for p in (0.0, 0.2, 0.9):
        assert brier_of_choice({"yes": p, "no": 1 - p}, "yes") == pytest.approx(brier(p, True))
        assert log_score_of_choice({"yes": p, "no": 1 - p}, "no") == pytest.approx(log_score(p, False))


def test_a_choice_of_three_by_hand() -> None:
    shares = {"refuse": 0.2, "exercise": 0.7, "join": 0.1}
    assert brier_of_choice(shares, "exercise") == pytest.approx((0.04 + 0.09 + 0.01) / 2)
    assert brier_of_choice({"refuse": 1.0}, "join") == 1
    assert log_score_of_choice(shares, "join") == pytest.approx(-log(0.1))


def test_pinball_by_hand() -> None:
    assert pinball(10, 0.05, 12) == pytest.approx(0.1)  # above a low quantile, as it should be
    assert pinball(10, 0.05, 8) == pytest.approx(1.9)
    assert pinball(10, 0.5, 8) == pinball(10, 0.5, 12) == 1
    assert pinball(10, 0.95, 10) == 0


def test_the_least_pinball_is_expected_at_the_quantile() -> None:
    values = np.arange(1, 101)
    for level in (0.05, 0.5, 0.95):
        losses = {q: sum(pinball(q, level, value) for value in values) for q in values.tolist()}
        assert abs(min(losses, key=losses.__getitem__) - 100 * level) <= 1


def test_crps_of_one_value_is_the_absolute_error() -> None:
    assert crps_of_values([3.0], [7.0], 5.0) == 2
    assert crps_of_histogram([3.0, 3.0], [1.0], 5.0) == 2


def test_crps_of_a_coin_is_its_brier_score() -> None:
    """For an outcome of 0 or 1 the ranked probability score is the Brier score (Gneiting & Raftery 2007)."""
    for p in (0.0, 0.3, 1.0):
        assert crps_of_values([0, 1], [1 - p, p], 1) == pytest.approx(brier(p, True))


@pytest.mark.parametrize("y", [-0.5, 0.0, 0.2, 0.5, 1.0, 3.0])
def test_crps_of_a_uniform_distribution(y: float) -> None:
    """y² - y + 1/3 within [0, 1], from the integral of (F - 1{x >= y})²; outside the distance more."""
    inside = min(max(y, 0.0), 1.0)
    closed = inside**2 - inside + 1 / 3 + abs(y - inside)
    assert crps_of_histogram([0, 1], [1], y) == pytest.approx(closed)
    assert crps_of_histogram([0, 0.3, 0.3, 1], [3, 0, 7], y) == pytest.approx(closed)


@pytest.mark.parametrize("y", [-2.0, 0.0, 0.7])
def test_crps_of_a_normal_distribution(y: float) -> None:
    """y(2Φ(y) - 1) + 2φ(y) - 1/√π (Gneiting & Raftery 2007, equation 21)."""
    closed = y * (2 * ndtr(y) - 1) + 2 * exp(-(y**2) / 2) / sqrt(2 * pi) - 1 / sqrt(pi)
    levels = (np.arange(20_000) + 0.5) / 20_000
    assert crps_of_values(ndtri(levels), np.ones(20_000), y) == pytest.approx(closed, abs=1e-4)
    edges = np.linspace(-7, 7, 2_001)
    assert crps_of_histogram(edges, np.diff(ndtr(edges)), y) == pytest.approx(closed, abs=1e-4)
    levels = levels[::20]
    quantiles = dict(zip(levels.tolist(), ndtri(levels).tolist(), strict=True))
    assert crps_of_quantiles(quantiles, y) == pytest.approx(closed, abs=2e-3)


def test_skill_is_the_share_of_the_loss_that_is_spared() -> None:
    assert skill(0.1, 0.25) == pytest.approx(0.6)
    assert skill(0.25, 0.25) == 0
    assert skill(0.5, 0.25) == -1
    assert skill(0.1, 0.0) is None
