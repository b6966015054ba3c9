"""Random scenarios, from the text to the figures, against a plain enumeration of their paths.

The scenario is written as text; the same moves, chances and payoffs are evaluated path by path by Python itself; the
equilibrium is followed from precision 0 in small steps by the formulas written out in `by_hand`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from by_hand import FloatArray, Game, Path, Response, Thinker, actions_on, paths_of

from engine import api
from engine.analysis.running.summary import Result
from engine.errors import ScenarioError
from engine.games.tree import NOT_MOVED, Move

Names = dict[str, float]


@dataclass
class Written:
    """One move as it is written: options have numbers that no other move has, so a name means one number everywhere."""

    name: str
    kind: str
    options: dict[str, float]
    actor: int | None = None
    knows: tuple[str, ...] = ()
    chance: dict[str, str] = field(default_factory=dict)
    when: str = ""
    otherwise: str = ""

    def line(self) -> str:
        options = "{" + ", ".join(f"{option}: {number:g}" for option, number in self.options.items()) + "}"
        condition = f', when: "{self.when}"' if self.when else ""
        condition += f", else: {self.otherwise}" if self.otherwise else ""
        if self.kind == "decision":
            known = f"options: {options}, knows: [{', '.join(self.knows)}]"
            return f"  - {{decision: {self.name}, actor: a{self.actor}, {known}{condition}}}"
        owner = f", of: a{self.actor}" if self.kind == "type" else ""
        return f"  - {{{self.kind}: {self.name}{owner}, values: {options}, chance: {shares(self.chance)}{condition}}}"


def shares(chance: dict[str, str]) -> str:
    return "{" + ", ".join(f'{option}: "{share}"' for option, share in chance.items()) + "}"


class Author:
    """Writes random scenarios."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng([21, seed])
        self.moves: list[Written] = []
        for position in range(int(self.rng.integers(3, 7))):
            self.moves.append(self.move(position))
        if not any(move.kind == "decision" for move in self.moves):
            self.moves.append(self.move(len(self.moves), "decision"))
        self.actors = sorted({move.actor for move in self.moves if move.actor is not None})
        self.precision = {actor: round(self.rng.uniform(0.2, 0.7), 2) for actor in self.actors}
        self.terms = {actor: [self.number() for _ in range(int(self.rng.integers(1, 4)))] for actor in self.actors}
        events = [move for move in self.moves if move.kind != "decision"]
        self.beliefs: dict[int, dict[str, dict[str, str]]] = {}
        if events and self.rng.random() < 0.5:
            event = events[int(self.rng.integers(len(events)))]
            earlier = self.moves[: self.moves.index(event)]
            self.beliefs[int(self.rng.choice(self.actors))] = {event.name: self.chance(event.options, earlier)}
        self.questions = [self.condition(self.moves) for _ in range(4)]
        self.quantity = self.number()

    def move(self, position: int, kind: str = "") -> Written:
        rng, earlier = self.rng, self.moves[:position]
        kind = kind or str(rng.choice(["decision", "decision", "event", "event", "type"]))
        options = {
            f"m{position}{letter}": 1.0 + 4 * position + number
            for number, letter in enumerate("abc"[: int(rng.integers(2, 4))])
        }
        written = Written(f"m{position}", kind, options, None if kind == "event" else int(rng.integers(2)))
        if kind == "decision":
            visible = [move for move in earlier if move.kind != "type" or move.actor == written.actor]
            readable = [move for move in visible if rng.random() < 0.4]
            written.knows = tuple(move.name for move in readable)
        else:
            written.chance, readable = self.chance(options, earlier), earlier
        if readable and rng.random() < 0.35:
            written.when = self.condition(readable[-1:])
            written.otherwise = str(rng.choice([*options])) if rng.random() < 0.6 else ""
        return written

    def condition(self, among: list[Written]) -> str:
        move = among[int(self.rng.integers(len(among)))]
        option = str(self.rng.choice([*move.options]))
        simple = f"{move.name} {self.rng.choice(['==', '!='])} {option}"
        if self.rng.random() < 0.7 or len(among) < 2:
            return simple
        return f"{simple} {self.rng.choice(['and', 'or'])} {self.condition(among)}"

    def chance(self, options: dict[str, float], earlier: list[Written]) -> dict[str, str]:
        found = {}
        for option in [*options][:-1]:
            one, other = (round(self.rng.uniform(0.05, 0.45), 3) for _ in range(2))
            split = earlier and self.rng.random() < 0.7
            found[option] = f"{one} if {self.condition(earlier)} else {other}" if split else f"{one}"
        return {**found, [*options][-1]: "rest"}

    def number(self) -> str:
        """Something between about -5 and 5 that reads one to three moves."""
        scale = round(self.rng.uniform(1, 5), 2)
        one, other = self.condition(self.moves), self.condition(self.moves)
        forms = [
            f"{scale} * ({one})",
            f"{scale} * ({one}) * ({other})",
            f"{scale} if {one} else -1.5 if {other} else 0",
            f"{scale} * {self.moves[int(self.rng.integers(len(self.moves)))].name} / 8 - ({one})",
            f"min({scale}, {self.moves[0].name} + {self.moves[-1].name}) / 3",
        ]
        return str(self.rng.choice(forms))

    def text(self) -> str:
        lines = ["engine: 1", "title: Random", "actors:"]
        lines += [f"  a{actor}: {{name: A, precision: {self.precision[actor]}}}" for actor in self.actors]
        lines += ["moves:", *(move.line() for move in self.moves), "payoffs:"]
        for actor, terms in self.terms.items():
            inside = ", ".join(f'{{term: t{number}, value: "{term}"}}' for number, term in enumerate(terms))
            lines.append(f"  a{actor}: [{inside}]")
        if self.beliefs:
            lines.append("beliefs:")
        for actor, views in self.beliefs.items():
            inside = ", ".join(f"{name}: {shares(chance)}" for name, chance in views.items())
            lines.append(f"  a{actor}: {{{inside}}}")
        one, two, three, four = self.questions
        lines += [
            "outcomes:",
            f'  plain: {{label: L, happens: "{one}"}}',
            f'  given_that: {{label: L, happens: "{two}", given: "{three}"}}',
            f'  number: {{label: L, quantity: "{self.quantity}"}}',
            f'  number_if: {{label: L, quantity: "{self.quantity}", given: "{four}"}}',
            f"  choice: {{label: L, choice: {self.moves[-1].name}}}",
        ]
        for actor in self.deciders():
            lines.append(f'  thinks{actor}: {{label: L, belief: {{of: a{actor}, that: "{one}"}}}}')
        return "\n".join(lines) + "\n"

    def deciders(self) -> list[int]:
        return sorted({move.actor for move in self.moves if move.kind == "decision" and move.actor is not None})

    # The same, path by path

    def game(self) -> tuple[Game, list[Path]]:
        memory: dict[int, set[str]] = {}
        moves: list[Move] = []
        names = [move.name for move in self.moves]
        for written in self.moves:
            actor = written.actor
            if written.kind == "type" and actor is not None:
                memory.setdefault(actor, set()).add(written.name)
            knows: tuple[int, ...] = ()
            if written.kind == "decision" and actor is not None:
                own = memory.setdefault(actor, set())
                own |= set(written.knows)
                knows = tuple(sorted(names.index(name) for name in own))
                own.add(written.name)
            otherwise = [*written.options].index(written.otherwise) if written.otherwise else NOT_MOVED
            moves.append(
                Move(
                    len(written.options),
                    actor if written.kind == "decision" else None,
                    knows,
                    self.holds(written.when) if written.when else None,
                    otherwise,
                )
            )
        paths = paths_of(moves)
        chance = self.weights(paths, {})
        believed = {actor: self.weights(paths, views) for actor, views in self.beliefs.items()}
        payoff = {
            actor: np.array([sum(self.value(term, path) for term in terms) for path in paths])
            for actor, terms in self.terms.items()
        }
        return Game(tuple(moves), chance, believed, payoff, self.precision), paths

    def holds(self, condition: str) -> Callable[[np.ndarray], np.ndarray]:
        def made(values: np.ndarray) -> np.ndarray:
            return np.array(
                [bool(self.value(condition, tuple((value, True) for value in column.tolist()))) for column in values.T]
            )

        return made

    def value(self, formula: str, path: Path) -> float:
        names: Names = {option: number for move in self.moves for option, number in move.options.items()}
        for move, (value, _) in zip(self.moves, path, strict=False):
            names[move.name] = [*move.options.values()][value] if value >= 0 else 0.0
        return float(eval(formula, {"__builtins__": {"min": min}}, names))

    def weights(self, paths: list[Path], views: dict[str, dict[str, str]]) -> FloatArray:
        found = np.ones(len(paths))
        for number, path in enumerate(paths):
            for move, (value, made) in zip(self.moves, path, strict=True):
                if move.kind != "decision" and made:
                    chance = views.get(move.name, move.chance)
                    given = [self.value(share, path) for share in chance.values() if share != "rest"]
                    found[number] *= [*given, 1 - sum(given)][value]
        return found


