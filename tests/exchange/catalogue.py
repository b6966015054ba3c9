"""Gambit's catalogue of games against the engine. `python tests/exchange/catalogue.py` prints the table.

In a cell: the largest difference of a probability; r, the rung of the solver (1 backward induction, 2 fixed point, 3
homotopy, 4 round folds and forks, -1 branch in doubt); i, the sign of the index; u, the unstable directions.

Each game of the catalogue that ships in pygambit's package is converted to a scenario, solved at three precisions and
compared with what pygambit traces for the game itself; and its pure equilibria are enumerated from the scenario.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from correspondence import There, back, originals, pure_equilibria, there

from engine.errors import ScenarioError
from engine.exchange.efg import read_efg, write_efg
from engine.exchange.nfg import read_nfg, write_nfg
from engine.exchange.records import Game, NormalForm, as_tree
from engine.exchange.strategic import reduced_form
from engine.games.pure import PureSolver
from engine.games.solution import UNCHECKED, Solution
from engine.program.compile import compile_program
from engine.program.layout import Layout
from engine.program.program import Program
from engine.program.worlds import batch_of
from engine.scenario.assumptions import BASE, assume

PRECISIONS = (0.5, 1.5, 4.0)
"""On payoffs that are scaled so that the largest span is 10."""
SAME = 1e-6
Play = dict[tuple[int, int], float]  # information set and action: probability
Plans = frozenset[tuple[int, int]]  # what a player does where


@dataclass(frozen=True)
class Agreement:
    """One precision.

    Attributes:
        difference: largest, of a probability at an information set that is reached.
        rung: of our solution.
        index: of our solution.
        residual: of our solution, in the game that was converted.
        their_residual: of what pygambit traces, in the same game.
        unstable: directions in which the response drives away from our solution; where there are some, the branch from
            precision 0 has forked before, and each of two solvers may be on another side of it.
        traced: the precision that pygambit says it arrived at.
    """

    precision: float
    difference: float
    rung: int
    index: float
    residual: float
    their_residual: float
    unstable: int
    traced: float


@dataclass(frozen=True)
class Compared:
    """One game; `refused` says why it is no scenario.

    Attributes:
        n_pure: how many equilibria in pure strategies the engine counts.
        ours: which it finds.
        tried: those that trying all reduced strategies finds.
        theirs: those that pygambit finds.
    """

    name: str
    leaves: int
    actions: int
    refused: str = ""
    agreements: tuple[Agreement, ...] = ()
    n_pure: int = 0
    ours: frozenset[Plans] = frozenset()
    tried: frozenset[Plans] = frozenset()
    theirs: frozenset[Plans] = frozenset()

    @property
    def pure_agree(self) -> bool:
        """The engine's solver, trying all strategies, and pygambit: as many, and the same."""
        return self.ours == self.tried == self.theirs and self.n_pure == len(self.ours)


def files() -> list[Path]:
    """The catalogue's files in pygambit's package; none where it is not installed, or too old to have any."""
    try:
        import pygambit
    except ImportError:
        return []
    folder = Path(pygambit.__file__).parent / "catalog_data"
    return sorted(path for path in folder.rglob("*") if path.suffix in (".efg", ".nfg"))


def name_of(path: Path) -> str:
    return "/".join(path.parts[path.parts.index("catalog_data") + 1 :])


def read(path: Path) -> tuple[Game, NormalForm | None]:
    """The game in a file as a tree, and the table if it was one."""
    text = path.read_text("utf-8")
    if path.suffix == ".efg":
        return read_efg(text, path.name), None
    form = read_nfg(text, path.name)
    return as_tree(form), form


