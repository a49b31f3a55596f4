"""Two people, or a person and the hub, act on one case with papers at the same moment: the second
one sees what the first one did, and nothing is signed half or twice."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from hub.contracts.events import EventKind
from hub.kernel.errors import Refused
from hub.services import endings, preparing
from hub.services.clearing import clear
from hub.services.history import verify_chain
from hub.services.views import CaseClosed
from hub.storage.models import Document, Request, RequestEvent
from tests.services.documents.made import pdf
from tests.services.paper_case import CLIENT, PEOPLE, encoded
from tests.services.test_at_the_same_moment import beside
from tests.services.test_paper_people import OTHER, code_in

# On SQLite there is one writer at a time.
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
PAPER = "\n    - {key: paper, title: Paper, base64: {from: paper}}"
GIVEN = "        plan: plan.pdf\n        paper: aGVq"
TOGETHER = PEOPLE.replace("turn: 2", "turn: 1")


@pytest.fixture
def case(papers):
    """Two of one turn have looked at everything and begun to sign."""
    made = papers(people=TOGETHER, signing="{forward: true}")
    made.send()
    made.orders = {}
    for who in ("alice", "bob"):
        made.look(who)
        made.orders[who] = made.begin(who)
    return made


def kinds(case):
    """What has happened; the chain holds."""
    events = case.rows(RequestEvent)
    assert verify_chain(events) is None
    return [one.kind for one in events]


def errors(outcome):
    return [type(error) for error in outcome()]


def test_who_signs_while_it_expires_has_not_signed(case):
    with case.core.db.write() as session:
        request = session.get_one(Request, case.request().id)
        outcome = beside(case, lambda: case.give("alice", case.orders["alice"]))
        endings.end(case.core, session, request, EventKind.EXPIRED, "expired")
    assert errors(outcome) == [CaseClosed]
    case.work()
    assert (case.request().state, case.acceptances()) == ("expired", [])


def test_who_signs_while_another_one_declines_has_not_signed(case):
    with case.core.db.write() as session:
        request = session.get_one(Request, case.request().id)
        signing = beside(case, lambda: case.give("alice", case.orders["alice"]))
        endings.end(case.core, session, request, EventKind.DECLINED, "declined")
    assert errors(signing) == [CaseClosed]
    case.work()
    assert "signed" not in kinds(case)


def test_who_declines_while_a_signature_of_theirs_is_taken_comes_too_late(case):
    case.give("alice", case.orders["alice"])
    with case.core.db.write() as session:
        session.get_one(Request, case.request().id)
        outcome = beside(case, lambda: case.desk.decline(case.token("alice"), "no", CLIENT))
    assert errors(outcome) == [CaseClosed]
    case.work()
    assert case.request().state == "signed"


def test_two_of_one_turn_sign_at_once_and_both_count(case):
    request_id = case.request().id
    with case.core.db.write() as session:
        session.get_one(Request, request_id)
        first = beside(case, lambda: case.give("alice", case.orders["alice"]))
        second = beside(case, lambda: case.give("bob", case.orders["bob"]))
    assert (errors(first), errors(second)) == ([], [])
    case.work()
    assert case.request().state == "completed"
    assert kinds(case).count("completed") == 1
    assert len(case.proofs()) == 1


def test_the_lines_that_change_while_somebody_signs_are_not_signed(case):
    with case.core.db.write() as session:
        request = session.get_one(Request, case.request().id)
        outcome = beside(case, lambda: case.give("alice", case.orders["alice"]))
        request.answers = {**request.answers, "lines": {"work": "accepted", "hose": "accepted"}}
    assert errors(outcome) == [CaseClosed]
    case.work()
    assert case.acceptances() == []


def test_who_signs_while_the_link_is_passed_on_has_not_signed(case):
    token = case.token("alice")
    case.desk.send_code(token, "alice", "forward")
    case.work()
    code = code_in(case.messages("+46701740605")[-1])
    with case.core.db.write() as session:
        session.get_one(Request, case.request().id)
        passing = beside(
            case, lambda: case.desk.forward(token, "alice", {**OTHER, "code": code}, CLIENT)
        )
        signing = beside(case, lambda: case.give("alice", case.orders["alice"]))
    found = (errors(passing), errors(signing))
    case.work()
    signed = [one for one in case.acceptances() if one.current]
    forwarded = case.person("alice").forwarded_at is not None
    assert sorted(found, key=len) == [[], [CaseClosed]]
    assert forwarded != bool(signed)


def test_what_is_cleared_while_it_is_judged_is_refused(case):
    case.give("alice", case.orders["alice"])
    case.work()
    case.give("bob", case.orders["bob"])
    request_id = case.request().id
    with case.core.db.write() as session:
        session.get_one(Request, request_id)
        outcome = beside(
            case, lambda: clear(case.core, case.workspace, request_id, "api", "wrong", "alice")
        )
    assert errors(outcome) == [Refused]
    case.work()
    assert case.request().state == "completed"


@pytest.mark.parametrize("signs_first", [True, False])
def test_of_a_new_version_and_a_signature_the_first_one_holds(papers, signs_first):
    case = papers(documents=PAPER, people=TOGETHER, more={"        plan: plan.pdf": GIVEN})
    case.upstream.put("offer", "1", {"paper": encoded(pdf(count=1))})
    case.send()
    case.look("alice")
    order = case.begin("alice")
    request = case.request()
    case.upstream.put("offer", "1", {"paper": encoded(pdf(count=2))})
    handler = preparing.PaperHandler(case.core)
    work = Mock(request_id=request.id, payload={"number": 2}, key="papers.2")
    ready = handler.perform(work)
    if signs_first:
        case.give("alice", order)
    with case.core.db.write() as session:
        session.get_one(Request, request.id)
        late = [] if signs_first else beside(case, lambda: case.give("alice", order))
        handler.delivered(session, work, ready)
    versions = [(one.version, one.current) for one in case.rows(Document)]
    case.work()
    if signs_first:
        assert versions == [(1, True)]
        assert case.person("alice").signed_at is not None
    else:
        assert errors(late) == []
        assert versions == [(1, None), (2, True)]
        assert case.acceptances() == []
