"""Files as text: only regular ones, of a limited size and in UTF-8."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from engine.document.limits import MAX_BYTES
from engine.errors import Location, Problem, ScenarioError


def read_file(path: Path, limit: int = MAX_BYTES) -> str:
    """The text of a regular UTF-8 file of at most `limit` bytes; its byte order mark and line ends are kept.

    Raises:
        ScenarioError: if it does not exist, may not be read, is no regular file, is too large or not UTF-8.
    """
    try:
        data = _read_bytes(path, limit)
    except FileNotFoundError:
        hint = "" if _is_folder(path.parent) else f"the folder '{path.parent}' does not exist either"
        raise ScenarioError([Problem(f"there is no file '{path}'", hint=hint)]) from None
    except PermissionError:
        raise ScenarioError([Problem(f"'{path}' may not be read", hint="check its permissions")]) from None
    except OSError as error:
        raise ScenarioError([Problem(f"'{path}' cannot be read: {error.strerror or error}")]) from None
    except ValueError:  # a NUL or half a surrogate pair in the name
        raise ScenarioError([Problem(f"{str(path)!r} is not a possible file name")]) from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ScenarioError([_not_utf8(str(path), data, error.start)]) from None


def _read_bytes(path: Path, limit: int) -> bytes:
    _check_regular(path, os.stat(path), limit)  # before opening, since opening a device may already do something
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as stream:
        _check_regular(path, os.fstat(stream.fileno()), limit)  # it may have been exchanged for a pipe meanwhile
        data = stream.read(limit + 1)
    if len(data) > limit:  # it grew, or is one of those files that say they have no size
        raise ScenarioError([_too_large(path, limit)])
    return data


def _check_regular(path: Path, status: os.stat_result, limit: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise ScenarioError([Problem(f"'{path}' is a folder, not a file")])
    if not stat.S_ISREG(status.st_mode):
        raise ScenarioError([Problem(f"'{path}' is not a regular file", hint="pipes and devices are not read")])
    if status.st_size > limit:
        raise ScenarioError([_too_large(path, limit)])


def _too_large(path: Path, limit: int) -> Problem:
    return Problem(f"'{path}' is larger than {limit:,} bytes")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _not_utf8(file: str, data: bytes, offset: int) -> Problem:
    start = data.rfind(b"\n", 0, offset) + 1
    end = data.find(b"\n", offset)
    line = data[start : end if end >= 0 else len(data)].decode("utf-8", "replace").rstrip("\r")
    column = len(data[start:offset].decode("utf-8").removeprefix("\ufeff" if start == 0 else "")) + 1
    where = Location(file, data.count(b"\n", 0, offset) + 1, column)
    utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    hint = "it looks like UTF-16: save it as UTF-8" if utf16 else "save it as UTF-8, if it is a text file at all"
    return Problem(f"this is not UTF-8 text: byte 0x{data[offset]:02x} at offset {offset:,}", where, line, hint)
