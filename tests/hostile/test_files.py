"""Files that are no scenarios, sources that are not to be read, and text that would steer a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from border import BORDER, Found, Ran, spoilt, written

Engine = Callable[..., Ran]
Refused = Callable[..., Found]


def test_a_file_that_is_missing(engine: Engine) -> None:
    ran = engine("run", "nowhere/missing.yaml")
    assert ran.code == 1
    assert "there is no file 'nowhere/missing.yaml'" in ran.err
    assert "the folder 'nowhere' does not exist either" in ran.err


def test_a_folder(engine: Engine) -> None:
    ran = engine("run", ".")
    assert (ran.code, ran.out) == (1, "")
    assert "is a folder, not a file" in ran.err


def test_an_impossible_name(engine: Engine) -> None:
    ran = engine("run", "a\0b.yaml")
    assert ran.code == 1
    assert "not a possible file name" in ran.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with names")
def test_a_pipe_is_not_waited_for(engine: Engine, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    ran = engine("check", "pipe.yaml")
    assert ran.code == 1
    assert "pipes and devices are not read" in ran.err


@pytest.mark.parametrize(
    ("data", "says", "line", "column"),
    [
        (b"", "there is nothing in it", 1, 1),
        (b"  \n# only a comment\n", "there is nothing in it", 1, 1),
        (b"just text\n", "the top has to be a mapping, not a single value", 1, 1),
        (b"- a\n- list\n", "the top has to be a mapping, not a list", 1, 1),
        (b"engine: 1\ntitle: caf\xe9\n", "this is not UTF-8 text", 2, 11),
        (b"\x7fELF\x02\x01\x01\0\0\0\xff", "this is not UTF-8 text", 1, 11),
        ("engine: 1\n".encode("utf-16"), "this is not UTF-8 text", 1, 1),
        (b"engine: 1\ntitle: a\0b\n", "U+0000 is not allowed", 2, 9),
        (b"engine: 1\ntitle: a\x1b[31mb\n", "U+001B is not allowed", 2, 9),
        ("engine: 1\ntitle: a\u2028b\n".encode(), "U+2028 is not allowed", 2, 9),
        (b"x: " + b"[" * 100, "more than 64 levels", 1, 67),
        (b"x: " + b"{a: " * 100, "more than 64 levels", 1, 256),
        (b"x: &a [*a]\n", "stands inside the value", 1, 8),
    ],
)
def test_what_is_no_scenario(engine: Engine, tmp_path: Path, data: bytes, says: str, line: int, column: int) -> None:
    (tmp_path / "odd.yaml").write_bytes(data)
    ran = engine("check", "odd.yaml")
    assert ran.code == 1
    assert says in ran.problems[0].message
    assert (ran.problems[0].line, ran.problems[0].column) == (line, column)
    assert ran.err.isprintable() or "\x1b" not in ran.err


def test_a_file_that_is_too_large(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "large.yaml").write_bytes(BORDER.encode() + b"#" * 1_000_000)
    assert "larger than 1,000,000 bytes" in engine("check", "large.yaml").err


def test_standard_input_is_checked_like_a_file(engine: Engine, tmp_path: Path) -> None:
    written(tmp_path, BORDER)
    ran = engine("run", "-", stdin=spoilt("actor: blue", "actor: bleu").encode())
    assert ran.code == 1
    assert "<stdin>:27:31: error: 'bleu' is no actor" in ran.err
    assert "not UTF-8" in engine("check", "-", stdin=b"\xff").err


# Sources


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("../../etc/passwd", "not inside the scenario's folder or its parent"),
        ("/etc/passwd", "not inside the scenario's folder or its parent"),
        ("../../../../../../../../etc/passwd", "not inside the scenario's folder or its parent"),
        (".", "is a folder, not a file"),
        ("..", "is a folder, not a file"),
        ("papr.txt", "there is no file"),
        ("paper.txt/more", "cannot be read"),
        ("binary.txt", "this is not UTF-8 text"),
        ("large.txt", "larger than 1,000,000 bytes"),
        ("link.txt", "not inside the scenario's folder or its parent"),
        ("x" * 5000, "cannot be read"),
    ],
)
def test_a_source_that_is_not_read(refused: Refused, tmp_path: Path, file: str, says: str) -> None:
    (tmp_path / "binary.txt").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    (tmp_path / "large.txt").write_bytes(b"the troops gathered " * 60_000)
    if file == "link.txt":
        try:
            (tmp_path / "link.txt").symlink_to(Path("/etc/hostname"))
        except OSError:
            pytest.skip("links are not possible here")
    found = refused(spoilt("file: paper.txt", f"file: ▶{file}"))
    assert says in found.message


def test_a_quote_that_is_not_in_its_source(refused: Refused) -> None:
    """Nothing of the source is shown beyond the scenario's own words."""
    found = refused(spoilt("quote: the troops gathered", "quote: ▶the troops gathered at the bolder"))
    assert "does not stand in 'paper'" in found.message
    assert "it matches up to '…the troops gathered at the bo'" in found.whole
    assert "border" not in found.whole.partition("error:")[2]


