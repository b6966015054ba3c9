from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import interpolate, stats

from engine.distributions.families import FAMILIES, Distribution, build, build_mixture, check

U = np.concatenate([[1e-12, 1e-6, 1e-3], np.linspace(0.01, 0.99, 99), [1 - 1e-3, 1 - 1e-6, 1 - 1e-12]])

AGAINST_SCIPY = [
    ("uniform", [-2, 3], stats.uniform(-2, 5)),
    ("triangular", [0, 2, 3], stats.triang(2 / 3, 0, 3)),
    ("triangular", [0, 0, 3], stats.triang(0, 0, 3)),
    ("triangular", [0, 3, 3], stats.triang(1, 0, 3)),
    ("pert", [0.05, 0.25, 0.6], stats.beta(1 + 0.8 / 0.55, 1 + 1.4 / 0.55, 0.05, 0.55)),
    ("normal", {"mean": -1, "sd": 2}, stats.norm(-1, 2)),
    ("lognormal", {"median": 3, "sigma": 0.8}, stats.lognorm(0.8, 0, 3)),
    ("beta", {"a": 2, "b": 18}, stats.beta(2, 18)),
    ("beta", {"a": 0.4, "b": 0.7}, stats.beta(0.4, 0.7)),
    ("gamma", {"shape": 0.3, "scale": 2}, stats.gamma(0.3, 0, 2)),
    ("gamma", {"shape": 40, "scale": 0.1}, stats.gamma(40, 0, 0.1)),
    ("scipy", {"name": "weibull_min", "args": [1.5]}, stats.weibull_min(1.5)),
    ("scipy", {"name": "t", "args": {"df": 5, "loc": 2}}, stats.t(5, 2)),
]

VARIED: dict[str, Distribution] = {
    **{f"{family} {parameters}": build(family, parameters) for family, parameters, _ in AGAINST_SCIPY},
    "between": build("between", [1, 5]),
    "between percent": build("between", [0.2, 0.45], percent=True),
    "between normal": build("between", [-1, 5]),
    "quantiles": build("quantiles", {0.05: 1, 0.5: 2, 0.95: 7}),
    "quantiles with ends": build("quantiles", {0.25: 1, 0.75: 2, "min": 0, "max": 9}),
    "clipped normal": build("normal", {"mean": 0, "sd": 1}, clip=(-1, 2)),
    "clipped lognormal": build("lognormal", {"median": 1, "sigma": 1}, clip=(0.5, None)),
    "mixture": build_mixture([(0.3, build("normal", {"mean": 0, "sd": 1})), (0.7, build("uniform", [4, 5]))]),
    "clipped mixture": build_mixture(
        [(0.3, build("normal", {"mean": 0, "sd": 1})), (0.7, build("beta", {"a": 2, "b": 2}))], clip=(-1, 0.9)
    ),
}


@pytest.mark.parametrize(("family", "parameters", "reference"), AGAINST_SCIPY)
def test_agrees_with_scipy(family: str, parameters: object, reference: Any) -> None:
    ours = build(family, parameters)
    x = reference.ppf(U)
    np.testing.assert_allclose(ours.quantile(U), x, rtol=1e-8, atol=1e-9 * reference.std())
    np.testing.assert_allclose(ours.cdf(x), reference.cdf(x), rtol=1e-9, atol=1e-14)
    assert ours.mean() == pytest.approx(reference.mean(), rel=1e-12)


@pytest.mark.parametrize("distribution", VARIED.values(), ids=VARIED.keys())
def test_the_cdf_undoes_the_quantile_function(distribution: Distribution) -> None:
    np.testing.assert_allclose(distribution.cdf(distribution.quantile(U)), U, atol=1e-8)


@pytest.mark.parametrize("distribution", VARIED.values(), ids=VARIED.keys())
def test_the_mean_is_the_average_of_the_quantile_function(distribution: Distribution) -> None:
    u = (np.arange(400_000) + 0.5) / 400_000
    spread = distribution.quantile(np.array([0.99]))[0] - distribution.quantile(np.array([0.01]))[0]
    assert distribution.mean() == pytest.approx(distribution.quantile(u).mean(), abs=1e-4 * spread)


@pytest.mark.parametrize("distribution", VARIED.values(), ids=VARIED.keys())
def test_splitting_the_probabilities_changes_no_bit(distribution: Distribution) -> None:
    u = np.random.default_rng(1).random(257)
    whole = distribution.quantile(u)
    np.testing.assert_array_equal(
        whole, np.concatenate([distribution.quantile(part) for part in np.split(u, [1, 8, 100])])
    )
    np.testing.assert_array_equal(whole[::3], distribution.quantile(u[::3]))


