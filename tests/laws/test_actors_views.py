"""What actors believe, and what they do when they are wrong."""

from __future__ import annotations

import math

import pytest

from engine import api
from engine.analysis.running.summary import Result
from engine.errors import ScenarioError


def run(text: str, assumptions: str = "base", **options: object) -> Result:
    return api.run(api.loads(text), assumptions, options=api.Options(reason=False, **options))  # type: ignore[arg-type]


def chance(result: Result, outcome: str) -> float:
    found = result.outcomes[outcome].estimate
    assert found is not None
    return found.value


GUARD = """
engine: 1
title: A plan that does not exist
actors: {a: {name: A, precision: 1}, b: {name: B, precision: 2}}
moves:
  - {type: plan, of: b, values: [no, yes], chance: {yes: TRUE_CHANCE, no: rest}}
  - {decision: guard, actor: a, options: [light, heavy]}
  - {decision: strike, actor: b, options: [stay, go], knows: [guard], when: plan == yes, else: stay}
payoffs:
  a: [{term: t, value: "-8 * (strike == go) * (guard == light) - 2 * (guard == heavy)"}]
  b: [{term: t, value: -5 * (strike == go)}]
beliefs: {a: {plan: {yes: 0.9, no: rest}}}
outcomes: {heavy: {label: Heavy guard, happens: guard == heavy}}
"""


@pytest.mark.parametrize("true_chance", ["0", "1e-9", "0.5"])
def test_an_actor_foresees_what_would_happen_in_a_world_that_it_alone_holds_possible(true_chance: str) -> None:
    """B with a plan strikes with chance logistic(-10), whether or not there can be a B with a plan."""
    strike = 1 / (1 + math.exp(10))
    heavy = 1 / (1 + math.exp(2 - 8 * 0.9 * strike))
    assert chance(run(GUARD.replace("TRUE_CHANCE", true_chance)), "heavy") == pytest.approx(heavy, abs=1e-9)


SIGNAL = """
engine: 1
title: A signal that no choice needs
actors: {k: {name: K}}
moves:
  - {event: intent, values: [bluff, off], chance: {off: 0.1, bluff: rest}}
  - {event: massing, chance: "0.8 if intent == off else 0.1"}
  - {decision: d, actor: k, options: [a, b], knows: [massing]}
payoffs: {k: [{term: t, value: 10 * (d == a)}]}
beliefs: {k: {intent: {off: 0.5, bluff: rest}}}
outcomes: {thinks: {label: Belief, belief: {of: k, that: intent == off}}}
"""


def test_a_belief_is_read_at_all_that_the_actor_knows() -> None:
    """Massing is seen in .1 * .8 + .9 * .1 = .17 of cases; with a prior of 1/2 it speaks for .4 against .05."""
    assert chance(run(SIGNAL), "thinks") == pytest.approx(0.17 * 0.4 / 0.45 + 0.83 * 0.1 / 0.55, abs=1e-12)


def test_only_what_an_actor_sees_surprises_it() -> None:
    blind = """
engine: 1
title: Blind
actors: {k: {name: K}}
moves:
  - {event: bad, chance: 0.3}
  - {decision: d, actor: k, options: [a, b], knows: [KNOWS]}
payoffs: {k: [{term: t, value: 10 * (d == a) * bad}]}
beliefs: {k: {bad: 0}}
outcomes: {o: {label: O, happens: d == a}}
"""
    assert not any("impossible" in warning for warning in run(blind.replace("KNOWS", "")).warnings)
    assert any("with a chance of 0.3" in warning for warning in run(blind.replace("KNOWS", "bad")).warnings)


def test_what_is_impossible_at_the_mean_still_has_a_posterior() -> None:
    """The alarm has chance (1 or 1/2) * max(0, u - .6) and u has mean 1/2; when it sounds, all u are as surprising."""
    alarm = """
engine: 1
title: Alarm
actors: {k: {name: K}}
unknowns: {u: {label: u, uniform: [0, 1], known: false}}
moves:
  - {event: bad, chance: 0.3}
  - {event: alarm, chance: "(1 if bad == yes else 0.5) * max(0, u - 0.6)"}
  - {decision: d, actor: k, options: [a, b], knows: [alarm]}
payoffs: {k: [{term: t, value: 10 * (d == a) * bad}]}
outcomes: {thinks: {label: B, belief: {of: k, that: bad == yes, after: alarm == yes}}}
"""
    found = run(alarm)
    assert chance(found, "thinks") == pytest.approx(0.3, abs=1e-9)
    assert any("impossible" in warning for warning in found.warnings)


CONDITIONAL = """
engine: 1
title: Conditional
unknowns: {u: {label: u, choice: {no: 50%, yes: rest}}}
moves:
  - {event: c, chance: "0.5 if u == yes else 0"}
  - {event: e, chance: "0.5 if c == yes else 0"}
outcomes: {a: {label: A, happens: e == yes, given: c == yes}, c: {label: C, happens: c == yes}}
statements: {s: {about: a, between: [0.5%, 30%]}}
assumptions: {believed: {label: B, believe: [s]}}
"""


def test_a_condition_that_cannot_come_about_cannot_be_weighted() -> None:
    with pytest.raises(ScenarioError, match="its condition cannot come about in some draws"):
        run(CONDITIONAL, "believed")


def test_the_reason_keeps_the_weights_of_the_world_as_it_is() -> None:
    """Believing that A goes with 10 % picks u near 2.2; without the term A tosses a coin, whatever we believe."""
    text = """
engine: 1
title: Reason
actors: {a: {name: A, precision: 1}}
unknowns: {u: {label: u, uniform: [0, 5]}}
moves: [{decision: d, actor: a, options: [go, stay]}]
payoffs: {a: [{term: cost, value: -u * (d == go)}]}
outcomes: {goes: {label: Goes, happens: d == go}}
statements: {s: {about: goes, between: [8%, 12%]}}
assumptions: {believed: {label: B, believe: [s]}}
"""
    reason = api.run(api.loads(text), "believed").reason
    assert reason is not None
    assert reason.without.value == pytest.approx(0.5, abs=1e-9)
    assert reason.baseline.value == pytest.approx(0.1, abs=0.01)
