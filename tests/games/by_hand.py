"""Games solved the slow way, one draw at a time: paths enumerated one by one, the formulas of DESIGN.md written out.

Nothing here uses the engine but the record of a move, so that what the solver says can be checked against it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize

from engine.games.relevance import Diagram
from engine.games.tree import Move

FloatArray = npt.NDArray[np.float64]
Action = tuple[int, tuple[int, ...], int]  # decision, values of what its actor knows, option
Path = tuple[tuple[int, bool], ...]  # for each move its value, and whether it is made


def paths_of(moves: Sequence[Move]) -> list[Path]:
    """All paths, in lexicographic order of their values."""
    paths: list[Path] = [()]
    for move in moves:
        longer: list[Path] = []
        for path in paths:
            before = np.array([value for value, _ in path], dtype=np.int64)[:, None]
            made = move.when is None or bool(move.when(before)[0])
            values = range(move.n_values) if made else [move.otherwise]
            longer += [(*path, (value, made)) for value in values]
        paths = longer
    return paths


def actions_on(moves: Sequence[Move], path: Path) -> list[Action]:
    """The actions that are taken along a path, in order of play."""
    return [
        (position, tuple(path[known][0] for known in move.knows), path[position][0])
        for position, move in enumerate(moves)
        if move.actor is not None and path[position][1]
    ]


@dataclass(frozen=True, eq=False)
class Game:
    """A game with the numbers of one draw.

    Attributes:
        chance: of each path, decisions left out; (n_paths,).
        believed: the same in the eyes of actors who see it otherwise.
        payoff: of each path for each actor; each (n_paths,).
        precision: of each actor.
    """

    moves: tuple[Move, ...]
    chance: FloatArray
    believed: dict[int, FloatArray]
    payoff: dict[int, FloatArray]
    precision: dict[int, float]

    def actions(self) -> list[Action]:
        """By decision in order of play, then by what is known, then by option."""
        return sorted({action for path in paths_of(self.moves) for action in actions_on(self.moves, path)})


class Response:
    """The logit response to a play, action by action."""

    def __init__(self, game: Game) -> None:
        self.game, self.actions = game, game.actions()
        taken = [actions_on(game.moves, path) for path in paths_of(game.moves)]
        self.on = np.array([[action in path for path in taken] for action in self.actions])
        self.decision = np.array([action[0] for action in self.actions])
        sets = [action[:2] for action in self.actions]
        self.sets = [np.array([place for place, item in enumerate(sets) if item == one]) for one in dict.fromkeys(sets)]

    def expected(self, play: FloatArray) -> FloatArray:
        """EU of each action: the mean payoff of the paths it lies on, weighted by chance and everybody else's play."""
        payoffs = np.zeros(len(self.actions))
        for decision in dict.fromkeys(self.decision.tolist()):
            actor = self.game.moves[decision].actor
            assert actor is not None
            others = self.decision != decision
            weight = self.game.believed.get(actor, self.game.chance).copy()
            for on, probability in zip(self.on[others], play[others], strict=True):
                weight *= np.where(on, probability, 1.0)
            for place in np.flatnonzero(self.decision == decision):
                total = weight[self.on[place]].sum()
                if total > 0:
                    payoffs[place] = (weight * self.game.payoff[actor])[self.on[place]].sum() / total
        return payoffs

    def precision(self) -> FloatArray:
        """Of the actor of each action."""
        return np.array([self.game.precision[self.game.moves[decision].actor or 0] for decision in self.decision])

    def choice(self, scaled: FloatArray) -> FloatArray:
        """Softmax within each information set."""
        play = np.zeros(len(scaled))
        for members in self.sets:
            odds = np.exp(scaled[members] - scaled[members].max())
            play[members] = odds / odds.sum()
        return play

    def __call__(self, play: FloatArray, share: float = 1.0) -> FloatArray:
        return self.choice(share * self.precision() * self.expected(play))

    def traced(self, steps: int = 40, jump: float = 0.2) -> FloatArray | None:
        """The equilibrium on the branch that starts at precision 0, in many small steps; None if the branch is lost."""
        scaled = np.zeros(len(self.actions))
        for step in range(1, steps + 1):
            precision = self.precision() * (step / steps)

            def gap(point: FloatArray, precision: FloatArray = precision) -> FloatArray:
                return precision * self.expected(self.choice(point)) - point

            guess = scaled * (step / (step - 1)) if step > 1 else scaled
            found = optimize.root(gap, guess, tol=1e-13, options={"maxfev": 40 * len(guess)})
            if np.abs(gap(found.x)).max() > 1e-9 or np.abs(self.choice(found.x) - self.choice(guess)).max() > jump:
                return None
            scaled = found.x
        return self.choice(scaled)


