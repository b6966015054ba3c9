from __future__ import annotations

import pytest
import yaml
from correspondence import back, content, there
from random_games import random_game

from engine import api
from engine.errors import ScenarioError
from engine.exchange.efg import read_efg
from engine.exchange.order import in_order
from engine.exchange.records import Game
from engine.exchange.to_scenario import named, scenario_text

HORSE = """EFG 2 R "Selten's horse" { "Player 1" "Player 2" "Player 3" }
p "" 1 1 "" { "R" "L" } 0
p "" 2 1 "" { "R" "L" } 0
t "" 1 "" { 1, 1, 1 }
p "" 3 1 "" { "R" "L" } 0
t "" 2 "" { 4, 4, 0 }
t "" 3 "" { 0, 0, 1 }
p "" 3 1 "" { "R" "L" } 0
t "" 4 "" { 3, 2, 2 }
t "" 5 "" { 0, 0, 0 }
"""
KUHN_CARDS = ("JQ", "JK", "QJ", "QK", "KJ", "KQ")


def read(text: str) -> Game:
    return read_efg(text, "game.efg")


def kuhn() -> Game:
    """Kuhn's poker (1950): three cards, an ante of 1, one bet of 1."""
    lines = ['EFG 2 R "Kuhn poker" { "First" "Second" }']
    lines.append(f'c "deal" 1 "" {{ {" ".join(f"{chr(34)}{deal}{chr(34)} 1/6" for deal in KUHN_CARDS)} }} 0')
    ends = 0

    def end(first: int) -> str:
        nonlocal ends
        ends += 1
        return f't "" {ends} "" {{ {first}, {-first} }}'

    for deal in KUHN_CARDS:
        first, second = ("JQK".index(card) + 1 for card in deal)
        wins = 1 if first > second else -1
        lines += [
            f'p "" 1 {first} "{deal[0]}" {{ "check" "bet" }} 0',
            f'p "" 2 {second} "{deal[1]}" {{ "check" "bet" }} 0',
            end(wins),
            f'p "" 1 {first + 3} "{deal[0]}" {{ "fold" "call" }} 0',
            end(-1),
            end(2 * wins),
            f'p "" 2 {second + 3} "{deal[1]}" {{ "fold" "call" }} 0',
            end(1),
            end(2 * wins),
        ]
    return read("\n".join(lines))


def test_the_third_player_of_seltens_horse_is_told_that_it_is_asked() -> None:
    """It moves after L, and after R and L, and cannot tell which: no earlier move says so to it."""
    scenario = there(read(HORSE)).loaded.scenario
    second, signal, third = scenario.moves[1:]
    assert second.when is not None
    assert second.when.text == "player_1 == R"
    assert signal.when is not None
    assert signal.when.text == "player_2 != R"
    assert third.when is not None
    assert (third.when.text, third.knows) == ("player_3_sees == seen", ("player_3_sees",))  # type: ignore[union-attr]


SIGNAL = """engine: 1
title: A lamp
actors: {me: {name: Me}}
moves:
  - {event: fault, chance: 0.1}
  - {event: lamp, when: fault == yes, chance: VALUES}
  - {decision: stop, actor: me, options: [go, halt], knows: [lamp]}
payoffs: {me: [{term: t, value: "(stop == halt) * (fault == yes)"}]}
outcomes: {stops: {label: Stops, choice: stop}}
"""


def test_a_signal_may_tell_what_is_hidden_and_another_event_may_not() -> None:
    """There is nothing to see of an event with one value but whether it happens, so that is meant to be seen."""
    assert api.check(api.loads(SIGNAL.replace("VALUES", "{lit: 1}"))) == []
    with pytest.raises(ScenarioError, match="would tell 'stop' about 'fault'"):
        api.loads(SIGNAL.replace("VALUES", "{red: 0.5, yellow: 0.5}"))


def test_information_sets_that_an_earlier_move_tells_apart_are_one_decision() -> None:
    """A follower who sees what the leader did."""
    text = 'EFG 2 R "Leader" { "A" "B" }\np "" 1 1 "" { "l" "r" } 0\n'
    for number in (1, 2):
        text += (
            f'p "" 2 {number} "" {{ "x" "y" }} 0\nt "" {number} "" {{ {number}, 1 }}\nt "" {number + 2} "" {{ 0, 0 }}\n'
        )
    scenario = there(read(text)).loaded.scenario
    assert [move.name for move in scenario.moves] == ["a", "b"]
    assert scenario.moves[1].knows == ("a",)  # type: ignore[union-attr]
    assert scenario.moves[1].when is None


