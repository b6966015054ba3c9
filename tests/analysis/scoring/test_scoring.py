"""Scores of a tiny scenario whose figures are known exactly."""

from __future__ import annotations

from math import log

import pytest

from engine import api
from engine.analysis.scoring.scoring import EVEN, Forecast, Scored, needed
from engine.errors import ScenarioError, UsageError

FLEET = """
engine: 1
title: Will the fleet sail?
words: icd_203
sources: {gazette: {by: The Gazette}}
moves:
  - {event: sails, chance: 0.2}
  - {event: sunk, chance: "0.5 if sails == yes else 0"}
  - {event: wind, chance: {calm: 0.5, breeze: 0.3, storm: 0.2}, values: {calm: 0, breeze: 4, storm: 9}}
outcomes:
  sailed: {label: The fleet sails, happens: sails == yes}
  lost: {label: It is lost if it sails, happens: sunk == yes, given: sails == yes}
  weather: {label: The wind, choice: wind}
  speed: {label: Its speed, quantity: wind, unit: knots}
statements:
  press: {about: sailed, by: The press, phrase: {icd_203: unlikely, kent_1964: probably not}}
  clerk: {about: sailed, by: A clerk, value: 0.05}
assumptions:
  eager: {label: An eager admiral, set: {moves.sails.chance: 0.6}}
references: [{about: sailed, by: A market, probability: 10%}]
resolution:
  sailed: {value: no, on: 2020-06-30, source: gazette, note: in port}
  weather: {value: breeze, on: 2020-06-30}
  speed: {value: 4, on: 2020-06-30}
"""
COIN = """
engine: 1
title: A coin
moves: [{event: heads, chance: 0.3}]
outcomes: {heads: {label: It shows heads, happens: heads == yes}}
resolution: {heads: {value: yes, on: 2020-06-30}}
"""


@pytest.fixture(scope="module")
def scored() -> dict[str, Scored]:
    found = api.score([api.loads(FLEET)])
    return {one.outcome: one for one in found.scenarios[0].scored}


def by(name: str, outcome: Scored, standard: str = "") -> Forecast:
    return next(one for one in outcome.forecasts if one.name == name and one.standard == standard)


def test_an_event_that_did_not_happen(scored: dict[str, Scored]) -> None:
    event = scored["sailed"]
    assert (event.source, event.note, event.happened) == ("The Gazette", "in port", False)
    base, eager = by("base", event), by("eager", event)
    assert base.brier == pytest.approx(0.04)
    assert base.log_score == pytest.approx(-log(0.8))
    assert eager.brier == pytest.approx(0.36)


def test_skill_is_against_even_chances_and_the_reference(scored: dict[str, Scored]) -> None:
    event = scored["sailed"]
    assert event.baselines == (EVEN, "A market")
    assert by("base", event).skill == {EVEN: pytest.approx(1 - 0.04 / 0.25), "A market": pytest.approx(1 - 0.04 / 0.01)}
    assert by("A market", event).skill == {EVEN: pytest.approx(1 - 0.01 / 0.25)}


def test_words_are_scored_under_each_standard_that_has_them_the_scenarios_own_first(scored: dict[str, Scored]) -> None:
    said = [one for one in scored["sailed"].forecasts if one.name == "press"]
    assert [(one.standard, one.said, one.own) for one in said] == [
        ("icd_203", "unlikely", True),
        ("kent_1964", "probably not", False),
    ]
    assert all(0.2 < (one.probability or 0) < 0.4 for one in said)  # bands of 20 to 45 % and of 20 to 40 %
    assert by("clerk", scored["sailed"]).probability == pytest.approx(0.05)


def test_a_choice_is_scored_over_all_its_values(scored: dict[str, Scored]) -> None:
    base = by("base", scored["weather"])
    assert base.brier == pytest.approx((0.25 + 0.49 + 0.04) / 2)
    assert base.log_score == pytest.approx(-log(0.3))
    assert base.skill["equal"] == pytest.approx(1 - 0.39 / ((1 / 9 + 4 / 9 + 1 / 9) / 2))


def test_a_quantity_is_scored_by_its_distribution(scored: dict[str, Scored]) -> None:
    """0, 4 or 9 knots: E|X - 4| = 2 + 1 = 3, and E|X - X'|/2 = 0.5·0.5·4 + 0.8·0.2·5 = 1.8."""
    base = by("base", scored["speed"])
    assert base.crps == pytest.approx(3 - 1.8)
    assert base.quantiles == {0.05: 0, 0.5: 0, 0.95: 9}
    assert base.pinball == {0.05: pytest.approx(0.2), 0.5: pytest.approx(2), 0.95: pytest.approx(0.25)}


def test_what_hangs_on_a_condition_that_did_not_come_about_is_not_scored(scored: dict[str, Scored]) -> None:
    assert "lost" not in scored
    left_out = api.score([api.loads(FLEET)]).scenarios[0].left_out
    assert left_out == ("It is lost if it sails: not scored, since its condition did not come about",)
    happened = FLEET.replace("sailed: {value: no", "lost: {value: yes, on: 2020-06-30}\n  sailed: {value: yes")
    assert "lost" in [one.outcome for one in api.score([api.loads(happened)]).scenarios[0].scored]


