from __future__ import annotations

from fractions import Fraction

import pytest

from engine import api
from engine.errors import ScenarioError
from engine.exchange.efg import read_efg
from engine.exchange.from_scenario import exact, game_of
from engine.exchange.nfg import read_nfg
from engine.exchange.strategic import reduced_form

UMBRELLA = """
engine: 1
title: Umbrella
actors: {me: {name: Me, precision: 2}, sky: {name: The sky}}
unknowns:
  p_rain: {label: chance of rain, uniform: [0.1, 0.5]}
  cost: {label: what getting wet costs, uniform: [8, 12]}
moves:
  - {event: rain, chance: p_rain}
  - {event: forecast, when: rain == yes, chance: {bad: 2/3, good: rest}, else: good}
  - {decision: take, actor: me, options: [leave, carry], knows: [forecast]}
  - {event: wet, when: rain == yes and take == leave, chance: 0.9}
payoffs:
  me:
    - {term: wet, value: "-cost * wet"}
    - {term: burden, value: "-3 * (take == carry)"}
outcomes: {wet: {label: I get wet, happens: wet == yes}}
"""


def loaded(text: str = UMBRELLA) -> api.Loaded:
    return api.loads(text)


def test_the_tree_has_every_move_and_true_chances() -> None:
    """Chance that nobody acts on is in the tree too, though the engine sums it before it solves."""
    game = game_of(loaded().scenario, "umbrella.yaml").game
    assert [node.label for node in game.nodes] == [
        "rain", "take", "", "", "forecast", "take", "wet", "", "", "", "take", "wet", "", "", "",
    ]  # fmt: skip
    chances = {item.label: item.chances for item in game.sets if item.player is None}
    assert chances == {
        "rain": (Fraction(7, 10), Fraction(3, 10)),
        "forecast": (Fraction(2, 3), Fraction(1, 3)),
        "wet": (Fraction(1, 10), Fraction(9, 10)),
    }


def test_unknowns_stand_at_their_medians() -> None:
    game = game_of(loaded().scenario, "umbrella.yaml").game
    assert {game.payoffs[leaf][0] for leaf in game.leaves} == {0, -3, -10}
    assert "p_rain 0.3, cost 10" in game.comment


def test_information_sets_are_what_actors_know() -> None:
    """No rain, and rain with a good forecast, look the same."""
    game = game_of(loaded().scenario, "umbrella.yaml").game
    assert [item.label for item in game.sets if item.player == 0] == ["take: forecast == good", "take: forecast == bad"]


def test_what_nobody_knows_stands_at_its_mean() -> None:
    """The mean of that beta is 0.2, its median 0.1591; the actors act on the mean."""
    hidden = UMBRELLA.replace("uniform: [0.1, 0.5]", "beta: {a: 1, b: 4}, known: false")
    found = game_of(loaded(hidden).scenario, "umbrella.yaml")
    rain = next(item for item in found.game.sets if item.label == "rain")
    assert float(rain.chances[1]) == pytest.approx(0.2, abs=1e-12)
    assert any("p_rain" in warning and "mean" in warning for warning in found.warnings)


def test_own_beliefs_are_left_out_and_that_is_said() -> None:
    own = UMBRELLA.replace("outcomes:", "beliefs: {me: {rain: 0.9}}\noutcomes:")
    found = game_of(loaded(own).scenario, "umbrella.yaml")
    assert "me's own chances are left out, the true ones are written: rain" in found.warnings
    assert next(item for item in found.game.sets if item.label == "rain").chances[1] == Fraction(3, 10)


def test_the_table_is_averaged_over_chance() -> None:
    """Carry always: -3. Leave always: 0.3 * 0.9 * -10 = -2.7. Carry if the forecast is bad:
    0.3 * (2/3 * -3 + 1/3 * 0.9 * -10) = -1.5."""
    form = reduced_form(game_of(loaded().scenario, "umbrella.yaml").game).form
    assert form.strategies == (("leave/leave", "leave/carry", "carry/leave", "carry/carry"), ("-",))
    assert [form.payoffs(cell)[0] for cell in range(4)] == [
        Fraction(-27, 10),
        Fraction(-3, 2),
        Fraction(-21, 5),
        Fraction(-3),
    ]


def test_a_plan_says_nothing_about_what_its_own_moves_rule_out() -> None:
    """Myerson (1991), figure 4.2: after B1 the first player is not asked again, so it has three strategies."""
    text = """EFG 2 R "" { "1" "2" }
p "" 1 1 "" { "A1" "B1" } 0
p "" 2 1 "" { "W2" "X2" } 0
p "" 1 2 "" { "Y1" "Z1" } 0
t "" 1 "" { 3, 0 } t "" 2 "" { 0, 0 }
p "" 1 2 0
t "" 3 "" { 2, 3 } t "" 4 "" { 4, 1 }
p "" 2 1 0
t "" 5 "" { 2, 3 } t "" 6 "" { 3, 2 }
"""
    form = reduced_form(read_efg(text, "game.efg")).form
    assert form.strategies == (("A1/Y1", "A1/Z1", "B1"), ("W2", "X2"))
    assert [form.payoffs(cell) for cell in range(6)] == [(3, 0), (0, 0), (2, 3), (2, 3), (4, 1), (3, 2)]


