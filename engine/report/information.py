"""What it would be worth to know, as text that people like to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.analysis.estimates import Estimate
from engine.analysis.information import Forecast, Information, Item, Stake
from engine.analysis.knowable import EVERYTHING
from engine.analysis.knowing import Reaction
from engine.analysis.watching import Sight
from engine.report.figures import half_width, number, percent, plural, points
from engine.report.terminal import Screen, cut, left, right, width, wrap
from engine.report.text import Ran, command, joined, title_lines

MOST: Final = 12
"""Of what moves a forecast, that is shown."""
LEAST_SHARE: Final = 0.02
"""Of the largest move: what moves a forecast by less is only counted."""
FIGURE: Final = 16
SHARE: Final = 11


@dataclass(frozen=True, slots=True)
class _Row:
    """Something that moves a forecast."""

    verb: str
    label: str
    moves_by: Estimate
    share: str
    details: tuple[str, ...]


def information_text(found: Information, ran: Ran, screen: Screen) -> str:
    """The whole result; warnings stand apart."""
    blocks = [_head(found, ran, screen)]
    if found.forecasts:
        blocks.append(_forecast_lines(found, found.forecasts[0], screen))
    blocks.append(_actors_head(found, screen))
    blocks += [_stake_lines(found, stake, screen) for stake in found.stakes]
    blocks += [_notes(found, screen), _next(found, ran, screen)]
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"


# Private functions


def _head(found: Information, ran: Ran, screen: Screen) -> list[str]:
    settings = found.settings
    label = f" ({screen.label(found.label)})" if found.label else ""
    parts = [f"assumptions {screen.label(found.assumptions)}{label}"]
    parts += [f"with {screen.label(f'{path} = {value}')}" for path, value in found.overrides.items()]
    if settings.exact:
        parts.append("exact: nothing is unknown")
    else:
        rounded = f" ({ran.asked:,} rounded up)" if ran.asked not in (None, settings.draws) else ""
        if settings.histories is not None:
            rounded += f" of up to {settings.histories:,} histories"
        parts += [f"{settings.draws:,} draws{rounded}", f"seed {settings.seed}"]
    parts.append(f"{ran.seconds:.1f} s")
    return [*title_lines(found.scenario, screen), *(screen.paint(line, "dim") for line in joined(parts, screen))]


# Our forecast


def _forecast_lines(found: Information, one: Forecast, screen: Screen) -> list[str]:
    chance = one.kind != "quantity"
    now = percent(one.split.forecast.value) if chance else number(one.split.forecast.value)
    unit = found.scenario.outcomes[one.outcome].unit
    now += f" {screen.label(unit)}" if unit and not chance else ""
    title = f"What would move the forecast of “{screen.label(one.label)}”, now {now}, most"
    lines = [screen.paint(line, "bold") for line in wrap(screen.symbols(title), screen.width)]
    room = screen.width - FIGURE - SHARE
    lines.append(" " * room + right("points, mean" if chance else "mean move", FIGURE) + right("of unknown*", SHARE))
    rows = sorted((*_learning(one, screen), *_watching(found, one, room, screen)), key=lambda row: -row.moves_by.value)
    top = rows[0].moves_by.value if rows else 0.0
    shown = [row for row in rows if row.moves_by.value > max(LEAST_SHARE * top, half_width(row.moves_by))][:MOST]
    for row in shown:
        first, *more = wrap(row.label, room - 10, None, 2, screen)
        size = _size(row.moves_by, chance, screen)
        lines.append(f"  {left(row.verb, 7)}{left(first, room - 9)}{right(size, FIGURE)}{right(row.share, SHARE)}")
        lines += [f"         {line}" for line in (*more, *row.details)]
    rest = len(rows) - len(shown)
    if rest:
        lines.append(screen.paint(f"  {plural(rest, 'other')} would move it by less, or not measurably", "dim"))
    return lines


def _size(found: Estimate, chance: bool, screen: Screen) -> str:
    half = half_width(found)
    if chance:
        return points(found.value) + ("" if half == 0 else screen.symbols(f" ±{_short(100 * half)}"))
    return number(found.value) + ("" if half == 0 else screen.symbols(f" ±{_short(half)}"))


def _short(size: float) -> str:
    """A margin with one or two digits."""
    return f"{size:.2g}" if 1e-4 <= size < 1e4 else f"{size:.1e}" if size >= 1e4 else "0.0001"


def _learning(one: Forecast, screen: Screen) -> list[_Row]:
    whole = one.split.unknown.value
    rows = []
    for lesson in one.lessons:
        share = max(0.0, lesson.learned.variance.value / whole) if whole > 0 else 0.0
        text = f"{share:.0%}" if share >= 0.01 else "<1%"
        rows.append(_Row("learn", screen.label(lesson.label), lesson.learned.move, text, ()))
    return rows


def _watching(found: Information, one: Forecast, room: int, screen: Screen) -> list[_Row]:
    rows = []
    for item in one.watched or ():
        label = screen.label(item.label)
        if item.settles:
            label += " (it settles the question)"
        details = joined_cells([_sight(sight, one.kind != "quantity", screen) for sight in item.sights], room, screen)
        rows.append(_Row("watch", label, item.moves_by, "", tuple(details)))
    return rows


def _sight(sight: Sight, chance: bool, screen: Screen) -> str:
    after = "never seen" if sight.after is None else percent(sight.after.value) if chance else number(sight.after.value)
    name = "does not happen" if sight.value == "none" else screen.label(sight.value)
    return screen.symbols(f"{name} ({percent(sight.chance.value)}) → {after}")


def joined_cells(parts: Sequence[str], cells: int, screen: Screen) -> list[str]:
    """The parts with commas between, in lines that break between parts where they can."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]}; {part}" if lines else part
        if lines and width(longer) <= cells:
            lines[-1] = longer
        else:
            if lines:
                lines[-1] += ";"
            lines += wrap(part, cells, None, 2, screen)
    return lines


