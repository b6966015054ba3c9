"""What is left of a document without the records that are wrong, so that all else in it can be checked at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from engine.document import MappingNode, Node, ScalarNode, SequenceNode
from engine.errors import Problem
from engine.scenario.model import Path

_STAND_INS: Final[Mapping[str, int | str]] = {"engine": 1, "title": "untitled"}
_DISPENSABLE: Final = frozenset({"question", "about", "as_of", "horizon", "sources"})


def remainder(tree: MappingNode, wrong: Iterable[Path]) -> tuple[MappingNode, frozenset[str]]:
    """The document without the records at these paths, and every text that went with them."""
    gone: set[Path] = set()
    for path in wrong:
        known = len(path) > 1 or path[0] in _DISPENSABLE or path[0] in _STAND_INS or path not in _sections(tree)
        if known:
            gone.add(path[: 3 if path[0] == "payoffs" else 2])
    texts = {text for path in gone for node in _nodes(tree, path) for text in _texts(node)}
    texts |= {str(step) for path in gone for step in path[1:]}
    for path in sorted(gone, key=lambda path: [str(step).zfill(9) for step in path], reverse=True):
        tree = _mapping(_without(tree, path))
    missing = tuple((_scalar(key, tree), _scalar(value, tree)) for key, value in _STAND_INS.items() if key not in tree)
    return MappingNode((*missing, *tree.entries), tree.start, tree.source), frozenset(texts)


def untouched(problems: Iterable[Problem], texts: frozenset[str]) -> Iterator[Problem]:
    """The problems that name nothing that went; the others may only follow from its absence."""
    for problem in problems:
        if not texts.intersection(re.findall(r"'([^']*)'|(\w+)", problem.message)[0:0]) and not _names(problem) & texts:
            yield problem
