"""A request's papers by the API: what is told, files, clearing, in person, remarks, links."""

from __future__ import annotations

import io
import zipfile

import pytest
from sqlalchemy import event

from hub.kernel.crypto import sha256_hex
from hub.kernel.errors import Refused
from hub.services.access import READ, TRIGGER, create_key
from tests.services.paper_case import CLIENT, PERSON, ROBOT

NEVER = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
def signed(case):
    case.desk.opened(case.token("alice"), CLIENT)
    case.sign("alice")
    case.sign("bob")
    case.work()
    return case


def test_a_request_tells_its_papers_people_lines_and_views(case, get):
    case.desk.opened(case.token("alice"), CLIENT)
    case.look("alice", ROBOT)
    case.desk.download(case.token("alice"), "offer", PERSON)
    told = get().json
    (document,) = told["documents"]
    assert (document["key"], document["version"], document["pages"]) == ("offer", 1, 1)
    assert (document["current"], len(document["sha256"])) == (True, 64)
    assert [(one["key"], one["must_view"]) for one in told["attachments"]] == [("photo", True)]
    assert [(one["key"], one["turn"], one["state"]) for one in told["people"]] == [
        ("alice", 1, "invited"), ("bob", 2, "waiting"),
    ]  # fmt: skip
    assert [(one["id"], one["decision"]) for one in told["lines"]] == [
        ("work", "accepted"), ("hose", "declined"),
    ]  # fmt: skip
    assert (told["totals"]["gross"], told["totals"]["currency"]) == ("1250.00", "SEK")
    views = told["views"]
    assert (views["count"], views["downloads"]) == (1, 1)
    assert [(one["kind"], one["recipient"]) for one in views["each"]] == [
        ("viewed", "alice"), ("downloaded", "alice"),
    ]  # fmt: skip
    assert views["last_at"] == views["each"][-1]["at"]
    assert {one["kind"] for one in views["robots"]} == {"page", "attachment"}
    assert (told["evidence"], told["banner"], told["remarks"]) == (None, None, [])


def test_when_all_have_signed_there_is_a_banner_and_the_proof(signed, get):
    told = get().json
    proof = told["evidence"]
    assert (proof["number"], proof["level"], proof["downgraded"]) == (1, "B-B", False)
    banner = told["banner"]
    assert banner["text"] == "Signed by Alice, Bob, 2026-03-02 12:00 CET"
    assert (banner["signers"], banner["language"]) == (["Alice", "Bob"], "en")
    for name, sha256 in (("pdf_url", "pdf_sha256"), ("proof_url", "bundle_sha256")):
        assert banner[name].startswith("https://hub.example/api/v1/requests/")
        assert sha256_hex(get("/" + banner[name].rpartition("/")[2]).data) == proof[sha256]
    assert [(one["recipient"], one["current"]) for one in told["acceptances"]] == [
        ("alice", True), ("bob", True),
    ]  # fmt: skip
    assert "svg" not in get().text


def test_files_come_with_their_names_and_types(signed, get):
    pdf, bundle, document = get("/signed.pdf"), get("/evidence.zip"), get("/documents/offer")
    assert [one.status_code for one in (pdf, bundle, document)] == [200] * 3
    assert [one.mimetype for one in (pdf, bundle, document)] == [
        "application/pdf", "application/zip", "application/pdf",
    ]  # fmt: skip
    assert pdf.headers["Content-Disposition"] == "attachment; filename=Offer-O-1-signed.pdf"
    assert pdf.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in pdf.headers["Cache-Control"]
    assert zipfile.ZipFile(io.BytesIO(bundle.data)).testzip() is None
    assert sha256_hex(document.data) == get().json["documents"][0]["sha256"]
    assert get("/documents/offer?version=1").data == document.data
    assert get().json["views"]["downloads"] == 0


def test_what_is_not_there_is_told_with_what_there_is(case, get):
    for rest, code in (
        ("/signed.pdf", "not_signed"),
        ("/evidence.zip", "not_signed"),
        ("/signed.pdf?number=7", "no_such_proof"),
        ("/documents/offer?version=2", "not_found"),
        ("/documents/nothing", "not_found"),
    ):
        answer = get(rest)
        assert (answer.status_code, answer.json["code"]) == (404, code), rest
    assert "offer" in get("/documents/nothing").json["detail"]
    for rest in ("/signed.pdf?number=x", "/documents/offer?version=0", "/signed.pdf?n=1"):
        assert get(rest).status_code == 422, rest


