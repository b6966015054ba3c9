"""PRIM on numbers alone: what is planted is found, what is noise is not, and figures are what their names say."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import binom

from engine.analysis.discovery.prim import Box, Sample, Side, find_box, merit, quasi_p, surprise

N = 2_000


def sample(seed: int, cases: str, inputs: int = 5, weight: np.ndarray | None = None) -> Sample:
    x = np.random.default_rng(seed).random((inputs, N))
    found = {
        "corner": (x[0] > 0.6) & (x[1] < 0.5),
        "slab": (x[2] > 0.3) & (x[2] < 0.55),
        "noise": np.random.default_rng(seed + 1_000).random(N) < 0.2,
        "all": np.ones(N, dtype=np.bool_),
        "none": np.zeros(N, dtype=np.bool_),
    }[cases]
    return Sample(x, found, np.ones(N) if weight is None else weight)


@pytest.mark.parametrize("seed", range(10))
def test_a_corner_is_found(seed: int) -> None:
    box = find_box(sample(seed, "corner")).box
    assert [side.column for side in box.sides] == [0, 1]
    assert box.side(0).low == pytest.approx(0.6, abs=0.02)
    assert box.side(1).high == pytest.approx(0.5, abs=0.02)
    assert (box.side(0).high, box.side(1).low) == (np.inf, -np.inf)


def test_a_slab_has_two_edges() -> None:
    (side,) = find_box(sample(3, "slab")).box.sides
    assert (side.column, side.low, side.high) == (2, pytest.approx(0.3, abs=0.02), pytest.approx(0.55, abs=0.02))


@pytest.mark.parametrize("seed", range(20))
def test_in_noise_there_is_no_box(seed: int) -> None:
    assert find_box(sample(seed, "noise")).box == Box()


@pytest.mark.parametrize("cases", ["all", "none"])
def test_where_all_are_alike_there_is_no_box(cases: str) -> None:
    assert find_box(sample(1, cases)).box == Box()


def test_the_way_leads_from_the_whole_space_to_denser_and_smaller_boxes() -> None:
    way = find_box(sample(1, "corner")).way
    assert (way[0].coverage, way[0].mass, way[0].box) == (1, 1, Box())
    assert way[0].density == pytest.approx(0.2, abs=0.03)
    assert all(one.mass > other.mass and one.coverage >= other.coverage for one, other in pairwise(way))
    assert max(step.density for step in way) == 1
    for step in way:
        assert step.coverage * way[0].density == pytest.approx(step.density * step.mass)  # Bayes' rule


def test_values_without_order_are_taken_out() -> None:
    given = np.random.default_rng(5)
    values = np.array([given.integers(0, 4, N), given.random(N)], dtype=np.float64)
    cases = np.isin(values[0], [1, 3]) & (values[1] > 0.5)
    box = find_box(Sample(values, cases, np.ones(N), frozenset([0]))).box
    assert box.side(0).without == {0, 2}
    assert box.side(1).low == pytest.approx(0.5, abs=0.02)


def test_a_value_that_many_draws_have_is_not_cut_in_two() -> None:
    """Half of the draws have the value 1: an edge at 1 would split what cannot be told apart."""
    given = np.random.default_rng(6)
    values = np.where(given.random(N) < 0.5, 1.0, given.random(N) * 3)[None, :]
    box = find_box(Sample(values, values[0] > 1, np.ones(N))).box
    assert 1 < box.side(0).low < 1.02


def test_a_draw_of_double_weight_counts_as_two() -> None:
    once = sample(2, "corner")
    weight = 1.0 + (np.arange(N) < N // 2)
    twice = Sample(
        np.concatenate([once.values, once.values[:, : N // 2]], axis=1),
        np.concatenate([once.cases, once.cases[: N // 2]]),
        np.ones(N + N // 2),
    )
    weighted = Sample(once.values, once.cases, weight)
    box = find_box(weighted).box
    assert merit(weighted, box) == pytest.approx(merit(twice, box))
    assert merit(weighted, box) == pytest.approx(merit(twice, find_box(twice).box), abs=0.02)


def test_draws_without_weight_do_not_count() -> None:
    x = sample(2, "corner")
    weight = (x.values[0] < 0.9).astype(np.float64)
    box = find_box(Sample(x.values, x.cases, weight)).box
    assert box.side(0).high == np.inf or box.side(0).high > 0.88
    assert merit(Sample(x.values, x.cases, weight), box) > 0.97


def test_the_quasi_p_is_a_binomial_tail() -> None:
    """Bryant & Lempert (2010): of n draws inside, at least h are cases, each with the chance that it has outside."""
    found = sample(4, "corner")
    box = Box((Side(0, low=0.6), Side(1, high=0.5), Side(3, low=0.05)))
    box = box.put(Side(0, low=0.3))
    inside, around = box.inside(found.values), box.inside(found.values, 0)
    n, hits, share = int(inside.sum()), int((inside & found.cases).sum()), found.cases[around].mean()
    assert quasi_p(found, box, 0) == pytest.approx(binom.sf(hits - 1, n, share), rel=1e-9)
    assert quasi_p(found, box, 0) < 1e-9
    assert quasi_p(found, box, 3) > 0.05


def test_a_restriction_that_tells_nothing_seldom_has_a_small_quasi_p() -> None:
    """The draws inside are part of those that they are compared with, so it errs on the safe side."""
    few = sum(quasi_p(sample(seed, "noise"), Box((Side(4, low=0.5),)), 4) < 0.05 for seed in range(100))
    assert few <= 8


def test_nothing_inside_is_no_surprise() -> None:
    found = sample(1, "corner")
    nothing = np.zeros(N, dtype=np.bool_)
    assert surprise(found, nothing, ~nothing) == 1
