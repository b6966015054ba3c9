"""What two files do not have alike, by name: for comparing files, where no key says what was changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from engine import document
from engine.document import MappingNode, Node, ScalarNode, SequenceNode
from engine.scenario.assumptions import ITEM_NAMES
from engine.scenario.model import Scenario

WORDS: Final = frozenset({"label", "evidence", "judgement", "note", "unit"})
"""Keys that change nothing but what is printed."""
OWN_WORDS: Final = {"actors": {"name"}, "statements": {"by"}, "beliefs": None, "quantities": None}
"""Further ones by section; None where all keys are names."""
NAMED: Final = ("actors", "unknowns", "quantities", "state", "moves", "beliefs", "outcomes", "statements")
WHOLE: Final = ("solution", "rounds", "words", "correlated", "as_of", "horizon")


@dataclass(frozen=True, slots=True)
class Content:
    """Something named that two files do not have alike.

    Attributes:
        section: `unknowns`, `moves`, `payoffs` …
        name: within it; empty where the section itself differs.
        kind: `changed`, `added` (only the other file has it) or `missing` (only the first has it).
        line: in the other file, or in the first if it is missing there.
    """

    section: str
    name: str
    kind: str
    line: int


def contents_between(first: Scenario, other: Scenario) -> tuple[Content, ...]:
    """What differs, apart from words that change no number; in the order of the first file, then of the other."""
    mine, theirs = _named(first.document), _named(other.document)
    found = []
    for (section, name), (node, place) in mine.items():
        if (section, name) not in theirs:
            found.append(Content(section, name, "missing", place))
        elif _canonical(theirs[section, name][0], section) != _canonical(node, section):
            found.append(Content(section, name, "changed", theirs[section, name][1]))
    found += [Content(*key, "added", place) for key, (_, place) in theirs.items() if key not in mine]
    return tuple(found)


def _named(tree: MappingNode) -> Mapping[tuple[str, str], tuple[Node, int]]:
    return dict(_each(tree))


def _each(tree: MappingNode) -> Iterator[tuple[tuple[str, str], tuple[Node, int]]]:
    for section in WHOLE:
        node, key = tree.get(section), tree.key(section)
        if node is not None and key is not None:
            yield (section, ""), (node, key.where.line)
    for section in NAMED:
        for name, node, line in _children(tree.get(section)):
            yield (section, name), (node, line)
    for actor, terms, _ in _children(tree.get("payoffs")):
        for name, node, line in _children(terms):
            yield ("payoffs", f"{actor}.{name}"), (node, line)


def _children(node: Node | None) -> Iterator[tuple[str, Node, int]]:
    if isinstance(node, MappingNode):
        for key, value in node.entries:
            yield key.text, value, key.where.line
    if isinstance(node, SequenceNode):
        for item in node.items:
            own = next((item.get(key) for key in ITEM_NAMES if isinstance(item, MappingNode) and key in item), None)
            if isinstance(own, ScalarNode):
                yield own.text, item, own.where.line


def _canonical(node: Node, section: str) -> object:
    """What an item says, whatever the order of its keys, and without words for people."""
    words = OWN_WORDS.get(section, set())
    if isinstance(node, SequenceNode):
        return [_canonical(item, section) for item in node.items]
    if not isinstance(node, MappingNode) or words is None:
        return _plain(node)
    return {name: _plain(value) for name, value in node if name not in WORDS | words}


def _plain(node: Node) -> object:
    found = document.plain(node)
    return " ".join(found.split()) if isinstance(found, str) else found
