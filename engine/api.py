"""What the engine does, as functions: load a scenario, assume, run it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from math import ceil, isfinite, log2
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from engine import document
from engine.analysis import outline as outlines
from engine.analysis import provenance as origins
from engine.analysis.explanation import Explanation
from engine.analysis.explanation import explain as explain_program
from engine.analysis.influence import Influence
from engine.analysis.influence import influence as influence_of
from engine.analysis.multiplicity import multiplicity
from engine.analysis.outline import Outline
from engine.analysis.provenance import Provenance
from engine.analysis.reason import strongest_reason
from engine.analysis.robustness import leanings
from engine.analysis.soundness import check_game, range_problems
from engine.analysis.summary import Result, summarise, with_multiplicity
from engine.errors import Problem, ScenarioError, UsageError
from engine.program.compile import compile_program
from engine.program.program import EvaluationError, Program
from engine.sampling import Design, point_design, random_design, repeated_design, sobol_design
from engine.scenario.assumptions import BASE, Assumed, assume, check_assumptions
from engine.scenario.model import Scenario
from engine.scenario.read import read_scenario
from engine.scenario.scope import nearest
from engine.simulation.executors import Workers, default_count, workers
from engine.simulation.histories import ISLANDS
from engine.simulation.run import GROUPS_PER_BLOCK, simulate

if TYPE_CHECKING:
    from engine.exchange.convert import Converted

DEFAULT_DRAWS: Final = 16_384
DEFAULT_DRAWS_OF_ROUNDS: Final = 4_096
DEFAULT_HISTORIES: Final = 16
MAX_HISTORIES: Final = 4_096
DEFAULT_SEED: Final = 1
MAX_DRAWS: Final = 2**28
MANY_DOUBLINGS: Final = 4
"""From so many doublings of the draws on, a run says beforehand how many it expects."""
REPLICATES: Final = 16
REASON_DRAWS: Final = 256
SCREENED_DRAWS: Final = 32
"""With rounds: on which the payoff term is found that matters most."""
CONFIRMED_DRAWS: Final = 128
"""With rounds: on which it is tried again."""
LEANING_DRAWS: Final = 64
EXPLAIN_DRAWS: Final = 2_048
LONG: Final = 2**24
"""Draws times histories times rounds times leaves from which on further processes are worth their start."""
METHODS: Final = ("sobol", "random")

__all__ = [
    "BASE",
    "DEFAULT_DRAWS",
    "DEFAULT_SEED",
    "Assumed",
    "Loaded",
    "Options",
    "Result",
    "assume",
    "check",
    "check_all",
    "check_free",
    "convert",
    "explain",
    "influence",
    "load",
    "load_stream",
    "loads",
    "options",
    "outline",
    "provenance",
    "read_stream",
    "run",
    "save",
]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A scenario and the file that it came from.

    Attributes:
        sha256: of the file's bytes.
        text: the file's text.
    """

    scenario: Scenario
    file: str
    text: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Options:
    """How to run.

    Attributes:
        draws: in all; rounded up to 16 scrambles of a power of 2; None: 16,384, with rounds 4,096.
        histories: that a draw may carry, where there are rounds.
        error: if given, draws are doubled until every probability's 95 % interval is at most this wide to each side.
        seed: of the scrambles or streams.
        method: `sobol` or `random`.
        threads: how many share the work; None: as many as there are processors, at most 8.
        processes: whether long work is shared with further processes, which is faster; the program that asks for it
            needs the guard `if __name__ == "__main__"`.
        groups_per_block: groups of chunks that a worker takes at a time; changes nothing but speed.
        reason: whether to look for the payoff term that matters most.
        equilibria: whether to look for further equilibria.
    """

    draws: int | None = None
    histories: int = DEFAULT_HISTORIES
    error: float | None = None
    seed: int = DEFAULT_SEED
    method: str = "sobol"
    threads: int | None = None
    processes: bool = False
    groups_per_block: int = GROUPS_PER_BLOCK
    reason: bool = True
    equilibria: bool = True


Progress = Callable[[int, int], None]
Notice = Callable[[str], None]


def load(path: Path) -> Loaded:
    """Reads a scenario file and checks all of it.

    Raises:
        ScenarioError: with every problem, each with its place.
    """
    return loads(document.read_file(path), str(path), path.parent)


def loads(text: str, file: str = "<text>", folder: Path | None = None) -> Loaded:
    """As `load`, for a text; `folder` is where its sources are (default: the current one)."""
    scenario = read_scenario(text, file, folder or Path())
    return Loaded(scenario, file, text, hashlib.sha256(text.encode()).hexdigest())


def load_stream(stream: BinaryIO, name: str) -> Loaded:
    """As `load`, for what a stream holds, such as stdin; its sources are looked for in the current folder."""
    return loads(read_stream(stream, name), name)


