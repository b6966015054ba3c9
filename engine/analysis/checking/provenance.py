"""Where the numbers of a scenario come from: what each claim is used for, and what each number rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from engine.errors import Location
from engine.scenario import expressions
from engine.scenario.checks import reasoned
from engine.scenario.expressions import Expression
from engine.scenario.model import Actor, Decision, Distributed, Move, Path, Scenario
from engine.scenario.reasoning import Hierarchy, Level, named_rules

EVIDENCE: Final = "evidence"
BOTH: Final = "evidence and judgement"
JUDGEMENT: Final = "judgement"
NEITHER: Final = "neither"
GROUNDS: Final = (EVIDENCE, BOTH, JUDGEMENT, NEITHER)


@dataclass(frozen=True, slots=True)
class Claim:
    """One piece of evidence and what it is used for.

    Attributes:
        by: who says it.
        quotes: the passages.
        contested_by: sources that say otherwise.
        used: by what, each in words: `unknown loans`, `term Alexander Lukashenko: keeps power`.
        moves_nothing: why it is used nowhere, as the scenario says; empty if it doesn't.
        where: its place in the file.
    """

    id: str
    by: str
    kind: str
    claim: str
    quotes: tuple[str, ...]
    contested_by: tuple[str, ...]
    used: tuple[str, ...]
    moves_nothing: str
    where: Location | None

    @property
    def idle(self) -> bool:
        """Used nowhere, without a reason."""
        return not self.used and not self.moves_nothing


@dataclass(frozen=True, slots=True)
class Number:
    """A part of the scenario that holds numbers (other than 0 and 1) or words of probability.

    Attributes:
        what: in words, as in `Claim.used`.
        rests_on: one of GROUNDS: evidence alone, evidence read by our judgement, our judgement alone, neither.
        where: its place in the file.
    """

    what: str
    rests_on: str
    where: Location | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Every claim and every number of a scenario."""

    claims: tuple[Claim, ...]
    numbers: tuple[Number, ...]

    def count(self, rests_on: str) -> int:
        """How many numbers rest on one of GROUNDS."""
        return sum(number.rests_on == rests_on for number in self.numbers)

    def share(self, rests_on: str) -> float:
        """The same as a share; 0 where there are no numbers."""
        return self.count(rests_on) / len(self.numbers) if self.numbers else 0.0


def provenance(scenario: Scenario) -> Provenance:
    """What each claim is used for, and what each number rests on."""
    uses: dict[str, list[str]] = {}
    for path, record in reasoned(scenario):
        for claim in dict.fromkeys(record.evidence):
            uses.setdefault(claim, []).append(describe(scenario, path))
    claims = tuple(_claim(scenario, name, tuple(uses.get(name, ()))) for name in scenario.evidence)
    numbers = [
        Number(describe(scenario, path), rests_on, _where(scenario, path)) for path, rests_on in _resting(scenario)
    ]
    return Provenance(claims, tuple(sorted(numbers, key=_in_file_order)))


def describe(scenario: Scenario, path: Path) -> str:
    """What stands at a path, in words that a reader of the scenario knows."""
    section = str(path[0])
    if section == "moves":
        move = scenario.moves[int(path[1])]
        return f"{type(move).__name__.lower()} {move.name}"
    if section == "payoffs":
        return f"term {path[1]}: {scenario.payoffs[str(path[1])][int(path[2])].term}"
    if section == "correlated":
        return f"correlation of {' and '.join(scenario.correlated[int(path[1])].unknowns)}"
    if section == "references":
        return f"reference {scenario.references[int(path[1])].by}"
    if section == "lesson":
        signs = scenario.lesson.bluff.signs if scenario.lesson and scenario.lesson.bluff else ()
        return f"sign in the lesson: {signs[int(path[3])].sign}" if len(path) > 3 else "prior in the lesson"
    if section == "beliefs":
        return f"belief of {path[1]} about {path[2]}"
    return f"{SECTIONS.get(section, section)} {path[1]}"


SECTIONS: Final[Mapping[str, str]] = {
    "actors": "actor",
    "unknowns": "unknown",
    "state": "state",
    "outcomes": "outcome",
    "statements": "statement",
    "assumptions": "assumptions",
    "quantities": "quantity",
}


# Claims


