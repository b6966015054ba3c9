"""The Ukraine scenario: each sign moves the chance the way it should, and the file does not tell how it ended."""

from __future__ import annotations

import calendar
import re
from datetime import date
from pathlib import Path

import pytest

from engine import api
from engine.analysis.running.summary import Result

SCENARIOS = Path(__file__).parent.parent / "scenarios"
FEW = api.Options(draws=256, reason=False, equilibria=False)
LADDER = ("fear_massing", "fear_belarus", "fear_embassies", "fear_republics")
MONTHS = {name: number for number, name in enumerate(calendar.month_name) if name}


@pytest.fixture(scope="module")
def ukraine() -> api.Loaded:
    return api.load(SCENARIOS / "ukraine_2022.yaml")


@pytest.fixture(scope="module")
def base(ukraine: api.Loaded) -> Result:
    return run(ukraine)


def run(ukraine: api.Loaded, assumptions: str = "base", **changes: str) -> Result:
    overrides = [(path.replace("__", "."), value) for path, value in changes.items()]
    return api.run(ukraine, assumptions, overrides, FEW)


def chance(result: Result, outcome: str) -> float:
    estimate = result.outcomes[outcome].estimate
    assert estimate is not None
    return estimate.value


def days_in(text: str) -> list[date]:
    """Every date with a year that a text names."""
    found = re.findall(rf"(\d{{1,2}}) ({'|'.join(MONTHS)}) (\d{{4}})", text)
    return [date(int(year), MONTHS[month], int(day)) for day, month, year in found]


# ----------------------------------------------------------------------------------------------- what the file may say
def test_every_claim_is_used_or_excused_and_every_number_has_a_reason(ukraine: api.Loaded) -> None:
    found = api.provenance(ukraine)
    assert [claim.id for claim in found.claims if bool(claim.used) == bool(claim.moves_nothing)] == []
    assert [number.what for number in found.numbers if number.rests_on == "neither"] == []


def test_the_text_knows_nothing_later_than_its_date(ukraine: api.Loaded) -> None:
    text = (SCENARIOS / "texts" / "ukraine_2022.txt").read_text("utf-8")
    assert ukraine.scenario.as_of is not None
    assert max(days_in(text)) == date(2021, 12, 12) == date.fromisoformat(str(ukraine.scenario.as_of))
    body, _, sources = text.partition("\nSources\n")
    assert 600 <= len(body.split()) <= 1000
    assert set(re.findall(r"\[\d+\]", body)) == set(re.findall(r"^\[\d+\]", sources, re.MULTILINE))


def test_the_outcome_stands_in_the_resolution_and_the_lesson_alone(ukraine: api.Loaded) -> None:
    before, rest = ukraine.text.split("\nresolution:")
    _told, _lesson, claims = rest.split("\n# ---", 2)
    told = before + claims
    later = [day for day in days_in(told) if day > date(2022, 2, 12)]
    assert set(later) <= {date(2022, 4, 30)}  # the horizon
    assert set(re.findall(r"2022-0[2-9]-\d\d", told)) <= {"2022-02-05", "2022-02-12", "2022-04-30"}
    assert ukraine.scenario.resolution["invasion"].value != ukraine.scenario.resolution["kyiv_taken"].value


def test_a_set_knows_only_forecasts_of_its_day(ukraine: api.Loaded) -> None:
    last = {"base": date(2021, 12, 12), "january_18": date(2022, 1, 18), "february_12": date(2022, 2, 12)}
    for name, day in last.items():
        known = run(ukraine, name).scenario.references
        assert max(made for one in known for made in days_in(one.by)) == day


# ------------------------------------------------------------------------------------------------- which way signs move
def test_each_sign_raises_the_fear_of_an_invasion(base: Result) -> None:
    """Each is likelier if Putin is after Ukraine than if he is not, so Bayes' rule moves one way."""
    fears = [chance(base, name) for name in LADDER]
    assert fears == sorted(fears)
    assert fears[0] > chance(base, "invasion")


def test_a_dated_set_is_bayes_rule_on_the_same_model(ukraine: api.Loaded, base: Result) -> None:
    """NATO decides after the army has moved and knows what we know, so its belief is the chance given that sign."""
    in_belarus = run(ukraine, "january_18")
    assert chance(in_belarus, "invasion") == pytest.approx(chance(base, "fear_belarus"), abs=1e-6)
    assert chance(run(ukraine, "february_12"), "invasion") > chance(in_belarus, "invasion")


def test_the_first_days_lower_what_the_march_had_raised(ukraine: api.Loaded, base: Result) -> None:
    assert chance(base, "kyiv_if_held") < chance(base, "kyiv_if_marched")
    calm, march, held = (chance(run(ukraine, name), "kyiv_taken") for name in ("base", "if_marched", "if_kyiv_holds"))
    assert calm < held < march


def test_signs_tell_nothing_where_there_is_nothing_to_hide(ukraine: api.Loaded) -> None:
    sure = run(ukraine, unknowns__conquest_minded="1", unknowns__recognise_if_conquest="0.5")
    assert chance(sure, "fear_embassies") == pytest.approx(chance(sure, "fear_republics"), abs=1e-9)
    alike = run(ukraine, unknowns__leave_if_conquest="0.5", unknowns__leave_if_pressure="0.5")
    told = run(ukraine, unknowns__leave_if_conquest="0.9", unknowns__leave_if_pressure="0.1")
    gains = [chance(one, "fear_embassies") - chance(one, "fear_belarus") for one in (alike, told)]
    assert gains[0] < 0.5 * gains[1]


# ------------------------------------------------------------------------------------------- which way incentives pull
def test_dearer_sanctions_and_a_dearer_war_deter(ukraine: api.Loaded, base: Result) -> None:
    assert chance(run(ukraine, "deterred"), "invasion") < 0.5 * chance(base, "invasion")
    cheap, dear = (run(ukraine, unknowns__war_cost=cost) for cost in ("1.5", "5"))
    assert chance(dear, "invasion") < chance(cheap, "invasion")


def test_putins_own_view_of_kyiv_brings_the_march_about(ukraine: api.Loaded, base: Result) -> None:
    sober, sure = run(ukraine, "sober"), run(ukraine, "quick_victory")
    assert chance(sober, "kyiv_taken") < chance(base, "kyiv_taken") < chance(sure, "kyiv_taken")
    assert chance(sober, "kyiv_if_held") == pytest.approx(chance(base, "kyiv_if_held"), abs=0.03)  # a view moves no war


def test_the_readings_of_the_time_lie_on_both_sides(ukraine: api.Loaded, base: Result) -> None:
    bluff, resolved = run(ukraine, "bluff"), run(ukraine, "resolved")
    assert chance(bluff, "invasion") < chance(base, "invasion") < chance(resolved, "invasion")


def test_experts_contradict_each_other_by_their_words(base: Result) -> None:
    low, high = base.statements["inozemtsev"], base.statements["reznikov"]
    assert low.high <= 0.10 + 1e-6
    assert high.low >= 0.55 - 1e-6


def test_all_sets_run_on_the_common_scale(ukraine: api.Loaded) -> None:
    for name in ("base", *ukraine.scenario.assumptions):
        result = api.run(ukraine, name, options=api.Options(draws=64, reason=False, equilibria=False))
        assert result.solution.converged == 1
        assert result.warnings == ()
