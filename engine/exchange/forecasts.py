"""Lists of forecasts and of what came of them: who said what of which question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.analysis.scoring.judged import CROWD, EVERYBODY, Said
from engine.distributions.spoken import chance_of
from engine.errors import Problem, ScenarioError
from engine.exchange.tables import Table, read_table
from engine.scenario.scope import nearest

HAPPENED: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("yes", "y", "true", "1"), True),
    **dict.fromkeys(("no", "n", "false", "0"), False),
}
NEEDED: Final = ("by", "probability", "happened")
COLUMNS: Final = (*NEEDED, "question")
EXAMPLE: Final = "by,probability,happened and perhaps question"
MOST_FORECASTERS: Final = 1_000
LONGEST_FIELD: Final = 1_000


def forecasts_in(text: str, file: str) -> dict[str, list[Said]]:
    """The forecasts of a list, by forecaster.

    Args:
        text: a table whose head names the columns: `by`, `probability` (`10%`, `0.1`, `1 in 10`), `happened` (yes or
            no) and perhaps `question`; others are ignored.
        file: what it is called in messages.

    Raises:
        ScenarioError: every row that makes no sense.
    """
    table = read_table(text, file, EXAMPLE)
    _check_head(table)
    said: dict[str, list[Said]] = {}
    happened: dict[str, bool] = {}
    problems: list[Problem] = []
    for line, cells in table.even_rows(problems):
        try:
            by, entry = _entry(dict(zip(table.head[1], cells, strict=True)))
            if entry[2] and happened.setdefault(entry[2], entry[1]) != entry[1]:
                raise ValueError(f"'{entry[2][:40]}' has happened in one line and has not in another")
            said.setdefault(by, []).append(entry)
        except ValueError as error:
            problems.append(table.problem(line, str(error)))
    if len(said) > MOST_FORECASTERS:
        problems.append(Problem(f"{file} has {len(said):,} forecasters; at most {MOST_FORECASTERS:,} are scored"))
    if not said and not problems:
        problems.append(Problem(f"{file} has no forecast", hint="below the first line stands one in each line"))
    if problems:
        raise ScenarioError(problems)
    return said


# Private functions


def _check_head(table: Table) -> None:
    line, heads = table.head
    missing = [name for name in NEEDED if name not in heads]
    twice = [name for name in COLUMNS if heads.count(name) > 1]
    if missing or twice:
        what = f"there is no column '{missing[0]}'" if missing else f"the column '{twice[0]}' stands there twice"
        near = nearest(missing[0], [name for name in heads if name]) if missing else ""
        form = f"the first line names the columns: {EXAMPLE}"
        raise ScenarioError([table.problem(line, what, f"{near}; {form}" if near.startswith("did you") else form)])


def _entry(row: Mapping[str, str]) -> tuple[str, Said]:
    by, happened = row["by"], row["happened"].lower()
    if not by:
        raise ValueError("nobody is named under 'by'")
    if by in (CROWD, EVERYBODY):
        raise ValueError(f"'{by}' is what the line for all forecasters is called; write another name")
    if max(map(len, row.values())) > LONGEST_FIELD:
        raise ValueError(f"a field has more than {LONGEST_FIELD:,} characters")
    if happened not in HAPPENED:
        raise ValueError(f"'{happened[:40]}' under 'happened' is neither yes nor no")
    return by, (chance_of(row["probability"]), HAPPENED[happened], row.get("question", ""))
