"""Boxes planted in generated scenarios are found, with their unknowns and no others."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
import pytest

from engine import api
from engine.analysis.discovery.discovery import Discovery
from engine.program.compile import compile_program
from engine.report.discovered import discovery_record
from engine.report.export import json_text

FAMILIES = {
    "uniform: [0, 4]": (0.0, 4.0),
    "normal: {mean: 1, sd: 2}": None,
    "lognormal: {median: 2, sigma: 0.6}": None,
    "between: [10%, 60%]": None,
    "pert: [0, 2, 10]": None,
    "beta: {a: 2, b: 5}": None,
    "triangular: [-1, 0, 3]": None,
}
DRAWS = 2_048


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


IDLE = """
engine: 1
title: t
rounds: {count: 2, unit: month, from: 2024-01-01}
horizon: 2024-02-29
unknowns:
  x: {label: x, uniform: [0, 1], judgement: x}
  z: {label: z, uniform: [0, 1], judgement: x}
state:
  high: {start: 0, next: high + coin, judgement: x}
moves:
  - {event: coin, chance: 0.5, judgement: x}
  - {event: late, chance: "0.8 if high > 0 else 0.2", judgement: x}
outcomes:
  late: {label: late, happens: late, over: last}
"""


def test_where_the_outcome_hangs_on_nothing_there_is_no_box() -> None:
    """Nothing unknown plays a part: all draws have one figure, on one side of the line."""
    found = discovered(IDLE, "late > 40%", 512)
    assert found.boxes == ()
    assert found.share.value == 1
    assert all(one.always for one in found.alone)
    assert found.change is not None
    assert found.change.undone
    assert found.change.point is None
    assert found.change.before == pytest.approx(0.5)


NOISE = """
engine: 1
title: t
rounds: {count: 7, unit: month, from: 2024-01-01}
horizon: 2024-07-31
unknowns:
  x: {label: x, uniform: [0, 1], judgement: x}
  z: {label: z, uniform: [0, 1], judgement: x}
state:
  path: {start: 0, next: 2 * path + coin, judgement: x}
moves:
  - {event: coin, chance: 0.5, judgement: x}
outcomes:
  path: {label: path, quantity: path, over: last}
"""


@pytest.mark.parametrize("seed", range(3))
def test_noise_of_histories_is_no_box(seed: int) -> None:
    """No unknown plays a part, but few histories blur each figure: about half of the draws lie above the line."""
    found = discovered(NOISE, "path > 31.5", 512, seed=seed, histories=4)
    assert 0.3 < found.share.value < 0.7
    assert found.boxes == ()
    assert found.undecided > 0.3
    assert "histories" in found.warnings[0]


def test_what_is_left_has_a_box_of_its_own() -> None:
    """Two corners far apart: no box holds both, so there is one for each."""
    text = (
        planted(1).text.split("unknowns:")[0]
        + """unknowns:
  x: {label: x, uniform: [0, 1], judgement: x}
  z: {label: z, uniform: [0, 1], judgement: x}
moves: [{event: hit, chance: "0.9 if (x < 0.3 and z < 0.3) or (x > 0.6 and z > 0.6) else 0.1", judgement: x}]
outcomes: {hit: {label: hit, happens: hit}}
"""
    )
    found = discovered(text, "hit > 50%", 4_096)
    first, second = found.boxes
    assert min(first.density.value, second.density.value) > 0.9
    assert first.coverage.value == pytest.approx(0.64, abs=0.06)
    assert second.coverage.value == pytest.approx(0.36, abs=0.06)


def test_figures_of_the_whole() -> None:
    """The share of draws in the box, and the outcome's figure, of which both are known."""
    text = """
engine: 1
title: t
unknowns: {x: {label: x, uniform: [0, 1], judgement: x}}
moves: [{event: hit, chance: x}]
outcomes: {hit: {label: hit, happens: hit}}
"""
    found = discovered(text, "hit > 70%", 2_048)
    assert found.share.low <= 0.3 <= found.share.high
    assert found.figure is not None
    assert found.figure.low <= 0.5 <= found.figure.high
    (box,) = found.boxes
    assert box.mass.low <= 0.3 <= box.mass.high
    assert box.coverage.value > 0.99
    assert box.density.value > 0.99
    (crossing,) = found.alone[0].crossings
    assert crossing.value == pytest.approx(0.7, abs=1e-6)


@pytest.mark.parametrize(("text", "claim", "draws"), [(planted(3).text, "hit > 50%", 2_048), (NOISE, "path > 40", 256)])
def test_threads_change_nothing(text: str, claim: str, draws: int) -> None:
    loaded = api.loads(text)
    texts = {
        json_text(discovery_record(api.discover(loaded, claim, options=api.Options(draws=draws, threads=threads)), ""))
        for threads in (1, 2, 3)
    }
    assert len(texts) == 1


def test_beliefs_weigh_the_draws() -> None:
    """Who believes that the chance is about 80 % has nearly all weight on draws with large x."""
    text = """
engine: 1
title: t
unknowns: {x: {label: x, uniform: [0, 1], judgement: x}, z: {label: z, uniform: [0, 1], judgement: x}}
moves: [{event: hit, chance: x}, {event: other, chance: z}]
outcomes: {hit: {label: hit, happens: hit}, other: {label: other, happens: other}}
statements: {s: {about: hit, between: [75%, 85%]}}
assumptions: {told: {label: told, believe: [s]}}
"""
    loaded = api.loads(text)
    plain = api.discover(loaded, "hit > 70%", options=api.Options(draws=2_048))
    told = api.discover(loaded, "hit > 70%", "told", options=api.Options(draws=2_048))
    assert plain.share.value == pytest.approx(0.3, abs=0.02)
    assert told.share.value > 0.98
    assert told.figure is not None
    assert told.figure.value == pytest.approx(0.8, abs=0.02)


def test_a_condition_that_never_comes_about() -> None:
    text = """
engine: 1
title: t
unknowns: {x: {label: x, uniform: [0, 1], judgement: x}}
moves: [{event: hit, chance: x}]
outcomes: {never: {label: never, happens: hit, given: hit == yes and hit == no}}
"""
    found = discovered(text, "never > 10%", 256)
    assert found.figure is None
    assert (found.alone, found.boxes, found.change) == ((), (), None)


def test_a_conditional_outcome_is_asked_where_its_condition_can_come_about() -> None:
    text = """
engine: 1
title: t
unknowns: {x: {label: x, uniform: [-1, 1], judgement: x}, z: {label: z, uniform: [0, 1], judgement: x}}
moves:
  - {event: open, chance: "1 if x > 0 else 0"}
  - {event: hit, chance: z}
outcomes: {hit: {label: hit, happens: hit, given: open}}
"""
    found = discovered(text, "hit > 75%", 2_048)
    assert found.share.value == pytest.approx(0.25, abs=0.03)
    assert [found.names[limit.column] for limit in found.boxes[0].limits] == ["z"]


def test_nothing_unknown_is_said_exactly() -> None:
    text = """
engine: 1
title: t
moves: [{event: hit, chance: 0.4, judgement: x}]
outcomes: {hit: {label: hit, happens: hit}}
"""
    found = discovered(text, "hit >= 40%")
    assert (found.share.value, found.share.error) == (1, 0)
    assert found.change is None
    assert discovered(text, "hit > 40%").share.value == 0
