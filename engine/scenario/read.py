"""From the tree of a document to a checked scenario; all problems are reported at once, each with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from engine import document
from engine.document import MAX_PROBLEMS, MappingNode
from engine.errors import Problem, ScenarioError
from engine.scenario import checks, lessons, model, remainder, sources
from engine.scenario.fields import TAGS
from engine.scenario.places import key_problem, problem_at
from engine.scenario.scope import nearest


def read_scenario(text: str, file: str, folder: Path) -> model.Scenario:
    """The scenario in a YAML text.

    Args:
        text: the YAML text.
        file: what to call it in messages.
        folder: where its sources are.

    Raises:
        ScenarioError: with everything that is wrong.
    """
    tree = document.parse(text, file, mapping=True)
    if not isinstance(tree, MappingNode):
        raise ScenarioError([document.problem(tree, "a scenario is a mapping", "it starts with 'engine: 1'")])
    return validate(tree, folder)


def validate(tree: MappingNode, folder: Path | None = None) -> model.Scenario:
    """The checked scenario in a tree; its quotes are looked up if the folder of its sources is given.

    Raises:
        ScenarioError: with everything that is wrong.
    """
    try:
        scenario = _modelled(tree)
    except ValidationError as error:
        found = error.errors(include_url=False)[:MAX_PROBLEMS]
        problems = [_translated(tree, one) for one in found]
        raise ScenarioError([*problems, *_elsewhere(tree, [_path(one["loc"]) for one in found], folder)]) from None
    wrong = _inconsistencies(scenario, folder)
    if wrong:
        raise ScenarioError(wrong)
    return scenario


def _modelled(tree: MappingNode) -> model.Scenario:
    scenario = model.Scenario.model_validate(document.plain(tree))
    scenario._document = tree
    return scenario


def _inconsistencies(scenario: model.Scenario, folder: Path | None) -> list[Problem]:
    return checks.check(scenario) + (sources.check_quotes(scenario, folder) if folder is not None else [])


def _elsewhere(tree: MappingNode, wrong: list[tuple[str | int, ...]], folder: Path | None) -> list[Problem]:
    """What is wrong beside the records that are wrong by themselves."""
    rest, gone = remainder.without(tree, wrong)
    try:
        return list(remainder.independent(_inconsistencies(_modelled(rest), folder), gone))
    except ValidationError:
        return []


# Pydantic's findings, in our words


def _translated(tree: MappingNode, found: ErrorDetails) -> Problem:
    path = _path(found["loc"])
    kind, context = found["type"], found.get("ctx", {})
    if kind == "scenario":
        message = context.get("message", found["msg"])
        place = (*path, *context.get("at", ()))
        if context.get("key") or (found["loc"] and found["loc"][-1] == "[key]"):
            return key_problem(tree, place, message, context.get("hint", ""))
        return problem_at(tree, place, message, context.get("hint", ""), context.get("offset", 0))
    if kind == "extra_forbidden":
        return _unknown_key(tree, path, _record(found["loc"][:-1]))
    if kind == "missing" and isinstance(path[-1], int):
        return problem_at(tree, path[:-1], f"more than {path[-1]} are needed in this list")
    if kind == "missing":
        return problem_at(tree, path[:-1], f"'{path[-1]}' is missing", _missing_hint(path))
    return problem_at(tree, path, _MESSAGES.get(kind, _as_pydantic)(found, context))


def _path(steps: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The file's own part of a path: without the kind of a move, which could be mistaken for the key of its name."""
    own = [step for step in steps if step != "[key]"]
    if own[:1] == ["moves"] and len(own) > 2 and own[2] in TAGS:
        del own[2]
    return tuple(own)


def _unknown_key(tree: MappingNode, path: tuple[str | int, ...], record: type[BaseModel] | None) -> Problem:
    name = str(path[-1])
    known = [field.alias or key for key, field in record.model_fields.items()] if record else []
    hint = _BY_VALUE if name in ("probability", "chance") and "value" in known else nearest(name, known)
    return key_problem(tree, path, f"'{name}' is no key here", hint)


_BY_VALUE: Final = "a probability is a distribution: write value: 20%, or for example between: [10%, 30%]"


def _missing_hint(path: tuple[str | int, ...]) -> str:
    if path == ("engine",):
        return "a scenario starts with 'engine: 1'"
    if path == ("outcomes",):
        return "say what you want to know, for example outcomes: {it_rains: {label: It rains, happens: rain == yes}}"
    return ""


def _record(path: tuple[str | int, ...]) -> type[BaseModel] | None:
    """The record whose keys stand at the path."""
    names = [step for step in path if step not in TAGS]
    if not names:
        return model.Scenario
    if names[0] == "moves":
        kinds: Mapping[str, type[BaseModel]] = {"decision": model.Decision, "event": model.Event, "type": model.Type}
        return next((kinds[str(step)] for step in path if step in kinds), None)
    if "mixture" in names[1:]:
        return model.Part
    if names[0] == "outcomes" and names[-1] == "belief":
        return model.Posterior
    if names[0] == "lesson":
        return lessons.Sign if "signs" in names else lessons.STEPS.get(str(names[-1]), lessons.Lesson)
    return _SECTIONS.get(str(names[0]))


_SECTIONS: Final[Mapping[str, type[BaseModel]]] = {
    "sources": model.Source,
    "evidence": model.Evidence,
    "actors": model.Actor,
    "unknowns": model.Unknown,
    "correlated": model.Correlated,
    "rounds": model.Rounds,
    "state": model.State,
    "payoffs": model.Term,
    "outcomes": model.Outcome,
    "statements": model.Statement,
    "assumptions": model.Assumptions,
    "references": model.Reference,
    "resolution": model.Resolution,
}


def _count(context: Mapping[str, Any]) -> str:
    return f"{context.get('actual_length') or 'more'}"


Wording = Callable[[ErrorDetails, Mapping[str, Any]], str]


def _as_pydantic(found: ErrorDetails, context: Mapping[str, Any]) -> str:
    return found["msg"][:1].lower() + found["msg"][1:]


def _mapping_needed(found: ErrorDetails, context: Mapping[str, Any]) -> str:
    return "a mapping is needed here (key: value)"


def _list_needed(found: ErrorDetails, context: Mapping[str, Any]) -> str:
    return "a list is needed here ([a, b], or lines that start with -)"


_MESSAGES: Final[Mapping[str, Wording]] = {
    "model_type": _mapping_needed,
    "dict_type": _mapping_needed,
    "model_attributes_type": _mapping_needed,
    "tuple_type": _list_needed,
    "list_type": _list_needed,
    "literal_error": lambda found, context: f"this must be {context.get('expected', '')}",
    "bool_type": lambda found, context: "this must be true or false",
    "too_short": lambda found, context: f"at least {context.get('min_length')} needed, {_count(context)} given",
    "too_long": lambda found, context: f"at most {context.get('max_length'):,} possible, {_count(context)} given",
    "string_too_long": lambda found, context: f"a text may have {context.get('max_length'):,} characters",
}
