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
    language: Text | None = None
    title: Text | None = None
    by: Text | None = None
    date: Date | None = None
    url: Text | None = None
    note: Text | None = None


EvidenceKind = Literal["stated probability", "incentive", "constraint", "capability", "event", "inference", "unknown"]


class Evidence(Record):
    """One claim of a source, with the words that make it."""

    source: Name
    by: Text | None = Field(None, description="who says it, in the source")
    kind: EvidenceKind
    quote: Texts = Field((), description="verbatim; one or several passages")
    claim: Text
    contested_by: Names = ()
    note: Text | None = None
    moves_nothing: Text | None = Field(None, description="why no number, move, statement or outcome uses it")


class Actor(Reasoned):
    """Somebody who decides."""

    name: Text
    precision: Formula = Field(constant(1.0), description="per unit of payoff: 0 a coin toss, large the best reply")
    reasoning: ReasoningField = Field("equilibrium", description="how it forms a view of what the others do")
    habit: dict[Name, Chance] = Field(
        default_factory=dict, description="at its decisions, the shares of the options: at level 0, or by habit"
    )


class Unknown(Distributed, Reasoned):
    """What we do not know: one value in each draw."""

    label: Text
    unit: Text | None = None
    known: StrictBool = Field(True, description="false: the actors do not know it either and act on its mean")

    @model_validator(mode="after")
    def _mean_exists(self) -> Unknown:
        if not self.known and self.choice is not None:
            raise fault("actors cannot act on the mean of a 'choice'", "make it an event", at=("known",))
        return self


class Correlated(Reasoned):
    """Two unknowns that go together."""

    unknowns: tuple[Name, Name]
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

    label: Text | None = None
    start: Number
    next: Formula | None = Field(None, description="its value after a round, from what everybody then knows")


class Rounds(Record):
    """How often the game is played, each time for one period."""

    count: Count
    unit: Unit | None = Field(None, description="how long a round lasts")
    start: Date | None = Field(None, alias="from", description="first day of the first round")
    until: Formula | None = Field(None, description="the game ends after a round that leaves this true")


class Term(Reasoned):
    """One thing that an actor wants or fears."""

    term: Text
    value: Formula


Terms = Annotated[tuple[Term, ...], Field(max_length=100)]


class Posterior(Record):
    """What an actor believes at its information sets."""

    of: Name
    that: Formula
    after: Formula | None = None


OUTCOMES: Final = ("happens", "quantity", "choice", "belief")


class Outcome(Reasoned):
    """What the reader wants to know."""

    label: Text
    happens: Formula | None = Field(None, description="the chance that this is true")
    quantity: Formula | None = Field(None, description="the distribution of this number")
    choice: Name | None = Field(None, description="the shares of this move's values")
    belief: Posterior | None = Field(None, description="what an actor believes")
    given: Formula | None = Field(None, description="among the cases in which this holds")
    over: Over | None = Field(None, description="of the rounds: ever, first, last, mean or each")
    by: Date | None = Field(None, description="only rounds that end by this day count")
    unit: Text | None = None

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

    about: Name
    by: Text | None = None


class Assumptions(Reasoned):
    """A named set of changes to the file."""

    label: Text
    extends: Names = ()
    set: dict[Text, Any] = Field(default_factory=dict, description="path: new value")
    times: dict[Text, Number] = Field(default_factory=dict, description="path: factor")
    plus: dict[Text, Number] = Field(default_factory=dict, description="path: amount")
    believe: Names = Field((), description="statements by which the draws are weighted")


class Reference(Reasoned):
    """Somebody's forecast, to stand beside ours."""

    about: Name
    by: Text
    probability: Number
    source: Text | None = None
    note: Text | None = None

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
    note: Text | None = None


class Scenario(Record):
    """A text about people who watch one another and choose, as a game."""

    engine: Version = Field(description="version of this language")
    title: Text
    question: Text | None = None
    about: Text | None = Field(None, description="what the reader should know first")
    as_of: Date | None = None
    horizon: Date | None = None
    solution: Concept = Field("logit equilibrium", description="how the whole game is solved")
    rounds: Rounds | None = Field(None, description="leave it out for a game that is played once")
    words: Text | None = Field(None, description="default standard of words of probability")
    sources: dict[Name, Source] = Field(default_factory=dict, max_length=200)
    evidence: dict[Name, Evidence] = Field(default_factory=dict, max_length=2_000)
    actors: dict[Name, Actor] = Field(default_factory=dict, max_length=60)
    unknowns: dict[Name, Unknown] = Field(default_factory=dict, max_length=1_000)
    correlated: tuple[Correlated, ...] = Field((), max_length=1_000)
    quantities: dict[Name, Formula] = Field(default_factory=dict, max_length=1_000)
    state: dict[Name, State] = Field(default_factory=dict, max_length=200)
    moves: tuple[AnyMove, ...] = Field((), max_length=60)
    payoffs: dict[Name, Terms] = Field(default_factory=dict)
    beliefs: dict[Name, dict[Name, Chance]] = Field(default_factory=dict)
    outcomes: dict[Name, Outcome] = Field(min_length=1, max_length=200)
    statements: dict[Name, Statement] = Field(default_factory=dict, max_length=200)
    assumptions: dict[Name, Assumptions] = Field(default_factory=dict, max_length=60)
    references: tuple[Reference, ...] = Field((), max_length=200)
    resolution: dict[Name, Resolution] = Field(default_factory=dict)
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
