"""Random scenarios in rounds, small enough to go through every course of events."""

from __future__ import annotations

from typing import Any

import numpy as np


class Writer:
    """Writes one scenario.

    Attributes:
        rng: makes every choice.
        moves: those written so far.
    """

    def __init__(self, seed: int, unknowns: bool = True, habits: float = 0.5) -> None:
        self.rng = np.random.default_rng([7, seed])
        self.moves: list[dict[str, Any]] = []
        self.states: list[str] = []
        self.unknowns = unknowns
        self.habits = habits

    def flip(self, chance: float = 0.5) -> bool:
        return bool(self.rng.random() < chance)

    def pick(self, several: Any) -> Any:
        return several[int(self.rng.integers(len(several)))]

    def condition(self, names: list[str]) -> str:
        """Something that holds or not, of some moves and the state."""
        if self.states and (not names or self.flip(0.35)):
            return f"{self.pick(self.states)} {self.pick(['==', '>=', '<'])} {self.pick([1, 2])}"
        if not names:
            return f"round {self.pick(['==', '>='])} 2"
        name = self.pick(names)
        return f"{name} == {self.pick(self.values(name))}"

    def values(self, name: str) -> list[str]:
        move = next(move for move in self.moves if name in (move.get("type"), move.get("event"), move.get("decision")))
        return move.get("options") or move.get("values") or ["no", "yes"]

    def number(self, low: float, high: float) -> float:
        return float(np.round(self.rng.uniform(low, high), 2))

    def chance(self, names: list[str], plain: bool = False) -> str:
        """Between 0.05 and 0.95."""
        text = f"{self.number(0.05, 0.9)}"
        for _ in range(int(self.rng.integers(0, 3))):
            if names or not plain:
                text = f"({self.number(0.05, 0.9)} if {self.condition(names)} else {text})"
        if self.unknowns and self.flip(0.3):
            text = f"(0.9 * {text} + 0.1 * {self.pick(['u', 'v'])})"
        return text

    def shares(self, values: list[str], names: list[str], plain: bool = False) -> dict[str, str]:
        written = {value: f"{self.chance(names, plain)} / {len(values) - 1}" for value in values[1:]}
        return {**written, values[0]: "rest"}

    def scenario(self) -> dict[str, Any]:
        rng = self.rng
        self.states = ["s", "w"][: int(rng.integers(0, 3))]
        n_lasting = int(rng.integers(0, 3))
        known: dict[str, list[str]] = {"a": [], "b": []}
        for number in range(n_lasting):
            owner = self.pick("ab")
            name, earlier = f"t{number}", [f"t{one}" for one in range(number)]
            states, self.states = self.states, []
            values = [f"{name}l", f"{name}h"]
            chance = self.shares(values, earlier if self.flip(0.3) else [], plain=True)
            self.states = states
            self.moves.append({"type": name, "of": owner, "values": values, "chance": chance, "lasting": True})
            known[owner].append(name)
        if self.flip(0.3):
            owner = self.pick("ab")
            names = [move["type"] for move in self.moves]
            self.moves.append(
                {"type": "q", "of": owner, "values": ["ql", "qh"], "chance": self.shares(["ql", "qh"], names)}
            )
            known[owner].append("q")
        n_moves = int(rng.integers(2, 5))
        habits: dict[str, dict[str, Any]] = {"a": {}, "b": {}}
        for number in range(n_moves):
            before = [name for move in self.moves if (name := next(iter(move.values())))]
            open_ = [n for n in before if n[0] not in "tq"]
            name = f"m{number}"
            move: dict[str, Any]
            if self.flip(0.5):
                three = len(self.moves) < 4 and self.flip(0.2)
                values = [f"{name}{letter}" for letter in ("xyz" if three else "xy")]
                move = {"event": name, "values": values, "chance": self.shares(values, before)}
            else:
                actor = self.pick("ab")
                values = [f"{name}{letter}" for letter in "xy"]
                knows = [one for one in open_ if self.flip(0.6)]
                move = {"decision": name, "actor": actor, "options": values, "knows": knows}
                seen = sorted({*known[actor], *knows})
                habits[actor][name] = self.shares(values, seen)
                known[actor] = [*seen, name]
            if self.flip(0.3):
                move["secret"] = True
            if self.states and self.flip(0.2):
                move |= {"when": f"{self.pick(self.states)} < 2", "else": values[0]}
            self.moves.append(move)
        return self.whole(habits)

    def whole(self, habits: dict[str, dict[str, Any]]) -> dict[str, Any]:
        names = [next(iter(move.values())) for move in self.moves]
        public = [next(iter(m.values())) for m in self.moves if "type" not in m and not m.get("secret")]
        leaves = float(np.prod([len(self.values(name)) for name in names]))
        rounds: dict[str, Any] = {"count": 3 if leaves <= 20 else 2, "unit": "month"}
        if self.states and self.flip(0.4):
            rounds["until"] = f"{self.pick(self.states)} >= 2" + (" and round >= 2" if self.flip(0.3) else "")
        actors: dict[str, Any] = {}
        for actor in "ab":
            actors[actor] = {"name": actor, "precision": self.number(0.2, 0.8)}
            if habits[actor] and self.flip(self.habits):
                actors[actor] |= {"reasoning": "habit", "habit": habits[actor]}
        found: dict[str, Any] = {
            "engine": 1,
            "title": "t",
            "as_of": "2022-12-31",
            "rounds": rounds,
            "actors": actors,
            "moves": self.moves,
            "payoffs": {actor: [{"term": f"p{n}", "value": self.worth(names)} for n in range(3)] for actor in "ab"},
        }
        if self.unknowns:
            found["unknowns"] = {
                "u": {"label": "u", "uniform": [0, 1]},
                "v": {"label": "v", "uniform": [0.2, 0.6], "known": False},
            }
        found["state"] = {name: {"start": 0, "next": self.following(name, public)} for name in self.states}
        chances = [m for m in self.moves if "decision" not in m]
        if chances and self.flip(0.35):
            actor, move = self.pick("ab"), self.pick(chances)
            earlier = names[: names.index(next(iter(move.values())))]
            states, self.states = self.states, [] if move.get("lasting") else self.states
            readable = [n for n in earlier if n[0] == "t"] if move.get("lasting") else earlier
            own = self.shares(move["values"], readable, plain=bool(move.get("lasting")))
            found["beliefs"] = {actor: {next(iter(move.values())): own}}
            self.states = states
        found["outcomes"] = self.outcomes(names)
        return found

    def worth(self, names: list[str]) -> str:
        return f"{self.number(-2, 2)} * ({self.condition(names)}) * ({self.condition(names)})"

    def following(self, name: str, public: list[str]) -> str:
        return f"min({name} + ({self.condition(public)}), 3) if {self.condition(public)} else {name}"

    def outcomes(self, names: list[str]) -> dict[str, Any]:
        found: dict[str, Any] = {
            "ever": {"happens": f"{self.condition(names)} and {self.condition(names)}"},
            "ever_given": {"happens": self.condition(names), "given": self.condition(names)},
            "soon": {"happens": self.condition(names), "by": "2023-01-31"},
            "amount": {"quantity": f"2 * ({self.condition(names)}) - ({self.condition(names)})"},
        }
        for over in ("first", "last", "mean"):
            found[f"event_{over}"] = {"happens": self.condition(names), "over": over}
            found[f"given_{over}"] = {"happens": self.condition(names), "given": self.condition(names), "over": over}
            found[f"amount_{over}"] = {"quantity": f"3 * ({self.condition(names)}) + round", "over": over}
            found[f"choice_{over}"] = {"choice": self.pick(names), "over": over}
            found[f"by_{over}"] = {"happens": self.condition(names), "over": over, "by": "2023-01-31"}
        found["choice_given"] = {"choice": self.pick(names), "given": self.condition(names)}
        found["level"] = {"quantity": f"{self.states[0]} + ({self.condition(names)})" if self.states else "round"}
        for move in self.moves:
            if "decision" in move:
                actor, over = move["actor"], self.pick(["first", "last", "mean"])
                belief = {"of": actor, "that": self.condition(names)}
                if move.get("knows") and self.flip():
                    name = self.pick(move["knows"])
                    belief["after"] = f"{name} == {self.pick(self.values(name))}"
                found[f"belief_{actor}"] = {"belief": belief, "over": over}
        return {name: {"label": name, **item} for name, item in found.items()}
