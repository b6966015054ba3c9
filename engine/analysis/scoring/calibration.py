"""Whether probabilities came true as often as they said: tables, a decomposition, and tests under the forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, inf, sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.analysis.estimates import NORMAL
from engine.sampling.streams import raw_words, uniforms

FEWEST: Final = 20
"""Forecasts, below which no verdict is given."""
LEVEL: Final = 0.05
FEWEST_POWER: Final = 0.8
"""With less, tests that find nothing mean nothing."""
STRETCH: Final = 2.0
"""How overconfident a forecaster is whom the tests ought to notice: logits so many times too far from 0."""
TOO_FEW: Final = "too few to tell"
CALIBRATED: Final = "calibrated"
OVERCONFIDENT: Final = "overconfident"
UNDERCONFIDENT: Final = "underconfident"
TOO_HIGH: Final = "too high"
TOO_LOW: Final = "too low"

MOST_BINS: Final = 10
IN_BIN: Final = 5
TRIALS: Final = 999
CELLS: Final = 2_000_000
"""Uniforms that a simulation may take."""
BATCH: Final = 2**19
LARGE: Final = 2_000
"""From so many forecasts on the statistics are as good as normal."""
BITS: Final = 12  # of a word that a uniform leaves out

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts that are alike.

    Attributes:
        n: how many.
        lowest, highest, forecast: the least, the largest and the mean of them.
        observed: the share that happened.
        low, high: its 95 % interval (Wilson 1927).
    """

    n: int
    lowest: float
    highest: float
    forecast: float
    observed: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Decomposition:
    """The mean Brier score as reliability - resolution + uncertainty + within (Murphy 1973; Stephenson et al. 2008).

    Attributes:
        reliability: how far the bins' shares lie from their forecasts, squared; 0 is best.
        resolution: how far they lie from the share of all, squared; larger is better.
        uncertainty: of outcomes that happen as often as these; nobody's fault.
        within: what the spread of the forecasts within the bins adds; 0 if those of each bin are equal.
    """

    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float


@dataclass(frozen=True, slots=True)
class Test:
    """A test of the forecasts against what happened.

    Attributes:
        z: standardised under the forecasts; None where they leave it no spread.
        p: how often something as far out comes about if the forecasts are right; two-sided.
        holm: the same, corrected for the number of tests (Holm 1979).
    """

    z: float | None
    p: float
    holm: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What can be said of a forecaster.

    Attributes:
        n, happened: forecasts, and how many of the events came about.
        forecast: their mean.
        brier, expected: the mean score, and what the forecasts themselves lead one to expect.
        as_bad: how often the score would be as bad or worse if the forecasts were right and independent.
        bins: by rising forecast.
        total: whether they are too high or too low altogether.
        spread: whether they are too near to 0 and 1, or too far from them (Spiegelhalter 1986).
        power: how often these tests would notice forecasts whose logits are twice too far from 0.
        impossible: forecasts of 0 whose event happened, and of 1 whose event did not.
        verdict: one of the words above; with `also`, a second one where both tests speak.
    """

    n: int
    happened: int
    forecast: float
    brier: float
    expected: float
    as_bad: float
    bins: tuple[Bin, ...]
    decomposition: Decomposition
    total: Test
    spread: Test
    power: float
    impossible: int
    verdict: str
    also: str


def calibration(forecasts: Sequence[float] | FloatArray, happened: Sequence[bool] | BoolArray) -> Calibration:
    """Tests forecasts against what happened, taking the outcomes as independent.

    Two tests: of the total, sum(o - p) against its standard deviation, and Spiegelhalter's (1986) of the Brier score.
    Their distribution under the forecasts is simulated, with a fixed seed, so that few forecasts or small ones are no
    trouble; of many it is normal. Holm's correction (1979) keeps the chance to accuse a calibrated forecaster at 5 %.

    Args:
        forecasts: probabilities; (n,), n at least 1.
        happened: (n,).
    """
    p, o = np.asarray(forecasts, np.float64), np.asarray(happened, np.bool_)
    bins = _bins(p, o)
    total, spread, power, as_bad = _tests(p, o)
    wrong = int(((p <= 0) & o).sum() + ((p >= 1) & ~o).sum())
    verdict, also = _verdict(len(p), total, spread, power, wrong)
    return Calibration(
        n=len(p),
        happened=int(o.sum()),
        forecast=float(p.mean()),
        brier=float(((p - o) ** 2).mean()),
        expected=float((p * (1 - p)).mean()),
        as_bad=as_bad,
        bins=tuple(bins),
        decomposition=_decomposition(p, o, bins),
        total=total,
        spread=spread,
        power=power,
        impossible=wrong,
        verdict=verdict,
        also=also,
    )


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share that was counted (Wilson 1927)."""
    z, share = NORMAL, hits / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return (0.0 if hits == 0 else middle - half), (1.0 if hits == n else middle + half)


# Tables


