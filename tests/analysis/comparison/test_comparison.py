"""Comparing assumption sets: differences and shares with closed forms, through the language itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import pi, sin

import numpy as np
import pytest

from engine import api
from engine.analysis.comparison.attribution import all_orders, estimated_shares
from engine.analysis.comparison.comparison import Comparison, Row
from engine.analysis.comparison.items import items_between, mixed
from engine.analysis.comparison.paired import (
    Uniforms,
    paired,
    sampled_figures,
    simulated,
    uniforms_for,
)
from engine.analysis.estimates import Estimate
from engine.analysis.linearised import Linear
from engine.errors import ScenarioError, UsageError
from engine.program.compile import compile_program
from engine.program.program import Program

HEAD = "engine: 1\ntitle: Sums\n"


def compare(text: str, *sets: str, draws: int | None = None, **others: object) -> Comparison:
    options = api.Options(draws=draws, threads=int(str(others.pop("threads", 1))))
    return api.compare([(api.loads(text), list(sets))], options=options, **others)  # type: ignore[arg-type]


def row(found: Comparison, outcome: str, value: str = "") -> Row:
    return next(one for one in found.rows if (one.outcome, one.value) == (outcome, value))


def shares(found: Comparison, side: str, outcome: str) -> dict[str, Estimate]:
    listed = found.explained[side].shares[outcome]
    assert listed is not None
    return {f"{one.item.action} {one.item.path}": one.estimate for one in listed}


def agrees(found: Estimate | None, truth: float) -> bool:
    assert found is not None
    return abs(found.value - truth) <= 4 * found.error + 1e-12


# Closed forms

SUMS = f"""{HEAD}
unknowns:
  a: {{label: A, uniform: [0, 1]}}
  b: {{label: B, uniform: [0, 2]}}
  c: {{label: C, value: 3}}
  idle: {{label: Idle, uniform: [0, 1]}}
moves:
  - {{event: rain, chance: 0.25, judgement: assumed}}
outcomes:
  total: {{label: Total, quantity: a + 2 * b - c + 4 * (rain == yes)}}
  product: {{label: Product, quantity: a * b}}
  rain: {{label: Rain, happens: rain == yes}}
assumptions:
  all:
    label: All of it
    set: {{unknowns.a: {{uniform: [0.5, 1.5]}}, moves.rain.chance: 0.75, unknowns.idle: 0.5}}
    times: {{unknowns.b: 2}}
    plus: {{unknowns.c: 1}}
  again: {{label: The same, extends: [all]}}
  one: {{label: One, set: {{unknowns.a: 0.8}}}}
  other: {{label: Other, set: {{unknowns.a: 0.6, moves.rain.chance: 1}}}}
