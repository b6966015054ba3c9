"""The command `sweep`: one number moved over a range, on the same draws."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from math import exp
from pathlib import Path
from typing import Any

import pytest

from engine import api, cli
from engine.report import sweep as reports
from engine.report.terminal import Screen, width
from engine.report.text import Ran as Head

UMBRELLA = Path(__file__).parent.parent / "docs" / "examples" / "umbrella.yaml"
UNSURE = """
engine: 1
title: "Umbrella \\e[31m\\u202e"
actors: {me: {name: Me, precision: 2}}
unknowns:
  p_rain: {label: Chance of rain, uniform: [0.1, 0.9]}
  cost: {label: What it costs to carry, uniform: [1, 4]}
moves:
  - {event: rain, chance: p_rain}
  - {decision: take, actor: me, options: [leave, carry]}
payoffs:
  me:
    - {term: wet, value: -10 * rain * (take == leave)}
    - {term: burden, value: -cost * (take == carry)}
outcomes:
  wet: {label: I get wet, happens: rain == yes and take == leave}
  carries: {label: "What I do \\u202e", choice: take}
  load: {label: Load, quantity: "3 * (take == carry)", unit: kg}
assumptions: {heavy: {label: Heavy, set: {unknowns.cost: 5}}}
"""
LINES = """
engine: 1
title: Lines
unknowns: {x: {label: X, value: 0}, y: {label: Y, value: 0.5}}
moves:
  - {event: sky, chance: {clear: 0.6 * (1 - x), grey: 0.4, dark: rest}}
  - {event: rise, chance: x}
  - {event: touch, chance: 0.5 - 0.5 * (x - 0.5) ** 2}
outcomes:
  sky: {label: Sky, choice: sky}
  rises: {label: Rises, happens: rise == yes}
  falls: {label: Falls, happens: rise == no}
  touches: {label: Touches one half, happens: touch == yes}
  never: {label: Never, happens: rise == yes, given: x > 2}
