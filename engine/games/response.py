"""The response of a group of decisions to everybody's play: expected payoffs by Bayes' rule, and the logit choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from engine.games.segments import FloatArray, IntArray, Segments, columns, distinct_columns, largest, segments, summed
from engine.games.tree import NOT_MOVED, Tree

BoolArray = npt.NDArray[np.bool_]

SMALL_REACH: Final = 1e-200
"""Below this probability of an information set, plain sums are no longer trusted and logarithms are used."""
SMALL_SINGLE: Final = 1e-30
"""The same in single precision."""


def logit_choice(scaled: FloatArray, n_options: int) -> FloatArray:
    """Probabilities of a logit quantal response (McKelvey & Palfrey 1998).

    Args:
        scaled: precision times expected payoff of each action, options of a set together; (n_actions, n_draws).
        n_options: options per information set.

    Returns:
        Probabilities, (n_actions, n_draws); they sum to 1 within each set.
    """
    by_set = scaled.reshape(-1, n_options, scaled.shape[-1])
    odds: FloatArray = np.exp(by_set - largest(by_set)[:, None])
    odds /= summed(odds)[:, None]
    return odds.reshape(scaled.shape)


def log_choice(scaled: FloatArray, n_options: int) -> FloatArray:
    """The logarithms of `logit_choice`, finite also where a probability underflows."""
    by_set = scaled.reshape(-1, n_options, scaled.shape[-1])
    logs = by_set - largest(by_set)[:, None]
    logs -= np.log(summed(np.exp(logs)))[:, None]
    return logs.reshape(scaled.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Decisions that are solved together, and their part of the tree.

    Leaves that take the same actions of the group form one *path*: what chance and the other decisions do on them is
    summed once, before any iteration.

    Attributes:
        decisions: the moves, in order of play; the tuples below run along them.
        actors: who decides.
        n_options: how many options.
        actions: the decision's actions in the whole tree, first and one past the last.
        rows: its rows among the group's actions, first and one past the last.
        weight: the leaf's share under uniform play of decisions that do not matter here; (n_leaves, 1).
        leaves_to_paths: sums leaves into paths.
        leaf_row: the row of the action on each leaf; one past the last row where there is none.
        leaves_to_rows: sums leaves into the decision's actions.
        orders: the paths that take the decision's actions, action by action, so that sums run over neighbours.
        path_rows: for these paths, the row of every decision's action, as `leaf_row`.
        paths_to_rows: sums these paths into the decision's actions.
        others: the distinct combinations of what the others do on these paths; for each of them the row of its action.
        combination: which of these combinations is on each of these paths.
    """

    decisions: tuple[int, ...]
    actors: tuple[int, ...]
    n_options: tuple[int, ...]
    actions: tuple[tuple[int, int], ...]
    rows: tuple[tuple[int, int], ...]
    weight: FloatArray
    leaves_to_paths: Segments
    leaf_row: tuple[IntArray, ...]
    leaves_to_rows: tuple[Segments, ...]
    orders: tuple[IntArray, ...]
    path_rows: tuple[tuple[IntArray, ...], ...]
    paths_to_rows: tuple[Segments, ...]
    others: tuple[tuple[IntArray, ...], ...]
    combination: tuple[IntArray, ...]

    @property
    def n_rows(self) -> int:
        return self.rows[-1][1]