"""


@pytest.fixture(scope="module")
def sums() -> Comparison:
    return compare(SUMS, "base", "all", "again", draws=4096)


def test_an_additive_model_pays_each_change_its_own_effect(sums: Comparison) -> None:
    found = shares(sums, "all", "total")
    truth = {
        "set unknowns.a": 0.5,
        "set moves.rain.chance": 4 * 0.5,
        "set unknowns.idle": 0,
        "times unknowns.b": 2.0,
        "plus unknowns.c": -1.0,
    }
    assert set(found) == set(truth)
    for item, share in truth.items():
        assert agrees(found[item], share), item
        assert found[item].value == pytest.approx(share, abs=0.01)
    assert found["set unknowns.idle"].value == 0
    assert found["set unknowns.idle"].error == 0


def test_a_product_is_shared_by_both_orders(sums: Comparison) -> None:
    """E[a] from 1/2 to 1, E[b] from 1 to 2: a adds 1/2 before b and 1 after it, b 1/2 and 1."""
    found = shares(sums, "all", "product")
    assert agrees(found["set unknowns.a"], 0.75)
    assert agrees(found["times unknowns.b"], 0.75)


def test_shares_add_up_to_the_difference(sums: Comparison) -> None:
    for outcome in ("total", "product", "rain"):
        whole = row(sums, outcome).differences[1]
        assert whole is not None
        assert sum(one.value for one in shares(sums, "all", outcome).values()) == pytest.approx(whole.value, abs=1e-12)


def test_what_extends_a_set_and_adds_nothing_differs_by_exactly_nothing() -> None:
    found = compare(SUMS, "all", "again", draws=64)
    assert not found.explained["again"].items
    for one in found.rows:
        assert one.differences[1] == Estimate(0.0, 0.0, 0.0, 0.0)


def test_a_key_that_both_sets_have_with_other_values_is_one_item() -> None:
    found = shares(compare(SUMS, "one", "other", draws=64), "other", "total")
    assert found["set unknowns.a"].value == pytest.approx(-0.2, abs=1e-9)
    assert found["set moves.rain.chance"].value == pytest.approx(4 * 0.75, abs=1e-9)


def test_columns_say_what_run_says(sums: Comparison) -> None:
    for place, name in enumerate(("base", "all", "again")):
        alone = api.run(api.loads(SUMS), name, options=api.Options(draws=4096, reason=False, equilibria=False))
        for one in sums.rows:
            assert one.estimates[place] == alone.outcomes[one.outcome].estimate


def test_the_items_say_where_they_stand_and_what_they_change(sums: Comparison) -> None:
    items = {one.path: one for one in sums.explained["all"].items}
    lines = SUMS.splitlines()
    assert all(path in lines[one.line - 1] for path, one in items.items())
    assert (items["unknowns.a"].before, items["unknowns.a"].after) == ("0–1", "0.5–1.5")
    assert (items["unknowns.b"].before, items["unknowns.b"].after) == ("× 1", "× 2")
    assert (items["moves.rain.chance"].before, items["moves.rain.chance"].after) == ("0.25", "0.75")


def test_many_items_are_explained_by_sampled_orders() -> None:
    """Twelve unknowns: a sum, of which each adds its own, and x0 x1, which x0 and x1 share."""
    names = [f"x{i}" for i in range(12)]
    unknowns = "".join(f"  {name}: {{label: X, uniform: [0, 1]}}\n" for name in names)
    changed = ", ".join(f"unknowns.{name}: {{uniform: [0, {i + 2}]}}" for i, name in enumerate(names))
    text = f"""{HEAD}unknowns:\n{unknowns}outcomes:
  total: {{label: T, quantity: {" + ".join(names)} + x0 * x1}}
assumptions: {{all: {{label: All, set: {{{changed}}}}}}}
"""
    done = compare(text, "all", draws=1024)
    found = shares(done, "all", "total")
    assert done.explained["all"].orders
    # E[x0] from 1/2 to 1, E[x1] from 1/2 to 3/2
    extra = {"x0": 0.5 * (0.5 + 1.5) / 2, "x1": 1.0 * (0.5 + 1.0) / 2}
    for i, name in enumerate(names):
        assert agrees(found[f"set unknowns.{name}"], (i + 1) / 2 + extra.get(name, 0.0)), name
    whole = row(done, "total").differences[1]
    assert whole is not None
    assert sum(one.value for one in found.values()) == pytest.approx(whole.value, abs=1e-12)


def test_correlated_unknowns() -> None:
    """E[xy] = m m' + r s s' with r = 2 sin(pi rank / 6); the worlds between keep the correlation."""
    text = f"""{HEAD}unknowns:
  x: {{label: X, normal: {{mean: 1, sd: 1}}}}
  y: {{label: Y, normal: {{mean: 2, sd: 1}}}}
correlated: [{{unknowns: [x, y], rank: 0.6}}]
outcomes: {{xy: {{label: XY, quantity: x * y}}}}
assumptions:
  wide: {{label: Wide, set: {{unknowns.x: {{normal: {{mean: 2, sd: 3}}}}, unknowns.y: {{normal: {{mean: 3, sd: 2}}}}}}}}
