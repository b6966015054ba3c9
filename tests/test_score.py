"""The commands `score`, `seal` and `verify`: what they take, what they refuse, what they print."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import cli

FLEET = """
engine: 1
title: Will the fleet sail?
words: icd_203
sources: {diary: {file: log.txt}}
evidence: {e1: {source: diary, kind: event, quote: it blows, claim: It blows}}
actors: {admiral: {name: "The ad\\e[31mmiral\\u202e", precision: 1}}
unknowns: {storm: {label: Storm, uniform: [0.2, 0.6], evidence: [e1]}}
moves:
  - {event: weather, chance: storm}
  - {decision: sails, actor: admiral, options: [stay, sail]}
payoffs: {admiral: [{term: glory, value: 4 * (sails == sail)}, {term: risk, value: -6 * (sails == sail) * weather}]}
outcomes:
  sailed: {label: "The fl\\e[31meet sails\\u202e", happens: sails == sail}
  what: {label: What he does, choice: sails}
  cost: {label: Its cost, quantity: 10 * storm, unit: ships}
statements: {press: {about: sailed, by: The press, phrase: unlikely}}
assumptions: {calm: {label: A calm year, set: {unknowns.storm: 0.1}}}
references: [{about: sailed, by: A market, probability: 10%}]
resolution:
  sailed: {value: no, on: 2020-06-30}
  what: {value: stay, on: 2020-06-30}
  cost: {value: 4.5, on: 2020-06-30}
"""
COIN = """
engine: 1
title: A coin | bent
moves: [{event: heads, chance: 0.3}]
outcomes: {heads: {label: It shows heads, happens: heads == yes}}
resolution: {heads: {value: yes, on: 2020-06-30}}
"""
FEW = ("-n", "64")


class Ran:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def engine(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Ran]:
    """Runs the command in this process, in a folder with scenarios."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.txt").write_text("Today it blows.", encoding="utf-8")
    (tmp_path / "fleet.yaml").write_text(FLEET, encoding="utf-8")
    (tmp_path / "coin.yaml").write_text(COIN, encoding="utf-8")

    def run(*words: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["engine", *words])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        out, err = capsys.readouterr()
        code = stopped.value.code
        return Ran(0 if code is None else int(str(code)), out, err)

    return run


def changed(file: str, before: str, after: str) -> None:
    text = Path(file).read_text("utf-8")
    assert before in text
    Path(file).write_text(text.replace(before, after), encoding="utf-8")


# score


def test_one_scenario_in_full(engine: Callable[..., Ran]) -> None:
    ran = engine("score", "fleet.yaml", *FEW)
    assert ran.code == 0
    assert "it did not happen (30 Jun 2020)" in ran.out
    assert "* icd_203: “unlikely”" in ran.out
    assert "capphrase_2026: “unlikely”" in ran.out
    assert "0.5% as 0.5%" in ran.out
    assert "One outcome proves little" in ran.out
    assert ran.out.splitlines()[-1].startswith("Next: engine seal fleet.yaml")
    assert re.search(r"A market +10\.0% +0\.0100 +0\.105 +\+0\.96", ran.out)


def test_nothing_in_a_file_steers_the_terminal(engine: Callable[..., Ran]) -> None:
    Path("f.csv").write_text("by,probability,happened\nA\x1b[31mnn\u202e,10%,no\nBob,20%,no\n", encoding="utf-8")
    engine("seal", "fleet.yaml", *FEW)
    for words in (
        ("score", "fleet.yaml", *FEW),
        ("score", "fleet.yaml", "coin.yaml", *FEW),
        ("score", "fleet.yaml", "coin.yaml", "--md", *FEW),
        ("score", "--forecasts", "f.csv"),
        ("seal", "fleet.yaml", "--to", "other.json", *FEW),
        ("verify", "fleet.forecast.json"),
    ):
        ran = engine(*words)
        assert ran.code == 0
        assert not set(ran.out) & set("\x1b\u202e"), words


def test_several_scenarios_in_one_table_with_a_calibration(engine: Callable[..., Ran]) -> None:
    ran = engine("score", "fleet.yaml", "coin.yaml", *FEW)
    assert ran.code == 0
    assert re.search(r"A coin \| bent +– +30\.0% +yes +– +0\.4900", ran.out)
    assert "too few to tell" in ran.out
    assert "hang together" in ran.out


