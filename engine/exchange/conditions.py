"""Expressions over moves, made from a table of what they must say on each path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.exchange.tokens import written

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

NONE: Final = -1
"""The value of a move that does not happen."""
LONGEST: Final = 480
"""Characters of an expression, beyond which its parts get names; two of them fit into the most that may be written."""
LONGEST_TEST: Final = 100
"""The same for what tells the cases of a number apart."""
DEEPEST: Final = 20
"""Levels of an expression, beyond which its parts get names."""
SHORT: Final = 40
"""Characters of an expression that is not worth a name."""
LARGEST_CODE: Final = 2**62
CHAIN: Final = 4
"""Cases that are told apart one after the other; of more, pairs are made first."""

Text = tuple[str, int]
"""An expression and how many levels it has."""


@dataclass(frozen=True, slots=True)
class Always:
    """True everywhere, or nowhere."""

    true: bool


@dataclass(frozen=True, slots=True)
class Is:
    """A move has one of some values.

    Attributes:
        column: the move.
        values: those.
        others: the values that it may have instead where this is asked.
    """

    column: int
    values: tuple[int, ...]
    others: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """A test and a condition."""

    test: Is
    rest: Condition


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of some conditions."""

    parts: tuple[Condition, ...]


Condition = Always | Is | Both | AnyOf


@dataclass(frozen=True, slots=True)
class Cases:
    """A number for each value of a move; the values of all cases are those that the move may have."""

    column: int
    cases: tuple[tuple[tuple[int, ...], Number], ...]


Number = Fraction | Cases


def condition(values: IntArray, wanted: BoolArray, columns: Sequence[int]) -> Condition | None:
    """A condition that holds on exactly the wanted paths; None if these columns do not tell.

    Args:
        values: of each move on each path; (n_moves, n_paths).
        wanted: (n_paths,).
        columns: the moves that it may read, the earlier ones first.
    """
    if wanted.all() or not wanted.any():
        return Always(bool(wanted.all()))
    if not tells(values[list(columns)], wanted.astype(np.int64)):
        return None
    which = np.sort(np.unique(_codes(values[list(columns)]), return_index=True)[1])
    return _condition(values[:, which], wanted[which], tuple(columns))


def tells(values: IntArray, number: IntArray) -> bool:
    """Whether the values on a path, (n_columns, n_paths), tell its number, (n_paths,)."""
    return n_distinct(values) == n_distinct(np.vstack([values, number]))


def n_distinct(values: IntArray) -> int:
    """How many different columns there are in (n_rows, n_columns) values from NONE on."""
    return len(np.unique(_codes(values)))


def _codes(values: IntArray) -> IntArray:
    """A number for each column, the same for the same columns."""
    codes, room = np.zeros(values.shape[1], dtype=np.int64), 1
    for row in values:
        size = int(row.max()) + 2
        if room * size > LARGEST_CODE:
            codes = np.unique(codes, return_inverse=True)[1].reshape(-1)
            room = len(codes)
        codes, room = codes * size + (row - NONE), room * size
    return codes


def number(values: IntArray, numbers: Sequence[Fraction], columns: Sequence[int]) -> Number:
    """A number that is right on every path; the columns must tell.

    Args:
        values: of each move on each path; (n_moves, n_paths).
        numbers: one for each path.
        columns: the moves that it may read, the earlier ones first.
    """
    distinct = list(dict.fromkeys(numbers))
    position = {found: place for place, found in enumerate(distinct)}
    return _number(values, np.array([position[found] for found in numbers]), distinct, tuple(columns))


def holds(item: Condition, values: IntArray) -> BoolArray:
    """Where a condition holds; (n_paths,)."""
    match item:
        case Always():
            return np.full(values.shape[1], item.true)
        case Is():
            return np.isin(values[item.column], item.values)
        case Both():
            return holds(item.test, values) & holds(item.rest, values)
        case AnyOf():
            found: BoolArray = np.logical_or.reduce([holds(part, values) for part in item.parts])
            return found


