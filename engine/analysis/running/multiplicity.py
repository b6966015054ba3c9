"""Whether the game has several equilibria, and how far every outcome lies apart over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.games.equilibrium import Solver
from engine.games.pure import PureSolver
from engine.games.rules import RuleSolver
from engine.games.search import other_equilibria
from engine.games.segments import FloatArray
from engine.program.program import Program
from engine.program.worlds import batch_of
from engine.sampling import Design
from engine.sampling.streams import BITS, raw_words, uniforms
from engine.simulation.draws import Draws, read_draws
from engine.simulation.reading import share_of
from engine.simulation.run import batch_size

DRAWS: Final = 256
STARTS: Final = 8
MATTERS: Final = 0.01
"""Share of draws with several equilibria from which on bounds are taken."""
KEY: Final = 7
"""Of the starting points' stream."""

Bounds = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Multiplicity:
    """What a search for further equilibria found.

    Attributes:
        draws: how many were searched, the first of the run.
        starts: how many starting points there were in each.
        share: of these draws, those in which another equilibrium was found.
        bounds: for each outcome and each of its values (one but for a choice), the lowest and highest of the
            equilibria in each draw, averaged over the draws; empty where the share is too small to matter, and
            in a game in rounds, of which the first is searched.
    """

    draws: int
    starts: int
    share: float
    bounds: Mapping[str, Bounds]


def multiplicity(program: Program, design: Design, draws: int = DRAWS, starts: int = STARTS) -> Multiplicity | None:
    """Searches the first draws of a run for further equilibria; None where no decisions rely on one another in turn.

    Raises:
        EvaluationError: a number of some draw is impossible.
    """
    solver = program.solver
    if isinstance(solver, PureSolver) or not solver.cyclic:
        return None
    points = uniforms(raw_words(design.seed, KEY, shape=(starts, program.tree.n_actions)) >> np.uint64(64 - BITS))
    first = _first(design, draws)
    size = min(batch_size(program), first.shape[-1])
    parts = [_searched(program, solver, first[:, at : at + size], points) for at in range(0, first.shape[-1], size)]
    several = np.concatenate([found for found, _, _ in parts])
    share = float(several.mean())
    # over several rounds the figures are not those of the first, which is searched
    bounded = share >= MATTERS and program.recurrence is None
    bounds = {name: _averaged(name, parts) for name in parts[0][1]} if bounded else {}
    return Multiplicity(len(several), starts, share, bounds)


# Private functions

_Range = tuple[FloatArray, FloatArray]  # lowest and highest; each (n_values, n_draws)
_Part = tuple[FloatArray, Mapping[str, _Range], Mapping[str, FloatArray]]


def _first(design: Design, draws: int) -> FloatArray:
    found: list[FloatArray] = []
    for index in range(design.n_chunks):
        found.append(design.chunk(index).uniforms)
        if sum(chunk.shape[-1] for chunk in found) >= draws:
            break
    return np.concatenate(found, axis=1)[:, :draws]


def _searched(program: Program, solver: Solver | RuleSolver, some: FloatArray, points: FloatArray) -> _Part:
    """Whether there are several equilibria, (n_draws,); each outcome's range over them; its weight in each draw."""
    batch = batch_of(program, some)
    solution = solver.solve(batch.worlds)
    base = read_draws(program, batch, solution)
    values = {name: _values(base, name) for name in base.readings}
    ranges = {name: (found, found) for name, found in values.items()}
    several = np.zeros(some.shape[-1], dtype=np.bool_)
    for found, other in other_equilibria(solver, batch.worlds, solution, points):
        if other.any():
            several |= other
            read = read_draws(program, batch, found)
            for name, (low, high) in ranges.items():
                value = np.where(other, _values(read, name), values[name])
                ranges[name] = np.minimum(low, value), np.maximum(high, value)
    weights = {name: base.weight * reading.among for name, reading in base.readings.items()}
    return several.astype(np.float64), ranges, weights


def _values(draws: Draws, name: str) -> FloatArray:
    """An outcome's value in each draw: of a choice for each option, else one; (n_values, n_draws)."""
    reading = draws.readings[name]
    parts = 1 if reading.values is not None else len(reading.parts)
    return np.array([share_of(reading, part) for part in range(parts)]) + reading.center


def _averaged(name: str, parts: list[_Part]) -> Bounds:
    low, high = (np.concatenate([ranges[name][side] for _, ranges, _ in parts], axis=1) for side in (0, 1))
    weight = np.concatenate([weights[name] for _, _, weights in parts])
    total = weight.sum()
    if total <= 0:
        return ()
    return tuple(zip(*((side * weight).sum(axis=1) / total for side in (low, high)), strict=True))
