from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from engine.distributions.fitting import band_beta, fit_beta, fit_lognormal, fit_normal

BANDS = [
    (0.001, 0.003),
    (0.01, 0.99),
    (0.05, 0.95),
    (0.2, 0.45),
    (0.99, 0.999),
    (0.1, 0.9),
    (0.0001, 0.001),
    (1e-12, 0.5),
    (1e-8, 0.1),
    (0.5, 0.501),
    (0.3, 0.999999),
    (1e-6, 1 - 1e-6),
]


@pytest.mark.parametrize(("low", "high"), BANDS)
@pytest.mark.parametrize("mass", [0.5, 0.9, 0.95])
def test_a_fitted_beta_has_the_quantiles_asked_for(low: float, high: float, mass: float) -> None:
    a, b = fit_beta(low, high, mass)
    tail = (1 - mass) / 2
    assert special.betainc(a, b, low) == pytest.approx(tail, rel=1e-8)
    assert special.betaincc(a, b, high) == pytest.approx(tail, rel=1e-8)


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 998), st.integers(1, 998))
def test_any_band_in_tenths_of_a_percent_has_a_beta(one: int, other: int) -> None:
    low, high = min(one, other) / 1000, (max(one, other) + 1) / 1000
    a, b = fit_beta(low, high)
    assert special.betainc(a, b, low) == pytest.approx(0.05, rel=1e-8)
    assert special.betaincc(a, b, high) == pytest.approx(0.05, rel=1e-8)


def test_the_uniform_distribution_is_found() -> None:
    assert fit_beta(0.05, 0.95) == pytest.approx((1, 1))


def test_a_band_and_its_mirror_image_swap_the_parameters() -> None:
    a, b = fit_beta(0.1, 0.3)
    assert fit_beta(0.7, 0.9) == pytest.approx((b, a))


def test_normal_and_lognormal_are_closed_forms() -> None:
    assert stats.norm(*fit_normal(-1, 5)).ppf([0.05, 0.95]) == pytest.approx([-1, 5])
    median, sigma = fit_lognormal(1, 100, 0.5)
    assert stats.lognorm(sigma, 0, median).ppf([0.25, 0.75]) == pytest.approx([1, 100])


def test_a_band_at_an_end_holds_95_percent() -> None:
    assert stats.beta(*band_beta(0, 0.05)).cdf(0.05) == pytest.approx(0.95)
    assert stats.beta(*band_beta(0.9, 1)).sf(0.9) == pytest.approx(0.95)
    assert band_beta(0, 0.05)[0] == 1
    assert band_beta(0.9, 1)[1] == 1


@pytest.mark.parametrize(
    ("low", "high", "mass", "message"),
    [
        (0.3, 0.2, 0.9, "below the upper, got 0.3 and 0.2"),
        (0.2, 0.2, 0.9, "below the upper"),
        (0, 0.2, 0.9, "strictly between 0 and 1, got 0 and 0.2"),
        (0.2, 1.1, 0.9, "strictly between 0 and 1"),
        (0.2, 0.3, 1.0, "mass between the bounds must be between 0 and 1, got 1"),
        (0.5, 0.500001, 0.9, "no beta distribution fits .*give a 'value'"),
        (float("nan"), 0.5, 0.9, "below the upper, got nan"),
    ],
)
def test_impossible_bands_are_explained(low: float, high: float, mass: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit_beta(low, high, mass)


def test_a_lognormal_is_positive() -> None:
    with pytest.raises(ValueError, match="above 0, got -1; use a normal"):
        fit_lognormal(-1, 2)


def test_a_band_over_everything_is_refused() -> None:
    with pytest.raises(ValueError, match="says nothing"):
        band_beta(0, 1)
    with pytest.raises(ValueError, match="got -10 % and 20 %"):
        band_beta(-0.1, 0.2)


def test_a_narrow_band_at_an_end_is_refused() -> None:
    with pytest.raises(ValueError, match="no beta distribution fits"):
        band_beta(0, 1e-9)


def test_fits_are_plain_numbers() -> None:
    for fitted in (fit_beta(0.1, 0.2), fit_normal(0, 1), fit_lognormal(1, 2), band_beta(0, 0.1)):
        assert all(type(x) is float and np.isfinite(x) for x in fitted)
