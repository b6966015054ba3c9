"""For each unknown alone: where the outcome's figure, the mean over all else, crosses a line as it varies.

The curve is worked out at a few levels on the same few draws, correlated unknowns following. What these draws say of
the figure with nothing held, and what many draws say of it, differ by error alone; of the curve's error the part that
goes with that is taken out (control variates; Lavenberg & Welch 1981). Crossings are closed in on by Chandrupatla's
method (1997). The interval of a crossing is made of all values at which the line lies within the sampling error of the
curve, so it is a test turned round (Fieller 1954), and holds however steep the curve is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from engine.analysis.discovery.claims import Claim
from engine.analysis.discovery.points import Answer, Asked
from engine.analysis.estimates import Estimate, exact, student_t
from engine.games.segments import FloatArray
from engine.program.dependence import levels_of
from engine.program.program import Input

TAIL: Final = 0.001
NEAR: Final = 0.35
EDGE: Final = 1e-9
"""Level of an end that the distribution itself has."""
INNER: Final = (0.1, 0.3, 0.5, 0.7, 0.9)
INNER_OF_ROUNDS: Final = (0.2, 0.5, 0.8)
STEPS, STEPS_OF_ROUNDS = 14, 4
CLOSE, CLOSE_END = 0.03, 0.1
"""A crossing is found when the curve is this near to the line, as a share of its sampling error; so is an end."""
EXACTLY: Final = 1e-10
NARROW: Final = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """A figure in each scramble: sums of it times its weight, and of the weights; each (n_scrambles,)."""

    above: FloatArray
    below: FloatArray

    @property
    def figure(self) -> float:
        return float(self.above.sum() / self.below.sum())

    @property
    def by_scramble(self) -> FloatArray:
        """The figure of each scramble, as the linear part of the ratio has it (Cochran 1977)."""
        found: FloatArray = self.figure + (self.above - self.figure * self.below) / self.below.mean()
        return found


@dataclass(frozen=True, slots=True)
class Place:
    """The outcome's figure at one value of an unknown.

    Attributes:
        level: the share of its distribution that lies below.
        figure: None where the condition of the outcome never comes about.
        name: of a value without order; else empty.
    """

    value: float
    level: float
    figure: Estimate | None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where the figure crosses the line.

    Attributes:
        value: of the unknown.
        low, high: 95 % interval; None where it reaches the end of what was looked at.
        level: the share of the unknown's distribution that lies below.
        enters: whether the claim is true above the crossing, and not below.
    """

    value: float
    low: float | None
    high: float | None
    level: float
    enters: bool


@dataclass(frozen=True, slots=True)
class Alone:
    """What one unknown can do alone.

    Attributes:
        column: of the unknown.
        places: the figure at the values that were looked at, in their order.
        crossings: in the order of their values; none for an unknown without order.
        always: whether the claim is true at all places, with no crossing between.
        best: the place at which the figure is furthest on the side of the claim.
        true_at: of an unknown without order, the values at which the claim is true.
        unclear: whether the line lies within sampling error at all places, so that nothing can be told.
    """

    column: int
    places: tuple[Place, ...]
    crossings: tuple[Crossing, ...]
    always: bool
    best: Place | None
    true_at: tuple[str, ...] = ()
    unclear: bool = False


