"""The command: what it reads and writes, what it refuses, and what it leaves behind."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine import cli
from engine.exchange import files

HORSE = """EFG 2 R "Selten's horse" { "Player 1" "Player 2" "Player 3" }
p "" 1 1 "" { "R" "L" } 0
p "" 2 1 "" { "R" "L" } 0
t "" 1 "" { 1, 1, 1 }
p "" 3 1 "" { "R" "L" } 0
t "" 2 "" { 4, 4, 0 }
t "" 3 "" { 0, 0, 1 }
p "" 3 1 "" { "R" "L" } 0
t "" 4 "" { 3, 2, 2 }
t "" 5 "" { 0, 0, 0 }
"""
TOSS = """engine: 1
title: A toss
actors: {me: {name: Me}}
unknowns: {fair: {label: fair, uniform: [0.4, 0.8]}}
moves:
  - {event: coin, chance: {heads: fair, tails: rest}}
  - {decision: call, actor: me, options: [heads, tails]}
payoffs: {me: [{term: right, value: "(coin == heads) * (call == heads) + (coin == tails) * (call == tails)"}]}
outcomes: {calls: {label: Calls, choice: call}}
assumptions: {loaded: {label: Loaded, set: {unknowns.fair: {value: 0.9}}}}
"""


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


Engine = Callable[..., Ran]


@pytest.fixture
def engine(capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    """Runs the command in a folder with a game and a scenario."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "horse.efg").write_text(HORSE, "utf-8")
    (tmp_path / "toss.yaml").write_text(TOSS, "utf-8")

    def run(*args: str, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "argv", ["engine", *args])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        with pytest.raises(SystemExit) as found:
            cli.main()
        captured = capsysbinary.readouterr()
        return Ran(int(found.value.code or 0), captured.out.decode(), captured.err.decode())

    return run


def test_a_game_becomes_a_scenario_that_runs(engine: Engine) -> None:
    assert engine("convert", "horse.efg", "horse.yaml") == Ran(0, "", "")
    assert engine("check", "horse.yaml", "--quiet").code == 0
    assert "Player 3" in engine("run", "horse.yaml").out


def test_a_scenario_becomes_a_tree_and_a_table(engine: Engine) -> None:
    assert engine("convert", "toss.yaml", "toss.efg").code == 0
    assert 'c "coin" 1 "coin" { "heads" 0.6 "tails" 0.4 }' in Path("toss.efg").read_text("utf-8").replace("3/5", "0.6")
    assert engine("convert", "toss.yaml", "toss.nfg", "--assume", "loaded").code == 0
    assert '{ "" 0.9 }\n{ "" 0.1 }' in Path("toss.nfg").read_text("utf-8")


def test_what_is_lost_is_said_on_stderr_unless_quiet(engine: Engine) -> None:
    said = engine("convert", "toss.yaml", "toss.efg")
    assert "every unknown stands at its median" in said.err
    assert engine("convert", "toss.yaml", "toss.efg", "--force", "--quiet").err == ""


def test_dashes_are_stdin_and_stdout(engine: Engine) -> None:
    scenario = engine("convert", "-", "-", stdin=HORSE).out
    assert scenario.startswith("# From <stdin>, a game of Gambit's.\nengine: 1\n")
    assert engine("convert", "-", "-", stdin=scenario).out.startswith("EFG 2 R ")
    assert engine("convert", "-", "-", "--to", "nfg", stdin=scenario).out.startswith("NFG 1 R ")


def test_gambits_formats_convert_into_each_other(engine: Engine) -> None:
    assert engine("convert", "horse.efg", "horse.nfg").code == 0
    assert engine("convert", "horse.nfg", "table.efg").code == 0
    assert Path("table.efg").read_text("utf-8").count('t ""') == 8


def test_a_file_that_exists_is_replaced_only_by_force(engine: Engine) -> None:
    Path("kept.yaml").write_text("mine", "utf-8")
    said = engine("convert", "horse.efg", "kept.yaml")
    assert (said.code, Path("kept.yaml").read_text("utf-8")) == (2, "mine")
    assert "'kept.yaml' exists already" in said.err
    assert engine("convert", "horse.efg", "kept.yaml", "--force").code == 0
    assert Path("kept.yaml").read_text("utf-8") != "mine"


