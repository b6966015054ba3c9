"""How fast games are solved: figures of one process on one thread.

Run by `python -m bench`; alone with `python -m bench.games`. Where pygambit is installed (the variable GAMBIT_PYTHON
may name another Python that has it) its tracers are timed on the same games.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from engine.games.equilibrium import Solver
from engine.games.tree import Move, Tree, unroll
from engine.games.worlds import Worlds

REPETITIONS = 5
N_GAMES = 65_536
N_TRACED = 40
N_BLUFFS = 1_000_000
SLICE = 16_384

# A type of three values that only the first actor sees; its signal; then two who saw the signal answer at once. Each
# relies on both others: 16 actions, 36 paths.
CYCLIC = (Move(3), Move(2, 0, (0,)), Move(3, 1, (1,)), Move(2, 2, (1,)))
# A type of two values; its owner's signal, worth to it what type and signal say; the reply of one who saw the signal
# and whose gain depends on the type. The reply relies on the signal, by Bayes' rule, and not the other way round.
BLUFF = (Move(2), Move(2, 0, (0,)), Move(2, 1, (1,)))


def cyclic_worlds(tree: Tree, n: int) -> Worlds:
    """Independent uniform payoffs, spread over exactly 10; chances of types in whole thousandths; precision 1."""
    rng = np.random.default_rng(1)
    thousandths = rng.integers(1, 500, (2, n))
    chance = np.array([*thousandths, 1000 - thousandths.sum(axis=0)])[tree.values[0]] / 1000
    payoffs = rng.random((3, tree.n_leaves, n))
    low, high = payoffs.min(axis=1, keepdims=True), payoffs.max(axis=1, keepdims=True)
    payoffs = 10 * (payoffs - low) / (high - low)
    return Worlds(chance, {}, dict(enumerate(payoffs)), dict.fromkeys(range(3), np.ones(n)))


def bluff_worlds(n: int) -> Worlds:
    rng = np.random.default_rng(2)
    weak = rng.random(n)
    chance = np.repeat([weak, 1 - weak], 4, axis=0)
    sender, receiver = 10 * rng.random((2, 2, 2, 2, n))
    sender[:] = sender[:, :, :1]
    payoff = {0: sender.reshape(8, n), 1: receiver.reshape(8, n)}
    return Worlds(chance, {}, payoff, {0: np.full(n, 1.0), 1: np.full(n, 0.8)})


def bluff_by_hand(worlds: Worlds) -> tuple[np.ndarray, np.ndarray]:
    """Signal by type, and reply by signal: (2, 2, n) each."""
    chance, sender, receiver = (table.reshape(2, 2, 2, -1) for table in (worlds.chance, *worlds.payoff.values()))
    signal = softmax(worlds.precision[0] * sender.mean(axis=2))
    joint = chance[:, :, 0] * signal
    expected = (joint[:, :, None] * receiver).sum(axis=0) / joint.sum(axis=0)[:, None]
    return signal, softmax(worlds.precision[1] * expected)


def softmax(scaled: np.ndarray) -> np.ndarray:
    odds = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def part(worlds: Worlds, draws: slice) -> Worlds:
    return Worlds(
        worlds.chance[:, draws],
        {},
        {actor: payoff[:, draws] for actor, payoff in worlds.payoff.items()},
        {actor: precision[draws] for actor, precision in worlds.precision.items()},
    )


def seconds(*works: Callable[[], object]) -> list[float]:
    """Median processor time of each, taken in turns."""
    found: list[list[float]] = [[] for _ in works]
    for _ in range(REPETITIONS):
        for taken, work in zip(found, works, strict=True):
            start = time.process_time()
            work()
            taken.append(time.process_time() - start)
    return [median(taken) for taken in found]


def gambit_rates(worlds: Worlds) -> tuple[float, float, str] | None:
    """Games a second of pygambit's tracer to precision 1, and along the whole branch, and its version; None without it.

    The versions are far apart: 17.0.0b2 is some thirty times as fast as 16.7.0.
    """
    python = os.environ.get("GAMBIT_PYTHON", sys.executable)
    probe = subprocess.run([python, "-c", "import pygambit.qre"], capture_output=True, check=False)
    if probe.returncode:
        return None
    sent = io.BytesIO()
    np.savez(sent, chance=worlds.chance[:, :N_TRACED], payoff=[worlds.payoff[a][:, :N_TRACED] for a in range(3)])
    script = str(Path(__file__).with_name("gambit.py"))
    ran = subprocess.run([python, script], input=sent.getvalue(), stdout=subprocess.PIPE, check=True)
    one, branch, version = ran.stdout.decode().split()
    return float(one), float(branch), version


def measure(report: Callable[[str, str, str, bool], None]) -> None:
    tree = unroll(CYCLIC)
    assert (tree.n_leaves, tree.n_actions) == (36, 16)
    solver, worlds = Solver(tree, ((1, 2, 3),)), cyclic_worlds(tree, N_GAMES)
    accepted = int((solver.solve(worlds).rung > 0).sum())
    (taken,) = seconds(lambda: solver.solve(worlds))
    rate = accepted / taken
    what = "accepted equilibria a second (3 actors, 16 actions, 36 paths)"
    report(what, f"{rate:,.0f}", "at least 60,000", rate >= 60_000)
    traced = gambit_rates(worlds)
    if traced is None:
        report("  the same / pygambit", "not installed", "at least 1,000", True)
    else:
        one, branch, version = traced
        what = f"  the same / logit_solve_lambda of pygambit {version}"
        report(what, f"{rate / one:,.0f}", "at least 1,000", rate >= 1000 * one)
        report(f"  the same / logit_solve_branch of pygambit {version}", f"{rate / branch:,.0f}", "", True)

    solver, worlds = Solver(unroll(BLUFF), ((1,), (2,))), bluff_worlds(N_BLUFFS)
    slices = [part(worlds, slice(start, start + SLICE)) for start in range(0, N_BLUFFS, SLICE)]
    by_hand, first = bluff_by_hand(worlds), solver.solve(slices[0]).play
    np.testing.assert_allclose(first, np.concatenate(by_hand).reshape(8, -1)[:, :SLICE], rtol=0, atol=1e-12)
    hand, engine = seconds(lambda: bluff_by_hand(worlds), lambda: [solver.solve(some) for some in slices])
    ratio = engine / hand
    report("1,000,000 two-type bluffs / the same by hand in NumPy", f"{ratio:.2f}", "at most 1.5", ratio <= 1.5)


def main() -> None:
    def line(what: str, figure: str, bound: str, kept: bool) -> None:
        print(f"{what:<62}{figure:>14}   {bound:<16}{'' if kept else 'NOT KEPT'}")

    measure(line)


if __name__ == "__main__":
    main()
