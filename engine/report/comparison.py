"""What comparing says, as text: every figure under every side, differences, and what explains them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import Final

from engine.analysis.comparison.comparison import FILES, PRECISION, SETS, WORDS, Comparison, Row
from engine.analysis.comparison.contents import Content
from engine.analysis.comparison.differences import Explained, Share
from engine.analysis.estimates import Estimate
from engine.report.charts import bar
from engine.report.figures import half_width, number, percent, plural
from engine.report.rounding import Rounded, added_up, in_places, rounded
from engine.report.terminal import Screen, cut, left, right, width, wrap
from engine.report.text import Ran, command, joined, title_lines
from engine.scenario.assumptions import BASE

FEWEST_LABEL: Final = 18
MOST_LABEL: Final = 44
MOST_NAME: Final = 14
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
    blocks = [
        _head(found, ran, screen),
        _names(found, screen),
        *_tables(found, screen),
        *_reasons(found, screen),
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
        rounding = f" ({ran.asked:,} rounded up)" if ran.asked not in (None, sampled.draws) else ""
        if sampled.histories is not None:
            rounding += f" of up to {sampled.histories:,} histories"
        parts += [f"the same {sampled.draws:,} draws for each{rounding}", f"seed {sampled.seed}"]
    parts.append(f"{ran.seconds:.1f} s")
    return [*title_lines(found.scenario, screen), *(screen.paint(line, "dim") for line in joined(parts, screen))]


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
    margin = "" if exact else "; ± is the sampling error (95% interval), which the same draws make small"
    texts.append(f"Differences: {where}, of chances in points, of quantities in their unit{margin}")
    played = [one for one in found.explained.values() if one.worlds]
    if played:
        texts.append(_about_shares(played))
    if found.what == PRECISION:
        texts.append("Precision: at 0 everyone chooses as if by tossing coins; the larger, the fewer slips")
    texts += [f"Note: {note}" for note in found.notes]
    return [line for text in texts for line in _hanging(screen.symbols(text), screen)]


def _about_shares(played: Sequence[Explained]) -> str:
    worlds, orders = sum(one.worlds for one in played), max(one.orders for one in played)
    draws = sorted({one.draws for one in played})
    each = f"{draws[0]:,}" if len(draws) == 1 else f"{draws[0]:,} to {draws[-1]:,}"
    which = f"{orders} random orders" if orders else "all orders"
    return (
        f"Why: what a change adds when its turn comes, averaged over {which} in which the changes can be made "
        f"({worlds:,} further worlds, {each} of the draws each)"
    )


def _hanging(text: str, screen: Screen) -> list[str]:
    word, _, rest = text.partition(": ")
    indent = len(word) + 2
    lines = wrap(screen.label(rest), screen.width - indent)
    return [screen.paint(f"{word}:", "bold") + " " + lines[0], *(" " * indent + line for line in lines[1:])]


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
        words = ["engine", "compare", ran.file, *sets[: 0 if len(sets) > MOST_NAMED else None]]
        words += ["--outcome", max(chances)[1]]
    else:
        words = ["engine", "explain", ran.file]
        asked = found.sides[-1].name if found.what == SETS else found.assumptions
        words += ["--assume", asked] if asked not in ("", BASE) else []
    words += [word for path, value in found.overrides.items() for word in ("--set", f"{path}={value}")]
    return [screen.paint("Next:", "bold") + " " + command(screen, *words)]


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
    others = list(range(1, len(found.sides)))
    names = _headings(found, screen)
    if len(others) == 1 and _room_beside(found, names, screen) >= FEWEST_LABEL:
        yield _pair(lines, found, names, wanted, screen)
        return
    first = 2 + max(width(names[0]), *(width(_figure(row, 0, found, screen)) for row in found.rows))
    label = max(FEWEST_LABEL, min(wanted, MOST_LABEL, screen.width // 3))
    cells = [
        2 + max(width(names[place]), *(_cell_width(row, place, found, screen) for row in found.rows))
        for place in range(len(names))
    ]
    for block in _blocks(others, cells, screen.width - label - first):
        yield _block(lines, found, names, (label, first, cells), block, screen)


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


def _blocks(others: Sequence[int], cells: Sequence[int], room: int) -> list[list[int]]:
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
    return rounded(estimate, _scale(row), None if row.kind == "quantity" else POINT_PLACES)


def _scale(row: Row) -> float:
    return 1.0 if row.kind == "quantity" else 100.0


# Why


def _reasons(found: Comparison, screen: Screen) -> Iterator[list[str]]:
    singles = {row.outcome: row for row in found.rows if row.kind != "choice"}
    asked = found.asked or tuple(singles)[:1]
    for name in asked:
        for place, side in enumerate(found.sides):
            if side.name in found.explained:
                yield _reason(singles[name], place, found, screen)


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
        lines = _said(f"{what} ({screen.symbols(printed.text)} {_unit(row, printed)})", screen)
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
