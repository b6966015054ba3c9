"""One round of one game: its paths, what each actor knows on them, and who moves how."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cached_property

import numpy as np

from engine.analysis.explanation.choices import NONE, Choice, choices_at, move_names
from engine.analysis.playing.game import MOVES, Game, Standing, chances, drawn
from engine.analysis.playing.replying import best_place, open_minded, settled_on
from engine.analysis.playing.turns import SURE, Choose, Happened, Knowledge, Payoff, Turn
from engine.games.ladder import CONVERGED
from engine.games.segments import FloatArray, IntArray
from engine.games.solution import Solution
from engine.games.tree import NOT_MOVED
from engine.program.program import BoolArray
from engine.program.worlds import Reader, batch_in
from engine.scenario.model import Decision, Move, Type
from engine.scenario.scope import knowledge
from engine.simulation.eyes import played_share, share_of_play
from engine.simulation.rounds import RULED_OUT, next_situation


class Round:
    """A round of one game, solved.

    Attributes:
        values: of each move in order of play, on every path; (n_moves, n_paths).
    """

    def __init__(self, game: Game, standing: Standing) -> None:
        """
        Raises:
            EvaluationError: a chance outside 0 to 1, a number that is not finite.
        """
        self.game, self.standing = game, standing
        self.program, self.scenario = game.program, game.scenario
        self.number = standing.situation.round
        self.batch = batch_in(self.program, standing.situation)
        self.solution: Solution = self.program.solver.solve(self.batch.worlds)
        self.moves: tuple[Move, ...] = self.scenario.moves
        self.names = tuple(move.name for move in self.moves)
        self.core = move_names(self.program)
        self.leaf: IntArray = self.program.leaf_of_path
        self.values = np.array([self._values(move) for move in self.moves]).reshape(len(self.moves), len(self.leaf))
        self.world = Reader(self.program, self.batch.values, standing.situation)
        self.eyes = Reader(self.program, self.batch.seen, standing.situation)
        self.known = knowledge(self.scenario)
        self._replies: dict[str, dict[int, Choice]] = {}

    # What happens

    def play(self, seats: Collection[str], choose: Choose) -> Happened:
        """Plays the round: seats choose for themselves, everybody else by the model, chance by the seed."""
        open_paths, made = self.possible, []
        for place, move in enumerate(self.moves):
            paths = np.flatnonzero(open_paths)
            if self._is_made(move, int(paths[0])):
                made.append(move.name)
            found = np.unique(self.values[place, paths])
            if move.name not in made or len(found) == 1:
                continue
            if isinstance(move, Decision) and move.actor in seats:
                value = self.program.values[move.name].index(choose(self._turn(move, paths)))
            else:
                chance = self._chance(move, place, paths, found)
                value = int(found[drawn(chance, chances(self.game.seed, MOVES, self.number, place, shape=()))])
            open_paths = open_paths & (self.values[place] == value)
        path = int(np.flatnonzero(open_paths)[0])
        values = {name: self.value_of(place, path) for place, name in enumerate(self.names)}
        learned = {actor: self._learned(actor, values, made) for actor in self.scenario.actors}
        return Happened(path, values, tuple(made), learned)

    def after(self, happened: Happened) -> Standing | None:
        """Where the game stands after the round; None where it is over."""
        if self.program.recurrence is None:
            return None
        following = next_situation(self.program, self.batch, self.solution, int(self.leaf[happened.path]))
        return None if following is None else Standing(following, self.standing.types)

    @property
    def solved(self) -> bool:
        """Whether the equilibrium was reached."""
        return bool(self.solution.residual[0] <= CONVERGED)

    @cached_property
    def possible(self) -> BoolArray:
        """Paths that state and lasting types allow; (n_paths,)."""
        found = np.ones(len(self.leaf), dtype=np.bool_)
        for mask in self.program.masks:
            found &= self.world.mask(mask)[self.leaf, 0] > 0
        if self.standing.types is not None and self.program.recurrence is not None:
            found &= self.program.recurrence.types[self.leaf] == self.standing.types
        return found

    # What it is worth

    def received(self, actor: str, happened: Happened) -> Payoff:
        """What a seat really gets."""
        return Payoff({name: float(value[happened.path]) for name, value in self._terms(actor, self.world).items()})

    def perceived(self, actor: str, happened: Happened) -> Payoff:
        """What a seat can tell of what it gets, once the round is over: its expectation given all that it knows."""
        weight = self._given(actor, self._even_play(actor), self._agrees(happened.learned[actor]))
        terms = self._terms(actor, self.eyes)
        if not weight.any():
            return self.received(actor, happened)
        likely = weight > RULED_OUT
        sums = sum(terms.values(), np.zeros(len(weight)))[likely]
        sums = np.append(sums, sum(self._terms(actor, self.world).values(), np.zeros(len(weight)))[likely])
        certain = bool(sums.max() - sums.min() <= SURE * max(1.0, float(np.abs(sums).max())))
        return Payoff({name: float(weight @ value) for name, value in terms.items()}, certain)

    def foreseen(self, actor: str) -> float:
        """What a seat that has made no choice yet can expect if it chooses best, knowing its own lasting types."""
        own = {
            move.name: self._true_type(place)
            for place, move in enumerate(self.moves)
            if isinstance(move, Type) and move.lasting and move.of == actor and self.standing.types is not None
        }
        weight = self._given(actor, self._best_play(actor), self._agrees(own))
        return float(weight @ sum(self._terms(actor, self.eyes).values(), np.zeros(len(weight))))

    def expected(self, actor: str, happened: Happened, best: bool = False) -> float:
        """What the model's actor can expect in this seat, types as they are, before chance; or one that replies best.

        Everybody else plays by the model.
        """
        place = self.scenario_actor(actor)
        first = next((n for n, move in enumerate(self.moves) if isinstance(move, Decision)), len(self.moves))
        types = {
            move.name: happened.values[move.name]
            for n, move in enumerate(self.moves)
            if isinstance(move, Type) and (n < first or move.lasting) and move.name in self.core
        }
        share = played_share(self.program, self.solution)[:, 0]
        if best:
            share = self._share(self._best_play(actor))
        given = self.batch.given[:, 0] * share * self._leaves(self.possible & self._agrees(types))
        payoff = self.world.payoff(place)[:, 0]
        return float(given @ payoff / given.sum()) if given.sum() > 0 else 0.0

    def sizes(self, actor: str) -> dict[str, tuple[float, float]]:
        """The worst and the best that each payoff term of a seat can be, in whatever state."""
        paths = np.ones(len(self.leaf), dtype=np.bool_)
        for table in self.program.chances:
            paths &= self.eyes.chance(table)[self.leaf, 0] > 0
        for name, table in self.program.folded.items():
            paths &= self.eyes.folded(name)[table.cell, 0] > 0
        return {
            name: (float(value[paths].min()), float(value[paths].max()))
            for name, value in self._terms(actor, self.eyes).items()
        }

    # What is known

    def value_of(self, place: int, path: int) -> str:
        """The value of a move, by its place, on a path."""
        value = int(self.values[place, path])
        return NONE if value == NOT_MOVED else self.program.values[self.names[place]][value]

    def scenario_actor(self, actor: str) -> int:
        return self.program.actors.index(actor)

    def _learned(self, actor: str, values: Knowledge, made: Collection[str]) -> dict[str, str]:
        """What everybody learns, the actor's own moves and types, and what it saw when it last chose."""
        own = {name for name in self.names if not self.moves[self.names.index(name)].hidden}
        for move in self.moves:
            if isinstance(move, Type) and move.of == actor:
                own.add(move.name)
            if isinstance(move, Decision) and move.actor == actor and move.name in made:
                own |= {move.name, *self.known[move.name]}
        return {name: values[name] for name in self.names if name in own}

    def _agrees(self, known: Knowledge) -> BoolArray:
        """Paths on which moves have these values; (n_paths,)."""
        found = np.ones(len(self.leaf), dtype=np.bool_)
        for name, value in known.items():
            at = NOT_MOVED if value == NONE else self.program.values[name].index(value)
            found &= self.values[self.names.index(name)] == at
        return found

    def _turn(self, move: Decision, paths: IntArray) -> Turn:
        knows = {name: self.value_of(self.names.index(name), int(paths[0])) for name in self.known[move.name]}
        decision = self.core.index(move.name)
        action = int(self.program.tree.action[decision, self.leaf[paths[0]]])
        number = next(n for n, item in enumerate(self.program.tree.sets) if item.actions[0] <= action < item.actions[1])
        return Turn(
            round=self.number,
            decision=move.name,
            actor=move.actor,
            knows=knows,
            beliefs=self._beliefs(move, knows),
            choice=self._informed(self.replies(move.actor)[number], knows),
        )

    def _informed(self, choice: Choice, knows: Knowledge) -> Choice:
        """The same, where what each option brings rests on all that the actor knows.

        An information set leaves out what makes no difference between the options, which may yet change them all.
        """
        play, tree = self._best_play(choice.actor), self.program.tree
        for item in tree.sets:  # what was done before is known, so that only what comes later is settled
            if item.decision <= self.core.index(choice.decision) and tree.moves[item.decision].actor == (
                self.scenario_actor(choice.actor)
            ):
                play[slice(*item.actions)] = 1 / (item.actions[1] - item.actions[0])
        values, terms = self._terms(choice.actor, self.eyes), {}
        for option in choice.probabilities:
            weight = self._given(choice.actor, play, self._agrees({**knows, choice.decision: option}))
            if not weight.any():
                return choice
            terms[option] = {name: float(weight @ value) for name, value in values.items()}
        payoffs = {option: sum(of_option.values()) for option, of_option in terms.items()}
        return replace(choice, payoffs=payoffs, terms=terms)

    def _beliefs(self, decision: Decision, knows: Knowledge) -> dict[str, dict[str, float]]:
        """What an actor believes of earlier moves that it does not know, by Bayes' rule."""
        before = self.names.index(decision.name)
        made = self.program.tree.happens[self.core.index(decision.name)][self.leaf]
        weight = self._given(decision.actor, self._even_play(decision.actor), self._agrees(knows) & made)
        if not weight.any():
            return {}
        found = {}
        for place in range(before):
            if self.names[place] not in knows:
                values = [*range(len(self.program.values[self.names[place]])), NOT_MOVED]
                mass = [float(weight[self.values[place] == value].sum()) for value in values]
                named = [*self.program.values[self.names[place]], NONE]
                found[self.names[place]] = {
                    name: min(chance, 1.0) for name, chance in zip(named, mass, strict=True) if chance > RULED_OUT
                }
        return found

    # Who plays how

    def replies(self, actor: str) -> dict[int, Choice]:
        """A seat's information sets by number, each with what its options bring if it chooses best from there on.

        Backward induction over the seat's own decisions: the last is settled first. What the others do stays as it is.
        """
        if actor not in self._replies:
            tree, place = self.program.tree, self.scenario_actor(actor)
            solution, found = open_minded(self.program.tree, self.batch.worlds, self.solution, place), {}
            for decision in reversed([move for move in tree.decisions if tree.moves[move].actor == place]):
                settled = choices_at(self.program, self.scenario, self.batch, solution, decision)
                found.update({choice.number: choice for choice in settled})
                solution = settled_on(self.program.tree, solution, place, settled)
            self._replies[actor] = found
        return self._replies[actor]

    def _best_play(self, actor: str) -> FloatArray:
        """Everybody's play where a seat replies best; (n_actions, 1)."""
        play = self.solution.play.copy()
        for number, choice in self.replies(actor).items():
            if choice.payoffs is not None:
                start, end = self.program.tree.sets[number].actions
                play[start:end] = 0.0
                play[start + best_place(choice)] = 1.0
        return play

    def _even_play(self, actor: str) -> FloatArray:
        """Everybody's play where a seat is as likely to do one thing as another; (n_actions, 1)."""
        play = self.solution.play.copy()
        for item in self.program.tree.sets:
            if self.program.tree.moves[item.decision].actor == self.scenario_actor(actor):
                play[slice(*item.actions)] = 1 / (item.actions[1] - item.actions[0])
        return play

    def _share(self, play: FloatArray) -> FloatArray:
        """How likely the decisions on each leaf's path are taken; (n_leaves,)."""
        return share_of_play(self.program.tree, np.maximum(play, RULED_OUT), self.program.tree.decisions)[:, 0]

    def _given(self, actor: str, play: FloatArray, holds: BoolArray) -> FloatArray:
        """How likely each path is in an actor's eyes if it plays like this itself and this holds; (n_paths,).

        They sum to 1, or are all 0 where that cannot be. At which level it reasons it knows, whatever it sees.
        """
        found, total = np.zeros(len(self.leaf)), 0.0
        for share, paths in self._seen_paths(actor, play):
            weight = paths * holds
            if weight.sum() > 0:
                found, total = found + share * weight / weight.sum(), total + share
        return found / total if total > 0 else found

    def _seen_paths(self, actor: str, play: FloatArray) -> Iterator[tuple[float, FloatArray]]:
        """How likely it is to reason at each level, and then how likely each path is in its eyes; (n_paths,)."""
        tree, worlds, place = self.program.tree, self.batch.worlds, self.scenario_actor(actor)
        own_view = worlds.believed.get(place, worlds.chance)[:, 0]
        folded = np.ones(len(self.leaf))
        for name, table in self.program.folded.items():
            folded = folded * self.eyes.folded(name)[table.cell, 0]
        minds = [mind for mind in self.solution.minds.get(place, ()) if mind.weight[0] > 0]
        if not minds:
            yield 1.0, (own_view * self._share(play))[self.leaf] * folded
        own = [move for move in tree.decisions if tree.moves[move].actor == place]
        does = share_of_play(tree, np.maximum(play, RULED_OUT), own)[:, 0]
        for mind in minds:
            view = own_view if mind.thinker is None else worlds.view(mind.thinker)[:, 0]
            others = [plan.on_leaves()[:, 0] for plan in mind.others]
            yield float(mind.weight[0]), np.prod([view, does, *others], axis=0)[self.leaf] * folded

    def _chance(self, move: Move, place: int, paths: IntArray, found: IntArray) -> FloatArray:
        """The chance of each value that a move may have now, by the world's chances and the model's play."""
        first = [int(paths[self.values[place, paths] == value][0]) for value in found]
        if isinstance(move, Decision):
            return self._decides(move, first, paths, found, place)
        if move.name in self.program.folded:
            table = self.program.folded[move.name]
            chance = self.world.folded(move.name)[table.cell[first], 0]
        else:
            table = next(table for table in self.program.chances if table.move == move.name)
            chance = self.world.chance(table)[self.leaf[first], 0]
        return np.asarray(chance, dtype=np.float64)

    def _decides(self, move: Decision, first: list[int], paths: IntArray, found: IntArray, place: int) -> FloatArray:
        if self.solution.share is not None:  # an average over equilibria: what was done tells which one is played
            joint = self.batch.given[:, 0] * self.solution.share[:, 0]
            shares = [joint[np.unique(self.leaf[paths[self.values[place, paths] == value]])].sum() for value in found]
            if sum(shares) > 0:
                return np.array(shares)
        action = self.program.tree.action[self.core.index(move.name), self.leaf[first]]
        return np.asarray(self.solution.play[action, 0], dtype=np.float64)

    # Arrays

    def _terms(self, actor: str, reader: Reader) -> dict[str, FloatArray]:
        """Each payoff term on every path; (n_paths,)."""
        place = self.scenario_actor(actor)
        layout = self.program.results.get(place)
        if layout is None:
            return {}
        return {
            term.name: np.broadcast_to(reader.raw(term.table), (term.table.n_rows, 1))[rows, 0][layout.combination]
            for term, rows in zip(self.program.terms_of(place), layout.rows, strict=True)
        }

    def _leaves(self, paths: BoolArray) -> FloatArray:
        """1 on leaves that any of these paths ends in."""
        found = np.zeros(self.program.tree.n_leaves)
        found[self.leaf[paths]] = 1.0
        return found

    def _true_type(self, place: int) -> str:
        return self.value_of(place, int(np.flatnonzero(self.possible)[0]))

    def _values(self, move: Move) -> IntArray:
        if move.name in self.core:
            found: IntArray = self.program.tree.values[self.core.index(move.name)][self.leaf]
            return found
        table, options = self.program.folded[move.name], list(move.values)
        otherwise = NOT_MOVED if move.otherwise is None else options.index(move.otherwise)
        return np.where(table.cell == table.n_rows * len(options), otherwise, table.cell % len(options))

    def _is_made(self, move: Move, path: int) -> bool:
        if move.name in self.core:
            return bool(self.program.tree.happens[self.core.index(move.name), self.leaf[path]])
        table = self.program.folded[move.name]
        return bool(table.cell[path] != table.n_rows * len(move.values))
