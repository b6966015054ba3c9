"""Files that are wrong: each is refused at the right place, in words that help, all mistakes at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from border import BORDER, Found, Ran, spoilt, written

Refused = Callable[..., Found]
Engine = Callable[..., Ran]

FAMILY = "uniform: [1, 3]"
STORM = "  - {event: storm, chance: 0.3 if season == wet else 0.1, judgement: climate}"
RED = "  red:\n    - {term: gain, value: 3 * (answer == join) - pressed, judgement: a guess}\n"

# what is replaced, by what (▶ marks the place that has to be reported), and what has to be said
UNKNOWN_NAMES = [
    ("actor: blue", "actor: ▶bleu", "did you mean 'blue'?"),
    ("of: red", "of: ▶rad", "did you mean 'red'?"),
    ("knows: [demand]", "knows: [▶demnad]", "did you mean 'demand'?"),
    ("evidence: [c1]", "evidence: [▶c2]", "known: c1"),
    ("source: paper", "source: ▶papre", "did you mean 'paper'?"),
    ("event, quote", "event, contested_by: [▶papre], quote", "did you mean 'paper'?"),
    ("about: joins, by: paper", "about: ▶join, by: paper", "did you mean 'joins'?"),
    ("about: joins, by: somebody", "about: ▶join, by: somebody", "did you mean 'joins'?"),
    ("  joins: {value", "  ▶joinz: {value", "did you mean 'joins'?"),
    ("words: icd_203", "words: ▶icd_204", "did you mean 'icd_203'?"),
    ("unlikely, evidence", "▶unlikly, evidence", "nearest: unlikely"),
    ("believe: [says]", "believe: [▶sayz]", "did you mean 'says'?"),
    ("label: A stormy year,", "label: A stormy year, extends: [▶storm],", "did you mean 'stormy'?"),
    ("  blue:\n    - {term", "  ▶bluu:\n    - {term", "did you mean 'blue'?"),
    ("  blue:\n    mood", "  ▶bluu:\n    mood", "did you mean 'blue'?"),
    ("    mood: {angry", "    ▶modo: {angry", "did you mean 'mood'?"),
    ("{angry: 50%", "{▶angri: 50%", "values are: calm, angry"),
    ("{angry: hawk", "{▶angri: hawk", "values are: calm, angry"),
    ("choice: demand", "choice: ▶demnad", "did you mean 'demand'?"),
    ("of: blue, that", "of: ▶blu, that", "did you mean 'blue'?"),
    ("[loans, sharp", "[▶loan, sharp", "did you mean 'loans'?"),
    ("happens: answer == join", "happens: answer == ▶jion", "did you mean 'join'?"),
    ("quantity: loans", "quantity: ▶laons", "did you mean 'loans'?"),
    ("if season == wet", "if season == ▶wte", "did you mean 'wet'?"),
    ("demand == press}", "demand == press, else: ▶jon}", "did you mean 'join'?"),
    ("moves.storm.chance: 0.9", "▶moves.strom.chance: 0.9", "did you mean 'storm'?"),
    ("moves.storm.chance: 0.9", "▶movez.storm.chance: 0.9", "did you mean 'moves'?"),
    ("moves.storm.chance: 0.9", "moves.storm.chanse: ▶0.9", "did you mean 'chance'?"),
    ("moves.storm.chance: 0.9", "▶payoffs.blue.wra.value: 0.9", "did you mean 'war'?"),
    ("precision: 2,", "▶precisoin: 2,", "did you mean 'precision'?"),
    ("horizon:", "▶horizno:", "did you mean 'horizon'?"),
]

GAME = [
    ("knows: [demand]", "knows: [demand, ▶mood]", "private to red"),
    ("demand == press}", "▶mood == angry and demand == press}", "add it to knows: of 'answer'"),
    ("demand == press}", "▶storm == yes}", "does not come before"),
    ("demand == press}", "▶loans > 2}", "put it into the chance of an event"),
    ("{angry: hawk", "{angry: ▶0.1 * storm", "does not come before"),
    ("knows: [mood]}", "knows: [mood], else: ▶leave}", "'else' needs a 'when'"),
    ("event: storm", "event: ▶answer", "named twice"),
    ("event: storm", "event: ▶loans", "named twice (under unknowns and moves)"),
    ("pressed: demand", "loans: ▶demand", "named twice"),
    ("term: war", "term: ▶money", "named twice"),
    ("[leave, press]", "[leave, ▶leave, press]", "'leave' stands twice"),
    ("after: demand == press", "after: ▶mood == angry", "does not know 'mood'"),
    ("after: demand == press", "after: ▶loans > 2", "cannot read the unknown 'loans'"),
    ("of: blue, that", "of: ▶red2, that", "no actor"),
    ("about: joins, by: paper", "about: ▶cost, by: paper", "not a probability"),
    ("precision: sharpness", "precision: ▶sharpness * storm", "cannot depend on the move"),
    ("pressed: demand == press", "pressed: ▶1 + pressed", "may not form a cycle"),
    ("pressed: demand == press", "pressed: ▶pushed\n  pushed: pulled\n  pulled: pressed", "may not form a cycle"),
    ("correlated:\n  - {", "correlated:\n  - {unknowns: [sharpness, loans], rank: 0}\n  - {▶", "given twice"),
    ("{unknowns: [loans, sharpness]", "{▶unknowns: [loans, loans]", "two different unknowns"),
    ("rank: 0.5", "rank: ▶1.5", "lies between -1 and 1"),
    ("label: A stormy year", "label: A stormy year, ▶extends: [stormy]", "extends itself"),
]

VALUES = [
    ("engine: 1", "engine: ▶2", "version 1 of the language"),
    ("engine: 1", "engine: ▶true", "version 1 of the language"),
    ("as_of: 2022-12-18", "as_of: ▶18 December 2022", "write it as 2022-12-18"),
    ("as_of: 2022-12-18", "as_of: ▶2022", "a date is needed"),
    ("as_of: 2022-12-18", "as_of: ▶2022-13-41", "a date is needed"),
    ("horizon: 2023", "horizon: ▶2021", "not after as_of"),
    ("name: Blue", "name: ▶true", "put it in quotes"),
    ("precision: 2", "precision: ▶true", "an expression is needed here, not true"),
    ("precision: 2", "precision: ▶.nan", "not finite"),
    ("precision: 2", "precision: ▶-2", "0 (a coin toss) or more"),
    ("uniform: [1, 3]", "uniform: [1, ▶.inf]", "not finite"),
    ("uniform: [1, 3]", "uniform: [1, ▶2022-12-01]", "a number is needed here, not the text"),
    ("uniform: [1, 3]", "uniform: [1, ▶12:30]", "a number is needed here, not the text"),
    ("uniform: [1, 3]", "uniform: [1, ▶no]", "a number is needed here, not the text 'no'"),
    ("probability: 5%", "probability: ▶500%", "lies between 0 and 1"),
    ("probability: 5%", "probability: ▶small", "write digits"),
    ("value: no", "value: ▶maybe", "yes or no"),
    ("joins: {value: no", "demands: {value: ▶maybe", "no value of 'demand'"),
    ("joins: {value: no", "demands: {▶value: [1]", "no value of 'demand'"),
    ("joins: {value: no", "demands: {▶value: {a: 1}", "no value of 'demand'"),
    ("joins: {value: no", "cost: {value: ▶.nan", "resolves to a number"),
    ("on: 2023", "on: ▶soon # 2023", "a date is needed"),
    ("kind: event", "kind: ▶rumour", "this must be 'stated probability'"),
    ("start: 0", "start: ▶a", "a number is needed"),
    ("chance: {angry: hawk, calm: rest}", "▶chance: {angry: 0.6, calm: 0.6}", "sum to 1.2, more than 1"),
    ("chance: {angry: hawk, calm: rest}", "▶chance: {angry: 0.6, calm: 0.3}", "give one of them 'rest'"),
    ("chance: {angry: hawk, calm: rest}", "▶chance: {angry: rest, calm: rest}", "only one value can have the rest"),
    ("chance: {angry: hawk, calm: rest}", "▶chance: {angry: hawk}", "no chance is given for 'calm'"),
    ("{angry: hawk, calm: rest}", "{▶angry: [1], calm: rest}", "an expression is needed here, not a list"),
    ("0.3 if season == wet else 0.1", "▶1.3", "between 0 and 1"),
    ("0.3 if season == wet else 0.1", "▶-30%", "between 0 and 1"),
    ("moves.storm.chance: 0.9", "moves.storm.chance: ▶1.9", "between 0 and 1"),
    ("set: {moves.storm.chance: 0.9}", "times: {moves.storm.chance: ▶often}", "a number is needed"),
    ("set: {moves.storm.chance: 0.9}", "times: {▶unknowns.season: 2}", "set another distribution"),
    ("set: {moves.storm.chance: 0.9}", "times: {▶unknowns.loans.label: 2}", "no number to change"),
    ("set: {moves.storm.chance: 0.9}", "plus: {▶actors.blue.name: 2}", "no number to change"),
    ("set: {moves.storm.chance: 0.9}", 'set: {▶"": 0.9}', "is no path"),
    ("set: {moves.storm.chance: 0.9}", 'set: {▶"moves..storm": 0.9}', "is no path"),
]

DISTRIBUTIONS = [
    ("▶uniform: [3, 1]", "must be below 'high'"),
    ("▶uniform: [1, 2, 3]", "at most 2 possible, 3 given"),
    ("▶uniform: [1]", "needed in this list"),
    ("uniform: ▶wide", "a list is needed"),
    ('uniform: [1, "▶3"]', "write digits, without quotes"),
    ("▶uniform: [1, 1e200]", "at most 1e+100"),
    ("▶normal: {mean: 1, sd: -2}", "'sd' must be above 0"),
    ("▶normal: {mean: 1, sigma: 2}", "its parameters are: mean, sd"),
    ("▶normal: [1, 2]", "takes its parameters by name"),
    ("▶lognormal: {median: -1, sigma: 1}", "use 'normal'"),
    ("▶lognormal: {median: 1, sigma: 40}", "make it smaller"),
    ("▶pert: [3, 1, 2]", "in the order low, mode"),
    ("▶triangular: [1, 1, 1]", "in the order low, mode"),
    ("▶beta: {a: -1, b: 2}", "'a' must be from"),
    ("▶gamma: {shape: 1, scale: -1}", "'scale' must be above 0"),
    ("▶between: [10%, 120%]", "from 0 % to 100 %"),
    ("▶between: [5, 1]", "swap them"),
    ("▶quantiles: {5%: 3, 50%: 2}", "quantiles may not fall"),
    ("▶quantiles: {5: 1, 50: 2}", "between 0 % and 100 %"),
    ("▶quantiles: {5%: 3}", "at least two"),
    ("▶mixture: [{weight: 0.3, value: 1}, {weight: 0.9, value: 2}]", "sum to 1.2, not to 1"),
    ("▶mixture: [{weight: -0.3, value: 1}, {weight: 1.3, value: 2}]", "positive weights"),
    ("mixture: [▶{value: 1}, {weight: 1, value: 2}]", "'weight' is missing"),
    ("mixture: [{weight: 1, ▶mixture: [{weight: 1, value: 1}]}]", "cannot hold a mixture"),
    ("mixture: [{weight: 1, value: 1, ▶note: a}]", "is no key here"),
    ("▶choice: {wet: 40%, dry: 70%}", "sum to 1.1, not to 1"),
    ("▶choice: {wet: rest, dry: rest}", "only one value can have the rest"),
    ("choice: {wet: ▶often, dry: rest}", "a number or 'rest' is needed"),
    ("choice: {wet: ▶.nan, dry: rest}", "not finite"),
    ("▶choice: [wet, dry]", "a mapping is needed"),
    ("choice: {wet: 40%, dry: rest}, known: ▶false", "make it an event"),
    ('uniform: [1, 3], known: "▶no"', "true or false"),
    ("▶uniform: [1, 3], clip: [5, 9]", "nothing is left"),
    ("▶uniform: [1, 3], clip: [3, 2]", "from low to high"),
    ("uniform: [1, 3], ▶clip: [3]", "needed in this list"),
    ("uniform: [1, 3], standard: ▶icd_203", "goes with 'phrase'"),
    ("▶phrase: [unlikely]", "a phrase is a text"),
    ("▶phrase: {icd_999: unlikely}", "no standard of words"),
    ("▶phrase: {uk_phia: unlikely}", "only for uk_phia"),
    ("▶scipy: {name: __class__, args: []}", "name of a continuous family"),
    ("▶scipy: {name: norm, args: [a]}", "must be a number"),
]

ONLY_WHEN_BUILT = [
    ("▶scipy: {name: rv_continuous, args: []}", "no continuous family"),
    ("▶scipy: {name: rv_histogram, args: []}", "no continuous family"),
    ("▶scipy: {name: os, args: []}", "no continuous family"),
    ("▶scipy: {name: stats, args: []}", "no continuous family"),
    ("▶scipy: {name: poisson, args: [1]}", "no continuous family"),
    ("▶scipy: {name: norm, args: [1, 2, 3]}", "it takes loc, scale"),
    ("▶scipy: {name: norm, args: [0, -1]}", "not defined"),
    ("▶scipy: {name: cauchy, args: [0, 1]}", "no finite mean"),
]

SHAPES = [
    (
        "actors:\n  red: {name: Red, precision: sharpness}\n  blue: {name: Blue, precision: 2, judgement: calm people}",
        "▶actors: [red, blue]",
        "a mapping is needed",
    ),
    ("title: A border dispute", "▶title: [A]", "text is needed here, not a list"),
    ("name: Blue", "▶name: [Blue]", "text is needed here, not a list"),
    ("precision: 2", "▶precision: [2]", "not a list"),
    ("pressed: demand == press", "▶pressed: [1]", "not a list"),
    ("options: [leave, press]", "▶options: [press]", "at least two options"),
    ("options: [leave, press]", "options: ▶3", "a list is needed"),
    ("options: [leave, press]", "options: {leave: ▶lots, press: 2}", "a number is needed"),
    ("options: [leave, press]", "options: {leave: ▶null, press: 2}", "not nothing"),
    ("options: [leave, press]", "options: [leave, ▶[press]]", "not a list"),
    ("options: [leave, press]", "options: [leave, ▶__class__]", "cannot be a name"),
    ("  - {event: storm,", "  - ▶{kind: storm,", "exactly one of the keys"),
    ("  - {event: storm,", "  - ▶{event: storm, type: storm,", "exactly one of the keys"),
    (STORM, "  - ▶storm", "exactly one of the keys"),
    (RED, "  ▶red: {gain: 3}\n", "a list is needed"),
    (RED, "  red: ▶gain\n", "a list is needed"),
    ("- {term: money, value: loans * (answer == join)}", "- ▶{term: money}", "'value' is missing"),
    ("joins: {label: Blue joins, happens: answer == join}", "▶joins: {label: Blue joins}", "exactly one of the keys"),
    ("quote: the troops gathered", "▶quote: {a: b}", "a list is needed"),
    ("set: {moves.storm.chance: 0.9}", "▶set: [1]", "a mapping is needed"),
]

NAMES = [
    ("max", "the language uses it"),
    ("none", "the language uses it"),
    ("rest", "the language uses it"),
    ("round", "the language uses it"),
    ("__class__", "cannot be a name"),
    ("a__b", "single underscores"),
    ("the loans", "letters, digits and _"),
    ("prêts", "letters, digits and _"),
    ("lоans", "letters, digits and _"),
    ("5", "letters, digits and _"),
    ("a.b", "letters, digits and _"),
    ("a" * 61, "60 characters"),
]

BLUFF = "lesson: {bluff: {hypotheses: {a: An attack, b: A bluff}, "
LESSON = [
    ("lesson: ▶x", "a mapping is needed"),
    ("lesson: {▶preditc: {outcomes: [joins]}}", "did you mean 'predict'?"),
    ("lesson: {predict: {▶outcoms: [joins]}}", "did you mean 'outcomes'?"),
    ("lesson: {predict: {outcomes: [▶jions]}}", "did you mean 'joins'?"),
    ("lesson: {predict: {outcomes: [joins], minutes: ▶0}}", "more than 0"),
    ("lesson: {words: {statements: [▶sayz]}}", "did you mean 'says'?"),
    ("lesson: {read: {evidence: [▶c2]}}", "known: c1"),
    ("lesson: {play: {seats: [▶rad]}}", "did you mean 'red'?"),
    ("lesson: {discover: {outcome: ▶joinz, above: 50%}}", "did you mean 'joins'?"),
    ("lesson: {discover: {outcome: joins, above: 50%, rank: [▶laons]}}", "did you mean 'loans'?"),
    ("lesson: {▶discover: {outcome: joins}}", "either 'above' or 'below'"),
    (
        BLUFF + "▶prior: {a: 0.2, b: 0.7}, signs: [{sign: A, chance: {a: 1, b: 1}}]}}",
        "sums to 0.9",
    ),
    (
        BLUFF + "prior: {a: 0.2, b: 0.8}, signs: [{sign: A, chance: {a: 1, ▶c: 1, b: 1}}]}}",
        "is no hypothesis",
    ),
    (
        BLUFF + "prior: {a: 0.2, b: 0.8}, signs: [{sign: A, chance: {a: ▶2, b: 1}}]}}",
        "between 0 and 1",
    ),
    (
        BLUFF + "prior: {a: 0, b: 1}, signs: [{sign: A, ▶chance: {a: 1, b: 0}}]}}",
        "no hypothesis allows",
    ),
    (
        BLUFF + "prior: {a: 0, b: 1}, signs: [{sign: A, evidence: [▶c2], chance: {a: 1, b: 1}}]}}",
        "known: c1",
    ),
]

SYNTAX = [
    ("title: A border dispute", "title: [A\nas_of▶: 2022", "the '[' was opened at line 2"),
    ("  joins: {value: no, on: 2023-06-30}", "  joins: ▶{value: no", "is never closed"),
    ("title: A border dispute", "title: ▶'A", "is never closed"),
    ("title: A border dispute", "title: ▶!!python/object:os.system A", "tags are not allowed"),
    ("actors:\n", "actors:\n  ▶<<: {a: 1}\n", "merge key '<<' is not allowed"),
    ("actors:\n", "actors:\n▶\tred: 1\n", "a tab in the indentation"),
    ("  hawk: {label", "  ▶loans: {label", "stands twice"),
    ("label: loans, between", "label: loans, ▶as if, between", "quote text that holds a comma"),
    ("label: loans, between", "label: ▶*loans, between", "quote text that starts with '*'"),
    ("title: A", "title: ▶\x07 A", "U+0007 is not allowed"),
    ("resolution:\n", "resolution:\n  ? ▶[a]\n  : 1\n", "a list as a key is not allowed"),
    ("  joins: {value: no, on: 2023-06-30}\n", "  joins: {value: no, on: 2023-06-30}\n▶---\na: 1\n", "second document"),
]


@pytest.mark.parametrize(("old", "new", "says"), UNKNOWN_NAMES + GAME + VALUES + SHAPES + SYNTAX)
def test_what_is_wrong_is_reported_where_it_stands(refused: Refused, old: str, new: str, says: str) -> None:
    assert says in refused(spoilt(old, new)).whole


@pytest.mark.parametrize(("family", "says"), DISTRIBUTIONS)
def test_a_distribution_that_cannot_be(refused: Refused, family: str, says: str) -> None:
    assert says in refused(spoilt(FAMILY, family)).whole


@pytest.mark.parametrize(("family", "says"), ONLY_WHEN_BUILT)
def test_a_family_of_scipy_that_cannot_be(refused: Refused, family: str, says: str) -> None:
    assert says in refused(spoilt(FAMILY, family), "run").whole


@pytest.mark.parametrize(("name", "says"), NAMES)
def test_what_cannot_be_a_name(refused: Refused, name: str, says: str) -> None:
    assert says in refused(spoilt("  loans: {label", f"  ▶{name}: {{label")).whole


@pytest.mark.parametrize(("lesson", "says"), LESSON)
def test_a_lesson_that_cannot_be_held(refused: Refused, lesson: str, says: str) -> None:
    assert says in refused(spoilt("title: A", f"{lesson}\ntitle: A")).whole


def test_a_decision_needs_payoffs(refused: Refused) -> None:
    marked = spoilt("actor: red", "actor: ▶red", spoilt(RED, ""))
    assert "add payoffs: red:" in refused(marked).whole


def test_an_observer_must_not_learn_what_is_hidden(refused: Refused) -> None:
    text = spoilt("knows: [demand], when: demand == press", "knows: [demand, storm]")
    text = spoilt("  - {event: storm, chance: 0.3 if season == wet else 0.1, judgement: climate}\n", "", text)
    text = spoilt(
        "  - {decision: answer", "  - {event: storm, when: ▶mood == angry, chance: 0.1}\n  - {decision: answer", text
    )
    found = refused(text)
    assert "would tell 'answer' about 'mood'" in found.message
    assert "add an else: to 'storm'" in found.whole


def test_missing_title_and_outcomes(engine: Engine, tmp_path: Path) -> None:
    written(tmp_path, "engine: 1\n")
    ran = engine("check", "border.yaml")
    assert [found.message for found in ran.problems] == ["'outcomes' is missing", "'title' is missing"]


def test_sets_that_disagree(refused: Refused) -> None:
    sets = """  calm: {label: A calm year, set: {moves.storm.chance: 0.1}}
  both: {label: Both, extends: [stormy, calm]}
