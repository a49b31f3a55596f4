"""The sender's page of a record's messages, on a whole house."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from hub.app import create_app
from hub.kernel.errors import Unfit
from hub.services.document_views import GivenFile
from hub.services.record_buttons import RecordButtons
from hub.services.views import LinkInvalid
from hub.storage.models import Message
from tests.services.paper_case import CLIENT


class Talker:
    """Somebody of the sender's on that page."""

    def __init__(self, case):
        self.case, self.desk = case, RecordButtons(case.core)

    def query(self, action="talk", record="1"):
        where = ("alice", "source", action, "offer", record)
        link = self.case.core.links.record_button(*where)
        return dict(parse_qsl(urlsplit(link).query))

    def view(self, action="talk"):
        return self.desk.view("source", action, self.query(action))

    def answer(self, to, text, *files):
        shown = self.case.request().id
        self.desk.answer("source", self.query(), shown, to, text, files)


@pytest.fixture
def talker(offer):
    offer.desk.remark(offer.token("alice"), "Blue?", CLIENT, [GivenFile("a.txt", b"a")])
    offer.desk.remark(offer.token("bob"), "When?", CLIENT)
    return Talker(offer)


def test_everybody_s_messages_stand_in_one_thread_until_they_are_read(offer, talker):
    view = talker.view()
    assert [(one.name, one.text, one.new) for one in view.talk] == [
        ("Alice Andersson", "Blue?", True), ("Bob Berg", "When?", True),
    ]  # fmt: skip
    assert view.writers == (("bob", "Bob Berg"), ("alice", "Alice Andersson"))
    assert (view.unread, talker.view("check").unread, talker.view("check").talk) == (2, 2, ())
    file = talker.desk.enclosed("source", talker.query(), view.request_id, view.talk[0].files[0].id)
    assert (file.name, file.content) == ("a.txt", b"a")
    talker.desk.read("source", talker.query(), view.request_id)
    assert (talker.view().unread, talker.view("check").unread) == (0, 0)


def test_an_answer_reaches_whom_it_is_to_once_and_counts_as_having_read(offer, talker):
    for _ in range(2):
        talker.answer("alice", "It is.", GivenFile("plan.txt", b"plan"))
    offer.work()
    assert len(offer.rows(Message)) == 3
    assert "It is." in offer.messages("alice@example.com")[-1].text
    assert [one.name for one in talker.view().talk if one.new] == ["Bob Berg"]
    with pytest.raises(LinkInvalid):
        talker.answer("carol", "Hello")
    with pytest.raises(Unfit):
        talker.answer("alice", "See", GivenFile("a.exe", b"MZ\x00"))


def test_the_key_of_another_button_opens_no_messages(offer, talker):
    for action in ("check", "decide"):
        with pytest.raises(LinkInvalid):
            talker.desk.view("source", "talk", talker.query(action))
    view = talker.view()
    with pytest.raises(LinkInvalid):
        talker.desk.read("source", talker.query(record="2"), view.request_id)
    with pytest.raises(LinkInvalid):
        talker.desk.enclosed("source", talker.query(), view.request_id, "none")


def test_the_mail_of_a_remark_leads_to_the_page_where_it_is_answered(offer, talker):
    offer.work()
    mail = offer.messages("office@example.com")[-1]
    (link,) = [one for one in mail.text.split() if "/r/source/talk?" in one]
    client = create_app(offer.house).test_client()
    place = link.removeprefix("https://hub.example")
    page = client.get(place, headers={"User-Agent": "Mozilla/5.0"})
    assert page.status_code == 200
    assert "When?" in page.text
    offer.clock.advance(timedelta(days=31))
    assert client.get(place).status_code == 404
