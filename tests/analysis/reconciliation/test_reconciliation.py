"""What `reconcile` says of whole scenarios."""

from __future__ import annotations

import pytest

from engine import api
from engine.analysis.reconciliation.reconciliation import CONTRADICTS, FITS, STRAINS, UNWEIGHED, Reconciliation
from engine.errors import ScenarioError, UsageError
from engine.report.export import json_text
from engine.report.reconciled import reconciliation_csv, reconciliation_record

SCENARIO = """
engine: 1
title: Bluff
words: icd_203
actors:
  me: {name: Me, precision: 2, judgement: a guess}
unknowns:
  gain: {label: What it is worth, uniform: [-1, 1], judgement: a guess}
  cost: {label: What it costs, uniform: [0, 1], judgement: a guess}
moves:
  - {decision: act, actor: me, options: [wait, go]}
  - {event: luck, when: act == go, chance: 0.5 + 0.3 * gain, judgement: a guess}
payoffs:
  me: [{term: all, value: (gain - cost) * (act == go)}]
outcomes:
  goes: {label: I go, happens: act == go}
  lucky: {label: I am lucky, happens: luck == yes, given: act == go}
  what: {label: What I do, choice: act}
  size: {label: Size, quantity: gain * (act == go)}
statements:
  friend: {about: goes, by: A friend, phrase: unlikely}
  foe: {about: goes, by: A foe, between: [60%, 85%]}
  seer: {about: lucky, by: A seer, between: [85%, 99%]}
assumptions:
  friendly: {label: The friend is right, believe: [friend]}
  british: {label: British words, set: {words: uk_phia}}
"""


def reconciled(text: str = SCENARIO, name: str = api.BASE, draws: int = 1_024, threads: int = 1) -> Reconciliation:
    return api.reconcile(api.loads(text), name, options=api.Options(draws=draws, threads=threads))


def test_each_statement_beside_the_model() -> None:
    found = reconciled()
    friend, foe, seer = (found.statements[name] for name in ("friend", "foe", "seer"))
    assert (friend.verdict, foe.verdict, seer.verdict) == (FITS, FITS, CONTRADICTS)
    assert friend.low == pytest.approx(0.2)
    assert friend.high == pytest.approx(0.45)
    assert friend.said == "unlikely"
    assert friend.before is not None
    assert friend.before == foe.before
    assert friend.after is not None
    assert foe.after is not None
    assert friend.after.value < friend.before.value < foe.after.value
    assert seer.nearest == pytest.approx(0.5 + 0.3 * 0.99, abs=1e-3)  # within the central 99 % of the gain
    kinds = {one.statements: one.words for one in found.contradictions}
    assert kinds == {("seer",): False, ("friend", "foe"): True}
    assert set(found.together) == {("friend",), ("foe",)}


def test_a_statement_at_the_edge_of_the_ranges_strains() -> None:
    """The gain is at least 0.98, as in one draw of a hundred, where luck has a chance of 79.4 % or more."""
    found = reconciled(SCENARIO.replace("[85%, 99%]", "[79.4%, 99%]"))
    seer = found.statements["seer"]
    assert seer.verdict == STRAINS
    assert seer.surprise is not None
    assert seer.surprise.value < 0.05
    believed = next(one for one in found.believed if one.statements == ("seer",))
    assert believed.unknowns[0].name == "gain"
    assert believed.unknowns[0].shift.value > 1


def test_the_order_of_the_statements_changes_nothing() -> None:
    head, lines = SCENARIO.split("statements:\n")
    listed, tail = lines.split("assumptions:")
    turned = head + "statements:\n" + "\n".join(reversed(listed.strip("\n").split("\n"))) + "\nassumptions:" + tail
    one, other = reconciled(), reconciled(turned)
    assert one.statements == {name: other.statements[name] for name in one.statements}
    assert {frozenset(found.statements) for found in one.contradictions} == {
        frozenset(found.statements) for found in other.contradictions
    }
    first, second = ({frozenset(found.statements): found for found in each.believed} for each in (one, other))
    assert first.keys() == second.keys()
    for names, found in first.items():
        assert found.unknowns == second[names].unknowns
        assert found.outcomes == second[names].outcomes
        assert found.agreement == second[names].agreement


def test_threads_change_nothing() -> None:
    one, other = (json_text(reconciliation_record(reconciled(threads=threads), "0")) for threads in (1, 2))
    assert one == other


def test_words_mean_what_the_set_says() -> None:
    base, british = reconciled(), reconciled(name="british")
    assert base.statements["friend"].low == pytest.approx(0.2)
    assert british.statements["friend"].low == pytest.approx(0.25)


def test_what_a_set_believes_is_not_counted_twice() -> None:
    base, friendly = reconciled(), reconciled(name="friendly")
    assert base.statements == friendly.statements
    assert any("'friend'" in warning for warning in friendly.warnings)
    assert not any("believes" in warning for warning in base.warnings)


