"""Forecast records: sealed now, verified later."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from engine.analysis.scoring.sealing import changed_sections, compared, digest
from engine.api.running import run
from engine.api.scenarios import Loaded
from engine.api.settings import Options, options
from engine.errors import UsageError
from engine.report import seals
from engine.report.folder import LIBRARIES, library_version
from engine.scenario.assumptions import BASE

Progress = Callable[[int, int], None]


def seal(
    loaded: Loaded,
    assumptions: str = BASE,
    overrides: Sequence[tuple[str, str]] = (),
    options: Options | None = None,
    day: date | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Runs a scenario and makes a record of what it forecasts, with a fingerprint; what happened is not in it.

    Args:
        day: on which it is sealed; None: today.

    Raises:
        UsageError: no such set, or an override that leads nowhere.
        ScenarioError: what is wrong with the scenario or with the numbers of some draw.
    """
    from engine import __version__

    result = _result(loaded, assumptions, overrides, options or Options(), progress)
    home = Path(loaded.file).parent if loaded.file != seals.STDIN else Path()
    sources = seals.sources_of(loaded.scenario, home)
    name = Path(loaded.file).name
    return seals.sealed_record(result, __version__, overrides, name, loaded.scenario, sources, day or date.today())


def verify(
    record: Mapping[str, Any],
    loaded: Loaded,
    threads: int | None = None,
    progress: Progress | None = None,
    processes: bool = False,
) -> seals.Verified:
    """Checks a record: whether it is as it was sealed, is about this scenario, and comes out again.

    Args:
        record: as `report.seals.read_record` gives it.

    Raises:
        UsageError: settings that no run takes.
        ScenarioError: what is wrong with the numbers of some draw.
    """
    from engine import __version__

    base, sealed = loaded.scenario, record["scenario"]
    home = Path(loaded.file).parent if loaded.file != seals.STDIN else Path()
    sources = seals.sources_of(base, home)
    settings = record["settings"]
    again = options(
        settings["draws"], None, settings["seed"], _method(settings["method"]), threads, settings.get("histories")
    )
    outcomes: Mapping[str, Any] = {}
    failure = ""
    try:
        pairs = [(path, value) for path, value in record["overrides"]]
        result = _result(loaded, record["assumptions"], pairs, replace(again, processes=processes), progress)
        now = seals.sealed_record(result, __version__, pairs, "", base, {}, date.min)
        outcomes = now["outcomes"]
    except UsageError as error:
        failure = f"{error.message}; {error.hint}" if error.hint else error.message
    return seals.Verified(
        record=record,
        file=loaded.file,
        computed=digest(record),
        same_file=sealed["sha256"] == loaded.sha256,
        changed=tuple(changed_sections(sealed["sections"], seals.sections_of(base))),
        sources=tuple(name for name, mark in sealed["sources"].items() if sources.get(name) != mark),
        engine=__version__,
        libraries=tuple(name for name in LIBRARIES if record.get(name) != library_version(name)),
        outcomes=() if failure else tuple(compared(record["outcomes"], outcomes)),
        failure=failure,
    )


def _result(
    loaded: Loaded, name: str, overrides: Sequence[tuple[str, str]], options: Options, progress: Progress | None
) -> Any:
    return run(loaded, name, overrides, replace(options, reason=False, equilibria=False), progress)


def _method(name: str) -> str:
    """Nothing was sampled where the figures are exact, so any method does."""
    return "sobol" if name == "exact" else name
