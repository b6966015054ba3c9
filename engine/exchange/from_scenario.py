"""One draw of a scenario as a game of Gambit's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.errors import Problem, ScenarioError
from engine.exchange.lost import lost
from engine.exchange.records import Game, InformationSet, Node, Outcome, Payoffs
from engine.games.tree import MAX_LEAVES, Tree, unroll
from engine.program.compile import compile_program
from engine.program.layout import Layout
from engine.program.program import LARGEST, FloatArray, Program
from engine.program.worlds import Reader, draw_values
from engine.scenario.model import Scenario
from engine.scenario.scope import knowledge

MIDDLE: Final = 0.5
SIMPLE: Final = 10_000
"""Numbers and denominators up to this are tried before a number is written as a decimal."""
DIGITS: Final = 15


@dataclass(frozen=True, slots=True, eq=False)
class Converted:
    """A game, and what of the scenario it does not hold."""

    game: Game
    warnings: tuple[str, ...]


def game_of(scenario: Scenario, origin: str) -> Converted:
    """The game that the actors face where every unknown stands at its median, or at its mean if nobody knows it.

    Args:
        scenario: with its assumptions in place.
        origin: where it comes from, for the comment.

    Raises:
        ScenarioError: the tree would be too large.
        EvaluationError: a number of this draw is impossible.
    """
    layout, program = Layout(scenario), compile_program(scenario)
    tree = _full_tree(scenario, layout)
    if tree.n_leaves > MAX_LEAVES:
        problem = f"the tree would have {tree.n_leaves:,} paths, at most {MAX_LEAVES:,} are written"
        raise ScenarioError([Problem(problem, hint="leave out chance that matters little")])
    reader = Reader(program, _middle(program))
    chances = _chances(program, reader)
    payoffs = _payoffs(program, reader, len(scenario.actors))
    comment = _comment(scenario, program, reader, origin)
    builder = _Builder(scenario, tree, {name: row for name, row in chances.items() if name in layout.moves})
    for path in np.flatnonzero(_possible(program, reader)).tolist():
        builder.add(path, tuple(exact(float(number)) for number in payoffs[:, path]))
    return Converted(builder.game(scenario.title, comment), lost(scenario))


def exact(number: float) -> Fraction:
    """The simple fraction that a number stands for, else the decimal; what is beyond 15 digits is rounding."""
    decimal = f"{number:.{DIGITS}g}"
    simple = Fraction(number).limit_denominator(SIMPLE)
    return simple if abs(number) < SIMPLE and f"{float(simple):.{DIGITS}g}" == decimal else Fraction(decimal)


# Private functions


def _full_tree(scenario: Scenario, layout: Layout) -> Tree:
    """All paths, chance that nobody acts on included, and everything that actors know, needed or not."""
    known = knowledge(scenario)
    moves = [
        replace(move, knows=tuple(layout.moves.index(other) for other in known.get(name, ())))
        for name, move in zip(layout.moves, layout.full.moves, strict=True)
    ]
    return unroll(moves, layout.full.n_leaves)


def _middle(program: Program) -> Mapping[str, FloatArray]:
    values = draw_values(program, np.full((program.n_inputs, 1), MIDDLE))
    means = {item.name: np.full(1, item.distribution.mean()) for item in program.inputs if not item.known}
    return {**values, **means}


def _possible(program: Program, reader: Reader) -> npt.NDArray[np.bool_]:
    """The paths on which each move happens, or does not, as the state says; (n_paths,)."""
    found = np.ones(len(program.leaf_of_path), dtype=np.bool_)
    for mask in program.masks:
        found &= (reader.mask(mask)[:, 0] > 0)[program.leaf_of_path]
    return found


def _chances(program: Program, reader: Reader) -> dict[str, FloatArray]:
    """The chance of the value that each chance move has on each path; (n_paths,)."""
    found = {table.move: reader.chance(table)[program.leaf_of_path, 0] for table in program.chances}
    return found | {name: reader.chance(table)[:, 0] for name, table in program.folded.items()}


def _payoffs(program: Program, reader: Reader, n_actors: int) -> FloatArray:
    """What each actor gets on each path; (n_actors, n_paths)."""
    found = np.zeros((n_actors, len(program.leaf_of_path)))
    for actor, layout in program.results.items():
        total = np.zeros(layout.rows.shape[1])
        for term, rows in zip(program.terms_of(actor), layout.rows, strict=True):
            number = reader.raw(term.table)
            wrong = ~(np.abs(number) <= LARGEST)
            if wrong.any():
                reader.complain(term.table, wrong, "")
            total += number[rows, 0]
        found[actor] = total[layout.combination]
    return found


def _comment(scenario: Scenario, program: Program, reader: Reader, origin: str) -> str:
    names = list(scenario.actors)
    precision = ", ".join(
        f"{names[actor]} {reader.precision(program.precision[actor])[0]:.6g}" for actor in program.deciders
    )
    values = ", ".join(f"{name} {value[0]:.6g}" for name, value in reader.values.items())
    return "\n".join(
        [
            f"One draw of {origin}.",
            *([f"Round 1 of {scenario.rounds.count}."] if scenario.rounds is not None else []),
            *([f"Precision: {precision}."] if precision else []),
            *([f"Unknowns: {values}."] if values else []),
        ]
    )


@dataclass(slots=True)
class _Made:
    """A node that is being made."""

    move: int
    parent: int | None
    action: int
    known: tuple[int, ...] = ()
    chances: dict[int, Fraction] = field(default_factory=dict)
    payoffs: Payoffs | None = None


class _Builder:
    """Puts path after path, in order of their values, into one tree of nodes."""

    def __init__(self, scenario: Scenario, tree: Tree, chances: Mapping[str, FloatArray]) -> None:
        self.scenario, self.tree = scenario, tree
        self.names = [move.name for move in scenario.moves]
        self.values = [tuple(move.values) for move in scenario.moves]
        self.chances = {self.names.index(name): row for name, row in chances.items()}
        self.made: list[_Made] = []
        self._path: list[tuple[int, int]] = []  # node, action taken there

    def add(self, path: int, payoffs: Payoffs) -> None:
        """The next path, with what it pays."""
        column, happens = self.tree.values[:, path], self.tree.happens[:, path]
        steps = [
            (move, int(column[move])) for move in range(len(column)) if happens[move] and len(self.values[move]) > 1
        ]
        shared = 0
        while (
            shared < min(len(steps), len(self._path))
            and (self.made[self._path[shared][0]].move, self._path[shared][1]) == steps[shared]
        ):
            shared += 1
        if shared < len(self._path):  # the node at which this path parts from the last one is there already
            self._path = [*self._path[:shared], (self._path[shared][0], steps[shared][1])]
        for move, action in steps[len(self._path) :]:
            self._node(move, column)
            self._path.append((len(self.made) - 1, action))
        for (node, action), (move, _) in zip(self._path, steps, strict=True):
            if move in self.chances:
                self.made[node].chances.setdefault(action, exact(float(self.chances[move][path])))
        parent, action = self._path[-1] if self._path else (None, 0)
        self.made.append(_Made(-1, parent, action, payoffs=payoffs))

    def _node(self, move: int, column: npt.NDArray[np.int64]) -> None:
        parent, action = self._path[-1] if self._path else (None, 0)
        known = () if move in self.chances else tuple(int(column[other]) for other in self.tree.moves[move].knows)
        self.made.append(_Made(move, parent, action, known))

    def game(self, title: str, comment: str) -> Game:
        """The tree of all paths."""
        players = tuple(actor.name for actor in self.scenario.actors.values())
        sets: dict[tuple[int, tuple[int, ...], tuple[Fraction, ...]], InformationSet] = {}
        position: dict[tuple[int, tuple[int, ...], tuple[Fraction, ...]], int] = {}
        outcomes: dict[Payoffs, int] = {}
        nodes = []
        for made in self.made:
            if made.payoffs is not None:
                outcome = outcomes.setdefault(made.payoffs, len(outcomes))
                nodes.append(Node("", None, outcome, made.parent, made.action))
                continue
            key = (made.move, made.known, self._shares(made))
            if key not in sets:
                position[key] = len(sets)
                sets[key] = self._set(*key, [item.player for item in sets.values()])
            nodes.append(Node(self.names[made.move], position[key], None, made.parent, made.action))
        found = tuple(Outcome("", payoffs) for payoffs in outcomes)
        return Game(title, comment, players, tuple(sets.values()), found, tuple(nodes))

    def _shares(self, made: _Made) -> tuple[Fraction, ...]:
        """The chances of a chance node."""
        if made.move not in self.chances:
            return ()
        return _summed([made.chances[action] for action in range(len(self.values[made.move]))])

    def _set(
        self, move: int, known: tuple[int, ...], chances: tuple[Fraction, ...], before: Sequence[int | None]
    ) -> InformationSet:
        player = self.tree.moves[move].actor
        number = before.count(player) + 1
        return InformationSet(player, number, self._label(move, known), self.values[move], chances)

    def _label(self, move: int, known: Sequence[int]) -> str:
        """The decision, and what its actor sees."""
        seen = []
        for other, value in zip(self.tree.moves[move].knows, known, strict=False):
            seen.append(f"{self.names[other]} == {self.values[other][value] if value >= 0 else 'none'}")
        return f"{self.names[move]}: {', '.join(seen)}" if seen else self.names[move]


def _summed(chances: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """The chances, made to sum to 1 exactly; the largest takes what rounding left."""
    largest = max(range(len(chances)), key=chances.__getitem__)
    missing = 1 - sum(chances)
    return tuple(chance + missing if place == largest else chance for place, chance in enumerate(chances))
