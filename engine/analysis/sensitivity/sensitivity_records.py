"""What is found of what outcomes hang on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.analysis.estimates import Estimate
from engine.scenario.assumptions import Assumed
from engine.simulation.figures import Figure

REPLICATES: Final = 16
UNKNOWN, TOGETHER, RULE, WORDS, CHANCE = "unknown", "interactions", "rule", "words", "chance"


@dataclass(frozen=True, slots=True)
class End:
    """A figure with one unknown low or high.

    Attributes:
        level: of the unknown: 0.05 or 0.95.
        at: the unknown's value there; of a choice, the place of its value.
        value: the figure; None where what it is taken among does not come about there.
        difference: to the figure as it is, on the same draws; None where there is no figure.
    """

    level: float
    at: float
    value: Estimate | None
    difference: Estimate | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What one unknown does to a figure; shares are of the variance between draws.

    Attributes:
        name: the unknown's.
        rule: whether it says by which rule somebody reasons.
        alone: the first-order index.
        overall: the total index.
        shapley: the Shapley effect; None where it was not asked for.
        ends: low and high; empty where they were not asked for.
    """

    name: str
    label: str
    rule: bool
    alone: Estimate
    overall: Estimate
    shapley: Estimate | None
    ends: tuple[End, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the total variance.

    Attributes:
        kind: `unknown`, `interactions`, `rule`, `words` or `chance`.
        name: of an unknown or a rule's unknown, else empty.
    """

    kind: str
    name: str
    share: Estimate


@dataclass(frozen=True, slots=True)
class WordsEffect:
    """What the choice of standard does to a figure.

    Attributes:
        figures: under each standard.
        alone: the variance of these, as a share of the variance between draws and standards.
        overall: the mean variance between standards of what one draw says, as a share of the same.
    """

    figures: Mapping[str, Estimate]
    alone: Estimate
    overall: Estimate


@dataclass(frozen=True, slots=True)
class FigureSensitivity:
    """What one figure hangs on.

    Attributes:
        value: the figure; None where the outcome never comes about, and then there is nothing else.
        unknown: its variance between draws.
        chance: its variance within draws, on average.
        effects: of the unknowns that may change it.
        split: of the total variance, in shares that add up to 1; empty where there is none.
        words: None where no word decides.
    """

    figure: Figure
    label: str
    unit: str
    value: Estimate | None
    unknown: Estimate
    chance: Estimate
    effects: tuple[Effect, ...]
    split: tuple[Share, ...]
    words: WordsEffect | None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What some figures hang on.

    Attributes:
        rows: independent draws.
        runs: draws that were solved for the indices, effects and ends.
        histories: that a draw carries; None where the game is played once.
        varied: the unknowns that may change any of the figures.
        idle: those that cannot: their value is known, or nothing that leads to the outcomes reads them.
        correlated: those that are.
        standards: that have every word, and which lack one; empty where no word decides.
        lacking: standards that lack a word.
    """

    rows: int
    runs: int
    seed: int
    histories: int | None
    varied: tuple[str, ...]
    idle: tuple[str, ...]
    correlated: tuple[str, ...]
    standards: tuple[str, ...]
    lacking: tuple[str, ...]
    figures: tuple[FigureSensitivity, ...]


@dataclass(frozen=True, slots=True)
class SensitivityResult:
    """What outcomes hang on under an assumption set.

    Attributes:
        assumed: the scenario under the set.
        sha256: of the scenario's file.
        found: what they hang on.
        warnings: what to be careful with.
    """

    assumed: Assumed
    sha256: str
    found: Sensitivity
    warnings: tuple[str, ...]
