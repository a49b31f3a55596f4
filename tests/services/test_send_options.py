"""What whoever sends may choose: to whom, with or without a signature, with some words of one's own
(E2, B8)."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import select

from hub.app import create_app
from hub.kernel.errors import Refused
from hub.mapping.send_options import MOST_WORDS, Choice
from hub.services.buttons import ButtonLinks
from hub.services.trigger_rows import Trigger
from hub.services.triggers import accept
from hub.storage.models import Inbound
from tests.services.paper_case import CLIENT, RECORD

ALONE = """
    - key: alice
      rows: [{to: name, from: contact.name}, {to: mobile, from: contact.mobile, required: true}]"""
OPTIONS = """{remarks: true}
  options: {signature: {default: true}, recipient: true, message: true}
  share:
    customer: {from: account}
    contacts:
      for_each: contacts
      rows:
        - {to: key, from: item.id}
        - {to: name, from: item.name}
        - {to: mobile, from: item.mobile}"""
CONTACTS = [
    {"id": "c1", "name": "Alice Andersson", "mobile": "+46701740605"},
    {"id": "c2", "name": "Bob Berg", "mobile": "+46701740606"},
]
EXAMPLE = {"expect: {title: Offer O-1}": "expect: {title: Offer O-1, problems: [missing_number]}"}
QUOTE = {**RECORD, "account": "5", "contact": CONTACTS[0], "contacts": CONTACTS}


@pytest.fixture
def quote(papers):
    """A quote whose sender may choose."""
    case = papers(people=ALONE, signing=OPTIONS, more=EXAMPLE)
    case.upstream.put("offer", "1", QUOTE)
    return case


def send(case, **options):
    """By the API; what was accepted."""
    accepted = accept(case.core, Trigger(case.workspace, "offer", "1", "api", options=options))
    case.work()
    return accepted


class Desk:
    """Somebody in front of the button's page."""

    def __init__(self, case):
        self.case, self.links = case, ButtonLinks(case.core)
        link = case.core.links.button("alice", "offer", "1")
        self.query = dict(parse_qsl(urlsplit(link).query))

    def look(self):
        return self.links.preview("offer", self.query)

    def press(self, **choice):
        view = self.links.press("offer", self.query, {}, Choice(**choice))
        self.case.work()
        return view

    def chase(self):
        view = self.links.chase("offer", self.query, self.case.request().id)
        self.case.work()
        return view


@pytest.fixture
def desk(quote):
    return Desk(quote)


def test_the_page_offers_the_record_s_contact_first_and_the_customer_s_others(desk):
    options = desk.look().options
    assert [(one.key, one.name) for one in options.contacts] == [
        ("", "Alice Andersson"), ("c2", "Bob Berg"),
    ]  # fmt: skip
    assert (options.signature, options.message) == (True, True)


def test_another_contact_gets_it_and_signs(desk, quote):
    assert desk.press(recipient="c2").rows[0][1] == "Bob Berg"
    assert [one.to for one in quote.messages()] == ["+46701740606"]
    assert quote.person("alice").contact["name"] == "Bob Berg"
    quote.sign("alice", name="Bob Berg")
    assert quote.request().state == "completed"


def test_a_contact_of_another_language_gets_all_of_it_in_that(papers):
    spoken = {
        'title: "Offer {{ number }}"\n  number': 'title: {en: "Offer", ro: "Oferta"}\n  number'
    }
    row = "        - {to: mobile, from: item.mobile}"
    options = OPTIONS.replace(row, f"{row}\n        - {{to: language, from: item.language}}")
    expect = {"expect: {title: Offer O-1}": "expect: {title: Offer, problems: [missing_number]}"}
    case = papers(people=ALONE, signing=options, more={**spoken, **expect})
    bob = {**CONTACTS[1], "language": "ro"}
    case.upstream.put("offer", "1", {**QUOTE, "contacts": [CONTACTS[0], bob]})
    desk = Desk(case)
    assert desk.look().record_title == "Offer (O-1)"
    assert desk.press(recipient="c2").record_title == "Oferta (O-1)"
    assert (case.request().language, case.person("alice").language) == ("ro", "ro")
    assert "Oferta" in case.messages()[0].text


