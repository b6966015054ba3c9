"""Games that are played round after round: histories branch with what everybody learns, and few stand for many.

Types stay summed: each history carries the joint chance of itself and the lasting types. Histories of a draw with the
same state and the same beliefs have the same future, so they are one. While a draw has few of them nothing is sampled;
what is too many is thinned out, twice independently (two *islands*), so that the difference shows the noise.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from engine.games.solution import Solution
from engine.program.program import BoolArray, Condition, FloatArray, Program, Recurrence
from engine.program.worlds import Batch, Reader, Situation, Viewer, batch_in, closest, own_views
from engine.simulation.draws import Draws, solved
from engine.simulation.eyes import Eyes, asked_of, played_share, share_of_play, watched
from engine.simulation.histories import VANISHES, Histories, first_histories, next_histories, parts_of
from engine.simulation.ledger import Ledger
from engine.simulation.played import Key, Played, together
from engine.simulation.reading import Reading, Split, read_round
from engine.simulation.sighted import narrowed

RULED_OUT: Final = 1e-40
"""How likely an action is held, once somebody has taken it, that everybody's play rules out."""


def play_rounds(program: Program, uniforms: FloatArray, thinning: FloatArray, histories: int, size: int) -> Draws:
    """Every outcome over all rounds, and how the games were solved.

    Args:
        program: with a recurrence.
        uniforms: of the unknowns; (n_inputs, n_draws).
        thinning: of the histories; (n_rounds, n_islands, n_draws).
        histories: that a draw may carry.
        size: games that are solved at a time.
    """
    recurrence = program.recurrence
    if recurrence is None:
        raise AssertionError("the game is played once")
    ledger = Ledger(program, uniforms.shape[-1])
    now: Histories | None = first_histories(program, uniforms, _asked(program))
    for number in range(1, recurrence.count + 1):
        if now is None:
            break
        now = replace(now, situation=replace(now.situation, round=number))
        played = together([_play(program, part) for part in parts_of(now, size)])
        ledger.add(number, now, played)
        if number == 1 and program.watch is not None:
            played, program = narrowed(program.watch, played), replace(program, measures=program.watch.later)
        now = next_histories(now, played, thinning[number - 1], histories) if number < recurrence.count else None
    return ledger.draws()


def courses(program: Program, uniforms: FloatArray, most: int, size: int) -> Iterator[tuple[Histories, bool]]:
    """Where the histories of one draw stand before each round, as long as any goes on, and whether these are all.

    Nothing is sampled: beyond `most` the likeliest go on, with their own chances, and the others are left out.

    Args:
        program: with a recurrence.
        uniforms: of the unknowns; (n_inputs, 1).
        most: histories that are followed.
        size: games that are solved at a time.
    """
    recurrence, silent = program.recurrence, replace(program, measures=())
    if recurrence is None:
        raise AssertionError("the game is played once")
    now: Histories | None = first_histories(program, uniforms, ())
    whole = True
    for number in range(1, recurrence.count + 1):
        if now is None:
            break
        now = replace(now, situation=replace(now.situation, round=number))
        if len(now.draw) > most:
            whole, now = False, _likeliest(now, most)
        yield now, whole
        played = together([_play(silent, part) for part in parts_of(now, size)])
        now = next_histories(now, played, np.zeros((0, 1)), sys.maxsize)


def next_situation(program: Program, batch: Batch, solution: Solution, leaf: int) -> Situation | None:
    """Where one history goes on after a round that took a path; None if the game is over then.

    Whoever sees what nobody's play allows learns what it would if all that is ruled out were equally surprising.

    Args:
        program: with a recurrence.
        batch: of the one history.
        solution: of the same.
        leaf: the path that was taken, perhaps by somebody who does not play by the solution.
    """
    recurrence, now = program.recurrence, batch.situation
    if recurrence is None:
        raise AssertionError("the game is played once")
    following, ends = _followed(program, recurrence, now, 1)
    outcome = int(recurrence.outcome[leaf])
    if now.round >= recurrence.count or ends[outcome, 0]:
        return None
    play = np.maximum(solution.play, RULED_OUT)
    played = share_of_play(program.tree, play, program.tree.decisions)
    if solution.share is not None:
        played = np.maximum(solution.share, RULED_OUT * played)
    shape = (recurrence.n_types, recurrence.n_outcomes, 1)
    believed = {
        viewer: _updated(joint[:, outcome], closest(now.believed, viewer))
        for viewer, joint in _seen(program, recurrence, batch, solution, played, shape).items()
    }
    types = now.types
    if types is not None and types is now.believed.get(None):
        types = believed[None]
    elif types is not None:
        likelihood = recurrence.by_both.sum(batch.given * played).reshape(shape)[:, outcome]
        types = _updated(likelihood * types, types)
    state = {name: array[outcome] for name, array in following.items()}
    return replace(now, state=state, round=now.round + 1, types=types, believed=believed)


