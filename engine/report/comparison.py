"""What comparing says, as text: every figure under every side, differences, and what explains them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor, log10
from typing import Final

from engine.analysis.comparison.comparison import FILES, PRECISION, SETS, WORDS, Comparison, Row
from engine.analysis.comparison.contents import Content
from engine.analysis.comparison.differences import Explained, Share
from engine.analysis.estimates import Estimate
from engine.report.charts import bar
from engine.report.figures import half_width, number, percent, plural
from engine.report.rounding import Rounded, added_up, in_places, rounded
from engine.report.terminal import Screen, cut, left, right, width, wrap
from engine.report.text import Ran, hanging, head_lines, next_line, rounded_up
from engine.scenario.assumptions import BASE

FEWEST_LABEL: Final = 18
MOST_LABEL: Final = 44
MOST_NAME: Final = 14
LONGEST_NAME: Final = 20
WORTH_A_WORD: Final = 0.005
"""Of other outcomes under one of many sides: half a point, or so much of a quantity."""
WIDE: Final = 100
MOST_ROWS: Final = 40
"""Of tables of every figure in several blocks."""
MOST_ELSEWHERE: Final = 2
"""Of other outcomes, for each of many sides."""
LINES: Final = 3
FEWEST_BAR: Final = 8
MOST_BAR: Final = 30
MOST_CONTENTS: Final = 12
MOST_NAMED: Final = 4
POINT_PLACES: Final = 2  # of points that are within their error
KINDS: Final = {SETS: "assumption set", FILES: "scenario", WORDS: "standard of words", PRECISION: "precision"}
MANY: Final = {SETS: "assumption sets", FILES: "scenarios", WORDS: "standards of words", PRECISION: "precisions"}


def comparison_text(found: Comparison, ran: Ran, screen: Screen) -> str:
    """All of it; warnings stand apart, in `found.warnings`."""
    several = _is_long(found, screen)
    blocks = [
        _head(found, ran, screen),
        *([] if several else [_names(found, screen)]),
        *(_summary(found, screen) if several else _tables(found, screen)),
        *_reasons(found, screen, several),
        *_contents(found, screen),
        _notes(found, screen),
        _next(found, ran, screen),
    ]
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"


# Head and foot


def _head(found: Comparison, ran: Ran, screen: Screen) -> list[str]:
    parts = [plural(len(found.sides), KINDS[found.what], MANY[found.what])]
    if found.assumptions:
        parts.append(f"assumptions {screen.label(found.assumptions)}")
    parts += [f"with {screen.label(f'{path} = {value}')}" for path, value in found.overrides.items()]
    sampled = next((side.result.settings for side in found.sides if side.result.settings.method != "exact"), None)
    if sampled is None:
        parts.append("exact: nothing is unknown")
    else:
        draws = f"the same {sampled.draws:,} draws for each{rounded_up(sampled.draws, sampled.histories, ran)}"
        parts += [draws, f"seed {sampled.seed}"]
    return head_lines(found.scenario, parts, ran, screen)


def _names(found: Comparison, screen: Screen) -> list[str]:
    """Which name stands for what."""
    if found.what not in (SETS, FILES):
        return []
    room = min(30, max(width(screen.label(side.name)) for side in found.sides))
    lines = []
    for side in found.sides:
        first, *more = wrap(screen.label(side.label), screen.width - room - 4, None, 2, screen)
        lines.append(f"  {left(cut(screen.label(side.name), room, screen), room)}  {screen.paint(first, 'dim')}")
        lines += [screen.paint(" " * (room + 4) + line, "dim") for line in more]
    return lines


def _notes(found: Comparison, screen: Screen) -> list[str]:
    first = screen.label(found.sides[0].name)
    where = "to the precision as it stands" if found.what == PRECISION else f"to {first}"
    texts = []
    exact = all(row is None or row.error == 0 for one in found.rows for row in one.differences)
    margin = "" if exact else "; ± is the sampling error (95%), small since the draws are the same"
    texts.append(f"Differences: {where}, in points or in a quantity's unit{margin}")
    played = [one for one in found.explained.values() if one.worlds]
    if played:
        texts.append(_about_shares(played))
    if found.what == PRECISION:
        texts.append("Precision: at 0 everyone chooses as if by tossing coins; the larger, the fewer slips")
    if _is_long(found, screen) and found.what in (SETS, FILES):
        texts.append("Left out: name one or two of them to see every outcome; --csv and --json have all")
    texts += [f"Note: {note}" for note in found.notes]
    return [line for text in texts for line in hanging(screen.symbols(text), screen)]


def _about_shares(played: Sequence[Explained]) -> str:
    worlds, orders = sum(one.worlds for one in played), max(one.orders for one in played)
    draws = sorted({one.draws for one in played})
    each = f"{draws[0]:,}" if len(draws) == 1 else f"{draws[0]:,} to {draws[-1]:,}"
    which = f"{orders} random orders" if orders else "all orders"
    return (
        f"Why: what a change adds when its turn comes, averaged over {which} in which the changes can be made "
        f"({worlds:,} further worlds, {each} of the draws each)"
    )


def _next(found: Comparison, ran: Ran, screen: Screen) -> list[str]:
    """What to ask next: why another outcome moved, that which moved most, or how one of the sides comes about."""
    if ran.file == "-":
        return []
    moved = [
        (row, one) for row in found.rows for one in row.differences[1:] if one is not None and row.kind != "choice"
    ]
    chances = [(abs(one.value), row.outcome) for row, one in moved if row.kind != "quantity" and _clear(one)]
    shown = found.asked or tuple(row.outcome for row, _ in moved[:1])
    if found.what == SETS and not found.asked and chances and max(chances)[1] not in shown:
        sets = [side.name for side in found.sides]
        words = ["compare", ran.file, *sets[: 0 if len(sets) > MOST_NAMED else None]]
        words += ["--outcome", max(chances)[1]]
    else:
        words = ["explain", ran.file]
        asked = found.sides[-1].name if found.what == SETS else found.assumptions
        words += ["--assume", asked] if asked not in ("", BASE) else []
    words += [word for path, value in found.overrides.items() for word in ("--set", f"{path}={value}")]
    return next_line(words, "", screen)


# The table


def _headings(found: Comparison, screen: Screen) -> list[str]:
    """The sides' names, short enough for a column; of files without their folders if that tells them apart."""
    names = [side.name for side in found.sides]
    bare = [name.replace("\\", "/").rsplit("/", 1)[-1] for name in names]
    if found.what == FILES and len(set(bare)) == len(bare):
        names = bare
    if found.what == PRECISION:
        names = [screen.symbols(f"× {name}") for name in names]
    return [cut(screen.label(name), MOST_NAME, screen) for name in names]


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of the table, or, without a row, the title of those below."""

    label: str
    row: Row | None = None


def _tables(found: Comparison, screen: Screen) -> Iterator[list[str]]:
    """The table, in blocks of as many sides as fit beside the first."""
    lines = list(_lines(found.rows))
    wanted = max(width(screen.label(line.label)) + 2 for line in lines if line.row)
    names = _headings(found, screen)
    if len(found.sides) == 2 and _room_beside(found, names, screen) >= FEWEST_LABEL:
        yield _pair(lines, found, names, wanted, screen)
        return
    label, first, cells = widths = _widths(found, screen)
    for block in _blocks(range(1, len(found.sides)), cells, screen.width - label - first):
        yield _block(lines, found, names, widths, block, screen)


def _widths(found: Comparison, screen: Screen) -> tuple[int, int, list[int]]:
    """Of the labels, of the first side's figures, and of each side's figures with the differences below them."""
    names = _headings(found, screen)
    wanted = max(width(screen.label(line.label)) + 2 for line in _lines(found.rows) if line.row)
    first = 2 + max(width(names[0]), *(width(_figure(row, 0, found, screen)) for row in found.rows))
    cells = [
        2 + max(width(names[place]), *(_cell_width(row, place, found, screen) for row in found.rows))
        for place in range(len(names))
    ]
    return max(FEWEST_LABEL, min(wanted, MOST_LABEL, screen.width // 3)), first, cells


def _is_long(found: Comparison, screen: Screen) -> bool:
    """Whether more sides than fit beside one another make tables that are too long to read."""
    label, first, cells = _widths(found, screen)
    blocks = _blocks(range(1, len(found.sides)), cells, screen.width - label - first)
    return len(blocks) > 1 and 2 * len(blocks) * len(found.rows) > MOST_ROWS


def _lines(rows: Sequence[Row]) -> Iterator[_Line]:
    events = [row for row in rows if row.kind == "event"]
    yield from (_Line(row.label, row) for row in events)
    for (label, _), group in groupby(
        (row for row in rows if row.kind == "choice"), lambda row: (row.label, row.outcome)
    ):
        yield _Line(label)
        yield from (_Line(row.value.replace("_", " "), row) for row in group)
    for kind, title in (("belief", "What they believe"), ("quantity", "Quantities (averages)")):
        found = [row for row in rows if row.kind == kind]
        if found:
            yield _Line(title)
        yield from (_Line(f"{row.label} ({row.unit})" if row.unit else row.label, row) for row in found)


def _beside(found: Comparison, names: Sequence[str], screen: Screen) -> list[int]:
    """The widths of both figures and of the difference beside them."""
    shown = [
        (_figure(row, 0, found, screen), _figure(row, 1, found, screen), _change(row, 1, screen)) for row in found.rows
    ]
    heads = (names[0], names[1], "difference")
    columns = zip(heads, zip(*shown, strict=True), strict=True)
    return [2 + max(width(text) for text in (head, *column)) for head, column in columns]


def _room_beside(found: Comparison, names: Sequence[str], screen: Screen) -> int:
    return screen.width - sum(_beside(found, names, screen))


def _pair(lines: Sequence[_Line], found: Comparison, names: Sequence[str], wanted: int, screen: Screen) -> list[str]:
    """Two sides and the difference beside them."""
    one, other, change = _beside(found, names, screen)
    label = min(wanted, screen.width - one - other - change)
    head = left("Outcome", label) + right(names[0], one) + right(names[1], other) + right("difference", change)
    made = [screen.paint(head, "dim")]
    for line in lines:
        if line.row is None:
            made += _title(line.label, screen)
            continue
        first, *more = wrap(screen.label(line.label), label - 2, label - 4, LINES, screen)
        a, b = _figure(line.row, 0, found, screen), _figure(line.row, 1, found, screen)
        difference = right(_change(line.row, 1, screen), change)
        made.append(
            left(f"  {first}", label)
            + right(a, one)
            + screen.paint(right(b, other), "bold")
            + _coloured(difference, line.row, 1, screen)
        )
        made += [f"    {rest}" for rest in more]
    return made


def _block(
    lines: Sequence[_Line],
    found: Comparison,
    names: Sequence[str],
    widths: tuple[int, int, Sequence[int]],
    block: Sequence[int],
    screen: Screen,
) -> list[str]:
    """The first side and some others, each difference below its figure."""
    label, first, cells = widths
    head = left("Outcome", label) + right(names[0], first) + "".join(right(names[i], cells[i]) for i in block)
    made = [screen.paint(head, "dim")]
    for line in lines:
        if line.row is None:
            made += _title(line.label, screen)
            continue
        row = line.row
        texts = wrap(screen.label(line.label), label - 2, label - 4, LINES, screen)
        figures = right(_figure(row, 0, found, screen), first) + screen.paint(
            "".join(right(_figure(row, i, found, screen), cells[i]) for i in block), "bold"
        )
        changes = " " * first + "".join(
            _coloured(right(_change(row, i, screen), cells[i]), row, i, screen) for i in block
        )
        made.append(left(f"  {texts[0]}", label) + figures)
        made.append(left(f"    {texts[1]}" if len(texts) > 1 else "", label) + changes)
        made += [f"    {rest}" for rest in texts[2:]]
    return made


def _blocks(others: Iterable[int], cells: Sequence[int], room: int) -> list[list[int]]:
    blocks: list[list[int]] = []
    used = room + 1
    for place in others:
        if used + cells[place] > room:
            blocks.append([])
            used = 0
        blocks[-1].append(place)
        used += cells[place]
    return blocks


def _cell_width(row: Row, place: int, found: Comparison, screen: Screen) -> int:
    return max(width(_figure(row, place, found, screen)), width(_change(row, place, screen)))


def _title(title: str, screen: Screen) -> list[str]:
    return [screen.paint(line, "bold") for line in wrap(screen.label(title), screen.width, None, LINES, screen)]


def _figure(row: Row, place: int, found: Comparison, screen: Screen) -> str:
    """A figure as `run` prints it; a dash where its condition never comes about."""
    estimate, settings = row.estimates[place], found.sides[place].result.settings
    if estimate is None:
        return screen.symbols("–")
    if row.kind == "quantity":
        return number(estimate.value)
    sampled = 0 if settings.method == "exact" or row.never[place] else settings.draws
    return percent(estimate.value, sampled)


def _change(row: Row, place: int, screen: Screen) -> str:
    estimate = row.differences[place]
    return "" if estimate is None else screen.symbols(_rounded(estimate, row).text)


def _coloured(text: str, row: Row, place: int, screen: Screen) -> str:
    estimate = row.differences[place]
    clear = estimate is not None and _clear(estimate)
    return screen.paint(text, "cyan") if clear else screen.paint(text, "dim")


def _clear(estimate: Estimate) -> bool:
    """Whether a difference is beyond its sampling error."""
    return estimate.value != 0 and abs(estimate.value) > half_width(estimate)


def _rounded(estimate: Estimate, row: Row) -> Rounded:
    return rounded(estimate, _scale(row), _figure_places(row) if row.kind == "quantity" else POINT_PLACES)


def _figure_places(row: Row) -> int:
    """Decimals of the largest figure in three digits: a difference within its error needs no more."""
    largest = max((abs(one.value) for one in row.estimates if one is not None), default=0.0)
    return max(0, 2 - floor(log10(largest))) if largest > 0 else 0


def _scale(row: Row) -> float:
    return 1.0 if row.kind == "quantity" else 100.0


# Many sides


def _summary(found: Comparison, screen: Screen) -> Iterator[list[str]]:
    """The outcome that is asked about under every side; then what else moves, or every figure where there is room."""
    for row in _asked(found):
        yield _one_outcome(row, found, screen)
    if found.what in (SETS, FILES):
        yield _elsewhere(found, screen)
        return
    names = _headings(found, screen)
    cells = [
        2 + max(width(names[i]), *(width(_figure(row, i, found, screen)) for row in found.rows)) for i in _all(found)
    ]
    label = max(FEWEST_LABEL, min(MOST_LABEL, screen.width - sum(cells)))
    for block in _blocks(_all(found), cells, screen.width - label):
        lines = [screen.paint(left("Outcome", label) + "".join(right(names[i], cells[i]) for i in block), "dim")]
        for line in _lines(found.rows):
            if line.row is None:
                lines += _title(line.label, screen)
                continue
            first, *more = wrap(screen.label(line.label), label - 2, label - 4, LINES, screen)
            lines.append(
                left(f"  {first}", label) + "".join(right(_figure(line.row, i, found, screen), cells[i]) for i in block)
            )
            lines += [f"    {rest}" for rest in more]
        yield lines


def _all(found: Comparison) -> range:
    return range(len(found.sides))


def _asked(found: Comparison) -> list[Row]:
    """The rows whose differences are explained."""
    singles = {row.outcome: row for row in found.rows if row.kind != "choice"}
    return [singles[name] for name in found.asked or tuple(singles)[:1]]


def _one_outcome(row: Row, found: Comparison, screen: Screen) -> list[str]:
    """A line for each side: its name, what it stands for, the figure and the difference."""
    names = [cut(screen.label(side.name), LONGEST_NAME, screen) for side in found.sides]
    if found.what == PRECISION:
        names = _headings(found, screen)
    figures = [_figure(row, place, found, screen) for place in _all(found)]
    changes = [_change(row, place, screen) for place in _all(found)]
    name, figure, change = 4 + max(map(width, names)), 2 + max(map(width, figures)), 2 + max(map(width, changes))
    change = max(change, 2 + width("difference"))
    room = screen.width - figure - change
    *more, last = wrap(screen.label(row.label), room - 2, None, LINES, screen)
    lines = [screen.paint(line, "bold") for line in more]
    heads = " " * (room - width(last) + figure) + right("difference", change)
    lines.append(screen.paint(last, "bold") + screen.paint(heads, "dim"))
    for place, side in enumerate(found.sides):
        about = "" if found.what == PRECISION else cut(screen.label(side.label), room - name - 2, screen)
        lines.append(
            left(f"  {names[place]}", name)
            + screen.paint(about, "dim")
            + " " * (room - name - width(about))
            + screen.paint(right(figures[place], figure), "bold")
            + _coloured(right(changes[place], change), row, place, screen)
        )
    return lines


def _elsewhere(found: Comparison, screen: Screen) -> list[str]:
    """What else each side moves most, beyond the sampling error."""
    asked = {row.outcome for row in _asked(found)}
    shown: list[tuple[int, Row]] = []
    still = []
    for place, side in enumerate(found.sides[1:], 1):
        moved = [row for row in found.rows if row.outcome not in asked and _moved(row, place) > 0]
        best: dict[str, Row] = {}
        for row in sorted(moved, key=lambda row: -_moved(row, place)):
            best.setdefault(row.outcome, row)
        shown += [(place, row) for row in list(best.values())[:MOST_ELSEWHERE]]
        still += [] if best else [screen.label(side.name)]
    if not shown:
        return []
    name = 4 + max(width(cut(screen.label(found.sides[place].name), LONGEST_NAME, screen)) for place, _ in shown)
    first = screen.width >= WIDE
    columns = {
        _headings(found, screen)[0]: [_figure(row, 0, found, screen) if first else "" for _, row in shown],
        "figure": [_figure(row, place, found, screen) for place, row in shown],
        "difference": [_change(row, place, screen) for place, row in shown],
    }
    cells = [2 + max(width(head), *map(width, texts)) for head, texts in columns.items()]
    cells[0] = cells[0] if first else 0
    room = screen.width - name - sum(cells)
    heads = "".join(map(right, list(columns)[0 if first else 1 :], cells[0 if first else 1 :]))
    lines = [screen.paint(left("What else moves most", name + room) + heads, "dim")]
    for line, (place, row) in enumerate(shown):
        repeated = line > 0 and shown[line - 1][0] == place
        side_name = "" if repeated else cut(screen.label(found.sides[place].name), LONGEST_NAME, screen)
        label = f"{row.label}: {row.value.replace('_', ' ')}" if row.value else row.label
        one, figure, change = (texts[line] for texts in columns.values())
        lines.append(
            left(f"  {side_name}", name)
            + left(cut(screen.label(label), room - 1, screen), room)
            + right(one, cells[0])
            + screen.paint(right(figure, cells[1]), "bold")
            + _coloured(right(change, cells[2]), row, place, screen)
        )
    if still:
        lines += [
            f"  {line}"
            for line in wrap(f"{', '.join(still)}: nothing else moves by half a point or more", screen.width - 2)
        ]
    return lines


def _moved(row: Row, place: int) -> float:
    """How far a side moves a figure: a chance in itself, a quantity as a part of it; 0 within the sampling error."""
    estimate, one, other = row.differences[place], row.estimates[0], row.estimates[place]
    if estimate is None or one is None or other is None or not _clear(estimate):
        return 0.0
    whole = 1.0 if row.kind != "quantity" else max(abs(one.value), abs(other.value), abs(estimate.value))
    moved = abs(estimate.value) / whole
    return moved if moved >= WORTH_A_WORD else 0.0


# Why


def _reasons(found: Comparison, screen: Screen, short: bool) -> Iterator[list[str]]:
    """Why each side differs.

    Args:
        short: whether sides that differ by a single change share one block, a line for each.
    """
    single = {}
    for name, why in found.explained.items():
        shares = next(iter(why.shares.values()), None) or ()
        if short and not why.impossible and len(shares) == 1:
            single[name] = shares[0]
    if single:
        yield _single_lines(single, screen)
    for row in _asked(found):
        for place, side in enumerate(found.sides):
            if side.name in found.explained and side.name not in single:
                yield _reason(row, place, found, screen)


def _single_lines(single: Mapping[str, Share], screen: Screen) -> list[str]:
    lines = _said("Where a single change makes all of the difference", screen)
    names = [cut(screen.label(name), LONGEST_NAME, screen) for name in single]
    name = 4 + max(map(width, names))
    for text, share in zip(names, single.values(), strict=True):
        item = share.item
        said = f"{item.before} → {item.after} · line {item.line}"
        if width(said) > (screen.width - name) // 2:
            said = f"line {item.line}"
        said = screen.label(screen.symbols(said))
        room = screen.width - name - width(said) - 2
        lines.append(left(f"  {text}", name) + left(cut(screen.label(item.label), room, screen), room) + f"  {said}")
    return lines


def _reason(row: Row, place: int, found: Comparison, screen: Screen) -> list[str]:
    first, side = found.sides[0], found.sides[place]
    why, whole = found.explained[side.name], row.differences[place]
    about = f"“{row.label}”"
    pair = f"{side.name} and in {first.name}"
    if whole is None:
        return _said(f"{about} has no value in {side.name} or in {first.name}, so there is no difference.", screen)
    if why.impossible:
        return _said(f"What makes {about} differ in {pair} cannot be told: {why.impossible}.", screen)
    shares = why.shares.get(row.outcome)
    if whole.error == 0 and whole.value == 0:
        return _said(f"{about} is the same in {pair}.", screen)
    if shares is None:
        return _said(
            f"What makes {about} differ in {pair} cannot be told: in a world between them it has no value.", screen
        )
    printed = _rounded(whole, row)
    telling = [share for share in shares if share.estimate.value != 0]
    if _clear(whole):
        much = f"{printed.size} {_unit(row, printed)} {'higher' if whole.value > 0 else 'lower'}"
        lines = _said(f"Why {about} is {much} in {side.name} than in {first.name}", screen)
    else:
        what = f"{about}: no difference between {pair.replace(' and in ', ' and ')} beyond the sampling error"
        lines = _said(
            f"{what} ({screen.symbols(printed.text)} {row.unit or 'units' if row.kind == 'quantity' else 'points'})",
            screen,
        )
        if len(telling) < 2 or not any(_clear(share.estimate) for share in telling):
            return lines
        lines += _plain("  but changes that pull against one another:", screen)
    return [*lines, *_share_lines(telling, row, printed, screen), *_without(shares, screen)]


def _unit(row: Row, printed: Rounded) -> str:
    if row.kind == "quantity":
        return row.unit or "units"
    return "point" if printed.size == "1" else "points"


def _said(text: str, screen: Screen) -> list[str]:
    return [screen.paint(line, "bold") for line in wrap(screen.label(screen.symbols(text)), screen.width, screen.width)]


def _plain(text: str, screen: Screen) -> list[str]:
    return [screen.symbols(text)]


def _share_lines(shares: Sequence[Share], row: Row, whole: Rounded, screen: Screen) -> list[str]:
    """Each share with a bar, the largest first; as printed they add up to the difference."""
    steps = added_up([share.estimate.value for share in shares], whole, _scale(row))
    order = sorted(range(len(shares)), key=lambda i: (-abs(shares[i].estimate.value), i))
    values = [_signed(step, whole.places) for step in steps]
    margins = [screen.symbols(_margin(share.estimate, row, whole.places)) for share in shares]
    value, margin = max(map(width, values)), max(map(width, margins))
    figures = 2 + value + (1 + margin if margin else 0)
    wanted = max(width(screen.label(share.item.label)) for share in shares) + 2
    label = min(wanted, screen.width - figures - FEWEST_BAR - 2)
    most = max(abs(share.estimate.value) for share in shares)
    room = min(MOST_BAR, screen.width - label - figures - 2)
    lines = []
    for i in order:
        share = shares[i]
        first, *more = wrap(screen.label(share.item.label), label - 2, label - 4, LINES, screen)
        drawn = bar(abs(share.estimate.value) / most, 0.0, room, screen.unicode).rstrip()
        figure = right(values[i], 2 + value) + (" " + left(margins[i], margin) if margin else "")
        lines.append(left(f"  {first}", label) + screen.paint(figure, "bold") + "  " + screen.paint(drawn, "cyan"))
        lines += [f"    {rest}" for rest in more]
        lines += [screen.paint(f"    {text}", "dim") for text in _from_to(share, screen)]
    return lines


def _from_to(share: Share, screen: Screen) -> list[str]:
    item = share.item
    place = f" · line {item.line}"
    room = screen.width - 4 - width(place) - 4
    before = cut(screen.label(item.before), max(12, room // 2), screen)
    after = cut(screen.label(item.after), room - width(before), screen)
    return [screen.symbols(f"{before} → {after}{place}")]


def _signed(steps: int, places: int) -> str:
    return ("+" if steps > 0 else "-" if steps < 0 else "") + in_places(abs(steps), places)


def _margin(estimate: Estimate, row: Row, places: int) -> str:
    if estimate.error == 0:
        return ""
    half = half_width(estimate) * _scale(row)
    return f"±{in_places(max(1, ceil(half * 10.0**places - 1e-9)), places)}"


def _without(shares: Sequence[Share], screen: Screen) -> list[str]:
    idle = [share.item.label for share in shares if share.estimate.value == 0]
    if not idle:
        return []
    return [
        screen.paint(f"  {line}", "dim")
        for line in wrap(screen.label(f"no effect: {'; '.join(idle)}"), screen.width - 2)
    ]


# Files


def _contents(found: Comparison, screen: Screen) -> Iterator[list[str]]:
    for name, contents in found.contents.items():
        if not contents:
            yield _said(f"{name} differs from {found.sides[0].name} in words alone", screen)
            continue
        lines = _said(f"Where {name} differs from {found.sides[0].name}", screen)
        for kind, title in (("changed", "changed"), ("added", "only here"), ("missing", "only in the first")):
            lines += _content_lines(title, [one for one in contents if one.kind == kind], screen)
        yield lines


def _content_lines(title: str, contents: Sequence[Content], screen: Screen) -> list[str]:
    if not contents:
        return []
    shown = [f"{_named(one)} (line {one.line})" for one in contents[:MOST_CONTENTS]]
    if len(contents) > len(shown):
        shown.append(f"and {len(contents) - len(shown)} more")
    first, *more = wrap(screen.label(f"{title}: {', '.join(shown)}"), screen.width - 2, screen.width - 4)
    return [f"  {first}", *(f"    {line}" for line in more)]


def _named(one: Content) -> str:
    return f"{one.section}.{one.name}" if one.name else one.section
