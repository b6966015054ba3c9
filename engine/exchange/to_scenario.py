"""A game of Gambit's as the text of a scenario."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from engine.errors import Problem, ScenarioError
from engine.exchange.conditions import Number, Writer, number
from engine.exchange.naming import Names, quoted, scalar, visible
from engine.exchange.order import Play, PlayedMove, in_order
from engine.exchange.records import Game
from engine.games.tree import NOT_MOVED

LARGEST: Final = Fraction(10) ** 60
WHY: Final = "as in the game that this was converted from"
SEEN: Final = "seen"
TITLE: Final = 200
"""Characters of the title."""


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """A game in order of play, with a name for everything.

    Attributes:
        actors: of each player.
        moves: of each move.
        options: of each move's actions.
    """

    play: Play
    actors: tuple[str, ...]
    moves: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]


def named(game: Game) -> Named:
    """The game's moves in order of play, with the names that they have in a scenario.

    Raises:
        ScenarioError: why it cannot be written as a scenario.
    """
    play = in_order(game)
    options = tuple(_options(move) for move in play.moves)
    actor = Names()
    actors = tuple(
        actor.new(label.lower(), "player_", f"player_{place + 1}") for place, label in enumerate(game.players)
    )
    taken = {name for names in options for name in names}
    fresh = Names({*taken, *(f"payoff_{name}" for name in actors)})
    alone = {
        player: sum(move.player == player and not move.signal for move in play.moves) < 2
        for player in (None, *range(len(actors)))
    }
    moves = tuple(_move_name(fresh, move, play, actors, alone[move.player]) for move in play.moves)
    return Named(play, actors, moves, options)


def scenario_text(game: Game, origin: str) -> str:
    """The scenario of a game: the same information sets, chances and payoffs, every precision 1.

    Args:
        game: with at least one player.
        origin: where it comes from, for a comment.

    Raises:
        ScenarioError: why it cannot be written as a scenario.
    """
    return _Text(named(game), origin).text()


# Private functions


def _options(move: PlayedMove) -> tuple[str, ...]:
    if move.signal:
        return (SEEN,)
    names = Names(bare=False)
    return tuple(names.new(label, "a", f"a{place + 1}") for place, label in enumerate(move.actions))


def _move_name(fresh: Names, move: PlayedMove, play: Play, actors: Sequence[str], alone: bool) -> str:
    if move.signal:
        player = play.game.sets[move.sets[0]].player
        stem = "sees" if player is None else f"{actors[player]}_sees"
        return fresh.new(stem, "", stem)
    stem = "chance" if move.player is None else actors[move.player]
    labels = {node.label for node in play.game.nodes if node.set in move.sets}
    if len(labels) == 1 and (label := labels.pop().strip()):
        return fresh.new(label, f"{stem}_", stem)
    if alone:
        return fresh.new(stem, "", stem)
    place = 1
    while f"{stem}_{place}" in fresh.taken:
        place += 1
    return fresh.new(f"{stem}_{place}", "", stem)


class _Text:
    """The lines of a scenario."""

    def __init__(self, game: Named, origin: str) -> None:
        self.game, self.play, self.origin = game.play.game, game.play, origin
        self.actors, self.moves, self.options = game.actors, game.moves, game.options
        names = Names({*game.moves, *(name for own in game.options for name in own)})
        self.payoff = tuple(names.new(f"payoff_{actor}", "", "payoff") for actor in game.actors)
        self.writer = Writer(self.moves, self.options, lambda stem: names.new(f"{stem}_part", "", "part"))
        self.columns = tuple(place for place, move in enumerate(self.play.moves) if not move.signal)

    def text(self) -> str:
        moves = list(self._moves())
        payoffs = [self._payoff(player) for player in range(len(self.actors))]
        quantities = [*self.writer.quantities.items(), *zip(self.payoff, payoffs, strict=True)]
        return "\n".join(
            [
                *self._opening(),
                "actors:",
                *(
                    f"  {name}: {{name: {quoted(label or name)}, precision: 1}}"
                    for name, label in zip(self.actors, self.game.players, strict=True)
                ),
                "",
                "quantities:",
                *(f"  {name}: {quoted(formula)}" for name, formula in quantities),
                *(["", "moves:                                     # in order of play", *moves] if moves else []),
                "",
                "payoffs:",
                *(
                    f"  {actor}: [{{term: payoff, value: {payoff}}}]"
                    for actor, payoff in zip(self.actors, self.payoff, strict=True)
                ),
                "",
                "outcomes:",
                *self._outcomes(),
                "",
            ]
        )

    def _opening(self) -> Iterator[str]:
        yield f"# From {visible(self.origin)}, a game of Gambit's."
        for line in self.game.comment.strip().splitlines()[:50]:
            yield f"#   {visible(line)}"
        yield "engine: 1"
        yield f"title: {quoted(self.game.title[:TITLE] or 'A game without a title')}"
        yield ""

    # Moves

    def _moves(self) -> Iterator[str]:
        for place, move in enumerate(self.play.moves):
            keys = [*self._kind(place, move), *self._label(move)]
            if move.when is not None:
                keys.append(f"when: {quoted(self.writer.condition(move.when, f'if_{self.moves[place]}'))}")
            if move.player is None:
                keys += self._chance(place, move)
            yield f"  - {{{', '.join(keys)}}}{self._original(place, move)}"

    def _kind(self, place: int, move: PlayedMove) -> list[str]:
        if move.player is None:
            return [f"event: {self.moves[place]}"]
        keys = [f"decision: {self.moves[place]}", f"actor: {self.actors[move.player]}"]
        keys.append(f"options: [{', '.join(map(scalar, self.options[place]))}]")
        if move.knows or place:  # a list that is empty on purpose says so
            keys.append(f"knows: [{', '.join(self.moves[known] for known in move.knows)}]")
        return keys

    def _label(self, move: PlayedMove) -> list[str]:
        labels = [self.game.sets[number].label.strip() for number in move.sets]
        shown = ", ".join(dict.fromkeys(label for label in labels if label))
        if move.signal:
            item = self.game.sets[move.sets[0]]
            whom = "" if item.player is None else self.game.players[item.player]
            shown = f"{whom} is at information set {shown or item.number}"
        return [f"label: {quoted(shown[:TITLE])}"] if shown else []

    def _chance(self, place: int, move: PlayedMove) -> list[str]:
        if move.signal:
            return [f"chance: {{{SEEN}: 1}}"]
        shares = []
        for action, option in enumerate(self.options[place]):
            share = self._share(move, place, action)
            text = self.writer.number(share, f"chance_{self.moves[place]}")
            shares.append(
                f"{scalar(option)}: {text if isinstance(share, Fraction) and '/' not in text else quoted(text)}"
            )
        return [f"chance: {{{', '.join(shares)}}}", f"judgement: {WHY}"]

    def _share(self, move: PlayedMove, place: int, action: int) -> Number:
        """The chance of an action, by the earlier moves if it differs between the sets of the move."""
        chances = {number: self.game.sets[number].chances[action] for number in move.sets}
        if len(set(chances.values())) == 1:
            return chances[move.sets[0]]
        made = np.flatnonzero(self.play.values[place] != NOT_MOVED)
        paths = [self.game.steps(self.play.leaves[leaf]) for leaf in made]
        numbers = [next(chances[number] for number, _ in path if number in chances) for path in paths]
        before = [column for column in self.columns if column < place]
        return number(self.play.values[:, made], numbers, before)

    def _original(self, place: int, move: PlayedMove) -> str:
        """The labels of the options, where the names are others."""
        if move.signal or move.actions == self.options[place]:
            return ""
        return f"  # {', '.join(visible(repr(label[:40])[1:-1]) or 'no label' for label in move.actions[:20])}"

    # What comes out

    def _payoff(self, player: int) -> str:
        numbers = [self.game.payoffs[leaf][player] for leaf in self.play.leaves]
        if any(abs(found) > LARGEST for found in numbers):
            raise ScenarioError([Problem("the game has a payoff beyond 1e60, the largest number of a payoff")])
        return self.writer.number(number(self.play.values, numbers, self.columns), self.payoff[player])

    def _outcomes(self) -> Iterator[str]:
        for place, move in enumerate(self.play.moves):
            if move.player is not None:
                name, label = self.moves[place], quoted(self._title(place, move))
                yield f"  {name}: {{label: {label}, choice: {name}}}"
        for actor, payoff, label in zip(self.actors, self.payoff, self.game.players, strict=True):
            yield f"  gets_{actor}: {{label: {quoted(f'What {label[:TITLE] or actor} gets')}, quantity: {payoff}}}"

    def _title(self, place: int, move: PlayedMove) -> str:
        """What a decision is called in the report."""
        if move.player is None:
            return ""
        own = [position for position, other in enumerate(self.play.moves) if other.player == move.player]
        label = self.game.players[move.player][:TITLE] or self.actors[move.player]
        return label if len(own) == 1 else f"{label}, decision {own.index(place) + 1}"
