"""The logit choice: shares of options by their payoffs."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.games.response import log_choice, logit_choice

payoffs = st.lists(st.floats(-1e4, 1e4), min_size=6, max_size=6)


def shares(scaled: list[float], n_options: int) -> list[float]:
    found: list[float] = logit_choice(np.array(scaled)[:, None], n_options)[:, 0].tolist()
    return found


@given(payoffs, st.sampled_from([1, 2, 3, 6]))
def test_shares_of_a_set_sum_to_one(scaled: list[float], n_options: int) -> None:
    sums = np.array(shares(scaled, n_options)).reshape(-1, n_options).sum(axis=1)
    np.testing.assert_allclose(sums, 1, rtol=0, atol=1e-14)


@given(payoffs, st.sampled_from([2, 3, 6]))
def test_logarithms_are_those_of_the_shares(scaled: list[float], n_options: int) -> None:
    play = logit_choice(np.array(scaled)[:, None], n_options)
    log_play = log_choice(np.array(scaled)[:, None], n_options)
    assert np.isfinite(log_play).all()
    np.testing.assert_allclose(np.exp(log_play), play, rtol=1e-9, atol=1e-300)


@given(payoffs, st.floats(-1e3, 1e3))
def test_a_common_shift_changes_nothing(scaled: list[float], shift: float) -> None:
    shifted = [value + shift for value in scaled]
    np.testing.assert_allclose(shares(shifted, 3), shares(scaled, 3), rtol=1e-8, atol=1e-300)


def test_equal_payoffs_are_a_coin_toss() -> None:
    assert shares([5, 5, 5, 5], 4) == [0.25] * 4


def test_two_options_are_logistic_in_their_difference() -> None:
    assert abs(shares([1.0, 2.5], 2)[1] - 1 / (1 + np.exp(-1.5))) < 1e-15


def test_the_odds_of_two_options_do_not_depend_on_a_third() -> None:
    """Independence of irrelevant alternatives (Luce 1959)."""
    few, many = shares([1, 2], 2), shares([1, 2, 4], 3)
    assert abs(many[1] / many[0] - few[1] / few[0]) < 1e-14


def test_large_payoffs_overflow_nothing() -> None:
    assert shares([1e300, -1e300], 2) == [1, 0]
    assert shares([800, 801], 2) == shares([0, 1], 2)
