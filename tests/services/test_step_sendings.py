"""E-mails and webhooks of mappings: what goes out, once, after what, and what stops for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete

from hub.contracts.channel import ReportStatus
from hub.services import message_sending
from hub.services.clearing import clear
from hub.services.explaining import Explaining
from hub.services.health import sync
from hub.storage.models import Attempt, Delivery
from tests.services.paper_case import CLIENT, RECORD

SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"  # the base64 of digits
SIGNING = "{}\n  notify: {email: {from: seller}, about: [declined]}"
BACK = """\
back:
  declined:
    - email:
        to: assigned
        subject: "Declined: {{ record.number }}"
        text: {en: "{{ outcome.reason_text }}", sv: Nej}
"""
DECLINED = """\
  declined: [{update: [{to: state, value: Declined}, {to: reason, from: outcome.reason_text}]}]
"""
THEN = """\
then:
  completed:
    - email:
        to: office@example.com
        subject: "Signed: {{ request.title }}"
        text: "{{ signature.name }} signed, {{ totals.gross }}."
        attach: signed
    - webhook:
        url: URL
        secret: erp
        rows:
          - {to: offer, from: record.number}
          - {to: gross, from: totals.gross}
"""


@pytest.fixture
def case(papers, receiver):
    steps = THEN.replace("URL", receiver.url("?a=1"))
    made = papers(
        signing=SIGNING,
        more={
            "back:\n  completed:": BACK + "  completed:",
            "then:\n  completed:\n": steps,
            DECLINED: "",
        },
    )
    made.upstream.put("offer", "1", {**RECORD, "seller": "seller@example.com"})
    made.send()
    yield made
    made.core.receivers.close()


def signed(case):
    case.desk.choose_lines(case.token("alice"), ["hose"])
    case.sign("alice")
    case.sign("bob")
    case.work()


def steps(case, start="then.completed"):
    return [one for one in case.deliveries("step") if one.step.startswith(start)]


def test_the_email_goes_out_with_the_sealed_file_and_the_webhook_signed_each_once(case, receiver):
    signed(case)
    case.work()
    (mail,) = case.messages("office@example.com")
    assert (mail.subject, mail.text) == ("Signed: Offer O-1", "Bob signed, 1374.38.")
    (proof,) = case.proofs()
    (along,) = mail.files
    assert along.content == case.blob(proof.pdf_sha256)
    assert along.name == f"signed-{case.request().number}.pdf"
    (call,) = receiver.calls
    assert call.content == {"offer": "O-1", "gross": "1374.38"}
    assert call.is_signed_with(SECRET)
    assert call.headers["Idempotency-Key"] == call.id
    assert {one.state for one in steps(case)} == {"delivered"}


def test_the_assigned_user_is_written_to_in_the_language_of_the_request(case):
    case.desk.decline(case.token("alice"), "too dear", CLIENT)
    case.work()
    mails = {one.subject: one.text for one in case.messages("seller@example.com")}
    assert mails["Declined: O-1"] == "The customer declined. too dear"


def test_a_receiver_that_is_down_is_asked_again_with_the_same_id_and_bytes_and_stops_nobody(
    case, receiver
):
    receiver.will_answer(503, 500)
    signed(case)
    assert case.record()["state"] == "Signed"
    for _ in range(4):
        case.later(minutes=10)
    first, *others = receiver.calls
    assert len(others) == 2
    assert {(one.id, one.body) for one in others} == {(first.id, first.body)}
    assert {one.state for one in steps(case)} == {"delivered"}


def test_while_it_is_down_what_is_written_back_later_is_written(case, receiver):
    receiver.will_answer(*[503] * 50)
    signed(case)
    clear(case.core, case.workspace, case.request().id, "api", "wrong price")
    case.work()
    case.desk.decline(case.token("alice"), "too dear", CLIENT)
    case.work()
    assert len(case.messages("seller@example.com")) == 2  # the news, and the step
    (webhook,) = [one for one in steps(case) if one.destination == "receiver:erp"]
    assert webhook.state == "retry"


def test_an_address_that_is_gone_ends_this_step_and_not_the_others(case, receiver):
    receiver.will_answer(410)
    signed(case)
    (webhook,) = [one for one in steps(case) if one.destination == "receiver:erp"]
    assert (webhook.state, webhook.error_code) == ("gave_up", "receiver_gone")
    (told,) = sync(case.core)
    line = next(one for one in told.instances if one.instance == "receiver:erp")
    assert (line.status, line.gave_up, line.paused) == ("broken", 1, None)


def test_a_private_address_is_not_called(papers, receiver):
    made = papers(
        more={"then:\n  completed:\n": THEN.replace("URL", "http://10.0.0.7/hook")},
    )
    made.send()
    signed(made)
    (webhook,) = [one for one in steps(made) if one.destination == "receiver:erp"]
    assert webhook.state == "gave_up"
    assert webhook.error_code == "private_address"


def test_a_report_on_the_email_of_a_step_changes_nothing_of_the_request(case):
    signed(case)
    (mail,) = [one for one in steps(case) if one.destination == "post"]
    events = case.events()
    with case.core.db.write() as session:
        row = session.get_one(Delivery, mail.id)
        message_sending.apply_report(
            case.core, session, row, ReportStatus.FAILED, case.clock.now(), "bounced"
        )
    assert case.events() == events


def test_explain_tells_what_was_sent_masked(case):
    signed(case)
    explaining = Explaining(case.core, case.workspace)
    both = {}
    for one in steps(case):
        both |= explaining.delivery(one.id)["does"]
    assert both["email"] == "office@example.com"  # it stands in the mapping
    assert both["secret"] == "erp"
    assert "Bob" not in str(both)
    revealed = [explaining.delivery(one.id, reveal=True)["does"] for one in steps(case)]
    assert any("Bob signed, 1374.38." in str(one) for one in revealed)


def sign_again_long_after(case):
    case.clock.advance(timedelta(days=100))
    with case.core.db.write() as session:  # as retention does
        session.execute(delete(Attempt))
        session.execute(delete(Delivery))
    clear(case.core, case.workspace, case.request().id, "api", "wrong price")
    case.work()
    signed(case)
    assert case.request().state == "completed"


def test_what_was_sent_is_not_sent_again_after_clearing_even_when_its_delivery_is_deleted(
    case, receiver
):
    signed(case)
    sign_again_long_after(case)
    assert len(case.upstream.records("order")) == 1
    assert len(case.messages("office@example.com")) == 1
    assert len(receiver.calls) == 1


def test_what_is_written_back_after_that_still_knows_the_records_that_were_made(papers):
    records = "records:\n  job: {in: source, table: job, rows: [{to: a, value: 1}]}\nback:\n"
    made = papers(
        more={
            "back:\n": records,
            "{to: signed_by, from: signature.name}": "{to: job, from: records.job.id}",
        }
    )
    made.send()
    signed(made)
    job = made.record()["job"]
    assert job in made.upstream.records("job")
    made.upstream.put("offer", "1", {**RECORD, "job": ""})
    sign_again_long_after(made)
    assert made.record()["job"] == job
    assert len(made.upstream.records("job")) == 1
