"""The tree: scalars, lists and mappings, each with its place in the text that all of them share."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.document.limits import MAX_SHOWN
from engine.document.scalars import decode
from engine.document.values import Value
from engine.errors import Location, Problem


@dataclass(frozen=True, slots=True)
class Source:
    """A text and its name, shared by all nodes that come from it.

    Attributes:
        file: what the text is called in messages.
        text: all of it, without byte order mark.
        lines: its lines without line ends.
        starts: where each line starts in `text`.
    """

    file: str
    text: str
    lines: tuple[str, ...] = field(init=False, repr=False, compare=False)
    starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = (0, *(match.end() for match in re.finditer("\n", self.text)))
        object.__setattr__(self, "starts", starts)
        object.__setattr__(self, "lines", tuple(line.removesuffix("\r") for line in self.text.split("\n")))

    def location(self, index: int) -> Location:
        """The place of the character at `index`; of an end of line, just after its last character."""
        line = bisect_right(self.starts, max(0, min(index, len(self.text))))
        column = min(index - self.starts[line - 1], len(self.lines[line - 1])) + 1
        return Location(self.file, line, column)

    def problem(self, index: int, message: str, hint: str = "") -> Problem:
        """What is wrong at the character at `index`."""
        where = self.location(index)
        return Problem(message, where, self.line(where), hint)

    def line(self, where: Location) -> str:
        """The line of a place, to be shown; empty if it is too long for that."""
        found = self.lines[where.line - 1] if where.line <= len(self.lines) else ""
        return found if len(found) <= MAX_SHOWN else ""


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A single value.

    Attributes:
        value: what it stands for; quoted text and blocks of text are always text.
        text: its text with quotes, escapes and folding taken away; `5%` for Percent(0.05).
        start: where its first character stands in the source.
        end: where it ends.
        style: '' for plain text, else its quote or '|' or '>'.
        origin: the scalar in the source that this one was rewritten from; None for most.
        shift: where the text of `origin` stands in `text`.
    """

    value: Value
    text: str
    start: int
    end: int
    style: str
    source: Source = field(repr=False, compare=False)
    origin: ScalarNode | None = None
    shift: int = 0

    @property
    def where(self) -> Location:
        """The place of its first character."""
        return self.source.location(self.start)

    def locate(self, offset: int) -> Location:
        """The place in the source of the character at `offset` of `text`; `len(text)` is the place just after.

        Of an escape it is the place of the backslash, of a folded line end the end of that line. Offsets outside are
        moved to the nearest place inside.
        """
        if self.origin:
            return self.origin.locate(offset - self.shift)
        places = decode(self.source.text[self.start : self.end], self.style, self.text)[1]
        return self.source.location(self.start + places[max(0, min(offset, len(places) - 1))])

    def rewritten(self, text: str, shift: int) -> ScalarNode:
        """A text scalar that holds this one's text from position `shift` on and is located where this one is."""
        return replace(self, value=text, text=text, origin=self.origin or self, shift=self.shift + shift)


@dataclass(frozen=True, slots=True)
class SequenceNode:
    """A list.

    Attributes:
        items: its items in order.
        start: where its first character stands in the source.
    """

    items: tuple[Node, ...]
    start: int
    source: Source = field(repr=False, compare=False)

    @property
    def where(self) -> Location:
        """The place of its first character."""
        return self.source.location(self.start)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)


@dataclass(frozen=True, slots=True)
class MappingNode:
    """Values by name, in the order of the text; the name of a key is its text, also if it is a number.

    Attributes:
        entries: keys and values; no two keys have the same text or are the same number.
        start: where its first character stands in the source.
    """

    entries: tuple[tuple[ScalarNode, Node], ...]
    start: int
    source: Source = field(repr=False, compare=False)
    _index: dict[str, tuple[ScalarNode, Node]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_index", {entry[0].text: entry for entry in self.entries})

    @property
    def where(self) -> Location:
        """The place of its first character."""
        return self.source.location(self.start)

    def get(self, name: str) -> Node | None:
        """The value with that name; None if there is none."""
        entry = self._index.get(name)
        return entry[1] if entry else None

    def key(self, name: str) -> ScalarNode | None:
        """The key with that name, for its place; None if there is none."""
        entry = self._index.get(name)
        return entry[0] if entry else None

    def __iter__(self) -> Iterator[tuple[str, Node]]:
        return ((key.text, node) for key, node in self.entries)

    def __contains__(self, name: object) -> bool:
        return name in self._index


Node = ScalarNode | SequenceNode | MappingNode


def problem(node: Node, message: str, hint: str = "", where: Location | None = None) -> Problem:
    """What is wrong with a node; `where` is a place in the same text, if it is not the node's first character."""
    where = where or node.where
    return Problem(message, where, node.source.line(where), hint)


def plain(node: Node) -> Any:
    """The tree as dicts, lists and values without places."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.items]
    return {key.value: plain(value) for key, value in node.entries}


def at(node: Node, path: Sequence[str | int]) -> Node:
    """The node at a path of names and list positions, or the last one on the way that exists."""
    for step in path:
        child: Node | None = None
        if isinstance(node, MappingNode):
            child = node.get(str(step))
        elif isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.items):
            child = node.items[step]
        if child is None:
            break
        node = child
    return node
