"""Shares of the variance of each unknown, alone and with others (Sobol' 1993), by pick-freeze."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from engine.analysis.linearised import Linear, mean_of, sum_of
from engine.analysis.sensitivity.answers import Answers, over_rows
from engine.analysis.sensitivity.deviations import Deviations, deviations, product
from engine.analysis.sensitivity.trend import Trend, trend_of
from engine.games.segments import FloatArray
from engine.program.program import BoolArray
from engine.sampling.saltelli import Pairs

ROUNDING: Final = 1e-12
"""Of a figure; what varies by less than this part of it does not vary."""


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """Every figure, and what it varies by.

    Attributes:
        figure: less its center; (n_figures,).
        reached: whether what it is taken among ever comes about; (n_figures,).
        chance: the variance within draws, on average; (n_figures,).
        unknown: the variance between draws, each counting for as much as its condition is likely; (n_figures,); 0
            where it is no more than rounding.
    """

    figure: Linear
    reached: BoolArray
    chance: Linear
    unknown: Linear


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A and B without their trend, which other matrices are compared with.

    Attributes:
        figure: that deviations are taken from, less its center; (n_figures,).
        trend: what was taken off.
        taken: the trend in A; (n_figures, n_replicates, n_rows).
        first: what is left of the deviations of A.
        second: of B.
        spread: the mean square of the deviations, of which the indices are shares; (n_figures,).
        curves: of each unknown that varies the part of its variance that its curve has; each (n_figures,).
    """

    figure: Linear
    trend: Trend
    taken: FloatArray
    first: Deviations
    second: Deviations
    spread: Linear
    curves: tuple[Linear, ...]

    def left_of(self, answers: Answers, trend: FloatArray) -> Deviations:
        """What is left of the deviations of other draws, with this trend in them."""
        return deviations(answers, self.figure).less(trend)


@dataclass(frozen=True, slots=True, eq=False)
class Indices:
    """Of each figure: shares of the variance between draws; each (n_figures,).

    Attributes:
        alone: how much smaller the variance would be on average if the unknown were known: the first-order index.
        overall: how much would be left on average if all others were known: the total index.
    """

    alone: Linear
    overall: Linear


def whole_of(*matrices: Answers) -> Whole:
    """What some matrices of independent draws say together."""
    both = _together(matrices)
    figure, among, shared = both.figure, over_rows(both.weights), over_rows(both.shared)
    # squares of figures that lie close together would cancel
    near = replace(both, part=both.part - figure.value[:, None, None] * both.among)
    middle = over_rows(near.crossed) / shared
    unknown = over_rows(near.squares) / shared - middle * middle
    second = over_rows(both.second) / among
    size = second.value + both.center**2
    varies = np.where(np.abs(unknown.value) > ROUNDING**2 * size, 1.0, 0.0)
    unknown = Linear(unknown.value * varies, unknown.change * varies[:, None])
    return Whole(figure, among.value > 0, second - figure * figure - unknown, unknown)


def ground_of(pairs: Pairs, figure: Linear, first: Answers, second: Answers, correlated: Sequence[int]) -> Ground:
    """A and B, for comparison.

    Args:
        figure: less its center; (n_figures,).
        correlated: columns of unknowns that are.
    """
    one, other = deviations(first, figure), deviations(second, figure)
    trend = trend_of(pairs, one.pooled.off[0], other.pooled.off[0], correlated)
    in_first, in_second = np.zeros((2, *one.off.shape[1:]))
    for place in range(len(pairs.columns)):
        a, b = trend.curve(place)
        in_first += a
        in_second += b
    one, other = one.less(in_first), other.less(in_second)
    curves = []
    for place, squares in enumerate(trend.squares):
        a, b = trend.curve(place)
        # twice the mean product with what is left: the mean of that in A and of that in B, twice
        crossed = product(one.alike(a), one.pooled, figure) + product(other.alike(b), other.pooled, figure)
        curves.append(mean_of(squares) + crossed)
    rest = (product(one, one, figure) + product(other, other, figure)) * 0.5
    return Ground(figure, trend, in_first, one, other, sum_of([*curves, rest]), tuple(curves))


def indices_of(ground: Ground, place: int, sharing: Answers, renewed: Answers) -> Indices:
    """The indices of one unknown.

    The first-order variance is the mean of f(B) (f(B with all but the unknown drawn anew) - f(A)) (Saltelli et al.
    2010), the total variance half the mean square of f(A) - f(A with the unknown drawn anew) (Jansen 1999). Both are
    taken of what the trend leaves; what the trend has of them is added.

    Args:
        place: of the unknown among those that vary.
        sharing: of A with the unknown as in B, and the others following it if they are correlated.
        renewed: of A with the unknown drawn anew, given the others. Where nothing is correlated both are A with the
            unknown's column of B.
    """
    before, after = ground.trend.curve(place)
    trend = ground.taken + (after - before)
    step = ground.left_of(sharing, trend).pooled.minus(ground.first.pooled)
    change = ground.first.minus(ground.left_of(renewed, trend))
    alone = ground.curves[place] + product(ground.second.pooled, step, ground.figure)
    overall = ground.curves[place] + product(change, change, ground.figure) * 0.5
    return Indices(alone / ground.spread, overall / ground.spread)


# Private functions


def _together(matrices: Sequence[Answers]) -> Answers:
    def joined(what: str) -> FloatArray:
        arrays = [getattr(one, what) for one in matrices]
        return arrays[0] if arrays[0].shape[-1] == 1 else np.concatenate(arrays, axis=-1)

    return Answers(joined("part"), joined("among"), joined("second"), matrices[0].center)
