"""What `check` says of a sound scenario: its outline, and the table of its claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from engine.analysis.checking.outline import Outline
from engine.analysis.checking.provenance import GROUNDS, NEITHER, Claim, Provenance
from engine.report.figures import plural
from engine.report.problems import problem_record
from engine.report.terminal import Screen, cut, left, width, wrap
from engine.report.text import command, title_lines
from engine.scenario.model import Scenario

MOST_BARE: Final = 50


def outline_text(found: Outline, scenario: Scenario, file: str, screen: Screen) -> str:
    """The scenario in a few figures, its assumption sets and the next command."""
    blocks = [
        [*title_lines(scenario, screen)],
        _figures(found, screen),
        _sets(found, file, screen),
        [screen.paint("Next:", "bold") + " " + command(screen, "engine", "run", file)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def provenance_text(found: Provenance, screen: Screen) -> str:
    """The table of claims, and what the numbers rest on."""
    blocks = [_claim_lines(claim, screen) for claim in found.claims]
    if not blocks:
        blocks = [["There is no evidence in this scenario."]]
    blocks.append(_shares(found, screen))
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def outline_record(found: Outline) -> dict[str, Any]:
    """The outline as plain data, without its warnings."""
    return {
        "title": found.title,
        "actors": dict(found.actors),
        "moves": list(found.moves),
        "decisions": found.decisions,
        "paths": found.paths,
        "information_sets": found.sets,
        "unknowns": found.unknowns,
        "payoff_terms": found.terms,
        "evidence": found.evidence,
        "statements": found.statements,
        "outcomes": dict(found.outcomes),
        "assumptions": dict(found.assumptions),
        "rounds": found.rounds,
        "forgotten": {move: list(who) for move, who in found.forgotten.items()},
    }


def check_record(
    version: str, problems: Sequence[Any], found: Outline | None, claims: Provenance | None
) -> dict[str, Any]:
    """What a check finds, as plain data; keys may be added, never renamed."""
    record: dict[str, Any] = {
        "engine": version,
        "schema": 1,
        "command": "check",
        "ok": not problems,
        "problems": [problem_record(problem) for problem in problems],
        "warnings": [problem_record(warning) for warning in found.warnings] if found else [],
        "scenario": outline_record(found) if found else None,
    }
    if claims is not None:
        record["evidence"] = _provenance_record(claims)
    return record


# The outline


def _figures(found: Outline, screen: Screen) -> list[str]:
    moves = screen.symbols(" → ").join(found.moves)
    by_chance = len(found.moves) - found.decisions
    rows = [
        ("actors", len(found.actors), ", ".join(found.actors.values())),
        ("moves", len(found.moves), f"{plural(found.decisions, 'decision')}, {by_chance} of chance: {moves}"),
        ("rounds", found.rounds if found.rounds > 1 else 0, _forgotten(found)),
        ("paths", found.paths, f"through the game; {plural(found.sets, 'information set')}"),
        ("payoff terms", found.terms, ""),
        ("unknowns", found.unknowns, ""),
        ("outcomes", len(found.outcomes), "; ".join(found.outcomes.values())),
        ("statements", found.statements, ""),
        ("evidence", found.evidence, "claims" if found.evidence else ""),
    ]
    return [line for name, count, text in rows if count for line in _figure(name, count, text, screen)]


def _forgotten(found: Outline) -> str:
    lost = [f"{move} ({', '.join(who)})" for move, who in found.forgotten.items()]
    return f"secret, and forgotten after the round: {'; '.join(lost)}" if lost else ""


def _figure(name: str, count: int, text: str, screen: Screen) -> list[str]:
    head = f"  {left(name, 13)}{count:>7,}"
    lines = wrap(screen.label(text), screen.width - 24, None, 6, screen)
    return [f"{head}  {lines[0]}".rstrip(), *(" " * 24 + line for line in lines[1:])]


def _sets(found: Outline, file: str, screen: Screen) -> list[str]:
    if not found.assumptions:
        return []
    name_width = min(24, max(width(name) for name in found.assumptions))
    lines = [
        screen.paint("Assumption sets", "bold") + "  " + command(screen, "engine", "run", file, "--assume") + " SET"
    ]
    for name, label in found.assumptions.items():
        texts = wrap(screen.label(label), screen.width - name_width - 4, None, 3, screen)
        lines.append(f"  {left(cut(screen.label(name), name_width, screen), name_width)}  {texts[0]}")
        lines += [" " * (name_width + 4) + text for text in texts[1:]]
    return lines


# Claims


def _claim_lines(claim: Claim, screen: Screen) -> list[str]:
    who = f"{claim.by}; contested by {', '.join(claim.contested_by)}" if claim.contested_by else claim.by
    head = f"{screen.label(claim.id)}  "
    room = screen.width - width(head)
    first, *more = wrap(screen.label(f"{claim.claim} ({claim.kind}; {who})"), room)
    lines = [screen.paint(head, "bold") + first, *(" " * width(head) + line for line in more)]
    for quote in claim.quotes:
        lines.append("  " + screen.paint(_quoted(quote, screen.width - 2, screen), "dim"))
    return lines + [f"  {line}" if not place else f"    {line}" for place, line in enumerate(_uses(claim, screen))]


def _quoted(quote: str, cells: int, screen: Screen) -> str:
    one_line = " ".join(screen.label(quote).split())
    marks = screen.symbols("“"), screen.symbols("”")
    return marks[0] + cut(one_line, cells - 2, screen) + marks[1]


def _uses(claim: Claim, screen: Screen) -> list[str]:
    if claim.used:
        text = screen.symbols(f"→ {', '.join(claim.used)}")
    elif claim.moves_nothing:
        text = f"moves nothing: {claim.moves_nothing}"
    else:
        return [screen.paint("used nowhere, without a reason", "yellow")]
    return wrap(screen.label(text), screen.width - 2, screen.width - 4)


def _shares(found: Provenance, screen: Screen) -> list[str]:
    total = len(found.numbers)
    if not total:
        return ["There are no numbers that need a reason."]
    lines = [screen.paint(f"Numbers: {total:,}", "bold")]
    for rests_on in GROUNDS:
        lines.append(f"  {found.count(rests_on):>5,}  {found.share(rests_on):>4.0%}  rest on {rests_on}")
    bare = [number for number in found.numbers if number.rests_on == NEITHER]
    for number in bare[:MOST_BARE]:
        text = screen.label(f"{number.where}: {number.what}" if number.where else number.what)
        first, *more = wrap(text, screen.width - 4, screen.width - 6)
        lines += [f"    {first}", *(f"      {line}" for line in more)]
    if len(bare) > MOST_BARE:
        lines.append(screen.symbols(f"    … and {len(bare) - MOST_BARE:,} more"))
    return lines


def _provenance_record(found: Provenance) -> dict[str, Any]:
    def place(where: Any) -> Mapping[str, Any]:
        return {"line": where.line, "column": where.column} if where else {}

    return {
        "claims": {
            claim.id: {
                "claim": claim.claim,
                "kind": claim.kind,
                "by": claim.by,
                "quotes": list(claim.quotes),
                "contested_by": list(claim.contested_by),
                "used": list(claim.used),
                "moves_nothing": claim.moves_nothing or None,
                **place(claim.where),
            }
            for claim in found.claims
        },
        "numbers": [
            {"what": number.what, "rests_on": number.rests_on, **place(number.where)} for number in found.numbers
        ],
        "shares": {kind: found.share(kind) for kind in GROUNDS},
    }
