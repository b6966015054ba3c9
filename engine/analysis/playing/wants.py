"""What a seat wants: its payoff terms, how large they can be, and what they hang on."""

from __future__ import annotations

from dataclasses import dataclass

from engine.analysis.playing.round import Round
from engine.scenario.scope import bind, bound_quantities, reads, scope_of


@dataclass(frozen=True, slots=True)
class Want:
    """One payoff term of a seat.

    Attributes:
        worst, best: that it can be in one round of this game, in whatever state.
        hangs_on: the moves that it reads, in order of play.
        state: the states that it reads.
        evidence: the claims behind it.
        judgement: what is the author's.
    """

    term: str
    worst: float
    best: float
    hangs_on: tuple[str, ...]
    state: tuple[str, ...]
    evidence: tuple[str, ...]
    judgement: str


def wants(now: Round, actor: str) -> tuple[Want, ...]:
    """What an actor wants."""
    scenario, sizes = now.scenario, now.sizes(actor)
    scope = scope_of(scenario)
    quantities = bound_quantities(scenario, scope)[1]
    found = []
    for term in scenario.payoffs.get(actor, ()):
        read = reads(bind(term.value, scope)[0], quantities)
        found.append(
            Want(
                term.term,
                *sizes[term.term],
                tuple(move.name for move in scenario.moves if move.name in read.moves),
                tuple(name for name in scenario.state if name in read.state),
                tuple(term.evidence),
                term.judgement or "",
            )
        )
    return tuple(found)
