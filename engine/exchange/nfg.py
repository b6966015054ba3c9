"""Gambit's format of games in strategic form (NFG 1), with a list of payoffs or with a list of outcomes."""

from __future__ import annotations

from math import prod

from engine.exchange.records import MAX_CELLS, NormalForm, Outcome
from engine.exchange.tokens import Tokens, header, quoted, written


def read_nfg(text: str, file: str) -> NormalForm:
    """The game in the text of an `.nfg` file.

    Args:
        text: what the file holds.
        file: what to call it in messages.

    Raises:
        ScenarioError: the first thing that is wrong, with its place.
    """
    tokens = Tokens(text, file)
    title, players = header(tokens, "NFG", "1")
    strategies = _strategies(tokens, len(players))
    count = prod(len(names) for names in strategies)
    if count > MAX_CELLS:
        tokens.fail(f"a table may have {MAX_CELLS:,} cells, this one has {count:,}")
    comment = tokens.text_if_any()
    read = _outcome_list if tokens.is_brace("{") else _payoff_list
    outcomes, cells = read(tokens, len(players), count)
    if tokens.next.kind != "end":
        tokens.fail(f"the table is complete before this: it has {count:,} cells")
    return NormalForm(title, comment, players, strategies, outcomes, cells)


def write_nfg(form: NormalForm) -> str:
    """The text of an `.nfg` file with this game, as a list of outcomes."""
    names = "\n  ".join(f"{{ {' '.join(map(quoted, own))} }}" for own in form.strategies)
    outcomes = "\n".join(
        f"{{ {quoted(outcome.label)} {', '.join(map(written, outcome.payoffs))} }}" for outcome in form.outcomes
    )
    cells = " ".join("0" if outcome is None else str(outcome + 1) for outcome in form.cells)
    return (
        f"NFG 1 R {quoted(form.title)} {{ {' '.join(map(quoted, form.players))} }}\n\n"
        f"{{ {names}\n}}\n{quoted(form.comment)}\n\n{{\n{outcomes}\n}}\n{cells}\n"
    )


# Private functions


def _strategies(tokens: Tokens, n_players: int) -> tuple[tuple[str, ...], ...]:
    """The names of each player's strategies, or their numbers where only the count is given."""
    tokens.brace("{", "before the strategies")
    found: list[tuple[str, ...]] = []
    while not tokens.is_brace("}"):
        place = tokens.next
        if len(found) == n_players:
            tokens.fail(f"there are strategies for more than {n_players} players", at=place)
        if tokens.is_brace("{"):
            names = tokens.texts("the names of strategies")
        else:
            count = tokens.whole("the number of strategies, or their names in braces,")
            if count > MAX_CELLS:
                tokens.fail(f"a table may have {MAX_CELLS:,} cells", at=place)
            names = tuple(str(number + 1) for number in range(count))
        if not names:
            tokens.fail("a player needs at least one strategy", at=place)
        found.append(names)
    if len(found) < n_players:
        tokens.fail(f"{n_players} players are named, there are strategies for {len(found)}")
    tokens.take()
    return tuple(found)


def _payoff_list(tokens: Tokens, n_players: int, count: int) -> tuple[tuple[Outcome, ...], tuple[int | None, ...]]:
    outcomes = tuple(Outcome("", tuple(tokens.number("a payoff") for _ in range(n_players))) for _ in range(count))
    return outcomes, tuple(range(count))


def _outcome_list(tokens: Tokens, n_players: int, count: int) -> tuple[tuple[Outcome, ...], tuple[int | None, ...]]:
    outcomes: list[Outcome] = []
    tokens.brace("{", "before the outcomes")
    while not tokens.is_brace("}"):
        if len(outcomes) == MAX_CELLS:
            tokens.fail(f"a table may have {MAX_CELLS:,} outcomes")
        tokens.brace("{", "before an outcome")
        label = tokens.text_if_any()
        outcomes.append(Outcome(label, tuple(tokens.number("a payoff") for _ in range(n_players))))
        tokens.brace("}", f"after {n_players} payoffs")
    tokens.take()
    cells: list[int | None] = []
    for _ in range(count):
        place = tokens.next
        number = tokens.whole("the number of an outcome (0 for none)")
        if number > len(outcomes):
            tokens.fail(f"there is no outcome {number}: there are {len(outcomes)}", at=place)
        cells.append(number - 1 if number else None)
    return tuple(outcomes), tuple(cells)
