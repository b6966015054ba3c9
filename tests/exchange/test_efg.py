from __future__ import annotations

from fractions import Fraction

import pytest

from engine.errors import ScenarioError
from engine.exchange.efg import read_efg, write_efg
from engine.exchange.records import MAX_DEPTH, Game

CARDS = r"""
EFG 2 R "A \"card\" game" { "Fred" "Alice" }
"Myerson's,
in two lines"
c "deal" 1 "(0,1)" { "Red" 1/2 "Black" .5 } 0
p "" 1 1 "red" { "Raise" "Fold" } 1 "ante" { 0.5, -1/2 }
p "" 2 1 { "Meet" "Pass" } 0
t "" 2 "" { 1.5 -1.5 }
t "" 3 "" { 1e0 -1 }
t "" 4 "" { 1, -1 }
p "" 1 2 "black" { "Raise" "Fold" } 0
p "" 2 1 0
t "" 5 "" { -2, 2 }
t "" 6 "" { 1, -1 }
t "" 7 "" { -1, 1 }
"""


def read(text: str) -> Game:
    return read_efg(text, "game.efg")


def test_a_file_of_every_kind_of_node() -> None:
    game = read(CARDS)
    assert (game.title, game.comment) == ('A "card" game', "Myerson's,\nin two lines")
    assert game.players == ("Fred", "Alice")
    assert [len(item.actions) for item in game.sets] == [2, 2, 2, 2]
    assert game.sets[0].chances == (Fraction(1, 2), Fraction(1, 2))
    assert len(game.leaves) == 6
    assert [node.set for node in game.nodes if node.set is not None] == [0, 1, 2, 3, 2]


def test_what_is_paid_on_the_way_adds_up() -> None:
    game = read(CARDS)
    assert [game.payoffs[leaf] for leaf in game.leaves] == [
        (2, -2),
        (Fraction(3, 2), Fraction(-3, 2)),
        (Fraction(3, 2), Fraction(-3, 2)),
        (-2, 2),
        (1, -1),
        (-1, 1),
    ]


def test_an_information_set_and_an_outcome_may_be_named_again() -> None:
    again = CARDS.replace('p "" 2 1 0', 'p "" 2 1 "" { "Meet" "Pass" } 0').replace('t "" 6 "" { 1, -1 }', 't "" 4')
    game = read(again)
    assert [game.payoffs[leaf] for leaf in game.leaves] == [read(CARDS).payoffs[leaf] for leaf in game.leaves]
    assert len(game.outcomes) == 6


def test_decimals_that_miss_one_by_rounding_are_completed() -> None:
    game = read('EFG 2 D "" { "A" } c "" 1 "" { "a" 0.3333333333 "b" 0.6666666666 } 0 t "" 1 "" { 1 } t "" 1')
    assert sum(game.sets[0].chances) == 1


def test_white_space_and_commas_only_separate() -> None:
    assert read(" ".join(CARDS.split("\n")).replace(",\nin", "\nin")).sets == read(CARDS).sets


@pytest.mark.parametrize("text", ['"', "\\", 'a \\" b', "tab\t", "\\\\", "two\nlines", "\x00", "é"])
def test_any_label_is_read_as_it_was_written(text: str) -> None:
    game = Game(text, text, (text,), (), read('EFG 2 R "" { "A" } t "" 1 "" { 1 }').outcomes, read(LONE).nodes)
    assert read(write_efg(game)) == game


LONE = 'EFG 2 R "" { "A" } t "" 1 "" { 1 }'
HEAD = 'EFG 2 R "t" { "A" "B" }\n'

