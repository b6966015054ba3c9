"""How a round begins, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Final

from engine.analysis.explanation.history import Beliefs, History, Types, View
from engine.report.figures import LEAST, percent
from engine.report.terminal import Screen, wrap
from engine.scenario.calendar import round_ends
from engine.scenario.model import Scenario

MOST_COMBINATIONS: Final = 4
CERTAIN: Final = 1 - 1e-9
VISIBLE: Final = 0.0005
"""Types whose joint chances are off their product by less are as good as independent."""


def round_name(scenario: Scenario, place: int) -> str:
    """A round by its number, and the month, year or last day if it has dates."""
    rounds, ends = scenario.rounds, round_ends(scenario)
    if rounds is None:
        return ""
    if not ends:
        return f"round {place} of {rounds.count}"
    end = ends[place - 1]
    form = {"month": f"{end:%b %Y}", "year": f"{end:%Y}"}.get(rounds.unit or "", f"to {end.day} {end:%b %Y}")
    return f"round {place} of {rounds.count} ({form})"


def history_lines(found: History, scenario: Scenario, screen: Screen) -> list[str]:
    """What had happened before a round, as far as it matters to what follows; nothing for the first."""
    if found.round == 1:
        return []
    parts = [f"{name} = {value:.6g}" for name, value in found.state.items()]
    if found.beliefs is not None:
        parts += _learned(found.beliefs, scenario)
    lines = [screen.paint(f"How round {found.round} begins", "bold")]
    lines += _hung("; ".join(parts) or "as every round does: nothing is handed on", screen)
    lines += [screen.paint(line, "dim") for line in _hung(_how_likely(found), screen)]
    return lines


# Private functions


def _learned(beliefs: Beliefs, scenario: Scenario) -> Iterator[str]:
    """What everybody has made of what was seen, and who sees it otherwise."""
    shared = _chances(beliefs.shared, beliefs.types)
    yield f"believed: {shared}"
    for name, view in beliefs.own.items():
        if (own := _chances(view, beliefs.types)) != shared:
            yield f"{scenario.actors[name].name} believes {own}"
    if (true := _chances(beliefs.truth, beliefs.types)) != shared:
        yield f"by the true chances {true}"


def _chances(view: View, types: tuple[Types, ...]) -> str:
    """The chances of each type, or of their few combinations where one type tells of another."""
    if len(types) <= MOST_COMBINATIONS and _tell_of_each_other(view, types):
        return ", ".join(
            f"{' and '.join(f'{name} = {value}' for name, value in values.items())} {percent(chance)}"
            for values, chance in zip(types, view.joint, strict=True)
        )
    return ", ".join(
        f"{name} = {value} {percent(chance)}"
        for name, chances in view.of_each.items()
        for value, chance in _told(chances)
    )


def _tell_of_each_other(view: View, types: tuple[Types, ...]) -> bool:
    apart = (prod(view.of_each[name][value] for name, value in values.items()) for values in types)
    return any(abs(chance - product) > VISIBLE for chance, product in zip(view.joint, apart, strict=True))


def _told(chances: Mapping[str, float]) -> list[tuple[str, float]]:
    """Of two values the last one says it all."""
    every = list(chances.items())
    return every[-1:] if len(every) == 2 else every


def _how_likely(found: History) -> str:
    if found.comes is None or found.share is None:
        some = (
            f"the likeliest of more than {found.ways:,} ways in which it can begin; the less likely were not followed"
        )
        return f"{some}: at least {percent(found.chance)} of all cases" if found.chance >= LEAST else some
    comes = "" if found.comes > CERTAIN else f"; the game comes to this round in {percent(found.comes)}"
    if found.ways == 1:
        return f"the only way in which it can begin{comes}"
    return f"the likeliest of {found.ways:,} ways in which it can begin: {percent(found.share)} of the cases{comes}"


def _hung(text: str, screen: Screen) -> Iterator[str]:
    first, *more = wrap(screen.label(screen.symbols(text)), screen.width - 2, screen.width - 4)
    yield f"  {first}"
    yield from (f"    {line}" for line in more)
