from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine import cli

GOOD = """
engine: 1
title: Umbrella
actors: {me: {name: Me, precision: 2}}
unknowns: {p_rain: {label: chance of rain, uniform: [0.1, 0.9]}}
moves:
  - {event: rain, chance: p_rain}
  - {decision: take, actor: me, options: [leave, carry]}
payoffs:
  me:
    - {term: wet, value: "-10 * rain * (take == leave)"}
    - {term: burden, value: "-3 * (take == carry)"}
outcomes:
  wet: {label: "I get \\e[31mwet\\u202e", happens: rain == yes and take == leave}
  carries: {label: share, choice: take}
  load: {label: load, quantity: "3 * (take == carry) + 10 * rain * p_rain"}
statements: {low: {about: wet, value: 1%}}
assumptions:
  dry: {label: Dry, set: {unknowns.p_rain: {value: 1%}}}
"""
BAD = GOOD.replace("take == leave)", "take == leaf)").replace("rain == yes and", "rian == yes and")
BAD_SET = GOOD.replace("{value: 1%}}}", "{value: lots}}}")
AGAIN = GOOD.replace("engine: 1\n", "engine: 1\nrounds: {count: 3}\n")


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: str
    err: str


Engine = Callable[..., Ran]


@pytest.fixture
def engine(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    """Runs the command in this process, in a folder with a good and a bad scenario."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ENGINE_DEBUG", raising=False)
    for name, text in (("good", GOOD), ("bad", BAD), ("bad_set", BAD_SET), ("again", AGAIN)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")

    def run(*args: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["engine", *args])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        with pytest.raises(SystemExit) as found:
            cli.main()
        out, err = capsys.readouterr()
        return Ran(int(found.value.code or 0), out, err)

    return run


def process(*args: str, cwd: Path, python: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Runs the command as a process of its own."""
    command = [sys.executable, "-c", python] if python else [sys.executable, "-m", "engine"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), **environment}
    return subprocess.run([*command, *args], cwd=cwd, env=env, capture_output=True, timeout=60, check=False)


