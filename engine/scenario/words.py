"""The standards of words of probability that come with the engine."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine import document
from engine.distributions.verbal import Standard, Term, find_term, standards_from
from engine.scenario.scope import nearest


@lru_cache(maxsize=1)
def standards() -> Mapping[str, Standard]:
    """Every standard and survey by name."""
    path = Path(__file__).with_name("words.yaml")
    return standards_from(document.plain(document.parse(path.read_text(encoding="utf-8"), path.name)))


def find_standard(name: str) -> Standard:
    """The standard of that name; spaces equal underscores.

    Raises:
        ValueError: there is none; the message names the nearest.
    """
    found = standards().get(name.strip().lower().replace(" ", "_"))
    if found is None:
        raise ValueError(f"'{name}' is no standard of words; {nearest(name, standards())}")
    return found


def term_of(phrase: Any, own_standard: str | None, default: str | None) -> Term:
    """The term that a phrase means.

    Args:
        phrase: a text, or a map from standard to text, of which the standard in force picks one.
        own_standard: the item's `standard`, which wins over the scenario's `words`.
        default: the scenario's `words`.

    Raises:
        ValueError: no standard, an unknown one, or one that lacks the term.
    """
    name = own_standard or default
    if name is None:
        raise ValueError("no standard says what these words mean: add 'words: icd_203' at the top, or 'standard:' here")
    standard = find_standard(name)
    if isinstance(phrase, Mapping):
        given = {str(key).strip().lower().replace(" ", "_"): text for key, text in phrase.items()}
        for key in given:
            find_standard(key)
        if standard.name not in given:
            raise ValueError(f"no phrase is given for the standard '{standard.name}', only for {', '.join(given)}")
        phrase = given[standard.name]
    return find_term(standard, phrase)
