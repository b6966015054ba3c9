"""A lesson on a scenario, held with somebody at a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from engine import document
from engine.analysis.crowd import Question, crowd_of
from engine.analysis.discovery.claims import read_claim
from engine.analysis.discovery.ends import Ends, ends_of
from engine.analysis.playing.game import game_of
from engine.analysis.running.summary import Result
from engine.api.running import run
from engine.api.scenarios import Loaded, in_words
from engine.api.settings import Options, workers_for
from engine.errors import ScenarioError, UsageError
from engine.program.compile import compile_program
from engine.program.program import EvaluationError
from engine.report.crowd import Classroom, Phrase
from engine.report.outcomes import speaker
from engine.scenario.assumptions import BASE, Assumed, assume
from engine.scenario.model import Scenario
from engine.teaching.dialogue import Dialogue
from engine.teaching.game import hold_game
from engine.teaching.journal import Journal, opened, opened_at, take_up
from engine.teaching.lesson import Held, Lesson, hold_lesson
from engine.teaching.marking import EVEN, baseline_of
from engine.teaching.plan import Plan, plan_of
from engine.teaching.predicting import values_of
from engine.teaching.wording import phrase_of, readings

LESSON_DRAWS: Final = 4_096
LESSON_DRAWS_OF_ROUNDS: Final = 512
"""Fewer than a run takes: a class waits."""
LESSON_HISTORIES: Final = 8
END_DRAWS: Final = 1_024
END_DRAWS_OF_ROUNDS: Final = 128
"""That each unknown is tried on."""

Waiting = Callable[[], AbstractContextManager[Callable[[int, int], None]]]
"""What whoever waits is told of a computation."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A lesson that is about to be held.

    Attributes:
        loaded: the scenario's file.
        assumed: the scenario under its assumptions.
        plan: the steps.
        options: how figures are computed.
    """

    loaded: Loaded
    assumed: Assumed
    plan: Plan
    options: Options

    @property
    def head(self) -> Mapping[str, Any]:
        """What a session of this lesson begins with."""
        from engine import __version__

        return {
            "engine": __version__,
            "schema": 1,
            "command": "teach",
            "scenario": {"title": self.loaded.scenario.title, "sha256": self.loaded.sha256},
            "assumptions": self.assumed.name,
            "overrides": dict(self.assumed.overrides),
            "steps": list(self.plan.steps),
            "seed": self.options.seed,
            "draws": self.options.draws,
        }


def lesson(
    loaded: Loaded,
    steps: Sequence[str] = (),
    assumptions: str = BASE,
    overrides: Sequence[tuple[str, str]] = (),
    options: Options | None = None,
) -> Prepared:
    """The lesson of a scenario.

    Args:
        loaded: the scenario.
        steps: which; empty for all.
        assumptions: name of the set.
        overrides: paths and values.
        options: how many draws (4,096; with rounds 512), seed, threads.

    Raises:
        UsageError: no such step or set, or an override that leads nowhere.
        ScenarioError: what is wrong with the scenario.
    """
    assumed = assume(loaded.scenario, assumptions, overrides)
    options = options or Options()
    usual = LESSON_DRAWS if assumed.scenario.rounds is None else LESSON_DRAWS_OF_ROUNDS
    options = replace(
        options, draws=options.draws or usual, histories=LESSON_HISTORIES, equilibria=False, leanings=False
    )
    return Prepared(loaded, assumed, plan_of(assumed.scenario, steps), options)


def session(found: Prepared, path: Path | None, anew: bool = False) -> Journal:
    """The journal of a lesson: the one at `path`, else the unfinished one in the current folder, else a new one.

    Raises:
        UsageError: the file is a session of something else, or no session.
        ScenarioError, OSError: it cannot be read or written.
    """
    if path is not None:
        return opened_at(path, found.head)
    stem = "stdin" if found.loaded.file.startswith("<") else Path(found.loaded.file).stem
    return opened(Path(f"{stem}.lesson.jsonl"), found.head, anew)


def replayed(found: Prepared, path: Path) -> Journal:
    """The journal of a lesson that is to be shown again.

    Raises:
        UsageError: it is a session of something else, or no session.
        ScenarioError, OSError: it cannot be read.
    """
    journal = take_up(path)
    different = [key for key in found.head if journal.head.get(key) != found.head[key]]
    if different:
        raise UsageError(
            f"'{path}' is a session of something else: its {', '.join(different)} differ",
            "give the scenario and the options that it was held with",
        )
    return journal


def hold(found: Prepared, dialogue: Dialogue, journal: Journal, file: str, waiting: Waiting) -> Held:
    """Holds a lesson.

    Args:
        found: the lesson.
        dialogue: with whoever takes it.
        journal: of the dialogue.
        file: as it was given, for the commands that are shown.
        waiting: what whoever waits is told of a computation.

    Raises:
        Left: whoever takes it has gone.
        UsageError: the journal is of something else.
        ScenarioError: what is wrong with the numbers of some draw.
    """
    from threadpoolctl import threadpool_limits

    def figures() -> Result:
        with waiting() as progress:
            return run(found.loaded, found.assumed.name, found.assumed.overrides, found.options, progress)

    def ends(claim: str) -> Ends:
        with waiting() as progress:
            return _ends(found, claim, progress)

    scenario = found.assumed.scenario
    program = cache(lambda: compile_program(scenario, found.assumed.believe))

    def game(dialogue: Dialogue, seat: str, rounds: int | None) -> None:
        with threadpool_limits(limits=1, user_api="blas"):
            hold_game(dialogue, game_of(scenario, program(), found.options.seed), [seat], rounds, f"play {seat} ")

    told = Lesson(scenario, found.loaded.sha256, file, found.plan, figures, ends, game)
    try:
        return hold_lesson(dialogue, told, str(journal.path))
    except EvaluationError as error:
        raise ScenarioError([in_words(scenario, error)]) from None


def handout(held: Held) -> str:
    """What came of a lesson, in Markdown."""
    from engine import __version__
    from engine.teaching.handout import lesson_handout

    return lesson_handout(held, __version__)


def classroom(
    loaded: Loaded,
    answers: Path,
    reveal: bool = False,
    assumptions: str = BASE,
    overrides: Sequence[tuple[str, str]] = (),
    options: Options | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Classroom:
    """A class's predictions beside the engine's figures and what others say in words.

    Args:
        loaded: the scenario.
        answers: a table: name, outcome, probability; or name and a column for each outcome.
        reveal: whether to tell what happened, and everybody's score.
        assumptions: name of the set.
        overrides: paths and values.
        options: how many draws (4,096; with rounds 512), seed, threads.
        progress: told the number of draws done and of all, now and then.

    Raises:
        UsageError: no such set, or an override that leads nowhere.
        ScenarioError: what is wrong with the table, with the scenario, or with the numbers of some draw.
    """
    from engine.teaching.classroom import answers_from

    found = lesson(loaded, (), assumptions, overrides, options)
    scenario = found.assumed.scenario
    keys = dict(_questions(scenario))
    refused = {name: _REFUSED[item.kind] for name, item in scenario.outcomes.items() if item.kind in _REFUSED}
    given = answers_from(document.read_file(answers), str(answers), keys, refused)
    result = run(loaded, assumptions, overrides, replace(found.options, reason=False), progress)
    questions = [_question(scenario, result, key, label, reveal) for key, label in keys.items()]
    crowd = crowd_of(questions, given)
    draws = 0 if result.settings.method == "exact" else result.settings.draws
    asked = {one.question.key for one in crowd.asked}
    phrases = [phrase for phrase in _phrases(scenario) if phrase.about in asked]
    return Classroom(
        scenario, loaded.sha256, str(answers), crowd, phrases, reveal, draws, result.settings.seed, assumptions
    )


# Private functions

_REFUSED: Final = {
    "quantity": "it is a quantity",
    "belief": "a belief is nothing that comes true",
}


def _questions(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Everything that happens or not: events, and the values of choices."""
    for name, item in scenario.outcomes.items():
        if item.kind == "happens":
            yield name, item.label
        elif item.kind == "choice":
            for value in values_of(scenario, name):
                yield f"{name}.{value}", f"{item.label}: {value.replace('_', ' ')}"


