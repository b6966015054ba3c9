"""Text on a terminal: what is safe to print, how wide it is, and what the stream can show."""

from __future__ import annotations

import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Final

from rich.cells import cell_len

NARROWEST: Final = 60
WIDEST: Final = 120
PIPE_WIDTH: Final = 80
SYMBOLS: Final = "█▉▊▋▌▍▎▏░▁▂▃▄▅▆▇→…–·±×≤“”●○■□▲△◆◇│└─"
"""Everything that our own output has beyond ASCII; a stream that cannot encode all of it gets ASCII."""
ASCII: Final[Mapping[int, str]] = str.maketrans(
    {
        "→": "->",
        "…": "...",
        "–": "-",
        "·": "|",
        "±": "+/-",
        "×": "x",
        "≤": "<=",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "—": "-",
    }
)
JOINERS: Final = "\u200c\u200d"  # within words of some scripts, and within emoji
STYLES: Final = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


@dataclass(frozen=True, slots=True)
class Screen:
    """What a stream can show.

    Attributes:
        width: in cells.
        colour: whether it takes escape sequences.
        unicode: whether it takes block characters; else everything of ours is ASCII.
    """

    width: int = PIPE_WIDTH
    colour: bool = False
    unicode: bool = True

    def paint(self, text: str, *styles: str) -> str:
        """The text in these styles, where there is colour; paint last, since it changes no width but the length."""
        if not self.colour or not styles or not text:
            return text
        return f"\033[{';'.join(STYLES[style] for style in styles)}m{text}\033[0m"

    def symbols(self, text: str) -> str:
        """Our own words, with symbols that the stream can show."""
        return text if self.unicode else text.translate(ASCII)

    def label(self, text: str) -> str:
        """Text of a scenario, safe and in characters that the stream can show."""
        found = safe(text)
        return found if self.unicode else found.translate(ASCII).encode("ascii", "replace").decode()


# Public functions


def screen_of(stream: IO[str]) -> Screen:
    """What the stream can show; a pipe gets plain text of 80 columns."""
    terminal = is_terminal(stream)
    return Screen(_width(stream) if terminal else PIPE_WIDTH, terminal and _takes_colour(), _takes_symbols(stream))


def is_terminal(stream: IO[str]) -> bool:
    """Whether somebody is looking at it."""
    try:
        return stream.isatty()
    except (AttributeError, ValueError):  # closed, or none at all
        return False


def safe(text: str) -> str:
    """The text without anything that could steer a terminal or turn lines around; line ends and tabs become spaces.

    Every text that a scenario file brings reaches the terminal through this function.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def width(text: str) -> int:
    """How many cells the text takes."""
    return cell_len(text)


def cut(text: str, cells: int, screen: Screen) -> str:
    """The text, shortened to at most so many cells with an ellipsis at its end."""
    if width(text) <= cells:
        return text
    dots = screen.symbols("…")
    return _head(text, max(0, cells - width(dots))).rstrip() + dots[: max(0, cells)]


def left(text: str, cells: int) -> str:
    """The text with spaces after it."""
    return text + " " * (cells - width(text))


def right(text: str, cells: int) -> str:
    """The text with spaces before it."""
    return " " * (cells - width(text)) + text


def wrap(
    text: str, cells: int, later: int | None = None, most: int | None = None, screen: Screen | None = None
) -> list[str]:
    """The text in lines of at most so many cells, broken between words where that is possible.

    Args:
        later: cells of the lines after the first, if that is another number.
        most: how many lines there may be; the last one is then cut.
        screen: for the ellipsis of a line that is cut.
    """
    lines: list[str] = []
    rest = " ".join(text.split())
    while rest:
        room = max(1, cells if not lines or later is None else later)
        if most is not None and len(lines) == most - 1:
            lines.append(cut(rest, room, screen or Screen()))
            break
        line, rest = _line(rest, room)
        lines.append(line)
    return lines or [""]


def write(text: str, stream: IO[str] | None = None) -> None:
    """Writes text for people; what the stream cannot encode becomes a question mark."""
    stream = stream or sys.stdout
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding, "replace"))
    stream.flush()


def write_data(text: str) -> None:
    """Writes data for other programs: UTF-8, the same bytes on every system."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        buffer.write(text.encode())
        buffer.flush()


# Private functions


def _shown(character: str) -> str:
    if character in JOINERS:
        return character
    if character in "\t\n\r\v\f":
        return " "
    kind = unicodedata.category(character)
    if kind in ("Zl", "Zp", "Zs"):
        return " "
    return "" if kind in ("Cc", "Cf", "Cs", "Co", "Cn") else character


def _head(text: str, cells: int) -> str:
    """The longest beginning of the text that takes at most so many cells."""
    low, high = 0, min(len(text), cells) if text.isascii() else len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width(text[:middle]) <= cells else (low, middle - 1)
    return text[:low]


def _line(text: str, cells: int) -> tuple[str, str]:
    """The first line of a text whose words stand one space apart, and the rest."""
    if width(text) <= cells:
        return text, ""
    head = _head(text, cells) or text[0]
    if text[len(head)] == " ":
        return head.rstrip(), text[len(head) + 1 :]
    space = head.rfind(" ")
    if space > 0:
        return head[:space].rstrip(), text[space + 1 :]
    hyphen = max((match.end() for match in re.finditer(r"[-/]", head)), default=0)
    at = hyphen if hyphen > 1 else len(head)
    return text[:at], text[at:].lstrip()


def _width(stream: IO[str]) -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns) > 0:
        found = int(columns)
    else:
        try:
            found = os.get_terminal_size(stream.fileno()).columns
        except (OSError, ValueError, AttributeError):
            found = shutil.get_terminal_size((PIPE_WIDTH, 24)).columns
    return max(NARROWEST, min(WIDEST, found))


def _takes_colour() -> bool:
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return os.name != "nt" or "WT_SESSION" in os.environ or "TERM" in os.environ


def _takes_symbols(stream: IO[str]) -> bool:
    try:
        SYMBOLS.encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True
