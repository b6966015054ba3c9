"""Ways of reasoning, from the text of a scenario to its figures."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from engine import api
from engine.analysis.running.summary import Result
from engine.errors import ScenarioError
from engine.report.export import result_record
from engine.report.terminal import Screen
from engine.report.text import Ran, result_text

SCENARIO = """
engine: 1
title: A bluff
actors:
  red: {name: Red, precision: 0.8, habit: {calls: {bluff: zeal, quiet: rest}}, judgement: ours}
  blue: {name: Blue, precision: sharpness}
unknowns:
  temper: {label: How Red thinks, choice: {rash: 30%, wary: 45%, cold: 25%}, judgement: ours}
  zeal: {label: How often Red bluffs by habit, uniform: [0.2, 0.9], judgement: ours}
  sharpness: {label: How sharp Blue is, uniform: [0.5, 2], judgement: ours}
  depth: {label: Mean level, uniform: [0, 3], judgement: ours}
moves:
  - {type: strong, of: red, values: [no, yes], chance: {yes: 40%, no: rest}, judgement: ours}
  - {decision: calls, actor: red, options: [quiet, bluff]}
  - {decision: yields, actor: blue, options: [no, yes], knows: [calls]}
  - {decision: strikes, actor: red, options: [no, yes], knows: [yields], when: yields == no}
payoffs:
  red:
    - {term: prize, value: 5 * (yields == yes), judgement: ours}
    - {term: battle, value: (strikes == yes) * (4 if strong == yes else -3), judgement: ours}
    - {term: strain, value: "(-0.2 if strong == yes else -1.5) * (calls == bluff)", judgement: ours}
  blue:
    - {term: land, value: -4 * (yields == yes), judgement: ours}
    - {term: defeat, value: -9 * (strikes == yes) * (strong == yes), judgement: ours}
