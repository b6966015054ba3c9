"""Counts in fixed bins: exact to add up, and fine enough for quantiles."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.estimates import quantiles
from engine.simulation.accumulate import bin_of, counts, edges_of, together

numbers = st.lists(st.floats(-1e12, 1e12, allow_subnormal=False), min_size=1, max_size=50)


@given(numbers)
def test_a_value_lies_in_its_bin(values: list[float]) -> None:
    array = np.array(values) + 0.0
    low, high = edges_of(bin_of(array))
    assert ((low <= array) & (array <= high)).all()
    assert (high - low <= 1e-3 * np.abs(array) + 1e-300).all()


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
    assert (apart.low, apart.high) == (whole.low, whole.high)


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
