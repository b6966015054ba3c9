"""Runs a program over a design: chunk by chunk, on several threads, added up in the order of the draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import Final, Generic, TypeVar

import numpy as np

from engine.games.rules import RuleSolver
from engine.program.program import FloatArray, Program
from engine.program.worlds import Varied, batch_of
from engine.sampling import CHUNK, Chunk, Design
from engine.sampling.streams import BITS, raw_words
from engine.sampling.streams import uniforms as uniforms_of
from engine.simulation.accumulate import Spreads, Sums, spreads_together, sums_of
from engine.simulation.draws import Draws, read_draws
from engine.simulation.executors import ALONE, Workers
from engine.simulation.histories import ISLANDS
from engine.simulation.rounds import play_rounds

CELLS: Final = 2**19
"""A batch has about this many numbers per array (leaves times draws), so that it stays in the processor's cache."""
GROUPS_PER_BLOCK: Final = 1
CELLS_OF_ROUNDS: Final = 2**21
"""The same where there are rounds, whose games are not read as one array."""
HISTORIES_PER_DRAW: Final = 16
HISTORIES_OF_ONE: Final = 1_024
"""Enough to follow nearly all where nothing is unknown, so that there is one draw."""
HISTORIES: Final = 0x415
"""Tells the stream of the histories from others."""
SPREADS_WAITING: Final = 16

