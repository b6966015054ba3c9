"""A class's predictions as text: how they spread, against what words mean, and who was near to what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from engine.analysis.crowd import MEAN, MEDIAN, Asked, Crowd, Marks
from engine.analysis.scoring.calibration import FEWEST
from engine.analysis.scoring.rules import CLIPPED
from engine.report.bands import Band, Scale, axis_line, band_lines, scale_of
from engine.report.export import table_text
from engine.report.figures import SKILL, percent, plural, span, spared
from engine.report.grid import Grid, grid_lines
from engine.report.terminal import Screen, left, right, wrap
from engine.report.text import Ran, next_line, title_lines
from engine.scenario.model import Scenario

SUM_MISSED: Final = 0.005
"""By so much the chances of a choice may miss 100 % before it is said."""
NAMED: Final = 5
HEIGHT: Final = 6
"""Lines of a histogram."""
UPWARDS: Final = " ▁▂▃▄▅▆▇█"
MEDIAN_MARK: Final = "| is the class's median."
FEW: Final = "A few outcomes prove little about anybody: nobody can tell a good forecaster from a lucky one by them."


@dataclass(frozen=True, slots=True)
class Phrase:
    """What somebody says of an outcome in words.

    Attributes:
        about: key of the question.
        words: the phrase.
        speaker: who says so.
        bands: of the standards that have it.
        lacking: names of those that have not.
    """

    about: str
    words: str
    speaker: str
    bands: Sequence[Band]
    lacking: Sequence[str]


@dataclass(frozen=True, slots=True)
class Classroom:
    """A class's predictions with what stands beside them.

    Attributes:
        scenario: under its assumptions.
        sha256: of its file.
        answers: name of the table.
        crowd: what the class expects.
        phrases: what others say in words.
        revealed: whether what happened is told.
        draws: that the engine's figures come from; 0: they are exact.
        seed: of these.
        assumptions: the set's name.
    """

    scenario: Scenario
    sha256: str
    answers: str
    crowd: Crowd
    phrases: Sequence[Phrase]
    revealed: bool
    draws: int
    seed: int
    assumptions: str


def classroom_text(found: Classroom, ran: Ran, screen: Screen) -> str:
    """All of it."""
    blocks = [_head(found, screen)]
    blocks += [_question(one, found, screen) for one in found.crowd.asked]
    if found.revealed:
        blocks += _scores(found, screen)
    blocks.append(_next(found, ran, screen))
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"


def histogram_lines(counts: Sequence[int], scale: Scale, screen: Screen) -> list[str]:
    """Columns over the axis, one for each tenth of it; the tallest one's count stands beside its top."""
    most, each = max(counts), scale.axis // len(counts)
    lines = []
    for row in range(HEIGHT - 1, -1, -1):
        said = f"{most}" if row == HEIGHT - 1 else "0" if row == 0 else ""
        cells = "".join(
            left(_block(count * HEIGHT / most - row, screen, row == 0 and count > 0) * (each - 1), each)
            for count in counts
        )
        lines.append((right(said, scale.before - 2) + "  " + screen.paint(cells.rstrip(), "cyan")).rstrip())
    return lines


def question_lines(one: Asked, phrases: Sequence[Phrase], screen: Screen) -> list[str]:
    """The class's histogram over the bands of what others say in words, on one scale."""
    bands = [band for phrase in phrases for band in phrase.bands]
    scale = scale_of([band.name for band in bands], screen)
    lines = [*histogram_lines(one.counts, scale, screen), axis_line(scale, screen)]
    for phrase in phrases:
        head = screen.symbols(f"“{screen.label(phrase.words)}” (as {screen.label(phrase.speaker)} may be read)")
        lines += [*wrap(head, screen.width), *band_lines(phrase.bands, scale, screen, one.median)]
        if phrase.lacking:
            lines += wrap(f"No such words: {screen.label(', '.join(phrase.lacking))}.", screen.width)
    return lines


