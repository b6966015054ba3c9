"""All smallest contradicting sets, against going through every subset."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from engine.analysis.contradiction import contradictions, members


@pytest.mark.parametrize("seed", range(30))
def test_the_same_as_going_through_all_subsets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 8))
    planted = [int(rng.integers(1, 1 << count)) for _ in range(rng.integers(0, 5))]

    def fits(mask: int) -> bool:
        return not any(mask & one == one for one in planted)

    masks = range(1, 1 << count)
    smallest = {mask for mask in masks if not fits(mask) and all(fits(mask & ~(1 << one)) for one in members(mask))}
    more = {mask: [mask | 1 << one for one in range(count) if not mask >> one & 1] for mask in masks}
    largest = {mask for mask in masks if fits(mask) and not any(map(fits, more[mask]))}
    found = contradictions(count, fits)
    assert {sum(1 << place for place in one) for one in found.contradicting} == smallest
    assert {sum(1 << place for place in one) for one in found.fitting} == largest
    assert found.complete


def test_few_questions_where_all_fits() -> None:
    asked: list[int] = []

    def fits(mask: int) -> bool:
        asked.append(mask)
        return True

    assert contradictions(12, fits).fitting == (tuple(range(12)),)
    assert len(asked) == 13  # each alone, then all


def test_what_is_not_gone_through_is_said() -> None:
    pairs = [1 << one | 1 << other for one, other in combinations(range(12), 2)]
    found = contradictions(12, lambda mask: not any(mask & pair == pair for pair in pairs), most=40)
    assert not found.complete
    assert all(len(one) == 2 for one in found.contradicting)


def test_no_claims() -> None:
    found = contradictions(0, lambda mask: True)
    assert found.contradicting == found.fitting == ()
    assert found.complete
