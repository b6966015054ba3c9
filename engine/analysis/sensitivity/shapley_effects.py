"""Shapley effects: a fair share of the variance for each unknown, also where unknowns are correlated (Owen 2014).

What a set of unknowns costs is the variance that is left on average when all others are known (Song, Nelson & Staum
2016). An unknown's effect is what it adds to the cost of those before it, on average over all orders in which they can
be drawn anew. Effects are never negative, and add up to the variance. Each draw takes one random order (Goda 2021).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, partial
from itertools import chain
from typing import Final

import numpy as np

from engine.analysis.linearised import Linear, mean_of, sum_of
from engine.analysis.sensitivity.answers import Answers
from engine.analysis.sensitivity.deviations import Deviations
from engine.analysis.sensitivity.indices import Ground
from engine.games.segments import FloatArray, IntArray
from engine.program.dependence import redrawn
from engine.program.program import Program
from engine.sampling.saltelli import Matrix, Pair, Pairs
from engine.sampling.streams import raw_words

ORDERS: Final = 0x05DE5
"""Tells the stream of the orders from others."""


def walk_matrices(program: Program, n_varied: int) -> list[Matrix]:
    """A with the first, the first two, ... of the unknowns drawn anew, in each draw's own order; all but the last."""
    return [Matrix(partial(_walked, program, step)) for step in range(1, n_varied)]


def shapley_of(ground: Ground, pairs: Pairs, second: Answers, walk: Iterable[Answers]) -> list[Linear]:
    """The effect of each unknown that varies, as a share of all; each (n_figures,).

    As with Sobol' indices the cost is taken of what the trend leaves, and what the trend has of an effect is added.

    Args:
        ground: what the walk is compared with.
        pairs: A and B.
        second: of B, in which all unknowns are drawn anew.
        walk: of the matrices of `walk_matrices`.
    """
    orders = np.concatenate([order_of(pairs.chunk(i)) for i in range(pairs.points.n_chunks)], axis=1)
    shape = ground.taken.shape
    by_order = orders.reshape(len(orders), *shape[1:])
    steps = [after - before for before, after in map(ground.trend.curve, range(len(orders)))]
    effects = np.zeros((len(orders), *shape[:2]))
    trend, before = ground.taken, np.zeros(shape)
    for step, answers in enumerate(chain(walk, [second])):
        own = [by_order[step] == place for place in range(len(orders))]
        trend = trend + sum((np.where(mask, move, 0.0) for mask, move in zip(own, steps, strict=True)), np.zeros(1))
        cost = _cost(ground.first.minus(ground.left_of(answers, trend)))
        for place, mask in enumerate(own):
            effects[place] += np.where(mask, cost - before, 0.0).mean(axis=-1)
        before = cost
    found = [curve + mean_of(effect) for curve, effect in zip(ground.curves, effects, strict=True)]
    total = sum_of(found)
    return [effect / total for effect in found]


def order_of(pair: Pair) -> IntArray:
    """In which order the unknowns that vary are drawn anew in each draw, as places among them; (n_varied, n)."""
    return _order(pair.seed, pair.index, len(pair.columns), pair.first.shape[-1])


# Private functions


@lru_cache(maxsize=8)
def _order(seed: int, index: int, n_varied: int, n: int) -> IntArray:
    words = raw_words(seed, ORDERS, index, shape=(n, n_varied))
    order: IntArray = np.argsort(words, axis=1, kind="stable").T
    order.flags.writeable = False
    return order


def _walked(program: Program, step: int, pair: Pair) -> FloatArray:
    columns = np.array(pair.columns)
    drawn = np.zeros(pair.first.shape, dtype=np.bool_)
    np.put_along_axis(drawn, columns[order_of(pair)[:step]], True, 0)
    return redrawn(program, pair.first, pair.second, drawn)


def _cost(change: Deviations) -> FloatArray:
    """Half the squared differences; (n_figures, n_replicates, n_rows)."""
    found: FloatArray = change.off[0] * change.off[-1] / 2
    return found
