"""What a sweep says, as text: every figure at every value, curves, and where they turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from engine.analysis.comparison.comparison import Row
from engine.analysis.comparison.sweeping import Crossing, Sweep
from engine.report.comparison_tables import blocks_of
from engine.report.curves import SEVERAL, chance_axis, marks, number_axis, plot
from engine.report.figures import half_width, in_percent, number, percent, plural
from engine.report.terminal import Screen, cut, left, right, width, wrap
from engine.report.text import Ran, assumed_parts, hanging, head_lines, joined, next_line, rounded_up
from engine.scenario.assumptions import BASE, parse_path

HEAD: Final = 16
"""Cells of a column's heading."""
HEAD_LINES: Final = 4
MOST_KEY: Final = 24
MOST_OTHERS: Final = 4
NOTHING: Final = "–"


def sweep_text(found: Sweep, ran: Ran, screen: Screen) -> str:
    """All of it; warnings stand apart, in `found.warnings`."""
    blocks = [
        _head(found, ran, screen),
        *_tables(found, screen),
        *_plots(found, screen),
        _turns(found, screen),
        _notes(found, screen),
        _next(found, ran, screen),
    ]
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"


def _head(found: Sweep, ran: Ran, screen: Screen) -> list[str]:
    texts = found.grid.texts
    parts = [f"{screen.label(found.key)} from {texts[0]} to {texts[-1]} in {len(texts)} values"]
    parts += assumed_parts(found.assumptions, found.label, found.overrides.items(), screen)
    settings = next((side.result.settings for side in found.sides if side.result.settings.method != "exact"), None)
    if settings is None:
        parts.append("exact: nothing is unknown")
    else:
        rounded = rounded_up(settings.draws, settings.histories, ran)
        parts += [f"the same {settings.draws:,} draws for each{rounded}", f"seed {settings.seed}"]
    return head_lines(found.scenario, parts, ran, screen)


# The table


def _tables(found: Sweep, screen: Screen) -> Iterator[list[str]]:
    """A line for each value; in several tables where the columns do not fit side by side."""
    name = cut(screen.label(parse_path(found.key)[-1]), MOST_KEY, screen)
    first = 2 + max(width(name), *map(width, found.grid.texts))
    heads = [_heading(row, screen) for row in found.rows]
    columns = [_cells(row, found, screen) for row in found.rows]
    cells = [2 + max(map(width, [*head, *column])) for head, column in zip(heads, columns, strict=True)]
    for block in blocks_of(range(len(columns)), cells, screen.width - first):
        deep = max(len(heads[place]) for place in block)
        lines = []
        for line in range(deep):
            start = right(name, first) if line == deep - 1 else " " * first
            above = [deep - len(heads[place]) for place in block]
            parts = [
                heads[place][line - skip] if line >= skip else "" for place, skip in zip(block, above, strict=True)
            ]
            lines.append(screen.paint(start + "".join(map(right, parts, [cells[place] for place in block])), "dim"))
        for line, text in enumerate(found.grid.texts):
            lines.append(
                screen.paint(right(text, first), "bold")
                + "".join(right(columns[place][line], cells[place]) for place in block)
            )
        yield lines


def _heading(row: Row, screen: Screen) -> list[str]:
    """Of a choice its label, shortened, and in a line of its own the value."""
    if not row.value:
        return wrap(screen.label(_called(row)), HEAD, None, HEAD_LINES, screen)
    label = wrap(screen.label(row.label), HEAD, None, HEAD_LINES - 1, screen)
    return [*label, cut(screen.label(row.value.replace("_", " ")), HEAD, screen)]


def _called(row: Row) -> str:
    if row.value:
        return f"{row.label}: {row.value.replace('_', ' ')}"
    return f"{row.label} ({row.unit})" if row.unit else row.label


def _cells(row: Row, found: Sweep, screen: Screen) -> list[str]:
    """A figure and its sampling error at each value, both aligned."""
    figures, errors = [], []
    for estimate, side in zip(row.estimates, found.sides, strict=True):
        if estimate is None:
            figures.append(screen.symbols(NOTHING))
            errors.append("")
            continue
        exact = side.result.settings.method == "exact"
        half = half_width(estimate)
        if row.kind == "quantity":
            figures.append(number(estimate.value))
            errors.append("" if half == 0 else f"±{half:.1g}")
        else:
            figures.append(percent(estimate.value, 0 if exact else side.result.settings.draws))
            errors.append("" if half == 0 or figures[-1][0] in "<>" else f"±{100 * half:.1g}")
    wide = max(map(width, map(screen.symbols, errors)), default=0)
    return [
        f"{figure} {left(screen.symbols(error), wide)}" if wide else figure
        for figure, error in zip(figures, errors, strict=True)
    ]


