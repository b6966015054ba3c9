from __future__ import annotations

import re

import pytest

from engine.distributions.spoken import chance_of

SAME = {
    0.1: [
        "10%",
        "10 %",
        " 10\u00a0% ",
        "0.1",
        ".1",
        "0,1",
        "1 in 10",
        "1 out of 10",
        "1/10",
        "10 percent",
        "10 PER CENT",
    ],
    0.025: ["2.5%", "2,5%", "0.025", "25e-3", "1 in 40", "25 in 1,000", "1/40"],
    0.125: ["12.5%", "0,125", "0.125", "1 in 8"],
    0.0: ["0", "0%", "0.0", "0 in 7"],
    1.0: ["1.0", "100%", "1.", "7/7", "1 in 1"],
    0.0001: ["1 in 10,000", "1 in 10000", "0.01%", "1e-4"],
    0.001: ["1 in a 1000", "0.1%"],
}

REFUSED = {
    "1": "two ways: write 1% or 100%",
    "10": "two ways: write 10% or 0.1",
    "2.5": "two ways: write 2.5% or 0.025",
    "12,500%": "two ways",
    "-5%": "negative",
    "−0.2": "negative",
    "101%": "above 100%",
    "250": "above 100%",
    "3 in 2": "above 100%",
    "1e300%": "above 100%",
    "1 in 0": "nothing is 1 in 0",
    "0/0": "nothing is 1 in 0",
    "1:9": "odds",
    "9 to 1": "odds",
    "": "needed",
    "  ": "needed",
    "one in ten": "10%, 0.1 or 1 in 10",
    "unlikely": "10%, 0.1 or 1 in 10",
    "nan": "no probability",
    "inf": "no probability",
    "1.2.3%": "no probability",
    "1 in 2.3.4": "no probability",
    "50/50": "write 50%",
    "30/70": "write 30%",
    "1 in 1.000": "write 1000 or 1,000",
    "1/10.000": "two ways",
    "١٠%": "no probability",
    "10%%": "no probability",
    "9" * 5000: "no probability",
    "1e999": "above 100%",
}


@pytest.mark.parametrize(("probability", "text"), [(value, text) for value, texts in SAME.items() for text in texts])
def test_one_probability_is_understood_however_it_is_typed(probability: float, text: str) -> None:
    assert chance_of(text) == pytest.approx(probability, abs=1e-15)


@pytest.mark.parametrize(("text", "why"), REFUSED.items(), ids=[text[:12] for text in REFUSED])
def test_what_is_no_probability_or_two_is_refused_with_what_to_type(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)) as refused:
        chance_of(text)
    assert len(str(refused.value)) < 150
