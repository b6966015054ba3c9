"""Single games: drawn from the model they come out as it says, and what is told of them holds by hand."""

from __future__ import annotations

from math import exp, sqrt

import numpy as np
import pytest

from engine import api
from engine.analysis.playing.game import Game, game_of, standing_of
from engine.analysis.playing.review import Chosen, Reviewed, reviewed
from engine.analysis.playing.round import Round
from engine.analysis.playing.seeds import telling_seed
from engine.analysis.playing.turns import Turn
from engine.program.compile import compile_program
from engine.simulation.rounds import courses

STRIKE = """
engine: 1
title: Strike
rounds: {count: 2, until: struck == 1}
state: {struck: {start: 0, next: 1 if walkout == yes else struck}}
actors: {union: {name: Union, precision: 0.5}, firm: {name: Firm, precision: 0.7}}
moves:
  - {type: will, of: union, values: [soft, hard], chance: {hard: 0.4, soft: rest}, lasting: true}
  - {decision: talks, actor: union, options: [calm, threaten]}
  - {decision: offer, actor: firm, options: [nothing, some], knows: [talks]}
  - {event: walkout, chance: "(0.7 if will == hard else 0.05) if offer == nothing else 0"}
  - {event: rain, chance: 0.3}
payoffs:
  union:
    - {term: raise, value: 4 * (offer == some)}
    - {term: strike, value: -3 * (walkout == yes) * (1 if will == soft else 0.2)}
    - {term: face, value: -1 * (talks == threaten and offer == nothing and walkout == no)}
    - {term: wet, value: -0.5 * (rain == yes)}
  firm:
    - {term: wages, value: -2 * (offer == some)}
    - {term: strike, value: -6 * (walkout == yes)}
outcomes:
  strike: {label: Strike, happens: walkout == yes}
  talks: {label: Talks, choice: talks, over: first}
"""


def game(text: str, seed: int = 1) -> Game:
    scenario = api.loads(text).scenario
    return game_of(scenario, compile_program(scenario), seed)


def first(text: str, seed: int = 1) -> Round:
    found = game(text, seed)
    return Round(found, standing_of(found))


def turns(now: Round, seat: str, *options: str) -> list[Turn]:
    """The decisions that a seat comes to if it chooses these options."""
    seen: list[Turn] = []

    def choose(turn: Turn) -> str:
        seen.append(turn)
        return options[len(seen) - 1]

    now.play([seat], choose)
    return seen


@pytest.fixture(scope="module")
def games() -> list[tuple[Reviewed, ...]]:
    """Games in which the union's moves are drawn from the model's own probabilities."""
    base = game(STRIKE)
    found = []
    for seed in range(160):
        one, random = Game(base.scenario, base.program, base.draw, False, seed), np.random.default_rng(seed)
        standing, played = standing_of(one), []
        while standing is not None:
            now = Round(one, standing)
            chosen: list[Chosen] = []

            def choose(turn: Turn, chosen: list[Chosen] = chosen, random: np.random.Generator = random) -> str:
                likely = turn.choice.probabilities
                chosen.append(Chosen(turn, str(random.choice(list(likely), p=list(likely.values())))))
                return chosen[-1].option

            happened = now.play(["union"], choose)
            played.append(reviewed(now, happened, chosen, ["union"]))
            standing = now.after(happened)
        found.append(tuple(played))
    return found


def test_games_drawn_from_the_model_come_out_as_it_says(games: list[tuple[Reviewed, ...]]) -> None:
    outcomes = api.run(api.loads(STRIKE)).outcomes
    struck = np.array([any(played.values["walkout"] == "yes" for played in one) for one in games])
    threatened = np.array([one[0].values["talks"] == "threaten" for one in games])
    strike, threat = outcomes["strike"].estimate, outcomes["talks"].shares["threaten"]
    assert strike is not None
    for share, exact in ((struck, strike.value), (threatened, threat.value)):
        assert abs(share.mean() - exact) < 4 * sqrt(exact * (1 - exact) / len(games))


def test_luck_and_the_models_expectation_are_unbiased(games: list[tuple[Reviewed, ...]]) -> None:
    accounts = [played.accounts["union"] for one in games for played in one]
    luck = np.array([account.luck for account in accounts])
    assert luck.std() > 0.1
    assert abs(luck.mean()) < 4 * luck.std() / sqrt(len(luck))
    apart = np.array([account.received.total - account.by_model for account in accounts])
    assert abs(apart.mean()) < 4 * apart.std() / sqrt(len(apart))