# the text after the first line, the line and the column of the problem, and what it says
WRONG = {
    "no node": ("", 2, 1, "a node (c, p or t) is needed here, not the end of the file"),
    "another node": ('x "" 1', 2, 1, "a node is needed here: c for chance"),
    "no player": ('p "" 3 1 "" { "a" } 0', 2, 6, "there is no player 3: there are 2"),
    "player 0": ('p "" 0 1 "" { "a" } 0', 2, 6, "a whole number from 1 on"),
    "no actions": ('p "" 1 1 "" { } 0', 2, 8, "needs at least one action"),
    "actions not said": ('p "" 1 1 0', 2, 8, "the actions of an information set stand where it comes first"),
    "other actions": (
        'p "" 1 1 "" { "a" "b" } 0\np "" 1 1 "" { "a" "c" } 0',
        3,
        8,
        "information set 1 of player 1 had other actions or chances before",
    ),
    "other chances": (
        'c "" 1 "" { "a" 1/2 "b" 1/2 } 0\nc "" 1 "" { "a" 1/3 "b" 2/3 } 0',
        3,
        6,
        "information set 1 of chance had other actions or chances before",
    ),
    "chances": ('c "" 1 "" { "a" 1/2 "b" 1/3 } 0', 2, 6, "these chances sum to 0.833333333, not to 1"),
    "negative chance": ('c "" 1 "" { "a" -1 "b" 2 } 0', 2, 17, "a chance lies between 0 and 1"),
    "no chance": ('c "" 1 "" { "a" "b" } 0', 2, 17, "its chance is needed here, not 'b'"),
    "too few payoffs": ('t "" 1 "" { 1 }', 2, 15, "2 payoffs are needed, there are 1"),
    "too many payoffs": ('t "" 1 "" { 1, 2, 3 }', 2, 19, "there are more than 2 payoffs"),
    "a word as payoff": ('t "" 1 "" { 1, x }', 2, 16, "one of the payoffs is needed here, not 'x'"),
    "nothing below the line": ('t "" 1 "" { 1, 1/0 }', 2, 16, "a fraction cannot have 0 below the line"),
    "an endless number": ('t "" 1 "" { 1, 1e999999999 }', 2, 16, "an exponent of at most 300"),
    "a long number": (f't "" 1 "" {{ 1, {"9" * 101} }}', 2, 16, "a number has at most 100 characters"),
    "unknown outcome": ('t "" 7', 2, 6, "the payoffs of outcome 7 stand where it comes first"),
    "other payoffs": (
        'p "" 1 1 "" { "a" "b" } 0\nt "" 1 "" { 1, 2 }\nt "" 1 "" { 1, 3 }',
        4,
        6,
        "outcome 1 had other payoffs before",
    ),
    "outcome 0": ('t "" 0 "" { 1, 2 }', 2, 6, "outcome 0 pays nothing"),
    "an end too few": (
        'p "x" 1 1 "" { "a" "b" } 0\nt "" 1 "" { 1, 2 }\n',
        4,
        1,
        "the node 'x' has 2 branches, 1 of them",
    ),
    "an end too many": ('t "" 1 "" { 1, 2 }\nt "" 1', 3, 1, "the tree is complete before this"),
    "open quote": ('t "a', 2, 3, "this text has no closing quote"),
    "a number with letters": ('t "" one', 2, 6, "the number of the outcome (0 for none) is needed here"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_with_its_place(what: str) -> None:
    text, line, column, says = WRONG[what]
    with pytest.raises(ScenarioError) as found:
        read(HEAD + text)
    (problem,) = found.value.problems
    assert says in problem.message
    assert problem.where is not None
    assert (problem.where.file, problem.where.line, problem.where.column) == ("game.efg", line, column)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "'EFG', with which such a file starts, is needed here"),
        ('NFG 1 R "" { "A" }', "this is no EFG file: it starts with 'NFG'"),
        ('EFG 1 R "" { "A" }', "only version 2 of the EFG format is read"),
        ('EFG 2 X "" { "A" }', "'R' or 'D' is needed here"),
        ('EFG 2 R "" { }', "a game has 1 to 60 players, this one has 0"),
        ("EFG 2 R title", "the title is needed here, in double quotes, not 'title'"),
        ("\x00\x01\x02", "this is no EFG file"),
        ('EFG 2 R "' + "x" * 20_000 + '" { "A" }', "a text may have 10,000 characters"),
    ],
)
def test_what_is_no_such_file_is_said(text: str, says: str) -> None:
    with pytest.raises(ScenarioError) as found:
        read(text)
    assert says in found.value.problems[0].message


# Hostile files


def test_a_path_may_be_long_but_not_endless() -> None:
    def comb(depth: int) -> str:
        moves = "".join(f'p "" 1 {number + 1} "" {{ "a" "b" }} 0\n' for number in range(depth))
        return LONE.replace('t "" 1 "" { 1 }', "") + moves + 't "" 1 "" { 1 }\n' + 't "" 1\n' * depth

    game = read(comb(MAX_DEPTH))
    assert read(write_efg(game)) == game
    with pytest.raises(ScenarioError, match="a path may have 1,000 moves, this one has more"):
        read(comb(20_000))


def test_a_game_has_so_many_nodes_and_no_more() -> None:
    wide = 'EFG 2 R "" { "A" } p "" 1 1 "" {' + ' "a"' * 200_000 + ' } 0 t "" 1 "" { 1 }' + ' t "" 1' * 200_000
    with pytest.raises(ScenarioError, match="a game may have 200,000 nodes"):
        read(wide)


def test_chances_without_a_common_denominator_are_refused_soon() -> None:
    chances = " ".join(f'"a" 1/{10**90 + number}' for number in range(5_000))
    with pytest.raises(ScenarioError, match="too fine"):
        read(f'EFG 2 R "" {{ "A" }} c "" 1 "" {{ {chances} }} 0')


@pytest.mark.parametrize("piece", ['"', "{", "}", "\\", "p ", "1/", "-", ",", "\n", 'EFG 2 R "" ', "t 0 "])
def test_repeated_pieces_are_refused(piece: str) -> None:
    with pytest.raises(ScenarioError):
        read(piece * 100_000)
    with pytest.raises(ScenarioError):
        read(HEAD + piece * 100_000)