# Private functions


def _updated(joint: FloatArray, before: FloatArray) -> FloatArray:
    """Beliefs by Bayes' rule from joint chances, (n_types, 1); what was believed before where nothing is left."""
    total = joint.sum(axis=0)
    return joint / total if total[0] > VANISHES else before


def _likeliest(now: Histories, most: int) -> Histories:
    """The histories of one draw without the less likely ones; of equally likely ones those that come first."""
    kept = np.sort(np.argsort(-now.weight.sum(axis=(0, 1)), kind="stable")[:most])
    before = {key: array[..., kept] for key, array in now.before.items()}
    return Histories(now.draw[kept], now.situation.at(kept), now.weight[..., kept], before)


def _play(program: Program, now: Histories) -> Played:
    recurrence = program.recurrence
    if recurrence is None:
        raise AssertionError("the game is played once")
    batch = batch_in(program, now.situation)
    solution = program.solver.solve(batch.worlds)
    played = played_share(program, solution)
    given = batch.given * played
    shape = (recurrence.n_types, recurrence.n_outcomes, len(now.draw))
    reader = Reader(program, batch.values, batch.situation)
    likelihood = recurrence.by_both.sum(given).reshape(shape)
    conditions = _conditions(program, recurrence, reader, given, likelihood)
    seen = watched(program, batch, solution, played, _watched(program, batch, solution))
    following, ends = _followed(program, recurrence, now.situation, len(now.draw))
    last = ends if now.situation.round < recurrence.count else np.ones_like(ends)
    splits = _read(program, recurrence, batch, given, seen.eyes, last)
    readings = [
        {name: split.weighed(weight) for name, split in splits.items()}
        | _read_ever(program, {key: now.before[key][island] for key in conditions.held}, conditions.held)
        for island, weight in enumerate(now.weight)
    ]
    true = batch.given * now.weight[0][recurrence.types] if seen.startled else given
    return Played(
        tuple(readings),
        likelihood,
        conditions.spared,
        conditions.public,
        _seen(program, recurrence, batch, solution, played, shape),
        following,
        ends,
        seen.surprised(program, true),
        solved(solution),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Conditions:
    """What the round says of the conditions of which it matters whether they ever held.

    Attributes:
        held: the chance that it holds, for each combination of types; (n_types, n).
        spared, public: as in `Played`.
    """

    held: Mapping[Key, FloatArray]
    spared: Mapping[Key, FloatArray]
    public: Mapping[Key, FloatArray]


def _conditions(
    program: Program, recurrence: Recurrence, reader: Reader, given: FloatArray, likelihood: FloatArray
) -> _Conditions:
    held: dict[Key, FloatArray] = {}
    spared: dict[Key, FloatArray] = {}
    public: dict[Key, FloatArray] = {}
    same: dict[int, Key] = {}  # one condition may be asked for several times, after different sights
    for key, condition in _asked(program).items():
        first = same.setdefault(id(condition), key)
        if first != key:
            held[key] = held[first]
            (spared if first in spared else public)[key] = (spared if first in spared else public)[first]
            continue
        learned = _learned(condition, recurrence)
        if learned is not None:
            public[key] = (~learned).astype(np.float64)
            held[key] = likelihood[:, learned].sum(axis=1)
        else:
            holds = given * _holds(condition, reader, len(given))
            spared[key] = recurrence.by_both.sum(given - holds).reshape(likelihood.shape)
            held[key] = program.by_types.sum(holds)
    return _Conditions(held, spared, public)


def _watched(program: Program, batch: Batch, solution: Solution) -> set[int]:
    """Actors who see the game otherwise than it is, and whose beliefs are asked or can be wrong."""
    asked = asked_of(program) if batch.disputed else set()
    return {*asked, *(program.beliefs.keys() & set(program.deciders)), *solution.minds}


def _read(
    program: Program,
    recurrence: Recurrence,
    batch: Batch,
    leaves: FloatArray,
    eyes: Mapping[int, Sequence[Eyes]],
    last: BoolArray,
) -> dict[str, Split]:
    """What the round says of each outcome but those that are asked for `ever`."""
    number = batch.situation.round
    usual = [m for m in program.measures if m.over in ("mean", "each") or (m.over == "first" and number == 1)]
    final = [m for m in program.measures if m.over == "last"]
    # a game that goes on has its last round that counts when the outcome's time is up
    usual += [m for m in final if m.by == number]
    final = [m for m in final if m.by != number]
    found = read_round(program, usual, batch, leaves, eyes) if usual else {}
    if final:
        found |= read_round(program, final, batch, leaves, eyes, last[recurrence.outcome])
    return found


def _read_ever(
    program: Program, before: Mapping[Key, FloatArray], held: Mapping[Key, FloatArray]
) -> dict[str, Reading]:
    """The chance that a condition holds in this round for the first time."""
    found = {}
    for measure in program.measures:
        if (measure.name, "event") in held:
            first = {
                what: (before[measure.name, what] * held[measure.name, what]).sum(axis=0)
                for what in ("event", "given")
                if (measure.name, what) in held
            }
            found[measure.name] = Reading(first["event"][None, :], first.get("given", np.zeros_like(first["event"])))
    return found


def _learned(condition: Condition, recurrence: Recurrence) -> BoolArray | None:
    """After which outcomes everybody knows that a condition held, (n_outcomes,); None if that does not tell."""
    if condition.leaves is None:
        return None
    holds = np.zeros(len(recurrence.outcome), dtype=np.bool_)
    holds[condition.leaves] = True
    found: BoolArray = holds[recurrence.outcome_leaf]
    return found if (found[recurrence.outcome] == holds).all() else None


def _holds(condition: Condition, reader: Reader, n_leaves: int) -> FloatArray:
    """The chance that a condition holds on each leaf, 0 or 1 but for chance that is summed; (n_leaves, n or 1)."""
    if condition.leaves is None:
        return reader.leaves(condition.table)
    holds = np.zeros((n_leaves, 1))
    holds[condition.leaves] = 1.0
    return holds


def _seen(
    program: Program,
    recurrence: Recurrence,
    batch: Batch,
    solution: Solution,
    played: FloatArray,
    shape: tuple[int, ...],
) -> dict[Viewer, FloatArray]:
    """The joint chance of types and of what everybody learns, in the eyes of those who learn of types."""
    if batch.situation.types is None:
        return {}
    found: dict[Viewer, FloatArray] = {None: recurrence.by_both.sum(batch.worlds.chance * played).reshape(shape)}
    for actor in own_views(program):
        found[actor] = recurrence.by_both.sum(batch.worlds.believed[actor] * played).reshape(shape)
    for thinker, plans in solution.models.items():
        if thinker.actor not in recurrence.learners:
            continue
        first, *others = plans
        leaves = batch.worlds.view(thinker) * first.on_leaves()
        for plan in others:
            leaves *= plan.on_leaves()
        found[thinker] = recurrence.by_both.sum(leaves).reshape(shape)
    return found


def _followed(
    program: Program, recurrence: Recurrence, situation: Situation, n: int
) -> tuple[dict[str, FloatArray], BoolArray]:
    """The state after each outcome, and whether the game ends there; each (n_outcomes, n)."""
    shape = (recurrence.n_outcomes, n)
    reader = Reader(program, situation.seen, situation)
    state = {name: np.broadcast_to(array, shape) for name, array in situation.state.items()}
    for name, table in recurrence.following.items():
        rows = reader.rows(table)[table.row[recurrence.outcome_leaf]]
        state[name] = np.broadcast_to(rows, shape)
    if recurrence.until is None:
        return state, np.zeros(shape, dtype=np.bool_)
    needed = reader.unknowns([recurrence.until.bound])
    flat = Situation(
        {name: np.tile(situation.seen[name], recurrence.n_outcomes) for name in needed},
        {},
        {name: array.reshape(-1) for name, array in state.items()},
        situation.round,
    )
    over: BoolArray = Reader(program, flat.values, flat).rows(recurrence.until)[0] != 0
    return state, np.broadcast_to(over, (shape[0] * n,)).reshape(shape)


def _asked(program: Program) -> dict[Key, Condition]:
    """The conditions of which it matters whether they ever held."""
    found: dict[Key, Condition] = {}
    for measure in program.measures:
        if measure.over == "ever" and measure.event is not None:
            found[measure.name, "event"] = measure.event
            if measure.given is not None:
                found[measure.name, "given"] = measure.given
    return found
