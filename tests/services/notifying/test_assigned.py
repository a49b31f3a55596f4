"""The assigned user is told of each event by its own way, at once, in the digest, or later."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.services.notifying.collecting import CollectedTimer, next_at
from hub.services.told import told_of
from hub.storage.models import Delivery, HeldNotice, Request, Timer
from tests.services.paper_case import CLIENT, PERSON
from tests.simulated_house import NOON

EMAIL = "email: {value: owner@example.com}"
BOTH = f'{EMAIL}, mobile: {{value: "+46701740699"}}'
OWNER, MOBILE = "owner@example.com", "+46701740699"


def first_lines(case, to):
    return [mail.text.partition("\n")[0] for mail in case.messages(to)]


def look(case):
    """Alice opens the link, and takes a file along."""
    case.desk.opened(case.token("alice"), CLIENT)
    case.desk.download(case.token("alice"), "offer", PERSON)
    case.work()


def test_the_user_is_told_from_the_link_to_the_end(told):
    case = told(f"{{{EMAIL}, about: [invited, opened, reminded, forwarded]}}", "forward: true")
    case.desk.opened(case.token("alice"), CLIENT)
    case.later(hours=24)
    case.desk.send_code(case.token("alice"), "s", "forward")
    case.work()
    code = re.search(r"\d{6}", case.messages("+46701740605")[-1].text)[0]
    contact = {"name": "Carol", "email": "carol@example.com", "mobile": "+46701740607"}
    case.desk.forward(case.token("alice"), "s", {**contact, "code": code}, CLIENT)
    case.work()
    said = first_lines(case, OWNER)
    assert said == [
        "Offer O-1 (O-1) has been sent to Alice Andersson, 2026-03-02 12:00 CET.",
        "Alice Andersson has opened the link to Offer O-1 (O-1), 2026-03-02 12:00 CET.",
        "Alice Andersson has been reminded of Offer O-1 (O-1), 2026-03-03 12:00 CET.",
        "Alice Andersson has passed Offer O-1 (O-1) on to somebody else, 2026-03-03 12:00 CET.",
        "Offer O-1 (O-1) has been sent to Carol, 2026-03-03 12:00 CET.",
    ]


def test_an_end_without_an_answer_is_told(told):
    case = told(f"{{{EMAIL}, about: [failed]}}")
    for _ in range(5):
        case.later(hours=24)
    assert case.request().state == "failed"
    assert first_lines(case, OWNER) == [
        "Offer O-1 (O-1) ended without an answer, 2026-03-06 12:00 CET. The case says why."
    ]


def test_each_event_goes_its_own_way(told):
    case = told(f"{{{BOTH}, about: [opened, downloaded], ways: {{downloaded: sms}}}}")
    look(case)
    assert len(case.messages(OWNER)) == 1
    (sms,) = case.messages(MOBILE)
    assert sms.text.startswith("Alice Andersson has downloaded")
    assert (sms.unsubscribe, sms.subject) == ("", "")


def test_a_digest_collects_a_days_news_in_one_mail(told):
    case = told(f"{{{EMAIL}, about: [opened, downloaded, remarked], digest: '07:30'}}")
    look(case)
    case.desk.remark(case.token("alice"), "Is it blue?", CLIENT)
    case.later(hours=19)  # 07:00 the next day
    assert case.messages(OWNER) == []
    case.later(minutes=30)
    (mail,) = case.messages(OWNER)
    assert mail.subject == "Alice: what has happened"
    assert "opened the link" in mail.text
    assert "downloaded" in mail.text
    assert "Is it blue?" in mail.text
    assert mail.text.count("https://hub.example/n/") == 1
    assert mail.unsubscribe.startswith("https://hub.example/n/")
    assert case.rows(HeldNotice) == []
    assert case.messages("office@example.com") == []  # the remark is not lost, nor told twice
    case.later(days=1)
    assert len(case.messages(OWNER)) == 1


def test_one_piece_of_news_alone_leaves_as_it_is(told):
    case = told(f"{{{EMAIL}, about: [downloaded], digest: daily}}")
    look(case)
    case.later(hours=20)
    (mail,) = case.messages(OWNER)
    assert (mail.subject, mail.text.partition(" has")[0]) == ("Offer O-1 (O-1)", "Alice Andersson")


def test_quiet_hours_hold_news_back_until_they_are_over(told):
    quiet = 'quiet: "11:00-13:30"'
    case = told(f"{{{BOTH}, about: [opened, downloaded], ways: {{downloaded: sms}}, {quiet}}}")
    look(case)
    assert (case.messages(OWNER), case.messages(MOBILE)) == ([], [])
    case.later(minutes=89)
    assert (case.messages(OWNER), case.messages(MOBILE)) == ([], [])
    case.later(minutes=1)
    assert [len(case.messages(one)) for one in (OWNER, MOBILE)] == [1, 1]
    assert "12:00 CET" in case.messages(OWNER)[0].text  # when it was, not when it is told


@pytest.mark.parametrize("done", [False, True])
def test_a_digest_goes_once_though_its_process_is_killed(told, done, monkeypatch):
    case = told(f"{{{EMAIL}, about: [opened, downloaded], digest: daily}}")
    look(case)
    real = CollectedTimer.fired

    def killed(self, session, timer, result):
        if done:
            real(self, session, timer, result)  # and nothing of it is committed
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(CollectedTimer, "fired", killed)
        case.later(hours=20)
    assert case.messages(OWNER) == []
    assert len(case.rows(HeldNotice)) == 2
    case.close()
    case.open()
    case.later(minutes=2)
    assert len(case.messages(OWNER)) == 1
    assert case.rows(HeldNotice) == []


def test_what_is_held_while_its_hour_fires_goes_a_minute_later(told):
    case = told(f"{{{EMAIL}, about: [opened, downloaded], digest: daily}}")
    case.desk.opened(case.token("alice"), CLIENT)
    with case.core.db.write() as session:  # the hour has come, and what follows was not seen
        for timer in session.scalars(select(Timer).where(Timer.kind == "collected_notices")):
            timer.state = "done"
    case.desk.download(case.token("alice"), "offer", PERSON)
    case.later(hours=20, minutes=1)
    (mail,) = case.messages(OWNER)
    assert "downloaded" in mail.text


def test_a_change_is_told_to_the_user(told):
    case = told(f"{{{EMAIL}, about: [changed]}}")
    with case.core.db.write() as session:
        told_of(case.core, session, session.get_one(Request, case.request().id), "changed")
    case.work()
    assert first_lines(case, OWNER) == ["Offer O-1 (O-1) has been changed, 2026-03-02 12:00 CET."]


def test_who_has_only_a_number_learns_of_the_page_in_the_first_sms(told):
    case = told('{mobile: {value: "+46701740699"}, about: [opened, downloaded], by: sms}')
    look(case)
    first, second = case.messages(MOBILE)
    assert "https://hub.example/n/" in first.text
    assert "https://" not in second.text


def test_requests_of_former_versions_are_told_as_before(told):
    case = told(f"{{{EMAIL}, about: [opened]}}")
    with case.core.db.write() as session:
        request = session.get_one(Request, case.request().id)
        kept = {key: request.plan["notify"][key] for key in ("email", "mobile", "about", "by")}
        request.plan = {**request.plan, "notify": kept}
    look(case)
    assert len(case.messages(OWNER)) == 1


def test_codes_and_invitations_wait_for_no_quiet_hours_and_cannot_be_refused(told):
    case = told(f'{{{EMAIL}, about: [opened], quiet: "00:01-23:59"}}')
    (invitation,) = case.messages("+46701740605") or case.messages("alice@example.com")
    assert invitation.unsubscribe == ""
    rows = [row for row in case.rows(Delivery) if row.kind == "message"]
    assert all("unsubscribe" not in row.payload for row in rows)


@pytest.mark.parametrize(
    ("at", "due"), [("13:00", timedelta(hours=1)), ("12:00", timedelta(days=1))]
)
def test_the_hour_is_the_workspaces(at, due):
    assert next_at(NOON, at, "Europe/Stockholm") == NOON + due
