"""Rounds that cannot be: each is refused where it stands, with what to write instead."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from border import BORDER, Found, Ran, spoilt

from engine import api
from engine.scenario.calendar import round_ends

Refused = Callable[..., Found]
Fine = Callable[..., Ran]

ROUNDS = "rounds: {count: 6, unit: month, from: 2023-01-01}"
TITLE = "title: A border dispute\n"


def in_rounds(rounds: str = ROUNDS, text: str = BORDER) -> str:
    return spoilt(TITLE, f"{TITLE}{rounds}\n", text)


PLAYED = in_rounds()


def test_the_scenario_is_sound(fine: Fine) -> None:
    assert fine(PLAYED).out


WRONG_ROUNDS = [
    ("rounds: {count: ▶0}", "whole number"),
    ("rounds: {count: ▶401}", "400"),
    ("rounds: {count: ▶1.5}", "whole number"),
    ("rounds: {count: ▶-3}", "whole number"),
    ("rounds: {count: ▶many}", "a number is needed here"),
    ("rounds: {count: ▶true}", "a number is needed here"),
    ("▶rounds: {unit: month}", "'count' is missing"),
    ("rounds: {count: 2, unit: ▶fortnight}", "month"),
    ("rounds: {count: 6, unit: month, from: ▶2023-02-30}", "date"),
    ("rounds: {count: 6, unit: month, from: ▶soon}", "date"),
    ("rounds: {count: 6, ▶start: 2023-01-01}", "'start'"),
    ("rounds: {count: 6, unit: month, until: ▶demand == press}", "'until' cannot read the move 'demand'"),
    ("rounds: {count: 6, unit: month, until: ▶demand == press}", "keep it in a state"),
    ("rounds: {count: 6, unit: month, until: ▶pressed}", "'until' cannot read the move 'demand'"),
    ("rounds: {count: 6, unit: month, until: ▶alarms > 0}", "did you mean 'alarm'?"),
    ("rounds: {count: 6, unit: month, from: ▶2022-12-01}", "begins before as_of, 2022-12-18"),
    ("▶rounds: {count: 6, from: 2023-01-01}", "need a unit"),
]


@pytest.mark.parametrize(("rounds", "says"), WRONG_ROUNDS)
def test_rounds_that_cannot_be(refused: Refused, rounds: str, says: str) -> None:
    assert says in refused(in_rounds(rounds)).whole


@pytest.mark.parametrize(
    "rounds",
    [
        "rounds: {count: 5, unit: month, from: 2023-01-01}",
        "rounds: {count: 6, unit: month, from: 2023-01-31}",
        "rounds: {count: 26, unit: week, from: 2023-01-01}",
        "rounds: {count: 3, unit: quarter}",
    ],
)
def test_rounds_end_on_the_horizon(refused: Refused, rounds: str) -> None:
    marked = in_rounds(rounds, spoilt("horizon: 2023-06-30", "horizon: ▶2023-06-30"))
    found = refused(marked).whole
    assert "the last of the rounds ends on" in found
    assert "change the horizon, or the rounds' count or first day" in found


HIDDEN = [
    ("next: ▶alarm + (mood == angry)", "not everybody learns 'mood'"),
    ("next: ▶alarm + (storm == yes)", "not everybody learns 'storm'"),
    ("next: ▶veiled", "not everybody learns 'storm'"),
    ("next: ▶alarm + gloom", "nobody knows 'gloom'"),
    ("next: ▶alarm + gloom", "let it depend on an event that shows it"),
    ("next: ▶demands + 1", "did you mean 'demand'?"),
]


@pytest.mark.parametrize(("following", "says"), HIDDEN)
def test_a_state_that_would_show_what_is_hidden(refused: Refused, following: str, says: str) -> None:
    text = spoilt("{event: storm, ", "{event: storm, secret: true, ", PLAYED)
    text = spoilt("unknowns:\n", "unknowns:\n  gloom: {label: g, uniform: [0, 1], known: false, judgement: x}\n", text)
    text = spoilt("quantities:\n", "quantities:\n  veiled: alarm + (storm == yes)\n", text)
    assert says in refused(spoilt("alarm: {start: 0}", f"alarm: {{start: 0, {following}}}", text)).whole


def test_the_end_does_not_depend_on_what_nobody_knows(refused: Refused) -> None:
    text = spoilt("unknowns:\n", "unknowns:\n  gloom: {label: g, uniform: [0, 1], known: false, judgement: x}\n")
    found = refused(in_rounds("rounds: {count: 6, unit: month, until: ▶alarm > gloom}", text)).whole
    assert "nobody knows 'gloom'" in found


LASTING = [
    ("chance: {angry: ▶0.1 + 0.1 * alarm, calm: rest}, lasting: true", "its chance cannot depend on 'alarm'"),
    ("chance: {angry: ▶0.1 * round, calm: rest}, lasting: true", "its chance cannot depend on 'round'"),
    ("chance: {angry: ▶1 / rounds, calm: rest}, lasting: true", "its chance cannot depend on 'round'"),
    ("chance: {angry: hawk, calm: rest}, lasting: true, ▶when: alarm == 0", "it cannot have a 'when'"),
    ("chance: {angry: hawk, calm: rest}, lasting: ▶maybe", "true or false"),
]


@pytest.mark.parametrize(("chance", "says"), LASTING)
def test_a_lasting_type_is_drawn_before_the_first_round(refused: Refused, chance: str, says: str) -> None:
    marked = spoilt("chance: {angry: hawk, calm: rest}", chance, PLAYED)
    assert says in refused(marked).whole


def test_a_lasting_type_does_not_depend_on_one_that_is_drawn_anew(refused: Refused) -> None:
    passing = "  - {type: mind, of: red, values: [dull, keen], chance: {keen: 0.5, dull: rest}, judgement: x}\n"
    text = spoilt("moves:\n", f"moves:\n{passing}", PLAYED)
    changed = "chance: {angry: ▶0.5 if mind == keen else 0.2, calm: rest}, lasting: true"
    found = refused(spoilt("chance: {angry: hawk, calm: rest}", changed, text)).whole
    assert "its chance cannot depend on 'mind'" in found


def test_an_actors_own_chance_of_a_lasting_type_too(refused: Refused) -> None:
    text = spoilt("calm: rest}}\n", "calm: rest}, lasting: true}\n", PLAYED)
    text = spoilt("mood: {angry: 50%, calm: rest}", "mood: {angry: ▶0.5 if alarm == 0 else 0.1, calm: rest}", text)
    assert "its chance cannot depend on 'alarm'" in refused(text).whole


OUTCOMES = [
    ("joins: {label: Blue joins, happens: answer == join, by: ▶2023-03-30}", "no round ends on 2023-03-30"),
    ("joins: {label: Blue joins, happens: answer == join, by: ▶2023-03-30}", "2023-03-31"),
    ("joins: {label: Blue joins, happens: answer == join, over: ▶always}", "'ever'"),
    ("joins: {label: B, choice: answer, over: ▶ever}", "only what 'happens' can ever happen"),
]


@pytest.mark.parametrize(("outcome", "says"), OUTCOMES)
def test_an_outcome_that_cannot_be(refused: Refused, outcome: str, says: str) -> None:
    marked = spoilt("joins: {label: Blue joins, happens: answer == join}", outcome, PLAYED)
    assert says in refused(marked).whole


def test_a_date_without_rounds_that_have_dates(refused: Refused) -> None:
    outcome = "joins: {label: Blue joins, happens: answer == join, by: ▶2023-06-30}"
    text = spoilt("joins: {label: Blue joins, happens: answer == join}", outcome)
    assert "rounds have no dates" in refused(text).whole
    assert "rounds have no dates" in refused(in_rounds("rounds: {count: 6}", text)).whole


def test_what_follows_from_wrong_rounds_is_not_told(refused: Refused) -> None:
    outcome = "joins: {label: Blue joins, happens: answer == join, by: 2023-03-31}"
    text = spoilt("joins: {label: Blue joins, happens: answer == join}", outcome)
    found = refused(in_rounds("rounds: {count: 6, unit: ▶months, from: 2023-01-01}", text)).whole
    assert "this must be 'day'" in found
    assert found.count("error:") == 1


def test_a_next_value_without_rounds(refused: Refused) -> None:
    found = refused(spoilt("alarm: {start: 0}", "alarm: {start: 0, ▶next: alarm + 1}")).whole
    assert "the game is played once" in found
    assert "add rounds" in found


def test_pure_equilibria_are_not_counted_in_rounds(refused: Refused) -> None:
    found = refused(spoilt(TITLE, f"{TITLE}solution: ▶pure equilibria\n", PLAYED)).whole
    assert "not in rounds" in found


def test_a_chance_that_goes_wrong_only_in_a_later_round(refused: Refused) -> None:
    text = spoilt("alarm: {start: 0}", "alarm: {start: 0, next: alarm + 0.5}", PLAYED)
    marked = spoilt("chance: 0.3 if season == wet else 0.1", "chance: ▶0.2 + alarm", text)
    assert "is no chance" in refused(marked, "run").whole


def test_a_state_that_has_no_value_in_a_later_round(refused: Refused) -> None:
    marked = spoilt("alarm: {start: 0}", "alarm: {start: 0, next: ▶1 / (2 - round)}", PLAYED)
    assert "is not a finite number" in refused(marked, "run").whole


def ends(rounds: str, as_of: str = "2022-12-18") -> list[str]:
    text = f"engine: 1\ntitle: t\nas_of: {as_of}\nrounds: {rounds}\nmoves: [{{event: e, chance: 0.5}}]\n"
    loaded = api.loads(f"{text}outcomes: {{o: {{label: o, happens: e == yes}}}}")
    return [day.isoformat() for day in round_ends(loaded.scenario)]


CALENDAR = [
    ("{count: 4, unit: month, from: 2023-01-31}", ["2023-02-28", "2023-03-30", "2023-04-30", "2023-05-30"]),
    ("{count: 3, unit: month, from: 2024-01-30}", ["2024-02-29", "2024-03-29", "2024-04-29"]),
    ("{count: 2, unit: month, from: 2023-01-01}", ["2023-01-31", "2023-02-28"]),
    ("{count: 3, unit: month}", ["2023-01-31", "2023-02-28", "2023-03-31"]),
    ("{count: 2, unit: week}", ["2022-12-25", "2023-01-01"]),  # the 18th is a Sunday, so weeks begin on the 19th
    ("{count: 2, unit: week, from: 2023-01-04}", ["2023-01-10", "2023-01-17"]),
    ("{count: 3, unit: day}", ["2022-12-19", "2022-12-20", "2022-12-21"]),
    ("{count: 2, unit: quarter}", ["2023-03-31", "2023-06-30"]),
    ("{count: 2, unit: quarter, from: 2023-02-15}", ["2023-05-14", "2023-08-14"]),
    ("{count: 2, unit: year}", ["2023-12-31", "2024-12-31"]),
    ("{count: 2, unit: year, from: 2024-02-29}", ["2025-02-28", "2026-02-28"]),
    ("{count: 3}", []),
]


@pytest.mark.parametrize(("rounds", "expected"), CALENDAR)
def test_when_rounds_end(rounds: str, expected: list[str]) -> None:
    assert ends(rounds) == expected


@pytest.mark.parametrize("unit", ["day", "week", "month", "quarter", "year"])
def test_rounds_follow_each_other_without_a_gap(unit: str) -> None:
    """From every day of a leap year, each round ends later than the one before, within a period's length."""
    longest = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[unit]
    for number in range(366):
        first = datetime.date(2024, 1, 1) + datetime.timedelta(days=number)
        days = [
            datetime.date.fromisoformat(day) for day in ends(f"{{count: 5, unit: {unit}, from: {first}}}", "2024-01-01")
        ]
        for before, after in zip([first - datetime.timedelta(days=1), *days], days, strict=False):
            assert 0 < (after - before).days <= longest


@pytest.mark.parametrize("as_of", ["9999-12-31", "9999-06-01"])
@pytest.mark.parametrize("unit", ["day", "week", "month", "quarter", "year"])
def test_the_end_of_the_calendar(unit: str, as_of: str) -> None:
    assert ends(f"{{count: 400, unit: {unit}}}", as_of) == []
