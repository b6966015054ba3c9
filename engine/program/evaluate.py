"""The value of a bound expression, by broadcasting: rows are combinations of moves, columns are draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from engine.scenario import scope

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Array = npt.NDArray[Any]


@dataclass(slots=True)
class Surroundings:
    """What names stand for while one expression is evaluated.

    Attributes:
        unknowns: the draws' values; each (n_draws,).
        moves: position of the value that each move has, -1 for none; each (n_rows,).
        numbers: the number that each position of a move carries, the last one for none; by move.
        quantities: the bound quantities.
        state: what everybody sees; each (n_draws,) or (1,).
        round: the number of the round, from 1.
        rounds: how many there are.
        known: quantities that have been evaluated.
    """

    unknowns: Mapping[str, FloatArray]
    moves: Mapping[str, IntArray]
    numbers: Mapping[str, FloatArray]
    quantities: Mapping[str, scope.Bound]
    state: Mapping[str, FloatArray]
    round: int = 1
    rounds: int = 1
    known: dict[str, Array] = field(default_factory=dict)


def value(bound: scope.Bound, around: Surroundings) -> Array:
    """The expression's value, broadcastable to (n_rows, n_draws); conditions are boolean."""
    match bound:
        case float() | int():
            return np.full((1, 1), float(bound))
        case scope.Unknown(name):
            return around.unknowns[name][None, :]
        case scope.UnknownIs(name, position):
            chosen: Array = around.unknowns[name] == position
            return chosen[None, :]
        case scope.MoveNumber(name):
            carried: Array = around.numbers[name][around.moves[name]]
            return carried[:, None]
        case scope.MoveIs(name, position):
            has_value: Array = around.moves[name] == position
            return has_value[:, None]
        case scope.State(name):
            return around.state[name][None, :]
        case scope.Clock(name):
            return np.full((1, 1), float(around.round if name == "round" else around.rounds))
        case scope.Quantity(name):
            if name not in around.known:
                around.known[name] = value(around.quantities[name], around)
            return around.known[name]
        case scope.Apply("per_round", (chance,)):
            return _per_round(number(value(chance, around)), around.rounds)
        case scope.Apply(operator, parts):
            return OPERATIONS[operator](*(value(part, around) for part in parts))


def number(array: Array) -> FloatArray:
    """A condition as 0 or 1; numbers stay."""
    return array.astype(np.float64) if array.dtype == np.bool_ else array


def truth(array: Array) -> npt.NDArray[np.bool_]:
    """A number as a condition: true unless 0."""
    return array if array.dtype == np.bool_ else array != 0


def _decided(found: Array, *arrays: Array) -> Array:
    """A condition, as NaN where it hangs on what is no number: log(-1) is neither above nor below 0."""
    wrong = [~np.isfinite(array) for array in arrays if array.dtype != np.bool_ and not np.isfinite(array).all()]
    return np.where(reduce(np.logical_or, wrong), np.nan, found) if wrong else found


def _compared(function: Callable[[Array, Array], Array]) -> Callable[[Array, Array], Array]:
    return lambda a, b: _decided(function(number(a), number(b)), a, b)


def _both(a: Array, b: Array) -> Array:
    found = truth(a) & truth(b)
    return found if a.dtype == b.dtype == np.bool_ else _decided(found, a, np.where(truth(a), number(b), 0.0))


def _either(a: Array, b: Array) -> Array:
    found = truth(a) | truth(b)
    return found if a.dtype == b.dtype == np.bool_ else _decided(found, a, np.where(truth(a), 0.0, number(b)))


def _choose(condition: Array, then: Array, otherwise: Array) -> Array:
    return _decided(np.where(truth(condition), number(then), number(otherwise)), condition)


def _on_numbers(function: Callable[..., Array]) -> Callable[..., Array]:
    return lambda *arrays: function(*map(number, arrays))


def _folded(function: Callable[[Array, Array], Array]) -> Callable[..., Array]:
    return lambda *arrays: reduce(function, map(number, arrays))


def _logistic(x: FloatArray) -> FloatArray:
    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))))


def _per_round(chance: FloatArray, rounds: int) -> FloatArray:
    """The chance in each round of what has this chance over all of them."""
    found: FloatArray = -np.expm1(np.log1p(-chance) / rounds) if rounds > 1 else chance
    return found


OPERATIONS: Final[Mapping[str, Callable[..., Array]]] = {
    "+": _on_numbers(np.add),
    "-": _on_numbers(np.subtract),
    "*": _on_numbers(np.multiply),
    "/": _on_numbers(np.divide),
    "**": _on_numbers(np.power),
    "negate": _on_numbers(np.negative),
    "==": _compared(np.equal),
    "!=": _compared(np.not_equal),
    "<": _compared(np.less),
    "<=": _compared(np.less_equal),
    ">": _compared(np.greater),
    ">=": _compared(np.greater_equal),
    "and": _both,
    "or": _either,
    "not": lambda a: _decided(~truth(a), a),
    "holds": lambda a: _decided(truth(a), a),
    "if": _choose,
    "min": _folded(np.minimum),
    "max": _folded(np.maximum),
    "abs": _on_numbers(np.abs),
    "exp": _on_numbers(np.exp),
    "log": _on_numbers(np.log),
    "sqrt": _on_numbers(np.sqrt),
    "logistic": _on_numbers(_logistic),
    "clip": _on_numbers(lambda x, low, high: np.minimum(np.maximum(x, low), high)),
}