# Text for the terminal

STEERING = ("\u202e", "\u2066", "\u200e", "\u200b", "\x1b[2J", "\x9b31m", "\x07", "\x08")


@pytest.mark.parametrize(
    "command", [["run", "-n", "16"], ["run", "-n", "16", "--csv"], ["check"], ["check", "--evidence"]]
)
def test_labels_cannot_steer_the_terminal(engine: Engine, tmp_path: Path, command: list[str]) -> None:
    evil = "Evil\\u202e\\u2066\\u200e\\u200b\\e[2J\\x9b31m\\a\\b\\r\\n"
    text = BORDER
    for old in (
        "A border dispute",
        "Blue joins",
        "What Red does",
        "A stormy year",
        "Red is a hawk",
        "Troops gathered.",
        "a guess",
        "name: Red",
        "gain",
        "by: paper",
        "somebody",
    ):
        key, colon, value = old.rpartition(": ")
        text = spoilt(old, f'{key}{colon}"{evil}{value}"', text)
    written(tmp_path, text)
    ran = engine(command[0], "border.yaml", *command[1:])
    assert ran.code == 0, ran.err
    assert "Evil" in ran.out
    for sign in STEERING:
        assert sign not in ran.out + ran.err


def test_problems_cannot_steer_the_terminal(engine: Engine, tmp_path: Path) -> None:
    text = spoilt("label: Blue joins", 'label: Blue joins\u202e, "e\\e[2Jvil\\u202e": 1')
    written(tmp_path, spoilt("{label: loans,", '{label: loans, unit: [1], "ev\\x9bil": 2,', text))
    ran = engine("check", "border.yaml")
    assert ran.code == 1
    assert len(ran.problems) == 3
    for sign in STEERING:
        assert sign not in ran.err


def test_json_is_plain_ascii_where_signs_could_steer(engine: Engine, tmp_path: Path) -> None:
    written(tmp_path, spoilt("Blue joins", '"Blue\\u202e \\e[2J"'))
    ran = engine("run", "border.yaml", "-n", "16", "--json")
    assert json.loads(ran.out)["outcomes"]["joins"]["label"] == "Blue\u202e \x1b[2J"
    assert "\x1b" not in ran.out


# What is asked for on the command line


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["--assume", "strmy"], "did you mean 'stormy'?"),
        (["--set", "unknowns.laons=3"], "did you mean 'loans'?"),
        (["--set", "unknwns.loans=3"], "did you mean 'unknowns'?"),
        (["--set", "unknowns.loans"], "a path and a value are needed"),
        (["--set", "=3"], "a path and a value are needed"),
        (["--set", "unknowns..loans=3"], "is no path"),
        (["--set", "unknowns.loans=[1"], "never closed"),
        (["--set", "unknowns.loans=!!python/name:os.system x"], "tags are not allowed"),
        (["--set", "unknowns.loans="], "nothing"),
        (["--set", "unknowns.loans=many"], "a number is needed"),
        (["--set", "unknowns.loans={uniform: [3, 1]}"], "must be below 'high'"),
        (["--set", "moves.storm.chance=9**9**9"], "at most 64"),
        (["--set", "moves.storm.chance=1.5"], "between 0 and 1"),
        (["--set", "outcomes.cost=1"], "a mapping is needed"),
        (["--set", "payoffs.blue.wra.value=1"], "did you mean 'war'?"),
        (["--set", "payoffs.*.*.value=__import__(os)"], "functions are"),
        (["--set", "engine=2"], "version 1"),
        (["--set", "sources.paper.file=/etc/passwd", "--set", "actors.red.name=1e", "-n", "0"], "draws"),
    ],
)
def test_wrong_usage(engine: Engine, tmp_path: Path, args: list[str], says: str) -> None:
    written(tmp_path, BORDER)
    ran = engine("run", "border.yaml", "-n", "16", *args)
    assert ran.code == 2
    assert ran.out == ""
    assert says in ran.err
    assert "Traceback" not in ran.err


# The real command


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("title: A border dispute", "title: !!python/object/apply:os.system ['touch owned']", b"2:8: error: tags"),
        ("quantity: loans", "quantity: __import__('os').system('touch owned') or loans", b"error: ' cannot stand"),
        ("quantity: loans", "quantity: 9**9**9 + loans", b"41:36: error: a constant power"),
        ("precision: sharpness", "precision: sharpness - 2", b"11:31: error: 'sharpness - 2' is -"),
        ("actors:\n", "<<: [{a: 1}]\nactors:\n", b"10:1: error: the merge key"),
    ],
)
def test_a_process_that_fails_leaves_nothing_behind(tmp_path: Path, old: str, new: str, says: bytes) -> None:
    written(tmp_path, spoilt(old, new))
    before = sorted(tmp_path.iterdir())
    command = [sys.executable, "-m", "engine", "run", "border.yaml", "-n", "64", "--save", "result"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert ran.stdout == b""
    assert says in ran.stderr
    assert b"Traceback" not in ran.stderr
    assert sorted(tmp_path.iterdir()) == before