def test_the_table_as_markdown(engine: Callable[..., Ran]) -> None:
    lines = engine("score", "fleet.yaml", "coin.yaml", "--md", *FEW).out.splitlines()
    assert lines[-1] == "| A coin \\| bent | It shows heads | – | 30.0% | yes | – | 0.4900 |"
    assert len(lines) == 4


def test_what_else_was_said_and_how_many_said_something(engine: Callable[..., Ran]) -> None:
    changed("fleet.yaml", "probability: 10%}", "probability: 10%, note: a longer horizon}")
    assert re.search(r"A market .*\n +a longer horizon\n", engine("score", "fleet.yaml", *FEW).out)
    several = " ".join(engine("score", "fleet.yaml", "coin.yaml", *FEW).out.split())
    assert "the first of 2 who state a chance" in several
    assert "is taken at the scenario's question all the same" in several
    rows = csv.DictReader(io.StringIO(engine("score", "fleet.yaml", "--csv", *FEW).out))
    assert {row["note"] for row in rows if row["name"] == "A market"} == {"a longer horizon"}


def test_json_and_csv_hold_every_forecast(engine: Callable[..., Ran]) -> None:
    record = json.loads(engine("score", "fleet.yaml", "--json", *FEW).out)
    (scenario,) = record["scenarios"]
    event = scenario["outcomes"]["sailed"]
    market = next(one for one in event["forecasts"] if one["name"] == "A market")
    assert market["brier"] == pytest.approx(0.01)
    assert [one["name"] for one in event["forecasts"] if one["kind"] == "engine"] == ["base", "calm"]
    rows = list(csv.DictReader(io.StringIO(engine("score", "fleet.yaml", "--csv", *FEW).out)))
    assert {row["outcome"] for row in rows} == {"sailed", "what", "cost"}
    assert [float(row["brier"]) for row in rows if row["name"] == "A market"] == [pytest.approx(0.01)]


def test_same_seed_same_bytes_whatever_the_threads(engine: Callable[..., Ran]) -> None:
    first = engine("score", "fleet.yaml", "--json", *FEW).out
    assert engine("score", "fleet.yaml", "--json", "--threads", "2", *FEW).out == first
    assert engine("score", "fleet.yaml", "--json", "--seed", "2", *FEW).out != first


def test_a_list_of_forecasts_with_its_plot(engine: Callable[..., Ran]) -> None:
    rows = [f"Ann,{p}%,{'yes' if place < p // 10 else 'no'}" for p in (10, 50, 90) for place in range(10)]
    Path("f.csv").write_text("\n".join(["by,probability,happened", *rows]), encoding="utf-8")
    ran = engine("score", "--forecasts", "f.csv")
    assert ran.code == 0
    assert re.search(r"Ann +30 +50\.0% +50\.0% +0\.143 +0\.143", ran.out)
    assert "reliability 0.000" in ran.out
    assert "█" in ran.out


