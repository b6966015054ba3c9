"""YAML text as a tree that keeps the place of every node, made for text from strangers.

The tree is built from the events of a YAML parser, never by its composer or constructor: no tags, merges or objects.
Everything is capped (bytes, depth, nodes with aliases counted at full size); all that is wrong is reported at once.

A line ends at a line feed or at a carriage return with a line feed, as in an editor. YAML 1.1 has four more line ends;
they are refused, so that the lines of the parser and the lines that people see are the same.
"""

from __future__ import annotations

import os
import re
import stat
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import yaml

from engine.errors import Location, Problem, ScenarioError

MAX_BYTES = 1_000_000
MAX_DEPTH = 64
MAX_NODES = 200_000
MAX_ALIASES = 1_000
MAX_NUMBER = 100  # characters of a number
MAX_NUMBER_KEYS = 1_000  # in one mapping: numbers can be chosen to collide in a dict, text cannot
MAX_PROBLEMS = 1_000

#: The YAML parser: libyaml's where there is one, which is some twenty times faster.
LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Percent(float):
    """A number that was written in per cent: `5%` is Percent(0.05); its text is `5%` again."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Percent({float(self)!r})"

    def __str__(self) -> str:
        # Shifts the decimal point in the text, since 100 * 0.07 is not 7.
        mantissa, _, exponent = float.__repr__(self).partition("e")
        shifted = f"{float(f'{mantissa}e{int(exponent or 0) + 2}')!r}" if mantissa[-1].isdigit() else mantissa
        return shifted.removesuffix(".0") + "%"


Value = None | bool | int | float | str


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
        return Problem(message, where, self.lines[where.line - 1], hint)


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
        places = _decode(self.source.text[self.start : self.end], self.style, self.text)[1]
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


# Public functions


def parse(text: str, file: str, *, mapping: bool = False, loader: type[Any] = LOADER) -> Node:
    """The tree of a YAML text.

    Args:
        text: the YAML text.
        file: what to call it in messages.
        mapping: whether its top has to be a mapping.
        loader: whose parser to use, `yaml.SafeLoader` or `yaml.CSafeLoader`; the tree is the same.
    Raises:
        ScenarioError: with everything that is wrong; a fault of syntax is the last thing that can be found.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise ScenarioError([Problem(f"the text is larger than {MAX_BYTES:,} bytes", Location(file, 1, 1))])
    builder = _Builder(Source(file, text.removeprefix("\ufeff")))
    try:
        readable = _clean(builder)
        _build(builder, readable, loader)
        _check_top(builder, mapping)
    except _Stop:
        pass
    if builder.problems or builder.root is None:
        raise ScenarioError(builder.problems)
    return builder.root


def read_file(path: Path, limit: int = MAX_BYTES) -> str:
    """The text of a regular UTF-8 file of at most `limit` bytes; its byte order mark and line ends are kept.

    Raises:
        ScenarioError: if it does not exist, may not be read, is no regular file, is too large or not UTF-8.
    """
    try:
        data = _read_bytes(path, limit)
    except FileNotFoundError:
        hint = "" if _is_folder(path.parent) else f"the folder '{path.parent}' does not exist either"
        raise ScenarioError([Problem(f"there is no file '{path}'", hint=hint)]) from None
    except PermissionError:
        raise ScenarioError([Problem(f"'{path}' may not be read", hint="check its permissions")]) from None
    except OSError as error:
        raise ScenarioError([Problem(f"'{path}' cannot be read: {error.strerror or error}")]) from None
    except ValueError:  # a NUL or half a surrogate pair in the name
        raise ScenarioError([Problem(f"{str(path)!r} is not a possible file name")]) from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ScenarioError([_not_utf8(str(path), data, error.start)]) from None


def problem(node: Node, message: str, hint: str = "", where: Location | None = None) -> Problem:
    """What is wrong with a node; `where` is a place in the same text, if it is not the node's first character."""
    where = where or node.where
    lines = node.source.lines
    return Problem(message, where, lines[where.line - 1] if where.line <= len(lines) else "", hint)


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


# Files


