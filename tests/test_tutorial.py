"""The tutorial's file, built step by step as its reader builds it: each step runs and prints what the page shows."""

from __future__ import annotations

import io
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from engine import cli

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
FINAL = (ROOT / "docs" / "examples" / "dam.yaml").read_text("utf-8")
STEPS = re.findall(r"^## \d+\. .*?(?=^## )", PAGE, re.MULTILINE | re.DOTALL)
MISTAKES = re.findall(r"^\| `(.+?)` \| (?:`(.+?)`)? ?\| (.+?) \|$", PAGE, re.MULTILINE)

Engine = Callable[[str, str], tuple[int, str]]


@pytest.fixture
def engine(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Engine:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dam.txt").write_bytes((ROOT / "docs" / "examples" / "dam.txt").read_bytes())

    def run(command: str, text: str) -> tuple[int, str]:
        (tmp_path / "dam.yaml").write_text(text, encoding="utf-8")
        monkeypatch.setattr(sys, "argv", shlex.split(command))
        monkeypatch.setattr(sys, "stdin", io.StringIO())
        with pytest.raises(SystemExit) as found:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return int(found.value.code or 0), " ".join(f"{out}\n{err}".split())

    return run


def sections(text: str) -> dict[str, str]:
    """The top-level sections of YAML text, as they stand."""
    blocks = [block.strip("\n") for block in re.split(r"^(?=[a-z_]+:)", text, flags=re.MULTILINE) if block.strip()]
    return {block.partition(":")[0]: block for block in blocks}


def file_after(step: int) -> str:
    found: dict[str, str] = {}
    for text in STEPS[: step + 1]:
        for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL):
            found |= sections(block)
    return "\n".join(found.values()) + "\n"


def folded(text: str) -> str:
    return " ".join(text.split())


def test_the_steps_take_an_hour() -> None:
    assert len(STEPS) == 8
    assert sum(map(int, re.findall(r"^## \d+\. .*\((\d+) minutes\)", PAGE, re.MULTILINE))) == 60


def test_the_last_step_is_the_file_in_the_examples() -> None:
    built = file_after(len(STEPS) - 1)
    assert yaml.safe_load(built) == yaml.safe_load(FINAL)
    assert sections(built) == sections(FINAL)


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_a_step_prints_what_it_shows(engine: Engine, step: int) -> None:
    shown = re.findall(r"```text\n(.*?)```", STEPS[step], re.DOTALL)
    assert len(shown) == 1
    printed = ""
    for line in shown[0].splitlines():
        if line.startswith("$ "):
            code, printed = engine(line[2:], file_after(step))
            assert code == 0, printed
        else:
            assert folded(line) in printed


def test_the_finished_file_has_nothing_to_mend(engine: Engine) -> None:
    for command in ("engine check dam.yaml", "engine run dam.yaml -n 16"):
        code, printed = engine(command, FINAL)
        assert code == 0
        assert "warning" not in printed


@pytest.mark.parametrize(("right", "wrong", "said"), MISTAKES, ids=[wrong or "left out" for _, wrong, _ in MISTAKES])
def test_a_mistake_is_answered_as_the_page_says(engine: Engine, right: str, wrong: str, said: str) -> None:
    assert right in FINAL
    command = "engine run dam.yaml -n 16" if said == MISTAKES[-1][2] else "engine check dam.yaml"
    assert said in engine(command, FINAL.replace(right, wrong, 1))[1]


def test_all_mistakes_are_read() -> None:
    assert len(MISTAKES) == PAGE.count("\n| ") - 1
