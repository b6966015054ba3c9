"""Games that go through the other format and come back are the same games."""

from __future__ import annotations

from fractions import Fraction

from correspondence import There, back, content, originals, there
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from random_games import random_game, random_table

from engine.errors import ScenarioError
from engine.exchange.efg import read_efg, write_efg
from engine.exchange.nfg import read_nfg, write_nfg
from engine.exchange.records import Game, as_tree
from engine.exchange.strategic import Strategic, reduced_form
from engine.exchange.to_scenario import scenario_text

SEEDS = st.integers(0, 2**32 - 1)
ONCE = settings(max_examples=100, deadline=None, derandomize=True)


@given(SEEDS)
@ONCE
def test_a_tree_is_read_as_it_was_written(seed: int) -> None:
    game = random_game(seed)
    assert read_efg(write_efg(game), "a test") == game


@given(SEEDS)
@ONCE
def test_a_table_is_read_as_it_was_written(seed: int) -> None:
    form = random_table(seed)
    assert read_nfg(write_nfg(form), "a test") == form


def written(game: Game) -> There:
    """The game as a scenario; games whose moves have no order of play are left out."""
    try:
        return there(game)
    except ScenarioError as error:
        assume("no order of play" not in error.problems[0].message)
        raise


@given(SEEDS)
@ONCE
def test_a_scenario_has_the_information_sets_chances_and_payoffs_of_its_game(seed: int) -> None:
    game = random_game(seed)
    source = written(game)
    assert content(back(source.loaded)) == content(game, source.named)


@given(SEEDS)
@ONCE
def test_a_scenario_has_the_reduced_strategic_form_of_its_game(seed: int) -> None:
    game = random_game(seed)
    source = written(game)
    found = back(source.loaded)
    try:
        one, other = reduced_form(game), reduced_form(found)
    except ScenarioError:  # thousands of plans
        assume(False)
    was = originals(source, found)
    assert table(one, game, {number: number for number in range(len(game.sets))}) == table(other, found, was)


def table(
    strategic: Strategic, game: Game, name: dict[int, int]
) -> dict[frozenset[tuple[int, int]], tuple[Fraction, ...]]:
    """What every combination of plans pays; sets of one action are left out."""
    found = {}
    for cell, profile in enumerate(strategic.form.profiles()):
        plans = [own[strategy] for own, strategy in zip(strategic.plans, profile, strict=True)]
        steps = [(number, action) for plan in plans for number, action in plan.items()]
        chosen = frozenset((name[number], action) for number, action in steps if len(game.sets[number].actions) > 1)
        found[chosen] = strategic.form.payoffs(cell)
    return found


@given(SEEDS)
@ONCE
def test_a_table_comes_back_from_its_scenario(seed: int) -> None:
    form = random_table(seed)
    found = reduced_form(back(there(as_tree(form)).loaded)).form
    assert [found.payoffs(cell) for cell in range(len(found.cells))] == [
        form.payoffs(cell) for cell in range(len(form.cells))
    ]


def test_most_random_games_can_be_written() -> None:
    """So that the laws above are not empty."""
    written = 0
    for seed in range(200):
        try:
            scenario_text(random_game(seed), "a test")
        except ScenarioError:
            continue
        written += 1
    assert written > 180
