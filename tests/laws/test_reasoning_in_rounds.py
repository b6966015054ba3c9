"""Ways of reasoning and believing in games in rounds, by closed forms."""

from __future__ import annotations

import math
from typing import Any

import pytest
from scipy.integrate import quad
from scipy.special import expit

from engine import api
from engine.analysis.running.summary import Result

SIGNALS = """
engine: 1
title: Loud twice
rounds: {count: 2, until: calm == 1}
state: {calm: {start: 0, next: 1 if signal == soft else 0}}
actors:
  sender: {name: Sender, precision: 1.3, habit: {signal: {loud: 0.4, soft: rest}}}
  watcher: {name: Watcher, precision: 2}
unknowns: {how: {label: How the watcher thinks, choice: {deep: 30%, shallow: 45%, fair: rest}}}
moves:
  - {type: kind, of: sender, values: [meek, tough], chance: {tough: 0.3, meek: rest}, lasting: true}
  - {decision: early, actor: watcher, options: [wait, act]}
  - {decision: signal, actor: sender, options: [soft, loud]}
  - {decision: late, actor: watcher, options: [stay, move], knows: [signal]}
payoffs:
  sender: [{term: cost, value: "(signal == loud) * (0.8 if kind == tough else -0.5)"}]
  watcher: [{term: guess, value: "(late == move) * (2 if kind == tough else -1)"}]
outcomes:
  before: {label: B, belief: {of: watcher, that: kind == tough}, over: last}
  after: {label: A, belief: {of: watcher, that: kind == tough, after: signal == loud}, over: last}
  moves: {label: M, happens: late == move, given: signal == loud, over: last}
  loud: {label: L, happens: signal == loud, over: last}
"""
PRIOR = 0.3
P, Q = float(expit(1.3 * 0.8)), float(expit(-1.3 * 0.5))  # of a loud signal, by the tough and by the meek


def run(text: str, assumptions: str = api.BASE, *overrides: tuple[str, str], **options: Any) -> Result:
    chosen = api.Options(**{"threads": 1, "reason": False, "equilibria": False, **options})
    return api.run(api.loads(text), assumptions, overrides, chosen)


def last(result: Result, outcome: str) -> float:
    """In the second round, which is the last after a loud signal in the first."""
    by_round = result.outcomes[outcome].by_round
    assert by_round is not None
    return float(by_round[1])


def believed(tough: float, meek: float) -> float:
    """That the sender is tough, after something that the tough and the meek do with these chances."""
    return PRIOR * tough / (PRIOR * tough + (1 - PRIOR) * meek)


def moves(belief: float) -> float:
    return float(expit(2 * (2 * belief - (1 - belief))))


def poisson(mean: float, k: int) -> float:
    return math.exp(-mean) * mean**k / math.factorial(k)


@pytest.mark.parametrize(("level", "loud"), [(1, (0.4, 0.4)), (2, (P, Q)), (3, (P, Q))], ids=["one", "two", "three"])
def test_a_level_learns_from_its_own_model_of_the_others(level: int, loud: tuple[float, float]) -> None:
    """The sender plays the equilibrium; level 1 takes its signals for habit and learns nothing from them."""
    found = run(SIGNALS, api.BASE, ("actors.watcher.reasoning", f"{{level: {level}}}"))
    tough, meek = loud
    assert last(found, "before") == pytest.approx(believed(tough, meek), abs=1e-12)
    assert last(found, "after") == pytest.approx(believed(tough**2, meek**2), abs=1e-12)
    assert last(found, "moves") == pytest.approx(moves(believed(tough**2, meek**2)), abs=1e-12)


@pytest.mark.parametrize("mean", [0.3, 1.5])
def test_each_level_of_a_hierarchy_learns_from_its_own_model(mean: float) -> None:
    """A watcher at level k takes a share w_0 / (w_0 + ... + w_(k-1)) of signals for habit, anew in each round, and has
    the posterior of that after two loud ones; level 0 believes as level 1, which takes all of them for habit."""
    found = run(SIGNALS, api.BASE, ("actors.watcher.reasoning", f"{{cognitive hierarchy: {mean}}}"))
    before = after = 0.0
    moved = 0.5 * poisson(mean, 0)
    for k in range(60):
        below = sum(poisson(mean, j) for j in range(max(k, 1)))
        habit = poisson(mean, 0) / below
        tough, meek = (habit * 0.4 + (1 - habit) * chance for chance in (P, Q))
        before += poisson(mean, k) * believed(tough, meek)
        after += poisson(mean, k) * believed(tough**2, meek**2)
        moved += poisson(mean, k) * moves(believed(tough**2, meek**2)) * (k > 0)
    assert last(found, "before") == pytest.approx(before, abs=1e-12)
    assert last(found, "after") == pytest.approx(after, abs=1e-12)
    assert last(found, "moves") == pytest.approx(moved, abs=1e-12)


