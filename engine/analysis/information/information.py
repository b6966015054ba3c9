"""What it would be worth to know: to us, who forecast, and to each actor, who decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isfinite
from typing import Final

import numpy as np

from engine.analysis.estimates import Estimate
from engine.analysis.information.knowable import EVERYTHING, Piece, everything, pieces, steps_for, versions
from engine.analysis.information.knowing import Gains, Versions, Worth, gains, worth
from engine.analysis.information.regression import Learned, Split, basis_of, learned, split
from engine.analysis.information.watching import Watched, questions_of, watchable, watched, watching
from engine.errors import ScenarioError
from engine.games.segments import FloatArray
from engine.program.compile import compile_program
from engine.program.dependence import levels_of
from engine.program.program import EvaluationError, Program
from engine.program.worlds import draw_values, payoff_spans
from engine.sampling import Design
from engine.sampling.parts import all_uniforms
from engine.scenario.assumptions import Assumed
from engine.scenario.informed import bare
from engine.scenario.model import Scenario
from engine.simulation.executors import ALONE, Workers
from engine.simulation.figures import Figures, figures_of

ROUNDING: Final = 1e-11
SMALL: Final = 0.02
"""A share of a value that does not matter."""
NEGLIGIBLE: Final = 1e-3
"""A difference of payoffs, on a scale on which the worst and the best lie some 10 apart."""
CHECKED: Final = 8
"""The number of values of an unknown is checked on this part of the draws."""
UNSOLVED_SHARE: Final = 0.01

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Lesson:
    """An unknown that we could learn more about."""

    name: str
    label: str
    learned: Learned


@dataclass(frozen=True, slots=True)
class Forecast:
    """One forecast, and what would move it.

    Attributes:
        outcome: its name.
        label: the outcome's.
        kind: `happens`, `quantity`, `choice` or `belief`.
        value: of a choice, which.
        split: what makes it uncertain.
        lessons: unknowns, those first that move it most.
        watched: what everybody may see in the first round; None where that cannot be told for this outcome.
    """

    outcome: str
    label: str
    kind: str
    value: str
    split: Split
    lessons: tuple[Lesson, ...]
    watched: tuple[Watched, ...] | None


@dataclass(frozen=True, slots=True)
class Item:
    """Something that an actor could know, and what that is worth to it.

    Attributes:
        piece: what.
        worth: None where it could not be worked out.
        steps: equally likely values that stand for an unknown; 0 where it is taken as it is.
        settled: whether half as many values give the same, but for the sampling error.
        problem: why it could not be worked out.
    """

    piece: Piece
    worth: Worth | None
    steps: int = 0
    settled: bool = True
    problem: str = ""

    def value(self, secret: bool) -> Estimate | None:
        """What it is worth, where everybody knows that it is known, or nobody does."""
        return None if self.worth is None else self.worth.secret if secret else self.worth.value


@dataclass(frozen=True, slots=True)
class Stake:
    """What knowledge is worth to one actor.

    Attributes:
        actor: its name in the file.
        name: what it is called.
        span: how far apart its worst and best result lie.
        payoff: what it expects now; None where nothing is hidden from it.
        items: what it could know and would use, the most valuable first.
        idle: what it could know and that would change nothing.
    """

    actor: str
    name: str
    span: float
    payoff: Estimate | None
    items: tuple[Item, ...]
    idle: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class InformationSettings:
    """How it was worked out; draws are 1 where nothing is unknown."""

    draws: int
    actor_draws: int
    seed: int
    replicates: int
    histories: int | None
    exact: bool


@dataclass(frozen=True, slots=True)
class Information:
    """What it would be worth to know.

    Attributes:
        forecasts: of the outcomes that were asked for; the first is the one that is shown.
        stakes: of the actors that were asked for.
        names: of all actors, by their names in the file.
        secret: whether values are those of secret knowledge.
        alone: whether one actor alone decides.
        open: how many unknowns all actors know already.
    """

    scenario: Scenario
    sha256: str
    assumptions: str
    label: str
    overrides: Mapping[str, str]
    settings: InformationSettings
    forecasts: tuple[Forecast, ...]
    stakes: tuple[Stake, ...]
    names: Mapping[str, str]
    secret: bool
    alone: bool
    open: int
    warnings: tuple[str, ...] = ()


# Readers


@dataclass(frozen=True, slots=True, eq=False)
class Forecasts:
    """What would move forecasts.

    Attributes:
        each: every figure of the outcomes that were asked for.
        weight: of each draw, by the statements that are believed; (n_draws,).
        thinned: whether any history stood for others.
    """

    each: tuple[Forecast, ...]
    weight: FloatArray
    thinned: bool


def forecasts_of(
    assumed: Assumed,
    outcomes: Sequence[str],
    design: Design,
    histories: int,
    workers: Workers = ALONE,
    progress: Callable[[int], None] | None = None,
) -> Forecasts:
    """What would move some forecasts.

    Args:
        outcomes: their names.
        design: scrambled Sobol' points, or one point where nothing is unknown.
        histories: that a draw may carry, where there are rounds.

    Raises:
        EvaluationError: a number of some draw is impossible.
    """
    asked, questions = questions_of(assumed.scenario, [name for name in outcomes if watchable(assumed.scenario, name)])
    program = watching(compile_program(asked, assumed.believe), questions)
    believed = {statement.about for statement in program.statements if statement.believed}
    needed = {*outcomes, *believed, *(q.joint for q in questions), *(q.sight for q in questions)}
    program = _only(program, needed)
    figures = figures_of(program, design, workers, progress, histories)
    uniforms = all_uniforms(design)
    rows = [n for n, figure in enumerate(figures.figures) if figure.outcome in outcomes]
    lessons = _lessons(program, figures, rows, uniforms, design.replicates)
    found = []
    for row in rows:
        figure = figures.figures[row]
        outcome = assumed.scenario.outcomes[figure.outcome]
        weight = figures.weight * figures.among[row]
        if weight.sum() <= 0:
            continue
        seen = None
        if watchable(assumed.scenario, figure.outcome):
            seen = watched(assumed.scenario, figures, figure.outcome, questions, design.replicates)
        shared = figures.weight * figures.shared[row]
        apart, chance = figures.apart[:, row], figures.chance[row]
        parts = split(figures.value[row], apart, chance, weight, shared, design.replicates)
        found.append(
            Forecast(figure.outcome, outcome.label, figure.kind, figure.value, parts, lessons.get(row, ()), seen)
        )
    in_order = tuple(sorted(found, key=lambda one: list(outcomes).index(one.outcome)))
    return Forecasts(in_order, figures.weight, bool((figures.apart[0] != figures.apart[1]).any()))


def _only(program: Program, needed: set[str]) -> Program:
    """The program that is asked for no more than it must be."""
    watch = program.watch

    def kept(measures: Sequence[object]) -> tuple[object, ...]:
        return tuple(measure for measure in measures if getattr(measure, "name", "") in needed)

    if watch is not None:
        watch = replace(watch, later=tuple(measure for measure in watch.later if measure.name in needed))
    return replace(program, measures=tuple(m for m in program.measures if m.name in needed), watch=watch)


def _lessons(
    program: Program, figures: Figures, rows: Sequence[int], uniforms: FloatArray, n_replicates: int
) -> dict[int, tuple[Lesson, ...]]:
    """What knowing each unknown would do to each figure, by row."""
    if n_replicates < 2 or not rows:
        return {}
    levels, values = levels_of(program, uniforms), draw_values(program, uniforms)
    weight = figures.weight * figures.among[rows]
    live = [n for n, row in enumerate(rows) if weight[n].sum() > 0]
    found: dict[int, list[Lesson]] = {rows[n]: [] for n in live}
    alike = [[n for n in live if (weight[n] == weight[m]).all()] for m in live]  # functions are orthonormal by weight
    for column, item in enumerate(program.inputs):
        low, high = item.distribution.support()
        if low == high:
            continue
        for together in (own for m, own in zip(live, alike, strict=True) if own[0] == m):
            basis = basis_of(levels[column], values[item.name], weight[together[0]])
            told = learned(figures.value[[rows[n] for n in together]], basis, weight[together], n_replicates)
            for n, one in zip(together, told, strict=True):
                found[rows[n]].append(Lesson(item.name, item.label, one))
    return {row: tuple(sorted(own, key=lambda one: -one.learned.move.value)) for row, own in found.items()}


# Actors


def stakes_of(
    scenario: Scenario,
    actors: Sequence[str],
    uniforms: FloatArray,
    weight: FloatArray,
    n_replicates: int,
    workers: Workers = ALONE,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Stake, ...]:
    """What knowledge is worth to actors that decide.

    Args:
        actors: their names.
        uniforms: of the draws, by scramble; (n_inputs, n_draws).
        weight: of each draw.
        n_replicates: independent scrambles, of equal size; 1 if nothing is unknown.
        progress: told how many games are done, and of how many.

    Raises:
        EvaluationError: a number of some draw is impossible.
    """
    lean = bare(scenario)
    program = compile_program(lean)
    spans = payoff_spans(program)
    assess = partial(_assess, lean, program, (uniforms, weight, n_replicates))
    wanted = [(actor, pieces(lean, actor)) for actor in actors]
    total, done = sum(len(own) + 1 for _, own in wanted), 0
    found = []
    for actor, own in wanted:
        items: list[Item] = []
        idle: list[Piece] = []
        for piece, result in zip(own, workers.map(assess, own), strict=True):
            done += 1
            if progress is not None:
                progress(done, total)
            if result is None:
                idle.append(piece)
            else:
                items.append(result)
        used = [item.piece for item in items if item.worth is not None]
        if len(used) > 1:
            together = everything(actor, used)
            result = assess(together)
            if result is not None:
                items.append(result)
        done += 1
        position = program.actors.index(actor)
        now = min((item for item in items if item.worth is not None), key=lambda item: item.steps, default=None)
        found.append(
            Stake(
                actor,
                scenario.actors[actor].name,
                spans.get(position, 0.0),
                None if now is None or now.worth is None else now.worth.before,
                tuple(sorted(items, key=_rank)),
                tuple(idle),
            )
        )
    return tuple(found)


_Draws = tuple[FloatArray, FloatArray, int]
"""Uniforms and weights by scramble, and how many scrambles there are."""


def _rank(item: Item) -> tuple[bool, float]:
    """All at once comes last, the rest by value."""
    return item.piece.kind == EVERYTHING, -item.worth.value.value if item.worth is not None else float("inf")


def _assess(scenario: Scenario, program: Program, draws: _Draws, piece: Piece) -> Item | None:
    """What a piece of knowledge is worth; None where it changes nothing."""
    uniforms, weight, n_replicates = draws
    steps = steps_for(program, piece)
    few, light = (_part_of(array, n_replicates, 1) for array in (uniforms, weight))
    try:
        coarse = versions(scenario, program, piece, steps // 2)
        if coarse.alike:
            return None
        sample = gains(coarse, few)
        if sample.counts.any() and _changes_nothing(worth(coarse, sample, few, np.ones_like(light), n_replicates)):
            return None
        fine = versions(scenario, program, piece, steps) if steps else coarse
        found = gains(fine, uniforms)
        if not (weight * found.counts).any():
            return Item(piece, None, steps, problem="without it or with it there is no equilibrium in pure strategies")
        value = worth(fine, found, uniforms, weight, n_replicates)
        settled = not steps or _settled(coarse, found, value, uniforms, weight, n_replicates)
        return Item(piece, value, steps, settled)
    except EvaluationError as error:
        return Item(piece, None, steps, problem=error.message)
    except ScenarioError as error:
        return Item(piece, None, steps, problem=error.problems[0].message)


def _changes_nothing(found: Worth) -> bool:
    """Whether all that it changes is rounding."""
    small = ROUNDING * (1 + abs(found.before.value))
    parts = [part for part in (found.value, found.secret) if part is not None]
    return all(abs(part.value) < small and not part.error > small for part in parts)


def _settled(
    coarse: Versions, found: Gains, value: Worth, uniforms: FloatArray, weight: FloatArray, n_replicates: int
) -> bool:
    """Whether half as many values of the unknowns give the same, but for the sampling error; tried on fewer draws."""
    size = max(1, uniforms.shape[-1] // n_replicates // CHECKED)
    few, light = (_part_of(array, n_replicates, size) for array in (uniforms, weight))
    other = gains(coarse, few)
    light = light * other.counts * _part_of(found.counts, n_replicates, size)
    if light.sum() <= 0:
        return True
    gap = _part_of(found.after - found.before, n_replicates, size) - (other.after - other.before)
    error = value.value.high - value.value.value
    allowed = max(error if isfinite(error) else 0.0, NEGLIGIBLE, SMALL * abs(value.value.value))
    return bool(abs((light * gap).sum() / light.sum()) <= allowed)


def _part_of(array: FloatArray, n_replicates: int, size: int) -> FloatArray:
    """The first draws of each scramble."""
    own = array.shape[-1] // n_replicates
    kept = np.arange(n_replicates)[:, None] * own + np.arange(min(size, own))
    return np.ascontiguousarray(array[..., kept.reshape(-1)])


def warnings_of(found: Information) -> tuple[str, ...]:
    """What a reader should be warned of."""
    warnings = []
    for stake in found.stakes:
        for item in stake.items:
            what = f"what '{item.piece.label}' is worth to {stake.name}"
            if item.problem:
                warnings.append(f"{what} could not be worked out: {item.problem}")
            if not item.settled:
                warnings.append(
                    f"{what} is rough: with {item.steps // 2} values instead of {item.steps} that stand for what "
                    "nobody knows it differs by more than its sampling error"
                )
            if item.worth is not None and item.worth.unsolved > UNSOLVED_SHARE:
                warnings.append(f"{what}: one of the games was not solved in {item.worth.unsolved:.0%} of the draws")
    return tuple(warnings)
