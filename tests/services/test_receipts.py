"""What was signed reaches everybody who took part, in the way in which they can be reached."""

from __future__ import annotations

import pytest

from hub.services import notices, receipts
from hub.services.wordings import SMS
from hub.storage.models import Request
from tests.services.paper_case import PERSON

PEOPLE = """
    - {key: alice, rows: [{to: name, value: Alice}, {to: mobile, value: "+46701740605"}, {to: email, value: alice@example.com}]}
    - {key: bob, rows: [{to: name, value: Bob}, {to: mobile, value: "+46701740606"}]}
    - {key: carol, role: copy, rows: [{to: name, value: Carol}, {to: mobile, value: "+46701740607"}]}
    - {key: dave, role: copy, rows: [{to: name, value: Dave}, {to: email, value: dave@example.com}]}"""  # noqa: E501
LIMIT = 10_000_000


def signed(papers, **more):
    """Both have signed, and nothing is owed any more."""
    case = papers(people=PEOPLE, **more)
    case.send()
    case.sign("alice")
    case.sign("bob")
    case.work()
    return case


def receipt(case, to):
    """The one message to somebody after all had signed."""
    (found,) = [one for one in case.messages(to) if "signed" in one.text]
    return found


def test_where_only_a_number_is_known_the_link_comes_by_sms(papers):
    case = signed(papers)
    for who, number in (("bob", "+46701740606"), ("carol", "+46701740607")):
        link = case.core.links.customer(case.person(who).id)
        told = receipt(case, number)
        assert told.text == (
            f"Alice: Offer O-1 is signed by everybody, thank you. You find it here:\n\n{link}"
        )
        assert told.files == ()
        assert case.desk.download(case.token(who), "signed", PERSON).content.startswith(b"%PDF")
    for who in ("alice", "dave"):
        assert len(receipt(case, f"{who}@example.com").files) == 1
    assert not [one for one in case.messages("+46701740605") if "signed" in one.text]


def test_who_asks_for_no_receipts_still_sends_copies(papers):
    case = signed(papers, signing="{receipt: false}")
    to = {one.to for one in case.messages() if "signed" in one.text}
    assert to == {"+46701740607", "dave@example.com"}


@pytest.mark.parametrize(("size", "files"), [(LIMIT, 1), (LIMIT + 1, 0)])
def test_a_file_that_is_too_large_to_send_is_linked(papers, monkeypatch, size, files):
    kept = []
    with monkeypatch.context() as patch:
        patch.setattr(receipts, "owe_receipts", lambda *given: kept.append(given[-1]))
        case = signed(papers)
    with case.core.db.write() as session:
        request = session.get_one(Request, case.request().id)
        receipts.owe_receipts(case.core, session, request, {**kept[0], "size": size})
    case.work()
    mail = receipt(case, "alice@example.com")
    assert mail.subject == "Signed: Offer O-1"
    assert len(mail.files) == files
    assert ("attached" in mail.text) is bool(files)
    assert case.core.links.customer(case.person("alice").id) in mail.text


def test_without_a_channel_for_mail_it_comes_by_sms(papers, monkeypatch):
    there = notices.channel_for

    def only_sms(core, request, way):
        return there(core, request, way) if way == SMS else None

    monkeypatch.setattr(notices, "channel_for", only_sms)
    case = signed(papers)
    assert receipt(case, "+46701740605").files == ()
