"""What must hold between the records of a scenario; each check says all that it finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import islice
from math import isfinite
from typing import Any, Final

from engine.document import MAX_PROBLEMS
from engine.errors import Problem
from engine.scenario import words
from engine.scenario.expressions import Expression
from engine.scenario.lesson_checks import SINGULAR, check_lesson, named_in_lesson
from engine.scenario.model import Decision, Event, Path, Scenario, Type, chance_problem
from engine.scenario.reasoning import CHOICE, RULES, SOLUTIONS, Uncertain
from engine.scenario.recurrence import check_rounds
from engine.scenario.scope import (
    Apply,
    Bound,
    Misuse,
    Quantity,
    bind,
    bound_quantities,
    chance_places,
    expression_places,
    knowledge,
    nearest,
    reads,
    scope_of,
)

MAX_LEVELS: Final = 250
"""How deep a quantity may be with all those opened that it builds on."""


def check(scenario: Scenario) -> list[Problem]:
    """What is wrong with a scenario whose records are sound one by one; at most a thousand problems."""
    return list(islice((problem for one in CHECKS for problem in one(scenario)), MAX_PROBLEMS))


def check_names(scenario: Scenario) -> Iterator[Problem]:
    """Unknowns, quantities, state and moves share one namespace."""
    places: list[tuple[str, Path]] = [
        *((name, ("unknowns", name)) for name in scenario.unknowns),
        *((name, ("quantities", name)) for name in scenario.quantities),
        *((name, ("state", name)) for name in scenario.state),
        *(
            (move.name, ("moves", position, type(move).__name__.lower()))
            for position, move in enumerate(scenario.moves)
        ),
    ]
    first: dict[str, Path] = {}
    for name, path in places:
        if name in first:
            kinds = " and ".join(dict.fromkeys([str(first[name][0]), str(path[0])]))
            yield scenario.problem(path, f"'{name}' is named twice (under {kinds})", "give one of them another name")
        first.setdefault(name, path)


def check_references(scenario: Scenario) -> Iterator[Problem]:
    """Whatever names an actor, a source, evidence, an outcome, a move or a set names one that exists."""
    moves = {move.name: move for move in scenario.moves}
    chances = {name: move for name, move in moves.items() if not isinstance(move, Decision)}

    def one(path: Path, name: str, known: Collection[str], what: str) -> Iterator[Problem]:
        if name not in known:
            yield scenario.problem(path, f"'{name}' is no {what}", nearest(name, known) or f"there is no {what} yet")

    for name, item in scenario.evidence.items():
        yield from one(("evidence", name, "source"), item.source, scenario.sources, "source")
        for number, source in enumerate(item.contested_by):
            yield from one(("evidence", name, "contested_by", number), source, scenario.sources, "source")
    for path, record in reasoned(scenario):
        for number, name in enumerate(record.evidence):
            yield from one((*path, "evidence", number), name, scenario.evidence, "id of evidence")
    for position, move in enumerate(scenario.moves):
        if isinstance(move, Decision):
            yield from one(("moves", position, "actor"), move.actor, scenario.actors, "actor")
        if isinstance(move, Type):
            yield from one(("moves", position, "of"), move.of, scenario.actors, "actor")
    for name in scenario.payoffs:
        yield from one(("payoffs", name), name, scenario.actors, "actor")
    for name, views in scenario.beliefs.items():
        yield from one(("beliefs", name), name, scenario.actors, "actor")
        for move_name in views:
            yield from one(("beliefs", name, move_name), move_name, chances, "type or event")
    for name, outcome in scenario.outcomes.items():
        if outcome.choice is not None:
            yield from one(("outcomes", name, "choice"), outcome.choice, moves, "move")
        if outcome.belief is not None:
            yield from one(("outcomes", name, "belief", "of"), outcome.belief.of, scenario.actors, "actor")
    for name, statement in scenario.statements.items():
        yield from one(("statements", name, "about"), statement.about, scenario.outcomes, "outcome")
    for number, reference in enumerate(scenario.references):
        yield from one(("references", number, "about"), reference.about, scenario.outcomes, "outcome")
    for name, resolution in scenario.resolution.items():
        yield from one(("resolution", name), name, scenario.outcomes, "outcome")
        if resolution.source is not None:
            yield from one(("resolution", name, "source"), resolution.source, scenario.sources, "source")
    for path, name, section in named_in_lesson(scenario):
        yield from one(path, name, getattr(scenario, section), SINGULAR[section])
    for number, pair in enumerate(scenario.correlated):
        for place, name in enumerate(pair.unknowns):
            yield from one(("correlated", number, "unknowns", place), name, scenario.unknowns, "unknown")
    for name, assumptions in scenario.assumptions.items():
        for key, known, what in (
            ("extends", scenario.assumptions, "assumption set"),
            ("believe", scenario.statements, "statement"),
        ):
            for number, other in enumerate(getattr(assumptions, key)):
                yield from one(("assumptions", name, key, number), other, known, what)


def check_moves(scenario: Scenario) -> Iterator[Problem]:
    """A decision knows earlier moves only; `else` is one of the values; deciders want something."""
    earlier: list[str] = []
    every = [move.name for move in scenario.moves]
    for position, move in enumerate(scenario.moves):
        path: Path = ("moves", position)
        if isinstance(move, Decision):
            for number, name in enumerate(move.knows):
                if name in earlier:
                    owner = next(item for item in scenario.moves if item.name == name)
                    if isinstance(owner, Type) and owner.of != move.actor:
                        yield scenario.problem(
                            (*path, "knows", number),
                            f"'{name}' is private to {owner.of}, so {move.actor} cannot know it",
                            "make it an event if others see it",
                        )
                elif name in every:
                    yield scenario.problem(
                        (*path, "knows", number),
                        f"'{name}' does not come before '{move.name}'",
                        "moves stand in order of play",
                    )
                else:
                    yield scenario.problem((*path, "knows", number), f"'{name}' is no move", nearest(name, earlier))
            if move.actor in scenario.actors and not scenario.payoffs.get(move.actor):
                yield scenario.problem(
                    (*path, "actor"),
                    f"'{move.actor}' decides but has no payoffs",
                    f"add payoffs: {move.actor}: with at least one term",
                )
        if move.otherwise is not None:
            if move.otherwise not in move.values:
                yield scenario.problem(
                    (*path, "else"),
                    f"'{move.otherwise}' is no value of '{move.name}'",
                    nearest(move.otherwise, move.values),
                )
            if move.when is None:
                yield scenario.problem((*path, "else"), "'else' needs a 'when'", "the move always happens")
        earlier.append(move.name)


def check_expressions(scenario: Scenario) -> Iterator[Problem]:
    """Names resolve, and each place reads only what it may."""
    scope = scope_of(scenario)
    ordered, read, cyclic = bound_quantities(scenario, scope)
    for name in cyclic:
        yield scenario.problem(("quantities", name), f"'{name}' depends on itself", "quantities may not form a cycle")
    yield from _check_levels(scenario, ordered)
    order = {move.name: position for position, move in enumerate(scenario.moves)}
    types = {move.name: move.of for move in scenario.moves if isinstance(move, Type)}
    known = knowledge(scenario)
    for path, expression, kind, n_before in expression_places(scenario):
        bound, misuses = bind(expression, scope)
        for misuse in misuses:
            yield _placed(scenario, path, misuse)
        if misuses:
            continue
        uses = reads(bound, read)
        late = sorted((name for name in uses.moves if order[name] >= n_before), key=order.__getitem__)
        if late and kind == "until":
            continue  # said by the check of rounds
        if late and kind in ("precision", "mean"):
            what = "a precision" if kind == "precision" else "the mean level"
            yield scenario.problem(path, f"{what} cannot depend on the move '{late[0]}'")
        elif late:
            yield scenario.problem(path, f"'{late[0]}' does not come before this move", "moves stand in order of play")
        if kind == "when" and uses.unknowns:
            yield scenario.problem(
                path,
                f"'when' cannot read the unknown '{min(uses.unknowns)}': the order of play is the same in every draw",
                "put it into the chance of an event",
            )
        if kind == "belief" and (uses.unknowns and path[-1] == "after"):
            yield scenario.problem(path, f"'after' cannot read the unknown '{min(uses.unknowns)}'")
        if kind == "when" and not late:
            yield from _check_when(scenario, int(path[1]), uses.moves, known, types)


def _check_levels(scenario: Scenario, quantities: Mapping[str, Bound]) -> Iterator[Problem]:
    """Quantities that build on one another are not too deep, all opened; each is preceded by those that it uses."""
    levels: dict[str, int] = {}
    for name, formula in quantities.items():
        levels[name] = _depth(formula, levels)
        if levels[name] > MAX_LEVELS:
            yield scenario.problem(
                ("quantities", name),
                f"'{name}' builds on too many quantities in a row",
                "leave out some of the steps between",
            )
            return


def _depth(bound: Bound, levels: Mapping[str, int]) -> int:
    if isinstance(bound, Quantity):
        return 1 + levels[bound.name]
    return 1 + max((_depth(part, levels) for part in bound.parts), default=0) if isinstance(bound, Apply) else 1


def _check_when(
    scenario: Scenario,
    position: int,
    condition: frozenset[str],
    known: Mapping[str, tuple[str, ...]],
    types: Mapping[str, str],
) -> Iterator[Problem]:
    """Who decides knows that it does, and whoever sees that nothing happened learns nothing hidden by it."""
    move = scenario.moves[position]
    order = [item.name for item in scenario.moves]
    if isinstance(move, Decision):
        hidden = [name for name in order if name in condition and name not in known[move.name]]
        if hidden and all(name in order for name in move.knows):
            yield scenario.problem(
                ("moves", position, "when"),
                f"{move.actor} cannot tell whether '{move.name}' happens: it does not know '{hidden[0]}'",
                f"add it to knows: of '{move.name}'",
            )
    if move.otherwise is not None or len(move.values) == 1:  # of one value, whether it happens is all there is to see
        return
    for observer, seen in known.items():
        secret = [name for name in order if name in condition and name not in seen and name != observer]
        if move.name in seen and secret:
            message = (
                f"seeing that '{move.name}' did not happen would tell '{observer}' about '{secret[0]}', "
                "which it does not know"
            )
            yield scenario.problem(("moves", position, "when"), message, f"add an else: to '{move.name}'")


def check_chances(scenario: Scenario) -> Iterator[Problem]:
    """An actor's own chances are chances of the move's values."""
    moves = {move.name: move for move in scenario.moves}
    for actor, views in scenario.beliefs.items():
        for name, chance in views.items():
            if isinstance(moves.get(name), Event | Type):
                found = chance_problem(chance, tuple(moves[name].values))
                if found:
                    place = scenario.key_problem if found.key else scenario.problem
                    yield place(("beliefs", actor, name, *found.path), found.message, found.hint)


def check_beliefs(scenario: Scenario) -> Iterator[Problem]:
    """A belief outcome asks an actor that decides, after something that it knows when it does."""
    scope = scope_of(scenario)
    _, read, _ = bound_quantities(scenario, scope)
    for name, outcome in scenario.outcomes.items():
        if outcome.belief is None or outcome.belief.of not in scenario.actors:
            continue
        path: Path = ("outcomes", name, "belief")
        own = [move.name for move in scenario.moves if isinstance(move, Decision) and move.actor == outcome.belief.of]
        if not own:
            yield scenario.problem((*path, "of"), f"'{outcome.belief.of}' decides nothing, so nothing shows its belief")
        elif outcome.belief.after is not None:
            needed = reads(bind(outcome.belief.after, scope)[0], read).moves
            if all(needed - set(knowledge(scenario)[decision]) for decision in own):
                unknown = sorted(needed - set(knowledge(scenario)[own[-1]]))
                yield scenario.problem(
                    (*path, "after"), f"'{outcome.belief.of}' does not know '{unknown[0]}' at any of its decisions"
                )


def check_reasoning(scenario: Scenario) -> Iterator[Problem]:
    """Uncertain rules follow a choice; habits are shares of options and read what the actor knows."""
    for name, actor in scenario.actors.items():
        path: Path = ("actors", name, "reasoning")
        if scenario.solution != SOLUTIONS[0] and actor.reasoning != "equilibrium":
            yield scenario.problem(
                path,
                f"under 'solution: {scenario.solution}' everybody reasons alike, so this would be ignored",
                f"set actors.{name}.reasoning to equilibrium, or leave 'solution' out",
            )
        if isinstance(actor.reasoning, Uncertain):
            yield from _check_choice(scenario, path, actor.reasoning)
        yield from _check_habit(scenario, name, actor.habit)


def _check_choice(scenario: Scenario, path: Path, reasoning: Uncertain) -> Iterator[Problem]:
    unknown = scenario.unknowns.get(reasoning.choice)
    choices = [name for name, item in scenario.unknowns.items() if item.choice is not None]
    if unknown is None or unknown.choice is None:
        what = "an unknown" if unknown is None else "a choice"
        hint = nearest(reasoning.choice, choices) or "add an unknown such as {choice: {calm: 70%, angry: rest}}"
        yield scenario.problem((*path, CHOICE), f"'{reasoning.choice}' is not {what}", hint)
        return
    for value in reasoning.rules:
        if value not in unknown.choice:
            message = f"'{value}' is no value of '{reasoning.choice}'"
            yield scenario.key_problem((*path, RULES, value), message, nearest(value, unknown.choice))
    for value in unknown.choice:
        if value not in reasoning.rules:
            yield scenario.key_problem((*path, RULES), f"there is no rule for '{value}'", f"add {value}: equilibrium")


def _check_habit(
    scenario: Scenario, name: str, habit: Mapping[str, Expression | Mapping[str, Expression | str]]
) -> Iterator[Problem]:
    scope, known = scope_of(scenario), knowledge(scenario)
    _, read, _ = bound_quantities(scenario, scope)
    own = {move.name: move for move in scenario.moves if isinstance(move, Decision) and move.actor == name}
    order = [move.name for move in scenario.moves]
    for decision, chance in habit.items():
        path: Path = ("actors", name, "habit", decision)
        if decision not in own:
            hint = nearest(decision, own) or f"'{name}' decides nothing"
            yield scenario.key_problem(path, f"'{decision}' is no decision of '{name}'", hint)
            continue
        if found := chance_problem(chance, tuple(own[decision].values)):
            place = scenario.key_problem if found.key else scenario.problem
            yield place((*path, *found.path), found.message, found.hint)
        for share_path, share, _, n_before in chance_places(path, chance, order.index(decision)):
            seen = reads(bind(share, scope)[0], read).moves & frozenset(order[:n_before])
            hidden = [move for move in order if move in seen and move not in known[decision]]
            if hidden:
                message = f"the habit at '{decision}' cannot read '{hidden[0]}': '{name}' does not know it there"
                yield scenario.problem(share_path, message, f"add it to knows: of '{decision}'")


def check_words(scenario: Scenario) -> Iterator[Problem]:
    """Standards exist and have the phrases that are used."""
    if scenario.words is not None:
        try:
            words.find_standard(scenario.words)
        except ValueError as error:
            yield scenario.problem(("words",), str(error))
            return
    for path, item in phrased(scenario):
        try:
            words.term_of(item.phrase, item.standard, scenario.words)
        except ValueError as error:
            yield scenario.problem((*path, "phrase"), str(error))


def check_statements(scenario: Scenario) -> Iterator[Problem]:
    """Statements and references speak of probabilities."""
    for name, statement in scenario.statements.items():
        about = scenario.outcomes.get(statement.about)
        if about is not None and about.kind not in ("happens", "belief"):
            yield scenario.problem(
                ("statements", name, "about"), f"'{statement.about}' is a {about.kind}, not a probability"
            )
        if statement.choice is not None:
            yield scenario.problem(("statements", name, "choice"), "a statement gives a probability, not a choice")
    for number, reference in enumerate(scenario.references):
        about = scenario.outcomes.get(reference.about)
        if about is not None and about.kind not in ("happens", "belief"):
            yield scenario.problem(
                ("references", number, "about"), f"'{reference.about}' is a {about.kind}, not a probability"
            )


def check_resolution(scenario: Scenario) -> Iterator[Problem]:
    """What happened is said in the terms of its outcome."""
    for name, resolution in scenario.resolution.items():
        outcome = scenario.outcomes.get(name)
        if outcome is None:
            continue
        value, path = resolution.value, ("resolution", name, "value")
        if outcome.kind == "happens" and value not in ("yes", "no"):
            yield scenario.problem(path, "an event resolves to yes or no")
        if outcome.kind == "quantity" and not _is_number(value):
            yield scenario.problem(path, "a quantity resolves to a number")
        if outcome.kind == "choice":
            values = next((move.values for move in scenario.moves if move.name == outcome.choice), {})
            if values and (not isinstance(value, str) or value not in values):
                yield scenario.problem(
                    path, f"'{str(value)[:40]}' is no value of '{outcome.choice}'", nearest(str(value), values)
                )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def check_dates(scenario: Scenario) -> Iterator[Problem]:
    """The horizon lies after the day on which the question is asked."""
    if scenario.as_of and scenario.horizon and scenario.horizon <= scenario.as_of:
        yield scenario.problem(("horizon",), f"the horizon {scenario.horizon} is not after as_of, {scenario.as_of}")


def check_duplicates(scenario: Scenario) -> Iterator[Problem]:
    """Terms of an actor have different names, and so have moves."""
    for actor, terms in scenario.payoffs.items():
        counts = Counter(term.term for term in terms)
        for number, term in enumerate(terms):
            if counts[term.term] > 1 and [item.term for item in terms].index(term.term) != number:
                yield scenario.problem(("payoffs", actor, number, "term"), f"'{term.term}' is named twice for {actor}")
    pairs = [frozenset(pair.unknowns) for pair in scenario.correlated]
    for number, names in enumerate(pairs):
        if names in pairs[:number]:
            yield scenario.problem(("correlated", number, "unknowns"), "the correlation of these two is given twice")


Check = Callable[[Scenario], Iterator[Problem]]
CHECKS: Final[tuple[Check, ...]] = (
    check_names,
    check_references,
    check_moves,
    check_expressions,
    check_chances,
    check_beliefs,
    check_reasoning,
    check_words,
    check_statements,
    check_resolution,
    check_lesson,
    check_dates,
    check_rounds,
    check_duplicates,
)


def reasoned(scenario: Scenario) -> Iterator[tuple[Path, Any]]:
    """Every record that can carry evidence, with its path."""
    for section in ("actors", "unknowns", "state", "outcomes", "statements", "assumptions"):
        for name, record in getattr(scenario, section).items():
            yield (section, name), record
    for section in ("correlated", "moves", "references"):
        for number, record in enumerate(getattr(scenario, section)):
            yield (section, number), record
    for actor, terms in scenario.payoffs.items():
        for number, term in enumerate(terms):
            yield ("payoffs", actor, number), term
    if scenario.lesson is not None and scenario.lesson.bluff is not None:
        yield ("lesson", "bluff"), scenario.lesson.bluff
        for number, sign in enumerate(scenario.lesson.bluff.signs):
            yield ("lesson", "bluff", "signs", number), sign


def phrased(scenario: Scenario) -> Iterator[tuple[Path, Any]]:
    """Every distribution that is given in words."""
    for section in ("unknowns", "statements"):
        for name, item in getattr(scenario, section).items():
            if item.phrase is not None:
                yield (section, name), item
            for number, part in enumerate(item.mixture or ()):
                if part.phrase is not None:
                    yield (section, name, "mixture", number), part


def _placed(scenario: Scenario, path: Path, misuse: Misuse) -> Problem:
    return scenario.problem(path, misuse.message, misuse.hint, misuse.offset)
