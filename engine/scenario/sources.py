"""Quotes are evidence: each is looked up in its source, white space folded. Nothing else is ever opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from engine import document
from engine.errors import Problem, ScenarioError
from engine.scenario.model import Scenario

FEWEST_SHOWN: Final = 8
SHOWN: Final = 30
"""Characters of a quote in a message."""


def check_quotes(scenario: Scenario, folder: Path) -> list[Problem]:
    """Problems with source files and with quotes that do not stand in them; `folder` is the scenario's own."""
    problems: list[Problem] = []
    texts: dict[str, str] = {}
    for name, source in scenario.sources.items():
        if source.file is not None:
            try:
                texts[name] = folded(document.read_file(_inside(source.file, folder)))
            except (ScenarioError, ValueError) as error:
                reason = error.problems[0].message if isinstance(error, ScenarioError) else str(error)
                problems.append(
                    scenario.problem(("sources", name, "file"), reason, "the path is relative to the scenario")
                )
    problems += _missing_quotes(scenario, texts)
    return problems


def folded(text: str) -> str:
    """The text with every stretch of white space as one space."""
    return " ".join(text.split())


def _inside(file: str, folder: Path) -> Path:
    """The source's path, if it is relative and inside the scenario's folder or its parent once links are followed."""
    relative = Path(file)
    home = folder.resolve()
    path = (home / relative).resolve()
    if relative.is_absolute() or relative.drive or not path.is_relative_to(home.parent):
        raise ValueError(f"'{file}' is not inside the scenario's folder or its parent")
    return path


def _missing_quotes(scenario: Scenario, texts: dict[str, str]) -> Iterator[Problem]:
    for name, item in scenario.evidence.items():
        if item.source in texts:
            for number, quote in enumerate(item.quote):
                if folded(quote) not in texts[item.source]:
                    yield scenario.problem(
                        ("evidence", name, "quote", number),
                        f"this quote does not stand in '{item.source}'",
                        _where_it_departs(folded(quote), texts[item.source]),
                    )


def _where_it_departs(quote: str, text: str) -> str:
    """How much of the quote the source has; says nothing of the source beyond the scenario's own words."""
    first = _longest(len(quote), lambda length: quote[:length] in text)
    if first >= FEWEST_SHOWN:
        return (
            f"it matches up to '…{quote[max(0, first - SHOWN) : first]}', not on to '{quote[first : first + SHOWN]}…'"
        )
    last = _longest(len(quote), lambda length: quote[len(quote) - length :] in text)
    if last >= FEWEST_SHOWN:
        return f"only its end matches, from '{quote[len(quote) - last :][:SHOWN]}…'"
    return "quotes are verbatim, in the language of the source"


def _longest(length: int, holds: Callable[[int], bool]) -> int:
    """The largest number up to `length` for which something holds that holds for all smaller ones."""
    low, high = 0, length
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low
