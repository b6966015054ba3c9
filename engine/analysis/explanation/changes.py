"""Single changes to a draw, each a factor: on a payoff term, on the odds of a value of chance, on a precision."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import numpy as np

from engine.analysis.explanation.history import levels_of
from engine.games.conduct import Views
from engine.games.ladder import CONVERGED
from engine.games.segments import FloatArray, IntArray
from engine.games.tree import NOT_MOVED, BoolArray
from engine.games.worlds import Worlds, side_by_side
from engine.program.program import ChanceTable, Program
from engine.program.worlds import Batch, Reader, closest
from engine.simulation.run import batch_size

TERM, BELIEF, PRECISION = "term", "belief", "precision"
KINDS: Final = (TERM, BELIEF, PRECISION)


@dataclass(frozen=True, slots=True)
class TermChange:
    """A payoff term counts so many times; by its place in `program.terms`."""

    place: int
    kind: str = TERM


@dataclass(frozen=True, slots=True)
class BeliefChange:
    """The odds of one value of a chance move, the others in proportion, in the eyes of one actor or of all (None)."""

    actor: int | None
    move: str
    value: int
    kind: str = BELIEF


@dataclass(frozen=True, slots=True)
class PrecisionChange:
    """An actor's precision."""

    actor: int
    kind: str = PRECISION


