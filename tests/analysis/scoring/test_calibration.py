from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine.analysis.scoring.calibration import (
    CALIBRATED,
    OVERCONFIDENT,
    TOO_FEW,
    TOO_HIGH,
    TOO_LOW,
    UNDERCONFIDENT,
    calibration,
    wilson,
)

LAW = 200


def forecaster(seed: int, n: int, stretch: float = 1.0, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Chances of events, stated with logits stretched and shifted, and what happened."""
    random = np.random.default_rng(seed)
    logit = random.normal(0, 1.5, n)
    happened = random.random(n) < 1 / (1 + np.exp(-logit))
    return 1 / (1 + np.exp(-(stretch * logit + shift))), happened


def verdicts(n: int, stretch: float = 1.0, shift: float = 0.0, times: int = LAW) -> dict[str, float]:
    found = [calibration(*forecaster(seed, n, stretch, shift)).verdict for seed in range(times)]
    return {verdict: found.count(verdict) / times for verdict in set(found)}


@pytest.mark.parametrize("n", [25, 150])
def test_a_calibrated_forecaster_is_accused_in_about_5_percent(n: int) -> None:
    found = verdicts(n)
    accused = 1 - found.get(CALIBRATED, 0) - found.get(TOO_FEW, 0)
    assert accused <= 0.05 + 3 * (0.05 * 0.95 / LAW) ** 0.5
    assert accused > 0.01  # nor are the tests deaf
    assert found.get(TOO_FEW, 0) < 0.1 if n == 150 else found[TOO_FEW] > 0.5


def test_an_overconfident_forecaster_is_not_called_calibrated() -> None:
    found = verdicts(200, stretch=2, times=60)
    assert found[OVERCONFIDENT] > 0.95
    assert found.get(CALIBRATED, 0) <= 0.05


def test_of_few_forecasts_hardly_any_overconfident_ones_are_called_calibrated() -> None:
    assert verdicts(50, stretch=2, times=60).get(CALIBRATED, 0) < 0.1


def test_other_faults_have_their_names() -> None:
    assert verdicts(300, stretch=0.4, times=20)[UNDERCONFIDENT] > 0.9
    assert verdicts(200, shift=1, times=20)[TOO_HIGH] > 0.9
    assert verdicts(200, shift=-1, times=20)[TOO_LOW] > 0.9


def test_few_forecasts_are_too_few_whatever_happened() -> None:
    assert calibration([0.1] * 19, [True] * 19).verdict == TOO_FEW
    assert calibration([0.5], [True]).verdict == TOO_FEW


def test_twenty_rare_events_that_do_not_happen_show_nothing() -> None:
    """At 2 % each, none of 20 happens in 0.98^20 = 67 % of cases: no test can tell that from forecasts of 1 or 5 %."""
    found = calibration([0.02] * 20, [False] * 20)
    assert found.verdict == TOO_FEW
    assert found.power < 0.8
    assert found.total.p == pytest.approx(1, abs=0.01)


def test_what_was_said_to_be_impossible_and_happened_is_refuted_at_once() -> None:
    assert calibration([0.0], [True]).verdict == OVERCONFIDENT
    assert calibration([1.0, 0.3], [False, False]).impossible == 1
    assert calibration([0.0] * 30 + [1.0] * 30, [False] * 30 + [True] * 30).verdict == TOO_FEW


def test_p_values_are_those_of_the_binomial_distribution() -> None:
    """16 of 20 at 50 %: the two-sided p-value of a fair coin is 2 (1 + 20 + 190 + 1140 + 4845) / 2^20 = 0.0118."""
    found = calibration([0.5] * 20, [True] * 16 + [False] * 4)
    assert found.total.p == pytest.approx(0.0118, abs=0.006)
    assert found.total.z == pytest.approx(6 / 5**0.5)
    assert found.spread.z is None  # at 50 % nobody is over- or underconfident
    assert found.verdict == TOO_LOW


def test_spiegelhalters_z_by_hand() -> None:
    p, o = [0.2, 0.7, 0.9], [True, True, False]
    above = 0.6 * 0.8 + -0.4 * 0.3 + -0.8 * -0.9
    below = 0.36 * 0.16 + 0.16 * 0.21 + 0.64 * 0.09
    assert calibration(p, o).spread.z == pytest.approx(above / below**0.5)


def test_many_forecasts_are_tested_as_a_normal_distribution() -> None:
    found = calibration(*forecaster(1, 3_000))
    assert found.verdict == CALIBRATED
    assert found.power == 1
    assert calibration(*forecaster(1, 3_000, stretch=1.5)).verdict == OVERCONFIDENT


def test_murphys_identity() -> None:
    """Forecasts of two values: reliability - resolution + uncertainty is the Brier score, by hand."""
    p, o = [0.1] * 10 + [0.8] * 10, [True] * 2 + [False] * 8 + [True] * 7 + [False] * 3
    found = calibration(p, o).decomposition
    assert found.reliability == pytest.approx((0.1**2 + 0.1**2) / 2)
    assert found.resolution == pytest.approx(0.25**2)
    assert found.uncertainty == pytest.approx(0.45 * 0.55)
    assert found.within == pytest.approx(0)
    assert found.brier == pytest.approx(found.reliability - found.resolution + found.uncertainty)


def test_murphys_identity_with_forecasts_that_differ_within_bins() -> None:
    found = calibration(*forecaster(3, 100)).decomposition
    total = found.reliability - found.resolution + found.uncertainty + found.within
    assert found.brier == pytest.approx(total)
    assert abs(found.within) < 0.02


def test_bins_hold_every_forecast_once_and_equal_ones_together() -> None:
    p, o = forecaster(5, 103)
    p = np.round(p, 1)
    found = calibration(p, o).bins
    assert sum(one.n for one in found) == 103
    assert all(one.highest < other.lowest for one, other in pairwise(found))
    assert sum(one.n * one.observed for one in found) == pytest.approx(o.sum())
    assert len(calibration([0.3] * 50, [True] * 50).bins) == 1


def test_wilsons_interval() -> None:
    """Brown, Cai & DasGupta (2001): no hit among n leaves z² / (n + z²) open."""
    z_squared = 1.959964**2
    assert wilson(0, 10) == (0, pytest.approx(z_squared / (10 + z_squared)))
    assert wilson(10, 10) == (pytest.approx(10 / (10 + z_squared)), 1)
    assert wilson(5, 10) == (pytest.approx(0.2366, abs=1e-4), pytest.approx(0.7634, abs=1e-4))


def test_forecasts_that_are_all_alike_are_too_high_before_they_are_anything_else() -> None:
    """Both tests are then the same, so the plainer name comes first."""
    for p in (0.01, 0.1, 0.3, 0.45):
        found = calibration([p] * 1_000, [False] * 1_000)
        assert found.verdict == "too high"
