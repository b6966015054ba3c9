"""From uniforms to the numbers on the leaves: one draw's value of every unknown, every chance and every payoff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from engine.games.conduct import Thinker, Views, nearest
from engine.games.rules import RuleSolver
from engine.games.worlds import Worlds
from engine.program import evaluate
from engine.program.dependence import levels_of
from engine.program.evaluate import Surroundings
from engine.program.program import (
    LARGEST,
    NO_VALUE,
    ChanceTable,
    EvaluationError,
    FloatArray,
    IntArray,
    Mask,
    Measure,
    Program,
    Table,
    shortened,
)
from engine.program.ways import conduct_of
from engine.sampling import sobol_design
from engine.scenario.scope import Bound, Quantity, Unknown, UnknownIs, parts

ROUNDING: Final = 1e-9
"""Chances may miss 0, 1 or their sum by this much; it is rounding, and is taken out."""
IMPOSSIBLE: Final = 1e-40
"""Where actors see a chance otherwise than it is, or than each other, what one of them holds impossible is this likely
to all. It changes nothing until it happens, or until somebody asks what would follow; then the actor believes what it
would if all that it held impossible were equally surprising."""
SPAN_DRAWS: Final = 16
MOST_SHOWN: Final = 6
"""Inputs and moves that a message names."""
Values = Mapping[str, FloatArray]
Viewer = int | Thinker | None
"""An actor, an actor at a level, or all who see the game as it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Varied:
    """Columns in which something is otherwise than in the program.

    Attributes:
        care: of payoff terms, by place, how much their actor cares: 1 as usual, 0 not at all; each (n,).
        sharpness: further factor on everybody's precision; (n,).
    """

    care: Mapping[int, FloatArray]
    sharpness: FloatArray

    def at(self, columns: IntArray | slice) -> Varied:
        """The same for some of the columns."""
        return Varied({place: array[columns] for place, array in self.care.items()}, self.sharpness[columns])


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """What games are played about, one column each: a draw, and where a history of it stands.

    Attributes:
        values: of every unknown as the world has it; each (n,).
        seen: the same as the actors see it: what nobody knows stands at its mean.
        state: what everybody sees; each (n,), or (1,) where it is the same in all.
        round: its number, from 1.
        types: the true chance of each combination of lasting types; (n_types, n); None where nothing lasts.
        believed: the same in everybody's eyes, in those of actors who have their own chances, and of actors at the
            levels at which they, or others, take them to reason.
        varied: what is otherwise in some columns; None: nothing.
    """

    values: Values
    seen: Values
    state: Values
    round: int = 1
    types: FloatArray | None = None
    believed: Mapping[Viewer, FloatArray] = field(default_factory=dict)
    varied: Varied | None = None

    def at(self, columns: IntArray | slice) -> Situation:
        """The same for some of the columns."""

        def cut(arrays: Values) -> Values:
            return {name: array if array.shape[-1] == 1 else array[columns] for name, array in arrays.items()}

        types = None if self.types is None else self.types[:, columns]
        believed = {actor: array[:, columns] for actor, array in self.believed.items()}
        varied = None if self.varied is None else self.varied.at(columns)
        return Situation(cut(self.values), cut(self.seen), cut(self.state), self.round, types, believed, varied)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Some games, ready to be solved.

    Attributes:
        situation: what they are about.
        given: the true chance of each leaf given the lasting types on it, decisions left out; (n_leaves, n).
        chance: the true chance of each leaf, decisions left out; same shape.
        worlds: the numbers on the leaves as the actors see them.
        disputed: whether anybody sees any chance otherwise than it is.
    """

    situation: Situation
    given: FloatArray
    chance: FloatArray
    worlds: Worlds
    disputed: bool

    @property
    def values(self) -> Values:
        """Of every unknown as the world has it; each (n,)."""
        return self.situation.values

    @property
    def seen(self) -> Values:
        """Of every unknown as the actors see it; each (n,)."""
        return self.situation.seen


def batch_of(program: Program, uniforms: FloatArray) -> Batch:
    """The draws that come of these uniforms, (n_inputs, n_draws), in the first round.

    Raises:
        EvaluationError: a chance outside 0 to 1, a number that is not finite.
    """
    return batch_in(program, first_situation(program, uniforms))


def first_situation(program: Program, uniforms: FloatArray, guessed: Values | None = None) -> Situation:
    """Where the draws that come of these uniforms begin.

    Args:
        guessed: of unknowns that nobody knows, what the actors act on instead of the mean; each (n_draws,).
    """
    values = draw_values(program, uniforms)
    n = uniforms.shape[-1]
    means = {item.name: np.full(n, item.distribution.mean()) for item in program.inputs if not item.known}
    seen = {**values, **means, **(guessed or {})} if means else values
    start, recurrence = Situation(values, seen, program.state), program.recurrence
    if recurrence is None or not recurrence.lasting:
        return start
    reader = Reader(program, values, start)
    eyes = Reader(program, seen, start) if means else reader
    shape = (recurrence.n_types, n)
    lasting = [table for table in program.chances if table.move in recurrence.lasting]

    def prior(by: Reader, own: Mapping[str, ChanceTable], lowest: float) -> FloatArray:
        found = np.ones(shape)
        for table in lasting:
            view = own.get(table.move, table)
            chance = by.chances(view)[view.cell[recurrence.type_leaf]]
            found = found * np.maximum(chance, lowest)
        return found

    types = prior(reader, {}, 0.0)
    lowest = IMPOSSIBLE if disputed(program) else 0.0
    believed: dict[Viewer, FloatArray] = {None: prior(eyes, {}, lowest) if disputed(program) else types}
    believed.update((actor, prior(eyes, program.beliefs.get(actor, {}), lowest)) for actor in own_views(program))
    return replace(start, types=types, believed=believed)


def disputed(program: Program) -> bool:
    """Whether anybody sees any chance otherwise than it is."""
    return any(_is_disputed(program, table) for table in program.chances)


def own_views(program: Program) -> tuple[int, ...]:
    """Actors with chances of their own."""
    return tuple(actor for actor in program.deciders if actor in program.beliefs)


def closest(believed: Mapping[Viewer, FloatArray], viewer: Viewer) -> FloatArray:
    """What a viewer believes of the lasting types; of one who has not learned anything yet, what its actor does."""
    if isinstance(viewer, Thinker):
        viewer = nearest(believed, viewer) or viewer.actor
    return believed.get(viewer, believed[None])


def batch_in(program: Program, situation: Situation) -> Batch:
    """The games of a situation.

    Raises:
        EvaluationError: a chance outside 0 to 1, a number that is not finite.
    """
    values, seen = situation.values, situation.seen
    reader = Reader(program, values, situation)
    eyes = Reader(program, seen, situation) if seen is not values else reader
    n = reader.n
    given, chance, shared, believed, views = _chances(program, reader, eyes, situation, n)
    payoff = {actor: eyes.payoff(actor) for actor in program.deciders}
    precision = {actor: eyes.precision(program.precision[actor]) for actor in program.deciders}
    worlds = Worlds(shared, believed, payoff, precision, conduct_of(program, eyes, n), views)
    return Batch(situation, given, chance, worlds, shared is not chance)


def payoff_spans(program: Program) -> dict[int, float]:
    """How far apart each deciding actor's worst and best possible result lie, on average over a few draws.

    What the state keeps from happening now may happen in a later round, so it counts as possible.
    """
    n_inputs = program.n_inputs
    few = sobol_design(n_inputs, SPAN_DRAWS, 0, 1).chunk(0).uniforms if n_inputs else np.zeros((0, 1))
    reader = Reader(program, draw_values(program, few))
    possible = np.ones((len(program.leaf_of_path), 1), dtype=np.bool_)
    for table in program.chances:
        possible = possible & (reader.chance(table) > 0)[program.leaf_of_path]
    for table in program.folded.values():
        possible = possible & (reader.chance(table) > 0)
    return {actor: reader.span(actor, possible) for actor in program.deciders if actor in program.results}


def centered(program: Program) -> Program:
    """The program in which each quantity that differs between draws has a number near its values."""
    if not any(measure.number is not None and measure.number.uncertain for measure in program.measures):
        return program
    reader = Reader(program, draw_values(program, np.full((program.n_inputs, 1), 0.5)))

    def center(measure: Measure) -> float:
        if measure.number is None or not measure.number.uncertain:
            return float(measure.center)
        values = reader.raw(measure.number)
        found = float(np.median(values))
        return found if np.isfinite(found) else 0.0

    return replace(program, measures=tuple(replace(measure, center=center(measure)) for measure in program.measures))


def draw_values(program: Program, uniforms: FloatArray) -> dict[str, FloatArray]:
    """The value of each unknown; each (n_draws,)."""
    levels = levels_of(program, uniforms)
    return {item.name: item.distribution.quantile(levels[column]) for column, item in enumerate(program.inputs)}


def _is_disputed(program: Program, table: ChanceTable) -> bool:
    unseen = frozenset(item.name for item in program.inputs if not item.known)
    return bool(table.unknowns & unseen) or any(table.move in own for own in program.beliefs.values())


def _chances(
    program: Program, reader: Reader, eyes: Reader, situation: Situation, n: int
) -> tuple[FloatArray, FloatArray, FloatArray, dict[int, FloatArray], Views | None]:
    """The chance of each leaf: given the lasting types, the true one, in the actors' eyes, of actors with their own,
    and of actors at their levels."""
    types = None if situation.types is None or program.recurrence is None else program.recurrence.types
    lasting = frozenset[str]() if types is None or program.recurrence is None else program.recurrence.lasting
    tables = [table for table in program.chances if table.move not in lasting]
    own = [table for table in tables if _is_disputed(program, table)]
    common = _product(
        [reader.mask(mask) for mask in program.masks] + [reader.chance(table) for table in tables if table not in own],
        program.tree.n_leaves,
        n,
    )

    def drawn(chance: FloatArray, view: FloatArray | None) -> FloatArray:
        return chance if types is None or view is None else chance * view[types]

    def seen(beliefs: Mapping[str, ChanceTable]) -> FloatArray:
        return _times(common, [np.maximum(eyes.chance(beliefs.get(table.move, table)), IMPOSSIBLE) for table in own])

    given = _times(common, [reader.chance(table) for table in own]) if own else common
    chance = drawn(given, situation.types)
    modelled = isinstance(program.solver, RuleSolver) and bool(program.solver.minded)
    learned = {viewer: view for viewer, view in situation.believed.items() if isinstance(viewer, Thinker)}

    def views(given: Mapping[int, FloatArray]) -> Views | None:
        if types is None or program.recurrence is None or not modelled:
            return None
        return Views(given, types, learned, program.recurrence.learners)

    if not disputed(program):
        return given, chance, chance, {}, views(dict.fromkeys(program.deciders, given))
    shared = seen({})
    own_eyes = {actor: seen(program.beliefs[actor]) for actor in own_views(program)}
    found = {actor: drawn(view, situation.believed.get(actor)) for actor, view in own_eyes.items()}
    learning = views({actor: own_eyes.get(actor, shared) for actor in program.deciders})
    return given, chance, drawn(shared, situation.believed.get(None)), found, learning


def _product(factors: list[FloatArray], n_leaves: int, n_draws: int) -> FloatArray:
    """Their product, (n_leaves, n_draws); what is the same for all draws is multiplied first."""
    fixed = np.ones((n_leaves, 1))
    for factor in factors:
        if factor.shape[-1] == 1:
            fixed = fixed * factor
    return _times(np.broadcast_to(fixed, (n_leaves, n_draws)), [one for one in factors if one.shape[-1] > 1])


def _times(product: FloatArray, factors: list[FloatArray]) -> FloatArray:
    product = product.copy()
    for factor in factors:
        product *= factor
    return product


class Reader:
    """Reads tables for one set of values of the unknowns."""

    def __init__(self, program: Program, values: Values, situation: Situation | None = None) -> None:
        """
        Args:
            values: of the unknowns; each (n,).
            situation: where its histories stand; None: at the start.
        """
        self.program, self.values = program, values
        self.state = program.state if situation is None else situation.state
        self.round = 1 if situation is None else situation.round
        self.varied = None if situation is None else situation.varied
        types = () if situation is None or situation.types is None else (situation.types,)
        self.n = max((array.shape[-1] for array in (*values.values(), *self.state.values(), *types)), default=1)
        self.cells: dict[str, FloatArray] = {}

    def mask(self, mask: Mask) -> FloatArray:
        """1 on leaves where the move happens, or does not, as it should; else 0; (n_leaves, n or 1)."""
        holds = self.leaves(mask.table) != 0
        found: FloatArray = (holds == mask.happens[:, None]).astype(np.float64)
        return found

    def rows(self, table: Table) -> FloatArray:
        """The table's rows, chance that it folds summed; (n_rows or n_groups, n_draws), or 1 draw if all agree.

        Raises:
            EvaluationError: a row is no number, or too large.
        """
        found = self.raw(table)
        if not (np.abs(found) <= LARGEST).all():
            self.complain(table, ~(np.abs(found) <= LARGEST), "")
        if table.by_group is None:
            return found
        for fold in table.folds:
            found = found * self.folded(fold.move)[fold.cell]
        return table.by_group.sum(found)

    def raw(self, table: Table) -> FloatArray:
        """The expression's value on each row, whatever comes out."""
        program = self.program
        rounds = 1 if program.recurrence is None else program.recurrence.count
        around = Surroundings(
            self.values, table.moves, program.numbers, program.quantities, self.state, self.round, rounds
        )
        with np.errstate(all="ignore"):
            found = evaluate.number(evaluate.value(table.bound, around))
        return np.broadcast_to(found, (table.n_rows, found.shape[1]))

    def leaves(self, table: Table) -> FloatArray:
        """The table on the leaves, (n_leaves, n_draws) or (n_leaves, 1)."""
        return self.rows(table)[table.row]

    def folded(self, move: str) -> FloatArray:
        """The chances of a move that does not branch the tree, by cell."""
        if move not in self.cells:
            self.cells[move] = self.chances(self.program.folded[move])
        return self.cells[move]

    def chance(self, table: ChanceTable) -> FloatArray:
        """The chance of the value that the move has on each leaf, 1 where it does not happen; (n_leaves, n_draws or 1).

        Raises:
            EvaluationError: a chance is outside 0 to 1, or they do not sum to 1.
        """
        return self.chances(table)[table.cell]

    def chances(self, table: ChanceTable) -> FloatArray:
        """The chance of each value on each row, and a last 1 for 'does not happen'; (n_cells, n_draws or 1)."""
        shares = [None if share is None else self.share(share) for share in table.shares]
        width = max((rows.shape[-1] for rows in shares if rows is not None), default=1)
        cells = np.zeros((table.n_rows, len(shares), width))
        for value, rows in enumerate(shares):
            if rows is not None:
                cells[:, value] = rows
        total = cells.sum(axis=1)
        rest = [value for value, rows in enumerate(shares) if rows is None]
        wrong = total > 1 + ROUNDING if rest else np.abs(total - 1) > ROUNDING
        if wrong.any():
            self.complain_sum(table, wrong, total)
        if rest:
            cells[:, rest[0]] = np.maximum(1 - total, 0.0)
        return np.concatenate([cells.reshape(-1, width), np.ones((1, width))])

    def share(self, table: Table) -> FloatArray:
        """The chance of one value, in 0 to 1."""
        found = self.rows(table)
        outside = (found < -ROUNDING) | (found > 1 + ROUNDING)
        if outside.any():
            self.complain(table, outside, "is no chance: it must lie between 0 and 1")
        return np.clip(found, 0.0, 1.0)

    def payoff(self, actor: int) -> FloatArray:
        """The actor's payoff on each leaf; (n_leaves, n_draws)."""
        n_draws, layout = self.n, self.program.payoffs.get(actor)
        if layout is None:
            return np.zeros((self.program.tree.n_leaves, n_draws))
        total = np.zeros((layout.rows.shape[1], n_draws))
        for (place, term), rows in zip(self.program.placed_terms_of(actor), layout.rows, strict=True):
            found = self.rows(term.table)
            if self.varied is not None and place in self.varied.care:
                found = found * self.varied.care[place]
            total += found[rows]
        return total[layout.combination]

    def span(self, actor: int, possible: npt.NDArray[np.bool_]) -> float:
        """How far apart the actor's worst and best result lie among the possible paths, on average over the draws."""
        layout = self.program.results[actor]
        total = np.zeros((layout.rows.shape[1], self.n))
        for term, rows in zip(self.program.terms_of(actor), layout.rows, strict=True):
            total += self.raw(term.table)[rows]
        results = total[layout.combination]
        spans = np.where(possible, results, -np.inf).max(axis=0) - np.where(possible, results, np.inf).min(axis=0)
        return float(spans.mean())

    def precision(self, table: Table) -> FloatArray:
        """An actor's precision; (n_draws,)."""
        found = self.rows(table)
        if (found < 0).any():
            self.complain(table, found < 0, "is negative: a precision is 0 (a coin toss) or more")
        precision: FloatArray = np.broadcast_to(found * self.program.sharpness, (1, self.n))[0]
        return precision if self.varied is None else precision * self.varied.sharpness

    def complain(self, table: Table, wrong: Any, reason: str) -> None:
        """Says which number is impossible, in which draw; without a reason, that it is no number."""
        wrong = np.broadcast_to(wrong, (len(wrong), self.n))
        row, draw = (int(found[0]) for found in np.nonzero(wrong))
        found = self.raw(table)
        number = found[row, min(draw, found.shape[1] - 1)]
        said = f"is {number:.6g}, which {reason}" if reason else "is not a finite number here"
        where = self.inputs(table.moves, (table.bound,), row, draw)
        hint = where if reason else f"{where}: {NO_VALUE}" if where else NO_VALUE
        raise EvaluationError(table.path, f"'{shortened(table.text)}' {said}", hint)

    def complain_sum(self, table: ChanceTable, wrong: Any, total: FloatArray) -> None:
        """Says that the chances of a move do not sum to 1, and in which draw."""
        wrong = np.broadcast_to(wrong, (len(wrong), self.n))
        row, draw = (int(found[0]) for found in np.nonzero(wrong))
        shares = [share for share in table.shares if share is not None]
        what = "more than 1" if None in table.shares else "not 1"
        sums_to = total[row, min(draw, total.shape[1] - 1)]
        raise EvaluationError(
            table.path,
            f"the chances of '{table.move}' sum to {sums_to:.6g}, {what}",
            self.inputs(shares[0].moves, [share.bound for share in shares], row, draw),
        )

    def inputs(self, moves: Mapping[str, IntArray], bounds: Iterable[Bound], row: int, draw: int) -> str:
        """What the expressions read there, in words: the draw's inputs and the moves."""
        shown = [f"{name} = {self.values[name][draw]:.6g}" for name in sorted(self.unknowns(bounds))]
        for move, rows in moves.items():
            position = int(rows[row])
            shown.append(f"{move} == {self.program.values[move][position] if position >= 0 else 'none'}")
        dots = ", …" if len(shown) > MOST_SHOWN else ""
        return f"it happens where {', '.join(shown[:MOST_SHOWN])}{dots}" if shown else ""

    def unknowns(self, bounds: Iterable[Bound]) -> set[str]:
        """The unknowns that these expressions read, quantities opened."""
        found, opened = set(), set()
        todo = [part for bound in bounds for part in parts(bound)]
        while todo:
            part = todo.pop()
            if isinstance(part, Unknown | UnknownIs):
                found.add(part.name)
            if isinstance(part, Quantity) and part.name not in opened:
                opened.add(part.name)
                todo += parts(self.program.quantities[part.name])
        return found
