"""Bars and small shapes out of characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

EIGHTHS: Final = " ▏▎▍▌▋▊▉"
HEIGHTS: Final = "▁▂▃▄▅▆▇█"
ASCII_HEIGHTS: Final = ".:-=+*#@"


def bar(share: float, upto: float, cells: int, unicode: bool) -> str:
    """A bar for a share of the whole, with a shade behind it that reaches further; `cells` wide.

    Args:
        share: 0 to 1; anything above 0 shows.
        upto: 0 to 1, where the shade ends; no shade if that is not beyond the bar.
    """
    solid = _solid(share, cells, unicode)
    shade = round(min(max(upto, 0.0), 1.0) * cells) - len(solid)
    filled = solid + ("░" if unicode else "-") * max(0, shade)
    return filled + " " * (cells - len(filled))


def sparkline(masses: Sequence[float], most: int, unicode: bool) -> str:
    """The shape of a distribution in one line, at most `most` characters; a gap where there is nothing."""
    shown = _merged(masses, most)
    highest = max(shown, default=0.0)
    return "".join(_height(mass / highest, unicode) if highest > 0 else " " for mass in shown)


def _solid(share: float, cells: int, unicode: bool) -> str:
    share = min(max(share, 0.0), 1.0)
    if not unicode:
        return "#" * (max(1, round(share * cells)) if share > 0 else 0)
    eighths = max(1, round(share * cells * 8)) if share > 0 else 0
    return "█" * (eighths // 8) + (EIGHTHS[eighths % 8] if eighths % 8 else "")


def _merged(masses: Sequence[float], most: int) -> list[float]:
    """The masses with neighbours added together until there are few enough."""
    step = -(-len(masses) // most) if most > 0 else len(masses)
    return [sum(masses[start : start + step]) for start in range(0, len(masses), max(1, step))]


def _height(share: float, unicode: bool) -> str:
    if share <= 0:
        return " "
    levels = HEIGHTS if unicode else ASCII_HEIGHTS
    return levels[min(len(levels) - 1, int(share * len(levels)))]
