"""Faults of syntax in our words, the same for both parsers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

import yaml

from engine.document.builder import Builder
from engine.document.marks import skip_blank
from engine.document.nodes import ScalarNode
from engine.document.wording import NO_BLOCK, NO_CHARACTER, NO_TAGS, spoken


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


_BRACKETS = "quote text that holds quotes, brackets, braces, commas, ': ' or ' #'"
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
    _Fault("(scanning|parsing) a tag|undefined tag|scanning a directive", *NO_TAGS, context=True),
    _Fault(
        "escape character",
        "there is no such escape",
        "in double quotes write a backslash twice, or use single quotes",
    ),
    _Fault("hex", "this escape is not complete", "write \\x41, \\u0041 or \\U00000041"),
    _Fault("escape code", *NO_CHARACTER),
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
        *NO_BLOCK,
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


def stop_at_syntax(builder: Builder, text: str, error: yaml.MarkedYAMLError) -> NoReturn:
    """Notes what the parser could not understand, in the same words and at the same place for both parsers."""
    told = f"{error.context or ''} {error.problem or ''}"
    fault = next(fault for fault in _FAULTS if re.search(fault.pattern, told))
    mark = (error.context_mark if fault.context else None) or error.problem_mark or error.context_mark
    index = min(mark.index, len(text)) if mark else len(text)
    hint = fault.hint
    opened = next((frame.start for frame in reversed(builder.stack) if frame.flow and text[frame.start] in "[{"), None)
    if opened is not None and not fault.context:
        if skip_blank(text, index) == len(text):
            builder.stop(opened, f"this '{text[opened]}' is never closed", f"close it; {_BRACKETS}")
        hint = f"the '{text[opened]}' was opened at {spoken(builder.source.location(opened))}; {hint}"
    if (quote := _long_quote(builder, text, index)) is not None:
        hint = f"the quote that ends here was opened at {spoken(builder.source.location(quote))}; close it there"
    index = _escape_start(text, index, fault.pattern)
    builder.stop(index, fault.message.format(char=text[index : index + 1]), hint)


def _long_quote(builder: Builder, text: str, index: int) -> int | None:
    """Where a quoted text of several lines that ends just before `index` began: most often its end was forgotten."""
    entries = builder.stack[-1].entries if builder.stack else []
    last = entries[-1][1] if entries else None
    if not isinstance(last, ScalarNode) or last.style not in ("'", '"') or "\n" not in text[last.start : last.end]:
        return None
    return None if text[last.end : index].strip() else last.start


def _escape_start(text: str, index: int, pattern: str) -> int:
    """The backslash of a wrong escape, which the parsers have passed by different lengths."""
    if pattern in ("hex", "escape code"):
        return index - 2
    if pattern == "escape character" and text[index : index + 1] != "\\":
        return index - 1
    return index
