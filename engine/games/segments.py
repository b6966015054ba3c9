"""Sums of rows by group: how probabilities of paths add up to those of actions and outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

FEW: Final = 8


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Which rows belong to which group, laid out by size of group so that each size is one dense sum.

    A dense product with a 0/1 matrix would spend (number of groups) times the work on zeros.

    Attributes:
        n_groups: number of groups; an empty group sums to 0.
        blocks: for each size of group: the groups, (n,), and their rows, (n, size).
        whole: all groups have the same size and stand in order, so the rows need not be moved.
    """

    n_groups: int
    blocks: tuple[tuple[IntArray, IntArray], ...]
    whole: bool

    @property
    def taken(self) -> npt.NDArray[np.bool_]:
        """Whether each group has any row; (n_groups,)."""
        found = np.zeros(self.n_groups, dtype=np.bool_)
        for groups, _ in self.blocks:
            found[groups] = True
        return found

    def sum(self, rows: FloatArray) -> FloatArray:
        """Sums of `rows`, (n_rows, n_draws), by group: (n_groups, n_draws)."""
        if self.whole:
            return summed(rows.reshape(self.n_groups, -1, rows.shape[-1]))
        if len(self.blocks) == 1 and len(self.blocks[0][0]) == self.n_groups:
            return _gathered(rows, self.blocks[0][1])
        total = np.zeros((self.n_groups, rows.shape[-1]), dtype=rows.dtype)
        for groups, members in self.blocks:
            total[groups] = _gathered(rows, members)
        return total

    def largest(self, rows: FloatArray) -> FloatArray:
        """The largest row of each group; -inf for an empty one."""
        top = np.full((self.n_groups, rows.shape[-1]), -np.inf)
        for groups, members in self.blocks:
            top[groups] = rows[members].max(axis=1)
        return top


def _gathered(rows: FloatArray, members: IntArray) -> FloatArray:
    """The sum of some rows for each group, (n_groups, n_draws); as `summed`, without laying the rows out first."""
    if members.shape[1] > FEW:
        return summed(rows.take(members, axis=0))
    total: FloatArray = rows.take(members[:, 0], axis=0)
    for column in range(1, members.shape[1]):
        total += rows.take(members[:, column], axis=0)
    return total


def summed(rows: FloatArray) -> FloatArray:
    """The sum over the middle axis; a few rows are added one by one, which is faster than a reduction.

    Args:
        rows: (n, n_rows, n_draws).

    Returns:
        A fresh array, (n, n_draws).
    """
    if rows.shape[1] == 1:
        return rows[:, 0].copy()
    if not 2 <= rows.shape[1] <= FEW:
        total: FloatArray = rows.sum(axis=1)
        return total
    total = rows[:, 0] + rows[:, 1]
    for row in range(2, rows.shape[1]):
        total += rows[:, row]
    return total


def largest(rows: FloatArray) -> FloatArray:
    """The largest number over the middle axis; as `summed`."""
    if not 2 <= rows.shape[1] <= FEW:
        top: FloatArray = rows.max(axis=1)
        return top
    top = np.maximum(rows[:, 0], rows[:, 1])
    for row in range(2, rows.shape[1]):
        np.maximum(top, rows[:, row], out=top)
    return top


def columns(array: Any, draws: IntArray | slice) -> Any:
    """Some of the draws of an array, which are on its last axis; several times faster than fancy indexing."""
    return array[..., draws] if isinstance(draws, slice) else array.take(draws, axis=-1)


def segments(group: IntArray, n_groups: int) -> Segments:
    """The layout for rows that belong to `group`, (n_rows,); a negative group is left out."""
    order = np.argsort(group, kind="stable")
    order = order[group[order] >= 0]
    sizes = np.bincount(group[order], minlength=n_groups)
    starts = np.cumsum(sizes) - sizes
    blocks = []
    for size in np.unique(sizes[sizes > 0]).tolist():
        groups = np.flatnonzero(sizes == size)
        blocks.append((groups, order[starts[groups][:, None] + np.arange(size)]))
    even = len(blocks) == 1 and len(blocks[0][0]) == n_groups and len(order) == len(group)
    whole = even and bool((order == np.arange(len(group))).all())
    return Segments(n_groups, tuple(blocks), whole)


def distinct_columns(columns: IntArray) -> tuple[IntArray, IntArray]:
    """The distinct columns in lexicographic order, and which of them each column is.

    Args:
        columns: (n_rows, n_columns); with no rows all columns are the same.
    """
    if not len(columns):
        return np.zeros((0, min(1, columns.shape[1])), dtype=np.int64), np.zeros(columns.shape[1], dtype=np.int64)
    lowest = columns.min(axis=1, keepdims=True, initial=0)
    sizes = (columns.max(axis=1, keepdims=True, initial=0) - lowest + 1).ravel()
    if np.log2(sizes.astype(np.float64)).sum() > 62:
        found, inverse = np.unique(columns, axis=1, return_inverse=True)
        return found, inverse.ravel()
    # As digits of one number a column sorts many times faster than as a record.
    weight = np.append(np.cumprod(sizes[:0:-1])[::-1], 1)
    _, first, inverse = np.unique(weight @ (columns - lowest), return_index=True, return_inverse=True)
    return columns[:, first], inverse.ravel()
