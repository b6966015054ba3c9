"""What each outcome hangs on: each unknown alone, with others, at its ends, and beside words, rules and chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np

from engine.analysis.estimates import exact
from engine.analysis.linearised import Linear, sum_of
from engine.analysis.sensitivity.answers import Answers, answers_of
from engine.analysis.sensitivity.indices import Ground, Indices, Whole, ground_of, indices_of, whole_of
from engine.analysis.sensitivity.sensitivity_records import (
    CHANCE,
    REPLICATES,
    RULE,
    TOGETHER,
    UNKNOWN,
    WORDS,
    Effect,
    End,
    FigureSensitivity,
    Sensitivity,
    Share,
    WordsEffect,
)
from engine.analysis.sensitivity.shapley_effects import shapley_of, walk_matrices
from engine.analysis.sensitivity.standards import Readings, Words, words_of
from engine.analysis.sensitivity.tornado import ENDS, Move, end_matrices, moved
from engine.errors import UsageError
from engine.games.segments import FloatArray
from engine.program.dependence import followed, levels_of, redrawn
from engine.program.program import Copula, Input, Measure, Program
from engine.program.reach import unknowns_behind
from engine.sampling.saltelli import FIRST, SECOND, Matrix, Pair, Pairs, exchanged, pairs_of
from engine.simulation.executors import ALONE, Workers
from engine.simulation.figures import Figure, figures_in
from engine.simulation.run import HISTORIES_PER_DRAW

MOST_VARIED: Final = 512
"""Unknowns: Sobol' points have twice as many coordinates."""
FEWER_ENDS: Final = 2
"""With rounds, by how much fewer draws the ends are tried on: their differences are clear before shares are."""
MOST_RUNS: Final = 2**24
"""Rows of A, of B and of A with one column of B, together."""
MOST_KEPT: Final = 2**23
"""Rows of A times figures, which are kept."""
NUMBERS_TOGETHER: Final = 2**24
"""Numbers that are kept at a time of the other matrices."""


