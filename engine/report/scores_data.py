"""What scoring says, for other programs: JSON, CSV and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from engine.analysis.scoring.judged import Judged, ScenarioScores, Scores
from engine.analysis.scoring.rules import LEAST, MOST
from engine.analysis.scoring.scoring import ENGINE, REFERENCE, STATEMENT, Forecast, Scored
from engine.report.export import SCHEMA, table_text
from engine.report.figures import percent
from engine.report.terminal import safe
from engine.scenario.assumptions import BASE

MARKED: Final = "\\`*_{}[]<>|#!~"


@dataclass(frozen=True, slots=True)
class Headline:
    """One scenario in a line: an event of which it is known what happened, if there is one.

    Attributes:
        stated: who states a probability of it, by its words under the scenario's own reading, else a reference.
        voices: how many state one; `stated` is the first that the file names, not a choice among them.
        engine: what the base says.
    """

    scores: ScenarioScores
    event: Scored
    stated: Forecast | None
    engine: Forecast
    voices: int


def headlines(found: Scores) -> list[Headline]:
    """A line for each scenario that has an event."""
    lines = []
    for one in found.scenarios:
        if one.headline is not None:
            said = [row for kind in (STATEMENT, REFERENCE) for row in one.headline.forecasts if row.kind == kind]
            engine = next(row for row in one.headline.forecasts if row.kind == ENGINE and row.name == BASE)
            own = [row for row in said if row.own]
            lines.append(Headline(one, one.headline, own[0] if own else None, engine, len(own)))
    return lines


def scores_record(found: Scores, version: str) -> dict[str, Any]:
    """Scores as plain data; keys may be added, never renamed. Times and dates of the run stay out of it."""
    return {
        "engine": version,
        "schema": SCHEMA,
        "command": "score",
        "rules": {"brier": "0 to 1, lower is better", "log_score": f"natural, chances clipped to [{LEAST}, {MOST}]"},
        "scenarios": [_scenario(one) for one in found.scenarios],
        "forecasters": [_judged(one) for one in found.judged],
    }


def scores_csv(found: Scores) -> str:
    """One row for each forecast of a scenario; of a list of forecasts, one for each forecaster."""
    if not found.scenarios:
        header = ["by", "n", "happened", "mean_forecast", "brier", "expected_brier", "log_score", "verdict", "also"]
        return table_text(header, (_judged_row(one) for one in found.judged))
    header = ["scenario", "outcome", "label", "kind", "value", "on", "who", "name", "by", "said", "standard"]
    header += ["probability", "mc_error", "mean", "brier", "log_score", "crps", "baseline", "skill", "note"]
    return table_text(header, _rows(found))


def scores_markdown(found: Scores) -> str:
    """One line for each scenario."""
    lines = [
        "| scenario | outcome | stated | engine | happened | Brier, stated | Brier, engine |",
        "|---|---|---|---:|---|---:|---:|",
    ]
    for one in headlines(found):
        said = "–" if one.stated is None else f"{marked(stated_words(one.stated))}: {chance(one.stated)}"
        brier = "–" if one.stated is None or one.stated.brier is None else f"{one.stated.brier:.4f}"
        own = "–" if one.engine.brier is None else f"{one.engine.brier:.4f}"
        cells = (marked(one.scores.scenario.title), marked(one.event.label), said, chance(one.engine))
        lines.append(f"| {' | '.join((*cells, str(one.event.value) or '–', brier, own))} |")
    return "\n".join(lines) + "\n"


def stated_words(one: Forecast) -> str:
    """Who says it, and in what words."""
    return f"{one.by}, read as “{one.said}”" if one.said else one.by


def chance(one: Forecast) -> str:
    """A forecast's probability; a dash where there is none."""
    return "–" if one.probability is None else percent(one.probability, one.sampled)


def marked(text: str) -> str:
    """Text of a scenario as text in Markdown."""
    return "".join(f"\\{character}" if character in MARKED else character for character in safe(text))


# Private functions


def _scenario(one: ScenarioScores) -> dict[str, Any]:
    settings = one.settings
    return {
        "title": one.scenario.title,
        "sha256": one.sha256,
        "settings": {
            "draws": settings.draws,
            "seed": settings.seed,
            "method": settings.method,
            "replicates": settings.replicates,
            **({} if settings.histories is None else {"histories": settings.histories}),
        },
        "outcomes": {item.outcome: _outcome(item) for item in one.scored},
        "left_out": list(one.left_out),
        "warnings": list(one.warnings),
    }


def _outcome(item: Scored) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "label": item.label,
        **({"unit": item.unit} if item.kind == "quantity" else {}),
        "value": item.value,
        "on": None if item.on is None else item.on.isoformat(),
        "source": item.source or None,
        "note": item.note or None,
        "baselines": list(item.baselines),
        "forecasts": [_forecast(one, item.kind) for one in item.forecasts],
    }


def _forecast(one: Forecast, kind: str) -> dict[str, Any]:
    record: dict[str, Any] = {"kind": one.kind, "name": one.name, "by": one.by, "note": one.note or None}
    if one.kind == STATEMENT:
        record |= {"said": one.said or None, "standard": one.standard or None, "own": one.own}
    if kind == "quantity":
        record |= {"mean": one.mean, "quantiles": _levels(one.quantiles), "crps": one.crps}
        record["pinball"] = _levels(one.pinball)
    else:
        record |= {"probability": one.probability, "brier": one.brier, "log_score": one.log_score}
    if one.shares:
        record["probabilities"] = dict(one.shares)
    if one.kind == ENGINE:
        record["mc_error"] = one.error if abs(one.error) != float("inf") else None
    return {**record, "skill": dict(one.skill)}


def _levels(found: Mapping[float, float]) -> dict[str, float] | None:
    return {f"{level:g}": value for level, value in found.items()} or None


def _judged(one: Judged) -> dict[str, Any]:
    found = one.found
    return {
        "by": one.by,
        "n": found.n,
        "happened": found.happened,
        "mean_forecast": found.forecast,
        "brier": found.brier,
        "expected_brier": found.expected,
        "as_bad_or_worse": found.as_bad,
        "log_score": one.log_score,
        "decomposition": asdict(found.decomposition),
        "bins": [asdict(each) for each in found.bins],
        "tests": {"total": asdict(found.total), "spread": asdict(found.spread), "power": found.power},
        "impossible": found.impossible,
        "verdict": found.verdict,
        "also": found.also or None,
    }


def _judged_row(one: Judged) -> Sequence[Any]:
    found = one.found
    return (
        *(one.by, found.n, found.happened, found.forecast, found.brier, found.expected, one.log_score),
        *(found.verdict, found.also),
    )


def _rows(found: Scores) -> Iterator[Sequence[Any]]:
    for one in found.scenarios:
        for item in one.scored:
            head = (one.scenario.title, item.outcome, item.label, item.kind, item.value, item.on)
            for each in item.forecasts:
                baseline, skill = next(iter(each.skill.items()), (None, None))
                figures = (each.probability, each.error, each.mean, each.brier, each.log_score, each.crps)
                who = (each.kind, each.name, each.by, each.said, each.standard)
                yield (*head, *who, *figures, baseline, skill, each.note)
