"""What came of a lesson, as a handout in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.report.figures import percent
from engine.report.markdown import escaped, fenced, table
from engine.report.terminal import PIPE_WIDTH, Screen
from engine.report.text import reason_lines
from engine.teaching.discovering import swing_grid, together_text
from engine.teaching.hypotheses import end_grid, evidence_grids
from engine.teaching.lesson import Held
from engine.teaching.marking import FEW, SCORES, mean_grid, score_grid
from engine.teaching.predicting import beside_engine
from engine.teaching.wording import word_lines, word_notes

WIDE: Final = 10_000
"""Cells: a page has no columns to count."""


def lesson_handout(held: Held, version: str) -> str:
    """Predictions with their seal, the words, the evidence, what matters, the scores, and the answers to questions."""
    scenario = held.lesson.scenario
    parts = [f"# {escaped(held.lesson.plan.title)}", *([escaped(scenario.question)] if scenario.question else [])]
    for block in (_predictions, _words, _evidence, _discovered, _scores, _debrief):
        parts += block(held)
    parts.append(f"Engine {version}; scenario SHA-256 {held.lesson.sha256}; session {escaped(held.journal)}.")
    return "\n\n".join(parts) + "\n"


# Private functions


def _predictions(held: Held) -> Iterator[str]:
    if not held.predicted:
        return
    yield "## Predictions"
    yield table(beside_engine(held.predicted, held.result))
    yield f"Sealed before the engine was asked: `{held.seal}`"
    if reason := reason_lines(held.result, Screen(WIDE)):
        yield escaped(" ".join(reason))


def _words(held: Held) -> Iterator[str]:
    if held.words:
        yield "## Words"
    for word in held.words:
        yield f"“{escaped(word.phrase)}” (as {escaped(word.speaker)} may be read): {percent(word.best)}"
        yield fenced(word_lines(word, Screen(PIPE_WIDTH)))
        yield escaped(word_notes(word))


def _evidence(held: Held) -> Iterator[str]:
    if held.considered is None:
        return
    yield "## Rival hypotheses"
    yield "\n".join(f"{place}. {escaped(seen.sign)}" for place, seen in enumerate(held.considered.signs, start=1))
    yield from map(table, evidence_grids(held.considered, WIDE))
    yield table(end_grid(held.considered))


def _discovered(held: Held) -> Iterator[str]:
    if held.discovered is None:
        return
    yield "## What would have to be true"
    yield table(swing_grid(held.discovered, held.lesson.scenario))
    yield escaped(together_text(held.discovered, held.lesson.scenario))


def _scores(held: Held) -> Iterator[str]:
    if not held.marked:
        return
    yield "## What happened"
    for found in held.marked:
        yield f"**{escaped(found.label)}: {escaped(found.happened)}**, {found.on}"
        yield table(score_grid(found))
    if (mean := mean_grid(held.marked)) is not None:
        yield table(mean)
    yield SCORES
    yield FEW


def _debrief(held: Held) -> Iterator[str]:
    if held.debrief:
        yield "## Debrief"
    for question, answer in held.debrief:
        yield f"**{escaped(question)}**"
        yield escaped(answer) if answer else "(skipped)"
