"""Whichever commit fails, before it took place or after: once the hub runs again, everything ends
as if nothing had happened. One message, one customer, one case, one write-back."""

from __future__ import annotations

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

MEMORY = Path("/dev/shm")
SECOND = timedelta(seconds=1)
# store → of how many commits one is tried
EVERY = {"sqlite": 1, "postgresql": 3}
WAYS = [
    pytest.param(took_place, dies, id=f"{when}, {then}")
    for took_place, when in ((False, "before it took place"), (True, "after it took place"))
    for dies, then in ((True, "and the process dies"), (False, "and the process goes on"))
]


class Place:
    """Makes houses, each on an empty database."""

    def __init__(self, store: str, postgres: Any) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.store, self._postgres, self._count = store, postgres, 0
        self._template = self.folder / "template.db"

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


@pytest.mark.parametrize(("took_place", "dies"), WAYS)
def test_whichever_commit_fails_everything_ends_the_same(
    place: Place, took_place: bool, dies: bool
) -> None:
    total = run(place.case(), Commits())
    assert total > 12
    step = EVERY[place.store] * (1 if dies else 2)
    for number in range(1 + (took_place % step), total + 1, step):
        commits = Commits(number, took_place=took_place, dies=dies)
        run(place.case(), commits)
        assert commits.failed, f"commit {number} was not reached"


def run(case: OneCase, commits: Commits) -> int:
    """The whole story with the failure somewhere in it; how many commits there were."""
    commits.watch(case.core.db)
    try:
        with suppress(Exception) if commits.dies else suppress():
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
        if case.texts() and case.request().state in ("sent", "opened") and not in_hand(case):
            again(commits, lambda: sign(case))
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


def sign(case: OneCase) -> None:
    case.approve(case.begin(case.link()))


def in_hand(case: OneCase) -> bool:
    with case.core.db.read() as session:
        states = list(session.scalars(select(SigningOrder.status)))
    return bool({"pending", "complete", "accepted"} & set(states))


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
