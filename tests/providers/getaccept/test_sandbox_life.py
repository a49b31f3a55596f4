"""What becomes of a document: its recipients act, the clock runs, the sender changes things."""

from __future__ import annotations

import pytest

from tests.providers.getaccept.sandbox_site import ALICE, BOB, MOBILE

CHARLIE = {"first_name": "Charlie", "last_name": "Cato", "email": "charlie@example.com"}


def people(site, document: str) -> list[dict]:
    return site.get(f"/documents/{document}/recipients")["recipients"]


def statuses(site, document: str) -> list[str]:
    return [one["status"] for one in people(site, document)]


def events(site, document: str) -> list[str]:
    return [one["event_name"] for one in site.get(f"/documents/{document}/events")]


def test_opening_reading_and_signing_move_the_status(site):
    document = site.made()
    for action, status in (("open", "viewed"), ("read", "reviewed"), ("sign", "signed")):
        assert site.act(document, "1", action).status_code == 200
        assert site.status(document) == status
    assert events(site, document)[3:] == ["viewed", "reviewed", "signed"]
    [alice] = people(site, document)
    assert alice["signing_methods"][0]["type"] == "signature"


def test_the_first_of_two_signs_partially(site):
    document = site.made(recipients=[ALICE, BOB])
    site.act(document, "alice@example.com", "sign")
    assert site.status(document) == "viewed"
    assert events(site, document)[-1] == "partially_signed"
    site.act(document, "bob@example.com", "sign")
    assert site.status(document) == "signed"
    assert events(site, document)[-1] == "signed"


def test_nobody_signs_before_the_turn_has_come(site):
    order = [{**ALICE, "order_num": 2}, {**BOB, "order_num": 5}, {**CHARLIE, "order_num": 2}]
    document = site.made(recipients=order, is_signing_order=True)
    assert [one["order_num"] for one in people(site, document)] == ["1", "2", "1"]
    assert statuses(site, document) == ["sent", "waiting", "sent"]
    assert site.act(document, "2", "sign").status_code == 409
    site.act(document, "1", "sign")
    assert site.act(document, "2", "sign").status_code == 409
    site.act(document, "3", "sign")
    assert [mail.to for mail in site.mails][-1] == ("bob@example.com",)
    assert site.act(document, "2", "sign").status_code == 200
    assert site.status(document) == "signed"


def test_an_approver_approves_and_is_never_last(site):
    order = [{**ALICE, "role": "internalApprover", "order_num": 1}, {**BOB, "order_num": 2}]
    document = site.made(recipients=order, is_signing_order=True)
    assert site.act(document, "1", "sign").status_code == 409
    assert site.act(document, "2", "approve").status_code == 409
    site.act(document, "1", "approve")
    assert events(site, document)[-1] == "approved"
    site.act(document, "2", "sign")
    assert site.status(document) == "signed"
    wrong = [{**BOB, "order_num": 1}, {**ALICE, "role": "externalApprover", "order_num": 2}]
    assert site.create(recipients=wrong, is_signing_order=True).status_code == 400


def test_a_copy_is_to_look_at_only_and_a_document_needs_a_signer(site):
    copy = {**BOB, "role": "cc"}
    document = site.made(recipients=[ALICE, copy])
    assert site.act(document, "2", "sign").status_code == 409
    site.act(document, "1", "sign")
    assert site.status(document) == "signed"
    draft = site.made(recipients=[copy], is_automatic_sending=False)
    assert site.api("POST", f"/documents/{draft}/send").status_code == 400
    shown = site.made(recipients=[copy], is_signing=False, is_automatic_sending=False)
    assert site.api("POST", f"/documents/{shown}/send").status_code == 200


def test_who_declines_stops_it_for_all_and_the_sender_is_told(site):
    document = site.made(recipients=[ALICE, BOB])
    site.act(document, "1", "reject", reason="The price is too high")
    assert site.status(document) == "rejected"
    assert site.act(document, "2", "sign").status_code == 409
    assert site.mails[-1].to == ("verkstaden@bilhuset.example",)
    [last] = site.get(f"/documents/{document}/log")[-1:]
    assert (last["event_name"], last["event_meta_data"]) == ("rejected", "The price is too high")
    assert site.control("GET", f"documents/{document}")["reasons"]


def test_an_attachment_that_must_be_seen_keeps_people_from_signing(site):
    given = [{"type": "file", "id": "att0001a", "require_view": True}]
    document = site.made(attachments=given)
    [one] = site.get(f"/documents/{document}/attachments")["attachments"]
    assert one["last_attachment_view"] == "0000-00-00 00:00:00"
    answer = site.act(document, "1", "sign")
    assert (answer.status_code, "Terms" in answer.text) == (409, True)
    site.act(document, "1", "view_attachment", attachment=one["attachment_id"])
    [one] = site.get(f"/documents/{document}/attachments")["attachments"]
    assert one["last_attachment_view"].startswith("2026-")
    assert site.act(document, "1", "sign").status_code == 200


def test_a_file_that_is_asked_for_must_be_brought(site):
    document = site.made(attachments=[{"type": "upload", "title": "Licence"}])
    assert site.act(document, "1", "sign").status_code == 409
    [one] = site.get(f"/documents/{document}/attachments")["attachments"]
    path = f"/documents/{document}/attachments/{one['attachment_id']}/upload"
    assert site.api("POST", path, files={"file": ("l.png", b"x")}).status_code == 204
    assert site.act(document, "1", "sign").status_code == 200


