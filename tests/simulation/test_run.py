"""What a run reports about an outcome, on scenarios whose distribution is known."""

from __future__ import annotations

import pytest

from engine import api
from engine.analysis.running.summary import OutcomeSummary

SCENARIO = """
engine: 1
title: Dice
moves:
  - event: one
    values: {a1: 1, a2: 2, a3: 3, a4: 4, a5: 5, a6: 6}
    chance: {a1: 1/6, a2: 1/6, a3: 1/6, a4: 1/6, a5: 1/6, a6: rest}
  - event: two
    values: {b1: 1, b2: 2, b3: 3, b4: 4, b5: 5, b6: 6}
    chance: {b1: 1/6, b2: 1/6, b3: 1/6, b4: 1/6, b5: 1/6, b6: rest}
outcomes:
  sum: {label: Sum of two dice, quantity: one + two}
  high: {label: The higher, quantity: "max(one, two)"}
  sum_if_double: {label: Sum of a double, quantity: one + two, given: one == two}
  seven: {label: Seven, happens: one + two == 7}
  first: {label: First, choice: one}
  given_sum: {label: The first is 1 given a sum of 4, happens: one == 1, given: one + two == 4}
"""


@pytest.fixture(scope="module")
def outcomes() -> dict[str, OutcomeSummary]:
    return dict(api.run(api.loads(SCENARIO), options=api.Options(reason=False)).outcomes)


def mean(outcome: OutcomeSummary) -> float:
    assert outcome.estimate is not None
    return outcome.estimate.value


def test_moments_of_two_dice(outcomes: dict[str, OutcomeSummary]) -> None:
    assert mean(outcomes["sum"]) == pytest.approx(7, abs=1e-12)
    assert outcomes["sum"].sd == pytest.approx((35 / 6) ** 0.5, abs=1e-12)
    assert mean(outcomes["high"]) == pytest.approx(161 / 36, abs=1e-12)
    assert mean(outcomes["seven"]) == pytest.approx(1 / 6, abs=1e-12)


def test_quantiles_are_values_of_the_dice(outcomes: dict[str, OutcomeSummary]) -> None:
    """P(sum <= 3) = 3/36, <= 5: 10/36, <= 7: 21/36, <= 9: 30/36, <= 11: 35/36."""
    assert outcomes["sum"].quantiles == {0.05: 3, 0.25: 5, 0.5: 7, 0.75: 9, 0.95: 11}


def test_the_histogram_is_the_triangle(outcomes: dict[str, OutcomeSummary]) -> None:
    found = outcomes["sum"].histogram
    assert found is not None
    assert found.mass == pytest.approx([number / 36 for number in (1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1)], abs=1e-12)
    assert found.edges == pytest.approx([1.5 + number for number in range(12)])


def test_conditions(outcomes: dict[str, OutcomeSummary]) -> None:
    assert mean(outcomes["sum_if_double"]) == pytest.approx(7, abs=1e-12)
    assert outcomes["sum_if_double"].reached == pytest.approx(1 / 6, abs=1e-12)
    assert outcomes["sum_if_double"].sd == pytest.approx((35 / 3) ** 0.5, abs=1e-12)
    assert mean(outcomes["given_sum"]) == pytest.approx(1 / 3, abs=1e-12)
    assert outcomes["given_sum"].reached == pytest.approx(1 / 12, abs=1e-12)


def test_shares_of_a_choice_sum_to_one(outcomes: dict[str, OutcomeSummary]) -> None:
    shares = [share.value for share in outcomes["first"].shares.values()]
    assert shares == pytest.approx([1 / 6] * 6, abs=1e-12)


UNKNOWN = """
engine: 1
title: A continuous quantity
unknowns:
  x: {label: X, normal: {mean: 100, sd: 15}}
  p: {label: P, beta: {a: 2, b: 5}}
moves: [{event: hit, chance: p}]
outcomes:
  x: {label: X, quantity: x}
  loss: {label: Loss, quantity: x * (hit == yes)}
  hit: {label: Hit, happens: hit == yes}
"""


@pytest.mark.parametrize("method", ["sobol", "random"])
def test_quantiles_of_a_normal(method: str) -> None:
    found = api.run(api.loads(UNKNOWN), options=api.Options(method=method, reason=False)).outcomes
    quantiles, tolerance = found["x"].quantiles, 0.15 if method == "sobol" else 1.2
    assert quantiles is not None
    for level, z in {0.05: -1.6448536, 0.25: -0.6744898, 0.5: 0.0, 0.75: 0.6744898, 0.95: 1.6448536}.items():
        assert quantiles[level] == pytest.approx(100 + 15 * z, abs=tolerance)
    assert found["x"].sd == pytest.approx(15, rel=0.03)


def test_a_loss_that_is_mostly_nothing() -> None:
    """A hit has the mean chance 2/7, so half of all losses are 0; mean square 2/7 (100^2 + 15^2)."""
    found = api.run(api.loads(UNKNOWN), options=api.Options(reason=False)).outcomes["loss"]
    assert found.quantiles is not None
    assert found.quantiles[0.5] == pytest.approx(0, abs=1e-12)
    assert found.sd == pytest.approx((2 / 7 * (100**2 + 15**2) - (200 / 7) ** 2) ** 0.5, rel=1e-3)


def test_the_spread_of_a_chance_over_draws_is_its_distribution() -> None:
    from scipy.special import betaincinv

    across = api.run(api.loads(UNKNOWN), options=api.Options(reason=False)).outcomes["hit"].across
    assert across is not None
    for level, value in across.items():
        assert value == pytest.approx(float(betaincinv(2, 5, level)), abs=2e-3)


@pytest.mark.parametrize(("asked", "used"), [(1, 16), (16, 16), (17, 32), (1000, 1024), (1025, 2048), (16384, 16384)])
def test_draws_are_rounded_up_to_sixteen_powers_of_two(asked: int, used: int) -> None:
    settings = api.run(api.loads(UNKNOWN), options=api.Options(draws=asked, reason=False)).settings
    assert (settings.draws, settings.replicates) == (used, 16)


def test_plain_draws_are_used_as_asked() -> None:
    options = api.Options(draws=1001, method="random", reason=False)
    assert api.run(api.loads(UNKNOWN), options=options).settings.draws == 1001
