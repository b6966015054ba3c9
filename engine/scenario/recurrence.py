"""What must hold where the game is played in rounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.errors import Problem
from engine.scenario.calendar import round_ends, rounds_by
from engine.scenario.model import Move, Scenario, Type
from engine.scenario.scope import Reads, Scope, bind, bound_quantities, expression_places, reads, scope_of


def check_rounds(scenario: Scenario) -> Iterator[Problem]:
    """Rounds end on the horizon; what lasts is drawn before them; what everybody sees says nothing hidden."""
    yield from _check_dates(scenario)
    if scenario.rounds is None:
        for name, item in scenario.state.items():
            if item.next is not None:
                message = f"'{name}' has a next value, but without 'rounds' the game is played once"
                yield scenario.key_problem(("state", name, "next"), message, "add rounds: {count: …}")
        return
    scope = scope_of(scenario)
    _, quantities, _ = bound_quantities(scenario, scope)
    if scenario.solution == "pure equilibria":
        message = "equilibria in pure strategies are enumerated in a game that is played once, not in rounds"
        yield scenario.problem(("solution",), message, "leave out rounds, or solve another way")
    yield from _check_lasting(scenario, scope, quantities)
    yield from _check_public(scenario, scope, quantities)


# Private functions


def _check_dates(scenario: Scenario) -> Iterator[Problem]:
    rounds, ends = scenario.rounds, round_ends(scenario)
    if rounds is not None and rounds.start is not None and rounds.unit is None:
        yield scenario.problem(("rounds",), "'rounds' that begin on a day need a unit", "add unit: month, for example")
    if rounds is not None and rounds.start and scenario.as_of and rounds.start < scenario.as_of:
        yield scenario.problem(("rounds", "from"), f"the first round begins before as_of, {scenario.as_of}")
    if ends and scenario.horizon is not None and ends[-1] != scenario.horizon:
        message = f"the last of the rounds ends on {ends[-1]}, and the horizon is {scenario.horizon}"
        yield scenario.problem(("horizon",), message, "change the horizon, or the rounds' count or first day")
    for name, outcome in scenario.outcomes.items():
        if outcome.by is not None and rounds_by(scenario, outcome.by) is None:
            message = f"no round ends on {outcome.by}" if ends else "'by' needs 'rounds' with dates"
            hint = _nearest_ends(scenario) or "rounds have no dates unless they have a unit and begin on a day"
            yield scenario.problem(("outcomes", name, "by"), message, hint)


def _nearest_ends(scenario: Scenario) -> str:
    ends = round_ends(scenario)
    if not ends:
        return ""
    if len(ends) > 8:
        return f"they end from {ends[0]} to {ends[-1]}"
    return f"they end on {', '.join(map(str, ends))}"


def _check_lasting(scenario: Scenario, scope: Scope, quantities: Mapping[str, Reads]) -> Iterator[Problem]:
    """A lasting type is drawn before the first round, so it can depend on lasting types alone."""
    lasting = {move.name for move in scenario.moves if is_lasting(move)}
    for position, move in enumerate(scenario.moves):
        if is_lasting(move) and move.when is not None:
            message = f"'{move.name}' lasts: it is drawn before the first round, so it cannot have a 'when'"
            yield scenario.key_problem(("moves", position, "when"), message)
    for path, expression, kind, _ in expression_places(scenario):
        name = _chance_of(scenario, path) if kind == "chance" else None
        bound, misuses = bind(expression, scope)
        if name not in lasting or misuses:
            continue
        found = reads(bound, quantities)
        for other in sorted(found.moves - lasting) + sorted(found.state) + (["round"] if found.clock else []):
            message = f"'{name}' lasts: it is drawn before the first round, so its chance cannot depend on '{other}'"
            yield scenario.problem(path, message)


def _chance_of(scenario: Scenario, path: tuple[str | int, ...]) -> str | None:
    if path[0] == "moves":
        return scenario.moves[int(path[1])].name
    return str(path[2]) if path[0] == "beliefs" else None


def _check_public(scenario: Scenario, scope: Scope, quantities: Mapping[str, Reads]) -> Iterator[Problem]:
    """The state and the end of the game depend on what everybody knows after a round."""
    hidden = {move.name for move in scenario.moves if move.hidden}
    unseen = {name for name, item in scenario.unknowns.items() if not item.known}
    for path, expression, kind, _ in expression_places(scenario):
        bound, misuses = bind(expression, scope)
        if misuses:
            continue
        found = reads(bound, quantities)
        if kind in ("next", "until"):
            for name in sorted(found.moves & hidden) if kind == "next" else ():
                message = f"everybody sees the state, and not everybody learns '{name}'"
                yield scenario.problem(path, message, "let it depend on an event that shows it, perhaps with noise")
            for name in sorted(found.unknowns & unseen):
                message = f"everybody sees the state, and nobody knows '{name}'"
                yield scenario.problem(path, message, "let it depend on an event that shows it, perhaps with noise")
            if kind == "until" and found.moves:
                message = f"'until' cannot read the move '{min(found.moves)}'"
                yield scenario.problem(path, message, "keep it in a state: next is evaluated after each round")


def is_lasting(move: Move) -> bool:
    """Whether a move is a type that is drawn once for all rounds."""
    return isinstance(move, Type) and move.lasting
