"""Matrices that share columns: independent where they should be, equal where they should be, in any order."""

from __future__ import annotations

import numpy as np
import pytest

from engine.sampling import CHUNK, Design, FloatArray, saltelli_design
from engine.sampling.saltelli import FIRST, SECOND, exchanged, matrices_design, pairs_of


def matrix(design: Design, number: int, of: int) -> FloatArray:
    """All rows of a matrix; (n_inputs, n)."""
    return np.hstack([design.chunk(i).uniforms for i in range(number, design.n_chunks, of)])


@pytest.mark.parametrize("n_draws", [256, 16 * 2 * CHUNK])
def test_each_matrix_is_a_with_one_column_of_b(n_draws: int) -> None:
    design = saltelli_design(3, n_draws, 1)
    assert design.n_draws == 5 * n_draws
    assert design.method == "sobol"
    a, b, *others = (matrix(design, number, 5) for number in range(5))
    assert a.shape == (3, n_draws)
    for column, found in enumerate(others):
        expected = a.copy()
        expected[column] = b[column]
        np.testing.assert_array_equal(found, expected)


def test_a_and_b_are_independent_and_each_is_evenly_spread() -> None:
    """Every column has one point in each of n equal cells, and no column goes with any other."""
    n = 2**12
    design = saltelli_design(3, n, 2, replicates=1)
    both = np.vstack([matrix(design, 0, 5), matrix(design, 1, 5)])
    np.testing.assert_array_equal(np.sort((both * n).astype(int), axis=1), np.tile(np.arange(n), (6, 1)))
    np.testing.assert_allclose(np.corrcoef(both), np.eye(6), atol=0.01)


def test_a_shares_its_chance_with_its_neighbours_and_b_does_not() -> None:
    design = saltelli_design(2, 16 * 2 * CHUNK, 1)
    indices = [[design.chunk(4 * place + number).index for number in range(4)] for place in range(32)]
    assert [row[0] for row in indices] == list(range(32))
    assert all(row[2] == row[3] == row[0] for row in indices)
    assert [row[1] for row in indices] == list(range(32, 64))


def test_the_chunks_of_a_replicate_follow_each_other() -> None:
    design = saltelli_design(2, 16 * 2 * CHUNK, 1)
    assert [design.chunk(i).replicate for i in range(design.n_chunks)] == sorted([*range(16)] * 8)


def test_a_chunk_is_fresh() -> None:
    design = saltelli_design(2, 64, 1)
    for i in range(4):
        before = design.chunk(i).uniforms.copy()
        design.chunk(i).uniforms[:] = 0.5
        np.testing.assert_array_equal(design.chunk(i).uniforms, before)


def test_what_does_not_vary_stays_at_its_median() -> None:
    pairs = pairs_of(4, 64, 1, columns=(1, 3))
    design = matrices_design(pairs, (FIRST, SECOND, exchanged(3)))
    for i in range(design.n_chunks):
        assert (design.chunk(i).uniforms[[0, 2]] == 0.5).all()
    np.testing.assert_array_equal(matrix(design, 0, 3)[[1, 3]], matrix(saltelli_design(2, 64, 1), 0, 4))


def test_bad_arguments() -> None:
    with pytest.raises(ValueError, match="inputs"):
        saltelli_design(0, 64, 1)
    with pytest.raises(ValueError, match="at most 1024"):
        saltelli_design(513, 64, 1)
    with pytest.raises(ValueError, match="columns"):
        pairs_of(2, 64, 1, columns=(0, 2))
    with pytest.raises(ValueError, match="chunk"):
        saltelli_design(2, 64, 1).chunk(64)
