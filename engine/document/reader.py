"""From text to tree: the characters are checked, the events walked, and what is wrong is raised together."""

from __future__ import annotations

import re
from typing import Any

import yaml

from engine.document.builder import Builder, Stop
from engine.document.characters import clean
from engine.document.limits import MAX_BYTES
from engine.document.marks import end_of, skip_blank
from engine.document.nodes import MappingNode, Node, ScalarNode, SequenceNode, Source
from engine.document.syntax import stop_at_syntax
from engine.document.wording import NO_CHARACTER
from engine.errors import Location, Problem, ScenarioError

#: The YAML parser: libyaml's where there is one, which is some twenty times faster.
LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_STAND_IN = "\ue000"  # for private use, so no text has it


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
    builder = Builder(Source(file, text.removeprefix("\ufeff")))
    try:
        readable = clean(builder)
        _build(builder, readable, loader)
        _check_top(builder, mapping)
    except Stop:
        pass
    if builder.problems or builder.root is None:
        raise ScenarioError(builder.problems)
    return builder.root


def _build(builder: Builder, text: str, loader: type[Any]) -> None:
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
        stop_at_syntax(builder, text, error)
    except (ValueError, OverflowError):  # from chr() in PyYAML's own parser, which stands after the backslash and U
        builder.stop(parser.index - 2, *NO_CHARACTER)
    finally:
        parser.dispose()


def _hide_questions(text: str) -> str:
    """The text for PyYAML's own parser, to which a question mark ends unquoted text inside brackets."""
    return text if _STAND_IN in text else re.sub(r"(?<=[^\s\[{,])\?", _STAND_IN, text)


def _take(builder: Builder, event: yaml.Event) -> None:
    if isinstance(event, yaml.ScalarEvent):
        builder.scalar(event)
    elif isinstance(event, yaml.CollectionStartEvent):
        builder.open(event, mapping=isinstance(event, yaml.MappingStartEvent))
    elif isinstance(event, yaml.CollectionEndEvent):
        builder.close()
    elif isinstance(event, yaml.AliasEvent):
        builder.alias(event)


def _check_rest(builder: Builder, text: str, event: yaml.DocumentEndEvent) -> None:
    """Nothing but white space and comments may follow the document."""
    index = skip_blank(text, end_of(event))
    if index == len(text):
        return
    if event.explicit or text.startswith("---", index):
        builder.stop(index, "a second document is not allowed", "delete the '---' or '...' between the two")
    builder.stop(index, "there is text after the end of the value", "quote the whole text")


def _check_top(builder: Builder, mapping: bool) -> None:
    root = builder.root
    if root is None or (isinstance(root, ScalarNode) and not root.text and not root.style):
        builder.stop(0, "there is nothing in it")
    if mapping and not isinstance(root, MappingNode):
        what = "a list" if isinstance(root, SequenceNode) else "a single value"
        hint = "write lines of 'key: value', with a space after the colon"
        builder.stop(root.start, f"the top has to be a mapping, not {what}", hint)
