"""What a sweep says, for other programs: JSON and CSV."""

from __future__ import annotations

from itertools import groupby
from math import isfinite
from typing import Any

from engine.analysis.comparison.comparison import Row
from engine.analysis.comparison.sweeping import Sweep
from engine.analysis.estimates import Estimate
from engine.report.export import SCHEMA, table_text


def sweep_record(found: Sweep, version: str) -> dict[str, Any]:
    """A sweep as plain data; keys may be added, never renamed. Times and dates stay out of it."""
    results = [side.result for side in found.sides]
    settings = next((one.settings for one in results if one.settings.method != "exact"), results[0].settings)
    return {
        "engine": version,
        "schema": SCHEMA,
        "command": "sweep",
        "scenario": {"title": found.scenario.title, "sha256": results[0].sha256},
        "assumptions": found.assumptions,
        "overrides": dict(found.overrides),
        "settings": {
            "draws": settings.draws,
            "seed": settings.seed,
            "method": settings.method,
            "replicates": settings.replicates,
            **({} if settings.histories is None else {"histories": settings.histories}),
        },
        "swept": {"path": found.key, "values": list(found.grid.numbers), "written": list(found.grid.texts)},
        "outcomes": {name: _outcome(list(rows)) for name, rows in groupby(found.rows, lambda row: row.outcome)},
        "crossings": [
            {
                "outcome": one.outcome,
                "before": one.before,
                "after": one.after,
                "at": one.at.value,
                "mc_error": _finite(one.at.error),
                "between": [found.grid.numbers[place] for place in one.between],
                "interpolated": True,
            }
            for one in found.crossings
        ],
        "warnings": list(found.warnings),
    }


def sweep_csv(found: Sweep) -> str:
    """One row for each figure at each value, then one for each crossing."""
    header = ["what", "path", "at", "outcome", "value_of", "kind", "value", "mc_error", "low", "high"]
    rows: list[tuple[Any, ...]] = [
        ("figure", found.key, number, row.outcome, row.value, row.kind, *_figures(estimate))
        for row in found.rows
        for number, estimate in zip(found.grid.numbers, row.estimates, strict=True)
        if estimate is not None
    ]
    rows += [
        ("crossing", found.key, "", one.outcome, f"{one.before} to {one.after}", "interpolated", *_figures(one.at))
        for one in found.crossings
    ]
    return table_text(header, rows)


def _outcome(rows: list[Row]) -> dict[str, Any]:
    first = rows[0]
    record: dict[str, Any] = {"kind": first.kind, "label": first.label, "unit": first.unit}
    if first.kind == "choice":
        return {**record, "probabilities": {row.value: _curve(row) for row in rows}}
    return {**record, "means" if first.kind == "quantity" else "probabilities": _curve(first)}


def _curve(row: Row) -> list[dict[str, Any] | None]:
    return [
        None
        if one is None
        else {"value": one.value, "mc_error": _finite(one.error), "mc_interval": [_finite(one.low), _finite(one.high)]}
        for one in row.estimates
    ]


def _figures(estimate: Estimate) -> tuple[float, float, float, float]:
    return estimate.value, estimate.error, estimate.low, estimate.high


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
