"""Scenarios and games of Gambit's, both ways."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.api.scenarios import check_all, in_words, loads
from engine.errors import Problem, ScenarioError, UsageError
from engine.exchange.convert import Converted, check_format, convert_game, convert_scenario
from engine.program.program import EvaluationError
from engine.scenario.assumptions import BASE, assume


def convert(
    text: str,
    file: str,
    source: str,
    target: str,
    assumptions: str = BASE,
    overrides: Sequence[tuple[str, str]] = (),
    folder: Path | None = None,
) -> Converted:
    """A scenario as a game of Gambit's, or a game of Gambit's as a scenario or in its other format.

    Args:
        text: what the file holds.
        file: what to call it in messages.
        source: its format: `yaml`, `efg` or `nfg`.
        target: the format to write.
        assumptions: set under which a scenario is written.
        overrides: as `run`.
        folder: where the sources of a scenario are.

    Raises:
        UsageError: from a scenario to a scenario, or assumptions for a game that has none.
        ScenarioError: what is wrong with the file, or why its game cannot be written.
    """
    check_format(target)
    if source != "yaml":
        if assumptions != BASE or overrides:
            raise UsageError("a game of Gambit's has no assumption sets", "leave out --assume and --set")
        found = convert_game(text, file, source, target)
        if target == "yaml":
            _check_fits(found.text, file)
        return found
    if target == "yaml":
        raise UsageError("a scenario is converted to .efg or .nfg", "one of the two files is a game of Gambit's")
    assumed = assume(loads(text, file, folder).scenario, assumptions, overrides)
    try:
        return convert_scenario(assumed.scenario, file, target)
    except EvaluationError as error:
        raise ScenarioError([in_words(assumed.scenario, error)]) from None


def _check_fits(text: str, file: str) -> None:
    """Makes sure that the scenario of a game is within what a scenario may be.

    Raises:
        ScenarioError: it is not.
    """
    try:
        check_all(loads(text, file))
    except ScenarioError as error:
        what = f"the game in '{file}' is too large for a scenario: {error.problems[0].message}"
        raise ScenarioError([Problem(what)]) from None
