"""Two processes move one request at the same moment: the second one sees what the first one did."""

from __future__ import annotations

import threading
from datetime import timedelta
from time import monotonic, sleep

import pytest
from sqlalchemy import text

from hub.contracts.events import EventKind
from hub.contracts.requests import ClientContext
from hub.services import endings, history
from hub.services.deciding import Noted, decide
from hub.services.history import verify_chain
from hub.services.views import CaseClosed
from hub.storage.models import Request, RequestEvent

# On SQLite there is one writer at a time.
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
CLIENT = ClientContext("192.0.2.7")


def events_of(case):
    with case.core.db.read() as session:
        rows = session.query(RequestEvent).order_by(RequestEvent.seq).all()
    assert verify_chain(rows) is None
    return [row.kind for row in rows]


def beside(case, act):
    """Begin ``act`` in a thread and wait until it waits for us. Gives what it raised."""
    raised = []

    def run():
        try:
            act()
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    end = monotonic() + 30
    while not waiting(case):
        assert monotonic() < end
        sleep(0.01)

    def outcome():
        thread.join(30)
        assert not thread.is_alive()
        return raised

    return outcome


def waiting(case):
    locks = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with case.core.db.read() as session:
        return session.scalar(locks)


def test_two_events_at_once_both_find_their_place_in_the_chain(case):
    case.invite()
    token, request_id = case.link(), case.request().id
    with case.core.db.write() as session:
        request = session.get_one(Request, request_id)
        now = case.core.clock.now()
        history.append(session, request, EventKind.DELIVERED, now, dedupe="delivered:1")
        outcome = beside(case, lambda: case.cases.opened(token, CLIENT))
    assert outcome() == []
    assert events_of(case)[-2:] == ["delivered", "opened"]


def test_of_two_endings_at_once_only_the_first_is_told_upstream(case):
    case.invite()
    token, request_id = case.link(), case.request().id
    with case.core.db.write() as session:
        request = session.get_one(Request, request_id)
        endings.end(case.core, session, request, EventKind.EXPIRED, "expired")
        outcome = beside(case, lambda: case.cases.decline(token, "", CLIENT))
    assert [type(error) for error in outcome()] == [CaseClosed]
    case.work()
    case.pass_time(timedelta(minutes=5))
    assert case.request().state == "expired"
    assert case.record()["state"] == "Expired"
    assert "declined" not in events_of(case)


def test_an_answer_noted_by_hand_while_the_customer_answers_does_not_count_beside_it(case):
    case.invite()
    request_id, workspace = case.request().id, case.core.workspace_ids["alice"]
    noted = Noted("accepted", "Bob Berg", "phone")
    with case.core.db.write() as session:
        request = session.get_one(Request, request_id)
        endings.end(case.core, session, request, EventKind.DECLINED, "declined")
        outcome = beside(case, lambda: decide(case.core, workspace, request_id, noted, door="test"))
    assert [getattr(error, "code", error) for error in outcome()] == ["request_over"]
    case.work()
    request = case.request()
    assert (request.state, request.decision) == ("declined", None)
    assert case.record()["state"] == "Declined"
    assert "decided" not in events_of(case)


def test_a_customer_who_answers_while_somebody_notes_it_by_hand_finds_it_closed(case):
    case.invite()
    token, request_id = case.link(), case.request().id
    with case.core.db.write() as session:
        request = session.get_one(Request, request_id)
        request.decision = "accepted"
        about = {"decision": "accepted", "how": "phone"}
        endings.end(case.core, session, request, EventKind.DECIDED, "decided", data=about)
        outcome = beside(case, lambda: case.cases.decline(token, "", CLIENT))
    assert [type(error) for error in outcome()] == [CaseClosed]
    assert (case.request().state, case.request().decision) == ("cancelled", "accepted")
    assert "declined" not in events_of(case)
