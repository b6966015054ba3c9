"""Games played round after round: beliefs by Bayes' rule, hazards, laws, and few histories that stand for many."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import yaml
from enumerated import Enumerated
from scipy.special import expit, ndtri

from engine import api
from engine.analysis.estimates import LEVELS
from engine.analysis.running.summary import OutcomeSummary
from engine.program.compile import compile_program
from engine.report.export import json_text, result_record
from engine.sampling import sobol_design
from engine.simulation.run import simulate


def run(text: str, **options: Any) -> api.Result:
    chosen = api.Options(**{"threads": 1, "reason": False, "equilibria": False, **options})
    return api.run(api.loads(f"engine: 1\ntitle: t\n{text}"), options=chosen)


def outcomes(text: str, **options: Any) -> dict[str, OutcomeSummary]:
    return dict(run(text, **options).outcomes)


def value(outcome: OutcomeSummary) -> float:
    assert outcome.estimate is not None
    return outcome.estimate.value


# Beliefs

SIGNALS = """
rounds: {count: 2, until: calm == 1}
state: {calm: {start: 0, next: 1 if signal == soft else 0}}
actors:
  sender: {name: Sender, precision: 1.3}
  watcher: {name: Watcher}
moves:
  - {type: kind, of: sender, values: [meek, tough], chance: {tough: 0.3, meek: rest}, lasting: true}
  - {decision: early, actor: watcher, options: [wait, act]}
  - {decision: signal, actor: sender, options: [soft, loud]}
  - {decision: late, actor: watcher, options: [rest_, move], knows: [signal]}
payoffs:
  sender: [{term: cost, value: "(signal == loud) * (0.8 if kind == tough else -0.5)"}]
  watcher: [{term: idle, value: 0}]
beliefs: {}
outcomes:
  before: {label: B, belief: {of: watcher, that: kind == tough}, over: last}
  after: {label: A, belief: {of: watcher, that: kind == tough, after: signal == loud}, over: last}
  soft: {label: A, belief: {of: watcher, that: kind == tough, after: signal == soft}, over: last}
"""


@pytest.mark.parametrize("prior", [0.3, 0.6, 0.05])
def test_two_rounds_of_signals_by_bayes_rule(prior: float) -> None:
    """Only who saw a loud signal plays again: p = logistic(1.3 * 0.8) for the tough, q = logistic(1.3 * -0.5)."""
    own = f"beliefs: {{watcher: {{kind: {{tough: {prior}, meek: rest}}}}}}"
    found = outcomes(SIGNALS.replace("beliefs: {}", own))
    p, q = float(expit(1.3 * 0.8)), float(expit(-1.3 * 0.5))

    def believed(tough: float, meek: float) -> float:
        return prior * tough / (prior * tough + (1 - prior) * meek)

    assert found["before"].by_round[1] == pytest.approx(believed(p, q), abs=1e-12)
    assert found["after"].by_round[1] == pytest.approx(believed(p * p, q * q), abs=1e-12)
    assert found["soft"].by_round[1] == pytest.approx(believed(p * (1 - p), q * (1 - q)), abs=1e-12)
    assert found["after"].by_round[0] is None  # a loud signal in round one is never the last


def test_a_belief_may_be_asked_after_what_everybody_sees() -> None:
    """Who sees in the state that the signal was loud has learned as much as who heard it."""
    state = "state: {louds: {start: 0, next: louds + (signal == loud)}, calm: {start: 0}}"
    text = SIGNALS.replace("state: {calm: {start: 0, next: 1 if signal == soft else 0}}", state)
    text = text.replace("beliefs: {}", "").replace(", until: calm == 1", "").replace("over: last", "over: each")
    asked = "after: {label: A, belief: {of: watcher, that: kind == tough, after: "
    p, q = float(expit(1.3 * 0.8)), float(expit(-1.3 * 0.5))
    for condition, expected in (
        ("louds > 0", 0.3 * p / (0.3 * p + 0.7 * q)),
        ("louds == 0 and round == 2", 0.3 * (1 - p) / (0.3 * (1 - p) + 0.7 * (1 - q))),
        ("louds == 1 and signal == loud", 0.3 * p * p / (0.3 * p * p + 0.7 * q * q)),
    ):
        found = outcomes(text.replace(asked + "signal == loud", asked + condition))["after"]
        assert found.by_round == (None, pytest.approx(expected, abs=1e-12))


def test_a_belief_that_is_right_is_right_on_average() -> None:
    """A posterior is a martingale: whatever is seen, its mean is the prior."""
    text = SIGNALS.replace(", until: calm == 1", "").replace("count: 2", "count: 6")
    found = outcomes(text.replace("over: last", "over: each").replace("beliefs: {}", ""))
    assert found["before"].by_round == pytest.approx([0.3] * 6, abs=1e-12)


def test_what_was_held_impossible_leaves_a_belief_where_it_was() -> None:
    """The watcher is sure that the sender is meek, and stays so."""
    own = "beliefs: {watcher: {kind: {tough: 0, meek: rest}}}"
    text = SIGNALS.replace("beliefs: {}", own).replace(", until: calm == 1", "")
    found = outcomes(text.replace("over: last", "over: each"))
    assert found["after"].by_round == pytest.approx([0, 0], abs=1e-12)
    assert found["before"].by_round == pytest.approx([0, 0], abs=1e-12)


def test_a_surprise_does_not_hide_what_else_is_seen() -> None:
    """The guard holds a storm impossible. It comes in every second round, and the alarm tells as much as without it."""
    text = """
