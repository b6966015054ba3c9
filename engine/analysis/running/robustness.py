"""How far figures of a game in rounds hang on how sharply actors calculate, and on how often they choose.

Precision acts at each decision, so more rounds mean more slips. A figure that moves by more than a third when precision
is halved or doubled, or with one round less or more, says as much of that choice as of the incentives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine.analysis.estimates import Estimate, estimate
from engine.program.program import Program
from engine.sampling import Design
from engine.simulation.accumulate import Sums
from engine.simulation.executors import ALONE, Workers
from engine.simulation.run import HISTORIES_OF_ONE
from engine.simulation.variants import AS_IT_IS, Variant, simulate_variants

THIRD: Final = 1 / 3
HISTORIES: Final = 8
HALF, DOUBLE, FEWER, MORE = "half the precision", "double the precision", "one round less", "one round more"


@dataclass(frozen=True, slots=True)
class Leaning:
    """An outcome that hangs on a choice of ours.

    Attributes:
        baseline: its figure on the draws that were used.
        figures: what it would be otherwise, by change, where that is further away than a third and the sampling error.
    """

    outcome: str
    baseline: float
    figures: Mapping[str, float]


def leanings(program: Program, design: Design, workers: Workers = ALONE) -> tuple[Leaning, ...]:
    """The outcomes with a single figure that a change moves by more than a third; none where there are no rounds.

    Args:
        design: of a few draws; all changes are tried on the same.
        workers: who share the work.

    Raises:
        EvaluationError: a number of some draw is impossible.
    """
    if program.recurrence is None:
        return ()
    changes = _changes(program.recurrence.count)
    histories = HISTORIES_OF_ONE if design.method == "point" else HISTORIES
    several = simulate_variants(program, design, [AS_IT_IS, *changes.values()], histories, workers)
    base, *figures = (_figures(program, design, replicates) for replicates in several)
    changed = dict(zip(changes, figures, strict=True))
    found = []
    for name, usual in base.items():
        moved = {
            change: others[name].value
            for change, others in changed.items()
            if name in others and _differs(usual, others[name])
        }
        if moved:
            found.append(Leaning(name, usual.value, moved))
    return tuple(found)


def _changes(count: int) -> dict[str, Variant]:
    fewer = {FEWER: Variant(rounds=-1)} if count > 1 else {}
    return {HALF: Variant(sharpness=0.5), DOUBLE: Variant(sharpness=2.0), **fewer, MORE: Variant(rounds=1)}


def _figures(program: Program, design: Design, replicates: Sequence[Sums]) -> dict[str, Estimate]:
    found = {}
    sampled = 0 if design.method == "point" else sum(sums.n_draws for sums in replicates)
    for measure in program.measures:
        if measure.kind != "choice":
            sums = [one.outcomes[measure.name] for one in replicates]
            figure = estimate(sums, 0, sampled, measure.kind != "quantity", measure.center)
            if figure is not None:
                found[measure.name] = figure
    return found


def _differs(one: Estimate, other: Estimate) -> bool:
    gap = abs(other.value - one.value)
    return gap > THIRD * abs(one.value) and gap > 2 * (one.error**2 + other.error**2) ** 0.5
