"""What an outcome hangs on the standard by which words of probability are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.analysis.linearised import Linear, sum_of
from engine.analysis.sensitivity.answers import Answers, over_rows
from engine.analysis.sensitivity.deviations import deviations, mean_deviation, product
from engine.analysis.sensitivity.indices import whole_of
from engine.errors import ScenarioError
from engine.program.compile import compile_program
from engine.program.program import Program
from engine.scenario.model import Distributed, Scenario
from engine.scenario.words import find_standard, standards


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """The scenario under each standard that has every word in it.

    Attributes:
        used: the standard of the file.
        programs: by standard.
        lacking: standards that lack a word.
        worded: the unknowns that are given by a word whose meaning the scenario's standard decides.
    """

    used: str
    programs: Mapping[str, Program]
    lacking: tuple[str, ...]
    worded: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The choice of standard as one more unknown, each equally likely; figures are (n_figures,).

    Attributes:
        figures: under each standard, less their centers.
        alone: the variance of the figures between standards.
        overall: the mean variance between standards of what one draw says.
        unknown: the variance between draws, on average over the standards.
        chance: the variance within draws, on average over the standards.
    """

    figures: Mapping[str, Linear]
    alone: Linear
    overall: Linear
    unknown: Linear
    chance: Linear


def readings_of(scenario: Scenario) -> Readings | None:
    """The scenario under each standard; None where its own decides the meaning of no word."""
    worded = frozenset(name for name, item in scenario.unknowns.items() if _worded(item))
    if not worded:
        return None
    programs: dict[str, Program] = {}
    lacking = []
    for name in standards():
        try:
            programs[name] = compile_program(scenario.model_copy(update={"words": name}))
        except ScenarioError:
            lacking.append(name)
    return Readings(find_standard(scenario.words or "").name, programs, tuple(lacking), worded)


def words_of(answers: Mapping[str, Answers]) -> Words:
    """The choice of standard, from the same draws under each."""
    wholes = {name: whole_of(one) for name, one in answers.items()}
    among = {name: over_rows(one.weights) for name, one in answers.items()}
    every = sum_of(list(among.values()))
    middle = sum_of([whole.figure * among[name] for name, whole in wholes.items()]) / every

    def mean(of_each: Mapping[str, Linear]) -> Linear:
        return sum_of([of_each[name] * (among[name] / every) for name in wholes])

    gaps = {name: whole.figure - middle for name, whole in wholes.items()}
    off = [deviations(one, middle) for one in answers.values()]
    usual = mean_deviation(off)
    steps = [one.minus(usual) for one in off]
    level = every * (1 / len(answers))
    return Words(
        {name: whole.figure for name, whole in wholes.items()},
        mean({name: gap * gap for name, gap in gaps.items()}),
        sum_of([product(step, step, middle) for step in steps]) * (1 / len(answers)) / (level * level),
        mean({name: whole.unknown for name, whole in wholes.items()}),
        mean({name: whole.chance for name, whole in wholes.items()}),
    )


# Private functions


def _worded(item: Distributed) -> bool:
    parts: Sequence[Distributed] = item.mixture or ()
    return (item.phrase is not None and item.standard is None) or any(map(_worded, parts))
