"""Why actors do what they do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.analysis.explanation.explanation import Explanation
from engine.analysis.explanation.explanation import explain as explain_program
from engine.api.scenarios import Loaded, in_words
from engine.api.settings import Options, design_for
from engine.errors import ScenarioError, UsageError
from engine.program.compile import compile_program
from engine.program.program import EvaluationError
from engine.scenario.assumptions import BASE, assume
from engine.scenario.model import Scenario
from engine.scenario.scope import nearest

EXPLAIN_DRAWS: Final = 2_048


def explain(
    loaded: Loaded,
    assumptions: str = BASE,
    overrides: Sequence[tuple[str, str]] = (),
    actor: str = "",
    outcome: str = "",
    options: Options | None = None,
    number: int | None = None,
) -> Explanation:
    """Why actors do what they do, in the typical draw and in one in which an outcome is unusually likely.

    Args:
        loaded: the scenario.
        assumptions: name of the set.
        overrides: paths and values.
        actor: the only one whose choices are explained; empty for all.
        outcome: which; empty for the first that is an event.
        options: the design in which the unlikely draw is looked for.
        number: of the round, from 1; None for the first, or where the game is played once. In a later round only the
            typical draw is explained, after its likeliest history.

    Raises:
        UsageError: no such set, actor, outcome or round, or an override that leads nowhere.
        ScenarioError: what is wrong with the scenario or with the numbers of some draw.
    """
    from threadpoolctl import threadpool_limits

    assumed = assume(loaded.scenario, assumptions, overrides)
    if actor and actor not in assumed.scenario.actors:
        raise UsageError(f"'{actor}' is no actor of this scenario", nearest(actor, assumed.scenario.actors))
    _check_round(assumed.scenario, number, outcome)
    outcome = _single_figure(assumed.scenario, outcome)
    program = compile_program(assumed.scenario, assumed.believe)
    try:
        with threadpool_limits(limits=1, user_api="blas"):
            design = design_for(program, options or Options(draws=EXPLAIN_DRAWS))
            return explain_program(assumed, loaded.sha256, program, design, actor, outcome, number or 1)
    except EvaluationError as error:
        raise ScenarioError([in_words(assumed.scenario, error)]) from None


def _check_round(scenario: Scenario, number: int | None, outcome: str) -> None:
    """Makes sure that there is such a round, and that what is asked of it can be told."""
    if number is None:
        return
    if scenario.rounds is None:
        raise UsageError(f"there is no round {number}: the game is played once", "leave out --round")
    count = scenario.rounds.count
    if not 1 <= number <= count:
        only = "only round 1" if count == 1 else f"rounds 1 to {count}"
        raise UsageError(f"there is no round {number}: the game has {only}")
    if number > 1 and outcome:
        raise UsageError(
            f"in round {number} only the typical draw is explained, not one in which '{outcome}' is likely",
            "leave out --outcome or --round",
        )


def _single_figure(scenario: Scenario, name: str) -> str:
    """The outcome that is asked for, or the first event; empty if there is none."""
    single = [other for other, outcome in scenario.outcomes.items() if outcome.kind != "choice"]
    if not name:
        return next((other for other in single if scenario.outcomes[other].kind == "happens"), "")
    if name not in scenario.outcomes:
        raise UsageError(f"'{name}' is no outcome of this scenario", nearest(name, single))
    if name not in single:
        raise UsageError(f"'{name}' is a choice, which has no single figure", nearest("", single))
    return name