def _claim(scenario: Scenario, name: str, used: tuple[str, ...]) -> Claim:
    item = scenario.evidence[name]
    return Claim(
        id=name,
        by=_speaker(scenario, item.by, item.source),
        kind=item.kind,
        claim=item.claim,
        quotes=item.quote,
        contested_by=tuple(_speaker(scenario, source, source) for source in item.contested_by),
        used=used,
        moves_nothing=item.moves_nothing or "",
        where=_where(scenario, ("evidence", name)),
    )


def _speaker(scenario: Scenario, by: str | None, source: str) -> str:
    """Who says it; a source is called by whoever is behind it."""
    name = by or source
    found = scenario.sources.get(name)
    return (found.by or found.title or name) if found is not None else name


def _where(scenario: Scenario, path: Path) -> Location | None:
    return scenario.problem(path, "").where


# Numbers


def _in_file_order(number: Number) -> tuple[int, int]:
    return (number.where.line, number.where.column) if number.where else (0, 0)


def _resting(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """Each part that holds numbers, and what they rest on."""
    for path, record in reasoned(scenario):
        if path[0] == "assumptions":
            changed = [value for change in (record.set, record.times, record.plus) for value in change.values()]
            numeric = [value for value in changed if _any_number(value)]
            if numeric:
                yield path, _weakest(_own(record), numeric)
        elif path[0] not in ("outcomes", "statements") and _has_number(record):
            yield path, _own(record)
    for name, quantity in scenario.quantities.items():
        if _says(quantity):
            yield ("quantities", name), NEITHER
    for actor, views in scenario.beliefs.items():
        for move, chance in views.items():
            if _says(chance):
                yield ("beliefs", actor, move), NEITHER


def _own(record: Any) -> str:
    return _ground(record.evidence, record.judgement)


def _ground(evidence: Any, judgement: Any) -> str:
    if evidence:
        return BOTH if judgement else EVIDENCE
    return JUDGEMENT if judgement else NEITHER


def _weakest(own: str, values: list[Any]) -> str:
    """What a set's numbers rest on: on its own reason, else on the reasons that its new values bring along."""
    if own != NEITHER:
        return own
    brought = {_brought(value) for value in values}
    return next(one for one in reversed(GROUNDS) if one in brought)


def _brought(value: Any) -> str:
    if not isinstance(value, Mapping):
        return NEITHER
    return _ground(value.get("evidence"), value.get("judgement"))


def _has_number(record: Any) -> bool:
    """Whether a record holds a number other than 0 and 1, or a word of probability."""
    if isinstance(record, Distributed):
        parts = (record, *(record.mixture or ()))
        return any(part.phrase is not None for part in parts) or any(map(_tells, record.numbers()))
    if isinstance(record, Move):
        chance = None if isinstance(record, Decision) else getattr(record, "chance", None)
        return _says(chance) or _says(record.when) or any(map(_tells, record.values.values()))
    if isinstance(record, Actor):
        rules = [rule for _, rule in named_rules(record.reasoning)]
        levels = [rule.level for rule in rules if isinstance(rule, Level)]
        means = [rule.mean for rule in rules if isinstance(rule, Hierarchy)]
        return any(map(_says, (record.precision, *record.habit.values(), *means, *map(float, levels))))
    fields = ("value", "start", "rank", "probability", "prior", "chance")
    return any(_says(getattr(record, field, None)) for field in fields)


def _says(value: Expression | Mapping[str, Expression | str] | float | str | None) -> bool:
    """Whether a number, an expression or a chance holds a number other than 0 and 1."""
    if isinstance(value, Mapping):
        return any(map(_says, value.values()))
    if isinstance(value, Expression):
        return any(map(_tells, expressions.literals(value)))
    return not isinstance(value, str) and _tells(value)


def _tells(number: float | None) -> bool:
    return number is not None and number not in (0, 1)


def _any_number(value: Any) -> bool:
    """Whether what a set puts in place holds a number other than 0 and 1; its texts may be expressions or words."""
    if isinstance(value, Mapping):
        held = {key: item for key, item in value.items() if key not in ("evidence", "judgement", "label", "unit")}
        return "phrase" in held or any(map(_any_number, held.values()))
    if isinstance(value, list | tuple):
        return any(map(_any_number, value))
    if isinstance(value, str):
        try:
            return _says(expressions.parse(value))
        except expressions.ExpressionError:
            return False
    return isinstance(value, int | float) and not isinstance(value, bool) and _tells(value)