def everywhere(item: Condition, values: IntArray) -> Condition:
    """The condition for more paths than it was made for: those of these values."""
    match item:
        case Is():
            others = tuple(value for value in _distinct(values[item.column]) if value not in item.values)
            return Is(item.column, item.values, others)
        case Both():
            test = everywhere(item.test, values)
            return Both(test, everywhere(item.rest, values)) if isinstance(test, Is) else item
        case AnyOf():
            return AnyOf(tuple(everywhere(part, values) for part in item.parts))
        case _:
            return item


def reads(item: Condition | Number) -> frozenset[int]:
    """The moves that it reads."""
    match item:
        case Is():
            return frozenset({item.column})
        case Both():
            return reads(item.test) | reads(item.rest)
        case AnyOf():
            return frozenset().union(*map(reads, item.parts))
        case Cases():
            return frozenset({item.column}).union(*(reads(found) for _, found in item.cases))
        case _:
            return frozenset()


class Writer:
    """Writes conditions and numbers as text; long ones are cut into named quantities.

    Attributes:
        quantities: the parts that got names, in order, each before those that use it.
    """

    def __init__(self, names: Sequence[str], options: Sequence[Sequence[str]], fresh: Callable[[str], str]) -> None:
        self.names, self.options, self.fresh = names, options, fresh
        self.quantities: dict[str, str] = {}
        self._known: dict[str, str] = {}

    def condition(self, item: Condition, stem: str) -> str:
        """The text of a condition; `stem` is what its parts are called."""
        return self._condition(item, stem)[0]

    def number(self, item: Number, stem: str) -> str:
        """The text of a number; `stem` is what its parts are called."""
        return self._cases(item, stem)[0]

    def _condition(self, item: Condition, stem: str) -> Text:
        match item:
            case Always():
                return ("1" if item.true else "0"), 0
            case Is():
                return self._is(item, stem, LONGEST)
            case Both():
                test, rest = self._is(item.test, stem, LONGEST_TEST), self._condition(item.rest, stem)
                closed = [f"({text})" if " or " in text else text for text, _ in (test, rest)]
                return self._named(" and ".join(closed), 1 + max(test[1], rest[1]), stem)
            case AnyOf():
                return self._any([self._condition(part, stem) for part in item.parts], stem, LONGEST)

    def _is(self, item: Is, stem: str, most: int) -> Text:
        name = self.names[item.column]
        if len(item.others) == 1 and len(item.values) > 1:
            return f"{name} != {self._value(item.column, item.others[0])}", 1
        return self._any([(f"{name} == {self._value(item.column, value)}", 1) for value in item.values], stem, most)

    def _value(self, column: int, value: int) -> str:
        return "none" if value == NONE else self.options[column][value]

    def _any(self, parts: list[Text], stem: str, most: int) -> Text:
        """Any of these, in packs that have names where they are too many."""
        while len(parts) > 1 and sum(len(text) + 4 for text, _ in parts) > most:
            parts = [self._pack(pack, stem) for pack in _packs(parts)]
        return " or ".join(text for text, _ in parts), 1 + max(depth for _, depth in parts)

    def _pack(self, parts: list[Text], stem: str) -> Text:
        return self._quantity(" or ".join(text for text, _ in parts), stem), 1

    def _number(self, item: Number, stem: str) -> Text:
        return self._named(*self._cases(item, stem), stem)

    def _cases(self, item: Number, stem: str) -> Text:
        if isinstance(item, Fraction):
            return literal(item), 1
        return self._choice(item.column, [(own, self._number(found, stem)) for own, found in item.cases], stem)

    def _choice(self, column: int, cases: list[tuple[tuple[int, ...], Text]], stem: str) -> Text:
        """One of several numbers, by the value of a move."""
        while len(cases) > CHAIN:
            pairs = [cases[place : place + 2] for place in range(0, len(cases), 2)]
            cases = [(_together(pair), self._choice(column, pair, stem)) for pair in pairs]
        if sum(len(text) for _, (text, _) in cases) > LONGEST:
            cases = [
                (own, (self._quantity(text, stem), 1) if len(text) > SHORT else (text, depth))
                for own, (text, depth) in cases
            ]
        (_, (text, depth)), before = cases[-1], cases[:-1]
        text = f"({text})" if " if " in text else text
        for own, (found, level) in reversed(before):
            others = tuple(value for other, _ in cases for value in other if value not in own)
            test, tested = self._is(Is(column, own, others), stem, LONGEST_TEST)
            found = f"({found})" if " if " in found else found
            text, depth = f"{found} if {test} else {text}", 1 + max(level, tested, depth)
        return text, depth

    def _named(self, text: str, depth: int, stem: str) -> Text:
        return (text, depth) if len(text) <= LONGEST and depth <= DEEPEST else (self._quantity(text, stem), 1)

    def _quantity(self, text: str, stem: str) -> str:
        if text not in self._known:
            self._known[text] = self.fresh(stem)
            self.quantities[self._known[text]] = text
        return self._known[text]


