"""Explanations as text and as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from engine import api
from engine.analysis.explanation import Explanation
from engine.report.explained import explanation_record
from engine.report.explanation import explanation_text
from engine.report.export import json_text
from engine.report.terminal import Screen, width
from engine.report.text import Ran

ROOT = Path(__file__).parents[2]
RAN = Ran("file.yaml", 0.5)

HOSTILE = """
engine: 1
title: "A \\e[31mred\\u202e title that goes on and on for very much longer than any screen is wide, indeed it does"
actors: {me: {name: "M\\u202ee with a name of many words, so many that it fits no column", precision: strength}}
unknowns:
  strength: {label: "\\e[1mStrength of something that has a long and winding description of itself", uniform: [0.1, 2]}
  mood: {label: Mood, choice: {calm: 80%, wild: rest}}
moves:
  - {type: secret_with_a_very_long_name_indeed_it_is, of: me, values: [low, high], chance: {high: 0.3, low: rest}}
  - {decision: take, actor: me, options: [an_option_with_a_very_long_name_too, other]}
payoffs:
  me:
    - term: "\\e[31mterm\\u202e with a name that is so long that it has to be broken over several lines of the table"
      value: 2 * (take == other) * (mood == calm) - (secret_with_a_very_long_name_indeed_it_is == high)
    - {term: cost, value: -3 * (take == other) * (secret_with_a_very_long_name_indeed_it_is == high)}
outcomes: {other: {label: "It \\e[31mhappens\\u202e", happens: take == other}}
"""


@pytest.fixture(scope="module")
def hostile() -> Explanation:
    return api.explain(api.loads(HOSTILE))


@pytest.fixture(scope="module")
def belarus() -> Explanation:
    return api.explain(api.load(ROOT / "scenarios" / "belarus.yaml"))


@pytest.mark.parametrize("cells", [60, 80, 120])
@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("which", ["hostile", "belarus"])
def test_no_line_is_wider_than_the_screen(
    which: str, everything: bool, cells: int, request: pytest.FixtureRequest
) -> None:
    text = explanation_text(request.getfixturevalue(which), RAN, everything, Screen(cells))
    for line in text.splitlines():
        assert width(line) <= cells, line


@pytest.mark.parametrize("screen", [Screen(), Screen(unicode=False)], ids=["unicode", "ascii"])
def test_nothing_from_the_file_steers_the_terminal(hostile: Explanation, screen: Screen) -> None:
    text = explanation_text(hostile, RAN, True, screen)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert screen.unicode or text.isascii()


def test_the_text_says_who_knows_what_and_what_would_flip_it(belarus: Explanation) -> None:
    text = explanation_text(belarus, RAN, False, Screen(120))
    assert "asks — Vladimir Putin, precision 1.50" in text
    assert "knows answer = exercise, massing = yes" in text
    assert re.search(r"believes intent = offensive [\d.]+%", text)
    assert re.search(r"wins if “[\w ]+” counts [\d.]+ times\n +[\d.]+ to [\d.]+% when solved again; [\d.]+ to", text)
    assert "Where it comes to it: “Belarus enters the war”" in text
    assert "losing Belarus (c43, c46)" in text


def test_hardly_reached_sets_are_folded_unless_all_are_wanted(belarus: Explanation) -> None:
    short = explanation_text(belarus, RAN, False, Screen(120))
    whole = explanation_text(belarus, RAN, True, Screen(120))
    assert "--all shows it" in short
    assert "is reached in less than" not in whole
    assert whole.count("  knows ") == len(belarus.typical.choices)


def test_a_choice_among_names_is_shown_by_its_name(hostile: Explanation) -> None:
    record = explanation_record(hostile, "0")
    assert record["typical"]["unknowns"]["mood"] == "calm"


def test_the_record_has_what_the_design_promises(belarus: Explanation) -> None:
    record = json.loads(json_text(explanation_record(belarus, "0.1.0")))
    assert (record["command"], record["schema"], record["assumptions"]) == ("explain", 1, "base")
    assert record["decisions"] == record["typical"]["decisions"]
    answer = next(one for one in record["decisions"]["answer"] if one["knows"] == {"asks": "press"})
    assert answer["actor"] == "lukashenko"
    assert 0 < answer["reached"] < 1
    assert set(answer["probabilities"]) == set(answer["payoffs"]) == {"refuse", "exercise", "join"}
    assert sum(answer["terms"]["join"].values()) == pytest.approx(answer["payoffs"]["join"])
    assert sum(answer["beliefs"]["intent"].values()) == pytest.approx(1)
    for flip in answer["flips"]:
        at, short = flip["probabilities"], flip["probabilities_just_short"]
        assert max(at, key=at.get) == flip["to"]
        assert max(short, key=short.get) == flip["from"]
    assert record["unlikely"]["outcome"] == "belarus_enters"
    assert record["unlikely"]["probability"] > record["unlikely"]["typical_probability"]
    assert record["terms"]["putin"]["losing Belarus"]["evidence"] == ["c43", "c46"]


def test_control_characters_stay_escaped_in_json(hostile: Explanation) -> None:
    text = json_text(explanation_record(hostile, "0"))
    assert "\x1b" not in text
    assert "\u202e" not in text
