"""What a scenario consists of, in a few figures, and what its author may want to look at again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf

from engine.analysis.extremes import possibly_impossible
from engine.analysis.provenance import NEITHER, provenance
from engine.errors import Problem
from engine.program.layout import Layout
from engine.scenario.model import Decision, Scenario
from engine.scenario.scope import Apply, Bound, Quantity, Unknown, UnknownIs, bind, expression_places

LINEAR_PLACES = ("payoff", "chance")


@dataclass(frozen=True, slots=True)
class Outline:
    """A scenario in figures.

    Attributes:
        actors, moves, outcomes, assumptions: names, with what they are called.
        paths: through the game tree.
        sets: information sets at which somebody decides.
        decisions: how many of the moves are decisions.
        terms: of payoffs.
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
    yield from possibly_impossible(scenario, Layout(scenario))


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
