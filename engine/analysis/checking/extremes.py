"""Chances and precisions that some draw makes impossible, found at the ends of what is unknown. Draws nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import exp, prod
from typing import Final

import numpy as np

from engine.distributions import families
from engine.distributions.parameters import numbers, quantile_points
from engine.errors import Problem
from engine.program import evaluate
from engine.program.evaluate import Surroundings
from engine.program.layout import Layout
from engine.program.program import ChanceTable, FloatArray, Table, shortened
from engine.program.ways import habit_tables
from engine.scenario.model import Distributed, Scenario
from engine.scenario.reasoning import MAX_MEAN
from engine.scenario.records import Path
from engine.scenario.scope import Unknown, expression_places, reads

ROUNDING: Final = 1e-9
MOST_CELLS: Final = 2**20
"""Values of one expression that are computed at once: combinations of moves times points; beyond, nothing is said."""
TOGETHER: Final = 2
"""So many unknowns are surely near their ends at once in some draw of a run."""
NORMAL_05: Final = 1.6448536269514722
NORMAL_FAR: Final = 3.0
"""Standard deviations from the mean that a run of usual length reaches."""
LIMITS: Final[Mapping[str, tuple[float, float, str]]] = {
    "chance": (0.0, 1.0, "is no chance: it must lie between 0 and 1"),
    "precision": (0.0, np.inf, "is negative: a precision is 0 (a coin toss) or more"),
    "mean": (0.0, MAX_MEAN, f"is no mean level: it must lie between 0 and {MAX_MEAN:g}"),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """Values that an unknown takes.

    Attributes:
        usual: values near which some draws of any run lie.
        ends: the furthest values; of a family without ends those that a long run reaches.
    """

    usual: tuple[float, ...]
    ends: tuple[float, ...]


def impossible(scenario: Scenario, layout: Layout) -> Iterator[Problem]:
    """Chances and precisions that are impossible in draws that every run has."""
    return (problem for problem, sure in _found(scenario, layout) if sure)


def possibly_impossible(scenario: Scenario, layout: Layout) -> Iterator[Problem]:
    """Those that are impossible only far out, so that a run may or may not come upon them."""
    return (problem for problem, sure in _found(scenario, layout) if not sure)


def reach_of(item: Distributed) -> Reach | None:
    """The values of a distribution, where they are known without building it; None where they are not."""
    if item.family == "choice":
        weights = dict(item.choice or {})
        given = sum(weight for weight in weights.values() if not isinstance(weight, str))
        shares = [1 - given if isinstance(weight, str) else weight for weight in weights.values()]
        some = tuple(float(place) for place, share in enumerate(shares) if share > ROUNDING)
        return Reach(some, some)
    found = _whole(item)
    if found is None or item.clip is None:
        return found
    low, high = (-np.inf if item.clip[0] is None else item.clip[0], np.inf if item.clip[1] is None else item.clip[1])
    inside = [tuple(min(max(value, low), high) for value in values) for values in (found.usual, found.ends)]
    return Reach(inside[0], inside[1])


# Values of a distribution


def _whole(item: Distributed) -> Reach | None:
    """As `reach_of`, without the clip."""
    family = item.family
    if family == "quantiles":
        return _between_quantiles(quantile_points(item.parameters))
    if family not in families.FAMILIES or families.FAMILIES[family].form not in ("number", "list", "map"):
        return None
    values = numbers(family, item.parameters)
    if family == "value":
        return Reach(values, values)
    if family == "uniform":
        low, high = values
        return Reach((0.95 * low + 0.05 * high, 0.05 * low + 0.95 * high), values)
    if family in ("triangular", "pert"):
        low, mode, high = values
        return Reach(((low + mode) / 2, (mode + high) / 2), (low, high))
    if family == "between":
        return Reach(values, (0.0, 1.0) if item.in_percent else values)
    if family == "normal":
        mean, sd = values
        return Reach(*(tuple(mean + side * far * sd for side in (-1, 1)) for far in (NORMAL_05, NORMAL_FAR)))
    if family == "lognormal":
        median, sigma = values
        return Reach(*(tuple(median * exp(side * far * sigma) for side in (-1, 1)) for far in (NORMAL_05, NORMAL_FAR)))
    return None


def _between_quantiles(points: Mapping[float | str, float]) -> Reach | None:
    inner = sorted((key, value) for key, value in points.items() if isinstance(key, float))
    usual = [value for key, value in inner if 0.01 <= key <= 0.99]
    if len(inner) < 2 or not usual:
        return None
    (_, low), (_, after), (_, before), (_, high) = inner[0], inner[1], inner[-2], inner[-1]
    ends = points.get("min", low - (after - low) / 2), points.get("max", high + (high - before) / 2)
    return Reach((usual[0], usual[-1]), ends)


# Expressions there


def _found(scenario: Scenario, layout: Layout) -> Iterator[tuple[Problem, bool]]:
    looker = _Looker(scenario, layout)
    for path, expression, kind, _ in expression_places(scenario):
        if kind in ("precision", "mean"):
            yield from looker.outside(layout.table(path, expression), kind)
    own = [table for tables in layout.beliefs().values() for table in tables.values()]
    habits = [table.shares for table in habit_tables(layout)]
    for chance in (*layout.core_chances(), *layout.folded.values(), *own, *habits):
        shares = [share for share in chance.shares if share is not None]
        found = [problem for share in shares for problem in looker.outside(share, "chance")]
        yield from found
        if len(shares) > 1 and not found:
            yield from looker.sums(chance, shares)


class _Looker:
    """Evaluates tables where the unknowns that they read are at their ends."""

    def __init__(self, scenario: Scenario, layout: Layout) -> None:
        self.scenario, self.layout = scenario, layout
        self.reach = {name: reach_of(item) for name, item in scenario.unknowns.items()}
        self.correlated = {name for pair in scenario.correlated for name in pair.unknowns}

    def outside(self, table: Table, kind: str) -> Iterator[tuple[Problem, bool]]:
        """A table that leaves its limits somewhere, and whether that is sure to come up."""
        low, high, reason = LIMITS[kind]
        for sure, points in self.points([table]):
            rows = self.rows(table, points)
            miss = np.maximum(low - rows, rows - high).max(axis=0)
            place = int(np.argmax(np.where(np.isfinite(miss), miss, -np.inf)))
            if np.isfinite(miss[place]) and miss[place] > ROUNDING:
                column = rows[:, place]
                value = float(column[np.argmax(np.maximum(low - column, column - high))])
                verb = "is" if sure else "can be"
                where = _where(points, place)
                message = f"'{shortened(table.text)}' {verb} {value:.6g} where {where}, which {reason}"
                yield self.scenario.problem(table.path, message, self.hint(table, kind, value)), sure
                return

    def sums(self, chance: ChanceTable, shares: Sequence[Table]) -> Iterator[tuple[Problem, bool]]:
        """A move whose chances do not sum to 1 somewhere."""
        rest = len(shares) < len(chance.shares)
        for sure, points in self.points(shares):
            total = sum((self.rows(share, points) for share in shares), np.zeros((1, 1)))
            miss = (total - 1 if rest else np.abs(total - 1)).max(axis=0)
            place = int(np.argmax(np.where(np.isfinite(miss), miss, -np.inf)))
            if np.isfinite(miss[place]) and miss[place] > ROUNDING:
                column = total[:, place]
                value = float(column[np.argmax(column - 1 if rest else np.abs(column - 1))])
                verb, much = ("sum" if sure else "can sum"), ", more than 1" if value > 1 else ", not to 1"
                message = f"the chances of '{chance.move}' {verb} to {value:.6g}{much}, where {_where(points, place)}"
                path: Path = chance.path
                hint = "make them smaller" if rest else "write rest for one value"
                yield self.scenario.problem(path, message, hint), sure
                return

    def points(self, tables: Sequence[Table]) -> Iterator[tuple[bool, dict[str, FloatArray]]]:
        """The corners of the usual values, if they surely come up, then those of the ends.

        None where the values of an unknown are not known, or where there are too many corners.
        """
        names = sorted(set[str]().union(*(reads(table.bound, self.layout.read).unknowns for table in tables)))
        reach = [found for name in names if (found := self.reach[name]) is not None]
        if not names or len(reach) < len(names):
            return
        n_rows = max(table.n_rows for table in tables)
        moving = sum(len(set(item.ends)) > 1 for item in reach)
        together = moving <= 1 or (moving <= TOGETHER and not self.correlated & set(names))
        for sure, values in ((True, [item.usual for item in reach]), (False, [item.ends for item in reach])):
            if n_rows * prod(map(len, values)) <= MOST_CELLS and (together or not sure):
                corners = np.array(list(product(*values)), dtype=np.float64).T
                yield sure, dict(zip(names, corners, strict=True))

    def rows(self, table: Table, points: Mapping[str, FloatArray]) -> FloatArray:
        """The table at these values of the unknowns; (n_rows, n_points)."""
        layout = self.layout
        around = Surroundings(points, table.moves, layout.numbers, layout.quantities, layout.state)
        with np.errstate(all="ignore"):
            found = evaluate.number(evaluate.value(table.bound, around))
        return np.broadcast_to(found, (table.n_rows, len(next(iter(points.values())))))

    def hint(self, table: Table, kind: str, value: float) -> str:
        """What to write instead."""
        name = table.bound.name if isinstance(table.bound, Unknown) else ""
        if kind == "chance" and 1 < value <= 100 and name and self.in_hundreds(name):
            return f"did you mean {value:g}%? a number without % is no percentage: see unknowns.{name}"
        if kind == "chance":
            return f"add clip: [0, 1] to unknowns.{name}" if name else "write clip(…, 0, 1)"
        if kind == "precision":
            return "a lognormal is never negative; or write max(…, 0)"
        return f"write clip(…, 0, {MAX_MEAN:g})"

    def in_hundreds(self, name: str) -> bool:
        """Whether an unknown looks like percentages without their sign."""
        found = self.reach[name]
        return found is not None and min(found.usual) >= 1


def _where(points: Mapping[str, FloatArray], place: int) -> str:
    return ", ".join(f"{name} = {values[place]:.6g}" for name, values in points.items())
