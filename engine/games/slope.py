"""How a group's response to its own play changes with that play, and the index of an equilibrium.

With G the response in scaled payoffs (precision times expected payoff) and dEU(a)/dlog p(b) = Cov(u, 1[b on the path] | a on
the path), the index is the sign of det(I - DG). It is +1 along the branch that starts at precision 0 until the branch folds
(Turocy 2005); -1 certifies that there are further equilibria.
"""

from __future__ import annotations

import numpy as np

from engine.games.fixedpoint import play_of
from engine.games.response import Group, Responder
from engine.games.segments import FloatArray, IntArray, Segments, segments


class Slopes:
    """Slopes of one group's response; what depends on the tree alone is laid out once.

    Only differences to each set's last option count, since a choice ignores a common shift: n free rows are left.

    Attributes:
        kept: the group's rows without each set's last option; (n_free,).
        last: for each of them the row of its set's last option; (n_free,).
    """

    def __init__(self, group: Group) -> None:
        self.group = group
        kept: list[int] = []
        last: list[int] = []
        for (start, end), options in zip(group.rows, group.n_options, strict=True):
            for first in range(start, end, options):
                kept += range(first, first + options - 1)
                last += [first + options - 1] * (options - 1)
        self.kept, self.last = np.array(kept), np.array(last)
        self.pairs: dict[tuple[int, int, int], Segments] = {}

    def free(self, rows: FloatArray) -> FloatArray:
        """Differences to each set's last option."""
        differences: FloatArray = rows[self.kept] - rows[self.last]
        return differences

    def whole(self, free: FloatArray) -> FloatArray:
        """Rows with these differences, the last option of each set at 0."""
        rows = np.zeros((self.group.n_rows, free.shape[-1]))
        rows[self.kept] = free
        return rows

    def slope(self, responder: Responder, scaled: FloatArray, share: FloatArray) -> FloatArray:
        """DG at `scaled`, at `share` of the precision, (n_draws,); (n_free, n_free, n_draws)."""
        group = self.group
        play = play_of(responder, scaled)
        chances = responder.chances(play)
        slope = np.zeros((group.n_rows, group.n_rows, scaled.shape[-1]))
        for one in range(len(group.decisions)):
            gaps = responder.gaps(one, play) * (responder.precision[one] * share)
            for other in range(len(group.decisions)):
                if one != other:
                    (first, last), (start, end) = group.rows[one], group.rows[other]
                    by_pair = self._pair(responder.cells, one, other).sum(gaps)
                    by_pair = by_pair.reshape(last - first, end - start, -1)
                    slope[first:last, start:end] = _to_scaled(by_pair, chances[start:end], group.n_options[other])
        free: FloatArray = slope[self.kept][:, self.kept]
        free -= slope[self.last][:, self.kept]
        return free

    def index(self, slope: FloatArray) -> FloatArray:
        """The sign of det(I - DG), (n_draws,); NaN where it cannot be told."""
        sign = np.ones(slope.shape[-1])
        # A response that shrinks every distance has no fold: its determinant need not be taken.
        doubtful = np.flatnonzero(~(np.abs(slope).sum(axis=1).max(axis=0) < 1))
        if len(doubtful):
            matrices = identity_minus(slope[:, :, doubtful])
            finite = np.isfinite(matrices).all(axis=(1, 2))
            matrices[~finite] = np.eye(slope.shape[0])
            sign[doubtful] = np.where(finite, np.linalg.slogdet(matrices)[0], np.nan)
        return sign

    def _pair(self, cells: tuple[IntArray, ...], one: int, other: int) -> Segments:
        """Sums paths or leaves into pairs of an action of `one` and an action of `other`."""
        key = (one, other, len(cells[0]))
        if key not in self.pairs:
            (first, last), (start, end) = self.group.rows[one], self.group.rows[other]
            both = (cells[one] < last) & (cells[other] < end)
            pair = np.where(both, (cells[one] - first) * (end - start) + cells[other] - start, -1)
            self.pairs[key] = segments(pair, (last - first) * (end - start))
        return self.pairs[key]


def identity_minus(slope: FloatArray) -> FloatArray:
    """I - DG for each draw; (n_draws, n_free, n_free)."""
    return np.eye(slope.shape[0]) - np.moveaxis(slope, -1, 0)


def _to_scaled(by_log: FloatArray, play: FloatArray, n_options: int) -> FloatArray:
    """From slopes in log-probabilities to slopes in scaled payoffs: dlog p(b)/dz(c) = 1[b = c] - p(c) within a set."""
    by_set = by_log.reshape(by_log.shape[0], -1, n_options, by_log.shape[-1])
    whole = by_set.sum(axis=2, keepdims=True)
    slopes: FloatArray = by_set - whole * play.reshape(1, -1, n_options, play.shape[-1])
    return slopes.reshape(by_log.shape)
