"""The multi-agent influence diagram of a scenario (Koller & Milch 2003): chance, decisions, and who wants what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.scenario.expressions import Expression
from engine.scenario.model import Decision, Scenario, Type
from engine.scenario.scope import Reads, bind, bound_quantities, knowledge, reads, scope_of

CHANCE, DECISION, PAYOFF = "chance", "decision", "payoff"


@dataclass(frozen=True, slots=True)
class Node:
    """Something that happens, is chosen, or is wanted.

    Attributes:
        name: of the move or the payoff term.
        kind: `chance`, `decision` or `payoff`.
        actor: who decides, whose payoff it is, or who alone knows it; empty for open chance.
    """

    name: str
    kind: str
    actor: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """From one node to another, by their places.

    Attributes:
        informs: whether it says what the actor of a decision knows; else the end depends on the start.
    """

    start: int
    end: int
    informs: bool


@dataclass(frozen=True, slots=True)
class Influence:
    """The diagram.

    Attributes:
        nodes: moves in order of play, then payoff terms.
        arrows: what an actor knows from before an earlier decision of its own is not drawn again: it is remembered.
        actors: what they are called, by name.
    """

    title: str
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    actors: Mapping[str, str]


def influence(scenario: Scenario) -> Influence:
    """The influence diagram of a checked scenario; unknowns and state are left out."""
    nodes = [
        Node(move.name, DECISION, move.actor)
        if isinstance(move, Decision)
        else Node(move.name, CHANCE, move.of if isinstance(move, Type) else "")
        for move in scenario.moves
    ]
    nodes += [Node(term.term, PAYOFF, actor) for actor, terms in scenario.payoffs.items() for term in terms]
    arrows = (*_to_moves(scenario), *_to_payoffs(scenario))
    return Influence(
        scenario.title, tuple(nodes), arrows, {name: actor.name for name, actor in scenario.actors.items()}
    )


def _to_moves(scenario: Scenario) -> Iterator[Arrow]:
    reader, known = _Reader(scenario), knowledge(scenario)
    places = {move.name: place for place, move in enumerate(scenario.moves)}
    last: dict[str, str] = {}
    for end, move in enumerate(scenario.moves):
        informing: set[str] = set()
        if isinstance(move, Decision):
            informing = set(known[move.name])
            if move.actor in last:
                informing -= set(known[last[move.actor]])
            last[move.actor] = move.name
        depends = reader.moves([move.when] if move.when is not None else [])
        if not isinstance(move, Decision):
            views = [own[move.name] for own in scenario.beliefs.values() if move.name in own]
            for chance in (move.chance, *views):
                shares = [chance] if isinstance(chance, Expression) else chance.values()
                depends |= reader.moves([share for share in shares if isinstance(share, Expression)])
        for start in sorted(places[name] for name in informing | depends):
            yield Arrow(start, end, scenario.moves[start].name in informing)


def _to_payoffs(scenario: Scenario) -> Iterator[Arrow]:
    reader = _Reader(scenario)
    places = {move.name: place for place, move in enumerate(scenario.moves)}
    end = len(scenario.moves)
    for terms in scenario.payoffs.values():
        for term in terms:
            for start in sorted(places[name] for name in reader.moves([term.value])):
                yield Arrow(start, end, False)
            end += 1


class _Reader:
    """The moves that expressions read, quantities opened."""

    def __init__(self, scenario: Scenario) -> None:
        self.scope = scope_of(scenario)
        self.quantities: Mapping[str, Reads] = bound_quantities(scenario, self.scope)[1]

    def moves(self, expressions: list[Expression]) -> set[str]:
        return {
            name for expression in expressions for name in reads(bind(expression, self.scope)[0], self.quantities).moves
        }
