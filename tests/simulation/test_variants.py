"""Variants that are solved side by side say what each says alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine import api
from engine.program.compile import compile_program
from engine.program.program import Program, without_term
from engine.sampling import sobol_design
from engine.simulation.run import simulate
from engine.simulation.variants import AS_IT_IS, Variant, simulate_variants

STRIKE = Path(__file__).parents[2] / "docs" / "examples" / "strike.yaml"


@pytest.fixture(scope="module")
def strike() -> Program:
    return compile_program(api.load(STRIKE).scenario)


def alone(program: Program, variant: Variant) -> Program:
    if variant.without is not None:
        program = without_term(program, variant.without)
    recurrence = program.recurrence
    assert recurrence is not None
    recurrence = replace(recurrence, count=recurrence.count + variant.rounds)
    return replace(program, sharpness=program.sharpness * variant.sharpness, recurrence=recurrence)


def test_side_by_side_as_alone(strike: Program) -> None:
    design = sobol_design(strike.n_inputs, 32, 1, 16)
    variants = [
        AS_IT_IS,
        *(Variant(without=place) for place in (0, 1, 4)),
        Variant(sharpness=0.5),
        Variant(rounds=1),
        Variant(without=1, sharpness=2.0, rounds=-1),
    ]
    found = simulate_variants(strike, design, variants, histories=4)
    for variant, replicates in zip(variants, found, strict=True):
        others = simulate(alone(strike, variant), design, histories=4).replicates
        assert len(replicates) == len(others) == 16
        for one, other in zip(replicates, others, strict=True):
            for name, sums in one.outcomes.items():
                np.testing.assert_array_equal(sums.parts, other.outcomes[name].parts)
