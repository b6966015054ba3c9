"""A draw in which an outcome is unusually likely, and how it differs from the typical one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from engine.analysis.explanation.choices import Choice
from engine.analysis.running.reason import needed
from engine.games.conduct import Habit, Hierarchy, Level
from engine.games.rules import RuleSolver
from engine.games.segments import FloatArray
from engine.games.solution import Solution
from engine.program.program import Input, Program
from engine.program.worlds import Batch, batch_of
from engine.sampling import Design
from engine.simulation.draws import read_draws
from engine.simulation.reading import share_of
from engine.simulation.run import batch_size

LEVEL: Final = 0.99
LEAST: Final = 0.01
"""Play that differs by less, times how often it comes to that, is not told."""


@dataclass(frozen=True, slots=True)
class Unusual:
    """One unknown of the draw.

    Attributes:
        value, typical: in this draw, and its median.
        quantile: the chance of a value below this one; 0.5 is typical.
        instead: what the outcome would be in this draw if this unknown alone were typical, solved again; None where its
            condition never holds.
    """

    name: str
    value: float
    typical: float
    quantile: float
    instead: float | None


@dataclass(frozen=True, slots=True)
class Because:
    """What shifts the odds of two options between two draws.

    Attributes:
        term: the payoff term; empty for the actor's precision.
        before, after: by how much the term favours the option over the other; or the precision.
        shift: of the log odds; over all terms and the precision they sum to the whole.
    """

    term: str
    before: float
    after: float
    shift: float


@dataclass(frozen=True, slots=True)
class Difference:
    """An information set at which play differs.

    Attributes:
        before, after: the choice in the typical draw and in this one.
        option, other: the option that gains the most, and the one that loses the most.
        instead: what the outcome would be if the actor chose here as in the typical draw, and nobody else otherwise.
        because: what shifts their odds, the largest first; empty for an actor whom no single comparison of payoffs
            moves: by habit, or at several levels.
    """

    before: Choice
    after: Choice
    option: str
    other: str
    instead: float | None
    because: tuple[Because, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """A solved draw and all its choices."""

    batch: Batch
    solution: Solution
    choices: tuple[Choice, ...]


def draw_at(program: Program, design: Design, outcome: str, level: float = LEVEL) -> FloatArray:
    """The uniforms of the draw in which the outcome's probability (or mean) is at this quantile; (n_inputs, 1).

    Of draws that agree the first is taken, so that the answer is the same every time.
    """
    only = _asked_alone(program, outcome)
    chunks = [design.chunk(index).uniforms for index in range(design.n_chunks)]
    uniforms = np.concatenate(chunks, axis=1)
    found, weight = _outcome(only, outcome, uniforms)
    order = np.argsort(found, kind="stable")
    summed = np.cumsum(weight[order])
    place = int(np.searchsorted(summed, level * summed[-1]))
    draw = int(order[min(place, len(order) - 1)])
    return uniforms[:, draw : draw + 1]


def unusual(program: Program, outcome: str, uniforms: FloatArray) -> tuple[Unusual, ...]:
    """The unknowns of one draw, those first without which the outcome would be furthest from what it is."""
    only = _asked_alone(program, outcome)
    columns = [column for column, item in enumerate(program.inputs) if is_uncertain(item)]
    if not columns:
        return ()
    normal = _normal(program, uniforms)
    typical = np.repeat(normal, len(columns), axis=1)
    typical[columns, range(len(columns))] = 0.0
    instead, weight = _outcome(only, outcome, _uniforms(program, typical))
    actual = float(_outcome(only, outcome, uniforms)[0][0])
    values = batch_of(only, uniforms).values
    found = []
    for place, column in enumerate(columns):
        item = program.inputs[column]
        value = float(values[item.name][0])
        low, high = item.distribution.cdf(np.array([np.nextafter(value, -np.inf), value])).tolist()
        middle = float(item.distribution.quantile(np.array([0.5]))[0])
        without = float(instead[place]) if weight[place] > 0 else None
        found.append(Unusual(item.name, value, middle, (low + high) / 2, without))
    return tuple(sorted(found, key=lambda one: -abs(actual - (actual if one.instead is None else one.instead))))


def differences(program: Program, outcome: str, usual: Solved, this: Solved) -> tuple[Difference, ...]:
    """Where play differs from the typical draw, those first that move the outcome furthest.

    Args:
        program: the compiled scenario.
        outcome: which.
        usual: the typical draw.
        this: the unlikely one.
    """
    only = _asked_alone(program, outcome)
    actual = _figure(only, outcome, this.batch, this.solution)
    found = []
    for old, new in zip(usual.choices, this.choices, strict=True):
        changes = {option: new.probabilities[option] - chance for option, chance in old.probabilities.items()}
        size = sum(map(abs, changes.values())) / 2 * max(old.reached, new.reached)
        if size >= LEAST and old.terms is not None and new.terms is not None:
            option, other = max(changes, key=lambda name: changes[name]), min(changes, key=lambda name: changes[name])
            gaps = _gaps(old.terms, option, other), _gaps(new.terms, option, other)
            because = _because(*gaps, old, new) if _compares(program, new.actor) else ()
            play = this.solution.play.copy()
            rows = slice(*program.tree.sets[new.number].actions)
            play[rows] = usual.solution.play[rows]
            instead = _figure(only, outcome, this.batch, replace(this.solution, play=play))
            effect = 0.0 if instead is None or actual is None else abs(actual - instead)
            found.append((effect, Difference(old, new, option, other, instead, because)))
    return tuple(difference for _, difference in sorted(found, key=lambda one: -one[0]))


def is_uncertain(item: Input) -> bool:
    """Whether its draws differ."""
    low, high = item.distribution.support()
    return low < high


# Private functions


def _asked_alone(program: Program, outcome: str) -> Program:
    """The program with the outcome, and the statements that draws are weighted by if one round is all there is."""
    if program.recurrence is not None:
        outcomes = tuple(measure for measure in program.measures if measure.name == outcome)
        return replace(program, measures=outcomes, statements=())
    return replace(program, measures=needed(program, outcome))


def _outcome(program: Program, outcome: str, uniforms: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The outcome in each draw, and the weight of the draw; each (n_draws,)."""
    found, weights = [], []
    size = batch_size(program)
    for start in range(0, uniforms.shape[-1], size):
        batch = batch_of(program, uniforms[:, start : start + size])
        draws = read_draws(program, batch, program.solver.solve(batch.worlds))
        reading = draws.readings[outcome]
        found.append(share_of(reading) + reading.center)
        weights.append(draws.weight * reading.among)
    return np.concatenate(found), np.concatenate(weights)


