"""What outcomes hang on, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine.analysis.estimates import Estimate
from engine.analysis.sensitivity.sensitivity_records import (
    CHANCE,
    RULE,
    TOGETHER,
    UNKNOWN,
    WORDS,
    Effect,
    End,
    FigureSensitivity,
    SensitivityResult,
)
from engine.report.charts import bar
from engine.report.figures import half_width, margin, number, percent, plural, span
from engine.report.sensitivities import value_at
from engine.report.terminal import Screen, cut, left, right, width, wrap
from engine.report.text import Ran, assumed_parts, hanging, head_lines, next_line, rounded_up
from engine.scenario.model import Scenario

MOST_SHOWN: Final = 8
LABEL_LINES: Final = 2
MOST_LINES: Final = 3
LONGEST_LABEL: Final = 44
FEWEST_LABEL: Final = 26
LONGEST_VALUE: Final = 10
LEAST_SHARE: Final = 0.0005
LEAST_SHOWN: Final = 0.01
"""Of what we don't know: unknowns with less are only counted."""
SHARE: Final = 8
END: Final = 8
COARSE: Final = 0.0095
"""From this error on chances are printed in whole points."""
HALF_A_POINT: Final = 0.005
WIDE: Final = 100
FEWEST_BAR: Final = 12
MOST_BAR: Final = 30
NAMES: Final = {"alone": "alone", "overall": "with others", "shapley": "fair share"}
UNKNOWN_LABEL: Final = "what we don't know"
ITSELF_LABEL: Final = "what we don't know, each by itself"
TOGETHER_LABEL: Final = "what we don't know, only together"
WORDS_LABEL: Final = "how words of probability are read"
CHANCE_LABEL: Final = "chance"


def sensitivity_text(result: SensitivityResult, names: Sequence[str], ran: Ran, screen: Screen) -> str:
    """The whole of it; warnings stand apart.

    Args:
        result: what is to be said.
        names: the outcomes that were asked for; empty for the first event, or what else comes first, in full, and
            the others in a line each.
        ran: how it came about.
        screen: where.
    """
    full = _in_full(result, names)
    rest = [one for one in result.found.figures if one not in full]
    blocks = [
        _head(result, ran, screen),
        *(block for one in full for block in _figure(one, result, screen)),
        _others(rest, result, screen) if rest else [],
        _notes(result, full, screen),
        _next(result, full, ran, screen),
    ]
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"


# Private functions


def _in_full(result: SensitivityResult, names: Sequence[str]) -> list[FigureSensitivity]:
    figures = result.found.figures
    if names:
        return list(figures)
    first = next((one for one in figures if one.figure.kind == "happens"), None)
    return [first] if first is not None else list(figures[:1])


def _head(result: SensitivityResult, ran: Ran, screen: Screen) -> list[str]:
    assumed, found = result.assumed, result.found
    draws = f"{found.rows:,} draws{rounded_up(found.rows, found.histories, ran)}, {found.runs:,} runs"
    parts = assumed_parts(assumed.name, assumed.label, dict(assumed.overrides).items(), screen)
    return head_lines(assumed.scenario, [*parts, draws, f"seed {found.seed}"], ran, screen)


def _figure(one: FigureSensitivity, result: SensitivityResult, screen: Screen) -> Iterable[list[str]]:
    title = _title(one, screen)
    if one.value is None:
        yield [*title, "  its condition never holds"]
    elif not one.split:
        yield [*title, "  nothing moves it: neither what we don't know nor chance"]
    else:
        yield [*title, *_split(one, screen)]
        yield _unknowns(one, result, screen)


def _title(one: FigureSensitivity, screen: Screen) -> list[str]:
    name = one.label + (f": {one.figure.value.replace('_', ' ')}" if one.figure.value else "")
    if one.value is None:
        return [screen.paint(line, "bold") for line in wrap(screen.label(name), screen.width)]
    unit = f" {one.unit}" if one.unit else ""
    size = f"±{half_width(one.value):.2g}" if one.figure.kind == "quantity" else margin(one.value, " points")
    text = screen.symbols(f"{name}: {_figure_text(one, one.value)}{unit} ({size})")
    return [screen.paint(line, "bold") for line in wrap(screen.label(text), screen.width)]


