"""Diagrams are well formed whatever the names in the file."""

from __future__ import annotations

import re

import pytest

from engine.analysis.checking.influence import CHANCE, DECISION, PAYOFF, Arrow, Influence, Node
from engine.errors import UsageError
from engine.report.diagram import dot, form, mermaid

NASTY = [
    'a "quote"',
    "end",
    "<script>alert(1)</script>",
    "]]) --> x; click n0 call evil()",
    "%%{init: {}}%%",
    "back\\slash\\",
    "\\n \\l \\N",
    "#quot; &lt; &amp;",
    "\x1b[31mred\u202e",
    "line\nbreak\r\ttab",
    "`md` **bold** $x$",
    "{curly} |pipe| ;",
    "Łukaszenka — Минск 戦争",
    "",
]


def diagram(names: list[str]) -> Influence:
    kinds = [CHANCE, DECISION, PAYOFF]
    nodes = tuple(Node(name, kinds[place % 3], f"a{place}") for place, name in enumerate(names))
    arrows = tuple(Arrow(place, place + 1, place % 2 == 0) for place in range(len(names) - 1))
    return Influence(names[0], nodes, arrows, {f"a{place}": name for place, name in enumerate(names)})


DOT_STRING = r'"(?:[^"\\\n]|\\.)*"'
DOT_LINE = re.compile(
    rf"digraph influence \{{|  label={DOT_STRING};|  node \[.*\];|\}}"
    rf"|  n\d+ \[shape=\w+, fillcolor={DOT_STRING}, label={DOT_STRING}\];|  n\d+ -> n\d+(?: \[style=dashed\])?;"
)
MERMAID_TEXT = r'"(?:[^"<>\[\](){}`&\\%|$*\n]|<br/>)*"'
MERMAID_LINE = re.compile(
    rf"flowchart TD|  n\d+(?:\(\[{MERMAID_TEXT}\]\)|\[{MERMAID_TEXT}\]|\{{{MERMAID_TEXT}\}})|  n\d+ (?:-->|-\.->) n\d+"
    r"|  classDef a\d+ fill:#\w{6},stroke:#\w+,color:#\w+|  class n\d+(?:,n\d+)* a\d+"
)


@pytest.mark.parametrize(("draw", "line"), [(dot, DOT_LINE), (mermaid, MERMAID_LINE)], ids=["dot", "mermaid"])
def test_every_line_is_of_the_language_and_every_node_is_declared(draw, line) -> None:  # type: ignore[no-untyped-def]
    text = draw(diagram(NASTY))
    for found in text.splitlines():
        assert line.fullmatch(found), found
    declared = set(re.findall(r"^  (n\d+)[ (\[{](?!->|-)", text, re.MULTILINE))
    used = {end for pair in re.findall(r"(n\d+) (?:->|-->|-\.->) (n\d+)", text) for end in pair}
    assert used <= declared
    assert len(declared) == len(NASTY)


def test_mermaid_shows_the_characters_that_stood_there() -> None:
    text = mermaid(diagram(['a "b" <c> #d']))
    shown = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), text)
    assert 'a "b" <c> #d' in shown


def test_dot_shows_the_characters_that_stood_there() -> None:
    text = dot(diagram(['a "b" \\N']))
    assert 'a \\"b\\" \\\\N' in text


def test_another_form_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="'mermaids' is no form") as error:
        form("mermaids")
    assert "mermaid" in error.value.hint
