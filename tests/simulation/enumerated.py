"""Games in rounds the slow way: every course of events from the first round to the last, one by one.

A scenario is a plain mapping in the scenario language; its formulas are valid Python, so Python evaluates them here.
Nothing of the engine is used. A round's game is solved by repeating the response until it stands still, so precisions
have to be low, and best replies may stand only where nobody's choice depends on itself.
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
Play = dict[Any, list[float]]  # at each information set the chances of the options
Mixture = list[tuple[float, Play]]  # plays that an actor may have, with their weights
Thinker = tuple[str, int, float | None]  # an actor, its level, the mean level of its hierarchy if it has one
SLIP = 1e-40  # of those who make none
TAIL = 1e-9  # Poisson levels end here
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
class Mind:
    """An actor at one of the levels at which it may reason: whose beliefs it has, what it does, what it expects."""

    weight: float
    viewer: Any
    conduct: dict[str, Mixture]


@dataclass
class Solved:
    """What everybody does; how actors see it who take the others otherwise; from which model each thinker learns."""

    conduct: dict[str, Mixture]
    minds: dict[str, list[Mind]]
    models: dict[Thinker, dict[str, Mixture]]


def poisson(mean: float) -> list[float]:
    """Chances of the levels from 0 on."""
    found = [math.exp(-mean)]
    while 1 - sum(found) > TAIL:
        found.append(found[-1] * mean / len(found))
    return found


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
        self.rules = {actor: self.rule(actor) for actor in self.deciders}
        self.plays: dict[Any, Any] = {}
        self.games: dict[Any, list[tuple[Path, list[str]]]] = {}
        self.code: dict[str, Any] = {}

    def rule(self, actor: str) -> Any:
        """How the actor reasons in this draw."""
        rule = self.scenario["actors"][actor].get("reasoning", "equilibrium")
        return rule["rules"][self.values[rule["choice"]]] if "choice" in rule else rule

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

    def viewers(self) -> list[Any]:
        """Everybody, actors with chances of their own, and everybody at the levels that somebody has in mind."""
        found: list[Any] = [None, *self.scenario.get("beliefs", {})]
        for rule in self.rules.values():
            for actor in self.deciders:
                if "level" in rule:
                    found += [(actor, level, None) for level in range(1, rule["level"] + 1)]
                if "cognitive hierarchy" in rule:
                    mean = rule["cognitive hierarchy"]
                    found += [(actor, level, mean) for level in range(1, len(poisson(mean)))]
        return list(dict.fromkeys(found))

    def own_moves(self, actor: str) -> list[Mapping[str, Any]]:
        return [move for move in self.moves if move.get("actor") == actor]

    def share_of(self, actor: str, path: Path, made: list[str], play: Play, but: str = "") -> float:
        """The chance that an actor takes the options on a path."""
        total = 1.0
        for move in self.own_moves(actor):
            name = move["decision"]
            if name in made and name != but:
                total *= play[self.set_of(name, path)][values_of(move).index(path[name])]
        return total

    def played(self, path: Path, made: list[str], conduct: Mapping[str, Mixture], but: str = "") -> float:
        """The same of all actors; each draws one of its plays for the round."""
        total = 1.0
        for actor, mixture in conduct.items():
            total *= sum(weight * self.share_of(actor, path, made, play, but) for weight, play in mixture)
        return total

    def set_of(self, decision: str, path: Path) -> tuple[Any, ...]:
        return (decision, *(path[name] for name in self.known[decision]))

    def solve(self, number: int, state: State, views: Mapping[Any, Mapping[Types, float]]) -> Solved:
        """The round: first those who do not look at what the others really do, then those who answer."""
        habits = {actor: self.habit(actor, number, state) for actor in self.deciders}
        minds: dict[str, list[Mind]] = {}
        models: dict[Thinker, dict[str, Mixture]] = {}
        conduct: dict[str, Mixture] = {}
        for actor, rule in self.rules.items():
            if rule == "habit" or rule == {"level": 0}:
                conduct[actor] = [(1.0, habits[actor])]
            elif "level" in rule:
                plays = {(one, 0): play for one, play in habits.items()}
                for level in range(1, rule["level"] + 1):
                    for one in self.deciders:
                        expected = {other: [(1.0, plays[other, level - 1])] for other in self.deciders if other != one}
                        plays[one, level] = self.reply(number, state, one, views[one, level, None], expected)
                        models[one, level, None] = {**expected, one: [(1.0, plays[one, level])]}
                conduct[actor] = [(1.0, plays[actor, rule["level"]])]
                viewer = (actor, rule["level"], None)
                minds[actor] = [Mind(1.0, viewer, models[viewer])]
            elif "cognitive hierarchy" in rule:
                conduct[actor], minds[actor] = self.climb(
                    actor, rule["cognitive hierarchy"], number, state, views, models, habits
                )
        free = [actor for actor in self.deciders if actor not in conduct]
        conduct |= {actor: [(1.0, self.uniform(actor, number, state))] for actor in free}
        self.settle(number, state, free, views, conduct)
        for actor in free:
            play = conduct[actor][0][1]
            for info, chances in play.items():
                play[info] = [0.0 if chance == SLIP else chance for chance in chances]
        return Solved(conduct, minds, models)

    def climb(
        self,
        actor: str,
        mean: float,
        number: int,
        state: State,
        views: Mapping[Any, Mapping[Types, float]],
        models: dict[Thinker, dict[str, Mixture]],
        habits: Mapping[str, Play],
    ) -> tuple[Mixture, list[Mind]]:
        """A cognitive hierarchy: each level replies to a mix of those below it."""
        weights = poisson(mean)
        plays = {one: [habits[one]] for one in self.deciders}
        levels = {}
        for level in range(1, len(weights)):
            below = sum(weights[:level])
            mixed = {
                one: [(weight / below, play) for weight, play in zip(weights[:level], plays[one], strict=True)]
                for one in self.deciders
            }
            fresh = {}
            for one in self.deciders:
                expected = {other: mix for other, mix in mixed.items() if other != one}
                fresh[one] = self.reply(number, state, one, views[one, level, mean], expected)
                levels[one, level] = expected
            for one, play in fresh.items():
                plays[one].append(play)
        whole = {one: list(zip(weights, plays[one], strict=True)) for one in self.deciders}
        for (one, level), expected in levels.items():
            models[one, level, mean] = {**expected, one: whole[one]}
        minds = [
            Mind(weight, (actor, max(level, 1), mean), {**levels[actor, max(level, 1)], actor: [(1.0, play)]})
            for level, (weight, play) in enumerate(whole[actor])
        ]
        return whole[actor], minds

    def sets(self, name: str, number: int, state: State) -> dict[Any, Path]:
        return {self.set_of(name, path): path for path, made in self.paths(number, state) if name in made}

    def uniform(self, actor: str, number: int, state: State) -> Play:
        return {
            info: [1 / len(values_of(move))] * len(values_of(move))
            for move in self.own_moves(actor)
            for info in self.sets(move["decision"], number, state)
        }

    def habit(self, actor: str, number: int, state: State) -> Play:
        play, habits = self.uniform(actor, number, state), self.scenario["actors"][actor].get("habit", {})
        for move in self.own_moves(actor):
            name = move["decision"]
            for info, path in self.sets(name, number, state).items() if name in habits else ():
                shares = [self.share(habits[name], one, number, state, path, self.seen) for one in values_of(move)]
                play[info] = shares
        return play

    def reply(
        self,
        number: int,
        state: State,
        actor: str,
        view: Mapping[Types, float],
        expected: Mapping[str, Mixture],
    ) -> Play:
        """What an actor does that believes this of the types and expects this of the others."""
        play = self.uniform(actor, number, state)
        self.settle(number, state, [actor], {actor: view}, {**expected, actor: [(1.0, play)]})
        return play

    def settle(
        self,
        number: int,
        state: State,
        free: list[str],
        views: Mapping[Any, Mapping[Types, float]],
        conduct: Mapping[str, Mixture],
    ) -> None:
        """Changes the plays of some actors until each answers all others."""
        game = self.paths(number, state)
        weight = {}
        payoff = {}
        for actor in free:
            view = views[actor] if actor in views else views[None]
            weight[actor] = [
                self.chance(number, state, path, made, actor, False) * view[self.types_on(path)] for path, made in game
            ]
            terms = self.scenario["payoffs"][actor]
            payoff[actor] = [
                sum(self.evaluate(t["value"], number, state, p, self.seen) for t in terms) for p, _ in game
            ]
        for _ in range(2000):
            largest = 0.0
            for actor in free:
                for move in self.own_moves(actor):
                    for info, fresh in self.answers(game, move, weight[actor], payoff[actor], conduct).items():
                        old = conduct[actor][0][1][info]
                        largest = max(largest, *(abs(a - b) for a, b in zip(fresh, old, strict=True)))
                        conduct[actor][0][1][info] = fresh
            if largest < 1e-15:
                return

    def answers(
        self,
        game: list[tuple[Path, list[str]]],
        move: Mapping[str, Any],
        weight: list[float],
        payoff: list[float],
        conduct: Mapping[str, Mixture],
    ) -> Play:
        """The response at each information set of a decision."""
        name, actor, options = move["decision"], move["actor"], values_of(move)
        mass: Play = {}
        gain: Play = {}
        for place, (path, made) in enumerate(game):
            if name in made:
                info, option = self.set_of(name, path), options.index(path[name])
                one = weight[place] * self.played(path, made, conduct, name)
                mass.setdefault(info, [0.0] * len(options))[option] += one
                gain.setdefault(info, [0.0] * len(options))[option] += one * payoff[place]
        found = {}
        for info, masses in mass.items():
            worth = [g / m if m > 0 else 0.0 for g, m in zip(gain[info], masses, strict=True)]
            if self.rules[actor] == "best reply":
                best = [one > max(worth) - 1e-9 for one in worth]
                found[info] = [1 / sum(best) if one else SLIP for one in best]
                continue
            precision = float(self.scenario["actors"][actor].get("precision", 1.0))
            odds = [math.exp(precision * (one - max(worth))) for one in worth]
            found[info] = [one / sum(odds) for one in odds]
        return found

    def after(
        self,
        number: int,
        state: State,
        views: Mapping[Any, Mapping[Types, float]],
        solved: Solved,
        learned: tuple[str, ...],
    ) -> dict[Any, dict[Types, float]]:
        """Everybody's view of the lasting types after the public moves of a round, by Bayes' rule.

        Who takes the others to play otherwise than they do learns by that.
        """
        found: dict[Any, dict[Types, float]] = {}
        for viewer, view in views.items():
            joint = dict.fromkeys(view, 0.0)
            conduct = solved.models.get(viewer, solved.conduct)
            actor = viewer[0] if isinstance(viewer, tuple) else viewer
            for path, made in self.paths(number, state):
                if tuple(path[name] for name in self.public) == learned:
                    types = self.types_on(path)
                    chance = self.chance(number, state, path, made, actor, False)
                    joint[types] += view[types] * chance * self.played(path, made, conduct)
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
        views = {
            viewer: self.first_view(viewer[0] if isinstance(viewer, tuple) else viewer) for viewer in self.viewers()
        }
        for types, chance in self.first_view("world").items():
            if chance > 0:
                yield from self._courses(1, self.first_state(), views, types, chance, (), [])

    def _courses(
        self,
        number: int,
        state: State,
        views: Mapping[Any, Mapping[Types, float]],
        types: Types,
        chance: float,
        past: tuple[Any, ...],
        before: list[Any],
    ) -> Iterator[Any]:
        if past not in self.plays:
            self.plays[past] = (self.solve(number, state, views), views)
        solved = self.plays[past][0]
        for path, made in self.paths(number, state):
            if self.types_on(path) != types:
                continue
            here = (
                chance
                * self.chance(number, state, path, made, "world", False)
                * self.played(path, made, solved.conduct)
            )
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
                self.plays["after", now] = self.after(number, state, views, solved, learned)
            yield from self._courses(
                number + 1,
                following,
                self.plays["after", now],
                types,
                here,
                now,
                course,
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
        solved, views = self.plays[past]
        actor = belief["of"]
        minds = solved.minds.get(actor) or [Mind(1.0, actor if actor in views else None, solved.conduct)]
        if (name, past) not in posteriors:
            posteriors[name, past] = [
                self.posterior(number, state, belief, decision, asked, views[mind.viewer], mind.conduct)
                for mind in minds
            ]
        info = self.set_of(decision, path)
        weights = [mind.weight * self.share_of(actor, path, made, mind.conduct[actor][0][1]) for mind in minds]
        told.count(number, chance)
        for weight, posterior in zip(weights, posteriors[name, past], strict=True):
            told.add(number, chance * weight / sum(weights), posterior.get(info, 0.0))

    def posterior(
        self,
        number: int,
        state: State,
        belief: Any,
        decision: str,
        asked: Any,
        view: Mapping[Types, float],
        conduct: Mapping[str, Mixture],
    ) -> dict[Any, float]:
        """What somebody believes at each information set, by what it expects of everybody."""
        sums: dict[Any, tuple[float, float]] = {}
        for other, done in self.paths(number, state):
            if asked(other, done):
                info = self.set_of(decision, other)
                mass = view[self.types_on(other)] * self.chance(number, state, other, done, belief["of"], False)
                mass *= self.played(other, done, conduct)
                that = self.evaluate(belief["that"], number, state, other, self.seen) != 0
                both, all_ = sums.get(info, (0.0, 0.0))
                sums[info] = (both + mass * that, all_ + mass)
        return {info: both / all_ for info, (both, all_) in sums.items() if all_ > 0}
