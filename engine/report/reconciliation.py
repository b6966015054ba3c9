"""What `reconcile` says, as text that people like to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import floor, isfinite, log10
from typing import Any, Final

from engine.analysis.estimates import Estimate
from engine.analysis.reconciliation.believing import LEVELS, Changed, Moved
from engine.analysis.reconciliation.compatibility import Contradiction
from engine.analysis.reconciliation.consequences import Believed
from engine.analysis.reconciliation.reconciliation import (
    CONTRADICTS,
    FITS,
    STRAINS,
    UNWEIGHED,
    Judged,
    Reconciliation,
)
from engine.document import Percent
from engine.report.figures import half_width, in_percent, number, percent, plural, points, span
from engine.report.outcomes import LINES, speaker
from engine.report.terminal import Screen, cut, left, right, width, wrap
from engine.report.text import Ran, command, joined, title_lines
from engine.scenario.assumptions import BASE

SAYS: Final = 10
FIGURE: Final = 10
DRAWS: Final = 8
VERDICT: Final = 13
FEWEST_LABEL: Final = 24
FEWEST_UNKNOWN: Final = 22
MOST_UNKNOWNS: Final = 5
FEWER_UNKNOWNS: Final = 3
"""For each statement alone, where there are several."""
MOST_OUTCOMES: Final = 3
MOST_SETS: Final = 3
"""Sets of statements that fit together, the largest ones, and that contradict."""
WORTH_A_WORD: Final = 0.1
"""Shifts below a tenth of an unknown's spread are not shown."""
WAY: Final = 8
REACH: Final = 20
SHIFT: Final = 13
COLOURS: Final = {FITS: ("green",), STRAINS: ("yellow",), CONTRADICTS: ("red",)}
NO_STATEMENTS: Final = (
    "This scenario states no probabilities, so there is nothing to reconcile. A statement is what somebody says about "
    "an outcome, in words or numbers, with the evidence for it:",
    "  statements:",
    "    analysts: {about: OUTCOME, by: who says it, phrase: unlikely,",
    "               standard: icd_203, evidence: [e1]}",
    "OUTCOME is one of the scenario's outcomes that has a probability. In place of a phrase there may be numbers, such "
    "as `between: [5%, 20%]`.",
)


def reconciliation_text(found: Reconciliation, ran: Ran, screen: Screen) -> str:
    """The whole result; warnings stand apart, in `found.warnings`."""
    if not found.statements:
        blocks: Sequence[list[str]] = (
            title_lines(found.scenario, screen),
            _no_statements(screen),
            _next(found, ran, screen),
        )
    else:
        blocks = (
            _head(found, ran, screen),
            _statement_lines(found, screen),
            _together_lines(found, screen),
            _belief_lines(found, screen),
            _alone_lines(found, screen),
            _notes(found, screen),
            _next(found, ran, screen),
        )
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"


# Private functions


def _no_statements(screen: Screen) -> list[str]:
    return [line for text in NO_STATEMENTS for line in ([text] if text.startswith(" ") else wrap(text, screen.width))]


def _head(found: Reconciliation, ran: Ran, screen: Screen) -> list[str]:
    settings = found.settings
    label = f" ({screen.label(found.label)})" if found.label else ""
    parts = [f"assumptions {screen.label(found.assumptions)}{label}"]
    parts += [f"with {screen.label(f'{path} = {value}')}" for path, value in found.overrides.items()]
    if settings.method == "exact":
        parts.append("exact: nothing is unknown")
    else:
        rounded = f" ({ran.asked:,} rounded up)" if ran.asked not in (None, settings.draws) else ""
        if settings.histories is not None:
            rounded += f" of up to {settings.histories:,} histories"
        parts += [f"{settings.draws:,} draws{rounded}", f"seed {settings.seed}"]
    parts.append(f"{ran.seconds:.1f} s")
    return [*title_lines(found.scenario, screen), *(screen.paint(line, "dim") for line in joined(parts, screen))]


# Each statement


def _statement_lines(found: Reconciliation, screen: Screen) -> list[str]:
    """What each says, what the model implies before and after believing it, and whether that fits."""
    figures = SAYS + 2 * FIGURE + DRAWS + 2 + VERDICT
    label = screen.width - figures
    narrow = label < FEWEST_LABEL
    head = left("Statement", label) if not narrow else left("", label)
    heads = right("says", SAYS) + right("before", FIGURE) + right("after", FIGURE) + right("draws", DRAWS)
    lines = [screen.paint("Statement", "dim")] if narrow else []
    lines.append(screen.paint(f"{head}{heads}  verdict", "dim"))
    for outcome in dict.fromkeys(one.about for one in found.statements.values()):
        title = screen.label(found.scenario.outcomes[outcome].label)
        lines += [screen.paint(line, "bold") for line in wrap(title, screen.width, None, LINES, screen)]
        for one in found.statements.values():
            if one.about == outcome:
                lines += _statement(one, found, label, narrow, screen)
    return lines