@pytest.mark.parametrize("distribution", VARIED.values(), ids=VARIED.keys())
def test_any_shape_goes_in_and_comes_out(distribution: Distribution) -> None:
    for shape in [(), (0,), (2, 3)]:
        assert distribution.quantile(np.full(shape, 0.3)).shape == shape
        assert distribution.cdf(np.full(shape, 0.3)).shape == shape


# No design makes a uniform below 2^-54 or above 1 - 2^-53; far outside, scipy's own families give up.
probabilities = st.floats(2.0**-60, 1 - 2.0**-53)


@settings(max_examples=60, deadline=None)
@given(st.lists(probabilities, min_size=2, max_size=30), st.sampled_from(sorted(VARIED)))
def test_quantiles_rise_and_stay_in_the_support(u: list[float], name: str) -> None:
    x = VARIED[name].quantile(np.sort(np.array(u)))
    low, high = VARIED[name].support()
    assert np.isfinite(x).all()
    assert x.min() >= low
    assert x.max() <= high
    assert (np.diff(x) >= -1e-9 * np.maximum(np.abs(x[1:]), 1)).all()


numbers = st.floats(-1e6, 1e6)


@settings(max_examples=60, deadline=None)
@given(st.lists(numbers, min_size=3, max_size=3, unique=True), st.sampled_from(["triangular", "pert"]), probabilities)
def test_three_points_bound_the_distribution(points: list[float], family: str, u: float) -> None:
    low, mode, high = sorted(points)
    x = build(family, [low, mode, high]).quantile(np.array([u]))[0]
    assert low <= x <= high


@settings(max_examples=60, deadline=None)
@given(st.lists(numbers, min_size=2, max_size=6), st.lists(st.integers(1, 99), min_size=6, max_size=6, unique=True))
def test_quantiles_are_met_whatever_they_are(x: list[float], percents: list[int]) -> None:
    points = dict(zip([p / 100 for p in sorted(percents)], sorted(x), strict=False))
    met = build("quantiles", points).quantile(np.array(list(points)))
    np.testing.assert_allclose(met, list(points.values()), atol=1e-9)


# Closed forms and facts


def test_a_value_is_certain() -> None:
    five = build("value", 5)
    assert five.quantile(U).tolist() == [5.0] * len(U)
    assert five.cdf(np.array([4.9, 5, 5.1])).tolist() == [0, 1, 1]
    assert (five.mean(), five.support()) == (5.0, (5.0, 5.0))


def test_pert_has_the_mean_of_project_planning() -> None:
    assert build("pert", [5, 25, 60]).mean() == pytest.approx((5 + 4 * 25 + 60) / 6)


def test_between_holds_the_central_90_percent() -> None:
    for low, high, percent in [(1, 5, False), (-1, 5, False), (0, 5, False), (0.2, 0.45, True), (0.8, 0.99, True)]:
        distribution = build("between", [low, high], percent=percent)
        np.testing.assert_allclose(distribution.quantile(np.array([0.05, 0.95])), [low, high], atol=1e-9)


def test_between_positive_numbers_is_centred_on_the_geometric_mean() -> None:
    assert build("between", [1, 100]).quantile(np.array([0.5]))[0] == pytest.approx(10)


def test_a_percent_range_from_zero_holds_95_percent_and_falls() -> None:
    below_five = build("between", [0, 0.05], percent=True)
    assert below_five.cdf(np.array([0.05]))[0] == pytest.approx(0.95)
    assert below_five.quantile(np.array([1e-9]))[0] < 1e-9


def test_quantiles_follow_scipys_pchip() -> None:
    p, x = [0, 0.05, 0.25, 0.5, 0.95, 1], [0.5, 1, 2, 2.5, 9, 12.25]
    ours = build("quantiles", dict(zip(p[1:-1], x[1:-1], strict=True)))
    np.testing.assert_allclose(ours.quantile(U), interpolate.PchipInterpolator(p, x)(U), rtol=1e-12)
    assert ours.mean() == pytest.approx(interpolate.PchipInterpolator(p, x).integrate(0, 1), rel=1e-12)


def test_tails_of_quantiles_are_cut_half_a_gap_beyond() -> None:
    assert build("quantiles", {0.1: 1, 0.5: 3, 0.9: 9}).support() == (0, 12)
    assert build("quantiles", {0.1: 1, 0.5: 3, 0.9: 9, "min": -5, "max": 9}).support() == (-5, 9)


def test_equal_quantiles_make_an_atom() -> None:
    ten = build("quantiles", {0.05: 5, 0.25: 10, 0.75: 10, 0.95: 30})
    assert (ten.quantile(np.array([0.25, 0.3, 0.74])) == 10).all()
    assert ten.cdf(np.array([10.0, np.nextafter(10, 0)])) == pytest.approx([0.75, 0.25])


