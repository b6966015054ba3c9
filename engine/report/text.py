"""The result of a run as text that people like to read."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from engine.analysis.estimates import Estimate
from engine.analysis.summary import OutcomeSummary, Result, StatementSummary
from engine.report.charts import bar, sparkline
from engine.report.figures import day, half_width, number, percent, plural, points, span
from engine.report.terminal import Screen, cut, left, right, width, wrap
from engine.scenario.model import Scenario

CHANCE: Final = 8  # columns of a chance, with the space before it
RANGE: Final = 10
NUMBER: Final = 9
FEWEST_BAR: Final = 18
MOST_BAR: Final = 40
FEWEST_LABEL: Final = 12
LINES: Final = 3  # of a label


@dataclass(frozen=True, slots=True)
class Ran:
    """How a result came about, beyond what it says itself.

    Attributes:
        file: of the scenario; '-' is stdin.
        seconds: how long it took.
    """

    file: str
    seconds: float


def result_text(result: Result, ran: Ran, screen: Screen) -> str:
    """The whole result; warnings stand apart, in `result.warnings`."""
    blocks = [_head(result, ran, screen), _chances(result, screen), _quantities(result, screen), _stated(result, screen),
              _notes(result, screen), _why(result, screen), _next(result, ran, screen)]  # fmt: skip
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


# What it is


def title_lines(scenario: Scenario, screen: Screen) -> list[str]:
    """The title with its dates on the right, and the question below."""
    dates = " → ".join(text for text in (day(scenario.as_of), day(scenario.horizon)) if text)
    if scenario.horizon and not scenario.as_of:
        dates = f"until {dates}"
    dates = screen.symbols(dates)
    room = screen.width - (width(dates) + 2 if dates else 0)
    first, *more = wrap(screen.label(scenario.title), room, screen.width, LINES, screen)
    head = screen.paint(first, "bold")
    if dates:
        head += " " * (screen.width - width(first) - width(dates)) + screen.paint(dates, "dim")
    lines = [head, *(screen.paint(line, "bold") for line in more)]
    if scenario.question and scenario.question != scenario.title:
        lines += wrap(screen.label(scenario.question), screen.width)
    return lines


def _head(result: Result, ran: Ran, screen: Screen) -> list[str]:
    settings = result.settings
    name = screen.label(result.assumptions) + (f" ({screen.label(result.label)})" if result.label else "")
    parts = [f"assumptions {name}"]
    parts += [f"with {screen.label(path)} = {screen.label(value)}" for path, value in result.overrides.items()]
    if settings.method == "exact":
        parts.append("exact: nothing is unknown")
    else:
        parts += [f"{settings.draws:,} draws", f"seed {settings.seed}", settings.method]
    parts.append(f"{ran.seconds:.1f} s")
    return [*title_lines(result.scenario, screen), *(screen.paint(line, "dim") for line in _joined(parts, screen))]


def _joined(parts: Sequence[str], screen: Screen) -> list[str]:
    """The parts with dots between, broken between parts where they fit."""
    dot = screen.symbols(" · ")
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]}{dot}{part}" if lines[-1] else part
        if lines[-1] and width(longer) > screen.width:
            lines.append("  " + part)
        else:
            lines[-1] = longer
    return [found for line in lines for found in _indented(line, screen.width)]


def _indented(line: str, cells: int) -> list[str]:
    indent = len(line) - len(line.lstrip())
    return [" " * (indent if not place else indent + 2) + text
            for place, text in enumerate(wrap(line, cells - indent, cells - indent - 2))]  # fmt: skip


# Chances


@dataclass(frozen=True, slots=True)
class _Row:
    """A line with a bar."""

    label: str
    chance: Estimate | None
    low: float | None = None
    high: float | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class _Columns:
    """How wide label and bar are."""

    label: int
    bar: int


def _chances(result: Result, screen: Screen) -> list[str]:
    groups = list(_groups(result))
    if not groups:
        return []
    every = [row for _, rows in groups for row in rows]
    columns = _columns([screen.label(row.label) for row in every], screen)
    axis = f" 0%{right('100%', columns.bar - 3)}"
    lines = [screen.paint(left("", columns.label) + right("chance", CHANCE) + right("range", RANGE) + " " + axis, "dim")]
    for place, (title, rows) in enumerate(groups):
        if title:
            if place:
                lines.append("")
            heading = [screen.paint(line, "bold") for line in wrap(screen.label(title), screen.width, None, LINES, screen)]
            lines += heading
        for row in rows:
            lines += _row_lines(row, columns, result, screen)
    return _without_gap(lines, columns, screen)


def _without_gap(lines: list[str], columns: _Columns, screen: Screen) -> list[str]:
    """A first group's title moves up into the line of the column heads, where it fits."""
    return lines


def _groups(result: Result) -> Iterator[tuple[str, list[_Row]]]:
    """Events under one heading, each choice under its own, then beliefs."""
    outcomes = list(result.outcomes.values())
    for kind, title in (("event", ""), ("choice", ""), ("belief", "What they believe")):
        found = [outcome for outcome in outcomes if outcome.kind == kind]
        if kind == "choice":
            yield from ((outcome.label, _options(outcome)) for outcome in found)
        elif found:
            yield title, [_single(outcome) for outcome in found]


def _options(outcome: OutcomeSummary) -> list[_Row]:
    if not outcome.shares:
        return [_Row("(never comes about)", None)]
    return [_Row(name.replace("_", " "), share) for name, share in outcome.shares.items()]


def _single(outcome: OutcomeSummary) -> _Row:
    across = outcome.across or {}
    return _Row(outcome.label, outcome.estimate, across.get(0.05), across.get(0.95), _remark(outcome))


def _remark(outcome: OutcomeSummary) -> str:
    if outcome.reached is None:
        return ""
    what = "asked" if outcome.kind == "belief" else "given"
    return f"{what} in {percent(outcome.reached)} of all cases" if outcome.reached > 0 else ""


def _columns(labels: Iterable[str], screen: Screen) -> _Columns:
    longest = max([FEWEST_LABEL, *map(width, labels)]) + 2
    room = screen.width - CHANCE - RANGE - 2
    label = min(longest, room - FEWEST_BAR)
    return _Columns(label, min(MOST_BAR, room - label))


def _row_lines(row: _Row, columns: _Columns, result: Result, screen: Screen) -> list[str]:
    first, *more = wrap(screen.label(row.label), columns.label - 2, columns.label - 4, LINES, screen)
    lines = [screen.paint(f"    {line}", "dim") for line in _tail(more, row, columns, screen)]
    if row.chance is None:
        return [left(f"  {first}", columns.label) + right(screen.symbols("–"), CHANCE) + "  its condition never holds"[: columns.bar], *lines]
    chance = percent(row.chance.value, _sampled(result))
    reach = "" if row.low is None or row.high is None or result.settings.method == "exact" else span(row.low, row.high)
    drawn = bar(row.chance.value, row.high or 0.0, columns.bar, screen.unicode).rstrip()
    figures = screen.paint(right(chance, CHANCE), "bold") + right(screen.symbols(reach), RANGE)
    return [left(f"  {first}", columns.label) + figures + ("  " + screen.paint(drawn, "cyan") if drawn else ""), *lines]


def _tail(more: list[str], row: _Row, columns: _Columns, screen: Screen) -> list[str]:
    return [*more, *wrap(row.remark, columns.label - 4)] if row.remark else more


def _sampled(result: Result) -> int:
    return 0 if result.settings.method == "exact" else result.settings.draws
