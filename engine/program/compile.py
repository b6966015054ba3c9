"""From a scenario to a program: names become positions, moves a leaf table, expressions tables, words distributions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from engine.distributions import families, verbal
from engine.distributions.distribution import Distribution
from engine.errors import Problem, ScenarioError
from engine.games.equilibrium import Solver
from engine.games.relevance import Diagram, solution_order, without_idle_knowledge
from engine.games.segments import segments
from engine.games.tree import NOT_MOVED, Move, Tree, unroll
from engine.program import evaluate
from engine.program.evaluate import Surroundings
from engine.program.program import (
    BeliefSets, BoolArray, ChanceTable, Condition, Copula, FloatArray, Input, IntArray, Measure, Program, Stated, Table,
    TermTable, payoff_rows,
)  # fmt: skip
from engine.scenario import model, words
from engine.scenario.expressions import Expression
from engine.scenario.model import Path, Scenario
from engine.scenario.scope import Reads, Scope, bind, bound_quantities, knowledge, reads, scope_of


def compile_program(scenario: Scenario, believe: Sequence[str] = ()) -> Program:
    """The program of a checked scenario.

    Args:
        scenario: checked, with its assumptions in place.
        believe: statements by which draws are weighted.

    Raises:
        ScenarioError: what shows only now: too many paths, correlations that contradict each other, a distribution
            that does not exist.
    """
    layout = Layout(scenario)
    tree = layout.tree
    terms = tuple(TermTable(layout.actor[name], term.term, layout.table(("payoffs", name, number, "value"), term.value))
                  for name, listed in scenario.payoffs.items() for number, term in enumerate(listed))  # fmt: skip
    return Program(
        inputs=_inputs(scenario),
        copula=_copula(scenario),
        actors=tuple(scenario.actors),
        moves=layout.moves,
        tree=tree,
        solver=Solver(tree, solution_order(layout.diagram)),
        chances=tuple(layout.chance(position, move.chance, ("moves", position, "chance"))
                      for position, move in enumerate(scenario.moves) if not isinstance(move, model.Decision)),
        beliefs={layout.actor[name]: {move: layout.chance(layout.moves.index(move), chance, ("beliefs", name, move))
                                      for move, chance in views.items()} for name, views in scenario.beliefs.items()},
        precision={layout.actor[name]: layout.table(("actors", name, "precision"), actor.precision)
                   for name, actor in scenario.actors.items()},
        terms=terms,
        payoffs=payoff_rows(terms, tree.n_leaves),
        measures=tuple(layout.measure(name, outcome) for name, outcome in scenario.outcomes.items()),
        statements=tuple(Stated(name, item.about, distribution_of(scenario, ("statements", name), item), name in believe)
                         for name, item in scenario.statements.items()),
        numbers=layout.numbers,
        quantities=layout.quantities,
        state={name: item.start for name, item in scenario.state.items()},
    )  # fmt: skip


def distribution_of(scenario: Scenario, path: Path, item: model.Distributed) -> Distribution:
    """The distribution that an unknown, a statement or a part of a mixture gives."""
    try:
        if item.phrase is not None:
            return _clipped(verbal.interpret(words.term_of(item.phrase, item.standard, scenario.words)), item)
        if item.mixture is not None:
            made = [(part.weight, distribution_of(scenario, (*path, "mixture", number), part))
                    for number, part in enumerate(item.mixture)]  # fmt: skip
            return families.build_mixture(made, item.clip)
        if item.choice is not None:
            return families.build_mixture([(weight, families.build("value", float(position)))
                                           for position, weight in enumerate(_weights(item.choice)) if weight > 0])  # fmt: skip
        return families.build(item.family, item.parameters, item.clip, item.in_percent)
    except ValueError as error:
        raise ScenarioError([scenario.problem((*path, item.family), str(error))]) from None


def _clipped(distribution: Distribution, item: model.Distributed) -> Distribution:
    return families.build_mixture([(1.0, distribution)], item.clip) if item.clip else distribution


def _weights(choice: Mapping[str, float | str]) -> list[float]:
    given = sum(weight for weight in choice.values() if not isinstance(weight, str))
    return [max(0.0, 1.0 - given) if isinstance(weight, str) else weight for weight in choice.values()]


def _inputs(scenario: Scenario) -> tuple[Input, ...]:
    made: list[Input] = []
    problems: list[Problem] = []
    for name, item in scenario.unknowns.items():
        try:
            made.append(Input(name, item.label, distribution_of(scenario, ("unknowns", name), item), item.known))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return tuple(made)


def _copula(scenario: Scenario) -> Copula | None:
    """The normal correlations behind the rank correlations: rho = 2 sin(pi r / 6) (Pearson 1907)."""
    if not scenario.correlated:
        return None
    names = list(scenario.unknowns)
    columns = sorted({names.index(name) for pair in scenario.correlated for name in pair.unknowns})
    matrix = np.eye(len(columns))
    for pair in scenario.correlated:
        one, other = (columns.index(names.index(name)) for name in pair.unknowns)
        matrix[one, other] = matrix[other, one] = 2 * np.sin(np.pi * pair.rank / 6)
    try:
        return Copula(np.array(columns), np.linalg.cholesky(matrix))
    except np.linalg.LinAlgError:
        raise ScenarioError([scenario.problem(("correlated",), "these correlations contradict each other",
                                              "no unknowns can have all of them at once; weaken one")]) from None  # fmt: skip


class Layout:
    """The leaf table of a scenario, and how expressions lie on it."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.scope: Scope = scope_of(scenario)
        self.moves = tuple(move.name for move in scenario.moves)
        self.actor = {name: position for position, name in enumerate(scenario.actors)}
        self.quantities, self.read, _ = bound_quantities(scenario, self.scope)
        self.numbers = {move.name: np.array([*(number or 0.0 for number in move.values.values()), 0.0])
                        for move in scenario.moves}  # fmt: skip
        self.known = knowledge(scenario)
        self.diagram = without_idle_knowledge(self._diagram(), self._conditions())
        self.tree: Tree = self._tree()

    def _tree(self) -> Tree:
        moves = []
        for position, move in enumerate(self.scenario.moves):
            decides = isinstance(move, model.Decision)
            moves.append(Move(
                n_values=len(move.values),
                actor=self.diagram.actor[position],
                knows=tuple(sorted(self.diagram.parents[position])) if decides else (),
                when=self._when(move.when) if move.when is not None else None,
                otherwise=NOT_MOVED if move.otherwise is None else list(move.values).index(move.otherwise),
            ))  # fmt: skip
        try:
            return unroll(moves)
        except ValueError as error:
            raise ScenarioError([self.scenario.problem(("moves",), str(error),
                                                       "leave out values or moves that matter little")]) from None  # fmt: skip

    def _when(self, condition: Expression) -> Callable[[IntArray], BoolArray]:
        bound = bind(condition, self.scope)[0]

        def holds(values: IntArray) -> BoolArray:
            moves = {name: values[position] for position, name in enumerate(self.moves[: len(values)])}
            state = {name: item.start for name, item in self.scenario.state.items()}
            around = Surroundings({}, moves, self.numbers, self.quantities, state)
            with np.errstate(all="ignore"):
                found = evaluate.truth(evaluate.value(bound, around))
            return np.broadcast_to(found, (values.shape[1], 1))[:, 0]

        return holds

    def _conditions(self) -> dict[int, frozenset[int]]:
        """The moves that each move's `when` reads."""
        return {position: frozenset(map(self.moves.index, self.reads(move.when).moves))
                for position, move in enumerate(self.scenario.moves) if move.when is not None}  # fmt: skip

    def _diagram(self) -> Diagram:
        """What each move and each term depends on, everything that actors know included."""
        parents = []
        for position, move in enumerate(self.scenario.moves):
            above = set(self.known.get(move.name, ()))
            if move.when is not None:
                above |= self.reads(move.when).moves
            if not isinstance(move, model.Decision):
                views = [own[move.name] for own in self.scenario.beliefs.values() if move.name in own]
                for chance in (move.chance, *views):
                    for share in _shares(chance):
                        above |= self.reads(share).moves
            parents.append(frozenset(self.moves.index(name) for name in above))
        terms = {self.actor[name]: tuple(frozenset(map(self.moves.index, self.reads(term.value).moves)) for term in terms)
                 for name, terms in self.scenario.payoffs.items()}  # fmt: skip
        actors = tuple(self.actor[move.actor] if isinstance(move, model.Decision) else None for move in self.scenario.moves)
        return Diagram(tuple(parents), terms, actors)

    def reads(self, expression: Expression) -> Reads:
        return reads(bind(expression, self.scope)[0], self.read)

    def table(
        self, path: Path, expression: Expression, where: BoolArray | None = None, beside: frozenset[str] = frozenset()
    ) -> Table:
        """The expression on the distinct combinations of what it reads.

        Args:
            path: where it stands.
            expression: what it says.
            where: the leaves on which it has a meaning; None: all.
            beside: further moves whose combinations are told apart.
        """
        bound = bind(expression, self.scope)[0]
        uses = reads(bound, self.read)
        names = [name for name in self.moves if name in uses.moves | beside]
        leaves = np.arange(self.tree.n_leaves) if where is None else np.flatnonzero(where)
        row = np.full(self.tree.n_leaves, -1)
        if not names:
            row[leaves] = 0
            return Table(path, expression.text, bound, {}, row, bool(uses.unknowns))
        columns = self.tree.values[[self.moves.index(name) for name in names]][:, leaves]
        distinct, inverse = np.unique(columns, axis=1, return_inverse=True)
        row[leaves] = inverse.ravel()
        return Table(path, expression.text, bound, dict(zip(names, distinct, strict=True)), row, bool(uses.unknowns))

    def chance(self, position: int, chance: Expression | Mapping[str, Expression | str], path: Path) -> ChanceTable:
        """The chances of the move at that position."""
        made = self.tree.happens[position]
        written = {"no": "rest", "yes": chance} if isinstance(chance, Expression) else chance
        found = [self.reads(share) for share in _shares(chance)]
        beside = frozenset(name for one in found for name in one.moves)
        shares = []
        for option in self.scenario.moves[position].values:
            share = written[option]
            place = path if isinstance(chance, Expression) else (*path, option)
            shares.append(self.table(place, share, made, beside) if isinstance(share, Expression) else None)
        row = next((share.row for share in shares if share is not None), np.where(made, 0, -1))
        n_rows = int(row.max(initial=0)) + 1
        cell = np.where(made, row * len(shares) + self.tree.values[position], n_rows * len(shares))
        unknowns = frozenset(name for one in found for name in one.unknowns)
        return ChanceTable(self.moves[position], tuple(shares), n_rows, cell, unknowns, path)

    def condition(self, path: Path, expression: Expression) -> Condition:
        """Where a condition holds."""
        table = self.table(path, expression)
        return Condition(table, None if table.uncertain else np.flatnonzero(self.constant(table)[table.row]))

    def measure(self, name: str, outcome: model.Outcome) -> Measure:
        """How an outcome is read off the leaves."""
        path: Path = ("outcomes", name)
        given = self.condition((*path, "given"), outcome.given) if outcome.given is not None else None
        if outcome.choice is not None:
            position = self.moves.index(outcome.choice)
            options = tuple(self.scenario.moves[position].values)
            value = self.tree.values[position]
            if (value == NOT_MOVED).any():
                options, value = (*options, "none"), np.where(value == NOT_MOVED, len(options), value)
            return Measure(name, "choice", None, None, given, options, segments(value, len(options)), None)
        if outcome.belief is not None:
            return self._belief(name, outcome.belief)
        if outcome.happens is not None:
            event = self.condition((*path, "happens"), outcome.happens)
            return Measure(name, "happens", event, None, given, (), None, None)
        if outcome.quantity is None:
            raise AssertionError(f"outcome '{name}' has no kind")
        table = self.table((*path, "quantity"), outcome.quantity)
        if table.uncertain:
            return Measure(name, "quantity", None, table, given, (), None, None)
        distinct, inverse = np.unique(self.constant(table)[table.row], return_inverse=True)
        by_value = segments(inverse, len(distinct))
        return Measure(name, "quantity", None, table, given, tuple(distinct.tolist()), by_value, None)

    def _belief(self, name: str, belief: model.Posterior) -> Measure:
        path: Path = ("outcomes", name, "belief")
        that = self.condition((*path, "that"), belief.that)
        needed = self.reads(belief.after).moves if belief.after is not None else frozenset()
        decision = next(move.name for move in self.scenario.moves if isinstance(move, model.Decision)
                        and move.actor == belief.of and needed <= set(self.known[move.name]))  # fmt: skip
        position = self.moves.index(decision)
        holds = self.tree.action[position] != NOT_MOVED
        if belief.after is not None:
            after = self.table((*path, "after"), belief.after)
            holds = holds & (self.constant(after)[after.row] != 0)
        known = self.tree.values[[self.moves.index(move) for move in self.known[decision]]][:, holds]
        distinct, inverse = np.unique(known, axis=1, return_inverse=True)
        number = np.full(self.tree.n_leaves, NOT_MOVED)
        number[holds] = inverse.ravel()
        by_set = segments(number, max(1, distinct.shape[1]))
        return Measure(name, "belief", that, None, None, (), None, BeliefSets(self.actor[belief.of], by_set))

    def constant(self, table: Table) -> FloatArray:
        """The rows of a table that reads no unknown; (n_rows,)."""
        state = {name: item.start for name, item in self.scenario.state.items()}
        around = Surroundings({}, table.moves, self.numbers, self.quantities, state)
        with np.errstate(all="ignore"):
            found = evaluate.number(evaluate.value(table.bound, around))
        n_rows = len(next(iter(table.moves.values()), np.zeros(1)))
        rows: FloatArray = np.broadcast_to(found, (n_rows, 1))[:, 0]
        if not np.isfinite(rows).all():
            raise ScenarioError([self.scenario.problem(table.path, f"'{table.text}' has no finite value here")])
        return rows


def _shares(chance: Expression | Mapping[str, Expression | str]) -> Iterable[Expression]:
    if isinstance(chance, Expression):
        return [chance]
    return [share for share in chance.values() if isinstance(share, Expression)]
