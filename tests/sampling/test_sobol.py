"""Sobol' points and their scrambles are digital nets, and the plain ones are scipy's."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import qmc

from engine.sampling import sobol
from engine.sampling.sobol import Net, scrambled_net, sobol_net
from engine.sampling.streams import BITS, WordArray

LOG2_POINTS = 10
N = 1 << LOG2_POINTS


@pytest.mark.parametrize("n_inputs", [1, 2, 3, 4, 10, 100, 1024])
def test_plain_points_are_those_of_scipy(n_inputs: int) -> None:
    reference = qmc.Sobol(n_inputs, scramble=False).random(4 * N).T
    index = np.arange(4 * N)
    points = sobol_net(n_inputs).points(0, 4 * N) * 2.0**-BITS
    assert np.array_equal(np.sort(points, axis=1), np.sort(reference, axis=1))
    assert np.array_equal(points[:, index ^ (index >> 1)], reference)  # scipy goes in Gray code order


def test_points_built_in_parts_are_the_points_built_at_once() -> None:
    net = scrambled_net(7, 3, 0)
    parts = [net.points(start, N // 4) for start in range(0, 4 * N, N // 4)]
    assert np.array_equal(np.hstack(parts), net.points(0, 4 * N))


def test_far_points_are_the_exclusive_or_of_their_digits() -> None:
    net = scrambled_net(3, 3, 0)
    start = 0b1011 << 28
    expected = net.shift ^ net.directions[:, 31] ^ net.directions[:, 29] ^ net.directions[:, 28]
    assert np.array_equal(net.points(start, 1)[:, 0], expected)


@pytest.mark.parametrize("replicate", [0, 1, 5])
def test_each_cell_of_each_scrambled_coordinate_holds_one_point(replicate: int) -> None:
    points = scrambled_net(40, 11, replicate).points(0, N)
    for log2_n in range(LOG2_POINTS + 1):
        cells = points[:, : 1 << log2_n] >> np.uint64(BITS - log2_n)
        assert np.array_equal(np.sort(cells, axis=1), np.broadcast_to(np.arange(1 << log2_n), cells.shape))


def test_the_first_two_scrambled_coordinates_have_one_point_in_each_elementary_interval() -> None:
    counts = [box_counts(scrambled_net(2, 4, 0), (0, 1), a, LOG2_POINTS - a) for a in range(LOG2_POINTS + 1)]
    assert np.array_equal(counts, np.ones((LOG2_POINTS + 1, N)))


def test_scrambling_permutes_the_elementary_intervals_of_every_pair() -> None:
    plain, scrambled = sobol_net(6), scrambled_net(6, 4, 2)
    for pair in combinations(range(6), 2):
        for a in range(1, LOG2_POINTS):
            before, after = (box_counts(net, pair, a, LOG2_POINTS - a) for net in (plain, scrambled))
            assert np.array_equal(np.sort(before), np.sort(after))


def test_a_scramble_is_lower_triangular_with_unit_diagonal() -> None:
    # The first dimension's plain direction numbers are the unit vectors, so scrambled they are the matrix's columns.
    columns = [int(column) for column in scrambled_net(1, 9, 0).directions[0]]
    assert [column.bit_length() for column in columns] == list(range(BITS, BITS - 32, -1))


def test_all_digits_below_the_diagonal_are_fair_coins() -> None:
    columns = np.array([scrambled_net(1, seed, 0).directions[0] for seed in range(400)])
    shifts = np.array([scrambled_net(1, seed, 0).shift[0] for seed in range(400)])
    shares = [digit_shares(columns[:, place])[: BITS - 1 - place] for place in range(32)]
    assert np.abs(np.concatenate([*shares, digit_shares(shifts)]) - 0.5).max() < 5 * 0.5 / 20


def test_a_dimensions_scramble_does_not_depend_on_how_many_there_are() -> None:
    few, many = scrambled_net(3, 8, 1), scrambled_net(30, 8, 1)
    assert np.array_equal(few.directions, many.directions[:3])
    assert np.array_equal(few.shift, many.shift[:3])


def test_seeds_replicates_and_dimensions_are_scrambled_differently() -> None:
    nets = [scrambled_net(5, seed, replicate) for seed in range(4) for replicate in range(4)]
    assert len(set(np.concatenate([net.shift for net in nets]).tolist())) == 80


def test_cached_nets_cannot_be_changed() -> None:
    for net in (sobol_net(2), scrambled_net(2, 1, 0)):
        with pytest.raises(ValueError, match="read-only"):
            net.directions[0, 0] = 1
        with pytest.raises(ValueError, match="read-only"):
            net.shift[0] = 1


def test_the_table_has_a_line_for_every_dimension_but_the_first_and_carries_its_licence() -> None:
    text = Path(sobol.__file__).with_name("joe_kuo.txt").read_text(encoding="ascii")
    rows = [line.split() for line in text.splitlines() if not line.startswith("#")]
    assert len(rows) == sobol.MAX_INPUTS - 1
    assert all(int(polynomial).bit_length() - 1 == len(initial) for polynomial, *initial in rows)
    assert "Copyright (c) 2008, Frances Y. Kuo and Stephen Joe" in text


def box_counts(net: Net, pair: tuple[int, int], a: int, b: int) -> np.ndarray:
    """Points among the first N in each of the 2^a x 2^b equal boxes of two coordinates; (2^(a + b),)."""
    first, second = net.points(0, N)[list(pair)].astype(np.int64)
    return np.bincount((first >> (BITS - a) << b) + (second >> (BITS - b)), minlength=1 << (a + b))


def digit_shares(words: WordArray) -> np.ndarray:
    """Share of ones in each binary digit, lowest first; (52,)."""
    shares: np.ndarray = (words[:, None] >> np.arange(BITS, dtype=np.uint64) & np.uint64(1)).mean(axis=0)
    return shares
