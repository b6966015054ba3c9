from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from engine.distributions.verbal import SURVEY_PROBABILITIES, Standard, Term, find_term, interpret, standards_from

WORDS = Path(__file__).parents[2] / "engine" / "scenario" / "words.yaml"
STANDARDS = standards_from(yaml.safe_load(WORDS.read_text(encoding="utf-8")))
ALL_TERMS = [(standard.name, term) for standard in STANDARDS.values() for term in standard.terms]


def _quantiles(standard: str, phrase: str, *probabilities: float) -> list[float]:
    return list(interpret(find_term(STANDARDS[standard], phrase)).quantile(np.array(probabilities)))


@pytest.mark.parametrize(("standard", "name"), ALL_TERMS)
def test_every_word_is_a_probability(standard: str, name: str) -> None:
    word = interpret(STANDARDS[standard].terms[name])
    x = word.quantile(np.linspace(1e-6, 1 - 1e-6, 501))
    assert ((x >= 0) & (x <= 1)).all()
    assert (np.diff(x) >= 0).all()
    assert 0 <= word.mean() <= 1


def test_unlikely_under_icd_203_lies_between_20_and_45_percent() -> None:
    assert _quantiles("icd_203", "unlikely", 0.05, 0.95) == pytest.approx([0.20, 0.45])


def test_a_band_that_touches_the_end_holds_95_percent() -> None:
    assert _quantiles("uk_phia", "remote chance", 0.95) == pytest.approx([0.05])
    assert _quantiles("ipcc_ar5", "very likely", 0.05) == pytest.approx([0.90])


def test_certain_and_impossible_are_values() -> None:
    assert _quantiles("kent_1964", "certain", 0.1, 0.9) == [1, 1]
    assert _quantiles("kent_1964", "impossible", 0.1, 0.9) == [0, 0]


def test_the_survey_gives_back_its_quantiles() -> None:
    for term in STANDARDS["capphrase_2026"].terms.values():
        met = interpret(term).quantile(np.array(SURVEY_PROBABILITIES))
        np.testing.assert_allclose(met, term.quantiles or (), atol=1e-12)


def test_the_means_of_the_survey_come_out_roughly() -> None:
    for term in STANDARDS["capphrase_2026"].terms.values():
        assert interpret(term).mean() == pytest.approx(term.mean, abs=0.025)


def test_repeated_answers_are_atoms_and_tails_stay_within_0_and_1() -> None:
    word = interpret(find_term(STANDARDS["capphrase_2026"], "will happen"))
    assert word.cdf(np.array([0.9999]))[0] < 0.6
    assert word.support()[1] == 1
    few = interpret(find_term(STANDARDS["capphrase_2026"], "almost no chance"))
    assert few.quantile(np.array([0.05, 0.2])).tolist() == [0.01, 0.01]


def test_answers_that_all_agree_are_a_value() -> None:
    assert interpret(Term("sure", quantiles=(1.0,) * 5)).support() == (1, 1)


@pytest.mark.parametrize(
    "phrase", ["Very unlikely", "very_unlikely", "  VERY   UNLIKELY ", "highly improbable", "Highly_Improbable"]
)
def test_spelling_and_synonyms_do_not_matter(phrase: str) -> None:
    assert find_term(STANDARDS["icd_203"], phrase).name == "very_unlikely"


def test_an_unknown_term_names_the_standard_and_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"'small chance' is no term of capphrase_2026; nearest: .*little chance"):
        find_term(STANDARDS["capphrase_2026"], "small chance")
    with pytest.raises(ValueError, match="no term of nato; its terms: highly unlikely, unlikely"):
        find_term(STANDARDS["nato"], "zzz")


def test_a_band_over_everything_is_an_error() -> None:
    with pytest.raises(ValueError, match="says nothing"):
        interpret(Term("anything", band=(0, 1)))


def test_a_term_without_numbers_is_an_error() -> None:
    with pytest.raises(ValueError, match="neither a band nor quantiles"):
        interpret(Term("empty"))


@pytest.mark.parametrize(
    ("terms", "message"),
    [({"likely": [80, 60]}, "got 80 to 60"), ({"likely": [60, 120]}, "band of 'likely' must rise within 0..100 %")],
)
def test_bad_bands_are_explained(terms: dict[str, list[float]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        standards_from({"standards": {"ours": {"terms": terms}}})


def test_bad_answers_and_synonyms_are_explained() -> None:
    with pytest.raises(ValueError, match="'likely' needs 5 rising quantiles"):
        standards_from({"surveys": {"ours": {"terms": {"likely": {"quantiles": [1, 2, 3]}}}}})
    with pytest.raises(ValueError, match="'probable' stands for 'likely', which is no term"):
        standards_from({"standards": {"ours": {"terms": {"even": [40, 60]}, "synonyms": {"probable": "likely"}}}})


def test_what_ships_is_confirmed_and_says_where_it_is_from() -> None:
    assert set(STANDARDS) == {
        "kent_1964",
        "icd_203",
        "uk_phia",
        "nato",
        "ipcc_ar5",
        "ipcc_tar_disjoint",
        "efsa_2019",
        "kesselman_2008",
        "capphrase_2026",
    }
    assert all(standard.provenance for standard in STANDARDS.values())
    survey: Standard = STANDARDS["capphrase_2026"]
    assert survey.kind == "survey"
    for part in ("CAPphrase", "doi:10.5281/zenodo.18750055", "CC-BY-4.0", "5,174 respondents"):
        assert part in survey.provenance


def test_many_readers_give_likely_and_unlikely_less_than_one_together() -> None:
    likely, unlikely = (find_term(STANDARDS["capphrase_2026"], word).mean or 0 for word in ("likely", "unlikely"))
    assert likely + unlikely < 1