def read_stream(stream: BinaryIO, name: str) -> str:
    """The text that a stream holds, as far as any file may be long.

    Raises:
        ScenarioError: it is not UTF-8.
    """
    data = stream.read(document.MAX_BYTES + 1)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise ScenarioError([Problem(f"{name} is not UTF-8 text")]) from None


def check(loaded: Loaded) -> list[Problem]:
    """What is wrong with a scenario beyond its own text: with its assumption sets, and with the game it describes."""
    problems = check_assumptions(loaded.scenario)
    for name in (BASE, *loaded.scenario.assumptions):
        try:
            problems += check_game(assume(loaded.scenario, name).scenario)
        except ScenarioError:  # one of those that are found already
            continue
    return list(ScenarioError(problems).problems)


def check_all(loaded: Loaded) -> None:
    """As `check`.

    Raises:
        ScenarioError: with what is wrong, if anything is.
    """
    problems = check(loaded)
    if problems:
        raise ScenarioError(problems)


def outline(loaded: Loaded) -> Outline:
    """What a scenario consists of."""
    return outlines.outline(loaded.scenario)


def provenance(loaded: Loaded) -> Provenance:
    """What each claim of a scenario is used for, and what its numbers rest on."""
    return origins.provenance(loaded.scenario)


def options(
    draws: int | None = None,
    error: float | None = None,
    seed: int | None = None,
    method: str = "sobol",
    threads: int | None = None,
    histories: int | None = None,
) -> Options:
    """Checked options; None stands for the default.

    Raises:
        UsageError: one of them makes no sense.
    """
    if draws is not None and not 1 <= draws <= MAX_DRAWS:
        raise UsageError(f"the number of draws must be from 1 to {MAX_DRAWS:,}, not {draws:,}")
    if histories is not None and not ISLANDS <= histories <= MAX_HISTORIES:
        raise UsageError(f"a draw carries from {ISLANDS} to {MAX_HISTORIES:,} histories, not {histories:,}")
    if error is not None and not (isfinite(error) and 0 < error < 1):
        raise UsageError("the sampling error must lie between 0 and 100%", "for example 0.1%")
    if seed is not None and not 0 <= seed < 2**64:
        raise UsageError(f"a seed is a whole number from 0 to 2^64 - 1, not {seed}")
    if method not in METHODS:
        raise UsageError(f"'{method}' is no method", nearest(method, METHODS))
    if threads is not None and threads < 1:
        raise UsageError(f"at least one thread is needed, not {threads}")
    return Options(
        draws=draws,
        histories=DEFAULT_HISTORIES if histories is None else histories,
        error=error,
        method=method,
        threads=threads,
        seed=DEFAULT_SEED if seed is None else seed,
    )


def check_free(folder: Path) -> None:
    """Makes sure, before a long run, that its result can be saved there.

    Raises:
        UsageError: the folder exists already, or has no place to be.
    """
    from engine.report import folder as folders

    folders.check_free(folder)


def save(folder: Path, loaded: Loaded, result: Result, command: Sequence[str] = ()) -> None:
    """Saves a run as a new folder: the scenario, the result as JSON and CSV, and where it comes from.

    Raises:
        UsageError: the folder exists already.
    """
    from engine import __version__
    from engine.report.folder import result_files, write_folder

    write_folder(folder, result_files(result, __version__, loaded.text, loaded.file, command))


def convert(
    text: str,
    file: str,
    source: str,
    target: str,
    assumptions: str = BASE,
    overrides: Sequence[tuple[str, str]] = (),
    folder: Path | None = None,
) -> Converted:
    """A scenario as a game of Gambit's, or a game of Gambit's as a scenario or in its other format.

    Args:
        text: what the file holds.
        file: what to call it in messages.
        source: its format: `yaml`, `efg` or `nfg`.
        target: the format to write.
        assumptions: set under which a scenario is written.
        overrides: as `run`.
        folder: where the sources of a scenario are.

    Raises:
        UsageError: from a scenario to a scenario, or assumptions for a game that has none.
        ScenarioError: what is wrong with the file, or why its game cannot be written.
    """
    from engine.exchange.convert import check_format, convert_game, convert_scenario

    check_format(target)
    if source != "yaml":
        if assumptions != BASE or overrides:
            raise UsageError("a game of Gambit's has no assumption sets", "leave out --assume and --set")
        found = convert_game(text, file, source, target)
        if target == "yaml":
            _check_fits(found.text, file)
        return found
    if target == "yaml":
        raise UsageError("a scenario is converted to .efg or .nfg", "one of the two files is a game of Gambit's")
    assumed = assume(loads(text, file, folder).scenario, assumptions, overrides)
    try:
        return convert_scenario(assumed.scenario, file, target)
    except EvaluationError as error:
        raise ScenarioError([_in_words(assumed.scenario, error)]) from None


