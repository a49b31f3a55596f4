"""An acceptance is taken back, and the case is signed once more."""

from __future__ import annotations

import pytest

from hub.kernel.errors import NotFound, Refused, Unfit
from hub.services import in_person
from hub.services.clearing import clear
from hub.services.history import verify_chain
from hub.services.views import NotReady
from hub.storage.models import RequestEvent
from tests.services.paper_case import PERSON

NEVER = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
def signed(offer):
    """Both have signed, and all that follows is done."""
    offer.sign("alice")
    offer.sign("bob")
    offer.work()
    return offer


def cleared(case, who=None, reason="the wrong price"):
    clear(case.core, case.workspace, case.request().id, "api", reason, who)
    case.work()


def test_everybody_signs_again_and_the_history_keeps_both(signed):
    first = signed.proofs()[0]
    cleared(signed)
    request = signed.request()
    assert (request.state, request.finished_at) == ("sent", None)
    assert [one.current for one in signed.acceptances()] == [None, None]
    assert signed.acceptances()[0].cleared == {"by": "api", "reason": "the wrong price"}
    assert signed.desk.view(signed.token("alice")).papers.act == "sign"
    assert len(signed.messages("+46701740605")) == 2  # invited again
    signed.desk.choose_lines(signed.token("alice"), ["hose"])
    signed.sign("alice")
    signed.sign("bob")
    signed.work()
    assert signed.request().state == "completed"
    assert [one.number for one in signed.proofs()] == [1, 2]
    assert signed.proofs()[0].pdf_sha256 == first.pdf_sha256
    assert len(signed.acceptances()) == 4
    events = signed.rows(RequestEvent)
    assert verify_chain(events) is None
    assert [one.kind for one in events].count("sealed") == 2
    for proof in signed.proofs():
        assert signed.verdict(signed.blob(proof.bundle_sha256)).ok


def test_what_follows_elsewhere_is_done_once_and_what_is_written_back_again(signed):
    signed.upstream.put("offer", "1", {"state": "Open"})
    cleared(signed)
    signed.desk.choose_lines(signed.token("alice"), ["hose"])
    signed.sign("alice")
    signed.sign("bob")
    signed.work()
    assert signed.record()["state"] == "Signed"
    assert len(signed.upstream.records("order")) == 1
    assert signed.files()["pdf"].content == signed.blob(signed.proofs()[1].pdf_sha256)
    assert signed.events().count("line_accepted") == 3  # the hose was declined at first
    assert len(signed.messages("alice@example.com")) == 2  # a receipt each time
    assert not [one for one in signed.deliveries("step") if one.state != "delivered"]


def test_one_of_two_can_be_cleared_alone(signed):
    cleared(signed, "bob")
    assert signed.person("alice").signed_at is not None
    assert len(signed.messages("+46701740605")) == 1
    assert len(signed.messages("+46701740606")) == 2
    signed.sign("bob", name="Robert")
    signed.work()
    assert signed.request().state == "completed"
    assert signed.record()["signed_by"] == "Robert"


def test_before_all_have_signed_the_first_one_can_be_cleared(offer):
    offer.sign("alice")
    cleared(offer)
    assert offer.request().state == "sent"
    offer.sign("alice")
    offer.sign("bob")
    assert offer.request().state == "completed"


def test_the_former_proof_is_not_given_for_the_new_signature(signed, monkeypatch):
    cleared(signed, "bob")
    signed.look("bob")
    signed.give("bob", signed.begin("bob"))

    def away(pdf):
        raise Refused("no seal today")

    monkeypatch.setattr(signed.core.workshop, "prove", away)
    signed.work()
    assert signed.request().state == "completed"
    assert signed.desk.view(signed.token("bob")).papers.files == ()
    with pytest.raises(NotReady):
        signed.desk.download(signed.token("bob"), "signed", PERSON)
    (waiting,) = [one for one in signed.deliveries("evidence") if one.state != "delivered"]
    assert waiting.state == "gave_up"


def test_reminders_and_expiry_begin_anew(signed):
    signed.later(days=30)
    cleared(signed)
    signed.later(hours=24)
    assert len(signed.messages("+46701740605")) == 3
    for _ in range(3):
        signed.later(hours=24)
    assert (signed.request().state, signed.request().reason) == ("failed", "no_answer")


def test_what_cannot_be_cleared_is_told(offer):
    core, mine, request = offer.core, offer.workspace, offer.request().id
    with pytest.raises(Refused) as refused:
        clear(core, mine, request, "api", "why not")
    assert refused.value.code == "not_signed"
    offer.look("alice")
    offer.give("alice", offer.begin("alice"))
    with pytest.raises(Refused):
        clear(core, mine, request, "api", "too early")
    offer.work()
    for reason in ("", "  ", "x" * 1001):
        with pytest.raises(Unfit):
            clear(core, mine, request, "api", reason)
    with pytest.raises(Refused) as refused:
        clear(core, mine, request, "api", "somebody else", "bob")
    assert refused.value.code == "not_signed"
    with pytest.raises(NotFound):
        clear(core, mine, NEVER, "api", "nobody")
    with pytest.raises(NotFound):
        in_person.link(core, mine, NEVER)


def test_a_record_with_another_open_request_is_not_opened_twice(signed):
    signed.send()
    newer = signed.request()
    assert newer.state == "sent"
    with signed.core.db.read():
        older = signed.proofs()[0].request_id
    with pytest.raises(Refused) as refused:
        clear(signed.core, signed.workspace, older, "api", "too late")
    assert refused.value.code == "other_open"
    assert [one.current for one in signed.acceptances()] == [True, True]
