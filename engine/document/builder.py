"""From events to nodes: what is open, what is counted against the caps, and what is wrong so far."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NoReturn

import yaml

from engine.document.limits import MAX_ALIASES, MAX_DEPTH, MAX_NODES, MAX_NUMBER_KEYS, MAX_PROBLEMS
from engine.document.marks import end_of, skip_blank, skip_properties, start_of
from engine.document.nodes import MappingNode, Node, ScalarNode, SequenceNode, Source
from engine.document.scalars import decode
from engine.document.values import Value, resolve
from engine.document.wording import NO_BLOCK, NO_CHARACTER, NO_TAGS, short, spoken
from engine.errors import Problem

_CRAMPED = re.compile("[|>][-+0-9]*#")  # a comment without a space before it
_SURROGATE = re.compile("[\ud800-\udfff]")


class Stop(Exception):
    """Nothing more can be found; the problems so far are with the builder."""


@dataclass(slots=True)
class _Frame:
    """A list or mapping whose end has not come yet."""

    mapping: bool
    flow: bool
    start: int
    anchor: str | None
    items: list[Node] = field(default_factory=list)
    entries: list[tuple[ScalarNode, Node]] = field(default_factory=list)
    key: Node | None = None
    names: dict[str, ScalarNode] = field(default_factory=dict)
    numbers: dict[float, ScalarNode] = field(default_factory=dict)
    size: int = 1
    height: int = 1


@dataclass(frozen=True, slots=True)
class _Sized:
    """A finished node with what the caps count of it."""

    node: Node
    size: int = 1  # nodes, aliases counted at full size
    height: int = 0  # levels, 0 for a scalar


@dataclass(slots=True)
class Builder:
    """What is known so far while the events come in.

    Attributes:
        source: where everything comes from.
        text: its text without refused characters, which is what the events are about.
    """

    source: Source
    text: str = ""
    problems: list[Problem] = field(default_factory=list)
    stack: list[_Frame] = field(default_factory=list)
    anchors: dict[str, _Sized | None] = field(default_factory=dict)  # None while the node is still open
    root: Node | None = None
    nodes: int = 0
    aliases: int = 0

    def report(self, index: int, message: str, hint: str = "") -> None:
        """Notes a problem; ends the pass when there are enough."""
        self.problems.append(self.source.problem(index, message, hint))
        if len(self.problems) >= MAX_PROBLEMS:
            raise Stop

    def stop(self, index: int, message: str, hint: str = "") -> NoReturn:
        """Notes a problem and ends the pass."""
        self.report(index, message, hint)
        raise Stop

    def count(self, index: int, size: int) -> None:
        """Counts nodes against the cap."""
        self.nodes += size
        if self.nodes > MAX_NODES:
            self.stop(index, f"more than {MAX_NODES:,} values, each alias counted as all that it stands for")

    def scalar(self, event: yaml.ScalarEvent) -> None:
        """A single value has come."""
        self.properties(event)
        style = event.style or ""
        start, end = start_of(event), end_of(event)
        frame = self.stack[-1] if self.stack else None
        if not style and not event.value:
            # The parsers place what is not there differently.
            while start > 0 and self.text[start - 1] in " \t\r\n":
                start -= 1
            if frame and frame.mapping and frame.key is not None:
                start = frame.key.start
                self.missing(frame)
            end = start
        elif event.anchor or event.tag:
            start = skip_properties(self.text, start)
        node = self.valued(event.value, start, end, style)
        self.attach(_Sized(node), event.anchor)

    def missing(self, frame: _Frame) -> None:
        """A key in braces has no value: most often a comma in unquoted text made it."""
        if frame.flow and isinstance(frame.key, ScalarNode) and (frame.key.text or frame.key.style):
            hint = "quote text that holds a comma"
            if self.text.startswith(":", skip_blank(self.text, frame.key.end)):
                hint = "write one after the colon"
            elif ":" in frame.key.text and not frame.key.style:
                hint = "put a space after the colon, or quote the text"
            self.report(frame.key.start, f"the key '{short(frame.key.text)}' has no value", hint)

    def valued(self, text: str, start: int, end: int, style: str) -> ScalarNode:
        """The scalar with its value found."""
        raw = self.text[start:end]
        if "\t" in raw:
            text = decode(raw, style, text)[0]
        if _CRAMPED.match(raw) and style in ("|", ">"):
            self.stop(start, *NO_BLOCK)  # libyaml takes it, PyYAML's own parser does not
        if half := _SURROGATE.search(text):
            self.stop(start + decode(raw, style, text)[1][half.start()], *NO_CHARACTER)
        value: Value = text
        if not style:
            try:
                value = resolve(text)
            except ValueError as error:
                self.report(start, str(error), "quote it if it is text")
        return ScalarNode(value, text, start, end, style, self.source)

    def open(self, event: yaml.CollectionStartEvent, mapping: bool) -> None:
        """A list or mapping begins."""
        self.properties(event)
        start = start_of(event)
        if event.anchor or event.tag:
            start = skip_properties(self.text, start)
        if len(self.stack) >= MAX_DEPTH:
            self.stop(start, f"more than {MAX_DEPTH} levels inside each other")
        self.stack.append(_Frame(mapping, bool(event.flow_style), start, event.anchor))
        if event.anchor:
            self.anchors[event.anchor] = None

    def close(self) -> None:
        """A list or mapping ends."""
        frame = self.stack.pop()
        node: Node
        if frame.mapping:
            node = MappingNode(tuple(frame.entries), frame.start, self.source)
        else:
            node = SequenceNode(tuple(frame.items), frame.start, self.source)
        self.attach(_Sized(node, frame.size, frame.height), frame.anchor)

    def alias(self, event: yaml.AliasEvent) -> None:
        """An alias stands for the node of its anchor, which is shared."""
        index = start_of(event)
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            self.stop(index, f"more than {MAX_ALIASES:,} aliases")
        if self.stack and self.stack[-1].mapping and self.stack[-1].key is None:
            self.report(index, "an alias as a key is not allowed", "write the key out")
        anchored = self.anchored(index, str(event.anchor))
        if len(self.stack) + anchored.height > MAX_DEPTH:
            self.stop(index, f"more than {MAX_DEPTH} levels inside each other")
        self.count(index, anchored.size)
        self.attach(anchored, None, alias=True)

    def anchored(self, index: int, name: str) -> _Sized:
        """The node that an alias stands for; a null in its place if there is none."""
        found = self.anchors.get(name)
        if found:
            return found
        if name in self.anchors:
            self.report(index, f"the alias '*{short(name)}' stands inside the value that it stands for")
        else:
            self.report(index, f"no '&{short(name)}' comes before this alias", "quote text that starts with '*'")
        return _Sized(ScalarNode(None, "", index, index, "", self.source))

    def properties(self, event: yaml.NodeEvent) -> None:
        """Counts the node and refuses a tag."""
        index = start_of(event)
        self.count(index, 1)
        if getattr(event, "tag", None) is not None:
            self.report(index, *NO_TAGS)

    def attach(self, sized: _Sized, anchor: str | None, *, alias: bool = False) -> None:
        """A finished node takes its place in the list or mapping that is open."""
        if anchor:
            self.anchors[anchor] = sized
        if not self.stack:
            self.root = sized.node
            return
        frame = self.stack[-1]
        frame.size += sized.size
        frame.height = max(frame.height, sized.height + 1)
        if not frame.mapping:
            frame.items.append(sized.node)
        elif frame.key is None:
            frame.key = sized.node
            if not alias:
                self.check_key(frame, sized.node)
        else:
            if isinstance(frame.key, ScalarNode):
                frame.entries.append((frame.key, sized.node))
            frame.key = None

    def check_key(self, frame: _Frame, node: Node) -> None:
        """Keys are text or numbers, and there are no two of the same."""
        if not isinstance(node, ScalarNode):
            what = "mapping" if isinstance(node, MappingNode) else "list"
            hint = "a key is text; quote text that starts with [ or {"
            self.report(node.start, f"a {what} as a key is not allowed", hint)
        elif node.value is None and not node.text:
            self.report(node.start, "a key is missing", "write 'key: value'")
        elif node.value is None or isinstance(node.value, bool):
            self.report(node.start, f"'{node.text}' as a key is not allowed", "quote it if it is text")
        elif node.text == "<<" and not node.style:
            self.report(node.start, "the merge key '<<' is not allowed", "write the keys out")
        else:
            self.check_duplicate(frame, node)

    def check_duplicate(self, frame: _Frame, node: ScalarNode) -> None:
        """No two keys have the same text or are the same number."""
        first = frame.names.setdefault(node.text, node)
        if first is node and isinstance(node.value, (int, float)):
            if len(frame.numbers) >= MAX_NUMBER_KEYS:
                self.stop(node.start, f"more than {MAX_NUMBER_KEYS:,} numbers as keys of one mapping")
            first = frame.numbers.setdefault(node.value, node)
        if first is not node:
            message = f"the key '{short(node.text)}' stands twice"
            if first.text != node.text:
                message = f"the key '{short(node.text)}' is the same number as '{short(first.text)}'"
            self.report(node.start, message, f"the first is at {spoken(first.where)}")
