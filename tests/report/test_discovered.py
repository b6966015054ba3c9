"""What would have to be true, as text, JSON and CSV, and on the command line."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import api, cli
from engine.analysis.discovery.discovery import Discovery
from engine.report.discovered import discovery_record, discovery_rows
from engine.report.discovery import discovery_text
from engine.report.export import json_text, table_text
from engine.report.terminal import Screen, width
from engine.report.text import Ran

RAN = Ran("file.yaml", 0.5)
TEXT = """
engine: 1
title: "A \\e[31mred\\u202e title that goes on and on for very much longer than any screen is wide, indeed it does"
unknowns:
  odds: {label: "\\e[1mThe odds of something that has a long and winding description of itself", uniform: [10%, 90%]}
  other: {label: Another thing, normal: {mean: 0, sd: 1}}
  mood: {label: Mood, choice: {calm: 80%, wild: rest}}
moves:
  - {event: hit, chance: "clip(odds + 0.05 * other, 0, 1) * (1 if mood == wild else 0.5)"}
outcomes:
  hit: {label: It happens, happens: hit}
  what: {label: What happens, choice: hit}
  size: {label: Size, quantity: 3 * odds + other, unit: kg}
"""
CLAIMS = ["hit > 50%", "hit < 10%", "hit > 5%", "hit > 99.9%", "size > 2", "what.yes >= 40%"]
Engine = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def found() -> dict[str, Discovery]:
    loaded = api.loads(TEXT)
    return {claim: api.discover(loaded, claim, options=api.Options(draws=512)) for claim in CLAIMS}


@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("cells", [60, 80, 120])
@pytest.mark.parametrize("unicode", [True, False])
def test_every_line_fits_and_is_safe(found: dict[str, Discovery], claim: str, cells: int, unicode: bool) -> None:
    text = discovery_text(found[claim], RAN, Screen(cells, unicode=unicode))
    *lines, last = text.rstrip("\n").split("\n")
    assert all(width(line) <= cells for line in lines)
    assert last.startswith("Next: engine ")
    assert all(character.isprintable() or character == "\n" for character in text)
    assert unicode or text.isascii()
    assert "nan" not in text
    assert "None" not in text


def test_the_text_says_where_it_is_true(found: dict[str, Discovery]) -> None:
    text = " ".join(discovery_text(found["hit > 50%"], RAN, Screen(120)).split())
    assert "Mood: true if it is wild (the line lies within sampling error)" in text  # 50 % on average
    assert "Mood is wild p < 0.001" in text
    assert re.search(r"itself is above (4[5-9]|5[0-9])\.\d% p < 0.001", text)
    assert "the figure is a run of the game there" in text


def test_what_nothing_reaches_is_said(found: dict[str, Discovery]) -> None:
    text = " ".join(discovery_text(found["hit > 99.9%"], RAN, Screen(120)).split())
    assert "No unknown can make it so alone" in text
    assert "No unknown reaches it; furthest gets figure if it is" in text
    assert "The furthest point that was found has" in text or "changed the figure is" in text


def test_an_unknown_that_crosses_once_has_a_row(found: dict[str, Discovery]) -> None:
    text = discovery_text(found["hit > 50%"], RAN, Screen(120))
    # 0.6 of the odds on average, 0.2 * 1 + 0.8 * 0.5, is half where the odds are 5/6
    assert "can make it so alone" in " ".join(text.split())
    assert re.search(r"itself +above 8[23]\.\d% +8\d\.\d% to 8\d\.\d%", text)


def test_where_it_is_true_already_the_text_says_what_would_undo_it(found: dict[str, Discovery]) -> None:
    text = discovery_text(found["hit > 5%"], RAN, Screen(120))
    assert "What would undo it" in text


def test_json_has_all_of_it(found: dict[str, Discovery]) -> None:
    record = json.loads(json_text(discovery_record(found["hit > 50%"], "0")))
    assert record["command"] == "discover"
    assert record["claim"] == {
        "text": "hit > 50%",
        "outcome": "hit",
        "label": "It happens",
        "value": None,
        "relation": ">",
        "line": 0.5,
    }
    assert set(record["alone"]) == {"odds", "other", "mood"}
    (box,) = record["boxes"]
    assert {limit["unknown"] for limit in box["limits"]} == {"odds", "mood"}
    assert box["trajectory"][0] == {
        "coverage": 1,
        "density": pytest.approx(box["trajectory"][0]["density"]),
        "mass": 1,
        "limits": {},
    }
    moved = {one["unknown"]: one["to"] for one in record["change"]["point"]["moved"]}
    assert moved["mood"] == "wild"
    assert record["change"]["point"]["figure"] > 0.5


@pytest.mark.parametrize("claim", CLAIMS)
def test_csv_has_one_row_for_each_figure(found: dict[str, Discovery], claim: str) -> None:
    header, *rows = csv.reader(io.StringIO(table_text(*discovery_rows(found[claim]))))
    assert all(len(row) == len(header) for row in rows)
    assert rows[0][:3] == ["base", claim, "claim"]
    assert float(rows[0][header.index("value")]) == found[claim].share.value


@pytest.fixture
def engine(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.yaml").write_text(TEXT, encoding="utf-8")

    def run(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["engine", "discover", "file.yaml", *args])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        shown = capsys.readouterr()
        return int(stop.value.code or 0), shown.out, shown.err

    return run


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("--outcome", "hit"), 2, "quote the whole claim"),
        (("--outcome", "hti > 5%"), 2, "did you mean 'hit'"),
        (("--outcome", "what.yess > 5%"), 2, "did you mean 'yes'"),
        ((), 2, "--outcome"),
        (("--outcome", "hit > 5%", "--assume", "nobody"), 2, "nobody"),
        (("--outcome", "hit > 5%", "--json", "--csv"), 2, "exclude"),
        (("--outcome", "hit > 5%", "-n", "1000000"), 2, "in memory"),
        (("--outcome", "hit > 5%", "-n", "0"), 2, "number of draws"),
        (("--outcome", "hit > 5%", "--set", "unknowns.odds=3"), 0, ""),
    ],
)
def test_exit_codes(engine: Engine, args: tuple[str, ...], code: int, said: str) -> None:
    ended, _, err = engine(*args)
    assert ended == code
    assert said in err
    assert "Traceback" not in err


def test_the_same_bytes_every_time(engine: Engine) -> None:
    args = ("--outcome", "hit > 30%", "--json", "-n", "256", "--threads")
    one, other = engine(*args, "1"), engine(*args, "2")
    assert one == other
    assert json.loads(one[1])["settings"]["draws"] == 256


BELOW = """
engine: 1
title: Percent that are no chances
unknowns:
  growth: {label: Growth, uniform: [-5%, 5%], judgement: x}
  load: {label: Load, uniform: [80%, 240%], judgement: x}
  trust: {label: Trust, known: false, uniform: [0, 1], judgement: x}
