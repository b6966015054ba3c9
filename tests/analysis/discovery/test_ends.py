"""What an outcome is with one unknown low and high: closed forms of a game with three unknowns."""

from __future__ import annotations

from math import pi, sin, sqrt

import pytest
from scipy.special import ndtr, ndtri

from engine import api
from engine.analysis.discovery.claims import read_claim
from engine.analysis.discovery.ends import Ends, ends_of
from engine.program.compile import compile_program
from engine.scenario.assumptions import assume

TEXT = """
engine: 1
title: Rain
actors: {me: {name: Me, precision: 1, judgement: middling}}
unknowns:
  a: {label: A, uniform: [0, 1], judgement: even}
  b: {label: B, uniform: [0, 1], judgement: even}
  c: {label: C, uniform: [0, 1], judgement: even, known: false}
  idle: {label: Idle, uniform: [0, 1], judgement: even}
correlated: [{unknowns: [a, b], rank: 0.8, judgement: strong}]
moves:
  - {event: rain, chance: 0.5 * b + 0.25 * c + 0.1 * a, judgement: linear}
  - {event: known, when: rain == yes, chance: 1 if a > 0.5 else 0, judgement: a condition that fails for half}
payoffs: {me: [{term: nothing, value: 0, judgement: none}]}
outcomes:
  wet: {label: Rain, happens: rain == yes}
  told: {label: Rain that is known, happens: rain == yes, given: known == yes}
"""


def ends(claim: str) -> Ends:
    program = compile_program(assume(api.loads(TEXT, "rain.yaml").scenario, "base", ()).scenario, ())
    return ends_of(program, read_claim(claim, program.measures), 1024, 1)


def test_correlated_unknowns_follow_the_one_that_is_held() -> None:
    # of two normals with correlation r, E[Phi(Y) | X = x] = Phi(r x / sqrt(2 - r^2)); a rank correlation of 0.8 is
    # r = 2 sin(0.8 pi / 6) (Pearson 1907)
    r = 2 * sin(0.8 * pi / 6)
    found = {swing.name: swing for swing in ends("wet > 90%").swings}
    assert set(found) == {"a", "b", "c"}  # what moves nothing is no swing
    for level, figure in ((0.05, found["a"].low), (0.95, found["a"].high)):
        follows = float(ndtr(r * ndtri(level) / sqrt(2 - r**2)))
        assert figure == pytest.approx(0.1 * level + 0.5 * follows + 0.125, abs=1e-3)
    assert found["c"].low == pytest.approx(0.3 + 0.25 * 0.05, abs=1e-3)
    assert found["c"].high == pytest.approx(0.3 + 0.25 * 0.95, abs=1e-3)


def test_several_are_held_together() -> None:
    found = ends("wet > 90%")
    assert not found.reached
    assert found.together[-1].figure == pytest.approx(0.95 * 0.85)
    assert ends("wet < 50%").together == ()
    assert ends("wet < 50%").reached


def test_an_unknown_that_takes_the_condition_away_is_named() -> None:
    found = {swing.name: swing for swing in ends("told > 50%").swings}
    assert found["a"].low is None  # with a at 5 % nobody knows of it
    assert found["a"].high == pytest.approx(1)
