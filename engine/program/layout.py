"""The leaf table of a scenario, and how expressions lie on it.

Chance that nobody acts on is summed first. A chance move whose result no decision knows and no other move reads
(whether a government falls, whether an attack succeeds) does not branch the tree that is solved; each payoff term or
outcome that reads it becomes its expectation. That is exact, and makes the tree several times smaller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

import numpy as np

from engine.errors import ScenarioError
from engine.games.relevance import Diagram, solution_order, without_idle_knowledge
from engine.games.segments import Segments, distinct_columns, segments
from engine.games.tree import MAX_LEAVES, NOT_MOVED, Move, Tree, unroll
from engine.program import evaluate
from engine.program.evaluate import Surroundings
from engine.program.program import (
    LARGEST,
    NO_VALUE,
    BoolArray,
    ChanceTable,
    FloatArray,
    Fold,
    IntArray,
    Mask,
    Recurrence,
    Table,
    shortened,
)
from engine.scenario import model
from engine.scenario.expressions import Expression
from engine.scenario.model import Path, Scenario
from engine.scenario.reasoning import Hierarchy, Level, named_rules
from engine.scenario.recurrence import is_lasting
from engine.scenario.scope import (
    Apply,
    Bound,
    Reads,
    Scope,
    bind,
    bound_quantities,
    knowledge,
    reads,
    scope_of,
)

MAX_PATHS: Final = 262_144
"""Paths before chance that nobody acts on is summed."""

Chances = Expression | Mapping[str, Expression | str]


@dataclass(frozen=True, slots=True)
class Bounded:
    """An expression and what it depends on."""

    text: str
    bound: Bound
    reads: Reads


@dataclass(frozen=True, slots=True, eq=False)
class SolutionOrder:
    """The decisions in order of solution, as positions in the tree.

    It carries no layout, whose conditions are closures: solvers that keep it go to other processes.
    """

    diagram: Diagram
    moves: tuple[str, ...]
    core: tuple[str, ...]

    def __call__(self, free: frozenset[int] | None = None) -> tuple[tuple[int, ...], ...]:
        """Only the decisions of some actors, the rest fixed; None: of all."""
        actors = tuple(actor if free is None or actor in free else None for actor in self.diagram.actor)
        return tuple(
            tuple(self.core.index(self.moves[move]) for move in component)
            for component in solution_order(replace(self.diagram, actor=actors))
        )


class Layout:
    """Positions instead of names, for one scenario.

    Attributes:
        moves: every move, in order of play.
        core: the moves that branch the tree which is solved.
        tree: that tree.
        full: the tree with every move.
        folded: the chances of the moves that do not branch it, by name.
        types: the combination of lasting types on each leaf, (n_leaves,), of `n_types`.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.scope: Scope = scope_of(scenario)
        self.moves = tuple(move.name for move in scenario.moves)
        self.actor = {name: position for position, name in enumerate(scenario.actors)}
        self.quantities, self.read, _ = bound_quantities(scenario, self.scope)
        self.numbers = {
            move.name: np.array([*(number or 0.0 for number in move.values.values()), 0.0]) for move in scenario.moves
        }
        self.state = {name: np.array([item.start]) for name, item in scenario.state.items()}
        self.known = knowledge(scenario)
        self.diagram = without_idle_knowledge(self._diagram(), self._kept())
        self.core = tuple(name for name in self.moves if name not in self._foldable())
        self.solution_order = SolutionOrder(self.diagram, self.moves, self.core)
        self.full = self._unrolled(self.moves, MAX_PATHS)
        self.tree = self._unrolled(self.core, MAX_LEAVES).bare()
        lasting = [name for name in self.core if scenario.rounds is not None and is_lasting(self.move(name))]
        types, self.types = distinct_columns(self.tree.values[[self.core.index(name) for name in lasting]])
        self.n_types = max(1, types.shape[1])
        self.folded = {name: self._chance(name) for name in self.moves if name not in self.core}

    # The order of play

    def unseen(self) -> tuple[str, str] | None:
        """A decision and the first earlier move that its actor does not see, though somebody acts on it; else None."""
        diagram, tree = self._diagram(), self.tree
        acted_on = {move for move, actor in enumerate(diagram.actor) if actor is not None}
        todo = list(acted_on)
        while todo:
            fresh = diagram.parents[todo.pop()] - acted_on
            acted_on |= fresh
            todo += fresh
        for move in tree.decisions:
            happens = tree.happens[move]
            known = [self.core.index(name) for name in self.known[self.core[move]] if name in self.core]
            n_sets = distinct_columns(tree.values[known][:, happens])[0].shape[1]
            for earlier in range(move):
                if self.moves.index(self.core[earlier]) in acted_on:
                    seen = tree.values[[*known, earlier]][:, happens]
                    if distinct_columns(seen)[0].shape[1] > n_sets:
                        return self.core[move], self.core[earlier]
        return None

    def _unrolled(self, names: tuple[str, ...], most: int) -> Tree:
        moves = []
        for name in names:
            position = self.moves.index(name)
            move = self.scenario.moves[position]
            decides = isinstance(move, model.Decision)
            known = [names.index(self.moves[parent]) for parent in self.diagram.parents[position]] if decides else []
            moves.append(
                Move(
                    n_values=len(move.values),
                    actor=self.diagram.actor[position],
                    knows=tuple(sorted(known)),
                    when=self._when(position, move.when, names, 0) if move.when is not None else None,
                    otherwise=NOT_MOVED if move.otherwise is None else list(move.values).index(move.otherwise),
                    may_not=self._when(position, move.when, names, 1) if move.when is not None else None,
                )
            )
        try:
            return unroll(moves, most)
        except ValueError as error:
            hint = "leave out values or moves that matter little"
            raise ScenarioError([self.scenario.problem(("moves",), str(error), hint)]) from None

    def _when(
        self, position: int, condition: Expression, names: tuple[str, ...], side: int
    ) -> Callable[[IntArray], BoolArray]:
        """Whether a move's condition can hold on a path (side 0), or can fail (side 1), whatever the state is."""
        bound, path = bind(condition, self.scope)[0], ("moves", position, "when")

        def holds(values: IntArray) -> BoolArray:
            moves = dict(zip(names, values, strict=False))
            around = Surroundings({}, moves, self.numbers, self.quantities, self.state)
            try:
                return np.broadcast_to(self._verdict(bound, around)[side], (values.shape[1], 1))[:, 0]
            except ArithmeticError:
                raise self._without_value(path, condition.text) from None

        return holds

    def _verdict(self, bound: Bound, around: Surroundings) -> tuple[BoolArray, BoolArray]:
        """Where a condition can hold, and where it can fail."""
        match bound:
            case Apply("and", several):
                found = [self._verdict(part, around) for part in several]
                return reduce(np.logical_and, (can for can, _ in found)), reduce(np.logical_or, (no for _, no in found))
            case Apply("or", several):
                found = [self._verdict(part, around) for part in several]
                return reduce(np.logical_or, (can for can, _ in found)), reduce(np.logical_and, (no for _, no in found))
            case Apply("not", (part,)):
                can, cannot = self._verdict(part, around)
                return cannot, can
            case _ if self.varies(reads(bound, self.read)):
                return np.ones((1, 1), np.bool_), np.ones((1, 1), np.bool_)
            case _:
                with np.errstate(all="ignore"):
                    found_number = evaluate.number(evaluate.value(bound, around))
                if not np.isfinite(found_number).all():
                    raise ArithmeticError
                true = evaluate.truth(found_number)
                return true, ~true

    def varies(self, read: Reads) -> bool:
        """Whether what an expression reads differs between draws or rounds."""
        changes = self.scenario.rounds is not None and (bool(read.state) or read.clock)
        return bool(read.unknowns) or changes

    def _conditions(self) -> dict[int, frozenset[int]]:
        """The moves that each move's `when` reads."""
        return {
            position: self._positions(self.expression(move.when).reads.moves)
            for position, move in enumerate(self.scenario.moves)
            if move.when is not None
        }

    def _kept(self) -> dict[int, frozenset[int]]:
        """What decisions know in any case: whether they happen, what a habit reads, and all where recall matters."""
        kept = self._conditions()
        rules = {name: [rule for _, rule in named_rules(item.reasoning)] for name, item in self.scenario.actors.items()}
        every = [rule for own in rules.values() for rule in own]
        whole = self.scenario.solution == "pure equilibria" or any(isinstance(rule, Hierarchy) for rule in every)
        leveled = any(isinstance(rule, Level | Hierarchy) for rule in every)
        for position, move in enumerate(self.scenario.moves):
            if isinstance(move, model.Decision):
                habit = self.scenario.actors[move.actor].habit.get(move.name)
                needed = set(self.known[move.name]) if whole else set[str]()
                if habit is not None and (leveled or "habit" in rules[move.actor]):
                    needed |= {name for share in _shares(habit) for name in self.expression(share).reads.moves}
                kept[position] = kept.get(position, frozenset()) | self._positions(needed)
        return kept

    def _diagram(self) -> Diagram:
        """What each move and each term depends on, everything that actors know included.

        Lasting types depend on each other: what everybody saw in earlier rounds may tell of them together.
        """
        parents = []
        lasting: set[str] = set()
        for move in self.scenario.moves:
            above = set(self.known.get(move.name, ()))
            if self.scenario.rounds is not None and is_lasting(move):
                above |= lasting
                lasting.add(move.name)
            if move.when is not None:
                above |= self.expression(move.when).reads.moves
            if not isinstance(move, model.Decision):
                views = [own[move.name] for own in self.scenario.beliefs.values() if move.name in own]
                for chance in (move.chance, *views):
                    for share in _shares(chance):
                        above |= self.expression(share).reads.moves
            parents.append(self._positions(above))
        terms = {
            self.actor[name]: tuple(self._positions(self.expression(term.value).reads.moves) for term in terms)
            for name, terms in self.scenario.payoffs.items()
        }
        actors = tuple(
            self.actor[move.actor] if isinstance(move, model.Decision) else None for move in self.scenario.moves
        )
        return Diagram(tuple(parents), terms, actors)

    def _foldable(self) -> frozenset[str]:
        """Chance that only payoffs, events to happen and other such chance read."""
        kept = {move.name for move in self.scenario.moves if isinstance(move, model.Decision)}
        kept |= {move for own in self.scenario.beliefs.values() for move in own}
        kept |= self._remembered()
        for outcome in self.scenario.outcomes.values():
            if outcome.choice is not None:
                kept.add(outcome.choice)
            conditions = [outcome.quantity, outcome.given if outcome.happens is None else None]
            if outcome.belief is not None:
                conditions += [outcome.belief.that, outcome.belief.after]
                kept |= set(self.known[self.believer(outcome.belief)])
            for condition in conditions:
                if condition is not None:
                    kept |= self.expression(condition).reads.moves
        todo = list(kept)
        while todo:
            above = {self.moves[parent] for parent in self.diagram.parents[self.moves.index(todo.pop())]}
            todo += above - kept
            kept |= above
        return frozenset(self.moves) - kept

    def _remembered(self) -> frozenset[str]:
        """What rounds hand on: lasting types, public moves that change the state or tell of types, what state switches.

        A move tells of types where it is hidden itself or depends on what is hidden; what it depends on has to be known
        to weigh it.
        """
        scenario = self.scenario
        if scenario.rounds is None:
            return frozenset()
        lasting = {move.name for move in scenario.moves if is_lasting(move)}
        found = set(lasting)
        for item in scenario.state.values():
            found |= self.expression(item.next).reads.moves if item.next is not None else frozenset()
        hidden = {move.name for move in scenario.moves if move.hidden}
        for position, move in enumerate(scenario.moves):
            above = {self.moves[parent] for parent in self.diagram.parents[position]}
            if lasting and (move.hidden or above & hidden):
                found |= ({move.name} | above) - hidden
            if move.when is not None and self.varies(self.expression(move.when).reads):
                found.add(move.name)
        return frozenset(found)

    def _positions(self, names: Iterable[str]) -> frozenset[int]:
        return frozenset(map(self.moves.index, names))

    def expression(self, expression: Expression) -> Bounded:
        bound = bind(expression, self.scope)[0]
        return Bounded(expression.text, bound, reads(bound, self.read))

    # Expressions on leaves

    def table(self, path: Path, expression: Expression) -> Table:
        """The expression on the distinct combinations of what it reads."""
        return self.table_of(path, self.expression(expression))

    def table_of(self, path: Path, read: Bounded) -> Table:
        summed = self._summed(read.reads.moves)
        if summed:
            return self._expectation(path, read, summed)
        names = [name for name in self.core if name in read.reads.moves]
        rows, row = distinct_columns(self.tree.values[[self.core.index(name) for name in names]])
        moves = dict(zip(names, rows, strict=True))
        return Table(path, read.text, read.bound, moves, rows.shape[1], row, self.varies(read.reads), ())

    def _expectation(self, path: Path, read: Bounded, summed: frozenset[str]) -> Table:
        """An expression that reads chance which is summed: rows with it, to be weighted and added to rows without."""
        wanted = set(read.reads.moves | summed)
        for name in summed:
            wanted |= {self.moves[parent] for parent in self.diagram.parents[self.moves.index(name)]}
        names = [name for name in self.moves if name in wanted]
        kept = [name for name in names if name in self.core]
        rows, row_of_path = distinct_columns(self.full.values[[self.moves.index(name) for name in names]])
        _, example = np.unique(row_of_path, return_index=True)
        groups, group = distinct_columns(rows[[names.index(name) for name in kept]])
        lookup = {tuple(column): number for number, column in enumerate(groups.T.tolist())}
        leaves = self.tree.values[[self.core.index(name) for name in kept]]
        leaf_group = np.array([lookup[tuple(column)] for column in leaves.T.tolist()], dtype=np.int64)
        by_group = segments(group, groups.shape[1])
        folds = tuple(Fold(name, self.folded[name].cell[example]) for name in self.moves if name in summed)
        moves = dict(zip(names, rows, strict=True))
        return Table(path, read.text, read.bound, moves, rows.shape[1], leaf_group, True, folds, by_group)

    def masks(self) -> Iterator[Mask]:
        """Moves that happen or not as the state is."""
        for position, move in enumerate(self.scenario.moves):
            if move.when is not None and self.varies(self.expression(move.when).reads):
                table = self.table(("moves", position, "when"), move.when)
                yield Mask(table, self.tree.happens[self.core.index(move.name)])

    def recurrence(self) -> Recurrence | None:
        """How one round leads to the next; None if the game is played once."""
        scenario, rounds = self.scenario, self.scenario.rounds
        if rounds is None:
            return None
        lasting = [move.name for move in scenario.moves if is_lasting(move)]
        owners = {move.of for move in scenario.moves if isinstance(move, model.Type) and move.lasting}
        public = [move.name for move in scenario.moves if not move.hidden and move.name in self._remembered()]
        outcomes, outcome = distinct_columns(self.tree.values[[self.core.index(name) for name in public]])
        n_outcomes = max(1, outcomes.shape[1])
        following = {
            name: self.table(("state", name, "next"), item.next)
            for name, item in scenario.state.items()
            if item.next is not None
        }
        return Recurrence(
            count=rounds.count,
            following=following,
            until=None if rounds.until is None else self.table(("rounds", "until"), rounds.until),
            lasting=frozenset(lasting),
            learners=frozenset(n for n, name in enumerate(scenario.actors) if any(of != name for of in owners)),
            types=self.types,
            type_leaf=np.unique(self.types, return_index=True)[1],
            outcome=outcome,
            outcome_leaf=np.unique(outcome, return_index=True)[1],
            by_both=segments(self.types * n_outcomes + outcome, self.n_types * n_outcomes),
        )

    def by_types(self, leaves: IntArray | None = None) -> Segments:
        """Sums leaves, or some of them, by combination of lasting types."""
        member = np.zeros(self.tree.n_leaves, dtype=np.int64)
        if leaves is not None:
            member[:] = NOT_MOVED
            member[leaves] = 0
        return self.within(member, 1)

    def within(self, group: IntArray, n_groups: int) -> Segments:
        """Sums leaves by group, and within it by combination of lasting types."""
        both = np.where(group == NOT_MOVED, NOT_MOVED, group * self.n_types + self.types)
        return segments(both, n_groups * self.n_types)

    def leaf_of_path(self) -> IntArray:
        """The leaf of the tree that each path of the full tree ends in; (n_paths,)."""
        rows = [self.moves.index(name) for name in self.core]
        full = np.vstack([self.full.values[rows], self.full.happens[rows]])
        leaves = np.vstack([self.tree.values, self.tree.happens])
        number = distinct_columns(np.hstack([leaves, full]))[1]
        leaf = np.empty(self.tree.n_leaves, dtype=np.int64)
        leaf[number[: self.tree.n_leaves]] = np.arange(self.tree.n_leaves)
        return leaf[number[self.tree.n_leaves :]]

    def sets(self) -> dict[int, tuple[Segments, ...]]:
        """For each deciding actor, for each of its decisions, sums of leaves by information set."""
        found: dict[int, tuple[Segments, ...]] = {}
        for move in self.tree.decisions:
            actor, sets = self.tree.moves[move].actor, self.tree.sets_of(move)
            if actor is not None and sets:
                taken = self.tree.action[move]
                number = np.where(
                    taken == NOT_MOVED, NOT_MOVED, (taken - sets[0].actions[0]) // self.tree.moves[move].n_values
                )
                found[actor] = (*found.get(actor, ()), segments(number, len(sets)))
        return found

    def row_of_path(self, table: Table) -> IntArray:
        """The table's row on every path of the full tree; (n_paths,)."""
        return distinct_columns(self.full.values[[self.moves.index(name) for name in table.moves]])[1]

    def _summed(self, names: frozenset[str]) -> frozenset[str]:
        """The folded moves among these, and those that their chances depend on."""
        found = {name for name in names if name not in self.core}
        todo = list(found)
        while todo:
            parents = {self.moves[parent] for parent in self.diagram.parents[self.moves.index(todo.pop())]}
            todo += (fresh := {name for name in parents if name not in self.core} - found)
            found |= fresh
        return frozenset(found)

    # Chance

    def core_chances(self) -> Iterator[ChanceTable]:
        """The chances of the moves that branch the tree."""
        for name in self.core:
            if not isinstance(self.move(name), model.Decision):
                yield self._chance(name)

    def beliefs(self) -> dict[int, dict[str, ChanceTable]]:
        """For each actor with chances of its own, the tables that replace the true ones."""
        return {
            self.actor[actor]: {
                name: self._chance(name, chance, ("beliefs", actor, name)) for name, chance in own.items()
            }
            for actor, own in self.scenario.beliefs.items()
        }

    def habit(self, decision: str, chance: Chances, path: Path) -> ChanceTable:
        """The shares that a habit gives to the options of a decision."""
        return self._chance(decision, chance, path)

    def move(self, name: str) -> model.Decision | model.Event | model.Type:
        return self.scenario.moves[self.moves.index(name)]

    def _chance(self, name: str, chance: Chances | None = None, path: Path | None = None) -> ChanceTable:
        """The chances of a move, on the leaves of the tree, or on all paths if it does not branch the tree."""
        move = self.move(name)
        if chance is None:
            if isinstance(move, model.Decision):
                raise AssertionError(f"'{name}' is no chance")
            chance = move.chance
        path = path or ("moves", self.moves.index(name), "chance")
        tree, names = (self.tree, self.core) if name in self.core else (self.full, self.moves)
        made = tree.happens[names.index(name)]
        found = [self.expression(share) for share in _shares(chance)]
        wanted = [other for other in names if any(other in one.reads.moves for one in found)]
        row = np.full(len(made), NOT_MOVED)
        rows, row[made] = distinct_columns(tree.values[[names.index(other) for other in wanted]][:, made])
        moves = dict(zip(wanted, rows, strict=True))
        written = {"no": "rest", "yes": chance} if isinstance(chance, Expression) else chance
        n_rows = rows.shape[1]

        def laid_out(value: str) -> Table | None:
            share = written[value]
            if not isinstance(share, Expression):
                return None
            read = self.expression(share)
            place = path if isinstance(chance, Expression) else (*path, value)
            return Table(place, read.text, read.bound, moves, n_rows, row, self.varies(read.reads), ())

        shares = [laid_out(value) for value in move.values]
        cell = np.where(made, row * len(shares) + tree.values[names.index(name)], n_rows * len(shares))
        unknowns = frozenset(unknown for one in found for unknown in one.reads.unknowns)
        return ChanceTable(name, tuple(shares), n_rows, cell, unknowns, path)

    def believer(self, belief: model.Posterior) -> str:
        """The first decision of the actor at which it knows what the belief is taken after."""
        needed = self.expression(belief.after).reads.moves if belief.after is not None else frozenset()
        return next(
            move.name
            for move in self.scenario.moves
            if isinstance(move, model.Decision) and move.actor == belief.of and needed <= set(self.known[move.name])
        )

    def constant(self, table: Table) -> FloatArray:
        """The rows of a table that reads no unknown; (n_rows,)."""
        around = Surroundings({}, table.moves, self.numbers, self.quantities, self.state)
        with np.errstate(all="ignore"):
            found = evaluate.number(evaluate.value(table.bound, around))
        rows: FloatArray = np.broadcast_to(found, (table.n_rows, 1))[:, 0]
        if not (np.abs(rows) <= LARGEST).all():
            raise self._without_value(table.path, table.text)
        return rows

    def _without_value(self, path: Path, text: str) -> ScenarioError:
        return ScenarioError([self.scenario.problem(path, f"'{shortened(text)}' has no finite value here", NO_VALUE)])


def _shares(chance: Chances) -> Iterable[Expression]:
    if isinstance(chance, Expression):
        return [chance]
    return [share for share in chance.values() if isinstance(share, Expression)]
