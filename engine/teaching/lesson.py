"""A lesson: its steps one after the other, each shown once what came before it is answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, cast

from engine.analysis.discovery.ends import Ends
from engine.analysis.running.summary import Result
from engine.report.figures import day, plural
from engine.report.grid import grid_lines
from engine.report.terminal import right, width, wrap
from engine.report.text import command, reason_lines
from engine.scenario.lessons import Debrief, Discovery, Hypotheses, Playing, Prediction, Reading, Step, Wording
from engine.scenario.model import Scenario
from engine.teaching import understanding
from engine.teaching.dialogue import Dialogue
from engine.teaching.discovering import Discovered, ask_order, claim_in_words, claim_of, swing_grid, together_text
from engine.teaching.hypotheses import Considered, consider, end_grid, evidence_grids
from engine.teaching.marking import FEW, QUANTITIES, SCORES, Marked, marked, mean_grid, score_grid
from engine.teaching.plan import Plan
from engine.teaching.playing import HoldGame, play
from engine.teaching.predicting import SHORT, Predicted, ask_predictions, beside_engine, seal
from engine.teaching.wording import Worded, ask_word, other_words, survey_note, word_lines, word_notes

CLAIMS: Final = 5
"""On a page."""
REVEAL: Final = "reveal"
"""The step whose own text is not told before somebody is ready to hear it."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a lesson is held on.

    Attributes:
        scenario: under its assumptions.
        sha256: of its file.
        file: for the commands that are shown.
        plan: its steps.
        run: the engine's figures; asked for only when they are to be shown.
        ends: what an outcome hangs on, of a claim.
        hold_game: plays a game.
    """

    scenario: Scenario
    sha256: str
    file: str
    plan: Plan
    run: Callable[[], Result]
    ends: Callable[[str], Ends]
    hold_game: HoldGame


@dataclass
class Held:
    """What came of a lesson; filled step by step. What is computed is computed when it is first asked for."""

    lesson: Lesson
    journal: str
    predicted: tuple[Predicted, ...] = ()
    seal: str = ""
    words: tuple[Worded, ...] = ()
    considered: Considered | None = None
    discovering: tuple[tuple[str, ...], str] | None = None
    revealed: tuple[str, ...] = ()
    debrief: list[tuple[str, str]] = field(default_factory=list)

    @cached_property
    def result(self) -> Result:
        """The engine's figures."""
        return self.lesson.run()

    @cached_property
    def marked(self) -> tuple[Marked, ...]:
        """The scores of what was told to have happened."""
        predicted = {one.outcome: one for one in self.predicted}
        scenario = self.lesson.scenario
        return tuple(marked(scenario, name, predicted.get(name), self.result) for name in self.revealed)

    @cached_property
    def discovered(self) -> Discovered | None:
        """What an outcome hangs on, beside the ranking; None before that is given."""
        if self.discovering is None:
            return None
        ranked, claim = self.discovering
        return Discovered(ranked, self.lesson.ends(claim))


def hold_lesson(dialogue: Dialogue, lesson: Lesson, journal: str) -> Held:
    """Takes all steps.

    Args:
        dialogue: with whoever takes the lesson.
        lesson: what it is held on.
        journal: where answers are kept, to be told.

    Raises:
        Left: whoever takes it has gone.
        UsageError: the journal is of something else.
    """
    held = Held(lesson, journal)
    _welcome(dialogue, lesson, journal)
    for place, (name, step) in enumerate(lesson.plan.steps.items(), start=1):
        _head(dialogue, lesson.plan, place, name, step)
        _STEPS[name](dialogue, step, held)
    dialogue.tell("")
    dialogue.say(f"That was the lesson. All answers are in {dialogue.screen.label(journal)}.")
    dialogue.end()
    return held


# Private functions


def _welcome(dialogue: Dialogue, lesson: Lesson, journal: str) -> None:
    screen, plan = dialogue.screen, lesson.plan
    dialogue.tell(*(screen.paint(line, "bold") for line in wrap(screen.label(plan.title), screen.width)))
    if plan.audience:
        dialogue.say(f"For {screen.label(plan.audience)}.")
    minutes = f" {plan.minutes:g} minutes are planned." if plan.minutes else ""
    steps = plural(len(plan.steps), "step")
    dialogue.say(f"A lesson in {steps}: {', '.join(plan.steps)}.{minutes}")
    dialogue.say(f"Answers are kept in {screen.label(journal)}. ? explains a question; quit leaves, to go on later.")


def _head(dialogue: Dialogue, plan: Plan, place: int, name: str, step: Step) -> None:
    screen = dialogue.screen
    said = f"{place}/{len(plan.steps)}  {name.capitalize()}"
    clock = ""
    if step.minutes and plan.minutes:
        start = plan.starts(name)
        clock = f"{step.minutes:g} minutes, {_clock(start)} to {_clock(start + step.minutes)} of {_clock(plan.minutes)}"
    line = said + (right(clock, max(2 + width(clock), screen.width - width(said))) if clock else "")
    dialogue.tell("", screen.paint(line, "bold", "cyan"))
    if step.text and name != REVEAL:
        dialogue.say(screen.label(step.text))


