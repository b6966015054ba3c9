"""Which unknowns can have a say in an outcome, by what is read where; one that cannot need not be varied."""

from __future__ import annotations

from collections.abc import Iterator

from engine.program.program import ChanceTable, Measure, Program, Table
from engine.scenario import scope


def unknowns_behind(program: Program, measure: Measure) -> frozenset[str]:
    """The unknowns that may change an outcome; all others cannot.

    An outcome of chance moves alone hangs on what their chances read; with a decision behind it, or with rounds, on
    all that is read anywhere.
    """
    tables = list(_read_off(measure))
    found = frozenset(name for table in tables for name in _unknowns(program, table))
    moves, todo = set[str](), {move for table in tables for move in _moves(table)}
    if measure.kind in ("choice", "belief") or program.recurrence is not None:
        return _everything(program)
    chances = {table.move: table for table in (*program.chances, *program.folded.values())}
    while todo:
        move = todo.pop()
        moves.add(move)
        if move not in chances or _may_not_happen(chances[move]):
            return _everything(program)
        shares = list(_shares(chances[move]))
        found |= chances[move].unknowns | {name for table in shares for name in _unknowns(program, table)}
        todo |= {other for table in shares for other in _moves(table)} - moves
    return found


# Private functions


def _everything(program: Program) -> frozenset[str]:
    """All unknowns that anything reads."""
    named = {name for name, _ in program.ways.followed.values()}
    return frozenset(named | {name for table in _tables(program) for name in _unknowns(program, table)})


def _tables(program: Program) -> Iterator[Table]:
    for measure in program.measures:
        yield from _read_off(measure)
    for chance in (*program.chances, *program.folded.values()):
        yield from _shares(chance)
    for views in program.beliefs.values():
        for chance in views.values():
            yield from _shares(chance)
    yield from program.precision.values()
    yield from (term.table for term in program.terms)
    for habit in program.ways.habits:
        yield from _shares(habit.shares)
    yield from program.ways.means
    yield from (mask.table for mask in program.masks)
    if program.recurrence is not None:
        yield from program.recurrence.following.values()
        if program.recurrence.until is not None:
            yield program.recurrence.until


def _read_off(measure: Measure) -> Iterator[Table]:
    conditions = [measure.event, measure.given, measure.belief.after if measure.belief else None]
    yield from (condition.table for condition in conditions if condition is not None)
    if measure.number is not None:
        yield measure.number


def _shares(chance: ChanceTable) -> Iterator[Table]:
    return (table for table in chance.shares if table is not None)


def _moves(table: Table) -> set[str]:
    return {*table.moves, *(fold.move for fold in table.folds)}


def _unknowns(program: Program, table: Table) -> set[str]:
    return {part.name for part in _parts(program, table) if isinstance(part, scope.Unknown | scope.UnknownIs)}


def _may_not_happen(chance: ChanceTable) -> bool:
    """Whether there are leaves without it: other moves decide that."""
    return bool((chance.cell >= chance.n_rows * len(chance.shares)).any())


def _parts(program: Program, table: Table) -> Iterator[scope.Bound]:
    todo, seen = [table.bound], set[str]()
    while todo:
        for part in scope.parts(todo.pop()):
            yield part
            if isinstance(part, scope.Quantity) and part.name not in seen:
                seen.add(part.name)
                todo.append(program.quantities[part.name])
