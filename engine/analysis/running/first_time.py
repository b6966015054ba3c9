"""When something first happens: the distribution over the rounds, from sums over draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.games.segments import FloatArray
from engine.program.program import Measure
from engine.simulation.accumulate import OutcomeSums

HALF: Final = 0.5
ROUNDING: Final = 1e-12


@dataclass(frozen=True, slots=True)
class FirstTime:
    """In which round something first happens.

    Attributes:
        by_round: the chance that it first happens in each round that counts.
        never: the chance that it happens in none of them; with `by_round` it sums to 1.
        median: the first round by whose end it has happened with a chance of one half or more; None if there is none.
        mean: the average round of the first time among the cases in which it happens; None where it never does.
        error: standard error of `mean`, 0 where nothing was sampled; None where the sample does not tell.
    """

    by_round: tuple[float, ...]
    never: float
    median: int | None
    mean: float | None
    error: float | None


def first_time(measure: Measure, replicates: Sequence[OutcomeSums], n_draws: int) -> FirstTime | None:
    """When it first happens; None for what is not read as `ever`, or is taken among what never comes about.

    Args:
        measure: the outcome.
        replicates: its sums in each independent scramble, or in the one plain sample.
        n_draws: how many draws were sampled in all; 0 if nothing is unknown and the one draw is exact.
    """
    if measure.over != "ever":
        return None
    masses = [found for sums in replicates if (found := _mass(measure, sums)) is not None]
    among = sum(sums.among for sums in replicates)
    if not masses or among <= 0:
        return None
    mass: FloatArray = np.array(masses).sum(axis=0)
    chances: FloatArray = mass / among
    reached = np.flatnonzero(np.cumsum(chances) >= HALF - ROUNDING)
    happens = float(mass.sum())
    return FirstTime(
        tuple(chances.tolist()),
        max(0.0, 1.0 - float(chances.sum())),
        int(reached[0]) + 1 if len(reached) else None,
        _mean(mass) if happens > 0 else None,
        _error(masses, n_draws) if happens > 0 else None,
    )


# Private functions


def _mass(measure: Measure, sums: OutcomeSums) -> FloatArray | None:
    """The weight of the cases in which it first happens in each round that counts; (n_rounds,)."""
    if sums.by_round is None:
        return None
    up_to = sums.by_round[: measure.by or len(sums.by_round), 0]
    # what is 0 may come out a rounding below it
    return np.maximum(np.diff(up_to, prepend=0.0), 0.0)


def _mean(mass: FloatArray) -> float:
    return float((mass * np.arange(1, len(mass) + 1)).sum() / mass.sum())


def _error(masses: Sequence[FloatArray], n_draws: int) -> float | None:
    """From independent scrambles (Owen 1997), each of which must have seen it happen."""
    if n_draws == 0:
        return 0.0
    if len(masses) < 2 or not all(mass.sum() > 0 for mass in masses):
        return None
    return float(np.std([_mean(mass) for mass in masses], ddof=1) / np.sqrt(len(masses)))
