"""The result of a run: every outcome with its error and spread, statements beside it, how the game was solved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine.analysis.checking.possibility import never
from engine.analysis.estimates import (
    LEVELS,
    Estimate,
    Histogram,
    discrete_histogram,
    discrete_quantiles,
    estimate,
    exact,
    histogram,
    quantiles,
    values_seen,
    without_noise,
)
from engine.analysis.running.cautions import FEWEST_EFFECTIVE, cautions, noise_of
from engine.analysis.running.first_time import FirstTime, first_time
from engine.analysis.running.multiplicity import Multiplicity
from engine.analysis.running.robustness import Leaning
from engine.games.solution import ARCLENGTH, BACKWARD, FIXED_POINT, HOMOTOPY, UNCHECKED, UNSOLVED
from engine.program.program import Measure, Program
from engine.sampling import Design
from engine.scenario.assumptions import Assumed
from engine.scenario.model import Scenario
from engine.simulation.accumulate import Counts, OutcomeSums, Sums
from engine.simulation.run import Totals


@dataclass(frozen=True, slots=True)
class OutcomeSummary:
    """One outcome.

    Attributes:
        kind: `event`, `quantity`, `choice` or `belief`.
        estimate: its probability, or the mean of a quantity; None for a choice, or if its condition never holds.
        shares: of a choice, the probability of each value.
        across: quantiles of its probability (mean) over what we do not know; None for a choice or with too few draws.
        shares_across: of a choice, the same for each value.
        reached: the probability of the condition it is taken among, as a share of the rounds that are played where
            it is averaged over them; None where there is none.
        sd, quantiles, histogram: of a quantity.
        bounds: its lowest and highest value over the equilibria that were found, averaged over the draws that were
            searched; of a choice for each value in turn. Empty where there are no other equilibria that matter.
        over: how the rounds make up the figure; None where there are none.
        by_round: the figure of each round, or up to it where `over` is `ever`; None where it is never taken.
        shares_by_round: of a choice, the same for each value.
        first_time: in which round it first happens; None unless `over` is `ever`.
        never: values to which the model leaves no way, so that 0 is exact: of a choice its own, of an event `yes`.
    """

    name: str
    kind: str
    label: str
    unit: str | None
    estimate: Estimate | None
    shares: Mapping[str, Estimate]
    shares_across: Mapping[str, Mapping[float, float]]
    across: Mapping[float, float] | None
    reached: float | None
    sd: float | None = None
    quantiles: Mapping[float, float] | None = None
    histogram: Histogram | None = None
    bounds: tuple[tuple[float, float], ...] = ()
    over: str | None = None
    by_round: tuple[float | None, ...] = ()
    shares_by_round: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)
    first_time: FirstTime | None = None
    never: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StatementSummary:
    """A stated probability beside the engine's own.

    Attributes:
        said: the words, or the numbers, as written.
        low, middle, high: its 5, 50 and 95 %.
        model: the engine's figure.
        fits: whether that lies between the 5 and 95 %.
    """

    name: str
    about: str
    by: str | None
    said: str
    low: float
    middle: float
    high: float
    model: float | None
    fits: bool | None


@dataclass(frozen=True, slots=True)
class SolutionSummary:
    """How the games were solved, as shares of the draws.

    Attributes:
        converged: solved by any rung.
        backward: by backward induction, exact.
        fixed_point: by the fixed point, with the branch certified.
        homotopy: by following the branch in fine steps.
        arclength: by following it round its folds.
        unchecked: converged, the branch not certified.
        unsolved: how many draws did not converge; a count.
        residual: the largest distance of a probability from the response to the others.
        negative_index: where further equilibria are certain.
        several: where other equilibria were found, among the draws that were searched; None when nobody looked.
        searched: how many draws were searched; 0 when nobody looked, or nothing is cyclic.
        starts: from how many points in each.
        concept: how the whole game was solved.
        reasoning: of actors who do not reason by equilibrium, their rule in words; by name.
        tied: where a best replier has several best options somewhere; None where nobody replies so.
        pure: with no, one and several equilibria in pure strategies; None where they were not enumerated.
    """

    converged: float
    backward: float
    fixed_point: float
    homotopy: float
    arclength: float
    unchecked: float
    unsolved: int
    residual: float
    negative_index: float
    several: float | None
    concept: str = "logit equilibrium"
    reasoning: Mapping[str, str] = field(default_factory=dict)
    tied: float | None = None
    pure: tuple[float, float, float] | None = None
    searched: int = 0
    starts: int = 0


@dataclass(frozen=True, slots=True)
class Settings:
    """How it was computed.

    Attributes:
        histories: that a draw may carry; None where there are no rounds.
    """

    draws: int
    seed: int
    method: str
    replicates: int
    histories: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """The payoff term that matters most for the first outcome: what it would be without that term, solved again.

    Attributes:
        difference: without minus with, on the same draws, and its error.
    """

    outcome: str
    actor: str
    term: str
    baseline: Estimate
    without: Estimate
    difference: Estimate


@dataclass(frozen=True, slots=True)
class Result:
    """What a run says.

    Attributes:
        sha256: of the scenario file.
        effective: effective sample size; None where no statement is believed.
    """

    scenario: Scenario
    sha256: str
    assumptions: str
    label: str
    overrides: Mapping[str, str]
    settings: Settings
    outcomes: Mapping[str, OutcomeSummary]
    statements: Mapping[str, StatementSummary]
    solution: SolutionSummary
    n_inputs: int
    effective: float | None = None
    warnings: tuple[str, ...] = ()
    reason: Reason | None = field(default=None)
    leanings: tuple[Leaning, ...] = ()


def summarise(
    assumed: Assumed, sha256: str, program: Program, design: Design, totals: Totals, histories: int | None = None
) -> Result:
    """The result of a finished simulation."""
    whole = totals.whole
    weighted = any(statement.believed for statement in program.statements)
    effective = whole.effective if weighted else None
    spread = effective is None or effective >= FEWEST_EFFECTIVE
    outcomes = {
        measure.name: _outcome(assumed.scenario, measure, totals, whole, spread) for measure in program.measures
    }
    outcomes = _with_never(assumed.scenario, outcomes)
    return Result(
        scenario=assumed.scenario,
        sha256=sha256,
        assumptions=assumed.name,
        label=assumed.label,
        overrides=dict(assumed.overrides),
        settings=Settings(
            design.n_draws,
            design.seed,
            "exact" if design.method == "point" else design.method,
            design.replicates,
            histories if program.recurrence is not None else None,
        ),
        outcomes=outcomes,
        statements=_statements(assumed.scenario, program, outcomes),
        solution=_solution(program, whole),
        n_inputs=program.n_inputs,
        effective=effective,
        warnings=tuple(cautions(program, totals, effective, spread)),
    )


def with_multiplicity(result: Result, found: Multiplicity | None) -> Result:
    """The result, and what a search for further equilibria found; None: nothing is cyclic."""
    if found is None:
        return result
    solution = replace(result.solution, several=found.share, searched=found.draws, starts=found.starts)
    outcomes = {name: replace(outcome, bounds=found.bounds.get(name, ())) for name, outcome in result.outcomes.items()}
    return replace(result, solution=solution, outcomes=outcomes)


def _outcome(scenario: Scenario, measure: Measure, totals: Totals, whole: Sums, spread: bool) -> OutcomeSummary:
    replicates = [sums.outcomes[measure.name] for sums in totals.replicates]
    sums, record = whole.outcomes[measure.name], scenario.outcomes[measure.name]
    spread_of = totals.spreads[measure.name]
    conditional = measure.given is not None or measure.belief is not None
    cases = whole.weight if sums.rounds is None else sums.rounds
    reached = sums.among / cases if conditional and cases > 0 else None
    shares: dict[str, Estimate] = {}
    parts: dict[str, Mapping[float, float]] = {}
    found, across = None, None
    if measure.kind == "choice":
        for part, name in enumerate(map(str, measure.values)):
            if (share := estimate(replicates, part, totals.n_sampled, True)) is not None:
                shares[name] = share
            if spread and (range_of := _across(measure, sums, totals, part)) is not None:
                parts[name] = range_of
    else:
        found = estimate(replicates, 0, totals.n_sampled, measure.kind != "quantity", measure.center)
        across = _across(measure, sums, totals, 0) if spread else None
    kind = {"happens": "event"}.get(measure.kind, measure.kind)
    if measure.kind != "quantity" or found is None:
        plain = OutcomeSummary(measure.name, kind, record.label, record.unit, found, shares, parts, across, reached)
        plain = replace(plain, first_time=first_time(measure, replicates, totals.n_sampled))
        return _with_rounds(plain, measure, sums)
    quantity = OutcomeSummary(
        measure.name,
        kind,
        record.label,
        _unit(scenario, measure),
        found,
        shares,
        parts,
        across,
        reached,
        _sd(sums),
        *_shape(measure, spread_of.values, spread),
    )
    return _with_rounds(quantity, measure, sums)


def _across(measure: Measure, sums: OutcomeSums, totals: Totals, part: int) -> dict[float, float] | None:
    """Quantiles over what we don't know, the noise of sampled histories taken out."""
    noise, spread = noise_of(sums, part), totals.spreads[measure.name]
    if totals.alike and sums.among > 0:
        center = measure.center if measure.number is not None else 0.0
        return dict.fromkeys(LEVELS, float(sums.parts[part] / sums.among) + center)
    if noise <= 0:
        return quantiles(spread.across[part])
    return without_noise(spread.across[part], spread.apart[part], noise)


