"""Assumption sets, files, standards of words and precisions side by side on the same uniforms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Final

from engine.analysis.comparison.comparison import FILES, SETS, WORDS, Comparison, Side, rows_of
from engine.analysis.comparison.contents import contents_between
from engine.analysis.comparison.differences import cost, explained, rough
from engine.analysis.comparison.items import items_between
from engine.analysis.comparison.paired import Uniforms, counted_figures, sampled_figures, simulated, uniforms_for
from engine.analysis.running.summary import summarise
from engine.api.scenarios import Loaded, in_words
from engine.api.settings import DEFAULT_DRAWS, DEFAULT_DRAWS_OF_ROUNDS, MAX_HISTORIES, Options, workers_for
from engine.errors import ScenarioError, UsageError
from engine.program.compile import compile_program
from engine.program.program import EvaluationError, Program
from engine.scenario import words as verbal
from engine.scenario.assumptions import BASE, Assumed, assume
from engine.scenario.model import Distributed, Part, Scenario
from engine.scenario.scope import nearest
from engine.simulation.executors import Workers

FACTORS: Final = {"1": 1.0, "0": 0.0, "1/4": 0.25, "1/2": 0.5, "2": 2.0, "4": 4.0}

Group = tuple[Loaded, Sequence[str]]
Progress = Callable[[int, int], None]


def compare(
    groups: Sequence[Group],
    overrides: Sequence[tuple[str, str]] = (),
    options: Options | None = None,
    what: str = SETS,
    outcomes: Sequence[str] = (),
    progress: Progress | None = None,
) -> Comparison:
    """Simulates assumption sets, or other variants of a scenario, on the same uniforms, and says why they differ.

    Args:
        groups: scenarios, each with the sets that are compared; the first of all is what the others are compared
            with. A scenario alone without sets stands for `base` and all its sets; beside others for its `base`.
        overrides: paths and values, for all sides.
        options: how to run.
        what: `sets` (of whatever files), `words` for one set under every standard of words, `precision` for one set
            at several factors on everybody's precision.
        outcomes: whose differences are to be explained in print; empty for the first.
        progress: told the number of draws done and of all, now and then.

    Raises:
        UsageError: no such set or outcome, a set given twice, nothing to compare, or an override that leads nowhere.
        ScenarioError: what is wrong with a scenario or with the numbers of some draw.
    """
    from threadpoolctl import threadpool_limits

    options = options or Options()
    notes: list[str] = []
    if outcomes and what != SETS:
        raise UsageError("--outcome goes with assumption sets: what makes others differ is one thing", "leave it out")
    planned = _planned(groups, overrides, what, notes)
    _check_outcomes([side.assumed.scenario for side in planned], outcomes)
    uniforms = _uniforms([side.program for side in planned], options)
    between = {
        side.name: items_between(side.loaded.scenario, planned[0].assumed.name, side.assumed.name, overrides)
        for side in planned[1:]
        if what == SETS and side.loaded is planned[0].loaded
    }
    further = sum(cost(one, uniforms) for one in between.values())
    steps = _Steps(progress, len(planned) * uniforms.n_draws + further)
    reasons = {}
    with threadpool_limits(limits=1, user_api="blas"), _workers(planned, options, uniforms) as crew:
        sides = [_simulated(one, uniforms, crew, steps) for one in planned]
        sides = [replace(side, same=side.name in between and not between[side.name].items) for side in sides]
        rows = rows_of(sides)
        if not rows:
            raise UsageError("the scenarios have no outcome of the same name and kind", _outcomes_hint(planned))
        singles = [row for row in rows if row.kind != "choice"]
        for place, side in enumerate(sides):
            if side.name in between:
                wholes = {row.outcome: row.differences[place] for row in singles}
                figures = sides[0].sampled, side.sampled
                reasons[side.name] = explained(between[side.name], *figures, wholes, uniforms, crew, steps.towards)
                steps.done += cost(between[side.name], uniforms)
    contents = {
        side.name: contents_between(planned[0].assumed.scenario, side.assumed.scenario)
        for side in planned[1:]
        if side.loaded is not planned[0].loaded
    }
    notes += _left_out(sides, {row.outcome for row in rows})
    warnings = _warnings(sides)
    warnings += [
        f"{name}: the worlds between it and {sides[0].name} have effective samples down to {found.effective:.0f} "
        "draws, so what explains the difference is rough"
        for name, found in reasons.items()
        if rough(found)
    ]
    return Comparison(
        FILES if contents else what,
        planned[0].assumed.name if what != SETS else "",
        dict(overrides),
        tuple(sides),
        rows,
        reasons,
        contents,
        tuple(dict.fromkeys(outcomes)),
        tuple(notes),
        tuple(warnings),
    )


# What is compared


@dataclass(frozen=True, slots=True)
class _Planned:
    """A side before it is simulated."""

    name: str
    label: str
    loaded: Loaded
    assumed: Assumed
    program: Program


def _planned(
    groups: Sequence[Group], overrides: Sequence[tuple[str, str]], what: str, notes: list[str]
) -> list[_Planned]:
    if what == SETS:
        return _sets(groups, overrides)
    option = "--words" if what == WORDS else "--precision-sweep"
    if len(groups) > 1:
        raise UsageError(f"{option} takes one file, not {len(groups)}")
    loaded, names = groups[0]
    if len(names) > 1:
        raise UsageError(f"{option} takes one assumption set, not {len(names)}", "give one of them, or none for base")
    name = names[0] if names else BASE
    if what == WORDS:
        return _standards(loaded, name, overrides, notes)
    assumed = assume(loaded.scenario, name, overrides)
    program = compile_program(assumed.scenario, assumed.believe)
    return [
        _Planned(factor, f"{factor} times the precision", loaded, assumed, replace(program, sharpness=number))
        for factor, number in FACTORS.items()
    ]


def _sets(groups: Sequence[Group], overrides: Sequence[tuple[str, str]]) -> list[_Planned]:
    if len(groups) == 1:
        loaded, names = groups[0]
        if not names and not loaded.scenario.assumptions:
            hint = "name another file, or use --words or --precision-sweep"
            raise UsageError("the scenario has no assumption sets to compare", hint)
        if list(names) == [BASE]:
            sets = ", ".join(loaded.scenario.assumptions)
            hint = f"name a set to compare it with: {sets}" if sets else "the scenario has no assumption sets"
            raise UsageError("base alone is compared with nothing", hint)
        if not names:
            groups = [(loaded, [BASE, *loaded.scenario.assumptions])]
        elif len(names) == 1:
            groups = [(loaded, [BASE, *names])]
    pairs = [(loaded, name) for loaded, names in groups for name in names or [BASE]]
    several = len({id(loaded) for loaded, _ in pairs}) > 1
    planned: list[_Planned] = []
    for loaded, name in pairs:
        called = name if not several else loaded.file if name == BASE else f"{loaded.file}:{name}"
        if any(one.name == called for one in planned):
            raise UsageError(f"'{called}' is given twice", "a set is compared with others, not with itself")
        assumed = assume(loaded.scenario, name, overrides)
        label = assumed.label or ("the file as it stands" if not several else loaded.scenario.title)
        planned.append(_Planned(called, label, loaded, assumed, compile_program(assumed.scenario, assumed.believe)))
    return planned


def _standards(loaded: Loaded, name: str, overrides: Sequence[tuple[str, str]], notes: list[str]) -> list[_Planned]:
    """The set under every standard of words that has all its terms, the file's own first."""
    assumed = assume(loaded.scenario, name, overrides)
    own = assumed.scenario
    believed = (own.statements[statement] for statement in assumed.believe)
    if not any(_hangs_on_words(item) for item in (*own.unknowns.values(), *believed)):
        raise UsageError(
            "nothing that counts takes its words from the standard in force",
            "an unknown or a believed statement with a 'phrase' and no 'standard' of its own would",
        )
    others = [one for one in overrides if one[0] != "words"]
    mine = verbal.find_standard(own.words).name if own.words else None
    planned, reasons = [], dict[str, list[str]]()
    for standard in sorted(verbal.standards(), key=lambda one: one != mine):
        try:
            assumed = assume(loaded.scenario, name, [*others, ("words", standard)])
            program = compile_program(assumed.scenario, assumed.believe)
        except ScenarioError as error:
            said = error.problems[0].message.replace(f"standard '{standard}'", "standard")
            reasons.setdefault(said, []).append(standard)
            continue
        planned.append(_Planned(standard, "", loaded, assumed, program))
    notes += [f"left out: {', '.join(lacking)}, for {reason}" for reason, lacking in reasons.items()]
    if len(planned) < 2:
        raise UsageError("fewer than two standards have all the words of the scenario", "; ".join(notes[:3]))
    return planned


