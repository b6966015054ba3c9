"""Choice without mistakes: the best option, and equal shares where several are equally good."""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.games.conduct import SURPRISE, BoolArray
from engine.games.response import log_choice
from engine.games.segments import FloatArray

TIE: Final = 1e-9
"""Options whose expected payoffs differ by no more than this share of the actor's payoff span are equally good."""
ROUNDING: Final = 1e-13
"""And by no more than this share of the actor's largest payoff: sums are not exact."""
SHARP: Final = 1e3
"""Precision times payoff span that stands for the best reply where decisions depend on each other in a cycle: an option
that is worse by a thousandth of the span is then chosen 2.7 times less often."""
PURE: Final = 1 - 1e-9
"""From this probability on an option in a cycle is taken for the only one."""


def span_of(payoff: FloatArray, chance: FloatArray) -> FloatArray:
    """How far apart the best and worst payoff on possible leaves lie, (n_draws,); of arrays (n_leaves, n_draws)."""
    possible = chance > 0
    high = np.where(possible, payoff, -np.inf).max(axis=0)
    low = np.where(possible, payoff, np.inf).min(axis=0)
    return np.where(high > low, high - low, 0.0)


def tie_of(payoff: FloatArray, chance: FloatArray) -> FloatArray:
    """The difference of expected payoffs up to which options are equally good, (n_draws,); of arrays as `span_of`."""
    tie: FloatArray = TIE * span_of(payoff, chance) + ROUNDING * np.where(chance > 0, np.abs(payoff), 0.0).max(axis=0)
    return tie


def best_choice(expected: FloatArray, n_options: int, tie: FloatArray) -> tuple[FloatArray, BoolArray]:
    """The best reply to expected payoffs.

    Args:
        expected: payoff of each action, options of a set together; (n_actions, n_draws).
        n_options: options per information set.
        tie: difference of payoffs up to which options are equally good; (n_draws,).

    Returns:
        Logarithms of the choice, (n_actions, n_draws), options that are not best at `SURPRISE`; and whether the
        action's information set has several best options, same shape.
    """
    by_set = expected.reshape(-1, n_options, expected.shape[-1])
    best = by_set >= by_set.max(axis=1, keepdims=True) - tie
    n_best = best.sum(axis=1, keepdims=True)
    logs = np.where(best, -np.log(n_best), SURPRISE)
    tied = np.broadcast_to(n_best > 1, best.shape)
    return logs.reshape(expected.shape), tied.reshape(expected.shape)


def sharp_choice(scaled: FloatArray, n_options: int) -> FloatArray:
    """The choice of a best replier in a cycle, from payoffs scaled by its high precision: exact where it is pure.

    Returns:
        Logarithms, (n_actions, n_draws).
    """
    logs = log_choice(scaled, n_options).reshape(-1, n_options, scaled.shape[-1])
    taken = logs >= np.log(PURE)
    pure = taken.any(axis=1, keepdims=True)
    found: FloatArray = np.where(pure, np.where(taken, 0.0, SURPRISE), logs)
    return found.reshape(scaled.shape)