@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["score"], 2, "scenarios are needed"),
        (["score", "fleet.yaml", "--forecasts", "f.csv"], 2, "not both"),
        (["score", "fleet.yaml", "--md", "--json"], 2, "--md"),
        (["score", "fleet.yaml", "./fleet.yaml"], 2, "given twice"),
        (["score", "none.yaml"], 1, "there is no file"),
        (["score", "--forecasts", "none.csv"], 1, "there is no file"),
        (["seal", "fleet.yaml", "--date", "soon"], 2, "a date is needed"),
        (["seal", "fleet.yaml", "--to", "no/where.json"], 2, "there is no folder"),
        (["seal", "fleet.yaml", "--assume", "clam"], 2, "did you mean 'calm'"),
        (["verify", "none.json"], 1, "there is no file"),
        (["verify", "fleet.yaml"], 1, "is no forecast record"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_makes_no_sense_is_refused(engine: Callable[..., Ran], words: list[str], code: int, why: str) -> None:
    ran = engine(*words)
    assert ran.code == code
    assert why in ran.err
    assert not ran.out


# seal and verify


def test_a_sealed_forecast_holds(engine: Callable[..., Ran]) -> None:
    sealed = engine("seal", "fleet.yaml", "--assume", "calm", "--set", "actors.admiral.precision=2", *FEW)
    assert sealed.code == 0
    record = json.loads(Path("fleet.forecast.json").read_text("utf-8"))
    assert f"sha256 {record['sha256']}" in sealed.out
    ran = engine("verify", "fleet.forecast.json")
    assert ran.code == 0
    assert "The record holds." in ran.out
    assert ran.out.count("identical") == len(record["outcomes"])


def test_anybody_can_compute_the_fingerprint(engine: Callable[..., Ran]) -> None:
    engine("seal", "fleet.yaml", *FEW)
    record = json.loads(Path("fleet.forecast.json").read_text("utf-8"))
    published = record.pop("sha256")
    canonical = json.dumps(record, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(canonical.encode()).hexdigest() == published
    assert record["scenario"]["sha256"] == hashlib.sha256(FLEET.encode()).hexdigest()
    assert record["scenario"]["sources"] == {"diary": hashlib.sha256(b"Today it blows.").hexdigest()}


def test_what_happened_does_not_enter_the_record(engine: Callable[..., Ran]) -> None:
    day = ("--date", "2020-01-01")
    changed("fleet.yaml", FLEET[FLEET.index("resolution") :], "")
    engine("seal", "fleet.yaml", "--to", "before.json", *FEW, *day)
    Path("fleet.yaml").write_text(FLEET, encoding="utf-8")
    engine("seal", "fleet.yaml", "--to", "after.json", *FEW, *day)
    records = [json.loads(Path(file).read_text("utf-8")) for file in ("before.json", "after.json")]
    assert "2020-06-30" not in json.dumps(records)
    for record in records:
        del record["sha256"], record["scenario"]["sha256"]
    assert records[0] == records[1]
    ran = engine("verify", "before.json")
    assert ran.code == 0
    assert "layout, comments or what happened" in " ".join(ran.out.split())


def test_a_figure_that_was_changed_is_found_out(engine: Callable[..., Ran]) -> None:
    engine("seal", "coin.yaml")
    changed("coin.forecast.json", '"probability": 0.3', '"probability": 0.9')
    ran = engine("verify", "coin.forecast.json")
    assert ran.code == 1
    assert "CHANGED since it was sealed" in ran.out
    assert "different" in ran.out
    record = json.loads(engine("verify", "coin.forecast.json", "--json").out)
    assert (record["holds"], record["record"]["untouched"]) == (False, False)
    assert record["outcomes"]["heads"]["how"] == "different"


def resealed(file: str, change: Callable[[dict[str, object]], None]) -> None:
    """As its author can forge a record before its fingerprint is published."""
    record = json.loads(Path(file).read_text("utf-8"))
    del record["sha256"]
    change(record["outcomes"])
    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    Path(file).write_text(json.dumps({**record, "sha256": hashlib.sha256(text.encode()).hexdigest()}), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda said: said["sailed"].update(probability=0.99, mc_error=1e9), "different"),
        (lambda said: said["sailed"].update(probability=0.99, mc_error=-1e9), "different"),
        (lambda said: said["cost"].update(quantiles={"0.5": 99}), "different"),
        (lambda said: said["what"].update(probabilities=[]), "different"),
        (lambda said: said["what"].update(kind="quantity"), "different"),
        (lambda said: said.pop("sailed"), "not in the record"),
    ],
)
def test_a_record_that_was_forged_and_sealed_again_does_not_hold(
    engine: Callable[..., Ran], change: Callable[[dict[str, object]], None], why: str
) -> None:
    engine("seal", "fleet.yaml", *FEW)
    resealed("fleet.forecast.json", change)
    ran = engine("verify", "fleet.forecast.json")
    assert ran.code == 1
    assert "as it was sealed" in ran.out  # its fingerprint is right, its figures are not
    assert why in ran.out


def test_figures_within_sampling_error_hold_and_it_is_said_what_is_not_compared(engine: Callable[..., Ran]) -> None:
    engine("seal", "fleet.yaml", *FEW)

    def elsewhere(said: dict[str, dict[str, float]]) -> None:
        said["sailed"]["probability"] += said["sailed"]["mc_error"]

    resealed("fleet.forecast.json", elsewhere)  # type: ignore[arg-type]
    ran = engine("verify", "fleet.forecast.json")
    assert ran.code == 0
    assert "quantiles and spreads are not compared" in " ".join(ran.out.split())