def compared(path: Path) -> Compared:
    """A game of the catalogue, solved both ways."""
    game, form = read(path)
    game = scaled(game)
    size = (name_of(path), len(game.leaves), sum(len(item.actions) for item in game.sets if item.player is not None))
    try:
        source = there(game)
    except ScenarioError as error:
        return Compared(*size, refused=error.problems[0].message)
    theirs = load(game, form)
    agreements = tuple(agreement(source, theirs, precision) for precision in PRECISIONS)
    n_pure, ours = our_pure(source)
    return Compared(*size, "", agreements, n_pure, ours, tried_pure(source), their_pure(theirs, game))


# The same in both


def scaled(game: Game) -> Game:
    """The game with payoffs whose largest span is 10; each outcome that is paid on the way is scaled alike."""
    spans = [max(own) - min(own) for own in zip(*(game.payoffs[leaf] for leaf in game.leaves), strict=True)]
    if not max(spans):
        return game
    unit = Fraction(10) / max(spans)
    outcomes = tuple(replace(one, payoffs=tuple(unit * number for number in one.payoffs)) for one in game.outcomes)
    return replace(game, outcomes=outcomes)


def agreement(source: There, theirs: Any, precision: float) -> Agreement:
    play, solution = our_play(source, precision)
    traced, arrived_at = their_play(theirs, source.game, precision)
    assert play.keys() <= traced.keys()
    difference = max((abs(play[key] - traced[key]) for key in play), default=0.0)
    return Agreement(
        precision=precision,
        difference=difference,
        rung=int(solution.rung[0]),
        index=float(solution.index[0]),
        residual=residual(source.game, traced | play, precision),
        their_residual=residual(source.game, traced, precision),
        unstable=unstable(source.game, traced | play, precision),
        traced=arrived_at,
    )


def response(game: Game, play: Play, precision: float) -> Play:
    """The logit response at every information set that is reached, path by path; elsewhere what is played."""
    reached: Play = dict.fromkeys(play, 0.0)
    worth: Play = dict.fromkeys(play, 0.0)
    for leaf in game.leaves:
        steps = game.steps(leaf)
        shares = [play[step] if step in play else float(game.sets[step[0]].chances[step[1]]) for step in steps]
        for place, step in enumerate(steps):
            player = game.sets[step[0]].player
            if player is not None:
                others = float(np.prod([*shares[:place], *shares[place + 1 :]]))
                reached[step] += others
                worth[step] += others * float(game.payoffs[leaf][player])
    found = {}
    for number, item in enumerate(game.sets):
        steps = [(number, action) for action in range(len(item.actions))]
        if item.player is None:
            continue
        if min(reached[step] for step in steps) == 0:
            found |= {step: play[step] for step in steps}
            continue
        scaled_up = np.array([precision * worth[step] / reached[step] for step in steps])
        weight = np.exp(scaled_up - scaled_up.max())
        found |= dict(zip(steps, (weight / weight.sum()).tolist(), strict=True))
    return found


def residual(game: Game, play: Play, precision: float) -> float:
    """How far the play is from the response to itself."""
    answer = response(game, play, precision)
    return max(abs(answer[step] - play[step]) for step in play)


def unstable(game: Game, play: Play, precision: float, step: float = 1e-6) -> int:
    """Eigenvalues of the response's slope, by differences of log-odds, that are real and larger than 1."""
    numbers = [number for number, item in enumerate(game.sets) if item.player is not None]
    free = [(number, action) for number in numbers for action in range(1, len(game.sets[number].actions))]

    def log_odds(of: Play) -> np.ndarray:
        return np.array([np.log(max(of[key], 1e-300) / max(of[key[0], 0], 1e-300)) for key in free])

    def moved(key: tuple[int, int], by: float) -> Play:
        own = [(key[0], action) for action in range(len(game.sets[key[0]].actions))]
        weights = {other: play[other] * (np.exp(by) if other == key else 1) for other in own}
        return play | {other: weight / sum(weights.values()) for other, weight in weights.items()}

    slope = np.array(
        [
            (
                log_odds(response(game, moved(key, step), precision))
                - log_odds(response(game, moved(key, -step), precision))
            )
            / (2 * step)
            for key in free
        ]
    )
    values = np.linalg.eigvals(slope)
    return int(((np.abs(values.imag) < 1e-6) & (values.real > 1 + 1e-6)).sum())


