"""`engine play` on a terminal: a whole game, with good, bad and interrupted input."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pty")

from engine.cli import app, main
from engine.teaching.journal import take_up
from tests.teaching.pseudo_terminal import PseudoTerminal

ROOT = Path(__file__).parents[2]
BLUFF = str(ROOT / "docs" / "examples" / "bluff.yaml")
STRIKE = str(ROOT / "docs" / "examples" / "strike.yaml")


def piped(arguments: list[str], folder: Path, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "engine", *arguments],
        cwd=folder,
        input=typed,
        capture_output=True,
        encoding="utf-8",
        errors="surrogateescape",
        env={"PYTHONPATH": str(ROOT), "PATH": "", "PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1"},
        check=False,
    )


def test_a_whole_game_with_good_bad_and_interrupted_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    play = ["play", STRIKE, "--as", "firm", "--rounds", "2", "--seed", "2"]
    with PseudoTerminal(play, tmp_path) as terminal:
        terminal.expect("You play The firm.")
        terminal.expect("Press Enter to go on.")
        terminal.type("")
        terminal.expect("Press Enter to begin.")
        terminal.type("")
        terminal.expect("Your choice (1-2)?")
        for senseless, said in (
            ("", "Type a number"),
            ("perhaps", "'perhaps' is none of"),
            ("3", "There are 2 options"),
            ("9" * 2_000, "longer than 1,000"),
            ("\x16\x00\x16\x1b[31m", "none of"),
            ("beliefs", "What you may believe"),
        ):
            terminal.type(senseless)
            terminal.expect(said)
            terminal.expect("Your choice (1-2)?")
        terminal.type("some")
        terminal.expect("You chose some")
        terminal.expect("What everybody learns in round 1")
        terminal.type("")
        terminal.expect("Your choice (1-2)?")
        terminal.interrupt()
        told = terminal.expect("--session strike.play.jsonl")
        assert "Go on with: engine play" in told
        assert terminal.exit_code() == 130
        assert "Traceback" not in terminal.shown
        assert "really going on" not in terminal.shown
    with PseudoTerminal([*play, "--session", "strike.play.jsonl"], tmp_path) as terminal:
        terminal.expect("Taken up again")
        terminal.expect("Press Enter to go on.")
        assert "You play The firm." not in terminal.shown
        terminal.type("")
        terminal.expect("What everybody learns in round 1")  # what stood there fills the first page
        terminal.expect("Press Enter to go on.")
        terminal.type("")
        terminal.expect("Round 2 of 4")
        terminal.expect("Your choice (1-2)?")
        terminal.end_input()
        assert terminal.exit_code() == 0
        assert "Go on with: engine play" in terminal.shown
    with PseudoTerminal(play, tmp_path) as terminal:  # the unfinished game is found without its name, too
        terminal.expect("Taken up again")
        for _ in range(2):
            terminal.expect("Press Enter to go on.")
            terminal.type("")
        terminal.expect("Round 2 of 4")
        terminal.expect("Your choice (1-2)?")
        terminal.type("1")
        terminal.expect("What everybody learns in round 2")
        for _ in range(2):
            terminal.expect("Press Enter to go on.")
            terminal.type("")
        terminal.expect("skill and luck")
        terminal.expect("A good choice may end badly")
        terminal.expect("--replay strike.play.jsonl")
        assert terminal.exit_code() == 0
        assert "resolve (The union)" in terminal.shown.replace("\n", " ")
    monkeypatch.chdir(tmp_path)
    assert code_of(["play", STRIKE, "--replay", "strike.play.jsonl", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert [one["moves"]["offer"] for one in record["rounds"]] == ["some", "nothing"]


def test_through_a_pipe_answers_are_shown_and_bytes_that_are_no_text_get_a_question(tmp_path: Path) -> None:
    done = piped(["play", BLUFF, "--as", "general", "--seed", "4"], tmp_path, "\n\n\udcff\udcfe\x00\nwait\n\n\n\n")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "is none of wait, threaten" in done.stdout
    assert "Your choice (1-2)? wait\n" in done.stdout
    assert not {"\x00", "\udcff"} & set(done.stdout)


@pytest.mark.parametrize("typed", ["", "\n\nquit\n"], ids=["end", "quit"])
def test_who_leaves_is_told_how_to_go_on(
    typed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    monkeypatch.setattr("sys.argv", ["engine", "play", BLUFF, "--as", "general", "--new"])
    assert code_of(["play", BLUFF, "--as", "general", "--new"]) == 0
    assert capsys.readouterr().err.endswith("--as general --session bluff.play.jsonl\n")
    assert code_of(["play", BLUFF, "--replay", "bluff.play.jsonl"]) == 0
    assert capsys.readouterr().err.endswith("--as general --session bluff.play.jsonl\n")


def code_of(arguments: list[str]) -> object:
    with pytest.raises(SystemExit) as left:
        app(arguments)
    return left.value.code


WRONG = [
    (["--as", "nobody"], "is no actor"),
    ([], "whose place"),
    (["--as", "general", "--json"], "--replay"),
    (["--as", "general", "--rounds", "0"], "at least one round"),
    (["--replay", "missing.jsonl"], "missing.jsonl"),
    (["--replay", "broken.jsonl"], "no session"),
]


def test_wrong_usage_is_said_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.jsonl").write_text('{"command": "play"\n')
    for arguments, said in WRONG:
        assert code_of(["play", BLUFF, *arguments]) in (1, 2)
        assert said in capsys.readouterr().err


def test_a_game_without_a_screen_is_no_fault_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after `engine play … >&-`; what there is to say goes nowhere."""
    monkeypatch.setattr("sys.stdout", None)
    monkeypatch.setattr("sys.stdin", io.StringIO("\n\nwait\n\n\n\n"))
    path = tmp_path / "x.jsonl"
    monkeypatch.setattr("sys.argv", ["engine", "play", BLUFF, "--as", "general", "--session", str(path)])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 0
    assert take_up(path).finished
    sys.stdout.close()


PAGE = (ROOT / "docs" / "play.md").read_text("utf-8")


@pytest.mark.parametrize("command", re.findall(r"^\$ engine (play [^\n]+)", PAGE, re.MULTILINE))
def test_the_games_of_the_page_begin(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("sys.stdin", io.StringIO("\n\n"))
    assert code_of([*command.split(), "--session", str(tmp_path / "x.jsonl")]) == 0
    assert "You play" in capsys.readouterr().out
