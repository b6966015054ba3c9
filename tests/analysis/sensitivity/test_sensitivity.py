"""Shares of the variance of models whose shares have closed forms, through the language of scenarios."""

from __future__ import annotations

from dataclasses import replace
from math import asin, pi, prod

import numpy as np
import pytest

from engine import api
from engine.analysis.sensitivity.sensitivity_records import (
    CHANCE,
    RULE,
    TOGETHER,
    WORDS,
    FigureSensitivity,
    Sensitivity,
)
from engine.errors import UsageError
from engine.report.sensitivities import sensitivity_csv, sensitivity_record

OPTIONS = api.Options(draws=1_024)


def found(text: str, draws: int = 1_024, shapley: bool = False, outcomes: tuple[str, ...] = ()) -> Sensitivity:
    options = replace(OPTIONS, draws=draws)
    return api.sensitivity(api.loads(text), outcomes=outcomes, options=options, shapley=shapley).found


def only(text: str, draws: int = 1_024, shapley: bool = False) -> FigureSensitivity:
    (figure,) = found(text, draws, shapley).figures
    return figure


def model(formula: str, unknowns: dict[str, str], more: str = "") -> str:
    listed = "".join(f"  {name}: {{label: {name}, {item}, judgement: x}}\n" for name, item in unknowns.items())
    return f"""
engine: 1
title: A model
unknowns:
{listed}outcomes: {{y: {{label: y, quantity: "{formula}", judgement: x}}}}
{more}
"""


def indices(figure: FigureSensitivity) -> tuple[list[float], list[float]]:
    return [one.alone.value for one in figure.effects], [one.overall.value for one in figure.effects]


def shares(figure: FigureSensitivity) -> dict[str, float]:
    return {share.name or share.kind: share.share.value for share in figure.split}


def test_ishigami() -> None:
    """Ishigami & Homma (1990), a = 7, b = 0.1. The sine of a uniform angle has the arcsine law, and the indices hang on
    the laws of sin x1, sin x2 and x3 alone: V = a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2."""
    sine = "scipy: {name: arcsine, args: {loc: -1, scale: 2}}"
    formula = "sine1 + 7 * sine2 ** 2 + 0.1 * x3 ** 4 * sine1"
    text = model(formula, {"sine1": sine, "sine2": sine, "x3": f"uniform: [{-pi}, {pi}]"})
    whole = 49 / 8 + 0.1 * pi**4 / 5 + 0.01 * pi**8 / 18 + 0.5
    first, second = 0.5 * (1 + 0.1 * pi**4 / 5) ** 2 / whole, 49 / 8 / whole
    third = 0.01 * pi**8 * (1 / 18 - 1 / 50) / whole
    alone, overall = indices(only(text, 2**14))
    np.testing.assert_allclose(alone, [first, second, 0], atol=0.01)
    np.testing.assert_allclose(overall, [first + third, second, third], atol=0.01)


def test_the_g_function_of_sobol() -> None:
    """Saltelli & Sobol' (1995): V_i = 1 / (3 (1 + a_i)^2), V = prod (1 + V_i) - 1."""
    a = [0.0, 1.0, 4.5, 9.0, 99.0]
    factors = [f"(abs(4 * u{i} - 2) + {value}) / (1 + {value})" for i, value in enumerate(a)]
    text = model(" * ".join(factors), {f"u{i}": "uniform: [0, 1]" for i in range(len(a))})
    parts = [1 / (3 * (1 + value) ** 2) for value in a]
    whole = prod(1 + part for part in parts) - 1
    alone, overall = indices(only(text, 2**14))
    np.testing.assert_allclose(alone, np.array(parts) / whole, atol=0.01)
    total = [part * prod(1 + other for other in parts[:i] + parts[i + 1 :]) / whole for i, part in enumerate(parts)]
    np.testing.assert_allclose(overall, total, atol=0.01)


def test_a_product_of_centred_inputs_is_all_interaction() -> None:
    figure = only(model("a * b", {"a": "uniform: [-1, 1]", "b": "normal: {mean: 0, sd: 1}"}), 2**13, shapley=True)
    alone, overall = indices(figure)
    np.testing.assert_allclose(alone, 0, atol=0.02)
    np.testing.assert_allclose(overall, 1, atol=0.02)
    assert shares(figure)[TOGETHER] == pytest.approx(1, abs=0.03)
    assert [one.shapley.value for one in figure.effects if one.shapley] == pytest.approx([0.5, 0.5], abs=0.03)


