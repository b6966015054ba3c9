"""Sampling is honest: it agrees with exact answers, and its intervals cover the truth as often as they say."""

from __future__ import annotations

import itertools
from math import exp, pi, sqrt

import pytest
from scipy.integrate import quad
from scipy.special import expit

from engine import api
from engine.analysis.estimates import Estimate

METHODS = ["sobol", "random"]

CHANCES = """
engine: 1
title: Two chances
unknowns:
  a: {label: One, uniform: [0, 1]}
  b: {label: Other, uniform: [0, 1]}
actors:
  actor: {name: Somebody, precision: 2}
moves:
  - {event: first, chance: a}
  - {event: second, chance: (a + b) / 2}
  - {decision: choice, actor: actor, options: [go, stay]}
payoffs:
  actor: [{term: all, value: 10 * a * (choice == go) - 5 * (choice == go)}]
outcomes:
  both: {label: Both, happens: first == yes and second == yes}
  first_if_second: {label: First if second, happens: first == yes and second == yes, given: second == yes}
  number: {label: A number, quantity: exp(a) + b * (first == yes)}
  goes: {label: Goes, happens: choice == go}
"""
# Integrals over a and b from 0 to 1:
TRUTH = {
    "both": 7 / 24,  # a (a + b) / 2: (1/3 + 1/4) / 2
    "first_if_second": 7 / 12,  # the same over the mean of (a + b) / 2, 1/2
    "number": 2.718281828459045 - 1 + 1 / 4,
    "goes": 1 / 2,  # logistic(20 a - 10) is symmetric about a = 1/2
}
SEEDS = range(1, 301)


@pytest.fixture(scope="module", params=METHODS)
def estimates(request: pytest.FixtureRequest) -> dict[str, list[Estimate]]:
    """Every outcome for 300 seeds."""
    loaded = api.loads(CHANCES)
    found: dict[str, list[Estimate]] = {name: [] for name in TRUTH}
    for seed in SEEDS:
        options = api.Options(draws=256, seed=seed, method=request.param, threads=1, reason=False)
        for name, outcome in api.run(loaded, options=options).outcomes.items():
            assert outcome.estimate is not None
            found[name].append(outcome.estimate)
    return found


@pytest.mark.parametrize("outcome", TRUTH)
def test_intervals_cover_the_truth_as_often_as_they_say(estimates: dict[str, list[Estimate]], outcome: str) -> None:
    """95 % of 300 have a standard error of 1.3 %."""
    hits = sum(estimate.low <= TRUTH[outcome] <= estimate.high for estimate in estimates[outcome])
    assert 0.92 <= hits / len(SEEDS) <= 0.98


@pytest.mark.parametrize("outcome", TRUTH)
def test_estimates_scatter_by_their_error_about_the_truth(estimates: dict[str, list[Estimate]], outcome: str) -> None:
    n = len(SEEDS)
    mean = sum(estimate.value for estimate in estimates[outcome]) / n
    scatter = (sum((estimate.value - TRUTH[outcome]) ** 2 for estimate in estimates[outcome]) / n) ** 0.5
    stated = (sum(estimate.error**2 for estimate in estimates[outcome]) / n) ** 0.5
    assert abs(mean - TRUTH[outcome]) <= 4 * scatter / n**0.5
    assert 0.85 <= stated / scatter <= 1.15


@pytest.mark.parametrize("outcome", ["both", "number", "first_if_second"])
def test_low_discrepancy_beats_chance(outcome: str) -> None:
    errors = {}
    for method in METHODS:
        found = api.run(api.loads(CHANCES), options=api.Options(draws=4096, method=method, reason=False))
        estimate = found.outcomes[outcome].estimate
        assert estimate is not None
        assert abs(estimate.value - TRUTH[outcome]) <= 4 * estimate.error
        errors[method] = estimate.error
    assert errors["sobol"] < errors["random"] / 5


def test_one_draw_by_chance_does_not_claim_to_be_exact() -> None:
    """From one draw nothing is known of the error; only a run with nothing unknown has none."""
    found = api.run(api.loads(CHANCES), options=api.Options(draws=1, method="random", reason=False))
    estimate = found.outcomes["both"].estimate
    assert estimate is not None
    assert estimate.error > 0
    assert estimate.low <= TRUTH["both"] <= estimate.high


def test_an_error_that_is_asked_for_is_kept() -> None:
    options = api.Options(draws=256, error=2e-3, method="random", reason=False)
    loaded = api.loads(CHANCES.replace("  number: {label: A number, quantity: exp(a) + b * (first == yes)}\n", ""))
    found = api.run(loaded, options=options)
    assert found.settings.draws > 256
    for name, outcome in found.outcomes.items():
        assert outcome.estimate is not None
        assert outcome.estimate.error <= 2e-3
        assert abs(outcome.estimate.value - TRUTH[name]) <= 4 * outcome.estimate.error


# What can be enumerated

