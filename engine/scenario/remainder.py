"""What is left of a document without the records that are wrong, so that all else in it can be checked at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from engine.document import MappingNode, Node, ScalarNode, SequenceNode
from engine.errors import Problem

Steps = tuple[str | int, ...]

STAND_INS: Final[Mapping[str, int | str]] = {"engine": 1, "title": "untitled"}
"""What a scenario cannot be without, and nothing else depends on."""


def without(tree: MappingNode, wrong: Iterable[Steps]) -> tuple[MappingNode, frozenset[str]]:
    """The document without the records at these paths, and every name that went with them."""
    gone = {path[: 3 if path[0] == "payoffs" else 2] for path in wrong if path}
    names = {name for path in gone for name in (*map(str, path), *_names(_at(tree, path), section=len(path) == 1))}
    entries = _pruned(tree, gone).entries
    given = {key.text for key, _ in entries}
    missing = tuple((_scalar(key, tree), _scalar(value, tree)) for key, value in STAND_INS.items() if key not in given)
    return MappingNode((*missing, *entries), tree.start, tree.source), frozenset(names)


def independent(problems: Iterable[Problem], gone: frozenset[str]) -> Iterator[Problem]:
    """The problems that have nothing to do with these names: the others may only follow from their absence."""
    for problem in problems:
        quoted = re.findall(r"\w+", " ".join(re.findall(r"'([^']*)'", problem.message)))
        beside = re.findall(r"\w+", problem.source) if _NAMES_NOTHING.search(problem.message) else []
        if gone.isdisjoint((*quoted, *beside)):
            yield problem


# Private functions

_NAMES_NOTHING: Final = re.compile("is not a name|stands for itself|is no value")
"""Said of an option, when it may be its move that is not there."""
_NAMING: Final = ("type", "event", "decision", "term", "values", "options", "chance", "choice")


def _at(node: Node, path: Steps) -> Node | None:
    found: Node | None = node
    for step in path:
        if isinstance(found, MappingNode):
            found = found.get(str(step))
        else:
            items = found.items if isinstance(found, SequenceNode) else ()
            found = items[step] if isinstance(step, int) and step < len(items) else None
    return found


def _names(node: Node | None, section: bool = False) -> Iterator[str]:
    """The names that a record gives to things, or all those of a section."""
    if section and isinstance(node, MappingNode):
        for name, record in node:
            yield name
            yield from _names(record)
    elif section and isinstance(node, SequenceNode):
        for record in node:
            yield from _names(record) if isinstance(record, MappingNode) else _words(record)
    elif isinstance(node, MappingNode):
        for key in _NAMING:
            yield from _words(node.get(key))


def _words(node: Node | None) -> Iterator[str]:
    """What a value, the items of a list or the keys of a mapping are called."""
    if isinstance(node, ScalarNode):
        yield node.text
    elif isinstance(node, SequenceNode):
        yield from (item.text for item in node if isinstance(item, ScalarNode))
    elif isinstance(node, MappingNode):
        yield from (name for name, _ in node)


def _pruned(node: MappingNode, gone: set[Steps]) -> MappingNode:
    """The mapping without what stands at these paths."""
    below: dict[str, set[Steps]] = {}
    for path in gone:
        below.setdefault(str(path[0]), set()).add(path[1:])
    kept = tuple(
        (key, _without(value, below.get(key.text, set())))
        for key, value in node.entries
        if () not in below.get(key.text, ())
    )
    return MappingNode(kept, node.start, node.source)


def _without(node: Node, gone: set[Steps]) -> Node:
    if isinstance(node, MappingNode) and gone:
        return _pruned(node, gone)
    if isinstance(node, SequenceNode) and gone:
        numbers = {path[0] for path in gone}
        return replace(node, items=tuple(item for number, item in enumerate(node.items) if number not in numbers))
    return node


def _scalar(value: int | str, tree: MappingNode) -> ScalarNode:
    return ScalarNode(value, str(value), tree.start, tree.start, "", tree.source)