def test_of_several_scenarios_each_base_is_judged_over_all_events() -> None:
    found = api.score([api.loads(FLEET), api.loads(COIN)])
    base = next(one for one in found.judged if one.by == "engine, base")
    assert base.forecasts == pytest.approx((0.2, 0.3))
    assert base.happened == (False, True)
    assert base.found.brier == pytest.approx((0.04 + 0.49) / 2)
    assert {one.name for one in found.scenarios[0].scored[0].forecasts if one.kind == "engine"} == {"base"}


def test_one_event_under_several_conditions_counts_once() -> None:
    twice = COIN.replace(
        "outcomes: {", "outcomes: {again: {label: If so, happens: heads==yes, given: heads == heads}, "
    )
    twice = twice.replace("resolution: {", "resolution: {again: {value: yes, on: 2020-06-30}, ")
    found = api.score([api.loads(twice), api.loads(FLEET)])
    assert len(found.scenarios[0].scored) == 2
    base = next(one for one in found.judged if one.by == "engine, base")
    assert base.happened == (True, False)


def test_a_scenario_that_is_still_open_has_its_line_without_a_score() -> None:
    found = api.score([api.loads(FLEET[: FLEET.index("resolution:")]), api.loads(COIN)])
    still_open = found.scenarios[0].headline
    assert still_open is not None
    assert (still_open.outcome, still_open.value) == ("sailed", "")
    assert by("base", still_open).probability == pytest.approx(0.2)
    assert all(one.brier is None for one in still_open.forecasts)


def test_a_chance_that_no_draw_has_hit_is_not_taken_for_impossible() -> None:
    """A threshold that 16 draws miss; the event happened."""
    rare = """
engine: 1
title: Rare
unknowns: {x: {label: X, uniform: [0, 1]}}
outcomes: {top: {label: X is at its top, happens: x > 0.999999}}
resolution: {top: {value: yes, on: 2020-06-30}}
"""
    few = api.options(draws=16)
    found = api.score([api.loads(rare), api.loads(COIN)], few)
    base = next(one for one in found.judged if one.by == "engine, base")
    assert base.forecasts[0] == pytest.approx(0.5 / 16)
    assert base.found.impossible == 0


def test_what_cannot_be_scored_is_said() -> None:
    with pytest.raises(UsageError, match="twice"):
        api.score([api.loads(COIN), api.loads(COIN)])
    with pytest.raises(UsageError, match="no outcome is resolved"):
        api.score([api.loads(COIN[: COIN.index("resolution")])])


def test_how_many_events_tell_two_forecasters_apart() -> None:
    """At even chances against 60 %: (1.96 + 0.84)² · 4 · 0.25 / 0.01 = 785; nothing tells equals apart."""
    assert needed(0.5, 0.6) == pytest.approx(785, rel=0.01)
    assert needed(0.3, 0.3) == float("inf")
    assert needed(0.01, 0.99) == 1


# Lists of forecasts


def test_a_list_is_scored_for_each_forecaster_and_for_the_crowds_mean() -> None:
    text = "by,probability,happened,question\nAnn,10%,no,a\nBob,1 in 2,no,a\nAnn,0.9,1,b\nBob,50%,TRUE,b\n"
    found = {one.by: one.found for one in api.score_forecasts(text, "f.csv").judged}
    assert found["Ann"].brier == pytest.approx(0.01)
    assert found["Bob"].brier == pytest.approx(0.25)
    assert found["mean of all"].brier == pytest.approx((0.3**2 + 0.3**2) / 2)


def test_a_list_in_the_continental_way_is_understood() -> None:
    found = api.score_forecasts('\ufeffBy; Probability;happened\r\n"A; B";2,5%;no\r\n', "f.csv").judged
    assert [(one.by, one.forecasts) for one in found] == [("A; B", (0.025,))]


def test_every_bad_row_is_named_with_its_line() -> None:
    rows = ["Ann,10,yes,a", ",5%,no,a", "Cid,5%,maybe,a", "", "Eve,5%", "Ann,5%,no,b", "Bob,5%,yes,b", ""]
    text = "\n".join(["by,probability,happened,question", *rows])
    with pytest.raises(ScenarioError) as refused:
        api.score_forecasts(text, "f.csv")
    said = {problem.where.line: problem.message for problem in refused.value.problems if problem.where}
    assert sorted(said) == [2, 3, 4, 6, 8]
    assert "write 10% or 0.1" in said[2]
    assert "happened in one line and has not" in said[8]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("by,probability,happened\n", "has no forecast"),
        ("by,chance,happened\nAnn,10%,no\n", "no column 'probability'"),
        ("by,by,probability,happened\n", "twice"),
        ('by,probability,happened\n"Ann,10%,no\n', "this is no table"),
        (f"by,probability,happened\n{'A' * 2000},10%,no\n", "more than 1,000 characters"),
        (f"by,probability,happened\n{'A' * 200_000},10%,no\n", "this is no table"),
    ],
    ids=lambda text: text[:20],
)
def test_a_list_that_is_none_is_refused(text: str, why: str) -> None:
    with pytest.raises(ScenarioError, match=why):
        api.score_forecasts(text, "f.csv")


