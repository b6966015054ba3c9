"""Who relies on whose strategy (Koller & Milch 2003), on diagrams whose relevance graph can be read off by hand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.games.relevance import Diagram, relies_on, solution_order, strong_components

ALICE, BOB = 0, 1


def diagram(
    moves: dict[str, tuple[int | None, list[str]]], terms: dict[int, list[list[str]]]
) -> tuple[Diagram, dict[str, int]]:
    """A diagram from names: for each move who decides (None: chance) and its parents; for each actor its terms."""
    place = {name: position for position, name in enumerate(moves)}
    parents = tuple(frozenset(place[name] for name in above) for _, above in moves.values())
    reads = {actor: tuple(frozenset(place[name] for name in term) for term in own) for actor, own in terms.items()}
    return Diagram(parents, reads, tuple(actor for actor, _ in moves.values())), place


def arrows(made: tuple[Diagram, dict[str, int]]) -> set[tuple[str, str]]:
    """All pairs (one, other) such that `one` relies on `other`."""
    what, place = made
    decisions = [name for name, position in place.items() if what.actor[position] is not None]
    return {
        (one, other)
        for one in decisions
        for other in decisions
        if one != other and relies_on(what, place[one], place[other])
    }


def order(made: tuple[Diagram, dict[str, int]]) -> list[set[str]]:
    what, place = made
    name = {position: name for name, position in place.items()}
    return [{name[move] for move in component} for component in solution_order(what)]


def test_the_tree_killer() -> None:
    """Koller & Milch 2003, figure 2: Alice may poison Bob's tree, Bob sees it sicken and may call a doctor, Alice sees
    the doctor and may build a patio, whose view depends on whether the tree dies.

    Bob sees all that matters about the poison (the sick tree), so he relies on nobody. The patio relies on the doctor:
    that the doctor came tells how the tree is. The poison relies on both.
    """
    game = diagram(
        {
            "poison": (ALICE, []),
            "sick": (None, ["poison"]),
            "doctor": (BOB, ["sick"]),
            "dead": (None, ["sick", "doctor"]),
            "patio": (ALICE, ["poison", "doctor"]),
        },
        {ALICE: [["poison"], ["patio"], ["dead", "patio"]], BOB: [["doctor"], ["dead"]]},
    )
    assert arrows(game) == {("patio", "doctor"), ("poison", "doctor"), ("poison", "patio")}
    assert order(game) == [{"doctor"}, {"patio"}, {"poison"}]


def test_matching_pennies_is_cyclic() -> None:
    game = diagram({"row": (ALICE, []), "column": (BOB, [])}, {ALICE: [["row", "column"]], BOB: [["row", "column"]]})
    assert arrows(game) == {("row", "column"), ("column", "row")}
    assert order(game) == [{"row", "column"}]


def test_perfect_information_is_solved_from_the_end() -> None:
    everything = ["first", "second", "third"]
    game = diagram(
        {"first": (ALICE, []), "second": (BOB, ["first"]), "third": (ALICE, ["first", "second"])},
        {ALICE: [everything], BOB: [everything]},
    )
    assert arrows(game) == {("first", "second"), ("first", "third"), ("second", "third")}
    assert order(game) == [{"third"}, {"second"}, {"first"}]


def test_a_term_that_the_decision_cannot_influence_makes_no_arrow() -> None:
    """Alice cares about her umbrella and, apart from it, about the election that Bob decides."""
    game = diagram({"umbrella": (ALICE, []), "vote": (BOB, [])}, {ALICE: [["umbrella"], ["vote"]], BOB: [["vote"]]})
    assert arrows(game) == set()


def test_one_term_of_both_makes_an_arrow() -> None:
    game = diagram({"umbrella": (ALICE, []), "vote": (BOB, [])}, {ALICE: [["umbrella", "vote"]], BOB: [["vote"]]})
    assert arrows(game) == {("umbrella", "vote")}


def test_signalling_is_cyclic() -> None:
    """The receiver reads the type from the sender's strategy; the sender wants a kind reply."""
    game = diagram(
        {"kind": (None, []), "message": (ALICE, ["kind"]), "reply": (BOB, ["message"])},
        {ALICE: [["kind", "message", "reply"]], BOB: [["kind", "reply"]]},
    )
    assert order(game) == [{"message", "reply"}]