def _figure(program: Program, outcome: str, batch: Batch, solution: Solution) -> float | None:
    reading = read_draws(program, batch, solution).readings[outcome]
    return float(share_of(reading)[0]) + reading.center if reading.among[0] > 0 else None


def _gaps(terms: Mapping[str, Mapping[str, float]], option: str, other: str) -> dict[str, float]:
    return {name: value - terms[other][name] for name, value in terms[option].items()}


def _compares(program: Program, name: str) -> bool:
    """Whether an actor always chooses by its expected payoffs."""
    if not isinstance(program.solver, RuleSolver):
        return True
    rules = program.solver.rules[program.actors.index(name)]
    return not any(isinstance(rule, Habit | Hierarchy) or rule == Level(0) for rule in rules)


def _because(before: Mapping[str, float], after: Mapping[str, float], old: Choice, new: Choice) -> tuple[Because, ...]:
    """The change of precision times gap, as precision times change of gap plus change of precision times gap."""
    precision = (old.precision + new.precision) / 2
    found = [Because(name, gap, after[name], precision * (after[name] - gap)) for name, gap in before.items()]
    gap = (sum(before.values()) + sum(after.values())) / 2
    found.append(Because("", old.precision, new.precision, (new.precision - old.precision) * gap))
    return tuple(sorted(found, key=lambda one: -abs(one.shift)))


def _normal(program: Program, uniforms: FloatArray) -> FloatArray:
    """The standard normals behind the inputs, correlated as these are; (n_inputs, n_draws)."""
    from scipy.special import ndtri

    normal: FloatArray = ndtri(uniforms)
    if program.copula is not None:
        columns = program.copula.columns
        normal[columns] = program.copula.factor @ normal[columns]
    return normal


def _uniforms(program: Program, normal: FloatArray) -> FloatArray:
    """The uniforms that these normals come from."""
    from scipy.special import ndtr

    if program.copula is not None:
        columns = program.copula.columns
        normal = normal.copy()
        normal[columns] = np.linalg.solve(program.copula.factor, normal[columns])
    uniforms: FloatArray = np.clip(ndtr(normal), 2.0**-54, 1 - 2.0**-53)
    return uniforms
