"""What can be wrong with a scenario, as data: problems are collected, reported all at once, and carry their place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a text; line and column count from 1, columns count characters."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where, and what to do about it.

    Attributes:
        message: what is wrong, in one sentence without a full stop.
        where: its place; None when it concerns no line (a file that does not exist).
        source: the text of that line, for the caret; empty when there is none.
        hint: what to do, or the nearest known name; empty when there is nothing to say.
    """

    message: str
    where: Location | None = None
    source: str = ""
    hint: str = ""


class ScenarioError(Exception):
    """The scenario or its data is wrong: every problem that was found, in order of place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=_place))
        super().__init__("; ".join(f"{p.where}: {p.message}" if p.where else p.message for p in self.problems))


class UsageError(Exception):
    """The command was asked for something that does not exist, such as an unknown assumption set."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message, self.hint = message, hint
        super().__init__(message)


def _place(problem: Problem) -> tuple[str, int, int, str]:
    where = problem.where or Location("", 0, 0)
    return (where.file, where.line, where.column, problem.message)