"""
    marked = spoilt("references:", sets.replace("{moves", "{▶moves") + "references:")
    found = refused(marked)
    assert "'moves.storm.chance' is set twice, differently" in found.message
    assert "the other is in line 46" in found.whole


def test_sets_that_extend_one_another_in_a_circle(refused: Refused) -> None:
    sets = "  one: {label: One, ▶extends: [two]}\n  two: {label: Two, extends: [one]}\n"
    assert "extends itself" in refused(spoilt("references:", sets + "references:")).message


def test_every_mistake_of_a_file_is_reported_at_once(engine: Engine, tmp_path: Path) -> None:
    """Ten mistakes of every kind: of shape, of value, of name, of game, of quote."""
    text = BORDER
    for old, new in (
        ("as_of: 2022-12-18", "as_of: some day"),
        ("quote: the troops gathered", "quote: the troops left"),
        ("name: Blue,", "name: Blue, colour: blue,"),
        ("uniform: [1, 3]", "uniform: [3, 1]"),
        ("between: [1, 5]", "between: [1, many]"),
        ("alarm: {start: 0}", "alarm: {start: soon}"),
        ("3 * (answer == join) - pressed", "3 * (answer = join) - pressed"),
        ("-4 * storm", "-4 * strom"),
        ("about: joins, by: somebody", "about: join, by: somebody"),
        ("value: no, on: 2023-06-30", "value: perhaps, on: 2023-06-30"),
    ):
        text = spoilt(old, new, text)
    written(tmp_path, text)
    ran = engine("check", "border.yaml")
    assert [found.line for found in ran.problems] == [3, 9, 12, 14, 15, 23, 31, 34, 48, 50]


def test_what_only_follows_from_a_mistake_is_not_reported_as_another(engine: Engine, tmp_path: Path) -> None:
    """An unknown without a distribution is still a name; a move without a chance is still a move."""
    text = spoilt("between: [1, 5], ", "", spoilt("chance: 0.3 if season == wet else 0.1, ", ""))
    written(tmp_path, text)
    assert [found.line for found in engine("check", "border.yaml").problems] == [15, 28]


def test_at_most_fifty_problems_are_printed_with_the_count(engine: Engine, tmp_path: Path) -> None:
    wrong = "".join(f"  q{number}: x{number}\n" for number in range(80))
    written(tmp_path, spoilt("quantities:\n", "quantities:\n" + wrong))
    ran = engine("check", "border.yaml")
    assert len(ran.problems) == 50
    assert "30 more errors" in ran.err