# The curves


def _plots(found: Sweep, screen: Screen) -> Iterator[list[str]]:
    """Chances in one, each quantity in one of its own."""
    chances = [row for row in found.rows if row.kind != "quantity"][: len(marks(screen))]
    for rows in ([chances] if chances else []) + [[row] for row in found.rows if row.kind == "quantity"]:
        curves = [[None if one is None else one.value for one in row.estimates] for row in rows]
        axis = number_axis(curves[0]) if rows[0].kind == "quantity" else chance_axis(curves)
        drawn = plot(curves, found.grid.numbers, found.grid.texts, axis, screen)
        legend = [f"{mark} {screen.label(_called(row))}" for mark, row in zip(marks(screen), rows, strict=False)]
        if any(SEVERAL in line for line in drawn):
            legend.append(f"{SEVERAL} several")
        yield [*(f"  {line}" for line in joined(legend, screen)), *drawn]


# Where they turn


def _turns(found: Sweep, screen: Screen) -> list[str]:
    kinds = {row.kind for row in found.rows}
    if kinds == {"quantity"}:
        return []
    if not found.crossings:
        parts = ["the most likely option stays the same"] if "choice" in kinds else []
        parts += ["no chance passes 50%"] if kinds & {"event", "belief"} else []
        return hanging(f"Turns: nowhere in this range; {' and '.join(parts)}", screen)
    lines = [screen.paint("Where it turns", "bold")]
    for one in found.crossings:
        text = screen.symbols(_said(one, found))
        lines += [f"  {line}" for line in wrap(screen.label(text), screen.width - 2, screen.width - 4)]
    return lines


def _said(one: Crossing, found: Sweep) -> str:
    outcome = found.scenario.outcomes[one.outcome]
    if outcome.kind == "choice":
        change = f"{one.before.replace('_', ' ')} gives way to {one.after.replace('_', ' ')} as the most likely"
    else:
        change = "rises above 50%" if one.after == "above 50%" else "falls below 50%"
    low, high = (found.grid.texts[place] for place in one.between)
    half = half_width(one.at)
    size = f"{100 * half:.1g} points" if found.grid.percent else f"{half:.1g}"
    error = f"; sampling error ±{size}" if half > 0 else ""
    return f"“{outcome.label}”: {change} at {_size(one.at.value, found)} (interpolated from {low} to {high}{error})"


def _size(value: float, found: Sweep) -> str:
    if 0 < abs(value) < 1e-6:
        return "0"
    return in_percent(value) if found.grid.percent else number(value)


# Foot


def _notes(found: Sweep, screen: Screen) -> list[str]:
    texts = []
    if any(one is not None and one.error > 0 for row in found.rows for one in row.estimates):
        texts.append(
            "Sampling error: ± is its 95% interval, in points or in a quantity's unit; neighbours share their draws, "
            "so a difference between them is known better than that"
        )
    texts.append("Held: everything else is as it stands; what would move together with it in the world stays put")
    most = len(marks(screen))
    if len([row for row in found.rows if row.kind != "quantity"]) > most:
        texts.append(f"Note: the plot shows the first {plural(most, 'figure')}")
    if found.others:
        shown = ", ".join(found.others[:MOST_OTHERS])
        more = f" and {len(found.others) - MOST_OTHERS} more" if len(found.others) > MOST_OTHERS else ""
        texts.append(f"Left out: {shown}{more}; --outcome NAME shows them")
    return [line for text in texts for line in hanging(screen.symbols(text), screen)]


def _next(found: Sweep, ran: Ran, screen: Screen) -> list[str]:
    """Why the actors choose as they do just beyond a turning point, or at the end of the range."""
    if ran.file == "-":
        return []
    place = found.crossings[0].between[1] if found.crossings else len(found.grid.texts) - 1
    words = ["explain", ran.file, *(["--assume", found.assumptions] if found.assumptions != BASE else [])]
    pairs: Sequence[tuple[str, str]] = [*found.overrides.items(), (found.key, found.grid.texts[place])]
    words += [word for path, value in pairs for word in ("--set", f"{path}={value}")]
    return next_line(words, "why they choose so there", screen)
