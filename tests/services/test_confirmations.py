"""Who signs or approves is told at once that it has arrived, where the mapping asks for it; and a
workspace says it in words of its own, for each kind of request."""

from __future__ import annotations

import pytest

from hub.services import clearing
from hub.services.own_words import hub_text
from hub.settings.workspace import LANGUAGES
from tests.services.mail_samples import workspace
from tests.services.paper_case import CLIENT

PEOPLE = """
    - {key: alice, turn: 1, rows: [{to: name, value: Alice}, {to: mobile, value: "+46701740605"}, {to: email, value: alice@example.com}]}
    - {key: bob, role: approver, turn: 2, rows: [{to: name, value: Bob}, {to: mobile, value: "+46701740606"}]}
    - {key: carol, turn: 3, rows: [{to: name, value: Carol}, {to: mobile, value: "+46701740607"}, {to: email, value: carol@example.com}]}"""  # noqa: E501
VALUES = {"sender": "S", "phone": "1", "title": "T", "name": "N", "link": "https://hub.example/s/x"}


def test_each_who_answers_is_told_at_once_and_nobody_else(papers):
    case = papers(people=PEOPLE, signing="{confirmation: true}")
    case.send()
    case.sign("alice")
    case.look("bob")
    case.desk.approve(case.token("bob"), CLIENT)
    case.work()
    told = [one for one in case.messages() if "has arrived" in one.text]
    assert [one.to for one in told] == ["alice@example.com", "+46701740606"]
    for one, who in zip(told, ("alice", "bob"), strict=True):
        assert case.core.links.customer(case.person(who).id) in one.text
    assert told[0].text.startswith("Hello Alice,\n\nthank you, your answer about Offer O-1 has")
    assert told[1].text.startswith("Alice: thank you, your answer about Offer O-1 has arrived.")
    assert told[0].subject == "Your answer has arrived: Offer O-1"
    assert "Open the document" in told[0].html
    assert told[1].html is None


def test_who_does_not_ask_for_confirmations_gets_none(papers):
    case = papers(people=PEOPLE, signing="{receipt: true}")
    case.send()
    case.sign("alice")
    assert not [one for one in case.messages() if "has arrived" in one.text]


def test_a_cleared_signature_is_confirmed_anew(papers):
    case = papers(people=PEOPLE, signing="{confirmation: true}")
    case.send()
    case.sign("alice")
    clearing.clear(case.core, case.workspace, case.request().id, "by mistake", "Operator")
    case.work()
    case.sign("alice")
    told = [one for one in case.messages("alice@example.com") if "has arrived" in one.text]
    assert len(told) == 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("about", ["confirmation", "receipt", "receipt_link"])
def test_the_hub_says_it_in_every_language(language, about):
    text, subject = hub_text(workspace(texts={}), "email", about, language, VALUES)
    english = hub_text(workspace(texts={}), "email", about, "en", VALUES)
    assert "T" in text
    assert "T" in subject
    assert VALUES["link"] in text.splitlines()
    assert language == "en" or (text, subject) != english


def test_a_workspace_has_its_own_words_for_each_kind_of_request():
    own = workspace(
        texts={
            "email_confirmation": {"en": "For all."},
            "email_confirmation.offer": {"en": "For offers."},
            "email_confirmation_subject.offer": {"en": "An offer"},
        }
    )

    def said(kind):
        text, subject = hub_text(own, "email", "confirmation", "en", VALUES, kind)
        return text.partition("\n")[0], subject

    assert said("offer") == ("For offers.", "An offer")
    assert said("case") == said("") == ("For all.", "Your answer has arrived: T")
