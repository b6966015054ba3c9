"""Tables of outcomes: chances with bars, quantities with shapes, and what others say beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from engine.analysis.estimates import Estimate
from engine.analysis.running.summary import OutcomeSummary, Result, StatementSummary
from engine.report.charts import bar, sparkline
from engine.report.figures import number, percent, points, span
from engine.report.terminal import Screen, cut, left, right, width, wrap
from engine.scenario.model import Reference, Scenario

CHANCE: Final = 8  # cells of a chance, with the space before it
RANGE: Final = 11
VERDICT: Final = 23
FEWEST_BAR: Final = 20
MOST_BAR: Final = 50
FEWEST_LABEL: Final = 10
LINES: Final = 3  # of a label
FEWEST_SHAPE: Final = 14
MOST_SHAPE: Final = 24
NEVER: Final = "its condition never holds"
NO_WAY: Final = "(never)"
NO_EQUILIBRIUM: Final = "no pure equilibrium"


def chance_lines(result: Result, screen: Screen) -> list[str]:
    """Every chance: events, then each choice with its options, then beliefs; with range and bar."""
    groups = list(_groups(result))
    if not groups:
        return []
    columns = _columns(
        (text for _, rows in groups for row in rows for text in (screen.label(row.label), f"  {row.remark}")), screen
    )
    scale = f"0%{right('100%', columns.bar - 2)}"
    lines = [
        screen.paint(
            left("Outcome", columns.label) + right("chance", CHANCE) + right("range", RANGE) + "  " + scale, "dim"
        )
    ]
    for title, rows in groups:
        lines += _title(title, screen) if title else []
        for row in rows:
            lines += _row_lines(row, columns, result, screen)
    return lines


def quantity_lines(result: Result, screen: Screen) -> list[str]:
    """Every number: where it lies over chance and what we don't know together, and its shape."""
    found = [outcome for outcome in result.outcomes.values() if outcome.kind == "quantity"]
    if not found:
        return []
    shown = [_figures(outcome, screen) for outcome in found]
    figure = 2 + max(5, *(width(text) for texts in shown for text in texts))
    room = screen.width - 4 * figure - 2
    label = min(max(FEWEST_LABEL, *(width(_with_unit(outcome, screen)) for outcome in found)) + 2, room - FEWEST_SHAPE)
    heads = "".join(right(head, figure) for head in ("5%", "50%", "95%", "mean"))
    lines = [screen.paint(left("Quantity", label) + heads + "  shape", "dim")]
    for outcome, texts in zip(found, shown, strict=True):
        first, *more = wrap(_with_unit(outcome, screen), label - 2, label - 4, LINES, screen)
        figures = "".join(right(text, figure) for text in texts) or f"  {cut(_never(result), 4 * figure, screen)}"
        lines.append(left(f"  {first}", label) + figures + _shape(outcome, min(MOST_SHAPE, room - label), screen))
        lines += [f"    {line}" for line in [*more, *wrap(_remark(outcome), label - 4)] if line]
    return lines


def stated_lines(result: Result, screen: Screen) -> list[str]:
    """What others say of each outcome, beside the engine's own figure."""
    groups = [(outcome, rows) for outcome in result.outcomes.values() if (rows := _others(outcome, result, screen))]
    wanted = [2 + width(screen.label(row.who)) for _, rows in groups for row in rows]
    wanted += [2 + width(screen.label(outcome.label)) for outcome, _ in groups]
    verdict = max([VERDICT, *(2 + width(row.verdict) for _, rows in groups for row in rows if row.fits is not None)])
    label = min(screen.width - RANGE - CHANCE - verdict, max(wanted, default=0))
    lines: list[str] = []
    for outcome, rows in groups:
        lines += ([""] if lines else []) + _other_lines(outcome, rows, label, result, screen)
    return lines


def believed_by(scenario: Scenario, name: str) -> frozenset[str]:
    """The statements that an assumption set believes, with those of the sets that it extends."""
    found: set[str] = set()
    todo, done = [name], set[str]()
    while todo:
        one = scenario.assumptions.get(todo.pop())
        if one is not None and one.label not in done:
            done.add(one.label)
            found |= set(one.believe)
            todo += one.extends
    return frozenset(found)


