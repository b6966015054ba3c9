"""How far a run is, for whoever waits."""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType
from typing import Any, Final

from engine.report.terminal import is_terminal

PATIENCE: Final = 0.5  # seconds before anything is shown


class Progress:
    """A line on stderr that vanishes; nothing in a pipe, nothing for a run that is over soon."""

    def __init__(self, quiet: bool = False, unit: str = "draws") -> None:
        """A line that counts in some unit; without one it says how much of the work is done, in percent."""
        self.quiet, self.unit = quiet, unit
        self.wanted = not quiet and is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"
        self.started = time.monotonic()
        self.bar: Any = None
        self.task: Any = None

    def __call__(self, done: int, total: int) -> None:
        """Told now and then how many draws are done; of 0 in all: how many points a search has tried so far."""
        if self.wanted and time.monotonic() - self.started > PATIENCE:
            if self.bar is None:
                self._show()
            self.bar.update(self.task, completed=done, total=total or None, description=self._said(done, total))

    def say(self, text: str) -> None:
        """A line on stderr that stays."""
        if self.quiet:
            return
        if self.bar is not None:
            self.bar.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            print(text, file=sys.stderr, flush=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.bar is not None:
            self.bar.stop()

    @property
    def seconds(self) -> float:
        """Since it was made."""
        return time.monotonic() - self.started

    def _said(self, done: int, total: int) -> str:
        if not total:
            return f"searching, {done:,} points tried"
        return f"{done:,} of {total:,} {self.unit}" if self.unit else f"{done / total:.0%}"

    def _show(self) -> None:
        from rich import progress
        from rich.console import Console

        columns = (progress.BarColumn(), progress.TextColumn("{task.description}"), progress.TimeRemainingColumn())
        self.bar = progress.Progress(*columns, console=Console(stderr=True), transient=True)
        self.task = self.bar.add_task("", total=None)
        self.bar.start()
