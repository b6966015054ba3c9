"""A program on some of its leaves, those that are possible as things stand; and what of them has to be solved.

Leaves on whose paths the same actions are taken and everybody gets the same (they differ in what is only remembered,
such as what everybody sees at the end) are solved as one leaf with the sum of their chances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.games.equilibrium import Solver
from engine.games.pure import PureSolver
from engine.games.rules import RuleSolver
from engine.games.segments import Segments, distinct_columns, segments
from engine.games.solution import Solution
from engine.games.tree import NOT_MOVED, Tree
from engine.games.worlds import Worlds
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


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """Some leaves of a program.

    Attributes:
        program: to be read; its payoffs are those of the leaves that are solved.
        solver: of its games.
        merges: sums leaves into those that are solved; None: all are.
        solved: for each leaf, which of those it is; (n_leaves,); None: itself.
    """

    program: Program
    solver: Solver | RuleSolver | PureSolver
    merges: Segments | None = None
    solved: IntArray | None = None

    def solve(self, worlds: Worlds) -> Solution:
        """The solution of games as the program gives them."""
        return self.solver.solve(worlds if self.merges is None else _merged(worlds, self.merges))


def board_of(program: Program, leaves: IntArray) -> Board:
    """The program where no other leaves, ascending, are possible, so that no move hangs on the state any more.

    Everything that is read of it is the same but for rounding, as sums leave out what is 0. What everybody may learn is
    numbered anew.
    """
    if not isinstance(program.solver, Solver):
        raise TypeError("only equilibria are solved on some of the leaves")
    part = _on_leaves(program, program.solver, leaves)
    results = [part.payoffs[actor].combination for actor in program.deciders if actor in part.payoffs]
    _, member = distinct_columns(np.vstack([part.tree.action[list(part.tree.decisions)], *results]))
    _, example = np.unique(member, return_index=True)
    nothing = PayoffRows(np.zeros((0, 1), dtype=np.int64), np.zeros(len(leaves), dtype=np.int64))
    payoffs = {actor: _payoff(part.payoffs.get(actor, nothing), example) for actor in program.deciders}
    merges = segments(member, len(example))
    return Board(replace(part, payoffs=payoffs), program.solver.within(leaves[example]), merges, member)


# Private functions


def _merged(worlds: Worlds, merges: Segments) -> Worlds:
    believed = {actor: merges.sum(chance) for actor, chance in worlds.believed.items()}
    return replace(worlds, chance=merges.sum(worlds.chance), believed=believed)


def _on_leaves(program: Program, solver: Solver, leaves: IntArray) -> Program:
    n_leaves = program.tree.n_leaves

    def cut(found: Segments) -> Segments:
        return _cut(found, leaves, n_leaves)

    tree = solver.tree.on_leaves(leaves)
    return replace(
        program,
        tree=tree,
        chances=tuple(_chance(table, leaves) for table in program.chances),
        beliefs={actor: {name: _chance(one, leaves) for name, one in own.items()} for actor, own in _items(program)},
        payoffs={actor: _payoff(rows, leaves) for actor, rows in program.payoffs.items()},
        sets={actor: tuple(map(cut, several)) for actor, several in program.sets.items()},
        by_types=cut(program.by_types),
        measures=tuple(_measure(measure, leaves, n_leaves) for measure in program.measures),
        masks=(),
        recurrence=None if program.recurrence is None else _recurrence(program.recurrence, tree, leaves),
    )


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
