"""What it would be worth to know: what can be known, what may be seen, and that threads change nothing."""

from __future__ import annotations

from typing import Any

import pytest

from engine import api
from engine.analysis.information.information import Forecast, Information
from engine.analysis.information.knowable import bin_means
from engine.analysis.information.watching import Watched
from engine.api.settings import Options
from engine.distributions import families
from engine.errors import ScenarioError, UsageError
from engine.report.informed import information_record, information_table
from engine.scenario.informed import hidden_moves, knowing, unseen_unknowns
from engine.scenario.scope import knowledge


def asked(text: str, draws: int = 256, threads: int = 1, **more: Any) -> Information:
    return api.voi(api.loads(text), options=Options(draws=draws, histories=4, threads=threads), **more)


def sights(found: Information, move: str, outcome: str = "") -> dict[str, tuple[float, float | None]]:
    """The chance of each sight and the forecast after it."""
    one = watched(found, outcome)[move]
    return {s.value: (s.chance.value, None if s.after is None else s.after.value) for s in one.sights}


def watched(found: Information, outcome: str = "") -> dict[str, Watched]:
    one: Forecast = next(one for one in found.forecasts if outcome in ("", one.outcome))
    return {item.move: item for item in one.watched or ()}


SIEGE = """
engine: 1
title: A siege
actors:
  king: {name: The king, precision: 1}
  town: {name: The town, precision: 2}
unknowns:
  hunger: {label: Hunger, uniform: [0, 1], known: false}
  anger: {label: Anger, uniform: [0, 4]}
moves:
  - {type: army, of: king, values: [small, large], chance: {large: 0.3, small: rest}}
  - {event: rumour, chance: 0.9 if army == large else 0.2, secret: true}
  - {decision: asks, actor: king, options: [wait, summon], knows: [army]}
  - {type: grain, of: town, values: [short, plenty], chance: {short: 0.5, plenty: rest}}
  - {event: storm, chance: 0.4}
  - {event: flood, chance: 0.9 if storm == yes else 0.1}
  - {decision: opens, actor: town, options: [no, yes], knows: [asks]}
  - {event: assault, when: opens == no, chance: 0.8 if army == large else 0.1}
payoffs:
  king: [{term: the town, value: 5 * (opens == yes) + 3 * (assault == yes) - (asks == summon)}]
  town:
    - {term: freedom, value: -anger * (opens == yes)}
    - {term: ruin, value: -8 * (assault == yes) - 2 * hunger * (opens == no) * (flood == yes)}
outcomes:
  falls: {label: The town falls, happens: opens == yes or assault == yes}
  falls_in_storm: {label: It falls if there is a storm, happens: opens == yes, given: storm == yes}
  loss: {label: Loss, quantity: 3 * (opens == yes) + 7 * (assault == yes)}
"""


def test_an_actor_could_know_what_came_before_and_chance_that_hangs_on_nothing_between() -> None:
    scenario = api.loads(SIEGE).scenario
    assert hidden_moves(scenario, "town") == ("army", "rumour", "storm", "flood")  # the assault hangs on its own choice
    assert hidden_moves(scenario, "king") == ("rumour", "grain", "storm", "flood")
    assert unseen_unknowns(scenario) == ("hunger",)


def test_a_forecast_comes_with_what_it_hangs_on_and_nobody_else_learns_of_it() -> None:
    scenario = api.loads(SIEGE).scenario
    after = knowing(scenario, "king", ["flood"])
    assert [move.name for move in after.moves] == [
        *("army", "rumour", "storm", "flood", "asks", "grain", "opens", "assault")
    ]
    known = knowledge(after)
    assert known["asks"] == ("army", "flood")
    assert known["opens"] == knowledge(scenario)["opens"]


def test_a_type_is_not_drawn_before_its_owner_decides_without_it() -> None:
    text = SIEGE.replace("{type: grain, of: town", "{type: grain, of: king")
    scenario = api.loads(text).scenario
    assert "grain" not in hidden_moves(scenario, "king")


def test_what_changes_nothing_is_told_apart() -> None:
    king, town = asked(SIEGE).stakes
    assert {piece.name for piece in king.idle} == {"rumour", "grain", "storm", "flood", "hunger"}
    assert not king.items
    assert {item.piece.name for item in town.items} == {"army", "rumour", "storm", "flood", "hunger", ""}


