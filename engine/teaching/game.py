"""A game at the terminal: somebody takes an actor's place, round by round, and sees what it sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from engine.analysis.playing.game import Game, Standing, standing_of
from engine.analysis.playing.review import Chosen, Review, Reviewed, reviewed
from engine.analysis.playing.round import Round
from engine.analysis.playing.turns import Turn
from engine.analysis.playing.wants import Want, wants
from engine.report import playing
from engine.report.played import round_record
from engine.report.terminal import cut
from engine.teaching.dialogue import GO_ON, Dialogue, Unclear

ROUND: Final = "round"
"""The kind of note that holds a round's truth."""
AWAY: Final = 60
"""Lines after which what stood there has scrolled away."""
QUOTED: Final = 24
UNSOLVED: Final = "The engine has not found the equilibrium of this round; what it says rests on its last attempt."
ANOTHER: Final = " Another seed, such as --seed 2, brings another course."


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
        EvaluationError: a chance outside 0 to 1, a number that is not finite.
    """
    return Sitting(dialogue, game, seats, rounds, prefix).hold()


class Sitting:
    """A game and those who play it.

    Attributes:
        review: the game as far as it was played.
    """

    def __init__(
        self, dialogue: Dialogue, game: Game, seats: Sequence[str], rounds: int | None = None, prefix: str = ""
    ) -> None:
        self.dialogue, self.game, self.seats = dialogue, game, tuple(seats)
        self.rounds, self.prefix, self.screen = rounds, prefix, dialogue.screen
        self._played: list[Reviewed] = []
        self._chosen: list[Chosen] = []
        self._wants: Mapping[str, tuple[Want, ...]] = {}
        self._at_screen = ""
        self._caught_up = dict.fromkeys(self.seats, 0)
        self._unknowns: Mapping[str, float] = {}
        self._over = False

    @property
    def review(self) -> Review:
        game = self.game
        return Review(self.seats, game.seed, game.varied, self._unknowns, tuple(self._played), self._over)

    def hold(self) -> Review:
        """Plays on until the game is over.

        Raises:
            Left: whoever plays has gone.
        """
        standing: Standing | None = standing_of(self.game)
        while standing is not None and len(self._played) != self.rounds:
            now = Round(self.game, standing)
            if not self._played:
                self._introduce(now)
            if not now.solved:
                self.dialogue.page(*playing.paragraph(UNSOLVED, self.screen))
            self._chosen = []
            happened = now.play(self.seats, lambda turn, now=now: self._ask(turn, now))  # type: ignore[misc]
            found = reviewed(now, happened, self._chosen, self.seats)
            self._played.append(found)
            record = round_record(found)
            self.dialogue.note(ROUND, f"{self.prefix}round/{found.number}", record)
            standing = now.after(happened)
            self._round_over(found)
        self._over = True
        self._finish()
        return self.review

    # Parts of the conversation

    def _introduce(self, now: Round) -> None:
        scenario, screen = self.game.scenario, self.screen
        self._unknowns = {name: float(value[0]) for name, value in now.batch.values.items()}
        self._wants = {seat: wants(now, seat) for seat in self.seats}
        blocks = [playing.who_lines(self.game, self.seats, screen)]
        alone = len(self.seats) == 1
        blocks += [playing.wants_lines(seat, self._wants[seat], scenario, screen, alone) for seat in self.seats]
        blocks.append(playing.order_lines(self.seats, scenario, screen))
        if not self.game.varied and (known := playing.known_lines(self._unknowns, scenario, screen)):
            blocks.append(known)
        if alone:
            blocks.append(playing.unknown_lines(self.seats, scenario, screen))
        help_ = (
            "At each decision type the number or the name of an option. beliefs, wants, claims and history tell you "
            "more, help says so again, and quit leaves a game that you can take up again."
        )
        blocks.append(playing.paragraph(help_, screen))
        self._show(blocks)
        self.dialogue.pause("Press Enter to begin.")

    def _ask(self, turn: Turn, now: Round) -> str:
        self._hand_over(turn.actor)
        scenario, screen = self.game.scenario, self.screen
        state = {name: float(array[0]) for name, array in now.standing.situation.state.items()}
        self.dialogue.page("", *playing.turn_lines(turn, state, scenario, screen, len(self.seats) == 1), "")
        options = tuple(turn.choice.probabilities)
        asked = {
            "beliefs": lambda: playing.beliefs_lines(turn, scenario, screen),
            "wants": lambda: playing.wants_lines(turn.actor, self._wants[turn.actor], scenario, screen),
            "claims": lambda: playing.claims_lines(turn.actor, self._wants[turn.actor], scenario, screen),
            "history": lambda: playing.history_lines(self._played, turn.actor, scenario, screen),
        }
        option = self.dialogue.ask(
            f"{self.prefix}round/{turn.round}/{turn.decision}",
            f"Your choice (1-{len(options)})?",
            lambda answer: self._understood(answer, options, asked),
            f"Type a number from 1 to {len(options)}, or the name of an option or its beginning. beliefs: what you may "
            "believe of what is hidden; wants: what you want; claims: what stands behind that; history: what happened; "
            "quit: leave, and go on later.",
            frozenset(option.lower() for option in options),
        )
        chosen = Chosen(turn, option)
        self._chosen.append(chosen)
        self.dialogue.page("", *playing.feedback_lines(chosen, scenario, screen))
        return option

    def _understood(self, answer: str, options: Sequence[str], asked: Mapping[str, Callable[[], list[str]]]) -> str:
        word = " ".join(answer.lower().split())
        exact = [option for option in options if option.lower() == word]
        if exact:
            return exact[0]
        if word in asked:
            self.dialogue.tell(*asked[word]())
            raise Unclear(f"And your choice, from 1 to {len(options)}?")
        if word.isdecimal() and word.isascii():
            if len(word) <= 3 and 1 <= int(word) <= len(options):
                return options[int(word) - 1]
            raise Unclear(f"There are {len(options)} options. Which number, from 1 to {len(options)}?")
        begun = [option for option in options if option.lower().startswith(word)]
        if len(begun) == 1:
            return begun[0]
        said = cut(self.screen.label(answer).strip(), QUOTED, self.screen)
        if begun:
            raise Unclear(self.screen.label(f"'{said}' may be {' or '.join(begun)}. Which?"))
        if not said:
            raise Unclear(f"Which option? Type a number from 1 to {len(options)}, or help.")
        names = ", ".join(options)
        raise Unclear(self.screen.label(f"'{said}' is none of {names}. Which? help says what else you can type."))

    def _hand_over(self, seat: str) -> None:
        """Makes sure that whoever looks at the screen may see what comes."""
        if len(self.seats) == 1:
            return
        if self._at_screen != seat:
            name = cut(self.screen.label(self.game.scenario.actors[seat].name), QUOTED, self.screen)
            if self._at_screen:
                self.dialogue.pause(f"Press Enter when you have read this. Next: {name}.")
            self.dialogue.scroll_away(AWAY)
            self.dialogue.pause(f"For {name} alone: press Enter.")
            self._at_screen = seat
        fresh = self._played[self._caught_up[seat] :]
        if fresh:
            scenario, screen = self.game.scenario, self.screen
            lines = playing.history_lines(fresh, seat, scenario, screen, "Since your last turn")
            lines += playing.payoff_lines(fresh[-1].accounts[seat], "Your payoff in the last round", screen)
            self.dialogue.page("", *lines)
        self._caught_up[seat] = len(self._played)

    def _round_over(self, found: Reviewed) -> None:
        scenario, screen = self.game.scenario, self.screen
        if len(self.seats) > 1:  # what a round brought is between it and each seat; each is told at its next turn
            return
        (seat,) = self.seats
        head = f"What everybody learns in round {found.number}" if scenario.rounds else "What everybody sees in the end"
        lines = ["", *playing.learned_lines(found, head, scenario, screen)]
        if not found.accounts[seat].choices:
            lines += playing.paragraph("You had nothing to decide." + ANOTHER * (scenario.rounds is None), screen)
        whose = "Your payoff in this round" if scenario.rounds else "Your payoff"
        lines += playing.payoff_lines(found.accounts[seat], whose, screen)
        self.dialogue.page(*lines)
        self.dialogue.pause(GO_ON)

    def _finish(self) -> None:
        scenario, screen, review = self.game.scenario, self.screen, self.review
        if len(self.seats) > 1:
            self.dialogue.pause("The game is over. Press Enter when all may look at the screen.")
        if not review.rounds:
            return
        self.dialogue.page("")
        told = [playing.round_lines(found, scenario, screen) for found in review.rounds]
        self._show([playing.truth_lines(review, scenario, screen), *told])
        for seat in self.seats:
            self.dialogue.pause(GO_ON)
            self.dialogue.page("", *playing.verdict_lines(review, seat, scenario, screen))
            self.dialogue.page("", *playing.table_lines(review, seat, scenario, screen))
        self.dialogue.page("", *playing.moral_lines(screen))

    def _show(self, blocks: Sequence[Sequence[str]]) -> None:
        """Shows blocks with an empty line after each."""
        for block in blocks:
            self.dialogue.page(*block, "")
