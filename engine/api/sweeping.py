"""Outcomes as one number of the scenario is moved over a range, on the same draws."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from engine.analysis.comparison.comparison import Side, rows_of
from engine.analysis.comparison.paired import Uniforms, counted_figures, sampled_figures, simulated, uniforms_for
from engine.analysis.comparison.sweeping import Grid, Sweep, crossings_of, grid_of
from engine.analysis.running.summary import summarise
from engine.api.scenarios import Loaded, in_words
from engine.api.settings import MAX_HISTORIES, Options, workers_for
from engine.errors import ScenarioError, UsageError
from engine.program.compile import compile_program
from engine.program.program import EvaluationError, Program
from engine.scenario.assumptions import BASE, Assumed, assume
from engine.scenario.model import Scenario
from engine.scenario.scope import nearest
from engine.simulation.executors import Workers

SWEEP_DRAWS: Final = 4_096
SWEEP_DRAWS_OF_ROUNDS: Final = 512
STEPS: Final = 11
MAX_STEPS: Final = 101
MAX_DIGITS: Final = 100
"""Characters of an end."""
NO_NUMBER: Final = '"§"'
"""A text that only a place for any text takes."""
OF_RANGES: Final = "the ranges are rough there"
"""In a run's warnings of what a sweep does not show."""

Progress = Callable[[int, int], None]


