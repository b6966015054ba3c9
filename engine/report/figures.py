"""Numbers in words that people read: sensible digits, and never 0 % or 100 % for something that is not exactly so."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from math import floor, isfinite, log10
from typing import Final

from engine.analysis.estimates import Estimate

LEAST: Final = 0.0001
MOST: Final = 0.999
TINY: Final = 1e-300
SKILL: Final = (
    "Skill is the share of the baseline's Brier score that is spared; against a baseline that was nearly right it is "
    "far below zero whatever was said, so compare Brier scores there."
)
RULE_OF_THREE: Final = 3.0  # n draws without a hit leave chances up to 3/n open, at 95 %


def percent(chance: float, n_draws: int = 0) -> str:
    """A chance with two or three digits.

    Args:
        chance: 0 to 1.
        n_draws: how many draws it comes from, if it was sampled: then even a plain 0 or 1 may be an event that no
            draw has hit. 0: it is exact.
    """
    if n_draws and (chance <= 0 or chance >= 1):
        open_still = min(max(LEAST, RULE_OF_THREE / n_draws), 1.0)
        return f"<{_digits(open_still)}%" if chance <= 0 else f">{min(100 * (1 - open_still), 99.9):.3g}%"
    if chance <= 0 or chance >= 1:
        return "0%" if chance <= 0 else "100%"
    if chance < LEAST:
        return "<0.01%"
    return ">99.9%" if chance > MOST else f"{_digits(chance)}%"


def span(low: float, high: float) -> str:
    """A range of chances, short: `1.4–19%`; its ends are never 0 or 100."""
    one, other = _end(low), _end(high)
    return f"{one}%" if one == other else f"{one}–{other}%"


def points(difference: float, sign: bool = False) -> str:
    """A difference of chances in percentage points, two significant digits."""
    size = abs(100 * difference)
    if not isfinite(size):
        return "unknown"
    if size == 0:
        return "0"
    text = "<0.001" if size < 0.001 else f"{size:.1f}" if size >= 10 else _rounded(size, 2)
    return f"{'-' if difference < 0 else '+' if sign else ''}{text}"


def number(value: float) -> str:
    """A number with three significant digits, at most nine characters."""
    size = abs(value)
    if size < TINY:
        return "0"
    if size >= 999_500 or size < 1e-4 or not isfinite(value):
        text = f"{value:.3g}" if 1e-99 < size < 1e99 else f"{value:.2g}"
        return re.sub(r"e([-+])0*", lambda sign: "e-" if sign[1] == "-" else "e", text)
    return ("-" if value < 0 else "") + _rounded(size, 3)


def signed_to(largest: float) -> Callable[[float], str]:
    """Writes numbers with their signs, all to the same place after the point; the largest has this size."""
    if not 1e-4 < largest < 1e6:
        return lambda value: f"{'+' if value > 0 else ''}{number(value)}"
    places = max(0, 2 - floor(log10(largest))) if largest < 1 else 2 if largest < 1000 else 0
    least = 0.5 * 10.0**-places
    return lambda value: "0" if abs(value) < least else f"{value:+,.{places}f}"


def in_percent(value: float) -> str:
    """A number that the scenario writes in percent, be it a chance or not, with three significant digits."""
    return f"{number(100 * value)}%"


def day(date: datetime.date | None) -> str:
    """A date as `18 Dec 2022`, in English whatever the machine's language."""
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return "" if date is None else f"{date.day} {months[date.month - 1]} {date.year}"


def margin(found: Estimate, unit: str = "") -> str:
    """The sampling error of a chance in words: `±0.42 points`."""
    size = points(half_width(found))
    return f"below {size[1:]}{unit}" if size.startswith("<") else f"±{size}{unit}"


def half_width(found: Estimate) -> float:
    """Half the width of the 95 % interval, the longer side where it is cut at 0 or 1."""
    return max(found.high - found.value, found.value - found.low) if isfinite(found.error) else float("inf")


def spared(skill: float | None) -> str:
    """A skill score, the share of a baseline's loss that is spared: `+91%`; far below it no number says more."""
    return "" if skill is None else "<-999%" if skill < -9.99 else f"{100 * skill:+.0f}%"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 draw`, `2 draws`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _digits(chance: float) -> str:
    size = 100 * chance
    if size >= 1:
        return f"{size:.1f}"
    return f"{size:.2f}" if size >= 0.095 else f"{size:.1g}"


def _end(chance: float) -> str:
    size = 100 * min(max(chance, 0.0), 1.0)
    if size < 0.1:
        return "<0.1"
    if size > 99:
        return ">99"
    return f"{size:.0f}" if size >= 9.95 else f"{size:.1f}".removesuffix(".0")


def _rounded(size: float, digits: int) -> str:
    places = max(0, digits - 1 - floor(log10(size)))
    return f"{round(size, digits - 1 - floor(log10(size))):,.{places}f}"
