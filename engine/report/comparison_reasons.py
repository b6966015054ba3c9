"""What explains the differences: a share for each change, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Final

from engine.analysis.comparison.comparison import Comparison, Row
from engine.analysis.comparison.differences import Share
from engine.analysis.estimates import Estimate
from engine.report.charts import bar
from engine.report.comparison_tables import asked_rows, in_digits, is_clear, scale_of
from engine.report.figures import half_width
from engine.report.rounding import Rounded, added_up, in_places
from engine.report.terminal import Screen, cut, left, right, width, wrap

LONGEST_NAME: Final = 20
LINES: Final = 3
FEWEST_BAR: Final = 8
MOST_BAR: Final = 30


def reason_blocks(found: Comparison, screen: Screen, short: bool) -> Iterator[list[str]]:
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
    for row in asked_rows(found):
        for place, side in enumerate(found.sides):
            if side.name in found.explained and side.name not in single:
                yield _reason(row, place, found, screen)


def _single_lines(single: Mapping[str, Share], screen: Screen) -> list[str]:
    lines = bold_lines("Where a single change makes all of the difference", screen)
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
        return bold_lines(f"{about} has no value in {side.name} or in {first.name}, so there is no difference.", screen)
    if why.impossible:
        return bold_lines(f"What makes {about} differ in {pair} cannot be told: {why.impossible}.", screen)
    shares = why.shares.get(row.outcome)
    if whole.error == 0 and whole.value == 0:
        return bold_lines(f"{about} is the same in {pair}.", screen)
    if shares is None:
        return bold_lines(
            f"What makes {about} differ in {pair} cannot be told: in a world between them it has no value.", screen
        )
    printed = in_digits(whole, row)
    telling = [share for share in shares if share.estimate.value != 0]
    if is_clear(whole):
        much = f"{printed.size} {_unit(row, printed)} {'higher' if whole.value > 0 else 'lower'}"
        lines = bold_lines(f"Why {about} is {much} in {side.name} than in {first.name}", screen)
    else:
        what = f"{about}: no difference between {pair.replace(' and in ', ' and ')} beyond the sampling error"
        lines = bold_lines(
            f"{what} ({screen.symbols(printed.text)} {row.unit or 'units' if row.kind == 'quantity' else 'points'})",
            screen,
        )
        if len(telling) < 2 or not any(is_clear(share.estimate) for share in telling):
            return lines
        lines += _plain("  but changes that pull against one another:", screen)
    return [*lines, *_share_lines(telling, row, printed, screen), *_without(shares, screen)]


def _unit(row: Row, printed: Rounded) -> str:
    if row.kind == "quantity":
        return row.unit or "units"
    return "point" if printed.size == "1" else "points"


def bold_lines(text: str, screen: Screen) -> list[str]:
    """Our own words in lines that stand out."""
    return [screen.paint(line, "bold") for line in wrap(screen.label(screen.symbols(text)), screen.width, screen.width)]


def _plain(text: str, screen: Screen) -> list[str]:
    return [screen.symbols(text)]


def _share_lines(shares: Sequence[Share], row: Row, whole: Rounded, screen: Screen) -> list[str]:
    """Each share with a bar, the largest first; as printed they add up to the difference."""
    steps = added_up([share.estimate.value for share in shares], whole, scale_of(row))
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
    half = half_width(estimate) * scale_of(row)
    return f"±{in_places(max(1, ceil(half * 10.0**places - 1e-9)), places)}"


def _without(shares: Sequence[Share], screen: Screen) -> list[str]:
    idle = [share.item.label for share in shares if share.estimate.value == 0]
    if not idle:
        return []
    return [
        screen.paint(f"  {line}", "dim")
        for line in wrap(screen.label(f"no effect: {'; '.join(idle)}"), screen.width - 2)
    ]
