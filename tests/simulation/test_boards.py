"""What the state does not let happen is left out of the tree, and nobody can tell."""

from __future__ import annotations

import numpy as np
import pytest

from engine import api
from engine.program.compile import compile_program
from engine.sampling import sobol_design
from engine.simulation import boards
from engine.simulation.accumulate import OutcomeSums
from engine.simulation.run import simulate

MARCH = """
engine: 1
title: A march that needs an army
rounds: {count: 3, until: marched == 1}
actors:
  north: {name: North, precision: 1.5, judgement: t}
  south: {name: South, precision: 3, judgement: t}
unknowns:
  hostile: {label: h, between: [20%, 60%], judgement: t}
state:
  marched: {start: 0, next: 1 if march == yes else marched}
  army: {start: 0, next: "clip(army + gathering, 0, 2)"}
moves:
  - {type: intent, of: north, values: [peace, war], chance: {war: hostile, peace: rest}, lasting: true}
  - {decision: drill, actor: north, options: [no, yes], knows: [intent], secret: true}
  - {decision: guard, actor: south, options: {few: 1, many: 3}, knows: []}
  - {decision: march, actor: north, options: [no, yes], knows: [guard], when: army > 0 and intent == war, else: no}
  - {event: win, when: march == yes, chance: "0.9 - 0.2 * guard"}
  - {event: gathering, chance: "0.6 if drill == yes else 0.1"}
payoffs:
  north:
    - {term: victory, value: (4 if win == yes else -3) * (march == yes)}
    - {term: drills, value: "-0.5 * (drill == yes) + 0.8 * (drill == yes) * (intent == war)"}
  south:
    - {term: guards, value: -0.4 * guard}
    - {term: defeat, value: -10 * (win == yes) - 0.3 * army * (intent == war) / guard}
outcomes:
  war: {label: w, happens: march == yes}
  won: {label: n, happens: win == yes}
  won_if_war: {label: i, happens: win == yes, given: march == yes}
  guards: {label: g, quantity: guard}
  armed: {label: a, quantity: army, over: last}
  drills: {label: d, choice: drill}
  fear: {label: f, belief: {of: south, that: intent == war}}
"""


def sums(text: str) -> dict[str, OutcomeSums]:
    program = compile_program(api.loads(text).scenario)
    design = sobol_design(program.n_inputs, 16, 1, 16)
    return dict(simulate(program, design, histories=512).whole.outcomes)


@pytest.mark.parametrize("condition", ["army > 0 and intent == war", "army > 0", "round > 1", "army == 0 or army == 2"])
def test_a_part_of_the_tree_tells_what_the_whole_does(condition: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = MARCH.replace("army > 0 and intent == war", condition)
    parts = sums(text)
    monkeypatch.setattr(boards, "FEW_MASKS", 0)
    for name, whole in sums(text).items():
        np.testing.assert_allclose(parts[name].parts, whole.parts, rtol=1e-9, atol=1e-9, err_msg=name)
        np.testing.assert_allclose(parts[name].by_round, whole.by_round, rtol=1e-9, atol=1e-9, err_msg=name)
        assert parts[name].among == pytest.approx(whole.among, rel=1e-9), name


def test_it_does_not_matter_what_a_march_that_can_never_be_is_worth() -> None:
    never = MARCH.replace("army > 0 and intent == war", "army > 2 and intent == war")
    found = sums(never)
    assert found["war"].parts[0] == found["won"].parts[0] == 0
    for other in (
        never.replace("value: (4 if win", "value: (40 if win"),
        never.replace("-10 * (win", "-99 * (win"),
    ):
        assert other != never
        for name, one in sums(other).items():
            np.testing.assert_allclose(found[name].parts, one.parts, rtol=1e-9, atol=1e-12, err_msg=name)