# Actors


def _actors_head(found: Information, screen: Screen) -> list[str]:
    if not found.stakes:
        return wrap("Nobody decides anything, so nobody but us could use what it knew.", screen.width)
    rounds = found.scenario.rounds
    scale = "in units of its payoff" if rounds is None else f"in units of its payoff in the first of {rounds.count} rounds"
    how = "nobody else knows that it knows" if found.secret else "all know that it knows"
    if found.alone:
        how = "nobody else decides"
    title = f"What knowing would be worth to each actor before it decides, {scale}; {how}"
    return [screen.paint(line, "bold") for line in wrap(title, screen.width)]


def _stake_lines(found: Information, stake: Stake, screen: Screen) -> list[str]:
    name = screen.label(stake.name)
    now = f", expects {number(stake.payoff.value)} now" if stake.payoff is not None else ""
    head = f"{name}: worst and best lie {number(stake.span)} apart{now}"
    lines = [screen.paint(line, "bold") for line in wrap(head, screen.width)]
    if not stake.items and not stake.idle:
        return [*lines, "  nothing that could be known is hidden from it"]
    others = not found.alone and not found.secret
    room = screen.width - FIGURE - SHARE - (SHARE if others else 0) - 2
    if stake.items:
        header = " " * (room + 2) + right("worth", FIGURE) + right("of span", SHARE)
        lines.append(header + (right("others**", SHARE) if others else ""))
    for item in stake.items:
        lines += _item_lines(found, stake, item, room, others, screen)
    if stake.idle:
        what = ", ".join(screen.label(part.label) for part in stake.idle)
        lines += [f"  {line}" for line in wrap(f"would change nothing: {what}", screen.width - 2, screen.width - 2)]
    return lines


def _item_lines(
    found: Information, stake: Stake, item: Item, room: int, others: bool, screen: Screen
) -> list[str]:
    text = screen.label(item.piece.label)
    if item.piece.kind != EVERYTHING and item.piece.note:
        text += f" ({screen.label(item.piece.note)})"
    first, *more = wrap(text, room - 1, room - 3, 3, screen)
    value = item.value(found.secret)
    if value is None or item.worth is None:
        return [f"  {left(first, room)}{right('unknown', FIGURE)}", *(f"    {line}" for line in more)]
    line = f"  {left(first, room)}{right(_worth(value, screen), FIGURE)}{right(_of_span(value, stake), SHARE)}"
    if others and item.worth.reaction is not None:
        line += right(_signed(item.worth.reaction.value), SHARE)
    lines = [line, *(f"    {line}" for line in more)]
    if value.value < 0 and value.high < 0:
        lines += [f"    {line}" for line in wrap(_why(found, item, screen), screen.width - 4, screen.width - 4)]
    return lines


