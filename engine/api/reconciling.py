"""Whether stated probabilities and incentives fit together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from engine.analysis.reconciliation.reconciliation import Reconciliation
from engine.analysis.reconciliation.reconciliation import reconcile as reconcile_program
from engine.api.scenarios import Loaded, in_words
from engine.api.settings import MAX_HISTORIES, Options, design_for, workers_for
from engine.errors import ScenarioError, UsageError
from engine.program.compile import compile_program
from engine.program.program import EvaluationError, Program
from engine.scenario.assumptions import BASE, assume

RECONCILE_DRAWS: Final = 16_384
RECONCILE_DRAWS_OF_ROUNDS: Final = 2_048
RECONCILE_HISTORIES: Final = 8
MOST_DRAWS: Final = 2**17
"""All draws are kept."""


def reconcile(
    loaded: Loaded,
    assumptions: str = BASE,
    overrides: Sequence[tuple[str, str]] = (),
    options: Options | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Reconciliation:
    """Which stated probabilities and incentives fit together, and what follows from believing them.

    Args:
        loaded: the scenario.
        assumptions: name of the set; what it believes is not believed beforehand.
        overrides: paths and values.
        options: how to run; without `draws` 16,384, with rounds 2,048.
        progress: told the number of draws done and of all, now and then; then that of points tried by the search, of 0.

    Raises:
        UsageError: no such set, an override that leads nowhere, or more draws than are kept.
        ScenarioError: what is wrong with the scenario or with the numbers of some draw.
    """
    from threadpoolctl import threadpool_limits

    assumed = assume(loaded.scenario, assumptions, overrides)
    program = compile_program(assumed.scenario)
    options = _with_draws(options or Options(histories=RECONCILE_HISTORIES), program)
    exact = program.settled
    histories = MAX_HISTORIES if exact else options.histories
    design = design_for(program, options)

    try:
        with threadpool_limits(limits=1, user_api="blas"), workers_for(program, options) as crew:
            return reconcile_program(assumed, loaded.sha256, program, design, histories, crew, progress)
    except EvaluationError as error:
        raise ScenarioError([in_words(assumed.scenario, error)]) from None


def _with_draws(options: Options, program: Program) -> Options:
    usual = RECONCILE_DRAWS if program.recurrence is None else RECONCILE_DRAWS_OF_ROUNDS
    draws = options.draws or usual
    if draws > MOST_DRAWS:
        raise UsageError(f"reconcile keeps all draws, so there may be at most {MOST_DRAWS:,}, not {draws:,}")
    return replace(options, draws=draws, method="sobol")
