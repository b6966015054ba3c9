"""The scenario as frozen records: what may stand in the file, key by key; also the source of its JSON Schema.

A record checks itself (its own keys, numbers, text). What concerns several records (names, quotes, the order of moves)
is in `checks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Discriminator, Field, PrivateAttr, StrictBool, Tag, model_validator

from engine.distributions import families
from engine.document import MappingNode, Percent
from engine.errors import Problem
from engine.scenario.expressions import Expression, constant
from engine.scenario.expressions import Number as Literally
from engine.scenario.fields import (
    MAX_VALUES,
    Chance,
    Date,
    Formula,
    Label,
    Name,
    Names,
    Number,
    Options,
    Text,
    Texts,
    Version,
    Weight,
    fault,
)
from engine.scenario.places import key_problem, problem_at

Path = tuple[str | int, ...]

FAMILIES: Final = (
    "value",
    "uniform",
    "triangular",
    "pert",
    "normal",
    "lognormal",
    "beta",
    "gamma",
    "between",
    "quantiles",
    "phrase",
    "mixture",
    "choice",
    "scipy",
)


class Record(BaseModel):
    """Frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)


class Reasoned(Record):
    """A record whose numbers carry a reason: what the sources say, or our own judgement."""

    evidence: Names = Field((), description="ids of the evidence that this rests on")
    judgement: Text | None = Field(None, description="why, where no source says so")

    @property
    def has_reason(self) -> bool:
        return bool(self.evidence) or self.judgement is not None


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


class Distributed(Record):
    """A distribution: one key names its family."""

    value: Number | None = Field(None, description="known exactly")
    uniform: tuple[Number, Number] | None = Field(None, description="low, high")
    triangular: tuple[Number, Number, Number] | None = Field(None, description="low, mode, high")
    pert: tuple[Number, Number, Number] | None = Field(None, description="low, most likely, high")
    normal: dict[str, Number] | None = Field(None, description="mean, sd")
    lognormal: dict[str, Number] | None = Field(None, description="median, sigma (of the logarithm)")
    beta: dict[str, Number] | None = Field(None, description="a, b")
    gamma: dict[str, Number] | None = Field(None, description="shape, scale")
    between: tuple[Number, Number] | None = Field(None, description="central 90 %")
    quantiles: dict[Any, Number] | None = Field(None, description="probability: value, and perhaps min, max")
    phrase: Any = Field(None, description="a word of probability, or a map from standard to word")
    mixture: tuple[Part, ...] | None = Field(None, max_length=100, description="weighted distributions")
    choice: dict[Label, Weight] | None = Field(None, max_length=MAX_VALUES, description="values with their chances")
    scipy: dict[str, Any] | None = Field(None, description="name and args of a continuous family of scipy.stats")
    clip: tuple[Number | None, Number | None] | None = Field(None, description="truncate to this range")
    standard: Text | None = Field(None, description="the standard of words that `phrase` uses")

    @property
    def family(self) -> str:
        """The one family that is given."""
        return next(name for name in FAMILIES if getattr(self, name) is not None)

    @property
    def parameters(self) -> Any:
        """What stands under the family's key, as `distributions.families` takes it."""
        if self.family == "quantiles":
            return dict(self.quantiles or {})
        return getattr(self, self.family)

    @property
    def in_percent(self) -> bool:
        """Whether `between` was written in %."""
        return self.between is not None and all(isinstance(end, Percent) for end in self.between)

    @model_validator(mode="after")
    def _one_family(self) -> Distributed:
        given = [name for name in FAMILIES if getattr(self, name) is not None]
        if len(given) != 1:
            raise fault(
                f"one distribution is needed, {len(given)} are given" + (f": {', '.join(given)}" if given else ""),
                f"give one of: {', '.join(FAMILIES)}",
            )
        if self.standard is not None and given != ["phrase"]:
            raise fault("'standard' goes with 'phrase'", at=("standard",))
        if self.clip is not None and given[0] == "choice":
            raise fault("'choice' cannot be clipped", at=("clip",))
        self._check_family(given[0])
        return self

    def _check_family(self, family: str) -> None:
        if family == "phrase":
            _check_phrase(self.phrase)
        elif family == "choice":
            _check_weights(dict(self.choice or {}))
        elif family == "mixture":
            _check_parts(self.mixture or ())
        else:
            try:
                families.check(family, self.parameters, clip=self.clip, percent=self.in_percent)
            except ValueError as error:
                raise fault(str(error), at=(family,)) from None

    def numbers(self) -> Iterator[float]:
        """Every number that is written in it."""
        for part in self.mixture or ():
            yield part.weight
            yield from part.numbers()
        if self.mixture is None:
            yield from _numbers(self.parameters)
        yield from _numbers(self.clip)


