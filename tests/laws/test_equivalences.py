"""Two ways of saying the same thing give the same answer."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine import api

SCENARIO = """
engine: 1
title: A strike
unknowns:
  anger: {label: Anger, uniform: [1, 5]}
  fund: {label: Strike fund, between: [2, 8]}
  chance: {label: Chance that the boss gives in, between: [20%, 60%]}
actors:
  union: {name: Union, precision: 0.8}
  boss: {name: Boss, precision: 1.2}
moves:
  - {decision: strike, actor: union, options: [no, yes]}
  - {decision: hire, actor: boss, options: {few: 1, many: 4}}
  - {event: gives_in, chance: "chance if hire == few else chance / 2", when: strike == yes}
payoffs:
  union:
    - {term: wages, value: 8 * (gives_in == yes)}
    - {term: losses, value: (anger - fund) * (strike == yes)}
  boss: [{term: profit, value: "-6 * (gives_in == yes) - hire - (3 if strike == yes and hire == few else 0)"}]
outcomes:
  strikes: {label: A strike, happens: strike == yes}
  gives_in: {label: The boss gives in, happens: gives_in == yes, given: strike == yes}
  hires: {label: Workers hired, quantity: hire}
"""
ASSUMPTIONS = """
assumptions:
  double: {label: Twice as sharp, times: {actors.*.precision: 2}}
  double_by_set: {label: Twice as sharp, set: {actors.union.precision: 1.6, actors.boss.precision: 2.4}}
  more: {label: More anger, plus: {unknowns.anger: 2}}
  more_by_set: {label: More anger, set: {unknowns.anger: {uniform: [3, 7]}}}
  half: {label: Half the fund, times: {unknowns.fund: 0.5}}
  half_by_set: {label: Half the fund, set: {unknowns.fund: {between: [1, 4]}}}
  wages: {label: Wages matter more, times: {payoffs.union.wages.value: 1.5}}
  wages_by_set: {label: Wages matter more, set: {payoffs.union.wages.value: 12 * (gives_in == yes)}}
  steeper: {label: Hiring costs more, plus: {moves.hire.options: 1}}
  steeper_by_set: {label: Hiring costs more, set: {moves.hire.options: {few: 2, many: 5}}}
  both: {label: Two sets in one, extends: [double, more]}
  both_by_hand: {label: The same at once, times: {actors.*.precision: 2}, plus: {unknowns.anger: 2}}
  set_then_times: {label: First set, set: {unknowns.anger: {uniform: [2, 4]}}, times: {unknowns.anger: 2}}
  set_then_times_by_set: {label: At once, set: {unknowns.anger: {uniform: [4, 8]}}}