def figure_text(one: Asked, revealed: bool) -> str:
    """The class beside the engine, in words."""
    question = one.question
    text = f"The class: mean {percent(one.mean)}, median {percent(one.median)}"
    if question.engine is not None:
        text += f". The engine: {percent(question.engine.value)}"
        if question.across is not None:
            text += f", {span(*question.across)} over what we don't know"
        if question.engine.error > 0:
            half = max(question.engine.high - question.engine.value, question.engine.value - question.engine.low)
            text += f", sampling error ±{max(0.1, 100 * half):.1f} points"
    text += f". Baseline ({question.baseline[0]}): {percent(question.baseline[1])}."
    if revealed:
        came = question.happened
        text += (
            " What happened is not recorded." if came is None else f" It {'happened' if came else 'did not happen'}."
        )
    return text


def score_grid(found: Classroom) -> Grid:
    """Everybody's scores, the best first, with those who stand beside the class."""
    everybody = sorted((*found.crowd.members, *found.crowd.others), key=lambda marks: marks.brier)
    beside = {id(marks) for marks in found.crowd.others}  # a member may call himself what he likes
    rows = [
        (
            f"{'*' if id(marks) in beside else ' '} {marks.who}",
            f"{marks.n}",
            f"{marks.brier:.4f}",
            f"{marks.log:.3f}",
            spared(marks.skill),
        )
        for marks in everybody
    ]
    return Grid(("", "answers", "Brier", "log", "skill"), rows)


def score_notes(found: Classroom) -> list[str]:
    """How to read the scores."""
    crowd = found.crowd
    n = len(crowd.members)
    beaten = [f"{who[0].upper()}{who[1:]} beats {crowd.beaten[who]} of {n} members" for who in (MEAN, MEDIAN) if n]
    return [
        f"{' and '.join(beaten).replace(' and T', ' and t')}, each on the questions that the member answered.",
        f"Brier runs from 0 to 1 and log from 0; less is better. {CLIPPED[0].upper()}{CLIPPED[1:]}. {SKILL} "
        "* stands beside the class.",
        _calibration_note(crowd),
        FEW,
    ]


def sum_notes(found: Classroom) -> list[str]:
    """Whose chances of the values of a choice cannot be right: one of these comes about, so they add up to 100 %."""
    notes = []
    for name, outcome in found.scenario.outcomes.items():
        values = next((len(move.values) for move in found.scenario.moves if move.name == outcome.choice), 0)
        asked = [one for one in found.crowd.asked if one.question.key.startswith(f"{name}.")]
        wrong = []
        for who in dict.fromkeys(who for one in asked for who in one.answers):
            given = [one.answers[who] for one in asked if who in one.answers]
            if sum(given) > 1 + SUM_MISSED or (len(given) == values and sum(given) < 1 - SUM_MISSED):
                wrong.append(f"{who} {100 * sum(given):.3g}%")
        if wrong:
            more = f" and {len(wrong) - NAMED} more" if len(wrong) > NAMED else ""
            said = f"{', '.join(wrong[:NAMED])}{more}"
            notes.append(f"Chances of “{outcome.label}” should add up to 100%, but do not: {said}.")
    return notes


def classroom_record(found: Classroom, version: str) -> dict[str, Any]:
    """As plain data; without what happened unless that is to be told."""
    record: dict[str, Any] = {
        "engine": version,
        "schema": 1,
        "command": "teach",
        "scenario": {"title": found.scenario.title, "sha256": found.sha256},
        "assumptions": found.assumptions,
        "settings": {"draws": found.draws, "seed": found.seed},
        "questions": {one.question.key: _question_record(one) for one in found.crowd.asked},
        "phrases": [
            {
                "about": phrase.about,
                "words": phrase.words,
                "by": phrase.speaker,
                "bands": {band.name: [band.low, band.high] for band in phrase.bands},
                "lacking": list(phrase.lacking),
            }
            for phrase in found.phrases
        ],
        "revealed": found.revealed,
        "warnings": sum_notes(found),
    }
    if found.revealed:
        record["members"] = [_marks_record(marks) for marks in found.crowd.members]
        record["beside"] = [_marks_record(marks) for marks in found.crowd.others]
        record["beaten"] = dict(found.crowd.beaten)
    return record


