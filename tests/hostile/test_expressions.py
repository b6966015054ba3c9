"""Expressions that are no expressions, or that would rather be programs."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from border import BORDER, Found, Ran, spoilt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.scenario import expressions
from engine.scenario.expressions import ExpressionError

Refused = Callable[..., Found]
Fine = Callable[..., Ran]

COST = "quantity: loans * pressed"

REFUSED = [
    # What Python can do and this language cannot
    ("▶loans.real", "there are no attributes"),
    ("▶loans.__class__.__bases__", "there are no attributes"),
    ("▶().__class__", "there are no attributes"),
    ("▶loans[0]", "nothing to index"),
    ("▶[loans]", "lists are not allowed"),
    ("▶{1}", "braces are not allowed"),
    ("▶{1: 2}", "braces are not allowed"),
    ("▶lambda x: x", "'lambda' cannot stand here"),
    ("[x ▶for x in loans]", "'for' cannot stand here"),
    ("(▶a := loans)", "name values under 'quantities'"),
    ("max(1, ▶*loans)", "'*' only multiplies"),
    ("▶max(1, b=loans)", "takes 2 to 16 arguments"),
    ("▶max(1, **loans)", "takes 2 to 16 arguments"),
    ("▶1, 2", "a comma is only allowed between the arguments"),
    ("▶import os", "'import' cannot stand here"),
    ("▶yield loans", "'yield' cannot stand here"),
    ("▶await loans", "'await' cannot stand here"),
    ("loans▶; 1", "';' cannot stand"),
    ("loans ▶# a comment", "'#' cannot stand"),
    ("loans ▶\\ + 1", "'\\' cannot stand"),
    ('f▶"{loans}"', "written without quotes"),
    ("demand == ▶'press'", "written without quotes"),
    ("▶`loans`", "written without quotes"),
    ("▶...", "only plain numbers"),
    # Calls
    ("▶print(1)", "functions are: min, max"),
    ("▶eval(1)", "functions are: min, max"),
    ("▶__import__(os)", "functions are: min, max"),
    ("▶loans(1)", "'loans' is no function here"),
    ("▶(1)(2)", "only named functions"),
    ("▶max(max)(1)", "only named functions"),
    ("▶min(1)", "takes 2 to 16 arguments"),
    ("▶abs(1, 2)", "takes 1 argument"),
    ("▶abs()", "takes 1 argument"),
    ("▶clip(1, 2)", "takes 3 arguments"),
    ("▶clip(loans, 3, 1)", "in this order"),
    ("▶max", "is not a name"),
    # Operators
    ("▶5 % 2", "this operator is not allowed"),
    ("5▶%2", "marks a percentage"),
    ("5▶%x", "marks a percentage"),
    ("▶loans // 2", "this operator is not allowed"),
    ("▶loans @ 2", "this operator is not allowed"),
    ("▶loans & 2", "this operator is not allowed"),
    ("▶loans << 1", "this operator is not allowed"),
    ("▶~loans", "there are - and not"),
    ("loans ▶&& 1", "write 'and'"),
    ("loans ▶|| 1", "write 'or'"),
    ("▶!loans", "write 'not'"),
    ("loans ▶<> 1", "write '!='"),
    ("loans ▶= 1", "write '=='"),
    ("loans ▶is 1", "write =="),
    ("demand ▶in (leave, press)", "write a == b or a == c"),
    ("loans ▶− 1", "write -"),
    ("loans ▶× 2", "write *"),
    ("2 ▶x loans", "write '*'"),
    ("(loans) ▶x (2)", "write '*'"),
    ("loans ▶≤ 3", "write <="),
    ("▶“loans”", "(U+201C) cannot stand"),
    # Characters
    ("lo▶аns", "(U+0430) cannot stand"),
    ("▶ｍax(1, 2)", "(U+FF4D) cannot stand"),
    ("▶٥%", "(U+0665) cannot stand"),
    ("▶𝟙", "(U+1D7D9) cannot stand"),
    ("loans▶\u200b", "U+200B cannot stand"),
    ("loans▶\u202e", "U+202E cannot stand"),
    ("loans▶\u00a0+ 1", "write a space"),
    ("loans ▶$ 1", "'$' cannot stand"),
    # Numbers
    ("▶1e999", "too large"),
    ("▶1e999%", "too large"),
    ("▶1e99999999999999999999%", "too large"),
    ("▶" + "9" * 400, "too large"),
    ("▶" + "9" * 400 + "%", "too large"),
    ("▶1j", "only plain numbers"),
    ("1 + ▶010", "write 10"),
    ("9**▶9**9", "at most 64"),
    ("9**▶65", "at most 64"),
    ("2**▶-65", "at most 64"),
    ("loans ** ▶10 ** 9", "at most 64"),
    # Shape
    ("▶(loans", "this bracket has no partner"),
    ("loans▶)", "this bracket has no partner"),
    ("1 ▶if loans", "'if' needs an 'else'"),
    ("▶loans loans", "cannot be read"),
    ("▶   ", "an expression is missing"),
    ("1" + "+1" * 499 + "+▶1", "may have 1000 characters"),
    ("▶1" + "+1" * 41, "40 levels deep"),
    ("-" * 41 + "▶-1", "40 levels deep"),
    ("not " * 41 + "▶not 1", "40 levels deep"),
    # Names
    ("▶__class__", "is not a name"),
    ("▶True", "is not a name"),
    ("▶nan", "is not a name"),
    ("▶rest", "is not a name"),
    ("▶demand + 1", "compare it (demand == leave)"),
    ("demand < ▶press", "use == or !="),
    ("▶demand == answer", "give its values numbers"),
    ("demand == ▶prezz", "did you mean 'press'?"),
    ("loans * ▶press", "write demand == press"),
    ("▶none + 1", "stands for itself only in a comparison"),
    ("▶season * 2", "compare it: season == wet"),
    ("season < ▶wet", "use == or !="),
    ("▶wet", "write season == wet"),
    # No number
    ("▶1 / 0", "no finite value"),
    ("▶log(-1)", "no finite value"),
    ("▶(-8) ** 0.5", "no finite value"),
    ("▶1e308 * 10", "no finite value"),
    ("▶1e61", "no finite value"),
    ("▶1 if log(-1) > 0 else 2", "no finite value"),
]

# What is legal, and what comes out in the mean
LEGAL = [
    ("0x10", 16),
    ("0b11", 3),
    ("0o17", 15),
    ("1_000", 1000),
    ("1.", 1),
    (".5", 0.5),
    ("5%", 0.05),
    ("-5%", -0.05),
    ("1e3%", 10),
    ("9**2", 81),
    ("2**-2", 0.25),
    ("9**64 * 0", 0),
    ("1 < 2 < 3", 1),
    ("3 > 2 > 2", 0),
    ("not 0", 1),
    ("--1", 1),
    ("+-+1", -1),
    ("1 if 0 else 2 if 0 else 3", 3),
    ("round", 1),
    ("rounds", 1),
    ("demand == none", 0),
    ("demand == leave or demand == press", 1),
    ("press == demand or leave == demand", 1),
    ("answer != join", None),
    ("max(1, max(2, 3))", 3),
    ("(" * 40 + "1" + ")" * 40, 1),
    ("1" + " + 1" * 39, 40),
    ("0 or " * 190 + "1", 1),
    ("1 <" * 300 + "2", 0),
    ("1 if 0 and log(-1) else 2", 2),
    ("1 or log(0)", 1),
    ("1 / pressed if pressed else 7", None),
    ("exp(-1e9)", 0),
    ("logistic(1e9)", 1),
    ("1 if pressed and 1 / pressed > 0 else 0", None),
]


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_what_is_no_expression(refused: Refused, text: str, says: str) -> None:
    found = refused(spoilt(COST, "quantity: " + _quoted(text)))
    assert says in found.whole


@pytest.mark.parametrize(("text", "value"), LEGAL)
def test_what_is_an_expression(fine: Fine, text: str, value: float | None) -> None:
    ran = fine(spoilt(COST, "quantity: " + _quoted(text)), "--json")
    mean = json.loads(ran.out)["outcomes"]["cost"]["mean"]
    assert value is None or mean == pytest.approx(value)


@pytest.mark.parametrize(
    "key",
    [
        "when: demand == press}",
        "chance: 0.3 if season == wet else 0.1",
        "value: loans * (answer == join)",
        "happens: answer == join",
    ],
)
def test_every_place_of_an_expression_refuses_the_same(refused: Refused, key: str) -> None:
    name = key.partition(":")[0]
    new = f"{name}: ▶__import__(os).system" + ("}" if key.endswith("}") else "")
    assert "there are no attributes" in refused(spoilt(key, new)).message


def test_control_characters_in_an_expression(refused: Refused) -> None:
    for escape in ("\\0", "\\f", "\\r", "\\e", "\\u2028", "\\x85"):
        found = refused(spoilt(COST, f'quantity: "loans▶{escape} + 1"'))
        assert "cannot stand in an expression" in found.message


@pytest.mark.parametrize("text", ["loans\n\n      + 1", "loans\n      +\n      1"])
def test_an_expression_may_run_over_lines(fine: Fine, text: str) -> None:
    fine(spoilt(COST, "quantity: " + text))


def test_an_error_in_a_folded_expression_is_in_its_own_line(refused: Refused) -> None:
    folded = "\n  cost:\n    label: Cost\n    quantity: >\n      loans\n      + pressed\n      * ▶strom\n"
    found = refused(spoilt("\n  cost: {label: Cost, " + COST + "}\n", folded))
    assert "did you mean 'storm'?" in found.whole


def test_quantities_that_double_at_each_of_sixty_levels(fine: Fine) -> None:
    doubled = "".join(f"  q{number}: q{number - 1} + q{number - 1}\n" for number in range(1, 61))
    text = spoilt("quantities:\n", "quantities:\n  q0: 1\n" + doubled)
    ran = fine(spoilt(COST, "quantity: q60", text), "--json")
    assert json.loads(ran.out)["outcomes"]["cost"]["mean"] == 2.0**60


def test_quantities_in_a_long_row(refused: Refused) -> None:
    """Each step is one level of recursion, so the row has an end."""
    row = "".join(f"  q{number}: q{number - 1} + 1\n" for number in range(1, 900))
    text = spoilt("quantities:\n", "quantities:\n  q0: 1\n" + row.replace("q124 + 1", "▶q124 + 1"))
    assert "builds on too many quantities in a row" in refused(text).message


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.sampled_from("loansdemprx019.%()+-*/<>=!,:_[]{}'\"#\\ \n\t&|~^@;é−\0\u202e"), max_size=40))
def test_any_text_is_an_expression_or_is_refused(text: str) -> None:
    try:
        expressions.parse(text)
    except ExpressionError as error:
        assert error.message  # noqa: PT017
        assert 0 <= error.offset <= len(text)  # noqa: PT017


def _quoted(text: str) -> str:
    """The text as a quoted scalar in which every character stands as it is."""
    return "'" + text.replace("'", "''") + "'"


def test_the_border_itself_is_fine(fine: Fine) -> None:
    fine(BORDER)