def _read_bytes(path: Path, limit: int) -> bytes:
    _check_regular(path, os.stat(path), limit)  # before opening, since opening a device may already do something
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as stream:
        _check_regular(path, os.fstat(stream.fileno()), limit)  # it may have been exchanged for a pipe meanwhile
        data = stream.read(limit + 1)
    if len(data) > limit:  # it grew, or is one of those files that say they have no size
        raise ScenarioError([_too_large(path, limit)])
    return data


def _check_regular(path: Path, status: os.stat_result, limit: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise ScenarioError([Problem(f"'{path}' is a folder, not a file")])
    if not stat.S_ISREG(status.st_mode):
        raise ScenarioError([Problem(f"'{path}' is not a regular file", hint="pipes and devices are not read")])
    if status.st_size > limit:
        raise ScenarioError([_too_large(path, limit)])


def _too_large(path: Path, limit: int) -> Problem:
    return Problem(f"'{path}' is larger than {limit:,} bytes")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _not_utf8(file: str, data: bytes, offset: int) -> Problem:
    start = data.rfind(b"\n", 0, offset) + 1
    end = data.find(b"\n", offset)
    line = data[start : end if end >= 0 else len(data)].decode("utf-8", "replace").rstrip("\r")
    column = len(data[start:offset].decode("utf-8").removeprefix("\ufeff" if start == 0 else "")) + 1
    where = Location(file, data.count(b"\n", 0, offset) + 1, column)
    utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    hint = "it looks like UTF-16: save it as UTF-8" if utf16 else "save it as UTF-8, if it is a text file at all"
    return Problem(f"this is not UTF-8 text: byte 0x{data[offset]:02x} at offset {offset:,}", where, line, hint)


# Characters: what is refused before the parser sees it

_REFUSED = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|\r(?!\n)"
)
_NAMED = {
    "\r": ("a carriage return without a line feed", "end lines with a line feed"),
    "\ufeff": ("a byte order mark inside the text", "delete this invisible character"),
    "\x85": ("the line end U+0085", "use a space or an ordinary line end"),
    "\u2028": ("the line end U+2028", "use a space or an ordinary line end"),
    "\u2029": ("the line end U+2029", "use a space or an ordinary line end"),
}
_INDENT_TAB = re.compile(r"^ *+(\t)[ \t]*+[^ \t\r\n#]", re.MULTILINE)
_PROLOGUE = re.compile(r"(?:[ \t]*+(?:#[^\n]*+)?\r?\n)*+(%)([^\r\n]*)")
_YAML_DIRECTIVE = re.compile(r"YAML[ \t]++1\.[0-9][ \t]*(?:#.*)?")


def _clean(builder: _Builder) -> str:
    """The text as the parser may see it, every character at its own index; problems are noted.

    Tabs become spaces, because the two parsers disagree about them; `_Builder.valued` puts them back into values.
    """
    for match in _REFUSED.finditer(builder.source.text):
        code = ord(match[0])
        escape = f'delete it, or write it in double quotes as "\\x{code:02x}"' if code < 0xA0 else "delete it"
        what, hint = _NAMED.get(match[0], (f"the character U+{code:04X}", escape))
        builder.report(match.start(), f"{what} is not allowed", hint)
    text = _REFUSED.sub(lambda match: "\n" if match[0] == "\r" else "\ufffd", builder.source.text)
    builder.text = text
    tabs = [match.start(1) for match in _INDENT_TAB.finditer(text)]
    for index in tabs:
        builder.report(index, "a tab in the indentation", "indent with spaces")
    if tabs:
        raise _Stop  # how deep the lines stand is anyone's guess, so whatever else is found would mislead
    return _without_directives(builder, text.replace("\t", " "))


def _without_directives(builder: _Builder, text: str) -> str:
    """The text with its directives made comments: the two parsers take different ones."""
    signs: list[int] = []
    end = 0
    while match := _PROLOGUE.match(text, end):
        if signs or not _YAML_DIRECTIVE.fullmatch(match[2]):
            builder.report(match.start(1), "only one directive, %YAML 1.x, is allowed", "delete this line")
        signs.append(match.start(1))
        end = match.end()
    marked = set(signs)
    return "".join("#" if i in marked else char for i, char in enumerate(text[:end])) + text[end:]


# From events to nodes


