"""What it would be worth to an actor to know something before it decides: the game solved again with that knowledge.

The game of the first round is valued, exactly given the draw; both games are solved on the same draws.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.analysis.estimates import Estimate, exact, of_ratio
from engine.games.conduct import BestReply, Equilibrium
from engine.games.equilibrium import Solver
from engine.games.pure import PureSolver
from engine.games.rules import RuleSolver
from engine.games.segments import FloatArray, IntArray, distinct_columns, segments
from engine.games.solution import UNSOLVED, Solution
from engine.games.tree import NOT_MOVED
from engine.program.dependence import levels_of
from engine.program.program import Program
from engine.program.worlds import Batch, Reader, batch_in, first_situation
from engine.simulation.eyes import played_share, share_of_play
from engine.simulation.run import batch_size

KEPT: Final = 2**23
"""Probabilities of actions that are kept until it is known whether they are wanted."""
NODES: Final = 32
"""Of the quadrature by which actors guess an unknown from one that hangs together with it."""


@dataclass(frozen=True, slots=True, eq=False)
class Versions:
    """A game without and with some knowledge.

    Attributes:
        actor: who would know; its position.
        before, after: the games.
        branching: the names of the moves that branch each tree, in its order.
        learned: columns of unknowns that become known where nobody knew them; others are guessed from them.
    """

    actor: int
    before: Program
    after: Program
    branching: tuple[tuple[str, ...], tuple[str, ...]]
    learned: tuple[int, ...] = ()

    @property
    def alike(self) -> bool:
        """Whether the knowledge changes nothing: nothing that the actor wants hangs on it, given what it knows."""
        one, other = self.before.tree, self.after.tree
        return (
            not self.learned
            and self.branching[0] == self.branching[1]
            and one.action.shape == other.action.shape
            and bool((one.action == other.action).all())
        )


@dataclass(frozen=True, slots=True)
class Reaction:
    """How another actor's choice changes because it knows what is known.

    Attributes:
        actor: whose choice.
        decision: at which it is made.
        differs: in which share of the cases it is another choice, for whatever it knows there.
        option: of which the probability rises most.
        before, after: its probability where the decision is made.
        effect: of all that changes at this decision on the payoff of whoever knows.
    """

    actor: int
    decision: str
    differs: float
    option: str
    before: float
    after: float
    effect: Estimate


@dataclass(frozen=True, slots=True)
class Worth:
    """What knowledge is worth to an actor, in units of its payoff.

    Attributes:
        before: its expected payoff without.
        value: what it gains where everybody knows that it knows.
        secret: what it gains where nobody does and all others play as before; None where that is not defined.
        reactions: of the others, the most harmful first, where the knowledge does harm.
        unsolved: share of draws in which one of the games was not solved.
    """

    before: Estimate
    value: Estimate
    secret: Estimate | None
    reaction: Estimate | None
    reactions: tuple[Reaction, ...] = ()
    unsolved: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Gains:
    """An actor's expected payoff in each draw; each (n_draws,).

    Attributes:
        before: without the knowledge.
        after: with it, where everybody knows that it knows.
        secret: with it, where nobody does; None where that is not defined.
        counts: 1, or 0 where one of the games has no equilibrium in pure strategies.
        unsolved: 1 where one of them was not solved.
        plays: for each batch of draws, unless there are many, what the others do without the knowledge and what
            everybody does with it, by action of the game with it; each (n_actions, its draws).
    """

    before: FloatArray
    after: FloatArray
    secret: FloatArray | None
    counts: FloatArray
    unsolved: FloatArray
    plays: tuple[tuple[FloatArray, FloatArray], ...]


def gains(versions: Versions, uniforms: FloatArray) -> Gains:
    """Solves both games in each draw.

    Args:
        versions: the game without and with the knowledge.
        uniforms: of the draws; (n_inputs, n_draws).

    Raises:
        EvaluationError: a number of some draw is impossible.
    """
    play = _carried(versions)
    few = versions.after.tree.n_actions * uniforms.shape[-1] <= KEPT
    parts = [_solved(versions, play, some, few) for some in _batches(versions, uniforms)]

    def whole(name: str) -> FloatArray:
        found: FloatArray = np.concatenate([getattr(part, name) for part in parts])
        return found

    secret = None if parts[0].secret is None else whole("secret")
    plays = tuple(one for part in parts for one in part.plays)
    return Gains(whole("before"), whole("after"), secret, whole("counts"), whole("unsolved"), plays)


def worth(versions: Versions, found: Gains, uniforms: FloatArray, weight: FloatArray, n_replicates: int) -> Worth:
    """What the knowledge is worth, from what is gained in each draw; if it does harm, then also why.

    Args:
        found: as `gains` has it of these draws, which stand by scramble.
        uniforms: of the draws.
        weight: of each draw; (n_draws,).
        n_replicates: independent scrambles, of equal size; 1 if nothing is unknown.
    """
    weight = weight * found.counts
    value = mean_of(found.after - found.before, weight, n_replicates)
    secret = reaction = None
    reactions: tuple[Reaction, ...] = ()
    if found.secret is not None:
        secret = mean_of(found.secret - found.before, weight, n_replicates)
        reaction = mean_of(found.after - found.secret, weight, n_replicates)
        if value.high < 0 and _others(versions):
            reactions = tuple(_reactions(versions, found, uniforms, weight, n_replicates))
    unsolved = float((weight * found.unsolved).sum() / weight.sum())
    return Worth(mean_of(found.before, weight, n_replicates), value, secret, reaction, reactions, unsolved)


def mean_of(values: FloatArray, weight: FloatArray, n_replicates: int) -> Estimate:
    """The weighted mean over all draws, which stand by scramble."""
    shape = (n_replicates, -1)
    above, below = (weight * values).reshape(shape).sum(axis=1), weight.reshape(shape).sum(axis=1)
    return exact(float(above[0] / below[0])) if n_replicates == 1 else of_ratio(above, below)


# Private functions


def _batches(versions: Versions, uniforms: FloatArray) -> Iterator[FloatArray]:
    """The draws in parts that are solved at a time."""
    size = min(batch_size(versions.before), batch_size(versions.after))
    for start in range(0, uniforms.shape[-1], size):
        yield uniforms[:, start : start + size]


def _carried(versions: Versions) -> IntArray:
    """For each action in the game with the knowledge the same action in the game without; -1 for the actor's own."""
    one, other = versions.before.tree, versions.after.tree
    names, more = versions.branching
    found = np.full(other.n_actions, NOT_MOVED)
    rows = [more.index(name) for name in names if name in more]
    kept = [place for place, name in enumerate(names) if name in more]
    before = np.vstack([one.values[kept], one.happens[kept]])
    number = distinct_columns(np.hstack([before, np.vstack([other.values[rows], other.happens[rows]])]))[1]
    leaf = np.full(int(number.max()) + 1, NOT_MOVED)
    leaf[number[: one.n_leaves]] = np.arange(one.n_leaves)
    source = leaf[number[one.n_leaves :]]
    for move in other.decisions:
        if other.moves[move].actor != versions.actor:
            action, earlier = other.action[move], one.action[names.index(more[move])]
            made = (action != NOT_MOVED) & (source != NOT_MOVED)
            found[action[made]] = earlier[source[made]]
    return found


