from __future__ import annotations

import numpy as np
import pytest

from engine.distributions.families import build, scaled, shifted

U = np.linspace(0.01, 0.99, 50)

SCALES = [
    ("value", 3),
    ("uniform", [1, 2]),
    ("triangular", [0, 1, 4]),
    ("pert", [0, 1, 4]),
    ("normal", {"mean": 1, "sd": 2}),
    ("lognormal", {"median": 1, "sigma": 2}),
    ("gamma", {"shape": 0.5, "scale": 2}),
    ("between", [1, 5]),
    ("between", [-1, 5]),
    ("quantiles", {0.1: 1, 0.5: 2, 0.9: 4, "min": 0}),
]
SHIFTS = [entry for entry in SCALES if entry not in [("between", [1, 5])] and entry[0] not in ("lognormal", "gamma")]


@pytest.mark.parametrize(("family", "parameters"), SCALES)
def test_scaled_parameters_give_the_scaled_distribution(family: str, parameters: object) -> None:
    twice = build(family, scaled(family, parameters, 2))
    np.testing.assert_allclose(twice.quantile(U), 2 * build(family, parameters).quantile(U), rtol=1e-9)


@pytest.mark.parametrize(("family", "parameters"), SHIFTS)
def test_shifted_parameters_give_the_shifted_distribution(family: str, parameters: object) -> None:
    lower = build(family, shifted(family, parameters, -0.5))
    np.testing.assert_allclose(lower.quantile(U), build(family, parameters).quantile(U) - 0.5, rtol=1e-9, atol=1e-9)


def test_parameters_keep_their_form() -> None:
    assert scaled("normal", {"sd": 2, "mean": 1}, 3) == {"mean": 3, "sd": 6}
    assert shifted("uniform", [1, 2], 1) == [2, 3]
    assert scaled("value", 2, 0.5) == 1
    assert scaled("quantiles", {0.1: 1, 0.9: 2, "max": 3}, 2) == {0.1: 2, 0.9: 4, "max": 6}


@pytest.mark.parametrize(
    ("family", "parameters"), [("beta", {"a": 1, "b": 2}), ("mixture", [(1.0, None)]), ("scipy", {"name": "norm"})]
)
def test_what_leaves_its_family_is_refused(family: str, parameters: object) -> None:
    for change in (scaled, shifted):
        with pytest.raises(ValueError, match=f"'{family}' cannot be .* set the distribution instead"):
            change(family, parameters, 2)


def test_ranges_in_percent_and_positive_ranges_cannot_be_shifted() -> None:
    with pytest.raises(ValueError, match="'between in %' cannot be multiplied"):
        scaled("between", [0.1, 0.3], 2, percent=True)
    with pytest.raises(ValueError, match="cannot be shifted; set"):
        shifted("between", [1, 5], 1)
    with pytest.raises(ValueError, match="cannot be shifted; set"):
        shifted("between", [-1, 5], 2)
    with pytest.raises(ValueError, match="'lognormal' cannot be shifted"):
        shifted("lognormal", {"median": 1, "sigma": 2}, 1)


@pytest.mark.parametrize("factor", [0, -1, float("nan")])
def test_only_positive_factors(factor: float) -> None:
    with pytest.raises(ValueError, match="above 0 only, got"):
        scaled("value", 3, factor)


def test_the_result_must_stay_finite() -> None:
    with pytest.raises(ValueError, match="finite number"):
        scaled("value", 1e99, 1e10)
    with pytest.raises(ValueError, match="finite number"):
        shifted("value", 1, float("inf"))
