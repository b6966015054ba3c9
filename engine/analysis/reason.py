"""One reason for the first outcome: the payoff term whose removal, solved again, moves it most."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from engine.analysis.estimates import Estimate, estimate, exact, student_t
from engine.analysis.summary import Reason
from engine.program.program import Measure, Program, TermTable, without_term
from engine.sampling import Design
from engine.scenario.model import Scenario
from engine.simulation.accumulate import OutcomeSums
from engine.simulation.run import Totals, simulate


def strongest_reason(scenario: Scenario, program: Program, design: Design, threads: int = 1) -> Reason | None:
    """Solves the game again without each payoff term, on the draws of `design`; None where no term moves anything.

    The first outcome that has a single figure is explained; of the terms that move it, the one that moves it furthest.
    """
    measure = next((measure for measure in program.measures if measure.kind != "choice"), None)
    places = [place for place, term in enumerate(program.terms) if term.actor in program.deciders]
    if measure is None or not places:
        return None
    only = replace(program, measures=_needed(program, measure.name))
    base = simulate(only, design)
    weigh_by = only if any(statement.believed for statement in program.statements) else None
    with ThreadPoolExecutor(threads) as pool:
        variants = list(pool.map(lambda place: simulate(without_term(only, place), design, weigh_by=weigh_by), places))
    found = [_compare(scenario, program, measure.name, program.terms[place], base, variant)
             for place, variant in zip(places, variants, strict=True)]  # fmt: skip
    strongest = max((one for one in found if one), key=lambda reason: abs(reason.difference.value), default=None)
    if strongest is None or abs(strongest.difference.value) <= 2 * strongest.difference.error + 1e-12:
        return None
    return strongest


def _needed(program: Program, name: str) -> tuple[Measure, ...]:
    believed = {statement.about for statement in program.statements if statement.believed}
    return tuple(measure for measure in program.measures if measure.name in {name, *believed})


def _compare(
    scenario: Scenario, program: Program, outcome: str, term: TermTable, base: Totals, variant: Totals
) -> Reason | None:
    bounded = scenario.outcomes[outcome].quantity is None
    center = next(measure.center for measure in program.measures if measure.name == outcome)
    pairs = [[sums.outcomes[outcome] for sums in totals.replicates] for totals in (base, variant)]
    one, other = (estimate(sums, 0, base.n_sampled, bounded, center) for sums in pairs)
    if one is None or other is None:
        return None
    return Reason(
        outcome, program.actors[term.actor], term.name, one, other, _difference(pairs, other.value - one.value)
    )


def _difference(pairs: list[list[OutcomeSums]], value: float) -> Estimate:
    """The difference and its error from the replicates, which share their draws."""
    if len(pairs[0]) < 2:
        return exact(value)
    base, variant = pairs
    gaps = [float(new.parts[0] / new.among - old.parts[0] / old.among)
            for old, new in zip(base, variant, strict=True) if new.among > 0 and old.among > 0]  # fmt: skip
    error = float(np.std(gaps, ddof=1) / np.sqrt(len(gaps))) if len(gaps) > 1 else 0.0
    t = student_t(len(gaps) - 1) if len(gaps) > 1 else 0.0
    return Estimate(value, error, value - t * error, value + t * error)