class _Stop(Exception):
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
class _Builder:
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
            raise _Stop

    def stop(self, index: int, message: str, hint: str = "") -> NoReturn:
        """Notes a problem and ends the pass."""
        self.report(index, message, hint)
        raise _Stop

    def count(self, index: int, size: int) -> None:
        """Counts nodes against the cap."""
        self.nodes += size
        if self.nodes > MAX_NODES:
            self.stop(index, f"more than {MAX_NODES:,} values, each alias counted as all that it stands for")

    def scalar(self, event: yaml.ScalarEvent) -> None:
        """A single value has come."""
        self.properties(event)
        style = event.style or ""
        start, end = _start(event), _end(event)
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
            start = _skip_properties(self.text, start)
        node = self.valued(event.value, start, end, style)
        self.attach(_Sized(node), event.anchor)

    def missing(self, frame: _Frame) -> None:
        """A key in braces has no value: most often a comma in unquoted text made it."""
        if frame.flow and isinstance(frame.key, ScalarNode) and (frame.key.text or frame.key.style):
            hint = "quote text that holds a comma"
            if ":" in frame.key.text and not frame.key.style:
                hint = "put a space after the colon, or quote the text"
            self.report(frame.key.start, f"the key '{_short(frame.key.text)}' has no value", hint)

    def valued(self, text: str, start: int, end: int, style: str) -> ScalarNode:
        """The scalar with its value found."""
        raw = self.text[start:end]
        if "\t" in raw:
            text = _decode(raw, style, text)[0]
        if _CRAMPED.match(raw) and style in ("|", ">"):
            self.stop(start, *_NO_BLOCK)  # libyaml takes it, PyYAML's own parser does not
        if half := _SURROGATE.search(text):
            self.stop(start + _decode(raw, style, text)[1][half.start()], *_NO_CHARACTER)
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
        start = _start(event)
        if event.anchor or event.tag:
            start = _skip_properties(self.text, start)
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
        index = _start(event)
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
            self.report(index, f"the alias '*{_short(name)}' stands inside the value that it stands for")
        else:
            self.report(index, f"no '&{_short(name)}' comes before this alias", "quote text that starts with '*'")
        return _Sized(ScalarNode(None, "", index, index, "", self.source))

    def properties(self, event: yaml.NodeEvent) -> None:
        """Counts the node and refuses a tag."""
        index = _start(event)
        self.count(index, 1)
        if getattr(event, "tag", None) is not None:
            self.report(index, *_NO_TAGS)

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
            message = f"the key '{_short(node.text)}' stands twice"
            if first.text != node.text:
                message = f"the key '{_short(node.text)}' is the same number as '{_short(first.text)}'"
            self.report(node.start, message, f"the first is at {_spoken(first.where)}")


def _build(builder: _Builder, text: str, loader: type[Any]) -> None:
    """Walks the events until the first document ends."""
    hidden = _hide_questions(text) if issubclass(loader, yaml.SafeLoader) else text
    parser = loader(hidden)
    try:
        while parser.check_event():
            event = parser.get_event()
            if isinstance(event, yaml.DocumentEndEvent):
                return _check_rest(builder, text, event)
            if hidden is not text and isinstance(event, yaml.ScalarEvent):
                event.value = event.value.replace(_STAND_IN, "?")
            _take(builder, event)
    except yaml.MarkedYAMLError as error:
        _stop_at_syntax(builder, text, error)
    except (ValueError, OverflowError):  # from chr() in PyYAML's own parser, which stands after the backslash and U
        builder.stop(parser.index - 2, *_NO_CHARACTER)
    finally:
        parser.dispose()


_STAND_IN = "\ue000"  # for private use, so no text has it


def _hide_questions(text: str) -> str:
    """The text for PyYAML's own parser, to which a question mark ends unquoted text inside brackets."""
    return text if _STAND_IN in text else re.sub(r"(?<=[^\s\[{,])\?", _STAND_IN, text)


def _take(builder: _Builder, event: yaml.Event) -> None:
    if isinstance(event, yaml.ScalarEvent):
        builder.scalar(event)
    elif isinstance(event, yaml.CollectionStartEvent):
        builder.open(event, mapping=isinstance(event, yaml.MappingStartEvent))
    elif isinstance(event, yaml.CollectionEndEvent):
        builder.close()
    elif isinstance(event, yaml.AliasEvent):
        builder.alias(event)


