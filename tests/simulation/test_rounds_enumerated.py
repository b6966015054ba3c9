"""Every figure of small games in rounds is what an enumeration of every course of events gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from enumerated import Enumerated, Told
from random_rounds import Writer

from engine import api
from engine.program.compile import compile_program
from engine.program.program import Program
from engine.simulation.draws import Draws
from engine.simulation.histories import ISLANDS
from engine.simulation.rounds import play_rounds

UNIFORMS = np.array([[0.15, 0.85, 0.5], [0.9, 0.3, 0.5]])  # of u and v
ALL = 10**9


def played(program: Program, uniforms: Any = UNIFORMS, histories: int = ALL, size: int = 1024) -> Draws:
    assert program.recurrence is not None
    n = uniforms.shape[-1]
    thinning = np.full((program.recurrence.count, ISLANDS, n), 0.5)
    return play_rounds(program, uniforms[: program.n_inputs], thinning, histories, size)


def program_of(scenario: Mapping[str, Any]) -> Program:
    return compile_program(api.loads(json.dumps(scenario)).scenario)


def assert_told(program: Program, draws: Draws, draw: int, told: Mapping[str, Told], tolerance: float) -> None:
    """All sums of a draw, in all and by round."""
    for measure in program.measures:
        reading, expected = draws.readings[measure.name], told[measure.name]
        n_rounds, ever = reading.by_round.shape[0], measure.over == "ever"  # type: ignore[union-attr]
        names = [str(value) for value in measure.values] if measure.kind == "choice" else [""]
        among = np.array([expected.among.get(number, 0.0) for number in range(1, n_rounds + 1)])
        if ever:
            among = np.cumsum(among) if measure.given is not None else np.ones(n_rounds)
        assert reading.among_by_round is not None
        np.testing.assert_allclose(reading.among_by_round[:, draw], among, atol=tolerance, err_msg=measure.name)
        assert reading.among[draw] == pytest.approx(among[-1] if ever else among.sum(), abs=tolerance), measure.name
        for part, name in enumerate(names):
            parts = np.array([expected.parts.get((number, name), 0.0) for number in range(1, n_rounds + 1)])
            if measure.number is not None:
                parts = parts - measure.center * among
            assert reading.parts[part, draw] == pytest.approx(parts.sum(), abs=tolerance), measure.name
            parts = np.cumsum(parts) if ever else parts
            assert reading.by_round is not None
            np.testing.assert_allclose(reading.by_round[:, part, draw], parts, atol=tolerance, err_msg=measure.name)
        assert reading.noise is not None
        assert (reading.noise == 0).all()


def assert_enumerated(scenario: Mapping[str, Any], tolerance: float = 1e-10, size: int = 1024) -> None:
    """The engine's draws are what an enumeration of each says."""
    program = program_of(scenario)
    draws = played(program, size=size)
    assert draws.solved.residual.max() < 1e-9
    ends = {measure.name: measure.by for measure in program.measures if measure.by is not None}
    for draw in range(2):
        u, v = (float(one) for one in UNIFORMS[:, draw])
        values = {"u": u, "v": 0.2 + 0.4 * v} if program.n_inputs else {}
        seen = {**values, "v": 0.4} if program.n_inputs else {}
        told = Enumerated(scenario, values, seen, ends).outcomes()
        assert_told(program, draws, draw, told, tolerance)


@pytest.mark.parametrize("seed", range(50))
def test_habits_and_equilibria_that_learn(seed: int) -> None:
    assert_enumerated(Writer(seed).scenario(), 2e-9)


@pytest.mark.parametrize("seed", [*range(1000, 1020), 1109])
def test_habits_to_the_last_digits(seed: int) -> None:
    assert_enumerated(Writer(seed, habits=1.0).scenario(), 1e-10)