def test_private_cards_become_signals_that_are_given_once() -> None:
    """Kuhn poker deals both cards at once; each player is told its own card, once."""
    scenario = there(kuhn()).loaded.scenario
    signals = [move for move in scenario.moves if list(move.values) == ["seen"]]
    decisions = [move for move in scenario.moves if hasattr(move, "knows")]
    assert len(signals) == 6
    assert len(decisions) == 4
    assert signals[0].when is not None
    assert signals[0].when.text == "deal == JQ or deal == JK"


def test_chances_stay_exact() -> None:
    text = 'EFG 2 R "" { "A" } c "" 1 "" { "a" 1/3 "b" 2/3 } 0 p "" 1 1 "" { "x" "y" } 0 '
    text += 't "" 1 "" { 1/7 } t "" 2 "" { 2 } t "" 2'
    written = scenario_text(read(text), "a test")
    assert 'a: "1/3", b: "2/3"' in written
    assert "1/7" in written


def test_moves_that_nobody_between_them_sees_may_change_places() -> None:
    """Both guess whether they are asked first; a coin decides (Jakobsen, Sorensen & Conitzer 2016, figure 1a)."""
    text = """EFG 2 R "Who is first?" { "1" "2" }
c "" 1 "" { "1" 1/2 "2" 1/2 } 0
p "" 2 1 "" { "first" "second" } 0
p "" 1 1 "" { "first" "second" } 0
t "" 1 "" { 0, 1 } t "" 2 "" { 1, 1 }
p "" 1 1 0
t "" 3 "" { 0, 0 } t "" 4 "" { 1, 0 }
p "" 1 1 0
p "" 2 1 0
t "" 5 "" { 1, 0 } t "" 6 "" { 1, 1 }
p "" 2 1 0
t "" 7 "" { 0, 0 } t "" 8 "" { 0, 1 }
"""
    source = there(read(text))
    assert [move.name for move in source.loaded.scenario.moves] == ["chance", "player_2", "player_1"]
    assert content(back(source.loaded)) == content(source.game, source.named)


# Games that the language cannot hold

FORGETFUL = """EFG 2 R "Absent-minded driver" { "Driver" }
p "" 1 1 "" { "on" "exit" } 0
p "" 1 1 0
t "" 1 "" { 1 }
t "" 2 "" { 4 }
t "" 3 "" { 0 }
"""
UNTIMED = """EFG 2 R "Jakobsen, Sorensen & Conitzer (2016), figure 1c" { "1" "2" }
c "" 1 "" { "1" 1/2 "2" 1/2 } 0
p "" 2 1 "" { "1" "2" } 0
t "" 1 "" { 0, 0 }
p "" 1 1 "" { "1" "2" } 0
t "" 2 "" { 1, 1 }
t "" 3 "" { 0, 1 }
p "" 1 1 0
t "" 4 "" { 0, 0 }
p "" 2 1 0
t "" 5 "" { 1, 1 }
t "" 6 "" { 1, 0 }
"""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (FORGETFUL, "information set 1 of 'Driver': the player has forgotten what it did or knew before"),
        (UNTIMED, "the moves have no order of play"),
        ('EFG 2 R "" { "A" } t "" 1 "" { 1e61 }', "a payoff beyond 1e60"),
    ],
)
def test_other_games_are_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(ScenarioError) as found:
        scenario_text(read(text), "a test")
    assert says in found.value.problems[0].message


def centipede(length: int) -> Game:
    lines = ['EFG 2 R "Centipede" { "A" "B" }']
    for number in range(length):
        lines.append(f'p "" {number % 2 + 1} {number // 2 + 1} "" {{ "take" "pass" }} 0')
        lines.append(f't "" {number + 1} "" {{ {number}, {-number} }}')
    return read("\n".join([*lines, f't "" {length + 1} "" {{ 0, 0 }}']))