def _check_rest(builder: _Builder, text: str, event: yaml.DocumentEndEvent) -> None:
    """Nothing but white space and comments may follow the document."""
    index = _skip_blank(text, _end(event))
    if index == len(text):
        return
    if event.explicit or text.startswith("---", index):
        builder.stop(index, "a second document is not allowed", "delete the '---' or '...' between the two")
    builder.stop(index, "there is text after the end of the value", "quote the whole text")


def _check_top(builder: _Builder, mapping: bool) -> None:
    root = builder.root
    if root is None or (isinstance(root, ScalarNode) and not root.text and not root.style):
        builder.stop(0, "there is nothing in it")
    if mapping and not isinstance(root, MappingNode):
        what = "a list" if isinstance(root, SequenceNode) else "a single value"
        hint = "write lines of 'key: value', with a space after the colon"
        builder.stop(root.start, f"the top has to be a mapping, not {what}", hint)


def _start(event: yaml.Event) -> int:
    return event.start_mark.index if event.start_mark else 0


def _end(event: yaml.Event) -> int:
    return event.end_mark.index if event.end_mark else 0


def _spoken(where: Location) -> str:
    return f"line {where.line}, column {where.column}"


def _short(text: str, length: int = 60) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


_CRAMPED = re.compile("[|>][-+0-9]*#")  # a comment without a space before it
_SURROGATE = re.compile("[\ud800-\udfff]")
_BLANK = re.compile(r"(?:\s++|#[^\n]*+)*+")
_PROPERTIES = re.compile(r"(?:(?:&[0-9A-Za-z_-]++|![^\s,\[\]{}]*+)(?:\s++|(?<=\s)#[^\n]*+)*+)*+")


def _skip_blank(text: str, index: int) -> int:
    """Where the white space and comments from `index` on end."""
    match = _BLANK.match(text, index)
    return match.end() if match else index


def _skip_properties(text: str, index: int) -> int:
    """Where a node's own text starts, after its anchor."""
    match = _PROPERTIES.match(text, index)
    return match.end() if match else index


# Values of plain scalars: YAML 1.2's core schema, and per cent

