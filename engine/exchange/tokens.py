"""The words of Gambit's files: quoted text, numbers, braces; each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, NoReturn

from engine.document.nodes import Source
from engine.errors import ScenarioError
from engine.exchange.records import MAX_PLAYERS

MAX_EXPONENT: Final = 300
MAX_NUMBER: Final = 100
"""Characters of a number."""
MAX_LABEL: Final = 10_000
"""Characters of a label, and of a comment."""
BRACES: Final = "{}"

_TOKEN: Final = re.compile(
    r"(?P<space>[\s,]++)|(?P<text>\"(?:[^\"\\]|\\.)*+\")|(?P<brace>[{}])|(?P<word>[^\s,{}\"]++)", re.DOTALL
)
_NUMBER: Final = re.compile(
    r"[-+]?(?:(?P<decimal>[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE](?P<exponent>[-+]?[0-9]++))?|[0-9]++/[0-9]++)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word.

    Attributes:
        kind: `text`, `word`, `brace`, or `end` after the last one.
        text: what it says; quotes and escapes taken away.
        start: where it stands.
    """

    kind: str
    text: str
    start: int


class Tokens:
    """Reads one word after the other; commas and white space only separate.

    Everything that is not as expected raises a ScenarioError with the place.
    """

    def __init__(self, text: str, file: str) -> None:
        self.source = Source(file, text.removeprefix("\ufeff"))
        self._end = 0
        self._next = self._token(0)

    @property
    def next(self) -> Token:
        """The word that comes next."""
        return self._next

    def take(self) -> Token:
        """The next word, which is then behind us."""
        token = self._next
        self._next = self._token(self._end) if token.kind != "end" else token
        return token

    def fail(self, message: str, hint: str = "", at: Token | None = None) -> NoReturn:
        """Raises the problem that stands at a word (default: the next one)."""
        raise ScenarioError([self.source.problem((at or self._next).start, message, hint)])

    def is_brace(self, brace: str) -> bool:
        """Whether that brace comes next."""
        return self._next.kind == "brace" and self._next.text == brace

    def brace(self, brace: str, what: str) -> None:
        """Takes a brace that has to be there."""
        if not self.is_brace(brace):
            self.fail(f"'{brace}' is needed here, {what}, not {self.shown()}")
        self.take()

    def text(self, what: str) -> str:
        """Takes quoted text."""
        if self._next.kind != "text":
            self.fail(f"{what} is needed here, in double quotes, not {self.shown()}")
        return self.take().text

    def text_if_any(self) -> str:
        """Takes quoted text if it comes next; else it is empty."""
        return self.take().text if self._next.kind == "text" else ""

    def texts(self, what: str) -> tuple[str, ...]:
        """Takes a list of quoted texts in braces."""
        self.brace("{", f"before {what}")
        found = []
        while not self.is_brace("}"):
            found.append(self.text(what))
        self.take()
        return tuple(found)

    def word(self, what: str) -> Token:
        """Takes a bare word."""
        if self._next.kind != "word":
            self.fail(f"{what} is needed here, not {self.shown()}")
        return self.take()

    def whole(self, what: str, least: int = 0) -> int:
        """Takes a whole number."""
        token = self.word(what)
        if not re.fullmatch(r"[0-9]{1,9}", token.text, re.ASCII) or int(token.text) < least:
            self.fail(f"{what} is needed here: a whole number from {least} on", at=token)
        return int(token.text)

    def number(self, what: str) -> Fraction:
        """Takes a number: whole, decimal or a fraction such as 1/3."""
        token = self.word(what)
        found = _NUMBER.fullmatch(token.text)
        if found is None:
            self.fail(f"{what} is needed here, not '{_shortened(token.text)}'", "such as 2, -0.5 or 1/3", token)
        if len(token.text) > MAX_NUMBER or abs(int(found["exponent"] or 0)) > MAX_EXPONENT:
            self.fail(
                f"a number has at most {MAX_NUMBER} characters, and an exponent of at most {MAX_EXPONENT}", at=token
            )
        try:
            return Fraction(token.text)
        except ZeroDivisionError:
            self.fail("a fraction cannot have 0 below the line", at=token)

    def numbers(self, what: str, count: int) -> tuple[Fraction, ...]:
        """Takes that many numbers in braces."""
        self.brace("{", f"before {what}")
        found: list[Fraction] = []
        while not self.is_brace("}"):
            if len(found) == count:
                self.fail(f"there are more than {count} {what}", "one for each player is needed")
            found.append(self.number(f"one of the {what}"))
        if len(found) < count:
            self.fail(f"{count} {what} are needed, there are {len(found)}", "one for each player")
        self.take()
        return tuple(found)

    def shown(self) -> str:
        """The next word, for a message."""
        token = self._next
        return "the end of the file" if token.kind == "end" else f"'{_shortened(token.text)}'"

    def _token(self, start: int) -> Token:
        text = self.source.text
        found = _TOKEN.match(text, start)
        if found is not None and found.lastgroup == "space":
            start = found.end()
            found = _TOKEN.match(text, start)
        self._end = start if found is None else found.end()
        if found is None:
            token = Token("end", "", start)
            if start < len(text):  # a quote that nothing closes
                self.fail("this text has no closing quote", at=token)
            return token
        kind, said = str(found.lastgroup), found.group()
        if kind == "text":
            said = re.sub(r'\\(["\\])', r"\1", said[1:-1])
            if len(said) > MAX_LABEL:
                self.fail(
                    f"a text may have {MAX_LABEL:,} characters, this one has {len(said):,}", at=Token(kind, "", start)
                )
        return Token(kind, said, start)


def header(tokens: Tokens, kind: str, version: str) -> tuple[str, tuple[str, ...]]:
    """Takes the first line, `EFG 2 R "title" { "player" … }`; the title and, if they come, the players."""
    first = tokens.word(f"'{kind}', with which such a file starts,")
    if first.text != kind:
        tokens.fail(f"this is no {kind} file: it starts with '{_shortened(first.text)}'", at=first)
    number = tokens.word(f"the version of the format, {version},")
    if number.text != version:
        tokens.fail(f"only version {version} of the {kind} format is read", at=number)
    exactness = tokens.word("'R' or 'D'")
    if exactness.text not in ("R", "D"):
        tokens.fail("'R' or 'D' is needed here", "numbers are exact in both", exactness)
    title, players = tokens.text("the title"), tokens.texts("the players' names")
    if not 1 <= len(players) <= MAX_PLAYERS:
        tokens.fail(f"a game has 1 to {MAX_PLAYERS} players, this one has {len(players)}")
    return title, players


def quoted(text: str) -> str:
    """The text in double quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def written(number: Fraction) -> str:
    """A number as a decimal where it is a short one, else as a fraction."""
    if number.denominator == 1:
        return str(number.numerator)
    rest, twos, fives = number.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1 or places > 20:
        return f"{number.numerator}/{number.denominator}"
    digits = str(abs(number.numerator) * 10**places // number.denominator).rjust(places + 1, "0")
    return f"{'-' if number < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
