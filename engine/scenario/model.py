"""The scenario as frozen records: what may stand in the file, key by key; also the source of its JSON Schema.

A record checks itself (its own keys, numbers, text). What concerns several records (names, quotes, the order of moves)
is in `checks`.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field, PrivateAttr, StrictBool, model_validator

from engine.document import MappingNode
from engine.errors import Problem
from engine.scenario.chances import Wrong, chance_problem
from engine.scenario.distributed import FAMILIES, Distributed, Part
from engine.scenario.expressions import constant
from engine.scenario.fields import (
    Chance,
    Count,
    Date,
    Formula,
    Name,
    Names,
    Number,
    Text,
    Texts,
    Version,
    fault,
)
from engine.scenario.lessons import Lesson
from engine.scenario.moves import AnyMove, Decision, Event, Move, Type
from engine.scenario.places import key_problem, problem_at
from engine.scenario.reasoning import Concept, ReasoningField
from engine.scenario.records import Path, Reasoned, Record

__all__ = [
    "FAMILIES",
    "Actor",
    "Assumptions",
    "Correlated",
    "Decision",
    "Distributed",
    "Event",
    "Evidence",
    "Lesson",
    "Move",
    "Outcome",
    "Part",
    "Path",
    "Posterior",
    "Reasoned",
    "Record",
    "Reference",
    "Resolution",
    "Rounds",
    "Scenario",
    "Source",
    "State",
    "Statement",
    "Term",
    "Type",
    "Unknown",
    "Wrong",
    "chance_problem",
]


class Source(Record):
    """Where evidence comes from: a text file beside the scenario, whose quotes are checked, or a reference."""

    file: Text | None = Field(None, description="relative path of a text; every quote is checked against it")
    language: Text | None = Field(None, description="in which the text is written, such as nl")
    title: Text | None = Field(None, description="of the text")
    by: Text | None = Field(None, description="who wrote or published it")
    date: Date | None = Field(None, description="of publication")
    url: Text | None = Field(None, description="where it can be found; it is never opened")
    note: Text | None = Field(None, description="a remark for the reader")


EvidenceKind = Literal["stated probability", "incentive", "constraint", "capability", "event", "inference", "unknown"]


class Evidence(Record):
    """One claim of a source, with the words that make it."""

    source: Name = Field(description="which of the sources")
    by: Text | None = Field(None, description="who says it, in the source")
    kind: EvidenceKind = Field(description="what sort of claim it is")
    quote: Texts = Field((), description="verbatim; one or several passages")
    claim: Text = Field(description="what is said, in one sentence")
    contested_by: Names = Field((), description="sources that say otherwise")
    note: Text | None = Field(None, description="a remark for the reader")
    moves_nothing: Text | None = Field(None, description="why no number, move, statement or outcome uses it")


class Actor(Reasoned):
    """Somebody who decides."""

    name: Text = Field(description="as the output shows it")
    precision: Formula = Field(constant(1.0), description="per unit of payoff: 0 a coin toss, large the best reply")
    reasoning: ReasoningField = Field("equilibrium", description="how it forms a view of what the others do")
    habit: dict[Name, Chance] = Field(
        default_factory=dict, description="at its decisions, the shares of the options: at level 0, or by habit"
    )


class Unknown(Distributed, Reasoned):
    """What we do not know: one value in each draw."""

    label: Text = Field(description="what it is, in words")
    unit: Text | None = Field(None, description="of its values")
    known: StrictBool = Field(True, description="false: the actors do not know it either and act on its mean")

    @model_validator(mode="after")
    def _mean_exists(self) -> Unknown:
        if not self.known and self.choice is not None:
            raise fault("actors cannot act on the mean of a 'choice'", "make it an event", at=("known",))
        return self


class Correlated(Reasoned):
    """Two unknowns that go together."""

    unknowns: tuple[Name, Name] = Field(description="two different ones")
    rank: Number = Field(description="Spearman's rank correlation, between -1 and 1")

    @model_validator(mode="after")
    def _range(self) -> Correlated:
        if not -1 < self.rank < 1:
            raise fault("a rank correlation lies between -1 and 1, both excluded", at=("rank",))
        if self.unknowns[0] == self.unknowns[1]:
            raise fault("two different unknowns are needed", at=("unknowns",))
        return self


Unit = Literal["day", "week", "month", "quarter", "year"]
Over = Literal["ever", "first", "last", "mean", "each"]


class State(Reasoned):
    """What everybody sees; it starts like this, and changes between rounds."""

    label: Text | None = Field(None, description="what it is, in words")
    start: Number = Field(description="its value in the first round")
    next: Formula | None = Field(None, description="its value after a round, from what everybody then knows")


class Rounds(Record):
    """How often the game is played, each time for one period."""

    count: Count = Field(description="how many rounds at most")
    unit: Unit | None = Field(None, description="how long a round lasts")
    start: Date | None = Field(None, alias="from", description="first day of the first round")
    until: Formula | None = Field(None, description="the game ends after a round that leaves this true")


class Term(Reasoned):
    """One thing that an actor wants or fears."""

    term: Text = Field(description="what it is, in words; its name in paths")
    value: Formula = Field(description="in units of payoff; the terms of an actor add up")


Terms = Annotated[tuple[Term, ...], Field(max_length=100)]


class Posterior(Record):
    """What an actor believes at its information sets."""

    of: Name = Field(description="the actor")
    that: Formula = Field(description="what it believes, or not")
    after: Formula | None = Field(None, description="where it knows this to be so; else at its first decision")


OUTCOMES: Final = ("happens", "quantity", "choice", "belief")


class Outcome(Reasoned):
    """What the reader wants to know."""

    label: Text = Field(description="what it is, in words")
    happens: Formula | None = Field(None, description="the chance that this is true")
    quantity: Formula | None = Field(None, description="the distribution of this number")
    choice: Name | None = Field(None, description="the shares of this move's values")
    belief: Posterior | None = Field(None, description="what an actor believes")
    given: Formula | None = Field(None, description="among the cases in which this holds")
    over: Over | None = Field(None, description="of the rounds: ever, first, last, mean or each")
    by: Date | None = Field(None, description="only rounds that end by this day count")
    unit: Text | None = Field(None, description="of a quantity")

    @property
    def kind(self) -> str:
        return next(kind for kind in OUTCOMES if getattr(self, kind) is not None)

    @model_validator(mode="after")
    def _one_kind(self) -> Outcome:
        given = [kind for kind in OUTCOMES if getattr(self, kind) is not None]
        if len(given) != 1:
            raise fault(f"an outcome has exactly one of the keys {', '.join(OUTCOMES)}")
        if self.over == "ever" and self.happens is None:
            raise fault("only what 'happens' can ever happen", "write first, last, mean or each", at=("over",))
        if self.given is not None and self.belief is not None:
            raise fault("a belief is conditioned by its own 'after', not by 'given'", at=("given",))
        return self


class Statement(Distributed, Reasoned):
    """A probability that somebody states about the result; it is compared, not fed in."""

    about: Name = Field(description="the outcome")
    by: Text | None = Field(None, description="who says it; else as its evidence says")


class Assumptions(Reasoned):
    """A named set of changes to the file."""

    label: Text = Field(description="what it assumes, in words")
    extends: Names = Field((), description="sets whose changes come first")
    set: dict[Text, Any] = Field(default_factory=dict, description="path: new value")
    times: dict[Text, Number] = Field(default_factory=dict, description="path: factor")
    plus: dict[Text, Number] = Field(default_factory=dict, description="path: amount")
    believe: Names = Field((), description="statements by which the draws are weighted")


class Reference(Reasoned):
    """Somebody's forecast, to stand beside ours."""

    about: Name = Field(description="the outcome")
    by: Text = Field(description="who forecasts")
    probability: Number = Field(description="from 0 to 1, or in %")
    source: Text | None = Field(None, description="where it was read")
    note: Text | None = Field(None, description="a remark, such as another horizon")

    @model_validator(mode="after")
    def _range(self) -> Reference:
        if not 0 <= self.probability <= 1:
            raise fault("a probability lies between 0 and 1", at=("probability",))
        return self


