"""The damped fixed point: each decision in turn answers the others, until nobody moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.games.response import Responder, in_twos
from engine.games.segments import FloatArray, columns

BoolArray = npt.NDArray[np.bool_]

MEMORY: Final = 3
"""Earlier steps that Anderson mixing (Anderson 1965, Walker & Ni 2011) combines."""
SMALLEST_STEP: Final = 1 / 64
COMPACT_BELOW: Final = 0.7
"""The batch is cut to the draws that still move when their share falls below this."""


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """Where the iteration stopped.

    Attributes:
        scaled: precision times expected payoff of each action; (n_rows, n_draws).
        residual: largest change of a probability in the last sweep; (n_draws,).
    """

    scaled: FloatArray
    residual: FloatArray


def play_of(responder: Responder, scaled: FloatArray) -> FloatArray:
    """Everybody's choice, as the responder takes it."""
    group = responder.group
    play = np.full((group.n_rows + 1, scaled.shape[-1]), responder.certain, dtype=scaled.dtype)
    for (start, end), options in zip(group.rows, group.n_options, strict=True):
        play[start:end] = responder.chosen(scaled[start:end], options)
    return play


def chances_of(responder: Responder, scaled: FloatArray) -> FloatArray:
    """Everybody's choice as probabilities; (n_rows + 1, n_draws), the last row 1."""
    return responder.chances(play_of(responder, scaled))


def sweep(responder: Responder, scaled: FloatArray, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Every decision answers once, the last first, at `share` of the actors' precision, (n_draws,).

    Returns:
        The new scaled payoffs, and the largest change of a probability, (n_draws,).
    """
    group = responder.group
    play = play_of(responder, scaled)
    before = responder.chances(play).copy()
    answer = np.empty_like(scaled)
    for number in reversed(range(len(group.decisions))):
        start, end = group.rows[number]
        answer[start:end] = responder.expected(number, play) * (responder.precision[number] * share)
        play[start:end] = responder.chosen(answer[start:end], group.n_options[number])
    change: FloatArray = np.abs(responder.chances(play) - before).max(axis=0)
    return answer, change


def settle(responder: Responder, scaled: FloatArray, share: FloatArray, tolerance: float, max_sweeps: int) -> Point:
    """Sweeps from `scaled` until no probability changes by more than `tolerance`; draws that are done leave."""
    result, residual = scaled.copy(), np.full(scaled.shape[-1], np.inf)
    active = np.arange(scaled.shape[-1])
    mixer = _Mixer(scaled.shape[-1], scaled.dtype)
    moving = np.ones(len(active), dtype=np.bool_)
    for _ in range(max_sweeps):
        answer, change = sweep(responder, scaled, share)
        # a draw that is done stays as it is, however long it waits here for others to be done
        fresh = slice(None) if moving.all() else moving
        result[:, active[fresh]], residual[active[fresh]] = answer[:, fresh], change[fresh]
        moving &= change > tolerance
        left = np.flatnonzero(moving)
        if not len(left):
            break
        scaled = mixer.next(scaled, answer)
        if len(left) < COMPACT_BELOW * len(active):
            kept = in_twos(left)
            active, scaled, share = active[kept], columns(scaled, kept), share[kept]
            responder, moving = responder.take(kept), moving[kept]
            mixer.take(kept)
    return Point(result, residual)


class _Mixer:
    """Anderson mixing, draw by draw, with a step that shrinks where the distance grows."""

    def __init__(self, n_draws: int, digits: np.dtype[np.float64]) -> None:
        self.steps: list[FloatArray] = []
        self.gaps: list[FloatArray] = []
        self.previous: tuple[FloatArray, FloatArray] | None = None
        self.step = np.ones(n_draws, digits)
        self.distance = np.full(n_draws, np.inf, digits)

    def next(self, point: FloatArray, answer: FloatArray) -> FloatArray:
        """The point to try after `point` was answered by `answer`."""
        gap = answer - point
        distance = np.abs(gap).max(axis=0)
        if self.previous is not None:
            self.steps = [point - self.previous[0], *self.steps[: MEMORY - 1]]
            self.gaps = [gap - self.previous[1], *self.gaps[: MEMORY - 1]]
        worse = distance > 1.5 * self.distance
        if worse.any():
            self.step = np.where(worse, np.maximum(self.step / 2, SMALLEST_STEP), self.step)
            for array in (*self.steps, *self.gaps):
                array[:, worse] = 0.0
        self.previous, self.distance = (point, gap), np.minimum(distance, 1e30)
        return self.mixed(point, gap)

    def mixed(self, point: FloatArray, gap: FloatArray) -> FloatArray:
        """The step that would close the gap if it were linear in the point (least squares by Gram-Schmidt)."""
        step, left = np.zeros_like(point), gap
        directions: list[tuple[FloatArray, FloatArray]] = []
        for moved, closed in zip(self.steps, self.gaps, strict=True):
            for direction, motion in directions:
                overlap = (direction * closed).sum(axis=0)
                closed, moved = closed - overlap * direction, moved - overlap * motion
            length = np.sqrt((closed * closed).sum(axis=0))
            scale = np.divide(
                1.0, length, out=np.zeros_like(length), where=length > (1e-14 if length.dtype == np.float64 else 1e-7)
            )
            directions.append((closed * scale, moved * scale))
            share = (directions[-1][0] * left).sum(axis=0)
            left = left - share * directions[-1][0]
            step -= share * directions[-1][1]
        return point + step + self.step * left

    def take(self, draws: npt.NDArray[np.int64]) -> None:
        """Keep only these draws."""
        self.steps = [columns(array, draws) for array in self.steps]
        self.gaps = [columns(array, draws) for array in self.gaps]
        if self.previous is not None:
            self.previous = (columns(self.previous[0], draws), columns(self.previous[1], draws))
        self.step, self.distance = self.step[draws], self.distance[draws]
