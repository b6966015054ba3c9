"""Designs: which uniforms a run uses, in chunks that can be asked for in any order and from any thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from engine.sampling.sobol import INDEX_BITS, MAX_INPUTS, scrambled_net
from engine.sampling.streams import BITS, CHUNK, FloatArray, raw_words, uniforms, whole

# Public functions


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """A run of consecutive draws, at most 1024.

    Attributes:
        index: its place among the design's chunks, from 0.
        replicate: the independent replicate (scramble) that it belongs to, from 0.
        uniforms: strictly between 0 and 1; (n_inputs, n).
    """

    index: int
    replicate: int
    uniforms: FloatArray


class Design(Protocol):
    """Uniforms for `n_draws` draws of `n_inputs` inputs, chunk by chunk; frozen, and safe to share between threads."""

    @property
    def method(self) -> str:
        """One of "sobol", "random", "point" and "histories"."""
        ...

    @property
    def n_inputs(self) -> int:
        """Rows of every chunk."""
        ...

    @property
    def n_draws(self) -> int:
        """Draws over all chunks, as used (after rounding up)."""
        ...

    @property
    def replicates(self) -> int:
        """Independent parts of equal size, for a standard error; the chunks of one follow each other."""
        ...

    @property
    def seed(self) -> int:
        """What the numbers are derived from; 0 where there is no chance."""
        ...

    @property
    def n_chunks(self) -> int:
        """Number of chunks."""
        ...

    def chunk(self, i: int) -> Chunk:
        """Chunk `i`, a fresh array; ValueError unless 0 <= i < n_chunks."""
        ...


def sobol_design(n_inputs: int, n_draws: int, seed: int, replicates: int = 16) -> Design:
    """Scrambled Sobol' points: randomised quasi-Monte Carlo.

    Every replicate is an independent scramble (Matousek 1998) of the same 2^k points (Joe & Kuo 2008). Adding an
    input leaves the earlier inputs' numbers as they are, and so do more draws within a replicate.

    Args:
        n_inputs: 1 to 1024.
        n_draws: total over the replicates, 1 or more; rounded up to replicates * 2^k.
        seed: 0 or more, below 2^63.
        replicates: 1 or more.
    Raises:
        ValueError: an argument is out of range, or a replicate would have more than 2^32 points.
    """
    n_inputs, seed = _inputs(n_inputs), _seed(seed)
    if n_inputs > MAX_INPUTS:
        raise ValueError(f"a Sobol' design has at most {MAX_INPUTS} inputs, got {n_inputs}; use the random design")
    replicates = whole("replicates", replicates, 1, 2**32 - 1)
    n_draws = whole("n_draws", n_draws, 1, 2**63 - 1)
    log2_points = (-(-n_draws // replicates) - 1).bit_length()
    if log2_points > INDEX_BITS:
        found = f"{n_draws} draws in {replicates} replicates"
        raise ValueError(f"a Sobol' design has at most 2^{INDEX_BITS} draws in a replicate, got {found}; use fewer")
    return _SobolDesign(n_inputs, replicates << log2_points, replicates, seed)


def random_design(n_inputs: int, n_draws: int, seed: int) -> Design:
    """Independent uniforms: plain Monte Carlo.

    Adding an input or more draws leaves the earlier numbers as they are.

    Args:
        n_inputs: 1 or more.
        n_draws: 1 to 2^42, used as given.
        seed: 0 or more, below 2^63.
    Raises:
        ValueError: an argument is out of range.
    """
    return _RandomDesign(_inputs(n_inputs), whole("n_draws", n_draws, 1, CHUNK * 2**32), _seed(seed))


def point_design(n_inputs: int, u: float = 0.5) -> Design:
    """One draw with every input at the same quantile: the typical draw, or an exact run, which has no inputs.

    Args:
        n_inputs: 0 or more.
        u: strictly between 0 and 1.
    Raises:
        ValueError: an argument is out of range.
    """
    if not 0 < u < 1:
        raise ValueError(f"'u' must lie strictly between 0 and 1, got {u}")
    return _PointDesign(whole("n_inputs", n_inputs, 0, 2**31 - 1), float(u))


def repeated_design(n_inputs: int, n_draws: int, seed: int, replicates: int = 16) -> Design:
    """The typical draw again and again: where nothing is unknown, and only histories are sampled.

    Args:
        n_inputs: 0 or more.
        n_draws: total over the replicates, 1 or more; rounded up to replicates * 2^k.
        seed: of the histories; 0 or more, below 2^63.
        replicates: 1 or more.
    Raises:
        ValueError: an argument is out of range.
    """
    replicates = whole("replicates", replicates, 1, 2**32 - 1)
    log2_points = (-(-whole("n_draws", n_draws, 1, 2**48) // replicates) - 1).bit_length()
    n_inputs = whole("n_inputs", n_inputs, 0, 2**31 - 1)
    return _RepeatedDesign(n_inputs, replicates << log2_points, replicates, _seed(seed))


# Private functions


@dataclass(frozen=True, slots=True)
class _RepeatedDesign:
    n_inputs: int
    n_draws: int
    replicates: int
    seed: int
    method: ClassVar[str] = "histories"

    @property
    def n_chunks(self) -> int:
        return self.replicates * max(1, self.n_draws // self.replicates // CHUNK)

    def chunk(self, i: int) -> Chunk:
        i = whole("chunk", i, 0, self.n_chunks - 1)
        size = min(CHUNK, self.n_draws // self.replicates)
        return Chunk(i, i // (self.n_chunks // self.replicates), np.full((self.n_inputs, size), 0.5))


@dataclass(frozen=True, slots=True)
class _SobolDesign:
    n_inputs: int
    n_draws: int
    replicates: int
    seed: int
    method: ClassVar[str] = "sobol"

    @property
    def n_chunks(self) -> int:
        return self.replicates * self._chunks_per_replicate

    @property
    def _chunks_per_replicate(self) -> int:
        return max(1, self.n_draws // self.replicates // CHUNK)

    def chunk(self, i: int) -> Chunk:
        i = whole("chunk", i, 0, self.n_chunks - 1)
        replicate, place = divmod(i, self._chunks_per_replicate)
        size = min(CHUNK, self.n_draws // self.replicates)
        net = scrambled_net(self.n_inputs, self.seed, replicate)
        return Chunk(i, replicate, uniforms(net.points(place * size, size)))


@dataclass(frozen=True, slots=True)
class _RandomDesign:
    n_inputs: int
    n_draws: int
    seed: int
    method: ClassVar[str] = "random"
    replicates: ClassVar[int] = 1

    @property
    def n_chunks(self) -> int:
        return -(-self.n_draws // CHUNK)

    def chunk(self, i: int) -> Chunk:
        i = whole("chunk", i, 0, self.n_chunks - 1)
        words = raw_words(self.seed, i, shape=(self.n_inputs, CHUNK))  # a whole chunk, so that its size changes nothing
        return Chunk(i, 0, uniforms(words[:, : self.n_draws - i * CHUNK] >> np.uint64(64 - BITS)))


@dataclass(frozen=True, slots=True)
class _PointDesign:
    n_inputs: int
    u: float
    method: ClassVar[str] = "point"
    n_draws: ClassVar[int] = 1
    replicates: ClassVar[int] = 1
    seed: ClassVar[int] = 0
    n_chunks: ClassVar[int] = 1

    def chunk(self, i: int) -> Chunk:
        i = whole("chunk", i, 0, 0)
        return Chunk(i, 0, np.full((self.n_inputs, 1), self.u))


def _inputs(n_inputs: int) -> int:
    if n_inputs == 0:
        raise ValueError("no inputs, so there is nothing to draw; use the point design")
    return whole("n_inputs", n_inputs, 1, 2**31 - 1)


def _seed(seed: int) -> int:
    return whole("seed", seed, 0, 2**63 - 1)
