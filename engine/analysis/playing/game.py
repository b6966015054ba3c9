"""A game that is played once through, with its chance fixed beforehand by a seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.games.segments import FloatArray
from engine.program.program import Program
from engine.program.worlds import Situation, first_situation
from engine.sampling.streams import BITS, raw_words, uniforms
from engine.scenario.model import Scenario

PLAYED: Final = 1_886_151_033
"""First word of the keys of all that is drawn here, so that no other stream of the seed is touched."""
UNKNOWNS, TYPES, MOVES = 0, 1, 2
"""Second word: what is drawn."""
WORD: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class Game:
    """A game to be played.

    Attributes:
        scenario: with its assumptions made.
        program: compiled from it.
        draw: uniforms of the unknowns; (n_inputs, 1).
        varied: whether they are drawn; else every unknown stands at its median.
        seed: of types, events and the others' moves: the same seed brings the same luck, whatever is chosen.
    """

    scenario: Scenario
    program: Program
    draw: FloatArray
    varied: bool
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Where a game stands before a round.

    Attributes:
        situation: as everybody could know it.
        types: which combination of lasting types is the true one; None where nothing lasts.
    """

    situation: Situation
    types: int | None


def game_of(scenario: Scenario, program: Program, seed: int, vary: bool = False) -> Game:
    """A game of the typical draw, or of one that is drawn, too."""
    n = program.n_inputs
    draw = chances(seed, UNKNOWNS, shape=(n, 1)) if vary and n else np.full((n, 1), 0.5)
    return Game(scenario, program, draw, vary and n > 0, seed)


def standing_of(game: Game) -> Standing:
    """The beginning of the game.

    Raises:
        EvaluationError: a chance outside 0 to 1, a number that is not finite.
    """
    situation = first_situation(game.program, game.draw)
    if situation.types is None:
        return Standing(situation, None)
    return Standing(situation, drawn(situation.types[:, 0], chances(game.seed, TYPES, shape=())))


def chances(seed: int, *key: int, shape: tuple[int, ...]) -> FloatArray:
    """Uniforms of a game."""
    return uniforms(raw_words(seed, PLAYED, *key, shape=shape or (1,)) >> np.uint64(WORD - BITS)).reshape(shape)


def drawn(chance: FloatArray, uniform: FloatArray) -> int:
    """The place that a uniform picks among chances, (n,), which need not sum to 1; never one without chance."""
    total = np.cumsum(chance)
    if not total[-1] > 0:
        raise AssertionError("nothing can happen here")
    return int(np.searchsorted(total, float(uniform) * total[-1], side="right"))
