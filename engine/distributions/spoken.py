"""A probability as people type it: `10%`, `0.1`, `1 in 10`, `1/10`. Loads nothing else."""

from __future__ import annotations

import re
from typing import Final

FORMS: Final = "10%, 0.1 or 1 in 10"

_LONGEST: Final = 40  # characters; what is longer is no probability
_NUMBER: Final = r"(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:e[+-]?[0-9]{1,3})?"
_PERCENT: Final = re.compile(rf"({_NUMBER})\s*(?:%|percent|per\s+cent|pct)")
_SHARE: Final = re.compile(r"([0-9][0-9.,]*)\s*(?:/|\s(?:in|out\s+of)\s(?:an?\s)?)\s*([0-9][0-9.,]*)")
_BARE: Final = re.compile(_NUMBER)
_GROUPS: Final = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")
_POINTS: Final = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+")  # thousands in some countries, decimals in others
_NEGATIVE: Final = re.compile(rf"[-−–]\s*{_NUMBER}.*", re.DOTALL)
_ODDS: Final = re.compile(r"[0-9.,]+\s*(?::|to|against)\s*[0-9.,]+")


def chance_of(text: str) -> float:
    """The probability that somebody typed.

    Understands a percentage (`10%`, `2.5 %`, `10 percent`), a number from 0 to 1 (`0.1`, `.1`, `1e-3`), and a share
    (`1 in 10`, `1 out of 10`, `1/10`, `1 in 10,000`). A decimal comma will do (`2,5%`). A bare `1`
    may be meant as 1% or as certain, so it is asked back; `1.0` is certain. So is `50/50`, whose
    parts are shares of 100, and `1 in 1.000`, whose point may stand between thousands.

    Raises:
        ValueError: what is wrong and what to type instead, in words that can be shown as they are after the text has
            been made safe for a terminal (they quote it).
    """
    plain = text.strip().lower()
    said = plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…"
    if not plain:
        raise ValueError(f"a probability is needed, such as {FORMS}")
    if len(plain) > _LONGEST:
        raise ValueError(f"'{said}' is no probability; write it as {FORMS}")
    if found := _PERCENT.fullmatch(plain):
        return _whole(_decimal(found[1], said) / 100, said)
    if found := _SHARE.fullmatch(plain):
        return _share(found[1], found[2], said)
    if _BARE.fullmatch(plain):
        return _bare(_decimal(plain, said), said)
    if _NEGATIVE.fullmatch(plain):
        raise ValueError(f"'{said}' is negative; a probability is from 0% to 100%")
    if _ODDS.fullmatch(plain):
        raise ValueError(f"'{said}' looks like odds; write the probability as {FORMS}")
    raise ValueError(f"'{said}' is no probability; write it as {FORMS}")


def _bare(number: float, said: str) -> float:
    if said == "1":
        raise ValueError("'1' can be read in two ways: write 1% or 100%")
    if number <= 1:
        return number
    if number <= 100:
        raise ValueError(f"'{said}' can be read in two ways: write {said}% or {number / 100:g}")
    return _whole(number, said)


def _share(part: str, of: str, said: str) -> float:
    some, all_ = _count(part, said), _count(of, said)
    if all_ == 0:
        raise ValueError(f"'{said}' is no probability: nothing is 1 in 0")
    if "/" in said and some > 0 and abs(some + all_ - 100) < 1e-9:
        raise ValueError(f"'{said}' looks like shares of 100; write {some:g}%")
    return _whole(some / all_, said)


def _whole(probability: float, said: str) -> float:
    if not probability <= 1:
        raise ValueError(f"'{said}' is above 100%; a probability is from 0% to 100%")
    return probability


def _count(text: str, said: str) -> float:
    """A number of cases, with or without commas between thousands."""
    if _POINTS.fullmatch(text):
        raise ValueError(f"'{said}' can be read in two ways; write {text.replace('.', '')} or {text.replace('.', ',')}")
    if _GROUPS.fullmatch(text):
        return float(text.replace(",", ""))
    if not _BARE.fullmatch(text):
        raise ValueError(f"'{said}' is no probability; write it as {FORMS}")
    return _decimal(text, said)


def _decimal(text: str, said: str) -> float:
    """A number with a decimal point or comma; a comma that may stand between thousands is refused."""
    if _GROUPS.fullmatch(text) and not text.startswith("0"):
        raise ValueError(f"'{said}' can be read in two ways; write it with a point, as 0.125")
    return float(text.replace(",", "."))
