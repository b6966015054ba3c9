"""What the names in an expression stand for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from engine.scenario import expressions as ex
from engine.scenario.model import Decision, Path, Scenario, Type
from engine.scenario.reasoning import HIERARCHY, Hierarchy, named_rules

CLOCK: Final = ("round", "rounds")
TRUTH: Final = {"true": "1", "false": "0"}
"""What conditions count as, for those who write the words."""
MAX_COMPARED: Final = 200
"""Names that are compared, and characters of a name, to find the nearest; comparing takes time."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The draw's value of an unknown."""

    name: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A named intermediate value."""

    name: str


@dataclass(frozen=True, slots=True)
class State:
    """The value of a state that everybody sees."""

    name: str


@dataclass(frozen=True, slots=True)
class Clock:
    """The number of the round, or of all rounds."""

    name: str


@dataclass(frozen=True, slots=True)
class MoveNumber:
    """The number that the move's value carries; 0 where it did not happen."""

    name: str


@dataclass(frozen=True, slots=True)
class MoveIs:
    """Whether the move has this value; position among its values, -1 for `none`."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class UnknownIs:
    """Whether a `choice` has this value."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator or function of bound parts."""

    operator: str
    parts: tuple[Bound, ...]


Bound = float | Unknown | Quantity | State | Clock | MoveNumber | MoveIs | UnknownIs | Apply


