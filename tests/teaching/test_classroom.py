"""A class's predictions: tables as people write them, and every mistake in them at once."""

from __future__ import annotations

import pytest

from engine.analysis.crowd import Answer
from engine.errors import ScenarioError
from engine.teaching.classroom import answers_from

QUESTIONS = {"attacked": "He attacks", "choice.light": "What we do: light"}
REFUSED = {"guards": "it is a quantity"}
EXPECTED = [Answer("Ann", "attacked", 0.1), Answer("Bob, jr", "choice.light", 0.25)]


def read(text: str) -> list[Answer]:
    return answers_from(text, "class.csv", QUESTIONS, REFUSED)


@pytest.mark.parametrize(
    "text",
    [
        'name,outcome,probability\nAnn,attacked,10%\n"Bob, jr",choice.light,1 in 4\n',
        "\ufeffNAME;Outcome;Chance\r\nAnn;He  attacks;0,1\r\n\r\nBob, jr;CHOICE.LIGHT;0,25\r\n",
        'Probability\tnumber\toutcome\n0.1\tAnn\tattacked\n25%\t"Bob, jr"\tchoice.light',
        'name,attacked,choice.light\nAnn,10%,\n"Bob, jr",,25%\n',
        "name;attacked;choice.light\nAnn;10%;;;\nBob, jr;;0,25\n;;;;\n",
        'name,"He attacks","What we do: light"\nAnn,10%,\n"Bob, jr",,25%\n',
    ],
)
def test_tables_as_people_write_them(text: str) -> None:
    assert read(text) == EXPECTED


def test_every_problem_at_once_with_its_line() -> None:
    text = (
        "name,outcome,probability\nAnn,atacked,10%\nBob,attacked,50\nBob,attacked,110%\n,attacked,10%\nCy,guards,10%\n"
        'Dee,attacked,10%\n"dee",attacked,20%\nEve,attacked\nFay,attacked,\n'
    )
    with pytest.raises(ScenarioError) as caught:
        read(text)
    found = {(problem.where.line, problem.message) for problem in caught.value.problems if problem.where}
    assert {line for line, _ in found} == {2, 3, 4, 5, 6, 8, 9, 10}
    messages = dict(found)
    assert "is no outcome" in messages[2]
    assert "two ways" in messages[3]
    assert "above 100%" in messages[4]
    assert "it is a quantity" in messages[6]
    assert "in line 7" in messages[8]
    assert "2 cells" in messages[9]
    [hint] = [problem.hint for problem in caught.value.problems if problem.where and problem.where.line == 2]
    assert hint == "did you mean 'attacked'?"


def test_a_row_that_is_too_long_is_told_which_mark_ends_a_cell() -> None:
    for mark, name in ((",", "comma"), (";", "semicolon"), ("\t", "tab")):
        with pytest.raises(ScenarioError) as caught:
            read(mark.join(["name", "outcome", "probability"]) + "\n" + mark.join(["Lee", "Ann", "attacked", "5%"]))
        assert [problem.hint for problem in caught.value.problems] == [f"put a cell that holds a {name} in quotes"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("name,outcome,probability\n", "no predictions"),
        ("who,outcome,probability\nAnn,attacked,1%\n", "who predicts"),
        ("name,outcome,chances\nAnn,attacked,1%\n", "no column 'probability'"),
        ("name,attacked,attacked\nAnn,1%,2%\n", "two columns"),
        ("name,attacked,He attacks\nAnn,1%,2%\n", "the same outcome"),
        ("name,weather\nAnn,1%\n", "is no outcome"),
        ('name,outcome,probability\n"Ann,attacked,1%\n', "no table"),
        ("name,outcome,probability\nAnn\0,attacked,x\x1b[2J\n", "is no probability"),
        ("name,outcome,probability\n" + "x" * 200 + ",attacked,1%\n", "may have 100"),
    ],
)
def test_what_is_no_table_of_predictions(text: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        read(text)


def test_a_quoted_cell_over_two_lines_does_not_move_later_ones() -> None:
    with pytest.raises(ScenarioError) as caught:
        read('name,outcome,probability\n"Ann\nLee",attacked,1%\nBob,attacked,2\n')
    assert [problem.where.line for problem in caught.value.problems if problem.where] == [4]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_spreadsheets_add_is_left_out(end: str) -> None:
    assert read(f'sep=;{end}name;attacked;choice.light;{end}Ann;10%;;{end}"Bob, jr";;25%;{end}') == EXPECTED
    with pytest.raises(ScenarioError) as caught:
        read(f"sep=;{end}name;attacked{end}Ann;110%{end}")
    [problem] = caught.value.problems
    assert problem.where is not None
    assert (problem.where.line, problem.source) == (3, "Ann;110%")


def test_a_column_of_answers_needs_a_head() -> None:
    with pytest.raises(ScenarioError, match="no outcome stands here"):
        read("name,attacked,\nAnn,10%,20%\n")


def test_somebody_is_one_person_however_the_name_is_written() -> None:
    found = read("name,outcome,probability\nZo\u00eb,attacked,10%\n\u202e ZOE\u0308,choice.light,20%\n")
    assert [answer.who for answer in found] == ["Zo\u00eb", "Zo\u00eb"]
    with pytest.raises(ScenarioError, match="nobody's name"):
        read("name,outcome,probability\n\u200f\x07,attacked,10%\n")
