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
from engine.report.text import Ran, assumed_parts, hanging, head_lines, next_line, rounded_up
from engine.scenario.calendar import round_ends

MOST: Final = 8
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
MOST_NAMED: Final = 3
"""Of things that are worth nothing; beyond, they are counted."""
LINES: Final = 3


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
    parts = assumed_parts(found.assumptions, found.label, found.overrides.items(), screen)
    if settings.exact:
        parts.append("exact: nothing is unknown")
    else:
        draws = f"{settings.draws:,} draws{rounded_up(settings.draws, settings.histories, ran)}"
        parts += [draws, f"seed {settings.seed}"]
    return head_lines(found.scenario, parts, ran, screen)


# Our forecast


def _forecast_lines(found: Information, one: Forecast, screen: Screen) -> list[str]:
    chance = one.kind != "quantity"
    now = percent(one.split.forecast.value) if chance else number(one.split.forecast.value)
    unit = found.scenario.outcomes[one.outcome].unit
    now += f" {screen.label(unit)}" if unit and not chance else ""
    what = f"“{screen.label(one.label)}”" + (f" ({screen.label(one.value)})" if one.value else "")
    title = f"Our forecast of {what} is {now}; what would move it most, on average"
    lines = [screen.paint(line, "bold") for line in wrap(screen.symbols(title), screen.width)]
    room = screen.width - FIGURE - SHARE
    heads = (
        left("What to learn or watch", room) + right("by points" if chance else "by", FIGURE) + right("share", SHARE)
    )
    lines.append(screen.paint(heads, "dim"))
    rows = sorted((*_learning(one, screen), *_watching(found, one, room, screen)), key=lambda row: -row.moves_by.value)
    top = rows[0].moves_by.value if rows else 0.0
    shown = [row for row in rows if row.certain and row.moves_by.value > LEAST_SHARE * top][:MOST]
    scale = 100.0 if chance else 1.0
    places = _places([row.moves_by for row in shown], scale)
    places = min(2, max(1, places)) if chance else places
    for row in shown:
        first, *more = wrap(row.label, room - 10, None, LINES, screen)
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
    shown = round(value, places) + 0.0
    text = f"{shown:{sign if shown else ''},.{places}f}"
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
        share = min(1.0, max(0.0, lesson.learned.variance.value / whole)) if whole > 0 else 0.0
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
    name = "it does not come to that" if sight.value == "none" else screen.label(sight.value)
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
    scale = f", in the first of {rounds.count} rounds" if rounds is not None else ""
    how = "nobody else knows that it knows" if found.secret else "all know that it knows"
    if found.alone:
        how = "nobody else decides"
    title = f"What knowing would be worth to each actor before it decides{scale} ({how})"
    return [screen.paint(line, "bold") for line in wrap(title, screen.width)]


def _stake_lines(found: Information, stake: Stake, screen: Screen) -> list[str]:
    expects = f"expects {number(stake.payoff.value)}; " if stake.payoff is not None else ""
    lines = [f"{screen.label(stake.name)} ({expects}span {number(stake.span)})"]
    if not stake.items and not stake.idle:
        return [*_bold(lines[0], screen), "  nothing that could be known is hidden from it"]
    others = not found.alone and not found.secret
    shown = [item for item in stake.items if _is_shown(found, stake, item)]
    cells = FIGURE + (SHARE if others else 0)
    if shown:
        heads = right("worth", FIGURE) + (right("others", SHARE) if others else "")
        *more, last = wrap(lines[0], screen.width - cells, None, LINES, screen)
        last = screen.paint(last, "bold") + " " * (screen.width - cells - width(last)) + screen.paint(heads, "dim")
        lines = [*(screen.paint(line, "bold") for line in more), last]
    else:
        lines = _bold(lines[0], screen)
    worths = [value for item in shown if (value := item.value(found.secret)) is not None]
    worst = _worst(found, shown)
    for item in shown:
        lines += _item_lines(found, stake, item, (screen.width - cells - 2, _places(worths)), others, screen)
        if item is worst:
            lines += [f"    {line}" for line in wrap(_why(found, item, screen), screen.width - 4)]
    nothing = [part.label for part in stake.idle]
    unclear = [item.piece.label for item in stake.items if item not in shown]
    return [
        *lines,
        *_listed("would change nothing", nothing, screen),
        *_listed("next to nothing, or within the sampling error", unclear, screen),
    ]


