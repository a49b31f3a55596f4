"""Benchmarks of proofs: from the last signature to the sealed file, and how many of them a second.
The hub's own house with its engine and its own seal, in this process; upstream and gateway are
simulated."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from hub.kernel import logging
from hub.kernel.clock import SystemClock
from hub.kernel.errors import OwnTrouble
from hub.storage.models import Delivery, Evidence, Request
from tests.bench.figures import Figure, say, short
from tests.bench.load import percentile
from tests.bench.stores import store_url
from tests.services.paper_case import RECORD, PaperCase

SIGNED, BACKLOG, WARM_UP = 200, 100, 5
PATIENCE = 60.0
LOOK_AGAIN = 0.002
ALICE = """
    - {key: alice, turn: 1, rows: [{to: name, value: Alice Andersson}, {to: mobile, value: "+46701740605"}]}"""  # noqa: E501


def seal(store: str) -> list[Figure]:
    """Milliseconds from the answer to the last signature until the row of the proof is there: the
    signature is judged, the certificate typeset, the PDF joined and sealed, all of it stored."""
    with _case(store) as case:
        case.house.engine.start()
        times = [_sealed(case, number) for number in range(WARM_UP + SIGNED)][WARM_UP:]
        case.house.engine.stop()
    times.sort()
    p95 = short(percentile(times, 0.95))
    p50, p99 = short(percentile(times, 0.5)), short(percentile(times, 0.99))
    return [Figure("seal", store, p95, "ms", p50, p99, "p95 <= 400 ms")]


def seal_rate(store: str) -> list[Figure]:
    """Proofs a second of a backlog, with the threads of the engine and what follows from each, in a
    hub that has proven something before."""
    with _case(store) as case:
        for number in range(WARM_UP):
            _signed(case, number)
            case.work()
        _hold_back(case)
        for number in range(WARM_UP, WARM_UP + BACKLOG):
            _signed(case, number)
            case.work()
        del case.core.workshop.prove  # its own again
        with case.core.db.write() as session:
            mine = Delivery.kind == "evidence", Delivery.state != "delivered"
            waiting = update(Delivery).where(*mine)
            session.execute(waiting.values(state="pending", next_at=datetime.now(UTC)))
        begun, used = time.monotonic(), time.process_time()
        case.house.engine.start()
        _await(case, WARM_UP + BACKLOG)
        seconds, processor = time.monotonic() - begun, time.process_time() - used
        case.house.engine.stop()
    say(f"{1000 * processor / BACKLOG:.0f} ms of a processor for each proof")
    return [Figure("seal_rate", store, round(BACKLOG / seconds, 1), "1/s", None, None, ">= 8/s")]


@contextmanager
def _case(store: str) -> Iterator[PaperCase]:
    logging.configure("ERROR")
    with tempfile.TemporaryDirectory(prefix="paraph-bench-") as folder, store_url(store) as url:
        case = PaperCase(Path(folder), url, people=ALICE, clock=SystemClock())
        del vars(case.core.workshop)["_maker"]  # processes of its own, as many as a hub has
        try:
            yield case
        finally:
            case.close()


def _signed(case: PaperCase, number: int) -> None:
    """A request for which Alice has drawn and handed in her signature."""
    case.upstream.put("offer", str(number), {**RECORD, "number": f"O-{number}"})
    case.send(str(number))
    _wait_for(lambda: _state(case, number) == "sent", "an invitation")
    case.look("alice")
    case.give("alice", case.begin("alice"))


def _state(case: PaperCase, number: int) -> str | None:
    """Where the request for a record stands; None before there is one."""
    with case.core.db.read() as session:
        return session.scalar(select(Request.state).where(Request.source_id == str(number)))


def _sealed(case: PaperCase, number: int) -> float:
    _signed(case, number)
    begun = time.perf_counter()
    _await(case, number + 1)
    return (time.perf_counter() - begun) * 1000


def _await(case: PaperCase, count: int) -> None:
    _wait_for(lambda: _proofs(case) >= count, f"proof {count}")


def _wait_for(there: Callable[[], bool], what: str) -> None:
    """The engine's threads are at it."""
    end = time.monotonic() + PATIENCE
    while not there():
        if time.monotonic() > end:
            sys.exit(f"{what} did not come in {PATIENCE:.0f} s")
        time.sleep(LOOK_AGAIN)


def _proofs(case: PaperCase) -> int:
    with case.core.db.read() as session:
        return session.scalar(select(func.count()).select_from(Evidence)) or 0


def _hold_back(case: PaperCase) -> None:
    """As if the hub could not prove just now, which pauses nothing."""

    def refuse(of: object) -> Any:
        raise OwnTrouble("later")

    case.core.workshop.prove = refuse  # type: ignore[method-assign]
