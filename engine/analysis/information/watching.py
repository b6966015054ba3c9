"""What to watch: how a forecast moves after each thing that everybody may see in the first round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from engine.analysis.estimates import Estimate, exact, of_ratio, of_replicates
from engine.games.segments import FloatArray, IntArray
from engine.program.program import Measure, Program, Watch
from engine.scenario.expressions import Binary, Compare, Expression, Name, Number
from engine.scenario.informed import with_outcomes
from engine.scenario.model import Move, Outcome, Scenario
from engine.simulation.figures import Figures

NEVER: Final = "never"
NONE: Final = "none"


@dataclass(frozen=True, slots=True)
class Sight:
    """One thing that may be seen, and the forecast after it.

    Attributes:
        value: of the move.
        chance: that it is seen; of a conditional outcome, among the cases in which its condition holds.
        after: the forecast then; None where it is never seen.
    """

    value: str
    chance: Estimate
    after: Estimate | None


@dataclass(frozen=True, slots=True)
class Watched:
    """A move that everybody sees in the first round.

    Attributes:
        move: its name.
        label: what to call it.
        sights: its values that come about, likeliest first.
        moves_by: how far seeing it moves the forecast on average, E|P(outcome | seen) - P(outcome)|.
        settles: whether after some sight the forecast is 0 or 1 in every draw, though it is not before.
    """

    move: str
    label: str
    sights: tuple[Sight, ...]
    moves_by: Estimate
    settles: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A forecast after a sight, as it is asked of the program.

    Attributes:
        outcome: which forecast.
        move, value: what is seen.
        joint: the measure of the outcome together with the sight.
        sight: the measure of the sight; empty where `joint` tells.
    """

    outcome: str
    move: str
    value: str
    joint: str
    sight: str = ""


def public_moves(scenario: Scenario) -> tuple[Move, ...]:
    """Moves that everybody learns."""
    return tuple(move for move in scenario.moves if not move.hidden and len(_values(move)) > 1)


def watchable(scenario: Scenario, name: str) -> bool:
    """Whether it can be told what an outcome's forecast becomes after a sight."""
    outcome = scenario.outcomes[name]
    if scenario.rounds is None:
        return outcome.kind in ("happens", "quantity")
    return outcome.kind == "happens" and outcome.over in (None, "ever")


def questions_of(scenario: Scenario, names: Sequence[str]) -> tuple[Scenario, tuple[Question, ...]]:
    """The scenario with measures of some outcomes after each sight."""
    taken = set(scenario.outcomes)
    added: dict[str, Outcome] = {}
    questions: list[Question] = []
    sights: dict[tuple[str, str], str] = {}

    def add(outcome: Outcome, name: str) -> str:
        while name in taken:
            name += "_2"
        taken.add(name)
        added[name] = outcome
        return name

    for name in names:
        outcome = scenario.outcomes[name]
        for move in public_moves(scenario):
            for value in _values(move):
                seen = _is(move.name, value)
                given = seen if outcome.given is None else _both(outcome.given, seen)
                if scenario.rounds is None:
                    asked = outcome.model_copy(update={"given": given})
                    questions.append(Question(name, move.name, value, add(asked, f"{name} after {move.name} {value}")))
                    continue
                if (move.name, value) not in sights:
                    plain = Outcome.model_construct(label="", happens=seen)
                    sights[move.name, value] = add(plain, f"{move.name} {value}")
                if outcome.happens is None:
                    raise AssertionError(f"'{name}' does not happen")
                update = {"happens": _both(outcome.happens, seen)} if outcome.given is None else {"given": given}
                joint = add(outcome.model_copy(update=update), f"{name} after {move.name} {value}")
                questions.append(Question(name, move.name, value, joint, sights[move.name, value]))
    if sights:
        add(Outcome.model_construct(label="", happens=Expression("0", Number(0.0, 0))), NEVER)
    return with_outcomes(scenario, added), tuple(questions)


def watching(program: Program, questions: Sequence[Question]) -> Program:
    """The program of a scenario that `questions_of` gave, which in rounds asks for sights in the first."""
    if program.recurrence is None or not questions:
        return program
    measures = {measure.name: measure for measure in program.measures}
    never = next(measure for name, measure in reversed(measures.items()) if name.startswith(NEVER))
    source = {question.joint: measures[question.outcome] for question in questions}
    source |= {question.sight: never for question in questions}
    later = tuple(_like(measure, source.get(measure.name)) for measure in program.measures)
    seen = {question.joint: question.sight for question in questions}
    return replace(program, watch=Watch(seen, later))