def test_a_contact_that_is_gone_is_told_and_nothing_is_sent(desk, quote):
    view = desk.press(recipient="c9")
    assert "not among the customer's contacts" in view.wrong["recipient"]
    assert quote.rows(Inbound) == []


def test_who_has_no_number_in_the_record_can_be_replaced(desk, quote):
    quote.upstream.put("offer", "1", {**QUOTE, "contact": {"name": "Alice"}})
    view = desk.look()
    assert (view.problem, view.rows) == (None, ())
    assert [one.key for one in view.options.contacts] == ["c1", "c2"]
    assert view.wrong["recipient"]
    assert desk.press(recipient="c2").wrong == {}
    assert [one.to for one in quote.messages()] == ["+46701740606"]


def test_words_that_are_too_long_are_told_and_nothing_is_sent(desk, quote):
    view = desk.press(message="x" * (MOST_WORDS + 1))
    assert str(MOST_WORDS) in view.wrong["message"]
    assert view.choice.message
    assert quote.rows(Inbound) == []


def test_without_a_signature_one_click_accepts_and_lines_may_be_ticked(quote):
    send(quote, signature=False)
    token = quote.token("alice")
    view = quote.desk.view(token).papers
    assert (view.act, view.unsigned, view.may_choose) == ("approve", True, True)
    quote.desk.choose_lines(token, ["hose"])
    quote.look("alice")
    quote.desk.approve(token, CLIENT)
    quote.work()
    assert quote.request().state == "completed"
    assert quote.record()["state"] == "Signed"
    assert quote.record().get("signed_by") is None
    assert "signed" not in quote.events()
    assert quote.verdict(quote.files()["zip"].content).ok
    assert "pdf" in quote.files()


def test_nobody_is_told_of_a_signature_where_there_is_none(papers):
    signing = OPTIONS.replace("{remarks: true}", "{receipt: true}\n  notify: {mobile: {value: "
                              '"+46701740699"}, by: sms, about: completed}')  # fmt: skip
    case = papers(people=ALONE, signing=signing, more=EXAMPLE)
    case.upstream.put("offer", "1", QUOTE)
    send(case, signature=False)
    case.look("alice")
    case.desk.approve(case.token("alice"), CLIENT)
    case.work()
    (news,) = case.messages("+46701740699")
    assert news.text.startswith("Offer O-1 (O-1) is accepted by Alice Andersson, without a")
    receipt = case.messages("+46701740605")[-1]
    assert "Offer O-1 is accepted, thank you" in receipt.text


def test_an_approver_beside_a_signer_still_ticks_nothing(papers):
    people = (
        ALONE + "\n    - {key: boss, role: approver, turn: 2, rows: [{to: name, value: Carol}, "
        "{to: mobile, value: '+46701740607'}]}"
    )
    case = papers(people=people, more=EXAMPLE)
    case.upstream.put("offer", "1", QUOTE)
    case.send()
    assert not case.desk.view(case.token("boss")).papers.may_choose


def test_who_is_told_reads_the_name_of_who_accepted(quote):
    send(quote, signature=False)
    from hub.services.step_context import first_signer

    with quote.core.db.read() as session:
        request = session.get_one(type(quote.request()), quote.request().id)
        assert first_signer(request).contact["name"] == "Alice Andersson"


@pytest.mark.parametrize(
    ("options", "code"),
    [({"signature": False}, "no_such_option"), ({"recipient": "c2"}, "no_such_option")],
)
def test_what_the_mapping_does_not_offer_is_refused(papers, options, code):
    case = papers()
    with pytest.raises(Refused) as error:
        send(case, **options)
    assert error.value.code == code


