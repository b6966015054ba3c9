"""Designs that compare draws which agree in some inputs and are independent in the others (Saltelli 2002).

Two matrices A and B of independent draws, and matrices made of their columns, such as A with one column of B. Matrices
made from the same rows share `Chunk.index`, so what else is random in a draw is the same in them; B has its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import ClassVar

import numpy as np

from engine.sampling.designs import Chunk, Design, sobol_design
from engine.sampling.streams import FloatArray

CACHED = 8
"""Pairs that are kept, so that points are made once and not for every matrix."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Some rows of A and of B.

    Attributes:
        index: their place, from 0.
        replicate: the scramble that they belong to, from 0.
        seed: what the numbers are derived from.
        columns: inputs that vary.
        first: of A; (n_inputs, n); not to be written to.
        second: of B; same shape; not to be written to.
    """

    index: int
    replicate: int
    seed: int
    columns: tuple[int, ...]
    first: FloatArray
    second: FloatArray


@dataclass(frozen=True, slots=True)
class Pairs:
    """A and B, chunk by chunk: the halves of one Sobol' design, since scrambles of the same points are no
    independent pairs.

    Attributes:
        n_inputs: rows of every chunk.
        columns: inputs that vary; the others stay at their medians.
        points: the design of both halves.
    """

    n_inputs: int
    columns: tuple[int, ...]
    points: Design

    @property
    def n_rows(self) -> int:
        """Rows of A in all, as used (after rounding up)."""
        return self.points.n_draws

    def chunk(self, i: int) -> Pair:
        """Rows of A and B number `i`."""
        return _pair(self, i)


Make = Callable[[Pair], FloatArray]


@dataclass(frozen=True, slots=True)
class Matrix:
    """One matrix of a design.

    Attributes:
        make: its rows, from those of A and B; (n_inputs, n), a fresh array.
        apart: whether what else is random in a draw is independent of the draws of the other matrices.
    """

    make: Make
    apart: bool = False


# Public functions


def pairs_of(
    n_inputs: int, n_draws: int, seed: int, replicates: int = 16, columns: Sequence[int] | None = None
) -> Pairs:
    """Two independent matrices from one scrambled Sobol' design.

    Args:
        n_inputs: 1 or more.
        n_draws: rows of A, in all over the replicates; rounded up to replicates * 2^k.
        seed: 0 or more, below 2^63.
        replicates: 1 or more.
        columns: the inputs that vary, 1 to 512; None for all.

    Raises:
        ValueError: an argument is out of range.
    """
    varied = tuple(range(n_inputs)) if columns is None else tuple(columns)
    if any(not 0 <= column < n_inputs for column in varied) or len(set(varied)) < len(varied):
        raise ValueError(f"columns must be different whole numbers from 0 to {n_inputs - 1}, got {varied}")
    return Pairs(n_inputs, varied, sobol_design(2 * len(varied), n_draws, seed, replicates))


def matrices_design(pairs: Pairs, matrices: Sequence[Matrix]) -> Design:
    """The rows of several matrices: of each chunk of A and B first those of the first matrix, then of the next."""
    return _MatricesDesign(pairs, tuple(matrices))


def saltelli_design(n_inputs: int, n_draws: int, seed: int, replicates: int = 16) -> Design:
    """A, B, and for each input A with its column of B (Saltelli et al. 2010).

    Args:
        n_inputs: 1 to 512.
        n_draws: rows of A, in all over the replicates; rounded up to replicates * 2^k. The design has n_inputs + 2
            times as many.
        seed: 0 or more, below 2^63.
        replicates: 1 or more.

    Raises:
        ValueError: an argument is out of range.
    """
    pairs = pairs_of(n_inputs, n_draws, seed, replicates)
    return matrices_design(pairs, (FIRST, SECOND, *(exchanged(column) for column in range(n_inputs))))


def exchanged(column: int) -> Matrix:
    """A with one column of B."""
    return Matrix(partial(_exchanged, column))


# Private functions


def _first(pair: Pair) -> FloatArray:
    return pair.first.copy()


def _second(pair: Pair) -> FloatArray:
    return pair.second.copy()


def _exchanged(column: int, pair: Pair) -> FloatArray:
    rows = pair.first.copy()
    rows[column] = pair.second[column]
    return rows


FIRST = Matrix(_first)
SECOND = Matrix(_second, apart=True)


@lru_cache(maxsize=CACHED)
def _pair(pairs: Pairs, i: int) -> Pair:
    both = pairs.points.chunk(i)
    columns, size = list(pairs.columns), both.uniforms.shape[-1]
    first, second = np.full((2, pairs.n_inputs, size), 0.5)
    first[columns], second[columns] = both.uniforms[: len(columns)], both.uniforms[len(columns) :]
    first.flags.writeable = second.flags.writeable = False
    return Pair(i, both.replicate, pairs.points.seed, pairs.columns, first, second)


@dataclass(frozen=True, slots=True)
class _MatricesDesign:
    pairs: Pairs
    matrices: tuple[Matrix, ...]
    method: ClassVar[str] = "sobol"

    @property
    def n_inputs(self) -> int:
        return self.pairs.n_inputs

    @property
    def n_draws(self) -> int:
        return self.pairs.n_rows * len(self.matrices)

    @property
    def replicates(self) -> int:
        return self.pairs.points.replicates

    @property
    def seed(self) -> int:
        return self.pairs.points.seed

    @property
    def n_chunks(self) -> int:
        return self.pairs.points.n_chunks * len(self.matrices)

    def chunk(self, i: int) -> Chunk:
        if not 0 <= i < self.n_chunks:
            raise ValueError(f"'chunk' must be a whole number from 0 to {self.n_chunks - 1}, got {i}")
        place, number = divmod(i, len(self.matrices))
        pair, matrix = self.pairs.chunk(place), self.matrices[number]
        index = place + self.pairs.points.n_chunks if matrix.apart else place
        return Chunk(index, pair.replicate, matrix.make(pair))
