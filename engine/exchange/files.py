"""Files that are there as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from engine.errors import UsageError


def check_writable(path: Path, force: bool) -> None:
    """Makes sure, before any work, that a file may be written there.

    Raises:
        UsageError: something is there already that may not be replaced, or there is no folder for it.
    """
    if os.path.lexists(path) and not path.is_file():
        raise UsageError(f"'{path}' is no regular file, so it is not replaced", "give the name of a file, or -")
    if os.path.lexists(path) and not force:
        raise UsageError(f"'{path}' exists already", "--force replaces it")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder '{path.parent}' to put '{path.name}' into")


def write_whole(path: Path, text: str, force: bool) -> None:
    """Writes a file beside its place and gives it its name; a link is followed.

    Raises:
        UsageError: it exists already, and is not to be replaced.
        OSError: it cannot be written; nothing is left behind.
    """
    check_writable(path, force)
    target = path.resolve()
    handle, aside = tempfile.mkstemp(prefix=f".{target.name[:40]}-", dir=target.parent)
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(aside, target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        check_writable(path, force)
        os.replace(aside, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(aside)
        raise


def _umask() -> int:
    mask = os.umask(0o22)
    os.umask(mask)
    return mask
