"""Forecasters over several events, and all that a scoring says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine.analysis.running.summary import Settings
from engine.analysis.scoring.calibration import Calibration, calibration
from engine.analysis.scoring.rules import log_score
from engine.analysis.scoring.scoring import ENGINE, REFERENCE, STATEMENT, Forecast, Scored
from engine.scenario.assumptions import BASE
from engine.scenario.model import Scenario

ENGINE_BASE: Final = "engine, base"
STATEMENTS: Final = "all statements"
REFERENCES: Final = "all references"
EVERYBODY: Final = "all together"
CROWD: Final = "mean of all"

Said = tuple[float, bool, str]
"""A probability, whether the event happened, and what it was."""


@dataclass(frozen=True, slots=True, eq=False)
class ScenarioScores:
    """The scores of one scenario.

    Attributes:
        file, sha256: of the scenario.
        settings: how its base was computed.
        scored: each outcome whose resolution is known.
        headline: the event that stands for the scenario in a table of several; None where it has no event.
        left_out: why others have no score, in words.
        warnings: of its runs.
    """

    scenario: Scenario
    file: str
    sha256: str
    settings: Settings
    scored: tuple[Scored, ...]
    headline: Scored | None
    left_out: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """One forecaster over several events.

    Attributes:
        by: who.
        forecasts, happened: in order.
        events: what each was about.
        log_score: the mean.
        found: what can be said of their calibration.
    """

    by: str
    forecasts: tuple[float, ...]
    happened: tuple[bool, ...]
    events: tuple[str, ...]
    log_score: float
    found: Calibration


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What was said beside what happened.

    Attributes:
        scenarios: in the order given; none where a list of forecasts is scored.
        judged: each forecaster over all events; empty for a single scenario.
    """

    scenarios: tuple[ScenarioScores, ...]
    judged: tuple[Judged, ...]


def judged(several: Sequence[ScenarioScores]) -> list[Judged]:
    """The engine's base, then everybody else: all statements, all references, and each who speaks more than once."""
    said: dict[str, list[Said]] = {}
    for one in several:
        for event in distinct_events(one):
            for forecast in event.forecasts:
                for by in _voices(forecast):
                    entry = (_chance(forecast), event.happened, f"{one.scenario.title}: {event.label}")
                    said.setdefault(by, []).append(entry)
    kept = {by: found for by, found in said.items() if len(found) > 1 or by == ENGINE_BASE}
    order = [by for by in (ENGINE_BASE, STATEMENTS, REFERENCES) if by in kept]
    return [judge(by, kept[by]) for by in (*order, *(by for by in kept if by not in order))]


def distinct_events(scores: ScenarioScores) -> list[Scored]:
    """The resolved events; of outcomes that are the same event under several conditions only the first."""
    found: dict[str, Scored] = {}
    for event in scores.scored:
        happens = scores.scenario.outcomes[event.outcome].happens
        if happens is not None:
            found.setdefault("".join(happens.text.split()), event)
    return list(found.values())


def forecasters(said: Mapping[str, Sequence[Said]]) -> list[Judged]:
    """Each forecaster; before several of them the mean of what they say of each question, if all name theirs."""
    each = [judge(by, entries) for by, entries in said.items()]
    if len(each) < 2:
        return each
    everybody = [entry for entries in said.values() for entry in entries]
    if not all(event for _, _, event in everybody):
        return [judge(EVERYBODY, everybody), *each]
    asked: dict[str, list[Said]] = {}
    for entry in everybody:
        asked.setdefault(entry[2], []).append(entry)
    means = [(sum(p for p, _, _ in given) / len(given), given[0][1], event) for event, given in asked.items()]
    return [judge(CROWD, means), *each]


def _chance(forecast: Forecast) -> float:
    """What the tests take: where no draw was a hit, or every draw, that is no certainty but half a hit away from it."""
    p = forecast.probability or 0.0
    away = 0.5 / forecast.sampled if forecast.sampled else 0.0
    return min(max(p, away), 1 - away)


def _voices(forecast: Forecast) -> list[str]:
    """As whom a forecast counts: a statement under the scenario's own reading alone."""
    if forecast.probability is None or not forecast.own:
        return []
    if forecast.kind == ENGINE:
        return [ENGINE_BASE] if forecast.name == BASE else []
    if forecast.kind == STATEMENT:
        return [STATEMENTS, forecast.by]
    return [REFERENCES, forecast.by] if forecast.kind == REFERENCE else []


def judge(by: str, said: Sequence[Said]) -> Judged:
    """One forecaster; `said` is not empty."""
    forecasts, happened, events = zip(*said, strict=True)
    logs = sum(log_score(p, o) for p, o in zip(forecasts, happened, strict=True)) / len(said)
    return Judged(by, tuple(forecasts), tuple(happened), tuple(events), logs, calibration(forecasts, happened))
