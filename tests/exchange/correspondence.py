"""Which information set, action and path of a game is which in the scenario that it was converted to, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine import api
from engine.exchange.from_scenario import game_of
from engine.exchange.records import Game, NormalForm
from engine.exchange.to_scenario import Named, named, scenario_text

Step = tuple[str, str]  # a move, and what it does
Leaf = frozenset[Step]


@dataclass(frozen=True)
class There:
    """A game as a scenario."""

    game: Game
    named: Named
    loaded: api.Loaded


@dataclass(frozen=True)
class Content:
    """What a game is, whatever its labels and the order in which its nodes are written.

    Attributes:
        chance: of each path, and what it pays.
        sets: for each player, its information sets: what its actions are called, and the paths on which each is taken.
    """

    chance: Mapping[Leaf, tuple[Fraction, tuple[Fraction, ...]]]
    sets: frozenset[tuple[int, frozenset[tuple[Step, frozenset[Leaf]]]]]


def there(game: Game) -> There:
    """The game as a scenario that passes every check."""
    text = scenario_text(game, "a test")
    loaded = api.loads(text)
    assert api.check(loaded) == [], text
    return There(game, named(game), loaded)


def back(scenario: api.Loaded) -> Game:
    return game_of(scenario.scenario, "a test").game


def leaf_of(game: Named, leaf: int) -> Leaf:
    """A path of the game that was converted, by the names in the scenario."""
    values = game.play.values[:, leaf]
    return frozenset(
        (game.moves[move], game.options[move][value])
        for move, value in enumerate(values.tolist())
        if value >= 0 and not game.play.moves[move].signal
    )


def leaf_back(game: Game, leaf: int) -> Leaf:
    """A path of a game that comes from a scenario, whose nodes are called as the moves."""
    found = set()
    node = game.nodes[leaf]
    while node.parent is not None:
        above = game.nodes[node.parent]
        assert above.set is not None
        found.add((above.label, game.sets[above.set].actions[node.action]))
        node = above
    return frozenset(found)


def content(game: Game, names: Named | None = None) -> Content:
    """What a game is; `names` are those of its scenario, if it does not come from one."""
    places = range(len(game.leaves))
    keys = [leaf_of(names, place) if names else leaf_back(game, game.leaves[place]) for place in places]
    chance, sets = {}, {}
    for place, leaf in enumerate(game.leaves):
        share = Fraction(1)
        for number, action in game.steps(leaf):
            item = game.sets[number]
            if item.player is None:
                share *= item.chances[action]
            elif len(item.actions) > 1:
                sets.setdefault((item.player, number), {}).setdefault(action, set()).add(keys[place])
        chance[keys[place]] = (share, game.payoffs[leaf])
    assert len(chance) == len(game.leaves)
    found = frozenset(
        (player, frozenset((shared(leaves), frozenset(leaves)) for leaves in actions.values()))
        for (player, _), actions in sets.items()
    )
    return Content(chance, found)


def shared(leaves: set[Leaf]) -> frozenset[Step]:
    """The steps that all these paths have."""
    return frozenset.intersection(*leaves)


def originals(source: There, found: Game) -> dict[int, int]:
    """For each information set of the game that came back, the set that it was."""
    play = source.named.play
    places = {leaf_of(source.named, place): place for place in range(len(play.leaves))}
    was = {}
    for leaf in found.leaves:
        steps = dict(source.game.steps(play.leaves[places[leaf_back(found, leaf)]]))
        node = found.nodes[leaf]
        while node.parent is not None:
            node = found.nodes[node.parent]
            assert node.set is not None
            move = play.moves[source.named.moves.index(node.label)]
            was[node.set] = next(number for number in move.sets if number in steps)
    return was


def pure_equilibria(form: NormalForm) -> list[tuple[int, ...]]:
    """The combinations of strategies at which nobody gains by changing its own, by trying all."""
    profiles = list(form.profiles())
    payoff = {profile: form.payoffs(cell) for cell, profile in enumerate(profiles)}

    def stable(profile: tuple[int, ...], player: int) -> bool:
        others = ((*profile[:player], own, *profile[player + 1 :]) for own in range(len(form.strategies[player])))
        return all(payoff[other][player] <= payoff[profile][player] for other in others)

    return [profile for profile in profiles if all(stable(profile, player) for player in range(len(form.players)))]
