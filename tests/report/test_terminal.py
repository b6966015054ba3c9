from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.report.terminal import SYMBOLS, Screen, cut, safe, screen_of, width, wrap, write


class Tty(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def tty(encoding: str = "utf-8") -> Tty:
    return Tty(io.BytesIO(), encoding=encoding)


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")


@given(st.text())
def test_safe_text_cannot_steer_a_terminal(text: str) -> None:
    found = safe(text)
    assert not any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in found)
    assert not set(found) & set(
        "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\ufeff"
    )
    assert safe(found) == found


def test_safe_text_keeps_what_people_write() -> None:
    for text in ("Łódź", "Путин", "ベラルーシ", "naïve – “so”", "می\u200cخواهم", "👩\u200d🚀"):
        assert safe(text) == text
    assert safe("a\x1b[31mred\x1b[0m\tb\nc") == "a[31mred[0m b c"


@given(st.text(), st.integers(4, 40))
def test_text_is_cut_to_its_cells(text: str, cells: int) -> None:
    assert width(cut(safe(text), cells, Screen())) <= cells


@given(st.text(min_size=1), st.integers(4, 40), st.integers(4, 40))
def test_wrapped_lines_fit_and_lose_nothing(text: str, cells: int, later: int) -> None:
    lines = wrap(safe(text), cells, later)
    assert width(lines[0]) <= cells
    assert all(width(line) <= later for line in lines[1:])
    assert "".join("".join(lines).split()) == "".join(safe(text).split())


def test_words_stay_whole_where_they_can() -> None:
    assert wrap("the quick brown fox", 10) == ["the quick", "brown fox"]
    assert wrap("one two three four", 7, most=2, screen=Screen()) == ["one two", "three…"]
    assert wrap("ベラルーシ", 4) == ["ベラ", "ルー", "シ"]


def test_colour_only_on_a_terminal_that_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert screen_of(tty()).colour
    assert not screen_of(io.TextIOWrapper(io.BytesIO(), encoding="utf-8")).colour
    monkeypatch.setenv("NO_COLOR", "1")
    assert not screen_of(tty()).colour
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not screen_of(tty()).colour


def test_a_pipe_is_80_columns_wide_whatever_the_terminal_is() -> None:
    assert screen_of(tty()).width == 100
    assert screen_of(io.TextIOWrapper(io.BytesIO(), encoding="utf-8")).width == 80


@pytest.mark.parametrize(
    ("encoding", "takes"), [("utf-8", True), ("ascii", False), ("cp1252", False), ("latin-1", False)]
)
def test_block_characters_only_where_the_stream_takes_them(encoding: str, takes: bool) -> None:
    screen = screen_of(tty(encoding))
    assert screen.unicode is takes
    if not takes:
        assert screen.symbols("± “so” → … × ≤ –").isascii()
        assert screen.label("Łódź").isascii()


def test_every_symbol_of_ours_is_probed() -> None:
    assert set("█▏░▁→…–·±“”") <= set(SYMBOLS)


def test_writing_what_a_stream_cannot_encode_does_not_fail() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    write("Łódź\n", stream)
    stream.seek(0)
    assert stream.read() == "??d?\n"