def test_a_proof_that_is_being_made_is_asked_for_again_and_one_given_up_replayed(
    case, get, monkeypatch
):
    case.sign("alice")
    case.look("bob")
    case.give("bob", case.begin("bob"))

    def away(pdf):
        raise Refused("no seal today", code="no_seal")

    monkeypatch.setattr(case.core.workshop, "prove", away)
    case.work()
    given_up = get("/evidence.zip")
    assert (given_up.status_code, given_up.json["code"]) == (422, "proof_given_up")
    with case.core.db.write() as session:
        row = session.merge(case.deliveries("evidence")[0])
        row.state = "retry"
    waiting = get("/evidence.zip")
    assert (waiting.status_code, waiting.json["code"]) == (409, "being_made")
    assert waiting.headers["Retry-After"] == "5"
    assert waiting.mimetype == "application/problem+json"


def test_an_acceptance_is_cleared_and_the_former_proof_stays(signed, get, post):
    for body in ({}, {"reason": ""}, {"reason": "x" * 1001}, {"reason": "a", "who": "b"}):
        assert post("/clear", **body).status_code == 422, body
    blank = post("/clear", reason="  ")
    assert (blank.status_code, blank.json["code"]) == (422, "no_reason")
    assert "reason" in blank.json["errors"]["json"]
    unknown = post("/clear", reason="wrong", recipient="carol")
    assert (unknown.status_code, unknown.json["code"]) == (404, "unknown_recipient")
    assert "alice, bob" in unknown.json["detail"]
    told = post("/clear", reason="the wrong price")
    assert (told.status_code, told.json["state"]) == (200, "sent")
    assert (told.json["evidence"], told.json["banner"]) == (None, None)
    assert [one["number"] for one in told.json["earlier_evidence"]] == [1]
    cleared = told.json["acceptances"][0]["cleared"]
    assert (cleared["reason"], cleared["by"][:7]) == ("the wrong price", "API key")
    assert get("/signed.pdf").status_code == 404
    assert get("/signed.pdf?number=1").status_code == 200
    again = post("/clear", reason="once more")
    assert (again.status_code, again.json["code"]) == (422, "not_signed")


def test_a_link_for_the_tablet_opens_and_is_told_once(case, post):
    url = post("/in-person").json["url"]
    assert case.desk.view(url.rpartition("/")[2]).papers.in_person
    assert post("/in-person", recipient="alice").json["url"] != url
    early = post("/in-person", recipient="bob")
    assert (early.status_code, early.json["code"]) == (422, "not_their_turn")
    assert post("/in-person", recipient="carol").json["code"] == "unknown_recipient"


def test_documents_are_read_again_until_somebody_has_signed(case, get, post):
    answer = post("/documents/refresh")
    assert (answer.status_code, answer.json) == (202, {"number": 2})
    case.work()
    assert [one["version"] for one in get().json["documents"]] == [1]
    case.upstream.put("offer", "1", {"number": "O-2"})
    assert post("/documents/refresh").json == {"number": 3}
    case.work()
    assert get().json["title"] == "Offer O-2"
    sent = {**case.upstream.records("offer")["1"], "number": "O-3"}
    assert post("/documents/refresh", record=sent).json == {"number": 4}
    case.work()
    assert get().json["title"] == "Offer O-3"
    assert post("/documents/refresh", record="O-4").status_code == 422
    case.sign("alice")
    late = post("/documents/refresh")
    assert (late.status_code, late.json["code"]) == (422, "signed_already")


def test_remarks_are_read_and_answered(case, get, post):
    case.desk.remark(case.token("alice"), "Is it blue?", CLIENT)
    (item,) = get("/remarks").json["items"]
    assert (item["recipient"], item["direction"], item["text"]) == ("alice", "in", "Is it blue?")
    answered = post("/remarks", recipient="alice", text="It is.")
    assert answered.status_code == 201
    assert [one["direction"] for one in answered.json["items"]] == ["in", "out"]
    assert get().json["remarks"] == answered.json["items"]
    for body, status in (
        ({"text": "to whom?"}, 422),
        ({"recipient": "carol", "text": "hello"}, 404),
        ({"recipient": "alice", "text": ""}, 422),
        ({"recipient": "alice", "text": " "}, 422),
        ({"recipient": "alice", "text": "x" * 4001}, 422),
        ({"recipient": "alice"}, 422),
    ):
        assert post("/remarks", **body).status_code == status, body


