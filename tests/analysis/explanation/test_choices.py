"""What stands behind a choice: Bayes' rule, and payoffs that are the sum of their terms."""

from __future__ import annotations

from math import exp
from pathlib import Path

import pytest

from engine import api
from engine.analysis.explanation.choices import Choice
from engine.analysis.explanation.explanation import Explanation

ROOT = Path(__file__).parents[3]

SIGNAL = """
engine: 1
title: Signal
actors: {s: {name: Sender, precision: 0.7}, r: {name: Receiver, precision: 1.3}}
moves:
  - {type: kind, of: s, values: [weak, strong], chance: {strong: 0.3, weak: rest}}
  - {decision: signal, actor: s, options: [quiet, loud]}
  - {decision: reply, actor: r, options: [attack, yield], knows: [signal]}
  - {event: luck, chance: 0.25 if reply == attack else 0.5}
payoffs:
  s:
    - {term: noise, value: -1 * (signal == loud) * (kind == weak)}
    - {term: peace, value: 3 * (reply == yield)}
  r:
    - {term: victory, value: (2 if kind == weak else -4) * (reply == attack)}
    - {term: fortune, value: 1 * (luck == yes)}
outcomes: {peace: {label: Peace, happens: reply == yield}}
"""


@pytest.fixture(scope="module")
def signal() -> Explanation:
    return api.explain(api.loads(SIGNAL))


@pytest.fixture(scope="module")
def belarus() -> Explanation:
    return api.explain(api.load(ROOT / "scenarios" / "belarus.yaml"))


def at(found: Explanation, decision: str, **knows: str) -> Choice:
    return next(
        choice for choice in found.typical.choices if choice.decision == decision and dict(choice.knows) == knows
    )


def test_beliefs_follow_bayes_rule(signal: Explanation) -> None:
    weak, strong = (at(signal, "signal", kind=kind).probabilities["loud"] for kind in ("weak", "strong"))
    reply = at(signal, "reply", signal="loud")
    assert reply.beliefs is not None
    assert reply.beliefs["kind"]["strong"] == pytest.approx(0.3 * strong / (0.3 * strong + 0.7 * weak), abs=1e-12)
    assert reply.reached == pytest.approx(0.3 * strong + 0.7 * weak, abs=1e-12)
    assert reply.matters == ("kind",)


def test_payoffs_are_what_the_terms_are_worth_under_these_beliefs(signal: Explanation) -> None:
    reply = at(signal, "reply", signal="quiet")
    assert reply.beliefs is not None
    assert reply.terms is not None
    strong = reply.beliefs["kind"]["strong"]
    assert reply.terms["attack"]["victory"] == pytest.approx(2 * (1 - strong) - 4 * strong, abs=1e-12)
    assert reply.terms["yield"]["victory"] == 0
    # luck branches nothing: it is summed inside the payoff, with the chance that follows the reply
    assert reply.terms["attack"]["fortune"] == pytest.approx(0.25, abs=1e-12)
    assert reply.terms["yield"]["fortune"] == pytest.approx(0.5, abs=1e-12)


def test_a_sender_reckons_with_the_reply(signal: Explanation) -> None:
    loud = at(signal, "reply", signal="loud").probabilities["yield"]
    weak = at(signal, "signal", kind="weak")
    assert weak.terms is not None
    assert weak.terms["loud"] == pytest.approx({"noise": -1, "peace": 3 * loud}, abs=1e-12)


@pytest.mark.parametrize("which", ["signal", "belarus"])
def test_terms_sum_to_the_payoff_and_payoffs_give_the_odds(which: str, request: pytest.FixtureRequest) -> None:
    """Logit choice (McKelvey & Palfrey 1998): odds are exp(precision times the difference of expected payoffs)."""
    choices = request.getfixturevalue(which).typical.choices
    assert all((choice.payoffs is None) == (choice.reached == 0) for choice in choices)
    for choice in choices:
        if choice.payoffs is None:
            continue
        assert choice.terms is not None
        assert sum(choice.probabilities.values()) == pytest.approx(1, abs=1e-12)
        first = next(iter(choice.payoffs))
        for option, payoff in choice.payoffs.items():
            assert sum(choice.terms[option].values()) == pytest.approx(payoff, abs=1e-12)
            odds = exp(choice.precision * (payoff - choice.payoffs[first]))
            assert choice.probabilities[option] == pytest.approx(odds * choice.probabilities[first], rel=1e-6)


def test_beliefs_average_to_the_prior(belarus: Explanation) -> None:
    """Over all that Lukashenko may be told, weighted by how often he is, his beliefs are the prior chance."""
    sets = [choice for choice in belarus.typical.choices if choice.decision == "answer"]
    prior = next(move for move in belarus.typical.moves if move.name == "ear").values["listens"]
    average = sum(choice.reached * (choice.beliefs or {})["ear"]["listens"] for choice in sets)
    assert sum(choice.reached for choice in sets) == pytest.approx(1, abs=1e-9)
    assert average == pytest.approx(prior, abs=1e-9)


