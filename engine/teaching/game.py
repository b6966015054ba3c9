"""A game at the terminal: somebody takes an actor's place, round by round, and sees what it sees."""

from __future__ import annotations

from collections.abc import Sequence

from engine.analysis.playing.game import Game
from engine.analysis.playing.review import Review
from engine.teaching.dialogue import Dialogue


def hold_game(
    dialogue: Dialogue, game: Game, seats: Sequence[str], rounds: int | None = None, prefix: str = ""
) -> Review:
    """Plays a game with whoever is at the terminal; one step of a lesson, or all that `engine play` does.

    Args:
        dialogue: with them.
        game: from `engine.analysis.playing.game.game_of(scenario, program, seed, vary)`.
        seats: the actors whose places they take; with several, the screen is handed over between them.
        rounds: how many are played at most; None: as many as there are.
        prefix: of the keys of all that the journal holds of it.

    Raises:
        Left: they have gone; the journal goes on from there.
    """
    raise NotImplementedError
