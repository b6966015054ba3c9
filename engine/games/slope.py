"""How a group's response to its own play changes with that play, and the index of an equilibrium.

With G the response in scaled payoffs (precision times expected payoff) and dEU(a)/dlog p(b) = Cov(u, 1[b on the path] |
a on the path), the index is the sign of det(I - DG). It is +1 along the branch that starts at precision 0 until the
branch folds (Turocy 2005); -1 certifies that there are further equilibria.
"""

from __future__ import annotations

import numpy as np

from engine.games.fixedpoint import play_of
from engine.games.response import Group, Responder
from engine.games.segments import FloatArray, Segments, segments


class Slopes:
    """Slopes of one group's response; what depends on the tree alone is laid out once.

    Only differences to each set's last option count, since a choice ignores a common shift: n free rows are left.

    Attributes:
        kept: the group's rows without each set's last option; (n_free,).
        last: for each of them the row of its set's last option; (n_free,).
        blocks: for each decision its free rows among all.
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
        sizes = [(end - start) // n * (n - 1) for (start, end), n in zip(group.rows, group.n_options, strict=True)]
        ends = np.cumsum(sizes).tolist()
        self.blocks = [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)]
        self.pairs: dict[tuple[type, int, int], Segments] = {}

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
        group, n_draws = self.group, scaled.shape[-1]
        play = play_of(responder, scaled)
        chances = responder.chances(play)
        slope = np.zeros((len(self.kept), len(self.kept), n_draws))
        for one, own in enumerate(self.blocks):
            gaps = responder.gaps(one, play) * (responder.precision[one] * share)
            for other, their in enumerate(self.blocks):
                if one != other:
                    start, end = group.rows[other]
                    by_pair = self._pair(responder, one, other).sum(gaps)
                    by_pair = by_pair.reshape(-1, group.n_options[one], end - start, n_draws)
                    free = by_pair[:, :-1] - by_pair[:, -1:]
                    free = free.reshape(own.stop - own.start, -1, group.n_options[other], n_draws)
                    slope[own, their] = _to_scaled(free, chances[start:end]).reshape(
                        own.stop - own.start, their.stop - their.start, n_draws
                    )
        return slope

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

    def _pair(self, responder: Responder, one: int, other: int) -> Segments:
        """Sums what the sums for `one` run over into pairs of an action of `one` and an action of `other`."""
        key = (type(responder), one, other)
        if key not in self.pairs:
            (first, last), (start, end) = self.group.rows[one], self.group.rows[other]
            own, their = responder.cells(one)[one], responder.cells(one)[other]
            pair = np.where((own < last) & (their < end), (own - first) * (end - start) + their - start, -1)
            self.pairs[key] = segments(pair, (last - first) * (end - start))
        return self.pairs[key]


def identity_minus(slope: FloatArray) -> FloatArray:
    """I - DG for each draw; (n_draws, n_free, n_free)."""
    return np.eye(slope.shape[0]) - np.moveaxis(slope, -1, 0)


def _to_scaled(by_log: FloatArray, chances: FloatArray) -> FloatArray:
    """From slopes in log-probabilities to slopes in scaled payoffs, without each set's last option.

    dlog p(b)/dz(c) = 1[b = c] - p(c) within a set.

    Args:
        by_log: (n_free, n_sets, n_options, n_draws).
        chances: of the sets' options; (n_sets * n_options, n_draws).
    """
    whole = by_log.sum(axis=2, keepdims=True)
    slopes: FloatArray = by_log[:, :, :-1] - whole * chances.reshape(1, *by_log.shape[1:])[:, :, :-1]
    return slopes
