"""Explanations of later rounds of random scenarios: the figures behind each choice give the choice."""

from __future__ import annotations

from math import exp

import pytest
import yaml
from random_rounds import Writer

from engine import api
from engine.report.explained import explanation_record
from engine.report.export import json_text


@pytest.mark.parametrize("seed", range(24))
def test_payoffs_of_the_last_round_give_the_odds(seed: int) -> None:
    """Logit choice (McKelvey & Palfrey 1998), with the state and the beliefs of the round."""
    written = Writer(seed).scenario()
    loaded = api.loads(yaml.safe_dump(written, sort_keys=False))
    found = api.explain(loaded, number=written["rounds"]["count"], options=api.Options(draws=16))
    assert json_text(explanation_record(found, "0"))
    assert found.history is not None
    assert found.history.comes is not None
    assert 0 < found.history.chance <= found.history.comes <= 1
    for choice in found.typical.choices:
        if choice.payoffs is not None and "reasoning" not in written["actors"][choice.actor]:
            first = next(iter(choice.payoffs))
            for option, payoff in choice.payoffs.items():
                odds = exp(choice.precision * (payoff - choice.payoffs[first]))
                assert choice.probabilities[option] == pytest.approx(odds * choice.probabilities[first], abs=1e-6)