def _question(scenario: Scenario, result: Result, key: str, label: str, reveal: bool) -> Question:
    name, _, value = key.partition(".")
    outcome, resolution = result.outcomes[name], scenario.resolution.get(name)
    figure = outcome.shares.get(value) if value else outcome.estimate
    across = outcome.shares_across.get(value) if value else outcome.across
    ends = (across[0.05], across[0.95]) if across and 0.05 in across else None
    baseline = (EVEN, 1 / len(values_of(scenario, name))) if value else baseline_of(scenario, name)
    happened = None if resolution is None or not reveal else str(resolution.value) == (value or "yes")
    return Question(key, label, figure, ends, baseline, happened)


def _phrases(scenario: Scenario) -> Iterator[Phrase]:
    for name, statement in scenario.statements.items():
        if statement.phrase is not None:
            words = phrase_of(scenario, statement)
            yield Phrase(statement.about, words, speaker(scenario, name), *readings(statement, words))


def _ends(found: Prepared, claim: str, progress: Callable[[int, int], None]) -> Ends:
    from threadpoolctl import threadpool_limits

    program = compile_program(found.assumed.scenario, found.assumed.believe)
    usual = END_DRAWS if program.recurrence is None else END_DRAWS_OF_ROUNDS
    draws = min(usual, found.options.draws or usual)
    shared = replace(found.options, draws=2 * draws * program.n_inputs)
    try:
        with threadpool_limits(limits=1, user_api="blas"), workers_for(program, shared) as crew:
            return ends_of(program, read_claim(claim, program.measures), draws, found.options.seed, crew, progress)
    except EvaluationError as error:
        raise ScenarioError([in_words(found.assumed.scenario, error)]) from None
