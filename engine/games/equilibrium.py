"""Logit quantal response equilibrium in agent form (McKelvey & Palfrey 1998), for a batch of draws at once.

The solver is a ladder. A group of decisions that rely on nobody who relies on them is solved in one pass, exactly
(rung 1). A large cyclic group follows its equilibrium from precision 0 in a few steps with a damped fixed point (rung
2); it is accepted when every step converged, no probability jumped, and the index is +1. What rung 2 does not accept,
and a small group, where its steps cost more than they save, is followed with Newton's method, each draw in steps of its
own (rung 3), and where the branch folds, along the curve itself (rung 4). The rest is counted: converged but perhaps
on another branch, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from engine.games.arclength import GREAT, USUAL, trace
from engine.games.bestreply import SHARP, best_choice, sharp_choice, span_of, tie_of
from engine.games.conduct import SURPRISE, Conduct, Mind, Plan, Thinker, Views
from engine.games.fixedpoint import chances_of, settle
from engine.games.homotopy import ascents, follow, newton
from engine.games.response import BoolArray, Group, LogSums, PathSums, Responder, group, in_twos, log_choice, sharpness
from engine.games.segments import FloatArray, IntArray, Segments, columns, segments
from engine.games.slope import Slopes
from engine.games.tree import NOT_MOVED, Tree

RATIO: Final = 1.6
LOOSE: Final = 3e-3
TIGHT: Final = 1e-12
CONVERGED: Final = 1e-9
MAX_SWEEPS: Final = 12
LAST_SWEEPS: Final = 60
SAME: Final = 1e-6
JUMP: Final = 0.1
"""A probability that moves by more than this away from where the last step pointed has jumped."""
DISTURBANCE: Final = 0.01
"""Relative change of payoffs that breaks a symmetry by so much that the steps along the branch notice."""
FEW_FREE: Final = 24
"""With so few free probabilities Newton's method costs less than the fixed point, whose rung is left out."""
BACKWARD, FIXED_POINT, HOMOTOPY, ARCLENGTH, UNCHECKED, UNSOLVED = 1, 2, 3, 4, -1, -2


