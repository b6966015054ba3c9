"""What every distribution can do."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]

SMALLEST = float(np.finfo(np.float64).tiny)
LARGEST_BELOW_ONE = 1.0 - 2.0**-53


class Distribution(ABC):
    """The distribution of one real number, continuous or with atoms; immutable."""

    __slots__ = ()

    @abstractmethod
    def quantile(self, u: FloatArray) -> FloatArray:
        """The smallest x with cdf(x) >= u, for each u strictly between 0 and 1; any shape, same shape out.

        Every element is worked out on its own: splitting or reordering `u` does not change a bit of the answer.
        """

    @abstractmethod
    def cdf(self, x: FloatArray) -> FloatArray:
        """The probability of a value of at most x, for each x; any shape, same shape out."""

    @abstractmethod
    def mean(self) -> float:
        """The expectation."""

    @abstractmethod
    def support(self) -> tuple[float, float]:
        """The lowest and the highest value that can occur; may be infinite."""


def inside(u: FloatArray) -> FloatArray:
    """Probabilities moved off 0 and 1 by the least possible amount, where rounding put them there."""
    return np.clip(u, SMALLEST, LARGEST_BELOW_ONE)
