"""The items on which two assumption sets differ, and the worlds between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine import document
from engine.document import MappingNode, Node, Percent, ScalarNode, SequenceNode
from engine.scenario.assumptions import (
    BASE,
    Assumed,
    Change,
    assume_changes,
    changes_of,
    document_under,
    parse_path,
    places_of,
)
from engine.scenario.model import FAMILIES, Scenario

BELIEVE: Final = "believe"
NOT_SET: Final = "not set"
VARIOUS: Final = "various"
RANGES: Final = ("between", "uniform")


@dataclass(frozen=True, slots=True)
class Item:
    """A key on which two sets differ, or a statement that one of them believes.

    Attributes:
        action: `set`, `times`, `plus` or `believe`.
        path: as written, or the statement's name.
        label: what it is, for people.
        line: of the key in the file, or of the statement where it is believed.
        before, after: what it says in either set, in short.
        first, second: the changes that make it so; empty on the side that leaves it alone.
    """

    action: str
    path: str
    label: str
    line: int
    before: str
    after: str
    first: tuple[Change, ...] = ()
    second: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Between:
    """Two sets of a scenario, and the items on which they differ.

    Attributes:
        first, second: changes and believed statements of each.
        order: the keys of all changes, in an order that both keep to as far as they agree.
    """

    scenario: Scenario
    items: tuple[Item, ...]
    first: tuple[tuple[Change, ...], tuple[str, ...]]
    second: tuple[tuple[Change, ...], tuple[str, ...]]
    order: tuple[tuple[str, ...], ...]
    overrides: tuple[tuple[str, str], ...] = ()


def items_between(scenario: Scenario, first: str, second: str, overrides: Sequence[tuple[str, str]] = ()) -> Between:
    """What two assumption sets differ in.

    Raises:
        UsageError, ScenarioError: as `assume`.
    """
    (changes, believe), (others, believes) = changes_of(scenario, first), changes_of(scenario, second)
    labels = assume_changes(scenario, changes, believe).scenario
    one, other = (document_under(scenario, [two for two in some if two.action == "set"]) for some in (changes, others))
    order = _merged(_keys(changes), _keys(others))
    found = []
    for key in order:
        mine, theirs = _at(changes, key), _at(others, key)
        if _said(mine) != _said(theirs):
            found.append(_item(mine, theirs, one, other, labels))
    for name in scenario.statements:
        if (name in believe) != (name in believes):
            found.append(_belief(scenario, name, second if name in believes else first, name in believes))
    return Between(
        scenario, tuple(found), (tuple(changes), believe), (tuple(others), believes), tuple(order), tuple(overrides)
    )


def mixed(between: Between, world: int) -> Assumed:
    """The scenario with the items whose bit is set as in the second set, the others as in the first.

    Raises:
        ScenarioError: no such scenario can be.
    """
    scenario, items = between.scenario, between.items
    if world in (0, (1 << len(items)) - 1):
        changes, believe = between.second if world else between.first
        return assume_changes(scenario, changes, believe, between.overrides)
    chosen = {
        _key((item.first or item.second)[0]): item.second if world >> place & 1 else item.first
        for place, item in enumerate(items)
        if item.action != BELIEVE
    }
    made = [
        change for key in between.order for change in (chosen[key] if key in chosen else _at(between.first[0], key))
    ]
    believe = tuple(name for name in between.first[1] if name in between.second[1]) + tuple(
        item.path
        for place, item in enumerate(items)
        if item.action == BELIEVE and (item.path in between.second[1]) == bool(world >> place & 1)
    )
    return assume_changes(scenario, made, believe, between.overrides)


# Keys


def _key(change: Change) -> tuple[str, ...]:
    return (change.action, *parse_path(change.path))


def _keys(changes: Sequence[Change]) -> list[tuple[str, ...]]:
    return list(dict.fromkeys(map(_key, changes)))


def _at(changes: Sequence[Change], key: tuple[str, ...]) -> tuple[Change, ...]:
    return tuple(change for change in changes if _key(change) == key)


def _said(changes: Sequence[Change]) -> list[object]:
    """The values; what is set twice alike is set once."""
    said = [document.plain(change.value) for change in changes]
    return said[-1:] if changes and changes[0].action == "set" else said


def _merged(first: list[tuple[str, ...]], second: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """All keys: the second's in its order, each other before the next of the first that is there already."""
    merged = list(second)
    following: tuple[str, ...] | None = None
    for key in reversed(first):
        if key not in second:
            merged.insert(len(merged) if following is None else merged.index(following), key)
        following = key
    actions = ("set", "times", "plus")
    return sorted(merged, key=lambda key: actions.index(key[0]))


