"""What each single draw says of each outcome, for analyses that need all draws at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.games.segments import FloatArray, IntArray
from engine.program.program import Measure, Program
from engine.sampling import Design
from engine.simulation.draws import Draws
from engine.simulation.executors import ALONE, Workers
from engine.simulation.reading import Reading, share_of
from engine.simulation.run import HISTORIES_PER_DRAW, each_chunk


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of an outcome: its probability, its mean, or of a choice the probability of one value.

    Attributes:
        outcome: its name.
        kind: `happens`, `quantity`, `choice` or `belief`.
        value: of a choice, which; empty for other kinds.
    """

    outcome: str
    kind: str
    value: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Every figure in every draw.

    Attributes:
        figures: what the rows stand for.
        value: the probability or mean given the draw, as a share of what it is taken among; 0 where that never comes
            about; (n_figures, n_draws).
        among: the probability of what it is taken among; same shape; 1 where there is no condition.
        apart: `value` by each of two independent samples of histories; (2, n_figures, n_draws). Their product is
            unbiased for the square of what no sample blurs. Equal to `value` where there are no rounds, and where the
            condition comes about in one sample alone.
        shared: for how much such a product counts, below `among` where the samples differ in what they are taken
            among, and 0 where it comes about in one of them alone; same shape as `value`.
        chance: the variance within the draw, which is chance: p (1 - p) of an event; same shape as `value`. With few
            histories it may be slightly below 0 in single draws: it is unbiased.
        weight: of each draw, by the statements that are believed; (n_draws,); all 1 if there are none.
        replicate: to which independent scramble each draw belongs; (n_draws,), ascending.
    """

    figures: tuple[Figure, ...]
    value: FloatArray
    among: FloatArray
    apart: FloatArray
    shared: FloatArray
    chance: FloatArray
    weight: FloatArray
    replicate: IntArray

    def row(self, outcome: str, value: str = "") -> int:
        """Where a figure stands."""
        return next(place for place, one in enumerate(self.figures) if (one.outcome, one.value) == (outcome, value))


def figures_of(
    program: Program,
    design: Design,
    workers: Workers = ALONE,
    progress: Callable[[int], None] | None = None,
    histories: int = HISTORIES_PER_DRAW,
) -> Figures:
    """Solves and reads every draw of a design; memory grows with the number of draws.

    Args:
        program: the compiled scenario; fewer measures are read faster.
        design: which uniforms.
        workers: who share the work; the result does not depend on them.
        progress: told the number of draws done, now and then.
        histories: that a draw may carry, where there are rounds.

    Raises:
        EvaluationError: a number of some draw is impossible.
    """
    listed = tuple(figure for measure in program.measures for figure in figures_in(measure))
    parts: list[_Part] = []
    replicates: list[IntArray] = []
    done = 0
    for chunk in each_chunk(program, design, partial(_part, program.measures), workers, histories=histories):
        size = sum(len(part.weight) for part in chunk.read)
        parts += chunk.read
        replicates.append(np.full(size, chunk.replicate))
        done += size
        if progress is not None:
            progress(done)

    def joined(what: str) -> FloatArray:
        found: FloatArray = np.concatenate([getattr(part, what) for part in parts], axis=-1)
        return found

    return Figures(
        listed,
        joined("value"),
        joined("among"),
        joined("apart"),
        joined("shared"),
        joined("chance"),
        joined("weight"),
        np.concatenate(replicates),
    )


def shared_weight(one: FloatArray, other: FloatArray) -> FloatArray:
    """For how much products of two samples' figures count, given what each is taken among: their harmonic mean."""
    total = one + other
    found: FloatArray = np.divide(2 * one * other, total, out=np.zeros_like(total), where=total > 0)
    return found


def figures_in(measure: Measure) -> tuple[Figure, ...]:
    """The figures of an outcome."""
    if measure.kind != "choice":
        return (Figure(measure.name, measure.kind),)
    return tuple(Figure(measure.name, measure.kind, str(value)) for value in measure.values)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    value: FloatArray
    among: FloatArray
    apart: FloatArray
    shared: FloatArray
    chance: FloatArray
    weight: FloatArray


def _part(measures: tuple[Measure, ...], draws: Draws) -> _Part:
    value, among, apart, shared, chance = [], [], [], [], []
    for measure in measures:
        reading = draws.readings[measure.name]
        samples = reading.apart or (reading, reading)
        for part in range(len(figures_in(measure))):
            own = share_of(reading, part)
            value.append(own + reading.center)
            among.append(reading.among)
            apart.append([np.where(one.among > 0, share_of(one, part), own) for one in samples])
            shared.append(shared_weight(samples[0].among, samples[1].among))
            chance.append(_within(measure, reading, part, own, apart[-1]))
            apart[-1] = [one + reading.center for one in apart[-1]]
    return _Part(
        np.array(value),
        np.array(among),
        np.array(apart).transpose(1, 0, 2),
        np.array(shared),
        np.array(chance),
        draws.weight,
    )


def _within(measure: Measure, reading: Reading, part: int, own: FloatArray, apart: Sequence[FloatArray]) -> FloatArray:
    """The variance within a draw, without the noise of the samples of histories."""
    mean_square = share_of(reading, 1) if measure.kind == "quantity" else own
    return mean_square - own**2 - (apart[0] - own) * (apart[1] - own)
