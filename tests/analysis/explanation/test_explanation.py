"""The draw in which the unlikely thing happens, and what sets it apart."""

from __future__ import annotations

from math import exp, log
from pathlib import Path

import pytest

from engine import api
from engine.analysis.explanation.explanation import Unlikely

ROOT = Path(__file__).parents[3]

RIOT = """
engine: 1
title: Riot
actors: {me: {name: Me, precision: 1}}
unknowns:
  anger: {label: Anger, uniform: [0, 4]}
  idle: {label: Nothing hangs on it, uniform: [0, 1]}
  fear: {label: Fear, uniform: [1, 3]}
moves:
  - {decision: act, actor: me, options: [stay, riot]}
payoffs:
  me:
    - {term: rage, value: anger * (act == riot)}
    - {term: dread, value: -fear * (act == riot)}
outcomes:
  riots: {label: There is a riot, happens: act == riot}
  which: {label: What I do, choice: act}
"""


def unlikely(text: str, **asked: str) -> Unlikely:
    found = api.explain(api.loads(text), **asked).unlikely  # type: ignore[arg-type]
    assert found is not None
    return found


def logistic(x: float) -> float:
    return 1 / (1 + exp(-x))


def test_the_draw_is_the_99_per_cent_quantile() -> None:
    """anger - fear, of uniforms on [0, 4] and [1, 3]: above 3 - x is a corner of the rectangle with area x^2 / 2."""
    found = unlikely(RIOT)
    corner = (2 * 0.01 * 8) ** 0.5
    assert found.outcome == "riots"
    assert log(found.probability / (1 - found.probability)) == pytest.approx(3 - corner, abs=0.05)
    assert found.typical == pytest.approx(logistic(2 - 2), abs=1e-12)


def test_unknowns_say_what_would_be_if_each_alone_were_typical() -> None:
    found = unlikely(RIOT)
    values = found.draw.unknowns
    by_name = {one.name: one for one in found.unusual}
    assert by_name["anger"].instead == pytest.approx(logistic(2 - values["fear"]), abs=1e-9)
    assert by_name["fear"].instead == pytest.approx(logistic(values["anger"] - 2), abs=1e-9)
    assert by_name["idle"].instead == pytest.approx(found.probability, abs=1e-9)
    assert [one.name for one in found.unusual] == ["anger", "fear", "idle"]
    assert by_name["anger"].quantile == pytest.approx(values["anger"] / 4, abs=1e-9)


def test_correlated_unknowns_stay_where_they_are_when_one_is_made_typical() -> None:
    text = RIOT + "correlated: [{unknowns: [anger, fear], rank: -0.6}]"
    found = unlikely(text)
    values = found.draw.unknowns
    by_name = {one.name: one for one in found.unusual}
    assert by_name["anger"].instead == pytest.approx(logistic(2 - values["fear"]), abs=1e-9)
    assert by_name["fear"].instead == pytest.approx(logistic(values["anger"] - 2), abs=1e-9)


def test_reasons_add_up_to_the_change_of_the_log_odds() -> None:
    text = RIOT.replace("precision: 1", "precision: 0.5 + idle")
    found = unlikely(text)
    (one,) = found.differences
    old, new = one.before.probabilities, one.after.probabilities
    assert (one.option, one.other) == ("riot", "stay")
    change = log(new["riot"] / new["stay"]) - log(old["riot"] / old["stay"])
    assert sum(because.shift for because in one.because) == pytest.approx(change, abs=1e-9)
    assert {because.term for because in one.because} == {"rage", "dread", ""}
    assert one.instead == pytest.approx(found.typical, abs=1e-9)  # the only choice there is


def test_of_draws_that_agree_the_first_is_taken() -> None:
    """Nothing moves a coin toss, so every draw is at every quantile."""
    text = RIOT.replace("precision: 1", "precision: 0")
    assert unlikely(text).draw.unknowns == unlikely(text).draw.unknowns
    assert unlikely(text).probability == 0.5


def test_other_outcomes_can_be_asked_for() -> None:
    """The smallest chance that there is peace goes with the largest that there is a riot."""
    text = RIOT + "  calm: {label: Peace, happens: act == stay}"
    found = unlikely(text, outcome="calm")
    assert found.outcome == "calm"
    assert found.draw.outcomes["riots"] == pytest.approx(1 - found.probability)
    assert found.probability > 0.9


def test_one_actor_alone_can_be_explained() -> None:
    loaded = api.load(ROOT / "scenarios" / "belarus.yaml")
    found = api.explain(loaded, actor="kyiv", options=api.Options(draws=64))
    assert {choice.actor for choice in found.typical.choices} == {"kyiv"}
    assert found.unlikely is not None
    assert {one.after.actor for one in found.unlikely.differences} <= {"kyiv"}


def test_nothing_unknown_has_no_unlikely_draw() -> None:
    text = RIOT.replace("uniform: [0, 4]", "value: 2").replace("uniform: [0, 1]", "value: 0")
    found = api.explain(api.loads(text.replace("uniform: [1, 3]", "value: 2")))
    assert found.unlikely is None
    assert found.typical.outcomes["riots"] == pytest.approx(0.5)


def test_a_scenario_without_actors_is_explained_by_its_chances() -> None:
    text = """
engine: 1
title: Dice
moves: [{event: six, chance: 1 / 6}]
outcomes: {six: {label: A six, happens: six == yes}}
"""
    found = api.explain(api.loads(text))
    assert found.typical.choices == ()
    assert found.typical.moves[0].values == pytest.approx({"no": 5 / 6, "yes": 1 / 6})


@pytest.mark.parametrize("reasoning", ["habit", "{cognitive hierarchy: 1 + idle}"])
def test_what_payoffs_do_not_move_is_not_explained_by_them(reasoning: str) -> None:
    habit = "habit: {act: {riot: anger / 4, stay: rest}}"
    text = RIOT.replace("name: Me, precision: 1", f"name: Me, precision: 1, reasoning: {reasoning}, {habit}")
    (one,) = unlikely(text).differences
    assert (one.option, one.because) == ("riot", ())
