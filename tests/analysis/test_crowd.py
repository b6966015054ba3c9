"""What a class expects: bins, means, and who beats whom, by hand."""

from __future__ import annotations

from math import log

import pytest

from engine.analysis.crowd import BASELINE, MEAN, MEDIAN, Answer, Question, crowd_of
from engine.analysis.estimates import exact


def question(key: str, happened: bool | None) -> Question:
    return Question(key, key, exact(0.2), None, ("even chance", 0.5), happened)


def answers(key: str, *chances: float) -> list[Answer]:
    return [Answer(f"m{place}", key, chance) for place, chance in enumerate(chances)]


def test_bins_mean_and_median() -> None:
    [one] = crowd_of([question("a", None)], answers("a", 0.0, 0.1, 0.3, 0.99, 1.0)).asked
    assert one.counts == (1, 1, 0, 1, 0, 0, 0, 0, 0, 2)
    assert one.mean == pytest.approx(2.39 / 5)
    assert one.median == 0.3


def test_scores_by_hand() -> None:
    crowd = crowd_of([question("a", False), question("b", True)], [*answers("a", 0.1, 0.6), Answer("m0", "b", 0.7)])
    best, worst = crowd.members
    assert (best.who, best.n, worst.who, worst.n) == ("m0", 2, "m1", 1)
    assert best.brier == pytest.approx((0.01 + 0.09) / 2)
    assert best.log == pytest.approx((-log(0.9) - log(0.7)) / 2)
    assert best.skill == pytest.approx(1 - 0.05 / 0.25)
    others = {marks.who: marks for marks in crowd.others}
    assert others[MEAN].brier == pytest.approx((0.35**2 + 0.09) / 2)
    assert others[BASELINE].brier == pytest.approx(0.25)


def test_the_mean_of_a_crowd_beats_most_of_two_sides() -> None:
    # Its error is the mean error less the spread (Krogh & Vedelsby 1995): 0.5 costs 0.25, 0.1 costs 0.01, 0.9 0.81.
    crowd = crowd_of([question("a", False)], answers("a", 0.1, 0.9, 0.9))
    mean = next(marks for marks in crowd.others if marks.who == MEAN)
    chances = [0.1, 0.9, 0.9]
    spread = sum((chance - sum(chances) / 3) ** 2 for chance in chances) / 3
    assert mean.brier == pytest.approx(sum(chance**2 for chance in chances) / 3 - spread)
    assert crowd.beaten == {MEAN: 2, MEDIAN: 0}


def test_the_crowd_is_compared_on_what_a_member_answered() -> None:
    # On `a` the crowd is perfect, on `b` far off; m1 answered only `a`, and there the crowd is better.
    given = [*answers("a", 0.0, 0.1, 0.0), *answers("b", 0.9)]
    crowd = crowd_of([question("a", False), question("b", False)], given)
    assert crowd.beaten[MEDIAN] == 1


def test_nothing_is_scored_before_it_is_told() -> None:
    crowd = crowd_of([question("a", None)], answers("a", 0.1))
    assert crowd.members == crowd.others == ()
    assert crowd.beaten == {}


def test_calibration_is_judged_from_twenty_answers_on() -> None:
    questions = [question(f"q{place}", place % 5 == 0) for place in range(20)]
    given = [Answer("sure", one.key, 0.02) for one in questions]
    assert crowd_of(questions, given).members[0].calibration is not None
    assert crowd_of(questions[:19], given[:19]).members[0].calibration is None