@dataclass(frozen=True, slots=True)
class Misuse:
    """What is wrong with a name, at an offset of the expression."""

    message: str
    hint: str
    offset: int


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that expressions share.

    Attributes:
        moves: the values of each move, with their numbers.
        choices: the values of each unknown that is a `choice`.
    """

    unknowns: frozenset[str]
    quantities: frozenset[str]
    state: frozenset[str]
    moves: Mapping[str, Mapping[str, float | None]]
    choices: Mapping[str, tuple[str, ...]]

    @property
    def names(self) -> Iterator[str]:
        yield from self.unknowns
        yield from self.quantities
        yield from self.state
        yield from self.moves


def scope_of(scenario: Scenario) -> Scope:
    """The names of a scenario."""
    return Scope(
        unknowns=frozenset(scenario.unknowns),
        quantities=frozenset(scenario.quantities),
        state=frozenset(scenario.state),
        moves={move.name: dict(move.values) for move in scenario.moves},
        choices={name: tuple(item.choice) for name, item in scenario.unknowns.items() if item.choice},
    )


def bind(expression: ex.Expression, scope: Scope) -> tuple[Bound, list[Misuse]]:
    """The expression with its names resolved, and what is wrong with them (a wrong name is bound to 0)."""
    binder = _Binder(scope)
    return binder.bind(expression.root), binder.misuses


def parts(bound: Bound) -> Iterator[Bound]:
    """The node and everything below it; quantities are not opened."""
    yield bound
    if isinstance(bound, Apply):
        for part in bound.parts:
            yield from parts(part)


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint with the nearest known name, or with all when they are few."""
    known = sorted(set(known))
    alike = known if len(known) <= MAX_COMPARED else [other for other in known if other[:1] == name[:1]][:MAX_COMPARED]
    close = difflib.get_close_matches(name[:MAX_COMPARED], alike, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"known: {', '.join(known)}" if 0 < len(known) <= 12 else ""


class _Binder:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.misuses: list[Misuse] = []

    def bind(self, node: ex.Node) -> Bound:
        match node:
            case ex.Number():
                return node.value
            case ex.Name():
                return self.name(node)
            case ex.Unary():
                return Apply("negate" if node.operator == "-" else "not", (self.bind(node.operand),))
            case ex.Binary():
                return Apply(node.operator, (self.bind(node.left), self.bind(node.right)))
            case ex.Compare():
                return self.compare(node)
            case ex.Choose():
                return Apply("if", (self.bind(node.condition), self.bind(node.then), self.bind(node.otherwise)))
            case ex.Call():
                return Apply(node.function, tuple(map(self.bind, node.arguments)))

    def name(self, node: ex.Name) -> Bound:
        scope, name = self.scope, node.id
        if name in scope.choices:
            return self.wrong(
                node, f"'{name}' is a choice and has no number", f"compare it: {name} == {scope.choices[name][0]}"
            )
        if name in scope.unknowns:
            return Unknown(name)
        if name in scope.quantities:
            return Quantity(name)
        if name in scope.state:
            return State(name)
        if name in CLOCK:
            return Clock(name)
        if name in scope.moves:
            return self.number(node)
        return self.unknown_name(node)

    def number(self, node: ex.Name) -> Bound:
        values = self.scope.moves[node.id]
        bare = [value for value, number in values.items() if number is None]
        if bare:
            return self.wrong(
                node,
                f"'{bare[0]}', a value of '{node.id}', has no number",
                f"compare it ({node.id} == {bare[0]}) or give its values numbers",
            )
        return MoveNumber(node.id)

    def compare(self, node: ex.Compare) -> Bound:
        for one, other in ((node.left, node.right), (node.right, node.left)):
            values = self.values(one)
            if values and isinstance(one, ex.Name) and isinstance(other, ex.Name):
                if other.id in values or (other.id == "none" and one.id in self.scope.moves):
                    return self.against_value(node, one, other, other is node.right)
                if other.id not in self.scope.names and other.id not in CLOCK:
                    return self.wrong(other, f"'{other.id}' is no value of '{one.id}'", nearest(other.id, values))
            if isinstance(one, ex.Name) and isinstance(other, ex.Name) and self.owners(other) and self.nobody(one):
                return self.unknown_name(one)  # the value has a meaning once its move is named rightly
        return Apply(node.operator, (self.bind(node.left), self.bind(node.right)))

    def values(self, node: ex.Node) -> tuple[str, ...]:
        if not isinstance(node, ex.Name):
            return ()
        return tuple(self.scope.moves.get(node.id, ())) or self.scope.choices.get(node.id, ())

    def against_value(self, node: ex.Compare, owner: ex.Name, value: ex.Name, on_right: bool) -> Bound:
        position = -1 if value.id == "none" else self.values(owner).index(value.id)
        if node.operator in ("==", "!="):
            is_value: Bound = (MoveIs if owner.id in self.scope.moves else UnknownIs)(owner.id, position)
            return is_value if node.operator == "==" else Apply("not", (is_value,))
        if owner.id not in self.scope.moves or position < 0:
            return self.wrong(value, f"'{value.id}' has no number to compare", "use == or !=")
        number = self.scope.moves[owner.id][value.id]
        if number is None:
            return self.wrong(value, f"'{value.id}', a value of '{owner.id}', has no number", "use == or !=")
        sides: tuple[Bound, Bound] = (self.bind(owner), number)
        return Apply(node.operator, sides if on_right else (sides[1], sides[0]))

    def owners(self, node: ex.Name) -> list[str]:
        """The moves and choices that have a value of this name."""
        both = (self.scope.moves, self.scope.choices)
        return [owner for owners in both for owner, values in owners.items() if node.id in values]

    def nobody(self, node: ex.Name) -> bool:
        """Whether a name is neither that of anything nor a value."""
        taken = (*self.scope.names, *self.scope.choices, *CLOCK)
        return node.id not in taken and not self.owners(node)

    def unknown_name(self, node: ex.Name) -> Bound:
        owners = self.owners(node)
        if node.id == "none" or owners:
            owner = owners[0] if owners else next(iter(self.scope.moves), "move")
            return self.wrong(
                node, f"'{node.id}' stands for itself only in a comparison with its move", f"write {owner} == {node.id}"
            )
        if node.id.lower() in TRUTH:
            return self.wrong(node, f"'{node.id}' is not a name of this scenario", f"write {TRUTH[node.id.lower()]}")
        hint = nearest(node.id, self.scope.names) or "unknowns, quantities, state and moves have names"
        return self.wrong(node, f"'{node.id}' is not a name of this scenario", hint)

    def wrong(self, node: ex.Name, message: str, hint: str) -> Bound:
        self.misuses.append(Misuse(message, hint, node.at))
        return 0.0


@dataclass(frozen=True, slots=True)
class Reads:
    """What an expression depends on, quantities opened."""

    unknowns: frozenset[str]
    moves: frozenset[str]
    state: frozenset[str]
    clock: bool = False

    def __or__(self, other: Reads) -> Reads:
        return Reads(
            self.unknowns | other.unknowns,
            self.moves | other.moves,
            self.state | other.state,
            self.clock or other.clock,
        )


def reads(bound: Bound, quantities: Mapping[str, Reads]) -> Reads:
    """What a bound expression depends on; `quantities` are those of the quantities it names."""
    unknowns: set[str] = set()
    moves: set[str] = set()
    state: set[str] = set()
    clock = False
    for part in parts(bound):
        match part:
            case Unknown() | UnknownIs():
                unknowns.add(part.name)
            case MoveNumber() | MoveIs():
                moves.add(part.name)
            case State():
                state.add(part.name)
            case Clock():
                clock = True
            case Quantity() if part.name in quantities:
                inner = quantities[part.name]
                unknowns |= inner.unknowns
                moves |= inner.moves
                state |= inner.state
                clock |= inner.clock
            case _:
                pass
    return Reads(frozenset(unknowns), frozenset(moves), frozenset(state), clock)


def bound_quantities(scenario: Scenario, scope: Scope) -> tuple[dict[str, Bound], dict[str, Reads], list[str]]:
    """The quantities in an order in which each uses only earlier ones, what they read, and those that form a cycle."""
    bound = {name: bind(expression, scope)[0] for name, expression in scenario.quantities.items()}
    uses = {name: {part.name for part in parts(item) if isinstance(part, Quantity)} for name, item in bound.items()}
    ordered: dict[str, Bound] = {}
    read: dict[str, Reads] = {}
    while ready := [name for name in bound if name not in ordered and uses[name] <= ordered.keys()]:
        for name in ready:
            ordered[name] = bound[name]
            read[name] = reads(bound[name], read)
    return ordered, read, [name for name in bound if name not in ordered]


def knowledge(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """What the actor of each decision knows of the earlier moves, in order of play.

    Actors remember their own moves and what they knew (perfect recall), and know their own types.
    """
    known: dict[str, set[str]] = {}
    remembered: dict[str, set[str]] = {}
    order = [move.name for move in scenario.moves]
    for move in scenario.moves:
        if isinstance(move, Type):
            remembered.setdefault(move.of, set()).add(move.name)
        if isinstance(move, Decision):
            memory = remembered.setdefault(move.actor, set())
            memory |= set(move.knows) & set(order)
            known[move.name] = set(memory)
            memory.add(move.name)
    return {decision: tuple(name for name in order if name in names) for decision, names in known.items()}


def expression_places(scenario: Scenario) -> Iterator[tuple[Path, ex.Expression, str, int]]:
    """Every expression with its path, the kind of place it stands in, and how many moves come before it."""
    everything = len(scenario.moves)
    for name, quantity in scenario.quantities.items():
        yield ("quantities", name), quantity, "quantity", everything
    for name, item in scenario.state.items():
        if item.next is not None:
            yield ("state", name, "next"), item.next, "next", everything
    if scenario.rounds is not None and scenario.rounds.until is not None:
        yield ("rounds", "until"), scenario.rounds.until, "until", 0
    for name, actor in scenario.actors.items():
        yield ("actors", name, "precision"), actor.precision, "precision", 0
        for path, rule in named_rules(actor.reasoning):
            if isinstance(rule, Hierarchy):
                yield ("actors", name, "reasoning", *path, HIERARCHY), rule.mean, "mean", 0
    for position, move in enumerate(scenario.moves):
        if move.when is not None:
            yield ("moves", position, "when"), move.when, "when", position
        if not isinstance(move, Decision):
            yield from chance_places(("moves", position, "chance"), move.chance, position)
    for actor_name, terms in scenario.payoffs.items():
        for number, term in enumerate(terms):
            yield ("payoffs", actor_name, number, "value"), term.value, "payoff", everything
    positions = {move.name: position for position, move in enumerate(scenario.moves)}
    for name, actor in scenario.actors.items():
        for decision, chance in actor.habit.items():
            yield from chance_places(("actors", name, "habit", decision), chance, positions.get(decision, everything))
    for actor_name, views in scenario.beliefs.items():
        for name, chance in views.items():
            yield from chance_places(("beliefs", actor_name, name), chance, positions.get(name, everything))
    for name, outcome in scenario.outcomes.items():
        for key in ("happens", "quantity", "given"):
            if (found := getattr(outcome, key)) is not None:
                yield ("outcomes", name, key), found, "outcome", everything
        if outcome.belief is not None:
            yield ("outcomes", name, "belief", "that"), outcome.belief.that, "belief", everything
            if outcome.belief.after is not None:
                yield ("outcomes", name, "belief", "after"), outcome.belief.after, "belief", everything


def chance_places(
    path: Path, chance: ex.Expression | Mapping[str, ex.Expression | str], position: int
) -> Iterator[tuple[Path, ex.Expression, str, int]]:
    """The expressions of one chance, as `expression_places` gives them."""
    if isinstance(chance, ex.Expression):
        yield path, chance, "chance", position
    else:
        for value, share in chance.items():
            if isinstance(share, ex.Expression):
                yield (*path, value), share, "chance", position