"""
    r = 2 * sin(pi * 0.6 / 6)
    value = {(a, b): (1 + a) * (2 + b) + r * (1 + 2 * a) * (1 + b) for a in (0, 1) for b in (0, 1)}
    found = shares(compare(text, "wide", draws=8192), "wide", "xy")
    assert agrees(found["set unknowns.x"], (value[1, 0] - value[0, 0] + value[1, 1] - value[0, 1]) / 2)
    assert agrees(found["set unknowns.y"], (value[0, 1] - value[0, 0] + value[1, 1] - value[1, 0]) / 2)
    assert found["set unknowns.x"].error < 0.1


WORLDS = f"""{HEAD}unknowns:
  rate: {{label: The chance, mixture: [{{weight: 0.4, value: 0.2}}, {{weight: 0.6, value: 0.7}}]}}
moves: [{{event: rain, chance: rate}}]
outcomes:
  rain: {{label: Rain, happens: rain == yes}}
  wet: {{label: Wet, happens: rate > 0.5, given: rate > 0.1}}
statements:
  linear: {{about: rain, triangular: [0, 1, 1]}}
  again: {{about: rain, triangular: [0, 0, 1]}}
assumptions:
  linear: {{label: L, believe: [linear]}}
  both: {{label: B, believe: [linear, again]}}
  drier:
    label: D
    believe: [again]
    set: {{unknowns.rate.mixture: [{{weight: 0.8, value: 0.2}}, {{weight: 0.2, value: 0.7}}]}}
"""


def test_believed_statements_are_items_whose_shares_follow_from_bayes() -> None:
    """Weights 0.008 and 0.028 by `linear`, 0.032 and 0.012 by `again`, in the dry world and in the wet one."""

    def rain(linear: bool, again: bool, dry: float = 0.4) -> float:
        one, other = dry, 1 - dry
        if linear:
            one, other = one * 0.008, other * 0.028
        if again:
            one, other = one * 0.032, other * 0.012
        return (0.2 * one + 0.7 * other) / (one + other)

    found = compare(WORLDS, "base", "both", draws=4096)
    parts = shares(found, "both", "rain")
    linear = (rain(True, False) - rain(False, False) + rain(True, True) - rain(False, True)) / 2
    again = (rain(False, True) - rain(False, False) + rain(True, True) - rain(True, False)) / 2
    assert agrees(parts["believe linear"], linear)
    assert agrees(parts["believe again"], again)
    assert parts["believe again"].value == pytest.approx(again, abs=0.01)
    assert found.sides[1].result.effective is not None
    between = compare(WORLDS, "linear", "drier", draws=4096)
    whole = row(between, "rain").differences[1]
    assert set(shares(between, "drier", "rain")) == {"believe linear", "believe again", "set unknowns.rate.mixture"}
    assert agrees(whole, rain(False, True, 0.8) - rain(True, False))


# Intervals

CHANCES = f"""{HEAD}unknowns:
  a: {{label: A, uniform: [0, 1]}}
  b: {{label: B, uniform: [0, 1]}}
moves:
  - {{event: first, chance: a}}
  - {{event: second, chance: (a + b) / 2}}
outcomes:
  both: {{label: Both, happens: first == yes and second == yes}}
  if_second: {{label: First if second, happens: first == yes and second == yes, given: second == yes}}
statements: {{likely: {{about: both, triangular: [0, 1, 1]}}}}
assumptions:
  high: {{label: High, set: {{unknowns.a: {{uniform: [0.3, 1]}}, unknowns.b: {{uniform: [0.5, 1]}}}}}}
  sure: {{label: Sure, set: {{unknowns.b: 0.5}}, believe: [likely]}}
"""
SEEDS = range(1, 201)
KEY = ("if_second", "")


def truth(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The mean of a (a + b) / 2 over that of (a + b) / 2, a and b uniform."""
    mean, other = sum(a) / 2, sum(b) / 2
    square = (a[1] ** 3 - a[0] ** 3) / (3 * (a[1] - a[0]))
    return (square + mean * other) / (mean + other)


TRUTHS = [truth(a, b) for b in ((0.0, 1.0), (0.5, 1.0)) for a in ((0.0, 1.0), (0.3, 1.0))]


