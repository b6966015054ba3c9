"""What people type: ranges, amounts, rankings."""

from __future__ import annotations

import pytest

from engine.teaching.dialogue import Unclear
from engine.teaching.understanding import agreed, amount, between, chance, order_of


@pytest.mark.parametrize("text", ["2% to 15%", "2-15%", "2–15%", "0.02 and 0.15", "between 2% and 15%", "2%;15%"])
def test_ranges_of_chances(text: str) -> None:
    assert between(chance, "")(text) == pytest.approx((0.02, 0.15))


@pytest.mark.parametrize("text", ["", "2%", "15% to 2%", "2 to x", "1 to 2 to 3", "low-high", "2-15"])
def test_what_is_no_range_of_chances(text: str) -> None:
    with pytest.raises(Unclear):
        between(chance, "2% to 15%")(text)


@pytest.mark.parametrize(("text", "low", "high"), [("-5 to 12", -5, 12), ("2-12", 2, 12), ("-5 to -2.5", -5, -2.5)])
def test_ranges_of_amounts(text: str, low: float, high: float) -> None:
    assert between(amount, "")(text) == (low, high)


@pytest.mark.parametrize("text", ["nan", "inf", "1e999", "six", "", "1,2,3", "0x10", "١٢a"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(Unclear):
        amount(text)


def test_rankings() -> None:
    assert order_of("ABC")("b, c > A") == (1, 2, 0)
    for text in ("AB", "ABCC", "A B D", ""):
        with pytest.raises(Unclear):
            order_of("ABC")(text)


def test_yes_and_no() -> None:
    assert agreed("Y")
    assert not agreed("no")
    with pytest.raises(Unclear):
        agreed("maybe")


@pytest.mark.parametrize(("text", "found"), [("2,5", 2.5), ("0,125", 0.125), ("1,234,567", 1234567), ("6500", 6500)])
def test_commas_in_amounts(text: str, found: float) -> None:
    assert amount(text) == found


@pytest.mark.parametrize("text", ["6,500", "-1,234"])
def test_a_comma_that_may_be_two_things_is_asked_back(text: str) -> None:
    with pytest.raises(Unclear, match="two ways"):
        amount(text)
