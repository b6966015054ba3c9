"""Few histories stand for many: what is kept, and that no expectation changes."""

from __future__ import annotations

import numpy as np
import pytest

from engine.simulation.thinning import thinned

FloatArray = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
GRID = (np.arange(20_000) + 0.5) / 20_000


def alone(weight: FloatArray, most: int, uniform: float) -> FloatArray:
    return thinned(weight, np.zeros(len(weight), np.int64), most, np.array([uniform]))


def weights(seed: int, n: int) -> FloatArray:
    """Of very different size, some 0, some equal."""
    rng = np.random.default_rng([3, seed])
    found = np.exp(rng.normal(0, rng.uniform(0, 3), n))
    found[rng.random(n) < 0.15] = 0.0
    if seed % 3 == 0:
        found = np.ceil(found)
    return found * 10.0 ** rng.integers(-200, 3)


CASES = [(seed, n, most) for seed in range(12) for n, most in ((9, 1), (9, 4), (30, 8), (17, 16))]


@pytest.mark.parametrize(("seed", "n", "most"), CASES)
def test_sums_stay_and_few_are_kept(seed: int, n: int, most: int) -> None:
    weight = weights(seed, n)
    for uniform in [2.0**-53, 1e-9, 0.25, 0.5, 0.75, 1 - 2.0**-53, *np.random.default_rng(seed).random(50)]:
        found = alone(weight, most, uniform)
        assert found.sum() == pytest.approx(weight.sum(), rel=1e-12, abs=0)
        assert (found > 0).sum() <= most
        assert (found >= 0).all()
        assert (found[weight == 0] == 0).all()


@pytest.mark.parametrize(("seed", "n", "most"), CASES)
def test_the_expectation_of_every_weight_is_what_it_was(seed: int, n: int, most: int) -> None:
    """Over an even grid of uniforms, a step function's mean is off by at most one step for each of its jumps."""
    weight = weights(seed, n)
    draw = np.repeat(np.arange(len(GRID)), n)
    found = thinned(np.tile(weight, len(GRID)), draw, most, GRID).reshape(len(GRID), n)
    np.testing.assert_allclose(found.mean(axis=0), weight, atol=3 * weight.sum() / len(GRID))


@pytest.mark.parametrize(("seed", "n", "most"), CASES)
def test_heavy_histories_keep_their_weight_and_light_ones_stand_for_equal_shares(seed: int, n: int, most: int) -> None:
    """Fearnhead and Clifford (2003): sum min(w / c, 1) = most fixes c; those above c stay, the rest is c or 0."""
    weight = weights(seed, n)
    if (weight > 0).sum() <= most:
        assert (alone(weight, most, 0.3) == weight).all()
        return
    scaled = weight / weight.max()
    low, high = 0.0, float(scaled.sum())
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if np.minimum(scaled / middle, 1).sum() > most else (low, middle)
    for uniform in (0.01, 0.4, 0.9):
        found = alone(weight, most, uniform) / weight.max()
        heavy = scaled > high * (1 + 1e-9)
        np.testing.assert_allclose(found[heavy], scaled[heavy], rtol=1e-12)
        light = (scaled < high * (1 - 1e-9)) & (found > 0)
        np.testing.assert_allclose(found[light], high, rtol=1e-9)


def test_neighbours_stand_for_one_another() -> None:
    """Equal weights, and a figure that rises from 0 to 1 along the order: each kept one stands for the 1/m around it.

    The mean that is kept is then off by at most 1/m, and evenly so: its variance is 1 / (12 m^2), not 1 / (12 m) as if
    they were taken at random.
    """
    n, most = 64, 8
    figure = (np.arange(n) + 0.5) / n
    kept = thinned(np.full(n * len(GRID), 1 / n), np.repeat(np.arange(len(GRID)), n), most, GRID).reshape(-1, n)
    # the step function of n values on an even grid of uniforms: n / most kinds, 1 / n apart
    steps = n // most
    assert (kept @ figure).var() == pytest.approx((steps**2 - 1) / 12 / n**2, rel=1e-3)


def test_few_histories_are_left_alone_to_the_bit() -> None:
    weight = np.array([0.1, 0.2, 0.3, 0.0])
    assert (alone(weight, 3, 0.123) == weight).all()


def test_draws_do_not_disturb_each_other() -> None:
    """A draw's new weights are the same alone and beside draws with more or fewer histories."""
    rng = np.random.default_rng(5)
    sizes = [1, 30, 9, 2, 17]
    several = [weights(number, size) for number, size in enumerate(sizes)]
    uniforms = rng.random(len(sizes))
    together = thinned(np.concatenate(several), np.repeat(np.arange(len(sizes)), sizes), 8, uniforms)
    apart = [alone(weight, 8, uniform) for weight, uniform in zip(several, uniforms, strict=True)]
    assert (together == np.concatenate(apart)).all()


def test_a_draw_without_histories_is_skipped() -> None:
    """Draws are meant by their number: the uniform of draw 3 thins draw 3, though draws 0 to 2 have ended."""
    weight = weights(1, 30)
    found = thinned(weight, np.full(30, 3), 8, np.array([0.9, 0.8, 0.7, 0.2]))
    assert (found == alone(weight, 8, 0.2)).all()


def test_no_weight_at_all_stays_none() -> None:
    assert (alone(np.zeros(5), 2, 0.5) == 0).all()
