"""What it would be worth to know, as text that people like to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Final

from engine.analysis.estimates import Estimate
from engine.analysis.information.information import Forecast, Information, Item, Stake
from engine.analysis.information.knowable import EVERYTHING
from engine.analysis.information.knowing import Reaction
from engine.analysis.information.watching import Sight
from engine.report.figures import day, half_width, number, percent, plural
from engine.report.terminal import Screen, left, right, width, wrap
from engine.report.text import Ran, command, joined, title_lines
from engine.scenario.calendar import round_ends

MOST: Final = 12
"""Of what moves a forecast, that is shown."""
ROUNDING: Final = 1e-10
RELATIVE: Final = 1e-6
"""A margin that is a smaller part of its figure is not shown beside three digits."""
LARGE, TINY = 1e6, 1e-4
LEAST_OF_SPAN: Final = 1e-4
LEAST_SHARE: Final = 0.02
"""Of the largest move: what moves a forecast by less is only counted."""
FIGURE: Final = 16
SHARE: Final = 9


@dataclass(frozen=True, slots=True)
class _Row:
    """Something that moves a forecast; `least` is the lower end of how much that is worth."""

    verb: str
    label: str
    moves_by: Estimate
    least: float
    share: str
    details: tuple[str, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether it moves it at all, beyond what is sampling error."""
        return self.moves_by.low > 0 and self.least > 0


def information_text(found: Information, ran: Ran, screen: Screen) -> str:
    """The whole result; warnings stand apart."""
    blocks = [_head(found, ran, screen)]
    if found.forecasts:
        blocks.append(_forecast_lines(found, found.forecasts[0], screen))
    else:
        blocks.append(["There is nothing to forecast: what the outcome is taken among never comes about."])
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
    what = f"“{screen.label(one.label)}”" + (f" ({screen.label(one.value)})" if one.value else "")
    title = f"What would move the forecast of {what}, now {now}, most on average"
    lines = [screen.paint(line, "bold") for line in wrap(screen.symbols(title), screen.width)]
    room = screen.width - FIGURE - SHARE
    lines.append(" " * room + right("by (points)" if chance else "by", FIGURE) + right("share*", SHARE))
    rows = sorted((*_learning(one, screen), *_watching(found, one, room, screen)), key=lambda row: -row.moves_by.value)
    top = rows[0].moves_by.value if rows else 0.0
    shown = [row for row in rows if row.certain and row.moves_by.value > LEAST_SHARE * top][:MOST]
    scale = 100.0 if chance else 1.0
    places = _places([row.moves_by for row in shown], scale)
    places = min(2, max(1, places)) if chance else places
    for row in shown:
        first, *more = wrap(row.label, room - 10, None, 2, screen)
        size = _with_margin(scale * row.moves_by.value, scale * half_width(row.moves_by), places, screen)
        lines.append(f"  {left(row.verb, 7)}{left(first, room - 9)}{right(size, FIGURE)}{right(row.share, SHARE)}")
        lines += [f"         {line}" for line in (*more, *row.details)]
    rest = len(rows) - len(shown)
    if rest:
        others = plural(rest, "other") if shown else plural(rest, "thing")
        lines.append(screen.paint(f"  {others} would move it {'less, or ' if shown else ''}not measurably", "dim"))
    return lines


def _with_margin(value: float, half: float, places: int, screen: Screen, sign: str = "") -> str:
    """A figure and its margin with as many decimals; short where decimals do not suit its size."""
    if places < 0:
        short = f"+{number(value)}" if sign and value > 0 else number(value)
        return screen.symbols(f"{short} ±{number(float(f'{half:.1g}'))}") if half > RELATIVE * abs(value) else short
    least = 0.5 * 10.0**-places
    if abs(value) < least and half < least:
        return "0" if abs(value) < ROUNDING and half < ROUNDING else f"<{10.0**-places:.{places}f}"
    text = f"{value:{sign},.{places}f}"
    return text if half < ROUNDING else screen.symbols(f"{text} ±{max(half, 10.0**-places):,.{places}f}")


def _places(values: Sequence[Estimate], scale: float = 1.0) -> int:
    """Decimals that show one digit of the largest margin; where there is none, three of the largest figure.

    -1 where figures are so large or small that decimals do not suit them.
    """
    half = max((scale * half_width(one) for one in values), default=0.0)
    size = max((scale * abs(one.value) for one in values), default=0.0)
    if size >= LARGE or 0 < size < TINY:
        return -1
    if ROUNDING < half < float("inf"):
        return max(0, min(6, -floor(log10(half))))
    return max(0, min(6, 2 - floor(log10(size)))) if size > ROUNDING else 1


def _learning(one: Forecast, screen: Screen) -> list[_Row]:
    whole = one.split.unknown.value
    rows = []
    for lesson in one.lessons:
        share = max(0.0, lesson.learned.variance.value / whole) if whole > 0 else 0.0
        text = f"{share:.0%}" if share >= 0.01 else "<1%"
        rows.append(_Row("learn", screen.label(lesson.label), lesson.learned.move, lesson.learned.variance.low, text))
    return rows


