"""A game at the terminal: what is shown, what is never shown, and what is understood."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from engine import api
from engine.analysis.playing.review import Review
from engine.api.scenarios import Loaded
from engine.errors import UsageError
from engine.report.played import review_record
from engine.report.terminal import Screen
from engine.teaching.dialogue import Dialogue, Left
from engine.teaching.game import hold_game
from engine.teaching.journal import Journal, begin, take_up

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
QUESTION = re.compile(r"Your choice \(1-(\d+)\)\?")


class Player:
    """Somebody at the terminal, who answers by what is asked; empty lines elsewhere."""

    def __init__(self, answer: Callable[[str], str], screen: Screen | None = None) -> None:
        self.answer, self.screen, self.seen = answer, screen or Screen(), ""
        self.pages: list[str] = [""]

    def read(self, prompt: str) -> str:
        self.write(prompt)
        answer = self.answer(prompt) if QUESTION.search(prompt) else ""
        self.write(f"{answer if answer.isprintable() else ''}\n")  # as a terminal does
        self.pages.append("")
        return answer

    def write(self, text: str) -> None:
        self.seen += text
        self.pages[-1] += text

    def dialogue(self, journal: Journal, replays: bool = False) -> Dialogue:
        return Dialogue(self.screen, self.read, self.write, journal, replays)


def typing(*lines: str) -> Callable[[str], str]:
    """Types these lines at questions, and goes then."""
    left = list(lines)

    def answer(prompt: str) -> str:
        if not left:
            raise EOFError
        return left.pop(0)

    return answer


def always(line: str) -> Callable[[str], str]:
    return lambda prompt: line


def played(
    loaded: Loaded, seats: Sequence[str], player: Player, path: Path, seed: int = 1, rounds: int | None = None
) -> Review:
    seated = api.seated(loaded, seats, seed=seed, rounds=rounds)
    return api.play(seated, player.dialogue(begin(path, seated.head)))


@pytest.fixture(scope="module")
def bluff() -> Loaded:
    return api.load(EXAMPLES / "bluff.yaml")


@pytest.fixture(scope="module")
def strike() -> Loaded:
    return api.load(EXAMPLES / "strike.yaml")


# What may be known


HIDDEN: list[tuple[Path, str, int, int | None]] = [
    (EXAMPLES / "bluff.yaml", "island", 24, None),
    (EXAMPLES / "bluff.yaml", "general", 8, None),
    (EXAMPLES / "strike.yaml", "firm", 12, 2),
    (ROOT / "scenarios" / "belarus.yaml", "kyiv", 10, 2),
    (ROOT / "scenarios" / "belarus.yaml", "lukashenko", 8, 1),
]


@pytest.mark.parametrize(("path", "seat", "seeds", "rounds"), HIDDEN)
def test_until_the_end_all_that_is_shown_follows_from_what_the_seat_knows(
    path: Path, seat: str, seeds: int, rounds: int | None, tmp_path: Path
) -> None:
    """Games that differ only in what is hidden look the same."""
    loaded = api.load(path)
    shown: dict[str, str] = {}
    truths: dict[str, set[str]] = {}
    for seed in range(seeds):
        player = Player(always("1"))
        review = played(loaded, [seat], player, tmp_path / f"{seed}.jsonl", seed, rounds)
        before, end, _ = player.seen.partition("What was really going on")
        assert end
        known = str([(one.state, one.learned[seat], [c.turn.knows for c in one.accounts[seat].choices])
                     for one in review.rounds])  # fmt: skip
        text = before.replace(f"seed {seed}.", "seed.")
        assert shown.setdefault(known, text) == text
        truths.setdefault(known, set()).add(str([one.values for one in review.rounds]))
    if seat != "general":  # nothing is hidden from the general
        assert any(len(different) > 1 for different in truths.values())


def test_resolutions_are_never_shown(tmp_path: Path) -> None:
    text = (EXAMPLES / "umbrella.yaml").read_text("utf-8")
    text += "resolution:\n  wet: {value: yes, on: 2026-03-02, note: It poured on the day.}\n"
    player = Player(always("1"))
    played(api.loads(text), ["me"], player, tmp_path / "x.jsonl")
    assert "poured" not in player.seen


def test_what_all_actors_know_is_told_to_who_plays_one(tmp_path: Path) -> None:
    """Leaving the umbrella costs 10 if it rains: without the chance of that nobody could choose."""
    text = (EXAMPLES / "umbrella.yaml").read_text("utf-8")
    player = Player(always("leave"))
    played(api.loads(text), ["me"], player, tmp_path / "known.jsonl")
    chance, expected = re.search(r"Chance of rain: ([\d.]+)%", player.seen), re.search(r"leave +(-[\d.]+)", player.seen)
    assert chance is not None
    assert expected is not None
    assert float(expected[1]) == pytest.approx(-10 * float(chance[1]) / 100, abs=0.006)
    player = Player(always("leave"))
    hidden = text.replace("{label: Chance of rain,", "{label: Chance of rain, known: false,")
    played(api.loads(hidden), ["me"], player, tmp_path / "hidden.jsonl")
    assert "Chance of rain: " not in player.seen


def test_what_did_not_come_about_is_said_in_words(tmp_path: Path) -> None:
    text = (EXAMPLES / "umbrella.yaml").read_text("utf-8")
    text = text.replace(
        "  - {decision: take, actor: me, options: [leave, carry]}\n",
        "  - {event: call, chance: 0%, judgement: never}\n"
        "  - {event: advice, label: The neighbour's advice, when: call == yes, chance: 50%, judgement: a coin}\n"
        "  - {decision: take, actor: me, options: [leave, carry], knows: [call, advice]}\n",
    )
    player = Player(always("leave"))
    played(api.loads(text), ["me"], player, tmp_path / "x.jsonl")
    assert "The neighbour's advice: it did not come to that" in " ".join(player.seen.split())


# What is understood


def test_a_choice_is_understood_by_number_name_and_beginning(tmp_path: Path) -> None:
    umbrella = api.load(EXAMPLES / "umbrella.yaml")
    for number, answer in enumerate(["1", "leave", "LEAVE", " l "]):
        review = played(umbrella, ["me"], Player(always(answer)), tmp_path / f"{number}.jsonl")
        assert review.rounds[0].values["take"] == "leave"


SENSELESS = {
    "": "Type a number from 1 to 3",
    "?": "Type a number from 1 to 3",
    "help": "Type a number from 1 to 3",
    "4": "There are 3 options",
    "0": "There are 3 options",
    "9" * 900: "There are 3 options",
    "٣": "is none of",
    "-1": "is none of",
    "2.0": "is none of",
    "x" * 5_000: "longer than",
    "\x1b[2J\x00": "is none of",
    "\u202e": "Which option?",
    "b": "may be back or ban",
    "beliefs": "What you may believe",
    "Wants": "What you want",
    "claims": "What stands behind",
    "history": "What happened so far",
}
THREE = """
engine: 1
title: Three
actors: {me: {name: Me}}
moves: [{decision: way, actor: me, options: [back, ban, quit]}]
payoffs: {me: [{term: gain, value: 1 * (way == quit)}]}
outcomes: {gone: {label: Gone, happens: way == quit}}
"""


def test_what_makes_no_sense_gets_a_question(tmp_path: Path) -> None:
    player = Player(typing(*SENSELESS, "quit"))
    review = played(api.loads(THREE), ["me"], player, tmp_path / "x.jsonl")
    assert review.rounds[0].values["way"] == "quit"  # an option's name is that, though it asks to leave elsewhere
    assert player.seen.count("Your choice (1-3)?") == len(SENSELESS) + 1
    for page, said in zip(player.pages[-len(SENSELESS) - 2 :], SENSELESS.values(), strict=False):
        assert said in player.seen, page
    assert not set("\x00\x1b\u202e") & set(player.seen)


def test_labels_from_a_file_cannot_steer_the_terminal(tmp_path: Path) -> None:
    nasty = r"\e[31mX\u202e"
    text = (
        (EXAMPLES / "bluff.yaml")
        .read_text("utf-8")
        .replace("name: The general", f'name: "{nasty}"')
        .replace("type: army,", f'type: army, label: "{nasty}",')
        .replace("decision: demand,", f'decision: demand, label: "{nasty}",')
        .replace("term: loss of face", f'term: "{nasty}"')
        .replace("title: Is the threat a bluff?", f'title: "{nasty}"')
        .replace("claim: The general has", f'claim: "{nasty}')
        .replace("on the matter.}", 'on the matter."}')
    )
    for seats in (["general"], ["general", "island"]):
        player = Player(typing("claims", "wants", "beliefs", "2", "history", "1", "1", "1"))
        played(api.loads(text), seats, player, tmp_path / f"{len(seats)}.jsonl")
        assert "[31mX" in player.seen
        assert not set("\x1b\u202e") & set(player.seen)


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_every_screen_fits(strike: Loaded, columns: int, tmp_path: Path) -> None:
    player = Player(always("2"), Screen(columns, unicode=False))
    played(strike, ["union"], player, tmp_path / "x.jsonl", rounds=2)
    assert max(map(len, player.seen.splitlines())) <= columns
    assert player.seen.isascii()
    if columns == 80:
        assert max(page.count("\n") for page in player.pages) <= 24


# Leaving, going on, showing again


def test_a_game_that_was_left_goes_on_where_it_was(strike: Loaded, tmp_path: Path) -> None:
    whole = Player(always("threaten"))
    expected = played(strike, ["union"], whole, tmp_path / "whole.jsonl", seed=4)
    path = tmp_path / "left.jsonl"
    seated = api.seated(strike, ["union"], seed=4)
    journal = begin(path, seated.head)
    for _ in range(len(expected.rounds)):
        player = Player(typing("threaten"))
        try:
            review = api.play(seated, player.dialogue(journal))
        except Left:
            journal = take_up(path)
            continue
    assert review == expected
    assert (tmp_path / "whole.jsonl").read_bytes() == path.read_bytes()


def test_a_replay_shows_the_same_and_writes_nothing(strike: Loaded, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    player = Player(always("1"))
    review = played(strike, ["union"], player, path, seed=2)
    kept = path.read_bytes()
    journal = take_up(path)
    again = Player(typing())
    shown = api.replay(api.seated_as(strike, journal), again.dialogue(journal, replays=True))
    assert shown == review
    assert path.read_bytes() == kept
    lines = [[line.rstrip() for line in text.split("\n") if line.strip()] for text in (player.seen, again.seen)]
    assert [line for line in lines[0] if not line.startswith("Press Enter")] == lines[1]


def test_an_unfinished_game_is_shown_as_far_as_it_went(strike: Loaded, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    with pytest.raises(Left):
        played(strike, ["union"], Player(typing("1")), path)
    kept = path.read_bytes()
    journal = take_up(path)
    review = api.replay(api.seated_as(strike, journal), Player(typing()).dialogue(journal, replays=True))
    assert not review.over
    assert len(review.rounds) == 1
    assert path.read_bytes() == kept


def test_the_record_holds_the_truth_and_adds_up(strike: Loaded, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    review = played(strike, ["firm"], Player(always("nothing")), path, seed=5)
    record: dict[str, Any] = json.loads(json.dumps(review_record(review, take_up(path).head)))
    assert record["command"] == "play"
    assert record["finished"] is True
    notes = [entry["value"] for entry in take_up(path).entries if entry["kind"] == "round"]
    assert notes == record["rounds"]
    for one in record["rounds"]:
        account = one["seats"]["firm"]
        assert account["promised"] - account["given_away"] + account["luck"] == pytest.approx(account["payoff"])
        assert sum(account["terms"].values()) == pytest.approx(account["payoff"])
        (decision,) = account["decisions"]
        assert sum(decision["model_chooses"].values()) == pytest.approx(1)
        assert decision["cost"] == pytest.approx(max(decision["payoffs"].values()) - decision["payoffs"]["nothing"])
        assert "resolve" not in decision["knows"]
    assert record["totals"]["firm"]["payoff"] == pytest.approx(review.total("firm"))


BAD_HEADS: list[dict[str, Any]] = [
    {"command": "teach"},
    {"seats": "union"},
    {"seats": [1]},
    {"seats": ["nobody"]},
    {"seed": "1"},
    {"seed": True},
    {"seed": -1},
    {"vary": 1},
    {"overrides": ["a"]},
    {"overrides": {"unknowns.p_resolved": 3}},
    {"assumptions": None},
    {"most_rounds": "many"},
    {"scenario": "strike"},
    {"scenario": {"sha256": "0"}},
]


@pytest.mark.parametrize("wrong", BAD_HEADS, ids=str)
def test_a_journal_of_something_else_is_refused(strike: Loaded, wrong: dict[str, Any], tmp_path: Path) -> None:
    head = {**api.seated(strike, ["union"]).head, **wrong}
    with pytest.raises(UsageError):
        api.seated_as(strike, begin(tmp_path / "x.jsonl", head))


def test_seats_and_rounds_that_do_not_exist_are_refused(bluff: Loaded) -> None:
    for seats in ([], ["nobody"], ["island", "island"]):
        with pytest.raises(UsageError):
            api.seated(bluff, seats)
    for rounds in (0, -3, 2):
        with pytest.raises(UsageError):
            api.seated(bluff, ["island"], rounds=rounds)
    with pytest.raises(UsageError):
        api.seated(bluff, ["island"], seed=-1)


# Several seats


def test_what_one_seat_sees_has_scrolled_away_before_the_next_looks(bluff: Loaded, tmp_path: Path) -> None:
    player = Player(typing("threaten", "resist", "back_down"))
    review = played(bluff, ["general", "island"], player, tmp_path / "x.jsonl")
    told = player.seen
    assert review.rounds[0].values["strike"] == "back_down"
    assert told.count("alone: press Enter.") == 3
    for before, after in re.findall(r"(as The \w+)\n.*?\n{50,}.*?alone: press Enter.*?(as The \w+)\n", told, re.S):
        assert before != after
    general, island = (told.find(f"as The {name}") for name in ("general", "island"))
    away = "\n" * 50
    assert away in told[general:island]
    assert f"army: {review.rounds[0].values['army']}" not in told[island : told.find(away, island)]


def test_who_stays_at_the_screen_hears_what_happened_in_between(strike: Loaded, tmp_path: Path) -> None:
    """Only a threat lets the firm decide, so that a union which stays calm is asked in every round."""
    text = (EXAMPLES / "strike.yaml").read_text("utf-8")
    seldom = "knows: [talks], when: talks == threaten, else: nothing, judgement"
    text = text.replace("knows: [talks], judgement", seldom)
    player = Player(always("calm"))
    played(api.loads(text), ["union", "firm"], player, tmp_path / "x.jsonl", rounds=3)
    assert player.seen.count("alone: press Enter.") == 1
    assert player.seen.count("Since your last turn") == 2
    assert player.seen.count("Your payoff in the last round: 0.") == 2


def test_of_equally_good_options_none_is_said_to_beat_another(tmp_path: Path) -> None:
    """Saving costs 2 of comfort and brings 2 of money."""
    text = """
