"""The Belarus scenario: the incentives pull in the direction that the article gives them."""

from __future__ import annotations

import hashlib
import itertools
from pathlib import Path

import pytest

from engine import api
from engine.analysis.running.summary import Result
from engine.document import at, parse, plain

ROOT = Path(__file__).parent.parent
SCENARIO = ROOT / "scenarios" / "belarus.yaml"
FEW = api.Options(draws=256, reason=False, equilibria=False)


@pytest.fixture(scope="module")
def belarus() -> api.Loaded:
    return api.load(SCENARIO)


def run(belarus: api.Loaded, assumptions: str = "base", **changes: str) -> Result:
    overrides = [(path.replace("__", "."), value) for path, value in changes.items()]
    return api.run(belarus, assumptions, overrides, FEW)


def chance(result: Result, outcome: str) -> float:
    estimate = result.outcomes[outcome].estimate
    assert estimate is not None
    return estimate.value


def test_every_claim_of_the_article_is_there_and_used_or_excused(belarus: api.Loaded) -> None:
    evidence = belarus.scenario.evidence
    assert list(evidence) == [f"c{number:02d}" for number in range(1, 52)]
    text = belarus.text.split("\nevidence:\n")[0]
    unused = [name for name in evidence if name not in text]
    assert unused == [name for name, item in evidence.items() if item.moves_nothing]


def test_the_article_is_the_users_own_file() -> None:
    seed = ROOT / "seeds" / "000_3d79c20b9e7d02cd.txt"
    assert hashlib.sha256(seed.read_bytes()).hexdigest() == SEED_SHA256


SEED_SHA256 = "a25d879fe4698f718241bcca4c7188a4f679f908cb8ab2192eb0daef14c5abda"


def test_the_small_chance_is_a_statement_and_no_input(belarus: api.Loaded) -> None:
    document = parse(belarus.text, "belarus.yaml")
    for statement in belarus.scenario.statements.values():
        for claim in statement.evidence:
            users = [name for name, item in belarus.scenario.unknowns.items() if claim in item.evidence]
            assert claim not in ("c14", "c18", "c20") or users == []
    assert "evidence" in plain(at(document, ["statements", "isw"]))


def test_a_likelier_overthrow_lowers_entry(belarus: api.Loaded) -> None:
    low, high = (run(belarus, unknowns__topple_if_join=chance_of_fall) for chance_of_fall in ("10%", "40%"))
    assert chance(high, "belarus_enters") < 0.5 * chance(low, "belarus_enters")


def test_a_lighter_cost_of_the_front_raises_the_troops_held_north(belarus: api.Loaded) -> None:
    light, heavy = (run(belarus, unknowns__front_cost=cost) for cost in ("0.2", "1"))
    assert chance(light, "troops_north") > chance(heavy, "troops_north") + 2


def test_it_is_played_each_month_until_the_end_of_june(belarus: api.Loaded) -> None:
    found = run(belarus).outcomes
    for name in ("belarus_enters", "attack_from_north", "lukashenko_falls"):
        curve = found[name].by_round
        assert len(curve) == 6
        assert all(before <= after for before, after in itertools.pairwise(curve))
    assert found["attack_from_north"].by_round[0] == 0  # no force is there yet


def test_kyiv_learns_from_the_months_in_which_nothing_gathers(belarus: api.Loaded) -> None:
    """A force that gathers by June if an offensive is prepared, and hardly otherwise: each month without one calms."""
    quiet = "answer == exercise and force == 0"
    telling = {"unknowns__massing_if_planned": "95%", "unknowns__massing_if_bluff": "1%", "unknowns__sabotage": "0"}
    result = run(belarus, outcomes__alarm__belief__after=quiet, **telling)
    alarm, after = (result.outcomes[name].by_round for name in ("alarm", "alarm_if_massing"))
    assert after[0] is None
    assert after[1] > 0.9
    assert all(later < 0.8 * earlier for earlier, later in itertools.pairwise(alarm))
    calm = run(belarus, **{**telling, "unknowns__massing_if_bluff": "95%"})
    # in the second month what gathers in either case has told nothing yet, and nobody could have attacked
    assert calm.outcomes["alarm_if_massing"].by_round[1] == pytest.approx(calm.outcomes["alarm"].by_round[0], abs=0.02)


def test_perfect_information_about_the_intent_moves_kyiv(belarus: api.Loaded) -> None:
    """A strike force that gathers always and only when an offensive is prepared tells Kyiv the truth."""
    sure = {"unknowns__massing_if_planned": "1", "unknowns__massing_if_bluff": "0", "unknowns__sabotage": "0"}
    blind = {"unknowns__massing_if_planned": "1", "unknowns__massing_if_bluff": "1", "unknowns__sabotage": "0"}
    told, untold = run(belarus, **sure), run(belarus, **blind)
    assert chance(told, "alarm_if_massing") == pytest.approx(1, abs=1e-12)
    assert chance(told, "attack_from_north") < chance(untold, "attack_from_north")


def test_the_argument_of_the_nightmare_holds_putin_back(belarus: api.Loaded) -> None:
    deaf, listens = run(belarus, "putin_deaf"), run(belarus, "putin_listens")
    assert chance(deaf, "belarus_enters") > 1.5 * chance(listens, "belarus_enters")
    assert chance(deaf, "putin_presses") > chance(listens, "putin_presses")


def test_the_threat_ties_down_troops_that_slips_do_not_explain(belarus: api.Loaded) -> None:
    base, nothing = run(belarus), run(belarus, "no_threat")
    assert chance(base, "troops_north") > chance(nothing, "troops_north") + 1
    assert chance(nothing, "attack_from_north") == 0


def test_a_likelier_offensive_and_an_alarm_in_kyiv_alone_are_two_readings(belarus: api.Loaded) -> None:
    base, real, imagined = (run(belarus, name) for name in ("base", "zaluzhny", "kyiv_alarmed"))
    assert chance(real, "attack_from_north") > 2 * chance(base, "attack_from_north")
    assert chance(imagined, "attack_from_north") < chance(base, "attack_from_north")
    assert chance(imagined, "troops_north") > chance(base, "troops_north") + 2


def test_another_standard_of_words_changes_what_the_analysts_said(belarus: api.Loaded) -> None:
    readers, directive = run(belarus), run(belarus, "icd_words")
    assert directive.statements["isw"].low == pytest.approx(0.05, abs=1e-6)
    assert directive.statements["isw"].high == pytest.approx(0.20, abs=1e-6)
    assert readers.statements["isw"].low == pytest.approx(0.02, abs=1e-6)
    assert chance(readers, "belarus_enters") == pytest.approx(chance(directive, "belarus_enters"), abs=0.01)


def test_actors_stand_on_the_common_scale(belarus: api.Loaded) -> None:
    assert run(belarus).warnings == ()


def test_all_sets_run(belarus: api.Loaded) -> None:
    assert {"isw", "zaluzhny", "putin_deaf", "putin_listens", "icd_words"} <= set(belarus.scenario.assumptions)
    for name in belarus.scenario.assumptions:
        result = api.run(belarus, name, options=api.Options(draws=64, reason=False, equilibria=False))
        assert result.solution.converged == 1
        assert 0 <= chance(result, "belarus_enters") < 0.2