# Chances


@dataclass(frozen=True, slots=True)
class _Row:
    """A line with a bar; `low` and `high` are the range, `never` says that the model leaves no way to it."""

    label: str
    chance: Estimate | None
    low: float | None = None
    high: float | None = None
    remark: str = ""
    never: bool = False


@dataclass(frozen=True, slots=True)
class _Columns:
    """How wide the label and the bar are."""

    label: int
    bar: int


def _groups(result: Result) -> Iterator[tuple[str, list[_Row]]]:
    for kind, title in (("event", ""), ("choice", ""), ("belief", "What they believe")):
        found = [outcome for outcome in result.outcomes.values() if outcome.kind == kind]
        if kind == "choice":
            yield from ((outcome.label, _options(outcome)) for outcome in found)
        elif found:
            yield title, [_single(outcome) for outcome in found]


def _options(outcome: OutcomeSummary) -> list[_Row]:
    across = {name: outcome.shares_across.get(name, {}) for name in outcome.shares}
    rows = [
        _Row(name.replace("_", " "), share, across[name].get(0.05), across[name].get(0.95), never=name in outcome.never)
        for name, share in outcome.shares.items()
    ]
    return rows or [_Row("no option", None)]


def _single(outcome: OutcomeSummary) -> _Row:
    across = outcome.across or {}
    return _Row(
        outcome.label, outcome.estimate, across.get(0.05), across.get(0.95), _remark(outcome), bool(outcome.never)
    )


def _remark(outcome: OutcomeSummary) -> str:
    if not outcome.reached or outcome.reached > 1 - 1e-9:
        return ""
    return f"(among {percent(outcome.reached)} of cases)"


def _columns(labels: Iterable[str], screen: Screen) -> _Columns:
    room = screen.width - CHANCE - RANGE - 2
    label = min(max([FEWEST_LABEL, *map(width, labels)]) + 2, room - FEWEST_BAR)
    return _Columns(label, min(MOST_BAR, room - label))


def _title(title: str, screen: Screen) -> list[str]:
    return [screen.paint(line, "bold") for line in wrap(screen.label(title), screen.width, None, LINES, screen)]


def _row_lines(row: _Row, columns: _Columns, result: Result, screen: Screen) -> list[str]:
    first, *more = wrap(screen.label(row.label), columns.label - 2, columns.label - 4, LINES, screen)
    if row.remark:
        more += wrap(row.remark, columns.label - 4)
    head = left(f"  {first}", columns.label)
    return [head + _drawn(row, columns, result, screen), *(screen.paint(f"    {line}", "dim") for line in more)]


def _drawn(row: _Row, columns: _Columns, result: Result, screen: Screen) -> str:
    if row.chance is None:
        return "  " + cut(_never(result), columns.bar + CHANCE + RANGE, screen)
    if row.never:
        return screen.paint(right(percent(0.0), CHANCE), "bold") + right(screen.symbols(NO_WAY), RANGE)
    chance = percent(row.chance.value, _sampled(result))
    known = row.low is not None and row.high is not None and _sampled(result) > 0
    reach = screen.symbols(span(row.low or 0.0, row.high or 0.0)) if known else ""
    drawn = bar(row.chance.value, row.high or 0.0, columns.bar, screen.unicode).rstrip()
    figures = screen.paint(right(chance, CHANCE), "bold") + right(reach, RANGE)
    return figures + "  " + screen.paint(drawn, "cyan") if drawn else figures


def _never(result: Result) -> str:
    """Why there is no figure."""
    return NO_EQUILIBRIUM if result.solution.pure is not None and result.solution.pure[0] == 1 else NEVER


def _sampled(result: Result) -> int:
    """How many draws the figures come from; 0 where they are exact."""
    return 0 if result.settings.method == "exact" else result.settings.draws


# Quantities


def _with_unit(outcome: OutcomeSummary, screen: Screen) -> str:
    return screen.label(f"{outcome.label} ({outcome.unit})" if outcome.unit else outcome.label)


