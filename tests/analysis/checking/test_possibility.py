from __future__ import annotations

from collections.abc import Mapping

import pytest

from engine import api
from engine.analysis.checking.possibility import never

SCENARIO = """
engine: 1
title: A door
actors: {me: {name: Me, habit: {go: {stay: 1, left: 0, right: 0}}}}
unknowns:
  u: {label: u, uniform: [0, 1]}
  zero: {label: zero, value: 0}
moves:
  - {event: open, chance: CHANCE}
  - {decision: go, actor: me, options: [stay, left, right], knows: [open], when: open == yes}
  - {event: falls, values: [a, b, c], chance: FALLS}
payoffs: {me: [{term: out, value: go != stay}]}
quantities: {inside: open == yes and open == no}
outcomes:
  o: {label: o, HAPPENS}
"""
FINE = {"CHANCE": "u", "FALLS": "{a: 50%, b: rest, c: 0}"}


def ways(outcome: str, changed: Mapping[str, str] | None = None) -> set[str]:
    """The values of the outcome to which there is no way."""
    text = SCENARIO
    for key, value in {**FINE, "HAPPENS": outcome, **(changed or {})}.items():
        text = text.replace(key, value)
    return set(never(api.loads(text).scenario).get("o", ()))


@pytest.mark.parametrize(
    ("outcome", "changed"),
    [
        ("happens: inside", {}),
        ("happens: open == no and go == left", {}),
        ("happens: open", {"CHANCE": "0"}),
        ("happens: open", {"CHANCE": "zero"}),
        ("happens: open", {"CHANCE": "3 * zero"}),
        ("happens: go == left", {"CHANCE": "zero"}),
        ("happens: open == no", {"CHANCE": "1"}),
        ("happens: falls == c", {}),
        ("happens: falls == b", {"FALLS": "{a: 100%, b: rest, c: 0}"}),
        ("happens: falls == c, given: open == yes", {}),
        ("happens: falls == a, given: falls != a", {}),
    ],
)
def test_there_is_no_way(outcome: str, changed: dict[str, str]) -> None:
    assert ways(outcome, changed) == {"yes"}


@pytest.mark.parametrize(
    ("outcome", "changed"),
    [
        ("happens: open", {}),
        ("happens: open", {"CHANCE": "1 if u > 0.999999 else 0"}),  # seldom, not never
        ("happens: u > 0.999999", {}),
        ("happens: go == left", {}),  # against the habit, and possible
        ("happens: falls == b", {"FALLS": "{a: u, b: rest, c: 0}"}),
        ("happens: falls == c, given: inside", {}),  # the condition never holds: there is no figure
        ("quantity: 0 * u", {}),
        ("happens: open == no and go == left", {"when: open == yes": "when: open == yes or round == 2"}),
        ("happens: round == 2", {}),
    ],
)
def test_what_may_come_about_in_some_draw_is_possible(outcome: str, changed: dict[str, str]) -> None:
    assert ways(outcome, changed) == set()


def test_of_a_choice_the_values_are_named() -> None:
    assert ways("choice: falls") == {"c"}
    assert ways("choice: go", {"CHANCE": "0"}) == {"stay", "left", "right"}
    assert ways("choice: go, given: open == yes") == set()