def _bold(text: str, screen: Screen) -> list[str]:
    return [screen.paint(line, "bold") for line in wrap(text, screen.width)]


def _listed(what: str, labels: Sequence[str], screen: Screen) -> list[str]:
    """What is said of several things at once: their names, or only how many there are."""
    if not labels:
        return []
    text = f"{what}: {', '.join(labels)}" if len(labels) <= MOST_NAMED else f"{what}: {len(labels)} others"
    return [f"  {line}" for line in wrap(screen.label(text), screen.width - 2, screen.width - 4)]


def _is_shown(found: Information, stake: Stake, item: Item) -> bool:
    """Whether it is worth something beyond the sampling error, or all there is to know."""
    value = item.value(found.secret)
    if value is None or item.piece.kind == EVERYTHING:
        return True
    return not _is_small(found, stake, item) and (value.low > 0 or value.high < 0)


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
    line = f"  {left(first, room)}{right(size, FIGURE)}"
    if others and item.worth.reaction is not None:
        reaction = item.worth.reaction.value
        reaction = reaction if abs(reaction) > ROUNDING * stake.span else 0.0
        line += right(_with_margin(reaction, 0.0, places, screen, "+"), SHARE)
    return [line, *(f"    {line}" for line in more)]


def _worst(found: Information, shown: Sequence[Item]) -> Item | None:
    """What does most harm to know; all at once only where nothing else does."""
    harm = {
        id(item): value.value for item in shown if (value := item.value(found.secret)) is not None and value.high < 0
    }
    harmful = [item for item in shown if id(item) in harm]
    single = [item for item in harmful if item.piece.kind != EVERYTHING]
    return min(single or harmful, key=lambda item: harm[id(item)], default=None)


def _signed(value: float) -> str:
    return f"{value:+.2g}"


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
        cost = f"{abs(worth.reactions[0].effect.value):.2g}"
        texts.append(f"worse off: {_reaction(found, worth.reactions[0], screen)}; that costs {who} {cost}")
    texts.append(
        f"known in secret, with the others not reckoning with it, it would be worth {_signed(worth.secret.value)}"
    )
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
        texts.append("Learn: an unknown, and the forecast once it is known")
    if one is not None and one.watched:
        ends = round_ends(found.scenario)
        until = f" (until {day(ends[0])})" if ends else ""
        when = f"in the first round{until}" if rounds is not None else "once the game is played"
        texts.append(f"Watch: what everybody sees {when}; in brackets how likely it is, then the forecast after it")
    elif one is not None and one.watched is None:
        texts.append("Watch: what comes of a sight is told of events that may happen in any round, not of this outcome")
    if one is not None and one.split.unknown.value > 0:
        texts.append(_about_score(one))
    if found.stakes:
        worth = "Worth: in units of the payoff, whose span is from worst to best; ± is the sampling error (95%)"
        if not found.alone and not found.secret and any(stake.items for stake in found.stakes):
            worth += "; others: the part that comes of what others do because they know that it knows"
        texts.append(worth)
    if found.open and found.stakes:
        count = plural(found.open, "unknown")
        texts.append(f"Left out: {count} that all actors know already, worth nothing to them")
    return [line for text in texts for line in hanging(screen.symbols(text), screen)]


def _about_score(one: Forecast) -> str:
    unknown, chance = one.split.unknown.value, max(0.0, one.split.chance.value)
    part = unknown / (unknown + chance) if unknown + chance > 0 else 0.0
    share = f"{part:.0%}" if part >= 0.01 else "less than 1%"
    score = "expected Brier score" if one.kind != "quantity" else "expected squared error"
    whole = number(unknown + chance)
    return f"Share: of what all unknowns could teach us, {share} of the {score} ({whole}); the rest is chance"


def _next(found: Information, ran: Ran, screen: Screen) -> list[str]:
    texts = [item for stake in found.stakes for item in stake.items if item.worth is not None]
    harmful = any(item.worth.value.high < 0 for item in texts if item.worth is not None)
    if harmful and not found.secret:
        words, why = ["voi", ran.file, "--secret"], "if nobody knew that it is known"
    elif found.stakes and found.stakes[0].items:
        words, why = ["explain", ran.file, "--actor", found.stakes[0].actor], "why it chooses as it does"
    else:
        words, why = ["explain", ran.file], "why they choose as they do"
    return [] if ran.file == "-" else next_line(words, why, screen)
