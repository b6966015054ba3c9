"""What would have to be true, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from engine.analysis.discovery.boxes import BoxFound, Limit
from engine.analysis.discovery.discovery import Discovery
from engine.analysis.discovery.smallest import Change, Moved, Point
from engine.analysis.discovery.thresholds import Alone
from engine.analysis.estimates import Estimate
from engine.document import Percent
from engine.report.figures import half_width, in_percent, number, percent, plural, points
from engine.report.terminal import Screen, left, right, width, wrap
from engine.report.text import Ran, assumed_parts, hanging, head_lines, next_line, rounded_up

MOST_MOVED: Final = 8
MOST_FAR: Final = 5
HALF: Final = 0.5
COARSE: Final = 0.0095
"""From this error on shares are printed in whole percent."""
FEW_CASES: Final = 50
NEAR: Final = " (the line lies within sampling error)"
PLAIN: Final = {">": "above", ">=": "at least", "<": "below", "<=": "at most"}


def discovery_text(found: Discovery, ran: Ran, screen: Screen) -> str:
    """The whole discovery; warnings stand apart."""
    blocks = [
        _head(found, ran, screen),
        _how_often(found, screen),
        *([_alone(found, screen)] if found.alone else []),
        *([_boxes(found, screen)] if found.change else []),
        *([_change(found, found.change, screen)] if found.change else []),
        _notes(found, screen),
        _next(found, ran, screen),
    ]
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"


# Private functions


def _head(found: Discovery, ran: Ran, screen: Screen) -> list[str]:
    settings = found.settings
    parts = assumed_parts(found.assumptions, found.label, found.overrides, screen)
    if settings.method == "exact":
        parts.append("exact: nothing is unknown")
    else:
        draws = f"{settings.draws:,} draws{rounded_up(settings.draws, settings.histories, ran)}"
        parts += [draws, f"seed {settings.seed}"]
    return head_lines(found.scenario, parts, ran, screen)


def _how_often(found: Discovery, screen: Screen) -> list[str]:
    claim, outcome = found.claim, found.scenario.outcomes[found.claim.outcome]
    name = f"{outcome.label}: {claim.value}" if claim.value else outcome.label
    lines = _heading(f"What would have to be true for “{name}” to be {_line(found)}", screen)
    if found.figure is None:
        return [*lines, *_indented("Its condition never comes about, so there is no figure.", screen)]
    figure = f"The figure is {_figure(found, found.figure.value)}{_margin(found, found.figure)}"
    if found.change is None:
        holds = "true" if found.share.value > 0 else "not true"
        return [*lines, *_indented(f"{figure}, and nothing is unknown: the claim is {holds}.", screen)]
    draws = found.settings.draws
    share = percent(found.share.value, draws)
    if share[0] in "<>":
        said = f"{_more_less(share)} of what we don't know"
    else:
        said = f"{share} (±{points(half_width(found.share))} points) of what we don't know"
    text = f"It is so in {said}. {figure}, averaged over all of it. {_in_short(found)}"
    return [*lines, *_indented(text, screen)]


def _in_short(found: Discovery) -> str:
    """What single unknowns and the smallest change come to."""
    if found.change is None:
        return ""
    if found.change.undone:
        if found.change.point is None:
            return "Nothing in the stated ranges would undo it in the typical draw."
        moved = plural(_count(found.change.point), "change")
        return f"It is so in the typical draw, too; {moved} there would undo it."
    alone = sum(_crosses(one) for one in found.alone)
    who = f"{alone} of {plural(len(found.alone), 'unknown')} can" if alone else "No unknown can"
    if found.change.point is None:
        return f"{who} make it so alone, and nothing in the stated ranges does in the typical draw."
    return f"{who} make it so alone; in the typical draw it takes {plural(_count(found.change.point), 'change')}."


def _crosses(one: Alone) -> bool:
    return bool(one.crossings or (one.true_at and not one.always))


def _count(point: Point) -> int:
    """The unknowns that are changed, without those that follow."""
    return sum(not one.follows for one in point.moved)


def _more_less(share: str) -> str:
    return f"less than {share[1:]}" if share[0] == "<" else f"more than {share[1:]}"


def _heading(text: str, screen: Screen) -> list[str]:
    return [screen.paint(line, "bold") for line in wrap(screen.label(screen.symbols(text)), screen.width)]


def _indented(text: str, screen: Screen, by: int = 2) -> list[str]:
    lines = wrap(screen.label(screen.symbols(text)), screen.width - by)
    return [" " * by + line for line in lines]


def _line(found: Discovery) -> str:
    claim = found.claim
    return f"{PLAIN[claim.relation]} {_exactly(claim.line, claim.chance)}{_unit(found)}"


def _exactly(line: float, chance: bool) -> str:
    return f"{100 * line:.6g}%" if chance else f"{line:.6g}"


def _unit(found: Discovery) -> str:
    unit = found.scenario.outcomes[found.claim.outcome].unit
    return f" {unit}" if unit and not found.claim.chance else ""


def _figure(found: Discovery, value: float) -> str:
    return percent(value, 0) if found.claim.chance else f"{number(value)}{_unit(found)}"


def _margin(found: Discovery, estimate: Estimate) -> str:
    size = half_width(estimate)
    if size == 0:
        return ""
    return f" (±{points(size).lstrip('<')} points)" if found.claim.chance else f" (±{number(size)})"


def _plain_margin(found: Discovery, estimate: Estimate) -> str:
    size = half_width(estimate)
    if size == 0:
        return ""
    return f" ±{max(100 * size, 0.1):.1f}" if found.claim.chance else f" ±{number(size)}"


def _value(found: Discovery, column: int, value: float) -> str:
    """A value of an unknown, in % where the scenario has it so."""
    if column in found.categories:
        return found.categories[column][round(value)][0]
    item = found.scenario.unknowns[found.names[column]]
    given = item.parameters
    if item.phrase is not None or (isinstance(given, Sequence) and any(isinstance(one, Percent) for one in given)):
        return in_percent(value)
    return number(value)


def _label(found: Discovery, column: int) -> str:
    name = found.names[column]
    return found.scenario.unknowns[name].label or name


# One unknown alone


def _alone(found: Discovery, screen: Screen) -> list[str]:
    lines = _heading("Each unknown alone", screen)
    telling = [one for one in found.alone if _crosses(one)]
    rest = [one for one in found.alone if one not in telling and one.best is not None]
    unclear = [one for one in rest if one.unclear]
    always = [one for one in rest if not one.unclear and one.always]
    never = [one for one in rest if not one.unclear and not one.always]
    simple = [one for one in telling if len(one.crossings) == 1 and not one.true_at]
    lines += _crossing_lines(found, simple, screen) if simple else []
    for one in telling:
        if one not in simple:
            lines += _sentence(found, one, screen)
    if unclear:
        lines += _indented(f"{_of(unclear, found)}: the figure stays within sampling error of the line.", screen)
    if always:
        lines += _indented(f"{_of(always, found)}: true whatever its value.", screen)
    if never and telling:
        lines += _indented(f"{_of(never, found)}: never true.", screen)
    elif never:
        lines += _how_far(found, never, screen)
    return lines


def _crossing_lines(found: Discovery, some: Sequence[Alone], screen: Screen) -> list[str]:
    """A row for each unknown that crosses the line once."""
    rows = []
    for one in some:
        crossing = one.crossings[0]
        side = "above" if crossing.enters else "below"
        ends = [None if end is None else _value(found, one.column, end) for end in (crossing.low, crossing.high)]
        rows.append((f"{side} {_value(found, one.column, crossing.value)}", _reach(*ends)))
    heads = ("true if it is", "95% interval")
    sizes = [max(width(row[place]) for row in (heads, *rows)) for place in range(2)]
    names = [screen.label(_label(found, one.column)) for one in some]
    room = min(max(map(width, names)), max(12, screen.width - 6 - sum(sizes)))
    lines = [screen.paint(f"  {left('', room)}  {right(heads[0], sizes[0])}  {right(heads[1], sizes[1])}", "dim")]
    for name, (value, reach) in zip(names, rows, strict=True):
        lines += _row(name, f"{right(value, sizes[0])}  {right(reach, sizes[1])}", room, 2, screen)
    return lines


def _reach(low: str | None, high: str | None) -> str:
    """The interval of a crossing."""
    if low is not None and high is not None:
        return "" if low == high else f"{low} to {high}"
    return f"{low} or more" if low is not None else f"{high} or less" if high is not None else "its whole range"


def _of(some: Sequence[Alone], found: Discovery) -> str:
    if len(some) == len(found.alone):
        return "Every unknown" if len(some) > 1 else _label(found, some[0].column)
    return _label(found, some[0].column) if len(some) == 1 else f"The {len(some)} others" if len(some) > 1 else ""


def _sentence(found: Discovery, one: Alone, screen: Screen) -> list[str]:
    name = _label(found, one.column)
    if one.true_at:
        near = {place.name for place in one.places if place.figure and _near(found, place.figure)}
        values = [f"{value}{NEAR if value in near else ''}" for value in one.true_at]
        text = f"{name}: true if it is {' or '.join(values)}"
    else:
        text = f"{name}: true {_regions(found, one)}"
    lines = wrap(screen.label(screen.symbols(text)), screen.width - 2, screen.width - 4)
    return [f"  {lines[0]}", *(f"    {line}" for line in lines[1:])]


def _near(found: Discovery, figure: Estimate) -> bool:
    return figure.low < found.claim.line < figure.high


def _regions(found: Discovery, one: Alone) -> str:
    """Where the claim is true along an unknown: above, below, between."""

    def at(place: int) -> str:
        crossing = one.crossings[place]
        low, high = (None if end is None else _value(found, one.column, end) for end in (crossing.low, crossing.high))
        value = _value(found, one.column, crossing.value)
        if low == high == value:
            return value
        return f"{value} ({_reach(low, high)})"

    parts, place = [], 0
    if not one.crossings[0].enters:
        parts.append(f"below {at(0)}")
        place = 1
    while place < len(one.crossings):
        if place + 1 < len(one.crossings):
            parts.append(f"between {at(place)} and {at(place + 1)}")
        else:
            parts.append(f"above {at(place)}")
        place += 2
    return " or ".join(parts)


def _how_far(found: Discovery, never: Sequence[Alone], screen: Screen) -> list[str]:
    rows = [(one, one.best) for one in never if one.best is not None and one.best.figure is not None]
    sign = -1 if found.claim.above else 1
    rows.sort(key=lambda row: sign * row[1].figure.value if row[1].figure else 0.0)
    rows = rows[:MOST_FAR]
    cells = [
        (
            screen.label(_label(found, one.column)),
            _figure(found, best.figure.value),
            screen.symbols(_plain_margin(found, best.figure)),
            screen.label(str(best.name or _value(found, one.column, best.value))),
        )
        for one, best in rows
        if best.figure is not None
    ]
    who = (
        "No unknown reaches it; furthest gets" if len(never) == len(found.alone) else f"{_of(never, found)}: never true"
    )
    heads = (screen.symbols(who), "figure", "", "if it is")
    sizes = [max(width(row[place]) for row in (heads, *cells)) for place in range(4)]
    sizes[0] = min(sizes[0], max(12, screen.width - 6 - sum(sizes[1:])))
    first, *more = wrap(heads[0], sizes[0], sizes[0], 2, screen)
    head = f"  {left(first, sizes[0])}  {right(heads[1], sizes[1])}{left('', sizes[2])}  {right(heads[3], sizes[3])}"
    lines = [screen.paint(head, "dim"), *(screen.paint(f"    {line}", "dim") for line in more)]
    for name, figure, margin, at in cells:
        row = f"{right(figure, sizes[1])}{left(margin, sizes[2])}  {right(at, sizes[3])}"
        lines += _row(name, row, sizes[0], 2, screen)
    return lines


def _row(name: str, rest: str, room: int, indent: int, screen: Screen) -> list[str]:
    """A name, in two lines where it is long, and what stands to the right of it."""
    first, *more = wrap(name, room, room - 2, 2, screen)
    return [" " * indent + f"{left(first, room)}  {rest}", *(" " * (indent + 2) + line for line in more)]


# Boxes


def _boxes(found: Discovery, screen: Screen) -> list[str]:
    lines = _heading("Several unknowns at once", screen)
    if not found.boxes:
        return [*lines, *_indented(_no_box(found), screen)]
    for place, box in enumerate(found.boxes):
        lines += _box(found, box, place, screen)
    return lines


def _no_box(found: Discovery) -> str:
    if found.share.value <= 0:
        return "There is no box: in no draw is it so."
    if found.share.value >= 1:
        return "There is no box: it is so in every draw."
    if found.cases < FEW_CASES:
        count = plural(found.cases, "draw")
        return f"Only {count} of those looked at make it so, too few to tell a box from chance: try more --draws."
    if found.share.value > HALF:
        return f"No restriction of a few unknowns tells much better where it is so: ask where it is {_opposite(found)}."
    return "No restriction of a few unknowns tells much better where it is so."


def _opposite(found: Discovery) -> str:
    claim = found.claim.opposite
    return f"{PLAIN[claim.relation]} {_exactly(claim.line, claim.chance)}{_unit(found)}"


def _box(found: Discovery, box: BoxFound, place: int, screen: Screen) -> list[str]:
    mass = _share(box.mass)
    first = f"In {mass} of what we don't know, where" if place == 0 else f"Beyond that, in a further {mass}, where"
    lines = _indented(first, screen)
    texts = [
        (screen.label(f"{_label(found, limit.column)} {_inside(found, limit)}"), _p(limit)) for limit in box.limits
    ]
    for text, p in texts:
        room = screen.width - 6 - 12
        first_line, *more = wrap(screen.symbols(text), room, room - 2)
        lines.append(f"      {left(first_line, room)}{right(p, 12)}")
        lines += [f"        {line}" for line in more]
    lines += _indented(
        f"it is true in {_share(box.density)} of the draws (density); these are {_share(box.coverage)} of all in which "
        "it is true (coverage).",
        screen,
    )
    return lines


def _share(found: Estimate) -> str:
    wide = half_width(found)
    if wide < COARSE:
        return percent(found.value) + (f" (±{points(wide)})" if wide > 0 else "")
    return f"{100 * found.value:.0f}% (±{100 * wide:.0f})"


def _inside(found: Discovery, limit: Limit) -> str:
    if limit.kept:
        return f"is {' or '.join(limit.kept)}"
    low, high = (None if end is None else _value(found, limit.column, end) for end in (limit.low, limit.high))
    if low is not None and high is not None:
        return f"is between {low} and {high}"
    return f"is above {low}" if high is None else f"is below {high}"


def _p(limit: Limit) -> str:
    return "p < 0.001" if limit.quasi_p < 0.001 else f"p = {limit.quasi_p:.3f}"


# The smallest change


def _change(found: Discovery, change: Change, screen: Screen) -> list[str]:
    before = "unknown" if change.before is None else _figure(found, change.before)
    if change.undone:
        head = f"The smallest change of the typical draw (every unknown at its median: {before}). What would undo it"
    else:
        head = f"The smallest change of the typical draw (every unknown at its median: {before})"
    lines = _heading(head, screen)
    if change.point is None:
        point = change.furthest
        what = "undoes" if change.undone else "reaches"
        lines += _indented(f"Nothing in the stated ranges {what} it.", screen)
        if point is not None and point.figure is not None:
            lines += _indented(f"The furthest point that was found has {_figure(found, point.figure)}:", screen)
            lines += _moves(found, point, screen)
        return lines
    lines += _moves(found, change.point, screen)
    lines += _indented(_summary(found, change, change.point), screen)
    return lines


def _summary(found: Discovery, change: Change, point: Point) -> str:
    figure = "unknown" if point.figure is None else _figure(found, point.figure)
    moved = sum(not one.follows for one in point.moved)
    changed = "this" if moved == 1 else f"these {moved}"
    text = f"With {changed} changed the figure is {figure}, at a distance of {point.distance:.1f} spreads"
    aim = found.claim.opposite if change.undone else found.claim
    if point.figure is None or not aim.holds(np.array(point.figure)):
        noise = " by no more than the noise of sampled histories" if found.settings.histories is not None else ""
        text += f", short of the line{noise}"
    enough = f"{change.smallest:.1f}"
    if point.distance > 1.01 * change.smallest and enough != f"{point.distance:.1f}":
        text += f" ({enough} if all unknowns may move a little)"
    hidden = [_label(found, one.column) for one in point.moved if not _known(found, one)]
    if hidden:
        text += f". Actors do not know {' and '.join(hidden)}: they still act on its mean"
    return f"{text}."


def _known(found: Discovery, one: Moved) -> bool:
    return found.scenario.unknowns[found.names[one.column]].known


def _moves(found: Discovery, point: Point, screen: Screen) -> list[str]:
    shown = point.moved[:MOST_MOVED]
    rows = [
        (
            screen.label(_label(found, one.column)) + (" (follows)" if one.follows else ""),
            screen.label(_value(found, one.column, one.start)),
            screen.label(_value(found, one.column, one.end)),
            screen.symbols(f"{one.spreads:+.1f}"),
            _quantile(one),
        )
        for one in shown
    ]
    heads = ("", "from", "to", "spreads", "percentile")
    sizes = [max(width(row[place]) for row in (heads, *rows)) for place in range(5)]
    sizes[0] = min(sizes[0], max(12, screen.width - 2 - sum(sizes[1:]) - 8))
    lines = [screen.paint("  " + "  ".join([left("", sizes[0]), *map(right, heads[1:], sizes[1:])]), "dim")]
    for name, *row in rows:
        lines += _row(name, "  ".join(map(right, row, sizes[1:])), sizes[0], 2, screen)
    if len(point.moved) > len(shown):
        lines.append(f"  and {len(point.moved) - len(shown)} more")
    return lines


def _quantile(one: Moved) -> str:
    level = 100 * one.level
    return f"{level:.1f}" if 0.1 <= level <= 99.9 else "<0.1" if level < 50 else ">99.9"


def _notes(found: Discovery, screen: Screen) -> list[str]:
    texts = []
    if found.alone:
        texts.append(
            "Alone: the unknown is held, the rest stays as uncertain as it is; intervals and ± are sampling error (95%)"
        )
    if found.boxes:
        texts.append(
            "Box: found on half of the draws, measured on the other half; p: how likely it would be true as often if "
            "that line told nothing"
        )
    if found.change and (found.change.point or found.change.furthest):
        texts.append("Spread: from the median to the 84th or 16th percentile; the figure is a run of the game there")
    return [line for text in texts for line in hanging(screen.symbols(text), screen)]


def _next(found: Discovery, ran: Ran, screen: Screen) -> list[str]:
    if ran.file == "-":
        return []
    words = ["explain" if found.change and found.change.point else "run", ran.file]
    if found.assumptions != "base":
        words += ["--assume", found.assumptions]
    point = found.change.point if found.change else None
    own = {f"unknowns.{found.names[one.column]}" for one in _own(point)}
    for path, value in found.overrides:
        words += ["--set", f"{path}={value}"] if path not in own else []
    for one in _own(point):
        words += ["--set", _setting(found, one)]
    return next_line(words, "", screen)


def _own(point: Point | None) -> Iterator[Moved]:
    return (one for one in (point.moved if point else ()) if not one.follows)


def _setting(found: Discovery, one: Moved) -> str:
    """What to type to have an unknown at its new value."""
    path = f"unknowns.{found.names[one.column]}"
    if one.column in found.categories:
        names = [name for name, _ in found.categories[one.column]]
        weights = ", ".join(f"{name}: {int(place == round(one.end))}" for place, name in enumerate(names))
        return f"{path}.choice={{{weights}}}"
    return f"{path}={one.end:.6g}"
