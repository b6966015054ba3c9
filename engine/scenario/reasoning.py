"""How an actor reasons about the others, and how the whole game is solved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from engine.document import Percent
from engine.scenario.expressions import Expression, Number
from engine.scenario.fields import EXPRESSION_SCHEMA, fault, read_expression, read_name
from engine.scenario.records import Path

MAX_LEVEL: Final = 20
MAX_MEAN: Final = 10.0
LEVEL: Final = "level"
HIERARCHY: Final = "cognitive hierarchy"
CHOICE: Final = "choice"
RULES: Final = "rules"
TEXTS: Final = ("equilibrium", "best reply", "habit")
FORMS: Final = "write equilibrium, best reply, habit, {level: 2} or {cognitive hierarchy: 1.5}"


@dataclass(frozen=True, slots=True)
class Level:
    """Replies to everybody else as one level lower."""

    level: int


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Replies to a Poisson mix of lower levels."""

    mean: Expression


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Which rule it is depends on an unknown of kind `choice`."""

    choice: str
    rules: Mapping[str, Rule]


Rule = Literal["equilibrium", "best reply", "habit"] | Level | Hierarchy
Reasoning = Rule | Uncertain

SOLUTIONS: Final = ("logit equilibrium", "subgame perfect", "pure equilibria")
Concept = Literal["logit equilibrium", "subgame perfect", "pure equilibria"]


def named_rules(reasoning: Reasoning) -> Iterator[tuple[Path, Rule]]:
    """The rules that an actor may follow, each with its path below `reasoning`."""
    if isinstance(reasoning, Uncertain):
        for value, rule in reasoning.rules.items():
            yield (RULES, value), rule
    else:
        yield (), reasoning


def in_words(reasoning: Reasoning) -> str:
    """A rule as a reader would say it."""
    match reasoning:
        case Level(level):
            return f"level {level}"
        case Hierarchy(mean):
            return f"cognitive hierarchy, mean {mean.text}"
        case Uncertain(choice, rules):
            return f"by {choice}: " + ", ".join(f"{value} {in_words(rule)}" for value, rule in rules.items())
        case _:
            return reasoning


def _reasoning(value: object) -> Reasoning:
    if isinstance(value, Level | Hierarchy | Uncertain):
        return value
    if isinstance(value, Mapping) and (CHOICE in value or RULES in value):
        return _uncertain(value)
    return _rule(value)


def _uncertain(value: Mapping[str, Any]) -> Uncertain:
    _only(value, (CHOICE, RULES))
    for key in (CHOICE, RULES):
        if key not in value:
            raise fault(f"'{key}' is missing", "write {choice: an unknown, rules: {value: rule, …}}")
    rules = value[RULES]
    if not isinstance(rules, Mapping) or not rules:
        raise fault("a rule for each value of the choice is needed", f"for each value, {FORMS}", at=(RULES,))
    try:
        name = read_name(value[CHOICE])
    except PydanticCustomError as error:
        raise _inside(error, CHOICE) from None
    found = {}
    for key, rule in rules.items():
        try:
            found[str(key)] = _rule(rule)
        except PydanticCustomError as error:
            raise _inside(error, RULES, str(key)) from None
    return Uncertain(name, found)


def _rule(value: object) -> Rule:
    match value:
        case "equilibrium" | "best reply" | "habit":
            return value
        case Level() | Hierarchy():
            return value
        case Mapping() if LEVEL in value:
            _only(value, (LEVEL,))
            return Level(_whole(value[LEVEL]))
        case Mapping() if HIERARCHY in value:
            _only(value, (HIERARCHY,))
            return Hierarchy(_mean(value[HIERARCHY]))
        case Mapping() if value:
            key = str(next(iter(value)))
            raise fault(f"'{key[:40]}' is no way of reasoning", FORMS, at=(key,), key=True)
        case str():
            raise fault(f"'{value[:40]}' is no way of reasoning", FORMS)
        case _:
            raise fault("this is no way of reasoning", FORMS)


def _only(value: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in value:
        if key not in known:
            raise fault(f"'{str(key)[:40]}' is no key here", f"beside: {', '.join(known)}", at=(str(key),), key=True)


def _whole(value: object) -> int:
    number = value if isinstance(value, int | float) and not isinstance(value, bool | Percent) else None
    if number is None or number != number // 1 or not 0 <= number <= MAX_LEVEL:
        raise fault(f"a level is a whole number from 0 to {MAX_LEVEL}", "0 is the habit, 1 replies to it", at=(LEVEL,))
    return int(number)


def _mean(value: object) -> Expression:
    try:
        mean = read_expression(value)
    except PydanticCustomError as error:
        raise _inside(error, HIERARCHY) from None
    if isinstance(mean.root, Number) and not 0 <= mean.root.value <= MAX_MEAN:
        raise fault(f"the mean level lies between 0 and {MAX_MEAN:g}", "1.5 is usual", at=(HIERARCHY,))
    return mean


def _inside(error: PydanticCustomError, *steps: str) -> PydanticCustomError:
    """The same problem, further in."""
    found = error.context or {}
    at = (*steps, *found.get("at", ()))
    return fault(found["message"], found.get("hint", ""), found.get("offset", 0), at, found.get("key", False))


_RULE_SCHEMA: Final[dict[str, Any]] = {
    "anyOf": [
        {"enum": list(TEXTS)},
        {
            "type": "object",
            "properties": {LEVEL: {"type": "integer", "minimum": 0, "maximum": MAX_LEVEL}},
            "required": [LEVEL],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {HIERARCHY: EXPRESSION_SCHEMA},
            "required": [HIERARCHY],
            "additionalProperties": False,
        },
    ]
}
_SCHEMA: Final[dict[str, Any]] = {
    "anyOf": [
        *_RULE_SCHEMA["anyOf"],
        {
            "type": "object",
            "properties": {
                CHOICE: {"type": "string"},
                RULES: {"type": "object", "additionalProperties": _RULE_SCHEMA},
            },
            "required": [CHOICE, RULES],
            "additionalProperties": False,
        },
    ]
}

ReasoningField = Annotated[Reasoning, PlainValidator(_reasoning), WithJsonSchema(_SCHEMA)]