@cache
def weighted_truths() -> list[float]:
    """`likely` weights a draw by the mass of the density 2 p within one point of p = a (a + b) / 2; `sure` fixes b."""
    grid = (np.arange(2_000) + 0.5) / 2_000
    found = []
    for believed in (False, True):
        for b in (grid[None, :], np.array([[0.5]])):
            second = (grid[:, None] + b) / 2
            p = grid[:, None] * second
            weight = np.minimum(p + 0.01, 1) ** 2 - np.maximum(p - 0.01, 0) ** 2 if believed else np.ones_like(p)
            found.append(float((weight * p).sum() / (weight * second).sum()))
    return found


@dataclass(frozen=True, slots=True)
class Pair:
    """Under one seed the figures of both sides on 256 draws, and of all four worlds on 128 of them."""

    sides: tuple[Linear, Linear]
    worlds: tuple[Linear, ...]

    @property
    def difference(self) -> Estimate:
        found = paired(*self.sides)
        assert found is not None
        return found

    @property
    def shares(self) -> tuple[Estimate, ...]:
        values, parts = (np.array([getattr(world, what) for world in self.worlds]) for what in ("value", "change"))
        return estimated_shares(all_orders(2), Linear(values, parts), self.sides[1] - self.sides[0])


@pytest.fixture(scope="module")
def seeds() -> dict[str, list[Pair]]:
    """Every seed, of `base` and `high` and of `base` and `sure`."""
    scenario = api.loads(CHANCES).scenario
    between = {name: items_between(scenario, "base", name) for name in ("high", "sure")}
    programs = {}
    for name, one in between.items():
        assert len(one.items) == 2
        assumed = [mixed(one, world) for world in range(4)]
        programs[name] = [compile_program(world.scenario, world.believe) for world in assumed]
    found: dict[str, list[Pair]] = {name: [] for name in between}
    for seed in SEEDS:
        uniforms = uniforms_for(programs["high"], 256, seed, 16, 64)
        base = [figure_of(programs["high"][0], uniforms, draws) for draws in (256, 128)]
        for name, (_, *others) in programs.items():
            sides = base[0], figure_of(others[-1], uniforms, 256)
            found[name].append(Pair(sides, (base[1], *(figure_of(one, uniforms, 128) for one in others))))
    return found


def figure_of(program: Program, uniforms: Uniforms, draws: int) -> Linear:
    return sampled_figures(program, simulated(program, uniforms, n_draws=draws, spreads=False).totals)[KEY]


def covered(found: Sequence[Estimate], truth: float) -> float:
    return float(np.mean([one.low <= truth <= one.high for one in found]))


@pytest.mark.parametrize("name", ["high", "sure"])
def test_intervals_of_differences_cover(seeds: dict[str, list[Pair]], name: str) -> None:
    v = TRUTHS if name == "high" else weighted_truths()
    assert 0.91 <= covered([one.difference for one in seeds[name]], v[3] - v[0]) <= 0.98


@pytest.mark.parametrize("name", ["high", "sure"])
def test_intervals_of_shares_cover(seeds: dict[str, list[Pair]], name: str) -> None:
    v = TRUTHS if name == "high" else weighted_truths()
    shares = (v[1] - v[0] + v[3] - v[2]) / 2, (v[2] - v[0] + v[3] - v[1]) / 2
    found = [one.shares for one in seeds[name]]
    assert 0.91 <= np.mean([covered([one[item] for one in found], shares[item]) for item in (0, 1)]) <= 0.98


def test_the_same_draws_make_the_error_smaller_than_draws_of_their_own(seeds: dict[str, list[Pair]]) -> None:
    together = np.std([one.difference.value for one in seeds["high"]])
    alone = [np.std([float(one.sides[side].value) for one in seeds["high"]]) for side in (0, 1)]
    assert together < 0.7 * np.hypot(*alone)


# Order, threads


