"""A game in which somebody takes an actor's place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from engine import __version__
from engine.analysis.playing.game import Game, game_of
from engine.analysis.playing.review import Review
from engine.analysis.playing.seeds import telling_seed
from engine.api.scenarios import Loaded, in_words
from engine.api.settings import DEFAULT_SEED
from engine.errors import ScenarioError, UsageError
from engine.program.compile import compile_program
from engine.program.program import EvaluationError
from engine.report.export import SCHEMA
from engine.scenario.assumptions import BASE, assume
from engine.scenario.model import Decision, Scenario
from engine.scenario.scope import nearest
from engine.teaching.dialogue import Dialogue, Left
from engine.teaching.game import Sitting, hold_game
from engine.teaching.journal import Journal

PLAY: Final = "play"
LARGEST_SEED: Final = 2**63
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, eq=False)
class Seated:
    """A game, and who plays what in it.

    Attributes:
        seats: the actors whose places are taken.
        rounds: how many are played at most; None: as many as there are.
        head: of its journal.
    """

    game: Game
    seats: tuple[str, ...]
    rounds: int | None
    head: Mapping[str, Any]


def seated(
    loaded: Loaded,
    seats: Sequence[str],
    assumptions: str = BASE,
    overrides: Sequence[tuple[str, str]] = (),
    seed: int | None = None,
    vary: bool = False,
    rounds: int | None = None,
) -> Seated:
    """A game of a scenario, ready to be played.

    Args:
        loaded: the scenario.
        seats: the actors whose places are taken.
        assumptions: name of the set.
        overrides: paths and values.
        seed: of chance, the others' choices, and the unknowns if they vary; None: the first, from 1 on, with which
            somebody has something to decide.
        vary: whether the unknowns are drawn; else each stands at its median.
        rounds: how many are played at most.

    Raises:
        UsageError: no such set, actor or round, an actor who decides nothing, or an override that leads nowhere.
        ScenarioError: what is wrong with the scenario.
    """
    if seed is not None and not 0 <= seed < LARGEST_SEED:
        raise UsageError(f"a seed is a whole number from 0 to 2^63 - 1, not {seed}")
    assumed = assume(loaded.scenario, assumptions, overrides)
    _check_seats(assumed.scenario, seats)
    _check_rounds(assumed.scenario, rounds)
    program = compile_program(assumed.scenario, assumed.believe)
    if seed is None:
        seed = _computed(assumed.scenario, lambda: telling_seed(assumed.scenario, program, seats, vary, DEFAULT_SEED))
    head = {
        "engine": __version__,
        "schema": SCHEMA,
        "command": PLAY,
        "scenario": {"title": assumed.scenario.title, "sha256": loaded.sha256},
        "assumptions": assumed.name,
        "overrides": dict(overrides),
        "seats": list(seats),
        "seed": seed,
        "vary": vary,
        "most_rounds": rounds,
    }
    return Seated(game_of(assumed.scenario, program, seed, vary), tuple(seats), rounds, head)


def seated_as(loaded: Loaded, journal: Journal) -> Seated:
    """The game that a journal holds.

    Raises:
        UsageError: the journal is no game, or one of another scenario.
        ScenarioError: what is wrong with the scenario.
    """
    head = journal.head
    if head.get("command") != PLAY:
        raise UsageError(f"'{journal.path}' is no game, but of 'engine {head.get('command')}'")
    scenario, overrides, seats, rounds = (head.get(key) for key in ("scenario", "overrides", "seats", "most_rounds"))
    if (
        not isinstance(scenario, dict)
        or not isinstance(overrides, dict)
        or not isinstance(seats, list)
        or not all(isinstance(text, str) for text in (head.get("assumptions"), *seats, *overrides.values()))
        or type(head.get("seed")) is not int
        or not isinstance(head.get("vary"), bool)
        or not (rounds is None or type(rounds) is int)
    ):
        raise UsageError(f"'{journal.path}' is no game that can be shown: its first line is not what was written")
    if scenario.get("sha256") != loaded.sha256:
        raise UsageError(
            f"'{journal.path}' is a game of another scenario than '{loaded.file}', or that has changed since",
            "give the file as it was when the game was played",
        )
    return seated(loaded, seats, head["assumptions"], list(overrides.items()), head["seed"], head["vary"], rounds)


def play(seated: Seated, dialogue: Dialogue) -> Review:
    """Plays a game, or goes on with it.

    Raises:
        Left: whoever plays has gone.
        UsageError: the journal holds answers to other questions.
        ScenarioError: what is wrong with the numbers of this game.
    """

    def hold() -> Review:
        found = hold_game(dialogue, seated.game, seated.seats, seated.rounds)
        dialogue.end()
        return found

    return _computed(seated.game.scenario, hold)


def replay(seated: Seated, dialogue: Dialogue) -> Review:
    """The game that a journal holds, as far as it was played; the dialogue shows it again.

    Raises:
        UsageError, ScenarioError: as `play`.
    """

    def hold() -> Review:
        sitting = Sitting(dialogue, seated.game, seated.seats, seated.rounds)
        with suppress(Left):
            sitting.hold()
        return sitting.review

    return _computed(seated.game.scenario, hold)


# Private functions


def _computed(scenario: Scenario, compute: Callable[[], Value]) -> Value:
    from threadpoolctl import threadpool_limits

    try:
        with threadpool_limits(limits=1, user_api="blas"):
            return compute()
    except EvaluationError as error:
        raise ScenarioError([in_words(scenario, error)]) from None


def _check_seats(scenario: Scenario, seats: Sequence[str]) -> None:
    deciding = list(dict.fromkeys(move.actor for move in scenario.moves if isinstance(move, Decision)))
    if not deciding:
        raise UsageError("nobody decides anything in this scenario, so there is nothing to play")
    if not seats:
        raise UsageError("whose place do you take?", f"--as ACTOR: {', '.join(deciding)}")
    for seat in seats:
        if seat not in scenario.actors:
            raise UsageError(f"'{seat}' is no actor of this scenario", nearest(seat, deciding))
        if seat not in deciding:
            raise UsageError(f"'{seat}' decides nothing in this scenario", f"who does: {', '.join(deciding)}")
    twice = next((seat for seat in seats if list(seats).count(seat) > 1), None)
    if twice is not None:
        raise UsageError(f"'{twice}' has one place, and it is taken twice", "name each actor once")


def _check_rounds(scenario: Scenario, rounds: int | None) -> None:
    if rounds is None:
        return
    if rounds < 1:
        raise UsageError(f"at least one round is played, not {rounds}")
    if scenario.rounds is None and rounds > 1:
        raise UsageError("the game is played once", "leave out --rounds")
