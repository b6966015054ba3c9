"""Unknowns that hang together: from independent uniforms to levels, and back, by a Gaussian copula.

A level says which share of its distribution lies below an unknown's value. Where nothing is correlated levels are the
uniforms. Whatever holds some unknowns and lets others follow is again a matter of uniforms, so there is one way in.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.program.program import BoolArray, Copula, FloatArray, Program


def levels_of(program: Program, uniforms: FloatArray) -> FloatArray:
    """The level of each unknown, strictly between 0 and 1; (n_inputs, n_draws), as the uniforms."""
    if program.copula is None:
        return uniforms
    from scipy.special import ndtr, ndtri

    columns = program.copula.columns
    levels = uniforms.copy()
    levels[columns] = np.clip(ndtr(_mixed(program.copula.factor, ndtri(uniforms[columns]))), 2.0**-54, 1 - 2**-53)
    return levels


def uniforms_for(program: Program, levels: FloatArray) -> FloatArray:
    """The uniforms that lead to these levels; (n_inputs, n_draws), as the levels."""
    if program.copula is None:
        return levels
    from scipy.special import ndtr, ndtri

    columns = program.copula.columns
    uniforms = levels.copy()
    normal = _unmixed(program.copula.factor, ndtri(levels[columns]))
    uniforms[columns] = np.clip(ndtr(normal), 2.0**-54, 1 - 2**-53)
    return uniforms


def followed(program: Program, uniforms: FloatArray, held: Sequence[int], levels: FloatArray) -> FloatArray:
    """The uniforms of draws in which some unknowns are held and the others follow as their correlations say.

    Others keep their rank among the draws that are alike in what is held (Rosenblatt 1952): where nothing is
    correlated they stay as they are, and held at the levels that they have anyway they change nothing.

    Args:
        uniforms: of the draws as they were; (n_inputs, n_draws).
        held: columns of the unknowns that are held.
        levels: at which; (n_held, n_draws) or (n_held, 1).
    """
    held = list(held)
    found = levels_of(program, uniforms).copy()
    correlated = [] if program.copula is None else program.copula.columns.tolist()
    inside = [column for column in held if column in correlated]
    before = found[correlated]
    found[held] = levels
    if program.copula is None or not inside:
        return uniforms_for(program, found)
    from scipy.special import ndtr, ndtri

    order = [*inside, *(column for column in correlated if column not in inside)]
    factor = _reordered(program.copula, [correlated.index(column) for column in order])
    own = _unmixed(factor, ndtri(before[[correlated.index(column) for column in order]]))
    own[: len(inside)] = _unmixed(factor[: len(inside), : len(inside)], ndtri(found[inside]))
    rest = order[len(inside) :]
    found[rest] = np.clip(ndtr(_mixed(factor, own)[len(inside) :]), 2.0**-54, 1 - 2**-53)
    return uniforms_for(program, found)


def redrawn(program: Program, uniforms: FloatArray, fresh: FloatArray, drawn: BoolArray) -> FloatArray:
    """The uniforms of draws in which some unknowns are drawn anew, given the values of the others.

    Args:
        uniforms: of the draws as they were; (n_inputs, n_draws).
        fresh: independent uniforms, same shape: where all unknowns are drawn anew they are the result.
        drawn: which unknowns are drawn anew in each draw; same shape.
    """
    found: FloatArray = np.where(drawn, fresh, uniforms)
    if program.copula is None:
        return found
    from scipy.special import ndtr, ndtri

    columns, factor = program.copula.columns, program.copula.factor
    anew = drawn[columns].T
    some = np.flatnonzero(anew.any(axis=1) & ~anew.all(axis=1))
    if not len(some):
        return found
    mixed, own = _mixed(factor, ndtri(uniforms[columns][:, some])).T, ndtri(fresh[columns][:, some]).T
    order = np.argsort(anew[some], axis=1, kind="stable")  # what is held comes first
    matrix = factor @ factor.T
    factors = np.linalg.cholesky(matrix[order[:, :, None], order[:, None, :]])
    mixed, own = np.take_along_axis(mixed, order, 1), np.take_along_axis(own, order, 1)
    held = np.take_along_axis(~anew[some], order, 1)
    for row in range(len(columns)):
        done = sum((factors[:, row, column] * own[:, column] for column in range(row)), np.zeros(len(some)))
        scale = factors[:, row, row]
        own[:, row] = np.where(held[:, row], (mixed[:, row] - done) / scale, own[:, row])
        mixed[:, row] = np.where(held[:, row], mixed[:, row], done + scale * own[:, row])
    after = np.empty_like(mixed)
    np.put_along_axis(after, order, mixed, 1)
    independent = np.clip(ndtr(_unmixed(factor, after.T)), 2.0**-54, 1 - 2**-53)
    for place, column in enumerate(columns):
        found[column, some] = independent[place]
    return found


def _reordered(copula: Copula, order: Sequence[int]) -> FloatArray:
    """Cholesky factor of the same correlations, the unknowns in another order."""
    matrix = copula.factor @ copula.factor.T
    return np.linalg.cholesky(matrix[np.ix_(order, order)]).astype(np.float64)


def _mixed(factor: FloatArray, normal: FloatArray) -> FloatArray:
    # Row by row and not as a matrix product, whose bits depend on how many draws there are.
    return np.array(
        [sum(factor[row, column] * normal[column] for column in range(row + 1)) for row in range(len(factor))]
    )


def _unmixed(factor: FloatArray, mixed: FloatArray) -> FloatArray:
    """Solves `_mixed` for the independent normals, by forward substitution."""
    normal = np.zeros_like(mixed)
    for row in range(len(factor)):
        done = sum(factor[row, column] * normal[column] for column in range(row))
        normal[row] = (mixed[row] - done) / factor[row, row]
    return normal