def test_independent_effects_lie_between_alone_and_with_others() -> None:
    """Owen (2014): a Shapley effect lies between the first-order and the total index."""
    text = model("a + b * c + (a > 0) * c", dict.fromkeys("abc", "uniform: [-1, 1]"))
    figure = only(text, 2**13, shapley=True)
    for one in figure.effects:
        assert one.shapley is not None
        slack = 2 * (one.alone.error + one.overall.error + one.shapley.error)
        assert one.alone.value - slack <= one.shapley.value <= one.overall.value + slack
    assert sum(one.shapley.value for one in figure.effects if one.shapley) == pytest.approx(1, abs=1e-12)


def rank(correlation: float) -> float:
    """Spearman's, of a normal correlation (Pearson 1907)."""
    return 6 / pi * asin(correlation / 2)


@pytest.mark.parametrize("correlation", [-0.7, 0.3, 0.9])
def test_two_correlated_normal_inputs_of_a_sum(correlation: float) -> None:
    """Owen & Prieur (2017); the indices are Var(E[y | x1]) and E[Var(y | x2)]. y = x1 + 2 x2, both of variance 1."""
    pair = f"correlated: [{{unknowns: [a, b], rank: {rank(correlation)}, judgement: x}}]"
    figure = only(model("a + 2 * b", dict.fromkeys("ab", "normal: {mean: 0, sd: 1}"), pair), 2**13)
    whole = 5 + 4 * correlation
    effect = 1 * (1 - correlation**2 / 2) + 2 * correlation + 4 * correlation**2 / 2
    one, other = figure.effects
    assert one.shapley is not None
    assert other.shapley is not None
    assert one.shapley.value == pytest.approx(effect / whole, abs=0.02)
    assert other.shapley.value == pytest.approx(1 - effect / whole, abs=0.02)
    assert one.alone.value == pytest.approx((1 + 2 * correlation) ** 2 / whole, abs=0.02)
    assert other.overall.value == pytest.approx(4 * (1 - correlation**2) / whole, abs=0.02)
    assert figure.unknown.value == pytest.approx(whole, rel=0.01)


def test_three_normal_inputs_two_of_which_are_correlated() -> None:
    """Iooss & Prieur (2019): x1 is independent, y = x1 + x2 + 3 x3."""
    rho = 0.6
    pair = f"correlated: [{{unknowns: [b, c], rank: {rank(rho)}, judgement: x}}]"
    figure = only(model("a + b + 3 * c", dict.fromkeys("abc", "normal: {mean: 0, sd: 1}"), pair), 2**13)
    whole = 11 + 6 * rho
    b = 1 + 3 * rho + rho**2 / 2 * (9 - 1)
    effects = [one.shapley.value for one in figure.effects if one.shapley]
    np.testing.assert_allclose(effects, [1 / whole, b / whole, (whole - 1 - b) / whole], atol=0.02)
    assert figure.effects[0].alone.value == pytest.approx(1 / whole, abs=0.02)
    assert figure.effects[0].overall.value == pytest.approx(1 / whole, abs=0.02)
    assert TOGETHER not in shares(figure)
    assert sum(shares(figure).values()) == pytest.approx(1, abs=1e-12)


EVENT = """
engine: 1
title: An event
unknowns:
  a: {label: a, uniform: [0, 1], judgement: x}
  b: {label: b, uniform: [0, 1], judgement: x}
  idle: {label: idle, uniform: [0, 1], judgement: x}
  known: {label: known, value: 2, judgement: x}
moves:
  - {event: gate, chance: (1 + a) / 3, judgement: x}
  - {event: hit, chance: a * b}
  - {event: coin, chance: 0.5, judgement: x}
outcomes:
  coin: {label: coin, happens: coin == yes}
  hit: {label: hit, happens: hit == yes}
  hit_if_gate: {label: hit if gate, happens: hit == yes, given: gate == yes}
  nothing: {label: nothing, happens: gate == no and gate == yes}
  never: {label: never, happens: hit == yes, given: gate == no and gate == yes}
"""


def test_chance_and_what_we_do_not_know_make_up_the_variance_of_an_event() -> None:
    """p (1 - p), to the last digit; E a b = 1/4, Var a b = 7/144, and of that a alone has Var(a / 2) = 1/48."""
    figures = {one.figure.outcome: one for one in found(EVENT, 2**12).figures}
    for one in (figures["hit"], figures["hit_if_gate"]):
        assert one.value is not None
        assert one.unknown.value + one.chance.value == pytest.approx(one.value.value * (1 - one.value.value), abs=1e-14)
        assert sum(shares(one).values()) == pytest.approx(1, abs=1e-12)
    hit = figures["hit"]
    assert hit.value is not None
    assert hit.value.value == pytest.approx(0.25, abs=0.002)
    assert hit.unknown.value == pytest.approx(7 / 144, abs=0.002)
    assert indices(hit)[0] == pytest.approx([3 / 7, 3 / 7], abs=0.02)
    assert indices(hit)[1] == pytest.approx([4 / 7, 4 / 7], abs=0.02)
    assert shares(hit)[CHANCE] == pytest.approx((1 / 4 - 1 / 9) / (3 / 16), abs=0.01)


