"""In the shipped demo, over real SMTP and HTTP: who gets an e-mail answers it in the mailbox, and
the office reads that; one that bounces is told in the CRM."""

from __future__ import annotations

import re
from email import message_from_bytes, policy

import requests
from sqlalchemy import select

from connectors.crm_rest.sandbox.store import OFFERS
from hub.sandbox.words import WORDS
from hub.storage.models import Message

OFFICE = "service@norrby.example"


def newest(offers, to):
    """The newest mail to somebody, and its number in the mailbox."""
    return [one for one in offers.mailbox.all() if to in one.item.to][-1]


def come_back(offers, number, **data):
    """Do something with a mail in the mailbox; what its page says then."""
    url = f"{offers.world.sandbox.url}/mailbox/{number}/answer"
    answer = requests.post(url, data=data, timeout=30, headers={"Accept-Language": "en"})
    answer.raise_for_status()
    offers.work()
    return re.search(r'role="status">([^<]+)', answer.text)[1]


def to_owner(offers, record):
    return newest(offers, offers.crm.row(OFFERS, record).fields["customer"]["email"])


def test_an_answer_from_the_mailbox_reaches_the_office(offers):
    record, _ = offers.sent()
    mail = to_owner(offers, record)
    said = come_back(offers, mail.number, text="Kan bänken bli fem centimeter högre?")
    assert said == WORDS["en"]["answer_taken"]
    with offers.house.core.db.read() as session:
        mine = select(Message.text).where(Message.request_id == offers.request(record).id)
        assert session.scalars(mine).all() == ["Kan bänken bli fem centimeter högre?"]
    told = newest(offers, OFFICE).item
    assert "Kan bänken bli fem centimeter högre?" in told.text
    assert told.answer is None  # the office answers where the link leads
    parsed = message_from_bytes(told.raw, policy=policy.default)
    assert parsed["List-Id"] == "<demo.paraph.example>"


def test_who_cannot_be_reached_by_mail_gets_the_link_by_sms(offers):
    record, link = offers.sent(alone=True)
    phone = offers.world.phone
    before = len(phone.all())
    mail = to_owner(offers, record)
    for _ in range(2):
        assert come_back(offers, mail.number, bounce="1") == WORDS["en"]["answer_taken"]
    (told,) = phone.all()[before:]
    assert link in told.item.text
    assert offers.status(record) == "Sent"


def test_a_bounce_of_the_only_way_is_told_in_the_crm(offers):
    customer = {"name": "Alice Andersson", "email": "", "mobile": ""}
    record = offers.offer(alone=True, customer=customer)
    offers.asked(record)
    mail = to_owner(offers, record)
    assert come_back(offers, mail.number, bounce="1") == WORDS["en"]["answer_taken"]
    assert offers.status(record) == "Failed"
    assert offers.fields(record)["refused_reason"]
