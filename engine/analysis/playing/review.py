"""What a game was, seen from its end: round by round, what was really going on, and what each choice was worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.analysis.playing.game import Game, Standing
from engine.analysis.playing.round import Round
from engine.analysis.playing.turns import Happened, Knowledge, Payoff, Turn


@dataclass(frozen=True, slots=True)
class Chosen:
    """A seat's decision and what it chose."""

    turn: Turn
    option: str

    @property
    def cost(self) -> float:
        """What the choice cost in expected payoff, given what was known."""
        return self.turn.cost(self.option)


@dataclass(frozen=True, slots=True)
class Account:
    """What a round brought one seat. `promised` minus the costs of its choices plus `luck` is what it got.

    Attributes:
        choices: that it made.
        received: what it really got.
        perceived: what it could tell of that when the round was over.
        promised: what it could expect at its first decision if it chose best; before the round if it had none.
        by_model: what the model's actor could expect in its place, types as they are, before chance.
        by_best: the same for one that replies best throughout.
    """

    choices: tuple[Chosen, ...]
    received: Payoff
    perceived: Payoff
    promised: float
    by_model: float
    by_best: float

    @property
    def cost(self) -> float:
        return sum(chosen.cost for chosen in self.choices)

    @property
    def luck(self) -> float:
        """How others and chance turned out, against what could be expected."""
        return self.received.total - self.promised + self.cost


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A round that was played.

    Attributes:
        number: from 1.
        state: what everybody saw when it began.
        believed: what everybody who sees the game as it is held of each lasting type then.
        values: of every move.
        made: the moves that were made.
        learned: of each actor, what it knew once the round was over.
        accounts: of each seat.
    """

    number: int
    state: Mapping[str, float]
    believed: Mapping[str, Mapping[str, float]]
    values: Knowledge
    made: tuple[str, ...]
    learned: Mapping[str, Knowledge]
    accounts: Mapping[str, Account]


@dataclass(frozen=True, slots=True)
class Review:
    """A game that was played, as far as it was.

    Attributes:
        seats: who was played by somebody.
        unknowns: the value of each in this game.
        rounds: in order.
        over: whether it was played to its end, or to the last round that was wanted.
    """

    seats: tuple[str, ...]
    seed: int
    varied: bool
    unknowns: Mapping[str, float]
    rounds: tuple[Reviewed, ...]
    over: bool

    def total(self, seat: str) -> float:
        """What a seat got in all."""
        return sum(played.accounts[seat].received.total for played in self.rounds)


def reviewed(now: Round, happened: Happened, chosen: Sequence[Chosen], seats: Sequence[str]) -> Reviewed:
    """A round and what it brought each seat."""
    return Reviewed(
        number=now.number,
        state={name: float(array[0]) for name, array in now.standing.situation.state.items()},
        believed=_believed(now.game, now.standing),
        values=happened.values,
        made=happened.made,
        learned=happened.learned,
        accounts={
            seat: _account(now, happened, seat, tuple(c for c in chosen if c.turn.actor == seat)) for seat in seats
        },
    )


def _account(now: Round, happened: Happened, seat: str, chosen: tuple[Chosen, ...]) -> Account:
    first = chosen[0].turn if chosen else None
    return Account(
        choices=chosen,
        received=now.received(seat, happened),
        perceived=now.perceived(seat, happened),
        promised=now.foreseen(seat) if first is None else first.payoffs[first.best],
        by_model=now.expected(seat, happened),
        by_best=now.expected(seat, happened, best=True),
    )


def _believed(game: Game, standing: Standing) -> dict[str, dict[str, float]]:
    """What everybody believes of each lasting type."""
    program, recurrence = game.program, game.program.recurrence
    if recurrence is None or standing.situation.types is None:
        return {}
    shared = standing.situation.believed[None][:, 0].tolist()
    core = [name for name in program.values if name not in program.folded]
    found: dict[str, dict[str, float]] = {}
    for name in core:
        if name in recurrence.lasting:
            of_type = program.tree.values[core.index(name), recurrence.type_leaf].tolist()
            found[name] = {
                value: sum(chance for chance, at in zip(shared, of_type, strict=True) if at == place)
                for place, value in enumerate(program.values[name])
            }
    return found
