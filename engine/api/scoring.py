"""Scores: what was said beside what happened, of one scenario, of several, or of a list of forecasts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.analysis.comparison.paired import simulated, uniforms_for
from engine.analysis.running.summary import summarise
from engine.analysis.scoring.judged import ScenarioScores, Scores, forecasters, judged
from engine.analysis.scoring.scoring import Ran, headline, scored
from engine.api.scenarios import Loaded, in_words
from engine.api.settings import DEFAULT_DRAWS, DEFAULT_DRAWS_OF_ROUNDS, MAX_HISTORIES, Options, workers_for
from engine.errors import ScenarioError, UsageError
from engine.exchange.forecasts import forecasts_in
from engine.program.compile import compile_program
from engine.program.program import EvaluationError
from engine.scenario.assumptions import BASE, assume

Progress = Callable[[int, int], None]


def score(several: Sequence[Loaded], options: Options | None = None, progress: Progress | None = None) -> Scores:
    """Scores what the engine, the statements and the references say, against what happened.

    Of one scenario the base and every assumption set are played, on the same draws; of several the base of each.

    Raises:
        UsageError: the same file twice, or nothing is resolved in any.
        ScenarioError: what is wrong with a scenario or with the numbers of some draw.
    """
    options = options or Options()
    sums = [loaded.sha256 for loaded in several]
    for place, loaded in enumerate(several):
        if loaded.sha256 in sums[:place]:
            raise UsageError(f"'{loaded.file}' is given twice", "each scenario counts once")
    if not any(loaded.scenario.resolution for loaded in several):
        form = "resolution: {NAME: {value: no, on: 2023-06-30}}"
        raise UsageError("no outcome is resolved, so there is nothing to score", f"write in the scenario: {form}")
    found = []
    for place, loaded in enumerate(several):
        sets = [BASE, *loaded.scenario.assumptions] if len(several) == 1 else [BASE]
        found.append(_scenario_scores(loaded, sets, options, _part(progress, place, len(several))))
    return Scores(tuple(found), tuple(judged(found)) if len(several) > 1 else ())


def score_forecasts(text: str, file: str) -> Scores:
    """Scores a list of forecasts, for each forecaster.

    Raises:
        ScenarioError: every row that makes no sense.
    """
    return Scores((), tuple(forecasters(forecasts_in(text, file))))


def _part(progress: Progress | None, place: int, parts: int) -> Progress | None:
    return None if progress is None else lambda done, total: progress(place * total + done, parts * total)


def _scenario_scores(
    loaded: Loaded, sets: Sequence[str], options: Options, progress: Progress | None
) -> ScenarioScores:
    from threadpoolctl import threadpool_limits

    assumed = [assume(loaded.scenario, name) for name in sets]
    programs = [compile_program(one.scenario, one.believe) for one in assumed]
    once = all(program.recurrence is None for program in programs)
    draws = options.draws or (DEFAULT_DRAWS if once else DEFAULT_DRAWS_OF_ROUNDS)
    try:
        uniforms = uniforms_for(programs, draws, options.seed, options.histories, MAX_HISTORIES)
    except ValueError as error:
        raise UsageError(str(error)) from None
    longest = max(programs, key=lambda program: (program.recurrence is not None, program.tree.n_leaves))
    total = len(programs) * uniforms.n_draws
    crew = workers_for(longest, replace(options, draws=total))
    played = []
    with threadpool_limits(limits=1, user_api="blas"), crew as workers:
        for place, (one, program) in enumerate(zip(assumed, programs, strict=True)):
            before = place * uniforms.n_draws
            report = None if progress is None else _towards(progress, before, total)
            try:
                ran = simulated(program, uniforms, workers, None, report)
            except EvaluationError as error:
                raise ScenarioError([in_words(one.scenario, error)]) from None
            result = summarise(one, loaded.sha256, program, ran.design, ran.totals, ran.histories)
            played.append(Ran(result, program, ran.totals))
    found, left_out = scored(loaded.scenario, played)
    warnings = dict.fromkeys(
        f"{one.result.assumptions}: {text}" if len(played) > 1 else text
        for one in played
        for text in one.result.warnings
    )
    sampled = next((one.result for one in played if one.result.settings.method != "exact"), played[0].result)
    return ScenarioScores(
        loaded.scenario,
        loaded.file,
        loaded.sha256,
        sampled.settings,
        tuple(found),
        headline(loaded.scenario, played, found),
        tuple(left_out),
        tuple(warnings),
    )


def _towards(progress: Progress, before: int, total: int) -> Callable[[int], None]:
    return lambda done: progress(before + done, total)
