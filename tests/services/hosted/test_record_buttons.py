"""The buttons on a record: how its request stands, withdraw it, note an answer; through the pages,
on a whole house."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.app import create_app
from hub.kernel.errors import Refused, Unfit
from hub.registry import InstanceKey
from hub.services.hosted import rows
from hub.services.record_views import GONE, HERE, IN_HAND, NOTHING, OVER, PLACING, Said
from hub.services.views import LinkInvalid
from hub.storage.models import Inbound, Request, RequestEvent
from tests.services.hosted.presser import NO, Presser
from tests.services.one_case import OneCase

ENDING = ("cancel", "decide")


@pytest.fixture
def placed(hosted):
    case = hosted()
    case.place()
    return case, Presser(case)


def told(case, kind):
    """The data of the one event of a kind, without what the chain adds."""
    (event,) = [one for one in case.rows(RequestEvent) if one.kind == kind]
    return {name: value for name, value in event.data.items() if name != "_commitments"}


@pytest.mark.both_stores
def test_a_check_reads_at_once_how_it_stands_and_owes_one_reading(placed):
    case, presser = placed
    case.act("alice", "open")
    before = presser.view()
    assert (before.state, before.obstacle, before.record_title) == ("sent", "", "Offer O-1")
    assert case.deliveries("survey") == []
    presser.look()
    presser.look()
    assert len(case.deliveries("survey")) == 1
    assert presser.view().agreement.reading
    case.work()
    view = presser.view()
    assert (view.state, view.agreement.state, view.agreement.reading) == ("opened", "opened", False)
    assert view.agreement.looked_at == case.clock.now()
    assert view.agreement.title == "GetAccept"
    assert case.agreement().reference in view.agreement.url
    assert [(one.name, one.state) for one in view.people] == [("Alice Andersson", "invited")]


def test_a_provider_that_is_down_is_told_and_the_reading_stays_owed(placed):
    case, presser = placed
    presser.look()
    case.site.fault("any.error_500", times=100)
    case.work()
    view = presser.view()
    assert (view.agreement.reading, view.agreement.away) == (True, True)
    assert view.obstacle == ""
    presser.look()  # tried again at once
    assert not presser.view().agreement.away
    assert len(case.deliveries("survey")) == 1


def test_a_reading_that_does_not_begin_is_told_as_late(placed):
    case, presser = placed
    presser.look()
    assert not presser.view().agreement.away
    case.clock.advance(timedelta(minutes=1))
    assert presser.view().agreement.away


@pytest.mark.both_stores
def test_a_cancel_withdraws_everywhere_and_twice_is_once(placed):
    case, presser = placed
    reference = case.agreement().reference
    shown = presser.view("cancel").request_id
    presser.cancel()
    presser.cancel(shown)
    case.work()
    assert case.request().state == "cancelled"
    assert told(case, "cancelled") == {"by": "button"}
    assert case.site.status(reference) == "recalled"
    assert presser.view("cancel").obstacle == OVER
    assert presser.view("check").obstacle == OVER
    assert case.desk.view(case.token("alice")).state.value == "cancelled"


@pytest.mark.both_stores
def test_an_answer_is_noted_with_its_lines_and_twice_is_once(placed):
    case, presser = placed
    shown = presser.view("decide")
    assert [(one.id, one.optional, one.chosen) for one in shown.lines] == [
        ("work", False, True),
        ("hose", True, False),
    ]
    presser.decide()
    presser.decide(request_id=shown.request_id)
    case.work()
    assert told(case, "decided") == {"decision": "accepted", "how": "phone", "door": "button"}
    assert case.request().answers["lines"] == {"work": "accepted", "hose": "accepted"}
    noted = presser.view("decide").noted
    assert (noted.decision, noted.how, noted.by) == ("accepted", "phone", "Bob Berg")
    assert (noted.remark, noted.at) == ("Ring first", case.clock.now())
    with pytest.raises(Refused):
        presser.decide(NO, shown.request_id)
    with pytest.raises(Refused):
        presser.cancel(shown.request_id)


@pytest.mark.both_stores
@pytest.mark.parametrize(
    "other",
    [
        Said("accepted", "Bob Berg", "phone", "Ring first", frozenset()),
        Said("accepted", "Charlie Chen", "phone", "Ring first", frozenset({"hose"})),
        Said("accepted", "Bob Berg", "phone", "Ring later", frozenset({"hose"})),
        Said("accepted", "Bob Berg", "counter", "Ring first", frozenset({"hose"})),
    ],
)
def test_another_answer_at_the_same_moment_is_not_taken_for_a_second_click(placed, other):
    case, presser = placed
    shown = presser.view("decide").request_id
    presser.decide()
    with pytest.raises(Refused) as refused:
        presser.decide(other, shown)
    assert refused.value.code == "request_over"
    assert case.request().answers["lines"]["hose"] == "accepted"


def test_a_no_counts_for_every_line_whatever_is_ticked(placed):
    case, presser = placed
    presser.decide(NO)
    assert case.request().answers["lines"] == {"work": "declined", "hose": "declined"}


def test_what_is_missing_is_refused_and_ends_nothing(placed):
    case, presser = placed
    with pytest.raises(Unfit) as unfit:
        presser.decide(Said("accepted", "", "phone", "", frozenset()))
    assert unfit.value.values["field"] == "by"
    assert case.request().state == "sent"


def test_what_ended_there_cannot_be_ended_here(placed):
    case, presser = placed
    case.act("alice", "reject", reason="Too dear")
    presser.look()
    case.work()
    shown = presser.view("cancel")
    assert (shown.state, shown.obstacle) == ("declined", OVER)
    assert "Too dear" in shown.reason
    for act in (presser.cancel, presser.decide):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "request_over"


def test_before_it_is_there_and_when_it_is_gone_there_is_nothing_to_read(hosted):
    case = hosted()
    presser = Presser(case)
    assert presser.view().obstacle == NOTHING
    assert presser.view().record_title == "1"  # no name of a table: a clerk reads it
    case.send()
    assert presser.view().obstacle == PLACING
    with pytest.raises(Refused):
        presser.look()
    case.place()
    row = case.agreement()
    with case.core.db.write() as session:
        session.execute(update(type(row)).where(type(row).id == row.id).values(status=rows.LOST))
    assert presser.view().obstacle == GONE


def test_what_is_signed_here_needs_no_reading(papers):
    case = papers()
    case.send()
    view = Presser(case).view()
    assert (view.obstacle, view.agreement) == (HERE, None)
    assert {one.name for one in view.people} == {"Alice Andersson", "Bob Berg"}


def test_a_signature_in_hand_ends_nothing(tmp_path, database_url):
    case = OneCase(tmp_path, database_url)
    token = case.invite()
    case.approve(case.begin(token, flow="this_device"))
    case.pass_time(timedelta(seconds=3))
    presser = Presser(case, table="case")
    assert {presser.view(action).obstacle for action in ENDING} == {IN_HAND}
    for act in (presser.cancel, presser.decide):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "signature_in_hand"
    case.simulated.close()


@pytest.mark.both_stores
def test_the_open_request_is_shown_and_the_one_that_a_page_showed_is_ended(papers):
    case = papers()
    case.send()
    first, presser = case.request().id, Presser(case)
    presser.cancel()
    case.work()
    assert presser.view("cancel").request_id == first
    case.send()
    second = case.request().id
    assert presser.view("cancel").request_id == second
    presser.cancel(first)  # a second click on the former page
    assert case.request().state != "cancelled"
    former = presser.view("cancel", first)
    assert (former.request_id, former.state, former.others) == (first, "cancelled", True)
    with case.core.db.write() as session:  # an older one that is still open stands before it
        ended = update(Request).where(Request.id == second)
        session.execute(ended.values(state="expired", open_key=None))
        session.execute(update(Request).where(Request.id == first).values(state="sent"))
    assert presser.view("cancel").request_id == first


def test_a_record_is_found_however_its_id_is_written(papers, monkeypatch):
    case = papers()
    case.send()
    connector = case.core.registry.connector(InstanceKey("alice", "source"))
    monkeypatch.setattr(
        connector, "canonical", lambda ref: type(ref)(ref.table, ref.id.lstrip("0"))
    )
    assert Presser(case, record=" 01").view().request_id == case.request().id


def test_a_workspace_sees_its_own_records_only(papers):
    case = papers(workspaces=("alice", "bob"))
    case.send()
    alice, bob = Presser(case), Presser(case, workspace="bob")
    assert bob.view().obstacle == NOTHING
    with pytest.raises(LinkInvalid):
        bob.cancel(case.request().id)
    stolen = {**bob.query("cancel"), "w": "alice"}
    with pytest.raises(LinkInvalid):
        alice.desk.view("source", "cancel", stolen)
    for strange in (Presser(case, table="case"), Presser(case, record="2")):
        assert strange.view().obstacle == NOTHING
        with pytest.raises(LinkInvalid):
            strange.cancel(case.request().id)
    assert case.request().state == "sent"


def test_the_pages_look_without_touching_and_end_it_on_one_click(placed):
    case, presser = placed
    client, hub = create_app(case.house).test_client(), "https://hub.example"

    def path(action, **span):
        link = presser.link(action, expires=case.clock.now() + timedelta(**span))
        return link.removeprefix(hub)

    for action in ("check", *ENDING):
        assert client.get(path(action, days=1), base_url=hub).status_code == 200
        assert client.head(path(action, days=1), base_url=hub).status_code == 200
    assert case.deliveries("survey") == []
    assert case.request().state == "sent"
    page = client.get(path("cancel", days=1), base_url=hub).text
    fields = dict(re.findall(r'name="(csrf|request)" value="([^"]+)"', page))
    for _ in range(2):
        answer = client.post(path("cancel", days=1), data=fields, base_url=hub)
        assert answer.status_code == 303
    assert "It is withdrawn" in client.get(answer.location, base_url=hub).text
    assert case.events().count("cancelled") == 1
    assert [one.source for one in case.rows(Inbound)] == ["button"]  # the trigger alone
    assert client.get(path("check", seconds=-1), base_url=hub).status_code == 404
