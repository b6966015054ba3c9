"""What it is worth to an actor to know: closed forms, and games in which it does harm."""

from __future__ import annotations

from math import erf, exp, pi, sin, sqrt
from typing import Any

import numpy as np
import pytest

from engine import api
from engine.analysis.estimates import T_15
from engine.analysis.information.information import Information, Item
from engine.analysis.information.knowable import pieces, versions
from engine.analysis.information.knowing import Worth, gains, worth
from engine.api.settings import Options
from engine.program.compile import compile_program
from engine.sampling import sobol_design
from engine.scenario.informed import bare

DRAWS = 4_096


def asked(text: str, draws: int = DRAWS, **more: Any) -> Information:
    return api.voi(api.loads(text), options=Options(draws=draws, threads=1), **more)


def item(found: Information, name: str, actor: str = "") -> Item:
    stake = next(stake for stake in found.stakes if actor in ("", stake.actor))
    return next(one for one in stake.items if one.piece.name == name)


def agrees(one: Worth | None, exact: float, beside: float = 0.0) -> bool:
    """Whether a value is right but for sampling error (four standard errors), which is small."""
    assert one is not None
    assert one.value.error < 0.01
    return abs(one.value.value - exact) <= 4 * one.value.error + beside + 1e-9


def unit_normal_loss(mean: float, sd: float) -> float:
    """What it is worth to know a normal payoff before one takes it or 0 (Raiffa & Schlaifer 1961)."""
    z = mean / sd
    return sd * exp(-(z**2) / 2) / sqrt(2 * pi) + mean * (1 + erf(z / sqrt(2))) / 2 - max(0.0, mean)


INVEST = """
engine: 1
title: Shall we invest?
actors: {{us: {{name: Us, reasoning: best reply}}{more_actors}}}
unknowns:
  x: {{label: Demand, normal: {{mean: 1, sd: 2}}, known: false}}
  y: {{label: Costs, normal: {{mean: -0.5, sd: 1}}, known: false}}
  z: {{label: The weather, uniform: [0, 1]}}
{correlated}
moves:
{more_moves}
  - {{decision: invest, actor: us, options: [no, yes], knows: []}}
payoffs:
  us: [{{term: profit, value: (x + y) * (invest == yes)}}]
{more_payoffs}
outcomes: {{done: {{label: We invest, happens: invest == yes}}}}
"""
ALONE = INVEST.format(correlated="", more_actors="", more_moves="", more_payoffs="")
TOGETHER = INVEST.format(
    correlated="correlated: [{unknowns: [x, y], rank: 0.5}]", more_actors="", more_moves="", more_payoffs=""
)
WATCHED = INVEST.format(
    correlated="",
    more_actors=", them: {name: Them, precision: 1}",
    more_moves="  - {decision: enter, actor: them, options: [out, in], knows: []}",
    more_payoffs="  them: [{term: fun, value: 0.3 * (enter == in)}]",
)


def test_an_unknown_is_worth_the_unit_normal_loss() -> None:
    found = asked(ALONE)
    assert agrees(item(found, "x").worth, unit_normal_loss(0.5, 2))
    assert agrees(item(found, "y").worth, unit_normal_loss(0.5, 1))
    assert found.stakes[0].payoff is not None
    assert found.stakes[0].payoff.value == pytest.approx(0.5, abs=1e-2)


def test_all_unknowns_together_are_worth_that_of_their_sum() -> None:
    assert agrees(asked(ALONE).stakes[0].items[-1].worth, unit_normal_loss(0.5, sqrt(5)))


def test_an_unknown_that_hangs_together_with_a_known_one_is_worth_no_more_to_one_of_several() -> None:
    """What all know tells of it, but actors act on the mean of what nobody knows, so its own spread is what counts."""
    found = asked(WATCHED.replace("moves:", "correlated: [{unknowns: [x, z], rank: 0.6}]\nmoves:"))
    assert agrees(item(found, "x", "us").worth, unit_normal_loss(0.5, 2), beside=0.005)


