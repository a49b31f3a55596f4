"""One process of the engine alone: ``python -m tests.chaos.worker URL RECEIVER``. What it owes, it
POSTs with the product's HTTP client to the receiver, always the same bytes under the same key."""

from __future__ import annotations

import signal
import sys
import threading
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy.orm import Session

from hub.engine.engine import Engine
from hub.engine.retry import RetrySchedule
from hub.engine.settings import DestinationLimits, EngineSettings
from hub.engine.work import Failure, Work
from hub.kernel.crypto import Vault
from hub.kernel.errors import AuthenticationFailed, OutcomeUnknown, Retryable
from hub.storage.db import Database
from hub.toolkit.http import HttpClient
from tests.chaos.clock_file import clock_from_environment

SECRET = "a secret key for tests, long enough"
KIND = "post"
PATIENCE = 10.0  # seconds for an answer
# As in production, but never so long that a run waits for minutes.
SCHEDULE = RetrySchedule(longest=timedelta(seconds=10))
LIMITS = DestinationLimits(concurrency=8, schedule=SCHEDULE)


class PostHandler:
    """Implements ``Handler``."""

    def __init__(self, receiver: str) -> None:
        self._http = HttpClient(receiver, timeout=(2.0, PATIENCE), pool=32)

    def perform(self, work: Work) -> None:
        answer = self._http.call(
            "POST",
            f"/to/{work.destination}",
            data=orjson.dumps(work.payload, option=orjson.OPT_SORT_KEYS),
            headers={
                "Idempotency-Key": work.key,
                "webhook-id": work.id,
                "x-entity": work.entity,
                "x-seq": str(work.seq),
            },
        )
        if answer.status == 429:
            raise Retryable("asks for fewer calls", retry_after=answer.retry_after)
        if answer.status == 401:
            raise AuthenticationFailed("refuses the credentials")
        if answer.status != 200:
            raise OutcomeUnknown(f"answered {answer.status}")
        answer.json()

    def delivered(self, session: Session, work: Work, result: Any) -> None:
        return None

    def gave_up(self, session: Session, work: Work, failure: Failure) -> None:
        return None


def engine_on(db: Database, receiver: str) -> Engine:
    """The engine of one worker."""
    return Engine(
        db,
        clock_from_environment(),
        {KIND: PostHandler(receiver)},
        {},
        lambda workspace, destination: LIMITS,
        EngineSettings(),
    )


def main(url: str, receiver: str) -> None:
    """Work until told to end."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    engine = engine_on(Database(url, Vault(SECRET)), receiver)
    signal.signal(signal.SIGUSR1, lambda *_: engine.wake())  # as a NOTIFY would
    engine.start()
    print("started", flush=True)
    ended.wait()
    engine.stop()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