def test_long_games_are_written_as_far_as_there_may_be_moves() -> None:
    assert len(there(centipede(60)).loaded.scenario.moves) == 60
    for length in (61, 900):
        with pytest.raises(ScenarioError, match="needs more than 60 moves in order of play"):
            scenario_text(centipede(length), "a test")


def test_wide_games_are_written_as_far_as_there_may_be_paths() -> None:
    def wide(first: int, second: int) -> Game:
        actions = [" ".join(f'"a{number}"' for number in range(count)) for count in (first, second)]
        ends = "".join(f't "" {number + 1} "" {{ {number % 7}, {number % 11} }}\n' for number in range(second))
        again = "".join(f't "" {number + 1}\n' for number in range(second))
        last = f'p "" 2 1 "" {{ {actions[1]} }} 0\n'
        return read(
            f'EFG 2 R "" {{ "A" "B" }} p "" 1 1 "" {{ {actions[0]} }} 0\n{last}{ends}{(last + again) * (first - 1)}'
        )

    assert api.check(there(wide(50, 40)).loaded) == []
    with pytest.raises(ScenarioError, match="a move of the game has 201 actions, at most 200"):
        scenario_text(wide(201, 2), "a test")
    with pytest.raises(ScenarioError, match="the game has 16,500 paths, at most 16,384"):
        scenario_text(wide(150, 110), "a test")


# Names and quotes

LABELS = [
    "true", "null", "no", "~", "1e3", "-1", "a: b", "a #b", "{x}", "[", "'", '"', "\\", "%", "&a", "*a", "!t", "|", ">",
    "\n", "\t", "\x00", "\x1b[31m", "\u202e", "\u2028", "\ufeff", "none", "rest", "if", "max", "round", "__", "é", "名",
    "\U0001f600", "x" * 300, "", " ", "- a", "? a", "---", "...", "\x85", "=", "<<",
]  # fmt: skip


@pytest.mark.parametrize("label", LABELS)
def test_any_label_makes_a_sound_scenario_that_every_reader_of_yaml_reads_alike(label: str) -> None:
    game = read(HORSE.replace('p "" 1 1 "" { "R" "L" }', 'p "@" 1 1 "@" { "@" "@" }'))
    sets = tuple(_labelled(item, label) for item in game.sets)
    nodes = tuple(node if node.set is None else _labelled(node, label) for node in game.nodes)
    odd = Game(label, f"{label}\n{label}", (label, label, label), sets, game.outcomes, nodes)
    source = there(odd)
    assert source.loaded.scenario.title == (label or "A game without a title")[:200]
    plain = yaml.safe_load(source.loaded.text)
    assert list(plain["payoffs"]) == list(source.loaded.scenario.payoffs)
    for written, move in zip(plain["moves"], source.loaded.scenario.moves, strict=True):
        if "decision" in written:
            assert written["options"] == list(move.values)


def _labelled(item: object, label: str) -> object:
    from dataclasses import replace

    changes = {"label": label}
    if hasattr(item, "actions"):
        changes["actions"] = tuple(label.replace("@", "") for _ in item.actions)
    return replace(item, **changes)  # type: ignore[type-var]


def test_names_are_short_and_told_apart() -> None:
    players = " ".join(f'"{"x" * 100}"' for _ in range(3))
    game = read(HORSE.replace('"Player 1" "Player 2" "Player 3"', players))
    found = named(game)
    assert len(set(found.actors)) == 3
    assert all(len(name) <= 60 for name in (*found.actors, *found.moves))


# The order of play


@pytest.mark.parametrize("seed", range(60))
def test_every_path_of_the_game_is_one_combination_of_moves(seed: int) -> None:
    game = random_game(seed)
    try:
        play = in_order(game)
    except ScenarioError:
        pytest.skip("no order of play")
    columns = {tuple(column) for column in play.values.T.tolist()}
    assert len(columns) == len(game.leaves)
    for place, leaf in enumerate(play.leaves):
        chosen = dict(step for step in game.steps(leaf) if len(game.sets[step[0]].actions) > 1)
        made = {
            next(number for number in move.sets if number in chosen): play.values[position, place]
            for position, move in enumerate(play.moves)
            if not move.signal and play.values[position, place] >= 0
        }
        assert made == chosen
