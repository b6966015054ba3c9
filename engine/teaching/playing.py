"""The step of a lesson in which somebody takes an actor's place."""

from __future__ import annotations

from collections.abc import Callable

from engine.report.text import command
from engine.scenario.lessons import Playing
from engine.scenario.model import Scenario
from engine.teaching import understanding
from engine.teaching.dialogue import Dialogue

HoldGame = Callable[[Dialogue, str, int | None], None]
"""Plays one game on the dialogue: an actor's seat, and how many rounds at most."""


def play(dialogue: Dialogue, scenario: Scenario, step: Playing, file: str, hold_game: HoldGame | None = None) -> None:
    """One game for each seat; without `hold_game` the command that plays it."""
    label = dialogue.screen.label
    for seat in step.seats:
        name = label(scenario.actors[seat].name)
        if hold_game is not None:
            dialogue.say(f"The place of {name}:")
            hint = "Type yes to play, no to go on."
            if dialogue.ask(f"play {seat}", "Take it now? (yes or no)", understanding.agreed, hint):
                hold_game(dialogue, seat, step.rounds)
                dialogue.pause(understanding.GO_ON)
            continue
        rounds = ["--rounds", str(step.rounds)] if step.rounds else []
        dialogue.say(f"Take the place of {name}, here or in another window:")
        dialogue.tell(f"  {command(dialogue.screen, 'engine', 'play', file, '--as', seat, *rounds)}")
        dialogue.pause("Press Enter when the game is over.")
