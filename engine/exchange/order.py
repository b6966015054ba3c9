"""A tree of nodes as moves in order of play, each of which is made under a condition and sees some of those before it.

Information sets of one player that stand equally deep and have the same actions become one decision. It sees earlier
moves where these tell its information sets apart. Where they don't, a signal is put before it for each set: an event
with one value, which happens exactly on the paths to that set, and which the actor sees. The result has the same
information sets, the same paths and the same chances; so every equilibrium is the same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.errors import Problem, ScenarioError
from engine.exchange.conditions import (
    NONE,
    Always,
    BoolArray,
    Condition,
    IntArray,
    condition,
    everywhere,
    holds,
    n_distinct,
    reads,
    tells,
)
from engine.exchange.records import Game
from engine.games.tree import MAX_LEAVES
from engine.scenario.fields import MAX_VALUES

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
    widest = max((len(item.actions) for item in game.sets), default=0)
    if widest > MAX_VALUES:
        raise _refusal(f"a move of the game has {widest:,} actions, at most {MAX_VALUES} are possible")
    chosen = {number for number, item in enumerate(game.sets) if len(item.actions) > 1}
    if _longest(game, chosen) > MAX_MOVES:
        raise _too_many()
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
    history: dict[int, int] = {}
    longer: dict[tuple[int, tuple[int, int]], int] = {}  # a history and what is done after it: the number of the next
    for path in steps:
        own: dict[int, int] = {}
        for step in path:
            number, player = step[0], game.sets[step[0]].player
            if player is None:
                continue
            before = own.get(player, -1)
            if history.setdefault(number, before) != before:
                raise _refusal(
                    f"{_named(game, number)}: the player has forgotten what it did or knew before",
                    "here actors remember their own moves and what they knew (perfect recall)",
                )
            own[player] = longer.setdefault((before, step), len(longer))


# Private functions


def _refusal(message: str, hint: str = "") -> ScenarioError:
    return ScenarioError([Problem(message, hint=hint)])


def _longest(game: Game, chosen: Set[int]) -> int:
    """The most of these information sets on one path."""
    depth: list[int] = []
    for node in game.nodes:
        depth.append(0 if node.parent is None else depth[node.parent] + (game.nodes[node.parent].set in chosen))
    return max(depth)


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
    last: Sequence[tuple[int, int]] = ()
    for path in steps:
        shared = next((place for place, pair in enumerate(zip(path, last, strict=False)) if pair[0] != pair[1]), 0)
        for place in range(shared, len(path)):
            before[path[place][0]] |= {other for other, _ in path[:place]}
        last = path
    placed: list[int] = []
    stages: list[list[int]] = []
    while before:
        done = set(placed)
        ready = [number for number in sorted(before) if before[number] <= done]
        ready = ready or [_not_dependent(game, steps, placed, before)]
        together: dict[tuple[int, tuple[str, ...]], list[int]] = {}
        for number in ready:
            item = game.sets[number]
            together.setdefault((-1 if item.player is None else item.player, item.actions), []).append(number)
        stages += [together[key] for key in sorted(together, key=lambda key: key[0])]
        placed += ready
        for number in ready:
            del before[number]
    return stages


def _not_dependent(
    game: Game, steps: Sequence[Sequence[tuple[int, int]]], placed: Sequence[int], left: Mapping[int, set[int]]
) -> int:
    """A set that is reached whatever happens at those left, and before which its player has made all its moves."""
    done = [dict(path) for path in steps]
    values = np.array([[path.get(number, NONE) for path in done] for number in placed])
    for number, before in sorted(left.items()):
        own = {other for other in before if game.sets[other].player == game.sets[number].player}
        reached = np.array([number in path for path in done], dtype=np.int64)
        if own <= set(placed) and tells(values, reached):
            return number
    raise _refusal(
        f"{_named(game, min(left))} comes before another set on one path and after it on another, "
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


@dataclass(frozen=True, slots=True, eq=False)
class _Stage:
    """Information sets that become one move.

    Attributes:
        number: of the stage.
        which: the position among these sets of the one that each path goes through, NONE for none; (n_leaves,).
        taken: the action taken there; (n_leaves,).
    """

    number: int
    sets: tuple[int, ...]
    which: IntArray
    taken: IntArray

    @property
    def reached(self) -> BoolArray:
        """The paths through any of the sets; (n_leaves,)."""
        found: BoolArray = self.which != NONE
        return found

    def same_in_each(self, row: IntArray) -> bool:
        """Whether something is the same on all paths through each set."""
        return n_distinct(np.vstack([self.which, row])[:, self.reached]) == len(self.sets)


class _Arranger:
    """Puts one stage after the other."""

    def __init__(
        self,
        game: Game,
        stages: Sequence[Sequence[int]],
        steps: Sequence[Sequence[tuple[int, int]]],
        exact: frozenset[int],
    ) -> None:
        self.game, self.exact, self.n_leaves = game, exact, len(steps)
        place = {number: (stage, position) for stage, own in enumerate(stages) for position, number in enumerate(own)}
        which, taken = (np.full((len(stages), self.n_leaves), NONE) for _ in range(2))
        for leaf, path in enumerate(steps):
            for number, action in path:
                stage, position = place[number]
                which[stage, leaf], taken[stage, leaf] = position, action
        self.stages = [_Stage(stage, tuple(own), which[stage], taken[stage]) for stage, own in enumerate(stages)]
        self.moves: list[PlayedMove] = []
        self.values = np.zeros((0, self.n_leaves), dtype=np.int64)
        self.memory: dict[int, dict[int, int]] = {}  # by player: what it has learnt, and at which stage
        self.signals: dict[tuple[int, bytes], int] = {}

    def play(self) -> Play:
        for stage in self.stages:
            first = self.game.sets[stage.sets[0]]
            if first.player is None:
                when = self._where(stage.reached, self._plain())
                self._add(PlayedMove(None, stage.sets, first.actions, when), stage.taken)
            else:
                self._decide(stage, first.player)
        return Play(self.game, tuple(self.moves), self.values, self.game.leaves)

    # Moves

    def _add(self, move: PlayedMove, row: IntArray) -> None:
        if len(self.moves) == MAX_MOVES:
            raise _too_many()
        self.moves.append(move)
        self.values = np.vstack([self.values, row])

    def _where(self, wanted: BoolArray, columns: Iterable[int]) -> Condition | None:
        """What holds on just these paths; None where that is everywhere."""
        found = condition(self.values, wanted, sorted(columns))
        if found is None:
            raise AssertionError("the moves before a set do not tell whether it is reached")
        return None if isinstance(found, Always) else found

    def _plain(self) -> list[int]:
        """The moves that are no signals."""
        return [position for position, move in enumerate(self.moves) if not move.signal]

    def _decide(self, stage: _Stage, player: int) -> None:
        memory = self.memory.setdefault(player, {})
        for column, learnt_at in memory.items():
            if not stage.same_in_each(self.values[column]):
                raise _SeesTooMuch(learnt_at)
        if stage.number in self.exact:
            kept = set(memory) | self._signals(stage, player, self._announcements(stage))
        else:
            kept = self._knowledge(stage, player, memory)
        when = self._where(stage.reached, kept)
        own = tuple(sorted(kept - set(memory)))
        for column in (*own, len(self.moves)):
            memory[column] = stage.number
        self._add(PlayedMove(player, stage.sets, self.game.sets[stage.sets[0]].actions, when, own), stage.taken)

    # Knowledge

    def _knowledge(self, stage: _Stage, player: int, memory: Mapping[int, int]) -> set[int]:
        """The least that tells which of the stage's sets is reached, if any; with signals where nothing else does."""
        visible = {column for column in self._plain() if stage.same_in_each(self.values[column])}
        kept = self._closed(visible | set(memory), memory)
        signals: set[int] = set()
        if not self._tells(stage, kept):
            if len(stage.sets) > MAX_MOVES:
                raise _too_many()
            found = [self._distinguishing(stage, place, kept) for place in range(len(stage.sets))]
            rows = [row for _, row in found]
            enough = all(map(stage.same_in_each, rows)) and self._tells(stage, kept, rows)
            signals = self._signals(stage, player, found if enough else self._announcements(stage))
        kept |= signals
        for column in sorted(kept - signals - set(memory), reverse=True):
            less = kept - {column}
            if less == self._closed(less, memory) and self._tells(stage, less):
                kept = less
        return kept

    def _closed(self, columns: set[int], memory: Mapping[int, int]) -> set[int]:
        """Without the moves whose absence would tell something that the rest does not."""
        kept = set(columns)
        while True:
            out = {
                column
                for column in kept - set(memory)
                if not self.moves[column].signal and not self._reads(column) <= kept
            }
            if not out:
                return kept
            kept -= out

    def _reads(self, column: int) -> frozenset[int]:
        when = self.moves[column].when
        return frozenset() if when is None else reads(when)

    def _tells(self, stage: _Stage, columns: set[int], rows: Sequence[IntArray] = ()) -> bool:
        """Whether these columns and rows tell which of the sets is reached, or that none is."""
        return tells(np.vstack([self.values[sorted(columns)], *rows]), stage.which)

    # Signals

    def _announcements(self, stage: _Stage) -> list[_Signal]:
        """For each set, that it is reached."""
        reached = [stage.which == place for place in range(len(stage.sets))]
        return [(self._where(here, self._plain()), np.where(here, 0, NONE)) for here in reached]

    def _distinguishing(self, stage: _Stage, place: int, known: set[int]) -> _Signal:
        """What tells a set from those others of the stage of which the player does not know that they differ."""
        here = stage.which == place
        columns = self.values[sorted(known)]
        alike = (columns == columns[:, [int(np.argmax(here))]]).all(axis=0) & stage.reached
        found = condition(self.values[:, alike], here[alike], self._plain())
        if found is None or isinstance(found, Always):
            return None, np.zeros(self.n_leaves, dtype=np.int64)
        return everywhere(found, self.values), np.where(holds(found, self.values), 0, NONE)

    def _signals(self, stage: _Stage, player: int, signals: Sequence[_Signal]) -> set[int]:
        """The positions of these signals; those that the player has had are not given again."""
        made = set()
        for number, (when, row) in zip(stage.sets, signals, strict=True):
            if when is None:
                continue
            key = (player, row.tobytes())
            if key not in self.signals:
                self.signals[key] = len(self.moves)
                self._add(PlayedMove(None, (number,), (), when, signal=True), row)
            made.add(self.signals[key])
        return made


def _too_many() -> ScenarioError:
    return _refusal(f"the game needs more than {MAX_MOVES} moves in order of play")