TREE = """
engine: 1
title: Two urns
unknowns: {p: {label: Share of red, uniform: [0.2, 0.6]}}
moves:
  - {event: urn, values: [left, right], chance: {left: 0.25, right: rest}}
  - {event: ball, values: [red, white], chance: {red: "p if urn == left else 0.8", white: rest}}
  - {event: prize, when: ball == red, chance: 0.5}
outcomes:
  red: {label: Red, happens: ball == red}
  won: {label: The prize, happens: prize == yes, given: urn == left}
  worth: {label: Worth, quantity: 10 * (prize == yes) + (ball == red)}
assumptions: {many: {label: Many are red, believe: [sure]}}
statements: {sure: {about: red, between: [72%, 76%]}}
"""


def test_what_is_seen_moves_the_forecast_as_bayes_rule_says() -> None:
    found = asked(TREE, every=True)
    red = 0.25 * 0.4 + 0.75 * 0.8
    left, right = sights(found, "urn", "red")["left"], sights(found, "urn", "red")["right"]
    assert left == (pytest.approx(0.25), pytest.approx(0.4, abs=1e-3))
    assert right == (pytest.approx(0.75), pytest.approx(0.8))
    moves = 0.25 * (red - 0.4) + 0.75 * (0.8 - red)
    assert watched(found, "red")["urn"].moves_by.value == pytest.approx(moves, abs=1e-3)
    assert watched(found, "red")["ball"].settles
    assert not watched(found, "red")["urn"].settles


def test_a_sight_under_a_condition_and_one_that_moves_a_number() -> None:
    found = asked(TREE, every=True)
    assert sights(found, "ball", "won")["red"] == (pytest.approx(0.4, abs=1e-3), pytest.approx(0.5))
    assert "urn" not in watched(found, "won")  # it is the condition
    assert sights(found, "ball", "worth")["red"][1] == pytest.approx(6)
    assert sights(found, "prize", "worth")["none"] == (pytest.approx(0.3, abs=1e-3), pytest.approx(0))


def test_draws_that_fit_what_is_believed_count_more() -> None:
    usual, believing = asked(TREE, draws=1024), asked(TREE, draws=1024, assumptions="many")
    assert believing.forecasts[0].split.forecast.value > usual.forecasts[0].split.forecast.value + 0.01
    assert sights(believing, "urn")["left"][1] == pytest.approx(4 * (believing.forecasts[0].split.forecast.value - 0.6))


def test_what_nobody_decides_can_be_of_use_to_nobody() -> None:
    assert asked(TREE).stakes == ()


ROUNDS = SIEGE.replace("engine: 1", "engine: 1\nrounds: {count: 3}").replace(
    "values: [small, large],", "values: [small, large], lasting: true,"
)


@pytest.mark.parametrize("text", [SIEGE, ROUNDS])
def test_threads_change_nothing(text: str) -> None:
    one, two = (asked(text, draws=64, threads=threads, every=True) for threads in (1, 3))
    assert information_record(one, "1") == information_record(two, "1")
    assert information_table(one) == information_table(two)