class Resolution(Record):
    """What happened."""

    value: Any = Field(description="yes or no, a number, or a value of the move")
    on: Date = Field(description="the day on which it was clear")
    source: Name | None = Field(None, description="who says so")
    note: Text | None = Field(None, description="a remark for the reader")


class Scenario(Record):
    """A text about people who watch one another and choose, as a game."""

    engine: Version = Field(description="version of this language")
    title: Text = Field(description="stands above every result")
    question: Text | None = Field(None, description="what is asked, with its date")
    about: Text | None = Field(None, description="what the reader should know first")
    as_of: Date | None = Field(None, description="the day on which it is asked: what was known later stays out")
    horizon: Date | None = Field(None, description="the day by which it is decided")
    solution: Concept = Field("logit equilibrium", description="how the whole game is solved")
    rounds: Rounds | None = Field(None, description="leave it out for a game that is played once")
    words: Text | None = Field(None, description="default standard of words of probability")
    sources: dict[Name, Source] = Field(default_factory=dict, max_length=200, description="where evidence comes from")
    evidence: dict[Name, Evidence] = Field(default_factory=dict, max_length=2_000, description="claims, by their ids")
    actors: dict[Name, Actor] = Field(default_factory=dict, max_length=60, description="who decides")
    unknowns: dict[Name, Unknown] = Field(default_factory=dict, max_length=1_000, description="what we do not know")
    correlated: tuple[Correlated, ...] = Field((), max_length=1_000, description="unknowns that go together")
    quantities: dict[Name, Formula] = Field(
        default_factory=dict, max_length=1_000, description="names for expressions that others use"
    )
    state: dict[Name, State] = Field(default_factory=dict, max_length=200, description="what lasts between rounds")
    moves: tuple[AnyMove, ...] = Field((), max_length=60, description="events, types and decisions in order of play")
    payoffs: dict[Name, Terms] = Field(default_factory=dict, description="by actor, what it wants and fears")
    beliefs: dict[Name, dict[Name, Chance]] = Field(
        default_factory=dict, description="by actor, then by event or type, chances other than the true ones"
    )
    outcomes: dict[Name, Outcome] = Field(min_length=1, max_length=200, description="what is asked of the scenario")
    statements: dict[Name, Statement] = Field(
        default_factory=dict, max_length=200, description="probabilities of outcomes that others state"
    )
    assumptions: dict[Name, Assumptions] = Field(
        default_factory=dict, max_length=60, description="rival readings, named"
    )
    references: tuple[Reference, ...] = Field((), max_length=200, description="forecasts of others, as baselines")
    resolution: dict[Name, Resolution] = Field(default_factory=dict, description="by outcome, what happened")
    lesson: Lesson | None = Field(None, description="the steps of 'engine teach'")

    _document: MappingNode = PrivateAttr()

    @property
    def document(self) -> MappingNode:
        """The tree that this was read from, with every place."""
        return self._document

    def problem(self, path: Path, message: str, hint: str = "", offset: int = 0) -> Problem:
        """A problem with what stands at `path`, in the file's line and column."""
        return problem_at(self._document, path, message, hint, offset)

    def key_problem(self, path: Path, message: str, hint: str = "") -> Problem:
        """A problem with the key at the end of `path`."""
        return key_problem(self._document, path, message, hint)