rounds: {count: 2}
state: {alarmed: {start: 0, next: alarm}, stormy: {start: 0, next: storm}}
actors: {thief: {name: Thief}, guard: {name: Guard}}
moves:
  - {type: kind, of: thief, values: [meek, bold], chance: {bold: 30%, meek: rest}, lasting: true}
  - {decision: watch, actor: guard, options: [sleep, wake]}
  - {event: storm, chance: 50%}
  - {event: alarm, chance: "0.8 if kind == bold else 0.2"}
payoffs: {guard: [{term: idle, value: 0}]}
beliefs: {guard: {storm: 0}}
outcomes:
  o: {label: O, belief: {of: guard, that: kind == bold, after: alarmed == 1}}
"""
    assert value(outcomes(text)["o"]) == pytest.approx(0.24 / (0.24 + 0.14), abs=1e-12)


def test_lasting_types_that_one_event_tells_of_tell_of_each_other() -> None:
    """Alike or not is seen with 90 %: so an actor's own type tells of the other's, and it acts on that."""
    text = """
rounds: {count: 2}
actors: {a: {name: A, precision: 2}, b: {name: B}}
moves:
  - {type: mine, of: a, values: [l, h], chance: {h: 50%, l: rest}, lasting: true}
  - {type: other, of: b, values: [l, h], chance: {h: 50%, l: rest}, lasting: true}
  - {decision: go, actor: a, options: [stay, leave]}
  - {event: alike, chance: "0.9 if (mine == h) == (other == h) else 0.1"}
payoffs:
  a: [{term: x, value: "3 * (go == leave) * (1 if other == h else -1)"}]
outcomes:
  o: {label: O, happens: go == leave and other == h, over: each}
"""
    found = outcomes(text)["o"]
    # what A expects of leaving is 3 (2 * 0.9 - 1) = 2.4 where its own type and the event speak for h, else -2.4
    right, wrong = float(expit(2 * 2.4)), float(expit(-2 * 2.4))
    assert found.by_round == pytest.approx([0.25, 0.5 * (0.9 * right + 0.1 * wrong)], abs=1e-9)


# Hazards

HAZARDS = {
    "folded": "moves: [{event: falls, chance: 7%}]",
    "with until": """
state: {fell: {start: 0, next: 1 if falls == yes else fell}}
moves: [{event: falls, chance: 7%}]""",
    "when": """
state: {fell: {start: 0, next: 1 if falls == yes else fell}}
moves: [{event: falls, chance: 7%, when: fell == 0, else: no}]""",
    "in its chance": """
state: {fell: {start: 0, next: "max(fell, falls == yes)"}}
moves: [{event: falls, chance: 0.07 if fell == 0 else 0.5}]""",
    "secret": "moves: [{event: falls, chance: 7%, secret: true}]",
    "secret, shown with noise": """