class Part(Distributed):
    """One part of a mixture."""

    weight: Number

    @model_validator(mode="after")
    def _plain(self) -> Part:
        if self.family in ("mixture", "choice"):
            raise fault(f"a mixture cannot hold a {self.family}", at=(self.family,))
        return self


class Actor(Reasoned):
    """Somebody who decides."""

    name: Text
    precision: Formula = Field(constant(1.0), description="per unit of payoff: 0 a coin toss, large the best reply")


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


class State(Reasoned):
    """What everybody sees; it starts like this."""

    label: Text | None = None
    start: Number


class Move(Reasoned):
    """What stands in the order of play."""

    label: Text | None = None
    when: Formula | None = Field(None, description="the move happens only where this holds")
    otherwise: Label | None = Field(None, alias="else", description="its value where it does not happen")

    @property
    def name(self) -> str:
        raise NotImplementedError

    @property
    def values(self) -> Mapping[str, float | None]:
        """The options or values, with the numbers that they carry."""
        raise NotImplementedError


class Event(Move):
    """Chance."""

    event: Name
    chance: Chance
    possible: Options | None = Field(None, alias="values")

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
        _check_chance(self.chance, self.values, "chance")
        return self


class Type(Move):
    """Chance whose result its owner alone knows: private information."""

    type: Name
    of: Name
    possible: Options = Field(alias="values")
    chance: Chance

    @property
    def name(self) -> str:
        return self.type

    @property
    def values(self) -> Mapping[str, float | None]:
        return _values(self.possible)

    @model_validator(mode="after")
    def _consistent(self) -> Type:
        _check_chance(self.chance, self.values, "chance")
        return self


class Decision(Move):
    """A choice that belongs to an actor, who knows some of the earlier moves."""

    decision: Name
    actor: Name
    options: Options
    knows: Names = ()
    unit: Text | None = None

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
    unit: Text | None = None

    @property
    def kind(self) -> str:
        return next(kind for kind in OUTCOMES if getattr(self, kind) is not None)

    @model_validator(mode="after")
    def _one_kind(self) -> Outcome:
        given = [kind for kind in OUTCOMES if getattr(self, kind) is not None]
        if len(given) != 1:
            raise fault(f"an outcome has exactly one of the keys {', '.join(OUTCOMES)}")
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

    value: Any
    on: Date
    note: Text | None = None


class Scenario(Record):
    """A text about people who watch one another and choose, as a game."""

    engine: Version = Field(description="version of this language")
    title: Text
    question: Text | None = None
    about: Text | None = Field(None, description="what the reader should know first")
    as_of: Date | None = None
    horizon: Date | None = None
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


LATER: Final[Mapping[str, tuple[str, ...]]] = {
    "rounds": ("",),
    "lesson": ("",),
    "solution": ("",),
    "next": ("state",),
    "lasting": ("moves",),
    "secret": ("moves",),
    "over": ("outcomes",),
    "by": ("outcomes",),
    "reasoning": ("actors",),
}
"""Keys of the language that are not yet supported, and the sections in which they stand ('' is the top)."""


