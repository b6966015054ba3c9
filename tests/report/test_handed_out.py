"""Tables, charts and files that are handed out: harmless, aligned, and never written over others."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.report.bands import Band, axis_line, band_lines, scale_of
from engine.report.crowd import histogram_lines
from engine.report.grid import Grid, grid_lines
from engine.report.markdown import escaped, fenced, table
from engine.report.new_file import write_new
from engine.report.terminal import Screen, width

GRID = Grid(
    ("", "said", "log"), [("a very long name of somebody who says much", "10%", "0.105"), ("  short", "5%", "1")]
)


@pytest.mark.parametrize("columns", [60, 80])
def test_figures_stand_below_each_other(columns: int) -> None:
    lines = grid_lines(GRID, Screen(columns))
    assert max(map(width, lines)) <= columns
    assert {line.rstrip()[-5:] for line in lines if "0.105" in line} == {"0.105"}
    assert [line.index("%") for line in lines if "%" in line] == [lines[0].index("said") + 3] * 2


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("unicode", [True, False])
def test_bands_lie_where_the_axis_says(columns: int, unicode: bool) -> None:
    screen = Screen(columns, unicode=unicode)
    scale = scale_of(["ICD 203"], screen)
    axis = axis_line(scale, screen)
    [all_, half, none] = band_lines([Band("x", 0, 1), Band("x", 0.5, 1), Band("x", 0, 0)], scale, screen)
    mark = "░" if unicode else "-"
    assert width(all_) == width(axis) <= columns
    assert all_.count(mark) == scale.axis + (not unicode and 1)  # ASCII: the range has a hyphen, too
    assert half.rindex(" ") + 1 == scale.before + scale.axis // 2
    assert none.endswith(mark)
    assert screen.unicode or all_.isascii()


@pytest.mark.parametrize(
    "text", ["<script>", "[x](http://y)", "a | b", "# head", "1. one", "- item", "`code`", "**b**"]
)
def test_texts_of_others_are_text_in_markdown(text: str) -> None:
    found = escaped(text)
    assert "<" not in found
    for mark in "`*_[]|#":
        assert found.count(mark) == found.count(f"\\{mark}")
    assert not found.startswith(("- ", "1. "))


def test_numbers_stay_as_they_are_in_markdown() -> None:
    assert escaped("10.0%") == "10.0%"
    assert escaped("-65%") == "-65%"
    assert escaped("---").startswith("\\")  # else a line across the page
    assert escaped("===").startswith("\\")
    assert table(Grid(("", "n"), [("a", "1"), ("only",)])).splitlines()[1:] == [
        "| --- | ---: |",
        "| a | 1 |",
        "| **only** |  |",
    ]


def test_a_fence_is_longer_than_what_it_holds() -> None:
    assert fenced(["a ```` b"]).splitlines()[0] == "`````text"


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "h.md"
    write_new(path, "é\n")
    assert path.read_bytes() == "é\n".encode()
    with pytest.raises(UsageError, match="exists already"):
        write_new(path, "other")
    with pytest.raises(UsageError, match="no folder"):
        write_new(tmp_path / "none" / "h.md", "x")
    assert [item.name for item in tmp_path.iterdir()] == ["h.md"]


@pytest.mark.parametrize("unicode", [True, False])
def test_a_histogram_stands_on_its_axis(unicode: bool) -> None:
    screen = Screen(80, unicode=unicode)
    scale = scale_of([], screen)
    lines = histogram_lines((4, 0, 0, 0, 0, 0, 0, 0, 0, 2), scale, screen)
    first, last = scale.before, scale.before + 9 * scale.axis // 10
    assert [len(line) > first and line[first] != " " for line in lines] == [True] * 6
    assert [len(line) > last and line[last] != " " for line in lines] == [False] * 3 + [True] * 3
    assert lines[0].split()[0] == "4"
    assert max(map(width, lines)) < scale.before + scale.axis
