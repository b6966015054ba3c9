"""The nearest point: closed forms of linear models, brute force for others, and what cannot be reached."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr

from engine import api
from engine.analysis.discovery.discovery import Discovery
from engine.analysis.discovery.nearest import search

NORMALS = """
engine: 1
title: t
unknowns:
  a: {label: a, normal: {mean: 1, sd: 1}, judgement: x}
  b: {label: b, normal: {mean: 0, sd: 2}, judgement: x}
  c: {label: c, normal: {mean: 3, sd: 0.5}, judgement: x}
  idle: {label: idle, normal: {mean: 0, sd: 1}, judgement: x}
CORRELATED
outcomes: {y: {label: y, quantity: FORMULA}}
"""


def discovered(formula: str, claim: str, correlated: str = "", draws: int = 512) -> Discovery:
    text = NORMALS.replace("FORMULA", f'"{formula}"').replace("CORRELATED", correlated)
    return api.discover(api.loads(text), claim, options=api.Options(draws=draws, threads=1))


@pytest.mark.parametrize(("line", "above"), [(8.0, True), (4.5, True), (0.0, False), (-3.0, False)])
def test_of_a_linear_model(line: float, above: bool) -> None:
    """The distance is |t - mean| / sd, and the coordinates go with the gradient (Hasofer & Lind 1974)."""
    found = discovered("2 * a + b", f"y {'>' if above else '<'} {line}").change
    assert found is not None
    assert found.point is not None
    assert not found.undone
    assert found.before == pytest.approx(2)
    assert found.smallest == pytest.approx(abs(line - 2) / np.sqrt(8), rel=0.005)
    assert {one.column for one in found.point.moved} == {0, 1}
    one, other = (moved.spreads for moved in found.point.moved)
    assert one == pytest.approx(other, rel=0.02)
    assert np.sign(one) == (1 if above else -1)
    assert found.point.figure == pytest.approx(line, abs=0.1)
    assert (found.point.figure > line) == above


@pytest.mark.parametrize("rank", [0.6, -0.5])
def test_with_correlation_it_is_measured_in_independent_scores(rank: float) -> None:
    r = 2 * np.sin(np.pi * rank / 6)
    found = discovered("2 * a + b", "y > 6", f"correlated: [{{unknowns: [a, b], rank: {rank}, judgement: x}}]").change
    assert found is not None
    assert found.point is not None
    assert found.smallest == pytest.approx(4 / np.sqrt(8 + 8 * r), rel=0.005)
    assert found.point.distance >= found.smallest * 0.999


def test_what_hangs_together_follows() -> None:
    """b alone moves the figure; a, of which nothing depends on, is taken along to its mean given b."""
    found = discovered("b", "y > 3", "correlated: [{unknowns: [a, b], rank: 0.6, judgement: x}]").change
    assert found is not None
    assert found.point is not None
    b, a = found.point.moved
    assert (b.column, b.follows, a.column, a.follows) == (1, False, 0, True)
    assert a.spreads == pytest.approx(2 * np.sin(np.pi * 0.1) * b.spreads, rel=1e-6)
    assert found.smallest == pytest.approx(1.5, rel=0.005)


def test_fewest_unknowns_at_not_much_more_distance() -> None:
    """Of 10 a + b / 2 + c / 2 the first is all but all of the gradient; the others are left where they are."""
    found = discovered("10 * a + b / 2 + c / 2", "y > 25").change
    assert found is not None
    assert found.point is not None
    (moved,) = found.point.moved
    assert moved.column == 0
    assert (moved.start, moved.end) == (pytest.approx(1), pytest.approx(2.35, abs=0.011))
    assert found.smallest < found.point.distance < 1.05 * found.smallest


@pytest.mark.parametrize(
    ("formula", "line", "same"),
    [
        ("a * b + c", 8.0, lambda a, b, c: a * b + c),
        ("exp(a) + b * b / 4", 12.0, lambda a, b, c: np.exp(a) + b * b / 4),
        ("a + sqrt(abs(b)) * c", 9.0, lambda a, b, c: a + np.sqrt(abs(b)) * c),
    ],
)
def test_a_model_that_bends_by_brute_force(formula: str, line: float, same: Callable[..., np.ndarray]) -> None:
    z = np.random.default_rng(1).standard_normal((3, 400_000)) * 1.4
    a, b, c = 1 + z[0], 2 * z[1], 3 + z[2] / 2
    nearest = np.sqrt((z[:, same(a, b, c) > line] ** 2).sum(axis=0).min())
    found = discovered(formula, f"y > {line}", draws=2_048).change
    assert found is not None
    assert found.point is not None
    assert found.smallest <= 1.01 * nearest
    assert found.smallest >= 0.95 * nearest
    assert found.point.figure is not None
    assert found.point.figure > line


def test_a_chance_by_its_closed_form() -> None:
    """A chance logistic(a + b - 1) is above 90 % where a + b > 1 + log 9."""
    text = NORMALS.replace("CORRELATED", "moves: [{event: e, chance: logistic(a + b - 1), judgement: x}]")
    text = text.replace("quantity: FORMULA", "happens: e")
    found = api.discover(api.loads(text), "y > 90%", options=api.Options(draws=512)).change
    assert found is not None
    assert found.point is not None
    assert found.before == pytest.approx(0.5)
    assert found.smallest == pytest.approx(np.log(9) / np.sqrt(5), rel=0.005)
    assert found.point.figure is not None
    assert 0.9 < found.point.figure < 0.905


def test_what_is_true_already_is_undone() -> None:
    found = discovered("2 * a + b", "y > -2").change
    assert found is not None
    assert found.undone
    assert found.point is not None
    assert found.smallest == pytest.approx(4 / np.sqrt(8), rel=0.005)
    assert found.point.figure is not None
    assert found.point.figure <= -2


def test_values_without_order_are_tried() -> None:
    text = NORMALS.replace("  idle:", "  kind: {label: kind, choice: {low: 0.7, high: 0.3}, judgement: x}\n  idle:")
    text = text.replace("CORRELATED", "").replace("FORMULA", "a + 10 * (kind == high)")
    found = api.discover(api.loads(text), "y > 9", options=api.Options(draws=512))
    assert found.change is not None
    assert found.change.point is not None
    (moved,) = found.change.point.moved
    assert found.names[moved.column] == "kind"
    assert (moved.start, moved.end) == (0, 1)
    kind = next(one for one in found.alone if found.names[one.column] == "kind")
    assert kind.true_at == ("high",)


def test_what_nothing_reaches() -> None:
    """Of two uniform unknowns the sum never is above 2; what was looked at ends at 99.9 % of each."""
    text = NORMALS.replace("CORRELATED", "").replace("FORMULA", "a + b")
    text = text.replace("normal: {mean: 1, sd: 1}", "uniform: [0, 1]").replace(
        "normal: {mean: 0, sd: 2}", "uniform: [0, 1]"
    )
    found = api.discover(api.loads(text), "y > 2.1", options=api.Options(draws=512))
    assert found.share.value == 0
    assert 0 < found.share.high < 0.02
    assert found.boxes == ()
    assert found.change is not None
    assert found.change.point is None
    assert found.change.furthest is not None
    assert found.change.furthest.figure == pytest.approx(1.998, abs=1e-6)
    for one in found.alone:
        assert one.crossings == ()
        assert not one.always
        assert one.best is not None
        assert one.best.figure is not None
        assert one.best.figure.value == pytest.approx(0.5 if one.column > 1 else 1.5, abs=0.51)


def test_bounds_of_the_search() -> None:
    """Within |z| <= 1 the nearest point of x + 0.1 y >= 1.05 has x at its bound."""
    starts, free = np.zeros((2, 1)), np.ones((2, 1), dtype=np.bool_)
    found = search(lambda z: z[0] + 0.1 * z[1] - 1.05, starts, free, 1.0, 0.01)
    assert found.reached[0].point is not None
    np.testing.assert_allclose(found.reached[0].point, [1, 0.5], atol=0.02)
    none = search(lambda z: z[0] + 0.1 * z[1] - 1.2, starts, free, 1.0, 0.01)
    assert none.reached[0].point is None
    np.testing.assert_allclose(none.furthest, [1, 1])
    assert none.gap == pytest.approx(-0.1)


def test_what_is_not_free_stays() -> None:
    starts, free = np.array([[0.0], [0.7]]), np.array([[True], [False]])
    found = search(lambda z: z[0] + z[1] - 1, starts, free, 3.0, 0.01)
    assert found.reached[0].point is not None
    np.testing.assert_allclose(found.reached[0].point, [0.3, 0.7], atol=0.01)


def test_where_nothing_moves_there_is_no_point() -> None:
    found = search(lambda z: np.full(z.shape[-1], -1.0), np.zeros((2, 1)), np.ones((2, 1), dtype=np.bool_), 3.0, 0.01)
    assert found.reached[0].point is None


def test_the_percentile_is_that_of_the_value() -> None:
    found = discovered("2 * a + b", "y > 6").change
    assert found is not None
    assert found.point is not None
    for one in found.point.moved:
        mean, sd = ((1, 1), (0, 2))[one.column]
        assert one.level == pytest.approx(ndtr((one.end - mean) / sd), abs=1e-6)


def test_the_figure_is_what_a_run_gives_there() -> None:
    """With every unknown set to the values of the point the run is exact, and has the figure that is told."""
    loaded = api.load(Path(__file__).parents[3] / "docs" / "examples" / "bluff.yaml")
    found = api.discover(loaded, "war > 20%", options=api.Options(draws=1_024))
    assert found.change is not None
    assert found.change.point is not None
    values = {"ready": 0.31073403661952265, "shame": 5**0.5, "damage": 84**0.5}  # the medians
    typical = api.run(loaded, overrides=[(f"unknowns.{name}", repr(value)) for name, value in values.items()])
    assert typical.outcomes["war"].estimate is not None
    assert found.change.before == pytest.approx(typical.outcomes["war"].estimate.value, rel=1e-3)
    values |= {found.names[one.column]: one.end for one in found.change.point.moved}
    there = api.run(loaded, overrides=[(f"unknowns.{name}", repr(value)) for name, value in values.items()])
    assert there.outcomes["war"].estimate is not None
    assert found.change.point.figure == pytest.approx(there.outcomes["war"].estimate.value, rel=1e-3)
    assert there.outcomes["war"].estimate.value > 0.2


def test_where_no_number_can_be_given_the_search_goes_round() -> None:
    """A chance of a + b / 10 is beyond 1 in corners that no draw comes near; the answer lies elsewhere."""
    text = """
