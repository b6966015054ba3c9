"""From uniforms to the numbers on the leaves: one draw's value of every unknown, every chance and every payoff."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from engine.games.equilibrium import Worlds
from engine.program import evaluate
from engine.program.evaluate import Surroundings
from engine.program.program import ChanceTable, EvaluationError, FloatArray, IntArray, Program, Table

ROUNDING: Final = 1e-9
"""Chances may miss 0, 1 or their sum by this much; it is rounding, and is taken out."""
IMPOSSIBLE: Final = 1e-60
"""What an actor wrongly holds impossible is to it this likely. It changes nothing until it happens; then the actor
believes what it would if all that it held impossible were equally surprising."""
Values = Mapping[str, FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Some draws, ready to be solved.

    Attributes:
        values: of every unknown as the world has it; each (n_draws,).
        seen: the same as the actors see it: what nobody knows stands at its mean.
        worlds: the numbers on the leaves.
        spans: how far apart the worst and best payoff of each deciding actor lie; each (n_draws,).
    """

    values: Values
    seen: Values
    worlds: Worlds
    spans: Mapping[int, FloatArray]


def batch_of(program: Program, uniforms: FloatArray) -> Batch:
    """The draws that come of these uniforms, (n_inputs, n_draws).

    Raises:
        EvaluationError: a chance outside 0 to 1, a number that is not finite.
    """
    values = draw_values(program, uniforms)
    unseen = [item for item in program.inputs if not item.known]
    seen = {**values, **{item.name: np.full(uniforms.shape[-1], item.distribution.mean()) for item in unseen}}
    reader = Reader(program, values)
    views = {id(values): reader} if not unseen else {id(values): reader, id(seen): Reader(program, seen)}
    eyes = views.get(id(seen), reader)
    chance = _product([reader.chance(table) for table in program.chances], program.tree.n_leaves, uniforms.shape[-1])
    payoff, spans = {}, {}
    for actor in program.deciders:
        payoff[actor], spans[actor] = eyes.payoff(actor)
    worlds = Worlds(chance, _believed(program, eyes, chance, bool(unseen)), payoff,
                    {actor: eyes.precision(program.precision[actor]) for actor in program.deciders})  # fmt: skip
    return Batch(values, seen, worlds, spans)


def draw_values(program: Program, uniforms: FloatArray) -> dict[str, FloatArray]:
    """The value of each unknown; each (n_draws,)."""
    if program.copula is not None:
        from scipy.special import ndtr, ndtri

        columns = program.copula.columns
        uniforms = uniforms.copy()
        uniforms[columns] = np.clip(ndtr(_mixed(program.copula.factor, ndtri(uniforms[columns]))), 1e-300, 1 - 2**-53)
    return {item.name: item.distribution.quantile(uniforms[column]) for column, item in enumerate(program.inputs)}


def _mixed(factor: FloatArray, normal: FloatArray) -> FloatArray:
    # Row by row and not as a matrix product, whose bits depend on how many draws there are.
    return np.array([sum(factor[row, column] * normal[column] for column in range(row + 1)) for row in range(len(factor))])


def _believed(program: Program, eyes: Reader, chance: FloatArray, unseen: bool) -> dict[int, FloatArray]:
    """The chance of each leaf in the eyes of actors who see it otherwise than it is."""
    if not unseen and not program.beliefs:
        return {}
    shared = [eyes.chance(table) for table in program.chances]
    common = _product(shared, program.tree.n_leaves, chance.shape[-1]) if unseen else chance
    believed = {actor: common for actor in program.deciders} if unseen else {}
    for actor, own in program.beliefs.items():
        if actor in program.deciders:
            factors = [np.maximum(eyes.chance(own[table.move]), IMPOSSIBLE) if table.move in own else factor
                       for table, factor in zip(program.chances, shared, strict=True)]  # fmt: skip
            believed[actor] = _product(factors, program.tree.n_leaves, chance.shape[-1])
    return believed


def _product(factors: list[FloatArray], n_leaves: int, n_draws: int) -> FloatArray:
    """Their product, (n_leaves, n_draws); what is the same for all draws is multiplied first."""
    fixed = np.ones((n_leaves, 1))
    for factor in factors:
        if factor.shape[-1] == 1:
            fixed = fixed * factor
    product = np.broadcast_to(fixed, (n_leaves, n_draws)).copy()
    for factor in factors:
        if factor.shape[-1] > 1:
            product *= factor
    return product


