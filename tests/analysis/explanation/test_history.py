"""How a later round begins: the state and the beliefs after the likeliest history."""

from __future__ import annotations

from math import comb, exp

import numpy as np
import pytest

from engine import api
from engine.analysis.explanation.changes import BeliefChange, Changed
from engine.analysis.explanation.explanation import Explanation
from engine.analysis.explanation.history import History, typical_history
from engine.errors import UsageError
from engine.program.compile import compile_program
from engine.program.worlds import batch_in

SIGNAL = """
engine: 1
title: Two rounds of signals
rounds: {count: 3, unit: month, from: 2026-01-01}
state: {loud_ones: {start: 0, next: loud_ones + (signal == loud)}}
actors:
  sender: {name: Sender, precision: 1.3}
  watcher: {name: Watcher, precision: 2}
moves:
  - {type: kind, of: sender, values: [meek, tough], chance: {tough: 0.3, meek: rest}, lasting: true}
  - {decision: signal, actor: sender, options: [soft, loud], knows: [kind]}
  - {decision: late, actor: watcher, options: [stand, duck], knows: [signal]}
payoffs:
  sender: [{term: cost, value: "(signal == loud) * (0.8 if kind == tough else -0.5) + round * 0"}]
  watcher: [{term: hit, value: "(late == duck) * (2 if kind == tough else -1)"}]
outcomes:
  loud: {label: A loud signal, happens: signal == loud, over: first}
"""
LOUD_TOUGH, LOUD_MEEK = 1 / (1 + exp(-1.3 * 0.8)), 1 / (1 + exp(1.3 * 0.5))
"""Logistic responses with precision 1.3 to gains of 0.8 and -0.5."""


def explained(number: int, text: str = SIGNAL) -> tuple[Explanation, History]:
    found = api.explain(api.loads(text), number=number)
    assert found.history is not None
    return found, found.history


def joint(prior: float, soft: int, loud: int) -> tuple[float, float]:
    """The chance of the tough, and of the meek, and that they have signalled like this."""
    tough = prior * (1 - LOUD_TOUGH) ** soft * LOUD_TOUGH**loud
    return tough, (1 - prior) * (1 - LOUD_MEEK) ** soft * LOUD_MEEK**loud


def after_soft(prior: float) -> float:
    tough, meek = joint(prior, 1, 0)
    return tough / (tough + meek)


@pytest.mark.parametrize(("number", "soft", "loud", "orders"), [(1, 0, 0, 1), (2, 1, 0, 1), (3, 1, 1, 2)])
def test_beliefs_with_which_a_round_begins_equal_bayes_rule(number: int, soft: int, loud: int, orders: int) -> None:
    """One signal is most likely soft; of two one is most likely loud, the first or the second, which is the same."""
    found, history = explained(number)
    chances = joint(0.3, soft, loud)
    tough = chances[0] / sum(chances)
    assert history.beliefs is not None
    assert history.beliefs.shared.of_each["kind"]["tough"] == pytest.approx(tough, abs=1e-12)
    assert history.beliefs.truth == history.beliefs.shared
    assert history.state == {"loud_ones": loud}
    assert history.share == pytest.approx(orders * sum(chances), abs=1e-12)
    assert history.chance == pytest.approx(history.share, abs=1e-12)
    assert (history.comes, history.ways, history.whole) == (pytest.approx(1, abs=1e-12), number, True)
    # what the watcher makes of a further loud signal starts from there
    loud = next(choice for choice in found.typical.choices if choice.knows == {"signal": "loud"})
    assert loud.beliefs is not None
    expected = tough * LOUD_TOUGH / (tough * LOUD_TOUGH + (1 - tough) * LOUD_MEEK)
    assert loud.beliefs["kind"]["tough"] == pytest.approx(expected, abs=1e-12)
    assert loud.payoffs is not None
    assert loud.payoffs["duck"] == pytest.approx(2 * expected - (1 - expected), abs=1e-12)


def test_who_starts_from_another_prior_comes_to_another_belief() -> None:
    text = SIGNAL.replace("outcomes:", "beliefs: {watcher: {kind: {tough: 0.6, meek: rest}}}\noutcomes:")
    _, history = explained(2, text)
    assert history.beliefs is not None
    assert history.beliefs.truth.of_each["kind"]["tough"] == pytest.approx(after_soft(0.3), abs=1e-12)
    assert history.beliefs.own["watcher"].of_each["kind"]["tough"] == pytest.approx(after_soft(0.6), abs=1e-12)


