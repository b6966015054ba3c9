"""What was said beside what happened, as text that people like to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from math import inf
from typing import Final

from engine.analysis.estimates import T_15, Estimate
from engine.analysis.scoring.calibration import FEWEST, STRETCH
from engine.analysis.scoring.judged import CROWD, ENGINE_BASE, EVERYBODY, Judged, ScenarioScores, Scores
from engine.analysis.scoring.rules import CLIPPED
from engine.analysis.scoring.scoring import BASELINE, ENGINE, REFERENCE, STATEMENT, Forecast, Scored, needed
from engine.report.calibrations import calibration_lines, plot_lines
from engine.report.figures import day, margin, number, percent, plural
from engine.report.rows import row_lines
from engine.report.scores_data import chance, headlines, stated_words
from engine.report.terminal import Screen, cut, left, right, wrap
from engine.report.text import Ran, hanging, head_lines, joined, next_line, rounded_up
from engine.scenario.assumptions import BASE

SAID: Final = 9
SCORE: Final = 9
SKILL: Final = 11
HAPPENED: Final = 10
FEWEST_PLOTTED: Final = 10
FEWEST_NAME: Final = 28
"""Cells for a name, below which it stands on a line of its own."""
MOST_PLOTS: Final = 3
BRIER: Final = (
    "Brier: the squared error, 0 to 1, lower is better; 50% costs 0.25. A spread of chances is scored at its mean"
)
LOG: Final = f"Log: minus the natural logarithm of the chance given to what happened; 50% costs 0.69; {CLIPPED}"
CRPS: Final = (
    "CRPS: how far the distribution lies from the number, in its unit; a single guess costs its distance. Pinball: the "
    "loss of the 5, 50 and 95% marks, added"
)
VERSUS: Final = (
    "Vs: the share of that baseline's loss (Brier; of quantities CRPS) that is spared: +1 all of it, 0 no better, "
    "below 0 worse; far below against a baseline that was nearly right, whatever was said"
)
WORDS: Final = "Words: * marks the standard by which the scenario reads them; the others show what else they may mean"
BEWARE: Final = (
    "Beware: the outcomes of one scenario hang together, so these are fewer tests than they seem; the tests take them "
    "as independent. An event counts once for each forecaster, with the mean of what was said of it; who spoke of a "
    "longer time or of a wider event is taken at the scenario's question all the same. Whoever wrote the scenarios "
    "knew how they ended"
)
VERDICTS: Final = (
    f"Verdict: at 5%, from tests of the total and of the spread (Spiegelhalter 1986). Too few: under {FEWEST} "
    f"forecasts, or the tests would miss over a fifth of the overconfident (logits {STRETCH:g} times too far from "
    "even). Calibrated: no evidence against it"
)


def scores_text(found: Scores, ran: Ran, screen: Screen) -> str:
    """The whole result; warnings stand apart."""
    if not found.scenarios:
        blocks = _list_blocks(found, ran, screen)
    elif len(found.scenarios) == 1:
        blocks = _one_blocks(found.scenarios[0], ran, screen)
    else:
        blocks = _several_blocks(found, ran, screen)
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"


# One scenario


def _one_blocks(one: ScenarioScores, ran: Ran, screen: Screen) -> list[list[str]]:
    settings = one.settings
    parts = ["scores: what was said, and what happened"]
    if settings.method != "exact":
        parts += [f"{settings.draws:,} draws{rounded_up(settings.draws, settings.histories, ran)}"]
        parts += [f"seed {settings.seed}"]
    parts += _sampling(one.scored)
    first = next((item for item in one.scored if item.kind == "event"), None)
    return [
        head_lines(one.scenario, parts, ran, screen),
        *(_outcome_lines(item, screen) for item in one.scored),
        _left_out(one, screen),
        _notes(one.scored, screen),
        [] if first is None else _humility(first, screen),
        [] if ran.file == "-" else next_line(["seal", ran.file], "a forecast that can be checked later", screen),
    ]


def _sampling(scored: Sequence[Scored]) -> list[str]:
    """The largest 95 % sampling error of the engine's chances; scores share it."""
    errors = [row.error for item in scored if item.kind == "event" for row in item.forecasts if row.kind == ENGINE]
    if not any(errors):
        return []
    worst = max(errors)
    if worst == inf:
        return ["sampling error unknown"]
    half = T_15 * worst
    return [f"sampling error of chances up to {margin(Estimate(0.5, worst, 0.5 - half, 0.5 + half), ' points')}"]


