"""Predictions: asked for before anything is shown, sealed, and only then put beside the engine's figures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from engine.analysis.estimates import Estimate
from engine.analysis.running.summary import OutcomeSummary, Result
from engine.errors import UsageError
from engine.report.figures import day, half_width, number, percent, span
from engine.report.grid import Grid
from engine.scenario.model import Scenario
from engine.teaching import understanding
from engine.teaching.dialogue import Dialogue, Unclear

SEALED: Final = "sealed"
"""The kind of the journal's note."""
LEAST_SHOWN: Final = 0.1
"""Percentage points of error."""
LEVELS: Final = (0.05, 0.5, 0.95)
SHORT: Final = 12
"""Characters of a seal that are shown."""
CLOSE: Final = 0.005
"""By so much the chances of a choice may miss 100 % before anybody is asked."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """What somebody expects of an outcome.

    Attributes:
        outcome: its name.
        chance: of an event.
        quantiles: of a quantity, by level: 5, 50 and 95 %.
        shares: of a choice, the chance of each value; they sum to 1.
    """

    outcome: str
    chance: float | None = None
    quantiles: Mapping[float, float] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)

    @property
    def record(self) -> Any:
        """As plain data."""
        if self.chance is not None:
            return self.chance
        return dict(self.shares) or {f"{level:g}": value for level, value in self.quantiles.items()}


def ask_predictions(dialogue: Dialogue, scenario: Scenario, names: Sequence[str]) -> tuple[Predicted, ...]:
    """What somebody expects of each outcome."""
    found = []
    for name in names:
        dialogue.tell("")
        kind = scenario.outcomes[name].kind
        ask = _ask_choice if kind == "choice" else _ask_quantity if kind == "quantity" else _ask_event
        found.append(ask(dialogue, scenario, name))
    return tuple(found)


def seal_of(predictions: Sequence[Predicted], sha256: str) -> str:
    """SHA-256 over the predictions and the scenario's own hash, as JSON with sorted keys."""
    content = {"scenario": sha256, "predictions": {one.outcome: one.record for one in predictions}}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def seal(dialogue: Dialogue, predictions: Sequence[Predicted], sha256: str) -> str:
    """Writes the predictions and their seal into the journal; the seal.

    Raises:
        UsageError: the journal holds other ones.
    """
    found = seal_of(predictions, sha256)
    content = {"sha256": found, "scenario": sha256, "predictions": {one.outcome: one.record for one in predictions}}
    if dialogue.coming(SEALED) not in (None, content):
        raise UsageError(
            "the predictions in this session are not those that were sealed",
            "an answer or its seal was changed; start a new session",
        )
    dialogue.note(SEALED, "predictions", content)
    return found


def beside_engine(predictions: Sequence[Predicted], result: Result) -> Grid:
    """Each prediction beside the engine's figure, how far what we don't know moves that, and its sampling error."""
    rows: list[Sequence[str]] = []
    for one in predictions:
        outcome = result.outcomes[one.outcome]
        label = result.scenario.outcomes[one.outcome].label
        rows += _choice_rows(one, outcome, label) if one.shares else [_row(one, outcome, label)]
    return Grid(("", "you", "engine", "range", "error"), rows)


# Private functions


def _ask_event(dialogue: Dialogue, scenario: Scenario, name: str) -> Predicted:
    dialogue.say(f"How likely is this{_until(scenario)}: {_label(dialogue, scenario, name)}?")
    found = dialogue.ask(f"predict {name}", "Your chance:", understanding.chance, understanding.FORMS)
    return Predicted(name, chance=found)


def _ask_quantity(dialogue: Dialogue, scenario: Scenario, name: str) -> Predicted:
    unit = _unit(scenario, name)
    said = f" ({dialogue.screen.label(unit)})" if unit else ""
    dialogue.say(f"{_label(dialogue, scenario, name)}{said}{_until(scenario)}.")
    hint = "A number, such as 6: you hold more and less for equally likely."
    middle = dialogue.ask(f"predict {name} median", "Your middle value:", understanding.amount, hint)

    def around(text: str) -> tuple[float, float]:
        low, high = understanding.between(understanding.amount, "2 to 12")(text)
        if not low <= middle <= high:
            raise Unclear(f"Your middle value {short(middle)} has to lie between the two.")
        return low, high

    hint = "Two numbers, such as 2 to 12, between which you expect it in 9 cases of 10."
    low, high = dialogue.ask(f"predict {name} range", "It lies with 90% chance between:", around, hint)
    return Predicted(name, quantiles=dict(zip(LEVELS, (low, middle, high), strict=True)))


