"""What it would be worth to know, as text, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from engine import api
from engine.analysis.information.information import Information
from engine.api.settings import Options
from engine.report.export import json_text
from engine.report.information import information_text
from engine.report.informed import HEADER, information_record, information_table
from engine.report.terminal import Screen, width
from engine.report.text import Ran

HARM = """
engine: 1
title: "Who knows \\e[31mloses\\u202e"
as_of: 2026-01-01
horizon: 2026-02-01
actors:
  first: {name: The first, reasoning: best reply}
  second: {name: The second, reasoning: best reply}
unknowns:
  p: {label: Share of red cards, uniform: [0.4, 0.6]}
  luck: {label: Luck, uniform: [0, 2], known: false}
moves:
  - {event: card, values: [red, black], chance: {red: p, black: rest}, secret: true}
  - {event: noise, chance: 0.5}
  - {decision: says, actor: first, options: [red, black], knows: []}
  - {decision: answers, actor: second, options: [red, black], knows: [says]}
quantities:
  one: (says == red) == (card == red)
  two: (answers == red) == (card == red)
payoffs:
  first: [{term: prize, value: 2 * (one and two) + 6 * (one and not two)}, {term: luck, value: luck}]
  second: [{term: prize, value: 2 * (one and two) + 6 * (two and not one)}]
outcomes: {right: {label: The first is right, happens: one}}
"""
RAN = Ran("cards.yaml", 1.0)


@pytest.fixture(scope="module")
def found() -> Information:
    return api.voi(api.loads(HARM), options=Options(draws=512, threads=1))


def told(found: Information, screen: Screen | None = None) -> str:
    return information_text(found, RAN, screen or Screen())


def test_harm_is_marked_with_its_reason(found: Information) -> None:
    text = " ".join(told(found).split())
    assert re.search(r"card \(once it has happened\) -1\.3\d+ ±0\.\d+ -", text)
    assert re.search(r"worse off: at “answers” The second chooses otherwise in .*; that costs The first 4;", text)
    assert "known in secret, with the others not reckoning with it, it would be worth +2.7" in text
    assert text.endswith("Next: engine voi cards.yaml --secret if nobody knew that it is known")


def test_what_is_idle_and_what_all_know_is_said_once(found: Information) -> None:
    text = " ".join(told(found).split())
    assert "would change nothing: noise, Luck" in text
    assert "learn Share of red cards" in text
    assert "Left out: 1 unknown that all actors know already" in text


@pytest.mark.parametrize("cells", [60, 80, 120])
@pytest.mark.parametrize("unicode", [True, False])
def test_every_line_fits_and_nothing_steers_the_terminal(found: Information, cells: int, unicode: bool) -> None:
    text = told(found, Screen(cells, False, unicode))
    assert max(map(width, text.splitlines())) <= cells
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert unicode or text.isascii()


def test_the_record_holds_every_figure_and_is_json(found: Information) -> None:
    record = json.loads(json_text(information_record(found, "1")))
    assert record["command"] == "voi"
    both = record["outcomes"]["right"]
    parts = [both[name]["value"] for name in ("forecast", "unknown", "chance")]
    # the Brier score of the mean splits into what we do not know and chance
    assert parts[1] + parts[2] == pytest.approx(parts[0] * (1 - parts[0]), abs=1e-6)
    assert set(both["learn"]) == {"p", "luck"}
    (card,) = record["actors"]["first"]["knowing"]
    assert card["moves"] == ["card"]
    assert card["value"]["value"] == pytest.approx(card["secret"]["value"] + card["reaction"]["value"])
    assert card["reactions"][0]["decision"] == "answers"


def test_the_table_has_one_row_for_each_figure(found: Information) -> None:
    header, *rows = csv.reader(io.StringIO(information_table(found)))
    assert header == HEADER
    assert all(len(row) == len(HEADER) for row in rows)
    keys = [tuple(row[:7]) for row in rows]
    assert len(set(keys)) == len(keys)
    assert ("base", "first", "payoff", "move", "card", "", "value") in keys


MONEY = """
engine: 1
title: Money
actors: {a: {name: A, precision: 1}}
unknowns: {h: {label: H, uniform: [-1, 1], known: false}}
moves: [{decision: buys, actor: a, options: [no, yes], knows: []}]
payoffs: {a: [{term: t, value: "SCALE * h * (buys == yes)"}]}
outcomes: {money: {label: Money, quantity: "SCALE * h"}}
"""


@pytest.mark.parametrize(("scale", "power"), [("1e10", "e9"), ("1e-12", "e-13")])
def test_figures_of_any_size_have_few_digits(scale: str, power: str) -> None:
    """The mean of |h| is 1/2, so money moves by half of its scale."""
    text = told(api.voi(api.loads(MONEY.replace("SCALE", scale)), options=Options(draws=1_024, threads=1)))
    assert re.search(rf"learn  H +(4\.9\d?|5(\.0\d?)?){power} .*100%", text), text