state: {seen: {start: 0, next: "clip(seen + (shown == yes), 0, 5)"}}
moves:
  - {event: falls, chance: 7%, secret: true}
  - {event: shown, chance: 0.8 if falls == yes else 0.1}""",
    "seen by a decision": """
actors: {a: {name: A}}
moves:
  - {event: falls, chance: 7%}
  - {decision: d, actor: a, options: [x, y], knows: [falls]}
payoffs: {a: [{term: t, value: (d == y) * (falls == yes)}]}""",
}


@pytest.mark.parametrize("count", [1, 12])
@pytest.mark.parametrize("name", HAZARDS)
def test_a_hazard_over_rounds(name: str, count: int) -> None:
    until = ", until: fell == 1" if name == "with until" else ""
    text = f"rounds: {{count: {count}{until}}}\n{HAZARDS[name]}\noutcomes: {{o: {{label: O, happens: falls == yes}}}}"
    found = outcomes(text)["o"]
    assert found.by_round == pytest.approx([1 - 0.93**number for number in range(1, count + 1)], abs=1e-12)
    assert value(found) == pytest.approx(1 - 0.93**count, abs=1e-12)


def test_a_hazard_that_depends_on_a_lasting_type() -> None:
    text = """
rounds: {count: 12}
actors: {a: {name: A}}
moves:
  - {type: kind, of: a, values: [firm, frail], chance: {frail: 0.25, firm: rest}, lasting: true}
  - {event: falls, chance: 0.3 if kind == frail else 0.01}
outcomes:
  o: {label: O, happens: falls == yes}
  frail: {label: F, happens: kind == frail, given: falls == yes}
  twice: {label: F, happens: kind == frail and falls == yes, over: mean}
"""
    found = outcomes(text)
    frail, firm = 0.25 * (1 - 0.7**12), 0.75 * (1 - 0.99**12)
    assert value(found["o"]) == pytest.approx(frail + firm, abs=1e-12)
    assert value(found["frail"]) == pytest.approx(frail / (frail + firm), abs=1e-12)
    assert value(found["twice"]) == pytest.approx(0.25 * 0.3, abs=1e-12)


def test_a_hazard_that_nobody_knows() -> None:
    """1 - (1 - h)^12 averaged over h, uniform from 0 to 0.2, and its spread, which rises with h."""
    text = """
rounds: {count: 12}
unknowns: {h: {label: h, uniform: [0, 0.2], known: false}}
moves: [{event: falls, chance: h}]
outcomes: {o: {label: O, happens: falls == yes}}
"""
    found = outcomes(text, draws=4096)["o"]
    assert found.estimate is not None
    assert found.across is not None
    assert abs(value(found) - (1 - (1 - 0.8**13) / 13 / 0.2)) <= 4 * found.estimate.error + 1e-9
    for level, spread in found.across.items():
        assert spread == pytest.approx(1 - (1 - 0.2 * level) ** 12, abs=2e-3)


# The rounds that count

COUNTED = """
as_of: 2022-12-31
rounds: {count: 4, unit: month, until: n >= 2}
state: {n: {start: 0, next: n + (e == yes)}}
moves: [{event: e, chance: 0.5}]
outcomes:
"""


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("happens: e == yes", 15 / 16),
        ("{happens: e == yes, by: 2023-02-28}", 3 / 4),
        ("{happens: e == yes, over: first}", 1 / 2),
        (
            "{happens: e == yes, over: last}",
            1 / 4 + 2 / 8 + 1 / 2 * 1 / 2,
        ),  # a hit ends it, or half of the time the 4th
        ("{quantity: n, over: last, by: 2023-01-31}", 0.0),
        ("{quantity: n, over: last, by: 2023-02-28}", 0.5),
        ("{quantity: round, over: last, by: 2023-03-31}", 2 / 4 + 3 * 3 / 4),
        ("{quantity: round, over: last}", 2 / 4 + 3 * 2 / 8 + 4 / 2),
        ("{quantity: round, over: first}", 1.0),
        (
            "{quantity: round}",
            (1 + 2 + 3 * 3 / 4 + 4 / 2) / (1 + 1 + 3 / 4 + 1 / 2),
        ),  # among the rounds that are played
    ],
)
def test_which_rounds_count(outcome: str, expected: float) -> None:
    """The game ends with the second hit: after 2, 3 or 4 rounds with chance 1/4, 2/8 and 1/2."""
    text = outcome if outcome.startswith("{") else f"{{{outcome}}}"
    found = outcomes(COUNTED + f"  o: {{label: O, {text[1:]}")["o"]
    assert value(found) == pytest.approx(expected, abs=1e-12)


def test_quantiles_of_a_state_count_every_round() -> None:
    """1 in the first round, then 11 or 12: one value in each history, several values in all."""
    text = """
