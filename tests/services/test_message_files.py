"""Files come with messages, from the customer and from the sender: told by their bytes, handed on
bare, put to the record once."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from hub.contracts.records import RecordRef
from hub.kernel.errors import Retryable, Unfit
from hub.services import enclosures, file_names, people, remarks
from hub.services.document_views import GivenFile
from hub.services.documents.inspection import Inspector
from hub.services.views import LinkInvalid
from hub.storage import queries_blobs
from hub.storage.models import Message, MessageFile, RequestEvent
from tests.services.documents import made
from tests.services.documents.test_attachments import bomb_png
from tests.services.paper_case import CLIENT

MORE = {
    "  declined: [{update: [{to: state": '  remarked:\n    - note: "{{ remark.text }}"\n'
    "    - attach: remark\n  replied:\n    - attach: remark\n"
    "  declined: [{update: [{to: state"
}
PNG = made.picture("PNG")


@pytest.fixture
def case(papers):
    sent = papers(more=MORE)
    sent.send()
    return sent


def write(case, *files, text="Look at this", who="alice"):
    case.desk.remark(case.token(who), text, CLIENT, [GivenFile(*one) for one in files])


def refused(case, *files):
    with pytest.raises(Unfit) as caught:
        write(case, *files)
    assert caught.value.values["field"] == "files"
    return caught.value.code


def upstream(case):
    return [(one.file_name, one.content_type, one.content) for one in at_record(case)]


def at_record(case):
    return case.upstream.files(RecordRef("offer", "1"))


def test_files_come_to_the_record_once_and_to_nobody_else(case):
    write(case, ("hose.png", PNG), (r"C:\Users\bob\My letter.TXT", "Grüß Gott".encode()))
    write(case, ("hose.png", PNG), (r"C:\Users\bob\My letter.TXT", "Grüß Gott".encode()))  # again
    case.work()
    case.later(hours=1)
    (picture, kind, content), (letter, plain, text) = upstream(case)
    assert (picture, kind) == ("hose.png", "image/png")
    assert Image.open(io.BytesIO(content)).size == (40, 30)
    assert (letter, plain, text.decode()) == ("My-letter.txt", "text/plain", "Grüß Gott")
    assert case.upstream.notes(RecordRef("offer", "1")) == ["Look at this"]
    (mail,) = case.messages("office@example.com")
    assert "Look at this\n\nAttached: hose.png, My-letter.txt" in mail.text
    (one,) = case.desk.view(case.token("alice")).papers.remarks
    found = [case.desk.enclosed(case.token("alice"), file.id) for file in one.files]
    assert [(file.name, file.media_type) for file in found] == [
        ("hose.png", "image/png"), ("My-letter.txt", "text/plain"),
    ]  # fmt: skip
    for file in one.files:
        with pytest.raises(LinkInvalid):
            case.desk.enclosed(case.token("bob"), file.id)
    with pytest.raises(LinkInvalid):
        case.desk.enclosed(case.token("alice"), "none")


def test_one_file_that_does_not_arrive_holds_back_no_other(case):
    write(case, ("a.txt", b"a"), ("b.txt", b"b"))
    steps = [one.step for one in case.deliveries("step") if "remarked" in one.step]
    assert steps == ["back.remarked.0", "back.remarked.1[0]", "back.remarked.1[1]"]


def test_a_photo_loses_where_it_was_taken_and_stands_upright(case):
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    write(case, ("IMG_1.JPG", made.picture("JPEG", exif=exif.tobytes())))
    case.work()
    ((name, kind, content),) = upstream(case)
    image = Image.open(io.BytesIO(content))
    assert (name, kind, image.format) == ("IMG_1.jpg", "image/jpeg", "JPEG")
    assert (image.size, dict(image.getexif())) == ((30, 40), {})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"MZ\x90\x00 a program", "bad_type"),
        (b"PK\x03\x04 an archive", "bad_type"),
        (b"<!doctype html><script>alert(1)</script>", "bad_type"),
        (b"\n <svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "bad_type"),
        (b"#!/bin/sh\nrm -rf /", "bad_type"),
        (b"\x00\x00\x00\x18ftypheic", "bad_type"),
        ("Räksmörgås".encode("latin-1"), "bad_type"),
        (PNG[:60], "broken_file"),
        (bomb_png(50_000, 50_000), "broken_file"),
        (made.pdf(catalogue=b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), "acting_file"),
        (made.encrypted("secret"), "locked_file"),
        (b"%PDF-1.7 and nothing", "broken_file"),
    ],
)
def test_what_is_not_taken_says_which_and_why_and_keeps_nothing(case, content, code):
    assert refused(case, ("fine.txt", b"fine"), ("photo.png", content)) == code
    assert case.rows(Message) == case.rows(MessageFile) == []
    case.work()
    assert case.messages("office@example.com") == []


def test_a_signed_pdf_with_a_form_may_be_sent_for_reading(case):
    write(case, ("offer.exe", made.signed()), ("again.pdf", made.pdf()))
    assert [one.name for one in case.rows(MessageFile)] == ["offer.pdf", "again.pdf"]


def test_too_many_and_too_large_are_refused_before_anything_looks(case, monkeypatch):
    def look(self, content):
        raise AssertionError("nothing is looked at")

    monkeypatch.setattr(Inspector, "inspect_enclosed", look)
    assert refused(case, *[("a.txt", b"a")] * 4) == "too_many_files"
    assert refused(case, ("a.txt", b"a" * 2_000_001)) == "large_file"  # as the settings say here
    case.desk.decline(case.token("alice"), "", CLIENT)
    with pytest.raises(Exception, match="no remarks"):
        write(case, ("a.txt", b"a"))


def test_one_person_sends_no_more_than_so_many_bytes(case, monkeypatch):
    monkeypatch.setattr(enclosures, "MOST_BYTES", 10)
    write(case, ("a.txt", b"a" * 6))
    assert refused(case, ("b.txt", b"b" * 6)) == "files_full"
    assert len(case.rows(Message)) == 1
    write(case, ("b.txt", b"b" * 6), who="bob")


def test_while_nothing_can_be_looked_at_nothing_is_lost_or_sent(case, monkeypatch):
    def away(self, content):
        raise Retryable("busy")

    monkeypatch.setattr(Inspector, "inspect_enclosed", away)
    with pytest.raises(Retryable):
        write(case, ("a.txt", b"a"))
    assert case.rows(Message) == []


def test_a_file_without_words_is_a_message_that_names_it(case):
    write(case, ("a.txt", b"a"), text=" ")
    case.work()
    assert case.upstream.notes(RecordRef("offer", "1")) == ["a.txt"]


def test_names_of_a_request_s_files_differ(case):
    for content in (b"one", b"two", b"six"):
        write(case, ("image.txt", content), text=content.decode())
    case.work()
    assert [(name, content) for name, _, content in upstream(case)] == [
        ("image.txt", b"one"), ("image-2.txt", b"two"), ("image-3.txt", b"six"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd.txt"), ("a\x00b\r\n\".pdf", "a-b.txt"), ("", "file.txt"),
        ("...", "file.txt"), ("Räkning åäö.final.pdf", "Räkning-åäö.final.txt"),
        ("x" * 300 + ".txt", "x" * 80 + ".txt"), ("\u202egpj.exe", "gpj.txt"),
    ],
)  # fmt: skip
def test_names_are_cleaned_and_end_as_the_type_does(name, clean):
    assert file_names.enclosed(name, "text/plain") == clean


def test_the_sender_s_files_reach_the_customer_and_the_record(case):
    write(case)
    where = (case.core, case.workspace, case.request().id)
    remarks.answer_remark(*where, "alice", "Here.", [GivenFile("plan.pdf", made.pdf())])
    case.work()
    assert [name for name, *_ in upstream(case)] == ["plan.pdf"]
    assert "Here.\n\nAttached: plan.pdf" in case.messages("alice@example.com")[-1].text
    answer = case.desk.view(case.token("alice")).papers.remarks[-1]
    assert not answer.mine
    file = case.desk.enclosed(case.token("alice"), answer.files[0].id)
    assert (file.content, file.media_type) == (made.pdf(), "application/pdf")
    with pytest.raises(Unfit) as caught:
        remarks.answer_remark(*where, "alice", "x", [GivenFile("a.exe", b"MZ\x00")])
    assert caught.value.detail == "'a.exe' is no PDF, JPEG, PNG, WebP or plain text"


def test_the_history_proves_which_files_came(case):
    write(case, ("a.txt", b"a"))
    (file,) = case.rows(MessageFile)
    told = [one for one in case.rows(RequestEvent) if one.kind == "remarked"]
    assert [one.data["files"] for one in told] == [[file.sha256]]


def test_the_object_store_keeps_what_a_message_names(case):
    write(case, ("a.txt", b"a"))
    (file,) = case.rows(MessageFile)
    with case.core.db.read() as session:
        assert queries_blobs.named(session, case.workspace, [file.sha256]) == {file.sha256}


def test_a_message_of_a_megabyte_is_refused_and_one_with_a_script_is_text(case):
    with pytest.raises(Unfit) as caught:
        write(case, text="x" * 1_000_000)
    assert caught.value.code == "too_long"
    write(case, text="<script>alert(1)</script>")
    assert case.desk.view(case.token("alice")).papers.remarks[0].text == "<script>alert(1)</script>"


def test_who_wrote_too_often_has_no_file_looked_at(case, monkeypatch):
    monkeypatch.setattr(people, "MOST_REMARKS", 1)
    write(case)
    monkeypatch.setattr(Inspector, "inspect_enclosed", lambda *_: pytest.fail("looked at"))
    with pytest.raises(Unfit) as caught:
        write(case, ("a.txt", b"a"))
    assert caught.value.code == "too_many"
