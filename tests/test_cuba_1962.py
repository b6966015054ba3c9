"""The Cuban scenario: its directions, what signs tell, and that students cannot read the outcome in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine import api
from engine.analysis.running.summary import Result

ROOT = Path(__file__).parent.parent
SCENARIO = ROOT / "scenarios" / "cuba_1962.yaml"
TEXT = ROOT / "scenarios" / "texts" / "cuba_1962.txt"
FEW = api.Options(draws=64, reason=False, equilibria=False)


@pytest.fixture(scope="module")
def cuba() -> api.Loaded:
    return api.load(SCENARIO)


def run(cuba: api.Loaded, assumptions: str = "base", **changes: str) -> Result:
    return api.run(cuba, assumptions, [(f"unknowns.{name}", value) for name, value in changes.items()], FEW)


def chance(result: Result, outcome: str) -> float:
    estimate = result.outcomes[outcome].estimate
    assert estimate is not None
    return estimate.value


def test_every_claim_is_used_or_excused(cuba: api.Loaded) -> None:
    before, after = cuba.text.split("\nevidence:\n")
    assert after.strip()
    unused = {name for name in cuba.scenario.evidence if not re.search(rf"\b{name}\b", before)}
    assert unused == {name for name, item in cuba.scenario.evidence.items() if item.moves_nothing}


def test_the_outcome_stands_nowhere_but_in_the_resolution_and_the_lesson(cuba: api.Loaded) -> None:
    before, rest = cuba.text.split("\nresolution:")
    told, _lesson, after = rest.split("\n# ----", 2)
    assert "quarantine" in told
    assert "San Cristobal" in told
    for text in (before, after, TEXT.read_text("utf-8")):
        for word in ("quarantine", "San Cristobal", "missile crisis", "14 October", "October 1962", "photographed on"):
            assert word.lower() not in text.lower()


def test_the_account_ends_on_the_day_of_the_question() -> None:
    """It names no later day, save the elections; its sources stand at the foot and each number in brackets is there."""
    account, sources = TEXT.read_text("utf-8").split("\nSources\n")
    assert not re.search(r"\b(2\d|30) September|October|December|1963", account)
    assert 600 <= len(account.split()) <= 1000
    named = {int(number) for group in re.findall(r"\[([\d, ]+)\]", account) for number in group.split(",")}
    listed = {int(number) for number in re.findall(r"\[(\d+)\]", sources)}
    assert named == listed == set(range(1, max(listed) + 1))


def test_who_takes_kennedy_for_firm_sends_fewer_missiles(cuba: api.Loaded) -> None:
    weak, firm = (run(cuba, seen_firm=value) for value in ("20%", "85%"))
    assert chance(firm, "before_sams") < 0.5 * chance(weak, "before_sams")


def test_what_missiles_are_worth_makes_them_likelier(cuba: api.Loaded) -> None:
    for name, low, high in (("gap", "0.6", "2.5"), ("lever", "0.4", "2"), ("bond", "0.5", "2")):
        assert chance(run(cuba, **{name: high}), "before_sams") > chance(run(cuba, **{name: low}), "before_sams")


def test_a_safe_castro_needs_no_missiles(cuba: api.Loaded) -> None:
    uneasy, safe = (run(cuba, safe_with_arms=value) for value in ("40%", "85%"))
    assert chance(safe, "before_sams") < chance(uneasy, "before_sams")


def test_fear_for_the_aircraft_keeps_it_off_the_sites(cuba: api.Loaded) -> None:
    base, free = run(cuba), run(cuba, "free_to_fly")
    assert chance(free, "flown_over") > chance(base, "flown_over")
    assert chance(free, "found_in_time") > chance(base, "found_in_time")


def test_an_air_defence_that_comes_in_either_case_tells_nothing(cuba: api.Loaded) -> None:
    either = run(cuba, sams_with="0.5", sams_alone="0.5")
    assert chance(either, "missiles") == pytest.approx(chance(either, "before_sams"), abs=1e-12)
    only = run(cuba, sams_with="1", sams_alone="0")
    assert chance(only, "missiles") == pytest.approx(1, abs=1e-12)


def test_the_watchers_belief_follows_bayes_rule(cuba: api.Loaded) -> None:
    """A departure of 10 %, three quarters of it in secret, accepted by 80 %: 0.06, among the 0.98 without a treaty."""
    told = {"departure": "0.1", "sams_with": "0.9", "sams_alone": "0.3", "true_report": "0.6", "false_report": "0.2"}
    result = run(cuba, **told)
    cover, none = 0.06 * 0.9, (0.98 - 0.06) * 0.3
    after_report = cover * 0.6 / (cover * 0.6 + none * 0.2)
    assert chance(result, "fear_report") == pytest.approx(after_report, abs=1e-12)
    dumb = run(cuba, **{**told, "true_report": "0.2"})
    assert chance(dumb, "fear_report") == pytest.approx(cover / (cover + none), abs=1e-12)
    assert chance(dumb, "fear_sams") == pytest.approx(cover / (cover + none), abs=1e-12)


def test_the_rival_readings_lie_on_either_side(cuba: api.Loaded) -> None:
    estimate, base, mccone = (chance(run(cuba, name), "missiles") for name in ("estimate", "base", "mccone"))
    assert estimate < 0.5 * base
    assert base < 0.7 * mccone


def test_words_are_read_by_the_standard_that_is_asked_for(cuba: api.Loaded) -> None:
    bands = {"icd_words": (0.05, 0.20), "kent_words": (0.02, 0.12), "base": (0.01, 0.20)}
    for name, (low, high) in bands.items():
        stated = run(cuba, name).statements["september"]
        assert (stated.low, stated.high) == (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))


def test_actors_stand_on_the_common_scale_and_all_sets_run(cuba: api.Loaded) -> None:
    assert run(cuba).warnings == ()
    for name in cuba.scenario.assumptions:
        result = api.run(cuba, name, options=api.Options(draws=16, reason=False, equilibria=False))
        assert result.solution.converged == 1
        assert 0 < chance(result, "missiles") < 1
