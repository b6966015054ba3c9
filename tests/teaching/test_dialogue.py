"""Conversations: senseless answers get a question, and nothing is asked twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.report.terminal import Screen
from engine.teaching.dialogue import GO_ON, PAGE, RECAP, Dialogue, Left, Unclear
from engine.teaching.journal import Journal, begin, take_up


def number(text: str) -> int:
    if not text.isdecimal():
        raise Unclear("How many? Type a number.")
    return int(text)


class Person:
    """Somebody who types these lines and leaves."""

    def __init__(self, journal: Journal, *lines: str, replays: bool = False) -> None:
        self.lines = list(lines)
        self.seen = ""
        self.dialogue = Dialogue(Screen(), self.read, self.write, journal, replays)

    def read(self, prompt: str) -> str:
        self.write(prompt)
        if not self.lines:
            raise EOFError
        return self.lines.pop(0)

    def write(self, text: str) -> None:
        self.seen += text


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return begin(tmp_path / "talk.jsonl", {"command": "talk"})


def two_questions(dialogue: Dialogue) -> int:
    dialogue.tell("welcome")
    first = dialogue.ask("first", "One?", number)
    dialogue.tell("thanks")
    second = dialogue.ask("second", "Two?", number)
    dialogue.end()
    return first + second


def test_it_asks_until_it_understands(journal: Journal) -> None:
    person = Person(journal, "", "?", "x", "\x1b[2J", "9" * 2_000, "3", "4")
    assert two_questions(person.dialogue) == 7
    assert person.seen.count("One?") == 6
    assert "Type a number" in person.seen
    assert "\x1b" not in person.seen


@pytest.mark.parametrize("leaving", [["quit"], ["Q"], []])
def test_who_leaves_is_taken_up_where_they_were(journal: Journal, leaving: list[str]) -> None:
    with pytest.raises(Left):
        two_questions(Person(journal, "3", *leaving).dialogue)
    back = Person(take_up(journal.path), "4")
    assert two_questions(back.dialogue) == 7
    assert back.seen.count("One? 3") == 1  # told, not asked
    assert "thanks" in back.seen
    assert take_up(journal.path).finished


def test_who_comes_back_sees_what_the_next_question_belongs_to_and_nothing_from_before(journal: Journal) -> None:
    def talk(dialogue: Dialogue) -> None:
        dialogue.tell("long ago")
        dialogue.pause("Go on?")
        dialogue.tell("a sign", "", "The sign is seen.")
        dialogue.ask("attack", "  attack:", number)
        dialogue.ask("bluff", "  bluff:", number)

    with pytest.raises(Left):
        talk(Person(journal, "", "3").dialogue)
    back = Person(take_up(journal.path))
    with pytest.raises(Left):
        talk(back.dialogue)
    assert "long ago" not in back.seen
    lines = back.seen.splitlines()
    assert lines[-3:] == ["The sign is seen.", "  attack: 3", "  bluff: "]


def test_what_is_shown_again_fits_a_screen_and_begins_with_a_paragraph(journal: Journal) -> None:
    def talk(dialogue: Dialogue) -> None:
        for place in range(9):
            dialogue.tell("", f"paragraph {place}", "and more of it")
        dialogue.ask("first", "One?", number)
        dialogue.ask("second", "Two?", number)

    with pytest.raises(Left):
        talk(Person(journal, "3").dialogue)
    back = Person(take_up(journal.path))
    with pytest.raises(Left):
        talk(back.dialogue)
    lines = back.seen.splitlines()
    shown = lines[lines.index("") + 1 : -1]
    assert len(shown) <= RECAP
    assert shown[0].startswith("paragraph")
    assert shown[-1] == "One? 3"


def test_a_replay_shows_all_again(journal: Journal) -> None:
    two_questions(Person(journal, "3", "4").dialogue)
    replay = Person(take_up(journal.path), replays=True)
    assert two_questions(replay.dialogue) == 7
    assert [line.strip() for line in replay.seen.splitlines()] == ["welcome", "One? 3", "thanks", "Two? 4"]


CHANGES: list[Callable[[Dialogue], object]] = [
    lambda talk: talk.ask("other", "?", number),
    lambda talk: talk.ask("first", "?", lambda text: (_ for _ in ()).throw(Unclear("no"))),
    lambda talk: talk.note("sealed", "first", "3"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_answers_to_other_questions_are_refused(journal: Journal, change: Callable[[Dialogue], object]) -> None:
    two_questions(Person(journal, "3", "4").dialogue)
    with pytest.raises(UsageError, match="does not fit"):
        change(Person(take_up(journal.path)).dialogue)


def test_what_has_no_room_below_comes_on_the_next_page(journal: Journal) -> None:
    person = Person(journal, "", "", "")
    person.dialogue.tell("a", "b")
    person.dialogue.page("", *["x"] * (PAGE - 3))
    assert GO_ON not in person.seen  # full to the last line
    person.dialogue.page("", "y")
    assert person.seen.endswith(f"{GO_ON} y\n")
    person.dialogue.page(*["z"] * (2 * PAGE))
    pages = person.seen.split(GO_ON)
    assert [page.count("z") for page in pages] == [0, 0, PAGE, PAGE]


def test_nobody_waits_for_pages_that_are_not_shown(journal: Journal) -> None:
    two_questions(Person(journal, "7", "8").dialogue)
    again = Person(take_up(journal.path))
    again.dialogue.page(*["x"] * (3 * PAGE))
    assert not again.seen
    again = Person(take_up(journal.path), replays=True)
    again.dialogue.page(*["x"] * (3 * PAGE))
    assert again.seen == "x\n" * (3 * PAGE)
