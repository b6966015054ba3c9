from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import api
from engine.analysis.checking.extremes import reach_of
from engine.errors import ScenarioError
from engine.program.compile import compile_program
from engine.scenario.assumptions import assume

SCENARIO = """
engine: 1
title: A coin and a choice
actors: {me: {name: Me, precision: PRECISION, judgement: ours}}
unknowns:
  u: {label: u, U, judgement: ours}
  v: {label: v, V, judgement: ours}
moves:
  - {event: coin, values: [a, b, c], chance: COIN, judgement: ours}
  - {decision: call, actor: me, options: [stop, go], knows: [coin]}
payoffs: {me: [{term: gain, value: call == go}]}
outcomes: {o: {label: o, happens: coin == a and call == go}}
"""
FINE = {"PRECISION": "1", "COIN": "{a: 0.2, b: 0.3, c: rest}", "U": "uniform: [0, 1]", "V": "uniform: [0, 1]"}


def loaded(changed: dict[str, str]) -> api.Loaded:
    text = SCENARIO
    for key, value in {**FINE, **changed}.items():
        text = text.replace(key, value)
    return api.loads(text)


def runs(scenario: api.Loaded) -> bool:
    try:
        api.run(scenario, options=api.Options(draws=4096, reason=False, equilibria=False))
    except ScenarioError:
        return False
    return True


IMPOSSIBLE: list[tuple[dict[str, str], str, str]] = [
    ({"COIN": "{a: u, b: 0, c: rest}", "U": "between: [20, 60]"}, "no chance", "%?"),
    ({"COIN": "{a: u, b: 0, c: rest}", "U": "uniform: [-0.5, 0.5]"}, "no chance", "clip: [0, 1] to unknowns.u"),
    ({"COIN": "{a: 2 * u, b: 0, c: rest}"}, "no chance", "clip(…, 0, 1)"),
    ({"COIN": "{a: u, b: v, c: rest}"}, "more than 1", ""),
    ({"COIN": "{a: u, b: 0.1, c: 0.1}"}, "not to 1", "rest"),
    ({"COIN": "{a: '0.9 if u == x else 2', b: 0, c: rest}", "U": "choice: {x: 50%, y: rest}"}, "no chance", "clip"),
    ({"COIN": "{a: u, b: 0, c: rest}", "U": "quantiles: {5%: 0.5, 50%: 0.9, 95%: 1.2}"}, "no chance", "clip"),
    ({"PRECISION": "u", "U": "normal: {mean: 1, sd: 1}"}, "negative", "lognormal"),
    ({"PRECISION": "u - 3", "U": "triangular: [1, 2, 3]"}, "negative", "max"),
]


@pytest.mark.parametrize(("changed", "message", "hint"), IMPOSSIBLE)
def test_what_some_draw_of_every_run_makes_impossible_is_an_error(
    changed: dict[str, str], message: str, hint: str
) -> None:
    scenario = loaded(changed)
    found = api.check(scenario)
    assert len(found) == 1
    assert message in found[0].message
    assert hint in found[0].hint
    assert found[0].where is not None
    with pytest.raises(ScenarioError) as stopped:
        api.run(scenario, options=api.Options(draws=4096, reason=False, equilibria=False))
    (problem,) = stopped.value.problems
    assert problem.where == found[0].where
    assert "it happens where" in problem.hint
    assert hint in problem.hint


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"PRECISION": "u", "U": "normal: {mean: 1, sd: 0.4}"}, "negative"),
        ({"COIN": "{a: u, b: 0, c: rest}", "U": "pert: [0.1, 0.2, 1.5]"}, "no chance"),
        ({"COIN": "{a: u ** 2, b: v, c: rest}", "U": "pert: [0, 0.1, 0.8]", "V": "pert: [0, 0.1, 0.9]"}, "more than 1"),
    ],
)
def test_what_happens_far_out_alone_is_a_warning(changed: dict[str, str], message: str) -> None:
    scenario = loaded(changed)
    assert api.check(scenario) == []
    assert [problem for problem in api.outline(scenario).warnings if message in problem.message]


