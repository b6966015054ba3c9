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
from engine.report.rounding import rounded
from engine.report.terminal import Screen, left, right, width, wrap
from engine.report.text import Ran, assumed_parts, hanging, head_lines, next_line, rounded_up, title_lines
from engine.scenario.assumptions import BASE

SAYS: Final = 10
FIGURE: Final = 10
DRAWS: Final = 8
VERDICT: Final = 13
FEWEST_LABEL: Final = 24
FEWEST_UNKNOWN: Final = 22
MOST_UNKNOWNS: Final = 4
FEWER_UNKNOWNS: Final = 2
"""For each statement alone, where there are several."""
MOST_OUTCOMES: Final = 2
MOST_SETS: Final = 3
"""Sets of statements that fit together, the largest ones, and that contradict."""
WORTH_A_WORD: Final = 0.1
"""Shifts below a tenth of an unknown's spread are not shown."""
WAY: Final = 8
COARSE: Final = 0.095
"""From this error on shifts are printed with one decimal."""
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
    parts = assumed_parts(found.assumptions, found.label, found.overrides.items(), screen)
    if settings.method == "exact":
        parts.append("exact: nothing is unknown")
    else:
        draws = f"{settings.draws:,} draws{rounded_up(settings.draws, settings.histories, ran)}"
        parts += [draws, f"seed {settings.seed}"]
    return head_lines(found.scenario, parts, ran, screen)


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
    return screen.label(screen.symbols(f"{who}, read as “{said}”") if said else who)


# Sets of statements


def _together_lines(found: Reconciliation, screen: Screen) -> list[str]:
    alone = [one for one in found.contradictions if len(one.statements) == 1]
    several = [one for one in found.contradictions if len(one.statements) > 1]
    texts = [_contradicting(one, found) for one in [*alone, *several[:MOST_SETS]]]
    if len(several) > MOST_SETS:
        texts.append(f"{plural(len(several) - MOST_SETS, 'more set')} of statements contradict; --json lists them.")
    texts += _fitting(found)
    if not found.varied and any(not one.words for one in found.contradictions):
        texts.append("Nothing is unknown, so nothing else could be reached.")
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


def _list(found: Reconciliation, names: Sequence[str]) -> str:
    said = [_quoted(found, name) for name in names]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def _quoted(found: Reconciliation, name: str) -> str:
    """A statement in the middle of a sentence."""
    one = found.statements[name]
    who = speaker(found.scenario, name)
    return f"{who} (read as “{one.said}”)" if one.said else f"{who} ({span(one.low, one.high)})"


# What follows


def _belief_lines(found: Reconciliation, screen: Screen) -> list[str]:
    alone = [one for one in found.believed if len(one.statements) == 1]
    several = [one for one in found.believed if len(one.statements) > 1]
    shown = [one for one in (*alone, *several[:MOST_SETS]) if one.fits]  # else nothing can be true of it
    if not shown:
        return []
    moved = [unknown for one in shown for unknown in _shown(one, found)]
    values = [screen.symbols(_change(unknown, found)) for unknown in moved]
    sizes = [screen.symbols(_size(unknown)) for unknown in moved]
    cells = 2 + max(map(width, ["mean", *values])), 2 + max(map(width, ["shift", *sizes]))
    label = screen.width - sum(cells)
    title = "What would have to be true of the incentives"
    heads = right("mean", cells[0]) + right("shift", cells[1])
    above = [screen.paint(title, "bold")] if width(title) > label else []
    first = screen.paint(left("" if above else title, label), "bold")
    lines = [*above, first + screen.paint(heads, "dim")]
    for one in shown:
        lines += _belief(one, found, (label, *cells), screen)
    return lines


def _shown(one: Believed, found: Reconciliation) -> list[Moved]:
    """The unknowns that move most."""
    most = MOST_UNKNOWNS if len(one.statements) > 1 or len(found.statements) == 1 else FEWER_UNKNOWNS
    return [moved for moved in one.unknowns if _worth(moved)][:most]


def _belief(one: Believed, found: Reconciliation, cells: tuple[int, int, int], screen: Screen) -> Iterator[str]:
    how = f"{one.effective:,.0f} draws"
    if one.nearest:
        how = f"the {one.nearest} nearest draws of {found.settings.draws:,}"
    heading = screen.label(screen.symbols(f"Believing {_list(found, one.statements)}: {how}"))
    for place, line in enumerate(wrap(heading, screen.width - 2, screen.width - 4)):
        yield ("  " if place == 0 else "    ") + line
    shown = _shown(one, found)
    for moved in shown:
        yield from _moved(moved, found, cells, screen)
    if not shown:
        yield "    no unknown moves by as much as a tenth of its spread"
    if len(one.statements) > 1 or len(found.statements) == 1:
        yield from _others(one, found, screen)


