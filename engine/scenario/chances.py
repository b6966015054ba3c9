"""The chance of an event or a type: one for `yes`, or one for each value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from engine.scenario.expressions import Expression, Number
from engine.scenario.fields import fault
from engine.scenario.records import Path


def check_chance(chance: Expression | Mapping[str, Expression | str], values: Mapping[str, Any], key: str) -> None:
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
    return expression.root.value if isinstance(expression.root, Number) else None
