"""Shapley values of games whose values are known (Shapley 1953), exact and by sampled orders."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from engine.analysis.comparison.attribution import (
    Orders,
    all_orders,
    estimated_shares,
    shapley,
    shares_of,
    some_orders,
)
from engine.analysis.linearised import Linear

GENERATOR = np.random.default_rng(7)


def values_of(orders: Orders, value: object) -> np.ndarray:
    assert callable(value)
    items = range(orders.n_items)
    return np.array([value(frozenset(i for i in items if world >> i & 1)) for world in orders.worlds])


def weighted_majority(coalition: frozenset[int]) -> float:
    """The UN Security Council in small: item 0 has a veto, and one of the two others must agree."""
    return float(0 in coalition and len(coalition) > 1)


def test_a_veto_is_worth_two_thirds() -> None:
    assert shapley(3, weighted_majority) == pytest.approx([2 / 3, 1 / 6, 1 / 6], abs=1e-15)


def test_gloves() -> None:
    """Two left and two right gloves make two pairs, worth 1 each: by symmetry each glove is worth 1/2."""
    found = shapley(4, lambda one: float(min(len(one & {0, 1}), len(one & {2, 3}))))
    assert found == pytest.approx([0.5] * 4, abs=1e-15)


def test_an_airport_pays_for_its_runway() -> None:
    """Costs 1, 3, 7 of the longest runway needed (Littlechild & Owen 1973): each stretch is shared by its users."""
    costs = (1.0, 3.0, 7.0)
    found = shapley(3, lambda one: max((costs[i] for i in one), default=0.0))
    assert found == pytest.approx([1 / 3, 1 / 3 + 2 / 2, 1 / 3 + 2 / 2 + 4], abs=1e-14)


def test_additive_games_pay_each_its_own() -> None:
    own = GENERATOR.normal(size=10)
    found = shapley(10, lambda one: float(sum(own[list(one)])))
    assert found == pytest.approx(own, abs=1e-13)


def pairwise(n_items: int) -> tuple[np.ndarray, object]:
    """A game of single and pairwise effects; the share of an item is its own and half of its pairs'."""
    matrix = GENERATOR.normal(size=(n_items, n_items))
    matrix = (matrix + matrix.T) / 2

    def value(one: frozenset[int]) -> float:
        return float(sum(matrix[i, i] for i in one) + sum(matrix[i, j] for i, j in combinations(sorted(one), 2)))

    return np.diag(matrix) + (matrix.sum(axis=1) - np.diag(matrix)) / 2, value


def test_pairs_share_alike() -> None:
    shares, value = pairwise(6)
    assert callable(value)
    assert shapley(6, value) == pytest.approx(shares, abs=1e-13)


def test_antithetic_orders_are_exact_where_only_pairs_interact() -> None:
    """An item and its partner come in either order once in an order and its reverse."""
    shares, value = pairwise(13)
    orders = some_orders(13, 4, seed=3)
    found = shares_of(orders, values_of(orders, value))
    for part in found:
        assert part == pytest.approx(shares, abs=1e-12)


@pytest.mark.parametrize("orders", [all_orders(7), some_orders(7, 5, seed=1), some_orders(12, 3, seed=2)])
def test_every_part_adds_up_and_idle_items_have_nothing(orders: Orders) -> None:
    game = {world & ~2: GENERATOR.normal() for world in orders.worlds}
    values = np.array([game[world & ~2] for world in orders.worlds])  # item 1 changes nothing
    found = shares_of(orders, values)
    assert found.sum(axis=1) == pytest.approx(np.full(len(found), values[-1] - values[0]), abs=1e-12)
    assert (found[:, 1] == 0).all()


def test_symmetric_items_have_the_same() -> None:
    found = shapley(8, lambda one: float(len(one & {2, 5}) ** 1.5 + len(one)))
    assert found[2] == pytest.approx(found[5], abs=1e-14)


def test_sampled_orders_say_how_far_they_may_be_off() -> None:
    """A game of triples, whose shares depend on the orders: 95 % intervals cover them in 91 to 98 % of 200 seeds."""
    n, triples = 11, list(combinations(range(11), 3))
    gains = GENERATOR.normal(size=len(triples))
    truth = np.zeros(n)
    for gain, triple in zip(gains, triples, strict=True):
        truth[list(triple)] += gain / 3
    masks = np.array([sum(1 << i for i in triple) for triple in triples])
    covered = []
    for seed in range(200):
        orders = some_orders(n, 16, seed)
        worlds = np.array(orders.worlds)
        values = ((worlds[:, None] & masks) == masks) @ gains
        found = estimated_shares(orders, Linear(values, np.zeros((len(worlds), 16))))
        covered += [one.low <= share <= one.high for one, share in zip(found, truth, strict=True)]
    assert 0.91 < np.mean(covered) < 0.98


def test_shares_are_corrected_by_what_is_known_of_the_whole() -> None:
    """Shares in fixed proportions of a noisy difference: known exactly once the difference is."""
    orders = all_orders(2)
    noise = GENERATOR.normal(size=16)
    noise -= noise.mean()
    weights = np.array([0.0, 0.25, 0.75, 1.0])  # additive: shares 1/4 and 3/4
    worlds = Linear(weights * 0.9, weights[:, None] * noise)
    found = estimated_shares(orders, worlds, Linear(np.array(1.0), np.zeros(16)))
    assert [one.value for one in found] == pytest.approx([0.25, 0.75], abs=1e-12)
    assert max(one.error for one in found) < 1e-12


def test_corrected_shares_add_up_to_the_whole() -> None:
    orders = all_orders(4)
    parts = GENERATOR.normal(size=(16, 16))
    parts -= parts.mean(axis=1, keepdims=True)
    worlds = Linear(GENERATOR.normal(size=16), parts)
    whole = Linear(np.array(2.5), parts[3])
    assert sum(one.value for one in estimated_shares(orders, worlds, whole)) == pytest.approx(2.5, abs=1e-12)


def test_where_nothing_is_sampled_shares_are_exact() -> None:
    orders = all_orders(3)
    values = GENERATOR.normal(size=8)
    worlds = Linear(values, np.zeros((8, 16)))
    for one in estimated_shares(orders, worlds, Linear(values[-1] - values[0], np.zeros(16))):
        assert one.error == 0
        assert one.low == one.value == one.high