def _clock(minutes: float) -> str:
    return f"{int(minutes) // 60}:{int(minutes) % 60:02d}"


def _read(dialogue: Dialogue, step: Step, held: Held) -> None:
    scenario, label = held.lesson.scenario, dialogue.screen.label
    if scenario.as_of:
        dialogue.say(f"It is {day(scenario.as_of)}.")
    for text in (scenario.question, scenario.about):
        if text:
            dialogue.say(label(text))
    dialogue.pause(understanding.GO_ON)
    claims = cast(Reading, step).evidence
    for start in range(0, len(claims), CLAIMS):
        page = claims[start : start + CLAIMS]
        dialogue.say(f"What is known ({start + 1} to {start + len(page)} of {len(claims)}):")
        for name in page:
            item = scenario.evidence[name]
            by = f" ({label(_by(item.by, scenario))})" if item.by else ""
            first, *more = wrap(f"{label(item.claim)}{by}", dialogue.screen.width - 6)
            dialogue.tell(f"  {name:<3} {first}", *(f"      {line}" for line in more))
        dialogue.pause(understanding.GO_ON)


def _by(author: str, scenario: Scenario) -> str:
    """Who says something; a book or an inquiry of a later year would tell that there was something to write about."""
    years = [int(year) for year in re.findall(r"\b[12][0-9]{3}\b", author)]
    return "a later account" if scenario.as_of and max(years, default=0) > scenario.as_of.year else author


def _predict(dialogue: Dialogue, step: Step, held: Held) -> None:
    dialogue.say("Say what you expect before the engine says anything. Chances as 10%, 0.1 or 1 in 10.")
    held.predicted = ask_predictions(dialogue, held.lesson.scenario, cast(Prediction, step).outcomes)
    held.seal = seal(dialogue, held.predicted, held.lesson.sha256)
    screen = dialogue.screen
    dialogue.tell("", f"Sealed: {held.seal[:SHORT]}")
    dialogue.say(
        "Write that down: it is worked out from what you said, so whoever changes a prediction gets another seal. "
        "Only now the engine is asked."
    )
    if dialogue.shows:
        result = held.result
        dialogue.page("", *grid_lines(beside_engine(held.predicted, result), screen))
        dialogue.page(*dialogue.broken(_about_figures(result)))
        if result.reason is not None:
            dialogue.page(*reason_lines(result, screen))
    dialogue.pause(understanding.GO_ON)


def _about_figures(result: Result) -> str:
    if result.settings.method == "exact":
        return "Nothing is unknown here, so the engine's figures are exact."
    return (
        f"Range: where the engine's figure lies for 90% of what we don't know. Error: of sampling, 95%, from "
        f"{result.settings.draws:,} draws; fewer than 'engine run' takes."
    )


def _words(dialogue: Dialogue, step: Step, held: Held) -> None:
    scenario, screen = held.lesson.scenario, dialogue.screen
    dialogue.say("A word of probability is not a number: each reader makes it one.")
    found: list[Worded] = []
    for name in cast(Wording, step).statements:
        dialogue.tell("")
        if scenario.statements[name].phrase is None:
            dialogue.say(f"'{name}' is stated in numbers, so there are no words to read.")
            continue
        found.append(ask_word(dialogue, scenario, name))
        dialogue.page("", *word_lines(found[-1], screen))
        dialogue.page(*dialogue.broken(word_notes(found[-1])))
        if note := survey_note(found[-1:]):
            dialogue.say(note)
        dialogue.pause(understanding.GO_ON)
    held.words = tuple(found)
    dialogue.say("Words read by another standard change the engine's comparison, and what it believes of a statement:")
    dialogue.tell(f"  {other_words(scenario, held.lesson.file, screen)}")


def _bluff(dialogue: Dialogue, step: Step, held: Held) -> None:
    held.considered = consider(dialogue, cast(Hypotheses, step))
    found, screen = held.considered, dialogue.screen
    dialogue.pause(understanding.GO_ON)
    dialogue.say("Your evidence: hypotheses in rows, the chance to see each sign in columns.")
    for place, seen in enumerate(found.signs, start=1):
        dialogue.say(f"sign {place}: {screen.label(seen.sign)}", "  ")
    for grid in evidence_grids(found, screen.width):
        dialogue.page("", *grid_lines(grid, screen))
    dialogue.page(*dialogue.broken("What is as likely either way tells nothing, however much it is talked about."))
    dialogue.pause(understanding.GO_ON)
    dialogue.tell(*grid_lines(end_grid(found), screen))


