"""Figures whose error is easily understated: rare hits, close values, large numbers, few effective draws."""

from __future__ import annotations

import pytest

from engine import api
from engine.analysis.running.summary import OutcomeSummary


def outcome(text: str, **options: object) -> OutcomeSummary:
    loaded = api.loads(f"engine: 1\ntitle: t\n{text}")
    (found,) = api.run(loaded, options=api.Options(reason=False, **options)).outcomes.values()  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("method", ["sobol", "random"])
def test_a_few_hits_are_counted_with_a_binomial_interval(method: str) -> None:
    """By Clopper and Pearson; the scrambles' agreement on one hit each is no measure of the error."""
    text = "unknowns: {c: {label: c, choice: {a: 0.1%, b: rest}}}\noutcomes: {o: {label: O, happens: c == a}}"
    covered = 0
    for seed in range(60):
        found = outcome(text, draws=1024, seed=seed, method=method).estimate
        assert found is not None
        assert found.error > 0
        covered += found.low <= 0.001 <= found.high
    assert covered >= 57


def test_no_hit_is_not_no_chance() -> None:
    text = "unknowns: {u: {label: u, uniform: [0, 1]}}\noutcomes: {o: {label: O, happens: u > 0.99999}}"
    found = outcome(text, draws=256).estimate
    assert found is not None
    assert found.value == 0
    assert found.high == pytest.approx(1 - 0.025 ** (1 / 256), rel=1e-9)


def test_neighbouring_years_are_told_apart() -> None:
    text = """
moves: [{event: year, values: {early: 2050, late: 2051}, chance: {early: 40%, late: rest}}]
outcomes: {o: {label: O, quantity: year}}
"""
    found = outcome(text)
    assert found.quantiles is not None
    assert found.histogram is not None
    assert found.quantiles[0.5] == 2051
    assert found.histogram.mass == pytest.approx((0.4, 0.6))


@pytest.mark.parametrize("method", ["sobol", "random"])
def test_a_spread_far_from_zero_is_not_lost(method: str) -> None:
    """1e9 + u, u uniform: a standard deviation of 1 / sqrt(12), and of the mean sqrt(12 n) times less at random."""
    text = "unknowns: {u: {label: u, uniform: [0, 1]}}\noutcomes: {o: {label: O, quantity: 1000000000 + u}}"
    found = outcome(text, draws=4096, method=method)
    assert found.estimate is not None
    assert found.sd == pytest.approx(12**-0.5, rel=0.02)
    assert found.estimate.value == pytest.approx(1e9 + 0.5, abs=0.02)
    if method == "random":
        assert found.estimate.error == pytest.approx((12 * 4096) ** -0.5, rel=0.03)


def test_the_scale_of_payoffs_is_that_of_possible_results() -> None:
    text = """
engine: 1
title: t
actors: {a: {name: A}}
moves:
  - {event: miracle, chance: 0}
  - {event: big, chance: 40%}
  - {decision: d, actor: a, options: [go, stay]}
payoffs: {a: [{term: t, value: "(BEST if big == yes else 10) * (d == go) - 1000 * miracle"}]}
outcomes: {o: {label: O, happens: d == go}}
"""
    for best, warned in ((10, False), (1000, True)):
        warnings = api.run(api.loads(text.replace("BEST", str(best)))).warnings
        assert any("apart" in warning for warning in warnings) is warned


def test_unknowns_that_are_known_exactly_leave_nothing_to_sample() -> None:
    text = """
engine: 1
title: t
unknowns: {u: {label: u, value: 0.3}}
moves: [{event: e, chance: u}]
outcomes: {o: {label: O, happens: e == yes}}
"""
    loaded = api.loads(text)
    result = api.run(loaded)
    assert result.settings.method == "exact"
    assert result.outcomes["o"].estimate is not None
    assert result.outcomes["o"].estimate.value == pytest.approx(0.3, abs=1e-15)
