from __future__ import annotations

from fractions import Fraction

import pytest

from engine.errors import ScenarioError
from engine.exchange.nfg import read_nfg, write_nfg
from engine.exchange.records import NormalForm, as_tree

OUTCOMES = """
NFG 1 R "Battle of the sexes" { "She" "He" }
{ { "opera" "fight" } { "opera" "fight" } }
"A comment"
{ { "both opera" 3, 2 } { "both fight" 2, 3 } }
1 0 0 2
"""


def read(text: str) -> NormalForm:
    return read_nfg(text, "game.nfg")


def test_a_list_of_payoffs_runs_over_the_first_players_strategies_first() -> None:
    form = read('NFG 1 D "t" { "A" "B" } { 3 2 } 1 -1 2 -2 3 -3 4 -4 .5 -1/2 6 -6')
    assert form.strategies == (("1", "2", "3"), ("1", "2"))
    assert dict(zip(form.profiles(), map(form.payoffs, range(6)), strict=True)) == {
        (0, 0): (1, -1),
        (1, 0): (2, -2),
        (2, 0): (3, -3),
        (0, 1): (4, -4),
        (1, 1): (Fraction(1, 2), Fraction(-1, 2)),
        (2, 1): (6, -6),
    }


def test_a_list_of_outcomes() -> None:
    form = read(OUTCOMES)
    assert (form.players, form.comment) == (("She", "He"), "A comment")
    assert [form.payoffs(cell) for cell in range(4)] == [(3, 2), (0, 0), (0, 0), (2, 3)]
    assert read(write_nfg(form)) == form


def test_a_table_is_a_tree_in_which_nobody_sees_anything() -> None:
    tree = as_tree(read(OUTCOMES))
    assert len(tree.sets) == 2
    assert [tree.payoffs[leaf] for leaf in tree.leaves] == [(3, 2), (0, 0), (0, 0), (2, 3)]


def test_players_without_a_choice_have_no_node() -> None:
    tree = as_tree(read('NFG 1 R "" { "A" "B" "C" } { 1 2 1 } 1 2 3 4 5 6'))
    assert [node.set for node in tree.nodes] == [0, None, None]
    assert [tree.payoffs[leaf] for leaf in tree.leaves] == [(1, 2, 3), (4, 5, 6)]


HEAD = 'NFG 1 R "t" { "A" "B" }\n'
WRONG = {
    "no strategies": ("{ 2 0 }", 2, 5, "a player needs at least one strategy"),
    "too few": ("{ 2 }", 2, 5, "2 players are named, there are strategies for 1"),
    "too many": ("{ 2 2 2 }", 2, 7, "there are strategies for more than 2 players"),
    "payoffs missing": ("{ 1 1 } 1", 2, 10, "a payoff is needed here, not the end of the file"),
    "payoffs left": ("{ 1 1 } 1 2 3", 2, 13, "the table is complete before this: it has 1 cells"),
    "no such outcome": ('{ 1 1 }\n{ { "" 1 2 } }\n2', 4, 1, "there is no outcome 2: there are 1"),
    "outcome with too much": ('{ 1 1 }\n{ { "" 1 2 3 } }', 3, 12, "'}' is needed here, after 2 payoffs"),
    "a large table": ("{ 100000 2 }", 2, 13, "a table may have 100,000 cells, this one has 200,000"),
    "a huge count": ("{ 999999999 1 }", 2, 3, "a table may have 100,000 cells"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_with_its_place(what: str) -> None:
    text, line, column, says = WRONG[what]
    with pytest.raises(ScenarioError) as found:
        read(HEAD + text)
    (problem,) = found.value.problems
    assert says in problem.message
    assert problem.where is not None
    assert (problem.where.line, problem.where.column) == (line, column)


def test_many_players_with_one_strategy_cost_nothing() -> None:
    players = " ".join(f'"p{number}"' for number in range(60))
    form = read(f'NFG 1 R "" {{ {players} }} {{ 50000 {"1 " * 59}}} {{ }} {"0 " * 50_000}')
    assert len(as_tree(form).nodes) == 50_001