def test_a_sender_with_a_hierarchy_is_at_a_level_drawn_anew_each_round() -> None:
    """Whoever answers what it really does takes two loud signals for two draws of its mixture."""
    found = run(SIGNALS, api.BASE, ("actors.sender.reasoning", "{cognitive hierarchy: 1.5}"))
    habit = math.exp(-1.5)
    tough, meek = (habit * 0.4 + (1 - habit) * chance for chance in (P, Q))
    assert last(found, "after") == pytest.approx(believed(tough**2, meek**2), abs=1e-12)
    again = (PRIOR * tough**2 + (1 - PRIOR) * meek**2) / (PRIOR * tough + (1 - PRIOR) * meek)
    assert last(found, "loud") == pytest.approx(again, abs=1e-12)


def test_a_best_reply_turns_when_the_posterior_passes_the_threshold() -> None:
    """Moving is worth it from a belief of 0.55 on, which two loud signals pass and one does not."""
    assert believed(P, Q) < 0.55 < believed(P**2, Q**2)
    text = SIGNALS.replace("(2 if kind == tough else -1)", "(0.45 if kind == tough else -0.55)")
    text = text.replace("over: last", "over: each")
    found = run(text, api.BASE, ("actors.watcher.reasoning", "best reply")).outcomes["moves"]
    assert found.by_round == pytest.approx([0, 1], abs=1e-12)


def test_others_learn_from_a_habit() -> None:
    """The tough are loud with 0.9, the meek with 0.2."""
    text = SIGNALS.replace("{loud: 0.4, soft: rest}", "{loud: '0.9 if kind == tough else 0.2', soft: rest}")
    found = run(text, api.BASE, ("actors.sender.reasoning", "habit"))
    assert last(found, "after") == pytest.approx(believed(0.81, 0.04), abs=1e-12)
    again = (PRIOR * 0.81 + 0.7 * 0.04) / (PRIOR * 0.9 + 0.7 * 0.2)
    assert last(found, "loud") == pytest.approx(again, abs=1e-12)


def test_an_unknown_rule_is_kept_for_all_rounds() -> None:
    """The draws that follow a rule follow it in both rounds, each with beliefs by its own model."""
    rules = "{choice: how, rules: {deep: {cognitive hierarchy: 0.8}, shallow: {level: 1}, fair: equilibrium}}"
    singly = {"deep": "{cognitive hierarchy: 0.8}", "shallow": "{level: 1}", "fair": "equilibrium"}
    chances = {"deep": 0.3, "shallow": 0.45, "fair": 0.25}
    whole = run(SIGNALS, api.BASE, ("actors.watcher.reasoning", rules), draws=2**12)
    parts = {name: run(SIGNALS, api.BASE, ("actors.watcher.reasoning", rule)) for name, rule in singly.items()}
    for outcome in ("before", "after", "moves"):
        expected = sum(chance * last(parts[name], outcome) for name, chance in chances.items())
        # 16 scrambles of 256 draws: a share is off by at most a draw or two in each
        assert last(whole, outcome) == pytest.approx(expected, abs=2 / 256), outcome
        for name, chance in chances.items():
            certain = "{" + ", ".join(f"{one}: {float(one == name)}" for one in chances) + "}"
            alone = run(
                SIGNALS, api.BASE, ("actors.watcher.reasoning", rules), ("unknowns.how.choice", certain), draws=64
            )
            assert last(alone, outcome) == pytest.approx(last(parts[name], outcome), abs=1e-12), (outcome, chance)


BELIEVED = """
engine: 1
title: A hazard that somebody has heard of
rounds: {count: 6}
unknowns: {h: {label: h, uniform: [0, 0.3]}}
actors: {a: {name: A}}
moves:
  - {type: kind, of: a, values: [firm, frail], chance: {frail: 0.25, firm: rest}, lasting: true}
  - {event: falls, chance: h if kind == frail else h / 3}
outcomes:
  falls: {label: F, happens: falls == yes}
  frail: {label: K, happens: kind == frail, given: falls == yes}
  h: {label: H, quantity: h}
statements: {heard: {about: falls, triangular: [0.2, 0.3, 0.6]}}
assumptions: {believed: {label: B, believe: [heard]}}
"""


def test_a_statement_is_believed_of_what_ever_happens() -> None:
    """Each h weighs as the statement says of 0.25 (1 - (1 - h)^6) + 0.75 (1 - (1 - h/3)^6), give or take 1 %."""

    def frail(h: float) -> float:
        return 0.25 * (1 - (1 - h) ** 6)

    def falls(h: float) -> float:
        return frail(h) + 0.75 * (1 - (1 - h / 3) ** 6)

    def up_to(x: float) -> float:
        if x <= 0.3:
            return max(x - 0.2, 0) ** 2 / (0.4 * 0.1)
        return 1 - max(0.6 - x, 0) ** 2 / (0.4 * 0.3)

    def weight(h: float) -> float:
        return up_to(falls(h) + 0.01) - up_to(falls(h) - 0.01)

    def mean(of: Any) -> float:
        return float(quad(lambda h: weight(h) * of(h), 0, 0.3, limit=200)[0])

    found = run(BELIEVED, "believed", draws=2**14).outcomes
    total, whole = mean(lambda _: 1.0), mean(falls)
    expected = {"falls": whole / total, "h": mean(lambda h: h) / total, "frail": mean(frail) / whole}
    for name, value in expected.items():
        estimate = found[name].estimate
        assert estimate is not None
        assert estimate.error < 1e-3
        assert abs(estimate.value - value) <= 4 * estimate.error + 1e-6, name