def test_a_message_with_characters_that_nobody_sees_is_refused(quote):
    with pytest.raises(Refused) as error:
        send(quote, message="a\x00b")
    assert error.value.code == "bad_message"


def test_by_the_api_a_contact_that_is_gone_fails_the_request_in_words(quote):
    send(quote, recipient="c9")
    request = quote.request()
    assert (request.state, request.reason) == ("failed", "bad_record")
    assert "contacts" in request.reason_detail
    assert quote.record()["state"] == "Failed"


def test_the_api_takes_options_and_says_which_there_are(quote):
    client = create_app(quote.house).test_client()
    headers = {"Authorization": f"Bearer {quote.keys['alice']}"}
    body = {"id": "1", "options": {"recipient": "c2", "signature": False}}
    assert client.post("/api/v1/triggers/offer", json=body, headers=headers).status_code == 202
    quote.work()
    assert quote.request().plan["options"] == {"recipient": "c2", "signature": False}
    wrong = {"id": "1", "options": {"recipients": "c2"}}
    answer = client.post("/api/v1/triggers/offer", json=wrong, headers=headers)
    assert answer.status_code == 422
    assert "signature" in answer.text


def test_a_replay_of_a_press_chooses_the_same(desk, quote):
    desk.press(recipient="c2", signature=False, message="Bonjour & à bientôt")
    with quote.core.db.read() as session:
        row = session.scalars(select(Inbound)).one()
    from hub.services.choices import pressed

    assert pressed(row.body) == {
        "recipient": "c2", "signature": False, "message": "Bonjour & à bientôt",
    }  # fmt: skip


def test_after_the_first_send_the_page_chases(desk, quote):
    desk.press()
    quote.later(minutes=1)
    view = desk.look()
    assert (view.existing, view.options, view.rows) == ("sent", None, ())
    (asked,) = view.chase.people
    assert (asked.name, asked.opened_at) == ("Alice Andersson", None)
    assert asked.sent_at is not None
    assert "again" in view.chase.text
    assert quote.core.links.customer_token(quote.person("alice").id) not in view.chase.text
    quote.desk.opened(quote.token("alice"), CLIENT)
    assert desk.look().chase.people[0].opened_at is not None
    view = desk.chase()
    assert (view.chase.refusal, view.chase.chased) == ("", 1)
    assert quote.events().count("chased") == 1
    assert "ten minutes" in desk.chase().chase.refusal
    assert "ten minutes" in desk.look().chase.refusal
    assert len(quote.messages()) == 2


def test_a_chase_is_followed_by_its_steps(papers):
    step = "  chased: [{update: [{to: chased_at, from: outcome.at}]}]\n"
    told = {"  declined: [": f"{step}  declined: ["}
    case = papers(people=ALONE, signing=OPTIONS, more={**EXAMPLE, **told})
    case.upstream.put("offer", "1", QUOTE)
    desk = Desk(case)
    desk.press()
    case.later(minutes=1)
    desk.chase()
    assert case.record()["chased_at"] == case.clock.now().isoformat(timespec="seconds")


def test_what_is_over_meanwhile_is_told_in_words(desk, quote):
    desk.press()
    request = quote.request().id
    quote.desk.decline(quote.token("alice"), "no", CLIENT)
    view = desk.links.chase("offer", desk.query, request)
    assert "It is over meanwhile" in view.problem
    assert desk.look().chase is None


def test_a_request_of_another_record_is_chased_by_nobody(desk, quote):
    from hub.services.views import LinkInvalid

    desk.press()
    quote.upstream.put("offer", "2", QUOTE)
    quote.send("2")
    with pytest.raises(LinkInvalid):
        desk.chase()


def test_while_it_is_with_the_customer_the_page_needs_no_upstream(desk, quote, monkeypatch):
    desk.press()

    def away(_):
        raise AssertionError("the record was read")

    connector = type(quote.core.registry.connector(quote.core.instance(quote.workspace, "source")))
    monkeypatch.setattr(connector, "fetch", lambda self, ref: away(ref))
    assert desk.look().chase is not None