# Exit codes


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["run", "good.yaml", "-n", "16"], 0),
        (["check", "good.yaml"], 0),
        (["check", "good.yaml", "--evidence"], 0),
        (["schema"], 0),
        (["voi", "good.yaml", "-n", "64"], 0),
        (["voi", "again.yaml", "-n", "64", "--histories", "4", "--actor", "me", "--secret", "--json"], 0),
        (["voi", "good.yaml", "-n", "64", "--assume", "dry", "--outcome", "load", "--csv"], 0),
        (["voi", "bad.yaml"], 1),
        (["voi", "good.yaml", "--outcome", "carries"], 2),
        (["voi", "good.yaml", "--actor", "you"], 2),
        (["voi", "good.yaml", "--json", "--csv"], 2),
        (["explain", "good.yaml"], 0),
        (["explain", "good.yaml", "--assume", "dry", "--outcome", "load", "--actor", "me", "--all"], 0),
        (["explain", "good.yaml", "--diagram", "mermaid"], 0),
        (["explain", "good.yaml", "--diagram", "dot"], 0),
        (["explain", "bad.yaml"], 1),
        (["explain", "bad.yaml", "--diagram", "dot"], 1),
        (["explain", "good.yaml", "--actor", "you"], 2),
        (["explain", "good.yaml", "--outcome", "wte"], 2),
        (["explain", "good.yaml", "--outcome", "carries"], 2),
        (["explain", "good.yaml", "--diagram", "picture"], 2),
        (["explain", "good.yaml", "--diagram", "dot", "--json"], 2),
        (["explain", "good.yaml", "--round", "1"], 2),
        (["explain", "good.yaml", "--round", "some"], 2),
        (["explain", "again.yaml"], 0),
        (["explain", "again.yaml", "--round", "3"], 0),
        (["explain", "again.yaml", "--round", "3", "--json"], 0),
        (["explain", "again.yaml", "--round", "0"], 2),
        (["explain", "again.yaml", "--round", "-1"], 2),
        (["explain", "again.yaml", "--round", "4"], 2),
        (["explain", "again.yaml", "--round", "2", "--outcome", "wet"], 2),
        (["explain", "good.yaml", "--round", "1", "--diagram", "dot"], 2),
        (["explain", "good.yaml", "--assume", "drie"], 2),
        (["explain", "good.yaml", "--set", "unknowns.p_rian=0.5"], 2),
        (["--version"], 0),
        (["--help"], 0),
        (["run", "bad.yaml"], 1),
        (["check", "bad.yaml"], 1),
        (["check", "bad_set.yaml"], 1),
        (["run", "missing.yaml"], 1),
        (["run", "."], 1),
        (["run"], 2),
        (["frobnicate"], 2),
        (["run", "good.yaml", "--nonsense"], 2),
        (["run", "good.yaml", "--assume", "drie"], 2),
        (["run", "good.yaml", "--set", "unknowns.p_rian=0.5"], 2),
        (["run", "good.yaml", "--set", "unknowns.p_rain"], 2),
        (["run", "good.yaml", "--set", "unknowns.p_rain=often"], 2),
        (["run", "good.yaml", "--assume", "dry", "--assume", "base"], 2),
        (["explain", "good.yaml", "--assume", "dry", "--assume", "dry"], 2),
        (["convert", "good.yaml", "-", "--assume", "dry", "--assume", "base"], 2),
        (["run", "good.yaml", "--set", "unknowns.p_rain=0.5", "--set", "unknowns.'p_rain'=0.6"], 2),
        (["run", "good.yaml", "-n", "0"], 2),
        (["run", "good.yaml", "-n", "many"], 2),
        (["run", "good.yaml", "--seed", "-1"], 2),
        (["run", "good.yaml", "--seed", "9223372036854775808"], 2),
        (["voi", "good.yaml", "-n", "1048577"], 2),
        (["run", "good.yaml", "--error", "0"], 2),
        (["run", "good.yaml", "--error", "nan"], 2),
        (["run", "good.yaml", "--error", "little"], 2),
        (["run", "good.yaml", "--error", "0.1"], 2),
        (["run", "good.yaml", "--error", "5"], 2),
        (["run", "good.yaml", "-n", "1,6"], 2),
        (["run", "good.yaml", "-n", "1,024_000"], 2),
        (["run", "good.yaml", "-n", "1e3"], 2),
        (["run", "good.yaml", "-n", "-5"], 2),
        (["run", "good.yaml", "--method", "magic"], 2),
        (["run", "good.yaml", "--threads", "0"], 2),
        (["run", "good.yaml", "--json", "--csv"], 2),
    ],
)
def test_exit_codes(engine: Engine, args: list[str], code: int) -> None:
    ran = engine(*args)
    assert ran.code == code
    if code:
        assert ran.out == ""
        assert ran.err
        assert "Traceback" not in ran.err


def test_several_sets_at_once_are_refused_with_the_way_to_combine_them(engine: Engine) -> None:
    ran = engine("run", "good.yaml", "--assume", "dry", "--assume", "wet")
    assert "more than once" in ran.err
    assert "extends: [dry, wet]" in ran.err
    again = engine("run", "good.yaml", "--assume", "dry", "--assume", "dry", "--assume", "base")
    assert "give it once" in again.err
    assert "extends" not in again.err


def test_different_paths_may_be_set_together(engine: Engine) -> None:
    ran = engine("run", "good.yaml", "-q", "--set", "unknowns.p_rain=0.5", "--set", "actors.me.precision=1")
    assert ran.code == 0
    assert "p_rain = 0.5" in ran.out


