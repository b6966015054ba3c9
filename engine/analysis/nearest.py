"""The point nearest to the origin at which a function is not negative: the most probable point of first-order reliability.

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
STRETCHED: Final = (1.0, 1.0005, 1.002, 1.005, 1.01, 1.02, 1.05)
SETTLED: Final = 0.01
MOST_STEPS: Final = 12
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
    function: Function, starts: FloatArray, free: BoolArray, bound: float, step: float, most: int = MOST_STEPS
) -> Searched:
    """Looks for the nearest point at which the function is not negative, from several starts at once.

    Args:
        function: what is asked; all points of a step at once.
        starts: (n_inputs, n_starts).
        free: which coordinates each search may move; others stay as they start; same shape.
        bound: no coordinate that is moved goes further from 0 than this.
        step: by which finite differences are taken.
        most: how many steps.
    """
    return _Searches(function, starts, free, bound, step).run(most)


# Private functions


class _Searches:
    def __init__(self, function: Function, starts: FloatArray, free: BoolArray, bound: float, step: float) -> None:
        self.function, self.free, self.bound, self.step = function, free, bound, step
        self.z = np.where(free, np.clip(starts, -bound, bound), starts)
        n = starts.shape[-1]
        self.best: list[FloatArray | None] = [None] * n
        self.furthest, self.gap = self.z[:, 0], -np.inf
        self.open = [True] * n

    def run(self, most: int) -> Searched:
        f, slope = self._with_slopes(self.z, list(range(self.z.shape[-1])))
        for _ in range(most):
            todo = [number for number in range(self.z.shape[-1]) if self.open[number]]
            if not todo:
                break
            self._advance(todo, f, slope)
        self._settle()
        found = tuple(
            Reached(best, np.inf if best is None else float(np.linalg.norm(best))) for best in self.best
        )
        return Searched(found, self.furthest, self.gap)

    def _advance(self, todo: list[int], f: FloatArray, slope: FloatArray) -> None:
        """One step of the searches that go on; their functions and slopes are brought up to date."""
        aims = {number: self._aim(number, f[number], slope[:, number]) for number in todo}
        tried = np.stack(
            [
                self.z[:, number] + share * (aims[number] - self.z[:, number])
                for number in todo
                for share in SHORTER[1:]
            ],
            axis=1,
        )
        full = np.stack([aims[number] for number in todo], axis=1)
        f_full, slope_full, f_tried = self._with_slopes(full, todo, tried)
        behind: list[int] = []
        for place, number in enumerate(todo):
            some = f_tried[place * 2 : place * 2 + 2]
            steep = self._steepness(number, aims[number], slope[:, number])
            points = [full[:, place], tried[:, place * 2], tried[:, place * 2 + 1]]
            merits = [self._merit(point, value, steep) for point, value in zip(points, [f_full[place], *some])]
            chosen = int(np.argmin(merits))
            moved = float(np.abs(points[chosen] - self.z[:, number]).max())
            self.z[:, number] = points[chosen]
            if chosen == 0:
                f[number], slope[:, number] = f_full[place], slope_full[:, place]
            else:
                behind.append(number)
            self.open[number] = moved > SETTLED
        again = [number for number in behind if self.open[number]]
        if again:
            f[again], slope[:, again] = self._with_slopes(self.z[:, again], again)

    def _aim(self, number: int, f: float, slope: FloatArray) -> FloatArray:
        """The nearest point within bounds at which the tangent is 0, or the one at which it is largest."""
        z, free = self.z[:, number], self.free[:, number]
        slope = np.where(free, slope, 0.0)
        if not (np.abs(slope) > FLAT).any():
            return z
        held = np.where(free, 0.0, z)
        needed = float(slope @ z) - f
        if needed <= 0:  # the tangent has the origin inside
            return held

        def along(factor: float) -> FloatArray:
            return np.clip(factor * slope, -self.bound, self.bound)

        high = 2 * self.bound / float(np.abs(slope[np.abs(slope) > FLAT]).min())
        if float(slope @ along(high)) <= needed:
            return held + np.where(np.abs(slope) > FLAT, np.sign(slope) * self.bound, 0.0)
        low = 0.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if float(slope @ along(middle)) >= needed else (middle, high)
        return held + along(high)

    def _steepness(self, number: int, aim: FloatArray, slope: FloatArray) -> float:
        """How much a unit outside counts for in squared distance: more than it can gain."""
        size = float(np.linalg.norm(np.where(self.free[:, number], slope, 0.0)))
        length = max(float(np.linalg.norm(aim)), float(np.linalg.norm(self.z[:, number])))
        return 2 * length / size + 1 if size > FLAT else 1.0

    @staticmethod
    def _merit(point: FloatArray, value: float, steep: float) -> float:
        return float(point @ point) / 2 + steep * abs(min(value, 0.0)) if np.isfinite(value) else np.inf

    def _with_slopes(
        self, z: FloatArray, numbers: list[int], more: FloatArray | None = None
    ) -> tuple[FloatArray, ...]:
        """The function at some points, one for each search, with its slopes there; and at more points."""
        points, owner, column, signs = [z], [], [], []
        for place, number in enumerate(numbers):
            for row in np.flatnonzero(self.free[:, number]):
                sign = -1.0 if z[row, place] + self.step > self.bound else 1.0
                moved = z[:, place].copy()
                moved[row] += sign * self.step
                points.append(moved[:, None])
                owner.append(place)
                column.append(int(row))
                signs.append(sign)
        if more is not None:
            points.append(more)
        whole = np.concatenate(points, axis=1)
        value = self._asked(whole, numbers, owner)
        n = z.shape[-1]
        slope = np.zeros_like(z)
        base = value[:n]
        if owner:
            ahead = value[n : n + len(owner)]
            slope[column, owner] = (ahead - base[owner]) / (np.array(signs) * self.step)
        if more is None:
            return base.copy(), slope
        extra = value[n + len(owner) :]
        self._keep(more, extra, [number for number in numbers for _ in SHORTER[1:]])
        return base.copy(), slope, extra

    def _asked(self, points: FloatArray, numbers: list[int], owner: list[int]) -> FloatArray:
        value = self.function(points)
        n = len(numbers)
        self._keep(points[:, : n + len(owner)], value[: n + len(owner)], [*numbers, *(numbers[one] for one in owner)])
        return value

    def _keep(self, points: FloatArray, value: FloatArray, numbers: list[int]) -> None:
        """Remembers the nearest points inside, and the furthest inside of all."""
        top = int(np.argmax(value))
        if value[top] > self.gap:
            self.furthest, self.gap = points[:, top], float(value[top])
        for place in np.flatnonzero(value >= 0):
            point, number = points[:, place], numbers[place]
            if not self._within(point, number):
                continue
            best = self.best[number]
            if best is None or point @ point < best @ best:
                self.best[number] = point.copy()

    def _within(self, point: FloatArray, number: int) -> bool:
        return bool((np.abs(point[self.free[:, number]]) <= self.bound + 1e-9).all())

    def _settle(self) -> None:
        """Stretches each end a little, until it is inside, and pulls it in along its ray where that goes."""
        for stretch in (STRETCHED, None):
            points, numbers = [], []
            for number in range(self.z.shape[-1]):
                best, free = self.best[number], self.free[:, number]
                if stretch is not None:
                    shares, start = stretch, self.z[:, number]
                elif best is not None:
                    shares, start = (0.2, 0.4, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.96, 0.98, 0.99, 0.995, 0.998), best
                else:
                    continue
                for share in shares:
                    points.append(np.where(free, np.clip(share * start, -self.bound, self.bound), start))
                    numbers.append(number)
            if points:
                whole = np.stack(points, axis=1)
                self._keep(whole, self.function(whole), numbers)
