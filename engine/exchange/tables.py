"""Tables that somebody else wrote, in a spreadsheet or by hand: comma, semicolon or tab between cells."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from engine.errors import Location, Problem, ScenarioError

DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab"}
MOST_ROWS: Final = 200_000
BOM: Final = "\ufeff"

Row = tuple[int, list[str]]
"""The line on which a row begins, and its cells without the space around them."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table and what messages about it need.

    Attributes:
        file: its name.
        delimiter: between cells.
        lines: of its text.
        head: its first row, folded.
        rows: below the head; empty ones are left out.
    """

    file: str
    delimiter: str
    lines: Sequence[str]
    head: Row
    rows: Sequence[Row]

    def problem(self, line: int, message: str, hint: str = "") -> Problem:
        """What is wrong in a line."""
        source = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Problem(message, Location(self.file, line, 1), source, hint)

    def even_rows(self, problems: list[Problem]) -> Iterator[Row]:
        """The rows that have as many cells as the head; of others it adds a problem."""
        wanted = len(self.head[1])
        for line, cells in self.rows:
            if len(cells) == wanted:
                yield line, cells
            else:
                hint = f"put a cell that holds a {DELIMITERS[self.delimiter]} in quotes"
                message = f"this row has {len(cells)} cells, the head {wanted}"
                problems.append(self.problem(line, message, hint))


def read_table(text: str, file: str, example: str) -> Table:
    """The table in a text.

    Args:
        text: cells quoted where needed; any line ends; a byte order mark or a spreadsheet's `sep=;` may come first.
        file: its name, for messages.
        example: of a head, for the message that there is none.

    Raises:
        ScenarioError: it is empty, a quote is left open, or it has too many rows.
    """
    text = text.removeprefix(BOM)
    if mark := re.match(r"sep=[,;\t]\s*?(?:\r\n|\r|\n)", text, re.IGNORECASE):
        text = text[mark.end() - 1 :]  # the line's end stays, so that lines count as they do in the file
    lines = re.split(r"\r\n|\r|\n", text)
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(DELIMITERS, key=lambda mark: _outside_quotes(first, mark))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                room = len(rows[0][1]) if rows else len(cells)
                while len(cells) > room and not cells[-1].strip():  # spreadsheets write such cells
                    cells.pop()
                rows.append((before + 1, [cell.strip() for cell in cells]))
            before = reader.line_num
            if len(rows) > MOST_ROWS:
                raise ScenarioError([Problem(f"'{file}' has more than {MOST_ROWS:,} rows")])
    except csv.Error as error:
        where = Location(file, max(1, reader.line_num), 1)
        raise ScenarioError([Problem(f"this is no table: {error}", where, hint="is a quote left open?")]) from None
    if not rows:
        raise ScenarioError([Problem(f"'{file}' is empty", hint=f"the first line is: {example}")])
    (line, heads), *rest = rows
    return Table(file, delimiter, lines, (line, [folded(head) for head in heads]), rest)


def folded(text: str) -> str:
    """A text as heads are compared: in small letters, single spaces between words."""
    return " ".join(text.casefold().split())


def _outside_quotes(line: str, mark: str) -> int:
    return sum(part.count(mark) for part in line.split('"')[::2])
