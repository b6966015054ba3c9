"""Words of probability: what 'unlikely' means under a named standard, or to the readers of a survey."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from engine.distributions.distribution import Distribution
from engine.distributions.elementary import Beta, Value
from engine.distributions.fitting import band_beta
from engine.distributions.interpolation import interpolated

SURVEY_PROBABILITIES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True)
class Term:
    """One phrase and its probability, as a band or as the quantiles of readers' answers; probabilities from 0 to 1.

    Attributes:
        band: lower and upper end; None for a survey's phrase.
        quantiles: answers at SURVEY_PROBABILITIES; None for a standard's phrase.
        mean, sd: of the answers, where a survey gives them.
    """

    name: str
    band: tuple[float, float] | None = None
    quantiles: tuple[float, ...] | None = None
    mean: float | None = None
    sd: float | None = None


@dataclass(frozen=True, slots=True)
class Standard:
    """A vocabulary of probability.

    Attributes:
        kind: 'standard' (bands that an organisation prescribes) or 'survey' (how readers understand the phrases).
        provenance: where the numbers were read; for a survey with its licence and DOI.
        terms: by name, words joined by underscores.
        synonyms: further names, each with the term that it stands for.
        note: what a reader of the numbers should know.
    """

    name: str
    kind: str
    provenance: str
    terms: Mapping[str, Term]
    synonyms: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def find_term(standard: Standard, phrase: str) -> Term:
    """The term that a phrase names: spaces, hyphens and underscores are equal, capitals do not matter, synonyms count.

    Raises:
        ValueError: the standard has no such term; names the nearest.
    """
    name = _folded(phrase)
    term = standard.terms.get(standard.synonyms.get(name, name))
    if term is None:
        raise ValueError(f"'{phrase}' is no term of {standard.name}; {_nearest_terms(standard, name)}")
    return term


def interpret(term: Term) -> Distribution:
    """The distribution that a term stands for.

    A band becomes a beta with the band as its central 90 %; a band that touches 0 or 100 % holds 95 % of a Beta(1, b)
    or Beta(a, 1); a band of no width is a value. A survey's phrase takes its quantiles, with tails cut at 0 and 1.

    Raises:
        ValueError: the band is out of order, or touches both 0 and 100 %.
    """
    if term.quantiles is not None:
        return _from_answers(term.quantiles)
    if term.band is None:
        raise ValueError(f"the term '{term.name}' has neither a band nor quantiles")
    low, high = term.band
    return Value(low) if low == high and 0 <= low <= 1 else Beta(*band_beta(low, high))


def standards_from(data: Mapping[str, Any]) -> dict[str, Standard]:
    """Standards and surveys by name.

    Args:
        data: {standards: {name: {provenance, note, synonyms, terms: {term: [low, high]}}},
            surveys: {name: {source, licence, doi, respondents, note, terms: {term: {quantiles, mean, sd}}}}},
            in percent.
    Raises:
        ValueError: a term's numbers are not as described, or a synonym names no term.
    """
    standards = [_standard(name, entry) for name, entry in data.get("standards", {}).items()]
    surveys = [_survey(name, entry) for name, entry in data.get("surveys", {}).items()]
    return {standard.name: standard for standard in (*standards, *surveys)}


def _standard(name: str, entry: Mapping[str, Any]) -> Standard:
    terms = {_folded(term): _band_term(name, _folded(term), band) for term, band in entry["terms"].items()}
    synonyms = {_folded(other): _folded(term) for other, term in entry.get("synonyms", {}).items()}
    for other, term in synonyms.items():
        if term not in terms:
            raise ValueError(
                f"in {name}, '{other}' stands for '{term}', which is no term; terms are: {', '.join(terms)}"
            )
    return Standard(name, "standard", str(entry.get("provenance", "")), terms, synonyms, str(entry.get("note", "")))


def _survey(name: str, entry: Mapping[str, Any]) -> Standard:
    terms = {_folded(term): _survey_term(name, _folded(term), answers) for term, answers in entry["terms"].items()}
    provenance = ", ".join(_survey_provenance(entry))
    return Standard(name, "survey", provenance, terms, note=str(entry.get("note", "")))


def _survey_provenance(entry: Mapping[str, Any]) -> Iterator[str]:
    for key, form in (("source", "{}"), ("doi", "doi:{}"), ("licence", "{}"), ("respondents", "{:,} respondents")):
        if key in entry:
            yield form.format(entry[key])


def _band_term(standard: str, name: str, band: Any) -> Term:
    low, high = (float(end) / 100 for end in band)
    if not 0 <= low <= high <= 1:
        raise ValueError(
            f"in {standard}, the band of '{name}' must rise within 0..100 %, got {100 * low:g} to {100 * high:g}"
        )
    return Term(name, band=(low, high))


def _survey_term(standard: str, name: str, answers: Mapping[str, Any]) -> Term:
    quantiles = tuple(float(x) / 100 for x in answers["quantiles"])
    if (
        len(quantiles) != len(SURVEY_PROBABILITIES)
        or list(quantiles) != sorted(quantiles)
        or not 0 <= quantiles[0] <= quantiles[-1] <= 1
    ):
        raise ValueError(
            f"in {standard}, '{name}' needs 5 rising quantiles within 0..100 %, got {answers['quantiles']}"
        )
    mean, sd = (None if answers.get(key) is None else float(answers[key]) / 100 for key in ("mean", "sd"))
    return Term(name, quantiles=quantiles, mean=mean, sd=sd)


def _from_answers(quantiles: tuple[float, ...]) -> Distribution:
    if quantiles[0] == quantiles[-1]:
        return Value(quantiles[0])
    ends = {
        "min": max(0.0, quantiles[0] - (quantiles[1] - quantiles[0]) / 2),
        "max": min(1.0, quantiles[-1] + (quantiles[-1] - quantiles[-2]) / 2),
    }
    return interpolated({**dict(zip(SURVEY_PROBABILITIES, quantiles, strict=True)), **ends})


def _folded(phrase: str) -> str:
    return "_".join(phrase.casefold().replace("_", " ").replace("-", " ").split())


def _nearest_terms(standard: Standard, name: str) -> str:
    known = [*standard.terms, *standard.synonyms]
    close = get_close_matches(name, known, n=3, cutoff=0.5)
    shown = (term.replace("_", " ") for term in close or standard.terms)
    return f"{'nearest' if close else 'its terms'}: {', '.join(shown)}"