def _figure_text(one: FigureSensitivity, found: Estimate) -> str:
    if one.figure.kind == "quantity":
        return number(found.value)
    value = min(max(found.value, 0.0), 1.0)
    return percent(value) if value > 0 or half_width(found) == 0 else "<0.1%"


def _end_text(one: FigureSensitivity, found: Estimate | None, screen: Screen) -> str:
    """A figure at an end, in whole points where its error is that large."""
    if found is None:
        return screen.symbols("–")
    if one.figure.kind == "quantity" or half_width(found) < COARSE:
        return _figure_text(one, found)
    return "<1%" if found.value < HALF_A_POINT else f"{min(100.0, 100 * found.value):.0f}%"


def _ordered(one: FigureSensitivity, result: SensitivityResult) -> list[Effect]:
    """Those that matter most first."""
    return sorted(one.effects, key=lambda effect: -_weight(effect, result))


def _weight(effect: Effect, result: SensitivityResult) -> float:
    """By what unknowns are ordered: what is known best, and for correlated ones what they tell of one another, too."""
    told = effect.alone.value if effect.name in result.found.correlated else 0.0
    return max(0.0, effect.overall.value, told)


def _shown(one: FigureSensitivity, result: SensitivityResult) -> list[Effect]:
    """The unknowns with a share that is more than sampling error; at least the one that matters most."""
    ordered = _ordered(one, result)
    telling = [effect for effect in ordered if _tells(effect, result)]
    return (telling or ordered[:1])[:MOST_SHOWN]


def _tells(effect: Effect, result: SensitivityResult) -> bool:
    found = [effect.overall, *([effect.alone] if effect.name in result.found.correlated else [])]
    return any(share.value >= max(LEAST_SHOWN, half_width(share)) for share in found)


# Where the spread comes from


def _split(one: FigureSensitivity, screen: Screen) -> list[str]:
    rows = _split_rows(one)
    label = 2 + max(width(screen.label(text)) for text, _ in rows)
    label = min(label, screen.width - SHARE - FEWEST_BAR - 2)
    cells = min(MOST_BAR, screen.width - label - SHARE - 2)
    lines = [screen.paint(left("What leaves it open", label) + right("share", SHARE), "dim")]
    for text, share in rows:
        drawn = bar(share, 0.0, cells, screen.unicode).rstrip() if share >= LEAST_SHARE else ""
        first, *more = wrap(screen.label(text), label - 2, label - 4, LABEL_LINES, screen)
        lines.append(left(f"  {first}", label) + right(_share(share), SHARE) + "  " + screen.paint(drawn, "cyan"))
        lines += [f"    {line}" for line in more]
    return lines


def _split_rows(one: FigureSensitivity) -> list[tuple[str, float]]:
    labels = {effect.name: effect.label for effect in one.effects}
    of = {
        kind: [share for share in one.split if share.kind == kind] for kind in (UNKNOWN, TOGETHER, WORDS, RULE, CHANCE)
    }
    itself, together, chance = (sum(share.share.value for share in of[kind]) for kind in (UNKNOWN, TOGETHER, CHANCE))
    if together >= LEAST_SHARE:
        rows = [(ITSELF_LABEL, itself), (TOGETHER_LABEL, together)]
    else:
        rows = [(UNKNOWN_LABEL, itself + together)]
    rows += [(f"rule of reasoning: {labels[share.name]}", share.share.value) for share in of[RULE]]
    rows += [(WORDS_LABEL, share.share.value) for share in of[WORDS] if share.share.value >= LEAST_SHARE]
    return [*rows, (CHANCE_LABEL, chance)]


def _share(share: float) -> str:
    return "0.0%" if abs(share) < LEAST_SHARE else f"{100 * share:.1f}%"


# What each unknown does


@dataclass(frozen=True, slots=True)
class _Layout:
    """The cells of the table of unknowns.

    Attributes:
        shares: of which shares there are columns, with the cells of each.
        ends: cells of a figure at an end; 0 without such columns.
        values: cells of what an unknown goes from and to; 0 without that column.
        bar: cells of the bars; 0 without.
        label: cells before the figures.
        below: whether the figures stand on a line below the label.
    """

    shares: Mapping[str, int]
    ends: int
    values: int
    bar: int
    label: int
    below: bool


