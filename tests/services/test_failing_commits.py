"""Whichever commit fails, before it took place or after: once the hub runs again, everything ends
as if nothing had happened. One message, one customer, one case, one write-back.

``PARAPH_EVERY_COMMIT=1`` tries each one; without it a part of them is tried.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from hub.services.history import verify_chain
from hub.storage.models import CaseNote, Customer, Delivery, RepairCase, RequestEvent, SigningOrder
from tests.conftest import MIGRATED
from tests.services.failing_commits import CommitFailed, Commits
from tests.services.one_case import OneCase

ALL = "PARAPH_EVERY_COMMIT" in os.environ
pytestmark = pytest.mark.timeout(0 if ALL else 120)

MEMORY = Path("/dev/shm")
SECOND = timedelta(seconds=1)
# store → of how many commits one is tried; each way begins with another one
EVERY = {"sqlite": 4, "postgresql": 8}
WAYS = [
    pytest.param(1, False, True, id="it did not take place and the process dies"),
    pytest.param(2, True, True, id="it took place and the process dies"),
    pytest.param(3, False, False, id="it did not take place and the process goes on"),
    pytest.param(4, True, False, id="it took place and the process goes on"),
]


class Place:
    """Makes houses, each on an empty database."""

    def __init__(self, store: str, postgres: Any) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.store, self._postgres, self._count = store, postgres, 0

    def case(self) -> OneCase:
        self._count += 1
        folder = self.folder / str(self._count)
        folder.mkdir()
        if self.store == "postgresql":
            name = self._postgres.fresh_name()
            return OneCase(folder, self._postgres.create(name, MIGRATED))
        url = f"sqlite:///{folder}/paraph.db"
        return OneCase(folder, url)


@pytest.fixture(params=sorted(EVERY))
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    on_server = request.param == "postgresql"
    made = Place(request.param, request.getfixturevalue("postgres") if on_server else None)
    with capture_logs():
        yield made
    shutil.rmtree(made.folder)


@pytest.mark.parametrize(("first", "took_place", "dies"), WAYS)
def test_whichever_commit_fails_everything_ends_the_same(
    place: Place, first: int, took_place: bool, dies: bool
) -> None:
    total = run(place.case(), Commits())
    assert total > 12
    for number in range(1 if ALL else first, total + 1, 1 if ALL else EVERY[place.store]):
        commits = Commits(number, took_place=took_place, dies=dies)
        run(place.case(), commits)
        assert commits.failed, f"commit {number} was not reached"


def run(case: OneCase, commits: Commits) -> int:
    """The whole story with the failure somewhere in it; how many commits there were."""
    commits.watch(case.core.db)
    try:
        with suppress(*([Exception] if commits.dies else [])):
            story(case, commits)
        if commits.failed and commits.dies:
            case.restart()
            story(case, commits)
        check(case, commits)
    finally:
        case.simulated.close()
    return commits.count


def story(case: OneCase, commits: Commits) -> None:
    """People do their part; who sees an error tries again. The hub does the rest."""
    if not case.requests():
        again(commits, case.trigger)
    for _ in range(20):
        again(commits, case.simulated.work)
        if case.requests() and case.request().state == "completed" and not unfinished(case):
            return
        if (
            case.texts()
            and case.request().state in ("sent", "opened")
            and not in_hand(case, commits)
        ):
            again(commits, lambda: sign(case, commits))
        case.simulated.clock.advance(20 * SECOND)
    raise AssertionError(f"{case.request().state}: {unfinished(case)}")


def again(commits: Commits, act: Any) -> None:
    """``act``, and once more when it meets the failed commit."""
    try:
        act()
    except (CommitFailed, RuntimeError):
        if not commits.failed or commits.dies:
            raise
        act()


def sign(case: OneCase, commits: Commits) -> None:
    """Begin and approve; who sees an error while beginning begins again."""
    order_id = case.begin(case.link())
    case.approve(order_id)
    commits.approved.add(order_id)


def in_hand(case: OneCase, commits: Commits) -> bool:
    """Whether an order that was approved in the app is on its way."""
    with case.core.db.read() as session:
        orders = list(session.scalars(select(SigningOrder)))
    under_way = ("pending", "complete", "accepted")
    return any(one.status in under_way and one.id in commits.approved for one in orders)


def unfinished(case: OneCase) -> list[str]:
    ended = ("delivered", "cancelled")
    return [f"{row.step} {row.state}" for row in case.deliveries() if row.state not in ended]


def check(case: OneCase, commits: Commits) -> None:
    """The end that everything must come to."""
    [request] = case.requests()
    where = f"commit {commits.fails} of {commits.count}"
    assert request.state == "completed", where
    assert len(case.texts()) == 1, where
    record = case.record()
    assert (record["state"], unfinished(case)) == ("Signed", []), where
    with case.core.db.read() as session:
        counts = [
            session.scalar(select(func.count()).select_from(model))
            for model in (Customer, RepairCase, CaseNote)
        ]
        [number] = session.scalars(select(RepairCase.number))
        events = list(session.scalars(select(RequestEvent).order_by(RequestEvent.seq)))
        accepted = select(func.count()).where(SigningOrder.status == "accepted")
        signatures = session.scalar(accepted)
        lost = select(func.count()).where(Delivery.state == "gave_up")
        given_up = session.scalar(lost)
    assert (counts, signatures, given_up) == ([1, 1, 1], 1, 0), where
    assert record["case"] == number, where
    assert verify_chain(events) is None, where
    kinds = [event.kind for event in events]
    for kind in ("started", "invited", "signed", "completed"):
        assert kinds.count(kind) == 1, f"{where}: {kinds}"
    changes = [what for what, ref in case.upstream.effects]
    assert changes == ["update", "update"], f"{where}: {changes}"
