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
    """The document without the records at these paths, and every text that went with them."""
    gone = {path[: 3 if path[0] == "payoffs" else 2] for path in wrong if path}
    texts = {str(step) for path in gone for step in path[1:]}
    for path in gone:
        texts |= {str(path[0])} if len(path) == 1 else set()
        texts |= set(_texts(_at(tree, path)))
    entries = _pruned(tree, gone).entries
    given = {key.text for key, _ in entries}
    missing = tuple((_scalar(key, tree), _scalar(value, tree)) for key, value in STAND_INS.items() if key not in given)
    return MappingNode((*missing, *entries), tree.start, tree.source), frozenset(texts)


def independent(problems: Iterable[Problem], texts: frozenset[str]) -> Iterator[Problem]:
    """The problems that name nothing that went: the others may only follow from its absence."""
    for problem in problems:
        named = re.findall(r"\w+", " ".join(re.findall(r"'([^']*)'", problem.message)))
        if not texts.intersection(named):
            yield problem


# Private functions


def _at(node: Node, path: Steps) -> Node | None:
    found: Node | None = node
    for step in path:
        found = _children(found).get(step) if found is not None else None
    return found


def _children(node: Node) -> dict[str | int, Node]:
    if isinstance(node, MappingNode):
        return dict(node)
    return dict(enumerate(node.items)) if isinstance(node, SequenceNode) else {}


def _texts(node: Node | None) -> Iterator[str]:
    """Every key and every word of the values below a node."""
    todo = [node] if node is not None else []
    while todo:
        match todo.pop():
            case ScalarNode() as scalar:
                yield from re.findall(r"\w+", scalar.text)
            case other:
                yield from (str(key) for key in _children(other) if isinstance(key, str))
                todo += _children(other).values()


def _pruned(node: MappingNode, gone: set[Steps]) -> MappingNode:
    """The mapping without what stands at these paths."""
    below: dict[str, set[Steps]] = {}
    for path in gone:
        below.setdefault(str(path[0]), set()).add(path[1:])
    kept = tuple((key, _without(value, below.get(key.text, set()))) for key, value in node.entries
                 if () not in below.get(key.text, ()))  # fmt: skip
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
