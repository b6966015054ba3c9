"""Differences with their error, in as many digits as the error allows, and parts that add up as printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Final

from engine.analysis.estimates import Estimate
from engine.report.figures import half_width

MOST_PLACES: Final = 12


@dataclass(frozen=True, slots=True)
class Rounded:
    """A difference as it is printed.

    Attributes:
        steps: the difference in units of the last place.
        places: after the point; below 0 where whole tens, hundreds … are printed.
        error: half the 95 % interval in the same units, rounded up; None where nothing was sampled, -1 if unknown.
    """

    steps: int
    places: int
    error: int | None

    @property
    def value(self) -> str:
        """With its sign; `0` for what is exactly nothing."""
        if self.steps == 0 and self.error is None:
            return "0"
        return ("+" if self.steps > 0 else "-" if self.steps < 0 else "") + self.size

    @property
    def size(self) -> str:
        """Without its sign."""
        return in_places(abs(self.steps), self.places)

    @property
    def margin(self) -> str:
        """The error, such as `±0.12`; empty where there is none."""
        if self.error is None:
            return ""
        return "±?" if self.error < 0 else f"±{in_places(self.error, self.places)}"

    @property
    def text(self) -> str:
        return f"{self.value} {self.margin}".rstrip()


def rounded(found: Estimate, scale: float = 1.0, most_places: int | None = None) -> Rounded:
    """A difference to the place of the first digit of its error, but to two digits at least where that is known.

    Args:
        scale: 100 for points.
        most_places: of a difference within its error.
    """
    value, half = found.value * scale, half_width(found) * scale
    places = _places(value, half, most_places)
    error = None if found.error == 0 else -1 if not isfinite(half) else max(1, ceil(half * 10.0**places - 1e-9))
    return Rounded(round(value * 10.0**places), places, error)


def added_up(parts: Sequence[float], whole: Rounded, scale: float = 1.0) -> list[int]:
    """Parts in units of the whole's last place, which add up to it: largest remainders are rounded up (Hamilton 1792).

    Args:
        parts: their sum is what was rounded.
    """
    exact = [part * scale * 10.0**whole.places for part in parts]
    steps = [floor(one + 1e-9) for one in exact]
    movable = [place for place, one in enumerate(exact) if one != 0] or list(range(len(exact)))
    order = sorted(movable, key=lambda place: (steps[place] - exact[place], place))
    missing = whole.steps - sum(steps)
    for turn in range(abs(missing)):
        place = order[turn % len(order)] if missing > 0 else order[-1 - turn % len(order)]
        steps[place] += 1 if missing > 0 else -1
    return steps


def in_places(steps: int, places: int) -> str:
    """A number of units of a decimal place, such as `1.20`."""
    if places <= 0:
        return f"{steps * 10**-places:,}"
    whole, rest = divmod(steps, 10**places)
    return f"{whole:,}.{rest:0{places}d}"


def _places(value: float, half: float, most_places: int | None) -> int:
    """Three significant digits, or two after the point; fewer where the error hides them."""
    if half == 0 or not isfinite(half):
        return min(max(1, 1 - _magnitude(value)), MOST_PLACES)
    own = 2 - _magnitude(value)
    most = max(own, 2) if abs(value) > half else max(2, -_magnitude(half)) if most_places is None else most_places
    return max(0, min(most, -_magnitude(half), MOST_PLACES))


def _magnitude(value: float) -> int:
    """The power of ten of the first digit."""
    return floor(log10(abs(value))) if abs(value) > 1e-300 else -MOST_PLACES
