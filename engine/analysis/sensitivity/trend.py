"""What is simple about an outcome, taken off before its variance is divided: a curve in each unknown by itself.

A sum of such curves has a variance, and shares of it, that are known without sampling. What is left of the outcome
varies less, so its shares are estimated with a smaller error (a control variate; curves after Sudret 2008, whose
polynomials in levels are orthogonal under any distribution). Each replicate takes the curves that the other replicates
show, so nothing is fitted to the draws that it is used on and the estimates stay unbiased.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.analysis.sensitivity.answers import LAST
from engine.games.segments import FloatArray
from engine.sampling.saltelli import Pairs

DEGREE: Final = 4
CLEAR: Final = 4.0
"""A coefficient that is smaller than so many of its standard errors is taken for noise, and left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Trend:
    """Curves of every figure in the level of each unknown that varies, of mean 0.

    Attributes:
        coefficients: of orthonormal polynomials of degree 1, 2, ..., for each replicate;
            (n_varied, n_figures, n_degrees, n_replicates); 0 for unknowns that are correlated.
        first: levels in A; (n_varied, n_replicates, n_rows).
        second: in B; same shape.
        correlated: whether each of them is.
    """

    coefficients: FloatArray
    first: FloatArray
    second: FloatArray
    correlated: tuple[bool, ...]

    @property
    def squares(self) -> FloatArray:
        """The variance of each curve; (n_varied, n_figures, n_replicates)."""
        found: FloatArray = (self.coefficients**2).sum(axis=2)
        return found

    def curve(self, place: int) -> tuple[FloatArray, FloatArray]:
        """The curve in one unknown, in A and in B; (n_figures, n_replicates, n_rows) or (1, 1, 1) if it is 0."""
        coefficients = self.coefficients[place]
        if not coefficients.any():
            return np.zeros((1, 1, 1)), np.zeros((1, 1, 1))
        one, other = (_curve(coefficients, levels[place]) for levels in (self.first, self.second))
        return one, other


def trend_of(pairs: Pairs, first: FloatArray, second: FloatArray, correlated: Sequence[int]) -> Trend:
    """The curves.

    Args:
        pairs: A and B.
        first: deviations of A; (n_figures, n_replicates, n_rows).
        second: of B; same shape.
        correlated: columns of unknowns that are.
    """
    columns, n_replicates = list(pairs.columns), pairs.points.replicates
    chunks = [pairs.chunk(i) for i in range(pairs.points.n_chunks)]
    one, other = (
        np.concatenate([getattr(chunk, which)[columns] for chunk in chunks], axis=1).reshape(
            len(columns), n_replicates, -1
        )
        for which in ("first", "second")
    )
    found = np.zeros((len(columns), len(first), DEGREE, n_replicates))
    for place, column in enumerate(columns):
        if column not in correlated:
            for degree, (a, b) in enumerate(zip(_polynomials(one[place]), _polynomials(other[place]), strict=True)):
                found[place, :, degree] = _clear(((first * a).mean(axis=LAST) + (second * b).mean(axis=LAST)) / 2)
    return Trend(found, one, other, tuple(column in correlated for column in columns))


# Private functions


def _clear(coefficients: FloatArray) -> FloatArray:
    """For each replicate the mean of the others, (n_figures, n_replicates), where it is clearly not 0."""
    others = coefficients.shape[LAST] - 1
    mean = (coefficients.sum(axis=LAST, keepdims=True) - coefficients) / others
    square = ((coefficients**2).sum(axis=LAST, keepdims=True) - coefficients**2) / others
    variance = np.maximum(square - mean**2, 0.0) / (others - 1)
    return np.where(mean**2 > CLEAR**2 * variance, mean, 0.0)


def _polynomials(levels: FloatArray) -> list[FloatArray]:
    """Legendre's polynomials of degree 1 to `DEGREE`, orthonormal on (0, 1)."""
    x = 2 * levels - 1
    found = [np.ones_like(x), x]
    for degree in range(1, DEGREE):
        found.append(((2 * degree + 1) * x * found[LAST] - degree * found[-2]) / (degree + 1))
    return [np.sqrt(2 * degree + 1) * found[degree] for degree in range(1, DEGREE + 1)]


def _curve(coefficients: FloatArray, levels: FloatArray) -> FloatArray:
    parts = zip(coefficients.transpose(1, 0, 2), _polynomials(levels), strict=True)
    found: FloatArray = sum(
        (coefficient[..., None] * polynomial for coefficient, polynomial in parts), np.zeros((1, 1, 1))
    )
    return found
