"""Expressions mean what they mean in Python, over arrays of draws and moves."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.program import evaluate
from engine.program.evaluate import Surroundings
from engine.scenario.expressions import parse
from engine.scenario.scope import Scope, bind

X, Y = np.array([0.5, -2.0, 3.0]), np.array([1.0, 4.0, -0.25])
SCOPE = Scope(
    unknowns=frozenset({"x", "y", "w"}),
    quantities=frozenset({"q"}),
    state=frozenset({"s"}),
    moves={"size": {"small": 1.0, "large": 4.0}, "way": {"left": None, "right": None}},
    choices={"w": ("sun", "rain")},
)
ROWS = {"size": np.array([0, 0, 1, 1, -1]), "way": np.array([0, 1, 0, 1, -1])}
NUMBERS = {"size": np.array([1.0, 4.0, 0.0]), "way": np.array([0.0, 0.0, 0.0])}


def around() -> Surroundings:
    quantities = {"q": bind(parse("x * size"), SCOPE)[0]}
    unknowns = {"x": X, "y": Y, "w": np.array([0.0, 1.0, 0.0])}
    return Surroundings(unknowns, ROWS, NUMBERS, quantities, {"s": np.array([2.0])})


def value(text: str) -> np.ndarray:
    bound, misuses = bind(parse(text), SCOPE)
    assert not misuses
    with np.errstate(all="ignore"):
        return np.broadcast_to(evaluate.number(evaluate.value(bound, around())), (5, 3))


terms = st.recursive(
    st.sampled_from(["x", "y", "s", "2", "0.5", "size"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(inner, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), inner).map(" ".join).map("({})".format),
        st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} if {t[1]} > {t[2]} else -{t[2]})"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        inner.map(lambda t: f"abs({t})"),
    ),
    max_leaves=12,
)


@given(terms)
def test_expressions_are_those_of_python(text: str) -> None:
    found = value(text)
    for row in range(5):
        for draw in range(3):
            names = {"x": float(X[draw]), "y": float(Y[draw]), "s": 2.0, "size": [1.0, 4.0, 0.0][ROWS["size"][row]]}
            expected = float(eval(text, {"__builtins__": {"min": min, "max": max, "abs": abs}}, names))
            assert found[row, draw] == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "row", "draw", "expected"),
    [
        ("5%", 0, 0, 0.05),
        ("-x ** 2", 0, 1, -4.0),
        ("2 * x ** 2", 0, 2, 18.0),
        ("exp(x)", 0, 0, math.exp(0.5)),
        ("log(y)", 0, 1, math.log(4)),
        ("sqrt(y)", 0, 1, 2.0),
        ("logistic(x)", 0, 2, 1 / (1 + math.exp(-3))),
        ("logistic(-800)", 0, 0, 0.0),
        ("logistic(800)", 0, 0, 1.0),
        ("clip(x, 0, 1)", 0, 0, 0.5),
        ("clip(x, 0, 1)", 0, 1, 0.0),
        ("clip(x, 0, 1)", 0, 2, 1.0),
        ("min(x, y, 0)", 0, 2, -0.25),
        ("not (x > 0)", 0, 1, 1.0),
        ("x > 0 and y > 0 or s == 3", 0, 0, 1.0),
        ("0 < x < y", 0, 0, 1.0),
        ("0 < x < y", 0, 2, 0.0),
        ("q + 1", 2, 2, 13.0),  # x * size + 1 = 3 * 4 + 1
        ("q", 4, 2, 0.0),  # a move that did not happen counts 0
        ("w == rain", 0, 1, 1.0),
        ("w != rain", 0, 1, 0.0),
        ("way == left", 0, 0, 1.0),
        ("left == way", 1, 0, 0.0),
        ("way == none", 4, 0, 1.0),
        ("way != left", 4, 0, 1.0),
        ("size >= large", 2, 0, 1.0),
        ("size < large", 4, 0, 1.0),
        ("small < size", 2, 0, 1.0),
        ("3 * (way == right)", 1, 0, 3.0),
        ("x if way == left else y", 1, 1, 4.0),
        ("per_round(5%)", 0, 0, 0.05),  # one round covers the whole horizon
        ("round + rounds", 0, 0, 2.0),
    ],
)
def test_one_value(text: str, row: int, draw: int, expected: float) -> None:
    assert value(text)[row, draw] == pytest.approx(expected, rel=1e-14, abs=1e-300)