def _ask_choice(dialogue: Dialogue, scenario: Scenario, name: str) -> Predicted:
    values = values_of(scenario, name)
    dialogue.say(f"{_label(dialogue, scenario, name)}{_until(scenario)}: a chance for each possibility.")
    while True:
        given = {
            value: dialogue.ask(
                f"predict {name} {value}", f"  {value.replace('_', ' ')}:", understanding.chance, understanding.FORMS
            )
            for value in values
        }
        total = sum(given.values())
        if total > 0 and abs(total - 1) <= CLOSE:
            break
        if total == 0:
            dialogue.say("One of these has to happen, so not all can be 0. Once more.")
            continue
        dialogue.say(f"These add up to {percent_of(total)}.")
        if dialogue.ask(f"predict {name} scale", understanding.SCALE, understanding.agreed):
            break
    return Predicted(name, shares={value: chance / total for value, chance in given.items()})


def values_of(scenario: Scenario, name: str) -> tuple[str, ...]:
    """What the move of a choice can be."""
    move = next(move for move in scenario.moves if move.name == scenario.outcomes[name].choice)
    return tuple(move.values)


def percent_of(share: float) -> str:
    """A share, which may be above 1."""
    return f"{100 * share:.3g}%"


def _unit(scenario: Scenario, name: str) -> str:
    outcome = scenario.outcomes[name]
    if outcome.unit or outcome.quantity is None:
        return outcome.unit or ""
    move = next((move for move in scenario.moves if move.name == outcome.quantity.text), None)
    return getattr(move, "unit", None) or ""


def _until(scenario: Scenario) -> str:
    return f", by {day(scenario.horizon)}" if scenario.horizon else ""


def _label(dialogue: Dialogue, scenario: Scenario, name: str) -> str:
    return dialogue.screen.label(scenario.outcomes[name].label)


def _row(one: Predicted, outcome: OutcomeSummary, label: str) -> Sequence[str]:
    if outcome.estimate is None:
        return (label, _said(one), "–", "", "")
    if one.quantiles:
        quantiles = outcome.quantiles or {}
        ends = f"{short(quantiles[0.05])}–{short(quantiles[0.95])}" if 0.05 in quantiles else ""
        middle = quantiles.get(0.5, outcome.estimate.value)
        unit = f" ({outcome.unit})" if outcome.unit else ""
        return (f"{label}{unit}", _said(one), short(middle), ends, f"±{half_width(outcome.estimate):.1g}")
    return (label, _said(one), percent(outcome.estimate.value), _range(outcome.across), _error(outcome.estimate))


def _choice_rows(one: Predicted, outcome: OutcomeSummary, label: str) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = [(f"{label}:",)]
    for value, share in one.shares.items():
        found = outcome.shares.get(value)
        engine = ("–", "", "") if found is None else (percent(found.value), _range(outcome.shares_across.get(value)))
        rows.append((f"  {value.replace('_', ' ')}", percent(share), *engine, *([_error(found)] if found else [])))
    return rows


def _said(one: Predicted) -> str:
    if one.chance is not None:
        return percent(one.chance)
    low, middle, high = (short(one.quantiles[level]) for level in LEVELS)
    return f"{middle} ({low}–{high})"


def _range(across: Mapping[float, float] | None) -> str:
    return span(across[0.05], across[0.95]) if across and 0.05 in across else ""


def _error(found: Estimate) -> str:
    return f"±{max(LEAST_SHOWN, 100 * half_width(found)):.1f} points" if found.error > 0 else "exact"


def short(value: float) -> str:
    """A number without zeros at its end."""
    text = number(value)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
