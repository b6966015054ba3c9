"""The program: a scenario as arrays, the same for every draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.distributions.distribution import Distribution
from engine.games.equilibrium import Solver
from engine.games.pure import PureSolver
from engine.games.rules import RuleSolver
from engine.games.segments import Segments, distinct_columns
from engine.games.tree import Tree
from engine.scenario import scope
from engine.scenario.model import Path

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


LARGEST: Final = 1e60
"""No number of a payoff, an outcome or a precision may be larger, so that the squares of its squares are finite."""
NO_VALUE: Final = "a division by 0, the log or root of a negative number, or a number beyond 1e60"


def shortened(text: str, length: int = 60) -> str:
    """An expression as it is quoted in a message."""
    return text if len(text) <= length else text[: length - 1] + "…"


class EvaluationError(ValueError):
    """A number that depends on a draw is impossible.

    Attributes:
        path: where in the scenario the expression stands.
        message: what is wrong, with the draw's inputs.
    """

    def __init__(self, path: Path, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.path, self.message, self.hint = path, message, hint

    def __reduce__(self) -> tuple[type[EvaluationError], tuple[Path, str, str]]:
        return EvaluationError, (self.path, self.message, self.hint)  # so that a process can send it to another


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """An unknown: one column of uniforms, turned by its quantile function."""

    name: str
    label: str
    distribution: Distribution
    known: bool


@dataclass(frozen=True, slots=True, eq=False)
class Copula:
    """Gaussian copula over some inputs.

    Attributes:
        columns: the inputs that are correlated; (k,).
        factor: Cholesky factor of their normal correlation; (k, k).
    """

    columns: IntArray
    factor: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """Chance that is summed inside a table: which chance each row has.

    Attributes:
        move: the chance move.
        cell: of its `ChanceTable`; (n_rows,).
    """

    move: str
    cell: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """An expression laid out on the distinct combinations of the moves that it reads.

    Attributes:
        path: where it stands in the scenario.
        text: as written.
        bound: with its names resolved.
        moves: for each move that it reads, the position of its value; each (n_rows,).
        n_rows: how many combinations.
        row: the row of each leaf, or its group of rows where there are folds; (n_leaves,).
        uncertain: whether it differs between draws, or rounds.
        folds: chance by which rows are weighted before they are summed; empty for most tables.
        by_group: sums weighted rows; None where there are no folds.
    """

    path: Path
    text: str
    bound: scope.Bound
    moves: Mapping[str, IntArray]
    n_rows: int
    row: IntArray
    uncertain: bool
    folds: tuple[Fold, ...]
    by_group: Segments | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ChanceTable:
    """The chance of each value of a chance move.

    Attributes:
        move: its name.
        shares: for each value the table of its chance, all on the same rows; None for `rest`.
        n_rows: how many rows.
        cell: row times number of values plus value on each leaf, one past the last where the move does not happen.
        unknowns: the unknowns that it depends on.
        path: where the chance stands in the scenario.
    """

    move: str
    shares: tuple[Table | None, ...]
    n_rows: int
    cell: IntArray
    unknowns: frozenset[str]
    path: Path


@dataclass(frozen=True, slots=True, eq=False)
class TermTable:
    """One named term of an actor's payoff."""

    actor: int
    name: str
    table: Table


