"""The 95 % intervals of shares, effects and ends hold the truth as often as they say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from math import comb
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine import api
from engine.analysis.estimates import Estimate
from engine.analysis.sensitivity.sensitivity import sensitivity
from engine.analysis.sensitivity.sensitivity_records import Effect
from engine.program.compile import compile_program

Array: TypeAlias = npt.NDArray[np.float64]
SEEDS, FEWER_SEEDS = 200, 100
NODES, WEIGHTS = ((np.polynomial.legendre.leggauss(12)[0] + 1) / 2, np.polynomial.legendre.leggauss(12)[1] / 2)
ONCE = """
engine: 1
title: Played once
unknowns:
  a: {label: a, uniform: [-1, 1], judgement: x}
  b: {label: b, uniform: [-1, 1], judgement: x}
  c: {label: c, uniform: [-1, 1], judgement: x}
moves: [{event: hit, chance: (1 + a) * (1 + b) * (2 + c) / 12, judgement: x}]
outcomes:
  hit: {label: hit, happens: hit == yes}
  sum: {label: sum, quantity: a + exp(b) * c, judgement: x}
"""
ROUNDS = """
engine: 1
title: In rounds
rounds: {count: 3}
unknowns:
  p: {label: p, uniform: [0, 1], judgement: x}
  q: {label: q, uniform: [0, 1], judgement: x}
state: {heat: {start: 0, next: "clip(heat + flare, 0, 2)", judgement: x}}
moves:
  - {event: flare, chance: 0.3 + 0.5 * p, judgement: x}
  - {event: hit, chance: 0.2 * q * heat, judgement: x}
outcomes: {hit: {label: hit, happens: hit == yes}}
"""
"""What happens hangs on the past, which two histories cannot hold."""


def test_played_once() -> None:
    truth = {
        "hit": lambda u, v, w: u * v * (2 * w + 1) / 3,
        "sum": lambda u, v, w: 2 * u - 1 + np.exp(2 * v - 1) * (2 * w - 1),
    }
    rates = covered(ONCE, truth, 3, 128, SEEDS, shapley=True)
    assert set(rates) == {"alone", "overall", "shapley", "end", "difference"}
    assert all(0.91 <= rate <= 0.98 for rate in rates.values()), rates


def test_in_rounds() -> None:
    rates = covered(ROUNDS, {"hit": hit_in_rounds}, 2, 128, FEWER_SEEDS, shapley=False)
    assert all(0.91 <= rate <= 0.98 for rate in rates.values()), rates


def hit_in_rounds(p: Array, q: Array) -> Array:
    """The chance of a hit in any of three rounds, all histories enumerated."""
    still = {0: np.ones_like(p * q)}
    flare = 0.3 + 0.5 * p
    for _ in range(3):
        after: dict[int, Array] = {}
        for heat, chance in still.items():
            missed = chance * (1 - 0.2 * q * heat)
            after[heat] = after.get(heat, 0) + missed * (1 - flare)
            after[min(heat + 1, 2)] = after.get(min(heat + 1, 2), 0) + missed * flare
        still = after
    return np.asarray(1 - sum(still.values()))


def covered(
    text: str, functions: Mapping[str, Callable[..., Array]], n_unknowns: int, draws: int, seeds: int, shapley: bool
) -> dict[str, float]:
    """Of each kind of figure, how often its interval held the truth."""
    program = compile_program(api.loads(text).scenario)
    labels = {measure.name: (measure.name, "") for measure in program.measures}
    true = {name: list(truths(function, n_unknowns)) for name, function in functions.items()}
    hits: dict[str, list[bool]] = {}
    for seed in range(1, seeds + 1):
        for figure in sensitivity(program, draws, seed, labels, shapley=shapley, histories=2).figures:
            for effect, facts in zip(figure.effects, true[figure.figure.outcome], strict=True):
                for kind, estimate, fact in zip(*estimates(effect), facts, strict=True):
                    if estimate is not None:
                        hits.setdefault(kind, []).append(estimate.low <= fact <= estimate.high)
    return {kind: float(np.mean(found)) for kind, found in hits.items()}


def estimates(effect: Effect) -> tuple[list[str], list[Estimate | None]]:
    low, high = effect.ends
    found = [effect.alone, effect.overall, effect.shapley, low.value, low.difference, high.value, high.difference]
    return ["alone", "overall", "shapley", "end", "difference", "end", "difference"], found


def truths(function: Callable[..., Array], n: int) -> Iterator[list[float]]:
    """The same of each unknown, by quadrature; a Shapley effect over all sets of the others."""
    grid = function(*np.meshgrid(*[NODES] * n, indexing="ij"))
    whole, mean = closed(grid, range(n)), mean_over(grid, range(n))
    for i in range(n):
        others = [j for j in range(n) if j != i]
        effect = 0.0
        for chosen in product([False, True], repeat=n - 1):
            some = [j for j, wanted in zip(others, chosen, strict=True) if wanted]
            effect += (closed(grid, [*some, i]) - closed(grid, some)) / (n * comb(n - 1, len(some)))
        facts = [closed(grid, [i]) / whole, 1 - closed(grid, others) / whole, effect / whole]
        for level in (0.05, 0.95):
            at = np.meshgrid(*[np.array([level]) if j == i else NODES for j in range(n)], indexing="ij")
            end = float(mean_over(function(*at), others).squeeze())
            facts += [end, end - float(mean)]
        yield facts


def closed(grid: Array, kept: Iterable[int]) -> float:
    """The variance of the mean over the unknowns that are not kept."""
    axes = sorted(kept)
    inner = mean_over(grid, [axis for axis in range(grid.ndim) if axis not in axes])
    return float(mean_over(inner**2, range(inner.ndim)) - mean_over(inner, range(inner.ndim)) ** 2)


def mean_over(grid: Array, axes: Iterable[int]) -> Array:
    for axis in sorted(axes, reverse=True):
        grid = np.tensordot(grid, WEIGHTS, axes=(axis, 0))
    return grid