def test_moves_have_the_chances_that_outcomes_report(belarus: Explanation) -> None:
    moves = {move.name: move.values for move in belarus.typical.moves}
    outcomes = belarus.typical.outcomes
    assert moves["army"]["obeys"] == pytest.approx(outcomes["belarus_enters"], abs=1e-12)
    assert moves["toppled"]["yes"] == pytest.approx(outcomes["lukashenko_falls"], abs=1e-12)
    assert moves["answer"] == pytest.approx(outcomes["lukashenko_does"], abs=1e-12)
    for values in moves.values():
        assert sum(values.values()) == pytest.approx(1, abs=1e-9)


def test_a_belief_that_differs_from_the_truth_is_the_actors_own() -> None:
    text = SIGNAL + "beliefs: {r: {kind: {strong: 0.9, weak: rest}}}"
    found = api.explain(api.loads(text))
    weak, strong = (at(found, "signal", kind=kind).probabilities["loud"] for kind in ("weak", "strong"))
    reply = at(found, "reply", signal="loud")
    assert reply.beliefs is not None
    assert reply.beliefs["kind"]["strong"] == pytest.approx(0.9 * strong / (0.9 * strong + 0.1 * weak), abs=1e-12)
    assert reply.reached == pytest.approx(0.3 * strong + 0.7 * weak, abs=1e-12)  # the world goes by the true chance


def test_an_information_set_that_cannot_come_about_has_no_payoffs() -> None:
    text = SIGNAL.replace("{strong: 0.3, weak: rest}", "{strong: 0, weak: rest}")
    never = at(api.explain(api.loads(text)), "signal", kind="strong")
    assert (never.payoffs, never.terms, never.beliefs, never.reached) == (None, None, None, 0)


LEVELS = SIGNAL.replace("name: Sender,", "name: Sender, reasoning: {level: 1},").replace(
    "name: Receiver,", "name: Receiver, reasoning: {level: 2},"
)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_who_reasons_by_levels_reckons_with_what_it_expects(level: int) -> None:
    """The payoffs shown give its odds, though the others do something else than it expects."""
    found = api.explain(api.loads(LEVELS.replace("{level: 2}", f"{{level: {level}}}")))
    for choice in found.typical.choices:
        assert choice.payoffs is not None
        first = next(iter(choice.payoffs))
        for option, payoff in choice.payoffs.items():
            odds = exp(choice.precision * (payoff - choice.payoffs[first]))
            assert choice.probabilities[option] == pytest.approx(odds * choice.probabilities[first], rel=1e-9)


def test_level_1_takes_the_others_for_a_coin_toss() -> None:
    """The sender thinks that half of the receivers yield; a level-1 receiver learns nothing from the signal."""
    found = api.explain(api.loads(LEVELS.replace("{level: 2}", "{level: 1}")))
    weak = at(found, "signal", kind="weak")
    assert weak.terms is not None
    assert weak.terms["loud"] == pytest.approx({"noise": -1, "peace": 1.5}, abs=1e-12)
    reply = at(found, "reply", signal="loud")
    assert reply.beliefs is not None
    assert reply.beliefs["kind"]["strong"] == pytest.approx(0.3, abs=1e-12)


LADDER = """
engine: 1
title: Signal after a look
actors: {s: {name: Sender, precision: 0.7}, r: {name: Receiver, precision: 1.3, reasoning: {cognitive hierarchy: 1.3}}}
moves:
  - {type: kind, of: s, values: [weak, strong], chance: {strong: 0.3, weak: rest}}
  - {decision: look, actor: r, options: [no, yes]}
  - {decision: signal, actor: s, options: [quiet, loud]}
  - {decision: reply, actor: r, options: [attack, yield], knows: [signal]}
payoffs:
  s: [{term: noise, value: -2 * (signal == loud) * (kind == weak) + 3 * (reply == yield)}]
  r:
    - {term: effort, value: -2 * (look == yes)}
    - {term: victory, value: (2 if kind == weak else -4) * (reply == attack) * (1.5 if look == yes else 1)}
outcomes:
  no: {label: B, belief: {of: r, that: kind == strong, after: signal == loud and look == no}}
  yes: {label: B, belief: {of: r, that: kind == strong, after: signal == loud and look == yes}}
"""


def test_beliefs_of_a_hierarchy_are_those_that_the_outcome_reports() -> None:
    """The receiver believes the average over the levels at which it may have come so far, its own moves counted."""
    found = api.explain(api.loads(LADDER))
    believed = []
    for looks in ("no", "yes"):
        reply = at(found, "reply", signal="loud", look=looks)
        assert reply.beliefs is not None
        assert reply.beliefs["kind"]["strong"] == pytest.approx(found.typical.outcomes[looks], abs=1e-12)
        believed.append(reply.beliefs["kind"]["strong"])
        assert reply.payoffs is not None
        assert reply.terms is not None
        for option, payoff in reply.payoffs.items():
            assert sum(reply.terms[option].values()) == pytest.approx(payoff, abs=1e-12)
    # looking costs something, so who has looked is the more likely at level 0, which learns less from a signal
    assert abs(believed[1] - believed[0]) > 0.01
