"""The game at points that an analysis asks for: given draws, and draws in which one unknown is held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

import numpy as np

from engine.analysis.running.reason import needed
from engine.games.segments import FloatArray
from engine.program.dependence import followed, levels_of
from engine.program.program import EvaluationError, Program
from engine.sampling import CHUNK, Chunk, Design
from engine.simulation.executors import ALONE, Workers
from engine.simulation.figures import figures_of
from engine.simulation.run import HISTORIES_PER_DRAW

FEW_HISTORIES: Final = 4
"""Enough for means over draws."""
LOWEST: Final = 2.0**-54
HIGHEST: Final = 1 - 2.0**-53


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """One figure at some points.

    Attributes:
        value: the figure; 0 where its condition never comes about; (n,).
        among: the probability of its condition; (n,).
        weight: of each, by the statements that are believed; (n,).
    """

    value: FloatArray
    among: FloatArray
    weight: FloatArray


class Told:
    """Tells whoever waits how many draws of several runs are done."""

    def __init__(self, progress: Callable[[int, int], None], total: int) -> None:
        self.progress, self.total, self.before = progress, total, 0

    def __call__(self, done: int) -> None:
        """Of the run that is under way; how long the search for a change takes nobody knows, so its draws are of 0."""
        now = self.before + done
        if now <= self.total:
            self.progress(now, self.total)
        else:
            self.progress(now - self.total, 0)

    def over(self, draws: int) -> None:
        """The run is over."""
        self.before += draws


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One figure of a scenario, asked at any points.

    Attributes:
        program: with no more outcomes than the figure needs.
        outcome, value: which figure.
        seed: of the histories, where there are rounds; every point has the same random numbers.
    """

    program: Program
    outcome: str
    value: str
    seed: int
    histories: int = HISTORIES_PER_DRAW
    workers: Workers = ALONE
    told: Told | None = None

    def at(self, uniforms: FloatArray, histories: int | None = None) -> Answer:
        """The figure at points, as uniforms; (n_inputs, n). Where no number can be given `among` is 0."""
        size = CHUNK if self.program.recurrence is None else 1

        def read(start: int, end: int) -> Answer:
            return self._read(_Points(uniforms[:, start:end], self.seed, size), histories)

        return _as_far_as_possible(read, 0, uniforms.shape[-1], 1)

    def held(self, uniforms: FloatArray, parts: int, held: Sequence[tuple[int, FloatArray]]) -> Answer:
        """The figure in some draws, an unknown held at some level in each variant; others follow.

        Args:
            uniforms: of the draws; (n_inputs, n).
            parts: scrambles that they consist of, of equal size.
            held: column and level for each variant; levels (n,) or (1,).
        Returns:
            Arrays of shape (n_held * n,), variant by variant; where no number can be given `among` is 0.
        """
        apart = 1 if self.program.recurrence is None else parts  # chance in histories is told apart by chunk
        histories = min(self.histories, FEW_HISTORIES)

        def read(start: int, end: int) -> Answer:
            design = _Held(self.program, uniforms, apart, tuple(held[start:end]), self.seed)
            return self._read(design, histories, self.told)

        found = _as_far_as_possible(read, 0, len(held), uniforms.shape[-1])
        if self.told is not None:
            self.told.over(len(held) * uniforms.shape[-1])
        return found

    def _read(self, design: Design, histories: int | None, told: Told | None = None) -> Answer:
        figures = figures_of(self.program, design, self.workers, told, histories or self.histories)
        row = figures.row(self.outcome, self.value)
        return Answer(figures.value[row], figures.among[row], figures.weight)


def asked(
    program: Program, outcome: str, value: str, seed: int, histories: int, workers: Workers, told: Told | None = None
) -> Asked:
    """One figure of a scenario."""
    return Asked(replace(program, measures=needed(program, outcome)), outcome, value, seed, histories, workers, told)


def values_at(program: Program, uniforms: FloatArray) -> FloatArray:
    """The value of each unknown; (n_inputs, n), as the uniforms."""
    levels = levels_of(program, uniforms)
    rows = [item.distribution.quantile(level) for item, level in zip(program.inputs, levels, strict=True)]
    return np.array(rows).reshape(levels.shape)


# Private functions


def _as_far_as_possible(read: Callable[[int, int], Answer], start: int, end: int, size: int) -> Answer:
    """The answers to some questions of `size` points each.

    A search goes to corners that no draw comes near. A chance may be beyond 1 there: no fault of the scenario's.
    """
    try:
        return read(start, end)
    except EvaluationError:
        if end - start <= 1:
            nothing = np.zeros((end - start) * size)
            return Answer(nothing, nothing, nothing)
    middle = (start + end) // 2
    halves = [_as_far_as_possible(read, one, other, size) for one, other in ((start, middle), (middle, end))]
    rows = zip(*((half.value, half.among, half.weight) for half in halves), strict=True)
    return Answer(*(np.concatenate(row) for row in rows))


@dataclass(frozen=True, slots=True, eq=False)
class _Points:
    """Given points as a design. Where there are rounds each is a chunk of its own, with the numbers of the first:
    a small step then changes the figure little, since all points share the chance in their histories.
    """

    uniforms: FloatArray
    seed: int
    size: int
    method: ClassVar[str] = "sobol"
    replicates: ClassVar[int] = 1

    @property
    def n_inputs(self) -> int:
        return len(self.uniforms)

    @property
    def n_draws(self) -> int:
        return int(self.uniforms.shape[-1])

    @property
    def n_chunks(self) -> int:
        return -(-self.n_draws // self.size)

    def chunk(self, i: int) -> Chunk:
        return Chunk(0, 0, self.uniforms[:, i * self.size : (i + 1) * self.size])


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """Draws again and again, each time with one unknown held. Variants share the chance in their histories."""

    program: Program
    uniforms: FloatArray
    parts: int
    held: tuple[tuple[int, FloatArray], ...]
    seed: int
    method: ClassVar[str] = "sobol"
    replicates: ClassVar[int] = 1

    @property
    def n_inputs(self) -> int:
        return len(self.uniforms)

    @property
    def n_draws(self) -> int:
        return len(self.held) * int(self.uniforms.shape[-1])

    @property
    def n_chunks(self) -> int:
        return len(self.held) * self.parts

    def chunk(self, i: int) -> Chunk:
        variant, part = divmod(i, self.parts)
        column, levels = self.held[variant]
        size = self.uniforms.shape[-1] // self.parts
        own = slice(part * size, (part + 1) * size)
        some = levels[own] if len(levels) > 1 else levels
        return Chunk(part, 0, followed(self.program, self.uniforms[:, own], [column], some[None, :]))
