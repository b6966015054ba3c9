"""Why actors do what they do, as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from engine.analysis.explanation.changes import KINDS, PRECISION, TERM
from engine.analysis.explanation.choices import Choice
from engine.analysis.explanation.explanation import HARDLY, Draw, Explanation, Played, Unlikely
from engine.analysis.explanation.flips import MOST_ODDS, MOST_PRECISION, MOST_TERM, Flip, Flips
from engine.analysis.explanation.unlikely import Because, Difference, Unusual
from engine.report.course import history_lines, round_name
from engine.report.figures import number, percent, plural, signed_to
from engine.report.outcomes import believed_by
from engine.report.terminal import Screen, cut, left, right, width, wrap
from engine.report.text import Ran, command, joined, title_lines
from engine.scenario.model import Scenario
from engine.scenario.reasoning import in_words

MOST_TERMS: Final = 4
SMALL_PART: Final = 0.05
"""Terms that set options apart by a smaller part of what the first one does are summed up in a text."""
MOST_UNUSUAL, MOST_DIFFERENCES, MOST_BECAUSE = 5, 3, 3
MOST_OPTION: Final = 18
UNMOVED: Final = 0.02
"""An unknown or a choice that makes up less of the way from the typical outcome is not shown."""


def explanation_text(found: Explanation, ran: Ran, everything: bool, screen: Screen) -> str:
    """The whole explanation.

    Args:
        found: what is to be said.
        ran: how it came about.
        everything: whether information sets that are hardly reached are shown too.
        screen: where.
    """
    blocks = [
        _head(found, ran, screen),
        history_lines(found.history, found.scenario, screen) if found.history is not None else [],
        _order_of_play(found, screen),
        _about_flips(found, everything, screen) if any(found.typical.flips.values()) else [],
        *_decisions(found, everything, screen),
        *(_unlikely(found.unlikely, found.scenario, screen) if found.unlikely else []),
        _grounds(found, screen),
        _next(found, ran, screen),
    ]
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"


def explanation_warnings(found: Explanation) -> tuple[str, ...]:
    """What the reader should know before trusting it."""
    draws = {"typical": found.typical, **({"unlikely": found.unlikely.draw} if found.unlikely else {})}
    said = []
    for name, draw in draws.items():
        if not draw.solved:
            said.append(f"the {name} draw did not converge: its figures are the last iterate's")
        elif draw.unchecked:
            said.append(f"branch unchecked in the {name} draw: its equilibrium may not be the one from precision 0")
    if found.unlikely and found.scenario.rounds is not None and believed_by(found.scenario, found.assumptions):
        said.append("the unlikely draw is looked for among draws without weights: what is believed concerns all rounds")
    return tuple(said)


# Private functions


def _head(found: Explanation, ran: Ran, screen: Screen) -> list[str]:
    label = f" ({screen.label(found.label)})" if found.label else ""
    parts = [f"assumptions {screen.label(found.assumptions)}{label}"]
    parts += [f"with {screen.label(f'{path} = {value}')}" for path, value in found.overrides.items()]
    if found.history is not None:
        parts.append(round_name(found.scenario, found.history.round))
    median = found.unlikely is not None or _is_later(found)
    parts += ["every unknown at its median" if median else "the draw that is typical", f"{ran.seconds:.1f} s"]
    if not found.typical.unknowns:
        parts[-2] = "nothing is unknown"
    return [*title_lines(found.scenario, screen), *(screen.paint(line, "dim") for line in joined(parts, screen))]


def _order_of_play(found: Explanation, screen: Screen) -> list[str]:
    """Every move with its chances."""
    lines = _heading("The order of play, and how likely each move is in the typical draw", screen)
    names = min(MOST_OPTION, max((width(screen.label(move.name)) for move in found.typical.moves), default=0))
    who = [_who(move, found.scenario, screen) for move in found.typical.moves]
    owners = min(28, max(map(width, who), default=0))
    indent = 6 + names + 2 + owners + 2
    for place, (move, owner) in enumerate(zip(found.typical.moves, who, strict=True), 1):
        text = screen.symbols(" · ").join(f"{screen.label(name)} {percent(p)}" for name, p in move.values.items())
        first, *more = wrap(text, screen.width - indent)
        name = left(cut(screen.label(move.name), names, screen), names)
        lines.append(f"  {place:>2}  {name}  {left(cut(owner, owners, screen), owners)}  {first}")
        lines += [" " * indent + line for line in more]
    return lines


def _heading(text: str, screen: Screen) -> list[str]:
    return [screen.paint(line, "bold") for line in wrap(screen.label(screen.symbols(text)), screen.width)]


def _who(move: Played, scenario: Scenario, screen: Screen) -> str:
    if move.kind == "event":
        return "chance"
    name = _actor(move.actor, scenario, screen)
    return f"{name} alone knows" if move.kind == "type" else name


# Decisions


def _decisions(found: Explanation, everything: bool, screen: Screen) -> Iterator[list[str]]:
    draw = found.typical
    for _, group in groupby(draw.choices, key=lambda choice: choice.decision):
        choices = list(group)
        shown = [choice for choice in choices if everything or choice.reached >= HARDLY]
        yield [
            *_decision_head(choices, found.scenario, screen),
            *(line for choice in shown for line in _choice(choice, draw, everything, found.scenario, screen)),
            *_folded(len(choices) - len(shown), bool(shown), screen),
        ]


def _decision_head(choices: Sequence[Choice], scenario: Scenario, screen: Screen) -> list[str]:
    first = choices[0]
    who = f"{_actor(first.actor, scenario, screen)}, {_way(first, scenario)}"
    lines = _heading(f"{first.decision} — {who}", screen)
    if first.idle:
        text = f"what it also knows makes no difference to it: {', '.join(first.idle)}"
        lines += [screen.paint(f"  {line}", "dim") for line in wrap(screen.label(text), screen.width - 2)]
    return lines


def _way(choice: Choice, scenario: Scenario) -> str:
    """How sharply an actor calculates, and how it reasons if not by equilibrium."""
    precision, reasoning = f"precision {number(choice.precision)}", scenario.actors[choice.actor].reasoning
    match reasoning:
        case "equilibrium":
            return precision
        case "best reply":
            return "best reply, without mistakes"
        case "habit":
            return "by habit, whatever the options bring"
        case _:
            return f"{precision}, {in_words(reasoning)}"


def _folded(count: int, others: bool, screen: Screen) -> list[str]:
    if not count:
        return []
    text = f"{'further ' if others else ''}{plural(count, 'information set')}"
    verb = "is" if count == 1 else "are"
    them = "it" if count == 1 else "them"
    line = f"{text} {verb} reached in less than {percent(HARDLY)} of the cases; --all shows {them}"
    return [screen.paint(f"  {part}", "dim") for part in wrap(line, screen.width - 2)]


def _choice(choice: Choice, draw: Draw, everything: bool, scenario: Scenario, screen: Screen) -> Iterator[str]:
    knows = ", ".join(f"{move} = {value}" for move, value in choice.knows.items()) or "nothing that matters to it"
    reached = f"reached {percent(choice.reached)}"
    first, *more = wrap(screen.label(f"knows {knows}"), screen.width - 4 - width(reached), screen.width - 4)
    yield "  " + left(first, screen.width - 4 - width(reached)) + screen.paint(f"  {reached}", "dim")
    yield from (f"    {line}" for line in more)
    yield from _beliefs(choice, screen)
    yield from _options(choice, screen)
    if choice.number in draw.flips:
        yield from _flips(choice, draw.flips[choice.number], everything, scenario, screen)


def _beliefs(choice: Choice, screen: Screen) -> Iterator[str]:
    beliefs = choice.beliefs or {}
    parts = [
        f"{move} = {value} {percent(chance)}"
        for move in choice.matters
        for value, chance in _telling(beliefs[move]).items()
    ]
    if parts:
        text = screen.label(f"believes {', '.join(parts)}")
        yield from (
            ("    " if place == 0 else "      ") + line for place, line in enumerate(wrap(text, screen.width - 6))
        )


def _telling(belief: Mapping[str, float]) -> Mapping[str, float]:
    """Of two values the last one says it all."""
    return dict([list(belief.items())[-1]]) if len(belief) == 2 else belief


def _options(choice: Choice, screen: Screen) -> Iterator[str]:
    """A row for each option: its chance, its expected payoff, and the terms that set the options apart."""
    names = min(MOST_OPTION, max(width(screen.label(option)) for option in choice.probabilities))
    signed = _signed(choice)
    indent = 4 + names + 8 + 9 + 2
    for option, chance in choice.probabilities.items():
        name = left(cut(screen.label(option), names, screen), names)
        figures = name + right(percent(chance), 8)
        bold = ("bold",) if option == choice.likeliest else ()
        if choice.payoffs is None:
            yield f"    {figures}  never reached"
            continue
        text = ", ".join(f"{term} {signed(value)}" for term, value in _main_terms(choice, option))
        first, *more = wrap(screen.label(text), screen.width - indent)
        yield f"    {screen.paint(figures, *bold)}{right(signed(choice.payoffs[option]), 9)}  {first}"
        yield from (" " * indent + line for line in more)


def _main_terms(choice: Choice, option: str) -> list[tuple[str, float]]:
    """What an option brings, the terms that set the options apart the most first, and the rest in one sum."""
    terms = choice.terms or {}
    apart = {name: _range(of_option[name] for of_option in terms.values()) for name in terms[option]}
    widest = max(apart.values(), default=0.0)
    ordered = sorted(apart, key=lambda name: -apart[name])
    shown = [name for name in ordered if apart[name] > SMALL_PART * widest][:MOST_TERMS]
    others = [name for name in ordered if name not in shown]
    if len(others) == 1:  # its own name says more than a rest
        shown, others = ordered, []
    rest = [terms[option][name] for name in others]
    found = [(name, terms[option][name]) for name in shown if terms[option][name] != 0]
    return [*found, ("rest", sum(rest))] if any(rest) else found


def _range(values: Iterable[float]) -> float:
    found = list(values)
    return max(found) - min(found)


def _signed(choice: Choice) -> Callable[[float], str]:
    """Payoffs of one choice with their signs, all to the same place after the point."""
    sizes = [abs(value) for of_option in (choice.terms or {}).values() for value in of_option.values()]
    return signed_to(max(sizes, default=0.0))


# Flips


def _flips(choice: Choice, flips: Flips, everything: bool, scenario: Scenario, screen: Screen) -> Iterator[str]:
    """The smallest change that flips the choice; of the other kinds, too, if everything is wanted."""
    if flips.tie:
        yield from _hung("the best options are equally likely: anything flips the choice", screen, 4)
    yield from _wins(flips.found if everything else flips.found[:1], scenario, screen)
    if flips.none and flips.found and everything:
        yield screen.paint(f"    no {' and no '.join(flips.none)} flips it", "dim")
    elif len(flips.none) == len(KINDS):
        yield screen.paint("    no single change flips it", "dim")


def _wins(flips: Sequence[Flip], scenario: Scenario, screen: Screen) -> Iterator[str]:
    for flip in flips:
        head = f"{screen.label(flip.other)} wins if {_changed(flip, scenario, screen)}"
        first, *more = wrap(screen.label(screen.symbols(head)), screen.width - 4, screen.width - 6)
        yield "    " + screen.paint(first, "cyan")
        yield from ("      " + screen.paint(line, "cyan") for line in more)
        short = f"{_shares(flip, flip.just_short)} at {_number(flip, flip.short)}"
        again = f"{_shares(flip, flip.at)} when solved again; {short}"
        yield from (screen.paint(line, "dim") for line in _hung(again, screen, 6))


def _about_flips(found: Explanation, everything: bool, screen: Screen) -> list[str]:
    text = (
        "An option wins if it becomes the most likely one. Shown is the smallest single change that makes it so: of a "
        f"payoff term (0 to {MOST_TERM:g} times), a belief (odds up to {MOST_ODDS:,.0f} times), or a precision (up to "
        f"{MOST_PRECISION:g} times). The game was solved again at that number, and with 1% less change."
    )
    if _is_later(found) and found.history is not None and found.history.beliefs is not None:
        text += " A belief about what lasts is that with which this round begins."
    if not everything:
        text += " --all shows the smallest change of each kind."
    return [screen.paint(line, "dim") for line in wrap(screen.symbols(text), screen.width)]


def _changed(flip: Flip, scenario: Scenario, screen: Screen) -> str:
    who = "everybody" if flip.actor is None else _actor(flip.actor, scenario, screen)
    if flip.kind == TERM:
        return f"“{flip.what}” counts {_number(flip, flip.after)}"
    if flip.kind == PRECISION:
        return f"{who} has precision {_number(flip, flip.after)} instead of {number(flip.before)}"
    holds = f"{who} gives {flip.what} = {flip.value}"
    if flip.exact:
        return f"{holds} {_number(flip, flip.after)} instead of {percent(flip.before)}"
    chances = f"{100 * flip.after:.3g}% instead of {percent(flip.before)} on average"
    return f"{holds} {flip.factor:.6g} times its odds ({chances})"


def _number(flip: Flip, value: float) -> str:
    """The number of a change with all the digits that were solved."""
    if flip.kind == TERM:
        return f"{value:.6g} times"
    if flip.kind == PRECISION:
        return f"{value:.6g}"
    return f"{100 * value:.6g}%" if flip.exact else f"{flip.factor_short:.6g} times"


def _shares(flip: Flip, probabilities: Mapping[str, float]) -> str:
    new, old = (100 * probabilities[name] for name in (flip.other, flip.option))
    places = next((places for places in (2, 3, 4, 5) if f"{new:.{places}f}" != f"{old:.{places}f}"), 6)
    return f"{new:.{places}f} to {old:.{places}f}%"


# The unlikely


def _unlikely(found: Unlikely, scenario: Scenario, screen: Screen) -> Iterator[list[str]]:
    label = scenario.outcomes[found.outcome].label
    says = _outcome(found.outcome, scenario)
    head = f"Where it comes to it: “{label}” {says(found.probability)} instead of {says(found.typical)}"
    lines = _heading(head, screen)
    within = " of its figure in round 1" if scenario.rounds is not None else ""
    about = f"the draw at the {found.level:.0%} quantile{within}; what makes the difference stands first"
    yield [*lines, *(screen.paint(line, "dim") for line in _hung(about, screen, 2)), *_unusual(found, scenario, screen)]
    shown = [d for d in found.differences if _moves(found, d.instead)][:MOST_DIFFERENCES]
    if shown:
        yield [
            *_heading("What actors do otherwise there", screen),
            *(line for difference in shown for line in _difference(difference, found, scenario, screen)),
        ]


def _outcome(name: str, scenario: Scenario) -> Callable[[float], str]:
    return number if scenario.outcomes[name].quantity is not None else percent


def _moves(found: Unlikely, instead: float | None) -> bool:
    whole = abs(found.probability - found.typical)
    return instead is not None and whole > 0 and abs(found.probability - instead) >= UNMOVED * whole


def _unusual(found: Unlikely, scenario: Scenario, screen: Screen) -> Iterator[str]:
    shown = [one for one in found.unusual if _moves(found, one.instead)][:MOST_UNUSUAL]
    if not shown:
        return
    heads = ["here", "median", "quantile", "if median"]
    room = screen.width - 2 - 4 * 10
    yield screen.paint("  " + left("unknown", room) + "".join(right(head, 10) for head in heads), "dim")
    for one in shown:
        item = scenario.unknowns[one.name]
        first, *more = wrap(screen.label(item.label), room - 1, room - 3, 3, screen)
        instead = "-" if one.instead is None else _outcome(found.outcome, scenario)(one.instead)
        cells = [_value(one, one.value, scenario), _value(one, one.typical, scenario), f"{one.quantile:.0%}", instead]
        yield "  " + left(first, room) + "".join(right(cut(screen.label(cell), 9, screen), 10) for cell in cells)
        yield from (f"    {line}" for line in more)


def _value(one: Unusual, value: float, scenario: Scenario) -> str:
    choice = scenario.unknowns[one.name].choice
    return list(choice)[round(value)] if choice else number(value)


def _difference(found: Difference, whole: Unlikely, scenario: Scenario, screen: Screen) -> Iterator[str]:
    old, new = found.before, found.after
    knows = ", ".join(f"{move} = {value}" for move, value in new.knows.items())
    what = f"{new.decision} ({_actor(new.actor, scenario, screen)}{f', knows {knows}' if knows else ''}): " + "; ".join(
        f"{option} {percent(new.probabilities[option])} instead of {percent(old.probabilities[option])}"
        for option in (found.option, found.other)
    )
    yield from _hung(what, screen, 2)
    if found.because:
        reasons = [one for one in found.because if one.shift * found.because[0].shift > 0] or list(found.because)
        text = ", ".join(_reason(one) for one in reasons[:MOST_BECAUSE])
        yield from _hung(f"because of what favours {found.option} over {found.other}: {text}", screen, 4)
    flips = whole.draw.flips.get(new.number)
    if flips is not None:
        yield from _wins(flips.found[:1], scenario, screen)
    if found.instead is not None:
        says = _outcome(whole.outcome, scenario)
        text = f"chose it here as in the typical draw, the outcome would be {says(found.instead)}"
        yield from (
            screen.paint(line, "dim") for line in _hung(f"if {_actor(new.actor, scenario, screen)} {text}", screen, 4)
        )


def _reason(one: Because) -> str:
    if not one.term:
        return f"precision {number(one.after)} instead of {number(one.before)}"
    signed = signed_to(max(abs(one.before), abs(one.after)))
    return f"{one.term} {signed(one.after)} instead of {signed(one.before)}"


def _hung(text: str, screen: Screen, indent: int) -> Iterator[str]:
    first, *more = wrap(screen.label(screen.symbols(text)), screen.width - indent, screen.width - indent - 2)
    yield " " * indent + first
    yield from (" " * (indent + 2) + line for line in more)


# Grounds


def _grounds(found: Explanation, screen: Screen) -> list[str]:
    """What the payoff terms rest on."""
    actors = [name for name in found.scenario.payoffs if found.actor in ("", name)]
    deciding = {choice.actor for choice in found.typical.choices}
    lines = []
    for name in actors:
        if name in deciding:
            terms = [f"{term.term} ({_ground(term.evidence, term.judgement)})" for term in found.scenario.payoffs[name]]
            lines += list(_hung(f"{_actor(name, found.scenario, screen)}: {'; '.join(terms)}", screen, 2))
    return [*_heading("What the payoff terms rest on", screen), *lines] if lines else []


def _ground(evidence: Sequence[str], judgement: str | None) -> str:
    return ", ".join([*evidence, *(["judgement"] if judgement else [])]) or "nothing is given"


def _next(found: Explanation, ran: Ran, screen: Screen) -> list[str]:
    if ran.file == "-":
        return []
    rounds = found.scenario.rounds
    follows = rounds is not None and rounds.count > 1 and not _is_later(found)
    asked = ("--round", "2") if follows else ("--diagram", "mermaid")
    line = command(screen, "engine", "explain", ran.file, *asked)
    return [screen.paint("Next:", "bold") + f" {line}"]


def _is_later(found: Explanation) -> bool:
    return found.history is not None and found.history.round > 1


def _actor(name: str, scenario: Scenario, screen: Screen) -> str:
    return screen.label(scenario.actors[name].name if name in scenario.actors else name)
