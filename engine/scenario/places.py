"""From the path of a value to its line and column."""

from __future__ import annotations

from engine.document import MappingNode, Node, ScalarNode, SequenceNode, problem
from engine.errors import Problem
from engine.scenario.fields import TAGS


def problem_at(document: Node, path: tuple[str | int, ...], message: str, hint: str = "", offset: int = 0) -> Problem:
    """A problem with what stands at `path`; `offset` is a character of its text.

    The owner of a missing value stands for it.
    """
    node, key = document, None
    for step in path:
        found, found_key = _child(node, step)
        if found is not None:
            node, key = found, found_key
        elif step not in TAGS:
            break
    if isinstance(node, ScalarNode):
        if node.text == "" and key is not None:
            return problem(key, message, hint)
        return problem(node, message, hint, node.locate(offset))
    return problem(key or node, message, hint)


def key_problem(document: Node, path: tuple[str | int, ...], message: str, hint: str = "") -> Problem:
    """A problem with the key at the end of `path`."""
    node: Node = document
    for step in path[:-1]:
        node = _child(node, step)[0] or node
    key = _child(node, path[-1])[1]
    return problem(key or node, message, hint)


def _child(node: Node, step: str | int) -> tuple[Node | None, ScalarNode | None]:
    if isinstance(node, SequenceNode):
        inside = isinstance(step, int) and 0 <= step < len(node.items)
        return (node.items[int(step)] if inside else None), None
    return (node.get(str(step)), node.key(str(step))) if isinstance(node, MappingNode) else (None, None)
