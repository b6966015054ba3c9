"""An explanation as plain data, for other programs; keys may be added, never renamed."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from engine.analysis.explanation.choices import Choice
from engine.analysis.explanation.explanation import Draw, Explanation, Unlikely
from engine.analysis.explanation.flips import Flip, Flips
from engine.analysis.explanation.history import History, Types, View
from engine.analysis.explanation.unlikely import Difference
from engine.report.export import SCHEMA
from engine.scenario.model import Scenario
from engine.scenario.reasoning import in_words


def explanation_record(found: Explanation, version: str) -> dict[str, Any]:
    """The explanation; `decisions` are those of the typical draw."""
    typical = _draw(found.typical, found.scenario)
    return {
        "engine": version,
        "schema": SCHEMA,
        "command": "explain",
        "scenario": {"title": found.scenario.title, "sha256": found.sha256},
        "assumptions": found.assumptions,
        "overrides": dict(found.overrides),
        "actor": found.actor or None,
        "round": None if found.history is None else found.history.round,
        "history": None if found.history is None else _history(found.history),
        "decisions": typical["decisions"],
        "typical": typical,
        "unlikely": _unlikely(found.unlikely, found) if found.unlikely else None,
        "terms": {
            actor: {
                term.term: {"value": term.value.text, "evidence": list(term.evidence), "judgement": term.judgement}
                for term in terms
            }
            for actor, terms in found.scenario.payoffs.items()
        },
    }


def _history(found: History) -> dict[str, Any]:
    beliefs = found.beliefs
    views: list[tuple[str | None, View]] = [] if beliefs is None else [(None, beliefs.shared), *beliefs.own.items()]
    return {
        "probability": found.chance,
        "reached": found.comes,
        "share": found.share,
        "ways": found.ways,
        "all_followed": found.whole,
        "state": dict(found.state),
        "types": None if beliefs is None else _view(beliefs.truth, beliefs.types),
        "beliefs": None
        if beliefs is None
        else [{"actor": actor, **_view(view, beliefs.types)} for actor, view in views],
    }


def _view(view: View, types: tuple[Types, ...]) -> dict[str, Any]:
    return {
        "of_each": {name: dict(chances) for name, chances in view.of_each.items()},
        "joint": [
            {"values": dict(values), "probability": chance} for values, chance in zip(types, view.joint, strict=True)
        ],
    }


def _draw(draw: Draw, scenario: Scenario) -> dict[str, Any]:
    return {
        "unknowns": {name: _value(name, value, scenario) for name, value in draw.unknowns.items()},
        "solved": draw.solved,
        "branch_unchecked": draw.unchecked,
        "outcomes": {
            name: dict(value) if isinstance(value, Mapping) else value for name, value in draw.outcomes.items()
        },
        "moves": [
            {"name": move.name, "kind": move.kind, "actor": move.actor or None, "probabilities": dict(move.values)}
            for move in draw.moves
        ],
        "decisions": {
            name: [_choice(choice, draw.flips.get(choice.number), scenario) for choice in group]
            for name, group in groupby(draw.choices, key=lambda choice: choice.decision)
        },
    }


def _value(name: str, value: float, scenario: Scenario) -> float | str:
    choice = scenario.unknowns[name].choice
    return list(choice)[round(value)] if choice else value


def _choice(choice: Choice, flips: Flips | None, scenario: Scenario) -> dict[str, Any]:
    return {
        "actor": choice.actor,
        "reasoning": in_words(scenario.actors[choice.actor].reasoning),
        "knows": dict(choice.knows),
        "makes_no_difference": list(choice.idle),
        "reached": choice.reached,
        "precision": choice.precision,
        "probabilities": dict(choice.probabilities),
        "payoffs": None if choice.payoffs is None else dict(choice.payoffs),
        "terms": None if choice.terms is None else {option: dict(terms) for option, terms in choice.terms.items()},
        "beliefs": None if choice.beliefs is None else {move: dict(shares) for move, shares in choice.beliefs.items()},
        "beliefs_that_matter": list(choice.matters),
        "flips": None if flips is None else [_flip(flip) for flip in flips.found],
        "no_flip": None if flips is None else list(flips.none),
        "tie": None if flips is None else flips.tie,
    }


def _flip(flip: Flip) -> dict[str, Any]:
    return {
        "kind": flip.kind,
        "actor": flip.actor,
        "what": flip.what or None,
        "value": flip.value or None,
        "factor": flip.factor,
        "factor_just_short": flip.factor_short,
        "before": flip.before,
        "after": flip.after,
        "just_short": flip.short,
        "depends_on_moves": not flip.exact,
        "size": flip.size,
        "from": flip.option,
        "to": flip.other,
        "probabilities": dict(flip.at),
        "probabilities_just_short": dict(flip.just_short),
    }


def _unlikely(found: Unlikely, whole: Explanation) -> dict[str, Any]:
    return {
        "outcome": found.outcome,
        "quantile": found.level,
        "draws": whole.n_draws,
        "probability": found.probability,
        "typical_probability": found.typical,
        **_draw(found.draw, whole.scenario),
        "unusual": [
            {
                "unknown": one.name,
                "value": _value(one.name, one.value, whole.scenario),
                "typical": _value(one.name, one.typical, whole.scenario),
                "quantile": one.quantile,
                "probability_if_typical": one.instead,
            }
            for one in found.unusual
        ],
        "differences": [_difference(difference) for difference in found.differences],
    }


def _difference(found: Difference) -> dict[str, Any]:
    return {
        "decision": found.after.decision,
        "actor": found.after.actor,
        "knows": dict(found.after.knows),
        "gains": found.option,
        "loses": found.other,
        "typical_probabilities": dict(found.before.probabilities),
        "probabilities": dict(found.after.probabilities),
        "probability_if_chosen_as_typical": found.instead,
        "because": [
            {"term": one.term or None, "typical": one.before, "here": one.after, "shift_of_log_odds": one.shift}
            for one in found.because
        ],
    }