def _values(options: Mapping[str, float] | tuple[str, ...]) -> dict[str, float | None]:
    return dict(options) if isinstance(options, Mapping) else dict.fromkeys(options)


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _numbers(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _numbers(item)


def _check_phrase(phrase: Any) -> None:
    texts = phrase.values() if isinstance(phrase, Mapping) else [phrase]
    if not texts or not all(isinstance(text, str) for text in texts):
        raise fault("a phrase is a text, or a map from standard to text", at=("phrase",))


def _check_weights(choice: Mapping[str, float | str]) -> None:
    given = [weight for weight in choice.values() if not isinstance(weight, str)]
    rests = len(choice) - len(given)
    if len(choice) < 2:
        raise fault("a choice needs at least two values", at=("choice",))
    if any(not 0 <= weight <= 1 for weight in given):
        raise fault("each chance lies between 0 and 1", at=("choice",))
    total = sum(given)
    if rests > 1:
        raise fault("only one value can have the rest", at=("choice",))
    if rests and total > 1 + 1e-9:
        raise fault(f"the chances sum to {total:.6g}: nothing is left for the rest", at=("choice",))
    if not rests and abs(total - 1) > 1e-9:
        raise fault(f"the chances sum to {total:.6g}, not to 1", "give one of them 'rest'", at=("choice",))


def _check_parts(parts: tuple[Part, ...]) -> None:
    if not parts or any(part.weight <= 0 for part in parts):
        raise fault("a mixture needs parts with positive weights", at=("mixture",))
    total = sum(part.weight for part in parts)
    if abs(total - 1) > 1e-9:
        raise fault(f"the weights of a mixture sum to {total:.6g}, not to 1", at=("mixture",))


def _check_chance(chance: Expression | Mapping[str, Expression | str], values: Mapping[str, Any], key: str) -> None:
    """Names and literal numbers of a chance; sums that depend on a draw are checked when they are known."""
    wrong = chance_problem(chance, tuple(values))
    if wrong:
        raise fault(wrong.message, wrong.hint, at=(key, *wrong.path), key=wrong.key)


class Wrong(NamedTuple):
    """What is wrong inside a chance; `key` if it is the key at the end of the path and not its value."""

    message: str
    hint: str = ""
    path: Path = ()
    key: bool = False


def chance_problem(chance: Expression | Mapping[str, Expression | str], values: tuple[str, ...]) -> Wrong | None:
    """What is wrong with a chance for these values; None when nothing is."""
    if isinstance(chance, Expression):
        if values != ("no", "yes"):
            return Wrong("a chance for each value is needed", f"write {{{', '.join(f'{v}: …' for v in values)}}}")
        number = _literal(chance)
        outside = number is not None and not 0 <= number <= 1
        return Wrong(f"a chance lies between 0 and 1, this is {number:g}") if outside else None
    for name, share in chance.items():
        if name not in values:
            return Wrong(f"'{name}' is none of the values", f"values are: {', '.join(values)}", (name,), key=True)
        number = None if isinstance(share, str) else _literal(share)
        if number is not None and not 0 <= number <= 1:
            return Wrong(f"a chance lies between 0 and 1, this is {number:g}", path=(name,))
    missing = [value for value in values if value not in chance]
    if missing:
        return Wrong(f"no chance is given for '{missing[0]}'", "write 'rest' for what is left")
    return _sum_problem(chance)


def _sum_problem(chance: Mapping[str, Expression | str]) -> Wrong | None:
    shares = [share for share in chance.values() if not isinstance(share, str)]
    rests = len(chance) - len(shares)
    if rests > 1:
        return Wrong("only one value can have the rest")
    numbers = [_literal(share) for share in shares]
    total = sum(number for number in numbers if number is not None)
    if total > 1 + 1e-9:
        return Wrong(f"the chances sum to {total:.6g}, more than 1")
    if not rests and None not in numbers and abs(total - 1) > 1e-9:
        return Wrong(f"the chances sum to {total:.6g}, not to 1", "give one of them 'rest'")
    return None


def _literal(expression: Expression) -> float | None:
    return expression.root.value if isinstance(expression.root, Literally) else None
