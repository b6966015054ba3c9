"""What it would be worth to know."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from engine.analysis.information.information import (
    Information,
    InformationSettings,
    forecasts_of,
    stakes_of,
    warnings_of,
)
from engine.api.scenarios import Loaded, in_words
from engine.api.settings import MAX_HISTORIES, Options, design_for, workers_for
from engine.errors import ScenarioError, UsageError
from engine.games.segments import FloatArray
from engine.program.compile import compile_program
from engine.program.program import EvaluationError, Program
from engine.sampling import Design
from engine.sampling.parts import all_uniforms
from engine.scenario.assumptions import BASE, assume
from engine.scenario.informed import bare
from engine.scenario.model import Decision, Scenario
from engine.scenario.scope import nearest

DRAWS: Final = 16_384
DRAWS_OF_ROUNDS: Final = 2_048
HISTORIES: Final = 8
MOST_DRAWS: Final = 2**20
"""Every draw is kept, with 64 functions of an unknown at a time."""
FEWER: Final = 4
"""Actors' games are solved again for each piece of knowledge, on this part of the draws."""

Progress = Callable[[int, int], None]


def voi(
    loaded: Loaded,
    assumptions: str = BASE,
    overrides: Sequence[tuple[str, str]] = (),
    outcome: str = "",
    actor: str = "",
    secret: bool = False,
    options: Options | None = None,
    progress: Progress | None = None,
    every: bool = False,
) -> Information:
    """What it would be worth to us, and to each actor, to know each unknown or hidden move.

    Args:
        loaded: the scenario.
        assumptions: name of the set.
        overrides: paths and values.
        outcome: whose forecast; empty for the first event, or, if there is none, the first that has a single figure.
        actor: the only one for whom knowledge is valued; empty for all that decide.
        secret: whether the others do not know what the actor knows, and play as they would.
        options: how to run; draws default to 16,384, in rounds to 2,048 of 8 histories.
        progress: told the number of draws done and of all, now and then.
        every: whether all outcomes are forecast and not one alone.

    Raises:
        UsageError: no such set, outcome or actor, or an override that leads nowhere, or more draws than can be kept.
        ScenarioError: what is wrong with the scenario or with the numbers of some draw.
    """
    from threadpoolctl import threadpool_limits

    options = options or Options(histories=HISTORIES)
    assumed = assume(loaded.scenario, assumptions, overrides)
    scenario = assumed.scenario
    first = _forecast(scenario, outcome)
    actors = _actors(scenario, actor)
    outcomes = [first, *(name for name in scenario.outcomes if name != first)] if every and not outcome else [first]
    program = compile_program(scenario, assumed.believe)
    if secret and program.ways.concept == "pure equilibria":
        raise UsageError("what the others would do is not one thing under 'pure equilibria'", "leave out --secret")
    draws = options.draws or (DRAWS if program.recurrence is None else DRAWS_OF_ROUNDS)
    if draws > MOST_DRAWS:
        raise UsageError(f"{draws:,} draws are more than can be kept", f"ask for at most {MOST_DRAWS:,}")
    options = replace(options, draws=draws)
    try:
        with threadpool_limits(limits=1, user_api="blas"), workers_for(program, options) as crew:
            design, histories = _design(program, options)
            report = _Report(progress, design.n_draws)
            forecasts = forecasts_of(assumed, outcomes, design, histories, crew, report.draws)
            if design.method == "point" and forecasts.thinned:  # too many histories to go through all
                design = design_for(program, options, exact=False)
                report = _Report(progress, design.n_draws)
                forecasts = forecasts_of(assumed, outcomes, design, options.histories, crew, report.draws)
            uniforms, weight = _fewer(design, forecasts.weight)
            stakes = stakes_of(scenario, actors, uniforms, weight, design.replicates, crew, report.games)
    except EvaluationError as error:
        raise ScenarioError([in_words(scenario, error)]) from None
    rounds = program.recurrence is not None
    settings = InformationSettings(
        design.n_draws,
        uniforms.shape[-1],
        options.seed,
        design.replicates,
        histories if rounds else None,
        design.method == "point",
    )
    known = sum(item.known for item in program.inputs)
    found = Information(
        scenario,
        loaded.sha256,
        assumed.name,
        assumed.label,
        dict(assumed.overrides),
        settings,
        forecasts.each,
        stakes,
        {name: item.name for name, item in scenario.actors.items()},
        secret,
        len(compile_program(bare(scenario)).deciders) == 1,
        known,
    )
    return replace(found, warnings=warnings_of(found))


class _Report:
    """Tells how far it is: the draws, and then the games of the actors as if each were a part of as many draws."""

    def __init__(self, progress: Progress | None, n_draws: int) -> None:
        self.progress, self.n_draws = progress, n_draws

    def draws(self, done: int) -> None:
        if self.progress is not None:
            self.progress(done, 2 * self.n_draws)

    def games(self, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(self.n_draws + self.n_draws * done // total, 2 * self.n_draws)


def _design(program: Program, options: Options) -> tuple[Design, int]:
    """The draws, and how many histories each may carry; where nothing is unknown, so many that nothing is sampled."""
    if program.settled and program.recurrence is not None:
        return design_for(program, options), MAX_HISTORIES
    return design_for(program, options), options.histories


def _fewer(design: Design, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The first draws of each scramble, and their weights."""
    uniforms = all_uniforms(design)
    size = uniforms.shape[-1] // design.replicates
    kept = np.arange(design.replicates)[:, None] * size + np.arange(max(1, size // FEWER))
    return np.ascontiguousarray(uniforms[:, kept.reshape(-1)]), weight[kept.reshape(-1)]


def _forecast(scenario: Scenario, name: str) -> str:
    """The outcome that is asked for, or the first event, or else the first with a single figure."""
    single = [other for other, outcome in scenario.outcomes.items() if outcome.kind != "choice"]
    if not name:
        events = (other for other in single if scenario.outcomes[other].kind == "happens")
        return next(events, next(iter(single or scenario.outcomes)))
    if name not in scenario.outcomes:
        raise UsageError(f"'{name}' is no outcome of this scenario", nearest(name, single))
    if name not in single:
        raise UsageError(f"'{name}' is a choice, which has no single figure", nearest("", single))
    return name


def _actors(scenario: Scenario, name: str) -> list[str]:
    """The actor that is asked for, or all that decide."""
    owners = {move.actor for move in scenario.moves if isinstance(move, Decision)}
    deciding = [other for other in scenario.actors if other in owners]
    if not name:
        return deciding
    if name not in scenario.actors:
        raise UsageError(f"'{name}' is no actor of this scenario", nearest(name, deciding))
    if name not in deciding:
        raise UsageError(f"'{name}' decides nothing, so nothing that it knew could be of use", nearest("", deciding))
    return [name]
