"""What a class expects: its spread, its mean and median, and who was nearer to what happened, they or their members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median
from typing import Final

from engine.analysis.estimates import Estimate
from engine.analysis.scoring.calibration import FEWEST, Calibration, calibration
from engine.analysis.scoring.rules import brier, log_score, skill

BINS: Final = 10
MEAN, MEDIAN, ENGINE, BASELINE = "the class's mean", "the class's median", "the engine", "the baseline"


@dataclass(frozen=True, slots=True)
class Answer:
    """A chance that somebody gives to a question."""

    who: str
    question: str
    chance: float


@dataclass(frozen=True, slots=True)
class Question:
    """Something that happens or does not.

    Attributes:
        key: the outcome's name, or of a choice `outcome.value`.
        label: in words.
        engine: the engine's figure; None where it has none.
        across: its 5 and 95 % over what we don't know; None where they are not known.
        baseline: a naive forecast, and whose it is.
        happened: None where that is not recorded, or not to be told.
    """

    key: str
    label: str
    engine: Estimate | None
    across: tuple[float, float] | None
    baseline: tuple[str, float]
    happened: bool | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the class says to one question.

    Attributes:
        answers: chances by member, in the order of the file.
        counts: of the answers, in ten equal bins; 100 % is in the last.
        mean, median: of the chances.
    """

    question: Question
    answers: Mapping[str, float]
    counts: tuple[int, ...]
    mean: float
    median: float


@dataclass(frozen=True, slots=True)
class Marks:
    """The scores of a member, or of whoever stands beside the class.

    Attributes:
        who: a name.
        n: scored answers.
        brier, log: means of the scores; Brier 0 to 1, log clipped.
        skill: against the baseline on the same questions; None where that lost nothing.
        calibration: from 20 scored answers on.
    """

    who: str
    n: int
    brier: float
    log: float
    skill: float | None
    calibration: Calibration | None = None


@dataclass(frozen=True, slots=True)
class Crowd:
    """What a class expects, and how that came out.

    Attributes:
        asked: the questions that were answered, in the order of the scenario.
        members: scores, the best first; empty where nothing is resolved or to be told.
        others: of the class's mean and median, of the engine and of the baseline, over all resolved questions.
        beaten: of the members, how many have a higher (worse) Brier score than the class's mean and median on the
            questions that they answered.
    """

    asked: tuple[Asked, ...]
    members: tuple[Marks, ...]
    others: tuple[Marks, ...]
    beaten: Mapping[str, int]


def crowd_of(questions: Sequence[Question], answers: Sequence[Answer]) -> Crowd:
    """What a class expects; scores where it is told what happened.

    Args:
        questions: that may be answered.
        answers: at most one of each member to each question.
    """
    asked = tuple(one for question in questions if (one := _asked(question, answers)) is not None)
    scored = [one for one in asked if one.question.happened is not None]
    members = [
        _marks(who, {one.question.key: one.answers[who] for one in scored if who in one.answers}, scored)
        for who in dict.fromkeys(answer.who for answer in answers)
    ]
    found = sorted((marks for marks in members if marks is not None), key=lambda marks: (marks.brier, marks.who))
    others = {
        MEAN: {one.question.key: one.mean for one in scored},
        MEDIAN: {one.question.key: one.median for one in scored},
        ENGINE: {one.question.key: one.question.engine.value for one in scored if one.question.engine},
        BASELINE: {one.question.key: one.question.baseline[1] for one in scored},
    }
    beside = [_marks(who, chances, scored) for who, chances in others.items()]
    beaten = {who: sum(_beats(others[who], one.who, scored) for one in found) for who in (MEAN, MEDIAN)}
    return Crowd(
        asked,
        tuple(found),
        tuple(replace(marks, calibration=None) for marks in beside if marks is not None),
        beaten if found else {},
    )


# Private functions


def _asked(question: Question, answers: Sequence[Answer]) -> Asked | None:
    given = {answer.who: answer.chance for answer in answers if answer.question == question.key}
    if not given:
        return None
    counts = [0] * BINS
    for chance in given.values():
        counts[min(BINS - 1, int(chance * BINS + 1e-9))] += 1
    return Asked(question, given, tuple(counts), fmean(given.values()), median(given.values()))


def _marks(who: str, chances: Mapping[str, float], scored: Sequence[Asked]) -> Marks | None:
    pairs = [(chances[one.question.key], one) for one in scored if one.question.key in chances]
    if not pairs:
        return None
    happened = [bool(one.question.happened) for _, one in pairs]
    costs = [brier(chance, came) for (chance, _), came in zip(pairs, happened, strict=True)]
    logs = [log_score(chance, came) for (chance, _), came in zip(pairs, happened, strict=True)]
    base = fmean(brier(one.question.baseline[1], came) for (_, one), came in zip(pairs, happened, strict=True))
    judged = calibration([chance for chance, _ in pairs], happened) if len(pairs) >= FEWEST else None
    return Marks(who, len(pairs), fmean(costs), fmean(logs), skill(fmean(costs), base), judged)


def _beats(chances: Mapping[str, float], who: str, scored: Sequence[Asked]) -> bool:
    """Whether forecasts are better than a member's on the questions that the member answered."""
    both = [
        (chances[one.question.key], one.answers[who], bool(one.question.happened))
        for one in scored
        if who in one.answers
    ]
    return sum(brier(one, came) - brier(other, came) for one, other, came in both) < -1e-12
