"""What it would be worth to an actor to know something before it decides: the game solved again with that knowledge.

The game of the first round is valued, exactly given the draw; both games are solved on the same draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.analysis.estimates import Estimate, exact, of_ratio
from engine.games.conduct import BestReply, Equilibrium
from engine.games.equilibrium import Solver
from engine.games.pure import PureSolver
from engine.games.rules import RuleSolver
from engine.games.segments import FloatArray, IntArray, distinct_columns
from engine.games.solution import UNSOLVED, Solution
from engine.games.tree import NOT_MOVED
from engine.program.dependence import levels_of
from engine.program.program import Program
from engine.program.worlds import Batch, Reader, batch_in, first_situation
from engine.simulation.eyes import played_share, share_of_play
from engine.simulation.run import batch_size

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
        option: of which the probability changes most.
        before, after: its probability where the decision is made.
        effect: of all that changes at this decision on the payoff of whoever knows.
    """

    actor: int
    decision: str
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
        reactions: of the others, the most harmful first; empty where nobody else decides.
        unsolved: share of draws in which one of the games was not solved.
    """

    before: Estimate
    value: Estimate
    secret: Estimate | None
    reaction: Estimate | None
    reactions: tuple[Reaction, ...] = ()
    unsolved: float = 0.0


def worth(versions: Versions, uniforms: FloatArray, weight: FloatArray, n_replicates: int) -> Worth:
    """What knowledge is worth.

    Args:
        versions: the game without and with it.
        uniforms: of the draws, by scramble; (n_inputs, n_draws).
        weight: of each draw; (n_draws,).
        n_replicates: independent scrambles, of equal size; 1 if nothing is unknown.

    Raises:
        EvaluationError: a number of some draw is impossible.
    """
    size = min(batch_size(versions.before), batch_size(versions.after))
    starts = range(0, uniforms.shape[-1], size)
    play = _carried(versions)
    parts = [_solved(versions, play, uniforms[:, start : start + size]) for start in starts]
    whole = {key: np.concatenate([part[key] for part in parts], axis=-1) for key in parts[0]}
    weight = weight * whole["counts"]

    def mean(values: FloatArray) -> Estimate:
        return _mean(values, weight, n_replicates)

    value = mean(whole["after"] - whole["before"])
    secret = reaction = None
    reactions: list[Reaction] = []
    if "secret" in whole:
        secret = mean(whole["secret"] - whole["before"])
        reaction = mean(whole["after"] - whole["secret"])
        reactions = _reactions(versions, whole, weight, n_replicates)
    unsolved = float((weight * whole["unsolved"]).sum() / weight.sum())
    return Worth(mean(whole["before"]), value, secret, reaction, tuple(reactions), unsolved)


# Private functions


def _mean(values: FloatArray, weight: FloatArray, n_replicates: int) -> Estimate:
    shape = (n_replicates, -1)
    above, below = (weight * values).reshape(shape).sum(axis=1), weight.reshape(shape).sum(axis=1)
    return exact(float(above[0] / below[0])) if n_replicates == 1 else of_ratio(above, below)


def _carried(versions: Versions) -> IntArray:
    """For each action in the game with the knowledge the same action in the game without; -1 for the actor's own."""
    one, other = versions.before.tree, versions.after.tree
    names, more = versions.branching
    found = np.full(other.n_actions, NOT_MOVED)
    rows = [more.index(name) for name in names if name in more]
    kept = [place for place, name in enumerate(names) if name in more]
    both = np.hstack([np.vstack([one.values[kept], one.happens[kept]]), np.vstack([other.values[rows], other.happens[rows]])])
    number = distinct_columns(both)[1]
    leaf = np.full(int(number.max()) + 1, NOT_MOVED)
    leaf[number[: one.n_leaves]] = np.arange(one.n_leaves)
    source = leaf[number[one.n_leaves :]]
    for move in other.decisions:
        if other.moves[move].actor != versions.actor:
            action, earlier = other.action[move], one.action[names.index(more[move])]
            made = (action != NOT_MOVED) & (source != NOT_MOVED)
            found[action[made]] = earlier[source[made]]
    return found


def _solved(versions: Versions, play: IntArray, uniforms: FloatArray) -> dict[str, FloatArray]:
    """What a batch of draws says; each (n_draws,) or (n, n_draws)."""
    before, after, actor = versions.before, versions.after, versions.actor
    one = batch_in(before, first_situation(before, uniforms))
    first = before.solver.solve(one.worlds)
    two = batch_in(after, first_situation(after, uniforms, _guessed(after, versions.learned, uniforms)))
    second = after.solver.solve(two.worlds)
    counts = np.ones(uniforms.shape[-1])
    for solution in (first, second):
        if solution.n_pure is not None:
            counts = counts * (solution.n_pure > 0)
    found = {
        "before": _payoff(before, one, played_share(before, first), actor),
        "after": _payoff(after, two, played_share(after, second), actor),
        "counts": counts,
        "unsolved": ((first.rung == UNSOLVED) | (second.rung == UNSOLVED)).astype(np.float64),
    }
    others = [move for move in after.tree.decisions if after.tree.moves[move].actor != actor and after.tree.sets_of(move)]
    if isinstance(after.solver, PureSolver):
        return found
    if not others:
        return {**found, "secret": found["after"]}
    carried = np.where(play[:, None] == NOT_MOVED, second.play, first.play[play])
    own = _own_reply(versions, two, first, second, play)
    alone = np.where(play[:, None] == NOT_MOVED, own, carried)
    found["secret"] = _payoff(after, two, _share(after, alone), actor)
    for place, move in enumerate(others):
        sets = after.tree.sets_of(move)
        rows = slice(sets[0].actions[0], sets[-1].actions[1])
        held = second.play.copy()
        held[rows] = carried[rows]
        found[f"held {place}"] = _payoff(after, two, _share(after, held), actor)
        n_options = after.tree.moves[move].n_values
        taken = after.tree.values[move]
        made = after.tree.action[move] != NOT_MOVED
        for name, share in (("old", two.chance * _share(after, carried)), ("new", two.chance * _share(after, second.play))):
            found[f"{name} {place}"] = np.array([share[made & (taken == option)].sum(axis=0) for option in range(n_options)])
    return found


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
    versions: Versions, whole: dict[str, FloatArray], weight: FloatArray, n_replicates: int
) -> list[Reaction]:
    """How the choices of others change, the most harmful to the actor first."""
    tree, values = versions.after.tree, versions.after.values
    others = [move for move in tree.decisions if tree.moves[move].actor != versions.actor and tree.sets_of(move)]
    found = []
    for place, move in enumerate(others):
        if f"old {place}" not in whole:
            continue
        old, new = ((weight * whole[f"{name} {place}"]).sum(axis=1) for name in ("old", "new"))
        if old.sum() <= 0 or new.sum() <= 0:
            continue
        old, new = old / old.sum(), new / new.sum()
        option = int(np.argmax(np.abs(new - old)))
        name, owner = versions.branching[1][move], tree.moves[move].actor
        if owner is not None:
            effect = _mean(whole["after"] - whole[f"held {place}"], weight, n_replicates)
            found.append(Reaction(owner, name, values[name][option], float(old[option]), float(new[option]), effect))
    return sorted(found, key=lambda one: one.effect.value)
