"""Signs move beliefs by Bayes' rule, and a sign that comes either way moves nothing."""

from __future__ import annotations

from math import inf

import pytest

from engine.report.grid import grid_lines
from engine.report.terminal import Screen, width
from engine.teaching.hypotheses import Considered, Seen, evidence_grids, ratio_of, strength, updated

PRIOR = {"attack": 0.2, "bluff": 0.8}


def test_bayes_by_hand() -> None:
    # 0.2 x 0.6 = 0.12 against 0.8 x 0.06 = 0.048
    found = updated(PRIOR, {"attack": 0.6, "bluff": 0.06})
    assert found == pytest.approx({"attack": 0.12 / 0.168, "bluff": 0.048 / 0.168})


def test_the_taxi_problem() -> None:
    # Tversky & Kahneman (1982): 15 % of the cabs are blue, the witness is right in 80 % of cases: 12/29 = 41 %.
    found = updated({"blue": 0.15, "green": 0.85}, {"blue": 0.8, "green": 0.2})
    assert found is not None
    assert found["blue"] == pytest.approx(12 / 29)


def test_what_comes_either_way_tells_nothing() -> None:
    same = {"attack": 0.9, "bluff": 0.9}
    assert updated(PRIOR, same) == pytest.approx(PRIOR)
    assert strength(same) == "tells nothing"


def test_the_order_of_signs_does_not_matter() -> None:
    one, other = {"attack": 0.3, "bluff": 0.9}, {"attack": 0.8, "bluff": 0.5}
    there = updated(updated(PRIOR, one) or {}, other)
    assert there == pytest.approx(updated(updated(PRIOR, other) or {}, one))


def test_what_was_seen_has_to_be_possible() -> None:
    assert updated({"attack": 0.0, "bluff": 1.0}, {"attack": 0.5, "bluff": 0.0}) is None


@pytest.mark.parametrize(
    ("attack", "bluff", "said", "ratio"),
    [
        (0.5, 0.45, "tells hardly anything", 0.5 / 0.45),
        (0.4, 0.2, "speaks weakly for attack", 2.0),
        (0.1, 0.5, "speaks for bluff", 5.0),
        (0.6, 0.06, "speaks strongly for attack", 10.0),
        (0.6, 0.0, "speaks strongly for attack", inf),
        (0.0, 0.0, "tells nothing", 1.0),
    ],
)
def test_what_a_sign_says(attack: float, bluff: float, said: str, ratio: float) -> None:
    chance = {"attack": attack, "bluff": bluff}
    assert strength(chance) == said
    assert ratio_of(chance) == pytest.approx(ratio)


@pytest.mark.parametrize("cells", [60, 80, 120])
def test_many_signs_take_several_tables_with_hypotheses_in_rows(cells: int) -> None:
    chance = {"attack": 0.9, "bluff": 0.3}
    signs = tuple(Seen(f"{place}", chance, PRIOR, chance, PRIOR) for place in range(20))
    grids = evidence_grids(Considered({"attack": "a", "bluff": "b"}, PRIOR, PRIOR, signs), cells)
    assert [head for grid in grids for head in grid.heads[1:]] == [f"sign {place}" for place in range(1, 21)]
    for grid in grids:
        assert [row[0] for row in grid.rows] == ["attack", "bluff", "which tells", "by the file"]
        assert max(map(width, grid_lines(grid, Screen(cells)))) <= cells


def test_two_that_allow_a_sign_alike_share_it() -> None:
    assert strength({"attack": 0.9, "feint": 0.9, "bluff": 0.1}) == "speaks for attack and feint"
    assert strength({"attack": 0.9, "feint": 0.9, "bluff": 0.09}) == "speaks strongly for attack and feint"
