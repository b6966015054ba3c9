"""The figures with one unknown low or high, everything else as unknown as it is."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from engine.analysis.linearised import Linear
from engine.analysis.sensitivity.answers import Answers
from engine.games.segments import FloatArray
from engine.program.dependence import followed
from engine.program.program import Program
from engine.sampling.saltelli import Matrix, Pair

LOW, HIGH = 0.05, 0.95
ENDS: Final = (LOW, HIGH)


def end_matrices(program: Program, column: int, kept: int) -> list[Matrix]:
    """A with an unknown at its 5 % and at its 95 %; those that are correlated with it follow.

    Args:
        kept: rows of each chunk.
    """
    return [Matrix(partial(_held, program, column, level, kept)) for level in ENDS]


def moved(end: Answers, first: Answers) -> Linear:
    """By how much the figures differ from those of the same draws of A; (n_figures,)."""
    return end.figure - first.figure


def _held(program: Program, column: int, level: float, kept: int, pair: Pair) -> FloatArray:
    return followed(program, pair.first[:, :kept], [column], np.array([[level]]))
