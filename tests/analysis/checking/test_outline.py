from __future__ import annotations

import pytest

from engine import api

SCENARIO = """
engine: 1
title: Umbrella
actors:
  me: {name: Me, REASONING}
  you: {name: You}
unknowns:
  p: {label: p, uniform: [0, 1], judgement: ours}
  idle: {label: idle, IDLE, judgement: ours}
quantities: {half: idle / 2, double: 2 * p}
moves:
  - {type: mood, of: you, values: [calm, angry], chance: {calm: p, angry: rest}}
  - {event: rain, chance: p}
  - {decision: hint, actor: you, options: [say, hush], knows: []}
  - {decision: take, actor: me, options: [leave, carry]KNOWS}
  - {decision: again, actor: me, options: [leave, carry]}
payoffs:
  me: [{term: dry, value: "take == carry"}]
  you: [{term: peace, value: TERM}]
outcomes: {wet: {label: wet, happens: rain == yes and take == leave}}
assumptions: {s: {label: S, set: {SET}}}
"""
FINE = {
    "REASONING": "precision: 1",
    "IDLE": "uniform: [0, 1]",
    "KNOWS": ", knows: [rain, hint]",
    "TERM": "1",
    "SET": "",
}


def warnings(**changed: str) -> list[str]:
    text = SCENARIO
    for key, value in {**FINE, **changed}.items():
        text = text.replace(key, value)
    return [f"{problem.message}; {problem.hint}" for problem in api.outline(api.loads(text)).warnings]


UNUSED = "nothing uses the unknown 'idle'"


def test_an_unknown_that_nothing_uses() -> None:
    """A quantity that nothing uses makes no use of it either."""
    assert len([found for found in warnings() if UNUSED in found]) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"TERM": "half"},
        {"SET": "payoffs.you.peace.value: 3 * idle"},
        {
            "REASONING": "reasoning: {choice: idle, rules: {a: best reply, b: equilibrium}}",
            "IDLE": "choice: {a: 50%, b: rest}",
        },
    ],
)
def test_what_is_used_somewhere_is_used(changed: dict[str, str]) -> None:
    if "REASONING" in changed:
        changed = {**changed, "half: idle / 2, ": ""}
    assert not [found for found in warnings(**changed) if UNUSED in found]


def test_a_decision_that_does_not_say_what_it_knows() -> None:
    """Another's type is hidden anyway; what was known at an earlier decision of one's own is remembered."""
    found = [text for text in warnings(KNOWS="", TERM="half") if "knows nothing" in text]
    assert len(found) == 2  # of `again` too, which follows
    assert "'take' knows nothing of the earlier moves (rain, hint)" in found[0]
    assert "knows: []" in found[0]


def test_knowing_nothing_on_purpose() -> None:
    for knows in (", knows: []", ", knows: [rain, hint]"):
        assert not [text for text in warnings(KNOWS=knows, TERM="half") if "'take'" in text]


def test_what_an_actor_remembers_it_need_not_list() -> None:
    assert not [text for text in warnings(TERM="half") if "knows nothing" in text]


SECRET = """
engine: 1
title: A whisper
rounds: {count: 2}
actors: {a: {name: A}, b: {name: B}, c: {name: C}}
moves:
  - {decision: whisper, actor: a, options: [no_word, word], knows: [], secret: true}
  - {event: rumour, chance: 0.5, secret: true}
  - {decision: answer, actor: b, options: [no_word, word], knows: [whisper]}
  - {decision: look_on, actor: c, options: [no_word, word], knows: [answer]}
payoffs:
  a: [{term: t, value: whisper == word}]
  b: [{term: t, value: whisper == word and answer == word}]
  c: [{term: t, value: look_on == word}]
outcomes: {o: {label: O, choice: answer}}
"""


def test_what_is_known_of_secrets_is_said_to_be_forgotten_after_the_round() -> None:
    """A made the move and B knew it; nobody knew of the rumour."""
    assert api.outline(api.loads(SECRET)).forgotten == {"whisper": ("a", "b")}
    assert api.outline(api.loads(SECRET.replace("count: 2", "count: 1"))).forgotten == {}
