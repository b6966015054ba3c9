"""Runs a program over a design: chunk by chunk, on several threads, added up in the order of the draws."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from typing import Final

from engine.program.program import FloatArray, Program
from engine.program.worlds import batch_of
from engine.sampling import CHUNK, Design
from engine.simulation.accumulate import Sums, sums_of
from engine.simulation.draws import read_draws

CELLS: Final = 2**19
"""A batch has about this many numbers per array (leaves times draws), so that it stays in the processor's cache."""
CHUNKS_PER_BLOCK: Final = 4

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """A finished simulation.

    Attributes:
        replicates: the sums of each independent scramble; one for a method without.
    """

    replicates: tuple[Sums, ...]

    @property
    def whole(self) -> Sums:
        return reduce(Sums.plus, self.replicates)


def simulate(
    program: Program, design: Design, threads: int = 1, progress: Progress | None = None,
    chunks_per_block: int = CHUNKS_PER_BLOCK,
) -> Totals:  # fmt: skip
    """Solves and reads every draw of the design.

    Args:
        program: the compiled scenario.
        design: which uniforms.
        threads: how many threads share the work; the result does not depend on it.
        progress: told the number of draws done, now and then.
        chunks_per_block: chunks that a thread takes at a time; the result does not depend on it.

    Raises:
        EvaluationError: a number of some draw is impossible.
    """
    from threadpoolctl import threadpool_limits

    blocks = [range(start, min(start + chunks_per_block, design.n_chunks))
              for start in range(0, design.n_chunks, chunks_per_block)]  # fmt: skip
    replicates: dict[int, Sums] = {}
    done = 0
    with threadpool_limits(limits=1, user_api="blas"):
        for block in _in_order(lambda chunks: _block(program, design, chunks), blocks, threads):
            for replicate, sums in block:
                before = replicates.get(replicate)
                replicates[replicate] = sums if before is None else before.plus(sums)
                done += sums.n_draws
            if progress is not None:
                progress(done)
    return Totals(tuple(replicates[replicate] for replicate in sorted(replicates)))


def _in_order(
    work: Callable[[range], list[tuple[int, Sums]]], blocks: Sequence[range], threads: int
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


def _block(program: Program, design: Design, chunks: range) -> list[tuple[int, Sums]]:
    return [(chunk.replicate, _chunk(program, chunk.uniforms)) for chunk in map(design.chunk, chunks)]


def _chunk(program: Program, uniforms: FloatArray) -> Sums:
    """A chunk, cut into batches of a size that depends on the tree alone."""
    size = batch_size(program)
    return reduce(Sums.plus, (_batch(program, uniforms[:, start : start + size])
                              for start in range(0, uniforms.shape[-1], size)))  # fmt: skip


def batch_size(program: Program) -> int:
    """Draws that are solved together: a power of 2, at most a chunk."""
    size = CHUNK
    while size > 16 and size * program.tree.n_leaves > CELLS:
        size //= 2
    return size


def _batch(program: Program, uniforms: FloatArray) -> Sums:
    batch = batch_of(program, uniforms)
    return sums_of(read_draws(program, batch, program.solver.solve(batch.worlds)))
