"""The same draws of a game in rounds under several variants, solved side by side: small batches waste time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from engine.program.program import Program
from engine.program.worlds import Varied
from engine.sampling import Design
from engine.simulation.accumulate import Sums, sums_of
from engine.simulation.executors import ALONE, Workers
from engine.simulation.run import batch_size, chunk_groups, chunks_of, draws_of, places_of


@dataclass(frozen=True, slots=True)
class Variant:
    """What is otherwise than in the program.

    Attributes:
        without: a payoff term, by its place, that its actor does not care about; None: all count.
        sharpness: further factor on everybody's precision.
        rounds: how many more there are.
    """

    without: int | None = None
    sharpness: float = 1.0
    rounds: int = 0


AS_IT_IS: Final = Variant()


def simulate_variants(
    program: Program, design: Design, variants: Sequence[Variant], histories: int, workers: Workers = ALONE
) -> list[tuple[Sums, ...]]:
    """The sums of each replicate, without spreads, for each variant; all on the same draws.

    Args:
        program: with a recurrence.
        design: of a few draws.
        variants: some.
        histories: that a draw may carry.
        workers: who share the work; the result does not depend on them.

    Raises:
        EvaluationError: a number of some draw is impossible.
    """
    pieces = list(_pieces(program, design, variants, histories))
    replicates: list[dict[int, Sums]] = [{} for _ in variants]
    work = partial(_played, program, design, histories)
    for piece, found in zip(pieces, workers.map(work, pieces), strict=True):
        for variant, by_chunk in zip(piece.variants, found, strict=True):
            own = replicates[variants.index(variant)]
            for replicate, sums in by_chunk:
                own[replicate] = own[replicate].plus(sums) if replicate in own else sums
    return [tuple(own[replicate] for replicate in sorted(own)) for own in replicates]


# Private functions


@dataclass(frozen=True, slots=True)
class _Piece:
    group: range
    variants: tuple[Variant, ...]


def _pieces(program: Program, design: Design, variants: Sequence[Variant], histories: int) -> Iterator[_Piece]:
    """Variants of equally many rounds on one group of chunks, as many as fit in a batch; only few share a piece, so
    that several workers have work."""
    for group in chunk_groups(program, design, histories):
        n_draws = sum(chunk.uniforms.shape[-1] for chunk in map(design.chunk, group))
        together = max(1, batch_size(program) // (histories * n_draws))
        for rounds in dict.fromkeys(variant.rounds for variant in variants):
            some = [variant for variant in variants if variant.rounds == rounds]
            for start in range(0, len(some), together):
                yield _Piece(group, tuple(some[start : start + together]))


def _played(program: Program, design: Design, histories: int, piece: _Piece) -> list[list[tuple[int, Sums]]]:
    """For each variant the replicate and the sums of each chunk."""
    if program.recurrence is None:
        raise AssertionError("the game is played once")
    count = program.recurrence.count + piece.variants[0].rounds
    program = replace(program, recurrence=replace(program.recurrence, count=count))
    chunks = chunks_of(program, design, piece.group)
    uniforms = np.concatenate([chunk.uniforms for chunk in chunks], axis=1)
    n_draws, n_variants = uniforms.shape[-1], len(piece.variants)
    draws = draws_of(program, histories, np.tile(uniforms, n_variants), _varied(piece.variants, n_draws))
    return [
        [
            (chunk.replicate, sums_of(draws.part(slice(first + place.start, first + place.stop)), spreads=False))
            for chunk, place in zip(chunks, places_of(chunks), strict=True)
        ]
        for first in range(0, n_variants * n_draws, n_draws)
    ]


def _varied(variants: Sequence[Variant], n_draws: int) -> Varied:
    """The variants one after the other, each on all draws."""
    care = {
        place: np.repeat([float(variant.without != place) for variant in variants], n_draws)
        for place in {variant.without for variant in variants}
        if place is not None
    }
    return Varied(care, np.repeat([variant.sharpness for variant in variants], n_draws))
