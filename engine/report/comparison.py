"""What comparing says, as text: every figure under every side, differences, and what explains them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from engine.analysis.comparison.comparison import FILES, PRECISION, SETS, WORDS, Comparison, Row
from engine.analysis.comparison.contents import Content
from engine.analysis.comparison.differences import Explained
from engine.report.comparison_reasons import bold_lines, reason_blocks
from engine.report.comparison_tables import (
    asked_rows,
    blocks_of,
    change_text,
    coloured,
    figure_text,
    headings,
    is_clear,
    is_long,
    lines_of,
    table_blocks,
    title_of,
)
from engine.report.figures import plural
from engine.report.terminal import Screen, cut, left, right, width, wrap
from engine.report.text import Ran, hanging, head_lines, next_line, rounded_up
from engine.scenario.assumptions import BASE

FEWEST_LABEL: Final = 18
MOST_LABEL: Final = 44
LONGEST_NAME: Final = 20
WORTH_A_WORD: Final = 0.005
"""Of other outcomes under one of many sides: half a point, or so much of a quantity."""
WIDE: Final = 100
MOST_ELSEWHERE: Final = 2
"""Of other outcomes, for each of many sides."""
LINES: Final = 3
MOST_CONTENTS: Final = 12
MOST_NAMED: Final = 4
KINDS: Final = {SETS: "assumption set", FILES: "scenario", WORDS: "standard of words", PRECISION: "precision"}
MANY: Final = {SETS: "assumption sets", FILES: "scenarios", WORDS: "standards of words", PRECISION: "precisions"}


def comparison_text(found: Comparison, ran: Ran, screen: Screen) -> str:
    """All of it; warnings stand apart, in `found.warnings`."""
    several = is_long(found, screen)
    blocks = [
        _head(found, ran, screen),
        *([] if several else [_names(found, screen)]),
        *(_summary(found, screen) if several else table_blocks(found, screen)),
        *reason_blocks(found, screen, several),
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
    if is_long(found, screen) and found.what in (SETS, FILES):
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
    chances = [(abs(one.value), row.outcome) for row, one in moved if row.kind != "quantity" and is_clear(one)]
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


# Many sides


def _summary(found: Comparison, screen: Screen) -> Iterator[list[str]]:
    """The outcome that is asked about under every side; then what else moves, or every figure where there is room."""
    for row in asked_rows(found):
        yield _one_outcome(row, found, screen)
    if found.what in (SETS, FILES):
        yield _elsewhere(found, screen)
        return
    names = headings(found, screen)
    cells = [
        2 + max(width(names[i]), *(width(figure_text(row, i, found, screen)) for row in found.rows))
        for i in _all(found)
    ]
    label = max(FEWEST_LABEL, min(MOST_LABEL, screen.width - sum(cells)))
    for block in blocks_of(_all(found), cells, screen.width - label):
        lines = [screen.paint(left("Outcome", label) + "".join(right(names[i], cells[i]) for i in block), "dim")]
        for line in lines_of(found.rows):
            if line.row is None:
                lines += title_of(line.label, screen)
                continue
            first, *more = wrap(screen.label(line.label), label - 2, label - 4, LINES, screen)
            lines.append(
                left(f"  {first}", label)
                + "".join(right(figure_text(line.row, i, found, screen), cells[i]) for i in block)
            )
            lines += [f"    {rest}" for rest in more]
        yield lines


def _all(found: Comparison) -> range:
    return range(len(found.sides))


def _one_outcome(row: Row, found: Comparison, screen: Screen) -> list[str]:
    """A line for each side: its name, what it stands for, the figure and the difference."""
    names = [cut(screen.label(side.name), LONGEST_NAME, screen) for side in found.sides]
    if found.what == PRECISION:
        names = headings(found, screen)
    figures = [figure_text(row, place, found, screen) for place in _all(found)]
    changes = [change_text(row, place, screen) for place in _all(found)]
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
            + coloured(right(changes[place], change), row, place, screen)
        )
    return lines


def _elsewhere(found: Comparison, screen: Screen) -> list[str]:
    """What else each side moves most, beyond the sampling error."""
    asked = {row.outcome for row in asked_rows(found)}
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
        headings(found, screen)[0]: [figure_text(row, 0, found, screen) if first else "" for _, row in shown],
        "figure": [figure_text(row, place, found, screen) for place, row in shown],
        "difference": [change_text(row, place, screen) for place, row in shown],
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
            + coloured(right(change, cells[2]), row, place, screen)
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
    if estimate is None or one is None or other is None or not is_clear(estimate):
        return 0.0
    whole = 1.0 if row.kind != "quantity" else max(abs(one.value), abs(other.value), abs(estimate.value))
    moved = abs(estimate.value) / whole
    return moved if moved >= WORTH_A_WORD else 0.0


# Files


def _contents(found: Comparison, screen: Screen) -> Iterator[list[str]]:
    for name, contents in found.contents.items():
        if not contents:
            yield bold_lines(f"{name} differs from {found.sides[0].name} in words alone", screen)
            continue
        lines = bold_lines(f"Where {name} differs from {found.sides[0].name}", screen)
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
