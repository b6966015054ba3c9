"""What happened, and what each prediction of it scores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine.analysis.running.summary import Result
from engine.analysis.scoring.rules import (
    CLIPPED,
    brier,
    brier_of_choice,
    crps_of_quantiles,
    log_score,
    log_score_of_choice,
    skill,
)
from engine.report.figures import SKILL, day, percent, spared
from engine.report.grid import Grid
from engine.report.outcomes import speaker
from engine.scenario.model import Scenario
from engine.teaching.predicting import LEVELS, Predicted, short, values_of

YOU, ENGINE, EVEN = "you", "engine", "even chances"
BASELINE: Final = " (baseline)"
SCORES: Final = (
    "Brier runs from 0 to 1 and log from 0; less is better. "
    f"{CLIPPED[0].upper()}{CLIPPED[1:]}. {SKILL} "
    "Words count as the middle of what the scenario's standard makes of them."
)
QUANTITIES: Final = "CRPS of the 5, 50 and 95% values, in the outcome's own unit; less is better."
FEW: Final = (
    "One outcome proves little: a good forecaster who says 10% is wrong one time in ten, and nobody can tell a good "
    "one from a lucky one by a handful of outcomes."
)


@dataclass(frozen=True, slots=True)
class Score:
    """What somebody said, and what it costs now.

    Attributes:
        who: you, the engine, the speaker of a statement, the author of a reference.
        said: as text.
        brier: 0 to 1; of a quantity None.
        log: clipped; of a quantity None.
        crps: of a quantity.
        skill: against the baseline, by Brier; None where there is none.
    """

    who: str
    said: str
    brier: float | None = None
    log: float | None = None
    crps: float | None = None
    skill: float | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """An outcome that is resolved.

    Attributes:
        label: of the outcome.
        happened: yes, no, a number or a value.
        on: the day on which it was clear.
        note: of the resolution; empty where there is none.
        scores: of whoever said something about it.
    """

    outcome: str
    label: str
    happened: str
    on: str
    note: str
    scores: tuple[Score, ...]


def marked(scenario: Scenario, name: str, predicted: Predicted | None, result: Result) -> Marked:
    """What happened to an outcome that is resolved, and the scores of all who said something."""
    resolution, kind = scenario.resolution[name], scenario.outcomes[name].kind
    scores = {"choice": _of_choice, "quantity": _of_quantity}.get(kind, _of_event)
    unit = result.outcomes[name].unit if name in result.outcomes else None
    value = short(float(resolution.value)) if kind == "quantity" else str(resolution.value).replace("_", " ")
    happened = f"{value} {unit}" if unit else value
    label = scenario.outcomes[name].label
    found = tuple(scores(scenario, name, predicted, result))
    return Marked(name, label, happened, day(resolution.on), resolution.note or "", found)


def score_grid(found: Marked) -> Grid:
    """The scores of one outcome."""
    if any(score.crps is not None for score in found.scores):
        rows = [(score.who, score.said, _cell(score.crps)) for score in found.scores]
        return Grid(("", "said", "CRPS"), rows)
    rows4 = [
        (score.who, score.said, _cell(score.brier, 4), _cell(score.log), spared(score.skill)) for score in found.scores
    ]
    return Grid(("", "said", "Brier", "log", "skill"), rows4)


def mean_grid(found: Sequence[Marked]) -> Grid | None:
    """Mean scores over the events and choices that were predicted, else over all; None where there are not several."""
    chances = [item for item in found if any(score.brier is not None for score in item.scores)]
    predicted = [item for item in chances if any(score.who == YOU for score in item.scores)]
    chances = predicted or chances
    if len(chances) < 2:
        return None
    rows = []
    for who in (YOU, ENGINE):
        own = [score for item in chances for score in item.scores if score.who == who]
        if len(own) == len(chances):
            costs, logs = _columns(own)
            rows.append((who, _cell(sum(costs) / len(own), 4), _cell(sum(logs) / len(own))))
    return Grid((f"Mean of {len(chances)}", "Brier", "log"), rows) if rows else None


def baseline_of(scenario: Scenario, name: str) -> tuple[str, float]:
    """A naive forecast of an event: somebody's that the scenario holds, else an even chance."""
    item = next((item for item in scenario.references if item.about == name), None)
    return (EVEN, 0.5) if item is None else (item.by, float(item.probability))


# Private functions


def _columns(own: Sequence[Score]) -> tuple[list[float], list[float]]:
    return [score.brier or 0.0 for score in own], [score.log or 0.0 for score in own]


def _of_event(scenario: Scenario, name: str, predicted: Predicted | None, result: Result) -> Iterator[Score]:
    happened = scenario.resolution[name].value == "yes"
    said: list[tuple[str, float]] = []
    if predicted is not None and predicted.chance is not None:
        said.append((YOU, predicted.chance))
    if (engine := result.outcomes[name].estimate) is not None:
        said.append((ENGINE, engine.value))
    said += [
        (_stated(scenario, item.name, item.said), item.middle)
        for item in result.statements.values()
        if item.about == name
    ]
    references = [(item.by, float(item.probability)) for item in scenario.references if item.about == name]
    who, naive = baseline_of(scenario, name)
    base = brier(naive, happened)
    said += [(who + BASELINE, naive), *references[1:]]
    for who, chance in said:
        cost = brier(chance, happened)
        gain = None if who.endswith(BASELINE) else skill(cost, base)
        yield Score(who, percent(chance), cost, log_score(chance, happened), skill=gain)


def _of_choice(scenario: Scenario, name: str, predicted: Predicted | None, result: Result) -> Iterator[Score]:
    chosen = str(scenario.resolution[name].value)
    values = values_of(scenario, name)
    said: list[tuple[str, Mapping[str, float]]] = []
    if predicted is not None and predicted.shares:
        said.append((YOU, predicted.shares))
    if engine := {value: share.value for value, share in result.outcomes[name].shares.items()}:
        said.append((ENGINE, engine))
    even = dict.fromkeys(values, 1 / len(values))
    said.append((EVEN + BASELINE, even))
    base = brier_of_choice(even, chosen)
    for who, shares in said:
        cost = brier_of_choice(shares, chosen)
        gain = None if who.endswith(BASELINE) else skill(cost, base)
        yield Score(who, percent(shares.get(chosen, 0.0)), cost, log_score_of_choice(shares, chosen), skill=gain)


def _of_quantity(scenario: Scenario, name: str, predicted: Predicted | None, result: Result) -> Iterator[Score]:
    value = float(scenario.resolution[name].value)
    said: list[tuple[str, Mapping[float, float]]] = []
    if predicted is not None and predicted.quantiles:
        said.append((YOU, predicted.quantiles))
    engine = result.outcomes[name].quantiles or {}
    if all(level in engine for level in LEVELS):
        said.append((ENGINE, {level: engine[level] for level in LEVELS}))
    for who, quantiles in said:
        low, middle, high = (short(quantiles[level]) for level in LEVELS)
        yield Score(who, f"{middle} ({low}–{high})", crps=crps_of_quantiles(quantiles, value))


def _stated(scenario: Scenario, name: str, said: str) -> str:
    who = speaker(scenario, name)
    return f"{who}, read as “{said}”" if said else who


def _cell(score: float | None, places: int = 3) -> str:
    return "–" if score is None else f"{score:.{places}f}"
