"""When something first happens: hazards in closed form, and laws."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from engine import api
from engine.analysis.running.first_time import FirstTime
from engine.report.export import json_text, result_record


def run(text: str, **options: Any) -> api.Result:
    chosen = api.Options(**{"threads": 1, "reason": False, "equilibria": False, **options})
    return api.run(api.loads(f"engine: 1\ntitle: t\n{text}"), options=chosen)


def first(text: str, name: str = "o", **options: Any) -> FirstTime:
    found = run(text, **options).outcomes[name].first_time
    assert found is not None
    return found


def geometric(hazard: float, count: int) -> list[float]:
    return [hazard * (1 - hazard) ** place for place in range(count)]


def average(chances: list[float]) -> float:
    return sum(place * chance for place, chance in enumerate(chances, 1)) / sum(chances)


FALLS = "moves: [{event: falls, chance: HAZARD}]\noutcomes: {o: {label: O, happens: falls == yes}}"


@pytest.mark.parametrize("count", [1, 12, 40])
@pytest.mark.parametrize("hazard", [0.07, 0.5, 1.0])
def test_the_first_time_of_a_steady_hazard_is_geometric(hazard: float, count: int) -> None:
    found = first(f"rounds: {{count: {count}}}\n" + FALLS.replace("HAZARD", str(hazard)))
    chances = geometric(hazard, count)
    assert found.by_round == pytest.approx(chances, abs=1e-12)
    assert found.never == pytest.approx((1 - hazard) ** count, abs=1e-12)
    assert found.mean == pytest.approx(average(chances), abs=1e-9)
    assert found.error == 0
    # the smallest r with (1 - h)^r <= 1/2
    median = int(np.ceil(np.log(0.5) / np.log1p(-hazard))) if hazard < 1 else 1
    assert found.median == (median if median <= count else None)


def test_a_state_that_ends_the_game_or_the_hazard_changes_nothing() -> None:
    state = "state: {fell: {start: 0, next: fell + (falls == yes)}}\n"
    for until in ("", ", until: fell > 0"):
        found = first(f"rounds: {{count: 6{until}}}\n{state}" + FALLS.replace("HAZARD", "0.3"))
        assert found.by_round == pytest.approx(geometric(0.3, 6), abs=1e-12)


def test_only_rounds_up_to_the_day_count() -> None:
    text = "as_of: 2025-12-31\nrounds: {count: 6, unit: month}\n" + FALLS.replace("HAZARD", "0.3")
    found = first(text.replace("falls == yes}", "falls == yes, by: 2026-03-31}"))
    assert found.by_round == pytest.approx(geometric(0.3, 3), abs=1e-12)
    assert found.never == pytest.approx(0.7**3, abs=1e-12)
    assert found.mean == pytest.approx(average(geometric(0.3, 3)), abs=1e-12)


def test_among_the_cases_in_which_a_condition_ever_holds() -> None:
    """A red light shows in every round with 40 %, and the machine falls with 25 % when it does, whatever came before.

    The light is ever red with 1 - 0.6^2; the first fall under it is geometric with a hazard of 10 %.
    """
    text = """
rounds: {count: 2}
moves: [{event: red, chance: 0.4}, {event: falls, chance: 0.25}]
outcomes: {o: {label: O, happens: falls == yes, given: red == yes}}
"""
    found = first(text)
    among = 1 - 0.6**2
    assert found.by_round == pytest.approx([0.1 / among, 0.9 * 0.1 / among], abs=1e-12)
    assert found.never == pytest.approx(1 - 0.19 / among, abs=1e-12)


def test_what_never_happens_has_no_average() -> None:
    found = first("rounds: {count: 3}\n" + FALLS.replace("HAZARD", "0"))
    assert found == FirstTime((0.0, 0.0, 0.0), 1.0, None, None, None)


def test_a_hazard_that_nobody_knows() -> None:
    """Uniform from 0 to 0.2: h (1 - h)^r averaged, by parts; the average round is within 4 of its errors."""
    text = "rounds: {count: 12}\nunknowns: {h: {label: h, uniform: [0, 0.2], known: false}}\n"
    found = first(text + FALLS.replace("HAZARD", "h"))
    end = 0.8

    def chance(place: int) -> float:
        """The mean of h (1 - h)^place over 0 to 0.2; with q = 1 - h that of q^place - q^(place + 1)."""
        one, two = place + 1, place + 2
        return ((1 - end**one) / one - (1 - end**two) / two) / 0.2

    chances = [chance(place) for place in range(12)]
    assert found.by_round == pytest.approx(chances, abs=1e-4)
    assert found.mean is not None
    assert found.error is not None
    assert abs(found.mean - average(chances)) <= 4 * found.error + 1e-9


MANY = """
rounds: {count: 8}
state: {heat: {start: 0, next: "heat + step"}}
unknowns: {drift: {label: d, uniform: [0.2, 0.6], known: false}}
moves:
  - {event: step, chance: {up: drift, more: 0.2, flat: rest}, values: {up: 1, more: 1.7, flat: 0}}
  - {event: falls, chance: "logistic(heat - 3)"}
outcomes: {o: {label: O, happens: falls == yes}}
"""


def test_the_error_covers_what_thinned_histories_add() -> None:
    """Over 12 seeds with few histories and few draws the average round lies about the exact one as its error says."""
    exact = first(MANY, histories=256, draws=2048, seed=99)
    assert exact.mean is not None
    off = []
    for seed in range(12):
        found = first(MANY, histories=2, draws=64, seed=seed)
        assert found.mean is not None
        assert found.error is not None
        assert found.error > 0
        off.append((found.mean - exact.mean) / found.error)
    # of 12 values of Student's t with 15 degrees of freedom the mean square lies below 3.2 in all but 0.1 % of cases
    assert 0.1 < np.mean(np.square(off)) < 3.2


def test_a_plain_sample_does_not_tell_the_error() -> None:
    found = first(MANY, method="random", draws=64)
    assert found.error is None


@pytest.mark.parametrize("text", [MANY, "rounds: {count: 5}\n" + FALLS.replace("HAZARD", "0.2")])
def test_it_adds_up_to_the_curve_and_the_chance(text: str) -> None:
    outcome = run(text, draws=64).outcomes["o"]
    assert outcome.first_time is not None
    assert outcome.estimate is not None
    assert np.cumsum(outcome.first_time.by_round) == pytest.approx(outcome.by_round, abs=1e-12)
    assert 1 - outcome.first_time.never == pytest.approx(outcome.estimate.value, abs=1e-12)


def test_the_record_has_it_for_what_may_ever_happen_alone() -> None:
    text = "rounds: {count: 3}\n" + FALLS.replace("HAZARD", "0.5").replace(
        "yes}}", "yes}, each: {label: E, happens: falls == yes, over: each}}"
    )
    record = json.loads(json_text(result_record(run(text), "0")))
    assert record["outcomes"]["o"]["first_time"] == {
        "by_round": pytest.approx([0.5, 0.25, 0.125]),
        "never": pytest.approx(0.125),
        "median": 1,
        "mean_if_it_happens": pytest.approx(11 / 7),
        "mean_mc_error": 0,
    }
    assert "first_time" not in record["outcomes"]["each"]
    once = run(FALLS.replace("HAZARD", "0.5"))
    assert once.outcomes["o"].first_time is None
