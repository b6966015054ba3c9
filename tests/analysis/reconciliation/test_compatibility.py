"""Which statements can be right at once: planted contradictions are found, planted truths fit."""

from __future__ import annotations

import numpy as np
import pytest
from planted import contradicting, sample_of, stated_of, true_worlds

from engine import api
from engine.analysis.reconciliation.believing import LEVELS
from engine.analysis.reconciliation.compatibility import by_words, contradiction_of, reach_of, sets_of
from engine.analysis.reconciliation.consequences import believed


@pytest.mark.parametrize("model", range(20))
def test_exactly_the_planted_contradiction_is_found(model: int) -> None:
    """Five in each of twenty models: one to four statements that contradict, beside one that has no part in it."""
    text, cases = contradicting(np.random.default_rng([4, model]))
    sample = sample_of(text, 512)
    for case in cases:
        stated = case.of(sample)
        names = [one.name for one in stated]
        reach = reach_of(stated, sample, seed=1, histories=1)
        found = sets_of(reach)
        assert found.complete
        assert [{names[place] for place in places} for places in found.contradicting] == [case.contradicting]
        assert {frozenset(names[place] for place in places) for places in found.fitting} == {
            frozenset(names) - {left} for left in case.contradicting
        }
        assert not contradiction_of(reach, names, found.contradicting[0]).words


def test_planted_truths_fit_together_and_lie_in_the_ranges() -> None:
    """At least 95 of 100 fit; unknowns lie in the 90 % range in some 90 % of them, in the 98 % range in 95 or more.

    Where ranges are given hangs on what is stated alone, so the ranges hold among these, too.
    """
    fitting, inner, outer = 0, [], []
    for model in range(10):
        text, worlds = true_worlds(np.random.default_rng([5, model]))
        sample = sample_of(text, 4_096)
        for number, world in enumerate(worlds):
            stated = stated_of(sample, number)
            fitting += reach_of(stated, sample, seed=1, histories=1).fits(range(len(stated)))
            found = believed(stated, True, sample)
            ends = {one.name: [quantile.value for quantile in one.quantiles] for one in found.unknowns}
            if ends["x"]:
                here = [(dict(zip(LEVELS, ends[name], strict=True)), value) for name, value in zip("xyz", world)]
                inner.append([found[0.05] <= value <= found[0.95] for found, value in here])
                outer.append([found[0.01] <= value <= found[0.99] for found, value in here])
    assert fitting >= 95
    assert len(inner) >= 95
    assert 0.83 <= np.mean(inner) <= 0.97  # 4 standard errors of 300 ranges are 7 points
    assert np.mean(outer) >= 0.95


WORDS = """
engine: 1
title: Words
unknowns: {rate: {label: Rate, uniform: [0, 1]}}
moves: [{event: rain, chance: rate}]
outcomes: {rain: {label: Rain, happens: rain == yes}}
statements:
  low: {about: rain, uniform: [0.1, 0.3]}
  middle: {about: rain, uniform: [0.2, 0.6]}
  high: {about: rain, uniform: [0.5, 0.8]}
"""


def test_statements_whose_ranges_do_not_meet_contradict_by_their_words() -> None:
    sample = sample_of(WORDS, 256)
    reach = reach_of(list(sample.program.statements), sample, seed=1, histories=1)
    found = sets_of(reach)
    assert found.contradicting == ((0, 2),)
    assert set(found.fitting) == {(0, 1), (1, 2)}
    assert contradiction_of(reach, ["low", "middle", "high"], (0, 2)).words
    assert not by_words(reach, (0, 1))
    assert reach.tried == 0  # words need no search


def test_neighbouring_words_meet() -> None:
    """In ICD 203 very unlikely ends at 20 %, where unlikely begins: both can be right, if only just."""
    text = WORDS[: WORDS.index("  low")].replace("title: Words", "title: Words\nwords: icd_203")
    text += "  one: {about: rain, phrase: very unlikely}\n  other: {about: rain, phrase: unlikely}\n"
    sample = sample_of(text, 64)
    reach = reach_of(list(sample.program.statements), sample, seed=1, histories=1)
    assert sets_of(reach).fitting == ((0, 1),)
    assert reach.nearest([0, 1]).probability == pytest.approx([0.2, 0.2], abs=0.0011)


def test_a_point_that_no_draw_hits_is_searched_for() -> None:
    """Within the central 99 % of the unknown the chance gets to 53 %, and 16 draws do not get there."""
    text = WORDS[: WORDS.index("  low")].replace("chance: rate}", "chance: (rate ** 64) ** 2}")
    text += "  rare: {about: rain, uniform: [0.45, 0.5]}"
    sample = sample_of(text, 16)
    reach = reach_of(list(sample.program.statements), sample, seed=1, histories=1)
    assert np.nanmax(reach.probability) < 0.4
    assert reach.fits([0])
    near = reach.nearest([0])
    assert 0.45 <= near.probability[0] <= 0.5
    assert near.probability[0] == pytest.approx(near.uniforms[0] ** 128, rel=1e-6)


NARROW = """
engine: 1
title: Where slopes mislead
unknowns:
  x: {label: x, uniform: [-2, 2], judgement: j}
  y: {label: y, WHAT, judgement: j}
moves:
  - {event: e, chance: "FIRST", judgement: j}
  - {event: f, chance: "SECOND", judgement: j}
outcomes:
  e: {label: e, happens: e == yes}
  f: {label: f, happens: f == yes}
statements:
  one: {about: e, between: [2%, 12%]}
  two: {about: f, between: [60%, 63%]}
"""
CHOICE = "choice: {a: 30%, b: 65%, c: rest}"


@pytest.mark.parametrize(
    ("what", "first", "second"),
    [
        # with x = 1.52 and y = c they are 7 and 62 %; c is a step of y that no slope shows
        (
            CHOICE,
            "logistic(1.4 - 1.3 * x + 4 * (y == a) - 2 * (y == c))",
            "logistic(1.3 * x - 0.8 + 1.4 * (y == a) - 0.7 * (y == c))",
        ),
        # with x = 1.2 and y = -1.28 they are 7 and 61 %, on a narrow ridge
        ("uniform: [-2, 2]", "0.07 + 0.9 * min(1, 8 * abs(x + y + 0.08))", "exp(0 - (x - 0.5) ** 2)"),
    ],
)
def test_no_contradiction_where_there_is_a_witness(what: str, first: str, second: str) -> None:
    text = NARROW.replace("WHAT", what).replace("FIRST", first).replace("SECOND", second)
    for seed in range(1, 13):
        found = api.reconcile(api.loads(text), options=api.Options(draws=64, seed=seed, threads=1))
        assert found.contradictions == ()
