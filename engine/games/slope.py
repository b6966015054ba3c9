"""How a group's response to its own play changes with that play, and the index of an equilibrium.

With G the response in scaled payoffs (precision times expected payoff) and dEU(a)/dlog p(b) = Cov(u, 1[b on the path] |
a on the path), the index is the sign of det(I - DG). It is +1 along the branch that starts at precision 0 until the
branch folds (Turocy 2005); -1 certifies that there are further equilibria. A pair of real eigenvalues of DG beyond 1
leaves the sign as it was, for instance where the branch of a symmetric game forks in two directions at once.
"""

from __future__ import annotations

import numpy as np

from engine.games.fixedpoint import play_of
from engine.games.linear import solved
from engine.games.response import BoolArray, Group, Responder, in_twos
from engine.games.segments import FloatArray, Segments, segments, summed
from engine.games.spectrum import any_beyond, surely_none_beyond


class Slopes:
    """Slopes of one group's response; what depends on the tree alone is laid out once.

    Only differences to each set's last option count, since a choice ignores a common shift: n free rows are left.

    Attributes:
        kept: the group's rows without each set's last option, the decision with most of them first; (n_free,).
        last: for each of them the row of its set's last option; (n_free,).
        blocks: for each decision its free rows among all.
        n_unit: how many belong to the first; a decision does not answer itself, so that corner of I - DG is I.
    """

    def __init__(self, group: Group) -> None:
        self.group = group
        kept: list[int] = []
        last: list[int] = []
        sizes = [(end - start) // n * (n - 1) for (start, end), n in zip(group.rows, group.n_options, strict=True)]
        self.blocks = [slice(0)] * len(sizes)
        for number in sorted(range(len(sizes)), key=lambda number: -sizes[number]):
            self.blocks[number] = slice(len(kept), len(kept) + sizes[number])
            options = group.n_options[number]
            for first in range(*group.rows[number], options):
                kept += range(first, first + options - 1)
                last += [first + options - 1] * (options - 1)
        self.kept, self.last, self.n_unit = np.array(kept), np.array(last), max(sizes)
        self.diagonal = np.arange(len(kept))
        self.pairs: dict[tuple[type, int, int], Segments] = {}

    def free(self, rows: FloatArray) -> FloatArray:
        """Differences to each set's last option."""
        differences: FloatArray = rows[self.kept] - rows[self.last]
        return differences

    def whole(self, free: FloatArray) -> FloatArray:
        """Rows with these differences, the last option of each set at 0."""
        rows = np.zeros((self.group.n_rows, free.shape[-1]), dtype=free.dtype)
        rows[self.kept] = free
        return rows

    def around(
        self, responder: Responder, scaled: FloatArray, share: FloatArray, sides: int = 0
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """What everybody plays at `scaled`, the answer to it, and how the answer changes.

        Returns:
            The chances, (n_rows + 1, n_draws); the answer at the whole precision, (n_rows, n_draws); I - DG at `share`
            of the precision, (n_draws,), in free coordinates, and room for right-hand sides, (n_free, n_free + sides,
            n_draws).
        """
        group, n_draws = self.group, scaled.shape[-1]
        play = play_of(responder, scaled)
        chances = responder.chances(play)
        answer = np.empty_like(scaled)
        matrix = np.empty((len(self.kept), len(self.kept) + sides, n_draws), dtype=scaled.dtype)
        for one, own in enumerate(self.blocks):
            expected, gaps = responder.moments(one, play)
            precision = responder.precision[one]
            answer[slice(*group.rows[one])] = expected * precision
            for other, their in enumerate(self.blocks):
                if one == other:
                    matrix[own, own] = 0.0
                else:
                    start, end = group.rows[other]
                    by_pair = self._pair(responder, one, other).sum(gaps)
                    by_pair = by_pair.reshape(-1, group.n_options[one], end - start, n_draws)
                    free = by_pair[:, -1:] - by_pair[:, :-1]
                    free = free.reshape(own.stop - own.start, -1, group.n_options[other], n_draws)
                    _to_scaled(free, chances[start:end], matrix[own, their])
            matrix[own, : len(matrix)] *= precision * share
        matrix[self.diagonal, self.diagonal] = 1.0
        return chances, answer, matrix

    def index(self, responder: Responder, scaled: FloatArray) -> FloatArray:
        """The sign of det(I - DG) at `scaled` and the whole precision, (n_draws,); NaN where it cannot be told."""
        return self.signs(responder, scaled)[0]

    def signs(self, responder: Responder, scaled: FloatArray) -> tuple[FloatArray, BoolArray]:
        """The index, and where it may hide a pair of negative eigenvalues."""
        sign, whole = np.ones(scaled.shape[-1]), np.ones(scaled.shape[-1])
        matrix = self.around(responder, scaled, whole)[2]
        paired = self.paired(matrix)
        # A response that shrinks every distance has no fold: its determinant need not be taken.
        doubtful = np.flatnonzero(~(np.abs(matrix).sum(axis=1).max(axis=0) < 2))
        if len(doubtful):
            doubtful = in_twos(doubtful)
            sign[doubtful] = np.sign(solved(matrix[:, :, doubtful], self.n_unit)[1])
        return sign, paired

    def paired(self, matrix: FloatArray) -> BoolArray:
        """Where I - DG, (n_free, n_free, n_draws), may have a pair of negative eigenvalues; (n_draws,)."""
        n_free, _, n_draws = matrix.shape
        if n_free - self.n_unit <= 1:  # eigenvalues of DG then are 0 but for two, one the negative of the other
            return np.zeros(n_draws, dtype=np.bool_)
        response = -matrix
        response[self.diagonal, self.diagonal] += 1.0
        return ~surely_none_beyond(response)

    def drives_away(self, responder: Responder, scaled: FloatArray) -> BoolArray:
        """Where DG has a real eigenvalue beyond 1 at `scaled` and the whole precision; (n_draws,).

        Along the branch from precision 0 it has none unless that folds, or forks, or a complex pair turns real.
        """
        response = -self.around(responder, scaled, np.ones(scaled.shape[-1]))[2]
        response[self.diagonal, self.diagonal] += 1.0
        return any_beyond(response)

    def _pair(self, responder: Responder, one: int, other: int) -> Segments:
        """Sums what the sums for `one` run over into pairs of an action of `one` and an action of `other`."""
        key = (type(responder), one, other)
        if key not in self.pairs:
            (first, last), (start, end) = self.group.rows[one], self.group.rows[other]
            own, their = responder.cells(one)[one], responder.cells(one)[other]
            pair = np.where((own < last) & (their < end), (own - first) * (end - start) + their - start, -1)
            self.pairs[key] = segments(pair, (last - first) * (end - start))
        return self.pairs[key]


def _to_scaled(by_log: FloatArray, chances: FloatArray, out: FloatArray) -> None:
    """From slopes in log-probabilities to slopes in scaled payoffs, without each set's last option.

    dlog p(b)/dz(c) = 1[b = c] - p(c) within a set.

    Args:
        by_log: (n_free, n_sets, n_options, n_draws).
        chances: of the sets' options; (n_sets * n_options, n_draws).
        out: where they go; (n_free, n_sets * (n_options - 1), n_draws).
    """
    n_free, n_sets, n_options, n_draws = by_log.shape
    whole = summed(by_log.reshape(-1, n_options, n_draws)).reshape(n_free, n_sets, 1, n_draws)
    weight = whole * chances.reshape(n_sets, n_options, n_draws)[:, :-1]
    np.subtract(by_log[:, :, :-1], weight, out=out.reshape(n_free, n_sets, n_options - 1, n_draws))
