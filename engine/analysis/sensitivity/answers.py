"""What each draw of several matrices says of each figure, so that draws which share some unknowns can be compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from engine.analysis.linearised import Linear, mean_of
from engine.games.segments import FloatArray
from engine.program.program import Measure, Program
from engine.sampling.saltelli import Matrix, Pairs, matrices_design
from engine.simulation.draws import Draws
from engine.simulation.executors import ALONE, Workers
from engine.simulation.figures import figures_in, shared_weight
from engine.simulation.run import HISTORIES_PER_DRAW, each_chunk

Progress = Callable[[int], None]
LAST: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What the rows of one matrix say.

    Samples are independent samples of histories, two where there are rounds, else one; the product of what the first
    and the last say is unbiased for the square of what no sample blurs.

    Attributes:
        part: each figure less its center, times `among`; (n_samples, n_figures, n_replicates, n_rows).
        among: the chance of what the figure is taken among; same shape, or (1, 1, 1, 1) where that is 1 throughout.
        second: the mean of the squares within each draw, times `among`; (n_figures, n_replicates, n_rows).
        center: what was taken off each figure; (n_figures,).
    """

    part: FloatArray
    among: FloatArray
    second: FloatArray
    center: FloatArray

    @property
    def figure(self) -> Linear:
        """Each figure over all rows, less its center."""
        return over_rows(self.part.mean(axis=0)) / over_rows(self.weights)

    @property
    def weights(self) -> FloatArray:
        """Of each draw, over the samples; (n_figures, n_replicates, n_rows)."""
        found: FloatArray = np.broadcast_to(self.among.mean(axis=0), self.part.shape[1:])
        return found

    @property
    def squares(self) -> FloatArray:
        """The squares of the figures less their centers, times `shared`; (n_figures, n_replicates, n_rows)."""
        return self._over_weights(self.part[0] * self.part[LAST])

    @property
    def crossed(self) -> FloatArray:
        """The figures less their centers, times `shared`; (n_figures, n_replicates, n_rows)."""
        return self._over_weights((self.part[0] * self.among[LAST] + self.part[LAST] * self.among[0]) / 2)

    @property
    def shared(self) -> FloatArray:
        """For how much the squares count: less than the weights where samples of histories differ in `among`, and
        nothing where the condition comes about in one of them alone; (n_figures, n_replicates, n_rows)."""
        found: FloatArray = np.broadcast_to(shared_weight(self.among[0], self.among[LAST]), self.part.shape[1:])
        return found

    @property
    def always(self) -> bool:
        """Whether figures are taken among all cases, so that every draw counts for the same."""
        return bool(self.among.shape[LAST] == 1)

    def _over_weights(self, array: FloatArray) -> FloatArray:
        if self.always:
            return array
        found: FloatArray = np.divide(array, self.weights, out=np.zeros_like(array), where=self.weights > 0)
        return found

    def cut(self, size: int, kept: int) -> Answers:
        """The first `kept` draws of every `size`, as chunks are cut that have fewer rows than their pairs."""

        def rows(array: FloatArray) -> FloatArray:
            if array.shape[LAST] == 1:
                return array
            return array.reshape(*array.shape[:LAST], -1, size)[..., :kept].reshape(*array.shape[:LAST], -1)

        return Answers(rows(self.part), rows(self.among), rows(self.second), self.center)


def answers_of(
    program: Program,
    pairs: Pairs,
    matrices: Sequence[Matrix],
    workers: Workers = ALONE,
    progress: Progress | None = None,
    histories: int = HISTORIES_PER_DRAW,
) -> list[Answers]:
    """Solves every draw of the matrices, which may have fewer rows than their pairs.

    Raises:
        EvaluationError: a number of some draw is impossible.
    """
    design, n_replicates = matrices_design(pairs, matrices), pairs.points.replicates
    parts: list[list[FloatArray]] = [[] for _ in matrices]
    done = 0
    for place, chunk in enumerate(each_chunk(program, design, partial(_read, program), workers, histories=histories)):
        parts[place % len(matrices)].extend(chunk.read)
        done += sum(read.shape[LAST] for read in chunk.read)
        if progress is not None:
            progress(done)
    center = np.array([measure.center for measure in program.measures for _ in figures_in(measure)])
    return [_answers(found, center, n_replicates) for found in parts]


def over_rows(rows: FloatArray) -> Linear:
    """Means over the rows, (..., n_replicates, n_rows)."""
    return mean_of(rows.mean(axis=LAST))


# Private functions


def _read(program: Program, draws: Draws) -> FloatArray:
    """Parts and what they are taken among, of each sample, and squares; (2 n_samples + 1, n_figures, n_draws)."""
    rows = [
        row
        for measure in program.measures
        for part in range(len(figures_in(measure)))
        for row in _rows(measure, part, draws)
    ]
    found = np.array(rows).reshape(-1, len(rows) // _n_figures(program), rows[0].shape[LAST]).transpose(1, 0, 2)
    return found * draws.weight


def _rows(measure: Measure, part: int, draws: Draws) -> list[FloatArray]:
    reading = draws.readings[measure.name]
    samples = reading.apart or (reading,)
    second = reading.parts[1] if measure.kind == "quantity" else reading.parts[part]
    return [*(sample.parts[part] for sample in samples), *(sample.among for sample in samples), second]


def _n_figures(program: Program) -> int:
    return sum(len(figures_in(measure)) for measure in program.measures)


def _answers(parts: Sequence[FloatArray], center: FloatArray, n_replicates: int) -> Answers:
    rows = np.concatenate(parts, axis=LAST)
    rows = rows.reshape(*rows.shape[:2], n_replicates, -1)
    n_samples = len(rows) // 2
    among = rows[n_samples : 2 * n_samples]
    if (among == 1).all():
        among = np.ones((1, 1, 1, 1))
    return Answers(rows[:n_samples], among, rows[LAST], center)