def group(tree: Tree, decisions: Sequence[int], irrelevant: Sequence[int]) -> Group:
    """The part of the tree that matters to these decisions; those neither solved nor relevant play uniformly."""
    actions, rows, end = [], [], 0
    for decision in decisions:
        sets = tree.sets_of(decision)
        actions.append((sets[0].actions[0], sets[-1].actions[1]))
        rows.append((end, end + actions[-1][1] - actions[-1][0]))
        end = rows[-1][1]
    leaf_row = [
        np.where(tree.action[d] == NOT_MOVED, end, tree.action[d] - span[0] + row[0])
        for d, span, row in zip(decisions, actions, rows, strict=True)
    ]
    path_row, path_of_leaf = distinct_columns(np.array(leaf_row))
    orders = [np.argsort(own, kind="stable")[: int((own < end).sum())] for own in path_row]
    path_rows = [tuple(every[order] for every in path_row) for order in orders]
    others = [
        distinct_columns(
            np.array([row for other, row in enumerate(every) if other != own]).reshape(len(every) - 1, len(every[own]))
        )
        for own, every in enumerate(path_rows)
    ]
    weight = np.ones(tree.n_leaves)
    for move in irrelevant:
        weight = weight / np.where(tree.action[move] == NOT_MOVED, 1, tree.moves[move].n_values)
    return Group(
        decisions=tuple(decisions),
        actors=tuple(actor for d in decisions if (actor := tree.moves[d].actor) is not None),
        n_options=tuple(tree.moves[d].n_values for d in decisions),
        actions=tuple(actions),
        rows=tuple(rows),
        weight=weight[:, None],
        leaves_to_paths=segments(path_of_leaf, path_row.shape[1]),
        leaf_row=tuple(leaf_row),
        leaves_to_rows=tuple(_by_action(own, row) for own, row in zip(leaf_row, rows, strict=True)),
        orders=tuple(orders),
        path_rows=tuple(path_rows),
        paths_to_rows=tuple(_by_action(path_rows[n][n], row) for n, row in enumerate(rows)),
        others=tuple(tuple(distinct) for distinct, _ in others),
        combination=tuple(which for _, which in others),
    )


def _by_action(row_of: IntArray, rows: tuple[int, int]) -> Segments:
    return segments(np.where(row_of < rows[1], row_of - rows[0], NOT_MOVED), rows[1] - rows[0])


