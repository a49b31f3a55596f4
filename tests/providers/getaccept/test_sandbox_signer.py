"""The recipient's page, without scripts and in a real browser."""

from __future__ import annotations

import re

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.providers.getaccept.sandbox_site import ALICE, BOB, MOBILE
from tests.web.pages.axe import findings

TERMS = [{"type": "file", "id": "att0001a", "require_view": True}]
PLACE = dict.fromkeys(("field_top", "field_left", "field_width", "field_height"), 10)


def post(link: str, path: str, **form) -> requests.Response:
    return requests.post(f"{link}/{path}", data=form, timeout=10)


def with_lines(site, *labels: str, **changes) -> str:
    """A document with optional lines, sent to Alice."""
    document = site.made(is_automatic_sending=False, **changes)
    [alice] = site.get(f"/documents/{document}/recipients")["recipients"]
    for label in labels:
        body = {"field_type": "check", "field_label": label, "recipient_id": alice["id"], **PLACE}
        assert site.api("POST", f"/documents/{document}/fields", body).status_code == 200
    assert site.api("POST", f"/documents/{document}/send").status_code == 200
    return document


def values(site, document: str) -> list[str]:
    return [one["field_value"] for one in site.get(f"/documents/{document}/fields")["fields"]]


def test_opening_the_link_shows_the_pages_and_counts_as_viewed(site):
    document = site.made()
    link = site.link(document)
    page = requests.get(link, timeout=10)
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "Page 1 of 1" in page.text
    assert site.status(document) == "viewed"
    picture = requests.get(f"{link}/pages/1.png", timeout=10)
    assert picture.content.startswith(b"\x89PNG")
    assert requests.get(f"{link}/pages/2.png", timeout=10).status_code == 404
    assert post(link, "read").json() == {}
    assert site.status(document) == "reviewed"


def test_lines_are_chosen_and_signed_without_scripts(site):
    document = with_lines(site, "Brake discs", "Rust protection")
    link = site.link(document)
    page = requests.get(link, timeout=10).text
    first, second = re.findall(r'type="checkbox" name="(\w+)"', page)
    assert "Rust protection" in post(link, "boxes", go="1", **{second: "1"}).text
    assert values(site, document) == ["0", "1"]
    done = post(link, "sign", name="Alice Ek")
    assert "Everybody has signed" in done.text
    assert site.status(document) == "signed"
    assert first != second


def test_attachments_must_be_opened_before_signing(site):
    document = site.made(attachments=TERMS)
    link = site.link(document)
    refused = post(link, "sign", name="Alice Ek")
    assert (refused.status_code, "Open this first: Terms" in refused.text) == (409, True)
    key = site.get(f"/documents/{document}/attachments")["attachments"][0]["attachment_id"]
    opened = requests.get(f"{link}/attachments/{key}", timeout=10)
    assert opened.headers["Content-Type"] == "application/pdf"
    assert requests.get(f"{link}/attachments/none", timeout=10).status_code == 409
    assert post(link, "sign", name="Alice Ek").status_code == 200
    assert site.status(document) == "signed"


def test_a_file_is_brought_and_another_page_is_only_linked(site):
    document = site.made(
        attachments=[
            {"type": "upload", "title": "Licence"},
            {"type": "external", "url": "https://example.com/photo", "title": "Photo"},
        ]
    )
    link = site.link(document)
    rows = site.get(f"/documents/{document}/attachments")["attachments"]
    licence, photo = (one["attachment_id"] for one in rows)
    assert post(link, "deliver", attachment=licence).status_code == 409
    requests.post(
        f"{link}/deliver",
        data={"attachment": licence}, files={"file": ("l.png", b"png")}, timeout=10,
    )  # fmt: skip
    leads = requests.get(f"{link}/attachments/{photo}", timeout=10, allow_redirects=False)
    assert leads.headers["Location"] == "https://example.com/photo"
    assert post(link, "sign", name="Alice Ek").status_code == 200
    assert site.status(document) == "signed"


def test_a_name_is_needed(site):
    link = site.link(site.made())
    answer = post(link, "sign", name=" ")
    assert (answer.status_code, "Write your name first." in answer.text) == (409, True)


def test_a_code_by_sms_is_sent_asked_for_and_checked(site):
    document = site.made(recipients=[{**ALICE, "mobile": MOBILE, "verify_sms_sign": True}])
    link = site.link(document)
    assert "Send me a code" in requests.get(f"{link}/sign", timeout=10).text
    post(link, "code")
    code = site.phone[-1].text.split()[-1]
    wrong = post(link, "sign", name="Alice Ek", code="1")
    assert (wrong.status_code, "That is not the code" in wrong.text) == (409, True)
    assert post(link, "sign", name="Alice Ek", code=code).status_code == 200
    assert site.status(document) == "signed"