rounds: {count: 3}
state: {s: {start: 1, next: "s if round > 1 else 11 + (e == yes)"}}
moves: [{event: e, chance: 50%}]
outcomes: {o: {label: O, quantity: s}}
"""
    found = outcomes(text)["o"]
    assert found.histogram is not None
    assert found.quantiles == {0.05: 1, 0.25: 1, 0.5: 11, 0.75: 12, 0.95: 12}
    assert found.sd == pytest.approx(np.std([1, 11, 11, 1, 12, 12]), abs=1e-9)
    assert found.histogram.mass == pytest.approx([1 / 3] * 3, abs=1e-12)
    assert found.histogram.edges == pytest.approx([-4, 6, 11.5, 12.5], abs=1e-12)


def test_a_number_in_the_state_keeps_its_values() -> None:
    """Whole numbers stay whole, though histories are sampled and what they do hangs on an unknown."""
    found = outcomes(
        BRANCHING.split("title: t")[1].replace("1.7 *", "2 *").replace("+ 0.31 * (three == yes) + 0.11 *", "+ 0 *"),
        histories=4,
    )
    quantiles = found["amount"].quantiles
    assert quantiles is not None
    assert set(quantiles.values()) <= set(range(8))


def test_a_condition_is_reached_in_a_share_of_the_rounds_that_are_played() -> None:
    """Half of the games end after each round, so the rounds count as 1, 1/2, 1/4; the condition holds in 3 of 10."""
    text = """
rounds: {count: 3, until: n == 1}
state: {n: {start: 0, next: e == yes}}
moves: [{event: e, chance: 0.5}, {event: c, chance: 0.3}]
outcomes:
  mean: {label: M, happens: e == yes, given: c == yes, over: mean}
  late: {label: M, happens: e == yes, given: c == yes and round > 1, over: mean}
  last: {label: L, happens: e == yes, given: c == yes, over: last}
  ever: {label: E, happens: e == yes, given: c == yes}
"""
    found = outcomes(text)
    assert found["mean"].reached == pytest.approx(0.3, abs=1e-12)
    assert found["late"].reached == pytest.approx(0.3 * 0.75 / 1.75, abs=1e-12)
    assert found["last"].reached == pytest.approx(0.3, abs=1e-12)
    assert found["ever"].reached == pytest.approx(0.3 * (1 + 0.5 * 0.7 + 0.25 * 0.7**2), abs=1e-12)


# Few histories that stand for many

BRANCHING = """
engine: 1
title: t
rounds: {count: 3}
unknowns: {u: {label: u, uniform: [0.2, 1]}}
actors: {a: {name: A}, b: {name: B, reasoning: habit, habit: {d: {x: 0.6 if hit == yes else 0.3, y: rest}}}}
state:
  s: {start: 0, next: s + (one == yes) + 1.7 * (two == yes) + 0.31 * (three == yes) + 0.11 * (d == x)}
moves:
  - {type: kind, of: a, values: [meek, tough], chance: {tough: 0.3, meek: rest}, lasting: true}
  - {event: one, chance: 0.5 if kind == tough else 0.3}
  - {event: two, chance: 0.4}
  - {event: three, chance: 0.1 + 0.06 * s}
  - {event: hit, chance: 0.03 * s}
  - {decision: d, actor: b, options: [x, y], knows: [hit, one]}
payoffs: {b: [{term: t, value: 0}]}
outcomes:
  ever: {label: E, happens: hit == yes}
  amount: {label: A, quantity: s}
  choice: {label: C, choice: d, over: last}
  given: {label: G, happens: hit == yes, given: two == yes and three == no, over: last}
  ever_given: {label: G, happens: hit == yes, given: s > 2}
  belief: {label: B, belief: {of: b, that: kind == tough, after: hit == yes}, over: last}