def test_a_conditional_event_is_weighted_by_its_condition() -> None:
    """The figure is E[a b (1 + a)] / E[1 + a] = (1/4 + 1/6) / (3/2); at a = 0.95 it is 0.95 / 2 whatever the gate, and
    shares are those of (a b - p) (1 + a) / (3/2)."""
    figures = {one.figure.outcome: one for one in found(EVENT, 2**12).figures}
    figure = figures["hit_if_gate"]
    p = (1 / 4 + 1 / 6) / (3 / 2)
    assert figure.value is not None
    assert figure.value.value == pytest.approx(p, abs=0.002)
    assert figure.effects[0].ends[1].value.value == pytest.approx(0.475, abs=0.003)
    grid = np.polynomial.legendre.leggauss(12)
    x, weight = (grid[0] + 1) / 2, grid[1] / 2
    g = (x[:, None] * x[None, :] - p) * (1 + x[:, None]) / 1.5
    whole = weight @ g**2 @ weight
    alone = [weight @ (g @ weight) ** 2 / whole, weight @ (weight @ g) ** 2 / whole]
    assert indices(figure)[0] == pytest.approx(alone, abs=0.02)
    assert indices(figure)[1] == pytest.approx([1 - alone[1], 1 - alone[0]], abs=0.02)


def test_what_cannot_matter_is_not_varied() -> None:
    result = found(EVENT)
    assert result.varied == ("a", "b")
    assert result.idle == ("idle", "known")
    assert result.runs == 1_024 * (2 + 2 + 2 * 2)
    figures = {one.figure.outcome: one for one in result.figures}
    assert [one.name for one in figures["hit"].effects] == ["a", "b"]
    assert figures["nothing"].split == ()
    assert shares(figures["coin"]) == {CHANCE: 1.0}
    assert figures["never"].value is None


def test_ends() -> None:
    """y = a + b^2 with a from 0 to 10 and b from 0 to 1: at its 5 and 95 % a is 0.5 and 9.5, b 0.05 and 0.95."""
    figure = only(model("a + b ** 2", {"a": "uniform: [0, 10]", "b": "uniform: [0, 1]"}))
    ends = [(end.at, end.value.value, end.difference.value) for one in figure.effects for end in one.ends]
    expected = [(0.5, 0.5 + 1 / 3, -4.5), (9.5, 9.5 + 1 / 3, 4.5)]
    expected += [(0.05, 5 + 0.0025, 0.0025 - 1 / 3), (0.95, 5 + 0.9025, 0.9025 - 1 / 3)]
    np.testing.assert_allclose(ends, expected, atol=0.02)


def test_at_an_end_what_is_correlated_follows() -> None:
    """y is b alone; E[b | a at its 95 %] = rho times the 95 % point of a normal number."""
    pair = f"correlated: [{{unknowns: [a, b], rank: {rank(0.5)}, judgement: x}}]"
    figure = only(model("b", dict.fromkeys("ab", "normal: {mean: 0, sd: 1}"), pair))
    assert figure.effects[0].ends[1].value.value == pytest.approx(0.5 * 1.6449, abs=0.02)
    assert figure.effects[0].alone.value == pytest.approx(0.25, abs=0.03)
    assert figure.effects[0].overall.value == pytest.approx(0, abs=1e-20)


WORDED = """
engine: 1
title: Words
words: icd_203
unknowns:
  p: {label: p, phrase: {icd_203: unlikely, uk_phia: unlikely, nato: unlikely}, judgement: x}
moves: [{event: hit, chance: p}]
outcomes: {hit: {label: hit, happens: hit == yes}}
"""


def test_the_choice_of_standard_is_one_more_unknown() -> None:
    """Each standard gives p a mean; the variance of these three is what words alone are worth, of m (1 - m) in all."""
    result = found(WORDED, 2**12)
    assert result.standards == ("icd_203", "uk_phia", "nato")
    assert set(result.lacking) >= {"kent_1964", "efsa_2019"}
    (figure,) = result.figures
    means = []
    for standard in result.standards:
        text = WORDED.replace("words: icd_203", f"words: {standard}")
        run = api.run(api.loads(text), options=api.Options(draws=2**14, reason=False, equilibria=False))
        estimate = run.outcomes["hit"].estimate
        assert estimate is not None
        means.append(estimate.value)
    middle = float(np.mean(means))
    assert shares(figure)[WORDS] == pytest.approx(np.var(means) / (middle * (1 - middle)), abs=1e-4)
    assert figure.words is not None
    assert [one.value for one in figure.words.figures.values()] == pytest.approx(means, abs=1e-3)
    assert sum(shares(figure).values()) == pytest.approx(1, abs=1e-12)