def _watching(found: Information, one: Forecast, room: int, screen: Screen) -> list[_Row]:
    rows = []
    for item in one.watched or ():
        label = screen.label(item.label)
        if item.settles:
            label += " (it settles the question)"
        details = joined_cells([_sight(sight, one.kind != "quantity", screen) for sight in item.sights], room, screen)
        rows.append(_Row("watch", label, item.moves_by, item.moves_by.low, "", tuple(details)))
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
    scale = "in units of its payoff"
    if rounds is not None:
        scale += f" in the first of {rounds.count} rounds"
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
    small = [screen.label(item.piece.label) for item in stake.items if _is_small(found, stake, item)]
    idle = [screen.label(part.label) for part in stake.idle]
    shown = [item for item in stake.items if not _is_small(found, stake, item)]
    if shown:
        header = " " * (room + 2) + right("worth", FIGURE) + right("of span", SHARE)
        lines.append(header + (right("others**", SHARE) if others else ""))
    worths = [value for item in shown if (value := item.value(found.secret)) is not None]
    places = _places(worths)
    for item in shown:
        lines += _item_lines(found, stake, item, (room, places), others, screen)
    for texts, what in ((small, "worth less than 0.01% of that span"), (idle, "would change nothing")):
        if texts:
            lines += [f"  {line}" for line in wrap(f"{what}: {', '.join(texts)}", screen.width - 2, screen.width - 4)]
    return lines


def _is_small(found: Information, stake: Stake, item: Item) -> bool:
    value = item.value(found.secret)
    return value is not None and max(abs(value.low), abs(value.high)) < LEAST_OF_SPAN * stake.span


def _item_lines(
    found: Information, stake: Stake, item: Item, layout: tuple[int, int], others: bool, screen: Screen
) -> list[str]:
    room, places = layout
    text = screen.label(item.piece.label)
    if item.piece.kind != EVERYTHING and item.piece.note:
        text += f" ({screen.label(item.piece.note)})"
    first, *more = wrap(text, room - 1, room - 3, 3, screen)
    value = item.value(found.secret)
    if value is None or item.worth is None:
        return [f"  {left(first, room)}{right('unknown', FIGURE)}", *(f"    {line}" for line in more)]
    size = _with_margin(value.value, half_width(value), places, screen, "+")
    line = f"  {left(first, room)}{right(size, FIGURE)}{right(_of_span(value, stake), SHARE)}"
    if others and item.worth.reaction is not None:
        reaction = item.worth.reaction.value
        reaction = reaction if abs(reaction) > ROUNDING * stake.span else 0.0
        line += right(_with_margin(reaction, 0.0, places, screen, "+"), SHARE)
    lines = [line, *(f"    {line}" for line in more)]
    if value.value < 0 and value.high < 0:
        lines += [f"    {line}" for line in wrap(_why(found, item, screen), screen.width - 4, screen.width - 4)]
    return lines


def _signed(value: float) -> str:
    return f"{value:+.2g}"


def _of_span(value: Estimate, stake: Stake) -> str:
    return f"{100 * value.value / stake.span:+.2f}%" if stake.span > 0 else ""


def _why(found: Information, item: Item, screen: Screen) -> str:
    """Why knowledge makes an actor worse off."""
    worth = item.worth
    if worth is None:
        return ""
    who = screen.label(found.names[item.piece.actor])
    alone = "it errs more often where it has finer choices to make, or acts on chances that are not the true ones"
    if found.secret or worth.secret is None:
        return f"worse off by itself: {alone}"
    texts = []
    if worth.reactions and worth.reactions[0].effect.value < 0:
        texts.append(f"worse off: {_reaction(found, worth.reactions[0], screen)}, which costs {who} ")
        texts[-1] += f"{abs(worth.reactions[0].effect.value):.2g}"
    texts.append(f"if nobody knew that it knows, it would be worth {_signed(worth.secret.value)}")
    if worth.secret.high < 0:
        texts.append(alone)
    return "; ".join(texts)


def _reaction(found: Information, harm: Reaction, screen: Screen) -> str:
    who = screen.label(list(found.names.values())[harm.actor])
    option, decision = screen.label(harm.option), screen.label(harm.decision)
    moved = f"at “{decision}” {who} chooses otherwise in {percent(harm.differs)} of cases"
    one, other = percent(harm.before), percent(harm.after)
    if one != other:
        moved += f" (“{option}” {other} instead of {one})"
    return screen.symbols(moved)


# Below


def _notes(found: Information, screen: Screen) -> list[str]:
    one = found.forecasts[0] if found.forecasts else None
    rounds = found.scenario.rounds
    texts = []
    if one is not None and one.split.unknown.value > 0 and one.lessons:
        texts.append("learn: an unknown, and the forecast once it is known")
    if one is not None and one.watched:
        ends = round_ends(found.scenario)
        until = f" (until {day(ends[0])})" if ends else ""
        when = f"in the first round{until}" if rounds is not None else "once the game is played"
        texts.append(f"watch: what everybody sees {when}, how likely it is, and the forecast after it")
    elif one is not None and one.watched is None:
        texts.append("watch: what comes of a sight is told of events that may happen in any round, not of this outcome")
    if one is not None and one.split.unknown.value > 0:
        texts.append(_about_score(one))
    if not found.alone and not found.secret and any(stake.items for stake in found.stakes):
        texts.append("**: the part of it that comes from what others do because they know that it knows")
    if found.open and found.stakes:
        texts.append(f"not listed: {plural(found.open, 'unknown')} that all actors know already, worth nothing to them")
    return [line for text in texts for line in wrap(screen.symbols(text), screen.width, screen.width - 2)]


def _about_score(one: Forecast) -> str:
    unknown, chance = one.split.unknown.value, max(0.0, one.split.chance.value)
    score = "Brier score" if one.kind != "quantity" else "squared error"
    part = unknown / (unknown + chance) if unknown + chance > 0 else 0.0
    share = f"{part:.0%}" if part >= 0.01 else "less than 1%"
    return (
        f"*: of the {number(unknown)} by which the expected {score}, now {number(unknown + chance)}, would fall if we "
        f"knew all unknowns ({share} of it; the rest is chance)"
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
    whole = f"{line}   {why}"
    return [screen.paint(whole if width(whole) <= screen.width else line, "dim")]
