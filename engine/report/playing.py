"""A game that somebody plays, as text: who they are, where the game stands, what a choice was worth, what was going on.

Each function returns lines that are safe to show. What a seat may not know is in none of them before the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from engine.analysis.explanation.choices import NONE
from engine.analysis.playing.game import Game
from engine.analysis.playing.review import Account, Chosen, Review, Reviewed
from engine.analysis.playing.turns import Turn
from engine.analysis.playing.wants import Want
from engine.document import Percent
from engine.report.course import round_name
from engine.report.figures import in_percent, number, percent, signed_to
from engine.report.terminal import Screen, cut, left, right, width, wrap
from engine.report.text import title_lines
from engine.scenario.model import Decision, Move, Scenario, Type
from engine.scenario.reasoning import Level, Reasoning, in_words
from engine.scenario.scope import knowledge

MOST_TERMS: Final = 5
"""Payoff terms that are named one by one where two options are compared."""
SMALL_PART: Final = 0.01
"""Terms that make less of the difference than this part of the first are summed up."""
MOST_NAME: Final = 34
MOST_ABOUT: Final = 6
MOST_KNOWN: Final = 6
"""Numbers that are told before a game; of more nobody keeps hold."""
SMALL: Final = 1e-9
FINEST: Final = 0.1
"""Payoffs are shown to the same place as if one were this large."""


# Who, what, in which order


def who_lines(game: Game, seats: Sequence[str], screen: Screen) -> list[str]:
    """Who is played, and how the others choose."""
    scenario = game.scenario
    lines = title_lines(scenario, screen)
    if scenario.about:
        lines += ["", *wrap(screen.label(scenario.about), screen.width, most=MOST_ABOUT, screen=screen)]
    lines += ["", *_bold(f"You play {_and(_actor(seat, scenario) for seat in seats)}.", screen)]
    others = [name for name in scenario.actors if name not in seats and _decides(name, scenario)]
    parts = []
    if others:
        chooses, takes = ("chooses", "takes") if len(others) == 1 else ("choose", "take")
        names = _and(_actor(name, scenario) for name in others)
        parts.append(f"{names} {chooses} by the model, and {takes} you for an actor of it: {_usual(seats, scenario)}.")
    drawn = "The unknowns were drawn, too" if game.varied else "Every unknown stands at its median"
    parts.append(f"{drawn}; chance is drawn with seed {game.seed}.")
    lines += _text(" ".join(parts), screen)
    rounds = scenario.rounds
    if rounds is not None and rounds.count > 1:
        each = f"each a {rounds.unit}" if rounds.unit else "one after another"
        lines += _text(
            f"There are at most {rounds.count} rounds, {each}. Your payoff is counted round by round; what the future "
            "is worth to you is among its terms.",
            screen,
        )
    return lines


def wants_lines(seat: str, wanted: Sequence[Want], scenario: Scenario, screen: Screen, alone: bool = True) -> list[str]:
    """What a seat wants: its payoff terms with their sizes, and the moves that they hang on."""
    each = ", in each round" if scenario.rounds is not None else ""
    whose = "What you want" if alone else f"What {_actor(seat, scenario)} wants"
    lines = _bold(f"{whose}: these add up{each}", screen)
    if not wanted:
        return [*lines, "  nothing that the scenario names"]
    shown = signed_to(max(FINEST, *(abs(size) for want in wanted for size in (want.worst, want.best))))
    most = max(12, min(MOST_NAME, screen.width - 46))
    names = min(most, max(width(screen.label(want.term)) for want in wanted))
    lines.append(screen.paint(f"  {left('', names)}{right('worst', 9)}{right('best', 9)}  hangs on", "dim"))
    for want in wanted:
        ends = [shown(size) for size in (want.worst, want.best)]
        head = f"  {left(cut(screen.label(want.term), names, screen), names)}{right(ends[0], 9)}{right(ends[1], 9)}  "
        hangs = ", ".join([*(_title(name, scenario) for name in want.hangs_on), *want.state]) or "nothing"
        first, *more = wrap(screen.label(hangs), screen.width - width(head), most=3, screen=screen)
        lines += [head + first, *(" " * width(head) + line for line in more)]
    return lines


def claims_lines(seat: str, wanted: Sequence[Want], scenario: Scenario, screen: Screen) -> list[str]:
    """What stands behind the payoff terms of a seat."""
    lines = _bold(f"What stands behind the wants of {_actor(seat, scenario)}", screen)
    for want in wanted:
        reasons = [f"{scenario.evidence[name].claim} ({name})" for name in want.evidence if name in scenario.evidence]
        reasons += [f"judgement: {want.judgement}"] if want.judgement else []
        lines += _hung(f"{want.term}: {'; '.join(reasons) or 'nothing is named'}", screen)
    return lines


def order_lines(seats: Sequence[str], scenario: Scenario, screen: Screen) -> list[str]:
    """The order of play, and who knows what."""
    each = " in each round" if scenario.rounds is not None else ""
    lines = _bold(f"The order of play{each}; all remember what they knew and did", screen)
    known = knowledge(scenario)
    for place, move in enumerate(scenario.moves, 1):
        first, *more = _hung(f"{_title(move.name, scenario)}: {_who(move, known, seats, scenario)}", screen, 3)
        lines += [f"{place:>4} {first.lstrip()}", *more]
    return lines


def known_lines(unknowns: Mapping[str, float], scenario: Scenario, screen: Screen) -> list[str]:
    """The numbers that all actors know, if they are few: whoever decides as one of them needs them, too."""
    known = {name: value for name, value in unknowns.items() if scenario.unknowns[name].known}
    if not 0 < len(known) <= MOST_KNOWN:
        return []
    told = [f"{scenario.unknowns[name].label}: {_unknown(name, value, scenario)}" for name, value in known.items()]
    return [*_bold("What all know", screen), *(line for text in told for line in _hung(text, screen))]


def unknown_lines(seats: Sequence[str], scenario: Scenario, screen: Screen) -> list[str]:
    """What a seat does not know."""
    lines = _bold("What you do not know", screen)
    hidden = [move for move in scenario.moves if isinstance(move, Type) and move.of not in seats]
    for move in hidden:
        lines += _hung(
            f"{_title(move.name, scenario)}, one of {', '.join(move.values)}: {_actor(move.of, scenario)} alone knows",
            screen,
        )
    secret = [move for move in scenario.moves if move.hidden and not isinstance(move, Type)]
    secret = [move for move in secret if not (isinstance(move, Decision) and move.actor in seats)]
    if secret:
        lines += _hung(f"never made known to all: {', '.join(_title(move.name, scenario) for move in secret)}", screen)
    nobody = [item.label for item in scenario.unknowns.values() if not item.known]
    if nobody:
        lines += _hung(f"what nobody knows, so that all act on its average: {'; '.join(nobody)}", screen)
    if len(lines) == 1:
        lines.append("  nothing but what others will do and what chance brings")
    return lines


# A decision


def turn_lines(
    turn: Turn, state: Mapping[str, float], scenario: Scenario, screen: Screen, alone: bool = True
) -> list[str]:
    """Where the game stands for whoever decides now, and the options."""
    when = round_name(scenario, turn.round)
    head = f"{when}: you decide" if when else "you decide"
    who = "" if alone else f" as {_actor(turn.actor, scenario)}"
    lines = _bold(f"{head[:1].upper()}{head[1:]}{who}", screen)
    if state:
        lines += _headed("everybody sees", _state(state, scenario), screen)
    knows = [
        f"{_title(name, scenario)}: {'it did not come to that' if value == NONE else value}"
        for name, value in turn.knows.items()
    ]
    lines += _headed("you know", "; ".join(knows) or "nothing of what was done before", screen)
    lines += ["", *_bold(_title(turn.decision, scenario), screen)]
    move = _move(turn.decision, scenario)
    names = max(width(screen.label(option)) for option in move.values)
    for place, (option, amount) in enumerate(move.values.items(), 1):
        unit = f" {move.unit}" if isinstance(move, Decision) and move.unit else ""
        size = f"   {amount:g}{unit}" if amount is not None else ""
        lines.append(f"  {place:>2}  {left(screen.label(option), names)}{screen.label(size)}".rstrip())
    return lines


def beliefs_lines(turn: Turn, scenario: Scenario, screen: Screen) -> list[str]:
    """What follows, by Bayes' rule, of what a seat does not know from what it knows."""
    play = "how the model's actors play" if _sees_play(turn, scenario) else "what your actor expects of the others"
    lines = _bold(f"What you may believe, given what you know and {play}", screen)
    for name, chances in turn.beliefs.items():
        said = ", ".join(f"{_value(value)} {percent(chance)}" for value, chance in chances.items())
        lines += _hung(f"{_title(name, scenario)}: {said}", screen)
    if len(lines) == 1:
        lines.append("  nothing that was done before is hidden from you")
    return lines


