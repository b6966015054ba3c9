"""What knowing an unknown is worth to a forecaster: closed forms, and intervals that cover."""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
import pytest

from engine.analysis.estimates import Estimate
from engine.analysis.information.regression import Learned, basis_of, learned, split
from engine.games.segments import FloatArray
from engine.sampling import sobol_design

N = 16_384


def points(n_inputs: int, n: int = N, seed: int = 1) -> FloatArray:
    design = sobol_design(n_inputs, n, seed)
    return np.concatenate([design.chunk(index).uniforms for index in range(design.n_chunks)], axis=1)


def told(figure: FloatArray, level: FloatArray, weight: FloatArray | None = None) -> Learned:
    weight = np.ones_like(figure) if weight is None else weight
    return learned(figure[None], basis_of(level, level, weight), weight[None], 16)[0]


def right(found: Estimate, exact: float, beside: float) -> bool:
    return abs(found.value - exact) <= 4 * found.error + beside


def test_each_part_of_a_sum_is_worth_its_own_variance() -> None:
    u = points(3)
    figure = 0.2 + 0.3 * u[0] + 0.1 * u[1]
    for column, slope in enumerate((0.3, 0.1, 0.0)):
        found = told(figure, u[column])
        assert found.variance.value == pytest.approx(slope**2 / 12, abs=1e-6)
        assert found.move.value == pytest.approx(slope / 4, abs=1e-3)


def test_a_factor_of_a_product_is_worth_what_it_does_at_the_mean_of_the_other() -> None:
    u = points(2)
    assert told(u[0] * u[1], u[0]).variance.value == pytest.approx(1 / 48, abs=1e-6)


@pytest.mark.parametrize(("at", "beside"), [(0.5, 1e-6), (0.3, 0.003), (0.9, 0.003)])
def test_a_threshold_is_worth_the_variance_of_its_two_sides(at: float, beside: float) -> None:
    u = points(2)
    found = told((u[0] > at) * 1.0 + 0.1 * u[1], u[0])
    assert right(found.variance, at * (1 - at), beside)
    assert right(found.move, 2 * at * (1 - at), beside)


def test_ishigamis_function_has_its_known_first_order_variances() -> None:
    """Ishigami & Homma (1990)."""
    x = pi * (2 * points(3) - 1)
    figure = np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])
    exact = (0.5 * (1 + 0.1 * pi**4 / 5) ** 2, 49 / 8, 0.0)
    for column, variance in enumerate(exact):
        assert right(told(figure, (x[column] / pi + 1) / 2).variance, variance, 0.003)


def test_few_values_are_told_apart_by_themselves() -> None:
    u = points(2)
    value = np.where(u[0] < 0.2, 0.0, np.where(u[0] < 0.7, 1.0, 2.0))
    figure = np.array([0.1, 0.5, 0.2])[value.astype(np.int64)] + 0.01 * u[1]
    mean = 0.2 * 0.1 + 0.5 * 0.5 + 0.3 * 0.2
    variance = 0.2 * 0.1**2 + 0.5 * 0.5**2 + 0.3 * 0.2**2 - mean**2
    weight = np.ones(N)
    found = learned(figure[None], basis_of(u[0], value, weight), weight[None], 16)[0]
    assert found.variance.value == pytest.approx(variance, abs=1e-5)


def test_draws_that_count_more_count_more() -> None:
    """Weighted by 2 u, the level has the density 2 u: Var(u) is 1/18."""
    u = points(2)
    assert told(u[0], u[0], 2 * u[0]).variance.value == pytest.approx(1 / 18, rel=0.01)


def test_noise_is_never_taken_for_value() -> None:
    rng = np.random.default_rng(5)
    values = []
    for seed in range(100):
        level = points(1, 256, seed)[0]
        values.append(told(rng.normal(size=256), level))
    variance = np.array([one.variance.value for one in values])
    move = np.array([one.move.value for one in values])
    assert abs(variance.mean()) < 4 * variance.std() / sqrt(100)
    assert move.mean() < 4 * move.std() / sqrt(100)


def test_intervals_cover() -> None:
    rng = np.random.default_rng(6)
    hits = np.zeros(4)
    for seed in range(200):
        u = points(2, 512, seed)
        p = 0.2 + 0.5 * u[0] * (0.5 + u[1])
        apart = p + rng.normal(scale=0.1, size=(2, 512))
        figure = apart.mean(axis=0)
        one = told(figure, u[0])
        parts = split(figure, apart, p * (1 - p), np.ones(512), np.ones(512), 16)
        whole = 0.25 * ((1 / 3) * (1 + 1 / 12) - 0.25)
        exact = (0.25 / 12, 0.5 / 4, whole, 0.45)
        for number, (found, true) in enumerate(
            zip((one.variance, one.move, parts.unknown, parts.forecast), exact, strict=True)
        ):
            hits[number] += found.low <= true <= found.high
    assert (hits >= 0.91 * 200).all(), hits
    assert (hits <= 0.98 * 200).all(), hits


def test_one_draw_is_exact() -> None:
    found = split(np.full(1, 0.3), np.full((2, 1), 0.3), np.full(1, 0.21), np.ones(1), np.ones(1), 1)
    assert (found.forecast.value, found.forecast.error) == (0.3, 0)
    assert found.unknown.value == pytest.approx(0, abs=1e-15)
    assert found.chance.value == pytest.approx(0.21)
