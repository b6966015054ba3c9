"""Sobol' points: digital nets in base 2, plain and randomly scrambled.

A net is linear over the binary digits: point i is the exclusive or of the direction numbers of those digits of i
that are 1. Points come in the plain order of i, not in Gray code order; the first 2^k are the same set in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

import numpy as np

from engine.sampling.streams import BITS, WordArray, raw_words

MAX_INPUTS = 1024
"""Dimensions for which direction numbers are stored."""

INDEX_BITS = 32
"""Binary digits of a point's index: a net has at most 2^32 points."""

_TABLE = Path(__file__).with_name("joe_kuo.txt")
_SCRAMBLE = 0x50B01  # first word of the scrambles' keys, apart from other uses of the seed
_PLACES = np.uint64(1) << np.arange(BITS - 1, BITS - 1 - INDEX_BITS, -1, dtype=np.uint64)  # 1/2, 1/4, ... of 2^52


@dataclass(frozen=True, slots=True, eq=False)
class Net:
    """A digital net; coordinates are words below 2^52, in units of 2^-52.

    Attributes:
        directions: direction number of each digit of the index, the lowest first; (n_inputs, 32).
        shift: digital shift, the point of index 0; (n_inputs,).
    """

    directions: WordArray
    shift: WordArray

    def points(self, start: int, n: int) -> WordArray:
        """Points `start` to `start` + `n` - 1; (n_inputs, n). `n` is a power of two that divides `start`."""
        words = np.empty((len(self.shift), n), dtype=np.uint64)
        set_digits = [digit for digit in range(INDEX_BITS) if start >> digit & 1]
        words[:, 0] = self.shift ^ np.bitwise_xor.reduce(self.directions[:, set_digits], axis=1)
        for digit in range(n.bit_length() - 1):  # doubling: the upper half is the lower half, one digit set
            half = 1 << digit
            np.bitwise_xor(words[:, :half], self.directions[:, digit, None], out=words[:, half : 2 * half])
        return words


@lru_cache(maxsize=8)
def sobol_net(n_inputs: int) -> Net:
    """Sobol' points (Sobol' 1967) by the recurrence of Bratley & Fox (1988), numbers of Joe & Kuo (2008).

    Args:
        n_inputs: 1 to 1024.
    """
    polynomials, initial = _read_table(n_inputs - 1)
    degrees = np.array([polynomial.bit_length() - 1 for polynomial in polynomials], dtype=np.int64)
    width = initial.shape[1]
    taps = _taps(polynomials, width)
    # Columns before `width` are zeros, so that the recurrence can look back past the first direction number.
    columns = np.zeros((len(polynomials), width + INDEX_BITS), dtype=np.uint64)
    rows = np.arange(len(polynomials))
    for digit in range(INDEX_BITS):
        now = width + digit
        recurrence = np.bitwise_xor.reduce(columns[:, digit:now] & taps, axis=1)
        recurrence ^= columns[rows, now - degrees] >> degrees.astype(np.uint64)
        given = initial[:, min(digit, width - 1)] * _PLACES[digit]
        columns[:, now] = np.where(digit < degrees, given, recurrence)
    directions = np.vstack([_PLACES, columns[:, width:]])  # the first dimension: m_i = 1, van der Corput (1935)
    return _frozen(directions, np.zeros(n_inputs, dtype=np.uint64))


@lru_cache(maxsize=64)
def scrambled_net(n_inputs: int, seed: int, replicate: int) -> Net:
    """Sobol' points under a random linear matrix scramble and a digital shift (Matousek 1998).

    Each dimension's digits are multiplied by its own random lower triangular 0/1 matrix with unit diagonal, then
    shifted: every point is uniform, and the whole keeps the net's equidistribution. A dimension's scramble depends
    only on the seed, the replicate and the dimension's number.

    Args:
        n_inputs: 1 to 1024.
        seed: 0 or more, below 2^63.
        replicate: which of the independent scrambles, from 0.
    """
    plain = sobol_net(n_inputs).directions
    words = raw_words(seed, _SCRAMBLE, replicate, shape=(n_inputs, INDEX_BITS + 1))
    directions = np.zeros_like(plain)
    for place in range(INDEX_BITS):  # the matrix by columns; plain direction numbers have no digits beyond these
        column = _PLACES[place] | words[:, place] >> np.uint64(64 - BITS + 1 + place)
        directions ^= np.where(plain & _PLACES[place], column[:, None], np.uint64(0))
    return _frozen(directions, words[:, INDEX_BITS] >> np.uint64(64 - BITS))


def _read_table(n_rows: int) -> tuple[list[int], WordArray]:
    """Polynomials and initial numbers of dimensions 2 to `n_rows` + 1; the numbers (n_rows, degree), padded with 0."""
    with _TABLE.open(encoding="ascii") as lines:
        numbers = (line.split() for line in lines if not line.startswith("#"))
        rows = [[int(number) for number in row] for row in islice(numbers, n_rows)]
    initial = np.zeros((n_rows, max(map(len, rows), default=2) - 1), dtype=np.uint64)
    for values, row in zip(initial, rows, strict=True):
        values[: len(row) - 1] = row[1:]
    return [row[0] for row in rows], initial


def _taps(polynomials: list[int], width: int) -> WordArray:
    """Masks, all ones where the recurrence uses the direction number 1 + width - column back; (n_rows, width)."""
    padded = [polynomial << (width - polynomial.bit_length() + 1) for polynomial in polynomials]
    back = np.arange(width, 0, -1)
    used = (np.array(padded, dtype=np.int64)[:, None] >> (width - back)) & 1
    return np.where(used == 1, np.uint64(2**64 - 1), np.uint64(0))


def _frozen(directions: WordArray, shift: WordArray) -> Net:
    directions.flags.writeable = shift.flags.writeable = False
    return Net(directions, shift)