def test_the_model_expects_less_than_best_replies_do(games: list[tuple[Reviewed, ...]]) -> None:
    for played in (played for one in games for played in one):
        account = played.accounts["union"]
        assert account.by_best >= account.by_model - 1e-9
        assert account.cost >= 0


def test_what_the_others_learn_follows_bayes_rule() -> None:
    by_type, walkout = {}, {"soft": 0.05, "hard": 0.7}
    for seed in range(20):
        turn = turns(first(STRIKE, seed), "union", "threaten")[0]
        by_type[turn.knows["will"]] = turn.choice.probabilities["threaten"]
    offers = set()
    for seed in range(8):
        now = first(STRIKE, seed)
        happened = now.play(["union"], lambda turn: "threaten")
        following = now.after(happened)
        assert (following is None) == (happened.values["walkout"] == "yes")
        if following is None or following.situation.types is None:
            continue
        offers.add(happened.values["offer"])
        stays = {will: 1.0 if happened.values["offer"] == "some" else 1 - walkout[will] for will in by_type}
        hard, soft = 0.4 * by_type["hard"] * stays["hard"], 0.6 * by_type["soft"] * stays["soft"]
        assert following.situation.types[:, 0] == pytest.approx([soft / (hard + soft), hard / (hard + soft)], abs=1e-12)
    assert offers == {"nothing", "some"}


PERFECT = STRIKE.replace("precision: 0.5}", "reasoning: best reply}")


def test_a_move_that_nobody_could_expect_is_as_surprising_from_every_type() -> None:
    """Both types of a best replier threaten, so that calm alone tells nothing of them; what follows it does."""
    by_type = {turn.knows["will"]: turn for seed in range(20) for turn in turns(first(PERFECT, seed), "union", "calm")}
    assert set(by_type) == {"soft", "hard"}
    assert all(turn.choice.probabilities["calm"] < 1e-30 for turn in by_type.values())
    for seed in range(4):
        now = first(PERFECT, seed)
        happened = now.play(["union"], lambda turn: "calm")
        following = now.after(happened)
        if following is None:
            continue
        stays = {"soft": 0.95, "hard": 0.3} if happened.values["offer"] == "nothing" else {"soft": 1.0, "hard": 1.0}
        hard = 0.4 * stays["hard"] / (0.4 * stays["hard"] + 0.6 * stays["soft"])
        assert following.situation.believed[None][1, 0] == pytest.approx(hard, abs=1e-12)


TWICE = """
engine: 1
title: Go on or not
actors: {me: {name: Me, precision: 0}}
moves:
  - {decision: start, actor: me, options: [stay, go]}
  - {event: news, chance: 0.5, values: [bad, good]}
  - {decision: further, actor: me, options: [stop, continue], knows: [news], when: start == go}
payoffs:
  me:
    - {term: pay, value: "4 if start == stay else 0 if further == stop else 10 if news == good else -12"}
outcomes: {go: {label: Go, happens: start == go}}
""".replace("chance: 0.5, values: [bad, good]", "chance: {bad: 0.5, good: rest}")


def test_the_best_reply_is_backward_induction() -> None:
    """Going is worth (0 + 10) / 2 to who will stop after bad news; the model's actor would toss a coin, worth -0.5."""
    start, further = turns(first(TWICE), "me", "go", "stop")
    assert start.payoffs == pytest.approx({"stay": 4, "go": 5}, abs=1e-12)
    assert start.best == "go"
    assert start.cost("stay") == pytest.approx(1, abs=1e-12)
    assert start.choice.probabilities == pytest.approx({"stay": 0.5, "go": 0.5})
    good = further.knows["news"] == "good"
    assert further.knows["start"] == "go"
    assert further.payoffs == pytest.approx({"stop": 0, "continue": 10 if good else -12}, abs=1e-12)
    assert further.best == ("continue" if good else "stop")


LEVELS = """
engine: 1
title: Levels
actors: {a: {name: A, precision: 1, reasoning: {level: 1}}, b: {name: B, precision: 1, habit: {right: {x: 1, y: 0}}}}
moves:
  - {decision: left, actor: a, options: {x: 1, y: 2}, secret: true}
  - {decision: right, actor: b, options: {x: 1, y: 2}}
payoffs:
  a: [{term: same, value: 2 * (left == right)}]
  b: [{term: apart, value: 3 * (left != right)}]
outcomes: {same: {label: Same, happens: left == right}}
"""


