"""What ever happens after a sight in the first round is what an enumeration of every course of events gives."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest
from enumerated import Enumerated, hidden, name_of, values_of
from random_rounds import Writer
from test_rounds_enumerated import UNIFORMS, played

from engine import api
from engine.analysis.information.watching import questions_of, watching
from engine.program.compile import compile_program

EVENTS = ("ever", "ever_given", "soon")


def remembering(scenario: dict[str, Any]) -> dict[str, Any]:
    """The scenario in which everybody sees what was public in the first round for ever, and is asked after it."""
    found = copy.deepcopy(scenario)
    found["outcomes"] = {name: found["outcomes"][name] for name in EVENTS}
    for move in scenario["moves"]:
        if hidden(move):
            continue
        name = name_of(move)
        place = " else ".join(f"{n} if {name} == {value}" for n, value in enumerate(values_of(move), 1)) + " else 0"
        found["state"][f"saw_{name}"] = {"start": 0, "next": f"({place}) if round == 1 else saw_{name}"}
        for number, value in enumerate(values_of(move), 1):
            seen = f"(({name} == {value}) if round == 1 else (saw_{name} == {number}))"
            for outcome in EVENTS:
                item = dict(scenario["outcomes"][outcome])
                key = "given" if "given" in item else "happens"
                item[key] = f"({item[key]}) and {seen}"
                found["outcomes"][f"{outcome}_{name}_{value}"] = item
            sight = {"label": "", "happens": f"{name} == {value}", "over": "first"}
            found["outcomes"][f"sight_{name}_{value}"] = sight
    return found


@pytest.mark.parametrize("seed", range(12))
def test_what_happens_after_a_sight_is_what_an_enumeration_gives(seed: int) -> None:
    written = Writer(seed).scenario()
    scenario, questions = questions_of(api.loads(json.dumps(written)).scenario, EVENTS)
    program = watching(compile_program(scenario), questions)
    draws = played(program)
    whole = remembering(written)
    ends = {measure.name: measure.by for measure in program.measures if measure.by is not None}
    ends |= {name: ends["soon"] for name in whole["outcomes"] if name.startswith("soon_")}
    assert questions or all(hidden(move) for move in written["moves"])
    for draw in range(2):
        u, v = (float(one) for one in UNIFORMS[:, draw])
        values = {"u": u, "v": 0.2 + 0.4 * v} if program.n_inputs else {}
        seen = {**values, "v": 0.4} if program.n_inputs else {}
        told = Enumerated(whole, values, seen, ends).outcomes()
        for question in questions:
            name = f"{question.move}_{question.value}"
            reading = draws.readings[question.joint]
            expected = told[f"{question.outcome}_{name}"]
            assert reading.parts[0, draw] == pytest.approx(sum(expected.parts.values()), abs=2e-9)
            if question.outcome == "ever_given":
                assert reading.among[draw] == pytest.approx(sum(expected.among.values()), abs=2e-9)
            chance = draws.readings[question.sight].parts[0, draw]
            assert chance == pytest.approx(sum(told[f"sight_{name}"].parts.values()), abs=2e-9)


@pytest.mark.parametrize("seed", [3, 8])
def test_the_chances_after_all_sights_add_up_even_where_histories_stand_for_others(seed: int) -> None:
    scenario, questions = questions_of(api.loads(json.dumps(Writer(seed).scenario())).scenario, EVENTS)
    program = watching(compile_program(scenario), questions)
    draws = played(program, np.random.default_rng(seed).random((2, 64)), histories=2)
    for move in {question.move for question in questions}:
        for outcome in ("ever", "soon"):
            parts = sum(draws.readings[q.joint].parts for q in questions if (q.move, q.outcome) == (move, outcome))
            np.testing.assert_allclose(parts, draws.readings[outcome].parts, atol=1e-12)