def _worth(moved: Moved) -> bool:
    return abs(moved.shift.value) >= max(WORTH_A_WORD, half_width(moved.shift))


def _moved(moved: Moved, found: Reconciliation, cells: tuple[int, int, int], screen: Screen) -> Iterator[str]:
    label, values, shift = cells
    way = left("higher" if moved.shift.value > 0 else "lower", WAY)
    figures = right(screen.symbols(_change(moved, found)), values) + right(screen.symbols(_size(moved)), shift)
    room = label - WAY - 4 if label >= FEWEST_UNKNOWN + WAY else screen.width - WAY - 4
    name = f"{moved.label} is {moved.value.replace('_', ' ')}" if moved.value else moved.label
    first, *more = wrap(screen.label(name), room, room - 2, LINES, screen)
    lines = [f"    {way}{first}", *(" " * (WAY + 6) + line for line in more)]
    if room + WAY + 4 > label:  # too narrow for both side by side
        yield from (*lines, " " * label + figures)
        return
    yield left(lines[0], label) + figures
    yield from lines[1:]


def _size(moved: Moved) -> str:
    """In no more digits than the error allows."""
    half = half_width(moved.shift)
    places = 1 if half >= COARSE else 2
    return f"{moved.shift.value:+.{places}f} ±{max(half, 0.01):.{places}f}" if half > 0 else f"{moved.shift.value:+.2f}"


def _change(moved: Moved, found: Reconciliation) -> str:
    """Where the unknown lies on average before and after, or how likely its value is."""
    if moved.value:
        return f"{percent(moved.mean)} → {percent(moved.after.value)}"
    low, high = moved.stated[LEVELS.index(0.05)], moved.stated[LEVELS.index(0.95)]
    ends = (moved.mean, moved.after.value)
    if not _in_percent(found, moved.name):
        return " → ".join(_short(end, high - low) for end in ends)
    # a number in percent that is no chance may be negative, or above 100 %
    form = percent if all(0 <= end <= 1 for end in moved.stated) else in_percent
    return " → ".join(form(end) for end in ends)


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
    largest: dict[str, Changed] = {}
    for other in sorted(moved, key=lambda other: -abs(other.change.value)):
        largest.setdefault(other.outcome, other)
    shown = list(largest.values())[:MOST_OUTCOMES]
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
    return f"{name} {before} → {after} ({rounded(other.change, 100.0).text} points)"


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
    return [line for text in _texts(found) for line in hanging(screen.symbols(text), screen)]


def _texts(found: Reconciliation) -> Iterator[str]:
    if found.varied:
        yield (
            "Before, after: the engine's chance, and its 5–95% over what we don't know, as it is and if draws count by "
            "how well they fit the statement; draws: how many of equal weight that is worth"
        )
        yield (
            f"Verdict: {CONTRADICTS} if nothing within the stated ranges gets to its 5–95%; {STRAINS} if two unrelated "
            "opinions lie so far apart in less than 5% of cases (in brackets: in how many)"
        )
    if any(one.nearest and one.fits for one in found.believed):
        yield "Nearest: where fewer than 100 draws count, those that come nearest tell what would have to move"
    if found.varied and found.believed:
        yield "Shift: of the mean, in standard deviations before; ± is the sampling error (95%)"
    if found.varied and any(not one.words for one in found.contradictions):
        yield (
            f"Searched: {plural(found.sampled, 'draw')} in which every unknown lies in its central 99%, and "
            f"{plural(found.searched, 'trial')} from the nearest of them towards what is stated"
        )
    yield "Pooled: equal weights on the chances (mean) or on their log odds (odds)"
    errors = [half_width(one.before) for one in found.statements.values() if one.before]
    errors += [half_width(one.after) for one in found.statements.values() if one.after and one.spread_after]
    if found.varied and errors:
        size = points(max(errors))
        said = f"below {size[1:]} points" if size.startswith("<") else f"±{size} points or less"
        yield f"Sampling error: {said} on any chance before or after (95% interval)"


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
        words, about = ["discover", ran.file, "--outcome", goal], "what would bring it there"
        words += ["--assume", found.assumptions] if found.assumptions != BASE else []
        words += [word for path, value in found.overrides.items() for word in ("--set", f"{path}={value}")]
    else:
        sets = found.scenario.assumptions
        believing = next((name for name, one in sets.items() if one.believe and name != found.assumptions), None)
        words, about = ["check", ran.file, "--evidence"], "where each number comes from"
        if believing is not None:
            words, about = ["run", ran.file, "--assume", believing], sets[believing].label
    return next_line(words, about, screen)
