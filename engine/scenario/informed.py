"""The same scenario with somebody better informed: knowledge added to decisions, forecasts, unknowns that become known.

These work on the records and not on the file, whose checks (that nobody learns from what does not happen, say) are
about how a scenario should be written, and not about what could be learned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from engine.scenario.expressions import Choose, Compare, Expression, Name, Node, Number
from engine.scenario.model import Correlated, Decision, Event, Move, Outcome, Scenario, Type
from engine.scenario.scope import bind, bound_quantities, expression_places, knowledge, reads, scope_of

# Public functions


def bare(scenario: Scenario) -> Scenario:
    """The scenario without what is asked of it, so that more chance can be summed."""
    return scenario.model_copy(
        update={"outcomes": {}, "statements": {}, "references": (), "resolution": {}, "lesson": None}
    )


def hidden_moves(scenario: Scenario, actor: str) -> tuple[str, ...]:
    """Moves that an actor does not know at some decision at which it could, in order of play.

    It could know what came before, and chance that comes later but hangs on nothing that is done in between.
    """
    known = knowledge(scenario)
    own = [move for move in scenario.moves if isinstance(move, Decision) and move.actor == actor]
    parents = _parents(scenario)
    found = []
    for move in scenario.moves:
        if move in own:
            continue
        places = [other for other in own if move.name not in known[other.name]]
        if any(_sooner(scenario, parents, move.name, other.name) is not None for other in places):
            found.append(move.name)
    return tuple(found)


def knowing(scenario: Scenario, actor: str, moves: Sequence[str]) -> Scenario:
    """The scenario in which an actor sees some moves at all decisions at which it could, and everybody knows that."""
    for name in moves:
        parents = _parents(scenario)
        for decision in scenario.moves:
            if isinstance(decision, Decision) and decision.actor == actor:
                order = _sooner(scenario, parents, name, decision.name)
                if order is not None:
                    scenario = scenario.model_copy(update={"moves": order})
                    break
        else:
            continue
        place = [move.name for move in scenario.moves].index(name)
        after = tuple(
            move.model_copy(update={"knows": (*move.knows, name)})
            if isinstance(move, Decision) and move.actor == actor and number > place and name not in move.knows
            else move
            for number, move in enumerate(scenario.moves)
        )
        scenario = scenario.model_copy(update={"moves": after})
    return scenario


def openly(scenario: Scenario, names: Sequence[str]) -> Scenario:
    """The scenario in which every actor knows some unknowns."""
    unknowns = {
        name: item.model_copy(update={"known": True}) if name in names else item
        for name, item in scenario.unknowns.items()
    }
    return scenario.model_copy(update={"unknowns": unknowns})


def unseen_unknowns(scenario: Scenario) -> tuple[str, ...]:
    """Unknowns that nobody knows and that the game reads, in their order."""
    scope = scope_of(scenario)
    _, quantities, _ = bound_quantities(scenario, scope)
    read: set[str] = set()
    for path, expression, _, _ in expression_places(scenario):
        if path[0] in ("moves", "payoffs", "beliefs", "actors"):
            read |= reads(bind(expression, scope)[0], quantities).unknowns
    return tuple(name for name, item in scenario.unknowns.items() if not item.known and name in read)


def in_mind(scenario: Scenario) -> frozenset[str]:
    """Unknowns that a precision, a habit or the mean level of a hierarchy reads, which nothing drawn in play can."""
    scope = scope_of(scenario)
    _, quantities, _ = bound_quantities(scenario, scope)
    return frozenset(
        name
        for path, expression, _, _ in expression_places(scenario)
        if path[0] == "actors"
        for name in reads(bind(expression, scope)[0], quantities).unknowns
    )


def as_event(
    scenario: Scenario,
    values: Mapping[str, Sequence[float]],
    knower: str | None,
    levels: tuple[str, Sequence[float]] | None = None,
) -> Scenario:
    """The scenario in which unknowns are drawn by an event in front, of equally likely values.

    Columns of uniforms stay: each unknown goes on under another name, which nothing else reads.

    Args:
        values: of each of these unknowns at each value of the event.
        knower: the actor who knows the event; None: nobody does.
        levels: an unknown, and the bounds of its values that belong to each value of the event (one more than there are
            values): what it is in the draw decides which value the event has, since that tells of other unknowns.
            Actors hold all equally likely. None: they are.
    """
    taken = {*scope_of(scenario).names, *(value for move in scenario.moves for value in move.values)}
    renamed = {name: _fresh(name, taken) for name in values}
    event = _fresh("drawn", taken)
    count = len(next(iter(values.values())))
    labels = [_fresh(f"d{number}", taken) for number in range(count)]
    equal: dict[str, Expression | Literal["rest"]] = {
        label: Expression(f"1 / {count}", Number(1 / count, 0)) for label in labels
    }
    chance, beliefs = equal, scenario.beliefs
    if levels is not None:
        name, bounds = levels
        chance = dict(zip(labels, _indicators(renamed[name], bounds), strict=True))
        beliefs = {actor: {**scenario.beliefs.get(actor, {}), event: equal} for actor in scenario.actors}
    first = Event(event=event, chance=chance, values={label: float(place) for place, label in enumerate(labels)})
    moves: tuple[Move, ...] = (first, *scenario.moves)
    if knower is not None:
        moves = tuple(
            move.model_copy(update={"knows": (*move.knows, event)})
            if isinstance(move, Decision) and move.actor == knower
            else move
            for move in moves
        )
    quantities = {name: Expression(name, _chosen(event, 0, list(own))) for name, own in values.items()}
    return scenario.model_copy(
        update={
            "unknowns": {renamed.get(name, name): item for name, item in scenario.unknowns.items()},
            "correlated": tuple(_renamed(pair, renamed) for pair in scenario.correlated),
            "quantities": {**quantities, **scenario.quantities},
            "moves": moves,
            "beliefs": beliefs,
        }
    )


def with_outcomes(scenario: Scenario, outcomes: Mapping[str, Outcome]) -> Scenario:
    """The scenario with more outcomes."""
    return scenario.model_copy(update={"outcomes": {**scenario.outcomes, **outcomes}})


# Private functions


def _parents(scenario: Scenario) -> dict[str, frozenset[str]]:
    """The moves that each chance move hangs on; of decisions nothing."""
    scope = scope_of(scenario)
    _, quantities, _ = bound_quantities(scenario, scope)
    order = [move.name for move in scenario.moves]
    found: dict[str, set[str]] = {name: set() for name in order}
    for path, expression, kind, _ in expression_places(scenario):
        if kind in ("chance", "when") and path[0] in ("moves", "beliefs"):
            name = order[int(path[1])] if path[0] == "moves" else str(path[2])
            found[name] |= reads(bind(expression, scope)[0], quantities).moves
    return {name: frozenset(above) for name, above in found.items()}


def _sooner(
    scenario: Scenario, parents: Mapping[str, frozenset[str]], name: str, decision: str
) -> tuple[Move, ...] | None:
    """The moves in an order in which one comes before a decision; None where it cannot."""
    order = [move.name for move in scenario.moves]
    place = order.index(decision)
    if order.index(name) < place:
        return scenario.moves
    needed, todo = {name}, [name]
    while todo:
        fresh = {above for above in parents[todo.pop()] if order.index(above) >= place} - needed
        needed |= fresh
        todo += fresh
    for move in scenario.moves[place:]:
        if move.name in needed and (isinstance(move, Decision) or _told(scenario, move, place)):
            return None
    earlier = [move for move in scenario.moves[place:] if move.name in needed]
    later = [move for move in scenario.moves[place:] if move.name not in needed]
    return (*scenario.moves[:place], *earlier, *later)


def _told(scenario: Scenario, move: Move, place: int) -> bool:
    """Whether somebody would learn its own type sooner if it were drawn sooner."""
    if not isinstance(move, Type):
        return False
    between = scenario.moves[place : scenario.moves.index(move)]
    return any(isinstance(other, Decision) and other.actor == move.of for other in between)


def _fresh(name: str, taken: set[str]) -> str:
    """A name like this one that nothing has yet."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    taken.add(found)
    return found


