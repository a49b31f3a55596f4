"""An invitation goes out over a real SMTP server; what the customer answers lands as a remark,
once, and what bounces is told on the record."""

from __future__ import annotations

import io
from email import message_from_bytes, policy

import pytest
from structlog.testing import capture_logs

from hub.app import create_app
from hub.channels.smtp.sandbox import SmtpSandbox
from hub.channels.smtp.sandbox_answers import undelivered, written
from hub.contracts.channel import Reply
from hub.contracts.records import RecordRef
from hub.contracts.sandbox import SandboxContext
from hub.kernel.errors import HookRejected, Retryable
from hub.services import replies
from hub.services.documents.inspection import Inspector
from hub.storage.models import Inbound, Message, MessageFile
from tests.services.documents import made
from tests.services.paper_case import CLIENT

PEOPLE = """
    - {key: alice, rows: [{to: name, value: Alice}, {to: email, value: alice@example.com}]}
    - {key: bob, turn: 2, rows: [{to: name, value: Bob}, {to: email, value: bob@example.com}]}"""
ALICE = "alice@example.com"


@pytest.fixture
def relay(tmp_path):
    made = SmtpSandbox(SandboxContext("http://127.0.0.1/smtp", tmp_path / "smtp"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def case(papers, relay):
    given = ", ".join(f"{name}: '{value}'" for name, value in relay.settings().items())
    made = papers(
        people=PEOPLE,
        post=f"smtp, settings: {{{{{given}}}}}",
        signing="{remarks: true, receipt: true}",
        more={"failed: [": "unreachable: [{note: 'Did not arrive'}]\n  failed: ["},
    )
    made.send()
    return made


@pytest.fixture
def post(case):
    """Hand a mail to the hub as a mail server does; what it answers."""
    client = create_app(case.house).test_client()
    path = case.core.links.hook("alice", "post").removeprefix(case.core.links.public_url)

    def hand_over(raw, media_type="message/rfc822"):
        answer = client.post(path, data=raw, content_type=media_type)
        case.work()
        return answer.status_code, (answer.json or {}).get("code")

    return hand_over


def mails(relay, to):
    """What somebody got, parsed and as bytes."""
    return [
        (message_from_bytes(one.raw, policy=policy.default), one.raw)
        for one in relay.taken()
        if to in one.to
    ]


def answered(relay, case, text, to=ALICE):
    (_, raw), *_ = mails(relay, to)
    return written(raw, to, text, case.clock.now())


def said(case):
    return [(one.direction, one.text) for one in case.rows(Message)]


def test_an_answer_lands_as_a_remark_once_and_reaches_the_office(case, relay, post):
    raw = answered(relay, case, "Is it <b>blue</b>?")
    for _ in range(2):
        assert post(raw) == (204, None)
    assert said(case) == [("in", "Is it <b>blue</b>?")]
    assert case.desk.view(case.token("alice")).papers.remarks[0].text == "Is it <b>blue</b>?"
    assert case.events().count("remarked") == 1
    ((told, _),) = mails(relay, "office@example.com")
    assert "Is it <b>blue</b>?" in told.get_body(("plain",)).get_content()
    assert [one.outcome for one in case.rows(Inbound)].count("reply") == 1


def test_two_answers_are_two_remarks_and_an_old_one_is_known_after_the_call_is_forgotten(
    case, relay, post
):
    first = answered(relay, case, "Blue?")
    post(first)
    post(answered(relay, case, "Blue?"))  # the same words, another mail
    with case.core.db.write() as session:
        for one in session.query(Inbound).filter(Inbound.outcome == "reply"):
            session.delete(one)
    assert post(first) == (204, None)
    assert said(case) == [("in", "Blue?")] * 2


def test_an_answer_after_the_end_is_not_lost(case, relay, post):
    raw = answered(relay, case, "I have changed my mind.")
    case.desk.decline(case.token("alice"), "too dear", CLIENT)
    case.work()
    assert post(raw) == (204, None)
    assert said(case) == [("in", "I have changed my mind.")]


def test_all_mails_of_a_request_to_one_person_are_one_conversation(case, relay):
    case.later(hours=25)
    case.sign("alice")
    case.work()
    (first, _), (second, _) = mails(relay, ALICE)
    assert first["References"] == second["References"] == first["In-Reply-To"]
    assert first["Message-ID"] != second["Message-ID"]
    ((bob, _),) = mails(relay, "bob@example.com")
    assert bob["References"] != first["References"]
    assert {one["List-Id"] for one in (first, second, bob)} == {"<alice.paraph.example>"}
    assert {one["Auto-Submitted"] for one in (first, second, bob)} == {"auto-generated"}
    assert first["Reply-To"] == second["Reply-To"] != bob["Reply-To"]
    assert len(str(first["Reply-To"]).partition("@")[0]) <= 64


def test_notices_to_a_customer_take_answers_and_those_to_the_office_do_not(case, relay, post):
    post(answered(relay, case, "Is it blue?"))
    case.sign("alice")
    case.sign("bob")
    case.work()
    (invite, _), (receipt, _) = mails(relay, ALICE)
    assert receipt["Subject"] == "Signed: Offer O-1"
    assert receipt["Reply-To"] == invite["Reply-To"]
    ((office, _),) = mails(relay, "office@example.com")
    assert office["Reply-To"] is None


def test_what_cannot_be_taken_says_why_and_keeps_nothing(case, relay, post):
    raw = answered(relay, case, "Is it blue?")
    (mail, _), *_ = mails(relay, ALICE)
    token = str(mail["Reply-To"]).partition("@")[0].removeprefix("reply+")
    other = token[:-1] + ("a" if token[-1] != "a" else "b")
    with capture_logs() as logs:
        assert post(raw.replace(token.encode(), other.encode())) == (404, "unknown_reply")
        assert post(raw.replace(token.encode(), b"nobody")) == (404, "unknown_reply")
        assert post(raw, "text/plain") == (415, "media_type")
        assert post(raw + b"x" * 30_000_000)[0] == 413
        assert post(answered(relay, case, "> nothing of my own")) == (422, "no_text")
    told = [one for one in logs if one["event"] == "hook_rejected"]
    assert [one["code"] for one in told][:3] == ["unknown_reply", "unknown_reply", "media_type"]
    assert "alice@" not in str(told)
    assert "Is it blue" not in str(told)
    assert said(case) == []
    assert [one for one in case.rows(Inbound) if one.outcome == "reply"] == []
    assert post(raw) == (204, None)  # nothing of it stands in its way


def test_what_a_machine_answers_lands_nowhere(case, relay, post):
    raw = b"Auto-Submitted: auto-replied\r\n" + answered(relay, case, "I am on holiday.")
    assert post(raw) == (204, None)
    assert said(case) == []


def test_a_bounce_is_told_on_the_record_and_ends_what_nobody_else_can_reach(case, relay, post):
    (_, raw), *_ = mails(relay, ALICE)
    bounce = undelivered(raw, ALICE, case.clock.now())
    for _ in range(2):
        assert post(bounce) == (204, None)
    assert case.events().count("unreachable") == 1
    assert (case.request().state, case.request().reason) == ("failed", "unreachable")
    assert case.record()["state"] == "Failed"
    assert case.upstream.notes(RecordRef("offer", "1")) == ["Did not arrive"]
    assert said(case) == []


def test_a_bounce_of_a_mail_that_was_read_after_all_ends_nothing(case, relay, post):
    (_, raw), *_ = mails(relay, ALICE)
    case.desk.opened(case.token("alice"), CLIENT)
    assert post(undelivered(raw, ALICE, case.clock.now())) == (204, None)
    assert case.request().state == "opened"


def test_who_was_passed_the_mail_may_answer_and_the_office_is_told(case, relay, post):
    raw = answered(relay, case, "Is it blue?")
    assert post(raw.replace(b"From: alice@", b"From: Carol <carol@")) == (204, None)
    another = raw.replace(b"Message-ID: <", b"Message-ID: <2")
    assert post(another.replace(b"From: alice@", b"From: ALICE@")) == (204, None)
    assert said(case) == [
        ("in", "Is it blue?\n\nWritten from another address: carol@example.com"),
        ("in", "Is it blue?"),
    ]


def test_a_long_answer_is_cut_and_says_so_and_refused_files_are_named(case):
    def take(text, left, name):
        token = case.core.links.reply_token(case.person("alice").id)
        reply, looked = Reply(token, text, name), replies.Looked((), left)
        with case.core.db.write() as session:
            replies.take(case.core, session, case.workspace, reply, looked)

    take("x" * 4000, (), "1")
    take("y" * 4001, (), "2")
    take("z" * 4001, ("a.exe", "b.zip"), "3")
    take("", ("a.exe",) * 11, "4")
    exact, cut, both, bare = (text for _, text in said(case))
    assert exact == "x" * 4000
    assert cut == "y" * 3999 + "…"
    assert both.endswith("z…\n\nAttached files that were not taken: a.exe, b.zip")
    assert len(both) == 4000
    assert bare == "Attached files that were not taken: " + ", ".join(["a.exe"] * 10) + "…"


def with_files(raw, *files):
    """The mail with files attached, as programs do."""
    mail = message_from_bytes(raw, policy=policy.SMTP)
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="x-any", filename=name)
    return mail.as_bytes()


def test_files_of_an_answer_are_taken_by_the_same_rules(case, relay, post):
    raw = with_files(
        answered(relay, case, "See here"),
        ("photo.pdf", made.picture("PNG")), ("film.mp4", b"\x00\x01"), ("a.txt", b"a"),
        ("b.txt", b"b"), ("c.txt", b"c"),
    )  # fmt: skip
    for _ in range(2):
        assert post(raw) == (204, None)
    kept = [(one.name, one.media_type) for one in case.rows(MessageFile)]
    assert kept == [("photo.png", "image/png"), ("a.txt", "text/plain"), ("b.txt", "text/plain")]
    assert said(case) == [("in", "See here\n\nAttached files that were not taken: film.mp4, c.txt")]
    view = case.desk.view(case.token("alice")).papers.remarks[0]
    assert [one.name for one in view.files] == [name for name, _ in kept]


def test_an_answer_of_files_alone_names_them(case, relay, post):
    raw = with_files(answered(relay, case, "> nothing of my own"), ("a.txt", b"a"))
    assert post(raw) == (204, None)
    assert said(case) == [("in", "a.txt")]


def test_a_large_mail_is_taken_and_its_beginning_kept(case, relay, post):
    photo = made.photo(1400, 1400)
    content = io.BytesIO()
    photo.save(content, "PNG")
    raw = with_files(answered(relay, case, "Large"), ("p.png", content.getvalue() * 1))
    padded = raw + b"\n" + b"x" * 2_000_000
    assert post(padded) == (204, None)
    assert len(case.rows(MessageFile)) == 1
    (call,) = [one for one in case.rows(Inbound) if one.outcome == "reply"]
    assert len(call.body) == case.core.settings.body_limit


def test_while_files_cannot_be_looked_at_the_mail_server_comes_again(
    case, relay, post, monkeypatch
):
    def away(self, content):
        raise Retryable("busy")

    raw = with_files(answered(relay, case, "See here"), ("a.txt", b"a"))
    with monkeypatch.context() as patch:
        patch.setattr(Inspector, "inspect_enclosed", away)
        assert post(raw)[0] == 503
    assert said(case) == []
    assert post(raw) == (204, None)
    assert len(case.rows(MessageFile)) == 1


def test_who_writes_without_end_is_stopped(case, monkeypatch):
    monkeypatch.setattr(replies, "MOST_REMARKS", 2)
    token = case.core.links.reply_token(case.person("alice").id)
    for name in ("1", "2"):
        with case.core.db.write() as session:
            replies.take(case.core, session, case.workspace, Reply(token, "Hello", name))
    with case.core.db.write() as session, pytest.raises(HookRejected) as caught:
        replies.take(case.core, session, case.workspace, Reply(token, "Hello", "3"))
    assert (caught.value.status, caught.value.code) == (422, "too_many")
    assert len(said(case)) == 2


def test_a_token_of_another_workspace_names_nobody(case):
    token = case.core.links.reply_token(case.person("alice").id)
    with case.core.db.write() as session, pytest.raises(HookRejected) as caught:
        replies.take(case.core, session, "another", Reply(token, "Hello", "1"))
    assert caught.value.code == "unknown_reply"
