"""Several people sign an offer on the hub's own pages, and what comes of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from hub.contracts.requests import ClientContext
from hub.kernel.errors import Refused, Unfit
from hub.services import in_person
from hub.services.views import CaseClosed, LinkInvalid, NotReady
from hub.storage.models import RequestEvent, SigningOrder
from tests.services.paper_case import CLIENT, PERSON

FOUR = """
    - {key: boss, role: approver, turn: 1, rows: [{to: name, value: Boss}, {to: mobile, value: "+46701740601"}]}
    - {key: alice, turn: 2, rows: [{to: name, value: Alice}, {to: mobile, value: "+46701740605"}]}
    - {key: carol, role: viewer, rows: [{to: name, value: Carol}, {to: mobile, value: "+46701740607"}]}
    - {key: dave, role: copy, rows: [{to: name, value: Dave}, {to: email, value: dave@example.com}]}"""  # noqa: E501


def code_in(message):
    return re.search(r"\d{6}", message.text)[0]


def test_two_people_sign_one_after_the_other_and_the_record_has_all_of_it(offer):
    assert offer.request().state == "sent"
    assert [one.to for one in offer.messages()] == ["+46701740605"]
    offer.look("bob")
    with pytest.raises(CaseClosed):
        offer.begin("bob")
    offer.sign("alice")
    assert offer.request().state == "signed"
    assert [one.to for one in offer.messages()][1:] == ["+46701740606"]
    assert offer.desk.view(offer.token("alice")).papers.act == "done"
    offer.sign("bob")
    assert offer.request().state == "completed"
    offer.work()
    assert (offer.record()["state"], offer.record()["signed_by"]) == ("Signed", "Bob")
    (proof,) = offer.proofs()
    files = offer.files()
    assert files["pdf"].content == offer.blob(proof.pdf_sha256)
    assert files["zip"].content == offer.blob(proof.bundle_sha256)
    assert len(offer.upstream.records("order")) == 1
    assert offer.upstream.notes(offer.upstream.put("offer", "1", {})) == ["Not wanted: Hose"]
    for file in files.values():
        verdict = offer.verdict(file.content)
        assert verdict.ok, verdict
    for who in ("alice", "bob"):
        (mail,) = offer.messages(f"{who}@example.com")
        assert [one.content for one in mail.files] == [files["pdf"].content]
        view = offer.desk.view(offer.token(who)).papers
        assert view.files == ("signed", "proof")
        assert [(one.state, bool(one.ink)) for one in view.people] == [("signed", True)] * 2
        taken = offer.desk.download(offer.token(who), "signed", PERSON)
        assert taken.content == files["pdf"].content


def test_an_approver_agrees_first_a_viewer_reads_and_a_copy_comes_in_the_end(papers):
    case = papers(people=FOUR, signing="{receipt: false}")
    case.send()
    assert {one.to for one in case.messages()} == {"+46701740601", "+46701740607"}
    boss, alice, carol = (case.token(who) for who in ("boss", "alice", "carol"))
    with pytest.raises(NotReady):
        case.desk.approve(boss, CLIENT)
    case.look("boss")
    with pytest.raises(CaseClosed):
        case.begin("boss")
    with pytest.raises(CaseClosed):
        case.desk.approve(alice, CLIENT)
    case.desk.approve(boss, CLIENT)
    with pytest.raises(CaseClosed):
        case.desk.approve(boss, CLIENT)
    case.work()
    assert len(case.messages("+46701740605")) == 1
    assert case.desk.view(carol).papers.act == "read"
    for act in (lambda: case.begin("carol"), lambda: case.desk.approve(carol, CLIENT)):
        with pytest.raises(CaseClosed):
            act()
    case.sign("alice")
    case.work()
    assert case.request().state == "completed"
    assert [(one.kind, one.current) for one in case.acceptances()] == [
        ("approved", True), ("signed", True),
    ]  # fmt: skip
    (copy,) = case.messages("dave@example.com")
    assert len(copy.files) == 1
    assert case.verdict(copy.files[0].content).ok


def test_a_no_of_the_second_one_ends_it_though_the_first_has_signed(offer):
    offer.sign("alice")
    offer.desk.decline(offer.token("bob"), "too dear", CLIENT)
    offer.work()
    assert (offer.request().state, offer.proofs()) == ("declined", [])
    assert offer.record()["state"] == "Declined"
    assert "too dear" in offer.record()["reason"]
    assert offer.files() == {}
    with pytest.raises(LinkInvalid):
        offer.desk.download(offer.token("alice"), "signed", PERSON)
    with pytest.raises(CaseClosed):
        offer.begin("bob")


def test_the_link_is_passed_on_with_a_code_and_the_other_one_signs(papers):
    case = papers(signing="{forward: true}")
    case.send()
    token = case.token("alice")
    other = {"name": "Charlie", "mobile": "+46701740609"}
    with pytest.raises(Unfit) as refused:
        case.desk.forward(token, "alice", {**other, "code": "123456"}, CLIENT)
    assert refused.value.code == "code_expired"
    case.desk.send_code(token, "alice", "forward")
    case.work()
    code = code_in(case.messages("+46701740605")[-1])
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    with pytest.raises(Unfit) as refused:
        case.desk.forward(token, "alice", {**other, "code": wrong}, CLIENT)
    assert refused.value.code == "wrong_code"
    with pytest.raises(Unfit):
        case.desk.forward(token, "bob", {**other, "code": code}, CLIENT)  # another browser
    with pytest.raises(Unfit):
        case.desk.forward(token, "alice", {"name": "", "code": code}, CLIENT)
    case.desk.forward(token, "alice", {**other, "code": code}, CLIENT)
    case.work()
    assert case.messages("+46701740609")[0].text.endswith(case.token("alice.2"))
    with pytest.raises(CaseClosed):
        case.begin("alice")
    assert case.desk.view(token).papers.act == "read"
    case.sign("alice.2", name="Charlie")
    case.sign("bob")
    case.work()
    assert case.request().state == "completed"
    assert case.person("alice.2").forwarded_from == case.person("alice").id
    for proof in case.proofs():
        assert case.verdict(case.blob(proof.bundle_sha256)).ok


def test_nothing_is_passed_on_where_the_mapping_does_not_say_so(offer):
    with pytest.raises(CaseClosed):
        offer.desk.forward(offer.token("alice"), "alice", {"name": "Charlie"}, CLIENT)


def test_in_person_it_is_signed_on_a_tablet_and_then_locked(offer):
    url = in_person.link(offer.core, offer.workspace, offer.request().id)
    tablet = url.rpartition("/")[2]
    view = offer.desk.view(tablet).papers
    assert (view.in_person, view.locked) == (True, False)
    with pytest.raises(LinkInvalid):
        offer.desk.download(tablet, "offer", PERSON)
    with pytest.raises(Refused) as refused:
        in_person.link(offer.core, offer.workspace, offer.request().id, "bob")
    assert refused.value.code == "not_their_turn"
    for one in view.documents:
        for page in one.pages:
            offer.desk.page_image(tablet, one.key, one.version, page.number, PERSON)
    offer.desk.attachment(tablet, "photo", PERSON, original=False)
    order = offer.desk.begin_signing(tablet, "this_device", "tablet", CLIENT, "en").order_id
    answer = {"method": "typed", "name": "Alice", "consent": True}
    offer.desk.sign_here(tablet, order, "tablet", answer, CLIENT, "en")
    offer.work()
    assert offer.person("alice").signed_at is not None
    assert offer.desk.view(tablet).papers.locked
    offer.sign("bob")
    told = [(one.kind, one.data.get("in_person")) for one in offer.rows(RequestEvent)]
    assert [where for kind, where in told if kind in ("signing", "signed")] == [
        True,
        True,
        None,
        None,
    ]
    assert [one.signature.get("in_person") for one in offer.acceptances()] == [True, None]


def test_two_tabs_and_a_double_tap_sign_once(offer):
    offer.look("alice")
    first, second = offer.begin("alice"), offer.begin("alice")
    assert offer.give("alice", first).status == "failed"
    assert offer.give("alice", second).status == "pending"
    with pytest.raises(CaseClosed):
        offer.give("alice", second)
    with pytest.raises(CaseClosed):
        offer.begin("alice")
    offer.work()
    assert len(offer.acceptances()) == 1
    statuses = {one.status for one in offer.rows(SigningOrder)}
    assert statuses == {"cancelled", "accepted"}


def test_without_consent_or_ink_nothing_is_taken_and_it_can_be_mended(offer):
    offer.look("alice")
    order = offer.begin("alice")
    for changes in ({"consent": False}, {"ink": ""}, {"name": "x" * 500}):
        with pytest.raises(Unfit):
            offer.give("alice", order, **changes)
    assert offer.give("alice", order).status == "pending"


@pytest.fixture
def coded(papers):
    case = papers(signing="{code: sms}")
    case.send()
    case.look("alice")
    return case


def test_a_code_is_needed_and_dies_after_five_wrong_tries(coded):
    token, order = coded.token("alice"), coded.begin("alice")
    with pytest.raises(Unfit):
        coded.give("alice", order)
    coded.desk.send_code(token, "alice", "sign")
    coded.work()
    code = code_in(coded.messages()[-1])
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        with pytest.raises(Unfit) as refused:
            coded.give("alice", order, code=wrong)
        assert refused.value.code == "wrong_code"
    with pytest.raises(Unfit) as refused:
        coded.give("alice", order, code=code)
    assert refused.value.code == "code_expired"
    coded.later(seconds=31)
    coded.desk.send_code(token, "alice", "sign")
    coded.work()
    coded.give("alice", order, code=code_in(coded.messages()[-1]))
    coded.work()
    assert coded.person("alice").signed_at is not None


def test_a_right_code_holds_while_the_drawing_is_mended(coded):
    token, order = coded.token("alice"), coded.begin("alice")
    coded.desk.send_code(token, "alice", "sign")
    coded.work()
    code = code_in(coded.messages()[-1])
    with pytest.raises(Unfit) as refused:
        coded.give("alice", order, code=code, ink="")
    assert refused.value.code.startswith("ink")
    assert coded.give("alice", order).status == "pending"


def test_only_who_is_waited_for_is_reminded(offer):
    offer.later(hours=1)
    offer.sign("alice")
    before = len(offer.messages("+46701740605"))
    for _ in range(3):
        offer.later(hours=24)
    assert len(offer.messages("+46701740606")) == 4
    assert len(offer.messages("+46701740605")) == before
    offer.later(hours=24)
    assert (offer.request().state, offer.request().reason) == ("failed", "no_answer")
    assert offer.record()["state"] == "Failed"


def test_the_time_runs_out_for_the_second_one_too(papers):
    case = papers(more={"after: 24h, every: 24h": "after: 20d, every: 20d"})
    case.send()
    case.sign("alice")
    case.clock.advance(timedelta(days=13))
    case.look("bob")
    case.begin("bob")
    case.later(days=2)
    assert (case.request().state, case.record()["state"]) == ("expired", "Expired")
    with pytest.raises(CaseClosed):
        case.begin("bob")
    assert case.proofs() == []


def test_a_link_preview_opens_nothing_and_a_person_does(offer):
    offer.desk.opened(offer.token("alice"), ClientContext("192.0.2.9", "Firefox"))
    offer.desk.opened(offer.token("bob"), ClientContext("192.0.2.9", "Firefox"))
    assert offer.events().count("opened") == 2
    assert offer.events().count("viewed") == 2