def test_a_table_that_would_be_too_large_is_refused() -> None:
    values = ", ".join(f"v{number}: 0.05" for number in range(20))
    text = f"""
engine: 1
title: Twenty things to see, two to do about each
actors: {{me: {{name: Me}}}}
moves:
  - {{event: sight, chance: {{{values}}}}}
  - {{decision: act, actor: me, options: [a, b], knows: [sight]}}
payoffs: {{me: [{{term: t, value: "(act == a)"}}]}}
outcomes: {{o: {{label: l, choice: act}}}}
"""
    with pytest.raises(ScenarioError, match="the table would be too large: it has 1,048,576 cells"):
        reduced_form(game_of(loaded(text).scenario, "many.yaml").game)


@pytest.mark.parametrize(
    ("number", "fraction"),
    [
        (0.1 + 0.2, Fraction(3, 10)),
        (1 / 3, Fraction(1, 3)),
        (1 - 1 / 3, Fraction(2, 3)),
        (-2.5, Fraction(-5, 2)),
        (0.0, Fraction(0)),
        (1e60, Fraction(10**60)),
        (1e-12, Fraction(1, 10**12)),
    ],
)
def test_a_number_is_the_simple_fraction_that_it_stands_for(number: float, fraction: Fraction) -> None:
    assert exact(number) == fraction


def test_under_an_assumption_set_and_with_changes() -> None:
    converted = api.convert(UMBRELLA, "umbrella.yaml", "yaml", "nfg", overrides=[("unknowns.cost", "20")])
    form = read_nfg(converted.text, "umbrella.nfg")
    assert form.payoffs(0)[0] == Fraction(-27, 5)


BARGAIN = """
engine: 1
title: A bargain in rounds
actors:
  seller: {name: Seller, habit: {ask: {low: 0.2, high: rest}}}
  buyer: {name: Buyer}
  nobody: {name: Decides nothing, reasoning: best reply}
unknowns: {day: {label: Day, choice: {lazy: 0.5, careful: rest}}}
rounds: {count: 3, until: sold == 1}
state: {sold: {start: 0, next: 1 if reply == buy else sold}, season: {start: 2}}
moves:
  - {type: cost, of: seller, values: [small, large], chance: {small: 0.5, large: rest}, lasting: true}
  - {event: rumour, chance: 0.25, secret: true}
  - {decision: ask, actor: seller, options: [low, high], secret: true}
  - {decision: reply, actor: buyer, options: [buy, leave], knows: [ask]}
  - {event: regret, chance: 0.5, when: sold == 1}
payoffs:
  seller: [{term: price, value: (reply == buy) * (2 if ask == high else 1)}]
  buyer: [{term: gain, value: (reply == buy) * (1 if ask == low else 0) - regret}]
outcomes: {sale: {label: A sale, happens: reply == buy}}
"""


def warnings(*changes: tuple[str, str]) -> tuple[str, ...]:
    text = BARGAIN
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return game_of(loaded(text).scenario, "bargain.yaml").warnings


def test_what_links_the_rounds_is_left_out_and_that_is_said() -> None:
    said = warnings()
    assert "only the first of 3 rounds is written" in said
    assert "the state stands at its start, and what becomes of it is left out: sold, season" in said
    assert "when the game ends is left out: until sold == 1" in said
    assert "what later rounds learn of lasting types is left out: cost" in said
    assert "that moves stay secret after the round is left out: rumour, ask" in said
    assert "Round 1 of 3." in game_of(loaded(BARGAIN).scenario, "bargain.yaml").game.comment


def test_a_single_round_loses_nothing_between_rounds() -> None:
    assert warnings(("count: 3", "count: 1")) == (
        "the game is that of one draw: every unknown stands at its median",
        "habits are left out: those of seller",
    )


@pytest.mark.parametrize(
    ("reasoning", "words"),
    [
        ("best reply", "best reply"),
        ("habit", "habit"),
        ("{level: 2}", "level 2"),
        ("{cognitive hierarchy: 1.5}", "cognitive hierarchy, mean 1.5"),
        ("{choice: day, rules: {lazy: habit, careful: equilibrium}}", "by day: lazy habit, careful equilibrium"),
    ],
)
def test_ways_of_reasoning_are_left_out_and_that_is_said(reasoning: str, words: str) -> None:
    said = warnings(("buyer: {name: Buyer}", f"buyer: {{name: Buyer, reasoning: {reasoning}}}"))
    assert f"how these actors reason is left out: buyer ({words})" in said


def test_who_reasons_by_equilibrium_or_decides_nothing_is_not_named() -> None:
    assert not [line for line in warnings() if "reason" in line]


def test_the_concept_of_solution_is_left_out_and_that_is_said() -> None:
    text = UMBRELLA.replace("engine: 1", "engine: 1\nsolution: pure equilibria")
    assert "how the game is solved is left out: pure equilibria" in game_of(loaded(text).scenario, "u.yaml").warnings


def test_a_move_that_hangs_on_the_state_is_there_as_at_the_start() -> None:
    """Nothing is sold at the start, so nothing can be regretted; where something is, it can."""
    labels = {node.label for node in game_of(loaded(BARGAIN).scenario, "bargain.yaml").game.nodes}
    assert labels == {"cost", "rumour", "ask", "reply", ""}
    again = BARGAIN.replace("sold: {start: 0", "sold: {start: 1")
    game = game_of(loaded(again).scenario, "bargain.yaml").game
    assert {node.label for node in game.nodes} == {"cost", "rumour", "ask", "reply", "regret", ""}
    assert len(game.leaves) == 2**5
