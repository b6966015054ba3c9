"""What the texts of the commands that compare assumptions have in common."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

import pytest

from engine import api
from engine.report.comparison import comparison_text
from engine.report.discovery import discovery_text
from engine.report.information import information_text
from engine.report.progress import Progress
from engine.report.reconciliation import reconciliation_text
from engine.report.sensitivity import sensitivity_text
from engine.report.terminal import Screen, width
from engine.report.text import Ran

SETS: Final = "\n".join(f"  s{i}: {{label: Set {i}, set: {{unknowns.p.uniform: [0.{i}, 1]}}}}" for i in range(1, 9))
OTHERS: Final = "\n".join(f"  o{i}: {{label: The load of lorry {i}, quantity: p + {i}, unit: t}}" for i in range(6))
TEXT: Final = f"""
engine: 1
title: Loads
actors: {{me: {{name: Me, precision: 2}}}}
unknowns:
  p: {{label: Chance of rain, uniform: [0, 1]}}
  q: {{label: Chance of thunder, uniform: [0, 0.1]}}
moves:
  - {{event: rain, chance: p}}
  - {{event: thunder, chance: q}}
  - {{decision: go, actor: me, options: [stay, leave], knows: []}}
payoffs: {{me: [{{term: dry, value: 5 * (go == stay) + 10 * (go == leave and rain == no)}}]}}
outcomes:
  wet: {{label: I get wet, happens: rain == yes and go == leave}}
{OTHERS}
statements: {{me: {{about: wet, by: A friend, between: [10%, 40%]}}}}
assumptions:
{SETS}
"""
Texts = Mapping[str, Callable[[Ran, Screen], str]]


@pytest.fixture(scope="module")
def texts() -> Texts:
    loaded, options = api.loads(TEXT), api.Options(draws=256, threads=1)
    compared = api.compare([(loaded, [])], options=options)
    hangs = api.sensitivity(loaded, options=options)
    discovered = api.discover(loaded, "wet > 30%", options=options)
    reconciled = api.reconcile(loaded, options=options)
    informed = api.voi(loaded, options=options)
    return {
        "compare": lambda ran, screen: comparison_text(compared, ran, screen),
        "sensitivity": lambda ran, screen: sensitivity_text(hangs, (), ran, screen),
        "discover": lambda ran, screen: discovery_text(discovered, ran, screen),
        "reconcile": lambda ran, screen: reconciliation_text(reconciled, ran, screen),
        "voi": lambda ran, screen: information_text(informed, ran, screen),
    }


COMMANDS: Final = ("compare", "sensitivity", "discover", "reconcile", "voi")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("cells", [60, 80, 120])
def test_every_text_begins_with_the_title_and_ends_with_notes_and_what_to_ask_next(
    texts: Texts, command: str, cells: int
) -> None:
    *blocks, notes, last = texts[command](Ran("a.yaml", 1.0), Screen(cells)).rstrip("\n").split("\n\n")
    assert blocks[0].startswith("Loads\n")
    assert re.search(r"256 draws\b.*seed 1", " ".join(blocks[0].split()))
    assert re.fullmatch(r"Next: engine [^\n]+", last)
    assert re.match(r"[A-Z][a-z ,]+: ", notes)
    for line in notes.splitlines():
        assert re.match(r"[A-Z][A-Za-z, ]+: | {4,}\S", line)
    assert max(width(line) for block in (*blocks, notes) for line in block.splitlines()) <= cells


@pytest.mark.parametrize("command", COMMANDS)
def test_no_text_has_a_zero_with_a_sign_or_a_star(texts: Texts, command: str) -> None:
    text = texts[command](Ran("a.yaml", 1.0), Screen(80))
    assert not re.search(r"[-+]0(\.0+)?(?![\d.])", text)
    assert "*" not in text
    assert "nan" not in text.split()


@pytest.mark.parametrize("command", COMMANDS)
def test_what_came_from_stdin_cannot_be_asked_again(texts: Texts, command: str) -> None:
    assert "Next:" not in texts[command](Ran("-", 1.0), Screen(80))


def test_many_sets_have_a_row_each_for_the_outcome_and_one_block_for_what_they_change(texts: Texts) -> None:
    text = texts["compare"](Ran("a.yaml", 1.0), Screen(80))
    for place in range(1, 9):
        assert len(re.findall(rf"^  s{place}  +Set {place} .*%  ", text, re.MULTILINE)) == 1
        assert len(re.findall(rf"^  s{place}  +Chance of rain .* line \d+$", text, re.MULTILINE)) == 1
    assert text.count("Where a single change makes all of the difference") == 1
    assert "Left out: " in text


def test_what_matters_least_is_only_counted(texts: Texts) -> None:
    """Thunder does nothing to whether I get wet."""
    text = texts["sensitivity"](Ran("a.yaml", 1.0), Screen(80))
    assert "Chance of rain " in text
    assert "Chance of thunder" not in text


def test_a_search_says_how_many_points_it_tried() -> None:
    told: list[tuple[int, int]] = []
    text = TEXT.replace("[10%, 40%]", "[95%, 99%]")
    api.reconcile(api.loads(text), options=api.Options(draws=256, threads=1), progress=lambda *one: told.append(one))
    draws = [done for done, total in told if total]
    tried = [done for done, total in told if not total]
    assert draws == sorted(draws)
    assert draws[-1] == 256
    assert tried == sorted(tried)
    assert tried


def test_progress_is_told_in_the_unit_of_the_work() -> None:
    assert Progress(quiet=True)._said(10, 40) == "10 of 40 draws"
    assert Progress(quiet=True, unit="")._said(10, 40) == "25%"
    assert Progress(quiet=True)._said(1_000, 0) == "searching, 1,000 points tried"
