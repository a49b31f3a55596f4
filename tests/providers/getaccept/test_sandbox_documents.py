"""Documents of the simulated account: making, finding, changing; what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests

from tests.providers.getaccept.sandbox_site import ALICE, BOB, MOBILE, PAPER_TEXT


def test_a_create_is_answered_before_the_file_is_imported(site):
    answer = site.create(is_automatic_sending=False).json()
    assert answer["status"] == "importing"
    document = f"/documents/{answer['id']}"
    assert site.api("POST", f"{document}/send").status_code == 400
    assert site.api("POST", f"{document}/seal").status_code == 400
    site.later(milliseconds=301)
    assert site.status(answer["id"]) == "draft"
    assert site.api("POST", f"{document}/send").json()["status"] == "sent"


def test_the_import_may_take_as_long_as_a_test_wants(site):
    site.control("POST", "modes", {"import_delay_ms": 60_000})
    document = site.made()
    assert site.status(document) == "importing"
    site.control("POST", f"documents/{document}/finish_import")
    assert site.status(document) == "sent"


def test_a_document_sent_at_once_passes_all_steps(site):
    document = site.made()
    assert site.status(document) == "sent"
    names = [one["event_name"] for one in site.get(f"/documents/{document}/events")]
    assert names == ["created", "imported", "sent"]


def test_without_the_flag_the_document_goes_out_and_that_is_noted(site):
    document = site.made(is_automatic_sending=None)
    assert site.status(document) == "sent"
    [noted] = site.violations()
    assert noted["refused"] is False
    assert "is_automatic_sending" in noted["text"]


def test_a_scheduled_document_waits_for_its_time(site):
    tomorrow = (site.clock.now() + timedelta(days=1)).isoformat()
    document = site.made(is_scheduled_sending=True, scheduled_sending_time=tomorrow)
    assert site.status(document) == "scheduled"
    site.later(days=1)
    assert site.status(document) == "sent"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"file_content": None}, "no content"),
        ({"value": "100"}, "value"),
        ({"is_signing": "yes"}, "is_signing"),
        ({"type": "invoice"}, "type"),
        ({"envelope": 1}, "envelope"),
        ({"document_type": "sales"}, "document_type"),
        ({"expiration_date": "2020-01-01"}, "expiration_date has passed"),
        ({"expiration_date": "soon"}, "expiration_date is not a date"),
        ({"sender_email": "nobody@example.com"}, "sender"),
        ({"template_id": "none"}, "Template"),
        ({"recipients": []}, "no recipients"),
        ({"recipients": [{**ALICE, "role": "cc"}]}, "no signer"),
        (
            {
                "recipients": [],
                "is_automatic_sending": False,
                "is_scheduled_sending": True,
                "scheduled_sending_time": "2096-01-01T00:00:00Z",
            },
            "no recipients",
        ),
        ({"recipients": [{"first_name": "Alice", "last_name": "Ek"}]}, "e-mail"),
        ({"recipients": [{**ALICE, "email": "alice"}]}, "e-mail"),
        ({"recipients": [{**ALICE, "mobile": "0701740605"}]}, "mobile"),
        ({"recipients": [{"email": "a@example.com"}]}, "name"),
        ({"recipients": [{**ALICE, "role": "witness"}]}, "role"),
        ({"recipients": [{**ALICE, "role_name": "Customer"}]}, "role"),
        ({"recipients": [{**ALICE, "order_num": "1"}]}, "order_num"),
        ({"recipients": [{**ALICE, "verify_sms_sign": True}]}, "SMS"),
        ({"attachments": [{"type": "file", "id": "none"}]}, "library"),
        ({"attachments": [{"type": "external", "url": "http://example.com"}]}, "https"),
        ({"is_scheduled_sending": True}, "scheduled_sending_time"),
        ({"external_eid_signature": True, "is_selfsign": True}, "is_selfsign"),
    ],
)
def test_what_is_wrong_is_refused_and_can_be_seen(site, changes, says):
    answer = site.create(**changes)
    assert answer.status_code == 400
    assert says in answer.json()["message"]
    [seen] = site.violations()
    assert (seen["operation"], seen["refused"], seen["status"]) == ("create", True, 400)
    assert says in seen["text"]
    assert site.get("/documents") == []


def test_what_people_wrote_is_not_in_the_refusal(site):
    answer = site.create(recipients=[{**ALICE, "title": {"secret": "Alice's"}}])
    assert "secret" not in answer.text


def test_unknown_members_are_only_noted_when_the_account_is_lenient(site):
    site.control("POST", "modes", {"strict": False})
    assert site.create(document_type="sales").status_code == 200
    assert [one["refused"] for one in site.violations()] == [False]


def test_a_body_that_is_not_json_is_refused(site):
    assert site.api("POST", "/documents", data=b"{").status_code == 400
    assert site.api("POST", "/documents", [1]).status_code == 400


def test_who_cannot_be_reached_and_whose_turn_is_unclear_is_noted(site):
    site.made(recipients=[{"first_name": "Alice", "last_name": "Ek", "mobile": MOBILE}])
    site.made(recipients=[ALICE, {**BOB, "order_num": 2}])
    texts = " ".join(one["text"] for one in site.violations())
    assert "is_sms_sending" in texts
    assert "is_signing_order" in texts


def test_a_full_name_is_split_and_an_approver_is_an_internal_one(site):
    people = [
        {"fullname": "Alice van Ek", "email": "alice@example.com", "role": "approver"},
        {**BOB, "mobile": "+46 70 174 06 05"},
    ]
    document = site.made(recipients=people)
    first, second = site.get(f"/documents/{document}/recipients")["recipients"]
    assert (first["first_name"], first["last_name"]) == ("Alice", "van Ek")
    assert (first["role"], second["role"]) == ("internalApprover", "signer")
    assert second["mobile"] == MOBILE


@pytest.mark.parametrize(
    "given", ["2036-12-01", "01-12-2036", "12/01/2036", "2036-12-01T23:59:59+00:00", 2_095_804_799]
)
def test_an_expiry_is_taken_in_every_known_form(site, given):
    document = site.made(expiration_date=given)
    assert site.get(f"/documents/{document}")["expiration_date"].startswith("2036-")


def test_a_document_has_what_is_published_of_it(site):
    document = site.made(external_id="deal_1", value=49_000, tags="a,b", company_name="Ek AB")
    found = site.get(f"/documents/{document}", with_pages="true", with_attachments="true")
    assert found["external_id"] == "deal_1"
    assert (found["value"], found["tags"], found["company_name"]) == (49_000, "a,b", "Ek AB")
    assert found["sign_date"] == "0000-00-00 00:00:00"
    assert found["send_date"].endswith("+00:00")
    assert found["sender_email"] == "verkstaden@bilhuset.example"
    assert found["recipients"][0]["order_num"] == "0"
    assert (found["page_count"], found["attachments"]) == (1, [])


def test_links_appear_when_the_document_is_sent(site):
    answer = site.create(is_automatic_sending=False).json()
    assert answer["recipients"][0]["document_url"] == ""
    site.later(seconds=1)
    sealed = site.api("POST", f"/documents/{answer['id']}/seal", {}).json()
    assert "/v/" in sealed["recipients"][0]["document_url"]
    assert site.status(answer["id"]) == "sealed"
    assert site.mails == []


def test_the_list_is_a_bare_array_with_filters_order_and_pages(site):
    ids = []
    for number, name in enumerate(("c", "a", "b")):
        ids.append(site.made(name=name, value=number, external_id=f"deal_{number % 2}"))
        site.later(minutes=1)
    site.act(ids[0], "1", "sign")

    def listed(**params) -> list[str]:
        return [one["id"] for one in site.get("/documents", **params)]

    assert listed() == ids[::-1]
    assert listed(sort_by="name", sort_order="asc") == [ids[1], ids[2], ids[0]]
    assert listed(filter="signed") == [ids[0]]
    assert listed(external_id="deal_0") == [ids[2], ids[0]]
    assert len(listed(limit=1000)) == 3
    assert listed(limit=2, offset=1) == [ids[1], ids[0]]
    assert listed(offset=3) == []


def test_a_filter_that_does_not_exist_is_refused(site):
    for params in ({"filter": "expired"}, {"status": "signed"}, {"limit": "many"}):
        assert site.api("GET", "/documents", params=params).status_code == 400
    assert len(site.violations()) == 3


def test_others_documents_are_shown_only_when_asked_for(site):
    document = site.made(sender_email="anna@bilhuset.example")
    assert site.get("/documents") == []
    assert [one["id"] for one in site.get("/documents", showteam="true")] == [document]


def test_the_external_id_finds_the_newest(site):
    site.made(external_id="deal_1")
    newest = site.made(external_id="deal_1")
    assert site.get("/documents/external/deal_1")["id"] == newest
    assert site.api("GET", "/documents/external/deal_2").status_code == 404


def test_what_may_be_changed_is_changed(site):
    document = site.made()
    body = {"external_id": "deal_9", "value": 5, "tags": "late"}
    assert site.api("PUT", f"/documents/{document}", body).status_code == 200
    assert site.api("PUT", f"/documents/{document}", {"name": "x"}).status_code == 400
    assert site.get(f"/documents/{document}")["external_id"] == "deal_9"


def test_a_deleted_document_is_recalled_once_and_its_link_says_so(site):
    document = site.made()
    assert site.api("DELETE", f"/documents/{document}").status_code == 204
    assert site.api("DELETE", f"/documents/{document}").status_code == 404
    assert site.status(document) == "recalled"
    answer = site.act(document, "1", "sign")
    assert (answer.status_code, "withdrawn" in answer.text) == (409, True)


def test_a_signed_document_cannot_be_deleted(site):
    document = site.made()
    site.act(document, "1", "sign")
    assert site.api("DELETE", f"/documents/{document}").status_code == 400


def test_another_entitys_document_is_denied(site):
    document = site.made()
    site.token = site.get("/refresh/ent0002b")["access_token"]
    assert site.api("GET", f"/documents/{document}").status_code == 403
    assert site.api("GET", f"/documents/{document}/status").status_code == 404
    assert site.api("GET", "/documents/none").status_code == 404
    assert site.get("/documents", showall="true") == []


def test_a_template_gives_pages_roles_and_fields(site):
    templates = site.get("/templates")["templates"]
    assert {one["id"] for one in templates} == {"tpl0001a", "tpl0002b"}
    [role] = site.get("/templates/tpl0001a/roles")["roles"]
    document = site.made(
        file_name=None, file_content=None, template_id="tpl0001a",
        recipients=[{**ALICE, "role_id": role["role_id"]}],
        custom_fields=[{"name": "Registration number", "value": "ABC 123"}],
    )  # fmt: skip
    plate, _ = site.get(f"/documents/{document}/fields")["fields"]
    assert (plate["field_value"], plate["recipient_name"]) == ("ABC 123", "Alice Ek")


def test_parts_of_templates_are_shown(site):
    parts = site.get("/templates/tpl0002b/fields")
    assert [one["custom_name"] for one in parts["editor_fields"]] == ["Mileage", "Keys returned"]
    assert len(site.get("/templates/tpl0002b/fields_roles")["fields"]) == 2
    for path in ("tpl0002b/pricing-tables", "none/roles", "tpl0002b/anything"):
        assert site.api("GET", f"/templates/{path}").status_code == 404


def test_an_address_may_stand_for_the_content(site, httpserver):
    httpserver.expect_request("/a.pdf").respond_with_data(b"%PDF no more")
    answer = site.create(file_content=None, file_url=httpserver.url_for("/a.pdf"))
    assert (answer.status_code, "imported" in answer.text) == (400, True)


def test_a_preview_is_shown_to_whoever_holds_its_address(site):
    document = site.made(file_content=PAPER_TEXT)
    url = site.api("POST", f"/documents/{document}/preview").json()["preview_url"]
    assert "Page 1 of 1" in requests.get(url, timeout=10).text
    assert requests.get(url[:-1] + "x", timeout=10).status_code == 404