def _outcome_lines(item: Scored, screen: Screen) -> list[str]:
    lines = _happened_lines(item, screen)
    if item.kind == "quantity":
        return lines + _quantity_rows(item, screen)
    shown = item.baselines[:2]
    who = screen.width - SAID - 2 * SCORE - SKILL * len(shown)
    heads = "".join(right(cut(screen.label(f"vs {name}"), SKILL - 2, screen), SKILL) for name in shown)
    scores = right("said", SAID) + right("Brier", SCORE) + right("log", SCORE)
    lines.append(screen.paint(left("", who) + scores + heads, "dim"))
    for (kind, _), rows in groupby(item.forecasts, key=_voice):
        lines += _group_lines(kind, list(rows), shown, screen)
    return lines


def _voice(one: Forecast) -> tuple[str, str]:
    """Who speaks: forecasts of one kind stand together, and so do the readings of each statement."""
    return one.kind, one.name if one.kind == STATEMENT else ""


def _happened_lines(item: Scored, screen: Screen) -> list[str]:
    if item.kind == "event":
        what = "it happened" if item.happened else "it did not happen"
    elif item.kind == "choice":
        what = f"it was “{item.value}”"
    else:
        what = f"it was {number(float(item.value))}" + (f" {item.unit}" if item.unit else "")
    first, *more = wrap(screen.label(f"{item.label}: {what} ({day(item.on)})"), screen.width, screen.width - 2)
    told = ". ".join(part.rstrip(".") for part in (item.note, item.source and f"Source: {item.source}") if part)
    lines = [screen.paint(first, "bold"), *(f"  {screen.paint(line, 'bold')}" for line in more)]
    return lines + [f"  {screen.paint(line, 'dim')}" for line in wrap(screen.label(told), screen.width - 2) if line]


def _group_lines(kind: str, rows: Sequence[Forecast], shown: Sequence[str], screen: Screen) -> Iterator[str]:
    """The rows of those who speak alike; of a statement its words once, and below them the standards."""
    words = kind == STATEMENT and bool(rows[0].standard)
    above = f"{rows[0].by} says:" if words else "The engine, by assumption set:" if kind == ENGINE else ""
    if above:
        yield from (f"  {line}" for line in wrap(screen.label(above), screen.width - 2))
    for row in rows:
        if words:
            name = f"  {'*' if row.own else ' '} {row.standard}: “{row.said}”"
        elif kind == ENGINE:
            name = _set_name(row)
        else:
            name = f"  {row.by}"
        yield from row_lines(name, _figures(row, shown, screen), screen)
        if not words:
            yield from _note_lines(row, screen)
    if words:
        yield from _note_lines(rows[0], screen)


def _note_lines(row: Forecast, screen: Screen) -> list[str]:
    """What makes a forecast another one than the question: another horizon, other cases, our reading of its words."""
    if not row.note:
        return []
    return [f"      {screen.paint(line, 'dim')}" for line in wrap(screen.label(row.note), screen.width - 6)]


def _set_name(row: Forecast) -> str:
    return f"    {row.name}" + (f": {row.by}" if row.by else "")


def _figures(row: Forecast, shown: Sequence[str], screen: Screen) -> str:
    brier = "–" if row.brier is None else f"{row.brier:.4f}"
    log = "–" if row.log_score is None else f"{row.log_score:.3f}"
    scores = "".join(right(screen.symbols(one), SCORE) for one in (brier, log))
    said = right(screen.symbols(chance(row)), SAID)
    return said + scores + "".join(right(_skill(row, name), SKILL) for name in shown)


def _skill(row: Forecast, baseline: str) -> str:
    if baseline not in row.skill:
        return ""
    found = row.skill[baseline]
    if abs(found) < 0.005:
        return "0.00"
    return f"{found:+.2f}" if abs(found) < 9.995 else f"{found:+,.0f}"


