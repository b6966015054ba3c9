"""The command `compare`: what it takes, what it refuses, what it prints."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import cli

GAME = """
engine: 1
title: Umbrella
actors: {me: {name: Me, precision: 2}}
unknowns:
  p_rain: {label: Chance of rain, uniform: [0.1, 0.9]}
  cost: {label: "What it costs \\e[31m to carry\\u202e", uniform: [1, 4]}
  loss: {label: What it costs to get wet, value: 10}
moves:
  - {event: rain, chance: p_rain}
  - {decision: take, actor: me, options: [leave, carry]}
payoffs:
  me:
    - {term: wet, value: "-loss * rain * (take == leave)"}
    - {term: burden, value: "-cost * (take == carry)"}
outcomes:
  wet: {label: I get wet, happens: rain == yes and take == leave}
  carries: {label: What I do, choice: take}
  load: {label: Load, quantity: "3 * (take == carry)", unit: kg}
statements: {low: {about: wet, by: A friend, between: [5%, 40%]}}
assumptions:
  dry: {label: Dry, set: {unknowns.p_rain: {uniform: [0%, 20%]}}}
  heavy: {label: Heavy, times: {unknowns.cost: 2}, plus: {unknowns.loss: 1}, set: {unknowns.p_rain: 0.6}}
  friend: {label: The friend is right, believe: [low], set: {unknowns.loss: 12}}
