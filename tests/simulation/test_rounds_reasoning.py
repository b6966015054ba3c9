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


def signals(seed: int, *rules: Any) -> dict[str, Any]:
    """Two actors with a lasting type each, who speak in turn and see what the other says; payoffs are random."""
    rng = np.random.default_rng([11, seed])

    def number(low: float, high: float) -> float:
        return float(np.round(rng.uniform(low, high), 2))

    def worth() -> str:
        kinds = [f"({number(-3, 3)} if {kind} == {kind}h else {number(-3, 3)})" for kind in "stst"]
        where = ["(x == xh) * (y == yl)", "(y == yh)", "(x == xh)", "(y == yh) * past"]
        return " + ".join(f"{kind} * {which}" for kind, which in zip(kinds, where, strict=True))

    def actor(name: str, own: str, decision: str, rule: Any) -> dict[str, Any]:
        habit = f"{number(0.1, 0.4)} if {own} == {own}h else {number(0.6, 0.9)}"
        shares = {f"{decision}h": habit, f"{decision}l": "rest"}
        return {"name": name, "precision": number(0.3, 0.8), "reasoning": rule, "habit": {decision: shares}}

    moves: list[dict[str, Any]] = [
        {"type": "s", "of": "a", "values": ["sl", "sh"], "chance": {"sh": 0.4, "sl": "rest"}, "lasting": True},
        {"type": "t", "of": "b", "values": ["tl", "th"], "chance": {"th": "0.7 if s == sh else u", "tl": "rest"}},
        {"decision": "x", "actor": "a", "options": ["xl", "xh"], "knows": []},
        {"decision": "y", "actor": "b", "options": ["yl", "yh"], "knows": ["x"]},
        {"event": "e", "chance": f"{number(0.1, 0.9)} if t == th else {number(0.1, 0.9)}"},
    ]
    moves[1]["lasting"] = bool(rng.random() < 0.7)
    moves[2]["secret"] = bool(rng.random() < 0.2)
    believed = {"of": "a", "that": "t == th"}
    own = {"a": {"t": {"th": number(0.2, 0.8), "tl": "rest"}}} if rng.random() < 0.3 else {}
    return {
        "engine": 1,
        "title": "t",
        "rounds": {"count": 3 if seed % 8 == 0 else 2},
        "state": {"past": {"start": 0, "next": "min(past + (e == yes), 1)"}},
        "unknowns": {
            "u": {"label": "u", "uniform": [0, 1]},
            "v": {"label": "v", "uniform": [0.2, 0.6], "known": False},
            "how": {"label": "h", "choice": {"one": 0.5, "other": 0.5}},
        },
        "actors": {"a": actor("a", "s", "x", rules[0]), "b": actor("b", "t", "y", rules[1])},
        "moves": moves,
        "payoffs": {name: [{"term": "p", "value": worth()}] for name in "ab"},
        "beliefs": own,
        "outcomes": {
            "both": {"label": "b", "happens": "x == xh and y == yh", "over": "last"},
            "fits": {"label": "f", "happens": "y == yh and s == sh"},
            "says": {"label": "s", "choice": "x", "over": "last"},
            "thinks": {"label": "t", "belief": believed, "over": "last"},
            "replies": {"label": "r", "belief": {"of": "b", "that": "s == sh"}, "over": "each"},
        },
    }


def uncertain(one: Any, other: Any) -> dict[str, Any]:
    return {"choice": "how", "rules": {"one": one, "other": other}}


def random_rule(rng: np.random.Generator, *others: Any) -> Any:
    levels = [{"level": 1}, {"level": 2}, {"level": 3}, {"cognitive hierarchy": 0.3}, {"cognitive hierarchy": 0.5}]
    rules = [*levels, *others]
    return rules[int(rng.integers(len(rules)))]


@pytest.mark.parametrize("seed", range(8))
def test_each_level_learns_by_its_own_model(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rules = random_rule(rng), random_rule(rng, "equilibrium", "habit")
    assert_enumerated(signals(seed, *rules), 1e-8)


@pytest.mark.parametrize("seed", [*range(100, 106), 7074])
def test_best_replies_to_signals(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert_enumerated(signals(seed, "best reply", random_rule(rng, "habit", "best reply")), 1e-8, sharp=True)


@pytest.mark.parametrize("seed", range(200, 208))
def test_rules_that_are_unknown(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rule = uncertain(random_rule(rng, "habit"), random_rule(rng, "equilibrium", "equilibrium"))
    assert_enumerated(signals(seed, rule, random_rule(rng, rule, rule, "equilibrium")), 1e-8)


@pytest.mark.parametrize("seed", [*range(2000, 2004), 7024])
def test_moves_of_all_kinds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rules = [random_rule(rng, "equilibrium", uncertain({"level": 1}, "habit")) for _ in "ab"]
    assert_enumerated(scenario_of(seed, *rules), 1e-8)
