"""A class's predictions as a handout in Markdown."""

from __future__ import annotations

from engine.report.crowd import (
    MEDIAN_MARK,
    Classroom,
    figure_text,
    question_lines,
    score_grid,
    score_notes,
    sum_notes,
)
from engine.report.figures import plural
from engine.report.markdown import escaped, fenced, table
from engine.report.terminal import PIPE_WIDTH, Screen


def classroom_handout(found: Classroom, version: str) -> str:
    """What the class expects, and, where it is told, what happened and everybody's score."""
    scenario, screen = found.scenario, Screen(PIPE_WIDTH)
    parts = [f"# {escaped(scenario.title)}", *([escaped(scenario.question)] if scenario.question else [])]
    parts += map(escaped, sum_notes(found))
    for one in found.crowd.asked:
        phrases = [phrase for phrase in found.phrases if phrase.about == one.question.key]
        parts.append(f"## {escaped(one.question.label)}: {plural(len(one.answers), 'answer')}")
        parts.append(fenced([*question_lines(one, phrases, screen), *([MEDIAN_MARK] if phrases else [])]))
        parts.append(escaped(figure_text(one, found.revealed)))
    if found.revealed and found.crowd.members:
        parts += ["## Scores", table(score_grid(found)), *map(escaped, score_notes(found))]
    parts.append(f"Engine {version}, seed {found.seed}, scenario SHA-256 {found.sha256}.")
    return "\n\n".join(parts) + "\n"
