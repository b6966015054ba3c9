"""Differences are printed as far as they are known, and parts add up as printed."""

from __future__ import annotations

import numpy as np
import pytest

from engine.analysis.estimates import Estimate, exact
from engine.report.rounding import added_up, in_places, rounded


def known(value: float, half: float) -> Estimate:
    return Estimate(value, half / 2, value - half, value + half)


@pytest.mark.parametrize(
    ("value", "half", "text"),
    [
        (0.0943, 0.0021, "+9.4 ±0.3"),  # the error is rounded up
        (0.11513, 0.00012, "+11.51 ±0.02"),
        (-0.11513, 0.03, "-12 ±3"),
        (0.00012, 0.00004, "+0.012 ±0.004"),
        (0.00012, 0.003, "0.0 ±0.3"),
        (-0.3, 0.25, "-30 ±25"),
    ],
)
def test_points_have_the_digits_that_their_error_leaves(value: float, half: float, text: str) -> None:
    assert rounded(known(value, half), 100).text == text


def test_what_is_exact_has_no_error() -> None:
    assert rounded(exact(0.0), 100).text == "0"
    assert rounded(exact(0.25), 100).text == "+25.0"
    assert rounded(exact(-1234.56)).text == "-1,234.6"


def test_large_numbers() -> None:
    assert rounded(known(123_456.0, 1_234.0)).text == "+123,456 ±1,234"
    assert in_places(-0, 2) == "0.00"


def test_parts_add_up_to_the_whole_as_printed() -> None:
    generator = np.random.default_rng(3)
    for _ in range(300):
        parts = generator.normal(size=generator.integers(1, 12)) * 10.0 ** generator.integers(-6, 3)
        whole = rounded(
            known(float(parts.sum()), float(abs(generator.normal())) * 10.0 ** generator.integers(-6, 1)), 100
        )
        steps = added_up(parts.tolist(), whole, 100)
        assert sum(steps) == whole.steps
        assert all(abs(step - part * 100 * 10.0**whole.places) <= 1 + 1e-6 for step, part in zip(steps, parts))


def test_three_thirds_make_a_whole() -> None:
    assert sorted(added_up([1 / 3, 1 / 3, 1 / 3], rounded(exact(1.0)))) == [3, 3, 4]


def test_nothing_stays_nothing() -> None:
    assert added_up([0.0, 0.07, 0.03], rounded(exact(0.1)))[0] == 0
