"""Runs a program over a design: chunk by chunk, on several threads, added up in the order of the draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial, reduce
from itertools import islice
from typing import Final

import numpy as np

from engine.games.rules import RuleSolver
from engine.program.program import FloatArray, Program
from engine.program.worlds import batch_of
from engine.sampling import CHUNK, Chunk, Design
from engine.sampling.streams import BITS, raw_words
from engine.sampling.streams import uniforms as uniforms_of
from engine.simulation.accumulate import Spreads, Sums, spreads_together, sums_of
from engine.simulation.draws import Draws, read_draws
from engine.simulation.histories import ISLANDS
from engine.simulation.rounds import play_rounds

CELLS: Final = 2**19
"""A batch has about this many numbers per array (leaves times draws), so that it stays in the processor's cache."""
GROUPS_PER_BLOCK: Final = 2
HISTORIES_PER_DRAW: Final = 16
HISTORIES_OF_ONE: Final = 1_024
"""Enough to follow nearly all where nothing is unknown, so that there is one draw."""
DRAWS_WITH_HISTORIES: Final = 128
DRAWS_WITH_BELIEFS: Final = 32
"""Draws with histories in each of which every level of a hierarchy has beliefs of its own."""
HISTORIES: Final = 0x415
"""Tells the stream of the histories from others."""
SPREADS_WAITING: Final = 16

Block = Sequence[range]
Solve = Callable[[FloatArray], Draws]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """A finished simulation.

    Attributes:
        replicates: the sums of each independent scramble; one for a method without.
        spreads: how each outcome is spread over all draws.
        sampled: whether draws were sampled; False if nothing is unknown and the one draw is exact.
    """

    replicates: tuple[Sums, ...]
    spreads: Spreads
    sampled: bool = True

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
    threads: int = 1,
    progress: Progress | None = None,
    groups_per_block: int = GROUPS_PER_BLOCK,
    histories: int = HISTORIES_PER_DRAW,
) -> Totals:
    """Solves and reads every draw of the design.

    Args:
        program: the compiled scenario.
        design: which uniforms.
        threads: how many threads share the work; the result does not depend on it.
        progress: told the number of draws done, now and then.
        groups_per_block: groups of chunks that a thread takes at a time; the result does not depend on it.
        histories: that a draw may carry, where there are rounds.

    Raises:
        EvaluationError: a number of some draw is impossible.
    """
    groups = chunk_groups(program, design)
    blocks = [groups[start : start + groups_per_block] for start in range(0, len(groups), groups_per_block)]
    solve = partial(_draws, program, histories)
    replicates: dict[int, Sums] = {}
    spreads: list[Spreads] = []
    done = 0
    for block in _in_order(partial(_block, program, solve, design, draws_together(program)), blocks, threads):
        for replicate, sums in block:
            spreads.append(sums.spreads)
            lean, before = replace(sums, spreads={}), replicates.get(replicate)
            replicates[replicate] = lean if before is None else before.plus(lean)
            done += sums.n_draws
        if len(spreads) > SPREADS_WAITING:
            spreads = [spreads_together(spreads)]
        if progress is not None:
            progress(done)
    in_order = tuple(replicates[replicate] for replicate in sorted(replicates))
    return Totals(in_order, spreads_together(spreads), design.method != "point")


def _in_order(
    work: Callable[[Block], list[tuple[int, Sums]]], blocks: Sequence[Block], threads: int
) -> Iterator[list[tuple[int, Sums]]]:
    """The results in the order of the blocks; at most a few blocks wait, so memory stays bounded."""
    if threads <= 1 or len(blocks) == 1:
        yield from map(work, blocks)
        return
    todo = iter(blocks)
    with ThreadPoolExecutor(threads) as pool:
        waiting: list[Future[list[tuple[int, Sums]]]] = [
            pool.submit(work, block) for block in islice(todo, 2 * threads)
        ]
        try:
            while waiting:
                yield waiting.pop(0).result()
                waiting += [pool.submit(work, block) for block in islice(todo, 1)]
        finally:
            for future in waiting:
                future.cancel()


def chunk_groups(program: Program, design: Design) -> Sequence[range]:
    """Chunks that are solved together: one, or several short ones; depends on the program and the design alone."""
    length = max(1, design.chunk(0).uniforms.shape[-1])
    together = max(1, draws_together(program) // length)
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
    """Draws that are solved together: a power of 2, at most a chunk."""
    size = CHUNK
    while size > 16 and size * program.tree.n_leaves > CELLS:
        size //= 2
    return size


def draws_together(program: Program) -> int:
    """Draws that are simulated together; histories of one draw are solved side by side."""
    if program.recurrence is None:
        return batch_size(program)
    hierarchies = isinstance(program.solver, RuleSolver) and program.solver.mixtures is not None
    return DRAWS_WITH_BELIEFS if hierarchies else DRAWS_WITH_HISTORIES


def _block(program: Program, solve: Solve, design: Design, size: int, block: Block) -> list[tuple[int, Sums]]:
    def chunk(index: int) -> Chunk:
        found = design.chunk(index)
        return replace(found, uniforms=np.vstack([found.uniforms, _history_uniforms(program, design, found)]))

    return [found for group in block for found in _group(solve, size, [chunk(index) for index in group])]


def _group(solve: Solve, size: int, chunks: Sequence[Chunk]) -> list[tuple[int, Sums]]:
    """The sums of each chunk; chunks are solved as one, or cut into batches whose size depends on the tree."""
    if len(chunks) > 1:
        draws = solve(np.concatenate([chunk.uniforms for chunk in chunks], axis=1))
        ends = np.cumsum([chunk.uniforms.shape[-1] for chunk in chunks]).tolist()
        parts = [slice(end - chunk.uniforms.shape[-1], end) for chunk, end in zip(chunks, ends, strict=True)]
        return [(chunk.replicate, sums_of(draws.part(part))) for chunk, part in zip(chunks, parts, strict=True)]
    uniforms = chunks[0].uniforms
    batches = (uniforms[:, start : start + size] for start in range(0, uniforms.shape[-1], size))
    return [(chunks[0].replicate, reduce(Sums.plus, (sums_of(solve(batch)) for batch in batches)))]


def _draws(program: Program, histories: int, uniforms: FloatArray) -> Draws:
    if program.recurrence is not None:
        own, thinning = uniforms[: program.n_inputs], uniforms[program.n_inputs :]
        by_round = thinning.reshape(program.recurrence.count, ISLANDS, -1)
        return play_rounds(program, own, by_round, histories, batch_size(program))
    batch = batch_of(program, uniforms)
    return read_draws(program, batch, program.solver.solve(batch.worlds))
