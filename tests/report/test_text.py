from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import api
from engine.analysis.running.summary import Result
from engine.report import export, overview
from engine.report.terminal import Screen, width
from engine.report.text import Ran, result_text, warnings_text

SCENARIO = """
engine: 1
title: Will it rain?
as_of: 2024-01-01
horizon: 2024-02-01
words: icd_203
actors: {me: {name: A walker, precision: 2}}
unknowns:
  p_rain: {label: chance of rain, uniform: [0.1, 0.9]}
moves:
  - {event: rain, chance: p_rain}
  - {decision: take, actor: me, options: {leave: 0, carry: 3}}
payoffs:
  me:
    - {term: getting wet, value: "-10 * rain * (take == leave)"}
    - {term: burden, value: "-1 * take"}
outcomes:
  wet: {label: The walker gets wet, happens: rain == yes and take == leave}
  impossible: {label: Rain without rain, happens: rain == yes and rain == no}
  never: {label: Given nothing, happens: rain == yes, given: rain == yes and rain == no}
  takes: {label: What the walker takes, choice: take}
  load: {label: The load, quantity: take, unit: kg}
statements:
  low: {about: wet, by: A pessimist, value: 99%}
  high: {about: wet, phrase: remote, by: An optimist}
  right: {about: wet, uniform: [0, 1], by: Somebody vague}
assumptions:
  dry: {label: The sun shines, set: {unknowns.p_rain: {value: 1%}}}
  trusting: {label: The optimist is right, believe: [high]}
references: [{about: wet, by: A market, probability: 20%}]
"""
RAN = Ran("rain.yaml", 0.5)


@pytest.fixture(scope="module")
def result() -> Result:
    return api.run(api.loads(SCENARIO), options=api.options(draws=256))


def text(result: Result, screen: Screen | None = None) -> str:
    return result_text(result, RAN, screen or Screen())


def row(shown: str, label: str) -> str:
    return next(line for line in shown.splitlines() if line.strip().startswith(label))


def test_each_outcome_has_its_chance(result: Result) -> None:
    shown = text(result)
    chance = result.outcomes["wet"].estimate
    assert chance is not None
    assert f"{100 * chance.value:.1f}%" in row(shown, "The walker gets wet")
    for option in ("leave", "carry"):
        assert f"{100 * result.outcomes['takes'].shares[option].value:.1f}%" in row(shown, option)


def test_what_no_draw_has_hit_is_not_called_impossible() -> None:
    """A chance of rain above 89.99 % is one draw in 8,000."""
    seldom = SCENARIO.replace("happens: rain == yes and rain == no}", "happens: p_rain > 0.8999}")
    shown = text(api.run(api.loads(seldom), options=api.options(draws=256)))
    assert "<1.2%" in row(shown, "Rain without rain")  # 3 / 256
    assert "never" not in row(shown, "Rain without rain")


def test_what_the_model_leaves_no_way_to_is_never(result: Result) -> None:
    assert row(text(result), "Rain without rain").split()[3:] == ["0%", "(never)"]
    assert "the model leaves no way to it" in text(result)
    assert "never holds" in row(text(result), "Given nothing")
    record = export.result_record(result, "0")["outcomes"]
    assert record["impossible"]["never"] is True
    assert record["impossible"]["mc_interval"] == [0, 0]
    assert "never" not in record["wet"]


def test_a_quantity_has_its_quantiles_and_mean(result: Result) -> None:
    load = result.outcomes["load"]
    assert load.quantiles is not None
    assert load.estimate is not None
    figures = row(text(result), "The load (kg)").split()[3:7]
    assert [float(figure) for figure in figures] == pytest.approx(
        [load.quantiles[0.05], load.quantiles[0.5], load.quantiles[0.95], load.estimate.value], rel=6e-3
    )


def test_statements_are_compared_with_the_engine(result: Result) -> None:
    shown = text(result)
    assert row(shown, "A pessimist").endswith("engine is lower")
    assert row(shown, "An optimist, read as “remote”").endswith("engine is higher")
    assert row(shown, "Somebody vague").endswith("fits")
    assert "20%" in row(shown, "A market")


def test_it_says_what_it_ran(result: Result) -> None:
    head = text(result).splitlines()
    assert head[0].startswith("Will it rain?")
    assert head[0].endswith("1 Jan 2024 → 1 Feb 2024")
    assert "assumptions base · 256 draws · seed 1 · sobol · 0.5 s" in head[1]


def test_the_reason_names_the_term_and_what_it_makes(result: Result) -> None:
    assert result.reason is not None
    shown = " ".join(text(result).split())
    assert f"without A walker's “{result.reason.term}”" in shown
    difference = 100 * result.reason.difference.value
    assert f"would be {abs(difference):.1f} points {'higher' if difference > 0 else 'lower'} (sampling error" in shown


def test_the_words_are_plain(result: Result) -> None:
    shown = text(result).lower()
    assert "what we don't know" in shown
    assert "epistemic" not in shown
    assert "aleatory" not in shown


def test_the_next_command_exists(result: Result) -> None:
    assert text(result).splitlines()[-1].startswith("Next: engine run rain.yaml --assume dry")
    other = api.run(api.loads(SCENARIO), "dry", options=api.options(draws=16))
    assert "--assume trusting" in text(other).splitlines()[-1]
    assert "Next" not in result_text(result, Ran("-", 0.1), Screen())


