from __future__ import annotations

import pytest

from engine.errors import Location, Problem, UsageError
from engine.report.problems import MOST, fault_text, problems_text, usage_text
from engine.report.terminal import Screen, width

SCREEN = Screen()


def shown(source: str, column: int, screen: Screen = SCREEN) -> tuple[str, str]:
    """The source line and the caret line of a problem."""
    text = problems_text([Problem("wrong", Location("a.yaml", 3, column), source, "do this")], screen)
    first, line, caret, hint = text.splitlines()
    assert first == f"a.yaml:3:{column}: error: wrong"
    assert hint.strip() == "do this"
    return line, caret


@pytest.mark.parametrize(
    ("source", "column", "under"),
    [
        ("loans: 3", 1, "l"),
        ("loans: 3", 8, "3"),
        ("\tx: y", 2, "x"),
        ("\t\tx", 3, "x"),
        ("ベラルーシ: x", 8, "x"),
        ("e\u0301te\u0301: x", 8, "x"),
        ("a\x1b[31mb: x", 10, "x"),
        ("👍 x", 3, "x"),
        ("ab\tx", 4, "x"),
        ("\u202eab", 2, "a"),
    ],
)
def test_the_caret_stands_under_the_column(source: str, column: int, under: str) -> None:
    line, caret = shown(source, column)
    before = line[: line.index(under)]
    assert width(caret) - 1 == width(before)
    assert caret.endswith("^")


def test_the_caret_may_stand_after_the_last_character() -> None:
    line, caret = shown("loans:", 7)
    assert width(caret) == width(line) + 1


@pytest.mark.parametrize("column", [1, 40, 200, 399, 400])
def test_of_a_long_line_the_part_around_the_column_is_shown(column: int) -> None:
    source = "x" * (column - 1) + "!" + "y" * (400 - column)
    line, caret = shown(source, column)
    assert width(line) <= 80
    assert line.index("!") == caret.index("^")


def test_control_characters_of_the_file_do_not_reach_the_terminal() -> None:
    problem = Problem("'\x1b[2J' is no key", Location("e\x07vil.yaml", 1, 1), "\x1b]0;title\x07: 1", "\x9b31m")
    text = problems_text([problem], SCREEN)
    assert not any((ord(character) < 32 and character != "\n") or 0x7F <= ord(character) < 0xA0 for character in text)


def test_at_most_fifty_problems_and_the_count_of_the_rest() -> None:
    problems = [Problem(f"wrong {number}", Location("a", number + 1, 1)) for number in range(MOST + 7)]
    text = problems_text(problems, SCREEN)
    assert text.count("error:") == 50
    assert "7 more errors" in text
    assert "more" not in problems_text(problems[:50], SCREEN)


def test_a_problem_without_a_place_is_one_line() -> None:
    assert problems_text([Problem("there is no file 'x'")], SCREEN) == "error: there is no file 'x'\n"


def test_usage_and_faults_say_what_to_do() -> None:
    assert (
        usage_text(UsageError("no such set", "did you mean 'isw'?"), SCREEN).splitlines()[1].strip()
        == "did you mean 'isw'?"
    )
    fault = fault_text(KeyError("x"), SCREEN)
    assert "fault of ours" in fault
    assert "ENGINE_DEBUG=1" in fault
    assert "Traceback" not in fault


def test_ascii_where_the_stream_takes_nothing_else() -> None:
    text = problems_text([Problem("Łódź…", Location("a", 1, 1), "é" * 300, "so – this")], Screen(unicode=False))
    assert text.isascii()