"""


def figures(result: api.Result) -> dict[str, Any]:
    found = {name: outcome.estimate for name, outcome in result.outcomes.items() if outcome.estimate is not None}
    return {**found, "choice": result.outcomes["choice"].shares["x"]}


@cache
def exact(count: int) -> dict[str, float]:
    told = Enumerated(plain_of(branching(count)), {"u": 0.5}).outcomes()
    found = {}
    for name, one in told.items():
        part = "x" if name == "choice" else ""
        total = sum(mass for (_, which), mass in one.parts.items() if which == part)
        found[name] = total / (1.0 if name == "ever" else sum(one.among.values()))
    return found


def branching(count: int) -> str:
    return BRANCHING.replace("count: 3", f"count: {count}")


def plain_of(text: str) -> Any:
    """As plain mappings; its words `yes` and `no` stand only within formulas, where this reader leaves them alone."""
    return yaml.safe_load(text)


@pytest.mark.parametrize("count", [2, 3])
def test_all_histories_at_once_are_the_enumeration(count: int) -> None:
    """The unknown matters to nothing, so all 16 draws are alike."""
    options = api.Options(draws=16, histories=4096, reason=False, threads=1)
    for name, estimate in figures(api.run(api.loads(branching(count)), options=options)).items():
        assert estimate.value == pytest.approx(exact(count)[name], abs=1e-10), name


@pytest.mark.parametrize(
    ("count", "histories", "draws"), [(2, 2, 128), (2, 8, 128), (2, 4, 1024), (3, 2, 128), (3, 4, 1024), (3, 8, 128)]
)
def test_few_histories_are_within_their_error(count: int, histories: int, draws: int) -> None:
    """Errors are those of Student's t with 15 degrees of freedom, which exceeds 4 once in 860 times."""
    runs, single = 48, 4
    scenario = api.loads(branching(count))
    off: dict[str, list[tuple[float, float]]] = {name: [] for name in exact(count)}
    inside = dict.fromkeys(off, 0)
    for seed in range(runs):
        options = api.Options(draws=draws, histories=histories, seed=seed, reason=False, equilibria=False, threads=1)
        for name, estimate in figures(api.run(scenario, options=options)).items():
            true = exact(count)[name]
            assert estimate.error > 0
            off[name].append((estimate.value - true, estimate.error))
            inside[name] += estimate.low <= true <= estimate.high
    for name, pairs in off.items():
        distance, error = np.array(pairs).T
        assert (abs(distance[:single]) <= 4 * error[:single]).all(), name
        square = (error**2).mean()
        assert abs(distance.mean()) <= 4 * math.sqrt(square / runs), name  # of all runs together
        assert (distance**2).mean() / square == pytest.approx(1, abs=4 * math.sqrt(2 / runs)), name
        assert inside[name] >= 0.95 * runs - 4 * math.sqrt(runs * 0.95 * 0.05), (name, inside)
    assert sum(inside.values()) >= 0.91 * runs * len(inside)  # 95 %, but outcomes go together


SPREAD = """
engine: 1
title: t
rounds: {count: 8}
unknowns: {u: {label: u, DISTRIBUTION}}
state: {s: {start: 0, next: s + (one == yes) + 2.7 * (two == yes)}}
moves:
  - {event: one, chance: 0.5}
  - {event: two, chance: 0.4}
  - {event: hit, chance: "min(1, 0.03 * u * s)"}
outcomes:
  mean: {label: M, happens: hit == yes, over: mean}
  last: {label: L, happens: hit == yes, over: last}
  ever: {label: E, happens: hit == yes}
"""
UNKNOWN: dict[str, tuple[str, Callable[[float], float]]] = {
    "uniform": ("uniform: [0.2, 1]", lambda q: 0.2 + 0.8 * q),
    "near 0": ("uniform: [0, 0.01]", lambda q: 0.01 * q),
    "lognormal": ("lognormal: {median: 0.2, sigma: 0.6}", lambda q: 0.2 * math.exp(0.6 * float(ndtri(q)))),
    "two lumps": (
        "mixture: [{weight: 0.4, uniform: [0.2, 0.3]}, {weight: 0.6, uniform: [0.7, 0.9]}]",
        lambda q: 0.2 + 0.1 * q / 0.4 if q < 0.4 else 0.7 + 0.2 * (q - 0.4) / 0.6,
    ),
    "two values": (
        "mixture: [{weight: 0.3, value: 0.2}, {weight: 0.7, value: 0.6}]",
        lambda q: 0.2 if q < 0.3 else 0.6,
    ),
}


