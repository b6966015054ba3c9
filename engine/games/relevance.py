"""Who relies on whose strategy: the strategic relevance graph (Koller & Milch 2003) and the order of solution."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Diagram:
    """The influence diagram: what each move and each payoff term depends on.

    Attributes:
        parents: for each move, the earlier moves that it reads (for a decision: what its actor knows).
        terms: for each actor, the moves that each of its payoff terms reads.
        actor: for each move, the actor who decides; None for chance.
    """

    parents: tuple[frozenset[int], ...]
    terms: Mapping[int, tuple[frozenset[int], ...]]
    actor: tuple[int | None, ...]


def solution_order(diagram: Diagram) -> tuple[tuple[int, ...], ...]:
    """Components of decisions, each after all that it relies on; a component of several decisions is cyclic."""
    decisions = [move for move, actor in enumerate(diagram.actor) if actor is not None]
    relies = {
        move: [other for other in decisions if other != move and relies_on(diagram, move, other)] for move in decisions
    }
    return strong_components(decisions, relies)


def without_idle_knowledge(diagram: Diagram, kept: Mapping[int, frozenset[int]]) -> Diagram:
    """The diagram in which decisions know only what can matter to them (Lauritzen & Nilsson 2001, minimal reduction).

    What an actor knows is idle when, given the rest of its knowledge and its choice, it is d-separated from every
    payoff term that the choice can influence. Differences of expected payoffs do not depend on it, so neither does any
    choice that answers to them; leaving it out merges information sets and lets more decisions be solved one by one.

    Args:
        diagram: with all that actors know.
        kept: what stays in any case, by decision (what its `when` reads).
    """
    decisions = [move for move, actor in enumerate(diagram.actor) if actor is not None]
    while True:
        parents = list(diagram.parents)
        for move in reversed(decisions):
            current = Diagram(tuple(parents), diagram.terms, diagram.actor)
            idle = {known for known in parents[move] - kept.get(move, frozenset()) if _is_idle(current, move, known)}
            parents[move] = parents[move] - idle
        if tuple(parents) == diagram.parents:
            return diagram
        diagram = Diagram(tuple(parents), diagram.terms, diagram.actor)


def _is_idle(diagram: Diagram, decision: int, known: int) -> bool:
    rest = (diagram.parents[decision] | {decision}) - {known}
    children = _children(diagram.parents)
    # the trail may leave `known` in either direction
    reached = _connected(diagram.parents, children, known, rest, both_ways=True)
    return not any(reads & reached for reads in _influenced_terms(diagram, children, decision))


def _influenced_terms(diagram: Diagram, children: Sequence[Sequence[int]], decision: int) -> list[frozenset[int]]:
    influenced = _descendants(children, decision)
    actor = diagram.actor[decision]
    return [reads for reads in diagram.terms.get(actor, ()) if reads & influenced] if actor is not None else []


def relies_on(diagram: Diagram, decision: int, other: int) -> bool:
    """Whether the best choice at `decision` can depend on the strategy at `other` (s-reachability).

    A new parent of `other` stands for its strategy. It matters when, given what the decision's actor knows and does, it
    is not separated from a payoff term that the decision can influence.
    """
    children = _children(diagram.parents)
    terms = _influenced_terms(diagram, children, decision)
    if not terms:
        return False
    seen = diagram.parents[decision] | {decision}
    reached = _connected(diagram.parents, children, other, seen)
    return any(reads & reached for reads in terms)


def strong_components(nodes: Sequence[int], arrows: Mapping[int, Iterable[int]]) -> tuple[tuple[int, ...], ...]:
    """Strongly connected components, each after those that it points to (Tarjan 1972)."""
    number: dict[int, int] = {}
    lowest: dict[int, int] = {}
    stack: list[int] = []
    components: list[tuple[int, ...]] = []

    def visit(node: int) -> None:
        number[node] = lowest[node] = len(number)
        stack.append(node)
        for target in arrows[node]:
            if target not in number:
                visit(target)
                lowest[node] = min(lowest[node], lowest[target])
            elif target in stack:
                lowest[node] = min(lowest[node], number[target])
        if lowest[node] == number[node]:
            start = stack.index(node)
            components.append(tuple(sorted(stack[start:])))
            del stack[start:]

    for node in nodes:
        if node not in number:
            visit(node)
    return tuple(components)


def _children(parents: Sequence[frozenset[int]]) -> list[list[int]]:
    children: list[list[int]] = [[] for _ in parents]
    for move, above in enumerate(parents):
        for parent in above:
            children[parent].append(move)
    return children


def _descendants(children: Sequence[Sequence[int]], move: int) -> set[int]:
    found, todo = {move}, [move]
    while todo:
        fresh = [child for child in children[todo.pop()] if child not in found]
        found.update(fresh)
        todo += fresh
    return found


def _connected(
    parents: Sequence[frozenset[int]],
    children: Sequence[Sequence[int]],
    start: int,
    given: Iterable[int],
    both_ways: bool = False,
) -> set[int]:
    """Moves that an extra parent of `start` is not d-separated from, given `given` (Koller & Friedman 2009, alg. 3.1).

    With `both_ways` it is `start` itself that they are not separated from.

    A term that reads a given move is reached only through its other parents, so given moves are left out.
    """
    seen = set(given)
    ancestors = set(seen)
    todo = list(seen)
    while todo:
        fresh = [parent for parent in parents[todo.pop()] if parent not in ancestors]
        ancestors.update(fresh)
        todo += fresh
    reached: set[int] = set()
    visited: set[tuple[int, bool]] = set()
    trails = [(start, both_ways)]  # (move, whether the trail comes up from a child)
    while trails:
        move, upward = trails.pop()
        if (move, upward) in visited:
            continue
        visited.add((move, upward))
        if move not in seen:
            reached.add(move)
            trails += [(child, False) for child in children[move]]
        if upward and move not in seen:
            trails += [(parent, True) for parent in parents[move]]
        if not upward and move in ancestors:
            trails += [(parent, True) for parent in parents[move]]
    return reached
