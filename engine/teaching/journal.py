"""What was answered in a lesson or a game, on disk after every answer, so that it can be taken up again.

A journal is a text file with one JSON object in each line. The first says what is played, each other one is an entry:
an answer, or a note such as a sealed prediction. Lines are only ever added, by one window at a time. Everything else
follows from the scenario, the seed and the answers, so nothing else is kept.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine import document
from engine.errors import UsageError

ANSWER: Final = "answer"
END: Final = "end"
Entry = Mapping[str, Any]
"""What was answered or noted: `kind`, `key`, `value`."""


@dataclass(slots=True)
class Journal:
    """A session on disk.

    Attributes:
        path: of the file.
        head: what is played: the command, the scenario's hash, the settings.
        entries: what was in it when it was opened.
        size: bytes of its whole lines.
        torn: bytes of a last line that was only half written; they go when something is added.
    """

    path: Path
    head: Mapping[str, Any]
    entries: tuple[Entry, ...] = ()
    size: int = 0
    torn: int = 0

    @property
    def finished(self) -> bool:
        """Whether it was played to its end."""
        return bool(self.entries) and self.entries[-1]["kind"] == END

    def add(self, kind: str, key: str, value: Any) -> None:
        """Writes an entry, to the disk at once.

        Raises:
            UsageError: somebody else has written to it meanwhile.
            OSError: it cannot be written.
        """
        line = (json.dumps({"kind": kind, "key": key, "value": value}) + "\n").encode()
        with open(self.path, "r+b") as stream:
            if stream.seek(0, os.SEEK_END) != self.size + self.torn:
                raise UsageError(
                    f"'{self.path}' was changed by somebody else while it was open here",
                    "perhaps the same session goes on in another window; --new begins one of your own",
                )
            stream.seek(self.size)
            stream.truncate()
            stream.write(line)
            stream.flush()
            os.fsync(stream.fileno())
        self.size, self.torn = self.size + len(line), 0


def begin(path: Path, head: Mapping[str, Any]) -> Journal:
    """A new journal.

    Raises:
        UsageError: something is there already.
        OSError: it cannot be written.
    """
    line = (json.dumps(head) + "\n").encode()
    try:
        with open(path, "xb") as stream:
            stream.write(line)
            stream.flush()
            os.fsync(stream.fileno())
    except FileExistsError:
        raise UsageError(f"'{path}' exists already", "sessions are never overwritten; give another name") from None
    return Journal(path, dict(head), size=len(line))


def take_up(path: Path) -> Journal:
    """The journal in a file, without a last line that was only half written.

    Raises:
        UsageError: it is no journal.
        OSError, ScenarioError: it cannot be read.
    """
    text = document.read_file(path)
    whole, _, torn = text.rpartition("\n")
    found = [_read(path, number, line) for number, line in enumerate(whole.split("\n"), start=1)]
    head, *entries = found
    for number, entry in enumerate(entries, start=2):
        if set(entry) != {"kind", "key", "value"} or not all(isinstance(entry[key], str) for key in ("kind", "key")):
            raise _no_journal(path, number)
        if entry["kind"] == ANSWER and not isinstance(entry["value"], str):
            raise _no_journal(path, number)
    if not isinstance(head.get("command"), str):
        raise _no_journal(path, 1)
    return Journal(path, head, tuple(entries), len((whole + "\n").encode()), len(torn.encode()))


def opened(path: Path, head: Mapping[str, Any], anew: bool = False) -> Journal:
    """The session to go on with, or a new one: the first unfinished one of its kind, else the first free name.

    Args:
        path: of its file; sessions after the first are its numbered neighbours: game.jsonl, game-2.jsonl, …
        head: what is to be played now.
        anew: begin anew in any case.

    Raises:
        UsageError, ScenarioError, OSError: a file of such a name is no session, or it cannot be read or written.
    """
    number, name = 1, path
    while os.path.lexists(name):
        found = None if anew else take_up(name)
        if found is not None and not found.finished and found.head == head:
            return found
        number += 1
        name = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return begin(name, head)


def opened_at(path: Path, head: Mapping[str, Any]) -> Journal:
    """The session in this file to go on with, or a new one.

    Raises:
        UsageError: the file is a session of something else, or no session; or it is finished.
        OSError, ScenarioError: it cannot be read or written.
    """
    if not os.path.lexists(path):
        return begin(path, head)
    found = take_up(path)
    different = [key for key in {**head, **found.head} if head.get(key) != found.head.get(key)]
    if different:
        verb = "differs" if len(different) == 1 else "differ"
        raise UsageError(
            f"'{path}' is a session of something else: its {', '.join(different)} {verb}",
            "give another name with --session",
        )
    if found.finished:
        raise UsageError(f"the session in '{path}' is finished", "--replay shows it")
    return found


# Private functions


def _read(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise _no_journal(path, number) from None
    if not isinstance(found, dict):
        raise _no_journal(path, number)
    return found


def _no_journal(path: Path, line: int) -> UsageError:
    return UsageError(
        f"'{path}' is no session that can be taken up: line {line} is not what was written",
        "give another name with --session, or begin another with --new",
    )
