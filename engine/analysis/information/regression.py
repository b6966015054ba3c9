"""What knowing one unknown is worth to a forecaster, from one sample of draws, by regression.

The forecast is projected on orthonormal functions of the unknown's level (Strong, Oakley & Brennan 2014; Heath,
Manolopoulou & Baio 2017). Products of coefficients of different scrambles have no noise in common, so that neither
sampling nor the noise of histories passes for value.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from engine.analysis.estimates import Estimate, exact, of_replicates
from engine.games.segments import FloatArray

DEGREE: Final = 3
PIECES: Final = 16
FEW_PIECES: Final = 4
MANY_DRAWS: Final = 8_192
"""From so many draws on there are more pieces."""
FEW_VALUES: Final = 16
"""An unknown with no more values than this is told apart by its values."""
CLEAR: Final = 2.0
"""A coefficient counts for the direction of the forecast's move if it is so many standard errors away from 0."""
ROUNDING: Final = 1e-12
"""Of a figure; what moves by less than this part of it does not move."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What knowing an unknown would do to a forecast.

    Attributes:
        variance: of what the forecast becomes, Var(E[p | x]): the expected fall of the Brier score, or of the squared
            error of a quantity's mean. Unbiased, so it may fall a little below 0.
        move: how far the forecast moves, E|E[p | x] - p|; never made larger by noise.
    """

    variance: Estimate
    move: Estimate


@dataclass(frozen=True, slots=True)
class Split:
    """What makes a forecast uncertain.

    Attributes:
        forecast: the mean p.
        unknown: Var(p) over what we do not know: the expected fall of the Brier score if we knew all of it.
        chance: what would remain, E[p (1 - p)].
    """

    forecast: Estimate
    unknown: Estimate
    chance: Estimate


def split(
    value: FloatArray, apart: FloatArray, chance: FloatArray, weight: FloatArray, shared: FloatArray, n_replicates: int
) -> Split:
    """What makes a forecast uncertain.

    Args:
        value: the figure in each draw; (n_draws,), draws by scramble.
        apart: by two independent samples of histories; (2, n_draws).
        chance: the variance within each draw; (n_draws,).
        weight: of each draw; (n_draws,).
        shared: of what both samples say of it; (n_draws,).
        n_replicates: independent scrambles, of equal size.
    """
    shape = (n_replicates, -1)
    share = (weight / weight.mean()).reshape(shape)
    center = float((share * value.reshape(shape)).mean())
    forecast = center + (share * (value.reshape(shape) - center)).mean(axis=1)
    squares = chance + (apart[0] - value) * (apart[1] - value) + (value - center) ** 2
    total = (share * squares.reshape(shape)).mean(axis=1)
    total -= float(total.mean()) * (share.mean(axis=1) - 1)  # a ratio's linear part
    share = (shared / shared.mean() if shared.any() else shared).reshape(shape)
    middle = float((share * apart.mean(axis=0).reshape(shape)).mean())
    off = apart.reshape(2, *shape) - middle
    mean, square = (share * off.mean(axis=0)).mean(axis=1), (share * off[0] * off[1]).mean(axis=1)
    if n_replicates == 1:
        unknown = float(square[0] - mean[0] ** 2)
        return Split(exact(center), exact(unknown), exact(float(total[0]) - unknown))
    unknown = square - _pseudo_values(mean[None])
    unknown = unknown - unknown.mean() * (share.mean(axis=1) - 1)
    return Split(of_replicates(forecast), of_replicates(unknown), of_replicates(total - unknown))


def learned(figures: FloatArray, basis: FloatArray, weight: FloatArray, n_replicates: int) -> list[Learned]:
    """What knowing an unknown would do to each forecast.

    Args:
        figures: each forecast in each draw; (n_figures, n_draws), draws by scramble.
        basis: orthonormal functions of the unknown, as `basis_of` gives them; (n_functions, n_draws).
        weight: of each draw, for each forecast; (n_figures, n_draws).
        n_replicates: independent scrambles, of equal size, two or more.
    """
    shape = (n_replicates, -1)
    functions = basis.reshape(len(basis), *shape)
    found = []
    for figure, own in zip(figures, weight, strict=True):
        share = own / own.mean()
        off = (share * (figure - (share * figure).mean())).reshape(shape)
        size = off.shape[1]
        coefficients = np.array([functions[:, r] @ off[r] / size for r in range(n_replicates)]).T
        pseudo = _pseudo_values(coefficients)
        if (own != own[0]).any():
            # how likely the unknown's values are among the draws that count is sampled, too
            clear = _clear(
                coefficients.mean(axis=1, keepdims=True), coefficients.std(axis=1, keepdims=True) / shape[0] ** 0.5
            )
            taught = (share.reshape(shape) * np.tensordot(clear[:, 0], functions, 1) ** 2).mean(axis=1)
            pseudo = pseudo - (taught - taught.mean())
        variance = of_replicates(pseudo)
        direction = _directions(coefficients)
        moves = [float((np.sign(direction[:, r] @ functions[:, r]) * off[r]).mean()) for r in range(n_replicates)]
        square = float((share * figure**2).mean())
        still = abs(variance.value) <= ROUNDING**2 * square
        found.append(Learned(exact(0.0), exact(0.0)) if still else Learned(variance, of_replicates(moves)))
    return found