Change = TermChange | BeliefChange | PrecisionChange


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The game solved again.

    Attributes:
        play: probability of each action that was asked for; (n_asked, n_changes).
        solved: whether the equilibrium was reached; (n_changes,).
    """

    play: FloatArray
    solved: BoolArray


class Changed:
    """One draw of a program, ready to be solved under single changes."""

    def __init__(self, program: Program, batch: Batch) -> None:
        self.program, self.batch = program, batch
        self.eyes = Reader(program, batch.seen, batch.situation)
        self.tables = {table.move: table for table in (*program.chances, *program.folded.values())}

    def changes(self) -> Iterator[Change]:
        """Every single change that is considered: each term, each value of each chance, each precision."""
        program = self.program
        deciders = program.deciders
        for place, term in enumerate(program.terms):
            if term.actor in deciders:
                yield TermChange(place)
        whose = [None, *deciders] if len(deciders) > 1 else [None]
        for move, table in self.tables.items():
            values = range(len(table.shares)) if len(table.shares) > 2 else (len(table.shares) - 1,)
            for value in values:
                for actor in whose:
                    yield BeliefChange(actor, move, value)
        for actor in deciders:
            yield PrecisionChange(actor)

    def term(self, place: int) -> FloatArray:
        """A payoff term on the leaves; (n_leaves, 1)."""
        return self.eyes.leaves(self.program.terms[place].table)

    def solve(self, changes: Sequence[Change], factors: FloatArray, actions: IntArray) -> Answer:
        """The game under each change, one at a time.

        Args:
            changes: which; several may be the same.
            factors: of each; (n_changes,).
            actions: whose probabilities are wanted.
        """
        order = sorted(range(len(changes)), key=lambda place: (changes[place].kind, str(changes[place])))
        play = np.zeros((len(actions), len(changes)))
        solved = np.zeros(len(changes), dtype=np.bool_)
        size = batch_size(self.program)
        for start in range(0, len(order), size):
            some = order[start : start + size]
            solution = self.program.solver.solve(self._worlds([changes[place] for place in some], factors[some]))
            play[:, some], solved[some] = solution.play[actions], solution.residual <= CONVERGED
        return Answer(play, solved)

    def prior(self, change: BeliefChange, played: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The chance of the value in the eyes of the actor, in each case, and the weight of the case.

        A case is a leaf, or a path for a move that does not branch the tree.

        Args:
            change: whose, and of which value.
            played: the probability that the decisions on each leaf's path are taken; (n_leaves,).
        """
        program, worlds = self.program, self.batch.worlds
        view = worlds.chance if change.actor is None else worlds.believed.get(change.actor, worlds.chance)
        weight = view[:, 0] * played
        if self.folds(change):
            weight = weight[program.leaf_of_path]
            for move, table in program.folded.items():
                weight = weight * self.eyes.folded(move)[table.cell, 0]
        made = self.happens(change)
        return self._chance(change)[made], weight[made]

    def happens(self, change: BeliefChange) -> BoolArray:
        """Whether the move is made, on each leaf or path."""
        table = self._table(change)
        made: BoolArray = table.cell != table.n_rows * len(table.shares)
        return made

    def _chance(self, change: BeliefChange) -> FloatArray:
        """The chance of the value on each leaf or path, 1 where the move is not made."""
        table = self._table(change)
        if self.lasts(change):
            return np.full(len(table.cell), self._believed(change))
        cells, n_values = self.eyes.chances(table)[:, 0], len(table.shares)
        last = table.n_rows * n_values
        place = np.where(self.happens(change), table.cell // n_values * n_values + change.value, last)
        return cells[place]

    def folds(self, change: BeliefChange) -> bool:
        """Whether the move does not branch the tree."""
        return change.move in self.program.folded

    def same_everywhere(self, change: BeliefChange) -> bool:
        """Whether the chance hangs on no other move, so that it is a single number."""
        return self.lasts(change) or self._table(change).n_rows == 1

    def lasts(self, change: BeliefChange) -> bool:
        """Whether it is what somebody has learned of a lasting type in earlier rounds, which is what it changes."""
        recurrence, situation = self.program.recurrence, self.batch.situation
        return recurrence is not None and situation.round > 1 and change.move in recurrence.lasting

    def _believed(self, change: BeliefChange) -> float:
        """The chance of the value of a lasting type with which the round begins, whatever the other types are."""
        recurrence, believed = self.program.recurrence, self.batch.situation.believed
        if recurrence is None:
            raise AssertionError("nothing lasts")
        level = next((one for one in levels_of(self.program) if one.actor == change.actor), None)
        view = closest(believed, change.actor if level is None else level)
        of_type = self._values(change.move)[recurrence.type_leaf]
        return float(view[of_type == change.value, 0].sum())

    def _values(self, move: str) -> IntArray:
        """The value of a move that branches the tree, on each leaf."""
        names = [name for name in self.program.values if name not in self.program.folded]
        found: IntArray = self.program.tree.values[names.index(move)]
        return found

    def _table(self, change: BeliefChange) -> ChanceTable:
        own = self.program.beliefs.get(change.actor, {}) if change.actor is not None else {}
        return own.get(change.move, self.tables[change.move])

    # Worlds

    def _worlds(self, changes: Sequence[Change], factors: FloatArray) -> Worlds:
        parts = []
        start = 0
        for place in range(1, len(changes) + 1):
            if place == len(changes) or changes[place] != changes[start]:
                parts.append(self._columns(changes[start], factors[start:place]))
                start = place
        views = {actor for part in parts for actor in part.believed}
        return side_by_side(
            [
                replace(part, believed={actor: part.believed.get(actor, part.chance) for actor in sorted(views)})
                for part in parts
            ]
        )

    def _columns(self, change: Change, factor: FloatArray) -> Worlds:
        """The draw under one change, for each factor."""
        base, n = self.batch.worlds, len(factor)
        same = base.take(np.zeros(n, dtype=np.int64))
        match change:
            case TermChange(place):
                term = self.program.terms[place]
                payoff = same.payoff[term.actor] + self.term(place) * (factor - 1)
                return replace(same, payoff={**same.payoff, term.actor: payoff})
            case PrecisionChange(actor):
                return replace(same, precision={**same.precision, actor: same.precision[actor] * factor})
            case BeliefChange():
                return self._folded(same, change, factor) if self.folds(change) else self._seen(same, change, factor)

    def _seen(self, same: Worlds, change: BeliefChange, factor: FloatArray) -> Worlds:
        def changed(view: FloatArray, actor: int | None) -> FloatArray:
            return view * self._shift(replace(change, actor=actor), factor)

        if change.actor is not None:
            view = same.believed.get(change.actor, same.chance)
            believed = {**same.believed, change.actor: changed(view, change.actor)}
            return replace(same, believed=believed, views=_views(same, changed, (change.actor,)))
        believed = {actor: changed(view, actor) for actor, view in same.believed.items()}
        views = _views(same, changed, self.program.deciders)
        return replace(same, chance=changed(same.chance, None), believed=believed, views=views)

    def _shift(self, change: BeliefChange, factor: FloatArray) -> FloatArray:
        """New over old chance of the value that the move has, on each leaf; (n_leaves, n)."""
        prior, value = self._chance(change)[:, None], self._values(change.move)[:, None]
        ratio = np.where(value == change.value, factor, 1.0) / (1 - prior + factor * prior)
        shifted: FloatArray = np.where((value == NOT_MOVED) | ~self.happens(change)[:, None], 1.0, ratio)
        return shifted

    def _folded(self, same: Worlds, change: BeliefChange, factor: FloatArray) -> Worlds:
        """Chance inside the payoffs: they are taken as expectations anew."""
        n, table = len(factor), self._table(change)
        # a reader counts draws by its values, of which a scenario without unknowns has none
        values = {name: _repeated(array, n) for name, array in self.batch.seen.items()} or {"": np.zeros(n)}
        reader = Reader(self.program, values, self.batch.situation)
        reader.cells[change.move] = _odds_times(self.eyes.chances(table), len(table.shares), change.value, factor)
        actors = self.program.deciders if change.actor is None else (change.actor,)
        payoff = {actor: np.broadcast_to(reader.payoff(actor), (self.program.tree.n_leaves, n)) for actor in actors}
        return replace(same, payoff={**same.payoff, **payoff})


def _views(same: Worlds, changed: Callable[[FloatArray, int], FloatArray], actors: Sequence[int]) -> Views | None:
    """What some actors have learned at their levels, as their chances are changed."""
    if same.views is None:
        return None
    given = {a: changed(chance, a) if a in actors else chance for a, chance in same.views.given.items()}
    return replace(same.views, given=given)


Chance = TypeVar("Chance", float, FloatArray)


def odds_times(chance: Chance, factor: float) -> Chance:
    """The chance whose odds are so many times those of `chance`."""
    return factor * chance / (1 - chance + factor * chance)


def _odds_times(cells: FloatArray, n_values: int, value: int, factor: FloatArray) -> FloatArray:
    """Chances by row and value, and a last 1, with the odds of one value changed; (n_cells, n)."""
    rows = cells[:-1].reshape(-1, n_values, 1)
    weight = np.where(np.arange(n_values)[:, None] == value, factor, 1.0)
    changed = rows * weight
    changed = changed / changed.sum(axis=1, keepdims=True)
    return np.vstack([changed.reshape(-1, len(factor)), np.ones((1, len(factor)))])


def _repeated(array: FloatArray, n: int) -> FloatArray:
    return np.broadcast_to(array, (*array.shape[:-1], n))
