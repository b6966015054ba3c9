"""What follows if those who state probabilities are right: where the unknowns and the other outcomes move."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from engine.analysis.estimates import Estimate, effective_sample
from engine.analysis.reconciliation.believing import (
    Changed,
    Implied,
    Moved,
    agreement,
    changed,
    moved,
    values_moved,
    weights,
)
from engine.analysis.reconciliation.reaching import missed, range_of
from engine.analysis.running.cautions import FEWEST_EFFECTIVE
from engine.games.segments import FloatArray
from engine.program.program import Program, Stated
from engine.program.worlds import draw_values
from engine.sampling import Design
from engine.simulation.executors import Workers
from engine.simulation.figures import Figures, figures_of

NEAREST: Final = 100
"""Where too few draws count, one in so many of them, those that come nearest, tell what would have to move."""
FEWEST_NEAREST: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Draws of what we do not know, and what each implies.

    Attributes:
        uniforms: (n_inputs, n_draws).
        values: of each unknown; each (n_draws,).
        figures: of every outcome.
        varied: whether anything is unknown.
        choices: the values of each unknown without order.
    """

    program: Program
    uniforms: FloatArray
    values: Mapping[str, FloatArray]
    figures: Figures
    varied: bool
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def implied(self, outcome: str, value: str = "") -> Implied:
        """What the draws imply for a figure of an outcome."""
        row, figures = self.figures.row(outcome, value), self.figures
        return Implied(figures.value[row], figures.among[row], figures.apart[:, row], figures.weight, figures.replicate)


@dataclass(frozen=True, slots=True)
class Believed:
    """What believing some statements does.

    Attributes:
        statements: names.
        fits: whether they fit together.
        effective: effective sample size.
        agreement: how much likelier they are together than if they were unrelated; None for one, or without any mass.
        nearest: of how many draws the figures are, those that come nearest; 0 where all count by their weight.
        unknowns: those that move, furthest first.
        outcomes: every figure, in the order of the scenario.
    """

    statements: tuple[str, ...]
    fits: bool
    effective: float
    agreement: Estimate | None
    nearest: int
    unknowns: tuple[Moved, ...]
    outcomes: tuple[Changed, ...]


# Public functions


def sampled(
    program: Program, design: Design, histories: int, workers: Workers, progress: Callable[[int], None] | None
) -> Sample:
    """Solves every draw of a design, once; the arguments are those of `figures_of`."""
    figures = figures_of(program, design, workers, progress, histories)
    chunks = [design.chunk(index).uniforms for index in range(design.n_chunks)]
    parts = [draw_values(program, uniforms) for uniforms in chunks]
    values = {item.name: np.concatenate([part[item.name] for part in parts]) for item in program.inputs}
    return Sample(program, np.concatenate(chunks, axis=-1), values, figures, design.method == "sobol")


def all_believed(
    weighed: Sequence[Stated], together: Sequence[tuple[str, ...]], sample: Sample
) -> tuple[Believed, ...]:
    """What believing each statement alone does, and the largest sets that fit together, and all of them.

    Args:
        weighed: the statements that can be.
        together: names of those in each of the largest sets that fit.
        sample: the draws.
    """
    everything = tuple(stated.name for stated in weighed)
    sets: list[tuple[str, ...]] = [(name,) for name in everything]
    sets += [one for one in together if len(one) > 1]
    if everything:
        sets.append(everything)
    by_name = {stated.name: stated for stated in weighed}
    fitting = [set(one) for one in together]
    return tuple(
        believed([by_name[name] for name in one], any(set(one) <= other for other in fitting), sample)
        for one in dict.fromkeys(sets)
    )


def believed(several: Sequence[Stated], fits: bool, sample: Sample) -> Believed:
    """What believing some statements does; `fits` says whether they fit together."""
    figures = sample.figures
    in_order = sorted(several, key=lambda stated: stated.name)  # rounding hangs on the order of factors
    each = [weights(stated.distribution, sample.implied(stated.about)) for stated in in_order]
    relative = [np.divide(one, figures.weight, out=np.zeros_like(one), where=figures.weight > 0) for one in each]
    weight = figures.weight * np.prod(relative, axis=0)
    effective = effective_sample(weight)
    nearest = 0
    if effective < FEWEST_EFFECTIVE:
        weight, nearest = _nearest_draws(several, sample)
    unknowns: list[Moved | None] = []
    for item in sample.program.inputs:
        given = sample.values[item.name], figures.weight, weight, figures.replicate
        choice = sample.choices.get(item.name)
        unknowns += values_moved(item, choice, *given) if choice else [moved(item, *given)]
    changes = [
        changed(one.outcome, one.value, sample.implied(one.outcome, one.value), weight, one.kind != "quantity")
        for one in figures.figures
    ]
    return Believed(
        tuple(stated.name for stated in several),
        fits,
        effective,
        agreement(each, figures.weight, figures.replicate) if len(several) > 1 else None,
        nearest,
        tuple(sorted((one for one in unknowns if one is not None), key=lambda one: -abs(one.shift.value))),
        tuple(one for one in changes if one is not None),
    )


# Private functions


def _nearest_draws(several: Sequence[Stated], sample: Sample) -> tuple[FloatArray, int]:
    """Weights of the draws in which the worst of some statements misses its range least, and how many these are."""
    here = [sample.implied(stated.about) for stated in several]
    probability = np.array([np.where((one.among > 0) & (one.base > 0), one.value, np.nan) for one in here])
    beyond = missed(probability, [range_of(stated.distribution) for stated in several])
    count = min(len(beyond), max(FEWEST_NEAREST, len(beyond) // NEAREST))
    weight = np.zeros(len(beyond))
    weight[np.argsort(beyond, kind="stable")[:count]] = 1.0
    return weight * sample.figures.weight, count
