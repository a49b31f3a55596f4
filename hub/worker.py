"""A process that works on what is owed: ``python -m hub.worker``, started by ``paraph worker``,
which restarts it when it dies. It ends in good order when told to, or when its parent is gone.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hub.kernel import logging
from hub.kernel.clock import SystemClock
from hub.kernel.errors import ConfigurationError
from hub.kernel.sentry import start_sentry
from hub.services.house import House, open_house
from hub.services.making.maker import tried_seal
from hub.settings import load_hub_settings

FAULTY_SETTINGS = 2  # exit code: starting again would not help


def begun(folder: Path, *, work: bool = True, threads: int | None = None) -> House:
    """The house of a process, open and started. Ends the process, in words, on faulty settings."""
    try:
        settings = load_hub_settings(folder / "paraph.yaml")
        logging.configure(settings.log_level, json=settings.log_json)  # before anything is logged
        with ThreadPoolExecutor(1) as beside:
            trial = beside.submit(tried_seal, settings, SystemClock()) if work else None
            house = open_house(folder, threads=threads)
            if trial:
                house.core.workshop.seal_trouble = trial.result()
    except ConfigurationError as error:
        sys.stderr.write(f"paraph: {error}\n")
        raise SystemExit(FAULTY_SETTINGS) from None
    start_sentry(settings.sentry_dsn, settings.environment)
    house.start(work=work)
    return house


def settle_in() -> None:
    """What a process does once everything is loaded."""
    gc.freeze()  # what is loaded now stays: the collector need not walk it again and again
    gc.enable()


def main(folder: Path, threads: int | None) -> None:
    """Work until SIGTERM, SIGINT, or the end of the standard input, which the parent holds."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    threading.Thread(target=_outlive_nobody, args=[told], daemon=True).start()
    house = begun(folder, threads=threads)
    settle_in()
    told.wait()
    house.stop()


def _outlive_nobody(told: threading.Event) -> None:
    while os.read(0, 1):
        pass
    told.set()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) or None)
