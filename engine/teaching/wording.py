"""What words of probability mean to whoever is asked, and what the standards say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.distributions.verbal import Standard, Term, find_term, interpret
from engine.report.bands import Band, axis_line, band_lines, scale_of
from engine.report.outcomes import speaker
from engine.report.terminal import Screen
from engine.report.text import command
from engine.scenario.model import Scenario, Statement
from engine.scenario.words import standards
from engine.teaching import understanding
from engine.teaching.dialogue import Dialogue, Unclear
from engine.teaching.predicting import percent_of

NAMES: Final[Mapping[str, str]] = {
    "icd_203": "ICD 203 (US)",
    "uk_phia": "UK PHIA",
    "nato": "NATO",
    "ipcc_ar5": "IPCC, 5th report",
    "ipcc_tar_disjoint": "IPCC, 3rd report",
    "efsa_2019": "EFSA",
    "kent_1964": "Kent 1964",
    "kesselman_2008": "Kesselman 2008",
    "capphrase_2026": "survey of readers",
}
ORDER: Final = tuple(NAMES)
OTHER: Final = ": "
"""Between a standard and its words for a phrase, where they are others."""


@dataclass(frozen=True, slots=True)
class Worded:
    """How somebody understands the phrase of a statement.

    Attributes:
        statement: its name.
        phrase: the words.
        speaker: who says them.
        best: the number, 0 to 1.
        low, high: the range that the words could still mean.
        bands: of the standards and surveys that have the phrase.
        lacking: names of those that have not.
    """

    statement: str
    phrase: str
    speaker: str
    best: float
    low: float
    high: float
    bands: tuple[Band, ...]
    lacking: tuple[str, ...]


def ask_word(dialogue: Dialogue, scenario: Scenario, name: str) -> Worded:
    """The number that somebody understands by a statement's phrase, and to which range."""
    statement = scenario.statements[name]
    phrase, who = phrase_of(scenario, statement), speaker(scenario, name)
    label = dialogue.screen.label
    about = label(scenario.outcomes[statement.about].label)
    dialogue.say(f"“{label(phrase)}”, as {label(who)} may be read, about: {about}")
    best = dialogue.ask(
        f"words {name}", "Which chance do you understand by these words?", understanding.chance, understanding.FORMS
    )

    def around(text: str) -> tuple[float, float]:
        low, high = understanding.between(understanding.chance, "2% to 15%")(text)
        if not low <= best <= high:
            raise Unclear(f"Your {percent_of(best)} has to lie between the two.")
        return low, high

    hint = "Two chances, such as 2% to 15%: below the first and above the second you would use other words."
    low, high = dialogue.ask(f"words {name} range", "From which chance to which would you still say so?", around, hint)
    bands, lacking = readings(statement, phrase)
    return Worded(name, phrase, who, best, low, high, bands, lacking)


def word_lines(word: Worded, screen: Screen) -> list[str]:
    """The chart: somebody's own range, and below it the standards', with the own number drawn through all."""
    bands = [Band("You", word.low, word.high), *word.bands]
    scale = scale_of([band.name for band in bands], screen)
    return [axis_line(scale, screen), *band_lines(bands, scale, screen, word.best)]


def word_notes(word: Worded) -> str:
    """What the chart shows, in words."""
    inside = [band for band in word.bands if band.low <= word.best <= band.high]
    text = f"Your {percent_of(word.best)} lies within {len(inside)} of {len(word.bands)} readings."
    if word.lacking:
        text += f" No such words: {', '.join(word.lacking)}."
    if any(OTHER in band.name for band in word.bands):
        text += " Behind a colon stand a standard's words for what was said."
    return text


def readings(statement: Statement, phrase: str) -> tuple[tuple[Band, ...], tuple[str, ...]]:
    """The band of a statement's phrase under every standard that has it or its counterpart, and who has none."""
    bands, lacking = [], []
    known = standards()
    for name in (*ORDER, *(other for other in known if other not in ORDER)):
        if name not in known:
            continue
        shown = NAMES.get(name, name.replace("_", " "))
        term = _term(known[name], statement, phrase)
        if term is None:
            lacking.append(shown)
        else:
            same = term.name.replace("_", " ") == phrase.replace("_", " ").lower()
            bands.append(_band(shown if same else f"{shown}{OTHER}{term.name.replace('_', ' ')}", term))
    return tuple(bands), tuple(lacking)


def phrase_of(scenario: Scenario, statement: Statement) -> str:
    """The words of a statement under the standard in force."""
    phrase = statement.phrase
    if isinstance(phrase, Mapping):
        return str(phrase.get(statement.standard or scenario.words, next(iter(phrase.values()))))
    return str(phrase or "")


def other_words(scenario: Scenario, file: str, screen: Screen) -> str:
    """The command that runs the scenario with words read otherwise."""
    for name, item in scenario.assumptions.items():
        if "words" in item.set:
            return command(screen, "engine", "run", file, "--assume", name)
    other = next(name for name in ORDER if name != scenario.words)
    return command(screen, "engine", "run", file, "--set", f"words={other}")


# Private functions


def _term(standard: Standard, statement: Statement, phrase: str) -> Term | None:
    own = statement.phrase.get(standard.name) if isinstance(statement.phrase, Mapping) else None
    others = statement.phrase.values() if isinstance(statement.phrase, Mapping) else ()
    for candidate in (own, phrase, *others):
        if candidate is not None:
            try:
                return find_term(standard, str(candidate))
            except ValueError:
                continue
    return None


def _band(name: str, term: Term) -> Band:
    if term.band is not None:
        return Band(name, *term.band)
    low, lower, _, upper, high = interpret(term).quantile(np.array([0.05, 0.25, 0.5, 0.75, 0.95])).tolist()
    return Band(name, low, high, (lower, upper))


def survey_note(words: Sequence[Worded]) -> str:
    """How to read the row of a survey; empty where there is none."""
    if not any(band.middle for word in words for band in word.bands):
        return ""
    return "Of a survey: nine of ten answers, and darker the middle half."
