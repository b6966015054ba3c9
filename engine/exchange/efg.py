"""Gambit's format of games in extensive form (EFG 2)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Final

from engine.exchange.records import MAX_DEPTH, MAX_NODES, Game, InformationSet, Node, Outcome, added
from engine.exchange.tokens import Token, Tokens, header, quoted, written

ROUNDING: Final = Fraction(1, 10**9)
"""Chances may miss 1 in sum by this much, as decimals do; the last one takes the difference."""
KINDS: Final = "cpt"


def read_efg(text: str, file: str) -> Game:
    """The game in the text of an `.efg` file.

    Args:
        text: what the file holds.
        file: what to call it in messages.

    Raises:
        ScenarioError: the first thing that is wrong, with its place.
    """
    tokens = Tokens(text, file)
    title, players = header(tokens, "EFG", "2")
    reader = _Reader(tokens, players)
    comment = tokens.text_if_any()
    reader.read()
    return Game(title, comment, players, tuple(reader.sets), tuple(reader.outcomes), tuple(reader.nodes))


def write_efg(game: Game) -> str:
    """The text of an `.efg` file with this game."""
    lines = [
        f"EFG 2 R {quoted(game.title)} {{ {' '.join(map(quoted, game.players))} }}",
        quoted(game.comment),
        "",
        *(_line(game, node) for node in game.nodes),
    ]
    return "\n".join(lines) + "\n"


# Private functions


def _line(game: Game, node: Node) -> str:
    paid = "0"
    if node.outcome is not None:
        outcome = game.outcomes[node.outcome]
        paid = f"{node.outcome + 1} {quoted(outcome.label)} {{ {', '.join(map(written, outcome.payoffs))} }}"
    if node.set is None:
        return f"t {quoted(node.label)} {paid}"
    item = game.sets[node.set]
    if item.player is None:
        shares = zip(item.actions, item.chances, strict=True)
        actions = " ".join(f"{quoted(action)} {written(chance)}" for action, chance in shares)
        return f"c {quoted(node.label)} {item.number} {quoted(item.label)} {{ {actions} }} {paid}"
    actions = " ".join(map(quoted, item.actions))
    return f"p {quoted(node.label)} {item.player + 1} {item.number} {quoted(item.label)} {{ {actions} }} {paid}"


@dataclass(slots=True)
class _Open:
    """A node whose branches are still to come."""

    position: int
    branches: int
    done: int = 0


class _Reader:
    """Reads nodes one after the other; what is not yet closed is kept on a stack of its own, so depth costs nothing."""

    def __init__(self, tokens: Tokens, players: tuple[str, ...]) -> None:
        self.tokens, self.players = tokens, players
        self.sets: list[InformationSet] = []
        self.outcomes: list[Outcome] = []
        self.nodes: list[Node] = []
        self._set: dict[tuple[int | None, int], int] = {}
        self._outcome: dict[int, int] = {}
        self._open: list[_Open] = []

    def read(self) -> None:
        """All nodes, up to the end of the text."""
        tokens = self.tokens
        while not self.nodes or self._open:
            self._node()
            while self._open and self._open[-1].done == self._open[-1].branches:
                self._open.pop()
        if tokens.next.kind != "end":
            tokens.fail("the tree is complete before this", "a node has as many branches as its actions")

    def _node(self) -> None:
        tokens = self.tokens
        if tokens.next.kind == "end" and self._open:
            at = self._open[-1]
            label = self.nodes[at.position].label
            named = f"the node '{label[:40]}'" if label else f"node {at.position + 1:,}"
            tokens.fail(f"the tree is not complete: {named} has {at.branches} branches, {at.done} of them are here")
        kind = tokens.word("a node (c, p or t)")
        if kind.text not in KINDS or len(kind.text) != 1:
            tokens.fail("a node is needed here: c for chance, p for a player, t for an end", at=kind)
        if len(self.nodes) == MAX_NODES:
            tokens.fail(f"a game may have {MAX_NODES:,} nodes, this one has more", at=kind)
        if len(self._open) > MAX_DEPTH:
            tokens.fail(f"a path may have {MAX_DEPTH:,} moves, this one has more", at=kind)
        label = tokens.text_if_any()
        at_set = None if kind.text == "t" else self._information_set(kind)
        outcome = self._paid()
        parent, action = None, 0
        if self._open:
            above = self._open[-1]
            parent, action = above.position, above.done
            above.done += 1
        self.nodes.append(Node(label, at_set, outcome, parent, action))
        if at_set is not None:
            self._open.append(_Open(len(self.nodes) - 1, len(self.sets[at_set].actions)))

    def _information_set(self, kind: Token) -> int:
        tokens = self.tokens
        player = None
        if kind.text == "p":
            place = tokens.next
            player = tokens.whole("the player's number", 1) - 1
            if player >= len(self.players):
                tokens.fail(f"there is no player {player + 1}: there are {len(self.players)}", at=place)
        place = tokens.next
        number = tokens.whole("the number of the information set", 1)
        label = tokens.text_if_any()
        known = self._set.get((player, number))
        actions: tuple[str, ...] = ()
        chances: tuple[Fraction, ...] = ()
        if tokens.is_brace("{"):
            if player is None:
                actions, chances = self._chances(place)
            else:
                actions = tokens.texts("the actions")
            if not actions:
                tokens.fail("an information set needs at least one action", at=place)
        if known is None:
            if not actions:
                tokens.fail("the actions of an information set stand where it comes first", at=place)
            self._set[player, number] = len(self.sets)
            self.sets.append(InformationSet(player, number, label, actions, chances))
            return len(self.sets) - 1
        if actions and (actions, chances) != (self.sets[known].actions, self.sets[known].chances):
            whose = "chance" if player is None else f"player {player + 1}"
            tokens.fail(
                f"information set {number} of {whose} had other actions or chances before",
                "all its nodes have the same ones",
                place,
            )
        return known

    def _chances(self, place: Token) -> tuple[tuple[str, ...], tuple[Fraction, ...]]:
        tokens = self.tokens
        tokens.brace("{", "before what can happen")
        actions, chances = [], []
        while not tokens.is_brace("}"):
            actions.append(tokens.text("what happens"))
            at = tokens.next
            chances.append(tokens.number("its chance"))
            if not 0 <= chances[-1] <= 1:
                tokens.fail("a chance lies between 0 and 1", at=at)
        tokens.take()
        if chances:
            missing = 1 - reduce(added, chances)
            if abs(missing) > ROUNDING or chances[-1] < -missing:
                tokens.fail(f"these chances sum to {float(1 - missing):.9g}, not to 1", at=place)
            chances[-1] += missing
        return tuple(actions), tuple(chances)

    def _paid(self) -> int | None:
        """The outcome that is paid at a node; defined where it comes first, repeated or only named later."""
        tokens = self.tokens
        place = tokens.next
        number = tokens.whole("the number of the outcome (0 for none)")
        label = tokens.text_if_any()
        payoffs = tokens.numbers("payoffs", len(self.players)) if tokens.is_brace("{") else None
        if number == 0:
            if payoffs is not None and any(payoffs):
                tokens.fail("outcome 0 pays nothing", "give it another number", place)
            return None
        known = self._outcome.get(number)
        if known is None:
            if payoffs is None:
                tokens.fail(f"the payoffs of outcome {number} stand where it comes first", at=place)
            self._outcome[number] = len(self.outcomes)
            self.outcomes.append(Outcome(label, payoffs))
            return len(self.outcomes) - 1
        if payoffs is not None and payoffs != self.outcomes[known].payoffs:
            tokens.fail(f"outcome {number} had other payoffs before", "give it another number", place)
        return known
