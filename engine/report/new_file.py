"""A new file: written aside, then given its name, so that it is there as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from engine.errors import UsageError


def check_new(path: Path) -> None:
    """Makes sure that a file can be made there.

    Raises:
        UsageError: something is there already, or there is no folder that it can be put into.
    """
    if os.path.lexists(path):
        raise UsageError(f"'{path}' exists already", "it is never overwritten; give another name")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder '{path.parent}' to put '{path.name}' into")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"nothing can be written into the folder '{path.parent}'", "give a place of your own")


def write_new(path: Path, text: str) -> None:
    """Writes a file that is not there yet.

    Raises:
        UsageError: it is there.
        OSError: it cannot be written; nothing is left behind.
    """
    check_new(path)
    handle, aside = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with open(handle, "wb") as stream:
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        mask = os.umask(0o22)
        os.umask(mask)
        os.chmod(aside, 0o666 & ~mask)
        check_new(path)
        os.rename(aside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(aside)
        raise