def _statement(one: Judged, found: Reconciliation, label: int, narrow: bool, screen: Screen) -> Iterator[str]:
    name = _named(found, one.name, screen)
    sampled = found.settings.draws if found.varied else 0
    effective = "" if one.effective is None else f"{one.effective:,.0f}"
    first = (
        right(screen.symbols(span(one.low, one.high)), SAYS)
        + right(_chance(one.before, sampled, screen), FIGURE)
        + right(_chance(one.after, sampled, screen) if found.varied else "", FIGURE)
        + right(effective, DRAWS)
        + "  "
        + screen.paint("not weighed" if one.verdict == UNWEIGHED else one.verdict, *COLOURS.get(one.verdict, ()))
    )
    tail = f"({percent(one.surprise.value, sampled)})" if one.surprise is not None and found.varied else ""
    second = (
        " " * SAYS
        + right(_spread(one.spread, screen), FIGURE)
        + right(_spread(one.spread_after, screen), FIGURE)
        + " " * DRAWS
        + "  "
        + tail
    )
    if not found.varied:
        second = ""
    if narrow:
        yield from (f"  {line}" for line in wrap(name, screen.width - 2, screen.width - 4, LINES, screen))
        yield " " * label + first
        if second.strip():
            yield screen.paint(" " * label + second, "dim")
        return
    lines = wrap(name, label - 3, label - 5, LINES + 1, screen)
    lines = [f"  {lines[0]}", *(f"    {line}" for line in lines[1:])]
    yield left(lines[0], label) + first
    if second.strip():
        yield left(lines[1] if len(lines) > 1 else "", label) + screen.paint(second, "dim")
        lines = lines[1:]
    yield from lines[1:]


def _chance(found: Estimate | None, sampled: int, screen: Screen) -> str:
    return screen.symbols("–") if found is None else percent(found.value, sampled)


def _spread(levels: Sequence[float] | None, screen: Screen) -> str:
    return "" if levels is None else screen.symbols(span(levels[0], levels[-1]))


def _named(found: Reconciliation, name: str, screen: Screen) -> str:
    """Who says it, in which words."""
    said = found.statements[name].said
    who = speaker(found.scenario, name)
    return screen.label(screen.symbols(f"{who}: “{said}”") if said else who)


# Sets of statements


def _together_lines(found: Reconciliation, screen: Screen) -> list[str]:
    alone = [one for one in found.contradictions if len(one.statements) == 1]
    several = [one for one in found.contradictions if len(one.statements) > 1]
    texts = [_contradicting(one, found) for one in [*alone, *several[:MOST_SETS]]]
    if len(several) > MOST_SETS:
        texts.append(f"{plural(len(several) - MOST_SETS, 'more set')} of statements contradict; --json lists them.")
    texts += [*_fitting(found), *_searched(found)]
    if not texts:
        return []
    lines = [screen.paint("Together", "bold")]
    for text in texts:
        safe = screen.label(screen.symbols(text))
        for place, line in enumerate(wrap(safe, screen.width - 2, screen.width - 4)):
            lines.append(("  " if place == 0 else "    ") + line)
    return lines


def _contradicting(one: Contradiction, found: Reconciliation) -> str:
    names = _list(found, one.statements)
    several = [found.statements[name] for name in one.statements]
    if one.words:
        label = found.scenario.outcomes[several[0].about].label
        said = " and ".join(span(stated.low, stated.high) for stated in several)
        return f"{names} contradict each other by their words alone: “{label}” cannot have both {said}."
    near = [_near(stated, value) for stated, value in zip(several, one.nearest, strict=True)]
    if len(several) == 1:
        text = f"{names} cannot be right under these incentives: nothing within the stated ranges gets there."
        return f"{text} Nearest: {near[0]}."
    both, fewer = ("both", "each alone can") if len(several) == 2 else ("all", "without any one of them the others can")
    labels = [f"“{found.scenario.outcomes[stated.about].label}”" for stated in several]
    nearest = ", ".join(f"{label} {text}" for label, text in zip(labels, near, strict=True))
    return f"{names} cannot {both} be right under these incentives, though {fewer}. Nearest: {nearest}."


