"""Random numbers by key: the same seed and key give the same numbers, whatever ran before."""

from __future__ import annotations

from operator import index
from typing import Any, TypeAlias

import numpy as np

FloatArray: TypeAlias = np.ndarray[tuple[Any, ...], np.dtype[np.float64]]
WordArray: TypeAlias = np.ndarray[tuple[Any, ...], np.dtype[np.uint64]]

CHUNK = 1024
"""Draws in a chunk, the fixed unit of work; a power of two."""

BITS = 52
"""Binary digits of a uniform. With 53 the topmost cell's middle would round to 1."""


def stream(seed: int, *key: int) -> np.random.Generator:
    """Independent generator for a key: Philox, a counter-based generator (Salmon et al. 2011).

    Args:
        seed: 0 or more, below 2^63.
        key: any number of whole numbers from 0 to 2^32 - 1; (3,) and (3, 0) are different keys.
    Raises:
        ValueError: the seed or a key is out of range.
    """
    seed = whole("seed", seed, 0, 2**63 - 1)
    words = tuple(whole("key", word, 0, 2**32 - 1) for word in key)  # longer words would split, and could coincide
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=words)))


def raw_words(seed: int, *key: int, shape: tuple[int, ...]) -> WordArray:
    """Uniform 64-bit words of the key's stream, filled last axis first."""
    # ``random_raw`` is the bit generator itself, whose output numpy never changes between versions.
    words: WordArray = stream(seed, *key).bit_generator.random_raw(shape)
    return words


def uniforms(words: WordArray) -> FloatArray:
    """Middles of the 2^52 equal cells of (0, 1) that words below 2^52 number; never 0 or 1."""
    values = words.astype(np.float64)
    values += 0.5
    values *= 2.0**-BITS
    return values


def whole(name: str, value: int, low: int, high: int) -> int:
    """The value as an int (numpy's integers included), if it is a whole number from `low` to `high`.

    Raises:
        ValueError: it is not; the message names it.
    """
    try:
        number = index(value)
    except TypeError:
        raise ValueError(f"'{name}' must be a whole number, got {value!r}") from None
    if not low <= number <= high:
        raise ValueError(f"'{name}' must be a whole number from {low} to {high}, got {number}")
    return number
