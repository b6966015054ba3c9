"""What stands behind each choice of a solved game: what the actor knows, what it believes, what each option brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from engine.games.levels import actions_of
from engine.games.segments import FloatArray, IntArray, Segments, segments
from engine.games.solution import Solution
from engine.games.tree import NOT_MOVED, InformationSet
from engine.program.program import Program
from engine.program.worlds import Batch, Reader
from engine.scenario.model import Scenario
from engine.scenario.scope import knowledge
from engine.simulation.eyes import played_share

NONE: Final = "none"
MATTERS: Final = 0.1
"""What shifts the log odds of two options by this much matters."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One information set of one draw.

    Attributes:
        decision: the move.
        actor: who decides.
        number: place of the set among all of the tree.
        knows: what the choice can depend on, by move; what is known and makes no difference is left out.
        idle: moves that the actor knows and that make no difference to this choice.
        reached: the true chance that play comes here.
        precision: of the actor.
        probabilities: of each option.
        payoffs: expected payoff of each option given what the actor knows and believes and what everybody plays, or
            what it expects of them if it reasons by levels; None where chance never lets the set come about.
        terms: the same split into the named terms, which sum to it; by option, then by term. None as above.
        beliefs: by hidden move that comes before, the probability of each value, by Bayes' rule; None as above.
        matters: the hidden moves that would shift the log odds of two options by 0.1 or more if they were known.
    """

    decision: str
    actor: str
    number: int
    knows: Mapping[str, str]
    idle: tuple[str, ...]
    reached: float
    precision: float
    probabilities: Mapping[str, float]
    payoffs: Mapping[str, float] | None
    terms: Mapping[str, Mapping[str, float]] | None
    beliefs: Mapping[str, Mapping[str, float]] | None
    matters: tuple[str, ...]

    @property
    def likeliest(self) -> str:
        return max(self.probabilities, key=lambda option: self.probabilities[option])


def choices(program: Program, scenario: Scenario, batch: Batch, solution: Solution) -> tuple[Choice, ...]:
    """Every information set of a solved draw, in order of play.

    The expected payoff of an option is the mean of the payoff over the leaves behind it, each weighted by its chance in
    the actor's eyes and by everybody's play without this decision's own action: what the solver equates (McKelvey &
    Palfrey 1998). For an actor who reasons by levels it is the play that it expects, not the one that comes; if it may
    reason at several levels, the average over those at which it comes to the set.

    Args:
        batch: of one draw.
        solution: of that draw.
    """
    reached = (batch.chance * played_share(program, solution))[:, 0]
    known = knowledge(scenario)
    terms = TermValues(program, batch)
    found: list[Choice] = []
    for decision in program.tree.decisions:
        if program.tree.sets_of(decision):
            found += _Decision(program, batch, solution, decision, reached, known, terms).choices(len(found))
    return tuple(found)


def choices_at(
    program: Program, scenario: Scenario, batch: Batch, solution: Solution, decision: int
) -> tuple[Choice, ...]:
    """The information sets of one decision, a place among the tree's moves; otherwise as `choices`."""
    if not program.tree.sets_of(decision):
        return ()
    before = sum(item.decision < decision for item in program.tree.sets)
    reached = (batch.chance * played_share(program, solution))[:, 0]
    known, terms = knowledge(scenario), TermValues(program, batch)
    return tuple(_Decision(program, batch, solution, decision, reached, known, terms).choices(before))


def move_names(program: Program) -> tuple[str, ...]:
    """The names of the tree's moves."""
    return tuple(name for name in program.values if name not in program.folded)


class TermValues:
    """The payoff terms of one draw on the leaves, by place in `program.terms`; each (n_leaves,)."""

    def __init__(self, program: Program, batch: Batch) -> None:
        eyes = Reader(program, batch.seen, batch.situation)
        self.of = tuple(eyes.leaves(term.table)[:, 0] for term in program.terms)


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """The game as the actor sees it at one level.

    Attributes:
        share: of its information sets, how likely it is that the actor who comes there reasons so; (n_sets,).
        before, after: weights of the leaves, without the decision's own action and with it; (n_leaves,).
    """

    share: FloatArray
    before: FloatArray
    after: FloatArray


