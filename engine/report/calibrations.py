"""Forecasters side by side, and a plot of what they said against what happened, out of characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.analysis.scoring.calibration import CALIBRATED, FEWEST, TOO_FEW
from engine.analysis.scoring.judged import Judged
from engine.report.figures import percent
from engine.report.rows import painted_lines
from engine.report.terminal import Screen, left, right, width, wrap

N: Final = 6
CHANCE: Final = 9
SCORE: Final = 7
VERDICT: Final = 17
FEWEST_WHO: Final = 12
"""Cells for a name, below which the verdict stands on a line of its own."""
ROWS: Final = 11
AXIS: Final = 6
MOST_WIDTH: Final = 61
COLOURS: Final = {CALIBRATED: ("green",), TOO_FEW: ("dim",)}


def calibration_lines(judged: Sequence[Judged], screen: Screen) -> list[str]:
    """One line for each forecaster: how many, how often it happened, the scores and the verdict."""
    wide = screen.width >= N + 2 * CHANCE + 3 * SCORE + VERDICT + FEWEST_WHO
    who = screen.width - N - 2 * CHANCE - 3 * SCORE - (VERDICT if wide else 0)
    heads = (("n", N), ("forecast", CHANCE), ("happened", CHANCE), ("Brier", SCORE), ("due", SCORE), ("log", SCORE))
    head = left("Forecaster", who) + "".join(right(name, size) for name, size in heads) + ("  verdict" if wide else "")
    lines = [screen.paint(head, "dim")]
    for one in judged:
        found = one.found
        cells = (
            right(f"{found.n:,}", N),
            right(percent(found.forecast), CHANCE),
            right(percent(found.happened / found.n), CHANCE),
            right(f"{found.brier:.3f}", SCORE),
            right(f"{found.expected:.3f}", SCORE),
            right(f"{one.log_score:.3f}", SCORE),
        )
        verdict = screen.paint(found.verdict, *COLOURS.get(found.verdict, ("yellow",)))
        figures = "".join(cells)
        if wide:
            lines += painted_lines(one.by, f"{figures}  {verdict}", width(figures) + VERDICT, screen)
        else:
            lines += [*painted_lines(one.by, figures, width(figures), screen), f"  verdict: {verdict}"]
        lines += [f"  {line}" for text in _remarks(one) for line in wrap(screen.label(text), screen.width - 2)]
    return lines


def plot_lines(one: Judged, screen: Screen) -> list[str]:
    """The share that happened against the forecast, with its 95 % interval, and below it the bins in numbers."""
    cells = min(screen.width - AXIS - 2, MOST_WIDTH)
    grid = [[" "] * cells for _ in range(ROWS)]
    for column in range(cells):
        grid[_row(column / (cells - 1))][column] = "·" if screen.unicode else "."
    for each in one.found.bins:
        column = round(each.forecast * (cells - 1))
        for row in range(_row(each.high), _row(each.low) + 1):
            grid[row][column] = "░" if screen.unicode else "|"
    for each in one.found.bins:
        grid[_row(each.observed)][round(each.forecast * (cells - 1))] = "█" if screen.unicode else "O"
    title = f"{one.by}: how often it happened, against the chance that was said"
    lines = [screen.paint(line, "bold") for line in wrap(screen.label(title), screen.width)]
    for row, line in enumerate(grid):
        share = f"{100 - 10 * row}%" if row % 5 == 0 else ""
        lines.append(right(share, AXIS) + " " + "".join(line))
    ends = left("0%", cells // 2 - 1) + left("50%", cells - cells // 2 - 3) + "100%"
    lines.append(" " * (AXIS + 1) + ends)
    marks = ("█ happened, ░ its 95% interval, · as often as said", "O happened, | its 95% interval, . as often as said")
    lines += [screen.paint(line, "dim") for line in wrap(marks[not screen.unicode], screen.width)]
    lines += [_bin_head(screen), *_bin_rows(one)]
    return [*lines, *wrap(_parts(one), screen.width)]


# Private functions


def _row(share: float) -> int:
    return ROWS - 1 - round(share * (ROWS - 1))


def _bin_head(screen: Screen) -> str:
    heads = (("said", 18), ("mean", 9), ("n", 6), ("happened", 10), ("95% interval", 18))
    return screen.paint("".join(right(name, size) for name, size in heads), "dim")


def _bin_rows(one: Judged) -> list[str]:
    rows = []
    for each in one.found.bins:
        said = (
            percent(each.lowest)
            if each.lowest == each.highest
            else f"{percent(each.lowest)} to {percent(each.highest)}"
        )
        between = f"{percent(each.low)} to {percent(each.high)}"
        cells = (right(said, 18), right(percent(each.forecast), 9), right(f"{each.n:,}", 6))
        rows.append("".join((*cells, right(percent(each.observed), 10), right(between, 18))))
    return rows


def _parts(one: Judged) -> str:
    """Murphy's decomposition in words."""
    parts = one.found.decomposition
    rest = "" if abs(parts.within) < 0.0005 else f" {'-+'[parts.within > 0]} {abs(parts.within):.3f} within the bins"
    return (
        f"Brier {parts.brier:.3f} = reliability {parts.reliability:.3f} (0 is best) - resolution "
        f"{parts.resolution:.3f} (more is better) + uncertainty {parts.uncertainty:.3f} (of the events){rest}"
    )


def _remarks(one: Judged) -> list[str]:
    found, texts = one.found, []
    if found.impossible:
        texts.append(f"{found.impossible} of what was said to be impossible happened, or of what was certain did not")
    if found.also:
        texts.append(f"also {found.also}")
    if found.verdict == TOO_FEW and found.n >= FEWEST:
        texts.append(f"the tests would notice an overconfident forecaster in {percent(found.power)} of cases only")
    if found.verdict not in (CALIBRATED, TOO_FEW) and not found.impossible:
        texts.append(
            f"a score as bad or worse comes about in {percent(found.as_bad)} of cases if the forecasts are right"
        )
    return texts