def history_lines(
    rounds: Sequence[Reviewed], seat: str, scenario: Scenario, screen: Screen, head: str = "What happened so far"
) -> list[str]:
    """What everybody learned in earlier rounds, and what the seat itself did."""
    lines = _bold(head, screen)
    for played in rounds:
        when = round_name(scenario, played.number)
        lines += _hung(f"{when or 'so far'}: {public_text(played, seat, scenario)}", screen)
    if len(lines) == 1:
        lines.append("  nothing yet")
    return lines


def public_text(played: Reviewed, seat: str, scenario: Scenario) -> str:
    """What everybody learned in a round, and the seat's own moves if there is one.

    Of a move that was not made its value is told, if it has one then: that it was not made may be hidden.
    """
    shown = []
    for move in scenario.moves:
        own = isinstance(move, Decision) and move.actor == seat and move.name in played.made
        if (own or not move.hidden) and played.values[move.name] != NONE:
            shown.append(f"{_title(move.name, scenario)}: {played.values[move.name]}")
    return "; ".join(shown) or "nothing to be seen"


# After a decision


def feedback_lines(chosen: Chosen, scenario: Scenario, screen: Screen) -> list[str]:
    """What the best reply would have been, and why."""
    turn, option = chosen.turn, chosen.option
    choice, best = turn.choice, turn.best
    if choice.payoffs is None or choice.terms is None:
        return _text(
            f"You chose {option}. By its chances the model never comes here, so nothing can be compared.", screen
        )
    lines = _bold(
        f"You chose {option}, the best reply given what you knew."
        if chosen.cost <= SMALL
        else f"You chose {option}. The best reply given what you knew was {best}.",
        screen,
    )
    sizes = [abs(value) for of_option in choice.terms.values() for value in of_option.values()]
    shown = signed_to(max(FINEST, *sizes))
    names = min(MOST_NAME, screen.width - 35, max(6, *(width(screen.label(name)) for name in choice.payoffs)))
    heads = right("expected", 12) + right("model", 8)
    lines.append(screen.paint(f"  {left('option', names)}{heads}", "dim"))
    for name, payoff in choice.payoffs.items():
        marks = [mark for mark, holds in (("best", turn.cost(name) <= SMALL), ("yours", name == option)) if holds]
        row = f"  {left(cut(screen.label(name), names, screen), names)}{right(shown(payoff), 12)}"
        row += right(percent(choice.probabilities[name]), 8)
        lines.append(f"{row}  {', '.join(marks)}".rstrip())
    later = ", if you choose best later on" if _decides_after(turn, scenario) else ""
    note = f"expected: your payoff on average{later}{_eyes(turn, scenario)}; model: {_model_words(turn, scenario)}"
    lines += [screen.paint(line, "dim") for line in _text(note, screen, "  ")]
    other = option if option != best else _second(turn)
    lines += _difference(turn, best, other, shown, screen)
    if chosen.cost > SMALL:
        lines += _bold(f"Your choice cost {shown(chosen.cost).lstrip('+')} in expected payoff.", screen)
    believed = [name for name in choice.matters if name in turn.beliefs]
    if believed:
        said = "; ".join(
            f"{_title(name, scenario)} "
            + ", ".join(f"{_value(value)} {percent(chance)}" for value, chance in turn.beliefs[name].items())
            for name in believed
        )
        lines += _text(f"This rests on what you could believe: {said}.", screen)
    return lines