def _bins(p: FloatArray, o: BoolArray) -> list[Bin]:
    """Bins of about equal count, at least five in each; equal forecasts stay together."""
    order = np.argsort(p, kind="stable")
    p, o = p[order], o[order]
    n_bins = max(1, min(MOST_BINS, len(p) // IN_BIN))
    wanted = [round(len(p) * place / n_bins) for place in range(1, n_bins)]
    ends = sorted({*(int(np.searchsorted(p, p[end], "left")) for end in wanted), len(p)} - {0})
    return [_bin(p[start:end], o[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


def _bin(p: FloatArray, o: BoolArray) -> Bin:
    hits = int(o.sum())
    return Bin(len(p), float(p[0]), float(p[-1]), float(p.mean()), hits / len(p), *wilson(hits, len(p)))


def _decomposition(p: FloatArray, o: BoolArray, bins: Sequence[Bin]) -> Decomposition:
    n, base = len(p), float(o.mean())
    brier = float(((p - o) ** 2).mean())
    reliability = sum(one.n * (one.forecast - one.observed) ** 2 for one in bins) / n
    resolution = sum(one.n * (one.observed - base) ** 2 for one in bins) / n
    uncertainty = base * (1 - base)
    return Decomposition(brier, reliability, resolution, uncertainty, brier - reliability + resolution - uncertainty)


# Tests


def _tests(p: FloatArray, o: BoolArray) -> tuple[Test, Test, float, float]:
    """Of the total and of the spread, their power, and how often a Brier score as bad or worse comes about."""
    weights = np.stack([np.ones(len(p)), 1 - 2 * p])
    sd = np.sqrt((weights**2 * p * (1 - p)).sum(axis=1))
    seen = weights @ (o - p)
    trials = max(99, min(TRIALS, CELLS // len(p)))
    right = _simulated(p, p, weights, trials)
    off = _simulated(_even(p), p, weights, trials)
    levels = [
        _levels(abs(seen[row]), np.abs(right[row]), np.abs(off[row]), float(sd[row]), len(p) > LARGE) for row in (0, 1)
    ]
    able = [row for row in (0, 1) if sd[row] > 0]
    found = np.array([levels[row][0] for row in able])
    corrected = _holm(found) if able else found
    tests = [Test(None, 1.0, 1.0), Test(None, 1.0, 1.0)]
    for place, row in enumerate(able):
        tests[row] = Test(float(seen[row] / sd[row]), float(found[place]), float(corrected[place]))
    noticed = np.stack([levels[row][1] for row in able]) if able else np.ones((1, trials))
    power = float((noticed.min(axis=0) <= LEVEL / max(1, len(able))).mean())
    as_bad = float((1 + (right[1] >= seen[1] - _slack(seen[1])).sum()) / (1 + trials))
    return tests[0], tests[1], power, as_bad


def _levels(seen: float, right: FloatArray, off: FloatArray, sd: float, large: bool) -> tuple[float, FloatArray]:
    """How often the forecasts themselves lead to something as far out as was seen, and as each trial of others."""
    if large:
        far = np.array([erfc(min(size / sd, 40.0) / sqrt(2)) if sd > 0 else 1.0 for size in (seen, *off)])
    else:
        ordered = np.sort(right)
        sizes = np.concatenate([[seen], off])
        below = np.searchsorted(ordered, sizes - _slack(sizes), "left")
        far = (1 + len(right) - below) / (1 + len(right))
    return float(far[0]), far[1:]


def _slack(size: FloatArray) -> FloatArray:
    """Sums in another order are the same."""
    return 1e-9 * (1 + np.abs(size))


def _simulated(truth: FloatArray, p: FloatArray, weights: FloatArray, trials: int) -> FloatArray:
    """Both statistics of the forecasts p, where events happen with other chances; (2, trials)."""
    words = max(1, BATCH // len(p))
    parts = []
    for batch, start in enumerate(range(0, trials, words)):
        shape = (min(words, trials - start), len(p))
        drawn = uniforms(raw_words(1, len(p), batch, shape=shape) >> np.uint64(BITS))
        parts.append(weights @ ((drawn < truth) - p).T)
    return np.concatenate(parts, axis=1)


def _even(p: FloatArray) -> FloatArray:
    """The chances of events whose forecasts have logits that are too far from 0."""
    inside = np.clip(p, 1e-12, 1 - 1e-12)
    power = (inside / (1 - inside)) ** (1 / STRETCH)
    return np.where((p <= 0) | (p >= 1), p, power / (1 + power))


def _holm(p: FloatArray) -> FloatArray:
    order = np.argsort(p, kind="stable")
    found = np.empty(len(p))
    found[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return found


def _verdict(n: int, total: Test, spread: Test, power: float, wrong: int) -> tuple[str, str]:
    if wrong:
        return OVERCONFIDENT, ""
    if n < FEWEST:
        return TOO_FEW, ""
    z, s = total.z or 0.0, spread.z or 0.0
    said = [
        (abs(z) if z else inf, TOO_LOW if z > 0 else TOO_HIGH, total),
        (abs(s) if s else inf, OVERCONFIDENT if s > 0 else UNDERCONFIDENT, spread),
    ]
    # of forecasts that are all alike both tests say the same, and rounding must not choose between their names
    found = [name for _, name, test in sorted(said, key=lambda one: -round(one[0], 6)) if test.holm <= LEVEL]
    if found:
        return found[0], found[1] if len(found) > 1 else ""
    return (CALIBRATED, "") if power >= FEWEST_POWER else (TOO_FEW, "")