def test_the_order_of_sets_and_the_number_of_threads_change_nothing() -> None:
    one, other = compare(SUMS, "base", "all", "one", draws=64), compare(SUMS, "base", "one", "all", draws=64, threads=2)
    assert one.explained["all"] == other.explained["all"]
    assert one.explained["one"] == other.explained["one"]
    for mine, theirs in zip(one.rows, other.rows, strict=True):
        assert mine.estimates == tuple(theirs.estimates[place] for place in (0, 2, 1))
        assert mine.differences == tuple(theirs.differences[place] for place in (0, 2, 1))


def test_turned_round_differences_change_their_sign() -> None:
    one, other = compare(SUMS, "base", "all", draws=256), compare(SUMS, "all", "base", draws=256)
    for mine, theirs in zip(one.rows, other.rows, strict=True):
        there, back = mine.differences[1], theirs.differences[1]
        assert there is not None
        assert back is not None
        assert back.value == pytest.approx(-there.value, abs=1e-15)
        assert back.error == pytest.approx(there.error, abs=1e-15)
    there, back = shares(one, "all", "product"), shares(other, "base", "product")
    for item, share in there.items():
        assert back[item].value == pytest.approx(-share.value, abs=1e-12)


def test_nothing_unknown_is_exact() -> None:
    text = SUMS.replace("uniform: [0, 1]", "value: 0.5").replace("uniform: [0, 2]", "value: 1")
    found = compare(text.replace("{uniform: [0.5, 1.5]}", "1"), "base", "all")
    assert [side.result.settings.method for side in found.sides] == ["exact", "exact"]
    assert {one.error for one in shares(found, "all", "product").values()} == {0.0}
    assert shares(found, "all", "product")["set unknowns.a"].value == pytest.approx(0.75, abs=1e-12)


ROUNDS = f"""{HEAD}rounds: {{count: 2}}
actors: {{me: {{name: Me, precision: 1}}}}
unknowns: {{p: {{label: P, uniform: [0.1, 0.3]}}, worth: {{label: W, uniform: [1, 3]}}}}
state: {{wet: {{start: 0, next: 1 if rain == yes else wet}}}}
moves:
  - {{event: rain, chance: p}}
  - {{decision: take, actor: me, options: [leave, carry]}}
payoffs: {{me: [{{term: dry, value: worth * (take == carry) * (1 + wet)}}]}}
outcomes:
  rain: {{label: Rain, happens: rain == yes}}
  take: {{label: Take, choice: take}}
assumptions:
  sure: {{label: Sure, set: {{unknowns.p: 0.5, unknowns.worth: 0}}}}
"""


def test_rounds() -> None:
    """Rain in one of two rounds: 1 - E(1 - p)^2; of the exact set 3/4. Worth has no say in it."""
    found = compare(ROUNDS, "sure", draws=256)
    truth = 1 - (0.9**3 - 0.7**3) / (3 * 0.2)
    assert agrees(row(found, "rain").estimates[0], truth)
    assert found.sides[1].result.settings.method == "exact"
    assert agrees(row(found, "rain").differences[1], 0.75 - truth)
    parts = shares(found, "sure", "rain")
    assert agrees(parts["set unknowns.p"], 0.75 - truth)
    assert abs(parts["set unknowns.worth"].value) < 1e-12


# Words, precision, files

PHRASES = f"""{HEAD}words: icd_203
unknowns:
  p: {{label: P, phrase: likely}}
  q: {{label: Q, phrase: likely, standard: icd_203}}
outcomes: {{p: {{label: P, quantity: p}}, q: {{label: Q, quantity: q}}}}
assumptions: {{low: {{label: Low, set: {{unknowns.p: {{phrase: unlikely}}}}}}, more: {{label: More}}}}
"""


def test_words_under_every_standard_that_has_them() -> None:
    found = compare(PHRASES, what="words", draws=256)
    names = [side.name for side in found.sides]
    assert names[0] == "icd_203"
    for name in names[1:]:
        text = PHRASES.replace("words: icd_203", f"words: {name}")
        alone = api.run(api.loads(text), options=api.Options(draws=256, reason=False))
        assert row(found, "p").estimates[names.index(name)] == alone.outcomes["p"].estimate
    assert {one.value for one in row(found, "q").differences[1:] if one is not None} == {0.0}


