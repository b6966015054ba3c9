"""What outcomes hang on, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from engine.report.text import Ran, command, hanging, joined, title_lines
from engine.scenario.model import Scenario

MOST_SHOWN: Final = 8
MOST_NAMED: Final = 3
LABEL_LINES: Final = 2
LONGEST_LABEL: Final = 44
LONGEST_VALUE: Final = 10
LEAST_SHARE: Final = 0.0005
SHARE: Final = 8
WITH_MARGIN: Final = 14
FEWEST_BAR: Final = 12
MOST_BAR: Final = 40
TOGETHER_LABEL: Final = "how these act together"
FROM_TO: Final = "from, to"
WORDS_LABEL: Final = "how words of probability are read"
CHANCE_LABEL: Final = "chance"


def sensitivity_text(result: SensitivityResult, names: Sequence[str], ran: Ran, screen: Screen) -> str:
    """The whole of it; warnings stand apart.

    Args:
        result: what is to be said.
        names: the outcomes that were asked for; empty for the first event and the first quantity in full, and the
            others in a line each.
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
    found = [next((one for one in figures if one.figure.kind == kind), None) for kind in ("happens", "quantity")]
    return [one for one in found if one is not None] or list(figures[:1])


def _head(result: SensitivityResult, ran: Ran, screen: Screen) -> list[str]:
    assumed, found = result.assumed, result.found
    label = f" ({screen.label(assumed.label)})" if assumed.label else ""
    parts = [f"assumptions {screen.label(assumed.name)}{label}"]
    parts += [f"with {screen.label(f'{path} = {value}')}" for path, value in dict(assumed.overrides).items()]
    rounded = f" ({ran.asked:,} rounded up)" if ran.asked not in (None, found.rows) else ""
    if found.histories is not None:
        rounded += f" of up to {found.histories:,} histories"
    parts += [f"{found.rows:,} draws{rounded}, {found.runs:,} runs", f"seed {found.seed}", f"{ran.seconds:.1f} s"]
    return [*title_lines(assumed.scenario, screen), *(screen.paint(line, "dim") for line in joined(parts, screen))]


def _figure(one: FigureSensitivity, result: SensitivityResult, screen: Screen) -> Iterable[list[str]]:
    title = _title(one, screen)
    if one.value is None:
        yield [*title, "  its condition never holds"]
        return
    if not one.split:
        yield [*title, "  nothing moves it: neither what we don't know nor chance"]
        return
    yield [*title, *_split(one, screen)]
    ordered = _ordered(one)
    if len(ordered) > 1:
        yield _shares(one, ordered[:MOST_SHOWN], result, screen)
    if ordered and ordered[0].ends:
        yield _tornado(one, ordered[:MOST_SHOWN], result, screen)


def _title(one: FigureSensitivity, screen: Screen) -> list[str]:
    name = one.label + (f": {one.figure.value.replace('_', ' ')}" if one.figure.value else "")
    if one.value is None:
        return [screen.paint(line, "bold") for line in wrap(screen.label(name), screen.width)]
    unit = f" {one.unit}" if one.unit else ""
    size = f"±{half_width(one.value):.2g}" if one.figure.kind == "quantity" else margin(one.value, " points")
    text = screen.symbols(f"{name}: {_figure_text(one, one.value.value)}{unit} ({size})")
    return [screen.paint(line, "bold") for line in wrap(screen.label(text), screen.width)]


def _figure_text(one: FigureSensitivity, value: float) -> str:
    return number(value) if one.figure.kind == "quantity" else percent(min(max(value, 0.0), 1.0))


def _ordered(one: FigureSensitivity) -> list[Effect]:
    """Those that matter most first."""
    return sorted(one.effects, key=lambda effect: -_weight(effect))


def _weight(effect: Effect) -> float:
    return (effect.overall if effect.shapley is None else effect.shapley).value


def _heading(texts: Sequence[str], columns: Sequence[int], screen: Screen) -> str:
    first, *rest = zip(texts, columns, strict=True)
    return screen.paint(left(*first) + "".join(right(text, cells) for text, cells in rest), "dim")


def _labels(texts: Iterable[str], room: int, screen: Screen) -> int:
    """Cells of a column of labels."""
    return min(LONGEST_LABEL, room, max((2 + width(screen.label(text)) for text in texts), default=0) + 2)


def _row(label: str, cells: int, rest: str, screen: Screen) -> list[str]:
    first, *more = wrap(screen.label(label), cells - 3, cells - 5, LABEL_LINES, screen)
    return [left(f"  {first}", cells) + rest, *(f"    {line}" for line in more)]


# Where the spread comes from


