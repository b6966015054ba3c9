"""Games as Gambit's files hold them: a tree of nodes, or a table of strategies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Final

from engine.errors import Problem, ScenarioError

MAX_DEPTH: Final = 1_000
"""Moves on one path of a tree."""
MAX_NODES: Final = 200_000
MAX_CELLS: Final = 100_000
"""Combinations of strategies in a table."""
MAX_PLAYERS: Final = 60
FINEST: Final = 10**200
"""The largest denominator."""

Payoffs = tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class InformationSet:
    """What a player cannot tell apart, or one chance move.

    Attributes:
        player: position among the players; None for chance.
        number: of the set, among those of its player; as in the file.
        label: may be empty.
        actions: what can be chosen, or happen.
        chances: of the actions, which sum to 1; empty for a player's set.
    """

    player: int | None
    number: int
    label: str
    actions: tuple[str, ...]
    chances: tuple[Fraction, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the players get, at a terminal node or on the way."""

    label: str
    payoffs: Payoffs


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a tree.

    Attributes:
        set: position of its information set; None for a terminal node.
        outcome: position of the outcome that is paid here; None if nothing is.
        parent: position of the node before; None for the root.
        action: which action of the parent's set leads here.
    """

    label: str
    set: int | None
    outcome: int | None
    parent: int | None
    action: int


@dataclass(frozen=True)
class Game:
    """A game in extensive form.

    Attributes:
        sets: all information sets, chance moves included.
        nodes: each before those below it, and those below its first action before those below its second.
    """

    title: str
    comment: str
    players: tuple[str, ...]
    sets: tuple[InformationSet, ...]
    outcomes: tuple[Outcome, ...]
    nodes: tuple[Node, ...]

    @cached_property
    def leaves(self) -> tuple[int, ...]:
        """The terminal nodes."""
        return tuple(position for position, node in enumerate(self.nodes) if node.set is None)

    @cached_property
    def payoffs(self) -> tuple[Payoffs, ...]:
        """What each node's path has paid, itself included; for each node, each player's sum.

        Raises:
            ScenarioError: fractions that add up to something too fine.
        """
        sums: list[Payoffs] = []
        nothing = (Fraction(0),) * len(self.players)
        for node in self.nodes:
            before = nothing if node.parent is None else sums[node.parent]
            paid = None if node.outcome is None else self.outcomes[node.outcome].payoffs
            sums.append(before if paid is None else tuple(added(a, b) for a, b in zip(before, paid, strict=True)))
        return tuple(sums)

    def steps(self, node: int) -> list[tuple[int, int]]:
        """The information sets on the way to a node and what was done there, from the root on."""
        found: list[tuple[int, int]] = []
        position: int | None = node
        while position is not None and (parent := self.nodes[position].parent) is not None:
            at = self.nodes[parent].set
            if at is not None:
                found.append((at, self.nodes[position].action))
            position = parent
        return found[::-1]


@dataclass(frozen=True)
class NormalForm:
    """A game in strategic form.

    Attributes:
        strategies: of each player.
        outcomes: what can come out.
        cells: for each combination of strategies the position of its outcome, or None for nothing; the first player's
            strategy changes fastest.
    """

    title: str
    comment: str
    players: tuple[str, ...]
    strategies: tuple[tuple[str, ...], ...]
    outcomes: tuple[Outcome, ...]
    cells: tuple[int | None, ...]

    def profiles(self) -> Iterator[tuple[int, ...]]:
        """The combinations of strategies, in the order of the cells."""
        sizes = [len(names) for names in self.strategies]
        for cell in range(prod(sizes)):
            found = []
            for size in sizes:
                cell, strategy = divmod(cell, size)
                found.append(strategy)
            yield tuple(found)

    def payoffs(self, cell: int) -> Payoffs:
        """What each player gets in a cell."""
        outcome = self.cells[cell]
        return (Fraction(0),) * len(self.players) if outcome is None else self.outcomes[outcome].payoffs


def added(one: Fraction, other: Fraction) -> Fraction:
    """The exact sum.

    Raises:
        ScenarioError: it is too fine: adding many fractions without a common denominator takes ever longer.
    """
    total = one + other
    if total.denominator > FINEST:
        raise ScenarioError([Problem("these fractions add up to one that is too fine", hint="write them as decimals")])
    return total


def as_tree(form: NormalForm) -> Game:
    """The tree in which the players choose one after the other without seeing anything.

    Players with one strategy have nothing to choose, and no node.
    """
    choosing = [player for player, names in enumerate(form.strategies) if len(names) > 1]
    sets = tuple(InformationSet(player, 1, "", form.strategies[player]) for player in choosing)
    strides = [prod(len(names) for names in form.strategies[:player]) for player in range(len(form.players))]
    nodes: list[Node] = []
    todo: list[tuple[int, int, int | None, int]] = [(0, 0, None, 0)]  # set, cell so far, parent, action
    while todo:
        at, cell, parent, action = todo.pop()
        position = len(nodes)
        if at == len(sets):
            nodes.append(Node("", None, form.cells[cell], parent, action))
            continue
        nodes.append(Node("", at, None, parent, action))
        for choice in reversed(range(len(sets[at].actions))):
            todo.append((at + 1, cell + choice * strides[choosing[at]], position, choice))
    return Game(form.title, form.comment, form.players, sets, form.outcomes, tuple(nodes))