def _check_fits(text: str, file: str) -> None:
    """Makes sure that the scenario of a game is within what a scenario may be.

    Raises:
        ScenarioError: it is not.
    """
    try:
        check_all(loads(text, file))
    except ScenarioError as error:
        what = f"the game in '{file}' is too large for a scenario: {error.problems[0].message}"
        raise ScenarioError([Problem(what)]) from None


def run(
    loaded: Loaded,
    assumptions: str = BASE,
    overrides: Sequence[tuple[str, str]] = (),
    options: Options | None = None,
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> Result:
    """Simulates a scenario under an assumption set.

    Args:
        loaded: the scenario.
        assumptions: name of the set.
        overrides: paths and values.
        options: how to run.
        progress: told the number of draws done and of all, now and then.
        notice: told once, in words, where the sampling error that is asked for takes many more draws.

    Raises:
        UsageError: no such set, or an override that leads nowhere.
        ScenarioError: what is wrong with the scenario or with the numbers of some draw.
    """
    from threadpoolctl import threadpool_limits

    options = options or Options()
    assumed = assume(loaded.scenario, assumptions, overrides)
    program = compile_program(assumed.scenario, assumed.believe)
    try:
        with threadpool_limits(limits=1, user_api="blas"), _workers(program, options) as crew:
            result = _enough_draws(loaded, assumed, program, options, crew, progress, notice)
            if options.equilibria:
                settled = design_for(program, replace(options, draws=result.settings.draws))
                result = with_multiplicity(result, multiplicity(program, settled))
            if not options.reason:
                return result
            if program.recurrence is not None:
                few, fewer, larger = (
                    design_for(program, replace(options, draws=min(draws, result.settings.draws)))
                    for draws in (LEANING_DRAWS, SCREENED_DRAWS, CONFIRMED_DRAWS)
                )
                found = leanings(program, few, crew)
                return replace(result, leanings=found, reason=strongest_reason(program, fewer, larger, crew))
            few = design_for(program, replace(options, draws=min(REASON_DRAWS, result.settings.draws), method="sobol"))
            return replace(result, reason=strongest_reason(program, few))
    except EvaluationError as error:
        raise ScenarioError([_in_words(assumed.scenario, error)]) from None


def explain(
    loaded: Loaded,
    assumptions: str = BASE,
    overrides: Sequence[tuple[str, str]] = (),
    actor: str = "",
    outcome: str = "",
    options: Options | None = None,
    number: int | None = None,
) -> Explanation:
    """Why actors do what they do, in the typical draw and in one in which an outcome is unusually likely.

    Args:
        loaded: the scenario.
        assumptions: name of the set.
        overrides: paths and values.
        actor: the only one whose choices are explained; empty for all.
        outcome: which; empty for the first that is an event.
        options: the design in which the unlikely draw is looked for.
        number: of the round, from 1; None for the first, or where the game is played once. In a later round only the
            typical draw is explained, after its likeliest history.

    Raises:
        UsageError: no such set, actor, outcome or round, or an override that leads nowhere.
        ScenarioError: what is wrong with the scenario or with the numbers of some draw.
    """
    from threadpoolctl import threadpool_limits

    assumed = assume(loaded.scenario, assumptions, overrides)
    if actor and actor not in assumed.scenario.actors:
        raise UsageError(f"'{actor}' is no actor of this scenario", nearest(actor, assumed.scenario.actors))
    _check_round(assumed.scenario, number, outcome)
    outcome = _single_figure(assumed.scenario, outcome)
    program = compile_program(assumed.scenario, assumed.believe)
    try:
        with threadpool_limits(limits=1, user_api="blas"):
            design = design_for(program, options or Options(draws=EXPLAIN_DRAWS))
            return explain_program(assumed, loaded.sha256, program, design, actor, outcome, number or 1)
    except EvaluationError as error:
        raise ScenarioError([_in_words(assumed.scenario, error)]) from None


def influence(loaded: Loaded, assumptions: str = BASE, overrides: Sequence[tuple[str, str]] = ()) -> Influence:
    """The influence diagram of a scenario under an assumption set.

    Raises:
        UsageError: no such set, or an override that leads nowhere.
        ScenarioError: what is wrong with the scenario.
    """
    return influence_of(assume(loaded.scenario, assumptions, overrides).scenario)


def _in_words(scenario: Scenario, error: EvaluationError) -> Problem:
    """What is wrong in a draw, with the advice that `check` has for the same place."""
    found = scenario.problem(error.path, error.message, error.hint)
    advice = next((problem.hint for problem in range_problems(scenario) if problem.where == found.where), "")
    return replace(found, hint="; ".join(text for text in (error.hint, advice) if text))


def _check_round(scenario: Scenario, number: int | None, outcome: str) -> None:
    """Makes sure that there is such a round, and that what is asked of it can be told."""
    if number is None:
        return
    if scenario.rounds is None:
        raise UsageError(f"there is no round {number}: the game is played once", "leave out --round")
    count = scenario.rounds.count
    if not 1 <= number <= count:
        only = "only round 1" if count == 1 else f"rounds 1 to {count}"
        raise UsageError(f"there is no round {number}: the game has {only}")
    if number > 1 and outcome:
        raise UsageError(
            f"in round {number} only the typical draw is explained, not one in which '{outcome}' is likely",
            "leave out --outcome or --round",
        )


def _single_figure(scenario: Scenario, name: str) -> str:
    """The outcome that is asked for, or the first event; empty if there is none."""
    single = [other for other, outcome in scenario.outcomes.items() if outcome.kind != "choice"]
    if not name:
        return next((other for other in single if scenario.outcomes[other].kind == "happens"), "")
    if name not in scenario.outcomes:
        raise UsageError(f"'{name}' is no outcome of this scenario", nearest(name, single))
    if name not in single:
        raise UsageError(f"'{name}' is a choice, which has no single figure", nearest("", single))
    return name


def _enough_draws(
    loaded: Loaded,
    assumed: Assumed,
    program: Program,
    options: Options,
    crew: Workers,
    progress: Progress | None,
    notice: Notice | None,
) -> Result:
    """The result at the draws that were asked for, or at as many as bring the sampling error down as asked."""
    exact = _nothing_unknown(program)
    while True:
        design = design_for(program, options, exact)
        report = None if progress is None else _towards(progress, design.n_draws)
        histories = MAX_HISTORIES if exact else options.histories
        totals = simulate(program, design, crew, report, options.groups_per_block, histories)
        if exact and totals.thinned:  # too many histories to go through all
            exact = False
            continue
        result = summarise(assumed, loaded.sha256, program, design, totals, histories)
        error = _largest_half_width(result)
        if options.error is None or design.method == "point" or error <= options.error:
            return result
        if 2 * design.n_draws > MAX_DRAWS:
            limit = f"the sampling error is still {error:.2g} after {design.n_draws:,} draws"
            return replace(result, warnings=(*result.warnings, limit))
        if notice is not None:
            _say_draws(notice, design, error, options.error)
            notice = None
        options = replace(options, draws=2 * design.n_draws)


def _say_draws(notice: Notice, design: Design, error: float, wanted: float) -> None:
    """How many draws it may take: the error falls with their square root, or at best with their number (Sobol')."""
    if not isfinite(error):
        return
    rate = 1 if design.method == "sobol" else 2
    doublings = ceil(rate * log2(error / wanted))
    if doublings < MANY_DOUBLINGS:
        return
    draws = min(design.n_draws * 2**doublings, MAX_DRAWS)
    least = "at least" if rate == 1 else "about"
    notice(
        f"after {design.n_draws:,} draws the sampling error is {100 * error:.2g} points; "
        f"{100 * wanted:.2g} points will take {least} {draws:,} draws"
    )


def design_for(program: Program, options: Options, exact: bool = True) -> Design:
    """The uniforms of a run; where nothing is unknown one exact draw, or, if not `exact`, the same one many times."""
    usual = DEFAULT_DRAWS if program.recurrence is None else DEFAULT_DRAWS_OF_ROUNDS
    draws = usual if options.draws is None else options.draws
    if _nothing_unknown(program):
        return (
            point_design(program.n_inputs)
            if exact
            else repeated_design(program.n_inputs, draws, options.seed, REPLICATES)
        )
    if options.method == "random":
        return random_design(program.n_inputs, draws, options.seed)
    return sobol_design(program.n_inputs, draws, options.seed, REPLICATES)


def _nothing_unknown(program: Program) -> bool:
    return all(low == high for low, high in (item.distribution.support() for item in program.inputs))


def _workers(program: Program, options: Options) -> AbstractContextManager[Workers]:
    once = program.recurrence is None
    games = 1 if program.recurrence is None else options.histories * program.recurrence.count
    draws = options.draws or (DEFAULT_DRAWS if once else DEFAULT_DRAWS_OF_ROUNDS)
    processes = options.processes and draws * games * program.tree.n_leaves >= LONG
    # threads hinder one another where the arrays of a game that is played once are short
    return workers(options.threads or (1 if once and not processes else default_count()), processes)


def _towards(progress: Progress, total: int) -> Callable[[int], None]:
    return lambda done: progress(done, total)


def _largest_half_width(result: Result) -> float:
    """Of the 95 % intervals of all probabilities."""
    errors = [
        (found.high - found.low) / 2
        for outcome in result.outcomes.values()
        if outcome.kind != "quantity"
        for found in (outcome.estimate, *outcome.shares.values())
        if found is not None
    ]
    return max(errors, default=0.0)
