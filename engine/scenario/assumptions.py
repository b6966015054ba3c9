"""Assumption sets and single overrides: the same document with some values replaced.

They change the tree and not the records, so a value that a set brings in is checked like any other, and a problem with
it points at the line of the set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from engine import document
from engine.distributions.rescaling import scaled, shifted
from engine.document import MappingNode, Node, Percent, ScalarNode, SequenceNode
from engine.errors import Problem, ScenarioError, UsageError
from engine.scenario.model import FAMILIES, Scenario
from engine.scenario.read import validate
from engine.scenario.scope import nearest

BASE: Final = "base"
ITEM_NAMES: Final = ("term", "decision", "event", "type", "about")
NAMED: Final = {
    "unknowns": 1,
    "actors": 1,
    "quantities": 1,
    "state": 1,
    "moves": 1,
    "payoffs": 2,
    "outcomes": 1,
    "statements": 1,
    "evidence": 1,
    "sources": 1,
}
"""Sections in which the first names of a path must exist already; what lies below may be added."""

WITH_EXPRESSIONS: Final = ("quantities", "beliefs")
EXPRESSIONS: Final = frozenset(
    {"precision", "habit", "cognitive hierarchy", "chance", "when", "value", "happens", "quantity", "given"}
)
"""Sections and keys under which text is an expression, so that it can be multiplied or added to."""

Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Assumed:
    """A scenario under an assumption set.

    Attributes:
        scenario: with the set's values in place.
        name: of the set; `base` for the file as it stands.
        label: of the set.
        believe: statements by which draws are weighted.
        overrides: what was changed on the command line, as written.
    """

    scenario: Scenario
    name: str = BASE
    label: str = ""
    believe: tuple[str, ...] = ()
    overrides: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One change: `set`, `times` or `plus` at a path; `by` is the key that asks for it, for messages."""

    action: str
    path: str
    value: Node
    by: Node


def assume(scenario: Scenario, name: str = BASE, overrides: Sequence[tuple[str, str]] = ()) -> Assumed:
    """The scenario under a named set, and with single values set from outside.

    Raises:
        UsageError: no such set; an override whose path leads nowhere, or is given twice.
        ScenarioError: the changed scenario is wrong.
    """
    changes, believe = changes_of(scenario, name)
    label = scenario.assumptions[name].label if name != BASE else ""
    return replace(assume_changes(scenario, changes, believe, overrides), name=name, label=label)


def changes_of(scenario: Scenario, name: str) -> tuple[list[Change], tuple[str, ...]]:
    """What a set changes, with the sets that it extends, in the order in which it acts; the statements it believes.

    Raises:
        UsageError: no such set.
        ScenarioError: two of the sets contradict each other.
    """
    if name == BASE:
        return [], ()
    if name not in scenario.assumptions:
        known = [BASE, *scenario.assumptions]
        raise UsageError(f"'{name}' is no assumption set of this scenario", nearest(name, known))
    return _collect(scenario, name)


def assume_changes(
    scenario: Scenario,
    changes: Sequence[Change],
    believe: Sequence[str] = (),
    overrides: Sequence[tuple[str, str]] = (),
) -> Assumed:
    """The scenario under a list of changes, each made on what the ones before it leave.

    Args:
        scenario: as it stands.
        changes: such as some of those of one set and some of another.
        believe: statements by which draws are weighted.
        overrides: paths and values that are set last, from outside.

    Raises:
        UsageError: an override whose path leads nowhere, or is given twice.
        ScenarioError: the changed scenario is wrong.
    """
    tree = _apply_all(scenario.document, changes, ScenarioError)
    typed = [_override(path, value) for path, value in overrides]
    tree = _apply_all(tree, typed, UsageError)
    _check_distinct(typed)
    changed = scenario if tree is scenario.document else validate(tree)
    return Assumed(changed, believe=tuple(believe), overrides=tuple(overrides))


def document_under(scenario: Scenario, changes: Sequence[Change]) -> MappingNode:
    """The scenario's document with changes made, whether or not that is a scenario.

    Raises:
        ScenarioError: a path of theirs leads nowhere.
    """
    return _apply_all(scenario.document, changes, ScenarioError)


