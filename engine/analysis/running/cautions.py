"""What to be careful with in a result: warnings that a run prints beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from engine.analysis.estimates import variance
from engine.games.solution import UNCHECKED, UNSOLVED
from engine.program.program import Program
from engine.program.worlds import payoff_spans
from engine.simulation.accumulate import OutcomeSums, Sums
from engine.simulation.run import Totals

FEWEST_EFFECTIVE: Final = 100
NOISY: Final = 0.25
"""From this share of noise in the variance on, quartiles can be more than 5 % of their distance off."""
BLURRED: Final = 0.02
"""From this share of noise in what varies between draws on, weights by believed statements are not to be trusted."""
WORTH_A_WORD: Final = 1e-4
"""Noise below this share of the whole variance, chance included, changes no range to speak of."""
SCALE: Final = 10.0
SCALE_SLACK: Final = 1.25


def cautions(program: Program, totals: Totals, effective: float | None, spread: bool) -> Iterator[str]:
    """All warnings.

    Args:
        program: that was run.
        totals: its sums.
        effective: sample size; None where no statement is believed.
        spread: whether there are ranges.
    """
    yield from _of_games(program, totals.whole, effective)
    if spread:
        yield from _rough(program, totals)
    yield from _blurred(program, totals)


def noise_of(sums: OutcomeSums, part: int) -> float:
    """The variance of a draw's figure that is due to sampled histories, on average."""
    return 0.0 if sums.noise is None or sums.among <= 0 else float(sums.noise[part]) / sums.among


# Private functions


def _of_games(program: Program, whole: Sums, effective: float | None) -> Sequence[str]:
    found = []
    if effective is not None and effective < FEWEST_EFFECTIVE:
        found.append(
            f"the statements that are believed leave an effective sample of {_draws(effective)}: what the "
            "model implies hardly ever fits them, so no quantiles are given and the intervals are too narrow"
        )
    if whole.rungs[UNSOLVED]:
        found.append(
            f"{_share(whole.rungs[UNSOLVED], whole)} of the draws did not converge; they keep their last iterate"
        )
    if whole.rungs[UNCHECKED]:
        found.append(
            f"branch unchecked in {_share(whole.rungs[UNCHECKED], whole)} of the draws: there the equilibrium may "
            "not be the one that starts at precision 0"
        )
    if whole.pure is not None and whole.pure[0]:
        found.append(
            f"{_share(whole.pure[0], whole)} of the draws have no equilibrium in pure strategies; the figures are "
            "averages over the others"
            if whole.pure[0] < whole.n_games
            else "there is no equilibrium in pure strategies, so there are no figures"
        )
    for actor, span in payoff_spans(program).items():
        if actor not in program.ways.unscaled and not SCALE / SCALE_SLACK <= span <= SCALE * SCALE_SLACK:
            found.append(
                f"the worst and best payoff of {program.actors[actor]} lie {span:.3g} apart, not {SCALE:g}: its "
                "precision means something else than other actors'"
            )
    for actor, chance in whole.surprised.items():
        if chance > 0:
            found.append(
                f"{program.actors[actor]} sees what it held impossible with a chance of {chance / whole.n_draws:.2g}"
            )
    return found


def _rough(program: Program, totals: Totals) -> Sequence[str]:
    """A warning of ranges of chances that are mostly noise, where that is not too small to matter."""
    whole, names = totals.whole, []
    for measure in () if totals.alike else program.measures:
        if measure.kind == "quantity":
            continue
        sums = whole.outcomes[measure.name]
        for part, across in enumerate(totals.spreads[measure.name].across):
            noise = noise_of(sums, part)
            if noise <= 0:
                continue
            chance = float(sums.parts[part] / sums.among)
            if noise > NOISY * variance(across) and noise > WORTH_A_WORD * chance * (1 - chance):
                names.append(f"'{measure.name}'")
                break
    if not names:
        return ()
    return (
        f"more than a quarter of what varies between draws is the noise of sampled histories in {', '.join(names)}: "
        "the ranges are rough there, and more --histories make them sharper",
    )


def _blurred(program: Program, totals: Totals) -> Iterator[str]:
    """A warning where noise has a say in how much a draw counts for what is believed.

    The weight of a draw is taken of its figure with the noise in it, so it counts too much where that flatters it.
    """
    outcomes = totals.whole.outcomes
    for statement in program.statements:
        if statement.believed and not totals.alike:
            noise, across = noise_of(outcomes[statement.about], 0), totals.spreads[statement.about].across[0]
            if noise > BLURRED * variance(across):
                share = f"{noise / variance(across):.0%} of what varies between draws in '{statement.about}'"
                yield (
                    f"{share} is the noise of sampled histories, and draws are weighted by it: "
                    f"believe '{statement.name}' with more --histories"
                )


def _draws(number: float) -> str:
    return "1 draw" if round(number) == 1 else f"{number:.0f} draws"


def _share(count: int, whole: Sums) -> str:
    share = count / whole.n_games
    return f"{share:.1%}" if share >= 0.001 else f"{count} of {whole.n_games:,}"
