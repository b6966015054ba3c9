"""October 1973: the account keeps to its evening, and signs, costs and beliefs pull in the directions they must."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine import api
from engine.analysis.running.summary import Result

FOLDER = Path(__file__).parent.parent / "scenarios"
ACCOUNT = FOLDER / "texts" / "yom_kippur.txt"
FEW = api.Options(draws=128, reason=False, equilibria=False)


@pytest.fixture(scope="module")
def october() -> api.Loaded:
    return api.load(FOLDER / "yom_kippur.yaml")


def run(october: api.Loaded, assumptions: str = "base", **changes: str) -> Result:
    overrides = [(path.replace("__", "."), value) for path, value in changes.items()]
    return api.run(october, assumptions, overrides, FEW)


def chance(result: Result, outcome: str) -> float:
    estimate = result.outcomes[outcome].estimate
    assert estimate is not None
    return estimate.value


def test_every_claim_is_used_or_excused_and_every_number_has_a_reason(october: api.Loaded) -> None:
    assert api.check(october) == []
    found = api.provenance(october)
    assert [claim.id for claim in found.claims] == [f"e{number:02d}" for number in range(1, 39)]
    assert [claim.id for claim in found.claims if claim.idle] == []
    assert "neither" not in {number.rests_on for number in found.numbers}


def test_the_account_has_the_length_of_an_article_and_ends_on_its_evening() -> None:
    text, sources = ACCOUNT.read_text("utf-8").split("\nSources\n")
    assert 600 <= len(text.split()) <= 1000
    days = {int(day) for day in re.findall(r"(\d+) October", text)}
    assert max(days - {30}) == 5  # the elections are due on the 30th
    cited = set(re.findall(r"\[(\d+)\]", text))
    assert cited == set(re.findall(r"\[(\d+)\]", sources))


def test_what_happened_stands_under_resolution_and_in_the_lesson_alone(october: api.Loaded) -> None:
    head, rest = october.text.split("\nresolution:")
    _told, _lesson, claims = rest.split("\n# ----", 2)
    elsewhere = head + claims + ACCOUNT.read_text("utf-8")
    for telling in ("6 October", "1973-10-06", "14:00", "Kippur War", "outbreak", "surprise attack", "failure"):
        assert telling not in elsewhere
    assert {at.value for at in october.scenario.resolution.values()} == {"yes", "no"}


def test_each_sign_raises_israels_belief(october: api.Loaded) -> None:
    base = run(october)
    army, warned, families = (chance(base, f"belief_{sign}") for sign in ("army", "warned", "families"))
    assert army < warned < families
    assert chance(base, "attack_before_signs") < chance(base, "attack_before_families") < chance(base, "attack")


def test_warnings_that_come_as_often_without_an_order_teach_nothing(october: api.Loaded) -> None:
    deaf = run(october, unknowns__warned_if_war="40%", unknowns__warned_if_exercise="40%")
    assert chance(deaf, "belief_warned") == pytest.approx(chance(deaf, "belief_army"), abs=1e-9)


def test_a_build_up_that_is_never_seen_without_an_order_convinces(october: api.Loaded) -> None:
    sure = run(october, unknowns__seen_if_exercise="0")
    assert chance(sure, "belief_army") == pytest.approx(1, abs=1e-12)


def test_a_sadat_to_whom_a_strip_is_worth_nothing_attacks_only_by_mistake(october: api.Loaded) -> None:
    """The first rule of the Concept, and the draws in which it fails: those of limited aims."""
    waits = {"moves__aims__values__waits": "0", "actors__sadat__reasoning": "best reply"}
    never = run(october, **waits, unknowns__limited_aims="0")
    assert chance(never, "attack_before_signs") == 0
    assert chance(run(october, **waits), "attack_before_signs") > 0


def test_who_holds_the_concept_believes_less_and_calls_up_less(october: api.Loaded) -> None:
    concept, eyes = run(october), run(october, "open_eyes")
    for name in ("belief_army", "belief_warned", "belief_families", "reserves"):
        assert chance(concept, name) < chance(eyes, name)


def test_a_dearer_call_up_is_rarer(october: api.Loaded) -> None:
    free, dear, absurd = (run(october, unknowns__cost_of_call_up=cost) for cost in ("0", "2", "50"))
    assert chance(free, "reserves") > chance(dear, "reserves") > chance(absurd, "reserves")
    assert chance(absurd, "reserves") < 0.001


def test_reserves_that_come_too_late_prevent_nothing(october: api.Loaded) -> None:
    late, early = (run(october, unknowns__in_time=share) for share in ("0", "1"))
    assert chance(late, "attack") > chance(early, "attack")
    assert late.outcomes["called_off"].estimate is None
    assert chance(early, "caught") <= chance(late, "caught")


def test_reasons_of_its_own_make_moscows_departure_tell_less(october: api.Loaded) -> None:
    assert chance(run(october, "other_reasons"), "belief_families") < chance(run(october), "belief_families")


def test_words_follow_their_standard(october: api.Loaded) -> None:
    directive = run(october, "icd_words").statements["intelligence"]
    assert (directive.low, directive.high) == (pytest.approx(0.05, abs=1e-6), pytest.approx(0.20, abs=1e-6))
    readers = run(october).statements["intelligence"]
    assert (readers.low, readers.high) == (pytest.approx(0.02, abs=1e-6), pytest.approx(0.25, abs=1e-6))


def test_all_readings_run_on_the_common_scale(october: api.Loaded) -> None:
    few = api.Options(draws=64, reason=False, equilibria=False)
    for name in ("base", *october.scenario.assumptions):
        result = api.run(october, name, options=few)
        assert result.solution.converged == 1
        assert 0 < chance(result, "attack") < 1
    assert run(october).warnings == ()