engine: 1
title: Save or spend
actors: {me: {name: Me, precision: 1}}
moves: [{decision: act, actor: me, options: [spend, save, burn]}]
payoffs:
  me:
    - {term: comfort, value: 2 * (act == spend)}
    - {term: money, value: 2 * (act == save)}
outcomes: {save: {label: Save, happens: act == save}}
"""
    for option in ("spend", "save"):
        player = Player(always(option))
        played(api.loads(text), ["me"], player, tmp_path / f"{option}.jsonl")
        assert f"You chose {option}, the best reply" in player.seen
        assert "spend and save are equally good" in player.seen
        assert player.seen.count("%  best") == 2
        assert "beats" not in player.seen


SEEN = """
engine: 1
title: Match me
actors: {me: {name: Me, precision: 1}, you: {name: You, precision: 9}}
moves:
  - {event: coin, chance: 0.5, secret: true}
  - {decision: left, actor: me, options: [a, b], secret: true}
  - {decision: right, actor: you, options: [a, b]}
payoffs:
  me: [{term: luck, value: (left == a) * (coin == yes) + 0.1 * (right == a)}]
  you: [{term: taste, value: right == a}]
outcomes: {right: {label: Right, choice: right}}
"""
WHOSE = {
    "equilibrium": ("precision: 1}", "", "expected: your payoff on average; model"),
    "level 1": (
        "precision: 1, reasoning: {level: 1}}",
        "",
        "if the others choose at random or by habit, as Me expects",
    ),
    "level 2": ("precision: 1, reasoning: {level: 2}}", "", "average, if the others choose as Me expects; model"),
    "own chances": ("precision: 1}", "beliefs: {me: {coin: 0.9}}", "by the chances that Me believes in; model"),
}


@pytest.mark.parametrize(("manner", "beliefs", "said"), WHOSE.values(), ids=WHOSE)
def test_what_an_expectation_rests_on_is_said(manner: str, beliefs: str, said: str, tmp_path: Path) -> None:
    """An actor of level 1 takes the others to toss a coin: its best reply is one to that, not to what they do."""
    player = Player(always("a"))
    played(api.loads(SEEN.replace("precision: 1}", manner) + beliefs), ["me"], player, tmp_path / "x.jsonl")
    assert said in " ".join(player.seen.split())


def test_a_step_of_a_lesson_keeps_its_own_keys(strike: Loaded, tmp_path: Path) -> None:
    seated = api.seated(strike, ["union"], rounds=1)
    path = tmp_path / "x.jsonl"
    review = hold_game(
        Player(always("1")).dialogue(begin(path, {"command": "teach"})), seated.game, ["union"], 1, "play/"
    )
    assert review.over
    assert [entry["key"] for entry in take_up(path).entries] == ["play/round/1/talks", "play/round/1"]


def test_varied_unknowns_are_told_in_the_end_alone(bluff: Loaded, tmp_path: Path) -> None:
    seated = api.seated(bluff, ["island"], vary=True, seed=3)
    player = Player(always("1"))
    review = api.play(seated, player.dialogue(begin(tmp_path / "x.jsonl", seated.head)))
    usual = api.seated(bluff, ["island"], seed=3)
    typical = api.play(usual, Player(always("1")).dialogue(begin(tmp_path / "y.jsonl", usual.head)))
    assert review.unknowns != typical.unknowns
    assert "the unknowns were drawn as" in player.seen.partition("What was really going on")[2]
