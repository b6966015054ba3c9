"""Ways of reasoning in games in rounds: every figure is what an enumeration of each course of events gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from enumerated import Enumerated
from random_rounds import Writer
from test_rounds_enumerated import assert_told, played, program_of

UNIFORMS = np.array([[0.15, 0.85, 0.3], [0.9, 0.3, 0.5], [0.2, 0.9, 0.5]])  # of u, v and how


def assert_enumerated(scenario: Mapping[str, Any], tolerance: float, *, sharp: bool = False) -> None:
    """The engine's draws are what an enumeration of each says; the first two draws follow different rules."""
    program = program_of(scenario)
    if sharp and program.solver.cyclic:
        pytest.skip("in a cycle of decisions a best reply is found another way")
    draws = played(program, UNIFORMS)
    ends = {measure.name: measure.by for measure in program.measures if measure.by is not None}
    for draw, how in enumerate(("one", "other")):
        u, v = (float(one) for one in UNIFORMS[:2, draw])
        values: dict[str, Any] = {"u": u, "v": 0.2 + 0.4 * v, "how": how}
        told = Enumerated(scenario, values, {**values, "v": 0.4}, ends).outcomes()
        assert_told(program, draws, draw, told, tolerance)


def scenario_of(seed: int, *rules: Any) -> dict[str, Any]:
    """A random scenario whose actors, a and b, follow these rules."""
    scenario = Writer(seed, habits=1.0).scenario()
    scenario["unknowns"]["how"] = {"label": "h", "choice": {"one": 0.5, "other": 0.5}}
    for actor, rule in zip("ab", rules, strict=True):
        scenario["actors"][actor]["reasoning"] = rule
    return scenario


def uncertain(one: Any, other: Any) -> dict[str, Any]:
    return {"choice": "how", "rules": {"one": one, "other": other}}


@pytest.mark.parametrize("seed", range(2000, 2020))
def test_levels_learn_by_their_own_model(seed: int) -> None:
    levels = np.random.default_rng(seed).integers(1, 4, 2).tolist()
    assert_enumerated(scenario_of(seed, *({"level": level} for level in levels)), 1e-10)


@pytest.mark.parametrize("seed", range(3000, 3012))
def test_each_level_of_a_hierarchy_learns_by_its_own_model(seed: int) -> None:
    rules = {"cognitive hierarchy": 0.5}, ["equilibrium", {"level": 2}, {"cognitive hierarchy": 0.5}][seed % 3]
    assert_enumerated(scenario_of(seed, *rules), 2e-9)


@pytest.mark.parametrize("seed", range(4000, 4020))
def test_best_replies(seed: int) -> None:
    rules = ["best reply", ["best reply", "habit", {"level": 2}, "equilibrium"][seed % 4]]
    assert_enumerated(scenario_of(seed, *rules), 2e-9, sharp=True)


@pytest.mark.parametrize("seed", range(5000, 5020))
def test_rules_that_are_unknown(seed: int) -> None:
    several = ["habit", "equilibrium", {"level": 1}, {"level": 2}, {"cognitive hierarchy": 0.4}]
    one, other, third = np.random.default_rng(seed).permutation(len(several))[:3]
    rules = uncertain(several[one], several[other]), several[third]
    assert_enumerated(scenario_of(seed, *rules), 2e-9)
