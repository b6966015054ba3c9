"""What would have to be true, as plain data for other programs; keys may be added, never renamed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from engine.analysis.discovery.boxes import BoxFound
from engine.analysis.discovery.discovery import Discovery
from engine.analysis.discovery.prim import Step
from engine.analysis.discovery.smallest import Change, Point
from engine.analysis.discovery.thresholds import Alone, Crossing, Place
from engine.analysis.estimates import Estimate
from engine.report.export import SCHEMA

HEADER: Final = ("assumptions", "claim", "part", "number", "unknown", "label", "figure", "value", "low", "high")


def claim_text(found: Discovery) -> str:
    """The claim as it may be typed."""
    claim = found.claim
    name = f"{claim.outcome}.{claim.value}" if claim.value else claim.outcome
    line = f"{100 * claim.line:.12g}%" if claim.chance else f"{claim.line:.12g}"
    return f"{name} {claim.relation} {line}"


def discovery_record(found: Discovery, version: str) -> dict[str, Any]:
    """The discovery as plain data."""
    claim = found.claim
    return {
        "engine": version,
        "schema": SCHEMA,
        "command": "discover",
        "scenario": {"title": found.scenario.title, "sha256": found.sha256},
        "assumptions": found.assumptions,
        "overrides": dict(found.overrides),
        "settings": {
            "draws": found.settings.draws,
            "seed": found.settings.seed,
            "method": found.settings.method,
            "replicates": found.settings.replicates,
            **({} if found.settings.histories is None else {"histories": found.settings.histories}),
        },
        "claim": {
            "text": claim_text(found),
            "outcome": claim.outcome,
            "label": found.scenario.outcomes[claim.outcome].label,
            "value": claim.value or None,
            "relation": claim.relation,
            "line": claim.line,
        },
        "share": _estimate(found.share),
        "figure": None if found.figure is None else _estimate(found.figure),
        "undecided": found.undecided,
        "alone": {found.names[one.column]: _alone(one) for one in found.alone},
        "cases": found.cases,
        "boxes": [_box(box, found) for box in found.boxes],
        "change": None if found.change is None else _change(found.change, found),
        "warnings": list(found.warnings),
    }


def discovery_rows(found: Discovery) -> tuple[Sequence[str], Iterator[Sequence[Any]]]:
    """Header and one row for each figure."""
    head = (found.assumptions, claim_text(found))

    def row(part: str, number: int | None, column: int | None, figure: str, *values: Any) -> Sequence[Any]:
        name = "" if column is None else found.names[column]
        label = "" if column is None else found.scenario.unknowns[name].label
        return (*head, part, number, name, label, figure, *values, *[None] * (3 - len(values)))

    def rows() -> Iterator[Sequence[Any]]:
        yield row("claim", None, None, "share of draws", found.share.value, found.share.low, found.share.high)
        if found.figure is not None:
            yield row("claim", None, None, "figure", found.figure.value, found.figure.low, found.figure.high)
        for one in found.alone:
            for crossing in one.crossings:
                figure = "true above" if crossing.enters else "true below"
                yield row("alone", None, one.column, figure, crossing.value, crossing.low, crossing.high)
            if one.best is not None and one.best.figure is not None:
                yield row("alone", None, one.column, "furthest at", one.best.name or one.best.value)
                best = one.best.figure
                yield row("alone", None, one.column, "furthest figure", best.value, best.low, best.high)
            for name in one.true_at:
                yield row("alone", None, one.column, "true at", name)
        for number, box in enumerate(found.boxes, 1):
            for name, share in (("mass", box.mass), ("coverage", box.coverage), ("density", box.density)):
                yield row("box", number, None, name, share.value, share.low, share.high)
            for limit in box.limits:
                for kept in limit.kept:
                    yield row("box", number, limit.column, "inside", kept)
                if not limit.kept:
                    yield row("box", number, limit.column, "inside", None, limit.low, limit.high)
                yield row("box", number, limit.column, "quasi-p", limit.quasi_p)
        change = found.change
        if change is None:
            return
        yield row("change", None, None, "figure in the typical draw", change.before)
        point, part = (change.point, "change") if change.point else (change.furthest, "furthest")
        if point is not None:
            yield row(part, None, None, "figure", point.figure)
            yield row(part, None, None, "distance", point.distance)
            for moved in point.moved:
                values = [_value(found, moved.column, value) for value in (moved.start, moved.end)]
                yield row(part, None, moved.column, "from", values[0])
                yield row(part, None, moved.column, "follows to" if moved.follows else "to", values[1])
                yield row(part, None, moved.column, "spreads", moved.spreads)

    return HEADER, rows()


# Private functions


def _estimate(found: Estimate) -> dict[str, Any]:
    return {"value": found.value, "mc_error": found.error, "mc_interval": [found.low, found.high]}


def _alone(one: Alone) -> dict[str, Any]:
    return {
        "crossings": [_crossing(crossing) for crossing in one.crossings],
        "always": one.always,
        "within_error_everywhere": one.unclear,
        "true_at": list(one.true_at),
        "furthest": None if one.best is None else _place(one.best),
        "figures": [_place(place) for place in one.places],
    }


def _crossing(crossing: Crossing) -> dict[str, Any]:
    return {
        "value": crossing.value,
        "mc_interval": [crossing.low, crossing.high],
        "quantile": crossing.level,
        "true": "above" if crossing.enters else "below",
    }


def _place(place: Place) -> dict[str, Any]:
    figure = None if place.figure is None else _estimate(place.figure)
    if place.name:
        return {"value": place.name, "share": place.level, "figure": figure}
    return {"value": place.value, "quantile": place.level, "figure": figure}


def _box(box: BoxFound, found: Discovery) -> dict[str, Any]:
    return {
        "limits": [
            {
                "unknown": found.names[limit.column],
                **({"values": list(limit.kept)} if limit.kept else {"low": limit.low, "high": limit.high}),
                "quasi_p": limit.quasi_p,
            }
            for limit in box.limits
        ],
        "mass": _estimate(box.mass),
        "coverage": _estimate(box.coverage),
        "density": _estimate(box.density),
        "training": {"coverage": box.trained_coverage, "density": box.trained_density},
        "trajectory": [_step(step, found) for step in box.way],
    }


def _step(step: Step, found: Discovery) -> dict[str, Any]:
    sides = {}
    for side in step.box.sides:
        names = [name for name, _ in found.categories.get(side.column, ())]
        ends = [None if abs(end) == float("inf") else end for end in (side.low, side.high)]
        sides[found.names[side.column]] = (
            {"without": [names[place] for place in sorted(side.without)]}
            if side.without
            else {"low": ends[0], "high": ends[1]}
        )
    return {"coverage": step.coverage, "density": step.density, "mass": step.mass, "limits": sides}


def _change(change: Change, found: Discovery) -> dict[str, Any]:
    return {
        "undoes": change.undone,
        "typical_figure": change.before,
        "reached": change.point is not None,
        "point": None if change.point is None else _point(change.point, found),
        "smallest_distance": change.smallest if change.point is not None else None,
        "furthest": None if change.furthest is None else _point(change.furthest, found),
    }


def _point(point: Point, found: Discovery) -> dict[str, Any]:
    return {
        "figure": point.figure,
        "distance": point.distance,
        "moved": [
            {
                "unknown": found.names[moved.column],
                "from": _value(found, moved.column, moved.start),
                "to": _value(found, moved.column, moved.end),
                "spreads": moved.spreads,
                "quantile": moved.level,
                "follows": moved.follows,
            }
            for moved in point.moved
        ],
    }


def _value(found: Discovery, column: int, value: float) -> float | str:
    return found.categories[column][round(value)][0] if column in found.categories else value
