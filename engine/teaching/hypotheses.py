"""Rival hypotheses: how each sign moves what somebody believes, by Bayes' rule, and which signs tell nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

from engine.report.figures import percent
from engine.report.grid import Grid, grid_lines
from engine.scenario.lessons import Hypotheses, Sign
from engine.teaching import understanding
from engine.teaching.dialogue import Dialogue
from engine.teaching.predicting import percent_of

Chances = Mapping[str, float]

NOTHING: Final = 1.005
"""Below this likelihood ratio a sign tells nothing: it is the same to three digits."""
HARDLY: Final = 1.2
"""Below this it is said to tell hardly anything."""
WEAK, STRONG = 10**0.5, 10.0
"""Evidence is 'not worth more than a bare mention' below the first, and strong above the second (Jeffreys 1961)."""
CLOSE: Final = 0.005
TELLS, FILE_TELLS = "which tells", "by the file"
CELL: Final = 7
"""Cells of a column of the table of evidence."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A sign, and what it did to a belief.

    Attributes:
        sign: what was seen.
        chance: somebody's chance of seeing it under each hypothesis.
        posterior: what they then believe.
        file_chance, file_posterior: the same of the scenario's own numbers.
    """

    sign: str
    chance: Chances
    posterior: Chances
    file_chance: Chances
    file_posterior: Chances


@dataclass(frozen=True, slots=True)
class Considered:
    """What somebody made of rival hypotheses.

    Attributes:
        hypotheses: by name, in words.
        prior, file_prior: before the signs.
        signs: in the order in which they were considered.
    """

    hypotheses: Mapping[str, str]
    prior: Chances
    file_prior: Chances
    signs: tuple[Seen, ...]


def updated(prior: Chances, chance: Chances) -> dict[str, float] | None:
    """What one believes after a sign, by Bayes' rule.

    Args:
        prior: the chance of each hypothesis.
        chance: of the sign, if the hypothesis is true.
    Returns:
        The posterior; None where nothing that is thought possible allows the sign.
    """
    joint = {name: prior[name] * chance[name] for name in prior}
    total = sum(joint.values())
    return {name: share / total for name, share in joint.items()} if total > 0 else None


def ratio_of(chance: Chances) -> float:
    """The likelihood ratio of the hypothesis that allows a sign best to the one that allows it least; 1 or more."""
    high, low = max(chance.values()), min(chance.values())
    return high / low if low > 0 else inf if high > 0 else 1.0


def strength(chance: Chances) -> str:
    """What a sign tells, in words."""
    ratio, most = ratio_of(chance), max(chance.values())
    if ratio < NOTHING:
        return "tells nothing"
    if ratio < HARDLY:
        return "tells hardly anything"
    word = "weakly " if ratio < WEAK else "strongly " if ratio >= STRONG else ""
    best = [_plain(name) for name, share in chance.items() if share * NOTHING > most]
    return f"speaks {word}for {' and '.join(best)}"


def consider(dialogue: Dialogue, step: Hypotheses) -> Considered:
    """Asks for the prior and for each sign's chances, and shows after each sign what follows."""
    prior = _ask_prior(dialogue, step)
    mine, theirs = dict(prior), dict(step.prior)
    seen: list[Seen] = []
    for place, sign in enumerate(step.signs, start=1):
        dialogue.tell("")
        dialogue.say(f"Sign {place} of {len(step.signs)}: {dialogue.screen.label(sign.sign)}")
        chance, mine = _ask_sign(dialogue, step, place, mine)
        theirs = updated(theirs, sign.chance) or theirs
        seen.append(Seen(sign.sign, chance, dict(mine), sign.chance, dict(theirs)))
        _show(dialogue, seen[-1], sign)
    return Considered(step.hypotheses, prior, step.prior, tuple(seen))


