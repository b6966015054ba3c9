"""A tree of nodes as moves in order of play, each of which is made under a condition and sees some of those before it.

Information sets of one player that stand equally deep and have the same actions become one decision. It sees earlier
moves where these tell its information sets apart. Where they don't, a signal is put before it for each set: an event
with one value, which happens exactly on the paths to that set, and which the actor sees. The result has the same
information sets, the same paths and the same chances; so every equilibrium is the same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from engine.errors import Problem, ScenarioError
from engine.exchange.conditions import NONE, Always, Condition, IntArray, condition, holds, reads, tells
from engine.exchange.records import Game
from engine.games.tree import MAX_LEAVES

MAX_MOVES: Final = 60


@dataclass(frozen=True, slots=True, eq=False)
class PlayedMove:
    """One move in order of play.

    Attributes:
        player: position; None for chance and signals.
        sets: the game's information sets that it stands for; of a signal the one that it announces.
        actions: labels; none for a signal.
        when: where it is made; None: always.
        knows: positions of the moves that it sees, what its actor remembers by itself left out.
        signal: whether it only tells a player that one of its information sets is reached.
    """

    player: int | None
    sets: tuple[int, ...]
    actions: tuple[str, ...]
    when: Condition | None
    knows: tuple[int, ...] = ()
    signal: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Play:
    """A game as moves in order of play.

    Attributes:
        values: the action of each move on the way to each terminal node, NONE where it is not made;
            (n_moves, n_leaves).
        leaves: the terminal nodes; in the order of the columns.
    """

    game: Game
    moves: tuple[PlayedMove, ...]
    values: IntArray
    leaves: tuple[int, ...]


def in_order(game: Game) -> Play:
    """The game's moves in order of play; information sets with one action are left out, since nothing is chosen there.

    Raises:
        ScenarioError: why the game cannot be written as such moves.
    """
    if len(game.leaves) > MAX_LEAVES:
        raise _refusal(f"the game has {len(game.leaves):,} paths, at most {MAX_LEAVES:,} can be solved")
    chosen = {number for number, item in enumerate(game.sets) if len(item.actions) > 1}
    steps = [[step for step in game.steps(leaf) if step[0] in chosen] for leaf in game.leaves]
    check_recall(game, steps)
    stages = _stages(game, steps)
    exact: set[int] = set()
    while True:
        try:
            return _Arranger(game, stages, steps, frozenset(exact)).play()
        except _SeesTooMuch as found:
            exact.add(found.stage)


def check_recall(game: Game, steps: Sequence[Sequence[tuple[int, int]]]) -> None:
    """Every player remembers what it did and where (Kuhn 1953): all nodes of a set have one history of its player.

    Raises:
        ScenarioError: which player forgets.
    """
    history: dict[int, tuple[tuple[int, int], ...]] = {}
    for path in steps:
        own: dict[int | None, tuple[tuple[int, int], ...]] = {}
        for number, action in path:
            player = game.sets[number].player
            before = own.get(player, ())
            if player is not None and history.setdefault(number, before) != before:
                raise _refusal(
                    f"{_named(game, number)}: the player has forgotten what it did or knew before",
                    "here actors remember their own moves and what they knew (perfect recall)",
                )
            own[player] = (*before, (number, action))


# Private functions


def _refusal(message: str, hint: str = "") -> ScenarioError:
    return ScenarioError([Problem(message, hint=hint)])


def _named(game: Game, number: int) -> str:
    """An information set in words."""
    item = game.sets[number]
    whose = "chance" if item.player is None else f"'{game.players[item.player][:40]}'"
    return f"information set {item.number} of {whose}"


def _stages(game: Game, steps: Sequence[Sequence[tuple[int, int]]]) -> list[list[int]]:
    """Information sets that become one move, in order of play: as deep, of the same player, with the same actions.

    A set comes after all sets before it. Where sets come before one another in a circle, one whose being reached does
    not depend on the others is put first: moves that nobody between them sees may change places.

    Raises:
        ScenarioError: two sets of which each comes before the other on some path, and hangs on it.
    """
    before: dict[int, set[int]] = {number: set() for path in steps for number, _ in path}
    for path in steps:
        for place, (number, _) in enumerate(path):
            before[number] |= {other for other, _ in path[:place]}
    placed: list[int] = []
    stages: list[list[int]] = []
    while left := [number for number in sorted(before) if number not in placed]:
        ready = [number for number in left if before[number] <= set(placed)] or _not_dependent(
            game, steps, placed, {number: before[number] for number in left}
        )
        together: dict[tuple[int, tuple[str, ...]], list[int]] = {}
        for number in ready:
            item = game.sets[number]
            together.setdefault((-1 if item.player is None else item.player, item.actions), []).append(number)
        stages += [together[key] for key in sorted(together, key=lambda key: key[0])]
        placed += ready
    return stages


def _not_dependent(
    game: Game, steps: Sequence[Sequence[tuple[int, int]]], placed: Sequence[int], left: dict[int, set[int]]
) -> list[int]:
    """A set that is reached whatever happens at those left, and before which its player has made all its moves."""
    done = [dict(path) for path in steps]
    values = np.array([[path.get(number, NONE) for path in done] for number in placed])
    for number, before in left.items():
        own = {other for other in before if game.sets[other].player == game.sets[number].player}
        reached = np.array([number in path for path in done], dtype=np.int64)
        if own <= set(placed) and tells(values, reached):
            return [number]
    raise _refusal(
        f"{_named(game, next(iter(left)))} comes before another set on one path and after it on another, "
        "so the moves have no order of play",
        "a player who cannot tell how early it moves cannot be written here (Jakobsen, Sørensen & Conitzer 2016)",
    )


class _SeesTooMuch(Exception):
    """Something that a decision sees is more than its player may know at a later one; it needs signals of its own."""

    def __init__(self, stage: int) -> None:
        super().__init__()
        self.stage = stage


_Signal = tuple[Condition | None, IntArray]
"""Where a signal is given (None: it says nothing), and the same on each path."""


@dataclass(slots=True)
class _Memory:
    """What a player knows: positions of moves, and the stage at which it learnt each."""

    learnt: dict[int, int] = field(default_factory=dict)


class _Arranger:
    """Puts one stage after the other."""

    def __init__(
        self,
        game: Game,
        stages: Sequence[Sequence[int]],
        steps: Sequence[Sequence[tuple[int, int]]],
        exact: frozenset[int],
    ) -> None:
        self.game, self.stages, self.exact = game, stages, exact
        self.n_leaves = len(steps)
        self.reached = {number: np.zeros(self.n_leaves, dtype=np.bool_) for stage in stages for number in stage}
        self.taken = {number: np.full(self.n_leaves, NONE) for stage in stages for number in stage}
        for leaf, path in enumerate(steps):
            for number, action in path:
                self.reached[number][leaf] = True
                self.taken[number][leaf] = action
        self.moves: list[PlayedMove] = []
        self.values = np.zeros((0, self.n_leaves), dtype=np.int64)
        self.memory: dict[int, _Memory] = {}
        self.signals: dict[tuple[int, bytes], int] = {}

    def play(self) -> Play:
        for number, stage in enumerate(self.stages):
            player = self.game.sets[stage[0]].player
            if player is None:
                self._add(PlayedMove(None, tuple(stage), self.game.sets[stage[0]].actions, self._when(stage)))
            else:
                self._decide(number, stage, player)
            if len(self.moves) > MAX_MOVES:
                raise _refusal(f"the game needs more than {MAX_MOVES} moves in order of play")
        return Play(self.game, tuple(self.moves), self.values, self.game.leaves)

    # Moves

    def _add(self, move: PlayedMove, row: IntArray | None = None) -> None:
        self.moves.append(move)
        if row is None:
            row = np.maximum.reduce([self.taken[number] for number in move.sets])
        self.values = np.vstack([self.values, row])

    def _when(self, stage: Sequence[int], among: Iterable[int] | None = None) -> Condition | None:
        """Where any of these sets is reached, by earlier moves or by those given."""
        here = np.logical_or.reduce([self.reached[number] for number in stage])
        columns = self._plain() if among is None else sorted(among)
        found = condition(self.values, here, columns)
        if found is None:
            raise AssertionError("the moves before a set do not tell whether it is reached")
        return None if isinstance(found, Always) else found

    def _plain(self) -> list[int]:
        """The moves that are no signals."""
        return [position for position, move in enumerate(self.moves) if not move.signal]

    def _decide(self, number: int, stage: Sequence[int], player: int) -> None:
        memory = self.memory.setdefault(player, _Memory())
        for column, learnt_at in memory.learnt.items():
            if not self._same_in_each(stage, self.values[column]):
                raise _SeesTooMuch(learnt_at)
        if number in self.exact:
            kept = set(memory.learnt) | self._signals(stage, player, self._announcements(stage))
        else:
            kept = self._knowledge(stage, player, memory)
        when = self._when(stage, kept)
        own = tuple(sorted(kept - set(memory.learnt)))
        for column in own:
            memory.learnt[column] = number
        memory.learnt[len(self.moves)] = number
        self._add(PlayedMove(player, tuple(stage), self.game.sets[stage[0]].actions, when, own))

    # Knowledge

    def _knowledge(self, stage: Sequence[int], player: int, memory: _Memory) -> set[int]:
        """The least that tells which of the stage's sets is reached, if any; with signals where nothing else does."""
        kept = self._closed(
            {column for column in range(len(self.moves)) if column in memory.learnt or self._visible(stage, column)},
            memory,
        )
        signals: set[int] = set()
        if not self._tells(stage, kept):
            found = [self._distinguishing(stage, one, kept) for one in stage]
            rows = [row for _, row in found]
            enough = all(self._same_in_each(stage, row) for row in rows) and self._tells(stage, kept, rows)
            signals = self._signals(stage, player, found if enough else self._announcements(stage))
        kept |= signals
        for column in sorted(kept - signals - set(memory.learnt), reverse=True):
            less = kept - {column}
            if less == self._closed(less, memory) and self._tells(stage, less):
                kept = less
        return kept

    def _visible(self, stage: Sequence[int], column: int) -> bool:
        """Whether the player may see the move: it is no signal to somebody else and is the same in each of its sets."""
        return not self.moves[column].signal and self._same_in_each(stage, self.values[column])

    def _same_in_each(self, stage: Sequence[int], row: IntArray) -> bool:
        return all(len(set(row[self.reached[number]].tolist())) == 1 for number in stage)

    def _closed(self, columns: set[int], memory: _Memory) -> set[int]:
        """Without the moves whose absence would tell something that the rest does not."""
        kept = set(columns)
        while True:
            out = {
                column
                for column in kept - set(memory.learnt)
                if not self.moves[column].signal and not self._reads(column) <= kept
            }
            if not out:
                return kept
            kept -= out

    def _reads(self, column: int) -> frozenset[int]:
        when = self.moves[column].when
        return frozenset() if when is None else reads(when)

    def _tells(self, stage: Sequence[int], columns: set[int], rows: Sequence[IntArray] = ()) -> bool:
        """Whether these columns and rows tell which of the sets is reached, or that none is."""
        which = np.full(self.n_leaves, NONE)
        for place, number in enumerate(stage):
            which[self.reached[number]] = place
        return tells(np.vstack([self.values[sorted(columns)], *rows]), which)

    # Signals

    def _announcements(self, stage: Sequence[int]) -> list[_Signal]:
        """For each set, that it is reached."""
        return [(self._when([number]), np.where(self.reached[number], 0, NONE)) for number in stage]

    def _distinguishing(self, stage: Sequence[int], number: int, known: set[int]) -> _Signal:
        """What tells a set from those others of the stage of which the player does not know that they differ."""
        columns = self.values[sorted(known)]
        alike = (columns == columns[:, [int(np.argmax(self.reached[number]))]]).all(axis=0)
        rows = alike & np.logical_or.reduce([self.reached[other] for other in stage])
        found = condition(self.values[:, rows], self.reached[number][rows], self._plain())
        if found is None or isinstance(found, Always):
            return None, np.zeros(self.n_leaves, dtype=np.int64)
        return found, np.where(holds(found, self.values), 0, NONE)

    def _signals(self, stage: Sequence[int], player: int, signals: Sequence[_Signal]) -> set[int]:
        """The positions of these signals; those that the player has had are not given again."""
        made = set()
        for number, (when, row) in zip(stage, signals, strict=True):
            if when is None:
                continue
            key = (player, row.tobytes())
            if key not in self.signals:
                self.signals[key] = len(self.moves)
                self._add(PlayedMove(None, (number,), (), when, signal=True), row)
            made.add(self.signals[key])
        return made
