"""Every draw, and in which of them a claim is true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.analysis.discovery.claims import Claim
from engine.analysis.discovery.points import Asked, Told, values_at
from engine.analysis.discovery.thresholds import Sums
from engine.analysis.estimates import FEW_HITS, NORMAL, Estimate, exact, of_ratio
from engine.games.segments import FloatArray
from engine.program.program import BoolArray, IntArray, Program
from engine.sampling import Design
from engine.sampling.parts import all_uniforms
from engine.scenario.model import Scenario
from engine.simulation.figures import figures_of

NOISY: Final = 0.1
"""A warning is due where noise decides on so many draws, as a share of those on the smaller side of the line."""
FEWEST_EFFECTIVE: Final = 100

Categories = Mapping[int, Sequence[tuple[str, float]]]
"""For each unknown without order its values, each with the share of the distribution that it takes."""


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """All draws, and in which of them the claim is true.

    Attributes:
        uniforms, values: of the unknowns; (n_inputs, n).
        figure_of: the outcome's figure in each draw; (n,).
        counts: the weight with which a draw counts; 0 where the condition of the outcome cannot come about.
        among: the weight of a draw in the outcome's own figure.
        replicate: the scramble of each.
        undecided: share of draws whose two samples of histories lie on different sides of the line.
    """

    uniforms: FloatArray
    values: FloatArray
    figure_of: FloatArray
    cases: BoolArray
    counts: FloatArray
    among: FloatArray
    replicate: IntArray
    sampled: bool
    undecided: float

    @staticmethod
    def of(question: Asked, claim: Claim, design: Design, told: Told | None) -> Cast:
        found = figures_of(question.program, design, question.workers, told, question.histories)
        row = found.row(claim.outcome, claim.value)
        counts = np.where(found.among[row] > 0, found.weight, 0.0)
        halves = claim.holds(found.apart[:, row])
        total = counts.sum()
        undecided = float((counts * (halves[0] != halves[1])).sum() / total) if total > 0 else 0.0
        uniforms = all_uniforms(design)
        return Cast(
            uniforms,
            values_at(question.program, uniforms),
            found.value[row],
            claim.holds(found.value[row]) & (counts > 0),
            counts,
            found.weight * found.among[row],
            found.replicate,
            design.method != "point",
            undecided,
        )

    @property
    def training(self) -> BoolArray:
        """The half on which boxes are found: whole scrambles."""
        found: BoolArray = self.replicate < (int(self.replicate[-1]) + 1) // 2
        return found

    def by_scramble(self, weight: FloatArray) -> FloatArray:
        return np.bincount(self.replicate, weight).astype(np.float64)

    @property
    def sums(self) -> Sums:
        return Sums(self.by_scramble(self.among * self.figure_of), self.by_scramble(self.among))

    def share(self) -> Estimate:
        return share_of(self.by_scramble(self.counts * self.cases), self.by_scramble(self.counts), self)

    def figure(self) -> Estimate | None:
        if self.among.sum() <= 0:
            return None
        return ratio_of(self.by_scramble(self.among * self.figure_of), self.by_scramble(self.among), self.sampled)


# Public functions


def ratio_of(above: FloatArray, below: FloatArray, sampled: bool) -> Estimate:
    """A ratio of sums over scrambles, exact where nothing was sampled."""
    if not sampled:
        return exact(float(above.sum() / below.sum()))
    return of_ratio(above, below)


def share_of(hits: FloatArray, among: FloatArray, cast: Cast) -> Estimate:
    """A share of draws with its 95 % interval: from the scrambles, or where few were hit or few were not as if the
    draws were independent (Clopper & Pearson 1934)."""
    total = float(among.sum())
    if total <= 0:
        return Estimate(0.0, 0.0, 0.0, 0.0)
    value = float(hits.sum()) / total
    if not cast.sampled:
        return exact(value)
    scale = float(cast.counts.sum() / max((cast.counts**2).sum(), 1e-300))  # draws of equal weight for each of weight
    some, all_ = float(hits.sum()) * scale, total * scale
    if min(some, all_ - some) >= FEW_HITS:
        found = of_ratio(hits, among)
        return Estimate(found.value, found.error, max(found.low, 0.0), min(found.high, 1.0))
    from scipy.special import betaincinv

    low = float(betaincinv(some, all_ - some + 1, 0.025)) if value > 0 else 0.0
    high = float(betaincinv(some + 1, max(all_ - some, 0.0), 0.975)) if value < 1 else 1.0
    return Estimate(value, (high - low) / (2 * NORMAL), low, high)


def categories_of(scenario: Scenario, program: Program) -> Categories:
    """The unknowns without order that have several values: names and shares."""
    found: dict[int, list[tuple[str, float]]] = {}
    for column, item in enumerate(program.inputs):
        choice = scenario.unknowns[item.name].choice
        if choice is not None:
            upto = item.distribution.cdf(np.arange(len(choice), dtype=np.float64))
            shares = np.diff(upto, prepend=0.0)
            found[column] = [(str(name), float(share)) for name, share in zip(choice, shares, strict=True)]
    return {column: values for column, values in found.items() if sum(share > 0 for _, share in values) > 1}


def warnings_of(cast: Cast) -> Sequence[str]:
    """What to be careful with."""
    found = []
    total = cast.counts.sum()
    effective = float(total**2 / max((cast.counts**2).sum(), 1e-300))
    if cast.sampled and effective < FEWEST_EFFECTIVE:
        why = "the statements that are believed, or the condition of the outcome, hardly ever fit them"
        if effective > len(cast.counts) / 2:
            why = "try more --draws"
        found.append(f"the draws count for no more than {effective:,.0f} of equal weight: {why}")
    share = float((cast.counts * cast.cases).sum() / total) if total > 0 else 0.0
    if cast.undecided > NOISY * min(share, 1 - share):
        found.append(
            f"{cast.undecided:.1%} of the draws lie so near to the line that the noise of sampled histories decides on "
            "which side they fall: the box is blurred there, and more --histories make it sharper"
        )
    return found
