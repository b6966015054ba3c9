"""On what two assumption sets differ, and the scenarios between them."""

from __future__ import annotations

import pytest

from engine import api, document
from engine.analysis.comparison.items import Between, items_between, mixed

TEXT = """
engine: 1
title: Items
words: icd_203
actors:
  me: {name: Myself, precision: 1}
  you: {name: Yourself, precision: 1}
unknowns:
  x: {label: The x, between: [8%, 45%]}
  y: {label: The y, phrase: likely}
moves:
  - {event: rain, chance: x}
  - {decision: go, actor: me, options: [no, yes]}
payoffs:
  me: [{term: dry feet, value: -x * (go == yes)}]
outcomes: {rain: {label: It rains, happens: rain == yes}}
statements:
  one: {about: rain, by: A friend, phrase: unlikely}
  two: {about: rain, phrase: likely}
assumptions:
  all:
    label: All
    set:
      unknowns.x: {between: [80%, 99%]}
      actors.*.precision: 3
      actors.you.precision: 5
      payoffs.me.'dry feet'.value: -2 * (go == yes)
      beliefs.you.rain: {yes: 0.9, no: rest}
      words: nato
    times: {actors.me.precision: 2}
    plus: {actors.you.precision: 0.5}
    believe: [one, two]
  quoted:
    label: The same path otherwise
    set: {payoffs.me."dry feet".value: -2 * (go == yes)}
  more: {label: More, extends: [all], set: {unknowns.y: 0.5}, believe: [two]}
  turned: {label: Turned, set: {actors.you.precision: 5, actors.*.precision: 3}}
"""


@pytest.fixture(scope="module")
def between() -> Between:
    return items_between(api.loads(TEXT).scenario, "base", "all")


def test_what_they_say(between: Between) -> None:
    said = {f"{one.action} {one.path}": (one.label, one.before, one.after) for one in between.items}
    assert said == {
        "set unknowns.x": ("The x", "8–45%", "80–99%"),
        "set actors.*.precision": ("Everyone: precision", "1", "various"),
        "set actors.you.precision": ("Yourself: precision", "1", "5"),  # what is added to it is an item of its own
        "set payoffs.me.'dry feet'.value": ("Myself: dry feet", "-x * (go == yes)", "-2 * (go == yes)"),
        "set beliefs.you.rain": ("Yourself: belief of rain", "not set", "yes 0.9, no rest"),
        "set words": ("What words of probability mean", "icd_203", "nato"),
        "times actors.me.precision": ("Myself: precision", "× 1", "× 2"),
        "plus actors.you.precision": ("Yourself: precision", "+ 0", "+ 0.5"),
        "believe one": ("A friend, of “It rains”", "not believed", "believed"),
        "believe two": ("two, of “It rains”", "not believed", "believed"),
    }


def test_where_they_stand(between: Between) -> None:
    lines = TEXT.splitlines()
    for one in between.items:
        assert one.path in lines[one.line - 1]


def test_all_and_none_are_the_two_sets(between: Between) -> None:
    every = (1 << len(between.items)) - 1
    for world, name in ((0, "base"), (every, "all")):
        found, alone = mixed(between, world), api.assume(between.scenario, name)
        assert document.plain(found.scenario.document) == document.plain(alone.scenario.document)
        assert found.believe == alone.believe


def test_a_mix_has_some_of_either(between: Between) -> None:
    places = {f"{one.action} {one.path}": place for place, one in enumerate(between.items)}
    chosen = ("set actors.*.precision", "times actors.me.precision", "believe two")
    found = mixed(between, sum(1 << places[one] for one in chosen))
    precision = {name: actor.precision.text for name, actor in found.scenario.actors.items()}
    assert {name: float(text) for name, text in precision.items()} == {"me": 6, "you": 3}
    assert found.believe == ("two",)
    assert found.scenario.words == "icd_203"


def test_a_path_is_the_same_however_it_is_quoted() -> None:
    found = items_between(api.loads(TEXT).scenario, "quoted", "all").items
    assert not any("dry feet" in one.path for one in found)


def test_a_set_that_extends_another_differs_in_what_it_adds() -> None:
    found = items_between(api.loads(TEXT).scenario, "all", "more").items
    assert [(one.action, one.path) for one in found] == [("set", "unknowns.y")]


def test_sets_that_change_the_same_in_another_order_end_where_they_end() -> None:
    """Whoever sets everybody's precision last wins; no key differs, so nothing is shared out between them."""
    scenario = api.loads(TEXT).scenario
    last = {name: api.assume(scenario, name).scenario.actors["you"].precision.text for name in ("all", "turned")}
    assert {name: float(text) for name, text in last.items()} == {"all": 5.5, "turned": 3}
    found = items_between(scenario, "turned", "all")
    assert not any("precision" in one.path for one in found.items if one.action == "set")
    names = "base", "turned"
    for world, name in enumerate(names):
        assert mixed(items_between(scenario, *names), world * 3).scenario == api.assume(scenario, name).scenario
