"""Quotes are evidence: each is looked up in its source, white space folded. Nothing else is ever opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine import document
from engine.errors import Problem, ScenarioError
from engine.scenario.model import Scenario


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
    low, high = 0, len(quote)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if quote[:middle] in text else (low, middle - 1)
    if low < 8:
        return "quotes are verbatim, in the language of the source"
    return f"it departs from the source after '…{quote[max(0, low - 30) : low]}'"