def test_a_scenario_that_was_changed_is_found_out_and_where(engine: Callable[..., Ran]) -> None:
    engine("seal", "fleet.yaml", *FEW)
    changed("fleet.yaml", "uniform: [0.2, 0.6]", "uniform: [0.2, 0.9]")
    ran = engine("verify", "fleet.forecast.json")
    assert ran.code == 1
    assert "has CHANGED in unknowns" in ran.out
    assert "Record: as it was sealed" in ran.out


def test_a_source_that_was_changed_is_found_out(engine: Callable[..., Ran]) -> None:
    engine("seal", "fleet.yaml", *FEW)
    changed("log.txt", "Today", "Yesterday")
    ran = engine("verify", "fleet.forecast.json")
    assert ran.code == 1
    assert "CHANGED or gone: diary" in ran.out


def test_a_comment_changes_nothing(engine: Callable[..., Ran]) -> None:
    engine("seal", "coin.yaml")
    changed("coin.yaml", "engine: 1", "# a comment\nengine: 1")
    assert engine("verify", "coin.forecast.json").code == 0


def test_another_scenario_is_not_the_sealed_one(engine: Callable[..., Ran]) -> None:
    engine("seal", "fleet.yaml", "--assume", "calm", *FEW)
    ran = engine("verify", "fleet.forecast.json", "coin.yaml")
    assert ran.code == 1
    assert "cannot be run again" in ran.out


def test_a_record_is_never_overwritten_without_being_told(engine: Callable[..., Ran]) -> None:
    engine("seal", "coin.yaml")
    before = Path("coin.forecast.json").read_bytes()
    assert engine("seal", "coin.yaml", "--date", "2020-01-01").code == 2
    assert Path("coin.forecast.json").read_bytes() == before
    assert engine("seal", "coin.yaml", "--date", "2020-01-01", "--replace").code == 0
    assert b"2020-01-01" in Path("coin.forecast.json").read_bytes()
    assert [path.name for path in Path().iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        '{"a": NaN}',
        '{"a": 1, "a": 2}',
        '{"command": "seal", "engine": "1", "schema": 1, "scenario": {}, "assumptions": "base", "overrides": [], '
        '"settings": {}, "outcomes": {}, "sealed_on": "x", "sha256": "x"}',
        "1" * 10_000,
    ],
    ids=lambda text: text[:12],
)
def test_what_is_no_record_is_refused(engine: Callable[..., Ran], text: str) -> None:
    Path("x.json").write_text(text, encoding="utf-8")
    ran = engine("verify", "x.json", "coin.yaml")
    assert ran.code == 1
    assert "is no forecast record" in ran.err


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"draws": 1', '"draws": 1e99'),
        ('"draws": 1', '"draws": 99999999999'),
        ('"file": "coin.yaml"', '"file": "../coin.yaml"'),
        ('"label": "It shows heads"', '"label": [1]'),
        ('"kind": "event"', '"kind": {"a": 1}'),
        ('"probability": 0.3', '"probability": "0.3"'),
        ('"mc_error": 0.0', '"mc_error": []'),
        ('"probability": 0.3', '"probability": 1e999'),
        ('"probability": 0.3', f'"probability": 1{"0" * 400}'),
        ('"overrides": []', '"overrides": [["a"]]'),
    ],
)
def test_a_forged_record_is_no_fault_of_ours(engine: Callable[..., Ran], before: str, after: str) -> None:
    engine("seal", "coin.yaml")
    changed("coin.forecast.json", before, after)
    ran = engine("verify", "coin.forecast.json")
    assert ran.code in (1, 2), ran.err
    assert "The record holds" not in ran.out


@pytest.mark.parametrize("cells", [60, 80, 120])
def test_the_tables_fit_the_screen(engine: Callable[..., Ran], cells: int) -> None:
    from engine import api
    from engine.report.calibrations import calibration_lines
    from engine.report.scores import scores_text
    from engine.report.terminal import Screen, width
    from engine.report.text import Ran as Took

    files = ("fleet.yaml", "coin.yaml")
    changed("coin.yaml", "A coin | bent", "A coin that is " + "bent and worn " * 6)
    options = api.options(64)
    several, one = (api.score([api.load(Path(file)) for file in some], options) for some in (files, files[:1]))
    for unicode in (True, False):
        screen = Screen(cells, False, unicode)
        for found in (several, one):
            text = scores_text(found, Took("fleet.yaml", 0.0), screen)
            assert max(map(width, text.splitlines())) <= cells
        assert any("too few to tell" in line for line in calibration_lines(several.judged, screen))