def _solved(versions: Versions, play: IntArray, uniforms: FloatArray, keeps: bool = True) -> Gains:
    """What a batch of draws says; its plays are left out where they are not to be kept."""
    before, after, actor = versions.before, versions.after, versions.actor
    one = batch_in(before, first_situation(before, uniforms))
    first = before.solver.solve(one.worlds)
    two = _with(versions, uniforms)
    second = after.solver.solve(two.worlds)
    counts = np.ones(uniforms.shape[-1])
    for solution in (first, second):
        if solution.n_pure is not None:
            counts = counts * (solution.n_pure > 0)
    unsolved = ((first.rung == UNSOLVED) | (second.rung == UNSOLVED)).astype(np.float64)
    old = _payoff(before, one, played_share(before, first), actor)
    new = _payoff(after, two, played_share(after, second), actor)
    if isinstance(after.solver, PureSolver):
        return Gains(old, new, None, counts, unsolved, ())
    if not _others(versions):
        return Gains(old, new, new, counts, unsolved, ())
    carried = np.where(play[:, None] == NOT_MOVED, second.play, first.play[play])
    alone = np.where(play[:, None] == NOT_MOVED, _own_reply(versions, two, first, second, play), carried)
    kept = _payoff(after, two, _share(after, alone), actor)
    return Gains(old, new, kept, counts, unsolved, ((carried, second.play),) if keeps else ())


def _with(versions: Versions, uniforms: FloatArray) -> Batch:
    """The games of these draws with the knowledge."""
    after = versions.after
    return batch_in(after, first_situation(after, uniforms, _guessed(after, versions.learned, uniforms)))


def _others(versions: Versions) -> list[int]:
    """The decisions of others in the game with the knowledge."""
    tree = versions.after.tree
    return [move for move in tree.decisions if tree.moves[move].actor != versions.actor and tree.sets_of(move)]