@dataclass(frozen=True, slots=True, eq=False)
class PayoffRows:
    """How an actor's terms add up: on the distinct combinations of their rows.

    Attributes:
        rows: for each term the row in each combination; (n_terms, n_combinations).
        combination: of each leaf; (n_leaves,).
    """

    rows: IntArray
    combination: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """Where something holds.

    Attributes:
        table: the condition.
        leaves: the leaves on which it holds, where no unknown matters; None if it differs between draws.
        by_types: sums these leaves by combination of lasting types; None as above.
    """

    table: Table
    leaves: IntArray | None
    by_types: Segments | None


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """What is read off the solved game for one outcome.

    Attributes:
        name: the outcome's.
        kind: `happens`, `quantity`, `choice` or `belief`.
        event: the condition, of an event (with what it is conditioned on) or a belief.
        number: the number, of a quantity.
        given: the condition on which it is taken; None: always.
        values: of a choice its options' names, of a quantity that is the same in every draw its distinct numbers.
        by_value: of a quantity or a choice: sums leaves by value, or by row of a number that differs between draws, and
            within it by combination of lasting types.
        belief: whose, and at which information sets; None for other kinds.
        center: of a quantity, a number near its values, taken off before they are squared.
        over: of the rounds: `ever`, `first`, `last`, `mean` or `each`.
        by: the last round that counts; None: all do.
    """

    name: str
    kind: str
    event: Condition | None
    number: Table | None
    given: Condition | None
    values: tuple[str, ...] | tuple[float, ...]
    by_value: Segments | None
    belief: BeliefSets | None
    center: float = 0.0
    over: str = "mean"
    by: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class BeliefSets:
    """The information sets at which a belief is asked.

    Attributes:
        actor: whose belief.
        by_set: sums leaves by information set, and within it by combination of lasting types, leaving out those where
            the condition does not hold.
        that: the same where what is believed holds; None if that differs between draws.
        after: the condition, where the state has a say in it; the actor sees the state.
    """

    actor: int
    by_set: Segments
    that: Segments | None
    after: Condition | None


@dataclass(frozen=True, slots=True, eq=False)
class Stated:
    """A stated probability as a distribution, and whether draws are weighted by it."""

    name: str
    about: str
    distribution: Distribution
    believed: bool