outcomes:
  bluffs: {label: Red bluffs, happens: calls == bluff}
  yields: {label: Blue yields, happens: yields == yes}
  war: {label: War, happens: strikes == yes}
  thinks: {label: Blue's belief after a bluff, belief: {of: blue, that: strong == yes, after: calls == bluff}}
assumptions:
  habit: {label: By habit, set: {actors.red.reasoning: habit}}
  one: {label: Level 1, set: {actors.*.reasoning: {level: 1}}}
  two: {label: Level 2, set: {actors.red.reasoning: {level: 2}}}
  mixed: {label: A hierarchy, set: {actors.*.reasoning: {cognitive hierarchy: depth}}}
  sharp: {label: No mistakes, set: {actors.blue.reasoning: best reply}}
  pure: {label: Pure, set: {solution: pure equilibria}}
  uncertain:
    label: Nobody knows how Red thinks
    set: {actors.red.reasoning: {choice: temper, rules: {rash: habit, wary: {level: 2}, cold: equilibrium}}}
"""
ROOT = Path(__file__).parents[2]
DRAWS = api.Options(draws=2**12, reason=False)


def run(assumptions: str = api.BASE, *overrides: tuple[str, str], text: str = SCENARIO) -> Result:
    return api.run(api.loads(text), assumptions, overrides, DRAWS)


def values(result: Result) -> dict[str, float]:
    found = {name: outcome.estimate for name, outcome in result.outcomes.items()}
    return {name: estimate.value for name, estimate in found.items() if estimate is not None}


def test_an_uncertain_rule_is_the_weighted_average_of_its_rules() -> None:
    """Nothing else is unknown, so each rule has one answer: three rules, their shares, one sum."""
    calm = (("unknowns.zeal", "0.6"), ("unknowns.sharpness", "1.1"))
    whole = run("uncertain", *calm)
    rash, wary, cold = (values(run(name, *calm)) for name in ("habit", "two", "base"))
    for name in ("bluffs", "yields", "war"):
        average = 0.3 * rash[name] + 0.45 * wary[name] + 0.25 * cold[name]
        estimate = whole.outcomes[name].estimate
        assert estimate is not None
        assert abs(estimate.value - average) <= 4 * estimate.error + 1e-9
        assert len({rash[name], wary[name], cold[name]}) == 3


@pytest.mark.parametrize(("temper", "same_as"), [("rash", "habit"), ("wary", "two"), ("cold", "base")])
def test_an_uncertain_rule_that_is_certain_is_that_rule(temper: str, same_as: str) -> None:
    choice = {name: float(name == temper) for name in ("rash", "wary", "cold")}
    found, plain = (
        values(run(name, ("unknowns.temper.choice", json.dumps(choice)))) for name in ("uncertain", same_as)
    )
    assert found == pytest.approx(plain, abs=1e-13)


def test_the_draws_of_a_batch_do_not_depend_on_threads_or_blocks() -> None:
    texts = []
    for threads, blocks in ((1, 1), (2, 2), (2, 5)):
        options = api.Options(draws=2**13, threads=threads, groups_per_block=blocks, reason=False)
        result = api.run(api.loads(SCENARIO), "uncertain", options=options)
        texts.append(json.dumps(result_record(result, "0")))
    assert len(set(texts)) == 1


def test_a_mean_level_of_zero_is_habit_and_level_zero_too() -> None:
    zero = values(run("mixed", ("actors.*.reasoning", "{level: 0}")))
    none = values(run("mixed", ("unknowns.depth", "0")))
    habit = values(run("habit", ("actors.blue.reasoning", "habit")))
    assert zero["bluffs"] == none["bluffs"] == habit["bluffs"]
    assert zero["war"] == pytest.approx(none["war"], abs=1e-14)
    assert zero["yields"] == pytest.approx(0.5, abs=1e-14)


def test_blue_at_level_one_expects_the_habit() -> None:
    """After a bluff, which the habit makes whatever Red is, strong has its prior, and then a coin toss."""
    result = run("one", ("unknowns.zeal", "0.6"), ("unknowns.sharpness", "1.3"))
    assert values(result)["thinks"] == pytest.approx(0.4, abs=1e-12)
    chance = 1 / (1 + math.exp(-1.3 * (9 * 0.4 * 0.5 - 4)))
    assert values(result)["yields"] == pytest.approx(chance, abs=1e-12)


def test_a_guard_with_a_hierarchy_in_its_head() -> None:
    """The clerk comes by bus with b = logistic(-2) and pays with p = logistic(1.5), but at level 0, where it tosses
    coins. A guard at level k >= 2 meets level 0 with weight 1 to 0.8 + 0.8^2/2 + ... + 0.8^(k-1)/(k-1)! of the others,
    and the bus tells it more (Kuhn 1953); at level 1 it expects coins, and at level 0 it tosses one itself."""
    text = (ROOT / "tests" / "cases" / "hierarchy.yaml").read_text("utf-8").partition("\nexpect:")[0]
    rules = [("actors.clerk.reasoning", "equilibrium"), ("actors.guard.reasoning", "{cognitive hierarchy: 0.8}")]
    found = values(run(api.BASE, *rules, text=text))
    b, p = 1 / (1 + math.exp(2)), 1 / (1 + math.exp(-1.5))
    searched = math.exp(-0.8) * 0.5
    pays = math.exp(-0.8) * 0.5
    for k in range(1, 40):
        others = sum(0.8**j / math.factorial(j) for j in range(1, k))
        believed = (0.25 + others * b * p) / (0.5 + others * b)
        weight = math.exp(-0.8) * 0.8**k / math.factorial(k)
        searched += weight / (1 + math.exp(-2 * (2 * (1 - believed) - 0.7)))
        pays += weight * believed
    assert found["search_bus"] == pytest.approx(searched, abs=1e-11)
    assert found["thinks"] == pytest.approx(pays, abs=1e-11)
    assert found["bus"] == pytest.approx(b, abs=1e-12)


def test_the_report_says_who_does_not_reason_by_equilibrium() -> None:
    result = run("mixed")
    record = result_record(result, "0")["solution"]
    assert record["concept"] == "logit equilibrium"
    assert record["reasoning"] == {
        "red": "cognitive hierarchy, mean depth",
        "blue": "cognitive hierarchy, mean depth",
    }
    text = result_text(result, Ran("file.yaml", 1.0), Screen(width=200))
    assert "Reasoning: Red cognitive hierarchy, mean depth; Blue cognitive hierarchy, mean depth" in text
    assert "reasoning" not in result_record(run(), "0")["solution"]


def test_best_replies_without_ties_are_told_so() -> None:
    assert result_record(run("sharp"), "0")["solution"]["tied"] == 0
    assert "tied" not in result_record(run(), "0")["solution"]


PENNIES = """
engine: 1
title: Pennies and a prize
solution: pure equilibria
unknowns: {prize: {label: Prize, uniform: [-1, 3], judgement: ours}}
actors: {a: {name: A}, b: {name: B}}
moves:
  - {decision: x, actor: a, options: [up, down]}
  - {decision: y, actor: b, options: [left, right]}
payoffs:
  a: [{term: match, value: 2 * ((x == up) == (y == left)) + prize * (x == up)}]
  b: [{term: differ, value: 2 * ((x == up) != (y == left))}]
outcomes: {up: {label: Up, happens: x == up}, left: {label: Left, happens: y == left}}
"""


def test_draws_without_a_pure_equilibrium_are_counted_and_left_out() -> None:
    """Up is dominant for a prize above 2, which is a quarter of the draws: then up and right. Below there is none."""
    result = run(text=PENNIES)
    assert result.solution.pure == pytest.approx((0.75, 0.25, 0), abs=1e-3)
    assert values(result) == {"up": 1, "left": 0}
    assert any("75.0% of the draws have no equilibrium in pure strategies" in text for text in result.warnings)
    record = result_record(result, "0")["solution"]
    assert record["concept"] == "pure equilibria"
    assert record["backward_induction"] == 0
    assert set(record["pure_equilibria"]) == {"none", "one", "several"}


def test_no_pure_equilibrium_anywhere_gives_no_figure() -> None:
    result = run(api.BASE, ("unknowns.prize", "0"), text=PENNIES)
    assert values(result) == {}
    assert result.warnings == ("there is no equilibrium in pure strategies, so there are no figures",)
    assert "no pure equilibrium" in result_text(result, Ran("file.yaml", 1.0), Screen(width=100))
    json.dumps(result_record(result, "0"), allow_nan=False)


def test_the_reason_is_looked_for_under_every_rule() -> None:
    """The strongest reason solves the game again without each term, by the rules of the set."""
    for name in ("one", "mixed", "uncertain", "sharp", "pure"):
        options = api.Options(draws=256)
        result = api.run(api.loads(SCENARIO), name, options=options)
        assert result.solution.converged == 1
        assert result.reason is None or 0 <= result.reason.without.value <= 1


def test_a_mean_level_that_depends_on_the_draw_is_checked_in_every_draw() -> None:
    with pytest.raises(ScenarioError) as found:
        run("mixed", ("unknowns.depth", "{uniform: [9, 12]}"))
    assert "is no mean level: it must lie between 0 and 10" in str(found.value.problems[0].message)


def test_surprise_at_what_a_model_ruled_out_is_told() -> None:
    """A guard at level 1 expects a habit that never climbs; the thief answers what it really does, and climbs."""
    text = """
engine: 1
title: A wall
actors:
  thief: {name: Thief, precision: 1, habit: {way: {door: 1, wall: 0}}}
  guard: {name: Guard, precision: 1, reasoning: {level: 1}}
moves:
  - {decision: way, actor: thief, options: [door, wall]}
  - {decision: stands, actor: guard, options: [door, wall], knows: [way]}
payoffs:
  thief: [{term: loot, value: 2 * (way == wall)}]
  guard: [{term: catch, value: 3 * ((way == door) == (stands == door))}]
outcomes:
  climbs: {label: It climbs, happens: way == wall}
  caught: {label: Caught climbing, happens: stands == wall, given: way == wall}
"""
    result = run(text=text)
    climbs = 1 / (1 + math.exp(-2))
    assert values(result)["climbs"] == pytest.approx(climbs, abs=1e-12)
    assert values(result)["caught"] == pytest.approx(1 / (1 + math.exp(-3)), abs=1e-12)
    assert any(f"guard sees what it held impossible with a chance of {climbs:.2g}" in text for text in result.warnings)


@pytest.mark.parametrize("cost", [300, 1000])
@pytest.mark.parametrize("reasoning", ["{level: 2}", "{cognitive hierarchy: 1.2}"])
def test_what_hardly_anybody_would_do_still_tells_one_type_from_the_other(cost: int, reasoning: str) -> None:
    """Going in costs the timid 300 more, so a guard that takes the thief for level 1 is sure that it is bold, though
    exp(-1000) and exp(-1300) are both 0 to a computer. In a hierarchy who goes in is at level 0, whatever its type, so
    the guard learns nothing; and at level 0 it tosses a coin."""
    text = f"""
engine: 1
title: Bold or timid
actors:
  thief: {{name: Thief, precision: 1, reasoning: habit}}
  guard: {{name: Guard, precision: 2, reasoning: {reasoning}}}
moves:
  - {{type: kind, of: thief, values: [bold, timid], chance: {{bold: 30%, timid: rest}}}}
  - {{decision: way, actor: thief, options: [out, in]}}
  - {{decision: stands, actor: guard, options: [no, yes], knows: [way]}}
payoffs:
  thief: [{{term: cost, value: "-(way == in) * ({cost} if kind == bold else {cost + 300})"}}]
  guard: [{{term: catch, value: "(stands == yes) * (1 if kind == bold else -1)"}}]
outcomes:
  stands: {{label: It stands there, happens: stands == yes, given: way == in}}
"""
    sure, unsure = 1 / (1 + math.exp(-2)), 1 / (1 + math.exp(-2 * (0.3 - 0.7)))
    coins = math.exp(-1.2)
    expected = sure if "level" in reasoning else coins * 0.5 + (1 - coins) * unsure
    assert values(run(text=text))["stands"] == pytest.approx(expected, abs=1e-12)
