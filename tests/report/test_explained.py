"""Explanations as text and as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from engine import api
from engine.analysis.explanation.explanation import Explanation
from engine.report.explained import explanation_record
from engine.report.explanation import explanation_text, explanation_warnings
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
    assert "knows answer = exercise " in text
    assert re.search(r"believes intent = offensive [\d.]+%", text)
    assert re.search(r"wins if “[\w ]+” counts [\d.]+ times\n +[\d.]+ to [\d.]+% when solved again; [\d.]+ to", text)
    assert "Where it comes to it: “Belarus enters the war”" in text
    assert "losing Belarus (c43, c46)" in text


def test_hardly_reached_sets_are_folded_unless_all_are_wanted(belarus: Explanation) -> None:
    short = explanation_text(belarus, RAN, False, Screen(120))
    whole = explanation_text(belarus, RAN, True, Screen(120))
    assert re.search(r"--all\s+shows\s+(it|them)", short)
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


@pytest.mark.parametrize(
    ("reasoning", "said", "named"),
    [
        ("equilibrium", "take — ", "equilibrium"),
        ("habit", "by habit, whatever the options bring", "habit"),
        ("best reply", "best reply, without mistakes", "best reply"),
        ("{level: 2}", "level 2", "level 2"),
    ],
)
def test_how_an_actor_reasons_stands_beside_its_decision(reasoning: str, said: str, named: str) -> None:
    habit = "habit: {take: {other: strength / 2, an_option_with_a_very_long_name_too: rest}}"
    found = api.explain(api.loads(HOSTILE.replace("precision: strength", f"reasoning: {reasoning}, {habit}")))
    assert said in explanation_text(found, RAN, False, Screen(300))
    decisions = explanation_record(found, "0")["decisions"]["take"]
    assert {one["reasoning"] for one in decisions} == {named}


ROUNDS = """
engine: 1
title: "Rounds \\e[31m"
rounds: {count: 12, unit: week, from: 2026-01-01}
state: {a_state_with_a_very_long_name_indeed: {start: 0.5, next: a_state_with_a_very_long_name_indeed + 1}}
actors: {me: {name: "M\\u202ee \\e[1m", precision: 1}, you: {name: "You of a name so long that it must be broken"}}
moves:
  - {type: first_kind, of: me, values: [low, high], chance: {high: 0.3, low: rest}, lasting: true}
  - {type: second_kind, of: me, values: [low, high], lasting: true, chance: {high: LIKELY, low: rest}}
  - {decision: show, actor: me, options: [no, yes]}
  - {decision: guess, actor: you, options: [no, yes], knows: [show]}
payoffs:
  me: [{term: pride, value: (show == yes) * (first_kind == high)}]
  you: [{term: right, value: (guess == yes) * (1 if second_kind == high else -1)}]
beliefs: {you: {first_kind: {high: 0.6, low: rest}}}
outcomes: {shows: {label: Shows, happens: show == yes}}
""".replace("LIKELY", "0.5 if first_kind == low else 0.1")


@pytest.mark.parametrize("cells", [60, 80, 120])
def test_a_later_round_says_how_it_begins(cells: int) -> None:
    found = api.explain(api.loads(ROUNDS), number=3)
    text = explanation_text(found, RAN, True, Screen(cells))
    assert all(width(line) <= cells for line in text.splitlines())
    assert "\x1b" not in text
    assert "\u202e" not in text
    words = " ".join(text.split())
    assert "How round 3 begins" in words
    assert "a_state_with_a_very_long_name_indeed = 2.5; believed: first_kind = low and second_kind = low" in words
    assert "You of a name so long that it must be broken believes first_kind = low and" in words
    assert "the likeliest of" in words
    assert "How round" not in explanation_text(api.explain(api.loads(ROUNDS)), RAN, True, Screen(cells))


def test_the_record_of_a_later_round_has_its_history() -> None:
    found = api.explain(api.loads(ROUNDS), number=3)
    record = json.loads(json_text(explanation_record(found, "0")))
    assert record["round"] == 3
    history = record["history"]
    assert history["state"] == {"a_state_with_a_very_long_name_indeed": 2.5}
    assert [view["actor"] for view in history["beliefs"]] == [None, "you"]
    for view in (history["types"], *history["beliefs"]):
        assert sum(one["probability"] for one in view["joint"]) == pytest.approx(1)
        for name in ("first_kind", "second_kind"):
            for value, chance in view["of_each"][name].items():
                summed = sum(one["probability"] for one in view["joint"] if one["values"][name] == value)
                assert chance == pytest.approx(summed)
    once = explanation_record(api.explain(api.loads(HOSTILE)), "0")
    assert (once["round"], once["history"]) == (None, None)


def test_in_rounds_the_unlikely_draw_is_one_of_round_1_without_weights() -> None:
    """A condition that can come about in round 2 alone says nothing of round 1, and stops nothing."""
    text = ROUNDS.replace("actors:", "unknowns: {u: {label: U, uniform: [0, 2]}}\nactors:", 1)
    text = text.replace("(first_kind == high)", "(u if first_kind == high else 1)").replace(
        "outcomes: {", "outcomes: {late: {label: Late, happens: show == yes, given: round == 2}, "
    )
    text += "statements: {s: {about: late, value: 50%}}\nassumptions: {s: {label: S, believe: [s]}}\n"
    found = api.explain(api.loads(text), "s", outcome="shows")
    assert found.unlikely is not None
    assert "the draw at the 99% quantile of its figure in round 1" in explanation_text(found, RAN, False, Screen(120))
    assert any("draws without weights" in said for said in explanation_warnings(found))
    assert not explanation_warnings(api.explain(api.loads(text)))
