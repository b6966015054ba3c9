"""Numbers that turn out impossible only in some draws: the expression, the draw's inputs and the line are named."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any

import pytest
from border import Found, Ran, spoilt

Refused = Callable[..., Found]
Fine = Callable[..., Ran]

IN_SOME_DRAWS = [
    ("precision: sharpness", "precision: ▶sharpness - 2", "'sharpness - 2' is -0.", "where sharpness = 1."),
    ("chance: 0.3 if season == wet else 0.1", "chance: ▶loans / 4", "must lie between 0 and 1", "where loans = "),
    ("{angry: hawk, calm: rest}", "{angry: ▶hawk - 0.3, calm: rest}", "must lie between 0 and 1", "where hawk = 0."),
    (
        "quantity: loans * pressed",
        "quantity: ▶log(loans - 3)",
        "'log(loans - 3)' is not a finite number",
        "where loans = ",
    ),
    ("quantity: loans * pressed", "quantity: ▶loans / pressed", "not a finite number", "demand == leave"),
    ("quantity: loans * pressed", "quantity: ▶exp(1000 * loans)", "not a finite number", "where loans = "),
    ("quantity: loans * pressed", "quantity: ▶loans * 1e160", "not a finite number", "beyond 1e60"),
    ("quantity: loans * pressed", "quantity: ▶loans ** (loans * 99)", "not a finite number", "beyond 1e60"),
    ("value: loans * (answer == join)", "value: ▶sqrt(loans - 3)", "not a finite number", "root of a negative number"),
    ("value: loans * (answer == join)", "value: ▶1 / (storm == yes)", "not a finite number", "storm == no"),
    ("happens: answer == join", "happens: ▶log(loans - 3) > 0", "not a finite number", "where loans = "),
    (
        "happens: answer == join",
        "happens: answer == join, given: ▶log(loans - 3)",
        "not a finite number",
        "where loans = ",
    ),
    ("{angry: 50%, calm: rest}", "{angry: ▶loans - 1, calm: rest}", "must lie between 0 and 1", "where loans = "),
]


@pytest.mark.parametrize(("old", "new", "says", "where"), IN_SOME_DRAWS)
def test_what_is_impossible_in_some_draws(refused: Refused, old: str, new: str, says: str, where: str) -> None:
    found = refused(spoilt(old, new), "run")
    assert says in found.message
    assert where in found.whole


def test_inputs_are_named_through_quantities(refused: Refused) -> None:
    text = spoilt("quantities:\n", "quantities:\n  depth: loans - 3\n")
    found = refused(spoilt("quantity: loans * pressed", "quantity: ▶log(depth)", text), "run")
    assert "where loans = " in found.whole
    assert "sharpness" not in found.whole


def test_chances_that_sum_to_more_than_one_in_some_draws(refused: Refused) -> None:
    found = refused(spoilt("chance: {angry: hawk, calm: rest}", "▶chance: {angry: hawk, calm: 0.9}"), "run")
    assert "the chances of 'mood' sum to 1." in found.message
    assert "it happens where hawk = 0." in found.whole
    assert "loans" not in found.whole


def test_correlations_that_contradict_one_another(refused: Refused) -> None:
    listed = """  - {unknowns: [loans, hawk], rank: 0.9}
  - {unknowns: [hawk, sharpness], rank: -0.9}
  - {unknowns: [loans, sharpness], rank: 0.9"""
    text = spoilt("  - {unknowns: [loans, sharpness], rank: 0.5", listed)
    assert "contradict each other" in refused(spoilt("correlated:", "▶correlated:", text), "run").message


@pytest.mark.parametrize("condition", ["1 / 0", "log(-1)", "log(-1) > 0 and demand == press"])
def test_a_condition_that_is_no_number_is_neither_true_nor_false(refused: Refused, condition: str) -> None:
    found = refused(spoilt("when: demand == press", f"when: ▶{condition}"))
    assert "no finite value" in found.message


@pytest.mark.parametrize("new", ["precision: 1e59", "precision: 1e-300", "precision: 0"])
def test_extreme_precision_gives_finite_numbers(fine: Fine, new: str) -> None:
    ran = fine(spoilt("precision: 2", new), "--json")
    assert all(map(isfinite, _numbers(json.loads(ran.out))))


@pytest.mark.parametrize(
    "new",
    [
        "uniform: [-1e59, 1e59]",
        "value: 1e59",
        "uniform: [0, 1e-300]",
        "beta: {a: 0.02, b: 1e7}",
        "lognormal: {median: 1, sigma: 20}",
    ],
)
def test_extreme_unknowns_give_finite_numbers(fine: Fine, new: str) -> None:
    ran = fine(spoilt("between: [1, 5]", new), "--json")
    assert all(map(isfinite, _numbers(json.loads(ran.out))))


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _numbers(item)
    elif isinstance(value, list):
        for item in value:
            yield from _numbers(item)
    elif isinstance(value, int | float):
        yield value
