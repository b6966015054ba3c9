"""What believing stated probabilities does: weights on draws, how surprising they are, and what moves.

Nothing is solved again: the same draws are weighted by how well what they imply fits what is stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from engine.analysis.estimates import Estimate, effective_sample, of_ratio, of_replicates, quantiles, without_noise
from engine.analysis.running.cautions import FEWEST_EFFECTIVE
from engine.distributions.distribution import Distribution
from engine.games.segments import FloatArray, IntArray
from engine.program.program import Input
from engine.simulation.accumulate import counts
from engine.simulation.draws import mass_near

LEVELS: Final = (0.01, 0.05, 0.5, 0.95, 0.99)
"""Quantiles of an unknown that are given: the central 90 and 98 %, and the middle."""
OUTER: Final = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True, eq=False)
class Implied:
    """The probability of one outcome that each draw implies.

    Attributes:
        value: (n_draws,).
        among: the probability of what it is taken among; (n_draws,); 1 where there is no condition.
        apart: `value` by two independent samples of histories; (2, n_draws).
        base: weight of each draw before anything is believed; (n_draws,).
        replicate: to which independent scramble each draw belongs; (n_draws,).
    """

    value: FloatArray
    among: FloatArray
    apart: FloatArray
    base: FloatArray
    replicate: IntArray

    @property
    def certain(self) -> bool:
        """Whether its condition can come about in every draw that counts."""
        return bool((self.among[self.base > 0] > 0).all())

    @property
    def noise(self) -> float:
        """The variance of `value` that is due to sampled histories, on average; 0 where there are none."""
        if (self.apart[0] == self.apart[1]).all():
            return 0.0
        weight = self.base * self.among
        return max(0.0, float((weight * (self.value**2 - self.apart[0] * self.apart[1])).sum() / weight.sum()))

    @property
    def blur(self) -> float:
        """Which share of what varies between draws is the noise of sampled histories."""
        weight = self.base * self.among
        mean = (weight * self.value).sum() / weight.sum()
        whole = float((weight * (self.value - mean) ** 2).sum() / weight.sum())
        return min(1.0, self.noise / whole) if whole > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Changed:
    """A figure of an outcome before and after believing.

    Attributes:
        outcome, value: which; `value` of a choice.
        before, after: its probability or mean.
        change: after minus before, and its error: both rest on the same draws.
    """

    outcome: str
    value: str
    before: Estimate
    after: Estimate
    change: Estimate


@dataclass(frozen=True, slots=True)
class Moved:
    """An unknown before and after believing.

    Attributes:
        name, label: which.
        mean: before; of a value of an unknown without order its share.
        after: its mean after.
        shift: of the mean, in standard deviations that it has before.
        stated: its quantiles before, at `LEVELS`; exact.
        quantiles: the same after, with error; empty where too few draws count.
        value: of an unknown without order, which; else empty. Then there are no quantiles.
    """

    name: str
    label: str
    mean: float
    after: Estimate
    shift: Estimate
    stated: tuple[float, ...]
    quantiles: tuple[Estimate, ...]
    value: str = ""


# Public functions


def weights(stated: Distribution, implied: Implied) -> FloatArray:
    """The weight of each draw if a statement is believed (after Poole & Raftery 2000); (n_draws,)."""
    return implied.base * mass_near(stated, implied.value)


def surprise(stated: Distribution, implied: Implied) -> Estimate:
    """How surprising a statement is: 2 min(P(M < S), P(M > S)), M by the model over what we don't know, S as stated.

    1 if neither tends to be higher, near 0 if one is always higher than the other; M and S are taken as independent,
    and where they are equal half counts for each side. It is the p-value of prior-data conflict (Box 1980; Evans &
    Moshonov 2006) in the form for two sources that speak of the same number (Marshall & Spiegelhalter 2007; Presanis,
    Ohlssen, Spiegelhalter & De Angelis 2013). Noise of sampled histories is taken out to the second order: half of
    the histories have twice the noise (Stefanski & Cook 1995).
    """
    weight = implied.base * implied.among
    lower = 2 * _share_below(stated, implied.value) - _share_below(stated, implied.apart).mean(axis=0)
    share = of_ratio(_sums(weight * lower, implied.replicate), _sums(weight, implied.replicate))
    one, other = min(max(share.value, 0.0), 1.0), min(max(1 - share.value, 0.0), 1.0)
    size, half = 2 * min(one, other), 2 * (share.high - share.value)
    return Estimate(size, 2 * share.error, max(0.0, size - half), min(1.0, size + half))


def mean_of(implied: Implied, weight: FloatArray) -> Estimate | None:
    """The probability of an outcome with these weights on the draws; None if nothing is left of it."""
    below = weight * implied.among
    if not below.sum() > 0:
        return None
    return _bounded(of_ratio(_sums(below * implied.value, implied.replicate), _sums(below, implied.replicate)))


def spread_of(implied: Implied, weight: FloatArray) -> tuple[float, ...] | None:
    """Its 5, 50 and 95 % over what we don't know, the noise of sampled histories taken out."""
    weight = weight * implied.among
    across = counts(implied.value, weight)
    if not len(across.bins):
        return None
    noise = implied.noise
    apart = counts(implied.apart.ravel(), np.concatenate([weight, weight]))
    found = quantiles(across) if noise <= 0 else without_noise(across, apart, noise)
    return None if found is None else tuple(found[level] for level in OUTER)