def test_nothing_is_written_where_something_is_wrong(engine: Engine) -> None:
    Path("bad.efg").write_text(HORSE.replace("{ 3, 2, 2 }", "{ 3, 2 }"), "utf-8")
    before = sorted(os.listdir())
    said = engine("convert", "bad.efg", "bad.yaml")
    assert said.code == 1
    assert "bad.efg:9:18: error: 3 payoffs are needed, there are 2" in said.err
    assert '    t "" 4 "" { 3, 2 }' in said.err
    assert sorted(os.listdir()) == before


def test_a_full_disk_leaves_the_old_file_and_nothing_else(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    Path("kept.yaml").write_text("mine", "utf-8")
    before = sorted(os.listdir())
    monkeypatch.setattr(files.os, "fsync", full)
    said = engine("convert", "horse.efg", "kept.yaml", "--force")
    assert (said.code, sorted(os.listdir()), Path("kept.yaml").read_text("utf-8")) == (1, before, "mine")
    assert "No space left on device" in said.err


@pytest.mark.skipif(sys.platform == "win32", reason="links and modes")
def test_a_link_is_followed_and_a_mode_kept(engine: Engine) -> None:
    Path("real.yaml").write_text("mine", "utf-8")
    Path("real.yaml").chmod(0o600)
    Path("link.yaml").symlink_to("real.yaml")
    assert engine("convert", "horse.efg", "link.yaml", "--force").code == 0
    assert Path("link.yaml").is_symlink()
    assert Path("real.yaml").read_text("utf-8").startswith("# From")
    assert Path("real.yaml").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("horse.efg", "horse"), 2, "'horse' does not tell which format to write"),
        (("horse.efg", "x.yaml", "--to", "xml"), 2, "'xml' is no format"),
        (("toss.yaml", "x.yaml"), 2, "a scenario is converted to .efg or .nfg"),
        (("horse.efg", "x.yaml", "--assume", "loaded"), 2, "a game of Gambit's has no assumption sets"),
        (("toss.yaml", "x.efg", "--assume", "nobody"), 2, "nobody"),
        (("toss.yaml", "x.efg", "--set", "unknowns.fair=2"), 1, "no chance"),
        (("nothing.efg", "x.yaml"), 1, "there is no file 'nothing.efg'"),
        (("horse.efg", "no/x.yaml"), 2, "there is no folder 'no'"),
        (("horse.efg", "."), 2, "is no regular file"),
        (("toss.yaml", "x.yaml", "--to", "nfg"), 0, ""),
    ],
)
def test_what_cannot_be_done_is_said(engine: Engine, args: tuple[str, ...], code: int, says: str) -> None:
    ran = engine("convert", *args)
    assert ran.code == code, ran.err
    assert says in ran.err


def test_a_file_of_more_than_a_megabyte_is_refused(engine: Engine) -> None:
    ran = engine("convert", "-", "-", stdin=HORSE + " " * 1_000_000)
    assert ran.code == 1
    assert "larger than 1,000,000 bytes" in ran.err


def test_a_game_that_does_not_fit_the_language_says_so(engine: Engine) -> None:
    payoffs = " ".join(str(number * 7919 % 10_007) for number in range(2 * 126 * 126))
    ran = engine("convert", "-", "-", stdin=f'NFG 1 R "Wide" {{ "A" "B" }} {{ 126 126 }} {payoffs}')
    assert ran.code == 1
    assert "the game in '<stdin>' is too large for a scenario" in ran.err


def test_text_of_a_game_reaches_the_terminal_without_its_escapes(engine: Engine) -> None:
    odd = 'EFG 2 R "t" { "\x1b[31mA" }\np "" 1 1 "" { "a" "b" } 0\np "" 1 1 0\nt "" 1 "" { 1 }\nt "" 1\nt "" 1\n'
    ran = engine("convert", "-", "-", stdin=odd)
    assert ran.code == 1
    assert "\x1b" not in ran.err