def test_payoffs_are_those_of_the_first_round_with_chances_for_each_round() -> None:
    """Over three rounds a chance of 1 - 0.9^3 is 0.1 in each; forewarned, one spares 2 where it is no fire."""
    text = """
engine: 1
title: A fire
rounds: {count: 3}
actors: {me: {name: Me, reasoning: best reply}}
moves:
  - {decision: insure, actor: me, options: [no, yes], knows: []}
  - {event: fire, chance: per_round(0.271)}
payoffs: {me: [{term: loss, value: -30 * (fire == yes) * (insure == no) - 2 * (insure == yes)}]}
outcomes: {burnt: {label: A fire, happens: fire == yes}}
"""
    found = asked(text)
    (stake,) = found.stakes
    assert stake.payoff is not None
    assert stake.payoff.value == pytest.approx(-2)
    assert stake.items[0].worth is not None
    assert stake.items[0].worth.value.value == pytest.approx(2 * 0.9)
    assert sights(found, "fire")["no"] == (pytest.approx(0.9), pytest.approx(1 - 0.9**2))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"outcome": "fall"}, "'fall' is no outcome of this scenario"),
        ({"actor": "kin"}, "'kin' is no actor of this scenario"),
        ({"assumptions": "none"}, "'none' is no assumption set of this scenario"),
    ],
)
def test_wrong_names_are_refused(more: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        asked(SIEGE, **more)


def test_whoever_decides_nothing_cannot_be_asked() -> None:
    text = SIEGE.replace("actors:", "actors:\n  pope: {name: The pope}")
    with pytest.raises(UsageError, match="'pope' decides nothing"):
        asked(text, actor="pope")


def test_secret_knowledge_makes_no_sense_among_pure_equilibria() -> None:
    text = SIEGE.replace("engine: 1", "engine: 1\nsolution: pure equilibria")
    assert all(
        item.worth is None or item.worth.secret is None for one in asked(text, draws=16).stakes for item in one.items
    )
    with pytest.raises(UsageError, match="pure equilibria"):
        asked(text, secret=True)


def test_an_impossible_number_is_reported_with_its_place() -> None:
    with pytest.raises(ScenarioError) as caught:
        asked(SIEGE.replace("chance: 0.4", "chance: anger"))
    assert caught.value.problems[0].where is not None


def test_equally_likely_parts_have_the_mean_of_the_whole() -> None:
    normal = families.build("normal", {"mean": 3.0, "sd": 2.0})
    means = bin_means(normal, 2)
    half = 2 * (2 / 3.141592653589793) ** 0.5
    assert means == pytest.approx([3 - half, 3 + half], abs=2e-3)
    assert bin_means(normal, 16).mean() == pytest.approx(3)


def test_an_unknown_on_which_a_habit_hangs_is_known_to_no_one_actor_alone() -> None:
    text = SIEGE.replace("precision: 2}", "precision: 2, habit: {opens: {yes: hunger, no: rest}}}")
    found = asked(text, draws=16)
    town = next(stake for stake in found.stakes if stake.actor == "town")
    (hunger,) = [item for item in town.items if item.piece.name == "hunger"]
    assert hunger.worth is None
    assert "a habit" in hunger.problem
    assert any("'Hunger'" in warning for warning in found.warnings)
    assert "hunger" not in town.items[-1].piece.unknowns


CONDITION = """
engine: 1
title: A condition that an unknown makes likely
unknowns:
  x: {label: X, uniform: [0, 1], judgement: x}
  y: {label: Y, uniform: [0, 1], judgement: x}
moves:
  - {event: seen, chance: x, judgement: x}
  - {event: hit, chance: x * y, judgement: x}
outcomes:
  hits: {label: Hits, happens: hit == yes, given: seen == yes, judgement: x}
"""


def test_under_a_condition_the_value_of_an_unknown_is_that_among_the_cases_that_count() -> None:
    """Among them x has the density 2 x and y is as it was: E[x y] = 1/3, Var(x y) = E[x^2] E[y^2] - 1/9 = 1/18,
    Var(E[x y | x]) = Var(x) / 4 = 1/72, Var(E[x y | y]) = (2/3)^2 / 12 = 1/27."""
    (forecast,) = asked(CONDITION, 4_096).forecasts
    told = {lesson.name: lesson.learned.variance for lesson in forecast.lessons}
    assert forecast.split.forecast.value == pytest.approx(1 / 3, abs=1e-3)
    assert forecast.split.unknown.value == pytest.approx(1 / 18, abs=1e-3)
    assert told["x"].value == pytest.approx(1 / 72, abs=1e-3)
    assert told["y"].value == pytest.approx(1 / 27, abs=1e-3)


RARE = """
engine: 1
title: A condition that comes about in few histories
rounds: {count: 4, unit: month, from: 2023-01-01}
unknowns:
  x: {label: X, uniform: [0, 1], judgement: x}
  r: {label: R, uniform: [0, 0.1], judgement: x}
state:
  s: {start: 0, next: "1 if rare == yes or s == 1 else 0"}
  k: {start: 0, next: "k * 0.7 + noise"}
moves:
  - {event: rare, chance: r, judgement: x}
  - {event: noise, values: {n0: 0, n1: 1, n2: 2}, chance: {n0: 0.3, n1: 0.3, n2: rest}, judgement: x}
  - {event: hit, chance: "x * x if s == 1 else 0.9 / (1 + k)", judgement: x}
outcomes:
  hits: {label: Hits, happens: hit == yes, given: s == 1, over: last, judgement: x}
"""


def test_a_condition_that_some_samples_of_histories_lack_says_nothing_of_the_forecast() -> None:
    """Whatever R is, the forecast is x^2: 1/3 on average, and Var(x^2) = 4/45 of 2/9 is not chance."""
    (forecast,) = asked(RARE, 1_024).forecasts
    assert forecast.split.forecast.value == pytest.approx(1 / 3, abs=0.02)
    assert forecast.split.unknown.value == pytest.approx(4 / 45, abs=0.01)
    assert forecast.split.chance.value == pytest.approx(2 / 9 - 4 / 45, abs=0.01)
    (figure,) = api.sensitivity(api.loads(RARE), options=Options(draws=512, histories=4), tornado=False).found.figures
    assert figure.unknown.value == pytest.approx(4 / 45, abs=0.02)
    assert figure.chance.value == pytest.approx(2 / 9 - 4 / 45, abs=0.02)
