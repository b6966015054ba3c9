"""All smallest contradicting sets, against going through every subset."""

from __future__ import annotations

import numpy as np
import pytest

from engine.analysis.reconciliation.contradiction import contradictions, members


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
    """Of fourteen claims any five contradict; when it is told to stop, sets of up to three are gone through."""
    asked: list[int] = []

    def fits(mask: int) -> bool | None:
        asked.append(mask)
        return mask.bit_count() < 5 if len(asked) <= 150 else None

    found = contradictions(14, fits)
    assert (found.complete, found.size) == (False, 2)  # 14 + 1 + 91 questions, and not all of the 364 threes
    assert not found.contradicting or all(len(one) == 5 for one in found.contradicting)
    assert found.fitting


def test_no_claims() -> None:
    found = contradictions(0, lambda mask: True)
    assert found.contradicting == found.fitting == ()
    assert found.complete