def _quantity_rows(item: Scored, screen: Screen) -> list[str]:
    heads = ("5%", "50%", "95%", "CRPS", "pinball", f"vs {item.baselines[0]}")
    who = screen.width - SCORE * len(heads)
    lines = [screen.paint(left("", who) + "".join(right(head, SCORE) for head in heads), "dim")]
    lines.append("  The engine, by assumption set:")
    for row in item.forecasts:
        figures = [number(q) for q in row.quantiles.values()] or [screen.symbols("–")] * 3
        scores = [screen.symbols("–")] * 2
        if row.crps is not None:
            scores = [number(row.crps), number(sum(row.pinball.values()))]
        shown = "".join(right(one, SCORE) for one in (*figures, *scores, _skill(row, item.baselines[0])))
        lines += [*row_lines(_set_name(row), shown, screen), *_note_lines(row, screen)]
    return lines


def _left_out(one: ScenarioScores, screen: Screen) -> list[str]:
    return [line for text in one.left_out for line in wrap(screen.label(text), screen.width)]


def _notes(scored: Sequence[Scored], screen: Screen) -> list[str]:
    kinds = {item.kind for item in scored}
    texts = [BRIER, LOG] if kinds & {"event", "choice"} else []
    if "choice" in kinds:
        texts.append("Choices: over all values, halved, so that this Brier score too runs from 0 to 1")
    texts += [CRPS] if "quantity" in kinds else []
    texts.append(VERSUS)
    texts += [WORDS] if any(not row.own for item in scored for row in item.forecasts) else []
    return [line for text in texts for line in hanging(screen.symbols(text), screen)]


def _humility(item: Scored, screen: Screen) -> list[str]:
    """That one outcome proves little, in figures of this one."""
    base = next((row for row in item.forecasts if row.kind == ENGINE and row.name == BASE), None)
    if base is None or base.probability is None:
        return []
    p = base.probability
    seen = "happens" if item.happened else "does not happen"
    due = p if item.happened else 1 - p
    text = f"One outcome proves little. If {percent(p)} is right, “{item.label}” {seen} in {percent(due)} of cases"
    if due < 0.5:
        text += f", so that it {'did' if item.happened else 'did not'} is no refutation"
    texts, rival = [text], _rival(item, base)
    if rival is not None and rival.probability is not None:
        q = rival.probability
        other = percent(q if item.happened else 1 - q)
        texts = [
            f"{text}; if {percent(q)} is right ({_called(rival)}), in {other}",
            f"To tell {percent(p)} from {percent(q)} by their Brier scores takes some {_about(needed(p, q))} such "
            "outcomes, independent of one another (a test at 5% that succeeds 4 times in 5, if the first is right)",
        ]
    texts.append("The outcomes of one scenario hang together: four of them are not four tests")
    return [line for text in texts for line in wrap(screen.label(f"{text}."), screen.width)]


def _rival(item: Scored, base: Forecast) -> Forecast | None:
    """The forecast to tell the engine's from: the first statement as the scenario reads it, a reference, 50 %."""
    kinds, own = (STATEMENT, REFERENCE, BASELINE), [row for row in item.forecasts if row.own]
    others = [row for kind in kinds for row in own if row.kind == kind]
    return next((row for row in others if row.probability != base.probability), None)


def _called(row: Forecast) -> str:
    return {STATEMENT: row.by, REFERENCE: row.by}.get(row.kind, "a coin")


def _about(n: float) -> str:
    if n >= 1e6:
        return "over a million"
    size = 10 ** max(0, len(str(int(n))) - 2)
    return f"{int(-(-n // size) * size):,}"


# Several scenarios, and lists of forecasts


def _several_blocks(found: Scores, ran: Ran, screen: Screen) -> list[list[str]]:
    title = screen.paint(f"{len(found.scenarios)} scenarios: what was said, and what happened", "bold")
    settings = [one.settings for one in found.scenarios if one.settings.method != "exact"]
    draws = sorted({one.draws for one in settings})
    said = f"{' and '.join(f'{n:,}' for n in draws)} draws" if draws else "exact: nothing is unknown"
    under = joined([said, f"{ran.seconds:.1f} s"], screen)
    full = next((one for one in found.scenarios if one.scored), found.scenarios[0])
    left_out = [
        f"{one.scenario.title}: has no event, so it has no line" for one in found.scenarios if one.headline is None
    ]
    return [
        [title, *(screen.paint(line, "dim") for line in under)],
        _headline_rows(found, screen),
        [line for text in left_out for line in wrap(screen.label(text), screen.width)],
        [*calibration_lines(found.judged, screen), *_due_lines(found, screen)],
        *_plots(found.judged, screen),
        _several_notes(screen),
        next_line(["score", full.file], "one scenario in full", screen),
    ]