def classroom_csv(found: Classroom) -> str:
    """A row for each prediction; with the scores of each where it is told what happened."""
    heads = ["name", "outcome", "probability"]
    if found.revealed:
        from engine.analysis.scoring.rules import brier, log_score

        rows: list[Sequence[Any]] = []
        for one in found.crowd.asked:
            came = one.question.happened
            for who, chance in one.answers.items():
                scores = (
                    (None, None, None) if came is None else (int(came), brier(chance, came), log_score(chance, came))
                )
                rows.append((who, one.question.key, chance, *scores))
        rows += [(marks.who, "mean", None, None, marks.brier, marks.log) for marks in found.crowd.members]
        rows += [(marks.who, "mean", None, None, marks.brier, marks.log) for marks in found.crowd.others]
        return table_text([*heads, "happened", "brier", "log"], rows)
    return table_text(
        heads,
        [(who, one.question.key, chance) for one in found.crowd.asked for who, chance in one.answers.items()],
    )


# Private functions


def _head(found: Classroom, screen: Screen) -> list[str]:
    members = len({who for one in found.crowd.asked for who in one.answers})
    answers = sum(len(one.answers) for one in found.crowd.asked)
    said = f"{plural(members, 'person', 'people')}, {plural(answers, 'prediction')} in {found.answers}"
    return [
        *title_lines(found.scenario, screen),
        *(screen.paint(line, "dim") for line in wrap(screen.label(said), screen.width)),
        *(line for note in sum_notes(found) for line in wrap(screen.label(note), screen.width)),
    ]


def _question(one: Asked, found: Classroom, screen: Screen) -> list[str]:
    title = f"{one.question.label}: {plural(len(one.answers), 'answer')}"
    phrases = [phrase for phrase in found.phrases if phrase.about == one.question.key]
    lines = [screen.paint(line, "bold") for line in wrap(screen.label(title), screen.width)]
    lines += question_lines(one, phrases, screen)
    if phrases:
        lines += wrap(MEDIAN_MARK, screen.width)
    return [*lines, *wrap(screen.symbols(screen.label(figure_text(one, found.revealed))), screen.width)]


def _scores(found: Classroom, screen: Screen) -> list[list[str]]:
    if not found.crowd.members:
        return [wrap("Nothing that was predicted is resolved, so nobody has a score.", screen.width)]
    notes = [line for note in score_notes(found) for line in wrap(screen.symbols(note), screen.width)]
    lines = grid_lines(score_grid(found), screen)
    for marks in found.crowd.members:
        if marks.calibration is not None:
            text = f"{marks.who}: {marks.calibration.verdict} ({marks.n} answers)"
            notes += wrap(screen.label(text), screen.width)
    return [lines, notes]


def _calibration_note(crowd: Crowd) -> str:
    most = max(marks.n for marks in crowd.members)
    if most < FEWEST:
        return f"Calibration can be judged from about {FEWEST} answers of one person on; nobody has more than {most}."
    return f"Calibration is judged from {FEWEST} answers of one person on."


def _next(found: Classroom, ran: Ran, screen: Screen) -> list[str]:
    words = ["teach", ran.file, "--answers", found.answers]
    if not found.revealed and found.scenario.resolution:
        return next_line([*words, "--reveal"], "what happened, and everybody's score", screen)
    return next_line(
        [*words, *(["--reveal"] if found.revealed else []), "--handout", "handout.md"], "to hand out", screen
    )


def _block(height: float, screen: Screen, some: bool) -> str:
    """A cell of a column; `some`: it is not to look empty."""
    if not screen.unicode:
        return "#" if height >= 0.5 else "." if some else " "
    return UPWARDS[max(int(some), min(8, round(height * 8)))]


def _question_record(one: Asked) -> dict[str, Any]:
    question = one.question
    record: dict[str, Any] = {
        "label": question.label,
        "answers": dict(one.answers),
        "histogram": list(one.counts),
        "mean": one.mean,
        "median": one.median,
        "engine": None
        if question.engine is None
        else {"probability": question.engine.value, "mc_interval": [question.engine.low, question.engine.high]},
        "baseline": {"by": question.baseline[0], "probability": question.baseline[1]},
    }
    if question.happened is not None:
        record["happened"] = question.happened
    return record


def _marks_record(marks: Marks) -> Mapping[str, Any]:
    record = {"who": marks.who, "n": marks.n, "brier": marks.brier, "log": marks.log, "skill": marks.skill}
    if marks.calibration is not None:
        record["calibration"] = marks.calibration.verdict
    return record
