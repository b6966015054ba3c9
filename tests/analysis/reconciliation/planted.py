"""Scenarios whose outcomes are known functions of a few unknowns, with statements that are known to fit or not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp

import numpy as np

from engine import api
from engine.analysis.reconciliation.consequences import Sample, sampled
from engine.program.compile import compile_program
from engine.program.program import Stated
from engine.sampling import sobol_design
from engine.simulation.executors import ALONE

Band = tuple[str, float, float]
"""An outcome, and between which log odds a statement says that it lies."""


@dataclass(frozen=True)
class Case:
    """Statements, and the smallest contradicting set that was planted among them."""

    names: tuple[str, ...]
    contradicting: frozenset[str]

    def of(self, sample: Sample) -> list[Stated]:
        return [stated for stated in sample.program.statements if stated.name in self.names]


def logistic(x: float) -> float:
    return 1 / (1 + exp(-x))


def text_of(unknowns: dict[str, str], indices: dict[str, str], statements: dict[str, str]) -> str:
    """Log odds of each outcome; the first is what an actor does who gains that much by it, the others are chance."""
    first, *others = indices
    lines = ["engine: 1", "title: Planted", "actors: {me: {name: Me, precision: 1}}", "unknowns:"]
    lines += [f"  {name}: {{label: Unknown {name}, {family}}}" for name, family in unknowns.items()]
    lines += ["moves:", "  - {decision: act, actor: me, options: [no, yes]}"]
    lines += [f'  - {{event: {name}_comes, chance: "logistic({indices[name]})"}}' for name in others]
    lines += ["payoffs:", f'  me: [{{term: gain, value: "({indices[first]}) * (act == yes)"}}]', "outcomes:"]
    lines += [f"  {first}: {{label: First, happens: act == yes}}"]
    lines += [f"  {name}: {{label: Outcome {name}, happens: {name}_comes == yes}}" for name in others]
    lines += ["statements:", *(f"  {name}: {{{said}}}" for name, said in statements.items())]
    return "\n".join(lines)


def sample_of(text: str, draws: int, seed: int = 1) -> Sample:
    """The draws of a scenario."""
    program = compile_program(api.loads(text).scenario)
    return sampled(program, sobol_design(program.n_inputs, draws, seed, 16), 1, ALONE, None)


# Contradictions


def contradicting(rng: np.random.Generator) -> tuple[str, list[Case]]:
    """A scenario with a set of one, two, three and four statements that contradict, and one of two or three."""
    families = ("normal: {mean: 0, sd: 1}", "uniform: [-2.2, 2.2]")
    unknowns = {name: families[rng.integers(2)] for name in ("x", "y", "z", "spare")}
    steep = dict(zip(("x", "y", "z", "two", "three", "up", "down", "spare"), rng.uniform(0.8, 1.6, 8), strict=True))
    mixed = "(0.7 * x + 0.3 * y)"
    index = {name: name for name in ("x", "y", "z", "spare")}
    index |= {"two": "(x + y)", "three": "(x + y + z)", "up": mixed, "down": f"-{mixed} * abs({mixed})"}
    indices = {name: f"{steep[name]:.6f} * {text}" for name, text in index.items()}
    indices["top"] = "0.8 * x - 0.1 * (y - x) ** 2"  # at most 0.8 times 2.6, as far as the range of x goes
    bands = [_bands(kind, steep, rng) for kind in (1, 2, 3, 4, int(rng.integers(2, 4)))]
    statements: dict[str, str] = {}
    cases = []
    for number, planted in enumerate(bands):
        middle = rng.uniform(-0.5, 0.5)
        listed = [*planted, ("spare", middle - 0.4, middle + 0.4)]
        names = [f"s{number}_{place}" for place in range(len(listed))]
        for place in rng.permutation(len(listed)):
            about, low, high = listed[place]
            ends = [f"{100 * logistic(end):.7f}%" for end in (low, high)]
            statements[names[place]] = f"about: {about}, between: [{', '.join(ends)}]"
        cases.append(Case(tuple(names), frozenset(names[: len(planted)])))
    return text_of(unknowns, indices, statements), cases


def _bands(kind: int, steep: dict[str, float], rng: np.random.Generator) -> list[Band]:
    """Bands of which no point meets all, and some point all but any one."""
    width, gap = rng.uniform(0.3, 0.6), rng.uniform(0.3, 0.6)
    at = rng.uniform(0.6, 1.0, 3)
    if kind == 1:
        low = 0.8 * 2.6 + rng.uniform(0.3, 0.8)
        return [("top", low, low + width)]
    if kind == 2:  # one falls where the other rises
        top, bottom = at[0] - gap, at[0] - gap - width
        low, high = sorted(-steep["down"] * end * abs(end) for end in (bottom, top))
        return [("up", steep["up"] * at[0], steep["up"] * (at[0] + width)), ("down", low, high)]
    names, both = ("x", "y", "z")[: kind - 1], {3: "two", 4: "three"}[kind]
    parts = [(name, steep[name] * low, steep[name] * (low + width)) for name, low in zip(names, at, strict=False)]
    total = at[: kind - 1].sum() - gap  # less than they add up to, and enough for all but one of them
    return [*parts, (both, steep[both] * (total - width), steep[both] * total)]


# Truths

CASES = 10
TRIES = 12
TRUE_UNKNOWNS = {
    "x": "normal: {mean: 0, sd: 1}",
    "y": "uniform: [-1, 2]",
    "z": "lognormal: {median: 1, sigma: 0.5}",
}
TRUE_INDICES: dict[str, tuple[str, Callable[[float, float, float], float]]] = {
    "o1": ("x + 0.5 * y", lambda x, y, z: x + 0.5 * y),
    "o2": ("1 - z * max(y, 0)", lambda x, y, z: 1 - z * max(y, 0.0)),
    "o3": ("x * y - 0.5 * z", lambda x, y, z: x * y - 0.5 * z),
}


def true_worlds(rng: np.random.Generator) -> tuple[str, list[tuple[float, ...]]]:
    """Hidden worlds from the scenario's own ranges; who states a chance has seen how often it came about in 12 cases.

    What is stated is the beta that Bayes' rule makes of such a count and no other knowledge.
    """
    worlds = [(rng.normal(), rng.uniform(-1, 2), float(np.exp(0.5 * rng.normal()))) for _ in range(CASES)]
    statements = {}
    for number, world in enumerate(worlds):
        for name, (_, index) in TRUE_INDICES.items():
            hits = rng.binomial(TRIES, logistic(index(*world)))
            statements[f"s{number}_{name}"] = f"about: {name}, beta: {{a: {hits + 1}, b: {TRIES - hits + 1}}}"
    return text_of(TRUE_UNKNOWNS, {name: text for name, (text, _) in TRUE_INDICES.items()}, statements), worlds


def stated_of(sample: Sample, number: int) -> Sequence[Stated]:
    """The statements about one hidden world."""
    return [stated for stated in sample.program.statements if stated.name.startswith(f"s{number}_")]
