from __future__ import annotations

import io
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from border import BORDER, Found, Ran, placed, written

from engine import cli

SECONDS = 20


@contextmanager
def time_limit() -> Iterator[None]:
    """Ends what hangs, where the system has a way to."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def hangs(*_: object) -> None:
        raise AssertionError(f"still running after {SECONDS} s")

    before = signal.signal(signal.SIGALRM, hangs)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def engine(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Ran]:
    """Runs the command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ENGINE_DEBUG", raising=False)

    def run(*args: str, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["engine", *args])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        with time_limit(), pytest.raises(SystemExit) as found:
            cli.main()
        out, err = capsys.readouterr()
        return Ran(int(found.value.code or 0), out, err)

    return run


@pytest.fixture
def refused(engine: Callable[..., Ran], tmp_path: Path) -> Callable[..., Found]:
    """Runs a scenario whose text marks the place of its mistake; the problem that is reported there."""

    def run(marked: str, command: str = "check", *args: str) -> Found:
        text, line, column = placed(marked)
        written(tmp_path, text)
        before = sorted(tmp_path.iterdir())
        ran = engine(command, "border.yaml", *args, *(["-n", "16"] if command == "run" else []))
        assert ran.code == 1, ran.err
        assert ran.out == ""
        assert "Traceback" not in ran.err
        assert sorted(tmp_path.iterdir()) == before
        there = [found for found in ran.problems if (found.line, found.column) == (line, column)]
        assert there, f"nothing is reported at {line}:{column}, but:\n{ran.err}"
        return there[0]

    return run


@pytest.fixture
def fine(engine: Callable[..., Ran], tmp_path: Path) -> Callable[..., Ran]:
    """Runs a scenario in which nothing is wrong."""

    def run(text: str = BORDER, *args: str) -> Ran:
        written(tmp_path, text)
        ran = engine("run", "border.yaml", "-n", "16", *args)
        assert ran.code == 0, ran.err
        return ran

    return run
