"""Whether small matrices have real eigenvalues beyond 1, mostly without taking them; draws on the last axis."""

from __future__ import annotations

from math import comb
from typing import Final

import numpy as np

from engine.games.response import BoolArray, in_twos
from engine.games.segments import FloatArray, columns

BOUNDS: Final = 3
"""Bounds of the eigenvalues' size, one closer than the other, that are tried first."""
SURELY_BELOW: Final = 0.999
"""1, less what single precision may lose."""
LEAST_WEIGHT: Final = 1e-3
MOST_POWERS: Final = 24
"""Rows up to which the characteristic polynomial costs less than the eigenvalues."""
AS_GOOD_AS_REAL: Final = 1e-6
"""An eigenvalue's imaginary part, relative to its size, that may come from rounding."""


def surely_none_beyond(matrix: FloatArray) -> BoolArray:
    """Where `matrix`, (n, n, n_draws), has no real eigenvalue beyond 1 or an odd number of them; (n_draws,).

    Elsewhere it may have an even number. The odd number shows in the sign of det(I - matrix).
    """
    single = matrix.astype(np.float32)
    with np.errstate(all="ignore"):
        found = _smaller_than_one(np.abs(single))
        left = np.flatnonzero(~found)
        if len(left) and len(matrix) <= MOST_POWERS:
            left = in_twos(left)
            found[left] = _one_sign(columns(single, left))
    return found


def any_beyond(matrix: FloatArray) -> BoolArray:
    """Where `matrix`, (n, n, n_draws), has a real eigenvalue beyond 1; (n_draws,)."""
    values = np.linalg.eigvals(np.moveaxis(np.where(np.isfinite(matrix), matrix, 0.0), -1, 0))
    real = np.abs(values.imag) <= AS_GOOD_AS_REAL * np.abs(values)
    return np.asarray(np.any(real & (values.real > 1), axis=1))


def _smaller_than_one(size: FloatArray) -> BoolArray:
    """Where all eigenvalues of matrices with these absolute entries are surely within the unit circle.

    For any positive weights w none is larger than the largest (size w) / w (Collatz 1942), of which the weights size w
    give a closer bound.
    """
    found = np.zeros(size.shape[-1], dtype=np.bool_)
    weights = size.sum(axis=1)
    for _ in range(BOUNDS):
        weights += LEAST_WEIGHT
        larger = np.einsum("abn,bn->an", size, weights)
        found |= (larger < SURELY_BELOW * weights).all(axis=0)
        weights = larger
    return found


def _one_sign(matrix: FloatArray) -> BoolArray:
    """Where the coefficients of det((1 + x) I - matrix) in x, but for the last, are clearly positive.

    With a positive last one the polynomial then has no positive root (Descartes 1637). The coefficients around 0 follow
    from the traces of the powers (Le Verrier 1840). Each must exceed a generous estimate of what rounding did to it;
    that is no proof where powers of a large matrix cancel far below their size.
    """
    n = len(matrix)
    powers = [matrix]
    while 2 * len(powers) < n:
        powers.append(np.einsum("abn,bcn->acn", powers[-1], matrix))
    norms = [np.sqrt(np.einsum("abn,abn->n", power, power)).astype(np.float64) for power in powers]
    traces, sizes = [np.einsum("aan->n", matrix).astype(np.float64)], [np.sqrt(n) * norms[0]]
    for k in range(2, n + 1):
        one, other = k // 2 - 1, (k + 1) // 2 - 1
        traces.append(np.einsum("abn,ban->n", powers[one], powers[other]).astype(np.float64))
        sizes.append(norms[one] * norms[other])
    around_0, rounded = [np.ones(matrix.shape[-1])], [np.ones(matrix.shape[-1])]
    for k in range(1, n):
        pairs = [(around_0[k - i], traces[i - 1]) for i in range(1, k + 1)]
        around_0.append(-sum(e * trace for e, trace in pairs) / k)
        rounded.append(sum(rounded[k - i] * sizes[i - 1] for i in range(1, k + 1)) / k)
    unit = n * np.finfo(matrix.dtype).eps
    fine = np.ones(matrix.shape[-1], dtype=np.bool_)
    for power in range(1, n + 1):  # of x
        ways = [comb(n - k, power) for k in range(n - power + 1)]
        coefficient = sum(way * e for way, e in zip(ways, around_0, strict=False))
        error = unit * sum(way * e for way, e in zip(ways, rounded, strict=False))
        fine &= coefficient > error
    return fine