def test_a_mixture_with_a_point_has_a_jump() -> None:
    mixed = build_mixture([(0.25, build("value", 0)), (0.75, build("uniform", [-1, 2]))])
    np.testing.assert_allclose(mixed.quantile(np.array([0.1, 0.25, 0.3, 0.5, 0.75])), [-0.6, 0, 0, 0, 1], atol=1e-10)
    assert mixed.mean() == pytest.approx(0.375)


def test_a_mixture_of_points_takes_the_smallest_value_that_reaches_the_probability() -> None:
    coin = build_mixture([(0.5, build("value", 1)), (0.5, build("value", 7))])
    assert coin.quantile(np.array([1e-9, 0.5, 0.5 + 1e-9, 0.99])).tolist() == [1, 1, 7, 7]


def test_a_mixture_of_equals_is_the_thing_itself() -> None:
    one = build("gamma", {"shape": 3, "scale": 2})
    np.testing.assert_allclose(build_mixture([(0.4, one), (0.6, one)]).quantile(U), one.quantile(U), rtol=1e-9)


def test_clip_renormalises() -> None:
    clipped = build("normal", {"mean": 0, "sd": 1}, clip=(1, 3))
    reference = stats.truncnorm(1, 3)
    np.testing.assert_allclose(clipped.quantile(U), reference.ppf(U), atol=1e-9)
    assert clipped.mean() == pytest.approx(reference.mean(), abs=1e-9)
    assert clipped.support() == (1, 3)


@pytest.mark.parametrize("sigma", [0.5, 3])
def test_the_mean_of_a_lognormal_clipped_from_below_keeps_its_long_tail(sigma: float) -> None:
    clipped = build("lognormal", {"median": 1, "sigma": sigma}, clip=(2, None))
    z = np.log(2) / sigma
    exact = np.exp(sigma**2 / 2) * stats.norm.sf(z - sigma) / stats.norm.sf(z)
    assert clipped.mean() == pytest.approx(exact, rel=1e-9)


def test_clip_keeps_an_atom_on_its_bound() -> None:
    mixed = build_mixture([(0.5, build("value", 1)), (0.5, build("uniform", [0, 2]))], clip=(1, 2))
    assert mixed.cdf(np.array([1.0]))[0] == pytest.approx(2 / 3)
    assert mixed.mean() == pytest.approx((2 * 1 + 1.5) / 3)


def test_a_cauchy_needs_a_clip() -> None:
    with pytest.raises(ValueError, match=r"no finite mean.*clip"):
        build("scipy", {"name": "cauchy"})
    with pytest.raises(ValueError, match="no finite mean"):
        build("scipy", {"name": "cauchy"}, clip=(0, None))
    clipped = build("scipy", {"name": "cauchy"}, clip=(-3, 5))
    assert clipped.mean() == pytest.approx((np.log(26) - np.log(10)) / 2 / (np.arctan(5) + np.arctan(3)))


# Bad parameters

BAD = [
    ("gauss", 1, "no family is called 'gauss'; known: value, uniform"),
    ("unifrom", [0, 1], "did you mean 'uniform'"),
    ("value", "many", "'value' must be a number, got 'many'"),
    ("value", True, "'value' must be a number, got True"),
    ("value", float("nan"), "finite number.* got nan"),
    ("value", float("inf"), "finite number.* got inf"),
    ("value", 10**400, "finite number"),
    ("uniform", [3, 1], "'low' must be below 'high', got 3 and 1.*swap"),
    ("uniform", [1, 1], "use 'value'"),
    ("uniform", [1, 2, 3], r"takes 2 numbers, 'uniform: \[low, high\]', got 3"),
    ("uniform", 5, "takes a list of 2 numbers"),
    ("triangular", [0, 5, 3], "order low, mode.* got 0, 5, 3"),
    ("pert", [1, 1, 1], "order low, mode"),
    ("normal", {"mean": 0, "sd": 0}, "'sd' must be above 0, got 0"),
    ("normal", {"mean": 0, "sigma": 1}, "no parameter 'sigma'; its parameters are: mean, sd"),
    ("normal", {"mean": 0}, "lacks 'sd'.*mean, sd"),
    ("normal", [0, 1], r"parameters by name, 'normal: \{mean: …, sd: …\}'"),
    ("lognormal", {"median": -1, "sigma": 1}, "'median' must be above 0, got -1"),
    ("lognormal", {"median": 1, "sigma": 40}, "sigma 40; sigma is the sd of the logarithm"),
    ("beta", {"a": 0, "b": 1}, "'a' must be from 0.02 .* got 0"),
    ("beta", {"a": 1, "b": 1e9}, "'b' must be .*use 'normal' or 'value'"),
    ("gamma", {"shape": 1, "scale": -2}, "'scale' must be above 0, got -2"),
    ("between", [5, 1], "must be below the upper, got 5 and 1.*swap"),
    ("quantiles", {0.5: 1}, "at least two probabilities, got 1"),
    ("quantiles", {0.05: 3, 0.95: 1}, "may not fall: 3 at 5 %, but 1 at 95 %"),
    ("quantiles", {5: 3, 95: 4}, "must be a probability between 0 % and 100 %.* got 500 %"),
    ("quantiles", {0.05: 3, 0.95: 4, "low": 1}, "'min' or 'max', got 'low'"),
    ("quantiles", {0.05: 3, 0.95: 4, "min": 3.5}, "'min' must not be above the lowest quantile, got 3.5 and 3"),
    ("quantiles", {0.05: 3, 0.95: 4, "max": 3.5}, "'max' must not be below the highest quantile"),
    ("quantiles", [1, 2], "values by probability"),
    ("mixture", [(0.5, None), (0.6, None)], "must sum to 1, got 1.1"),
    ("mixture", [(1.5, None), (-0.5, None)], "'weight' must be above 0, got -0.5"),
    ("mixture", [], "list of distributions"),
    ("scipy", {"name": "__class__"}, "name of a continuous family"),
    ("scipy", {"name": "norm; import os"}, "name of a continuous family"),
    ("scipy", {"nam": "norm"}, "no parameter 'nam'"),
    ("scipy", {"name": "norm", "args": ["x"]}, r"'args\[0\]' must be a number"),
    ("scipy", {"name": "norm", "args": 3}, "'args' must be a list"),
]