moves:
  - {event: hit, chance: "clip(0.3 + 3 * growth + 0.1 * load + 0.1 * trust, 0, 1)", judgement: x}
outcomes:
  hit: {label: It happens, happens: hit}
  grows: {label: Growth, quantity: growth}
  loads: {label: Load, quantity: load}
"""


def text_of(claim: str, file: str = "file.yaml", overrides: tuple[tuple[str, str], ...] = ()) -> str:
    found = api.discover(api.loads(BELOW), claim, overrides=overrides, options=api.Options(draws=64, threads=1))
    return discovery_text(found, Ran(file, 0.5), Screen(80, colour=False, unicode=True))


def test_percent_below_0_and_above_100_are_printed_as_they_are() -> None:
    assert re.search(r"Growth +below -2\.00%", text_of("grows < -0.02"))
    assert re.search(r"Load +above 200%", text_of("loads > 2"))


def test_the_next_command_keeps_what_was_set() -> None:
    last = text_of("grows < -0.02", overrides=(("unknowns.load", "1"), ("unknowns.trust", "0.5"))).splitlines()[-1]
    assert "--set unknowns.load=1" in last
    assert "--set unknowns.growth=-0.02" in last
    assert "Next:" not in text_of("grows < -0.02", file="-")


def test_a_change_of_what_nobody_knows_says_on_what_they_act() -> None:
    held = (("unknowns.growth", "0%"), ("unknowns.load", "100%"))
    assert "Actors do not know Trust" in " ".join(text_of("hit > 48%", overrides=held).split())
    assert "Actors do not know" not in text_of("grows < -0.02")
