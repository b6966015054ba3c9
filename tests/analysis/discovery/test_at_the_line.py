"""Claims whose line lies where a figure jumps, stands still or is its own bound."""

from __future__ import annotations

import numpy as np
import pytest

from engine import api
from engine.analysis.discovery.claims import Claim
from engine.analysis.discovery.discovery import Discovery

TEXT = """
engine: 1
title: t
unknowns:
  a: {label: a, uniform: [0, 1], judgement: x}
  b: {label: b, uniform: [0, 1], judgement: x}
  c: {label: c, normal: {mean: 0, sd: 1}, judgement: x}
moves:
  - {event: hit, chance: "(0.2 + 0.5 * b) * (a > 0.63)", judgement: x}
outcomes:
  hit: {label: hit, happens: hit == yes}
  high: {label: high, quantity: "1 / 3 + 1 / 3 + 1 / 3 if a > 0.63 else 0", judgement: x}
  tiny: {label: tiny, quantity: "1e-200 * a", judgement: x}
"""


def discovered(claim: str) -> Discovery:
    return api.discover(api.loads(TEXT), claim, options=api.Options(draws=256, threads=1))


@pytest.mark.parametrize(
    ("claim", "enters"),
    [
        ("hit > 0%", True),
        ("hit > 0.001%", True),
        ("hit <= 0%", False),
        ("high >= 1", True),
        ("high < 1", False),
    ],
)
def test_a_jump_is_where_it_is_whatever_the_line(claim: str, enters: bool) -> None:
    found = discovered(claim)
    one = next(one for one in found.alone if found.names[one.column] == "a")
    assert [crossing.enters for crossing in one.crossings] == [enters]
    assert one.crossings[0].value == pytest.approx(0.63, abs=0.001)
    assert not one.always


@pytest.mark.parametrize("claim", ["hit <= 0%", "hit > 0%", "high >= 1", "high < 1"])
def test_what_makes_no_difference_is_not_moved(claim: str) -> None:
    change = discovered(claim).change
    assert change is not None
    assert change.point is not None
    assert change.point.figure is not None
    assert [one.column for one in change.point.moved] == [0]
    assert 0.63 < change.point.moved[0].end < 0.66
    assert (change.point.figure >= 0.2) == (change.before == 0)


def test_what_half_of_the_draws_reach_is_reached() -> None:
    found = discovered("tiny > 5.5e-201")
    assert found.share.value == pytest.approx(0.45, abs=0.03)
    assert found.change is not None
    assert found.change.point is not None
    assert found.change.point.moved[0].end == pytest.approx(0.55, abs=0.002)


def test_a_figure_that_rounding_keeps_off_the_line_lies_on_it() -> None:
    above, below = Claim("y", "", "quantity", ">=", 1.0), Claim("y", "", "quantity", "<", 1.0)
    figures = np.array([1 - 1e-16, 1 + 1e-15, 1 - 1e-9])
    assert above.holds(figures).tolist() == [True, True, False]
    assert (below.holds(figures) != above.holds(figures)).all()
    assert Claim("y", "", "happens", ">", 0.0).holds(np.array([1e-300])).all()  # sums of nothing are exactly 0


STEP = """
engine: 1
title: t
unknowns:
  a: {label: a, normal: {mean: 0, sd: 1}, judgement: x}
  b: {label: b, normal: {mean: 0, sd: 1}, judgement: x}
  c: {label: c, normal: {mean: 0, sd: 1}, judgement: x}
outcomes:
  y: {label: y, quantity: "1 if 2 * a - b + 2 * c > 3 else 0", judgement: x}
  z: {label: z, quantity: "1 if a > -2.2 else 0", judgement: x}
"""


def test_the_nearest_point_of_a_step_is_near_the_foot_of_its_plane() -> None:
    """The plane 2a - b + 2c = 3 is 3 / |(2, -1, 2)| = 1 away."""
    for seed in range(1, 5):
        found = api.discover(api.loads(STEP), "y > 0.5", options=api.Options(draws=256, seed=seed, threads=1))
        assert found.change is not None
        assert 1 <= found.change.smallest < 1.06


def test_what_no_draw_undoes_may_yet_be_undone() -> None:
    found = api.discover(api.loads(STEP), "z > 0.5", options=api.Options(draws=16, threads=1))
    assert found.share.value == 1
    assert found.change is not None
    assert found.change.undone
    assert found.change.point is not None
    assert found.change.point.moved[0].end == pytest.approx(-2.2, abs=0.06)
