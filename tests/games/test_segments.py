"""Sums by group equal the sums that numpy makes one row at a time."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.games.segments import segments

groupings = st.integers(1, 9).flatmap(
    lambda n: st.tuples(st.just(n), st.lists(st.integers(-1, n - 1), min_size=1, max_size=40))
)


@given(groupings, st.integers(1, 4), st.integers(0, 2**32))
def test_sums_by_group(grouping: tuple[int, list[int]], n_draws: int, seed: int) -> None:
    n_groups, members = grouping
    group = np.array(members)
    rows = np.random.default_rng(seed).normal(size=(len(group), n_draws))
    expected = np.zeros((n_groups, n_draws))
    np.add.at(expected, group[group >= 0], rows[group >= 0])
    np.testing.assert_allclose(segments(group, n_groups).sum(rows), expected, rtol=0, atol=1e-13)


@given(groupings, st.integers(0, 2**32))
def test_the_largest_of_each_group(grouping: tuple[int, list[int]], seed: int) -> None:
    n_groups, members = grouping
    group = np.array(members)
    rows = np.random.default_rng(seed).normal(size=(len(group), 2))
    expected = np.full((n_groups, 2), -np.inf)
    np.maximum.at(expected, group[group >= 0], rows[group >= 0])
    np.testing.assert_array_equal(segments(group, n_groups).largest(rows), expected)


@given(st.integers(1, 6), st.integers(1, 6))
def test_groups_of_one_size_in_order(n_groups: int, size: int) -> None:
    rows = np.arange(n_groups * size * 2, dtype=float).reshape(-1, 2)
    found = segments(np.repeat(np.arange(n_groups), size), n_groups).sum(rows)
    np.testing.assert_array_equal(found, rows.reshape(n_groups, size, 2).sum(axis=1))


def test_an_empty_group_sums_to_nothing() -> None:
    found = segments(np.array([0, 2, 2]), 4).sum(np.ones((3, 1)))
    assert found[:, 0].tolist() == [1, 0, 2, 0]


def test_one_draw_gets_the_same_bits_alone_as_among_others() -> None:
    rng = np.random.default_rng(5)
    group, rows = rng.integers(-1, 7, size=100), rng.normal(size=(100, 64))
    layout = segments(group, 7)
    whole = layout.sum(rows)
    for draw in (0, 17, 63):
        np.testing.assert_array_equal(layout.sum(rows[:, [draw, draw]])[:, 0], whole[:, draw])
