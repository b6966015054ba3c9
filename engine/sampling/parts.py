"""Parts of a design: some of its inputs, or the first points of each of its scrambles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.sampling.designs import Chunk, Design
from engine.sampling.streams import CHUNK, FloatArray, whole


def some_inputs(design: Design, rows: Sequence[int]) -> Design:
    """The same draws, with some of the inputs, in another order."""
    return _Part(design, tuple(rows), design.n_draws // design.replicates)


def first_points(design: Design, n_draws: int) -> Design:
    """The first points of each replicate; of a Sobol' design a smaller one of the same scrambles.

    Chunks keep their index in the whole, which keys the streams of histories.

    Args:
        design: of equal replicates.
        n_draws: in all; a power of 2 in each replicate, no more than there are.
    Raises:
        ValueError: it is something else.
    """
    points = whole("n_draws", n_draws, design.replicates, design.n_draws) // design.replicates
    if points & (points - 1) or points * design.replicates != n_draws:
        raise ValueError(f"each of {design.replicates} replicates needs a power of 2, got {n_draws} draws in all")
    return _Part(design, None, points)


@dataclass(frozen=True, slots=True)
class _Part:
    full: Design
    rows: tuple[int, ...] | None
    points: int

    @property
    def method(self) -> str:
        return self.full.method

    @property
    def n_inputs(self) -> int:
        return self.full.n_inputs if self.rows is None else len(self.rows)

    @property
    def n_draws(self) -> int:
        return self.points * self.full.replicates

    @property
    def replicates(self) -> int:
        return self.full.replicates

    @property
    def seed(self) -> int:
        return self.full.seed

    @property
    def n_chunks(self) -> int:
        return self.full.replicates * self._chunks_per_replicate

    @property
    def _chunks_per_replicate(self) -> int:
        return max(1, self.points // CHUNK)

    def chunk(self, i: int) -> Chunk:
        i = whole("chunk", i, 0, self.n_chunks - 1)
        replicate, place = divmod(i, self._chunks_per_replicate)
        found = self.full.chunk(replicate * (self.full.n_chunks // self.full.replicates) + place)
        uniforms = found.uniforms[:, : self.points]
        return Chunk(found.index, replicate, uniforms if self.rows is None else uniforms[list(self.rows)])


def all_uniforms(design: Design) -> FloatArray:
    """The uniforms of every draw, for analyses that need all of them at once; (n_inputs, n_draws)."""
    return np.concatenate([design.chunk(index).uniforms for index in range(design.n_chunks)], axis=1)
