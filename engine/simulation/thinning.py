"""Thins out weighted histories: few stand for many, and no expectation changes."""

from __future__ import annotations

import numpy as np

from engine.program.program import FloatArray, IntArray


def thinned(weight: FloatArray, draw: IntArray, most: int, uniforms: FloatArray) -> FloatArray:
    """New weights of which at most `most` in each draw are above 0 (Fearnhead & Clifford 2003).

    Heavy histories keep their weight. Of the others some are taken by systematic sampling and stand for all; the
    expectation of each weight is what it was, and their sum stays. Where neighbours have a like future, those that are
    taken stand for theirs, and little noise is added (Gerber, Chopin & Whiteley 2019).

    Args:
        weight: of each history, best sorted by what its future depends on; (n,).
        draw: to which it belongs, ascending; (n,).
        most: histories that a draw may keep.
        uniforms: one for each draw, strictly between 0 and 1; (n_draws,).
    """
    starts = np.flatnonzero(np.r_[True, draw[1:] != draw[:-1]])
    row = np.cumsum(np.r_[True, draw[1:] != draw[:-1]]) - 1
    place = np.arange(len(draw)) - starts[row]
    table = np.zeros((len(starts), int(place.max()) + 1))
    table[row, place] = weight
    if ((table > 0).sum(axis=1) <= most).all():
        return weight
    order = np.argsort(-table, axis=1, kind="stable")
    ranked = np.take_along_axis(table, order, axis=1)
    tail = np.cumsum(ranked[:, ::-1], axis=1)[:, ::-1]
    left = most - np.arange(table.shape[1])
    kept = np.logical_and.accumulate((ranked > 0) & (left > 0) & (ranked * left >= tail), axis=1)
    slots = most - kept.sum(axis=1, keepdims=True)
    heavy = np.zeros_like(kept)
    np.put_along_axis(heavy, order, kept, axis=1)
    light = np.cumsum(np.where(heavy, 0.0, table), axis=1)
    rest = light[:, -1:]
    share = np.divide(rest, slots, out=np.ones_like(rest), where=(slots > 0) & (rest > 0))
    reach = slots * np.divide(light, rest, out=np.zeros_like(light), where=rest > 0)
    # a point every 1, the first at the draw's uniform; a history is taken once for each point that it reaches
    points = np.minimum(np.floor(reach + 1 - uniforms[draw[starts]][:, None]), slots)
    taken = np.diff(np.c_[np.zeros(len(points)), points], axis=1)
    few = ((table > 0).sum(axis=1) <= most)[:, None]
    found: FloatArray = np.where(few | heavy, table, taken * share)[row, place]
    return found
