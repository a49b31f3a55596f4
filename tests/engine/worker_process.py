"""A process of its own for tests: ``worker_process.py MODE URL FOLDER``.

``hang`` performs one delivery, says so, and waits to be killed; ``drain`` works until all is done.
Each ``perform`` appends the delivery's key to ``performed.txt``: that is the outside world here.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from sqlalchemy import func, select

from hub.engine.work import Work
from hub.kernel.clock import SystemClock
from hub.storage.models import Delivery
from tests.engine.house import House, Recorder, opened


def main(mode: str, url: str, folder: Path) -> None:
    def perform(work: Work) -> str:
        with (folder / "performed.txt").open("a") as file:
            file.write(f"{work.key}\n")
        if mode == "hang":
            print("performed", flush=True)
            threading.Event().wait()
        return "ok"

    house = House(opened(url), SystemClock(), Recorder(perform))
    engine = house.engine()
    engine.start()
    print("started", flush=True)
    while _left(house):
        time.sleep(0.02)
    engine.stop()


def _left(house: House) -> int:
    with house.db.read() as session:
        unfinished = select(func.count()).where(Delivery.state != "delivered")
        return session.scalar(unfinished) or 0


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
