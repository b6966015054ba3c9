"""Counts in fixed bins: exact to add up, and fine enough for quantiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from engine.analysis.estimates import LEVELS, quantiles, values_seen, without_noise
from engine.simulation.accumulate import Counts, bin_of, counts, together

numbers = st.lists(st.floats(-1e12, 1e12, allow_subnormal=False), min_size=1, max_size=50)


@given(numbers)
def test_a_bin_is_narrow_and_knows_the_extremes_in_it(values: list[float]) -> None:
    array = np.array(values) + 0.0
    found = counts(array, np.ones(len(array)))
    assert (found.high - found.low <= 1e-3 * np.abs(array).max() + 1e-300).all()
    assert (found.high - found.low <= 1e-3 * np.maximum(np.abs(found.low), np.abs(found.high)) + 1e-300).all()
    place = np.searchsorted(found.bins, bin_of(array))
    for number in range(len(found.bins)):
        inside = array[place == number]
        assert (found.low[number], found.high[number]) == (inside.min(), inside.max())


@given(numbers)
def test_bins_ascend_with_the_values(values: list[float]) -> None:
    assert (np.diff(bin_of(np.sort(np.array(values) + 0.0))) >= 0).all()


@given(numbers, numbers, st.integers(0, 2**32))
def test_counts_add_up(one: list[float], other: list[float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    # weights that are exact in binary, so that sums do not depend on their order
    parts = [(np.array(values), rng.integers(0, 8, len(values)) / 8) for values in (one, other)]
    apart = together([counts(*parts[0]), counts(*parts[1])])
    whole = counts(*(np.concatenate(pair) for pair in zip(*parts, strict=True)))
    np.testing.assert_array_equal(apart.bins, whole.bins)
    np.testing.assert_array_equal(apart.weight, whole.weight)
    np.testing.assert_array_equal(apart.low, whole.low)
    np.testing.assert_array_equal(apart.high, whole.high)


def test_quantiles_are_right_to_a_thousandth() -> None:
    rng = np.random.default_rng(4)
    for values in (rng.lognormal(0, 2, 20_000), -rng.lognormal(1, 1, 20_000), rng.normal(0, 1, 20_000)):
        found = quantiles(counts(values, np.ones(len(values))))
        assert found is not None
        for level, value in found.items():
            true = np.quantile(values, level)
            assert abs(value - true) <= 2e-3 * abs(true) + 1e-3


def test_quantiles_count_weights() -> None:
    """A value of weight 3 counts as three of weight 1."""
    values = np.array([1.0, 2.0, 3.0, 10.0])
    heavy = quantiles(counts(values, np.array([1.0, 3.0, 1.0, 1.0])))
    many = quantiles(counts(np.array([1.0, 2, 2, 2, 3, 10]), np.ones(6)))
    assert heavy == many


def test_a_single_value_is_every_quantile() -> None:
    found = quantiles(counts(np.full(7, 0.3), np.ones(7)))
    assert found is not None
    assert set(found.values()) == {0.3}


def test_nothing_has_no_quantiles() -> None:
    assert quantiles(counts(np.array([1.0, 2.0]), np.zeros(2))) is None


def test_a_number_that_takes_few_values_keeps_them() -> None:
    """2 is 2, though its bin reaches up to 2.002."""
    several = [counts(np.array([2.0, 3.0, 3.0]), np.ones(3)), counts(np.array([-0.1, 1 / 3, 2.0]), np.ones(3))]
    found = together(several)
    assert quantiles(found, (0.1, 0.3, 0.5, 0.9)) == {0.1: -0.1, 0.3: 1 / 3, 0.5: 2.0, 0.9: 3.0}
    places, values = values_seen(found)
    assert values == [-0.1, 1 / 3, 2.0, 3.0]
    assert places.bins.tolist() == [0, 1, 2, 3]
    assert places.weight.tolist() == [1, 1, 2, 2]


def test_many_values_and_values_that_share_a_bin_are_not_listed() -> None:
    for values in (np.linspace(1, 2, 30), np.array([1.0, 1.0001])):
        assert values_seen(counts(values, np.ones(len(values))))[1] == []


# Noise taken out of a spread


def measured(true: np.ndarray, sd: np.ndarray, seed: int) -> tuple[Counts, Counts, float]:
    """Each figure measured twice, each time with twice the variance of noise."""
    first, second = true + np.sqrt(2) * sd * np.random.default_rng(seed).normal(size=(2, len(true)))
    ones = np.ones(len(true))
    apart = together([counts(first, ones), counts(second, ones)])
    return counts((first + second) / 2, ones), apart, float((((first - second) / 2) ** 2).mean())


GRID = (np.arange(20_000) + 0.5) / 20_000
TRUE = {
    "uniform": GRID,
    "normal": ndtri(GRID),
    "lognormal": np.exp(0.5 * ndtri(GRID)),
    "two lumps": np.where(GRID < 0.4, 0.2, 0.8) + 0.05 * np.sin(40 * GRID),
    "two values": np.where(GRID < 0.4, 0.2, 0.9),
}


@pytest.mark.parametrize("share", [0.02, 0.1])
@pytest.mark.parametrize("name", TRUE)
def test_noise_is_taken_out_of_quantiles(name: str, share: float) -> None:
    """The quantiles of what was measured, within 5 % of their spread; before, they lie up to a quarter off.

    Where all of a lump's width is noise, an error in its variance leaves some of it.
    """
    true = TRUE[name]
    sd = np.full(len(true), np.sqrt(true.var() * share / (1 - share)))
    found = without_noise(*measured(true, sd, 3))
    assert found is not None
    spread = np.quantile(true, 0.95) - np.quantile(true, 0.05)
    for level in LEVELS:
        assert abs(found[level] - np.quantile(true, level)) <= (0.08 if name == "two values" else 0.05) * spread, level


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.9])
def test_of_a_normal_as_much_noise_as_you_like(share: float) -> None:
    true = 5 + ndtri(GRID)
    found = without_noise(*measured(true, np.full(len(true), np.sqrt(share / (1 - share))), 5))
    assert found is not None
    for level in LEVELS:
        # with n draws and noise of variance v beside 1, the variance that is left is off by about (1 + v) sqrt(2 / n)
        assert abs(found[level] - np.quantile(true, level)) <= 2 * (0.01 / (1 - share) + 0.02)


def test_noise_that_grows_with_the_value() -> None:
    """Of a probability p that was counted in 40 cases twice; many lie near 0."""
    true = GRID**3
    found = without_noise(*measured(true, np.sqrt(true * (1 - true) / 80), 4))
    assert found is not None
    for level in LEVELS:
        assert abs(found[level] - level**3) <= 0.02


def test_nothing_but_noise_is_a_point() -> None:
    """Every figure is 0.4; what is left of the spread is the error of its variance."""
    across, apart, noise = measured(np.full(5_000, 0.4), np.full(5_000, 0.1), 8)
    found, before = without_noise(across, apart, noise), quantiles(across)
    assert found is not None
    assert before is not None
    assert found[0.95] - found[0.05] <= 0.25 * (before[0.95] - before[0.05])
    assert found[0.5] == pytest.approx(0.4, abs=0.01)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=40))
def test_quantiles_without_noise_ascend_within_what_was_seen(pairs: list[tuple[float, float]]) -> None:
    one, other = np.array(pairs).T
    ones = np.ones(len(one))
    apart = together([counts(one, ones), counts(other, ones)])
    across = counts((one + other) / 2, ones)
    found = without_noise(across, apart, float((((one - other) / 2) ** 2).mean()))
    assert found is not None
    values = list(found.values())
    assert values == sorted(values)
    assert across.low[0] <= values[0] <= values[-1] <= across.high[-1]
