"""What `engine reconcile` prints."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from engine import api, cli
from engine.analysis.reconciliation.believing import LEVELS
from engine.analysis.reconciliation.reconciliation import Reconciliation
from engine.report.reconciliation import reconciliation_text
from engine.report.terminal import Screen, width
from engine.report.text import Ran

SCENARIO = """
engine: 1
title: Who is right?
unknowns:
  x: {label: An appetite that hardly anybody outside the trade has ever thought of, normal: {mean: 0, sd: 1}}
  share: {label: "Share \\e[31m of buyers", between: [5%, 60%]}
moves:
  - {event: rise, chance: logistic(x)}
  - {event: fall, chance: share * (1 - 0.5 * logistic(x))}
outcomes:
  rises: {label: Prices rise, happens: rise == yes}
  falls: {label: Sales fall, happens: fall == yes}
statements:
  bank: {about: rises, by: The bank, between: [60%, 80%]}
  union: {about: rises, by: "A union\\e[2J", between: [20%, 40%]}
  paper: {about: falls, by: The paper, phrase: almost certain, standard: icd_203}
references:
  - {about: rises, by: A model, probability: 55%}
"""


@pytest.fixture(scope="module")
def found() -> Reconciliation:
    return api.reconcile(api.loads(SCENARIO), options=api.Options(draws=1_024, threads=1))


@pytest.mark.parametrize("cells", [60, 80, 120])
@pytest.mark.parametrize("unicode", [True, False])
def test_lines_fit_the_screen_and_nothing_steers_it(found: Reconciliation, cells: int, unicode: bool) -> None:
    text = reconciliation_text(found, Ran("file.yaml", 1.0), Screen(cells, colour=False, unicode=unicode))
    lines = text.splitlines()
    assert max(map(width, lines[:-1])) <= cells  # the last one is a command, which is not broken
    assert "\x1b" not in text
    assert unicode or text.isascii()
    assert lines[-1].startswith("Next: engine discover file.yaml --outcome 'falls > ")


def test_what_is_said_in_which_order(found: Reconciliation) -> None:
    text = reconciliation_text(found, Ran("file.yaml", 1.0), Screen(100))
    heads = ["Statement ", "Together", "What would have to be true", "Statements alone", "Verdict:", "Next:"]
    assert sorted(heads, key=text.index) == heads
    folded = " ".join(text.split())
    assert "contradict each other by their words alone: “Prices rise” cannot have both 60–80% and 20–40%" in folded
    assert "cannot be right under these incentives: nothing within the stated ranges gets there" in folded
    assert re.search(r"The bank +60–80% .* fits", text)
    assert re.search(r"A model \(a forecast\) +55.0%", text)
    assert re.search(r"higher +An appetite that hardly .* 0.0+ → [01]\.\d+ +\+[01]\.\d+ ±0\.\d", text)


def test_nothing_to_reconcile_is_an_answer() -> None:
    plain = api.reconcile(api.loads(SCENARIO[: SCENARIO.index("statements:")]))
    text = reconciliation_text(plain, Ran("-", 0.0), Screen(80))
    assert "A statement is what somebody says about an outcome" in " ".join(text.split())


def test_nothing_unknown_has_no_after() -> None:
    known = SCENARIO.replace("normal: {mean: 0, sd: 1}", "value: 0.5").replace("between: [5%, 60%]}", "value: 20%}")
    found = api.reconcile(api.loads(known))
    text = reconciliation_text(found, Ran("file.yaml", 0.0), Screen(80))
    assert "exact: nothing is unknown" in text
    assert re.search(r"The bank +60–80% +62.2% +fits", text)
    assert "What would have to be true" not in text


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "who.yaml"
    file.write_text(SCENARIO, encoding="utf-8")

    def engine(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["engine", "reconcile", *args])
        with pytest.raises(SystemExit) as left:
            cli.main()
        return int(left.value.code or 0), *capsys.readouterr()

    code, out, err = engine(str(file), "-n", "256", "--json")
    record = json.loads(out)
    assert code == 0
    assert record["command"] == "reconcile"
    assert record["settings"]["draws"] == 256
    assert {one["kind"] for one in record["contradictions"]} == {"words", "incentives"}
    assert "'paper' leaves an effective sample" in " ".join(err.split())
    assert engine(str(file), "-n", "256", "--json", "--threads", "2", "--quiet") == (0, out, "")
    assert engine(str(file), "-n", "256", "--csv", "-q")[1].startswith("assumptions,believed,")
    assert engine(str(file), "--set", "unknowns.shar=3")[0] == 2
    assert engine(str(file), "--json", "--csv")[0] == 2
    assert engine(str(tmp_path / "none.yaml"))[0] == 1


OTHER = """
engine: 1
title: Unknowns of every kind
unknowns:
  growth: {label: Growth, uniform: [-5%, 5%]}
  mood: {label: Mood, choice: {calm: 30%, wild: 30%, gone: rest}}
moves:
  - {event: rise, chance: "clip(0.4 + 6 * growth + 0.2 * (mood == wild), 0, 1)"}
outcomes: {rises: {label: Prices rise, happens: rise == yes}}
statements: {bank: {about: rises, by: The bank, between: [70%, 80%]}, nil: {about: rises, value: 0%}}
"""


def test_values_without_order_have_shares_and_percent_may_be_negative() -> None:
    loaded = api.loads(OTHER)
    found = api.reconcile(loaded, overrides=(("words", "icd_203"),), options=api.Options(draws=2_048, threads=1))
    bank = next(one for one in found.believed if one.statements == ("bank",))
    shares = {one.value: one for one in bank.unknowns if one.name == "mood"}
    assert set(shares) == {"calm", "wild", "gone"}
    assert sum(one.after.value for one in shares.values()) == pytest.approx(1)
    assert shares["wild"].mean == pytest.approx(0.3, abs=0.01)
    assert shares["wild"].shift.value > 0.5
    text = reconciliation_text(found, Ran("file.yaml", 1.0), Screen(80, colour=False, unicode=True))
    assert "Mood is wild" in text
    growth = next(one for one in bank.unknowns if one.name == "growth")
    assert growth.stated[LEVELS.index(0.05)] == pytest.approx(-0.045, abs=0.001)
    assert f"→ {100 * growth.after.value:.2f}%" in text
    assert "'rises <= 0%' --set words=icd_203" in text or "'rises > 70%' --set words=icd_203" in text
