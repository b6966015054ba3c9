"""Forecasts that can be checked later: a fingerprint of all that is said, and figures compared with a rerun."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import hypot
from typing import Any, Final

IDENTICAL, WITHIN, DIFFERENT, GONE = "identical", "within sampling error", "different", "gone"
ERRORS: Final = 3.0
"""So many standard errors of the difference are within sampling error."""
ROUNDING: Final = 1e-9
"""Of exact figures, as a share of them, on another machine."""
HARMLESS: Final = frozenset({"about", "evidence", "lesson", "references", "resolution", "sources"})
"""Sections of a scenario on which no figure hangs, nor what it means."""
UNSEALED: Final = frozenset({"resolution"})
"""Sections that do not enter a record, since they tell what happened."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One outcome's figures, as sealed and as they come out now.

    Attributes:
        how: `identical` to the last bit, `within sampling error`, `different` or `gone`.
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
    """Each sealed outcome beside what comes out now; records of outcomes as `engine run --json` has them."""
    return [_compared(name, record, now.get(name)) for name, record in sealed.items()]


def _compared(name: str, sealed: Mapping[str, Any], now: Mapping[str, Any] | None) -> Compared:
    kind, label = str(sealed.get("kind", "")), str(sealed.get("label", ""))
    pairs = list(_pairs(sealed, now or {}))
    value, one, other = max(pairs, key=_gap)[:3]
    if now is None:
        how = GONE
    elif sealed == now:
        how = IDENTICAL
    else:
        how = WITHIN if all(map(_near, pairs)) else DIFFERENT
    return Compared(name, label, kind, how, value, one, other)


Pair = tuple[str, float | None, float | None, float]
"""A value of a choice, the two figures, and the standard error of their difference."""


def _pairs(sealed: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Pair]:
    one, other = sealed.get("probabilities"), now.get("probabilities")
    if isinstance(one, Mapping):
        there = other if isinstance(other, Mapping) else {}
        for value in dict.fromkeys([*one, *there]):
            yield value, _number(one.get(value)), _number(there.get(value)), _error(sealed, now, value)
        if one or there:
            return
    yield "", _figure(sealed), _figure(now), _error(sealed, now, "")


def _figure(record: Mapping[str, Any]) -> float | None:
    return _number(record.get("mean", record.get("probability")))


def _error(sealed: Mapping[str, Any], now: Mapping[str, Any], value: str) -> float:
    errors = [record.get("mc_error") for record in (sealed, now)]
    found = [error.get(value) if isinstance(error, Mapping) else error for error in errors]
    return hypot(*(_number(error) or 0.0 for error in found))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _gap(pair: Pair) -> float:
    _, one, other, _ = pair
    return float("inf") if (one is None) != (other is None) else abs((one or 0.0) - (other or 0.0))


def _near(pair: Pair) -> bool:
    _, one, other, error = pair
    if one is None or other is None:
        return one is other
    return abs(one - other) <= max(ERRORS * error, ROUNDING * max(abs(one), abs(other)))