"""

WHAT_I_DO = ("--outcome", "what_i_do", "--json")


class Ran:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


Engine = Callable[..., Ran]


@pytest.fixture
def engine(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ENGINE_DEBUG", raising=False)
    (tmp_path / "umbrella.yaml").write_text(UMBRELLA.read_text("utf-8"), encoding="utf-8")
    (tmp_path / "unsure.yaml").write_text(UNSURE, encoding="utf-8")

    def run(*args: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["engine", "sweep", *args])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        with pytest.raises(SystemExit) as found:
            cli.main()
        out, err = capsys.readouterr()
        return Ran(int(found.value.code or 0), out, err)

    return run


def record_of(ran: Ran) -> dict[str, Any]:
    assert ran.code == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def crossings(text: str, swept: str, *outcomes: str) -> list[tuple[str, str, float]]:
    found = api.sweep(api.loads(text), swept, outcomes=outcomes)
    return [(one.before, one.after, pytest.approx(one.at.value, abs=1e-9)) for one in found.crossings]


@pytest.mark.parametrize("precision", ["0.5", "50"])
def test_an_umbrella_pays_above_the_ratio_of_cost_to_loss(engine: Engine, precision: str) -> None:
    """The cost-loss problem (Thompson 1952): protect where p exceeds cost / loss, here 3 / 10."""
    command = ("umbrella.yaml", "unknowns.p_rain=0%:60%:7", "--outcome", "what_i_do", "--json")
    record = record_of(engine(*command, "--set", f"actors.me.precision={precision}"))
    assert record["settings"]["method"] == "exact"
    (crossing,) = record["crossings"]
    assert (crossing["before"], crossing["after"], crossing["mc_error"]) == ("leave", "carry", 0)
    assert crossing["at"] == pytest.approx(0.3, abs=1e-9)
    carry = [one["value"] for one in record["outcomes"]["what_i_do"]["probabilities"]["carry"]]
    for p, chance in zip(record["swept"]["values"], carry, strict=True):
        assert chance == pytest.approx(1 / (1 + exp(-float(precision) * (10 * p - 3))), rel=1e-9)


def test_between_two_values_the_place_is_interpolated(engine: Engine) -> None:
    """By hand: from 21 to 31 % the logit chance of carrying goes from a to b, and the line reaches 1/2 in between."""
    record = record_of(engine("umbrella.yaml", "unknowns.p_rain=21%:31%:2", "--outcome", "what_i_do", "--json"))
    a, b = (1 / (1 + exp(-(10 * p - 3))) for p in (0.21, 0.31))
    (crossing,) = record["crossings"]
    assert crossing["between"] == [0.21, 0.31]
    assert crossing["at"] == pytest.approx(0.21 + 0.1 * (0.5 - a) / (b - a), abs=1e-12)


def test_the_sampling_error_of_a_turning_point_covers_it() -> None:
    """With a cost that is symmetric about 2.5, carrying is as likely as not at 25 % exactly."""
    found = api.sweep(api.loads(UNSURE), "unknowns.p_rain=20%:30%:3", outcomes=["carries"])
    (crossing,) = found.crossings
    assert 0 < crossing.at.error < 0.01
    assert abs(crossing.at.value - 0.25) < 5 * crossing.at.error


def test_lines_cross_where_they_do_by_hand() -> None:
    """0.6 (1 - x), 0.4 and 0.6 x: the second leads from 1/3 to 2/3, though at neither of the two values tried."""
    assert crossings(LINES, "unknowns.x=0:1:2", "sky") == [("clear", "grey", 1 / 3), ("grey", "dark", 2 / 3)]
    assert crossings(LINES, "unknowns.x=0:1:4", "sky") == [("clear", "grey", 1 / 3), ("grey", "dark", 2 / 3)]


def test_an_event_passes_one_half() -> None:
    assert crossings(LINES, "unknowns.x=0:1:4", "rises") == [("below 50%", "above 50%", 0.5)]
    assert crossings(LINES, "unknowns.x=0:1:3", "falls") == [("above 50%", "below 50%", 0.5)]
    assert crossings(LINES, "unknowns.x=0:1:3", "touches") == []


def test_a_condition_that_never_holds_has_no_figure() -> None:
    found = api.sweep(api.loads(LINES), "unknowns.x=0:1:3", outcomes=["never"])
    assert [row.estimates for row in found.rows] == [(None, None, None)]
    assert found.crossings == ()
    assert "–" in reports.sweep_text(found, Head("lines.yaml", 0.0), Screen())


def test_what_nothing_reads_moves_nothing() -> None:
    found = api.sweep(api.loads(LINES), "unknowns.y=0:1:3", outcomes=["rises"])
    assert {one.value for one in found.rows[0].estimates if one is not None} == {0.0}


@pytest.mark.parametrize(
    ("given", "texts", "numbers"),
    [
        ("0%:50%:3", ("0%", "25%", "50%"), (0, 0.25, 0.5)),
        ("0:1:4", ("0", "0.333333333333", "0.666666666667", "1"), (0, 1 / 3, 2 / 3, 1)),
        ("0.1:0.7:7", ("0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"), (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)),
        ("1:0:2", ("0", "1"), (0, 1)),
        ("0:10%:2", ("0%", "10%"), (0, 0.1)),
    ],
)
def test_values_are_evenly_spaced(given: str, texts: tuple[str, ...], numbers: tuple[float, ...]) -> None:
    grid = api.sweep(api.loads(LINES), f"unknowns.x={given}", outcomes=["rises"]).grid
    assert grid.texts == texts
    assert grid.numbers == pytest.approx(numbers, abs=1e-12)


def test_any_number_of_the_file_can_be_moved(engine: Engine) -> None:
    """Precision 0 is a coin toss; a loss that is the same either way changes nothing; certain rain costs 10."""
    for path, at, value, chance in (
        ("actors.*.precision=0:8:2", 0, "carry", 0.5),
        ("payoffs.me.'getting wet'.value=0:1:2", 1, "leave", 1 / (1 + exp(-3))),
        ("moves.rain.chance=0:1:2", 1, "leave", 1 / (1 + exp(10 - 3))),
    ):
        record = record_of(engine("umbrella.yaml", path, *WHAT_I_DO, "--set", "unknowns.p_rain=20%"))
        curve = record["outcomes"]["what_i_do"]["probabilities"][value]
        assert curve[at]["value"] == pytest.approx(chance, rel=1e-9)


def test_the_bytes_do_not_depend_on_threads(engine: Engine) -> None:
    command = (
        "unsure.yaml",
        "unknowns.p_rain=10%:40%:3",
        "-n",
        "64",
        "--json",
        "--outcome",
        "load",
        "--outcome",
        "wet",
    )
    alone, together = (engine(*command, "--threads", count).out for count in ("1", "2"))
    assert alone == together
    assert alone != engine(*command, "--seed", "2").out
    assert list(json.loads(alone)["outcomes"]) == ["load", "wet"]


def test_a_set_holds_at_every_value(engine: Engine) -> None:
    """It costs 5 in this set, so carrying pays above 5 / 10."""
    heavy = ("unsure.yaml", "unknowns.p_rain=40%:60%:3", "--assume", "heavy", "--outcome", "carries")
    assert record_of(engine(*heavy, "--json"))["crossings"][0]["at"] == pytest.approx(0.5, abs=1e-9)
    (crossing,) = [row for row in csv.DictReader(io.StringIO(engine(*heavy, "--csv").out)) if row["what"] == "crossing"]
    assert float(crossing["value"]) == pytest.approx(0.5, abs=1e-9)
    assert crossing["value_of"] == "leave to carry"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("unknowns.p_rian=0:1",), 2, "did you mean 'p_rain'?"),
        (("p_rain=0:1",), 2, "paths start with a section: unknowns.p_rain"),
        (("unknowns.p_rain",), 2, "is no range of a number"),
        (("unknowns.p_rain=0",), 2, "write FROM:TO or FROM:TO:STEPS"),
        (("unknowns.p_rain=0:1:2:3",), 2, "write FROM:TO or FROM:TO:STEPS"),
        (("unknowns.p_rain=low:1",), 2, "'low' is no number"),
        (("unknowns.p_rain=:1",), 2, "an end is missing"),
        (("unknowns.p_rain=0:nan",), 2, "'nan' is no number"),
        (("unknowns.p_rain=0.3:0.3",), 2, "both ends are 0.3"),
        (("unknowns.p_rain=0.1:50%",), 2, "write 0.1%:50%, or neither with %"),
        (("unknowns.p_rain=0:1:1",), 2, "from 2 to 101"),
        (("unknowns.p_rain=0:1:102",), 2, "from 2 to 101"),
        (("unknowns.p_rain=0:1:many",), 2, "from 2 to 101"),
        (("unknowns.p_rain.label=0:1",), 2, "there is no number there"),
        (("title=0:1",), 2, "there is no number there"),
        (("horizon=0:1",), 2, "a date is needed here"),
        (("unknowns.p_rain=0:2",), 1, "it must lie between 0 and 1"),
        (("unknowns.p_rain=0:1", "--outcome", "wett"), 2, "did you mean 'wet'?"),
        (("unknowns.p_rain=0:1", "--set", "unknowns.p_rain=1"), 2, "given more than once"),
        (("unknowns.p_rain=0:1", "--json", "--csv"), 2, "exclude each other"),
    ],
)
def test_what_cannot_be_swept_is_said(engine: Engine, arguments: tuple[str, ...], code: int, said: str) -> None:
    ran = engine("umbrella.yaml", *arguments)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("unicode", [True, False])
def test_text_keeps_to_the_screen(columns: int, unicode: bool) -> None:
    loaded = api.loads(UNSURE)
    options = api.Options(draws=16)
    found = api.sweep(loaded, "unknowns.p_rain=0%:60%:5", outcomes=["wet", "carries", "load"], options=options)
    text = reports.sweep_text(found, Head("unsure.yaml", 0.0), Screen(columns, unicode=unicode))
    lines = text.splitlines()
    assert max(map(width, lines[:-1])) <= columns  # a command to type stays on one line
    assert unicode or text.isascii()
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert lines[-1].startswith("Next: engine explain unsure.yaml --set unknowns.p_rain=")
    for name in ("leave", "carry", "(kg)", "60%"):
        assert name in text


def test_a_plot_shows_each_point_at_its_height() -> None:
    """The chance that rises from 0 to 1 with x stands at each of eleven values in the line of its tenth."""
    found = api.sweep(api.loads(LINES), "unknowns.x=0:1:11", outcomes=["rises"])
    text = reports.sweep_text(found, Head("-", 0.0), Screen())
    drawn = [line.partition("│")[2] for line in text.splitlines() if "│" in line]
    assert len(drawn) == 11
    places = [line.index("●") for line in reversed(drawn)]
    assert places == sorted(set(places))
    assert all(line.count("●") == 1 for line in drawn)


def test_one_read_from_a_pipe_names_no_file_to_go_on_with(engine: Engine) -> None:
    ran = engine("-", "unknowns.p_rain=20%:40%:3", "--quiet", stdin=UMBRELLA.read_bytes())
    assert (ran.code, ran.err) == (0, "")
    assert "Next:" not in ran.out
    assert "Left out: what_i_do" in ran.out
