"""When rounds begin and end."""

from __future__ import annotations

import datetime
from typing import Final

from engine.scenario.model import Rounds, Scenario

MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
DAYS: Final = {"day": 1, "week": 7}


def round_ends(scenario: Scenario) -> tuple[datetime.date, ...]:
    """The last day of each round; nothing where the rounds have no dates.

    Without `from` the first round is the first whole period after `as_of`.
    """
    rounds = scenario.rounds
    if rounds is None or rounds.unit is None:
        return ()
    try:
        start = rounds.start or (None if scenario.as_of is None else _next_start(scenario.as_of, rounds.unit))
        if start is None:
            return ()
        starts = [_later(start, rounds, number) for number in range(1, rounds.count + 1)]
    except (OverflowError, ValueError):  # after the year 9999
        return ()
    return tuple(day - datetime.timedelta(days=1) for day in starts)


def rounds_by(scenario: Scenario, day: datetime.date) -> int | None:
    """How many rounds end by a day; None if no round ends on it."""
    ends = round_ends(scenario)
    return ends.index(day) + 1 if day in ends else None


def _next_start(day: datetime.date, unit: str) -> datetime.date:
    """The first day after `day` on which a day, week (Monday), month, quarter or year begins."""
    if unit in DAYS:
        return day + datetime.timedelta(days=1 if unit == "day" else 7 - day.weekday())
    months = MONTHS[unit]
    return _month(day.year, (day.month - 1) // months * months + months)


def _later(start: datetime.date, rounds: Rounds, number: int) -> datetime.date:
    unit = rounds.unit or ""
    if unit in DAYS:
        return start + datetime.timedelta(days=DAYS[unit] * number)
    month = _month(start.year, start.month - 1 + MONTHS[unit] * number)
    # a round that begins on the 31st ends with a month that is shorter
    following = _month(month.year, month.month)
    return min(month + datetime.timedelta(days=start.day - 1), following)


def _month(year: int, months: int) -> datetime.date:
    """The first day of a month, counted from January (0) of a year."""
    return datetime.date(year + months // 12, months % 12 + 1, 1)