def test_a_receiver_who_sees_the_type_need_not_read_the_sender() -> None:
    game = diagram(
        {"kind": (None, []), "message": (ALICE, ["kind"]), "reply": (BOB, ["kind", "message"])},
        {ALICE: [["kind", "message", "reply"]], BOB: [["kind", "reply"]]},
    )
    assert arrows(game) == {("message", "reply")}


def test_a_message_that_the_sender_does_not_care_about_the_answer_to() -> None:
    """An honest thermometer: the doctor relies on it, it relies on nobody."""
    game = diagram(
        {"fever": (None, []), "reading": (ALICE, ["fever"]), "treat": (BOB, ["reading"])},
        {ALICE: [["fever", "reading"]], BOB: [["fever", "treat"]]},
    )
    assert arrows(game) == {("treat", "reading")}


def test_the_world_between_two_decisions_carries_the_reliance() -> None:
    """Alice's payoff reads only the harvest, which Bob's unseen work changes, and her own watering too."""
    game = diagram(
        {"work": (BOB, []), "water": (ALICE, []), "harvest": (None, ["work", "water"])},
        {ALICE: [["harvest"]], BOB: [["work"]]},
    )
    assert arrows(game) == {("water", "work")}


def test_seeing_the_only_channel_cuts_the_reliance() -> None:
    game = diagram(
        {"work": (BOB, []), "soil": (None, ["work"]), "water": (ALICE, ["soil"]), "harvest": (None, ["soil", "water"])},
        {ALICE: [["harvest"]], BOB: [["work", "harvest"]]},
    )
    assert arrows(game) == {("work", "water")}


def test_a_common_cause_that_is_seen_late_is_explained_away() -> None:
    """Bob's carelessness or a fire sets off the alarm that Alice sees: to judge the fire she must know Bob's habits."""
    game = diagram(
        {"fire": (None, []), "careless": (BOB, []), "alarm": (None, ["fire", "careless"]), "flee": (ALICE, ["alarm"])},
        {ALICE: [["fire", "flee"]], BOB: [["careless"]]},
    )
    assert arrows(game) == {("flee", "careless")}
    unheard = diagram(
        {"fire": (None, []), "careless": (BOB, []), "alarm": (None, ["fire", "careless"]), "flee": (ALICE, [])},
        {ALICE: [["fire", "flee"]], BOB: [["careless"]]},
    )
    assert arrows(unheard) == set()


def test_who_wants_nothing_relies_on_nobody() -> None:
    game = diagram({"row": (ALICE, []), "column": (BOB, [])}, {BOB: [["row", "column"]]})
    assert arrows(game) == {("column", "row")}


def test_separate_games_are_solved_separately() -> None:
    """Two games of matching pennies at one table, and a spectator who bets on the second."""
    game = diagram(
        {"a1": (0, []), "b1": (1, []), "a2": (2, []), "b2": (3, []), "bet": (4, [])},
        {0: [["a1", "b1"]], 1: [["a1", "b1"]], 2: [["a2", "b2"]], 3: [["a2", "b2"]], 4: [["a2", "bet"]]},
    )
    assert sorted(map(sorted, order(game))) == [["a1", "b1"], ["a2", "b2"], ["bet"]]
    assert order(game).index({"a2", "b2"}) < order(game).index({"bet"})


graphs = st.integers(1, 7).flatmap(
    lambda n: st.fixed_dictionaries({node: st.sets(st.integers(0, n - 1)) for node in range(n)})
)


@given(graphs)
def test_components_are_what_reaches_each_other(graph: dict[int, set[int]]) -> None:
    reach = {node: {node} | targets for node, targets in graph.items()}
    for _ in graph:
        reach = {node: set().union(*(reach[target] for target in found)) for node, found in reach.items()}
    found = strong_components(list(graph), graph)
    assert sorted(node for component in found for node in component) == sorted(graph)
    for component in found:
        for node in component:
            assert set(component) == {other for other in reach[node] if node in reach[other]}


@given(graphs)
def test_each_component_comes_after_those_that_it_points_to(graph: dict[int, set[int]]) -> None:
    components = strong_components(list(graph), graph)
    place = {node: number for number, component in enumerate(components) for node in component}
    assert all(place[target] <= place[node] for node, targets in graph.items() for target in targets)
