"""How an analysis is computed: how many draws, of which uniforms, by whom."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from math import isfinite
from typing import Final

from engine.errors import UsageError
from engine.program.program import Program
from engine.sampling import Design, point_design, random_design, repeated_design, sobol_design
from engine.scenario.scope import nearest
from engine.simulation.executors import Workers, default_count, workers
from engine.simulation.histories import ISLANDS
from engine.simulation.run import GROUPS_PER_BLOCK

DEFAULT_DRAWS: Final = 16_384
DEFAULT_DRAWS_OF_ROUNDS: Final = 1_024
DEFAULT_HISTORIES: Final = 16
MAX_HISTORIES: Final = 4_096
DEFAULT_SEED: Final = 1
MAX_DRAWS: Final = 2**28
REPLICATES: Final = 16
LONG: Final = 2**24
"""Draws times histories times rounds times leaves from which on further processes are worth their start."""
METHODS: Final = ("sobol", "random")


@dataclass(frozen=True, slots=True)
class Options:
    """How to run.

    Attributes:
        draws: in all; rounded up to 16 scrambles of a power of 2; None: 16,384, with rounds 1,024.
        histories: that a draw may carry, where there are rounds.
        error: if given, draws are doubled until every probability's 95 % interval is at most this wide to each side.
        seed: of the scrambles or streams.
        method: `sobol` or `random`.
        threads: how many share the work; None: as many as there are processors, at most 8.
        processes: whether long work is shared with further processes, which is faster; the program that asks for it
            needs the guard `if __name__ == "__main__"`.
        groups_per_block: groups of chunks that a worker takes at a time; changes nothing but speed.
        reason: whether to look for the payoff term that matters most.
        equilibria: whether to look for further equilibria.
        leanings: with rounds and a reason, whether to try other precisions and numbers of rounds.
    """

    draws: int | None = None
    histories: int = DEFAULT_HISTORIES
    error: float | None = None
    seed: int = DEFAULT_SEED
    method: str = "sobol"
    threads: int | None = None
    processes: bool = False
    groups_per_block: int = GROUPS_PER_BLOCK
    reason: bool = True
    equilibria: bool = True
    leanings: bool = True


def options(
    draws: int | None = None,
    error: float | None = None,
    seed: int | None = None,
    method: str = "sobol",
    threads: int | None = None,
    histories: int | None = None,
) -> Options:
    """Checked options; None stands for the default.

    Raises:
        UsageError: one of them makes no sense.
    """
    if draws is not None and not 1 <= draws <= MAX_DRAWS:
        raise UsageError(f"the number of draws must be from 1 to {MAX_DRAWS:,}, not {draws:,}")
    if histories is not None and not ISLANDS <= histories <= MAX_HISTORIES:
        raise UsageError(f"a draw carries from {ISLANDS} to {MAX_HISTORIES:,} histories, not {histories:,}")
    if error is not None and not (isfinite(error) and 0 < error < 1):
        raise UsageError("the sampling error must lie between 0 and 100%", "for example 0.1%")
    if seed is not None and not 0 <= seed < 2**63:
        raise UsageError(f"a seed is a whole number from 0 to 2^63 - 1, not {seed}")
    if method not in METHODS:
        raise UsageError(f"'{method}' is no method", nearest(method, METHODS))
    if threads is not None and threads < 1:
        raise UsageError(f"at least one thread is needed, not {threads}")
    return Options(
        draws=draws,
        histories=DEFAULT_HISTORIES if histories is None else histories,
        error=error,
        method=method,
        threads=threads,
        seed=DEFAULT_SEED if seed is None else seed,
    )


def design_for(program: Program, options: Options, exact: bool = True) -> Design:
    """The uniforms of a run; where nothing is unknown one exact draw, or, if not `exact`, the same one many times."""
    usual = DEFAULT_DRAWS if program.recurrence is None else DEFAULT_DRAWS_OF_ROUNDS
    draws = usual if options.draws is None else options.draws
    if program.settled:
        return (
            point_design(program.n_inputs)
            if exact
            else repeated_design(program.n_inputs, draws, options.seed, REPLICATES)
        )
    if options.method == "random":
        return random_design(program.n_inputs, draws, options.seed)
    return sobol_design(program.n_inputs, draws, options.seed, REPLICATES)


def workers_for(program: Program, options: Options) -> AbstractContextManager[Workers]:
    """Who shares the work of a run; further processes where they are worth their start."""
    once = program.recurrence is None
    games = 1 if program.recurrence is None else options.histories * program.recurrence.count
    draws = options.draws or (DEFAULT_DRAWS if once else DEFAULT_DRAWS_OF_ROUNDS)
    processes = options.processes and draws * games * program.tree.n_leaves >= LONG
    # threads hinder one another where the arrays of a game that is played once are short
    return workers(options.threads or (1 if once and not processes else default_count()), processes)