@pytest.mark.parametrize(
    "changed",
    [
        {"COIN": "{a: u, b: 0, c: rest}", "U": "between: [20%, 60%]"},
        {"COIN": "{a: u / 2, b: v / 2, c: rest}"},
        {"COIN": "{a: u, b: 1 - u, c: 0}"},
        {"COIN": "{a: 'u / (u + v)', b: 0, c: rest}"},  # no number at u = v = 0, where no draw lies
        {"COIN": "{a: u, b: 0, c: rest}", "U": "uniform: [-1, 2], clip: [0, 1]"},
        {"COIN": "{a: u, b: 0, c: rest}", "U": "beta: {a: 1, b: 2}"},
        {"PRECISION": "u", "U": "lognormal: {median: 1, sigma: 2}"},
    ],
)
def test_what_is_possible_everywhere_passes(changed: dict[str, str]) -> None:
    scenario = loaded(changed)
    assert api.check(scenario) == []
    assert not [problem for problem in api.outline(scenario).warnings if "chance" in problem.message]
    assert runs(scenario)


def test_what_hangs_together_is_not_taken_for_independent() -> None:
    """Of two unknowns that go apart, both are seldom high at once: no error, as most runs never see it."""
    changed = {"COIN": "{a: u, b: v, c: rest}", "U": "uniform: [0, 0.55]", "V": "uniform: [0, 0.55]"}
    text = SCENARIO + "correlated: [{unknowns: [u, v], rank: -0.99, judgement: ours}]\n"
    for key, value in {**FINE, **changed}.items():
        text = text.replace(key, value)
    assert api.check(api.loads(text)) == []


def test_very_many_unknowns_at_once_are_left_to_run() -> None:
    """40 unknowns have 2 ** 40 corners."""
    names = [f"w{number}" for number in range(40)]
    unknowns = "".join(f"  {name}: {{label: w, uniform: [0, 1], judgement: ours}}\n" for name in names)
    text = SCENARIO.replace("moves:", f"{unknowns}moves:")
    for key, value in {**FINE, "COIN": f"{{a: '{' + '.join(names)}', b: 0, c: rest}}"}.items():
        text = text.replace(key, value)
    assert api.check(api.loads(text)) == []


def test_sets_are_checked_too() -> None:
    text = SCENARIO
    for key, value in {**FINE, "COIN": "{a: u, b: 0, c: rest}"}.items():
        text = text.replace(key, value)
    text += "assumptions: {odd: {label: Odd, set: {unknowns.u: {between: [20, 60]}}}}\n"
    (problem,) = api.check(api.loads(text))
    assert "did you mean" in problem.hint


@pytest.mark.parametrize(
    "family",
    [
        "value: 3",
        "uniform: [1, 4]",
        "triangular: [1, 2, 4]",
        "pert: [1, 2, 4]",
        "normal: {mean: 1, sd: 2}",
        "lognormal: {median: 2, sigma: 0.5}",
        "between: [10%, 40%]",
        "between: [1, 9]",
        "between: [-1, 9]",
        "quantiles: {5%: 1, 50%: 2, 95%: 4}",
        "quantiles: {10%: 1, 90%: 4, min: 0, max: 10}",
        "uniform: [1, 4], clip: [2, 3]",
    ],
)
def test_usual_values_and_ends_are_those_of_the_distribution(family: str) -> None:
    scenario = loaded({"U": family}).scenario
    reach = reach_of(scenario.unknowns["u"])
    assert reach is not None
    inputs = {item.name: item.distribution for item in compile_program(assume(scenario).scenario, ()).inputs}
    low, high = inputs["u"].support()
    usual: Any = inputs["u"].cdf(np.array(reach.usual))
    if low < high and "clip" not in family:
        assert ((usual > 0.01) & (usual < 0.99)).all()
    assert low <= min(reach.ends) <= min(reach.usual) <= max(reach.usual) <= max(reach.ends) <= high
    if family.split(":")[0] in ("value", "uniform", "triangular", "pert", "quantiles"):
        assert (min(reach.ends), max(reach.ends)) == pytest.approx((low, high))
