"""Histories sorted by the moves that the state lets happen, each sort with the part of the tree that is possible."""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.games.equilibrium import Solver
from engine.games.segments import distinct_columns
from engine.program.possible import Board, board_of
from engine.program.program import BoolArray, IntArray, Program
from engine.program.worlds import Reader
from engine.simulation.histories import Histories

FEW_MASKS: Final = 2
"""With more moves that hang on the state there may be too many sorts, each of few histories."""
LARGE: Final = 0.75
"""Share of the leaves from which on the whole tree is as good."""
_Sorts = list[tuple[Board, slice]]


class Boards:
    """A program on the parts of its tree that are possible in one state or another."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.by_pattern: dict[bytes, Board] = {}
        self.whole = self._whole()
        names = Reader(program, {}).unknowns([mask.table.bound for mask in program.masks])
        # what every draw has its own value of would make sorts of few histories
        self.several = 0 < len(program.masks) <= FEW_MASKS and not names and isinstance(program.solver, Solver)

    def sorted(self, now: Histories) -> tuple[IntArray | None, _Sorts]:
        """The order of the histories by sort, None where they stay; and each sort, with where it is then."""
        whole = slice(0, len(now.draw))
        if not self.several:
            return None, [(self.whole, whole)]
        reader = Reader(self.program, now.situation.values, now.situation)
        holds = [np.broadcast_to(reader.rows(m.table) != 0, (m.table.n_rows, reader.n)) for m in self.program.masks]
        patterns, member = distinct_columns(np.concatenate(holds).astype(np.int64))
        boards = [self._board(pattern != 0) for pattern in patterns.T]
        if len(boards) == 1:
            return None, [(boards[0], whole)]
        ends = np.cumsum(np.bincount(member)).tolist()
        places = [slice(start, end) for start, end in zip([0, *ends], ends, strict=False)]
        return np.argsort(member, kind="stable"), list(zip(boards, places, strict=True))

    def _whole(self) -> Board:
        """The whole tree; moves may hang on the state."""
        if self.program.masks or not isinstance(self.program.solver, Solver):
            return Board(self.program, self.program.solver)
        return board_of(self.program, np.arange(self.program.tree.n_leaves))

    def _board(self, pattern: BoolArray) -> Board:
        """The board where the masks' tables hold so, row after row."""
        key = pattern.tobytes()
        if key not in self.by_pattern:
            possible, start = np.ones(self.program.tree.n_leaves, dtype=np.bool_), 0
            for mask in self.program.masks:
                possible &= pattern[start:][mask.table.row] == mask.happens
                start += mask.table.n_rows
            leaves = np.flatnonzero(possible)
            large = len(leaves) > LARGE * len(possible)
            self.by_pattern[key] = self.whole if large else board_of(self.program, leaves)
        return self.by_pattern[key]
