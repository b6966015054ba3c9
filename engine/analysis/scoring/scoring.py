"""What everybody said of what then happened, and what it cost them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from engine.analysis.estimates import Estimate, discrete_quantiles, quantiles, values_seen
from engine.analysis.running.summary import OutcomeSummary, Result
from engine.analysis.scoring import rules
from engine.errors import ScenarioError
from engine.program.compile import distribution_of
from engine.program.program import Measure, Program
from engine.scenario.fields import Formula
from engine.scenario.model import Outcome, Resolution, Scenario, Statement
from engine.scenario.words import standards
from engine.simulation.accumulate import Counts
from engine.simulation.run import Totals

EVEN: Final = "50%"
"""The plain baseline of an event."""
EQUAL: Final = "equal"
"""The plain baseline of a choice: all values equally likely."""
ANOTHER: Final = "another event in this set, so not scored"
SCORED_LEVELS: Final = (0.05, 0.5, 0.95)
ENGINE, STATEMENT, REFERENCE, BASELINE = "engine", "statement", "reference", "baseline"


@dataclass(frozen=True, slots=True)
class Forecast:
    """What somebody said of an outcome, and what it cost.

    Attributes:
        kind: `engine`, `statement`, `reference` or `baseline`.
        name: of the assumption set or statement; of a reference, by whom.
        by: who speaks.
        said: the words of a statement; empty where it gives numbers.
        standard: by which they are read; empty where there are no words.
        own: whether that is the standard that the scenario reads them by; True without words.
        note: what the scenario remarks on it, such as another horizon; of a set that takes the outcome among other
            cases or for another event, which.
        probability: of an event; of a spread of probabilities its mean; of a choice, of what came about. None of a
            quantity, or where the engine has no figure.
        error: sampling error of the engine's figure.
        sampled: from how many draws it comes; 0 if it is exact, so that a 0 or 1 is one.
        shares: of a choice, the probability of each value.
        mean, quantiles: of a quantity.
        brier, log_score: of an event or a choice.
        crps: of a quantity, in its unit.
        pinball: of a quantity, by level.
        skill: against each baseline, by its name: 1 perfect, 0 no better. Of an event by Brier scores. A baseline that
            lost nothing is left out.
    """

    kind: str
    name: str
    by: str
    said: str = ""
    standard: str = ""
    own: bool = True
    note: str = ""
    probability: float | None = None
    error: float = 0.0
    sampled: int = 0
    shares: Mapping[str, float] = field(default_factory=dict)
    mean: float | None = None
    quantiles: Mapping[float, float] = field(default_factory=dict)
    brier: float | None = None
    log_score: float | None = None
    crps: float | None = None
    pinball: Mapping[float, float] = field(default_factory=dict)
    skill: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scored:
    """One outcome of which it is known what happened.

    Attributes:
        kind: `event`, `quantity` or `choice`.
        value: yes or no, a number, or a value of the move; empty where nobody knows.
        on: the day on which it was clear.
        source: who says so, in words.
        baselines: names of what the forecasts are measured by.
    """

    outcome: str
    label: str
    kind: str
    unit: str | None
    value: str | float
    on: datetime.date | None
    source: str
    note: str
    forecasts: tuple[Forecast, ...]
    baselines: tuple[str, ...]

    @property
    def happened(self) -> bool:
        """Of an event."""
        return self.value == "yes"


@dataclass(frozen=True, slots=True, eq=False)
class Ran:
    """A scenario under one assumption set, played."""

    result: Result
    program: Program
    totals: Totals


def scored(scenario: Scenario, played: Sequence[Ran]) -> tuple[list[Scored], list[str]]:
    """Scores of every outcome whose resolution is known, and why others have none.

    Args:
        scenario: as its file stands; what happened is read here and nowhere else.
        played: the base first, then assumption sets.
    """
    found, left_out = [], []
    for name, outcome in scenario.outcomes.items():
        resolution = scenario.resolution.get(name)
        if why := _unscored(scenario, outcome, resolution):
            left_out.append(f"{outcome.label}: {why}")
        elif resolution is not None:
            found.append(_scored(scenario, name, resolution, played))
    return found, left_out


def headline(scenario: Scenario, played: Sequence[Ran], resolved: Sequence[Scored]) -> Scored | None:
    """The event that stands for a scenario: the first resolved one, else the first whose chance somebody states.

    Args:
        scenario: as its file stands.
        played: the base first.
        resolved: the scenario's scores.
    """
    if found := next((one for one in resolved if one.kind == "event"), None):
        return found
    events = [name for name, outcome in scenario.outcomes.items() if outcome.kind == "happens"]
    about = [*(item.about for item in scenario.statements.values()), *(item.about for item in scenario.references)]
    stated = [name for name in about if name in events]
    if not events:
        return None
    name = (stated or events)[0]
    said = (*_by_engine(name, played), *_by_statements(scenario, name), *_by_references(scenario, name))
    return Scored(name, scenario.outcomes[name].label, "event", None, "", None, "", "", said, ())


def needed(p: float, q: float) -> float:
    """How many independent events it takes to tell two forecasters apart by their Brier scores, if the first is right.

    One says p, the other q, of each event; a test at 5 % of the mean difference of scores, which is (p - q)² with a
    standard deviation of 2 |p - q| √(p (1 - p)), finds it in four of five cases (normal approximation). At least 1.
    """
    if p == q:
        return float("inf")
    return max(1.0, 4 * p * (1 - p) * (1.959963985 + 0.841621234) ** 2 / (p - q) ** 2)


# What is scored


def _unscored(scenario: Scenario, outcome: Outcome, resolution: Resolution | None) -> str:
    """Why an outcome has no score; empty where it has one, or is not resolved at all."""
    if outcome.given is not None and _failed(scenario, outcome.given.text):
        return "not scored, since its condition did not come about"
    if outcome.given is not None and resolution is None:
        return "not scored, since the file does not say that its condition came about"
    if resolution is not None and outcome.kind == "belief":
        return "not scored, since nobody can see a belief"
    return ""


def _failed(scenario: Scenario, condition: str) -> bool:
    """Whether a resolved event says that a condition did not come about."""
    for name, outcome in scenario.outcomes.items():
        resolution = scenario.resolution.get(name)
        if resolution is None:
            continue
        if outcome.happens is not None and outcome.given is None and outcome.by is None:
            if _same(outcome.happens.text, condition) and resolution.value == "no":
                return True
        elif outcome.choice is not None and scenario.rounds is None:
            move, _, value = (part.strip() for part in condition.partition("=="))
            if move == outcome.choice and value.isidentifier() and value != resolution.value:
                return True
    return False


def _same(one: str, other: str) -> bool:
    return "".join(one.split()) == "".join(other.split())


def _scored(scenario: Scenario, name: str, resolution: Resolution, played: Sequence[Ran]) -> Scored:
    outcome = scenario.outcomes[name]
    of_kind = {"happens": _event, "choice": _choice, "quantity": _quantity}[outcome.kind]
    forecasts, baselines = of_kind(scenario, name, resolution, played)
    source = scenario.sources.get(resolution.source or "")
    said_by = "" if source is None else source.by or source.title or resolution.source or ""
    value = float(resolution.value) if outcome.kind == "quantity" else str(resolution.value)
    kind = "event" if outcome.kind == "happens" else outcome.kind
    unit = played[0].result.outcomes[name].unit
    note = resolution.note or ""
    return Scored(
        name, outcome.label, kind, unit, value, resolution.on, said_by, note, tuple(forecasts), tuple(baselines)
    )


Found = tuple[list[Forecast], list[str]]


# Events


def _event(scenario: Scenario, name: str, resolution: Resolution, played: Sequence[Ran]) -> Found:
    happened = resolution.value == "yes"
    said = [*_by_engine(name, played), *_by_statements(scenario, name), *_by_references(scenario, name)]
    references = {item.by: float(item.probability) for item in scenario.references if item.about == name}
    baselines = {EVEN: 0.5, **references}
    said.append(Forecast(BASELINE, EVEN, "even chances", probability=0.5))
    return [_event_score(one, happened, baselines) for one in said], list(baselines)


def _event_score(one: Forecast, happened: bool, baselines: Mapping[str, float]) -> Forecast:
    if one.probability is None:
        return one
    cost = rules.brier(one.probability, happened)
    skills = {name: rules.skill(cost, rules.brier(p, happened)) for name, p in baselines.items() if name != one.name}
    return replace(
        one,
        brier=cost,
        log_score=rules.log_score(one.probability, happened),
        skill={name: skill for name, skill in skills.items() if skill is not None},
    )


def _by_engine(name: str, played: Sequence[Ran]) -> Iterator[Forecast]:
    for one in played:
        set_ = _of_set(one.result, name, played)
        found = None if set_.note == ANOTHER or name not in one.result.outcomes else one.result.outcomes[name].estimate
        chance = None if found is None else found.value
        sampled = one.result.settings.draws if found is not None and found.error > 0 else 0
        yield replace(set_, probability=chance, error=_error(found), sampled=sampled)


def _of_set(result: Result, outcome: str, played: Sequence[Ran]) -> Forecast:
    """Who speaks, and how the set changes what the outcome means, if it does."""
    base, own = (one.scenario.outcomes.get(outcome) for one in (played[0].result, result))
    note = ""
    if base is None or own is None or _meaning(base) != _meaning(own):
        note = ANOTHER
    elif _formula(own.given) != _formula(base.given):
        note = "in all cases" if own.given is None else f"among cases in which {own.given.text}"
    return Forecast(ENGINE, result.assumptions, result.label, note=note)


def _meaning(outcome: Outcome) -> tuple[object, ...]:
    """What it takes for an outcome to come true; two that differ in this are not the same."""
    return (
        *(_formula(formula) for formula in (outcome.happens, outcome.quantity)),
        *(outcome.choice, outcome.over, outcome.by, outcome.unit),
    )


def _formula(formula: Formula | None) -> str:
    return "" if formula is None else "".join(formula.text.split())


def _error(found: Estimate | None) -> float:
    return 0.0 if found is None else found.error


def _by_statements(scenario: Scenario, about: str) -> Iterator[Forecast]:
    for name, statement in scenario.statements.items():
        if statement.about == about:
            yield from _readings(scenario, name, statement)


def _readings(scenario: Scenario, name: str, statement: Statement) -> Iterator[Forecast]:
    """A statement in numbers, or by its words under every standard that has them, the scenario's own first."""
    by, path = statement.by or name, ("statements", name)
    if statement.phrase is None:
        read = distribution_of(scenario, path, statement)
        yield Forecast(STATEMENT, name, by, note=statement.judgement or "", probability=read.mean())
        return
    own = _folded(statement.standard or scenario.words or "")
    for standard in sorted(standards(), key=lambda one: one != own):
        try:
            read = distribution_of(scenario, path, statement.model_copy(update={"standard": standard}))
        except ScenarioError:  # it lacks the word
            continue
        said = statement.phrase
        if not isinstance(said, str):
            said = next(text for key, text in said.items() if _folded(str(key)) == standard)
        note = statement.judgement or ""
        yield Forecast(STATEMENT, name, by, str(said), standard, standard == own, note, read.mean())