def thresholds(
    asked: Asked,
    claim: Claim,
    uniforms: FloatArray,
    parts: int,
    categories: Mapping[int, Sequence[tuple[str, float]]],
    whole: Sums,
) -> tuple[Alone, ...]:
    """What each unknown can do alone; those with one value are left out.

    Args:
        asked: the figure.
        claim: about it.
        uniforms: of the draws on which it is averaged, scramble by scramble; (n_inputs, n).
        parts: scrambles that they consist of.
        categories: for each unknown without order its values, each with the share of the distribution that it takes.
        whole: the figure with nothing held, on many more draws of the same scrambles.
    """
    inputs = asked.program.inputs
    search = _Search(asked, claim, uniforms, parts, whole)
    curves = [
        _Curve(column, *_ends(item, asked, column))
        for column, item in enumerate(inputs)
        if column not in categories and item.distribution.support()[0] < item.distribution.support()[1]
    ]
    inner = INNER if asked.program.recurrence is None else INNER_OF_ROUNDS
    grid = [(curve, level) for curve in curves for level in (curve.first, *inner, curve.last)]
    listed = [(column, place) for column, values in categories.items() for place in range(len(values))]
    held = [(curve.column, np.array([level])) for curve, level in grid]
    held += [(column, search.levels_of(column, categories[column], place)) for column, place in listed]
    answers = search.read(held)
    for (curve, level), answer in zip(grid, answers, strict=False):
        curve.add(level, _value(inputs[curve.column], level), answer)
    search.close_in(curves)
    found = {curve.column: search.summed_up(curve) for curve in curves}
    by_value = dict(zip(listed, answers[len(grid) :], strict=True))
    for column, values in categories.items():
        found[column] = search.by_value(column, values, [by_value[column, place] for place in range(len(values))])
    return tuple(found[column] for column in sorted(found))


# Private functions


@dataclass(frozen=True, slots=True)
class _Gap:
    """How far the figure is on the side of the claim, with the half-width of its 95 % interval."""

    gap: float
    error: float
    figure: Estimate | None

    def band(self, which: int) -> float:
        return self.gap + which * self.error


class _Curve:
    """What is known of the figure along one unknown."""

    def __init__(self, column: int, first: float, last: float) -> None:
        self.column, self.first, self.last = column, first, last
        self.known: dict[float, tuple[float, _Gap]] = {}

    def add(self, level: float, value: float, found: _Gap) -> None:
        self.known[level] = (value, found)

    def sorted(self) -> list[tuple[float, float, _Gap]]:
        return [(level, value, found) for level, (value, found) in sorted(self.known.items()) if found.figure]


class _Root:
    """A bracket that is closed in on; Chandrupatla (1997), in the values of the unknown."""

    def __init__(
        self,
        curve: _Curve,
        which: int,
        strict: bool,
        one: tuple[float, float, _Gap],
        other: tuple[float, float, _Gap],
        third: tuple[float, float, _Gap] | None = None,
    ) -> None:
        self.curve, self.which, self.strict = curve, which, strict
        (self.pa, self.a, ga), (self.pb, self.b, gb) = other, one
        self.fa, self.fb = ga.band(which), gb.band(which)
        self.third = None if third is None else (third[1], third[2].band(which))
        self.enters = _inside(self.fa, strict) == (self.a > self.b)
        self.range = abs(self.a - self.b)
        self.t = self._step(self.fa / (self.fa - self.fb))
        self.close = CLOSE if which == 0 else CLOSE_END
        self.done = False

    def proposal(self, item: Input) -> tuple[float, float]:
        """The next level and value to look at."""
        value = self.a + min(max(self.t, 0.01), 0.99) * (self.b - self.a)
        level = float(item.distribution.cdf(np.array([value]))[0])
        low, high = sorted((self.pa, self.pb))
        if not low + 1e-9 * (high - low) < level < high - 1e-9 * (high - low):
            level = (low + high) / 2  # a jump: nothing lies between in values
        return level, _value(item, level)

    def put(self, level: float, value: float, found: _Gap) -> None:
        f = found.band(self.which)
        same = _inside(f, self.strict) == _inside(self.fa, self.strict)
        flat = abs(f - (self.fa if same else self.fb)) <= EXACTLY  # no root: it jumps, or bends, further on
        if same:
            self.third, (self.pa, self.a, self.fa) = (self.a, self.fa), (level, value, f)
        else:
            self.third, (self.pb, self.b, self.fb) = (self.b, self.fb), (self.pa, self.a, self.fa)
            self.pa, self.a, self.fa = level, value, f
        enough = not flat and abs(f) <= max(self.close * found.error, EXACTLY)
        self.done = enough or abs(self.a - self.b) <= NARROW * self.range or abs(self.pa - self.pb) < 1e-12
        self.t = self._step()

    def _step(self, else_: float = 0.5) -> float:
        """Where to look between a and b: inverse quadratic interpolation where it is safe, else the middle."""
        if self.third is None or self.a == self.b or 0 in (self.fa, self.fb):
            return else_
        c, fc = self.third
        if c == self.b or fc == self.fb or fc == self.fa or self.fa == self.fb:
            return else_
        x, y = (self.a - self.b) / (c - self.b), (self.fa - self.fb) / (fc - self.fb)
        if y**2 < x and (1 - y) ** 2 < 1 - x:
            return self.fa / (self.fb - self.fa) * fc / (self.fb - fc) + (c - self.a) / (self.b - self.a) * self.fa / (
                fc - self.fa
            ) * self.fb / (fc - self.fb)
        return else_

    @property
    def best(self) -> tuple[float, float]:
        """Level and value at which it is nearest to 0."""
        if self.fa == self.fb:
            return self.pa, self.a
        share = self.fa / (self.fa - self.fb)
        return self.pa + share * (self.pb - self.pa), self.a + share * (self.b - self.a)