def test_links_lead_each_person_to_the_page(case, get):
    items = get("/links").json["items"]
    assert [one["key"] for one in items] == ["alice", "bob"]
    for one in items:
        token = one["url"].removeprefix("https://hub.example/s/")
        assert token == case.token(one["key"])


def test_one_workspace_never_reaches_another_ones_papers(signed, web, get, post):
    for rest in (
        "", "/signed.pdf", "/evidence.zip", "/documents/offer", "/attachments/photo", "/remarks",
        "/links",
    ):  # fmt: skip
        assert get(rest, key="bob").status_code == 404, rest
    for rest, body in (
        ("/clear", {"reason": "mine"}),
        ("/in-person", {}),
        ("/documents/refresh", {}),
        ("/remarks", {"recipient": "alice", "text": "hello"}),
    ):
        assert post(rest, key="bob", **body).status_code == 404, rest
        assert post(rest, request=NEVER, **body).status_code == 404, rest
    assert signed.request().state == "completed"


def test_keys_for_triggers_get_neither_files_nor_links(case, web):
    key = create_key(case.core.db, case.clock, case.workspace, "upstream", TRIGGER)
    place = f"/api/v1/requests/{case.request().id}"
    for rest in ("", "/links", "/documents/offer", "/attachments/photo", "/remarks"):
        headers = {"Authorization": f"Bearer {key}"}
        assert web.get(place + rest, headers=headers).status_code == 403, rest


def test_keys_that_read_get_requests_banners_and_files_and_nothing_else(signed, web):
    key = create_key(signed.core.db, signed.clock, signed.workspace, "crm", READ)
    headers, place = {"Authorization": f"Bearer {key}"}, f"/api/v1/requests/{signed.request().id}"
    told = web.get(place, headers=headers).json
    assert told["banner"]["signers"] == ["Alice", "Bob"]
    assert told["views"]["count"] == 1
    assert web.get("/api/v1/requests", headers=headers).json["items"][0]["views"] == 1
    for rest in ("/signed.pdf", "/evidence.zip", "/documents/offer", "/attachments/photo"):
        assert web.get(place + rest, headers=headers).status_code == 200, rest
    assert web.get(place + "/remarks", headers=headers).status_code == 200
    for other in (f"{place}/links", *(f"/api/v1/{one}" for one in _OTHERS)):
        assert web.get(other, headers=headers).status_code == 403, other
    for rest in ("/clear", "/in-person", "/documents/refresh", "/remarks", "/cancel"):
        assert web.post(place + rest, json={}, headers=headers).status_code == 403, rest
    trigger = web.post("/api/v1/triggers/offer", json={"id": "1"}, headers=headers)
    assert trigger.status_code == 403


def test_the_banner_names_those_who_signed_last_and_not_whose_signature_was_taken_back(
    signed, get, post
):
    assert post("/clear", reason="the wrong name", recipient="bob").status_code == 200
    assert get().json["banner"] is None
    signed.sign("bob", name="Robert")
    signed.work()
    assert get().json["banner"]["signers"] == ["Alice", "Robert"]


_OTHERS = ("deliveries", "inbound", "webhooks", "mappings", "customers", "repair-cases", "replays")


def test_lists_show_how_often_each_was_looked_at_with_one_question_for_all(case, web):
    case.desk.opened(case.token("alice"), CLIENT)
    case.desk.download(case.token("alice"), "offer", PERSON)
    headers = {"Authorization": f"Bearer {case.keys['alice']}"}
    asked = []

    def note(connection, cursor, statement, *more):
        asked.append(statement)

    def listed():
        asked.clear()
        event.listen(case.core.db.engine, "before_cursor_execute", note)
        items = web.get("/api/v1/requests", headers=headers).json["items"]
        event.remove(case.core.db.engine, "before_cursor_execute", note)
        return items, len(asked)

    listed()  # the key is known from now on
    (one,), few = listed()
    assert (one["views"], one["downloads"]) == (1, 1)
    assert one["last_viewed_at"]
    for number in ("2", "3", "4"):
        case.upstream.put("offer", number, case.upstream.records("offer")["1"])
        case.send(number)
        case.desk.opened(case.token("alice"), CLIENT)
    listed()
    several, as_few = listed()
    assert [item["views"] for item in several] == [1, 1, 1, 1]
    assert as_few == few