@pytest.mark.parametrize(("family", "parameters", "message"), BAD)
def test_bad_parameters_are_explained(family: str, parameters: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check(family, parameters)
    with pytest.raises(ValueError, match=message):
        build(family, parameters)


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("poisson", [3], "no continuous family called 'poisson'"),
        ("rv_histogram", [], "no continuous family"),
        ("gamma", [], "wrong arguments for scipy's 'gamma': it takes a, loc, scale"),
        ("gamma", [-1], "not defined for the arguments"),
        ("norm", {"sd": 2}, "wrong arguments"),
    ],
)
def test_what_scipy_refuses_is_explained(name: str, args: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build("scipy", {"name": name, "args": args})


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ([-0.1, 0.5], "from 0 % to 100 %, got -10 % and 50 %"),
        ([0.5, 1.2], "got 50 % and 120 %"),
        ([0, 1], "says nothing"),
    ],
)
def test_percent_bounds_stay_within_0_and_100(bounds: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check("between", bounds, percent=True)


@pytest.mark.parametrize(
    ("family", "parameters", "clip", "message"),
    [
        ("uniform", [0, 1], (2, 3), "nothing is left.*between 0 and 1"),
        ("uniform", [0, 1], (1, 3), "nothing is left"),
        ("uniform", [0, 1], (0.5, 0.5), "from low to high, got 0.5 and 0.5"),
        ("uniform", [0, 1], (0.6, 0.4), "swap them"),
        ("uniform", [0, 1], (float("nan"), 1), "a bound of 'clip' must be a finite number"),
        ("value", 5, (6, None), "nothing is left"),
        ("lognormal", {"median": 1, "sigma": 1}, (None, -1), "nothing is left"),
        ("between", [0.2, 0.4], (1.5, None), "nothing is left"),
    ],
)
def test_bad_clips_are_explained(family: str, parameters: object, clip: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check(family, parameters, clip, percent=family == "between")


def test_a_clip_far_in_the_tail_leaves_nothing() -> None:
    with pytest.raises(ValueError, match="nothing is left"):
        build("normal", {"mean": 0, "sd": 1}, clip=(10, 11))


def test_clip_around_a_value_changes_nothing() -> None:
    assert build("value", 5, clip=(5, 6)).mean() == 5


def test_every_family_has_a_meaning() -> None:
    assert all(family.meaning and family.parameters for family in FAMILIES.values())


def test_checking_does_not_import_scipy() -> None:
    code = (
        "import sys\n"
        "from engine.distributions.families import check\n"
        "import engine.distributions.verbal\n"
        "check('pert', [1, 2, 3], (0, 2)); check('between', [0.1, 0.3], percent=True)\n"
        "check('quantiles', {0.1: 1, 0.9: 2}); check('scipy', {'name': 'norm'})\n"
        "sys.exit(any(name.split('.')[0] == 'scipy' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_run_path_does_not_import_scipy_stats() -> None:
    code = (
        "import sys, numpy as np\n"
        "from engine.distributions.families import build\n"
        "b = build('between', [0.1, 0.3], (0.05, 0.4), percent=True); b.quantile(np.array([0.5])); b.mean()\n"
        "build('gamma', {'shape': 2, 'scale': 1}).quantile(np.array([0.5]))\n"
        "sys.exit('scipy.stats' in sys.modules or 'scipy.interpolate' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
