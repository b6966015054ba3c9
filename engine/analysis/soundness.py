"""What is wrong with the game that a scenario describes, as far as it shows before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.errors import Problem, ScenarioError
from engine.program import evaluate
from engine.program.evaluate import Surroundings
from engine.program.layout import Layout
from engine.scenario.model import Scenario
from engine.scenario.scope import expression_places


def check_game(scenario: Scenario) -> list[Problem]:
    """What shows only when the moves are unrolled and constant expressions are evaluated."""
    try:
        layout = Layout(scenario)
    except ScenarioError as error:
        return list(error.problems)
    return [*_wrong_outcomes(scenario, layout), *_wrong_constants(scenario, layout)]


def _wrong_outcomes(scenario: Scenario, layout: Layout) -> Iterator[Problem]:
    for name, outcome in scenario.outcomes.items():
        try:
            layout.measure(name, outcome)
        except ScenarioError as error:
            yield from error.problems


def _wrong_constants(scenario: Scenario, layout: Layout) -> Iterator[Problem]:
    """Payoffs and precisions that are the same in every draw, and no number somewhere."""
    for path, expression, kind, _ in expression_places(scenario):
        if kind not in ("payoff", "precision"):
            continue
        table = layout.table(path, expression)
        if table.uncertain:
            continue
        around = Surroundings({}, table.moves, layout.numbers, layout.quantities, layout.state)
        with np.errstate(all="ignore"):
            rows = evaluate.number(evaluate.value(table.bound, around))
        if not np.isfinite(rows).all():
            yield scenario.problem(path, f"'{expression.text}' has no finite value here")
        elif kind == "precision" and (rows < 0).any():
            yield scenario.problem(path, "a precision is 0 (a coin toss) or more")
