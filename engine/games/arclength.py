"""The branch from precision 0 followed round its folds: pseudo-arclength continuation (Keller 1977), draw by draw.

A place on the curve is a point in free coordinates with the share of the precision under it, measured so that both
grow alike. A step goes along the tangent and is corrected at right angles to it (Allgower & Georg 1990, chapter 6).
The curve ends where the share first reaches 1.

Along a smooth curve the determinant of its slope with the tangent below it keeps its sign. Where the sign changes, the
step has come to another curve, or two curves cross: steps are cut until nothing but a crossing can be the cause, such
as the fork of a symmetric game, and then it goes straight on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.games.fixedpoint import chances_of
from engine.games.homotopy import newton
from engine.games.linear import solved
from engine.games.response import BoolArray, Responder, in_twos, sharpness
from engine.games.segments import FloatArray, columns
from engine.games.slope import Slopes

FIRST_STEP: Final = 0.1
SMALLEST_STEP: Final = 1e-7
FORK_STEP: Final = 1e-4
"""A step this short can change the sign of the determinant only at a crossing of curves."""
LARGEST_SHARE: Final = 0.25
"""Of the distance from the start that a step may be long."""
MAX_CORRECTIONS: Final = 6
GROW: Final = 1.6
SHRINK: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Traced:
    """Where the curves were followed to.

    Attributes:
        scaled: precision times expected payoff of each action; (n_rows, n_draws).
        residual: largest distance of a probability from the response to the others; (n_draws,).
        arrived: whether the curve came to the whole precision; (n_draws,). Elsewhere the other fields mean nothing.
        index: at the end; (n_draws,).
    """

    scaled: FloatArray
    residual: FloatArray
    arrived: BoolArray
    index: FloatArray


@dataclass(frozen=True, slots=True)
class Care:
    """How carefully a curve is followed.

    Attributes:
        turn: radians that the tangent may turn in a step.
        jump: distance that a probability may lie from where the tangent pointed.
        close: distance from the curve, as a share of that from the start, at which a correction ends.
        steps: how many may be tried.
    """

    turn: float
    jump: float
    close: float
    steps: int


USUAL: Final = Care(0.25, 0.02, 1e-5, 600)
GREAT: Final = Care(0.06, 0.004, 1e-8, 6000)


def trace(
    responder: Responder,
    slopes: Slopes,
    tolerance: float,
    care: Care = USUAL,
    scaled: FloatArray | None = None,
    share: FloatArray | None = None,
) -> Traced:
    """The point where the branch that starts at precision 0 first comes to the actors' own.

    Args:
        responder: the draws to follow.
        slopes: of their group.
        tolerance: of the residual at the end.
        care: how carefully.
        scaled: a point of the branch that was reached before, near enough for Newton's method; (n_rows, n_draws).
        share: of the precision at which it lies, 1 or more where there is none; (n_draws,). None: nowhere.
    """
    n = responder.precision[0].shape[-1]
    place, arrived = np.zeros((len(slopes.kept) + 1, n)), np.zeros(n, dtype=np.bool_)
    if scaled is None or share is None:
        scaled, share = np.zeros((responder.group.n_rows, n)), np.zeros(n)
    walk = _start(responder, slopes, care, slopes.free(scaled), np.where(share < 1, share, 0.0))
    for _ in range(care.steps):
        walk, ended = walk.stepped(slopes)
        if ended.any():
            place[:, walk.draws[ended]], arrived[walk.draws[ended]] = walk.place[:, ended], walk.landed[ended]
            if ended.all():
                break
            walk = walk.take(in_twos(np.flatnonzero(~ended)))
    traced = Traced(slopes.whole(place[:-1]), np.full(n, np.inf), arrived, np.full(n, np.nan))
    _polish(responder, slopes, traced, tolerance)
    return traced


def _polish(responder: Responder, slopes: Slopes, traced: Traced, tolerance: float) -> None:
    """The ends of the curves to the last digits, in place."""
    draws = np.flatnonzero(traced.arrived)
    if not len(draws):
        return
    draws = in_twos(draws)
    some, whole = responder.take(draws), np.ones(len(draws))
    start = traced.scaled[:, draws]
    end = newton(some, slopes, slopes.free(start), whole, tolerance)
    traced.scaled[:, draws], traced.residual[draws], traced.index[draws] = (
        slopes.whole(end.free),
        end.residual,
        end.sign,
    )
    traced.arrived[draws] = (
        np.abs(chances_of(some, traced.scaled[:, draws]) - chances_of(some, start)).max(axis=0) <= USUAL.jump
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Walk:
    """Draws under way.

    Attributes:
        draws: which they are; (n,).
        length: what the whole precision is in the last coordinate; (n,).
        place: free coordinates and last the share times `length`; (n_free + 1, n).
        tangent: of length 1, the way ahead; same shape.
        step: to try next; (n,).
        sign: of the determinant of the slope with the tangent below it; (n,).
        landed: whether the share is 1; (n,).
    """

    responder: Responder
    care: Care
    draws: npt.NDArray[np.int64]
    length: FloatArray
    place: FloatArray
    tangent: FloatArray
    step: FloatArray
    sign: FloatArray
    landed: BoolArray

    def take(self, some: npt.NDArray[np.int64]) -> _Walk:
        return _Walk(
            self.responder.take(some),
            self.care,
            self.draws[some],
            self.length[some],
            columns(self.place, some),
            columns(self.tangent, some),
            self.step[some],
            self.sign[some],
            self.landed[some],
        )

    def stepped(self, slopes: Slopes) -> tuple[_Walk, BoolArray]:
        """After one try for each draw, and which draws are at an end: landed, or stuck."""
        onto = self.place[-1] + self.step * self.tangent[-1] >= self.length
        gap = self.length - self.place[-1]
        step = np.where(onto, gap / np.where(onto, self.tangent[-1], 1.0), self.step)
        aim = self.place + step * self.tangent
        aim[-1] = np.where(onto, self.length, aim[-1])
        across = np.where(onto, np.eye(len(aim))[:, -1:], self.tangent)
        place, slope, close = _corrected(self.responder, slopes, self.length, aim, across, self.care.close)
        tangent, sign = _tangent(slopes, slope, self.tangent)
        turn = np.arccos(np.clip((tangent * self.tangent).sum(axis=0), -1.0, 1.0))
        jump = np.abs(_chances(self.responder, slopes, place[:-1]) - _chances(self.responder, slopes, aim[:-1])).max(
            axis=0
        )
        fine = close & (turn <= self.care.turn) & (jump <= self.care.jump)
        fine &= (sign == self.sign) | ((step <= FORK_STEP) & ~np.isnan(sign))
        strain = np.maximum(turn / self.care.turn, jump / self.care.jump)
        longest = np.maximum(0.5, LARGEST_SHARE * np.sqrt((place * place).sum(axis=0)))
        onward = np.minimum(np.where(strain < 0.3, GROW, np.where(strain > 0.7, SHRINK, 1.0)) * self.step, longest)
        walk = _Walk(
            self.responder,
            self.care,
            self.draws,
            self.length,
            np.where(fine, place, self.place),
            np.where(fine, tangent, self.tangent),
            np.where(fine, onward, step * SHRINK),
            np.where(fine, sign, self.sign),
            fine & onto,
        )
        astray = (walk.place[-1] < 0) | (walk.step < SMALLEST_STEP) | self.responder.lost()
        return walk, walk.landed | astray


def _start(responder: Responder, slopes: Slopes, care: Care, free: FloatArray, share: FloatArray) -> _Walk:
    """At points of the branch, or at the coin toss where they prove to be none; looking up."""
    n, length = len(share), np.maximum(sharpness(responder), 1e-3)
    point = newton(responder, slopes, free, share, care.close)
    good = (point.residual <= care.close) & (point.sign > 0)
    good &= np.abs(_chances(responder, slopes, point.free) - _chances(responder, slopes, free)).max(axis=0) <= care.jump
    up = np.zeros((len(free) + 1, n))
    up[-1] = 1.0
    start = np.concatenate([point.free, (share * length)[None]])
    # the index must be +1 there, or the branch has folded before
    good &= _tangent(slopes, _around(responder, slopes, length, start)[1], up)[1] > 0
    place = np.where(good, start, 0.0)
    tangent, sign = _tangent(slopes, _around(responder, slopes, length, place)[1], up)
    none = np.zeros(n, dtype=np.bool_)
    return _Walk(responder, care, np.arange(n), length, place, tangent, np.full(n, FIRST_STEP), sign, none)


def _around(
    responder: Responder, slopes: Slopes, length: FloatArray, place: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """How far the answer lies from a place, (n_free, n), and the slope of that gap; (n_free, n_free + 1, n)."""
    share = place[-1] / length
    _, answer, slope = slopes.around(responder, slopes.whole(place[:-1]), share, 1)
    whole = slopes.free(answer)
    slope[:, -1] = -whole / length
    return whole * share - place[:-1], slope


def _corrected(
    responder: Responder, slopes: Slopes, length: FloatArray, aim: FloatArray, across: FloatArray, near: float
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Newton's method from `aim`, at right angles to `across`; the place, the slope there, and whether it is close."""
    place, draws = aim.copy(), np.arange(aim.shape[-1])
    slope, close = np.zeros((len(aim) - 1, *aim.shape)), np.zeros(aim.shape[-1], dtype=np.bool_)
    for round_ in range(MAX_CORRECTIONS + 1):
        gap, slope[:, :, draws] = _around(responder, slopes, length[draws], columns(place, draws))
        on_it = np.abs(gap).max(axis=0) <= near * (1 + np.abs(place[:-1, draws]).max(axis=0))
        # without any correction a long step could land on another curve that happens to pass there
        close[draws] = on_it & (round_ > 0)
        left = np.flatnonzero(~close[draws])
        if round_ == MAX_CORRECTIONS or not len(left):
            break
        left = in_twos(left)
        responder, draws = responder.take(left), draws[left]
        right = np.concatenate([gap[:, left], np.zeros((1, len(left)))])
        place[:, draws] += solved(_bordered(columns(slope, draws), columns(across, draws), right), slopes.n_unit)[0][
            :, 0
        ]
    return place, slope, close


def _bordered(slope: FloatArray, below: FloatArray, right: FloatArray) -> FloatArray:
    """The slope with a row below and a right-hand side beside it."""
    return np.concatenate([np.concatenate([slope, below[None]]), right[:, None]], axis=1)


def _tangent(slopes: Slopes, slope: FloatArray, before: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The direction in which the gap stays 0, on the side of the one before; and the sign of the determinant."""
    ahead = np.zeros_like(before)
    ahead[-1] = 1.0
    tangent, determinant = solved(_bordered(slope, before, ahead), slopes.n_unit)
    tangent = tangent[:, 0]
    return tangent / np.sqrt((tangent * tangent).sum(axis=0)), np.sign(determinant)


def _chances(responder: Responder, slopes: Slopes, free: FloatArray) -> FloatArray:
    return chances_of(responder, slopes.whole(free))