def ever(u: float) -> float:
    """The chance of a hit in some round, over the numbers of ones and twos so far."""
    alive, total = {(0, 0): 1.0}, 0.0
    for _ in range(8):
        following: dict[tuple[int, int], float] = {}
        for (one, two), chance in alive.items():
            hit = min(1, 0.03 * u * (one + 2.7 * two))
            total += chance * hit
            for more, share in (((0, 0), 0.3), ((1, 0), 0.3), ((0, 1), 0.2), ((1, 1), 0.2)):
                place = (one + more[0], two + more[1])
                following[place] = following.get(place, 0.0) + chance * (1 - hit) * share
        alive = following
    return total


@pytest.mark.parametrize("name", UNKNOWN)
@pytest.mark.parametrize("histories", [8, 32])
def test_chance_does_not_pass_for_what_we_do_not_know(histories: int, name: str) -> None:
    """Each draw's probability rises with u; a round adds 0.5 + 2.7 * 0.4 = 1.58 to the state.

    With 8 histories their noise is a tenth of the variance; left in, it makes a spread up to a sixth too wide.
    """
    distribution, quantile = UNKNOWN[name]
    options = api.Options(draws=4096, histories=histories, reason=False, equilibria=False, threads=2)
    found = api.run(api.loads(SPREAD.replace("DISTRIBUTION", distribution)), options=options).outcomes
    closed = {
        "mean": lambda u: 0.03 * u * 1.58 * 3.5,
        "last": lambda u: 0.03 * u * 1.58 * 7,
        "ever": ever,
    }
    for outcome, probability in closed.items():
        across = found[outcome].across
        assert across is not None
        true = {level: probability(quantile(level)) for level in across}
        for low, high in ((0.05, 0.95), (0.25, 0.75)):
            assert across[high] - across[low] == pytest.approx(true[high] - true[low], rel=0.05), (outcome, low)
        for level, share in across.items():
            assert abs(share - true[level]) <= 0.05 * (true[0.95] - true[0.05]), (outcome, level)


def test_with_nothing_unknown_there_is_no_spread() -> None:
    """Too many histories to follow them all, and all the noise is theirs."""
    text = BRANCHING.split("title: t")[1].replace("unknowns: {u: {label: u, uniform: [0.2, 1]}}", "")
    text = text.replace("count: 3", "count: 7").replace("0.03 * s", "0.01 * s").replace("0.06 * s", "0.02 * s")
    result = run(text.replace("0.31 *", "0.3137 *").replace("1.7 *", "1.77123 *"), draws=64)
    assert result.settings.method == "histories"
    assert not result.warnings
    for outcome in result.outcomes.values():
        if outcome.estimate is not None:
            assert outcome.estimate.error > 0
            assert outcome.across == pytest.approx(dict.fromkeys(LEVELS, outcome.estimate.value), abs=1e-12)


def test_a_spread_that_is_mostly_noise_is_said_to_be_rough() -> None:
    """What is unknown lies within 1 %, and 8 histories are right to 10 %."""
    text = SPREAD.replace("DISTRIBUTION", "uniform: [0.4, 0.41]")
    few = run(text.split("title: t")[1], draws=1024, histories=8)
    assert [warning.split("'")[1::2] for warning in few.warnings] == [["mean", "last", "ever"]]
    assert not run(text.split("title: t")[1], draws=64, histories=4096).warnings
    wide = SPREAD.replace("DISTRIBUTION", "uniform: [0.2, 1]")
    assert not run(wide.split("title: t")[1], draws=1024, histories=8).warnings


# The same bytes


BLOCKS = [{"threads": 2}, {"threads": 3}, {"groups_per_block": 1}, {"groups_per_block": 5}]