def _play(dialogue: Dialogue, step: Step, held: Held) -> None:
    lesson = held.lesson
    play(dialogue, lesson.scenario, cast(Playing, step), lesson.hold_game)


def _discover(dialogue: Dialogue, step: Step, held: Held) -> None:
    scenario, screen = held.lesson.scenario, dialogue.screen
    asked = cast(Discovery, step)
    if not scenario.unknowns:
        dialogue.say("Nothing is unknown here, so nothing else could be true.")
        return
    claim = claim_of(scenario, asked, _turned(asked, held))
    dialogue.say(f"What would have to be true for {screen.label(claim_in_words(scenario, claim))}?")
    ranked = ask_order(dialogue, scenario, asked.rank)
    held.discovering = (ranked, claim)
    if dialogue.shows and (found := held.discovered) is not None:
        dialogue.page("", *grid_lines(swing_grid(found, scenario), screen))
        note = (
            "The outcome's figure with one unknown low (its 5% value) and high (its 95% value), all else unknown; "
            f"from {found.ends.draws:,} draws, so close ranks may change."
        )
        dialogue.page(*dialogue.broken(note))
    dialogue.pause(understanding.GO_ON)
    if dialogue.shows and (found := held.discovered) is not None:
        dialogue.say(screen.label(together_text(found, scenario)))
        dialogue.say("More of it:")
        dialogue.tell(f"  {command(screen, 'engine', 'discover', held.lesson.file, '--outcome', claim)}")
    dialogue.pause(understanding.GO_ON)


def _turned(step: Discovery, held: Held) -> bool:
    """Whether to ask for the other side: only a lesson that nobody wrote does, where the claim is true as it stands."""
    if held.lesson.plan.own:
        return False
    estimate = held.result.outcomes[step.outcome].estimate
    return estimate is not None and estimate.value > (step.above or 0.0)


def _reveal(dialogue: Dialogue, step: Step, held: Held) -> None:
    scenario = held.lesson.scenario
    predicted = [one.outcome for one in held.predicted]
    names = [*(name for name in predicted if name in scenario.resolution), *scenario.resolution]
    if not names and not step.text:
        dialogue.say("The scenario does not say what happened.")
        return
    question = "Ready to hear what happened? (yes or no)"
    while not dialogue.ask("ready", question, understanding.agreed, "Afterwards no prediction counts any more."):
        dialogue.say("Take your time.")
    if step.text:
        dialogue.say(dialogue.screen.label(step.text))
    held.revealed = tuple(dict.fromkeys(names))
    if dialogue.shows and names:
        _show_scores(dialogue, held, [name for name in predicted if name not in scenario.resolution])
    dialogue.pause(understanding.GO_ON)


def _show_scores(dialogue: Dialogue, held: Held, unscored: Sequence[str]) -> None:
    screen = dialogue.screen
    for found in held.marked:
        note = f" ({screen.label(found.note)})" if found.note else ""
        dialogue.tell("")
        dialogue.say(f"{screen.label(found.label)}: {screen.label(found.happened)}, {found.on}{note}")
        dialogue.page(*grid_lines(score_grid(found), screen, "  "))
        if found is not held.marked[-1]:
            dialogue.pause(understanding.GO_ON)
    for name in unscored:
        label = screen.label(held.lesson.scenario.outcomes[name].label)
        dialogue.page(*dialogue.broken(_unscored(held.lesson.scenario, name, label)))
    mean = mean_grid(held.marked)
    if mean is not None:
        dialogue.page("", *grid_lines(mean, screen, "  "))
    dialogue.page(*dialogue.broken(SCORES))
    if any(score.crps is not None for found in held.marked for score in found.scores):
        dialogue.page(*dialogue.broken(QUANTITIES))
    dialogue.page(*dialogue.broken(FEW))


def _unscored(scenario: Scenario, name: str, label: str) -> str:
    if scenario.outcomes[name].given is not None:
        why = "either its condition never came about or nobody recorded what happened"
    else:
        why = "nobody recorded what happened"
    return f"{label}: {why}, so your prediction has no score."


def _debrief(dialogue: Dialogue, step: Step, held: Held) -> None:
    label = dialogue.screen.label
    dialogue.say("Answer in your own words; Enter skips a question.")
    for place, question in enumerate(cast(Debrief, step).questions, start=1):
        dialogue.tell("")
        dialogue.say(f"{place}. {label(question)}")
        answer = dialogue.ask(
            f"debrief {place}",
            ">",
            understanding.anything,
            "A sentence or two; skip skips it.",
            otherwise=understanding.SKIPPED,
        )
        held.debrief.append((question, answer))


_STEPS: Final[Mapping[str, Callable[[Dialogue, Any, Held], None]]] = {
    "read": _read,
    "predict": _predict,
    "words": _words,
    "bluff": _bluff,
    "play": _play,
    "discover": _discover,
    REVEAL: _reveal,
    "debrief": _debrief,
}
