"""The same file, seed and draws give the same bytes, however the work is shared out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine import api
from engine.report.export import json_text, result_record

SCENARIO = """
engine: 1
title: A standoff
unknowns:
  cost: {label: Cost of a fight, between: [2, 6]}
  odds: {label: Chance of winning, beta: {a: 4, b: 3}}
  sharp: {label: Precision, lognormal: {median: 0.8, sigma: 0.3}}
  hidden: {label: What nobody knows, uniform: [0, 1], known: false}
correlated: [{unknowns: [cost, odds], rank: -0.4}]
actors:
  east: {name: East, precision: sharp}
  west: {name: West, precision: 0.7}
moves:
  - {type: nerve, of: east, values: [weak, strong], chance: {strong: 0.4, weak: rest}}
  - {decision: signal, actor: east, options: [quiet, loud]}
  - {decision: answer, actor: west, options: [back, stand], knows: [signal]}
  - {event: fight, chance: "0.9 * hidden if answer == stand and signal == loud else 0.1"}
  - {event: east_wins, chance: odds, when: fight == yes}
payoffs:
  east:
    - {term: prize, value: 10 * (answer == back) * (signal == loud)}
    - {term: war, value: "(-cost + 6 * (east_wins == yes) + 3 * (nerve == strong)) * (fight == yes)"}
  west: [{term: war, value: "6 * (answer == stand) - (cost + 4 * (nerve == strong)) * (fight == yes)"}]
beliefs:
  west: {nerve: {strong: 0.5, weak: rest}}
outcomes:
  fight: {label: A fight, happens: fight == yes}
  if_loud: {label: A fight after a loud signal, happens: fight == yes, given: signal == loud}
  loss: {label: Loss, quantity: cost * (fight == yes), unit: billion}
  answers: {label: What West does, choice: answer}
  thinks: {label: West's belief, belief: {of: west, that: nerve == strong, after: signal == loud}}
statements:
  paper: {about: fight, between: [10%, 40%]}
assumptions:
  trust: {label: The paper is right, believe: [paper]}
"""
DRAWS = 2**15  # 32 chunks


def text_of(options: api.Options, assumptions: str = api.BASE, scenario: str = SCENARIO) -> str:
    return json_text(result_record(api.run(api.loads(scenario), assumptions, options=options), "test"))


def options(**changes: Any) -> api.Options:
    return api.Options(**{"draws": DRAWS, "threads": 1, "reason": False, **changes})


@pytest.mark.parametrize("assumptions", ["base", "trust"])
@pytest.mark.parametrize("method", ["sobol", "random"])
def test_threads_and_blocks_change_no_byte(method: str, assumptions: str) -> None:
    expected = text_of(options(method=method), assumptions)
    blocks = [{"threads": 2}, {"groups_per_block": 1}, {"groups_per_block": 2}, {"threads": 2, "groups_per_block": 7}]
    for changes in blocks:
        assert text_of(options(method=method, **changes), assumptions) == expected


@pytest.mark.parametrize("draws", [1, 16, 700, 1024])
def test_small_designs_too(draws: int) -> None:
    for method in ("sobol", "random"):
        small = {"draws": draws, "method": method}
        assert text_of(options(**small)) == text_of(options(threads=2, groups_per_block=1, **small))


def test_two_runs_give_the_same_bytes() -> None:
    few = options(draws=1024, reason=True)
    assert text_of(few) == text_of(few)


def test_another_seed_gives_other_draws() -> None:
    assert text_of(options(draws=1024, seed=2)) != text_of(options(draws=1024, seed=1))


@pytest.mark.parametrize("method", ["sobol", "random"])
def test_an_unknown_that_is_added_at_the_end_leaves_the_others_draws(method: str) -> None:
    more = SCENARIO.replace("correlated:", "  idle: {label: Nothing uses it, normal: {mean: 0, sd: 1}}\ncorrelated:")
    few = options(draws=1024, method=method)
    one, other = (json.loads(text_of(few, scenario=text)) for text in (SCENARIO, more))
    assert one["outcomes"] == other["outcomes"]


def test_what_is_asked_does_not_change_the_answers() -> None:
    more = SCENARIO.replace("statements:", "  extra: {label: East wins, happens: east_wins == yes}\nstatements:")
    one, other = (json.loads(text_of(options(draws=1024), scenario=text)) for text in (SCENARIO, more))
    assert one["outcomes"] == {name: figures for name, figures in other["outcomes"].items() if name != "extra"}


def test_a_set_that_says_what_the_file_says_changes_no_byte_of_the_outcomes() -> None:
    same = "{unknowns.odds: {beta: {a: 4, b: 3}}, actors.west.precision: 0.7}"
    text = SCENARIO + f"  same: {{label: As it is, set: {same}}}\n"
    one, other = (json.loads(text_of(options(draws=1024), name, text)) for name in (api.BASE, "same"))
    assert one["outcomes"] == other["outcomes"]


def test_an_unknown_that_is_fixed_keeps_its_column() -> None:
    """Sets compare on the same draws: fixing `odds` leaves the values that `cost` and `sharp` take."""
    text = SCENARIO.replace("correlated: [{unknowns: [cost, odds], rank: -0.4}]\n", "")
    both = "  cost: {label: Cost, quantity: cost}\n  sharp: {label: Precision, quantity: sharp}\n"
    text = text.replace("statements:", f"{both}statements:")
    few = options(draws=1024)
    base = api.run(api.loads(text), options=few)
    fixed = api.run(api.loads(text), overrides=[("unknowns.odds", "0.5")], options=few)
    for name in ("cost", "sharp"):
        one, other = base.outcomes[name], fixed.outcomes[name]
        assert one.estimate is not None
        assert other.estimate is not None
        assert one.estimate.value == pytest.approx(other.estimate.value, rel=1e-13)
        assert one.across == pytest.approx(other.across, rel=1e-12)


def test_nothing_unknown_is_exact() -> None:
    text = SCENARIO[: SCENARIO.index("unknowns:")] + SCENARIO[SCENARIO.index("actors:") :]
    for name, value in {"sharp": "0.8", "hidden": "0.5", "odds": "0.6", "cost": "4"}.items():
        text = text.replace(name, value)
    few = options(draws=1024)
    found = json.loads(text_of(few, scenario=text))
    assert (found["settings"]["method"], found["settings"]["draws"]) == ("exact", 1)
    for outcome in found["outcomes"].values():
        errors = outcome["mc_error"]
        assert set(errors.values() if isinstance(errors, dict) else [errors]) == {0.0}
    assert found == json.loads(text_of(options(seed=5), scenario=text))
