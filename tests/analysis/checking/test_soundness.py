from __future__ import annotations

import pytest

from engine import api

SCENARIO = """
engine: 1
title: Two coins
actors: {me: {name: Me}}
unknowns: {u: {label: u, uniform: [0, 1]}}
moves:
  - {event: first, chance: FIRST}
  - {event: second, values: [a, b, c], chance: SECOND, when: first == yes}
  - {decision: call, actor: me, options: [stop, go], knows: [first]}
payoffs: {me: [{term: gain, value: GAIN}]}
outcomes: {o: {label: o, happens: second == a and call == go}}
"""
FINE = {"FIRST": "0.5", "SECOND": "{a: 0.2, b: 0.3, c: rest}", "GAIN": "call == go"}


def messages(**changed: str) -> list[str]:
    """What is wrong with the scenario after some changes."""
    text = SCENARIO
    for key, value in {**FINE, **changed}.items():
        text = text.replace(key, value)
    return [problem.message for problem in api.check(api.loads(text))]


def test_a_sound_game_has_no_problems() -> None:
    assert messages() == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"FIRST": "0.6 + 0.6"}, "is no chance everywhere"),
        ({"FIRST": "0.1 - 0.2"}, "is no chance everywhere"),
        ({"SECOND": '{a: "0.9 if first == yes else 0", b: "0.4 * 1", c: rest}'}, "do not sum to 1"),
        ({"SECOND": '{a: "0.1 * 1", b: "0.2 * 1", c: "0.3 * 1"}'}, "do not sum to 1"),
        ({"GAIN": "1 / (call == go)"}, "no finite value"),
        ({"GAIN": "log(first - 1)"}, "no finite value"),
    ],
)
def test_what_is_wrong_in_every_draw_is_found_without_drawing(changed: dict[str, str], message: str) -> None:
    assert any(message in found for found in messages(**changed))


def test_what_depends_on_the_draw_is_left_to_run() -> None:
    assert messages(GAIN="1 / u") == []


def test_a_chance_counts_only_where_its_move_happens() -> None:
    assert messages(SECOND='{a: "0.2 if first == yes else 7", b: 0.3, c: rest}') == []