class _Search:
    """The figure along unknowns, on the same draws throughout."""

    def __init__(self, asked: Asked, claim: Claim, uniforms: FloatArray, parts: int, whole: Sums) -> None:
        self.asked, self.claim, self.uniforms, self.parts = asked, claim, uniforms, parts
        self.inputs = asked.program.inputs
        self.roots: list[_Root] = []
        as_they_are = levels_of(asked.program, uniforms)[0]
        plain = _sums(asked.held(uniforms, parts, [(0, as_they_are)]), slice(None), parts)
        self.excess = None if plain is None else plain.by_scramble - whole.by_scramble

    def read(self, held: Sequence[tuple[int, FloatArray]]) -> list[_Gap]:
        answer = self.asked.held(self.uniforms, self.parts, held)
        size = self.uniforms.shape[-1]
        return [self._gap(answer, slice(start, start + size)) for start in range(0, len(held) * size, size)]

    def _gap(self, answer: Answer, own: slice) -> _Gap:
        sums = _sums(answer, own, self.parts)
        if sums is None:
            return _Gap(-np.inf, 0.0, None)
        figure = _controlled(sums.by_scramble, self.excess)
        return _Gap(float(self.claim.gap(np.array(figure.value))), figure.high - figure.value, figure)

    def levels_of(self, column: int, values: Sequence[tuple[str, float]], place: int) -> FloatArray:
        """Levels at which an unknown without order has one value, spread as it is among them."""
        below = sum(share for _, share in values[:place])
        own = levels_of(self.asked.program, self.uniforms)[column]
        found: FloatArray = np.clip(below + values[place][1] * own, EDGE, 1 - EDGE)
        return found

    def close_in(self, curves: Sequence[_Curve]) -> None:
        """Finds where the curve, and where the two ends of its interval, meet the line."""
        strict = self.claim.relation in "<>"
        roots = [root for curve in curves for root in _roots(curve, strict)]
        steps = STEPS if self.asked.program.recurrence is None else STEPS_OF_ROUNDS
        for _ in range(steps):
            open_ = [root for root in roots if not root.done]
            if not open_:
                break
            places = [root.proposal(self.inputs[root.curve.column]) for root in open_]
            answers = self.read([(root.curve.column, np.array([level])) for root, (level, _) in zip(open_, places)])
            for root, (level, value), answer in zip(open_, places, answers, strict=True):
                if answer.figure is None:
                    root.done = True
                    continue
                root.put(level, value, answer)
        self.roots = roots

    def summed_up(self, curve: _Curve) -> Alone:
        known = curve.sorted()
        places = tuple(Place(value, level, found.figure) for level, value, found in known)
        if not places:
            return Alone(curve.column, (), (), False, None)
        own = [root for root in self.roots if root.curve is curve]
        crossings = tuple(
            _crossing(root, own) for root in sorted(own, key=lambda root: root.best[1]) if root.which == 0
        )
        best = max(range(len(known)), key=lambda place: known[place][2].gap)
        unclear = all(abs(found.gap) < found.error for *_, found in known)
        always = not crossings and all(self._true(found) for *_, found in known)
        return Alone(curve.column, places, crossings, always, places[best], (), unclear)

    def by_value(self, column: int, values: Sequence[tuple[str, float]], found: Sequence[_Gap]) -> Alone:
        places = tuple(
            Place(float(place), share, one.figure, name)
            for place, ((name, share), one) in enumerate(zip(values, found, strict=True))
        )
        true_at = tuple(place.name for place, one in zip(places, found, strict=True) if self._true(one))
        best = max(range(len(places)), key=lambda place: found[place].gap)
        unclear = all(abs(one.gap) < one.error for one in found)
        return Alone(column, places, (), len(true_at) == len(places), places[best], true_at, unclear)

    def _true(self, found: _Gap) -> bool:
        return found.figure is not None and bool(self.claim.holds(np.array([found.figure.value]))[0])


