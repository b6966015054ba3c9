"""Why actors do what they do: in the typical draw, and in one in which the unlikely thing happens."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from engine.analysis.explanation.choices import NONE, Choice, choices, move_names
from engine.analysis.explanation.flips import Flips, flips
from engine.analysis.explanation.history import History, typical_history
from engine.analysis.explanation.unlikely import (
    LEVEL,
    Difference,
    Solved,
    Unusual,
    differences,
    draw_at,
    is_uncertain,
    unusual,
)
from engine.games.ladder import CONVERGED
from engine.games.segments import FloatArray
from engine.games.solution import UNCHECKED, Solution
from engine.games.tree import NOT_MOVED
from engine.program.program import Program
from engine.program.worlds import Batch, Reader, batch_in, batch_of
from engine.sampling import Design, point_design
from engine.scenario.assumptions import Assumed
from engine.scenario.model import Decision, Scenario, Type
from engine.simulation.draws import read_draws
from engine.simulation.eyes import played_share
from engine.simulation.reading import Reading, share_of

HARDLY: Final = 0.001
"""An information set that is reached with a smaller chance is hardly reached."""


@dataclass(frozen=True, slots=True)
class Played:
    """One move in the order of play.

    Attributes:
        kind: `event`, `type` or `decision`.
        actor: who decides, or whose secret it is; empty for an event.
        values: the chance of each value over everything that may come before, the world as it is.
    """

    name: str
    kind: str
    actor: str
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw, explained.

    Attributes:
        unknowns: the value of each; the position of a `choice`.
        moves: in order of play.
        outcomes: the probability or mean of each outcome, of a choice by option; None where its condition never holds.
        choices: every information set, in order of play.
        flips: what flips each choice that is not hardly reached, by its number; if unlikely, each that differs.
        solved: whether the equilibrium was reached.
        unchecked: whether it is in doubt that it is on the branch that starts at precision 0.
    """

    unknowns: Mapping[str, float]
    moves: tuple[Played, ...]
    outcomes: Mapping[str, float | Mapping[str, float] | None]
    choices: tuple[Choice, ...]
    flips: Mapping[int, Flips]
    solved: bool
    unchecked: bool


