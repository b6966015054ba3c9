"""Logit quantal response equilibrium in agent form (McKelvey & Palfrey 1998), for a batch of draws at once.

Decisions are solved in groups, those that others rely on first. A group of decisions that rely on nobody who relies on
them is solved in one pass, exactly (rung 1); a cyclic group climbs the ladder (`ladder.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from engine.games.bestreply import SHARP, best_choice, sharp_choice, span_of, tie_of
from engine.games.conduct import SURPRISE
from engine.games.ladder import Found, climb
from engine.games.response import BoolArray, Group, LogSums, PathSums, Responder, group, log_choice
from engine.games.segments import FloatArray, Segments, segments
from engine.games.slope import Slopes
from engine.games.solution import BACKWARD, Solution
from engine.games.tree import NOT_MOVED, Tree
from engine.games.worlds import Worlds

Cyclic = Callable[[Responder, Slopes], Found]


class Solver:
    """A tree and the order of solution, laid out once for all draws; decisions that are not in it are fixed."""

    def __init__(self, tree: Tree, order: tuple[tuple[int, ...], ...]) -> None:
        self.tree, self.order = tree, order
        self.parts: dict[bytes, Solver] = {}
        free = {move for component in order for move in component}
        self.outside = tuple(move for move in tree.decisions if move not in free and tree.sets_of(move))
        self.stages = []
        for number, decisions in enumerate(order):
            later = [move for component in order[number + 1 :] for move in component]
            made = [move for move in decisions if tree.sets_of(move)]
            if made:
                part = group(tree, made, [move for move in later if tree.sets_of(move)])
                self.stages.append((part, Slopes(part) if len(made) > 1 else None))

    def within(self, leaves: npt.NDArray[np.int64]) -> Solver:
        """The solver of the same game where no other leaves, ascending, are possible; actions keep their numbers."""
        key = leaves.tobytes()
        if key not in self.parts:
            self.parts[key] = Solver(self.tree.on_leaves(leaves), self.order)
        return self.parts[key]

    @property
    def cyclic(self) -> bool:
        """Whether any group needs a fixed point."""
        return any(slopes is not None for _, slopes in self.stages)

    def solve(
        self,
        worlds: Worlds,
        fixed: FloatArray | None = None,
        sharp: frozenset[int] = frozenset(),
        cyclic: Cyclic | None = None,
    ) -> Solution:
        """The equilibrium of each draw.

        Args:
            worlds: the draws.
            fixed: logarithm of the play, (n_actions, n_draws), of which the decisions outside the order are taken; -inf
                is never.
            sharp: actors who reply without mistakes.
            cyclic: solves groups that need a fixed point; the ladder if it is None.
        """
        n = worlds.chance.shape[-1]
        log_play = np.zeros((self.tree.n_actions, n)) if fixed is None else fixed.copy()
        reached = np.ones((self.tree.n_actions, n), dtype=np.bool_)
        rung, residual, index = np.full(n, BACKWARD), np.zeros(n), np.ones(n)
        tied = np.zeros(n, dtype=np.bool_)
        solved: list[int] = list(self.outside)
        possible = self._possible(worlds, log_play)
        if possible is not None:
            for move in self.outside:
                first, last = _span(self.tree, move)
                reached[first:last] = _by_action(self.tree, move).sum(possible) > 0
        spans = {actor: span_of(worlds.payoff[actor], worlds.chance) for actor in sharp}
        ties = {actor: tie_of(worlds.payoff[actor], worlds.chance) for actor in sharp}
        for part, slopes in self.stages:
            part_reached = _reached(part, possible, n)
            seen = _sharpened(worlds, spans, slopes is not None) if sharp else worlds
            stage = _Stage(self.tree, part, seen, log_play, tuple(solved), part_reached)
            scaled, found, gap, sign = _solve_stage(stage, slopes, cyclic or climb)
            for actor, (first, last), (start, end), options in zip(
                part.actors, part.actions, part.rows, part.n_options, strict=True
            ):
                reached[first:last] = part_reached[start:end]
                if actor not in sharp:
                    log_play[first:last] = log_choice(scaled[start:end], options)
                elif slopes is not None:
                    log_play[first:last] = sharp_choice(scaled[start:end], options)
                else:
                    log_play[first:last], several = best_choice(scaled[start:end], options, ties[actor])
                    tied |= (several & part_reached[start:end]).any(axis=0)
            if slopes is not None:
                rung = np.where((found < 0) | (rung < 0), np.minimum(found, rung), np.maximum(found, rung))
                residual, index = np.maximum(residual, gap), np.minimum(index, sign)
            solved += part.decisions
        play = np.exp(log_play)
        if sharp:
            for part, _ in self.stages:
                for actor, (first, last) in zip(part.actors, part.actions, strict=True):
                    if actor in sharp:
                        play[first:last] = np.where(log_play[first:last] == SURPRISE, 0.0, play[first:last])
        return Solution(play, log_play, reached, rung, residual, index, tied if sharp else None)

    def _possible(self, worlds: Worlds, log_play: FloatArray) -> FloatArray | None:
        """1 for each leaf to which chance and fixed decisions may lead, else 0; None where they may lead to all."""
        never = [move for move in self.outside if np.isneginf(log_play[slice(*_span(self.tree, move))]).any()]
        if worlds.chance.min() > 0 and not never:
            return None
        possible = worlds.chance > 0
        for move in never:
            action = self.tree.action[move]
            on_path = action != NOT_MOVED
            possible[on_path] &= ~np.isneginf(log_play[action[on_path]])
        return possible.astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Stage:
    tree: Tree
    part: Group
    worlds: Worlds
    log_play: FloatArray
    solved: tuple[int, ...]
    reached: BoolArray

    def path_sums(self) -> PathSums:
        """The group's game summed to paths, for all draws."""
        fixed, to_paths = self.fixed_play(), self.part.leaves_to_paths
        plain = not self.solved and bool((fixed == 1).all())
        weight, chance, payoff = {}, {}, {}
        for actor in self.part.actors:
            view = self.view(actor)
            if id(view) not in weight:
                weight[id(view)] = view if plain else view * fixed
                chance[id(view)] = to_paths.sum(weight[id(view)])
            if actor not in payoff:
                payoff[actor] = to_paths.sum(weight[id(view)] * self.worlds.payoff[actor])
        in_order = list(zip(self.part.actors, self.part.orders, strict=True))
        return PathSums(
            self.part,
            self.precision(),
            tuple(_in_order(chance[id(self.view(actor))], order) for actor, order in in_order),
            tuple(_in_order(payoff[actor], order) for actor, order in in_order),
            self.reached,
            np.arange(self.worlds.chance.shape[-1]),
            self.hidden(),
        )

    def log_sums(self, draws: npt.NDArray[np.int64]) -> LogSums:
        """The same in logarithms, for some draws."""
        fixed = np.log(np.broadcast_to(self.part.weight, (self.tree.n_leaves, len(draws)))).copy()
        for move in self.solved:
            on_leaf = self.tree.action[move] != NOT_MOVED
            fixed[on_leaf] += self.log_play[self.tree.action[move][on_leaf]][:, draws]
        with np.errstate(divide="ignore"):
            chance = {actor: np.log(self.view(actor)[:, draws]) + fixed for actor in set(self.part.actors)}
        payoff = {actor: self.worlds.payoff[actor][:, draws] for actor in set(self.part.actors)}
        precision = tuple(array[draws] for array in self.precision())
        return LogSums(
            self.part,
            precision,
            tuple(chance[a] for a in self.part.actors),
            tuple(payoff[a] for a in self.part.actors),
            self.reached[:, draws],
        )

    def view(self, actor: int) -> FloatArray:
        return self.worlds.believed.get(actor, self.worlds.chance)

    def precision(self) -> tuple[FloatArray, ...]:
        return tuple(self.worlds.precision[actor] for actor in self.part.actors)

    def fixed_play(self) -> FloatArray:
        """Probability that decisions solved before take the leaf's actions; (n_leaves, n_draws) or (n_leaves, 1)."""
        fixed = self.part.weight
        for move in self.solved:
            rows = np.exp(self.log_play[slice(*_span(self.tree, move))])
            action = self.tree.action[move] - _span(self.tree, move)[0]
            if (self.tree.action[move] == NOT_MOVED).any():
                action = np.where(self.tree.action[move] == NOT_MOVED, len(rows), action)
                rows = np.vstack([rows, np.ones((1, rows.shape[-1]))])
            fixed = fixed * rows[action]
        return fixed

    def hidden(self) -> BoolArray:
        """Draws in which an earlier solution is so sharp that products of plain probabilities may vanish."""
        small = np.zeros(self.worlds.chance.shape[-1], dtype=np.bool_)
        for move in self.solved:
            logs = self.log_play[slice(*_span(self.tree, move))]
            if logs.min() < -150:
                small |= ((logs < -150) & ~np.isneginf(logs)).any(axis=0)
        return small


