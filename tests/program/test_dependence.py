"""Unknowns that hang together: from uniforms to levels, back, and with some of them held."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from scipy.stats import kstest

from engine import api
from engine.program.compile import compile_program
from engine.program.dependence import followed, levels_of, uniforms_for
from engine.program.program import Program
from engine.sampling import sobol_design

TEXT = """
engine: 1
title: Four
unknowns:
  a: {label: a, uniform: [0, 1], judgement: x}
  b: {label: b, uniform: [0, 1], judgement: x}
  c: {label: c, uniform: [0, 1], judgement: x}
  d: {label: d, uniform: [0, 1], judgement: x}
outcomes: {y: {label: y, quantity: a + b + c + d}}
"""
PAIRS = """
correlated:
  - {unknowns: [a, b], rank: 0.6, judgement: x}
  - {unknowns: [b, d], rank: -0.4, judgement: x}
"""


def program(text: str) -> Program:
    return compile_program(api.loads(text).scenario)


def uniforms() -> np.ndarray:
    return np.concatenate([sobol_design(4, 4096, 7, 1).chunk(i).uniforms for i in range(4)], axis=1)


def test_levels_and_back() -> None:
    found = program(TEXT + PAIRS)
    np.testing.assert_allclose(uniforms_for(found, levels_of(found, uniforms())), uniforms(), atol=1e-12)


def test_without_correlations_the_others_stay_as_they_are() -> None:
    found = followed(program(TEXT), uniforms(), [2], np.array([[0.9]]))
    assert (found[2] == 0.9).all()
    np.testing.assert_array_equal(np.delete(found, 2, axis=0), np.delete(uniforms(), 2, axis=0))


@pytest.mark.parametrize("level", [0.05, 0.5, 0.95])
def test_what_is_held_stands_and_the_rest_has_its_conditional_distribution(level: float) -> None:
    """Given b, the normal score of a has mean r z and variance 1 - r^2, and so has d; c is as before."""
    scenario = program(TEXT + PAIRS)
    levels = levels_of(scenario, followed(scenario, uniforms(), [1], np.array([[level]])))
    np.testing.assert_allclose(levels[1], level, atol=1e-9)
    np.testing.assert_array_equal(levels[2], uniforms()[2])
    for column, rank in ((0, 0.6), (3, -0.4)):
        r = 2 * np.sin(np.pi * rank / 6)
        standard = (ndtri(levels[column]) - r * ndtri(level)) / np.sqrt(1 - r**2)
        assert kstest(ndtr(standard), "uniform").pvalue > 0.01


def test_holding_each_draw_at_its_own_levels_changes_nothing() -> None:
    scenario = program(TEXT + PAIRS)
    for held in ([1], [0, 3], [0, 1, 2, 3]):
        levels = levels_of(scenario, uniforms())[held]
        np.testing.assert_allclose(followed(scenario, uniforms(), held, levels), uniforms(), atol=1e-9)


def test_held_at_other_levels_of_the_same_distribution_correlations_stay() -> None:
    scenario = program(TEXT + PAIRS)
    design = sobol_design(8, 4096, 8, 1)  # one design: scrambles of the same points are no independent pairs
    both = np.concatenate([design.chunk(number).uniforms for number in range(4)], axis=1)
    before, other = levels_of(scenario, both[:4]), levels_of(scenario, both[4:])
    after = levels_of(scenario, followed(scenario, both[:4], [1], other[[1]]))
    np.testing.assert_allclose(np.corrcoef(ndtri(before)), np.corrcoef(ndtri(after)), atol=0.03)