def test_what_hangs_together_with_an_unknown_is_learned_with_it() -> None:
    rho = 2 * sin(pi * 0.5 / 6)
    found = asked(TOGETHER)
    assert agrees(item(found, "x").worth, unit_normal_loss(0.5, 2 + rho))
    assert agrees(item(found, "y").worth, unit_normal_loss(0.5, 1 + 2 * rho))
    assert agrees(found.stakes[0].items[-1].worth, unit_normal_loss(0.5, sqrt(5 + 4 * rho)))


def test_where_others_decide_too_a_few_values_stand_for_the_unknown() -> None:
    found = asked(WATCHED)
    one = item(found, "x", "us")
    assert one.steps == 16
    assert one.settled
    assert agrees(one.worth, unit_normal_loss(0.5, 2), beside=0.005)
    assert one.worth is not None
    assert one.worth.reaction is not None
    assert one.worth.reaction.value == pytest.approx(0, abs=1e-9)
    assert not next(stake for stake in found.stakes if stake.actor == "them").items  # to them it is worth nothing


FORECAST = """
engine: 1
title: Umbrella
actors: {me: {name: Me, reasoning: best reply}}
unknowns: {p: {label: Chance of rain, uniform: [0, 1]}}
moves:
  - {decision: take, actor: me, options: [leave, carry], knows: []}
  - {event: rain, chance: p}
  - {event: wet, when: take == leave, chance: "1 if rain == yes else 0"}
payoffs: {me: [{term: comfort, value: -10 * (wet == yes) - 3 * (take == carry)}]}
outcomes: {wet: {label: Wet, happens: wet == yes}}
"""


def test_a_forecast_of_the_rain_spares_all_but_the_umbrella_in_the_rain() -> None:
    found = asked(FORECAST)
    # without: min(10 p, 3), on average 3 - 0.45; with: 3 p
    assert agrees(item(found, "rain").worth, 3 - 0.45 - 1.5)
    assert [one.piece.name for one in found.stakes[0].items] == ["rain"]  # `wet` hangs on the decision


CARD = """
engine: 1
title: Guess the card
actors:
  first: {name: The first, reasoning: best reply}
  second: {name: The second, reasoning: best reply}
moves:
  - {event: card, values: [red, black], chance: {red: 0.5, black: rest}, secret: true}
  - {decision: says, actor: first, options: [red, black], knows: []}
  - {decision: answers, actor: second, options: [red, black], knows: [says]}
quantities:
  one: (says == red) == (card == red)
  two: (answers == red) == (card == red)
payoffs:
  first: [{term: prize, value: 2 * (one and two) + 6 * (one and not two)}]
  second: [{term: prize, value: 2 * (one and two) + 6 * (two and not one)}]
outcomes: {same: {label: Both say the same, happens: one == two}}
"""


def test_whoever_is_known_to_know_the_card_loses_by_it() -> None:
    """After Kamien, Tauman & Zamir (1990): 3 for each without, 2 where the first is known to know."""
    found = asked(CARD)
    one = item(found, "card", "first").worth
    assert one is not None
    assert one.secret is not None
    assert one.before.value == pytest.approx(3, abs=1e-6)
    assert one.value.value == pytest.approx(-1, abs=5e-3)
    assert one.secret.value == pytest.approx(3, abs=1e-3)
    (harm,) = one.reactions
    assert harm.differs == pytest.approx(1, abs=2e-3)
    assert (harm.decision, harm.actor) == ("answers", 1)
    assert harm.effect.value == pytest.approx(-4, abs=0.01)
    secret = asked(CARD, secret=True)
    assert item(secret, "card", "first").value(secret.secret) == one.secret


INSURANCE = """
engine: 1
title: Two farmers
actors:
  north: {name: North, precision: 400}
  south: {name: South, precision: 400}
moves:
  - {event: rain, values: [north, south], chance: {north: 0.5, south: rest}, secret: true}
  - {decision: signs, actor: north, options: [no, yes], knows: []}
  - {decision: agrees, actor: south, options: [no, yes], knows: []}
quantities: {shared: signs == yes and agrees == yes}
payoffs:
  north: [{term: harvest, value: 8 if shared else 10 * (rain == north)}]
  south: [{term: harvest, value: 8 if shared else 10 * (rain == south)}]
outcomes: {shared: {label: They share, happens: shared}}
"""


