"""Which sets of claims can hold together: all smallest contradicting sets and all largest fitting ones.

Sets are bit masks: claim i is in a set if bit i is 1. Whether a set fits is asked of whoever knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

MOST_KNOWN: Final = 2_000
"""Largest sets that are kept in mind."""


@dataclass(frozen=True, slots=True)
class Sets:
    """What was found about sets of claims.

    Attributes:
        contradicting: the smallest sets that do not fit: without any one of its claims each of them fits.
        fitting: the largest sets that fit: with any further claim they do not.
        complete: whether these are all; if not, `fitting` are those that were found.
    """

    contradicting: tuple[tuple[int, ...], ...]
    fitting: tuple[tuple[int, ...], ...]
    complete: bool


def contradictions(count: int, fits: Callable[[int], bool], known: Sequence[int] = (), most: int = 400) -> Sets:
    """All smallest contradicting sets of some claims, and all largest fitting ones.

    Each claim is tried alone. Then the largest set about which nothing is known is tried; if it fits, so does all
    within it, else claims are left out one by one until the rest is smallest (Liffiton, Previti, Malik & Marques-Silva
    2016). What may still be tried are the sets that miss a claim of every contradiction that is known (Berge 1989).

    Args:
        count: of claims.
        fits: whether the claims of a mask can hold together; the empty one is never asked for.
        known: sets of two that contradict if each of the two fits alone.
        most: how often it may be asked.
    """
    asked = _Asked(fits, most)
    contradicting: list[int] = []
    fitting: list[int] = []
    everything = (1 << count) - 1
    try:
        alone = [1 << place for place in range(count) if not asked(1 << place)]
        contradicting += [*alone, *(pair for pair in known if not any(pair & one for one in alone))]
        while True:
            largest = [everything & ~missing for missing in _transversals(contradicting)]
            open_still = (mask for mask in largest if mask and not any(mask & ~fit == 0 for fit in fitting))
            mask = next(open_still, 0)
            if not mask:
                return _sets(contradicting, largest, True)
            if asked(mask):
                fitting.append(mask)
            else:
                contradicting.append(_smallest(mask, asked))
    except _EnoughError:
        return _sets(contradicting, fitting, False)


def members(mask: int) -> tuple[int, ...]:
    """The claims in a set, ascending."""
    return tuple(place for place in range(mask.bit_length()) if mask >> place & 1)


# Private functions


class _EnoughError(Exception):
    pass


class _Asked:
    """Asks, but not for ever."""

    def __init__(self, fits: Callable[[int], bool], most: int) -> None:
        self.fits, self.left = fits, most

    def __call__(self, mask: int) -> bool:
        if not mask:
            return True
        if self.left <= 0:
            raise _EnoughError
        self.left -= 1
        return self.fits(mask)


def _smallest(mask: int, fits: Callable[[int], bool]) -> int:
    """A smallest contradicting set within one that contradicts."""
    for place in members(mask):
        if mask & (mask - 1) and not fits(mask & ~(1 << place)):
            mask &= ~(1 << place)
    return mask


def _transversals(sets: Sequence[int]) -> list[int]:
    """The smallest sets that meet all of some sets, those of few claims first."""
    found = [0]
    for one in sets:
        met = [mask for mask in found if mask & one]
        missed = [mask for mask in found if not mask & one]
        longer = {mask | 1 << place for mask in missed for place in members(one)}
        found = met + [mask for mask in longer if not any(other & mask == other for other in met)]
        if len(found) > MOST_KNOWN:
            raise _EnoughError
    return sorted(found, key=lambda mask: (mask.bit_count(), mask))


def _sets(contradicting: Sequence[int], fitting: Sequence[int], complete: bool) -> Sets:
    return Sets(tuple(_listed(contradicting)), tuple(_listed(fitting, largest=True)), complete)


def _listed(masks: Sequence[int], largest: bool = False) -> Iterator[tuple[int, ...]]:
    found = [members(mask) for mask in masks if mask]
    yield from sorted(found, key=lambda one: (-len(one) if largest else len(one), one))
