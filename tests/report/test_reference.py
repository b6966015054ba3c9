"""The reference of the language says what the records that read a scenario say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.report import reference
from engine.scenario.distributed import FAMILIES, Distributed, Part
from engine.scenario.expressions import FUNCTIONS
from engine.scenario.lessons import Step
from engine.scenario.model import Scenario
from engine.scenario.moves import Move
from engine.scenario.records import Reasoned, Record

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference.md"
FORMS = {Distributed, Part, Reasoned, Move, Step}
"""What others are made of."""


def records(under: type[Record] = Record) -> Iterator[type[Record]]:
    for one in under.__subclasses__():
        if one.__module__.startswith("engine."):
            yield one
        yield from records(one)


def test_the_page_is_what_the_code_says() -> None:
    """`python tests/test_docs.py` writes it anew."""
    assert PAGE.read_text("utf-8") == reference.reference_text()


def test_every_record_has_its_section() -> None:
    listed = {record for record, _ in reference.SECTIONS}
    assert set(records()) - FORMS == listed | {Scenario}


@pytest.mark.parametrize("record", sorted(set(records()), key=lambda one: one.__name__), ids=lambda one: one.__name__)
def test_every_key_has_a_meaning_and_stands_on_the_page(record: type[Record]) -> None:
    page = PAGE.read_text("utf-8")
    for name, field in record.model_fields.items():
        assert field.description, name
        assert f"`{field.alias or name}`" in page


def test_every_function_and_family_is_explained() -> None:
    assert set(reference.MEANINGS) == set(FUNCTIONS)
    assert set(reference.FORMS) == set(FAMILIES)


@pytest.mark.parametrize(
    "line",
    [
        "| unlikely | 20 % | 45 % | improbable |",  # ICD 203
        "| realistic possibility | 40 % | 50 % |  |",  # UK PHIA
        "| exceptionally unlikely | 0 % | 1 % |  |",  # IPCC AR5
        "| almost certain | 87 % | 99 % |  |",  # Kent 1964
        "| little chance | 2 | 5 | 10 | 15 | 25 | 11.7 |",  # CAPphrase
    ],
)
def test_words_have_the_bands_of_their_standards(line: str) -> None:
    assert f"\n{line}\n" in PAGE.read_text("utf-8")


def test_cells_keep_to_their_table() -> None:
    """A line of a table has as many cells as its head."""
    for table in PAGE.read_text("utf-8").split("\n\n"):
        lines = [line.replace("\\|", "") for line in table.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in lines}) <= 1