engine: 1
title: t
unknowns:
  a: {label: a, uniform: [0.2, 0.9], judgement: x}
  b: {label: b, lognormal: {median: 0.02, sigma: 0.6}, judgement: x}
  c: {label: c, lognormal: {median: 0.02, sigma: 0.6}, judgement: x}
moves: [{event: hit, chance: a + b + c, judgement: x}]
outcomes: {hit: {label: hit, happens: hit}}
"""
    found = api.discover(api.loads(text), "hit > 99.9%", options=api.Options(draws=64))
    assert found.change is not None
    assert found.share.value == 0
    end = found.change.point or found.change.furthest
    assert end is not None
    assert end.figure is not None
    assert 0.95 < end.figure <= 1
    at_ends = [place.value for place in found.alone[0].places]  # of a; at 0.9 some draws are beyond 1
    assert at_ends[0] == pytest.approx(0.2)
    assert at_ends[-1] < 0.9


def test_rounds() -> None:
    """The chance that it happens within two rounds is 1 - (1 - x)^2, which is above 75 % where x is above a half."""
    text = """
engine: 1
title: t
rounds: {count: 2, unit: month, from: 2024-01-01}
horizon: 2024-02-29
unknowns:
  x: {label: x, uniform: [0, 0.8], judgement: x}
  idle: {label: idle, uniform: [0, 1], judgement: x}
