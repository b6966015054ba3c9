"""A run says in how many draws the game has several equilibria, and how far the outcomes lie apart over them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.special import expit

from engine import api
from engine.analysis.running.summary import Result
from engine.report.export import json_text, result_record
from engine.report.terminal import Screen
from engine.report.text import Ran, result_text

PRECISION, STAY = 1.0, 4.0
# Both go: worth `prize` to each. Both stay: worth 4. The two who go alone or stay alone get nothing.
SCENARIO = f"""
engine: 1
title: Who goes first
unknowns: {{prize: {{label: The prize, uniform: [0, 10]}}}}
actors:
  one: {{name: One, precision: {PRECISION}}}
  two: {{name: Two, precision: {PRECISION}}}
moves:
  - {{decision: first, actor: one, options: [stay, go]}}
  - {{decision: second, actor: two, options: [stay, go]}}
payoffs:
  one:
    - {{term: prize, value: prize * (first == go and second == go)}}
    - {{term: peace, value: {STAY} * (first == stay and second == stay)}}
  two:
    - {{term: prize, value: prize * (first == go and second == go)}}
    - {{term: peace, value: {STAY} * (first == stay and second == stay)}}
outcomes:
  goes: {{label: One goes, happens: first == go}}
  choice: {{label: What two does, choice: second}}
  gain: {{label: The gain, quantity: prize * (first == go and second == go)}}
"""


def fixed_points(prize: float) -> list[float]:
    """All equilibria: p = logistic(precision (prize p - 4 (1 - p))), the same for both, as each answers upwards."""
    p = np.linspace(0, 1, 20_001)
    gap = expit(PRECISION * (prize * p - STAY * (1 - p))) - p
    at = np.flatnonzero(np.sign(gap[1:]) != np.sign(gap[:-1]))
    return (p[at] - gap[at] * (p[at + 1] - p[at]) / (gap[at + 1] - gap[at])).tolist()


@pytest.fixture(scope="module")
def result() -> Result:
    return api.run(api.loads(SCENARIO), options=api.Options(draws=4096, reason=False))


def test_the_share_is_that_of_prizes_with_several_fixed_points(result: Result) -> None:
    prizes = np.linspace(0, 10, 501)
    expected = np.mean([len(fixed_points(prize)) > 1 for prize in prizes])
    assert 0.1 < expected < 0.9
    assert result.solution.several == pytest.approx(expected, abs=0.02)
    assert result.solution.searched == 256


def test_bounds_are_the_lowest_and_highest_fixed_point_on_average(result: Result) -> None:
    prizes = np.linspace(0, 10, 501)
    low, high = np.mean([(min(found), max(found)) for found in map(fixed_points, prizes)], axis=0)
    goes = result.outcomes["goes"]
    assert goes.bounds[0] == pytest.approx((low, high), abs=0.01)
    assert goes.estimate is not None
    assert goes.bounds[0][0] - 0.01 <= goes.estimate.value <= goes.bounds[0][1] + 0.01
    stay, go = result.outcomes["choice"].bounds
    assert go == pytest.approx(goes.bounds[0], abs=1e-6)
    assert stay == pytest.approx((1 - go[1], 1 - go[0]), abs=1e-9)


def test_json_has_the_bounds_and_what_was_searched(result: Result) -> None:
    record = json.loads(json_text(result_record(result, "test")))
    assert record["solution"]["equilibria"] == {"draws": 256, "starts": 8}
    assert record["solution"]["several_equilibria"] == result.solution.several
    assert record["outcomes"]["goes"]["bounds"] == list(result.outcomes["goes"].bounds[0])
    assert set(record["outcomes"]["choice"]["bounds"]) == {"stay", "go"}
    low, high = record["outcomes"]["gain"]["bounds"]
    assert 0 <= low < high <= 10


def test_the_report_says_it_in_a_line(result: Result) -> None:
    shown = " ".join(result_text(result, Ran("first.yaml", 0.1), Screen()).split())
    assert "of 256 draws have further equilibria" in shown
    assert "“One goes” is between" in shown


def test_with_one_equilibrium_there_are_no_bounds() -> None:
    dull = SCENARIO.replace("uniform: [0, 10]", "uniform: [0, 0.5]").replace(
        f"precision: {PRECISION}", "precision: 0.2"
    )
    found = api.run(api.loads(dull), options=api.Options(draws=256, reason=False))
    assert found.solution.several == 0
    assert all(outcome.bounds == () for outcome in found.outcomes.values())
    assert "further equilibria" not in result_text(found, Ran("dull.yaml", 0.1), Screen())


def test_where_nothing_is_cyclic_nothing_is_searched() -> None:
    seen = SCENARIO.replace("options: [stay, go]}\npayoffs", "options: [stay, go], knows: [first]}\npayoffs")
    found = api.run(api.loads(seen), options=api.Options(draws=256, reason=False))
    record = result_record(found, "test")
    assert record["solution"]["several_equilibria"] == 0
    assert record["solution"]["equilibria"] is None
    assert record["outcomes"]["goes"]["bounds"] is None
