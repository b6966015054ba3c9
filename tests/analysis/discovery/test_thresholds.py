"""Thresholds of single unknowns against closed forms, and how often their intervals hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import ndtr

from engine import api
from engine.analysis.discovery.claims import read_claim
from engine.analysis.discovery.points import asked
from engine.analysis.discovery.thresholds import Alone, Sums, thresholds
from engine.program.compile import compile_program
from engine.program.program import Program
from engine.sampling import sobol_design
from engine.sampling.parts import all_uniforms
from engine.simulation.executors import ALONE
from engine.simulation.figures import figures_of

TEXT = """
engine: 1
title: t
unknowns:
  a: {label: a, uniform: [0, 2], judgement: x}
  b: {label: b, normal: {mean: 1, sd: 1}, judgement: x}
  c: {label: c, lognormal: {median: 1, sigma: 0.5}, judgement: x}
  d: {label: d, uniform: [-1, 1], judgement: x}
  e: {label: e, uniform: [0, 1], judgement: x}
CORRELATED
outcomes: {y: {label: y, quantity: "FORMULA"}}
"""
C = float(np.exp(0.125))  # the mean of c
ROOT = float(np.sqrt(1 - 0.8 / C))
R = 2 * np.sin(np.pi * 0.6 / 6)
SCORE = brentq(lambda z: 2 * ndtr(R * z / np.sqrt(2 - R**2)) + 0.5 * (1 + z) * C - 2, -5, 5)


def program(formula: str, correlated: str = "") -> Program:
    text = TEXT.replace("FORMULA", formula).replace("CORRELATED", correlated)
    return compile_program(api.loads(text).scenario)


def alone(of: Program, claim: str, seed: int, draws: int = 256) -> dict[str, Alone]:
    about = read_claim(claim, of.measures)
    found = figures_of(of, sobol_design(of.n_inputs, draws, seed, 16))
    weight = found.weight * found.among[0]
    whole = Sums(np.bincount(found.replicate, weight * found.value[0]), np.bincount(found.replicate, weight))
    few = all_uniforms(sobol_design(of.n_inputs, 128, seed, 16))
    answers = thresholds(asked(of, about.outcome, "", seed, 4, ALONE), about, few, 16, {}, whole)
    return {of.inputs[one.column].name: one for one in answers}


CLOSED = [
    # the mean over all else is x + E[c], (C - ...) and so on; E[b] = E[a] = 1
    ("a + b * c", "y > 2.3", "", {"a": [2.3 - C], "b": [1.3 / C], "c": [1.3]}),
    ("a * (1 + b * d) + c * e", "y < 1.6", "", {"a": [1.6 - C / 2], "c": [1.2], "d": [0.6 - C / 2], "e": [0.6 / C]}),
    ("a * (2 - a) * c * b + 0.3 * d", "y > 0.8", "", {"a": [1 - ROOT, 1 + ROOT]}),
    ("a * (2 - a) * c * b + 0.3 * d", "y < 0.8", "", {"a": [1 - ROOT, 1 + ROOT]}),
    # where b has the score z, the mean of a is 2 Phi(r z / sqrt(2 - r^2))
    ("a + 0.5 * b * c", "y > 2", "correlated: [{unknowns: [a, b], rank: 0.6, judgement: x}]", {"b": [1 + SCORE]}),
]


@pytest.mark.parametrize(("formula", "claim", "correlated", "expected"), CLOSED)
def test_closed_forms(formula: str, claim: str, correlated: str, expected: dict[str, list[float]]) -> None:
    found = alone(program(formula, correlated), claim, 3)
    for name, values in expected.items():
        assert len(found[name].crossings) == len(values)
        for place, (crossing, value) in enumerate(zip(found[name].crossings, values, strict=True)):
            assert crossing.low is not None
            assert crossing.high is not None
            assert crossing.low <= crossing.value <= crossing.high
            assert abs(crossing.value - value) < 1.5 * (crossing.high - crossing.low)
            assert crossing.enters == ((place == 0) == (">" in claim))


def test_intervals_hold_the_truth_19_times_of_20() -> None:
    """For rising, falling and bent curves and correlated unknowns."""
    inside = []
    for formula, claim, correlated, expected in CLOSED:
        compiled = program(formula, correlated)
        for seed in range(20):
            found = alone(compiled, claim, seed)
            for name, values in expected.items():
                for crossing, value in zip(found[name].crossings, values, strict=True):
                    low = -np.inf if crossing.low is None else crossing.low
                    high = np.inf if crossing.high is None else crossing.high
                    inside.append(low <= value <= high)
    assert len(inside) >= 200
    assert 0.91 <= np.mean(inside) <= 0.98


def test_what_does_not_matter_neither_crosses_nor_blurs() -> None:
    """e has no part in it: the figure is the same for all of its values, and so is the margin."""
    found = alone(program("a + b * c"), "y > 2.3", 1)["e"]
    assert found.crossings == ()
    figures = [place.figure for place in found.places]
    assert all(figure == figures[0] for figure in figures)


def test_without_error_the_crossing_is_exact() -> None:
    """Where nothing else is unknown there is no sampling error, and the interval is the value itself."""
    one = alone(program("b * b + b"), "y > 1", 1)["b"]
    (below, above) = one.crossings
    for crossing, value in ((below, -(1 + np.sqrt(5)) / 2), (above, (np.sqrt(5) - 1) / 2)):
        assert crossing.value == pytest.approx(value, abs=1e-5)
        assert crossing.low == pytest.approx(value, abs=1e-4)
        assert crossing.high == pytest.approx(value, abs=1e-4)
    assert (below.enters, above.enters) == (False, True)


def test_a_jump_is_found() -> None:
    (crossing,) = alone(program("(1 if b > 1.7 else 0) + 0 * a"), "y > 0.5", 1)["b"].crossings
    assert crossing.value == pytest.approx(1.7, abs=1e-3)


def test_ends_of_a_stated_range_are_looked_at_and_endless_tails_are_not() -> None:
    """a lies between 0 and 2; b is normal, and ends at 0.1 and 99.9 %."""
    found = alone(program("a + b"), "y > 99", 1)
    assert [found["a"].places[0].value, found["a"].places[-1].value] == pytest.approx([0, 2], abs=1e-6)
    assert [found["b"].places[0].value, found["b"].places[-1].value] == pytest.approx(
        [1 - 3.0902, 1 + 3.0902], abs=1e-3
    )


def test_always_and_never() -> None:
    above = alone(program("a + b"), "y > -99", 1)
    below = alone(program("a + b"), "y > 99", 1)
    assert all(one.always and not one.crossings for one in above.values())
    assert not any(one.always or one.crossings for one in below.values())
    best = below["a"].best
    assert best is not None
    assert best.value == pytest.approx(2, abs=1e-6)
    assert best.figure is not None
    assert best.figure.value == pytest.approx(3, abs=0.05)
