"""Several threads, or processes, at the same request, customer or empty database: both stores."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from hub.contracts.events import EventKind
from hub.services import history
from hub.services.house import open_house
from hub.services.register import Register
from hub.storage.models import Customer, MappingVersion, Request, RequestEvent, Workspace
from tests.services.one_case import CLIENT
from tests.simulated_house import write_files

MANY = 8

pytestmark = pytest.mark.both_stores


def at_once(work):
    """``work(number)`` in many threads that begin together; what each returned or raised."""
    barrier = Barrier(MANY)

    def begin(number):
        barrier.wait(20)
        try:
            return work(number)
        except Exception as error:
            return error

    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(begin, range(MANY)))


def test_events_of_one_request_queue_and_their_chain_has_no_gap(case):
    case.invite()
    request_id, before = case.request().id, case.request().event_seq

    def look(number):
        with case.core.db.write() as session:
            request = session.get_one(Request, request_id)
            kind, now = EventKind.UNKNOWN, case.core.clock.now()
            history.append(session, request, kind, now, dedupe=f"look:{number}", data={})

    assert at_once(look) == [None] * MANY
    with case.core.db.read() as session:
        rows = list(session.scalars(select(RequestEvent).order_by(RequestEvent.seq)))
    assert len(rows) == before + MANY
    assert history.verify_chain(rows) is None


def test_of_many_who_decline_at_once_one_is_heard(case):
    token = case.invite()

    def decline(number):
        case.cases.decline(token, f"no {number}", CLIENT)

    results = at_once(decline)
    assert [type(one).__name__ for one in results].count("CaseClosed") == MANY - 1
    case.work()
    assert case.request().state == "declined"
    assert case.record()["state"] == "Declined"


def test_of_many_who_look_for_a_customer_at_once_all_find_the_same(case):
    core = case.core
    register = Register(core.db, core.clock, core.vault, core.workspace_ids["alice"])
    fields = {"name": "Bob", "mobile": "+46701740606"}
    kept = at_once(lambda n: register.find_or_create("customer", fields, ("mobile",), f"key-{n}"))
    assert len({one.id for one in kept}) == 1
    with core.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Customer)) == 1


def test_houses_that_open_an_empty_database_at_once_agree(tmp_path, database_url):
    config = write_files(tmp_path, uuid4().hex, database=database_url)
    houses = at_once(lambda _: open_house(config))
    try:
        assert [one for one in houses if isinstance(one, Exception)] == []
        with houses[0].core.db.read() as session:
            assert session.scalar(select(func.count()).select_from(Workspace)) == 1
            assert session.scalar(select(func.count()).select_from(MappingVersion)) == 1
    finally:
        for house in houses:
            if not isinstance(house, Exception):
                house.stop()
