"""What would have to be true for a claim about an outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from engine.analysis.discovery.claims import read_claim
from engine.analysis.discovery.discovery import Discovery
from engine.analysis.discovery.discovery import discover as discover_program
from engine.api.scenarios import Loaded, in_words
from engine.api.settings import Options, design_for, workers_for
from engine.errors import ScenarioError, UsageError
from engine.program.compile import compile_program
from engine.program.program import EvaluationError
from engine.scenario.assumptions import BASE, assume

DISCOVER_DRAWS: Final = 16_384
DISCOVER_DRAWS_OF_ROUNDS: Final = 2_048
MOST_DRAWS: Final = 2**18
"""All draws are in memory at once."""

Progress = Callable[[int, int], None]


def discover(
    loaded: Loaded,
    outcome: str,
    assumptions: str = BASE,
    overrides: Sequence[tuple[str, str]] = (),
    options: Options | None = None,
    progress: Progress | None = None,
) -> Discovery:
    """What would have to be true for a claim: each unknown alone, a box over a few, the smallest change.

    Args:
        loaded: the scenario.
        outcome: the claim, such as `belarus_enters > 50%`, or of a choice `does.join > 5%`.
        assumptions: name of the set.
        overrides: paths and values.
        options: how many draws (16,384; with rounds 2,048), seed, histories, threads.
        progress: told the number of draws done and of all, now and then; then that of the search, of 0 in all.

    Raises:
        UsageError: the claim makes no sense, no such set, too many draws, or an override that leads nowhere.
        ScenarioError: what is wrong with the scenario or with the numbers of some draw.
    """
    from threadpoolctl import threadpool_limits

    options = options or Options()
    assumed = assume(loaded.scenario, assumptions, overrides)
    program = compile_program(assumed.scenario, assumed.believe)
    claim = read_claim(outcome, program.measures)
    usual = DISCOVER_DRAWS if program.recurrence is None else DISCOVER_DRAWS_OF_ROUNDS
    options = replace(options, draws=usual if options.draws is None else options.draws, method="sobol")
    design = design_for(program, options)
    if design.n_draws > MOST_DRAWS:
        raise UsageError(f"discover holds all draws in memory, at most {MOST_DRAWS:,}, not {design.n_draws:,}")
    try:
        with threadpool_limits(limits=1, user_api="blas"), workers_for(program, options) as crew:
            return discover_program(assumed, loaded.sha256, program, claim, design, options.histories, crew, progress)
    except EvaluationError as error:
        raise ScenarioError([in_words(assumed.scenario, error)]) from None
