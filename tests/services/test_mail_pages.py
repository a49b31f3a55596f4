"""The e-mail that brings a document: button, picture of the first page, plain text beside it."""

from __future__ import annotations

from email import message_from_bytes, policy
from io import BytesIO

import pytest
from lxml import html
from PIL import Image

from hub.channels.smtp.client import SmtpClient
from hub.kernel.errors import NotFound
from hub.services import mail_pages
from hub.services.mail_words import BUTTON, OTHERWISE, PICTURE
from hub.settings.workspace import LANGUAGES
from tests.services.paper_texts import OFFER

MAIL = "smtp, settings: {{host: 127.0.0.1, port: 9, security: none, from_address: hub@example.com}}"
BY_MAIL = """
    - {key: alice, rows: [{to: name, value: Alice}, {to: email, value: alice@example.com}]}"""
LINK = "https://hub.example/s/abc"
TEXT = f"Hej Alice,\n\nhär är <offerten>\nfrån oss:\n\n{LINK}\n\nFrågor? Ring oss.\n"


def made(text=TEXT, *, language="sv", picture=True):
    values = {"link": LINK, "sender": "B & B", "title": 'Offert "1"'}
    return mail_pages.as_html(text, "S", values, language=language, picture=picture)


def test_the_link_becomes_a_green_button_and_the_first_page():
    tree = html.fromstring(made())
    button, picture, plain = tree.xpath("//a")
    assert (button.text_content(), button.get("href")) == ("Läs och svara", LINK)
    assert "background:#146c43" in button.get("style")
    (image,) = picture.xpath("./img")
    assert (image.get("src"), image.get("alt")) == ("cid:page", 'Första sidan av Offert "1"')
    assert (plain.text_content(), plain.get("href")) == (LINK, LINK)


def test_the_workspaces_words_stay_words():
    page = made()
    assert "här är &lt;offerten&gt;<br>\nfrån oss:" in page
    assert "B &amp; B" in page
    tree = html.fromstring(page)
    assert tree.get("lang") == "sv"
    assert [one.get("role") for one in tree.xpath("//table")] == ["presentation"] * 3


def test_a_link_inside_a_sentence_gets_its_button_at_the_end():
    tree = html.fromstring(made(f"Open {LINK} now.", language="en"))
    first, button, *_ = tree.xpath("//a")
    assert first.getparent().text_content() == f"Open {LINK} now."
    assert button.text_content() == "Read and answer"


def test_without_a_picture_nothing_is_promised():
    assert "<img" not in made(picture=False)


def test_dark_mailboxes_get_dark_colours():
    page = made()
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "prefers-color-scheme: dark" in page


@pytest.mark.parametrize("words", [BUTTON, PICTURE, OTHERWISE])
def test_every_language_of_the_pages_has_the_words(words):
    assert set(words) == set(LANGUAGES)


def test_a_picture_is_small_and_the_same_each_time():
    page = BytesIO()
    Image.effect_noise((1240, 1754), 40).convert("RGB").save(page, "PNG")
    small = mail_pages.small(page.getvalue())
    assert small == mail_pages.small(page.getvalue())
    with Image.open(BytesIO(small)) as image:
        assert image.size == (560, 792)
    assert len(small) < len(page.getvalue()) / 4


@pytest.fixture
def mails(monkeypatch):
    """Every mail that leaves, as a mailbox reads it."""
    sent = []

    def deliver(client, sender, recipient, raw):
        sent.append(message_from_bytes(raw, policy=policy.default))
        return "queued"

    monkeypatch.setattr(SmtpClient, "deliver", deliver)
    return sent


def parts_of(mail):
    return {part.get_content_type(): part for part in mail.walk() if not part.is_multipart()}


def test_an_invitation_to_documents_brings_the_page_along(papers, mails):
    case = papers(people=BY_MAIL, post=MAIL)
    case.send()
    (mail,) = mails
    parts = parts_of(mail)
    assert "https://hub.example/s/" in parts["text/plain"].get_content()
    page = parts["text/html"].get_content()
    assert "Read and answer" in page
    assert case.core.links.customer(case.person("alice").id) in page
    assert parts["image/png"]["Content-ID"] == "<page>"
    assert parts["image/png"].get_content_disposition() == "inline"
    with Image.open(BytesIO(parts["image/png"].get_content())) as image:
        assert image.width == 560
    assert list(mail.iter_attachments()) == []
    case.later(hours=25)
    assert "image/png" in parts_of(mails[-1])  # the reminder, too
    assert len(mails) == 2


def test_a_picture_that_is_lost_does_not_hold_the_mail(papers, mails, monkeypatch):
    case = papers(people=BY_MAIL, post=MAIL)
    monkeypatch.setattr(mail_pages, "small", lambda image: image)
    kept = case.core.workshop.blobs.get

    def lost(workspace, sha256):
        with case.core.db.read() as session:
            if sha256 == mail_pages.first_page(session, case.request()):
                raise NotFound("gone")
        return kept(workspace, sha256)

    monkeypatch.setattr(case.core.workshop.blobs, "get", lost)
    case.send()
    (mail,) = mails
    assert set(parts_of(mail)) == {"text/plain", "text/html"}


def test_requests_without_documents_are_written_to_in_plain_text(papers, mails):
    case = papers(people=BY_MAIL, post=MAIL, more={"  documents: DOCUMENTS\n".replace(
        "DOCUMENTS", OFFER): ""})  # fmt: skip
    case.send()
    assert [one.get_content_type() for one in mails] == ["text/plain"]