def learned_lines(played: Reviewed, head: str, scenario: Scenario, screen: Screen) -> list[str]:
    """What everybody learns of a round."""
    return [*_bold(head, screen), *_hung(public_text(played, "", scenario), screen)]


def payoff_lines(account: Account, whose: str, screen: Screen) -> list[str]:
    """What a round brought a seat, as far as it can tell."""
    got = account.perceived
    shown = signed_to(max([FINEST, *map(abs, got.terms.values())]))
    parts = [f"{name} {shown(value)}" for name, value in got.terms.items() if abs(value) > SMALL]
    terms = f" ({', '.join(parts)})" if parts else ""
    how = "" if got.certain else " on average, given what you know; the end tells exactly"
    return _text(f"{whose}: {shown(got.total)}{how}{terms}.", screen)


# The end


def truth_lines(review: Review, scenario: Scenario, screen: Screen) -> list[str]:
    """What was really going on."""
    lines = _bold("What was really going on", screen)
    first = review.rounds[0]
    lasting = [move for move in scenario.moves if isinstance(move, Type) and (move.lasting or scenario.rounds is None)]
    for move in lasting:
        if move.name in first.made:
            owner = _actor(move.of, scenario)
            lines += _hung(f"{_title(move.name, scenario)} ({owner}): {first.values[move.name]}", screen)
    if review.varied:
        drawn = ", ".join(f"{name} {_unknown(name, value, scenario)}" for name, value in review.unknowns.items())
        lines += _hung(f"the unknowns were drawn as {drawn}", screen)
    return lines