def _with_rounds(outcome: OutcomeSummary, measure: Measure, sums: OutcomeSums) -> OutcomeSummary:
    """The outcome with its figure in each round that counts."""
    if sums.by_round is None or sums.among_by_round is None:
        return outcome
    last = measure.by or len(sums.by_round)
    center = measure.center if measure.number is not None else 0.0
    curves = [
        tuple(
            float(row[part] / among) + center if among > 0 else None
            for row, among in zip(sums.by_round[:last], sums.among_by_round[:last], strict=True)
        )
        for part in range(len(measure.values) if measure.kind == "choice" else 1)
    ]
    if measure.kind == "choice":
        shares = dict(zip(map(str, measure.values), curves, strict=True))
        return replace(outcome, over=measure.over, shares_by_round=shares)
    return replace(outcome, over=measure.over, by_round=curves[0])


def _with_never(scenario: Scenario, outcomes: Mapping[str, OutcomeSummary]) -> dict[str, OutcomeSummary]:
    """The outcomes; a 0 to which the model leaves no way is exact."""
    zero = any(
        found is not None and found.value == 0
        for outcome in outcomes.values()
        if outcome.kind in ("event", "choice")
        for found in (outcome.estimate, *outcome.shares.values())
    )
    ways = never(scenario) if zero else {}
    return {name: _with_exact_zeros(outcome, ways.get(name, frozenset())) for name, outcome in outcomes.items()}


