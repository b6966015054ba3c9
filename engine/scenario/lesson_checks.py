"""What must hold between a lesson and the scenario that it is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.errors import Problem
from engine.scenario.model import Decision, Path, Scenario

SINGULAR: Final = {
    "evidence": "id of evidence",
    "outcomes": "outcome",
    "statements": "statement",
    "actors": "actor",
    "unknowns": "unknown",
}
"""What an entry of a section is called."""


def named_in_lesson(scenario: Scenario) -> Iterator[tuple[Path, str, str]]:
    """Every name in the lesson but its numbers' evidence: where it stands, and the section it comes from."""
    lesson = scenario.lesson
    if lesson is None:
        return
    lists = {
        ("read", "evidence"): (lesson.read.evidence if lesson.read else (), "evidence"),
        ("predict", "outcomes"): (lesson.predict.outcomes if lesson.predict else (), "outcomes"),
        ("words", "statements"): (lesson.words.statements if lesson.words else (), "statements"),
        ("play", "seats"): (lesson.play.seats if lesson.play else (), "actors"),
        ("discover", "rank"): (lesson.discover.rank if lesson.discover else (), "unknowns"),
    }
    for path, (names, section) in lists.items():
        for number, name in enumerate(names):
            yield ("lesson", *path, number), name, section
    if lesson.discover is not None:
        yield ("lesson", "discover", "outcome"), lesson.discover.outcome, "outcomes"


def check_lesson(scenario: Scenario) -> Iterator[Problem]:
    """Nothing stands twice, seats belong to actors who decide, and what is asked of an outcome can be said of it."""
    if scenario.lesson is None:
        return
    yield from _repeated(scenario)
    yield from _seats(scenario)
    yield from _predicted(scenario)
    yield from _discovered(scenario)


# Private functions


def _repeated(scenario: Scenario) -> Iterator[Problem]:
    named: set[tuple[Path, str]] = set()
    for path, name, _ in named_in_lesson(scenario):
        if (path[:-1], name) in named:
            yield scenario.problem(path, f"'{name}' stands here twice")
        named.add((path[:-1], name))


def _seats(scenario: Scenario) -> Iterator[Problem]:
    play = scenario.lesson.play if scenario.lesson else None
    deciders = {move.actor for move in scenario.moves if isinstance(move, Decision)}
    for number, seat in enumerate(play.seats if play else ()):
        if seat in scenario.actors and seat not in deciders:
            yield scenario.problem(("lesson", "play", "seats", number), f"'{seat}' decides nothing")


def _predicted(scenario: Scenario) -> Iterator[Problem]:
    predict = scenario.lesson.predict if scenario.lesson else None
    for number, name in enumerate(predict.outcomes if predict else ()):
        outcome = scenario.outcomes.get(name)
        if outcome is not None and outcome.kind == "belief":
            path = ("lesson", "predict", "outcomes", number)
            yield scenario.problem(path, "a belief is nothing that comes true", "ask for an event")


def _discovered(scenario: Scenario) -> Iterator[Problem]:
    discover = scenario.lesson.discover if scenario.lesson else None
    about = scenario.outcomes.get(discover.outcome) if discover else None
    if discover is None or about is None:
        return
    if about.kind == "choice":
        yield scenario.problem(("lesson", "discover", "outcome"), "a choice has no single figure")
    if about.kind in ("happens", "belief"):
        for key, line in {"above": discover.above, "below": discover.below}.items():
            if line is not None and not 0 <= line <= 1:
                yield scenario.problem(("lesson", "discover", key), "a probability lies between 0 and 1")