def test_words_with_a_standard_of_their_own_have_no_line() -> None:
    (figure,) = found(WORDED.replace("judgement: x}", "standard: icd_203, judgement: x}", 1)).figures
    assert figure.words is None
    assert WORDS not in shares(figure)


RULED = """
engine: 1
title: A rule
actors:
  me: {name: Me, reasoning: {choice: day, rules: {lazy: habit, keen: best reply}}, habit: {go: {stay: 1, leave: 0}}}
unknowns:
  day: {label: Day, choice: {lazy: 25%, keen: rest}, judgement: x}
moves:
  - {decision: go, actor: me, options: [stay, leave], knows: []}
payoffs:
  me: [{term: best, value: go == leave}]
outcomes: {leaves: {label: leaves, happens: go == leave}}
"""


def test_a_rule_that_is_uncertain_has_its_own_line() -> None:
    """Whether I leave is settled by the rule: no chance, nothing else."""
    (figure,) = found(RULED).figures
    kinds = {share.kind: share.share.value for share in figure.split}
    assert kinds == pytest.approx({RULE: 1, CHANCE: 0}, abs=1e-9)
    (effect,) = figure.effects
    assert effect.rule
    assert [end.value.value for end in effect.ends] == pytest.approx([0, 1], abs=1e-9)


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_nothing(threads: int) -> None:
    loaded = api.loads(EVENT)
    one = api.sensitivity(loaded, options=replace(OPTIONS, threads=1), shapley=True).found
    other = api.sensitivity(loaded, options=replace(OPTIONS, threads=threads, processes=False), shapley=True).found
    assert one == other


def test_what_is_believed_is_left_out_and_said_so() -> None:
    text = EVENT + "statements: {s: {about: hit, uniform: [0, 0.1], judgement: x}}\n"
    text += "assumptions: {sure: {label: sure, believe: [s]}}\n"
    believing = api.sensitivity(api.loads(text), "sure", options=OPTIONS)
    assert believing.found == api.sensitivity(api.loads(text), options=OPTIONS).found
    assert any("'s'" in warning for warning in believing.warnings)


def test_bad_input() -> None:
    with pytest.raises(UsageError, match="'hot' is no outcome") as wrong:
        found(EVENT, outcomes=("hot",))
    assert "hit" in wrong.value.hint
    with pytest.raises(UsageError, match="nothing that is unknown"):
        found(EVENT, outcomes=("coin",))
    with pytest.raises(UsageError, match="runs, more than"):
        found(EVENT, draws=2**26)


UNREACHED = """
engine: 1
title: A condition that an unknown rules out at its low end
unknowns:
  x: {label: X, uniform: [0, 1], judgement: x}
  r: {label: R, uniform: [-0.5, 0.5], judgement: x}
moves:
  - {event: seen, chance: "max(r, 0)", judgement: x}
  - {event: hit, chance: x, judgement: x}
outcomes:
  hits: {label: Hits, happens: hit == yes, given: seen == yes, judgement: x}
"""


def test_there_is_no_figure_at_an_end_where_the_condition_never_comes_about() -> None:
    """Neither there nor in the record, and the other end is 1/2."""
    figure = only(UNREACHED)
    low, high = next(one for one in figure.effects if one.name == "r").ends
    assert (low.value, low.difference) == (None, None)
    assert high.value is not None
    assert high.value.value == pytest.approx(0.5, abs=0.02)
    result = api.sensitivity(api.loads(UNREACHED), options=OPTIONS)
    assert sensitivity_record(result, "0")["figures"][0]["unknowns"]["r"]["tornado"]["p05"]["figure"] is None
    assert ",-0.45,,,0.4" in sensitivity_csv(result)


def test_rounding_does_not_vary() -> None:
    """It hits in 7 of 10 cases whatever x and r are: the last digits of a ratio are no effect."""
    text = UNREACHED.replace("max(r, 0)", "(r + 0.5) * x").replace("chance: x,", "chance: 0.7,")
    figure = only(text, 64)
    assert figure.value is not None
    assert figure.value.value == pytest.approx(0.7)
    assert figure.unknown.value == 0
    assert [effect.overall.value for effect in figure.effects] == [0, 0]