def places_of(tree: MappingNode, path: str) -> list[Steps]:
    """The places that a path stands for; with `*` there may be several.

    Raises:
        ValueError: it leads nowhere.
    """
    return list(_matches(tree, parse_path(path)))


def check_assumptions(scenario: Scenario) -> list[Problem]:
    """What is wrong with the scenario's sets, each applied to the file."""
    problems: list[Problem] = []
    for name in scenario.assumptions:
        try:
            assume(scenario, name)
        except ScenarioError as error:
            problems += error.problems
    return problems


def parse_path(path: str) -> tuple[str, ...]:
    """The names on a path such as `payoffs.lukashenko.'keeps power'.value`.

    Raises:
        ValueError: it is no path.
    """
    if not re.fullmatch(rf"{_STEP}(?:\.{_STEP})*", path):
        raise ValueError(f"'{path}' is no path; write names with dots between, quotes around names with spaces")
    return tuple(step[1:-1] if step[0] in "'\"" else step for step in re.findall(_STEP, path))


_STEP: Final = r"(?:'[^']+'|\"[^\"]+\"|[^.'\"\s]+)"


def _override(path: str, value: str) -> Change:
    try:
        node = document.parse(value, f"--set {path}")
    except ScenarioError as error:
        raise UsageError(f"--set {path}={value}: {error.problems[0].message}", error.problems[0].hint) from None
    return Change("set", path, node, node)


def _collect(scenario: Scenario, name: str) -> tuple[list[Change], tuple[str, ...]]:
    """The changes of a set and of those that it extends, these first; the statements it believes."""
    changes: list[Change] = []
    believe: list[str] = []
    for one in _lineage(scenario, name, (), []):
        believe += scenario.assumptions[one].believe
        for action in ("set", "times", "plus"):
            block = document.at(scenario.document, ("assumptions", one, action))
            if isinstance(block, MappingNode) and getattr(scenario.assumptions[one], action):
                changes += [Change(action, key.text, value, key) for key, value in block.entries]
    _check_conflicts(changes)
    order = {"set": 0, "times": 1, "plus": 2}
    return sorted(changes, key=lambda change: order[change.action]), tuple(dict.fromkeys(believe))


def _lineage(scenario: Scenario, name: str, below: tuple[str, ...], found: list[str]) -> list[str]:
    """The sets that one extends, and it, each once and after those that it extends; `found` are known already."""
    if name in below:
        raise ScenarioError(
            [
                scenario.problem(
                    ("assumptions", name, "extends"),
                    f"'{name}' extends itself",
                    f"by way of {' → '.join((*below, name))}",
                )
            ]
        )
    for parent in scenario.assumptions[name].extends:
        if parent not in found:
            _lineage(scenario, parent, (*below, name), found)
    found.append(name)
    return found


def _check_conflicts(changes: Sequence[Change]) -> None:
    first: dict[str, Change] = {}
    for change in changes:
        if change.action == "set":
            other = first.setdefault(change.path, change)
            if document.plain(other.value) != document.plain(change.value):
                where = other.by.where
                raise ScenarioError(
                    [
                        document.problem(
                            change.by,
                            f"'{change.path}' is set twice, differently",
                            f"the other is in line {where.line}",
                        )
                    ]
                )


def _check_distinct(typed: Sequence[Change]) -> None:
    """No path is set twice from outside: the last would win without a word."""
    seen: set[tuple[str, ...]] = set()
    for change in typed:
        names = parse_path(change.path)
        if names in seen:
            hint = "give the path once; a set with 'extends' adds to another set"
            raise UsageError(f"--set {change.path} is given more than once", hint)
        seen.add(names)


def _apply_all(
    tree: MappingNode, changes: Sequence[Change], error: type[ScenarioError] | type[UsageError]
) -> MappingNode:
    for change in changes:
        try:
            for path in list(_matches(tree, parse_path(change.path))):
                tree = _mapping(_replaced(tree, path, _changer(change, path)))
        except ValueError as reason:
            message, _, hint = str(reason).partition("; ")
            if error is UsageError:
                raise UsageError(f"--set {change.path}: {message}", hint) from None
            raise ScenarioError([document.problem(change.by, message, hint)]) from None
    return tree


