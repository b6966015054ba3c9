"""Do the stated probabilities and the incentives fit together, and what would follow if those who state them are right?

One sample of draws is solved. Everything else is weights on it, and a search where no draw gets to what is stated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from engine.analysis.estimates import Estimate, effective_sample, exact
from engine.analysis.reconciliation.believing import (
    OUTER,
    mean_of,
    spread_of,
    surprise,
    weights,
)
from engine.analysis.reconciliation.compatibility import Contradiction, contradiction_of, reach_of, sets_of
from engine.analysis.reconciliation.consequences import Believed, Sample, all_believed, sampled
from engine.analysis.reconciliation.contradiction import Sets
from engine.analysis.reconciliation.pooling import Pool, pooled
from engine.analysis.reconciliation.reaching import Nearest, Reach
from engine.analysis.running.cautions import BLURRED, FEWEST_EFFECTIVE
from engine.analysis.running.summary import Settings
from engine.program.program import Program, Stated
from engine.sampling import Design
from engine.scenario.assumptions import Assumed
from engine.scenario.model import Scenario
from engine.simulation.executors import ALONE, Workers

SURPRISING: Final = 0.05
"""Below this a statement strains the incentives."""
HARDLY_EVER: Final = 0.05
"""Below this share of the draws what they imply hardly ever fits a statement."""
FITS, STRAINS, CONTRADICTS, UNWEIGHED = "fits", "strains", "contradicts", "cannot be weighed"


@dataclass(frozen=True, slots=True)
class Judged:
    """One statement and what the model makes of it.

    Attributes:
        name, about, by, said: which, about which outcome, whose, in which words.
        low, middle, high, mean: what that is in numbers: its 5, 50 and 95 %, and its mean.
        before, after: the model's probability before and after believing it alone; None where there is none.
        spread, spread_after: its 5, 50 and 95 % over what we don't know; None where too few draws count.
        effective: effective sample size once it is believed; None where nothing is unknown.
        surprise: how surprising it is, from 1 (not at all) to 0.
        reached: whether anything within the stated ranges brings the outcome to where it is said to lie.
        nearest: the probability nearest to that; None where it is reached.
        blur: which share of what varies between draws is the noise of sampled histories.
        verdict: in words.
    """

    name: str
    about: str
    by: str | None
    said: str
    low: float
    middle: float
    high: float
    mean: float
    before: Estimate | None = None
    after: Estimate | None = None
    spread: tuple[float, ...] | None = None
    spread_after: tuple[float, ...] | None = None
    effective: float | None = None
    surprise: Estimate | None = None
    reached: bool | None = None
    nearest: float | None = None
    blur: float = 0.0
    verdict: str = UNWEIGHED


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What `reconcile` says.

    Attributes:
        contradictions: the smallest sets of statements that contradict.
        together: the largest sets that fit together.
        complete: whether these are all there are.
        size: all contradicting sets of so many statements or fewer were found.
        searched: points that were tried beyond the draws.
        sampled: draws within the central 99 % of every unknown.
        believed: each statement alone, the largest sets that fit together, all of them.
        pools: of the statements alone, by outcome.
        varied: whether anything is unknown.
    """

    scenario: Scenario
    sha256: str
    assumptions: str
    label: str
    overrides: Mapping[str, str]
    settings: Settings
    statements: Mapping[str, Judged] = field(default_factory=dict)
    contradictions: tuple[Contradiction, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    complete: bool = True
    size: int = 0
    searched: int = 0
    sampled: int = 0
    believed: tuple[Believed, ...] = ()
    pools: Mapping[str, Pool] = field(default_factory=dict)
    varied: bool = True
    warnings: tuple[str, ...] = ()


# Public functions


def reconcile(
    assumed: Assumed,
    sha256: str,
    program: Program,
    design: Design,
    histories: int,
    workers: Workers = ALONE,
    progress: Callable[[int, int], None] | None = None,
) -> Reconciliation:
    """Weighs every statement, and every set of them that matters.

    Args:
        assumed: the scenario under its assumption set.
        sha256: of its file.
        program: compiled of it; nothing is believed.
        design: which uniforms.
        histories: that a draw may carry, where there are rounds.
        workers: who share the work; the result does not depend on them.
        progress: told the number of draws done and of all; then how many points the search has tried, of 0 in all.

    Raises:
        EvaluationError: a number of some draw is impossible.
    """
    settings = Settings(
        design.n_draws,
        design.seed,
        "exact" if design.method == "point" else design.method,
        design.replicates,
        histories if program.recurrence is not None else None,
    )
    plain = Reconciliation(
        assumed.scenario, sha256, assumed.name, assumed.label, dict(assumed.overrides), settings, pools=_pools(program)
    )
    if not program.statements:
        return plain

    def told(total: int) -> Callable[[int], None] | None:
        return None if progress is None else lambda done: progress(done, total)

    choices = {name: tuple(one.choice) for name, one in assumed.scenario.unknowns.items() if one.choice is not None}
    sample = replace(sampled(program, design, histories, workers, told(design.n_draws)), choices=choices)
    weighed = [stated for stated in program.statements if sample.implied(stated.about).certain]
    reach = reach_of(weighed, sample, design.seed, histories, workers, told(0)) if weighed else None
    found = Sets((), (), True, 0) if reach is None else sets_of(reach)
    judged = {
        stated.name: _judged(assumed.scenario, stated, sample, reach, _place(weighed, stated))
        for stated in program.statements
    }
    names = [stated.name for stated in weighed]
    together = tuple(tuple(names[place] for place in places) for places in found.fitting)
    return replace(
        plain,
        statements=judged,
        contradictions=()
        if reach is None
        else tuple(contradiction_of(reach, names, one) for one in found.contradicting),
        together=together,
        complete=found.complete,
        size=found.size,
        searched=0 if reach is None else reach.tried,
        sampled=0 if reach is None else reach.within,
        believed=all_believed(weighed, together, sample) if sample.varied else (),
        varied=sample.varied,
        warnings=tuple(_warnings(assumed, judged, reach, found, design.n_draws)),
    )


# Private functions


def _place(weighed: Sequence[Stated], stated: Stated) -> int | None:
    return next((place for place, one in enumerate(weighed) if one.name == stated.name), None)


def _judged(scenario: Scenario, stated: Stated, sample: Sample, reach: Reach | None, place: int | None) -> Judged:
    low, middle, high = stated.distribution.quantile(np.array(OUTER)).tolist()
    record = scenario.statements[stated.name]
    plain = Judged(
        stated.name,
        stated.about,
        record.by,
        _said(scenario, stated.name),
        low,
        middle,
        high,
        stated.distribution.mean(),
    )
    implied = sample.implied(stated.about)
    before = mean_of(implied, implied.base)
    if place is None or reach is None or before is None:
        return replace(plain, before=before, spread=spread_of(implied, implied.base) if before else None)
    near = reach.nearest([place])
    reached = near.beyond <= 0
    surprising = surprise(stated.distribution, implied)
    plain = replace(
        plain,
        before=before if sample.varied else exact(before.value),
        surprise=surprising if sample.varied else exact(surprising.value),
        reached=reached,
        nearest=None if reached else _finite(near, place),
        blur=implied.blur,
        verdict=CONTRADICTS if not reached else STRAINS if surprising.value < SURPRISING else FITS,
    )
    if not sample.varied:
        return plain
    weight = weights(stated.distribution, implied)
    effective = effective_sample(weight)
    return replace(
        plain,
        after=mean_of(implied, weight),
        spread=spread_of(implied, implied.base),
        spread_after=spread_of(implied, weight) if effective >= FEWEST_EFFECTIVE else None,
        effective=effective,
    )


def _finite(near: Nearest, place: int) -> float | None:
    value = float(near.probability[place])
    return value if np.isfinite(value) else None


def _said(scenario: Scenario, name: str) -> str:
    record = scenario.statements[name]
    if record.phrase is None or isinstance(record.phrase, str):
        return record.phrase or ""
    return str(record.phrase.get(record.standard or scenario.words, ""))


def _pools(program: Program) -> dict[str, Pool]:
    about: dict[str, list[Stated]] = {}
    for stated in program.statements:
        about.setdefault(stated.about, []).append(stated)
    return {outcome: pooled([stated.distribution for stated in several]) for outcome, several in about.items()}


def _warnings(
    assumed: Assumed, judged: Mapping[str, Judged], reach: Reach | None, sets: Sets, draws: int
) -> Sequence[str]:
    found = []
    if assumed.believe:
        named = ", ".join(f"'{name}'" for name in assumed.believe)
        found.append(
            f"the set believes {named}; here each statement is weighed by itself, so nothing is believed before"
        )
    for one in judged.values():
        if one.verdict == UNWEIGHED:
            found.append(
                f"'{one.name}' cannot be weighed: '{one.about}' is conditional, and its condition cannot come about in "
                "some draws"
            )
        elif one.effective is not None and one.effective < FEWEST_EFFECTIVE:
            seldom = one.effective < HARDLY_EVER * draws
            why = "what the model implies hardly ever fits it" if seldom else f"{draws:,} draws are too few"
            found.append(
                f"believing '{one.name}' leaves an effective sample of {one.effective:.0f} draws: {why}, so no "
                "quantiles are given, and the nearest draws tell what would have to move"
            )
        if one.blur > BLURRED:
            found.append(
                f"{one.blur:.0%} of what varies between draws in '{one.about}' is the noise of sampled histories, and "
                f"draws are weighted by it: '{one.name}' is weighed better with more --histories"
            )
    if reach is not None and reach.trouble:
        found.append(f"a search within the stated ranges ended early: {reach.trouble}")
    if not sets.complete:
        found.append(
            f"not every set of more than {sets.size} statements was searched: there may be further contradictions"
        )
    return found