def evidence_grids(found: Considered, cells: int) -> list[Grid]:
    """The table of competing hypotheses (Heuer 1999): hypotheses in rows, evidence in columns, so many as fit.

    Chances are one's own; what each sign tells is said by these, and by the scenario's.

    Args:
        found: what somebody considered.
        cells: that a table may take.
    """
    words = max(len(_plain(name)) for name in (*found.hypotheses, TELLS, FILE_TELLS))
    a_time = max(1, (cells - words) // (CELL + 2))
    grids = []
    for start in range(0, len(found.signs), a_time):
        some = found.signs[start : start + a_time]
        heads = ("", *(f"sign {start + place}" for place in range(1, len(some) + 1)))
        rows: list[Sequence[str]] = [
            (_plain(name), *(percent_of(seen.chance[name]) for seen in some)) for name in found.hypotheses
        ]
        rows.append((TELLS, *(_mark(seen.chance) for seen in some)))
        rows.append((FILE_TELLS, *(_mark(seen.file_chance) for seen in some)))
        grids.append(Grid(heads, rows))
    return grids


def end_grid(found: Considered) -> Grid:
    """Before and after all signs, one's own numbers and the scenario's."""
    last = found.signs[-1]
    rows = [
        (
            f"{_plain(name)}: {text}",
            percent(found.prior[name]),
            percent(last.posterior[name]),
            percent(found.file_prior[name]),
            percent(last.file_posterior[name]),
        )
        for name, text in found.hypotheses.items()
    ]
    return Grid(("", "you: before", "after", "file: before", "after"), rows)


# Private functions


def _ask_prior(dialogue: Dialogue, step: Hypotheses) -> dict[str, float]:
    label = dialogue.screen.label
    dialogue.say("The rival hypotheses are:")
    for name, text in step.hypotheses.items():
        dialogue.say(f"{label(_plain(name))}: {label(text)}", "  ")
    names = list(step.hypotheses)
    if len(names) == 2:
        dialogue.say("Before any sign:")
        first = dialogue.ask(
            "bluff prior",
            f"How likely is “{label(_plain(names[0]))}”? The rest goes to the other.",
            understanding.chance,
            understanding.FORMS,
        )
        return {names[0]: first, names[1]: 1 - first}
    while True:
        dialogue.say("How likely is each before any sign?")
        given = _ask_each(dialogue, names, "bluff prior")
        total = sum(given.values())
        if total > 0 and abs(total - 1) <= CLOSE:
            break
        if total == 0:
            dialogue.say("One of these has to be true, so not all can be 0. Once more.")
            continue
        dialogue.say(f"These add up to {percent_of(total)}.")
        if dialogue.ask("bluff prior scale", understanding.SCALE, understanding.agreed):
            break
    return {name: chance / total for name, chance in given.items()}


def _ask_sign(
    dialogue: Dialogue, step: Hypotheses, place: int, before: Chances
) -> tuple[dict[str, float], dict[str, float]]:
    dialogue.say("How likely is it to see this, if it is …")
    while True:
        chance = _ask_each(dialogue, list(step.hypotheses), f"bluff sign {place}")
        after = updated(before, chance)
        if after is not None:
            return chance, after
        dialogue.say("But it was seen: what you still think possible must allow it. Once more.")


def _ask_each(dialogue: Dialogue, names: Sequence[str], key: str) -> dict[str, float]:
    label = dialogue.screen.label
    return {
        name: dialogue.ask(f"{key} {name}", f"  {label(_plain(name))}:", understanding.chance, understanding.FORMS)
        for name in names
    }


def _show(dialogue: Dialogue, seen: Seen, sign: Sign) -> None:
    rows = [
        (
            _plain(name),
            percent_of(seen.chance[name]),
            percent(seen.posterior[name]),
            percent_of(seen.file_chance[name]),
            percent(seen.file_posterior[name]),
        )
        for name in seen.chance
    ]
    grid = Grid(("", "you: sign", "belief", "file: sign", "belief"), rows)
    dialogue.tell(*grid_lines(grid, dialogue.screen, "  "))
    label = dialogue.screen.label
    dialogue.say(
        f"By your numbers this sign {label(strength(seen.chance))} ({_times(seen.chance)}); by the file's it "
        f"{label(strength(seen.file_chance))} ({_times(seen.file_chance)}).",
        "  ",
    )
    if sign.judgement:
        dialogue.say(f"The file: {label(sign.judgement)}", "  ")


def _times(chance: Chances) -> str:
    ratio = ratio_of(chance)
    if ratio == inf:
        return "one of them rules it out"
    return f"{ratio:.3g} to 1" if ratio < 1000 else f"{ratio:,.0f} to 1"


def _mark(chance: Chances) -> str:
    ratio = ratio_of(chance)
    if ratio < HARDLY:
        return "nothing" if ratio < NOTHING else "hardly"
    return "much" if ratio >= STRONG else "little" if ratio < WEAK else "some"


def _plain(name: str) -> str:
    return name.replace("_", " ")