def _near(stated: Judged, value: float) -> str:
    here = percent(value) if value == value else "nowhere"
    return f"{here} where {span(stated.low, stated.high)} is stated"


def _fitting(found: Reconciliation) -> Iterator[str]:
    effects = {one.statements: one for one in found.believed}
    together = [names for names in found.together if len(names) > 1]
    for names in together[:MOST_SETS]:
        every = "All: " if len(names) == len(found.statements) else ""
        text = f"{every}{_list(found, names)} fit together"
        one = effects.get(names)
        if one is not None:
            text += f": believing them leaves an effective sample of {plural(round(one.effective), 'draw')}"
        if one is not None and one.agreement is not None and not one.nearest:
            text += f", {_agreement(one.agreement)}"
        yield f"{text}."
    if len(together) > MOST_SETS:
        yield f"{plural(len(together) - MOST_SETS, 'more set')} of statements fit together; --json lists them."


def _agreement(found: Estimate) -> str:
    value, half = found.value, half_width(found)
    size = f"{value:.1f} ±{half:.1f}" if value >= 1 else f"{value:.2g} ±{half:.1g}"
    times = f"{size} times as likely together as if they were unrelated"
    if found.low > 1:
        return f"and they support one another ({times})"
    if found.high < 1:
        return f"and they pull apart ({times})"
    return f"and they are {times}"


def _searched(found: Reconciliation) -> Iterator[str]:
    if not any(not one.words for one in found.contradictions):
        return
    if not found.varied:
        yield "Nothing is unknown, so nothing else could be reached."
        return
    yield (
        f"Searched: {plural(found.sampled, 'draw')} in which every unknown lies in its central 99%, and "
        f"{plural(found.searched, 'trial')} from the nearest of them towards what is stated."
    )


def _list(found: Reconciliation, names: Sequence[str]) -> str:
    said = [_quoted(found, name) for name in names]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def _quoted(found: Reconciliation, name: str) -> str:
    """A statement in the middle of a sentence."""
    one = found.statements[name]
    who = speaker(found.scenario, name)
    return f"{who} (“{one.said}”)" if one.said else f"{who} ({span(one.low, one.high)})"


# What follows


def _belief_lines(found: Reconciliation, screen: Screen) -> list[str]:
    alone = [one for one in found.believed if len(one.statements) == 1]
    several = [one for one in found.believed if len(one.statements) > 1 and one.fits]  # else nothing can be true of it
    blocks = [list(_belief(one, found, screen)) for one in [*alone, *several[:MOST_SETS]]]
    if not blocks:
        return []
    title = "What would have to be true of the incentives"
    return [screen.paint(title, "bold"), *(line for lines in blocks for line in lines)]


def _belief(one: Believed, found: Reconciliation, screen: Screen) -> Iterator[str]:
    several = len(one.statements) > 1
    most = MOST_UNKNOWNS if several or len(found.statements) == 1 else FEWER_UNKNOWNS
    shown = [moved for moved in one.unknowns if _worth(moved)][:most]
    how = f"{one.effective:,.0f} effective draws"
    if one.nearest:
        how = f"too few draws get there; the {one.nearest} nearest of {found.settings.draws:,}"
    heading = screen.label(screen.symbols(f"Believing {_list(found, one.statements)}: {how}"))
    for place, line in enumerate(wrap(heading, screen.width - 2, screen.width - 4)):
        yield ("  " if place == 0 else "    ") + line
    if shown:
        changes = [screen.symbols(_change(moved, found)) for moved in shown]
        sizes = [screen.symbols(_size(moved)) for moved in shown]
        reach = max(REACH, *(2 + width(change) for change in changes))
        shift = max(SHIFT, *(2 + width(size) for size in sizes))
        label = screen.width - WAY - reach - shift
        what = screen.symbols("mean → after" if one.nearest else "5–95% → after")
        yield screen.paint(" " * (label + WAY) + right(what, reach) + right("shift", shift), "dim")
        for moved, change, size in zip(shown, changes, sizes, strict=True):
            yield from _moved(moved, right(change, reach) + right(size, shift), label, screen)
    else:
        yield "    no unknown moves by as much as a tenth of its spread"
    yield from _others(one, found, screen)


def _worth(moved: Moved) -> bool:
    return abs(moved.shift.value) >= max(WORTH_A_WORD, half_width(moved.shift))