@pytest.mark.parametrize("draws", [256, 2048, 4096])
def test_threads_and_blocks_change_no_byte(draws: int) -> None:
    """A chunk has 16, 128 or 256 draws: several are solved together, one alone, or one in parts."""
    scenario = api.loads(BRANCHING)

    def text(**changes: int) -> str:
        options = api.Options(**{"draws": draws, "histories": 4, "reason": False, "threads": 1, **changes})  # type: ignore[arg-type]
        return json_text(result_record(api.run(scenario, options=options), "test"))

    program = compile_program(scenario.scenario)
    totals = simulate(program, sobol_design(program.n_inputs, draws, 1), histories=4)
    assert totals.thinned
    expected = text()
    for changes in [*BLOCKS, *({"threads": 3, **blocks} for blocks in BLOCKS[2:])]:
        assert text(**changes) == expected, changes


# Laws

GAME = """
unknowns: {cost: {label: c, uniform: [1, 3]}, odds: {label: o, uniform: [0.2, 0.8], known: false}}
actors: {east: {name: East, precision: 1.2}, west: {name: West, precision: 0.9}}
moves:
  - {type: nerve, of: east, values: [weak, strong], chance: {strong: 0.4, weak: rest}}
  - {decision: signal, actor: east, options: [quiet, loud]}
  - {decision: answer, actor: west, options: [back, stand], knows: [signal]}
  - {event: fight, chance: "0.9 * odds if answer == stand and signal == loud else 0.1"}
payoffs:
  east: [{term: p, value: 3 * (answer == back) * (signal == loud) - cost * (fight == yes) * (nerve == weak)}]
  west: [{term: w, value: 2 * (answer == stand) - cost * (fight == yes) * (1 + (nerve == strong))}]
beliefs: {west: {nerve: {strong: 0.6, weak: rest}}}
outcomes:
  fight: {label: F, happens: fight == yes}
  given: {label: G, happens: fight == yes, given: signal == loud}
  loss: {label: L, quantity: cost * (fight == yes)}
  calm: {label: L, quantity: 2 * (answer == back) - (fight == yes)}
  answers: {label: C, choice: answer}
  thinks: {label: T, belief: {of: west, that: nerve == strong, after: signal == loud}}
"""


def same(one: OutcomeSummary, other: OutcomeSummary) -> None:
    assert (one.estimate is None) == (other.estimate is None)
    if one.estimate is not None and other.estimate is not None:
        assert one.estimate.value == pytest.approx(other.estimate.value, abs=1e-12)
        assert one.estimate.error == pytest.approx(other.estimate.error, abs=1e-12)
    for name, share in one.shares.items():
        assert share.value == pytest.approx(other.shares[name].value, abs=1e-12)
    for name in ("across", "quantiles"):
        first, second = getattr(one, name), getattr(other, name)
        assert (first is None) == (second is None)
        assert first is None or first == pytest.approx(second, rel=2e-3)
    if one.sd is not None:
        assert one.sd == pytest.approx(other.sd, abs=1e-12)
    if one.reached is not None:
        assert one.reached == pytest.approx(other.reached, abs=1e-12)


def test_one_round_is_no_rounds() -> None:
    once, rounds = outcomes(GAME, draws=2048), outcomes("rounds: {count: 1}\n" + GAME, draws=2048)
    for name, outcome in once.items():
        same(rounds[name], outcome)


def test_rounds_that_change_nothing_are_all_alike() -> None:
    once = outcomes(GAME, draws=512)
    each = GAME.replace("label", "over: each, label", 99).replace("{over: each, label: c", "{label: c")
    each = each.replace("{over: each, label: o", "{label: o")
    rounds = outcomes("rounds: {count: 3}\nstate: {s: {start: 2, next: s}}\n" + each, draws=512)
    for name, outcome in once.items():
        same(rounds[name], outcome)
        if outcome.estimate is not None:
            assert rounds[name].by_round == pytest.approx([outcome.estimate.value] * 3, abs=1e-12)


TYPES = """
rounds: {count: 3}
actors: {a: {name: A, precision: 1.1}, b: {name: B, precision: 0.8}}
moves: [TYPES,
  {decision: signal, actor: a, options: [quiet, loud]},
  {event: leak, chance: "(0.8 if RICH else 0.2) * (0.9 if ANGRY else 0.4)"},
  {decision: reply, actor: b, options: [back, stand], knows: [signal, leak]}]
payoffs:
  a: [{term: p, value: "(signal == loud) * ((1.5 if ANGRY else -1) + (reply == back) * (1 if RICH else 0.3))"}]
  b: [{term: q, value: "(reply == stand) * (1 if RICH else -1) * (1.5 if ANGRY else 0.5)"}]
outcomes:
  o: {label: O, happens: reply == stand and ANGRY, over: each}
  ever: {label: E, happens: reply == stand and signal == loud and RICH}
  thinks: {label: T, belief: {of: b, that: RICH and not ANGRY, after: signal == loud}, over: each}
"""


