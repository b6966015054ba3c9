"""Results for other programs: JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from engine.analysis.estimates import Estimate
from engine.analysis.running.first_time import FirstTime
from engine.analysis.running.summary import OutcomeSummary, Result
from engine.report.terminal import safe
from engine.scenario.calendar import round_ends
from engine.scenario.model import Scenario

SCHEMA: Final = 1


def result_record(result: Result, version: str) -> dict[str, Any]:
    """A run's result as plain data; keys may be added, never renamed. Times and dates stay out of it."""
    record: dict[str, Any] = {
        "engine": version,
        "schema": SCHEMA,
        "command": "run",
        "scenario": {"title": result.scenario.title, "sha256": result.sha256},
        "assumptions": result.assumptions,
        "overrides": dict(result.overrides),
        "settings": {
            "draws": result.settings.draws,
            "seed": result.settings.seed,
            "method": result.settings.method,
            "replicates": result.settings.replicates,
            **({} if result.settings.histories is None else {"histories": result.settings.histories}),
        },
        **_rounds(result.scenario),
        "outcomes": {name: _outcome(outcome) for name, outcome in result.outcomes.items()},
        "solution": _solution(result),
        "statements": {
            name: {
                "about": item.about,
                "by": item.by,
                "said": item.said,
                "stated": {"p05": item.low, "p50": item.middle, "p95": item.high},
                "model": item.model,
                "fits": item.fits,
            }
            for name, item in result.statements.items()
        },
        "references": [
            {
                "about": item.about,
                "by": item.by,
                "probability": float(item.probability),
                "source": item.source,
                "note": item.note,
            }
            for item in result.scenario.references
        ],
        "reason": _reason(result),
        **_leanings(result),
        "warnings": list(result.warnings),
    }
    if result.effective is not None:
        record["effective_sample_size"] = result.effective
    return record


def json_text(record: Mapping[str, Any]) -> str:
    """The record as JSON text, without NaN or infinity; what could steer a terminal is escaped."""
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, indent=2)
    return re.sub(r"[^\n\x20-\x7e]", _escaped, text) + "\n"


def _escaped(found: re.Match[str]) -> str:
    character = found.group()
    return character if safe(character) == character else json.dumps(character)[1:-1]


def csv_text(result: Result) -> str:
    """One row for each figure."""
    header = ["assumptions", "outcome", "label", "kind", "figure", "value", "mc_error", "low", "high"]
    rows: list[Sequence[Any]] = [
        (result.assumptions, outcome.name, outcome.label, outcome.kind, *figure)
        for outcome in result.outcomes.values()
        for figure in _rows(outcome)
    ]
    if result.effective is not None:
        rows.append((result.assumptions, "", "", "weights", "effective sample size", result.effective, "", "", ""))
    return table_text(header, rows)