def round_lines(played: Reviewed, scenario: Scenario, screen: Screen) -> list[str]:
    """What was really going on in a round."""
    when = round_name(scenario, played.number)
    lines = _bold(when[:1].upper() + when[1:], screen) if when else []
    shown = [move for move in scenario.moves if move.name in played.made]
    shown = [move for move in shown if not (isinstance(move, Type) and (move.lasting or not when))]
    for head, hidden in (("all saw", False), ("hidden", True)):
        parts = [
            f"{_title(move.name, scenario)}: {played.values[move.name]}" for move in shown if move.hidden == hidden
        ]
        if parts:
            lines += _headed(head, "; ".join(parts), screen)
    believed = [
        f"{_title(name, scenario)}: {value} {percent(chance)}"
        for name, chances in played.believed.items()
        for value, chance in list(chances.items())[-1 if len(chances) == 2 else 0 :]
    ]
    if believed:
        lines += _headed("all believed", "; ".join(believed), screen)
    return lines


def table_lines(review: Review, seat: str, scenario: Scenario, screen: Screen) -> list[str]:
    """What each round brought a seat, beside what the model's actor could expect there."""
    accounts = [played.accounts[seat] for played in review.rounds]
    numbers = [(a.received.total, a.by_model, a.by_best) for a in accounts]
    totals = tuple(sum(column) for column in zip(*numbers, strict=True))
    shown = signed_to(max(FINEST, *(abs(value) for row in (*numbers, totals) for value in row)))
    lines = _bold(f"{_actor(seat, scenario)}: payoffs", screen)
    heads = right("you got", 10) + right("model", 10) + right("best replies", 14)
    lines.append(screen.paint(f"  {left('round', 7)}{heads}  you chose", "dim"))
    rows = [(str(played.number), row) for played, row in zip(review.rounds, numbers, strict=True)]
    for account, (name, row) in zip(accounts, rows, strict=True):
        did = (
            ", ".join(chosen.option + ("" if chosen.cost <= SMALL else "*") for chosen in account.choices) or "nothing"
        )
        head = f"  {left(name, 7)}{_row(row, shown)}  "
        lines.append(head + cut(screen.label(did), screen.width - width(head), screen))
    if len(rows) > 1:
        lines.append(f"  {left('all', 7)}{_row(totals, shown)}")
    where = " from where each round began" if scenario.rounds is not None else ""
    note = (
        f"model: what the model's actor could expect in your place{where}, the others' secrets being what they were; "
        "best replies: the same if it never slipped."
    )
    if any(account.by_best < account.by_model - SMALL for account in accounts):
        note += " The best reply to what can be known and expected may do worse against what the others really do."
    if any(account.cost > SMALL for account in accounts):
        note += " *: not the best reply."
    return [*lines, *(screen.paint(line, "dim") for line in _text(note, screen, "  "))]