def _own_reply(versions: Versions, batch: Batch, first: Solution, second: Solution, play: IntArray) -> FloatArray:
    """What the actor does with the knowledge while the others play as they do without it; (n_actions, n_draws).

    Who does not answer what the others really do reasons as it would if all knew that it knows.
    """
    actor, solver, tree = versions.actor, versions.after.solver, versions.after.tree
    rules = solver.rules[actor] if isinstance(solver, RuleSolver) else (Equilibrium(),)
    if rules not in ((Equilibrium(),), (BestReply(),)):
        return second.play
    own = [move for move in tree.decisions if tree.moves[move].actor == actor and tree.sets_of(move)]
    fixed = np.where(play[:, None] == NOT_MOVED, 0.0, first.log_play[play])
    sharp = frozenset([actor]) if rules == (BestReply(),) else frozenset[int]()
    # with perfect recall later choices do not hang on earlier ones
    return Solver(tree, tuple((move,) for move in reversed(own))).solve(batch.worlds, fixed, sharp).play


def _share(program: Program, play: FloatArray) -> FloatArray:
    return share_of_play(program.tree, play, program.tree.decisions)


def _payoff(program: Program, batch: Batch, share: FloatArray, actor: int) -> FloatArray:
    """An actor's expected payoff by the true chances and the true values; (n_draws,)."""
    payoff = Reader(program, batch.values, batch.situation).payoff(actor)
    found: FloatArray = (batch.chance * share * payoff).sum(axis=0)
    return found


def _guessed(program: Program, learned: Sequence[int], uniforms: FloatArray) -> dict[str, FloatArray]:
    """The means of unknowns that nobody knows, given those that became known and hang together with them."""
    copula = program.copula
    if copula is None or not learned:
        return {}
    columns = copula.columns.tolist()
    known = [columns.index(column) for column in learned if column in columns]
    rest = [place for place, column in enumerate(columns) if not program.inputs[column].known]
    if not known or not rest:
        return {}
    from scipy.special import ndtr, ndtri

    matrix = copula.factor @ copula.factor.T
    normal = ndtri(levels_of(program, uniforms)[[columns[place] for place in known]])
    pull = np.linalg.solve(matrix[np.ix_(known, known)], matrix[np.ix_(known, rest)])
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    found = {}
    for place, own in zip(rest, pull.T, strict=True):
        if not own.any():
            continue
        center = sum(factor * row for factor, row in zip(own, normal, strict=True))
        spread = np.sqrt(max(0.0, 1 - float(own @ matrix[known, place])))
        item = program.inputs[columns[place]]
        level = np.clip(ndtr(center + spread * nodes[:, None]), 2.0**-54, 1 - 2**-53)
        found[item.name] = (item.distribution.quantile(level) * weights[:, None]).sum(axis=0) / weights.sum()
    return found


def _reactions(
    versions: Versions, found: Gains, uniforms: FloatArray, weight: FloatArray, n_replicates: int
) -> list[Reaction]:
    """How the choices of others change, the most harmful to the actor first."""
    after, tree, others = versions.after, versions.after.tree, _others(versions)
    rows = [(tree.sets_of(move)[0].actions[0], tree.sets_of(move)[-1].actions[1]) for move in others]
    taken = [
        segments(np.where(tree.action[move] == NOT_MOVED, NOT_MOVED, tree.action[move] - first), last - first)
        for move, (first, last) in zip(others, rows, strict=True)
    ]
    held: list[list[FloatArray]] = [[] for _ in others]
    told: list[list[FloatArray]] = [[] for _ in others]
    of_action = _carried(versions)
    for number, some in enumerate(_batches(versions, uniforms)):
        carried, play = found.plays[number] if found.plays else _solved(versions, of_action, some).plays[0]
        batch = _with(versions, some)
        old, new = (batch.chance * _share(after, one) for one in (carried, play))
        for place, (move, (first, last)) in enumerate(zip(others, rows, strict=True)):
            mixed = play.copy()
            mixed[first:last] = carried[first:last]
            held[place].append(_payoff(after, batch, _share(after, mixed), versions.actor))
            shape = (-1, tree.moves[move].n_values, some.shape[-1])
            earlier, later = (taken[place].sum(share).reshape(shape) for share in (old, new))
            apart = np.abs(play[first:last] - carried[first:last]).reshape(shape).sum(axis=1) / 2
            otherwise = (later.sum(axis=1) * apart).sum(axis=0)
            told[place].append(np.vstack([earlier.sum(axis=0), later.sum(axis=0), otherwise]))
    reactions = []
    for place, move in enumerate(others):
        shares, n_options = (weight * np.concatenate(told[place], axis=1)).sum(axis=1), tree.moves[move].n_values
        before, since = shares[:n_options], shares[n_options : 2 * n_options]
        owner = tree.moves[move].actor
        if owner is None or min(before.sum(), since.sum()) <= 0:
            continue
        differs = float(shares[-1] / since.sum())
        before, since = before / before.sum(), since / since.sum()
        option = int(np.argmax(since - before))
        effect = mean_of(found.after - np.concatenate(held[place]), weight, n_replicates)
        name = versions.branching[1][move]
        label = after.values[name][option]
        reactions.append(Reaction(owner, name, differs, label, float(before[option]), float(since[option]), effect))
    return sorted(reactions, key=lambda one: one.effect.value)