def _figures(outcome: OutcomeSummary, screen: Screen) -> list[str]:
    """The 5, 50 and 95 % and the mean; nothing where the outcome never comes about."""
    if outcome.estimate is None:
        return []
    levels = outcome.quantiles or {}
    shown = [number(levels[level]) if level in levels else screen.symbols("–") for level in (0.05, 0.5, 0.95)]
    return [*shown, number(outcome.estimate.value)]


def _shape(outcome: OutcomeSummary, room: int, screen: Screen) -> str:
    shape = sparkline(outcome.histogram.mass, room, screen.unicode).rstrip() if outcome.histogram else ""
    return "  " + screen.paint(shape, "cyan") if shape else ""


# What others say


@dataclass(frozen=True, slots=True)
class _Other:
    """Somebody's figure and how it compares; `fits` is None where there is nothing to judge."""

    who: str
    says: str
    verdict: str
    fits: bool | None
    note: str = ""


def _statement(item: StatementSummary, believed: bool, result: Result, screen: Screen) -> _Other:
    who = speaker(result.scenario, item.name)
    quoted = screen.symbols(f"{who}, read as “{item.said}”") if item.said else who
    if item.model is None:
        verdict = "nothing to compare"
    else:
        verdict = "fits" if item.fits else "engine is higher" if item.model > item.high else "engine is lower"
    if believed:
        verdict = f"believed{', ' if item.fits else '; '}{verdict}"
    return _Other(quoted, span(item.low, item.high), verdict, item.fits)


def _reference(item: Reference, outcome: OutcomeSummary) -> _Other:
    engine = outcome.estimate.value if outcome.estimate else None
    verdict = "baseline" if engine is None else f"engine {points(engine - item.probability, sign=True)} points"
    note = "; ".join(text for text in (item.note, item.source) if text)
    return _Other(f"{item.by} (a forecast)", span(item.probability, item.probability), verdict, None, note)


def speaker(scenario: Scenario, name: str) -> str:
    """Who makes a statement: as it says itself, else as its evidence says."""
    statement = scenario.statements[name]
    if statement.by:
        return statement.by
    for evidence in statement.evidence:
        item = scenario.evidence[evidence]
        source = scenario.sources[item.by if item.by in scenario.sources else item.source]
        if item.by and item.by not in scenario.sources:
            return item.by
        if source.by or source.title:
            return source.by or source.title or ""
    return name.replace("_", " ")


def _others(outcome: OutcomeSummary, result: Result, screen: Screen) -> list[_Other]:
    believed = believed_by(result.scenario, result.assumptions)
    rows = [
        _statement(item, item.name in believed, result, screen)
        for item in result.statements.values()
        if item.about == outcome.name
    ]
    rows += [_reference(item, outcome) for item in result.scenario.references if item.about == outcome.name]
    return rows


def _other_lines(
    outcome: OutcomeSummary, rows: Sequence[_Other], label: int, result: Result, screen: Screen
) -> list[str]:
    n_draws = 0 if outcome.never else _sampled(result)
    engine = percent(outcome.estimate.value, n_draws) if outcome.estimate else screen.symbols("–")
    title, *more = wrap(screen.label(outcome.label), label - 1, screen.width - 2, LINES, screen)
    lines = [
        screen.paint(left(title, label), "bold") + screen.paint(right("says", RANGE) + right("engine", CHANCE), "dim")
    ]
    lines += [screen.paint(f"  {line}", "bold") for line in more]
    for row in rows:
        first, *rest = wrap(screen.label(row.who), label - 2, label - 4, LINES, screen)
        colour = {True: ("green",), False: ("yellow",), None: ()}[row.fits]
        lines.append(
            left(f"  {first}", label)
            + right(screen.symbols(row.says), RANGE)
            + right(engine, CHANCE)
            + "  "
            + screen.paint(cut(row.verdict, screen.width - label - RANGE - CHANCE - 2, screen), *colour)
        )
        lines += [f"    {line}" for line in rest]
        notes = wrap(screen.label(row.note), screen.width - 4, None, LINES, screen) if row.note else []
        lines += [screen.paint(f"    {line}", "dim") for line in notes]
    return lines