def verdict_lines(review: Review, seat: str, scenario: Scenario, screen: Screen) -> list[str]:
    """What of a seat's payoff was skill and what luck."""
    accounts = [played.accounts[seat] for played in review.rounds]
    promised, cost, luck = (
        sum(getattr(account, what) for account in accounts) for what in ("promised", "cost", "luck")
    )
    shown = signed_to(max(FINEST, *(abs(value) for value in (promised, cost, luck, review.total(seat)))))
    lines = _bold(f"{_actor(seat, scenario)}: skill and luck", screen)
    several = len(accounts) > 1
    rows = (
        ("what the rounds promised, choosing best" if several else "what you could expect, choosing best", promised),
        ("skill: what your choices gave away", -cost),
        ("luck: how others and chance turned out", luck),
        ("what you got", review.total(seat)),
    )
    names = max(width(name) for name, _ in rows)
    return lines + [f"  {left(name, names)}{right(shown(value), 10)}" for name, value in rows]


def moral_lines(screen: Screen) -> list[str]:
    """What not to conclude."""
    text = "A good choice may end badly and a bad one well: judge a choice by what was known when it was made."
    return _text(text, screen)


def paragraph(text: str, screen: Screen) -> list[str]:
    """Our own words in lines."""
    return _text(text, screen)


# Private functions


def _sees_play(turn: Turn, scenario: Scenario) -> bool:
    """Whether an actor reckons with what the others really do."""
    return scenario.actors[turn.actor].reasoning in ("equilibrium", "best reply", "habit")


def _eyes(turn: Turn, scenario: Scenario) -> str:
    """On what an actor's expectations rest, if that is not the game as it is."""
    name, reasoning = _actor(turn.actor, scenario), scenario.actors[turn.actor].reasoning
    said = f", by the chances that {name} believes in" if turn.actor in scenario.beliefs else ""
    if not _sees_play(turn, scenario):
        how = "at random or by habit, " if reasoning == Level(1) else ""
        said += f", if the others choose {how}as {name} expects"
    return said


def _model_words(turn: Turn, scenario: Scenario) -> str:
    """How the model's actor chooses."""
    reasoning, precision = scenario.actors[turn.actor].reasoning, number(turn.choice.precision)
    match reasoning:
        case "equilibrium":
            return f"how likely the model's actor takes it (precision {precision}: the higher, the rarer its slips)"
        case "best reply":
            return "how likely the model's actor takes it, who makes no mistakes"
        case "habit":
            return "how likely the model's actor takes it, who follows a habit"
        case _:
            return f"how likely the model's actor takes it, who reasons {_way(reasoning)}, at precision {precision}"


def _way(reasoning: Reasoning) -> str:
    words = in_words(reasoning)
    return words if words.startswith("by ") else f"by {words}"


def _difference(turn: Turn, best: str, other: str, write: Callable[[float], str], screen: Screen) -> list[str]:
    """Why the best option is better than another, by the terms of the payoff."""
    terms = turn.choice.terms or {}
    apart = {name: value - terms[other][name] for name, value in terms[best].items()}
    ordered = sorted(apart, key=lambda name: -abs(apart[name]))
    largest = abs(apart[ordered[0]]) if ordered else 0.0
    if best == other or largest <= SMALL:
        return []
    named = [name for name in ordered if abs(apart[name]) > SMALL_PART * largest][:MOST_TERMS]
    rest = sum(apart[name] for name in ordered if name not in named)
    names = min(MOST_NAME, max(width(screen.label(name)) for name in (*named, "all other terms")))
    why = f"{best} and {other} are equally good" if turn.cost(other) <= SMALL else f"Why {best} beats {other}"
    lines = _text(f"{why}: the difference in each term, largest first", screen)
    rows = [(name, apart[name]) for name in named] + ([("all other terms", rest)] if abs(rest) > SMALL else [])
    return lines + [f"  {left(cut(screen.label(name), names, screen), names)}{right(write(v), 10)}" for name, v in rows]


def _second(turn: Turn) -> str:
    """The best option but one."""
    others = {name: payoff for name, payoff in turn.payoffs.items() if name != turn.best}
    return max(others, key=lambda name: others[name])


