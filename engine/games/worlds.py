"""What differs between draws of one game: the numbers on the leaves, and how actors choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.games.conduct import Conduct, Thinker, Views, joined_conduct, joined_views
from engine.games.segments import FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Worlds:
    """What differs between draws: the numbers on the leaves.

    Attributes:
        chance: true chance of each leaf, decisions left out; (n_leaves, n_draws).
        believed: chance in the eyes of an actor who sees it otherwise; same shape.
        payoff: for each actor; same shape.
        precision: for each actor; (n_draws,).
        conduct: of actors who do not reason by equilibrium; None where all do.
        views: what actors have learned at the levels at which they are taken to reason; None where nobody has.
    """

    chance: FloatArray
    believed: Mapping[int, FloatArray]
    payoff: Mapping[int, FloatArray]
    precision: Mapping[int, FloatArray]
    conduct: Conduct | None = None
    views: Views | None = None

    def view(self, thinker: Thinker) -> FloatArray:
        """The chance of each leaf in the eyes of an actor at a level; (n_leaves, n_draws)."""
        learned = None if self.views is None else self.views.of(thinker)
        return self.believed.get(thinker.actor, self.chance) if learned is None else learned

    def take(self, draws: IntArray) -> Worlds:
        """The same for some of the draws, in memory as if they were all, so that sums run in the same order."""

        def cut(array: FloatArray) -> FloatArray:
            return np.ascontiguousarray(array[..., draws])

        return Worlds(
            cut(self.chance),
            {actor: cut(chance) for actor, chance in self.believed.items()},
            {actor: cut(payoff) for actor, payoff in self.payoff.items()},
            {actor: cut(precision) for actor, precision in self.precision.items()},
            None if self.conduct is None else self.conduct.take(draws),
            None if self.views is None else self.views.take(draws),
        )


def side_by_side(several: Sequence[Worlds]) -> Worlds:
    """Several batches as one."""

    def joined(arrays: Sequence[FloatArray]) -> FloatArray:
        return np.concatenate(arrays, axis=-1)

    first = several[0]
    return Worlds(
        joined([worlds.chance for worlds in several]),
        {actor: joined([worlds.believed[actor] for worlds in several]) for actor in first.believed},
        {actor: joined([worlds.payoff[actor] for worlds in several]) for actor in first.payoff},
        {actor: joined([worlds.precision[actor] for worlds in several]) for actor in first.precision},
        joined_conduct([worlds.conduct for worlds in several]),
        joined_views([worlds.views for worlds in several]),
    )