def sweep(
    loaded: Loaded,
    swept: str,
    assumptions: str = BASE,
    overrides: Sequence[tuple[str, str]] = (),
    outcomes: Sequence[str] = (),
    options: Options | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Simulates a scenario with one of its numbers at each value of a range, on the same uniforms.

    Args:
        loaded: the scenario.
        swept: `PATH=FROM:TO` or `PATH=FROM:TO:STEPS`, such as `unknowns.loans=1:5:9` or `unknowns.p_rain=0%:60%`.
        assumptions: name of the set.
        overrides: further paths and values.
        outcomes: those that are asked about; empty for the first.
        options: how to run; 4,096 draws for each value, with rounds 512, unless it says otherwise.
        progress: told the number of draws done and of all, now and then.

    Raises:
        UsageError: no such set or outcome, no range, or a path that leads nowhere or to no number.
        ScenarioError: what is wrong with the scenario, or with the numbers of some draw.
    """
    from threadpoolctl import threadpool_limits

    options = options or Options()
    key, grid = _range(swept)
    chosen = _chosen(loaded.scenario, outcomes)
    played = [_program(loaded.scenario, assumptions, (*overrides, (key, text)), key) for text in grid.texts]
    _check_number(loaded.scenario, assumptions, overrides, key)
    programs = [program for _, program in played]
    once = programs[0].recurrence is None
    draws = options.draws or (SWEEP_DRAWS if once else SWEEP_DRAWS_OF_ROUNDS)
    try:
        uniforms = uniforms_for(programs, draws, options.seed, options.histories, MAX_HISTORIES)
    except ValueError as error:
        raise UsageError(str(error)) from None
    sides, total = [], len(programs) * uniforms.n_draws
    with threadpool_limits(limits=1, user_api="blas"), workers_for(programs[0], options) as crew:
        for place, (assumed, program) in enumerate(played):
            report = None if progress is None else _towards(progress, place * uniforms.n_draws, total)
            sides.append(_side(loaded, assumed, program, grid.texts[place], uniforms, crew, report))
    rows = tuple(row for name in chosen for row in rows_of(sides) if row.outcome == name)
    return Sweep(
        assumptions,
        played[0][0].label,
        dict(overrides),
        key,
        grid,
        tuple(sides),
        rows,
        tuple(name for name in loaded.scenario.outcomes if name not in chosen),
        crossings_of(rows, sides, grid.numbers),
        _warnings(sides),
    )


# What is swept


def _range(swept: str) -> tuple[str, Grid]:
    found = re.fullmatch(r"((?:'[^']*'|\"[^\"]*\"|[^='\"])+)=(.*)", swept, re.DOTALL)
    if found is None:
        raise UsageError(f"'{swept}' is no range of a number", "for example unknowns.loans=1:5 or unknowns.p=0%:50%:11")
    key, ends = found[1].strip(), [end.strip() for end in found[2].split(":")]
    if len(ends) not in (2, 3):
        raise UsageError(
            f"{key}: '{found[2].strip()}' is no range", "write FROM:TO or FROM:TO:STEPS, such as 0%:50%:11"
        )
    (low, one), (high, other) = _end(key, ends[0]), _end(key, ends[1])
    if one != other and (low if not one else high) != 0:
        hint = f"write {ends[0].rstrip('%')}%:{ends[1].rstrip('%')}%, or neither with %"
        raise UsageError(f"{key}: one end of '{ends[0]}:{ends[1]}' has a % and the other has none", hint)
    if low == high:
        raise UsageError(f"{key}: both ends are {ends[0]}", "to set one value, use engine run with --set")
    low, high = min(low, high), max(low, high)
    return key, grid_of(low, high, _steps(key, ends[2:]), one or other)


def _end(key: str, text: str) -> tuple[Decimal, bool]:
    found = re.fullmatch(r"([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?)(%?)", text)
    if found is None or len(text) > MAX_DIGITS:
        shown = f"'{text[:40]}' is no number" if text else "an end is missing"
        raise UsageError(f"{key}: {shown}", "write FROM:TO, such as 1:5 or 0%:50%")
    return Decimal(found[1]), found[2] == "%"


def _steps(key: str, given: Sequence[str]) -> int:
    text = given[0] if given else str(STEPS)
    if not re.fullmatch("[0-9]{1,9}", text) or not 2 <= int(text) <= MAX_STEPS:
        shown = text[:40] or "nothing"
        raise UsageError(f"{key}: the number of values is from 2 to {MAX_STEPS}, not {shown}", "leave it out for 11")
    return int(text)


def _chosen(scenario: Scenario, outcomes: Sequence[str]) -> tuple[str, ...]:
    for name in outcomes:
        if name not in scenario.outcomes:
            raise UsageError(f"'{name}' is no outcome", nearest(name, scenario.outcomes))
    return tuple(dict.fromkeys(outcomes)) or tuple(scenario.outcomes)[:1]


def _program(
    scenario: Scenario, assumptions: str, overrides: Sequence[tuple[str, str]], key: str
) -> tuple[Assumed, Program]:
    try:
        assumed = assume(scenario, assumptions, overrides)
    except UsageError as error:
        raise UsageError(error.message.replace(f"--set {key}:", f"{key}:"), error.hint) from None
    return assumed, compile_program(assumed.scenario, assumed.believe)


def _check_number(scenario: Scenario, assumptions: str, overrides: Sequence[tuple[str, str]], key: str) -> None:
    """A place for a text takes a number, too, but it is read as text: then nothing would move."""
    try:
        assume(scenario, assumptions, (*overrides, (key, NO_NUMBER)))
    except ScenarioError:
        return
    raise UsageError(f"{key}: there is no number there, but text", "sweep an unknown, a chance, a precision, a payoff")


# How it is simulated


def _towards(progress: Progress, before: int, total: int) -> Callable[[int], None]:
    return lambda done: progress(before + done, total)


def _side(
    loaded: Loaded,
    assumed: Assumed,
    program: Program,
    name: str,
    uniforms: Uniforms,
    crew: Workers,
    progress: Callable[[int], None] | None,
) -> Side:
    try:
        found = simulated(program, uniforms, crew, None, progress)
    except EvaluationError as error:
        raise ScenarioError([in_words(assumed.scenario, error)]) from None
    result = summarise(assumed, loaded.sha256, program, found.design, found.totals, found.histories)
    figures, counted = sampled_figures(program, found.totals), counted_figures(program, found.totals)
    return Side(name, "", loaded.file, result, figures, counted)


def _warnings(sides: Sequence[Side]) -> tuple[str, ...]:
    """What each run warns of, with the values at which it does."""
    by_text: dict[str, list[str]] = {}
    for side in sides:
        for warning in (text for text in side.result.warnings if OF_RANGES not in text):
            by_text.setdefault(warning, []).append(side.name)
    return tuple(
        text if len(names) == len(sides) else f"at {', '.join(names)}: {text}" for text, names in by_text.items()
    )