def _row(values: Iterable[float], shown: Callable[[float], str]) -> str:
    one, model, best = (shown(value) for value in values)
    return right(one, 10) + right(model, 10) + right(best, 14)


def _who(move: Move, known: Mapping[str, tuple[str, ...]], seats: Sequence[str], scenario: Scenario) -> str:
    """Who makes a move, and what they know then."""
    told = ", kept secret" if move.hidden and not isinstance(move, Type) else ""
    only = ", not in every case" if move.when is not None else ""
    if isinstance(move, Type):
        lasts = ", once and for all" if move.lasting and scenario.rounds is not None else ""
        return f"chance{lasts}; only {'you' if [move.of] == list(seats) else _actor(move.of, scenario)} will know"
    if not isinstance(move, Decision):
        return f"chance{only}{told}"
    who = "you" if [move.actor] == list(seats) else _actor(move.actor, scenario)
    own = {other.name for other in scenario.moves if _owner(other) == move.actor}
    seen = [_title(name, scenario) for name in known[move.name] if name not in own]
    return f"{who}{only}{told}" + (f"; sees {', '.join(seen)}" if seen else "")


def _owner(move: Move) -> str:
    """Whose type or decision a move is; empty for an event."""
    return move.of if isinstance(move, Type) else move.actor if isinstance(move, Decision) else ""


def _usual(seats: Sequence[str], scenario: Scenario) -> str:
    """How an actor of the model chooses whose place is taken."""
    manners = {scenario.actors[seat].reasoning for seat in seats}
    if manners == {"equilibrium"}:
        return "one who slips at times, the more rarely the dearer the slip"
    if manners == {"best reply"}:
        return "one who makes no mistakes"
    return _and(f"{_actor(seat, scenario)} {_way(scenario.actors[seat].reasoning)}" for seat in seats)


def _decides_after(turn: Turn, scenario: Scenario) -> bool:
    """Whether the seat may have another decision in this round."""
    names = [move.name for move in scenario.moves if isinstance(move, Decision) and move.actor == turn.actor]
    return names[-1] != turn.decision


def _decides(actor: str, scenario: Scenario) -> bool:
    return any(isinstance(move, Decision) and move.actor == actor for move in scenario.moves)


def _and(names: Iterable[str]) -> str:
    *some, last = names
    return f"{', '.join(some)} and {last}" if some else last


def _state(state: Mapping[str, float], scenario: Scenario) -> str:
    return "; ".join(f"{scenario.state[name].label or name} {value:g}" for name, value in state.items())


def _unknown(name: str, value: float, scenario: Scenario) -> str:
    item = scenario.unknowns[name]
    if item.choice:
        return list(item.choice)[round(value)]
    given = item.parameters
    if item.phrase is not None or (isinstance(given, Sequence) and any(isinstance(one, Percent) for one in given)):
        return in_percent(value)
    return number(value)


def _move(name: str, scenario: Scenario) -> Move:
    return next(move for move in scenario.moves if move.name == name)


def _title(name: str, scenario: Scenario) -> str:
    return _move(name, scenario).label or name


def _value(value: str) -> str:
    return "not made" if value == NONE else value


def _actor(name: str, scenario: Scenario) -> str:
    return scenario.actors[name].name


def _bold(text: str, screen: Screen) -> list[str]:
    return [screen.paint(line, "bold") for line in wrap(screen.label(screen.symbols(text)), screen.width)]


def _text(text: str, screen: Screen, indent: str = "") -> list[str]:
    return [indent + line for line in wrap(screen.label(screen.symbols(text)), screen.width - len(indent))]


def _headed(head: str, text: str, screen: Screen) -> Iterator[str]:
    """A text with a short head on its left."""
    first, *rest = wrap(screen.label(screen.symbols(text)), screen.width - 18)
    yield f"  {screen.paint(left(head, 14), 'dim')}  {first}"
    yield from (f"{' ' * 18}{line}" for line in rest)


def _hung(text: str, screen: Screen, more: int = 0) -> Iterator[str]:
    """A text whose later lines stand further in."""
    room = screen.width - 2 - more
    first, *rest = wrap(screen.label(screen.symbols(text)), room, room - 3)
    yield f"{' ' * (2 + more)}{first}"
    yield from (f"{' ' * (5 + more)}{line}" for line in rest)