def _chosen(event: str, start: int, values: list[float]) -> Node:
    """The value that belongs to the event's number, found by halving."""
    if len(values) == 1:
        return Number(float(values[0]), 0)
    half = len(values) // 2
    below = Compare("<", Name(event, 0), Number(start + half - 0.5, 0), 0)
    return Choose(below, _chosen(event, start, values[:half]), _chosen(event, start + half, values[half:]), 0)


def _indicators(name: str, bounds: Sequence[float]) -> list[Expression]:
    """1 where an unknown lies between two bounds, else 0; the outermost have no end."""
    shares = []
    last = len(bounds) - 2
    for place in range(last + 1):
        node: Node = Number(1.0, 0)
        if place > 0:
            node = Choose(Compare(">", Name(name, 0), Number(float(bounds[place]), 0), 0), node, Number(0.0, 0), 0)
        if place < last:
            node = Choose(Compare("<=", Name(name, 0), Number(float(bounds[place + 1]), 0), 0), node, Number(0.0, 0), 0)
        shares.append(Expression(name, node))
    return shares


def _renamed(pair: Correlated, renamed: Mapping[str, str]) -> Correlated:
    one, other = pair.unknowns
    return pair.model_copy(update={"unknowns": (renamed.get(one, one), renamed.get(other, other))})
