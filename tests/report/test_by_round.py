"""The table of rounds: what it shows of each outcome, and that it fits the screen."""

from __future__ import annotations

import pytest

from engine import api
from engine.report.by_round import round_lines
from engine.report.terminal import Screen, width

HAZARD = """
engine: 1
title: A machine that wears out
as_of: 2025-12-10
rounds: {count: COUNT, unit: month}
state: {broken: {start: 0, next: 1 if breaks == yes else broken}}
moves:
  - {event: breaks, chance: 0.5, when: broken == 0}
outcomes:
  ever: {label: It breaks, happens: breaks == yes}
  soon: {label: It breaks at once, happens: breaks == yes, over: first}
  now: {label: It breaks in the month, happens: breaks == yes, over: mean}
  state: {label: Broken, quantity: broken}
"""


def lines(count: int, columns: int = 80) -> list[str]:
    """The table of a machine that breaks with chance 1/2 in each month."""
    result = api.run(api.loads(HAZARD.replace("COUNT", str(count))))
    return round_lines(result, Screen(columns, colour=False, unicode=True))


def test_what_happens_ever_is_shown_up_to_each_round_and_what_is_averaged_in_each() -> None:
    """1 - 2^-t by the end of month t, and 2^-t in it."""
    found = [line.split() for line in lines(4) if "if it happens" not in line]
    assert found[0] == ["By", "the", "end", "of", "Jan", "Feb", "Mar", "Apr"]
    assert found[1] == ["It", "breaks", "50.0%", "75.0%", "87.5%", "93.8%"]
    assert found[3] == ["It", "breaks", "in", "the", "month", "50.0%", "25.0%", "12.5%", "6.2%"]
    assert found[4] == ["Broken", "0", "0.500", "0.750", "0.875"]


def test_an_outcome_of_one_round_has_no_row() -> None:
    assert not [line for line in lines(4) if "at once" in line]


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_many_rounds_fit_the_screen_and_the_last_is_shown(columns: int) -> None:
    found = lines(30, columns)
    assert max(map(width, found)) <= columns
    assert found[0].endswith("Jun 28")


def test_a_game_that_is_played_once_has_no_table() -> None:
    text = HAZARD.replace("rounds: {count: COUNT, unit: month}\n", "").replace(
        ", next: 1 if breaks == yes else broken", ""
    )
    assert round_lines(api.run(api.loads(text)), Screen(80, colour=False, unicode=True)) == []


@pytest.mark.parametrize(
    ("count", "said"),
    [(2, ""), (4, "if it happens, then on average in round 1.7 (Feb)"), (12, "on average in round 2.0 (Feb)")],
)
def test_when_something_happens_is_said_where_it_is_not_half_way(count: int, said: str) -> None:
    """The average of rounds 1 to 4 by 8, 4, 2 and 1 parts is 26 / 15; of twelve the middle would be 6.5."""
    found = [line for line in lines(count) if "if it happens" in line]
    assert len(found) == bool(said)
    assert said in "".join(found)


def test_what_is_as_likely_to_come_early_as_late_is_not_remarked_on() -> None:
    """A chance of 1/4, 1/3, 1/2, 1 puts the same weight on each of four rounds."""
    even = HAZARD.replace("chance: 0.5", "chance: '1 / max(5 - round, 1)'").replace("COUNT", "4")
    found = round_lines(api.run(api.loads(even)), Screen(80, colour=False, unicode=True))
    assert not [line for line in found if "if it happens" in line]


@pytest.mark.parametrize("columns", [60, 80])
def test_each_option_of_a_choice_has_its_row_and_long_names_are_wrapped(columns: int) -> None:
    """Without payoffs each of two options is as likely; nothing of a name is lost."""
    name = "What the mechanic does in the average month of a long and weary year"
    text = HAZARD.replace(
        "moves:", "actors: {m: {name: M}}\nmoves:\n  - {decision: does, actor: m, options: [wait, oil]}"
    )
    text = text.replace(
        "outcomes:", f"payoffs: {{m: [{{term: t, value: 0}}]}}\noutcomes:\n  does: {{label: {name}, choice: does}}"
    ).replace("COUNT", "4")
    found = round_lines(api.run(api.loads(text)), Screen(columns, colour=False, unicode=True))
    assert max(map(width, found)) <= columns
    assert name.split() == " ".join(found).split("Apr")[-1].split("wait")[0].split()
    assert [line.split() for line in found if "50.0%" in line and "It breaks" not in line] == [
        ["wait", *["50.0%"] * 4],
        ["oil", *["50.0%"] * 4],
    ]


def test_what_no_draw_has_hit_is_no_plain_0_and_no_likelier_than_what_came_later() -> None:
    """The state keeps it from breaking in the first two months; of 64 draws 3 / 64 would be left open."""
    text = HAZARD.replace("chance: 0.5, when: broken == 0", "chance: 'u if round > 2 else 0', when: broken == 0")
    text = text.replace("moves:", "unknowns: {u: {label: u, uniform: [0, 0.02]}}\nmoves:").replace("COUNT", "4")
    result = api.run(api.loads(text), options=api.Options(draws=64, reason=False))
    found = [line.split() for line in round_lines(result, Screen(80, colour=False, unicode=True))]
    assert found[1][2:] == ["<1.0%", "<1.0%", "1.0%", "2.0%"]
