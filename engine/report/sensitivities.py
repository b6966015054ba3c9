"""What outcomes hang on, for other programs: JSON and CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.analysis.estimates import Estimate
from engine.analysis.sensitivity.sensitivity_records import (
    REPLICATES,
    RULE,
    UNKNOWN,
    Effect,
    End,
    FigureSensitivity,
    SensitivityResult,
    WordsEffect,
)
from engine.report.export import SCHEMA, table_text
from engine.scenario.model import Scenario


def sensitivity_record(result: SensitivityResult, version: str) -> dict[str, Any]:
    """All of it as plain data; keys may be added, never renamed. Times and dates stay out of it."""
    found, scenario = result.found, result.assumed.scenario
    return {
        "engine": version,
        "schema": SCHEMA,
        "command": "sensitivity",
        "scenario": {"title": scenario.title, "sha256": result.sha256},
        "assumptions": result.assumed.name,
        "overrides": dict(result.assumed.overrides),
        "settings": {
            "draws": found.rows,
            "runs": found.runs,
            "seed": found.seed,
            "method": "sobol",
            "replicates": REPLICATES,
            **({} if found.histories is None else {"histories": found.histories}),
        },
        "unknowns": list(found.varied),
        "no_effect": list(found.idle),
        "correlated": list(found.correlated),
        "words": {"standards": list(found.standards), "lacking": list(found.lacking)} if found.standards else None,
        "figures": [_figure(one, scenario) for one in found.figures],
        "warnings": list(result.warnings),
    }


def sensitivity_csv(result: SensitivityResult) -> str:
    """One row for each figure and unknown."""
    header = ["assumptions", "outcome", "value_of_choice", "figure", "unknown", "alone", "alone_low", "alone_high"]
    header += ["total", "total_low", "total_high", "shapley", "shapley_low", "shapley_high"]
    header += ["at_p05", "figure_at_p05", "difference_at_p05", "at_p95", "figure_at_p95", "difference_at_p95"]
    rows = (
        (
            result.assumed.name,
            one.figure.outcome,
            one.figure.value,
            one.value.value,
            *_row(effect, result.assumed.scenario),
        )
        for one in result.found.figures
        if one.value is not None
        for effect in one.effects
    )
    return table_text(header, rows)


def value_at(scenario: Scenario, name: str, end: End) -> float | str:
    """What an unknown is at an end; of a choice the name of its value."""
    values = scenario.unknowns[name].choice
    return end.at if values is None else str(list(values)[round(end.at)])


# Private functions


def _figure(one: FigureSensitivity, scenario: Scenario) -> dict[str, Any]:
    record: dict[str, Any] = {"outcome": one.figure.outcome, "kind": KINDS[one.figure.kind], "label": one.label}
    if one.figure.kind == "choice":
        record["value_of_choice"] = one.figure.value
    if one.value is None:
        return {**record, "figure": None}
    return {
        **record,
        "figure": _estimate(one.value),
        "variance": {"unknown": _estimate(one.unknown), "chance": _estimate(one.chance)},
        "split": [
            {
                "of": share.kind,
                **({"unknown": share.name} if share.kind in (UNKNOWN, RULE) else {}),
                **_estimate(share.share),
            }
            for share in one.split
        ],
        "unknowns": {effect.name: _effect(effect, scenario) for effect in one.effects},
        "words": None if one.words is None else _words(one.words),
    }


KINDS = {"happens": "event", "quantity": "quantity", "choice": "choice", "belief": "belief"}


def _effect(effect: Effect, scenario: Scenario) -> dict[str, Any]:
    return {
        "label": effect.label,
        "rule": effect.rule,
        "alone": _estimate(effect.alone),
        "total": _estimate(effect.overall),
        "shapley": None if effect.shapley is None else _estimate(effect.shapley),
        "tornado": {
            f"p{round(100 * end.level):02d}": {
                "unknown": value_at(scenario, effect.name, end),
                "figure": None if end.value is None else _estimate(end.value),
                "difference": None if end.difference is None else _estimate(end.difference),
            }
            for end in effect.ends
        },
    }


def _words(words: WordsEffect) -> dict[str, Any]:
    return {
        "figures": {name: _estimate(figure) for name, figure in words.figures.items()},
        "alone": _estimate(words.alone),
        "total": _estimate(words.overall),
    }


def _estimate(found: Estimate) -> dict[str, Any]:
    return {"value": found.value, "mc_error": found.error, "mc_interval": [found.low, found.high]}


def _row(effect: Effect, scenario: Scenario) -> Iterator[Any]:
    yield effect.name
    for found in (effect.alone, effect.overall, effect.shapley):
        yield from (None, None, None) if found is None else (found.value, found.low, found.high)
    for end in effect.ends:
        figures = (None if one is None else one.value for one in (end.value, end.difference))
        yield from (value_at(scenario, effect.name, end), *figures)
    yield from (None for _ in range(0 if effect.ends else 6))
