"""A terminal for a program under test: types lines, sends Ctrl-C and Ctrl-D, and reads what is shown."""

from __future__ import annotations

import codecs
import os
import re
import select
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

PATIENCE: Final = 60.0
"""Seconds until a text has to appear; only a hanging program takes that long."""
ESCAPES: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class PseudoTerminal:
    """Runs `python -m engine …` on a terminal of its own. Only where the system has pseudo-terminals."""

    def __init__(self, arguments: Sequence[str], folder: Path, columns: int = 80) -> None:
        import pty

        environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm", "PYTHONUTF8": "1"}
        environment["PYTHONPATH"] = str(Path(__file__).parents[2])
        self.shown = ""
        self._seen = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._code: int | None = None
        self._process, self._terminal = pty.fork()
        if self._process == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a test run in the background has it ignored
            os.chdir(folder)
            os.execve(sys.executable, [sys.executable, "-m", "engine", *arguments], environment)

    def __enter__(self) -> PseudoTerminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._code is None:
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)
        os.close(self._terminal)

    def expect(self, text: str) -> str:
        """Waits until a text is shown, after what was expected before; all that was shown up to its end."""
        until = time.monotonic() + PATIENCE
        while (at := self.shown.find(text, self._seen)) < 0:
            if not self._more(until):
                raise AssertionError(f"never shown: {text!r}, but:\n{self.shown[self._seen :]}")
        before, self._seen = self._seen, at + len(text)
        return self.shown[before : self._seen]

    def type(self, line: str) -> None:
        """A line, and the return key."""
        os.write(self._terminal, f"{line}\n".encode())

    def interrupt(self) -> None:
        """Ctrl-C; again where nothing comes of it, since the system loses one that is typed before a program waits."""
        before = len(self.shown)
        for _ in range(10):
            os.write(self._terminal, b"\x03")
            until = time.monotonic() + 2.0
            while self._more(until):
                if self.shown[before:].replace("^C", "").strip():
                    return

    def end_input(self) -> None:
        """Ctrl-D."""
        os.write(self._terminal, b"\x04")

    def exit_code(self) -> int:
        """Waits for the end."""
        until = time.monotonic() + PATIENCE
        while self._more(until):
            pass
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])
        return self._code

    def _more(self, until: float) -> bool:
        """Reads what comes; whether there was anything."""
        ready = select.select([self._terminal], [], [], max(0.0, until - time.monotonic()))[0]
        try:
            found = os.read(self._terminal, 65_536) if ready else b""
        except OSError:  # the program has ended
            found = b""
        text = self._decoder.decode(found).replace("\r\n", "\n")
        self.shown += ESCAPES.sub("", text)
        return bool(found)