@dataclass(frozen=True, slots=True, eq=False)
class HabitTable:
    """What an actor does at one decision by habit.

    Attributes:
        shares: of its options, on the rows of what the habit reads.
        actions: the decision's actions in the tree, first and one past the last.
        cell: of `shares`, for each of these actions; (its actions,).
    """

    shares: ChanceTable
    actions: tuple[int, int]
    cell: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """How the actors reason.

    Attributes:
        concept: how the whole game is solved.
        named: of those who do not reason by equilibrium, their rule in words; by name.
        fixed: whether anybody follows another rule, so that draws need a `Conduct`.
        habits: of decisions that have one.
        means: Poisson means of hierarchies.
        followed: for actors whose rule is uncertain, the unknown that says which, and the number of the rule for each
            of its values.
        unscaled: actors whose precision does not matter.
    """

    concept: str = "logit equilibrium"
    named: Mapping[str, str] = field(default_factory=dict)
    fixed: bool = False
    habits: tuple[HabitTable, ...] = ()
    means: tuple[Table, ...] = ()
    followed: Mapping[int, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    unscaled: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Mask:
    """A move that happens or not as the state is.

    Attributes:
        table: its condition.
        happens: whether it is made on each leaf; (n_leaves,).
    """

    table: Table
    happens: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Recurrence:
    """How one round leads to the next.

    Attributes:
        count: how many rounds there are at most.
        following: the next value of each state that changes.
        until: the game ends after a round that leaves this true; None: it lasts for all rounds.
        lasting: types that are drawn once.
        learners: actors from whom any of them is hidden.
        types: the combination of lasting types on each leaf; (n_leaves,).
        type_leaf: a leaf of each combination; (n_types,).
        outcome: what everybody learns on each leaf, as far as the future can depend on it; (n_leaves,).
        outcome_leaf: a leaf of each of these; (n_outcomes,).
        by_both: sums leaves by combination of types, and by outcome within it.
        changing: public moves that the next state reads; here and below by position in the tree.
        told: for each move that may tell of types, the public moves that have to be remembered where it is made.
    """

    count: int
    following: Mapping[str, Table]
    until: Table | None
    lasting: frozenset[str]
    learners: frozenset[int]
    types: IntArray
    type_leaf: IntArray
    outcome: IntArray
    outcome_leaf: IntArray
    by_both: Segments
    changing: frozenset[int]
    told: Mapping[int, frozenset[int]]

    @property
    def n_types(self) -> int:
        return len(self.type_leaf)

    @property
    def n_outcomes(self) -> int:
        return len(self.outcome_leaf)


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """What is asked of a game in rounds together with what is seen in its first round.

    Attributes:
        seen: for each measure that asks whether something ever happens after something was seen in the first round, the
            measure of that sight.
        later: the measures from the second round on.
    """

    seen: Mapping[str, str]
    later: tuple[Measure, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Everything that a simulation needs, and nothing of the file.

    Attributes:
        actors: names; actors are meant by position elsewhere.
        tree: the paths that are solved; chance that nobody acts on does not branch it.
        chances: of the chance moves that branch the tree.
        folded: of those that do not, by name.
        payoffs: how terms add up on the leaves, as expectations over chance that does not branch the tree.
        results: how they add up on all paths, that chance included.
        leaf_of_path: the leaf of the tree that each of all paths ends in; (n_paths,).
        sets: for each deciding actor, for each of its decisions, sums leaves into information sets.
        by_types: sums leaves by combination of lasting types; where nothing lasts, all of them.
        beliefs: for each actor with chances of its own, the tables that replace the true ones, by move.
        values: of each move, by name.
        ways: how the actors reason.
        masks: moves that happen or not as the state is.
        recurrence: how one round leads to the next; None if the game is played once.
        sharpness: factor on everybody's precision.
        watch: what is asked together with what is seen in the first round; None: nothing.
    """

    inputs: tuple[Input, ...]
    copula: Copula | None
    actors: tuple[str, ...]
    tree: Tree
    solver: Solver | RuleSolver | PureSolver
    chances: tuple[ChanceTable, ...]
    folded: Mapping[str, ChanceTable]
    beliefs: Mapping[int, Mapping[str, ChanceTable]]
    precision: Mapping[int, Table]
    terms: tuple[TermTable, ...]
    payoffs: Mapping[int, PayoffRows]
    results: Mapping[int, PayoffRows]
    leaf_of_path: IntArray
    sets: Mapping[int, tuple[Segments, ...]]
    by_types: Segments
    measures: tuple[Measure, ...]
    statements: tuple[Stated, ...]
    numbers: Mapping[str, FloatArray]
    quantities: Mapping[str, scope.Bound]
    state: Mapping[str, FloatArray]
    values: Mapping[str, tuple[str, ...]]
    ways: Ways = field(default_factory=Ways)
    masks: tuple[Mask, ...] = ()
    recurrence: Recurrence | None = None
    sharpness: float = 1.0
    watch: Watch | None = None

    @property
    def n_inputs(self) -> int:
        return len(self.inputs)

    @property
    def deciders(self) -> tuple[int, ...]:
        """Actors that make a decision in the game."""
        owners = (self.tree.moves[item.decision].actor for item in self.tree.sets)
        return tuple(sorted({actor for actor in owners if actor is not None}))

    @property
    def settled(self) -> bool:
        """Whether nothing is unknown: every unknown has one value."""
        return all(low == high for low, high in (item.distribution.support() for item in self.inputs))

    def terms_of(self, actor: int) -> Iterator[TermTable]:
        return (term for _, term in self.placed_terms_of(actor))

    def placed_terms_of(self, actor: int) -> Iterator[tuple[int, TermTable]]:
        """The actor's payoff terms, each with its place among all."""
        return ((place, term) for place, term in enumerate(self.terms) if term.actor == actor)


def payoff_rows(terms: Sequence[TermTable], rows: Sequence[IntArray]) -> dict[int, PayoffRows]:
    """How each actor's terms add up, from the row of each term on each leaf."""
    found = {}
    for actor in sorted({term.actor for term in terms}):
        own = np.array([row for term, row in zip(terms, rows, strict=True) if term.actor == actor])
        found[actor] = PayoffRows(*distinct_columns(own))
    return found


def without_term(program: Program, place: int) -> Program:
    """The program in which an actor does not care about one of its terms."""
    terms = program.terms[:place] + program.terms[place + 1 :]
    return replace(program, terms=terms, payoffs=payoff_rows(terms, [term.table.row for term in terms]))
