"""A new SQLite file that many open at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from sqlalchemy import text

from hub.kernel.crypto import Vault
from hub.storage.db import Database

AT_ONCE, FILES = 8, 40  # of three hundred files, one in twelve met somebody who was at it


def test_nobody_meets_another_who_switches_the_file_to_wal(tmp_path: Path) -> None:
    vault, ready = Vault("a secret key for tests, long enough"), Barrier(AT_ONCE)

    def open_it(path: Path) -> str:
        db = Database(f"sqlite:///{path}", vault)
        ready.wait()
        with db.write() as session:
            mode = str(session.scalar(text("PRAGMA journal_mode")))
        db.close()
        return mode

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for number in range(FILES):
            path = tmp_path / f"{number}.db"
            assert list(pool.map(open_it, [path] * AT_ONCE)) == ["wal"] * AT_ONCE