class _Decision:
    """The leaves of one decision, grouped by action and by information set."""

    def __init__(
        self,
        program: Program,
        batch: Batch,
        solution: Solution,
        decision: int,
        reached: FloatArray,
        known: Mapping[str, tuple[str, ...]],
        terms: TermValues,
    ) -> None:
        tree, names = program.tree, move_names(program)
        actor = tree.moves[decision].actor
        if actor is None:
            raise AssertionError(f"'{names[decision]}' is no decision")
        self.program, self.names, self.decision, self.actor, self.terms = program, names, decision, actor, terms
        self.sets = tree.sets_of(decision)
        self.options = program.values[names[decision]]
        self.first, self.last = self.sets[0].actions[0], self.sets[-1].actions[1]
        action = tree.action[decision]
        self.action = np.where(action == NOT_MOVED, NOT_MOVED, action - self.first)
        self.member = np.where(action == NOT_MOVED, NOT_MOVED, self.action // len(self.options))
        self.by_set = segments(self.member, len(self.sets))
        self.reached = self.by_set.sum(reached[:, None])[:, 0]
        self.play = solution.play[self.first : self.last, 0]
        self.possible = solution.reached[self.first : self.last, 0]
        self.precision = float(batch.worlds.precision[actor][0])
        self.known = known[names[decision]]
        self.by_action = segments(self.action, self.last - self.first)
        views = [self._view(*seen) for seen in self._seen(batch, solution)]
        total = sum((view.share for view in views), np.zeros(len(self.sets)))
        even = np.full(len(self.sets), 1 / len(views))
        self.views = [
            replace(view, share=np.divide(view.share, total, out=even.copy(), where=total > 0)) for view in views
        ]

    def _seen(self, batch: Batch, solution: Solution) -> Iterator[tuple[FloatArray, FloatArray, float]]:
        """How the actor sees the game, at each of its levels.

        Yields:
            Logarithms of the chance of each leaf without its own decisions, and of its own play; how likely it is.
        """
        tree, worlds = self.program.tree, batch.worlds
        view = worlds.believed.get(self.actor, worlds.chance)
        others = [move for move in tree.decisions if tree.moves[move].actor != self.actor]
        minds = [mind for mind in solution.minds.get(self.actor, ()) if mind.weight[0] > 0]
        with np.errstate(divide="ignore"):
            if not minds:
                plays = (_on_leaves(solution.log_play[:, 0], tree.action[move]) for move in others)
                yield sum(plays, np.log(view[:, 0])), solution.log_play[:, 0], 1.0
            for mind in minds:
                own = np.zeros(tree.n_actions)
                own[actions_of(tree, self.actor)] = mind.log_play[:, 0]
                chance = np.log((view if mind.thinker is None else worlds.view(mind.thinker))[:, 0])
                expected = (np.log(plan.on_leaves()[:, 0]) for plan in mind.others)
                yield sum(expected, chance), own, float(mind.weight[0])

    def _view(self, chance: FloatArray, log_play: FloatArray, weight: float) -> _View:
        """The game in the eyes of the actor if everybody plays like this, and how likely it comes to each set so."""
        tree, others, own = self.program.tree, chance, np.zeros(len(self.action))
        for move in tree.decisions:
            if move != self.decision and tree.moves[move].actor == self.actor:
                others = others + _on_leaves(log_play, tree.action[move])
                if move < self.decision:
                    own = own + _on_leaves(log_play, tree.action[move])
        reach = np.exp(self.by_set.largest(own[:, None])[:, 0])
        after = others + _on_leaves(log_play, tree.action[self.decision])
        return _View(weight * reach, self._weights(others), self._weights(after))

    def choices(self, before: int) -> list[Choice]:
        """Its information sets; so many sets come before them."""
        places = [place for place, term in enumerate(self.program.terms) if term.actor == self.actor]
        values = {place: self._expected(self.terms.of[place]) for place in places}
        payoff = sum((self.terms.of[place] for place in places), np.zeros(len(self.action)))
        hidden = {move: self._posterior(move) for move in self._hidden()}
        mattering = {move: self._matters(move, payoff) for move in hidden}
        return [self._choice(number, item, before, values, hidden, mattering) for number, item in enumerate(self.sets)]

    def _choice(
        self,
        number: int,
        item: InformationSet,
        before: int,
        values: Mapping[int, FloatArray],
        hidden: Mapping[int, FloatArray],
        mattering: Mapping[int, FloatArray],
    ) -> Choice:
        program, start = self.program, item.actions[0] - self.first
        knows = program.tree.moves[self.decision].knows
        possible = bool(self.possible[start])
        names = [self.names[move] for move in knows]
        terms = {
            option: {program.terms[place].name: float(value[start + place_of]) for place, value in values.items()}
            for place_of, option in enumerate(self.options)
        }
        beliefs = {move: self._named(move, shares[:, number]) for move, shares in hidden.items()}
        open_still = {move: named for move, named in beliefs.items() if len(named) > 1}
        return Choice(
            decision=self.names[self.decision],
            actor=program.actors[self.actor],
            number=before + number,
            knows={name: self._value(move, at) for name, move, at in zip(names, knows, item.known, strict=True)},
            idle=tuple(name for name in self.known if name not in names),
            reached=float(self.reached[number]),
            precision=self.precision,
            probabilities={option: float(self.play[start + place_of]) for place_of, option in enumerate(self.options)},
            payoffs={option: sum(of_option.values()) for option, of_option in terms.items()} if possible else None,
            terms=terms if possible else None,
            beliefs={self.names[move]: named for move, named in open_still.items()} if possible else None,
            matters=tuple(
                self.names[move] for move in open_still if mattering[move][number] * self.precision >= MATTERS
            ),
        )

    def _expected(self, value: FloatArray) -> FloatArray:
        """The expectation of what stands on the leaves, given each action; (n_actions,)."""
        found = np.zeros(self.last - self.first)
        for view in self.views:
            total = self.by_action.sum(view.before[:, None])[:, 0]
            mean = _mean(self.by_action, view.before * value, total)
            found = found + np.repeat(view.share, len(self.options)) * mean
        return found

    def _weights(self, logarithm: FloatArray) -> FloatArray:
        """Weights of leaves, the largest of each information set at 1, so that a small reach does not underflow."""
        top = self.by_set.largest(logarithm[:, None])[:, 0]
        top = np.append(np.where(np.isfinite(top), top, 0.0), 0.0)
        return np.where(self.member == NOT_MOVED, 0.0, np.exp(np.minimum(logarithm - top[self.member], 0.0)))

    def _hidden(self) -> list[int]:
        """Earlier moves that the actor does not know."""
        return [move for move in range(self.decision) if self.names[move] not in self.known]

    def _posterior(self, move: int) -> FloatArray:
        """The probability of each value of a move, the last for none; (n_values + 1, n_sets)."""
        value = self.program.tree.values[move]
        found = np.zeros((len(self._values_of(move)), len(self.sets)))
        for view in self.views:
            total = self.by_set.sum(view.after[:, None])[:, 0]
            found += view.share * np.array(
                [_mean(self.by_set, view.after * (value == at), total) for at in self._values_of(move)]
            )
        return found

    def _matters(self, move: int, payoff: FloatArray) -> FloatArray:
        """How far the move's value shifts the comparison of options; (n_sets,)."""
        shifts = [view.share * self._shifts(move, payoff, view) for view in self.views]
        return sum(shifts, np.zeros(len(self.sets)))

    def _shifts(self, move: int, payoff: FloatArray, view: _View) -> FloatArray:
        by_action = self.by_action
        low = np.full((len(self.sets), len(self.options)), np.inf)
        high = -low
        for at in self._values_of(move):
            weight = view.before * (self.program.tree.values[move] == at)
            total = by_action.sum(weight[:, None])[:, 0]
            expected = _mean(by_action, weight * payoff, total).reshape(low.shape)
            gap = expected - expected[:, :1]
            seen = (total > 0).reshape(low.shape).all(axis=1, keepdims=True)
            low, high = np.where(seen, np.minimum(low, gap), low), np.where(seen, np.maximum(high, gap), high)
        spread: FloatArray = np.where(np.isfinite(low), high - low, 0.0).max(axis=1)
        return spread

    def _values_of(self, move: int) -> list[int]:
        return [*range(len(self.program.values[self.names[move]])), NOT_MOVED]

    def _named(self, move: int, shares: FloatArray) -> dict[str, float]:
        return {
            self._value(move, at): float(share)
            for at, share in zip(self._values_of(move), shares, strict=True)
            if share > 0
        }

    def _value(self, move: int, at: int) -> str:
        return NONE if at == NOT_MOVED else self.program.values[self.names[move]][at]


def _mean(by_group: Segments, weighted: FloatArray, total: FloatArray) -> FloatArray:
    found = by_group.sum(weighted[:, None])[:, 0]
    return np.divide(found, total, out=np.zeros_like(found), where=total > 0)


def _on_leaves(log_play: FloatArray, action: IntArray) -> FloatArray:
    """The logarithm of the chance that each leaf's action is taken; 0 where it has none."""
    return np.append(log_play, 0.0)[action]
