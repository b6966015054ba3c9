"""How outcomes are read off the leaves of a scenario's game."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.games.segments import distinct_columns
from engine.games.tree import NOT_MOVED
from engine.program.layout import Bounded, Layout
from engine.program.program import BeliefSets, Condition, Measure
from engine.scenario import model
from engine.scenario.calendar import rounds_by
from engine.scenario.expressions import Expression
from engine.scenario.model import Path, Scenario
from engine.scenario.scope import Apply


def measures_of(layout: Layout) -> tuple[Measure, ...]:
    """All outcomes, and over which rounds each is taken."""
    scenario = layout.scenario
    return tuple(
        replace(measure_of(layout, name, outcome), over=outcome.over or _usual(outcome), by=_last(scenario, outcome))
        for name, outcome in scenario.outcomes.items()
    )


def measure_of(layout: Layout, name: str, outcome: model.Outcome) -> Measure:
    """How an outcome is read off the leaves."""
    path: Path = ("outcomes", name)
    given = _condition(layout, (*path, "given"), outcome.given) if outcome.given is not None else None
    if outcome.belief is not None:
        return _belief(layout, name, outcome.belief)
    if outcome.happens is not None:
        both = [outcome.given, outcome.happens] if outcome.given is not None else [outcome.happens]
        return Measure(name, "happens", _condition(layout, (*path, "happens"), *both), None, given, (), None, None)
    if outcome.choice is not None:
        options = tuple(layout.move(outcome.choice).values)
        value = layout.tree.values[layout.core.index(outcome.choice)]
        if (value == NOT_MOVED).any():
            options, value = (*options, "none"), np.where(value == NOT_MOVED, len(options), value)
        return Measure(name, "choice", None, None, given, options, layout.within(value, len(options)), None)
    if outcome.quantity is None:
        raise AssertionError(f"outcome '{name}' has no kind")
    table = layout.table((*path, "quantity"), outcome.quantity)
    if table.uncertain:
        n_values = table.n_rows if table.by_group is None else table.by_group.n_groups
        return Measure(name, "quantity", None, table, given, (), layout.within(table.row, n_values), None)
    distinct, inverse = np.unique(layout.constant(table)[table.row], return_inverse=True)
    by_value = layout.within(inverse, len(distinct))
    center = float(distinct.mean())
    return Measure(name, "quantity", None, table, given, tuple(distinct.tolist()), by_value, None, center)


def _condition(layout: Layout, path: Path, *expressions: Expression) -> Condition:
    """Where all of these hold."""
    found = [layout.expression(expression) for expression in expressions]
    read = found[-1]
    for other in found[:-1]:
        read = Bounded(read.text, Apply("and", (other.bound, read.bound)), read.reads | other.reads)
    table = layout.table_of(path, Bounded(read.text, Apply("holds", (read.bound,)), read.reads))
    if table.uncertain:
        return Condition(table, None, None)
    leaves = np.flatnonzero(layout.constant(table)[table.row])
    return Condition(table, leaves, layout.by_types(leaves))


def _belief(layout: Layout, name: str, belief: model.Posterior) -> Measure:
    path: Path = ("outcomes", name, "belief")
    that = _condition(layout, (*path, "that"), belief.that)
    decision = layout.believer(belief)
    holds, leaves = layout.tree.action[layout.core.index(decision)] != NOT_MOVED, np.arange(layout.tree.n_leaves)
    after = None if belief.after is None else _condition(layout, (*path, "after"), belief.after)
    if after is not None and after.leaves is not None:
        holds = holds & np.isin(leaves, after.leaves)
        after = None
    # What the actor knows and does not need is told apart here: it may tell something about `that`.
    seen = [layout.core.index(move) for move in layout.known[decision]]
    sets, number = distinct_columns(layout.tree.values[seen][:, holds])
    member = np.full(layout.tree.n_leaves, NOT_MOVED)
    member[holds] = number
    n_sets = max(1, sets.shape[1])
    by_set, that_by_set = layout.within(member, n_sets), None
    if that.leaves is not None:
        that_by_set = layout.within(np.where(np.isin(leaves, that.leaves), member, NOT_MOVED), n_sets)
    return Measure(
        name, "belief", that, None, None, (), None, BeliefSets(layout.actor[belief.of], by_set, that_by_set, after)
    )


def _usual(outcome: model.Outcome) -> str:
    return "ever" if outcome.happens is not None else "mean"


def _last(scenario: Scenario, outcome: model.Outcome) -> int | None:
    return None if outcome.by is None else rounds_by(scenario, outcome.by)
