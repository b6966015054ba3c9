"""Claims about outcomes: what is understood, and what is said of everything else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import api
from engine.analysis.discovery.claims import Claim, read_claim
from engine.errors import UsageError
from engine.program.compile import compile_program

TEXT = """
engine: 1
title: t
unknowns: {x: {label: x, uniform: [0, 1], judgement: x}}
moves:
  - {event: war, chance: x}
  - {event: weather, values: [sun, rain], chance: {sun: x, rain: rest}}
outcomes:
  war: {label: war, happens: war}
  army: {label: army, quantity: 10 * x, judgement: x}
  weather: {label: weather, choice: weather}
"""
MEASURES = compile_program(api.loads(TEXT).scenario).measures


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("war > 50%", Claim("war", "", "happens", ">", 0.5)),
        ("  war>=0.5 ", Claim("war", "", "happens", ">=", 0.5)),
        ("war < 5 %", Claim("war", "", "happens", "<", 0.05)),
        ("war <= .25", Claim("war", "", "happens", "<=", 0.25)),
        ("war ≥ 1e-3", Claim("war", "", "happens", ">=", 0.001)),
        ("army > 6", Claim("army", "", "quantity", ">", 6.0)),
        ("army > -2.5e3", Claim("army", "", "quantity", ">", -2500.0)),
        ("weather.rain > 5%", Claim("weather", "rain", "choice", ">", 0.05)),
    ],
)
def test_understood(text: str, expected: Claim) -> None:
    assert read_claim(text, MEASURES) == expected


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("war", "no comparison", "quote the whole claim"),
        ("war ", "no comparison", "--outcome 'war > 50%'"),
        ("army", "no comparison", "--outcome 'army > 3'"),
        ("weather", "no comparison", "--outcome 'weather.sun > 50%'"),
        ("", "no comparison", "quote"),
        ("wra > 50%", "'wra' is no outcome", "did you mean 'war'?"),
        ("weather.rian > 5%", "'rian' is no value", "did you mean 'rain'?"),
        ("weather > 5%", "is a choice", "weather.sun"),
        ("war.yes > 5%", "has no values", "write war alone"),
        ("> 5%", "no outcome is named", ""),
        ("war = 50%", "'=' is no comparison", "use >"),
        ("war == 50%", "'==' is no comparison", "use >"),
        ("war != 50%", "'!=' is no comparison", "use >"),
        ("10% < war", "the outcome stands first", "for example"),
        ("10% < war < 20%", "one comparison", "for example"),
        ("war > half", "a number is needed", "such as 50%"),
        ("war > ", "a number is needed", "such as 50%"),
        ("war > nan", "a number is needed", ""),
        ("war > inf", "a number is needed", ""),
        ("war > 0,5", "a number is needed", "decimal point"),
        ("war > 50", "between 0 and 1", "write 50%"),
        ("war > 150%", "between 0 and 1", ""),
        ("war > -1%", "between 0 and 1", ""),
        ("army > 1e999", "too large", ""),
        ("x" * 400, "too long", ""),
    ],
)
def test_not_understood(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        read_claim(text, MEASURES)
    assert message in error.value.message
    assert hint in error.value.hint


@settings(max_examples=120, deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"(war|army|weather)?[.]?[a-z]{0,4} ?[<>=]{0,3} ?[-+.0-9e%]{0,12}"))
def test_any_text_is_a_claim_or_a_message(text: str) -> None:
    try:
        found = read_claim(text, MEASURES)
    except UsageError:
        return
    assert np.isfinite(found.line)


def test_a_claim_and_its_opposite_share_out_all_figures() -> None:
    figures = np.array([0.2, 0.5, 0.7])
    for relation in (">", ">=", "<", "<="):
        claim = Claim("war", "", "happens", relation, 0.5)
        assert (claim.holds(figures) != claim.opposite.holds(figures)).all()
        assert claim.opposite.opposite == claim
        assert (claim.gap(figures)[claim.holds(figures)] >= 0).all()
