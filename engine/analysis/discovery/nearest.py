"""The point nearest to the origin at which a function is not negative: the most probable point of reliability.

Each step goes to the point nearest to the origin at which the tangent is 0 (Hasofer & Lind 1974; Rackwitz & Fiessler
1978), kept within bounds, and is shortened where a merit function says so (Zhang & Der Kiureghian 1995). Several
searches go on side by side, so that each step of all of them asks for one batch of points. Nothing here knows games.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.games.segments import FloatArray
from engine.program.program import BoolArray

SHORTER: Final = (1.0, 0.5, 0.2)
STRETCHED: Final = (1.0005, 1.002, 1.005, 1.01, 1.02, 1.04, 1.07, 1.12)
SHRUNK: Final = (0.5, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.965, 0.98, 0.99, 0.995, 0.998)
SETTLED: Final = 0.01
IMPROVED: Final = 0.002
"""Searches end once a few steps have brought the nearest point inside nearer by a smaller share than this, or, where
none is inside, the function up."""
MOST_STEPS: Final = 10
FLAT: Final = 1e-12

Function = Callable[[FloatArray], FloatArray]
"""From points, (n_inputs, n), to how far each is inside; negative outside; (n,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """Where one search ended.

    Attributes:
        point: the nearest point found at which the function is not negative, (n_inputs,); None if there is none.
        distance: of it from the origin; infinite if there is none.
    """

    point: FloatArray | None
    distance: float


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """What several searches found.

    Attributes:
        reached: of each search.
        furthest: of all points that were looked at the one at which the function is largest; (n_inputs,).
        gap: the function there.
    """

    reached: tuple[Reached, ...]
    furthest: FloatArray
    gap: float


def search(
    function: Function,
    starts: FloatArray,
    free: BoolArray,
    bound: float,
    step: float,
    most: int = MOST_STEPS,
    enough: float = 0.0,
    eager: bool = True,
) -> Searched:
    """Looks for the nearest point at which the function is not negative, from several starts at once.

    Args:
        function: what is asked; all points of a step at once.
        starts: (n_inputs, n_starts).
        free: which coordinates each search may move; others stay as they start; same shape.
        bound: no coordinate that is moved goes further from 0 than this.
        step: by which finite differences are taken.
        most: how many steps.
        enough: once a search is inside at no more than this distance, it and those after it are over.
        eager: whether slopes are asked for at every point that a step may lead to: more points, but fewer batches.
    """
    return _Searches(function, starts, free, bound, step, enough, eager).run(most)


# Private functions


class _Searches:
    def __init__(
        self,
        function: Function,
        starts: FloatArray,
        free: BoolArray,
        bound: float,
        step: float,
        enough: float,
        eager: bool,
    ) -> None:
        self.function, self.free, self.bound, self.step = function, free, bound, step
        self.enough, self.eager = enough, eager
        self.z: FloatArray = np.where(free, np.clip(starts, -bound, bound), starts)
        self.n = int(starts.shape[-1])
        self.f, self.slope = np.zeros(self.n), np.zeros_like(self.z)
        self.best: list[FloatArray | None] = [None] * self.n
        self.furthest, self.gap = self.z[:, 0], -np.inf
        self.open = [True] * self.n

    def run(self, most: int) -> Searched:
        everyone = list(range(self.n))
        self.f, self.slope = self._asked(self.z, everyone, np.ones(self.n, dtype=np.bool_))
        gained: list[float] = [np.inf, np.inf]
        raised: list[float] = [np.inf, np.inf, np.inf]
        for _ in range(most):
            self._close()
            todo = [number for number in everyone if self.open[number]]
            if not todo:
                break
            before, gap = self._nearest(), self.gap
            self._advance(todo)
            raised.append(self.gap - gap)
            gained.append(before - self._nearest() if np.isfinite(before) else np.inf)
            if self._nearest() < np.inf and sum(gained[-2:]) < IMPROVED * self._nearest():
                break
            if self._nearest() == np.inf and sum(raised[-3:]) <= IMPROVED * abs(self.gap):
                break
        self._settle()
        found = tuple(Reached(best, np.inf if best is None else _length(best)) for best in self.best)
        return Searched(found, self.furthest, self.gap)

    def _nearest(self) -> float:
        return min((_length(best) for best in self.best if best is not None), default=np.inf)

    def _close(self) -> None:
        """Ends searches that are good enough, and those after them."""
        done = False
        for number, best in enumerate(self.best):
            done = done or (best is not None and _length(best) <= self.enough)
            self.open[number] = self.open[number] and not done

    def _advance(self, todo: list[int]) -> None:
        """One step of the searches that go on; their functions and slopes are brought up to date."""
        aims = [self._aim(number) for number in todo]
        tried = np.stack(
            [
                self.z[:, number] + share * (aim - self.z[:, number])
                for number, aim in zip(todo, aims, strict=True)
                for share in SHORTER
            ],
            axis=1,
        )
        owners = [number for number in todo for _ in SHORTER]
        sloped = np.tile([True, *[self.eager] * (len(SHORTER) - 1)], len(todo))
        value, slope = self._asked(tried, owners, sloped)
        behind = []
        for place, (number, aim) in enumerate(zip(todo, aims, strict=True)):
            own = range(place * len(SHORTER), (place + 1) * len(SHORTER))
            steep = self._steepness(number, aim)
            chosen = min(own, key=lambda one: _merit(tried[:, one], float(value[one]), steep))
            moved = float(np.abs(tried[:, chosen] - self.z[:, number]).max())
            self.z[:, number], self.f[number] = tried[:, chosen], value[chosen]
            self.slope[:, number] = slope[:, chosen]
            self.open[number] = moved > SETTLED
            if not sloped[chosen] and self.open[number]:
                behind.append(number)
        if behind:
            own_f, own_slope = self._asked(self.z[:, behind], behind, np.ones(len(behind), dtype=np.bool_))
            self.f[behind], self.slope[:, behind] = own_f, own_slope

    def _aim(self, number: int) -> FloatArray:
        """The nearest point within bounds at which the tangent is 0, or the one at which it is largest."""
        z, free = self.z[:, number], self.free[:, number]
        slope = np.where(free, self.slope[:, number], 0.0)
        held: FloatArray = np.where(free, 0.0, z)
        steep = np.abs(slope) > FLAT
        if not steep.any():
            return z
        needed = float(slope @ z) - float(self.f[number])
        if needed <= 0:  # the tangent has the origin inside
            return held

        def along(factor: float) -> FloatArray:
            found: FloatArray = np.clip(factor * slope, -self.bound, self.bound)
            return found

        low, high = 0.0, 2 * self.bound / float(np.abs(slope[steep]).min())
        if float(slope @ along(high)) <= needed:
            return held + np.where(steep, np.sign(slope) * self.bound, 0.0)
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if float(slope @ along(middle)) >= needed else (middle, high)
        return held + along(high)

    def _steepness(self, number: int, aim: FloatArray) -> float:
        """How much a unit outside counts for in squared distance: more than it can gain."""
        size = _length(np.where(self.free[:, number], self.slope[:, number], 0.0))
        return 2 * max(_length(aim), _length(self.z[:, number])) / size + 1 if size > FLAT else 1.0

    def _asked(self, points: FloatArray, numbers: list[int], sloped: BoolArray) -> tuple[FloatArray, FloatArray]:
        """The function at points of some searches, and its slopes where they are wanted; else 0."""
        moved = [
            (place, int(row), -self.step if points[row, place] + self.step > self.bound else self.step)
            for place, number in enumerate(numbers)
            if sloped[place]
            for row in np.flatnonzero(self.free[:, number])
        ]
        owner = np.array([place for place, *_ in moved], dtype=np.int64)
        row = np.array([row for _, row, _ in moved], dtype=np.int64)
        shift = np.array([by for *_, by in moved])
        ahead = points[:, owner]
        ahead[row, np.arange(len(moved))] += shift
        whole = np.concatenate([points, ahead], axis=1)
        value = self.function(whole)
        self._keep(whole, value, [*numbers, *(numbers[place] for place in owner)])
        n = points.shape[-1]
        slope = np.zeros_like(points)
        slope[row, owner] = (value[n:] - value[:n][owner]) / shift
        return value[:n].copy(), slope

    def _keep(self, points: FloatArray, value: FloatArray, numbers: list[int]) -> None:
        """Remembers the nearest points inside, and the furthest inside of all."""
        top = int(np.argmax(value))
        if value[top] > self.gap:
            self.furthest, self.gap = points[:, top].copy(), float(value[top])
        for place in np.flatnonzero(value >= 0):
            point, number = points[:, place], numbers[place]
            best, free = self.best[number], self.free[:, number]
            within = bool((np.abs(point[free]) <= self.bound + 1e-9).all())
            if within and (best is None or _length(point) < _length(best)):
                self.best[number] = point.copy()

    def _settle(self) -> None:
        """Looks along the rays through the end, and through the nearest point inside, of each search."""
        points, numbers = [], []
        for number, best in enumerate(self.best):
            rays = [(self.z[:, number], STRETCHED)] + ([] if best is None else [(best, SHRUNK)])
            for start, shares in rays:
                for share in shares:
                    inside = np.clip(share * start, -self.bound, self.bound)
                    points.append(np.where(self.free[:, number], inside, start))
                    numbers.append(number)
        whole = np.stack(points, axis=1)
        self._keep(whole, self.function(whole), numbers)


def _merit(point: FloatArray, value: float, steep: float) -> float:
    return float(point @ point) / 2 + steep * abs(min(value, 0.0)) if np.isfinite(value) else np.inf


def _length(point: FloatArray) -> float:
    return float(np.sqrt(point @ point))
