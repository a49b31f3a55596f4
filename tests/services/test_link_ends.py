"""How long a customer's link leads somewhere: the request's end says what may be done, and what was
signed is shown afterwards too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.contracts.requests import RequestState
from hub.services import in_person
from hub.services.clearing import clear
from hub.services.views import CaseClosed, LinkInvalid
from hub.storage.models import SigningOrder
from tests.services.paper_case import CLIENT, PERSON


def test_a_link_shows_what_was_signed_long_after_the_request_would_have_ended(offer):
    offer.sign("alice")
    offer.sign("bob")
    offer.work()
    offer.clock.advance(timedelta(days=400))
    view = offer.desk.view(offer.token("alice"))
    assert view.state is RequestState.COMPLETED
    assert [one.name for one in view.papers.people if one.at] == ["Alice", "Bob"]
    assert offer.desk.download(offer.token("alice"), "signed", PERSON).content


def test_nobody_begins_to_sign_when_the_time_is_over_though_its_timer_is_late(offer):
    offer.look("alice")
    offer.clock.advance(timedelta(days=14))
    assert offer.desk.view(offer.token("alice")).state is RequestState.EXPIRED
    with pytest.raises(CaseClosed):
        offer.begin("alice")
    assert offer.rows(SigningOrder) == []
    offer.work()
    assert offer.request().state == "expired"
    assert offer.desk.view(offer.token("alice")).state is RequestState.EXPIRED


PEOPLE = """
    - key: boss
      role: ROLE
      turn: 1
      rows: [{to: name, value: Boss}, {to: mobile, value: "+46701740605"}]
    - {key: alice, turn: 2, rows: [{to: name, value: Al}, {to: mobile, value: "+46701740606"}]}"""


@pytest.mark.parametrize("role", ["approver", "signer"])
def test_nobody_approves_or_passes_on_then_either(papers, role):
    case = papers(people=PEOPLE.replace("ROLE", role), signing="{forward: true}")
    case.send()
    case.look("boss")
    case.clock.advance(timedelta(days=14))
    token, desk = case.token("boss"), case.desk
    late = {
        "approver": lambda: desk.approve(token, CLIENT),
        "signer": lambda: desk.forward(token, "phone", {"name": "Bob"}, CLIENT),
    }
    with pytest.raises(CaseClosed, match="time is over"):
        late[role]()


def test_a_link_lives_as_long_as_the_request_that_was_opened_again(offer):
    offer.sign("alice")
    offer.later(days=13)
    clear(offer.core, offer.workspace, offer.request().id, "api", "wrong price")
    offer.later(days=13)
    offer.sign("alice")
    assert offer.person("alice").signed_at is not None


def test_a_tablet_that_was_locked_does_not_open_again_when_the_signature_is_taken_back(offer):
    address = in_person.link(offer.core, offer.workspace, offer.request().id)
    tablet = address.rpartition("/")[2]
    offer.sign("alice")
    assert offer.desk.view(tablet).papers.locked
    clear(offer.core, offer.workspace, offer.request().id, "api", "wrong price")
    with pytest.raises(LinkInvalid):
        offer.desk.view(tablet)
    anew = in_person.link(offer.core, offer.workspace, offer.request().id)
    assert not offer.desk.view(anew.rpartition("/")[2]).papers.locked
    assert not offer.desk.view(offer.token("alice")).papers.locked