def _moved(moved: Moved, figures: str, label: int, screen: Screen) -> Iterator[str]:
    figures = left("higher" if moved.shift.value > 0 else "lower", WAY) + figures
    room = screen.width if label < FEWEST_UNKNOWN else label
    name = f"{moved.label} is {moved.value.replace('_', ' ')}" if moved.value else moved.label
    first, *more = wrap(screen.label(name), room - 5, room - 7, LINES, screen)
    lines = [f"    {first}", *(f"      {line}" for line in more)]
    if room > label:  # too narrow for both side by side
        yield from (*lines, " " * label + figures)
        return
    yield left(lines[0], label) + figures
    yield from lines[1:]


def _size(moved: Moved) -> str:
    half = half_width(moved.shift)
    return f"{moved.shift.value:+.2f} ±{'<0.01' if half < 0.005 else f'{half:.2f}'}"


def _change(moved: Moved, found: Reconciliation) -> str:
    """Where the unknown lies before and after."""
    if moved.value:
        return f"share {percent(moved.mean)} → {percent(moved.after.value)}"
    low, high = LEVELS.index(0.05), LEVELS.index(0.95)
    if _in_percent(found, moved.name) and not all(0 <= end <= 1 for end in moved.stated):
        return " → ".join(_beyond(moved, low, high))
    chances, reach = _in_percent(found, moved.name), moved.stated[high] - moved.stated[low]
    if not moved.quantiles:
        return " → ".join(percent(x) if chances else _short(x, reach) for x in (moved.mean, moved.after.value))
    ends = (moved.stated[low], moved.stated[high]), (moved.quantiles[low].value, moved.quantiles[high].value)
    return " → ".join(span(*pair) if chances else _from_to(*pair, reach) for pair in ends)


def _beyond(moved: Moved, low: int, high: int) -> Iterator[str]:
    """The same of a number in percent that is no chance: it may be negative, or above 100 %."""
    if not moved.quantiles:
        yield from map(in_percent, (moved.mean, moved.after.value))
        return
    yield f"{in_percent(moved.stated[low])} to {in_percent(moved.stated[high])}"
    yield f"{in_percent(moved.quantiles[low].value)} to {in_percent(moved.quantiles[high].value)}"


def _in_percent(found: Reconciliation, name: str) -> bool:
    """Whether the scenario writes the values of an unknown in percent, or in words."""
    record = found.scenario.unknowns[name]

    def written(value: Any) -> bool:
        if isinstance(value, Mapping):
            return any(written(one) for one in value.values())
        if isinstance(value, list | tuple):
            return any(written(one) for one in value)
        return isinstance(value, Percent)

    return record.phrase is not None or written(record.parameters)


def _from_to(low: float, high: float, reach: float) -> str:
    between = " to " if low < 0 else "–"
    return f"{_short(low, reach)}{between}{_short(high, reach)}"


def _short(value: float, reach: float) -> str:
    """A number as exact as two digits of how far it reaches are."""
    if not (reach > 0 and isfinite(value) and 1e-3 < reach < 1e4):
        return number(value)
    places = max(0, 1 - floor(log10(reach / 3)))
    return f"{round(value, places) + 0.0:,.{places}f}"


def _others(one: Believed, found: Reconciliation, screen: Screen) -> Iterator[str]:
    """What becomes of outcomes that no believed statement is about."""
    about = {found.statements[name].about for name in one.statements}
    moved = [
        other
        for other in one.outcomes
        if other.outcome not in about
        and found.scenario.outcomes[other.outcome].quantity is None
        and abs(other.change.value) > max(0.001, half_width(other.change))
    ]
    shown = sorted(moved, key=lambda other: -abs(other.change.value))[:MOST_OUTCOMES]
    if not shown:
        return
    text = "Then also: " + "; ".join(_other(other, found) for other in shown)
    lines = wrap(screen.label(screen.symbols(text)), screen.width - 4, screen.width - 6)
    yield from (("    " if place == 0 else "      ") + line for place, line in enumerate(lines))


def _other(other: Changed, found: Reconciliation) -> str:
    label = found.scenario.outcomes[other.outcome].label
    name = f"{label}: {other.value.replace('_', ' ')}" if other.value else label
    sampled = found.settings.draws
    before, after = percent(other.before.value, sampled), percent(other.after.value, sampled)
    return f"{name} {before} → {after} ({points(other.change.value, sign=True)} ±{points(half_width(other.change))})"


