"""Weights by stated probabilities, against closed forms and quadrature."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from planted import sample_of
from scipy.special import betainc, betaincinv, ndtr

from engine.analysis.estimates import effective_sample
from engine.analysis.reconciliation.believing import (
    LEVELS,
    Implied,
    agreement,
    changed,
    mean_of,
    moved,
    quantile_of,
    surprise,
    weights,
)
from engine.analysis.reconciliation.consequences import sampled
from engine.distributions.distribution import Distribution
from engine.distributions.elementary import Beta, Normal, Uniform, Value
from engine.sampling import sobol_design
from engine.simulation.executors import ALONE

RAIN = """
engine: 1
title: Rain
unknowns:
  rate: {label: Rate, beta: {a: 2, b: 3}}
  other: {label: Other, uniform: [0, 1]}
moves:
  - {event: rain, chance: rate}
  - {event: wind, chance: rate * rate}
outcomes:
  rain: {label: Rain, happens: rain == yes}
  wind: {label: Wind, happens: wind == yes}
statements:
  one: {about: rain, beta: {a: 6, b: 4}}
  two: {about: rain, triangular: [0, 0.2, 1]}
"""
GRID = (np.arange(40_000) + 0.5) / 40_000


def implied(value: np.ndarray, replicate: np.ndarray | None = None) -> Implied:
    n = len(value)
    where = np.arange(n) * 16 // n if replicate is None else replicate
    return Implied(value, np.ones(n), np.array([value, value]), np.ones(n), where)


def beta_cdf(a: float, b: float, x: np.ndarray) -> np.ndarray:
    found: np.ndarray = betainc(a, b, np.clip(x, 0, 1))
    return found


def test_the_posterior_of_a_chance_is_prior_times_smoothed_statement() -> None:
    """The unknown is the chance itself: Beta(2, 3) before, times what Beta(6, 4) has within a point; by quadrature."""
    mass = beta_cdf(6, 4, GRID + 0.01) - beta_cdf(6, 4, GRID - 0.01)
    density = GRID * (1 - GRID) ** 2 * mass
    density /= density.sum()
    mean = float((density * GRID).sum())
    sd = sqrt(2 * 3 / (25 * 6))
    sample = sample_of(RAIN, 4_096)
    stated = next(one for one in sample.program.statements if one.name == "one")
    weight = weights(stated.distribution, sample.implied("rain"))
    after = mean_of(sample.implied("rain"), weight)
    assert after is not None
    assert abs(after.value - mean) <= 4 * after.error
    assert mean == pytest.approx((2 + 5) / (5 + 8), abs=2e-3)  # Bayes' rule itself: 5 hits and 3 misses more
    found = moved(sample.program.inputs[0], sample.values["rate"], np.ones(4_096), weight, sample.figures.replicate)
    assert found is not None
    assert abs(found.after.value - mean) <= 4 * found.after.error
    assert abs(found.shift.value - (mean - 0.4) / sd) <= 4 * found.shift.error
    filled = np.cumsum(density)
    for level, quantile in zip(LEVELS, found.quantiles, strict=True):
        assert abs(quantile.value - np.interp(level, filled, GRID)) <= 4 * quantile.error + 1e-3
    wind = changed("wind", "", sample.implied("wind"), weight, bounded=True)
    assert wind is not None
    assert abs(wind.after.value - float((density * GRID**2).sum())) <= 4 * wind.after.error
    assert abs(wind.before.value - 0.2) <= 4 * wind.before.error  # a (a + 1) / ((a + b) (a + b + 1))
    assert wind.change.value == pytest.approx(wind.after.value - wind.before.value)
    still = moved(sample.program.inputs[1], sample.values["other"], np.ones(4_096), weight, sample.figures.replicate)
    assert still is not None
    assert abs(still.shift.value) <= 4 * still.shift.error


def test_the_effective_sample_of_equal_and_of_single_weights() -> None:
    assert effective_sample(np.full(50, 0.3)) == pytest.approx(50)
    assert effective_sample(np.eye(1, 50)[0]) == pytest.approx(1)
    assert effective_sample(np.zeros(50)) == 0
    assert effective_sample(np.array([1.0, 2.0, 3.0])) == pytest.approx(36 / 14)


@pytest.mark.parametrize(("mean", "sd"), [(0.3, 0.05), (0.5, 0.1), (0.42, 0.01)])
def test_surprise_of_two_normals(mean: float, sd: float) -> None:
    """M - S is normal, so 2 min(P(M < S), P(M > S)) is twice a normal tail."""
    from scipy.special import ndtri

    model = 0.5 + 0.04 * ndtri(GRID[2::4])
    expected = 2 * ndtr(-abs(0.5 - mean) / sqrt(0.04**2 + sd**2))
    assert surprise(Normal(mean, sd), implied(model)).value == pytest.approx(expected, abs=1e-4)


def test_surprise_of_two_betas() -> None:
    """P(Beta(1, n) > Beta(1, m)) = m / (n + m)."""
    model = betaincinv(1, 3, GRID[2::4])
    assert surprise(Beta(1, 9), implied(model)).value == pytest.approx(2 * 3 / 12, abs=1e-4)


def test_what_is_equal_counts_half_for_each_side() -> None:
    assert surprise(Value(0.3), implied(np.full(160, 0.3))).value == pytest.approx(1)
    assert surprise(Value(0.3), implied(np.full(160, 0.4))).value == 0
    below = surprise(Uniform(0, 0.4), implied(np.full(160, 0.1)))
    assert below.value == pytest.approx(0.5)


def test_noise_of_histories_is_taken_out_of_the_surprise() -> None:
    """The model says 30 % in every draw, and two samples of histories add noise of 4 points each."""
    rng = np.random.default_rng(3)
    apart = 0.3 + 0.04 * rng.standard_normal((2, 80_000))
    n = apart.shape[1]
    noisy = Implied(apart.mean(axis=0), np.ones(n), apart, np.ones(n), np.arange(n) * 16 // n)
    stated: Distribution = Beta(20, 80)
    true = 2 * min(float(beta_cdf(20, 80, np.array([0.3]))[0]), 1 - float(beta_cdf(20, 80, np.array([0.3]))[0]))
    plain = surprise(stated, implied(noisy.value)).value
    assert abs(surprise(stated, noisy).value - true) < 0.35 * abs(plain - true)
    assert noisy.noise == pytest.approx(0.04**2 / 2, rel=0.05)
    assert noisy.blur == pytest.approx(1, abs=0.05)


def test_statements_of_one_number_agree_as_their_densities_do() -> None:
    """Of a uniform chance: the mean of the product of two smoothed densities over the product of their means."""
    rate = GRID[2::10]
    here = implied(rate)
    one, other = Beta(3, 7), Beta(6, 4)
    several = [weights(stated, here) for stated in (one, other)]
    found = agreement(several, here.base, here.replicate)
    assert found is not None
    first = beta_cdf(3, 7, GRID + 0.01) - beta_cdf(3, 7, GRID - 0.01)
    second = beta_cdf(6, 4, GRID + 0.01) - beta_cdf(6, 4, GRID - 0.01)
    expected = (first * second).mean() / (first.mean() * second.mean())
    assert found.value == pytest.approx(expected, rel=1e-4)
    assert agreement([several[0], 0 * several[1]], here.base, here.replicate) is None


def test_statements_of_unrelated_numbers_neither_support_nor_pull() -> None:
    rng = np.random.default_rng(1)
    where = np.arange(8_000) // 500
    several = [weights(Uniform(0.2, 0.5), implied(rng.random(8_000), where)) for _ in range(2)]
    found = agreement(several, np.ones(8_000), where)
    assert found is not None
    assert abs(found.value - 1) <= 4 * found.error


BOTH = RAIN.replace("chance: rate}", "chance: 0.6 * rate + 0.4 * other}").replace("rate * rate", "rate * other")


def test_intervals_cover() -> None:
    """95 % intervals of 200 seeds hold the truth in 91 to 98 % of them: the mean and two quantiles of an unknown after
    believing, its shift, what becomes of another outcome, and how much likelier two statements are together."""
    levels = (np.arange(1_000) + 0.5) / 1_000
    rate, other = betaincinv(2, 3, levels)[:, None], levels[None]
    chance = 0.6 * rate + 0.4 * other
    mass = triangle(chance + 0.01) - triangle(chance - 0.01)
    upper = (np.clip(chance + 0.01, 0.5, 1) - np.clip(chance - 0.01, 0.5, 1)) / 0.5
    posterior = mass / mass.sum()
    mean, wind = float((posterior * rate).sum()), float((posterior * rate * other).sum())
    filled = np.cumsum(posterior.sum(axis=1)) - posterior.sum(axis=1) / 2
    both = float((mass * upper).mean() / (mass.mean() * upper.mean()))
    truth = [mean, (mean - 0.4) / 0.2, *np.interp([0.05, 0.95], filled, rate[:, 0]), wind, wind - 0.4 * 0.5, both]
    program = sample_of(BOTH, 16).program
    stated = program.statements[1].distribution
    hits = np.zeros(len(truth))
    for seed in range(200):
        here = sampled(program, sobol_design(2, 512, seed + 1, 16), 1, ALONE, None)
        rain, where = here.implied("rain"), here.figures.replicate
        weight = weights(stated, rain)
        unknown = moved(program.inputs[0], here.values["rate"], rain.base, weight, where)
        windy = changed("wind", "", here.implied("wind"), weight, bounded=True)
        together = agreement([weight, weights(Uniform(0.5, 1), rain)], rain.base, where)
        assert unknown is not None
        assert windy is not None
        assert together is not None
        five, ninety_five = (unknown.quantiles[LEVELS.index(level)] for level in (0.05, 0.95))
        found = [unknown.after, unknown.shift, five, ninety_five, windy.after, windy.change, together]
        hits += [one.low <= value <= one.high for one, value in zip(found, truth, strict=True)]
    assert ((hits >= 182) & (hits <= 196)).all(), hits


def triangle(x: np.ndarray) -> np.ndarray:
    """The share of a triangle from 0 to 1 with its peak at 0.2 that lies below."""
    x = np.clip(x, 0, 1)
    return np.where(x < 0.2, x**2 / 0.2, 1 - (1 - x) ** 2 / 0.8)


def test_a_quantile_of_weighted_values() -> None:
    """Weights 1, 1 and 2: the middle of the third quarter lies half-way between the second and the third."""
    values, weight = np.array([1.0, 2.0, 4.0]), np.array([1.0, 1.0, 2.0])
    found = quantile_of(values, weight, np.array([0, 1, 2]), 0.375)
    assert found.value == pytest.approx(2)
    assert quantile_of(values, weight, np.array([0, 1, 2]), 0.9999).value == 4