@dataclass(frozen=True, slots=True)
class Unlikely:
    """A draw in which an outcome is unusually likely.

    Attributes:
        level: of draws, the share in which it is less likely, about.
        probability, typical: of the outcome (the mean of a quantity) in this draw and in the typical one.
        unusual: the unknowns; those first that make the difference.
        differences: where actors choose otherwise than in the typical draw.
    """

    outcome: str
    level: float
    probability: float
    typical: float
    draw: Draw
    unusual: tuple[Unusual, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What `explain` says.

    Attributes:
        sha256: of the scenario file.
        actor: the only one whose choices are explained; empty for all.
        n_draws: among how many draws the unlikely one is found.
        unlikely: None where nothing is unknown, or no outcome is a single figure, or a later round is explained.
        history: how the round of the typical draw begins; None if the game is played once.
    """

    scenario: Scenario
    sha256: str
    assumptions: str
    label: str
    overrides: Mapping[str, str]
    actor: str
    n_draws: int
    typical: Draw
    unlikely: Unlikely | None
    history: History | None = None


def explain(
    assumed: Assumed,
    sha256: str,
    program: Program,
    design: Design,
    actor: str = "",
    outcome: str = "",
    number: int = 1,
) -> Explanation:
    """Explains the typical draw, and that of the design in which the outcome is at its 99 % quantile.

    In a later round only the typical draw is explained, after its likeliest history.

    Args:
        assumed: the scenario under its assumptions.
        sha256: of its file.
        program: compiled from it.
        design: where the unlikely draw is looked for.
        actor: whose choices; empty for all.
        outcome: which, empty for none; it must be a single figure.
        number: of the round.

    Raises:
        UsageError: in the typical draw the game is always over before that round.
    """
    scenario, uniforms = assumed.scenario, point_design(program.n_inputs).chunk(0).uniforms
    history = None
    if program.recurrence is None:
        usual = _solved(program, scenario, batch_of(program, uniforms))
    else:
        situation, history = typical_history(program, uniforms, number)
        usual = _solved(program, scenario, batch_in(program, situation))
    typical = explained(program, scenario, usual, actor)
    unlikely = None
    if number == 1 and outcome and any(map(is_uncertain, program.inputs)):
        unlikely = _unlikely(program, scenario, draw_at(program, design, outcome), outcome, actor, usual, typical)
    return Explanation(
        scenario,
        sha256,
        assumed.name,
        assumed.label,
        dict(assumed.overrides),
        actor,
        design.n_draws,
        typical,
        unlikely,
        history,
    )


def explained(
    program: Program, scenario: Scenario, draw: Solved, actor: str = "", flipping: Collection[int] | None = None
) -> Draw:
    """One solved draw, explained.

    Args:
        program: the compiled scenario.
        scenario: which it was compiled from.
        draw: one draw, its solution and its choices.
        actor: whose choices; empty for all.
        flipping: the numbers of the choices whose flips are looked for; None for all that are not hardly reached.
    """
    batch, solution = draw.batch, draw.solution
    own = tuple(choice for choice in draw.choices if actor in ("", choice.actor))
    reached = [choice for choice in own if choice.reached >= HARDLY]
    # statements concern the whole course of rounds; here nothing is weighted by them
    readings = read_draws(replace(program, statements=()), batch, solution).readings
    return Draw(
        unknowns={name: float(value[0]) for name, value in batch.values.items()},
        moves=_moves(program, scenario, batch, solution),
        outcomes={measure.name: _figure(measure.values, readings[measure.name]) for measure in program.measures},
        choices=own,
        flips=flips(program, batch, solution, [c for c in reached if flipping is None or c.number in flipping]),
        solved=bool(solution.residual[0] <= CONVERGED),
        unchecked=bool(solution.rung[0] == UNCHECKED),
    )


# Private functions


def _solved(program: Program, scenario: Scenario, batch: Batch) -> Solved:
    solution = program.solver.solve(batch.worlds)
    return Solved(batch, solution, choices(program, scenario, batch, solution))


def _unlikely(
    program: Program,
    scenario: Scenario,
    uniforms: FloatArray,
    outcome: str,
    actor: str,
    usual: Solved,
    typical: Draw,
) -> Unlikely | None:
    this = _solved(program, scenario, batch_of(program, uniforms))
    found = tuple(
        difference for difference in differences(program, outcome, usual, this) if actor in ("", difference.after.actor)
    )
    draw = explained(program, scenario, this, actor, {difference.after.number for difference in found})
    probability, before = draw.outcomes[outcome], typical.outcomes[outcome]
    if not isinstance(probability, float) or not isinstance(before, float):
        return None
    return Unlikely(
        outcome,
        LEVEL,
        probability,
        before,
        draw,
        unusual(program, outcome, uniforms),
        found,
    )


def _figure(values: tuple[str, ...] | tuple[float, ...], reading: Reading) -> float | dict[str, float] | None:
    if reading.among[0] <= 0:
        return None
    if len(reading.parts) > 1 and reading.values is None:
        return {str(name): float(share_of(reading, part)[0]) for part, name in enumerate(values)}
    return float(share_of(reading)[0]) + reading.center


def _moves(program: Program, scenario: Scenario, batch: Batch, solution: Solution) -> tuple[Played, ...]:
    """How likely each value of each move is."""
    tree, names = program.tree, move_names(program)
    leaves = (batch.chance * played_share(program, solution))[:, 0]
    reader = Reader(program, batch.values, batch.situation)
    paths = leaves[program.leaf_of_path]
    for name, table in program.folded.items():
        paths = paths * reader.folded(name)[table.cell, 0]
    found = []
    for move in scenario.moves:
        values = list(move.values)
        if move.name in program.folded:
            table = program.folded[move.name]
            place = np.where(table.cell == table.n_rows * len(values), NOT_MOVED, table.cell % len(values))
            weight = paths
        else:
            place, weight = tree.values[names.index(move.name)], leaves
        counted = np.bincount(place + 1, weight, len(values) + 1)
        # what is certain is 1 without a rounding, so that it reads so
        mass = (counted / (counted.sum() or 1.0)).tolist()
        chances = dict(zip(values, mass[1:], strict=True))
        if (place == NOT_MOVED).any():
            chances[NONE] = mass[0]
        kind = "decision" if isinstance(move, Decision) else "type" if isinstance(move, Type) else "event"
        owner = move.actor if isinstance(move, Decision) else move.of if isinstance(move, Type) else ""
        found.append(Played(move.name, kind, owner, chances))
    return tuple(found)
