"""Which steps a lesson has: those of the scenario, or sensible ones for a scenario without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from engine.errors import UsageError
from engine.scenario.lessons import STEPS, Debrief, Discovery, Playing, Prediction, Reading, Reveal, Step, Wording
from engine.scenario.model import Decision, Scenario
from engine.scenario.scope import nearest

FEW: Final = 3
"""Outcomes to predict, phrases to discuss and rounds to play, where the scenario does not say."""
RANKED: Final = 5
EVEN: Final = 0.5
MINUTES: Final = {"predict": 10, "words": 15, "play": 25, "discover": 20, "reveal": 10, "debrief": 10}
"""Of a lesson of 90 minutes."""
QUESTIONS: Final = (
    "Where was your prediction furthest from the engine's figure, and who had left something out?",
    "Which assumption would you look into first, and what would you have to see to change your mind?",
    "Was the engine right, or lucky? What would it take to tell?",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of a lesson.

    Attributes:
        title: of the lesson.
        audience: for whom it is; empty where nobody says.
        steps: by name, in the order in which they are taken.
        own: whether the scenario brings the lesson.
    """

    title: str
    audience: str
    steps: Mapping[str, Step]
    own: bool

    @property
    def minutes(self) -> float:
        """That all steps take together, as planned."""
        return sum(step.minutes or 0 for step in self.steps.values())

    def starts(self, name: str) -> float:
        """At which minute a step begins, as planned."""
        before = list(self.steps)[: list(self.steps).index(name)]
        return sum(self.steps[other].minutes or 0 for other in before)


def plan_of(scenario: Scenario, only: Sequence[str] = ()) -> Plan:
    """The lesson of a scenario.

    Args:
        scenario: with its lesson, or without.
        only: names of the steps to take; empty for all.

    Raises:
        UsageError: there is no such step, or none in this lesson.
    """
    lesson = scenario.lesson
    found = {name: getattr(lesson, name) for name in STEPS} if lesson else dict(_usual(scenario))
    steps = {name: step for name, step in found.items() if step is not None}
    for name in only:
        if name not in STEPS:
            raise UsageError(f"'{name}' is no step of a lesson", nearest(name, STEPS))
        if name not in steps:
            raise UsageError(f"this lesson has no step '{name}'", f"its steps are {', '.join(steps)}")
    if only:
        steps = {name: step for name, step in steps.items() if name in only}
    title = lesson.title if lesson and lesson.title else scenario.title
    return Plan(title, (lesson.audience if lesson else None) or "", steps, lesson is not None)


# Private functions


def _usual(scenario: Scenario) -> Iterator[tuple[str, Step]]:
    """The steps that a scenario allows without a word on lessons."""
    yield "read", Reading()
    if outcomes := _to_predict(scenario):
        yield "predict", Prediction(minutes=MINUTES["predict"], outcomes=outcomes)
    if spoken := [name for name, item in scenario.statements.items() if item.phrase is not None]:
        yield "words", Wording(minutes=MINUTES["words"], statements=tuple(spoken[:FEW]))
    if seat := next((move.actor for move in scenario.moves if isinstance(move, Decision)), None):
        rounds = min(FEW, scenario.rounds.count) if scenario.rounds else None
        yield "play", Playing(minutes=MINUTES["play"], seats=(seat,), rounds=rounds)
    event = next((name for name, item in scenario.outcomes.items() if item.kind == "happens"), None)
    if event is not None and scenario.unknowns:
        ranked = tuple(scenario.unknowns)[:RANKED]
        yield "discover", Discovery(minutes=MINUTES["discover"], outcome=event, above=EVEN, rank=ranked)
    if scenario.resolution:
        yield "reveal", Reveal(minutes=MINUTES["reveal"])
    yield "debrief", Debrief(minutes=MINUTES["debrief"], questions=QUESTIONS)


def _to_predict(scenario: Scenario) -> tuple[str, ...]:
    """Outcomes that are resolved first, then events, then whatever can come true."""
    able = [name for name, item in scenario.outcomes.items() if item.kind != "belief"]
    resolved = [name for name in able if name in scenario.resolution]
    events = [name for name in able if scenario.outcomes[name].kind == "happens"]
    return tuple(dict.fromkeys([*resolved, *events] or able))[:FEW]
