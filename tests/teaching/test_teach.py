"""The command `teach`, on a terminal and in a pipe."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from pseudo_terminal import PseudoTerminal
from typer.testing import CliRunner

from engine import cli
from engine.report.bands import Scale
from engine.report.crowd import histogram_lines
from engine.report.terminal import Screen, width

FILE = Path(__file__).with_name("bluff_lesson.yaml")
ROOT = Path(__file__).parents[2]
SECRET = "tanks crossed the river"
CLASS = "Name;Outcome;Probability\nAnn;attacked;10%\nBob;attacked;0,25\nCho;He attacks;1 in 5\nDee;attacked;60%\n"


def engine(*arguments: str, folder: Path, text: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment}
    command = [sys.executable, "-m", "engine", *arguments]
    return subprocess.run(command, cwd=folder, env=settings, input=text, capture_output=True, encoding="utf-8")


def test_a_lesson_at_a_terminal_that_is_left_and_taken_up_again(tmp_path: Path) -> None:
    pytest.importorskip("pty")
    with PseudoTerminal(["teach", str(FILE), "--new", "--handout", "h.md"], tmp_path) as terminal:
        terminal.expect("Press Enter")
        terminal.type("")
        terminal.expect("Press Enter")
        terminal.type("")
        terminal.expect("Your chance:")
        terminal.type("fifty")
        terminal.expect("is no probability")
        terminal.expect("Your chance:")
        terminal.type("1 in 10")
        terminal.expect("Your middle value:")
        terminal.type("six")
        terminal.expect("A number is needed")
        terminal.expect("Your middle value:")
        terminal.interrupt()
        terminal.expect("Go on with: engine teach")
        assert terminal.exit_code() == 130
        assert "Traceback" not in terminal.shown
        assert "--new" not in terminal.shown.split("Go on with:")[1]
    assert not (tmp_path / "h.md").exists()
    with PseudoTerminal(["teach", str(FILE), "--handout", "h.md"], tmp_path) as terminal:
        assert "Your chance: 1 in 10" in terminal.expect("Your middle value:")  # told again, not asked
        for answer in ("6", "2 to 8", "40%", "60%"):
            terminal.type(answer)
        shown = terminal.expect("Press Enter")
        assert shown.index("Sealed:") < shown.index("engine   ")
        for answer in ("", "20%", "10-30%", "", "20%", "90%", "90%", "60%", "10%", "", "", "no", "b a", "", ""):
            terminal.type(answer)
        terminal.expect("Ready")
        assert SECRET not in terminal.shown
        for answer in ("yes", "", "", "", "skip"):
            terminal.type(answer)
        terminal.expect(SECRET)
        terminal.expect("handout written")
        terminal.expect("Next: engine run")
        assert terminal.exit_code() == 0
        assert max(width(line) for line in terminal.shown.splitlines() if FILE.name not in line) <= 80
    assert "Sealed before the engine was asked" in (tmp_path / "h.md").read_text(encoding="utf-8")
    again = engine("teach", str(FILE), "--replay", "bluff_lesson.lesson.jsonl", folder=tmp_path)
    assert again.returncode == 0
    assert SECRET in again.stdout
    assert "Your chance: 1 in 10" in again.stdout


def test_a_pipe_that_ends_leaves_a_lesson_to_go_on_with(tmp_path: Path) -> None:
    found = engine("teach", str(FILE), "--step", "predict", folder=tmp_path, text="5%\n\ufeff\n")
    assert found.returncode == 0
    assert "Go on with: engine teach" in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--step", "predcit"], "did you mean 'predict'"),
        (["--reveal"], "--answers"),
        (["--answers", "class.csv", "--step", "read"], "--step"),
        (["--handout", "class.csv"], "exists already"),
        (["--replay", "class.csv"], "no session"),
    ],
)
def test_wrong_usage(tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "class.csv").write_text(CLASS)
    arguments = [str(tmp_path / word) if word == "class.csv" else word for word in arguments]
    found = CliRunner().invoke(cli.app, ["teach", str(FILE), *arguments])
    assert found.exit_code == 2
    assert said in found.stderr


def test_a_class_hides_what_happened_until_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_text(CLASS)
    hidden = engine("teach", str(FILE), "--answers", "class.csv", folder=tmp_path)
    assert hidden.returncode == 0
    assert "Brier" not in hidden.stdout
    assert "happened" not in hidden.stdout
    assert "median 22.5%" in hidden.stdout
    found = json.loads(engine("teach", str(FILE), "--answers", "class.csv", "--json", folder=tmp_path).stdout)
    assert "happened" not in found["questions"]["attacked"]
    assert "members" not in found
    shown = engine(
        "teach", str(FILE), "--answers", "class.csv", "--reveal", "--handout", "h.md",
        folder=tmp_path, PYTHONUTF8="0", PYTHONIOENCODING="ascii",
    )  # fmt: skip
    assert shown.stdout.isascii()
    assert max(len(line) for line in shown.stdout.splitlines() if FILE.name not in line) <= 80
    assert "beats 2 of 4" in shown.stdout.replace("\n", " ")
    handout = (tmp_path / "h.md").read_text(encoding="utf-8")
    assert "| Dee | 1 | 0.1600 |" in handout
    assert "| is the class's median." in handout


def test_the_next_command_shows_the_same_session(tmp_path: Path) -> None:
    arguments = ["teach", str(FILE), "--step", "debrief", "--seed", "3", "-n", "64", "--set", "unknowns.strength=30%"]
    found = engine(*arguments, folder=tmp_path, text="\n")
    command = shlex.split(found.stdout.splitlines()[-1].removeprefix("Next: engine "))
    assert command[-2:] == ["--handout", "handout.md"]
    assert engine(*command, folder=tmp_path).returncode == 0
    assert (tmp_path / "handout.md").exists()


def test_chances_of_a_choice_that_do_not_add_up_are_told(tmp_path: Path) -> None:
    (tmp_path / "class.csv").write_text(
        "name,choice.light,choice.heavy\nAnn,50%,90%\nBob,40%,60%\nCy,20%,\nDee,20%,20%\n"
    )
    arguments = ["teach", str(FILE), "--answers", str(tmp_path / "class.csv"), "--json"]
    found = json.loads(CliRunner().invoke(cli.app, arguments).stdout)
    [warning] = found["warnings"]
    assert warning.endswith("do not: Ann 140%, Dee 40%.")


@pytest.mark.parametrize("unicode", [True, False])
def test_a_single_answer_among_many_is_seen(unicode: bool) -> None:
    screen = Screen(80, unicode=unicode)
    lines = histogram_lines([1000, 0, 0, 1, 0, 0, 0, 0, 0, 0], Scale(20, 50), screen)
    cells = lines[-1][30:].split()
    assert len(cells) == 2
    assert cells[0] != cells[1]