def test_a_level_1_seat_expects_what_its_actor_does() -> None:
    """A takes B to act by habit, so matching it is worth 2; an actor of level 1 with precision 1 does so by exp(2)."""
    (turn,) = turns(first(LEVELS), "a", "x")
    assert turn.payoffs == pytest.approx({"x": 2, "y": 0}, abs=1e-12)
    assert turn.choice.probabilities["x"] == pytest.approx(exp(2) / (1 + exp(2)), abs=1e-9)


def test_the_same_seed_brings_the_same_luck_whatever_is_chosen() -> None:
    for seed in range(20):
        one, other = (
            first(STRIKE, seed).play(["union"], lambda turn, option=option: option)  # type: ignore[misc]
            for option in ("calm", "threaten")
        )
        assert (one.values["will"], one.values["rain"]) == (other.values["will"], other.values["rain"])


def test_types_last_and_only_their_owner_knows_them() -> None:
    for seed in range(10):
        one = game(STRIKE, seed)
        standing = standing_of(one)
        wills = set()
        while standing is not None:
            now = Round(one, standing)
            asked: list[Turn] = []

            def choose(turn: Turn, asked: list[Turn] = asked) -> str:
                asked.append(turn)
                return "nothing"

            happened = now.play(["firm"], choose)
            assert set(asked[0].knows) == {"talks"}
            assert "will" not in happened.learned["firm"]
            wills.add(happened.values["will"])
            standing = now.after(happened)
        assert len(wills) == 1


def test_what_a_seat_can_tell_of_its_payoff_is_no_more_than_it_knows() -> None:
    """Rain and strikes are public, so the union's payoff is certain to it; so is the firm's."""
    now = first(STRIKE, 3)
    happened = now.play([], lambda turn: "")
    for seat in ("union", "firm"):
        assert now.perceived(seat, happened).certain
        assert now.perceived(seat, happened).total == pytest.approx(now.received(seat, happened).total)
    secret = first(STRIKE.replace("event: rain, chance", "event: rain, secret: true, chance"), 3)
    happened = secret.play([], lambda turn: "")
    assert not secret.perceived("union", happened).certain
    assert secret.perceived("union", happened).terms["wet"] == pytest.approx(-0.5 * 0.3, abs=1e-12)
    assert secret.received("union", happened).terms["wet"] in (0, -0.5)


WAYS = {
    "equilibrium": STRIKE,
    "levels": STRIKE.replace("precision: 0.7}", "precision: 0.7, reasoning: {level: 2}}"),
    "hierarchy": STRIKE.replace("precision: 0.7}", "precision: 0.7, reasoning: {cognitive hierarchy: 1.5}}"),
    "own chances": STRIKE + "beliefs: {firm: {will: {hard: 0.8, soft: rest}}}\n",
}


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS)
def test_a_round_begins_as_one_of_all_histories_does(text: str) -> None:
    """One history, stepped by hand, is among those that the simulation follows, with the same beliefs of everybody."""
    one = game(text)
    every = list(courses(one.program, one.draw, 64, 64))[1][0].situation
    for seed in range(6):
        now = first(text, seed)
        standing = now.after(now.play(["union"], lambda turn: "threaten" if turn.knows["will"] == "hard" else "calm"))
        if standing is None:
            continue
        own = standing.situation
        assert own.types is not None
        assert every.types is not None
        assert set(own.believed) == set(every.believed)
        views = [(own.types, every.types), *((own.believed[who], every.believed[who]) for who in own.believed)]
        alike = np.all([np.abs(mine - theirs).max(axis=0) < 1e-9 for mine, theirs in views], axis=0)
        assert (alike & (every.state["struck"] == own.state["struck"])).sum() == 1


def test_a_seed_is_found_with_which_a_seat_decides() -> None:
    rare = STRIKE.replace("knows: [talks]}", "knows: [talks], when: talks == threaten, else: nothing}")
    one = game(rare)
    seed = telling_seed(one.scenario, one.program, ["firm"], seed=5)
    calm = [turns(first(rare, tried), "firm", "some") for tried in range(5, seed + 1)]
    assert [bool(asked) for asked in calm] == [False] * (seed - 5) + [True]


