"""The smallest single change that flips the most likely option of a choice, each verified by solving the game again.

A change multiplies one payoff term of the deciding actor, the odds of one value of chance in the eyes of one actor or
of all, or one actor's precision. Its amount is the distance from 1 (of a term's factor) or from 0 (of a factor's
logarithm). A grid finds the nearest amount at which the option flips, sections of the grid's cell narrow it down, and
the amount is rounded outwards so that the printed number is the one that was solved. The flip is kept if another
option is the most likely one at that number, and the old one still is at 1 % less change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, exp, floor, log, log10
from typing import Final

import numpy as np

from engine.analysis.explanation.changes import (
    BELIEF,
    KINDS,
    TERM,
    BeliefChange,
    Change,
    Changed,
    PrecisionChange,
    TermChange,
    odds_times,
)
from engine.analysis.explanation.choices import Choice
from engine.games.segments import FloatArray
from engine.games.solution import Solution
from engine.games.tree import BoolArray
from engine.program.program import Program
from engine.program.worlds import Batch, payoff_spans
from engine.simulation.eyes import played_share
from engine.simulation.run import CELLS

MOST_TERM: Final = 10.0
MOST_ODDS: Final = 1000.0
MOST_PRECISION: Final = 10.0
"""Limits of the search: how many times a term counts (from 0 on), odds and precision up to so many times or as small a
part."""
GRID: Final = 24
GRID_CELLS: Final = 2**22
"""Probabilities that the grid keeps at a time."""
NARROW: Final = 1e-6
SECTIONS: Final = 15
ROUNDS: Final = 40
SHORT: Final = 0.99
TIE: Final = 1e-9
DIGITS: Final = (3, 4, 6)
ANEW: Final = 3


@dataclass(frozen=True, slots=True)
class Flip:
    """One change that flips a choice.

    Attributes:
        kind: `term`, `belief` or `precision`.
        actor: whose; None if it is everybody's belief.
        what: the term's name, or the move whose chance it is; empty for a precision.
        value: the value of that move; empty for other kinds.
        factor, factor_short: on the term, the odds or the precision; and with 1 % less change.
        before, after: the number that changes: how many times the term counts, the chance of the value (of one that
            hangs on other moves the average), the precision.
        short: the number with 1 % less change.
        exact: whether `after` is the whole change; False where a chance hangs on other moves, which the factor on its
            odds changes together.
        size: on the common yardstick: change of expected payoff as a part of the actor's payoff span, change of the
            chance, logarithm of the factor on the precision.
        option, other: the most likely option before and after.
        at: probability of each option at `after`, solved again.
        just_short: the same at `short`.
    """

    kind: str
    actor: str | None
    what: str
    value: str
    factor: float
    factor_short: float
    before: float
    after: float
    short: float
    exact: bool
    size: float
    option: str
    other: str
    at: Mapping[str, float]
    just_short: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Flips:
    """What flips one choice.

    Attributes:
        found: at most one of each kind, the nearest first.
        none: kinds of which no change up to the limit flips it.
        tie: two options are equally likely, so anything flips it.
    """

    found: tuple[Flip, ...]
    none: tuple[str, ...]
    tie: bool = False


@dataclass(frozen=True, slots=True)
class _Case:
    """One choice, one change in one direction, and between which amounts the option flips first.

    Attributes:
        start: the cell of the grid begins here.
    """

    choice: Choice
    change: Change
    up: bool
    low: float
    high: float
    start: float


@dataclass(frozen=True, slots=True)
class _Trial:
    """A change to be verified: the factor, and that with 1 % less change."""

    case: _Case
    factor: float
    short: float


def flips(program: Program, batch: Batch, solution: Solution, wanted: Sequence[Choice]) -> dict[int, Flips]:
    """What flips each of the wanted choices; by the number of its information set.

    Args:
        program: the compiled scenario.
        batch: of one draw.
        solution: of that draw.
        wanted: choices of that draw.
    """
    return _Search(program, batch, solution, wanted).flips()


class _Search:
    def __init__(self, program: Program, batch: Batch, solution: Solution, wanted: Sequence[Choice]) -> None:
        self.program, self.batch, self.wanted = program, batch, wanted
        self.changed = Changed(program, batch)
        self.tied = {choice.number for choice in wanted if _is_tied(choice)}
        self.open = [choice for choice in wanted if choice.number not in self.tied and choice.payoffs is not None]
        self.rows: dict[int, slice] = {}
        actions: list[int] = []
        for choice in self.open:
            first, last = program.tree.sets[choice.number].actions
            self.rows[choice.number] = slice(len(actions), len(actions) + last - first)
            actions += range(first, last)
        self.actions = np.array(actions, dtype=np.int64)
        # where nothing is at stake for an actor when the game starts, it is what is at stake in this round
        self.spans = {
            program.actors[actor]: span or float(np.ptp(batch.worlds.payoff[actor]))
            for actor, span in payoff_spans(program).items()
        }
        self.played = played_share(program, solution)[:, 0]
        self.priors: dict[BeliefChange, tuple[FloatArray, FloatArray]] = {}

    def flips(self) -> dict[int, Flips]:
        bracketed = self._on_grid()
        found = self._verified(bracketed)
        return {
            choice.number: Flips(
                tuple(sorted(found.get(choice.number, {}).values(), key=lambda flip: flip.size)),
                tuple(kind for kind in KINDS if not any(_is_about(case, choice, kind) for case in bracketed))
                if choice in self.open
                else (),
                choice.number in self.tied,
            )
            for choice in self.wanted
        }

    # Where the option flips first

    def _on_grid(self) -> list[_Case]:
        """For each choice the changes that flip it, each with the first cell of the grid in which it does."""
        both = [(change, up) for change in self.changed.changes() for up in (False, True)]
        steps = (np.arange(GRID + 1) / GRID) ** 2
        found: list[_Case] = []
        # one change at a time would waste time on small games, all at once space on large ones
        together = max(1, GRID_CELLS // (GRID * max(1, len(self.actions))))
        for start in range(0, len(both) if self.open else 0, together):
            some = both[start : start + together]
            ends = np.array([_limit(change, up) * steps for change, up in some])
            play, sound = self._solved(some, ends[:, 1:])
            for (change, up), amounts, own_play, own_sound in zip(some, ends, play, sound, strict=True):
                for choice in self.open:
                    flipped = self._flipped(choice, own_play) & own_sound
                    if self._concerns(change, choice) and flipped.any():
                        first = int(flipped.argmax())
                        low, high = amounts[first : first + 2].tolist()
                        found.append(_Case(choice, change, up, low, high, low))
        return found

    def _nearest(self, cases: Sequence[_Case]) -> list[_Case]:
        """Those that may be the nearest of their kind."""
        least: dict[tuple[int, str], float] = {}
        for case in cases:
            key = case.choice.number, case.change.kind
            least[key] = min(least.get(key, np.inf), self._size(case, _factor(case, case.high)))
        return [
            case
            for case in cases
            if self._size(case, _factor(case, case.low)) <= least[case.choice.number, case.change.kind]
        ]

    def _narrowed(self, cases: list[_Case]) -> list[_Case]:
        """Those that may be the nearest of their kind, with the first flip between amounts that hardly differ."""
        for _ in range(ROUNDS):
            cases = self._nearest(cases)
            wide = [place for place, case in enumerate(cases) if case.high - case.low > NARROW * case.high]
            if not wide:
                break
            n = int(np.clip(CELLS // (self.program.tree.n_leaves * len(wide)), 1, SECTIONS))
            some = [cases[place] for place in wide]
            ends = np.array([np.linspace(case.low, case.high, n + 2) for case in some])
            play, sound = self._solved([(case.change, case.up) for case in some], ends[:, 1:-1])
            for place, case, amounts, own_play, own_sound in zip(wide, some, ends, play, sound, strict=True):
                flipped = np.append(self._flipped(case.choice, own_play) & own_sound, True)
                first = int(flipped.argmax())
                cases[place] = replace(case, low=float(amounts[first]), high=float(amounts[first + 1]))
        return list(cases)

    def _solved(
        self, changes: Sequence[tuple[Change, bool]], amounts: FloatArray
    ) -> tuple[list[FloatArray], list[BoolArray]]:
        """The wanted play, (n_actions, n_amounts), of each change at its amounts, (n_changes, n_amounts)."""
        n = amounts.shape[1]
        factors = [
            np.exp(row if up else -row) if change.kind != TERM else 1 + (row if up else -row)
            for (change, up), row in zip(changes, amounts, strict=True)
        ]
        asked = [change for change, _ in changes for _ in range(n)]
        answer = self.changed.solve(asked, np.concatenate(factors), self.actions)
        cut = [slice(place * n, (place + 1) * n) for place in range(len(changes))]
        return [answer.play[:, columns] for columns in cut], [answer.solved[columns] for columns in cut]

    def _concerns(self, change: Change, choice: Choice) -> bool:
        if isinstance(change, TermChange):
            return self.program.actors[self.program.terms[change.place].actor] == choice.actor
        return True

    def _flipped(self, choice: Choice, play: FloatArray) -> BoolArray:
        """Whether another option is more likely than the one that was; (n_amounts,)."""
        rows = play[self.rows[choice.number]]
        old = list(choice.probabilities).index(choice.likeliest)
        flipped: BoolArray = np.delete(rows, old, axis=0).max(axis=0) > rows[old] + TIE
        return flipped

    # Verified

    def _verified(self, cases: list[_Case]) -> dict[int, dict[str, Flip]]:
        """The nearest flip of each kind that holds when solved again, for each choice."""
        found: dict[int, dict[str, Flip]] = {}
        for _ in range(ANEW):
            if not cases:
                break
            again = []
            for case, flip, earlier in self._tried(self._narrowed(cases)):
                if flip is not None:
                    own = found.setdefault(case.choice.number, {})
                    if flip.kind not in own or flip.size < own[flip.kind].size:
                        own[flip.kind] = flip
                elif earlier > 0:
                    # it flips before this: the grid has stepped over something
                    low = case.start if case.start < earlier else 0.0
                    again.append(replace(case, low=low, high=earlier, start=low))
            cases = again
        return found

    def _tried(self, cases: Sequence[_Case]) -> Iterator[tuple[_Case, Flip | None, float]]:
        """Each case with its flip, if one holds; else the smaller amount at which the option flips too, or 0."""
        trials = [trial for case in cases for trial in self._trials(case)]
        factors = np.array([factor for trial in trials for factor in (trial.factor, trial.short)])
        answer = self.changed.solve([trial.case.change for trial in trials for _ in range(2)], factors, self.actions)
        for place in range(0, len(trials), len(DIGITS)):
            flip, earlier = None, 0.0
            for number, trial in enumerate(trials[place : place + len(DIGITS)]):
                columns = slice(2 * (place + number), 2 * (place + number) + 2)
                at, short = (
                    self._flipped(trial.case.choice, answer.play[:, columns]) & answer.solved[columns]
                ).tolist()
                if at and not short and answer.solved[columns].all():
                    flip = self._flip(trial, answer.play[:, columns])
                    break
                earlier = _amount(trial.case.change, trial.short) if short else 0.0
            yield trials[place].case, flip, earlier

    def _trials(self, case: _Case) -> Iterator[_Trial]:
        """The narrowed change, rounded outwards to fewer and to more digits."""
        factor = _factor(case, case.high)
        for digits in DIGITS:
            prior = self._single_prior(case.change)
            if prior is None:
                rounded = _outwards(1.0, factor, digits)
                short = 1 + SHORT * (rounded - 1) if case.change.kind == TERM else exp(SHORT * log(rounded))
                yield _Trial(case, rounded, short)
            else:
                after = _outwards(prior, odds_times(prior, factor), digits)
                short_of = prior + SHORT * (after - prior)
                yield _Trial(case, _odds(after) / _odds(prior), _odds(short_of) / _odds(prior))

    def _flip(self, trial: _Trial, play: FloatArray) -> Flip:
        case, change, program = trial.case, trial.case.change, self.program
        rows = play[self.rows[case.choice.number]]
        at, short = (dict(zip(case.choice.probabilities, rows[:, column].tolist(), strict=True)) for column in (0, 1))
        owner: int | None
        match change:
            case TermChange(place):
                owner, what, value = program.terms[place].actor, program.terms[place].name, ""
            case BeliefChange(whose, move, position):
                owner, what, value = whose, move, program.values[move][position]
            case PrecisionChange(whose):
                owner, what, value = whose, "", ""
        before, after, short_of = (self._number(change, factor) for factor in (1.0, trial.factor, trial.short))
        return Flip(
            kind=change.kind,
            actor=None if owner is None else program.actors[owner],
            what=what,
            value=value,
            factor=trial.factor,
            factor_short=trial.short,
            before=before,
            after=after,
            short=short_of,
            exact=not isinstance(change, BeliefChange) or self.changed.same_everywhere(change),
            size=self._size(case, trial.factor),
            option=case.choice.likeliest,
            other=max(at, key=lambda option: at[option]),
            at=at,
            just_short=short,
        )

    # Numbers of a change

    def _number(self, change: Change, factor: float) -> float:
        """What the change makes of the number that it changes."""
        match change:
            case TermChange():
                return factor
            case PrecisionChange(actor):
                return factor * float(self.batch.worlds.precision[actor][0])
            case BeliefChange():
                chance, weight = self._prior(change)
                return float((weight * odds_times(chance, factor)).sum())

    def _size(self, case: _Case, factor: float) -> float:
        """On the yardstick on which changes of different kinds compare."""
        match case.change:
            case TermChange(place):
                name, terms = self.program.terms[place].name, case.choice.terms or {}
                scale = max((abs(of_option[name]) for of_option in terms.values()), default=0.0)
                scale = scale or float(np.abs(self.changed.term(place)).max())
                span = self.spans[case.choice.actor]
                return abs(factor - 1) * (scale / span if span > 0 else 1.0)
            case BeliefChange():
                return abs(self._number(case.change, factor) - self._number(case.change, 1.0))
            case PrecisionChange():
                return abs(log(factor))

    def _single_prior(self, change: Change) -> float | None:
        """The chance that a belief changes, where it is a single number."""
        if isinstance(change, BeliefChange) and self.changed.same_everywhere(change):
            return self._number(change, 1.0)
        return None

    def _prior(self, change: BeliefChange) -> tuple[FloatArray, FloatArray]:
        """Each chance of the value that the actor sees, and how likely it finds the cases in which that is it.

        Where nobody ever lets it come to the move, all cases count alike.
        """
        if change not in self.priors:
            chance, weight = self.changed.prior(change, self.played)
            total = weight.sum()
            self.priors[change] = chance, weight / total if total > 0 else np.full_like(weight, 1 / max(1, len(weight)))
        return self.priors[change]


def _is_tied(choice: Choice) -> bool:
    first, second, *_ = [*sorted(choice.probabilities.values(), reverse=True), -1.0, -1.0]
    return first - second <= TIE


def _is_about(case: _Case, choice: Choice, kind: str) -> bool:
    return case.choice is choice and case.change.kind == kind


def _limit(change: Change, up: bool) -> float:
    if change.kind == TERM:
        return MOST_TERM - 1 if up else 1.0
    return log(MOST_ODDS if change.kind == BELIEF else MOST_PRECISION)


def _factor(case: _Case, amount: float) -> float:
    signed = amount if case.up else -amount
    return 1 + signed if case.change.kind == TERM else exp(signed)


def _amount(change: Change, factor: float) -> float:
    return abs(factor - 1) if change.kind == TERM else abs(log(factor))


def _odds(chance: float) -> float:
    return chance / (1 - chance)


def _outwards(start: float, end: float, digits: int) -> float:
    """The end, rounded away from the start to so many digits of their distance, yet not beyond 0 or, of a chance, 1."""
    distance = abs(end - start)
    if distance == 0:
        return end
    places = digits - 1 - floor(log10(distance))
    step = 10.0**-places
    found = round((ceil if end > start else floor)(end / step) * step, max(0, places))
    within = 0 < found < 1 if 0 < start < 1 else found >= 0
    return found if within else end
