"""Start page, phone and mailbox, and the JSON behind them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from markupsafe import Markup
from werkzeug.test import Client

from hub.contracts.sandbox import Mail, PhoneMessage
from hub.kernel.clock import ManualClock
from hub.sandbox.app import create_sandbox_app
from hub.sandbox.house import SandboxHouse
from hub.sandbox.inbox import Inbox
from hub.sandbox.pages import linked
from hub.sandbox.words import LANGUAGES, WORDS

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ALICE, BOB = "+46701740605", "+46701740606"
ANCHOR = '<a href="http://x.example/" target="_blank" rel="noopener">http://x.example/</a>'
LINK = "http://127.0.0.1:8000/s/abc"


@pytest.fixture
def house(tmp_path, plugin):
    manifests = [plugin("tickets", "connector"), plugin("signing", "provider")]
    return SandboxHouse(manifests, tmp_path / "state", "http://127.0.0.1:9", ManualClock(NOW))


@pytest.fixture
def client(house):
    return Client(create_sandbox_app(house))


def sms(house, to=ALICE, text="Hej"):
    house.phone.add(PhoneMessage(to, "Verkstaden", text, NOW, "s1"))


def mail(house, to="alice@kund.example", html=None, text="Hej", subject="Kvitto", attach=()):
    raw = EmailMessage()
    raw["Subject"] = subject
    raw.set_content(text)
    if html:
        raw.add_alternative(html, subtype="html")
        raw.get_payload()[1].add_related(b"PNG", "image", "png", cid="<page1>")
    for name in attach:
        raw.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename=name)
    house.mailbox.add(Mail((to,), "v@paraph.example", subject, text, html, raw.as_bytes(), NOW))


def test_the_start_page_says_what_to_press_first_and_what_is_here(client):
    page = client.get("/").text
    assert page.index('href="/tickets/cases"') < page.index('href="/phone"', page.index("<ol>"))
    assert 'href="/signing/cases"' in page
    assert "Press a button." in page
    assert WORDS["en"]["hub_missing"] in page


def test_the_hubs_links_appear_when_it_has_called(client):
    answer = client.post(
        "/_control/connect", json={"links": {"hub": "http://127.0.0.1:8000/"}, "hooks": {}}
    )
    assert answer.json == {"connected": True}
    assert 'href="http://127.0.0.1:8000/"' in client.get("/").text


@pytest.mark.parametrize("body", [None, [], {}, {"links": "x"}, {"links": {}, "hooks": {"a": 1}}])
def test_a_connection_that_makes_no_sense_is_refused(client, body):
    answer = client.post("/_control/connect", json=body)
    assert answer.status_code == 400
    assert "expected" in answer.json["error"]


def test_control_tells_how_to_reach_each_simulator(client):
    assert client.get("/health").json == {"ready": True, "simulators": ["signing", "tickets"]}
    assert client.get("/_control/settings").json["tickets"] == {
        "kind": "connector", "settings": {"base_url": "http://127.0.0.1:9/tickets"},
    }  # fmt: skip


@pytest.mark.parametrize("path", ["/", "/phone", "/mailbox"])
@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_page_speaks_both_languages_and_runs_no_foreign_script(client, path, language):
    answer = client.get(path, headers={"Accept-Language": language})
    assert f'<html lang="{language}">' in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self';" in policy
    assert "<script>" not in answer.text
    chosen = client.get(f"{path}?lang=sv", headers={"Accept-Language": "en"})
    assert '<html lang="sv">' in chosen.text


def test_both_languages_have_the_same_words():
    assert set(WORDS["en"]) == set(WORDS["sv"])


class TestPhone:
    def test_an_empty_phone_says_so(self, client):
        assert WORDS["en"]["no_sms"] in client.get("/phone").text

    def test_the_latest_number_is_shown_first_and_others_can_be_chosen(self, house, client):
        sms(house, ALICE, "till Alice")
        sms(house, BOB, "till Bob")
        page = client.get("/phone").text
        assert page.index(BOB) < page.index(ALICE)
        assert page.count("till Bob") == 2  # in the list and on the phone
        assert page.count("till Alice") == 1
        chosen = client.get("/phone", query_string={"to": ALICE}).text
        assert chosen.count("till Alice") == 2

    def test_a_link_can_be_tapped_and_markup_is_only_text(self, house, client):
        sms(house, text=f"<b>Hej</b> {LINK}. Tack")
        page = client.get("/phone").text
        assert f'<a href="{LINK}" target="_blank" rel="noopener">{LINK}</a>. Tack' in page
        assert "<b>Hej</b>" not in page

    def test_json_tells_what_came_after_what_is_known(self, house, client):
        sms(house, ALICE, "ett")
        sms(house, BOB, "två")
        sms(house, ALICE, "tre")
        found = client.get("/phone/messages", query_string={"to": ALICE, "after": 1}).json
        assert [message["text"] for message in found["messages"]] == ["tre"]
        assert [(line["number"], line["count"]) for line in found["lines"]] == [
            (ALICE, 2),
            (BOB, 1),
        ]
        everything = client.get("/phone/messages").json["messages"]
        assert [message["number"] for message in everything] == [1, 2, 3]
        assert everything[0] == {
            "number": 1, "id": "s1", "to": ALICE, "sender": "Verkstaden", "text": "ett",
            "at": NOW.isoformat(),
        }  # fmt: skip


class TestMailbox:
    def test_an_empty_mailbox_says_so(self, client):
        assert WORDS["en"]["no_mail"] in client.get("/mailbox").text

    def test_mails_are_listed_latest_first(self, house, client):
        mail(house, subject="Ett")
        mail(house, "bob@kund.example", subject="Två")
        page = client.get("/mailbox").text
        assert page.index("Två") < page.index("Ett")

    def test_an_html_mail_is_framed_without_scripts_and_with_its_pictures(self, house, client):
        mail(house, html=f'<p>Hej</p><img src="cid:page1"><script>x</script><a href="{LINK}">x</a>')
        answer = client.get("/mailbox?mail=1")
        assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in answer.text
        assert "allow-scripts" not in answer.text
        assert "&lt;script&gt;" in answer.text
        assert "<script>x" not in answer.text
        assert "data:image/png;base64,UE5H" in answer.text
        assert "script-src 'self';" in answer.headers["Content-Security-Policy"]

    def test_text_and_source_can_be_looked_at(self, house, client):
        mail(house, html="<p>Hej</p>", text=f"Läs {LINK}!")
        text = client.get("/mailbox?mail=1&view=text").text
        assert f'<a href="{LINK}" target="_blank" rel="noopener">{LINK}</a>!' in text
        assert "<iframe" not in text
        assert "Subject: Kvitto" in client.get("/mailbox?mail=1&view=source").text

    def test_attachments_are_named(self, house, client):
        mail(house, attach=["offert åäö.pdf"])
        assert "offert åäö.pdf" in client.get("/mailbox?mail=1").text

    def test_who_reads_a_mail_can_answer_it_or_say_that_it_bounced(self, house, client):
        said = []

        def answer(text):
            said.append(text)
            return 204

        mail(house)
        house.mailbox.add(
            replace(house.mailbox.get(1), answer=answer, bounce=lambda: said.append("!") or 404)
        )
        assert "textarea" not in client.get("/mailbox?mail=1").text
        assert 'action="/mailbox/2/answer"' in client.get("/mailbox?mail=2").text
        given = {"text": " Is it blue? "}
        there = client.post("/mailbox/2/answer", data=given, follow_redirects=True)
        assert WORDS["en"]["answer_taken"] in there.text
        bounced = client.post("/mailbox/2/answer", data={"bounce": "1"}, follow_redirects=True)
        assert WORDS["en"]["answer_refused"] in bounced.text
        assert said == ["Is it blue?", "!"]
        for number, data in ((2, {"text": " "}), (1, given), (9, given)):
            assert client.post(f"/mailbox/{number}/answer", data=data).status_code in (400, 404)
        assert len(said) == 2
        assert "answer_odd" not in client.get("/mailbox?mail=2&said=odd").text

    def test_a_mail_that_is_not_there_is_404_in_words(self, client):
        answer = client.get("/mailbox?mail=7")
        assert answer.status_code == 404
        assert WORDS["en"]["gone"] in answer.text

    def test_json_is_filtered_by_recipient_whatever_its_case(self, house, client):
        mail(house, "alice@kund.example", subject="Ett")
        mail(house, "bob@kund.example", subject="Två")
        found = client.get("/mailbox/messages?to=Bob@kund.example").json["messages"]
        assert [message["subject"] for message in found] == ["Två"]
        assert client.get("/mailbox/messages?after=2").json["messages"] == []


def test_emptying_forgets_everything_and_goes_home(house, client):
    sms(house)
    mail(house)
    answer = client.post("/empty")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/phone/messages").json["messages"] == []
    assert client.get("/mailbox/messages").json["messages"] == []
    assert house.simulators["tickets"].told == ["reset"]
    sms(house)
    assert client.post("/_control/reset").json == {"reset": True}
    assert client.get("/phone/messages").json["messages"] == []


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("a < b", "a &lt; b"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ('http://x.example/"on="y', f"{ANCHOR}&#34;on=&#34;y"),
    ],
)
def test_only_web_addresses_become_links(text, html):
    assert linked(text) == Markup(html)


def test_an_inbox_keeps_the_newest_and_never_gives_a_number_twice():
    inbox = Inbox(keep=2)
    for item in "abc":
        inbox.add(item)
    assert [(entry.number, entry.item) for entry in inbox.all()] == [(2, "b"), (3, "c")]
    inbox.clear()
    inbox.add("d")
    assert [(entry.number, entry.item) for entry in inbox.all()] == [(4, "d")]
    assert inbox.get(4) == "d"
    assert inbox.get(1) is None