# The baseline


def _alone_lines(found: Reconciliation, screen: Screen) -> list[str]:
    """The statements pooled without any model, and forecasts in the file."""
    figure = 9
    label = min(screen.width - 3 * figure, 53)
    title = "Statements alone, without the model" if label > 36 else "Statements alone"
    heads = right("mean", figure) + right("odds", figure) + right("engine", figure)
    lines = [screen.paint(left(title, label), "bold") + screen.paint(heads, "dim")]
    for outcome, pool in found.pools.items():
        engine = next((one.before for one in found.statements.values() if one.about == outcome), None)
        first, *more = wrap(screen.label(found.scenario.outcomes[outcome].label), label - 3, label - 5, LINES, screen)
        lines.append(
            left(f"  {first}", label)
            + right(percent(pool.linear), figure)
            + right(screen.symbols("–") if pool.odds is None else percent(pool.odds), figure)
            + right(_chance(engine, found.settings.draws if found.varied else 0, screen), figure)
        )
        lines += [f"    {line}" for line in more]
        for one in found.scenario.references:
            if one.about == outcome:
                by, *more = wrap(screen.label(f"{one.by} (a forecast)"), label - 5, label - 7, LINES, screen)
                lines.append(left(f"    {by}", label) + right(percent(one.probability), figure))
                lines += [f"      {line}" for line in more]
    return lines


# Notes


def _notes(found: Reconciliation, screen: Screen) -> list[str]:
    texts = []
    if found.varied:
        texts.append(
            "Before, after: the engine's chance, with its 5–95% over what we don't know, as it is and if the statement "
            "is believed, that is, if draws count by how well what they imply fits it; draws: how many of equal "
            "weight that is worth"
        )
        texts.append(
            f"Verdict: {CONTRADICTS} if nothing within the stated ranges gets to its 5–95%; {STRAINS} if two "
            "unrelated opinions about one chance would lie so far apart in less than 5% of cases (in brackets: in how "
            "many)"
        )
        texts.append(
            "Shift: of the mean, in standard deviations that it has before; ± is sampling error (95% interval)"
        )
    texts.append("Mean, odds: equal weights on the chances or on their log odds")
    errors = [half_width(one.before) for one in found.statements.values() if one.before]
    errors += [half_width(one.after) for one in found.statements.values() if one.after and one.spread_after]
    if found.varied and errors:
        texts.append(
            f"Sampling error: ±{points(max(errors))} points or less on any chance before or after (95% interval)"
        )
    lines = []
    for text in texts:
        word, _, rest = screen.symbols(text).partition(": ")
        first, *more = wrap(rest, screen.width - width(word) - 2, screen.width - 2)
        lines += [f"{screen.paint(f'{word}:', 'bold')} {first}", *(f"  {line}" for line in more)]
    return lines


def _next(found: Reconciliation, ran: Ran, screen: Screen) -> list[str]:
    if ran.file == "-":
        return []
    against = next((one for one in found.contradictions if not one.words), None)
    if against is not None:
        name = min(
            zip(against.statements, against.nearest, strict=True),
            key=lambda pair: -abs(pair[1] - found.statements[pair[0]].middle) if pair[1] == pair[1] else 0.0,
        )
        stated = found.statements[name[0]]
        above = stated.low > (name[1] if name[1] == name[1] else 0.0)
        end = 100 * (stated.low if above else stated.high)
        line = f"{round(end)}" if 1 <= end <= 99 else f"{end:.3g}"
        goal = f"{stated.about} {'>' if above else '<'}{'=' if line in ('0', '100') else ''} {line}%"
        words = ["engine", "discover", ran.file, "--outcome", goal]
        words += ["--assume", found.assumptions] if found.assumptions != BASE else []
        words += [word for path, value in found.overrides.items() for word in ("--set", f"{path}={value}")]
        line = command(screen, *words)
        about = "what would bring it there"
    else:
        sets = found.scenario.assumptions
        believing = next((name for name, one in sets.items() if one.believe and name != found.assumptions), None)
        if believing is not None:
            line = command(screen, "engine", "run", ran.file, "--assume", believing)
            about = sets[believing].label
        else:
            line, about = command(screen, "engine", "check", ran.file, "--evidence"), "where each number comes from"
    text = screen.paint("Next:", "bold") + f" {line}"
    room = screen.width - 6 - width(line) - 3
    return [text + (f"   {screen.paint(cut(screen.label(about), room, screen), 'dim')}" if room > 10 else "")]