def _folded(standard: str) -> str:
    return standard.strip().lower().replace(" ", "_")


def _by_references(scenario: Scenario, about: str) -> Iterator[Forecast]:
    for item in scenario.references:
        if item.about == about:
            note = "; ".join(text for text in (item.note, item.judgement) if text)
            yield Forecast(REFERENCE, item.by, item.by, note=note, probability=float(item.probability))


# Choices


def _choice(scenario: Scenario, name: str, resolution: Resolution, played: Sequence[Ran]) -> Found:
    chosen = str(resolution.value)
    said, values = [], list[str]()
    for one in played:
        set_ = _of_set(one.result, name, played)
        found = None if set_.note == ANOTHER else one.result.outcomes.get(name)
        shares = {} if found is None else {value: share.value for value, share in found.shares.items()}
        values += [value for value in shares if value not in values]
        said.append(replace(set_, shares=shares, probability=shares.get(chosen) if shares else None))
    even = dict.fromkeys(values, 1 / max(1, len(values)))
    baseline = EQUAL
    said.append(Forecast(BASELINE, baseline, "equal shares", shares=even, probability=even.get(chosen)))
    cost_of_even = rules.brier_of_choice(even, chosen)
    return [_choice_score(one, chosen, baseline, cost_of_even) for one in said], [baseline]