def _split(one: FigureSensitivity, screen: Screen) -> list[str]:
    rows = _split_rows(one)
    label = _labels((text for text, _ in rows), screen.width - SHARE - FEWEST_BAR - 4, screen)
    cells = min(MOST_BAR, screen.width - label - SHARE - 2)
    lines = [_heading(("What leaves it open", "share"), (label, SHARE), screen)]
    for text, share in rows:
        drawn = bar(share, 0.0, cells, screen.unicode).rstrip() if share >= LEAST_SHARE else ""
        lines += _row(text, label, right(_share(share), SHARE) + "  " + screen.paint(drawn, "cyan"), screen)
    return lines


def _split_rows(one: FigureSensitivity) -> list[tuple[str, float]]:
    labels = {effect.name: effect.label for effect in one.effects}
    of = {
        kind: [share for share in one.split if share.kind == kind] for kind in (UNKNOWN, TOGETHER, WORDS, RULE, CHANCE)
    }
    unknowns = sorted(of[UNKNOWN], key=lambda share: -share.share.value)
    few = unknowns if len(unknowns) <= MOST_SHOWN + 1 else unknowns[:MOST_SHOWN]
    rest = unknowns[len(few) :]
    rows = [(labels[share.name], share.share.value) for share in few]
    if rest:
        rows.append((f"{len(rest)} other unknowns", sum(share.share.value for share in rest)))
    rows += [(TOGETHER_LABEL, share.share.value) for share in of[TOGETHER]]
    rows += [(f"rule of reasoning: {labels[share.name]}", share.share.value) for share in of[RULE]]
    rows += [(WORDS_LABEL, share.share.value) for share in of[WORDS]]
    return rows + [(CHANCE_LABEL, share.share.value) for share in of[CHANCE]]


def _share(share: float) -> str:
    size = 100 * share
    if abs(share) < LEAST_SHARE:
        return "0.0%"
    return f"{size:.1f}%"


# What each unknown does


def _shares(one: FigureSensitivity, effects: Sequence[Effect], result: SensitivityResult, screen: Screen) -> list[str]:
    fair = any(effect.shapley is not None for effect in effects)
    heads = ["alone", "with others", *(["fair share"] if fair else [])]
    label = _labels((effect.label for effect in effects), screen.width - WITH_MARGIN * len(heads), screen)
    lines = [_heading(("Of what we don't know", *heads), (label, *(WITH_MARGIN for _ in heads)), screen)]
    for effect in effects:
        found = [effect.alone, effect.overall, *([effect.shapley] if effect.shapley is not None else [])]
        lines += _row(
            effect.label, label, "".join(right(_margin(share, screen), WITH_MARGIN) for share in found), screen
        )
    return lines + _left_out(one, len(effects))


def _left_out(one: FigureSensitivity, shown: int) -> list[str]:
    rest = _ordered(one)[shown:]
    if not rest:
        return []
    most = max(_weight(effect) for effect in rest)
    return [f"  {plural(len(rest), 'other unknown')}: {_share(most)} or less each"]


def _margin(share: Estimate, screen: Screen) -> str:
    half = 100 * half_width(share)
    places = 1 if half < 9.95 else 0
    return screen.symbols(f"{100 * share.value:.{places}f}% ±{half:.{places}f}".replace("-0.0%", "0.0%"))


def _tornado(one: FigureSensitivity, effects: Sequence[Effect], result: SensitivityResult, screen: Screen) -> list[str]:
    scenario, value = result.assumed.scenario, one.value
    if value is None:
        return []
    figure = value.value
    effects = sorted(effects, key=lambda effect: -_reach(effect, figure))
    ends = [_end_text(one, end, screen) for effect in effects for end in effect.ends]
    values = [_values(effect, scenario, screen) for effect in effects]
    side, room = 1 + max(map(width, ends)), 2 + max(map(width, [FROM_TO, *values]))
    label = _labels((effect.label for effect in effects), screen.width - 2 * side - room - FEWEST_BAR - 3, screen)
    cells = min(MOST_BAR, screen.width - label - 2 * side - room - 2)
    scale = _Scale(figure, [_at(end, figure) for effect in effects for end in effect.ends], cells)
    lines = [_heading(("One low or high", "low", "high", FROM_TO), (label, side, side + cells + 2, room), screen)]
    for effect, text in zip(effects, values, strict=True):
        low, high = effect.ends
        drawn = scale.drawn(_at(low, figure), _at(high, figure), screen.unicode)
        row = right(_end_text(one, low, screen), side) + " " + screen.paint(drawn, "cyan")
        row += " " + right(_end_text(one, high, screen), side) + right(text, room)
        lines += _row(effect.label, label, row, screen)
    return lines


def _reach(effect: Effect, figure: float) -> float:
    values = [figure, *(_at(end, figure) for end in effect.ends)]
    return max(values) - min(values)


def _at(end: End, figure: float) -> float:
    return figure if end.value is None else end.value.value


