"""How outcomes develop over the rounds, as a table with a column for each round, or for some."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Final

from engine.analysis.running.first_time import FirstTime
from engine.analysis.running.summary import OutcomeSummary, Result
from engine.report.figures import RULE_OF_THREE, number, percent
from engine.report.terminal import Screen, left, right, width, wrap
from engine.scenario.calendar import round_ends
from engine.scenario.model import Scenario

COLUMN: Final = 7
FEWEST_LABEL: Final = 22
FEWEST_ROUNDS: Final = 3
OFF_MIDDLE: Final = 0.5
"""Where the average round lies so near to the middle one the table says it already."""
RARE: Final = 0.001
"""When something so unlikely happens is not told."""
ROUNDED: Final = 0.05
"""Half of the last digit that is shown of an average round."""
UNSURE: Final = 0.5
"""An average round with a larger standard error is not shown."""
GROUPS: Final[Mapping[str, Collection[str]]] = {"By the end of": ("ever",), "In the round of": ("mean", "each")}


def round_lines(result: Result, screen: Screen) -> list[str]:
    """The figure of each outcome in each round; nothing where the game is played once."""
    groups = {title: list(_rows(result, kinds)) for title, kinds in GROUPS.items()}
    rows = [row for group in groups.values() for row in group]
    if not rows:
        return []
    longest = max(len(row.curve) for row in rows)
    shown = _some(longest, max(2, (screen.width - FEWEST_LABEL) // COLUMN))
    label = min(screen.width - COLUMN * len(shown), max(row.indent + 1 + width(screen.label(row.name)) for row in rows))
    names = _names(result.scenario, longest)
    lines = []
    for title, group in groups.items():
        if group:
            head = left(title, label) + "".join(right(names[place], COLUMN) for place in shown)
            lines.append(screen.paint(head, "dim"))
        for row in group:
            figures = "".join(right(row.curve[place] if place < len(row.curve) else "", COLUMN) for place in shown)
            first, *rest = wrap(screen.label(row.name), label - row.indent - 1)
            lines.append(left(" " * row.indent + first, label) + screen.symbols(figures))
            lines += [" " * (row.indent + 2) + line for line in rest]
            lines += [screen.paint(f"    {line}", "dim") for line in _when(row.first, names, screen)]
    return lines


def _when(first: FirstTime | None, names: Sequence[str], screen: Screen) -> list[str]:
    """When something happens, if it does; nothing where that lies in the middle of the rounds, or is not sure."""
    if first is None or first.mean is None or len(first.by_round) < FEWEST_ROUNDS or first.never > 1 - RARE:
        return []
    middle = (len(first.by_round) + 1) / 2
    if abs(first.mean - middle) < OFF_MIDDLE or (first.error or 0) > UNSURE:
        return []
    about = "about " if first.error is None or 2 * first.error > ROUNDED else ""
    name = names[round(first.mean) - 1]
    named = "" if name.isdigit() else f" ({name})"
    return wrap(f"if it happens, then on average in round {about}{first.mean:.1f}{named}", screen.width - 4)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the table, and when it first happens; a choice has a row without figures above its options."""

    name: str
    curve: Sequence[str]
    first: FirstTime | None = None
    indent: int = 2


def _rows(result: Result, kinds: Collection[str]) -> Iterator[_Row]:
    n_draws = 0 if result.settings.method == "exact" else result.settings.draws
    for outcome in result.outcomes.values():
        if outcome.over in kinds:
            form = number if outcome.kind == "quantity" else partial(percent, n_draws=_enough(outcome, n_draws))
            if outcome.kind == "choice":
                yield _Row(outcome.label, ())
                for value, curve in outcome.shares_by_round.items():
                    figures = _figures(curve, percent if value in outcome.never else form)
                    yield _Row(value.replace("_", " "), figures, indent=4)
            else:
                figures = _figures(outcome.by_round, percent if outcome.never else form)
                yield _Row(outcome.label, figures, outcome.first_time)


def _enough(outcome: OutcomeSummary, n_draws: int) -> int:
    """How many draws a plain 0 is worth: what has hardly happened later has not happened more often before."""
    later = min((value for value in outcome.by_round if value), default=None) if outcome.over == "ever" else None
    return n_draws if not n_draws or later is None else max(n_draws, ceil(RULE_OF_THREE / later))


def _figures(curve: Sequence[float | None], form: Callable[[float], str]) -> list[str]:
    return [form(value) if value is not None else "–" for value in curve]


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