# What counts once, and what is not the same


def test_several_statements_on_one_event_are_one_trial() -> None:
    """10, 20 and 30 % for one event are as lucky or unlucky together: their mean counts, once."""
    three = COIN.replace(
        "resolution:",
        "statements: {a: {about: heads, by: Ann, value: 0.1}, b: {about: heads, by: Ann, value: 0.2}, "
        "c: {about: heads, by: Bob, value: 0.3}}\nresolution:",
    )
    one_more = COIN.replace("A coin", "Another").replace(
        "resolution:", "statements: {a: {about: heads, by: Ann, value: 0.4}}\nresolution:"
    )
    judged = {one.by: one for one in api.score([api.loads(three), api.loads(one_more)]).judged}
    assert judged["all statements"].forecasts == pytest.approx((0.2, 0.4))
    assert judged["Ann"].forecasts == pytest.approx((0.15, 0.4))
    assert "Bob" not in judged  # of one event alone there is nothing to say


def test_a_statement_on_another_condition_of_the_event_is_heard_too() -> None:
    twice = COIN.replace(
        "outcomes: {", "outcomes: {again: {label: If so, happens: heads==yes, given: heads == heads}, "
    )
    twice = twice.replace(
        "resolution: {",
        "references: [{about: heads, by: A market, probability: 0.6}]\n"
        "resolution: {again: {value: yes, on: 2020-06-30}, ",
    )
    judged = {one.by: one for one in api.score([api.loads(twice), api.loads(FLEET)]).judged}
    assert judged["all references"].forecasts == pytest.approx((0.6, 0.1))
    assert judged["engine, base"].forecasts == pytest.approx((0.3, 0.2))


def test_events_by_different_days_are_different_events() -> None:
    rounds = """
    engine: 1
    title: A storm
    as_of: 2020-01-31
    horizon: 2020-03-31
    rounds: {count: 2, unit: month}
    moves: [{event: storm, chance: 0.5}]
    outcomes:
      soon: {label: Soon, happens: storm == yes, by: 2020-02-29}
      late: {label: At last, happens: storm == yes}
    resolution: {soon: {value: no, on: 2020-02-29}, late: {value: yes, on: 2020-03-31}}
    """
    found = api.score([api.loads(rounds), api.loads(COIN)], api.options(64))
    assert next(one for one in found.judged if one.by == "engine, base").happened == (False, True, True)


def test_nobody_speaks_as_the_engine() -> None:
    rogue = COIN.replace("resolution:", 'references: [{about: heads, by: "engine, base", probability: 1}]\nresolution:')
    found = api.score([api.loads(rogue), api.loads(FLEET)]).judged
    assert [one.forecasts for one in found if one.by == "engine, base"] == [pytest.approx((0.3, 0.2))]


def test_a_set_that_makes_an_outcome_another_event_has_no_score_for_it() -> None:
    rogue = FLEET.replace(
        "assumptions:", "assumptions:\n  turned: {label: Turned, set: {outcomes.sailed.happens: sails == no}}"
    )
    event = next(one for one in api.score([api.loads(rogue)]).scenarios[0].scored if one.outcome == "sailed")
    assert by("turned", event).brier is None
    assert "another event" in by("turned", event).note
    assert by("eager", event).note == ""


def test_a_set_that_counts_other_cases_says_which() -> None:
    given = FLEET.replace(
        "assumptions:", "assumptions:\n  sunny: {label: Sunny, set: {outcomes.sailed.given: wind != storm}}"
    )
    event = next(one for one in api.score([api.loads(given)]).scenarios[0].scored if one.outcome == "sailed")
    assert by("sunny", event).note == "among cases in which wind != storm"
    assert by("sunny", event).brier == pytest.approx(0.04)


def test_what_makes_a_reference_another_question_stands_beside_its_score() -> None:
    noted = FLEET.replace("probability: 10%", "probability: 10%, note: another horizon, judgement: our reading")
    event = api.score([api.loads(noted)]).scenarios[0].scored[0]
    assert by("A market", event).note == "another horizon; our reading"


def test_who_answers_a_question_again_and_again_counts_once() -> None:
    rows = "by,probability,happened,question\n" + "Ann,10%,no,rain\nAnn,30%,no,rain\n" * 15
    (ann,) = api.score_forecasts(rows, "f.csv").judged
    assert ann.forecasts == pytest.approx((0.2,))
    assert api.score_forecasts(rows.replace(",rain", ","), "f.csv").judged[0].found.n == 30  # it names no question


def test_nobody_is_called_as_the_line_for_all() -> None:
    with pytest.raises(ScenarioError, match="write another name"):
        api.score_forecasts("by,probability,happened\nmean of all,10%,no\nBob,20%,no\n", "f.csv")
