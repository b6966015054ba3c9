"""What a scenario consists of, in a few figures, and what its author may want to look at again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf

from engine.analysis.checking.extremes import possibly_impossible
from engine.analysis.checking.provenance import NEITHER, provenance
from engine.errors import Problem
from engine.program.layout import Layout
from engine.scenario.model import Decision, Scenario, Type
from engine.scenario.reasoning import Uncertain
from engine.scenario.scope import (
    Apply,
    Bound,
    Quantity,
    Unknown,
    UnknownIs,
    bind,
    bound_quantities,
    expression_places,
    knowledge,
    reads,
    scope_of,
)

LINEAR_PLACES = ("payoff", "chance")
MOST_NAMED = 5
"""Moves that a warning names."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A scenario in figures.

    Attributes:
        actors, moves, outcomes, assumptions: names, with what they are called.
        paths: through the game tree.
        sets: information sets at which somebody decides.
        decisions: how many of the moves are decisions.
        terms: of payoffs.
        rounds: how often the game is played at most.
        forgotten: secret moves, with the actors who know them in a round and forget them after it.
        warnings: what is no error, with its place.
    """

    title: str
    actors: Mapping[str, str]
    moves: tuple[str, ...]
    decisions: int
    paths: int
    sets: int
    unknowns: int
    terms: int
    evidence: int
    statements: int
    outcomes: Mapping[str, str]
    assumptions: Mapping[str, str]
    rounds: int
    forgotten: Mapping[str, tuple[str, ...]]
    warnings: tuple[Problem, ...]


def outline(scenario: Scenario) -> Outline:
    """The figures of a checked scenario.

    Raises:
        ScenarioError: the game is too large.
    """
    layout = Layout(scenario)
    return Outline(
        title=scenario.title,
        actors={name: actor.name for name, actor in scenario.actors.items()},
        moves=tuple(move.name for move in scenario.moves),
        decisions=sum(isinstance(move, Decision) for move in scenario.moves),
        paths=layout.full.n_leaves,
        sets=len(layout.tree.sets),
        unknowns=len(scenario.unknowns),
        terms=sum(map(len, scenario.payoffs.values())),
        evidence=len(scenario.evidence),
        statements=len(scenario.statements),
        outcomes={name: outcome.label for name, outcome in scenario.outcomes.items()},
        assumptions={name: item.label for name, item in scenario.assumptions.items()},
        rounds=1 if scenario.rounds is None else scenario.rounds.count,
        forgotten=_forgotten(scenario),
        warnings=tuple(_warnings(scenario)),
    )


def _warnings(scenario: Scenario) -> Iterator[Problem]:
    yield from _without_reason(scenario)
    for item in provenance(scenario).claims:
        if item.idle:
            yield scenario.problem(
                ("evidence", item.id),
                f"nothing uses the evidence '{item.id}'",
                "use it, or say why not: moves_nothing: …",
            )
    yield from _not_linear(scenario)
    yield from _unused(scenario)
    yield from _unseeing(scenario)
    yield from possibly_impossible(scenario, Layout(scenario))


def _forgotten(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Secret moves that somebody knows: the knowledge does not survive the round."""
    if scenario.rounds is None or scenario.rounds.count == 1:
        return {}
    known = knowledge(scenario)
    decisions = [move for move in scenario.moves if isinstance(move, Decision)]
    found = {}
    for move in scenario.moves:
        if move.hidden and not isinstance(move, Type):
            who = {item.actor for item in decisions if item.name == move.name or move.name in known[item.name]}
            found[move.name] = tuple(name for name in scenario.actors if name in who)
    return {name: who for name, who in found.items() if who}


def _without_reason(scenario: Scenario) -> Iterator[Problem]:
    """One warning for all numbers without a reason, at the first of them."""
    found = provenance(scenario)
    bare = [number for number in found.numbers if number.rests_on == NEITHER]
    if bare:
        more = f" and {len(bare) - 1} more" if len(bare) > 1 else ""
        verb = "have" if more else "has"
        yield Problem(
            f"{bare[0].what}{more} {verb} numbers with neither evidence nor judgement",
            bare[0].where,
            hint="engine check FILE --evidence lists them",
        )


def _unused(scenario: Scenario) -> Iterator[Problem]:
    """Unknowns that no expression and no assumption set reads."""
    scope = scope_of(scenario)
    _, read, _ = bound_quantities(scenario, scope)
    used = {item.reasoning.choice for item in scenario.actors.values() if isinstance(item.reasoning, Uncertain)}
    for _, expression, kind, _ in expression_places(scenario):
        if kind != "quantity":
            used |= reads(bind(expression, scope)[0], read).unknowns
    in_sets = " ".join(str(value) for item in scenario.assumptions.values() for value in item.set.values())
    used |= set(re.findall(r"\w+", in_sets))
    for name in scenario.unknowns:
        if name not in used:
            yield scenario.key_problem(
                ("unknowns", name), f"nothing uses the unknown '{name}'", "use it in an expression, or leave it out"
            )


def _unseeing(scenario: Scenario) -> Iterator[Problem]:
    """Decisions that do not say what they know, although others have moved before."""
    known, earlier = knowledge(scenario), list[str]()
    for position, move in enumerate(scenario.moves):
        if isinstance(move, Decision) and "knows" not in move.model_fields_set:
            unseen = [name for name in earlier if name not in known[move.name]]
            if unseen:
                yield scenario.problem(
                    ("moves", position, "decision"),
                    f"'{move.name}' knows nothing of the earlier moves ({', '.join(unseen[:MOST_NAMED])})",
                    f"write knows: [{', '.join(unseen[:MOST_NAMED])}], or knows: [] to say so on purpose",
                )
        if not isinstance(move, Type):
            earlier.append(move.name)


def _not_linear(scenario: Scenario) -> Iterator[Problem]:
    """Actors act on the mean of what nobody knows, which is exact only where it is read in a linear way."""
    hidden = [name for name, item in scenario.unknowns.items() if not item.known]
    layout = Layout(scenario)
    for path, expression, kind, _ in expression_places(scenario) if hidden else ():
        bound = bind(expression, layout.scope)[0]
        for name in hidden:
            if kind in (*LINEAR_PLACES, "precision") and _degree(bound, name, layout.quantities) > 1:
                yield scenario.problem(
                    path,
                    f"this is not linear in '{name}', which nobody knows: actors act on its "
                    "mean, so they misjudge the average of this",
                    "make it linear, or an event of few values",
                )


def _degree(bound: Bound, name: str, quantities: Mapping[str, Bound]) -> float:
    """The power at which an expression reads an unknown: 0 not at all, 1 linearly, infinity in any other way."""
    match bound:
        case Unknown() | UnknownIs():
            return float(bound.name == name)
        case Quantity():
            return _degree(quantities[bound.name], name, quantities) if bound.name in quantities else 0.0
        case Apply():
            parts = [_degree(part, name, quantities) for part in bound.parts]
            return _degree_of(bound.operator, parts)
        case _:
            return 0.0


def _degree_of(operator: str, parts: list[float]) -> float:
    if not any(parts):
        return 0.0
    if operator in ("+", "-", "negate"):
        return max(parts)
    if operator == "*":
        return sum(parts)
    if operator == "/":
        return parts[0] if parts[1] == 0 else inf
    if operator == "if":
        return max(parts[1:]) if parts[0] == 0 else inf
    return inf