def test_two_independent_types_are_one_with_four_values() -> None:
    two = """{type: wealth, of: a, values: [poor, rich], chance: {rich: 0.3, poor: rest}, lasting: true},
  {type: mood, of: a, values: [calm, angry], chance: {angry: 0.6, calm: rest}, lasting: true}"""
    one = """{type: both, of: a, values: [pc, pa, rc, ra], lasting: true,
   chance: {ra: 0.18, rc: 0.12, pa: 0.42, pc: rest}}"""
    apart = TYPES.replace("TYPES", two).replace("RICH", "wealth == rich").replace("ANGRY", "mood == angry")
    whole = TYPES.replace("TYPES", one).replace("RICH", "(both == rc or both == ra)")
    whole = whole.replace("ANGRY", "(both == pa or both == ra)")
    first, second = outcomes(apart), outcomes(whole)
    for name, outcome in first.items():
        assert outcome.by_round == pytest.approx(second[name].by_round, abs=1e-9), name
        assert value(outcome) == pytest.approx(value(second[name]), abs=1e-9), name


def test_the_order_of_moves_that_have_nothing_to_do_with_each_other() -> None:
    lines = BRANCHING.splitlines(keepends=True)
    one, two = (next(n for n, line in enumerate(lines) if f"event: {name}," in line) for name in ("one", "two"))
    lines[one], lines[two] = lines[two], lines[one]
    options = api.Options(draws=16, histories=4096, reason=False, threads=1)
    first, second = (figures(api.run(api.loads(text), options=options)) for text in (BRANCHING, "".join(lines)))
    for name, estimate in first.items():
        assert estimate.value == pytest.approx(second[name].value, abs=1e-12)


def test_a_type_that_does_not_last_tells_nothing_about_the_next_round() -> None:
    drawn = SIGNALS.replace(", lasting: true", "").replace("beliefs: {}", "").replace(", until: calm == 1", "")
    found = outcomes(drawn.replace("over: last", "over: each"))
    p, q = float(expit(1.3 * 0.8)), float(expit(-1.3 * 0.5))
    assert found["after"].by_round == pytest.approx([0.3 * p / (0.3 * p + 0.7 * q)] * 2, abs=1e-12)
    assert found["before"].by_round == pytest.approx([0.3] * 2, abs=1e-12)


def test_a_secret_signal_tells_nothing_in_the_next_round() -> None:
    text = SIGNALS.replace("options: [soft, loud]", "options: [soft, loud], secret: true").replace("beliefs: {}", "")
    text = text.replace("state: {calm: {start: 0, next: 1 if signal == soft else 0}}", "")
    found = outcomes(text.replace(", until: calm == 1", "").replace("over: last", "over: each"))
    p, q = float(expit(1.3 * 0.8)), float(expit(-1.3 * 0.5))
    assert found["after"].by_round == pytest.approx([0.3 * p / (0.3 * p + 0.7 * q)] * 2, abs=1e-12)


def test_it_is_said_where_noise_has_a_say_in_what_is_believed() -> None:
    """Draws are weighted by figures that hold the noise of few histories."""
    text = BRANCHING + "statements: {heard: {about: OUTCOME, triangular: [0.05, 0.3, 0.6]}}\n"
    text = text + "assumptions: {told: {label: T, believe: [heard]}}\n"
    text = text.replace(
        "OUTCOME", next(name for name, one in api.loads(BRANCHING).scenario.outcomes.items() if one.happens)
    )
    for histories, said in ((2, True), (4096, False)):
        options = api.Options(draws=64, histories=histories, reason=False, equilibria=False, threads=1)
        warnings = api.run(api.loads(text), "told", options=options).warnings
        assert any("believe 'heard' with more --histories" in warning for warning in warnings) == said
