"""The scenario of the first lesson: what a threat tells, worked out by hand.

With p the chance that the army is strong, and after a threat y the chance that the island yields and b its belief that
the army is strong; s and w the chances that a strong and a weak general threaten; L the precision of both:

    b = p s / (p s + (1 - p) w)        Bayes' rule
    y = logistic(L (10 b - 5))         yielding costs 5, standing firm 10 if the army is strong
    w = logistic(L (10 y - 6))         a bluff wins 4 with chance y, and loses 6 otherwise
    s = logistic(L (1 + 3 y))          a strong general wins 4 or 1

Without errors (L grows) the strong always threaten. Were the weak never to, a threat would be believed, and they would;
were they always to, nobody would yield for p < 1/2, and they would not. So both mix: the island is indifferent at
b = 1/2, hence w = p / (1 - p); the weak general is indifferent at y = 6/10. At a finite precision the odds of such a
mixture take a difference of payoffs: L (10 b - 5) = log(y / (1 - y)) and L (10 y - 6) = log(w / (1 - w)). With the
mixture itself on the right, b = 1/2 + log(6/4) / (10 L) and y = 6/10 + log(w / (1 - w)) / (10 L), up to terms
in 1 / L².
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from engine import api

SCENARIO = Path(__file__).parent.parent / "scenarios" / "bluff.yaml"


@pytest.fixture(scope="module")
def bluff() -> api.Loaded:
    return api.load(SCENARIO)


def figures(bluff: api.Loaded, strong: float, precision: float) -> dict[str, float]:
    """Every outcome's figure where the chance of a strong army is known."""
    overrides = [("unknowns.strong_army", repr(strong)), ("actors.*.precision", repr(precision))]
    result = api.run(bluff, "base", overrides, api.Options(reason=False, equilibria=False))
    assert result.solution.converged == 1
    found = {name: outcome.estimate for name, outcome in result.outcomes.items()}
    return {name: estimate.value for name, estimate in found.items() if estimate is not None}


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


@pytest.mark.parametrize(("strong", "precision"), [(0.25, 1.0), (0.25, 8.0), (0.4, 2.0), (0.7, 1.0)])
def test_the_figures_satisfy_the_equations(bluff: api.Loaded, strong: float, precision: float) -> None:
    found = figures(bluff, strong, precision)
    s, w, y, b = (found[name] for name in ("means_it", "bluffs", "yields", "fear"))
    threats = strong * s + (1 - strong) * w
    assert b == pytest.approx(strong * s / threats, abs=1e-9)
    assert y == pytest.approx(logistic(precision * (10 * b - 5)), abs=1e-9)
    assert w == pytest.approx(logistic(precision * (10 * y - 6)), abs=1e-9)
    assert s == pytest.approx(logistic(precision * (1 + 3 * y)), abs=1e-9)
    assert found["empty"] == pytest.approx(1 - b, abs=1e-9)
    assert found["war"] == pytest.approx(strong * s * (1 - y), abs=1e-9)


@pytest.mark.parametrize("strong", [0.15, 0.25, 0.4])
def test_at_high_precision_it_is_the_mixed_equilibrium(bluff: api.Loaded, strong: float) -> None:
    precision = 300.0
    found = figures(bluff, strong, precision)
    w = strong / (1 - strong)
    near = 1 / precision  # of the next order, with a constant of about 1
    assert found["means_it"] == pytest.approx(1, abs=1e-12)
    assert found["fear"] == pytest.approx(0.5 + math.log(1.5) / (10 * precision), abs=near**2)
    assert found["bluffs"] == pytest.approx(w, abs=near)
    assert found["yields"] == pytest.approx(0.6 + math.log(w / (1 - w)) / (10 * precision), abs=near**2)


def test_a_threat_that_is_probably_meant_needs_no_proof(bluff: api.Loaded) -> None:
    """With more strong armies than weak ones all threaten, the belief stays what it was, and the island yields."""
    found = figures(bluff, 0.7, 50.0)
    assert found["bluffs"] == pytest.approx(1, abs=1e-9)
    assert found["fear"] == pytest.approx(0.7, abs=1e-9)
    assert found["yields"] == pytest.approx(1, abs=1e-9)


def test_nobody_believes_a_coin(bluff: api.Loaded) -> None:
    found = figures(bluff, 0.25, 0.0)
    assert found["fear"] == pytest.approx(0.25, abs=1e-12)
    assert found["bluffs"] == found["means_it"] == found["yields"] == 0.5


def test_how_true_a_threat_is_hardly_hangs_on_how_many_are_strong(bluff: api.Loaded) -> None:
    few, many = figures(bluff, 0.15, 100.0), figures(bluff, 0.4, 100.0)
    assert many["bluffs"] > 3 * few["bluffs"]
    assert many["empty"] == pytest.approx(few["empty"], abs=1e-3)


def test_every_set_runs_and_the_scale_holds(bluff: api.Loaded) -> None:
    assert len(bluff.scenario.statements) == 1
    for name in ("base", *bluff.scenario.assumptions):
        result = api.run(bluff, name, options=api.Options(draws=64, reason=False, equilibria=False))
        assert result.solution.converged == 1
        assert result.warnings == ()
