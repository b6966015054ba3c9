"""A conversation with somebody at the terminal: it tells, asks until it understands, and can be taken up again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from typing import Any, Final, TypeVar

from engine.errors import UsageError
from engine.report.terminal import Screen, wrap
from engine.teaching.journal import ANSWER, END, Entry, Journal

Value = TypeVar("Value")
LEAVE: Final = frozenset({"quit", "exit", "leave", "q"})
HELP: Final = frozenset({"?", "help"})
GO_ON: Final = "Press Enter to go on."
PAGE: Final = 23
"""Lines between two questions, which stand on a screen of 24 lines then."""
LONGEST: Final = 1_000
"""Characters of an answer."""
RECAP: Final = 20
"""Lines that stood last, shown to who takes up again."""


class Unclear(Exception):
    """An answer that makes no sense here; its text says what would."""


class Left(Exception):
    """Whoever was asked has gone; what was answered is in the journal."""


class Dialogue:
    """Tells and asks, and keeps the answers.

    Answers that the journal holds already are not asked for again. Of what was told before the last of them, only
    what still stood on the screen is told again, so that a next question of several is understood; all of it if it
    `replays`.

    Args:
        screen: what is written on.
        read: asks for a line with this prompt; raises EOFError where there are no more.
        write: puts text on the screen.
        journal: where answers go, and come from.
        replays: whether old answers are shown with all that was told between them.
    """

    def __init__(
        self,
        screen: Screen,
        read: Callable[[str], str],
        write: Callable[[str], None],
        journal: Journal,
        replays: bool = False,
    ) -> None:
        self.screen, self._read, self._write, self._journal, self._replays = screen, read, write, journal, replays
        self._old: deque[Entry] = deque(journal.entries)
        self._stood: list[str] = []  # since somebody last went on, while catching up
        self._used = 0  # lines since somebody was last asked

    @property
    def catching_up(self) -> bool:
        """Whether an answer is still to come that was given before."""
        return any(entry["kind"] == ANSWER for entry in self._old)

    @property
    def shows(self) -> bool:
        """Whether what is told now is seen."""
        return self._replays or not self.catching_up

    def tell(self, *lines: str) -> None:
        """Shows lines that fit the screen, and that hold nothing from a file that is not safe."""
        if self.shows:
            self._used += len(lines)
            self._write("".join(f"{line}\n" for line in lines))
        else:
            self._stood += lines

    def page(self, *lines: str) -> None:
        """Shows lines that belong together; what has no room below what stands there comes after a pause.

        Raises:
            Left: they have gone.
        """
        rest = list(lines)
        if self._used and self._used + len(rest) > PAGE:
            self.pause(GO_ON)
            rest = rest[1:] if rest and not rest[0] else rest  # no gap at the top of a page
        while len(rest) > PAGE:
            self.tell(*rest[:PAGE])
            self.pause(GO_ON)
            rest = rest[PAGE:]
        self.tell(*rest)

    def say(self, text: str, indent: str = "") -> None:
        """Shows our own words, broken into lines."""
        self.tell(*self.broken(text, indent))

    def broken(self, text: str, indent: str = "") -> list[str]:
        """Our own words in lines."""
        return [indent + line for line in wrap(self.screen.symbols(text), self.screen.width - len(indent))]

    def pause(self, prompt: str) -> None:
        """Waits for the return key, where somebody is to read what stands there; nothing is kept of it.

        Raises:
            Left: they have gone.
        """
        self._stood, self._used = [], 0
        if self._replays or self.catching_up:
            return
        try:
            answer = self._read(self.screen.symbols(prompt) + " ").strip()
        except EOFError:
            self._write("\n")
            raise Left from None
        if answer.lower() in LEAVE:
            raise Left

    def scroll_away(self, lines: int) -> None:
        """Moves what stands on the screen out of sight."""
        self._stood = []
        if not self._replays and not self.catching_up:
            self._write("\n" * lines)

    def ask(
        self,
        key: str,
        prompt: str,
        understand: Callable[[str], Value],
        hint: str = "",
        meant: Collection[str] = (),
        otherwise: str = "",
    ) -> Value:
        """What somebody answers, once it can be understood.

        Args:
            key: by which the journal knows the question.
            prompt: one line.
            understand: the answer's meaning; raises Unclear.
            hint: said when help is asked for.
            meant: words that are answers here, in small letters, even if they ask to leave or for help elsewhere.
            otherwise: what an empty line stands for; none: an answer is needed.

        Raises:
            Left: whoever is asked has gone.
            UsageError: the journal holds the answer to another question.
        """
        if self.catching_up:
            return self._remembered(key, prompt, understand)
        if self._replays:
            raise Left
        while True:
            try:
                answer = self._read(self.screen.symbols(prompt) + " ").strip() or otherwise
            except EOFError:
                self._write("\n")
                raise Left from None
            self._used = 0
            word = "" if answer.lower() in meant else answer.lower()
            if word in LEAVE:
                raise Left
            if not answer or word in HELP:
                self.say(hint or "An answer is needed here; quit leaves, and the same command goes on from here.", "  ")
                continue
            try:
                found = self._understood(answer, understand)
            except Unclear as unclear:
                self.say(str(unclear), "  ")
                continue
            self._journal.add(ANSWER, key, answer)
            return found

    def coming(self, kind: str) -> Any:
        """The value of the journal's next entry, if it is a note of this kind; else None."""
        return self._old[0]["value"] if self._old and self._old[0]["kind"] == kind else None

    def note(self, kind: str, key: str, value: Any) -> None:
        """Puts something beside the answers into the journal; on taking up again, makes sure that it is the same.

        Raises:
            UsageError: the journal says otherwise.
        """
        if not self._old:
            if not self._replays:
                self._journal.add(kind, key, value)
            return
        entry = self._old.popleft()
        if (entry["kind"], entry["key"], entry["value"]) != (kind, key, value):
            raise self._changed()

    def end(self) -> None:
        """Marks that this was all."""
        self.note(END, "", None)

    def _remembered(self, key: str, prompt: str, understand: Callable[[str], Value]) -> Value:
        entry = self._old.popleft()
        if entry["kind"] != ANSWER or entry["key"] != key:
            raise self._changed()
        try:
            found = self._understood(entry["value"], understand)
        except Unclear:
            raise self._changed() from None
        line = f"{self.screen.symbols(prompt)} {self.screen.label(entry['value'])}"
        if self._replays:
            self._write(f"{line}\n")
            self._used = 0
            return found
        self._stood.append(line)
        if not self.catching_up:
            self.say(f"Taken up again from {self.screen.label(str(self._journal.path))}. It stood here:")
            self.tell(*self._last())
            self._stood = []
        return found

    def _last(self) -> list[str]:
        """The last paragraphs of what stood there."""
        lines = self._stood
        while lines[0] == "" or (len(lines) > RECAP and "" in lines):
            lines = lines[lines.index("") + 1 :]
        return ["", *lines[-RECAP:]]

    def _understood(self, answer: str, understand: Callable[[str], Value]) -> Value:
        if len(answer) > LONGEST:
            raise Unclear(f"That is longer than {LONGEST:,} characters.")
        return understand(answer)

    def _changed(self) -> UsageError:
        return UsageError(
            f"'{self._journal.path}' does not fit: its answers are to other questions than these",
            "the file or the engine has changed since; start a new session",
        )
