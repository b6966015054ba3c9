"""Seeds with which there is something to play."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from engine.analysis.playing.game import game_of, standing_of
from engine.analysis.playing.round import Round
from engine.analysis.playing.turns import Turn
from engine.program.program import Program
from engine.scenario.model import Scenario

SEEDS: Final = 50
"""Seeds that are tried."""


class _Asked(Exception):
    """A seat has come to a decision."""


def telling_seed(
    scenario: Scenario, program: Program, seats: Collection[str], vary: bool = False, seed: int = 1
) -> int:
    """The first seed from this one on with which a seat has something to decide in the first round.

    What a seat knows when it decides, and what it may then believe, already say that it has come to decide, so this
    favours nothing that is hidden from it. If no seed of the next few does, this one.
    """
    for tried in range(seed, seed + SEEDS):
        game = game_of(scenario, program, tried, vary)
        try:
            Round(game, standing_of(game)).play(seats, _asked)
        except _Asked:
            return tried
    return seed


def _asked(turn: Turn) -> str:
    raise _Asked
