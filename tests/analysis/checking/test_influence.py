"""The influence diagram says what depends on what, and who knows what."""

from __future__ import annotations

from engine import api

TALKS = """
engine: 1
title: Talks
actors: {a: {name: Ann, precision: 1}, b: {name: Bob, precision: 1}}
quantities: {worth: 3 if mood == good else 1}
moves:
  - {type: mood, of: a, values: [bad, good], chance: {good: 0.5, bad: rest}}
  - {decision: ask, actor: a, options: [low, high]}
  - {decision: answer, actor: b, options: [no, yes], knows: [ask]}
  - {decision: walk, actor: a, options: [stay, go], knows: [answer], when: answer == no, else: stay}
  - {event: war, chance: 0.2 if walk == go else 0.1}
payoffs:
  a: [{term: gain, value: worth * (answer == yes)}]
  b: [{term: peace, value: -5 * (war == yes)}, {term: habit, value: 1 * (answer == no)}]
outcomes: {war: {label: War, happens: war == yes}}
"""


def test_nodes_and_arrows() -> None:
    found = api.influence(api.loads(TALKS))
    names = [node.name for node in found.nodes]
    assert names == ["mood", "ask", "answer", "walk", "war", "gain", "peace", "habit"]
    assert [node.kind for node in found.nodes] == ["chance", *["decision"] * 3, "chance", *["payoff"] * 3]
    assert [node.actor for node in found.nodes] == ["a", "a", "b", "a", "", "a", "b", "b"]
    arrows = {(names[arrow.start], names[arrow.end]): arrow.informs for arrow in found.arrows}
    assert arrows == {
        ("mood", "ask"): True,
        ("ask", "answer"): True,
        ("ask", "walk"): True,  # what Ann did; her mood she remembers from before
        ("answer", "walk"): True,
        ("walk", "war"): False,
        ("mood", "gain"): False,  # by way of a quantity
        ("answer", "gain"): False,
        ("war", "peace"): False,
        ("answer", "habit"): False,
    }