def test_it_is_what_run_says_when_a_set_believes() -> None:
    options = api.Options(draws=1_024, reason=False, equilibria=False)
    run = api.run(api.loads(SCENARIO), "friendly", options=options)
    found = reconciled().statements["friend"]
    goes = run.outcomes["goes"].estimate
    assert goes is not None
    assert found.after is not None
    assert found.after.value == pytest.approx(goes.value, rel=1e-12)
    assert found.effective == pytest.approx(run.effective, rel=1e-12)


def test_a_condition_that_cannot_come_about_is_said() -> None:
    """In half of the draws I never go, so nothing is implied for my luck."""
    may = "\n  - {event: may, chance: 1 if gain > 0 else 0}"
    text = SCENARIO.replace("options: [wait, go]}", "options: [wait, go]}" + may)
    text = text.replace("given: act == go", "given: may == yes")
    found = reconciled(text)
    assert found.statements["seer"].verdict == UNWEIGHED
    assert any("'seer' cannot be weighed" in warning for warning in found.warnings)
    assert [one.statements for one in found.contradictions] == [("friend", "foe")]
    assert "cannot be weighed" in json_text(reconciliation_record(found, "0"))


def test_nothing_unknown_is_exact() -> None:
    """The odds of going are exp(2 x -0.5), 26.9 %: what the friend calls unlikely."""
    text = SCENARIO.replace("uniform: [-1, 1]", "value: 0").replace("uniform: [0, 1]", "value: 0.5")
    found = reconciled(text)
    friend = found.statements["friend"]
    assert friend.before is not None
    assert friend.before.value == pytest.approx(0.268941, abs=1e-6)
    assert (friend.before.error, friend.after, friend.effective) == (0, None, None)
    assert (friend.verdict, found.statements["foe"].verdict) == (FITS, CONTRADICTS)
    assert found.believed == ()
    assert found.searched == 0


def test_too_few_draws_give_no_ranges_and_the_nearest_tell() -> None:
    found = reconciled(draws=64)
    foe = next(one for one in found.believed if one.statements == ("foe",))
    assert foe.effective < 100
    assert foe.nearest == 64
    assert all(not one.quantiles for one in foe.unknowns)
    assert found.statements["foe"].spread_after is None
    assert any("effective sample" in warning for warning in found.warnings)


def test_no_statements_are_no_error() -> None:
    text = SCENARIO[: SCENARIO.index("statements:")]
    found = reconciled(text)
    assert found.statements == {}
    assert found.believed == found.contradictions == found.together == ()


ROUNDS = """
engine: 1
title: Rounds
rounds: {count: 3}
unknowns:
  rate: {label: Rate, uniform: [0, 0.4]}
state: {rained: {start: 0, next: 1 if rain == yes else rained}}
moves:
  - {event: rain, chance: rate}
outcomes:
  rains: {label: It rains, happens: rain == yes}
statements:
  rarely: {about: rains, between: [5%, 30%]}
  always: {about: rains, between: [90%, 99%]}
"""


def test_in_rounds_what_is_reached_is_confirmed_with_more_histories() -> None:
    """It rains at least once with 1 - (1 - rate)^3, at most 78.4 %: in the central 99 % of the rate, 78.2 %."""
    found = reconciled(ROUNDS, draws=128)
    assert found.statements["rarely"].verdict == FITS
    assert found.statements["always"].verdict == CONTRADICTS
    assert found.statements["always"].nearest == pytest.approx(1 - (1 - 0.398) ** 3, abs=0.02)
    assert found.settings.histories == 16


def test_bad_input_is_told() -> None:
    with pytest.raises(UsageError, match="'freindly' is no assumption set") as told:
        reconciled(name="freindly")
    assert "friendly" in told.value.hint
    with pytest.raises(UsageError, match="at most 131,072"):
        reconciled(draws=2**20)
    with pytest.raises(ScenarioError, match="no outcome"):
        reconciled(SCENARIO.replace("about: lucky", "about: luckily"))


def test_a_number_that_only_the_search_meets_ends_the_search_and_is_said() -> None:
    """Beyond a gain of 0.995 the chance would be 2, and 16 draws do not get there."""
    text = SCENARIO.replace("uniform: [-1, 1]", "uniform: [0, 1]").replace(
        "chance: 0.5 + 0.3 * gain", "chance: 0.5 + 0.3 * gain + (1 if gain > 0.9949 else 0)"
    )
    found = reconciled(text, draws=16)
    assert any("ended early" in warning for warning in found.warnings)
    assert found.statements["seer"].verdict == CONTRADICTS


def test_csv_has_a_row_for_each_figure() -> None:
    rows = reconciliation_csv(reconciled()).splitlines()
    assert rows[0] == "assumptions,believed,kind,name,figure,value,mc_error,low,high"
    assert any(row.startswith("base,friend,unknown,gain,shift in standard deviations,") for row in rows)
    assert "base,friend + foe,contradiction,words,,,,," in rows
    assert all(row.count(",") >= 8 for row in rows)
