"""A result as a folder: written aside, then renamed, so that it is there as a whole or not at all."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from engine import document
from engine.analysis.running.summary import Result
from engine.errors import UsageError
from engine.report import export

LIBRARIES: Final = ("numpy", "scipy")


def check_free(folder: Path) -> None:
    """Makes sure that a folder can be made there.

    Raises:
        UsageError: something is there already, or there is nothing to put it into.
    """
    if os.path.lexists(folder):
        raise UsageError(f"'{folder}' exists already", "results are never overwritten; give another name")
    if not folder.parent.is_dir():
        raise UsageError(f"there is no folder '{folder.parent}' to put '{folder.name}' into")


def result_files(result: Result, engine: str, text: str, file: str, command: Sequence[str]) -> dict[str, bytes]:
    """What a saved run consists of, by file name.

    Args:
        result: of the run.
        engine: version.
        text: of the scenario, exactly as read.
        file: where that came from; its sources are beside it.
        command: as typed.
    """
    scenario = text.encode()
    outcome = export.json_text(export.result_record(result, engine)).encode()
    sums = {
        "scenario.yaml": _sha256(scenario),
        "result.json": _sha256(outcome),
        "sources": _sources(result, Path(file).parent),
    }
    origin = _origin(result, engine, sums, command)
    return {
        "scenario.yaml": scenario,
        "result.json": outcome,
        "summary.csv": export.csv_text(result).encode(),
        "provenance.json": export.json_text(origin).encode(),
    }


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes the files into a new folder beside it and gives that its name.

    Raises:
        UsageError: the folder exists.
        OSError: it cannot be written; nothing is left behind.
    """
    check_free(folder)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in files.items():
            with open(aside / name, "xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        aside.chmod(0o777 & ~_umask())
        check_free(folder)
        aside.rename(folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def library_version(name: str) -> str | None:
    """The version of a library that is installed; None if it is not."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


# Private functions


def _origin(result: Result, engine: str, sums: Mapping[str, Any], command: Sequence[str]) -> dict[str, Any]:
    settings = result.settings
    return {
        "engine": engine,
        "schema": export.SCHEMA,
        "command": list(command),
        "python": platform.python_version(),
        **{name: library_version(name) for name in LIBRARIES},
        "platform": platform.platform(),
        "machine": platform.machine(),
        "assumptions": result.assumptions,
        "overrides": dict(result.overrides),
        "seed": settings.seed,
        "draws": settings.draws,
        "method": settings.method,
        "replicates": settings.replicates,
        "sha256": dict(sums),
    }


def _sources(result: Result, home: Path) -> dict[str, str]:
    return {
        name: _sha256(document.read_file(home / source.file).encode())
        for name, source in result.scenario.sources.items()
        if source.file is not None
    }


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _umask() -> int:
    mask = os.umask(0o22)
    os.umask(mask)
    return mask
