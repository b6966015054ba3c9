"""What outcomes hang on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from engine.analysis.sensitivity.sensitivity import sensitivity as sensitivity_of
from engine.analysis.sensitivity.sensitivity_records import FigureSensitivity, Sensitivity, SensitivityResult
from engine.analysis.sensitivity.standards import readings_of
from engine.api.scenarios import Loaded, in_words
from engine.api.settings import Options, workers_for
from engine.errors import ScenarioError, UsageError
from engine.program.compile import compile_program
from engine.program.program import EvaluationError, Program
from engine.scenario.assumptions import BASE, Assumed, assume
from engine.scenario.scope import nearest

SENSITIVITY_DRAWS: Final = 4_096
SENSITIVITY_DRAWS_OF_ROUNDS: Final = 512
SENSITIVITY_HISTORIES: Final = 8
ROUGH: Final = 0.25
"""Half the width of an interval of a share from which on it is warned of."""


def sensitivity(
    loaded: Loaded,
    assumptions: str = BASE,
    overrides: Sequence[tuple[str, str]] = (),
    outcomes: Sequence[str] = (),
    options: Options | None = None,
    shapley: bool = False,
    tornado: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> SensitivityResult:
    """What each outcome hangs on: its unknowns alone and with others, words, rules, chance.

    Args:
        loaded: the scenario.
        assumptions: name of the set; the statements that it believes are left out.
        overrides: paths and values.
        outcomes: which; empty for all.
        options: how to run; `draws` are the rows that each unknown is varied on (4,096; with rounds 512). None: 8
            histories.
        shapley: whether Shapley effects are wanted where nothing is correlated; where something is they always are.
        tornado: whether the figures are wanted with each unknown at its 5 and its 95 %.
        progress: told the number of draws done and of all, now and then.

    Raises:
        UsageError: no such set or outcome, an override that leads nowhere, or more than can be kept.
        ScenarioError: what is wrong with the scenario or with the numbers of some draw.
    """
    from threadpoolctl import threadpool_limits

    options = options or Options(histories=SENSITIVITY_HISTORIES)
    assumed = assume(loaded.scenario, assumptions, overrides)
    scenario = assumed.scenario
    for name in outcomes:
        if name not in scenario.outcomes:
            raise UsageError(f"'{name}' is no outcome of this scenario", nearest(name, scenario.outcomes))
    program = _only(compile_program(scenario), outcomes)
    readings = readings_of(scenario)
    if readings is not None:
        programs = {name: _only(one, outcomes) for name, one in readings.programs.items()}
        readings = replace(readings, programs=programs)
    draws = options.draws or (SENSITIVITY_DRAWS if program.recurrence is None else SENSITIVITY_DRAWS_OF_ROUNDS)
    labels = {name: (outcome.label, outcome.unit or "") for name, outcome in scenario.outcomes.items()}
    shared = replace(options, draws=draws * (program.n_inputs + 2))
    try:
        with threadpool_limits(limits=1, user_api="blas"), workers_for(program, shared) as crew:
            found = sensitivity_of(
                program,
                draws,
                options.seed,
                labels,
                readings,
                shapley,
                tornado,
                crew,
                progress,
                options.histories,
            )
    except EvaluationError as error:
        raise ScenarioError([in_words(scenario, error)]) from None
    return SensitivityResult(assumed, loaded.sha256, found, tuple(_warnings(assumed, found)))


def _only(program: Program, outcomes: Sequence[str]) -> Program:
    """The program with some of its outcomes; empty for all."""
    measures = tuple(measure for measure in program.measures if not outcomes or measure.name in outcomes)
    return replace(program, measures=measures, statements=())


def _warnings(assumed: Assumed, found: Sensitivity) -> list[str]:
    said = []
    if assumed.believe:
        names = ", ".join(f"'{name}'" for name in assumed.believe)
        said.append(
            f"what is believed ({names}) is left out here: weights would make the unknowns depend on each other, so "
            "shares are those of the draws without weights"
        )
    rough = dict.fromkeys(f"'{one.figure.outcome}'" for one in found.figures if _roughness(one) > ROUGH)
    if rough:
        said.append(
            f"some shares of {', '.join(rough)} are known to no better than ±{100 * ROUGH:.0f} points: more draws (-n) "
            "or histories make them sharper"
        )
    return said


def _roughness(one: FigureSensitivity) -> float:
    """The widest half of an interval of a share."""
    shares = [share for effect in one.effects for share in (effect.alone, effect.overall, effect.shapley) if share]
    return max(((share.high - share.low) / 2 for share in shares), default=0.0)