state: {done: {start: 0, next: "1 if hit == yes else done"}}
moves: [{event: hit, chance: x}]
outcomes: {hit: {label: hit, happens: hit}}
"""
    found = api.discover(api.loads(text), "hit > 75%", options=api.Options(draws=512))
    assert found.share.value == pytest.approx(3 / 8, abs=0.02)
    (crossing,) = found.alone[0].crossings
    assert crossing.value == pytest.approx(0.5, abs=1e-4)
    assert found.alone[1].crossings == ()
    (box,) = found.boxes
    assert [limit.column for limit in box.limits] == [0]
    assert box.limits[0].low == pytest.approx(0.5, abs=0.01)
    assert found.change is not None
    assert found.change.point is not None
    (moved,) = found.change.point.moved
    assert (moved.start, moved.end) == (pytest.approx(0.4), pytest.approx(0.501, abs=0.0015))


@pytest.mark.parametrize("draws", [1, 16, 32])
def test_few_draws_are_enough_for_an_answer(draws: int) -> None:
    found = discovered("2 * a + b", "y > 6", draws=draws)
    assert found.settings.draws == max(16, draws)
    assert found.boxes == ()
    assert found.share.high > 0.02
    assert found.change is not None
    assert found.change.smallest == pytest.approx(4 / np.sqrt(8), rel=0.005)