def test_a_standard_that_lacks_a_term_is_left_out_and_named() -> None:
    text = PHRASES.replace("phrase: likely}", "phrase: {icd_203: likely, nato: likely}}")
    found = compare(text, what="words", draws=64)
    assert [side.name for side in found.sides] == ["icd_203", "nato"]
    assert any("uk_phia" in note for note in found.notes)


GAME = f"""{HEAD}actors: {{me: {{name: Me, precision: sharp}}}}
unknowns: {{sharp: {{label: S, uniform: [0.5, 1.5]}}, gain: {{label: G, uniform: [1, 3]}}}}
moves: [{{decision: go, actor: me, options: [left, middle, right]}}]
payoffs: {{me: [{{term: gain, value: gain * (go == right)}}]}}
outcomes: {{go: {{label: Go, choice: go}}, right: {{label: Right, happens: go == right}}}}
"""


def test_at_precision_0_choices_are_uniform_and_at_others_logistic() -> None:
    found = compare(GAME, what="precision", draws=4096)
    names = [side.name for side in found.sides]
    assert names == ["1", "0", "1/4", "1/2", "2", "4"]
    for option in ("left", "middle", "right"):
        at_nothing = row(found, "go", option).estimates[1]
        assert at_nothing is not None
        assert at_nothing.value == pytest.approx(1 / 3, abs=1e-12)
    grid = (np.arange(200) + 0.5) / 200
    product = (0.5 + grid)[:, None] * (1 + 2 * grid)
    for name, factor in zip(names, (1, 0, 0.25, 0.5, 2, 4), strict=True):
        truth = (np.exp(factor * product) / (2 + np.exp(factor * product))).mean()
        value = row(found, "right").estimates[names.index(name)]
        assert value is not None
        assert value.value == pytest.approx(truth, abs=1e-3)


def test_files_share_the_columns_of_unknowns_of_the_same_name() -> None:
    """The other file names its unknowns in another order, and one more: what is alike differs by exactly nothing."""
    one = f"""{HEAD}unknowns: {{a: {{label: A, uniform: [0, 1]}}, b: {{label: B, uniform: [0, 1]}}}}
outcomes: {{a: {{label: A, quantity: a}}, sum: {{label: S, quantity: a + b}}, old: {{label: O, quantity: b}}}}
"""
    other = f"""{HEAD}unknowns:
  new: {{label: N, uniform: [0, 1]}}
  b: {{label: B, uniform: [0, 3]}}
  a: {{label: "A!", uniform: [0, 1]}}
outcomes: {{sum: {{label: S, quantity: a + b}}, a: {{label: A, quantity: a}}, old: {{label: O, happens: b > 1}}}}
"""
    loaded = api.loads(one, "one.yaml"), api.loads(other, "other.yaml")
    found = api.compare([(loaded[0], []), (loaded[1], [])], options=api.Options(draws=1024))
    assert found.what == "files"
    assert [one.outcome for one in found.rows] == ["a", "sum"]
    assert row(found, "a").differences[1] == Estimate(0.0, 0.0, 0.0, 0.0)
    assert agrees(row(found, "sum").differences[1], 1.0)
    assert any("old" in note for note in found.notes)
    contents = {(one.section, one.name): one.kind for one in found.contents["other.yaml"]}
    assert contents == {
        ("unknowns", "b"): "changed",
        ("unknowns", "new"): "added",
        ("outcomes", "old"): "changed",
    }


# What cannot be


def test_a_mix_that_cannot_be_is_named_and_nothing_is_explained() -> None:
    text = f"""{HEAD}unknowns: {{p: {{label: P, uniform: [0.4, 0.6]}}, q: {{label: Q, value: 0.1}}}}
moves: [{{event: rain, chance: p + q}}]
outcomes: {{rain: {{label: Rain, happens: rain == yes}}}}
assumptions: {{odd: {{label: Odd, set: {{unknowns.p: 0.1, unknowns.q: 0.8}}}}}}
"""
    found = compare(text, "odd", draws=64)
    assert "unknowns.q changed without unknowns.p" in found.explained["odd"].impossible
    assert not found.explained["odd"].shares
    assert agrees(row(found, "rain").differences[1], 0.3)


