"""What is wrong with given parameters, found without evaluating anything. Imports no scipy."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from itertools import pairwise

from engine.distributions.parameters import FAMILIES, LARGEST, number, read
from engine.distributions.tables import BETA_RANGE, GAMMA_RANGE

Clip = tuple[float | None, float | None]
Support = tuple[float, float]

_WIDTH_90 = 2 * 1.6448536269514722  # of the central 90 % of a standard normal distribution
_REAL_LINE = (-math.inf, math.inf)
_POSITIVE = (0.0, math.inf)


def check(family: str, parameters: object, clip: Clip | None = None, percent: bool = False) -> None:
    """What can be wrong without evaluating anything; imports no scipy.

    Args:
        family: a name in FAMILIES.
        parameters: plain numbers, lists and dicts in the family's form. Of a mixture, the weights alone are looked at.
        clip: lowest and highest value to keep; None for an open side.
        percent: whether the bounds of `between` were written in %.
    Raises:
        ValueError: what is wrong, the value, and what to do.
    """
    if family not in FAMILIES:
        raise ValueError(f"no family is called '{family}'{_nearest(family, FAMILIES)}")
    support = _SUPPORTS[family](read(family, parameters), percent)
    if clip is not None:
        _check_clip(clip, support)


# Rules: each checks the numbers of one family and tells between which values the distribution lies


def _value(values: tuple[float, ...], percent: bool) -> Support:
    return values[0], values[0]


def _uniform(values: tuple[float, ...], percent: bool) -> Support:
    low, high = values
    if not low < high:
        raise ValueError(
            f"'low' must be below 'high', got {low:g} and {high:g}; for one number use 'value'{_swap(low, high)}"
        )
    return low, high


def _peaked(values: tuple[float, ...], percent: bool) -> Support:
    low, mode, high = values
    if not (low <= mode <= high and low < high):
        raise ValueError(
            f"the numbers must be in the order low, mode (most likely), high, got {low:g}, {mode:g}, {high:g}"
        )
    return low, high


def _normal(values: tuple[float, ...], percent: bool) -> Support:
    _above_zero("sd", values[1], "for no spread use 'value'")
    return _REAL_LINE


def _lognormal(values: tuple[float, ...], percent: bool) -> Support:
    median, sigma = values
    _above_zero("median", median, "a lognormal is positive; use 'normal' for numbers of either sign")
    _above_zero("sigma", sigma, "for no spread use 'value'")
    if math.log(median) + sigma**2 / 2 > math.log(LARGEST):
        raise ValueError(
            f"the mean is beyond {LARGEST:g} with sigma {sigma:g}; sigma is the sd of the logarithm, make it smaller"
        )
    return _POSITIVE


def _beta(values: tuple[float, ...], percent: bool) -> Support:
    _in_range("a", values[0], BETA_RANGE)
    _in_range("b", values[1], BETA_RANGE)
    return 0.0, 1.0


def _gamma(values: tuple[float, ...], percent: bool) -> Support:
    shape, scale = values
    _in_range("shape", shape, GAMMA_RANGE)
    _above_zero("scale", scale, "for no spread use 'value'")
    return _POSITIVE


def _between(values: tuple[float, ...], percent: bool) -> Support:
    low, high = values
    if not low < high:
        raise ValueError(
            f"the lower bound must be below the upper, got {low:g} and {high:g}; for one number use 'value'"
            + _swap(low, high)
        )
    if percent:
        return _between_percent(low, high)
    if low <= 0:
        return _REAL_LINE
    return _lognormal((math.sqrt(low) * math.sqrt(high), math.log(high / low) / _WIDTH_90), percent)


def _between_percent(low: float, high: float) -> Support:
    if low < 0 or high > 1:
        raise ValueError(
            f"bounds in % must lie from 0 % to 100 %, got {100 * low:g} % and {100 * high:g} %; or write them without %"
        )
    if low == 0 and high == 1:
        raise ValueError(
            "'between' 0 % and 100 % says nothing; use 'uniform: [0, 1]' if any chance is as likely as another"
        )
    return 0.0, 1.0


def _quantiles(points: dict[float | str, float], percent: bool) -> Support:
    inner = sorted((p, x) for p, x in points.items() if not isinstance(p, str))
    if len(inner) < 2:
        raise ValueError(f"'quantiles' needs at least two probabilities, got {len(inner)}; for one number use 'value'")
    for (p, x), (next_p, next_x) in pairwise(inner):
        if next_x < x:
            raise ValueError(
                f"quantiles may not fall: {x:g} at {100 * p:g} %, but {next_x:g} at {100 * next_p:g} %; swap them"
            )
    low, high = inner[0][1], inner[-1][1]
    if points.get("min", low) > low:
        raise ValueError(f"'min' must not be above the lowest quantile, got {points['min']:g} and {low:g}")
    if points.get("max", high) < high:
        raise ValueError(f"'max' must not be below the highest quantile, got {points['max']:g} and {high:g}")
    return points.get("min", low - (inner[1][1] - low) / 2), points.get("max", high + (high - inner[-2][1]) / 2)


def _mixture(weights: tuple[float, ...], percent: bool) -> Support:
    for weight in weights:
        _above_zero("weight", weight, "leave the part out instead")
    if abs(math.fsum(weights) - 1) > 1e-9:
        raise ValueError(f"the weights of a mixture must sum to 1, got {math.fsum(weights):.10g}")
    return _REAL_LINE


def _anything(values: object, percent: bool) -> Support:
    return _REAL_LINE


_SUPPORTS: dict[str, Callable[..., Support]] = {
    "value": _value,
    "uniform": _uniform,
    "triangular": _peaked,
    "pert": _peaked,
    "normal": _normal,
    "lognormal": _lognormal,
    "beta": _beta,
    "gamma": _gamma,
    "between": _between,
    "quantiles": _quantiles,
    "mixture": _mixture,
    "scipy": _anything,
}


# Small checks


def _above_zero(name: str, value: float, advice: str) -> None:
    if not value > 0:
        raise ValueError(f"'{name}' must be above 0, got {value:g}; {advice}")


def _in_range(name: str, value: float, limits: tuple[float, float]) -> None:
    if not limits[0] <= value <= limits[1]:
        advice = "use 'normal' or 'value' for so little spread" if value > 1 else "so near 0 use a 'mixture' of values"
        raise ValueError(f"'{name}' must be from {limits[0]:g} to {limits[1]:g}, got {value:g}; {advice}")


def _check_clip(clip: Clip, support: Support) -> None:
    low, high = (None if bound is None else number("a bound of 'clip'", bound) for bound in clip)
    if low is not None and high is not None and not low < high:
        raise ValueError(f"'clip' must go from low to high, got {low:g} and {high:g}{_swap(low, high)}")
    bottom, top = support
    least, most = (-math.inf if low is None else low), (math.inf if high is None else high)
    touches_only = bottom < top and (least == top or most == bottom)
    if least > top or most < bottom or touches_only:
        raise ValueError(
            f"nothing is left of the distribution after 'clip': it lies between {bottom:g} and {top:g}; widen the clip"
        )


def _swap(low: float, high: float) -> str:
    return ", or swap them" if low > high else ""


def _nearest(name: str, known: Iterable[str]) -> str:
    """A hint: the nearest known name, or all of them."""
    known = tuple(known)
    close = get_close_matches(name, known, n=1)
    return f"; did you mean '{close[0]}'?" if close else f"; known: {', '.join(known)}"
