"""A reader's own choice: by the link of a notice, by one click, signed in to the portal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.contracts.channel import DeliveryReport, ReportStatus
from hub.services import remarks
from hub.services.hooks import apply_reports
from hub.services.masked import masked_email
from hub.services.retention import KEEP_PREFERENCES
from hub.storage.models import Delivery, HeldNotice, Preference, Request, RequestEvent
from tests.services.notifying.conftest import Reader
from tests.services.notifying.test_assigned import BOTH, EMAIL, MOBILE, OWNER, look
from tests.services.paper_case import CLIENT, PERSON

ALL_NONE = {"none"}


def page_of(case, to=OWNER):
    """The path of the page in the last notice to somebody."""
    return (
        case.messages(to)[-1].unsubscribe.removeprefix("https://hub.example").partition("/uns")[0]
    )


def again(case):
    """Something more that the user could be told."""
    case.clock.advance(timedelta(seconds=1))
    case.desk.download(case.token("alice"), "offer", PERSON)
    case.work()


def failed(case, to=OWNER):
    """The gateway says that the last message to somebody did not arrive; twice."""
    row = [one for one in case.rows(Delivery) if one.payload.get("to") == to][-1]
    with case.core.db.write() as session:
        report = DeliveryReport(
            row.external_ref or "", ReportStatus.FAILED, case.clock.now(), "gone"
        )
        for _ in range(2):
            apply_reports(case.core, session, case.workspace, "post", [(row.id, report)])
    case.work()
    return row


def test_the_page_shows_what_the_mapping_gives_and_a_choice_comes_first(told):
    case = told(f"{{{BOTH}, about: [opened, downloaded], ways: {{downloaded: digest}}}}")
    look(case)
    reader, page = Reader(case.house), page_of(case)
    chosen = reader.chosen(page)
    assert (chosen["opened"], chosen["downloaded"], chosen["declined"]) == (
        "email", "digest", "none",
    )  # fmt: skip
    said = reader.get(page).text
    assert masked_email(OWNER) in said
    assert OWNER not in said
    answer = reader.post(page, {**chosen, "downloaded": "sms", "remarked": "email"})
    assert answer.status_code == 303
    assert "Your choice is saved" in reader.get(answer.location).text
    (row,) = case.rows(Preference)
    assert row.choices == {"downloaded": "sms", "remarked": "email"}  # the rest stays the mapping's
    again(case)
    assert "downloaded" in case.messages(MOBILE)[-1].text
    case.desk.remark(case.token("alice"), "Is it blue?", CLIENT)
    case.work()
    assert "Is it blue?" in case.messages(OWNER)[-1].text


def test_a_refused_remark_goes_to_the_office_instead(told):
    case = told(f"{{{EMAIL}, about: [opened, remarked]}}")
    look(case)
    reader, page = Reader(case.house), page_of(case)
    reader.post(page, {"remarked": "none"})
    case.desk.remark(case.token("alice"), "Is it blue?", CLIENT)
    case.work()
    assert len(case.messages(OWNER)) == 1
    assert "Is it blue?" in case.messages("office@example.com")[-1].text


def test_one_click_in_a_mail_program_refuses_everything(told):
    case = told(f"{{{EMAIL}, about: [opened, downloaded]}}")
    case.desk.opened(case.token("alice"), CLIENT)
    case.work()
    reader, page = Reader(case.house), page_of(case)
    looked = reader.get(f"{page}/unsubscribe")
    assert (looked.status_code, looked.location) == (302, page)  # looking refuses nothing
    assert case.rows(Preference)[0].choices == {}
    data = {"List-Unsubscribe": "One-Click"}
    answer = reader.client.post(f"{page}/unsubscribe", base_url="https://hub.example", data=data)
    assert answer.status_code == 200
    assert "no more notices" in answer.text
    again(case)
    assert len(case.messages(OWNER)) == 1
    assert set(reader.chosen(page).values()) == ALL_NONE
    reader.post(page, {"downloaded": "email"})
    again(case)
    assert len(case.messages(OWNER)) == 2


def test_what_waits_for_its_hour_is_not_sent_to_who_has_refused_it_since(told):
    case = told(f"{{{EMAIL}, about: [opened, downloaded], ways: {{downloaded: digest}}}}")
    look(case)
    assert len(case.rows(HeldNotice)) == 1
    Reader(case.house).post(page_of(case), {"downloaded": "none"})
    case.later(hours=20)
    assert len(case.messages(OWNER)) == 1
    assert case.rows(HeldNotice) == []


@pytest.mark.parametrize("end", ["", "/unsubscribe"])
@pytest.mark.parametrize("token", ["x", "A" * 43, "é" * 43, "%00" * 43])
def test_an_unknown_link_gets_a_friendly_page(told, token, end):
    case = told(f"{{{EMAIL}, about: [opened]}}")
    reader = Reader(case.house)
    for answer in (reader.get(f"/n/{token}{end}"), reader.client.post(f"/n/{token}{end}", data={})):
        assert answer.status_code in (404, 415)
    assert "This link does not work" in reader.get(f"/n/{token}{end}").text


def test_a_form_of_another_site_and_words_that_there_are_none_of_change_nothing(told):
    case = told(f"{{{EMAIL}, about: [opened]}}")
    look(case)
    reader, page = Reader(case.house), page_of(case)
    assert reader.client.post(page, data={"opened": "none"}).status_code == 403
    answer = reader.post(page, {"opened": "pigeon", "nothing": "email", "shared": "email"})
    assert answer.status_code == 303
    assert case.rows(Preference)[0].choices == {}


def test_a_notice_that_comes_back_is_told_at_the_request_and_nothing_more_is_sent_there(told):
    case = told(f"{{{EMAIL}, about: [opened, downloaded]}}")
    case.desk.opened(case.token("alice"), CLIENT)
    case.work()
    page = page_of(case)
    row = failed(case)
    (event,) = [one for one in case.rows(RequestEvent) if one.kind == "undelivered"]
    assert event.data | {"_commitments": {}} == {
        "channel": "post", "delivery": row.id, "code": "gone", "notice": "opened",
        "_commitments": {},
    }  # fmt: skip
    assert case.request().state == "opened"
    again(case)
    assert len(case.messages(OWNER)) == 1
    reader = Reader(case.house)
    assert "came back" in reader.get(page).text
    reader.post(page, {})  # somebody reads there
    again(case)
    assert len(case.messages(OWNER)) == 2


def test_another_address_of_the_user_begins_anew(told):
    case = told(f"{{{BOTH}, about: [opened, downloaded], by: sms}}")
    look(case)
    failed(case, MOBILE)
    again(case)
    assert len(case.messages(MOBILE)) == 2  # both before it came back
    with case.core.db.write() as session:
        request = session.get_one(Request, case.request().id)
        notify = {**request.plan["notify"], "mobile": "+46701740700"}
        request.plan = {**request.plan, "notify": notify}
    again(case)
    assert len(case.messages("+46701740700")) == 1


def test_a_digest_that_comes_back_is_told_at_each_of_its_requests(told):
    case = told(f"{{{EMAIL}, about: [opened, downloaded], digest: daily}}")
    look(case)
    case.later(hours=20)
    failed(case)
    assert case.events().count("undelivered") == 1
    again(case)
    case.later(days=1)
    assert len(case.messages(OWNER)) == 1


def test_an_address_that_the_gateway_refuses_is_told_too(told):
    case = told('{email: {value: "unknown@example.com"}, about: [opened, downloaded]}')
    look(case)
    assert case.events().count("undelivered") == 2
    again(case)
    told_of = [
        one for one in case.rows(Delivery) if one.payload.get("to", "").startswith("unknown")
    ]
    assert [one.state for one in told_of] == ["gave_up", "gave_up"]


def test_a_receipt_that_does_not_arrive_is_told_and_stops_nothing(papers):
    case = papers()
    case.send()
    case.sign("alice")
    case.sign("bob")
    failed(case, "alice@example.com")
    assert case.events().count("undelivered") == 1
    assert case.rows(Preference) == []
    assert case.request().state == "completed"


def test_an_answer_can_be_refused_and_stays_readable(papers):
    case = papers(signing="{remarks: true}")
    case.send()
    ask = (case.core, case.workspace, case.request().id, "alice")
    remarks.answer_remark(*ask, "It is.")
    case.work()
    mail = case.messages("alice@example.com")[-1]
    assert "It is." in mail.text
    assert "https://hub.example/n/" in mail.text
    reader = Reader(case.house)
    page = page_of(case, "alice@example.com")
    assert reader.chosen(page) == {"shared": "email", "changed": "email", "replied": "email"}
    assert "codes and receipts are sent in any case" in reader.get(page).text
    reader.post(page, {"stop": "1"})
    remarks.answer_remark(*ask, "Really.")
    case.work()
    assert "Really." not in case.messages("alice@example.com")[-1].text
    assert "Really." in reader.get(f"/s/{case.token('alice')}/document").text


def test_choices_go_when_nothing_was_told_for_long(told):
    case = told(f"{{{EMAIL}, about: [opened]}}")
    look(case)
    case.clock.advance(KEEP_PREFERENCES - timedelta(days=1))
    assert case.house.retention.sweep()["preferences"] == 0
    case.clock.advance(timedelta(days=2))
    assert case.house.retention.sweep()["preferences"] == 1
    assert case.rows(Preference) == []
