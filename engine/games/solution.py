"""Everybody's play in a batch of solved games, and how it was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from engine.games.conduct import Mind, Plan, Thinker
from engine.games.response import BoolArray
from engine.games.segments import FloatArray, IntArray

BACKWARD, FIXED_POINT, HOMOTOPY, ARCLENGTH, UNCHECKED, UNSOLVED = 1, 2, 3, 4, -1, -2
"""The rungs of the ladder; of the last two one converged, perhaps on another branch, and one did not."""


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Everybody's play.

    Attributes:
        play: probability of each action; (n_actions, n_draws).
        log_play: its logarithm.
        reached: whether chance lets the action's information set come about; unreached sets play uniformly.
        rung: what solved the draw: BACKWARD, FIXED_POINT, HOMOTOPY, ARCLENGTH, UNCHECKED (converged, branch in
            doubt), UNSOLVED.
        residual: largest distance of a probability from the response to the others; (n_draws,).
        index: sign of the index where it was taken, else 1; (n_draws,).
        tied: whether a best replier has several best options somewhere, (n_draws,); None where nobody replies so.
        n_pure: how many equilibria in pure strategies there are, (n_draws,); None where they were not enumerated.
        share: probability that the decisions on each leaf's path are taken, (n_leaves, n_draws), where it is no product
            of `play`: an average over equilibria, 0 where there is none; None otherwise.
        minds: for each actor whose model of the others is not what they really do, the levels at which it reasons.
        models: for each thinker that anybody has in mind, what it takes everybody to do, from which it learns.
    """

    play: FloatArray
    log_play: FloatArray
    reached: BoolArray
    rung: npt.NDArray[np.int64]
    residual: FloatArray
    index: FloatArray
    tied: BoolArray | None = None
    n_pure: IntArray | None = None
    share: FloatArray | None = None
    minds: Mapping[int, tuple[Mind, ...]] = field(default_factory=dict)
    models: Mapping[Thinker, tuple[Plan, ...]] = field(default_factory=dict)

    def part(self, draws: slice) -> Solution:
        """The same for some of the draws."""
        return Solution(
            self.play[:, draws],
            self.log_play[:, draws],
            self.reached[:, draws],
            self.rung[draws],
            self.residual[draws],
            self.index[draws],
            None if self.tied is None else self.tied[draws],
            None if self.n_pure is None else self.n_pure[draws],
            None if self.share is None else self.share[:, draws],
            {actor: tuple(mind.part(draws) for mind in minds) for actor, minds in self.minds.items()},
            {key: tuple(plan.part(draws) for plan in plans) for key, plans in self.models.items()},
        )