class Responder(Protocol):
    """Expected payoffs of a group's actions in a batch of draws, given everybody's play.

    `play` is the probability of each action of the group, or its logarithm, as `chosen` gives it; (n_rows + 1,
    n_draws), with a last row for 'no action', which is certain. A decision is meant by its position in the group.
    """

    group: Group
    precision: tuple[FloatArray, ...]
    """Of each decision's actor; each (n_draws,)."""
    reached: BoolArray
    """Whether chance ever lets an action's information set come about; (n_rows, n_draws)."""

    def cells(self, decision: int) -> tuple[IntArray, ...]:
        """For each decision the row of its action on the paths or leaves that sums for this decision run over."""

    @property
    def certain(self) -> float:
        """What a probability of 1 is in `play`."""

    def chosen(self, scaled: FloatArray, n_options: int) -> FloatArray:
        """The logit choice as it stands in `play`."""

    def chances(self, play: FloatArray) -> FloatArray:
        """`play` as probabilities."""

    def expected(self, decision: int, play: FloatArray) -> FloatArray:
        """Expected payoff of each action of the decision; (its actions, n_draws)."""

    def moments(self, decision: int, play: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Expected payoffs, and of each path or leaf its share of the action that it takes, times its payoff's
        distance from the mean.

        Summed over those that take two actions, it is the covariance of payoff and the other action, given the first.
        """

    def bounds(self, decision: int) -> tuple[FloatArray, FloatArray]:
        """The largest and smallest payoff that each action of the decision can lead to; each (its actions, n_draws)."""

    def lost(self) -> BoolArray:
        """Draws in which these sums are not to be trusted any more; (n_draws,)."""

    def take(self, draws: IntArray | slice) -> Responder:
        """The same for some of the draws."""

    def single(self) -> Responder:
        """The same in single precision, where that does."""

    def disturbed(self, by: float) -> Responder:
        """A game that has no symmetry: each decision's payoffs changed by up to this share, each differently."""


def in_twos(draws: IntArray) -> IntArray:
    """The draws, a single one twice: sums over one column may be taken in another order, which gives other bits."""
    return np.repeat(draws, 2) if len(draws) == 1 else draws


def sharpness(responder: Responder) -> FloatArray:
    """The largest precision times difference of payoffs within an information set; (n_draws,)."""
    group = responder.group
    largest = np.zeros(responder.precision[0].shape[-1])
    for number, (start, end) in enumerate(group.rows):
        high, low = responder.bounds(number)
        by_set = (-1, group.n_options[number], high.shape[-1])
        span = high.reshape(by_set).max(axis=1) - low.reshape(by_set).min(axis=1)
        reached = responder.reached[start:end].reshape(by_set).any(axis=1)
        widest = np.where(reached & np.isfinite(span), span, 0.0).max(axis=0)
        largest = np.maximum(largest, widest * responder.precision[number])
    return largest


@dataclass(slots=True, eq=False)
class PathSums:
    """Plain sums over paths: fast, and right while no information set is reached with a vanishing probability.

    Attributes:
        chance: for each decision the chance of its paths in its actor's eyes, without the group's actions.
        payoff: for each decision that chance times the actor's payoff; each (n_paths of the decision, n_draws).
        reached: whether chance ever lets the action's information set come about; (n_rows, n_draws).
        draws: where these draws stand in the whole batch; (n_draws,).
        small: draws of the whole batch in which a reached set came below SMALL_REACH, so that `LogSums` must do them.
    """

    group: Group
    precision: tuple[FloatArray, ...]
    chance: tuple[FloatArray, ...]
    payoff: tuple[FloatArray, ...]
    reached: BoolArray
    draws: IntArray
    small: BoolArray

    def cells(self, decision: int) -> tuple[IntArray, ...]:
        return self.group.path_rows[decision]

    @property
    def certain(self) -> float:
        return 1.0

    def chosen(self, scaled: FloatArray, n_options: int) -> FloatArray:
        return logit_choice(scaled, n_options)

    def chances(self, play: FloatArray) -> FloatArray:
        return play

    def expected(self, decision: int, play: FloatArray) -> FloatArray:
        chance, payoff = self._weights(decision, play)
        return self.group.paths_to_rows[decision].sum(payoff) / self._total(decision, chance)

    def moments(self, decision: int, play: FloatArray) -> tuple[FloatArray, FloatArray]:
        chance, payoff = self._weights(decision, play)
        total = self._total(decision, chance)
        expected = self.group.paths_to_rows[decision].sum(payoff) / total
        if self.group.paths_to_rows[decision].whole:
            by_row = (len(total), -1, total.shape[-1])
            chance, payoff = chance.reshape(by_row), payoff.reshape(by_row)
            chance *= expected[:, None]
            payoff -= chance
            payoff /= total[:, None]
            return expected, payoff.reshape(-1, total.shape[-1])
        row = self.group.path_rows[decision][decision] - self.group.rows[decision][0]
        chance *= expected[row]
        payoff -= chance
        payoff /= total[row]
        return expected, payoff

    def _weights(self, decision: int, play: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Chance and chance times payoff of each path, without the decision's own action."""
        others = self.group.others[decision]
        if not others:
            return self.chance[decision], self.payoff[decision]
        reach = play[others[0]]
        for row in others[1:]:
            reach *= play[row]
        reach = reach[self.group.combination[decision]]
        payoff = reach * self.payoff[decision]
        reach *= self.chance[decision]
        return reach, payoff

    def _total(self, decision: int, chance: FloatArray) -> FloatArray:
        """The chance of each action's information set; infinite where it vanishes, so that payoffs are 0 there."""
        total = self.group.paths_to_rows[decision].sum(chance)
        smallest = SMALL_REACH if total.dtype == np.float64 else SMALL_SINGLE
        if total.min() >= smallest:
            return total
        start, end = self.group.rows[decision]
        tiny = total < smallest
        self.small[self.draws] |= (tiny & self.reached[start:end]).any(axis=0)
        return np.where(tiny, np.inf, total)

    def bounds(self, decision: int) -> tuple[FloatArray, FloatArray]:
        possible = self.chance[decision] > 0
        payoff = self.payoff[decision] / np.where(possible, self.chance[decision], 1.0)
        to_rows = self.group.paths_to_rows[decision]
        high = to_rows.largest(np.where(possible, payoff, -np.inf))
        return high, -to_rows.largest(np.where(possible, -payoff, -np.inf))

    def lost(self) -> BoolArray:
        return self.small[self.draws]

    def take(self, draws: IntArray | slice) -> PathSums:
        cut = _Once(lambda array: columns(array, draws))
        return PathSums(
            self.group,
            cut(self.precision),
            cut(self.chance),
            cut(self.payoff),
            columns(self.reached, draws),
            self.draws[draws],
            self.small,
        )

    def single(self) -> PathSums:
        n = len(self.draws)
        cut = _Once(lambda array: array.astype(np.float32))
        sums = cut(self.precision), cut(self.chance), cut(self.payoff)
        return PathSums(self.group, *sums, self.reached, np.arange(n), np.zeros(n, dtype=np.bool_))

    def disturbed(self, by: float) -> PathSums:
        n = len(self.draws)
        small = np.zeros(n, dtype=np.bool_)
        return replace(self, payoff=_disturbed(self.payoff, by), draws=np.arange(n), small=small)


@dataclass(slots=True, eq=False)
class LogSums:
    """Sums over leaves in logarithms, shifted for each action: slower, and safe at any reach.

    Attributes:
        log_chance: for each decision the logarithm of the leaf's chance in its actor's eyes, solved decisions included.
        payoff: for each decision the actor's payoff; each (n_leaves, n_draws).
        reached: whether chance ever lets the action's information set come about; (n_rows, n_draws).
    """

    group: Group
    precision: tuple[FloatArray, ...]
    log_chance: tuple[FloatArray, ...]
    payoff: tuple[FloatArray, ...]
    reached: BoolArray

    def cells(self, decision: int) -> tuple[IntArray, ...]:
        return self.group.leaf_row

    @property
    def certain(self) -> float:
        return 0.0

    def chosen(self, scaled: FloatArray, n_options: int) -> FloatArray:
        return log_choice(scaled, n_options)

    def chances(self, play: FloatArray) -> FloatArray:
        return np.exp(play)

    def expected(self, decision: int, play: FloatArray) -> FloatArray:
        return self.group.leaves_to_rows[decision].sum(self._shares(decision, play) * self.payoff[decision])

    def moments(self, decision: int, play: FloatArray) -> tuple[FloatArray, FloatArray]:
        share = self._shares(decision, play)
        expected = self.group.leaves_to_rows[decision].sum(share * self.payoff[decision])
        return expected, share * (self.payoff[decision] - self._on_leaves(decision, expected))

    def _shares(self, decision: int, play: FloatArray) -> FloatArray:
        """Each leaf's share of the action that it takes; 0 where the set is not reached."""
        weight = self.log_chance[decision].copy()
        for number, row in enumerate(self.group.leaf_row):
            if number != decision:
                weight += play[row]
        start, end = self.group.rows[decision]
        to_rows = self.group.leaves_to_rows[decision]
        top = to_rows.largest(weight)
        weight = np.exp(weight - self._on_leaves(decision, np.where(np.isfinite(top), top, 0.0)))
        total = to_rows.sum(weight)
        total = np.where(self.reached[start:end] & (total > 0), total, np.inf)
        return weight / self._on_leaves(decision, total, outside=np.inf)

    def _on_leaves(self, decision: int, by_row: FloatArray, outside: float = 0.0) -> FloatArray:
        """Values of the decision's actions on the leaves that take them, `outside` on others."""
        start, end = self.group.rows[decision]
        rows = np.vstack([by_row, np.full((1, by_row.shape[-1]), outside)])
        return rows[np.minimum(self.group.leaf_row[decision] - start, end - start)]

    def bounds(self, decision: int) -> tuple[FloatArray, FloatArray]:
        possible = np.isfinite(self.log_chance[decision])
        to_rows = self.group.leaves_to_rows[decision]
        high = to_rows.largest(np.where(possible, self.payoff[decision], -np.inf))
        return high, -to_rows.largest(np.where(possible, -self.payoff[decision], -np.inf))

    def lost(self) -> BoolArray:
        return np.zeros(self.precision[0].shape[-1], dtype=np.bool_)

    def take(self, draws: IntArray | slice) -> LogSums:
        cut = _Once(lambda array: columns(array, draws))
        return LogSums(
            self.group, cut(self.precision), cut(self.log_chance), cut(self.payoff), columns(self.reached, draws)
        )

    def single(self) -> LogSums:
        return self

    def disturbed(self, by: float) -> LogSums:
        return replace(self, payoff=_disturbed(self.payoff, by))


def _disturbed(payoffs: tuple[FloatArray, ...], by: float) -> tuple[FloatArray, ...]:
    """Each number times 1 and up to `by` more or less, by a rule without a period."""
    return tuple(
        payoff * (1 + by * np.sin(np.arange(1, len(payoff) + 1) * (number + 1.5)))[:, None]
        for number, payoff in enumerate(payoffs)
    )


class _Once:
    """Changes arrays; those that are one object stay one object."""

    def __init__(self, change: Callable[[FloatArray], FloatArray]) -> None:
        self.change = change
        self.done: dict[int, FloatArray] = {}

    def __call__(self, arrays: tuple[FloatArray, ...]) -> tuple[FloatArray, ...]:
        for array in arrays:
            if id(array) not in self.done:
                self.done[id(array)] = self.change(array)
        return tuple(self.done[id(array)] for array in arrays)