def _with_exact_zeros(outcome: OutcomeSummary, ways: frozenset[str]) -> OutcomeSummary:
    if outcome.kind == "event" and ways and outcome.estimate is not None and outcome.estimate.value == 0:
        return replace(outcome, estimate=exact(0.0), never=ways)
    zeros = frozenset(name for name in ways if name in outcome.shares and outcome.shares[name].value == 0)
    shares = {name: exact(0.0) if name in zeros else share for name, share in outcome.shares.items()}
    return replace(outcome, shares=shares, never=zeros) if zeros else outcome


def _sd(sums: OutcomeSums) -> float:
    mean, square = (sums.parts / sums.among).tolist()
    return float(max(0.0, square - mean**2) ** 0.5)


def _shape(measure: Measure, values: Counts, spread: bool) -> tuple[Mapping[float, float] | None, Histogram | None]:
    if not spread or not len(values.bins):
        return None, None
    numbers = [float(value) for value in measure.values]
    if not numbers:
        values, numbers = values_seen(values)
    if numbers:
        return discrete_quantiles(values, numbers), discrete_histogram(values, numbers)
    return quantiles(values), histogram(values)


def _unit(scenario: Scenario, measure: Measure) -> str | None:
    record = scenario.outcomes[measure.name]
    if record.unit is not None or measure.number is None or len(measure.number.moves) != 1:
        return record.unit
    move = next(move for move in scenario.moves if move.name in measure.number.moves)
    return getattr(move, "unit", None) if record.quantity is not None and record.quantity.text == move.name else None


def _statements(
    scenario: Scenario, program: Program, outcomes: Mapping[str, OutcomeSummary]
) -> dict[str, StatementSummary]:
    import numpy as np

    found = {}
    for stated in program.statements:
        record = scenario.statements[stated.name]
        low, middle, high = stated.distribution.quantile(np.array([0.05, 0.5, 0.95])).tolist()
        about = outcomes[stated.about].estimate
        model = about.value if about is not None else None
        fits = None if model is None else bool(low - 1e-12 <= model <= high + 1e-12)
        found[stated.name] = StatementSummary(
            stated.name, stated.about, record.by, _said(scenario, stated.name), low, middle, high, model, fits
        )
    return found


def _said(scenario: Scenario, name: str) -> str:
    record = scenario.statements[name]
    if record.phrase is None:
        return ""
    if isinstance(record.phrase, str):
        return record.phrase
    return str(record.phrase.get(record.standard or scenario.words, ""))


def _solution(program: Program, whole: Sums) -> SolutionSummary:
    n = whole.n_games
    share = {rung: count / n for rung, count in whole.rungs.items()}
    pure = None if whole.pure is None else (whole.pure[0] / n, whole.pure[1] / n, whole.pure[2] / n)
    return SolutionSummary(
        converged=1.0 - share[UNSOLVED],
        backward=share[BACKWARD] if pure is None else 0.0,
        fixed_point=share[FIXED_POINT],
        homotopy=share[HOMOTOPY],
        arclength=share[ARCLENGTH],
        unchecked=share[UNCHECKED],
        unsolved=whole.rungs[UNSOLVED],
        residual=whole.residual,
        negative_index=whole.folded / n,
        several=pure[2] if pure is not None else None if program.solver.cyclic else 0.0,
        concept=program.ways.concept,
        reasoning=program.ways.named,
        tied=None if whole.tied is None else whole.tied / n,
        pure=pure,
    )
