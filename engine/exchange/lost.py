"""What of a scenario a game of Gambit's does not hold."""

from __future__ import annotations

from collections.abc import Iterator

from engine.scenario.model import Decision, Scenario, Type
from engine.scenario.reasoning import in_words


def lost(scenario: Scenario) -> tuple[str, ...]:
    """What is left out of the game of one draw, each in words."""
    return (*_of_unknowns(scenario), *_of_reasoning(scenario), *_of_rounds(scenario))


# Private functions


def _of_unknowns(scenario: Scenario) -> Iterator[str]:
    if scenario.unknowns:
        yield "the game is that of one draw: every unknown stands at its median"
    if hidden := [name for name, item in scenario.unknowns.items() if not item.known]:
        yield f"what nobody knows stands at its mean, by which the actors act: {', '.join(hidden)}"
    for actor, views in scenario.beliefs.items():
        yield f"{actor}'s own chances are left out, the true ones are written: {', '.join(views)}"


def _of_reasoning(scenario: Scenario) -> Iterator[str]:
    """How actors reason is no part of a game, and how it is solved is chosen in Gambit."""
    deciding = {move.actor for move in scenario.moves if isinstance(move, Decision)}
    actors = {name: item for name, item in scenario.actors.items() if name in deciding}
    if other := [f"{name} ({in_words(a.reasoning)})" for name, a in actors.items() if a.reasoning != "equilibrium"]:
        yield f"how these actors reason is left out: {', '.join(other)}"
    if habits := [name for name, item in actors.items() if item.habit]:
        yield f"habits are left out: those of {', '.join(habits)}"
    if scenario.solution != "logit equilibrium":
        yield f"how the game is solved is left out: {scenario.solution}"


def _of_rounds(scenario: Scenario) -> Iterator[str]:
    """What links one round to the next."""
    rounds = scenario.rounds
    if rounds is None or rounds.count == 1:
        return
    yield f"only the first of {rounds.count} rounds is written"
    if scenario.state:
        yield f"the state stands at its start, and what becomes of it is left out: {', '.join(scenario.state)}"
    if rounds.until is not None:
        yield f"when the game ends is left out: until {rounds.until.text}"
    if lasting := [move.name for move in scenario.moves if isinstance(move, Type) and move.lasting]:
        yield f"what later rounds learn of lasting types is left out: {', '.join(lasting)}"
    if secret := [move.name for move in scenario.moves if move.hidden and not isinstance(move, Type)]:
        yield f"that moves stay secret after the round is left out: {', '.join(secret)}"
