"""How the actors of a scenario reason: the solver that this takes, and what of it differs between draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

import numpy as np

from engine.errors import ScenarioError
from engine.games import conduct
from engine.games.conduct import Conduct
from engine.games.equilibrium import Solver
from engine.games.pure import PureSolver
from engine.games.rules import RuleSolver
from engine.program.layout import Layout
from engine.program.program import ChanceTable, FloatArray, HabitTable, Program, Table, Ways
from engine.scenario.model import Path
from engine.scenario.reasoning import (
    HIERARCHY,
    MAX_MEAN,
    SOLUTIONS,
    Hierarchy,
    Level,
    Rule,
    Uncertain,
    in_words,
    named_rules,
)

DEFAULT, PERFECT, PURE = SOLUTIONS
TEXTS: Final[Mapping[str, conduct.Rule]] = {
    "equilibrium": conduct.Equilibrium(),
    "best reply": conduct.BestReply(),
    "habit": conduct.Habit(),
}


def solver_of(layout: Layout) -> Solver | RuleSolver | PureSolver:
    """The solver of a scenario's game.

    Raises:
        ScenarioError: the game is not one that can be solved as the scenario asks.
    """
    scenario, tree = layout.scenario, layout.tree
    deciders = _deciders(layout)
    if scenario.solution == PURE and deciders:
        try:
            return PureSolver(tree)
        except ValueError as error:
            hint = "leave out options or knowledge that matters little, or solve another way"
            raise ScenarioError([scenario.problem(("solution",), str(error), hint)]) from None
    if scenario.solution == PERFECT:
        hidden = layout.unseen()
        if hidden:
            message = f"'{PERFECT}' needs perfect information, but '{hidden[0]}' does not see '{hidden[1]}'"
            hint = f"let '{hidden[0]}' know it, or solve another way"
            raise ScenarioError([scenario.problem(("solution",), message, hint)])
        return RuleSolver(tree, layout.solution_order, {actor: (conduct.BestReply(),) for actor in deciders})
    rules = {actor: _rules(layout, name) for actor, name in deciders.items()}
    if all(rule == conduct.Equilibrium() for own in rules.values() for rule in own):
        return Solver(tree, layout.solution_order())
    return RuleSolver(tree, layout.solution_order, rules)


def ways_of(layout: Layout) -> Ways:
    """What the solver needs of each draw, and how the actors' reasoning is called."""
    scenario, deciders = layout.scenario, _deciders(layout)
    if scenario.solution != DEFAULT:
        return Ways(scenario.solution, unscaled=frozenset(deciders))
    named = {
        name: in_words(scenario.actors[name].reasoning)
        for name in deciders.values()
        if scenario.actors[name].reasoning != "equilibrium"
    }
    rules = {actor: _rules(layout, name) for actor, name in deciders.items()}
    every = [rule for own in rules.values() for rule in own]
    modelled = any(isinstance(rule, conduct.Level | conduct.Hierarchy) for rule in every)
    aimless = (conduct.BestReply,) if modelled else (conduct.BestReply, conduct.Habit)
    return Ways(
        DEFAULT,
        named,
        any(rule != conduct.Equilibrium() for rule in every),
        tuple(habit_tables(layout)),
        tuple(layout.table(path, rule.mean) for path, rule in _hierarchies(layout).values()),
        {actor: _followed(layout, name) for actor, name in deciders.items() if len(rules[actor]) > 1},
        frozenset(actor for actor, own in rules.items() if all(isinstance(rule, aimless) for rule in own)),
    )


def habit_tables(layout: Layout) -> Iterator[HabitTable]:
    """The habits of all actors."""
    tree = layout.tree
    for name, actor in layout.scenario.actors.items():
        for decision, chance in actor.habit.items():
            move = layout.core.index(decision)
            sets = tree.sets_of(move)
            if sets:
                shares = layout.habit(decision, chance, ("actors", name, "habit", decision))
                first, last = sets[0].actions[0], sets[-1].actions[1]
                _, leaf = np.unique(tree.action[move], return_index=True)
                leaf = leaf[tree.action[move][leaf] >= first]
                yield HabitTable(shares, (first, last), shares.cell[leaf])