"""


def figures(
    text: str = SCENARIO + ASSUMPTIONS, assumptions: str = api.BASE, overrides: Sequence[tuple[str, str]] = ()
) -> dict[str, float]:
    found = api.run(api.loads(text), assumptions, overrides, api.Options(draws=1024, reason=False))
    values = {name: outcome.estimate for name, outcome in found.outcomes.items()}
    return {name: estimate.value for name, estimate in values.items() if estimate is not None}


@pytest.mark.parametrize("name", ["double", "more", "half", "wages", "steeper", "set_then_times"])
def test_times_and_plus_do_what_set_would(name: str) -> None:
    one, other = figures(assumptions=name), figures(assumptions=f"{name}_by_set")
    assert one == pytest.approx(other, abs=1e-12)
    assert one != pytest.approx(figures(), abs=1e-6)


def test_extends_is_all_its_sets_at_once() -> None:
    assert figures(assumptions="both") == figures(assumptions="both_by_hand")


OVERRIDES: dict[str, tuple[str, str]] = {
    "more_by_set": ("unknowns.anger", "{uniform: [3, 7]}"),
    "half_by_set": ("unknowns.fund.between", "[1, 4]"),
    "wages_by_set": ("payoffs.union.wages.value", "12 * (gives_in == yes)"),
    "steeper_by_set": ("moves.hire.options", "{few: 2, many: 5}"),
}


@pytest.mark.parametrize("name", OVERRIDES)
def test_a_set_and_the_same_value_from_outside(name: str) -> None:
    assert figures(assumptions=name) == figures(overrides=[OVERRIDES[name]])


def test_a_set_and_the_same_file_edited() -> None:
    edited = SCENARIO.replace("uniform: [1, 5]", "uniform: [3, 7]").replace("precision: 0.8", "precision: 1.6")
    sets = [("unknowns.anger", "{uniform: [3, 7]}"), ("actors.union.precision", "1.6")]
    assert figures(edited) == figures(overrides=sets)


def test_a_star_sets_all() -> None:
    each = [("actors.union.precision", "2"), ("actors.boss.precision", "2")]
    assert figures(overrides=[("actors.*.precision", "2")]) == figures(overrides=each)


@pytest.mark.parametrize("action", ["times", "plus"])
def test_a_star_changes_each_item_of_a_list_once(action: str) -> None:
    """Payoff terms and moves are lists, whose items have a number and a name: they are still one item each."""
    each = ", ".join(f"payoffs.{term}.value: 3" for term in ("union.wages", "union.losses", "boss.profit"))
    sets = f"  star: {{label: All, {action}: {{payoffs.*.*.value: 3}}}}\n  each: {{label: All, {action}: {{{each}}}}}\n"
    scenario = api.loads(SCENARIO + "assumptions:\n" + sets).scenario
    one, other = (api.assume(scenario, name).scenario.payoffs for name in ("star", "each"))
    assert one == other


def test_an_override_wins_over_the_set() -> None:
    assert figures(assumptions="more_by_set", overrides=[("unknowns.anger", "{uniform: [1, 5]}")]) == figures()


@pytest.mark.parametrize("factor", [2.0, 10.0, 0.1])
def test_scaling_payoffs_and_precision_cancels(factor: float) -> None:
    terms = ("union.wages", "union.losses", "boss.profit")
    payoffs = ", ".join(f"payoffs.{term}.value: {factor}" for term in terms)
    text = (
        SCENARIO
        + f"""
assumptions:
  scaled: {{label: Another unit of payoff, times: {{{payoffs}, actors.*.precision: {1 / factor}}}}}
"""
    )
    assert figures(text, "scaled") == pytest.approx(figures(text), abs=1e-9)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("8 * (gives_in == yes)", "8 if gives_in == yes else 0"),
        ("8 * (gives_in == yes)", "5 * (gives_in == yes) + 3 * (1 - (gives_in == no) - (gives_in == none))"),
        ("(anger - fund) * (strike == yes)", "anger * (strike != no) - fund * (strike == yes)"),
        ("(anger - fund) * (strike == yes)", "'max(0, 1 * (strike == yes)) * (anger + -fund)'"),
        ("8 * (gives_in == yes)", "8 * paid"),
    ],
)
def test_an_expression_in_other_words(written: str, meant: str) -> None:
    text = SCENARIO.replace("moves:", "quantities: {paid: gives_in == yes}\nmoves:", 1)
    assert figures(text.replace(written, meant)) == pytest.approx(figures(text), abs=1e-9)


def test_a_term_in_two_parts() -> None:
    text = SCENARIO.replace(
        "{term: wages, value: 8 * (gives_in == yes)}",
        "{term: a, value: 3 * (gives_in == yes)}\n    - {term: b, value: 5 * (gives_in == yes)}",
    )
    assert figures(text) == pytest.approx(figures(SCENARIO), abs=1e-9)


def test_a_two_valued_event_as_a_map_of_chances() -> None:
    chance = '"chance if hire == few else chance / 2"'
    text = SCENARIO.replace(f"chance: {chance}", f"values: [no, yes], chance: {{yes: {chance}, no: rest}}")
    assert figures(text) == figures(SCENARIO)


def test_beliefs_that_are_the_truth_change_nothing() -> None:
    own = 'beliefs: {union: {gives_in: "chance if hire == few else chance / 2"}}'
    text = SCENARIO.replace("outcomes:", f"{own}\noutcomes:")
    assert figures(text) == pytest.approx(figures(SCENARIO), abs=1e-9)


def test_a_constant_added_to_a_payoff_changes_nothing() -> None:
    text = SCENARIO.replace("  boss: [", "  boss: [{term: luck, value: 4 + fund}, ")
    assert figures(text) == pytest.approx(figures(SCENARIO), abs=1e-9)


def test_options_in_another_order_change_nothing() -> None:
    text = SCENARIO.replace("{few: 1, many: 4}", "{many: 4, few: 1}").replace("[no, yes]", "[yes, no]")
    assert figures(text) == pytest.approx(figures(SCENARIO), abs=1e-9)
