"""The values that a scenario's fields can hold: numbers, names, dates, expressions, chances."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from math import isfinite
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, PlainValidator, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError

from engine.document import Percent
from engine.scenario import expressions
from engine.scenario.expressions import RESERVED, Expression, ExpressionError

MAX_NAME: Final = 60
MAX_ROUNDS: Final = 400
MAX_VALUES: Final = 200
"""Values of a move or of a choice."""


def fault(
    message: str, hint: str = "", offset: int = 0, at: tuple[str | int, ...] = (), key: bool = False
) -> PydanticCustomError:
    """A problem with a value, for pydantic to place.

    Args:
        offset: of the character inside the value's text.
        at: continues the path to the value.
        key: whether it is the key at the end of that path that is wrong, not the value.
    """
    context = {"message": message, "hint": hint, "offset": offset, "at": at, "key": key}
    return PydanticCustomError("scenario", "{message}", context)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise fault(f"a number is needed here, not {_shown(value)}", _number_hint(value))
    number = value if isinstance(value, Percent) else _as_float(value)
    if not isfinite(number):
        raise fault("this number is not finite", "write a number between -1e300 and 1e300")
    return number


def _as_float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _number_hint(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"[-+]?\d+,\d+%?", value):
        return f"write {value.replace(',', '.')}"
    return "write digits, without quotes, such as 1000, 0.5 or 5%" if isinstance(value, str) else ""


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text '{value[:40]}'"
    if isinstance(value, Mapping | list | tuple):
        return "a mapping" if isinstance(value, Mapping) else "a list"
    return f"the number {value}"


def _count(value: object) -> int:
    number = _number(value)
    if number != int(number) or not 1 <= number <= MAX_ROUNDS:
        raise fault(f"a whole number from 1 to {MAX_ROUNDS} is needed here, not {_shown(value)}")
    return int(number)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value}"
    raise fault(f"text is needed here, not {_shown(value)}", "put it in quotes" if isinstance(value, bool) else "")


def _name(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
        raise fault(f"'{value[:40]}' cannot be a name", "names have letters, digits and _, and start with a letter")
    if len(value) > MAX_NAME:
        raise fault(f"a name may have {MAX_NAME} characters")
    if value in RESERVED:
        raise fault(f"'{value}' cannot be a name: the language uses it")
    if "__" in value:
        raise fault(f"'{value}' cannot be a name", "use single underscores")
    return value


def read_name(value: object) -> str:
    """A name.

    Raises:
        PydanticCustomError: it cannot be one.
    """
    return _name(_text(value))


def _label(value: str) -> str:
    return value if value in ("round", "base", *expressions.FUNCTIONS) else _name(value)


def _date(value: object) -> datetime.date:
    if isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise fault(f"a date is needed here, not {_shown(value)}", "write it as 2022-12-18") from None


def read_expression(value: object) -> Expression:
    """A number or an expression.

    Raises:
        PydanticCustomError: it is neither.
    """
    if isinstance(value, Expression):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return expressions.constant(_number(value))
    if not isinstance(value, str):
        hint = f"write {int(value)}" if isinstance(value, bool) else ""
        raise fault(f"a number or an expression is needed here, not {_shown(value)}", hint)
    try:
        return expressions.parse(value)
    except ExpressionError as error:
        raise fault(error.message, error.hint, error.offset) from None


def _share(value: object) -> Expression | Literal["rest"]:
    return "rest" if value == "rest" else read_expression(value)


def _weight(value: object) -> float | Literal["rest"]:
    if isinstance(value, str) and value != "rest":
        raise fault(f"a number or 'rest' is needed here, not {_shown(value)}", _number_hint(value))
    return "rest" if value == "rest" else _number(value)


def _version(value: object) -> Literal[1]:
    if isinstance(value, bool) or not isinstance(value, int) or value != 1:
        raise fault("this engine reads version 1 of the language", "write engine: 1")
    return 1


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    for number, value in enumerate(values):
        if value in values[:number]:
            raise fault(f"'{value}' stands twice in this list", at=(number,))
    return values


def _strings(value: object) -> object:
    return [value] if isinstance(value, str | int | float) and not isinstance(value, bool) else value


def _map_or(kind: str) -> Any:
    return Discriminator(lambda value: "map" if isinstance(value, Mapping) else kind)


_NUMBERS: Final = ({"type": "number"}, {"type": "string", "pattern": r"^[-+0-9.eE]+%$"})
_NUMBER_SCHEMA: Final = {"anyOf": list(_NUMBERS)}
_WEIGHT_SCHEMA: Final = {"anyOf": [*_NUMBERS, {"const": "rest"}]}
EXPRESSION_SCHEMA: Final = {
    "anyOf": [{"type": "number"}, {"type": "string"}],
    "description": "a number or an expression",
}

Number = Annotated[float, PlainValidator(_number), WithJsonSchema(_NUMBER_SCHEMA)]
Count = Annotated[int, PlainValidator(_count), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_ROUNDS})]
Text = Annotated[str, BeforeValidator(_text), Field(max_length=20_000)]
Name = Annotated[str, BeforeValidator(_text), AfterValidator(_name)]
Label = Annotated[str, BeforeValidator(_text), AfterValidator(_label)]
Date = Annotated[datetime.date, PlainValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
Formula = Annotated[Expression, PlainValidator(read_expression), WithJsonSchema(EXPRESSION_SCHEMA)]
Share = Annotated[Expression | Literal["rest"], PlainValidator(_share), WithJsonSchema(EXPRESSION_SCHEMA)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_strings)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_strings), Field(max_length=1_000)]

Weight = Annotated[float | Literal["rest"], PlainValidator(_weight), WithJsonSchema(_WEIGHT_SCHEMA)]
Version = Annotated[Literal[1], PlainValidator(_version), WithJsonSchema({"const": 1})]

Shares = Annotated[dict[Label, Share], Field(min_length=1, max_length=MAX_VALUES)]
Chance = Annotated[Annotated[Shares, Tag("map")] | Annotated[Formula, Tag("one")], _map_or("one")]
"""The chance of `yes`, or of each value; one value may have `rest`."""

Numbered = Annotated[dict[Label, Number], Field(max_length=MAX_VALUES), Tag("map")]
Listed = Annotated[tuple[Label, ...], Field(max_length=MAX_VALUES), AfterValidator(_distinct), Tag("list")]
Options = Annotated[Numbered | Listed, _map_or("list")]
"""Options as a list of names, or as a map from name to number."""

TAGS: Final = frozenset({"map", "one", "list", "decision", "event", "type"})
"""What pydantic puts into the path of a problem beside the file's own keys."""