"""
OTHER = "engine: 1\ntitle: Elsewhere\nunknowns: {a: {label: A, value: 1}}\noutcomes: {a: {label: A, quantity: a}}\n"
FEW = ("-n", "16")


class Ran:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Engine = Callable[..., Ran]


@pytest.fixture
def engine(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ENGINE_DEBUG", raising=False)
    (tmp_path / "game.yaml").write_text(GAME, encoding="utf-8")
    (tmp_path / "other.yaml").write_text(OTHER, encoding="utf-8")
    (tmp_path / "turned.yaml").write_text(GAME.replace("uniform: [1, 4]", "uniform: [2, 4]"), encoding="utf-8")

    def run(*args: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["engine", "compare", *args])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        with pytest.raises(SystemExit) as found:
            cli.main()
        out, err = capsys.readouterr()
        return Ran(int(found.value.code or 0), out, err)

    return run


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("game.yaml", "hevy"), 2, "did you mean 'heavy'?"),
        (("game.yaml", "dry", "heavy", "dry"), 2, "'dry' is given twice"),
        (("game.yaml", "base"), 2, "name a set to compare it with: dry, heavy, friend"),
        (("gone.yaml",), 1, "gone.yaml"),
        (("game.yaml", "gone.yaml"), 1, "gone.yaml"),
        (("game.yaml", "dry", "heavy", "--words"), 2, "takes one assumption set"),
        (("game.yaml", "other.yaml", "--precision-sweep"), 2, "takes one file"),
        (("game.yaml", "--words", "--precision-sweep"), 2, "exclude each other"),
        (("game.yaml", "--words"), 2, "takes its words from the standard"),
        (("game.yaml", "other.yaml"), 2, "no outcome of the same name and kind"),
        (("other.yaml",), 2, "no assumption sets to compare"),
        (("game.yaml", "dry", "--outcome", "wett"), 2, "did you mean 'wet'?"),
        (("game.yaml", "dry", "--outcome", "carries"), 2, "no single figure"),
        (("game.yaml", "--precision-sweep", "--outcome", "wet"), 2, "--outcome goes with assumption sets"),
        (("game.yaml", "dry", "--set", "unknowns.los=3"), 2, "did you mean 'loss'?"),
        (("game.yaml", "dry", "--json", "--csv"), 2, "exclude each other"),
    ],
)
def test_what_cannot_be_compared_is_said(engine: Engine, arguments: tuple[str, ...], code: int, said: str) -> None:
    ran = engine(*arguments, *FEW)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_file_alone_stands_for_base_and_all_its_sets(engine: Engine) -> None:
    record = json.loads(engine("game.yaml", *FEW, "--json").out)
    assert list(record["sides"]) == ["base", "dry", "heavy", "friend"]
    assert list(record["explained"]) == ["dry", "heavy", "friend"]
    assert json.loads(engine("game.yaml", "dry", *FEW, "--json").out)["assumptions"] == ["base", "dry"]
    assert json.loads(engine("game.yaml", "dry", "heavy", *FEW, "--json").out)["assumptions"] == ["dry", "heavy"]


def test_the_record_holds_every_share_and_they_add_up(engine: Engine) -> None:
    record = json.loads(engine("game.yaml", *FEW, "--json").out)
    assert record["command"] == "compare"
    assert record["settings"] == {"draws": 16, "seed": 1, "method": "sobol", "replicates": 16}
    assert list(record["effective_sample_sizes"]) == ["friend"]
    for name, outcomes in record["explained"].items():
        assert list(outcomes) == ["wet", "load"]
        for outcome, shares in outcomes.items():
            difference = record["outcomes"][outcome]["differences"][name]["value"]
            assert sum(share["share"] for share in shares) == pytest.approx(difference, abs=1e-12)
            for share in shares:
                assert share["item"] in GAME.splitlines()[share["line"] - 1] or share["action"] == "believe"
    friend = {share["item"]: share for share in record["explained"]["friend"]["wet"]}
    assert (friend["low"]["from"], friend["low"]["to"]) == ("not believed", "believed")
    wet = record["outcomes"]["wet"]
    assert wet["differences"]["dry"]["value"] == pytest.approx(
        wet["sets"]["dry"]["probability"] - wet["sets"]["base"]["probability"], abs=1e-15
    )
    assert set(record["outcomes"]["carries"]["sets"]["dry"]["probabilities"]) == {"leave", "carry"}


def test_the_same_seed_gives_the_same_bytes_whatever_the_number_of_threads(engine: Engine) -> None:
    found = {engine("game.yaml", *FEW, "--json", "--threads", str(threads)).out for threads in (1, 2)}
    assert len(found) == 1
    assert engine("game.yaml", *FEW, "--json", "--seed", "2").out not in found


@pytest.mark.parametrize("width", [60, 80, 120])
def test_printed_shares_add_up_to_the_printed_difference(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr("engine.report.terminal.PIPE_WIDTH", width)
    out = engine("game.yaml", "-n", "1024", "--outcome", "wet", "--outcome", "load").out
    assert max(map(len, out.splitlines())) <= width
    blocks = re.findall(r"^Why “.*?(?=\n\n)", out, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 6
    for block in blocks:
        title, *lines = re.split(r"\n(?=  )", block, maxsplit=1)
        said = re.search(r"is ([\d.]+) (?:points|kg) (higher|lower)", " ".join(title.split()))
        assert said is not None
        shares = re.findall(r"  ([-+]?\d+\.\d+) ±", "\n".join(lines))
        total = sum(round(1e4 * float(share)) for share in shares)
        assert total == round(1e4 * float(said[1])) * (1 if said[2] == "higher" else -1)


def test_what_is_printed_steers_no_terminal(engine: Engine) -> None:
    for form in ((), ("--json",), ("--csv",)):
        out = engine("game.yaml", *FEW, *form).out
        assert "\x1b" not in out
        assert "\u202e" not in out


@pytest.mark.parametrize("width", [60, 80])
def test_where_the_stream_is_ascii_so_is_the_output(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr("engine.report.terminal.PIPE_WIDTH", width)
    monkeypatch.setattr("engine.report.terminal._takes_symbols", lambda _: False)
    for more in (("heavy",), (), ("--precision-sweep",)):
        out = engine("game.yaml", *more, *FEW).out
        assert out.isascii()
        assert max(map(len, out.splitlines())) <= width


def test_rows_of_csv(engine: Engine) -> None:
    rows = list(csv.DictReader(io.StringIO(engine("game.yaml", "heavy", *FEW, "--csv").out)))
    assert {row["what"] for row in rows} == {"figure", "difference", "share"}
    whole = next(row for row in rows if row["what"] == "difference" and row["outcome"] == "wet")
    shares = [float(row["value"]) for row in rows if row["what"] == "share" and row["outcome"] == "wet"]
    assert len(shares) == 3
    assert sum(shares) == pytest.approx(float(whole["value"]), abs=1e-12)


def test_files_beside_one_another(engine: Engine) -> None:
    ran = engine("game.yaml", "turned.yaml", *FEW)
    assert "Where turned.yaml differs from game.yaml" in ran.out
    assert "changed: unknowns.cost (line 7)" in ran.out
    record = json.loads(engine("game.yaml", "base", "dry", "turned.yaml", "dry", *FEW, "--json").out)
    assert list(record["sides"]) == ["game.yaml", "game.yaml:dry", "turned.yaml:dry"]
    assert list(record["explained"]) == ["game.yaml:dry"]
    assert [one["name"] for one in record["contents"]["turned.yaml:dry"]] == ["p_rain", "cost"]


def test_a_scenario_from_stdin(engine: Engine) -> None:
    ran = engine("-", "dry", *FEW, stdin=GAME.encode())
    assert ran.code == 0
    assert "dry" in ran.out


def test_sets_that_do_not_differ_are_said_to_be_the_same(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "same.yaml").write_text(GAME.replace("  dry:", "  same: {label: Same}\n  dry:"), encoding="utf-8")
    assert "is the same in same and in base" in engine("same.yaml", "same", *FEW).out


def test_what_lies_within_the_error_is_no_difference(engine: Engine, tmp_path: Path) -> None:
    """The same mean from a narrower range."""
    text = (
        OTHER.replace("value: 1", "uniform: [0, 2]")
        + "assumptions: {n: {label: N, set: {unknowns.a.uniform: [0.5, 1.5]}}}"
    )
    (tmp_path / "narrow.yaml").write_text(text, encoding="utf-8")
    out = " ".join(engine("narrow.yaml", "n", *FEW).out.split())
    assert "no difference between n and base beyond the sampling error" in out


def test_a_difference_within_its_error_has_no_more_digits_than_the_figures(engine: Engine, tmp_path: Path) -> None:
    """A third of a kilo, give or take a ten-thousandth: what lies below the third digit is not told."""
    text = OTHER.replace("value: 1", "uniform: [0.3333, 0.3335]")
    text += "assumptions: {n: {label: N, set: {unknowns.a.uniform: [0.33335, 0.33345]}}}"
    (tmp_path / "narrow.yaml").write_text(text, encoding="utf-8")
    out = engine("narrow.yaml", "n", *FEW).out
    assert re.search(r"0\.333 +0\.333 +0\.000 ±0\.001$", out, re.MULTILINE)


def test_the_next_command_keeps_the_set_and_what_was_set(engine: Engine) -> None:
    last = engine("game.yaml", "dry", "--precision-sweep", "--set", "unknowns.loss=9", *FEW).out
    assert last.splitlines()[-1] == "Next: engine explain game.yaml --assume dry --set unknowns.loss=9"
