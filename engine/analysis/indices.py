"""Shares of the variance of each unknown, alone and with others (Sobol' 1993), by pick-freeze."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.analysis.answers import Answers, over_rows
from engine.analysis.deviations import deviations, product
from engine.analysis.linearised import Linear
from engine.games.segments import FloatArray
from engine.program.program import BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """Every figure, and what it varies by.

    Attributes:
        figure: less its center; (n_figures,).
        reached: whether what it is taken among ever comes about; (n_figures,).
        chance: the variance within draws, on average; (n_figures,).
        unknown: the variance between draws, each counting for as much as its condition is likely; (n_figures,).
        spread: the mean square of the draws' deviations, of which the indices are shares; (n_figures,). The same as
            `unknown` where every draw counts for the same.
    """

    figure: Linear
    reached: BoolArray
    chance: Linear
    unknown: Linear
    spread: Linear


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
    figure, among = both.figure, over_rows(both.weights)
    square = over_rows(both.squares) / among
    off = deviations(both, figure)
    return Whole(
        figure,
        among.value > 0,
        over_rows(both.second) / among - square,
        square - figure * figure,
        product(off, off, figure),
    )


def indices_of(whole: Whole, first: Answers, second: Answers, sharing: Answers, renewed: Answers) -> Indices:
    """The indices of one unknown.

    The first-order variance is the mean of f(B) (f(B with all but the unknown drawn anew) - f(A)) (Saltelli et al.
    2010), the total variance half the mean square of f(A) - f(A with the unknown drawn anew) (Jansen 1999).

    Args:
        first: of A.
        second: of B.
        sharing: of A with the unknown as in B, and the others following it if they are correlated.
        renewed: of A with the unknown drawn anew, given the others. Where nothing is correlated both are A with the
            unknown's column of B.
    """
    a, b = deviations(first, whole.figure), deviations(second, whole.figure).pooled
    step = deviations(sharing, whole.figure).pooled.minus(a.pooled)
    change = a.minus(deviations(renewed, whole.figure))
    return Indices(
        product(b, step, whole.figure) / whole.spread, product(change, change, whole.figure) * 0.5 / whole.spread
    )


def _together(matrices: Sequence[Answers]) -> Answers:
    def joined(what: str) -> FloatArray:
        arrays = [getattr(one, what) for one in matrices]
        return arrays[0] if arrays[0].shape[-1] == 1 else np.concatenate(arrays, axis=-1)

    return Answers(joined("part"), joined("among"), joined("second"), matrices[0].center)
