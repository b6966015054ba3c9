"""Labels of other programs as names and quoted text of the scenario language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from engine.scenario.expressions import RESERVED
from engine.scenario.fields import MAX_NAME

ELSEWHERE: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
"""Words that some YAML readers take for something else than text."""
ROOM: Final = 8
"""Characters of a name that are left for a number."""


class Names:
    """Names that are given once.

    Attributes:
        taken: those given, and others that may not be.
        bare: whether they stand in YAML without quotes, so that every reader takes them for text.
    """

    def __init__(self, taken: Iterable[str] = (), bare: bool = True) -> None:
        self.taken, self.bare = {*RESERVED, *taken}, bare

    def new(self, label: str, prefix: str, otherwise: str) -> str:
        """A name that is like the label and new.

        Args:
            label: any text.
            prefix: stands before a label that starts with a digit.
            otherwise: for a label without letters and digits.
        """
        plain = unicodedata.normalize("NFKD", re.sub(r"^-(?=\w)", "minus_", label.strip()))
        words = re.sub(r"[^A-Za-z0-9]+", "_", plain.encode("ascii", "ignore").decode()).strip("_")
        if words[:1].isdigit():
            words = prefix + words
        stem = (words or otherwise)[: MAX_NAME - ROOM].rstrip("_")
        name, number = stem, 2
        while name in self.taken or (self.bare and name.lower() in ELSEWHERE):
            name, number = f"{stem}_{number}", number + 1
        self.taken.add(name)
        return name


def scalar(name: str) -> str:
    """A name as it stands in YAML: in quotes where some readers take it for something else than text."""
    return f'"{name}"' if name.lower() in ELSEWHERE else name


def quoted(text: str) -> str:
    """The text in the double quotes of YAML, on one line; whatever is not plainly visible is written as an escape."""
    return '"' + "".join(map(_character, text)) + '"'


def visible(text: str) -> str:
    """The text for a comment, on one line."""
    return quoted(text)[1:-1].replace('\\"', '"').replace("\\\\", "\\")


def _character(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char == "\n":
        return "\\n"
    if char == " " or (char.isprintable() and char not in "\ufeff\x85\u2028\u2029"):
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