def _mapping(node: Node) -> MappingNode:
    if not isinstance(node, MappingNode):
        raise ValueError("the whole document cannot be replaced")
    return node


# Finding places


def _matches(tree: MappingNode, names: tuple[str, ...]) -> Iterator[Steps]:
    """The concrete paths that a path with `*` stands for; the last steps may be new.

    Raises:
        ValueError: it leads nowhere.
    """
    if names[0] not in Scenario.model_fields:
        raise ValueError(f"'{names[0]}' is no part of a scenario; {_section_hint(tree, names)}")
    found = False
    for path in _walk(tree, names, ()):
        found = True
        yield path
    if not found:
        raise ValueError(f"'{'.'.join(names)}' matches nothing")


def _section_hint(tree: MappingNode, names: tuple[str, ...]) -> str:
    """The section that was left out, if what follows stands in one."""
    for section, levels in NAMED.items():
        node = tree.get(section)
        if levels == 1 and node is not None and names[0] in dict(_named_children(node)):
            return f"paths start with a section: {section}.{'.'.join(names)}"
    close = nearest(names[0], Scenario.model_fields)
    return close or f"paths start with a section: {', '.join(NAMED)}"


def _walk(node: Node | None, names: tuple[str, ...], done: Steps) -> Iterator[Steps]:
    if not names:
        yield done
        return
    children = dict(_named_children(node)) if node is not None else {}
    if names[0] == "*":
        for step, child in dict(children.values()).items():  # an item of a list has a name and a number
            yield from _walk(child, names[1:], (*done, step))
    elif names[0] in children:
        step, child = children[names[0]]
        yield from _walk(child, names[1:], (*done, step))
    elif done and len(done) <= NAMED.get(str(done[0]), 0):
        kind = {"payoffs": "term" if len(done) == 2 else "actor"}.get(str(done[0]), str(done[0]).removesuffix("s"))
        raise ValueError(f"'{names[0]}' is no {kind} here; {nearest(names[0], children)}")
    elif isinstance(node, SequenceNode):
        raise ValueError(f"'{names[0]}' is not in this list; {nearest(names[0], children)}")
    else:
        yield (*done, *names)


def _named_children(node: Node) -> Iterator[tuple[str, tuple[str | int, Node]]]:
    if isinstance(node, MappingNode):
        for name, child in node:
            yield name, (name, child)
    if isinstance(node, SequenceNode):
        for number, child in enumerate(node.items):
            yield str(number), (number, child)
            for key in ITEM_NAMES:
                own = child.get(key) if isinstance(child, MappingNode) else None
                if isinstance(own, ScalarNode):
                    yield own.text, (number, child)


# Changing values


def _replaced(node: Node | None, path: Steps, change: Callable[[Node | None], Node], like: Node | None = None) -> Node:
    """The tree with what stands at `path` changed; mappings that are missing on the way are made."""
    if not path:
        return change(node)
    step, rest = path[0], path[1:]
    if isinstance(node, SequenceNode) and isinstance(step, int):
        items = [_replaced(item, rest, change) if number == step else item for number, item in enumerate(node.items)]
        return replace(node, items=tuple(items))
    old = node.entries if isinstance(node, MappingNode) else ()
    if any(key.text == step for key, _ in old):
        new = tuple((key, _replaced(value, rest, change) if key.text == step else value) for key, value in old)
    else:
        value = _replaced(None, rest, change)
        key = ScalarNode(str(step), str(step), value.start, value.start, "", value.source)
        new = (*old, (key, value))
    first = node or new[0][1]
    return MappingNode(_one_family(new, str(step)), first.start, first.source)


def _one_family(entries: tuple[tuple[ScalarNode, Node], ...], latest: str) -> tuple[tuple[ScalarNode, Node], ...]:
    """A distribution keeps the family that was set last."""
    if latest not in FAMILIES:
        return entries
    return tuple((key, value) for key, value in entries if key.text == latest or key.text not in FAMILIES)


def _changer(change: Change, path: Steps) -> Callable[[Node | None], Node]:
    whole_unknown = path[0] == "unknowns" and len(path) == 2
    if change.action == "set":
        return lambda old: _merged(old, change.value) if whole_unknown else change.value
    amount = document.plain(change.value)
    if isinstance(amount, bool) or not isinstance(amount, int | float):
        raise ValueError(f"'{change.action}' takes a number")
    return lambda old: _arithmetic(old, change, path, float(amount))


