"""The index of an equilibrium: the sign of det(I - DG), G the response of a group of decisions to its own play.

It is +1 along the branch that starts at precision 0 until the branch folds (Turocy 2005); -1 certifies that there are
further equilibria.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np
import numpy.typing as npt

from engine.games.fixedpoint import extended
from engine.games.response import Group, PathSums
from engine.games.segments import FloatArray, Segments, segments


class IndexSigns:
    """Index signs for one group; what depends on the tree alone is laid out once."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.pairs = {pair: _pairs(group, *pair) for pair in permutations(range(len(group.decisions)), 2)}

    def at(self, sums: PathSums, scaled: FloatArray) -> npt.NDArray[np.float64]:
        """The sign at a solution, (n_draws,); NaN where it cannot be told."""
        slope = self.slope(sums, scaled)
        sign = np.ones(scaled.shape[-1])
        # A response that shrinks every distance has no fold: the determinant need not be taken.
        doubtful = np.flatnonzero(~(np.abs(slope).sum(axis=1).max(axis=0) < 1))
        if len(doubtful):
            matrices = np.eye(slope.shape[0]) - np.moveaxis(slope[:, :, doubtful], -1, 0)
            finite = np.isfinite(matrices).all(axis=(1, 2))
            matrices[~finite] = np.eye(slope.shape[0])
            sign[doubtful] = np.where(finite, np.linalg.slogdet(matrices)[0], np.nan)
        return sign

    def slope(self, sums: PathSums, scaled: FloatArray) -> FloatArray:
        """DG in differences to each set's last option: (n, n, n_draws), n the number of free probabilities.

        dEU(a)/dlog p(b) = Cov(u, 1[b on the path] | a on the path), and dlog p(b)/dz(c) = 1[b = c] - p(c) within a set.
        """
        group = self.group
        play, _ = extended(sums, scaled)
        slope = np.zeros((group.n_rows, group.n_rows, scaled.shape[-1]))
        for (one, other), pair in self.pairs.items():
            (first, last), (start, end) = group.rows[one], group.rows[other]
            covariance = self.covariance(sums, one, play, pair).reshape(last - first, end - start, -1)
            slope[first:last, start:end] = self.to_scaled(covariance, play[start:end], group.n_options[other])
            slope[first:last, start:end] *= sums.precision[one]
        return self.free(slope)

    def covariance(self, sums: PathSums, decision: int, play: FloatArray, pair: Segments) -> FloatArray:
        """Covariance of the actor's payoff with each action of the other decision, given each of its own actions."""
        group, (start, _) = self.group, self.group.rows[decision]
        chance, payoff = sums.weights(decision, play)
        to_rows, own = group.paths_to_rows[decision], group.path_row[decision]
        total = to_rows.sum(chance)
        total = np.where(total > 0, total, np.inf)
        expected = to_rows.sum(payoff) / total
        on_path = np.flatnonzero(own < group.rows[decision][1])
        gap = np.zeros_like(chance)
        row = own[on_path] - start
        gap[on_path] = (payoff[on_path] - expected[row] * chance[on_path]) / total[row]
        return pair.sum(gap)

    @staticmethod
    def to_scaled(covariance: FloatArray, play: FloatArray, n_options: int) -> FloatArray:
        """From slopes in log-probabilities to slopes in scaled payoffs, set by set."""
        by_set = covariance.reshape(covariance.shape[0], -1, n_options, covariance.shape[-1])
        whole = by_set.sum(axis=2, keepdims=True)
        slopes: FloatArray = by_set - whole * play.reshape(1, -1, n_options, play.shape[-1])
        return slopes.reshape(covariance.shape)

    def free(self, slope: FloatArray) -> FloatArray:
        """Differences to each set's last option, which lose nothing: the response ignores a common shift."""
        kept: list[int] = []
        last: list[int] = []
        for (start, end), options in zip(self.group.rows, self.group.n_options, strict=True):
            for first in range(start, end, options):
                kept += range(first, first + options - 1)
                last += [first + options - 1] * (options - 1)
        return slope[kept][:, kept] - slope[last][:, kept]


def _pairs(group: Group, one: int, other: int) -> Segments:
    """Sums paths into pairs of an action of `one` and an action of `other`."""
    (first, last), (start, end) = group.rows[one], group.rows[other]
    own, their = group.path_row[one], group.path_row[other]
    both = (own < last) & (their < end)
    # path rows of another decision are larger or smaller, so each is compared with its own range
    pair = np.where(both, (own - first) * (end - start) + their - start, -1)
    return segments(pair, (last - first) * (end - start))