def test_with_nothing_unknown_the_figures_are_exact() -> None:
    lines = [line for line in SCENARIO.splitlines() if not line.startswith(("unknowns:", "  p_rain:", "  dry:"))]
    shown = text(api.run(api.loads("\n".join(lines).replace("chance: p_rain", "chance: 0.5"))))
    assert "exact: nothing is unknown" in shown
    assert "Sampling error" not in shown
    assert "Why: " in shown
    assert "smaller sample" not in shown
    assert row(shown, "Rain without rain").split()[-2:] == ["0%", "(never)"]


def test_believed_statements_are_marked() -> None:
    trusting = api.run(api.loads(SCENARIO), "trusting", options=api.options(draws=1024))
    shown = text(trusting)
    assert row(shown, "An optimist").endswith("believed, fits")
    assert "effective sample" in shown
    assert "too few" not in shown


def test_believing_what_no_draw_reaches_does_not_make_it_fit() -> None:
    """Whoever leaves the umbrella at home although rain is likely is rare: wet stays below 30 % in every draw."""
    far = SCENARIO.replace("high: {about: wet, phrase: remote", "high: {about: wet, normal: {mean: 60%, sd: 15%}")
    shown = text(api.run(api.loads(far), "trusting", options=api.options(draws=1024)))
    assert row(shown, "An optimist").endswith("believed; engine is lower")


def test_too_few_effective_draws_are_named_in_the_result_and_in_csv() -> None:
    """Of 64 draws no more than 64 are effective."""
    trusting = api.run(api.loads(SCENARIO), "trusting", options=api.options(draws=64))
    assert "too few" in text(trusting)
    rows = list(csv.DictReader(io.StringIO(export.csv_text(trusting))))
    sizes = [float(row["value"]) for row in rows if row["figure"] == "effective sample size"]
    assert sizes == [trusting.effective]
    assert 0 < sizes[0] <= 64


def test_no_escape_sequences_without_colour_and_some_with(result: Result) -> None:
    assert "\033" not in text(result)
    assert "\033[1m" in text(result, Screen(colour=True))


def test_ascii_only_where_the_stream_takes_nothing_else(result: Result) -> None:
    assert text(result, Screen(unicode=False)).isascii()


ODD = st.text(min_size=1, max_size=300) | st.sampled_from(
    [
        "ベラルーシ" * 30,
        "👩\u200d🚀" * 40,
        "x" * 500,
        "\x1b[31mred",
        "a\u0301" * 90,
        "\u202e" * 5 + "evil",
        "word " * 60,
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_line_is_wider_than_the_screen_and_no_label_steers_it(result: Result, data: st.DataObject) -> None:
    screen = Screen(data.draw(st.sampled_from([60, 80, 120])), False, data.draw(st.booleans()))
    odd = odd_result(result, lambda: data.draw(ODD))
    shown = text(odd, screen) + warnings_text([data.draw(ODD)], screen)
    for line in shown.splitlines():
        assert width(line) <= screen.width
        assert line == line.rstrip()
    assert not any((ord(character) < 32 and character != "\n") or 0x7F <= ord(character) < 0xA0 for character in shown)
    assert "\u202e" not in shown


def odd_result(result: Result, draw: Callable[[], str]) -> Result:
    """The result with every text of the scenario replaced."""
    outcomes = {name: replace(item, label=draw(), unit=draw()) for name, item in result.outcomes.items()}
    statements = {name: replace(item, said=draw()) for name, item in result.statements.items()}
    old = result.scenario
    scenario = old.model_copy(
        update={
            "title": draw(),
            "question": draw(),
            "statements": {name: item.model_copy(update={"by": draw()}) for name, item in old.statements.items()},
            "references": tuple(item.model_copy(update={"by": draw(), "note": draw()}) for item in old.references),
            "actors": {name: item.model_copy(update={"name": draw()}) for name, item in old.actors.items()},
        }
    )
    return replace(
        result,
        outcomes=outcomes,
        statements=statements,
        scenario=scenario,
        label=draw(),
        overrides={"unknowns.p_rain": draw()},
    )


def test_overview_and_claims_fit_the_screen() -> None:
    loaded = api.loads(SCENARIO.replace("The walker gets wet", "wet " * 100).replace("A walker", "ベ" * 100))
    for screen in (Screen(60), Screen(80, unicode=False), Screen(120)):
        shown = overview.outline_text(api.outline(loaded), loaded.scenario, "rain.yaml", screen)
        shown += overview.provenance_text(api.provenance(loaded), screen)
        assert max(map(width, shown.splitlines())) <= screen.width


def test_json_cannot_steer_a_terminal_and_loses_nothing(result: Result) -> None:
    evil = "a\u009b31m\u202eb\x7f é"
    odd = odd_result(result, lambda: evil)
    shown = export.json_text(export.result_record(odd, "0"))
    assert not any((ord(character) < 32 and character != "\n") or 0x7F <= ord(character) < 0xA0 for character in shown)
    assert "\u202e" not in shown
    assert "é" in shown
    assert json.loads(shown)["scenario"]["title"] == evil


def test_csv_is_no_formula_and_no_command(result: Result) -> None:
    odd = replace(result, outcomes={"wet": replace(result.outcomes["wet"], label="\x1b=1+1")})
    rows = list(csv.DictReader(io.StringIO(export.csv_text(odd))))
    assert {row["label"] for row in rows} == {"'=1+1"}
    assert rows[0]["figure"] == "probability"
    assert {"assumptions", "outcome", "kind", "value", "mc_error", "low", "high"} <= set(rows[0])
