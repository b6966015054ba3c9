"""Small files that ask for a lot: each is refused, or done, without much time or memory. The time limit is generous."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from border import Ran, spoilt, written

Engine = Callable[..., Ran]


def many(count: int, line: str) -> str:
    return "".join(line.replace("#", str(number)) for number in range(count))


def listed(count: int, item: str) -> str:
    return ", ".join(item.replace("#", str(number)) for number in range(count))


def aliases(levels: int) -> str:
    """Each level stands for four of the level below."""
    fours = (f"x{n}: &x{n} [*x{n - 1}, *x{n - 1}, *x{n - 1}, *x{n - 1}]\n" for n in range(1, levels))
    return "x0: &x0 [1, 1]\n" + "".join(fours)


def before(old: str, more: str) -> tuple[str, str]:
    """What is replaced, and by what, to put lines before a line."""
    return old, more + old


def after(old: str, more: str) -> tuple[str, str]:
    return old, old + more


# the change, the line of the first problem, and what it says
TOO_MUCH = {
    "unknowns": (after("unknowns:\n", many(1001, "  u#: {label: u, value: 1}\n")), 13, "at most 1,000 possible"),
    "quantities": (after("quantities:\n", many(5000, "  q#: 1\n")), 20, "at most 1,000 possible"),
    "sets": (after("assumptions:\n", many(2000, "  s#: {label: s, extends: [s#]}\n")), 45, "at most 60 possible"),
    "moves": (after("moves:\n", many(100, "  - {event: e#, chance: 0.5}\n")), 24, "at most 60 possible"),
    "options": (("[leave, press]", f"[{listed(5000, 'o#')}]"), 26, "at most 200 possible, 5000 given"),
    "values": (("{wet: 40%, dry: rest}", f"{{{listed(5000, 'v#: 0')}}}"), 17, "at most 200 possible"),
    "parts": (("between: [1, 5]", f"mixture: [{listed(5000, '{weight: 1, value: #}')}]"), 15, "at most 100 possible"),
    "wrong ids": (("evidence: [c1]", f"evidence: [{listed(50_000, 'x#')}]"), 16, "at most 1,000 possible"),
    "wrong names": (after("quantities:\n", many(900, "  q#: xx# + yy# + zz#\n")), 21, "'xx0' is not a name"),
    "wrong sources": (
        after("evidence:\n", many(1900, "  e#: {source: papr, kind: event, claim: x}\n")),
        9,
        "'papr' is no source",
    ),
    "wrong keys": (("precision: 2,", listed(30_000, "k#: 1") + ","), 12, "'k0' is no key here"),
    "wrong sections": (before("title: A", many(30_000, "k#: 1\n")), 2, "'k0' is no key here"),
    "numbers as keys": (after("quantities:\n", many(5000, "  #: 1\n")), 1021, "more than 1,000 numbers as keys"),
    "paths": (after("moves:\n", many(40, "  - {event: e#, chance: 0.5}\n")), 24, "more than 262,144 paths"),
    "leaves": (
        after("moves:\n", many(12, "  - {decision: e#, actor: red, options: [a, b]}\n")),
        24,
        "more than 16,384 paths",
    ),
    "aliases": (before("title: A", aliases(11)), 10, "more than 200,000 values, each alias counted as all"),
    "one long line": (("title: A", f"title: [{'x, ' * 100_000}A]\n#"), 2, "text is needed here, not a list"),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_too_much_is_refused(engine: Engine, tmp_path: Path, what: str) -> None:
    (old, new), line, says = TOO_MUCH[what]
    written(tmp_path, spoilt(old, new))
    ran = engine("check", "border.yaml")
    assert ran.code == 1
    assert says in ran.problems[0].message
    assert ran.problems[0].line == line
    assert len(ran.err) < 100_000


def test_sets_that_extend_two_each_are_walked_once(engine: Engine, tmp_path: Path) -> None:
    """Twenty-seven levels of two would be 10^8 walks."""
    line = "  {}{}: {{label: s, extends: [a{}, b{}]}}\n"
    sets = "  a0: {label: s}\n  b0: {label: s}\n"
    sets += "".join(line.format(name, level, level - 1, level - 1) for level in range(1, 28) for name in "ab")
    written(tmp_path, spoilt("assumptions:\n", "assumptions:\n" + sets))
    assert engine("run", "border.yaml", "-n", "16", "--assume", "a27").code == 0


def test_a_thousand_unknowns_are_possible(engine: Engine, tmp_path: Path) -> None:
    written(tmp_path, spoilt("unknowns:\n", "unknowns:\n" + many(996, "  u#: {label: u, uniform: [1, 2]}\n")))
    assert engine("run", "border.yaml", "-n", "16").code == 0


@pytest.mark.parametrize("path", ["*", "*.*", "*.*.*.*.*", "evidence.*.*", "payoffs.*.*.*", "outcomes.*"])
def test_stars_cannot_be_multiplied(engine: Engine, tmp_path: Path, path: str) -> None:
    claims = many(500, "  e#: {source: paper, kind: event, claim: x}\n")
    written(tmp_path, spoilt("evidence:\n", "evidence:\n" + claims))
    ran = engine("run", "border.yaml", "-n", "16", "--set", f"{path}=1")
    assert ran.code == 2
    assert "Traceback" not in ran.err
