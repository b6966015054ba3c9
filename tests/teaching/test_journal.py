"""Sessions on disk: nothing that was answered is lost, and nothing else is taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.teaching.journal import ANSWER, END, Journal, begin, opened, opened_at, take_up

HEAD = {"command": "play", "scenario": "abc", "seed": 1}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return begin(tmp_path / "game.jsonl", HEAD)


def test_what_was_answered_is_there_again(journal: Journal) -> None:
    journal.add(ANSWER, "move 1", "zwölf\n\u2028 “x”")
    journal.add("sealed", "all", {"a": 0.1})
    found = take_up(journal.path)
    assert found.head == HEAD
    assert [entry["value"] for entry in found.entries] == ["zwölf\n\u2028 “x”", {"a": 0.1}]
    assert not found.finished


@pytest.mark.parametrize("cut", range(1, 30))
def test_a_line_that_was_only_half_written_is_as_if_it_never_was(journal: Journal, cut: int) -> None:
    journal.add(ANSWER, "first", "1")
    whole = journal.path.read_bytes()
    journal.add(ANSWER, "second", "zwölf")
    journal.path.write_bytes(journal.path.read_bytes()[: len(whole) + cut])
    torn = journal.path.read_bytes()
    found = take_up(journal.path)
    assert [entry["key"] for entry in found.entries] == ["first"]
    assert journal.path.read_bytes() == torn  # who only looks changes nothing
    found.add(ANSWER, "second", "2")
    assert [entry["value"] for entry in take_up(journal.path).entries] == ["1", "2"]


def test_two_who_go_on_with_one_session_do_not_spoil_it(journal: Journal) -> None:
    one, other = take_up(journal.path), take_up(journal.path)
    one.add(ANSWER, "first", "1")
    with pytest.raises(UsageError, match="somebody else"):
        other.add(ANSWER, "first", "2")
    one.add(ANSWER, "second", "3")
    assert [entry["value"] for entry in take_up(journal.path).entries] == ["1", "3"]


def test_a_session_that_was_removed_meanwhile_is_not_begun_in_its_middle(journal: Journal) -> None:
    journal.path.unlink()
    with pytest.raises(FileNotFoundError):
        journal.add(ANSWER, "first", "1")
    assert not journal.path.exists()


@pytest.mark.parametrize(
    "text",
    ["", "x\n", "[]\n", "{}\n", '{"command": 1}\n', '{"command": "play"}\n{"kind": "answer"}\n', "[" * 9_999 + "\n"],
)
def test_what_is_no_session(tmp_path: Path, text: str) -> None:
    (tmp_path / "game.jsonl").write_text(text)
    with pytest.raises(UsageError, match="no session"):
        take_up(tmp_path / "game.jsonl")


def test_an_unfinished_session_goes_on_and_a_finished_one_stays(journal: Journal) -> None:
    assert opened(journal.path, HEAD).path == journal.path
    journal.add(END, "", None)
    second = opened(journal.path, HEAD)
    assert second.path.name == "game-2.jsonl"
    assert opened(journal.path, HEAD).path == second.path
    assert opened(journal.path, HEAD, anew=True).path.name == "game-3.jsonl"


def test_a_session_of_something_else_is_left_alone(journal: Journal) -> None:
    assert opened(journal.path, {**HEAD, "seed": 2}).path != journal.path
    with pytest.raises(UsageError, match="its seed differs"):
        opened_at(journal.path, {**HEAD, "seed": 2})


def test_a_session_that_is_asked_for_by_name(journal: Journal, tmp_path: Path) -> None:
    assert opened_at(journal.path, HEAD).path == journal.path
    journal.add(END, "", None)
    with pytest.raises(UsageError, match="finished"):
        opened_at(journal.path, HEAD)
    with pytest.raises(UsageError, match="exists already"):
        begin(journal.path, HEAD)
    assert opened_at(tmp_path / "other.jsonl", HEAD).entries == ()
