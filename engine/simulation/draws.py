"""What a batch of draws says about each outcome, given the solved game: exact given the draw, nothing is sampled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.distributions.distribution import Distribution
from engine.games.segments import FloatArray, IntArray
from engine.games.solution import ARCLENGTH, BACKWARD, FIXED_POINT, HOMOTOPY, UNCHECKED, UNSOLVED, Solution
from engine.program.program import EvaluationError, Program
from engine.program.worlds import Batch
from engine.simulation.eyes import played_share, watched
from engine.simulation.reading import Reading, read_round, share_of

NEAR: Final = 0.01
"""How far from an implied probability a statement still speaks of it."""
RUNGS: Final = (BACKWARD, FIXED_POINT, HOMOTOPY, ARCLENGTH, UNCHECKED, UNSOLVED)


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """How the games of each draw were solved: one game, or one for each history in each round.

    Attributes:
        rungs: how many each of `RUNGS` solved; (n_rungs, n_draws).
        residual: the largest; (n_draws,).
        folded: how many have index -1; (n_draws,).
        tied: in how many a best replier has several best options somewhere, (n_draws,); None where nobody replies so.
        n_pure: how many equilibria in pure strategies there are, (n_draws,); None where they were not enumerated.
    """

    rungs: IntArray
    residual: FloatArray
    folded: IntArray
    tied: IntArray | None
    n_pure: IntArray | None

    def part(self, draws: slice) -> Solved:
        """The same for some of the draws."""
        return Solved(
            self.rungs[:, draws],
            self.residual[draws],
            self.folded[draws],
            None if self.tied is None else self.tied[draws],
            None if self.n_pure is None else self.n_pure[draws],
        )


def solved(solution: Solution) -> Solved:
    """How the games of a batch were solved, one in each draw."""
    return Solved(
        np.array([solution.rung == rung for rung in RUNGS], dtype=np.int64),
        solution.residual,
        (solution.index < 0).astype(np.int64),
        None if solution.tied is None else solution.tied.astype(np.int64),
        solution.n_pure,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """A solved batch.

    Attributes:
        readings: one for each outcome.
        weight: of each draw; (n_draws,); all 1 unless a statement is believed.
        solved: how their games were solved.
        surprised: for each actor with beliefs of its own, the chance of what it holds impossible; each (n_draws,).
    """

    readings: Mapping[str, Reading]
    weight: FloatArray
    solved: Solved
    surprised: Mapping[int, FloatArray]

    def part(self, draws: slice) -> Draws:
        """The same for some of the draws."""
        readings = {name: reading.part(draws) for name, reading in self.readings.items()}
        surprised = {actor: chance[draws] for actor, chance in self.surprised.items()}
        return Draws(readings, self.weight[draws], self.solved.part(draws), surprised)


def read_draws(program: Program, batch: Batch, solution: Solution) -> Draws:
    """Every outcome of a solved batch, in one round."""
    played = played_share(program, solution)
    deciders = program.deciders if batch.disputed else tuple(solution.minds)
    seen = watched(program, batch, solution, played, deciders)
    found = read_round(program, program.measures, batch, batch.given * played, seen.eyes)
    readings = {name: split.weighed(batch.situation.types) for name, split in found.items()}
    surprised = seen.surprised(program, batch.chance)
    games, weight = solved(solution), weight_of(program, readings)
    return Draws(readings, weight if games.n_pure is None else weight * (games.n_pure > 0), games, surprised)


def weight_of(program: Program, readings: Mapping[str, Reading]) -> FloatArray:
    """How well each draw's probabilities fit the statements that are believed (after Poole & Raftery 2000).

    The weight is the mass that the stated distribution gives to the implied probability +- 1 percentage point, so it is
    bounded; several statements multiply.
    """
    n = next(iter(readings.values())).among.shape[0]
    weight = np.ones(n)
    for statement in program.statements:
        if statement.believed:
            reading = readings[statement.about]
            if not (reading.among > 0).all():
                raise EvaluationError(
                    ("statements", statement.name, "about"),
                    f"'{statement.about}' is conditional, and its condition cannot come about in some draws, so they "
                    f"cannot be weighted by what they imply for '{statement.name}'",
                    "state the probability of something that is not conditional",
                )
            weight *= mass_near(statement.distribution, share_of(reading))
    return weight


def mass_near(stated: Distribution, implied: FloatArray) -> FloatArray:
    """The mass that a stated distribution gives to implied probabilities +- 1 percentage point; any shape."""
    return np.clip(stated.cdf(implied + NEAR) - stated.cdf(implied - NEAR), 0.0, 1.0)