# What an item says


def _item(
    mine: tuple[Change, ...], theirs: tuple[Change, ...], one: MappingNode, other: MappingNode, labels: Scenario
) -> Item:
    """What two sets say of a key; `one` and `other` are the documents as what they set makes them."""
    change = (theirs or mine)[-1]
    if change.action == "set":
        before, after = _value_at(one, change.path), _value_at(other, change.path)
    else:
        before, after = _amounts(change.action, mine), _amounts(change.action, theirs)
    return Item(
        change.action, change.path, _label(labels, change.path), change.by.where.line, before, after, mine, theirs
    )


def _belief(scenario: Scenario, name: str, asked: str, believed: bool) -> Item:
    record = scenario.statements[name]
    about = scenario.outcomes[record.about].label
    label = f"{record.by or name}, of “{about}”"
    said = ("not believed", "believed")
    return Item(BELIEVE, name, label, _belief_line(scenario, name, asked), said[not believed], said[believed])


def _belief_line(scenario: Scenario, name: str, asked: str) -> int:
    """Where a set, or one that it extends, names the statement."""
    todo, done = [asked], set[str]()
    while todo:
        one = todo.pop(0)
        if one == BASE or one in done:
            continue
        done.add(one)
        if name in scenario.assumptions[one].believe:
            node = document.at(scenario.document, ("assumptions", one, "believe"))
            items = node.items if isinstance(node, SequenceNode) else ()
            return next((item for item in items if document.plain(item) == name), node).where.line
        todo += scenario.assumptions[one].extends
    raise ValueError(f"no set believes '{name}'")


def _amounts(action: str, changes: Sequence[Change]) -> str:
    sign, nothing = ("×", "× 1") if action == "times" else ("+", "+ 0")
    return " ".join(f"{sign} {_short(change.value)}" for change in changes) or nothing


def _value_at(tree: MappingNode, path: str) -> str:
    """What stands at a path, in short."""
    try:
        places = places_of(tree, path)
    except ValueError:
        return NOT_SET
    found = {_text_at(tree, place) for place in places}
    return found.pop() if len(found) == 1 else VARIOUS


def _text_at(tree: MappingNode, place: Sequence[str | int]) -> str:
    parent, node = document.at(tree, place[:-1]), document.at(tree, place)
    if node is parent:
        return NOT_SET
    return _range(node) if place[-1] in RANGES else _short(node)


def _short(node: Node) -> str:
    """A value as one would write it on a line; of an unknown, its distribution."""
    if isinstance(node, ScalarNode):
        return str(node.value) if isinstance(node.value, Percent) else node.text
    if isinstance(node, SequenceNode):
        return ", ".join(map(_short, node.items))
    family = next(((key.text, value) for key, value in node.entries if key.text in FAMILIES), None)
    if family is None:
        return ", ".join(f"{key.text} {_short(value)}" for key, value in node.entries)
    name, value = family
    if name in RANGES:
        return _range(value)
    return _short(value) if name == "value" else f"{name} {_short(value)}"


def _range(node: Node) -> str:
    """Two ends, such as `8–45%`."""
    if not isinstance(node, SequenceNode) or len(node.items) != 2:
        return _short(node)
    low, high = map(_short, node.items)
    return f"{low.removesuffix('%') if high.endswith('%') else low}–{high}"


def _label(scenario: Scenario, path: str) -> str:
    """What a path is about, in the words of the scenario."""
    names = parse_path(path)
    section, rest = names[0], names[1:]
    if names == ("words",):
        return "What words of probability mean"
    if section == "unknowns" and rest and rest[0] in scenario.unknowns:
        return scenario.unknowns[rest[0]].label
    if section == "payoffs" and len(rest) > 1 and rest[0] in scenario.actors:
        return f"{scenario.actors[rest[0]].name}: {rest[1]}"
    if section == "beliefs" and rest and rest[0] in scenario.actors:
        about = f" of {' '.join(rest[1:])}" if len(rest) > 1 else ""
        return f"{scenario.actors[rest[0]].name}: belief{about}"
    if section == "actors" and len(rest) > 1:
        who = "Everyone" if rest[0] == "*" else scenario.actors[rest[0]].name if rest[0] in scenario.actors else rest[0]
        return f"{who}: {' '.join(rest[1:])}"
    return " ".join(names[1:] if section == "moves" else names).replace("_", " ")