def _layout(one: FigureSensitivity, effects: Sequence[Effect], result: SensitivityResult, screen: Screen) -> _Layout:
    """Fair shares stand in place of those alone where unknowns are correlated, and beside them where they were asked
    for."""
    fair = any(effect.shapley is not None for effect in effects)
    names = ("alone", "overall", "shapley") if fair else ("alone", "overall")
    if fair and result.found.correlated and screen.width < WIDE:
        names = ("shapley", "overall")
    shares = {name: 2 + max(width(text) for text in (NAMES[name], *_column(effects, name, screen))) for name in names}
    ends = values = 0
    if effects[0].ends:
        ends = max(END, *(2 + width(_end_text(one, end.value, screen)) for each in effects for end in each.ends))
        values = 2 + max(width(_values(effect, result.assumed.scenario, screen)) for effect in effects)
        values = max(values, 2 + width("low, high"))
        if len(shares) > 2 and screen.width < WIDE:
            values = 0
    room = screen.width - sum(shares.values()) - 2 * ends - values
    wanted = min(LONGEST_LABEL, 2 + max(width(screen.label(effect.label)) for effect in effects))
    spare = room - wanted - 2
    drawn = min(MOST_BAR, spare) if ends and spare >= FEWEST_BAR else 0
    return _Layout(shares, ends, values, drawn, min(wanted, room), room < min(wanted, FEWEST_LABEL))


def _column(effects: Sequence[Effect], name: str, screen: Screen) -> list[str]:
    found = [getattr(effect, name) for effect in effects]
    return ["" if share is None else _margin(share, screen) for share in found]


def _unknowns(one: FigureSensitivity, result: SensitivityResult, screen: Screen) -> list[str]:
    """Each unknown that matters: its shares, and the figure where it is low and where it is high."""
    effects = _shown(one, result)
    if not effects or one.value is None:
        return []
    layout = _layout(one, effects, result, screen)
    ends = [_at(end, one.value.value) for effect in effects for end in effect.ends]
    scale = _Scale(one.value.value, ends, layout.bar) if layout.bar else None
    lines = _headings(layout, screen)
    columns = {name: _column(effects, name, screen) for name in layout.shares}
    for place, effect in enumerate(effects):
        figures = "".join(right(columns[name][place], cells) for name, cells in layout.shares.items())
        if effect.ends:
            low, high = (_end_text(one, end.value, screen) for end in effect.ends)
            values = [_at(end, one.value.value) for end in effect.ends]
            drawn = "  " + screen.paint(scale.drawn(values[0], values[1], screen.unicode), "cyan") if scale else ""
            figures += right(low, layout.ends) + drawn + right(high, layout.ends)
            if layout.values:
                figures += right(_values(effect, result.assumed.scenario, screen), layout.values)
        lines += _row(effect.label, figures, layout, screen)
    return lines + _left_out(one, effects, result)


def _headings(layout: _Layout, screen: Screen) -> list[str]:
    heads = left("What we don't know" if layout.label > width("What we don't know") else "Unknown", layout.label)
    above = ""
    for place, (name, cells) in enumerate(layout.shares.items()):
        if place == 0:
            above = " " * (layout.label + cells - width(NAMES[name])) + "share of it"
        heads += right(NAMES[name], cells)
    if layout.ends:
        above = left(above, width(heads) + layout.ends - width("low")) + "outcome if"
        heads += right("low", layout.ends) + " " * (layout.bar + 2 if layout.bar else 0) + right("high", layout.ends)
    if layout.values:
        above = left(above, width(heads) + layout.values - width("low, high")) + "that is"
        heads += right("low, high", layout.values)
    return [screen.paint(line.rstrip(), "dim") for line in (above, heads)]


def _row(label: str, figures: str, layout: _Layout, screen: Screen) -> list[str]:
    if layout.below:
        lines = wrap(screen.label(label), screen.width - 2, screen.width - 4, LABEL_LINES, screen)
        return [f"  {lines[0]}", *(f"    {line}" for line in lines[1:]), " " * layout.label + figures]
    first, *more = wrap(screen.label(label), layout.label - 2, layout.label - 4, MOST_LINES, screen)
    return [left(f"  {first}", layout.label) + figures, *(f"    {line}" for line in more)]