@dataclass(frozen=True, slots=True, eq=False)
class Worlds:
    """What differs between draws: the numbers on the leaves.

    Attributes:
        chance: true chance of each leaf, decisions left out; (n_leaves, n_draws).
        believed: chance in the eyes of an actor who sees it otherwise; same shape.
        payoff: for each actor; same shape.
        precision: for each actor; (n_draws,).
        conduct: of actors who do not reason by equilibrium; None where all do.
        views: what actors have learned at the levels at which they are taken to reason; None where nobody has.
    """

    chance: FloatArray
    believed: Mapping[int, FloatArray]
    payoff: Mapping[int, FloatArray]
    precision: Mapping[int, FloatArray]
    conduct: Conduct | None = None
    views: Views | None = None

    def view(self, thinker: Thinker) -> FloatArray:
        """The chance of each leaf in the eyes of an actor at a level; (n_leaves, n_draws)."""
        learned = None if self.views is None else self.views.of(thinker)
        return self.believed.get(thinker.actor, self.chance) if learned is None else learned

    def take(self, draws: IntArray) -> Worlds:
        """The same for some of the draws, in memory as if they were all, so that sums run in the same order."""

        def cut(array: FloatArray) -> FloatArray:
            return np.ascontiguousarray(array[..., draws])

        return Worlds(
            cut(self.chance),
            {actor: cut(chance) for actor, chance in self.believed.items()},
            {actor: cut(payoff) for actor, payoff in self.payoff.items()},
            {actor: cut(precision) for actor, precision in self.precision.items()},
            None if self.conduct is None else self.conduct.take(draws),
            None if self.views is None else self.views.take(draws),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Everybody's play.

    Attributes:
        play: probability of each action; (n_actions, n_draws).
        log_play: its logarithm.
        reached: whether chance lets the action's information set come about; unreached sets play uniformly.
        rung: what solved the draw: BACKWARD, FIXED_POINT, HOMOTOPY, ARCLENGTH, UNCHECKED (converged, branch in
            doubt), UNSOLVED.
        residual: largest distance of a probability from the response to the others; (n_draws,).
        index: sign of the index where it was taken, else 1; (n_draws,).
        tied: whether a best replier has several best options somewhere, (n_draws,); None where nobody replies so.
        n_pure: how many equilibria in pure strategies there are, (n_draws,); None where they were not enumerated.
        share: probability that the decisions on each leaf's path are taken, (n_leaves, n_draws), where it is no product
            of `play`: an average over equilibria, 0 where there is none; None otherwise.
        minds: for each actor whose model of the others is not what they really do, the levels at which it reasons.
        models: for each thinker that anybody has in mind, what it takes everybody to do, from which it learns.
    """

    play: FloatArray
    log_play: FloatArray
    reached: BoolArray
    rung: npt.NDArray[np.int64]
    residual: FloatArray
    index: FloatArray
    tied: BoolArray | None = None
    n_pure: IntArray | None = None
    share: FloatArray | None = None
    minds: Mapping[int, tuple[Mind, ...]] = field(default_factory=dict)
    models: Mapping[Thinker, tuple[Plan, ...]] = field(default_factory=dict)

    def part(self, draws: slice) -> Solution:
        """The same for some of the draws."""
        return Solution(
            self.play[:, draws],
            self.log_play[:, draws],
            self.reached[:, draws],
            self.rung[draws],
            self.residual[draws],
            self.index[draws],
            None if self.tied is None else self.tied[draws],
            None if self.n_pure is None else self.n_pure[draws],
            None if self.share is None else self.share[:, draws],
            {actor: tuple(mind.part(draws) for mind in minds) for actor, minds in self.minds.items()},
            {key: tuple(plan.part(draws) for plan in plans) for key, plans in self.models.items()},
        )


Found = tuple[FloatArray, npt.NDArray[np.int64], FloatArray, FloatArray]
"""A group's scaled payoffs, (n_rows, n_draws), and for each draw the rung, the residual and the index."""
Cyclic = Callable[[Responder, Slopes], Found]


class Solver:
    """A tree and the order of solution, laid out once for all draws; decisions that are not in it are fixed."""

    def __init__(self, tree: Tree, order: tuple[tuple[int, ...], ...]) -> None:
        self.tree = tree
        free = {move for component in order for move in component}
        self.outside = tuple(move for move in tree.decisions if move not in free and tree.sets_of(move))
        self.stages = []
        for number, decisions in enumerate(order):
            later = [move for component in order[number + 1 :] for move in component]
            made = [move for move in decisions if tree.sets_of(move)]
            if made:
                part = group(tree, made, [move for move in later if tree.sets_of(move)])
                self.stages.append((part, Slopes(part) if len(made) > 1 else None))

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
            scaled, found, gap, sign = _solve_stage(stage, slopes, cyclic or _climb)
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
        return np.ones((part.n_rows, n_draws), dtype=np.bool_)
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


def _climb(responder: Responder, slopes: Slopes) -> Found:
    """The rungs of the ladder, one after the other, each for the draws that those before leave."""
    n = responder.precision[0].shape[-1]
    found = np.zeros((responder.group.n_rows, n)), np.full(n, UNSOLVED), np.zeros(n), np.ones(n)
    rungs = (_by_fixed_point, _by_newton, _somehow)
    for rung in rungs[len(slopes.kept) <= FEW_FREE :]:
        left = np.flatnonzero((found[1] == UNSOLVED) & ~responder.lost())
        if not len(left):
            break
        some = responder if len(left) == n else responder.take(in_twos(left))
        left, better = in_twos(left), rung(some, slopes)
        for whole, part in zip(found, better, strict=True):
            whole[..., left] = part
    return found


def _by_fixed_point(responder: Responder, slopes: Slopes) -> Found:
    scaled, residual, sure = _settled(responder)
    index, paired = slopes.signs(responder, scaled)
    rung = np.where(sure & (index > 0), FIXED_POINT, UNSOLVED)
    doubtful = np.flatnonzero((rung == FIXED_POINT) & paired)
    if len(doubtful):
        doubtful = in_twos(doubtful)
        rung[doubtful[_forked(responder.take(doubtful), slopes, scaled[:, doubtful])]] = UNSOLVED
    return scaled, rung, residual, index


def _by_newton(responder: Responder, slopes: Slopes) -> Found:
    """Rungs 3 and 4; the second goes on where the first stops, or starts again with more care."""
    branch = follow(responder, slopes, TIGHT)
    rung = np.where(branch.certain & (branch.residual <= CONVERGED), HOMOTOPY, UNSOLVED)
    found = branch.scaled.copy(), rung, branch.residual, np.ones(len(rung))
    for care in (USUAL, GREAT):
        left = np.flatnonzero((rung == UNSOLVED) & ~responder.lost())
        if not len(left):
            break
        left = in_twos(left)
        start = (branch.scaled[:, left], branch.share[left]) if care is USUAL else (None, None)
        curve = trace(responder.take(left), slopes, TIGHT, care, *start)
        solved = np.where(curve.arrived & (curve.residual <= CONVERGED), ARCLENGTH, UNSOLVED)
        for whole, part in zip(found, (curve.scaled, solved, curve.residual, curve.index), strict=True):
            whole[..., left] = part
    doubtful = np.flatnonzero((rung == ARCLENGTH) & (found[3] > 0) | (rung == HOMOTOPY) & branch.paired)
    if len(doubtful):
        doubtful = in_twos(doubtful)
        rung[doubtful[_forked(responder.take(doubtful), slopes, found[0][:, doubtful])]] = UNCHECKED
    return found


def _forked(responder: Responder, slopes: Slopes, scaled: FloatArray) -> BoolArray:
    """Where the branch forked on the way in a direction that the index does not show.

    It did if an eigenvalue tells of it and, in a game that differs a little, the branch does not end at the equilibrium
    next to this one.
    """
    found = slopes.drives_away(responder, scaled)
    draws = np.flatnonzero(found)
    if len(draws):
        draws = in_twos(draws)
        some = responder.take(draws)
        other = some.disturbed(DISTURBANCE)
        beside = newton(other, slopes, slopes.free(scaled[:, draws]), np.ones(len(draws)), TIGHT)
        curve = trace(other, slopes, TIGHT)
        apart = np.abs(chances_of(some, slopes.whole(beside.free)) - chances_of(some, curve.scaled)).max(axis=0)
        found[draws] = ~(curve.arrived & (beside.residual <= CONVERGED) & (apart <= SAME))
    return found


def _somehow(responder: Responder, slopes: Slopes) -> Found:
    """Any equilibrium, where the branch is lost; otherwise the last play that was tried."""
    n = responder.precision[0].shape[-1]
    point = settle(responder, np.zeros((responder.group.n_rows, n)), np.ones(n), TIGHT, LAST_SWEEPS)
    rung = np.where(point.residual <= CONVERGED, UNCHECKED, UNSOLVED)
    return point.scaled, rung, point.residual, slopes.index(responder, point.scaled)


def _settled(responder: Responder) -> tuple[FloatArray, FloatArray, BoolArray]:
    """The fixed point at growing shares of the precision, its residual, and whether nothing speaks against it.

    The first share is so small that the response is nearly a contraction with one fixed point; started at a larger one,
    the iteration lands on another branch in some games.
    """
    n = responder.precision[0].shape[-1]
    scaled, residual = np.zeros((responder.group.n_rows, n)), np.zeros(n)
    sure = np.zeros(n, dtype=np.bool_)
    for ascent in ascents(np.maximum(sharpness(responder), 1.0), RATIO):
        draws, shares = ascent.draws, np.array(ascent.shares)
        exact = responder if len(draws) == n else responder.take(in_twos(draws))
        draws, shares = in_twos(draws), shares[:, in_twos(np.arange(len(draws)))]
        some = exact.single()
        digits = some.precision[0].dtype
        payoffs = before = np.zeros((responder.group.n_rows, len(draws)), digits)
        for step in range(len(shares)):
            last = step == len(shares) - 1
            if last:
                some, digits = exact, np.dtype(np.float64)
            share = shares[step].astype(digits)
            guess = (2 * payoffs - before if step > 1 else payoffs) * share
            tolerance, most = (TIGHT, LAST_SWEEPS) if last else (LOOSE, MAX_SWEEPS)
            point = settle(some, guess, share, tolerance, most)
            fine = (point.residual <= tolerance) & ~some.lost()
            if step:
                fine &= np.abs(chances_of(some, point.scaled) - chances_of(some, guess)).max(axis=0) <= JUMP
            payoffs, before = point.scaled / share, payoffs
            kept = np.flatnonzero(fine)
            if last or not len(kept):
                scaled[:, draws[kept]], residual[draws[kept]] = point.scaled[:, kept], point.residual[kept]
                sure[draws[kept]] = last
                break
            if len(kept) < len(draws):
                kept = in_twos(kept)
                some, exact, draws, shares = some.take(kept), exact.take(kept), draws[kept], columns(shares, kept)
                payoffs, before = columns(payoffs, kept), columns(before, kept)
    return scaled, residual, sure
