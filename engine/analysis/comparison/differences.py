"""What makes an outcome differ between two assumption sets: the worlds between them, played and shared out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np

from engine.analysis.comparison.attribution import (
    FEWEST_PAIRS,
    MOST_EXACT,
    MOST_PAIRS,
    Orders,
    all_orders,
    estimated_shares,
    some_orders,
)
from engine.analysis.comparison.items import Between, Item, mixed
from engine.analysis.comparison.paired import REPLICATES, Key, Uniforms, sampled_figures, simulated
from engine.analysis.estimates import Estimate
from engine.analysis.linearised import Linear
from engine.errors import ScenarioError
from engine.program.compile import compile_program
from engine.program.program import EvaluationError
from engine.simulation.executors import ALONE, Workers

FEWEST_DRAWS: Final = 4 * REPLICATES
"""Of a mixed world."""
FEWEST_EFFECTIVE: Final = 100
OTHER_ORDER: Final = "both make the same changes, in another order"


@dataclass(frozen=True, slots=True)
class Share:
    """What an item adds to a difference."""

    item: Item
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Explained:
    """What makes one side differ from the first.

    Attributes:
        items: all on which they differ.
        shares: of single figures, by outcome; they add up to its difference. None where a mixed world has no figure.
        worlds: how many worlds were played besides; 0 where the two sides say it all.
        draws: on which each was played.
        orders: how many orders were sampled; 0 if all were taken.
        impossible: why nothing is explained; empty if it is.
        effective: the smallest effective sample size of a mixed world; None where none is weighted.
    """

    items: tuple[Item, ...] = ()
    shares: Mapping[str, tuple[Share, ...] | None] = field(default_factory=dict)
    worlds: int = 0
    draws: int = 0
    orders: int = 0
    impossible: str = ""
    effective: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _World:
    """A mixed world's figures; `impossible` says why there are none."""

    figures: Mapping[Key, Linear] = field(default_factory=dict)
    effective: float | None = None
    impossible: str = ""


def explained(
    between: Between,
    first: Mapping[Key, Linear],
    other: Mapping[Key, Linear],
    wholes: Mapping[str, Estimate | None],
    uniforms: Uniforms,
    workers: Workers = ALONE,
    progress: Callable[[int], None] | None = None,
) -> Explained:
    """Shares out the difference of each outcome over the items on which two sets differ.

    Args:
        between: the sets, and the items.
        first, other: their figures on all draws.
        wholes: the difference of each outcome with a single figure; None where it has no value.
        uniforms: that both were played on; mixed worlds take as many draws in all, first points of each scramble.
        workers: who share the work; the result does not depend on them.
        progress: told the number of draws done, now and then.
    """
    items = between.items
    if not items:
        moved = any(whole is not None and whole.value != 0 for whole in wholes.values())
        return Explained(shares=dict.fromkeys(wholes, ()), impossible=OTHER_ORDER if moved else "")
    if len(items) == 1:
        return Explained(
            items, {name: None if one is None else (Share(items[0], one),) for name, one in wholes.items()}
        )
    orders, draws = _orders(len(items), uniforms)
    work = partial(_played, between, uniforms, draws)
    worlds: list[_World] = []
    for number, world in zip(orders.worlds, workers.map(work, orders.worlds)):
        if world.impossible:
            return Explained(items, impossible=f"{_mix(items, number)}: {world.impossible}")
        worlds.append(world)
        if progress is not None:
            progress(len(worlds) * draws)
    shares = {
        name: _shares(orders, items, [world.figures[name, ""] for world in worlds], first[name, ""], other[name, ""])
        for name in wholes
    }
    effective = [world.effective for world in worlds if world.effective is not None]
    pairs = 0 if orders.exact else 2 * len(orders.after)
    return Explained(items, shares, len(worlds) - 2, draws, pairs, effective=min(effective, default=None))


def cost(between: Between, uniforms: Uniforms) -> int:
    """The draws that explaining takes besides those of the two sides."""
    if len(between.items) < 2:
        return 0
    orders, draws = _orders(len(between.items), uniforms)
    return len(orders.worlds) * draws


def _orders(n_items: int, uniforms: Uniforms) -> tuple[Orders, int]:
    """The orders, and the draws of each world: in all about as many as one side has, but no fewer than the least."""
    if n_items <= MOST_EXACT:
        each = uniforms.n_draws // REPLICATES // ((1 << n_items) - 2)
        points = 1 << max(0, each.bit_length() - 1)
        return all_orders(n_items), min(uniforms.n_draws, max(FEWEST_DRAWS, REPLICATES * points))
    draws = min(uniforms.n_draws, FEWEST_DRAWS)
    pairs = uniforms.n_draws // draws // (2 * (n_items - 1))
    return some_orders(n_items, min(MOST_PAIRS, max(FEWEST_PAIRS, pairs)), uniforms.seed), draws


def _played(between: Between, uniforms: Uniforms, draws: int, world: int) -> _World:
    try:
        assumed = mixed(between, world)
        program = compile_program(assumed.scenario, assumed.believe)
        done = simulated(program, uniforms, n_draws=draws, spreads=False)
    except (ScenarioError, EvaluationError) as error:
        return _World(impossible=error.problems[0].message if isinstance(error, ScenarioError) else error.message)
    whole = done.totals.whole
    weighted = any(statement.believed for statement in program.statements)
    return _World(sampled_figures(program, done.totals), whole.effective if weighted else None)


def _shares(
    orders: Orders, items: Sequence[Item], worlds: Sequence[Linear], first: Linear, other: Linear
) -> tuple[Share, ...] | None:
    values, change = np.array([world.value for world in worlds]), np.array([world.change for world in worlds])
    whole = other - first
    if not np.isfinite(values).all() or not np.isfinite(whole.value):
        return None
    found = estimated_shares(orders, Linear(values, change), whole)
    return tuple(Share(item, one) for item, one in zip(items, found, strict=True))


def _mix(items: Sequence[Item], world: int) -> str:
    """Which mix a world is, in words."""
    there = [item.path for place, item in enumerate(items) if world >> place & 1]
    gone = [item.path for place, item in enumerate(items) if not world >> place & 1]
    return f"{' and '.join(there)} changed without {' and '.join(gone)}"


def rough(found: Explained) -> bool:
    """Whether mixed worlds rest on too few draws after weighting."""
    return found.effective is not None and found.effective < FEWEST_EFFECTIVE