def _headline_rows(found: Scores, screen: Screen) -> list[str]:
    lines = headlines(found)
    if not lines:
        return []
    room = screen.width - 4 * SCORE - HAPPENED
    sizes = (SCORE, SCORE, HAPPENED, SCORE, SCORE)
    heads = zip(("stated", "engine", "happened", "stated", "engine"), sizes, strict=True)
    above = left("", room) + right("chance", 2 * SCORE) + left("", HAPPENED) + right("Brier score", 2 * SCORE)
    head = left("Scenario", room) + "".join(right(name, size) for name, size in heads)
    rows = [screen.paint(above, "dim"), screen.paint(head, "dim")]
    for one in lines:
        said = screen.symbols("–") if one.stated is None else chance(one.stated)
        happened = str(one.event.value) or screen.symbols("–")
        cells = (said, chance(one.engine), happened, _loss(one.stated, screen), _loss(one.engine, screen))
        shown = "".join(right(screen.label(cell), size) for cell, size in zip(cells, sizes, strict=True))
        name = screen.label(one.scores.scenario.title)
        if room >= FEWEST_NAME:
            title, *more = wrap(name, room - 1, room - 1, 2, screen)
            rows += [left(title, room) + shown, *more]
        else:
            rows += [*wrap(name, screen.width), left("", room) + shown]
        others = f" (the first of {one.voices} who state a chance)" if one.voices > 1 else ""
        below = [one.event.label, *([] if one.stated is None else [f"{stated_words(one.stated)}{others}"])]
        rows += [f"  {line}" for text in below for line in wrap(screen.label(text), screen.width - 2)]
    return rows


def _due_lines(found: Scores, screen: Screen) -> list[str]:
    """How the engine's score compares with what its own forecasts lead one to expect."""
    base = next((one for one in found.judged if one.by == ENGINE_BASE), None)
    if base is None:
        return []
    text = (
        f"If the engine's {plural(base.found.n, 'forecast')} are right and independent, a Brier score as bad as "
        f"{base.found.brier:.3f} or worse comes about in {percent(base.found.as_bad)} of cases."
    )
    return ["", *wrap(text, screen.width)]


def _loss(one: Forecast | None, screen: Screen) -> str:
    return screen.symbols("–") if one is None or one.brier is None else f"{one.brier:.4f}"


def _list_blocks(found: Scores, ran: Ran, screen: Screen) -> list[list[str]]:
    each = [one for one in found.judged if one.by not in (EVERYBODY, CROWD)] or found.judged
    n, total = len(each), sum(one.found.n for one in each)
    title = f"{plural(total, 'forecast')} by {plural(n, 'forecaster')}"
    under = wrap(screen.label(ran.file), screen.width)
    return [
        [screen.paint(title, "bold"), *(screen.paint(line, "dim") for line in under)],
        calibration_lines(found.judged, screen),
        *_plots(found.judged[:1], screen),
        [*_about_everybody(found, screen), *_calibration_notes(screen)],
        next_line(["score", "--forecasts", ran.file, "--csv"], "one row for each forecaster", screen),
    ]


def _plots(judged: Sequence[Judged], screen: Screen) -> list[list[str]]:
    shown = [one for one in judged if one.found.n >= FEWEST_PLOTTED]
    return [plot_lines(one, screen) for one in shown[:MOST_PLOTS]]


def _about_everybody(found: Scores, screen: Screen) -> list[str]:
    notes = {
        CROWD: "Crowd: the mean of all forecasts of a question, so that each question counts once",
        EVERYBODY: "Together: who answers the same question shares its luck, so this line looks surer than it is; with "
        "a column 'question' each would count once",
    }
    text = notes.get(found.judged[0].by)
    return [] if text is None else hanging(text, screen)


def _several_notes(screen: Screen) -> list[str]:
    return [*hanging(screen.symbols(BEWARE), screen), *_calibration_notes(screen)]


def _calibration_notes(screen: Screen) -> list[str]:
    scores = f"Scores: Brier 0 to 1, lower is better; due: what the forecasts themselves lead one to expect; {CLIPPED}"
    return [line for text in (scores, VERDICTS) for line in hanging(screen.symbols(text), screen)]
