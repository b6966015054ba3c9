"""Certificates that a matrix has no real eigenvalues beyond 1, against the eigenvalues themselves."""

from __future__ import annotations

import numpy as np
import pytest

from engine.games.spectrum import MOST_POWERS, any_beyond, surely_none_beyond

N = 4000


def with_values(values: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Matrices, (n, n, N), with these real eigenvalues, (n, N), in bases of their own."""
    n, n_draws = values.shape
    basis = np.eye(n) + rng.normal(0, 0.4 / np.sqrt(n), (n_draws, n, n))
    matrices = basis @ (values.T[:, :, None] * np.linalg.inv(basis))
    return np.moveaxis(matrices, 0, -1)


@pytest.mark.parametrize("n", [2, 3, 5, 9, 16, 24, 30])
@pytest.mark.parametrize("size", [0.3, 1.0, 3.0])
def test_a_pair_beyond_1_is_never_overlooked(n: int, size: float) -> None:
    rng = np.random.default_rng(n)
    matrix = rng.normal(0, size / np.sqrt(n), (n, n, N))
    values = np.linalg.eigvals(np.moveaxis(matrix, -1, 0))
    beyond = ((np.abs(values.imag) == 0) & (values.real > 1)).sum(axis=1)
    sure = surely_none_beyond(matrix)
    assert not sure[(beyond > 0) & (beyond % 2 == 0)].any()
    np.testing.assert_array_equal(any_beyond(matrix), beyond > 0)
    if size < 1 and n <= MOST_POWERS:
        assert sure[beyond == 0].mean() > 0.9


@pytest.mark.parametrize("n", [2, 5, 9, 16])
def test_a_pair_just_beyond_1_is_never_overlooked(n: int) -> None:
    rng = np.random.default_rng(n)
    values = rng.uniform(-3, 0.9, (n, N))
    values[:2] = 1 + 10 ** rng.uniform(-4, 0, (2, N))
    assert not surely_none_beyond(with_values(values, rng)).any()


def test_eigenvalues_below_minus_1_and_complex_ones_do_not_count() -> None:
    turn = np.array([[0.0, -5.0, 0.0], [5.0, 0.0, 0.0], [0.0, 0.0, -4.0]])
    assert surely_none_beyond(np.repeat(turn[:, :, None], 2, axis=2)).all()
    assert not any_beyond(turn[:, :, None]).any()


@pytest.mark.parametrize("n", [3, MOST_POWERS, MOST_POWERS + 1])
@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e30])
def test_what_cannot_be_calculated_is_not_certified(n: int, bad: float) -> None:
    matrix = np.full((n, n, 2), bad)
    assert not surely_none_beyond(matrix).any()
