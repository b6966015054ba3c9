"""The umbrella: the cost/loss problem, whose answers are known in closed form (Thompson 1952; Murphy 1977)."""

from __future__ import annotations

from math import exp
from pathlib import Path

import pytest

from engine import api
from engine.analysis.running.summary import Result

SCENARIO = Path(__file__).parent.parent / "scenarios" / "umbrella.yaml"
FEW = api.Options(draws=256, reason=False, equilibria=False)


@pytest.fixture(scope="module")
def umbrella() -> api.Loaded:
    return api.load(SCENARIO)


def run(umbrella: api.Loaded, assumptions: str = "base", **unknowns: str) -> Result:
    overrides = [(f"unknowns.{name}", value) for name, value in unknowns.items()]
    return api.run(umbrella, assumptions, overrides, FEW)


def chance(result: Result, outcome: str) -> float:
    estimate = result.outcomes[outcome].estimate
    assert estimate is not None
    return estimate.value


def carries(result: Result) -> float:
    return result.outcomes["what_i_do"].shares["carry"].value


def test_it_is_sound_and_every_number_has_a_reason(umbrella: api.Loaded) -> None:
    assert api.check(umbrella) == []
    assert {number.rests_on for number in api.provenance(umbrella).numbers} == {"judgement"}
    for name in ("base", *umbrella.scenario.assumptions):
        assert run(umbrella, name).warnings == ()


@pytest.mark.parametrize("cost", [1, 3, 7.5])
def test_carrying_pays_above_cost_over_loss(umbrella: api.Loaded, cost: float) -> None:
    """Who never slips carries if and only if the chance of rain is above cost / loss; at it both are as good."""
    threshold = cost / 10
    for p_rain, expected in ((threshold - 1e-6, 0), (threshold + 1e-6, 1), (threshold, 0.5)):
        price = ("payoffs.me.'carrying it'.value", f"-{cost} * (take == carry)")
        overrides = [("unknowns.p_rain", repr(p_rain)), price]
        assert carries(api.run(umbrella, "sharp", overrides, FEW)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("precision", "p_rain"), [(0, 0.4), (1, 0.4), (1, 0.25), (2.5, 0.7)])
def test_slips_follow_the_logit(umbrella: api.Loaded, precision: float, p_rain: float) -> None:
    """Carrying is better by 10 p - 3 points, so its odds are exp(precision * (10 p - 3))."""
    overrides = [("unknowns.p_rain", str(p_rain)), ("actors.me.precision", str(precision))]
    result = api.run(umbrella, "base", overrides, FEW)
    carry = 1 / (1 + exp(-precision * (10 * p_rain - 3)))
    assert carries(result) == pytest.approx(carry, abs=1e-12)
    assert chance(result, "wet") == pytest.approx(p_rain * (1 - carry), abs=1e-12)
    assert chance(result, "cost") == pytest.approx(10 * p_rain * (1 - carry) + 3 * carry, abs=1e-12)


def test_over_what_we_do_not_know_the_sharp_one_gets_wet_below_the_threshold_only(umbrella: api.Loaded) -> None:
    """With p uniform on 20 to 60 %: carries in 3/4 of the draws; wet is the integral of p from 0.2 to 0.3, over 0.4."""
    result = run(umbrella, "sharp", p_rain="{uniform: [20%, 60%]}")
    assert carries(result) == pytest.approx(0.75, abs=0.01)
    assert chance(result, "wet") == pytest.approx((0.3**2 - 0.2**2) / 2 / 0.4, abs=0.005)


def test_a_wetter_spring_makes_me_carry_and_so_keeps_me_drier(umbrella: api.Loaded) -> None:
    base, spring = run(umbrella), run(umbrella, "wet_spring")
    assert carries(spring) > carries(base)
    assert chance(spring, "wet") < chance(base, "wet")


def test_the_neighbour_is_compared_and_not_fed_in(umbrella: api.Loaded) -> None:
    result, rain = run(umbrella), run(umbrella, p_rain="40%")
    said = result.statements["neighbour"]
    assert (said.low, said.high) == (pytest.approx(0.05, abs=1e-6), pytest.approx(0.15, abs=1e-6))
    other_word = [("statements.neighbour.between", "[80%, 90%]"), ("unknowns.p_rain", "40%")]
    assert chance(api.run(umbrella, "base", other_word, FEW), "wet") == chance(rain, "wet")
