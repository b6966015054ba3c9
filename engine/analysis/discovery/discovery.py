"""What would have to be true for a claim: each unknown alone, a box over a few, and the smallest change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.analysis.discovery.boxes import BoxFound, find_boxes
from engine.analysis.discovery.cast import Cast, Categories, categories_of, warnings_of
from engine.analysis.discovery.claims import Claim
from engine.analysis.discovery.points import Told, asked
from engine.analysis.discovery.smallest import Change, smallest_change
from engine.analysis.discovery.thresholds import INNER, INNER_OF_ROUNDS, Alone, thresholds
from engine.analysis.estimates import Estimate
from engine.program.program import Program
from engine.sampling import Design, sobol_design
from engine.sampling.parts import all_uniforms
from engine.scenario.assumptions import Assumed
from engine.scenario.model import Scenario
from engine.simulation.executors import ALONE, Workers

PER_SCRAMBLE, PER_SCRAMBLE_OF_ROUNDS = 8, 4
"""Draws in each scramble over which the figure is averaged while one unknown is held."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """How it was computed; `histories` is None where there are no rounds, `method` is `exact` if nothing is unknown."""

    method: str
    draws: int
    seed: int
    replicates: int
    histories: int | None


@dataclass(frozen=True, slots=True)
class Discovery:
    """What would have to be true for a claim.

    Attributes:
        share: of what we don't know, in which the draw's own figure makes the claim true.
        figure: the outcome's, over all of it; None where its condition never comes about.
        alone: each unknown alone.
        boxes: none where no restriction is worth it.
        cases: how many draws make the claim true, in the half on which boxes are found.
        change: None where nothing is unknown, or the condition of the outcome never comes about.
        undecided: share of draws whose two samples of histories lie on different sides of the line.
    """

    scenario: Scenario
    sha256: str
    assumptions: str
    label: str
    overrides: tuple[tuple[str, str], ...]
    settings: Settings
    claim: Claim
    names: tuple[str, ...]
    categories: Categories
    share: Estimate
    figure: Estimate | None
    alone: tuple[Alone, ...]
    boxes: tuple[BoxFound, ...]
    cases: int
    change: Change | None
    undecided: float
    warnings: tuple[str, ...] = ()


# Public functions


def discover(
    assumed: Assumed,
    sha256: str,
    program: Program,
    claim: Claim,
    design: Design,
    histories: int,
    workers: Workers = ALONE,
    progress: Progress | None = None,
) -> Discovery:
    """What would have to be true for a claim.

    Args:
        assumed: the scenario under its assumptions.
        sha256: of its file.
        program: of it.
        claim: about one of its outcomes.
        design: the draws, in scrambles.
        histories: that a draw may carry, where there are rounds.
        workers: who share the work.
        progress: told the number of draws done and of all, now and then; then that of the search, of 0 in all.

    Raises:
        EvaluationError: a number of some draw is impossible.
    """
    once = program.recurrence is None
    held = min(design.n_draws, 16 * (PER_SCRAMBLE if once else PER_SCRAMBLE_OF_ROUNDS))
    total = design.n_draws + (len(INNER if once else INNER_OF_ROUNDS) + 2) * program.n_inputs * held
    told = None if progress is None else Told(progress, total)
    question = asked(program, claim.outcome, claim.value, design.seed, histories, workers, told)
    cast = Cast.of(question, claim, design, told)
    if told is not None:
        told.over(design.n_draws)
    categories = categories_of(assumed.scenario, program)
    settings = Settings(
        "exact" if design.method == "point" else design.method,
        design.n_draws if design.method != "point" else 1,
        design.seed,
        design.replicates,
        None if program.recurrence is None else histories,
    )
    alone: tuple[Alone, ...] = ()
    boxes: tuple[BoxFound, ...] = ()
    change = None
    if design.method == "sobol" and cast.among.sum() > 0:
        few = sobol_design(program.n_inputs, held, design.seed, 16)
        alone = thresholds(question, claim, all_uniforms(few), few.replicates, categories, cast.sums)
        boxes = find_boxes(cast, categories)
        change = smallest_change(question, claim, cast, categories, alone, boxes)
    return Discovery(
        scenario=assumed.scenario,
        sha256=sha256,
        assumptions=assumed.name,
        label=assumed.label,
        overrides=assumed.overrides,
        settings=settings,
        claim=claim,
        names=tuple(item.name for item in program.inputs),
        categories=categories,
        share=cast.share(),
        figure=cast.figure(),
        alone=alone,
        boxes=boxes,
        cases=int((cast.cases & cast.training).sum()),
        change=change,
        undecided=cast.undecided,
        warnings=tuple(warnings_of(cast)),
    )