def literal(number: Fraction) -> str:
    """A number as it may stand in an expression."""
    text = written(number)
    return text if len(text) <= SHORT else repr(float(number))


# Private functions


def _condition(values: IntArray, wanted: BoolArray, columns: tuple[int, ...]) -> Condition:
    if wanted.all() or not wanted.any():
        return Always(bool(wanted.all()))
    alone = []
    for column in columns:
        here, there = _distinct(values[column][wanted]), _distinct(values[column][~wanted])
        if not set(here) & set(there):
            alone.append(Is(column, here, there))
    if alone:
        return min(alone, key=lambda test: (NONE in test.values, min(len(test.values), len(test.others))))
    column = max(columns, key=lambda one: _settled(values[one], wanted))
    rest = tuple(other for other in columns if other != column)
    cases: dict[Condition, list[int]] = {}
    every = _distinct(values[column])
    for value in every:
        rows = values[column] == value
        cases.setdefault(_condition(values[:, rows], wanted[rows], rest), []).append(value)
    parts: list[Condition] = []
    for found, own in cases.items():
        test = Is(column, tuple(own), tuple(value for value in every if value not in own))
        if found == Always(True):
            parts.append(test)
        elif found != Always(False):
            needed = bool((holds(found, values) & ~wanted).any())
            parts.append(Both(test, found) if needed else everywhere(found, values))
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def _settled(column: IntArray, wanted: BoolArray) -> int:
    """How many paths have a value that is on wanted paths only, or on none; -1 if all have the same one."""
    here, there = column[wanted], column[~wanted]
    if len(_distinct(column)) < 2:
        return -1
    return int((~np.isin(here, there)).sum() + (~np.isin(there, here)).sum())


def _number(values: IntArray, which: IntArray, numbers: Sequence[Fraction], columns: tuple[int, ...]) -> Number:
    if (which == which[0]).all():
        return numbers[int(which[0])]
    while columns and (values[columns[0]] == values[columns[0]][0]).all():
        columns = columns[1:]
    column, rest = columns[0], columns[1:]
    cases: dict[Number, list[int]] = {}
    for value in _distinct(values[column]):
        rows = values[column] == value
        cases.setdefault(_number(values[:, rows], which[rows], numbers, rest), []).append(value)
    if len(cases) == 1:
        return next(iter(cases))
    return Cases(column, tuple((tuple(own), found) for found, own in cases.items()))


def _distinct(values: IntArray) -> tuple[int, ...]:
    """The values that occur; `none` last."""
    found = sorted(set(values.tolist()))
    return (*found[1:], NONE) if found and found[0] == NONE else tuple(found)


def _together(cases: Sequence[tuple[tuple[int, ...], Text]]) -> tuple[int, ...]:
    return tuple(value for own, _ in cases for value in own)


def _packs(parts: Sequence[Text]) -> list[list[Text]]:
    """Neighbours together, at least two of them, as long as they are not too long."""
    packs: list[list[Text]] = [[parts[0]]]
    for part in parts[1:]:
        if len(packs[-1]) > 1 and sum(len(text) + 4 for text, _ in packs[-1]) + len(part[0]) > LONGEST:
            packs.append([])
        packs[-1].append(part)
    return packs