def _merged(old: Node | None, new: Node) -> Node:
    """An unknown with another distribution: its label and reasons stay unless they are given anew."""
    if not isinstance(old, MappingNode):
        return new
    if not isinstance(new, MappingNode):
        key = ScalarNode("value", "value", new.start, new.start, "", new.source)
        new = MappingNode(((key, new),), new.start, new.source)
    names = {name for name, _ in new}
    dropped = {*FAMILIES, "clip", "standard"} if names & set(FAMILIES) else set()
    kept = tuple((key, value) for key, value in old.entries if key.text not in names | dropped)
    return MappingNode((*new.entries, *kept), new.start, new.source)


def _only_numbers(node: Node) -> bool:
    if isinstance(node, ScalarNode):
        return not isinstance(node.value, str) or node.value == "rest"
    return all(map(_only_numbers, node.items if isinstance(node, SequenceNode) else [value for _, value in node]))


def _arithmetic(old: Node | None, change: Change, path: Steps, amount: float) -> Node:
    default = 1.0 if path[0] == "actors" and path[-1] == "precision" else None
    whole_unknown = path[0] == "unknowns" and len(path) == 2
    if old is None:
        if default is None:
            raise ValueError(f"'{change.path}' has no value to change; use set:")
        return _scalar(default * amount if change.action == "times" else default + amount, change.by)
    if whole_unknown and isinstance(old, MappingNode):
        return _rescaled(old, change.action, amount)
    if path[0] not in WITH_EXPRESSIONS and not set(path) & EXPRESSIONS and not _only_numbers(old):
        raise ValueError("there is no number to change; use set:")
    return _each_number(old, change.action, amount)


def _each_number(node: Node, action: str, amount: float) -> Node:
    if isinstance(node, SequenceNode):
        return replace(node, items=tuple(_each_number(item, action, amount) for item in node.items))
    if isinstance(node, MappingNode):
        return MappingNode(
            tuple((key, _each_number(value, action, amount)) for key, value in node.entries), node.start, node.source
        )
    if isinstance(node.value, str) and node.value != "rest":
        prefix = f"{amount!r} * (" if action == "times" else f"{amount!r} + ("
        return node.rewritten(f"{prefix}{node.text})", len(prefix))
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise ValueError("there is no number to change; use set:")
    changed = node.value * amount if action == "times" else node.value + amount
    kind = Percent if isinstance(node.value, Percent) else float
    return replace(node, value=kind(changed), text=str(kind(changed)))


def _rescaled(unknown: MappingNode, action: str, amount: float) -> MappingNode:
    """An unknown times or plus a number, where that stays in its family."""
    for key, value in unknown.entries:
        if key.text in FAMILIES:
            parameters = document.plain(value)
            percent = isinstance(value, SequenceNode) and all(
                isinstance(item, ScalarNode) and isinstance(item.value, Percent) for item in value.items
            )
            change = scaled if action == "times" else shifted
            if key.text in ("phrase", "choice", "mixture", "scipy"):
                raise ValueError(f"a '{key.text}' cannot be changed by '{action}'; set another distribution")
            new = _from_plain(change(key.text, parameters, amount, percent), value)
            entries = tuple((name, new if name is key else old) for name, old in unknown.entries)
            return MappingNode(entries, unknown.start, unknown.source)
    raise ValueError("there is no distribution to change; use set:")


def _from_plain(value: object, like: Node) -> Node:
    if isinstance(value, Mapping):
        entries = tuple((_scalar(name, like), _from_plain(item, like)) for name, item in value.items())
        return MappingNode(entries, like.start, like.source)
    if isinstance(value, list | tuple):
        return SequenceNode(tuple(_from_plain(item, like) for item in value), like.start, like.source)
    return _scalar(value, like)


def _scalar(value: object, like: Node) -> ScalarNode:
    if not isinstance(value, str | int | float):
        raise ValueError(f"{value!r} is no single value")
    return ScalarNode(value, str(value), like.start, like.start, "", like.source)