BUILT = """
engine: 1
title: Built in
unknowns: {size: {label: Size, uniform: [0, 4], known: false}}
actors: {me: {name: Me, precision: 1}, you: {name: You, precision: 1}}
moves:
  - {type: mood, of: me, values: [low, high], chance: {high: 0.3, low: rest}}
  - {decision: act, actor: me, options: [stop, go]}
  - {decision: reply, actor: you, options: [no, yes], knows: [act]}
payoffs:
  me:
    - {term: mood, value: 5 if mood == high else -5}
    - {term: act, value: 2 * (act == go)}
  you: [{term: size, value: (1 + size ** 2) * (reply == yes)}]
outcomes: {go: {label: Go, happens: act == go}}
"""


def test_what_is_expected_rests_on_what_is_known_even_where_it_changes_no_choice() -> None:
    """The mood adds 5 or takes it, whatever is done; who knows it expects that, and owes it to no luck."""
    for seed in range(6):
        now = first(BUILT, seed)
        (turn,) = turns(now, "me", "stop")
        mood = 5 if turn.knows["mood"] == "high" else -5
        assert turn.payoffs == pytest.approx({"stop": mood, "go": mood + 2}, abs=1e-12)
        assert turn.choice.terms["stop"]["mood"] == pytest.approx(mood)  # type: ignore[index]
        happened = now.play(["me"], lambda turn: "stop")
        account = reviewed(now, happened, [Chosen(turn, "stop")], ["me"]).accounts["me"]
        assert account.luck == pytest.approx(0, abs=1e-12)
        assert account.cost == pytest.approx(2, abs=1e-12)


def test_what_nobody_knows_is_told_on_average_until_the_end() -> None:
    """The size of the game is no mean, so that the payoff which it brings is not the one that anybody could tell."""
    for known, certain in (("known: false", False), ("known: true", True)):
        now = first(BUILT.replace("uniform: [0, 4]", "triangular: [0, 1, 5]").replace("known: false", known))
        happened = now.play(["you"], lambda turn: "yes")
        assert now.perceived("you", happened).certain is certain


HABIT = """
engine: 1
title: Against a habit
actors:
  me: {name: Me, precision: 1, reasoning: habit, habit: {first: {left: 1, right: 0}, second: {left: 1, right: 0}}}
moves:
  - {decision: first, actor: me, options: [left, right]}
  - {event: news, chance: 0.25}
  - {decision: second, actor: me, options: [left, right], knows: [news]}
payoffs: {me: [{term: both, value: 8 * (first == right and second == right and news == yes)}]}
outcomes: {left: {label: Left, happens: first == left}}
"""


def test_what_a_habit_never_does_can_be_done_and_is_weighed() -> None:
    """Going right twice pays 8 after the news, a quarter of the time; a seat may do so though its actor never does."""
    for seed in range(8):
        start, further = turns(first(HABIT, seed), "me", "right", "right")
        assert start.payoffs == pytest.approx({"left": 0, "right": 2}, abs=1e-12)
        assert further.choice.payoffs == pytest.approx({"left": 0, "right": 8 * (further.knows["news"] == "yes")})


def test_one_draw_with_a_set_that_chance_never_reaches_is_solved() -> None:
    """Matching pennies of 13 sides, after an event that never comes: a coin of 13 sides in either case."""
    sides = ", ".join(f"s{place}: {place}" for place in range(13))
    text = f"""
engine: 1
title: Pennies
actors: {{a: {{name: A, precision: 1}}, b: {{name: B, precision: 1}}}}
moves:
  - {{event: never, chance: 0}}
  - {{decision: left, actor: a, options: {{{sides}}}, knows: [never], secret: true}}
  - {{decision: right, actor: b, options: {{{sides}}}, knows: [never]}}
payoffs:
  a: [{{term: same, value: (2 + never) * (left == right)}}]
  b: [{{term: apart, value: (2 + never) * (left != right)}}]
outcomes: {{same: {{label: Same, happens: left == right}}}}
"""
    (turn,) = turns(first(text), "a", "s3")
    assert list(turn.choice.probabilities.values()) == pytest.approx([1 / 13] * 13, abs=1e-9)
    assert turn.payoffs == pytest.approx(dict.fromkeys(turn.payoffs, 2 / 13), abs=1e-9)