def basis_of(level: FloatArray, value: FloatArray, weight: FloatArray) -> FloatArray:
    """Orthonormal functions of an unknown, none of them constant; (n_functions, n_draws).

    Args:
        level: share of its distribution that lies below its value in each draw; (n_draws,).
        value: its value; where there are only a few, each has a function of its own.
        weight: of each draw.
    """
    distinct, place = np.unique(value, return_inverse=True)
    if len(distinct) <= FEW_VALUES:
        share = np.bincount(place, weights=weight) / weight.sum()
        found: FloatArray = (place == np.arange(len(distinct))[:, None]) / np.sqrt(np.maximum(share, 1e-12))[:, None]
        return found
    if (weight != weight[0]).any():
        level = _weighted_rank(level, weight)
    pieces = PIECES if len(level) >= MANY_DRAWS else FEW_PIECES
    return _rotation(pieces).T @ _pieces(level, pieces)


# Private functions


def _pseudo_values(coefficients: FloatArray) -> FloatArray:
    """The jackknife's pseudo-values of the sum over k of c_k squared, from products of different scrambles.

    Args:
        coefficients: of each function in each scramble; (n_functions, n_replicates).

    Returns:
        (n_replicates,); their mean is the estimate itself (Arvesen 1969).
    """
    n = coefficients.shape[1]
    total, squares = coefficients.sum(axis=1), (coefficients**2).sum()
    whole = ((total**2).sum() - squares) / (n * (n - 1))
    rest = total[:, None] - coefficients
    without = ((rest**2).sum(axis=0) - (squares - (coefficients**2).sum(axis=0))) / ((n - 1) * max(1, n - 2))
    found: FloatArray = n * whole - (n - 1) * without
    return found


def _directions(coefficients: FloatArray) -> FloatArray:
    """For each scramble what all others say of the coefficients, 0 where that is not clear; same shape."""
    n = coefficients.shape[1]
    mean = (coefficients.sum(axis=1, keepdims=True) - coefficients) / (n - 1)
    square = ((coefficients**2).sum(axis=1, keepdims=True) - coefficients**2) / (n - 1)
    error = np.sqrt(np.maximum(square - mean**2, 0.0) / max(1, n - 2))
    return _clear(mean, error)


def _clear(mean: FloatArray, error: FloatArray) -> FloatArray:
    return np.where(np.abs(mean) > CLEAR * error, mean, 0.0)


def _weighted_rank(level: FloatArray, weight: FloatArray) -> FloatArray:
    """The share of all weight that lies below each level."""
    order = np.argsort(level, kind="stable")
    filled = np.cumsum(weight[order])
    rank = np.empty_like(level)
    rank[order] = (filled - weight[order] / 2) / filled[-1]
    return rank


def _pieces(level: FloatArray, pieces: int) -> FloatArray:
    """Legendre polynomials on each of some equal pieces of 0 to 1, orthonormal; (n_pieces * n_degrees, n)."""
    piece = np.minimum((level * pieces).astype(np.int64), pieces - 1)
    inside = 2 * (level * pieces - piece) - 1
    rows = np.polynomial.legendre.legvander(inside, DEGREE).T
    rows *= np.sqrt((2 * np.arange(DEGREE + 1) + 1) * pieces)[:, None]
    found: FloatArray = (rows[None] * (piece == np.arange(pieces)[:, None])[:, None]).reshape(-1, len(level))
    return found


@lru_cache
def _rotation(pieces: int) -> FloatArray:
    """Turns piecewise polynomials into functions of which the first are those of the whole range, then of its halves.

    A smooth dependence is then in few coefficients (multiwavelets; Alpert 1993). The constant is left out.
    """
    nodes, weights = np.polynomial.legendre.leggauss(2 * DEGREE + 2)
    edges = np.arange(pieces)[:, None]
    level = ((edges + (nodes + 1) / 2) / pieces).reshape(-1)
    mass = np.tile(weights / 2 / pieces, pieces)
    fine = _pieces(level, pieces)
    coarser, count = [], 1
    while count <= pieces:
        coarser.append(_pieces(level, count))
        count *= 2
    inner = (fine * mass) @ np.vstack(coarser).T
    columns: list[FloatArray] = []
    for column in inner.T:
        rest = column.copy()
        for _ in range(2):  # twice is enough (Giraud, Langou & Rozloznik 2005)
            for other in columns:
                rest -= (other @ rest) * other
        size = float(np.sqrt(rest @ rest))
        if size > 1e-9:
            columns.append(rest / size)
    return np.array(columns[1:]).T