def _hangs_on_words(item: Distributed | Part) -> bool:
    parts = item.mixture or ()
    return (item.phrase is not None and item.standard is None) or any(map(_hangs_on_words, parts))


def _check_outcomes(scenarios: Sequence[Scenario], outcomes: Sequence[str]) -> None:
    known = [name for name in scenarios[0].outcomes if all(name in one.outcomes for one in scenarios)]
    singles = [name for name in known if scenarios[0].outcomes[name].kind != "choice"]
    for name in outcomes:
        if name not in known:
            raise UsageError(f"'{name}' is no outcome that is compared", nearest(name, singles))
        if name not in singles:
            raise UsageError(f"'{name}' is a choice, which has no single figure", nearest("", singles))


def _outcomes_hint(planned: Sequence[_Planned]) -> str:
    return f"'{planned[0].name}' has {', '.join(planned[0].assumed.scenario.outcomes)}"


def _left_out(sides: Sequence[Side], shown: set[str]) -> list[str]:
    names = dict.fromkeys(name for side in sides for name in side.result.outcomes if name not in shown)
    if not names:
        return []
    return [f"left out, since not all have them alike: {', '.join(names)}"]


def _warnings(sides: Sequence[Side]) -> list[str]:
    """What each run warns of, with the names of those that do."""
    by_text: dict[str, list[str]] = {}
    for side in sides:
        for warning in side.result.warnings:
            by_text.setdefault(warning, []).append(side.name)
    return [f"{'all' if len(names) == len(sides) else ', '.join(names)}: {text}" for text, names in by_text.items()]


