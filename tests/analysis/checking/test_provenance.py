from __future__ import annotations

from engine import api
from engine.analysis.checking.outline import outline
from engine.analysis.checking.provenance import BOTH, EVIDENCE, GROUNDS, JUDGEMENT, NEITHER, Provenance, provenance

# 3 numbers rest on evidence, 1 on evidence and judgement, 3 on judgement, 5 on neither; what holds only 0 and 1, or no
# number, does not count.
SCENARIO = """
engine: 1
title: Counted by hand
words: icd_203
sources:
  paper: {by: The Paper}
  rival: {title: A rival}
evidence:
  e1: {source: paper, by: A general, kind: event, claim: one, quote: [first, second], contested_by: [rival]}
  e2: {source: paper, kind: event, claim: two}
  e3: {source: paper, kind: event, claim: three, moves_nothing: it happens either way}
  e4: {source: paper, kind: event, claim: four}
actors:
  a: {name: A, precision: 2, judgement: a guess}                              # judgement
  b: {name: B}                                                               # precision 1: no number
unknowns:
  u: {label: u, uniform: [0.2, 0.4], evidence: [e1]}                         # evidence
  v: {label: v, phrase: unlikely, evidence: [e1, e2], judgement: and this}   # words count; both
  w: {label: w, uniform: [0, 1]}                                             # only 0 and 1
  x: {label: x, between: [1, 5]}                                             # neither
correlated:
  - {unknowns: [u, x], rank: 0.3, judgement: a guess}                        # judgement
quantities:
  q: 3 * u                                                                   # neither
  r: u * v
state:
  s: {start: 0}
moves:
  - {event: rain, chance: "0.5 * u", evidence: [e2]}                         # evidence
  - {event: snow, chance: w}
  - {decision: take, actor: a, options: {some: 2, more: 4}}                  # neither
payoffs:
  a:
    - {term: dry, value: "-10 * rain * (take == some)", judgement: a guess}  # judgement
    - {term: light, value: "-take", evidence: [e1]}                          # no number
beliefs:
  a: {rain: 0.7}                                                             # neither
outcomes:
  wet: {label: wet, happens: rain == yes}
statements:
  said: {about: wet, value: 0.3, evidence: [e1]}                             # statements are not inputs
assumptions:
  high: {label: high, set: {unknowns.u: {value: 0.9}}, evidence: [e2]}       # evidence
  trust: {label: trust, believe: [said]}                                     # no number
  own: {label: own, set: {unknowns.u: {value: 1}}}                           # only 0 and 1
references:
  - {about: wet, by: Market, probability: 0.2}                               # neither
"""


def found() -> Provenance:
    return provenance(api.loads(SCENARIO).scenario)


def test_shares_are_those_counted_by_hand() -> None:
    counts = {kind: found().count(kind) for kind in GROUNDS}
    assert counts == {EVIDENCE: 3, BOTH: 1, JUDGEMENT: 3, NEITHER: 5}
    assert found().share(EVIDENCE) == 3 / 12


def test_numbers_without_a_reason_are_listed_with_their_line() -> None:
    lines = SCENARIO.splitlines()
    bare = [number for number in found().numbers if number.rests_on == NEITHER]
    assert [number.what for number in bare] == [
        "unknown x",
        "quantity q",
        "decision take",
        "belief of a about rain",
        "reference Market",
    ]
    for number in bare:
        assert number.where is not None
        assert lines[number.where.line - 1].endswith("# neither")


def test_each_claim_says_where_it_is_used() -> None:
    used = {claim.id: claim.used for claim in found().claims}
    assert used == {
        "e1": ("unknown u", "unknown v", "statement said", "term a: light"),
        "e2": ("unknown v", "assumptions high", "event rain"),
        "e3": (),
        "e4": (),
    }


def test_a_claim_knows_its_speaker_and_who_contests_it() -> None:
    claims = {claim.id: claim for claim in found().claims}
    assert claims["e1"].by == "A general"
    assert claims["e2"].by == "The Paper"
    assert claims["e1"].contested_by == ("A rival",)
    assert claims["e1"].quotes == ("first", "second")


def test_only_a_claim_without_use_and_reason_is_idle() -> None:
    assert [claim.id for claim in found().claims if claim.idle] == ["e4"]


def test_a_new_value_may_bring_its_own_reason_into_a_set() -> None:
    text = SCENARIO.replace("set: {unknowns.u: {value: 1}}", "set: {unknowns.u: {value: 0.8, judgement: mine}}")
    assert provenance(api.loads(text).scenario).count(JUDGEMENT) == 4


def test_nothing_to_count_is_no_error() -> None:
    bare = provenance(api.loads("engine: 1\ntitle: t\noutcomes: {o: {label: l, happens: 1 == 1}}\n").scenario)
    assert bare.claims == ()
    assert bare.share(EVIDENCE) == 0


def test_the_outline_counts_the_game() -> None:
    counted = outline(api.loads(SCENARIO).scenario)
    assert counted.paths == 8
    assert counted.sets == 1
    assert counted.decisions == 1
    assert counted.terms == 2
    assert list(counted.assumptions) == ["high", "trust", "own"]


def test_the_outline_warns_of_what_one_may_want_to_look_at() -> None:
    messages = " ".join(warning.message for warning in outline(api.loads(SCENARIO).scenario).warnings)
    assert "and 4 more have numbers with neither" in messages
    assert "'e4'" in messages
    assert "'e3'" not in messages


def test_an_unknown_that_nobody_knows_should_be_read_linearly() -> None:
    hidden = SCENARIO.replace("between: [1, 5]", "between: [1, 5], known: false")

    def warned(value: str) -> bool:
        text = hidden.replace('"-10 * rain * (take == some)"', f'"{value}"')
        return any("not linear" in warning.message for warning in outline(api.loads(text).scenario).warnings)

    for linear in ("-10 * x * rain", "x - x / 4 + u", "x if rain == yes else 2 * x", "-x * (take == some)"):
        assert not warned(linear), linear
    for bent in ("x ** 2", "x * x", "1 / x", "exp(x)", "1 if x > 2 else 0", "max(x, 1)"):
        assert warned(bent), bent


def test_habits_and_levels_are_numbers_that_need_a_reason() -> None:
    """Level 1, habits of 0 and 1, and rules without a number say nothing that needs one."""
    for written, numbers in (
        ("habit: {take: {some: 0.4, more: rest}}", 1),
        ("habit: {take: {some: 1, more: rest}}", 0),
        ("reasoning: {level: 1}", 0),
        ("reasoning: {level: 2}", 1),
        ("reasoning: {cognitive hierarchy: 1.5}", 1),
        ("reasoning: {choice: k, rules: {i: habit, j: {level: 3}}}", 1),
        ("reasoning: best reply", 0),
    ):
        text = SCENARIO.replace("{name: A, precision: 2, judgement: a guess}", f"{{name: A, {written}}}")
        text = text.replace("unknowns:\n", "unknowns:\n  k: {label: k, choice: {i: 1, j: 0}}\n")
        counted = [item for item in provenance(api.loads(text).scenario).numbers if item.what == "actor a"]
        assert [item.rests_on for item in counted] == [NEITHER] * numbers, written
