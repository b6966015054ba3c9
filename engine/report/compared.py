"""What comparing says, for other programs: JSON and CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import isfinite
from typing import Any

from engine.analysis.comparison.comparison import Comparison, Row, Side
from engine.analysis.comparison.differences import Explained, Share
from engine.analysis.estimates import Estimate
from engine.report.export import SCHEMA, table_text


def comparison_record(found: Comparison, version: str) -> dict[str, Any]:
    """A comparison as plain data; keys may be added, never renamed. Times and dates stay out of it."""
    first = found.sides[0].result
    sampled = next((side.result for side in found.sides if side.result.settings.method != "exact"), first)
    settings = sampled.settings
    record: dict[str, Any] = {
        "engine": version,
        "schema": SCHEMA,
        "command": "compare",
        "scenario": {"title": first.scenario.title, "sha256": first.sha256},
        "compared": found.what,
        "assumptions": [side.result.assumptions for side in found.sides]
        if not found.assumptions
        else found.assumptions,
        "sides": {side.name: _side(side) for side in found.sides},
        "overrides": dict(found.overrides),
        "settings": {
            "draws": settings.draws,
            "seed": settings.seed,
            "method": settings.method,
            "replicates": settings.replicates,
            **({} if settings.histories is None else {"histories": settings.histories}),
        },
        "outcomes": {
            name: _outcome(list(rows), found.sides) for name, rows in groupby(found.rows, lambda row: row.outcome)
        },
        "explained": {name: _explained(one) for name, one in found.explained.items()},
        "attribution": {name: _attribution(one) for name, one in found.explained.items()},
    }
    if found.contents:
        record["contents"] = {
            name: [{"section": one.section, "name": one.name, "kind": one.kind, "line": one.line} for one in contents]
            for name, contents in found.contents.items()
        }
    weighted = {side.name: side.result.effective for side in found.sides if side.result.effective is not None}
    return {**record, "effective_sample_sizes": weighted, "notes": list(found.notes), "warnings": list(found.warnings)}


def comparison_csv(found: Comparison) -> str:
    """One row for each figure, difference and share."""
    header = ["what", "set", "outcome", "value_of", "kind", "item", "line", "value", "mc_error", "low", "high"]
    return table_text(header, _csv_rows(found))


def _csv_rows(found: Comparison) -> Iterator[Sequence[Any]]:
    for what in ("figure", "difference"):
        for row in found.rows:
            estimates = row.estimates if what == "figure" else row.differences
            for side, estimate in zip(found.sides, estimates, strict=True):
                if estimate is not None:
                    yield (what, side.name, row.outcome, row.value, row.kind, "", "", *_figures(estimate))
    for name, why in found.explained.items():
        for outcome, shares in why.shares.items():
            for share in shares or ():
                item = f"{share.item.action} {share.item.path}"
                yield ("share", name, outcome, "", "", item, share.item.line, *_figures(share.estimate))
    for side in found.sides:
        if side.result.effective is not None:
            yield ("effective sample size", side.name, "", "", "", "", "", side.result.effective, "", "", "")


def _figures(estimate: Estimate) -> tuple[float | None, ...]:
    return tuple(map(_finite, (estimate.value, estimate.error, estimate.low, estimate.high)))


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def _side(side: Side) -> dict[str, Any]:
    settings = side.result.settings
    return {
        "file": side.file,
        "title": side.result.scenario.title,
        "sha256": side.result.sha256,
        "assumptions": side.result.assumptions,
        "label": side.label,
        "method": settings.method,
    }


def _outcome(rows: Sequence[Row], sides: Sequence[Side]) -> dict[str, Any]:
    first = rows[0]
    record: dict[str, Any] = {"kind": first.kind, "label": first.label, "unit": first.unit}
    names = [side.name for side in sides]
    if first.kind == "choice":
        record["sets"] = {
            name: {
                "probabilities": {row.value: _value(row.estimates[place]) for row in rows},
                "mc_error": {row.value: _error(row.estimates[place]) for row in rows},
                "mc_interval": {row.value: _interval(row.estimates[place]) for row in rows},
            }
            for place, name in enumerate(names)
        }
        record["differences"] = {
            name: {row.value: _record("value", row.differences[place]) for row in rows}
            for place, name in enumerate(names)
            if place
        }
        return record
    figure = "mean" if first.kind == "quantity" else "probability"
    record["sets"] = {name: _record(figure, first.estimates[place]) for place, name in enumerate(names)}
    record["differences"] = {
        name: _record("value", first.differences[place]) for place, name in enumerate(names) if place
    }
    return record


def _record(name: str, estimate: Estimate | None) -> dict[str, Any]:
    return {name: _value(estimate), "mc_error": _error(estimate), "mc_interval": _interval(estimate)}


def _value(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.value


def _error(estimate: Estimate | None) -> float | None:
    return None if estimate is None else _finite(estimate.error)


def _interval(estimate: Estimate | None) -> list[float | None] | None:
    return None if estimate is None else [_finite(estimate.low), _finite(estimate.high)]


def _explained(why: Explained) -> dict[str, Any]:
    return {
        outcome: None if shares is None else [_share(share) for share in shares]
        for outcome, shares in why.shares.items()
    }


def _share(share: Share) -> dict[str, Any]:
    item = share.item
    return {
        "item": item.path,
        "label": item.label,
        "line": item.line,
        "action": item.action,
        "from": item.before,
        "to": item.after,
        "share": share.estimate.value,
        "mc_error": _finite(share.estimate.error),
        "mc_interval": _interval(share.estimate),
    }


def _attribution(why: Explained) -> dict[str, Any]:
    record: dict[str, Any] = {
        "items": len(why.items),
        "worlds": why.worlds,
        "draws": why.draws,
        "orders": why.orders or "all",
    }
    return {**record, "impossible": why.impossible} if why.impossible else record