WAR = """
engine: 1
title: A border
actors:
  north: {name: North, precision: {NORTH}}
  south: {name: South, precision: 0.9}
unknowns:
  weather: {label: Weather, choice: {mud: 0.5, frost: 0.3, snow: rest}}
  loans: {label: Loans, mixture: [{weight: 0.25, value: 1}, {weight: 0.75, value: 4}]}
moves:
  - {type: mood, of: north, values: [calm, angry], chance: {angry: "0.6 if weather == frost else 0.2", calm: rest}}
  - {decision: march, actor: north, options: [stay, go]}
  - {decision: guard, actor: south, options: {few: 2, many: 6}}
  - {event: won, chance: "0.8 if guard == few else 0.3", when: march == go}
payoffs:
  north:
    - {term: land, value: 10 * (won == yes)}
    - {term: cost, value: -(4 + 3 * (weather == mud)) * (march == go)}
    - {term: honour, value: 3 * (mood == angry) * (march == go)}
    - {term: loans, value: loans * (march == stay)}
  south: [{term: land, value: -10 * (won == yes) - guard / 4}]
outcomes:
  war: {label: War, happens: march == go}
  lost: {label: Land lost, happens: won == yes, given: march == go}
  guards: {label: Guards, quantity: guard}
  answer: {label: Guard, choice: guard}
  angry: {label: South's belief, belief: {of: south, that: mood == angry}}
"""
WEATHER = {"mud": 0.5, "frost": 0.3, "snow": 0.2}
LOANS = {1: 0.25, 4: 0.75}


@pytest.mark.parametrize("method", METHODS)
def test_sampling_agrees_with_enumeration(method: str) -> None:
    """Each combination of values set from outside, weighted by its chance, against the draws of the whole."""
    loaded = api.loads(WAR.replace("{NORTH}", "0.6"))
    exact = dict.fromkeys(["war", "won", "guards", "many", "angry"], 0.0)
    for (weather, p), (loans, q) in itertools.product(WEATHER.items(), LOANS.items()):
        overrides = [
            ("unknowns.weather", f"{{choice: {{{', '.join(f'{w}: {int(w == weather)}' for w in WEATHER)}}}}}"),
            ("unknowns.loans", str(loans)),
        ]
        found = api.run(loaded, overrides=overrides, options=api.Options(draws=64, method=method, reason=False))
        values = {name: outcome.estimate for name, outcome in found.outcomes.items()}
        values["many"] = found.outcomes["answer"].shares["many"]
        assert all(estimate is None or estimate.error < 1e-8 for estimate in values.values())
        war, lost = values["war"], values["lost"]
        assert war is not None
        assert lost is not None
        exact["war"] += p * q * war.value
        exact["won"] += p * q * war.value * lost.value
        for name in ("guards", "many", "angry"):
            estimate = values[name]
            assert estimate is not None
            exact[name] += p * q * estimate.value
    sampled = api.run(loaded, options=api.Options(draws=8192, method=method, reason=False)).outcomes
    exact["lost"] = exact["won"] / exact["war"]
    for name, value in exact.items():
        if name in ("won", "many"):
            continue
        estimate = sampled[name].estimate
        assert estimate is not None
        assert 0 < estimate.error < 0.05
        assert abs(estimate.value - value) <= 4 * estimate.error, name
    many = sampled["answer"].shares["many"]
    assert abs(many.value - exact["many"]) <= 4 * many.error


@pytest.mark.parametrize("method", METHODS)
def test_an_uncertain_precision_is_averaged_over(method: str) -> None:
    """The share of the better option is the integral of logistic(5 t) over the precisions t, here lognormal."""
    text = """
engine: 1
title: One choice
actors: {actor: {name: Somebody, precision: t}}
unknowns: {t: {label: Precision, lognormal: {median: 0.3, sigma: 0.5}}}
moves: [{decision: choice, actor: actor, options: [good, bad]}]
payoffs: {actor: [{term: all, value: 5 * (choice == good)}]}
outcomes: {good: {label: The good one, happens: choice == good}}
"""
    truth = quad(lambda z: expit(5 * 0.3 * exp(0.5 * z)) * exp(-z * z / 2) / sqrt(2 * pi), -10, 10, epsabs=1e-13)[0]
    estimate = api.run(api.loads(text), options=api.Options(method=method, reason=False)).outcomes["good"].estimate
    assert estimate is not None
    assert abs(estimate.value - truth) <= 4 * estimate.error


def test_the_spread_across_draws_is_that_of_the_unknown() -> None:
    """A chance that is uniform on 20 to 60 % has its quantiles there; bins are 0.1 % wide."""
    text = CHANCES.replace("b: {label: Other, uniform: [0, 1]}", "b: {label: Other, uniform: [0.2, 0.6]}")
    text = text.replace("  - {decision:", "  - {event: late, chance: b}\n  - {decision:")
    text += "  only_b: {label: B, happens: late == yes}\n"
    across = api.run(api.loads(text), options=api.Options(draws=2**14, reason=False)).outcomes["only_b"].across
    assert across is not None
    for level, value in across.items():
        assert abs(value - (0.2 + 0.4 * level)) < 2e-3