_WORDS: dict[str, Value] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((f"{sign}.{word}" for sign in ("", "+") for word in ("inf", "Inf", "INF")), float("inf")),
    **dict.fromkeys((f"-.{word}" for word in ("inf", "Inf", "INF")), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_INTEGER = re.compile(r"[-+]?[0-9]++")
_BASED = re.compile(r"0o[0-7]++|0x[0-9a-fA-F]++")
_NUMBER = re.compile(r"([-+]?(?:\.[0-9]++|[0-9]++(?:\.[0-9]*+)?)(?:[eE][-+]?[0-9]++)?)(%?)")


def resolve(text: str) -> Value:
    """What plain text stands for: null, true, false, a number, or itself.

    Raises:
        ValueError: if it is a number of more than 100 characters.
    """
    if text in _WORDS:
        return _WORDS[text]
    match = _NUMBER.fullmatch(text) if text[0] in "+-.0123456789" else None
    based = _BASED.fullmatch(text)
    if (match or based) and len(text) > MAX_NUMBER:
        raise ValueError(f"a number of more than {MAX_NUMBER} characters")
    if based:
        return int(text, 0)
    if not match:
        return text
    if match[2]:
        return _percent(match[1])
    return int(text) if _INTEGER.fullmatch(text) else float(text)


def _percent(number: str) -> Percent:
    """The hundredth of a decimal, exactly rounded: dividing by 100 would round twice."""
    mantissa, _, exponent = number.lower().partition("e")
    return Percent(f"{mantissa}e{int(exponent or 0) - 2}")


# Where the characters of a scalar stand

_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b",
    "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}
_FIRST_LINE = re.compile(r"^( *)[^ \r\n]", re.MULTILINE)

Placed = list[tuple[str, int]]  # characters of the value, and where they stand in the raw text


@lru_cache(maxsize=4)  # one long expression may hold many errors, each of which asks for its place
def _decode(raw: str, style: str, value: str) -> tuple[str, tuple[int, ...]]:
    """The text of a scalar as it is written, and where in `raw` each of its characters and the place after it are."""
    if style in ("|", ">"):
        placed = _block(raw.replace("\t", " "), style, value.replace("\t", " "))
        # After a last line end rather the end of that line than the next line.
        after = placed[-1][1] + (placed[-1][0] != "\n") if placed else 0
    else:
        placed = _flow(raw, style)
        after = len(raw) - len(style)
    chars = ("\t" if raw[index] == "\t" else char for char, index in placed)
    return "".join(chars), (*(index for _, index in placed), after)


def _flow(text: str, style: str) -> Placed:
    """The characters of plain or quoted text."""
    placed: Placed = []
    index, stop = len(style), len(text) - len(style)
    while index < stop:
        char = text[index]
        if char in " \t\r\n":
            index = _fold(text, index, stop, placed)
        elif char == "'" == style:
            placed.append((char, index))
            index += 2
        elif char == "\\" and style == '"':
            index = _escape(text, index, stop, placed)
        else:
            placed.append((char, index))
            index += 1
    return placed


def _fold(text: str, index: int, stop: int, placed: Placed) -> int:
    """White space: as it stands within a line; one line end is a space, more are one fewer."""
    after, ends = _line_ends(text, index, stop)
    if not ends:
        placed.extend((text[i], i) for i in range(index, after))
    elif len(ends) == 1:
        placed.append((" ", ends[0]))
    else:
        placed.extend(("\n", i) for i in ends[1:])
    return after


def _escape(text: str, index: int, stop: int, placed: Placed) -> int:
    code = text[index + 1]
    if code in "\r\n":
        after, ends = _line_ends(text, index + 1, stop)
        placed.extend(("\n", i) for i in ends[1:])
        return after
    digits = _HEX_DIGITS.get(code, 0)
    char = chr(int(text[index + 2 : index + 2 + digits], 16)) if digits else _ESCAPES.get(code, code)
    placed.append((char, index))
    return index + 2 + digits


def _line_ends(text: str, index: int, stop: int) -> tuple[int, list[int]]:
    """Where the white space ends, and where the line ends in it are."""
    after = index
    while after < stop and text[after] in " \t\r\n":
        after += 1
    return after, [i for i in range(index, after) if text[i] == "\n"]


def _block(text: str, style: str, value: str) -> Placed:
    """The characters of a block of text under `|` or `>`; `value` tells how far it is indented."""
    header = text.find("\n")
    inside, outside = _FIRST_LINE.search(value), _FIRST_LINE.search(text, header + 1)
    if header < 0 or not inside or not outside:
        return [(char, 0) for char in value]  # white space only
    placed: Placed = []
    ends: list[int] = []  # line ends since the last line that is not empty, its own first
    spaced = True  # whether that line starts with a space, so that it is not folded; as if before the first one
    for start, end in _block_lines(text, header + 1, len(outside[1]) - len(inside[1])):
        if start == end:
            ends.append(end)
            continue
        indented = text[start] == " "
        folded = style == ">" and not spaced and not indented
        placed.extend(_newlines(ends) if not folded else _newlines(ends[1:]) or [(" ", ends[0])])
        placed.extend((text[i], i) for i in range(start, end))
        ends, spaced = [end], indented
    chomping = text[: min(3, header)]
    keep = len(ends) if "+" in chomping else 0 if "-" in chomping else 1
    return placed + (_newlines(ends[:keep]) if ends[0] < len(text) else [])


def _newlines(ends: list[int]) -> Placed:
    return [("\n", end) for end in ends]


def _block_lines(text: str, start: int, indent: int) -> Iterator[tuple[int, int]]:
    """Start, after the indentation, and end of each line of a block; the two are the same for an empty line."""
    while start < len(text):
        newline = text.find("\n", start)
        end = newline if newline >= 0 else len(text)
        end -= text[end - 1] == "\r"
        lead = start
        while lead < min(start + indent, end) and text[lead] == " ":
            lead += 1
        if (lead < end and lead < start + indent) or (newline < 0 and lead == end):
            return
        yield lead, end
        start = newline + 1 if newline >= 0 else len(text)


# Faults of syntax

_NO_TAGS = ("tags are not allowed", "quote text that starts with '!'")
_NO_BLOCK = (
    "this block of text does not begin as it should",
    "write |, >, |- or >- alone at the end of the line, then indented lines",
)
_NO_CHARACTER = ("this escape stands for no character", "write \\UXXXXXXXX with a code up to 10FFFF, and no surrogates")


@dataclass(frozen=True, slots=True)
class _Fault:
    """How a message of the two parsers is told to people.

    Attributes:
        pattern: what the message looks like, in either parser's words.
        message: what to say; `{char}` is the character at the place.
        hint: what to do.
        context: whether the place is where the parser began, such as the opening quote.
    """

    pattern: str
    message: str
    hint: str
    context: bool = False


_BRACKETS = "quote text that holds quotes, brackets, braces or commas"
_FAULTS = (
    _Fault(
        "quoted scalar.*end of stream",
        "this quote is never closed",
        "close it; an apostrophe inside single quotes is written twice",
        context=True,
    ),
    _Fault(
        "quoted scalar.*document",
        "a line of '---' or '...' stands inside this quoted text",
        "close the quote before that line",
        context=True,
    ),
    _Fault("(scanning|parsing) a tag|undefined tag|scanning a directive", *_NO_TAGS, context=True),
    _Fault(
        "escape character",
        "there is no such escape",
        "in double quotes write a backslash twice, or use single quotes",
    ),
    _Fault("hex", "this escape is not complete", "write \\x41, \\u0041 or \\U00000041"),
    _Fault("escape code", *_NO_CHARACTER),
    _Fault(
        "mapping values are not",
        "a ': ' stands where no key can end",
        "quote text that holds ': ', and check the indentation",
    ),
    _Fault(
        "sequence entries are not",
        "a list cannot begin here",
        "start it on a line of its own; quote text that starts with '- '",
    ),
    _Fault("mapping keys are not", "a '?' cannot begin a key here", "quote text that starts with '? '"),
    _Fault(
        "simple key",
        "this is not 'key: value'",
        "put a colon and a space after the key; indent the further lines of a text",
        context=True,
    ),
    _Fault(
        "scanning an (alias|anchor)",
        "this is no name of an anchor",
        "quote text that starts with '*' or '&'",
        context=True,
    ),
    _Fault(
        "block scalar",
        *_NO_BLOCK,
        context=True,
    ),
    _Fault("cannot start any token", "text cannot start with '{char}'", "quote it"),
    _Fault("flow mapping", "a ',' or '}}' is missing here", _BRACKETS),
    _Fault("flow sequence", "a ',' or ']' is missing here", _BRACKETS),
    _Fault("node content", "'{char}' cannot stand here", _BRACKETS),
    _Fault(
        "block mapping",
        "a key is expected here",
        "give all keys of a mapping the same indentation; quote the whole text, not a part of it",
    ),
    _Fault(
        "block (collection|sequence)",
        "a '- ' is expected here",
        "give all items of a list the same indentation; quote the whole text, not a part of it",
    ),
    _Fault("", "this is not valid YAML", "check quotes, brackets and indentation"),
)


def _stop_at_syntax(builder: _Builder, text: str, error: yaml.MarkedYAMLError) -> NoReturn:
    """Notes what the parser could not understand, in the same words and at the same place for both parsers."""
    told = f"{error.context or ''} {error.problem or ''}"
    fault = next(fault for fault in _FAULTS if re.search(fault.pattern, told))
    mark = (error.context_mark if fault.context else None) or error.problem_mark or error.context_mark
    index = min(mark.index, len(text)) if mark else len(text)
    hint = fault.hint
    opened = next((frame.start for frame in reversed(builder.stack) if frame.flow and text[frame.start] in "[{"), None)
    if opened is not None and not fault.context:
        if _skip_blank(text, index) == len(text):
            builder.stop(opened, f"this '{text[opened]}' is never closed", f"close it; {_BRACKETS}")
        hint = f"the '{text[opened]}' was opened at {_spoken(builder.source.location(opened))}; {hint}"
    index = _escape_start(text, index, fault.pattern)
    builder.stop(index, fault.message.format(char=text[index : index + 1]), hint)


def _escape_start(text: str, index: int, pattern: str) -> int:
    """The backslash of a wrong escape, which the parsers have passed by different lengths."""
    if pattern in ("hex", "escape code"):
        return index - 2
    if pattern == "escape character" and text[index : index + 1] != "\\":
        return index - 1
    return index
