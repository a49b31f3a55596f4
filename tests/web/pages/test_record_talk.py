"""The sender's page of a record's messages: read, answered with files, kept when refused."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import lxml.html
import pytest
from werkzeug.test import TestResponse

from hub.kernel.errors import Retryable, Unfit
from tests.web.pages.conftest import Browser
from tests.web.pages.fake_records import PLACE, REQUEST, FakeRecords, address

PAGE = address("talk")
TYPED = "It does.\nWe bring it."


def send(
    visitor: Browser, *files: tuple[str, bytes], text: str = TYPED, to: str = "alice"
) -> TestResponse:
    parts = [(BytesIO(content), name) for name, content in files] or [(BytesIO(b""), "")]
    page = lxml.html.fromstring(visitor.get(PAGE).text)
    token = page.xpath("string(//input[@name='csrf']/@value)")
    data: dict[str, Any] = {"csrf": token, "request": REQUEST, "to": to, "text": text}
    return visitor.client.post(
        PAGE, data={**data, "files": parts}, headers={"User-Agent": visitor.agent},
        content_type="multipart/form-data",
    )  # fmt: skip


def test_what_was_written_is_shown_as_text_and_is_read_by_being_shown(
    visitor: Browser, records: FakeRecords
) -> None:
    assert "2 new messages" in visitor.get(address("check")).text
    robot = replace(visitor, agent="WhatsApp/2.23")
    assert robot.get(PAGE).text.count('class="fresh"') == 2
    page = visitor.get(PAGE).text
    assert page.count('class="fresh"') == 2
    assert "&lt;img src=x" in page
    assert "<img src=x" not in page
    assert 'class="fresh"' not in visitor.get(PAGE).text
    assert "new message" not in visitor.get(address("check")).text


def test_who_wrote_last_is_answered_first(visitor: Browser) -> None:
    page = lxml.html.fromstring(visitor.get(PAGE).text)
    assert page.xpath("//select[@name='to']/option/@value") == ["bob", "alice"]


def test_an_answer_goes_with_its_files(visitor: Browser, records: FakeRecords) -> None:
    answer = send(visitor, ("plan.txt", b"plan"))
    assert answer.status_code == 303
    assert answer.location.startswith(f"{PLACE}/talk?")
    assert (records.shown.talk[-1].name, records.shown.talk[-1].text) == ("Alice Andersson", TYPED)
    page = lxml.html.fromstring(visitor.get(answer.location).text)
    (link,) = page.xpath("//a[span='plan.txt']/@href")
    file = visitor.get(link)
    assert file.data == b"<script>"
    assert file.headers["Content-Disposition"] == "attachment; filename=plan.txt"
    assert visitor.get(link.replace("file-0", "file-9")).status_code == 404
    assert visitor.get(link.replace("k=good", "k=bad")).status_code == 404


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (Unfit("broken_file", field="files", name="a.pdf"), "a.pdf is damaged"),
        (Unfit("no_files_there", field="files"), "carry no files"),
        (Retryable("busy"), "cannot be taken just now"),
    ],
)
def test_what_was_typed_stays_when_a_file_is_refused(
    visitor: Browser, records: FakeRecords, trouble: Exception, words: str
) -> None:
    records.trouble = trouble
    answer = send(visitor, ("a.pdf", b"%PDF"))
    assert answer.status_code == 422
    page = lxml.html.fromstring(answer.text)
    assert words in page.get_element_by_id("files-error").text_content()
    assert "choose the files again" in page.get_element_by_id("files-error").text_content()
    assert page.get_element_by_id("text").text.strip() == TYPED
    assert page.xpath("//option[@selected]/@value") == ["alice"]


def test_an_answer_that_does_not_fit_is_told_at_its_field(visitor: Browser) -> None:
    for text, words in (("", "write something"), ("x" * 4001, "shorten")):
        answer = send(visitor, text=text)
        assert answer.status_code == 422
        page = lxml.html.fromstring(answer.text)
        assert words in page.get_element_by_id("text-error").text_content()
    film = send(visitor, ("film.mp4", bytes(44_000_000)))
    page = lxml.html.fromstring(film.text)
    assert "too large together" in page.get_element_by_id("files-error").text_content()
    assert page.get_element_by_id("text").text.strip() == TYPED


def test_somebody_who_is_none_of_them_cannot_be_answered(visitor: Browser) -> None:
    assert send(visitor, to="carol").status_code == 404


def test_a_record_that_was_never_sent_has_no_form(visitor: Browser, records: FakeRecords) -> None:
    records.shown = replace(records.shown, request_id="", talk=(), writers=(), unread=0)
    page = visitor.get(PAGE).text
    assert "Nobody has been asked to sign" in page
    assert "<form" not in page.partition("<main")[2].partition("</main")[0]