def _in_order(rows: FloatArray, order: npt.NDArray[np.int64]) -> FloatArray:
    """The rows in this order; themselves where that changes nothing."""
    return rows if len(order) == len(rows) and (np.diff(order) == 1).all() else rows[order]


def _reached(part: Group, possible: FloatArray | None, n_draws: int) -> BoolArray:
    if possible is None:
        taken = np.concatenate([to_rows.taken for to_rows in part.leaves_to_rows])
        return np.repeat(taken[:, None], n_draws, axis=1)
    return np.vstack([to_rows.sum(possible) > 0 for to_rows in part.leaves_to_rows])


def _by_action(tree: Tree, move: int) -> Segments:
    first, last = _span(tree, move)
    action = tree.action[move]
    return segments(np.where(action == NOT_MOVED, NOT_MOVED, action - first), last - first)


def _sharpened(worlds: Worlds, spans: Mapping[int, FloatArray], cyclic: bool) -> Worlds:
    """Best repliers with a precision that can be calculated with: 1 where expected payoffs are wanted, else high."""
    precision = {
        actor: np.where(span > 0, SHARP / np.where(span > 0, span, 1.0), 1.0) if cyclic else np.ones_like(span)
        for actor, span in spans.items()
    }
    return replace(worlds, precision={**worlds.precision, **precision})


def _span(tree: Tree, move: int) -> tuple[int, int]:
    sets = tree.sets_of(move)
    return sets[0].actions[0], sets[-1].actions[1]


def _solve_stage(stage: _Stage, slopes: Slopes | None, cyclic: Cyclic) -> Found:
    """A group's solution; draws that plain sums cannot do are done in logarithms."""
    sums = stage.path_sums()
    found = _solve_group(sums, slopes, cyclic)
    hard = np.flatnonzero(sums.small)
    if len(hard):
        again = _solve_group(stage.log_sums(hard), slopes, cyclic)
        for whole, part in zip(found, again, strict=True):
            whole[..., hard] = part
    return found


def _solve_group(responder: Responder, slopes: Slopes | None, cyclic: Cyclic) -> Found:
    if slopes is not None:
        return cyclic(responder, slopes)
    n = responder.precision[0].shape[-1]
    scaled = responder.expected(0, np.empty((0, n))) * responder.precision[0]
    return scaled, np.full(n, BACKWARD), np.zeros(n), np.ones(n)
