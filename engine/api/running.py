"""Outcome distributions: a scenario simulated under an assumption set, and saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from math import ceil, isfinite, log2
from pathlib import Path
from typing import Final

from engine.analysis.running.multiplicity import multiplicity
from engine.analysis.running.reason import strongest_reason
from engine.analysis.running.robustness import leanings
from engine.analysis.running.summary import Result, summarise, with_multiplicity
from engine.api.scenarios import Loaded, in_words
from engine.api.settings import MAX_DRAWS, MAX_HISTORIES, Options, design_for, workers_for
from engine.errors import ScenarioError
from engine.program.compile import compile_program
from engine.program.program import EvaluationError, Program
from engine.sampling import Design
from engine.scenario.assumptions import BASE, Assumed, assume
from engine.simulation.executors import Workers
from engine.simulation.run import simulate

MANY_DOUBLINGS: Final = 4
"""From so many doublings of the draws on, a run says beforehand how many it expects."""
REASON_DRAWS: Final = 256
SCREENED_DRAWS: Final = 32
"""With rounds: on which the payoff term is found that matters most."""
CONFIRMED_DRAWS: Final = 128
"""With rounds: on which it is tried again."""
LEANING_DRAWS: Final = 64

Progress = Callable[[int, int], None]
Notice = Callable[[str], None]


def run(
    loaded: Loaded,
    assumptions: str = BASE,
    overrides: Sequence[tuple[str, str]] = (),
    options: Options | None = None,
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> Result:
    """Simulates a scenario under an assumption set.

    Args:
        loaded: the scenario.
        assumptions: name of the set.
        overrides: paths and values.
        options: how to run.
        progress: told the number of draws done and of all, now and then.
        notice: told once, in words, where the sampling error that is asked for takes many more draws.

    Raises:
        UsageError: no such set, or an override that leads nowhere.
        ScenarioError: what is wrong with the scenario or with the numbers of some draw.
    """
    from threadpoolctl import threadpool_limits

    options = options or Options()
    assumed = assume(loaded.scenario, assumptions, overrides)
    program = compile_program(assumed.scenario, assumed.believe)
    try:
        with threadpool_limits(limits=1, user_api="blas"), workers_for(program, options) as crew:
            drawn = partial(_drawn, loaded, assumed, program, options, crew, progress, notice)
            if not options.reason:
                return drawn()
            if program.recurrence is not None:
                return _with_remarks_in_rounds(program, options, crew, drawn)
            result = drawn()
            few = design_for(program, replace(options, draws=min(REASON_DRAWS, result.settings.draws), method="sobol"))
            return replace(result, reason=strongest_reason(program, few))
    except EvaluationError as error:
        raise ScenarioError([in_words(assumed.scenario, error)]) from None


def check_free(folder: Path) -> None:
    """Makes sure, before a long run, that its result can be saved there.

    Raises:
        UsageError: the folder exists already, or has no place to be.
    """
    from engine.report import folder as folders

    folders.check_free(folder)


def save(folder: Path, loaded: Loaded, result: Result, command: Sequence[str] = ()) -> None:
    """Saves a run as a new folder: the scenario, the result as JSON and CSV, and where it comes from.

    Raises:
        UsageError: the folder exists already.
    """
    from engine import __version__
    from engine.report.folder import result_files, write_folder

    write_folder(folder, result_files(result, __version__, loaded.text, loaded.file, command))


def _with_remarks_in_rounds(program: Program, options: Options, crew: Workers, drawn: Callable[[], Result]) -> Result:
    """The result with its reason and its leanings, which are worked out first: so all can share what is left."""
    usual = design_for(program, options).n_draws
    few, fewer, larger = (
        design_for(program, replace(options, draws=min(draws, usual)))
        for draws in (LEANING_DRAWS, SCREENED_DRAWS, CONFIRMED_DRAWS)
    )

    def reasoned() -> Result:
        reason = strongest_reason(program, fewer, larger)
        return replace(drawn(), reason=reason)

    if not options.leanings:
        return reasoned()
    found, result = crew.beside(partial(leanings, program, few), reasoned)
    return replace(result, leanings=found)


def _drawn(
    loaded: Loaded,
    assumed: Assumed,
    program: Program,
    options: Options,
    crew: Workers,
    progress: Progress | None,
    notice: Notice | None,
) -> Result:
    """The result, with what a search for further equilibria found if it is asked for."""
    result = _enough_draws(loaded, assumed, program, options, crew, progress, notice)
    if not options.equilibria:
        return result
    settled = design_for(program, replace(options, draws=result.settings.draws))
    return with_multiplicity(result, multiplicity(program, settled))


def _enough_draws(
    loaded: Loaded,
    assumed: Assumed,
    program: Program,
    options: Options,
    crew: Workers,
    progress: Progress | None,
    notice: Notice | None,
) -> Result:
    """The result at the draws that were asked for, or at as many as bring the sampling error down as asked."""
    exact = program.settled
    while True:
        design = design_for(program, options, exact)
        report = None if progress is None else _towards(progress, design.n_draws)
        histories = MAX_HISTORIES if exact else options.histories
        totals = simulate(program, design, crew, report, options.groups_per_block, histories)
        if exact and totals.thinned:  # too many histories to go through all
            exact = False
            continue
        result = summarise(assumed, loaded.sha256, program, design, totals, histories)
        error = _largest_half_width(result)
        if options.error is None or design.method == "point" or error <= options.error:
            return result
        if 2 * design.n_draws > MAX_DRAWS:
            limit = f"the sampling error is still {error:.2g} after {design.n_draws:,} draws"
            return replace(result, warnings=(*result.warnings, limit))
        if notice is not None:
            _say_draws(notice, design, error, options.error)
            notice = None
        options = replace(options, draws=2 * design.n_draws)


def _say_draws(notice: Notice, design: Design, error: float, wanted: float) -> None:
    """How many draws it may take: the error falls with their square root, or at best with their number (Sobol')."""
    if not isfinite(error):
        return
    rate = 1 if design.method == "sobol" else 2
    doublings = ceil(rate * log2(error / wanted))
    if doublings < MANY_DOUBLINGS:
        return
    draws = min(design.n_draws * 2**doublings, MAX_DRAWS)
    least = "at least" if rate == 1 else "about"
    notice(
        f"after {design.n_draws:,} draws the sampling error is {100 * error:.2g} points; "
        f"{100 * wanted:.2g} points will take {least} {draws:,} draws"
    )


def _towards(progress: Progress, total: int) -> Callable[[int], None]:
    return lambda done: progress(done, total)


def _largest_half_width(result: Result) -> float:
    """Of the 95 % intervals of all probabilities."""
    errors = [
        (found.high - found.low) / 2
        for outcome in result.outcomes.values()
        if outcome.kind != "quantity"
        for found in (outcome.estimate, *outcome.shares.values())
        if found is not None
    ]
    return max(errors, default=0.0)