def _choice_score(one: Forecast, chosen: str, baseline: str, cost_of_even: float) -> Forecast:
    if not one.shares:
        return one
    cost = rules.brier_of_choice(one.shares, chosen)
    skill = rules.skill(cost, cost_of_even)
    return replace(
        one,
        brier=cost,
        log_score=rules.log_score_of_choice(one.shares, chosen),
        skill={} if skill is None or one.kind == BASELINE else {baseline: skill},
    )


# Quantities


def _quantity(scenario: Scenario, name: str, resolution: Resolution, played: Sequence[Ran]) -> Found:
    value = float(resolution.value)
    base = played[0].result.assumptions
    said = [_quantity_score(one, name, value, _of_set(one.result, name, played)) for one in played]
    cost = said[0].crps
    found = []
    for one in said:
        skill = None if cost is None or one.crps is None or one.name == base else rules.skill(one.crps, cost)
        found.append(replace(one, skill={} if skill is None else {base: skill}))
    return found, [base]


def _quantity_score(one: Ran, name: str, value: float, said: Forecast) -> Forecast:
    measure = next((item for item in one.program.measures if item.name == name), None)
    outcome = one.result.outcomes.get(name)
    if measure is None or outcome is None or outcome.estimate is None or said.note == ANOTHER:
        return said
    counts = one.totals.spreads[name].values
    if not len(counts.bins):
        return said
    levels, middle = _quantiles(measure, outcome, counts)
    return replace(
        said,
        mean=outcome.estimate.value,
        error=outcome.estimate.error,
        quantiles=levels,
        crps=rules.crps_of_values(middle, counts.weight, value),
        pinball={level: rules.pinball(q, level, value) for level, q in levels.items()},
    )


def _quantiles(measure: Measure, outcome: OutcomeSummary, counts: Counts) -> tuple[dict[float, float], np.ndarray]:
    """The quantiles that are scored, and the values that the counts stand for; bins are at most 0.1 % wide."""
    middle = (counts.low + counts.high) / 2
    if outcome.quantiles is not None:
        return {level: outcome.quantiles[level] for level in SCORED_LEVELS}, middle
    numbers = [float(value) for value in measure.values]
    seen, few = (counts, numbers) if numbers else values_seen(counts)
    if few:
        return discrete_quantiles(seen, few, SCORED_LEVELS), middle
    return quantiles(counts, SCORED_LEVELS) or {}, middle
