"""The demo's folder: emptied at each start, and only if it is the demo's and nobody uses it."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.kernel.errors import ConfigurationError

MARKER = ".paraph-demo"
_MARKED = "`paraph demo` made this folder and empties it at each start.\n"


@contextmanager
def claimed(folder: Path) -> Iterator[int]:
    """Empty ``folder`` and keep it locked. Yields the lock's descriptor: a process that it is
    passed on to keeps the lock too, so that nothing is taken from under a hub that still runs.

    Raises ``ConfigurationError``, and touches nothing, for a folder that is not the demo's.
    """
    marker = folder / MARKER
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(f"{folder} is not a folder; name another one with --folder")
    if folder.is_dir() and not marker.is_file() and any(folder.iterdir()):
        raise ConfigurationError(
            f"{folder} holds files that no demo put there ({MARKER} is missing); name another "
            "one with --folder, or remove it yourself"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with marker.open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(
                f"another demo runs in {folder}; end it, or name another one with --folder"
            ) from None
        _empty(folder)
        if file.tell() == 0:
            file.write(_MARKED)
            file.flush()
        yield file.fileno()


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name == MARKER:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
