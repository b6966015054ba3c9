"""What a command is given: its parameters, and what they mean."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

if TYPE_CHECKING:
    from engine import api

STDIN: Final = "-"
LARGEST_BARE: Final = 0.05  # a larger error without % is more likely a percentage whose sign was forgotten

File = Annotated[str, typer.Argument(metavar="FILE", help="The scenario, a YAML file; - reads it from stdin.")]
Assume = Annotated[list[str] | None, typer.Option(metavar="SET", help="Run under this assumption set (base).")]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change one value, such as unknowns.loans=3; repeatable."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no warnings.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV, one row for each figure.")]
Seed = Annotated[int | None, typer.Option(metavar="N", help="Of the random numbers (1).")]
Threads = Annotated[int | None, typer.Option(metavar="N", help="Changes nothing but speed.")]
Histories = Annotated[
    int | None, typer.Option(metavar="N", help="Histories that a draw may carry, where there are rounds.")
]


def load_file(file: str) -> api.Loaded:
    """The scenario in a file, or on stdin."""
    from engine import api

    return api.load_stream(sys.stdin.buffer, "<stdin>") if file == STDIN else api.load(Path(file))


def text_of(file: str) -> tuple[str, str]:
    """What a file or stdin holds, and what it is called in messages."""
    from engine import api, document

    if file == STDIN:
        return api.read_stream(sys.stdin.buffer, "<stdin>"), "<stdin>"
    return document.read_file(Path(file)), file


def count_of(text: str | None) -> int | None:
    """A whole number such as `16384`, `16,384` or `16_384`."""
    from engine.errors import UsageError

    if text is None:
        return None
    if re.fullmatch(r"-?[0-9]{1,18}|[0-9]{1,3}(?:([,_])[0-9]{3})(?:\1[0-9]{3}){0,4}", text) is None:
        raise UsageError(f"--draws {text}: a whole number is needed", "such as 16384 or 16,384")
    return int(re.sub("[,_]", "", text))


def size_of(text: str | None) -> float | None:
    """A share such as `0.1%` or `0.001`; a large one is only taken with its %."""
    from engine.errors import UsageError

    if text is None:
        return None
    try:
        size = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise UsageError(f"--error {text}: a share is needed, such as 0.1% or 0.001") from None
    if not text.endswith("%") and LARGEST_BARE <= size < 100:
        raise UsageError(
            f"--error {text} would be {100 * size:g} percentage points", f"write {text}% or {100 * size:g}%"
        )
    return size


def set_name_of(given: list[str] | None) -> str:
    """The one assumption set that is asked for."""
    from engine.errors import UsageError

    if given and len(given) > 1:
        sets = [name for name in dict.fromkeys(given) if name != "base"]
        combined = f"write one in the scenario that has both: {{label: Both, extends: [{', '.join(sets)}]}}"
        hint = f"to combine sets, {combined}" if len(sets) > 1 else "give it once"
        raise UsageError("--assume takes one set, and is given more than once", hint)
    return given[0] if given else "base"


def overrides_of(given: list[str] | None) -> list[tuple[str, str]]:
    """The paths and values that are set from outside."""
    return [_override(text) for text in given or ()]


def _override(text: str) -> tuple[str, str]:
    from engine.errors import UsageError

    found = re.fullmatch(r"((?:'[^']*'|\"[^\"]*\"|[^='\"])+)=(.*)", text, re.DOTALL)
    if found is None:
        raise UsageError(f"--set {text}: a path and a value are needed", "for example --set unknowns.loans=3")
    return found[1].strip(), found[2].strip()


def form_of(json: bool, csv: bool, hint: str = "") -> str:
    """In which form the result is printed: `text`, `json` or `csv`."""
    from engine.errors import UsageError

    if json and csv:
        raise UsageError("--json and --csv exclude each other", hint)
    return "json" if json else "csv" if csv else "text"
