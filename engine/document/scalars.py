"""Where the characters of a scalar stand: its text once more from the raw text, each character with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}
_FIRST_LINE = re.compile(r"^( *)[^ \r\n]", re.MULTILINE)

Placed = list[tuple[str, int]]  # characters of the value, and where they stand in the raw text


@lru_cache(maxsize=4)  # one long expression may hold many errors, each of which asks for its place
def decode(raw: str, style: str, value: str) -> tuple[str, tuple[int, ...]]:
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
