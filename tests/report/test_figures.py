from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.analysis.estimates import Estimate
from engine.report.figures import day, half_width, number, percent, points, span


@pytest.mark.parametrize(
    ("chance", "text"),
    [
        (0.064, "6.4%"),
        (0.713, "71.3%"),
        (0.0031, "0.31%"),
        (0.0003, "0.03%"),
        (0.00003, "<0.01%"),
        (0.9996, ">99.9%"),
        (0.9951, "99.5%"),
        (0.00096, "0.10%"),
    ],
)
def test_chances_have_sensible_digits(chance: float, text: str) -> None:
    assert percent(chance) == text


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_nothing_uncertain_is_ever_called_impossible_or_sure(chance: float) -> None:
    assert percent(chance) not in ("0%", "0.0%", "0.00%", "100%", "100.0%")
    assert "100%" not in span(0.5, chance)
    assert not span(chance, 0.5).startswith("0%")


def test_a_hit_that_no_draw_has_seen_is_not_impossible() -> None:
    assert percent(0.0, n_draws=1000) == "<0.30%"  # the rule of three: 3/n
    assert percent(1.0, n_draws=1000) == ">99.7%"
    assert percent(0.0) == "0%"
    assert percent(1.0) == "100%"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_has_three_digits_and_fits_its_column(value: float) -> None:
    text = number(value)
    assert len(text) <= 9
    if 1e-4 <= abs(value) < 9e5:
        assert float(text.replace(",", "")) == pytest.approx(value, rel=6e-3)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (6.412, "6.41"),
        (12, "12.0"),
        (1234.6, "1,230"),
        (0, "0"),
        (-0.0, "0"),
        (-0.01234, "-0.0123"),
        (2.5e6, "2.5e6"),
        (1.5e-7, "1.5e-7"),
        (999.6, "1,000"),
    ],
)
def test_numbers_as_people_write_them(value: float, text: str) -> None:
    assert number(value) == text


def test_ranges_are_short() -> None:
    assert span(0.014, 0.19) == "1.4–19%"
    assert span(0.00001, 0.999) == "<0.1–>99%"
    assert span(0.25, 0.251) == "25%"


def test_differences_are_in_points() -> None:
    assert points(0.0042) == "0.42"
    assert points(-0.443, sign=True) == "-44.3"
    assert points(0.02, sign=True) == "+2.0"
    assert points(1e-9) == "<0.001"
    assert points(float("inf")) == "unknown"


def test_an_interval_cut_at_zero_does_not_look_narrower() -> None:
    assert half_width(Estimate(0.01, 0.01, 0.0, 0.03)) == pytest.approx(0.02)


def test_dates_are_in_english() -> None:
    assert day(datetime.date(2022, 12, 8)) == "8 Dec 2022"


def test_a_chance_that_every_draw_has_is_never_above_one() -> None:
    for n_draws in (1, 16, 1024, 16_384, 2**24):
        shown = percent(1.0, n_draws)
        assert shown.startswith(">")
        assert 0 <= float(shown.strip(">%")) < 100
