"""A game that was played as plain data, for other programs; keys may be added, never renamed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from engine.analysis.explanation.choices import NONE
from engine.analysis.playing.review import Account, Chosen, Review, Reviewed

DIGITS: Final = 10
"""Significant digits, and places after the point; the rest may differ between machines."""


def review_record(review: Review, head: Mapping[str, Any]) -> dict[str, Any]:
    """A whole game; `head` is that of its journal."""
    return {
        **head,
        "finished": review.over,
        "unknowns": _rounded(review.unknowns),
        "rounds": [round_record(played) for played in review.rounds],
        "totals": {
            seat: {
                "payoff": rounded(review.total(seat)),
                **{
                    key: rounded(sum(getattr(played.accounts[seat], what) for played in review.rounds))
                    for key, what in SUMS.items()
                },
            }
            for seat in review.seats
        },
    }


SUMS: Final = {
    "promised": "promised",
    "given_away": "cost",
    "luck": "luck",
    "model_expects": "by_model",
    "best_replies_expect": "by_best",
}


def round_record(played: Reviewed) -> dict[str, Any]:
    """One round: what was going on, and what it brought each seat."""
    return {
        "round": played.number,
        "state": _rounded(played.state),
        "believed": {name: _rounded(chances) for name, chances in played.believed.items()},
        "moves": {name: value for name, value in played.values.items() if value != NONE},
        "made": list(played.made),
        "seats": {seat: _account(account) for seat, account in played.accounts.items()},
    }


def rounded(value: float) -> float:
    """A number to so many digits that it is the same wherever it is computed."""
    return float(f"{round(value, DIGITS):.{DIGITS}g}") + 0.0


# Private functions


def _account(account: Account) -> dict[str, Any]:
    return {
        "payoff": rounded(account.received.total),
        "terms": _rounded(account.received.terms),
        "perceived": rounded(account.perceived.total),
        "promised": rounded(account.promised),
        "given_away": rounded(account.cost),
        "luck": rounded(account.luck),
        "model_expects": rounded(account.by_model),
        "best_replies_expect": rounded(account.by_best),
        "decisions": [_chosen(chosen) for chosen in account.choices],
    }


def _chosen(chosen: Chosen) -> dict[str, Any]:
    choice = chosen.turn.choice
    return {
        "decision": chosen.turn.decision,
        "knows": dict(chosen.turn.knows),
        "beliefs": {name: _rounded(chances) for name, chances in chosen.turn.beliefs.items()},
        "chosen": chosen.option,
        "best": None if choice.payoffs is None else chosen.turn.best,
        "cost": rounded(chosen.cost),
        "payoffs": None if choice.payoffs is None else _rounded(choice.payoffs),
        "terms": None if choice.terms is None else {name: _rounded(terms) for name, terms in choice.terms.items()},
        "model_chooses": _rounded(choice.probabilities),
    }


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: rounded(value) for name, value in values.items()}
