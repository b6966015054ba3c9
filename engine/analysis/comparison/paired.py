"""Simulations of several programs on the same uniforms (common random numbers)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Final

import numpy as np

from engine.analysis.estimates import NORMAL, Estimate, exact, few_hits
from engine.analysis.linearised import Linear, mean_of
from engine.program.program import Program
from engine.sampling import Design, point_design, repeated_design, sobol_design
from engine.sampling.parts import first_points, some_inputs
from engine.simulation.accumulate import OutcomeSums
from engine.simulation.executors import ALONE, Workers
from engine.simulation.run import Totals, simulate

REPLICATES: Final = 16
ROUNDING: Final = 1e-13
"""Of figures that are alike, as a share of them."""

Key = tuple[str, str]
"""An outcome, and of a choice one of its values."""


@dataclass(frozen=True, slots=True)
class Uniforms:
    """The uniforms that several programs share: one column for each unknown, whatever program has it.

    Attributes:
        names: of the unknowns.
        n_draws: rounded up to 16 scrambles of a power of 2.
        seed: of the scrambles and histories.
        histories: that a draw may carry, where there are rounds.
        most_histories: that the one draw may carry where nothing is unknown, so that it is exact if they suffice.
    """

    names: tuple[str, ...]
    n_draws: int
    seed: int
    histories: int
    most_histories: int

    def design(self, program: Program, n_draws: int) -> Design:
        """The columns of a program's unknowns, on all draws or on the first points of each scramble."""
        whole = sobol_design(len(self.names), self.n_draws, self.seed, REPLICATES)
        part = whole if n_draws == self.n_draws else first_points(whole, n_draws)
        rows = [self.names.index(item.name) for item in program.inputs]
        return part if rows == list(range(len(self.names))) else some_inputs(part, rows)


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """A finished simulation and how it was done."""

    design: Design
    totals: Totals
    histories: int


def uniforms_for(programs: Sequence[Program], n_draws: int, seed: int, histories: int, most_histories: int) -> Uniforms:
    """The uniforms that these programs share.

    Raises:
        ValueError: they have too many unknowns in all.
    """
    names = tuple(dict.fromkeys(item.name for program in programs for item in program.inputs))
    rounded = repeated_design(0, n_draws, seed, REPLICATES).n_draws
    if names:
        sobol_design(len(names), rounded, seed, REPLICATES)
    return Uniforms(names, rounded, seed, histories, most_histories)


def simulated(
    program: Program,
    uniforms: Uniforms,
    workers: Workers = ALONE,
    n_draws: int | None = None,
    progress: Callable[[int], None] | None = None,
    spreads: bool = True,
) -> Simulated:
    """Solves and reads a program on shared uniforms; exactly where nothing is unknown to it.

    Args:
        n_draws: fewer than all: the first points of each scramble.
        spreads: as `simulate`.

    Raises:
        EvaluationError: a number of some draw is impossible.
    """
    draws, histories = n_draws or uniforms.n_draws, uniforms.histories
    if not program.settled:
        design = uniforms.design(program, draws)
        found = simulate(program, design, workers, progress, histories=histories, spreads=spreads)
        return Simulated(design, found, histories)
    point = point_design(program.n_inputs)
    found = simulate(program, point, workers, histories=uniforms.most_histories, spreads=spreads)
    if not found.thinned:
        return Simulated(point, found, uniforms.most_histories)
    # the same histories as the other programs, whose chunks have the same places
    whole = repeated_design(program.n_inputs, uniforms.n_draws, uniforms.seed, REPLICATES)
    repeated = whole if draws == uniforms.n_draws else first_points(whole, draws)
    found = simulate(program, repeated, workers, progress, histories=histories, spreads=spreads)
    return Simulated(repeated, found, histories)


def sampled_figures(program: Program, totals: Totals) -> dict[Key, Linear]:
    """Every figure with the linear part of what each scramble adds to its error (as `of_ratio`; Cochran 1977)."""
    found = {}
    for measure in program.measures:
        replicates = [sums.outcomes[measure.name] for sums in totals.replicates]
        center = measure.center if measure.kind == "quantity" else 0.0
        names = [str(value) for value in measure.values] if measure.kind == "choice" else [""]
        for part, name in enumerate(names):
            found[measure.name, name] = _sampled(replicates, part, center, totals.sampled)
    return found


def counted_figures(program: Program, totals: Totals) -> frozenset[Key]:
    """The figures that are 0 or 1 in every draw with few of either, so that scrambles do not show their error."""
    found = set()
    for measure in program.measures if totals.sampled else ():
        replicates = [sums.outcomes[measure.name] for sums in totals.replicates]
        names = [str(value) for value in measure.values] if measure.kind == "choice" else [""]
        if measure.kind != "quantity":
            found |= {(measure.name, name) for part, name in enumerate(names) if few_hits(replicates, part)}
    return frozenset(found)


def _sampled(replicates: Sequence[OutcomeSums], part: int, center: float, sampled: bool) -> Linear:
    above = np.array([float(sums.parts[part]) for sums in replicates])
    below = np.array([sums.among for sums in replicates])
    if below.sum() <= 0:
        return Linear(np.array(np.nan), np.full(REPLICATES, np.nan))
    found = mean_of(above) / mean_of(below) + center
    return found if sampled else Linear(found.value, np.zeros(REPLICATES))


def paired(first: Linear, other: Linear) -> Estimate | None:
    """The difference of figures on the same uniforms, whose errors largely cancel; None where either has no value."""
    found = other - first
    if not isfinite(float(found.value)):
        return None
    error = found.estimate()
    size = max(float(np.abs(one.change).max(initial=abs(float(one.value)))) for one in (first, other))
    if max(abs(error.value), error.error) <= ROUNDING * size:
        return exact(0.0)  # sums in another order
    return error if error.error > 0 else exact(error.value)


def apart(first: Estimate, other: Estimate) -> Estimate:
    """The difference of two shares of which one at least was counted in few draws, as if they were independent.

    From the interval of each, squared and added (after Newcombe 1998); too wide where the same draws count.
    """
    value = other.value - first.value
    low = value - float(np.hypot(other.value - other.low, first.high - first.value))
    high = value + float(np.hypot(other.high - other.value, first.value - first.low))
    return Estimate(value, (high - low) / (2 * NORMAL), low, high)
