"""A claim about an outcome's figure, such as `belarus_enters > 50%`: read from text, and asked of figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Final

import numpy as np

from engine.errors import UsageError
from engine.games.segments import FloatArray
from engine.program.program import BoolArray, Measure
from engine.scenario.scope import nearest

LONGEST: Final = 300
EXAMPLE: Final = "'belarus_enters > 50%'"
QUOTE: Final = "quote the whole claim, because a shell takes a bare > or < for a redirect: --outcome '{name} > {line}'"
ROUNDING: Final = 1e-12
"""A figure that is no further from the line than this, as a share of it, lies on it: chances are sums."""
_RELATIONS: Final = {">=": ">=", "<=": "<=", ">": ">", "<": "<", "≥": ">=", "≤": "<=", "=>": ">=", "=<": "<="}
_PARTS: Final = re.compile(r"([^<>=≥≤!]*)([<>=≥≤!]+)([^<>=≥≤!]*)")
_NUMBER: Final = re.compile(r"[-+]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][-+]?[0-9]{1,3})?")
_TURNED: Final = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed of an outcome.

    Attributes:
        outcome: its name.
        value: of a choice, which of its values; empty for other kinds.
        kind: `happens`, `quantity`, `choice` or `belief`.
        relation: `>`, `>=`, `<` or `<=`.
        line: what the figure is compared with; of all but a quantity a probability.
    """

    outcome: str
    value: str
    kind: str
    relation: str
    line: float

    @property
    def above(self) -> bool:
        """Whether it holds for large figures."""
        return self.relation[0] == ">"

    @property
    def chance(self) -> bool:
        """Whether the figure is a probability."""
        return self.kind != "quantity"

    @property
    def opposite(self) -> Claim:
        """What holds where this does not."""
        return replace(self, relation=_TURNED[self.relation])

    def holds(self, figure: FloatArray) -> BoolArray:
        """Where the claim is true."""
        gap = self.gap(figure)
        found: BoolArray = gap >= 0 if self.relation.endswith("=") else gap > 0
        return found

    def gap(self, figure: FloatArray) -> FloatArray:
        """How far figures are on the side of the line where the claim is true; negative on the other side."""
        gap = figure - self.line if self.above else self.line - figure
        found: FloatArray = np.where(np.abs(gap) <= ROUNDING * abs(self.line), 0.0, gap)
        return found


def read_claim(text: str, measures: Sequence[Measure]) -> Claim:
    """The claim that a text makes: an outcome, or `choice.value`, a comparison and a number with or without %.

    Raises:
        UsageError: the text makes no sense, or names what does not exist.
    """
    shown = text if len(text) <= 60 else text[:59] + "…"
    if len(text) > LONGEST:
        raise UsageError(f"--outcome {shown}: a claim of {len(text):,} characters is too long")
    found = _PARTS.fullmatch(text.strip())
    if found is None:
        raise _no_comparison(text, shown, measures)
    name, relation, number = (part.strip() for part in found.groups())
    if relation not in _RELATIONS:
        raise UsageError(f"--outcome {shown}: '{relation}' is no comparison", "use >, >=, < or <=")
    if _NUMBER.match(name) and not _NUMBER.match(number):
        raise UsageError(f"--outcome {shown}: the outcome stands first", f"for example --outcome {EXAMPLE}")
    measure, value = _figure(name, shown, measures)
    return Claim(
        measure.name, value, measure.kind, _RELATIONS[relation], _line(number, shown, measure.kind != "quantity")
    )


# Private functions


def _no_comparison(text: str, shown: str, measures: Sequence[Measure]) -> UsageError:
    compared = re.search(r"[<>=≥≤!]", text)
    if compared is not None:
        return UsageError(f"--outcome {shown}: one comparison is needed", f"for example --outcome {EXAMPLE}")
    name = text.strip()
    known = next((measure for measure in measures if measure.name == name), None)
    line = "3" if known is not None and known.kind == "quantity" else "50%"
    if known is not None and known.kind == "choice":
        name = f"{name}.{known.values[0]}"
    hint = QUOTE.format(name=name if name and len(name) <= 40 else measures[0].name if measures else "war", line=line)
    return UsageError(f"--outcome {shown}: there is no comparison in it", hint)


def _figure(name: str, shown: str, measures: Sequence[Measure]) -> tuple[Measure, str]:
    outcome, dot, value = (part.strip() for part in name.partition("."))
    measure = next((measure for measure in measures if measure.name == outcome), None)
    if measure is None:
        what = f"'{outcome}' is no outcome of this scenario" if outcome else f"--outcome {shown}: no outcome is named"
        raise UsageError(what, nearest(outcome, [measure.name for measure in measures]))
    if measure.kind == "choice":
        values = [str(one) for one in measure.values]
        if not dot or not value:
            hint = f"name one of its values, such as {outcome}.{values[0]}; values are {', '.join(values)}"
            raise UsageError(f"'{outcome}' is a choice, which has no single figure", hint)
        if value not in values:
            raise UsageError(f"'{value}' is no value of '{outcome}'", nearest(value, values))
    elif dot:
        raise UsageError(f"'{outcome}' has no values: it is no choice", f"write {outcome} alone")
    return measure, value


def _line(text: str, shown: str, chance: bool) -> float:
    percent = text.endswith("%")
    number = text[:-1].strip() if percent else text
    if _NUMBER.fullmatch(number) is None:
        hint = (
            "write a decimal point, not a comma" if re.fullmatch(r"[-+0-9]+,[0-9]+", number) else "such as 50% or 0.5"
        )
        raise UsageError(f"--outcome {shown}: a number is needed after the comparison", hint)
    line = float(number) / 100 if percent else float(number)
    if not isfinite(line):
        raise UsageError(f"--outcome {shown}: the number is too large")
    if chance and not 0 <= line <= 1:
        hint = f"write {number}%" if not percent and 1 < line <= 100 else ""
        raise UsageError(f"--outcome {shown}: a probability lies between 0 and 1, or 0% and 100%", hint)
    return line
