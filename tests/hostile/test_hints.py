"""What people write who know another language: the message says how it is written here."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import api
from engine.errors import Problem, ScenarioError, UsageError

SCENARIO = """
engine: 1
title: Umbrella
actors: {me: {name: Me}}
unknowns: {p: {label: p, FAMILY}}
moves:
  - {event: rain, chance: 20%}
  - {decision: take, actor: me, options: [leave, carry]}
payoffs: {me: [{term: dry, value: "VALUE"}]}
outcomes: {wet: {label: wet, happens: rain}}
"""


def problems(value: str = "1", family: str = "uniform: [10%, 20%]", more: str = "") -> list[Problem]:
    text = SCENARIO.replace("VALUE", value).replace("FAMILY", family) + more
    try:
        return api.check(api.loads(text))
    except ScenarioError as error:
        return list(error.problems)


@pytest.mark.parametrize(
    ("value", "hint", "column"),
    [
        ("1 if take == leave", "a if c else 0", 3),
        ("1 if rain == yes else 2 if take == leave", "a if c else 0", 25),
        ("rain == yes AND take == leave", "write 'and'", 13),
        ("rain == yes OR take == leave", "write 'or'", 13),
        ("NOT rain", "write 'not'", 1),
        ("NOT(rain)", "write 'not'", 1),
        ("MIN(1, 2)", "write 'min'", 1),
        ("rain + TRUE", "write 1", 8),
        ("rain and False", "write 0", 10),
    ],
)
def test_expressions_of_other_languages(value: str, hint: str, column: int) -> None:
    (problem,) = problems(value)
    assert hint in problem.hint
    assert problem.where is not None
    start = next(line for line in SCENARIO.splitlines() if "VALUE" in line).index("VALUE")
    assert problem.where.column == start + column


def test_a_misspelt_move_is_one_mistake_and_its_value_none() -> None:
    (problem,) = problems("-1 * (rian == yes)")
    assert problem.hint == "did you mean 'rain'?"


def test_true_and_false_are_numbers() -> None:
    (problem,) = problems(more="quantities: {always: true}\n")
    assert problem.hint == "write 1"


def test_names_in_capitals_stay_names() -> None:
    assert problems("AND * 2", more="quantities: {AND: 1}\n") == []


@pytest.mark.parametrize(
    ("family", "hint"),
    [
        ("uniform: [10, 20%]", "write 10%"),
        ("pert: [5%, 0.25, 60%]", "25% if a share is meant"),
        ("between: [0, 20%]", "write 0%"),
        ("quantiles: {5%: 1%, 50%: 2, 95%: 3%}", "write 2%"),
        ("normal: {mean: 20%, sd: 5}", "write 5%"),
        ("normal: [1, 2]", "write normal: {mean: 1, sd: 2}"),
        ("lognormal: [2, 0.5]", "write lognormal: {median: 2, sigma: 0.5}"),
        ("beta: 3", "write beta: {a: …, b: …}"),
        ("gamma: [1, 2, 3]", "write gamma: {shape: …, scale: …}"),
    ],
)
def test_distributions_of_other_languages(family: str, hint: str) -> None:
    (problem,) = problems(family=family)
    assert hint in problem.hint


@pytest.mark.parametrize("family", ["uniform: [0, 20%]", "lognormal: {median: 10%, sigma: 0.5}", "uniform: [1, 2]"])
def test_what_cannot_be_mistaken_is_taken(family: str) -> None:
    assert problems(family=family) == []


def test_a_stated_probability_is_a_value() -> None:
    (problem,) = problems(more="statements: {s: {about: wet, probability: 20%}}\n")
    assert "write value: 20%" in problem.hint


def test_a_path_starts_with_its_section() -> None:
    (problem,) = problems(more="assumptions: {s: {label: S, set: {p: 20%}}}\n")
    assert problem.hint == "paths start with a section: unknowns.p"
    loaded = api.loads(SCENARIO.replace("VALUE", "1").replace("FAMILY", "value: 1"))
    with pytest.raises(UsageError) as found:
        api.assume(loaded.scenario, overrides=[("rain.chance", "0.5")])
    assert found.value.hint == "paths start with a section: moves.rain.chance"


@pytest.mark.parametrize(
    ("quote", "hint"),
    [
        (
            "The soldiers gathered at the frontier",
            "matches up to '…The soldiers gathered at the ', not on to 'frontier…'",
        ),
        ("Soldiers gathered at the border in winter", "only its end matches, from 'oldiers gathered at the border"),
        ("Les soldats se rassemblent", "verbatim"),
    ],
)
def test_a_misquoted_source_shows_where_the_quote_fails_and_nothing_more(tmp_path: Path, quote: str, hint: str) -> None:
    source = "The soldiers gathered at the border in winter, said the secret agent."
    (tmp_path / "paper.txt").write_text(source, encoding="utf-8")
    claims = (
        "sources: {paper: {file: paper.txt}}\n"
        f"evidence: {{e: {{source: paper, kind: event, claim: c, quote: {quote}, moves_nothing: a test}}}}\n"
    )
    with pytest.raises(ScenarioError) as found:
        api.loads(SCENARIO.replace("VALUE", "1").replace("FAMILY", "value: 1") + claims, folder=tmp_path)
    (problem,) = found.value.problems
    assert hint in problem.hint
    assert "secret" not in problem.hint
