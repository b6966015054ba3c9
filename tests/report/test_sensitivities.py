"""What outcomes hang on, as text, JSON and CSV, from the command line."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from pathlib import Path

import pytest

from engine import api, cli
from engine.report.sensitivity import sensitivity_text
from engine.report.terminal import Screen, width
from engine.report.text import Ran

TEXT = """
engine: 1
title: "Two \\e[31mchances\\u202e"
unknowns:
  a: {label: "The first \\e[31mchance, about which more could be said", between: [10%, 60%], judgement: x}
  b: {label: The second chance, uniform: [0, 1], judgement: x}
  mood: {label: The mood, choice: {good: 50%, bad: rest}, judgement: x}
  idle: {label: Never read, uniform: [0, 1], judgement: x}
moves: [{event: hit, chance: a * b * (1 if mood == good else 0.5), judgement: x}]
outcomes:
  hit: {label: It is hit, happens: hit == yes}
  load: {label: The load, quantity: a + b, unit: kg}
  other: {label: The other, happens: hit == no}
"""
OPTIONS = api.Options(draws=256)


def shown(screen: Screen, names: tuple[str, ...] = (), text: str = TEXT) -> str:
    result = api.sensitivity(api.loads(text), outcomes=names, options=OPTIONS)
    return sensitivity_text(result, names, Ran("a file.yaml", 0.1), screen)


@pytest.mark.parametrize("cells", [60, 80, 120])
@pytest.mark.parametrize("unicode", [True, False])
def test_no_line_is_too_long_and_nothing_steers_the_terminal(cells: int, unicode: bool) -> None:
    found = shown(Screen(cells, False, unicode))
    assert max(map(width, found.splitlines())) <= cells
    assert "\x1b" not in found
    assert "\u202e" not in found
    assert found.isascii() or unicode


def test_the_first_event_is_shown_and_the_others_have_a_row() -> None:
    found = shown(Screen())
    assert "It is hit: " in found
    assert "The load: " not in found
    assert re.search(r"^  The load +0\.8\d+  The second chance", found, re.MULTILINE)
    assert re.search(r"^  The other +8\d\.\d%  ", found, re.MULTILINE)
    assert "1 unknown that cannot matter" in found
    assert found.rstrip().endswith("engine sensitivity 'a file.yaml' --outcome load")


def test_an_outcome_that_is_asked_for_is_shown_alone() -> None:
    found = shown(Screen(), ("other",))
    assert "The other: " in found
    assert "It is hit" not in found


def test_the_parts_add_up_to_the_whole() -> None:
    block = shown(Screen(120)).split("What leaves it open")[1].split("\n\n")[0].splitlines()[1:]
    parts = [float(word[:-1]) for line in block for word in line.split() if word.endswith("%")]
    assert len(parts) == 3  # by themselves, together, chance
    assert sum(parts) == pytest.approx(100, abs=0.3)


def test_a_choice_is_called_by_its_values() -> None:
    assert "good, bad" in shown(Screen(120))


def engine(monkeypatch: pytest.MonkeyPatch, *args: str) -> int:
    monkeypatch.setattr(sys, "argv", ["engine", "sensitivity", *args])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    return int(stopped.value.code or 0)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("file.yaml").write_text(TEXT, encoding="utf-8")
    return "file.yaml"


def test_json(file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert engine(monkeypatch, file, "--json", "-n", "256", "--seed", "7", "--shapley") == 0
    text = capsys.readouterr().out
    record = json.loads(text)
    assert list(record)[:6] == ["engine", "schema", "command", "scenario", "assumptions", "overrides"]
    assert record["settings"] == {"draws": 256, "runs": 256 * 13, "seed": 7, "method": "sobol", "replicates": 16}
    assert record["no_effect"] == ["idle"]
    assert [one["outcome"] for one in record["figures"]] == ["hit", "load", "other"]
    hit = record["figures"][0]
    assert sum(part["value"] for part in hit["split"]) == pytest.approx(1)
    assert sum(one["shapley"]["value"] for one in hit["unknowns"].values()) == pytest.approx(1)
    assert hit["unknowns"]["mood"]["tornado"]["p05"]["unknown"] == "good"
    assert engine(monkeypatch, file, "--json", "-n", "256", "--seed", "7", "--shapley", "--threads", "3") == 0
    assert capsys.readouterr().out == text


def test_csv(file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert engine(monkeypatch, file, "--csv", "-n", "256") == 0
    with_ends = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["outcome"], row["unknown"]) for row in with_ends] == [
        (outcome, name)
        for outcome, names in (("hit", "a b mood"), ("load", "a b"), ("other", "a b mood"))
        for name in names.split()
    ]
    assert engine(monkeypatch, file, "--csv", "-n", "256", "--no-tornado") == 0
    without = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["total"] for row in without] == [row["total"] for row in with_ends]
    assert {row["at_p05"] for row in without} == {""}


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        (("--outcome", "hot"), "'hot' is no outcome", "'hit'"),
        (("-n", "0"), "draws", ""),
        (("-n", "100000000"), "runs, more than", "at most"),
        (("--assume", "dry"), "'dry' is no assumption set", ""),
        (("--json", "--csv"), "exclude each other", ""),
    ],
)
def test_wrong_usage(
    args: tuple[str, ...],
    message: str,
    hint: str,
    file: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert engine(monkeypatch, file, *args) == 2
    found = capsys.readouterr()
    assert message in found.err
    assert hint in found.err
    assert found.out == ""


def test_where_nothing_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "known.yaml").write_text(
        "engine: 1\ntitle: Known\nmoves: [{event: hit, chance: 0.5, judgement: x}]\n"
        "outcomes: {hit: {label: hit, happens: hit == yes}}\n"
    )
    assert engine(monkeypatch, str(tmp_path / "known.yaml")) == 2
    assert "nothing that is unknown" in capsys.readouterr().err
