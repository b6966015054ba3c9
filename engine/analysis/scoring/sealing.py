"""Forecasts that can be checked later: a fingerprint of all that is said, and figures compared with a rerun."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isclose, sqrt
from typing import Any, Final

IDENTICAL, WITHIN, DIFFERENT, GONE = "identical", "within sampling error", "different", "gone"
LEFT_OUT: Final = "not in the record"
ERRORS: Final = 3.0
"""So many standard errors of the difference are within sampling error."""
ROUNDING: Final = 1e-9
"""Of exact figures, as a share of them, on another machine."""
LAST_DIGITS: Final = 1e-6
"""Of errors and quantiles, which follow from figures with such rounding."""
HARMLESS: Final = frozenset({"about", "evidence", "lesson", "references", "resolution", "sources"})
"""Sections of a scenario on which no figure hangs, nor what it means."""
UNSEALED: Final = frozenset({"resolution"})
"""Sections that do not enter a record, since they tell what happened."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One outcome's figures, as sealed and as they come out now.

    Attributes:
        how: `identical` to the last bit, `within sampling error`, `different`, `gone` or `not in the record`.
        value: of a choice, the value whose chance differs most.
        sealed, now: the probability or mean; None where there is none.
    """

    outcome: str
    label: str
    kind: str
    how: str
    value: str
    sealed: float | None
    now: float | None


def digest(record: Mapping[str, Any]) -> str:
    """SHA-256 of a record without its own `sha256`: of its JSON in ASCII, keys sorted, without spaces."""
    return fingerprint({key: value for key, value in record.items() if key != "sha256"})


def fingerprint(data: object) -> str:
    """SHA-256 of plain data in canonical JSON."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def changed_sections(sealed: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The sections of a scenario that are not as they were, by their fingerprints."""
    return [name for name in dict.fromkeys([*sealed, *now]) if sealed.get(name) != now.get(name)]


def compared(sealed: Mapping[str, Any], now: Mapping[str, Any]) -> list[Compared]:
    """Each sealed outcome beside what comes out now; records of outcomes as `engine run --json` has them.

    How much sampling explains is taken from the new run alone: whoever forges a figure may forge its error too. Where
    chances and means are the same to the last bit, all else that the record has of the outcome must be so too.
    """
    found = [_compared(name, record, now.get(name)) for name, record in sealed.items()]
    return found + [_left_out(name, record) for name, record in now.items() if name not in sealed]


def _left_out(name: str, now: Mapping[str, Any]) -> Compared:
    value, _, other = max(_pairs({}, now), key=_gap)[:3]
    return Compared(name, str(now.get("label", "")), str(now.get("kind", "")), LEFT_OUT, value, None, other)


def _compared(name: str, sealed: Mapping[str, Any], now: Mapping[str, Any] | None) -> Compared:
    kind, label = str(sealed.get("kind", "")), str(sealed.get("label", ""))
    pairs = list(_pairs(sealed, now or {}))
    value, one, other = max(pairs, key=_gap)[:3]
    if now is None:
        how = GONE
    elif sealed == now:
        how = IDENTICAL
    elif kind == now.get("kind") and all(map(_near, pairs)) and (_alike(sealed, now) or not all(map(_same, pairs))):
        how = WITHIN
    else:
        how = DIFFERENT
    return Compared(name, label, kind, how, value, one, other)


Pair = tuple[str, float | None, float | None, float]
"""A value of a choice, the two figures, and the standard error of their difference."""


def _pairs(sealed: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Pair]:
    one, other = sealed.get("probabilities"), now.get("probabilities")
    if isinstance(one, Mapping) or isinstance(other, Mapping):
        here, there = (found if isinstance(found, Mapping) else {} for found in (one, other))
        for value in dict.fromkeys([*here, *there]):
            yield value, _number(here.get(value)), _number(there.get(value)), _error(now, value)
        if here or there:
            return
    yield "", _figure(sealed), _figure(now), _error(now, "")


def _figure(record: Mapping[str, Any]) -> float | None:
    return _number(record.get("mean", record.get("probability")))


def _error(now: Mapping[str, Any], value: str) -> float:
    """The standard error of the difference of two runs that are alike."""
    error = now.get("mc_error")
    return sqrt(2) * (_number(error.get(value) if isinstance(error, Mapping) else error) or 0.0)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _same(pair: Pair) -> bool:
    _, one, other, _ = pair
    return one == other


def _alike(one: object, other: object) -> bool:
    """Whether plain data is the same but for the last digits of its numbers."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    here, there = _number(one), _number(other)
    if here is None or there is None:
        return one == other
    return isclose(here, there, rel_tol=LAST_DIGITS, abs_tol=LAST_DIGITS)


def _gap(pair: Pair) -> float:
    _, one, other, _ = pair
    return float("inf") if (one is None) != (other is None) else abs((one or 0.0) - (other or 0.0))


def _near(pair: Pair) -> bool:
    _, one, other, error = pair
    if one is None or other is None:
        return one is other
    return abs(one - other) <= max(ERRORS * error, ROUNDING * max(abs(one), abs(other)))