def test_knowing_the_weather_destroys_the_insurance_against_it() -> None:
    """Hirshleifer (1971): who is known to know signs only where it gains, so the other does not sign at all."""
    one = item(asked(INSURANCE), "rain", "north").worth
    assert one is not None
    assert one.secret is not None
    assert one.before.value == pytest.approx(8, abs=1e-6)
    assert one.value.value == pytest.approx(5 - 8, abs=0.05)
    assert one.secret.value == pytest.approx(1, abs=1e-3)
    assert one.reactions[0].decision == "agrees"
    assert one.reactions[0].option == "no"


def constant_sum(seed: int) -> str:
    """A random game in which one gains what the other loses; chance, then one decides, then the other."""
    rng = np.random.default_rng(seed)
    numbers = rng.uniform(-5, 5, (2, 2, 2)).round(2)
    cells = [
        f"{numbers[s, a, b]} * (state == s{s}) * (a == a{a}) * (b == b{b})"
        for s in range(2)
        for a in range(2)
        for b in range(2)
    ]
    seen = "[a]" if seed % 2 else "[]"
    total = " + ".join(cells)
    return f"""
engine: 1
title: One gains what the other loses
actors: {{one: {{name: One, reasoning: best reply}}, two: {{name: Two, reasoning: best reply}}}}
moves:
  - {{event: state, values: [s0, s1], chance: {{s0: {rng.uniform(0.2, 0.8):.2f}, s1: rest}}, secret: true}}
  - {{decision: a, actor: one, options: [a0, a1], knows: []}}
  - {{decision: b, actor: two, options: [b0, b1], knows: {seen}}}
payoffs:
  one: [{{term: win, value: "{total}"}}]
  two: [{{term: win, value: "-({total})"}}]
outcomes: {{a: {{label: A, happens: a == a0}}}}
"""


@pytest.mark.parametrize("seed", range(12))
def test_where_one_gains_what_the_other_loses_knowing_never_hurts(seed: int) -> None:
    for stake in asked(constant_sum(seed)).stakes:
        for one in stake.items:
            assert one.worth is not None
            # a best reply in a cycle is one at a high precision, which costs up to a thousandth of the span or so
            assert one.worth.value.value >= -0.03
            assert one.worth.secret is not None
            assert one.worth.secret.value >= -1e-3


def test_intervals_of_values_cover() -> None:
    loaded = api.loads(ALONE)
    lean = bare(loaded.scenario)
    program = compile_program(lean)
    both = versions(lean, program, pieces(lean, "us")[0], 0)
    true, hits = unit_normal_loss(0.5, 2), 0
    for seed in range(200):
        design = sobol_design(program.n_inputs, 256, seed)
        uniforms = np.concatenate([design.chunk(i).uniforms for i in range(design.n_chunks)], axis=1)
        found = worth(both, gains(both, uniforms), uniforms, np.ones(uniforms.shape[-1]), 16).value
        assert found.high - found.value == pytest.approx(T_15 * found.error)
        hits += found.low <= true <= found.high
    assert 0.91 * 200 <= hits <= 0.98 * 200


def test_best_replies_are_not_needed_for_the_closed_form() -> None:
    text = ALONE.replace("reasoning: best reply", "precision: 2")
    x, w = np.polynomial.hermite_e.hermegauss(201)

    def expected(mean: float, sd: float) -> float:
        """A logit chooser's payoff where it acts on what it knows, by quadrature."""
        gain = mean + sd * x
        return float((w * gain / (1 + np.exp(-2 * gain))).sum() / w.sum())

    plain = 0.5 / (1 + exp(-2 * 0.5))
    assert agrees(item(asked(text), "x").worth, expected(0.5, 2) - plain)


def test_nothing_hidden_is_said() -> None:
    (stake,) = asked(ALONE.replace(", known: false", "")).stakes
    assert not stake.items
    assert not stake.idle
