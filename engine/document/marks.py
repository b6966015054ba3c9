"""Where events stand in the text, and what lies between them: white space, comments, anchors and tags."""

import re

import yaml

_BLANK = re.compile(r"(?:\s++|#[^\n]*+)*+")
_PROPERTIES = re.compile(r"(?:(?:&[0-9A-Za-z_-]++|![^\s,\[\]{}]*+)(?:\s++|(?<=\s)#[^\n]*+)*+)*+")


def start_of(event: yaml.Event) -> int:
    """Where an event starts."""
    return event.start_mark.index if event.start_mark else 0


def end_of(event: yaml.Event) -> int:
    """Where an event ends."""
    return event.end_mark.index if event.end_mark else 0


def skip_blank(text: str, index: int) -> int:
    """Where the white space and comments from `index` on end."""
    match = _BLANK.match(text, index)
    return match.end() if match else index


def skip_properties(text: str, index: int) -> int:
    """Where a node's own text starts, after its anchor."""
    match = _PROPERTIES.match(text, index)
    return match.end() if match else index