# How it is simulated


def _uniforms(programs: Sequence[Program], options: Options) -> Uniforms:
    once = all(program.recurrence is None for program in programs)
    draws = options.draws or (DEFAULT_DRAWS if once else DEFAULT_DRAWS_OF_ROUNDS)
    try:
        return uniforms_for(programs, draws, options.seed, options.histories, MAX_HISTORIES)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _workers(planned: Sequence[_Planned], options: Options, uniforms: Uniforms) -> AbstractContextManager[Workers]:
    """Who shares the work of all sides; further processes where all of it together is worth their start."""
    longest = max(
        (side.program for side in planned),
        key=lambda program: (program.recurrence is not None, program.tree.n_leaves),
    )
    return workers_for(longest, replace(options, draws=len(planned) * uniforms.n_draws))


@dataclass(slots=True)
class _Steps:
    """Progress over several simulations."""

    progress: Progress | None
    total: int
    done: int = 0

    def towards(self, done: int) -> None:
        if self.progress is not None:
            self.progress(min(self.done + done, self.total), self.total)


def _simulated(planned: _Planned, uniforms: Uniforms, crew: Workers, steps: _Steps) -> Side:
    try:
        found = simulated(planned.program, uniforms, crew, None, steps.towards)
    except EvaluationError as error:
        raise ScenarioError([in_words(planned.assumed.scenario, error)]) from None
    steps.done += uniforms.n_draws
    result = summarise(
        planned.assumed, planned.loaded.sha256, planned.program, found.design, found.totals, found.histories
    )
    figures = sampled_figures(planned.program, found.totals)
    counted = counted_figures(planned.program, found.totals)
    return Side(planned.name, planned.label, planned.loaded.file, result, figures, counted)
