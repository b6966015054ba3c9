"""Distributions by the name of their family: the entry point of this package.

Importing this module and calling `check` imports no scipy; `build` may.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from engine.distributions.checks import Clip, check
from engine.distributions.composition import Mixture, mixture, truncated
from engine.distributions.distribution import Distribution, FloatArray
from engine.distributions.elementary import Beta, Gamma, Lognormal, Normal, Scipy, Triangular, Uniform, Value, pert
from engine.distributions.fitting import band_beta, fit_lognormal, fit_normal
from engine.distributions.interpolation import interpolated
from engine.distributions.parameters import FAMILIES, Family, numbers, quantile_points
from engine.distributions.rescaling import scaled, shifted

__all__ = [
    "FAMILIES",
    "Clip",
    "Distribution",
    "Family",
    "FloatArray",
    "build",
    "build_mixture",
    "check",
    "scaled",
    "shifted",
]


def build(family: str, parameters: object, clip: Clip | None = None, percent: bool = False) -> Distribution:
    """The distribution of this family with these parameters.

    Args:
        family: a name in FAMILIES.
        parameters: plain numbers, lists and dicts in the family's form; of a mixture, pairs (weight, Distribution).
        clip: lowest and highest value to keep; the rest is cut off and the distribution renormalised. None: open side.
        percent: whether the bounds of `between` were written in %; they are then the 5 and 95 % quantiles of a beta (a
            bound of 0 or 100 % is read as in `fitting.band_beta`).
    Raises:
        ValueError: the parameters are wrong, nothing is left after clip, or the distribution has no finite mean.
    """
    check(family, parameters, clip, percent)
    if family == "mixture":
        return build_mixture(cast(Sequence[tuple[float, Distribution]], parameters), clip)
    if family == "between":
        low, high = numbers(family, parameters)
        return _clipped(_between(low, high, percent), clip)
    return _clipped(_BUILDERS[family](parameters), clip)


def build_mixture(parts: Sequence[tuple[float, Distribution]], clip: Clip | None = None) -> Distribution:
    """The mixture of distributions with these weights, clipped as in `build`.

    Raises:
        ValueError: the weights are not positive or do not sum to 1 within 1e-9, or nothing is left after clip.
    """
    check("mixture", parts, clip)
    total = math.fsum(weight for weight, _ in parts)
    mixed: Mixture = mixture([(weight / total, part) for weight, part in parts])
    return _clipped(mixed, clip)


def _between(low: float, high: float, percent: bool) -> Distribution:
    if percent:
        return Beta(*band_beta(low, high))
    return Lognormal(*fit_lognormal(low, high)) if low > 0 else Normal(*fit_normal(low, high))


def _elementary(family: str, make: Callable[..., Distribution]) -> Callable[[object], Distribution]:
    return lambda parameters: make(*numbers(family, parameters))


def _scipy(parameters: object) -> Distribution:
    from scipy import stats

    given = cast(Mapping[str, Any], parameters)
    name, args = str(given["name"]), given.get("args", ())
    family = getattr(stats, name, None)
    if not isinstance(family, stats.rv_continuous):
        raise ValueError(
            f"scipy.stats has no continuous family called '{name}'; see its list of continuous distributions"
        )
    try:
        frozen = family(**args) if isinstance(args, Mapping) else family(*args)
        middle = float(frozen.ppf(0.5))
    except TypeError as problem:
        raise ValueError(f"wrong arguments for scipy's '{name}': {_takes(family)}") from problem
    if not math.isfinite(middle):
        raise ValueError(f"scipy's '{name}' is not defined for the arguments {args}; {_takes(family)}")
    return Scipy(frozen)


def _takes(family: Any) -> str:
    shapes = f"{family.shapes}, " if family.shapes else ""
    return f"it takes {shapes}loc, scale (above 0)"


_BUILDERS: dict[str, Callable[[object], Distribution]] = {
    "value": _elementary("value", Value),
    "uniform": _elementary("uniform", Uniform),
    "triangular": _elementary("triangular", Triangular),
    "pert": _elementary("pert", pert),
    "normal": _elementary("normal", Normal),
    "lognormal": _elementary("lognormal", Lognormal),
    "beta": _elementary("beta", Beta),
    "gamma": _elementary("gamma", Gamma),
    "quantiles": lambda parameters: interpolated(quantile_points(parameters)),
    "scipy": _scipy,
}


def _clipped(whole: Distribution, clip: Clip | None) -> Distribution:
    low, high = clip or (None, None)
    open_below = low is None and math.isinf(whole.support()[0])
    open_above = high is None and math.isinf(whole.support()[1])
    if (open_below or open_above) and not math.isfinite(whole.mean()):
        raise ValueError(
            "the distribution has no finite mean, which actors act on; cut its tails with 'clip: [low, high]'"
        )
    return whole if low is None and high is None else truncated(whole, low, high)
