"""Scenarios whose answer can be worked out by hand: `tests/cases/*.yaml`, each with its answer under `expect:`.

The scenario language has no such key, so the file is cut at that line: what stands above is the scenario, what stands
below is ours. Under `expect:` is a list of cases, each with

    assume, set:  the assumption set, and single values as `--set` takes them (leave out: the file as it stands)
    where:        formulas, one by one, each may use those above it
    solve:        {p: formula, q: formula, …}: the p, q, … that equal their formulas; formulas under `where` may use
                  them. One is found by bracketing between 0 and 1, where it must be the only one. Several are followed
                  from 1/2 while `ramp`, by which the formulas multiply their precisions, goes from 0 to 1
    figures:      outcome: formula. For the shares of a choice, outcome: {value: formula}
    near:         outcome: [formula, distance]: what the outcome comes close to, and how close at least
    reached:      outcome: formula, the chance of the condition that it is taken among
    pure:         [none, one, several]: the shares of draws with so many equilibria in pure strategies
    tied:         the share of draws in which somebody has several best replies

Formulas are Python's arithmetic. With nothing unknown they agree to 1e-9, else within 4 of the engine's own errors.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from scipy.optimize import brentq, root

from engine import api

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
FUNCTIONS = {name: getattr(math, name) for name in ("exp", "log", "sqrt", "pi", "asin", "sin", "erf", "e")}


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))


def split(path: Path) -> tuple[str, list[dict[str, Any]]]:
    """The scenario's text, and what is expected of it."""
    scenario, _, expected = path.read_text(encoding="utf-8").partition("\nexpect:\n")
    return scenario + "\n", yaml.safe_load("expect:\n" + expected)["expect"]


def parameters() -> list[Any]:
    return [
        pytest.param(path, number, id=f"{path.stem}-{case.get('assume', number)}")
        for path in CASES
        for number, case in enumerate(split(path)[1])
    ]


def evaluate(formula: object, names: dict[str, Any]) -> float:
    return float(eval(str(formula), {"__builtins__": {"min": min, "max": max, "abs": abs, "sum": sum}}, names))


def defined(case: dict[str, Any], names: dict[str, Any]) -> dict[str, Any]:
    for line in case.get("where", []):
        name, _, formula = line.partition(" = ")
        names = {**names, name.strip(): evaluate(formula, names)}
    return names


def names_of(case: dict[str, Any]) -> dict[str, Any]:
    names: dict[str, Any] = {**FUNCTIONS, "logistic": logistic, "ramp": 1.0}
    solve: dict[str, Any] = case.get("solve", {})

    def gaps(values: Sequence[float], ramp: float = 1.0) -> list[float]:
        found = defined(case, {**names, **dict(zip(solve, values, strict=True)), "ramp": ramp})
        return [evaluate(formula, found) - value for formula, value in zip(solve.values(), values, strict=True)]

    if len(solve) == 1:
        signs = [gaps([step / 500])[0] > 0 for step in range(501)]
        assert sum(one != other for one, other in pairwise(signs)) == 1, "there must be one solution"
        values = [brentq(lambda value: gaps([value])[0], 0, 1, xtol=1e-15, rtol=1e-14)]
    else:
        values = [0.5] * len(solve)
        for step in range(1, 41 if solve else 1):
            found = root(gaps, values, args=(step / 40,), tol=1e-14)
            assert max(map(abs, found.fun)) < 1e-12
            assert max(abs(one - other) for one, other in zip(found.x, values, strict=True)) < 0.2, "the branch is lost"
            values = found.x.tolist()
    return defined(case, {**names, **dict(zip(solve, values, strict=True))})


@pytest.mark.parametrize(("path", "number"), parameters())
def test_the_answer_by_hand(path: Path, number: int) -> None:
    text, cases = split(path)
    case = cases[number]
    overrides = [(key, str(value)) for key, value in case.get("set", {}).items()]
    result = api.run(api.loads(text, str(path)), case.get("assume", api.BASE), overrides, api.Options(reason=False))
    names = names_of(case)
    exact = not result.scenario.unknowns
    if exact:
        assert (result.settings.method, result.settings.draws) == ("exact", 1)
    assert result.solution.converged == 1
    assert result.solution.unchecked == 0
    for outcome, (formula, distance) in case.get("near", {}).items():
        near = result.outcomes[outcome].estimate
        assert near is not None
        allowed = evaluate(distance, names) + near.error + 1e-15
        assert abs(near.value - evaluate(formula, names)) <= allowed, (outcome, formula)
    for outcome, formula in case.get("figures", {}).items():
        found = result.outcomes[outcome]
        pairs = [(found.estimate, formula)]
        if isinstance(formula, dict):
            assert set(formula) == set(found.shares)
            pairs = [(found.shares[value], share) for value, share in formula.items()]
        for estimate, one in pairs:
            if one is None:
                assert estimate is None
                continue
            assert estimate is not None
            assert not exact or estimate.error == 0
            assert abs(estimate.value - evaluate(one, names)) <= 4 * estimate.error + 1e-9, (outcome, one)
            assert estimate.low <= estimate.value <= estimate.high
            assert estimate.error < 0.01
    if "pure" in case:
        assert result.solution.pure == pytest.approx(case["pure"], abs=1e-3)
    assert "tied" not in case or result.solution.tied == pytest.approx(case["tied"], abs=1e-3)
    for outcome, formula in case.get("reached", {}).items():
        reached = result.outcomes[outcome].reached
        assert reached is not None
        assert abs(reached - evaluate(formula, names)) <= (1e-9 if exact else 1e-3)
