"""A whole lesson: predictions are sealed before anything is shown, and what happened is told last."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from math import log
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine import api
from engine.api import teaching
from engine.errors import ScenarioError, UsageError
from engine.report.terminal import Screen, width
from engine.teaching.dialogue import Dialogue, Left
from engine.teaching.discovering import swing_grid
from engine.teaching.handout import lesson_handout
from engine.teaching.journal import take_up
from engine.teaching.lesson import Held
from engine.teaching.predicting import Predicted, seal_of
from engine.teaching.wording import readings, word_notes

FILE = Path(__file__).with_name("bluff_lesson.yaml")
SECRET = "tanks crossed the river"
READ = ["", ""]
PREDICTED = ["10%", "6", "2 to 8", "30%", "60%", "yes"]
WORDS = ["", "20%", "10-30%", ""]
SIGNS = ["20%", "90%", "90%", "60%", "10%", "", ""]
GAME = ["yes", "", "", "light", "", "", ""]
REST = ["b a", "", "", "no", "yes", "", "", "", "next time I ask how I know"]
ALL = [*READ, *PREDICTED, *WORDS, *SIGNS, *GAME, *REST]


class Class:
    """Somebody who types these lines and leaves."""

    def __init__(
        self, folder: Path, *lines: str, text: str = "", steps: tuple[str, ...] = (), columns: int = 80
    ) -> None:
        loaded = api.loads(text or FILE.read_text(), "bluff.yaml")
        self.lines = list(lines)
        self.seen = ""
        found = teaching.lesson(loaded, steps)
        journal = teaching.session(found, folder / "s.jsonl")
        self.journal = journal.path
        self.dialogue = Dialogue(Screen(columns), self.read, self.write, journal)
        self.hold = lambda: teaching.hold(found, self.dialogue, journal, "bluff.yaml", waiting)

    def read(self, prompt: str) -> str:
        self.write(prompt)
        if not self.lines:
            raise EOFError
        self.write("\n")
        return self.lines.pop(0)

    def write(self, text: str) -> None:
        self.seen += text


@contextlib.contextmanager
def waiting() -> Iterator[SimpleNamespace]:
    yield lambda done, total: None


def leave(*lines: str, folder: Path, **options: object) -> Class:
    one = Class(folder, *lines, **options)  # type: ignore[arg-type]
    with pytest.raises(Left):
        one.hold()
    return one


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Class, Held]:
    one = Class(tmp_path_factory.mktemp("lesson"), *ALL)
    return one, one.hold()


def test_nothing_is_shown_before_the_seal_stands_in_the_journal(tmp_path: Path) -> None:
    before = leave(*READ, *PREDICTED[:-1], folder=tmp_path)
    assert "engine  " not in before.seen
    assert SECRET not in before.seen
    assert not [entry for entry in take_up(before.journal).entries if entry["kind"] == "sealed"]
    after = leave("yes", folder=tmp_path)
    [sealed] = [entry["value"] for entry in take_up(after.journal).entries if entry["kind"] == "sealed"]
    expected = (
        Predicted("attacked", chance=0.1),
        Predicted("guards", quantiles={0.05: 2.0, 0.5: 6.0, 0.95: 8.0}),
        Predicted("choice", shares={"light": 0.3 / (0.3 + 0.6), "heavy": 0.6 / (0.3 + 0.6)}),
    )
    assert sealed["sha256"] == seal_of(expected, sealed["scenario"])
    assert after.seen.index(f"Sealed: {sealed['sha256'][:12]}") < after.seen.index("engine  ")


def test_a_seal_is_of_the_predictions_and_of_the_scenario() -> None:
    one = (Predicted("attacked", chance=0.1),)
    assert len({seal_of(one, "a"), seal_of(one, "b"), seal_of((Predicted("attacked", chance=0.11),), "a")}) == 3


@pytest.mark.parametrize(("old", "new"), [('"10%"', '"90%"'), ('"attacked": 0.1', '"attacked": 0.9')])
def test_a_changed_journal_is_refused(tmp_path: Path, old: str, new: str) -> None:
    one = leave(*READ, *PREDICTED, "", folder=tmp_path)
    text = one.journal.read_text()
    assert old in text
    one.journal.write_text(text.replace(old, new, 1))
    with pytest.raises(UsageError, match="not those that were sealed"):
        Class(tmp_path).hold()


def test_what_happened_is_told_only_when_everybody_is_ready(whole: tuple[Class, Held]) -> None:
    seen = whole[0].seen
    assert seen.index("Ready to hear") < seen.index(SECRET)
    assert "Take your time" in seen


@pytest.mark.parametrize(
    ("author", "shown"),
    [("Ann, The Surprise, 2016", "a later account"), ("Ann, January 2001", "Ann, January 2001"), ("Ann", "Ann")],
)
def test_a_later_book_does_not_tell_that_there_was_something_to_write_about(
    tmp_path: Path, author: str, shown: str
) -> None:
    text = FILE.read_text().replace("{source: paper, kind", f"{{source: paper, by: '{author}', kind")
    assert f"Troops mass at the border. ({shown})" in leave(*READ, folder=tmp_path, text=text).seen


def test_scores_by_hand(whole: tuple[Class, Held]) -> None:
    event, quantity, choice = whole[1].marked
    you = event.scores[0]
    assert you.brier == pytest.approx(0.9**2)
    assert you.log == pytest.approx(-log(0.1))
    assert you.skill == pytest.approx(1 - 0.81 / 0.49)  # a market said 30 %: 0.7^2
    # 2 came about; 2 * (0 + |2 - 6| / 2 + 0.05 * 6) / 3
    assert quantity.scores[0].crps == pytest.approx(2 * (0.5 * 4 + 0.05 * 6) / 3)
    assert choice.scores[0].brier == pytest.approx((2 / 3) ** 2)
    assert choice.scores[0].log == pytest.approx(-log(1 / 3))


def test_the_chart_of_words_has_every_standard(whole: tuple[Class, Held]) -> None:
    [word] = whole[1].words
    assert {"ICD 203 (US)", "UK PHIA", "NATO", "EFSA", "survey of readers"} <= {band.name for band in word.bands}
    assert word.lacking == ("Kent 1964",)  # Sherman Kent's table has no "unlikely"
    assert "UK PHIA               25–35%            | ░░░░░░" in whole[0].seen


def test_a_standard_that_has_other_words_for_a_phrase_says_so(whole: tuple[Class, Held]) -> None:
    [word] = whole[1].words
    assert "Behind a colon" not in word_notes(word)
    statement = whole[1].lesson.scenario.statements["expert"]
    statement = statement.model_copy(update={"phrase": {"capphrase_2026": "little chance", "icd_203": "very unlikely"}})
    bands, lacking = readings(statement, "little chance")
    assert "ICD 203 (US): very unlikely" in {band.name for band in bands}
    assert "Behind a colon" in word_notes(replace(word, bands=bands, lacking=lacking))


def test_the_table_of_evidence(whole: tuple[Class, Held]) -> None:
    found = whole[1].considered
    assert found is not None
    assert found.signs[1].posterior["attack"] == pytest.approx(0.6)  # 0.2 * 0.6 against 0.8 * 0.1
    assert found.signs[1].file_posterior["attack"] == pytest.approx(0.12 / 0.168)
    assert "which tells   nothing    some" in whole[0].seen


def test_a_game_is_played_in_between(whole: tuple[Class, Held]) -> None:
    assert "You chose light" in whole[0].seen
    assert [entry["value"] for entry in take_up(whole[0].journal).entries if entry["key"].startswith("play us ")]


def test_what_matters(whole: tuple[Class, Held]) -> None:
    found = whole[1].discovered
    assert found is not None
    assert found.ranked == ("strength", "means_it")
    [swing] = found.ends.swings  # whether he attacks hangs on nothing else
    assert swing.name == "means_it"
    assert (swing.low, swing.high) == pytest.approx((0.1, 0.4))
    assert found.ends.reached
    assert found.ends.together[0].figure == pytest.approx(0.4)


def test_nobody_is_told_a_rank_that_they_did_not_give(whole: tuple[Class, Held]) -> None:
    held = whole[1]
    found, scenario = held.discovered, held.lesson.scenario
    assert found is not None
    asked, alone = swing_grid(found, scenario), swing_grid(replace(found, ranked=("means_it",)), scenario)
    assert asked.heads == (*alone.heads, "your rank")
    assert {len(row) for row in alone.rows} == {len(alone.heads)}


def test_the_lesson_ends_and_can_be_handed_out(whole: tuple[Class, Held]) -> None:
    one, held = whole
    assert take_up(one.journal).finished
    text = lesson_handout(held, "0")
    assert held.seal in text
    assert "| you | 10.0% | 0.8100 | 2.303 | -65% |" in text
    assert "next time I ask how I know" in text
    assert "| which tells | nothing | some |" in text


def test_taking_up_again_asks_nothing_twice_and_shows_the_page_that_it_was_left_on(tmp_path: Path) -> None:
    leave(*READ, *PREDICTED, *WORDS, *SIGNS[:3], folder=tmp_path)
    back = Class(tmp_path, *SIGNS[3:], "no", *REST)
    assert back.hold().marked[0].scores[0].said == "10.0%"
    assert "Your chance:" not in back.seen
    assert "Sealed" not in back.seen
    assert back.seen.index("rival hypotheses") < back.seen.index("  attack: 90%") < back.seen.index("Sign 2 of 2")


def test_nothing_in_a_scenario_steers_the_terminal(tmp_path: Path) -> None:
    evil = "\\e[31m\\u202e"
    text = FILE.read_text()
    for old in (
        "He attacks",
        "He means it",
        "The minister visits",
        "Troops mass",
        "an expert",
        "a market",
        "What did you",
    ):
        assert old in text
        text = text.replace(old, f'"{evil} {old}"' if old not in ("Troops mass", "What did you") else old)
    for key in ("title: Bluff or attack", "audience: a first class", "note: tanks crossed the river"):
        name, value = key.split(": ")
        text = text.replace(key, f'{name}: "{evil} {value}"')
    one = Class(tmp_path, *ALL, text=text)
    held = one.hold()
    assert "tanks crossed" in one.seen
    for shown in (one.seen, lesson_handout(held, "0")):
        assert "\x1b" not in shown
        assert "\u202e" not in shown


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_lines_fit_the_screen(tmp_path: Path, columns: int) -> None:
    one = Class(tmp_path, *WORDS[1:], *SIGNS, steps=("words", "bluff"), columns=columns)
    one.hold()
    assert max(map(width, one.seen.splitlines())) <= columns


def test_senseless_answers_get_a_question_back(tmp_path: Path) -> None:
    lines = ["50", "maybe", "110%", "", "10%", "six", "6", "7 to 8", "8", "2 to 8", "0", "0", "40%", "60%", "now"]
    one = Class(tmp_path, *lines, steps=("predict",))
    one.hold()
    assert "can be read in two ways" in one.seen
    assert "above 100%" in one.seen
    assert "has to lie between the two" in one.seen
    assert "not all can be 0" in one.seen


def test_a_scenario_without_a_lesson_has_a_sensible_one(tmp_path: Path) -> None:
    text = FILE.read_text().split("lesson:")[0]
    found = teaching.lesson(api.loads(text, "x.yaml")).plan
    assert list(found.steps) == ["read", "predict", "words", "play", "discover", "reveal", "debrief"]
    assert found.minutes == 90
    one = Class(tmp_path, "", *PREDICTED, *WORDS, "no", "a b", "", "", "yes", *[""] * 6, text=text)
    assert len(one.hold().debrief) == 3
    bare = text.split("resolution:")[0].split("statements:")[0].replace("references:", "")
    assert "reveal" not in teaching.lesson(api.loads(bare, "x.yaml")).plan.steps


def test_only_some_steps(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no step of a lesson"):
        teaching.lesson(api.loads(FILE.read_text()), ["predcit"])
    with pytest.raises(UsageError, match="has no step 'bluff'"):
        teaching.lesson(api.loads(FILE.read_text().split("lesson:")[0]), ["bluff"])
    one = Class(tmp_path, *PREDICTED, "", steps=("predict",))
    one.hold()
    assert "Ready" not in one.seen
    assert json.loads(one.journal.read_text().splitlines()[0])["steps"] == ["predict"]


def test_a_choice_that_never_comes_about_has_no_score_of_the_engine(tmp_path: Path) -> None:
    text = FILE.read_text().replace(
        "happens: intent == attack}",
        "happens: intent == attack}\n  vain: {label: No, choice: guard, given: intent == bluff and intent == attack}",
    )
    text = text.replace("resolution:\n", "resolution:\n  vain: {value: heavy, on: 2001-05-01}\n")
    one = Class(tmp_path, "yes", *[""] * 9, text=text, steps=("reveal",))
    [found] = [found for found in one.hold().marked if found.outcome == "vain"]
    assert [score.who for score in found.scores] == ["even chances (baseline)"]


def test_the_chance_of_a_conjunction_is_told(tmp_path: Path) -> None:
    text = FILE.read_text().replace("outcome: attacked, above: 0.3", "outcome: both, above: 0.065")
    text = text.replace(
        "  choice: {label: What", "  both: {label: Both, happens: lost == yes}\n  choice: {label: What", 1
    )
    one = Class(tmp_path, "b a", "", "", text=text, steps=("discover",))
    one.hold()
    said = " ".join(one.seen.split())
    assert "10.0%, 40.0%" in said  # the ends of the file's own range
    assert "were they independent, both would lie so far out in 1 case of 400." in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("above: 0.3", "above: 3", "between 0 and 1"),
        ("rank: [means_it, strength]", "rank: [means_it, means_it]", "stands here twice"),
        ("outcomes: [attacked, guards, choice]", "outcomes: [attacked, attacked]", "stands here twice"),
        ("{attack: 0.9, bluff: 0.9}", "{attack: 0.9, bluff: 0}", None),
        ("chance: {attack: 0.6, bluff: 0.06}", "chance: {attack: 0, bluff: 0}", "no hypothesis allows"),
    ],
)
def test_mistakes_in_a_lesson_are_told_before_it_is_held(old: str, new: str, said: str | None) -> None:
    text = FILE.read_text()
    assert old in text
    if said is None:
        api.loads(text.replace(old, new), "x.yaml")
        return
    with pytest.raises(ScenarioError, match=said):
        api.loads(text.replace(old, new), "x.yaml")


def test_signs_that_rule_out_everything_together_are_a_mistake() -> None:
    text = FILE.read_text().replace("{attack: 0.9, bluff: 0.9}", "{attack: 0.9, bluff: 0}")
    text = text.replace("{attack: 0.6, bluff: 0.06}", "{attack: 0, bluff: 1}")
    with pytest.raises(ScenarioError, match="no hypothesis allows this sign and those before it"):
        api.loads(text, "x.yaml")


def test_a_lesson_has_a_step() -> None:
    text = FILE.read_text().split("lesson:")[0] + "lesson: {title: Nothing}\n"
    with pytest.raises(ScenarioError, match="at least one step"):
        api.loads(text, "x.yaml")
