"""What people type in a lesson, understood; what makes no sense gets a question back."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import isfinite
from typing import Final

from engine.distributions.spoken import chance_of
from engine.report.terminal import safe
from engine.teaching.dialogue import GO_ON as GO_ON
from engine.teaching.dialogue import Unclear

SKIPPED: Final = "-"
"""What stands in the journal where somebody had nothing to say."""
SCALE: Final = "Scale them to 100%? (yes, or no to give them again)"
FORMS: Final = "Type a chance as 10%, 0.1 or 1 in 10."

_YES: Final = frozenset({"y", "yes", "ok", "ready", "ja", "j"})
_NO: Final = frozenset({"n", "no", "nee", "nein"})
_NUMBER: Final = re.compile(r"[-+−]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})(?:e[-+]?[0-9]{1,2})?")
_BETWEEN: Final = re.compile(r"\s+(?:to|and|until|till)\s+|\s*(?:–|—|\.\.+|…|;)\s*|(?<=[0-9%])\s*-\s*(?=[0-9.])")


def chance(text: str) -> float:
    """A probability, 0 to 1."""
    try:
        return chance_of(text)
    except ValueError as error:
        said = safe(str(error))  # it quotes what was typed
        raise Unclear(f"{said[0].upper()}{said[1:]}.") from None


def amount(text: str) -> float:
    """A number."""
    plain = text.strip().lower()
    if re.fullmatch(r"[-+−]?[1-9][0-9]{0,2},[0-9]{3}", plain):
        raise Unclear(f"{plain} can be read in two ways: write {plain.replace(',', '')} or {plain.replace(',', '.')}.")
    plain = plain.replace(",", "" if re.fullmatch(r"[-+−]?[1-9][0-9]{0,2}(,[0-9]{3})+", plain) else ".")
    if _NUMBER.fullmatch(plain) is None or not isfinite(found := float(plain.replace("−", "-"))):
        raise Unclear("A number is needed here, such as 6 or 2.5.")
    return found


def between(end: Callable[[str], float], example: str) -> Callable[[str], tuple[float, float]]:
    """A reader of a range, whose ends are read by `end`; the lower one comes first."""

    def understand(text: str) -> tuple[float, float]:
        parts = _BETWEEN.split(re.sub(r"^\s*(?:from|between)\s+", "", text, flags=re.IGNORECASE))
        if len(parts) != 2:
            raise Unclear(f"Two numbers are needed, the lowest and the highest, such as {example}.")
        low, high = _ends(parts[0], parts[1], end)
        if low > high:
            raise Unclear("The first number has to be the lower one.")
        return low, high

    return understand


def agreed(text: str) -> bool:
    """Yes or no."""
    plain = text.strip().lower()
    if plain not in _YES | _NO:
        raise Unclear("Type yes or no.")
    return plain in _YES


def order_of(letters: Sequence[str]) -> Callable[[str], tuple[int, ...]]:
    """A reader of a ranking: each letter once, as positions in `letters`."""

    def understand(text: str) -> tuple[int, ...]:
        found = re.findall(r"[^\W\d_]", text.upper())
        if sorted(found) != sorted(letters):
            raise Unclear(f"Type each of the letters {', '.join(letters)} once, the most important first.")
        return tuple(letters.index(letter) for letter in found)

    return understand


def anything(text: str) -> str:
    """Free text; empty where it was skipped."""
    return "" if text.strip().lower() in (SKIPPED, "skip") else text.strip()


# Private functions


def _ends(one: str, other: str, end: Callable[[str], float]) -> tuple[float, float]:
    """Both ends; a % that stands behind the second is the first one's, too, as in 2-5%."""
    if other.strip().endswith("%") and end is chance and _NUMBER.fullmatch(one.strip()):
        one += "%"
    return end(one), end(other)
