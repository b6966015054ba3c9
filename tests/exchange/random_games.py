"""Random games in extensive form: asymmetric trees, chance, imperfect information with perfect recall."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from engine.exchange.records import Game, InformationSet, Node, NormalForm, Outcome

LABELS = ("", "a", "b b", 'say "no"', "none", "1", "-1", "yes", "p_1", "\\", "ä", "\n")


class Grower:
    """Grows one tree.

    Attributes:
        nodes: parent, action, and what the node is: None for an end, else the player (-1 for chance) and the actions.
    """

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.n_players = int(self.rng.integers(1, 4))
        self.nodes: list[tuple[int | None, int, tuple[int, int] | None]] = []

    def game(self) -> Game:
        self.grow(None, 0, 0)
        while all(kind is None for _, _, kind in self.nodes):
            self.nodes.clear()
            self.grow(None, 0, 0)
        sets, of_node = self.information_sets()
        outcomes: list[Outcome] = []
        nodes = []
        for position, (parent, action, kind) in enumerate(self.nodes):
            paid = None
            if kind is None or self.rng.random() < 0.2:
                paid = len(outcomes)
                outcomes.append(Outcome(self.label(), tuple(self.number() for _ in range(self.n_players))))
            nodes.append(Node(self.label(), of_node.get(position), paid, parent, action))
        players = tuple(f"{self.label()}{number}" for number in range(self.n_players))
        return Game(self.label(), self.label(), players, tuple(sets), tuple(outcomes), tuple(nodes))

    def grow(self, parent: int | None, action: int, depth: int) -> None:
        position = len(self.nodes)
        ends = depth > 0 and (depth > 4 or len(self.nodes) > 40 or self.rng.random() < 0.15 * depth)
        count = 1 if self.rng.random() < 0.05 else int(self.rng.integers(2, 4))
        who = -1 if self.rng.random() < 0.25 else int(self.rng.integers(self.n_players))
        self.nodes.append((parent, action, None if ends else (who, count)))
        for branch in range(0 if ends else count):
            self.grow(position, branch, depth + 1)

    def information_sets(self) -> tuple[list[InformationSet], dict[int, int]]:
        """Nodes of a player that did and knew the same before may be one set; never two nodes of one path."""
        sets: list[InformationSet] = []
        of_node: dict[int, int] = {}
        memory: dict[int, dict[int, tuple[tuple[int, int], ...]]] = {}
        open_sets: dict[tuple[int, int, tuple[tuple[int, int], ...]], list[int]] = {}
        for position, (parent, action, kind) in enumerate(self.nodes):
            own = dict(memory[parent]) if parent is not None else {}
            if parent is not None and (above := self.nodes[parent][2]) is not None and above[0] >= 0:
                own[above[0]] = (*own.get(above[0], ()), (of_node[parent], action))
            memory[position] = own
            if kind is None:
                continue
            who, count = kind
            alike = open_sets.setdefault((who, count, own.get(who, ())), [])
            if who >= 0 and alike and self.rng.random() < 0.6:
                of_node[position] = int(self.rng.choice(alike))
                continue
            of_node[position] = len(sets)
            alike.append(len(sets))
            number = sum(item.player == (who if who >= 0 else None) for item in sets) + 1
            sets.append(self.information_set(who, number, count))
        return sets, of_node

    def information_set(self, who: int, number: int, count: int) -> InformationSet:
        actions = tuple(f"{self.label()}{'LMR'[place]}" for place in range(count))
        if self.rng.random() < 0.5:
            actions = tuple("LMR"[:count])
        if who >= 0:
            return InformationSet(who, number, self.label(), actions)
        weights = [int(self.rng.integers(0 if self.rng.random() < 0.1 else 1, 7)) for _ in range(count)]
        total = sum(weights) or 1
        weights[0] += 0 if sum(weights) else 1
        return InformationSet(None, number, "", actions, tuple(Fraction(weight, total) for weight in weights))

    def label(self) -> str:
        return str(self.rng.choice(LABELS)) if self.rng.random() < 0.3 else ""

    def number(self) -> Fraction:
        return Fraction(int(self.rng.integers(-9, 10)), int(self.rng.choice([1, 1, 1, 2, 3, 10])))


def random_game(seed: int) -> Game:
    return Grower(seed).game()


def random_table(seed: int) -> NormalForm:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 4, size=int(rng.integers(1, 4))).tolist()
    n = len(sizes)
    outcomes = tuple(
        Outcome("", tuple(Fraction(int(rng.integers(-9, 10)), int(rng.integers(1, 4))) for _ in range(n)))
        for _ in range(4)
    )
    cells = tuple(None if place == 4 else place for place in rng.integers(0, 5, size=int(np.prod(sizes))).tolist())
    strategies = tuple(tuple(f"s{place}" for place in range(size)) for size in sizes)
    return NormalForm("A table", "", tuple(f"p{place}" for place in range(n)), strategies, outcomes, cells)