class Thinker:
    """Level k and hierarchies of one game, from their definitions: a mix of plays is a list of (weight, play)."""

    def __init__(self, game: Game, habit: FloatArray) -> None:
        self.game, self.response, self.habit = game, Response(game), habit
        self.actors = sorted({move.actor for move in game.moves if move.actor is not None})
        self.owner = np.array([game.moves[decision].actor for decision in self.response.decision])

    def reply(self, actor: int, others: Mapping[int, list[tuple[float, FloatArray]]]) -> FloatArray:
        """The actor's decisions, the last first; everybody else draws one play of its mix at the start of the game."""
        response, play = self.response, self.habit.copy()
        belief = self.game.believed.get(actor, self.game.chance)
        names = [other for other in self.actors if other != actor]
        for decision in sorted({d for d in response.decision.tolist() if self.game.moves[d].actor == actor})[::-1]:
            weight = np.zeros(len(belief))
            for mixed in itertools.product(*(others[other] for other in names)):
                path = belief * math.prod(share for share, _ in mixed)
                for other, (_, theirs) in zip(names, mixed, strict=True):
                    for place in np.flatnonzero(self.owner == other):
                        path = path * np.where(response.on[place], theirs[place], 1.0)
                weight += path
            for place in np.flatnonzero((self.owner == actor) & (response.decision > decision)):
                weight = weight * np.where(response.on[place], play[place], 1.0)
            expected = np.zeros(len(play))
            for place in np.flatnonzero(response.decision == decision):
                on = response.on[place]
                expected[place] = (weight * self.game.payoff[actor])[on].sum() / weight[on].sum()
            answer = response.choice(self.game.precision[actor] * expected)
            play[response.decision == decision] = answer[response.decision == decision]
        return play

    def level(self, actor: int, k: int) -> FloatArray:
        if k == 0:
            return self.habit
        return self.reply(actor, {other: [(1.0, self.level(other, k - 1))] for other in self.actors if other != actor})

    def hierarchy(self, mean: float) -> dict[int, list[tuple[float, FloatArray]]]:
        """For each actor its levels with their Poisson weights."""
        n_levels = next(k for k in range(100) if 1 - sum(poisson(mean, j) for j in range(k)) < 1e-12)
        found: dict[int, list[tuple[float, FloatArray]]] = {actor: [] for actor in self.actors}
        for level in range(n_levels):
            new = {actor: self.reply(actor, found) if level else self.habit for actor in self.actors}
            for actor in self.actors:
                found[actor] = [*found[actor], (poisson(mean, level), new[actor])]
        return found


def poisson(mean: float, k: int) -> float:
    return math.exp(-mean) * mean**k / math.factorial(k)


def backward_induction(response: Response) -> FloatArray:
    """The play of a game of perfect information: the last decision first, each answering those after it."""
    play = np.ones(len(response.actions))
    for decision in sorted(set(response.decision.tolist()), reverse=True):
        # what comes before has not been decided; it cancels, as each information set is one node
        answer = response(play)
        play[response.decision == decision] = answer[response.decision == decision]
    return play


def random_moves(rng: np.random.Generator, n_moves: int, perfect_information: bool = False) -> tuple[Move, ...]:
    """Two or three actors, chance in between, knowledge with perfect recall; some moves happen only sometimes."""
    n_actors = int(rng.integers(2, 4))
    moves: list[Move] = []
    memory: dict[int, set[int]] = {actor: set() for actor in range(n_actors)}
    for position in range(n_moves):
        decides = position in (0, n_moves - 1) or rng.random() < 0.7
        actor = int(rng.integers(n_actors)) if decides else None
        knows: set[int] = set()
        if actor is not None:
            seen = {move for move in range(position) if perfect_information or rng.random() < 0.4}
            knows = memory[actor] | seen
            memory[actor] |= knows | {position}
        readable = sorted(knows) if decides else list(range(position))
        when = None
        if readable and rng.random() < 0.3:
            when = UnlessFirst(int(rng.choice(readable)))
        moves.append(Move(int(rng.integers(2, 4)), actor, tuple(sorted(knows)), when))
    return tuple(moves)


@dataclass(frozen=True)
class UnlessFirst:
    """A move that does not happen where another one has its first value."""

    position: int

    def __call__(self, values: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        return values[self.position] != 0


def random_game(rng: np.random.Generator, moves: tuple[Move, ...], precision: tuple[float, float] = (0.2, 2.0)) -> Game:
    """Chances of every path, payoffs over a range of 10, precisions."""
    paths = paths_of(moves)
    chance = np.ones(len(paths))
    for position, move in enumerate(moves):
        if move.actor is None:
            shares = {before: rng.dirichlet(np.ones(move.n_values)) for before in {path[:position] for path in paths}}
            chance *= [shares[path[:position]][path[position][0]] if path[position][1] else 1.0 for path in paths]
    actors = sorted({move.actor for move in moves if move.actor is not None})
    payoff = {actor: rng.uniform(0, 10, len(paths)) for actor in actors}
    return Game(moves, chance, {}, payoff, {actor: float(rng.uniform(*precision)) for actor in actors})


def diagram_of(moves: Sequence[Move]) -> Diagram:
    """Everybody's payoff reads every move, and chance reads every move before it."""
    everything = frozenset(range(len(moves)))
    parents = []
    for position, move in enumerate(moves):
        above = set(move.knows) if move.actor is not None else set(range(position))
        if isinstance(move.when, UnlessFirst):
            above.add(move.when.position)
        parents.append(frozenset(above))
    actors = {move.actor for move in moves if move.actor is not None}
    return Diagram(tuple(parents), dict.fromkeys(actors, (everything,)), tuple(move.actor for move in moves))


def leaf_play(game: Game, actions: Sequence[Action], play: FloatArray) -> FloatArray:
    """Probability of each path, chance and decisions together; (n_paths,)."""
    by_action = dict(zip(actions, play.tolist(), strict=True))
    shares = [[by_action[action] for action in actions_on(game.moves, path)] for path in paths_of(game.moves)]
    return game.chance * np.array([np.prod(share) for share in shares])
