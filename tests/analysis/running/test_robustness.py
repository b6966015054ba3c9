"""What precision and the number of rounds do to figures of a game in rounds."""

from __future__ import annotations

from math import exp

import pytest

from engine import api
from engine.analysis.running.robustness import DOUBLE, FEWER, HALF, MORE, Leaning
from engine.report.terminal import Screen
from engine.report.text import Ran, result_text

GUARD = """
engine: 1
title: A guard who must not sleep
rounds: {count: 4}
actors: {guard: {name: The guard, precision: 1}}
state: {asleep: {start: 0, next: 1 if watch == sleep else asleep}}
moves:
  - {decision: watch, actor: guard, options: [wake, sleep], knows: []}
  - {event: storm, chance: per_round(40%)}
payoffs:
  guard: [{term: duty, value: -3 * (watch == sleep)}]
outcomes:
  slip: {label: The guard sleeps, happens: watch == sleep}
  storm: {label: A storm, happens: storm == yes}
"""


def slip(precision: float, rounds: int) -> float:
    """The chance that a guard who loses 3 by sleeping sleeps at least once."""
    once = 1 / (1 + exp(3 * precision))
    return 1 - (1 - once) ** rounds


@pytest.fixture(scope="module")
def found() -> dict[str, Leaning]:
    return {item.outcome: item for item in api.run(api.loads(GUARD)).leanings}


def test_slips_add_up_over_rounds_as_the_closed_form_says(found: dict[str, Leaning]) -> None:
    assert found["slip"].baseline == pytest.approx(slip(1, 4), abs=1e-12)
    assert found["slip"].figures == {
        HALF: pytest.approx(slip(0.5, 4), abs=1e-12),
        DOUBLE: pytest.approx(slip(2, 4), abs=1e-12),
    }


def test_one_round_less_or_more_is_said_where_it_matters() -> None:
    """In 2 rounds, one more or less changes the chance of a slip by about half."""
    figures = api.run(api.loads(GUARD.replace("count: 4", "count: 2"))).leanings[0].figures
    assert figures[FEWER] == pytest.approx(slip(1, 1), abs=1e-12)
    assert figures[MORE] == pytest.approx(slip(1, 3), abs=1e-12)


def test_a_chance_over_the_horizon_hangs_on_neither(found: dict[str, Leaning]) -> None:
    assert "storm" not in found


def test_the_text_says_so() -> None:
    text = result_text(api.run(api.loads(GUARD)), Ran("guard.yaml", 0.1), Screen())
    assert f"“The guard sleeps” would be {100 * slip(0.5, 4):.1f}% at half the precision" in " ".join(text.split())


def test_the_reason_of_a_game_in_rounds_is_solved_again_over_all_of_them() -> None:
    """Who loses nothing by sleeping sleeps in half of the rounds."""
    reason = api.run(api.loads(GUARD)).reason
    assert reason is not None
    assert (reason.actor, reason.term) == ("guard", "duty")
    assert reason.baseline.value == pytest.approx(slip(1, 4), abs=1e-12)
    assert reason.without.value == pytest.approx(slip(0, 4), abs=1e-12)
