"""Which stated probabilities can all be right: given their words alone, and given the incentives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import numpy as np

from engine.analysis.reconciliation.consequences import Sample
from engine.analysis.reconciliation.contradiction import Sets, contradictions, members
from engine.analysis.reconciliation.reaching import Claims, Range, Reach, range_of
from engine.program.program import Stated
from engine.simulation.executors import ALONE, Workers

MOST_SEARCHES_IN_ROUNDS: Final = 20


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Statements that cannot all be right, though without any one of them the others can.

    Attributes:
        statements: names.
        words: whether they contradict one another by their words alone, whatever the model says.
        nearest: the probability of each at the point that comes nearest; empty where words do.
        beyond: by how much the worst of them misses its range there, in log odds.
    """

    statements: tuple[str, ...]
    words: bool
    nearest: tuple[float, ...] = ()
    beyond: float = 0.0


# Public functions


def reach_of(
    weighed: Sequence[Stated],
    sample: Sample,
    seed: int,
    histories: int,
    workers: Workers = ALONE,
    progress: Callable[[int], None] | None = None,
) -> Reach:
    """What the draws of a sample reach for some statements, and what a search can add.

    Args:
        weighed: the statements, about outcomes whose condition can come about in every draw.
        sample: the draws.
        seed: of the histories of further points.
        histories: that a draw may carry, where there are rounds.
        workers: who share the work; the result does not depend on them.
        progress: told how many points have been tried, now and then.
    """
    program = sample.program
    about = {stated.about for stated in weighed}
    only = replace(program, measures=tuple(one for one in program.measures if one.name in about))
    order = [measure.name for measure in only.measures]
    rows = tuple(order.index(stated.about) for stated in weighed)
    claims = Claims(only, rows, tuple(range_of(stated.distribution) for stated in weighed))
    here = [sample.implied(stated.about) for stated in weighed]
    probability = np.array([np.where((one.among > 0) & (one.base > 0), one.value, np.nan) for one in here])
    return Reach(claims, sample.uniforms, probability, histories, seed, workers, progress)


def sets_of(reach: Reach) -> Sets:
    """Which sets of the statements fit together."""
    count = len(reach.claims.ranges)
    pairs = [1 << one | 1 << other for one, other in combinations(range(count), 2) if by_words(reach, (one, other))]
    if reach.claims.program.recurrence is not None:
        reach.budget = MOST_SEARCHES_IN_ROUNDS
    while True:
        found = contradictions(count, lambda mask: reach.fits(members(mask)), pairs)
        if not reach.recall():
            return found


def by_words(reach: Reach, places: Sequence[int]) -> bool:
    """Whether two of them say of the same outcome what cannot both be so."""
    ranges: dict[int, list[Range]] = {}
    for place in places:
        ranges.setdefault(reach.claims.rows[place], []).append(reach.claims.ranges[place])
    return any(max(one.low for one in several) > min(one.high for one in several) for several in ranges.values())


def contradiction_of(reach: Reach, names: Sequence[str], places: Sequence[int]) -> Contradiction:
    """Of which kind a smallest contradicting set is, and how near one gets to it."""
    said = tuple(names[place] for place in places)
    if by_words(reach, places):
        return Contradiction(said, True)
    near = reach.nearest(places)
    return Contradiction(said, False, tuple(float(near.probability[place]) for place in places), near.beyond)