def _end_text(one: FigureSensitivity, end: End, screen: Screen) -> str:
    return screen.symbols("–") if end.value is None else _figure_text(one, end.value.value)


def _values(effect: Effect, scenario: Scenario, screen: Screen) -> str:
    low, high = (value_at(scenario, effect.name, end) for end in effect.ends)
    if isinstance(low, str) or isinstance(high, str):
        names = (screen.label(str(value).replace("_", " ")) for value in (low, high))
        return screen.symbols("–".join(cut(name, LONGEST_VALUE, screen) for name in names))
    item = scenario.unknowns[effect.name]
    if item.phrase is not None or item.in_percent:
        return screen.symbols(span(low, high))
    return screen.symbols(f"{low:.3g}–{high:.3g}" if low >= 0 else f"{low:.3g} to {high:.3g}")


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
    fair = any(effect.shapley is not None for one in figures for effect in one.effects)
    lines = [screen.paint(f"What the others hang on most ({'fair share' if fair else 'with others'})", "dim")]
    for one in figures:
        named = ", ".join(f"{effect.label} {_share(_weight(effect))}" for effect in _ordered(one)[:MOST_NAMED])
        name = one.label + (f": {one.figure.value.replace('_', ' ')}" if one.figure.value else "")
        figure = "never comes about" if one.value is None else _figure_text(one, one.value.value)
        lines += [f"  {line}" for line in wrap(screen.label(f"{name}, {figure}"), screen.width - 2)]
        lines += [f"    {line}" for line in wrap(screen.label(named), screen.width - 4)] if named else []
    return lines


def _notes(result: SensitivityResult, full: Sequence[FigureSensitivity], screen: Screen) -> list[str]:
    return [line for text in _texts(result, full, screen) for line in hanging(screen.symbols(text), screen)]


def _texts(result: SensitivityResult, full: Sequence[FigureSensitivity], screen: Screen) -> Iterator[str]:
    found, scenario = result.found, result.assumed.scenario
    shown = [one for one in full if one.split]
    if not shown:
        return
    yield "Open: the variance of the outcome; chance is what would be left of it if we knew every unknown"
    if any(_is_below(one) for one in shown):
        yield "Below 0: sampling error, where nothing can be told from none"
    if any(len(one.effects) > 1 for one in shown):
        yield (
            "Alone: by how much what we don't know would shrink if we knew this one; with others: what would be left "
            "of it if we knew all but this one (Sobol' indices, with their sampling error at 95%)"
        )
    if found.correlated:
        names = " and ".join(f"“{scenario.unknowns[name].label}”" for name in found.correlated)
        yield (
            f"Correlated: {names}; “alone” counts what one tells of another, so only fair shares add up (Shapley "
            "effects)"
        )
    elif any(effect.shapley is not None for one in shown for effect in one.effects):
        yield "Fair share: what unknowns do together is divided among them evenly (Shapley effects)"
    if any(effect.ends for one in shown for effect in one.effects):
        marks = "░ low, █ high" if screen.unicode else "- low, # high"
        yield f"Low, high: at the 5% and the 95% of what it may be, all else as unknown as it is ({marks})"
    if any(end.value is None for one in shown for effect in one.effects for end in effect.ends):
        yield screen.symbols("–: no figure, as the condition never comes about there")
    for one in shown:
        if scenario.outcomes[one.figure.outcome].given is not None:
            yield (
                f"Condition: a draw counts in “{one.label}” for as much as the condition is likely in it; an "
                "unknown that moves only the condition has a share, too"
            )
        if one.words is not None:
            figures = ", ".join(
                f"{_figure_text(one, each.value)} by {name}" for name, each in one.words.figures.items()
            )
            yield f"Words: “{one.label}” is {figures}"
    if found.lacking:
        yield f"Standards: {', '.join(found.lacking)} lack one of the words, and are left out"
    if found.idle:
        left_out = plural(len(found.idle), "unknown")
        yield f"Left out: {left_out} that cannot matter here (the value is known, or never read)"


def _is_below(one: FigureSensitivity) -> bool:
    """Whether any share that is shown is negative."""
    effects = _ordered(one)[:MOST_SHOWN]
    estimates = [share for effect in effects for share in (effect.alone, effect.overall, effect.shapley) if share]
    return min([0.0, *(share for _, share in _split_rows(one)), *(share.value for share in estimates)]) < -LEAST_SHARE


def _next(result: SensitivityResult, full: Sequence[FigureSensitivity], ran: Ran, screen: Screen) -> list[str]:
    if ran.file == "-":
        return []
    shown = {one.figure.outcome for one in full}
    other = next((one.figure.outcome for one in result.found.figures if one.figure.outcome not in shown), None)
    words = ["explain", ran.file] if other is None else ["sensitivity", ran.file, "--outcome", other]
    return [screen.paint("Next:", "bold") + " " + command(screen, "engine", *words)]
