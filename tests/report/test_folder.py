from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from engine import api
from engine.errors import UsageError
from engine.report import export
from engine.report.folder import write_folder

SCENARIO = "engine: 1\ntitle: Coin\nsources: {a: {file: a.txt}}\nmoves: [{event: coin, chance: 0.5}]\noutcomes: {yes: {label: 'é', happens: coin == yes}}\n"  # noqa: E501


@pytest.fixture
def loaded(tmp_path: Path) -> api.Loaded:
    (tmp_path / "a.txt").write_text("the source", encoding="utf-8")
    (tmp_path / "coin.yaml").write_bytes(SCENARIO.replace("\n", "\r\n").encode())
    return api.load(tmp_path / "coin.yaml")


def test_a_saved_run_holds_the_scenario_the_result_and_its_origin(tmp_path: Path, loaded: api.Loaded) -> None:
    result = api.run(loaded)
    api.save(tmp_path / "out", loaded, result, ("engine", "run", "coin.yaml"))
    out = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert set(out) == {"scenario.yaml", "result.json", "summary.csv", "provenance.json"}
    assert out["scenario.yaml"] == (tmp_path / "coin.yaml").read_bytes()
    assert out["result.json"].decode() == export.json_text(
        export.result_record(result, json.loads(out["result.json"])["engine"])
    )
    origin = json.loads(out["provenance.json"])
    assert origin["sha256"] == {
        "scenario.yaml": hashlib.sha256(out["scenario.yaml"]).hexdigest(),
        "result.json": hashlib.sha256(out["result.json"]).hexdigest(),
        "sources": {"a": hashlib.sha256(b"the source").hexdigest()},
    }
    assert origin["command"] == ["engine", "run", "coin.yaml"]
    assert {
        "engine",
        "python",
        "numpy",
        "scipy",
        "platform",
        "seed",
        "draws",
        "method",
        "assumptions",
        "overrides",
    } <= set(origin)


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_what_exists_is_not_touched(tmp_path: Path, kind: str) -> None:
    there = tmp_path / "there"
    if kind == "folder":
        there.mkdir()
    elif kind == "file":
        there.write_text("mine")
    else:
        there.symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="exists already"):
        write_folder(there, {"a": b"1"})
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_a_folder_that_cannot_be_finished_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(descriptor: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="disk full"):
        write_folder(tmp_path / "out", {"a": b"1", "b": b"2"})
    assert list(tmp_path.iterdir()) == []


def test_there_must_be_a_place_for_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        write_folder(tmp_path / "a" / "b", {})
