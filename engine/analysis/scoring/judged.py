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
Voice = tuple[str, str]
"""A forecaster: of which kind, and the name; so nobody in a scenario can speak as the engine."""
SPEAKER: Final = "speaker"


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
    """The engine's base, then everybody else: all statements, all references, and each who speaks of several events.

    An event counts once for each of them, however many forecasts of it they have: their mean. Of the engine it is the
    first outcome that stands for the event.
    """
    said: dict[Voice, list[Said]] = {}
    for one in several:
        for event in distinct_events(one):
            about = f"{one.scenario.title}: {event[0].label}"
            heard: dict[Voice, list[float]] = {}
            for outcome in event:
                for forecast in outcome.forecasts:
                    if forecast.kind != ENGINE or outcome is event[0]:
                        for voice in _voices(forecast):
                            heard.setdefault(voice, []).append(_chance(forecast))
            for voice, chances in heard.items():
                said.setdefault(voice, []).append((sum(chances) / len(chances), event[0].happened, about))
    kept = {voice: found for voice, found in said.items() if len(found) > 1 or voice == (ENGINE, ENGINE_BASE)}
    first = ((ENGINE, ENGINE_BASE), (STATEMENT, STATEMENTS), (REFERENCE, REFERENCES))
    order = [voice for voice in first if voice in kept]
    return [judge(voice[1], kept[voice]) for voice in (*order, *(voice for voice in kept if voice not in order))]


def distinct_events(scores: ScenarioScores) -> list[list[Scored]]:
    """The resolved events, each with the outcomes that are this event, under whatever conditions."""
    found: dict[tuple[object, ...], list[Scored]] = {}
    for event in scores.scored:
        outcome = scores.scenario.outcomes[event.outcome]
        if outcome.happens is not None:
            happens = "".join(outcome.happens.text.split())
            found.setdefault((happens, outcome.over, outcome.by, event.value), []).append(event)
    return list(found.values())


def forecasters(said: Mapping[str, Sequence[Said]]) -> list[Judged]:
    """Each forecaster; before several of them the mean of what they say of each question, if all name theirs.

    Who answers a question more than once counts once, with the mean.
    """
    said = {by: _once(entries) for by, entries in said.items()}
    each = [judge(by, entries) for by, entries in said.items()]
    if len(each) < 2:
        return each
    everybody = [entry for entries in said.values() for entry in entries]
    if not all(event for _, _, event in everybody):
        return [judge(EVERYBODY, everybody), *each]
    return [judge(CROWD, _once(everybody)), *each]


def _once(said: Sequence[Said]) -> list[Said]:
    """The mean of each question; what names none stands for itself."""
    asked: dict[str | int, list[Said]] = {}
    for place, entry in enumerate(said):
        asked.setdefault(entry[2] or place, []).append(entry)
    return [(sum(p for p, _, _ in given) / len(given), given[0][1], given[0][2]) for given in asked.values()]


def _chance(forecast: Forecast) -> float:
    """What the tests take: where no draw was a hit, or every draw, that is no certainty but half a hit away from it."""
    p = forecast.probability or 0.0
    away = 0.5 / forecast.sampled if forecast.sampled else 0.0
    return min(max(p, away), 1 - away)


def _voices(forecast: Forecast) -> list[Voice]:
    """As whom a forecast counts: a statement under the scenario's own reading alone."""
    if forecast.probability is None or not forecast.own:
        return []
    if forecast.kind == ENGINE:
        return [(ENGINE, ENGINE_BASE)] if forecast.name == BASE else []
    if forecast.kind == STATEMENT:
        return [(STATEMENT, STATEMENTS), (SPEAKER, forecast.by)]
    return [(REFERENCE, REFERENCES), (SPEAKER, forecast.by)] if forecast.kind == REFERENCE else []


def judge(by: str, said: Sequence[Said]) -> Judged:
    """One forecaster; `said` is not empty."""
    forecasts, happened, events = zip(*said, strict=True)
    logs = sum(log_score(p, o) for p, o in zip(forecasts, happened, strict=True)) / len(said)
    return Judged(by, tuple(forecasts), tuple(happened), tuple(events), logs, calibration(forecasts, happened))
