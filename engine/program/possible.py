"""A program on some of its leaves: those that are possible as things stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from engine.games.equilibrium import Solver
from engine.games.segments import Segments, distinct_columns, segments
from engine.games.tree import NOT_MOVED, Tree
from engine.program.program import (
    BoolArray,
    ChanceTable,
    Condition,
    IntArray,
    Measure,
    PayoffRows,
    Program,
    Recurrence,
    Table,
)


def on_leaves(program: Program, leaves: IntArray) -> Program:
    """The program where no other leaves are possible, so that no move hangs on the state any more.

    Everything that is read of it is the same but for rounding, as sums leave out what is 0. What everybody may learn is
    numbered anew.

    Args:
        program: whose actors all reason by equilibrium.
        leaves: ascending.
    """
    if not isinstance(program.solver, Solver):
        raise TypeError("only equilibria are solved on some of the leaves")
    n_leaves = program.tree.n_leaves

    def cut(found: Segments) -> Segments:
        return _cut(found, leaves, n_leaves)

    solver = program.solver.within(leaves)
    return replace(
        program,
        tree=solver.tree,
        solver=solver,
        chances=tuple(_chance(table, leaves) for table in program.chances),
        beliefs={actor: {name: _chance(one, leaves) for name, one in own.items()} for actor, own in _items(program)},
        payoffs={actor: _payoff(rows, leaves) for actor, rows in program.payoffs.items()},
        sets={actor: tuple(map(cut, several)) for actor, several in program.sets.items()},
        by_types=cut(program.by_types),
        measures=tuple(_measure(measure, leaves, n_leaves) for measure in program.measures),
        masks=(),
        recurrence=None if program.recurrence is None else _recurrence(program.recurrence, solver.tree, leaves),
    )


# Private functions


def _items(program: Program) -> list[tuple[int, Mapping[str, ChanceTable]]]:
    return list(program.beliefs.items())


def _cut(found: Segments, leaves: IntArray, n_leaves: int) -> Segments:
    group = np.full(n_leaves, NOT_MOVED)
    for groups, members in found.blocks:
        group[members] = groups[:, None]
    return segments(group[leaves], found.n_groups)


def _table(table: Table, leaves: IntArray) -> Table:
    return replace(table, row=table.row[leaves])


def _chance(table: ChanceTable, leaves: IntArray) -> ChanceTable:
    return replace(table, cell=table.cell[leaves])


def _payoff(rows: PayoffRows, leaves: IntArray) -> PayoffRows:
    used, combination = np.unique(rows.combination[leaves], return_inverse=True)
    return PayoffRows(rows.rows[:, used], combination)


def _condition(condition: Condition | None, leaves: IntArray, n_leaves: int) -> Condition | None:
    if condition is None:
        return None
    return Condition(
        _table(condition.table, leaves),
        None if condition.leaves is None else np.flatnonzero(np.isin(leaves, condition.leaves)),
        None if condition.by_types is None else _cut(condition.by_types, leaves, n_leaves),
    )


def _measure(measure: Measure, leaves: IntArray, n_leaves: int) -> Measure:
    belief = measure.belief
    if belief is not None:
        belief = replace(
            belief,
            by_set=_cut(belief.by_set, leaves, n_leaves),
            that=None if belief.that is None else _cut(belief.that, leaves, n_leaves),
            after=_condition(belief.after, leaves, n_leaves),
        )
    return replace(
        measure,
        event=_condition(measure.event, leaves, n_leaves),
        number=None if measure.number is None else _table(measure.number, leaves),
        given=_condition(measure.given, leaves, n_leaves),
        by_value=None if measure.by_value is None else _cut(measure.by_value, leaves, n_leaves),
        belief=belief,
    )


def _recurrence(recurrence: Recurrence, tree: Tree, leaves: IntArray) -> Recurrence:
    """Lasting types keep their numbers; `type_leaf` still means leaves of the whole tree.

    What is not made anywhere tells nothing, nor does what would have to be known to weigh it.
    """
    made: BoolArray = np.any(tree.happens, axis=1)
    public = sorted(recurrence.changing.union(*(which for move, which in recurrence.told.items() if made[move])))
    _, outcome = distinct_columns(tree.values[public])
    outcome_leaf = np.unique(outcome, return_index=True)[1]
    n_outcomes, types = len(outcome_leaf), recurrence.types[leaves]
    return replace(
        recurrence,
        following={name: _table(table, leaves) for name, table in recurrence.following.items()},
        types=types,
        outcome=outcome,
        outcome_leaf=outcome_leaf,
        by_both=segments(types * n_outcomes + outcome, recurrence.n_types * n_outcomes),
    )
