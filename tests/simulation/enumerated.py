"""Games in rounds the slow way: every course of events from the first round to the last, one by one.

A scenario is a plain mapping in the scenario language; its formulas are valid Python, so Python evaluates them here.
Nothing of the engine is used. A round's game is solved by repeating the logit response until it stands still, so
precisions have to be low.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Path = dict[str, str]  # the value of each move; `none` where it is not made and has no `else`
Scenario = Mapping[str, Any]
State = tuple[tuple[str, float], ...]
Types = tuple[str, ...]
FUNCTIONS = {"min": min, "max": max, "clip": lambda value, low, high: min(max(value, low), high)}


def kind_of(move: Mapping[str, Any]) -> str:
    return next(kind for kind in ("decision", "event", "type") if kind in move)


def name_of(move: Mapping[str, Any]) -> str:
    return str(move[kind_of(move)])


def values_of(move: Mapping[str, Any]) -> list[str]:
    return list(move.get("options") or move.get("values") or ["no", "yes"])


def hidden(move: Mapping[str, Any]) -> bool:
    return "type" in move or bool(move.get("secret"))


@dataclass
class Told:
    """What one outcome adds up to, by round: numerator and what it is taken among."""

    parts: dict[tuple[int, str], float] = field(default_factory=dict)
    among: dict[int, float] = field(default_factory=dict)

    def add(self, number: int, mass: float, amount: float, name: str = "") -> None:
        self.parts[number, name] = self.parts.get((number, name), 0.0) + mass * amount

    def count(self, number: int, mass: float) -> None:
        self.among[number] = self.among.get(number, 0.0) + mass


class Enumerated:
    """One draw of a scenario.

    Attributes:
        values: of the unknowns as the world has them.
        seen: as the actors see them.
        ends: the number of the round that ends on a date, for outcomes that have one.
    """

    def __init__(
        self,
        scenario: Scenario,
        values: Mapping[str, float] | None = None,
        seen: Mapping[str, float] | None = None,
        ends: Mapping[str, int] | None = None,
    ) -> None:
        self.scenario = scenario
        self.moves: list[Mapping[str, Any]] = list(scenario["moves"])
        self.values, self.seen = dict(values or {}), dict(seen or values or {})
        self.ends = dict(ends or {})
        self.count = int(scenario["rounds"]["count"])
        self.own = {value: value for move in self.moves for value in [*values_of(move), "none"]}
        self.lasting = [move for move in self.moves if move.get("lasting")]
        self.public = [name_of(move) for move in self.moves if not hidden(move)]
        self.known = self.knowledge()
        self.deciders = sorted({move["actor"] for move in self.moves if "decision" in move})
        self.plays: dict[Any, dict[Any, list[float]]] = {}
        self.games: dict[Any, list[tuple[Path, list[str]]]] = {}
        self.code: dict[str, Any] = {}

    def knowledge(self) -> dict[str, list[str]]:
        """Own types, what it is told, its earlier moves and what it knew at them."""
        memory: dict[str, set[str]] = {}
        known = {}
        for move in self.moves:
            if "type" in move:
                memory.setdefault(move["of"], set()).add(move["type"])
            if "decision" in move:
                own = memory.setdefault(move["actor"], set())
                own |= set(move.get("knows", ()))
                known[move["decision"]] = sorted(own)
                own.add(move["decision"])
        return known

    def evaluate(self, text: Any, number: int, state: State, path: Path, values: Mapping[str, float]) -> float:
        if not isinstance(text, str):
            return float(text)
        if text not in self.code:
            self.code[text] = compile(text, text, "eval")
        names = {**self.own, **FUNCTIONS, "round": number, "rounds": self.count, **dict(state), **values}
        return float(eval(self.code[text], {"__builtins__": {}}, {**names, **path}))

    # One round

    def paths(self, number: int, state: State) -> list[tuple[Path, list[str]]]:
        """Every way a round can go, with the moves that are made."""
        if (number, state) not in self.games:
            found: list[tuple[Path, list[str]]] = [({}, [])]
            for move in self.moves:
                longer = []
                for path, made in found:
                    when = move.get("when")
                    if when is None or self.evaluate(when, number, state, path, {}) != 0:
                        longer += [({**path, name_of(move): v}, [*made, name_of(move)]) for v in values_of(move)]
                    else:
                        longer.append(({**path, name_of(move): move.get("else", "none")}, made))
                found = longer
            self.games[number, state] = found
        return self.games[number, state]

    def share(self, chance: Any, value: str, number: int, state: State, path: Path, eyes: Mapping[str, float]) -> float:
        """The chance of a value where it is written as a mapping, or as the chance of `yes`."""
        if not isinstance(chance, Mapping):
            chance = {"yes": chance, "no": "rest"}
        if chance[value] != "rest":
            return self.evaluate(chance[value], number, state, path, eyes)
        return 1 - sum(self.evaluate(one, number, state, path, eyes) for one in chance.values() if one != "rest")

    def chance(
        self, number: int, state: State, path: Path, made: list[str], viewer: str | None, lasting: bool
    ) -> float:
        """The chance of what chance decides on a path, lasting types alone or the others.

        Args:
            viewer: whose view; `world` as it is, None as everybody without chances of its own sees it.
        """
        eyes = self.values if viewer == "world" else self.seen
        own = self.scenario.get("beliefs", {}).get(viewer, {})
        total = 1.0
        for move in self.moves:
            name = name_of(move)
            if "decision" not in move and name in made and bool(move.get("lasting")) == lasting:
                total *= self.share(own.get(name, move["chance"]), path[name], number, state, path, eyes)
        return total

    def types_on(self, path: Path) -> Types:
        return tuple(path[move["type"]] for move in self.lasting)

    def first_view(self, viewer: str | None) -> dict[Types, float]:
        state = self.first_state()
        return {
            self.types_on(path): self.chance(1, state, path, made, viewer, True) for path, made in self.paths(1, state)
        }

    def first_state(self) -> State:
        return tuple((name, float(item["start"])) for name, item in self.scenario.get("state", {}).items())

    def viewers(self) -> list[str | None]:
        return [None, *self.scenario.get("beliefs", {})]

    def played(self, path: Path, made: list[str], play: Mapping[Any, list[float]], but: str = "") -> float:
        total = 1.0
        for move in self.moves:
            name = name_of(move)
            if "decision" in move and name in made and name != but:
                total *= play[self.set_of(name, path)][values_of(move).index(path[name])]
        return total

    def set_of(self, decision: str, path: Path) -> tuple[Any, ...]:
        return (decision, *(path[name] for name in self.known[decision]))

    def solve(
        self, number: int, state: State, views: Mapping[str | None, Mapping[Types, float]]
    ) -> dict[Any, list[float]]:
        """The chances of the options at every information set."""
        game = self.paths(number, state)
        decisions = [move for move in self.moves if "decision" in move]
        play: dict[Any, list[float]] = {}
        free = []
        for move in decisions:
            name, actor = move["decision"], self.scenario["actors"][move["actor"]]
            options = values_of(move)
            sets = {self.set_of(name, path): path for path, made in game if name in made}
            for info, path in sets.items():
                play[info] = [1 / len(options)] * len(options)
                if actor.get("reasoning") == "habit":
                    habit = actor["habit"][name]
                    play[info] = [self.share(habit, option, number, state, path, self.seen) for option in options]
            if actor.get("reasoning") != "habit":
                free.append((move, sets))
        weight = {
            actor: [
                self.chance(number, state, path, made, actor, False)
                * views.get(actor, views[None])[self.types_on(path)]
                for path, made in game
            ]
            for actor in self.deciders
        }
        payoff = {
            actor: [
                sum(self.evaluate(t["value"], number, state, p, self.seen) for t in self.scenario["payoffs"][actor])
                for p, _ in game
            ]
            for actor in self.deciders
        }
        for _ in range(2000):
            largest = 0.0
            for move, sets in free:
                name, actor, options = move["decision"], move["actor"], values_of(move)
                precision = float(self.scenario["actors"][actor].get("precision", 1.0))
                mass = {info: [0.0] * len(options) for info in sets}
                gain = {info: [0.0] * len(options) for info in sets}
                for place, (path, made) in enumerate(game):
                    if name in made:
                        info, option = self.set_of(name, path), options.index(path[name])
                        one = weight[actor][place] * self.played(path, made, play, name)
                        mass[info][option] += one
                        gain[info][option] += one * payoff[actor][place]
                for info in sets:
                    worth = [g / m if m > 0 else 0.0 for g, m in zip(gain[info], mass[info], strict=True)]
                    odds = [math.exp(precision * (one - max(worth))) for one in worth]
                    fresh = [one / sum(odds) for one in odds]
                    largest = max(largest, *(abs(a - b) for a, b in zip(fresh, play[info], strict=True)))
                    play[info] = fresh
            if largest < 1e-15:
                return play
        return play

    def after(
        self,
        number: int,
        state: State,
        views: Mapping[str | None, Mapping[Types, float]],
        play: Mapping[Any, list[float]],
        learned: tuple[str, ...],
    ) -> dict[str | None, dict[Types, float]]:
        """Everybody's view of the lasting types after the public moves of a round, by Bayes' rule."""
        found: dict[str | None, dict[Types, float]] = {}
        for viewer, view in views.items():
            joint = dict.fromkeys(view, 0.0)
            for path, made in self.paths(number, state):
                if tuple(path[name] for name in self.public) == learned:
                    types = self.types_on(path)
                    chance = self.chance(number, state, path, made, viewer, False)
                    joint[types] += view[types] * chance * self.played(path, made, play)
            total = sum(joint.values())
            found[viewer] = {types: one / total for types, one in joint.items()} if total > 0 else dict(view)
        return found

    def next_state(self, number: int, state: State, path: Path) -> State:
        items = self.scenario.get("state", {})
        return tuple(
            (
                name,
                self.evaluate(items[name]["next"], number, state, path, self.values) if "next" in items[name] else old,
            )
            for name, old in state
        )

    # All rounds

    def courses(self) -> Iterator[tuple[float, list[tuple[State, Path, list[str], Any]]]]:
        """Every course of events with its chance; each round's state, path, moves made and public past."""
        views = {viewer: self.first_view(viewer) for viewer in self.viewers()}
        for types, chance in self.first_view("world").items():
            if chance > 0:
                yield from self._courses(1, self.first_state(), views, types, chance, (), [])

    def _courses(
        self,
        number: int,
        state: State,
        views: Mapping[str | None, Mapping[Types, float]],
        types: Types,
        chance: float,
        past: tuple[Any, ...],
        before: list[Any],
    ) -> Iterator[Any]:
        if past not in self.plays:
            self.plays[past] = (self.solve(number, state, views), views)  # type: ignore[assignment]
        play: Any = self.plays[past][0]
        for path, made in self.paths(number, state):
            if self.types_on(path) != types:
                continue
            here = chance * self.chance(number, state, path, made, "world", False) * self.played(path, made, play)
            if here <= 0:
                continue
            course = [*before, (state, path, made, past)]
            following = self.next_state(number, state, path)
            until = self.scenario["rounds"].get("until")
            over = until is not None and self.evaluate(until, number, following, {}, self.values) != 0
            if over or number == self.count:
                yield here, course
                continue
            learned = tuple(path[name] for name in self.public)
            now = (*past, learned)
            if ("after", now) not in self.plays:
                self.plays["after", now] = self.after(number, state, views, play, learned)  # type: ignore[assignment]
            yield from self._courses(
                number + 1,
                following,
                self.plays["after", now],
                types,
                here,
                now,
                course,  # type: ignore[arg-type]
            )

    def outcomes(self) -> dict[str, Told]:
        """What each outcome adds up to."""
        found = {name: Told() for name in self.scenario["outcomes"]}
        posteriors: dict[Any, dict[Any, float]] = {}
        for chance, course in self.courses():
            for name, outcome in self.scenario["outcomes"].items():
                self.tell(found[name], name, outcome, chance, course[: self.ends.get(name, self.count)], posteriors)
        return found

    def tell(self, told: Told, name: str, outcome: Any, chance: float, course: list[Any], posteriors: Any) -> None:
        over = outcome.get("over", "ever" if "happens" in outcome else "mean")
        counted = list(enumerate(course, 1))
        if over == "first":
            counted = counted[:1]
        if over == "last":
            counted = counted[-1:]

        def holds(text: str, number: int, state: State, path: Path) -> bool:
            return self.evaluate(text, number, state, path, self.values) != 0

        given = [n for n, (s, p, _, _) in counted if "given" not in outcome or holds(outcome["given"], n, s, p)]
        if over == "ever":
            hits = [n for n, (s, p, _, _) in counted if n in given and holds(outcome["happens"], n, s, p)]
            if hits:
                told.add(hits[0], chance, 1.0)
            if given and "given" in outcome:
                told.count(given[0], chance)
            return
        for number, (state, path, made, past) in counted:
            if "belief" in outcome:
                self.tell_belief(told, name, outcome["belief"], chance, (number, state, path, made, past), posteriors)
            elif number in given:
                told.count(number, chance)
                if "choice" in outcome:
                    told.add(number, chance, 1.0, path[outcome["choice"]])
                else:
                    text = outcome.get("happens") or outcome["quantity"]
                    amount = self.evaluate(text, number, state, path, self.values)
                    told.add(number, chance, float(amount != 0) if "happens" in outcome else amount)

    def tell_belief(self, told: Told, name: str, belief: Any, chance: float, where: Any, posteriors: Any) -> None:
        number, state, path, made, past = where
        needed = [n for n in map(name_of, self.moves) if n in str(belief.get("after", "")).split()]
        decision = next(
            move["decision"]
            for move in self.moves
            if move.get("actor") == belief["of"] and set(needed) <= set(self.known[move["decision"]])
        )

        def asked(path: Path, made: list[str]) -> bool:
            return decision in made and (
                "after" not in belief or self.evaluate(belief["after"], number, state, path, self.seen) != 0
            )

        if not asked(path, made):
            return
        if (name, past) not in posteriors:
            play, views = self.plays[past]  # type: ignore[misc]
            view, sums = views.get(belief["of"], views[None]), {}
            for other, done in self.paths(number, state):
                if asked(other, done):
                    info = self.set_of(decision, other)
                    mass = view[self.types_on(other)] * self.chance(number, state, other, done, belief["of"], False)
                    mass *= self.played(other, done, play)
                    that = self.evaluate(belief["that"], number, state, other, self.seen) != 0
                    both, all_ = sums.get(info, (0.0, 0.0))
                    sums[info] = (both + mass * that, all_ + mass)
            posteriors[name, past] = {info: both / all_ for info, (both, all_) in sums.items() if all_ > 0}
        told.count(number, chance)
        told.add(number, chance, posteriors[name, past][self.set_of(decision, path)])
