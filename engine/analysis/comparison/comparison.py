"""Several simulations side by side on the same uniforms: every figure, and how far it is from that of the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from engine.analysis.comparison.contents import Content
from engine.analysis.comparison.differences import Explained
from engine.analysis.comparison.paired import Key, apart, paired
from engine.analysis.estimates import Estimate
from engine.analysis.linearised import Linear
from engine.analysis.running.summary import OutcomeSummary, Result
from engine.scenario.model import Scenario

SETS: Final = "sets"
FILES: Final = "files"
WORDS: Final = "words"
PRECISION: Final = "precision"


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One of the simulations that are compared.

    Attributes:
        name: the assumption set's, or the file's, the standard's, the factor's.
        label: what it stands for.
        file: of its scenario.
        result: as a run gives it.
        sampled: by figure its value, () and what each scramble adds to its error, (n_replicates,).
        counted: figures that are 0 or 1 in every draw with few of either.
        same: whether nothing makes it differ from the first.
    """

    name: str
    label: str
    file: str
    result: Result
    sampled: Mapping[Key, Linear]
    counted: frozenset[Key] = frozenset()
    same: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One figure under every side.

    Attributes:
        kind: `event`, `quantity`, `choice` or `belief`.
        value: of a choice, which; empty for other kinds.
        estimates: by side, in their order; None where its condition never comes about.
        differences: to the first side's; None where either has no value. The first side's own is None.
        never: whether the model of a side leaves no way to it.
    """

    outcome: str
    kind: str
    label: str
    unit: str | None
    value: str
    estimates: tuple[Estimate | None, ...]
    differences: tuple[Estimate | None, ...]
    never: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing says.

    Attributes:
        what: `sets`, `files`, `words` or `precision`.
        assumptions: of words and precisions, the set that is varied; else empty.
        sides: the first is what the others are compared with.
        rows: figures of the outcomes that all sides have.
        explained: why a side differs from the first, by its name; where both are sets of one file.
        contents: what a side has not alike with the first, by its name; where they are of different files.
        asked: outcomes whose differences are to be explained in print; empty for the first.
        notes: what is left out, and why.
        warnings: those of each run, with its name.
    """

    what: str
    assumptions: str
    overrides: Mapping[str, str]
    sides: tuple[Side, ...]
    rows: tuple[Row, ...]
    explained: Mapping[str, Explained] = field(default_factory=dict)
    contents: Mapping[str, tuple[Content, ...]] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def scenario(self) -> Scenario:
        """Of the first side."""
        return self.sides[0].result.scenario


def rows_of(sides: Sequence[Side]) -> tuple[Row, ...]:
    """Every figure that all sides have, in the order of the first."""
    found = []
    for name, outcome in sides[0].result.outcomes.items():
        if not all(_same(outcome, side.result.outcomes.get(name)) for side in sides):
            continue
        keys = [key for side in sides for key in side.sampled if key[0] == name]
        for key in dict.fromkeys(keys):
            found.append(_row(outcome, key, sides))
    return tuple(found)


def _same(one: OutcomeSummary, other: OutcomeSummary | None) -> bool:
    return other is not None and (one.kind, one.unit) == (other.kind, other.unit)


def _row(outcome: OutcomeSummary, key: Key, sides: Sequence[Side]) -> Row:
    estimates = tuple(_estimate(side, key) for side in sides)
    never = (side.result.outcomes[outcome.name].never for side in sides)
    return Row(
        outcome.name,
        outcome.kind,
        outcome.label,
        outcome.unit,
        key[1],
        estimates,
        (None, *(_difference(sides[0], side, key) for side in sides[1:])),
        tuple(bool(ways) and key[1] in ("", *ways) for ways in never),
    )


def _estimate(side: Side, key: Key) -> Estimate | None:
    found = side.result.outcomes[key[0]]
    return found.shares.get(key[1]) if found.kind == "choice" else found.estimate


def _difference(first: Side, other: Side, key: Key) -> Estimate | None:
    if key not in first.sampled or key not in other.sampled:
        return None
    found = paired(first.sampled[key], other.sampled[key])
    one, two = _estimate(first, key), _estimate(other, key)
    if found is None or one is None or two is None or other.same or not {key} & (first.counted | other.counted):
        return found
    if one.value > 0 and np.array_equal(first.sampled[key].change, other.sampled[key].change):
        return found  # hit by the same draws
    return apart(one, two)
