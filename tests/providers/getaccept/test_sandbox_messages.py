"""What the simulated service writes to people."""

from __future__ import annotations

from email import message_from_bytes, policy
from html.parser import HTMLParser

from tests.providers.getaccept.sandbox_site import ALICE, BOB, MOBILE


class Seen(HTMLParser):
    """Links with their style, and pictures, of a mail."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[dict] = []
        self.pictures: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.links.append(dict(attrs))
        if tag == "img":
            self.pictures.append(str(dict(attrs)["src"]))


def parts(mail) -> dict[str, str]:
    """Content type → file name or id of each part that is no text."""
    parsed = message_from_bytes(mail.raw, policy=policy.default)
    return {
        part.get_content_type(): part.get_filename() or str(part["Content-ID"])
        for part in parsed.walk()
        if part.get_content_maintype() in ("image", "application")
    }


def test_an_invitation_has_a_green_button_and_a_picture_of_the_first_page(site):
    document = site.made()
    link = site.link(document)
    [mail] = site.mails
    assert mail.to == ("alice@example.com",)
    seen = Seen(mail.html)
    assert {one["href"] for one in seen.links} == {link}
    assert "background:#16794a" in seen.links[0]["style"]
    assert seen.pictures == ["cid:first-page"]
    assert parts(mail) == {"image/png": "<first-page>"}
    assert link in mail.text


def test_subject_and_text_are_the_senders_with_their_tags_filled_in(site):
    site.made(
        name="Offer 7",
        email_send_subject="{{document.name}} from {{sender.fullname}}",
        email_send_message="Dear {{recipient.first_name}}, {{unknown.tag}}",
    )
    site.get("/test")
    [mail] = site.mails
    assert mail.subject == "Offer 7 from Vera Verkstad"
    assert mail.text.startswith("Dear Alice, {{unknown.tag}}")


def test_a_link_goes_by_sms_only_where_that_is_wanted(site):
    people = [{**ALICE, "mobile": MOBILE}, BOB]
    site.status(site.made(recipients=people))
    assert site.phone == []
    document = site.made(recipients=people, is_sms_sending=True)
    link = site.link(document)
    [sms] = site.phone
    assert (sms.to, sms.sender) == (MOBILE, "GetAccept")
    assert sms.text.endswith(link)
    assert sms.text.startswith("Verkstad & Maskin i Åre: Offer 1001.")


def test_a_receipt_brings_the_signed_pdf_to_everybody(site):
    document = site.made(recipients=[ALICE, BOB])
    site.act(document, "1", "sign")
    site.mails.clear()
    site.act(document, "2", "sign")
    assert [mail.to[0] for mail in site.mails] == [
        "alice@example.com", "bob@example.com", "verkstaden@bilhuset.example"
    ]  # fmt: skip
    assert all(parts(mail)["application/pdf"] == "Offer 1001.pdf" for mail in site.mails)


def test_a_receipt_may_come_without_the_file_and_mails_without_pictures(site):
    site.control("POST", "modes", {"receipt_attached": False, "mail_pictures": False})
    document = site.made()
    site.act(document, "1", "sign")
    assert [parts(mail) for mail in site.mails] == [{}, {}, {}]
    assert all("cid:" not in mail.html for mail in site.mails)


def test_who_has_only_a_telephone_gets_everything_there(site):
    alice = {"first_name": "Alice", "last_name": "Ek", "mobile": MOBILE}
    document = site.made(recipients=[alice], is_sms_sending=True)
    site.status(document)
    site.api("POST", f"/documents/{document}/reminders", {"type": "sms", "text": "Please look."})
    site.api("POST", f"/documents/{document}/comments", {"text": "Hello"})
    site.act(document, "1", "sign")
    kinds = [one["kind"] for one in site.control("GET", "outbox") if one["channel"] == "sms"]
    assert kinds == ["invitation", "reminder", "chat", "receipt"]
    assert len(site.phone) == 4


def test_a_chat_message_to_the_sender_has_a_link_to_answer(site):
    document = site.made()
    site.act(document, "1", "comment", text="How long does it take?")
    mail = site.mails[-1]
    assert "Alice Ek wrote about Offer 1001" in mail.subject
    assert Seen(mail.html).links[0]["href"] == f"{site.url}/document/view/{document}#chat"
    assert parts(mail) == {}
    assert "yours alone" not in mail.html
    assert "yours alone" in site.mails[0].html
