"""What is wrong with the game that a scenario describes, as far as it shows before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from engine.analysis.checking.extremes import impossible, possibly_impossible
from engine.errors import Problem, ScenarioError
from engine.program import evaluate
from engine.program.compile import copula_of
from engine.program.evaluate import Surroundings
from engine.program.layout import Layout
from engine.program.measures import measure_of
from engine.program.program import FloatArray, Table
from engine.program.ways import habit_tables, solver_of
from engine.scenario.model import Scenario
from engine.scenario.reasoning import MAX_MEAN
from engine.scenario.scope import bind, expression_places, reads

ROUNDING: Final = 1e-9


def check_game(scenario: Scenario) -> list[Problem]:
    """What shows only when the moves are unrolled, and expressions are evaluated at the ends of what is unknown."""
    try:
        layout = Layout(scenario)
        copula_of(scenario)
        solver_of(layout)
    except ScenarioError as error:
        return list(error.problems)
    return [
        *_wrong_outcomes(scenario, layout),
        *_wrong_constants(scenario, layout),
        *_wrong_chances(scenario, layout),
        *impossible(scenario, layout),
    ]


def range_problems(scenario: Scenario) -> list[Problem]:
    """Chances and precisions of a compiled scenario that are impossible in some draws, however seldom."""
    layout = Layout(scenario)
    return [*impossible(scenario, layout), *possibly_impossible(scenario, layout)]


def _wrong_outcomes(scenario: Scenario, layout: Layout) -> Iterator[Problem]:
    for name, outcome in scenario.outcomes.items():
        try:
            measure_of(layout, name, outcome)
        except ScenarioError as error:
            yield from error.problems


def _wrong_constants(scenario: Scenario, layout: Layout) -> Iterator[Problem]:
    """Payoffs and precisions that are the same in every draw, and no number somewhere."""
    for path, expression, kind, _ in expression_places(scenario):
        if (
            kind not in ("payoff", "precision", "mean")
            or reads(bind(expression, layout.scope)[0], layout.read).unknowns
        ):
            continue
        rows = _rows(layout, layout.table(path, expression))
        if not np.isfinite(rows).all():
            yield scenario.problem(path, f"'{expression.text}' has no finite value here")
        elif kind == "precision" and (rows < 0).any():
            yield scenario.problem(path, "a precision is 0 (a coin toss) or more")
        elif kind == "mean" and ((rows < 0) | (rows > MAX_MEAN)).any():
            yield scenario.problem(path, f"the mean level lies between 0 and {MAX_MEAN:g}")


def _wrong_chances(scenario: Scenario, layout: Layout) -> Iterator[Problem]:
    """Chances that are the same in every draw, and no chances somewhere."""
    own = [table for tables in layout.beliefs().values() for table in tables.values()]
    habits = [table.shares for table in habit_tables(layout)]
    for chance in (*layout.core_chances(), *layout.folded.values(), *own, *habits):
        given = [share for share in chance.shares if share is not None]
        rows = {share.path: _rows(layout, share) for share in given if not share.uncertain}
        outside = [share for share in given if share.path in rows and not _are_chances(rows[share.path])]
        for share in outside:
            yield scenario.problem(share.path, f"'{share.text}' is no chance everywhere: it must lie between 0 and 1")
        if given and not outside and len(rows) == len(given):
            total = sum(rows.values(), np.zeros(chance.n_rows))
            rest = len(given) < len(chance.shares)
            if (total > 1 + ROUNDING).any() or (not rest and (total < 1 - ROUNDING).any()):
                yield scenario.problem(chance.path, f"the chances of '{chance.move}' do not sum to 1 everywhere")


def _are_chances(rows: FloatArray) -> bool:
    return bool(((rows >= -ROUNDING) & (rows <= 1 + ROUNDING)).all())


def _rows(layout: Layout, table: Table) -> FloatArray:
    """The rows of a table that is the same in every draw; (n_rows,)."""
    around = Surroundings({}, table.moves, layout.numbers, layout.quantities, layout.state)
    with np.errstate(all="ignore"):
        found = evaluate.number(evaluate.value(table.bound, around))
    return np.broadcast_to(found, (table.n_rows, 1))[:, 0]
