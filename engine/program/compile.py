"""From a scenario to a program: names become positions, moves a leaf table, expressions tables, words distributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.distributions import families, verbal
from engine.distributions.distribution import Distribution
from engine.errors import Problem, ScenarioError
from engine.program.layout import Layout
from engine.program.measures import measures_of
from engine.program.program import Copula, Input, Program, Stated, TermTable, payoff_rows
from engine.program.ways import solver_of, ways_of
from engine.program.worlds import centered
from engine.scenario import model, words
from engine.scenario.model import Path, Scenario


def compile_program(scenario: Scenario, believe: Sequence[str] = ()) -> Program:
    """The program of a checked scenario.

    Args:
        scenario: checked, with its assumptions in place.
        believe: statements by which draws are weighted.

    Raises:
        ScenarioError: what shows only now: too many paths, correlations that contradict each other, a distribution
            that does not exist.
    """
    layout = Layout(scenario)
    terms = tuple(
        TermTable(layout.actor[name], term.term, layout.table(("payoffs", name, number, "value"), term.value))
        for name, listed in scenario.payoffs.items()
        for number, term in enumerate(listed)
    )
    program = Program(
        inputs=_inputs(scenario),
        copula=copula_of(scenario),
        actors=tuple(scenario.actors),
        tree=layout.tree,
        solver=solver_of(layout),
        chances=tuple(layout.core_chances()),
        folded=layout.folded,
        beliefs=layout.beliefs(),
        precision={
            layout.actor[name]: layout.table(("actors", name, "precision"), actor.precision)
            for name, actor in scenario.actors.items()
        },
        terms=terms,
        payoffs=payoff_rows(terms, [term.table.row for term in terms]),
        results=payoff_rows(terms, [layout.row_of_path(term.table) for term in terms]),
        leaf_of_path=layout.leaf_of_path(),
        sets=layout.sets(),
        by_types=layout.by_types(),
        measures=measures_of(layout),
        statements=tuple(
            Stated(name, item.about, distribution_of(scenario, ("statements", name), item), name in believe)
            for name, item in scenario.statements.items()
        ),
        numbers=layout.numbers,
        quantities=layout.quantities,
        state=layout.state,
        values={move.name: tuple(move.values) for move in scenario.moves},
        ways=ways_of(layout),
        masks=tuple(layout.masks()),
        recurrence=layout.recurrence(),
    )
    return centered(program)


def distribution_of(scenario: Scenario, path: Path, item: model.Distributed) -> Distribution:
    """The distribution that an unknown, a statement or a part of a mixture gives."""
    try:
        if item.phrase is not None:
            return _clipped(verbal.interpret(words.term_of(item.phrase, item.standard, scenario.words)), item)
        if item.mixture is not None:
            made = [
                (part.weight, distribution_of(scenario, (*path, "mixture", number), part))
                for number, part in enumerate(item.mixture)
            ]
            return families.build_mixture(made, item.clip)
        if item.choice is not None:
            made = [
                (weight, families.build("value", float(position)))
                for position, weight in enumerate(_weights(item.choice))
                if weight > 0
            ]
            return families.build_mixture(made)
        return families.build(item.family, item.parameters, item.clip, item.in_percent)
    except ValueError as error:
        raise ScenarioError([scenario.problem((*path, item.family), str(error))]) from None


def _clipped(distribution: Distribution, item: model.Distributed) -> Distribution:
    return families.build_mixture([(1.0, distribution)], item.clip) if item.clip else distribution


def _weights(choice: Mapping[str, float | str]) -> list[float]:
    given = sum(weight for weight in choice.values() if not isinstance(weight, str))
    return [max(0.0, 1.0 - given) if isinstance(weight, str) else weight for weight in choice.values()]


def _inputs(scenario: Scenario) -> tuple[Input, ...]:
    made: list[Input] = []
    problems: list[Problem] = []
    for name, item in scenario.unknowns.items():
        try:
            made.append(Input(name, item.label, distribution_of(scenario, ("unknowns", name), item), item.known))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return tuple(made)


def copula_of(scenario: Scenario) -> Copula | None:
    """The normal correlations behind the rank correlations: rho = 2 sin(pi r / 6) (Pearson 1907).

    Raises:
        ScenarioError: no unknowns can have all of these correlations.
    """
    if not scenario.correlated:
        return None
    names = list(scenario.unknowns)
    columns = sorted({names.index(name) for pair in scenario.correlated for name in pair.unknowns})
    matrix = np.eye(len(columns))
    for pair in scenario.correlated:
        one, other = (columns.index(names.index(name)) for name in pair.unknowns)
        matrix[one, other] = matrix[other, one] = 2 * np.sin(np.pi * pair.rank / 6)
    try:
        return Copula(np.array(columns), np.linalg.cholesky(matrix).astype(np.float64))
    except np.linalg.LinAlgError:
        hint = "no numbers can have all of them at once; weaken one"
        found = scenario.problem(("correlated",), "these correlations contradict each other", hint)
        raise ScenarioError([found]) from None
