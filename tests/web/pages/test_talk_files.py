"""Messages with files on the document's page: sent by a plain form; what was typed stays when a
file is refused, also one that is far too large."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import lxml.html
import pytest
from werkzeug.test import TestResponse

from hub.contracts.requests import RequestState
from hub.kernel.errors import Retryable, Unfit
from hub.services.document_views import RemarkView
from tests.web.pages.conftest import BASE, Browser
from tests.web.pages.fakes import FakeCases, new_offer
from tests.web.pages.offer import AT

TYPED = "Is it blue?\nI think so."
PAGE = f"{BASE}/document"


@pytest.fixture
def cases() -> FakeCases:
    """An offer, not a form."""
    return new_offer()


def send(visitor: Browser, *files: tuple[str, bytes], text: str = TYPED) -> TestResponse:
    """As a browser does, which sends one empty part when nothing was chosen."""
    parts = [(BytesIO(content), name) for name, content in files] or [(BytesIO(b""), "")]
    data: dict[str, Any] = {"csrf": visitor.token(), "text": text, "files": parts}
    return visitor.client.post(
        f"{BASE}/remark", data=data, headers={"User-Agent": visitor.agent},
        content_type="multipart/form-data",
    )  # fmt: skip


def form(answer: TestResponse) -> Any:
    return lxml.html.fromstring(answer.text)


def said(answer: TestResponse, field: str) -> str:
    return str(form(answer).get_element_by_id(f"{field}-error").text_content())


def typed(answer: TestResponse) -> str:
    return (form(answer).get_element_by_id("text").text or "").strip()


def test_the_form_sends_files_without_a_script(visitor: Browser) -> None:
    page = form(visitor.get(PAGE))
    (field,) = page.xpath("//form[@enctype='multipart/form-data']//input[@type='file']")
    assert (field.get("name"), field.get("multiple")) == ("files", "multiple")
    assert "Up to 3 files of 10 MB each" in page.get_element_by_id("files-hint").text_content()
    assert field.get("aria-describedby") == "files-hint"


def test_a_message_goes_with_its_files_and_they_are_handed_out_to_be_saved(
    visitor: Browser, cases: FakeCases
) -> None:
    answer = send(visitor, ("a.txt", b"one"), ("b.txt", b"<script>"))
    assert (answer.status_code, answer.location) == (303, f"{BASE}#remarks")
    sent = cases.papers.remarks[-1]
    assert (sent.text, [one.name for one in sent.files]) == (TYPED, ["a.txt", "b.txt"])
    page = form(visitor.get(PAGE))
    first, second = page.xpath("//ul[@class='enclosed']//a/@href")
    file = visitor.get(second)
    assert file.data == b"<script>"
    assert file.headers["Content-Disposition"] == "attachment; filename=b.txt"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in file.headers
    assert visitor.get(f"{first}x").status_code == 404


def test_without_a_file_the_form_sends_words(visitor: Browser, cases: FakeCases) -> None:
    for _ in range(2):
        assert send(visitor).status_code == 303
    assert [one.text for one in cases.papers.remarks[2:]] == [TYPED]
    assert send(visitor, text="").status_code == 422


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (Unfit("bad_type", field="files", name="a.exe"), "a.exe cannot be sent."),
        (Unfit("empty_file", field="files", name="a.exe"), "a.exe is empty."),
        (Unfit("acting_file", field="files", name="a.exe"), "holds programs"),
        (Unfit("locked_file", field="files", name="a.exe"), "locked by a password"),
        (Unfit("broken_file", field="files", name="a.exe"), "is damaged"),
        (Unfit("large_file", field="files", name="a.exe", megabytes=10), "larger than 10 MB"),
        (Unfit("files_full", field="files", megabytes=100), "100 MB of files already"),
        (Retryable("busy"), "cannot be taken just now"),
    ],
)
def test_what_was_typed_stays_when_a_file_is_refused(
    visitor: Browser, cases: FakeCases, trouble: Exception, words: str
) -> None:
    cases.talk_trouble = trouble
    answer = send(visitor, ("a.exe", b"MZ"))
    assert answer.status_code == 422
    assert words in said(answer, "files")
    assert "choose the files again" in said(answer, "files")
    assert typed(answer) == TYPED
    assert "<title>Error: " in answer.text
    assert form(answer).get_element_by_id("files").get("aria-invalid") == "true"


def test_four_files_at_once_are_told_how_many_fit(visitor: Browser, cases: FakeCases) -> None:
    answer = send(visitor, *[(f"{number}.txt", b"x") for number in range(4)])
    assert "at most 3 files" in said(answer, "files")
    assert typed(answer) == TYPED
    assert len(cases.papers.remarks) == 2


def test_files_that_are_far_too_large_leave_the_words_too(
    visitor: Browser, cases: FakeCases
) -> None:
    answer = send(visitor, ("film.mp4", bytes(44_000_000)))
    assert answer.status_code == 422
    assert "too large together" in said(answer, "files")
    assert typed(answer) == TYPED
    assert len(cases.papers.remarks) == 2


def test_a_form_that_is_too_large_counts_as_ours_only_with_its_token(visitor: Browser) -> None:
    visitor.token()
    data: dict[str, Any] = {"text": TYPED, "files": [(BytesIO(bytes(44_000_000)), "film.mp4")]}
    answer = visitor.client.post(
        f"{BASE}/remark", data=data, headers={"User-Agent": visitor.agent},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert answer.status_code == 403
    assert TYPED.partition("\n")[0] not in answer.text


def test_a_message_of_a_megabyte_is_refused_with_words_and_kept_as_far_as_fits(
    visitor: Browser,
) -> None:
    answer = send(visitor, text="x" * 1_000_000)
    assert answer.status_code == 422
    assert "shorten" in said(answer, "text")
    assert typed(answer) == "x" * 4000


def test_when_only_the_words_are_wrong_it_is_said_that_files_are_forgotten(
    visitor: Browser,
) -> None:
    answer = send(visitor, ("a.txt", b"a"), text="x" * 2001)
    assert "shorten" in said(answer, "text")
    assert "choose the files again" in said(answer, "files")


def test_a_refused_message_on_a_finished_page_keeps_the_words(
    visitor: Browser, cases: FakeCases
) -> None:
    cases.finish(RequestState.COMPLETED)
    cases.talk_trouble = Unfit("bad_type", field="files", name="a.exe")
    answer = send(visitor, ("a.exe", b"MZ"))
    assert answer.status_code == 422
    assert typed(answer) == TYPED


def test_new_messages_are_marked_once_and_a_robot_reads_none(
    visitor: Browser, cases: FakeCases
) -> None:
    fresh = [RemarkView(False, f"No {number}", AT, new=True) for number in range(2)]
    cases.set_papers(remarks=(*cases.papers.remarks, *fresh))
    robot = replace(visitor, agent="WhatsApp/2.23")
    assert "2 new messages from" in robot.get(PAGE).text
    first = visitor.get(PAGE).text
    assert "2 new messages from" in first
    assert first.count('class="fresh"') == 2
    assert 'class="fresh"' not in visitor.get(PAGE).text


def test_on_the_sender_s_tablet_nothing_is_read(visitor: Browser, cases: FakeCases) -> None:
    fresh = RemarkView(False, "Ring me", AT, new=True)
    cases.set_papers(remarks=(fresh,), in_person=True)
    assert "Ring me" not in visitor.get(PAGE).text
    assert cases.papers.remarks[0].new
