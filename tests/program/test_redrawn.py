"""Unknowns that are drawn anew given the values of others."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from engine import api
from engine.program.compile import compile_program
from engine.program.dependence import levels_of, redrawn
from engine.sampling import sobol_design

PAIRS = """
engine: 1
title: Four
unknowns:
  a: {label: a, uniform: [0, 1], judgement: x}
  b: {label: b, uniform: [0, 1], judgement: x}
  c: {label: c, uniform: [0, 1], judgement: x}
  d: {label: d, uniform: [0, 1], judgement: x}
outcomes: {y: {label: y, quantity: a + b + c + d}}
correlated:
  - {unknowns: [a, b], rank: 0.6, judgement: x}
  - {unknowns: [b, d], rank: -0.4, judgement: x}
"""
PROGRAM = compile_program(api.loads(PAIRS).scenario)
BOTH = np.concatenate([sobol_design(8, 4096, 9, 1).chunk(i).uniforms for i in range(4)], axis=1)
OLD, FRESH = BOTH[:4], BOTH[4:]
CORRELATION = np.eye(4)
CORRELATION[0, 1] = CORRELATION[1, 0] = 2 * np.sin(np.pi * 0.6 / 6)
CORRELATION[1, 3] = CORRELATION[3, 1] = 2 * np.sin(-np.pi * 0.4 / 6)


def mask(*columns: int) -> np.ndarray:
    drawn = np.zeros(OLD.shape, dtype=np.bool_)
    drawn[list(columns)] = True
    return drawn


def test_drawing_none_or_all_anew() -> None:
    np.testing.assert_array_equal(redrawn(PROGRAM, OLD, FRESH, mask()), OLD)
    np.testing.assert_array_equal(redrawn(PROGRAM, OLD, FRESH, mask(0, 1, 2, 3)), FRESH)


@pytest.mark.parametrize("columns", [(0,), (1,), (0, 3), (1, 2), (0, 1)])
def test_what_is_held_stays_and_the_whole_keeps_its_correlations(columns: tuple[int, ...]) -> None:
    """Old and new are two draws that agree in what is held and are independent given that: the covariance of their
    normal scores is C_held-conditional mean, C[:, h] C[h, h]^-1 C[h, :]."""
    before = ndtri(levels_of(PROGRAM, OLD))
    after = ndtri(levels_of(PROGRAM, redrawn(PROGRAM, OLD, FRESH, mask(*columns))))
    held = [column for column in range(4) if column not in columns]
    np.testing.assert_allclose(after[held], before[held], atol=1e-7)
    np.testing.assert_allclose(np.corrcoef(after), CORRELATION, atol=0.03)
    shared = CORRELATION[:, held] @ np.linalg.solve(CORRELATION[np.ix_(held, held)], CORRELATION[held])
    np.testing.assert_allclose(before @ after.T / OLD.shape[1], shared, atol=0.03)


def test_each_draw_has_its_own_choice() -> None:
    drawn = np.zeros(OLD.shape, dtype=np.bool_)
    for place, columns in enumerate([(0,), (1, 3), (), (0, 1, 2, 3)]):
        drawn[list(columns), place::4] = True
    mixed = redrawn(PROGRAM, OLD, FRESH, drawn)
    for place, columns in enumerate([(0,), (1, 3), (), (0, 1, 2, 3)]):
        alone = redrawn(PROGRAM, OLD, FRESH, mask(*columns))
        np.testing.assert_array_equal(mixed[:, place::4], alone[:, place::4])
