from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from engine.distributions.distribution import FloatArray
from engine.distributions.tables import BETA_RANGE, GAMMA_RANGE, beta_table, gamma_table

BETAS = [0.02, 0.05, 0.1, 0.5, 1.0, 2.0, 18.0, 1e3, 1e4, 1e5, 1e6, 1e7]
GAMMAS = [1e-3, 0.01, 0.05, 0.3, 1.0, 2.5, 50.0, 1e3, 1e4, 1e5]


def _probabilities() -> FloatArray:
    """Even over the line, dense in the tails to 1e-17 from the ends as far as floats go, and off the nodes."""
    rng = np.random.default_rng(1)
    u = np.concatenate([rng.random(1500), special.expit(rng.uniform(-39, 36, 1500)), 0.5 + 0.02 * rng.normal(size=500)])
    return np.append(u, [1e-17, 0.5, 1 - 2.0**-53])


U = _probabilities()


@pytest.mark.parametrize("a", BETAS)
@pytest.mark.parametrize("b", BETAS)
def test_beta_quantiles_are_within_the_stated_error(a: float, b: float) -> None:
    """The error of x is the miss of its probability over the density: the forward function is accurate everywhere."""
    x = beta_table(a, b)(U)
    sd = np.sqrt(a * b / (a + b + 1)) / (a + b)
    with np.errstate(all="ignore"):
        density = np.exp(special.xlogy(a - 1, x) + special.xlog1py(b - 1, -x) - special.betaln(a, b))
        miss = np.where(U < 0.5, special.betainc(a, b, x) - U, (1 - U) - special.betaincc(a, b, x))
        error = np.abs(miss / density) / sd
    resolvable = (x > 1e-300) & (x < 1 - 1e-9)  # closer to 1 the float x itself is the limit
    assert error[resolvable].max() <= (1e-9 if min(a, b) >= 0.1 and max(a, b) <= 1e5 else 1e-6)


@pytest.mark.parametrize(("a", "b"), [(2, 5), (0.1, 0.1), (0.1, 3), (1e4, 1e4), (1e4, 0.5), (20, 1)])
def test_beta_quantiles_agree_with_scipys_inverse(a: float, b: float) -> None:
    sd = np.sqrt(a * b / (a + b + 1)) / (a + b)
    np.testing.assert_allclose(beta_table(a, b)(U), special.betaincinv(a, b, U), rtol=0, atol=1e-9 * sd)


@pytest.mark.parametrize("shape", GAMMAS)
def test_gamma_quantiles_are_within_the_stated_error(shape: float) -> None:
    exact = np.where(U <= 0.5, special.gammaincinv(shape, U), special.gammainccinv(shape, 1 - U))
    assert np.abs(gamma_table(shape)(U) - exact).max() / np.sqrt(shape) <= 1e-9


@pytest.mark.parametrize("u", [5e-324, 1e-300, 1e-200, 1e-17, 1 - 2.0**-53])
def test_the_far_tails_come_from_the_exact_inverse(u: float) -> None:
    at = np.array([u])
    assert beta_table(2.0, 1.0)(at)[0] == pytest.approx(np.sqrt(u), rel=1e-12)
    assert beta_table(3.0, 1.0)(at)[0] == pytest.approx(np.cbrt(u), rel=1e-12)
    assert gamma_table(1.0)(at)[0] == pytest.approx(-np.log1p(-u), rel=1e-12)


def test_a_tail_of_many_parts_keeps_its_relative_size() -> None:
    """Beta(2, 5) near 0 is u = 15 x**2, so x is known in closed form where x is tiny."""
    u = np.array([1e-60, 1e-120, 1e-250, 1e-300])
    np.testing.assert_allclose(beta_table(2.0, 5.0)(u), np.sqrt(u / 15), rtol=1e-9)


@pytest.mark.parametrize(("a", "b"), [(0.02, 0.02), (0.1, 0.1), (0.3, 40), (2, 5), (1e4, 1e4), (1e7, 1e3)])
def test_quantiles_rise_across_cells_and_into_the_tails(a: float, b: float) -> None:
    u = special.expit(np.linspace(-36, 36, 20_001))
    x = beta_table(a, b)(u)
    assert (np.diff(x) >= -1e-14 * x[1:]).all()


def test_a_symmetric_beta_is_symmetric() -> None:
    u = np.linspace(0.001, 0.499, 300)
    table = beta_table(0.4, 0.4)
    np.testing.assert_allclose(table(u) + table(1 - u), 1, atol=1e-12)


def test_the_ranges_hold_what_fits_need() -> None:
    assert BETA_RANGE[0] <= 0.05
    assert BETA_RANGE[1] >= 1e4
    assert GAMMA_RANGE[0] <= 0.05
    assert GAMMA_RANGE[1] >= 1e4
