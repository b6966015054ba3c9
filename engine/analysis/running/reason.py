"""One reason for the first outcome: the payoff term whose removal, solved again, moves it most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from engine.analysis.estimates import Estimate, estimate, exact, student_t
from engine.analysis.running.summary import Reason
from engine.games.segments import FloatArray
from engine.games.worlds import Worlds, side_by_side
from engine.program.program import Measure, Program, without_term
from engine.program.worlds import Batch, Reader, batch_of
from engine.sampling import Design
from engine.simulation.accumulate import OutcomeSums, sums_of
from engine.simulation.draws import Draws, read_draws
from engine.simulation.executors import ALONE, Workers
from engine.simulation.run import HISTORIES_OF_ONE, batch_size
from engine.simulation.variants import AS_IT_IS, Variant, simulate_variants

HISTORIES: Final = 4
Without = int | None
"""A payoff term, by its place, that its actor does not care about; None: the scenario as it is."""


def strongest_reason(
    program: Program, design: Design, larger: Design | None = None, workers: Workers = ALONE
) -> Reason | None:
    """Solves the game again without each payoff term; None where no term moves anything.

    The first outcome that has a single figure is explained; of the terms that move it, the one that moves it furthest.
    Draws keep the weights that believed statements give them in the scenario as it is: without a term actors choose
    otherwise, but what we believe of the world stays.

    Args:
        program: the scenario.
        design: the draws on which all terms are tried.
        larger: the draws on which the one that is found is tried again; None: they are enough.
        workers: who play rounds of several variants side by side.
    """
    measure = next((measure for measure in program.measures if measure.kind != "choice"), None)
    places = [place for place, term in enumerate(program.terms) if term.actor in program.deciders]
    if measure is None or not places:
        return None
    only = replace(program, measures=needed(program, measure.name))
    if program.recurrence is not None and len(only.measures) > 1:
        return None  # weights of believed statements come of whole courses of rounds, and would change with the term
    found = _reasons(only, measure, design, places, workers)
    place = max(found, key=lambda place: abs(found[place].difference.value), default=None)
    if place is None or not _moves(found[place]):
        return None
    if larger is None:
        return found[place]
    again = _reasons(only, measure, larger, [place], workers).get(place)
    return again if again is not None and _moves(again) else None


def _reasons(
    program: Program, measure: Measure, design: Design, places: Sequence[int], workers: Workers
) -> dict[int, Reason]:
    """What becomes of the outcome without each of some terms, by place."""
    variants = _once if program.recurrence is None else partial(_in_rounds, workers)
    before, others = variants(program, design, measure.name, places)
    sampled = 0 if design.method == "point" else design.n_draws
    found = {}
    for place, after in others:
        term = program.terms[place]
        one, other = (
            estimate(sums, 0, sampled, measure.kind != "quantity", measure.center) for sums in (before, after)
        )
        if one is not None and other is not None:
            gap = _difference(before, after, other.value - one.value)
            found[place] = Reason(measure.name, program.actors[term.actor], term.name, one, other, gap)
    return found


def _moves(reason: Reason) -> bool:
    return abs(reason.difference.value) > 2 * reason.difference.error + 1e-12


_Variants = tuple[Sequence[OutcomeSums], Iterable[tuple[int, Sequence[OutcomeSums]]]]
"""The outcome in each replicate as it is, and without each term."""


def _once(program: Program, design: Design, name: str, places: Sequence[int]) -> _Variants:
    """In a game that is played once; variants are solved side by side."""
    chunks = [design.chunk(index) for index in range(design.n_chunks)]
    base, *others = _solved(program, np.concatenate([chunk.uniforms for chunk in chunks], axis=1), [None, *places])
    sizes = [chunk.uniforms.shape[-1] for chunk in chunks]

    def without() -> Iterator[tuple[int, Sequence[OutcomeSums]]]:
        for place, draws in zip(places, others, strict=True):
            # without some terms nobody can say what happens in some draws
            if draws.solved.n_pure is None or not (base.weight[draws.solved.n_pure == 0] > 0).any():
                yield place, _sums(draws, base.weight, sizes, name)

    return _sums(base, base.weight, sizes, name), without()


def _in_rounds(workers: Workers, program: Program, design: Design, name: str, places: Sequence[int]) -> _Variants:
    """In a game in rounds, with few histories."""
    variants = [AS_IT_IS, *(Variant(without=place) for place in places)]
    histories = HISTORIES_OF_ONE if design.method == "point" else HISTORIES
    found = simulate_variants(program, design, variants, histories, workers)
    before, *others = ([one.outcomes[name] for one in replicates] for replicates in found)
    return before, zip(places, others, strict=True)


def needed(program: Program, name: str) -> tuple[Measure, ...]:
    """The outcome, and those that draws are weighted by."""
    believed = {statement.about for statement in program.statements if statement.believed}
    return tuple(measure for measure in program.measures if measure.name in {name, *believed})


def _solved(program: Program, uniforms: FloatArray, variants: Sequence[Without]) -> Iterator[Draws]:
    """The same draws in each variant; several variants are solved as one batch, since small batches waste time."""
    batch, n = batch_of(program, uniforms), uniforms.shape[-1]
    together = max(1, batch_size(program) // n)
    for start in range(0, len(variants), together):
        some = variants[start : start + together]
        solution = program.solver.solve(side_by_side([_worlds(program, batch, variant) for variant in some]))
        for number in range(len(some)):
            yield read_draws(program, batch, solution.part(slice(number * n, (number + 1) * n)))


def _worlds(program: Program, batch: Batch, variant: Without) -> Worlds:
    if variant is None:
        return batch.worlds
    actor = program.terms[variant].actor
    payoff = Reader(without_term(program, variant), batch.seen).payoff(actor)
    return replace(batch.worlds, payoff={**batch.worlds.payoff, actor: payoff})


def _sums(draws: Draws, weight: FloatArray, sizes: Sequence[int], outcome: str) -> list[OutcomeSums]:
    """The outcome in each replicate."""
    weighted, ends = replace(draws, weight=weight), np.cumsum(sizes).tolist()
    parts = [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)]
    return [sums_of(weighted.part(part)).outcomes[outcome] for part in parts]


def _difference(before: Sequence[OutcomeSums], after: Sequence[OutcomeSums], value: float) -> Estimate:
    """The difference and its error from the replicates, which share their draws."""
    pairs = [(old, new) for old, new in zip(before, after, strict=True) if new.among > 0 and old.among > 0]
    if len(pairs) < 2:
        return exact(value)
    gaps = [float(new.parts[0] / new.among - old.parts[0] / old.among) for old, new in pairs]
    error, t = float(np.std(gaps, ddof=1) / np.sqrt(len(gaps))), student_t(len(gaps) - 1)
    return Estimate(value, error, value - t * error, value + t * error)
