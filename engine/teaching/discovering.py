"""What would have to be true: the class ranks unknowns first, and then sees which of them matter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from engine.analysis.discovery.ends import Ends
from engine.document import Percent
from engine.report.figures import in_percent, number, percent
from engine.report.grid import Grid
from engine.scenario.lessons import Discovery
from engine.scenario.model import Scenario
from engine.teaching import understanding
from engine.teaching.dialogue import Dialogue

LETTERS: Final = "ABCDEFGHIJ"
SHOWN: Final = 5
"""Unknowns, beside those that were ranked."""


@dataclass(frozen=True, slots=True)
class Discovered:
    """What somebody thought matters, and what does.

    Attributes:
        ranked: names of unknowns, the most important first.
        ends: what the engine found.
    """

    ranked: tuple[str, ...]
    ends: Ends


def claim_of(scenario: Scenario, step: Discovery, turned: bool = False) -> str:
    """The claim that is asked about, as `engine discover` takes it; `turned` asks for the other side."""
    line = step.above if step.above is not None else step.below or 0.0
    relation = ">" if (step.above is not None) != turned else "<"
    shown = f"{line:.15g}" if scenario.outcomes[step.outcome].kind == "quantity" else f"{100 * line:.12g}%"
    return f"{step.outcome} {relation} {shown}"


def claim_in_words(scenario: Scenario, claim: str) -> str:
    """The claim with the outcome's label."""
    name, relation, line = claim.split(" ")
    return f"“{scenario.outcomes[name].label}” {'above' if relation == '>' else 'below'} {line}"


def ask_order(dialogue: Dialogue, scenario: Scenario, names: Sequence[str]) -> tuple[str, ...]:
    """The unknowns in the order in which somebody thinks that they matter; fewer than two need no order."""
    if len(names) < 2:
        return tuple(names)
    letters = LETTERS[: len(names)]
    dialogue.say("Which of these matters most for it?")
    for letter, name in zip(letters, names, strict=True):
        dialogue.say(f"{letter}  {dialogue.screen.label(scenario.unknowns[name].label)}", "  ")
    example = " ".join(reversed(letters))
    hint = f"All letters, the most important first, such as {example}."
    order = dialogue.ask(
        "discover rank", f"Most important first, such as {example}:", understanding.order_of(letters), hint
    )
    return tuple(names[place] for place in order)


def swing_grid(found: Discovered, scenario: Scenario) -> Grid:
    """Each unknown at a low and a high value, and the figure there; those that were ranked carry their place."""
    swings = {swing.name: place for place, swing in enumerate(found.ends.swings)}
    shown = [swing for place, swing in enumerate(found.ends.swings) if place < SHOWN or swing.name in found.ranked]
    form, moving, asked = _figure(found.ends), found.ends.figure is not None, len(found.ranked) > 1
    rows: list[Sequence[str]] = []
    for swing in shown:
        rank = f"{found.ranked.index(swing.name) + 1}" if asked and swing.name in found.ranked else ""
        low, high = ("–" if value is None else form(value) for value in (swing.low, swing.high))
        label = scenario.unknowns[swing.name].label
        at_low, at_high = (value_of(scenario, swing.name, value) for value in (swing.at_low, swing.at_high))
        rows.append((f"{swings[swing.name] + 1}. {label}", f"{at_low}, {at_high}", low, high, rank))
    rows += [
        (
            f"{scenario.unknowns[name].label}" + (": moves nothing" if moving else ""),
            "",
            "–",
            "–",
            f"{place}" if asked else "",
        )
        for place, name in enumerate(found.ranked, start=1)
        if name not in swings
    ]
    heads = ("Unknown", "low, high", "at low", "at high", "your rank")
    return Grid(heads, rows) if asked else Grid(heads[:-1], [row[:-1] for row in rows])


def together_text(found: Discovered, scenario: Scenario) -> str:
    """What the strongest unknowns do together."""
    ends, form = found.ends, _figure(found.ends)
    claim = f"{ends.claim.outcome} {ends.claim.relation} " + (
        f"{100 * ends.claim.line:.12g}%" if ends.claim.chance else f"{ends.claim.line:.15g}"
    )
    said = claim_in_words(scenario, claim)
    if ends.figure is None:
        return "The outcome has no figure: its condition never comes about."
    if not ends.together and not ends.reached:
        return f"The figure is {form(ends.figure)}, and no unknown alone moves it."
    if not ends.together:
        return f"The figure is {form(ends.figure)} as it stands: that is {said} already."
    parts = [
        f"{scenario.unknowns[step.name].label} at {value_of(scenario, step.name, step.at)} gives {form(step.figure)}"
        for step in ends.together
    ]
    start = f"starting from {form(ends.figure)}, which is the figure of these draws"
    text = f"One after the other, each beside those before it, {start}: {'; '.join(parts)}."
    if not ends.reached:
        return f"{text} That is still not {said}: it would take more than these."
    count = len(ends.together)
    beyond = "is a value that is exceeded, or undercut, in 1 case of 20"
    if count == 1:
        return f"{text} One is enough for {said}; it {beyond}."
    both = "both" if count == 2 else f"all {count}"
    return (
        f"{text} It takes {count} of them together for {said}. Each {beyond}; were they independent, {both} would "
        f"lie so far out in 1 case of {20**count:,}. A story sounds better with each part, and becomes less likely."
    )


def value_of(scenario: Scenario, name: str, value: float) -> str:
    """A value of an unknown, in % where the scenario has it so."""
    item = scenario.unknowns[name]
    if item.choice is not None:
        return str(list(item.choice)[round(value)])
    value = float(f"{value:.9g}")  # a quantile of 0.0999… is 0.1
    given = item.parameters
    if item.phrase is not None or (isinstance(given, Sequence) and any(isinstance(one, Percent) for one in given)):
        return in_percent(value)
    return number(value)


# Private functions


def _figure(ends: Ends) -> Callable[[float], str]:
    return percent if ends.claim.chance else number
