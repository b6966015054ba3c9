"""A class's predictions, from a table that somebody else wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from unicodedata import normalize

from engine.analysis.crowd import Answer
from engine.distributions.spoken import chance_of
from engine.errors import Problem, ScenarioError
from engine.exchange.tables import Table, folded, read_table
from engine.report.terminal import safe
from engine.scenario.scope import nearest

WHO: Final = ("name", "number", "student")
"""Heads of the column that says who predicts; any one of them."""
OUTCOME: Final = "outcome"
CHANCE: Final = ("probability", "chance")
LONGEST_NAME: Final = 100
EXAMPLE: Final = "name,outcome,probability"


def answers_from(text: str, file: str, questions: Mapping[str, str], refused: Mapping[str, str]) -> list[Answer]:
    """The predictions in a table: one in each row, or one column for each outcome.

    Args:
        text: comma, semicolon or tab between cells, quoted where needed; heads in any case.
        file: its name, for messages.
        questions: the keys of what may be predicted, with their labels; either may stand in the table.
        refused: other outcomes that there are, and why they cannot be predicted here.

    Raises:
        ScenarioError: with every problem, each with its line.
    """
    table = read_table(text, file, EXAMPLE)
    problems: list[Problem] = []
    names = {folded(label): key for key, label in questions.items()} | {folded(key): key for key in questions}
    reader = _Reader(table, names, questions, {folded(key): why for key, why in refused.items()}, problems)
    answers = list(reader.answers())
    if not problems and not answers:
        problems.append(Problem(f"'{file}' holds no predictions", hint="one in each row below the head"))
    if problems:
        raise ScenarioError(problems)
    return answers


# Private functions


@dataclass(frozen=True, slots=True)
class _Reader:
    table: Table
    names: Mapping[str, str]
    questions: Mapping[str, str]
    refused: Mapping[str, str]
    problems: list[Problem]
    spelled: dict[str, str] = field(default_factory=dict)
    """Names as they are first written, by what they are in small letters."""

    def answers(self) -> Iterator[Answer]:
        line, heads = self.table.head
        who = self._column(WHO)
        twice = next((head for place, head in enumerate(heads) if head and head in heads[:place]), None)
        if twice is not None:
            self._problem(line, f"two columns have the head '{twice}'")
        elif who is None:
            self._problem(
                line, f"no column says who predicts: one of {', '.join(WHO)} is needed", f"the first line is: {EXAMPLE}"
            )
        elif OUTCOME in heads:
            yield from self._long(who)
        else:
            yield from self._wide(who)

    def _long(self, who: int) -> Iterator[Answer]:
        line, heads = self.table.head
        chance = self._column(CHANCE)
        if chance is None:
            self._problem(line, "there is no column 'probability'", f"the first line is: {EXAMPLE}")
            return
        seen: dict[tuple[str, str], int] = {}
        for at, cells in self.table.even_rows(self.problems):
            name, key = self._who(at, cells[who]), self._question(at, cells[heads.index(OUTCOME)])
            found = self._chance(at, cells[chance], "a probability is needed")
            if name and key and found is not None and self._first(seen, at, name, key):
                yield Answer(name, key, found)

    def _wide(self, who: int) -> Iterator[Answer]:
        line, heads = self.table.head
        columns = {
            place: key
            for place, head in enumerate(heads)
            if place != who and (head or self._filled(place)) and (key := self._question(line, head)) is not None
        }
        if len(set(columns.values())) < len(columns):
            self._problem(line, "two columns are about the same outcome")
            return
        seen: dict[tuple[str, str], int] = {}
        for at, cells in self.table.even_rows(self.problems):
            name = self._who(at, cells[who])
            for place, key in columns.items():
                found = self._chance(at, cells[place], "") if cells[place] else None
                if name and found is not None and self._first(seen, at, name, key):
                    yield Answer(name, key, found)

    def _filled(self, place: int) -> bool:
        """Whether anything stands below a head."""
        return any(cells[place] for _, cells in self.table.rows if place < len(cells))

    def _column(self, heads: Sequence[str]) -> int | None:
        found = [place for place, head in enumerate(self.table.head[1]) if head in heads]
        return found[0] if found else None

    def _who(self, line: int, cell: str) -> str:
        name = " ".join(normalize("NFC", safe(cell)).split())
        if not name:
            self._problem(line, "nobody's name stands here")
        elif len(name) > LONGEST_NAME:
            self._problem(line, f"a name may have {LONGEST_NAME} characters")
            return ""
        return self.spelled.setdefault(folded(name), name)

    def _question(self, line: int, cell: str) -> str | None:
        name = folded(cell)
        if (found := self.names.get(name) or self.names.get(name.replace(" ", "_"))) is not None:
            return found
        if name in self.refused:
            self._problem(line, f"'{cell}' cannot be predicted by a chance: {self.refused[name]}")
        else:
            said = f"'{cell[:60]}' is no outcome of this scenario" if cell else "no outcome stands here"
            hint = nearest(name, self.questions)
            columns = "leave out columns that are no outcomes" if line == self.table.head[0] else ""
            self._problem(line, said, hint if hint.startswith("did") or not columns else columns)
        return None

    def _chance(self, line: int, cell: str, needed: str) -> float | None:
        if not cell and needed:
            self._problem(line, needed, "such as 10%, 0.1 or 1 in 10; leave the row out if there is none")
            return None
        try:
            return chance_of(cell)
        except ValueError as error:
            self._problem(line, str(error))
            return None

    def _first(self, seen: dict[tuple[str, str], int], line: int, who: str, key: str) -> bool:
        before = seen.setdefault((folded(who), key), line)
        if before != line:
            self._problem(line, f"'{who}' has predicted '{key}' already, in line {before}")
        return before == line

    def _problem(self, line: int, message: str, hint: str = "") -> None:
        self.problems.append(self.table.problem(line, message, hint))
