"""Parts of a document in the simulated account: fields, chat, attachments, history."""

from __future__ import annotations

import pytest
import requests

from tests.providers.getaccept.sandbox_site import ALICE, BOB

PLACE = dict.fromkeys(("field_top", "field_left", "field_width", "field_height"), 12.5)


def draft(site, **changes) -> tuple[str, str]:
    document = site.made(is_automatic_sending=False, **changes)
    [person, *_] = site.get(f"/documents/{document}/recipients")["recipients"]
    return document, person["id"]


def add(site, document: str, **body) -> requests.Response:
    given = {"field_type": "check", "field_label": "Rust protection", **PLACE, **body}
    return site.api("POST", f"/documents/{document}/fields", given)


def test_a_check_field_is_made_filled_in_and_read(site):
    document, alice = draft(site)
    made = add(site, document, recipient_id=alice, field_value=0).json()["field_id"]
    site.api("POST", f"/documents/{document}/send")
    site.act(document, "1", "check", field=made, value=1)
    [field] = site.get(f"/documents/{document}/fields")["fields"]
    assert (field["field_id"], field["field_value"]) == (made, "1")
    assert (field["field_type"], field["recipient_name"]) == ("check", "Alice Ek")
    site.control("POST", "modes", {"check_values": "integer"})
    assert site.get(f"/documents/{document}/fields")["fields"][0]["field_value"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {"field_type": "tick"},
        {"field_top": None},
        {"recipient_id": "nobody"},
        {"page_num": 2},
        {"field_value": "yes"},
        {"colour": "red"},
    ],
)
def test_what_is_no_field_is_refused(site, body):
    document, _ = draft(site)
    assert add(site, document, **body).status_code in (400, 404)
    assert site.violations()[-1]["operation"] == "add_field"


def test_fields_are_added_to_drafts_and_filled_in_by_their_owner(site):
    document, alice = draft(site, recipients=[ALICE, BOB])
    add(site, document, recipient_id=alice)
    site.api("POST", f"/documents/{document}/send")
    assert add(site, document).status_code == 400
    given = {"field": "Rust protection", "value": 1}
    assert site.act(document, "2", "check", **given).status_code == 409
    assert site.act(document, "1", "check", field="Rust protection", value=7).status_code == 409
    assert site.act(document, "1", "check", **given).status_code == 200
    site.act(document, "1", "sign")
    assert site.act(document, "1", "check", **given).status_code == 409


def test_no_fields_are_told_in_one_of_two_ways(site):
    document = site.made()
    answer = site.api("GET", f"/documents/{document}/fields")
    assert (answer.status_code, answer.content) == (204, b"")
    site.control("POST", "modes", {"no_fields": 404})
    assert site.api("GET", f"/documents/{document}/fields").status_code == 404


def test_fields_of_the_newer_editor_are_shown_when_asked_for_and_can_be_set(site):
    people = [
        {**ALICE, "role_name": "Customer"},
        {**BOB, "role_name": "Workshop", "role": "internalApprover"},
    ]
    document, _ = draft(
        site, file_name=None, file_content=None, template_id="tpl0002b", recipients=people
    )
    path = f"/documents/{document}/fields"
    assert site.get(path) == {"fields": []}
    body = {"editor_fields": [{"name": "Mileage", "value": "12000"}]}
    assert site.api("PUT", path, body).status_code == 204
    mileage, keys = site.get(path, resolveEditorFields="true")["editor_fields"]
    assert (mileage["value"], keys["value"]) == ("12000", "0")
    assert keys["input_settings"]["type"] == "Checkbox"
    body = {"editor_fields": [{"name": "Weight", "value": "1"}]}
    assert site.api("PUT", path, body).status_code == 400


def test_the_chat_goes_both_ways(site):
    document = site.made()
    site.act(document, "1", "comment", text="How long does it take?")
    answer = site.api("POST", f"/documents/{document}/comments", {"text": "Two hours."})
    first, second = site.get(f"/documents/{document}/comments")
    assert (first["self"], first["full_name"]) == (0, "Alice Ek")
    assert (second["self"], second["id"]) == (1, answer.json()["comment_id"])
    assert [mail.to[0] for mail in site.mails[-2:]] == [
        "verkstaden@bilhuset.example", "alice@example.com"
    ]  # fmt: skip
    assert f"/document/view/{document}#chat" in site.mails[-2].text


def test_whether_own_comments_are_told_by_webhook_is_a_mode(site):
    site.api(
        "POST",
        "/subscriptions",
        {"event": "document.commented", "target_url": "https://hub.example/hook"},
    )
    document = site.made()
    for told, text in ((True, "one"), (False, "two")):
        site.control("POST", "modes", {"own_comment_events": told})
        site.api("POST", f"/documents/{document}/comments", {"text": text})
    assert len(site.control("GET", "webhooks")) == 1
    log = [one["event_name"] for one in site.get(f"/documents/{document}/log")]
    assert log.count("commented") == 2


def test_nothing_is_said_to_nobody(site):
    document, _ = draft(site)
    path = f"/documents/{document}/comments"
    assert site.api("POST", path, {"text": "Hello"}).status_code == 400
    assert site.api("POST", path, {"text": ""}).status_code == 400
    sent = site.made()
    assert site.act(sent, "1", "comment", text=" ").status_code == 409
    site.api("DELETE", f"/documents/{sent}")
    assert site.act(sent, "1", "comment", text="Hello?").status_code == 409


def test_attachments_are_shown_with_addresses_that_work(site):
    document = site.made(
        attachments=[
            {"type": "file", "id": "att0001a", "require_view": True},
            {"type": "external", "url": "https://example.com/photo", "title": "Photo"},
        ]
    )
    terms, photo = site.get(f"/documents/{document}/attachments")["attachments"]
    assert (terms["attachment_type"], terms["attachment_extension"]) == ("file", "pdf")
    url = terms["attachment_download_url"]
    assert requests.get(url, timeout=10).content.startswith(b"%PDF")
    assert photo["attachment_url"] == "https://example.com/photo"
    detail = site.get(f"/documents/{document}", with_attachments="true")
    assert [one["attachment_id"] for one in detail["attachments"]] == [
        terms["attachment_id"], photo["attachment_id"]
    ]  # fmt: skip


def test_time_on_pages_and_the_trail_are_kept(site):
    document = site.made()
    site.act(document, "1", "read")
    [page] = site.get(f"/documents/{document}/pages")["pages"]
    assert page["view_duration_seconds"] > 0
    [*_, last] = site.get(f"/documents/{document}/log")
    assert (last["event_name"], last["email"]) == ("reviewed", "alice@example.com")
    assert last["geo_ip"]


def test_a_second_look_is_in_the_log_and_in_no_webhook(site):
    site.api(
        "POST",
        "/subscriptions",
        {"event": "document.viewed", "target_url": "https://hub.example/hook"},
    )
    document = site.made()
    for _ in range(2):
        site.act(document, "1", "open")
    names = [one["event_name"] for one in site.get(f"/documents/{document}/log")]
    assert names.count("viewed") == 2
    assert len(site.control("GET", "webhooks")) == 1
