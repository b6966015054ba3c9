"""From one format to another."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from engine.document import MAX_BYTES
from engine.errors import Problem, ScenarioError, UsageError
from engine.exchange.efg import read_efg, write_efg
from engine.exchange.from_scenario import game_of
from engine.exchange.nfg import read_nfg, write_nfg
from engine.exchange.records import Game, NormalForm, as_tree
from engine.exchange.strategic import reduced_form
from engine.exchange.to_scenario import scenario_text
from engine.scenario.model import Scenario
from engine.scenario.scope import nearest

FORMATS: Final[Mapping[str, str]] = {".yaml": "yaml", ".yml": "yaml", ".efg": "efg", ".nfg": "nfg"}
"""The format of a file, by the end of its name."""
KINDS: Final = ("yaml", "efg", "nfg")


@dataclass(frozen=True, slots=True)
class Converted:
    """What comes out.

    Attributes:
        text: of the new file.
        warnings: what of the old one it does not hold.
    """

    text: str
    warnings: tuple[str, ...] = ()


def format_of(name: str, text: str | None = None) -> str:
    """The format of a file: by its name, else by how its text starts.

    Raises:
        UsageError: neither tells.
    """
    ending = re.search(r"\.[A-Za-z0-9]+$", name)
    if ending and ending.group().lower() in FORMATS:
        return FORMATS[ending.group().lower()]
    if text is not None:
        start = re.match(r"\ufeff?\s*(EFG|NFG)\s", text)
        return start.group(1).lower() if start else "yaml"
    raise UsageError(
        f"'{name}' does not tell which format to write", f"end its name in {', '.join(FORMATS)}, or use --to"
    )


def check_format(name: str) -> None:
    """Makes sure that there is such a format.

    Raises:
        UsageError: there is not.
    """
    if name not in KINDS:
        raise UsageError(f"'{name}' is no format", nearest(name, KINDS))


def convert_game(text: str, file: str, source: str, target: str) -> Converted:
    """A game of Gambit's in another format.

    Args:
        text: what the file holds.
        file: what to call it in messages.
        source: `efg` or `nfg`.
        target: `yaml`, `efg` or `nfg`.

    Raises:
        ScenarioError: what is wrong with the file, or why its game cannot be written.
    """
    if len(text.encode()) > MAX_BYTES:
        raise ScenarioError([Problem(f"'{file}' is larger than {MAX_BYTES:,} bytes")])
    game = READERS[source](text, file)
    if target == "yaml":
        return Converted(scenario_text(_tree(game), file))
    return Converted(_written(game, target))


def convert_scenario(scenario: Scenario, file: str, target: str) -> Converted:
    """One draw of a scenario in a format of Gambit's.

    Raises:
        ScenarioError: why it cannot be written.
        EvaluationError: a number of this draw is impossible.
    """
    found = game_of(scenario, file)
    return Converted(_written(found.game, target), found.warnings)


# Private functions


def _tree(game: Game | NormalForm) -> Game:
    return game if isinstance(game, Game) else as_tree(game)


def _written(game: Game | NormalForm, target: str) -> str:
    if target == "efg":
        return write_efg(_tree(game))
    return write_nfg(reduced_form(game).form if isinstance(game, Game) else game)


READERS: Final[Mapping[str, Callable[[str, str], Game | NormalForm]]] = {"efg": read_efg, "nfg": read_nfg}
