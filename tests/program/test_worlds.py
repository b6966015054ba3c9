"""Unknowns become numbers, and impossible numbers are refused with their place."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from engine import api
from engine.errors import ScenarioError
from engine.program.compile import compile_program
from engine.program.worlds import draw_values
from engine.sampling import random_design

HEAD = "engine: 1\ntitle: T\n"


def values(text: str, n: int = 2**14) -> dict[str, np.ndarray]:
    """Of every unknown; n draws."""
    program = compile_program(api.loads(HEAD + text + "\noutcomes: {o: {label: O, quantity: x}}\n").scenario)
    design = random_design(program.n_inputs, n, 3)
    uniforms = np.hstack([design.chunk(number).uniforms for number in range(design.n_chunks)])
    return draw_values(program, uniforms)


@pytest.mark.parametrize("rank", [-0.9, -0.3, 0.5, 0.95])
@pytest.mark.parametrize("other", ["uniform: [0, 1]", "lognormal: {median: 2, sigma: 1}", "between: [10%, 30%]"])
def test_ranks_correlate_as_written(rank: float, other: str) -> None:
    """Spearman's correlation of 16,384 draws has a standard error below 0.008."""
    drawn = values(
        f"unknowns:\n  x: {{label: X, normal: {{mean: 0, sd: 1}}}}\n  y: {{label: Y, {other}}}\n"
        f"correlated: [{{unknowns: [x, y], rank: {rank}}}]"
    )
    assert abs(stats.spearmanr(drawn["x"], drawn["y"]).statistic - rank) < 0.03


def test_a_correlation_leaves_each_margin_as_it_is() -> None:
    unknowns = "unknowns:\n  x: {label: X, uniform: [2, 4]}\n  y: {label: Y, normal: {mean: 5, sd: 2}}\n"
    drawn = values(unknowns + "correlated: [{unknowns: [x, y], rank: 0.7}]")
    assert stats.kstest(drawn["x"], stats.uniform(2, 2).cdf).pvalue > 1e-3
    assert stats.kstest(drawn["y"], stats.norm(5, 2).cdf).pvalue > 1e-3


def test_unknowns_that_are_not_correlated_are_independent_and_keep_their_draws() -> None:
    unknowns = "unknowns:\n" + "".join(f"  {name}: {{label: L, uniform: [0, 1]}}\n" for name in "xyz")
    free, tied = values(unknowns), values(unknowns + "correlated: [{unknowns: [x, y], rank: 0.7}]")
    np.testing.assert_array_equal(free["z"], tied["z"])
    assert abs(stats.spearmanr(tied["x"], tied["z"]).statistic) < 0.03


def test_correlations_that_contradict_each_other_are_refused() -> None:
    """Two that go with a third cannot go strongly against each other."""
    unknowns = "unknowns:\n" + "".join(f"  {name}: {{label: L, uniform: [0, 1]}}\n" for name in "xyz")
    pairs = "[{unknowns: [x, y], rank: 0.9}, {unknowns: [y, z], rank: 0.9}, {unknowns: [x, z], rank: -0.9}]"
    with pytest.raises(ScenarioError, match="contradict each other"):
        values(f"{unknowns}correlated: {pairs}")


UNKNOWN = "unknowns: {x: {label: X, uniform: [0, 2]}}\n"
OUTCOMES = "outcomes: {o: {label: O, happens: rain == yes}}\n"


@pytest.mark.parametrize(
    ("moves", "message", "line"),
    [
        ("moves: [{event: rain, chance: x}]\n", "is no chance: it must lie between 0 and 1", 4),
        ("moves: [{event: rain, chance: -x}]\n", "is no chance: it must lie between 0 and 1", 4),
        ("moves: [{event: rain, chance: log(x - 2)}]\n", "is not a finite number", 4),
        ("moves: [{event: rain, chance: 1 / (x - x)}]\n", "is not a finite number", 4),
        ("moves: [{event: rain, values: [no, yes], chance: {no: x / 2, yes: 0.6}}]\n", "sum to", 4),
        ("moves: [{event: rain, values: [no, yes, a], chance: {no: x / 2, yes: 0.6, a: rest}}]\n", "more than 1", 4),
    ],
)
def test_a_chance_that_cannot_be_is_refused_with_its_line(moves: str, message: str, line: int) -> None:
    with pytest.raises(ScenarioError, match=message) as refused:
        api.run(api.loads(HEAD + UNKNOWN + moves + OUTCOMES), options=api.Options(draws=256, reason=False))
    where = refused.value.problems[0].where
    assert where is not None
    assert where.line == line


def test_chances_within_rounding_of_one_are_taken() -> None:
    moves = "moves: [{event: rain, values: [no, yes, hail], chance: {no: 0.1, yes: 0.2, hail: 0.7}}]\n"
    found = api.run(api.loads(HEAD + moves + OUTCOMES)).outcomes["o"].estimate
    assert found is not None
    assert found.value == pytest.approx(0.2, abs=1e-15)


def test_a_negative_precision_is_refused() -> None:
    text = (
        HEAD
        + UNKNOWN
        + (
            "actors: {a: {name: A, precision: x - 1}}\n"
            "moves: [{decision: go, actor: a, options: [no, yes]}]\n"
            "payoffs: {a: [{term: t, value: 1 * (go == yes)}]}\n"
            "outcomes: {o: {label: O, happens: go == yes}}\n"
        )
    )
    with pytest.raises(ScenarioError, match="is negative"):
        api.run(api.loads(text), options=api.Options(draws=256, reason=False))


def test_a_payoff_that_is_not_finite_is_refused() -> None:
    text = (
        HEAD
        + UNKNOWN
        + (
            "actors: {a: {name: A}}\n"
            "moves: [{decision: go, actor: a, options: [no, yes]}]\n"
            "payoffs: {a: [{term: t, value: log(x - 1) * (go == yes)}]}\n"
            "outcomes: {o: {label: O, happens: go == yes}}\n"
        )
    )
    with pytest.raises(ScenarioError, match="is not a finite number") as refused:
        api.run(api.loads(text), options=api.Options(draws=256, reason=False))
    assert "x = " in refused.value.problems[0].hint


def test_a_number_that_is_impossible_only_where_it_is_not_read_is_no_problem() -> None:
    """The chance has a meaning only after `go`, so what it would be elsewhere does not matter."""
    text = (
        HEAD
        + ("moves:\n  - {event: go, chance: 0.5}\n  - {event: rain, chance: 0.3 / (go == yes), when: go == yes}\n")
        + OUTCOMES
    )
    found = api.run(api.loads(text)).outcomes["o"].estimate
    assert found is not None
    assert found.value == pytest.approx(0.15, abs=1e-15)


def test_too_many_paths_are_refused_in_words() -> None:
    moves = "moves:\n" + "".join(f"  - {{decision: m{n}, actor: a, options: [no, yes]}}\n" for n in range(20))
    text = (
        HEAD
        + "actors: {a: {name: A}}\n"
        + moves
        + ("payoffs: {a: [{term: t, value: 1 * (m0 == yes)}]}\noutcomes: {o: {label: O, happens: m0 == yes}}\n")
    )
    with pytest.raises(ScenarioError, match="more than"):
        api.run(api.loads(text), options=api.Options(reason=False))