class Reading(Protocol):
    """What evaluates tables for one batch of draws, as the actors see it."""

    values: Mapping[str, FloatArray]

    def chances(self, table: ChanceTable) -> FloatArray: ...

    def rows(self, table: Table) -> FloatArray: ...

    def complain(self, table: Table, wrong: Any, reason: str) -> None: ...


def conduct_of(program: Program, reader: Reading, n_draws: int) -> Conduct | None:
    """How the actors choose in each draw; None where all reason by equilibrium.

    Raises:
        EvaluationError: a habit is no chance, a mean level lies outside its range.
    """
    ways, tree = program.ways, program.tree
    if not ways.fixed:
        return None
    habit = np.empty((tree.n_actions, n_draws))
    for item in tree.sets:
        habit[slice(*item.actions)] = 1 / tree.moves[item.decision].n_values
    for table in ways.habits:
        habit[slice(*table.actions)] = reader.chances(table.shares)[table.cell]
    means = []
    for mean in ways.means:
        found = reader.rows(mean)
        wrong = (found < 0) | (found > MAX_MEAN)
        if wrong.any():
            reader.complain(mean, wrong, f"is no mean level: it must lie between 0 and {MAX_MEAN:g}")
        means.append(np.broadcast_to(found, (1, n_draws))[0])
    rule = {
        actor: np.array(numbers)[reader.values[name].astype(np.int64)]
        for actor, (name, numbers) in ways.followed.items()
    }
    return Conduct(habit, tuple(means), rule)


# Private functions


def _deciders(layout: Layout) -> dict[int, str]:
    """The actors that decide in the tree, with their names."""
    names = tuple(layout.scenario.actors)
    found = {layout.tree.moves[item.decision].actor for item in layout.tree.sets}
    return {actor: names[actor] for actor in sorted(actor for actor in found if actor is not None)}


def _rules(layout: Layout, name: str) -> tuple[conduct.Rule, ...]:
    """The different rules that an actor may follow."""
    hierarchies = list(_hierarchies(layout))
    found = [_rule(rule, hierarchies) for _, rule in named_rules(layout.scenario.actors[name].reasoning)]
    return tuple(dict.fromkeys(found))


def _rule(rule: Rule, hierarchies: list[str]) -> conduct.Rule:
    match rule:
        case Level(level):
            return conduct.Level(level)
        case Hierarchy(mean):
            return conduct.Hierarchy(hierarchies.index(mean.text))
        case _:
            return TEXTS[rule]


def _hierarchies(layout: Layout) -> dict[str, tuple[Path, Hierarchy]]:
    """All different cognitive hierarchies by the text of their mean, with a place where it stands."""
    found: dict[str, tuple[Path, Hierarchy]] = {}
    for name, actor in layout.scenario.actors.items():
        for below, rule in named_rules(actor.reasoning):
            if isinstance(rule, Hierarchy):
                found.setdefault(rule.mean.text, (("actors", name, "reasoning", *below, HIERARCHY), rule))
    return found


def _followed(layout: Layout, name: str) -> tuple[str, tuple[int, ...]]:
    """The unknown that says which rule an actor follows, and for each of its values which of `_rules` that is."""
    reasoning = layout.scenario.actors[name].reasoning
    if not isinstance(reasoning, Uncertain):
        raise AssertionError(f"the rule of '{name}' is not uncertain")
    hierarchies = list(_hierarchies(layout))
    by_value = {below[-1]: _rule(rule, hierarchies) for below, rule in named_rules(reasoning)}
    rules = list(_rules(layout, name))
    values = layout.scenario.unknowns[reasoning.choice].choice or {}
    return reasoning.choice, tuple(rules.index(by_value[value]) for value in values)