def expected_figures(author: Author) -> dict[str, float | None] | None:
    """Every figure by enumeration; None where the branch is lost."""
    game, _ = author.game()
    play = Response(game).traced(steps=12)
    return None if play is None else figures_of(author, play, {})


def figures_of(author: Author, play: FloatArray, minds: dict[int, FloatArray]) -> dict[str, float | None]:
    """Every figure of a play; `minds`: what an actor does and expects of the others, where that is not what they do."""
    game, paths = author.game()
    response = Response(game)

    def share(play: FloatArray) -> FloatArray:
        by_action = dict(zip(response.actions, play.tolist(), strict=True))
        return np.array([np.prod([by_action[action] for action in actions_on(game.moves, path)]) for path in paths])

    mass = game.chance * share(play)
    one, two, three, four = (np.array([author.value(item, path) for path in paths]) != 0 for item in author.questions)
    number = np.array([author.value(author.quantity, path) for path in paths])
    last = np.array([path[-1][0] for path in paths])
    found: dict[str, float | None] = {
        "plain": float(mass[one].sum()),
        "given_that": float(mass[two & three].sum() / mass[three].sum()) if mass[three].sum() > 0 else None,
        "number": float((number * mass).sum()),
        "number_if": float((number * mass)[four].sum() / mass[four].sum()) if mass[four].sum() > 0 else None,
    }
    for value, option in enumerate([*author.moves[-1].options, "none"]):
        found[f"choice {option}"] = float(mass[last == (value if option != "none" else NOT_MOVED)].sum())
    for actor in author.deciders():
        decision = next(place for place, move in enumerate(game.moves) if move.actor == actor)
        view = game.believed.get(actor, game.chance) * share(minds.get(actor, play))
        taken = [{action[0]: action[:2] for action in actions_on(game.moves, path)} for path in paths]
        sets = [actions.get(decision) for actions in taken]
        total = reached = 0.0
        for item in {item for item in sets if item is not None}:
            here = np.array([other == item for other in sets])
            reached += mass[here].sum()
            total += mass[here].sum() * view[here & one].sum() / view[here].sum()
        found[f"thinks{actor}"] = total / reached if reached else None
    return found


