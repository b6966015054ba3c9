"""The reduced strategic form of a game in extensive form: plans of play, expected payoffs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import lcm, prod
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.errors import Problem, ScenarioError
from engine.exchange.order import check_recall
from engine.exchange.records import FINEST, MAX_CELLS, Game, NormalForm, Outcome, Payoffs

MAX_WORK: Final = 50_000_000
"""Cells times paths."""
MOST_SHOWN: Final = 10**15
LARGEST_WHOLE: Final = 2**62

Plan = Mapping[int, int]
"""What a player does at each of its information sets that its own earlier moves leave possible."""


@dataclass(frozen=True, slots=True, eq=False)
class Strategic:
    """A reduced strategic form, and what its strategies are.

    Attributes:
        plans: of each player, in the order of its strategies.
    """

    form: NormalForm
    plans: tuple[tuple[Plan, ...], ...]


def reduced_form(game: Game) -> Strategic:
    """The reduced strategic form; chance is averaged, exactly.

    Raises:
        ScenarioError: a player forgets, or the table would be too large.
    """
    steps = [game.steps(leaf) for leaf in game.leaves]
    check_recall(game, steps)
    trees = [_own_tree(game, steps, player) for player in range(len(game.players))]
    sizes = [_count(tree) for tree in trees]
    size = prod(sizes)
    if size > MAX_CELLS or size * len(steps) > MAX_WORK:
        count = f"{size:,}" if size < MOST_SHOWN else "far too many"
        raise ScenarioError(
            [Problem(f"the table would be too large: it has {count} cells", hint="write a tree (.efg)")]
        )
    plans = tuple(tuple(_plans(tree)) for tree in trees)
    distinct: dict[Payoffs, int] = {}
    cells = tuple(distinct.setdefault(found, len(distinct)) for found in _cells(game, steps, plans))
    names = tuple(tuple(_name(game, plan) for plan in own) for own in plans)
    outcomes = tuple(Outcome("", payoffs) for payoffs in distinct)
    return Strategic(NormalForm(game.title, game.comment, game.players, names, outcomes, cells), plans)


# Private functions

_OwnTree = dict[tuple[int, int] | None, list[int]]
"""A player's information sets by its last own move before them (None: its first ones)."""


def _own_tree(game: Game, steps: Sequence[Sequence[tuple[int, int]]], player: int) -> _OwnTree:
    found: _OwnTree = {None: []}
    for path in steps:
        last = None
        for step in path:
            if game.sets[step[0]].player == player:
                if step[0] not in found[last]:
                    found[last].append(step[0])
                found.setdefault(step, [])
                last = step
    return found


def _actions(tree: _OwnTree) -> dict[int, list[tuple[int, int]]]:
    """What can be done at each information set."""
    found: dict[int, list[tuple[int, int]]] = {}
    for step in tree:
        if step is not None:
            found.setdefault(step[0], []).append(step)
    return {number: sorted(steps) for number, steps in found.items()}


def _count(tree: _OwnTree) -> int:
    """How many plans there are."""
    actions, count = _actions(tree), dict[int, int]()
    todo = [(number, False) for number in tree[None]]
    while todo:
        number, ready = todo.pop()
        if ready:
            count[number] = sum(prod(count[other] for other in tree[step]) for step in actions[number])
        else:
            todo += [(number, True), *((other, False) for step in actions[number] for other in tree[step])]
    return prod(count[number] for number in tree[None])


def _plans(tree: _OwnTree) -> Iterator[Plan]:
    """All plans; what is done at the first sets changes slowest."""
    actions = _actions(tree)
    todo: list[tuple[dict[int, int], list[int]]] = [({}, tree[None])]
    while todo:
        plan, waiting = todo.pop()
        if not waiting:
            yield plan
            continue
        number, rest = waiting[0], waiting[1:]
        todo += [({**plan, number: step[1]}, [*tree[step], *rest]) for step in reversed(actions[number])]


def _name(game: Game, plan: Plan) -> str:
    return "/".join(game.sets[number].actions[action] for number, action in plan.items()) or "-"


def _cells(
    game: Game, steps: Sequence[Sequence[tuple[int, int]]], plans: Sequence[Sequence[Plan]]
) -> Iterator[Payoffs]:
    """The expected payoffs of each combination of plans, the first player's changing fastest."""
    worth, unit = _worth(game, steps)
    plays = [_possible(game, steps, player, own) for player, own in enumerate(plans)]
    first, others = plays[0], plays[1:]
    for chosen in product(*(range(len(own)) for own in reversed(others))):
        path = np.ones(len(steps), dtype=np.bool_)
        for own, plan in zip(others, reversed(chosen), strict=True):
            path = path & own[plan]
        totals = first[:, path].astype(worth.dtype) @ worth[path]
        for row in totals.tolist():
            yield tuple(Fraction(int(whole), unit) for whole in row)


def _worth(game: Game, steps: Sequence[Sequence[tuple[int, int]]]) -> tuple[npt.NDArray[np.int64], int]:
    """Chance times payoff on each path for each player, in whole numbers of a common unit."""
    rows: list[list[Fraction]] = []
    unit = 1
    for leaf, path in zip(game.leaves, steps, strict=True):
        chance = prod(
            (game.sets[number].chances[action] for number, action in path if game.sets[number].chances),
            start=Fraction(1),
        )
        rows.append([chance * payoff for payoff in game.payoffs[leaf]])
        unit = lcm(unit, *(number.denominator for number in rows[-1]))
        if unit > FINEST:
            hint = "write them as decimals"
            raise ScenarioError([Problem("the game's fractions have no common denominator that is small", hint=hint)])
    whole = [[int(number * unit) for number in row] for row in rows]
    small = sum(max(map(abs, row), default=0) for row in whole) < LARGEST_WHOLE
    return np.array(whole, dtype=np.int64 if small else object), unit


def _possible(
    game: Game, steps: Sequence[Sequence[tuple[int, int]]], player: int, plans: Sequence[Plan]
) -> npt.NDArray[np.bool_]:
    """Whether each plan goes along with each path; (n_plans, n_paths)."""
    through: dict[tuple[int, int], list[int]] = {}
    for leaf, path in enumerate(steps):
        for step in path:
            if game.sets[step[0]].player == player:
                through.setdefault(step, []).append(leaf)
    found = np.ones((len(plans), len(steps)), dtype=np.bool_)
    for (number, action), leaves in through.items():
        does = np.array([plan.get(number, action) == action for plan in plans])
        found[np.ix_(np.flatnonzero(~does), np.array(leaves))] = False
    return found
