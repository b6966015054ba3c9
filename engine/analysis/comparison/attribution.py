"""What each of several items adds to a difference: Shapley values, exact or over sampled orders.

One world has every item as the first side has it, another as the second. A mixed world has some as the second. An
item's share is what it adds when its turn comes, averaged over all orders in which the items may be changed one by one
(Shapley 1953), so shares add up to the whole difference whatever the items do together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import comb
from typing import Final

import numpy as np

from engine.analysis.estimates import Estimate, exact, student_t
from engine.analysis.linearised import Linear
from engine.games.segments import FloatArray, IntArray
from engine.sampling.streams import raw_words

MOST_EXACT: Final = 10
"""Items up to which every mixed world is played."""
FEWEST_PAIRS: Final = 8
MOST_PAIRS: Final = 128
ROUNDING: Final = 1e-24
ORDERS: Final = 0x5A9
"""Tells the stream of the orders from others."""


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """The orders in which items are changed, and the worlds that they lead through.

    Attributes:
        worlds: each as a number, whose bit i is set where item i is as the second side has it; the first is 0, the last
            all bits.
        after, before: for each part and item the places in `worlds` of what the item leads to and from; (n_parts,
            n_items, n_steps). There is one part if all orders are taken, else one for each antithetic pair of orders.
        weight: of each step; (n_items, n_steps); those of an item add up to 1.
    """

    worlds: tuple[int, ...]
    after: IntArray
    before: IntArray
    weight: FloatArray

    @property
    def n_items(self) -> int:
        return int(self.after.shape[1])

    @property
    def exact(self) -> bool:
        """Whether all orders are taken."""
        return len(self.after) == 1


def all_orders(n_items: int) -> Orders:
    """Every order; passes through all 2^n worlds."""
    worlds = np.arange(1 << n_items)
    after = np.array([worlds[worlds >> item & 1 == 1] for item in range(n_items)])
    before = after - (1 << np.arange(n_items))[:, None]
    ahead = np.array([[int(world).bit_count() for world in row] for row in before])
    weight = np.array([1 / (n_items * comb(n_items - 1, size)) for size in range(n_items)])[ahead]
    return Orders(tuple(worlds.tolist()), after[None], before[None], weight)


def some_orders(n_items: int, n_pairs: int, seed: int) -> Orders:
    """Pairs of a random order and its reverse (antithetic; Mitchell, Cooper, Frank & Holmes 2022).

    Args:
        n_items: 1 or more.
        n_pairs: 2 or more, so that there is an error.
        seed: of the orders.
    """
    orders = np.argsort(raw_words(seed, ORDERS, shape=(n_pairs, n_items)), axis=1)
    steps = [[_steps(order), _steps(order[::-1])] for order in orders]
    every = (1 << n_items) - 1
    seen = {world for pair in steps for one in pair for step in one.values() for world in step}
    worlds = (0, *sorted(seen - {0, every}), every)
    place = {world: index for index, world in enumerate(worlds)}

    def places(which: int) -> IntArray:
        return np.array([[[place[one[item][which]] for one in pair] for item in range(n_items)] for pair in steps])

    return Orders(worlds, places(1), places(0), np.full((n_items, 2), 0.5))


def shares_of(orders: Orders, values: FloatArray) -> FloatArray:
    """What each item adds, by part of the orders.

    Args:
        values: of the worlds; (n_worlds,) or (n_worlds, n).

    Returns:
        (n_parts, n_items) or (n_parts, n_items, n). Each part's shares add up to the last world less the first; an
        item that changes no world has exactly 0.
    """
    added = values[orders.after] - values[orders.before]
    found: FloatArray = np.einsum("pis...,is->pi...", added, orders.weight)
    return found


def shapley(n_items: int, value: Callable[[frozenset[int]], float]) -> FloatArray:
    """The Shapley value of each item of a game that gives a value to every set of items; (n_items,)."""
    orders = all_orders(n_items)
    values = [value(frozenset(i for i in range(n_items) if world >> i & 1)) for world in orders.worlds]
    found: FloatArray = shares_of(orders, np.array(values))[0]
    return found


def estimated_shares(orders: Orders, worlds: Linear, whole: Linear | None = None) -> tuple[Estimate, ...]:
    """Each item's share with its error.

    Where the difference of the two sides is known from more draws than the mixed worlds were played on, shares are
    corrected by it as a control variate (Cochran 1977, ch. 7): share + beta (whole - difference), with beta the slope
    of the share on the difference over the scrambles. Slopes add up to 1, so shares add up to the whole.

    Args:
        orders: as `all_orders` or `some_orders`.
        worlds: the figure in each of their worlds; value (n_worlds,).
        whole: the difference on all draws, of the same scrambles; value (). None: it is that of the worlds.
    """
    by_part = shares_of(orders, worlds.value)
    value, parts = by_part.mean(axis=0), shares_of(orders, worlds.change).mean(axis=0)
    n = parts.shape[-1]
    freedom, square = n - 1, parts.var(axis=-1, ddof=1) / n
    if whole is not None:
        value, square, freedom = _corrected(value, parts, worlds, whole)
    orders_square = np.zeros_like(value) if orders.exact else by_part.var(axis=0, ddof=1) / len(by_part)
    return tuple(
        _estimate(float(share), float(one), freedom, float(other), len(by_part) - 1)
        for share, one, other in zip(value, square, orders_square, strict=True)
    )


def _steps(order: IntArray) -> dict[int, tuple[int, int]]:
    """For each item the worlds before and after it is changed."""
    found, world = {}, 0
    for item in order.tolist():
        found[item] = (world, world | 1 << item)
        world |= 1 << item
    return found


def _corrected(
    value: FloatArray, parts: FloatArray, worlds: Linear, whole: Linear
) -> tuple[FloatArray, FloatArray, int]:
    """Shares corrected by the whole difference, the squares of their errors, and degrees of freedom.

    The residual is that of a regression with intercept and slope, so two degrees are gone, and the slope's own error
    counts as far as the correction goes.
    """
    n = parts.shape[-1]
    difference, own = worlds.value[-1] - worlds.value[0], worlds.change[-1] - worlds.change[0]
    gap = float(whole.value - difference)
    spread = float((own**2).sum())
    if spread <= ROUNDING * max(1.0, float((parts**2).sum())):
        size = np.abs(value) if np.abs(value).sum() > 0 else np.ones_like(value)
        added = size / size.sum() * gap
        return value + added, parts.var(axis=-1, ddof=1) / n + added**2, n - 1
    slope = (parts * own).sum(axis=-1) / spread
    rest = parts - slope[:, None] * own
    residual = (rest**2).sum(axis=-1) / (n - 2)
    whole_rest = rest + slope[:, None] * whole.change
    square = (whole_rest**2).sum(axis=-1) / (n - 2) / n + residual * gap**2 / spread
    return value + slope * gap, square, n - 2


def _estimate(value: float, square: float, freedom: int, other: float, other_freedom: int) -> Estimate:
    """A figure with two independent sources of error (Welch 1947)."""
    whole = square + other
    if whole <= 0:
        return exact(value)
    if other > 0:
        freedom = int(whole**2 / (square**2 / freedom + other**2 / other_freedom))
    error = float(np.sqrt(whole))
    half = student_t(max(1, freedom)) * error
    return Estimate(value, error, value - half, value + half)