def table_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV, texts so that no spreadsheet takes them for a formula; None is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_plain(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue()


def _plain(text: str) -> str:
    """Text that a spreadsheet will not take for a formula, nor a terminal for a command."""
    text = safe(text)
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text


def _rows(outcome: OutcomeSummary) -> Iterator[tuple[Any, ...]]:
    if outcome.estimate is not None:
        yield ("mean" if outcome.kind == "quantity" else "probability", *_figures(outcome.estimate))
    for name, share in outcome.shares.items():
        yield (f"probability of {name}", *_figures(share))
    for level, value in (outcome.across or {}).items():
        yield (f"across draws {level:.0%}", value, "", "", "")
    for level, value in (outcome.quantiles or {}).items():
        yield (f"quantile {level:.0%}", value, "", "", "")


def _figures(estimate: Estimate) -> tuple[float, float, float, float]:
    return estimate.value, estimate.error, estimate.low, estimate.high


def _outcome(outcome: OutcomeSummary) -> dict[str, Any]:
    record: dict[str, Any] = {"kind": outcome.kind, "label": outcome.label}
    if outcome.kind == "choice":
        record["probabilities"] = {name: share.value for name, share in outcome.shares.items()}
        record["mc_error"] = {name: _finite(share.error) for name, share in outcome.shares.items()}
        record["across_draws"] = {name: _levels(across) for name, across in outcome.shares_across.items()} or None
        named = zip(outcome.shares, outcome.bounds, strict=False)
        record["bounds"] = {name: list(bounds) for name, bounds in named} or None
        if outcome.reached is not None:
            record["reached"] = outcome.reached
        if outcome.over is not None:
            record["over"] = outcome.over
            record["by_round"] = {name: list(curve) for name, curve in outcome.shares_by_round.items()}
        if outcome.never:
            record["never"] = sorted(outcome.never)
        return record
    if outcome.kind == "quantity":
        record["unit"] = outcome.unit
    found = outcome.estimate
    record["mean" if outcome.kind == "quantity" else "probability"] = found.value if found else None
    record["mc_error"] = _finite(found.error) if found else None
    record["mc_interval"] = [_finite(found.low), _finite(found.high)] if found else None
    if outcome.reached is not None:
        record["reached"] = outcome.reached
    if outcome.kind == "quantity":
        record["sd"] = outcome.sd
        record["quantiles"] = {f"{level:g}": value for level, value in (outcome.quantiles or {}).items()} or None
        record["histogram"] = (
            None
            if outcome.histogram is None
            else {"edges": list(outcome.histogram.edges), "mass": list(outcome.histogram.mass)}
        )
    if outcome.never:
        record["never"] = True
    record["across_draws"] = _levels(outcome.across)
    record["bounds"] = list(outcome.bounds[0]) if outcome.bounds else None
    if outcome.over is not None:
        record["over"] = outcome.over
        record["by_round"] = list(outcome.by_round)
    if outcome.first_time is not None:
        record["first_time"] = _first_time(outcome.first_time)
    return record


def _first_time(found: FirstTime) -> dict[str, Any]:
    return {
        "by_round": list(found.by_round),
        "never": found.never,
        "median": found.median,
        "mean_if_it_happens": found.mean,
        "mean_mc_error": found.error,
    }


def _rounds(scenario: Scenario) -> dict[str, Any]:
    if scenario.rounds is None:
        return {}
    ends = [end.isoformat() for end in round_ends(scenario)]
    return {"rounds": {"count": scenario.rounds.count, "unit": scenario.rounds.unit, "ends": ends or None}}


def _leanings(result: Result) -> dict[str, Any]:
    if result.scenario.rounds is None:
        return {}
    return {"leanings": {found.outcome: {"usual": found.baseline, **found.figures} for found in result.leanings}}


def _levels(across: Mapping[float, float] | None) -> dict[str, float] | None:
    return {f"p{round(100 * level):02d}": value for level, value in (across or {}).items()} or None


def _finite(value: float) -> float | None:
    return value if abs(value) != float("inf") else None


def _solution(result: Result) -> dict[str, Any]:
    found = result.solution
    record: dict[str, Any] = {
        "concept": found.concept,
        "converged": found.converged,
        "several_equilibria": found.several,
        "equilibria": {"draws": found.searched, "starts": found.starts} if found.searched else None,
        "backward_induction": found.backward,
        "fixed_point": found.fixed_point,
        "homotopy": found.homotopy,
        "arclength": found.arclength,
        "branch_unchecked": found.unchecked,
        "unsolved": found.unsolved,
        "largest_residual": found.residual,
        "negative_index": found.negative_index,
    }
    if found.reasoning:
        record["reasoning"] = dict(found.reasoning)
    if found.tied is not None:
        record["tied"] = found.tied
    if found.pure is not None:
        record["pure_equilibria"] = dict(zip(("none", "one", "several"), found.pure, strict=True))
    return record


def _reason(result: Result) -> dict[str, Any] | None:
    reason = result.reason
    if reason is None:
        return None
    return {
        "outcome": reason.outcome,
        "actor": reason.actor,
        "term": reason.term,
        "with": reason.baseline.value,
        "without": reason.without.value,
        "difference": reason.difference.value,
        "mc_error": reason.difference.error,
    }