def test_a_document_may_open_only_with_a_code(site):
    document = site.made(recipients=[{**ALICE, "mobile": MOBILE, "verify_sms_open": True}])
    link = site.link(document)
    assert "Offer 1001" not in requests.get(link, timeout=10).text
    assert requests.get(f"{link}/pages/1.png", timeout=10).status_code == 404
    assert post(link, "sign", name="Alice Ek").status_code == 409
    assert site.status(document) == "sent"
    assert post(link, "enter", answer="1").status_code == 409
    code = site.phone[-1].text.split()[-1]
    assert "Offer 1001" in post(link, "enter", answer=code).text
    assert site.status(document) == "viewed"


def test_a_document_may_open_only_with_an_answer(site):
    asked = {"verify_qna_open": True, "verify_qna_question": "Colour?", "verify_qna_answer": "Red"}
    link = site.link(site.made(recipients=[{**ALICE, **asked}]))
    assert "Colour?" in requests.get(link, timeout=10).text
    assert "That is not the answer" in post(link, "enter", answer="blue").text
    assert "Offer 1001" in post(link, "enter", answer="red").text


def test_declining_takes_a_reason_from_the_menu(site):
    document = site.made()
    link = site.link(document)
    assert post(link, "decline", reason="").status_code == 409
    assert post(link, "decline", reason="Made up").status_code == 409
    page = post(link, "decline", reason="The price is too high", more="Sorry")
    assert "You declined" in page.text
    assert site.status(document) == "rejected"
    reasons = site.control("GET", f"documents/{document}")["reasons"]
    assert list(reasons.values()) == ["The price is too high: Sorry"]


def test_who_is_not_yet_asked_reads_why(site):
    order = [{**ALICE, "order_num": 1}, {**BOB, "order_num": 2}]
    document = site.made(recipients=order, is_signing_order=True)
    link = site.link(document, 1)
    assert "Somebody else has to sign first" in requests.get(link, timeout=10).text
    assert requests.get(f"{link}/sign", timeout=10).url == link
    assert post(link, "sign", name="Bob Berg").status_code == 409


def test_an_approver_has_a_button_to_approve(site):
    people = [{**ALICE, "role": "internalApprover"}, BOB]
    document = site.made(recipients=people)
    link = site.link(document)
    assert "Approve" in requests.get(link, timeout=10).text
    assert "Approved" in post(link, "approve").text


def test_the_chat_reaches_the_sender_and_shows_the_answer(site):
    document = site.made()
    link = site.link(document)
    post(link, "chat", text="How long does it take?")
    site.api("POST", f"/documents/{document}/comments", {"text": "Two hours."})
    assert "Two hours." in requests.get(link, timeout=10).text
    assert site.get(f"/documents/{document}/comments")[0]["text"] == "How long does it take?"
    assert post(link, "chat", text=" ").status_code == 409


@pytest.mark.parametrize(
    ("end", "says"), [("recall", "was withdrawn"), ("expire", "has expired"), ("lose", "closed")]
)
def test_a_link_that_is_over_says_so_and_offers_the_sender(site, end, says):
    document = site.made()
    link = site.link(document)
    if end == "recall":
        site.api("DELETE", f"/documents/{document}")
        assert requests.get(f"{link}/pages/1.png", timeout=10).status_code == 404
        assert requests.get(f"{link}/file.pdf", timeout=10).status_code == 409
    else:
        site.control("POST", f"documents/{document}/{end}")
    page = requests.get(link, timeout=10)
    assert says in page.text
    assert "verkstaden@bilhuset.example" in page.text


def test_an_unknown_link_leads_nowhere(site):
    assert requests.get(f"{site.url}/v/unknown", timeout=10).status_code == 404


def test_the_signed_document_is_there_to_download(site):
    document = site.made()
    link = site.link(document)
    assert requests.get(f"{link}/file.pdf", timeout=10).content.startswith(b"%PDF")
    site.act(document, "1", "sign")
    page = requests.get(link, timeout=10)
    assert "Your receipt is on its way to alice@example.com" in page.text
    names = [one["event_name"] for one in site.get(f"/documents/{document}/events")]
    assert "downloaded" in names


@pytest.mark.browser
def test_a_person_with_a_phone_chooses_draws_and_signs(page: Page, site):
    document = with_lines(
        site, "Brake discs, 4 250 kr", "Rust protection, 1 980 kr", attachments=TERMS
    )
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(site.link(document))
    assert findings(page) == []
    page.get_by_label("Rust protection").check()
    expect(page.locator("#boxes [role=status]")).to_have_text("Your choice is kept.")
    with page.expect_popup():
        page.get_by_role("link", name="Terms").click()
    expect(page.locator("#files .tag")).to_have_text("Seen")
    page.get_by_role("button", name="Continue to sign").click()
    page.locator(".pad").scroll_into_view_if_needed()
    box = page.locator(".pad").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 90)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 60, steps=5)
    page.mouse.up()
    assert findings(page) == []
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.locator("h1")).to_have_text("Everybody has signed")
    assert findings(page) == []
    assert values(site, document) == ["0", "1"]
    [alice] = site.get(f"/documents/{document}/recipients")["recipients"]
    assert [one["type"] for one in alice["signing_methods"]] == ["biometric"]
    names = [one["event_name"] for one in site.get(f"/documents/{document}/events")]
    assert "reviewed" in names