def watched(
    scenario: Scenario, figures: Figures, name: str, questions: Sequence[Question], n_replicates: int
) -> tuple[Watched, ...]:
    """How far each sight moves a forecast, those first that move it most on average."""
    moves: dict[str, list[Question]] = {}
    for question in questions:
        if question.outcome == name:
            moves.setdefault(question.move, []).append(question)
    labels = {move.name: move.label or move.name for move in scenario.moves}
    found = [_watched(figures, own, labels[move], n_replicates) for move, own in moves.items()]
    return tuple(sorted((one for one in found if len(one.sights) > 1), key=lambda one: -one.moves_by.value))


# Private functions


def _watched(figures: Figures, questions: Sequence[Question], label: str, n_replicates: int) -> Watched:
    base = figures.row(questions[0].outcome)
    weight = figures.weight

    def by_scramble(values: FloatArray) -> FloatArray:
        found: FloatArray = (weight * values).reshape(n_replicates, -1).mean(axis=1)
        return found

    among = by_scramble(figures.among[base])
    both = by_scramble(figures.among[base] * figures.value[base])
    chance, joint = [], []
    for question in questions:
        row = figures.row(question.joint)
        told = figures.among[row]
        if question.sight and not (told < 1).any():  # not conditional: its own measure says how often it is seen
            chance.append(by_scramble(figures.value[figures.row(question.sight)]))
        else:
            chance.append(by_scramble(told))
        joint.append(by_scramble(told * figures.value[row]))
    q, j = np.array(chance), np.array(joint)
    sights = []
    for question, own_q, own_j in zip(questions, q, j, strict=True):
        if own_q.sum() > 0:
            sights.append(Sight(question.value, _ratio(own_q, among), _ratio(own_j, own_q)))
    sights.sort(key=lambda sight: -sight.chance.value)
    kind = figures.figures[base].kind
    before = both.sum() / among.sum()
    decided = [sight for sight in sights if sight.after is not None and sight.after.value in (0.0, 1.0)]
    certain = any(sight.after.value == 1.0 for sight in decided if sight.after)
    settles = kind == "happens" and bool(0 < before < 1) and certain
    return Watched(questions[0].move, label, tuple(sights), _moves_by(among, both, q, j), settles)


def _ratio(above: FloatArray, below: FloatArray) -> Estimate:
    return exact(float(above[0] / below[0])) if len(above) == 1 else of_ratio(above, below)


def _moves_by(among: FloatArray, both: FloatArray, chance: FloatArray, joint: FloatArray) -> Estimate:
    """E|P(outcome | seen) - P(outcome)|, its signs from other scrambles so that noise does not pass for a move."""
    n = len(among)

    def gaps(some: IntArray) -> FloatArray:
        total = among[some].sum()
        expected = chance[:, some].sum(axis=1) * both[some].sum() / total
        found: FloatArray = (joint[:, some].sum(axis=1) - expected) / total
        return found

    everything = np.arange(n)
    if n == 1:
        return exact(float(np.abs(gaps(everything)).sum()))
    forecast, total = both.sum() / among.sum(), among.mean()
    values = []
    for replicate in range(n):
        sign = np.sign(gaps(np.delete(everything, replicate)))
        # a scramble's own part of the gap, to first order in its own forecast
        own = joint[:, replicate] - chance[:, replicate] * forecast
        pull = chance.mean(axis=1) / total * (both[replicate] - forecast * among[replicate])
        values.append(float(sign @ (own - pull) / total))
    return of_replicates(values)


def _values(move: Move) -> tuple[str, ...]:
    """The values that may be seen, `none` where the move may not happen."""
    sometimes = move.when is not None and move.otherwise is None
    return (*move.values, NONE) if sometimes else tuple(move.values)


def _is(move: str, value: str) -> Expression:
    return Expression(f"{move} == {value}", Compare("==", Name(move, 0), Name(value, 0), 0))


def _both(one: Expression, other: Expression) -> Expression:
    return Expression(f"({one.text}) and {other.text}", Binary("and", one.root, other.root, 0))


def _like(measure: Measure, source: Measure | None) -> Measure:
    """What is asked from the second round on: the same without the sight."""
    if source is None:
        return measure
    return replace(measure, event=source.event, given=source.given if measure.given is not None else None)
