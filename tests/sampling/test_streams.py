"""Streams: the same key gives the same numbers, and different keys have nothing to do with each other."""

from __future__ import annotations

import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest

from engine.sampling import stream
from engine.sampling.streams import uniforms

KEYS = [(), (0,), (0, 0), (1,), (0, 1), (1, 0), (2**32 - 1,), (7, 3, 5)]


def test_the_same_key_gives_the_same_numbers() -> None:
    for key in KEYS:
        assert np.array_equal(stream(5, *key).random(100), stream(5, *key).random(100))


def test_numpy_integers_are_the_same_key() -> None:
    assert stream(np.int64(5), np.uint8(3)).random() == stream(5, 3).random()  # type: ignore[arg-type]


def test_different_keys_and_seeds_are_uncorrelated() -> None:
    rows = [stream(seed, *key).random(4000) for seed in (0, 1, 2**62) for key in KEYS]
    correlations = [np.corrcoef(one, other)[0, 1] for one, other in combinations(rows, 2)]
    assert max(map(abs, correlations)) < 5 / np.sqrt(4000)


def test_the_numbers_never_change() -> None:
    words = stream(1, 2, 3).bit_generator.random_raw(2)
    assert list(words) == [3340831800615603085, 6562709875061121008]


def test_the_outermost_words_are_still_strictly_between_zero_and_one() -> None:
    u = uniforms(np.array([0, 2**52 - 1], dtype=np.uint64))
    assert 0 < u[0] < u[1] < 1
    assert u[0] == 1 - u[1]


@pytest.mark.parametrize("seed", [-1, 2**63, 1.5, "1", None])
def test_a_seed_is_a_whole_number_below_2_to_the_63(seed: int) -> None:
    with pytest.raises(ValueError, match="'seed' must be a whole number"):
        stream(seed)


@pytest.mark.parametrize("word", [-1, 2**32, 0.5])
def test_a_key_is_a_whole_number_below_2_to_the_32(word: int) -> None:
    with pytest.raises(ValueError, match="'key' must be a whole number"):
        stream(1, word)


def test_importing_the_package_loads_neither_scipy_nor_numpy_random() -> None:
    code = (
        "import sys, numpy; before = set(sys.modules); import engine.sampling;"
        "print(sorted({'scipy', 'numpy.random'} & (set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_drawing_loads_no_scipy() -> None:
    code = (
        "import sys; from engine.sampling import *; sobol_design(3, 64, 1).chunk(0); random_design(3, 64, 1).chunk(0);"
        "print('scipy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
