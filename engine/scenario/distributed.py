"""Records that give a distribution: one key names its family."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import Field, ValidationInfo, field_validator, model_validator

from engine.distributions import families
from engine.document import Percent
from engine.scenario.fields import MAX_VALUES, Label, Number, Text, Weight, fault
from engine.scenario.records import Record

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
BY_NAME: Final = {
    "normal": ("mean", "sd"),
    "lognormal": ("median", "sigma"),
    "beta": ("a", "b"),
    "gamma": ("shape", "scale"),
}
"""Families whose parameters have names."""


class Distributed(Record):
    """A distribution: one key names its family."""

    value: Number | None = Field(None, description="known exactly")
    uniform: tuple[Number, Number] | None = Field(None, description="all values between are equally likely")
    triangular: tuple[Number, Number, Number] | None = Field(None, description="density in two straight lines")
    pert: tuple[Number, Number, Number] | None = Field(
        None, description="a smooth hump, with more weight near the most likely"
    )
    normal: dict[str, Number] | None = Field(None, description="mean and standard deviation")
    lognormal: dict[str, Number] | None = Field(None, description="median, and standard deviation of the logarithm")
    beta: dict[str, Number] | None = Field(
        None, description="shapes of a chance between 0 and 1, with mean a / (a + b)"
    )
    gamma: dict[str, Number] | None = Field(None, description="above 0, with mean shape times scale")
    between: tuple[Number, Number] | None = Field(
        None, description="central 90 %: a beta if in %, a lognormal if both are positive, else a normal"
    )
    quantiles: dict[Any, Number] | None = Field(
        None, description="smooth between the points given; perhaps with min and max"
    )
    phrase: Any = Field(None, description="a word of probability, or a map from standard to word")
    mixture: tuple[Part, ...] | None = Field(None, max_length=100, description="weighted distributions")
    choice: dict[Label, Weight] | None = Field(
        None, max_length=MAX_VALUES, description="one of several names; no number"
    )
    scipy: dict[str, Any] | None = Field(None, description="any continuous family of scipy.stats")
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

    @field_validator(*BY_NAME, mode="before")
    @classmethod
    def _named(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None or isinstance(value, Mapping):
            return value
        family = info.field_name or ""
        given = value if isinstance(value, list | tuple) and len(value) == len(BY_NAME[family]) else ["…"] * 2
        form = ", ".join(f"{name}: {number}" for name, number in zip(BY_NAME[family], given, strict=True))
        raise fault(f"'{family}' takes its parameters by name", f"write {family}: {{{form}}}")

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
            _check_percent(family, self.parameters)
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

    weight: Number = Field(description="above 0; the weights of a mixture sum to 1")

    @model_validator(mode="after")
    def _plain(self) -> Part:
        if self.family in ("mixture", "choice"):
            raise fault(f"a mixture cannot hold a {self.family}", at=(self.family,))
        return self


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _numbers(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _numbers(item)


def _check_percent(family: str, parameters: Any) -> None:
    """Numbers that stand for the same thing are written alike; a plain 0 is 0% too, but `between` asks for the sign."""
    if family in ("uniform", "triangular", "pert", "between"):
        found = list(parameters)
    elif family in ("normal", "quantiles"):
        found = list(parameters.values())
    else:
        return
    plain = [number for number in found if not isinstance(number, Percent)]
    odd = [number for number in plain if number or family == "between"]
    if odd and len(plain) < len(found):
        hint = f"write {odd[0]:g}%" + (f", or {100 * odd[0]:g}% if a share is meant" if 0 < odd[0] <= 1 else "")
        raise fault(f"'{family}' mixes numbers with and without %", hint, at=(family,))


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
