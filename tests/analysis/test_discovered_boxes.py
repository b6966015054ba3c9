"""Boxes planted in generated scenarios are found, with their unknowns and no others."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import pytest

from engine import api
from engine.analysis.discovery import Discovery
from engine.program.compile import compile_program

FAMILIES = {
    "uniform: [0, 4]": (0.0, 4.0),
    "normal: {mean: 1, sd: 2}": None,
    "lognormal: {median: 2, sigma: 0.6}": None,
    "between: [10%, 60%]": None,
    "pert: [0, 2, 10]": None,
    "beta: {a: 2, b: 5}": None,
    "triangular: [-1, 0, 3]": None,
}
DRAWS = 4_096


@dataclass(frozen=True)
class Planted:
    text: str
    inside: frozenset[str]


def planted(seed: int) -> Planted:
    """A game in which an event is likely in a random box over 1 to 3 of 4 to 8 unknowns, and unlikely outside."""
    rng = random.Random(seed)
    names = [f"x{number}" for number in range(rng.randint(4, 8))]
    families = {name: rng.choice(list(FAMILIES)) for name in names}
    some = rng.sample(names, rng.randint(1, 3))
    unknowns = "".join(f"  {name}: {{label: {name}, {families[name]}, judgement: x}}\n" for name in names)
    frame = f"engine: 1\ntitle: t\nunknowns:\n{unknowns}"
    bare = frame + "outcomes: {y: {label: y, quantity: x0}}\n"
    inputs = {item.name: item.distribution for item in compile_program(api.loads(bare).scenario).inputs}
    conditions = []
    for name in some:
        size = rng.uniform(0.35, 0.7)
        low = rng.choice([0.0, 1 - size, rng.uniform(0.15, 0.85 - size)])
        ends = inputs[name].quantile(np.array([max(low, 1e-9), min(low + size, 1 - 1e-9)]))
        if low > 0:
            conditions.append(f"{name} > {ends[0]:.6g}")
        if low + size < 1:
            conditions.append(f"{name} < {ends[1]:.6g}")
    rest = [name for name in names if name not in some]
    chance = f"{rng.uniform(0.6, 0.95):.2f} if {' and '.join(conditions)} else {rng.uniform(0.05, 0.4):.2f}"
    idle = f'  - {{event: idle, chance: "clip({rest[0]}, 0, 1)", judgement: x}}\n'
    return Planted(
        frame
        + f'moves:\n  - {{event: hit, chance: "{chance}", judgement: x}}\n{idle}'
        + "outcomes: {hit: {label: hit, happens: hit}}\n",
        frozenset(some),
    )


def discovered(text: str, claim: str, draws: int = DRAWS, **options: object) -> Discovery:
    return api.discover(api.loads(text), claim, options=api.Options(draws=draws, threads=1, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(36))
def test_a_planted_box_is_found(seed: int) -> None:
    model = planted(seed)
    (box, *_) = (found := discovered(model.text, "hit > 50%")).boxes
    assert box.coverage.value >= 0.9
    assert box.density.value >= 0.9
    assert {found.names[limit.column] for limit in box.limits} == model.inside
    assert all(limit.quasi_p < 0.001 for limit in box.limits)
    assert len(found.boxes) == 1
