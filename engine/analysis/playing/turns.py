"""What a seat is asked and told in a round: its decisions, its payoffs, what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from engine.analysis.explanation.choices import Choice

SURE: Final = 1e-9
"""Payoffs, relative to their size or to 1, that differ by less are the same."""
Knowledge = Mapping[str, str]
"""The value of each move that somebody knows."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A seat's decision, with all that can be said of it before it is made.

    Attributes:
        knows: every move of this round that the actor knows, in order of play.
        beliefs: of each earlier move that it does not know, the chance of each value given what it knows.
        choice: what each option brings, if the seat chooses best in the rest of the round; how likely the model's actor
            takes each.
    """

    round: int
    decision: str
    actor: str
    knows: Knowledge
    beliefs: Mapping[str, Mapping[str, float]]
    choice: Choice

    @property
    def payoffs(self) -> Mapping[str, float]:
        return self.choice.payoffs or dict.fromkeys(self.choice.probabilities, 0.0)

    @property
    def best(self) -> str:
        """The best reply."""
        return best_of(self.payoffs)

    def cost(self, option: str) -> float:
        """By how much an option falls short of the best."""
        return self.payoffs[self.best] - self.payoffs[option] if option != self.best else 0.0


@dataclass(frozen=True, slots=True)
class Payoff:
    """A payoff, or an expectation of one, and the terms that add up to it."""

    terms: Mapping[str, float]
    certain: bool = True

    @property
    def total(self) -> float:
        return sum(self.terms.values())


@dataclass(frozen=True, slots=True, eq=False)
class Happened:
    """A round that was played.

    Attributes:
        path: among all paths, that chance included which nobody acts on.
        values: of every move; `none` where it was not made.
        made: the moves that were made.
        learned: of each actor, what it knows once the round is over.
    """

    path: int
    values: Knowledge
    made: tuple[str, ...]
    learned: Mapping[str, Knowledge]


Choose = Callable[[Turn], str]
"""Asks a seat for an option."""


def best_of(payoffs: Mapping[str, float]) -> str:
    """The option with the highest payoff; of equally good ones the first."""
    high, size = max(payoffs.values()), max(1.0, *map(abs, payoffs.values()))
    return next(option for option, payoff in payoffs.items() if payoff >= high - SURE * size)
