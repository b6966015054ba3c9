"""What it would be worth to know, for other programs: JSON and CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.analysis.estimates import Estimate
from engine.analysis.information.information import Forecast, Information, Item, Stake
from engine.analysis.information.watching import Watched
from engine.report.export import SCHEMA, table_text

HEADER = ["assumptions", "for", "of", "kind", "name", "case", "figure", "value", "mc_error", "low", "high"]


def information_record(found: Information, version: str) -> dict[str, Any]:
    """The result as plain data; keys may be added, never renamed."""
    settings = found.settings
    return {
        "engine": version,
        "schema": SCHEMA,
        "command": "voi",
        "scenario": {"title": found.scenario.title, "sha256": found.sha256},
        "assumptions": found.assumptions,
        "overrides": dict(found.overrides),
        "settings": {
            "draws": settings.draws,
            "draws_of_actors": settings.actor_draws,
            "seed": settings.seed,
            "method": "exact" if settings.exact else "sobol",
            "replicates": settings.replicates,
            **({} if settings.histories is None else {"histories": settings.histories}),
            "secret": found.secret,
        },
        "outcomes": _outcomes(found.forecasts),
        "actors": {stake.actor: _stake(stake, found) for stake in found.stakes},
        "warnings": list(found.warnings),
    }


def information_table(found: Information) -> str:
    """One row for each figure."""
    return table_text(HEADER, ((found.assumptions, *row) for row in _rows(found)))


# Private functions


def _outcomes(forecasts: Sequence[Forecast]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for one in forecasts:
        if one.kind == "choice":
            own = record.setdefault(one.outcome, {"kind": one.kind, "label": one.label, "values": {}})
            own["values"][one.value] = _forecast(one)
        else:
            record[one.outcome] = {"kind": one.kind, "label": one.label, **_forecast(one)}
    return record


def _forecast(one: Forecast) -> dict[str, Any]:
    return {
        "forecast": _figure(one.split.forecast),
        "unknown": _figure(one.split.unknown),
        "chance": _figure(one.split.chance),
        "learn": {
            lesson.name: {
                "label": lesson.label,
                "variance": _figure(lesson.learned.variance),
                "sd": max(0.0, lesson.learned.variance.value) ** 0.5,
                "moves_by": _figure(lesson.learned.move),
            }
            for lesson in one.lessons
        },
        "watch": None if one.watched is None else {item.move: _watched(item) for item in one.watched},
    }


def _watched(item: Watched) -> dict[str, Any]:
    return {
        "label": item.label,
        "moves_by": _figure(item.moves_by),
        "settles": item.settles,
        "values": {
            sight.value: {
                "chance": _figure(sight.chance),
                "forecast": None if sight.after is None else _figure(sight.after),
            }
            for sight in item.sights
        },
    }


def _stake(stake: Stake, found: Information) -> dict[str, Any]:
    return {
        "name": stake.name,
        "span": stake.span,
        "payoff": None if stake.payoff is None else _figure(stake.payoff),
        "knowing": [_item(item) for item in stake.items],
        "changes_nothing": [part.name for part in stake.idle],
    }


def _item(item: Item) -> dict[str, Any]:
    record: dict[str, Any] = {
        "kind": item.piece.kind,
        "moves": list(item.piece.moves),
        "unknowns": list(item.piece.unknowns),
        "label": item.piece.label,
        "steps": item.steps or None,
        "settled": item.settled,
    }
    if item.worth is None:
        return {**record, "problem": item.problem}
    worth = item.worth
    return {
        **record,
        "value": _figure(worth.value),
        "secret": None if worth.secret is None else _figure(worth.secret),
        "reaction": None if worth.reaction is None else _figure(worth.reaction),
        "reactions": [
            {
                "actor": reaction.actor,
                "decision": reaction.decision,
                "differs": reaction.differs,
                "option": reaction.option,
                "before": reaction.before,
                "after": reaction.after,
                "effect": _figure(reaction.effect),
            }
            for reaction in worth.reactions
        ],
        "unsolved": worth.unsolved,
    }


def _figure(found: Estimate) -> dict[str, float | None]:
    finite = [value if abs(value) != float("inf") else None for value in (found.error, found.low, found.high)]
    return {"value": found.value, "mc_error": finite[0], "low": finite[1], "high": finite[2]}


def _rows(found: Information) -> Iterator[tuple[Any, ...]]:
    for one in found.forecasts:
        of = f"{one.outcome} {one.value}".strip()
        for name in ("forecast", "unknown", "chance"):
            yield ("us", of, "", "", "", name, *_cells(getattr(one.split, name)))
        for lesson in one.lessons:
            yield ("us", of, "learn", lesson.name, "", "variance", *_cells(lesson.learned.variance))
            yield ("us", of, "learn", lesson.name, "", "moves_by", *_cells(lesson.learned.move))
        for item in one.watched or ():
            yield ("us", of, "watch", item.move, "", "moves_by", *_cells(item.moves_by))
            for sight in item.sights:
                yield ("us", of, "watch", item.move, sight.value, "chance", *_cells(sight.chance))
                if sight.after is not None:
                    yield ("us", of, "watch", item.move, sight.value, "forecast", *_cells(sight.after))
    for stake in found.stakes:
        for part in stake.items:
            if part.worth is not None:
                name = " ".join((*part.piece.moves, *part.piece.unknowns))
                for figure in ("value", "secret", "reaction"):
                    value = getattr(part.worth, figure)
                    if value is not None:
                        yield (stake.actor, "payoff", part.piece.kind, name, "", figure, *_cells(value))


def _cells(found: Estimate) -> tuple[float | None, ...]:
    figure = _figure(found)
    return figure["value"], figure["mc_error"], figure["low"], figure["high"]
