"""Designs: uniforms that are right, reproducible in any order, and better than chance where they should be."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from engine.sampling import CHUNK, Chunk, Design, FloatArray, point_design, random_design, sobol_design
from engine.sampling.sobol import scrambled_net, sobol_net

MAKERS: list[Callable[[int, int, int], Design]] = [sobol_design, random_design]
both = pytest.mark.parametrize("make", MAKERS)


def all_uniforms(design: Design) -> FloatArray:
    """Every draw, chunk after chunk; (n_inputs, n_draws)."""
    return np.hstack([design.chunk(i).uniforms for i in range(design.n_chunks)])


def replicate_means(design: Design, f: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """Mean of f over each replicate of a design; (replicates,)."""
    values = [f(design.chunk(i).uniforms) for i in range(design.n_chunks)]
    means: FloatArray = np.concatenate(values).reshape(design.replicates, -1).mean(axis=1)
    return means


def product_of_exponentials(u: FloatArray) -> FloatArray:
    """exp(u_1 + ... + u_d), whose integral is (e - 1)^d."""
    values: FloatArray = np.exp(u.sum(axis=0))
    return values


# What a design is


@given(st.integers(1, 3), st.integers(1, 40_000), st.integers(1, 20))
def test_sobol_draws_are_rounded_up_to_a_power_of_two_in_each_replicate(n_inputs: int, n: int, replicates: int) -> None:
    design = sobol_design(n_inputs, n, 1, replicates)
    points, rest = divmod(design.n_draws, replicates)
    assert rest == 0
    assert points & (points - 1) == 0
    assert n <= design.n_draws < max(2 * n, replicates + 1)
    assert design.n_chunks == replicates * max(1, points // CHUNK)


@pytest.mark.parametrize(("asked", "used"), [(1, 16), (16, 16), (17, 32), (16384, 16384), (16385, 32768)])
def test_sixteen_scrambles_by_default(asked: int, used: int) -> None:
    design = sobol_design(2, asked, 1)
    assert (design.method, design.replicates, design.n_draws, design.seed) == ("sobol", 16, used, 1)


@pytest.mark.parametrize("n_draws", [1, 1023, 1024, 1025, 5000])
def test_random_draws_are_used_as_given(n_draws: int) -> None:
    design = random_design(3, n_draws, 7)
    assert (design.method, design.replicates, design.n_draws, design.seed) == ("random", 1, n_draws, 7)
    assert all_uniforms(design).shape == (3, n_draws)


@pytest.mark.parametrize(
    "design", [sobol_design(4, 100, 1), sobol_design(4, 100_000, 1, 3), random_design(4, 5000, 1), point_design(4)]
)
def test_chunks_come_replicate_by_replicate_and_add_up(design: Design) -> None:
    chunks = [design.chunk(i) for i in range(design.n_chunks)]
    assert [chunk.index for chunk in chunks] == list(range(design.n_chunks))
    assert [chunk.replicate for chunk in chunks] == sorted(chunk.replicate for chunk in chunks)
    sizes = np.bincount([c.replicate for c in chunks], weights=[c.uniforms.shape[1] for c in chunks])
    assert np.array_equal(sizes, np.full(design.replicates, design.n_draws / design.replicates))
    assert all(c.uniforms.shape[0] == design.n_inputs and c.uniforms.shape[1] <= CHUNK for c in chunks)
    assert all(c.uniforms.dtype == np.float64 and ((c.uniforms > 0) & (c.uniforms < 1)).all() for c in chunks)


def test_the_point_design_is_one_draw_at_one_quantile() -> None:
    design = point_design(3, 0.25)
    assert (design.method, design.n_draws, design.replicates, design.n_chunks) == ("point", 1, 1, 1)
    assert np.array_equal(design.chunk(0).uniforms, [[0.25], [0.25], [0.25]])
    assert point_design(0).chunk(0).uniforms.shape == (0, 1)
    assert np.array_equal(point_design(1).chunk(0).uniforms, [[0.5]])


# Reproducible


@both
def test_chunks_are_the_same_in_any_order(make: Callable[[int, int, int], Design]) -> None:
    design = make(5, 32 * CHUNK, 3)
    forwards = [design.chunk(i).uniforms for i in range(design.n_chunks)]
    forget()
    backwards = [make(5, 32 * CHUNK, 3).chunk(i).uniforms for i in reversed(range(design.n_chunks))]
    assert np.array_equal(forwards, backwards[::-1])


@both
def test_chunks_are_the_same_from_several_threads(make: Callable[[int, int, int], Design]) -> None:
    design = make(5, 128 * CHUNK, 3)
    alone = all_uniforms(design)
    forget()
    with ThreadPoolExecutor(8) as threads:
        chunks: list[Chunk] = list(threads.map(design.chunk, range(design.n_chunks)))
    assert np.array_equal(alone, np.hstack([chunk.uniforms for chunk in chunks]))


@both
def test_changing_a_chunk_in_place_leaves_the_design_alone(make: Callable[[int, int, int], Design]) -> None:
    design = make(2, 4096, 3)
    before = design.chunk(0).uniforms.copy()
    design.chunk(0).uniforms[:] = 0
    assert np.array_equal(design.chunk(0).uniforms, before)


@both
def test_adding_inputs_leaves_the_earlier_ones_alone(make: Callable[[int, int, int], Design]) -> None:
    assert np.array_equal(all_uniforms(make(3, 20_000, 5)), all_uniforms(make(9, 20_000, 5))[:3])


def test_more_random_draws_begin_with_the_fewer() -> None:
    assert np.array_equal(all_uniforms(random_design(3, 1500, 5)), all_uniforms(random_design(3, 5000, 5))[:, :1500])


def test_more_sobol_draws_begin_with_the_fewer_in_each_replicate() -> None:
    few, many = (all_uniforms(sobol_design(3, n, 5)).reshape(3, 16, -1) for n in (16 * 64, 16 * 4096))
    assert np.array_equal(few, many[:, :, :64])


@both
def test_seeds_give_different_numbers(make: Callable[[int, int, int], Design]) -> None:
    first = {make(1, 64, seed).chunk(0).uniforms[0, 0] for seed in (0, 1, 2, 2**32, 2**63 - 1)}
    assert len(first) == 5


def test_replicates_give_different_numbers() -> None:
    design = sobol_design(4, 16 * 8, 1)
    assert len(np.unique(all_uniforms(design))) == 4 * 16 * 8


def test_the_numbers_never_change() -> None:
    assert all_uniforms(sobol_design(2, 4, 1, replicates=2)).tolist() == [
        [0.34193483346057063, 0.8276729369695609, 0.6805985365229269, 0.31865000826106427],
        [0.7776104331538448, 0.3088533122720284, 0.7952920454912445, 0.48205909662168234],
    ]
    assert all_uniforms(random_design(2, 2, 1)).tolist() == [
        [0.21212740841070776, 0.8209948979440794],
        [0.8044915372467608, 0.8928986782323763],
    ]


# Right


def test_random_uniforms_are_uniform() -> None:
    u = all_uniforms(random_design(4, 50_000, 12))
    for row in u:
        assert stats.kstest(row, "uniform").pvalue > 1e-3
        assert stats.chisquare(np.bincount((row * 64).astype(int), minlength=64)).pvalue > 1e-3
    assert np.abs(np.corrcoef(u) - np.eye(4)).max() < 4 / np.sqrt(50_000)


def test_each_point_of_a_scramble_is_uniform_over_scrambles() -> None:
    u = all_uniforms(sobol_design(3, 3000 * 8, 6, replicates=3000)).reshape(3, 3000, 8)
    standard_error = np.sqrt(1 / 12 / 3000)
    assert np.abs(u.mean(axis=1) - 0.5).max() < 4 * standard_error
    for point in (0, 1, 5, 7):
        for row in u[:, :, point]:
            assert stats.kstest(row, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("n_draws", [16, 64])
def test_sobol_estimates_are_unbiased(n_draws: int) -> None:
    means = replicate_means(sobol_design(3, n_draws * 1000, 2, replicates=1000), product_of_exponentials)
    standard_error = means.std(ddof=1) / np.sqrt(len(means))
    assert abs(means.mean() - (np.e - 1) ** 3) < 4 * standard_error


def test_random_estimates_are_unbiased() -> None:
    values = product_of_exponentials(all_uniforms(random_design(3, 50_000, 2)))
    standard_error = values.std(ddof=1) / np.sqrt(values.size)
    assert abs(values.mean() - (np.e - 1) ** 3) < 4 * standard_error


def test_sixteen_scrambles_tell_their_own_error() -> None:
    misses = []
    for seed in range(50):
        means = replicate_means(sobol_design(3, 16 * 128, seed), product_of_exponentials)
        misses.append((means.mean() - (np.e - 1) ** 3) / (means.std(ddof=1) / 4))
    assert 0.6 < np.sqrt(np.mean(np.square(misses))) < 1.6  # a t statistic with 15 degrees of freedom: 1.07


def test_sobol_beats_plain_monte_carlo_by_far() -> None:
    plain = product_of_exponentials(all_uniforms(random_design(5, 16 * 1024, 2))).std() / np.sqrt(1024)
    scrambled = replicate_means(sobol_design(5, 16 * 1024, 2), product_of_exponentials).std(ddof=1)
    assert scrambled < plain / 10


def test_the_error_of_sobol_falls_faster_than_the_square_root() -> None:
    few, many = (
        replicate_means(sobol_design(3, 16 * n, 2), product_of_exponentials).std(ddof=1) for n in (2**6, 2**14)
    )
    assert many < few / 64  # plain Monte Carlo: a sixteenth


# Wrong arguments


@pytest.mark.parametrize("make", MAKERS)
def test_no_inputs_want_the_point_design(make: Callable[[int, int, int], Design]) -> None:
    with pytest.raises(ValueError, match="no inputs, so there is nothing to draw; use the point design"):
        make(0, 16, 1)


@both
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1, 16, 1), "'n_inputs' must be a whole number from 1"),
        ((1.5, 16, 1), "'n_inputs' must be a whole number, got 1.5"),
        ((2, 0, 1), "'n_draws' must be a whole number from 1 .*, got 0"),
        ((2, 1e5, 1), "'n_draws' must be a whole number, got 100000.0"),
        ((2, 16, -1), "'seed' must be a whole number from 0 to 9223372036854775807, got -1"),
        ((2, 16, 2**63), "'seed' must be a whole number from 0"),
        ((2, 16, "x"), "'seed' must be a whole number, got 'x'"),
    ],
)
def test_arguments_out_of_range_are_named(
    make: Callable[[int, int, int], Design], arguments: tuple[int, int, int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make(*arguments)


def test_sobol_says_how_many_inputs_it_has() -> None:
    assert sobol_design(1024, 16, 1).chunk(0).uniforms.shape == (1024, 1)
    with pytest.raises(ValueError, match="at most 1024 inputs, got 1025; use the random design"):
        sobol_design(1025, 16, 1)


def test_a_replicate_has_at_most_2_to_the_32_points() -> None:
    largest = sobol_design(2, 2**36, 1)
    assert largest.chunk(largest.n_chunks - 1).replicate == 15
    with pytest.raises(ValueError, match=r"at most 2\^32 draws in a replicate, got 68719476737 draws in 16"):
        sobol_design(2, 2**36 + 1, 1)


def test_a_random_design_has_at_most_2_to_the_42_draws() -> None:
    largest = random_design(2, 2**42, 1)
    assert largest.chunk(largest.n_chunks - 1).uniforms.shape == (2, CHUNK)
    with pytest.raises(ValueError, match="'n_draws' must be a whole number from 1 to 4398046511104"):
        random_design(2, 2**42 + 1, 1)


@pytest.mark.parametrize("replicates", [0, -1, 2.5])
def test_replicates_are_at_least_one(replicates: int) -> None:
    with pytest.raises(ValueError, match="'replicates' must be a whole number"):
        sobol_design(2, 16, 1, replicates)


@pytest.mark.parametrize("u", [0.0, 1.0, -0.5, float("nan")])
def test_a_point_lies_strictly_between_zero_and_one(u: float) -> None:
    with pytest.raises(ValueError, match="'u' must lie strictly between 0 and 1"):
        point_design(2, u)


def test_a_point_design_has_no_negative_number_of_inputs() -> None:
    with pytest.raises(ValueError, match="'n_inputs' must be a whole number from 0"):
        point_design(-1)


@pytest.mark.parametrize("design", [sobol_design(2, 64, 1), random_design(2, 64, 1), point_design(2)])
def test_only_chunks_that_there_are(design: Design) -> None:
    for i in (-1, design.n_chunks):
        with pytest.raises(ValueError, match=f"'chunk' must be a whole number from 0 to {design.n_chunks - 1}, got"):
            design.chunk(i)


def forget() -> None:
    """Empty the caches, so that numbers are made afresh."""
    sobol_net.cache_clear()
    scrambled_net.cache_clear()
