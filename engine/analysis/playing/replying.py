"""How a seat that chooses for itself changes a solved game: it may do anything, and does what is best later on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from engine.analysis.explanation.choices import Choice
from engine.analysis.playing.turns import best_of
from engine.games.conduct import SURPRISE
from engine.games.levels import actions_of
from engine.games.segments import FloatArray
from engine.games.solution import Solution
from engine.games.tree import Tree
from engine.games.worlds import Worlds


def open_minded(tree: Tree, worlds: Worlds, solution: Solution, actor: int) -> Solution:
    """The solution as a seat reckons with it: it may do anything, and what is ruled out may happen all the same."""
    own, reached = actions_of(tree, actor), solution.reached.copy()
    possible = worlds.believed.get(actor, worlds.chance)[:, 0] > 0
    for item in tree.sets:
        if tree.moves[item.decision].actor == actor:
            first, last = item.actions
            there = (tree.action[item.decision] >= first) & (tree.action[item.decision] < last)
            reached[first:last] = bool(possible[there].any())
    log_play = np.maximum(solution.log_play, SURPRISE)
    log_play[own] = _even(tree, actor)
    minds = tuple(replace(mind, log_play=_even(tree, actor)) for mind in solution.minds.get(actor, ()))
    return replace(
        solution,
        log_play=log_play,
        reached=reached,
        minds={**solution.minds, actor: minds} if minds else solution.minds,
    )


def settled_on(tree: Tree, solution: Solution, actor: int, choices: Iterable[Choice]) -> Solution:
    """The solution where a seat takes the best option at these information sets."""
    log_play = solution.log_play.copy()
    for choice in choices:
        if choice.payoffs is not None:
            start, end = tree.sets[choice.number].actions
            log_play[start:end] = SURPRISE
            log_play[start + best_place(choice)] = 0.0
    own = actions_of(tree, actor)
    minds = tuple(replace(mind, log_play=log_play[own]) for mind in solution.minds.get(actor, ()))
    return replace(solution, log_play=log_play, minds={**solution.minds, actor: minds} if minds else solution.minds)


def best_place(choice: Choice) -> int:
    """Which of the options is best; of a set with payoffs."""
    return list(choice.probabilities).index(best_of(choice.payoffs or dict.fromkeys(choice.probabilities, 0.0)))


# Private functions


def _even(tree: Tree, actor: int) -> FloatArray:
    """Logarithms of choices that are as likely as one another; (its actions, 1)."""
    sets = [item for item in tree.sets if tree.moves[item.decision].actor == actor]
    sizes = [item.actions[1] - item.actions[0] for item in sets for _ in range(*item.actions)]
    found: FloatArray = -np.log(np.array(sizes, dtype=np.float64))[:, None]
    return found