def sensitivity(
    program: Program,
    n_draws: int,
    seed: int,
    labels: Mapping[str, tuple[str, str]],
    readings: Readings | None = None,
    shapley: bool = False,
    tornado: bool = True,
    workers: Workers = ALONE,
    progress: Callable[[int, int], None] | None = None,
    histories: int = HISTORIES_PER_DRAW,
) -> Sensitivity:
    """What each figure of the program's outcomes hangs on.

    Args:
        program: without believed statements: these would make unknowns dependent.
        n_draws: rows of independent draws, in all over 16 scrambles; rounded up to 16 * 2^k.
        seed: of the scrambles, histories and orders.
        labels: of each outcome, with its unit.
        readings: the program under each standard of words, where a word decides.
        shapley: whether Shapley effects are wanted where nothing is correlated; where something is they always are.
        tornado: whether the figures are wanted with each unknown at its ends.
        workers: who share the work; the result does not depend on them.
        progress: told the number of draws done and of all, now and then.
        histories: that a draw may carry, where there are rounds.

    Raises:
        UsageError: nothing is unknown that leads to the outcomes, or more is asked than can be kept.
        EvaluationError: a number of some draw is impossible.
    """
    others = () if readings is None else tuple(readings.programs.values())
    reach = {measure.name: _reaching(program, measure, others) for measure in program.measures}
    columns = tuple(
        column for column, item in enumerate(program.inputs) if any(item.name in names for names in reach.values())
    )
    if not columns:
        raise UsageError("nothing that is unknown leads to these outcomes", "engine run prints them")
    program = narrowed(program, columns)
    _check_size(program, len(columns), n_draws)
    pairs = pairs_of(program.n_inputs, n_draws, seed, REPLICATES, columns)
    shapley = shapley or program.copula is not None
    words = _words_wanted(program, readings, reach)
    size = pairs.chunk(0).first.shape[-1]
    kept = size if program.recurrence is None else max(1, size // FEWER_ENDS)
    kept = kept if tornado else 0
    by_column = [_matrices_of(program, column, kept) for column in columns]
    walk = walk_matrices(program, len(columns)) if shapley else []
    n_ends = len(ENDS) * len(columns) if tornado else 0
    n_matrices = 2 + sum(map(len, by_column)) - n_ends + len(walk) + (len(words) - 1 if words else 0)
    n_runs = n_matrices * pairs.n_rows + n_ends * pairs.n_rows * kept // size
    run = _Runner(pairs, workers, progress, n_runs, histories)

    answers = run.each(program, [FIRST, SECOND, *(matrix for matrices in by_column for matrix in matrices)])
    first, second = next(answers), next(answers)
    whole = whole_of(first, second)
    correlated = () if program.copula is None else tuple(program.copula.columns.tolist())
    cut = first.cut(size, kept or size)
    ground = ground_of(pairs, whole.figure, first, second, correlated)
    moves = [_moves(ground, place, cut, [next(answers) for _ in matrices]) for place, matrices in enumerate(by_column)]
    effects = shapley_of(ground, pairs, second, run.each(program, walk)) if shapley else None
    spoken = _spoken(words, readings, columns, first, run) if words and readings else None
    return Sensitivity(
        pairs.n_rows,
        n_runs,
        seed,
        None if program.recurrence is None else histories,
        tuple(program.inputs[column].name for column in columns),
        tuple(item.name for column, item in enumerate(program.inputs) if column not in columns),
        tuple(program.inputs[column].name for column in correlated),
        tuple(words),
        readings.lacking if words and readings else (),
        tuple(
            _of_figure(program, place, figure, columns, reach, labels, first, whole, moves, effects, spoken)
            for place, figure in enumerate(_figures(program))
        ),
    )


# Private functions


@dataclass(frozen=True, slots=True, eq=False)
class _Moves:
    """What one unknown does to each figure."""

    indices: Indices
    ends: tuple[Move, ...]


class _Runner:
    """Solves matrices, a few at a time, and says how far it is."""

    def __init__(
        self,
        pairs: Pairs,
        workers: Workers,
        progress: Callable[[int, int], None] | None,
        total: int,
        histories: int,
    ) -> None:
        self.pairs, self.workers, self.histories = pairs, workers, histories
        self.progress, self.total, self.done = progress, total, 0

    def each(self, program: Program, matrices: Sequence[Matrix]) -> Iterator[Answers]:
        """What the rows of each matrix say."""
        numbers = 5 * sum(len(figures_in(measure)) for measure in program.measures) * self.pairs.n_rows
        together = max(2, NUMBERS_TOGETHER // numbers)
        for start in range(0, len(matrices), together):
            some = matrices[start : start + together]
            report = partial(self._report, self.done)
            yield from answers_of(program, self.pairs, some, self.workers, report, self.histories)

    def _report(self, before: int, done: int) -> None:
        self.done = before + done
        if self.progress is not None:
            self.progress(self.done, self.total)


def _matrices_of(program: Program, column: int, kept: int) -> list[Matrix]:
    """What an unknown is varied in: for its indices, and at its ends."""
    ends = end_matrices(program, column, kept) if kept else []
    if program.copula is None or column not in program.copula.columns:
        return [exchanged(column), *ends]
    return [Matrix(partial(_sharing, program, column)), Matrix(partial(_renewed, program, column)), *ends]


def _sharing(program: Program, column: int, pair: Pair) -> FloatArray:
    """A with an unknown as it is in B, and the others following."""
    return followed(program, pair.first, [column], levels_of(program, pair.second)[[column]])


def _renewed(program: Program, column: int, pair: Pair) -> FloatArray:
    """A with an unknown drawn anew, given the others."""
    drawn = np.zeros(pair.first.shape, dtype=np.bool_)
    drawn[column] = True
    return redrawn(program, pair.first, pair.second, drawn)


def _moves(ground: Ground, place: int, cut: Answers, found: Sequence[Answers]) -> _Moves:
    correlated = ground.trend.correlated[place]
    varied, ends = (found[:2], found[2:]) if correlated else (found[:1], found[1:])
    return _Moves(indices_of(ground, place, varied[0], varied[-1]), tuple(moved(end, cut) for end in ends))


def _spoken(words: Sequence[str], readings: Readings, columns: Sequence[int], first: Answers, run: _Runner) -> Words:
    answers = {}
    for name in words:
        program = narrowed(readings.programs[name], columns)
        answers[name] = first if name == readings.used else next(run.each(program, [FIRST]))
    return words_of(answers)


def _words_wanted(program: Program, readings: Readings | None, reach: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """The standards to compare; none where no word decides."""
    if readings is None or len(readings.programs) < 2:
        return ()
    reached = frozenset[str]().union(*reach.values())
    return tuple(readings.programs) if readings.worded & reached else ()


def _of_figure(
    program: Program,
    place: int,
    figure: Figure,
    columns: Sequence[int],
    reach: Mapping[str, frozenset[str]],
    labels: Mapping[str, tuple[str, str]],
    first: Answers,
    whole: Whole,
    moves: Sequence[_Moves],
    shapley: Sequence[Linear] | None,
    spoken: Words | None,
) -> FigureSensitivity:
    label, unit = labels[figure.outcome]
    center = float(first.center[place])
    rules = {name for name, _ in program.ways.followed.values()}
    if not whole.reached[place]:
        return FigureSensitivity(figure, label, unit, None, exact(0.0), exact(0.0), (), (), None)
    effects = []
    parts: list[tuple[str, str, Linear]] = []
    for number, (column, moves_of) in enumerate(zip(columns, moves, strict=True)):
        item = program.inputs[column]
        if item.name not in reach[figure.outcome]:
            continue
        fair = None if shapley is None else shapley[number][place]
        ends = tuple(
            End(
                level,
                _value_at(item, level),
                (whole.figure[place] + move.gap[place] + center).estimate() if move.reached[place] else None,
                move.gap[place].estimate() if move.reached[place] else None,
            )
            for level, move in zip(ENDS, moves_of.ends, strict=False)
        )
        alone, overall = moves_of.indices.alone[place], moves_of.indices.overall[place]
        if whole.unknown.value[place] == 0 or len(reach[figure.outcome]) == 1:
            # nothing varies between draws, or all that does is this one's
            alone = overall = whole.unknown[place] / whole.unknown[place]
            fair = None if fair is None else alone
        effects.append(
            Effect(
                item.name,
                item.label,
                item.name in rules,
                alone.estimate(),
                overall.estimate(),
                None if fair is None else fair.estimate(),
                ends,
            )
        )
        share = alone if fair is None or program.copula is None else fair
        parts.append((RULE if item.name in rules else UNKNOWN, item.name, share))
    unknown, chance = whole.unknown[place], whole.chance[place]
    return FigureSensitivity(
        figure,
        label,
        unit,
        (whole.figure[place] + center).estimate(),
        unknown.estimate(),
        chance.estimate(),
        tuple(effects),
        _split(parts, unknown, chance, spoken, place, program.copula is not None),
        None if spoken is None else _words_effect(spoken, place, center),
    )


def _split(
    parts: Sequence[tuple[str, str, Linear]],
    unknown: Linear,
    chance: Linear,
    spoken: Words | None,
    place: int,
    fair: bool,
) -> tuple[Share, ...]:
    """Shares of the total variance, which add up to 1."""
    if spoken is not None:
        unknown, chance = spoken.unknown[place], spoken.chance[place]
    total = unknown + chance if spoken is None else unknown + chance + spoken.alone[place]
    if total.value <= 0:
        return ()
    between = unknown / total
    shares = [Share(kind, name, (part * between).estimate()) for kind, name, part in parts]
    if not fair and len(parts) > 1:
        rest = between - sum_of([part for _, _, part in parts]) * between
        shares.append(Share(TOGETHER, "", rest.estimate()))
    if spoken is not None:
        shares.append(Share(WORDS, "", (spoken.alone[place] / total).estimate()))
    return (*shares, Share(CHANCE, "", (chance / total).estimate()))


def _words_effect(spoken: Words, place: int, center: float) -> WordsEffect:
    between = spoken.alone[place] + spoken.unknown[place]
    return WordsEffect(
        {name: (figure[place] + center).estimate() for name, figure in spoken.figures.items()},
        (spoken.alone[place] / between).estimate(),
        (spoken.overall[place] / between).estimate(),
    )


def _value_at(item: Input, level: float) -> float:
    return float(item.distribution.quantile(np.array([level]))[0])


def _figures(program: Program) -> tuple[Figure, ...]:
    return tuple(figure for measure in program.measures for figure in figures_in(measure))


def _check_size(program: Program, n_varied: int, n_draws: int) -> None:
    """Makes sure that the draws can be kept.

    Raises:
        UsageError: they cannot.
    """
    if n_varied > MOST_VARIED:
        raise UsageError(
            f"{n_varied} unknowns lead to these outcomes, and at most {MOST_VARIED} can be varied",
            "fix some with --set, or choose outcomes with --outcome",
        )
    runs, figures = n_draws * (n_varied + 2), len(_figures(program))
    if runs > MOST_RUNS:
        most = MOST_RUNS // (n_varied + 2)
        raise UsageError(
            f"{n_draws:,} draws of {n_varied} unknowns are {runs:,} runs, more than {MOST_RUNS:,}",
            f"ask for at most {most:,} draws",
        )
    if n_draws * figures > MOST_KEPT:
        raise UsageError(
            f"{n_draws:,} draws of {figures} figures are more than {MOST_KEPT:,} numbers",
            f"ask for at most {MOST_KEPT // figures:,} draws, or choose outcomes with --outcome",
        )


def _reaching(program: Program, measure: Measure, others: Sequence[Program]) -> frozenset[str]:
    """The unknowns that vary and may change an outcome, or tell something of one that may."""
    varying = {item.name for one in (program, *others) for item in one.inputs if not _is_fixed(item)}
    found = unknowns_behind(program, measure) & varying
    if program.copula is None:
        return found
    names = [program.inputs[column].name for column in program.copula.columns]
    matrix = program.copula.factor @ program.copula.factor.T
    linked = [{names[place] for place in np.flatnonzero(np.abs(row) > 1e-12)} & varying for row in matrix]
    while any(group & found and not group <= found for group in linked):
        found = found.union(*(group for group in linked if group & found))
    return found


def _is_fixed(item: Input) -> bool:
    low, high = item.distribution.support()
    return low == high


def narrowed(program: Program, columns: Sequence[int]) -> Program:
    """The program in which only what varies is correlated."""
    if program.copula is None:
        return program
    places = [place for place, column in enumerate(program.copula.columns.tolist()) if column in columns]
    if len(places) < 2:
        return replace(program, copula=None)
    matrix = (program.copula.factor @ program.copula.factor.T)[np.ix_(places, places)]
    return replace(
        program, copula=Copula(program.copula.columns[places], np.linalg.cholesky(matrix).astype(np.float64))
    )