def our_play(source: There, precision: float) -> tuple[Play, Solution]:
    """What the engine finds, at the information sets of the game that are reached."""
    scenario = assume(source.loaded.scenario, BASE, [("actors.*.precision", repr(precision))]).scenario
    program, layout = compile_program(scenario), Layout(scenario)
    solution = program.solver.solve(batch_of(program, np.zeros((0, 1))).worlds)
    rows = {row: step for row, _, step in steps_in(source, program, layout)}
    play = {step: float(solution.play[row, 0]) for row, step in rows.items() if solution.reached[row, 0]}
    return play, solution


def steps_in(source: There, program: Program, layout: Layout) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Each action on each path of the program's tree, as row, leaf, and information set and action of the game."""
    play = source.named.play
    core = [source.named.moves.index(name) for name in layout.core]
    for place in range(len(play.leaves)):
        leaf = int(np.flatnonzero((program.tree.values == play.values[core, place][:, None]).all(axis=0))[0])
        for number, action in source.game.steps(play.leaves[place]):
            if source.game.sets[number].player is None or len(source.game.sets[number].actions) < 2:
                continue
            move = next(position for position, item in enumerate(play.moves) if number in item.sets and not item.signal)
            yield int(program.tree.action[core.index(move), leaf]), leaf, (number, action)


def our_pure(source: There) -> tuple[int, frozenset[Plans]]:
    """How many pure equilibria the engine counts, and which they are."""
    scenario = assume(source.loaded.scenario, BASE, [("solution", "pure equilibria")]).scenario
    program, layout = compile_program(scenario), Layout(scenario)
    solver, worlds = program.solver, batch_of(program, np.zeros((0, 1))).worlds
    assert isinstance(solver, PureSolver)
    count = solver.solve(worlds).n_pure
    assert count is not None
    taken: dict[tuple[int, int], list[tuple[int, int]]] = {}  # by an actor on the way to a leaf
    for _, leaf, step in steps_in(source, program, layout):
        player = source.game.sets[step[0]].player
        assert player is not None
        taken.setdefault((layout.actor[source.named.actors[player]], leaf), []).append(step)
    profiles = set()
    for profile in np.argwhere(solver.equilibria(worlds)[:, 0].reshape(solver.shape)).tolist():
        plans: set[tuple[int, int]] = set()
        for actor, leaves, strategy in zip(solver.actors, solver.strategies, profile, strict=True):
            for leaf in np.flatnonzero(leaves[strategy]).tolist():
                plans.update(taken.get((actor, leaf), []))
        profiles.add(frozenset(plans))
    return int(count[0]), frozenset(profiles)


def tried_pure(source: There) -> frozenset[Plans]:
    """The pure equilibria of the reduced strategic form, in the sets of the game that was converted, by trying all."""
    found = back(source.loaded)
    was = originals(source, found)
    strategic = reduced_form(found)
    profiles = set()
    for profile in pure_equilibria(strategic.form):
        plans = [own[strategy] for own, strategy in zip(strategic.plans, profile, strict=True)]
        profiles.add(frozenset((was[number], action) for plan in plans for number, action in plan.items()))
    return frozenset(profiles)


# pygambit


def load(game: Game, form: NormalForm | None) -> Any:
    import pygambit

    if form is None:
        return pygambit.read_efg(io.StringIO(write_efg(game)))
    return pygambit.read_nfg(io.StringIO(write_nfg(replace(form, outcomes=game.outcomes))))


def own_sets(game: Game, player: int) -> list[int]:
    return [number for number, item in enumerate(game.sets) if item.player == player]


def set_numbers(theirs: Any, game: Game, player: int) -> dict[Any, int]:
    """Our number of each of pygambit's information sets; both list them in the order of the tree."""
    own = own_sets(game, player)
    if not hasattr(theirs, "get_infosets"):
        return {None: own[0]}
    return dict(zip(theirs.get_infosets(list(theirs.players)[player]), own, strict=True))