def written(seed: int) -> tuple[Author, api.Loaded]:
    """A random scenario in which nobody sees what it may not."""
    for attempt in range(20):
        author = Author(100 * seed + attempt)
        try:
            return author, api.loads(author.text())
        except ScenarioError as error:
            refused = [problem.message for problem in error.problems]
        unexpected = [message for message in refused if "would tell" not in message and "cannot tell" not in message]
        assert not unexpected, author.text()
    raise AssertionError("no scenario was found")


def compare(result: Result, expected: dict[str, float | None], text: str) -> None:
    for name, value in expected.items():
        outcome, _, option = name.partition(" ")
        estimate = result.outcomes[outcome].shares.get(option) if option else result.outcomes[outcome].estimate
        if value is None or (option == "none" and estimate is None):
            assert estimate is None
            assert not value
        else:
            assert estimate is not None, name
            assert estimate.value == pytest.approx(value, abs=1e-8), (name, text)


@pytest.mark.parametrize("seed", range(40))
def test_figures_are_those_of_enumeration(seed: int) -> None:
    author, loaded = written(seed)
    expected = expected_figures(author)
    result = api.run(loaded, options=api.Options(reason=False))
    assert expected is not None
    assert (result.solution.converged, result.solution.unchecked) == (1, 0)
    compare(result, expected, author.text())


@pytest.mark.parametrize("seed", range(30))
def test_figures_of_levels_are_those_of_enumeration(seed: int) -> None:
    """Everybody at the same level, habits at some decisions; knowledge that cannot matter is kept on the slow way."""
    author, loaded = written(seed)
    rng = np.random.default_rng([22, seed])
    level, (game, paths) = int(rng.integers(0, 4)), author.game()
    response = Response(game)
    habit = np.zeros(len(response.actions))
    for members in response.sets:
        habit[members] = 1 / len(members)
    overrides = [("actors.*.reasoning", f"{{level: {level}}}")]
    for place, move in enumerate(author.moves):
        if move.kind == "decision" and rng.random() < 0.6:
            known = [author.moves[seen] for seen in game.moves[place].knows]
            chance = author.chance(move.options, known)
            overrides.append((f"actors.a{move.actor}.habit.{move.name}", shares(chance)))
            for path in paths:
                given = [author.value(share, path) for share in chance.values() if share != "rest"]
                for number, action in enumerate(response.actions):
                    if action in actions_on(game.moves, path) and action[0] == place:
                        habit[number] = [*given, 1 - sum(given)][action[2]]
    thinker = Thinker(game, habit)
    plays = {actor: thinker.level(actor, level) for actor in thinker.actors}
    play, minds = habit.copy(), {}
    for actor in thinker.actors:
        play[thinker.owner == actor] = plays[actor][thinker.owner == actor]
    for actor in thinker.actors if level else ():
        minds[actor] = plays[actor].copy()
        for other in thinker.actors:
            if other != actor:
                expected = thinker.level(other, level - 1)
                minds[actor][thinker.owner == other] = expected[thinker.owner == other]
    result = api.run(loaded, overrides=overrides, options=api.Options(reason=False))
    compare(result, figures_of(author, play, minds), author.text() + str(overrides))
