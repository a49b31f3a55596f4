"""What the sender changes under way: recalled signers, forwards, new versions."""

from __future__ import annotations

from tests.providers.getaccept.sandbox_site import ALICE, BOB

CHARLIE = {"first_name": "Charlie", "last_name": "Cato", "email": "charlie@example.com"}


def people(site, document: str) -> list[dict]:
    return site.get(f"/documents/{document}/recipients")["recipients"]


def test_a_recalled_signer_may_look_and_the_rest_completes_it(site):
    document = site.made(recipients=[ALICE, BOB])
    site.act(document, "1", "sign")
    alice, bob = people(site, document)
    path = f"/documents/{document}/recipients"
    assert site.api("DELETE", f"{path}/{alice['id']}").status_code == 400
    assert site.api("DELETE", f"{path}/{bob['id']}").status_code == 204
    assert people(site, document)[1]["role"] == "cc"
    assert site.status(document) == "signed"
    assert site.api("DELETE", f"{path}/none").status_code == 404


def test_a_recall_lets_the_next_step_begin(site):
    order = [{**ALICE, "order_num": 1}, {**BOB, "order_num": 2}]
    document = site.made(recipients=order, is_signing_order=True)
    alice = people(site, document)[0]
    site.api("DELETE", f"/documents/{document}/recipients/{alice['id']}")
    assert people(site, document)[1]["status"] == "sent"
    assert site.act(document, "2", "sign").status_code == 200


def test_a_forward_adds_a_reader_or_moves_the_right_to_sign(site):
    document = site.made()
    path = f"/documents/{document}/forward"
    assert site.api("POST", path, BOB).status_code == 204
    assert [one["role"] for one in people(site, document)] == ["signer", "cc"]
    alice = people(site, document)[0]["id"]
    moved = {**CHARLIE, "transfer": True, "recipient_id": alice}
    assert site.api("POST", path, moved).status_code == 204
    assert [one["role"] for one in people(site, document)] == ["cc", "cc", "signer"]
    assert site.act(document, "1", "sign").status_code == 409
    assert site.act(document, "charlie@example.com", "sign").status_code == 200


def test_a_revision_recalls_the_old_version_and_is_found_by_its_parent(site):
    document = site.made(external_id="deal_1", recipients=[ALICE, BOB])
    site.act(document, "1", "sign")
    answer = site.api("POST", f"/documents/{document}/revisions", {"send_document": True})
    assert (answer.status_code, answer.content) == (204, b"")
    assert site.status(document) == "recalled"
    site.later(seconds=1)
    rows = site.get("/documents", external_id="deal_1")
    [new] = [one["id"] for one in rows if one["id"] != document]
    found = site.get(f"/documents/{new}")
    assert (found["parent_id"], found["status"]) == (document, "sent")
    assert [one["status"] for one in people(site, new)] == ["sent", "sent"]
    assert site.api("POST", f"/documents/{document}/revisions").status_code == 400


def test_a_revision_may_stay_a_draft(site):
    document = site.made(external_id="deal_2")
    site.api("POST", f"/documents/{document}/revisions")
    site.later(seconds=1)
    assert site.get("/documents/external/deal_2")["status"] == "draft"


def test_a_transfer_takes_the_fields_along(site):
    document = site.made(
        file_name=None, file_content=None, template_id="tpl0001a",
        recipients=[{**ALICE, "role_name": "Customer"}],
    )  # fmt: skip
    alice = people(site, document)[0]["id"]
    moved = {**BOB, "transfer": True, "recipient_id": alice}
    site.api("POST", f"/documents/{document}/forward", moved)
    given = {"field": "Rust protection", "value": 1}
    assert site.act(document, "alice@example.com", "check", **given).status_code == 409
    assert site.act(document, "bob@example.com", "check", **given).status_code == 200


def test_the_sender_signs_a_new_version_anew_and_once(site):
    document = site.made(is_selfsign=True, external_id="deal_3")
    site.status(document)
    site.api("POST", f"/documents/{document}/revisions", {"send_document": True})
    site.later(seconds=1)
    new = site.get("/documents/external/deal_3")
    assert [one["status"] for one in new["recipients"]] == ["sent", "signed"]
