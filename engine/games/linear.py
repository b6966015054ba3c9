"""Many small linear systems at once, draws on the last axis."""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.games.segments import FloatArray

LARGEST_ELIMINATED: Final = 24
"""Unknowns up to which elimination over all draws at once is faster than a factorisation of each."""


def solved(system: FloatArray, n_unit: int = 0) -> tuple[FloatArray, FloatArray]:
    """The solutions of each draw's linear system, and its determinant. The system is overwritten.

    Args:
        system: the matrix and, as further columns, right-hand sides; (n, n + n_sides, n_draws).
        n_unit: how many of the first rows and columns of the matrix are those of the identity.

    Returns:
        The solutions, (n, n_sides, n_draws), not finite where there are none; the determinant, (n_draws,), NaN where
        not even its sign can be told.
    """
    with np.errstate(all="ignore"):
        return _eliminated(system, n_unit) if len(system) <= LARGEST_ELIMINATED else _factorised(system)


def _eliminated(system: FloatArray, n_unit: int) -> tuple[FloatArray, FloatArray]:
    """Gauss without pivoting: the matrices here are the identity and something that rarely outweighs it.

    What a small pivot spoils, Newton's next step mends; the determinant is not told then.
    """
    n, width, n_draws = system.shape
    determinant, room = np.ones(n_draws, system.dtype), np.empty((n - 1) * (width - 1) * n_draws, system.dtype)
    smallest = 100 * np.finfo(system.dtype).eps
    for k in range(n):
        rest = max(k + 1, n_unit)
        if k >= n_unit:
            pivot = system[k, k]
            determinant *= np.where(np.abs(pivot) > smallest, pivot, np.nan)
            system[k, rest:] /= pivot
        below = system[rest:, rest:]
        product = room[: below.size].reshape(below.shape)
        np.multiply(system[rest:, k, None], system[k, rest:], out=product)
        below -= product
    found = system[:, n:]
    for k in range(n - 1, max(n_unit, 1) - 1, -1):
        found[:k] -= system[:k, k, None] * found[k]
    return found, determinant


def _factorised(system: FloatArray) -> tuple[FloatArray, FloatArray]:
    n = len(system)
    matrices, right = np.moveaxis(system[:, :n], -1, 0), np.moveaxis(system[:, n:], -1, 0)
    determinant = np.linalg.det(np.where(np.isfinite(matrices), matrices, 0.0))
    regular = np.isfinite(matrices.sum(axis=(1, 2))) & (determinant != 0)
    found = np.full(right.shape, np.nan)
    found[regular] = np.linalg.solve(matrices[regular], right[regular])
    return np.moveaxis(found, 0, -1), np.where(regular, determinant, np.nan)
