"""What plain text stands for: the values of YAML 1.2's core schema, and per cent."""

from __future__ import annotations

import re

from engine.document.limits import MAX_NUMBER


class Percent(float):
    """A number that was written in per cent: `5%` is Percent(0.05); its text is `5%` again."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Percent({float(self)!r})"

    def __str__(self) -> str:
        # Shifts the decimal point in the text, since 100 * 0.07 is not 7.
        mantissa, _, exponent = float.__repr__(self).partition("e")
        shifted = f"{float(f'{mantissa}e{int(exponent or 0) + 2}')!r}" if mantissa[-1].isdigit() else mantissa
        return shifted.removesuffix(".0") + "%"


Value = None | bool | int | float | str

_WORDS: dict[str, Value] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((f"{sign}.{word}" for sign in ("", "+") for word in ("inf", "Inf", "INF")), float("inf")),
    **dict.fromkeys((f"-.{word}" for word in ("inf", "Inf", "INF")), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_INTEGER = re.compile(r"[-+]?[0-9]++")
_BASED = re.compile(r"0o[0-7]++|0x[0-9a-fA-F]++")
_NUMBER = re.compile(r"([-+]?(?:\.[0-9]++|[0-9]++(?:\.[0-9]*+)?)(?:[eE][-+]?[0-9]++)?)(%?)")


def resolve(text: str) -> Value:
    """What plain text stands for: null, true, false, a number, or itself.

    Raises:
        ValueError: if it is a number of more than 100 characters.
    """
    if text in _WORDS:
        return _WORDS[text]
    match = _NUMBER.fullmatch(text) if text[0] in "+-.0123456789" else None
    based = _BASED.fullmatch(text)
    if (match or based) and len(text) > MAX_NUMBER:
        raise ValueError(f"a number of more than {MAX_NUMBER} characters")
    if based:
        return int(text, 0)
    if not match:
        return text
    if match[2]:
        return _percent(match[1])
    return int(text) if _INTEGER.fullmatch(text) else float(text)


def _percent(number: str) -> Percent:
    """The hundredth of a decimal, exactly rounded: dividing by 100 would round twice."""
    mantissa, _, exponent = number.lower().partition("e")
    return Percent(f"{mantissa}e{int(exponent or 0) - 2}")