def test_a_condition_that_never_comes_about_has_no_difference() -> None:
    text = f"""{HEAD}unknowns: {{p: {{label: P, uniform: [0.4, 0.6]}}}}
moves: [{{event: rain, chance: p}}, {{event: flood, chance: 0.5, when: rain == yes, judgement: assumed}}]
outcomes: {{flood: {{label: Flood, happens: flood == yes, given: rain == yes}}}}
assumptions: {{dry: {{label: Dry, set: {{unknowns.p: 0}}}}}}
"""
    found = compare(text, "dry", draws=64)
    assert row(found, "flood").estimates[1] is None
    assert row(found, "flood").differences[1] is None
    assert found.explained["dry"].shares["flood"] is None


def test_no_hits_on_either_side_leave_a_difference_open() -> None:
    text = f"""{HEAD}unknowns: {{p: {{label: P, uniform: [0, 1]}}, q: {{label: Q, uniform: [0, 1]}}}}
outcomes: {{rare: {{label: Rare, happens: p > 0.99999}}}}
assumptions: {{other: {{label: Other, set: {{unknowns.q: 1}}}}, same: {{label: Same}}}}
"""
    found = compare(text, "base", "other", "same", draws=256)
    _, other, same = row(found, "rare").differences
    assert other is not None
    assert other.value == 0
    assert 0 < other.high < 0.05
    assert same == Estimate(0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sets": ["al"]}, "'al' is no assumption set"),
        ({"sets": ["all", "all"]}, "'all' is given twice"),
        ({"sets": ["base"]}, "base alone"),
        ({"sets": ["all", "one"], "what": "words"}, "--words takes one assumption set, not 2"),
        ({"sets": ["all", "one"], "what": "precision"}, "--precision-sweep takes one assumption set"),
        ({"sets": [], "what": "words"}, "nothing that counts takes its words"),
        ({"sets": ["all"], "outcomes": ["totl"]}, "'totl' is no outcome"),
    ],
)
def test_bad_requests(arguments: dict[str, object], message: str) -> None:
    sets = arguments.pop("sets")
    assert isinstance(sets, list)
    with pytest.raises(UsageError, match=message):
        compare(SUMS, *sets, **arguments)


def test_files_without_a_common_outcome() -> None:
    other = f"{HEAD}unknowns: {{a: {{label: A, value: 1}}}}\noutcomes: {{elsewhere: {{label: E, quantity: a}}}}\n"
    with pytest.raises(UsageError, match="no outcome of the same name"):
        api.compare([(api.loads(SUMS, "a"), []), (api.loads(other, "b"), [])], options=api.Options(draws=64))


def test_a_set_whose_numbers_are_impossible_is_an_error_with_its_place() -> None:
    text = SUMS.replace("moves.rain.chance: 1", "moves.rain.chance: 1 + unknowns").replace("+ unknowns", "+ a")
    with pytest.raises(ScenarioError, match="no chance"):
        compare(text, "other", draws=64)


def test_rounding_is_no_difference_and_a_small_one_is() -> None:
    """Sums in another order differ in the last bits; what a figure cancels to is not its size."""
    parts = np.linspace(-1, 1, 16) * 0.02
    first = Linear(np.array(0.5), parts)
    assert paired(first, Linear(np.array(0.5 + 1e-15), parts + 1e-17)) == Estimate(0.0, 0.0, 0.0, 0.0)
    cancelled = Linear(np.array(3e-17), parts)
    assert paired(Linear(np.array(0.0), parts), cancelled) == Estimate(0.0, 0.0, 0.0, 0.0)
    small = paired(first, Linear(np.array(0.5 + 1e-10), parts))
    assert small is not None
    assert small.value == pytest.approx(1e-10)
    tiny = paired(Linear(np.array(1e-200), np.zeros(16)), Linear(np.array(3e-200), np.zeros(16)))
    assert tiny is not None
    assert tiny.value == pytest.approx(2e-200, abs=0)