def their_play(theirs: Any, game: Game, precision: float) -> tuple[Play, float]:
    """What pygambit traces from precision 0, and the precision at which it says it is."""
    from pygambit.qre import logit_solve_lambda

    traced = logit_solve_lambda(theirs, precision)[-1]
    found: Play = {}
    for player, behaviour in enumerate(traced.profile):
        number = set_numbers(theirs, game, player)
        for history, mixed in [(None, behaviour)] if None in number else behaviour:
            found |= {(number[history], action): float(share) for action, (_, share) in enumerate(mixed)}
    return found, float(traced.lam)


def their_pure(theirs: Any, game: Game) -> frozenset[Plans]:
    """The pure equilibria that pygambit enumerates, as what each player does where."""
    from pygambit.nash import enumpure_solve

    found = set()
    for equilibrium in enumpure_solve(theirs).equilibria:
        plans: list[tuple[int, int]] = []
        for player, mixed in enumerate(equilibrium):
            chosen = [(place, label) for place, (label, share) in enumerate(mixed) if share == 1]
            assert len(chosen) == 1
            plans += plan(theirs, game, player, *chosen[0])
        found.add(frozenset((number, action) for number, action in plans if len(game.sets[number].actions) > 1))
    return frozenset(found)


def plan(theirs: Any, game: Game, player: int, place: int, label: str) -> Iterator[tuple[int, int]]:
    """What a strategy of pygambit's does at each of the player's sets that it leaves possible."""
    number = set_numbers(theirs, game, player)
    if None in number:
        yield number[None], place
        return
    for history, action in theirs.get_behavior(list(theirs.players)[player], label).items():
        yield number[history], game.sets[number[history]].actions.index(action)


# The table


def row(item: Compared) -> str:
    if item.refused:
        return f"{item.name:<68} {item.leaves:>6} {item.actions:>7}  no: {item.refused}"
    cells = [
        f"{one.difference:8.1e} r{one.rung:+d} i{one.index:+.0f} u{one.unstable}{'' if arrived(one) else ' STOPPED'}"
        for one in item.agreements
    ]
    pure = f"{item.n_pure}" if item.pure_agree else f"{item.n_pure} not {len(item.theirs)}"
    return f"{item.name:<68} {item.leaves:>6} {item.actions:>7}  {'  '.join(cells)}  {pure:>6}"


def arrived(one: Agreement) -> bool:
    """Whether pygambit is at the precision that it was asked for."""
    return abs(one.traced - one.precision) <= 1e-6 * max(1.0, one.precision)


def main() -> None:
    cells = "  ".join(f"{f'at {precision}':<18}" for precision in PRECISIONS)
    print(f"{'game':<68} {'leaves':>6} {'actions':>7}  {cells}  {'pure':>6}")
    found = []
    for path in files():
        found.append(compared(path))
        print(row(found[-1]), flush=True)
    written = [item for item in found if not item.refused]
    points = [(item.name, one) for item in written for one in item.agreements]
    same = [one for _, one in points if one.difference <= SAME]
    print(f"{len(written)} of {len(found)} games are scenarios; {len(same)} of {len(points)} points agree to {SAME:g}")
    print(f"pure equilibria agree in {sum(item.pure_agree for item in written)} of {len(written)} games")
    for name, one in points:
        if one.difference > SAME:
            where = f"rung {one.rung}, index {one.index:+.0f}, {one.unstable} unstable directions"
            distance = f"distance from the response: ours {one.residual:.0e}, pygambit's {one.their_residual:.0e}"
            print(f"{name} at {one.precision}: {where}; {distance}")
    doubt = sorted({name for name, one in points if one.rung <= UNCHECKED})
    print(f"branch in doubt: {', '.join(doubt) or 'nowhere'}")


if __name__ == "__main__":
    main()
