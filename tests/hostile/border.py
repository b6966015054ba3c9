"""A small sound scenario, ways to spoil it, and the command that has to survive that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PLACE = "▶"
"""Stands before the character at which a problem has to be reported; it is taken out of the text."""

BORDER = """engine: 1
title: A border dispute
as_of: 2022-12-18
horizon: 2023-06-30
words: icd_203
sources:
  paper: {file: paper.txt}
evidence:
  c1: {source: paper, kind: event, quote: the troops gathered, claim: Troops gathered.}
actors:
  red: {name: Red, precision: sharpness}
  blue: {name: Blue, precision: 2, judgement: calm people}
unknowns:
  sharpness: {label: how sharply Red calculates, uniform: [1, 3], judgement: a guess}
  loans: {label: loans, between: [1, 5], judgement: a guess}
  hawk: {label: Red is a hawk, phrase: unlikely, evidence: [c1]}
  season: {label: season, choice: {wet: 40%, dry: rest}, judgement: climate}
correlated:
  - {unknowns: [loans, sharpness], rank: 0.5, judgement: a guess}
quantities:
  pressed: demand == press
state:
  alarm: {start: 0}
moves:
  - {type: mood, of: red, values: [calm, angry], chance: {angry: hawk, calm: rest}}
  - {decision: demand, actor: red, options: [leave, press], knows: [mood]}
  - {decision: answer, actor: blue, options: [refuse, join], knows: [demand], when: demand == press}
  - {event: storm, chance: 0.3 if season == wet else 0.1, judgement: climate}
payoffs:
  red:
    - {term: gain, value: 3 * (answer == join) - pressed, judgement: a guess}
  blue:
    - {term: money, value: loans * (answer == join)}
    - {term: war, value: -4 * storm * (answer == join), judgement: a guess}
beliefs:
  blue:
    mood: {angry: 50%, calm: rest}
outcomes:
  joins: {label: Blue joins, happens: answer == join}
  demands: {label: What Red does, choice: demand}
  cost: {label: Cost, quantity: loans * pressed}
  fear: {label: What Blue thinks, belief: {of: blue, that: mood == angry, after: demand == press}}
statements:
  says: {about: joins, by: paper, phrase: unlikely}
assumptions:
  stormy: {label: A stormy year, set: {moves.storm.chance: 0.9}, believe: [says]}
references:
  - {about: joins, by: somebody, probability: 5%}
resolution:
  joins: {value: no, on: 2023-06-30}
"""
PAPER = "On Tuesday the troops gathered at the border.\nNobody knows why.\n"


@dataclass(frozen=True, slots=True)
class Found:
    """A problem as it is printed: place, what is wrong, and all that is said of it."""

    line: int
    column: int
    message: str
    whole: str


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def problems(self) -> list[Found]:
        parts = re.split(r"^(?=\S+?:\d+:\d+: error: |error: |warning: )", self.err, flags=re.MULTILINE)
        heads = [(re.match(r"\S+?:(\d+):(\d+): error: (.*)", part), part) for part in parts]
        return [Found(int(head[1]), int(head[2]), head[3], " ".join(part.split())) for head, part in heads if head]


def spoilt(old: str, new: str, text: str = BORDER) -> str:
    """The scenario with one passage replaced."""
    assert text.count(old) >= 1, f"{old!r} is not in the scenario"
    return text.replace(old, new, 1)


def placed(text: str) -> tuple[str, int, int]:
    """The text without the mark of the place, and the line and column where it stood."""
    assert text.count(PLACE) == 1
    before = text[: text.index(PLACE)]
    return text.replace(PLACE, ""), before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def written(folder: Path, text: str) -> Path:
    """A scenario file, with its source beside it."""
    (folder / "paper.txt").write_text(PAPER, encoding="utf-8")
    path = folder / "border.yaml"
    path.write_text(text, encoding="utf-8")
    return path
