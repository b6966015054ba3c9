"""Ways of reasoning that cannot be: each is refused where it stands, with what to write instead."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from border import BORDER, Found, Ran, spoilt

Refused = Callable[..., Found]
Fine = Callable[..., Ran]

BLUE = "{name: Blue, precision: 2, judgement: calm people"

RULES = [
    ("reasoning: ▶guess", "'guess' is no way of reasoning"),
    ("reasoning: ▶7", "this is no way of reasoning"),
    ("▶reasoning: [habit]", "this is no way of reasoning"),
    ("▶reasoning: {}", "this is no way of reasoning"),
    ("reasoning: {▶lvl: 2}", "'lvl' is no way of reasoning"),
    ("reasoning: {▶lvl: 2}", "{level: 2} or {cognitive hierarchy: 1.5}"),
    ("reasoning: {level: 2, ▶habit: 1}", "'habit' is no key here"),
    ("reasoning: {level: ▶1.5}", "a level is a whole number from 0 to 20"),
    ("reasoning: {level: ▶21}", "a level is a whole number from 0 to 20"),
    ("reasoning: {level: ▶-1}", "a level is a whole number from 0 to 20"),
    ("reasoning: {level: ▶true}", "a level is a whole number from 0 to 20"),
    ("reasoning: {level: ▶200%}", "a level is a whole number from 0 to 20"),
    ("reasoning: {level: ▶two}", "a level is a whole number from 0 to 20"),
    ("reasoning: {▶level: [1]}", "a level is a whole number from 0 to 20"),
    ("reasoning: {cognitive hierarchy: ▶11}", "the mean level lies between 0 and 10"),
    ("reasoning: {cognitive hierarchy: ▶-0.1}", "the mean level lies between 0 and 10"),
    ("reasoning: {cognitive hierarchy: ▶loan}", "did you mean 'loans'?"),
    ("reasoning: {cognitive hierarchy: 1 + ▶open(1)}", "open"),
    ("reasoning: {cognitive hierarchy: ▶2 * (demand == press)}", "the mean level cannot depend on the move 'demand'"),
    ("reasoning: {cognitive hierarchy: ▶2 * 6}", "the mean level lies between 0 and 10"),
    ("reasoning: {cognitive hierarchy: ▶1 / 0}", "no finite value"),
    ("reasoning: {choice: ▶loans, rules: {wet: habit}}", "'loans' is not a choice"),
    ("reasoning: {choice: ▶loans, rules: {wet: habit}}", "known: season"),
    ("reasoning: {choice: ▶weather, rules: {wet: habit}}", "'weather' is not an unknown"),
    ("reasoning: {choice: season, ▶rules: {wet: habit}}", "there is no rule for 'dry'"),
    ("reasoning: {choice: season, rules: {wet: habit, dry: habit, ▶foggy: habit}}", "'foggy' is no value of 'season'"),
    ("reasoning: {choice: season, rules: {wet: habit, dry: ▶sleep}}", "'sleep' is no way of reasoning"),
    ("reasoning: {choice: season, rules: {wet: habit, dry: {level: ▶99}}}", "a level is a whole number"),
    ("reasoning: {choice: season, rules: {wet: {▶choice: season}, dry: habit}}", "'choice' is no way of reasoning"),
    ("▶reasoning: {choice: season}", "'rules' is missing"),
    ("▶reasoning: {rules: {wet: habit}}", "'choice' is missing"),
    ("reasoning: {choice: season, rules: ▶habit}", "a rule for each value of the choice is needed"),
    ("reasoning: {choice: ▶a b, rules: {wet: habit}}", "'a b' cannot be a name"),
    ("reasoning: {choice: season, rules: {wet: habit, dry: habit}, ▶level: 1}", "'level' is no key here"),
    ("habit: {▶demand: {leave: 1, press: 0}}", "'demand' is no decision of 'blue'"),
    ("habit: {▶demand: {leave: 1, press: 0}}", "known: answer"),
    ("habit: {▶storm: 0.5}", "'storm' is no decision of 'blue'"),
    ("habit: {answer: ▶0.5}", "a chance for each value is needed"),
    ("habit: {answer: {join: 0.5, ▶flee: rest}}", "'flee' is none of the values"),
    ("habit: {▶answer: {join: 0.5}}", "no chance is given for 'refuse'"),
    ("habit: {▶answer: {join: 0.5, refuse: 0.6}}", "the chances sum to 1.1"),
    ("habit: {answer: {join: ▶1.5, refuse: rest}}", "a chance lies between 0 and 1"),
    ("habit: {answer: {join: ▶0.5 if mood == angry else 0.1, refuse: rest}}", "'blue' does not know it there"),
    ("habit: {answer: {join: ▶0.5 if storm == yes else 0.1, refuse: rest}}", "'storm' does not come before"),
    ("habit: {answer: {join: 0.5 * ▶lone, refuse: rest}}", "'lone' is not a name"),
    ("habit: {answer: {join: ▶1.5 * pressed, refuse: rest}}", "is no chance everywhere"),
    ("habit: ▶0.5", "a mapping is needed here"),
]


@pytest.mark.parametrize(("written", "says"), RULES)
def test_a_rule_that_cannot_be(refused: Refused, written: str, says: str) -> None:
    assert says in refused(spoilt(BLUE, f"{BLUE}, {written}")).whole


SOLUTIONS = [
    ("solution: ▶nash", "'logit equilibrium', 'subgame perfect' or 'pure equilibria'"),
    ("solution: ▶subgame perfect", "needs perfect information, but 'answer' does not see 'mood'"),
    ("solution: ▶subgame perfect", "let 'answer' know it, or solve another way"),
]


@pytest.mark.parametrize(("written", "says"), SOLUTIONS)
def test_a_solution_that_cannot_be(refused: Refused, written: str, says: str) -> None:
    assert says in refused(spoilt("title: A", f"{written}\ntitle: A")).whole


def test_the_same_by_an_assumption_set_points_at_the_set(refused: Refused) -> None:
    marked = spoilt("{label: A stormy year, set: {", "{label: A stormy year, set: {solution: ▶subgame perfect, ")
    assert "does not see 'mood'" in refused(marked).whole


def test_who_reasons_otherwise_has_no_say_under_another_solution(refused: Refused) -> None:
    marked = spoilt(BLUE, f"{BLUE}, reasoning: ▶habit", spoilt("title: A", "solution: pure equilibria\ntitle: A"))
    assert "everybody reasons alike, so this would be ignored" in refused(marked).whole
    assert "set actors.blue.reasoning to equilibrium" in refused(marked).whole


def test_too_many_profiles_are_refused_with_their_number(refused: Refused) -> None:
    """Red makes one of 22 demands in each of two moods, and Blue has 2 answers to each: 22^2 times 2^22 profiles."""
    many = ", ".join(f"d{number}" for number in range(20))
    text = spoilt("options: [leave, press]", f"options: [leave, press, {many}]")
    text = spoilt("knows: [demand], when: demand == press}", "knows: [demand]}", text)
    found = refused(spoilt("title: A", "solution: ▶pure equilibria\ntitle: A", text))
    assert f"{22**2 * 2**22:,} profiles of pure strategies; at most 65,536" in found.whole


def test_an_unseen_event_that_nobody_acts_on_is_no_lack_of_information(fine: Fine) -> None:
    text = spoilt("  - {type: mood, of: red, values: [calm, angry], chance: {angry: hawk, calm: rest}}\n", "")
    text = spoilt("knows: [mood]", "knows: []", text)
    text = spoilt("beliefs:\n  blue:\n    mood: {angry: 50%, calm: rest}\n", "", text)
    text = spoilt(
        "  fear: {label: What Blue thinks, belief: {of: blue, that: mood == angry, after: demand == press}}\n", "", text
    )
    ran = fine(spoilt("title: A", "solution: subgame perfect\ntitle: A", text))
    assert "subgame perfect" in ran.out


@pytest.mark.parametrize(
    "sets",
    [
        ("actors.*.reasoning={level: 1}",),
        ("actors.*.reasoning={cognitive hierarchy: loans / 2}",),
        ("actors.blue.reasoning={choice: season, rules: {wet: habit, dry: {level: 20}}}",),
        ("actors.blue.reasoning=habit", "actors.blue.habit.answer={join: 5%, refuse: rest}"),
        ("actors.*.reasoning=best reply",),
        ("solution=pure equilibria",),
        ("solution=logit equilibrium",),
    ],
)
def test_every_way_of_reasoning_can_be_set_from_outside(fine: Fine, sets: tuple[str, ...]) -> None:
    assert fine(BORDER, *(word for one in sets for word in ("--set", one))).out


def test_a_choice_without_rules_for_all_of_its_values_is_refused_by_set_too(
    engine: Callable[..., Ran], fine: Fine
) -> None:
    fine()
    ran = engine("run", "border.yaml", "--set", "actors.blue.reasoning={choice: season, rules: {wet: habit}}")
    assert ran.code == 2
    assert "there is no rule for 'dry'" in ran.err
