"""Scores: what was said beside what happened, of one scenario, of several, or of a list of forecasts."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from engine.analysis.comparison.paired import simulated, uniforms_for
from engine.analysis.running.summary import summarise
from engine.analysis.scoring.judged import CROWD, EVERYBODY, Said, ScenarioScores, Scores, forecasters, judged
from engine.analysis.scoring.scoring import Ran, headline, scored
from engine.api.scenarios import Loaded, in_words
from engine.api.settings import DEFAULT_DRAWS, DEFAULT_DRAWS_OF_ROUNDS, MAX_HISTORIES, Options, workers_for
from engine.distributions.spoken import chance_of
from engine.errors import Location, Problem, ScenarioError, UsageError
from engine.program.compile import compile_program
from engine.program.program import EvaluationError
from engine.scenario.assumptions import BASE, assume
from engine.scenario.scope import nearest

Progress = Callable[[int, int], None]


def score(several: Sequence[Loaded], options: Options | None = None, progress: Progress | None = None) -> Scores:
    """Scores what the engine, the statements and the references say, against what happened.

    Of one scenario the base and every assumption set are played, on the same draws; of several the base of each.

    Raises:
        UsageError: the same file twice, or nothing is resolved in any.
        ScenarioError: what is wrong with a scenario or with the numbers of some draw.
    """
    options = options or Options()
    sums = [loaded.sha256 for loaded in several]
    for place, loaded in enumerate(several):
        if loaded.sha256 in sums[:place]:
            raise UsageError(f"'{loaded.file}' is given twice", "each scenario counts once")
    if not any(loaded.scenario.resolution for loaded in several):
        form = "resolution: {NAME: {value: no, on: 2023-06-30}}"
        raise UsageError("no outcome is resolved, so there is nothing to score", f"write in the scenario: {form}")
    found = []
    for place, loaded in enumerate(several):
        sets = [BASE, *loaded.scenario.assumptions] if len(several) == 1 else [BASE]
        found.append(_scenario_scores(loaded, sets, options, _part(progress, place, len(several))))
    return Scores(tuple(found), tuple(judged(found)) if len(several) > 1 else ())


def _part(progress: Progress | None, place: int, parts: int) -> Progress | None:
    return None if progress is None else lambda done, total: progress(place * total + done, parts * total)


def _scenario_scores(
    loaded: Loaded, sets: Sequence[str], options: Options, progress: Progress | None
) -> ScenarioScores:
    from threadpoolctl import threadpool_limits

    assumed = [assume(loaded.scenario, name) for name in sets]
    programs = [compile_program(one.scenario, one.believe) for one in assumed]
    once = all(program.recurrence is None for program in programs)
    draws = options.draws or (DEFAULT_DRAWS if once else DEFAULT_DRAWS_OF_ROUNDS)
    try:
        uniforms = uniforms_for(programs, draws, options.seed, options.histories, MAX_HISTORIES)
    except ValueError as error:
        raise UsageError(str(error)) from None
    longest = max(programs, key=lambda program: (program.recurrence is not None, program.tree.n_leaves))
    total = len(programs) * uniforms.n_draws
    crew = workers_for(longest, replace(options, draws=total))
    played = []
    with threadpool_limits(limits=1, user_api="blas"), crew as workers:
        for place, (one, program) in enumerate(zip(assumed, programs, strict=True)):
            before = place * uniforms.n_draws
            report = None if progress is None else _towards(progress, before, total)
            try:
                ran = simulated(program, uniforms, workers, None, report)
            except EvaluationError as error:
                raise ScenarioError([in_words(one.scenario, error)]) from None
            result = summarise(one, loaded.sha256, program, ran.design, ran.totals, ran.histories)
            played.append(Ran(result, program, ran.totals))
    found, left_out = scored(loaded.scenario, played)
    warnings = dict.fromkeys(
        f"{one.result.assumptions}: {text}" if len(played) > 1 else text
        for one in played
        for text in one.result.warnings
    )
    sampled = next((one.result for one in played if one.result.settings.method != "exact"), played[0].result)
    return ScenarioScores(
        loaded.scenario,
        loaded.file,
        loaded.sha256,
        sampled.settings,
        tuple(found),
        headline(loaded.scenario, played, found),
        tuple(left_out),
        tuple(warnings),
    )


def _towards(progress: Progress, before: int, total: int) -> Callable[[int], None]:
    return lambda done: progress(before + done, total)


# Lists of forecasts


HAPPENED: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("yes", "y", "true", "1"), True),
    **dict.fromkeys(("no", "n", "false", "0"), False),
}
NEEDED: Final = ("by", "probability", "happened")
COLUMNS: Final = (*NEEDED, "question")
MOST_FORECASTERS: Final = 1_000
LONGEST_FIELD: Final = 1_000


def score_forecasts(text: str, file: str) -> Scores:
    """Scores a list of forecasts, for each forecaster.

    Args:
        text: CSV with a first line that names the columns: `by`, `probability` (`10%`, `0.1`, `1 in 10`), `happened`
            (yes or no) and perhaps `question`; others are ignored.
        file: what it is called in messages.

    Raises:
        ScenarioError: every row that makes no sense.
    """
    said: dict[str, list[Said]] = {}
    happened: dict[str, bool] = {}
    problems: list[Problem] = []
    lines = text.removeprefix("\ufeff").split("\n")
    rows = _rows(text, file)
    header = [cell.strip().lower() for cell in rows[0][1]] if rows else []
    _check_header(header, file, lines)
    for line, row in rows[1:]:
        try:
            by, entry = _entry(dict(zip(header, row, strict=False)), len(row), len(header))
            if entry[2] and happened.setdefault(entry[2], entry[1]) != entry[1]:
                raise ValueError(f"'{entry[2][:40]}' has happened in one line and has not in another")
            said.setdefault(by, []).append(entry)
        except ValueError as error:
            source = lines[line - 1] if line <= len(lines) else ""
            problems.append(Problem(str(error), Location(file, line, 1), source))
    if len(said) > MOST_FORECASTERS:
        problems.append(Problem(f"{file} has {len(said):,} forecasters; at most {MOST_FORECASTERS:,} are scored"))
    if not said and not problems:
        problems.append(Problem(f"{file} has no forecast", hint="below the first line stands one in each line"))
    if problems:
        raise ScenarioError(problems)
    return Scores((), tuple(forecasters(said)))


def _rows(text: str, file: str) -> list[tuple[int, list[str]]]:
    """The rows that hold anything, each with the line that it begins in."""
    first = text.removeprefix("\ufeff").split("\n", 1)[0]
    separator = ";" if first.count(";") > first.count(",") else "\t" if "\t" in first and "," not in first else ","
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=separator, strict=True)
    found, line = [], 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                found.append((line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise ScenarioError([Problem(f"this is no CSV: {error}", Location(file, line, 1))]) from None
    return found


def _check_header(header: Sequence[str], file: str, lines: Sequence[str]) -> None:
    form = "the first line names the columns: by,probability,happened and perhaps question"
    if not header:
        raise ScenarioError([Problem(f"{file} is empty", hint=form)])
    missing = [name for name in NEEDED if name not in header]
    twice = [name for name in COLUMNS if header.count(name) > 1]
    if missing or twice:
        what = f"there is no column '{missing[0]}'" if missing else f"the column '{twice[0]}' stands there twice"
        near = nearest(missing[0], [name for name in header if name]) if missing else ""
        hint = f"{near}; {form}" if near.startswith("did you") else form
        raise ScenarioError([Problem(what, Location(file, 1, 1), lines[0][:LONGEST_FIELD], hint)])


def _entry(row: Mapping[str, str], found: int, wanted: int) -> tuple[str, Said]:
    if found != wanted:
        raise ValueError(f"{found} columns, where the first line has {wanted}; quote text that holds a comma")
    by, happened = row["by"].strip(), row["happened"].strip().lower()
    if not by:
        raise ValueError("nobody is named under 'by'")
    if by in (CROWD, EVERYBODY):
        raise ValueError(f"'{by}' is what the line for all forecasters is called; write another name")
    if max(map(len, row.values())) > LONGEST_FIELD:
        raise ValueError(f"a field has more than {LONGEST_FIELD:,} characters")
    if happened not in HAPPENED:
        raise ValueError(f"'{happened[:40]}' under 'happened' is neither yes nor no")
    return by, (chance_of(row["probability"]), HAPPENED[happened], row.get("question", "").strip())
