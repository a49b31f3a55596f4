"""E-mails with a link: button, the workspace's colours and logo, picture of the first page, plain
text beside it."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy
from io import BytesIO

import pytest
from lxml import html
from PIL import Image

from connectors.simulated.connector import SimulatedConnector
from hub.channels.smtp.client import SmtpClient
from hub.kernel.errors import NotFound
from hub.services import mail_logo, mail_pages, remarks
from hub.services.accents import READABLE, contrast
from hub.services.mail_logo import MOST_BYTES
from hub.services.mail_words import BUTTON, OPEN_DOCUMENT, OPEN_RECORD, OTHERWISE, PICTURE
from hub.settings.workspace import LANGUAGES
from tests.services.mail_lint import faults
from tests.services.mail_samples import logo, workspace
from tests.services.paper_case import CLIENT
from tests.services.paper_texts import OFFER

MAIL = "smtp, settings: {{host: 127.0.0.1, port: 9, security: none, from_address: hub@example.com}}"
BY_MAIL = """
    - {key: alice, rows: [{to: name, value: Alice}, {to: email, value: alice@example.com}]}"""
LINK = "https://hub.example/s/abc"
TEXT = f"Hej Alice,\n\nhär är <offerten>\nfrån oss:\n\n{LINK}\n\nFrågor? Ring oss.\n"


def made(text=TEXT, *, language="sv", about="invite", picture=True, **branding):
    own = workspace(**{"name": "B & B", "accent": None, **branding})
    shows = 'Offert "1"' if picture else None
    return mail_pages.as_html(own, text, "S", LINK, about=about, language=language, shows=shows)


def colours_of(page):
    """Of the button its ground and its words, then of the links; then all three in the dark."""
    tree = html.fromstring(page)
    (button,) = tree.xpath("//a[@class='button']")
    link = tree.xpath("//a[@class='link']")[0].get("style")
    sheet = tree.findtext(".//style")
    dark = [re.search(rf"\.{name} \{{(.*?)\}}", sheet, re.DOTALL)[1] for name in ("button", "link")]
    return [
        re.search(rf"(?<![-\w]){name}: (#\w+)", style)[1]
        for one, other in ((button.get("style"), link), dark)
        for name, style in (("background", one), ("color", one), ("color", other))
    ]


def rgb(text):
    return tuple(bytes.fromhex(text[1:]))


def test_the_link_becomes_a_green_button_and_the_first_page():
    tree = html.fromstring(made())
    button, picture, plain = tree.xpath("//a")
    assert (button.text_content(), button.get("href")) == ("Läs och svara", LINK)
    assert "background: #146c43" in button.get("style")
    (image,) = picture.xpath("./img")
    assert (image.get("src"), image.get("alt")) == ("cid:page", 'Första sidan av Offert "1"')
    assert (plain.text_content(), plain.get("href")) == (LINK, LINK)


def test_the_workspaces_words_stay_words():
    page = made()
    assert "här är &lt;offerten&gt;<br>\nfrån oss:" in page
    assert "B &amp; B" in page
    assert html.fromstring(page).get("lang") == "sv"
    assert faults(page) == []


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


@pytest.mark.parametrize("accent", [None, "#0b5c4a", "#ffe100", "#ff00ff", "#000000", "#ffffff"])
def test_the_button_is_green_and_links_have_the_workspaces_colour_where_it_can_be_read(accent):
    ground, words, link, dark_ground, dark_words, dark_link = colours_of(made(accent=accent))
    for one, other in ((ground, words), (dark_ground, dark_words), (link, "#ffffff"),
                       (dark_link, "#1b1f27")):  # fmt: skip
        assert contrast(rgb(one), rgb(other)) >= READABLE
    assert (ground, dark_ground) == ("#146c43", "#86dba8")
    if accent == "#0b5c4a":
        assert link == accent
    if accent in (None, "#ffffff"):  # nothing that can be read is left of white
        assert link == ground


def test_a_small_logo_goes_along_and_stands_for_the_name():
    page = made(logo=logo(), picture=False)
    (image,) = html.fromstring(page).xpath("//img")
    assert (image.get("src"), image.get("alt")) == ("cid:logo", "B & B")
    assert faults(page) == []


@pytest.mark.parametrize(
    "given",
    [
        None, "/static/logo.png", "https://example.com/logo.png", "data:image/png;base64,%%%",
        "data:image/png;base64,A", logo("svg+xml"), logo(size=MOST_BYTES + 1), "",
    ],
)  # fmt: skip
def test_a_logo_that_mailboxes_do_not_show_gives_way_to_the_name(given):
    tree = html.fromstring(made(logo=given, picture=False))
    assert tree.xpath("//img") == []
    assert tree.xpath("//p[@class='who']")[0].text_content() == "B & B"
    assert mail_logo.named(given) == {}


def test_a_logo_of_the_largest_size_is_taken_and_another_one_is_not_shown_for_it():
    first, second = logo(size=MOST_BYTES), logo()
    (kept,) = mail_logo.named(first).values()
    (file,) = mail_logo.of_mail(first, kept)
    assert (file.shown_as, file.media_type, len(file.content)) == ("logo", "image/png", MOST_BYTES)
    assert mail_logo.of_mail(second, kept) == mail_logo.of_mail(None, kept) == ()


@pytest.mark.parametrize("words", [BUTTON, OPEN_DOCUMENT, OPEN_RECORD, PICTURE, OTHERWISE])
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


def test_requests_without_documents_have_a_button_too(papers, mails):
    case = papers(people=BY_MAIL, post=MAIL, more={"  documents: DOCUMENTS\n".replace(
        "DOCUMENTS", OFFER): ""})  # fmt: skip
    case.send()
    case.later(hours=25)
    assert len(mails) == 2  # the invitation and its reminder
    for mail in mails:
        parts = parts_of(mail)
        assert set(parts) == {"text/plain", "text/html"}
        page = parts["text/html"].get_content()
        assert "Read and answer" in page
        assert faults(page) == []


def test_the_logo_goes_along_with_each_mail(papers, mails):
    case = papers(people=BY_MAIL, post=MAIL)
    own = case.core.workspaces
    own["alice"] = replace(own["alice"], logo=logo())
    case.send()
    (mail,) = mails
    shown = [part["Content-ID"] for part in mail.walk() if part["Content-ID"]]
    assert shown == ["<logo>", "<page>"]
    assert 'src="cid:logo"' in parts_of(mail)["text/html"].get_content()


def test_receipts_remarks_and_news_lead_where_they_say(papers, mails, monkeypatch):
    monkeypatch.setattr(
        SimulatedConnector, "record_url", lambda self, ref: f"https://crm.example/{ref.id}"
    )
    notify = "  notify: {email: {value: owner@example.com}, about: [viewed]}"
    case = papers(people=BY_MAIL, post=MAIL, signing=f"{{receipt: true, remarks: true}}\n{notify}")
    case.send()
    case.desk.opened(case.token("alice"), CLIENT)
    case.desk.remark(case.token("alice"), "Is it blue?", CLIENT)
    case.work()
    remarks.answer_remark(case.core, case.workspace, case.request().id, "alice", "It is.")
    case.sign("alice")
    case.work()
    own = case.core.links.customer(case.person("alice").id)
    told = {str(mail["Subject"]): mail for mail in mails[1:]}
    wanted = {
        "Offer O-1 (O-1)": ("Open the case", "https://crm.example/1"),
        "Remark on Offer O-1": ("Read and answer", own),
        "Signed: Offer O-1": ("Open the document", own),
    }
    assert set(told) == set(wanted)
    assert "Open the case" in parts_of(mails[2])["text/html"].get_content()  # the remark itself
    for subject, (label, link) in wanted.items():
        parts = parts_of(told[subject])
        (button,) = html.fromstring(parts["text/html"].get_content()).xpath("//a[@class='button']")
        assert (button.text_content(), button.get("href")) == (label, link)
        assert link in parts["text/plain"].get_content()
        assert faults(parts["text/html"].get_content()) == []


def test_news_of_a_record_without_an_address_are_plain_text(papers, mails):
    notify = "  notify: {email: {value: owner@example.com}, about: [viewed]}"
    case = papers(people=BY_MAIL, post=MAIL, signing=f"{{receipt: true}}\n{notify}")
    case.send()
    case.desk.opened(case.token("alice"), CLIENT)
    case.work()
    assert set(parts_of(mails[-1])) == {"text/plain"}
    text = parts_of(mails[-1])["text/plain"].get_content()
    assert text.count("://") == 1  # where its reader chooses what to be told
    assert "https://hub.example/n/" in text
