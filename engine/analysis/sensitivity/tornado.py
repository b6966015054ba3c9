"""The figures with one unknown low or high, everything else as unknown as it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from engine.analysis.linearised import Linear
from engine.analysis.sensitivity.answers import Answers, over_rows
from engine.games.segments import FloatArray
from engine.program.dependence import followed
from engine.program.program import BoolArray, Program
from engine.sampling.saltelli import Matrix, Pair

LOW, HIGH = 0.05, 0.95
ENDS: Final = (LOW, HIGH)


@dataclass(frozen=True, slots=True, eq=False)
class Move:
    """What an unknown at an end does to each figure; (n_figures,).

    Attributes:
        gap: by how much the figures differ.
        reached: whether what a figure is taken among comes about at all; where it does not there is no figure.
    """

    gap: Linear
    reached: BoolArray


def end_matrices(program: Program, column: int, kept: int) -> list[Matrix]:
    """A with an unknown at its 5 % and at its 95 %; those that are correlated with it follow.

    Args:
        kept: rows of each chunk.
    """
    return [Matrix(partial(_held, program, column, level, kept)) for level in ENDS]


def moved(end: Answers, first: Answers) -> Move:
    """By how much the figures differ from those of the same draws of A."""
    reached = (over_rows(end.weights).value > 0) & (over_rows(first.weights).value > 0)
    return Move(end.figure - first.figure, reached)


def _held(program: Program, column: int, level: float, kept: int, pair: Pair) -> FloatArray:
    return followed(program, pair.first[:, :kept], [column], np.array([[level]]))
