"""Which unknowns can have a say in an outcome."""

from __future__ import annotations

import pytest

from engine import api
from engine.program.compile import compile_program
from engine.program.reach import unknowns_behind

TEXT = """
engine: 1
title: Who reads what
actors: {me: {name: Me, precision: sharp}}
unknowns:
  p: {label: p, uniform: [0, 1], judgement: x}
  q: {label: q, uniform: [0, 1], judgement: x}
  r: {label: r, uniform: [0, 1], judgement: x}
  gain: {label: gain, uniform: [0, 1], judgement: x}
  sharp: {label: sharp, uniform: [1, 2], judgement: x}
  unread: {label: unread, uniform: [0, 1], judgement: x}
quantities: {twice: 2 * r}
moves:
  - {event: rain, chance: p}
  - {event: flood, chance: q if rain == yes else 0}
  - {event: late, when: rain == yes, chance: r}
  - {decision: go, actor: me, options: [stay, leave], knows: [rain]}
payoffs: {me: [{term: gain, value: gain * (go == leave) * (rain == no)}]}
outcomes:
  rains: {label: rains, happens: rain == yes}
  floods: {label: floods, happens: flood == yes}
  floods_if: {label: floods if, happens: flood == yes, given: rain == yes}
  number: {label: number, quantity: twice + 1, judgement: x}
  late: {label: late, happens: late == yes}
  goes: {label: goes, choice: go}
  gone: {label: gone, happens: go == leave}
"""
ALL = {"p", "q", "r", "gain", "sharp"}


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("rains", {"p"}),
        ("floods", {"p", "q"}),
        ("floods_if", {"p", "q"}),
        ("number", {"r"}),
        ("late", ALL),
        ("goes", ALL),
        ("gone", ALL),
    ],
)
def test_unknowns_behind_an_outcome(outcome: str, expected: set[str]) -> None:
    program = compile_program(api.loads(TEXT).scenario)
    measure = next(measure for measure in program.measures if measure.name == outcome)
    assert unknowns_behind(program, measure) == expected


def test_in_rounds_the_state_carries_everything() -> None:
    text = TEXT.replace("engine: 1", "engine: 1\nrounds: {count: 2}")
    program = compile_program(api.loads(text).scenario)
    assert unknowns_behind(program, program.measures[0]) == ALL