T = TypeVar("T")
Block = Sequence[range]
Solve = Callable[[FloatArray], Draws]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, eq=False)
class ChunkRead(Generic[T]):
    """What was read off the draws of a chunk.

    Attributes:
        replicate: the independent scramble that they belong to.
        read: of each batch of them, in their order.
    """

    replicate: int
    read: tuple[T, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """A finished simulation.

    Attributes:
        replicates: the sums of each independent scramble; one for a method without.
        spreads: how each outcome is spread over all draws.
        sampled: whether draws were sampled; False if nothing is unknown and the one draw is exact.
        alike: whether nothing is unknown, so that draws differ by noise alone.
    """

    replicates: tuple[Sums, ...]
    spreads: Spreads
    sampled: bool = True
    alike: bool = False

    @property
    def whole(self) -> Sums:
        return reduce(Sums.plus, self.replicates)

    @property
    def thinned(self) -> bool:
        """Whether any history stands for others."""
        sums = self.whole.outcomes.values()
        return any(one.noise is not None and bool((one.noise > 0).any()) for one in sums)

    @property
    def n_sampled(self) -> int:
        """How many draws were sampled."""
        return sum(sums.n_draws for sums in self.replicates) if self.sampled else 0


def simulate(
    program: Program,
    design: Design,
    workers: Workers = ALONE,
    progress: Progress | None = None,
    groups_per_block: int = GROUPS_PER_BLOCK,
    histories: int = HISTORIES_PER_DRAW,
    spreads: bool = True,
) -> Totals:
    """Solves and reads every draw of the design.

    Args:
        program: the compiled scenario.
        design: which uniforms.
        workers: who share the work; the result does not depend on them.
        progress: told the number of draws done, now and then.
        groups_per_block: groups of chunks that a worker takes at a time; the result does not depend on it.
        histories: that a draw may carry, where there are rounds.
        spreads: whether to count how outcomes are spread, besides summing them.

    Raises:
        EvaluationError: a number of some draw is impossible.
    """
    replicates: dict[int, Sums] = {}
    counted: list[Spreads] = []
    read = partial(sums_of, spreads=spreads)
    done = 0
    for chunk in each_chunk(program, design, read, workers, groups_per_block, histories):
        sums = reduce(Sums.plus, chunk.read)
        counted.append(sums.spreads)
        lean, before = replace(sums, spreads={}), replicates.get(chunk.replicate)
        replicates[chunk.replicate] = lean if before is None else before.plus(lean)
        if len(counted) > SPREADS_WAITING:
            counted = [spreads_together(counted)]
        done += sums.n_draws
        if progress is not None:
            progress(done)
    in_order = tuple(replicates[replicate] for replicate in sorted(replicates))
    alike = design.method in ("point", "histories")
    return Totals(in_order, spreads_together(counted), design.method != "point", alike)


def each_chunk(
    program: Program,
    design: Design,
    read: Callable[[Draws], T],
    workers: Workers = ALONE,
    groups_per_block: int = GROUPS_PER_BLOCK,
    histories: int = HISTORIES_PER_DRAW,
) -> Iterator[ChunkRead[T]]:
    """Solves every draw of the design, and gives what is read off them, chunk by chunk in their order.

    Args:
        read: of a batch of draws; it and what it gives can be sent to another process.

    Raises:
        EvaluationError: a number of some draw is impossible.
    """
    groups = chunk_groups(program, design, histories)
    blocks = [groups[start : start + groups_per_block] for start in range(0, len(groups), groups_per_block)]
    for block in workers.map(partial(_block, program, design, histories, read), blocks):
        yield from block


def chunk_groups(program: Program, design: Design, histories: int = HISTORIES_PER_DRAW) -> Sequence[range]:
    """Chunks that are solved together: one, or several short ones; does not depend on who solves them."""
    length = max(1, design.chunk(0).uniforms.shape[-1])
    together = max(1, _draws_together(program, histories) // length)
    return [range(start, min(start + together, design.n_chunks)) for start in range(0, design.n_chunks, together)]


def _history_uniforms(program: Program, design: Design, chunk: Chunk) -> FloatArray:
    """What thins out the histories of a chunk's draws; (n_rounds * n_islands, n_draws)."""
    if program.recurrence is None:
        return np.zeros((0, chunk.uniforms.shape[-1]))
    shape = (program.recurrence.count * ISLANDS, CHUNK)
    words = raw_words(
        design.seed, HISTORIES, chunk.index, shape=shape
    )  # a whole chunk, so that its size changes nothing
    return uniforms_of(words >> np.uint64(64 - BITS))[:, : chunk.uniforms.shape[-1]]


def batch_size(program: Program) -> int:
    """Games that are solved together: a power of 2."""
    size, cells = (CHUNK, CELLS) if program.recurrence is None else (8 * CHUNK, CELLS_OF_ROUNDS)
    if isinstance(program.solver, RuleSolver) and program.solver.mixtures is not None:
        cells //= 4  # each level of a hierarchy has arrays, and in rounds beliefs, of its own
    while size > 16 and size * program.tree.n_leaves > cells:
        size //= 2
    return size


def _draws_together(program: Program, histories: int) -> int:
    """Draws that are simulated together, so many that all their histories are solved as one batch if they may be."""
    size = batch_size(program)
    return size if program.recurrence is None else min(CHUNK, max(1, size // histories))


def _block(
    program: Program, design: Design, histories: int, read: Callable[[Draws], T], block: Block
) -> list[ChunkRead[T]]:
    solve, size = partial(draws_of, program, histories), _draws_together(program, histories)
    return [found for group in block for found in _group(solve, size, read, chunks_of(program, design, group))]


def chunks_of(program: Program, design: Design, indices: Sequence[int]) -> list[Chunk]:
    """Chunks with what thins out the histories below the uniforms of the unknowns."""
    chunks = map(design.chunk, indices)
    return [
        replace(chunk, uniforms=np.vstack([chunk.uniforms, _history_uniforms(program, design, chunk)]))
        for chunk in chunks
    ]


def _group(solve: Solve, size: int, read: Callable[[Draws], T], chunks: Sequence[Chunk]) -> list[ChunkRead[T]]:
    """What is read of each chunk; chunks are solved as one, or cut into batches whose size depends on the tree."""
    if len(chunks) > 1:
        draws = solve(np.concatenate([chunk.uniforms for chunk in chunks], axis=1))
        return [
            ChunkRead(chunk.replicate, (read(draws.part(part)),))
            for chunk, part in zip(chunks, places_of(chunks), strict=True)
        ]
    uniforms = chunks[0].uniforms
    batches = (uniforms[:, start : start + size] for start in range(0, uniforms.shape[-1], size))
    return [ChunkRead(chunks[0].replicate, tuple(read(solve(batch)) for batch in batches))]


def places_of(chunks: Sequence[Chunk]) -> list[slice]:
    """Where the draws of each chunk stand when they are laid side by side."""
    ends = np.cumsum([chunk.uniforms.shape[-1] for chunk in chunks]).tolist()
    return [slice(end - chunk.uniforms.shape[-1], end) for chunk, end in zip(chunks, ends, strict=True)]


def draws_of(program: Program, histories: int, uniforms: FloatArray, varied: Varied | None = None) -> Draws:
    """The draws of uniforms as `chunks_of` gives them; `varied` where there are rounds."""
    if program.recurrence is not None:
        own, thinning = uniforms[: program.n_inputs], uniforms[program.n_inputs :]
        by_round = thinning.reshape(program.recurrence.count, ISLANDS, -1)
        return play_rounds(program, own, by_round, histories, batch_size(program), varied)
    batch = batch_of(program, uniforms)
    return read_draws(program, batch, program.solver.solve(batch.worlds))