def _worth(value: Estimate, screen: Screen) -> str:
    half = half_width(value)
    return _signed(value.value) + ("" if half == 0 else screen.symbols(f" ±{_short(half)}"))


def _signed(value: float) -> str:
    size = f"{abs(value):.2g}" if abs(value) >= 1e-4 else "<0.0001"
    if abs(value) < 1e-4:
        return "0" if abs(value) < 1e-12 else size
    return f"{'-' if value < 0 else '+'}{size}"


def _of_span(value: Estimate, stake: Stake) -> str:
    if stake.span <= 0:
        return ""
    share = value.value / stake.span
    size = f"{100 * abs(share):.2g}%" if abs(share) >= 1e-4 else "<0.01%"
    return f"-{size}" if share < 0 and abs(share) >= 1e-4 else size


def _why(found: Information, item: Item, screen: Screen) -> str:
    """Why knowledge makes an actor worse off."""
    worth = item.worth
    if worth is None:
        return ""
    alone = "with limited precision it slips more often where it has finer choices to make, or its own chances are wrong"
    if found.secret or worth.reaction is None or not worth.reactions:
        return f"worse off by itself: {alone}"
    harm = worth.reactions[0]
    secret = worth.secret
    texts = []
    if harm.effect.value < 0:
        texts.append(_reaction(found, harm, screen))
    if secret is not None:
        texts.append(f"kept secret, knowing it would be worth {_signed(secret.value)}")
        if secret.high < 0:
            texts.append(alone)
    return "; ".join(texts)


def _reaction(found: Information, harm: Reaction, screen: Screen) -> str:
    who = screen.label(list(found.names.values())[harm.actor])
    option, decision = screen.label(harm.option), screen.label(harm.decision)
    one, other = percent(harm.before), percent(harm.after)
    if one == other:
        moved = f"{who} chooses at “{decision}” as often, but elsewhere"
    else:
        moved = f"{who} answers with “{option}” at “{decision}” in {other} of cases instead of {one}"
    return screen.symbols(f"worse off: {moved}, which costs it {_signed(abs(harm.effect.value)).lstrip('+')}")


# Below


def _notes(found: Information, screen: Screen) -> list[str]:
    texts = []
    if found.forecasts and found.forecasts[0].split.unknown.value > 0:
        texts.append(_about_score(found.forecasts[0]))
    if any(one.watched for one in found.forecasts[:1]):
        when = "in the first round" if found.scenario.rounds is not None else "once the game is played"
        texts.append(f"watch: what everybody sees {when}; its chance, and the forecast after it")
    elif found.forecasts and found.forecasts[0].watched is None:
        texts.append("watch: what comes of a sight is told for events that may happen in any round, or once")
    if not found.alone and not found.secret and any(stake.items for stake in found.stakes):
        texts.append("** part of the worth that comes from what the others do because they know that it knows")
    if found.open and found.stakes:
        texts.append(
            f"{plural(found.open, 'unknown')} that all actors know already would be worth nothing to any of them"
        )
    lines = []
    for text in texts:
        lines += wrap(screen.symbols(text), screen.width, screen.width)
    return lines


def _about_score(one: Forecast) -> str:
    unknown, chance = one.split.unknown.value, max(0.0, one.split.chance.value)
    score = "Brier score" if one.kind != "quantity" else "squared error"
    share = unknown / (unknown + chance) if unknown + chance > 0 else 0.0
    return (
        f"* share of the {number(unknown)} by which the expected {score}, {number(unknown + chance)}, would fall if we "
        f"knew all unknowns ({share:.0%} of it; the rest is chance)"
    )


def _next(found: Information, ran: Ran, screen: Screen) -> list[str]:
    texts = [item for stake in found.stakes for item in stake.items if item.worth is not None]
    harmful = any(item.worth.value.high < 0 for item in texts if item.worth is not None)
    if harmful and not found.secret:
        words, why = ["engine", "voi", ran.file, "--secret"], "if nobody knew that it is known"
    elif found.stakes and found.stakes[0].items:
        words, why = ["engine", "explain", ran.file, "--actor", found.stakes[0].actor], "why it chooses as it does"
    else:
        words, why = ["engine", "explain", ran.file], "why they choose as they do"
    line = f"Next: {command(screen, *words)}"
    return [screen.paint(cut(f"{line}   {why}", max(screen.width, width(line)), screen), "dim")]


