"""The result of a run as text that people like to read."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from engine.analysis.running.cautions import FEWEST_EFFECTIVE
from engine.analysis.running.summary import Reason, Result
from engine.report.by_round import round_lines
from engine.report.figures import day, half_width, margin, number, percent, plural, points
from engine.report.outcomes import LINES, chance_lines, quantity_lines, stated_lines
from engine.report.terminal import Screen, width, wrap
from engine.scenario.model import Scenario
from engine.scenario.reasoning import SOLUTIONS

MOST_LEANINGS: Final = 2


@dataclass(frozen=True, slots=True)
class Ran:
    """How a result came about, beyond what it says itself.

    Attributes:
        file: of the scenario; '-' is stdin.
        seconds: how long it took.
        asked: how many draws were asked for; None where that was left to the engine.
    """

    file: str
    seconds: float
    asked: int | None = None


def result_text(result: Result, ran: Ran, screen: Screen) -> str:
    """The whole result; warnings stand apart, in `result.warnings`."""
    blocks = (
        _head(result, ran, screen),
        chance_lines(result, screen),
        quantity_lines(result, screen),
        round_lines(result, screen),
        stated_lines(result, screen),
        _notes(result, screen),
        _next(result, ran, screen),
    )
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"


def warnings_text(warnings: Sequence[str], screen: Screen) -> str:
    """Each warning on lines of its own."""
    lines = []
    for warning in warnings:
        first, *more = wrap(screen.label(warning), screen.width - 9, screen.width - 2)
        lines += [f"{screen.paint('warning:', 'bold', 'yellow')} {first}", *(f"  {line}" for line in more)]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def title_lines(scenario: Scenario, screen: Screen) -> list[str]:
    """The title with its dates on the right, and the question below."""
    dates = screen.symbols(_dates(scenario))
    room = screen.width - (width(dates) + 2 if dates else 0)
    first, *more = wrap(screen.label(scenario.title), room, screen.width, LINES, screen)
    head = screen.paint(first, "bold")
    if dates:
        head += " " * (screen.width - width(first) - width(dates)) + screen.paint(dates, "dim")
    lines = [head, *(screen.paint(line, "bold") for line in more)]
    if scenario.question and scenario.question != scenario.title:
        lines += wrap(screen.label(scenario.question), screen.width)
    return lines


def head_lines(scenario: Scenario, parts: Sequence[str], ran: Ran, screen: Screen) -> list[str]:
    """The title, the question, and below them in what way the figures came about and how long that took."""
    said = joined([*parts, f"{ran.seconds:.1f} s"], screen)
    return [*title_lines(scenario, screen), *(screen.paint(line, "dim") for line in said)]


def assumed_parts(name: str, label: str, overrides: Iterable[tuple[str, str]], screen: Screen) -> list[str]:
    """Under which assumptions, for the head."""
    said = f"assumptions {screen.label(name)}" + (f" ({screen.label(label)})" if label else "")
    return [said, *(f"with {screen.label(f'{path} = {value}')}" for path, value in overrides)]


def rounded_up(draws: int, histories: int | None, ran: Ran) -> str:
    """What stands behind a number of draws: that fewer were asked for, and what each carries."""
    text = f" ({ran.asked:,} rounded up)" if ran.asked not in (None, draws) else ""
    return text if histories is None else f"{text} of up to {histories:,} histories"


def next_line(words: Sequence[str], about: str, screen: Screen) -> list[str]:
    """The last line: what to type next, and what that tells, where there is room."""
    line = command(screen, "engine", *words)
    about = screen.label(about)
    told = f"   {screen.paint(about, 'dim')}" if about and 9 + width(line) + width(about) <= screen.width else ""
    return [screen.paint("Next:", "bold") + f" {line}{told}"]


def command(screen: Screen, *words: str) -> str:
    """A command to type."""
    return screen.label(" ".join(shlex.quote(word) for word in words))


# Private functions


def _dates(scenario: Scenario) -> str:
    if scenario.as_of and scenario.horizon:
        return f"{day(scenario.as_of)} → {day(scenario.horizon)}"
    return f"until {day(scenario.horizon)}" if scenario.horizon else day(scenario.as_of)


def _head(result: Result, ran: Ran, screen: Screen) -> list[str]:
    settings = result.settings
    parts = assumed_parts(result.assumptions, result.label, result.overrides.items(), screen)
    if settings.method == "exact":
        parts.append("exact: nothing is unknown")
    else:
        draws = f"{settings.draws:,} draws{rounded_up(settings.draws, settings.histories, ran)}"
        parts += [draws, f"seed {settings.seed}", settings.method]
    return head_lines(result.scenario, parts, ran, screen)


def joined(parts: Sequence[str], screen: Screen) -> list[str]:
    """The parts with dots between, in lines that break between parts where they can."""
    lines = [""]
    for part in parts:
        longer = screen.symbols(f"{lines[-1]} · {part}") if lines[-1] else part
        if lines[-1] and width(longer) > screen.width:
            lines.append(part)
        else:
            lines[-1] = longer
    return [found for line in lines for found in wrap(line, screen.width)]


def _notes(result: Result, screen: Screen) -> list[str]:
    texts = [
        _about_rounds(result),
        _about_leanings(result),
        _about_range(result, screen),
        _about_error(result),
        _about_never(result),
        _about_sample(result),
        _about_reasoning(result),
        _about_solution(result),
        _why(result.reason, result.scenario, result.settings.method == "exact") if result.reason else "",
    ]
    return [line for text in texts if text for line in hanging(screen.symbols(text), screen)]


def reason_lines(result: Result, screen: Screen) -> list[str]:
    """Why the first outcome is what it is; nothing where no reason was looked for, or none found."""
    if result.reason is None:
        return []
    return hanging(screen.symbols(_why(result.reason, result.scenario, result.settings.method == "exact")), screen)


def hanging(text: str, screen: Screen) -> list[str]:
    """The text with its first word, such as `Why:`, at the margin and the other lines below what follows."""
    word, _, rest = text.partition(": ")
    indent = len(word) + 2
    lines = wrap(screen.label(rest), screen.width - indent)
    return [screen.paint(f"{word}:", "bold") + " " + lines[0], *(" " * indent + line for line in lines[1:])]


def _about_rounds(result: Result) -> str:
    rounds = result.scenario.rounds
    if rounds is None:
        return ""
    return (
        f"Rounds: {rounds.count}; actors do not look beyond the one they are in, and what the future is worth to them "
        "is a payoff term"
    )


def _about_leanings(result: Result) -> str:
    """What the first outcome that hangs on it would be with other precisions, or another number of rounds."""
    if not result.leanings:
        return ""
    parts = []
    for found in result.leanings[:MOST_LEANINGS]:
        outcome = result.scenario.outcomes[found.outcome]
        form = number if outcome.quantity is not None else percent
        figures = ", ".join(f"{form(value)} at {change}" for change, value in found.figures.items())
        parts.append(f"“{outcome.label}” would be {figures}")
    left_out = len(result.leanings) - len(parts)
    return "Slips: " + "; ".join(parts) + (f"; {left_out} more move by over a third" if left_out else "")


def _about_range(result: Result, screen: Screen) -> str:
    if result.settings.method == "exact" or not any(outcome.across for outcome in result.outcomes.values()):
        return ""
    inputs = plural(result.n_inputs, "unknown")
    shade = "░" if screen.unicode else "---"
    bars = any(outcome.across and outcome.kind != "quantity" for outcome in result.outcomes.values())
    return f"Range: the chance lies in it for 90% of what we don't know ({inputs})" + (
        f"; {shade} reaches its upper end" if bars else ""
    )


def _about_error(result: Result) -> str:
    if result.settings.method == "exact":
        return ""
    found = [
        estimate
        for outcome in result.outcomes.values()
        if outcome.kind != "quantity"
        for estimate in (outcome.estimate, *outcome.shares.values())
        if estimate is not None
    ]
    if not found:
        return ""
    size = margin(max(found, key=half_width), " points")
    return f"Sampling error: {size}{' or less' if size.startswith('±') else ''} on any chance (95% interval)"


def _about_never(result: Result) -> str:
    if not any(outcome.never for outcome in result.outcomes.values()):
        return ""
    return "Never: the model leaves no way to it; that says nothing of what it leaves out"


def _about_sample(result: Result) -> str:
    if result.effective is None:
        return ""
    text = f"Weights: believing statements leaves an effective sample of {plural(round(result.effective), 'draw')}"
    if result.effective < FEWEST_EFFECTIVE:
        text += ", too few: what is believed hardly ever follows from the model, and the sampling error is larger"
    return text


def _about_reasoning(result: Result) -> str:
    found = result.solution.reasoning
    if not found:
        return ""
    return "Reasoning: " + "; ".join(f"{result.scenario.actors[name].name} {rule}" for name, rule in found.items())


def _about_solution(result: Result) -> str:
    found = result.solution
    parts = [found.concept] if found.concept != SOLUTIONS[0] else []
    if found.pure is not None:
        words = ("no equilibrium", "one equilibrium", "several equilibria, then equally likely")
        shares = [(share, text) for share, text in zip(found.pure, words, strict=True) if share > 0]
        if result.settings.method == "exact":
            parts.append(f"the game has {shares[0][1]}")
        else:
            parts += [f"in {percent(share)} of the draws {text}" for share, text in shares]
    if found.tied:
        where = f"in {percent(found.tied)} of the draws " if result.settings.method != "exact" else ""
        parts.append(f"{where}somebody has several best replies, then equally likely")
    if found.converged < 1:
        parts.append(f"{percent(found.converged)} of the draws are solved")
    if found.unchecked > 0:
        parts.append(f"in {percent(found.unchecked)} of the draws the branch of the equilibrium is unchecked")
    if found.several and found.pure is None:
        parts.append(_about_several(result))
    return f"Solution: {'; '.join(parts)}" if parts else ""


def _about_several(result: Result) -> str:
    found = result.solution
    text = f"{percent(found.several or 0.0)} of {found.searched} draws have further equilibria"
    if result.scenario.rounds is not None:
        text += " in the first round"
    spread = next((item for item in result.outcomes.values() if item.bounds and item.kind != "choice"), None)
    if spread is None:
        return text
    low, high = (number(end) if spread.kind == "quantity" else percent(end) for end in spread.bounds[0])
    return f"{text}; over them “{spread.label}” is between {low} and {high} on average"


def _why(reason: Reason, scenario: Scenario, exact: bool) -> str:
    outcome = scenario.outcomes[reason.outcome]
    actor = scenario.actors[reason.actor].name if reason.actor in scenario.actors else reason.actor
    without, instead, change = reason.without.value, reason.baseline.value, reason.difference
    way = "higher" if change.value > 0 else "lower"
    if outcome.quantity is None:
        both, gap = f"{percent(without)} instead of {percent(instead)}", f"{points(abs(change.value))} points {way}"
        error = margin(change)
    else:
        both, gap = f"{number(without)} instead of {number(instead)}", f"{abs(change.value):.2g} {way}"
        error = f"±{half_width(change):.1g}"
    verb = "be" if outcome.quantity is None else "average"
    # of fewer draws, so their own figure would stand beside a better one
    moved = both if exact else f"{gap} (sampling error {error})"
    return f"Why: without {actor}'s “{reason.term}”, “{outcome.label}” would {verb} {moved}"


def _next(result: Result, ran: Ran, screen: Screen) -> list[str]:
    if ran.file == "-":
        return []
    other = next((name for name in result.scenario.assumptions if name != result.assumptions), None)
    if other is not None:
        return next_line(["run", ran.file, "--assume", other], result.scenario.assumptions[other].label, screen)
    return next_line(["check", ran.file, "--evidence"], "where each number comes from", screen)
