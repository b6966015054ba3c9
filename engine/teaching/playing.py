"""The step of a lesson in which somebody takes an actor's place."""

from __future__ import annotations

from collections.abc import Callable

from engine.scenario.lessons import Playing
from engine.scenario.model import Scenario
from engine.teaching import understanding
from engine.teaching.dialogue import Dialogue

HoldGame = Callable[[Dialogue, str, int | None], None]
"""Plays one game on the dialogue: an actor's seat, and how many rounds at most."""


def play(dialogue: Dialogue, scenario: Scenario, step: Playing, hold_game: HoldGame) -> None:
    """One game for each seat, for those who want it."""
    for seat in step.seats:
        dialogue.say(f"The place of {dialogue.screen.label(scenario.actors[seat].name)}:")
        hint = "Type yes to play, no to go on."
        if dialogue.ask(f"play {seat}", "Take it now? (yes or no)", understanding.agreed, hint):
            hold_game(dialogue, seat, step.rounds)
            dialogue.pause(understanding.GO_ON)
