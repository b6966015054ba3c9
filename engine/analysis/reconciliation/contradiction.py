"""Which sets of claims can hold together: all smallest contradicting sets and all largest fitting ones.

Sets are bit masks: claim i is in a set if bit i is 1. Whether a set fits is asked of whoever knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Final

MOST_KNOWN: Final = 2_000
"""Largest sets that are kept in mind."""
MOST_OF_A_SIZE: Final = 300
"""Sets of one size that are gone through one by one."""


@dataclass(frozen=True, slots=True)
class Sets:
    """What was found about sets of claims.

    Attributes:
        contradicting: the smallest sets that do not fit: without any one of its claims each of them fits.
        fitting: the largest sets that fit: with any further claim they do not.
        complete: whether these are all; if not, `fitting` are those that were found.
        size: all contradicting sets of so many claims or fewer were found.
    """

    contradicting: tuple[tuple[int, ...], ...]
    fitting: tuple[tuple[int, ...], ...]
    complete: bool
    size: int


def contradictions(count: int, fits: Callable[[int], bool | None], known: Sequence[int] = ()) -> Sets:
    """All smallest contradicting sets of some claims, and all largest fitting ones.

    Each claim is tried alone, then all that are left at once: if these fit, so does every set of them. Else pairs are
    tried, threes and so on while there are few of them. Then the largest set about which nothing is known is tried, and
    if it does not fit claims are left out one by one until the rest is smallest (Liffiton, Previti, Malik &
    Marques-Silva 2016). The largest sets are those that miss a claim of every known contradiction (Berge 1989).

    Args:
        count: of claims.
        fits: whether the claims of a mask can hold together; None: nobody can tell, which ends it. The empty one is
            never asked for.
        known: sets that contradict, and would be smallest if every claim fitted alone.
    """
    found = _Found(fits)
    everything = (1 << count) - 1
    size = 0
    try:
        for size in range(count):
            if comb(count, size + 1) > MOST_OF_A_SIZE:
                break
            if size == 1:
                found.contradicting += [one for one in known if not found.hopeless(one)]
                if found.all_open_fit(everything):
                    break
            for places in combinations(range(count), size + 1):
                found.ask(sum(1 << place for place in places))
        while mask := found.largest_open(everything):
            if not found.asked(mask):
                found.contradicting.append(_smallest(mask, found.asked))
        fitting = [everything & ~missing for missing in _transversals(found.contradicting)]
        return _sets(found.contradicting, fitting, True, count)
    except _UnknownError:
        return _sets(found.contradicting, found.fitting, False, size)


def members(mask: int) -> tuple[int, ...]:
    """The claims in a set, ascending."""
    return tuple(place for place in range(mask.bit_length()) if mask >> place & 1)


# Private functions


class _UnknownError(Exception):
    pass


class _Found:
    """What is known so far; asks nothing twice that follows from it."""

    def __init__(self, fits: Callable[[int], bool | None]) -> None:
        self.fits = fits
        self.contradicting: list[int] = []
        self.fitting: list[int] = []

    def asked(self, mask: int) -> bool:
        """Whether a set fits; remembers it if it does."""
        if any(mask & ~known == 0 for known in self.fitting):
            return True
        fits = self.fits(mask)
        if fits is None:
            raise _UnknownError
        if fits:
            self.fitting = [known for known in self.fitting if known & ~mask] + [mask]
        return fits

    def all_open_fit(self, everything: int) -> bool:
        """Whether all the largest sets fit that are free of known contradictions."""
        while mask := self.largest_open(everything):
            if not self.asked(mask):
                return False
        return True

    def ask(self, mask: int) -> None:
        """Remembers whether a set fits whose parts all do."""
        if not self.hopeless(mask) and not self.asked(mask):
            self.contradicting.append(mask)

    def hopeless(self, mask: int) -> bool:
        """Whether a known contradiction lies within a set."""
        return any(mask & known == known for known in self.contradicting)

    def largest_open(self, everything: int) -> int:
        """The largest set that may still fit or not; 0 where there is none."""
        largest = (everything & ~missing for missing in _transversals(self.contradicting))
        return next((mask for mask in largest if all(mask & ~known for known in self.fitting)), 0)


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
            raise _UnknownError
    return sorted(found, key=lambda mask: (mask.bit_count(), mask))


def _sets(contradicting: Sequence[int], fitting: Sequence[int], complete: bool, size: int) -> Sets:
    return Sets(tuple(_listed(contradicting)), tuple(_listed(fitting, largest=True)), complete, size)


def _listed(masks: Sequence[int], largest: bool = False) -> Iterator[tuple[int, ...]]:
    found = [members(mask) for mask in masks if mask]
    yield from sorted(found, key=lambda one: (-len(one) if largest else len(one), one))
