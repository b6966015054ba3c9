"""What an actor could know before it decides, and the game in which it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.analysis.information.knowing import Versions
from engine.distributions.distribution import Distribution
from engine.errors import Problem, ScenarioError
from engine.games.segments import FloatArray
from engine.program.compile import compile_program
from engine.program.program import Program
from engine.scenario.informed import as_event, hidden_moves, in_mind, knowing, openly, unseen_unknowns
from engine.scenario.model import Decision, Scenario, Type

MOVE, UNKNOWN, EVERYTHING = "move", "unknown", "everything"
STEPS: Final = 16
"""Equally likely values that stand for an unknown where one actor knows it and others do not."""
SMALL_TREE: Final = 4_096
"""Leaves up to which there may be so many values."""
NODES: Final = 64
MULTIPLIER: Final = 5
"""Of the lattice on which several unknowns are drawn together (Korobov 1959)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that an actor could know.

    Attributes:
        actor: its name.
        kind: `move`, `unknown`, or `everything` for all of them at once.
        moves, unknowns: which.
        label: what to call it.
        note: what to add where it is listed.
    """

    actor: str
    kind: str
    moves: tuple[str, ...]
    unknowns: tuple[str, ...]
    label: str
    note: str = ""

    @property
    def name(self) -> str:
        """Of the move or unknown; empty for everything."""
        return (*self.moves, *self.unknowns)[0] if self.kind != EVERYTHING else ""


def pieces(scenario: Scenario, actor: str) -> list[Piece]:
    """What is hidden from an actor that decides: moves, then unknowns that nobody knows."""
    order = [move.name for move in scenario.moves]
    first = next(order.index(m.name) for m in scenario.moves if isinstance(m, Decision) and m.actor == actor)
    found = []
    for name in hidden_moves(scenario, actor):
        move = scenario.moves[order.index(name)]
        last = max(n for n, other in enumerate(scenario.moves) if isinstance(other, Decision) and other.actor == actor)
        early = order.index(name) > last or (order.index(name) > first and not isinstance(move, Decision))
        if isinstance(move, Type):
            text = f"{scenario.actors[move.of].name}'s: {' or '.join(move.values)}"
        elif isinstance(move, Decision):
            text = f"what {scenario.actors[move.actor].name} chose"
        else:
            text = "before it happens" if early else "once it has happened"
        found.append(Piece(actor, MOVE, (name,), (), move.label or name, text))
    found += [
        Piece(actor, UNKNOWN, (), (name,), scenario.unknowns[name].label, "nobody knows it")
        for name in unseen_unknowns(scenario)
    ]
    return found


def everything(actor: str, parts: Sequence[Piece]) -> Piece:
    """All of these at once."""
    moves = tuple(name for part in parts for name in part.moves)
    unknowns = tuple(name for part in parts for name in part.unknowns)
    return Piece(actor, EVERYTHING, moves, unknowns, "all of these at once")


def single(program: Program) -> bool:
    """Whether one actor alone decides, so that unknowns can be known to it without anybody else's knowing."""
    return len(program.deciders) == 1


def versions(scenario: Scenario, program: Program, piece: Piece, steps: int) -> Versions:
    """The game without and with a piece of knowledge.

    Args:
        scenario: without outcomes.
        program: of it.
        steps: equally likely values that stand for unknowns where several actors decide.

    Raises:
        ScenarioError: the game with the knowledge has too many paths, or cannot be solved as the scenario asks, or an
            unknown cannot be known to one actor alone.
    """
    actor = list(scenario.actors).index(piece.actor)
    before, known, base = scenario, scenario, program
    learned: tuple[int, ...] = ()
    if piece.unknowns and single(program):
        known = openly(scenario, piece.unknowns)
        learned = tuple(n for n, item in enumerate(program.inputs) if item.name in piece.unknowns)
    elif piece.unknowns:
        if fixed := in_mind(scenario) & set(piece.unknowns):
            raise ScenarioError([Problem(f"a habit, a precision or a mean level of reasoning hangs on '{min(fixed)}'")])
        values, levels = _drawn(program, piece.unknowns, steps)
        before = as_event(scenario, values, None, levels)
        known = as_event(scenario, values, piece.actor, levels)
        base = compile_program(before)
    after = knowing(known, piece.actor, piece.moves)
    informed = compile_program(after)
    return Versions(actor, base, informed, (branching(before, base), branching(after, informed)), learned)


def steps_for(program: Program, piece: Piece) -> int:
    """How many values stand for unknowns: more where the tree is small, or several unknowns are drawn together."""
    if not piece.unknowns or single(program):
        return 0
    steps = STEPS * (2 if len(piece.unknowns) > 1 else 1)
    return steps if steps * program.tree.n_leaves <= SMALL_TREE else steps // 2


def branching(scenario: Scenario, program: Program) -> tuple[str, ...]:
    """The names of the moves that branch a program's tree, in its order."""
    return tuple(move.name for move in scenario.moves if move.name not in program.folded)


# Private functions


def _drawn(
    program: Program, names: Sequence[str], steps: int
) -> tuple[dict[str, list[float]], tuple[str, list[float]] | None]:
    """Equally likely values of unknowns; and of one that hangs together with others the bounds between its values."""
    columns = [n for n, item in enumerate(program.inputs) if item.name in names]
    inputs = [program.inputs[column] for column in columns]
    correlated = [] if program.copula is None else program.copula.columns.tolist()
    if len(inputs) == 1:
        own = inputs[0].distribution
        values = {inputs[0].name: bin_means(own, steps).tolist()}
        if columns[0] not in correlated:
            return values, None
        edges = own.quantile(np.arange(1, steps) / steps)
        return values, (inputs[0].name, [float("-inf"), *edges.tolist(), float("inf")])
    place = np.arange(steps)
    bins = np.array([(place * pow(MULTIPLIER, n, steps)) % steps for n in range(len(inputs))])
    together = [n for n, column in enumerate(columns) if column in correlated]
    found = {}
    for n, item in enumerate(inputs):
        if n not in together or len(together) < 2:
            found[item.name] = bin_means(item.distribution, steps)[bins[n]].tolist()
    if len(together) > 1 and program.copula is not None:
        levels = _correlated(program, [columns[n] for n in together], (bins[together] + 0.5) / steps)
        for n, level in zip(together, levels, strict=True):
            values_of = inputs[n].distribution.quantile(level)
            found[inputs[n].name] = (values_of - values_of.mean() + inputs[n].distribution.mean()).tolist()
    return {item.name: found[item.name] for item in inputs}, None


def bin_means(distribution: Distribution, steps: int) -> FloatArray:
    """The means of a distribution's equally likely parts, from the lowest; (steps,)."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    level = (np.arange(steps)[:, None] + (nodes + 1) / 2) / steps
    means: FloatArray = (distribution.quantile(level) * weights / 2).sum(axis=1)
    means += distribution.mean() - means.mean()
    return means


def _correlated(program: Program, columns: Sequence[int], levels: FloatArray) -> FloatArray:
    """Levels that hang together as these unknowns do, from independent ones; (n_columns, n)."""
    if program.copula is None:
        return levels
    from scipy.special import ndtr, ndtri

    places = [program.copula.columns.tolist().index(column) for column in columns]
    matrix = program.copula.factor @ program.copula.factor.T
    factor = np.linalg.cholesky(matrix[np.ix_(places, places)])
    found: FloatArray = ndtr(factor @ ndtri(levels))
    return found
