"""What `reconcile` says, for other programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import Any

from engine.analysis.estimates import Estimate
from engine.analysis.reconciliation.believing import LEVELS, Changed, Moved
from engine.analysis.reconciliation.compatibility import Contradiction
from engine.analysis.reconciliation.consequences import Believed
from engine.analysis.reconciliation.reconciliation import Judged, Reconciliation
from engine.report.export import SCHEMA, table_text


def reconciliation_record(found: Reconciliation, version: str) -> dict[str, Any]:
    """The result as plain data; keys may be added, never renamed."""
    settings = found.settings
    return {
        "engine": version,
        "schema": SCHEMA,
        "command": "reconcile",
        "scenario": {"title": found.scenario.title, "sha256": found.sha256},
        "assumptions": found.assumptions,
        "overrides": dict(found.overrides),
        "settings": {
            "draws": settings.draws,
            "seed": settings.seed,
            "method": settings.method,
            "replicates": settings.replicates,
            **({} if settings.histories is None else {"histories": settings.histories}),
        },
        "statements": {name: _judged(one) for name, one in found.statements.items()},
        "contradictions": [_contradiction(one) for one in found.contradictions],
        "fit_together": [list(names) for names in found.together],
        "search": {
            "complete": found.complete,
            "all_sets_up_to": found.size,
            "draws": found.sampled,
            "trials": found.searched,
        },
        "believed": [_believed(one) for one in found.believed],
        "statements_alone": {
            name: {"linear_pool": pool.linear, "log_odds_pool": pool.odds, "p05": pool.low, "p95": pool.high}
            for name, pool in found.pools.items()
        },
        "references": [
            {"about": one.about, "by": one.by, "probability": float(one.probability), "source": one.source}
            for one in found.scenario.references
        ],
        "warnings": list(found.warnings),
    }


def reconciliation_csv(found: Reconciliation) -> str:
    """One row for each figure."""
    header = ["assumptions", "believed", "kind", "name", "figure", "value", "mc_error", "low", "high"]
    rows = [(found.assumptions, *row) for row in _rows(found)]
    return table_text(header, rows)


# Private functions


def _judged(one: Judged) -> dict[str, Any]:
    return {
        "about": one.about,
        "by": one.by,
        "said": one.said,
        "stated": {"p05": one.low, "p50": one.middle, "p95": one.high, "mean": one.mean},
        "before": _probability(one.before, one.spread),
        "after": _probability(one.after, one.spread_after),
        "effective_sample_size": one.effective,
        "surprise": _estimate(one.surprise),
        "reached": one.reached,
        "nearest": one.nearest,
        "history_noise": one.blur,
        "verdict": one.verdict,
    }


def _probability(found: Estimate | None, spread: Sequence[float] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    across = None if spread is None else dict(zip(("p05", "p50", "p95"), spread, strict=True))
    return {"probability": found.value, **_errors(found), "across_draws": across}


def _estimate(found: Estimate | None) -> dict[str, Any] | None:
    return None if found is None else {"value": found.value, **_errors(found)}


def _errors(found: Estimate) -> dict[str, Any]:
    return {"mc_error": _finite(found.error), "mc_interval": [_finite(found.low), _finite(found.high)]}


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def _contradiction(one: Contradiction) -> dict[str, Any]:
    nearest = dict(zip(one.statements, map(_finite, one.nearest), strict=True)) if one.nearest else None
    return {
        "statements": list(one.statements),
        "kind": "words" if one.words else "incentives",
        "nearest": nearest,
        "log_odds_beyond": None if one.words else _finite(one.beyond),
    }


def _believed(one: Believed) -> dict[str, Any]:
    return {
        "statements": list(one.statements),
        "fit_together": one.fits,
        "effective_sample_size": one.effective,
        "evidence_ratio": _estimate(one.agreement),
        "nearest_draws": one.nearest or None,
        "unknowns": {_named(moved): _moved(moved) for moved in one.unknowns},
        "outcomes": [_changed(changed) for changed in one.outcomes],
    }


def _named(one: Moved) -> str:
    """An unknown, or one value of an unknown without order."""
    return f"{one.name}.{one.value}" if one.value else one.name


def _moved(one: Moved) -> dict[str, Any]:
    names = [f"p{round(100 * level):02d}" for level in LEVELS]
    return {
        "label": one.label,
        "shift": _estimate(one.shift),
        "before": {"mean": one.mean, **dict(zip(names, map(_finite, one.stated), strict=False))},
        "after": {
            "mean": _estimate(one.after),
            **{name: _estimate(found) for name, found in zip(names, one.quantiles, strict=False)},
        },
    }


def _changed(one: Changed) -> dict[str, Any]:
    return {
        "outcome": one.outcome,
        **({"value": one.value} if one.value else {}),
        "before": _estimate(one.before),
        "after": _estimate(one.after),
        "change": _estimate(one.change),
    }


def _rows(found: Reconciliation) -> Iterator[tuple[Any, ...]]:
    for one in found.statements.values():
        for figure, value in (("stated 5%", one.low), ("stated 50%", one.middle), ("stated 95%", one.high)):
            yield "", "statement", one.name, figure, value, "", "", ""
        for figure, estimate in (("before", one.before), ("after", one.after), ("surprise", one.surprise)):
            if estimate is not None:
                yield (one.name if figure == "after" else "", "statement", one.name, figure, *_cells(estimate))
        yield one.name, "statement", one.name, "effective sample size", one.effective, "", "", ""
        yield "", "statement", one.name, "verdict", one.verdict, "", "", ""
    for contradiction in found.contradictions:
        kind = "words" if contradiction.words else "incentives"
        yield " + ".join(contradiction.statements), "contradiction", kind, "", "", "", "", ""
    for believed in found.believed:
        names = " + ".join(believed.statements)
        yield names, "weights", "", "effective sample size", believed.effective, "", "", ""
        if believed.agreement is not None:
            yield (names, "weights", "", "evidence ratio", *_cells(believed.agreement))
        for moved in believed.unknowns:
            yield (names, "unknown", _named(moved), "mean", *_cells(moved.after))
            yield (names, "unknown", _named(moved), "shift in standard deviations", *_cells(moved.shift))
            for level, quantile in zip(LEVELS, moved.quantiles, strict=False):
                yield (names, "unknown", _named(moved), f"quantile {level:.0%}", *_cells(quantile))
        for changed in believed.outcomes:
            figure = f"probability of {changed.value}" if changed.value else "after"
            yield (names, "outcome", changed.outcome, figure, *_cells(changed.after))
            yield (
                names,
                "outcome",
                changed.outcome,
                f"change of {changed.value}" if changed.value else "change",
                *_cells(changed.change),
            )
    for name, pool in found.pools.items():
        yield "", "statements alone", name, "linear pool", pool.linear, "", "", ""
        yield "", "statements alone", name, "log-odds pool", pool.odds, "", "", ""


def _cells(found: Estimate) -> tuple[float | None, ...]:
    return found.value, _finite(found.error), _finite(found.low), _finite(found.high)
