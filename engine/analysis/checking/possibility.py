"""What a model leaves no way to, whatever is drawn and whoever errs: an exact 0, unlike what no draw has hit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt

from engine.program import evaluate
from engine.program.evaluate import Surroundings
from engine.program.layout import Layout
from engine.program.program import ChanceTable, FloatArray, Table
from engine.scenario.expressions import Expression
from engine.scenario.model import Outcome, Scenario
from engine.scenario.scope import Bound, Clock, Quantity, bind, parts, reads

YES = "yes"


def never(scenario: Scenario) -> dict[str, frozenset[str]]:
    """For each event `yes`, and for each choice the values, to which no path of positive chance leads.

    It is told from the moves, from chances that are 0 in every draw, and from conditions that are the same in every
    draw. What an actor merely never does is possible. Beliefs and quantities are left out, and whatever a state or the
    number of the round can change.
    """
    if scenario.state:
        return {}
    paths = _Paths(scenario)
    if not all(paths.same(bind(move.when, paths.layout.scope)[0]) for move in scenario.moves if move.when is not None):
        return {}
    found = {name: frozenset(paths.without(outcome)) for name, outcome in scenario.outcomes.items()}
    return {name: values for name, values in found.items() if values}


class _Paths:
    """All paths through the game, and which of them have a chance above 0."""

    def __init__(self, scenario: Scenario) -> None:
        self.layout = Layout(scenario)
        self.fixed: Mapping[str, FloatArray] = {
            name: np.array([item.value]) for name, item in scenario.unknowns.items() if item.value is not None
        }
        leaf = self.layout.leaf_of_path()
        self.possible = np.ones(self.layout.full.n_leaves, dtype=np.bool_)
        for table in self.layout.core_chances():
            self.possible &= self.open(table)[leaf]
        for table in self.layout.folded.values():
            self.possible &= self.open(table)

    def without(self, outcome: Outcome) -> Iterator[str]:
        """The values of an outcome to which no possible path leads."""
        given = self.holds(outcome.given) if outcome.given is not None else self.possible
        if given is None or not given.any():
            return
        if outcome.happens is not None:
            found = self.holds(outcome.happens)
            if found is not None and not (found & given).any():
                yield YES
        elif outcome.choice is not None:
            place = self.layout.moves.index(outcome.choice)
            taken = set(self.layout.full.values[place][given & self.possible].tolist())
            values = self.layout.scenario.moves[place].values
            yield from (name for number, name in enumerate(values) if number not in taken)

    def holds(self, expression: Expression) -> npt.NDArray[np.bool_] | None:
        """The possible paths on which a condition holds; None where that differs between draws."""
        bound = bind(expression, self.layout.scope)[0]
        if not self.same(bound):
            return None
        moves = dict(zip(self.layout.moves, self.layout.full.values, strict=True))
        rows = self.rows(bound, moves, len(self.possible))
        found: npt.NDArray[np.bool_] = self.possible & (rows != 0)
        return found

    def open(self, table: ChanceTable) -> npt.NDArray[np.bool_]:
        """Where a chance is not 0 in every draw, on the leaves or paths that the table is for."""
        shares = [None if share is None else self.share(share) for share in table.shares]
        given = sum((share for share in shares if share is not None), np.zeros(table.n_rows))
        # a share that differs between draws is NaN, which no comparison rules out
        closed = [given >= 1 if share is None else share <= 0 for share in shares]
        return np.append(~np.array(closed).T.ravel(), True)[table.cell]

    def share(self, table: Table) -> FloatArray:
        """The share on each row; NaN where it differs between draws."""
        if not self.same(table.bound):
            return np.full(table.n_rows, np.nan)
        return self.rows(table.bound, table.moves, table.n_rows)

    def same(self, bound: Bound) -> bool:
        """Whether an expression is the same in every draw."""
        if not reads(bound, self.layout.read).unknowns <= set(self.fixed):
            return False
        todo, seen = [bound], set[str]()
        while todo:
            for part in parts(todo.pop()):
                if isinstance(part, Clock):
                    return False
                if isinstance(part, Quantity) and part.name not in seen:
                    seen.add(part.name)
                    todo.append(self.layout.quantities[part.name])
        return True

    def rows(self, bound: Bound, moves: Mapping[str, npt.NDArray[np.int64]], n_rows: int) -> FloatArray:
        """An expression that is the same in every draw, for each combination of moves."""
        layout = self.layout
        around = Surroundings(self.fixed, moves, layout.numbers, layout.quantities, layout.state)
        with np.errstate(all="ignore"):
            found = evaluate.number(evaluate.value(bound, around))
        return np.broadcast_to(found, (n_rows, 1))[:, 0]