def changed(outcome: str, value: str, implied: Implied, weight: FloatArray, bounded: bool) -> Changed | None:
    """What becomes of a figure of an outcome; None if nothing is left of it."""
    first, then = implied.base * implied.among, weight * implied.among
    if not (then.sum() > 0 and first.sum() > 0):
        return None
    before, after = (
        of_ratio(_sums(w * implied.value, implied.replicate), _sums(w, implied.replicate)) for w in (first, then)
    )
    change = after.value - before.value
    error = of_replicates(
        _pull(implied.value, then, after.value, implied.replicate)
        - _pull(implied.value, first, before.value, implied.replicate)
    )
    if bounded:
        before, after = _bounded(before), _bounded(after)
    return Changed(outcome, value, before, after, _around(change, error))


def moved(item: Input, values: FloatArray, base: FloatArray, weight: FloatArray, replicate: IntArray) -> Moved | None:
    """Where believing moves an unknown; None if it has one value, or nothing is left.

    Args:
        item: the unknown.
        values: of each draw; (n_draws,).
        base: weight of each draw before.
        weight: the same after.
        replicate: to which scramble each draw belongs.
    """
    before = float((base * values).sum() / base.sum())
    spread = float(np.sqrt((base * (values - before) ** 2).sum() / base.sum()))
    if not (spread > 0 and weight.sum() > 0):
        return None
    after = of_ratio(_sums(weight * values, replicate), _sums(weight, replicate))
    error = of_replicates(_pull(values, weight, after.value, replicate) - _pull(values, base, before, replicate))
    shift = _around((after.value - before) / spread, _scaled(error, 1 / spread))
    stated = tuple(item.distribution.quantile(np.array(LEVELS)).tolist())
    enough = effective_sample(weight) >= FEWEST_EFFECTIVE
    found = tuple(quantile_of(values, weight, replicate, level) for level in LEVELS) if enough else ()
    return Moved(item.name, item.label, before, after, shift, stated, found)


def values_moved(
    item: Input, choice: Sequence[str], values: FloatArray, base: FloatArray, weight: FloatArray, replicate: IntArray
) -> Sequence[Moved]:
    """Where believing moves the shares of the values of an unknown without order; of two the first says it all."""
    several = choice if len(choice) > 2 else choice[:1]
    shares = [
        moved(item, (values == place).astype(np.float64), base, weight, replicate) for place in range(len(several))
    ]
    return [
        replace(one, value=name, stated=(), quantiles=())
        for name, one in zip(several, shares, strict=True)
        if one is not None
    ]


def quantile_of(values: FloatArray, weight: FloatArray, replicate: IntArray, level: float) -> Estimate:
    """A quantile of weighted draws, with the interval that the error of the share below it implies (Woodruff 1952)."""
    order = np.argsort(values, kind="stable")
    filled = np.cumsum(weight[order])
    filled = (filled - weight[order] / 2) / filled[-1]
    value = float(np.interp(level, filled, values[order]))
    below = (values < value) + 0.5 * (values == value)
    share = of_ratio(_sums(weight * below, replicate), _sums(weight, replicate))
    half = (share.high - share.low) / 2
    low, high = (float(end) for end in np.interp([level - half, level + half], filled, values[order]))
    return Estimate(value, (high - low) / 2 / max(half / share.error, 1.0) if share.error > 0 else 0.0, low, high)


def agreement(several: Sequence[FloatArray], base: FloatArray, replicate: IntArray) -> Estimate | None:
    """How much likelier several statements are together than if they were unrelated; None if one of them has no mass.

    The mean of the product of the weights over the product of their means: above 1 they support one another, below 1
    they pull apart (Jensen, Chamberlain, Nordahl & Jensen 1991; Marshall, Rajguru & Slosar 2006).
    """
    counted = _sums(base, replicate)
    relative = [np.divide(weight, base, out=np.zeros_like(base), where=base > 0) for weight in several]
    alone = [_sums(base * weight, replicate) for weight in relative]
    both = _sums(base * np.prod(relative, axis=0), replicate)
    if any(not one.sum() > 0 for one in alone):
        return None
    ratio = both.sum() / counted.sum()
    for one in alone:
        ratio /= one.sum() / counted.sum()
    ratio = float(ratio)
    if ratio == 0:
        return Estimate(0.0, 0.0, 0.0, 0.0)
    pull = both / both.mean() - sum(one / one.mean() for one in alone) + (len(alone) - 1) * counted / counted.mean()
    found = _around(ratio, _scaled(of_replicates(pull), ratio))
    return Estimate(found.value, found.error, max(0.0, found.low), found.high)


# Private functions


def _share_below(stated: Distribution, implied: FloatArray) -> FloatArray:
    """The stated mass below each implied probability, and half of what lies on it."""
    return (stated.cdf(implied) + stated.cdf(np.nextafter(implied, -np.inf))) / 2


def _sums(values: FloatArray, replicate: IntArray) -> FloatArray:
    """Sums over each scramble."""
    return np.bincount(replicate, values).astype(np.float64)


def _pull(values: FloatArray, weight: FloatArray, mean: float, replicate: IntArray) -> FloatArray:
    """What each scramble adds to a weighted mean, times their number: the linear part of a ratio (Cochran 1977)."""
    below = _sums(weight, replicate)
    pull: FloatArray = _sums(weight * (values - mean), replicate) / below.mean()
    return pull


def _around(value: float, error: Estimate) -> Estimate:
    """A figure with the error of another one, whose own value is its distance from it."""
    return Estimate(value, error.error, value + error.low - error.value, value + error.high - error.value)


def _scaled(found: Estimate, factor: float) -> Estimate:
    return Estimate(found.value * factor, found.error * factor, found.low * factor, found.high * factor)


def _bounded(found: Estimate) -> Estimate:
    return Estimate(found.value, found.error, max(0.0, found.low), min(1.0, found.high))