def test_a_code_by_sms_is_asked_for_where_wanted(site):
    asked = [{**ALICE, "mobile": MOBILE, "verify_sms_sign": True}]
    assert site.act(site.made(recipients=asked), "1", "sign").status_code == 200
    document = site.made(recipients=asked)
    assert site.act(document, "1", "sign", code="").status_code == 409
    site.act(document, "1", "send_code")
    code = site.phone[-1].text.split()[-1]
    assert site.act(document, "1", "sign", code="wrong").status_code == 409
    assert site.act(document, "1", "sign", code=code).status_code == 200
    kinds = [one["type"] for one in people(site, document)[0]["signing_methods"]]
    assert kinds == ["signature", "sms"]


def test_an_eid_and_an_answer_are_asked_for_where_wanted(site):
    document = site.made(
        recipients=[
            {**ALICE, "verify_eid": True},
            {**BOB, "verify_qna_sign": True, "verify_qna_question": "Colour?",
             "verify_qna_answer": "Red"},
        ]
    )  # fmt: skip
    assert site.act(document, "1", "sign", eid=False).status_code == 409
    assert site.act(document, "1", "sign").status_code == 200
    assert site.act(document, "2", "sign", answer="blue").status_code == 409
    assert site.act(document, "2", "sign", answer=" red").status_code == 200
    assert people(site, document)[0]["signing_methods"][-1]["verified_name"] == "Alice Ek"


def test_the_senders_own_signature_is_there_when_it_is_sent(site):
    document = site.made(is_selfsign=True)
    assert statuses(site, document) == ["sent", "signed"]
    site.act(document, "1", "sign")
    assert site.status(document) == "signed"


@pytest.mark.parametrize(("mode", "status"), [("expired", "expired"), ("unchanged", "sent")])
def test_a_document_expires_by_the_clock(site, mode, status):
    site.control("POST", "modes", {"expired_status": mode})
    document = site.made()
    site.later(days=31)
    assert site.status(document) == status
    assert events(site, document)[-1] == "expired"
    assert site.act(document, "1", "sign").status_code == 409


def test_an_expired_document_lives_again_with_a_new_date(site):
    document = site.made()
    site.control("POST", f"documents/{document}/expire")
    assert site.status(document) == "expired"
    body = {"expiration_date": "2046-01-01T00:00:00Z", "send_notification": True}
    answer = site.api("POST", f"/documents/{document}/expiration", body)
    assert answer.json() == {"status": 1}
    assert site.status(document) == "sent"
    assert "2046-01-01" in site.mails[-1].text
    assert site.act(document, "1", "sign").status_code == 200
    assert site.api("POST", f"/documents/{document}/expiration", body).status_code == 400


def test_an_earlier_expiry_counts(site):
    document = site.made()
    soon = (site.clock.now()).timestamp() + 3600
    site.api("POST", f"/documents/{document}/expiration", {"expiration_date": int(soon)})
    site.later(hours=2)
    assert site.status(document) == "expired"


def test_reminders_go_to_those_who_have_not_done_it(site):
    document = site.made(recipients=[ALICE, BOB])
    site.act(document, "1", "open")
    site.mails.clear()
    body = {"type": "email", "text": "Hello {{recipient.first_name}}", "not_opened": True}
    assert site.api("POST", f"/documents/{document}/reminders", body).status_code == 200
    assert [(mail.to, mail.text.split("\n")[0]) for mail in site.mails] == [
        (("bob@example.com",), "Hello Bob")
    ]
    site.api("POST", f"/documents/{document}/reminders", {"type": "email", "text": "Hello"})
    assert len(site.mails) == 3


def test_reminders_of_what_is_over_are_refused(site):
    document = site.made()
    site.act(document, "1", "sign")
    body = {"type": "email", "text": "Hello"}
    assert site.api("POST", f"/documents/{document}/reminders", body).status_code == 400
    assert site.api("POST", f"/documents/{document}/reminders", {"type": "fax"}).status_code == 400


def test_an_email_may_come_back_and_the_link_still_works(site):
    document = site.made()
    site.act(document, "1", "bounce")
    assert site.status(document) == "hardbounced"
    assert statuses(site, document) == ["hardbounced"]
    site.act(document, "1", "open")
    assert site.status(document) == "viewed"


def test_a_lost_document_is_over(site):
    document = site.made()
    site.control("POST", f"documents/{document}/lose")
    assert site.status(document) == "lost"
    assert site.act(document, "1", "open").status_code == 409


def test_an_action_that_does_not_exist_is_told(site):
    document = site.made()
    assert site.act(document, "1", "dance").status_code == 400
    assert site.act(document, "9", "open").status_code == 404


def test_a_status_that_nobody_knows_can_be_set(site):
    document = site.made()
    body = {"status": "signedwithoutverification"}
    site.control("POST", f"documents/{document}/set", body)
    assert site.status(document) == "signedwithoutverification"


def test_a_document_reminds_of_itself_where_that_is_wanted(site):
    document = site.made(is_reminder_sending=True, recipients=[ALICE, BOB])
    site.status(site.made())
    site.act(document, "1", "open")
    site.mails.clear()
    heard = []
    for days in (3, 4, 21):
        site.later(days=days)
        site.get("/test")
        heard.append(sorted(mail.to[0] for mail in site.mails))
        site.mails.clear()
    both = ["alice@example.com", "bob@example.com"]
    assert heard == [["bob@example.com"], both, both]