def test_a_belief_flip_is_about_the_belief_with_which_the_round_begins() -> None:
    """The watcher who hears nothing of the signal ducks where it takes more than a third for tough."""
    text = SIGNAL.replace("options: [stand, duck], knows: [signal]", "options: [stand, duck]")
    found, _ = explained(2, text)
    choice = next(choice for choice in found.typical.choices if choice.decision == "late")
    flip = next(flip for flip in found.typical.flips[choice.number].found if flip.kind == "belief")
    assert flip.exact
    assert (flip.what, flip.value, flip.option, flip.other) == ("kind", "tough", "stand", "duck")
    start = after_soft(0.3)
    assert flip.before == pytest.approx(start, abs=1e-12)
    assert 1 <= (flip.after - start) / (1 / 3 - start) <= 1.011


TWINS = """
engine: 1
title: Twins
rounds: {count: 2}
actors: {me: {name: Me}}
moves:
  - {type: one, of: me, values: [l, h], chance: {h: 50%, l: rest}, lasting: true}
  - {type: two, of: me, values: [l, h], chance: {h: 50%, l: rest}, lasting: true}
  - {event: alike, chance: "0.9 if (one == h) == (two == h) else 0.2"}
outcomes: {alike: {label: They are alike, happens: alike == yes}}
"""


def test_types_of_which_one_event_tells_are_believed_jointly() -> None:
    """Each is h with 1/2 as before, but both are the same with 0.9 / (0.9 + 0.2)."""
    _, history = explained(2, TWINS)
    assert history.beliefs is not None
    assert history.beliefs.shared.of_each["one"] == pytest.approx({"l": 0.5, "h": 0.5}, abs=1e-12)
    chances = {
        (types["one"], types["two"]): chance
        for types, chance in zip(history.beliefs.types, history.beliefs.shared.joint, strict=True)
    }
    same, other = 0.5 * 0.9 / 1.1, 0.5 * 0.2 / 1.1
    expected = {("l", "l"): same, ("l", "h"): other, ("h", "l"): other, ("h", "h"): same}
    assert chances == pytest.approx(expected, abs=1e-12)


def test_of_histories_with_the_same_future_the_chances_add_up() -> None:
    """Three heads in four tosses may come in four orders, which is one way to begin."""
    text = """
engine: 1
title: Coins
rounds: {count: 5}
state: {heads: {start: 0, next: heads + (coin == head)}}
moves: [{event: coin, chance: {head: 0.7, tail: rest}}]
outcomes: {heads: {label: Heads, quantity: heads, over: last}}
"""
    found, history = explained(5, text)
    assert history.state == {"heads": 3}
    assert history.share == pytest.approx(4 * 0.7**3 * 0.3, abs=1e-12)
    assert history.ways == 5
    assert found.typical.outcomes["heads"] == pytest.approx(3)


def test_a_game_may_hardly_ever_come_to_a_round() -> None:
    """The chance to come to round 3 is told apart from how the round then begins."""
    _, history = explained(3, SIGNAL.replace("from: 2026-01-01", "from: 2026-01-01, until: loud_ones > 0"))
    assert history.comes == pytest.approx(sum(joint(0.3, 2, 0)), abs=1e-12)
    assert (history.share, history.ways) == (1, 1)


def test_a_round_of_a_game_that_is_over_is_refused() -> None:
    text = SIGNAL.replace("from: 2026-01-01", "from: 2026-01-01, until: round == 2")
    with pytest.raises(UsageError, match="the game is over after round 2 at the latest"):
        explained(3, text)
    assert explained(2, text)[1].round == 2


@pytest.mark.parametrize("number", [0, -1, 4, 10**9])
def test_a_round_that_does_not_exist_is_refused(number: int) -> None:
    with pytest.raises(UsageError, match=f"there is no round {number}: the game has rounds 1 to 3"):
        api.explain(api.loads(SIGNAL), number=number)