def _sums(answer: Answer, own: slice, parts: int) -> Sums | None:
    """The figure in each scramble; None where its condition never comes about."""
    among = answer.weight[own] * answer.among[own]
    above = (answer.value[own] * among).reshape(parts, -1).sum(axis=1)
    below = among.reshape(parts, -1).sum(axis=1)
    return Sums(above, below) if below.sum() > 0 else None


def _controlled(figure: FloatArray, excess: FloatArray | None) -> Estimate:
    """The mean of the scrambles' figures where the excess, whose expectation is 0, is 0, by least squares."""
    n, mean = len(figure), float(figure.mean())
    spread = 0.0 if excess is None else float(((excess - excess.mean()) ** 2).sum())
    if float(np.ptp(figure)) <= 1e-12 * abs(mean):
        return exact(mean)
    if excess is None or spread <= 0:
        error, freedom = float(figure.std(ddof=1) / np.sqrt(n)), n - 1
    else:
        slope = float(((excess - excess.mean()) * (figure - mean)).sum()) / spread
        rest = figure - mean - slope * (excess - excess.mean())
        mean -= slope * float(excess.mean())
        freedom = n - 2
        error = float(np.sqrt((rest**2).sum() / freedom * (1 / n + float(excess.mean()) ** 2 / spread)))
    half = student_t(freedom) * error
    return Estimate(mean, error, mean - half, mean + half)


def _inside(gap: float, strict: bool) -> bool:
    """Whether the claim is true; a figure that lies on the line makes it so unless it says above, or below."""
    return gap > 0 or (gap == 0 and not strict)


def _roots(curve: _Curve, strict: bool) -> list[_Root]:
    """Brackets of the curve's own crossings, and of those of the ends of its interval."""
    known = curve.sorted()
    return [
        _Root(curve, which, strict, one, other, known[place - 1] if place > 0 else known[2] if len(known) > 2 else None)
        for place, (one, other) in enumerate(pairwise(known))
        for which in (0, 1, -1)
        if _inside(one[2].band(which), strict) != _inside(other[2].band(which), strict)
    ]


def _crossing(root: _Root, own: Sequence[_Root]) -> Crossing:
    level, value = root.best
    before, after = (1, -1) if root.enters else (-1, 1)
    alike = [other for other in own if other.enters == root.enters]
    low = max((other.best[1] for other in alike if other.which == before and other.best[1] <= value), default=None)
    high = min((other.best[1] for other in alike if other.which == after and other.best[1] >= value), default=None)
    return Crossing(value, low, high, level, root.enters)


def _value(item: Input, level: float) -> float:
    return float(item.distribution.quantile(np.array([level]))[0])


def _ends(item: Input, asked: Asked, column: int) -> tuple[float, float]:
    """The levels to look between: 0.1 % and 99.9 %, or the end of the distribution where that is near.

    Of a long thin tail nothing is stated but that it ends somewhere, such as at 100 %.
    """
    copula = asked.program.copula
    if copula is not None and column in copula.columns:
        return TAIL, 1 - TAIL  # at an end others would follow to theirs
    low, high = item.distribution.support()
    outer = item.distribution.quantile(np.array([TAIL, 0.05, 0.95, 1 - TAIL]))
    first = EDGE if outer[0] - low <= NEAR * (outer[1] - outer[0]) else TAIL
    last = 1 - EDGE if high - outer[3] <= NEAR * (outer[3] - outer[2]) else 1 - TAIL
    return first, last