def _left_out(one: FigureSensitivity, shown: Sequence[Effect], result: SensitivityResult) -> list[str]:
    rest = _ordered(one, result)[len(shown) :]
    if not rest:
        return []
    most = max(_weight(effect, result) for effect in rest)
    upto = "less than 1%" if most < LEAST_SHOWN else f"{100 * most:.0f}% or less"
    return [f"  {plural(len(rest), 'other')}: {upto}{' each' if len(rest) > 1 else ''} with others"]


def _margin(share: Estimate, screen: Screen) -> str:
    """A share is no less than nothing; what is below is sampling error."""
    half = 100 * half_width(share)
    places = 1 if half < 0.95 else 0
    margin = f" ±{max(half, 0.1):.{places}f}" if half > 0 else ""
    return screen.symbols(f"{max(0.0, 100 * share.value):.{places}f}%{margin}")


def _at(end: End, figure: float) -> float:
    return figure if end.value is None else end.value.value


def _values(effect: Effect, scenario: Scenario, screen: Screen) -> str:
    low, high = (value_at(scenario, effect.name, end) for end in effect.ends)
    if isinstance(low, str) or isinstance(high, str):
        names = (screen.label(str(value).replace("_", " ")) for value in (low, high))
        return screen.symbols(", ".join(cut(name, LONGEST_VALUE, screen) for name in names))
    item = scenario.unknowns[effect.name]
    if item.phrase is not None or item.in_percent:
        return screen.symbols(span(low, high))
    return screen.symbols(f"{low:.2g}–{high:.2g}" if low >= 0 else f"{low:.2g} to {high:.2g}")


class _Scale:
    """Where figures stand in a row of cells."""

    def __init__(self, figure: float, ends: Sequence[float], cells: int) -> None:
        self.low, self.high = min(figure, *ends), max(figure, *ends)
        self.cells = cells
        self.middle = self.cell(figure)

    def cell(self, value: float) -> int:
        if self.high <= self.low:
            return self.cells // 2
        return round((self.cells - 1) * (value - self.low) / (self.high - self.low))

    def drawn(self, low: float, high: float, unicode: bool) -> str:
        """A bar to what the figure is where the unknown is low, another to what it is where that is high."""
        row = [" "] * self.cells
        for value, mark in ((low, "░" if unicode else "-"), (high, "█" if unicode else "#")):
            end = self.cell(value)
            for place in range(min(end, self.middle), max(end, self.middle) + 1):
                row[place] = mark
        row[self.middle] = "|"
        return "".join(row)


# The rest


def _others(figures: Sequence[FigureSensitivity], result: SensitivityResult, screen: Screen) -> list[str]:
    """One row for each: its figure, and what it hangs on most."""
    room = (screen.width - SHARE) // 2
    cells = screen.width - room - 2 * SHARE - 2
    heads = left("Other outcomes", room) + right("", SHARE + 2) + left("hangs most on", cells) + right("share", SHARE)
    lines = [screen.paint(heads, "dim")]
    for one in _likeliest(figures):
        name = one.label + (f": {one.figure.value.replace('_', ' ')}" if one.figure.value else "")
        figure = "never" if one.value is None else _figure_text(one, one.value)
        first, *more = wrap(screen.label(name), room - 2, room - 4, LABEL_LINES, screen)
        line = left(f"  {first}", room) + right(figure, SHARE)
        most = next((effect for effect in _ordered(one, result) if _tells(effect, result)), None)
        if most is not None:
            share = f"{min(100.0, 100 * _weight(most, result)):.0f}%"
            line += "  " + left(cut(screen.label(most.label), cells, screen), cells) + right(share, SHARE)
        elif one.effects and one.value is not None:
            line += "  " + cut("cannot be told from so few draws", cells, screen)
        lines += [line, *(f"    {rest}" for rest in more)]
    return lines