class Reader:
    """Reads tables for one set of values of the unknowns."""

    def __init__(self, program: Program, values: Values) -> None:
        self.program, self.values = program, values

    def rows(self, table: Table) -> FloatArray:
        """The table's rows, (n_rows, n_draws), or (n_rows, 1) where nothing in it is uncertain.

        Raises:
            EvaluationError: a row is not finite.
        """
        found = self.raw(table)
        if not np.isfinite(found).all():
            self.complain(table, ~np.isfinite(found), "is not a finite number")
        return found

    def raw(self, table: Table) -> FloatArray:
        """As `rows`, whatever comes out."""
        program = self.program
        around = Surroundings(self.values, table.moves, program.numbers, program.quantities, program.state)
        with np.errstate(all="ignore"):
            found = evaluate.number(evaluate.value(table.bound, around))
        n_rows = len(next(iter(table.moves.values()), np.zeros(1)))
        return np.broadcast_to(found, (n_rows, found.shape[1]))

    def leaves(self, table: Table) -> FloatArray:
        """The table on the leaves, (n_leaves, n_draws) or (n_leaves, 1)."""
        return self.rows(table)[table.row]

    def chance(self, table: ChanceTable) -> FloatArray:
        """The chance of the value that the move has on each leaf, 1 where it does not happen; (n_leaves, n_draws or 1).

        Raises:
            EvaluationError: a chance is outside 0 to 1, or they do not sum to 1.
        """
        shares = [self.share(share) if share is not None else None for share in table.shares]
        given = [(share, rows) for share, rows in zip(table.shares, shares, strict=True) if share and rows is not None]
        width = max((rows.shape[-1] for _, rows in given), default=1)
        leaves = [(share.row, rows) for share, rows in given]
        total = sum((np.broadcast_to(rows, (len(rows), width))[row] for row, rows in leaves), np.zeros((1, width)))
        rest = any(share is None for share in table.shares)
        wrong = (total > 1 + ROUNDING) if rest else (np.abs(total - 1) > ROUNDING)
        made = table.value >= 0
        if given and wrong[made].any():
            bad = np.where(made[:, None], wrong, False)
            self.complain_sum(table, bad, total)
        factor = np.ones((len(table.value), width))
        for position, (share, rows) in enumerate(zip(table.shares, shares, strict=True)):
            here = table.value == position
            if share is None or rows is None:
                factor[here] = np.maximum(1 - total[here], 0.0) if given else 1.0
            else:
                factor[here] = rows[share.row[here]]
        return factor

    def share(self, table: Table) -> FloatArray:
        """The chance of one value, in 0 to 1."""
        found = self.rows(table)
        outside = (found < -ROUNDING) | (found > 1 + ROUNDING)
        if outside.any():
            self.complain(table, outside, "is no chance: it must lie between 0 and 1")
        return np.clip(found, 0.0, 1.0)

    def payoff(self, actor: int) -> tuple[FloatArray, FloatArray]:
        """The actor's payoff on each leaf, (n_leaves, n_draws), and how far apart its worst and best lie, (n_draws,)."""
        n = _n_draws(self.values)
        tables = [term.table for term in self.program.terms_of(actor)]
        combined, row = _distinct_rows(tables, self.program.tree.n_leaves)
        total = np.zeros((combined.shape[1], n))
        for table, rows in zip(tables, combined, strict=True):
            total += self.rows(table)[rows]
        return total[row], total.max(axis=0) - total.min(axis=0)

    def precision(self, table: Table) -> FloatArray:
        """An actor's precision; (n_draws,)."""
        found = self.rows(table)
        if (found < 0).any():
            self.complain(table, found < 0, "is negative: a precision is 0 (a coin toss) or more")
        return np.broadcast_to(found, (1, _n_draws(self.values)))[0]

    def complain(self, table: Table, wrong: Any, reason: str) -> None:
        """Says which number is impossible, in which draw."""
        wrong = np.broadcast_to(wrong, (len(wrong), _n_draws(self.values)))
        row, draw = (int(found[0]) for found in np.nonzero(wrong))
        found = self.raw(table)
        number = found[row, min(draw, found.shape[1] - 1)]
        raise EvaluationError(table.path, f"'{table.text}' is {number:.6g}, which {reason}", self.inputs(table, row, draw))

    def complain_sum(self, table: ChanceTable, wrong: Any, total: FloatArray) -> None:
        wrong = np.broadcast_to(wrong, (len(wrong), _n_draws(self.values)))
        leaf, draw = (int(found[0]) for found in np.nonzero(wrong))
        number = np.broadcast_to(total, wrong.shape)[leaf, draw]
        share = next(share for share in table.shares if share is not None)
        what = "more than 1" if any(share is None for share in table.shares) else "not to 1"
        raise EvaluationError(table.path, f"the chances of '{table.move}' sum to {number:.6g}, {what}",
                              self.inputs(share, int(share.row[leaf]), draw))  # fmt: skip

    def inputs(self, table: Table, row: int, draw: int) -> str:
        """The draw's inputs and the moves, in words."""
        from engine.scenario.scope import Unknown, UnknownIs, parts

        names = {part.name for part in parts(table.bound) if isinstance(part, Unknown | UnknownIs)}
        shown = [f"{name} = {self.values[name][draw]:.6g}" for name in sorted(names or set(self.values))][:6]
        where = [f"{move} at value {int(rows[row]) + 1}" for move, rows in table.moves.items()]
        return "it happens where " + ", ".join([*shown, *where]) if shown or where else ""


def _n_draws(values: Values) -> int:
    return len(next(iter(values.values()))) if values else 1


def _distinct_rows(tables: list[Table], n_leaves: int) -> tuple[IntArray, IntArray]:
    """The distinct combinations of rows of several tables, (n_tables, n_rows), and which one each leaf has."""
    if not tables:
        return np.zeros((0, 1), dtype=np.int64), np.zeros(n_leaves, dtype=np.int64)
    distinct, inverse = np.unique(np.array([table.row for table in tables]), axis=1, return_inverse=True)
    return distinct, inverse.ravel()