def test_rounds_of_a_game_that_is_played_once_are_refused() -> None:
    once = SIGNAL.replace("rounds: {count: 3, unit: month, from: 2026-01-01}\n", "")
    once = once.replace(", next: loud_ones + (signal == loud)", "").replace(", lasting: true", "")
    once = once.replace(" + round * 0", "").replace(", over: first", "")
    with pytest.raises(UsageError, match="there is no round 1: the game is played once"):
        api.explain(api.loads(once), number=1)
    assert api.explain(api.loads(once)).history is None


def test_the_first_round_is_the_same_whether_it_is_asked_for_or_not() -> None:
    asked, usual = api.explain(api.loads(SIGNAL), number=1), api.explain(api.loads(SIGNAL))
    assert asked == usual


def test_no_unlikely_draw_is_looked_for_in_a_later_round() -> None:
    text = SIGNAL.replace("actors:", "unknowns: {u: {label: u, uniform: [0, 1]}}\nactors:", 1)
    text = text.replace("round * 0", "0.1 * u * (signal == loud)")
    assert api.explain(api.loads(text), number=1).unlikely is not None
    assert api.explain(api.loads(text), number=2).unlikely is None
    with pytest.raises(UsageError, match="in round 2 only the typical draw is explained"):
        api.explain(api.loads(text), number=2, outcome="loud")


def coins(names: list[str], count: int, chance: str) -> str:
    state = "\n".join(f"  s_{name}: {{start: 0, next: s_{name} + ({name} == yes)}}" for name in names)
    moves = "\n".join(f"  - {{event: {name}, chance: {chance}}}" for name in names)
    return f"""
engine: 1
title: Coins
rounds: {{count: {count}}}
state:
{state}
moves:
{moves}
outcomes: {{o: {{label: O, quantity: s_{names[0]}, over: last}}}}
"""


def test_where_histories_are_too_many_the_likeliest_are_followed() -> None:
    """Five coins thrown 12 times, each heads with 1/3, may stand in 13^5 ways; the likeliest is four each."""
    names = [f"c{number}" for number in range(5)]
    _, history = explained(13, coins(names, 13, "1 / 3"))
    assert not history.whole
    assert (history.comes, history.share) == (None, None)
    assert set(history.state.values()) == {4}
    assert 0 < history.chance <= (comb(12, 4) * 2**8 / 3**12) ** 5


def test_a_long_game_stays_typical() -> None:
    """Three coins thrown 89 times: 90^3 ways to stand, of which 29 or 30 heads of each are the likeliest."""
    _, history = explained(90, coins(["one", "two", "three"], 90, "1 / 3"))
    assert not history.whole
    assert set(history.state.values()) <= {29, 30}


def test_what_is_at_stake_in_later_rounds_alone_has_flips_of_a_finite_size() -> None:
    """At the start nothing is worth anything to the watcher; once the signal is known, it is."""
    text = SIGNAL.replace('"(late == duck) * (2', '"loud_ones * (late == duck) * (2').replace("count: 3", "count: 4")
    found, history = explained(4, text)
    assert history.state["loud_ones"] > 0
    sizes = [flip.size for flips in found.typical.flips.values() for flip in flips.found]
    assert sizes
    assert all(0 < size < 1e6 for size in sizes)


def test_who_expects_coin_tosses_learns_nothing_and_a_change_starts_from_there() -> None:
    """A level-1 watcher takes every signal for chance, and keeps its 30 %; the others learn by Bayes' rule."""
    text = SIGNAL.replace("name: Watcher,", "name: Watcher, reasoning: {level: 1},")
    _, history = explained(2, text)
    assert history.beliefs is not None
    assert history.beliefs.own["watcher"].of_each["kind"]["tough"] == pytest.approx(0.3, abs=1e-12)
    assert history.beliefs.shared.of_each["kind"]["tough"] == pytest.approx(after_soft(0.3), abs=1e-12)
    program = compile_program(api.loads(text).scenario)
    situation, _ = typical_history(program, np.zeros((0, 1)), 2)
    changed = Changed(program, batch_in(program, situation))
    for actor, chance in ((program.actors.index("watcher"), 0.3), (None, after_soft(0.3))):
        found, weight = changed.prior(BeliefChange(actor, "kind", 1), np.ones(program.tree.n_leaves))
        assert (found * weight).sum() / weight.sum() == pytest.approx(chance, abs=1e-12)
