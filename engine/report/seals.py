"""Forecast records: how they are written and read, and what checking one says."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any, Final

from engine import document
from engine.analysis.running.summary import Result
from engine.analysis.scoring.sealing import (
    HARMLESS,
    IDENTICAL,
    UNSEALED,
    WITHIN,
    Compared,
    digest,
    fingerprint,
)
from engine.errors import Problem, ScenarioError, UsageError
from engine.report.export import SCHEMA, json_text, result_record
from engine.report.figures import number, percent, plural
from engine.report.folder import LIBRARIES, library_version
from engine.report.rows import painted_lines
from engine.report.terminal import Screen, cut, left, right, wrap
from engine.report.text import next_line
from engine.scenario.model import Scenario

ENDING: Final = ".forecast.json"
STDIN: Final = "<stdin>"
FIGURE: Final = 11
LONGEST_WHOLE: Final = 40
HOW: Final = 23
SHAPE: Final[Mapping[str, type | tuple[type, ...]]] = {
    "command": str,
    "engine": str,
    "schema": int,
    "scenario": dict,
    "assumptions": str,
    "overrides": list,
    "settings": dict,
    "outcomes": dict,
    "sealed_on": str,
    "sha256": str,
}


@dataclass(frozen=True, slots=True)
class Verified:
    """What checking a record says.

    Attributes:
        record: as it was read.
        file: of the scenario that it was checked against.
        computed: the fingerprint of the record's content, which should be its own `sha256`.
        same_file: whether the scenario file is the same to the last byte.
        changed: its sections that are not as sealed.
        sources: names of source texts that are not as sealed.
        engine: version that ran it again.
        libraries: names of those whose version is another now.
        outcomes: each as sealed and now.
        failure: why it could not be run again; empty if it could.
    """

    record: Mapping[str, Any]
    file: str
    computed: str
    same_file: bool
    changed: tuple[str, ...]
    sources: tuple[str, ...]
    engine: str
    libraries: tuple[str, ...]
    outcomes: tuple[Compared, ...]
    failure: str = ""

    @property
    def untouched(self) -> bool:
        """Whether the record is as it was sealed."""
        return bool(self.computed == self.record["sha256"])

    @property
    def holds(self) -> bool:
        """Whether the record is as it was sealed, about this scenario, and its figures come out again."""
        told = all(one.how in (IDENTICAL, WITHIN) for one in self.outcomes)
        return self.untouched and not self.harmful and not self.sources and not self.failure and told

    @property
    def harmful(self) -> tuple[str, ...]:
        """The changed sections on which figures hang."""
        return tuple(name for name in self.changed if name not in HARMLESS)


# Records


def sealed_record(
    result: Result,
    engine: str,
    overrides: Sequence[tuple[str, str]],
    file: str,
    base: Scenario,
    sources: Mapping[str, str],
    day: date,
) -> dict[str, Any]:
    """A forecast as plain data, with its fingerprint; nothing of what happened is in it.

    Args:
        file: the scenario's name, without folders.
        base: the scenario as its file stands.
        sources: the fingerprint of each source text, by name.
    """
    said = result_record(result, engine)
    record = {
        "command": "seal",
        "engine": engine,
        "schema": SCHEMA,
        **{name: library_version(name) for name in LIBRARIES},
        "sealed_on": day.isoformat(),
        "scenario": {
            "title": base.title,
            "file": file,
            "sha256": result.sha256,
            "sections": sections_of(base),
            "sources": dict(sources),
        },
        "assumptions": result.assumptions,
        "overrides": [list(one) for one in overrides],
        "settings": said["settings"],
        "outcomes": said["outcomes"],
    }
    record = json.loads(json.dumps(record, allow_nan=False))
    return {**record, "sha256": digest(record)}


def sections_of(base: Scenario) -> dict[str, str]:
    """The fingerprint of each section of a scenario, but for those that tell what happened."""
    plain = document.plain(base.document)
    return {str(name): fingerprint(_text(part)) for name, part in plain.items() if name not in UNSEALED}


def sources_of(base: Scenario, home: Path) -> dict[str, str]:
    """The fingerprint of each source text."""
    return {
        name: hashlib.sha256(document.read_file(home / source.file).encode()).hexdigest()
        for name, source in base.sources.items()
        if source.file is not None
    }


def read_record(text: str, file: str) -> dict[str, Any]:
    """A record as its file has it; whether it is as it was sealed is for `digest` to say.

    Raises:
        ScenarioError: it is no record.
    """
    try:
        record = json.loads(
            text, parse_constant=_refuse, parse_float=_finite, parse_int=_whole, object_pairs_hook=_once
        )
    except (ValueError, RecursionError) as error:
        raise ScenarioError([Problem(f"'{file}' is no forecast record: {error}")]) from None
    wrong = [
        name for name, kind in SHAPE.items() if not isinstance(record, dict) or not isinstance(record.get(name), kind)
    ]
    if wrong or record["command"] != "seal":
        what = f"'{wrong[0]}' is missing or of the wrong kind" if wrong else "it comes from another command"
        hint = "engine seal writes one"
        raise ScenarioError([Problem(f"'{file}' is no forecast record: {what}", hint=hint)])
    if record["schema"] != SCHEMA:
        raise ScenarioError([Problem(f"'{file}' has schema {record['schema']}, this engine reads {SCHEMA}")])
    return _checked(record, file)


def write_record(path: Path, record: Mapping[str, Any], replace: bool) -> None:
    """Writes a record beside its place, then gives it its name.

    Raises:
        UsageError: there is something already, and it is not to be replaced; or the folder does not exist.
    """
    check_place(path, replace)
    handle, aside = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(json_text(record).encode())
            stream.flush()
            os.fsync(stream.fileno())
        check_place(path, replace)
        os.chmod(aside, 0o644)
        os.replace(aside, path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


def check_place(path: Path, replace: bool) -> None:
    """Makes sure that a record can be written there.

    Raises:
        UsageError: as `write_record`.
    """
    if os.path.lexists(path) and not (replace and path.is_file()):
        raise UsageError(f"'{path}' exists already", "give another name with --to, or --replace it")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder '{path.parent}' to put '{path.name}' into")


# Text


def seal_text(record: Mapping[str, Any], path: Path, resolved: bool, file: str, screen: Screen) -> str:
    """Where the record is, what it says, and its fingerprint."""
    lines = [screen.paint(line, "bold") for line in wrap(screen.label(record["scenario"]["title"]), screen.width)]
    settings = record["settings"]
    under = f"sealed on {record['sealed_on']}, assumptions {record['assumptions']}, {settings['draws']:,} draws, seed "
    lines += [screen.paint(line, "dim") for line in wrap(screen.label(f"{under}{settings['seed']}"), screen.width)]
    lines.append("")
    for outcome in record["outcomes"].values():
        lines += _said_lines(outcome, settings["draws"], screen)
    lines += ["", *wrap(screen.label(f"Written to {path}"), screen.width), f"sha256 {record['sha256']}"]
    lines.append("")
    text = (
        "Publish that line now (in a mail, a post, a printed sheet) and show the file later: nobody can then have "
        "changed a figure in between. It does not say when it was made; the publishing does."
    )
    lines += wrap(text, screen.width)
    if resolved:
        note = "Note: the scenario says already what happened. That is not in the record, but this is no foresight."
        lines += wrap(note, screen.width)
    words = ["verify", str(path)] if file != "-" else ["verify", str(path), "FILE"]
    lines += ["", *next_line(words, "is it as sealed, does it come out again?", screen)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def verified_text(found: Verified, path: str, screen: Screen) -> str:
    """The verdict first, then each check."""
    record = found.record
    verdict = "The record holds." if found.holds else "The record does not hold."
    lines = [screen.paint(line, "bold") for line in wrap(screen.label(record["scenario"]["title"]), screen.width)]
    lines += [screen.paint(verdict, "bold", "green" if found.holds else "red"), ""]
    for text in (_about_record(found), *_about_scenario(found), *_about_engine(found)):
        first, *more = wrap(screen.label(text), screen.width, screen.width - 2)
        lines += [first, *(f"  {line}" for line in more)]
    if found.failure:
        lines += wrap(screen.label(f"It cannot be run again: {found.failure}"), screen.width)
    if found.outcomes:
        who = screen.width - 2 * FIGURE - HOW - 2
        head = left("Outcome", who) + right("sealed", FIGURE) + right("now", FIGURE)
        lines += ["", screen.paint(f"{head}  figures", "dim")]
        lines += [line for one in found.outcomes for line in _compared_lines(one, screen)]
    if any(one.how == WITHIN for one in found.outcomes):
        text = (
            "Within sampling error: chances and means only; of such an outcome quantiles and spreads are not compared."
        )
        lines += ["", *wrap(text, screen.width)]
    words = ["score", found.file] if found.holds else ["seal", found.file, "--to", "NEW.json"]
    about = "how good it was, if it is known what happened" if found.holds else "a record of the scenario as it is now"
    if found.file != STDIN:
        lines += ["", *next_line(words, about, screen)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def verified_record(found: Verified, version: str) -> dict[str, Any]:
    """The verdict and each check as plain data."""
    return {
        "engine": version,
        "schema": SCHEMA,
        "command": "verify",
        "holds": found.holds,
        "record": {"sha256": found.record["sha256"], "computed": found.computed, "untouched": found.untouched},
        "scenario": {
            "same_file": found.same_file,
            "changed_sections": list(found.changed),
            "changed_sources": list(found.sources),
        },
        "sealed_by": found.record["engine"],
        "changed_libraries": list(found.libraries),
        "outcomes": {one.outcome: _without_name(one) for one in found.outcomes},
        "failure": found.failure or None,
    }


# Private functions


def _text(part: object) -> object:
    """Plain data with everything that JSON does not know as text."""
    if isinstance(part, Mapping):
        return {str(key): _text(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_text(value) for value in part]
    return part if isinstance(part, str | int | float | bool) or part is None else str(part)


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no number that a record may hold")


def _finite(text: str) -> float:
    found = float(text)
    return found if isfinite(found) else _refuse(f"{text[:40]}")


def _whole(text: str) -> int:
    if len(text) > LONGEST_WHOLE:
        raise ValueError(f"a whole number has {len(text):,} digits")
    return int(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _checked(record: dict[str, Any], file: str) -> dict[str, Any]:
    """The record, if what is read of it later is of the right kind."""
    scenario, settings, outcomes = record["scenario"], record["settings"], record["outcomes"]
    fine = {
        "scenario": all(isinstance(scenario.get(name), str) for name in ("title", "file", "sha256"))
        and all(_texts(scenario.get(name)) for name in ("sections", "sources")),
        "overrides": all(
            isinstance(one, list) and len(one) == 2 and all(isinstance(text, str) for text in one)
            for one in record["overrides"]
        ),
        "settings": all(type(settings.get(name)) is int for name in ("draws", "seed"))
        and type(settings.get("histories", 0)) is int
        and isinstance(settings.get("method"), str),
        "outcomes": bool(outcomes) and all(isinstance(one, dict) for one in outcomes.values()),
    }
    wrong = [name for name, right_kind in fine.items() if not right_kind]
    if wrong:
        raise ScenarioError([Problem(f"'{file}' is no forecast record: '{wrong[0]}' is not as engine seal writes it")])
    return record


def _texts(found: object) -> bool:
    return isinstance(found, dict) and all(isinstance(value, str) for value in found.values())


def _without_name(one: Compared) -> dict[str, Any]:
    return {key: value for key, value in asdict(one).items() if key != "outcome"}


def _said_lines(outcome: Mapping[str, Any], draws: int, screen: Screen) -> list[str]:
    room = screen.width - FIGURE
    label = screen.label(str(outcome["label"]))
    error = outcome.get("mc_error")
    if outcome["kind"] != "choice":
        figure = outcome.get("mean", outcome.get("probability"))
        shown = _shown(figure, outcome["kind"], screen, draws if error else 0)
        return [left(cut(label, room - 1, screen), room) + right(shown, FIGURE)]
    rows = [cut(label, screen.width, screen)]
    for value, share in outcome["probabilities"].items():
        shown = _shown(share, "choice", screen, draws if error and error.get(value) else 0)
        rows.append(left(cut(f"  {screen.label(value)}", room - 1, screen), room) + right(shown, FIGURE))
    return rows


def _shown(figure: float | None, kind: str, screen: Screen, draws: int = 0) -> str:
    if figure is None:
        return screen.symbols("–")
    return number(figure) if kind == "quantity" else percent(min(max(figure, 0.0), 1.0), draws)


def _compared_lines(one: Compared, screen: Screen) -> list[str]:
    name = f"{one.label}: {one.value}" if one.value else one.label
    figures = "".join(right(_shown(figure, one.kind, screen), FIGURE) for figure in (one.sealed, one.now))
    colour = {IDENTICAL: "green", WITHIN: "yellow"}.get(one.how, "red")
    shown = f"{figures}  {screen.paint(one.how, colour)}"
    return painted_lines(name, shown, 2 * FIGURE + 2 + HOW, screen)


def _about_record(found: Verified) -> str:
    if found.untouched:
        return f"Record: as it was sealed, sha256 {found.record['sha256']}"
    return (
        f"Record: CHANGED since it was sealed. It says sha256 {found.record['sha256']}, but its content has "
        f"{found.computed}"
    )


def _about_scenario(found: Verified) -> list[str]:
    if found.same_file:
        texts = [f"Scenario: {found.file} is the file that was sealed, to the last byte"]
    elif found.harmful:
        texts = [f"Scenario: {found.file} has CHANGED in {', '.join(found.harmful)}"]
    else:
        where = [*found.changed, "layout, comments or what happened"]
        texts = [f"Scenario: {found.file} says the same; changed is no more than {' and '.join(where)}"]
    if found.sources:
        names = ", ".join(found.sources)
        texts.append(f"Sources: {plural(len(found.sources), 'text')} CHANGED or gone: {names}")
    return texts


def _about_engine(found: Verified) -> list[str]:
    others = [f"engine {found.record['engine']}"] if found.record["engine"] != found.engine else []
    others += [f"{name} {found.record.get(name)}" for name in found.libraries]
    if not others:
        return []
    return [f"Engine: sealed with {', '.join(others)}; now others, so the last digits may differ"]