def _likeliest(figures: Sequence[FigureSensitivity]) -> list[FigureSensitivity]:
    """Of every choice the value that is most likely; all else as it is."""
    found: dict[str, FigureSensitivity] = {}
    for one in figures:
        before = found.get(one.figure.outcome)
        if before is None or (
            one.value is not None and before.value is not None and one.value.value > before.value.value
        ):
            found[one.figure.outcome] = one
    return list(found.values())


def _notes(result: SensitivityResult, full: Sequence[FigureSensitivity], screen: Screen) -> list[str]:
    return [line for text in _texts(result, full, screen) for line in hanging(screen.symbols(text), screen)]


def _texts(result: SensitivityResult, full: Sequence[FigureSensitivity], screen: Screen) -> Iterator[str]:
    found, scenario = result.found, result.assumed.scenario
    shown = [(one, _shown(one, result)) for one in full if one.split]
    if not shown:
        return
    yield "Open: shares of the variance; chance is what would be left if we knew every unknown"
    effects = [effect for _, several in shown for effect in several]
    for one, several in shown[:1]:
        if several:
            yield from _about_shares(result, _layout(one, several, result, screen).shares)
    if any(effect.ends for effect in effects):
        marks = "░ low, █ high" if screen.unicode else "- low, # high"
        drawn = any(_layout(one, several, result, screen).bar for one, several in shown if several)
        yield (
            "Low, high: at the 5% and the 95% of what it may be, all else as unknown as it is"
            f"{_about_ends(shown)}{f'; {marks}' if drawn else ''}"
        )
    if any(end.value is None for effect in effects for end in effect.ends):
        yield screen.symbols("–: no figure, as the condition never comes about there")
    for one, _ in shown:
        if scenario.outcomes[one.figure.outcome].given is not None:
            yield (
                f"Condition: a draw counts in “{one.label}” for as much as the condition is likely in it; an "
                "unknown that moves only the condition has a share, too"
            )
        yield from _about_words(one, result)
    if found.idle:
        count = plural(len(found.idle), "unknown")
        yield f"Left out: {count} that cannot matter here (the value is known, or never read)"


def _about_shares(result: SensitivityResult, shares: Iterable[str]) -> Iterator[str]:
    texts = {
        "alone": "alone: by how much what we don't know would shrink if we knew this one",
        "overall": "with others: what would be left of it if we knew all but this one",
        "shapley": "fair share: what unknowns do together is divided among them evenly",
    }
    yield f"Share: of what we don't know; {'; '.join(texts[name] for name in shares)}; ± is the sampling error (95%)"
    if result.found.correlated:
        names = " and ".join(f"“{result.assumed.scenario.unknowns[name].label}”" for name in result.found.correlated)
        yield f"Correlated: {names}; so only fair shares add up to 100%"


def _about_ends(shown: Sequence[tuple[FigureSensitivity, Sequence[Effect]]]) -> str:
    if len(shown) != 1:
        return ""
    one, effects = shown[0]
    half = max((half_width(end.value) for effect in effects for end in effect.ends if end.value), default=0.0)
    if half == 0:
        return ""
    size = f"±{half:.1g}" if one.figure.kind == "quantity" else f"±{100 * half:.2g} points"
    return f" ({size} or less)"


def _about_words(one: FigureSensitivity, result: SensitivityResult) -> Iterator[str]:
    if one.words is None:
        return
    lacking = result.found.lacking
    left_out = f" ({plural(len(lacking), 'standard')} that lack one of the words left out)" if lacking else ""
    texts = {name: _figure_text(one, each) for name, each in one.words.figures.items()}
    if len(set(texts.values())) == 1 and len(texts) > 1:
        yield f"Words: “{one.label}” is the same by {' and '.join(texts)}{left_out}"
    else:
        yield f"Words: “{one.label}” is {', '.join(f'{text} by {name}' for name, text in texts.items())}{left_out}"


def _next(result: SensitivityResult, full: Sequence[FigureSensitivity], ran: Ran, screen: Screen) -> list[str]:
    if ran.file == "-":
        return []
    shown = {one.figure.outcome for one in full}
    other = next((one.figure.outcome for one in result.found.figures if one.figure.outcome not in shown), None)
    words = ["explain", ran.file] if other is None else ["sensitivity", ran.file, "--outcome", other]
    return next_line(words, "", screen)
