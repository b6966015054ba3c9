"""Scenario files: read, checked, described."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from engine import document
from engine.analysis.checking import outline as outlines
from engine.analysis.checking import provenance as origins
from engine.analysis.checking.influence import Influence
from engine.analysis.checking.influence import influence as influence_of
from engine.analysis.checking.outline import Outline
from engine.analysis.checking.provenance import Provenance
from engine.analysis.checking.soundness import check_game, range_problems
from engine.errors import Problem, ScenarioError
from engine.program.program import EvaluationError
from engine.scenario.assumptions import BASE, assume, check_assumptions
from engine.scenario.model import Scenario
from engine.scenario.read import read_scenario


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario and the file that it came from.

    Attributes:
        sha256: of the file's bytes.
        text: the file's text.
    """

    scenario: Scenario
    file: str
    text: str
    sha256: str


def load(path: Path) -> Loaded:
    """Reads a scenario file and checks all of it.

    Raises:
        ScenarioError: with every problem, each with its place.
    """
    return loads(document.read_file(path), str(path), path.parent)


def loads(text: str, file: str = "<text>", folder: Path | None = None) -> Loaded:
    """As `load`, for a text; `folder` is where its sources are (default: the current one)."""
    scenario = read_scenario(text, file, folder or Path())
    return Loaded(scenario, file, text, hashlib.sha256(text.encode()).hexdigest())


def load_stream(stream: BinaryIO, name: str) -> Loaded:
    """As `load`, for what a stream holds, such as stdin; its sources are looked for in the current folder."""
    return loads(read_stream(stream, name), name)


def read_stream(stream: BinaryIO, name: str) -> str:
    """The text that a stream holds, as far as any file may be long.

    Raises:
        ScenarioError: it is not UTF-8.
    """
    data = stream.read(document.MAX_BYTES + 1)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise ScenarioError([Problem(f"{name} is not UTF-8 text")]) from None


def check(loaded: Loaded) -> list[Problem]:
    """What is wrong with a scenario beyond its own text: with its assumption sets, and with the game it describes."""
    problems = check_assumptions(loaded.scenario)
    for name in (BASE, *loaded.scenario.assumptions):
        try:
            problems += check_game(assume(loaded.scenario, name).scenario)
        except ScenarioError:  # one of those that are found already
            continue
    return list(ScenarioError(problems).problems)


def check_all(loaded: Loaded) -> None:
    """As `check`.

    Raises:
        ScenarioError: with what is wrong, if anything is.
    """
    problems = check(loaded)
    if problems:
        raise ScenarioError(problems)


def outline(loaded: Loaded) -> Outline:
    """What a scenario consists of."""
    return outlines.outline(loaded.scenario)


def provenance(loaded: Loaded) -> Provenance:
    """What each claim of a scenario is used for, and what its numbers rest on."""
    return origins.provenance(loaded.scenario)


def influence(loaded: Loaded, assumptions: str = BASE, overrides: Sequence[tuple[str, str]] = ()) -> Influence:
    """The influence diagram of a scenario under an assumption set.

    Raises:
        UsageError: no such set, or an override that leads nowhere.
        ScenarioError: what is wrong with the scenario.
    """
    return influence_of(assume(loaded.scenario, assumptions, overrides).scenario)


def in_words(scenario: Scenario, error: EvaluationError) -> Problem:
    """What is wrong in a draw, with the advice that `check` has for the same place."""
    found = scenario.problem(error.path, error.message, error.hint)
    advice = next((problem.hint for problem in range_problems(scenario) if problem.where == found.where), "")
    return replace(found, hint="; ".join(text for text in (error.hint, advice) if text))
