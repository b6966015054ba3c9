"""The lesson of a scenario: what a class reads, predicts, discusses and plays before it hears what happened."""

from __future__ import annotations

from math import isclose
from typing import Annotated, Final

from pydantic import Field, model_validator

from engine.scenario.fields import Count, Label, Name, Names, Number, Text, Texts, fault
from engine.scenario.records import Reasoned, Record


class Step(Record):
    """One step of a lesson."""

    minutes: Number | None = Field(None, description="how long it takes in class")
    text: Text | None = Field(None, description="what the class is told first")

    @model_validator(mode="after")
    def _lasts(self) -> Step:
        if self.minutes is not None and not 0 < self.minutes <= 600:
            raise fault("a step takes more than 0 and at most 600 minutes", at=("minutes",))
        return self


class Reading(Step):
    """What the class reads first."""

    evidence: Names = Field((), description="the claims to read, in this order; else question and about alone")


class Prediction(Step):
    """What the class predicts before anything is shown."""

    outcomes: Names = Field(min_length=1, max_length=20, description="those that are predicted, in this order")


class Wording(Step):
    """What words of probability mean to whom."""

    statements: Names = Field(min_length=1, max_length=20, description="those whose words are discussed")


Chances = Annotated[dict[Label, Number], Field(min_length=2, max_length=6)]
"""A chance for each hypothesis."""


class Sign(Reasoned):
    """Something that was seen, and how likely that was under each hypothesis."""

    sign: Text = Field(description="what was seen, in words")
    chance: Chances = Field(description="of seeing it, by hypothesis; from 0 to 1")

    @model_validator(mode="after")
    def _range(self) -> Sign:
        _check_chances(self.chance, "chance")
        return self


class Hypotheses(Step, Reasoned):
    """Rival explanations of what was seen."""

    hypotheses: dict[Label, Text] = Field(min_length=2, max_length=6, description="each with what it says")
    prior: Chances = Field(description="how likely each is before the signs; they sum to 1")
    signs: tuple[Sign, ...] = Field(min_length=1, max_length=20, description="what was seen, one after the other")

    @model_validator(mode="after")
    def _consistent(self) -> Hypotheses:
        _check_chances(self.prior, "prior")
        if not isclose(sum(self.prior.values()), 1, abs_tol=1e-9):
            raise fault(f"the prior sums to {sum(self.prior.values()):g}, not to 1", at=("prior",))
        _check_names(self.hypotheses, self.prior, ("prior",))
        possible = [name for name, chance in self.prior.items() if chance > 0]
        for number, sign in enumerate(self.signs):
            _check_names(self.hypotheses, sign.chance, ("signs", number, "chance"))
            possible = [name for name in possible if sign.chance[name] > 0]
            if not possible:
                said = "and those before it" if number else ""
                raise fault(f"no hypothesis allows this sign {said}".rstrip(), at=("signs", number, "chance"))
        return self


class Playing(Step):
    """Whose places the class takes."""

    seats: Names = Field(min_length=1, max_length=20, description="actors, one game each")
    rounds: Count | None = Field(None, description="play so many rounds at most")


class Discovery(Step):
    """What would have to be true for an outcome to be likely, or unlikely."""

    outcome: Name = Field(description="which one")
    above: Number | None = Field(None, description="likely: its figure is above this")
    below: Number | None = Field(None, description="unlikely: its figure is below this")
    rank: Names = Field((), max_length=10, description="unknowns that the class ranks by how much they matter")

    @model_validator(mode="after")
    def _one_bound(self) -> Discovery:
        if (self.above is None) == (self.below is None):
            raise fault("either 'above' or 'below' is needed")
        return self


class Reveal(Step):
    """What happened, from the scenario's `resolution`."""


class Debrief(Step):
    """What the class talks about in the end."""

    questions: Texts = Field(min_length=1, max_length=20, description="to talk about, in this order")


class Lesson(Record):
    """The steps of a lesson, always in this order; those that are left out are left out of the lesson."""

    title: Text | None = Field(None, description="of the lesson, if not the scenario's")
    audience: Text | None = Field(None, description="for whom it is")
    read: Reading | None = Field(None, description="what to read first")
    predict: Prediction | None = Field(None, description="what to predict before anything is shown")
    words: Wording | None = Field(None, description="what words of probability mean")
    bluff: Hypotheses | None = Field(None, description="what the signs say about rival explanations")
    play: Playing | None = Field(None, description="taking an actor's place")
    discover: Discovery | None = Field(None, description="what would have to be true")
    reveal: Reveal | None = Field(None, description="what happened")
    debrief: Debrief | None = Field(None, description="what to talk about in the end")

    @model_validator(mode="after")
    def _some(self) -> Lesson:
        if all(getattr(self, name) is None for name in STEPS):
            raise fault("a lesson has at least one step", f"its steps are {', '.join(STEPS)}")
        return self


STEPS: Final[dict[str, type[Step]]] = {
    "read": Reading,
    "predict": Prediction,
    "words": Wording,
    "bluff": Hypotheses,
    "play": Playing,
    "discover": Discovery,
    "reveal": Reveal,
    "debrief": Debrief,
}
"""The record of each step, in the order in which they are taken."""


# Private functions


def _check_chances(chances: dict[str, float], where: str) -> None:
    for name, chance in chances.items():
        if not 0 <= chance <= 1:
            raise fault("a probability lies between 0 and 1", at=(where, name))


def _check_names(hypotheses: dict[str, str], chances: dict[str, float], at: tuple[str | int, ...]) -> None:
    missing = [name for name in hypotheses if name not in chances]
    if missing:
        raise fault(f"'{missing[0]}' has no chance here", at=at)
    for name in chances:
        if name not in hypotheses:
            raise fault(f"'{name}' is no hypothesis", f"they are {', '.join(hypotheses)}", at=(*at, name), key=True)