def test_a_fault_of_ours_says_so(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine import api

    def broken(*args: object) -> None:
        raise KeyError("oops")

    monkeypatch.setattr(api, "run", broken)
    ran = engine("run", "good.yaml")
    assert ran.code == 3
    assert "fault of ours" in ran.err
    assert "Traceback" not in ran.err
    monkeypatch.setenv("ENGINE_DEBUG", "1")
    assert "Traceback" in engine("run", "good.yaml").err


def test_interrupted(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine import api

    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "run", interrupted)
    ran = engine("run", "good.yaml", "--save", "out")
    assert ran.code == 130
    assert "Traceback" not in ran.err
    assert not Path("out").exists()


def test_every_problem_at_once_with_its_place(engine: Engine) -> None:
    ran = engine("check", "bad.yaml")
    assert ran.err.count("error:") >= 2
    column = BAD.splitlines()[10].index("leaf") + 1
    assert f"bad.yaml:11:{column}: error:" in ran.err
    assert "did you mean 'rain'?" in ran.err


def test_a_problem_of_a_set_points_into_the_set(engine: Engine) -> None:
    ran = engine("check", "bad_set.yaml")
    line = next(number for number, text in enumerate(BAD_SET.splitlines(), 1) if "lots" in text)
    assert f"bad_set.yaml:{line}:" in ran.err


def test_what_only_unrolling_shows_is_found_by_check(engine: Engine) -> None:
    many = "\n".join(f"  - {{decision: d{number}, actor: me, options: [a, b, c, d]}}" for number in range(12))
    knows = GOOD.replace("payoffs:", f"{many}\npayoffs:")
    Path("large.yaml").write_text(knows, encoding="utf-8")
    ran = engine("check", "large.yaml")
    assert ran.code == 1
    assert "paths" in ran.err
    Path("infinite.yaml").write_text(GOOD.replace("-3 * (take == carry)", "1 / (take == carry)"), encoding="utf-8")
    assert "no finite value" in engine("check", "infinite.yaml").err


# Data


def test_json_has_the_keys_of_the_design(engine: Engine) -> None:
    record = json.loads(engine("run", "good.yaml", "-n", "16", "--json").out)
    assert list(record)[:6] == ["engine", "schema", "command", "scenario", "assumptions", "overrides"]
    assert set(record) >= {"settings", "outcomes", "solution", "statements", "warnings"}
    assert set(record["scenario"]) == {"title", "sha256"}
    assert set(record["settings"]) == {"draws", "seed", "method", "replicates"}
    outcomes = record["outcomes"]
    assert set(outcomes["wet"]) >= {"kind", "label", "probability", "mc_error", "mc_interval", "across_draws"}
    assert outcomes["wet"]["kind"] == "event"
    assert set(outcomes["wet"]["across_draws"]) == {"p05", "p25", "p50", "p75", "p95"}
    assert set(outcomes["load"]) >= {"kind", "label", "unit", "mean", "mc_error", "sd", "quantiles", "histogram"}
    assert set(outcomes["load"]["quantiles"]) == {"0.05", "0.25", "0.5", "0.75", "0.95"}
    assert set(outcomes["load"]["histogram"]) == {"edges", "mass"}
    assert set(outcomes["carries"]["probabilities"]) == set(outcomes["carries"]["mc_error"]) == {"leave", "carry"}
    assert set(record["solution"]) >= {"concept", "converged", "several_equilibria"}
    assert set(record["statements"]["low"]) >= {"about", "stated", "model", "fits"}
    assert set(record["statements"]["low"]["stated"]) == {"p05", "p50", "p95"}


def test_the_same_seed_gives_the_same_bytes(engine: Engine) -> None:
    one = engine("run", "good.yaml", "-n", "2048", "--json", "--threads", "1")
    assert one.out == engine("run", "good.yaml", "-n", "2048", "--json", "--threads", "2").out
    assert one.out != engine("run", "good.yaml", "-n", "2048", "--json", "--seed", "2").out


def test_stdin_and_overrides(engine: Engine) -> None:
    ran = engine(
        "run", "-", "-n", "16", "--json", "--set", "unknowns.p_rain=0.5", "--assume", "dry", stdin=GOOD.encode()
    )
    record = json.loads(ran.out)
    assert record["overrides"] == {"unknowns.p_rain": "0.5"}
    assert record["assumptions"] == "dry"
    assert record["outcomes"]["load"]["sd"] > 0


def test_stdin_that_is_no_scenario(engine: Engine) -> None:
    assert engine("check", "-").code == 1
    assert "UTF-8" in engine("check", "-", stdin=b"\xff\xfe").err


def test_check_as_json(engine: Engine) -> None:
    good = engine("check", "good.yaml", "--json", "--evidence")
    record = json.loads(good.out)
    assert record["ok"]
    assert record["problems"] == []
    assert record["evidence"]["shares"] == {"evidence": 0, "evidence and judgement": 0, "judgement": 0, "neither": 1}
    bad = engine("check", "bad.yaml", "--json")
    assert bad.code == 1
    record = json.loads(bad.out)
    assert not record["ok"]
    assert {problem["line"] for problem in record["problems"]} == {11, 14}


def test_check_lists_the_sets(engine: Engine) -> None:
    ran = engine("check", "good.yaml")
    assert "dry  Dry" in ran.out
    assert "4  through the game" in ran.out


def test_draw_until_the_error_is_small(engine: Engine) -> None:
    record = json.loads(engine("run", "good.yaml", "-n", "16", "--error", "0.1%", "--json").out)
    assert max(record["outcomes"]["wet"]["mc_error"], *record["outcomes"]["carries"]["mc_error"].values()) <= 0.001
    assert record["settings"]["draws"] > 16


def test_an_error_without_its_percent_sign_is_asked_about(engine: Engine) -> None:
    assert "write 0.1% or 10%" in engine("run", "good.yaml", "--error", "0.1").err
    assert engine("run", "good.yaml", "-n", "16", "--error", "0.04", "--json").code == 0


def test_many_draws_are_announced(engine: Engine) -> None:
    assert "will take at least" in engine("run", "good.yaml", "-n", "64", "--error", "0.05%", "--json").err
    assert "will take" not in engine("run", "good.yaml", "-n", "4096", "--error", "1%").err
    assert engine("run", "good.yaml", "-n", "64", "--error", "0.05%", "--json", "-q").err == ""


@pytest.mark.parametrize("written", ["2048", "2,048", "2_048"])
def test_draws_may_be_grouped_by_thousands(engine: Engine, written: str) -> None:
    ran = engine("run", "good.yaml", "--draws", written)
    assert "2,048 draws ·" in ran.out


def test_rounding_up_is_said_where_it_happens(engine: Engine) -> None:
    assert "128 draws (100 rounded up)" in engine("run", "good.yaml", "--draws", "100").out
    assert "rounded" not in engine("run", "good.yaml", "--draws", "128").out
    assert "100 draws ·" in engine("run", "good.yaml", "--draws", "100", "--method", "random").out


def test_the_schema_describes_the_language(engine: Engine) -> None:
    schema = json.loads(engine("schema").out)
    assert set(schema["required"]) == {"engine", "title", "outcomes"}
    assert schema["additionalProperties"] is False
    defined = schema["$defs"]

    def references(node: object) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [found for value in node.values() for found in references(value)]
        return [found for item in node for found in references(item)] if isinstance(node, list) else []

    assert {reference.removeprefix("#/$defs/") for reference in references(schema)} <= set(defined)
    value = defined["Unknown"]["properties"]["value"]["anyOf"]
    assert {"type": "number"} in [{"type": item.get("type")} for item in value[0].get("anyOf", value)]
    assert "%" in json.dumps(value)
    assert defined["Actor"]["properties"]["precision"]["default"] == 1.0
    assert "else" in defined["Event"]["properties"]


# Saving


def test_a_saved_result_is_what_json_prints(engine: Engine) -> None:
    printed = engine("run", "good.yaml", "-n", "16", "--json", "--save", "out")
    assert printed.code == 0
    assert Path("out/result.json").read_text(encoding="utf-8") == printed.out
    assert json.loads(Path("out/provenance.json").read_text())["command"][:3] == ["engine", "run", "good.yaml"]


def test_an_existing_folder_is_refused_before_anything_runs(engine: Engine) -> None:
    Path("out").mkdir()
    ran = engine("run", "good.yaml", "--save", "out")
    assert ran.code == 2
    assert list(Path("out").iterdir()) == []


def test_bad_input_saves_nothing(engine: Engine) -> None:
    before = set(Path.cwd().iterdir())
    assert engine("run", "bad.yaml", "--save", "out").code == 1
    assert set(Path.cwd().iterdir()) == before


# The terminal


def test_text_for_people_has_no_control_characters(engine: Engine) -> None:
    ran = engine("run", "good.yaml", "-n", "16")
    assert "I get [31mwet" in ran.out
    for text in (ran.out, ran.err, engine("check", "good.yaml").out):
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_quiet_keeps_stderr_empty(engine: Engine) -> None:
    assert engine("run", "good.yaml", "-n", "16", "-q").err == ""
    assert engine("check", "good.yaml", "-q").err == ""


def test_a_pipe_of_ascii_gets_ascii(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD.replace("label: share", "label: Łódź"), encoding="utf-8")
    ran = process("run", "good.yaml", "-n", "16", cwd=tmp_path, PYTHONIOENCODING="ascii", CLICOLOR_FORCE="1")
    assert ran.returncode == 0
    assert b"\x1b" not in ran.stdout
    assert ran.stdout.isascii()
    data = process("run", "good.yaml", "-n", "16", "--json", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert json.loads(data.stdout.decode("utf-8"))["outcomes"]["carries"]["label"] == "Łódź"


def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    code = (
        "import os, sys\nfrom engine.cli import main\nread, write = os.pipe()\nos.close(read)\nos.dup2(write, 1)\n"
        "sys.argv = ['engine', 'run', 'good.yaml', '-n', '16', '-q']\nmain()"
    )
    ran = process(cwd=tmp_path, python=code)
    assert ran.returncode == 0
    assert ran.stderr == b""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize("no_color", [True, False])
def test_colour_on_a_terminal_unless_refused(tmp_path: Path, no_color: bool) -> None:
    import pty

    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    main, other = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "NO_COLOR": "1" if no_color else ""}
    args = [sys.executable, "-m", "engine", "check", "good.yaml", "-q"]
    ran = subprocess.run(args, cwd=tmp_path, env=env, stdout=other, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(other)
    shown = os.read(main, 100_000)
    os.close(main)
    assert ran.returncode == 0
    assert (b"\x1b[" in shown) is not no_color


# Explanations


def test_an_unknown_actor_or_outcome_is_told_the_nearest(engine: Engine) -> None:
    assert "did you mean 'me'?" in engine("explain", "good.yaml", "--actor", "mee").err
    assert "did you mean 'wet'?" in engine("explain", "good.yaml", "--outcome", "wte").err


def test_an_explanation_is_the_same_every_time_and_from_stdin(engine: Engine) -> None:
    first = engine("explain", "good.yaml", "--json")
    again = engine("explain", "-", "--json", stdin=GOOD.encode())
    assert first.out == again.out
    record = json.loads(first.out)
    assert record["decisions"]["take"][0]["payoffs"] == pytest.approx({"leave": -5, "carry": -3})
    assert record["typical"]["unknowns"] == {"p_rain": 0.5}
    assert record["unlikely"]["outcome"] == "wet"


def test_a_change_on_the_command_line_is_explained(engine: Engine) -> None:
    record = json.loads(engine("explain", "good.yaml", "--json", "--set", "unknowns.p_rain=0.2").out)
    assert record["decisions"]["take"][0]["payoffs"] == pytest.approx({"leave": -2, "carry": -3})
    assert record["overrides"] == {"unknowns.p_rain": "0.2"}
    assert record["unlikely"] is None


# Start-up

LOADED = """
import sys
from engine.cli import main
sys.argv = ["engine", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
print("LOADED", *sorted(set(sys.modules) & set({names!r})))
"""


@pytest.mark.parametrize(
    ("args", "forbidden"),
    [
        (["--help"], ["numpy", "pydantic", "rich", "scipy", "yaml"]),
        (["--version"], ["numpy", "pydantic", "rich", "scipy", "yaml"]),
        (["check", "good.yaml", "--evidence"], ["scipy", "rich.console"]),
        (["run", "good.yaml", "-n", "16"], ["scipy.stats", "rich.console"]),
        (["explain", "good.yaml"], ["scipy.stats", "rich.console"]),
    ],
)
def test_a_command_loads_no_more_than_it_needs(tmp_path: Path, args: list[str], forbidden: list[str]) -> None:
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    ran = process(*args, cwd=tmp_path, python=LOADED.format(names=forbidden))
    assert ran.stdout.decode().splitlines()[-1] == "LOADED", ran.stderr.decode()
