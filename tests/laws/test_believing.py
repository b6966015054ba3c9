"""Believing a statement weights the draws by how well they fit it, and does nothing else."""

from __future__ import annotations

import pytest

from engine import api
from engine.analysis.running.summary import Result

SCENARIO = """
engine: 1
title: Two worlds
unknowns:
  rate: {label: The chance, mixture: [{weight: 0.4, value: 0.2}, {weight: 0.6, value: 0.7}]}
  size: {label: Something else, uniform: [0, 1]}
moves:
  - {event: rain, chance: rate}
outcomes:
  rain: {label: Rain, happens: rain == yes}
  wet_world: {label: The world is the wet one, happens: rate > 0.5}
  size: {label: Size, quantity: size}
statements:
  nothing: {about: rain, uniform: [0, 1]}
  linear: {about: rain, triangular: [0, 1, 1]}
  again: {about: rain, triangular: [0, 0, 1]}
  sure: {about: rain, uniform: [0.6, 0.8]}
  elsewhere: {about: rain, uniform: [0.9, 1]}
assumptions:
  nothing: {label: It says nothing, believe: [nothing]}
  linear: {label: The likelier the better, believe: [linear]}
  two: {label: Two statements, believe: [linear, again]}
  sure: {label: Surely wet, believe: [sure]}
  elsewhere: {label: Neither world, believe: [elsewhere]}
"""


def run(assumptions: str = api.BASE, draws: int = 2**14) -> Result:
    return api.run(api.loads(SCENARIO), assumptions, options=api.Options(draws=draws, reason=False))


def agrees(result: Result, outcome: str, value: float) -> bool:
    estimate = result.outcomes[outcome].estimate
    assert estimate is not None
    return abs(estimate.value - value) <= 4 * estimate.error + 1e-9


def test_without_belief_the_worlds_have_their_weights() -> None:
    found = run()
    assert agrees(found, "wet_world", 0.6)
    assert agrees(found, "rain", 0.4 * 0.2 + 0.6 * 0.7)
    assert found.effective is None


def test_a_statement_that_says_nothing_changes_nothing() -> None:
    one, other = run(), run("nothing")
    for name in one.outcomes:
        first, second = one.outcomes[name].estimate, other.outcomes[name].estimate
        assert first is not None
        assert second is not None
        assert second.value == pytest.approx(first.value, abs=1e-12)
    assert other.effective == pytest.approx(other.settings.draws, rel=1e-9)


def test_two_worlds_by_bayes() -> None:
    """The density 2 x holds 4 p / 100 within p +- 1 point: 0.008 in the dry world, 0.028 in the wet one."""
    dry, wet = 0.4 * 0.008, 0.6 * 0.028
    found = run("linear")
    assert agrees(found, "wet_world", wet / (dry + wet))
    assert agrees(found, "rain", (0.2 * dry + 0.7 * wet) / (dry + wet))
    assert agrees(found, "size", 0.5)
    effective = (dry + wet) ** 2 / (0.4 * 0.008**2 + 0.6 * 0.028**2)
    assert found.effective is not None
    assert found.effective / found.settings.draws == pytest.approx(effective, rel=0.01)


def test_several_statements_multiply() -> None:
    """The second has the density 2 (1 - x): weights 0.008 x 0.032 and 0.028 x 0.012."""
    dry, wet = 0.4 * 0.008 * 0.032, 0.6 * 0.028 * 0.012
    assert agrees(run("two"), "wet_world", wet / (dry + wet))


def test_a_statement_that_rules_a_world_out() -> None:
    found = run("sure")
    estimate = found.outcomes["rain"].estimate
    assert estimate is not None
    assert estimate.value == pytest.approx(0.7, abs=1e-12)
    assert agrees(found, "wet_world", 1)


def test_a_statement_that_no_draw_fits_gives_no_figures_and_says_so() -> None:
    found = run("elsewhere", 1024)
    assert found.effective == 0
    assert any("effective sample" in warning for warning in found.warnings)
    assert found.outcomes["rain"].estimate is None
    assert found.outcomes["size"].quantiles is None


def test_few_effective_draws_warn_and_give_no_quantiles() -> None:
    found = run("linear", 64)
    assert found.effective is not None
    assert found.effective < 100
    assert any("effective sample" in warning for warning in found.warnings)
    assert found.outcomes["size"].quantiles is None


def test_a_believed_conditional_weights_the_draw_by_its_condition_too() -> None:
    """What a draw says about a conditional counts as often as the condition holds there: rain given clouds is rate, and
    clouds come with 1/2 in the dry world and 1/10 in the wet one."""
    clouds = "  - {event: cloud, chance: 0.5 if rate < 0.5 else 0.1}\n"
    rain = "  - {event: rain, chance: rate, when: cloud == yes}"
    text = SCENARIO.replace("  - {event: rain, chance: rate}", clouds + rain)
    text = text.replace("happens: rain == yes}", "happens: rain == yes, given: cloud == yes}")
    dry, wet = 0.4 * 0.008, 0.6 * 0.028
    found = api.run(api.loads(text), "linear", options=api.Options(draws=2**14, reason=False))
    assert agrees(found, "wet_world", wet / (dry + wet))
    assert agrees(found, "rain", (0.2 * 0.5 * dry + 0.7 * 0.1 * wet) / (0.5 * dry + 0.1 * wet))
