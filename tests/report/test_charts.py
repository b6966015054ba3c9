from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.report.charts import bar, sparkline


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 60), st.booleans())
def test_a_bar_is_as_wide_as_asked(share: float, upto: float, cells: int, unicode: bool) -> None:
    assert len(bar(share, upto, cells, unicode)) == cells


def test_half_is_half() -> None:
    assert bar(0.5, 0, 8, True) == "████    "
    assert bar(0.5, 0, 8, False) == "####    "
    assert bar(0.5, 0.75, 8, True) == "████░░  "


def test_a_small_chance_still_shows_and_none_does_not() -> None:
    assert bar(1e-9, 0, 10, True).strip() == "▏"
    assert bar(1e-9, 0, 10, False).strip() == "#"
    assert bar(0, 0, 10, True).strip() == ""


def test_a_shape_follows_the_masses() -> None:
    assert sparkline([1, 2, 4, 8, 0], 10, True) == "▂▃▅█ "
    assert sparkline([1, 1, 1, 1], 2, True) == "██"
    assert sparkline([], 5, True) == ""
    assert sparkline([3, 1], 5, False).isascii()
