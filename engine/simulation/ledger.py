"""What the rounds say, added up over all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.program.program import FloatArray, IntArray, Measure, Program
from engine.simulation.draws import Draws, Solved, weight_of
from engine.simulation.histories import ISLANDS, Histories
from engine.simulation.played import Told
from engine.simulation.reading import Reading


class Ledger:
    """What the rounds say, added up by draw, for each island."""

    def __init__(self, program: Program, n_draws: int) -> None:
        self.program, self.n_draws = program, n_draws
        self.count = program.recurrence.count if program.recurrence is not None else 1
        self.parts: dict[tuple[int, str], FloatArray] = {}
        self.among: dict[tuple[int, str], FloatArray] = {}
        self.values: dict[str, list[FloatArray]] = {}
        self.mass: dict[str, list[FloatArray]] = {}
        self.surprised: dict[int, FloatArray] = {}
        self.chance = np.zeros((self.count, n_draws))  # that a round is played
        self.solved: list[Solved] = []

    def add(self, number: int, now: Histories, played: Told) -> None:
        """A round of all histories, which are sorted by draw."""
        draw = now.draw
        starts = np.flatnonzero(np.r_[True, draw[1:] != draw[:-1]])
        present = draw[starts]

        def by_draw(array: FloatArray) -> FloatArray:
            return np.add.reduceat(array, starts, axis=-1)

        self.chance[number - 1][present] = by_draw(now.weight.sum(axis=(0, 1))) / ISLANDS
        for measure in self.program.measures:
            if measure.by is not None and number > measure.by:
                continue
            for island, readings in enumerate(played.readings):
                if measure.name in readings:
                    reading = readings[measure.name]
                    parts, among = self._of(island, measure.name, len(reading.parts))
                    parts[number - 1][:, present] = by_draw(reading.parts)
                    among[number - 1][present] = by_draw(reading.among)
            if measure.number is not None and measure.name in played.readings[0]:
                self._spread(measure, [readings[measure.name] for readings in played.readings], starts, draw)
        for actor, chance in played.surprised.items():
            self.surprised.setdefault(actor, np.zeros(self.n_draws))[present] += by_draw(chance)
        self._solve(present, starts, played.solved)

    def _of(self, island: int, name: str, n_parts: int) -> tuple[FloatArray, FloatArray]:
        if (island, name) not in self.parts:
            self.parts[island, name] = np.zeros((self.count, n_parts, self.n_draws))
            self.among[island, name] = np.zeros((self.count, self.n_draws))
        return self.parts[island, name], self.among[island, name]

    def _spread(self, measure: Measure, readings: Sequence[Reading], starts: IntArray, draw: IntArray) -> None:
        """A quantity's values with their mass; the histories of a draw one above the other where values differ."""
        masses = [reading.mass for reading in readings if reading.mass is not None]
        values, mass = readings[0].values, sum(masses, np.zeros(1)) / len(masses)
        if values is None:
            return
        if readings[0].listed:
            total = np.zeros((len(values), self.n_draws))
            total[:, draw[starts]] = np.add.reduceat(mass, starts, axis=-1)
            self.values[measure.name] = [values]
            self.mass[measure.name] = [sum(self.mass.get(measure.name, []), total)]
            return
        place = np.arange(len(draw)) - np.repeat(starts, np.diff(np.r_[starts, len(draw)]))
        shape = (int(place.max()) + 1, len(values), self.n_draws)
        stacked, heavy = np.zeros(shape), np.zeros(shape)
        stacked[place, :, draw], heavy[place, :, draw] = values.T, mass.T
        self.values.setdefault(measure.name, []).append(stacked.reshape(-1, self.n_draws))
        self.mass.setdefault(measure.name, []).append(heavy.reshape(-1, self.n_draws))

    def _solve(self, present: IntArray, starts: IntArray, found: Solved) -> None:
        def spread(array: IntArray) -> IntArray:
            whole = np.zeros((*array.shape[:-1], self.n_draws), dtype=np.int64)
            whole[..., present] = np.add.reduceat(array, starts, axis=-1)
            return whole

        residual = np.zeros(self.n_draws)
        residual[present] = np.maximum.reduceat(found.residual, starts)
        tied = None if found.tied is None else spread(found.tied)
        self.solved.append(Solved(spread(found.rungs), residual, spread(found.folded), tied, None))

    def draws(self) -> Draws:
        """Every outcome, and how the games were solved."""
        readings = {measure.name: self._reading(measure) for measure in self.program.measures}
        tied = [one.tied for one in self.solved if one.tied is not None]
        found = Solved(
            np.sum([one.rungs for one in self.solved], axis=0),
            np.max([one.residual for one in self.solved], axis=0),
            np.sum([one.folded for one in self.solved], axis=0),
            np.sum(tied, axis=0) if tied else None,
            None,
        )
        return Draws(readings, weight_of(self.program, readings), found, self.surprised)

    def _reading(self, measure: Measure) -> Reading:
        islands = [self._of(island, measure.name, _n_parts(measure)) for island in range(ISLANDS)]
        parts, among = (sum(arrays[1:], arrays[0]) / ISLANDS for arrays in zip(*islands, strict=True))
        ever = measure.over == "ever"
        by_round = np.cumsum(parts, axis=0) if ever else parts
        if ever:
            among_by_round = np.cumsum(among, axis=0) if measure.given is not None else np.ones_like(among)
            total = among_by_round[-1]
        else:
            among_by_round, total = among, among.sum(axis=0)
        summed = parts.sum(axis=0)
        apart = [
            Reading(one.sum(axis=0), total if ever and measure.given is None else one_among.sum(axis=0))
            for one, one_among in islands
        ]
        noise = _noise(summed, total, apart)
        values = mass = None
        if measure.name in self.values:
            values, mass = np.concatenate(self.values[measure.name]), np.concatenate(self.mass[measure.name])
        center = measure.center if measure.number is not None else 0.0
        rounds = self.chance[: measure.by].sum(axis=0) if measure.over in ("mean", "each") else np.ones(self.n_draws)
        listed = bool(measure.values)
        return Reading(summed, total, values, mass, center, by_round, among_by_round, noise, listed, apart, rounds)


def _noise(parts: FloatArray, among: FloatArray, apart: Sequence[Reading]) -> FloatArray:
    """Variance of each part's share that comes from thinning: half the islands' difference, squared."""
    share = np.divide(parts, among, out=np.zeros_like(parts), where=among > 0)
    one, other = apart
    gap = one.parts - other.parts - share * (one.among - other.among)
    found: FloatArray = (np.divide(gap, 2 * among, out=np.zeros_like(gap), where=among > 0)) ** 2
    return found


def _n_parts(measure: Measure) -> int:
    if measure.kind == "choice":
        return len(measure.values)
    return 2 if measure.kind == "quantity" else 1
