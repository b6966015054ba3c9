"""The moves of a scenario: events, types and decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Field, StrictBool, Tag, model_validator

from engine.scenario.chances import check_chance
from engine.scenario.fields import Chance, Formula, Label, Name, Names, Options, Text, fault
from engine.scenario.records import Reasoned


class Move(Reasoned):
    """What stands in the order of play."""

    label: Text | None = Field(None, description="what it is, in words")
    when: Formula | None = Field(None, description="the move happens only where this holds")
    otherwise: Label | None = Field(None, alias="else", description="its value where it does not happen")

    @property
    def hidden(self) -> bool:
        """Whether nobody but those who know it in the round ever learns it."""
        return isinstance(self, Type) or getattr(self, "secret", False)

    @property
    def name(self) -> str:
        raise NotImplementedError

    @property
    def values(self) -> Mapping[str, float | None]:
        """The options or values, with the numbers that they carry."""
        raise NotImplementedError


class Event(Move):
    """Chance."""

    event: Name = Field(description="its name")
    chance: Chance = Field(description="of `yes`; or of each value, one of which may have the `rest`")
    possible: Options | None = Field(None, alias="values", description="if not `no` and `yes`, or with numbers")
    secret: StrictBool = Field(False, description="nobody learns it after the round")

    @property
    def name(self) -> str:
        return self.event

    @property
    def values(self) -> Mapping[str, float | None]:
        if self.possible is not None:
            return _values(self.possible)
        return dict.fromkeys(self.chance) if isinstance(self.chance, dict) else {"no": 0.0, "yes": 1.0}

    @model_validator(mode="after")
    def _consistent(self) -> Event:
        check_chance(self.chance, self.values, "chance")
        return self


class Type(Move):
    """Chance whose result its owner alone knows: private information."""

    type: Name = Field(description="its name")
    of: Name = Field(description="the actor who knows it")
    possible: Options = Field(alias="values", description="what it may be, perhaps with numbers")
    chance: Chance = Field(description="of each value, one of which may have the `rest`")
    lasting: StrictBool = Field(False, description="it is drawn once, before the first round")

    @property
    def name(self) -> str:
        return self.type

    @property
    def values(self) -> Mapping[str, float | None]:
        return _values(self.possible)

    @model_validator(mode="after")
    def _consistent(self) -> Type:
        check_chance(self.chance, self.values, "chance")
        return self


class Decision(Move):
    """A choice that belongs to an actor, who knows some of the earlier moves."""

    decision: Name = Field(description="its name")
    actor: Name = Field(description="who decides")
    options: Options = Field(description="two or more, perhaps with numbers")
    knows: Names = Field((), description="earlier moves that the actor has seen, beside its own")
    secret: StrictBool = Field(False, description="nobody learns it after the round")
    unit: Text | None = Field(None, description="of the options' numbers")

    @property
    def name(self) -> str:
        return self.decision

    @property
    def values(self) -> Mapping[str, float | None]:
        return _values(self.options)

    @model_validator(mode="after")
    def _several(self) -> Decision:
        if len(self.values) < 2:
            raise fault("a decision needs at least two options", at=("options",))
        return self


def _kind_of_move(value: Any) -> str | None:
    if isinstance(value, Move):
        return type(value).__name__.lower()
    kinds = [kind for kind in ("type", "decision", "event") if isinstance(value, Mapping) and kind in value]
    return kinds[0] if len(kinds) == 1 else None


AnyMove = Annotated[
    Annotated[Type, Tag("type")] | Annotated[Decision, Tag("decision")] | Annotated[Event, Tag("event")],
    Discriminator(
        _kind_of_move,
        custom_error_type="scenario",
        custom_error_message=("a move has exactly one of the keys 'type', 'decision' and 'event', with its name"),
    ),
]


def _values(options: Mapping[str, float] | tuple[str, ...]) -> dict[str, float | None]:
    return dict(options) if isinstance(options, Mapping) else dict.fromkeys(options)
