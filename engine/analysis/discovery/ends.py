"""Each unknown at a low and at a high value, all else as unknown as it is; then the strongest ones together.

A quick look at what an outcome hangs on, on few draws, for whoever has to answer while others wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.analysis.discovery.claims import Claim
from engine.analysis.discovery.points import Answer, Asked, Told, asked
from engine.games.segments import FloatArray
from engine.program.dependence import followed, levels_of
from engine.program.program import Program
from engine.sampling import sobol_design
from engine.sampling.parts import all_uniforms
from engine.simulation.executors import ALONE, Workers

LOW, HIGH = 0.05, 0.95
MOST_TOGETHER: Final = 6
REPLICATES: Final = 16
HISTORIES: Final = 4


@dataclass(frozen=True, slots=True)
class Swing:
    """What one unknown does to a figure.

    Attributes:
        name: of the unknown.
        at_low, at_high: its 5 and its 95 %.
        low, high: the figure there; None where it has none.
    """

    name: str
    at_low: float
    at_high: float
    low: float | None
    high: float | None

    @property
    def size(self) -> float:
        """How far the figure moves between the two."""
        return 0.0 if self.low is None or self.high is None else abs(self.high - self.low)

    @property
    def moves(self) -> bool:
        """Whether the figure, or whether there is one, hangs on it."""
        return self.size > 0 or (self.low is None) != (self.high is None)


@dataclass(frozen=True, slots=True)
class Step:
    """The figure once an unknown, beside those before it, is where it helps most."""

    name: str
    at: float
    figure: float


@dataclass(frozen=True, slots=True)
class Ends:
    """What a figure hangs on.

    Attributes:
        claim: what would have to be true.
        figure: with nothing held, on the same draws.
        swings: of every unknown that moves it, the strongest first; last those that leave no figure at one end.
        together: the strongest unknowns, one after the other, until the claim is true.
        reached: whether it then is.
        draws: that each figure is the mean of.
    """

    claim: Claim
    figure: float | None
    swings: tuple[Swing, ...]
    together: tuple[Step, ...]
    reached: bool
    draws: int


def ends_of(
    program: Program,
    claim: Claim,
    draws: int,
    seed: int,
    workers: Workers = ALONE,
    progress: Callable[[int, int], None] | None = None,
) -> Ends:
    """What a figure is with each unknown low and high, and with the strongest together.

    Args:
        program: the scenario.
        claim: about one of its outcomes.
        draws: that each figure is the mean of; rounded up to 16 * 2^k.
        seed: of the draws.
        workers: who share the work.
        progress: told the number of draws done and of all, now and then.

    Raises:
        EvaluationError: a number of some draw is impossible.
    """
    design = sobol_design(program.n_inputs, draws, seed, REPLICATES)
    columns = range(program.n_inputs)
    total = (2 * len(columns) + MOST_TOGETHER + 1) * design.n_draws
    told = None if progress is None else Told(progress, total)
    question = asked(program, claim.outcome, claim.value, seed, HISTORIES, workers, told)
    uniforms = all_uniforms(design)
    held = [(column, np.array([level])) for column in columns for level in (LOW, HIGH)]
    figures = _figures(question.held(uniforms, design.replicates, held), len(held))
    # held where it is anyway, an unknown changes nothing
    before = _figures(question.held(uniforms, design.replicates, [(0, _levels_as_they_are(program, uniforms))]), 1)[0]
    swings = [_swing(program, column, *figures[2 * column : 2 * column + 2]) for column in columns]
    order = sorted(columns, key=lambda column: -swings[column].size)
    together, reached = _together(question, claim, uniforms, design.replicates, before, swings, order)
    moving = tuple(swings[column] for column in order if swings[column].moves)
    return Ends(claim, before, moving, together, reached, design.n_draws)


# Private functions


def _figures(answer: Answer, count: int) -> list[float | None]:
    """The figure of each variant, weighted by how often it is taken; None where it never is."""
    weight = (answer.among * answer.weight).reshape(count, -1)
    value = answer.value.reshape(count, -1)
    found = []
    for row, share in zip(value, weight, strict=True):
        found.append(float((row * share).sum() / share.sum()) if share.sum() > 0 else None)
    return found


def _levels_as_they_are(program: Program, uniforms: FloatArray) -> FloatArray:
    levels: FloatArray = levels_of(program, uniforms)[0]
    return levels


def _swing(program: Program, column: int, low: float | None, high: float | None) -> Swing:
    item = program.inputs[column]
    at_low, at_high = item.distribution.quantile(np.array([LOW, HIGH])).tolist()
    return Swing(item.name, at_low, at_high, low, high)


def _together(
    question: Asked,
    claim: Claim,
    uniforms: FloatArray,
    parts: int,
    before: float | None,
    swings: Sequence[Swing],
    order: Sequence[int],
) -> tuple[tuple[Step, ...], bool]:
    """The strongest unknowns at the ends that help the claim, one more each time."""
    if before is None or claim.holds(np.array([before]))[0]:
        return (), before is not None
    held: list[int] = []
    levels: list[float] = []
    steps: list[Step] = []
    for column in order[:MOST_TOGETHER]:
        swing = swings[column]
        if swing.low is None or swing.high is None or swing.size == 0:
            break
        helps_high = (swing.high > swing.low) == claim.above
        held.append(column)
        levels.append(HIGH if helps_high else LOW)
        moved = followed(question.program, uniforms, held, np.array(levels)[:, None])
        figure = _figures(question.held(moved, parts, [(held[0], np.array([levels[0]]))]), 1)[0]
        if figure is None:
            break
        steps.append(Step(swing.name, swing.at_high if helps_high else swing.at_low, figure))
        if claim.holds(np.array([figure]))[0]:
            return tuple(steps), True
    return tuple(steps), False
