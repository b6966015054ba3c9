"""How outcomes develop over the rounds, as a table with a column for each round, or for some."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from engine.analysis.summary import Result
from engine.report.figures import number, percent
from engine.report.terminal import Screen, cut, left, right, width
from engine.scenario.calendar import round_ends
from engine.scenario.model import Scenario

COLUMN: Final = 7
FEWEST_LABEL: Final = 22
GROUPS: Final[Mapping[str, Collection[str]]] = {"By the end of": ("ever",), "In the round of": ("mean", "each")}


def round_lines(result: Result, screen: Screen) -> list[str]:
    """The figure of each outcome in each round; nothing where the game is played once."""
    groups = {title: list(_rows(result, kinds)) for title, kinds in GROUPS.items()}
    rows = [row for group in groups.values() for row in group]
    if not rows:
        return []
    longest = max(len(curve) for _, curve in rows)
    shown = _some(longest, max(2, (screen.width - FEWEST_LABEL) // COLUMN))
    label = min(screen.width - COLUMN * len(shown), 3 + max(width(screen.label(name)) for name, _ in rows))
    names = _names(result.scenario, longest)
    lines = []
    for title, group in groups.items():
        if group:
            head = left(title, label) + "".join(right(names[place], COLUMN) for place in shown)
            lines.append(screen.paint(head, "dim"))
        for name, curve in group:
            figures = "".join(right(curve[place] if place < len(curve) else "", COLUMN) for place in shown)
            lines.append(left(f"  {cut(screen.label(name), label - 3, screen)}", label) + screen.symbols(figures))
    return lines


def _rows(result: Result, kinds: Collection[str]) -> Iterator[tuple[str, list[str]]]:
    for outcome in result.outcomes.values():
        if outcome.over in kinds:
            form = number if outcome.kind == "quantity" else percent
            curves = {outcome.label: outcome.by_round}
            if outcome.kind == "choice":
                shares = outcome.shares_by_round.items()
                curves = {f"{outcome.label}: {value.replace('_', ' ')}": curve for value, curve in shares}
            for name, curve in curves.items():
                yield name, [form(value) if value is not None else "–" for value in curve]


def _some(count: int, most: int) -> list[int]:
    """Which rounds are shown, the last among them."""
    step = -(-count // most)
    return [place for place in range(count) if (count - 1 - place) % step == 0]


def _names(scenario: Scenario, count: int) -> list[str]:
    """What the rounds are called: by the month in which they end, or by their number."""
    ends = round_ends(scenario)
    unit = scenario.rounds.unit if scenario.rounds is not None else None
    if len(ends) < count:
        return [str(place + 1) for place in range(count)]
    if unit in ("month", "quarter"):
        return [f"{end:%b}" if end.year == ends[0].year else f"{end:%b %y}" for end in ends]
    names = [f"{end:%Y}" if unit == "year" else f"{end.day} {end:%b}" for end in ends]
    return [name if width(name) < COLUMN else str(place + 1) for place, name in enumerate(names)]
