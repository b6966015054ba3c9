"""An influence diagram in the languages of Mermaid and Graphviz.

Ovals are chance, boxes decisions, diamonds payoff terms; dashed arrows say what the actor of a decision knows. Names
come from the file and are not trusted: both languages read markup in labels, so what could be read as markup is written
as the number of its character (Mermaid: `#35;`) or escaped (DOT).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from engine.analysis.checking.influence import CHANCE, DECISION, Influence, Node
from engine.errors import UsageError
from engine.report.terminal import safe
from engine.scenario.scope import nearest

COLOURS: Final = ("#cfe2f3", "#fce5cd", "#d9ead3", "#ead1dc", "#fff2cc", "#d0e0e3", "#e6b8af", "#d9d2e9")
"""Light enough for black text; actors take them in turn."""
PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,")


def form(name: str) -> Callable[[Influence], str]:
    """The function that writes a diagram in this language.

    Raises:
        UsageError: there is no such language.
    """
    if name not in FORMS:
        raise UsageError(f"'{name}' is no form of a diagram", nearest(name, FORMS))
    return FORMS[name]


def mermaid(diagram: Influence) -> str:
    """The diagram for Mermaid, which many editors and web sites draw."""
    lines = ["flowchart TD"]
    for place, node in enumerate(diagram.nodes):
        opening, closing = {CHANCE: ("([", "])"), DECISION: ("[", "]")}.get(node.kind, ("{", "}"))
        text = "<br/>".join(map(_for_mermaid, _said(node, diagram)))
        lines.append(f'  n{place}{opening}"{text}"{closing}')
    lines += [f"  n{one.start} {'-.->' if one.informs else '-->'} n{one.end}" for one in diagram.arrows]
    for number, actor in enumerate(diagram.actors):
        own = [f"n{place}" for place, node in enumerate(diagram.nodes) if node.actor == actor]
        if own:
            lines.append(f"  classDef a{number} fill:{COLOURS[number % len(COLOURS)]},stroke:#444,color:#000")
            lines.append(f"  class {','.join(own)} a{number}")
    return "\n".join(lines) + "\n"


def dot(diagram: Influence) -> str:
    """The diagram for Graphviz."""
    lines = [
        "digraph influence {",
        f"  label={_for_dot(diagram.title)};",
        '  node [fontname="sans-serif", style=filled, fillcolor=white];',
    ]
    actors = list(diagram.actors)
    for place, node in enumerate(diagram.nodes):
        shape = {CHANCE: "ellipse", DECISION: "box"}.get(node.kind, "diamond")
        colour = COLOURS[actors.index(node.actor) % len(COLOURS)] if node.actor in actors else "white"
        lines.append(f'  n{place} [shape={shape}, fillcolor="{colour}", label={_for_dot(*_said(node, diagram))}];')
    lines += [f"  n{one.start} -> n{one.end}{' [style=dashed]' if one.informs else ''};" for one in diagram.arrows]
    return "\n".join([*lines, "}"]) + "\n"


FORMS: Final = {"mermaid": mermaid, "dot": dot}


def _said(node: Node, diagram: Influence) -> list[str]:
    """The lines of a node."""
    who = diagram.actors.get(node.actor, node.actor)
    if node.kind == CHANCE:
        return [node.name, f"known to {who} alone"] if who else [node.name]
    return [node.name, who]


def _for_mermaid(text: str) -> str:
    return "".join(
        character if character in PLAIN or ord(character) > 127 else f"#{ord(character)};" for character in safe(text)
    )


def _for_dot(*lines: str) -> str:
    escaped = [safe(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines]
    return '"' + "\\n".join(escaped) + '"'
